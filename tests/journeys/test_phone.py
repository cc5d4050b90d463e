"""The same at 360×740 by touch."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from relationships import actions
from relationships.models import Interaction
from tests import people
from tests.journeys.book import dialog, open_flags, partner, person_at, rows, toast
from tests.journeys.conftest import Open
from web.clock import Now

TARGETS = """() => {
  const inside = document.querySelector("dialog[open]") ?? document.body;
  const found = inside.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden], [type=radio], [type=checkbox]), .c-seg > label, .c-pill");
  return [...found].filter((node) => !node.classList.contains("tomselected") && node.checkVisibility({ opacityProperty: true, visibilityProperty: true })).map((node) => {
    const box = node.getBoundingClientRect();
    const inText = getComputedStyle(node).display === "inline";
    return { name: (node.ariaLabel || node.textContent).trim().slice(0, 40), width: box.width, height: box.height, inText };
  }).filter(({ width, height, inText, name }) => !inText && name !== "Skip to content" && Math.min(width, height) < 24);
}"""
LETTERS = """() => [...document.querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox]), textarea, select")]
  .filter((node) => node.checkVisibility() && !node.classList.contains("tomselected") && parseFloat(getComputedStyle(node).fontSize) < 16)
  .map((node) => node.name || node.id)"""

CUT = """() => [...document.querySelectorAll(".c-seg > label")].filter((node) => {
  const box = node.getBoundingClientRect(), around = node.parentElement.getBoundingClientRect();
  return node.checkVisibility() && (box.right > around.right + 1 || around.right > innerWidth);
}).map((node) => node.textContent)"""


def too_small(page: Page) -> list[object]:
    found: list[object] = page.evaluate(TARGETS)
    return found


def test_log_by_thumb(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    person_at(row, "Ingrid Moe")
    page = browse(people.alice(), width=360, height=740, has_touch=True, is_mobile=True)
    page.goto("/")
    expect(page.get_by_role("link", name="Log", exact=True)).to_have_count(1)
    thumb = page.get_by_role("link", name="Log", exact=True)
    box = thumb.bounding_box()
    assert box is not None
    assert box["y"] > 740 - 100
    assert min(box["width"], box["height"]) >= 44
    assert too_small(page) == []
    thumb.tap()
    dialog(page)
    assert page.evaluate(LETTERS) == []
    page.locator("#dialog .ts-control input").fill("ewo")
    page.locator(".ts-dropdown .option", has_text="Ewos").tap()
    page.locator("#dialog .c-pill", has_text="Ingrid Moe").tap() if page.locator(
        "#dialog .c-pill", has_text="Ingrid Moe"
    ).is_visible() else page.locator("#dialog .c-others summary").tap()
    page.locator("#dialog textarea[name=summary]").fill("From the train")
    assert too_small(page) == []
    save = page.locator("#dialog").get_by_role("button", name="Log check-in")
    box = save.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    save.tap()
    said = toast(page, "Logged with Ewos")
    expect(rows(page, "Ewos")).to_have_count(0)
    said.get_by_role("button", name="Undo").tap()
    expect(rows(page, "Ewos")).to_have_count(1)
    assert open_flags(row) == 1
    assert not Interaction.objects.filter(summary="From the train").exists()


def test_a_relationship_by_thumb(browse: Open) -> None:
    """One Log on the page; what a mouse finds in the header is in the menu."""
    row = partner("Ewos", quiet=41)
    page = browse(people.alice(), width=360, height=740, has_touch=True, is_mobile=True)
    page.goto(row.get_absolute_url())
    expect(page.get_by_role("link", name="Log", exact=False).filter(visible=True)).to_have_count(1)
    assert too_small(page) == []
    page.locator("main").get_by_label("More").first.tap()
    page.get_by_role("link", name="Snooze").filter(visible=True).tap()
    expect(dialog(page)).to_contain_text("Snooze Ewos")
    assert page.evaluate(LETTERS) == []


def test_no_button_covers_a_heading_and_every_choice_is_in_sight(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    alice = people.alice()
    post = actions.open_post(actor=alice, now=Now.read(), name="The letterbox of the night shift", owner=alice).row
    page = browse(people.alice(), width=390, height=844, has_touch=True, is_mobile=True)
    for address in (f"/listening/{post.pk}/", f"/relationships/{row.pk}/stage/"):
        page.goto(address)
        heading = page.locator(".c-head h1").bounding_box()
        menu = page.locator(".c-head .c-menu > summary").bounding_box()
        button = page.locator(".c-head .c-acts > .btn-primary").bounding_box()
        assert heading
        assert menu
        assert button
        assert button["y"] >= heading["y"] + heading["height"]
        assert menu["x"] >= heading["x"] + heading["width"]
        page.locator(".c-head .c-menu > summary").tap()
        items = page.locator(".c-head .c-menu .c-item").first.bounding_box()
        assert items
        assert items["x"] >= 0
        assert items["x"] + items["width"] <= 390
        page.keyboard.press("Escape")
    page.goto(f"/listening/{post.pk}/")
    nothing = page.get_by_text("Nothing is waiting.").bounding_box()
    assert nothing
    assert nothing["height"] < 60
    for address in ("/problems/new/", f"/relationships/{row.pk}/stakeholders/"):
        page.goto(address)
        assert page.locator(".c-page .c-seg > label").count() > 3
        assert page.evaluate(CUT) == []


def test_relationships_of_one_organisation_are_told_apart_and_the_first_stands_apart_from_the_tools(
    browse: Open,
) -> None:
    """Sorted by stake there is no heading of a state above the first."""
    account = people.account("Ardentis Packaging")
    for name in ("Purchasing of crates and boxes", "Resale in Poland and the Baltic"):
        people.relationship(account=account, name=name, tags=["cold chain"])
    page = browse(people.alice(), width=390, height=844, has_touch=True, is_mobile=True)
    page.goto("/portfolio/?sort=at_stake")
    names = page.locator(".c-book .c-named > a")
    expect(names).to_have_count(2)
    assert names.evaluate_all("all => all.filter((one) => one.scrollWidth > one.clientWidth).length") == 0
    first = page.locator(".c-book tbody > tr").first.bounding_box()
    tools = page.locator(".c-tools").bounding_box()
    assert first and tools and first["y"] - tools["y"] - tools["height"] >= 16
    rule = "one => getComputedStyle(one).borderTopWidth"
    assert page.locator(".c-book tbody > tr").first.evaluate(rule) == "1px"
