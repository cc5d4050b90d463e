"""A question as it arrives at a real server: once, text and HTML of equal content, to whoever still wants it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import Contact
from accounts.undo import take_back
from mail import actions as mail
from mail.models import Kind, OutboxMail
from relationships import actions, pulse_links
from relationships.models import Pulse, PulseAnswer, PulseRefusal, Stakeholder
from tests import people
from tests.mail.post import Postbox
from web.clock import Now

pytestmark = pytest.mark.django_db

NOW = Now(datetime(2026, 3, 20, 12, tzinfo=UTC))
ADDRESS = "ingrid@partner.example"


def after(seconds: int) -> Now:
    return Now(NOW.instant + timedelta(seconds=seconds))


def by(now: Now = NOW) -> dict[str, Any]:
    return {"actor": people.alice(), "now": now}


def waiting(now: Now = NOW) -> tuple[Pulse, Stakeholder]:
    """Open to theirs, and somebody of theirs; ours has said something that they never see."""
    row = people.relationship(account=people.account("Close the Loop"))
    asked = actions.ask_pulse(relationship=row, question="choose_again", **by(now)).row
    theirs = actions.answer_pulse(question=asked, score=2, words="knownonlytous", **by(now)).row.followed_by
    person = Contact.objects.create(name="Ingrid Iversen", email=ADDRESS)
    return theirs, Stakeholder.objects.create(relationship=row, account=row.account, contact=person)


def sent(now: Now) -> tuple[int, int, int]:
    tally = mail.send_mail(now=now, kinds=[Kind.PULSE])
    return tally.planned, tally.sent, tally.skipped


def said_by(box: Postbox) -> tuple[str, str]:
    """What is read as text and as HTML, with single blanks."""
    message = box.mail_to(ADDRESS)
    text = message.get_body(("plain",))
    html = message.get_body(("html",))
    assert text is not None and html is not None
    read = re.sub(r"<style.*?</style>|<title>.*?</title>", "", html.get_content(), flags=re.DOTALL)
    return text.get_content(), unescape(re.sub(r"<[^>]+>", " ", read)) + " ".join(
        unescape(one) for one in re.findall(r'href="([^"]+)"', read)
    )


def test_it_reaches_them_once_after_twenty_seconds_and_its_links_answer(
    box: Postbox, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, ingrid = waiting()
    actions.give_pulse(question=row, to=ingrid, by_mail=True, **by())
    assert sent(after(19)) == (0, 0, 0)
    assert sent(after(20)) == (1, 1, 0)
    assert sent(after(90)) == (0, 0, 0)
    assert box.copies == {ADDRESS: 1}
    message = box.mail_to(ADDRESS)
    assert message["Subject"] == "One question: Would you choose us again today?"
    assert message["Reply-To"] == f"Alice Ahlberg <{people.alice().email}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    row.refresh_from_db()
    link = pulse_links.address_for(row)
    for said in said_by(box):
        words = " ".join(said.split())
        for wanted in (
            "Alice Ahlberg asks Ingrid Iversen one question.", "Would you choose us again today?", "Rather no",
            *(f"{link}?score={score}" for score in range(1, 6)), "until 18 April 2026",
            "Your reply goes to Alice Ahlberg.", pulse_links.stop_address_for(row),
        ):  # fmt: skip
            assert wanted in words
    [(_address, raw)] = box.taken
    assert b"knownonlytous" not in raw
    monkeypatch.setattr(Now, "read", classmethod(lambda cls: after(600)))
    path = reverse("pulse_question", args=[pulse_links.token_for(row)])
    assert client.get(f"{path}?score=1").status_code == 200
    assert not PulseAnswer.objects.filter(side="theirs").exists()
    assert client.post(path, {"score": "1"}).status_code == 303
    assert PulseAnswer.objects.get(side="theirs").said_by == ingrid


def test_taken_back_it_never_goes_out_and_sent_again_it_is_another(box: Postbox) -> None:
    row, ingrid = waiting()
    step = actions.give_pulse(question=row, to=ingrid, by_mail=True, **by()).step
    back = take_back(step_id=step.pk, **by(after(10)))
    assert sent(after(60)) == (0, 0, 0)
    take_back(step_id=back.step.pk, **by(after(60)))
    assert sent(after(81)) == (1, 1, 0)
    assert box.copies == {ADDRESS: 1}
    with pytest.raises(ValidationError, match="has gone out"):
        actions.set_given(pulse_id=row.pk, to_id=None, sent_at=None, sent_by_id=None, **by(after(90)))


@pytest.mark.parametrize("what", ["refused", "answered", "other", "bounced", "paused"])
def test_planned_and_no_longer_wanted_it_is_not_sent(what: str, box: Postbox) -> None:
    row, ingrid = waiting()
    actions.give_pulse(question=row, to=ingrid, by_mail=True, **by())
    assert mail.plan_mail(now=after(20), kinds=[Kind.PULSE]) == 1
    match what:
        case "refused":
            PulseRefusal.objects.create(contact=ingrid.contact, at=NOW.instant)
        case "answered":
            actions.enter_answer(question=row, score=3, said_by=ingrid, **by(after(25)))
        case "other":
            contact = Contact.objects.create(name="Jon Hauge")
            jon = Stakeholder.objects.create(relationship=row.relationship, account=row.account, contact=contact)
            actions.give_pulse(question=row, to=jon, by_mail=False, **by(after(25)))
        case "bounced":
            known = {"contact": ingrid.contact, "kind": Kind.MEETING, "period": "meeting:1", "state": "bounced"}
            moment = Now.read().instant + timedelta(days=1)
            OutboxMail.objects.create(due_at=moment, planned_at=moment, **known)
        case "paused":
            actions.pause(relationship=row.relationship, reason="Strike", **by(after(25)))
    assert sent(after(30)) == (0, 0, 1)
    assert box.copies == {}


def test_another_address_than_the_refused_one_gets_it(box: Postbox) -> None:
    row, ingrid = waiting()
    before = Now.read().instant - timedelta(days=30)
    known = {"contact": ingrid.contact, "kind": Kind.MEETING, "period": "meeting:1", "state": "bounced"}
    OutboxMail.objects.create(due_at=before, planned_at=before, **known)
    actions.give_pulse(question=row, to=ingrid, by_mail=True, **by())
    assert sent(after(20)) == (1, 1, 0)
