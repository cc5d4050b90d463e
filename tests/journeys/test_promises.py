"""A promise typed into the note of the log."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from relationships.models import Commitment, Interaction
from relationships.words import promise_day
from tests import people
from tests.journeys.book import closed, dialog, mark, not_reloaded, partner, person_at, toast, today
from tests.journeys.conftest import Open

NOTE = "#dialog textarea[name=summary]"
READING = "#dialog #log-reading"


def test_promise_typed_in_the_note(browse: Open) -> None:
    """What is understood stands below while one types; logged, it stands on the page; with Undo it is gone."""
    row = partner("Ewos", quiet=41)
    ingrid = person_at(row, "Ingrid Moe")
    due = today() + timedelta(days=14)
    page = browse(people.alice())
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(row.get_absolute_url())
    mark(page)
    page.keyboard.press("l")
    dialog(page)
    expect(page.locator(NOTE)).to_be_focused()
    page.keyboard.type("Feed prices are settled")
    expect(page.locator(READING)).to_contain_text("Sounds like needs")
    expect(page.locator("#dialog .c-pill.suggested")).to_have_text("Needs")
    expect(page.locator("#dialog [name=topics]:checked")).to_have_count(0)
    page.locator("#dialog").get_by_role("button", name="Add a promise").click()
    expect(page.locator(NOTE)).to_be_focused()
    page.keyboard.type("in 2 weeks send the table")
    expect(page.locator(NOTE)).to_have_value("Feed prices are settled\n! in 2 weeks send the table")
    expect(page.locator(READING)).to_contain_text(f"Our promise by {promise_day(due, today())}: send the table")
    page.keyboard.press("Enter")
    page.keyboard.type("!! in 2 weeks @Ingrid volumes")
    expect(page.locator(READING)).to_contain_text("Ingrid Moe’s: volumes")
    page.keyboard.press("Control+Enter")
    closed(page)
    said = toast(page, "Logged with Ewos. 2 promises noted.")
    expect(page.locator("section[aria-labelledby=promises]")).to_contain_text("send the table")
    expect(page.locator("section[aria-labelledby=promises]")).to_contain_text("volumes")
    assert Interaction.objects.get(relationship=row, summary="Feed prices are settled").topics == []
    ours, theirs = Commitment.objects.order_by("pk")
    assert (ours.due_on, ours.colleague, theirs.due_on, theirs.contact) == (due, people.alice(), due, ingrid)
    said.get_by_role("button", name="Undo").click()
    expect(page.locator(".c-tl")).not_to_contain_text("Feed prices are settled")
    expect(page.locator("#relationship")).not_to_contain_text("send the table")
    assert not Commitment.objects.exists()
    assert not_reloaded(page)
    assert not any("table" in address for address in addresses)


def test_promise_that_is_not_understood_keeps_the_text(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto(row.get_absolute_url())
    page.keyboard.press("l")
    dialog(page)
    page.keyboard.type("Talked\n! soon")
    expect(page.locator(READING)).to_contain_text("Line 2:")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#dialog .c-summary")).to_contain_text("Line 2:")
    expect(page.locator(NOTE)).to_have_value("Talked\n! soon")
    page.fill(NOTE, "Talked\n! tomorrow send the table")
    page.locator("#dialog .c-pill", has_text="Processes").click()
    page.locator(NOTE).press("Control+Enter")
    toast(page, "Logged with Ewos. One promise noted.")
    assert row.interactions.latest("pk").topics == [Interaction.Topic.PROCESSES]


def test_promise_by_touch(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    page = browse(people.alice(), width=360, height=740, has_touch=True)
    page.goto(row.get_absolute_url())
    page.locator(".c-dock .log").tap()
    dialog(page)
    page.locator("#dialog .ts-control input").fill("ewo")
    page.locator("#dialog .option", has_text="Ewos").tap()
    page.locator("#dialog").get_by_role("button", name="Add a promise").tap()
    page.keyboard.type("tomorrow send the table")
    page.locator("#dialog").get_by_role("button", name="Log check-in").tap()
    toast(page, "One promise noted.")
    assert row.commitments.get().what == "send the table"


def test_without_javascript(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    page = browse(people.alice(), java_script_enabled=False)
    page.goto(f"/log/?relationship={row.pk}")
    expect(page.locator("#id_summary_helptext")).to_contain_text("A line that begins with ! is our promise")
    expect(page.get_by_role("button", name="Add a promise")).to_have_count(0)
    page.locator("textarea[name=summary]").fill("Talked\n! soon")
    page.get_by_role("button", name="Log check-in").click()
    expect(page.locator(".c-summary")).to_contain_text("Line 2:")
    page.locator("textarea[name=summary]").fill("Talked\n! tomorrow send the table")
    page.get_by_role("button", name="Log check-in").click()
    page.wait_for_url("**/relationships/*/")
    assert row.commitments.get().what == "send the table"
