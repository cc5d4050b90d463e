"""Rules of repetition as calendars of others hold them (pure), with a bound on the work.

A day is asked whether it fits a rule, instead of counting from the first day on: what an event of 1995 does in the
weeks of the window costs as much as those weeks have days. Only rules with a number of times are counted from their
beginning. All times are local ones without a zone. What repeats more often than once a day is no appointment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import product

DAY = timedelta(days=1)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
WEEKDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
# A rule is a line; what has more parts or more times of day than these is none that somebody made.
MOST_VALUES, MOST_TIMES = 400, 48


class TooOftenError(ValueError):
    """It repeats more often than once a day."""


class TooMuchError(Exception):
    """The work that may be spent on one calendar is spent."""


@dataclass(slots=True)
class Work:
    """What is left to spend; one step is a day looked at."""

    left: int

    def spend(self, steps: int = 1) -> None:
        self.left -= steps
        if self.left < 0:
            raise TooMuchError


@dataclass(frozen=True, slots=True)
class Rule:
    """RFC 5545, 3.3.10. ``week_days`` as pairs of which one (0: each) and the day; ``until`` as it stands there."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: str = ""
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    year_days: frozenset[int] = frozenset()
    weeks: frozenset[int] = frozenset()
    week_days: frozenset[tuple[int, int]] = frozenset()
    hours: frozenset[int] = frozenset()
    minutes: frozenset[int] = frozenset()
    seconds: frozenset[int] = frozenset()
    positions: frozenset[int] = frozenset()
    week_start: int = 0


def rule_of(text: str) -> Rule:
    """Raises ``TooOftenError`` or another ``ValueError``."""
    parts: dict[str, str] = {}
    for part in text.upper().replace(" ", "").rstrip(";").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise ValueError("no rule")
        parts[name] = value
    frequency = parts.get("FREQ", "")
    if frequency in TOO_OFTEN:
        raise TooOftenError
    if frequency not in FREQUENCIES:
        raise ValueError("no frequency")
    count = _one(parts["COUNT"], 1, 10**9) if "COUNT" in parts else None
    rule = Rule(
        frequency,
        interval=_one(parts.get("INTERVAL", "1"), 1, 10**9),
        count=count,
        until=parts.get("UNTIL", ""),
        months=_some(parts, "BYMONTH", 1, 12),
        month_days=_some(parts, "BYMONTHDAY", 1, 31, signed=True),
        year_days=_some(parts, "BYYEARDAY", 1, 366, signed=True),
        weeks=_some(parts, "BYWEEKNO", 1, 53, signed=True),
        week_days=frozenset(_week_day(part) for part in _values(parts.get("BYDAY", ""))),
        hours=_some(parts, "BYHOUR", 0, 23),
        minutes=_some(parts, "BYMINUTE", 0, 59),
        seconds=_some(parts, "BYSECOND", 0, 59),
        positions=_some(parts, "BYSETPOS", 1, 366, signed=True),
        week_start=WEEKDAYS.index(parts.get("WKST", "MO")),
    )
    if max(len(rule.hours), 1) * max(len(rule.minutes), 1) * max(len(rule.seconds), 1) > MOST_TIMES:
        raise TooOftenError
    return rule


def _one(text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,10}", text) or not least <= int(text) <= most:
        raise ValueError("no number of this kind")
    return int(text)


def _values(text: str) -> list[str]:
    values = text.split(",") if text else []
    if len(values) > MOST_VALUES:
        raise ValueError("too many values")
    return values


def _some(parts: dict[str, str], name: str, least: int, most: int, *, signed: bool = False) -> frozenset[int]:
    found = frozenset(_one(text, -most if signed else least, most) for text in _values(parts.get(name, "")))
    if signed and 0 in found:
        raise ValueError("none is the zeroth")
    return found


def _week_day(text: str) -> tuple[int, int]:
    match = WEEKDAY.fullmatch(text)
    if match is None:
        raise ValueError("no day of the week")
    return int(match[1] or 0), WEEKDAYS.index(match[2])


def occurrences(
    rule: Rule, starts: datetime, first: date, last: date, work: Work, until: datetime | None = None
) -> Iterator[datetime]:
    """The beginnings from ``first`` to ``last``, both included; the first of all is one whatever the rule says.

    ``until`` is the last moment that counts. Raises ``TooMuchError``.
    """
    left = rule.count
    if left is not None:
        left -= 1
    if first <= starts.date() <= last:
        yield starts
    day = starts.date() if left is not None else max(starts.date(), first)
    final = min(last, until.date()) if until else last
    days = _Days(rule, starts, work)
    while day <= final and left != 0:
        work.spend()
        for moment in days.on(day):
            if moment <= starts or (until and moment > until):
                continue
            if left is not None:
                if left == 0:
                    return
                left -= 1
            if day >= first:
                yield moment
        if day == date.max:
            return
        day += DAY


