"""When a weekly mail is due (pure): an hour found through the calendar of a zone, never by adding seven days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MONDAY, TUESDAY = 0, 1
SEVEN = time(7)


def iso_week(day: date) -> str:
    """The name of the week, ``2020-W10``: the period of a weekly mail."""
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02}"


def in_week_of(day: date, weekday: int, hour: time, zone: str) -> datetime:
    """The moment (UTC) of that hour in the ISO week of ``day``, a local date.

    Where clocks go forward over that hour it is the first moment after the jump; where it comes twice, the first one.
    """
    local = datetime.combine(day + timedelta(days=weekday - day.weekday()), hour)
    return first_moment(local, zone)


def first_moment(local: datetime, zone: str) -> datetime:
    """The first moment (UTC) at which clocks in ``zone`` show ``local`` (naive) or later."""
    place = ZoneInfo(zone)
    moment = local.replace(tzinfo=place).astimezone(UTC)
    if moment.astimezone(place).replace(tzinfo=None) == local:
        return moment
    # Clocks never show it: the jump lies between the two readings of the hour, before it and after it.
    before, after = local.replace(tzinfo=place, fold=1).astimezone(UTC), moment
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(place).replace(tzinfo=None) >= local:
            after = middle
        else:
            before = middle
    return after


def day_in(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()
