"""A meeting while it runs (pure): the seconds spent on an item, and whether what is left fits the time that is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

# A page left open overnight is no talk of a night.
LONGEST_STRETCH = 4 * 3600
MINUTE = 60


def stretch(since: datetime | None, until: datetime) -> int:
    """Whole seconds spent between two moments; none where it has not begun."""
    if since is None:
        return 0
    return max(0, min(int((until - since).total_seconds()), LONGEST_STRETCH))


@dataclass(frozen=True, slots=True)
class Step:
    """An item of the agenda as time sees it: ``minutes`` it may take, ``spent`` seconds so far."""

    minutes: int
    spent: int = 0
    done: bool = False

    @property
    def used(self) -> int:
        """Minutes to show: those it took, rounded, of what was spoken about; those it may take of the rest."""
        return round(self.spent / MINUTE) if self.done and self.spent else self.minutes

    @property
    def left(self) -> int:
        """Seconds it may still take."""
        return 0 if self.done else max(0, self.minutes * MINUTE - self.spent)


@dataclass(frozen=True, slots=True)
class Pace:
    """``ahead``: minutes by which it is ahead of its plan, negative where it is behind: what was done took more or less
    than planned, and it may have begun late.

    ``over``: the places, from 0, of the items that would end after the time is over.
    """

    ahead: int
    over: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """When a meeting that has begun ends, and by how many seconds it began late."""

    ends_at: datetime
    late: int


def span(starts_at: datetime, ends_at: datetime, begun_at: datetime | None) -> Span:
    """It ends when it was planned to, however late it began. Begun early it takes as long as planned, and so it does
    where its time was over before anybody began."""
    if begun_at is None:
        return Span(ends_at, 0)
    if begun_at >= ends_at:
        return Span(begun_at + (ends_at - starts_at), 0)
    late = max(0, int((begun_at - starts_at).total_seconds()))
    return Span(min(ends_at, begun_at + (ends_at - starts_at)), late)


def pace(steps: Sequence[Step], left: int, late: int = 0) -> Pace:
    """``left`` is the seconds until the end, those over already are none; by ``late`` seconds it began too late."""
    taken = sum(step.spent if step.done else max(0, step.spent - step.minutes * MINUTE) for step in steps)
    planned = sum(step.minutes * MINUTE for step in steps if step.done)
    ends = list(accumulate(step.left for step in steps))
    over = tuple(
        place for place, (step, end) in enumerate(zip(steps, ends, strict=True)) if not step.done and end > max(0, left)
    )
    return Pace(ahead=int((planned - taken - late) / MINUTE), over=over)
