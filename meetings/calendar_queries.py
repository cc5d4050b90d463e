"""What a calendar shows of meetings, with the rights of whom it is for. Of an agenda only shared items leave us."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeAlias, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Contact, User
from meetings import series
from meetings.calendar_writing import AllDay, Answer, Event, Guest
from meetings.calendar_writing import Person as Named
from meetings.models import AgendaItem, Meeting, MeetingAccount, Participant, Series
from relationships.models import Relationship
from web.clock import Now

Person: TypeAlias = User | Contact
_Part = TypeVar("_Part", MeetingAccount, AgendaItem)
ANSWERS = {
    Participant.Answer.NONE.value: Answer.NONE,
    Participant.Answer.COMES.value: Answer.COMES,
    Participant.Answer.MAYBE.value: Answer.MAYBE,
    Participant.Answer.DECLINED.value: Answer.DECLINED,
}


def uid(name: str) -> str:
    """Known to every calendar; the part behind the sign says whose it is."""
    return f"{name}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}"


def named(user: User | None) -> Named:
    """The organiser; where that person is gone, the house."""
    if user is not None:
        return Named(user.name, user.email)
    return Named("Concord", settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">"))


# What one may see ----------------------------------------------------------------------------------------------------


def _parties_for(person: Person, meeting: Meeting) -> list[int]:
    """The partners of the meeting that the person may know of: ours by right, theirs the one for which they come."""
    parties = MeetingAccount.objects.filter(meeting=meeting)
    if isinstance(person, User):
        return list(parties.visible_to(person).values_list("pk", flat=True))
    return list(parties.filter(people__contact=person).values_list("pk", flat=True))


def people_for(person: Person, meeting: Meeting) -> list[Participant]:
    """Ours, and those of the partners that the person may know of."""
    known = Q(party=None) | Q(party__in=_parties_for(person, meeting))
    return list(meeting.people.filter(known).select_related("user", "contact").order_by("pk"))


def items_for(person: Person, meeting: Meeting) -> list[AgendaItem]:
    """The items of the agenda that leave the house, and of those about one partner only that partner's."""
    known = Q(party=None) | Q(party__in=_parties_for(person, meeting))
    return list(AgendaItem.objects.for_them().filter(known, meeting=meeting))


# A meeting as a calendar knows it ------------------------------------------------------------------------------------


def rule_of(row: Series, meetings: Iterable[Meeting] = ()) -> series.Series:
    """The series as its rule says, and what its meetings say otherwise."""
    moved: dict[date, datetime] = {}
    cancelled = set()
    there = ZoneInfo(row.zone)
    for one in meetings:
        assert one.occurrence_at is not None
        day = one.occurrence_at.astimezone(there).date()
        if one.state == Meeting.State.CANCELLED:
            cancelled.add(day)
        elif one.starts_at != one.occurrence_at:
            moved[day] = one.starts_at
    first = datetime.combine(row.starts_on, row.starts_time)
    return series.Series(series.parse(row.rule), first, row.zone, frozenset(cancelled), moved)


def event_for(
    person: Person, meeting: Meeting, sequence: int, *, invited: Sequence[Participant] | None = None
) -> Event:
    """One meeting, of a series or not. Needs ``organiser`` and ``series`` selected."""
    people = people_for(person, meeting) if invited is None else invited
    return Event(
        uid=uid(meeting.series.uid if meeting.series else meeting.uid),
        sequence=sequence,
        starts_at=meeting.starts_at,
        minutes=meeting.minutes,
        zone=meeting.zone,
        title=meeting.title,
        organiser=named(meeting.organiser),
        guests=[
            Guest(Named(one.person.name, one.person.email), ANSWERS[one.answer]) for one in people if one.person.email
        ],
        place=meeting.place or meeting.link,
        link=meeting.link,
        description=description(items_for(person, meeting), meeting.link),
        instead_of=meeting.occurrence_at if meeting.series else None,
        cancelled=meeting.state == Meeting.State.CANCELLED,
    )


def series_for(person: Person, meeting: Meeting, row: Series, sequence: int) -> Event:
    """A whole series, from one of its meetings; those that differ besides."""
    made = list(row.meetings.select_related("organiser", "series").order_by("occurrence_at"))
    who = Q(user=person) if isinstance(person, User) else Q(contact=person)
    asked = set(Participant.objects.filter(who, meeting__in=made).values_list("meeting", flat=True))
    rule = rule_of(row, made)
    # Of a meeting without the person their calendar shows nothing, as of one that is called off.
    there = ZoneInfo(row.zone)
    without = {
        one.occurrence_at.astimezone(there).date()
        for one in made
        if asked and one.pk not in asked and one.occurrence_at is not None
    }
    rule = replace(
        rule,
        cancelled=rule.cancelled | without,
        moved={day: at for day, at in rule.moved.items() if day not in without},
    )
    whole = event_for(person, meeting, sequence)
    differing = [
        event_for(person, one, sequence) for one in made if _differs(one, meeting) and (one.pk in asked or not asked)
    ]
    return replace(
        whole,
        uid=uid(row.uid),
        series=rule,
        instead_of=None,
        cancelled=row.ended_on is not None and not any(one.is_planned for one in made),
        differing=differing,
    )


