"""Reads of whole books: counts, sums and pages, at the same number of queries for any size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Count, F, FloatField, Q, QuerySet, Sum, TextField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Collate, Concat, Lower

from accounts import access
from accounts.access import Reach
from accounts.models import User
from relationships import asked
from relationships.cadence import WORKING_DAYS, State
from relationships.models import (
    Interaction,
    Relationship,
    RelationshipQuerySet,
    is_booked,
    lateness,
    local_date,
)
from relationships.words import WORST_FIRST
from web.clock import Now


@dataclass(frozen=True, slots=True)
class Book:
    """A set of relationships at a glance. Check-ins are per working day: needed by the rhythms, and happening."""

    counts: dict[State, int]
    needed: float
    happening: float

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def going_on(self) -> int:
        return self.total - self.counts[State.PAUSED] - self.counts[State.ENDED]


def state_conditions(now: Now) -> dict[State, Q]:
    """As ``RelationshipQuerySet.in_state`` has each, for rows that are not removed: one alone fits any of them."""
    today = local_date(now)
    going_on = Q(ended_on=None)
    running = going_on & Q(paused_since=None)
    return {
        State.ENDED: ~going_on,
        State.PAUSED: going_on & Q(paused_since__isnull=False),
        State.NO_CADENCE: running & Q(due_on=None),
        State.OVERDUE: Q(overdue_from__lte=today) & ~is_booked(now),
        State.BOOKED: is_booked(now),
        State.DUE: Q(due_on__lte=today, overdue_from__gt=today) & ~is_booked(now),
        State.NEW: Q(last_touch_on=None, due_on__gt=today),
        State.IN_TOUCH: Q(last_touch_on__isnull=False, due_on__gt=today),
    }


def needed_a_day() -> Combinable:
    """Check-ins that the rhythm of a relationship needs per working day; below a week it counts in working days."""
    days = Case(When(every_days__gte=7, then=Value(7.0 / 5.0)), default=Value(1.0), output_field=FloatField())
    return days / Cast("every_days", FloatField())


def book(rows: RelationshipQuerySet, now: Now) -> Book:
    """Two queries: one over the relationships, one over four weeks of contact."""
    summed: dict[str, Any] = rows.order_by().aggregate(
        **{state.value: Count("pk", filter=condition) for state, condition in state_conditions(now).items()},
        needed=Sum(needed_a_day()),
    )
    met = Interaction.objects.of_late(now).filter(relationship__in=rows.order_by().values("pk"))
    happened = met.order_by().values("relationship", "occurred_on").distinct().count()
    return Book(
        counts={state: summed[state.value] for state in State},
        needed=summed["needed"] or 0.0,
        happening=happened / WORKING_DAYS,
    )


@dataclass(frozen=True, slots=True)
class Moving:
    """How many stages of a set of relationships are to be looked at."""

    review: int
    proposed: int
    late: int
    unadvanced: int


def moving(rows: RelationshipQuerySet, now: Now) -> Moving:
    """One query."""
    kinds = {
        "review": rows.to_review(now),
        "proposed": rows.proposed(),
        "late": rows.evidence_overdue(now),
        "unadvanced": rows.unadvanced(now),
    }
    counts = rows.order_by().aggregate(
        **{name: Count("pk", filter=Q(pk__in=found.order_by().values("pk"))) for name, found in kinds.items()}
    )
    return Moving(**counts)


def lately_logged_by(user: User, most: int) -> list[Interaction]:
    rows = Interaction.objects.visible_to(user).filter(logged_by=user).order_by("-logged_at", "-id")
    return list(rows.select_related("relationship__account")[:most])


def changeable_of(rows: Sequence[Relationship], user: User) -> set[int]:
    """The keys of those that the person may change; in the portfolio they can be chosen."""
    changeable = Relationship.objects.changeable_by(user).filter(pk__in=[row.pk for row in rows])
    return set(changeable.order_by().values_list("pk", flat=True))


def changeable_in(rows: RelationshipQuerySet, user: User, state: State | None, now: Now) -> int:
    """How many of a filtered list the person may change, those of the other pages with them."""
    shown = rows.in_state(state, now) if state else rows
    return shown.filter(access.changes(user)).count()


# The portfolio, a page at a time -----------------------------------------------------------------------------------

SORTS = ("worst", "name", "contact", "worth", "standing", "at_stake", "missing")


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place after which the next page begins: the group, the value sorted by, the row."""

    group: int
    value: str
    pk: int

    def __str__(self) -> str:
        return f"{self.group}~{self.pk}~{self.value}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """Nothing for a text that is no cursor: the list then begins at its beginning."""
        parts = text.split("~", 2)
        if (
            len(parts) != 3
            or "\0" in text
            or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts[:2])
        ):
            return None
        return cls(int(parts[0]), parts[2], int(parts[1]))


@dataclass(frozen=True, slots=True)
class Order:
    """One run of rows: which, sorted by what (rising), and how a cursor's text becomes that value again.

    ``then`` is a text by which those are sorted that are equal in ``by``; a cursor has it after a ``PARTED``.
    """

    rows: RelationshipQuerySet
    by: Combinable
    read: Any
    then: Combinable | None = None

    def ranked(self, rows: RelationshipQuerySet) -> RelationshipQuerySet:
        if self.then is None:
            return rows.alias(by=self.by).order_by("by", "pk")
        return rows.alias(by=self.by, then=self.then).order_by("by", "then", "pk")

    @property
    def value(self) -> Combinable:
        """What a cursor keeps of a row."""
        text = Cast("by", TextField())
        return text if self.then is None else Concat(text, Value(PARTED), F("then"), output_field=TextField())


# It is in no ``name_key``, which has no white space but single blanks.
PARTED = "\n"


def _orders(rows: RelationshipQuerySet, sort: str, state: State | None, now: Now) -> list[Order]:
    chosen = rows.in_state(state, now) if state else rows
    match sort:
        case "name":
            # Of one organisation its units by theirs.
            units = Collate(Lower("name"), "C")
            return [Order(chosen, Collate("account__name_key", "C"), str, units)]
        case "contact":
            touched = chosen.filter(last_touch_on__isnull=False)
            return [
                Order(chosen.filter(last_touch_on=None), F("id"), int),
                Order(touched, F("last_touch_on"), date.fromisoformat),
            ]
        case "worth":
            falling = Cast(F("yearly_worth") * Value(-1), FloatField())
            return [
                Order(chosen.filter(yearly_worth__isnull=False), falling, float),
                Order(chosen.filter(yearly_worth=None), F("id"), int),
            ]
        case "at_stake":
            return _at_stake(chosen, now)
        case "missing":
            return [
                Order(chosen.filter(every_days__isnull=False), asked.missing(now) * Value(-1), int),
                Order(chosen.filter(every_days=None), F("id"), int),
            ]
        case "standing":
            judged = Q(standing__score__isnull=False, paused_since=None, ended_on=None)
            return [
                Order(chosen.filter(judged), F("standing__score"), float),
                Order(chosen.exclude(judged), F("id"), int),
            ]
    states = [state] if state else WORST_FIRST
    return [_worst(rows.in_state(one, now), one, now) for one in states]


def _at_stake(rows: RelationshipQuerySet, now: Now) -> list[Order]:
    """What is overdue by its worth times the rhythms missed, then what has no worth, the latest first; then the others
    by their worth."""
    falling = Cast(F("yearly_worth") * Value(-1), FloatField())
    late, others = rows.overdue(now), rows.exclude(state_conditions(now)[State.OVERDUE])
    return [
        Order(late.filter(yearly_worth__isnull=False), falling * lateness(now), float),
        Order(late.filter(yearly_worth=None), lateness(now) * Value(-1.0), float),
        Order(others.filter(yearly_worth__isnull=False), falling, float),
        Order(others.filter(yearly_worth=None), F("id"), int),
    ]


def _worst(rows: RelationshipQuerySet, state: State, now: Now) -> Order:
    match state:
        case State.OVERDUE:
            return Order(rows, lateness(now) * Value(-1.0), float)
        case State.BOOKED:
            return Order(rows, F("booked_on"), date.fromisoformat)
        case State.PAUSED:
            return Order(rows, F("paused_since"), date.fromisoformat)
        case State.ENDED:
            return Order(rows, F("ended_on"), date.fromisoformat)
        case State.NO_CADENCE:
            return Order(rows, F("id"), int)
        case _:
            return Order(rows, F("due_on"), date.fromisoformat)


def _after(order: Order, cursor: Cursor) -> RelationshipQuerySet:
    """The rows behind the cursor; all of them where its value makes no sense."""
    said, _parted, then = cursor.value.partition(PARTED)
    try:
        value = order.read(said)
    except ValueError:
        return order.rows
    # An index begins with what is not before it.
    rows = order.rows.alias(by=order.by, then=order.then or Value("")).filter(by__gte=value)
    if order.then is None:
        return rows.filter(Q(by__gt=value) | Q(pk__gt=cursor.pk))
    return rows.filter(Q(by__gt=value) | Q(then__gt=then) | Q(then=then, pk__gt=cursor.pk))


def page_of(
    rows: RelationshipQuerySet, *, sort: str, state: State | None, now: Now, after: Cursor | None, size: int
) -> tuple[list[Relationship], Cursor | None]:
    """One page and where the next begins. Two queries: the keys, group after group as far as needed, and the rows."""
    keys = _keys(_orders(rows, sort, state, now), after, size + 1)
    shown = keys[:size]
    chosen = Relationship.objects.select_related("account", "agreement", "owner", "standing", "team")
    found = chosen.in_bulk([pk for _, _, pk in shown])
    more = len(keys) > size
    # A row that vanished between the two queries is left out.
    return [found[pk] for _, _, pk in shown if pk in found], Cursor(*shown[-1]) if more else None


def in_order(rows: RelationshipQuerySet, *, sort: str, state: State | None, now: Now) -> Iterator[RelationshipQuerySet]:
    """All of it in the order of the pages: run after run."""
    for order in _orders(rows, sort, state, now):
        yield order.ranked(order.rows)


def _keys(orders: list[Order], after: Cursor | None, most: int) -> list[tuple[int, str, int]]:
    """Group, sort value and key of the rows to show; a run is read only if those before it end."""
    runs = []
    for group, order in enumerate(orders):
        if after is not None and group < after.group:
            continue
        rows = _after(order, after) if after is not None and group == after.group else order.rows
        sliced = order.ranked(rows).annotate(group=Value(group), value=order.value)
        runs.append(sliced.values_list("group", "value", "pk")[:most])
    if not runs:
        return []
    joined = runs[0].union(*runs[1:], all=True)[:most] if len(runs) > 1 else runs[0]
    return sorted(joined, key=lambda key: key[0])


# Counts that every page shows ----------------------------------------------------------------------------------------

# So many people at a time have theirs kept.
ASKERS = 256


@dataclass(frozen=True, slots=True)
class _Asker:
    """All that a query about somebody's own is made of: who asks, how far their rights go, and the minute."""

    pk: int
    reach: Reach
    acts_for: tuple[int, ...]
    now: Now
    user: User = field(compare=False)


