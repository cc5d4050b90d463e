"""What happened with the partners of a meeting since their last one of its kind, read with the rights of one person.

The same number of queries for any number of partners and of what happened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.text import capfirst

from accounts.models import User
from meetings import since, since_words
from meetings.models import Meeting, MeetingAccount, Outcome
from meetings.since import Fates, Start, Told, What
from relationships import words as said
from relationships.models import Commitment, Feedback, Interaction, Problem
from relationships.notes import Side
from web import dates
from web.clock import Now

# The others have the mark of a side.
ICONS = {What.OPENED: "flag", What.SOLVED: "flag-check", What.DECIDED: "gavel", What.TALKED: "messages"}
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Thing:
    """One of those that are counted: what, on which day, and its page."""

    said: str
    day: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """A count in words, and what it counts; ``more`` says how many of them are not listed."""

    key: str
    said: str
    icon: str
    side: str
    things: list[Thing]
    more: str


@dataclass(frozen=True, slots=True)
class Since:
    """Of one partner. ``after`` says from which day it counts; ``minutes`` is where those of the last meeting are."""

    pk: int
    partner: str
    heading: str
    after: str
    opening: str
    minutes: str
    minutes_of: str
    lines: list[Line]
    counts: bool


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows of one kind and partner: how many there are, and the newest of them."""

    count: int
    rows: list[Any]


Groups = dict[int, dict[Told, _Group]]


def since_of(meeting: Meeting, parties: Sequence[MeetingAccount], user: User, now: Now) -> list[Since]:
    """``parties`` are those that the person sees, with their relationships. Nine queries."""
    if not parties:
        return []
    formers = _formers(meeting, parties)
    begins = {
        party.relationship_id: since.start(
            formers[party.relationship_id].meets_on if party.relationship_id in formers else None,
            party.relationship.last_touch_on,
        )
        for party in parties
    }
    decided, made = _came_of(formers, user)
    groups = _groups(begins, meeting, user)
    kind = meeting.get_kind_display()
    found = []
    for party in parties:
        row, begin = party.relationship, begins[party.relationship_id]
        today = row.today(now)
        former = formers.get(row.pk)
        found.append(
            Since(
                pk=row.pk,
                partner=str(row) if len(parties) > 1 else "",
                heading=since_words.heading(kind, begin.base),
                after=since_words.counts_from(begin, today),
                opening=since_words.opening(kind, begin, decided[row.pk], made.get(row.pk, Fates()), today),
                minutes=reverse("minutes", args=[former.meeting_id]) if former else "",
                minutes_of=dates.said(former.meets_on, today) if former else "",
                lines=_lines(row.pk, groups[row.pk], today),
                counts=begin.day is not None,
            )
        )
    return found


def _formers(meeting: Meeting, parties: Sequence[MeetingAccount]) -> dict[int, MeetingAccount]:
    """The last meeting of this kind that was held with each partner before this one. One query."""
    held = MeetingAccount.objects.filter(
        relationship__in=[party.relationship_id for party in parties],
        meeting__kind=meeting.kind,
        state=Meeting.State.HELD,
        starts_at__lt=meeting.starts_at,
    ).exclude(meeting=meeting)
    newest = held.order_by("relationship_id", "-starts_at", "-pk").distinct("relationship_id")
    return {one.relationship_id: one for one in newest}


def _came_of(formers: Mapping[int, MeetingAccount], user: User) -> tuple[dict[int, int], dict[int, Fates]]:
    """How many decisions those meetings made, and what became of their promises. One query."""
    by_meeting = defaultdict(list)
    for one in formers.values():
        by_meeting[one.meeting_id].append(one)
    rows = Outcome.objects.visible_to(user).filter(meeting__in=by_meeting, feedback=None).order_by()
    decided: dict[int, int] = defaultdict(int)
    outcomes: dict[int, list[str]] = defaultdict(list)
    for meeting_id, party_id, decision, outcome in rows.values_list(
        "meeting", "party", "decision", "commitment__outcome"
    ):
        for one in by_meeting[meeting_id]:
            if party_id not in (None, one.pk):
                continue
            if decision:
                decided[one.relationship_id] += 1
            else:
                outcomes[one.relationship_id].append(outcome)
    return decided, {pk: since.fates(found) for pk, found in outcomes.items()}


# What happened -------------------------------------------------------------------------------------------------------


