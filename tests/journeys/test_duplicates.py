"""Two organisations that are one: found, looked at, merged, taken back; by keyboard, and without JavaScript."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from accounts import sweep
from accounts.models import Account, Affiliation, Contact, NotTheSame
from tests import people
from tests.journeys.book import partner, person_at, toast
from tests.journeys.conftest import Open
from web.clock import Now


def two() -> tuple[Account, Account]:
    """Alice's Stolt Seafarm, and the same once more with somebody who is at both."""
    kept = partner("Stolt Seafarm", quiet=3).account
    gone = partner("Stolt Sea Farm", quiet=20).account
    person = person_at(kept.relationships.get(), "Ingrid Lie")
    Affiliation.objects.create(contact=person, account=gone, title="Head of purchasing")
    Affiliation.objects.create(contact=Contact.objects.create(name="Ola Moe"), account=gone)
    people.account("Stolt Wellboats", parent=gone)
    sweep.run(Now.read())
    return kept, gone


def tab_to(page: Page, name: str) -> None:
    for _step in range(60):
        page.keyboard.press("Tab")
        if (
            page.evaluate("document.activeElement?.getAttribute('aria-label') || document.activeElement?.innerText")
            == name
        ):
            return
    raise AssertionError(f"{name} is not reached by Tab")


def test_found_merged_and_taken_back_by_keyboard(browse: Open) -> None:
    _kept, gone = two()
    page = browse(people.alice())
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("dupl")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Duplicates")).to_be_visible()
    expect(page.locator(".c-pairlist > li")).to_contain_text("names alike: Stolt Sea Farm / Stolt Seafarm")
    tab_to(page, "Merge Stolt Seafarm and Stolt Sea Farm")
    page.keyboard.press("Enter")
    dialog = page.locator("#dialog")
    expect(dialog.get_by_role("heading", name="Merge Stolt Sea Farm into Stolt Seafarm")).to_be_visible()
    moves = dialog.locator(".c-moves")
    expect(moves).to_contain_text("One relationship")
    expect(moves).to_contain_text("2 people")
    expect(moves).to_contain_text("one of them is at both")
    expect(moves).to_contain_text("One unit")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Stolt Seafarm", level=1)).to_be_visible()
    toast(page, "Stolt Sea Farm merged into Stolt Seafarm")
    expect(page.locator("main")).to_contain_text("Stolt Wellboats")
    expect(page.locator("main")).to_contain_text("Stolt Seafarm · Stolt Sea Farm")
    assert not Account.objects.filter(pk=gone.pk).exists()
    page.keyboard.press("z")
    toast(page, "Taken back: Stolt Sea Farm merged into Stolt Seafarm")
    expect(page.locator("main")).not_to_contain_text("Stolt Wellboats")
    assert Account.objects.get(pk=gone.pk).units.count() == 1
    page.goto(gone.get_absolute_url())
    expect(page.get_by_role("heading", name="Stolt Sea Farm", level=1)).to_be_visible()


def test_not_the_same_leaves_the_list_and_comes_back(browse: Open) -> None:
    two()
    page = browse(people.alice(), width=390, height=844, has_touch=True)
    page.goto("/organisations/duplicates/")
    page.get_by_role("button", name="Stolt Seafarm and Stolt Sea Farm are not the same").tap()
    expect(page.get_by_role("heading", name="Nothing to tidy up")).to_be_visible()
    assert NotTheSame.objects.get().said_by == people.alice()
    toast(page, "are not the same").get_by_role("button", name="Undo").tap()
    expect(page.locator(".c-pairlist > li")).to_have_count(1)


def test_while_a_name_is_typed_likely_ones_are_named(browse: Open) -> None:
    _kept, _gone = two()
    page = browse(people.alice())
    page.goto("/organisations/")
    page.keyboard.press("c")
    dialog = page.locator("#dialog")
    dialog.get_by_label("Name", exact=True).press_sequentially("stolt seafarm asa")
    expect(dialog.locator(".c-alike")).to_contain_text("Is it one of these?")
    expect(dialog.locator(".c-alike").get_by_role("link", name="Stolt Seafarm", exact=True)).to_be_visible()
    dialog.get_by_label("Name", exact=True).fill("Ewos")
    expect(dialog.locator(".c-alike")).to_have_count(0)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Ewos", level=1)).to_be_visible()


def test_without_a_script(browse: Open) -> None:
    kept, _gone = two()
    page = browse(people.alice(), java_script_enabled=False)
    page.goto(kept.get_absolute_url())
    expect(page.locator(".c-maybe")).to_contain_text("May be the same as Stolt Sea Farm")
    page.locator(".c-maybe").get_by_role("link", name="Merge Stolt Seafarm and Stolt Sea Farm").click()
    page.get_by_role("link", name="Keep Stolt Sea Farm instead").click()
    expect(page.get_by_role("heading", name="Merge Stolt Seafarm into Stolt Sea Farm")).to_be_visible()
    page.get_by_role("button", name="Merge").click()
    said = toast(page, "Stolt Seafarm merged into Stolt Sea Farm")
    assert not Account.objects.filter(pk=kept.pk).exists()
    said.get_by_role("button", name="Undo").click()
    assert Account.objects.filter(pk=kept.pk).exists()
    page.goto("/organisations/?kind=other")
    page.get_by_role("link", name="One likely duplicate").click()
    page.get_by_role("button", name="Stolt Seafarm and Stolt Sea Farm are not the same").click()
    toast(page, "are not the same")
    expect(page.get_by_role("heading", name="Nothing to tidy up")).to_be_visible()
