"""The story of a promise: typed in the log's note, late, said in the digest, explained and planned anew, kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils.formats import date_format
from playwright.sync_api import Page, expect
from pytest_django import Settings

from accounts.models import User
from relationships import actions
from relationships.models import Commitment, Evidence
from relationships.promises import State
from tests import people
from tests.journeys.book import ago, closed, dialog, partner, person_at, rows, toast, today
from tests.journeys.conftest import Open
from tests.mail.conftest import there_for_long
from tests.mail.post import Postbox, postbox
from web.clock import Now

NOTE = "#dialog textarea[name=summary]"


@pytest.fixture
def box(settings: Settings) -> Iterator[Postbox]:
    with postbox() as open_box:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", open_box.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = ""
        yield open_box


def ledger() -> list[tuple[str, str, object, int]]:
    """What the evidence says, without the keys of its rows."""
    return sorted(Evidence.objects.values_list("kind", "side", "day", "source_id"))


def digest_to(person: User, box: Postbox) -> str:
    """The text of the weekly mail as of next Monday morning, through a real mail server."""
    monday = today() + timedelta(days=7 - today().weekday())
    call_command("send_digests", "--as-of", f"{monday.isoformat()}T08:00:00+00:00")
    part = box.mail_to(person.email).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def undo(page: Page, said: str) -> None:
    toast(page, said).get_by_role("button", name="Undo").click()


def test_from_the_note_of_a_log_to_a_promise_kept(browse: Open, box: Postbox) -> None:
    alice = there_for_long(people.alice())
    row = partner("Ewos", every=30, quiet=20)
    person_at(row, "Ingrid Moe")
    before = ledger()
    page = browse(alice)

    # Logged ten days late, with a promise of each side in the note; undone, and logged again.
    for _turn in ("taken back", "kept"):
        page.goto(row.get_absolute_url())
        page.keyboard.press("l")
        dialog(page)
        expect(page.locator(NOTE)).to_be_focused()
        page.fill(NOTE, "The winter plan\n! in 6 days send the table\n!! in 7 days volumes for spring")
        page.locator("#dialog .c-pill", has_text="Ingrid Moe").click()
        page.locator("#dialog").get_by_text("Other day", exact=True).click()
        page.locator("#dialog [name=occurred_on]").fill(ago(10).isoformat())
        page.locator(NOTE).press("Control+Enter")
        closed(page)
        toast(page, "2 promises noted.")
        expect(page.locator("section[aria-labelledby=promises]")).to_contain_text("send the table")
        if _turn == "taken back":
            undo(page, "2 promises noted.")
            expect(page.locator("section[aria-labelledby=promises]")).not_to_contain_text("send the table")
            assert (Commitment.objects.count(), ledger()) == (0, before)
    ours, theirs = Commitment.objects.select_related("relationship").order_by("pk")
    assert (ours.due_on, theirs.due_on, ours.colleague) == (ago(4), ago(3), alice)
    assert (str(ours.contact), str(theirs.contact)) == ("Ingrid Moe", "Ingrid Moe")

    # Late: first on Today, in the list of both sides, and first in the mail.
    actions.sweep_cadence(now=Now.read())
    page.goto("/")
    expect(page.locator(".c-lede").first).to_contain_text("promise")
    first = page.locator(".c-rows > li").first
    expect(first).to_contain_text("Ewos")
    expect(first).to_contain_text("send the table")
    page.goto("/promises/")
    expect(page.locator("section[aria-labelledby=side-ours]")).to_contain_text("send the table")
    expect(page.locator("section[aria-labelledby=side-theirs]")).to_contain_text("volumes for spring")
    expect(page.locator("section[aria-labelledby=side-theirs]")).not_to_contain_text("send the table")
    mail = digest_to(alice, box)
    assert "send the table" in mail
    assert mail.index("send the table") < (mail.index("Due in 7 days") if "Due in 7 days" in mail else len(mail))
    assert date_format(ours.due_on, "j F") in mail

    # Missed: explained with a new plan, which is a promise of its own; undone and done again.
    late = ledger()
    for _turn in ("taken back", "kept"):
        page.goto(ours.get_absolute_url())
        page.get_by_role("link", name="Missed").filter(visible=True).click()
        dialog(page)
        page.locator("#dialog [name=explanation]").fill("The figures came late")
        page.locator("#dialog [name=plan]").fill("send half of the table")
        page.locator("#dialog label", has_text="In a week").click()
        page.keyboard.press("Control+Enter")
        closed(page)
        expect(page.locator(".c-lede")).to_contain_text("owned up to")
        expect(page.get_by_role("link", name="send half of the table")).to_be_visible()
        if _turn == "taken back":
            undo(page, "Missed")
            expect(page.locator(".c-lede")).to_contain_text("Late")
            assert (Commitment.objects.count(), ledger()) == (2, late)
    ours.refresh_from_db()
    assert ours.state(Now.read()) is State.BROKEN
    kinds = set(Evidence.objects.filter(source_model="relationships.commitment", source_id=ours.pk).values_list("kind"))
    assert kinds == {("promise_late",), ("promise_broken",), ("promise_owned",)}
    page.goto("/")
    expect(rows(page, "send the table")).to_have_count(0)

    # Kept: from the list of both sides; undone and done again.
    plan = Commitment.objects.get(follows=ours)
    for _turn in ("taken back", "kept"):
        page.goto("/promises/")
        page.get_by_role("link", name="Kept: send half of the table").click()
        dialog(page)
        page.keyboard.press("Control+Enter")
        closed(page)
        expect(page.locator("section[aria-labelledby=side-ours]")).not_to_contain_text("send half of the table")
        if _turn == "taken back":
            undo(page, "Kept")
            expect(page.locator("section[aria-labelledby=side-ours]")).to_contain_text("send half of the table")
    plan.refresh_from_db()
    assert plan.outcome == Commitment.Outcome.KEPT
    page.goto(row.get_absolute_url())
    expect(page.locator("section[aria-labelledby=promises]")).to_contain_text("1 of 2 kept in time")
