"""Each other's meetings (pure): theirs that we sat in on, ours that they were asked into, and their share over time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting with a partner that was held. ``internal``: one side's own, ``ours`` or theirs, to which the other came
    or was asked; ``came``: somebody of the other side was there."""

    on: date
    internal: bool
    ours: bool
    came: bool


@dataclass(frozen=True, slots=True)
class Span:
    """What was held from ``begins`` on, for a quarter or a year. ``ours``: asked into ours; ``theirs``: we sat in."""

    begins: date
    ours: int = 0
    came: int = 0
    theirs: int = 0
    all: int = 0

    @property
    def internal(self) -> int:
        return self.ours + self.theirs

    @property
    def per_cent(self) -> int:
        """What share of all meetings with them was one side's own, rounded."""
        return round(100 * self.internal / self.all) if self.all else 0


@dataclass(frozen=True, slots=True)
class Year:
    """Four quarters, the last of them the running one, and all of them together."""

    quarters: tuple[Span, ...]

    @property
    def whole(self) -> Span:
        return Span(
            self.quarters[0].begins,
            sum(one.ours for one in self.quarters),
            sum(one.came for one in self.quarters),
            sum(one.theirs for one in self.quarters),
            sum(one.all for one in self.quarters),
        )


def quarter_of(day: date) -> date:
    """The first day of the quarter of the calendar."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def first_day(today: date) -> date:
    """Where the four quarters begin."""
    return next(_begins(today))


def _begins(today: date) -> Iterator[date]:
    first = quarter_of(today)
    found = [first]
    for _number in range(QUARTERS - 1):
        first = quarter_of(first - timedelta(days=1))
        found.append(first)
    yield from reversed(found)


def year(meetings: Iterable[Held], today: date) -> Year:
    """The quarters up to today; what lies outside of them, or is still to come, is left out.

    A meeting of theirs counts once one of us was there; one of ours as soon as they were asked.
    """
    told: dict[date, list[Held]] = {begins: [] for begins in _begins(today)}
    for one in meetings:
        begins = quarter_of(one.on)
        if begins in told and one.on <= today:
            told[begins].append(one)
    return Year(tuple(_span(begins, rows) for begins, rows in told.items()))


def _span(begins: date, rows: Iterable[Held]) -> Span:
    ours = came = theirs = count = 0
    for one in rows:
        count += 1
        ours += one.internal and one.ours
        came += one.internal and one.ours and one.came
        theirs += one.internal and not one.ours and one.came
    return Span(begins, ours, came, theirs, count)
