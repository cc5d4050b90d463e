"""Charts: drawn under the strict policy of contents (what breaks it fails any journey), read out by keys, and a table for who
has no JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests import people
from tests.journeys.charts_page import CLOSE
from tests.journeys.conftest import Open
from tests.journeys.test_looks import at_every_width, with_axe

pytestmark = pytest.mark.urls("tests.journeys.charts_page")
ADDRESS = "/charts-tried/"


def _open(browse: Open) -> Page:
    page = browse(people.alice())
    page.goto(ADDRESS)
    expect(page.locator("#contact-chart svg")).to_be_visible()
    return page


def test_drawn_read_out_by_keys_and_in_both_themes(browse: Open) -> None:
    page = _open(browse)
    chart, said = page.locator("#contact-chart"), page.locator("#contact-said")
    expect(chart.locator("text", has_text="29 in touch")).to_be_visible()
    expect(chart.locator("text", has_text="Contract")).to_be_visible()
    # In grey the two lines differ by their dashes and by what stands at their points.
    assert chart.locator("path[stroke-dasharray]").count() >= 1
    expect(page.get_by_text("The numbers as a table")).to_have_count(3)
    expect(page.get_by_role("table")).to_have_count(0)
    expect(page.locator("main")).not_to_contain_text("{#")

    expect(chart).to_have_accessible_name("Overdue rose from 3 to 6 in twelve weeks.")
    chart.focus()
    expect(said).to_have_text("Arrow keys read it out.")
    chart.press("ArrowRight")
    expect(said).to_have_text("Week 1: 31 in touch, 3 overdue.")
    chart.press("ArrowLeft")
    expect(said).to_have_text("Week 1: 31 in touch, 3 overdue.")
    chart.press("End")
    expect(said).to_have_text("Week 12: 29 in touch, 6 overdue.")
    for _ in range(5):
        chart.press("ArrowLeft")
    # What happened is told where it happened.
    expect(said).to_have_text("Between: the contract was signed.")
    chart.press("Escape")
    expect(said).to_have_text("Arrow keys read it out.")

    line = chart.locator("path[stroke='var(--over)']").first
    colour = "node => getComputedStyle(node).stroke"
    light = line.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    assert line.evaluate(colour) != light


def test_names_of_what_happened_lie_on_nothing(browse: Open) -> None:
    chart = _open(browse).locator("#contact-chart")
    names = {name: chart.locator("text", has_text=re.compile(f"^{name}$")) for name in (*CLOSE, "Contract")}
    boxes = {name: found.bounding_box() for name, found in names.items()}
    lines = [line.bounding_box() for line in chart.locator("path[stroke-dasharray][stroke='var(--ink-3)']").all()]
    assert len(lines) == 5
    for name, box in boxes.items():
        assert box, name
        others = [one for other, one in boxes.items() if other != name]
        for thing in [*others, *lines]:
            assert thing
            beside = thing["x"] >= box["x"] + box["width"] or thing["x"] + thing["width"] <= box["x"]
            above_or_below = thing["y"] >= box["y"] + box["height"] - 1 or thing["y"] + thing["height"] <= box["y"] + 1
            assert beside or above_or_below, name
    # Without room for its name a line stands alone, and the keys tell of it.
    expect(chart.locator("text", has_text="Begun")).to_have_count(0)
    chart.focus()
    chart.press("Home")
    chart.press("ArrowRight")
    expect(chart.page.locator("#contact-said")).to_have_text("Before: it begins.")


def test_what_has_an_address_is_followed(browse: Open) -> None:
    page = _open(browse)
    chart, said = page.locator("#standing-chart"), page.locator("#standing-said")
    expect(chart.locator("text", has_text="Castell Foods")).to_be_visible()
    chart.focus()
    chart.press("ArrowRight")
    expect(said).to_have_text("A: 51, 46 to 56.")
    chart.press("ArrowDown")
    expect(said).to_have_text("Castell Foods: 58, 51 to 64.")
    chart.press("Enter")
    expect(page).to_have_url(re.compile("q=castell"))


def test_a_pointer_reads_what_is_nearest(browse: Open) -> None:
    page = _open(browse)
    chart = page.locator("#tens-chart")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.65, box["y"] + box["height"] * 0.75)
    expect(page.locator("#tens-said")).to_have_text(re.compile("from .0 to .9"))
    # It is drawn anew where it has less room, and still says the same.
    page.set_viewport_size({"width": 390, "height": 844})
    expect(chart.locator("svg")).to_have_attribute("width", re.compile("^3[0-9]{2}$"))


def test_the_table_is_there_without_javascript(browse: Open) -> None:
    page = browse(people.alice(), java_script_enabled=False)
    page.goto(ADDRESS)
    table = page.get_by_role("table").first
    expect(table.get_by_role("row")).to_have_count(13)
    expect(table.get_by_role("row", name=re.compile("^12"))).to_contain_text("6")
    expect(page.get_by_role("heading", name="Contact slipped and has not come back")).to_be_visible()
    expect(page.locator("#contact-chart")).to_be_hidden()
    page.get_by_role("link", name="29 in touch in week 12").click()
    expect(page).to_have_url(re.compile("/portfolio/"))


def test_everybody_can_read_it(browse: Open) -> None:
    page = with_axe(browse(people.alice()))
    page.goto(ADDRESS)
    expect(page.locator("#tens-chart svg")).to_be_visible()
    for summary in page.get_by_text("The numbers as a table").all():
        summary.click()
    faults = at_every_width(page, ADDRESS)
    assert {where: found for where, found in faults.items() if found} == {}
