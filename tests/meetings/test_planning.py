"""Meetings planned, changed, called off and back; who answered what; and when a relationship is booked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Contact
from accounts.undo import Done, take_back
from meetings import actions
from meetings.models import CalendarMessage, Meeting, Participant
from relationships.models import Relationship
from relationships.queries import readings_of
from relationships.readiness import Level
from tests import people
from web.clock import Now

pytestmark = pytest.mark.django_db

NOW = Now(datetime(2026, 11, 23, 9, tzinfo=UTC))
TOMORROW = datetime(2026, 11, 24, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ingrid() -> Contact:
    return Contact.objects.get_or_create(name="Ingrid Iversen", email="ingrid@partner.example")[0]


def planned(row: Relationship, **more: Any) -> Done[Meeting]:
    values: dict[str, Any] = {
        "actor": people.alice(),
        "now": NOW,
        "relationships": [row],
        "title": "Check-in",
        "starts_at": TOMORROW,
        "zone": "Europe/Berlin",
        "contacts": {row.pk: [ingrid()]},
    }
    return actions.plan_meeting(**(values | more))


def theirs_of(meeting: Meeting) -> Participant:
    return meeting.people.theirs().get()


def test_plan_asks_both_sides_and_knows_when() -> None:
    row = people.relationship(owner=people.alice(), zone="America/Los_Angeles")
    meeting = planned(row, starts_at=datetime(2026, 11, 24, 5, tzinfo=UTC), minutes=30).row
    party = meeting.parties.get()
    assert (meeting.ends_at - meeting.starts_at, meeting.starts_here.hour) == (timedelta(minutes=30), 6)
    # Their Monday evening is our Tuesday morning.
    assert party.meets_on.isoformat() == "2026-11-23"
    said = {str(one): one.answer for one in meeting.people.all()}
    assert said == {"Alice Ahlberg": "comes", "Ingrid Iversen": ""}


def test_plan_with_nobody_or_before_it_ends_is_refused() -> None:
    row = people.relationship(owner=people.alice())
    with pytest.raises(ValidationError, match="Say with whom"):
        planned(row, relationships=[], contacts={})
    with pytest.raises(ValidationError, match="cannot be blank"):
        planned(row, title="  ")


def test_booked_once_they_accept_and_no_longer_when_it_is_off() -> None:
    row = people.relationship(owner=people.alice())
    meeting = planned(row).row

    def booked() -> str:
        row.refresh_from_db()
        return str(row.booked_on)

    assert booked() == "None"
    step = actions.answer(actor=people.alice(), now=NOW, participant=theirs_of(meeting), said="comes").step
    assert booked() == "2026-11-24"
    take_back(step_id=step.pk, actor=people.alice(), now=NOW)
    assert booked() == "None"
    actions.answer(actor=people.alice(), now=NOW, participant=theirs_of(meeting), said="comes")
    off = actions.cancel_meeting(actor=people.alice(), now=NOW, meeting=meeting).step
    assert booked() == "None"
    take_back(step_id=off.pk, actor=people.alice(), now=NOW)
    assert booked() == "2026-11-24"


def test_booked_goes_on_to_the_next_when_one_is_over() -> None:
    row = people.relationship(owner=people.alice())
    for days in (1, 6):
        meeting = planned(row, starts_at=TOMORROW + timedelta(days=days - 1)).row
        actions.answer(actor=people.alice(), now=NOW, participant=theirs_of(meeting), said="comes")
    later = Now(NOW.instant + timedelta(days=3))
    assert actions.book_what_is_over(now=later) == 1
    row.refresh_from_db()
    assert str(row.booked_on) == "2026-11-29"
    assert actions.book_what_is_over(now=later) == 0


def test_another_time_asks_again_and_undo_brings_the_answers_back() -> None:
    row = people.relationship(owner=people.alice())
    meeting = planned(row).row
    actions.answer(actor=people.alice(), now=NOW, participant=theirs_of(meeting), said="comes")
    deed = actions.change_meeting(actor=people.alice(), now=NOW, meeting=meeting, values={"starts_at": TOMORROW + HOUR})
    assert (theirs_of(meeting).answer, deed.row.sequence) == ("", 1)
    assert deed.row.ends_at == TOMORROW + 2 * HOUR
    take_back(step_id=deed.step.pk, actor=people.alice(), now=NOW)
    meeting.refresh_from_db()
    # What went to calendars meanwhile is overtaken by a higher number, never by a lower one.
    assert (theirs_of(meeting).answer, meeting.starts_at, meeting.sequence) == ("comes", TOMORROW, 2)


def test_what_calendars_do_not_show_does_not_raise_their_number() -> None:
    row = people.relationship(owner=people.alice())
    meeting = planned(row).row
    deed = actions.change_meeting(actor=people.alice(), now=NOW, meeting=meeting, values={"kind": "review"})
    assert deed.row.sequence == 0
    deed = actions.change_meeting(
        actor=people.alice(), now=NOW, meeting=meeting, values={}, colleagues=[people.alice(), people.bob()]
    )
    assert deed.row.sequence == 1


def test_who_stays_keeps_the_answer_who_is_not_asked_any_more_goes() -> None:
    row = people.relationship(owner=people.alice())
    meeting = planned(row, colleagues=[people.alice(), people.bob()]).row
    actions.answer(actor=people.alice(), now=NOW, participant=theirs_of(meeting), said="maybe")
    jonas = Contact.objects.create(name="Jonas Jansen")
    deed = actions.change_meeting(
        actor=people.alice(),
        now=NOW,
        meeting=meeting,
        values={},
        colleagues=[people.alice()],
        contacts={row.pk: [ingrid(), jonas]},
    )
    said = {str(one): one.answer for one in meeting.people.all()}
    assert said == {"Alice Ahlberg": "comes", "Ingrid Iversen": "maybe", "Jonas Jansen": ""}
    take_back(step_id=deed.step.pk, actor=people.alice(), now=NOW)
    assert {str(one) for one in meeting.people.all()} == {"Alice Ahlberg", "Bob Brandt", "Ingrid Iversen"}


def test_taken_back_and_done_again_is_the_same_meeting() -> None:
    row = people.relationship(owner=people.alice())
    deed = planned(row)
    before = Meeting.objects.values().get(), list(Participant.objects.order_by("pk").values())
    back = take_back(step_id=deed.step.pk, actor=people.alice(), now=NOW)
    assert not Meeting.objects.exists()
    take_back(step_id=back.step.pk, actor=people.alice(), now=NOW)
    assert (Meeting.objects.values().get(), list(Participant.objects.order_by("pk").values())) == before


def test_planning_cannot_be_taken_back_once_people_were_told() -> None:
    row = people.relationship(owner=people.alice())
    deed = planned(row)
    CalendarMessage.objects.create(
        meeting=deed.row, contact=ingrid(), sequence=0, due_at=NOW.instant, wanted_at=NOW.instant
    )
    with pytest.raises(ValidationError, match="Cancel the meeting instead"):
        take_back(step_id=deed.step.pk, actor=people.alice(), now=NOW)


def test_not_held_says_why_and_only_of_what_has_begun() -> None:
    row = people.relationship(owner=people.alice())
    meeting = planned(row).row
    with pytest.raises(ValidationError, match="still to come"):
        actions.not_held(actor=people.alice(), now=NOW, meeting=meeting, reason="Ill")
    later = Now(TOMORROW + HOUR)
    assert list(Meeting.objects.unsettled(later)) == [meeting]
    with pytest.raises(ValidationError, match="Say why"):
        actions.not_held(actor=people.alice(), now=later, meeting=meeting, reason=" ")
    actions.not_held(actor=people.alice(), now=later, meeting=meeting, reason="Ill")
    assert not Meeting.objects.unsettled(later).exists()
    with pytest.raises(ValidationError, match="no longer planned"):
        actions.cancel_meeting(actor=people.alice(), now=later, meeting=meeting)


def test_seen_by_who_sees_one_of_its_partners() -> None:
    north = people.relationship(owner=people.alice(), team=people.north())
    south = people.relationship(owner=people.outsider(), team=people.south())
    meeting = planned(
        north, actor=people.adam(), relationships=[north, south], contacts={north.pk: [ingrid()], south.pk: []}
    ).row
    assert Meeting.objects.visible_to(people.outsider()).get() == meeting
    # Whom the other partner sends is not theirs to see.
    assert {str(one) for one in Participant.objects.visible_to(people.outsider())} == {"Adam Adeyemi"}
    assert Participant.objects.visible_to(people.rita()).count() == 2
    assert not Meeting.objects.changeable_by(people.rita()).exists()
    assert not Meeting.objects.visible_to(people.petra()).exists()


def test_whoever_stays_away_gives_their_time_less_willingly() -> None:
    row = people.relationship(owner=people.alice())
    for days, came in ((40, False), (30, False), (20, True)):
        meeting = planned(row, starts_at=NOW.instant - timedelta(days=days)).row
        Participant.objects.filter(pk=theirs_of(meeting).pk).update(came=came)
        Meeting.objects.filter(pk=meeting.pk).update(state=Meeting.State.HELD)
        actions.follow([meeting.pk], now=NOW)
    reading = readings_of(row, NOW.today(row.zone))[ingrid().pk]
    assert (reading.came, reading.asked, reading.level) == (1, 3, Level.RARELY)
