"""Problems (pure): open or solved, in time or late, how soon somebody spoke with them, and what it says as evidence.

All days are local dates of the relationship's zone. A problem is late once the day that it was to be solved by is
over; opened again it gets a new day, and what was solved before stays judged by the day that it had then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from relationships.evidence import Kind

# A critical one is to be spoken about within this many days.
DAYS_TO_SPEAK = 1


class What(StrEnum):
    """What can happen to a problem."""

    SOLVED = "solved"
    REOPENED = "reopened"
    OWNED = "owned"


class State(StrEnum):
    OPEN = "open"
    LATE = "late"
    REOPENED = "reopened"
    SOLVED = "solved"
    SOLVED_LATE = "solved_late"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to it on a day; ``key`` names the row that says so.

    ``due_on`` is the new day of one that was opened again; without it the day stays.
    """

    key: int
    what: What
    on: date
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """All that happened to a problem: ``steps`` in the order in which they did."""

    opened_on: date
    due_on: date
    steps: Sequence[Step] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """``solved_on`` is empty while it is open; ``reopened`` counts the times that it came back.

    ``binding_on`` is the day that counts by now; ``owned_on`` is empty again once it has come back.
    """

    solved_on: date | None
    reopened: int
    owned_on: date | None
    binding_on: date


@dataclass(frozen=True, slots=True)
class Mark:
    """Evidence of one step: its key, the kind, and the day on which it became true."""

    key: int
    kind: Kind
    day: date


def judge(record: Record) -> Verdict:
    """What follows from the steps. Opening what is open and solving what is solved change nothing."""
    solved, reopened, owned, binding = None, 0, None, record.due_on
    for step in record.steps:
        if step.what == What.SOLVED:
            solved = solved or step.on
        elif step.what == What.REOPENED and solved is not None:
            solved, owned, reopened, binding = None, None, reopened + 1, step.due_on or binding
        elif step.what == What.OWNED:
            owned = owned or step.on
    return Verdict(solved, reopened, owned, binding)


def day_to_solve(*, opened_on: date, today: date, within: timedelta) -> date:
    """Where nobody says which: counted from the day it was opened, from today where that would be over already.

    Nothing is late the moment that it is written down.
    """
    counted = opened_on + within
    return counted if counted >= today else today + within


def state(*, today: date, due_on: date, solved_on: date | None, reopened: int) -> State:
    """The word for it, from what a row keeps."""
    if solved_on is not None:
        return State.SOLVED if solved_on <= due_on else State.SOLVED_LATE
    if today > due_on:
        return State.LATE
    return State.REOPENED if reopened else State.OPEN


def evidence_of(record: Record) -> list[Mark]:
    """What it says about our credibility, one mark for each time it was solved or came back.

    A solution counts against the day that was binding then: after it came back, against the new one. Owning up
    weighs nothing: the rules give it no mass. Source of the masses: ``evidence.RULES``.
    """
    marks = []
    is_open, binding = True, record.due_on
    for step in record.steps:
        if step.what == What.SOLVED and is_open:
            in_time = step.on <= binding
            marks.append(Mark(step.key, Kind.PROBLEM_SOLVED if in_time else Kind.PROBLEM_SOLVED_LATE, step.on))
            is_open = False
        elif step.what == What.REOPENED and not is_open:
            marks.append(Mark(step.key, Kind.PROBLEM_REOPENED, step.on))
            is_open, binding = True, step.due_on or binding
    return marks


def days_until_spoken(opened_on: date, spoken_on: Collection[date]) -> int | None:
    """Days to the first direct contact on or after the day on which it was opened; none while there was none."""
    after = [day for day in spoken_on if day >= opened_on]
    return (min(after) - opened_on).days if after else None


def days_until_solved(opened_on: date, solved_on: date | None) -> int | None:
    return None if solved_on is None else (solved_on - opened_on).days


def is_unspoken(*, today: date, opened_on: date, critical: bool, spoken: bool) -> bool:
    """A critical one that nobody spoke about with them, and the day after it was opened is over."""
    return critical and not spoken and today > opened_on + timedelta(DAYS_TO_SPEAK)


@dataclass(frozen=True, slots=True)
class Tally:
    """How some problems stand: each is solved, in time or late, or open.

    One that came back is open until it is solved again, however soon it was solved before; ``back`` counts those, and
    ``again`` the solved ones that had come back.
    """

    in_time: int = 0
    solved_late: int = 0
    open: int = 0
    late: int = 0
    back: int = 0
    again: int = 0

    @property
    def solved(self) -> int:
        return self.in_time + self.solved_late

    @property
    def all(self) -> int:
        return self.solved + self.open


def tally(found: Iterable[tuple[State, int]]) -> Tally:
    """Of each its state, and how often it came back."""
    rows = list(found)
    is_open = [(state, back) for state, back in rows if state not in (State.SOLVED, State.SOLVED_LATE)]
    return Tally(
        in_time=sum(state is State.SOLVED for state, _back in rows),
        solved_late=sum(state is State.SOLVED_LATE for state, _back in rows),
        open=len(is_open),
        late=sum(state is State.LATE for state, _back in is_open),
        back=sum(back > 0 for _state, back in is_open),
        again=sum(back > 0 for _state, back in rows) - sum(back > 0 for _state, back in is_open),
    )


def tally_on(records: Iterable[Record], day: date) -> Tally:
    """The same of all that had happened to some problems by the end of a day."""
    found = []
    for record in records:
        if record.opened_on <= day:
            verdict = judge(replace(record, steps=[step for step in record.steps if step.on <= day]))
            until, solved = verdict.binding_on, verdict.solved_on
            stood = state(today=day, due_on=until, solved_on=solved, reopened=verdict.reopened)
            found.append((stood, verdict.reopened))
    return tally(found)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of some problems: medians in days, and how many were solved in time of those solved or past their day."""

    open: int = 0
    late: int = 0
    spoken: float | None = None
    solved: float | None = None
    in_time: int = 0
    judged: int = 0
