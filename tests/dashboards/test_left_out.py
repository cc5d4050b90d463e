"""What of an address narrows nothing is said on each list, which is shown without it; and nothing is told by that."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from tests import people
from web.left_out import LONGEST, LeftOut, said

pytestmark = pytest.mark.django_db

BOOK = ["portfolio", "loyalty_list"]
WHOSE = ["promise_list", "feedback_list", "problem_list", "meeting_list"]
CELLS = [*BOOK, *WHOSE, "insights"]
WRONG: list[tuple[str, dict[str, str], str]] = [
    *((page, {"owner": "999999999"}, "Owner") for page in CELLS),
    *((page, {"team": "x"}, "Team") for page in CELLS),
    *((page, {"kind": "bank"}, "Organisation “bank”" if page in WHOSE else "Kind “bank”") for page in CELLS),
    *((page, {"tier": "A\0"}, "Tier “A”") for page in CELLS),
    *((page, {"tag": "\0"}, "Tag") for page in CELLS),
    *((page, {"state": "lost"}, "State “lost”") for page in [*BOOK, *WHOSE]),
    *((page, {"whose": "king"}, "Whose “king”") for page in [*BOOK, *WHOSE]),
    *((page, {"relationship": "999999999"}, "Partner") for page in WHOSE),
    ("meeting_list", {"person": "0"}, "Of"),
    ("meeting_list", {"series": "7"}, "Comes again"),
    ("promise_list", {"quarter": "2026Q9"}, "Its day “2026Q9”"),
    ("promise_list", {"side": "both"}, "Side “both”"),
    ("feedback_list", {"post": "7"}, "Heard at"),
    ("feedback_list", {"sort": "best"}, "Sort “best”"),
    ("problem_list", {"solved": "2026-13-45"}, "Solved “2026-13-45”"),
    ("portfolio", {"columns": "king"}, "Column “king”"),
    ("portfolio", {"standing": "3"}, "Standing “3”"),
    ("portfolio", {"renews": "soon"}, "Renews “soon”"),
    ("loyalty_list", {"field": "lover"}, "Field “lover”"),
    ("insights", {"weeks": "104"}, "How far back “104”"),
    ("relationship_history", {"kind": "gossip"}, "Kind “gossip”"),
    ("relationship_history", {"before": "2026-13-45"}, "Before “2026-13-45”"),
]
FITTING: list[tuple[str, dict[str, str]]] = [
    *((page, {"kind": "customer", "tier": "A", "tag": "b", "q": "c"}) for page in [*BOOK, *WHOSE]),
    *((page, {"whose": "book"}) for page in [*BOOK, *WHOSE]),
    *((page, {"owner": "", "team": "", "state": ""}) for page in CELLS),
    *((page, {}) for page in [*CELLS, "relationship_history"]),
    ("promise_list", {"quarter": "2019Q3", "state": "open"}),
    ("portfolio", {"columns": "partner", "standing": "40-90", "state": "overdue", "sort": "worth"}),
    ("loyalty_list", {"field": "not_known"}),
    ("insights", {"weeks": "156", "tier": "A"}),
    ("relationship_history", {"kind": "talk", "before": "2026-01-01T00:00:00+00:00"}),
]


@pytest.fixture
def client(client: Client) -> Client:
    client.force_login(people.alice())
    return client


def opened(client: Client, page: str, values: dict[str, Any]) -> Any:
    args = [people.relationship().pk] if page == "relationship_history" else []
    address = reverse(page, args=args)
    answer: Any = client.get(f"{address}?{urlencode(values)}")
    assert answer.status_code == 200
    return answer


def told(answer: HttpResponse) -> list[str]:
    found = re.findall(r'<p class="c-why">([^<]*shown without[^<]*)</p>', answer.content.decode())
    return [html.unescape(one) for one in found]


@pytest.mark.parametrize(("page", "values", "what"), WRONG)
def test_what_narrows_nothing_is_said(client: Client, page: str, values: dict[str, str], what: str) -> None:
    if page in BOOK:
        people.relationship()
    answer = opened(client, page, values)
    assert told(answer) == [f"{what} is not known here, or not yours to see, so this page is shown without it."]
    # The sentence stands before the list, and the list is the one without the value.
    content = answer.content.decode()
    assert content.index("shown without it") < content.index("c-filter" if page in CELLS else "c-past")
    plain = opened(client, page, {})
    for name in ("tabs", "chips", "lines"):
        if page != "relationship_history" and name in plain.context and "columns" not in values:
            counts = [getattr(one, "count", one) for one in answer.context[name]]
            assert counts == [getattr(one, "count", one) for one in plain.context[name]], name


@pytest.mark.parametrize(("page", "values"), FITTING)
def test_nothing_is_said_where_all_is_well(client: Client, page: str, values: dict[str, str]) -> None:
    assert told(opened(client, page, values)) == []


@pytest.mark.parametrize("page", CELLS)
def test_several_are_said_in_one_sentence_for_as_many_queries(client: Client, page: str) -> None:
    people.relationship()
    opened(client, page, {})
    asked = {"owner": people.alice().pk, "team": people.north().pk}
    with CaptureQueriesContext(connection) as fitting:
        assert told(opened(client, page, asked)) == []
    wrong = {"owner": 999999999, "team": 999999999, "kind": "<b>", "tier": "x" * 300}
    with CaptureQueriesContext(connection) as queries:
        [one] = told(opened(client, page, wrong))
    long = f"Tier “{'x' * (LONGEST - 1)}…” is too long, so this page is shown without it."
    assert sorted(re.findall(r"Team|Owner|“<b>”", one)) == ["Owner", "Team", "“<b>”"]
    unknown = "are not known here, or not yours to see, so this page is shown without them."
    assert " and " in one and one.endswith(f" {unknown} {long}")
    assert len(queries) <= len(fitting)


@pytest.mark.parametrize("page", CELLS)
def test_what_somebody_may_not_see_reads_as_what_is_not_there(client: Client, page: str) -> None:
    hidden = people.relationship(owner=people.outsider(), team=people.south())
    values: dict[str, Any] = {"owner": hidden.owner_id, "team": hidden.team_id}
    if page in WHOSE:
        values |= {"relationship": hidden.pk}
    there = told(opened(client, page, values))
    assert there == told(opened(client, page, {name: value + 999_999 for name, value in values.items()}))
    # Who may see it reads of nothing that is left out.
    adam = Client()
    adam.force_login(people.adam())
    assert len(there) == 1 and told(opened(adam, page, values)) == []


def test_one_to_one_says_at_its_field_why_it_does_not_count_from_there() -> None:
    alice: User = people.alice()
    client = Client()
    client.force_login(alice)
    address = reverse("one_to_one", args=[alice.pk])
    assert "no day that Concord can read" in client.get(address, {"since": "2026-13-45"}).content.decode()
    assert "since-wrong" not in client.get(address, {"since": "2026-01-01"}).content.decode()


def test_columns_left_out_are_each_said_once_and_in_their_order(client: Client) -> None:
    content = opened(client, "portfolio", {})
    assert told(content) == []
    answer: Any = client.get(
        f"{reverse('portfolio')}?columns=partner&columns=king&columns=tier&columns=king&columns=%00x"
    )
    assert told(answer) == [
        "Column “king” and Column “x” are not known here, or not yours to see, so this page is shown without them."
    ]


def test_sentence_of_nothing_is_empty() -> None:
    assert said([]) == ""
    assert said([LeftOut("Kind", "\t\0")]).startswith("Kind is not known")
