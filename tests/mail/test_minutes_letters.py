"""Minutes as they arrive at a real server: once, as text, HTML and paper of equal content, and only what is shared."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from accounts.models import Contact
from accounts.undo import take_back
from mail import actions as mail
from mail.models import Kind, OutboxMail
from meetings import actions
from meetings.models import Meeting
from relationships.models import Relationship
from tests import people
from tests.mail.post import Postbox
from tests.meetings.test_holding import AFTER, START, ingrid, item, jonas, meeting_of
from web.clock import Now

pytestmark = pytest.mark.django_db

OURS, SECRET = "knownonlytous", "secretofmyown"
LATER = Now(AFTER.instant + timedelta(seconds=21))


def by(now: Now = AFTER) -> dict[str, Any]:
    return {"actor": people.alice(), "now": now}


def held(row: Relationship | None = None, **more: Any) -> Meeting:
    """Of Alice's with Ingrid, who came, and Jonas, who did not; with all that may come of a meeting, shared and not."""
    meeting = meeting_of(row or people.relationship(account=people.account("Close the Loop")), **more)
    party = meeting.parties.order_by("pk")[0]
    first = item(
        meeting, "Collection <48 h>", 0, done_at=START, notes="Hamburg alone & nobody else\nThe van comes at 16:00"
    )
    ours = item(meeting, f"Budget {OURS}", 1, shared=False, done_at=START, notes=f"Gone {OURS}")
    item(meeting, "Second line, March", 2)
    actions.decide(meeting=meeting, item=first, decision="Morning round from 7 December", **by())
    actions.decide(meeting=meeting, item=ours, decision=f"We wait {OURS}", **by())
    actions.promise_at(
        party=party, side="ours", what="Send the round", due_on=START.date() + timedelta(days=4), item=first, **by()
    )
    actions.promise_at(
        party=party,
        side="theirs",
        what="Open the gate",
        due_on=START.date() + timedelta(days=2),
        contact=ingrid(),
        **by(),
    )
    actions.promise_at(
        party=party, side="ours", what=f"Ask {OURS}", due_on=START.date() + timedelta(days=4), item=ours, **by()
    )
    actions.feedback_at(party=party, said="Answers come faster", nature="praise", contact=ingrid(), **by())
    actions.feedback_at(party=party, said="Invoices late", contact=ingrid(), hidden=True, **by())
    actions.keep_private_note(meeting=meeting, text=SECRET, **by())
    came = [one.pk for one in meeting.people.all() if str(one) != "Jonas Brandt"]
    return actions.hold_meeting(meeting=meeting, came=came, **by()).row


def sent(now: Now = LATER) -> tuple[int, int, int]:
    tally = mail.send_mail(now=now, kinds=[Kind.MINUTES])
    return tally.planned, tally.sent, tally.skipped


def words_of(message: EmailMessage) -> dict[str, str]:
    """What each of the three ways says, with single blanks; of the HTML what is read."""
    found = {}
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "text/plain":
            found["text"] = part.get_content()
        elif kind == "text/html":
            body = re.sub(r"<style.*?</style>|<title>.*?</title>", "", part.get_content(), flags=re.DOTALL)
            found["html"] = unescape(re.sub(r"<[^>]+>", " ", body))
        elif kind == "application/pdf":
            pages = PdfReader(BytesIO(part.get_content())).pages
            found["pdf"] = "\n".join(page.extract_text() for page in pages)
    return {name: " ".join(said.split()) for name, said in found.items()}


def test_minutes_reach_those_chosen_once_after_twenty_seconds(box: Postbox) -> None:
    meeting = held()
    actions.send_minutes(meeting=meeting, contacts=[ingrid(), jonas()], users=[people.bob()], **by())
    assert sent(AFTER) == (0, 0, 0)
    assert sent() == (3, 3, 0)
    assert sent() == (0, 0, 0)
    assert box.copies == {ingrid().email: 1, jonas().email: 1, people.bob().email: 1}
    message = box.mail_to(ingrid().email)
    assert message["Subject"] == "Minutes: Quarterly review"
    assert message["Reply-To"] == people.alice().email
    names = [part.get_filename() for part in message.iter_attachments()]
    assert names == ["minutes-2026-11-23-quarterly-review.pdf"]


