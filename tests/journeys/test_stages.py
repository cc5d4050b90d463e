"""From an import to a customer: the criteria turn one by one, a person moves it, and a waiver that is over is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from relationships import actions
from relationships.models import Relationship, StageChange, Waiver
from tests import people
from tests.imports.shapes import changed, take_in, text
from tests.journeys.book import ago, closed, dialog, toast, today
from tests.journeys.conftest import Open
from tests.relationships.records import noon
from web.clock import Now

MAPPING = changed("relationships.name", ..., changed("owners.address", {"constant": "alice@concord.example"}))


def imported() -> Relationship:
    """A file of meetings makes a contact: a name with an address, and talks of four months."""
    alice = people.alice()
    talks = [[str(alice), "Feed", "Ewos", ago(days).strftime("%d/%m/%Y")] for days in (120, 80, 40, 3)]
    take_in(text(talks), MAPPING, today())
    row: Relationship = Relationship.objects.get(account__name="Ewos")
    # The file knows no teams.
    row.team = people.north()
    row.save()
    assert User.objects.get(pk=row.owner_id) == alice
    return row


def criterion(page: Page, name: str) -> Locator:
    return page.locator("section[aria-labelledby=towards] .c-crit > li", has_text=name)


def score(page: Page) -> Locator:
    return page.locator("section[aria-labelledby=towards] > header .num")


def filled(page: Page, fields: dict[str, str]) -> None:
    """Fill the dialog's fields, tap its choices, and send it with the keyboard."""
    frame = dialog(page)
    for name, value in fields.items():
        field = frame.locator(f"[name={name}]").first
        if field.get_attribute("type") in ("radio", "checkbox"):
            frame.locator(f"[name={name}][value='{value}']" if value else f"[name={name}]").check(force=True)
        elif field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)
    page.keyboard.press("Control+Enter")
    closed(page)


def name_person(page: Page, row: Relationship, name: str, **part: str) -> None:
    page.goto(f"/relationships/{row.pk}/people/")
    page.locator("#add-person").click()
    filled(page, {"name": name, **part})
    expect(page.locator("main")).to_contain_text(name)


def test_imported_contact_becomes_a_customer_on_its_evidence(browse: Open) -> None:
    row = imported()
    page = browse(people.alice())
    page.goto(f"/relationships/{row.pk}/stage/")
    expect(page.locator("main")).to_contain_text("A name with an address is a contact.")
    # The talks of the file are evidence already: in touch for ninety days.
    expect(score(page)).to_have_text("1 of 5")
    expect(criterion(page, "Two people with decision power")).to_contain_text("Two are to be named.")

    name_person(page, row, "Ingrid Moe", power="decides", accountable="", commands="")
    page.goto(f"/relationships/{row.pk}/stage/")
    expect(criterion(page, "Two people with decision power")).to_contain_text("One more is to be named")
    name_person(page, row, "Lars Tveit", power="influences")
    page.goto(f"/relationships/{row.pk}/stage/")
    expect(score(page)).to_have_text("2 of 5")
    expect(criterion(page, "Two people with decision power")).to_contain_text("Ingrid and Lars")

    page.locator("section[aria-labelledby=scopes]").get_by_role("link", name="Add").click()
    filled(page, {"what": "Feed for two sites, for a year"})
    toast(page, "Written down")
    expect(score(page)).to_have_text("3 of 5")

    there = row.today(Now.read())
    promise = people.promise(row, what="Send the table", made_on=ago(10), due_on=there)
    actions.keep_promise(actor=row.owner, now=Now.read(), commitment=promise)
    actions.agree_cadence(
        actor=row.owner, now=Now.read(), relationship=row, every_days=30, agreed_on=there, reason="Agreed by phone",
        agreed_with=row.stakeholders.get(contact__name="Ingrid Moe").contact,
    )  # fmt: skip
    page.reload()
    expect(score(page)).to_have_text("5 of 5")
    expect(page.locator(".c-lede")).to_contain_text("All is there to make it a customer.")
    criterion(page, "A promise kept by us").locator("summary").click()
    expect(criterion(page, "A promise kept by us").get_by_role("link", name="Send the table")).to_be_visible()

    page.get_by_role("link", name="Make it a customer").click()
    expect(dialog(page)).to_contain_text("Kept with the decision")
    page.keyboard.press("Control+Enter")
    closed(page)
    said = toast(page, "Ewos is a customer now.")
    expect(page.locator("section[aria-labelledby=moves]")).to_contain_text("From contact to customer by Alice Ahlberg")
    expect(page.locator("section[aria-labelledby=moves]")).to_contain_text("Five of five criteria met.")
    change = StageChange.objects.get()
    assert (change.made_by, [one["verdict"] for one in change.criteria]) == (people.alice(), ["met"] * 5)
    said.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="Make it a customer")).to_be_visible()
    page.get_by_role("button", name="Redo").click()
    expect(page.locator(".c-lede")).to_contain_text("Customer since today")

    page.goto(row.get_absolute_url())
    expect(page.locator(".c-tl")).to_contain_text("From contact to customer by Alice Ahlberg")
    expect(page.locator(".c-tl")).to_contain_text("Evidence kept with the decision.")


def test_waiver_that_is_over_is_told_and_counts_no_more(browse: Open) -> None:
    row = people.relationship(account=people.account("Ewos"))
    page = browse(people.alice())
    page.goto(f"/relationships/{row.pk}/stage/")
    criterion(page, "Two people with decision power").get_by_role("link", name="Waive").click()
    filled(page, {"span": "30", "why": "One person runs it all"})
    toast(page, "Waived until")
    expect(criterion(page, "Two people with decision power")).to_contain_text("Waived by Alice Ahlberg until")
    expect(score(page)).to_have_text("1 of 5")
    over(Waiver.objects.get())
    page.reload()
    expect(score(page)).to_have_text("0 of 5")
    waived = page.locator("section[aria-labelledby=waivers]")
    expect(waived).to_contain_text("One person runs it all")
    expect(waived).to_contain_text("Expired today; it was given by Alice Ahlberg until yesterday")


def over(given: Waiver) -> None:
    """As if it had been given a month earlier: the day after its last one is today."""
    earlier = timedelta(days=31)
    Waiver.objects.filter(pk=given.pk).update(from_on=given.from_on - earlier, until_on=given.until_on - earlier)
    actions.sweep_cadence(now=noon(today()))


def test_moved_without_javascript(browse: Any) -> None:
    row = people.relationship(account=people.account("Ewos"), stage="customer")
    page = browse(people.alice(), java_script_enabled=False)
    page.goto(f"/relationships/{row.pk}/stage-changes/")
    page.locator("[name=to][value=contact]").check(force=True)
    page.locator("[name=why]").fill("They buy from nobody this year")
    page.get_by_role("button", name="Move it").click()
    expect(page.locator("main")).to_contain_text("They buy from nobody this year")
    row.refresh_from_db()
    assert row.stage == "contact"
