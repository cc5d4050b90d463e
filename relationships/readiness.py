"""How willing somebody of theirs is to give time (pure), read from what they did: talks, answers, who came.

Talks fade by half in 90 days and what was left unanswered in 180, so that silence never makes anybody more willing, and
one talk more never less. Both hold wherever it can be said at all. Thresholds are judgement. Days are local dates of
the relationship's zone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

# So far back the record is read, and so soon after a message a sign of life is its answer.
DAYS = 365
ANSWERED_WITHIN = timedelta(days=14)
TIME_GIVEN_FADES, TIME_REFUSED_FADES = 90, 180
# Of fewer signs nothing is said.
FEWEST = 2
# Shares of the time given, and faded talks: those begun by them that make it readily, and the least that is of late.
MOSTLY, HALF, SOME = 0.75, 0.5, 0.2
BEGUN, LATELY = 0.75, 0.25


class Sign(StrEnum):
    """What somebody did, or did not. The last two come from meetings."""

    TALKED = "talked"
    WROTE = "wrote"
    WAS_WRITTEN_TO = "was_written_to"
    CAME = "came"
    STAYED_AWAY = "stayed_away"


class Level(StrEnum):
    READILY = "readily"
    WHEN_ASKED = "when_asked"
    RARELY = "rarely"
    NOT = "not"


# Time given, by kind.
GIVEN = {Sign.TALKED: 1.0, Sign.WROTE: 0.5, Sign.CAME: 1.0}


@dataclass(frozen=True, slots=True)
class Seen:
    """A sign and its day. ``theirs``: they began it."""

    day: date
    sign: Sign
    theirs: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What the record says; no ``level`` where it cannot be said yet. ``messages`` are those answered or overdue."""

    level: Level | None
    talks: int = 0
    begun: int = 0
    messages: int = 0
    answered: int = 0
    asked: int = 0
    came: int = 0
    last_on: date | None = None


def read(signs: Iterable[Seen], today: date) -> Reading:
    """How willing they are as of ``today``; the order of the signs is irrelevant."""
    recorded = [one for one in signs if today - timedelta(days=DAYS) < one.day <= today]
    came = sum(one.sign is Sign.CAME for one in recorded)
    known = _once(recorded)
    lives = [one.day for one in known if one.sign in GIVEN]
    written = [one.day for one in known if one.sign is Sign.WAS_WRITTEN_TO]
    answered = [day for day in written if any(day <= life <= day + ANSWERED_WITHIN for life in lives)]
    overdue = [day for day in written if day + ANSWERED_WITHIN < today]
    ignored = [day for day in overdue if day not in answered]
    away = [one.day for one in known if one.sign is Sign.STAYED_AWAY]
    talks = [one for one in known if one.sign is Sign.TALKED]
    counted = len(lives) + len(answered) + len(ignored) + len(away)
    return Reading(
        level=_level(known, [*ignored, *away], today) if counted >= FEWEST else None,
        talks=len(talks),
        begun=sum(one.theirs for one in talks),
        messages=len(answered) + len(ignored),
        answered=len(answered),
        asked=came + len(away),
        came=came,
        last_on=max((one.day for one in recorded if one.sign in (Sign.TALKED, Sign.CAME)), default=None),
    )


def _once(signs: list[Seen]) -> list[Seen]:
    """Who came to a meeting and talked at it gave their time once: of both the talk counts, as it says who began."""
    talks = Counter(one.day for one in signs if one.sign is Sign.TALKED)
    kept = []
    for one in signs:
        if one.sign is Sign.CAME and talks[one.day]:
            talks[one.day] -= 1
        else:
            kept.append(one)
    return kept


def _level(known: Iterable[Seen], refused_on: Iterable[date], today: date) -> Level | None:
    given = begun = 0.0
    for one in known:
        mass = GIVEN.get(one.sign, 0.0) * _faded(one.day, today, TIME_GIVEN_FADES)
        given += mass
        begun += mass if one.theirs else 0.0
    refused = sum(_faded(day, today, TIME_REFUSED_FADES) for day in refused_on)
    if not refused and given < LATELY:
        # Nobody asked of late.
        return None
    share = given / (given + refused)
    # Whoever comes whenever asked gives time when asked; readily, who begins it too.
    if share >= MOSTLY and begun >= BEGUN:
        return Level.READILY
    if share >= HALF and given >= LATELY:
        return Level.WHEN_ASKED
    return Level.RARELY if share >= SOME else Level.NOT


def _faded(day: date, today: date, half: int) -> float:
    return float(2 ** (-(today - day).days / half))
