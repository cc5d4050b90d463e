"""Their people: named with their power by keyboard, gone by one tap, missed, met; by thumb and without JavaScript."""

from __future__ import annotations

from playwright.sync_api import expect

from accounts.models import Contact
from relationships import actions
from relationships.models import Introduction, Relationship, Stakeholder
from tests import people
from tests.journeys.book import ago, closed, dialog, mark, not_reloaded, partner, person_at, toast
from tests.journeys.conftest import Open
from tests.journeys.test_phone import LETTERS, too_small
from web.clock import Now


def of(row: Relationship) -> str:
    return f"/relationships/{row.pk}/people/"


def named(row: Relationship, name: str, **part: object) -> Contact:
    contact = person_at(row, name)
    actions.name_stakeholder(
        actor=people.alice(),
        now=Now.read(),
        relationship=row,
        contact=contact,
        **part,  # type: ignore[arg-type]
    )
    return contact


def talk(row: Relationship, days: int, *contacts: Contact) -> None:
    actions.log_interaction(
        actor=people.alice(), now=Now.read(), relationship=row, occurred_on=ago(days), channel="call", contacts=contacts
    )


def test_several_named_with_their_power_by_keyboard(browse: Open) -> None:
    row = partner("Ewos", quiet=3)
    page = browse(people.alice())
    page.goto(of(row))
    expect(page.locator(".c-empty")).to_contain_text("Who answers when you ring? Who decides? Who signs?")
    mark(page)
    page.keyboard.press("c")
    box = dialog(page)
    expect(box.locator("[name=name]")).to_be_focused()
    page.keyboard.type("Solveig Dahl")
    page.keyboard.press("Tab")
    page.keyboard.type("Director")
    page.keyboard.press("Tab")
    for _press in range(4):
        page.keyboard.press("ArrowRight")
    expect(box.get_by_label("Signs", exact=True)).to_be_checked()
    box.get_by_role("button", name="Save and add another").focus()
    page.keyboard.press("Enter")
    toast(page, "Solveig Dahl named in Ewos")
    expect(box.locator("[name=name]")).to_have_value("")
    expect(box.locator("[name=name]")).to_be_focused()
    page.keyboard.type("Ingrid Moe")
    box.get_by_label("Reports to").select_option(label="Solveig Dahl")
    page.keyboard.press("Control+Enter")
    closed(page)
    expect(page.locator(".c-rows > li b")).to_have_text(["Solveig Dahl", "Ingrid Moe"])
    expect(page.locator(".c-tree > li")).to_have_text(["Solveig Dahl signs", "Ingrid Moe"])
    assert not_reloaded(page)
    assert set(Stakeholder.objects.values_list("contact__name", "power")) == {
        ("Solveig Dahl", "signs"),
        ("Ingrid Moe", ""),
    }


def test_somebody_left_by_one_tap_the_gap_appears_and_undo_takes_all_of_it_back(browse: Open) -> None:
    row = partner("Ewos", quiet=3)
    solveig = named(row, "Solveig Dahl", power="signs")
    ingrid = named(row, "Ingrid Moe", power="influences", reports_to=solveig)
    talk(row, 3, solveig, ingrid)
    page = browse(people.alice())
    page.goto(of(row))
    mark(page)
    missing = page.locator(".c-gaps")
    expect(missing).not_to_contain_text("Solveig Dahl, who signed")
    page.get_by_role("button", name="Solveig Dahl has left").click()
    said = toast(page, "Solveig Dahl has left Ewos. To be met: Meet who follows Solveig Dahl, who signed.")
    expect(missing).to_contain_text("Solveig Dahl, who signed, left today: nobody has taken their place.")
    wanted = page.locator("section", has=page.get_by_role("heading", name="To be met"))
    expect(wanted).to_contain_text("through Ingrid Moe")
    page.locator("#left summary").click()
    expect(page.locator("#left")).to_contain_text("Solveig Dahl")
    said.get_by_role("button", name="Undo").click()
    expect(missing).not_to_contain_text("Solveig Dahl, who signed, left")
    expect(page.locator(".c-rows > li b")).to_have_text(["Solveig Dahl", "Ingrid Moe"])
    assert not Introduction.objects.exists() and solveig.affiliations.get().until is None
    assert not_reloaded(page)


