"""A meeting with Alice's partner tomorrow, and how its agenda reads."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from meetings import actions
from meetings.arranging import Arranged, arranged
from meetings.models import AgendaItem, Meeting
from relationships.models import Relationship
from tests import people
from web.clock import Now

NOW = Now(datetime(2026, 11, 23, 9, tzinfo=UTC))
TODAY = date(2026, 11, 23)
TOMORROW = datetime(2026, 11, 24, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def partner(**fields: Any) -> Relationship:
    """In the last stage, so that no criterion is open on the way to a next one."""
    return people.relationship(stage="partner", **fields)


def meeting(*partners: Relationship, now: Now = NOW, **more: Any) -> Meeting:
    values: dict[str, Any] = {"title": "Check-in", "starts_at": TOMORROW, "zone": "UTC"}
    relationships = list(partners) or [partner()]
    actor = more.pop("actor", None) or people.alice()
    return actions.plan_meeting(actor=actor, now=now, relationships=relationships, **(values | more)).row


def of(row: Meeting, now: Now = NOW) -> Arranged:
    return arranged(Meeting.objects.get(pk=row.pk), now)


def titles(row: Meeting, now: Now = NOW) -> list[str]:
    return [item.title for item in of(row, now).standing]


def key(row: Meeting, title: str, now: Now = NOW) -> str:
    (found,) = [item.key for item in of(row, now).items.values() if item.title == title]
    return found


def add(row: Meeting, *names: str, **more: Any) -> AgendaItem:
    """The last of the items that were added."""
    by = {"actor": people.alice(), "now": NOW, **more}
    return [actions.add_item(meeting=row, title=name, **by).row for name in names][-1]


def hold(row: Meeting) -> None:
    """As if it had been held, without what follows from that."""
    actions.settle(row, actor=None, now=NOW)
    Meeting.objects.filter(pk=row.pk).update(state=Meeting.State.HELD)
    row.parties.update(state=Meeting.State.HELD)
