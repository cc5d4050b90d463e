"""What calendars get of meetings that change, in any order: numbers that rise, nothing called off that nobody knew."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.undo import take_back
from mail import actions as mail
from mail.models import Kind
from meetings import actions
from meetings.models import CalendarMessage, Meeting
from meetings.series import parse
from tests import people
from tests.mail.post import Postbox
from tests.mail.test_meeting_letters import again, calendar_in, parts, planned
from tests.meetings.test_calendar_writing import opened
from web.clock import Now

pytestmark = pytest.mark.django_db

NOW = Now.parse("2026-11-23T09:00:00+00:00")
HOUR = timedelta(hours=1)
TUESDAYS = parse("FREQ=WEEKLY;BYDAY=TU;COUNT=6")


def after(seconds: float, now: Now = NOW) -> Now:
    return Now(now.instant + timedelta(seconds=seconds))


def send(now: Now) -> int:
    return mail.send_mail(now=now, kinds=[Kind.MEETING]).sent


def rows() -> list[Meeting]:
    return list(Meeting.objects.order_by("starts_at", "pk"))


def told_series() -> list[Meeting]:
    """Six Tuesdays at 9:30 in Oslo, of which everybody was told."""
    meeting, _ingrid = planned()
    actions.make_series(actor=people.alice(), now=NOW, meeting=meeting, rule=TUESDAYS)
    actions.invite(actor=people.alice(), now=NOW, meeting=meeting)
    assert send(after(21)) == 2
    return rows()


def later_on(found: list[Meeting], now: Now, place: int = 2) -> Any:
    at = found[place].starts_at + HOUR
    return actions.change_following(actor=people.alice(), now=now, meeting=found[place], values={"starts_at": at})


def arrived(box: Postbox) -> list[tuple[str, EmailMessage]]:
    """In their order."""
    return [(to, message_from_bytes(raw, policy=policy.default)) for to, raw in box.taken]


def got(box: Postbox, address: str) -> list[EmailMessage]:
    return [message for to, message in arrived(box) if to == address]


def words(message: EmailMessage) -> str:
    return again(parts(message)["text/plain"].get_content())


# A series divided ----------------------------------------------------------------------------------------------------


def test_another_time_from_one_on_is_one_true_mail_for_each_name(box: Postbox) -> None:
    found = told_series()
    box.taken.clear()
    later_on(found, after(60))
    assert send(after(120)) == 4
    former, new = got(box, "ingrid@fjord.example")
    assert former["Subject"].startswith("Changed: Check-in with Fjord")
    assert "as they were until 8 December 2026; from 15 December 2026 at 10:30, see the other invitation." in words(
        former
    )
    assert new["Subject"] == "Changed: Check-in with Fjord, Tue 15 December, 10:30"
    assert "from 15 December 2026 at 10:30, before at 9:30." in words(new)
    assert all(opened(calendar_in(one)).method == "REQUEST" for one in (former, new))
    assert not any("none from" in words(one) or "Ended" in one["Subject"] for one in (former, new))


def test_changes_of_a_divided_series_that_wait_go_out_as_one(box: Postbox) -> None:
    alice, found = people.alice(), told_series()
    box.taken.clear()
    later_on(found, after(60))
    actions.cancel_meeting(actor=alice, now=after(70), meeting=rows()[3])
    actions.change_following(actor=alice, now=after(75), meeting=rows()[2], values={"place": "Here"})
    assert send(after(91)) == 2
    assert send(after(200)) == 2
    former, new = got(box, "ingrid@fjord.example")
    assert opened(calendar_in(former)).events[0].uid != opened(calendar_in(new)).events[0].uid
    assert b"EXDATE;TZID=Europe/Oslo:20261222T103000" in calendar_in(new)
    assert "before at 9:30" in words(new) and "Where: Here" in words(new)
    assert b"METHOD:CANCEL" not in calendar_in(former) + calendar_in(new)


def test_divided_and_taken_back_in_time_mails_nobody_and_later_says_so(box: Postbox) -> None:
    alice, found = people.alice(), told_series()
    box.taken.clear()
    deed = later_on(found, after(60))
    back = take_back(step_id=deed.step.pk, actor=alice, now=after(70))
    assert send(after(120)) == 0
    forth = take_back(step_id=back.step.pk, actor=alice, now=after(180))
    assert send(after(240)) == 4
    box.taken.clear()
    take_back(step_id=forth.step.pk, actor=alice, now=after(300))
    assert send(after(360)) == 4
    first, second = got(box, "ingrid@fjord.example")
    gone, former = sorted((first, second), key=lambda one: opened(calendar_in(one)).method)
    assert opened(calendar_in(gone)).method == "CANCEL"
    assert "The former ones come again, see the other invitation." in words(gone)
    assert opened(calendar_in(gone)).events[0].uid != opened(calendar_in(former)).events[0].uid


def test_invitation_that_never_went_out_is_not_called_off(box: Postbox) -> None:
    meeting, _ingrid = planned()
    actions.invite(actor=people.alice(), now=NOW, meeting=meeting)
    actions.cancel_meeting(actor=people.alice(), now=after(30), meeting=meeting)
    assert send(after(60)) == 0
    assert box.taken == []


def test_one_called_off_while_the_series_waits_is_told_with_it_and_stays_told(box: Postbox) -> None:
    alice, found = people.alice(), told_series()
    box.taken.clear()
    place = actions.change_following(actor=alice, now=after(60), meeting=found[0], values={"place": "Here"})
    actions.cancel_meeting(actor=alice, now=after(65), meeting=found[3])
    # The place is as before again, so that only the one that is off is left to tell.
    del place
    actions.change_following(actor=alice, now=after(70), meeting=found[0], values={"place": "Storgata 1"})
    assert send(after(120)) == 2
    (message,) = got(box, "ingrid@fjord.example")
    assert opened(calendar_in(message)).method == "CANCEL"
    assert b"RECURRENCE-ID;TZID=Europe/Oslo:20261222T093000" in calendar_in(message)


# In any order --------------------------------------------------------------------------------------------------------


@dataclass
class Programme:
    """A calendar program: takes what is newer, and must never be sent what it would drop."""

    numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    known: set[tuple[str, str]] = field(default_factory=set)

    def take(self, address: str, message: EmailMessage) -> None:
        calendar = opened(calendar_in(message))
        for event in calendar.events:
            name = (address, event.uid)
            assert calendar.method == "REQUEST" or name in self.known, "called off, and never asked for"
        names = {(address, event.uid) for event in calendar.events}
        (number,) = {event.sequence for event in calendar.events}
        (name,) = names
        assert number > self.numbers.get(name, -1), "older than what it has"
        self.numbers[name] = number
        self.known.add(name)


DEEDS = st.sampled_from(["series", "invite", "move", "split", "place", "cancel", "end", "undo", "undo", "send", "plan"])


@given(st.lists(st.tuples(DEEDS, st.integers(0, 5), st.sampled_from([1, 12, 30])), min_size=3, max_size=12))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_numbers_of_a_name_rise_with_each_thing_sent_whatever_was_done(
    box: Postbox, steps: list[tuple[str, int, int]]
) -> None:
    alice = people.alice()
    box.taken.clear()
    with transaction.atomic():
        meeting, _ingrid = planned()
        actions.invite(actor=alice, now=NOW, meeting=meeting)
        now, programme = NOW, Programme()
        done: list[Any] = []
        seen = 0
        for deed, which, wait in [*steps, ("send", 0, 60)]:
            now = after(wait, now)
            if deed == "send":
                send(now)
            elif deed == "plan":
                mail.plan_mail(now=now, kinds=[Kind.MEETING])
            else:
                try:
                    with transaction.atomic():
                        done.append(_do(deed, which, now, done))
                except (ValidationError, Meeting.DoesNotExist):
                    pass
            for address, message in arrived(box)[seen:]:
                programme.take(address, message)
            seen = len(box.taken)
        for uid in set(CalendarMessage.objects.values_list("uid", flat=True)):
            numbers = list(CalendarMessage.objects.filter(uid=uid).order_by("id").values_list("sequence", flat=True))
            assert numbers == sorted(numbers)
        transaction.set_rollback(True)


def _do(deed: str, which: int, now: Now, done: list[int]) -> int:
    alice = people.alice()
    found = rows()
    meeting = found[which % len(found)]
    by: dict[str, Any] = {"actor": alice, "now": now, "meeting": meeting}
    match deed:
        case "series":
            return actions.make_series(**by, rule=TUESDAYS).step.pk
        case "invite":
            return actions.invite(**by).step.pk
        case "move":
            return actions.change_meeting(**by, values={"starts_at": meeting.starts_at + HOUR}).step.pk
        case "split":
            return actions.change_following(**by, values={"starts_at": meeting.starts_at + HOUR}).step.pk
        case "place":
            return actions.change_following(**by, values={"place": f"Room {which}"}).step.pk
        case "cancel":
            return actions.cancel_meeting(**by).step.pk
        case "end":
            return actions.end_series(**by).step.pk
        case _:
            if not done:
                raise ValidationError("nothing to undo")
            return take_back(step_id=done.pop(), actor=alice, now=now).step.pk
