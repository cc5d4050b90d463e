"""Calendar files (pure): meetings in, the bytes of an RFC 5545 calendar out, as invitation, cancellation or feed.

What people typed is cleaned of all that a calendar cannot hold: control characters, halves of characters, marks that
turn a line round. Moments are written as times of their zone with that zone beside them, so that a series keeps its
time on the clock; one that the clock of the zone cannot name, the second 2:30 of a night in autumn, is written in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, vCalAddress, vRecur
from icalendar import Event as VEvent

from meetings import series, zone_writing
from meetings.series import Series

PRODUCT = "-//Concord//Meetings//EN"
# Longer ones are cut: some programs give up on them, and nobody reads on.
LONGEST_LINE = 400
LONGEST_TEXT = 8_000
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]"
)
_BREAKS = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_HALVES = re.compile("[\ud800-\udfff]")
# What stands between an address and the rest of a property.
_NO_ADDRESS = re.compile(r"[\x00-\x20\x7f-\x9f\"<>,;:\\]")


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


class Answer(StrEnum):
    NONE = "NEEDS-ACTION"
    COMES = "ACCEPTED"
    MAYBE = "TENTATIVE"
    DECLINED = "DECLINED"


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Guest:
    person: Person
    answer: Answer = Answer.NONE


@dataclass(frozen=True, slots=True)
class Event:
    """A meeting, or a series with what differs in it.

    ``starts_at`` is aware and ``zone`` the one to show it in. ``sequence`` rises with each message about one ``uid``.
    ``series`` makes it a series, whose ``first`` start takes the place of ``starts_at``; ``differing`` are its meetings
    that are not as the rule says. ``instead_of`` makes it one meeting of a series: the start that the rule gives it.
    """

    uid: str
    sequence: int
    starts_at: datetime
    minutes: int
    zone: str
    title: str
    organiser: Person
    guests: Sequence[Guest] = ()
    place: str = ""
    link: str = ""
    description: str = ""
    series: Series | None = None
    differing: Sequence[Event] = ()
    instead_of: datetime | None = None
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class AllDay:
    """Something for a day, such as a check-in that is due; it takes nobody's time."""

    uid: str
    day: date
    title: str
    organiser: Person
    description: str = ""
    link: str = ""


def alone(event: Event, guest: Guest) -> Event:
    """The event as a message to one person about that person alone."""
    return replace(event, guests=[guest], description="")


# Text ----------------------------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """Several lines of text without what a calendar cannot hold; cut where it is far too long."""
    lines = _HALVES.sub("\ufffd", _UNSEEN.sub("", _BREAKS.sub("\n", text))).strip()
    return lines if len(lines) <= LONGEST_TEXT else f"{lines[: LONGEST_TEXT - 1].rstrip()}…"


def line(text: str) -> str:
    """One line of it."""
    said = " ".join(clean(text).split())
    return said if len(said) <= LONGEST_LINE else f"{said[: LONGEST_LINE - 1].rstrip()}…"


# Files ---------------------------------------------------------------------------------------------------------------


def request(event: Event, stamp: datetime) -> bytes:
    """An invitation, or an update of one. ``stamp``: when it was written."""
    return _written(_calendar(Method.REQUEST), [event, *event.differing], Method.REQUEST, stamp)


def cancel(event: Event, stamp: datetime) -> bytes:
    """That it does not take place, or that those named are not wanted any more."""
    return _written(_calendar(Method.CANCEL), [event], Method.CANCEL, stamp)


