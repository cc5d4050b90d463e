"""A list saved under a name, shared and opened by a colleague; columns; the tier of many."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from dashboards.models import SavedView
from relationships.models import Relationship
from tests import people
from tests.journeys.book import closed, dialog, partner, toast
from tests.journeys.conftest import Open


def heads(page: Page) -> list[str]:
    return page.locator(".c-book thead th:not(.ch)").all_inner_texts()


def test_saved_shared_opened_by_a_colleague_and_removed_with_a_way_back(browse: Open) -> None:
    partner("Ewos", quiet=41, tags=["feed"])
    partner("Nordlaks", quiet=10)
    people.bob()
    page = browse(people.alice())
    page.goto("/portfolio/?tag=feed")
    page.get_by_role("link", name="Save view").click()
    box = dialog(page)
    box.get_by_label("Name").fill("Feed in the north")
    box.get_by_label("Who sees it").select_option(label="team North")
    page.keyboard.press("Control+Enter")
    toast(page, "“Feed in the north” saved")
    side = page.get_by_role("region", name="Saved views")
    expect(side.locator("[aria-current]")).to_have_text("Feed in the north")

    other = browse(people.bob())
    other.goto("/")
    other.get_by_role("region", name="Saved views").get_by_role("link", name="Feed in the north").click()
    expect(other.locator(".c-book .name a")).to_have_text(["Ewos"])
    other.get_by_role("link", name="All views").click()
    expect(other.locator(".c-main")).to_contain_text("Alice Ahlberg, for team North")
    expect(other.get_by_role("button", name="Remove Feed in the north")).to_have_count(0)

    side.get_by_role("link", name="All views").click()
    page.get_by_role("link", name="Rename or share Feed in the north").click()
    dialog(page).get_by_label("Name").fill("Feed")
    page.keyboard.press("Control+Enter")
    toast(page, "“Feed” changed")
    page.get_by_role("button", name="Remove Feed").click()
    said = toast(page, "“Feed” removed")
    expect(page.locator(".c-main")).to_contain_text("No view is saved yet")
    said.get_by_role("button", name="Undo").click()
    expect(page.locator("#views .c-rows b")).to_have_text("Feed")
    assert SavedView.objects.get().query == "tag=feed"


def test_columns_are_chosen_by_keyboard_and_without_a_script(browse: Open) -> None:
    partner("Ewos", quiet=41, tier="A")
    page = browse(people.alice())
    page.goto("/portfolio/?q=ewos")
    page.locator(".c-columns summary").focus()
    page.keyboard.press("Enter")
    box = page.locator(".c-columns")
    box.get_by_label("Tier").focus()
    page.keyboard.press("Space")
    box.get_by_label("26 weeks of contact").focus()
    page.keyboard.press("Space")
    box.get_by_role("button", name="Show these").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**columns=tier*")
    assert heads(page) == ["Partner", "State", "Standing", "Stage", "Tier", "Owner"]
    # What is searched for afterwards leaves them as they are.
    page.locator("select[name=sort]").select_option("worth")
    page.wait_for_url("**sort=worth*")
    assert heads(page) == ["Partner", "State", "Standing", "Stage", "Tier", "Owner"]
    assert "q=ewos" in page.url

    plain = browse(people.alice(), java_script_enabled=False)
    plain.goto("/portfolio/")
    plain.locator(".c-columns summary").click()
    plain.locator(".c-columns").get_by_label("Owner").uncheck()
    plain.get_by_role("button", name="Show these").click()
    assert heads(plain) == ["Partner", "State", "26 weeks of contact", "Standing", "Stage"]
    plain.locator(".c-columns summary").click()
    plain.get_by_role("link", name="The usual ones").click()
    assert heads(plain)[-1] == "Owner"


def test_tier_of_many_and_back(browse: Open) -> None:
    rows = [partner(name, quiet=41, tier=tier) for name, tier in (("Ewos", "C"), ("Salmar", ""))]
    page = browse(people.alice())
    page.goto("/portfolio/?sort=name&columns=partner&columns=tier")
    for name in ("Ewos", "Salmar"):
        page.get_by_label(f"Choose {name}", exact=True).check()
    page.locator(".c-bulk").get_by_role("button", name="Tier").click()
    dialog(page).get_by_label("Tier").fill("A")
    page.keyboard.press("Control+Enter")
    closed(page)
    expect(page.locator(".c-book td.tx")).to_have_text(["A", "A"])
    toast(page, "Tier of Ewos and Salmar set to A").get_by_role("button", name="Undo").click()
    expect(page.locator(".c-book td.tx")).to_have_text(["C", ""])
    assert [Relationship.objects.get(pk=row.pk).tier for row in rows] == ["C", ""]
