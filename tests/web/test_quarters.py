"""Quarters: every day lies in exactly one, and what is written is read again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from web import dates
from web.quarters import Quarter, Quarters, latest, parse

DAYS = st.dates(max_value=date(9998, 12, 31))


@given(DAYS)
def test_a_day_lies_in_its_quarter_alone(day: date) -> None:
    quarter = Quarter.of(day)
    assert quarter.first <= day <= quarter.last
    assert quarter.last + timedelta(days=1) == quarter.next.first
    assert quarter.next.before == quarter
    assert quarter < quarter.next


@given(DAYS)
def test_what_is_written_is_read_again(day: date) -> None:
    assert Quarter.parse(str(Quarter.of(day))) == Quarter.of(day)


@given(DAYS, DAYS)
def test_several_are_one_span_and_read_again(one: date, other: date) -> None:
    since, until = sorted((Quarter.of(one), Quarter.of(other)))
    span = Quarters(since, until)
    assert (span.first, span.last) == (since.first, until.last)
    assert parse(str(span)) == (span if since < until else None)
    assert parse(str(since)) == since


@pytest.mark.parametrize(
    "text", ["", "-", "2026Q1-", "-2026Q1", "2026Q2-2026Q1", "2026Q1-2026Q5", "2026Q1-2026Q2-2026Q3"]
)
def test_other_texts_are_no_quarters(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize("text", ["", "2026", "2026Q0", "2026Q5", "0000Q1", "9999Q4", "2026q3", "2026Q3\n", "٢٠٢٦Q3"])
def test_other_texts_are_no_quarter(text: str) -> None:
    assert Quarter.parse(text) is None


def test_the_latest_come_newest_first_across_the_year() -> None:
    assert [str(one) for one in latest(date(2026, 2, 1), 5)] == ["2026Q1", "2025Q4", "2025Q3", "2025Q2", "2025Q1"]
    assert dates.quarter(Quarter(2026, 3)) == "July to September 2026"
    assert dates.quarter(Quarters(Quarter(2025, 4), Quarter(2026, 3))) == "October 2025 to September 2026"


@pytest.mark.django_db
def test_the_database_writes_it_alike() -> None:
    with connection.cursor() as cursor:
        for day in (date(2026, 3, 31), date(2026, 4, 1), date(987, 12, 31)):
            cursor.execute("""SELECT to_char(%s::date, 'YYYY"Q"Q')""", [day])
            assert cursor.fetchone() == (str(Quarter.of(day)),)
