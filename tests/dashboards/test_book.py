"""The figures of a book as they were counted: whose they are, how they add up, and in how many queries."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from accounts.models import Team, User
from dashboards import book
from dashboards.book import Narrowing
from dashboards.models import BookCount, BookFigure
from relationships.models import Relationship
from tests import people

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY = date(2026, 6, 1), date(2026, 6, 2)
OVERDUE = "state:overdue"


def count(day: date) -> BookCount:
    return BookCount.objects.create(day=day, counted_at=datetime(2026, 6, 2, 9, 30, tzinfo=UTC))


def cell(of: BookCount, value: float, owner: User, team: Team | None, figure: str = OVERDUE, **more: str) -> None:
    values = {"kind": "customer", "tier": "", "tag": "", **more}
    BookFigure.objects.create(count=of, owner=owner, team=team, figure=figure, value=value, **values)


def overdue(user: User, narrowing: Narrowing = book.EVERYTHING) -> float:
    return book.latest(user, narrowing).value(OVERDUE)


def test_nobody_has_counted_yet() -> None:
    found = book.latest(people.adam())
    assert (found.counted_at, found.day, found.value(OVERDUE), found.prefixed("flag:")) == (None, None, 0, {})
    assert book.course(people.adam(), book.EVERYTHING, MONDAY) == []


def test_each_person_reads_their_own_book() -> None:
    newest = count(TUESDAY)
    cell(newest, 1, people.alice(), people.north())
    cell(newest, 10, people.alice(), None)
    cell(newest, 100, people.outsider(), people.south())
    cell(newest, 1000, people.outsider(), None)
    assert overdue(people.alice()) == 11
    assert overdue(people.bob()) == overdue(people.rita()) == overdue(people.mona()) == 1
    assert overdue(people.outsider()) == 1100
    assert overdue(people.adam()) == 1111
    assert overdue(people.petra()) == 0
    assert book.latest(people.petra()).counted_at is None


def test_a_part_in_a_relationship_opens_the_relationship_and_no_book() -> None:
    theirs = people.relationship(owner=people.outsider(), team=people.south())
    people.alice().parts.create(relationship=theirs, role="expert")
    cell(count(TUESDAY), 1, people.outsider(), people.south())
    alice = User.objects.get(pk=people.alice().pk)
    assert theirs in Relationship.objects.visible_to(alice)
    assert theirs not in Relationship.objects.of_book(alice)
    assert overdue(alice) == 0


def test_it_is_narrowed_by_what_is_chosen() -> None:
    newest = count(TUESDAY)
    adam, alice, bob = people.adam(), people.alice(), people.bob()
    cell(newest, 1, alice, people.north(), kind="supplier")
    cell(newest, 10, bob, people.north(), tier="A")
    cell(newest, 100, bob, people.south())
    cell(newest, 7, bob, people.south(), tag="beta")
    for narrowing, expected in [
        (Narrowing(), 111),
        (Narrowing(team=people.north().pk), 11),
        (Narrowing(owner=bob.pk), 110),
        (Narrowing(kind="supplier"), 1),
        (Narrowing(tier="A"), 10),
        (Narrowing(tag="beta"), 7),
        (Narrowing(owner=bob.pk, team=people.south().pk, tag="beta"), 7),
        (Narrowing(owner=alice.pk, tag="beta"), 0),
    ]:
        assert overdue(adam, narrowing) == expected, narrowing
    chosen = {"team": people.north(), "owner": alice, "kind": "supplier", "q": "x"}
    assert Narrowing.of(chosen) == Narrowing(team=people.north().pk, owner=alice.pk, kind="supplier")
    # A team is narrowed to with those below it.
    assert overdue(adam, Narrowing.of({"team": people.europe()})) == 11


def test_the_newest_count_is_read_in_two_queries_and_the_course_in_one(django_assert_num_queries: Any) -> None:
    adam, alice = people.adam(), people.alice()
    for day, value in ((MONDAY, 5), (TUESDAY, 6)):
        newest = count(day)
        cell(newest, value, alice, people.north())
        cell(newest, 2, alice, people.north(), figure="flag:going_quiet")
        cell(newest, 3, alice, None, figure="flag:one_sided")
    count(date(2026, 5, 25))
    assert adam.reach.everything
    with django_assert_num_queries(2):
        found = book.latest(adam)
    assert found.day == TUESDAY
    assert found.prefixed("flag:") == {"going_quiet": 2, "one_sided": 3}
    with django_assert_num_queries(1):
        whole = book.course(adam, book.EVERYTHING, date(2026, 5, 1))
    assert [(day, figures.get(OVERDUE)) for day, figures in whole] == [
        (date(2026, 5, 25), None),
        (MONDAY, 5),
        (TUESDAY, 6),
    ]
    assert book.course(adam, book.EVERYTHING, TUESDAY, only=[OVERDUE]) == [(TUESDAY, {OVERDUE: 6})]
    assert [day for day, _ in book.course(people.outsider(), book.EVERYTHING, MONDAY)] == [MONDAY, TUESDAY]
    assert book.course(people.petra(), book.EVERYTHING, MONDAY) == []
