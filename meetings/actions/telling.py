"""Who is told what of a meeting by mail: invitations, updates and cancellations as rows, from which ``mail`` plans.

Nobody is told anything before somebody has sent invitations; from then on whatever calendars show of the meeting
follows it by itself. Each message waits 20 seconds, in which it can be taken back, and a newer one takes the place of
one that still waits. Nobody is told the same twice: what was shown is kept with each message.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.undo import Done, inverse, record
from meetings import held
from meetings.actions.following import lock
from meetings.actions.settling import settle
from meetings.models import CalendarMessage, Meeting, Participant, Series
from web.clock import Now

UNDO_SEND = timedelta(seconds=20)
Method = CalendarMessage.Method
Scope = CalendarMessage.Scope
# The key of a user, or that of a contact.
Somebody: TypeAlias = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class _New:
    """A message to write: ``shown`` is empty where something is called off."""

    person: Somebody
    meeting: Meeting
    scope: str
    shown: str
    other: Series | None = None


def shown_of(meeting: Meeting, *, of_series: bool = False) -> str:
    """What calendars show of it, as a digest; who else comes is not part of it, so that one more guest mails nobody."""
    as_the_rule_says = of_series or (meeting.series_id is not None and meeting.starts_at == meeting.occurrence_at)
    shown = [
        "rule" if as_the_rule_says else meeting.starts_at.timestamp(),
        meeting.minutes,
        meeting.zone,
        meeting.title,
        meeting.place,
        meeting.link,
        meeting.organiser_id,
    ]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:32]


def uid_of(meeting: Meeting) -> str:
    """The name under which calendars know it."""
    return meeting.series.uid if meeting.series is not None else meeting.uid


def messages_about(meeting: Meeting) -> list[CalendarMessage]:
    """What this meeting's people were told, or wait to be told, the newest last; of its whole series too."""
    about = Q(scope=Scope.WHOLE) | Q(meeting=meeting.pk)
    return list(CalendarMessage.objects.wanted().filter(about, uid=uid_of(meeting)).order_by("id"))


def guests(meeting: Meeting) -> list[Participant]:
    """Who can be told by mail: not the organiser, whose own meeting it is."""
    people = meeting.people.select_related("user", "contact").order_by("pk")
    return [one for one in people if one.person.email and (not one.is_ours or one.user_id != meeting.organiser_id)]


def told_of(row: Series) -> bool:
    """Whether somebody was told of the whole series, or waits to be."""
    return CalendarMessage.objects.wanted().filter(series=row, method=Method.REQUEST).exists()


def is_sent_out(meeting: Meeting) -> bool:
    """Whether invitations to it, or to its series, were sent or wait to be."""
    return any(one.method == Method.REQUEST for one in messages_about(meeting))


def tell(meeting: Meeting, *, actor: User, now: Now, begin: bool = False) -> list[CalendarMessage]:
    """Write what has to be said after a change; with ``begin`` to everybody who was not invited yet.

    Whoever waits for the whole series hears it with that. Must run inside the transaction of the verb, with the meeting
    locked. Returns what was written.
    """
    known = _by_person(messages_about(meeting))
    sent_out = any(one.method == Method.REQUEST for mine in known.values() for one in mine)
    if meeting.ends_at <= now.instant or not (begin or sent_out):
        return []
    if meeting.state in (Meeting.State.HELD, Meeting.State.NOT_HELD):
        return []
    invited = {(one.user_id, one.contact_id) for one in guests(meeting)} if meeting.is_planned else set()
    scope = Scope.PART if meeting.series_id is not None else Scope.ONE
    shown = shown_of(meeting)
    overtaken: list[int] = []
    taking: list[CalendarMessage] = []
    new: list[_New] = []
    for person in _in_order({*invited, *known}):
        mine = known.get(person, [])
        wanted = shown if person in invited else held.OFF
        waiting = [one for one in mine if one.due_at > now.instant]
        whole = next((one for one in waiting if one.scope == Scope.WHOLE and one.method == Method.REQUEST), None)
        if scope == Scope.PART and whole is not None:
            whole.shown = held.with_part(whole.shown, meeting.pk, wanted)
            taking.append(whole)
            overtaken += [one.pk for one in waiting if one.scope == Scope.PART]
            continue
        holds = _heard(mine, now)
        there = holds.of(meeting.pk)
        needed = there not in ("", held.OFF) if wanted == held.OFF else there != wanted
        if scope == Scope.ONE and holds.whole:
            # They heard of a series since, which is none any more.
            needed = True
        waits = next((one for one in reversed(waiting) if one.scope == scope), None)
        says = "" if wanted == held.OFF else wanted
        if needed and waits is not None and waits.shown == says:
            continue
        overtaken += [one.pk for one in waiting if scope == Scope.ONE or one.scope == Scope.PART]
        if needed:
            new.append(_New(person, meeting, scope, says))
    CalendarMessage.objects.filter(pk__in=overtaken).update(withdrawn_at=now.instant)
    CalendarMessage.objects.bulk_update(taking, ["shown"])
    return _written(uid_of(meeting), new, meeting.series, actor=actor, now=now)


