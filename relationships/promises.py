"""Promises (pure): which day counts, whether it is late, what became of it, and what it says as evidence.

All days are local dates of the relationship's zone. A promise due on a day is late once that day is over.
A new day agreed while the one that counted was not over is neutral; one agreed later leaves the promise late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from relationships.evidence import Kind

DAY = timedelta(days=1)
# A miss explained with a new plan within this many days of the day that was missed is owned.
DAYS_TO_OWN = 7


class State(StrEnum):
    OPEN = "open"
    DUE = "due"
    LATE = "late"
    RENEGOTIATED = "renegotiated"
    KEPT = "kept"
    KEPT_LATE = "kept_late"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Move:
    """A new day, agreed on a day."""

    agreed_on: date
    new_due_on: date


@dataclass(frozen=True, slots=True)
class Record:
    """All that happened to a promise; at most one of ``kept_on`` and ``missed_on``.

    ``explained_on`` is the day on which a miss was explained with a new plan. ``moves`` in the order agreed.
    """

    due_on: date
    moves: Sequence[Move] = ()
    kept_on: date | None = None
    missed_on: date | None = None
    explained_on: date | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """``binding_on``: the day that counts now. ``late_on``: the first day that was missed, whatever came after."""

    binding_on: date
    late_on: date | None
    ended_on: date | None
    outcome: str
    owned: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """Evidence of one promise: its kind and the day on which it became true."""

    kind: Kind
    day: date


def judge(record: Record, today: date | None = None) -> Verdict:
    """What follows from the record; with ``today`` also what is late only because the day has passed."""
    binding, late = record.due_on, None
    ended = record.kept_on or record.missed_on
    for move in _before(ended, record.moves):
        if late is None and move.agreed_on > binding:
            late = binding
        binding = move.new_due_on
    seen = ended or today
    if late is None and seen is not None and seen > binding:
        late = binding
    outcome = ""
    if record.kept_on:
        outcome = State.KEPT_LATE if late else State.KEPT
    elif record.missed_on:
        outcome = State.BROKEN
    return Verdict(binding, late, ended, outcome, is_owned(record, binding, late))


def _before(ended: date | None, moves: Sequence[Move]) -> list[Move]:
    """What was agreed after the end counts no more: it was kept, or given up, against the day of then."""
    return [move for move in moves if ended is None or move.agreed_on <= ended]


def to_own_until(binding: date, late: date | None) -> date:
    """The last day on which a miss can still be explained so that it is owned."""
    return (late or binding) + DAYS_TO_OWN * DAY


def is_owned(record: Record, binding: date, late: date | None) -> bool:
    """Explained with a new plan within a week of the day missed; before that day is in time as well."""
    if record.missed_on is None or record.explained_on is None:
        return False
    return record.explained_on <= to_own_until(binding, late)


def state(*, today: date, binding_on: date, moved: bool, late_on: date | None, outcome: str) -> State:
    """The word for it, from what a row keeps; ``late_on`` as stored or as of today."""
    if outcome:
        return State(outcome)
    if late_on is not None or today > binding_on:
        return State.LATE
    if today == binding_on:
        return State.DUE
    return State.RENEGOTIATED if moved else State.OPEN


def evidence_of(record: Record, today: date) -> list[Mark]:
    """What the promise says about trust in its side, as of ``today``. Source of the masses: ``evidence.RULES``.

    What was broken before its day came cost no lateness; owning it takes back on the day on which it was broken.
    """
    verdict = judge(record, today)
    marks = [Mark(Kind.PROMISE_RENEGOTIATED, move.agreed_on) for move in _in_time(record)][-1:]
    if verdict.late_on:
        marks.append(Mark(Kind.PROMISE_LATE, verdict.late_on))
    if record.kept_on:
        marks.append(Mark(Kind.PROMISE_KEPT_LATE if verdict.late_on else Kind.PROMISE_KEPT, record.kept_on))
    if record.missed_on:
        marks.append(Mark(Kind.PROMISE_BROKEN, record.missed_on))
        if verdict.owned:
            marks.append(Mark(Kind.PROMISE_OWNED, record.missed_on))
    return marks


def _in_time(record: Record) -> list[Move]:
    found, binding = [], record.due_on
    for move in _before(record.kept_on or record.missed_on, record.moves):
        if move.agreed_on <= binding:
            found.append(move)
        binding = move.new_due_on
    return found


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the promises that came to an end, or whose day passed, were kept."""

    kept: int
    kept_late: int
    broken: int
    late: int

    @property
    def judged(self) -> int:
        return self.kept + self.kept_late + self.broken + self.late

    @property
    def all_kept(self) -> int:
        return self.kept + self.kept_late
