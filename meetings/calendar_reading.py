"""Calendars of others (pure): the bytes of an iCalendar file in, what takes place in a span of time out.

Only the lines that matter here are looked at, each entry by itself: one that cannot be understood is left out and
named, the others count. The work for one file is bounded, whatever it says. Raises ``UnreadableError`` where the
whole is no calendar, and nothing else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import vDuration
from icalendar.parser import Contentline

from meetings import calendar_rules
from meetings.calendar_lines import BEGINS, Blocks, Entry, UnreadableError, ZoneLines, no_calendar, text_of, value_of
from meetings.calendar_rules import TooMuchError, TooOftenError, Work
from meetings.calendar_times import STAMP, LeftOutError, When, Why, Zones, instant_of, local_of

# By name: the parameters of each line, and its value.
Lines = dict[str, list[tuple[dict[str, str], str]]]
DAY = timedelta(days=1)
# What is spent on one calendar: some seconds. A line taken apart costs as much as eighty days looked at.
STEPS, STEPS_OF_A_LINE, STEPS_OF_A_TIME = 1_500_000, 80, 15
MOST_EVENTS, MOST_NAMED = 3000, 50
LONGEST_TITLE, LONGEST_UID = 300, 250
# What began longer before the span is not looked at, though it may last into it.
LONGEST_EVENT = timedelta(days=31)
ADDRESS = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,190}")


@dataclass(frozen=True, slots=True)
class Person:
    """``address`` in lower case; ``answer`` as they gave it: ``ACCEPTED``, ``DECLINED``, ``TENTATIVE`` or nothing."""

    address: str
    name: str = ""
    answer: str = ""
    invites: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One taking place. ``instance`` says which one of a series, by the beginning that it had at first.

    ``starts`` and ``ends`` are in UTC; of a whole day its midnights in the zone of whoever reads.
    """

    uid: str
    instance: str
    starts: datetime
    ends: datetime
    all_day: bool
    title: str
    place: str = ""
    people: tuple[Person, ...] = ()
    cancelled: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True)
class Skipped:
    name: str
    why: Why


@dataclass(frozen=True, slots=True)
class Calendar:
    """``entries``: how many there are in the file. ``complete``: whether it goes on to its end.

    Of what was left out at most fifty are named; ``left_out`` counts them all.
    """

    events: tuple[Event, ...]
    skipped: tuple[Skipped, ...]
    left_out: int
    entries: int
    complete: bool


def read(body: bytes, *, zone: str, first: datetime, last: datetime, steps: int = STEPS) -> Calendar:
    """What begins from ``first`` to before ``last``, both aware, in the order of time.

    ``zone`` is that of whoever reads: times without any are theirs, as is what a whole day is.
    """
    text = text_of(body)
    if not BEGINS.search(text):
        raise UnreadableError(no_calendar(text))
    blocks = Blocks.of(text)
    reader = _Reader(ZoneInfo(zone), blocks.zones, first, last, Work(steps))
    for entry in blocks.entries:
        reader.take(entry)
    events = sorted(reader.events(), key=lambda event: (event.starts, event.uid, event.instance))
    return Calendar(
        events=tuple(events[:MOST_EVENTS]),
        skipped=tuple(reader.skipped),
        left_out=reader.left_out + max(len(events) - MOST_EVENTS, 0),
        entries=len(blocks.entries),
        complete=blocks.complete and len(events) <= MOST_EVENTS,
    )


# Understanding -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Read:
    """An entry understood."""

    uid: str
    sequence: int
    starts: When
    lasts: timedelta
    instead_of: When | None
    rule: str
    also: tuple[When, ...]
    except_: frozenset[str]
    title: str
    place: str
    people: tuple[Person, ...]
    cancelled: bool
    private: bool


