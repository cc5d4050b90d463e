"""The whole book: what is shown follows the address, and the address what is shown."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from relationships.models import Relationship
from tests import people
from tests.journeys.book import partner
from tests.journeys.conftest import Open


def rows(page: Page) -> Locator:
    return page.locator(".c-book .name a")


def shown(page: Page, *names: str) -> None:
    """Waits until exactly these stand there, in this order; a page that is still coming is waited for."""
    expect(rows(page)).to_have_text(list(names))


def test_search_filter_tabs_and_back(browse: Open) -> None:
    partner("Ewos", quiet=41, stage="customer", tags=["feed"])
    partner("Nordlaks", quiet=10, owner=people.bob())
    partner("Salmar", quiet=2)
    page = browse(people.alice())
    page.goto("/portfolio/")
    shown(page, "Ewos", "Nordlaks", "Salmar")
    page.locator("main [data-search]").focus()
    page.keyboard.type("nord")
    page.wait_for_url("**/portfolio/?q=nord")
    expect(page.locator(".c-book .name")).to_have_count(1)
    expect(page.get_by_label("Search partners").filter(visible=True).last).to_be_focused()
    page.get_by_label("Search partners").filter(visible=True).last.fill("")
    page.wait_for_url(lambda url: "q=" not in url)
    page.locator(".c-filters summary").click()
    page.locator("[name=owner]").select_option(label="Bob Brandt")
    page.wait_for_url("**owner=*")
    expect(page.locator(".c-chip b")).to_have_text("Bob Brandt")
    shown(page, "Nordlaks")
    page.goto("/portfolio/?stage=customer")
    shown(page, "Ewos")
    page.goto("/portfolio/?tag=feed")
    shown(page, "Ewos")
    expect(page.locator(".c-chip b")).to_have_text("feed")
    # By the keyboard: nothing is drawn anew while one types where words are suggested, and one goes on where one was.
    page.goto("/portfolio/")
    page.locator(".c-filters summary").focus()
    page.keyboard.press("Enter")
    page.locator(".c-filters [name=tag]").focus()
    page.keyboard.type("FEED")
    page.keyboard.press("Enter")
    page.wait_for_url("**tag=FEED")
    shown(page, "Ewos")
    expect(page.locator(".c-filters [name=tag]")).to_be_focused()
    page.goto(f"/portfolio/?team={people.north().pk}")
    shown(page, "Ewos", "Nordlaks", "Salmar")
    page.locator(".c-tabs a", has_text="In touch").click()
    page.wait_for_url("**state=in_touch")
    expect(rows(page)).to_have_count(2)
    assert sorted(rows(page).all_inner_texts()) == ["Nordlaks", "Salmar"]
    page.locator("select[name=sort]").select_option("name")
    page.wait_for_url("**sort=name*")
    expect(page.locator(".c-tabs [aria-current]")).to_contain_text("In touch")
    page.get_by_role("link", name="Salmar").click()
    expect(page.get_by_role("heading", name="Salmar")).to_be_visible()
    page.go_back()
    expect(page.locator("select[name=sort]")).to_have_value("name")
    shown(page, "Nordlaks", "Salmar")
    page.go_back()
    expect(page.locator("select[name=sort]")).to_have_value("")


def test_nothing_fits(browse: Open) -> None:
    partner("Ewos", quiet=2)
    page = browse(people.alice())
    page.goto("/portfolio/?q=zzz")
    expect(page.get_by_role("heading", name="No relationship fits")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    shown(page, "Ewos")


def test_next_fifty(browse: Open) -> None:
    for number in range(60):
        people.relationship(account=people.account(f"Partner {number:02}"))
    page = browse(people.alice())
    page.goto("/portfolio/?sort=name")
    numbered = [f"Partner {number:02}" for number in range(60)]
    shown(page, *numbered[:50])
    page.get_by_role("link", name="Show the next 50").click()
    shown(page, *numbered[50:])
    page.go_back()
    shown(page, *numbered[:50])


def test_other_teams_stay_unseen(browse: Open) -> None:
    theirs = partner("Secret Oy", quiet=41, owner=people.outsider(), team=people.south())
    partner("Ewos", quiet=2)
    page = browse(people.alice())
    page.goto("/portfolio/")
    shown(page, "Ewos")
    page.keyboard.press("l")
    page.locator("#dialog .ts-control input").fill("sec")
    expect(page.locator(".ts-dropdown .no-results")).to_be_visible()
    found = page.request.get(theirs.get_absolute_url())
    assert found.status == 404
    assert "Secret" not in found.text()


def test_a_reader_only_looks(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    page = browse(people.rita())
    for address in ("/", "/portfolio/", row.get_absolute_url()):
        page.goto(address)
        expect(page.locator(".c-page h1")).to_be_visible()
        # To keep a list as one narrowed it changes nothing of anybody.
        writing = "main form[method=post], main [data-dialog]:not([href^='/views/']), main .btn-primary"
        assert page.locator(writing).count() == 0, address
    expect(page.locator(".c-state").first).to_contain_text("Overdue")
    assert Relationship.objects.get().pk == row.pk
