"""What follows from meetings: the partners' own rows, and the day on which a relationship is booked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q

from meetings.models import CalendarMessage, Meeting, MeetingAccount, Participant
from relationships import evidence, ledger, sums
from relationships.actions import book, judge_stages
from relationships.models import Evidence, Relationship, latest_date
from web.clock import Now

DAY = timedelta(days=1)
DAYS_TO_ANSWER = 14
PARTICIPANT = Participant._meta.label_lower
ANSWERS = (evidence.Kind.MEETING_ACCEPTED, evidence.Kind.MEETING_DECLINED, evidence.Kind.MEETING_UNANSWERED)
# An invitation went out, to this meeting or to its series: who is only named on our side was not asked.
INVITED = Exists(
    CalendarMessage.objects.wanted()
    .filter(contact=OuterRef("contact"), method=CalendarMessage.Method.REQUEST)
    .filter(Q(meeting=OuterRef("meeting"), series=None) | Q(series=OuterRef("meeting__series")))
)


def follow(meetings: Collection[int], *, now: Now, besides: Collection[int] = ()) -> None:
    """Bring the derived fields of these meetings' partners in line, and when they are booked.

    Must run inside the transaction of the verb. ``besides`` are relationships that have lost a meeting.
    """
    rows = list(MeetingAccount.objects.filter(meeting__in=meetings).select_related("meeting", "relationship"))
    for row in rows:
        row.starts_at, row.state = row.meeting.starts_at, row.meeting.state
        row.meets_on = row.starts_at.astimezone(ZoneInfo(row.relationship.zone)).date()
    MeetingAccount.objects.bulk_update(rows, ["starts_at", "meets_on", "state"])
    partners = {row.relationship_id for row in rows} | set(besides)
    book_again(partners, now=now)
    weigh_answers(meetings, now=now, besides=besides)


def book_again(relationships: Collection[int], *, now: Now) -> None:
    """The same two statements for any number of relationships, and one more where something moved."""
    ahead = MeetingAccount.objects.filter(relationship__in=relationships).ahead(now).accepted()
    found: dict[int, date] = dict(ahead.order_by().values_list("relationship").annotate(first=Min("meets_on")))
    book({pk: found.get(pk) for pk in relationships})


def book_what_is_over(*, now: Now, batch: int = 1000) -> int:
    """Booked days that have passed give way to the next accepted meeting; by the sweep. Returns how many."""
    passed = Relationship.objects.filter(booked_on__lt=latest_date(now)).order_by("pk")
    done = reached = 0
    while ids := list(passed.filter(pk__gt=reached).values_list("pk", flat=True)[:batch]):
        with transaction.atomic():
            book_again(ids, now=now)
        done += len(ids)
        reached = ids[-1]
    return done


# What was answered, as evidence ---------------------------------------------------------------------------------------


def weigh_answers(meetings: Collection[int], *, now: Now, besides: Collection[int] = ()) -> None:
    """What people of theirs answered, and that they did not, as evidence of access; the same queries for any number.

    What was asked or answered of a whole series in one go counts once.
    """
    series = set(
        Meeting.objects.filter(pk__in=meetings).exclude(series=None).order_by().values_list("series", flat=True)
    )
    asked = Participant.objects.theirs().filter(Q(meeting__in=meetings) | Q(meeting__series__in=series))
    people = list(asked.select_related("meeting", "party__relationship").annotate(invited=INVITED).order_by("pk"))
    wanted: dict[ledger.Source, list[evidence.Row]] = {}
    seen: set[tuple[object, ...]] = set()
    for one in people:
        assert one.party is not None
        source = ledger.Source(PARTICIPANT, one.pk, one.party.relationship_id, one.party.account_id)
        said = _said_by(one, one.party.relationship.today(now))
        of_series = (one.meeting.series_id or -one.pk, one.contact_id, said)
        wanted[source] = [evidence.row(said[0], "theirs", said[1])] if said and of_series not in seen else []
        seen.add(of_series)
    ledger.write(wanted, kinds=ANSWERS)
    if besides:
        there = Participant.objects.filter(party__relationship__in=besides).order_by().values("pk")
        gone = Evidence.objects.filter(relationship__in=besides, source_model=PARTICIPANT).exclude(source_id__in=there)
        sums.forget(set(gone.values_list("relationship", flat=True)))
        gone.delete()
    judge_stages({source.relationship_id for source in wanted} | set(besides), now=now)


def _said_by(one: Participant, today: date) -> tuple[evidence.Kind, date] | None:
    """An answer on its day; none within 14 days of an invitation on the day on which that became true."""
    if one.answer == Participant.Answer.COMES and one.answered_on is not None:
        return evidence.Kind.MEETING_ACCEPTED, one.answered_on
    if one.answer == Participant.Answer.DECLINED and one.answered_on is not None:
        return evidence.Kind.MEETING_DECLINED, one.answered_on
    due_on = one.asked_on + DAYS_TO_ANSWER * DAY
    waits = one.answer == Participant.Answer.NONE and one.meeting.state != Meeting.State.CANCELLED and not one.came
    if waits and one.invited and due_on <= today:  # type: ignore[attr-defined]
        return evidence.Kind.MEETING_UNANSWERED, due_on
    return None


def weigh_what_is_unanswered(*, now: Now, batch: int = 500) -> int:
    """Invitations that nobody has answered for 14 days; by the sweep. Returns how many meetings were looked at.

    Looked for over two months: a sweep that was away for longer has missed what counts for little by then.
    """
    latest = latest_date(now) - DAYS_TO_ANSWER * DAY
    known = Evidence.objects.filter(source_model=PARTICIPANT, source_id=OuterRef("pk"), kind=ANSWERS[-1].value)
    waiting = Participant.objects.theirs().filter(
        INVITED, answer="", asked_on__lte=latest, asked_on__gt=latest - 60 * DAY
    )
    found = waiting.exclude(meeting__state=Meeting.State.CANCELLED).exclude(came=True).exclude(Exists(known))
    meetings = sorted(set(found.order_by().values_list("meeting", flat=True)))
    for begin in range(0, len(meetings), batch):
        with transaction.atomic():
            weigh_answers(meetings[begin : begin + batch], now=now)
    return len(meetings)


def lock(meeting_id: int) -> Meeting:
    """The meeting, kept from others until the verb is through; its partners first, in the order of their keys."""
    partners = MeetingAccount.objects.filter(meeting=meeting_id).order_by().values("relationship")
    list(Relationship.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=partners).order_by("pk"))
    return Meeting.objects.select_for_update(no_key=True, of=("self",)).get(pk=meeting_id)
