"""Views that people of the demonstration company saved."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from accounts.models import Team, User
from dashboards import actions
from web.clock import Now

COLUMNS = "columns"
RENEWALS = ("partner", "standing", "direction", "worth", "renewal", "owner")
# Whose, its name, what of the portfolio it shows, and the team for which it is; all colleagues where none is named.
VIEWS: tuple[tuple[str, str, tuple[tuple[str, str], ...], str], ...] = (
    ("mona", "Overdue, most at stake", (("state", "overdue"), ("sort", "at_stake")), ""),
    (
        "mona",
        "Review before year end",
        (("renews", "90"), ("sort", "worth"), *((COLUMNS, name) for name in RENEWALS)),
        "",
    ),
    ("alice", "Paper and packaging", (("tag", "board"),), "North and Baltic"),
)


def write(users: Mapping[str, User], now: Now) -> int:
    """``users`` by first name."""
    for whose, name, query, team in VIEWS:
        actions.save_view(
            actor=users[whose],
            now=now,
            page="portfolio",
            query=urlencode(query),
            name=name,
            sharing="team" if team else "staff",
            team=Team.objects.get(name=team) if team else None,
        )
    return len(VIEWS)
