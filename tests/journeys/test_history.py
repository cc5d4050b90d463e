"""What one did, taken back from its page; a colleague's change, and a former value put back."""

from __future__ import annotations

import pghistory
from playwright.sync_api import expect

from relationships import actions
from tests import people
from tests.journeys.book import ago, mark, not_reloaded, partner, rows, toast
from tests.journeys.conftest import Open
from web.clock import Now


def test_a_deed_taken_back_from_the_history_that_the_toast_leads_to(browse: Open) -> None:
    alice = people.alice()
    row = partner("Ewos", quiet=41)
    page = browse(alice)
    page.goto(f"/relationships/{row.pk}/pause/")
    page.get_by_label("Why").fill("Merger")
    page.get_by_role("button", name="Pause").click()
    toast(page, "Ewos paused").get_by_role("link", name="History").click()
    deed = rows(page, "Ewos paused").last
    mark(page)
    deed.get_by_role("button", name="Undo: Ewos paused").click()
    toast(page, "Taken back: Ewos paused")
    back = rows(page, "Taken back: Ewos paused").get_by_role("button", name="Redo: Taken back: Ewos paused")
    expect(back).to_be_visible()
    expect(deed).to_contain_text("This has been taken back already.")
    expect(deed.get_by_role("button")).to_have_count(0)
    assert not_reloaded(page)
    row.refresh_from_db()
    assert row.paused_since is None
    deed.get_by_role("link", name="Show where: Ewos paused").click()
    page.get_by_role("link", name="History", exact=True).first.click()


def test_what_a_colleague_changed_refuses_the_undo_and_the_history_puts_it_back(browse: Open) -> None:
    alice, bob = people.alice(), people.bob()
    row = partner("Ewos", quiet=41)
    now = Now.read()
    with pghistory.context(user=alice.pk):
        actions.change_relationship(actor=alice, now=now, relationship=row, values={"tier": "A"})
    page = browse(alice)
    page.goto("/history/")
    undo = rows(page, "Ewos changed").get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    with pghistory.context(user=bob.pk):
        actions.change_relationship(actor=bob, now=now, relationship=row, values={"tier": "C"})
    undo.click()
    refused = toast(page, "Bob Brandt changed it today, so it stays as it is.")
    refused.get_by_role("link", name="History").click()
    expect(page).to_have_url(f"{page.url.split('/relationships')[0]}/relationships/{row.pk}/history/")
    restore = page.get_by_role("button", name="Restore Tier: A", exact=True)
    mark(page)
    restore.click()
    toast(page, "Ewos changed.").get_by_role("button", name="Undo").wait_for()
    expect(restore).to_have_count(0)
    assert not_reloaded(page)
    row.refresh_from_db()
    assert row.tier == "A"


def test_a_removed_entry_is_brought_back_without_javascript_on_a_phone(browse: Open) -> None:
    alice, bob = people.alice(), people.bob()
    row = partner("Ewos")
    now = Now.read()
    entry = actions.log_interaction(actor=alice, now=now, relationship=row, occurred_on=ago(2), channel="call").row
    with pghistory.context(user=bob.pk):
        actions.remove_interaction(actor=bob, now=now, interaction_id=entry.pk)
    page = browse(alice, width=390, height=844, java_script_enabled=False)
    page.goto(f"/relationships/{row.pk}/history/?kind=talk")
    page.get_by_role("button", name="Bring back").click()
    expect(page.locator(".c-toast")).to_contain_text("Entry for Ewos is back.")
    expect(page.get_by_role("button", name="Bring back")).to_have_count(0)
    assert row.interactions.get() == entry
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