def feed(name: str, events: Iterable[Event], days: Iterable[AllDay], stamp: datetime) -> bytes:
    """All that a person's calendar program shows; ``name`` is what it calls the calendar."""
    calendar = _calendar(Method.PUBLISH)
    calendar.add("X-WR-CALNAME", line(name))
    calendar.add("NAME", line(name))
    calendar.add("REFRESH-INTERVAL", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", "PT1H")
    for day in days:
        calendar.add_component(_all_day(day, stamp))
    return _written(calendar, events, Method.PUBLISH, stamp)


def _calendar(method: Method) -> Calendar:
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", method.value)
    return calendar


def _written(calendar: Calendar, events: Iterable[Event], method: Method, stamp: datetime) -> bytes:
    written = [(_event(event, method, stamp), event) for event in events]
    # A calendar explains its zones before it uses them.
    for zone, year in _zones(written).items():
        calendar.add_component(zone_writing.zone(zone, year))
    for component, _of in written:
        calendar.add_component(component)
    return bytes(calendar.to_ical())


def _zones(written: Sequence[tuple[VEvent, Event]]) -> dict[str, int]:
    """The zones that times are said in, each with the year of the earliest."""
    found: dict[str, int] = {}
    for component, event in written:
        for name in ("DTSTART", "DTEND", "RECURRENCE-ID"):
            said: Any = component.get(name)
            if said is not None and "TZID" in said.params:
                found[event.zone] = min(said.dt.year, found.get(event.zone, date.max.year))
    return dict(sorted(found.items()))


def _event(event: Event, method: Method, stamp: datetime) -> VEvent:
    written = VEvent()
    written.add("UID", event.uid)
    written.add("DTSTAMP", stamp.astimezone(UTC).replace(microsecond=0))
    written.add("SEQUENCE", event.sequence)
    _add_time(written, event)
    _add_text(written, "SUMMARY", line(event.title) or "–")
    _add_text(written, "LOCATION", line(event.place))
    _add_text(written, "DESCRIPTION", clean(event.description))
    _add_link(written, event.link)
    gone = method is Method.CANCEL or event.cancelled
    written.add("STATUS", "CANCELLED" if gone else "CONFIRMED")
    written["ORGANIZER"] = _address(event.organiser)
    if method is not Method.PUBLISH:
        for guest in event.guests:
            written.add("ATTENDEE", _attendee(guest, gone), encode=False)
    return written


def _all_day(day: AllDay, stamp: datetime) -> VEvent:
    written = VEvent()
    written.add("UID", day.uid)
    written.add("DTSTAMP", stamp.astimezone(UTC).replace(microsecond=0))
    written.add("SEQUENCE", 0)
    written.add("DTSTART", day.day)
    _add_text(written, "SUMMARY", line(day.title) or "–")
    _add_text(written, "DESCRIPTION", clean(day.description))
    _add_link(written, day.link)
    written.add("TRANSP", "TRANSPARENT")
    written["ORGANIZER"] = _address(day.organiser)
    return written


# Properties ----------------------------------------------------------------------------------------------------------


def _add_time(written: VEvent, event: Event) -> None:
    there = ZoneInfo(event.zone)
    if event.series is None:
        start = _nameable(event.starts_at.astimezone(there))
        if event.instead_of is not None:
            # As the rule names it: by its time on the clock, also where that is shown twice or not at all.
            written.add("RECURRENCE-ID", event.instead_of.astimezone(there).replace(fold=0))
    else:
        start = event.series.first.replace(tzinfo=there)
        rule = series.text(event.series.rule, series.ends_at(event.series))
        written.add("RRULE", vRecur.from_ical(rule))
        for day in sorted(event.series.cancelled):
            written.add("EXDATE", datetime.combine(day, event.series.first.time(), there))
    written.add("DTSTART", start)
    end = (start.astimezone(UTC) + timedelta(minutes=event.minutes)).astimezone(start.tzinfo)
    if end.fold:
        # No clock there shows this end by itself; so many minutes are the same everywhere.
        written.add("DURATION", timedelta(minutes=event.minutes))
    else:
        written.add("DTEND", end)


def _nameable(moment: datetime) -> datetime:
    """The moment in its zone; in UTC where the time on the clock there means another one."""
    return moment.astimezone(UTC) if moment.fold else moment


def _add_text(written: VEvent, name: str, text: str) -> None:
    if text:
        written.add(name, text)


def _add_link(written: VEvent, link: str) -> None:
    if link.startswith(("https://", "http://")) and not re.search(r"[\s\x00-\x1f\x7f]", link):
        written.add("URL", link)


def _address(person: Person) -> vCalAddress:
    address = vCalAddress(f"mailto:{_NO_ADDRESS.sub('', _HALVES.sub('', person.email))}")
    # The one mark that no name in a calendar can have.
    if name := line(person.name).replace('"', "’"):
        address.params["CN"] = name
    return address


def _attendee(guest: Guest, gone: bool) -> vCalAddress:
    address = _address(guest.person)
    address.params["CUTYPE"] = "INDIVIDUAL"
    address.params["ROLE"] = "REQ-PARTICIPANT"
    address.params["PARTSTAT"] = guest.answer.value
    if not gone:
        address.params["RSVP"] = "TRUE"
    return address
