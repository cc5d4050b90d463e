"""Quarters of the calendar (pure): *2026Q3* in addresses and figures, *July to September 2026* on pages.

Several of them, *2025Q4-2026Q3*, are one span of days.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = 3
WRITTEN = re.compile(r"([0-9]{4})Q([1-4])", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Of a year, the ``number``-th of four; as text *2026Q3*, as PostgreSQL writes ``to_char(day, 'YYYY"Q"Q')``."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Quarter:
        return cls(day.year, (day.month - 1) // MONTHS + 1)

    @classmethod
    def parse(cls, text: str) -> Quarter | None:
        """Nothing for a text that is no quarter of a year that dates can have."""
        found = WRITTEN.fullmatch(text)
        # The year 9999 has no day after it.
        return cls(int(found[1]), int(found[2])) if found and 1 <= int(found[1]) < 9999 else None

    def __str__(self) -> str:
        return f"{self.year:04}Q{self.number}"

    @property
    def first(self) -> date:
        return date(self.year, (self.number - 1) * MONTHS + 1, 1)

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> Quarter:
        return Quarter(self.year, self.number + 1) if self.number < 4 else Quarter(self.year + 1, 1)

    @property
    def before(self) -> Quarter:
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)


@dataclass(frozen=True, slots=True)
class Quarters:
    """From one quarter to another, both with it; as text *2025Q4-2026Q3*."""

    since: Quarter
    until: Quarter

    def __str__(self) -> str:
        return f"{self.since}-{self.until}"

    @property
    def first(self) -> date:
        return self.since.first

    @property
    def last(self) -> date:
        return self.until.last


def parse(text: str) -> Quarter | Quarters | None:
    """One or several, as ``str`` writes them; nothing for a text that is neither."""
    first, dash, last = text.partition("-")
    since, until = Quarter.parse(first), Quarter.parse(last)
    if not dash:
        return since
    return Quarters(since, until) if since and until and since < until else None


def latest(day: date, count: int) -> list[Quarter]:
    """The quarter of the day and those before it, newest first."""
    found = [Quarter.of(day)]
    while len(found) < count:
        found.append(found[-1].before)
    return found
