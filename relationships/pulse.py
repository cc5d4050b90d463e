"""Pulse, asking and answering (pure): twelve questions, which one comes next, when it is asked, and when it is let go.

Each asks both sides about the same thing, which is how *we* are to them: they say how it is, we say how we think it
is, so that the two answers can be laid side by side. Eight are about conduct that research finds trust to rest on:
the conditions of trust of J. K. Butler (1991) and ability, benevolence and integrity of R. C. Mayer, J. H. Davis and
F. D. Schoorman (1995), in words of our own. Four are about the whole: whether we know them, are worth the price, they
are satisfied, and would choose us again. No answer ever enters a standing.

All days are local dates of the relationship's zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

DAY = timedelta(days=1)
# Between two askings lie so many days, however often one meets: who is asked every week soon answers anything.
REST = timedelta(days=14)
# A meeting asks within so many days; later nobody has it before their eyes.
FRESH = timedelta(days=7)
# Nobody is waited for longer than so many days, and a link takes an answer as long.
OPEN_FOR = timedelta(days=30)
# What was skipped is not asked again for three months.
SKIPPED_FOR = timedelta(days=92)
# The days of a month on which the clock may begin to ask; every month has them.
TURNS = 28
LOWEST, HIGHEST = 1, 5
# What is sent to a partner may be taken back for so long.
UNDO_FOR = timedelta(seconds=20)


class Side(StrEnum):
    OURS = "ours"
    THEIRS = "theirs"


class Group(StrEnum):
    """Conduct that trust rests on; or the whole."""

    TRUST = "trust"
    WHOLE = "whole"


class Occasion(StrEnum):
    MEETING = "meeting"
    MONTH = "month"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class Question:
    """What it says to either side is in ``relationships.pulse_words``."""

    key: str
    group: Group


SATISFACTION, CHOOSE_AGAIN = "satisfaction", "choose_again"

# The first to be asked first: what tells most comes within the first months.
QUESTIONS = (
    Question(SATISFACTION, Group.WHOLE),
    Question("keeps_word", Group.TRUST),
    Question(CHOOSE_AGAIN, Group.WHOLE),
    Question("listens", Group.TRUST),
    Question("worth_price", Group.WHOLE),
    Question("open_about_trouble", Group.TRUST),
    Question("knows_them", Group.WHOLE),
    Question("fair", Group.TRUST),
    Question("honest_numbers", Group.TRUST),
    Question("owns_mistakes", Group.TRUST),
    Question("their_interest", Group.TRUST),
    Question("reliable_people", Group.TRUST),
)
KEYS = tuple(question.key for question in QUESTIONS)


@dataclass(frozen=True, slots=True)
class Asked:
    """A side was asked on a day; ``skipped_on`` where it did not want to say."""

    key: str
    side: Side
    on: date
    skipped_on: date | None = None


def next_question(asked: Iterable[Asked], today: date) -> str | None:
    """That which ours was not asked for longest, in the order above; none while all were skipped lately."""
    last: dict[str, date] = {}
    resting: set[str] = set()
    for one in asked:
        if one.side is Side.OURS:
            last[one.key] = max(one.on, last.get(one.key, one.on))
        if one.skipped_on is not None and one.skipped_on + SKIPPED_FOR > today:
            resting.add(one.key)
    free = [key for key in KEYS if key not in resting]
    return min(free, key=lambda key: last.get(key, date.min), default=None)


def turn_of(relationship: int) -> int:
    """The day of the month from which a partner is asked about, so that not all are on the first."""
    return 1 + relationship % TURNS


def occasion(*, last_asked: date | None, last_met: date | None, turn: int, today: date) -> Occasion | None:
    """Why somebody is to be asked today, where nothing is open; none while it is too early."""
    if last_asked is not None and today < last_asked + REST:
        return None
    if last_met is not None and last_met <= today < last_met + FRESH and (last_asked is None or last_met > last_asked):
        return Occasion.MEETING
    if today.day >= turn and (last_asked is None or last_asked < today.replace(day=1)):
        return Occasion.MONTH
    return None


def until(asked_on: date) -> date:
    """The last day on which it is waited for an answer."""
    return asked_on + OPEN_FOR - DAY


def lapses(asked_on: date, today: date) -> bool:
    return today > until(asked_on)