def _groups(begins: Mapping[int, Start], meeting: Meeting, user: User) -> Groups:
    days = {pk: begin.day for pk, begin in begins.items() if begin.day is not None}
    promises, feedback = Commitment.objects.visible_to(user), Feedback.objects.visible_to(user)
    problems, talks = Problem.objects.visible_to(user), Interaction.objects.visible_to(user).touches()
    said_outright = feedback.filter(hidden=False, unsaid=False)
    found: Groups = defaultdict(dict)
    # Kept late is kept.
    promises = promises.annotate(is_broken=Q(outcome=Commitment.Outcome.BROKEN))
    ended = _newest(promises, "ended_on", days, "side", "is_broken")
    _sort(found, ended, lambda row: (What.BROKEN if row.is_broken else What.KEPT, Side(row.side)))
    _sort(found, _newest(said_outright, "heard_on", days, "side"), lambda row: (What.GIVEN, Side(row.side)))
    # Theirs is ours to answer.
    _sort(found, _newest(feedback, "answered_on", days, "side"), lambda row: (What.ANSWERED, _other(row.side)))
    _sort(found, _newest(problems, "opened_on", days), lambda _row: (What.OPENED, None))
    _sort(found, _newest(problems, "solved_on", days), lambda _row: (What.SOLVED, None))
    _sort(found, _newest(talks, "occurred_on", days), lambda _row: (What.TALKED, None))
    _sort(found, _decisions(days, meeting, user), lambda _row: (What.DECIDED, None))
    return found


def _other(side: str) -> Side:
    return Side.OURS if Side(side) is Side.THEIRS else Side.THEIRS


def _after(field: str, days: Mapping[int, date], partner: str = "relationship") -> Q:
    """What happened with each partner after its day; with nobody where there is no day."""
    return reduce(or_, (Q(**{partner: pk, f"{field}__gt": day}) for pk, day in days.items()), Q(pk__in=[]))


def _newest(rows: Any, field: str, days: Mapping[int, date], *apart: str) -> Any:
    """The newest rows of each partner, and of each value of ``apart``, with how many there are. One query."""
    return _placed(rows.filter(_after(field, days)), ["relationship", *apart], field, partner=F("relationship"))


def _placed(rows: Any, apart: Sequence[str], field: str, **more: Any) -> Any:
    by = [F(name) for name in apart]
    newest = [F(field).desc(), F("pk").desc()]
    placed = rows.order_by().annotate(
        **more,
        happened_on=F(field),
        place=Window(RowNumber(), partition_by=by, order_by=newest),
        count=Window(Count("pk"), partition_by=by),
    )
    return placed.filter(place__lte=since.SHOWN).order_by(*newest)


def _decisions(days: Mapping[int, date], meeting: Meeting, user: User) -> Any:
    """Those of other meetings that were held since: about all of their partners, or about this one."""
    rows: Any = Outcome.objects.visible_to(user).exclude(decision="").exclude(meeting=meeting)
    rows = rows.annotate(
        partner=F("meeting__parties__relationship"),
        their_party=F("meeting__parties"),
        met_on=F("meeting__parties__meets_on"),
        met=F("meeting__parties__state"),
    )
    about = Q(party=None) | Q(party=F("their_party"))
    rows = rows.filter(_after("met_on", days, "partner"), about, met=Meeting.State.HELD)
    return _placed(rows, ["partner"], "met_on")


def _sort(found: Groups, rows: Any, kind: Callable[[Any], Told]) -> None:
    for row in rows:
        group = found[row.partner].setdefault(kind(row), _Group(row.count, []))
        group.rows.append(row)


# As lines ------------------------------------------------------------------------------------------------------------


def _lines(partner: int, groups: Mapping[Told, _Group], today: date) -> list[Line]:
    lines = []
    for one in since.told({key: group.count for key, group in groups.items()}):
        what, side = one
        group = groups[one]
        unlisted = group.count - len(group.rows)
        lines.append(
            Line(
                key=f"since-{partner}-{what}-{side or 'both'}",
                said=since_words.line(one, group.count),
                icon=ICONS.get(what, ""),
                side=str(side or ""),
                things=[_thing(row, today) for row in group.rows],
                more=since_words.more(unlisted) if unlisted else "",
            )
        )
    return lines


def _thing(row: Any, today: date) -> Thing:
    day = capfirst(dates.said(row.happened_on, today))
    match row:
        case Outcome():
            return Thing(said.clipped(row.decision, LONGEST), day, reverse("minutes", args=[row.meeting_id]))
        case Interaction():
            told = said.clipped(row.summary, LONGEST) or said.beginning(row)
            return Thing(told, day, f"{reverse('relationship_detail', args=[row.relationship_id])}#entry-{row.pk}")
        case Feedback():
            return Thing(said.clipped(row.said, LONGEST), day, row.get_absolute_url())
        case _:
            return Thing(said.clipped(row.what, LONGEST), day, row.get_absolute_url())
