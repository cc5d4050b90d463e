"""A meeting from its plan to its minutes; and one agenda in two browsers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from pytest_django import Settings

from accounts.models import Contact
from mail.actions import send_mail
from meetings import actions as meetings
from meetings.models import Meeting
from relationships import actions
from relationships.models import Commitment, Problem, Relationship, Stakeholder
from tests import people
from tests.journeys.book import ago, closed, dialog, open_flags, partner, person_at, toast, today
from tests.journeys.conftest import Open, Watch
from tests.mail.post import Postbox, postbox
from web.clock import Now

ITEMS = "#agenda .c-agenda > li[data-key]"


@pytest.fixture
def box(settings: Settings) -> Iterator[Postbox]:
    with postbox() as open_box:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", open_box.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = ""
        yield open_box


def overdue_with_much_to_say() -> tuple[Relationship, Contact]:
    """Quiet for long; a late promise of ours, one of theirs, and a critical problem that came up yesterday."""
    row = partner("Ewos", every=14, quiet=40)
    ingrid = person_at(row, "Ingrid Moe", "Buyer")
    Contact.objects.filter(pk=ingrid.pk).update(email="ingrid@ewos.example")
    Stakeholder.objects.create(
        relationship=row, account=row.account, contact=ingrid, power=Stakeholder.Power.DECIDES, known_on=ago(30)
    )
    people.promise(row, what="send the winter table", made_on=ago(30), due_on=ago(12))
    people.promise(row, side="theirs", what="open the gate at six", made_on=ago(30), due_on=ago(3))
    actions.open_problem(
        actor=people.alice(),
        now=Now.read(),
        relationship=row,
        what="The cold store stands still",
        severity=Problem.Severity.CRITICAL,
        opened_on=ago(1),
    )
    return row, ingrid


def order(page: Page) -> list[str]:
    return [str(title) for title in page.locator(f"{ITEMS} .what b").all_inner_texts()]


def paper_of(mail: EmailMessage) -> str:
    paper = next(part for part in mail.iter_attachments() if part.get_content_type() == "application/pdf")
    content = paper.get_content()
    assert isinstance(content, bytes)
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_from_the_plan_to_the_minutes(browse: Open, box: Postbox, watch: Watch) -> None:
    row, _ingrid = overdue_with_much_to_say()
    page = browse(people.alice())

    # Planned from the rhythm, with who decides; the agenda fills itself, critical first, then the latest.
    page.goto(row.get_absolute_url())
    assert open_flags(row) == 1
    page.get_by_role("link", name="Plan").first.click()
    dialog(page)
    expect(page.locator("#dialog")).to_contain_text("past due")
    page.keyboard.press("Control+Enter")
    closed(page)
    toast(page, "Planned").get_by_role("link", name="Show").click()
    page.wait_for_url("**/meetings/*/")
    expect(page.locator("aside")).to_contain_text("Ingrid Moe")
    before = order(page)
    assert before[:3] == ["The cold store stands still", "send the winter table", "open the gate at six"]
    expect(page.locator(ITEMS).first).to_contain_text("Critical")

    # The keys of an item are told before one is chosen.
    page.keyboard.press("?")
    expect(page.locator("#dialog")).to_contain_text("Drop the chosen item")
    page.keyboard.press("Escape")

    # By keyboard: the third before the second, and what only lies there dropped.
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#agenda-said")).to_contain_text("open the gate at six")
    expect(page.locator(ITEMS).nth(1)).to_contain_text("open the gate at six")
    page.reload()
    assert order(page) == [before[0], before[2], before[1], *before[3:]]

    # Held: a decision and a promise where they arise, and one item that nobody comes to.
    page.get_by_role("link", name="Hold it").click()
    # Before its day it asks; then today is its day.
    expect(page.locator("#now")).to_contain_text("hold it today instead?")
    page.keyboard.press("n")
    expect(page.locator("#now")).to_have_text("The cold store stands still")
    page.locator("#notes").fill("The fan is broken; a new one is on its way.")
    page.locator("#notes").press("Escape")
    page.keyboard.press("d")
    dialog(page)
    page.locator("#dialog textarea").first.fill("We pay half of the new fan")
    page.keyboard.press("Control+Enter")
    closed(page)
    page.keyboard.press("p")
    dialog(page)
    page.locator("#dialog [name=what]").fill("send the invoice of the fan")
    page.keyboard.press("Control+Enter")
    closed(page)
    expect(page.locator("#live-taken")).to_contain_text("send the invoice of the fan")
    # Without a network the page stays, and goes on once it is back.
    watch.expected |= {"ERR_INTERNET_DISCONNECTED", "htmx:sendError"}
    page.context.set_offline(True)
    page.keyboard.press("n")
    toast(page, "Not loaded: no connection")
    expect(page.locator("#now")).to_have_text("The cold store stands still")
    page.context.set_offline(False)
    expect(page.locator("#now")).to_have_text("open the gate at six")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("#live-room label", has_text="Ingrid Moe").click()
    page.locator("#private-note").fill("Ingrid looked tired")
    page.get_by_role("link", name="End meeting").first.click()
    dialog(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/minutes/")

    # The flag is closed, the touch is logged, the promise stands on both sides' list.
    assert open_flags(row) == 0
    row.refresh_from_db()
    assert row.last_touch_on == today()
    made = Commitment.objects.get(what="send the invoice of the fan")
    assert made.interaction is not None
    meeting = Meeting.objects.get()
    assert (meeting.state, meeting.parties.get().interaction) == ("held", made.interaction)

    # The minutes reach a real mail server, with the paper, and nothing private.
    page.get_by_role("link", name="Send minutes").click()
    dialog(page)
    page.keyboard.press("Control+Enter")
    closed(page)
    toast(page, "The minutes go out in 20 seconds")
    send_mail(now=Now(Now.read().instant + timedelta(seconds=30)))
    mail = box.mail_to("ingrid@ewos.example")
    text = mail.get_body(("plain",))
    assert text is not None
    for said in (str(text.get_content()), paper_of(mail)):
        flat = " ".join(said.split())
        assert "We pay half of the new fan" in flat
        assert "send the invoice of the fan" in flat
        assert "tired" not in flat

    # What was not come to is on the next agenda.
    following = meetings.plan_meeting(
        actor=people.alice(),
        now=Now.read(),
        relationships=[row],
        title="Next one",
        starts_at=Now.read().instant + timedelta(days=14),
        zone="UTC",
    ).row
    page.goto(following.get_absolute_url())
    expect(page.locator(ITEMS, has_text="send the winter table")).to_contain_text("carried over once")


def test_two_browsers_at_one_agenda_lose_nothing(browse: Open) -> None:
    row, ingrid = overdue_with_much_to_say()
    meeting = meetings.plan_meeting(
        actor=people.alice(),
        now=Now.read(),
        relationships=[row],
        title="Check-in",
        starts_at=Now.read().instant + timedelta(days=1),
        zone="UTC",
        contacts={row.pk: [ingrid]},
    ).row
    alices, bobs = browse(people.alice()), browse(people.bob())
    for page in (alices, bobs):
        page.goto(meeting.get_absolute_url())
    alices.locator(ITEMS).nth(2).focus()
    with alices.expect_response(lambda answer: answer.request.method == "POST"):
        alices.keyboard.press("Alt+ArrowUp")
    expect(alices.locator(ITEMS).nth(1)).to_contain_text("open the gate at six")

    # Bob, who still sees the former order, is told; what he adds is added all the same.
    bobs.locator(ITEMS).nth(1).focus()
    bobs.keyboard.press("x")
    expect(bobs.locator("#toasts")).to_contain_text("Alice")
    expect(bobs.locator(ITEMS).nth(1)).to_contain_text("open the gate at six")
    bobs.locator("#agenda-add").fill("Who signs for the winter")
    bobs.locator("#agenda-add").press("Enter")
    expect(bobs.locator(ITEMS, has_text="Who signs for the winter")).to_be_visible()
    alices.reload()
    said = order(alices)
    assert "Who signs for the winter" in said and "send the winter table" in said
    assert said.index("open the gate at six") < said.index("send the winter table")
