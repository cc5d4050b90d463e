"""The review pack as it is laid out: every figure is the number of its rows, and nothing lies outside of the period."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import packs
from dashboards.packs import (
    Agreed,
    Coming,
    Decision,
    Facts,
    Held,
    Pack,
    Part,
    Period,
    Promise,
    Span,
    Talk,
    Trouble,
    Voiced,
    lay_out,
    period_of,
    quarter_of,
    stretches,
)
from relationships import problems, promises
from relationships.cadence import Interval, due_after, grace

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
days = st.integers(-500, 60).map(lambda apart: TODAY + apart * DAY)
past = st.integers(-500, 0).map(lambda apart: TODAY + apart * DAY)
periods = st.tuples(days, days).map(lambda two: Period(min(two), max(two)))


@st.composite
def promised(draw: Any) -> Promise:
    """As the rules judge it, and not as nothing could be."""
    due = draw(days)
    ended = draw(st.none() | past)
    kept = draw(st.booleans())
    record = promises.Record(due, kept_on=ended if kept else None, missed_on=None if kept else ended)
    verdict = promises.judge(record)
    state = promises.state(
        today=TODAY, binding_on=verdict.binding_on, moved=False, late_on=verdict.late_on, outcome=verdict.outcome
    )
    return Promise(
        draw(st.booleans()), draw(st.text(max_size=5)), "", due, state, due, verdict.late_on, verdict.ended_on
    )


@st.composite
def voiced(draw: Any) -> Voiced:
    heard = draw(past)
    answered = draw(st.none() | st.integers(0, 90).map(lambda apart: heard + apart * DAY))
    ended = draw(st.none() | st.integers(0, 90).map(lambda apart: (answered or heard) + apart * DAY))
    return Voiced(
        draw(st.booleans()),
        draw(st.text(max_size=5)),
        "suggestion",
        "",
        "",
        heard,
        asks=True,
        answered_on=answered,
        ended_on=ended if answered else None,
        applied=bool(answered and ended and draw(st.booleans())),
    )


@st.composite
def troubled(draw: Any) -> Trouble:
    opened = draw(past)
    due = opened + draw(st.integers(0, 30)) * DAY
    solved = draw(st.none() | st.integers(0, 90).map(lambda apart: opened + apart * DAY))
    state = problems.state(today=TODAY, due_on=due, solved_on=solved, reopened=0)
    return Trouble(draw(st.text(max_size=5)), "", opened, due, state, solved)


facts = st.builds(
    Facts,
    talks=st.lists(st.builds(Talk, past, st.sampled_from(["ours", "theirs", "unknown"]), st.booleans()), max_size=12),
    agreed=st.lists(st.builds(lambda day, every: Agreed(Interval(day, every)), past, st.integers(1, 60)), max_size=3),
    halted=st.lists(st.tuples(past, past).map(lambda two: (min(two), max(two))), max_size=2),
    promises=st.lists(promised(), max_size=12),
    voiced=st.lists(voiced(), max_size=12),
    troubles=st.lists(troubled(), max_size=8),
    decisions=st.lists(st.builds(Decision, past, st.just("Review"), st.text(max_size=5)), max_size=8),
    coming=st.lists(st.builds(Coming, days, st.just("Review"), st.just("")), max_size=4),
)


def whole(known: Facts, period: Period) -> Pack:
    return lay_out(known, period, [*Part], TODAY)


@given(facts, periods)
def test_figures_are_the_rows_beneath_them(known: Facts, period: Period) -> None:
    pack = whole(known, period)
    assert pack.by_us and pack.by_them and pack.from_us and pack.from_them and pack.troubles and pack.rhythm
    for side in (pack.by_us, pack.by_them):
        assert side.share.judged == len(side.rows)
        assert side.share.all_kept == sum(row.state.value.startswith("kept") for row in side.rows)
    for heard in (pack.from_us, pack.from_them):
        assert heard.applied + heard.declined <= heard.answered <= len(heard.rows)
        assert (heard.half_within is None) == (heard.answered == 0)
    stood = pack.troubles.tally
    assert stood.in_time <= stood.solved == len(pack.troubles.rows) - stood.open
    assert stood.solved == sum(row.state.value.startswith("solved") for row in pack.troubles.rows)
    months = [one.count for one in pack.rhythm.stretches]
    for name in ("ours", "theirs", "unknown", "met", "all"):
        assert sum(getattr(count, name) for count in months) == getattr(pack.rhythm.count, name)


@given(facts, periods)
def test_nothing_lies_outside_of_the_period_and_nothing_in_it_is_left_out(known: Facts, period: Period) -> None:
    pack = whole(known, period)
    assert pack.by_us and pack.by_them and pack.from_us and pack.from_them and pack.troubles and pack.rhythm
    told = [*pack.by_us.rows, *pack.by_them.rows]
    assert all(period.has(row.ended_on) if row.ended_on else period.has(row.late_on or row.due_on) for row in told)
    over = [row for row in known.promises if period.has(row.ended_on)]
    late = [row for row in known.promises if row.state is promises.State.LATE and period.has(row.late_on or row.due_on)]
    assert len(told) == len(over) + len(late)
    for row in (*pack.from_us.rows, *pack.from_them.rows):
        assert any(period.has(day) for day in (row.heard_on, row.answered_on, row.ended_on))
    assert all(period.has(one.day) for one in pack.decisions or [])
    for one in pack.troubles.rows:
        assert one.opened_on <= period.last and (one.solved_on is None or one.solved_on >= period.first)
    assert pack.rhythm.count.all == sum(period.has(talk.day) for talk in known.talks)
    if pack.rhythm.silence:
        assert period.has(pack.rhythm.silence.first) and period.has(pack.rhythm.silence.last)
        inside = [talk.day for talk in known.talks if pack.rhythm.silence.first < talk.day < pack.rhythm.silence.last]
        assert not inside


@given(facts, periods)
def test_what_comes_next_is_what_is_open_whatever_the_period(known: Facts, period: Period) -> None:
    ahead = whole(known, period).ahead
    assert ahead and len(ahead.promises) == sum(row.ended_on is None for row in known.promises)
    assert [row.due_on for row in ahead.promises] == sorted(row.due_on for row in ahead.promises)
    assert all(one.day >= TODAY for one in ahead.meetings)


@given(facts, periods, st.sets(st.sampled_from([*Part])))
def test_of_a_part_that_was_not_chosen_there_is_nothing(known: Facts, period: Period, parts: set[Part]) -> None:
    pack = lay_out(known, period, parts, TODAY)
    assert pack.parts == tuple(part for part in Part if part in parts)
    there = {
        Part.RHYTHM: pack.rhythm,
        Part.PROMISES: pack.by_us,
        Part.FEEDBACK: pack.from_them,
        Part.PROBLEMS: pack.troubles,
        Part.DECISIONS: pack.decisions,
        Part.NEXT: pack.ahead,
    }
    assert {part for part, found in there.items() if found is not None} == parts


@given(periods)
def test_stretches_are_the_period_without_a_gap(period: Period) -> None:
    found = stretches(period, period.last)
    assert (found[0].first, found[-1].last) == (period.first, period.last)
    assert all(one.last + DAY == after.first for one, after in pairwise(found))
    assert all(one.first.month == one.last.month for one in found) or len(found) <= 4


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [
        (Span.REVIEW, date(2026, 9, 2), TODAY),
        (Span.QUARTER, date(2026, 10, 1), TODAY),
        (Span.BEFORE, date(2026, 7, 1), date(2026, 9, 30)),
        (Span.YEAR, date(2025, 12, 1), TODAY),
    ],
)
def test_periods(span: Span, first: date, last: date) -> None:
    assert period_of(span, TODAY, reviewed_on=date(2026, 9, 1)) == Period(first, last)


def test_period_of_a_review_that_never_was_is_twelve_months() -> None:
    assert period_of(Span.REVIEW, TODAY, reviewed_on=None) == period_of(Span.YEAR, TODAY, reviewed_on=None)
    assert period_of(Span.YEAR, date(2026, 12, 31), reviewed_on=None).first == date(2026, 1, 1)
    assert period_of(Span.BEFORE, date(2026, 2, 3), reviewed_on=None) == Period(date(2025, 10, 1), date(2025, 12, 31))


@given(st.dates(date(1970, 1, 1), date(2199, 12, 31)))
def test_a_quarter_has_its_day(day: date) -> None:
    quarter = quarter_of(day)
    assert quarter.has(day) and quarter.first.day == 1 and (quarter.last + DAY).day == 1
    assert (
        quarter_of(quarter.first) == quarter_of(quarter.last) == quarter
        and (quarter.last - quarter.first).days + 1 >= 90
    )


def test_an_agreement_that_was_replaced_before_the_period_is_not_told() -> None:
    former, later = Agreed(Interval(date(2025, 1, 1), 30)), Agreed(Interval(date(2026, 1, 1), 14), "Petra Vogel")
    tighter = Agreed(Interval(date(2026, 10, 1), 7, date(2026, 10, 31)))
    pack = whole(Facts(agreed=[former, later, tighter]), Period(date(2026, 7, 1), TODAY))
    assert pack.rhythm and pack.rhythm.held == [
        Held(later, None, date(2026, 9, 30)),
        Held(tighter, date(2026, 10, 1), date(2026, 10, 31)),
        Held(later, date(2026, 11, 1), None),
    ]


def test_the_longest_silence_is_counted_from_the_edges_too() -> None:
    talks = [Talk(date(2026, 7, 20), "ours"), Talk(date(2026, 8, 1), "theirs")]
    found = packs.longest_silence([talk.day for talk in talks], Period(date(2026, 7, 1), date(2026, 9, 30)))
    assert found and (found.first, found.last, found.days) == (date(2026, 8, 1), date(2026, 9, 30), 60)


@given(facts, periods)
def test_no_silence_begins_before_the_relationship_or_while_it_rested(known: Facts, period: Period) -> None:
    rhythm = whole(known, period).rhythm
    assert rhythm
    spoken = [talk.day for talk in known.talks]
    begun = min([one.interval.starts_on for one in known.agreed] or spoken, default=None)
    if rhythm.silence is not None:
        assert begun is not None and rhythm.silence.first >= max(begun, period.first)
        for since, until in known.halted:
            assert rhythm.silence.first >= until or rhythm.silence.last <= since or since == until
    for one in rhythm.stretches:
        assert one.last >= min([begun or date.max, *(day for day in spoken if period.has(day))])


@given(facts, periods)
def test_no_silence_contradicts_a_rhythm_that_was_kept_on_all_days(known: Facts, period: Period) -> None:
    rhythm = whole(known, period).rhythm
    assert rhythm
    if not rhythm.silence or not rhythm.kept.counted or rhythm.kept.in_rhythm < rhythm.kept.counted:
        return
    every = max(one.interval.every_days for one in known.agreed)
    longest = (due_after(rhythm.silence.first, every) - rhythm.silence.first).days + max(
        grace(one.interval.every_days) for one in known.agreed
    )
    assert rhythm.silence.days <= longest + 1


def test_a_relationship_that_began_within_the_period_has_no_months_and_no_silence_before() -> None:
    begun = date(2026, 4, 3)
    talks = [Talk(date(2026, 4, 20), "ours"), Talk(date(2026, 11, 1), "theirs")]
    rhythm = whole(Facts(talks=talks, agreed=[Agreed(Interval(begun, 30))]), Period(date(2025, 12, 1), TODAY)).rhythm
    assert rhythm and rhythm.silence == packs.Silence(date(2026, 4, 20), date(2026, 11, 1))
    assert rhythm.stretches[0].first == begun
    alone = whole(Facts(talks=talks[1:]), Period(date(2025, 12, 1), TODAY)).rhythm
    assert alone and alone.silence == packs.Silence(date(2026, 11, 1), TODAY)
    # What was said before anything was agreed is counted and told all the same.
    early = whole(
        Facts(talks=[Talk(date(2026, 2, 2), "ours"), *talks], agreed=[Agreed(Interval(begun, 30))]),
        Period(date(2025, 12, 1), TODAY),
    ).rhythm
    assert early and early.count.all == 3 and early.stretches[0].first == date(2026, 2, 2)


def test_while_it_rested_nobody_was_silent() -> None:
    rest = (date(2026, 10, 13), date.max)
    known = Facts(
        talks=[Talk(date(2026, 9, 28), "ours"), Talk(date(2026, 10, 8), "ours")],
        agreed=[Agreed(Interval(date(2026, 1, 1), 14))],
        halted=[rest],
    )
    rhythm = whole(known, Period(date(2026, 9, 20), TODAY)).rhythm
    assert rhythm and rhythm.silence == packs.Silence(date(2026, 9, 28), date(2026, 10, 8))
    assert rhythm.rests == [Period(date(2026, 10, 13), TODAY)]
    over = whole(Facts(halted=[(date(2026, 10, 13), date(2026, 10, 20))], agreed=known.agreed), Period(rest[0], TODAY))
    assert over.rhythm and over.rhythm.rests == [Period(date(2026, 10, 13), date(2026, 10, 19))]
    assert over.rhythm.silence == packs.Silence(date(2026, 10, 20), TODAY)
