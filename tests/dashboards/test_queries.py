from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboards import queries, wanting
from dashboards.queries import Cursor
from relationships.cadence import WORKING_DAYS, State
from relationships.models import Relationship
from relationships.words import WORST_FIRST
from tests import people
from tests.dashboards.books import EVERY, NOW, book

pytestmark = pytest.mark.django_db


def pages(sort: str, state: State | None, size: int) -> list[list[Relationship]]:
    rows = Relationship.objects.visible_to(people.alice())
    found: list[list[Relationship]] = []
    after = None
    while True:
        page, after = queries.page_of(rows, sort=sort, state=state, now=NOW, after=after, size=size)
        found.append(page)
        if after is None:
            return found
        after = Cursor.parse(str(after))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    states=st.lists(st.sampled_from(list(State)), min_size=1, max_size=12),
    size=st.integers(1, 5),
    sort=st.sampled_from(queries.SORTS),
)
def test_pages_show_each_row_once(states: list[State], size: int, sort: str) -> None:
    Relationship.objects.all().delete()
    made = book(states)
    found = pages(sort, None, size)
    assert sorted(row.pk for page in found for row in page) == sorted(row.pk for row in made)
    assert [len(page) for page in found[:-1]] == [size] * (len(found) - 1)


def test_worst_first_groups_by_state_and_lateness() -> None:
    made = book(
        [
            State.IN_TOUCH,
            State.OVERDUE,
            State.PAUSED,
            State.OVERDUE,
            State.NO_CADENCE,
            State.BOOKED,
            State.DUE,
            State.NEW,
            State.ENDED,
        ]
    )
    (page,) = pages("worst", None, 50)
    assert [row.state(NOW) for row in page] == [State.OVERDUE, *WORST_FIRST]
    assert [row.pk for row in page[:2]] == [made[1].pk, made[3].pk]


def test_weekly_partner_a_week_late_stands_before_a_monthly_one() -> None:
    weekly, monthly = book([State.OVERDUE, State.OVERDUE])
    Relationship.objects.filter(pk=monthly.pk).update(every_days=30)
    Relationship.objects.filter(pk=weekly.pk).update(every_days=7, due_on=monthly.due_on)
    (page,) = pages("worst", None, 50)
    assert [row.pk for row in page] == [weekly.pk, monthly.pk]
    assert [one.relationship for one in wanting.of(people.alice(), NOW).rows] == [row.pk for row in page]


@pytest.mark.parametrize("state", list(State))
def test_state_filter_agrees_with_the_row(state: State) -> None:
    made = book(list(State))
    assert [row.pk for page in pages("name", state, 50) for row in page] == [
        row.pk for row in made if row.state(NOW) is state
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_units_of_one_organisation_stand_by_their_names(size: int) -> None:
    datarook, other = people.account("Datarook"), people.account("datarook b")
    for account, name in (
        (datarook, "Tracking pilot"), (other, "Archive"), (datarook, "licences"), (datarook, ""),
        (datarook, "Two\nlines~"), (other, ""), (datarook, "Analysis"),
    ):  # fmt: skip
        people.relationship(account=account, name=name)
    assert [str(row) for page in pages("name", None, size) for row in page] == [
        "Datarook", "Datarook · Analysis", "Datarook · licences", "Datarook · Tracking pilot", "Datarook · Two\nlines~",
        "datarook b", "datarook b · Archive",
    ]  # fmt: skip
    (run,) = queries.in_order(Relationship.objects.visible_to(people.alice()), sort="name", state=None, now=NOW)
    assert [str(row) for row in run][1:4] == ["Datarook · Analysis", "Datarook · licences", "Datarook · Tracking pilot"]


def test_a_cursor_with_a_nought_is_none() -> None:
    assert Cursor.parse("0~1~a\0") is None


def test_book_counts_every_state_once() -> None:
    made = book([*State, State.OVERDUE, State.IN_TOUCH])
    counted = queries.book(Relationship.objects.visible_to(people.alice()), NOW)
    assert counted.counts == {state: sum(row.state(NOW) is state for row in made) for state in State}
    assert counted.total == len(made)


def test_book_needs_what_the_rhythms_ask() -> None:
    book([State.IN_TOUCH, State.IN_TOUCH, State.PAUSED, State.NO_CADENCE])
    counted = queries.book(Relationship.objects.visible_to(people.alice()), NOW)
    assert counted.needed == pytest.approx(2 * 7 / 5 / EVERY)
    assert counted.happening == pytest.approx(2 / WORKING_DAYS)


def test_more_touches_on_one_day_are_one() -> None:
    from tests.dashboards.books import touch

    (row,) = book([State.IN_TOUCH])
    assert row.last_touch_on is not None
    touch(row, row.last_touch_on)
    touch(row, row.last_touch_on, two_way=False)
    counted = queries.book(Relationship.objects.visible_to(people.alice()), NOW)
    assert counted.happening == pytest.approx(1 / WORKING_DAYS)


@pytest.mark.parametrize("text", ["", "x", "1~2", "a~1~x", "1~99999999999999999999~x", "1~1~\x00", "²~1~x"])
def test_cursor_that_is_none(text: str) -> None:
    cursor = Cursor.parse(text)
    page, _ = queries.page_of(
        Relationship.objects.visible_to(people.alice()), sort="worst", state=None, now=NOW, after=cursor, size=5
    )
    assert page == []


def test_cursor_of_another_sort_still_answers() -> None:
    book([State.OVERDUE, State.IN_TOUCH])
    page, _ = queries.page_of(
        Relationship.objects.visible_to(people.alice()),
        sort="name",
        state=None,
        now=NOW,
        after=Cursor(0, "2026-11-23", 1),
        size=5,
    )
    assert len(page) == 2
