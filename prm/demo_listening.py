"""Where the demonstration company listens, and what came in there that somebody has yet to sort."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from accounts.models import User
from relationships import actions
from relationships.models import Heard, ListeningPost, Relationship
from web.clock import Now


@dataclass(frozen=True)
class Planned:
    name: str
    kind: str
    covers: str
    owner: str
    public: bool = False
    partner: str = ""
    closed: int | None = None


POSTS = (
    Planned("Loading bay", "form", "Drivers and night shifts: what would make loading easier?", "alice", public=True),
    Planned("Havbris night shift", "form", "The people who pack at night.", "alice", public=True,
            partner="Havbris Sea Farm"),
    Planned("Support line", "support", "Calls to the service desk, noted by whoever takes them.", "bob"),
    Planned("Open house in Hamburg", "visit", "What visitors said at the reuse day.", "carla"),
    Planned("Portal test, spring", "test", "Six people of theirs at the first draft of the portal.", "dev", closed=40),
)  # fmt: skip
CAME_IN: tuple[tuple[int, str, dict[str, str]], ...] = (
    (2, "The ramp light goes out at ten. We load in the dark until half past five.",
     {"nature": "complaint", "name": "Sigrid", "organisation": "Fjordfôr Feed", "behalf_of": "the night drivers"}),
    (1, "Could the bay numbers be painted on the ground too? In snow nobody sees the signs.",
     {"nature": "suggestion", "organisation": "Nordhavn", "noted_by": "Ben from the gate"}),
    (0, "Thank you for the coffee machine.", {"nature": "praise"}),
)  # fmt: skip

AT_NIGHT: tuple[dict[str, str], ...] = (
    {"text": "The new trays stick together when they are wet. We lose a minute on every box.", "nature": "complaint",
     "behalf_of": "the packing line"},
    {"text": "The strapping machine again, at four.", "name": "Jorunn"},
)  # fmt: skip


def write(named: Mapping[str, Relationship], users: Mapping[str, User], now: Now) -> int:
    posts = ListeningPost.objects.bulk_create(
        ListeningPost(
            name=one.name,
            kind=one.kind,
            covers=one.covers,
            owner=users[one.owner],
            public=one.public,
            relationship=named[one.partner] if one.partner else None,
            opened_on=now.instant.date() - timedelta(days=300),
            closed_on=None if one.closed is None else now.instant.date() - timedelta(days=one.closed),
        )
        for one in POSTS
    )
    values: list[dict[str, Any]] = [
        {"text": text, "heard_at": now.instant - timedelta(days=ago, hours=3), **said} for ago, text, said in CAME_IN
    ]
    aside = {"set_aside_at": now.instant, "set_aside_by": users["alice"], "set_aside_why": "An advertisement"}
    values.append(
        {"text": "Best prices for pallets, write to us", "heard_at": now.instant - timedelta(days=5), **aside}
    )
    Heard.objects.bulk_create(Heard(post=posts[0], **one) for one in values)
    # At the post of one partner: what says its kind is feedback at once, what does not waits for it.
    for nth, said in enumerate(AT_NIGHT):
        actions.hear(now=now, post=posts[1], form=f"demonstration {nth}", **said)
    return len(posts)