class _Reader:
    def __init__(
        self, zone: ZoneInfo, zones: dict[str, ZoneLines], first: datetime, last: datetime, work: Work
    ) -> None:
        self.zone, self.first, self.last, self.work = zone, first, last, work
        # Local days that may hold something of the span, whichever zone they are told in.
        self.days = (first - DAY).date(), (last + DAY).date()
        self.zones = Zones(zones, *self.days, work)
        # By name and beginning: some programs give one name to all that they write.
        self.series: dict[str, dict[str, _Read]] = {}
        self.changed: dict[tuple[str, str], _Read] = {}
        self.skipped: list[Skipped] = []
        self.left_out = 0

    def take(self, entry: Entry) -> None:
        if not self._may_matter(entry):
            return
        with _Named(self, _title(entry)):
            if not entry.finished:
                raise LeftOutError(Why.UNFINISHED)
            if entry.overlong:
                raise LeftOutError(Why.TOO_MUCH)
            read = self._read(entry)
            if read.instead_of is None:
                kept = self.series.setdefault(read.uid, {})
                if any(other.sequence < read.sequence for other in kept.values()):
                    kept.clear()
                if all(other.sequence <= read.sequence for other in kept.values()):
                    kept[read.starts.key] = read
            else:
                key = read.uid, read.instead_of.key
                before = self.changed.get(key)
                if before is None or before.sequence <= read.sequence:
                    self.changed[key] = read

    def _may_matter(self, entry: Entry) -> bool:
        """What takes place once, long before or after, need not be understood."""
        if {"RRULE", "RDATE", "RECURRENCE-ID"} & entry.lines.keys():
            return True
        match = STAMP.search(value_of(entry.one("DTSTART")))
        if match is None or not entry.finished:
            return True
        day = "".join(match.groups()[:3])
        # Nobody met before 1900; that is a mistake, and told as one.
        return day < "1900" or f"{self.days[0] - LONGEST_EVENT:%Y%m%d}" <= day <= f"{self.days[1]:%Y%m%d}"

    def leave_out(self, title: str, why: Why) -> None:
        self.left_out += 1
        if len(self.skipped) < MOST_NAMED:
            self.skipped.append(Skipped(title, why))

    # Understanding one

    def _read(self, entry: Entry) -> _Read:
        lines = {
            name: [self._parts(line) for line in found] for name, found in entry.lines.items() if name != "SUMMARY"
        }
        if "DTSTART" not in lines:
            raise LeftOutError(Why.NO_START)
        starts = self._when(*lines["DTSTART"][0])
        title = _title(entry)
        instead = lines.get("RECURRENCE-ID")
        return _Read(
            uid=_uid(lines, starts, title),
            sequence=_number(_only(lines, "SEQUENCE")),
            starts=starts,
            lasts=self._lasts(lines, starts),
            instead_of=self._when(*instead[0]) if instead else None,
            rule="" if instead else _only(lines, "RRULE"),
            also=tuple(self._all_of(lines, "RDATE")),
            except_=frozenset(when.key for when in self._all_of(lines, "EXDATE")),
            title=title,
            place=_plain(_only(lines, "LOCATION")),
            people=_people(lines),
            cancelled=_only(lines, "STATUS").upper() == "CANCELLED",
            private=_only(lines, "CLASS").upper() in ("PRIVATE", "CONFIDENTIAL"),
        )

    def _parts(self, line: str) -> tuple[dict[str, str], str]:
        self.work.spend(STEPS_OF_A_LINE + len(line) // 10)
        try:
            _name, parameters, value = Contentline(line).parts()  # type: ignore[no-untyped-call]
        except (ValueError, IndexError, KeyError):
            raise LeftOutError(Why.NOT_UNDERSTOOD) from None
        return {str(name).upper(): _joined(given) for name, given in parameters.items()}, str(value)

    def _when(self, parameters: dict[str, str], value: str) -> When:
        try:
            local, whole_day, utc = local_of(value)
        except ValueError:
            raise LeftOutError(Why.BAD_TIME) from None
        if whole_day:
            return When(local, None)
        if utc:
            return When(local, UTC)
        named = parameters.get("TZID", "")
        when = When(local, self.zones.named(named) if named else self.zone)
        # The first and the last days of all have no place in every zone.
        when.instant(self.zone)
        return when

    def _all_of(self, lines: Lines, name: str) -> Iterator[When]:
        for parameters, values in lines.get(name, []):
            for value in values.split(","):
                self.work.spend(STEPS_OF_A_TIME)
                if value.strip():
                    yield self._when(parameters, value.partition("/")[0])

    def _lasts(self, lines: Lines, starts: When) -> timedelta:
        if "DTEND" in lines:
            ends = self._when(*lines["DTEND"][0])
            lasts = ends.instant(self.zone) - starts.instant(self.zone)
            if starts.all_day and ends.all_day:
                lasts = ends.local - starts.local
        elif "DURATION" in lines:
            lasts = _duration(_only(lines, "DURATION"))
        else:
            lasts = DAY if starts.all_day else timedelta(0)
        return max(lasts, timedelta(0))

    # Taking place

    def events(self) -> list[Event]:
        events: list[Event] = []
        replaced: dict[str, set[str]] = {}
        for uid, key in self.changed:
            replaced.setdefault(uid, set()).add(key)
        for uid, namesakes in self.series.items():
            for number, (key, read) in enumerate(sorted(namesakes.items())):
                named = replace(read, uid=f"{uid} {key}") if number else read
                with _Named(self, read.title):
                    events += self._of_series(named, replaced.get(uid, set()))
        for (_series, key), read in self.changed.items():
            with _Named(self, read.title):
                events += self._event(read, read.starts, key)
        return events

    def _of_series(self, read: _Read, replaced: set[str]) -> list[Event]:
        if not read.rule and not read.also:
            return self._event(read, read.starts, "")
        events: list[Event] = []
        for when in self._beginnings(read):
            key = when.key
            days = {key, f"{when.local:%Y%m%d}"}
            if not days & read.except_ and not days & replaced:
                events += self._event(read, when, key)
        return events

    def _beginnings(self, read: _Read) -> list[When]:
        starts = read.starts
        found = {starts.key: starts}
        if read.rule:
            rule, until = self._rule(read)
            zone = starts.zone
            for local in calendar_rules.occurrences(rule, starts.local, *self.days, self.work, until):
                when = When(local, zone)
                found[when.key] = when
        found |= {when.key: when for when in read.also}
        return [when for when in found.values() if self.days[0] <= when.local.date() <= self.days[1]]

    def _rule(self, read: _Read) -> tuple[calendar_rules.Rule, datetime | None]:
        try:
            rule = calendar_rules.rule_of(read.rule)
            if not rule.until:
                return rule, None
            until, whole_day, utc = local_of(rule.until)
        except TooOftenError:
            raise LeftOutError(Why.TOO_OFTEN) from None
        except ValueError:
            raise LeftOutError(Why.BAD_RULE) from None
        if whole_day:
            return rule, datetime.combine(until.date(), time.max)
        if utc and read.starts.zone:
            until = until.replace(tzinfo=UTC).astimezone(read.starts.zone).replace(tzinfo=None)
        return rule, until

    def _event(self, read: _Read, when: When, key: str) -> list[Event]:
        starts = when.instant(self.zone)
        if not self.first <= starts < self.last:
            return []
        self.work.spend(STEPS_OF_A_LINE)
        # Whole days last as long as the days do, with their change of clocks.
        ends = instant_of(when.local + read.lasts, self.zone) if when.all_day else starts + read.lasts
        return [
            Event(
                uid=read.uid,
                instance=key,
                starts=starts,
                ends=ends,
                all_day=when.all_day,
                title=read.title,
                place=read.place,
                people=read.people,
                cancelled=read.cancelled,
                private=read.private,
            )
        ]


class _Named:
    """What goes wrong inside leaves this entry out, by its name."""

    def __init__(self, reader: _Reader, title: str) -> None:
        self.reader, self.title = reader, title

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if error is None:
            return False
        if isinstance(error, LeftOutError):
            why = error.why
        elif isinstance(error, TooMuchError):
            why = Why.TOO_MUCH
        elif isinstance(error, ValueError | OverflowError):
            # Days before the first and after the last of all.
            why = Why.BAD_TIME
        else:
            return False
        self.reader.leave_out(self.title, why)
        return True


def _only(lines: Lines, name: str) -> str:
    return lines[name][0][1].strip() if name in lines else ""


def _joined(given: object) -> str:
    return ",".join(map(str, given)) if isinstance(given, list | tuple) else str(given)


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


def _uid(lines: Lines, starts: When, title: str) -> str:
    """Its own, or one that stays the same as long as its name and its beginning do."""
    uid = _plain(_only(lines, "UID"))
    if uid and len(uid) <= LONGEST_UID:
        return uid
    return hashlib.sha256(f"{uid} {starts.key} {title}".encode("utf-8", "replace")).hexdigest()


def _duration(text: str) -> timedelta:
    try:
        found = vDuration.from_ical(text)  # type: ignore[no-untyped-call]
    except (ValueError, OverflowError):
        raise LeftOutError(Why.BAD_TIME) from None
    return found if isinstance(found, timedelta) else timedelta(0)


def _title(entry: Entry) -> str:
    """As much of it as can be understood: of one that is left out too, as that is named by it."""
    line = entry.one("SUMMARY")[:4000]
    try:
        return _plain(str(Contentline(line).parts()[2]))  # type: ignore[no-untyped-call]
    except (ValueError, IndexError, KeyError):
        return _plain(value_of(line))


def _plain(text: str) -> str:
    """One line of what can be printed."""
    kept = "".join(one if one.isprintable() else " " for one in text[: 4 * LONGEST_TITLE])
    return " ".join(kept.split())[:LONGEST_TITLE]


def _people(lines: Lines) -> tuple[Person, ...]:
    """Whoever is asked and whoever asks, each once; rooms and machines are nobody."""
    found: dict[str, Person] = {}
    for invites, name in ((False, "ATTENDEE"), (True, "ORGANIZER")):
        for parameters, value in lines.get(name, []):
            address = _address(value) or _address(parameters.get("EMAIL", ""))
            if not address or parameters.get("CUTYPE", "").upper() in ("ROOM", "RESOURCE"):
                continue
            before = found.get(address, Person(address))
            answer = parameters.get("PARTSTAT", "").upper()
            found[address] = Person(
                address,
                before.name or _plain(parameters.get("CN", "")),
                before.answer or (answer if answer in ("ACCEPTED", "DECLINED", "TENTATIVE") else ""),
                before.invites or invites,
            )
    return tuple(found.values())


def _address(text: str) -> str:
    address = text.strip().lower().removeprefix("mailto:").strip()
    return address if ADDRESS.fullmatch(address) and address.isprintable() else ""
