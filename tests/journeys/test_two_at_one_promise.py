"""Two browsers at the same promise: the second is told what changed, and both texts are there."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import Page, expect

from relationships.models import Commitment
from tests import people
from tests.journeys.book import closed, dialog, partner, person_at, toast, today
from tests.journeys.conftest import Open


def change(page: Page) -> None:
    page.locator("#facts + a").click()
    dialog(page)


def test_second_is_told_what_changed_and_both_texts_are_there(browse: Open) -> None:
    promise = people.promise(partner("Ewos", quiet=3), what="Price list")
    alice, bob = browse(people.alice()), browse(people.bob())
    for page in (alice, bob):
        page.goto(promise.get_absolute_url())
        change(page)
    bob.locator("#dialog [name=what]").fill("Price list for May")
    bob.keyboard.press("Control+Enter")
    closed(bob)
    expect(bob.locator("h1")).to_have_text("Price list for May")

    alice.locator("#dialog [name=what]").fill("Price list, printed")
    alice.keyboard.press("Control+Enter")
    told = alice.locator("#dialog .c-summary")
    expect(told).to_contain_text(re.compile(r"Changed by Bob Brandt at \d\d:\d\d while you typed"))
    expect(alice.locator("#dialog .c-field.bad")).to_contain_text("Now: Price list for May")
    expect(alice.locator("#dialog [name=what]")).to_have_value("Price list, printed")
    assert Commitment.objects.get().what == "Price list for May"

    alice.keyboard.press("Control+Enter")
    said = toast(alice, "Promise changed.")
    expect(alice.locator("h1")).to_have_text("Price list, printed")
    said.get_by_role("button", name="Undo").click()
    expect(alice.locator("h1")).to_have_text("Price list for May")


def test_promise_from_new_day_to_its_end_with_undo_at_each_step(browse: Open) -> None:
    row = partner("Ewos", quiet=3)
    person_at(row, "Ingrid Moe")
    page = browse(people.alice())
    page.goto(f"/relationships/{row.pk}/commitments/")
    page.locator("[name=what]").fill("Volumes for the spring")
    page.locator(".c-seg label", has_text="Theirs").click()
    page.locator(".c-seg label", has_text="Other day").first.click()
    page.locator("[name=due_on]").fill((today() + timedelta(days=2)).isoformat())
    page.locator("[name=contact]").select_option(label="Ingrid Moe")
    page.get_by_role("button", name="Note the promise").click()
    toast(page, "Promise noted, due")
    promise = Commitment.objects.get()
    assert (promise.side, str(promise.contact)) == ("theirs", "Ingrid Moe")

    page.goto(promise.get_absolute_url())
    page.get_by_role("link", name="New day").filter(visible=True).click()
    dialog(page)
    page.keyboard.press("Control+Enter")
    said = toast(page, "New day agreed:")
    expect(page.locator(".c-lede")).to_contain_text("New day agreed")
    said.get_by_role("button", name="Undo").click()
    expect(page.locator(".c-lede")).not_to_contain_text("New day agreed")

    page.get_by_role("link", name="Missed").filter(visible=True).click()
    dialog(page)
    page.locator("#dialog [name=explanation]").fill("The board was away")
    page.locator("#dialog [name=plan]").fill("By courier in March")
    page.locator("#dialog label", has_text="In two weeks").click()
    page.keyboard.press("Control+Enter")
    said = toast(page, "Missed, and owned up to.")
    expect(page.locator(".c-lede")).to_contain_text("owned up to before its day")
    expect(page.get_by_role("link", name="By courier in March")).to_be_visible()
    said.get_by_role("button", name="Undo").click()
    expect(page.locator(".c-lede")).not_to_contain_text("Missed")
    assert Commitment.objects.count() == 1

    page.get_by_role("link", name="Kept").click()
    dialog(page)
    page.keyboard.press("Control+Enter")
    said = toast(page, "Kept.")
    expect(page.locator(".c-lede")).to_contain_text("2 days early")
    said.get_by_role("button", name="Undo").click()
    expect(page.locator(".c-lede")).not_to_contain_text("Kept")


def test_partner_chosen_in_the_dialog_brings_its_people(browse: Open) -> None:
    row = partner("Ewos", quiet=3)
    person_at(row, "Ingrid Moe")
    page = browse(people.alice(), width=390, height=844, has_touch=True)
    page.goto("/commitments/new/")
    expect(page.locator("[name=contact] option")).to_have_count(1)
    page.locator("[name=what]").fill("Price list")
    page.locator(".ts-control").click()
    page.keyboard.type("ewo")
    page.locator(".ts-dropdown .option", has_text="Ewos").click()
    expect(page.locator("[name=contact] option", has_text="Ingrid Moe")).to_have_count(1)
    expect(page.locator("[name=what]")).to_have_value("Price list")
    page.locator("[name=contact]").select_option(label="Ingrid Moe")
    page.get_by_role("button", name="Note the promise").click()
    toast(page, "Promise noted, due")
    promise = Commitment.objects.get()
    assert (promise.relationship, str(promise.contact)) == (row, "Ingrid Moe")
