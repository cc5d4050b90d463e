"""What we write as calendars passes a strict reader and opens in a parser that is not ours."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ical.calendar import Calendar as OtherCalendar
from ical.calendar_stream import IcsCalendarStream

from meetings import calendar_writing, zone_writing
from meetings.calendar_writing import AllDay, Answer, Event, Guest, Person
from meetings.series import Series, parse, start_on
from tests.meetings import rfc5545
from tests.meetings.test_series import ZONES, some_series

STAMP = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
ALICE = Person("Alice Ahlberg", "alice@concord.example")
INGRID = Guest(Person("Ingrid Solberg", "ingrid@fjord.example"))
TALK = Event(
    "talk@concord.example",
    0,
    datetime(2026, 12, 1, 8, 30, tzinfo=UTC),
    60,
    "Europe/Oslo",
    "Check-in with Fjord",
    ALICE,
    [INGRID, Guest(ALICE, Answer.COMES)],
    place="Storgata 1, Oslo",
    link="https://meet.example/fjord",
    description="1. The table\n2. Delivery; again, and again",
)
TUESDAYS = Series(parse("FREQ=WEEKLY;BYDAY=TU"), datetime(2026, 12, 1, 9, 30), "Europe/Oslo")

# Whatever people type, and worse.
poison = st.text(max_size=120) | st.text(
    alphabet=st.sampled_from("\x00\x07\r\n\t\x0b\x0c\x85\u2028\u202e\ud800\ufeff,;:\\\"^'=éé漢😀\u0301 aBEGIN"),
    max_size=300,
)
people = st.builds(Person, poison, st.emails())
guests = st.lists(st.builds(Guest, people, st.sampled_from(Answer)), min_size=1, max_size=3)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2034, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)


@st.composite
def events(draw: st.DrawFn) -> Event:
    series = draw(st.none() | some_series())
    zone = series.zone if series else draw(st.sampled_from(ZONES))
    event = Event(
        "one@concord.example",
        draw(st.integers(0, 99)),
        draw(moments),
        draw(st.integers(5, 840)),
        zone,
        draw(poison),
        draw(people),
        draw(guests),
        draw(poison),
        draw(st.just("https://meet.example/a?b=c&d=é") | poison),
        draw(poison),
        series,
    )
    if series is None:
        return event
    moved = [
        replace(event, series=None, starts_at=start, instead_of=start_on(series, day))
        for day, start in series.moved.items()
        if day not in series.cancelled
    ]
    return replace(event, differing=moved)


def opened(raw: bytes) -> Any:
    """By the other parser; whatever it complains about fails."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (calendar,) = IcsCalendarStream.from_ics(raw.decode()).calendars
    assert isinstance(calendar, OtherCalendar)
    return calendar


@settings(max_examples=50, deadline=None)
@given(events())
def test_whatever_people_type_goes_out_as_a_calendar_that_is_in_order(event: Event) -> None:
    for method in (calendar_writing.request, calendar_writing.cancel):
        read = rfc5545.read(method(event, STAMP))
        assert {inner.one("UID") for inner in read.inside if inner.name == "VEVENT"} == {event.uid}
        opened(method(event, STAMP))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(events(), max_size=4), st.lists(st.builds(AllDay, st.just("x"), st.dates(), poison, people), max_size=3)
)
def test_so_does_a_feed(found: Sequence[Event], days: Sequence[AllDay]) -> None:
    meetings = [replace(event, uid=f"m{number}", differing=()) for number, event in enumerate(found)]
    check_ins = [replace(day, uid=f"c{number}") for number, day in enumerate(days)]
    if not meetings and not check_ins:
        return
    raw = calendar_writing.feed("Concord", meetings, check_ins, STAMP)
    rfc5545.read(raw)
    assert len(opened(raw).events) == len(meetings) + len(check_ins)


