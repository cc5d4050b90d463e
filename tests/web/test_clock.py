"""Days are local: in every zone, at both clock changes, in Python and in PostgreSQL alike."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from relationships import cadence, sweep
from relationships.models import Relationship, latest_date, local_date
from tests import people
from web import zones
from web.clock import Now

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
AGREED = [cadence.Interval(date(1990, 1, 1), 14)]


@cache
def clock_changes(zone: str, years: tuple[int, ...] = (2011, 2023, 2024)) -> tuple[datetime, ...]:
    """The instants, to the minute, at which the zone's clocks were moved."""
    there = ZoneInfo(zone)
    found = []
    for year in years:
        day, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
        while day < end:
            after = day + timedelta(days=1)
            if day.astimezone(there).utcoffset() != after.astimezone(there).utcoffset():
                found.append(_change_between(there, day, after))
            day = after
    return tuple(found)


def _change_between(there: ZoneInfo, before: datetime, after: datetime) -> datetime:
    old = before.astimezone(there).utcoffset()
    while after - before > MINUTE:
        middle = before + ((after - before) // 2 // MINUTE) * MINUTE
        if middle.astimezone(there).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def midnights(zone: str) -> list[datetime]:
    """The moment at which a day ends in the zone, in winter and in summer, by its own offset."""
    there = ZoneInfo(zone)
    return [datetime(2024, month, 15, tzinfo=there).astimezone(UTC) for month in (1, 7)]


def twice_midnight(day: date) -> set[str]:
    """Zones in which the clock shows 0:00 of this day twice; the two then mean the first and the second."""
    midnight = datetime.combine(day, time.min)
    return {
        zone
        for zone in zones.names()
        if (there := midnight.replace(tzinfo=ZoneInfo(zone))).utcoffset() > there.replace(fold=1).utcoffset()  # type: ignore[operator]
    }


def wall_date(instant: datetime, zone: str) -> date:
    """The date by adding the offset by hand."""
    offset = instant.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return (instant.replace(tzinfo=None) + offset).date()


@pytest.mark.parametrize("zone", zones.names())
def test_dates_hang_on_the_local_day_alone(zone: str) -> None:
    """Whenever within its local day a touch is logged, the dates stored are the same: clock changes included."""
    stored: dict[date, set[cadence.Schedule]] = defaultdict(set)
    for around in [*clock_changes(zone), *midnights(zone)]:
        for minutes in (-1500, -721, -120, -61, -31, -1, 0, 1, 29, 59, 60, 119, 720, 1499):
            now = Now(around + minutes * MINUTE)
            today = now.today(zone)
            assert today == wall_date(now.instant, zone)
            stored[today].add(cadence.schedule(today=today, last_touch_on=today, intervals=AGREED))
    assert {day: len(found) for day, found in stored.items()} == dict.fromkeys(stored, 1)
    assert all(found.pop().due_on == day + timedelta(days=14) for day, found in stored.items())


@pytest.mark.parametrize("zone", zones.names())
def test_midnight_turns_the_day(zone: str) -> None:
    for midnight in midnights(zone):
        before, after = Now(midnight - timedelta(microseconds=1)).today(zone), Now(midnight).today(zone)
        assert after - before == timedelta(days=1)


@pytest.mark.django_db
def test_postgresql_knows_the_same_date_in_every_zone() -> None:
    """Of years whose rules are settled: Python and PostgreSQL carry time zone tables of different releases."""
    owner, account = people.alice(), people.account()
    Relationship.objects.bulk_create(
        Relationship(account=account, owner=owner, name=zone, zone=zone) for zone in zones.names()
    )
    changes = {change for zone in zones.names() for change in clock_changes(zone)}
    chosen = sorted(changes)[:: max(1, len(changes) // 40)]
    instants = [change + step for change in chosen for step in (-MINUTE, timedelta(0))] + [
        datetime(2024, month, 15, hour, 59, 59, 999999, tzinfo=UTC) for month in (1, 7) for hour in range(24)
    ]
    for instant in instants:
        now = Now(instant)
        found = dict(Relationship.objects.annotate(there=local_date(now)).values_list("zone", "there"))
        assert found == {zone: now.today(zone) for zone in zones.names()}
        assert max(found.values()) <= latest_date(now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.zone, {sweep.TODAY}, {sweep.MOMENT} FROM relationships_relationship r ORDER BY r.id",
            {"day": None, "instant": instants[0]},
        )
        now = Now(instants[0])
        assert cursor.fetchall() == [(zone, now.today(zone), now.moment(zone)) for zone in zones.names()]


@pytest.mark.django_db
def test_named_day_begins_at_the_same_moment_in_python_and_postgresql() -> None:
    owner, account = people.alice(), people.account()
    Relationship.objects.bulk_create(
        Relationship(account=account, owner=owner, name=zone, zone=zone) for zone in zones.names()
    )
    for day in (date(2024, 3, 2), date(2024, 3, 31), date(2024, 10, 27)):
        now = Now.on(day)
        assert set(Relationship.objects.annotate(there=local_date(now)).values_list("there", flat=True)) == {day}
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT r.zone, {sweep.MOMENT} FROM relationships_relationship r",
                {"day": now.day, "instant": now.instant},
            )
            begun = dict(cursor.fetchall())
        assert {zone: moment.astimezone(ZoneInfo(zone)).date() for zone, moment in begun.items()} == dict.fromkeys(
            zones.names(), day
        )
        # Compared in UTC: Python calls no two moments equal where one of them lies in a gap of its zone.
        apart = {zone for zone, moment in begun.items() if moment != now.moment(zone).astimezone(UTC)}
        assert apart <= twice_midnight(day)


@example(instant=datetime(2020, 1, 1), offset=-14 * 60, zone="Pacific/Kiritimati")
@given(
    instant=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    offset=st.integers(-14 * 60, 14 * 60),
    zone=st.sampled_from(zones.names()),
)
def test_latest_date_bounds_every_zone_however_the_instant_is_written(
    instant: datetime, offset: int, zone: str
) -> None:
    now = Now(instant.replace(tzinfo=timezone(offset * MINUTE)))
    assert now.today(zone) <= latest_date(now) <= now.today(zone) + timedelta(days=2)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Niue"])
def test_named_day_is_that_day_everywhere(zone: str) -> None:
    now = Now.parse("2020-03-02")
    assert now.today(zone) == date(2020, 3, 2)
    assert now.moment(zone) == datetime(2020, 3, 2, tzinfo=ZoneInfo(zone))


def test_moment_keeps_its_offset() -> None:
    now = Now.parse("2020-03-02T08:00:00+01:00")
    assert now == Now(datetime(2020, 3, 2, 7, tzinfo=UTC))
    assert (now.today("Europe/Brussels"), now.today("Pacific/Honolulu")) == (date(2020, 3, 2), date(2020, 3, 1))
    assert now.moment("Asia/Tokyo") == now.instant


@pytest.mark.parametrize("text", ["2020-02-30", "yesterday", "2020-03-02T08:00:00", "", "2020-3-2", "20200302"])
def test_text_that_names_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Now.parse(text)


def test_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        Now(datetime(2020, 3, 2))
