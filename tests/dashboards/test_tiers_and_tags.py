"""Tiers and tags in filters: found in whatever capitals, through an index, and suggested from the reader's own book."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from dashboards import actions, book
from dashboards.models import SavedView
from meetings.models import Meeting, MeetingAccount
from relationships.forms.relationship import TagsField
from relationships.models import Problem, Relationship
from tests import people
from web.clock import Now

pytestmark = pytest.mark.django_db

PAGES = ["portfolio", "loyalty_list", "promise_list", "feedback_list", "problem_list", "meeting_list", "insights"]
LISTS = {
    "portfolio": "portfolio_download",
    "loyalty_list": "loyalty_download",
    "promise_list": "promise_download",
    "feedback_list": "feedback_download",
    "problem_list": "problem_download",
    "meeting_list": "meeting_download",
}
CANARY = "canary-of-south"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def rows() -> list[Relationship]:
    """Three spellings of one tier and one tag, and others; one thing of each kind with every relationship."""
    made = [
        people.relationship(tier="Gold", tags=["Kühlkette"]),
        people.relationship(tier="GOLD", tags=["b", "KÜHLKETTE", "kühlkette"]),
        people.relationship(tier="gold", tags=["kühlkette"]),
        people.relationship(tier="Golden", tags=["kühl"]),
        people.relationship(tags=[]),
    ]
    now = Now.read()
    for row in made:
        about: dict[str, Any] = {"relationship": row, "account_id": row.account_id}
        people.promise(row)
        people.feedback(row)
        Problem.objects.create(
            **about, what="Late", opened_on=date(2026, 1, 1), due_on=date(2026, 2, 1), binding_on=date(2026, 2, 1),
            written_by=row.owner, written_at=now.instant,
        )  # fmt: skip
        starts = now.instant + timedelta(days=1)
        meeting = Meeting.objects.create(
            title="Meeting", starts_at=starts, ends_at=starts + timedelta(hours=1), zone="UTC", organiser=row.owner,
            planned_at=now.instant,
        )  # fmt: skip
        party = {"starts_at": starts, "meets_on": starts.date(), "state": meeting.state}
        MeetingAccount.objects.create(meeting=meeting, **about, **party)
    return made


def counted(client: Client, address: str, **asked: str) -> int:
    """The number of rows of a list."""
    context: Any = client.get(address, asked).context
    if "unknown" in context:
        return int(context["unknown"].count)
    [tab] = [one for one in context["tabs"] if one.current]
    return int(tab.count)


@pytest.mark.parametrize("asked", [{"tier": "gOLD"}, {"tag": "KüHLkette"}, {"tier": "GOLD", "tag": "KÜHLKETTE"}])
def test_capitals_do_not_matter_wherever_it_narrows(rows: list[Relationship], asked: dict[str, str]) -> None:
    client = client_of(people.alice())
    for page, download in LISTS.items():
        assert counted(client, reverse(page), whose="book") == 5, page
        assert counted(client, reverse(page), whose="book", **asked) == 3, page
        taken: Any = client.get(reverse(download), {"whose": "book", **asked})
        assert len(list(csv.reader(taken.getvalue().decode("utf-8-sig").splitlines()))) == 1 + 3, page
    # Insights tells as many, and so does a view that somebody saved with other capitals.
    actions.count_book(now=Now.read())
    told = book.latest(people.alice(), book.Narrowing.of(asked))
    assert sum(told.prefixed("state:").values()) == 3
    insights = client.get(reverse("insights"), asked).content.decode()
    assert ">3</a>" in insights.replace("</b>", "") and "whose=book" in insights
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    saved = SavedView.objects.create(
        owner=people.alice(), page="portfolio", name="Gold", query=query, made_at=Now.read().instant
    )
    assert counted(client, saved.address) == 3


def test_what_narrows_goes_through_its_index() -> None:
    people.relationship(tier="Gold", tags=["b"])
    cells: list[tuple[dict[str, str], str]] = [
        ({"tier": "GOLD"}, "relationship_tier"),
        ({"tag": "B"}, "relationship_tags_as_capitals"),
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for cell, index in cells:
            sql, values = Relationship.objects.in_cell(**cell).order_by().query.sql_with_params()  # type: ignore[arg-type]
            cursor.execute(f"EXPLAIN {sql}", values)
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert f"{index} " in plan and "Index Cond" in plan, plan


# What is suggested ---------------------------------------------------------------------------------------------------


def suggested(client: Client, page: str) -> dict[str, list[str]]:
    """By the name of the field; the list is the one that the field names."""
    content = client.get(reverse(page)).content.decode()
    found = {}
    for field in re.findall(r"<input[^>]* list=[^>]*>", content):
        [name], [key] = re.findall(r' name="(\w+)"', field), re.findall(r' list="([^"]+)"', field)
        [inside] = re.findall(rf'<datalist id="{key}">(.*?)</datalist>', content)
        found[name] = re.findall(r'<option value="([^"]*)">', inside)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_tiers_and_tags_of_the_own_book_are_suggested(page: str) -> None:
    for tier, tags in (("GOLD", ["beta"]), ("Gold", ["Beta", "alpha"]), ("Gold", ["Beta"]), ("a", []), ("", [])):
        people.relationship(tier=tier, tags=tags)
    hidden = people.relationship(owner=people.outsider(), team=people.south(), tier=CANARY, tags=[CANARY])
    # A part in it opens it and is none of one's book.
    people.bob().parts.create(relationship=hidden, role="expert", subject="Cooling")
    client = client_of(people.alice())
    assert suggested(client, page) == {}
    actions.count_book(now=Now.read())
    for user in (people.alice(), people.bob(), people.rita(), people.mona()):
        assert suggested(client_of(user), page) == {"tier": ["a", "Gold"], "tag": ["alpha", "Beta"]}, user
    assert suggested(client_of(people.adam()), page) == {
        "tier": ["a", CANARY, "Gold"],
        "tag": ["alpha", "Beta", CANARY],
    }
    assert CANARY not in client.get(reverse(page)).content.decode()
    # The text may still be any other, of the length that it may have.
    content = client.get(reverse(page), {"tier": "Z"}).content.decode()
    [field] = re.findall(r'<input[^>]* name="tier"[^>]* list=[^>]*>', content)
    assert 'value="Z"' in field and 'maxlength="200"' in field and 'type="text"' in field


def test_the_most_used_are_suggested_and_no_more_than_fifty(django_assert_num_queries: Any) -> None:
    for number in range(3):
        people.relationship(tags=[f"t{index:02d}" for index in range(number, 60)])
    actions.count_book(now=Now.read())
    alice = User.objects.get(pk=people.alice().pk)
    assert alice.reach.staff
    with django_assert_num_queries(1):
        known = book.in_use(alice)
    assert known.tiers == []
    assert known.tags == [f"t{index:02d}" for index in range(2, 52)]


# Where they are written ----------------------------------------------------------------------------------------------


def test_tags_that_differ_in_capitals_are_one_where_they_are_written() -> None:
    assert TagsField().clean("Beta, alpha, BETA, Alpha , b") == ["Beta", "alpha", "b"]
