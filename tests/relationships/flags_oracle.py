"""Three flags once more, slowly: day by day, from plain tuples, with nothing of the product."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import exp, log, sqrt
from typing import NamedTuple

DAY = timedelta(days=1)
BAD = {"promise_broken": 1.0, "promise_late": 0.6, "feedback_ignored": 0.5}


class Outcome(NamedTuple):
    kind: str
    side: str
    day: date
    of: object


def silence(contacts: Iterable[date], today: date, every: int) -> float:
    """How likely nobody is in touch for a while: a rate known from faded counts over faded time, and then waiting.

    Of a gamma distribution with the shape 1 + N and so many days; its days are added up one after another, each by
    Simpson's rule.
    """
    days = {day for day in contacts if day <= today}
    half = max(30, 2 * every)
    night = 0.5 ** (1 / half)
    seen = waited = 0.0
    day = min(days)
    while True:
        seen += day in days
        if day == today:
            break
        waited = waited * night + (1 + 4 * sqrt(night) + night) / 6
        seen *= night
        day += DAY
    ahead = every + max(2, every // 4)
    return exp(-(1 + seen) * log(1 + ahead / (every + waited)))


def trust(outcomes: Sequence[Outcome], today: date, side: str) -> tuple[float, float]:
    """How far one side's misses lie beyond what is usual, and of how many things that is said."""
    own = [one for one in outcomes if one.side == side and one.day <= today]
    night = 0.5 ** (1 / 60)
    missed = n = 0.0
    day = min((one.day for one in own), default=today)
    while day <= today:
        missed, n = missed * night, n * night
        for thing in {one.of for one in own}:
            of_it = [one for one in own if one.of == thing]
            weight = max(BAD.get(one.kind, 0.0) for one in of_it)
            # The last day on which it was as bad as it ever was.
            if day == max(one.day for one in of_it if BAD.get(one.kind, 0.0) == weight):
                missed, n = missed + weight, n + 1
        day += DAY
    usual, spread = 0.12 * n, sqrt(0.12 * (1 - 0.12) * (n + 1))
    return (missed - usual) / spread, n


def carried_by(meetings: Sequence[tuple[date, Sequence[str]]], today: date) -> float:
    """By how many people of theirs the contact is carried."""
    night = 0.5 ** (1 / 120)
    told: dict[str, float] = {}
    day = min(on for on, _who in meetings)
    while day <= today:
        told = {who: weight * night for who, weight in told.items()}
        for who in {one for on, people in meetings if on == day for one in people}:
            told[who] = told.get(who, 0.0) + 1
        day += DAY
    return sum(told.values()) ** 2 / sum(weight**2 for weight in told.values())