def _differs(one: Meeting, whole: Meeting) -> bool:
    if one.state == Meeting.State.CANCELLED:
        return False
    fields = ("minutes", "title", "place", "link", "organiser_id", "zone")
    return one.starts_at != one.occurrence_at or any(getattr(one, name) != getattr(whole, name) for name in fields)


def description(items: Sequence[AgendaItem], link: str) -> str:
    """*1. Delivery of the tables (10 minutes)*: the agenda as one reads it in a calendar."""
    lines = [
        _("%(number)d. %(title)s (%(minutes)d minutes)")
        % {"number": number, "title": item.title, "minutes": item.minutes}
        for number, item in enumerate(items, start=1)
    ]
    said = [_("Agenda"), *lines] if lines else []
    return "\n".join(
        [*said, *([""] if said and link else []), *([_("Join: %(link)s") % {"link": link}] if link else [])]
    )


# A feed --------------------------------------------------------------------------------------------------------------

DAYS_BACK = 90
DAYS_AHEAD = 400
MOST = 1000


def feed_of(user: User, now: Now) -> tuple[list[Event], list[AllDay]]:
    """The person's own meetings, as far as they may still be seen, and the check-ins due; a handful of queries.

    Each meeting of a series stands by itself: of some of them the person may see nothing.
    """
    own = Q(organiser=user) | Q(pk__in=Participant.objects.filter(user=user).order_by().values("meeting"))
    begin, end = now.instant - timedelta(days=DAYS_BACK), now.instant + timedelta(days=DAYS_AHEAD)
    rows = (
        Meeting.objects.visible_to(user)
        .filter(own, starts_at__gte=begin, starts_at__lt=end)
        .exclude(state__in=[Meeting.State.CANCELLED, Meeting.State.NOT_HELD])
        .select_related("organiser")
        .order_by("starts_at", "pk")
    )
    meetings = list(rows[:MOST])
    with_whom = _by_meeting(
        MeetingAccount.objects.visible_to(user).filter(meeting__in=meetings).select_related("account").order_by("pk")
    )
    items = _by_meeting(AgendaItem.objects.for_them().visible_to(user).filter(meeting__in=meetings))
    return [_of_feed(one, with_whom[one.pk], items[one.pk]) for one in meetings], _check_ins(user, now)


def _by_meeting(rows: Iterable[_Part]) -> defaultdict[int, list[_Part]]:
    found: defaultdict[int, list[_Part]] = defaultdict(list)
    for row in rows:
        found[row.meeting_id].append(row)
    return found


def _of_feed(meeting: Meeting, parties: Sequence[MeetingAccount], items: Sequence[AgendaItem]) -> Event:
    names = ", ".join(party.account.name for party in parties)
    page = f"{settings.SITE_URL}{meeting.get_absolute_url()}"
    words = [_("With %(names)s") % {"names": names}] if names else []
    return Event(
        uid=uid(meeting.uid),
        sequence=meeting.sequence,
        starts_at=meeting.starts_at,
        minutes=meeting.minutes,
        zone=meeting.zone,
        title=meeting.title,
        organiser=named(meeting.organiser),
        place=meeting.place or meeting.link,
        link=page,
        description="\n\n".join([*words, *([said] if (said := description(items, meeting.link)) else []), page]),
    )


def _check_ins(user: User, now: Now) -> list[AllDay]:
    """Of the person's own relationships, each on the day on which it is due; one that is overdue on that day."""
    rows = (
        Relationship.objects.visible_to(user)
        .filter(owner=user, due_on__isnull=False, due_on__lte=now.today(user.zone) + timedelta(days=DAYS_AHEAD))
        .select_related("account")
        .order_by("due_on", "pk")
    )
    return [
        AllDay(
            uid=uid(f"check-in-{row.pk}-{row.due_on:%Y%m%d}"),
            day=row.due_on,
            title=_("Check-in due: %(partner)s") % {"partner": row},
            organiser=named(user),
            description=_("By then you wanted to have been in touch."),
            link=f"{settings.SITE_URL}{row.get_absolute_url()}",
        )
        for row in rows[:MOST]
        if row.due_on is not None
    ]
