"""The components of a standing week by week, and what happened between (pure).

A week is told as it was shown then, where that was kept; others are reckoned from what is known today. Days are local
dates of the relationship's zone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from relationships import health
from relationships.evidence import Component

WEEKS = 52
WEEK = timedelta(days=7)
# So many of what happened are drawn, those that weigh most; all of them are told.
DRAWN = 10
# What moved lately is what there is to talk about: a year ago most of them had earned nothing yet.
QUARTER = 13
# From so many points on a component has moved.
MOVED = 2


@dataclass(frozen=True, slots=True)
class Point:
    """What each component had earned of its own points on a day; ``shown`` where it was kept as it was shown then.

    All of them together are a score, and there is one only of what could be ``judged``.
    """

    day: date
    earned: Mapping[Component, float]
    most: Mapping[Component, float]
    shown: bool
    judged: bool = True

    def full(self, component: Component) -> int:
        return health.whole(self.earned[component])

    @property
    def score(self) -> int | None:
        return health.whole(sum(self.earned.values())) if self.judged else None


def days(begun_on: date, today: date, weeks: int = WEEKS) -> list[date]:
    """Each Monday within so many weeks since it began, and today."""
    first = max(begun_on, today - weeks * WEEK)
    monday = first + timedelta(days=-first.weekday() % 7)
    found = []
    while monday < today:
        found.append(monday)
        monday += WEEK
    return [*found, today]


def points(wanted: Sequence[date], kept: Sequence[Point], now: Point, reckon: Callable[[date], Point]) -> list[Point]:
    """One for each of the days: what was kept within the week before it, the last as it stands ``now``; the oldest of
    ``kept`` first. Whatever is missing is reckoned, so at most as often as there are days."""
    found = []
    for day in wanted[:-1]:
        near = [one for one in kept if day - WEEK < one.day <= day]
        found.append(replace(near[-1], day=day) if near else reckon(day))
    return [*found, now]


@dataclass(frozen=True, slots=True)
class Moved:
    """The component that moved most within so many weeks, and by how many full points."""

    component: Component
    before: int
    after: int
    weeks: int

    @property
    def by(self) -> int:
        return self.after - self.before


def lately(course: Sequence[Point]) -> int:
    """Over how many weeks it is told what moved."""
    return min(QUARTER, len(course) - 1)


def moved(course: Sequence[Point]) -> Moved | None:
    """Within a quarter. Nothing where none has by ``MOVED`` points; of two that moved alike the one that lost."""
    weeks = lately(course)
    first, last = course[-1 - weeks], course[-1]
    found = [Moved(one, first.full(one), last.full(one), weeks) for one in Component]
    most = max(found, key=lambda one: (abs(one.by), -one.by))
    return most if abs(most.by) >= MOVED else None


class What(StrEnum):
    """What can have happened, that which weighs most first."""

    ENDED = "ended"
    STAGE = "stage"
    WEIGHTS = "weights"
    HANDED_OVER = "handed over"
    PAUSED = "paused"
    TAKEN_UP = "taken up"
    FLAG_CAME = "flag came"
    BROKEN = "broken"
    PROBLEM = "problem"
    FLAG_WENT = "flag went"
    KEPT_LATE = "kept late"
    SOLVED = "solved"
    KEPT = "kept"


ORDER = {one: place for place, one in enumerate(What)}


@dataclass(frozen=True, slots=True)
class Happening:
    """``name`` stands above the drawing, ``said`` is read out and stands in the table."""

    day: date
    what: What
    name: str
    said: str

    @property
    def place(self) -> tuple[date, int, str]:
        return (self.day, ORDER[self.what], self.said)


def drawn(happenings: Iterable[Happening], most: int = DRAWN) -> list[Happening]:
    """Those that weigh most, the newer of two alike; in the order of days."""
    heaviest = sorted(happenings, key=lambda one: (ORDER[one.what], -one.day.toordinal(), one.said))[:most]
    return sorted(heaviest, key=lambda one: one.place)


def by_week(wanted: Sequence[date], happenings: Iterable[Happening]) -> list[list[Happening]]:
    """What happened from each of the days until before the next one; what came before the first is left out."""
    weeks: list[list[Happening]] = [[] for _day in wanted]
    for one in sorted(happenings, key=lambda one: one.place):
        at = sum(day <= one.day for day in wanted) - 1
        if at >= 0:
            weeks[at].append(one)
    return weeks
