"""When what somebody feels about a relationship and what the evidence says differ for long (pure).

A feeling is never evidence and changes no standing. It is held against the word that the evidence had for the day on
which it was felt. The rule is published on the page of settings: two bands apart, that is strong against weak, in each
of the last feelings, at least two of them, the first of them at least 60 days ago; and still so today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from relationships.health import Band

# So many bands apart, in so many feelings on end, and for so many days.
BANDS_APART, FEELINGS, DAYS = 2, 2, 60


class Word(StrEnum):
    THRIVING = "thriving"
    GOOD = "good"
    MIXED = "mixed"
    UNEASY = "uneasy"
    TROUBLED = "troubled"


# Which band of the evidence each would fit.
BAND = {
    Word.THRIVING: Band.STRONG,
    Word.GOOD: Band.STRONG,
    Word.MIXED: Band.STEADY,
    Word.UNEASY: Band.WEAK,
    Word.TROUBLED: Band.WEAK,
}
_RANK = {Band.WEAK: 0, Band.STEADY: 1, Band.STRONG: 2}


@dataclass(frozen=True, slots=True)
class Felt:
    """A feeling of a day, and the band that the evidence had for that day; none where it could not be judged."""

    on: date
    word: Word
    evidence: Band | None


@dataclass(frozen=True, slots=True)
class Odds:
    """Since when, and in how many feelings, it felt ``better`` than the evidence, or worse."""

    since: date
    feelings: int
    better: bool


def apart(word: Word, evidence: Band | None) -> int:
    """By how many bands the feeling is better (above 0) or worse than the evidence; 0 where nothing can be judged."""
    return 0 if evidence is None else _RANK[BAND[word]] - _RANK[evidence]


def at_odds(felt: Sequence[Felt], evidence: Band | None, today: date) -> Odds | None:
    """Whether feelings and evidence have differed for long; ``felt`` in any order, ``evidence`` is today's band.

    What was felt after today is left out. Any feeling between that was nearer to the evidence begins it anew.
    """
    known = sorted((one for one in felt if one.on <= today), key=lambda one: one.on, reverse=True)
    if not known:
        return None
    now = apart(known[0].word, evidence)
    if abs(now) < BANDS_APART:
        return None
    run: list[Felt] = []
    for one in known:
        difference = apart(one.word, one.evidence)
        if abs(difference) < BANDS_APART or (difference > 0) != (now > 0):
            break
        run.append(one)
    if len(run) < FEELINGS or (today - run[-1].on).days < DAYS:
        return None
    return Odds(run[-1].on, len(run), better=now > 0)
