"""How standings moved: kept for all as the list says it of each, and which part of it moved most."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection

from dashboards import movers
from dashboards.models import Movement
from relationships import health, queries, standings, sums
from relationships.evidence import Component
from relationships.models import Relationship, ScoreConfig, Snapshot, Standing
from relationships.trend import Way
from tests import people
from web.clock import Now

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 3)
DAY = timedelta(days=1)


def columns(chance: Random) -> dict[str, Any]:
    """Some are not judged: there is no score, only what was earned."""
    beliefs = {f"{one}_b": chance.choice([0.1, 0.3, 0.35, 0.6]) for one in Component}
    earned = sum(beliefs.values()) * chance.choice([18, 20.001])
    judged = chance.random() < 0.75
    band = health.band(earned).value if judged else ""
    unknown = chance.uniform(0, 50) if judged else chance.uniform(51, 90)
    return {**beliefs, "earned": earned, "unknown": unknown, "score": earned if judged else None, "band": band}


def lives(chance: Random, many: int) -> list[Relationship]:
    """Standings and snapshots as they come: of many days around 30 days ago, by one of several versions of weights."""
    rows = [people.relationship(zone=chance.choice(["UTC", "Pacific/Auckland"])) for _ in range(many)]
    sums.rebuild(Now.on(TODAY))
    standings.stand(Now.on(TODAY))
    for row in rows:
        config = chance.choice([1, 1, 2, 3])
        Standing.objects.filter(pk=row.pk).update(
            config=config, as_of=TODAY - chance.choice([0, 1]) * DAY, **columns(chance)
        )
        plain = {one.attname: getattr(row.standing, one.attname) for one in Standing._meta.concrete_fields}
        shared = {name: plain[name] for name in plain if name not in {"as_of", "config", *columns(chance)}}
        for ago in chance.sample(range(10, 60), chance.randint(0, 4)):
            version = chance.choice([1, 1, 2, 3])
            Snapshot.objects.create(**shared, on=TODAY - ago * DAY, config_version=version, **columns(chance))
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_all_are_kept_as_the_list_says_it_of_each(seed: int) -> None:
    chance = Random(seed)
    other = {**ScoreConfig.DEFAULTS, "trust": 30, "access": 15}
    # The second weighs otherwise, since some day; the third as the first.
    for version, weights, ago in ((2, other, chance.choice([10, 40])), (3, ScoreConfig.DEFAULTS, 5)):
        since = datetime.combine(TODAY - ago * DAY, time(13), UTC)
        ScoreConfig.objects.create(version=version, valid_from=since, why="Anew", **weights)
    rows = lives(chance, 40)
    paused = rows.pop()
    Relationship.objects.filter(pk=paused.pk).update(paused_since=TODAY, pause_reason="Rebuilding")
    gone = queries.directions_of([row.pk for row in rows], TODAY)
    judged = {row.pk: row.standing.score is not None for row in rows}
    assert not any(gone[pk].since for pk, is_so in judged.items() if not is_so)
    sign = {Way.UP: 1, Way.DOWN: -1}
    wanted = {pk: (sign[one.way] * one.points, one.since) for pk, one in gone.items() if one.way in sign}
    assert len(wanted) > 5 and not all(judged.values())
    assert movers.keep() == len(wanted)
    assert {one.pk: (one.moved, one.since) for one in Movement.objects.all()} == wanted
    weighed = {one.version: one.weights for one in ScoreConfig.objects.all()}
    first = ScoreConfig(version=1)
    for one in Movement.objects.select_related("relationship__standing"):
        standing = one.relationship.standing
        then = one.relationship.snapshots.get(on=one.since)
        of = weighed.get(standing.config, first.weights)
        parts = {
            part.value: of.of(part) * (getattr(standing, f"{part}_b") - getattr(then, f"{part}_b"))
            for part in Component
        }
        most = max(parts.values(), key=lambda points: points * one.moved)
        assert one.component_moved == pytest.approx(most)
        assert parts[one.component] == pytest.approx(most)
    assert movers.keep() == 0


@pytest.mark.parametrize(
    ("now", "then", "moved"), [(68.0, 61.0, 7), (68.0, None, None), (None, 61.0, None), (None, None, None)]
)
def test_both_ends_of_a_movement_are_judged(now: float | None, then: float | None, moved: int | None) -> None:
    """Points are earned either way; only where the score is shown do they move."""
    row = lives(Random(0), 1)[0]
    Snapshot.objects.filter(relationship=row).delete()
    ends = {"earned": now or 68.0, "score": now, "band": "strong" if now else "", "config": 1, "as_of": TODAY}
    Standing.objects.filter(pk=row.pk).update(**ends)
    kept = Standing.objects.get(pk=row.pk)
    plain = {one.attname: getattr(kept, one.attname) for one in Standing._meta.concrete_fields}
    shared = {name: plain[name] for name in plain if name not in {"as_of", "config", "earned", "score"}}
    Snapshot.objects.create(**shared, on=TODAY - 30 * DAY, earned=then or 61.0, score=then, config_version=1)
    movers.keep()
    assert [one.moved for one in Movement.objects.all()] == ([moved] if moved else [])
    gone = queries.directions_of([row.pk], TODAY)[row.pk]
    assert (gone.points if gone.since else None) == moved


def test_who_moved_no_more_is_told_no_more() -> None:
    row = lives(Random(0), 1)[0]
    Snapshot.objects.filter(relationship=row).delete()
    Movement.objects.create(relationship=row, moved=3, component="trust", component_moved=3.0, since=TODAY - 30 * DAY)
    assert str(Movement.objects.get()) == f"{row.pk} moved 3 since {TODAY - 30 * DAY}"
    movers.keep()
    assert not Movement.objects.exists()


def test_seen_by_whoever_sees_the_relationship() -> None:
    row = people.relationship()
    Movement.objects.create(relationship=row, moved=3, component="trust", component_moved=3.0, since=TODAY)
    assert Movement.objects.visible_to(people.alice()).count() == 1
    assert Movement.objects.visible_to(people.outsider()).count() == 0


def test_the_farthest_are_found_by_an_index() -> None:
    rows = [people.relationship() for _ in range(3)]
    for row, moved in zip(rows, (4, -7, 1), strict=True):
        Movement.objects.create(relationship=row, moved=moved, component="trust", component_moved=1.0, since=TODAY)
    assert list(Movement.objects.order_by("-moved").values_list("moved", flat=True)) == [4, 1, -7]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for order in ("moved", "-moved"):
        assert "movement_by_points" in Movement.objects.order_by(order)[:5].explain()
