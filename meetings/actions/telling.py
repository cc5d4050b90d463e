"""Who is told what of a meeting by mail: invitations, updates and cancellations as rows, from which ``mail`` plans.

Nobody is told anything before somebody has sent invitations; from then on whatever calendars show of the meeting
follows it by itself. Each message waits 20 seconds, in which it can be taken back, and a newer one takes the place of
one that still waits. Nobody is told the same twice: what was shown is kept with each message.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import TypeAlias

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.undo import Done, inverse, record
from meetings.actions.following import lock
from meetings.actions.settling import settle
from meetings.models import CalendarMessage, Meeting, Participant, Series
from web.clock import Now

UNDO_SEND = timedelta(seconds=20)
Method = CalendarMessage.Method
# The key of a user, or that of a contact.
Somebody: TypeAlias = tuple[int | None, int | None]


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


def messages_about(meeting: Meeting) -> list[CalendarMessage]:
    """What this meeting's people were told, or wait to be told, the newest last; of its whole series too."""
    about = Q(meeting=meeting.pk, series=None)
    if meeting.series_id is not None:
        about |= Q(series=meeting.series_id)
    return list(CalendarMessage.objects.wanted().filter(about).order_by("sequence", "id"))


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


def tell(meeting: Meeting, *, actor: User, now: Now, begin: bool = False, anew: bool = False) -> list[CalendarMessage]:
    """Write what has to be said after a change; with ``begin`` to everybody who was not invited yet.

    With ``anew`` also to those who were told just this: they heard of a series since, which is none any more. Must run
    inside the transaction of the verb, with the meeting locked. Returns what was written.
    """
    known = messages_about(meeting)
    if meeting.ends_at <= now.instant or not (begin or any(one.method == Method.REQUEST for one in known)):
        return []
    waiting = {_somebody(one): one for one in known if one.due_at > now.instant and one.series_id is None}
    told = {_somebody(one): one for one in known if one not in waiting.values()}
    invited = {(one.user_id, one.contact_id) for one in guests(meeting)} if meeting.is_planned else set()
    if meeting.state in (Meeting.State.HELD, Meeting.State.NOT_HELD):
        return []
    shown = shown_of(meeting)
    overtaken, new = [], []
    for person in sorted(invited | set(told) | set(waiting), key=lambda one: (one[0] or 0, one[1] or 0)):
        method = Method.REQUEST if person in invited else Method.CANCEL
        waits = waiting.get(person)
        needed = _needed(told.get(person), method, "" if anew else shown)
        if needed and waits is not None and (waits.method, waits.shown) == (method, shown):
            continue
        if waits is not None:
            overtaken.append(waits.pk)
        if needed:
            new.append((person, method))
    CalendarMessage.objects.filter(pk__in=overtaken).update(withdrawn_at=now.instant)
    return _written(meeting, new, shown, known, actor=actor, now=now)


def tell_series(row: Series, meeting: Meeting, *, actor: User, now: Now) -> list[CalendarMessage]:
    """Tell the people of ``meeting``, one of the series or of the former one, of the whole of it as it is now.

    Where none of its meetings is left they hear that it is off. Must run inside the transaction of the verb.
    """
    known = list(CalendarMessage.objects.wanted().filter(series=row).order_by("sequence", "id"))
    waiting = [one for one in known if one.due_at > now.instant]
    told = {_somebody(one): one for one in known if one not in waiting}
    CalendarMessage.objects.filter(pk__in=[one.pk for one in waiting]).update(withdrawn_at=now.instant)
    on = row.meetings.exclude(state=Meeting.State.CANCELLED).exists()
    shown = f"{shown_of(meeting, of_series=True)}:{_shown_of_rule(row)}"
    invited = {(one.user_id, one.contact_id) for one in guests(meeting)} if on else set()
    new = []
    for person in sorted(invited | set(told), key=lambda one: (one[0] or 0, one[1] or 0)):
        method = Method.REQUEST if person in invited else Method.CANCEL
        last = told.get(person)
        same = last is not None and (last.method, last.shown) == (Method.REQUEST, shown)
        if not same if method == Method.REQUEST else last is not None and last.method == Method.REQUEST:
            new.append((person, method))
    return _written(meeting, new, shown, [], actor=actor, now=now, series=row)


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


def _somebody(message: CalendarMessage) -> Somebody:
    return message.user_id, message.contact_id


def _needed(told: CalendarMessage | None, method: str, shown: str) -> bool:
    if method == Method.CANCEL:
        return told is not None and told.method == Method.REQUEST
    return told is None or told.method == Method.CANCEL or told.shown.partition(":")[0] != shown


def _written(
    meeting: Meeting,
    new: Collection[tuple[Somebody, str]],
    shown: str,
    known: Iterable[CalendarMessage],
    *,
    actor: User,
    now: Now,
    series: Series | None = None,
) -> list[CalendarMessage]:
    if not new:
        return []
    of_series = series.pk if series is not None else meeting.series_id
    if of_series is not None:
        sequence = next_sequence(of_series)
    else:
        # More than any of them has seen, whatever was taken back in between.
        seen = [one.sequence for one in known if one.due_at <= now.instant]
        sequence = max([meeting.sequence, *(number + 1 for number in seen)])
    return CalendarMessage.objects.bulk_create(
        [
            CalendarMessage(
                meeting=meeting,
                user_id=user,
                contact_id=contact,
                series=series,
                method=method,
                sequence=sequence,
                shown=shown if method == Method.REQUEST else "",
                due_at=now.instant + UNDO_SEND,
                wanted_by=actor,
                wanted_at=now.instant,
            )
            for (user, contact), method in new
        ]
    )


def next_sequence(series_id: int) -> int:
    """The next number of messages about a series and its meetings, which calendars know by one name."""
    Series.objects.filter(pk=series_id).update(sequence=F("sequence") + 1)
    return Series.objects.values_list("sequence", flat=True).get(pk=series_id)


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
