"""Times and zones as iCalendar files tell them (pure)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from meetings import calendar_rules
from meetings.calendar_lines import Entry, ZoneLines, value_of
from meetings.calendar_rules import Work

DAY = timedelta(days=1)
STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?", re.ASCII)
OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?", re.ASCII)


class Why(StrEnum):
    """Why an entry was left out."""

    UNFINISHED = "unfinished"
    NOT_UNDERSTOOD = "not_understood"
    NO_START = "no_start"
    BAD_TIME = "bad_time"
    UNKNOWN_ZONE = "unknown_zone"
    BAD_RULE = "bad_rule"
    TOO_OFTEN = "too_often"
    TOO_MUCH = "too_much"


class LeftOutError(ValueError):
    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class When:
    """A local time and its zone; of a whole day its midnight, and no zone."""

    local: datetime
    zone: tzinfo | None

    @property
    def all_day(self) -> bool:
        return self.zone is None

    def instant(self, of_the_reader: tzinfo) -> datetime:
        return instant_of(self.local, self.zone or of_the_reader)

    @property
    def key(self) -> str:
        """The same for the same moment, in whichever zone it is told."""
        if self.zone is None:
            return f"{self.local:%Y%m%d}"
        return f"{instant_of(self.local, self.zone):%Y%m%dT%H%M%SZ}"


def instant_of(local: datetime, zone: tzinfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)


def local_of(text: str) -> tuple[datetime, bool, bool]:
    """The local time, whether it is a whole day, whether it is told in UTC; raises ``ValueError``."""
    match = STAMP.fullmatch(text.strip())
    if match is None:
        raise ValueError("no time")
    year, month, day, hour, minute, second, utc = match.groups()
    at = time(int(hour or 0), int(minute or 0), min(int(second or 0), 59))
    return datetime.combine(date(int(year), int(month), int(day)), at), hour is None, utc is not None


class _GivenZone(tzinfo):
    """A zone as the file describes it: the local times from which an offset holds."""

    def __init__(self, onsets: Iterable[tuple[datetime, timedelta]], before: timedelta) -> None:
        ordered = sorted(onsets)
        self.from_ = [onset for onset, _offset in ordered]
        self.offsets = [before, *(offset for _onset, offset in ordered)]

    def utcoffset(self, dt: datetime | None) -> timedelta:
        return self.offsets[bisect_right(self.from_, dt.replace(tzinfo=None)) if dt else 0]

    def dst(self, dt: datetime | None) -> timedelta:
        return timedelta(0)

    def tzname(self, dt: datetime | None) -> str:
        return ""


class Zones:
    """Zones by the names that a file gives them: of the world, of Windows, and its own."""

    def __init__(self, given: dict[str, ZoneLines], first: date, last: date, work: Work) -> None:
        self.given, self.work = given, work
        # Far enough for what began before the span, and for both changes of the year.
        self.first, self.last = first - 800 * DAY, last + 400 * DAY
        self.known: dict[str, tzinfo | None] = {}

    def named(self, name: str) -> tzinfo:
        name = name.strip().strip('"')
        if name not in self.known:
            self.known[name] = self._found(name)
        zone = self.known[name]
        if zone is None:
            raise LeftOutError(Why.UNKNOWN_ZONE)
        return zone

    def _found(self, name: str) -> tzinfo | None:
        of_windows = WINDOWS_TO_OLSON.get(name, "")
        for candidate in (name, of_windows):
            if zone := _of_the_world(candidate):
                return zone
        if name in self.given:
            return self._described(self.given[name])
        # "/mozilla.org/20050126_1/Europe/Berlin"
        parts = name.split("/")
        return next(
            (zone for at in range(1, min(len(parts), 8)) if (zone := _of_the_world("/".join(parts[at:])))), None
        )

    def _described(self, lines: ZoneLines) -> tzinfo | None:
        onsets: list[tuple[datetime, timedelta]] = []
        before: list[tuple[datetime, timedelta]] = []
        for part in lines.parts:
            try:
                offset, earlier = _offset(value_of(part.one("TZOFFSETTO"))), _offset(value_of(part.one("TZOFFSETFROM")))
                starts = local_of(value_of(part.one("DTSTART")))[0]
                onsets += ((onset, offset) for onset in self._onsets(part, starts))
            except ValueError:
                return None
            before.append((starts, earlier))
        return _GivenZone(onsets, min(before)[1]) if before else None

    def _onsets(self, part: Entry, starts: datetime) -> Iterator[datetime]:
        yield starts
        for line in part.lines.get("RDATE", []):
            yield from (local_of(text.partition("/")[0])[0] for text in value_of(line).split(","))
        if rule_text := value_of(part.one("RRULE")):
            rule = calendar_rules.rule_of(rule_text)
            until = local_of(rule.until)[0] if rule.until else None
            yield from calendar_rules.occurrences(rule, starts, self.first, self.last, self.work, until)


def _of_the_world(name: str) -> tzinfo | None:
    # The folders of the database are no zones, and its names are all of this kind.
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+/-]{1,60}", name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _offset(text: str) -> timedelta:
    match = OFFSET.fullmatch(text)
    if match is None:
        raise ValueError("no offset")
    sign, hours, minutes, seconds = match.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0))
    if offset >= DAY:
        raise ValueError("no offset")
    return -offset if sign == "-" else offset
