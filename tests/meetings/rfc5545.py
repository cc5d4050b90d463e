"""A strict reader of RFC 5545 and 5546 for the tests, with nothing of the package that we write calendars with.

It knows what we write and nothing else: whatever it does not expect is a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

NAME = re.compile(r"[A-Z0-9-]+")
PARAMETER = re.compile(r';([A-Z0-9-]+)=((?:"[^"\x00-\x08\x0a-\x1f\x7f]*"|[^";:,\x00-\x08\x0a-\x1f\x7f]*)'
                       r'(?:,(?:"[^"]*"|[^";:,]*))*)')  # fmt: skip
TEXT = re.compile(r"(?:[^\\;,\x00-\x08\x0a-\x1f\x7f]|\\[\\;,nN])*")
LOCAL = re.compile(r"\d{8}T([01]\d|2[0-3])[0-5]\d[0-5]\d")
MOMENT = re.compile(LOCAL.pattern + "Z")
DATE = re.compile(r"\d{8}")
OFFSET = re.compile(r"[+-]\d{4}(\d\d)?")
PERIOD = re.compile(r"PT?\d+[DHMS](\d+M)?")
MAIL = re.compile(r"mailto:[^\s<>\"]+@[^\s<>\"]+")
RULE = re.compile(r"FREQ=(WEEKLY|MONTHLY|YEARLY)(;(INTERVAL|COUNT|BYDAY|BYMONTHDAY|BYMONTH|UNTIL)=[A-Z0-9,-]+)*")
TEXTS = {"SUMMARY", "DESCRIPTION", "LOCATION", "TZID", "TZNAME", "UID", "PRODID", "NAME", "X-WR-CALNAME"}
# (least, most) of each property; what is not named may not be there.
ONE, PERHAPS, ANY = (1, 1), (0, 1), (0, 999)
CALENDAR = {"PRODID": ONE, "VERSION": ONE, "CALSCALE": PERHAPS, "METHOD": ONE}
FEED = {"NAME": PERHAPS, "X-WR-CALNAME": PERHAPS, "REFRESH-INTERVAL": PERHAPS, "X-PUBLISHED-TTL": PERHAPS}
EVENT = {
    "UID": ONE, "DTSTAMP": ONE, "DTSTART": ONE, "SUMMARY": ONE, "ORGANIZER": ONE, "SEQUENCE": ONE,
    "DTEND": PERHAPS, "DURATION": PERHAPS, "DESCRIPTION": PERHAPS, "LOCATION": PERHAPS, "URL": PERHAPS,
    "STATUS": PERHAPS, "TRANSP": PERHAPS, "RRULE": PERHAPS, "EXDATE": ANY, "RECURRENCE-ID": PERHAPS,
}  # fmt: skip
# RFC 5546, 3.2.1, 3.2.2 and 3.2.5.
OF_METHOD = {"PUBLISH": {}, "REQUEST": {"ATTENDEE": (1, 999)}, "CANCEL": {"ATTENDEE": ANY, "STATUS": ONE}}
OBSERVANCE = {"DTSTART": ONE, "TZOFFSETFROM": ONE, "TZOFFSETTO": ONE, "TZNAME": ANY, "RRULE": PERHAPS, "RDATE": ANY}


@dataclass
class Property:
    name: str
    parameters: dict[str, str]
    value: str


@dataclass
class Component:
    name: str
    properties: list[Property] = field(default_factory=list)
    inside: list[Component] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        return [found for found in self.properties if found.name == name]

    def one(self, name: str) -> str:
        (found,) = self.all(name)
        return found.value


def read(raw: bytes) -> Component:
    """The calendar; an ``AssertionError`` says what is wrong with it."""
    assert raw.endswith(b"\r\n"), "ends without a line break"
    lines = raw[:-2].split(b"\r\n")
    assert all(len(line) <= 75 for line in lines), "a line of more than 75 octets"
    assert not any(b"\r" in line or b"\n" in line for line in lines), "a break that is none"
    unfolded = raw[:-2].decode("utf-8").replace("\r\n ", "").replace("\r\n\t", "").split("\r\n")
    for line in lines:
        line.decode("utf-8")
    found = list(map(_property, unfolded))
    calendar, rest = _component(found)
    assert not rest, "something follows the calendar"
    _check(calendar)
    return calendar


def _property(line: str) -> Property:
    name = NAME.match(line)
    assert name, f"no name: {line!r}"
    at, parameters = name.end(), {}
    while match := PARAMETER.match(line, at):
        assert match[1] not in parameters, f"twice: {line!r}"
        parameters[match[1]] = match[2].strip('"')
        at = match.end()
    assert line[at : at + 1] == ":", f"no value: {line!r}"
    return Property(name[0], parameters, line[at + 1 :])


def _component(lines: list[Property]) -> tuple[Component, list[Property]]:
    assert lines[0].name == "BEGIN", lines[0]
    found, rest = Component(lines[0].value), lines[1:]
    while rest[0].name != "END":
        if rest[0].name == "BEGIN":
            inner, rest = _component(rest)
            found.inside.append(inner)
        else:
            found.properties.append(rest[0])
            rest = rest[1:]
    assert rest[0].value == found.name, f"{found.name} ends as {rest[0].value}"
    return found, rest[1:]


def _counts(component: Component, allowed: dict[str, tuple[int, int]]) -> None:
    assert {one.name for one in component.properties} <= set(allowed), [one.name for one in component.properties]
    for name, (least, most) in allowed.items():
        assert least <= len(component.all(name)) <= most, f"{name} in {component.name}"
    for one in component.properties:
        _value(one)


def _value(one: Property) -> None:
    if one.name in TEXTS:
        assert TEXT.fullmatch(one.value), f"not a text: {one.value!r}"
    match one.name:
        case "DTSTAMP":
            assert MOMENT.fullmatch(one.value), one
        case "ORGANIZER" | "ATTENDEE":
            assert MAIL.fullmatch(one.value), one
        case "RRULE":
            assert RULE.fullmatch(one.value), one
        case "TZOFFSETFROM" | "TZOFFSETTO":
            assert OFFSET.fullmatch(one.value), one
        case "DURATION" | "REFRESH-INTERVAL" | "X-PUBLISHED-TTL":
            assert PERIOD.fullmatch(one.value), one
        case "SEQUENCE":
            assert re.fullmatch(r"\d{1,9}", one.value), one
        case "URL":
            assert re.fullmatch(r"https?://[\x21-\uffff]+", one.value), one
        case "STATUS":
            assert one.value in ("CONFIRMED", "TENTATIVE", "CANCELLED"), one


def _check(calendar: Component) -> None:
    assert calendar.name == "VCALENDAR"
    _counts(calendar, CALENDAR | FEED)
    assert calendar.one("VERSION") == "2.0"
    method = calendar.one("METHOD")
    zones = [inner for inner in calendar.inside if inner.name == "VTIMEZONE"]
    events = [inner for inner in calendar.inside if inner.name == "VEVENT"]
    assert len(zones) + len(events) == len(calendar.inside) > 0
    for zone in zones:
        _zone(zone)
    named = [zone.one("TZID") for zone in zones]
    assert len(named) == len(set(named)), "a zone is explained twice"
    used = {one.parameters["TZID"] for event in events for one in event.properties if "TZID" in one.parameters}
    assert used == set(named), "each zone that is used is explained, and no other"
    for event in events:
        _event(event, method)
    keys = [(event.one("UID"), *(one.value for one in event.all("RECURRENCE-ID"))) for event in events]
    assert len(keys) == len(set(keys)), "one event stands there twice"
    if method != "PUBLISH":
        assert len({event.one("UID") for event in events}) == 1, "one message is about one event"


def _event(event: Component, method: str) -> None:
    of_days = event.all("DTSTART")[0].parameters.get("VALUE") == "DATE"
    _counts(event, EVENT | OF_METHOD[method])
    assert len(event.all("DTEND")) + len(event.all("DURATION")) == (0 if of_days else 1)
    assert not (event.all("RRULE") and event.all("RECURRENCE-ID"))
    if method == "CANCEL":
        assert event.one("STATUS") == "CANCELLED"
    for one in _times(event):
        if of_days:
            assert DATE.fullmatch(one.value), one
        else:
            assert (LOCAL if "TZID" in one.parameters else MOMENT).fullmatch(one.value), one
    for rule in event.all("RRULE"):
        until = re.search(r"UNTIL=([^;]*)", rule.value)
        # RFC 5545, 3.3.10: of a start with a zone the end is a moment.
        assert until is None or MOMENT.fullmatch(until[1]), rule
        assert not (until and "COUNT=" in rule.value), rule


def _times(event: Component) -> Iterator[Property]:
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE"):
        yield from event.all(name)


def _zone(zone: Component) -> None:
    _counts(zone, {"TZID": ONE})
    assert zone.inside and {inner.name for inner in zone.inside} <= {"STANDARD", "DAYLIGHT"}
    for observance in zone.inside:
        _counts(observance, OBSERVANCE)
        assert LOCAL.fullmatch(observance.one("DTSTART")), "the first change is said by the clock itself"
        assert not (observance.all("RRULE") and observance.all("RDATE"))
