"""What is done with a relationship besides logging; all of it can be taken back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import Account
from meetings import actions as meetings
from relationships import actions, pulse_links
from relationships.models import Relationship, Snooze
from tests import people
from tests.journeys.book import (
    closed,
    dialog,
    mark,
    not_reloaded,
    open_flags,
    partner,
    person_at,
    rows,
    toast,
    today,
)
from tests.journeys.conftest import Open
from tests.journeys.judged_book import judged_book
from web.clock import Now


def test_snooze(browse: Open) -> None:
    """The state changes on the page without reload; the flag waits, and comes back with Undo."""
    row = partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto("/")
    mark(page)
    page.get_by_role("link", name="Snooze Ewos").click()
    dialog(page)
    page.locator("#dialog label", has_text="They are away").click()
    page.keyboard.press("Control+Enter")
    said = toast(page, "Ewos snoozed until")
    expect(rows(page, "Ewos")).to_have_count(0)
    assert Snooze.objects.get().until_on == today() + timedelta(days=7)
    assert open_flags(row) == 0
    said.get_by_role("button", name="Undo").click()
    expect(rows(page, "Ewos")).to_have_count(1)
    assert open_flags(row) == 1
    assert not_reloaded(page)


def test_too_long_a_snooze_offers_the_pause(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto(row.get_absolute_url())
    mark(page)
    page.get_by_role("link", name="Snooze").filter(visible=True).click()
    dialog(page)
    page.locator("#dialog label", has_text="Other day").click()
    page.locator("#dialog").get_by_text("Other day", exact=True).click()
    page.locator("#dialog [name=until_on]").fill((today() + timedelta(days=60)).isoformat())
    page.locator("#dialog [name=reason]").fill("A long holiday")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#dialog .c-field.bad")).to_contain_text("Pause it instead.")
    expect(page.locator("#dialog [name=reason]")).to_have_value("A long holiday")
    page.locator("#dialog").get_by_role("link", name="Pause it instead", exact=True).click()
    expect(page.locator("#dialog h2").first).to_have_text("Pause Ewos")
    page.locator("#dialog [name=reason]").fill("A long holiday")
    page.keyboard.press("Control+Enter")
    toast(page, "Ewos paused")
    expect(page.locator(".c-state").first).to_contain_text("Paused since today: A long holiday")
    assert open_flags(row) == 0
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".c-state").first).to_contain_text("Overdue")
    assert not_reloaded(page)


def test_rhythm_agreed_with_a_person_of_theirs(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    ingrid = person_at(row, "Ingrid Moe", "Buyer")
    page = browse(people.alice())
    page.goto(row.get_absolute_url())
    expect(page.locator(".c-pulse-say")).to_contain_text("Every 14 days, assumed: nobody of theirs has agreed it yet.")
    page.locator(".c-pulse-say").get_by_role("link", name="Change").click()
    dialog(page)
    page.locator("#dialog [name=every_days]").fill("60")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#dialog .c-field.bad")).to_contain_text("More than 31 days needs a reason.")
    page.locator("#dialog [name=every_days]").fill("21")
    page.locator("#dialog [name=agreed_with]").select_option(label="Ingrid Moe")
    page.keyboard.press("Control+Enter")
    said = toast(page, "every 21 days")
    expect(page.locator(".c-pulse-say")).to_contain_text("Every 21 days, agreed by Ingrid Moe and Alice Ahlberg today.")
    row.refresh_from_db()
    assert row.agreement is not None
    assert (row.every_days, row.agreement.agreed_with) == (21, ingrid)
    said.get_by_role("button", name="Undo").click()
    expect(page.locator(".c-pulse-say")).to_contain_text("Every 14 days, assumed")


def test_new_one_with_a_new_organisation(browse: Open) -> None:
    people.alice()
    page = browse(people.alice())
    page.goto("/portfolio/")
    expect(page.get_by_role("heading", name="The book is empty")).to_be_visible()
    page.keyboard.press("c")
    dialog(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#dialog .c-summary li")).to_have_text(re.compile("^Organisation: Choose an organisation"))
    page.locator("#dialog [name=new_account]").fill("Fjord Seafood")
    page.locator("#dialog [name=every_days]").fill("10")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/relationships/*/")
    expect(page.get_by_role("heading", name="Fjord Seafood")).to_be_visible()
    expect(page.locator(".c-state").first).to_contain_text("New: never in touch")
    toast(page, "Fjord Seafood added.")
    row = Relationship.objects.get()
    assert (row.account.name, row.every_days, row.owner) == ("Fjord Seafood", 10, people.alice())
    page.keyboard.press("z")
    page.wait_for_url(re.compile(r":\d+/$"))
    assert not Relationship.objects.visible_to(people.alice()).exists()


def test_new_one_with_a_known_organisation(browse: Open) -> None:
    """Letters and Enter choose it; a typing error in another field keeps the choice."""
    row = partner("Ewos", quiet=3)
    Account.objects.filter(pk=row.account_id).update(name="Ewos", name_key="ewos")
    page = browse(people.alice())
    page.goto("/portfolio/")
    page.keyboard.press("c")
    dialog(page)
    page.keyboard.type("ewo")
    page.keyboard.press("Enter")
    expect(page.locator("#dialog .ts-control .item")).to_contain_text("Ewos")
    page.locator("#dialog [name=every_days]").fill("99")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#dialog .c-summary")).to_be_visible()
    expect(page.locator("#dialog .ts-control .item")).to_contain_text("Ewos")
    page.locator("#dialog [name=every_days]").fill("20")
    page.locator("#dialog [name=name]").fill("Feed")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url.endswith("/") and "relationships" in url)
    assert row.account.relationships.count() == 2


def test_remove_and_undo(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto(row.get_absolute_url())
    page.locator("main").get_by_label("More").click()
    page.get_by_role("button", name="Remove").click()
    page.wait_for_url("**/portfolio/")
    said = toast(page, "Ewos removed.")
    expect(page.get_by_role("heading", name="The book is empty")).to_be_visible()
    said.get_by_role("button", name="Undo").click()
    expect(page.locator(".c-book")).to_contain_text("Ewos")
    closed(page)
    back = Relationship.objects.get()
    assert (back.pk, back.due_on, open_flags(back)) == (row.pk, row.due_on, 1)


def test_the_standing_comes_before_the_timeline_and_the_link_for_theirs_is_copied(browse: Open) -> None:
    """By the Tab key, and from above on a phone; at a desk it stands beside. The button says that it has copied."""
    book = judged_book()
    address = pulse_links.address_for(book.given)
    page = browse(people.alice(), width=390, height=844, permissions=["clipboard-read", "clipboard-write"])
    page.goto(book.row.get_absolute_url())
    above = {name: page.locator(f"#{name}").bounding_box() for name in ("standing", "timeline", "pulse")}
    assert all(above.values())
    assert sorted(above, key=lambda name: above[name]["y"]) == ["standing", "timeline", "pulse"]  # type: ignore[index]
    page.locator("main").get_by_role("link", name="Overview").focus()
    found = []
    while "timeline" not in found:
        page.keyboard.press("Tab")
        found.append(
            page.evaluate("document.activeElement.closest('section[aria-labelledby]')?.getAttribute('aria-labelledby')")
        )
        assert len(found) < 60, found
    assert "standing" in found and "pulse" not in found
    page.get_by_role("textbox", name="The link to copy").focus()
    assert page.evaluate("getSelection().toString()") == address
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address
    page.set_viewport_size({"width": 1440, "height": 900})
    beside = [page.locator(f"#{name}").bounding_box() for name in ("timeline", "standing")]
    assert beside[0] and beside[1] and beside[0]["x"] < beside[1]["x"] and abs(beside[0]["y"] - beside[1]["y"]) < 16


def test_a_text_without_a_space_stays_in_its_row(browse: Open) -> None:
    """It breaks anywhere and is cut where its own page shows it whole: no page grows wider, no row into a tall block."""
    row = partner("W" * 230)
    dana = person_at(row, "C" * 230)
    by: dict[str, Any] = {"actor": people.alice(), "now": Now.read()}
    actions.name_stakeholder(relationship=row, contact=dana, power="decides", **by)
    people.promise(row, what="P" * 230)
    plan: dict[str, Any] = {"starts_at": Now.read().instant + timedelta(days=2), "zone": "UTC"}
    meeting = meetings.plan_meeting(relationships=[row], title="M" * 230, contacts={row.pk: [dana]}, **plan, **by).row
    page = browse(people.alice())
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for address in (
            row.get_absolute_url(),
            reverse("relationship_stage", args=[row.pk]),
            meeting.get_absolute_url(),
        ):
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            assert tall(page, ".c-crumb > a, .c-check p > a, .c-crit .val, .c-asked .line > span") == [], address


def tall(page: Page, found: str) -> list[str]:
    """What is higher than four lines, of the elements that these selectors find."""
    high: list[str] = page.locator(found).evaluate_all(
        "all => all.filter((one) => one.getBoundingClientRect().height > 84).map((one) => one.outerHTML)"
    )
    return high
