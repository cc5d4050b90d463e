"""What each value of the filter narrows to, against the same rule said of one row in Python."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account, Cover, User
from relationships import stages
from relationships.cadence import State
from relationships.forms.portfolio import PortfolioForm
from relationships.models import (
    HealthFlag,
    Interaction,
    Relationship,
    RelationshipMember,
    StageChange,
    Standing,
    latest_date,
)
from tests import people
from tests.dashboards.books import NOW, TODAY, book
from web.clock import Now

pytestmark = pytest.mark.django_db

MIXED = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def found(user: User | None = None, now: Now = NOW, **query: str) -> set[int]:
    form = PortfolioForm(query, user=user or people.alice())
    assert form.is_valid(), form.errors
    return set(form.narrow(Relationship.objects.visible_to(form.user), now).values_list("pk", flat=True))


def of(rows: list[Relationship], wanted: Callable[[Relationship], bool]) -> set[int]:
    return {row.pk for row in rows if wanted(row)}


def judge(row: Relationship, score: float | None) -> None:
    parts = ("cadence", "access", "credibility", "trust", "trust_ours", "trust_theirs", "reciprocity")
    said = {f"{part}_{one}": 0.0 for part in parts for one in "bd"}
    whole = {
        "as_of": TODAY,
        "earned": score or 0,
        "lost": 0,
        "unknown": 0,
        "low": 0,
        "high": 100,
        "limiting": "cadence",
    }
    Standing.objects.update_or_create(
        relationship=row,
        defaults={"account_id": row.account_id, "score": score, "limiting": "cadence", **whole, **said},
    )


@MIXED
@given(days=st.lists(st.integers(-2, 40), min_size=1, max_size=8), states=st.lists(st.sampled_from(State), max_size=4))
def test_overdue_is_told_by_how_long_and_each_stands_in_one(days: list[int], states: list[State]) -> None:
    Relationship.objects.all().delete()
    made = book([*states, *[State.OVERDUE] * len(days)])
    for row, late in zip(made[len(states) :], days, strict=True):
        due = TODAY - timedelta(days=late)
        Relationship.objects.filter(pk=row.pk).update(due_on=due, overdue_from=due + timedelta(days=1))
    rows = list(Relationship.objects.all())
    spans = {"week": range(8), "fortnight": range(8, 15), "longer": range(15, 10_000)}
    for name, span in spans.items():
        wanted = of(
            rows,
            lambda row, span=span: (  # type: ignore[misc]
                row.state(NOW) is State.OVERDUE and row.due_on is not None and (TODAY - row.due_on).days in span
            ),
        )
        assert found(late=name) == wanted
    assert set().union(*(found(late=name) for name in spans)) == found(late="") & of(
        rows, lambda row: row.state(NOW) is State.OVERDUE
    )


@MIXED
@given(
    scores=st.lists(
        st.none() | st.sampled_from([0.0, 9.99, 10.0, 39.6, 50.0, 89.99, 90.0, 100.0]) | st.floats(0, 100),
        min_size=1,
        max_size=8,
    )
)
def test_tens_of_the_score_hold_each_judged_one_once(scores: list[float | None]) -> None:
    Relationship.objects.all().delete()
    for index, (row, score) in enumerate(zip(book([State.IN_TOUCH] * len(scores)), scores, strict=True)):
        judge(row, score)
        if index % 4 == 3:
            Relationship.objects.filter(pk=row.pk).update(paused_since=TODAY, pause_reason="Rebuilding")
    going = list(Relationship.objects.filter(paused_since=None).select_related("standing"))
    for ten in range(10):
        wanted = of(
            going,
            lambda row, ten=ten: (  # type: ignore[misc]
                row.standing.score is not None and min(int(row.standing.score // 10), 9) == ten
            ),
        )
        assert found(standing=f"{ten * 10}-{ten * 10 + 10}") == wanted
    assert found(standing="none") == of(going, lambda row: row.standing.score is None)
    assert found(standing="0-100") == of(going, lambda row: row.standing.score is not None)


def test_never_judged_is_not_judged_yet() -> None:
    (row,) = book([State.NEW])
    Standing.objects.all().delete()
    assert found(standing="none") == {row.pk}


@pytest.mark.parametrize("days", [30, 90, 365])
def test_renewals_to_come_today_and_the_last_day_included(days: int) -> None:
    made = book([State.IN_TOUCH] * 5 + [State.PAUSED, State.ENDED])
    offsets = (-1, 0, days, days + 1, None, 3, 3)
    for row, offset in zip(made, offsets, strict=True):
        day = None if offset is None else TODAY + timedelta(days=offset)
        Relationship.objects.filter(pk=row.pk).update(renewal_on=day)
    assert found(renews=str(days)) == {made[1].pk, made[2].pk}


def test_renewals_by_the_day_of_where_the_partner_is() -> None:
    """Half past eleven in the evening in London, and the day after in Auckland."""
    late = Now(datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    day = {"UTC": date(2026, 11, 22), "Pacific/Auckland": date(2026, 11, 23)}
    rows = {
        (zone, offset): people.relationship(zone=zone, renewal_on=here + timedelta(days=offset))
        for (zone, here), offset in product(day.items(), (-1, 0, 30, 31))
    }
    wanted = {row.pk for (_zone, offset), row in rows.items() if offset in (0, 30)}
    assert found(now=late, renews="30") == wanted


def test_stages_that_moved_within_90_days_by_direction() -> None:
    pairs = [(one.value, two.value) for one, two in product(stages.Stage, stages.Stage) if one is not two]
    made = book([State.IN_TOUCH] * (2 * len(pairs)))
    for index, row in enumerate(made):
        former, to = pairs[index % len(pairs)]
        StageChange.objects.create(
            relationship=row,
            account_id=row.account_id,
            from_stage=former,
            to_stage=to,
            why="So it is",
            changed_on=TODAY - timedelta(days=89 if index < len(pairs) else 90),
            made_at=NOW.instant,
        )
    late = made[: len(pairs)]
    for name, wanted in (("up", True), ("down", False)):
        assert found(moved=name) == {
            row.pk for row, pair in zip(late, pairs, strict=True) if stages.is_up(*pair) is wanted
        }


def test_flags_raised_within_a_week() -> None:
    made = book([State.IN_TOUCH] * 5)
    kinds = ["going_quiet", "going_quiet", "one_sided", "going_quiet", "going_quiet"]
    for row, kind, age, over in zip(made, kinds, (0, 6, 6, 7, 6), (False, False, False, False, True), strict=True):
        day = TODAY - timedelta(days=age)
        until = TODAY if over else None
        HealthFlag.objects.create(relationship=row, account_id=row.account_id, kind=kind, since=day, until=until)
    assert found(flag="going_quiet", fresh="week") == {made[0].pk, made[1].pk}
    assert found(flag="going_quiet") == {made[0].pk, made[1].pk, made[3].pk}
    assert found(flag="any", fresh="week") == found(fresh="week") == {made[0].pk, made[1].pk, made[2].pk}


def test_flags_cleared_within_a_week() -> None:
    made = book([State.IN_TOUCH] * 4)
    for row, kind, age in zip(
        made, ["going_quiet", "one_sided", "going_quiet", "going_quiet"], (0, 6, 7, 1), strict=True
    ):
        until = TODAY - timedelta(days=age)
        since = until - timedelta(days=30)
        HealthFlag.objects.create(relationship=row, account_id=row.account_id, kind=kind, since=since, until=until)
    # It is there again; that it was cleared within the week is true all the same.
    HealthFlag.objects.create(relationship=made[3], account_id=made[3].account_id, kind="going_quiet", since=TODAY)
    assert found(flag="going_quiet", fresh="cleared") == {made[0].pk, made[3].pk}
    assert found(fresh="cleared") == found(flag="any", fresh="cleared") == {made[0].pk, made[1].pk, made[3].pk}


def test_check_ins_that_a_rhythm_asks_for_and_those_that_happened() -> None:
    made = book([State.IN_TOUCH, State.OVERDUE, State.NO_CADENCE, State.IN_TOUCH])
    Interaction.objects.all().delete()
    for row, age, both in zip(made, (27, 28, 0, 0), (True, True, True, False), strict=True):
        Interaction.objects.create(
            relationship=row, account_id=row.account_id, occurred_on=latest_date(NOW) - timedelta(days=age),
            two_way=both, logged_at=NOW.instant, logged_by=row.owner,
        )  # fmt: skip
    assert found(pace="needed") == of(made, lambda row: row.every_days is not None) != set()
    assert found(pace="happened") == {made[0].pk, made[2].pk}


def test_kind_tier_and_going_on() -> None:
    made = book([State.IN_TOUCH, State.PAUSED, State.ENDED, State.IN_TOUCH])
    Account.objects.filter(pk=made[0].account_id).update(kind="supplier")
    Relationship.objects.filter(pk__in=[made[0].pk, made[1].pk]).update(tier="A")
    Relationship.objects.filter(pk=made[3].pk).update(tier="AA")
    assert found(kind="supplier") == {made[0].pk}
    assert found(tier="A") == {made[0].pk, made[1].pk}
    assert found(tier="A", going="1") == {made[0].pk}
    assert found(going="1") == {made[0].pk, made[3].pk}


def test_book_is_by_owner_and_team_and_not_by_part() -> None:
    south = {"owner": people.outsider(), "team": people.south()}
    own, of_the_team, own_elsewhere = (
        people.relationship(),
        people.relationship(owner=people.mona()),
        people.relationship(team=people.south()),
    )
    joined, foreign = people.relationship(**south), people.relationship(**south)
    RelationshipMember.objects.create(relationship=joined, user=people.alice())
    mine = {own.pk, of_the_team.pk, own_elsewhere.pk}
    assert found(people.alice()) == mine | {joined.pk}
    assert found(people.alice(), whose="book") == mine
    assert found(people.adam(), whose="book") == mine | {joined.pk, foreign.pk}
    assert found(people.petra(), whose="book") == set()
    today = NOW.today("UTC")
    Cover.objects.create(absent=people.outsider(), stand_in=people.bob(), from_on=today, until_on=today)
    bob = User.objects.get(pk=people.bob().pk)
    assert found(bob, whose="book") == set(Relationship.objects.visible_to(bob).values_list("pk", flat=True))


def test_what_narrows_is_said_in_words_and_can_be_taken_away() -> None:
    book([State.OVERDUE])
    client = Client()
    client.force_login(people.alice())
    query = {
        "kind": "ally", "tier": "A", "late": "fortnight", "standing": "40-50", "renews": "90", "going": "1",
        "moved": "up", "flag": "any", "fresh": "week", "whose": "book",
        "pace": "needed",
    }  # fmt: skip
    for name in ("portfolio", "loyalty_list"):
        page = client.get(reverse(name), query)
        said = {label: value for label, value, _address in page.context["chips"]}
        assert said == {
            "Whose": "mine and my teams’", "Kind": "ally", "Tier": "A", "Stage moved": "up in the last 90 days",
            "Overdue for": "one to two weeks", "Flag": "any flag", "Flag changed": "raised in the last 7 days",
            "Check-ins": "asked for by a rhythm",
            "Standing": "40 to 50 of 100", "Renews": "within 90 days", "Paused and ended": "left out",
        }  # fmt: skip
        assert all(address.count("&") == len(query) - 2 for _label, _value, address in page.context["chips"])


@pytest.mark.parametrize(
    "query",
    [
        {"late": "never"},
        {"standing": "45-50"},
        {"standing": "90-40"},
        {"renews": "-1"},
        {"moved": "away"},
        {"kind": "x"},
    ],
)
def test_what_makes_no_sense_is_left_out(query: dict[str, Any]) -> None:
    (row,) = book([State.IN_TOUCH])
    form = PortfolioForm(query, user=people.alice())
    assert form.chosen() == {}
    assert [one.pk for one in form.narrow(Relationship.objects.all(), NOW)] == [row.pk]
