"""How a zone's clock is changed (pure), as a calendar explains it: a VTIMEZONE of RFC 5545.

Our own, as the package we write calendars with lets each change to summer time happen an hour too late and spells out
every change since 1970. Where a clock is changed by a rule (*the last Sunday in March*), the rule is written, as
calendar programs know those best; elsewhere the changes of the next years are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

from meetings.series import DAY, LAST, WEEKDAYS

# A rule is recognised, and changes without one are told, over so many years from the one before the first event.
YEARS = 16
WEEK = 7 * DAY
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Change:
    """``at`` is the time that the clock showed when it was changed, by the offset from UTC that it had until then."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str


@lru_cache(maxsize=256)
def changes(zone: str, year: int) -> tuple[Change, ...]:
    """The changes of ``YEARS`` years from a year on."""
    there = ZoneInfo(zone)
    moment, end = datetime(year, 1, 1, tzinfo=UTC), datetime(min(year + YEARS, 9998), 1, 1, tzinfo=UTC)
    found = []
    while moment < end:
        # Nobody changes the clock to and fro within a week.
        later = moment + WEEK
        if _offset(moment, there) != _offset(later, there):
            found.append(_change(moment, later, there))
        moment = later
    return tuple(found)


def skipped(local: datetime, zone: str) -> Change | None:
    """The change that leaves out this time of the clock; none where the clock shows it."""
    known = changes(zone, local.year - 1)
    return next((one for one in known if one.at <= local < one.at + (one.after - one.before)), None)


def _offset(moment: datetime, there: ZoneInfo) -> timedelta:
    return moment.astimezone(there).utcoffset() or timedelta(0)


def _change(earlier: datetime, later: datetime, there: ZoneInfo) -> Change:
    before = _offset(earlier, there)
    while later - earlier > SECOND:
        middle = earlier + ((later - earlier) // 2 // SECOND or 1) * SECOND
        if _offset(middle, there) == before:
            earlier = middle
        else:
            later = middle
    name = later.astimezone(there).tzname() or ""
    return Change((later + before).replace(tzinfo=None), before, _offset(later, there), name)


def zone(name: str, year: int) -> Timezone:
    """The zone for events of a year and later."""
    begin = max(year - 1, 1)
    found = changes(name, begin)
    there = ZoneInfo(name)
    at_first = datetime(begin, 1, 1, tzinfo=there)
    offset = at_first.utcoffset() or timedelta(0)
    written = Timezone()
    written.add("TZID", name)
    written.add_component(_observance([Change(datetime(begin, 1, 1), offset, offset, at_first.tzname() or "")], ""))
    for group in _alike(found):
        written.add_component(_observance(group, rule_of(group)))
    return written


def _alike(found: Sequence[Change]) -> list[list[Change]]:
    groups: dict[tuple[timedelta, timedelta, str], list[Change]] = {}
    for change in found:
        groups.setdefault((change.before, change.after, change.name), []).append(change)
    return list(groups.values())


def _observance(group: Sequence[Change], rule: str) -> TimezoneStandard | TimezoneDaylight:
    first = group[0]
    written = TimezoneDaylight() if first.after > first.before else TimezoneStandard()
    written.add("DTSTART", first.at)
    written.add("TZOFFSETFROM", first.before)
    written.add("TZOFFSETTO", first.after)
    if first.name:
        written.add("TZNAME", first.name)
    if rule:
        written.add("RRULE", vRecur.from_ical(rule))
    elif len(group) > 1:
        written.add("RDATE", [change.at for change in group[1:]])
    return written


def rule_of(group: Sequence[Change]) -> str:
    """The rule that all of these follow, one each year to the last; empty where they follow none."""
    years = [change.at.year for change in group]
    months, times = {change.at.month for change in group}, {change.at.time() for change in group}
    weekdays = {change.at.weekday() for change in group}
    if len(group) < YEARS - 1 or any(later - earlier != 1 for earlier, later in pairwise(years)):
        return ""
    if len(months) + len(times) + len(weekdays) != 3:
        return ""
    numbers = set.intersection(*(_numbers(change.at.date()) for change in group))
    if not numbers:
        return ""
    return f"FREQ=YEARLY;BYDAY={min(numbers)}{WEEKDAYS[weekdays.pop()]};BYMONTH={months.pop()}"


def _numbers(day: date) -> set[int]:
    """Which of the weekdays of its month a day is: *the fourth*, and perhaps *the last*."""
    found = {(day.day - 1) // 7 + 1}
    return found | {LAST} if (day + WEEK).month != day.month else found
