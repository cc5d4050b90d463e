"""What a manager and somebody of their team talk about (pure): from which day it counts, the worst and the best first.

One row for each relationship, as on Today; but where that is a list of deeds, this is one of what wants a conversation.
Nothing here knows of a second person, so nobody can be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, StrEnum
from typing import Any

# Of what to talk about, and of what goes well, so many rows are shown.
MOST = 7
# What is told where no one-to-one is known yet.
WEEKS = timedelta(weeks=4)
# A standing has moved where it is so many points from what it was.
MOVED = 5


class Base(StrEnum):
    """Why it counts from its day: the last one-to-one, somebody asked for it, or else four weeks."""

    HELD = "held"
    ASKED = "asked"
    WEEKS = "weeks"


@dataclass(frozen=True, slots=True)
class Start:
    """The first day that is told: what happened on the day of the last one-to-one may have come after it."""

    base: Base
    day: date


def start(today: date, held_on: date | None, asked: date | None = None) -> Start:
    if asked is not None:
        return Start(Base.ASKED, asked)
    if held_on is not None:
        return Start(Base.HELD, held_on)
    return Start(Base.WEEKS, today - WEEKS)


class Topic(Enum):
    """What wants a conversation, the worst first.

    First what is critical, a problem or what they said and nobody answered. Then what the person said themself, for
    nobody else can say it. Then what is broken now: problems that cannot wait, our word, what they said, silence. Then
    what may break: what ends soon though something is wrong, alarms, what goes down. Then what nobody moves.
    """

    CRITICAL = "critical"
    OUTCRY = "outcry"
    FEELING = "feeling"
    PROBLEM = "problem"
    OURS_LATE = "ours late"
    UNANSWERED = "unanswered"
    SILENT = "silent"
    OVERDUE = "overdue"
    RENEWS = "renews"
    FLAGGED = "flagged"
    FALLEN = "fallen"
    REVIEW = "review"
    UNTRIED = "untried"


class Good(Enum):
    """What goes well, the best first: what lasts before what was done once."""

    RENEWED = "renewed"
    MOVED_UP = "moved up"
    EARNED = "earned"
    FLAG_WENT = "flag went"
    RISEN = "risen"
    PRAISED = "praised"
    KEPT = "kept"
    SOLVED = "solved"
    THEIRS_KEPT = "theirs kept"
    MADE_UP = "made up"


PLACES: dict[Topic | Good, int] = {
    **{one: place for place, one in enumerate(Topic)},
    **{one: place for place, one in enumerate(Good)},
}
# What does not wait its turn, whether it is new or was there the last time already.
AT_ONCE = frozenset({Topic.CRITICAL, Topic.OUTCRY})

# When it is told, and where the reason stands.
Place = tuple[int, int]
# After every reason, so that whoever has one more stands before whoever has not.
NO_MORE: Place = (3, 0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing to say of a relationship. Of two with one reason that with the smaller ``rank`` comes first.

    ``key`` names the row that it is about. ``new`` is what came since the day from which it counts: the rest was
    there already when the two last talked.
    """

    relationship: int
    reason: Topic | Good
    rank: float
    key: int = 0
    new: bool = True

    @property
    def tells(self) -> Place:
        """What is critical, then what is new, then what was there already; of each the worst reason first."""
        turn = 0 if self.reason in AT_ONCE else 1 if self.new else 2
        return (turn, PLACES[self.reason])

    @property
    def place(self) -> tuple[Place, float, int, int]:
        return (self.tells, self.rank, self.relationship, self.key)


@dataclass(frozen=True, slots=True)
class Row:
    """A relationship with the first thing to say of it, and what else there is, a reason each."""

    first: Candidate
    also: tuple[Topic | Good, ...] = ()

    @property
    def relationship(self) -> int:
        return self.first.relationship


@dataclass(frozen=True, slots=True)
class Picked:
    """The rows that are shown, and those that there are besides."""

    rows: tuple[Row, ...]
    rest: tuple[Row, ...]

    @property
    def every(self) -> tuple[Row, ...]:
        return (*self.rows, *self.rest)

    @property
    def total(self) -> int:
        return len(self.every)


def pick(candidates: Iterable[Candidate], most: int = MOST) -> Picked:
    """Every candidate is told in exactly one row, as the first or beside it.

    The relationship whose first candidate ``tells`` first; of those that have it alike the one whose next reason does,
    or that has one more; of those with the same reasons the one that ranks first. So nobody stands behind another who
    has some of its reasons and no others.
    """
    found: dict[int, list[Candidate]] = {}
    for one in sorted(candidates, key=lambda one: one.place):
        found.setdefault(one.relationship, []).append(one)
    ordered = sorted(found.values(), key=_order)
    rows = [Row(first, _others(first, also)) for first, *also in ordered]
    return Picked(tuple(rows[:most]), tuple(rows[most:]))


def _order(found: Sequence[Candidate]) -> tuple[list[Place], list[tuple[Place, float]], int]:
    """Of the candidates of one relationship, the first of them first."""
    reasons = dict.fromkeys(one.tells for one in found)
    ranks = [(one.tells, one.rank) for one in found]
    return [*reasons, NO_MORE], [*ranks, (NO_MORE, 0.0)], found[0].relationship


def _others(first: Candidate, also: Iterable[Candidate]) -> tuple[Topic | Good, ...]:
    return tuple(dict.fromkeys(one.reason for one in also if one.reason is not first.reason))


class Change(StrEnum):
    """What can have changed, in the order in which it is told."""

    MOVED_UP = "moved_up"
    MOVED_DOWN = "moved_down"
    RISEN = "risen"
    FALLEN = "fallen"
    REWEIGHED = "reweighed"
    FLAG_CAME = "flag_came"
    FLAG_WENT = "flag_went"
    KEPT = "kept"
    KEPT_LATE = "kept_late"
    BROKEN = "broken"
    THEIRS_KEPT = "theirs_kept"
    THEIRS_BROKEN = "theirs_broken"
    MISSED = "missed"
    MADE_UP = "made_up"
    OPENED = "opened"
    SOLVED = "solved"
    PRAISED = "praised"
    COMPLAINED = "complained"
    RENEWED = "renewed"
    DOWNGRADED = "downgraded"
    ENDED = "ended"
    PAUSED = "paused"
    RESUMED = "resumed"
    NEW = "new"
    TAKEN_OVER = "taken_over"
    HANDED_ON = "handed_on"


def moved(before: int, after: int) -> Change | None:
    """Whether a standing has moved, of the points that are shown."""
    if abs(after - before) < MOVED:
        return None
    return Change.RISEN if after > before else Change.FALLEN


@dataclass(frozen=True, slots=True)
class Event:
    """The first of one kind with a relationship, and how many there are of it. ``before`` is what it was.

    ``weight`` says how much of its kind it is: points, days late, severity; ``worth`` what the relationship is worth.
    """

    relationship: int
    day: date
    row: Any
    count: int = 1
    before: Any = None
    weight: float = 0.0
    worth: float = 0.0
    key: int = 0

    @property
    def place(self) -> tuple[float, float, int, int]:
        """The greatest first; of those alike that with whoever is worth the most, then the newest."""
        return (-self.weight, -self.worth, -self.day.toordinal(), -self.key)


def greatest_first(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda one: one.place)