def tell_series(
    row: Series, meeting: Meeting, *, actor: User, now: Now, other: Series | None = None
) -> list[CalendarMessage]:
    """Tell the people of ``meeting``, one of the series or of the former one, of the whole of it as it is now.

    Where none of its meetings is left they hear that it is off. What still waited is said with it. ``other`` is the
    series with which it was divided. Must run inside the transaction of the verb.
    """
    known = _by_person(CalendarMessage.objects.wanted().filter(uid=row.uid).order_by("id"))
    meeting = _typical(row, meeting)
    plain = shown_of(meeting, of_series=True)
    whole = f"{plain}:{_shown_of_rule(row)}"
    on = row.meetings.exclude(state=Meeting.State.CANCELLED).exists()
    invited = {(one.user_id, one.contact_id) for one in guests(meeting)} if on else set()
    ahead = list(
        row.meetings.filter(ends_at__gt=now.instant, state__in=[Meeting.State.PLANNED, Meeting.State.CANCELLED])
        .prefetch_related("people")
        .order_by("pk")
    )
    asked = {one.pk: {(guest.user_id, guest.contact_id) for guest in one.people.all()} for one in ahead}
    digests = {one.pk: shown_of(one) if one.is_planned else held.OFF for one in ahead}
    overtaken: list[int] = []
    new: list[_New] = []
    for person in _in_order({*invited, *known}):
        mine = known.get(person, [])
        waiting = [one for one in mine if one.due_at > now.instant]
        holds = _heard(mine, now)
        if person not in invited:
            if holds.whole or any(one.scope == Scope.WHOLE for one in waiting):
                overtaken += [one.pk for one in waiting]
                # Its meetings may be back in the series that they came from.
                back = other or (meeting.series if meeting.series_id != row.pk else None)
                new += [_New(person, meeting, Scope.WHOLE, "", back)] if holds.whole else []
            continue
        wanted = {pk: said if person in asked[pk] else held.OFF for pk, said in digests.items()}
        changed = [one for one in ahead if holds.of(one.pk) != wanted[one.pk]]
        overtaken += [one.pk for one in waiting]
        if holds.whole != whole or len(changed) > 1:
            shown = held.written(whole, {pk: said for pk, said in wanted.items() if said != plain})
            beside = other or next((one.other for one in reversed(waiting) if one.other is not None), None)
            new.append(_New(person, meeting, Scope.WHOLE, shown, beside))
        else:
            # As it was told, but for one of them.
            said = {one.pk: "" if wanted[one.pk] == held.OFF else wanted[one.pk] for one in changed}
            new += [_New(person, one, Scope.PART, said[one.pk]) for one in changed]
    CalendarMessage.objects.filter(pk__in=overtaken).update(withdrawn_at=now.instant)
    return _written(row.uid, new, row, actor=actor, now=now)


def _typical(row: Series, meeting: Meeting) -> Meeting:
    """The meeting itself if it is as its series says; else the first that is, of one that has ended the last."""
    if meeting.series_id == row.pk and meeting.is_planned and not meeting.differs:
        return meeting
    order = "occurrence_at" if row.ended_on is None else "-occurrence_at"
    found = row.meetings.filter(differs=False, state=Meeting.State.PLANNED).order_by(order).first()
    return found or meeting


def overtake(meetings: Iterable[Meeting], messages: Iterable[CalendarMessage], *, now: Now) -> None:
    """Take back what waits to be told of single meetings to those who are told of their new series.

    What they are now stands in that; and told before it, it would bear a name that no calendar knows yet.
    """
    of_one = CalendarMessage.objects.wanted().filter(meeting__in=[one.pk for one in meetings], series=None)
    people = Q(pk__in=[])
    for one in messages:
        people |= Q(user=one.user_id, contact=one.contact_id)
    of_one.filter(people, due_at__gt=now.instant).update(withdrawn_at=now.instant)


def _shown_of_rule(row: Series) -> str:
    said = [row.rule, str(row.starts_on), str(row.starts_time), row.zone]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def _by_person(messages: Iterable[CalendarMessage]) -> dict[Somebody, list[CalendarMessage]]:
    found: dict[Somebody, list[CalendarMessage]] = {}
    for one in messages:
        found.setdefault((one.user_id, one.contact_id), []).append(one)
    return found


def _in_order(people: Iterable[Somebody]) -> list[Somebody]:
    return sorted(people, key=lambda one: (one[0] or 0, one[1] or 0))


