"""How many promises were kept: of each side and of each person, as every page that says it counts them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.models import Contact
from dashboards import promise_list
from relationships import actions
from relationships.models import Commitment, CommitmentQuerySet, Relationship
from relationships.promises import Share
from tests import people
from tests.relationships.records import DAY, MONDAY, noon

pytestmark = pytest.mark.django_db
FRIDAY = MONDAY + 4 * DAY


def keep(promise: Commitment, day: date) -> None:
    actions.keep_promise(actor=people.alice(), now=noon(day), commitment=promise)


def miss(promise: Commitment, day: date) -> None:
    actions.miss_promise(actor=people.alice(), now=noon(day), commitment=promise)


def test_shares_per_side_and_person(django_assert_num_queries: Any) -> None:
    row, other = people.relationship(), people.relationship()
    ingrid = Contact.objects.create(name="Ingrid Moe")
    alice, bob = people.alice(), people.bob()

    def promise(where: Relationship, side: str = "ours", **who: Any) -> Commitment:
        return people.promise(where, side, due_on=FRIDAY, **who)

    keep(promise(row, colleague=alice), FRIDAY)
    keep(promise(row, colleague=alice), FRIDAY + DAY)
    miss(promise(row, colleague=bob), FRIDAY)
    promise(row)
    keep(promise(row, "theirs", contact=ingrid), FRIDAY)
    people.promise(row, "theirs", due_on=FRIDAY + 90 * DAY, made_on=MONDAY, contact=ingrid)
    keep(promise(other, colleague=alice), FRIDAY)
    now, of_row = noon(FRIDAY + DAY), Commitment.objects.filter(relationship=row)

    def shares(rows: CommitmentQuerySet) -> dict[str, Share]:
        return {side: one.share for side, one in promise_list.counts(rows, now).items()}

    with django_assert_num_queries(1):
        assert shares(of_row) == {"ours": Share(1, 1, 1, 1), "theirs": Share(1, 0, 0, 0)}
    assert shares(Commitment.objects.all())["ours"] == Share(2, 1, 1, 1)
    assert shares(of_row.none()) == {"ours": Share(0, 0, 0, 0), "theirs": Share(0, 0, 0, 0)}
    assert {side: one.open for side, one in promise_list.counts(of_row, now).items()} == {"ours": 1, "theirs": 1}
    with django_assert_num_queries(2):
        found = promise_list.shares_by_name(of_row, now)
    assert [(one.side, one.name, one.counts.share) for one in found] == [
        ("ours", "Alice Ahlberg", Share(1, 1, 0, 0)),
        ("ours", "Bob Brandt", Share(0, 0, 1, 0)),
        ("theirs", "Ingrid Moe", Share(1, 0, 0, 0)),
    ]
