"""What the page of a stage says of criteria that ask for the score, and the review that a low part proposes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from relationships import actions, evidence
from relationships.evidence import Component, Kind
from relationships.models import Evidence, Relationship
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
    assert "Credibility is at .00. Solve a problem of theirs" in said
    assert "Theirs is at .00. Ask for a small promise, with a day." in said
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
