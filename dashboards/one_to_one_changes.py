"""What changed in somebody's book since a day, the greatest of each kind first.

Of each kind of change the greatest of each relationship is fetched, with how many there are, so that nothing grows with
the time that is looked back over; all of one kind are there by pages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from itertools import combinations
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, DateField, F, FloatField, Func, Q, QuerySet, Value, When, Window
from django.db.models.functions import Cast, Coalesce, RowNumber

from dashboards.one_to_one import Change, Event, greatest_first, moved
from dashboards.one_to_one_reading import Book
from relationships import flags, health, queries
from relationships.evidence import Component
from relationships.models import (
    Commitment,
    Feedback,
    Halt,
    HandOver,
    HealthFlag,
    MissedCheckIn,
    Problem,
    Relationship,
    RelationshipOutcome,
    ScoreConfig,
    StageChange,
)
from relationships.models.relationship import local_date
from relationships.models.stages import UPWARDS

Changes = dict[Change, list[Event]]
PAGE = 50
# More than any flag ranks, and less than one step of severity.
STILL_UP, STILL_OPEN = float(len(flags.WORST_FIRST)), 0.5
LEAST = Value(0.0)


def changes_of(book: Book, since: date) -> Changes:
    """All that changed on or after a day, by kind, the greatest first. Fifteen queries."""
    found: Changes = defaultdict(list)
    for source in _sources(book, since):
        for row in source.firsts(book):
            found[Change(row.change)].append(_event(row, book, row.count))
    for what, event in _read(book, since):
        found[what].append(event)
    return {what: greatest_first(events) for what, events in found.items()}


def page_of(book: Book, since: date, what: Change, number: str) -> tuple[Page[Any], list[Event]]:
    """All of one kind, in lots. Five queries at the most."""
    source = next((one for one in _sources(book, since) if what in one.kinds), None)
    read = (event for kind, event in _read(book, since) if kind is what)
    rows: Any = source.every(what, book) if source else greatest_first(read)
    page = Paginator(rows, PAGE).get_page(number)
    return page, [one if isinstance(one, Event) else _event(one, book) for one in page]


def _event(row: Any, book: Book, count: int = 1) -> Event:
    pk, day = row.relationship_id, row.happened
    day = _there(book, pk, day) if isinstance(day, datetime) else day
    return Event(pk, day, row, count, weight=row.weight, worth=book.worth(pk), key=row.pk)


def _there(book: Book, pk: int, at: datetime) -> date:
    return at.astimezone(ZoneInfo(book.partners[pk].zone)).date()


# Rows of their own ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that are changes of one kind or several, each told apart by a condition, from the day that counts on.

    ``weight`` is what makes one of them greater than another; the same values of ``apart`` are told as one.
    """

    rows: QuerySet[Any]
    happened: str
    since: date | datetime
    kinds: Mapping[Change, Q]
    weight: Any = LEAST
    apart: tuple[str, ...] = ()

    def _since_then(self, book: Book, kinds: Iterable[Change]) -> QuerySet[Any]:
        meant = reduce(or_, (self.kinds[what] for what in kinds))
        since_then = {"relationship__in": book.ids, f"{self.happened}__gte": self.since}
        rows: QuerySet[Any] = self.rows.filter(meant, **since_then).order_by()
        told: QuerySet[Any] = rows.annotate(
            change=Case(*(When(self.kinds[what], then=Value(what.value)) for what in kinds)),
            happened=F(self.happened),
            weight=Cast(self.weight, FloatField()),
        )
        return told

    def firsts(self, book: Book) -> QuerySet[Any]:
        """The greatest of each kind and relationship, with how many there are. One query."""
        by = [F("relationship"), F("change"), *(F(name) for name in self.apart)]
        greatest = [F("weight").desc(), F("happened").desc(), F("pk").desc()]
        placed: QuerySet[Any] = self._since_then(book, self.kinds).annotate(
            place=Window(RowNumber(), partition_by=by, order_by=greatest),
            count=Window(Count("pk"), partition_by=by),
        )
        return placed.filter(place=1).order_by("relationship_id")

    def every(self, what: Change, book: Book) -> QuerySet[Any]:
        """Each of one kind, in the order of ``Event.place``."""
        worth = Coalesce("relationship__yearly_worth", 0, output_field=FloatField())
        rows: QuerySet[Any] = self._since_then(book, [what]).alias(worth=worth)
        return rows.order_by("-weight", "-worth", "-happened", "-pk")


