"""Keys: a registry that implements them and writes the help."""

from __future__ import annotations

from playwright.sync_api import expect

from dashboards import columns
from tests import people
from tests.journeys.book import closed, dialog, partner, toast
from tests.journeys.conftest import Open


def test_help_and_where_the_keys_lead(browse: Open) -> None:
    partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto("/")
    page.keyboard.press("?")
    listed = dialog(page).locator("dt").all_inner_texts()
    assert {"Log a check-in", "Search", "Go to Portfolio", "Undo what you just did", "Save the form you are in"} <= set(
        listed
    )
    assert "Create" not in listed
    page.keyboard.press("Escape")
    closed(page)
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/portfolio/")
    page.keyboard.press("?")
    expect(dialog(page).locator("dt", has_text="Create")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url(lambda url: url.endswith(":" + url.rsplit(":", 1)[1].split("/")[0] + "/"))
    page.keyboard.press("/")
    page.wait_for_url("**/search/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("z")
    toast(page, "Nothing that you did in the last hour is left to take back.")


def test_letters_are_letters_while_typing(browse: Open) -> None:
    partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto("/portfolio/")
    page.locator("main [data-search]").focus()
    page.keyboard.type("/l?cz")
    closed(page)
    expect(page.locator("main [data-search]")).to_have_value("/l?cz")


def test_keys_can_be_switched_off(browse: Open) -> None:
    partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto("/")
    page.keyboard.press("?")
    dialog(page).get_by_label("Single letters work as shortcuts in this browser").uncheck()
    page.keyboard.press("Escape")
    closed(page)
    page.keyboard.press("l")
    page.wait_for_timeout(300)
    closed(page)


def test_a_table_wider_than_its_place_is_read_to_its_end_by_keys_and_whose_row_it_is_stays(browse: Open) -> None:
    row = partner("Ewos", quiet=41, yearly_worth=184000)
    page = browse(people.alice())
    page.set_viewport_size({"width": 1440, "height": 900})
    chosen = "&".join(f"columns={key}" for key in ("partner", *columns.DRAWN, *columns.WRITTEN))
    page.goto(f"/portfolio/?{chosen}")
    table, name = page.get_by_role("region", name="Relationships"), page.get_by_role("link", name=str(row), exact=True)
    last = table.get_by_role("columnheader", name="Team")
    expect(last).not_to_be_in_viewport()
    assert "gradient" in table.evaluate("one => getComputedStyle(one).backgroundImage")
    page.locator("[data-choose-all]").focus()
    page.keyboard.press("Shift+Tab")
    expect(table).to_be_focused()
    for _press in range(60):
        page.keyboard.press("ArrowRight")
    # Columns are as wide as their letters: the last may end between two points.
    expect(last).to_be_in_viewport(ratio=0.99)
    expect(name).to_be_in_viewport(ratio=1)
    assert name.evaluate(
        "one => { const at = one.getBoundingClientRect();"
        " return one.contains(document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2)) }"
    )


def test_help_shows_its_keys_also_where_the_window_is_as_narrow_as_a_phone(browse: Open) -> None:
    page = browse(people.alice(), width=360, height=740)
    page.goto("/")
    page.keyboard.press("?")
    names, caps = dialog(page).locator("dt"), dialog(page).locator("dd kbd")
    expect(names.first).to_be_visible()
    assert caps.count() >= names.count() > 5
    assert all(cap.is_visible() for cap in caps.all())
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
