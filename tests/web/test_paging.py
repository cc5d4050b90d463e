from __future__ import annotations

from datetime import date

import pytest
from django.db.models import F
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Account, Affiliation, Contact
from tests import people
from web.paging import Page, page

pytestmark = pytest.mark.django_db
ORDER = ("name_key", "id")


def names(shown: Page[Account]) -> list[str]:
    return [row.name for row in shown.rows]


def test_pages_follow_each_other_without_gap_or_repetition() -> None:
    for number in range(7):
        people.account(f"Organisation {number}")
    first = page(Account.objects.all(), order=ORDER, size=3)
    second = page(Account.objects.all(), order=ORDER, after=first.after, size=3)
    third = page(Account.objects.all(), order=ORDER, after=second.after, size=3)
    assert names(first) + names(second) + names(third) == [f"Organisation {number}" for number in range(7)]
    assert (bool(first.after), bool(second.after), third.after) == (True, True, "")


def test_a_full_last_page_has_no_next() -> None:
    for number in range(3):
        people.account(f"Organisation {number}")
    assert page(Account.objects.all(), order=ORDER, size=3).after == ""


def test_rows_that_come_and_go_between_pages_move_nothing() -> None:
    rows = [people.account(f"M {number}") for number in range(6)]
    first = page(Account.objects.all(), order=ORDER, size=3)
    people.account("A new one at the front")
    people.account("M 3 and a half")
    rows[0].delete()
    rows[2].delete()
    second = page(Account.objects.all(), order=ORDER, after=first.after, size=3)
    assert names(first) == ["M 0", "M 1", "M 2"]
    assert names(second) == ["M 3", "M 3 and a half", "M 4"]


@pytest.mark.parametrize(
    "order", [("since", "id"), ("-since", "id"), ("since", "-id"), ("contact__name", "-since", "id")]
)
def test_empty_values_and_every_direction(order: tuple[str, ...]) -> None:
    account = people.account()
    days = [None, date(2026, 1, 1), date(2025, 1, 1), None, date(2026, 1, 1), None]
    for number, day in enumerate(days):
        contact = Contact.objects.create(name=f"Person {number % 2}")
        Affiliation.objects.create(contact=contact, account=account, since=day)
    rows = Affiliation.objects.select_related("contact")
    ordering = [
        F(name.removeprefix("-")).desc(nulls_last=True) if name.startswith("-") else F(name).asc(nulls_last=True)
        for name in order
    ]
    seen: list[int] = []
    after = ""
    for _page in range(6):
        shown = page(rows, order=order, after=after, size=1)
        seen += [row.pk for row in shown.rows]
        after = shown.after
    assert after == ""
    assert seen == [row.pk for row in rows.order_by(*ordering)]


def test_a_name_of_1400_characters_fits_an_address() -> None:
    long = " ".join(f"Общество номер {number}" for number in range(80))[:1400]
    people.account(long)
    people.account("я last")
    first = page(Account.objects.all(), order=ORDER, size=1)
    assert len(first.after) < 3000
    assert names(page(Account.objects.all(), order=ORDER, after=first.after, size=1)) == ["я last"]


@given(st.text(max_size=40))
def test_a_cursor_that_was_made_up_gives_the_first_page(cursor: str) -> None:
    assert page(Account.objects.all(), order=ORDER, after=cursor).rows == []


def test_an_altered_cursor_gives_the_first_page() -> None:
    for number in range(3):
        people.account(f"Organisation {number}")
    first = page(Account.objects.all(), order=ORDER, size=2)
    for altered in (first.after[:-2], first.after + "AA", "bnVsbA", first.after[::-1]):
        assert names(page(Account.objects.all(), order=ORDER, after=altered, size=2))[:1] == ["Organisation 0"]
