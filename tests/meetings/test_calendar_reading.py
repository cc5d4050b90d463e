"""What a calendar says takes place, against a library that shares nothing with this one but the lines."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar as TheirCalendar

from meetings.calendar_lines import Unreadable, UnreadableError
from meetings.calendar_reading import Calendar, Event, Person, read
from meetings.calendar_times import Why
from tests.conftest import REAL_DATA

FIRST, LAST = datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 1, 30, tzinfo=UTC)
MIDNIGHT = datetime.min.time()
BERLIN = "Europe/Berlin"
CALENDARS = sorted((REAL_DATA / "ical").rglob("*.ics"))


def entry(*lines: str, uid: str = "one", starts: str = "DTSTART:20261110T090000Z") -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", starts, *lines, "END:VEVENT"])


def file_of(*entries: str) -> bytes:
    return "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *entries, "END:VCALENDAR", ""]).replace("\n", "\r\n").encode()


def read_(*entries: str, zone: str = BERLIN, **options: Any) -> Calendar:
    return read(file_of(*entries), zone=zone, first=FIRST, last=LAST, **options)


def days(calendar: Calendar) -> list[str]:
    return [f"{event.starts:%m-%d %H:%M}" for event in calendar.events]


def the_one(calendar: Calendar) -> Event:
    assert len(calendar.events) == 1, calendar
    return calendar.events[0]


# Real calendars --------------------------------------------------------------------------------------------------


@pytest.mark.real_data
@pytest.mark.parametrize("path", CALENDARS, ids=lambda path: path.stem)
def test_each_real_calendar_is_read_or_refused_with_a_reason_in_time(path: Path) -> None:
    began = time.monotonic()
    wide: dict[str, Any] = {"first": datetime(1980, 1, 1, tzinfo=UTC), "last": datetime(2040, 1, 1, tzinfo=UTC)}
    try:
        calendar = read(path.read_bytes(), zone=BERLIN, **wide)
    except UnreadableError as error:
        assert error.why == Unreadable.NO_CALENDAR and b"BEGIN:VCALENDAR" not in path.read_bytes()
    else:
        assert calendar.left_out == len(calendar.skipped)
        assert calendar.entries == path.read_bytes().count(b"BEGIN:VEVENT")
        assert bool(calendar.events) or calendar.left_out == calendar.entries
    assert time.monotonic() - began < 10


@pytest.mark.real_data
def test_real_calendars_take_place_when_an_independent_library_says() -> None:
    compared = 0
    for path in CALENDARS:
        try:
            calendar = read(path.read_bytes(), zone="UTC", first=datetime(1990, 1, 1, tzinfo=UTC), last=FIRST)
            theirs = theirs_of(path.read_bytes(), datetime(1990, 1, 1, tzinfo=UTC), FIRST)
        except Exception:
            # One of the two refuses it; that ours does so with a reason is shown above.
            continue
        # The other library keeps one of two events that have one name, whichever they are.
        namesakes = any(" " in event.uid for event in calendar.events)
        if not calendar.left_out and calendar.complete and not namesakes:
            ours = [event.starts for event in calendar.events]
            if any(event.all_day for event in calendar.events):
                # The other library gives whole days the hours of a zone.
                ours, theirs = [_midnight(one) for one in ours], [_midnight(one) for one in theirs]
            assert ours == theirs, path.name
            compared += len(theirs)
    assert compared > 40


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), MIDNIGHT, UTC)


def theirs_of(body: bytes, first: datetime, last: datetime) -> list[datetime]:
    found = recurring_ical_events.of(TheirCalendar.from_ical(body)).between(first, last)
    starts = [event["DTSTART"].dt for event in found]
    moments = [
        one.replace(tzinfo=one.tzinfo or UTC) if isinstance(one, datetime) else datetime.combine(one, MIDNIGHT, UTC)
        for one in starts
    ]
    return sorted(moment.astimezone(UTC) for moment in moments if first <= moment < last)


# Series ----------------------------------------------------------------------------------------------------------

starts_ = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 1)).map(lambda moment: moment.replace(microsecond=0))
zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
weekdays = st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR"]), max_size=3)


@settings(max_examples=150)
@given(starts_, zones, st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]), st.integers(1, 3), weekdays, st.data())
def test_a_series_with_gaps_and_changes_takes_place_as_an_independent_library_says(
    starts: datetime, zone: str, frequency: str, interval: int, on: set[str], data: st.DataObject
) -> None:
    """Local hours stay what they are over both changes of the clocks of these months."""
    rule = f"FREQ={frequency};INTERVAL={interval}"
    names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    if frequency == "WEEKLY":
        rule += ";BYDAY=" + ",".join(sorted(on | {names[starts.weekday()]}))
    # A local time that a clock skips or tells twice is read in more than one way by the libraries.
    starts = starts.replace(hour=9 + starts.hour % 9)
    stamp = f"TZID={zone}:{{:%Y%m%dT%H%M%S}}"
    master = [f"RRULE:{rule}", "DURATION:PT45M"]
    plain = read_(entry(*master, starts="DTSTART;" + stamp.format(starts)))
    others = [event.starts.astimezone(ZoneInfo(zone)) for event in plain.events]
    lines, entries = list(master), []
    if others:
        gone, moved = data.draw(st.sampled_from(others)), data.draw(st.sampled_from(others))
        lines.append("EXDATE;" + stamp.format(gone))
        if moved != gone:
            to = (moved + timedelta(hours=data.draw(st.integers(1, 40)))).replace(minute=7)
            changed = ("RECURRENCE-ID;" + stamp.format(moved), "DURATION:PT15M")
            entries.append(entry(*changed, starts="DTSTART;" + stamp.format(to)))
    entries.insert(0, entry(*lines, starts="DTSTART;" + stamp.format(starts)))
    ours = read_(*entries)
    assert [event.starts for event in ours.events] == theirs_of(file_of(*entries), FIRST, LAST)
    assert ours.left_out == 0
    assert len({(event.uid, event.instance) for event in ours.events}) == len(ours.events)


def test_a_series_keeps_its_hour_over_the_change_of_the_clocks() -> None:
    weekly = entry("RRULE:FREQ=WEEKLY;UNTIL=20261103T090000Z", starts="DTSTART;TZID=Europe/Berlin:20261006T100000")
    assert days(read_(weekly)) == ["10-06 08:00", "10-13 08:00", "10-20 08:00", "10-27 09:00", "11-03 09:00"]


def test_one_that_was_moved_away_or_called_off_is_not_where_it_was_and_keeps_its_name() -> None:
    series = entry("RRULE:FREQ=WEEKLY;COUNT=4", "SUMMARY:Weekly")
    moved = entry("RECURRENCE-ID:20261117T090000Z", "SUMMARY:Moved", starts="DTSTART:20261118T150000Z")
    off = entry("RECURRENCE-ID:20261124T090000Z", "STATUS:CANCELLED", starts="DTSTART:20261124T090000Z")
    calendar = read_(series, moved, off)
    assert days(calendar) == ["11-10 09:00", "11-18 15:00", "11-24 09:00", "12-01 09:00"]
    assert [event.instance for event in calendar.events] == [
        *("20261110T090000Z", "20261117T090000Z", "20261124T090000Z", "20261201T090000Z"),
    ]
    assert [event.cancelled for event in calendar.events] == [False, False, True, False]
    assert calendar.events[1].title == "Moved"


def test_days_that_are_added_and_left_out() -> None:
    calendar = read_(
        entry(
            "RRULE:FREQ=DAILY;COUNT=3",
            "EXDATE;VALUE=DATE:20261111",
            "RDATE:20261120T090000Z,20261121T090000Z",
            "RDATE:",
        )
    )
    assert days(calendar) == ["11-10 09:00", "11-12 09:00", "11-20 09:00", "11-21 09:00"]


def test_one_of_a_series_that_comes_by_itself_and_a_newer_version_of_one() -> None:
    same = entry("SEQUENCE:2", "SUMMARY:Namesake", uid="two", starts="DTSTART:20261112T090000Z")
    alone = entry("RECURRENCE-ID:20261117T090000Z", starts="DTSTART:20261117T100000Z", uid="alone")
    old = entry("SEQUENCE:1", "SUMMARY:Old", uid="two")
    new = entry("SEQUENCE:2", "SUMMARY:New", uid="two")
    calendar = read_(alone, same, new, old)
    assert [(event.uid, event.title) for event in calendar.events] == [
        *(("two", "New"), ("two 20261112T090000Z", "Namesake"), ("alone", ""))
    ]


# Zones and days --------------------------------------------------------------------------------------------------

OWN_ZONE = """BEGIN:VTIMEZONE
TZID:The office
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE"""


@pytest.mark.parametrize(
    "zone",
    ["Europe/Berlin", '"W. Europe Standard Time"', "/mozilla.org/20050126_1/Europe/Berlin", "The office"],
)
def test_a_zone_by_its_name_of_windows_of_a_program_or_described_in_the_file(zone: str) -> None:
    weekly = entry("RRULE:FREQ=WEEKLY;COUNT=2", starts=f"DTSTART;TZID={zone}:20261020T100000")
    assert days(read_(weekly, OWN_ZONE, zone="UTC")) == ["10-20 08:00", "10-27 09:00"]


@given(st.datetimes(datetime(2025, 6, 1), datetime(2027, 6, 1)).map(lambda moment: moment.replace(microsecond=0)))
def test_a_zone_described_in_the_file_is_the_one_that_it_describes(local: datetime) -> None:
    local = local.replace(hour=local.hour if local.hour > 3 else 12)
    wide: dict[str, Any] = {"first": datetime(2025, 5, 1, tzinfo=UTC), "last": datetime(2027, 7, 1, tzinfo=UTC)}
    told = [
        read(file_of(OWN_ZONE, entry(starts=f"DTSTART;TZID={name}:{local:%Y%m%dT%H%M%S}")), zone="UTC", **wide)
        for name in ("The office", "Europe/Berlin")
    ]
    assert the_one(told[0]).starts == the_one(told[1]).starts


def test_times_without_a_zone_and_whole_days_are_those_of_the_reader() -> None:
    local = the_one(read_(entry("DTEND:20261110T100000", starts="DTSTART:20261110T090000"), zone="Asia/Tokyo"))
    assert (local.starts, local.ends) == (datetime(2026, 11, 10, 0, tzinfo=UTC), datetime(2026, 11, 10, 1, tzinfo=UTC))
    whole = the_one(read_(entry("DTEND;VALUE=DATE:20261026", starts="DTSTART;VALUE=DATE:20261025")))
    assert whole.all_day
    # The clocks are put back on this day, which has 25 hours.
    assert (whole.ends - whole.starts) == timedelta(hours=25)
    assert the_one(read_(entry(starts="DTSTART;VALUE=DATE:20261025"))).ends == whole.ends


def test_what_takes_place_before_or_after_the_span_is_not_told() -> None:
    around = [FIRST - timedelta(seconds=1), FIRST, LAST - timedelta(seconds=1), LAST]
    entries = [
        entry(uid=str(number), starts=f"DTSTART:{moment:%Y%m%dT%H%M%SZ}") for number, moment in enumerate(around)
    ]
    calendar = read_(*entries)
    assert [event.uid for event in calendar.events] == ["1", "2"]
    assert calendar.entries == 4


# People and words ------------------------------------------------------------------------------------------------


def test_people_are_told_once_with_their_answers_and_rooms_are_nobody() -> None:
    event = the_one(
        read_(
            entry(
                'ATTENDEE;CN="Berg, Ingrid";PARTSTAT=ACCEPTED:mailto:Ingrid.Berg@Nordwind.example',
                "ATTENDEE;PARTSTAT=DECLINED:MAILTO:omar@nordwind.example",
                "ATTENDEE;PARTSTAT=NEEDS-ACTION;EMAIL=ann@concord.example:urn:uuid:123",
                "ATTENDEE;CUTYPE=ROOM:mailto:blue-room@concord.example",
                "ATTENDEE:invalid:nomail",
                "ATTENDEE:mailto:ingrid.berg@nordwind.example",
                "ORGANIZER;CN=Ann:mailto:ANN@concord.example",
                "SUMMARY:Quarterly review\\, with\\nIngrid",
                "LOCATION:Bergen",
                "CLASS:PRIVATE",
            )
        )
    )
    assert event.people == (
        Person("ingrid.berg@nordwind.example", "Berg, Ingrid", "ACCEPTED"),
        Person("omar@nordwind.example", "", "DECLINED"),
        Person("ann@concord.example", "Ann", "", invites=True),
    )
    assert (event.title, event.place, event.private) == ("Quarterly review, with Ingrid", "Bergen", True)


def test_folded_lines_are_whole_and_alarms_are_passed_over() -> None:
    alarm = "BEGIN:VALARM\nTRIGGER:-PT15M\nSUMMARY:Alarm\nDTSTART:19700101T000000Z\nEND:VALARM"
    assert the_one(read_(entry(alarm, "SUMMARY:One long\n  title"))).title == "One long title"


def test_an_entry_without_a_name_of_its_own_has_the_same_one_each_time() -> None:
    bare = "BEGIN:VEVENT\nDTSTART:20261110T090000Z\nSUMMARY:Call\nEND:VEVENT"
    assert the_one(read_(bare)).uid == the_one(read_(bare)).uid != ""


# What cannot be understood ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (entry("SUMMARY:Bad", starts="DTSTART:2026-11-10"), Why.BAD_TIME),
        (entry("SUMMARY:Bad", starts="DTSTART:20261310T090000Z"), Why.BAD_TIME),
        (entry("SUMMARY:Bad", starts="DTSTART:00000101T000000Z"), Why.BAD_TIME),
        (entry("SUMMARY:Bad", "RRULE:FREQ=DAILY", starts="DTSTART:00010101T000000"), Why.BAD_TIME),
        (entry("SUMMARY:Bad", "RRULE:FREQ=DAILY", starts="DTSTART;TZID=Asia/Tokyo:00010101T000000"), Why.BAD_TIME),
        (entry("SUMMARY:Bad", "DTEND;TZID=America/New_York:99991231T235959"), Why.BAD_TIME),
        (entry("SUMMARY:Bad", "DURATION:soon"), Why.BAD_TIME),
        (entry("SUMMARY:Bad", "RDATE:" + "20261110T090000Z," * 5000), Why.TOO_MUCH),
        (entry("SUMMARY:Bad", "DURATION:P99999999999D"), Why.BAD_TIME),
        (entry("SUMMARY:Bad", "EXDATE:20261110T250000Z"), Why.BAD_TIME),
        (entry("SUMMARY:Bad", starts="DTSTART;TZID=Nowhere:20261110T090000"), Why.UNKNOWN_ZONE),
        (entry("SUMMARY:Bad", starts="DTSTART;TZID=../../etc/passwd:20261110T090000"), Why.UNKNOWN_ZONE),
        (entry("SUMMARY:Bad", starts="DTSTART;TZID=Europe:20261110T090000"), Why.UNKNOWN_ZONE),
        (entry("SUMMARY:Bad", "RRULE:FREQ=SECONDLY"), Why.TOO_OFTEN),
        (entry("SUMMARY:Bad", "RRULE:FREQ=SOMETIMES"), Why.BAD_RULE),
        (entry("SUMMARY:Bad", "RRULE:FREQ=DAILY;UNTIL=soon"), Why.BAD_RULE),
        (entry("SUMMARY:Bad", starts="SEQUENCE:1"), Why.NO_START),
        (entry("SUMMARY:Bad", "ATTENDEE;CN:mailto:x@y.example"), Why.NOT_UNDERSTOOD),
        ("BEGIN:VEVENT\nUID:cut\nDTSTART:20261110T090000Z\nSUMMARY:Bad", Why.UNFINISHED),
    ],
)
def test_what_is_broken_is_named_and_the_others_count(broken: str, why: Why) -> None:
    calendar = read_(entry("SUMMARY:Before", uid="before"), broken, entry("SUMMARY:After", uid="after"))
    assert [(skipped.name, skipped.why) for skipped in calendar.skipped] == [("Bad", why)]
    assert [event.title for event in calendar.events] == ["After", "Before"]
    assert (calendar.left_out, calendar.entries) == (1, 3)


def test_a_file_that_breaks_off_says_so() -> None:
    whole = file_of(entry())
    assert read_(entry()).complete
    assert not read(whole[: whole.index(b"END:VCALENDAR")], zone=BERLIN, first=FIRST, last=LAST).complete


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", Unreadable.EMPTY),
        (b"\xef\xbb\xbf \r\n", Unreadable.EMPTY),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", Unreadable.A_PAGE),
        (b"%PDF-1.7", Unreadable.NO_CALENDAR),
        (b"\0" * 1000 + bytes(range(256)) * 9, Unreadable.NO_CALENDAR),
        (b"\xff\xfe\x00\xd8\x00", Unreadable.NO_CALENDAR),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", Unreadable.NO_CALENDAR),
    ],
)
def test_what_is_no_calendar_is_refused_with_a_reason(body: bytes, why: Unreadable) -> None:
    with pytest.raises(UnreadableError) as raised:
        read(body, zone=BERLIN, first=FIRST, last=LAST)
    assert raised.value.why == why


# Bombs and poison ------------------------------------------------------------------------------------------------

MEGABYTE = 1024 * 1024
MANY = range(8_000)
BOMBS = {
    "every second": file_of(*[entry("RRULE:FREQ=SECONDLY", uid=str(number)) for number in MANY]),
    "daily since the year 1": file_of(
        *[entry("RRULE:FREQ=DAILY;COUNT=99999", uid=str(one), starts="DTSTART:00010110T000000Z") for one in range(1000)]
    ),
    "never": file_of(*[entry("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", uid=str(number)) for number in MANY]),
    "all at once": file_of(*[entry(uid=str(number)) for number in range(30_000)]),
    "one line": b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261110T090000Z\nSUMMARY:" + b"x" * 9 * MEGABYTE + b"\n",
    "one line of commas": file_of(entry("RDATE:" + "20261110T090000Z," * 500_000)),
    "one line of quotes": file_of(entry("ATTENDEE" + ';CN="' * 12_000 + ":mailto:x@y.example")),
    "folded for ever": b"BEGIN:VCALENDAR\r\nSUMMARY:x" + b"\r\n " * 3 * MEGABYTE,
    "days added": file_of(entry(*["RDATE:" + ",".join(["20261110T090000Z"] * 3000) for _line in range(150)])),
    "deep": b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 400_000,
    "deeper": b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 400_000 + b"END:X\n" * 400_000,
    "a zone every second": file_of(
        OWN_ZONE.replace("FREQ=YEARLY", "FREQ=SECONDLY"), entry(starts="DTSTART;TZID=The office:20261110T090000")
    ),
    "zones": file_of(
        *[OWN_ZONE.replace("The office", f"Office {number}").replace("19701025", "00011025") for number in range(1500)],
        *[entry(uid=str(one), starts=f"DTSTART;TZID=Office {one}:20261110T090000") for one in range(1500)],
    ),
    "people": file_of(*[entry(*["ATTENDEE:mailto:a@b.example"] * 2000, uid=str(number)) for number in range(150)]),
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_bomb_takes_long(name: str) -> None:
    began = time.monotonic()
    read(BOMBS[name][: 10 * MEGABYTE], zone=BERLIN, first=FIRST, last=LAST)
    assert time.monotonic() - began < 10


def test_poison_in_words_is_taken_out() -> None:
    assert the_one(read_(entry("SUMMARY:A\0B\x07C \u202eD"))).title == "AB C D"
    raw = file_of(entry("SUMMARY:half")).replace(b"half", b"A\xed\xa0\x80\xff\x00B")
    title = the_one(read(raw, zone=BERLIN, first=FIRST, last=LAST)).title
    assert title.encode("utf-8") and "\0" not in title


lines_ = st.lists(
    st.sampled_from(["BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTIMEZONE", "END:VTIMEZONE", "BEGIN:STANDARD", "TZID:Z"])
    | st.sampled_from(["DTSTART:20261110T090000Z", "DTSTART;TZID=Z:99991231T235959", "DTSTART:00010101", "RDATE:"])
    | st.sampled_from(["RRULE:FREQ=YEARLY;BYSETPOS=-1;BYMONTH=1", "RECURRENCE-ID:20261110", "TZOFFSETTO:+2359"])
    | st.builds(
        lambda name, text: f"{name}:{text}", st.sampled_from(["SUMMARY", "UID", "RRULE", "DURATION"]), st.text()
    )
    | st.text(max_size=40),
    max_size=25,
)


@settings(max_examples=200)
@given(lines_, st.binary(max_size=60))
def test_any_lines_are_read_or_refused(lines: list[str], tail: bytes) -> None:
    body = "\n".join(["BEGIN:VCALENDAR", *lines]).encode("utf-8", "replace")
    for candidate in (body, body + tail, tail + body, tail):
        try:
            calendar = read(candidate, zone=BERLIN, first=FIRST, last=LAST)
        except UnreadableError:
            continue
        assert all(FIRST <= event.starts < LAST and event.starts <= event.ends for event in calendar.events)
        assert len({(event.uid, event.instance) for event in calendar.events}) == len(calendar.events)


@given(st.lists(st.dates(date(2026, 9, 1), date(2027, 3, 1)), max_size=8))
def test_the_same_file_in_another_order_says_the_same(given_: list[date]) -> None:
    entries = [entry(uid=str(number), starts=f"DTSTART:{day:%Y%m%d}T120000Z") for number, day in enumerate(given_)]
    assert read_(*entries).events == read_(*reversed(entries)).events
