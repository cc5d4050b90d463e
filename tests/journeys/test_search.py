"""Search from any page: a slash, a word with a mistake in it, down to what was said, and back to where one was."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Locator, Page, expect

from relationships.models import Interaction
from tests import people
from tests.journeys.book import closed, dialog, partner
from tests.journeys.conftest import Open
from web.clock import Now


def said(text: str) -> Interaction:
    row = partner("Ewos", quiet=41)
    note = Interaction.objects.filter(relationship=row).latest("pk")
    note.summary = text
    note.save()
    return note


def field(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Words to look for")


def test_slash_words_arrows_enter_and_back(browse: Open) -> None:
    note = said("Feed prices rise again in January")
    page = browse(people.alice())
    page.goto("/portfolio/")
    page.keyboard.press("/")
    page.wait_for_url("**/search/")
    expect(field(page)).to_be_focused()
    page.keyboard.type("pirces january")
    hit = page.locator("[data-hit]")
    expect(hit).to_have_count(1)
    expect(page.locator("mark")).to_have_text(["prices", "January"])
    expect(page.locator("#search-said")).to_have_text("Found: 1 note.")
    expect(field(page)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(hit).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(field(page)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(field(page)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{note.relationship.get_absolute_url()}*#entry-{note.pk}")
    page.go_back()
    expect(field(page)).to_have_value("pirces january")
    expect(hit).to_have_count(1)
    # What was typed made no steps of its own.
    field(page).fill("")
    expect(page).to_have_url("/search/?q=")
    page.keyboard.press("Escape")
    page.wait_for_url("**/portfolio/")


def test_slash_is_a_letter_in_a_field_and_off_where_keys_are_off(browse: Open) -> None:
    alice = people.alice()
    page = browse(alice)
    page.goto("/search/?q=ewos")
    page.locator("h1").click()
    page.keyboard.press("/")
    page.keyboard.type("a/b")
    expect(field(page)).to_have_value("a/b")
    alice.shortcuts = False
    alice.save()
    page.goto("/portfolio/")
    page.locator("h1").click()
    page.keyboard.press("/")
    page.wait_for_timeout(200)
    assert page.url.endswith("/portfolio/")


def test_without_a_script_it_is_a_form_and_links(browse: Open) -> None:
    note = said("The savings table for the ferry")
    page = browse(people.alice(), java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="Search").first.click()
    field(page).fill('"savings table"')
    page.get_by_role("button", name="Find").click()
    expect(page.locator("mark")).to_have_text("savings table")
    page.locator("[data-hit]").click()
    page.wait_for_url(f"**{note.relationship.get_absolute_url()}*")


def test_keys_have_a_page_to_which_the_help_leads(browse: Open) -> None:
    page = browse(people.alice())
    page.goto("/")
    page.keyboard.press("?")
    dialog(page).get_by_role("link", name="All keys of all pages").click()
    page.wait_for_url("**/shortcuts/")
    expect(page.locator("dt", has_text="Pin the chosen item")).to_have_count(1)
    closed(page)


def test_what_was_found_is_in_view_and_marked_however_often_one_goes_there(browse: Open) -> None:
    """Of a note far down a long timeline, below a list that folds itself: also from the cache, and loaded again."""
    row = partner("Ewos", quiet=41)
    now = Now.read()
    for back in range(40):
        day = now.today("UTC") - timedelta(days=3 * back)
        text = "Seven pallets stood in the rain" if back == 35 else f"Talk {back} about the feed"
        Interaction.objects.create(
            relationship=row, account=row.account, occurred_on=day, summary=text, logged_at=now.instant
        )
    page = browse(people.alice())
    for _time in range(3):
        page.goto("/search/?q=rain+palets")
        page.locator("[data-hit]").click()
        in_view(page)
    page.reload()
    in_view(page)
    # Its list of contacts can be opened all the same.
    page.get_by_text("Every contact of 26 weeks as a list").click()
    expect(page.locator(".c-strip table")).to_be_visible()


def in_view(page: Page) -> None:
    expect(page.locator(".c-strip[data-folded]")).to_have_count(1)
    entry = page.locator("li:target")
    expect(entry).to_contain_text("Seven pallets stood in the rain")
    expect(entry).to_be_in_viewport(ratio=1)
    expect(entry.locator("mark")).to_have_text(["pallets", "rain"])
    box = entry.bounding_box()
    assert box is not None and 0 <= box["y"] < 200
    plain = page.locator(".c-tl > li:not(:target) > div").first
    ground = "node => getComputedStyle(node).backgroundColor"
    assert entry.locator("> div").evaluate(ground) != plain.evaluate(ground)
