"""Where a standing has gone within 30 days, as properties and with worked numbers."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationships import trend
from relationships.trend import Then, Way, Weighed

TODAY = date(2026, 11, 28)
DAY = timedelta(days=1)
points = st.floats(0, 100)
# A score that could not be judged is none.
thens = st.builds(lambda ago, score: Then(TODAY - ago * DAY, score), st.integers(0, 400), st.none() | points)


@pytest.mark.parametrize(
    ("kept", "wanted"),
    [
        ({}, (Way.UNKNOWN, 0, None)),
        ({20: 50.0}, (Way.UNKNOWN, 0, None)),
        ({21: 72.0}, (Way.DOWN, 4, 21)),
        ({30: 72.4, 21: 10.0, 37: 10.0}, (Way.DOWN, 4, 30)),
        ({30: 61.0}, (Way.UP, 7, 30)),
        ({33: 68.6, 26: 10.0}, (Way.STEADY, 0, 33)),
        ({33: 67.9, 26: 10.0}, (Way.UP, 1, 33)),
        ({27: 67.6, 33: 60.0}, (Way.UP, 8, 33)),
        ({45: 60.0}, (Way.UP, 8, 45)),
        ({46: 60.0}, (Way.UNKNOWN, 0, None)),
        ({30: None}, (Way.UNKNOWN, 0, None)),
        ({30: None, 37: 60.0}, (Way.UP, 8, 37)),
    ],
)
def test_against_the_day_nearest_to_thirty_days_ago(
    kept: dict[int, float | None], wanted: tuple[Way, int, int | None]
) -> None:
    found = trend.direction(68.0, TODAY, [Then(TODAY - ago * DAY, earned) for ago, earned in kept.items()])
    assert (found.way, found.points, (TODAY - found.since).days if found.since else None) == wanted


@given(points, st.lists(thens, max_size=12))
def test_it_is_the_difference_to_one_that_is_kept_and_no_other_is_nearer(earned: float, kept: list[Then]) -> None:
    found = trend.direction(earned, TODAY, kept)
    old = [one for one in kept if one.score is not None and 20 < (TODAY - one.on).days <= 45]
    assert (found.way is Way.UNKNOWN) == (not old)
    if found.since is None:
        return
    away = abs((TODAY - found.since).days - 30)
    assert away == min(abs((TODAY - one.on).days - 30) for one in old)
    signed = found.points if found.way is Way.UP else -found.points
    shown = [math.floor(earned + 1e-9) - math.floor((one.score or 0.0) + 1e-9) for one in old if one.on == found.since]
    assert signed in shown
    assert (found.points == 0) == (found.way is Way.STEADY)


@given(st.lists(thens, max_size=12))
def test_what_cannot_be_judged_today_goes_nowhere(kept: list[Then]) -> None:
    """Of other weights nothing is said either: there is no score that they could have changed."""
    reweighed = [Then(one.on, one.score, 1) for one in kept]
    for by in (None, Weighed(2, TODAY - DAY)):
        assert trend.direction(None, TODAY, reweighed, by) == trend.UNKNOWN


@given(points, points, st.integers(21, 45))
def test_the_way_back_is_the_way_turned_round(one: float, other: float, ago: int) -> None:
    there, back = (
        trend.direction(now, TODAY, [Then(TODAY - ago * DAY, before)]) for now, before in ((one, other), (other, one))
    )
    assert there.points == back.points
    assert {there.way, back.way} in ({Way.UP, Way.DOWN}, {Way.STEADY})


@given(points, st.lists(thens, max_size=12), st.integers(0, 60))
def test_only_what_was_judged_by_the_same_weights_is_compared(earned: float, kept: list[Then], ago: int) -> None:
    """Within 30 days of other weights there is their day instead of a number; later only what came after it counts."""
    since = TODAY - ago * DAY
    kept = [Then(one.on, one.score, 2 if one.on >= since else 1) for one in kept]
    found = trend.direction(earned, TODAY, kept, Weighed(2, since))
    if ago < 30 and any(one.version == 1 and one.on == getattr(trend.then(TODAY, kept), "on", None) for one in kept):
        assert found == trend.Direction(Way.REWEIGHED, 0, since)
    else:
        assert found == trend.direction(earned, TODAY, [one for one in kept if one.version == 2], Weighed(2, since))
    assert found.points == 0 or (found.since is not None and found.since >= since)
