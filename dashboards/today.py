"""What wants a person today (pure): one row per relationship, worst reason first, at most seven; the rest is later."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum

MOST = 7
# So many reasons are named in the headline, the worst first.
HEADLINE = 2


class Reason(IntEnum):
    """Why a relationship wants somebody, the worst first."""

    CRITICAL = 0
    OURS_LATE = 1
    PROBLEM = 2
    # A meeting that is over: once it is said to have been held, the partner may no longer be overdue.
    UNSETTLED = 3
    OVERDUE = 4
    UNANSWERED = 5
    HEARD = 6
    DUE = 7
    # A meeting that is near, without an agenda that somebody has looked at.
    BARE = 8
    OURS_SOON = 9
    THEIRS_LATE = 10
    REVIEW = 11
    STAGE = 12
    STEP = 13
    PLAY = 14
    INTRODUCTION = 15
    INSIGHT = 16


# For whom a partner waits: named whatever else is wrong there.
ALWAYS_NAMED = frozenset({Reason.PROBLEM, Reason.UNANSWERED})


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that wants somebody. Of two with one reason that with the smaller ``rank`` comes first.

    ``key`` names what it is about: the promise, the entry with the next step, the relationship itself; ``of`` says of
    which model it is where a reason has several.
    """

    relationship: int
    reason: Reason
    rank: float
    key: int
    of: str = ""

    @property
    def place(self) -> tuple[int, float, int, int]:
        return (self.reason, self.rank, self.relationship, self.key)


@dataclass(frozen=True, slots=True)
class Row:
    """A relationship with the worst that it wants, and what else."""

    worst: Candidate
    also: tuple[Candidate, ...] = ()

    @property
    def relationship(self) -> int:
        return self.worst.relationship


@dataclass(frozen=True, slots=True)
class Board:
    rows: tuple[Row, ...]
    later: tuple[Row, ...]

    @property
    def total(self) -> int:
        """How many relationships want something."""
        return len(self.rows) + len(self.later)

    def count(self, reason: Reason) -> int:
        """How many things there are of this reason, in whichever row they stand."""
        told = (one for row in (*self.rows, *self.later) for one in (row.worst, *row.also))
        return sum(one.reason is reason for one in told)

    @property
    def reasons(self) -> list[Reason]:
        return [reason for reason in Reason if self.count(reason)]

    def headings(self, shown: Collection[Reason]) -> list[Reason]:
        """The reasons of the rows that are shown, and those that are named without."""
        return [reason for reason in self.reasons if reason in shown or reason in ALWAYS_NAMED]

    @property
    def headline(self) -> list[Reason]:
        """The worst reasons, and that somebody waits for an answer."""
        return [reason for place, reason in enumerate(self.reasons) if place < HEADLINE or reason is Reason.UNANSWERED]

    def beside(self, reason: Reason) -> int:
        """How many of them stand in the row of a partner that wants something worse."""
        others = (row for row in (*self.rows, *self.later) if row.worst.reason is not reason)
        return sum(one.reason is reason for row in others for one in row.also)


def board(candidates: Iterable[Candidate], most: int = MOST) -> Board:
    """The rows of a day. Every candidate stands in exactly one row, as the worst or beside it."""
    by_relationship: dict[int, list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda one: one.place):
        by_relationship.setdefault(candidate.relationship, []).append(candidate)
    # Sorted before they were gathered, so that the first of each is its worst and the rows stand worst first.
    rows = [Row(found[0], tuple(found[1:])) for found in by_relationship.values()]
    return Board(tuple(rows[:most]), tuple(rows[most:]))