def _days(first: Any, last: Any) -> Func:
    apart = Cast(last, DateField()) - Cast(first, DateField())
    return Func(apart, template="EXTRACT(DAY FROM %(expressions)s)", output_field=FloatField())


def _worst_flag_first() -> Case:
    ranks = enumerate(reversed(flags.WORST_FIRST))
    return Case(*(When(kind=kind.value, then=Value(float(rank))) for rank, kind in ranks), default=LEAST)


def _steps() -> Case:
    """How many stages a move goes, up or down."""
    ways = combinations(enumerate(Relationship.Stage), 2)
    return Case(
        *(
            When(Q(from_stage=a, to_stage=b) | Q(from_stage=b, to_stage=a), then=Value(float(last - first)))
            for (first, a), (last, b) in ways
        ),
        default=LEAST,
    )


def _if(condition: Q, much: float) -> Case:
    return Case(When(condition, then=Value(much)), default=LEAST)


def _sources(book: Book, since: date) -> Iterator[Source]:
    every, begin, today = Q(pk__isnull=False), book.begin(since), local_date(book.now, "relationship__zone")
    # Made by a person; what was taken over as it is has not moved.
    moves = StageChange.objects.filter(declared=False)
    ways = {Change.MOVED_UP: UPWARDS, Change.MOVED_DOWN: ~UPWARDS}
    yield Source(moves, "changed_on", since, ways, _steps())

    raised, rank = HealthFlag.objects.all(), _worst_flag_first()
    still_up = rank + _if(Q(until=None), STILL_UP)
    yield Source(raised, "since", since, {Change.FLAG_CAME: every}, still_up, ("kind",))
    yield Source(raised, "until", since, {Change.FLAG_WENT: every}, rank, ("kind",))

    late = _days(Coalesce("late_on", "binding_on"), "ended_on")
    yield Source(Commitment.objects.all(), "ended_on", since, PROMISES, _only(KEPT_IN_TIME, LEAST, late))

    missed = MissedCheckIn.objects.missed()
    made_up = {Change.MADE_UP: Q(closed_because=MissedCheckIn.Reason.TOUCHED)}
    silent = _days("due_on", Coalesce(Cast("closed_at", DateField()), today))
    yield Source(missed, "raised_at", begin, {Change.MISSED: every}, silent)
    yield Source(missed, "closed_at", begin, made_up, silent)

    problems = Problem.objects.annotate(
        in_time=Case(When(solved_on__lte=Coalesce("binding_on", "due_on"), then=True), default=False)
    )
    still_open = F("severity") + _if(Q(solved_on=None), STILL_OPEN)
    yield Source(problems, "opened_on", since, {Change.OPENED: every}, still_open)
    yield Source(problems, "solved_on", since, {Change.SOLVED: every}, F("severity"), ("in_time",))

    natures = {
        Change.PRAISED: Q(nature=Feedback.Nature.PRAISE),
        Change.COMPLAINED: Q(nature=Feedback.Nature.COMPLAINT),
    }
    unanswered = Coalesce("severity", 0) + _if(Q(answered_on=None), STILL_OPEN)
    yield Source(Feedback.objects.theirs(), "heard_on", since, natures, unanswered)

    ends = {
        Change.RENEWED: Q(kind=RelationshipOutcome.Kind.RENEWED),
        Change.DOWNGRADED: Q(kind=RelationshipOutcome.Kind.DOWNGRADED),
    }
    halts = {Change.ENDED: Q(kind=Halt.Kind.ENDED), Change.PAUSED: Q(kind=Halt.Kind.PAUSED)}
    yield Source(RelationshipOutcome.objects.all(), "came_on", since, ends)
    yield Source(Halt.objects.all(), "from_on", since, halts)
    yield Source(Halt.objects.all(), "until_on", since, {Change.RESUMED: every})


