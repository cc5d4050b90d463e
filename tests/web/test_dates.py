"""Days as people say them: a weekday by itself is always one to come."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from web import dates

TODAY = date(2026, 11, 26)
DAY = timedelta(days=1)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def test_days_around_today() -> None:
    told = {apart: dates.said(TODAY + apart * DAY, TODAY) for apart in (-7, -6, -2, -1, 0, 1, 2, 6, 7)}
    assert told == {
        -7: "19 November", -6: "last Friday", -2: "last Tuesday", -1: "yesterday", 0: "today", 1: "tomorrow",
        2: "Saturday", 6: "Wednesday", 7: "3 December",
    }  # fmt: skip
    assert [dates.on(TODAY + apart * DAY, TODAY) for apart in (-7, -2, -1, 2, 7)] == [
        "on 19 November", "last Tuesday", "yesterday", "on Saturday", "on 3 December",
    ]  # fmt: skip
    assert [dates.ago(TODAY - back * DAY, TODAY) for back in (0, 1, 2, 6, 7)] == [
        "today", "yesterday", "last Tuesday", "last Friday", "7 days ago",
    ]  # fmt: skip


def test_day_of_another_year_says_which() -> None:
    far = {more: dates.said(TODAY + more * DAY, TODAY) for more in (35, 36, 122, -329, -330)}
    assert far == {
        35: "31 December", 36: "1 January 2027", 122: "28 March 2027", -329: "1 January", -330: "31 December 2025",
    }  # fmt: skip
    assert dates.weekday(TODAY + 36 * DAY, TODAY) == "Friday 1 January 2027"
    assert dates.weekday(TODAY + 8 * DAY, TODAY) == "Friday 4 December"


@given(st.integers(-400, 400), st.integers(-400, 400))
def test_no_two_days_are_said_alike(one: int, other: int) -> None:
    """Within four months of today, in whatever direction, and the words say which way a weekday lies."""
    first, second = TODAY + one * DAY, TODAY + other * DAY
    for way in (dates.said, dates.on):
        if one != other and max(abs(one), abs(other)) <= 120:
            assert way(first, TODAY) != way(second, TODAY)
        said = way(first, TODAY)
        if said.endswith(WEEKDAYS):
            assert said.startswith("last ") == (one < 0)
