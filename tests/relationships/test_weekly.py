"""Standings week by week (pure): a point for each Monday, kept ones before reckoned ones, and what happened between."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from relationships import weekly
from relationships.evidence import Component
from relationships.weekly import DRAWN, WEEK, WEEKS, Happening, Point, What

TODAY = date(2026, 11, 29)
DAY = timedelta(days=1)


def point(day: date, earned: float = 4.0, *, shown: bool = False, **other: float) -> Point:
    parts = {one: other.get(one.value, earned) for one in Component}
    return Point(day, parts, dict.fromkeys(Component, 20.0), shown)


@given(st.integers(0, 900), st.integers(0, 6))
def test_days_are_mondays_within_a_year_and_since_it_began_and_today(ago: int, later: int) -> None:
    today = TODAY + later * DAY
    begun = today - ago * DAY
    found = weekly.days(begun, today)
    assert found[-1] == today and found == sorted(set(found)) and len(found) <= WEEKS + 1
    assert all(day.weekday() == 0 and day >= begun for day in found[:-1])
    assert len(found) >= min(WEEKS, ago // 7)


@given(st.lists(st.integers(0, 400), max_size=40), st.integers(20, 420))
def test_what_was_kept_within_the_week_is_shown_and_the_rest_is_reckoned_once(kept: list[int], ago: int) -> None:
    wanted = weekly.days(TODAY - ago * DAY, TODAY)
    asked: list[date] = []

    def reckon(day: date) -> Point:
        asked.append(day)
        return point(day)

    snapshots = [point(TODAY - days * DAY, shown=True) for days in sorted(set(kept), reverse=True)]
    found = weekly.points(wanted, snapshots, point(TODAY, 9.0), reckon)
    assert [one.day for one in found] == wanted
    assert found[-1].earned[Component.TRUST] == 9.0
    for one in found[:-1]:
        near = [snapshot for snapshot in snapshots if one.day - WEEK < snapshot.day <= one.day]
        assert one.shown == bool(near) and (one.day in asked) != one.shown
    assert len(asked) == len(set(asked)) <= WEEKS


def test_the_component_that_moved_most_is_named_and_of_two_the_one_that_lost() -> None:
    first, last = point(TODAY - 9 * WEEK, 10.0), point(TODAY, 10.0, trust=4.0, access=16.0)
    found = weekly.moved([first, last])
    assert found is not None and (found.component, found.before, found.after, found.by) == ("trust", 10, 4, -6)
    assert weekly.moved([first, point(TODAY, 11.0)]) is None


def test_what_moved_more_than_a_quarter_ago_is_no_finding() -> None:
    course = [point(TODAY - weeks * WEEK, 10.0 if weeks <= 13 else 0.0) for weeks in range(30, -1, -1)]
    assert weekly.moved(course) is None
    assert weekly.moved(course[:-13]) is not None


HAPPENED = st.lists(
    st.builds(
        lambda ago, what, n: Happening(TODAY - ago * DAY, what, what.value, f"{what.value} {n}"),
        st.integers(0, 500),
        st.sampled_from(What),
        st.integers(0, 9),
    ),
    max_size=40,
)


@given(HAPPENED)
def test_drawn_is_what_weighs_most_in_the_order_of_days(happened: list[Happening]) -> None:
    found = weekly.drawn(happened)
    assert len(found) == min(DRAWN, len(happened))
    assert [one.day for one in found] == sorted(one.day for one in found)
    left = list(happened)
    for one in found:
        left.remove(one)
    assert all(weekly.ORDER[other.what] >= max(weekly.ORDER[one.what] for one in found) for other in left)


@given(HAPPENED, st.integers(0, 420))
def test_each_thing_stands_in_the_week_in_which_it_happened(happened: list[Happening], ago: int) -> None:
    wanted = weekly.days(TODAY - ago * DAY, TODAY)
    weeks = weekly.by_week(wanted, happened)
    assert len(weeks) == len(wanted)
    assert sum(map(len, weeks)) == sum(one.day >= wanted[0] for one in happened)
    for day, after, week in zip(wanted, [*wanted[1:], date.max], weeks, strict=True):
        assert all(day <= one.day < after for one in week)
