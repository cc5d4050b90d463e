"""What somebody was told of a meeting by mail (pure): their messages and what became of each in, the verdict out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Fate(StrEnum):
    """What became of a message once nobody could take it back any more."""

    # Nothing was tried yet.
    NONE = ""
    SENT = "sent"
    # It is tried again.
    HELD_UP = "held up"
    REFUSED = "refused"
    # Handed over and never answered: delivered or not, nobody knows.
    UNSURE = "unsure"
    # Not sent, as it was overtaken or is not for this person any more.
    NEEDLESS = "needless"


@dataclass(frozen=True, slots=True)
class Message:
    """An invitation, an update of it, or with ``off`` a cancellation. ``version`` is the number that calendars know.

    ``shown`` is the digest of what it said; ``at`` when it was sent, or last tried, otherwise when it goes out.
    """

    version: int
    shown: str
    at: datetime
    off: bool = False
    fate: Fate = Fate.NONE


class State(StrEnum):
    NOTHING = "nothing"
    WAITS = "waits"
    SENT = "sent"
    HELD_UP = "held up"
    REFUSED = "refused"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Told:
    """Where it stands with one person: the newest message that matters, and which one they have.

    ``known`` is the last that reached them, where that is another one; ``first``: they had none before.
    ``behind``: what they have says something else than what is planned now.
    """

    state: State
    message: Message | None = None
    known: Message | None = None
    first: bool = True
    behind: bool = False


STATES = {
    Fate.NONE: State.WAITS,
    Fate.SENT: State.SENT,
    Fate.HELD_UP: State.HELD_UP,
    Fate.REFUSED: State.REFUSED,
    Fate.UNSURE: State.UNSURE,
}


def stands(messages: Sequence[Message], shown: str) -> Told:
    """``messages`` to one person in the order of their versions; ``shown`` is what calendars should say now."""
    mattering = [one for one in messages if one.fate is not Fate.NEEDLESS]
    if not mattering:
        return Told(State.NOTHING)
    newest = mattering[-1]
    reached = [one for one in mattering if one.fate is Fate.SENT]
    has = reached[-1] if reached else None
    return Told(
        STATES[newest.fate],
        newest,
        known=has if has is not newest else None,
        first=not any(one.fate is Fate.SENT for one in mattering[:-1]),
        behind=has is not None and not has.off and has.shown.partition(":")[0] != shown,
    )
