"""Time while a meeting runs: the seconds of a stretch, and which items would end after the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from meetings import live

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
STEPS = st.lists(
    st.builds(live.Step, minutes=st.integers(1, 60), spent=st.integers(0, 7200), done=st.booleans()), max_size=12
)
LEFT = st.integers(-3600, 4 * 3600)


@given(st.lists(st.integers(0, 3600), max_size=8))
def test_stretches_add_up_to_the_whole(parts: list[int]) -> None:
    at, spent = NOON, 0
    for part in parts:
        spent += live.stretch(at, at + timedelta(seconds=part))
        at += timedelta(seconds=part)
    assert spent == sum(parts)


@given(st.integers(-(10**6), 10**6))
def test_stretch_is_never_negative_nor_a_night(seconds: int) -> None:
    assert live.stretch(NOON, NOON + timedelta(seconds=seconds)) == max(0, min(seconds, live.LONGEST_STRETCH))
    assert live.stretch(None, NOON) == 0


@given(STEPS, LEFT)
def test_what_runs_over_is_the_end_of_what_is_left(steps: list[live.Step], left: int) -> None:
    waiting = [place for place, step in enumerate(steps) if not step.done and step.left]
    over = [place for place in live.pace(steps, left).over if steps[place].left]
    assert over == waiting[len(waiting) - len(over) :]
    fitting = sum(steps[place].left for place in waiting if place not in over)
    assert fitting <= max(0, left)


@given(STEPS, LEFT, st.integers(0, 3600))
def test_more_time_lets_no_further_item_run_over(steps: list[live.Step], left: int, more: int) -> None:
    assert set(live.pace(steps, left + more).over) <= set(live.pace(steps, left).over)


@given(STEPS, LEFT, st.integers(0, 7200))
def test_ahead_is_what_was_saved_less_what_was_overdrawn_and_began_late(
    steps: list[live.Step], left: int, late: int
) -> None:
    saved = sum(step.minutes * 60 - step.spent for step in steps if step.done)
    overdrawn = sum(max(0, step.spent - step.minutes * 60) for step in steps if not step.done)
    assert live.pace(steps, left, late).ahead == int((saved - overdrawn - late) / 60)


@given(st.integers(5, 600), st.integers(-1000, 1000))
def test_meeting_ends_when_planned_however_late_it_began_and_never_takes_longer(minutes: int, begun: int) -> None:
    ends, begun_at = NOON + timedelta(minutes=minutes), NOON + timedelta(minutes=begun)
    span = live.span(NOON, ends, begun_at)
    assert begun_at < span.ends_at <= begun_at + (ends - NOON)
    if 0 <= begun < minutes:
        assert (span.ends_at, span.late) == (ends, begun * 60)
    else:
        # Early, or after its time: as long as planned, and late for nothing.
        assert (span.ends_at - begun_at, span.late) == (ends - NOON, 0)


def test_meeting_that_has_not_begun_ends_when_planned() -> None:
    assert live.span(NOON, NOON + timedelta(hours=1), None) == live.Span(NOON + timedelta(hours=1), 0)
