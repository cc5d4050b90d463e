"""One-to-ones of the demonstration company: what a manager and two of her team noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from accounts.models import OneToOne, User
from web.clock import Now


@dataclass(frozen=True)
class Held:
    """So many days ago where the manager is."""

    person: str
    ago: int
    note: str
    asked: str = ""


MANAGER = "mona"
HELD = (
    Held("alice", 62, "Bramble & Finch: she writes to both who decide, not to one. We look at it again in October."),
    Held(
        "alice",
        19,
        "The night boat of Havbris comes first; she tells them herself what went wrong with the ice.\n"
        "Osprey Hill: a review before Christmas, and I come along.",
        "A second driver for the Thursday round until the new year.\nAn afternoon a month with nobody ringing.",
    ),
    Held(
        "bob",
        25,
        "Two partners have not heard from us since summer: he rings both this month, and says what came of it.",
        "Somebody from the depot who comes along to the visits.",
    ),
)


def write(users: Mapping[str, User], now: Now) -> int:
    manager = users[MANAGER]
    today = now.today(manager.zone)
    OneToOne.objects.bulk_create(
        OneToOne(
            person=users[one.person],
            manager=manager,
            held_on=today - timedelta(days=one.ago),
            asked=one.asked,
            note=one.note,
            noted_at=now.instant - timedelta(days=one.ago),
        )
        for one in HELD
    )
    return len(HELD)
