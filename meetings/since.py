"""What happened between two meetings (pure): the day from which it counts, and in which order it is told.

All days are local dates of the relationship's zone. Counted is what happened after the day: what was said at the
meeting itself is in its minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from relationships.notes import Side

# Of each so many are listed, the newest first; all are counted.
SHOWN = 8


class What(StrEnum):
    """What can have happened, in the order in which it is told: first what was promised."""

    KEPT = "kept"
    BROKEN = "broken"
    GIVEN = "given"
    ANSWERED = "answered"
    OPENED = "opened"
    SOLVED = "solved"
    DECIDED = "decided"
    TALKED = "talked"


class Base(StrEnum):
    """From what it counts: the last meeting of this kind, else the last talk, else nothing yet."""

    MEETING = "meeting"
    TALK = "talk"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Start:
    base: Base
    day: date | None


def start(held_on: date | None, talked_on: date | None) -> Start:
    if held_on is not None:
        return Start(Base.MEETING, held_on)
    return Start(Base.TALK, talked_on) if talked_on is not None else Start(Base.NOTHING, None)


Told = tuple[What, Side | None]
# Ours before theirs, but what they said to us before what we said to them.
ORDER: tuple[Told, ...] = (
    (What.KEPT, Side.OURS),
    (What.BROKEN, Side.OURS),
    (What.KEPT, Side.THEIRS),
    (What.BROKEN, Side.THEIRS),
    (What.GIVEN, Side.THEIRS),
    (What.ANSWERED, Side.OURS),
    (What.GIVEN, Side.OURS),
    (What.ANSWERED, Side.THEIRS),
    (What.OPENED, None),
    (What.SOLVED, None),
    (What.DECIDED, None),
    (What.TALKED, None),
)


def told(numbers: Mapping[Told, int]) -> list[Told]:
    """What there is something to tell of, in the order in which it is told."""
    return [one for one in ORDER if numbers.get(one, 0)]


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of the promises that a meeting made."""

    kept: int = 0
    broken: int = 0
    open: int = 0

    @property
    def made(self) -> int:
        return self.kept + self.broken + self.open


def fates(outcomes: Iterable[str]) -> Fates:
    """From what a promise keeps as its outcome; empty while it is open."""
    kept = broken = waits = 0
    for one in outcomes:
        if not one:
            waits += 1
        elif one == "broken":
            broken += 1
        else:
            kept += 1
    return Fates(kept, broken, waits)
