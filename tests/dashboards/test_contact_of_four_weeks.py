"""Contact of the last four weeks: the 28 days of each relationship where it is, whenever and wherever somebody asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from dashboards import actions, book, columns, queries
from dashboards.models import BookCount
from relationships.cadence import State
from relationships.models import Interaction, Relationship
from tests import people
from tests.dashboards.books import touch
from tests.dashboards.test_columns import shown
from web.clock import Now

pytestmark = pytest.mark.django_db
ZONES = [
    "Pacific/Kiritimati", "Pacific/Auckland", "Asia/Tokyo", "Europe/Oslo", "UTC", "America/New_York",
    "Pacific/Pago_Pago",
]  # fmt: skip
# At each of these it is another day somewhere than at the one before.
HOURS = ["00:10", "04:30", "09:59", "10:00", "13:00", "23:30"]


@pytest.mark.parametrize("hour", HOURS)
def test_the_window_is_28_days_where_the_relationship_is(hour: str) -> None:
    instant = datetime.fromisoformat(f"2026-11-29T{hour}").replace(tzinfo=UTC)
    now = Now(instant)
    rows = [people.relationship(zone=zone) for zone in ZONES]
    silent = people.relationship()
    for row in rows:
        there = instant.astimezone(ZoneInfo(row.zone)).date()
        # The first and the last of the days that count, twice, and the two beside them.
        for ago in (0, 0, 27, 28, -1):
            touch(row, there - timedelta(days=ago))
        touch(row, there - timedelta(days=3), two_way=False)
        counted = columns.cells(
            Relationship.objects.select_related("account").get(pk=row.pk),
            shown("columns=happened"),
            State.IN_TOUCH,
            list(Interaction.objects.touches().filter(relationship=row).values_list("occurred_on", flat=True)),
            now,
        )
        assert [cell.text for cell in counted] == ["2"], row.zone
        edge = people.relationship(zone=row.zone)
        touch(edge, there - timedelta(days=28))
    actions.count_book(now=now)
    assert book.latest(people.adam()).value("touch_days") == 2 * len(rows)
    every = Relationship.objects.all()
    assert queries.book(every, now).happening * 20 == pytest.approx(2 * len(rows))
    assert {*every.met_lately(now)} == {*rows}
    assert silent not in every.met_lately(now)


def test_nothing_changes_at_ten_in_the_morning_where_nothing_happened() -> None:
    row = people.relationship(zone="UTC")
    for ago in range(60):
        touch(row, datetime(2026, 11, 29, tzinfo=UTC).date() - timedelta(days=ago))
    counted = []
    for hour in range(0, 24, 3):
        actions.count_book(now=Now(datetime(2026, 11, 29, hour, 30, tzinfo=UTC)))
        counted.append(book.latest(people.adam()).value("touch_days"))
    assert counted == [28.0] * 8
    assert BookCount.objects.count() == 1


def test_the_talk_of_years_is_not_looked_through() -> None:
    """Of each relationship the days of four weeks are found by an index, with the first of them as its bound."""
    now = Now(datetime(2026, 11, 29, 23, 30, tzinfo=UTC))
    row = people.relationship(zone="Pacific/Auckland")
    Interaction.objects.bulk_create(
        Interaction(
            relationship=row, account_id=row.account_id, occurred_on=now.instant.date() - timedelta(days=ago),
            two_way=True, logged_at=now.instant,
        )
        for ago in range(3000)
    )  # fmt: skip
    asked: Any = Interaction.objects.of_late(now).filter(relationship=row).order_by().values("occurred_on")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE relationships_interaction")
        sql, values = asked.query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Only Scan using interaction_touches" in plan and "occurred_on >= '2026-11-01'" in plan, plan
