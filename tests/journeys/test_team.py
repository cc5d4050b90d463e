"""Who looks after whom: a part, a hand-over, a holiday, many at once; each taken back."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from accounts.models import Cover
from relationships import actions
from relationships.models import Commitment, Relationship
from tests import people
from tests.journeys.book import ago, closed, dialog, mark, not_reloaded, partner, toast
from tests.journeys.conftest import Open
from web.clock import Now


def tick(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_label(f"Choose {name}", exact=True).check()


def test_many_chosen_handed_over_and_back(browse: Open) -> None:
    rows = [partner(name, quiet=41) for name in ("Ewos", "Nordlaks", "Salmar")]
    actions.make_promise(
        actor=people.alice(),
        now=Now.read(),
        relationship=rows[0],
        side=Commitment.Side.OURS,
        what="Send the table",
        due_on=ago(-7),
        colleague=people.alice(),
    )
    people.bob()
    page = browse(people.alice())
    page.goto("/portfolio/?sort=name")
    bar = page.locator(".c-bulk")
    expect(bar).to_be_hidden()
    mark(page)
    tick(page, "Ewos", "Salmar")
    expect(bar).to_contain_text("2 chosen")
    bar.get_by_role("button", name="Hand over").click()
    box = dialog(page)
    expect(box).to_contain_text("Hand over: 2 relationships")
    expect(box).to_contain_text("Send the table")
    box.get_by_label("To whom").select_option(label="Bob Brandt")
    box.get_by_label("What to know").fill("Ring Ingrid first")
    box.get_by_label("You stay as deputy").check()
    page.keyboard.press("Control+Enter")
    closed(page)
    said = toast(page, "Ewos and Salmar handed over to Bob Brandt")
    expect(page.locator(".c-book .ow")).to_have_text(["Bob Brandt", "Alice Ahlberg", "Bob Brandt"])
    expect(bar).to_be_hidden()
    assert Commitment.objects.get().keeper == people.bob()
    said.get_by_role("button", name="Undo").click()
    expect(page.locator(".c-book .ow")).to_have_text(["Alice Ahlberg"] * 3)
    assert not_reloaded(page)
    assert Commitment.objects.get().keeper == people.alice()


def test_all_shown_by_key_and_by_one_tick(browse: Open) -> None:
    for name in ("Ewos", "Nordlaks"):
        partner(name, quiet=41)
    page = browse(people.alice())
    page.goto("/portfolio/?sort=name")
    page.get_by_role("link", name="Ewos").focus()
    page.keyboard.press("x")
    expect(page.get_by_label("Choose Ewos")).to_be_checked()
    page.get_by_label("Choose all shown").check()
    expect(page.locator(".c-bulk")).to_contain_text("2 chosen")
    page.locator(".c-bulk").get_by_role("button", name="Tags").click()
    box = dialog(page)
    box.get_by_label("Add", exact=False).first.fill("north")
    box.get_by_role("button", name="Change tags").click()
    closed(page)
    expect(page.locator(".c-book .flag")).to_have_text(["north", "north"])


def test_last_row_comes_free_of_what_is_told(browse: Open) -> None:
    for number in range(10, 24):
        partner(f"Partner {number}", quiet=41)
    page = browse(people.alice())
    page.set_viewport_size({"width": 1280, "height": 600})
    page.goto("/portfolio/?sort=name")
    tick(page, "Partner 23")
    page.locator(".c-bulk").get_by_role("button", name="Tags").click()
    box = dialog(page)
    box.get_by_label("Add", exact=False).first.fill("north")
    box.get_by_role("button", name="Change tags").click()
    closed(page)
    said = toast(page, "north")
    page.evaluate("scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")
    shown, told = page.locator(".c-page").bounding_box(), said.bounding_box()
    assert shown and told
    assert shown["y"] + shown["height"] < told["y"]


def test_without_javascript(browse: Open) -> None:
    for name in ("Ewos", "Nordlaks"):
        partner(name, quiet=41)
    page = browse(people.alice(), java_script_enabled=False)
    page.goto("/portfolio/?sort=name")
    tick(page, "Nordlaks")
    page.locator(".c-bulk").get_by_role("button", name="Rhythm").click()
    page.get_by_label("Every how many days").fill("7")
    page.get_by_role("button", name="Set the rhythm").click()
    page.wait_for_url("**/portfolio/?sort=name")
    assert Relationship.objects.get(account__name="Nordlaks").every_days == 7


def test_stand_in_says_so_sees_them_and_is_relieved(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    olga = people.outsider()
    page = browse(people.alice())
    page.goto("/settings/")
    page.get_by_role("link", name="Arrange").click()
    page.get_by_role("link", name="Say who stands in").first.click()
    box = dialog(page)
    box.get_by_label("who stands in").select_option(label="Olga Olsen")
    box.get_by_label("from").fill(ago(0).isoformat())
    box.get_by_label("until").fill(ago(-3).isoformat())
    box.get_by_role("button", name="Save").click()
    closed(page)
    expect(page.locator(".c-rows > li")).to_contain_text("Olga Olsen stands in for Alice Ahlberg")
    other = browse(olga)
    other.goto("/portfolio/?whose=mine")
    expect(other.locator(".c-book .name a")).to_have_text(["Ewos"])
    assert other.request.get(row.get_absolute_url()).ok
    page.get_by_role("button", name="Remove: Olga Olsen").click()
    expect(page.get_by_role("heading", name="Nobody is away")).to_be_visible()
    other.reload()
    expect(other.locator(".c-book")).to_have_count(0)
    toast(page, "does not stand in").get_by_role("button", name="Undo").click()
    expect(page.locator(".c-rows > li")).to_have_count(1)
    assert Cover.objects.get().stand_in == olga