def _heard(messages: Iterable[CalendarMessage], now: Now) -> held.Held:
    """What their calendar holds by now: what waits can still be taken back."""
    return held.heard(
        held.Told(held.Scope(one.scope), one.meeting_id, one.shown) for one in messages if one.due_at <= now.instant
    )


def _written(uid: str, new: Collection[_New], series: Series | None, *, actor: User, now: Now) -> list[CalendarMessage]:
    if not new:
        return []
    sequence = _next_number(uid, {one.meeting.pk for one in new})
    return CalendarMessage.objects.bulk_create(
        [
            CalendarMessage(
                meeting=one.meeting,
                user_id=one.person[0],
                contact_id=one.person[1],
                uid=uid,
                scope=one.scope,
                series=series if one.scope == Scope.WHOLE else None,
                other=one.other,
                method=Method.REQUEST if one.shown else Method.CANCEL,
                sequence=sequence,
                shown=one.shown,
                due_at=now.instant + UNDO_SEND,
                wanted_by=actor,
                wanted_at=now.instant,
            )
            for one in new
        ]
    )


def _next_number(uid: str, meetings: Collection[int]) -> int:
    """More than any message about this name ever had, whatever was folded, taken back or undone in between.

    A series that was taken back may be restored as it stood in a step, and share its name with its first meeting: the
    highest of all of them counts. A meeting has each number once, whatever name it went by.
    """
    about = Q(uid=uid) | Q(meeting__in=meetings)
    said: int | None = CalendarMessage.objects.filter(about).aggregate(last=Max("sequence"))["last"]
    series: int | None = Series.objects.filter(uid=uid).aggregate(last=Max("sequence"))["last"]
    meeting: int | None = Meeting.objects.filter(uid=uid).aggregate(last=Max("sequence"))["last"]
    number = max(-1 if said is None else said + 1, -1 if series is None else series + 1, meeting or 0)
    Series.objects.filter(uid=uid).update(sequence=number)
    return number


# By hand -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def invite(*, actor: User, now: Now, meeting: Meeting) -> Done[Meeting]:
    """Send invitations to everybody who has none; from now on changes follow. They can be taken back for 20 seconds."""
    Meeting.objects.changeable_by(actor).get(pk=meeting.pk)
    row = lock(meeting.pk)
    if not row.is_planned or row.is_over(now):
        raise ValidationError(_("Only a meeting that is planned and still to come can be sent out."))
    # The invitation says what there is to speak about, also where nobody has touched the agenda so far.
    if row.begun_at is None:
        settle(row, actor=None, now=now)
    messages = _told_to_all(row, actor=actor, now=now)
    if not messages:
        raise ValidationError(_("Everybody with an e-mail address has the invitation already."))
    # Whoever has not answered is asked today.
    people = Q()
    for one in messages:
        people |= Q(user=one.user_id, contact=one.contact_id)
    Participant.objects.filter(people, meeting=row, answer="").update(asked_on=now.today(row.zone))
    said = ngettext("Invitation to “%(title)s” sent", "%(count)d invitations to “%(title)s” sent", len(messages))
    step = record(
        actor=actor,
        now=now,
        said=said % {"title": row.title, "count": len(messages)},
        verb=withdraw_invitations,
        arguments={"meeting_id": row.pk, "messages": [one.pk for one in messages]},
        watch=[(Meeting, row.pk)],
    )
    return Done(row, step)


def _told_to_all(row: Meeting, *, actor: User, now: Now) -> list[CalendarMessage]:
    """Of a series the whole of it, unless its people know it already."""
    if row.series is not None and not told_of(row.series):
        return tell_series(row.series, row, actor=actor, now=now)
    return tell(row, actor=actor, now=now, begin=True)


@inverse
@transaction.atomic
def withdraw_invitations(*, actor: User, now: Now, meeting_id: int, messages: list[int]) -> Done[Meeting]:
    """Take back what has not gone out yet: all of it, or none."""
    Meeting.objects.changeable_by(actor).get(pk=meeting_id)
    row = lock(meeting_id)
    waiting = CalendarMessage.objects.wanted().filter(pk__in=messages, meeting=row)
    if waiting.filter(due_at__lte=now.instant).exists() or not waiting.exists():
        raise ValidationError(_("They have gone out already. Cancel the meeting instead, so that people hear of it."))
    waiting.update(withdrawn_at=now.instant)
    step = record(
        actor=actor,
        now=now,
        said=_("Invitations to “%(title)s” not sent") % {"title": row.title},
        verb=invite_again,
        arguments={"meeting_id": row.pk},
        watch=[(Meeting, row.pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def invite_again(*, actor: User, now: Now, meeting_id: int) -> Done[Meeting]:
    return invite(actor=actor, now=now, meeting=Meeting.objects.changeable_by(actor).get(pk=meeting_id))
