from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from relationships.cadence import State
from relationships.models import Relationship
from tests import people
from tests.dashboards import books
from tests.dashboards.books import touch
from web.clock import Now

pytestmark = pytest.mark.django_db


def book(states: list[State]) -> list[Relationship]:
    """A book as of the real clock, which the pages read."""
    return books.book(states, now=Now.read())


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("count", [1, 50])
def test_portfolio_takes_the_same_queries(count: int, django_assert_num_queries: Callable[..., object]) -> None:
    book([list(State)[index % len(State)] for index in range(count)])
    client = client_of(people.alice())
    with django_assert_num_queries(17):  # type: ignore[attr-defined]
        assert client.get(reverse("portfolio")).status_code == 200


@pytest.mark.parametrize("count", [1, 50])
def test_today_takes_the_same_queries(count: int, django_assert_num_queries: Callable[..., object]) -> None:
    book([State.OVERDUE] * count)
    client = client_of(people.alice())
    with django_assert_num_queries(16):  # type: ignore[attr-defined]
        assert client.get(reverse("today")).status_code == 200


@pytest.mark.parametrize("count", [5, 500])
def test_relationship_takes_the_same_queries(count: int, django_assert_num_queries: Callable[..., object]) -> None:
    (row,) = book([State.IN_TOUCH])
    assert row.last_touch_on is not None
    for index in range(count):
        touch(row, row.last_touch_on - timedelta(days=index))
    client = client_of(people.alice())
    with django_assert_num_queries(20):  # type: ignore[attr-defined]
        assert client.get(row.get_absolute_url()).status_code == 200


def test_today_shows_seven_and_says_how_many_wait() -> None:
    book([State.OVERDUE] * 9 + [State.DUE])
    page = client_of(people.alice()).get(reverse("today"))
    assert len(page.context["overdue"]) + len(page.context["due"]) == 7
    assert page.context["later"] == Relationship.objects.count() - 7


def test_today_is_empty_for_who_owns_nothing() -> None:
    book([State.OVERDUE])
    page = client_of(people.bob()).get(reverse("today"))
    assert page.context["lede"] == "Nothing wants you."
    assert list(page.context["overdue"]) == []


def test_stranger_sees_nothing_of_another_team() -> None:
    (row,) = book([State.OVERDUE])
    client = client_of(people.outsider())
    assert client.get(row.get_absolute_url()).status_code == 404
    page = client.get(reverse("portfolio"))
    assert page.context["book"].total == 0
    assert row.account.name not in page.content.decode()


def test_reader_reads_without_buttons() -> None:
    (row,) = book([State.OVERDUE])
    page = client_of(people.rita()).get(row.get_absolute_url())
    assert page.status_code == 200
    assert page.context["writes"] is False
    assert reverse("snooze_create", args=[row.pk]) not in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "owner=99999999999999999999999",
        "owner=x",
        "team=²",
        "stage=king",
        "state=x",
        "sort=;",
        "after=%00",
        "tag=%00",
    ],
)
def test_portfolio_survives_any_address(query: str) -> None:
    book([State.OVERDUE])
    assert client_of(people.alice()).get(f"{reverse('portfolio')}?{query}").status_code == 200


def test_timeline_goes_on_where_it_stopped() -> None:
    (row,) = book([State.IN_TOUCH])
    assert row.last_touch_on is not None
    for index in range(44):
        touch(row, row.last_touch_on - timedelta(days=index // 2))
    client = client_of(people.alice())
    seen: list[int] = []
    address = row.get_absolute_url()
    while True:
        context = client.get(address).context
        seen += [entry.row.pk for entry in context["entries"]]
        if not context["more"]:
            break
        address = row.get_absolute_url() + context["more"]
    assert len(seen) == len(set(seen)) == 45
