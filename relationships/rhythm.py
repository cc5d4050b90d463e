"""The line of contact (pure): ticks up when they began, down when we did, the open gap at its end.

Shapes are in units of an SVG's view box, so that one picture serves the list and the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEKS = 26
# On a phone a quarter of a year, so that the ticks stand apart.
PHONE_WEEKS = 13
# The channels in which people see each other have a longer tick.
FACE_TO_FACE = frozenset({"meeting", "visit", "event"})
# Of the height: an ordinary tick, one face to face, a one-way one, and the air between that and the line.
SHORT, LONG, ONE_WAY, AIR = 0.29, 0.46, 0.21, 0.04
# A lower drawing, as in a list, has no room for two lengths.
TALL, SMALL = 40.0, 0.4


@dataclass(frozen=True, slots=True)
class Contact:
    """One interaction on the line. ``side`` is ours, theirs or unknown."""

    day: date
    side: str
    two_way: bool
    channel: str = ""

    @property
    def face_to_face(self) -> bool:
        return self.channel in FACE_TO_FACE


@dataclass(frozen=True, slots=True)
class Tick:
    """A stroke from ``y1`` to ``y2`` at ``x``; ``kind`` o (ours), t (theirs), n (not known), x (one-way).

    Up when they began, down when we did, both ways when nobody said; longer when people saw each other.
    """

    x: float
    y1: float
    y2: float
    kind: str


@dataclass(frozen=True, slots=True)
class Month:
    x: float
    first: date


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the line."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The drawing. While a check-in is due: the wait from the last contact to the due day, and what is late since.

    ``tighter`` are the stretches in which an agreement for a while held.
    """

    width: float
    middle: float
    height: float
    ticks: tuple[Tick, ...]
    gap: tuple[float, float] | None
    waiting: tuple[float, float] | None
    late: tuple[float, float] | None
    months: tuple[Month, ...]
    tighter: tuple[Span, ...] = ()

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
    tighter: Sequence[tuple[date, date]] = (),
) -> Rhythm:
    """The last ``weeks`` up to today. What lies outside is left out; the gap is cut at the edge.

    ``tighter`` are the first and last days of agreements for a while.
    """
    first = today - timedelta(weeks=weeks)
    span = (today - first).days
    middle = height / 2

    def x(day: date) -> float:
        return round(max(0.0, min(1.0, (day - first).days / span)) * width, 1)

    gap = waiting = late = None
    if due_on is not None and today >= due_on:
        gap = (x(last_touch_on or first), width)
        waiting = (gap[0], x(due_on))
        late = (x(due_on), width)
    return Rhythm(
        width=width,
        middle=middle,
        height=height,
        ticks=tuple(_tick(contact, x(contact.day), height) for contact in contacts if first <= contact.day <= today),
        gap=gap,
        waiting=waiting,
        late=late,
        months=_months(first, today, x, width),
        tighter=tuple(
            Span(x(begin), round(x(end + timedelta(days=1)) - x(begin), 1))
            for begin, end in tighter
            if begin <= today and end >= first
        ),
    )


def _tick(contact: Contact, x: float, height: float) -> Tick:
    middle = height / 2
    kind = {"ours": "o", "theirs": "t"}.get(contact.side, "n") if contact.two_way else "x"
    near, far = 0.0, LONG if contact.face_to_face else SHORT
    if height < TALL:
        far = SMALL
    if not contact.two_way:
        near, far = AIR, AIR + ONE_WAY
    above, below = contact.side != "ours", contact.side != "theirs"
    up = far if above else -near
    down = far if below else -near
    return Tick(x, round(middle - up * height, 1), round(middle + down * height, 1), kind)


def _months(first: date, today: date, x: Callable[[date], float], width: float) -> tuple[Month, ...]:
    """Where a month begins, without the one whose name would stand beyond the right edge."""
    room = max(28.0, width / 18)
    months = []
    day = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    while day <= today and x(day) <= width - room:
        months.append(Month(x(day), day))
        day = (day + timedelta(days=32)).replace(day=1)
    return tuple(months)
