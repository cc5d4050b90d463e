"""What became of a relationship, and when somebody is to be asked for it (pure).

Outcomes are kept so that an organisation can hold its standings against its own history; no standing reads them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

# A renewal may be settled so many days before its day; what was settled earlier is about the one before.
SETTLED_BEFORE = timedelta(days=120)
# The standing is told as it was so many days before.
DAYS_BEFORE = (30, 90)


class Kind(StrEnum):
    RENEWED = "renewed"
    DOWNGRADED = "downgraded"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Came:
    kind: Kind
    on: date


class Because(StrEnum):
    ENDED = "ended"
    RENEWAL = "renewal"


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of it is not noted: it ended, or its renewal day passed, on a day."""

    because: Because
    on: date


def asked(ended_on: date | None, renewal_on: date | None, known: Iterable[Came], today: date) -> Asked | None:
    """Whether to ask what became of it, and why. An end answers for the renewal that it was due for."""
    known = list(known)
    if ended_on is not None and ended_on <= today:
        # An end may be noted before the day on which the work ends.
        noted = any(one.kind is Kind.ENDED and one.on >= ended_on - SETTLED_BEFORE for one in known)
        return None if noted else Asked(Because.ENDED, ended_on)
    if renewal_on is not None and renewal_on <= today:
        noted = any(one.on >= renewal_on - SETTLED_BEFORE for one in known)
        return None if noted else Asked(Because.RENEWAL, renewal_on)
    return None
