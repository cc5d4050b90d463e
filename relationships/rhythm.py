"""The line of contact (pure): ticks up when they began, down when we did, the open gap at its end.

Shapes are in units of an SVG's view box, so that one picture serves the list and the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEKS = 26


@dataclass(frozen=True, slots=True)
class Contact:
    """One interaction on the line. ``side`` is ours, theirs or unknown; ``channel`` only serves the words beside it."""

    day: date
    side: str
    two_way: bool
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A stroke from ``y1`` to ``y2`` at ``x``; ``kind`` o (ours), t (theirs), n (not known), x (one-way)."""

    x: float
    y1: float
    y2: float
    kind: str


@dataclass(frozen=True, slots=True)
class Month:
    x: float
    first: date


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The drawing. While a check-in is due: the wait from the last contact to the due day, and what is late since."""

    width: float
    middle: float
    height: float
    ticks: tuple[Tick, ...]
    gap: tuple[float, float] | None
    waiting: tuple[float, float] | None
    late: tuple[float, float] | None
    months: tuple[Month, ...]

    @property
    def waiting_width(self) -> float:
        return self.waiting[1] - self.waiting[0] if self.waiting else 0.0

    @property
    def late_width(self) -> float:
        return self.late[1] - self.late[0] if self.late else 0.0


def draw(
    *,
    contacts: Sequence[Contact],
    today: date,
    due_on: date | None,
    last_touch_on: date | None,
    width: float,
    height: float,
    weeks: int = WEEKS,
) -> Rhythm:
    """The last ``weeks`` up to today. What lies outside is left out; the gap is cut at the edge."""
    first = today - timedelta(weeks=weeks)
    span = (today - first).days
    middle = height / 2

    def x(day: date) -> float:
        return round(max(0.0, min(1.0, (day - first).days / span)) * width, 1)

    def tick(contact: Contact) -> Tick:
        kind = "x" if not contact.two_way else {"ours": "o", "theirs": "t"}.get(contact.side, "n")
        up = middle - height * 0.4 if contact.side != "ours" else middle
        down = middle + height * 0.4 if contact.side != "theirs" else middle
        return Tick(x(contact.day), round(up, 1), round(down, 1), kind)

    ticks = tuple(tick(contact) for contact in contacts if first <= contact.day <= today)
    gap = waiting = late = None
    if due_on is not None and today >= due_on:
        gap = (x(last_touch_on or first), width)
        waiting = (gap[0], x(due_on))
        late = (x(due_on), width)
    return Rhythm(width, middle, height, ticks, gap, waiting, late, _months(first, today, x))


def _months(first: date, today: date, x: Callable[[date], float]) -> tuple[Month, ...]:
    months = []
    day = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    while day <= today:
        months.append(Month(x(day), day))
        day = (day + timedelta(days=32)).replace(day=1)
    return tuple(months)
