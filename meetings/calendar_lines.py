"""The lines of an iCalendar file (pure): whole again, and each entry by itself, without what does not matter here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

# So many entries are looked at, so many lines of one name in each, so long; and so many lines of all of them are kept,
# which is more than any calendar of ten megabytes has that people live by.
MOST_ENTRIES, MOST_LINES, LONGEST_LINE, MOST_KEPT = 50_000, 200, 64 * 1024, 200_000
# A zone has a few parts; one that was never right has hundreds.
MOST_ZONES, MOST_PARTS = 2_000, 200
ONCE = {"UID", "RECURRENCE-ID", "DTSTART", "DTEND", "DURATION", "SUMMARY", "LOCATION", "ORGANIZER", "STATUS"}
ONCE |= {"RRULE", "SEQUENCE", "CLASS"}
WANTED = ONCE | {"ATTENDEE", "RDATE", "EXDATE"}
OF_A_ZONE = {"TZID", "DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"}
LINE = re.compile(r"^([A-Za-z0-9-]{1,40})[;:].*", re.MULTILINE)
BEGINS = re.compile(r"^BEGIN:VCALENDAR\s*$", re.IGNORECASE | re.MULTILINE)
PAGE = re.compile(r"<(!doctype|html|head|body)\b", re.IGNORECASE)


class Unreadable(StrEnum):
    EMPTY = "empty"
    A_PAGE = "a_page"
    NO_CALENDAR = "no_calendar"


class UnreadableError(ValueError):
    def __init__(self, why: Unreadable) -> None:
        super().__init__(why.value)
        self.why = why


def text_of(body: bytes) -> str:
    """Lines whole again, without what no text holds.

    All of that in bytes: a text with one character from far away takes four times as much, each time it is copied.
    """
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        body = body.decode("utf-16", "replace").encode("utf-8", "replace")
    body = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\0", b"")
    return body.replace(b"\n ", b"").replace(b"\n\t", b"").decode("utf-8-sig", "replace")


def no_calendar(text: str) -> Unreadable:
    if not text.strip():
        return Unreadable.EMPTY
    return Unreadable.A_PAGE if PAGE.search(text[:5000]) else Unreadable.NO_CALENDAR


@dataclass(slots=True)
class Entry:
    """The lines of one entry that matter, by name."""

    lines: dict[str, list[str]] = field(default_factory=dict)
    finished: bool = False

    def add(self, name: str, line: str) -> bool:
        """Whether it was kept."""
        lines = self.lines.setdefault(name, [])
        # What may stand there once and stands there twice counts as it stood first.
        wanted = not lines or (name not in ONCE and len(lines) < MOST_LINES)
        if wanted:
            lines.append(line[:LONGEST_LINE])
        return wanted

    @property
    def overlong(self) -> bool:
        """Whether a line other than its title was cut: then nobody knows what it said."""
        return any(
            len(line) >= LONGEST_LINE for name, found in self.lines.items() if name != "SUMMARY" for line in found
        )

    def one(self, name: str) -> str:
        return self.lines[name][0] if name in self.lines else ""


@dataclass(slots=True)
class ZoneLines:
    name: str = ""
    parts: list[Entry] = field(default_factory=list)


class Blocks:
    """The entries and the zones of a file. What is inside of an entry (an alarm) is passed over."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.zones: dict[str, ZoneLines] = {}
        self.complete = False
        self._stack: list[str] = []
        self._zone = ZoneLines()
        # Where lines of the part of a zone go that is open.
        self._part = Entry()
        self._kept = 0

    @classmethod
    def of(cls, text: str) -> Blocks:
        blocks = cls()
        for match in LINE.finditer(text):
            blocks._take(match[1].upper(), match[0])
            if len(blocks.entries) > MOST_ENTRIES or blocks._kept > MOST_KEPT:
                return blocks
        blocks.complete = not blocks._stack
        return blocks

    def _take(self, name: str, line: str) -> None:
        if name == "BEGIN":
            self._begin(line[6:].strip().upper()[:40])
        elif name == "END":
            self._end(line[4:].strip().upper()[:40])
        elif self._stack and self._stack[-1] == "VEVENT" and name in WANTED:
            self._kept += self.entries[-1].add(name, line)
        elif name in OF_A_ZONE and "VTIMEZONE" in self._stack[-2:]:
            if name == "TZID":
                self._zone.name = value_of(line)
                if len(self.zones) < MOST_ZONES:
                    self.zones.setdefault(self._zone.name, self._zone)
            elif self._stack[-1] in ("STANDARD", "DAYLIGHT"):
                self._kept += self._part.add(name, line)

    def _begin(self, kind: str) -> None:
        if kind == "VEVENT":
            # One that never ended is not finished; what follows is none of its.
            while "VEVENT" in self._stack:
                self._stack.pop()
            self.entries.append(Entry())
        elif kind == "VTIMEZONE":
            self._zone = ZoneLines()
        elif kind in ("STANDARD", "DAYLIGHT"):
            self._part = Entry()
            if len(self._zone.parts) < MOST_PARTS:
                self._zone.parts.append(self._part)
        # Deeper than anything that is read there is nothing to keep apart.
        if len(self._stack) < 20:
            self._stack.append(kind)

    def _end(self, kind: str) -> None:
        if kind not in self._stack:
            return
        while (ended := self._stack.pop()) != kind:
            pass
        if ended == "VEVENT":
            self.entries[-1].finished = True


def value_of(line: str) -> str:
    return line.partition(":")[2].strip()
