"""Monday at seven in every zone, on both sides of every change of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail import hours
from web import zones

WEEK = timedelta(days=7)


def test_monday_at_seven_is_seven_in_every_zone_all_year_round() -> None:
    not_168_hours = 0
    for zone in zones.names():
        before: datetime | None = None
        for week in range(53 * 3):
            moment = hours.in_week_of(date(2024, 1, 3) + week * WEEK, hours.MONDAY, hours.SEVEN, zone)
            local = moment.astimezone(ZoneInfo(zone))
            assert (local.time(), local.weekday()) == (time(7), 0), (zone, local)
            not_168_hours += before is not None and moment - before != WEEK
            before = moment
    assert not_168_hours > 100


@given(
    local=st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2037, 12, 1)),
    zone=st.sampled_from(zones.names()),
)
def test_first_moment_is_the_first_that_shows_the_hour_or_later(local: datetime, zone: str) -> None:
    local = local.replace(microsecond=0)
    moment = hours.first_moment(local, zone)
    place = ZoneInfo(zone)
    assert moment.astimezone(place).replace(tzinfo=None) >= local
    assert (moment - timedelta(seconds=1)).astimezone(place).replace(tzinfo=None) < local


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        # Clocks go from 2:00 to 3:00.
        ("Europe/Oslo", datetime(2026, 3, 29, 2, 30), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        # 2:30 comes twice.
        ("Europe/Oslo", datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        # Half an hour is left out.
        ("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 10), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        # A whole day is left out.
        ("Pacific/Apia", datetime(2011, 12, 30, 7, 0), datetime(2011, 12, 30, 10, 0, tzinfo=UTC)),
    ],
)
def test_first_moment_where_the_hour_is_left_out_or_comes_twice(zone: str, local: datetime, expected: datetime) -> None:
    assert hours.first_moment(local, zone) == expected


def test_week_of_a_sunday_began_six_days_before() -> None:
    assert hours.in_week_of(date(2026, 3, 8), hours.MONDAY, hours.SEVEN, "UTC") == datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert hours.in_week_of(date(2026, 3, 2), hours.TUESDAY, hours.SEVEN, "UTC") == datetime(2026, 3, 3, 7, tzinfo=UTC)


def test_week_belongs_to_the_year_of_its_thursday() -> None:
    assert [hours.iso_week(day) for day in (date(2027, 1, 1), date(2020, 3, 2))] == ["2026-W53", "2020-W10"]
