"""What the calendar of a person knows (pure): whom an event was with, and when to read the calendar again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# What is read of a calendar, and what is asked about: who met somebody two months ago remembers no more.
READ_BACK, READ_AHEAD = timedelta(days=60), timedelta(days=60)
ASKED_BACK, ASKED_AHEAD = timedelta(days=30), timedelta(days=14)
# What was settled is kept until it cannot come back, so that nothing asks twice.
KEPT = timedelta(days=90)
EVERY = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(days=1)
# A calendar that says it is unchanged is read anew all the same: the people that we know may have changed.
ANEW = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody at an event whose address is that of a person of theirs, in a relationship with their organisation."""

    address: str
    contact: int
    relationship: int


def is_sure(matches: Iterable[Match]) -> bool:
    """Whether each address is that of one person in one relationship; where one is not, somebody has to choose."""
    meant: dict[str, tuple[int, int]] = {}
    return all(
        meant.setdefault(match.address, (match.contact, match.relationship)) == (match.contact, match.relationship)
        for match in matches
    )


def next_reading(now: datetime, failures: int) -> datetime:
    """After each failure in a row twice as late, up to a day."""
    pause = EVERY * (1 << min(failures, 12))
    return now + min(pause, LONGEST_PAUSE)