def test_three_ways_say_the_same_and_only_what_is_shared(box: Postbox) -> None:
    meeting = held()
    actions.send_minutes(meeting=meeting, contacts=[ingrid()], message="Thank you for the time.", **by())
    sent()
    said = words_of(box.mail_to(ingrid().email))
    assert set(said) == {"text", "html", "pdf"}
    for way, words in said.items():
        for wanted in (
            "Close the Loop", "Monday 23 November 2026, 10:00–11:00 (Berlin)", "Thank you for the time.",
            "Ingrid Iversen", "Not there: Jonas Brandt", "Alice Ahlberg", "Morning round from 7 December",
            "Send the round", "Friday 27 November 2026", "Open the gate", "Wednesday 25 November 2026",
            "Answers come faster", "Invoices late", "Collection <48 h>", "Hamburg alone & nobody else",
            "The van comes at 16:00", "Second line, March",
        ):  # fmt: skip
            assert wanted in words, (way, wanted)
        # Who asked not to be named is named with their praise and not with what they complained of.
        assert words.count("Ingrid Iversen") == 3, way
    [(_address, raw)] = box.taken
    for hidden in (OURS, SECRET):
        found = [line for line in raw.splitlines() if hidden.encode() in line]
        assert not found
        assert all(hidden not in words for words in said.values())


def test_taken_back_they_never_go_out_and_sent_again_only_to_who_is_chosen(box: Postbox) -> None:
    meeting = held()
    step = actions.send_minutes(meeting=meeting, contacts=[ingrid(), jonas()], **by()).step
    take_back(step_id=step.pk, **by(Now(AFTER.instant + timedelta(seconds=10))))
    assert sent() == (0, 0, 0)
    actions.send_minutes(meeting=meeting, contacts=[jonas()], **by(LATER))
    assert sent(Now(LATER.instant + timedelta(seconds=21))) == (1, 1, 0)
    assert box.copies == {jonas().email: 1}


def test_planned_and_then_no_longer_held_they_are_not_needed(box: Postbox) -> None:
    meeting = held()
    actions.send_minutes(meeting=meeting, contacts=[ingrid()], users=[people.bob()], **by())
    assert mail.plan_mail(now=LATER, kinds=[Kind.MINUTES]) == 2
    Meeting.objects.filter(pk=meeting.pk).update(state="planned")
    assert sent() == (0, 0, 2)
    assert {row.last_error for row in OutboxMail.objects.all()} == {"the meeting is no longer held"}
    assert not box.taken


def test_each_partner_gets_what_is_about_them(box: Postbox) -> None:
    one = people.relationship(account=people.account("Close the Loop"))
    two = people.relationship(account=people.account("Fjord"))
    meeting = held(one, relationships=[one, two], contacts={one.pk: [ingrid()], two.pk: [jonas()]})
    second = meeting.parties.get(relationship=two)
    item(meeting, "Only with Fjord", 5, party=second, done_at=START, notes="About their dock")
    actions.send_minutes(meeting=meeting, contacts=[ingrid(), jonas()], **by())
    sent()
    to_first, to_second = (words_of(box.mail_to(person.email)) for person in (ingrid(), jonas()))
    for way in ("text", "html", "pdf"):
        assert "Only with Fjord" in to_second[way] and "About their dock" in to_second[way]
        assert "Only with Fjord" not in to_first[way] and "Fjord" not in to_first[way] and "Jonas" not in to_first[way]
        # What one partner promised is not the other's to read.
        assert "Open the gate" in to_first[way] and "Open the gate" not in to_second[way]


def test_who_has_no_address_any_more_gets_none(box: Postbox) -> None:
    meeting = held()
    actions.send_minutes(meeting=meeting, contacts=[ingrid()], **by())
    Contact.objects.filter(pk=ingrid().pk).update(email="")
    assert sent() == (1, 0, 1)
    assert not box.taken
