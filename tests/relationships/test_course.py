"""The course of a standing is the standing of each day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationships import health
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
