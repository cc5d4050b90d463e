"""The course of a standing is the standing of each day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationships import evidence, health
from relationships.cadence import Interval
from relationships.course import Course
from relationships.evidence import Component, Kind
from relationships.health import Person, Pot
from tests.relationships.test_health import TODAY, History, histories

DAY = timedelta(days=1)
APPROX = 1e-9


def course_of(history: History) -> Course:
    def seen(day: date) -> list[date | None]:
        return [one.seen_on if one.seen_on and one.seen_on <= day else None for one in history.people]

    return Course(
        rows=[row for row in history.rows if row.kind is not Kind.TOUCH],
        touches=sorted({row.day for row in history.rows if row.kind is Kind.TOUCH}),
        rhythm=history.rhythm,
        deciders=seen,
        people=frozenset(one.seen_on for one in history.people if one.seen_on),
    )


def as_of(history: History, day: date) -> health.Standing:
    people = [Person(one.seen_on if one.seen_on and one.seen_on <= day else None) for one in history.people]
    return History(history.rows, history.rhythm, tuple(people)).stand(day)


@given(histories, st.integers(-40, 800))
def test_it_is_the_standing_of_any_day(history: History, ago: int) -> None:
    day, course = TODAY - ago * DAY, course_of(history)
    wanted = as_of(history, day)
    for component in Component:
        found, one = course.of(component, day), wanted.opinions[component]
        assert (found.belief, found.unknown) == pytest.approx((one.belief, one.unknown), abs=APPROX), component
    for side, one in wanted.trust.items():
        assert course.trust(side, day).belief == pytest.approx(one.belief, abs=APPROX)
    assert course.unknown(day) == pytest.approx(wanted.unknown, abs=1e-7)
    assert course.unknown_at_least(day) <= course.unknown(day) + APPROX <= course.unknown_at_most(day) + 2 * APPROX


@given(histories, st.integers(0, 600), st.integers(0, 120))
def test_between_its_days_belief_only_falls_and_less_is_known(history: History, ago: int, more: int) -> None:
    """So a threshold is crossed once at most between two of them; of a silence the bounds say it."""
    course, first = course_of(history), TODAY - ago * DAY
    for component in Component:
        nearest = min((day for day in course.days_of(component) if day > first), default=date.max)
        last = min(first + more * DAY, nearest - DAY)
        before, after = course.of(component, first), course.of(component, last)
        assert after.belief <= before.belief + APPROX, component
        if component is not Component.CADENCE:
            assert after.unknown >= before.unknown - APPROX, component
    nearest = min((day for day in course.every_day if day > first), default=date.max)
    last = min(first + more * DAY, nearest - DAY)
    for bound in (course.unknown_at_least, course.unknown_at_most):
        assert bound(last) >= bound(first) - 1e-7


@given(histories, st.integers(0, 600))
def test_what_is_kept_of_a_pot_is_its_sum(history: History, ago: int) -> None:
    day, course = TODAY - ago * DAY, course_of(history)
    sums = health.total(history.rows, history.rhythm, day)
    for pot in Pot:
        wanted = sums.read(pot, day)
        assert course.trace(pot, day).read(day) == pytest.approx((wanted.r, wanted.s), abs=APPROX), pot


@given(histories, st.integers(-40, 800))
def test_its_sums_are_the_total_of_the_rows(history: History, ago: int) -> None:
    day, course = TODAY - ago * DAY, course_of(history)
    found, wanted = course.sums(day), health.total(history.rows, history.rhythm, day)
    assert (found.stretched, found.touched_on) == (wanted.stretched, wanted.touched_on)
    for pot in health.Pot:
        one, other = found.read(pot, day), wanted.read(pot, day)
        assert (one.r, one.s) == pytest.approx((max(0.0, other.r), max(0.0, other.s)), abs=APPROX), pot


@given(histories, st.integers(0, 800), st.integers(0, 400))
def test_what_is_unknown_stays_within_its_bounds(history: History, ago: int, long: int) -> None:
    """On every day from one to another; where nobody can tell, none are given."""
    course, first = course_of(history), TODAY - ago * DAY
    last = first + long * DAY
    for said_all, unknown in ((True, course.unknown_at_least), (False, course.unknown_at_most)):
        bounds = course.unknown_between(first, last, said_all=said_all)
        if bounds is not None:
            asked = [unknown(first + offset * DAY) for offset in range(long + 1)]
            assert bounds[0] - APPROX <= min(asked)
            assert max(asked) <= bounds[1] + APPROX


def test_bounds_are_told_of_a_dense_history_and_not_where_what_counts_changes() -> None:
    """They are worth something: with contact every other day a year is told in one go."""
    first = TODAY - 730 * DAY
    days = [first + 2 * offset * DAY for offset in range(360)]
    rows = [evidence.row(Kind.INITIATIVE, "ours", day) for day in days]
    course = Course(rows=rows, touches=days, rhythm=health.Rhythm([Interval(first, 14)]))
    bounds = course.unknown_between(first + 300 * DAY, first + 400 * DAY, said_all=False)
    assert bounds is not None and bounds[1] - bounds[0] < 5
    assert course.unknown_between(first - DAY, first + DAY, said_all=False) is None
