"""Health once more, slowly: day by day, from plain values, with nothing of the product but the names of its kinds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import sqrt
from typing import NamedTuple

from tests.relationships import oracle
from tests.relationships.oracle import Line

DAY = timedelta(days=1)
W = 1.642
WEIGHTS = {"cadence": 20, "access": 20, "credibility": 25, "trust": 25, "reciprocity": 10}


class Agreed(NamedTuple):
    starts: date
    every: int
    ends: date | None = None


class Days(NamedTuple):
    first: date
    last: date | None


class History(NamedTuple):
    """Lines of the ledger, agreements in the order made, snoozes, halts, and when each decision maker was last seen."""

    lines: Sequence[Line] = ()
    agreements: Sequence[Agreed] = ()
    snoozes: Sequence[Days] = ()
    halts: Sequence[Days] = ()
    seen: Sequence[date | None] = ()


class Belief(NamedTuple):
    b: float
    d: float
    u: float


def believe(r: float, s: float) -> Belief:
    return Belief(r / (r + s + W), s / (r + s + W), W / (r + s + W))


def wilson(r: float, s: float) -> tuple[float, float]:
    """The interval as it stands in textbooks, from a share and a number of trials, at 80 %."""
    n = r + s
    if n == 0:
        return 0.0, 1.0
    p, z = r / n, sqrt(W)
    centre, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)


def agreed_for(history: History, day: date) -> int | None:
    """The one begun last of those that hold; of two begun on a day the later made."""
    found = None
    for one in history.agreements:
        holds = one.starts <= day and (one.ends is None or day <= one.ends)
        if holds and (found is None or one.starts >= found.starts):
            found = one
    return found.every if found else None


def silence(history: History, today: date) -> tuple[float, float, int | None]:
    """Days in rhythm and beyond it, each over T and faded, and how many days of silence there are now."""
    if not history.agreements:
        return 0.0, 0.0, None
    touches = {line.day for line in history.lines if line.kind == "touch" and line.day <= today}
    first = min(one.starts for one in history.agreements)
    months = 1
    while (agreed_for(history, today) or 30) >= 30 * months + 15:
        months += 1
    night = 0.5 ** (1 / (120 * months))
    kept = late = waiting = 0.0
    silent, day, touched = 0, first, first in touches
    snoozed: list[Days] = [one for one in history.snoozes if one.first == first]
    while day < today:
        day += DAY
        kept, late, waiting = kept * night, late * night, waiting * night
        resting = any(one.first <= day <= (one.last or day) for one in [*snoozed, *history.halts])
        # A snooze of this day speaks for the silence that a contact on this day begins, if there is one.
        begun = [one for one in history.snoozes if one.first == day]
        if begun and day not in touches:
            snoozed += begun
            resting = True
        every = agreed_for(history, day)
        if not resting:
            silent += 1
            if every and silent <= every + max(2, every // 4):
                waiting += 1 / every
            elif every:
                late += 1 / every
        if day in touches:
            kept, waiting, silent, touched, snoozed = kept + waiting, 0.0, 0, True, begun
    return kept, late, silent if touched else None


def fraction_current(silent: int, every: int) -> float:
    g = max(2, every // 4)
    if silent <= every:
        return 1
    if silent <= every + g:
        return 1 - (silent - every) / g / 2
    return max(0, 0.5 - (silent - every - g) / (2 * every) / 2)


def components(history: History, today: date) -> dict[str, Belief]:
    """Belief, disbelief and what is unknown of each."""
    every = agreed_for(history, today)
    kept, late, silent = silence(history, today)
    current = Belief(0, 0, 1)
    if every is not None and silent is not None:
        now = fraction_current(silent, every)
        current = Belief(now, 1 - now, 0)
    days = every or 30
    slots = []
    for seen in sorted((one for one in history.seen if one), reverse=True):
        ago = (today - seen).days
        share = 1.0 if ago <= 3 * days else max(0.0, 1 - (ago - 3 * days) / (3 * days))
        slots.append(Belief(share, 1 - share, 0))
    slots += [Belief(0, 1, 0) for one in history.seen if one is None]
    slots += [Belief(0, 0, 1)] * 2

    def mass(kinds: str, *sides: str) -> tuple[float, float]:
        lines = [line for line in history.lines if line.kind in kinds.split()]
        sums = oracle.sums(lines, today, days)
        found = [value for (_component, side), value in sums.items() if not sides or side in sides]
        return sum(r for r, _s in found), sum(s for _r, s in found)

    def of(component: str, *sides: str) -> Belief:
        kinds = {line.kind for line in history.lines if line.component == component}
        return believe(*mass(" ".join(kinds), *sides))

    def both(kind: str) -> Belief:
        ours, theirs = mass(kind, "ours")[0], mass(kind, "theirs")[0]
        return believe(2 * min(ours, theirs), abs(ours - theirs))

    def mean(*parts: Belief) -> Belief:
        return Belief(*(sum(values) / len(parts) for values in zip(*parts, strict=True)))

    return {
        "cadence": mean(current, believe(kept, late)),
        "access": mean(of("access"), mean(*slots[:2])),
        "credibility": of("credibility"),
        "trust": mean(of("trust", "ours"), of("trust", "theirs")),
        "reciprocity": mean(both("initiative"), both("feedback_given"), both("roadmap_shared")),
    }


def points(history: History, today: date) -> Belief:
    """Earned, lost, and not yet known, of 100."""
    found = components(history, today)
    return Belief(*(sum(WEIGHTS[name] * one[index] for name, one in found.items()) for index in range(3)))
