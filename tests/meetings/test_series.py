"""Series as properties, and beside an independent library over ten years in zones with both clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from meetings import calendar_writing, series_words
from meetings.calendar_writing import Event, Person
from meetings.series import (
    LAST,
    Every,
    Rule,
    Series,
    begins,
    cut,
    days,
    falls,
    occurrences,
    offered,
    parse,
    placed,
    start_on,
    text,
)

DAY = timedelta(days=1)
TODAY = date(2026, 11, 28)
# North and south, half an hour, changes by rule and by decree, at midnight, and none.
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Pacific/Auckland",
]
ALICE = Person("Alice Ahlberg", "alice@concord.example")

weekdays = st.sets(st.integers(0, 6), min_size=1, max_size=3).map(lambda found: tuple(sorted(found)))
weekday = st.integers(0, 6).map(lambda one: (one,))
kinds = st.one_of(
    st.builds(Rule, st.just(Every.WEEK), st.integers(1, 5), weekdays=weekdays),
    st.builds(Rule, st.just(Every.MONTH), st.integers(1, 7), weekdays=weekday, nth=st.sampled_from([1, 2, 3, 4, LAST])),
    st.builds(Rule, st.just(Every.MONTH), st.integers(1, 7), day=st.sampled_from([*range(1, 32), LAST])),
    st.builds(Rule, st.just(Every.YEAR), st.integers(1, 3)),
)
first_days = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@st.composite
def rules(draw: st.DrawFn) -> tuple[Rule, date]:
    """A rule with or without an end, and the day on which it begins."""
    rule = draw(kinds)
    first = begins(rule, draw(first_days))
    assert first is not None
    end = draw(st.sampled_from(["", "until", "times"]))
    if end == "until":
        until = first + draw(st.integers(0, 3000)) * DAY
        rule = Rule(rule.every, rule.apart, rule.weekdays, rule.nth, rule.day, until=until)
    elif end == "times":
        rule = Rule(rule.every, rule.apart, rule.weekdays, rule.nth, rule.day, times=draw(st.integers(1, 60)))
    return rule, first


@st.composite
def some_series(draw: st.DrawFn) -> Series:
    rule, first = draw(rules())
    zone = draw(st.sampled_from(ZONES))
    at = draw(st.sampled_from([time(0, 30), time(1, 30), time(2, 30), time(9, 0), time(23, 45)]))
    known = list(islice(days(rule, first), 12))
    cancelled = draw(st.sets(st.sampled_from(known), max_size=3))
    moved = draw(st.dictionaries(st.sampled_from(known), st.integers(-3000, 3000), max_size=3))
    return Series(
        rule,
        datetime.combine(first, at),
        zone,
        frozenset(cancelled),
        {day: placed(datetime.combine(day, at), zone) + timedelta(minutes=by) for day, by in moved.items()},
    )


def written(series: Series) -> bytes:
    """As it goes out: the whole series, what was cancelled in it and what was moved."""
    moved = [
        Event("one", 1, start, 50, series.zone, "Moved", ALICE, instead_of=start_on(series, day))
        for day, start in series.moved.items()
        if day not in series.cancelled
    ]
    whole = Event(
        "one", 1, start_on(series, series.first.date()), 50, series.zone, "Talk", ALICE, series=series, differing=moved
    )
    return calendar_writing.request(whole, datetime(2026, 11, 28, 12, 0, tzinfo=UTC))


# An independent library ----------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(some_series())
def test_occurrences_are_those_of_an_independent_library_over_ten_years(series: Series) -> None:
    since = datetime(series.first.year - 1, 12, 1, tzinfo=UTC)
    until = since.replace(year=since.year + 10)
    ours = [one.starts_at.astimezone(UTC) for one in occurrences(series, since, until)]
    read = recurring_ical_events.of(Calendar.from_ical(written(series))).between(since, until)
    theirs = sorted(event["DTSTART"].dt.astimezone(UTC) for event in read)
    # The library also names one that began before and has not ended.
    assert [start for start in theirs if start >= since] == ours


@pytest.mark.parametrize("zone", ZONES)
def test_a_series_over_both_clock_changes_keeps_its_local_time(zone: str) -> None:
    series = Series(Rule(Every.WEEK, weekdays=(1,)), datetime(2026, 1, 6, 9, 30), zone)
    found = occurrences(series, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert {one.starts_at.time() for one in found} == {time(9, 30)}
    assert [one.on for one in found] == [date(2026, 1, 6) + 7 * number * DAY for number in range(52)]
    assert all(one.starts_at.date() == one.on for one in found)


def test_a_time_that_the_clock_leaves_out_is_reckoned_as_if_it_had_not_been_changed() -> None:
    series = Series(Rule(Every.WEEK, weekdays=(6,)), datetime(2026, 3, 22, 2, 30), "Europe/Berlin")
    found = occurrences(series, datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 4, 6, tzinfo=UTC))
    assert [one.starts_at.strftime("%d %H:%M %z") for one in found] == [
        "22 02:30 +0100",
        "29 03:30 +0200",
        "05 02:30 +0200",
    ]


def test_of_a_time_that_the_clock_shows_twice_the_first_is_meant() -> None:
    series = Series(Rule(Every.WEEK, weekdays=(6,)), datetime(2026, 10, 18, 2, 30), "Europe/Berlin")
    found = occurrences(series, datetime(2026, 10, 20, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
    assert [one.starts_at.strftime("%d %H:%M %z") for one in found] == ["25 02:30 +0200", "01 02:30 +0100"]


# Rules ---------------------------------------------------------------------------------------------------------------


@given(rules(), st.sampled_from(ZONES))
def test_what_a_rule_says_is_read_as_the_same_rule(found: tuple[Rule, date], zone: str) -> None:
    rule, first = found
    assert parse(text(rule)) == rule
    assert parse(f"RRULE:{text(rule).lower()};WKST=MO") == rule
    at = placed(datetime.combine(rule.until or first, time(12, 0)), zone)
    assert parse(text(rule, at), zone) == rule


@pytest.mark.parametrize(
    "said",
    [
        "",
        "FREQ=SECONDLY",
        "FREQ=DAILY",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=1TU",
        "FREQ=WEEKLY;BYDAY=TU;WKST=SU",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=TU;INTERVAL=0",
        "FREQ=WEEKLY;BYDAY=TU;INTERVAL=1e9",
        "FREQ=WEEKLY;BYDAY=TU;COUNT=99999999999999999999",
        "FREQ=WEEKLY;BYDAY=TU;COUNT=3;UNTIL=20270101",
        "FREQ=WEEKLY;BYDAY=TU;UNTIL=99999999",
        "FREQ=WEEKLY;BYDAY=TU;BYHOUR=1,2,3",
        "FREQ=WEEKLY;BYDAY=TU;BYDAY=WE",
        "FREQ=MONTHLY;BYDAY=5MO",
        "FREQ=MONTHLY;BYDAY=1MO,2TU",
        "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=3",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTHDAY=-2",
        "FREQ=YEARLY;BYDAY=MO",
    ],
)
def test_a_rule_that_says_more_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(said)


@given(st.text(max_size=80) | st.text(alphabet="FREQ=WEKLYBDATU;NVC0123456789-", max_size=60))
def test_any_text_is_a_rule_or_refused(said: str) -> None:
    try:
        rule = parse(said)
    except ValueError:
        return
    assert parse(text(rule)) == rule


@given(rules())
def test_days_come_in_order_within_the_end_and_belong_to_the_rule(found: tuple[Rule, date]) -> None:
    rule, first = found
    some = list(islice(days(rule, first), 70))
    assert some[:1] == [first]
    assert some == sorted(set(some))
    assert all(falls(rule, first, day) for day in some)
    if rule.weekdays:
        assert {day.weekday() for day in some} <= set(rule.weekdays)
    if rule.until is not None:
        assert all(day <= rule.until for day in some)
    if rule.times is not None:
        assert len(some) == rule.times


@given(rules(), st.integers(-100, 4000))
def test_beginning_later_leaves_out_what_is_earlier_and_nothing_else(found: tuple[Rule, date], ahead: int) -> None:
    rule, first = found
    since = first + ahead * DAY
    end = since + 1000 * DAY
    everything = [day for day in islice(days(rule, first), 3000) if since <= day < end]
    assert [day for day in islice(days(rule, first, since), 900) if day < end] == everything


@given(rules(), st.integers(0, 30))
def test_a_series_cut_in_two_has_the_same_days(found: tuple[Rule, date], number: int) -> None:
    rule, first = found
    some = list(islice(days(rule, first), 60))
    assume(number < len(some))
    former, rest = cut(rule, first, some[number])
    before = list(islice(days(former, first), 60)) if former is not None else []
    assert (former is None) == (number == 0)
    assert [*before, *islice(days(rest, some[number]), 60 - number)] == some


@given(first_days)
@example(date(2024, 2, 29))
def test_what_is_offered_falls_on_the_day(day: date) -> None:
    found = offered(day)
    assert all(begins(rule, day) == day for rule in found)
    assert len({series_words.say(rule, day, TODAY) for rule in found}) == len(found)


def test_a_rule_of_no_day_ends_with_the_calendar() -> None:
    assert list(days(Rule(Every.MONTH, 12, day=31), date(2027, 2, 1))) == []
    assert begins(Rule(Every.MONTH, 12, day=31), date(2027, 2, 1)) is None
    last = list(days(Rule(Every.WEEK, weekdays=(4, 6)), date(9999, 12, 26)))
    assert last == [date(9999, 12, 26), date(9999, 12, 31)]


def test_a_series_begins_on_a_day_of_its_rule() -> None:
    with pytest.raises(ValueError, match="begin"):
        Series(Rule(Every.WEEK, weekdays=(2,)), datetime(2026, 12, 1, 9, 0), "UTC")


@settings(max_examples=40, deadline=None)
@given(some_series())
def test_what_is_cancelled_is_nowhere_and_what_is_moved_where_it_went(series: Series) -> None:
    since, until = datetime(2020, 1, 1, tzinfo=UTC), datetime(2070, 1, 1, tzinfo=UTC)
    found = {one.on: one for one in occurrences(series, since, until)}
    assert not set(found) & series.cancelled
    for day, start in series.moved.items():
        if day not in series.cancelled:
            assert found[day].starts_at == start
    assert all(one.moved == (one.on in series.moved) for one in found.values())
    there = ZoneInfo(series.zone)
    assert all(one.starts_at.tzinfo is there for one in found.values())


# In words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=WEEKLY;BYDAY=TU", "every Tuesday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "every second Tuesday"),
        ("FREQ=WEEKLY;INTERVAL=3;BYDAY=TU", "every three weeks on Tuesday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", "every two weeks on Tuesday and Thursday"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "every Monday, Wednesday and Friday"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every working day"),
        ("FREQ=MONTHLY;BYDAY=1MO;UNTIL=20270630", "on the first Monday of each month, until 30 June 2027"),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR", "on the last Friday of every third month"),
        ("FREQ=WEEKLY;BYDAY=FR;UNTIL=20290630", "every Friday, until 30 June 2029"),
        ("FREQ=MONTHLY;BYMONTHDAY=15;COUNT=12", "on the 15th of each month, 12 times"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "on the 31st of each month that has one"),
        ("FREQ=MONTHLY;INTERVAL=6;BYMONTHDAY=-1;COUNT=2", "on the last day of a month in six, twice"),
        ("FREQ=YEARLY", "every year on 1 December"),
        ("FREQ=YEARLY;INTERVAL=2;COUNT=5", "every two years on 1 December, five times"),
    ],
)  # fmt: skip
def test_a_rule_in_words(rule: str, said: str) -> None:
    assert series_words.say(parse(rule), date(2026, 12, 1), TODAY) == said
