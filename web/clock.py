"""The one reading of the clock that a request, a task or a command passes down."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Now:
    """The moment at which something is done.

    ``instant`` is aware. ``day`` is set when somebody named a day instead of a moment (``--as-of 2020-03-02``):
    then it is that local date in every zone, and the moment is the first one of that day in the zone asked for.
    """

    instant: datetime
    day: date | None = None

    def __post_init__(self) -> None:
        if self.instant.tzinfo is None:
            raise ValueError("Now needs an aware datetime")

    @classmethod
    def read(cls) -> Now:
        """The real clock; called once, at the edge."""
        return cls(datetime.now(UTC))

    @classmethod
    def on(cls, day: date) -> Now:
        return cls(instant=datetime.combine(day, time.min, UTC), day=day)

    @classmethod
    def parse(cls, text: str) -> Now:
        """A day (``2020-03-02``) or a moment with its offset (``2020-03-02T08:00:00+01:00``).

        Raises ``ValueError`` with a sentence for the person who typed it.
        """
        try:
            if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
                return cls.on(date.fromisoformat(text))
            moment = datetime.fromisoformat(text)
        except ValueError:
            sentence = f"takes a day such as 2020-03-02 or a moment such as 2020-03-02T08:00:00+01:00, not “{text}”"
            raise ValueError(sentence) from None
        if moment.tzinfo is None:
            raise ValueError("a moment needs its offset, as in 2020-03-02T08:00:00+01:00")
        return cls(instant=moment)

    def today(self, zone: str) -> date:
        """The local date in ``zone``, an IANA name."""
        return self.day or self.instant.astimezone(ZoneInfo(zone)).date()

    def moment(self, zone: str) -> datetime:
        """The instant, or the first one of the named day in ``zone``."""
        return datetime.combine(self.day, time.min, ZoneInfo(zone)) if self.day else self.instant
