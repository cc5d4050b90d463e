"""What the page of a stage says of criteria that ask for the score, and the review that a low part proposes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.undo import take_back
from relationships import actions, evidence, records, stage_words, stages, sweep
from relationships.actions import judging
from relationships.evidence import Component, Kind
from relationships.flags import Flag
from relationships.models import Evidence, HealthFlag, Relationship, ScoreConfig, latest_date
from tests import people
from tests.relationships.test_stage_pages import page, text
from web.clock import Now

pytestmark = pytest.mark.django_db
NOW = Now.read()
DAY = timedelta(days=1)


def told(row: Relationship, kind: Kind, side: str, ago: int, count: int) -> None:
    one = evidence.row(kind, side, row.today(NOW) - ago * DAY)
    Evidence.objects.bulk_create(
        Evidence(
            relationship=row,
            account_id=row.account_id,
            component=evidence.RULES[kind].component.value,
            kind=kind.value,
            side=side,
            day=one.day,
            r=one.r,
            s=one.s,
            source_model="tests.row",
            source_id=1000 * ago + number + 500 * (side == "ours"),
        )
        for number in range(count)
    )


def test_criteria_say_what_is_short_and_the_next_step() -> None:
    row = people.relationship(stage="customer")
    for ago in (30, 40, 50):
        told(row, Kind.PROMISE_KEPT, "ours", ago, 3)
    said = text(page(row))
    assert "of 100 points can be judged, 50 are needed." in said
    assert "Nothing is known yet of access and credibility. Meet one of theirs who decides or signs." in said
    assert "Nothing is known yet of their side. Ask for a small promise, with a day." in said
    assert "no score yet" not in said
    for ago in (30, 40, 50):
        told(row, Kind.PROMISE_KEPT, "theirs", ago, 3)
    assert "ours .82, theirs .82" in text(page(row))


def test_a_part_that_is_low_for_long_proposes_a_review_everywhere() -> None:
    row = people.relationship(stage="customer")
    for side in ("ours", "theirs"):
        told(row, Kind.PROMISE_BROKEN, side, 70, 6)
    actions.judge_stages([row.pk], now=NOW)
    row.refresh_from_db()
    assert row.low == [Component.TRUST]
    assert list(Relationship.objects.to_review(NOW)) == [row]
    said = text(page(row))
    assert "Trust is at .00, and has been below .40 since" in said
    # Made good in time: what asks goes by itself.
    for side in ("ours", "theirs"):
        told(row, Kind.PROMISE_KEPT, side, 1, 3)
        told(row, Kind.PROMISE_KEPT, side, 8, 3)
    actions.judge_stages([row.pk], now=NOW)
    row.refresh_from_db()
    assert row.low == []
    assert not Relationship.objects.to_review(NOW).exists()


def test_of_a_contact_nothing_is_weighed() -> None:
    row = people.relationship(stage="contact")
    told(row, Kind.PROMISE_BROKEN, "ours", 70, 6)
    actions.judge_stages([row.pk], now=NOW)
    row.refresh_from_db()
    assert row.low == []


def flagged(row: Relationship, kind: str, ago: int, side: str = "") -> HealthFlag:
    since = row.today(NOW) - ago * DAY
    return HealthFlag.objects.create(relationship=row, account_id=row.account_id, kind=kind, side=side, since=since)


def judged(row: Relationship) -> Relationship:
    """As criteria tell it of the flags that are kept, which are not judged anew here."""
    found = Relationship.objects.select_for_update().get(pk=row.pk)
    known = records.read([found])[row.pk]
    assert judging._set_stage(found, known, NOW)
    sweep.store_stages([found])
    return Relationship.objects.get(pk=row.pk)


def test_two_flags_for_long_propose_a_review_everywhere_and_move_nobody() -> None:
    row = people.relationship(stage="partner")
    flagged(row, "going_quiet", 31)
    late = flagged(row, "one_sided", 30)
    assert judged(row).flagged == []
    assert not Relationship.objects.to_review(NOW).exists()
    HealthFlag.objects.filter(pk=late.pk).update(since=late.since - DAY)
    row = judged(row)
    assert row.flagged == [Flag.GOING_QUIET, Flag.ONE_SIDED]
    assert row.stage == "partner" and row.proposed_stage == ""
    assert list(Relationship.objects.to_review(NOW)) == [row]
    told = "Going quiet and one-sided for more than 30 days"
    assert f"{told}. What do they have in common?" in text(page(row))
    assert told.lower() in stage_words.review(row, row.today(NOW))[1].lower()
    client = Client()
    client.force_login(row.owner)
    assert "1 review proposed" in text(client.get(reverse("portfolio")))
    assert told.lower() in text(client.get(reverse("today"))).lower()
    assert told in text(client.get(row.get_absolute_url()))


def test_a_flag_that_turns_by_itself_has_the_criteria_looked_at_again() -> None:
    """Late by the sweep alone, on every promise: trust erodes, and the criterion says so at once."""
    row = people.relationship(stage="customer")
    today = row.today(NOW)
    told(row, Kind.PROMISE_KEPT, "ours", 100, 1)
    for _number in range(4):
        people.promise(row, due_on=today - DAY)
    actions.sweep_cadence(now=NOW)
    [flag] = row.health_flags.open()
    assert (flag.kind, flag.side) == ("trust_eroding", "ours")
    row.refresh_from_db()
    assert row.judged_again_on is None or row.judged_again_on > today
    assert "Ours erodes since" in text(page(row))


def test_other_weights_are_other_criteria_from_their_day_on() -> None:
    """A new version is in force at once on the page, and for lists with the next sweep; what was before it stays."""
    row = people.relationship(stage="customer")
    for ago in (30, 40, 50):
        told(row, Kind.PROMISE_KEPT, "ours", ago, 3)
        told(row, Kind.PROMISE_KEPT, "theirs", ago, 3)
    actions.judge_stages([row.pk], now=NOW)
    score = next(one for one in page(row).context["lines"] if one.criterion == "score")
    assert (score.verdict, "20 of 100 points can be judged, 50 are needed." in score.second) == ("not_met", True)
    numbers = {**ScoreConfig.objects.in_force().numbers, "cadence": 0, "access": 0, "credibility": 0}
    numbers |= {"trust": 90, "most_unknown": 40}
    done = actions.set_score(actor=people.adam(), now=NOW, numbers=numbers, why="Only trust counts", seen=1)
    assert list(Relationship.objects.filter(judged_again_on__lte=latest_date(NOW))) == [row]
    score = next(one for one in page(row).context["lines"] if one.criterion == "score")
    assert (score.verdict, score.beside) == ("holds", "74 of 100 points")
    held = records.read([row])[row.pk].record
    assert stages.RULES[stages.Criterion.SCORE].held(held)[0].first == row.today(NOW)
    actions.sweep_cadence(now=NOW)
    row.refresh_from_db()
    assert row.judged_again_on is not None and row.judged_again_on > row.today(NOW)
    take_back(step_id=done.step.pk, actor=people.adam(), now=NOW)
    score = next(one for one in page(row).context["lines"] if one.criterion == "score")
    assert score.verdict == "not_met"


@pytest.mark.parametrize("count", [1, 50])
def test_criteria_of_any_number_are_read_by_the_same_queries(count: int) -> None:
    rows = [people.relationship(stage="customer") for _ in range(2)] * (count // 2 or 1)
    with CaptureQueriesContext(connection) as asked:
        records.read(rows[:count])
    # Two fewer of contacts alone: nobody asks for their flags or for weights.
    assert len(asked) == 9
    Relationship.objects.update(stage="contact")
    with CaptureQueriesContext(connection) as asked:
        records.read(list(Relationship.objects.all()))
    assert len(asked) == 8


def test_lists_ask_for_a_review_from_three_intervals_overdue_on() -> None:
    """As ``stages.wants_review`` does, on both sides of the edge."""
    today = Relationship(zone="UTC").today(NOW)
    rows = [people.relationship(stage="customer", every_days=14, overdue_from=today - days * DAY) for days in (41, 42)]
    assert [stages.wants_review(row.stage, today, row.overdue_from, row.every_days) for row in rows] == [False, True]
    assert list(Relationship.objects.to_review(NOW)) == rows[1:]
