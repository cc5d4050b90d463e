from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from accounts.models import Account, User
from dashboards import columns, queries
from relationships.cadence import State
from relationships.models import Relationship
from tests import people
from tests.dashboards import books
from web.clock import Now

pytestmark = pytest.mark.django_db

EVERY_COLUMN = [*columns.DRAWN, *columns.WRITTEN]


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def told(row: Relationship, state: State, now: Now) -> dict[str, str]:
    every = shown("&".join(f"columns={key}" for key in EVERY_COLUMN))
    return {cell.key: cell.text for cell in columns.cells(row, every, state, [], now)}


def shown(query: str, sort: str = "worst") -> columns.Columns:
    return columns.of(QueryDict(query), sort)


# Which ---------------------------------------------------------------------------------------------------------------


def test_usual_ones_unless_somebody_chose_and_nothing_beside_is_a_choice() -> None:
    assert shown("") == columns.Columns(frozenset(columns.USUAL), chosen=False)
    assert shown("columns=partner") == columns.Columns(frozenset(), chosen=True)
    assert shown("columns=partner&columns=tier&columns=king&columns=%00").shown == {"tier"}


SORTED_BY = {"worth": {"worth"}, "at_stake": {"worth", "at_stake"}, "contact": {"contact"}, "name": set()}


@pytest.mark.parametrize("sort", SORTED_BY)
def test_what_is_sorted_by_is_shown_unless_somebody_chose(sort: str) -> None:
    gone = {"stage"} if sort == "at_stake" else set()
    assert shown("", sort).shown == {*columns.USUAL, *SORTED_BY[sort]} - gone
    assert shown("columns=partner&columns=tier", sort).shown == {"tier"}


def test_choice_stays_in_the_address_when_something_else_changes() -> None:
    books.book([State.OVERDUE], now=Now.read())
    page = client_of(people.alice()).get(f"{reverse('portfolio')}?columns=partner&columns=tier&columns=worth&q=part")
    assert [value for name, value in page.context["held"] if name == "columns"] == ["partner", "worth", "tier"]
    text = page.content.decode()
    assert text.count('<input type="hidden" name="columns" value="tier">') == 1
    assert text.count('<input type="hidden" name="q" value="part">') == 2, "in the menu of columns and for many at once"


# What they say -------------------------------------------------------------------------------------------------------


def test_each_column_says_what_the_row_has() -> None:
    now = Now.read()
    today = now.today("UTC")
    (row,) = books.book([State.IN_TOUCH], now=now)
    Account.objects.filter(pk=row.account_id).update(kind="reseller")
    Relationship.objects.filter(pk=row.pk).update(
        every_days=14,
        tier="A",
        yearly_worth=1234567,
        renewal_on=today + timedelta(days=1),
        last_touch_on=today,
        due_on=today,
    )
    row = Relationship.objects.select_related("account", "owner", "team").get()
    assert told(row, State.DUE, now) == {
        "contact": "today", "due": "today", "worth": "1,234,567 EUR", "renewal": "tomorrow", "stage": "Contact",
        "tier": "A", "kind": "Reseller", "owner": "Alice Ahlberg", "team": "North", "needed": "2.0", "happened": "0",
        "missing": "2", "at_stake": "",
    }  # fmt: skip


def test_what_is_not_known_is_empty_and_a_contact_that_never_was_is_said() -> None:
    row = people.relationship(team=None)
    said = told(row, State.NO_CADENCE, Now.read())
    assert {key for key, text in said.items() if not text} == {
        "needed", "missing", "due", "worth", "at_stake", "renewal", "tier", "team",
    }  # fmt: skip
    assert said["contact"] == "never"


def test_days_with_contact_are_those_of_four_weeks() -> None:
    now = Now.read()
    (row,) = books.book([State.IN_TOUCH], now=now)
    last = row.today(now)
    met = [last, last, last - timedelta(days=27), last - timedelta(days=28), last + timedelta(days=1)]
    [cell] = columns.cells(row, shown("columns=happened"), State.IN_TOUCH, met, now)
    assert cell.text == "2"


def test_resting_ones_are_not_due() -> None:
    now = Now.read()
    (row,) = books.book([State.DUE], now=now)
    for state, text in ((State.DUE, "today"), (State.PAUSED, ""), (State.ENDED, "")):
        assert [cell.text for cell in columns.cells(row, shown("columns=due"), state, [], now)] == [text]


