"""Booked: a check-in has come due and a meeting that they accepted is near."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import queries, wanting
from mail import digest
from mail.models import Kind
from mail.queries import digest_of
from relationships import cadence, words
from relationships.cadence import State
from relationships.models import Relationship
from tests import people
from web.clock import Now

DAY = timedelta(days=1)
TODAY = date(2026, 11, 23)
NOW = Now(datetime(2026, 11, 23, 12, tzinfo=UTC))


@given(every=st.integers(1, 400), ahead=st.integers(-30, 400), late=st.integers(-5, 60))
def test_booked_only_where_something_is_due_and_the_meeting_near(every: int, ahead: int, late: int) -> None:
    due_on = TODAY - late * DAY
    state = cadence.state(
        today=TODAY,
        paused=False,
        due_on=due_on,
        overdue_from=due_on + 3 * DAY,
        last_touch_on=due_on - every * DAY,
        every_days=every,
        booked_on=TODAY + ahead * DAY,
    )
    near = 0 <= ahead <= min(every // 2, 7)
    assert (state is State.BOOKED) == (late >= 0 and near)
    # A meeting that is over or far away changes nothing.
    if not near:
        assert state is (State.OVERDUE if late >= 3 else State.DUE if late >= 0 else State.IN_TOUCH)


def overdue(booked_on: date | None, every: int = 14, late: int = 10) -> Relationship:
    due_on = TODAY - late * DAY
    return people.relationship(
        every_days=every,
        last_touch_on=due_on - every * DAY,
        due_on=due_on,
        overdue_from=due_on + 3 * DAY,
        booked_on=booked_on,
    )


@pytest.mark.django_db
def test_lists_and_counts_agree_with_the_rule() -> None:
    rows = [
        overdue(None if day is None else TODAY + day * DAY, every, late)
        for day in (None, -1, 0, 3, 4, 7, 8)
        for every in (7, 14, 90)
        for late in (-2, 0, 10)
    ]
    by_rule: dict[State, set[int]] = {state: set() for state in State}
    for row in rows:
        by_rule[row.state(NOW)].add(row.pk)
    assert {state for state, found in by_rule.items() if found} == {
        State.OVERDUE, State.BOOKED, State.DUE, State.IN_TOUCH,
    }  # fmt: skip
    everything = Relationship.objects.all()
    counts = queries.book(everything, NOW).counts
    for state, found in by_rule.items():
        assert set(everything.in_state(state, NOW).values_list("pk", flat=True)) == found, state
        assert counts[state] == len(found), state


@pytest.mark.django_db
def test_booked_asks_nobody_and_stands_after_the_overdue() -> None:
    quiet, booked = overdue(None), overdue(TODAY + DAY)
    assert [row.relationship for row in wanting.of(people.alice(), NOW).rows] == [quiet.pk]
    assert wanting.count(people.alice(), NOW) == 1
    page, _more = queries.page_of(Relationship.objects.all(), sort="worst", state=None, now=NOW, after=None, size=5)
    assert page == [quiet, booked]
    assert words.sentence(booked, NOW) == "meeting tomorrow; quiet for 24 days – 14 assumed"


@pytest.mark.django_db
def test_booked_is_in_the_own_mail_and_out_of_the_managers() -> None:
    people.mona()
    overdue(TODAY + DAY)
    own = digest_of(people.alice(), Kind.DIGEST, NOW)
    assert [(batch.kind, batch.rows[0].fact) for part in own.parts for batch in part.batches] == [
        (digest.Kind.BOOKED, "check-in due, meeting tomorrow")
    ]
    assert own.subject == "1 partner booked"
    assert digest_of(people.mona(), Kind.TEAM_DIGEST, NOW).empty
