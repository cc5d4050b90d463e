"""Series of meetings (pure): a rule as RFC 5545 writes it, and the days and moments on which its meetings fall.

Of RFC 5545 it knows what people agree on: every so many weeks on weekdays, every so many months on a weekday or a day
of the month, every so many years. A rule that says more is refused and not half understood.

A meeting of a series keeps its time on the clock of the zone, through both clock changes. A time that the clock leaves
out in spring is reckoned as if the clock had not been changed (2:30 is then 3:30); of one that it shows twice in autumn
the first is meant (RFC 5545, 3.3.5). A month without the day asked for, such as 31 April, is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import count, takewhile
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
# As the number of a weekday in a month, and as a day of the month: the last.
LAST = -1
MOST_APART = 99
MOST_TIMES = 999
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Every(StrEnum):
    WEEK = "WEEKLY"
    MONTH = "MONTHLY"
    YEAR = "YEARLY"


# What people choose from before they have chosen a day; the last is whether it is the weekday that counts in a month.
CHOICES: dict[str, tuple[Every, int, bool]] = {
    "week": (Every.WEEK, 1, True),
    "two_weeks": (Every.WEEK, 2, True),
    "three_weeks": (Every.WEEK, 3, True),
    "four_weeks": (Every.WEEK, 4, True),
    "month_weekday": (Every.MONTH, 1, True),
    "month_day": (Every.MONTH, 1, False),
    "quarter": (Every.MONTH, 3, True),
    "year": (Every.YEAR, 1, False),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """How often. Each kind says what it needs and nothing else; what makes no sense raises ``ValueError``.

    ``weekdays``: Monday is 0; of a week any number of them, of a month the one that ``nth`` counts (1 to 4, ``LAST``).
    ``day``: of a month, 1 to 31 or ``LAST``. Of a year it is the day of the first one. ``until`` is the last local
    date, included; ``times`` how many there are, the cancelled ones with them.
    """

    every: Every
    apart: int = 1
    weekdays: tuple[int, ...] = ()
    nth: int = 0
    day: int = 0
    until: date | None = None
    times: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.apart <= MOST_APART:
            raise ValueError("the number of weeks, months or years is out of bounds")
        if self.until is not None and self.times is not None:
            raise ValueError("it ends on a day or after a number of times, not both")
        if self.times is not None and not 1 <= self.times <= MOST_TIMES:
            raise ValueError("the number of times is out of bounds")
        if self.weekdays != tuple(sorted(set(self.weekdays))) or not set(self.weekdays) <= set(range(7)):
            raise ValueError("the weekdays are not in order")
        if not self._fits():
            raise ValueError(f"a rule for every {self.every.name.lower()} cannot say this")

    def _fits(self) -> bool:
        match self.every:
            case Every.WEEK:
                return bool(self.weekdays) and not self.nth and not self.day
            case Every.MONTH if self.nth:
                return len(self.weekdays) == 1 and not self.day and self.nth in (1, 2, 3, 4, LAST)
            case Every.MONTH:
                return not self.weekdays and (1 <= self.day <= 31 or self.day == LAST)
            case Every.YEAR:
                return not self.weekdays and not self.nth and not self.day

    @property
    def ends(self) -> bool:
        return self.until is not None or self.times is not None


# As RFC 5545 writes it -----------------------------------------------------------------------------------------------


def text(rule: Rule, ends_at: datetime | None = None) -> str:
    """The value of an RRULE. ``ends_at``: the start of the last one that may be, for calendars, which want a moment."""
    parts = [f"FREQ={rule.every.value}"]
    if rule.apart > 1:
        parts.append(f"INTERVAL={rule.apart}")
    if rule.weekdays:
        number = str(rule.nth) if rule.nth else ""
        parts.append("BYDAY=" + ",".join(f"{number}{WEEKDAYS[weekday]}" for weekday in rule.weekdays))
    if rule.day:
        parts.append(f"BYMONTHDAY={rule.day}")
    if rule.times is not None:
        parts.append(f"COUNT={rule.times}")
    if rule.until is not None:
        said = f"{ends_at.astimezone(UTC):%Y%m%dT%H%M%SZ}" if ends_at else f"{rule.until:%Y%m%d}"
        # Years before 1000 are written with four digits too, which not every machine does by itself.
        parts.append(f"UNTIL={said.rjust(16 if ends_at else 8, '0')}")
    return ";".join(parts)


def parse(text: str, zone: str = "UTC") -> Rule:
    """The rule that a text says; raises ``ValueError`` where it says what a ``Rule`` cannot. ``zone``: of a moment."""
    said: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, equals, value = part.partition("=")
        if not equals or name in said:
            raise ValueError(f"not a rule: {text[:60]}")
        said[name] = value
    # A week begins on Monday here, as it does where nothing else is said.
    if said.pop("WKST", "MO") != "MO":
        raise ValueError("weeks begin on Monday")
    until, times = said.pop("UNTIL", None), said.pop("COUNT", None)
    weekdays, nth = _weekdays(said.pop("BYDAY", ""))
    rule = Rule(
        every=Every(said.pop("FREQ", "")),
        apart=_number(said.pop("INTERVAL", "1")),
        weekdays=weekdays,
        nth=nth,
        day=_number(said.pop("BYMONTHDAY", "0")),
        until=_last_day(until, zone) if until else None,
        times=_number(times) if times else None,
    )
    if said:
        raise ValueError(f"not known here: {', '.join(said)[:60]}")
    return rule


def _number(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,3}", text):
        raise ValueError(f"not a number: {text[:20]}")
    return int(text)


def _weekdays(text: str) -> tuple[tuple[int, ...], int]:
    """The weekdays, and which of them in a month: *TU,TH* or *1MO*, *-1FR*."""
    if not text:
        return (), 0
    members = text.split(",")
    numbers = {member[:-2] for member in members}
    if len(numbers) > 1 or not {member[-2:] for member in members} <= set(WEEKDAYS):
        raise ValueError(f"not weekdays: {text[:40]}")
    number = numbers.pop()
    nth = _number(number) if number else 0
    return tuple(sorted({WEEKDAYS.index(member[-2:]) for member in members})), nth


def _last_day(text: str, zone: str) -> date:
    if len(text) == 8:
        return datetime.strptime(text, "%Y%m%d").date()
    if text.endswith("Z"):
        moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return moment.astimezone(ZoneInfo(zone)).date()
    return datetime.strptime(text, "%Y%m%dT%H%M%S").date()


# Days ----------------------------------------------------------------------------------------------------------------


def days(rule: Rule, first: date, since: date | None = None) -> Iterator[date]:
    """The days of the rule from ``first``, which is one of them if any is; only those from ``since`` on.

    Without an end it goes on to the end of the calendar.
    """
    left = rule.times
    # What is counted has to be counted from the first one.
    begin = 0 if since is None or left is not None else max(0, _period_of(rule, first, since))
    for number in count(begin):
        members = _members(rule, first, number)
        if members is None:
            return
        for day in members:
            if day < first:
                continue
            if left == 0 or (rule.until is not None and day > rule.until):
                return
            left = None if left is None else left - 1
            if since is None or day >= since:
                yield day


def _period_of(rule: Rule, first: date, day: date) -> int:
    """The number of the week, month or year of the rule in which, or after which, a day lies."""
    match rule.every:
        case Every.WEEK:
            return (_monday(day) - _monday(first)).days // 7 // rule.apart
        case Every.MONTH:
            return ((day.year - first.year) * 12 + day.month - first.month) // rule.apart
        case Every.YEAR:
            return (day.year - first.year) // rule.apart


def _members(rule: Rule, first: date, number: int) -> list[date] | None:
    """The days in a week, month or year of the rule, in order; none where there is no such period any more."""
    ahead = number * rule.apart
    match rule.every:
        case Every.WEEK:
            begin = _monday(first).toordinal() + 7 * ahead
            found = [begin + weekday for weekday in rule.weekdays]
            if begin > date.max.toordinal():
                return None
            return [date.fromordinal(one) for one in found if one <= date.max.toordinal()]
        case Every.MONTH:
            year, month = divmod(first.year * 12 + first.month - 1 + ahead, 12)
            if year > date.max.year:
                return None
            return [day for day in [_in_month(rule, year, month + 1)] if day is not None]
        case Every.YEAR:
            if first.year + ahead > date.max.year:
                return None
            return [day for day in [_day(first.year + ahead, first.month, first.day)] if day is not None]


def _monday(day: date) -> date:
    """The calendar itself begins on one."""
    return day - day.weekday() * DAY


def _in_month(rule: Rule, year: int, month: int) -> date | None:
    last = _last_of(year, month)
    if rule.day:
        return last if rule.day == LAST else _day(year, month, rule.day)
    (weekday,) = rule.weekdays
    if rule.nth == LAST:
        return last - ((last.weekday() - weekday) % 7) * DAY
    begin = date(year, month, 1)
    return begin + ((weekday - begin.weekday()) % 7 + 7 * (rule.nth - 1)) * DAY


def _last_of(year: int, month: int) -> date:
    return next(day for number in (31, 30, 29, 28) if (day := _day(year, month, number)) is not None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def begins(rule: Rule, day: date) -> date | None:
    """The first day of the rule from a day on: that on which its series begins. None where it has none.

    A rule of weeks begins in the week of the day, one of months in its month, where that still has one.
    """
    endless = replace(rule, times=None)
    return next(days(endless, day), None)


def falls(rule: Rule, first: date, day: date) -> bool:
    return day >= first and next(days(rule, first, day), None) == day


def cut(rule: Rule, first: date, at: date) -> tuple[Rule | None, Rule]:
    """The rule up to a day of it, not included, and from that day on. None where nothing comes before."""
    passed = sum(1 for _day in takewhile(lambda day: day < at, days(replace(rule, until=None), first)))
    rest = rule if rule.times is None else replace(rule, times=rule.times - passed)
    former = replace(rule, until=at - DAY, times=None) if passed else None
    return former, rest


def offered(day: date) -> list[Rule]:
    """What a series that begins on a day may be, the most usual first; each of them falls on that day."""
    weekday = (day.weekday(),)
    last = _last_of(day.year, day.month)
    numbers = [(day.day - 1) // 7 + 1] if day.day <= 28 else []
    numbers += [LAST] if last.day - day.day < 7 else []
    rules = [Rule(Every.WEEK, apart, weekdays=weekday) for apart in (1, 2, 3, 4)]
    rules += [Rule(Every.MONTH, weekdays=weekday, nth=nth) for nth in numbers]
    rules += [Rule(Every.MONTH, day=LAST)] if day == last else [Rule(Every.MONTH, day=day.day)]
    rules += [Rule(Every.MONTH, 3, weekdays=weekday, nth=nth) for nth in numbers]
    return [*rules, Rule(Every.YEAR)]


def like(kind: str, day: date, until: date | None = None) -> Rule:
    """The rule that begins on a day, of one of the kinds that people choose from; raises ``KeyError`` for others."""
    every, apart, of_weekday = CHOICES[kind]
    match every:
        case Every.WEEK:
            return Rule(every, apart, weekdays=(day.weekday(),), until=until)
        case Every.MONTH if of_weekday:
            nth = (day.day - 1) // 7 + 1 if day.day <= 28 else LAST
            return Rule(every, apart, weekdays=(day.weekday(),), nth=nth, until=until)
        case Every.MONTH:
            last = day == _last_of(day.year, day.month)
            return Rule(every, apart, day=LAST if last else day.day, until=until)
        case Every.YEAR:
            return Rule(every, apart, until=until)


# Moments -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Series:
    """``first`` is the time on the clock of ``zone`` at which the first one starts; its day is one of the rule.

    ``cancelled`` and ``moved`` name the day on which the rule puts a meeting, wherever it went: the moment to which one
    is moved is aware. Being cancelled outweighs being moved.
    """

    rule: Rule
    first: datetime
    zone: str
    cancelled: frozenset[date] = frozenset()
    moved: Mapping[date, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.first.tzinfo is not None or self.first.fold:
            raise ValueError("the first start is a time on a clock")
        if begins(replace(self.rule, until=None), self.first.date()) != self.first.date():
            raise ValueError("the series does not begin on a day of its rule")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """``on`` is the day of the rule: what names this meeting within its series for good."""

    on: date
    starts_at: datetime
    moved: bool = False


def placed(local: datetime, zone: str) -> datetime:
    """The moment at which the clock of the zone shows a time: what this does at clock changes stands at the top."""
    there = ZoneInfo(zone)
    return local.replace(tzinfo=there, fold=0).astimezone(UTC).astimezone(there)


def start_on(series: Series, day: date) -> datetime:
    """When the one of a day starts as the rule says, moved or not."""
    return placed(datetime.combine(day, series.first.time()), series.zone)


def occurrences(series: Series, since: datetime, until: datetime) -> list[Occurrence]:
    """The meetings that start from one moment on and before another, in the order of their starts."""
    found = []
    # No zone is further from another than so.
    last = min(until.date(), date.max - 2 * DAY) + 2 * DAY
    nearby = days(series.rule, series.first.date(), max(since.date(), date.min + 2 * DAY) - 2 * DAY)
    for day in takewhile(lambda day: day <= last, nearby):
        if day not in series.moved and day not in series.cancelled:
            found.append(Occurrence(day, start_on(series, day)))
    for day, start in series.moved.items():
        if day not in series.cancelled and falls(series.rule, series.first.date(), day):
            found.append(Occurrence(day, start.astimezone(ZoneInfo(series.zone)), moved=True))
    within = (one for one in found if since <= one.starts_at < until)
    return sorted(within, key=lambda one: (one.starts_at, one.on))


def ends_at(series: Series) -> datetime | None:
    """The start of the last one that may be, where the rule ends on a day: what calendars want to know."""
    return None if series.rule.until is None else start_on(series, series.rule.until)