@pytest.mark.parametrize("chosen", [[], EVERY_COLUMN, *([one] for one in EVERY_COLUMN)])
def test_each_row_has_as_many_cells_as_there_are_heads(chosen: list[str]) -> None:

    books.book([State.OVERDUE, State.NEW, State.PAUSED], now=Now.read())
    widths: list[int] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "tr":
                widths.append(0)
            elif tag in ("th", "td"):
                widths[-1] += int(dict(attrs).get("colspan") or 1)

    query = {"columns": ["partner", *chosen]}
    Reader().feed(client_of(people.alice()).get(reverse("portfolio"), query).content.decode())
    assert len(widths) == 1 + 3 + 3
    assert len(set(widths)) == 1


def test_phone_is_told_what_somebody_chose() -> None:
    (row,) = books.book([State.OVERDUE], now=Now.read())
    Relationship.objects.filter(pk=row.pk).update(tier="A")
    client = client_of(people.alice())
    assert 'class="also"' not in client.get(reverse("portfolio")).content.decode()
    page = client.get(reverse("portfolio"), {"columns": ["partner", "tier", "owner", "worth"]})
    assert '<span class="also">Tier A · Owner Alice Ahlberg</span>' in page.content.decode()


@pytest.mark.parametrize("count", [1, 50])
def test_every_column_costs_no_query_more(count: int, django_assert_num_queries: Callable[..., object]) -> None:
    books.book([list(State)[index % len(State)] for index in range(count)], now=Now.read())
    client = client_of(people.alice())
    with django_assert_num_queries(28):  # type: ignore[attr-defined]
        client.get(reverse("portfolio"), {"columns": ["partner", *EVERY_COLUMN], "sort": "at_stake"})


# Worth × lateness ----------------------------------------------------------------------------------------------------


def test_most_at_stake_first() -> None:
    """Late × worth, as the rows say it; then the late ones without a worth, then the others by their worth."""
    made = books.book([State.OVERDUE] * 6 + [State.IN_TOUCH, State.PAUSED, State.DUE, State.BOOKED])
    worth = [100, 0, None, 9000, None, 100, 50, None, 70, 5000]
    for row, amount in zip(made, worth, strict=True):
        Relationship.objects.filter(pk=row.pk).update(yearly_worth=amount)
    rows = list(Relationship.objects.with_lateness(books.NOW))

    def place(row: Any) -> tuple[float, ...]:
        late = row.state(books.NOW) is State.OVERDUE
        has = row.yearly_worth is not None
        by = float(row.yearly_worth or 0) * (row.lateness if late else 1) if has else row.lateness if late else 0
        return (not late, not has, -by, row.pk)

    seen = Relationship.objects.visible_to(people.alice())
    page, _after = queries.page_of(seen, sort="at_stake", state=None, now=books.NOW, after=None, size=50)
    assert [row.pk for row in page] == [row.pk for row in sorted(rows, key=place)]
    assert [row.pk for row in page[:2]] == [made[3].pk, made[0].pk]


def test_the_order_of_what_is_at_stake_is_read_from_its_column() -> None:
    made = books.book([State.OVERDUE] * 4 + [State.IN_TOUCH, State.DUE], now=Now.read())
    for row, amount in zip(made, [100, 90000, None, 700, 5000, 20], strict=True):
        Relationship.objects.filter(pk=row.pk).update(yearly_worth=amount)
    page = client_of(people.alice()).get(reverse("portfolio"), {"sort": "at_stake"})
    ((_look, _count, lines),) = page.context["groups"]
    told = {line.relationship.pk: {cell.key: cell.text for cell in line.cells} for line in lines}
    at_stake = [line["at_stake"] for line in told.values()]
    amounts = [int(one.removesuffix(" EUR").replace(",", "")) for one in at_stake if one]
    assert len(amounts) == 3 and amounts == sorted(amounts, reverse=True)
    assert at_stake[3:] == ["", "", ""], "without a worth, and what is not late"
    worth = [line["worth"] for line in told.values()]
    assert worth[3:] == ["", "5,000 EUR", "20 EUR"]


def test_at_stake_is_the_worth_times_the_rhythms_missed_and_says_how_many() -> None:
    now = Now.read()
    late = now.today("UTC") - timedelta(days=58)
    row = people.relationship(yearly_worth=103000, every_days=30, due_on=late, overdue_from=late)
    [cell] = columns.cells(row, shown("columns=at_stake"), State.OVERDUE, [], now)
    assert (cell.text, cell.title) == ("199,133 EUR", "103,000 EUR × 1.9 rhythms missed")
    [cell] = columns.cells(row, shown("columns=at_stake"), State.BOOKED, [], now)
    assert cell.text == "", "a meeting is near"
