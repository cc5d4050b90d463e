"""Insights in the browser: reached by keys, drawn, narrowed without losing the charts, opened to the list behind a figure."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import expect

from dashboards.actions import count_book, tell_book
from tests import people
from tests.journeys.book import partner, today
from tests.journeys.conftest import Open
from web.clock import Now


def _book() -> None:
    partner("Ewos", quiet=41, tags=["feed"])
    partner("Nordlaks", quiet=2)
    partner("Salmar", quiet=3)
    now = Now.read()
    count_book(now=now)
    tell_book(since=today() - timedelta(weeks=8), now=now)


def test_from_the_keys_to_the_list_behind_a_figure(browse: Open) -> None:
    _book()
    page = browse(people.alice())
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/insights/")
    expect(page.locator(".c-lede")).to_have_text(re.compile(r"2 of 3 relationships are in touch\b.*One is overdue"))
    chart = page.locator("#contact-chart")
    expect(chart.locator("text", has_text="2 in touch")).to_be_visible()
    chart.focus()
    chart.press("End")
    expect(page.locator("#contact-said")).to_have_text("Now: 2 in touch, 0 due, 1 overdue.")
    chart.press("ArrowLeft")
    expect(page.locator("#contact-said")).to_contain_text("Week of")

    # Narrowed, the charts are drawn anew and the choice stands in the address.
    page.locator(".c-filters > summary").click()
    page.locator(".c-filters [name=tag]").fill("feed")
    page.keyboard.press("Enter")
    expect(page.locator(".c-lede")).to_contain_text("The only relationship is not in touch")
    expect(page).to_have_url(re.compile(r"\?tag=feed$"))
    expect(page.locator("#contact-chart text", has_text="1 overdue")).to_be_visible()
    expect(page.get_by_text("The numbers as a table").first).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(0)
    page.get_by_role("link", name="12 weeks").click()
    expect(page).to_have_url(re.compile(r"\?(?=.*tag=feed)(?=.*weeks=12)"))

    page.get_by_role("link", name=re.compile("^1 relationship overdue, longer")).click()
    expect(page).to_have_url(re.compile(r"/portfolio/\?(?=.*late=longer)(?=.*whose=book)(?=.*tag=feed)"))
    expect(page.get_by_role("link", name="Ewos", exact=True).first).to_be_visible()


def test_without_javascript_the_numbers_are_there(browse: Open) -> None:
    _book()
    page = browse(people.alice(), java_script_enabled=False)
    page.goto("/insights/?tag=feed")
    expect(page.locator("#contact-chart")).to_be_hidden()
    expect(page.get_by_role("table").first.get_by_role("row").last).to_contain_text("1")
    page.get_by_role("link", name="Remove").click()
    expect(page.locator(".c-lede")).to_contain_text("2 of 3 relationships are in touch")
