"""The fields of *Filter* by keyboard alone: one goes through what may be chosen, and stays in the field."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests import people
from tests.journeys.book import partner
from tests.journeys.conftest import Open

PANEL = "details.c-filters"


def _book() -> None:
    people.north()
    partner("Ewos", quiet=41, team=people.europe(), owner=people.mona(), tags=["feed"])
    partner("Nordlaks", quiet=10, owner=people.bob())
    partner("Salmar", quiet=2)
    people.south()


def _into(page: Page, name: str) -> Locator:
    """From the button into the panel and to that field, by the keys a person has."""
    page.locator(f"{PANEL} > summary").focus()
    page.keyboard.press("Enter")
    field = page.locator(f"{PANEL} [name={name}]")
    expect(field).to_be_visible()
    for _press in range(20):
        page.keyboard.press("Tab")
        if field.evaluate("field => field === document.activeElement"):
            return field
    raise AssertionError(f"Tab never came to {name}")


def _stays(page: Page, field: Locator, value: str) -> None:
    expect(field).to_have_value(value)
    expect(field).to_be_focused()
    expect(page.locator(PANEL)).to_have_attribute("open", "")


@pytest.mark.parametrize("path", ["/portfolio/", "/insights/", "/feedback/"])
def test_through_the_options_and_on(browse: Open, path: str) -> None:
    _book()
    page = browse(people.adam())
    page.goto(path)
    team = _into(page, "team")
    europe, north, south = (str(one.pk) for one in (people.europe(), people.north(), people.south()))
    page.keyboard.press("ArrowDown")
    page.wait_for_url(f"**team={europe}*")
    _stays(page, team, europe)
    # From where the page has been drawn anew the next press goes on, and one that is quicker than it, too.
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.wait_for_url(f"**team={south}*")
    _stays(page, team, south)
    page.keyboard.press("ArrowUp")
    page.wait_for_url(f"**team={north}*")
    _stays(page, team, north)
    # Escape closes it, and what opened it has the focus; also when the page is drawn anew meanwhile.
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    page.wait_for_url(f"**team={europe}*")
    expect(page.locator(".c-chip b")).to_have_text("Europe")
    expect(page.locator(PANEL)).not_to_have_attribute("open", "")
    expect(page.locator(f"{PANEL} > summary")).to_be_focused()


def test_an_answer_that_comes_late_takes_nothing_back(browse: Open) -> None:
    _book()
    page = browse(people.adam())
    page.goto("/portfolio/")
    team = _into(page, "team")
    held: list[Route] = []
    page.route(re.compile(rf"team={people.europe().pk}\b"), lambda route: held.append(route))
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(900)
    assert len(held) == 1
    page.keyboard.press("ArrowDown")
    for route in held:
        route.continue_()
    page.wait_for_url(f"**team={people.north().pk}*")
    _stays(page, team, str(people.north().pk))
    expect(page.locator(".c-book .name a")).to_have_text(["Nordlaks", "Salmar"])


def test_what_fits_nothing_is_seen_once_the_fields_are_left(browse: Open) -> None:
    _book()
    page = browse(people.adam())
    page.goto("/portfolio/?q=zzz")
    tag = _into(page, "tag")
    page.keyboard.type("feed")
    page.keyboard.press("Enter")
    page.wait_for_url("**tag=feed*")
    _stays(page, tag, "feed")
    # Typed on: the page that was drawn anew left the cursor where it was.
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    page.wait_for_url("**tag=fee")
    _stays(page, tag, "fee")
    for _press in range(20):
        page.keyboard.press("Tab")
        if not page.locator(PANEL).evaluate("panel => panel.contains(document.activeElement)"):
            break
    expect(page.locator(PANEL)).not_to_have_attribute("open", "")
    found = page.get_by_role("heading", name="No relationship fits")
    box = found.bounding_box()
    assert box
    top = "([x, y]) => document.elementFromPoint(x, y).closest('h2')?.textContent"
    assert page.evaluate(top, [box["x"] + 5, box["y"] + box["height"] / 2]) == "No relationship fits"
    expect(page.locator("body")).not_to_be_focused()


def test_who_points_has_chosen(browse: Open) -> None:
    """With the mouse nothing waits for a second choice."""
    _book()
    page = browse(people.adam())
    page.goto("/portfolio/")
    page.locator(f"{PANEL} > summary").click()
    with page.expect_request(re.compile("team="), timeout=500):
        page.locator(f"{PANEL} [name=team]").select_option(label="North")
    expect(page.locator(".c-book .name a")).to_have_text(["Nordlaks", "Salmar"])
