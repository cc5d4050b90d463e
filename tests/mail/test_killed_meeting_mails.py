"""Senders killed over what goes out about meetings: nothing twice, nothing lost, nothing after it was taken back.

The suite kills at the stages where something could go wrong in a way of its own; ``make stress`` at all of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from accounts.models import Account, UndoStep
from accounts.undo import take_back
from mail import actions as mail
from mail.models import Kind, OutboxMail
from mail.outbox import Claim
from mail.sender import Sender, Tally
from meetings import actions
from meetings.models import Meeting
from relationships.actions import remove_relationship
from tests import people
from tests.mail import test_meeting_letters as invitations
from tests.mail.conftest import Killer
from tests.mail.post import Postbox
from tests.meetings.test_holding import AFTER, START, ingrid, jonas, meeting_of
from web.clock import Now

pytestmark = pytest.mark.django_db(transaction=True)

State = OutboxMail.State
ALL = "STRESS_ALL" in os.environ
STAGES = ["plan", "claim", "render", "mid data", "transmit", "fence", "dot", "reply", "sent"]
BEFORE_THE_DOT = ["claim", "render", "mid data", "transmit"]
HANDED_OVER = {"fence", "dot", "reply"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Two mails of one kind that are due at ``at``, and how somebody makes them needless after that."""

    kind: Kind
    at: Now
    addresses: set[str]
    undo: Callable[[], object]
    # What the mails that follow from that are called.
    followed_by: str = ""


def after(now: Now, seconds: int = 25) -> Now:
    return Now(now.instant + timedelta(seconds=seconds))


def invitation() -> Wanted:
    meeting, guest = invitations.planned()
    actions.invite(actor=people.alice(), now=invitations.NOW, meeting=meeting)
    at = after(invitations.NOW)
    return Wanted(
        Kind.MEETING,
        at,
        {guest.email, people.bob().email},
        lambda: actions.cancel_meeting(actor=people.alice(), now=at, meeting=meeting),
        "Cancelled:",
    )


def minutes() -> Wanted:
    partner = people.relationship()
    meeting = meeting_of(partner)
    by: dict[str, Any] = {"actor": people.alice(), "now": AFTER, "meeting": meeting}
    actions.hold_meeting(came=[one.pk for one in meeting.people.all()], **by)
    actions.send_minutes(contacts=[ingrid(), jonas()], **by)
    at = after(AFTER)
    return Wanted(
        Kind.MINUTES,
        at,
        {ingrid().email, jonas().email},
        lambda: remove_relationship(actor=people.alice(), now=at, relationship=partner),
    )


def brief() -> Wanted:
    meeting = meeting_of(people.relationship())
    at = Now(START - timedelta(minutes=20))
    for one in (people.alice(), people.bob()):
        actions.want_brief(actor=one, now=at, wanted=True)
    moved = {"starts_at": START + timedelta(days=1)}
    return Wanted(
        Kind.BRIEF,
        at,
        {people.alice().email, people.bob().email},
        lambda: actions.change_meeting(actor=people.alice(), now=at, meeting=meeting, values=moved),
    )


WANTED = {"invitation": invitation, "minutes": minutes, "brief": brief}


def send(one: Wanted, at: Now | None = None) -> Tally:
    """Twice at once is what a doubled beat does."""
    first, second = (mail.send_mail(now=at or one.at, kinds=[one.kind]) for _ in range(2))
    assert second.sent == 0
    return first


def subjects(box: Postbox) -> list[str]:
    return [str(box.mail_to(address)["Subject"]) for address in box.copies]


def forget(box: Postbox) -> None:
    """What was planned so far is over, so that the next one begins with a scene of its own."""
    OutboxMail.objects.all().delete()
    Meeting.objects.all().delete()
    Account.objects.update(name_key=F("id"))
    box.taken.clear()


@pytest.mark.parametrize("kind", WANTED)
def test_killed_and_run_again_nothing_goes_out_twice_and_nobody_is_left_out(
    kind: str, box: Postbox, killer: Killer
) -> None:
    for stage in STAGES if ALL else ["render", "transmit", "dot"]:
        wanted = WANTED[kind]()
        assert killer.kill(stage, 2, wanted.at.instant.isoformat(), box.port, [wanted.kind]) == -9, stage
        assert killer.said.read_text() == ""
        send(wanted)
        unsure = {row.person.email for row in OutboxMail.objects.unsure()}
        assert set(box.copies.values()) == {1}, stage
        assert set(box.copies) | unsure == wanted.addresses, stage
        assert len(unsure) == (stage in HANDED_OVER), stage
        forget(box)


@pytest.mark.parametrize("kind", WANTED)
def test_what_is_needless_by_the_time_of_the_next_run_is_not_sent(kind: str, box: Postbox, killer: Killer) -> None:
    """Its bytes may be written already. Who was invited and may know of it is told that it is off."""
    for stage in BEFORE_THE_DOT if ALL else ["transmit"]:
        wanted = WANTED[kind]()
        assert killer.kill(stage, 1, wanted.at.instant.isoformat(), box.port, [wanted.kind]) == -9, stage
        wanted.undo()
        send(wanted, after(wanted.at))
        assert [said for said in subjects(box) if not wanted.followed_by or wanted.followed_by not in said] == [], stage
        first = OutboxMail.objects.order_by("pk")[:2]
        assert {row.state for row in first} == {State.SKIPPED}, stage
        forget(box)


def test_one_that_nobody_can_answer_for_is_not_sent_again_by_hand_once_it_is_needless(
    box: Postbox, killer: Killer
) -> None:
    wanted = minutes()
    assert killer.kill("dot", 1, wanted.at.instant.isoformat(), box.port, [wanted.kind]) == -9
    unsure = OutboxMail.objects.unsure().get()
    wanted.undo()
    mail.send_again(actor=people.adam(), now=wanted.at, mail=unsure)
    assert send(wanted).skipped == 2
    # The one that was handed over before its sender was killed.
    assert set(box.copies.items()) <= {(unsure.person.email, 1)}


@pytest.mark.parametrize("kind", ["invitation", "minutes"])
def test_taken_back_in_the_last_moment_it_is_not_sent_although_it_is_written(kind: str, box: Postbox) -> None:
    """Who read the clock before the twenty seconds were over may be through only when the mail is on its way."""
    late = Now(AFTER.instant + timedelta(seconds=19)) if kind == "minutes" else after(invitations.NOW, 19)
    wanted = WANTED[kind]()
    step = UndoStep.objects.filter(actor=people.alice()).latest("pk")

    class Overtaken(Sender):
        def fence(self, claim: Claim) -> Claim | None:
            step.refresh_from_db()
            if step.undone_at is None:
                take_back(step_id=step.pk, actor=people.alice(), now=late)
            return super().fence(claim)

    mail.plan_mail(now=wanted.at, kinds=[wanted.kind])
    assert Overtaken(kinds=[wanted.kind], now=wanted.at).run().sent == 0
    assert box.taken == []
    # Its lease runs out; the next run finds that there is nothing to send.
    OutboxMail.objects.update(lease_until=None)
    send(wanted)
    assert box.taken == []
    assert set(OutboxMail.objects.values_list("state", flat=True)) == {State.SKIPPED}