Sql = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Counted:
    """The number of the rows, to the minute; one query.

    Putting the SQL together takes longer than its answer: it is kept for as long as the same comes of it.
    """

    sql_of: Callable[[_Asker], Sql | None]

    def sql(self, user: User, now: Now) -> Sql | None:
        minute = Now(now.instant.replace(second=0, microsecond=0), now.day)
        return self.sql_of(_Asker(user.pk, user.reach, tuple(user.acts_for), minute, user))

    def __call__(self, user: User, now: Now) -> int:
        return counted_together(self)(user, now)[0]


def counted(rows_of: Callable[[User, Now], QuerySet[Any]]) -> Counted:
    @lru_cache(maxsize=ASKERS)
    def kept(asker: _Asker) -> Sql | None:
        try:
            return rows_of(asker.user, asker.now).query.sql_with_params()
        except EmptyResultSet:
            return None

    return Counted(kept)


def counted_together(*counts: Counted) -> Callable[[User, Now], list[int]]:
    """Several of these in one query."""

    def count(user: User, now: Now) -> list[int]:
        asked = [one.sql(user, now) for one in counts]
        parts = [f"(SELECT count(*) FROM ({one[0]}) AS wanted)" if one else "0" for one in asked]
        if not any(asked):
            return [0] * len(counts)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts)}", [value for one in asked if one for value in one[1]])
            return [int(number) for number in cursor.fetchone()]

    return count