def test_power_changed_and_a_reason_that_is_missing_keeps_the_text(browse: Open) -> None:
    row = partner("Ewos", quiet=3)
    named(row, "Ingrid Moe", role="user")
    page = browse(people.alice())
    page.goto(of(row))
    page.get_by_role("link", name="Change what Ingrid Moe is").click()
    box = dialog(page)
    box.get_by_text("Decides", exact=True).click()
    box.locator("summary", has_text="The record is wrong").click()
    box.get_by_label("Willing to give time").select_option(label="Rarely gives time")
    page.keyboard.press("Control+Enter")
    expect(box).to_contain_text("Say why; what the record says stands beside it.")
    expect(box.get_by_label("Decides", exact=True)).to_be_checked()
    box.get_by_label("Why you say so").fill("Two works at once")
    page.keyboard.press("Control+Enter")
    closed(page)
    expect(page.locator(".c-rows > li")).to_contain_text("Rarely gives time: Two works at once")
    expect(page.locator(".c-rows > li")).to_contain_text("decides · not spoken to")


def test_met_from_today_somebody_new(browse: Open) -> None:
    row = partner("Ewos", quiet=3)
    actions.open_introduction(actor=people.alice(), now=Now.read(), relationship=row, wanted="Meet who signs")
    page = browse(people.alice())
    page.goto("/")
    page.get_by_role("link", name="Met: Meet who signs").click()
    box = dialog(page)
    box.get_by_label("Or somebody new: name").fill("Jon Hauge")
    box.get_by_text("Signs", exact=True).click()
    page.keyboard.press("Control+Enter")
    closed(page)
    toast(page, "Met Jon Hauge: Meet who signs")
    expect(page.get_by_role("heading", name="Nothing wants you")).to_be_visible()
    assert Stakeholder.objects.get().power == "signs"


def test_by_thumb_at_390(browse: Open) -> None:
    row = partner("Ewos", quiet=3)
    solveig = named(row, "Solveig Dahl", power="signs", role="sponsor", accountable=True, commands=True)
    named(row, "Ingrid Moe", power="influences", reports_to=solveig)
    page = browse(people.alice(), width=390, height=844, has_touch=True, is_mobile=True)
    page.goto(of(row))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert too_small(page) == []
    page.get_by_role("link", name="Change what Ingrid Moe is").tap()
    box = dialog(page)
    expect(box.get_by_label("Reports to")).to_be_visible()
    assert too_small(page) == [] and page.evaluate(LETTERS) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Solveig Dahl has left").tap()
    toast(page, "Solveig Dahl has left Ewos")
    expect(page.locator(".c-gaps")).to_contain_text("left today")


def test_without_javascript(browse: Open) -> None:
    row = partner("Ewos", quiet=3)
    page = browse(people.alice(), java_script_enabled=False)
    page.goto(of(row))
    page.get_by_role("link", name="Name the first").click()
    page.get_by_label("Name").fill("Solveig Dahl")
    page.get_by_text("Signs", exact=True).click()
    page.get_by_role("button", name="Save and add another").click()
    toast(page, "Solveig Dahl named in Ewos")
    page.get_by_label("Name").fill("Ingrid Moe")
    page.get_by_role("button", name="Add person").click()
    expect(page.locator(".c-rows > li b")).to_have_text(["Solveig Dahl", "Ingrid Moe"])
    page.get_by_role("button", name="Solveig Dahl has left").click()
    toast(page, "Solveig Dahl has left Ewos")
    expect(page.locator(".c-gaps")).to_contain_text("Solveig Dahl, who signed, left today")
    page.get_by_role("link", name="Met: Meet who follows Solveig Dahl, who signed").click()
    page.get_by_label("Whom you met").select_option(label="Ingrid Moe")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".c-gaps")).not_to_contain_text("who signed, left")
    assert Introduction.objects.get().met == Contact.objects.get(name="Ingrid Moe")
