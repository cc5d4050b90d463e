"""Ctrl+K from anywhere: a place, a partner or a deed by a few letters, and back to where one was."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from relationships.models import Relationship
from tests import people
from tests.journeys.book import closed, dialog, partner
from tests.journeys.conftest import Open


def palette(page: Page) -> Locator:
    found = page.locator("dialog.c-palette")
    expect(found).to_be_visible()
    expect(found.get_by_role("combobox")).to_be_focused()
    return found


def lit(page: Page) -> Locator:
    """The option that Enter opens; the field names it for who does not see it."""
    option = page.locator(".c-options [aria-selected=true]")
    expect(option).to_have_count(1)
    expect(page.locator(".c-palette").get_by_role("combobox")).to_have_attribute(
        "aria-activedescendant", option.get_attribute("id") or ""
    )
    return option


def test_promise_from_a_field_and_back_to_it(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto("/portfolio/")
    field = page.locator("main [data-search]")
    field.fill("unsaved words")
    page.keyboard.press("Control+k")
    shown = palette(page)
    page.keyboard.type("ewo")
    expect(shown.get_by_role("status")).to_have_text("9 results")
    expect(lit(page)).to_have_text(f"Ewos{row_hint(shown)}")
    for _option in range(3):
        page.keyboard.press("ArrowDown")
    expect(lit(page)).to_have_text("Promise to Ewos")
    page.keyboard.press("Enter")
    form = dialog(page)
    expect(shown).to_be_hidden()
    expect(form.get_by_role("heading")).to_contain_text("promise")
    assert f"relationship={row.pk}" in (page.locator("#dialog").get_attribute("data-from") or "")
    expect(form).to_contain_text("Ewos")
    page.keyboard.press("Escape")
    closed(page)
    expect(field).to_be_focused()
    expect(field).to_have_value("unsaved words")


def row_hint(shown: Locator) -> str:
    return shown.locator(".c-options [aria-selected=true] .hint").inner_text()


def test_keys_move_round_and_escape_goes_back(browse: Open) -> None:
    partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto("/")
    before = page.get_by_role("link", name="Portfolio").first
    before.focus()
    page.keyboard.press("Meta+k")
    palette(page)
    expect(lit(page)).to_have_text("Today")
    page.keyboard.press("ArrowUp")
    expect(lit(page)).to_have_text("Add organisation")
    page.keyboard.press("ArrowDown")
    expect(lit(page)).to_have_text("Today")
    page.keyboard.press("End")
    expect(lit(page)).to_have_text("Add organisation")
    page.keyboard.press("Home")
    expect(lit(page)).to_have_text("Today")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.c-palette")).to_be_hidden()
    expect(before).to_be_focused()
    page.keyboard.press("Control+k")
    palette(page)
    page.keyboard.press("Control+k")
    expect(page.locator("dialog.c-palette")).to_be_hidden()


def test_enter_before_the_answer_opens_what_was_typed(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto("/")
    page.keyboard.press("Control+k")
    palette(page)
    page.keyboard.type("ewos")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{row.get_absolute_url()}")


def test_over_a_dialog_that_is_open_and_with_letters_switched_off(browse: Open) -> None:
    partner("Ewos", quiet=41)
    alice = people.alice()
    alice.shortcuts = False
    alice.save()
    page = browse(alice)
    page.goto("/")
    page.locator("[data-key-link=log]").first.focus()
    page.keyboard.press("Enter")
    dialog(page)
    page.keyboard.press("Control+k")
    shown = palette(page)
    page.keyboard.type("zzzz")
    expect(shown.get_by_role("status")).to_have_text("No result")
    expect(shown).to_contain_text("Nothing found. Try fewer letters.")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    dialog(page)


def test_told_in_the_help_and_shown_in_the_navigation(browse: Open) -> None:
    page = browse(people.alice())
    page.goto("/")
    page.keyboard.press("?")
    expect(dialog(page).locator("dt", has_text="Go to or do anything")).to_have_count(1)
    page.keyboard.press("Escape")
    closed(page)
    page.get_by_role("link", name="Go to or do").click()
    shown = palette(page)
    shown.get_by_role("option", name="Portfolio").hover()
    expect(lit(page)).to_have_text("Portfolio")
    shown.get_by_role("option", name="Portfolio").click()
    page.wait_for_url("**/portfolio/")


def test_by_touch_on_a_phone(browse: Open) -> None:
    row: Relationship = partner("Ewos", quiet=41)
    page = browse(people.alice(), width=390, height=740, has_touch=True)
    page.goto("/")
    page.locator(".c-dock summary").tap()
    page.locator(".c-dock [data-palette]").tap()
    shown = palette(page)
    page.keyboard.type("ewo")
    option = shown.get_by_role("option", name="Ewos").first
    expect(option).to_be_visible()
    box = option.bounding_box()
    assert box is not None and box["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    option.tap()
    page.wait_for_url(f"**{row.get_absolute_url()}")


def test_palette_breaks_no_rule_of_accessibility_by_roles(browse: Open) -> None:
    partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto("/")
    page.keyboard.press("Control+k")
    shown = palette(page)
    page.keyboard.type("ewo")
    expect(shown.get_by_role("listbox").get_by_role("group", name="Partners").get_by_role("option")).to_have_count(1)
    expect(shown.get_by_role("listbox").get_by_role("group", name="Actions").get_by_role("option")).to_have_count(8)


def test_without_a_script_it_is_a_page(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    page = browse(people.alice(), java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="Go to or do").click()
    page.get_by_role("searchbox", name="A place, a partner or an action").fill("ewo")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("link", name="Promise to Ewos")).to_be_visible()
    page.get_by_role("link", name="Ewos").first.click()
    page.wait_for_url(f"**{row.get_absolute_url()}")


def test_enter_opens_what_is_called_so(browse: Open) -> None:
    """Of names near each other, and near what places are called, the one that was typed; no place, and no way out."""
    for own in ("Havbris Sea Farm", "Northmere", "Old Marlow Mill"):
        partner(own)
    names = {"marl": "Marlow Paper", "norr": "Norrtorp", "harb": "Harbour Skills Trust", "strand": "Strandby Fish"}
    rows = {typed: partner(name, owner=people.bob()) for typed, name in names.items()}
    page = browse(people.alice())
    page.goto("/")
    for typed, row in rows.items():
        page.keyboard.press("Control+k")
        palette(page)
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{row.get_absolute_url()}")
    page.goto("/")
    page.keyboard.press("Control+k")
    palette(page)
    page.keyboard.type("log")
    page.keyboard.press("Enter")
    expect(dialog(page).get_by_role("heading").first).to_have_text("Log a check-in")
    assert page.locator("#dialog").get_attribute("data-from") == "/log/"


def test_on_the_page_of_a_partner_it_begins_with_what_is_done_with_them(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto(row.get_absolute_url())
    page.keyboard.press("Control+k")
    shown = palette(page)
    expect(lit(page)).to_have_text("Log check-in with Ewos")
    expect(shown.get_by_role("group").first).to_contain_text("Review pack of Ewos")
    page.keyboard.type("meeting")
    expect(lit(page)).to_have_text("Meetings")
    page.keyboard.type(" with")
    expect(lit(page)).to_have_text("Plan a meeting with Ewos")


def test_focus_goes_back_to_what_opened_it(browse: Open) -> None:
    page = browse(people.alice())
    page.goto("/")
    button = page.get_by_role("link", name="Go to or do")
    for leave in ("Escape", "Enter"):
        button.click()
        shown = palette(page)
        if leave == "Enter":
            shown.get_by_role("button", name="Close").focus()
        page.keyboard.press(leave)
        expect(shown).to_be_hidden()
        expect(button).to_be_focused()


def test_focus_goes_back_to_the_menu_that_it_was_opened_from(browse: Open) -> None:
    page = browse(people.alice(), width=390, height=740)
    page.goto("/")
    more = page.locator(".c-dock summary")
    more.click()
    page.locator(".c-dock [data-palette]").click()
    shown = palette(page)
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    expect(more).to_be_focused()
