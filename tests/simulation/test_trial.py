"""The simulation, small: its figures are reckoned rightly, and lie where `docs/health.md` says."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulation import figures, patterns, trial
from simulation.figures import Figure
from simulation.trial import Gauge, Trial, Tried
from simulation.world import DAY, DECAYS, START, Decay, invent, many

from relationships import health
from relationships.flags import Flag

SEED, COUNT, FEW = 2026, 600, 30
few = st.lists(st.integers(0, 5).map(float), min_size=1, max_size=12)


@given(few, few)
def test_auc_is_the_share_of_pairs_in_order(ill: list[float], well: list[float]) -> None:
    pairs = [(one > other) + (one == other) / 2 for one in ill for other in well]
    assert figures.auc(ill, well) == pytest.approx(sum(pairs) / len(pairs))


@given(few, st.floats(0, 1))
def test_beyond_a_limit_lies_no_more_than_the_share(well: list[float], share: float) -> None:
    limit = figures.limit(well, share)
    assert sum(one > limit for one in well) <= share * len(well)
    if limit > min(well):
        lower = max(one for one in well if one < limit)
        assert sum(one > lower for one in well) > share * len(well)


def test_an_interval_holds_its_value_and_shrinks_with_the_sample() -> None:
    def spread(count: int) -> Figure:
        rng = random.Random(1)
        return figures.interval(rng, figures.mean, [rng.gauss(0, 1) for _ in range(count)])

    small, large = spread(20), spread(2000)
    assert small.low < small.value < small.high
    assert large.low < 0.0 < large.high
    # Ten times as narrow for a hundred times as many.
    assert 7 < (small.high - small.low) / (large.high - large.low) < 14


@pytest.mark.parametrize("decay", Decay)
def test_sums_carried_from_week_to_week_are_the_sums_of_all_rows(decay: Decay) -> None:
    life = invent(SEED, 7, decay)
    days = [START + number * DAY for number in (30, 200, 201, 340)]
    for day, carried in zip(days, trial.standings(life, days), strict=True):
        whole = health.total(life.rows, life.record.rhythm, day)
        once = health.stand(whole, life.record.rhythm, trial.people(life, day), today=day)
        assert (carried.earned, carried.lost, carried.unknown) == pytest.approx((once.earned, once.lost, once.unknown))


def test_a_relationship_is_like_the_same_one_that_decays() -> None:
    """So that nothing but the decay tells the ill from the healthy."""
    for number in range(5):
        alike = [invent(SEED, number, decay) for decay in Decay]
        assert len({(one.every_days, one.onset, one.end) for one in alike}) == 1
    weak = [invent(SEED, 3, decay, strength=0.0) for decay in DECAYS]
    assert all(one.rows == weak[0].rows for one in weak)


def test_half_are_healthy_and_a_tenth_decays_in_each_way() -> None:
    lives = many(SEED, 60)
    assert sum(life.decay is Decay.NONE for life in lives) == 30
    assert [sum(life.decay is decay for life in lives) for decay in DECAYS] == [6] * 5
    for life in lives:
        assert START < life.onset < life.end
        assert all(row.day <= life.last for row in life.rows)
    assert many(SEED, 60) == lives


@pytest.fixture(scope="module")
def ends() -> list[Tried]:
    return [trial.at_the_end(life) for life in many(SEED, COUNT)]


def told_apart(ends: list[Tried], gauge: Gauge, decay: Decay | None = None) -> float:
    """Those of a decay, or of all, from the healthy."""
    ill = [one for one in ends if one.life.decay is not Decay.NONE and decay in (None, one.life.decay)]
    well = [one for one in ends if one.life.decay is Decay.NONE]
    return trial.auc(random.Random(1), gauge, ill, well).value


def test_the_score_alone_is_a_weak_warning(ends: list[Tried]) -> None:
    assert 0.55 < told_apart(ends, trial.SCORE) < 0.67
    assert figures.mean([one.near_end.judged for one in ends]) > 0.9


@pytest.mark.parametrize("flag", [Flag.GOING_QUIET, Flag.TRUST_ERODING, Flag.ONLY_TROUBLE])
def test_a_pattern_tells_its_own_decay_far_better_than_the_score(ends: list[Tried], flag: Flag) -> None:
    gauge = next(one for one in trial.GAUGES if one.flag is flag)
    own = told_apart(ends, gauge, gauge.decay)
    assert 0.6 < own < 0.95
    assert own > told_apart(ends, trial.SCORE, gauge.decay) + 0.1
    assert own > told_apart(ends, trial.SINCE, gauge.decay) + 0.1


def test_a_flag_with_too_few_rows_is_as_quiet_as_can_be(ends: list[Tried]) -> None:
    gauge = next(one for one in trial.GAUGES if one.flag is Flag.TRUST_ERODING)
    mine = [one.near_end for one in ends if gauge.is_for(one.life)]
    mute = [week for week in mine if not any(one.speaks for one in week.readings[Flag.TRUST_ERODING])]
    assert 0 < len(mute) < len(mine)
    assert {trial.heard(gauge).value(week) for week in mute} == {patterns.NOTHING}
    assert trial.heard(trial.SCORE) is trial.SCORE
    # If the least number of rows faded too, far fewer could speak.
    fading = trial.heard(gauge, fresh=True)
    assert len(mine) / 5 < sum(fading.value(week) == patterns.NOTHING for week in mine) - len(mute)


@pytest.fixture(scope="module")
def tried() -> Trial:
    return trial.run(SEED, FEW)


def test_all_gauges_are_compared_at_equal_false_alarms(tried: Trial) -> None:
    assert [one.name for one in tried.told] == [gauge.name for gauge in trial.GAUGES]
    assert [one.name for one in tried.told if one.faded] == [flag.replace("_", " ") for flag in patterns.FADE]
    assert all(one.faded.speaks <= one.speaks and one.faded.false <= one.false for one in tried.told if one.faded)
    assert tried.told[0].false <= trial.SCORE_FALSE
    for one in tried.told:
        assert one.count == (FEW // 2 if one.name == "score" else FEW // 10)
        assert 0 <= one.false < 0.3
        assert one.ahead.value == pytest.approx(one.lead - one.lead_since)
        assert one.ahead.low <= one.ahead.value <= one.ahead.high
        assert list(one.by) == [*trial.RHYTHMS, *trial.STRENGTHS]


def test_equal_seeds_give_equal_figures(tried: Trial) -> None:
    assert trial.run(SEED, FEW) == tried
    assert many(SEED + 1, 2) != many(SEED, 2)


def test_weeks_end_with_the_relationship_and_meet_the_day_of_reading() -> None:
    for life in many(SEED, 12)[4:8]:
        one = trial.through(life)
        assert all(week.day <= life.last for week in one.weeks)
        assert one.near_end == trial.at_the_end(life).near_end
        assert life.decay is Decay.NONE or (life.end - one.weeks[-1].day).days <= 7


def test_a_flag_stands_until_it_goes_off() -> None:
    told = [(True, False), (False, False), (False, True), (False, False), (True, False)]
    weeks = [
        trial.Week(START, 0.0, True, 0, {Flag.GOING_QUIET: (patterns.Reading(0.0, True, on, off),)}) for on, off in told
    ]
    assert trial.raised(weeks, Flag.GOING_QUIET) == [True, True, False, False, True]


def test_a_lead_is_counted_once_the_decay_has_begun() -> None:
    life = next(life for life in many(SEED, 20) if life.decay is Decay.SILENT)
    one = trial.through(life)
    begun = [week.day for week in one.weeks if week.day >= life.onset]
    assert trial.lead(one, [True] * len(one.weeks)) == (life.end - begun[0]).days
    assert trial.lead(one, [week.day == begun[2] for week in one.weeks]) == (life.end - begun[2]).days
    assert trial.lead(one, [week.day < life.onset for week in one.weeks]) == 0
