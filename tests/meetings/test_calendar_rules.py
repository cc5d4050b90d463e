"""What a rule says, against dateutil, which counts from the first beginning on."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from meetings.calendar_rules import WEEKDAYS, TooMuchError, TooOftenError, Work, _Days, fits, occurrences, rule_of

DAY = timedelta(days=1)


def some(least: int, most: int, most_values: int = 3, signed: bool = False) -> st.SearchStrategy[str]:
    number = st.integers(-most, most).filter(bool) if signed else st.integers(least, most)
    return st.lists(number, min_size=1, max_size=most_values, unique=True).map(
        lambda values: ",".join(map(str, values))
    )


def days_of_week(which: bool) -> st.SearchStrategy[str]:
    numbers = st.sampled_from(["1", "2", "3", "4", "-1", "-2", "5"]) if which else st.just("")
    day = st.tuples(numbers, st.sampled_from(WEEKDAYS)).map("".join)
    return st.lists(day, min_size=1, max_size=3, unique=True).map(",".join)


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = {"FREQ": frequency}
    optional: dict[str, st.SearchStrategy[Any]] = {
        "INTERVAL": st.integers(1, 5),
        "BYMONTH": some(1, 12),
        "BYDAY": days_of_week(which=frequency in ("MONTHLY", "YEARLY") and draw(st.booleans())),
        "WKST": st.sampled_from(WEEKDAYS),
    }
    if frequency != "WEEKLY":
        optional["BYMONTHDAY"] = some(1, 31, signed=True)
        optional["BYSETPOS"] = some(1, 5, signed=True)
    if frequency == "YEARLY":
        optional |= {"BYWEEKNO": some(1, 53, signed=True), "BYYEARDAY": some(1, 366, signed=True)}
    for name, values in optional.items():
        if draw(st.integers(0, 2)) == 0:
            parts[name] = str(draw(values))
    return ";".join(f"{name}={value}" for name, value in parts.items())


@settings(max_examples=200)
@given(rules(), st.dates(date(2000, 1, 1), date(2032, 12, 31)), st.integers(0, 1200), st.none() | st.integers(1, 30))
def test_beginnings_are_those_of_an_independent_library(text: str, day: date, later: int, count: int | None) -> None:
    starts = datetime.combine(day, datetime.min.time().replace(hour=9, minute=30))
    # One that does not fit its own rule is undefined, and the other library looks for it up to the year 9999.
    assume(starts in _Days(rule_of(text), starts, Work(10_000)).on(day))
    if count:
        text += f";COUNT={count}"
    first = day + later * DAY
    last = first + 120 * DAY
    expected = rrulestr(text, dtstart=starts).between(
        datetime.combine(first, datetime.min.time()), datetime.combine(last, datetime.max.time()), inc=True
    )
    assert list(occurrences(rule_of(text), starts, first, last, Work(10**6))) == expected


def test_a_number_of_times_an_end_and_several_times_a_day() -> None:
    starts = datetime(2026, 3, 2, 9)
    year = date(2026, 1, 1), date(2026, 12, 31)
    three = rule_of("FREQ=WEEKLY;COUNT=3")
    assert [one.day for one in occurrences(three, starts, *year, Work(1000))] == [2, 9, 16]
    assert [one.day for one in occurrences(three, starts, date(2026, 3, 10), year[1], Work(1000))] == [16]
    ends = occurrences(rule_of("FREQ=DAILY"), starts, *year, Work(1000), until=datetime(2026, 3, 4, 9))
    assert [one.day for one in ends] == [2, 3, 4]
    twice = occurrences(rule_of("FREQ=DAILY;BYHOUR=9,15;COUNT=3"), starts, *year, Work(1000))
    assert [(one.day, one.hour) for one in twice] == [(2, 9), (2, 15), (3, 9)]


def test_the_first_beginning_belongs_to_it_though_it_fits_no_rule() -> None:
    found = occurrences(rule_of("FREQ=WEEKLY;BYDAY=TU;COUNT=2"), datetime(2026, 3, 2, 9), date.min, date.max, Work(999))
    assert [one.day for one in found] == [2, 3]


def test_what_a_mixture_of_each_and_one_of_the_month_means() -> None:
    rule = rule_of("FREQ=MONTHLY;BYDAY=MO,-1FR")
    assert [day for day in range(1, 31) if fits(rule, date(2026, 6, day))] == [1, 8, 15, 22, 26, 29]


@pytest.mark.parametrize(
    "text",
    ["FREQ=SECONDLY", "FREQ=MINUTELY;COUNT=3", "FREQ=HOURLY", "FREQ=DAILY;BYMINUTE=" + ",".join(map(str, range(60)))],
)
def test_more_often_than_daily_is_no_appointment(text: str) -> None:
    with pytest.raises(TooOftenError):
        rule_of(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "DAILY", "FREQ=", "FREQ=SOMETIMES", "COUNT=3", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;INTERVAL=0"),
        *("FREQ=DAILY;COUNT=x", "FREQ=DAILY;INTERVAL=99999999999", "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;WKST=XX"),
        *("FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=YEARLY;BYMONTH=13", "FREQ=DAILY;BYDAY=", "FREQ=DAILY;COUNT=١"),
        "FREQ=YEARLY;BYYEARDAY=" + "1," * 500 + "1",
    ],
)
def test_what_is_no_rule(text: str) -> None:
    with pytest.raises(ValueError):
        rule_of(text)


@given(st.text(max_size=80) | st.text("FREQ=DAILYWKMONTHUBCS;,-0123456789", max_size=80))
def test_any_text_is_a_rule_or_refused(text: str) -> None:
    for candidate in (text, f"FREQ=MONTHLY;{text}"):
        try:
            rule = rule_of(candidate)
        except ValueError:
            continue
        found = list(occurrences(rule, datetime(2026, 1, 1), date(2026, 1, 1), date(2026, 2, 1), Work(10_000)))
        assert found == sorted(set(found))
        assert found[0] == datetime(2026, 1, 1) and found[-1].date() <= date(2026, 2, 1)


@pytest.mark.parametrize("text", ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6;BYSETPOS=1"])
def test_a_rule_without_any_day_costs_no_more_than_the_window(text: str) -> None:
    work = Work(600)
    assert list(occurrences(rule_of(text), datetime(1, 1, 1), date(2026, 1, 1), date(2026, 4, 30), work)) == []


def test_counting_for_two_thousand_years_is_too_much_and_said_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(TooMuchError):
        list(
            occurrences(
                rule_of("FREQ=YEARLY;COUNT=999999"),
                datetime(1, 1, 1),
                date(2026, 1, 1),
                date(2026, 3, 1),
                Work(300_000),
            )
        )
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("starts", [datetime.min, datetime(9999, 12, 31, 23, 59)])
def test_the_first_and_the_last_day_of_all(starts: datetime) -> None:
    for text in (
        "FREQ=DAILY",
        "FREQ=MONTHLY;BYMONTHDAY=-1;BYSETPOS=-1",
        "FREQ=YEARLY;BYDAY=5SU",
        "FREQ=WEEKLY;COUNT=2",
    ):
        last = starts.date() + 30 * DAY * (starts.year == 1)
        found = list(occurrences(rule_of(text), starts, starts.date(), last, Work(10**5)))
        assert found[0] == starts and found[-1].date() <= last