class _Days:
    """What a rule makes of each day."""

    def __init__(self, rule: Rule, starts: datetime, work: Work) -> None:
        self.rule = _completed(rule, starts)
        self.work = work
        self.began = self._period(starts.date())
        hours = sorted(rule.hours) or [starts.hour]
        minutes = sorted(rule.minutes) or [starts.minute]
        seconds = sorted(rule.seconds) or [starts.second]
        self.times = [time(*parts) for parts in product(hours, minutes, seconds)]
        self.positioned: tuple[int, frozenset[datetime]] | None = None

    def on(self, day: date) -> list[datetime]:
        period = self._period(day)
        if (period - self.began) % self.rule.interval or not fits(self.rule, day):
            return []
        moments = [datetime.combine(day, at) for at in self.times]
        if self.rule.positions:
            chosen = self._chosen(period, day)
            moments = [moment for moment in moments if moment in chosen]
        return moments

    def _period(self, day: date) -> int:
        match self.rule.frequency:
            case "YEARLY":
                return day.year
            case "MONTHLY":
                return day.year * 12 + day.month
            case "WEEKLY":
                return (day.toordinal() - 1 - self.rule.week_start) // 7
        return day.toordinal()

    def _chosen(self, period: int, day: date) -> frozenset[datetime]:
        """Of all beginnings of the period that ``day`` lies in, those at the positions of the rule."""
        if self.positioned is None or self.positioned[0] != period:
            days = [day]
            for step in (-DAY, DAY):
                near = day
                while date.min < near < date.max and self._period(near + step) == period:
                    near += step
                    days.append(near)
            self.work.spend(len(days))
            all_of_it = [datetime.combine(one, at) for one in sorted(days) if fits(self.rule, one) for at in self.times]
            chosen = frozenset(
                all_of_it[position - (position > 0)]
                for position in self.rule.positions
                if -len(all_of_it) <= position - (position > 0) < len(all_of_it)
            )
            self.positioned = period, chosen
        return self.positioned[1]


def _completed(rule: Rule, starts: datetime) -> Rule:
    """What a rule leaves unsaid it takes from its first beginning."""
    if rule.weeks or rule.year_days or rule.month_days or rule.week_days or rule.frequency == "DAILY":
        return rule
    said = {name: getattr(rule, name) for name in Rule.__slots__}
    match rule.frequency:
        case "YEARLY":
            said["months"] = rule.months or frozenset({starts.month})
            said["month_days"] = frozenset({starts.day})
        case "MONTHLY":
            said["month_days"] = frozenset({starts.day})
        case "WEEKLY":
            said["week_days"] = frozenset({(0, starts.weekday())})
    return Rule(**said)


def fits(rule: Rule, day: date) -> bool:
    """Whether the day is one of the rule's, whatever the interval."""
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days and not {day.day, day.day - _length(day) - 1} & rule.month_days:
        return False
    if rule.year_days:
        number, length = day.timetuple().tm_yday, 366 if _leap(day.year) else 365
        if not {number, number - length - 1} & rule.year_days:
            return False
    if rule.weeks and not set(_week(day, rule.week_start)) & rule.weeks:
        return False
    return not rule.week_days or _fits_weekday(rule, day)


def _fits_weekday(rule: Rule, day: date) -> bool:
    weekday = day.weekday()
    if (0, weekday) in rule.week_days:
        return True
    if rule.frequency in ("DAILY", "WEEKLY"):
        return any(each == weekday for _which, each in rule.week_days)
    if rule.frequency == "MONTHLY" or rule.months:
        before, after = day.day - 1, _length(day) - day.day
    else:
        before = day.timetuple().tm_yday - 1
        after = (366 if _leap(day.year) else 365) - before - 1
    return (before // 7 + 1, weekday) in rule.week_days or (-(after // 7) - 1, weekday) in rule.week_days


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _length(day: date) -> int:
    if day.month == 2:
        return 29 if _leap(day.year) else 28
    return 30 if day.month in (4, 6, 9, 11) else 31


def _week(day: date, week_start: int) -> tuple[int, int]:
    """Which week of the year it is in, from its beginning and from its end; a week is of the year of its fourth day."""
    fourth = day + (3 - (day.weekday() - week_start) % 7) * DAY
    number = (fourth.timetuple().tm_yday - 1) // 7 + 1
    length = 366 if _leap(fourth.year) else 365
    after = (length - fourth.timetuple().tm_yday) // 7
    return number, -after - 1
