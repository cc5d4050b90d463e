"""What is said of a promise, on pages and in mails, and how many were kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from relationships import actions, words
from relationships.models import Commitment, Relationship
from relationships.promises import Share, State
from tests import people
from tests.relationships.records import DAY, MONDAY, noon

pytestmark = pytest.mark.django_db
FRIDAY = MONDAY + 4 * DAY
EXPLAINED = {"explanation": "The board was away", "plan": "In spring"}


def renegotiate(promise: Commitment, agreed: date, to: date) -> None:
    actions.renegotiate(actor=people.alice(), now=noon(agreed), commitment=promise, new_due_on=to)


def keep(promise: Commitment, day: date) -> None:
    actions.keep_promise(actor=people.alice(), now=noon(day), commitment=promise)


def miss(promise: Commitment, day: date, **said: Any) -> None:
    actions.miss_promise(actor=people.alice(), now=noon(day), commitment=promise, **said)


@pytest.mark.parametrize(
    ("today", "lived", "said"),
    [
        (FRIDAY - 2 * DAY, [], "Due on Friday"),
        (FRIDAY - DAY, [], "Due tomorrow"),
        (FRIDAY, [], "Due today"),
        (FRIDAY + DAY, [], "Late since yesterday"),
        (FRIDAY + 9 * DAY, [], "Late since Friday 6 March"),
        (MONDAY, [(renegotiate, MONDAY, FRIDAY + 30 * DAY)], "New day agreed: due on 5 April, first promised by Friday"),  # noqa: E501
        (
            FRIDAY + 9 * DAY,
            [(renegotiate, FRIDAY + 2 * DAY, FRIDAY + 30 * DAY)],
            "Late since Friday 6 March – new day agreed: 5 April",
        ),
        (
            FRIDAY + 40 * DAY,
            [(renegotiate, FRIDAY + 2 * DAY, FRIDAY + 30 * DAY)],
            "Late since Friday 6 March – the new day, 5 April, is over too",
        ),
        (FRIDAY + 20 * DAY, [(keep, FRIDAY - 2 * DAY)], "Kept on 4 March, 2 days early"),
        (FRIDAY + 20 * DAY, [(keep, FRIDAY)], "Kept on 6 March, on the day"),
        (FRIDAY + 20 * DAY, [(keep, FRIDAY + DAY)], "Kept on 7 March, 1 day late"),
        (FRIDAY + 3 * DAY, [(miss, FRIDAY + DAY)], "Missed last Saturday, not explained yet"),
        (FRIDAY + 20 * DAY, [(miss, FRIDAY + DAY)], "Missed on 7 March, not explained"),
    ],
)  # fmt: skip
def test_sentence_of_each_state(today: date, lived: list[Any], said: str, django_assert_num_queries: Any) -> None:
    promise = people.promise(due_on=FRIDAY)
    for happens, *days in lived:
        happens(promise, *days)
    row = Commitment.objects.select_related("relationship", "miss").get(pk=promise.pk)
    with django_assert_num_queries(0):
        assert words.promise_sentence(row, noon(today)) == said


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (FRIDAY - DAY, "Missed, and owned up to before its day"),
        (FRIDAY, "Missed, and owned up to within 1 day"),
        (FRIDAY + 2 * DAY, "Missed, and owned up to within 2 days"),
        (FRIDAY + 7 * DAY, "Missed, and owned up to within 7 days"),
        (FRIDAY + 8 * DAY, "Missed on 14 March, explained too late to count as owned up to"),
    ],
)
def test_sentence_of_a_miss_that_was_explained(day: date, said: str) -> None:
    promise = people.promise(due_on=FRIDAY)
    miss(promise, day, **EXPLAINED)
    row = Commitment.objects.select_related("relationship", "miss").get(pk=promise.pk)
    assert words.promise_sentence(row, noon(FRIDAY + 60 * DAY)) == said


def test_every_state_has_its_look() -> None:
    assert set(words.PROMISE_LOOKS) == set(State)


@pytest.mark.parametrize(
    ("share", "said", "brief"),
    [
        (Share(0, 0, 0, 0), "none due yet", "none due yet"),
        (Share(9, 0, 0, 0), "9 of 9 kept in time", "9 of 9 kept in time"),
        (Share(40, 2, 6, 1), "40 of 49 kept in time, 2 kept late, 1 late, 6 missed", "40 of 49 kept in time"),
        (Share(14, 1, 1, 0), "14 of 16 kept in time, 1 kept late, 1 missed", "14 of 16 kept in time"),
        (Share(0, 0, 0, 2), "0 of 2 kept in time, 2 late", "0 of 2 kept in time"),
    ],
)
def test_share_is_said_with_its_counts(share: Share, said: str, brief: str) -> None:
    assert (words.promise_share(share), words.brief_share(share)) == (said, brief)


@pytest.mark.parametrize(
    ("days", "channel", "said"),
    [
        (0, "", "contact today, next by 16 March"),
        (1, "call", "call yesterday, next by 15 March"),
        (12, "", "contact 12 days ago, next by Wednesday"),
    ],
)
def test_sentence_of_who_is_in_touch_does_not_say_so_twice(days: int, channel: str, said: str) -> None:
    last = MONDAY - days * DAY
    row = Relationship(zone="UTC", every_days=14, last_touch_on=last, due_on=last + 14 * DAY)
    row.overdue_from = last + 17 * DAY
    assert words.sentence(row, noon(MONDAY), channel) == said
