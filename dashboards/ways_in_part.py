"""Ways in on the overview of a relationship: what is planned and waits, and where access is thin what fits."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.models import User
from dashboards.people_map import PeopleMap
from meetings import play_words, ways_in
from meetings.views.plays import lines
from relationships.models import Relationship

# The page of the ways in has all of them.
SHOWN = 2


def of(row: Relationship, found: PeopleMap, user: User, today: date) -> dict[str, Any]:
    """Four queries besides what the map of the people has read. Nothing where it ended, or nothing is thin."""
    if row.ended_on is not None:
        return {}
    tried = ways_in.plays_tried(row)
    suggested = ways_in.suggestions(
        row, user, today, ours=list(found.ours.values()), theirs=found.people, talks=found.talks, tried=tried
    )
    told = [play_words.suggested(one, today) for one in suggested]
    open_rows = sorted((play for play in tried if play.is_open), key=lambda play: (play.next_on, play.pk))
    return {
        "ways_suggested": told[: max(SHOWN - len(open_rows), 0)],
        "ways_open": lines(open_rows[:SHOWN], today, {}),
        "ways_more": max(len(told) + len(open_rows) - SHOWN, 0),
    }
