"""Where a standing has gone within 30 days (pure): the points shown on a day less those shown on a former one.

A score that was not shown, as too little was known, moved from nowhere to nowhere: both ends must be judged. Days are
local dates of the relationship's zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from relationships import health

# What is compared is as near to so many days ago as there is,
WINDOW = timedelta(days=30)
# but no younger than this, and no older: of less or much more time *in 30 days* would say something else.
YOUNGEST, OLDEST = timedelta(days=20), timedelta(days=45)


class Way(StrEnum):
    UP = "up"
    DOWN = "down"
    STEADY = "steady"
    UNKNOWN = "unknown"
    REWEIGHED = "reweighed"


@dataclass(frozen=True, slots=True)
class Then:
    """The score on a former day, by a version of the weights; none where it could not be judged."""

    on: date
    score: float | None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Direction:
    """``points`` up or down, of those shown and never negative, since the day ``since``.

    Where other weights came into force within that time nothing is compared, and ``since`` is their day.
    """

    way: Way
    points: int = 0
    since: date | None = None


UNKNOWN = Direction(Way.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The version of the weights by which a standing was made, and the day since which it is in force, if known."""

    version: int = 1
    since: date | None = None


def then(today: date, kept: Iterable[Then]) -> Then | None:
    """What today is compared with: of those judged and old enough the nearest to 30 days ago, of two the older."""
    old = [one for one in kept if one.score is not None and YOUNGEST < today - one.on <= OLDEST]
    return min(old, key=lambda one: (abs(today - WINDOW - one.on), one.on), default=None)


def direction(score: float | None, today: date, kept: Iterable[Then], by: Weighed | None = None) -> Direction:
    """*Down 4 in 30 days*, as data; not yet known where today's is not judged, or nothing old enough that was.

    Only what was judged ``by`` the same weights is compared.
    """
    if score is None:
        return UNKNOWN
    by = by or Weighed()
    former = list(kept)
    if by.since and today - by.since < WINDOW and (other := then(today, former)) and other.version != by.version:
        return Direction(Way.REWEIGHED, 0, by.since)
    found = then(today, [one for one in former if one.version == by.version])
    if found is None or found.score is None:
        return UNKNOWN
    change = health.whole(score) - health.whole(found.score)
    way = Way.UP if change > 0 else Way.DOWN if change < 0 else Way.STEADY
    return Direction(way, abs(change), found.on)
