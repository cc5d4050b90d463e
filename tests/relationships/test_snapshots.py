"""Snapshots: one a week and one for each day on which what is shown became another, never twice; the direction."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboards import standing_bar
from relationships import actions, evidence, health_words, queries, snapshots, standings, sums
from relationships.cadence import Interval
from relationships.evidence import Kind
from relationships.health import Rhythm
from relationships.models import Relationship, ScoreConfig, Snapshot, Standing
from relationships.trend import Direction, Way
from tests import people
from tests.relationships.test_health import History
from tests.relationships.test_standings import Book
from web.clock import Now

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# A Wednesday.
FIRST = date(2025, 3, 5)


def stood(number: int, day: date) -> list[Relationship]:
    """So many that stand alike as of a day."""
    rows = [people.relationship() for _ in range(number)]
    sums.rebuild(Now.on(day))
    standings.stand(Now.on(day))
    return rows


def test_a_year_of_sweeps_keeps_every_week_and_every_change_and_nothing_twice() -> None:
    """Standings as days would bring them: one that never changes, others that do, on Mondays and within the week."""
    chance, rows = Random(6), sorted(row.pk for row in stood(4, FIRST))
    shown: dict[int, list[tuple[date, str, str]]] = {pk: [] for pk in rows}
    for offset in range(364):
        day, wanted = FIRST + offset * DAY, 0
        Standing.objects.update(as_of=day, earned=offset)
        for pk in chance.sample(rows[1:], chance.choice([0, 0, 0, 1])):
            said = {"band": chance.choice(["", "strong", "weak"]), "limiting": chance.choice(["access", "trust"])}
            Standing.objects.filter(pk=pk).update(**said)
        for pk, band, limiting in Standing.objects.values_list("pk", "band", "limiting"):
            last = shown[pk][-1] if shown[pk] else None
            if last is None or last[1:] != (band, limiting) or last[0] < day - day.weekday() * DAY:
                shown[pk].append((day, band, limiting))
                wanted += 1
        assert snapshots.keep(Now.on(day)) == wanted
        if wanted or offset % 20 == 0:
            assert snapshots.keep(Now.on(day)) == 0, "a repeated sweep writes nothing"
    for pk in rows:
        kept = list(Snapshot.objects.filter(relationship=pk).order_by("on").values_list("on", "band", "limiting"))
        assert kept == shown[pk]
        assert len({on.isocalendar()[:2] for on, *_said in kept}) == 53
        assert sum(on.weekday() == 0 for on, *_said in kept) == 52
        changes = sum(one[1:] != other[1:] for one, other in pairwise(kept))
        assert len(kept) <= 53 + changes
        assert (len(kept) > 53) == (pk != rows[0])


def test_of_two_on_a_day_the_later_remains_and_no_former_day_is_touched() -> None:
    [row] = stood(1, FIRST)
    snapshots.keep(Now.on(FIRST))
    before = Snapshot.objects.values().get()
    for limiting, earned in (("trust", 12.5), ("access", 12.25)):
        Standing.objects.update(as_of=FIRST + DAY, limiting=limiting, band="weak", earned=earned)
        assert snapshots.keep(Now.on(FIRST + DAY)) == 1
    assert Snapshot.objects.values().get(on=FIRST) == before
    last = row.snapshots.newest_first()[0]
    assert (last.on, last.limiting, last.band, last.earned) == (FIRST + DAY, "access", "weak", 12.25)
    assert row.snapshots.count() == 2


def test_a_year_behind_a_demonstration_is_what_the_definition_says_of_each_monday() -> None:
    met = [evidence.row(Kind.TOUCH, "both", FIRST + ago * DAY) for ago in range(0, 30, 5)]
    kept = [evidence.row(Kind.PROMISE_KEPT, side, FIRST + 9 * DAY) for side in ("ours", "theirs")]
    late = [evidence.row(Kind.PROMISE_LATE, "ours", FIRST + 21 * DAY)] * 3
    history = History((*met, *kept, *late), Rhythm([Interval(FIRST - 10 * DAY, 14)]))
    [row] = Book([history]).rows
    today = FIRST + 30 * DAY
    written = actions.remember(since=FIRST, now=Now.on(today))
    found = {one.on: one for one in row.snapshots.order_by("on")}
    assert written == len(found)
    mondays = [FIRST + ago * DAY for ago in (5, 12, 19, 26)]
    assert [on for on in found if on.isoweekday() == 1] == mondays
    # Between them only days on which it said something else.
    assert set(found) - set(mondays)
    told = [(one.band, one.limiting) for one in found.values()]
    days = list(found)
    assert all(told[at] != told[at - 1] for at in range(1, len(days)) if days[at] not in mondays)
    for on, one in found.items():
        wanted = history.stand(on)
        assert (one.earned, one.lost) == pytest.approx((wanted.earned, wanted.lost), abs=1e-9)
    assert row.standing.as_of == today
    assert row.standing.earned == pytest.approx(history.stand(today).earned, abs=1e-9)


def test_the_sweep_keeps_them() -> None:
    row = people.relationship()
    actions.stand_all(now=Now.on(FIRST))
    actions.stand_all(now=Now.on(FIRST))
    assert list(row.snapshots.values_list("on", flat=True)) == [FIRST]
    Relationship.objects.update(removed_at=Now.read().instant)
    actions.stand_all(now=Now.on(FIRST + 7 * DAY))
    assert row.snapshots.count() == 1


def test_seen_by_whoever_sees_the_relationship() -> None:
    row = people.relationship()
    actions.stand_all(now=Now.on(FIRST))
    assert Snapshot.objects.visible_to(row.owner).count() == 1
    assert Snapshot.objects.visible_to(people.outsider()).count() == 0


def test_directions_of_any_number_are_one_query() -> None:
    ids = [row.pk for row in stood(50, FIRST + 31 * DAY)]
    Standing.objects.update(earned=50, score=50, as_of=FIRST + DAY)
    snapshots.keep(Now.on(FIRST + DAY))
    Standing.objects.update(earned=46, score=46, as_of=FIRST + 31 * DAY)
    Snapshot.objects.filter(relationship=ids[1]).update(earned=43, score=43)
    Snapshot.objects.filter(relationship=ids[2]).delete()
    today = FIRST + 31 * DAY
    for many in (1, 50):
        with CaptureQueriesContext(connection) as asked:
            found = queries.directions_of(ids[:many], today)
        assert len(asked) == 1
        assert found[ids[0]] == Direction(Way.DOWN, 4, FIRST + DAY)
    found = queries.directions_of(ids, today)
    assert found[ids[1]] == Direction(Way.UP, 3, FIRST + DAY)
    assert found[ids[2]].way is Way.UNKNOWN
    # The next day in another zone is no other list.
    assert queries.directions_of(ids, today + DAY) == found
    # By other weights nothing is compared: their day is told instead.
    changed = FIRST + 20 * DAY
    valid_from = datetime.combine(changed, time(9), UTC)
    numbers = {**ScoreConfig.DEFAULTS, "trust": 30, "access": 15}
    ScoreConfig.objects.create(version=2, valid_from=valid_from, why="Promises matter more", **numbers)
    Standing.objects.filter(relationship=ids[0]).update(config=2, band="weak")
    found = queries.directions_of(ids, today)
    assert found[ids[0]] == Direction(Way.REWEIGHED, 0, changed)
    assert found[ids[1]] == Direction(Way.UP, 3, FIRST + DAY)
    assert health_words.direction(found[ids[0]], today).startswith("weights changed on ")
    line = standing_bar.in_list(Relationship.objects.select_related("standing").get(pk=ids[0]), found[ids[0]])
    assert line is not None
    assert (line.gone, line.gone_says) == ("", health_words.direction(found[ids[0]], today))


def test_weights_that_come_back_bring_the_direction_back() -> None:
    [row] = stood(1, FIRST + 31 * DAY)
    Standing.objects.update(earned=50, score=50, as_of=FIRST + DAY)
    snapshots.keep(Now.on(FIRST + DAY))
    Standing.objects.update(earned=46, score=46, as_of=FIRST + 31 * DAY)
    today = FIRST + 31 * DAY
    before = queries.directions_of([row.pk], today)
    for version, trust in ((2, 30), (3, 25)):
        numbers = {**ScoreConfig.DEFAULTS, "trust": trust, "access": 45 - trust, "steady": 40 + version}
        moment = datetime.combine(today - DAY, time(9 + version), UTC)
        ScoreConfig.objects.create(version=version, valid_from=moment, why="Tried", **numbers)
        Standing.objects.update(config=version)
        back = queries.directions_of([row.pk], today)
        assert (back == before) is (version == 3)
