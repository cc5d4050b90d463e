"""The line of contact (pure): ticks up when they began, down when we did, the open gap at its end.

Shapes are in units of an SVG's view box, so that one picture serves the list and the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from relationships import health

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
class Silence:
    """From one contact to the next, and its days beyond what was agreed for them; each of ``late`` first and last."""

    start: date
    end: date
    every_days: int
    kept: tuple[tuple[date, date], ...] = ()
    late: tuple[tuple[date, date], ...] = ()

    @property
    def days(self) -> int:
        return (self.end - self.start).days


def silences(agreed: health.Rhythm, gaps: Iterable[health.Gap], since: date) -> list[Silence]:
    """Those that ended since a day, by the rule of the score: a day is late beyond T and slack, and put off it is none.

    Where nothing was agreed there is no silence to speak of.
    """
    found = []
    for gap in gaps:
        if gap.end is None or gap.end < since:
            continue
        spells = agreed.spells(gap, gap.end)
        if spells:
            parts = {kept: tuple((one.first, one.last) for one in spells if one.kept is kept) for kept in (True, False)}
            found.append(Silence(gap.start, gap.end, spells[-1].every_days, parts[True], parts[False]))
    return found


def going_on(agreed: health.Rhythm, gaps: Sequence[health.Gap], today: date) -> Silence | None:
    """The silence that is still open, up to today, late by the same rule; none where nothing is agreed."""
    every = agreed.every(today)
    if every is None or not gaps or gaps[-1].end is not None:
        return None
    late = tuple((one.first, one.last) for one in agreed.spells(gaps[-1], today) if not one.kept)
    return Silence(gaps[-1].start, today, every, late=late)


@dataclass(frozen=True, slots=True)
class Listed:
    """A contact as a line: ``silence`` is what it ended, if it ended one."""

    contact: Contact
    silence: Silence | None


def listed(contacts: Iterable[Contact], ended: Iterable[Silence]) -> list[Listed]:
    """The newest first; of several on a day the first one ended the silence."""
    by_day = {one.end: one for one in ended}
    found = []
    for contact in sorted(contacts, key=lambda one: one.day):
        silence = by_day.pop(contact.day, None) if contact.two_way else None
        found.append(Listed(contact, silence))
    return found[::-1]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The drawing. While a check-in is due: the wait from the last contact to the due day, and what is late since.

    ``tighter`` are the stretches in which an agreement for a while held; ``kept`` and ``long`` those of former silences
    within what was agreed and beyond it.
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
    kept: tuple[Span, ...] = ()
    long: tuple[Span, ...] = ()

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
    ended: Sequence[Silence] = (),
) -> Rhythm:
    """The last ``weeks`` up to today. What lies outside is left out; the gap is cut at the edge.

    ``tighter`` are the first and last days of agreements for a while, ``ended`` the silences that are over.
    """
    first = today - timedelta(weeks=weeks)
    span = (today - first).days
    middle = height / 2

    def x(day: date) -> float:
        return round(max(0.0, min(1.0, (day - first).days / span)) * width, 1)

    def spans(found: Iterable[tuple[date, date]]) -> tuple[Span, ...]:
        """Of first and last days, both included."""
        return tuple(
            Span(x(begin), round(x(end + timedelta(days=1)) - x(begin), 1))
            for begin, end in found
            if begin <= today and end >= first
        )

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
        tighter=spans(tighter),
        kept=spans(days for one in ended for days in one.kept),
        long=spans(days for one in ended for days in one.late),
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