@settings(max_examples=30, deadline=None)
@given(poison, poison, moments, st.sampled_from(ZONES), st.integers(5, 840))
@example("", "", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/Berlin", 60)
@example("", "", datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Berlin", 60)
@example("", "", datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "Europe/Berlin", 60)
def test_a_meeting_comes_back_as_it_was(title: str, words: str, at: datetime, zone: str, minutes: int) -> None:
    event = replace(TALK, starts_at=at, zone=zone, minutes=minutes, title=title, description=words)
    (found,) = opened(calendar_writing.request(event, STAMP)).events
    assert found.summary == (calendar_writing.line(title) or "–")
    assert (found.description or "") == calendar_writing.clean(words)
    assert found.dtstart.astimezone(UTC) == at
    length = found.duration or found.dtend.astimezone(UTC) - found.dtstart.astimezone(UTC)
    assert length == timedelta(minutes=minutes)


def test_an_invitation_in_an_independent_parser() -> None:
    calendar = opened(calendar_writing.request(TALK, STAMP))
    (found,) = calendar.events
    assert calendar.method == "REQUEST"
    assert (found.uid, found.sequence, found.status) == (TALK.uid, 0, "CONFIRMED")
    assert found.dtstart == datetime(2026, 12, 1, 9, 30, tzinfo=ZoneInfo("Europe/Oslo"))
    assert (found.location, found.url) == ("Storgata 1, Oslo", "https://meet.example/fjord")
    assert found.organizer.uri == "mailto:alice@concord.example"
    asked = [(one.common_name, one.status, one.rsvp) for one in found.attendees]
    assert asked == [("Ingrid Solberg", "NEEDS-ACTION", True), ("Alice Ahlberg", "ACCEPTED", True)]


def test_a_cancellation_names_the_same_event_and_asks_for_no_answer() -> None:
    (found,) = opened(calendar_writing.cancel(replace(TALK, sequence=2), STAMP)).events
    assert (found.uid, found.sequence, found.status) == (TALK.uid, 2, "CANCELLED")
    assert not any(one.rsvp for one in found.attendees)


def test_one_meeting_of_a_series_is_named_by_the_start_that_the_rule_gives_it() -> None:
    gone = replace(TALK, instead_of=start_on(TUESDAYS, date(2027, 4, 6)))
    read = rfc5545.read(calendar_writing.cancel(gone, STAMP))
    (event,) = [inner for inner in read.inside if inner.name == "VEVENT"]
    (named,) = event.all("RECURRENCE-ID")
    assert (named.parameters["TZID"], named.value) == ("Europe/Oslo", "20270406T093000")


def test_a_series_over_both_clock_changes_keeps_its_local_time_in_an_independent_parser() -> None:
    raw = calendar_writing.request(replace(TALK, series=TUESDAYS), STAMP)
    line = opened(raw).timeline.included(datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC))
    starts = [event.dtstart for event in line]
    assert [start.date() for start in starts] == [date(2026, 12, 1) + timedelta(days=7 * n) for n in range(53)]
    assert {(start.hour, start.minute) for start in starts} == {(9, 30)}
    assert len({start.utcoffset() for start in starts}) == 2


def test_a_zone_is_explained_by_its_rules() -> None:
    read = rfc5545.read(calendar_writing.request(TALK, STAMP))
    (zone,) = [inner for inner in read.inside if inner.name == "VTIMEZONE"]
    told = [(one.name, one.one("DTSTART"), *(rule.value for rule in one.all("RRULE"))) for one in zone.inside]
    assert told == [
        ("STANDARD", "20250101T000000"),
        ("DAYLIGHT", "20250330T020000", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3"),
        ("STANDARD", "20251026T030000", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"),
    ]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ZONES), st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1)))
@example("Europe/Berlin", datetime(2027, 3, 28, 1, 15))
@example("Europe/Berlin", datetime(2027, 10, 31, 0, 15))
def test_the_zone_as_explained_shows_what_its_clock_shows(zone: str, moment: datetime) -> None:
    """By the package that reads calendars, from our words alone: the name of the zone tells it nothing."""
    told = zone_writing.zone(zone, 2026)
    told["TZID"] = "Told/Only"
    explained = told.to_tz(lookup_tzid=False)
    at = moment.replace(tzinfo=UTC)
    assert at.astimezone(explained).utcoffset() == at.astimezone(ZoneInfo(zone)).utcoffset()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ZONES), st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1)))
@example("Europe/London", datetime(2027, 3, 28, 0, 59))
@example("Europe/London", datetime(2027, 3, 28, 1, 0))
@example("Europe/London", datetime(2027, 3, 28, 1, 59))
@example("Europe/London", datetime(2027, 3, 28, 2, 0))
@example("Europe/London", datetime(2027, 10, 31, 1, 30))
def test_a_time_is_skipped_if_no_moment_shows_it(zone: str, local: datetime) -> None:
    moment = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
    assert (zone_writing.skipped(local, zone) is None) == shown


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x00b\x07c", "abc"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("\u202eturned", "turned"),
        ("half \ud83d of it", "half \ufffd of it"),
        ("x" * 9_000, "x" * 7_999 + "…"),
    ],
)
def test_what_a_calendar_cannot_hold_goes(typed: str, kept: str) -> None:
    assert calendar_writing.clean(typed) == kept


def test_no_text_becomes_a_property_of_its_own() -> None:
    evil = "Talk\r\nATTENDEE:mailto:eve@evil.example\r\nEND:VEVENT"
    raw = calendar_writing.request(replace(TALK, title=evil, place=evil, organiser=Person(evil, ALICE.email)), STAMP)
    read = rfc5545.read(raw)
    (event,) = [inner for inner in read.inside if inner.name == "VEVENT"]
    assert [one.value for one in event.all("ATTENDEE")] == [
        "mailto:ingrid@fjord.example",
        "mailto:alice@concord.example",
    ]
