"""Pulse: one of twelve questions at a time, to both sides in turn; which, when, and what they say to it."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from relationships import pulse, pulse_words
from relationships.models import PulseQuestion
from relationships.pulse import KEYS, Asked, Occasion, Side, next_question, occasion

DAY = timedelta(days=1)
TODAY = date(2026, 3, 20)

# Which, and when -----------------------------------------------------------------------------------------------------

days = st.integers(0, 400).map(lambda ago: TODAY - ago * DAY)
histories = st.lists(
    st.builds(Asked, st.sampled_from(KEYS), st.sampled_from(Side), days, st.none() | days), max_size=30
)


def test_all_is_said_of_each_question() -> None:
    assert list(KEYS) == PulseQuestion.values == list(pulse_words.ASKS)
    assert sum(one.group is pulse.Group.TRUST for one in pulse.QUESTIONS) == 8
    assert list(pulse_words.SCORES) == list(range(pulse.LOWEST, pulse.HIGHEST + 1))


@given(histories)
def test_the_next_is_the_one_not_asked_for_longest(asked: list[Asked]) -> None:
    found = next_question(asked, TODAY)
    assert next_question(asked[::-1], TODAY) == found
    resting = {one.key for one in asked if one.skipped_on and TODAY - one.skipped_on < pulse.SKIPPED_FOR}
    if found is None:
        assert resting == set(KEYS)
        return
    assert found not in resting
    ours = [one for one in asked if one.side is Side.OURS]
    since = max((one.on for one in ours if one.key == found), default=None)
    for key in set(KEYS) - resting:
        last = max((one.on for one in ours if one.key == key), default=None)
        assert since is None or (last is not None and since <= last)
        if last == since:
            assert KEYS.index(found) <= KEYS.index(key)


def test_all_twelve_come_before_one_comes_again() -> None:
    asked: list[Asked] = []
    for number in range(24):
        on = TODAY + number * 31 * DAY
        key = next_question(asked, on)
        assert key == KEYS[number % 12]
        asked.append(Asked(KEYS[number % 12], Side.OURS, on))


def test_what_either_side_skipped_waits_three_months() -> None:
    asked = [Asked("satisfaction", Side.OURS, TODAY), Asked("satisfaction", Side.THEIRS, TODAY, TODAY)]
    lately = [Asked(key, Side.OURS, TODAY + 60 * DAY) for key in KEYS[1:]]
    assert next_question([*asked, *lately], TODAY + 91 * DAY) == "keeps_word"
    assert next_question([*asked, *lately], TODAY + 92 * DAY) == "satisfaction"


@given(st.none() | days, st.none() | days, st.integers(1, pulse.TURNS))
def test_nobody_is_asked_without_a_reason_or_too_soon(last: date | None, met: date | None, turn: int) -> None:
    found = occasion(last_asked=last, last_met=met, turn=turn, today=TODAY)
    if found is not None and last is not None:
        assert TODAY - last >= pulse.REST
    if found is Occasion.MEETING:
        assert met is not None and TODAY - met < pulse.FRESH and (last is None or met > last)
    if found is Occasion.MONTH:
        assert TODAY.day >= turn and (last is None or (last.year, last.month) != (TODAY.year, TODAY.month))


@given(st.lists(st.integers(0, 365), max_size=60), st.integers(1, pulse.TURNS))
def test_over_a_year_every_month_asks_and_never_twice_within_a_fortnight(met: list[int], turn: int) -> None:
    """The clock run day by day over a year in which nothing stays open."""
    asked: list[date] = []
    first = date(2026, 1, 1)
    for number in range(365):
        today = first + number * DAY
        lately = [first + one * DAY for one in met if one <= number]
        last = asked[-1] if asked else None
        if occasion(last_asked=last, last_met=max(lately, default=None), turn=turn, today=today):
            asked.append(today)
    assert all(later - earlier >= pulse.REST for earlier, later in pairwise(asked))
    months = {one.month for one in asked}
    # A month of which the turn comes too soon after the last asking is the worst that may be missed.
    assert len(months) >= 11
    assert len(asked) <= 26


@given(days)
def test_it_waits_thirty_days(on: date) -> None:
    assert not pulse.lapses(on, on + 29 * DAY)
    assert pulse.lapses(on, on + 30 * DAY)
    assert pulse.until(on) == on + 29 * DAY


def test_not_all_are_asked_on_the_first() -> None:
    assert {pulse.turn_of(number) for number in range(60)} == set(range(1, 29))