KEPT_IN_TIME = Q(outcome=Commitment.Outcome.KEPT)
_KEPT = Q(outcome__in=(Commitment.Outcome.KEPT, Commitment.Outcome.KEPT_LATE))
_OURS, _THEIRS = Q(side=Commitment.Side.OURS), Q(side=Commitment.Side.THEIRS)
_BROKEN = Q(outcome=Commitment.Outcome.BROKEN)
PROMISES = {
    Change.KEPT: _OURS & KEPT_IN_TIME,
    Change.KEPT_LATE: _OURS & Q(outcome=Commitment.Outcome.KEPT_LATE),
    Change.BROKEN: _OURS & _BROKEN,
    Change.THEIRS_KEPT: _THEIRS & _KEPT,
    Change.THEIRS_BROKEN: _THEIRS & _BROKEN,
}


def _only(condition: Q, then: Any, otherwise: Any) -> Case:
    return Case(When(condition, then=then), default=otherwise)


# What is known of the book itself ------------------------------------------------------------------------------------


def _read(book: Book, since: date) -> Iterator[tuple[Change, Event]]:
    """One of each relationship at the most, but for those that changed hands. Three queries."""
    yield from _standings(book, since)
    yield from _hands(book, since)


def _standings(book: Book, since: date) -> Iterator[tuple[Change, Event]]:
    then = queries.stood_on(book.ids, since)
    for row in book.going_on:
        standing, former = book.standing(row.pk), then.get(row.pk)
        if standing is None or former is None or standing.score is None or former.score is None:
            continue
        before, after = health.whole(former.earned), health.whole(standing.earned)
        alike = former.alike == former.alike_now
        event = Event(
            row.pk, standing.as_of, standing, before=former,
            weight=abs(after - before) if alike else 0.0, worth=book.worth(row.pk), key=row.pk,
        )  # fmt: skip
        if not alike:
            yield Change.REWEIGHED, event
        elif what := moved(before, after):
            yield what, event


def part_that_moved(event: Event, force: ScoreConfig) -> Component:
    """The component whose points went furthest in the direction of the whole."""
    now, then = event.row, event.before
    sign = 1 if now.earned > then.earned else -1
    return max(
        Component,
        key=lambda one: sign * getattr(force, one) * (getattr(now, f"{one}_b") - getattr(then, f"{one}_b")),
    )


def _hands(book: Book, since: date) -> Iterator[tuple[Change, Event]]:
    """Who came and who went; a partner that came from a colleague is not new."""
    begin = book.begin(since)
    rows = HandOver.objects.visible_to(book.reader).filter(
        Q(former=book.person) | Q(next=book.person), made_at__gte=begin
    )
    named = rows.select_related("relationship__account", "relationship__owner", "former", "next")
    came = set()
    for row in book.meet(named):
        pk = row.relationship_id
        event = Event(pk, _there(book, pk, row.made_at), row, worth=book.worth(pk), key=row.pk)
        if row.next_id == book.person.pk and pk in book.own:
            came.add(pk)
            yield Change.TAKEN_OVER, event
        elif row.former_id == book.person.pk and pk not in book.own:
            yield Change.HANDED_ON, event
    for new in book.own.values():
        if new.created_at >= begin and new.pk not in came:
            yield (
                Change.NEW,
                Event(new.pk, _there(book, new.pk, new.created_at), new, worth=book.worth(new.pk), key=new.pk),
            )
