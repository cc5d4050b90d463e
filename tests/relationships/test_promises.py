"""What becomes of a promise, as properties: of any record, on any day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from relationships import promises
from relationships.evidence import RULES, Kind
from relationships.promises import DAY, Move, Record, State, Verdict, evidence_of, judge
from web.clock import Now

DUE = date(2026, 3, 13)
offsets = st.integers(-30, 30)


def day(offset: int) -> date:
    return DUE + offset * DAY


@st.composite
def records(draw: st.DrawFn, ends: Sequence[str] = ("open", "kept", "missed", "explained")) -> Record:
    """Any record that the verbs let happen: moves in the order agreed, none to a day before it was agreed."""
    agreed = sorted(draw(st.lists(offsets, max_size=4)))
    moves = [Move(day(offset), day(offset + draw(st.integers(0, 20)))) for offset in agreed]
    end = draw(st.sampled_from(ends))
    ended = day(max(draw(offsets), agreed[-1] if agreed else -30))
    if end == "open":
        return Record(DUE, moves)
    if end == "kept":
        return Record(DUE, moves, kept_on=ended)
    explained = ended + draw(st.integers(0, 20)) * DAY if end == "explained" else None
    return Record(DUE, moves, missed_on=ended, explained_on=explained)


def kinds(record: Record, today: date) -> list[Kind]:
    return [mark.kind for mark in evidence_of(record, today)]


def mass(record: Record, today: date) -> tuple[float, float]:
    """For and against, before fading."""
    rules = [RULES[kind] for kind in kinds(record, today)]
    return round(sum(rule.r for rule in rules), 9), round(sum(rule.s for rule in rules), 9)


def state_of(record: Record, today: date, verdict: Verdict) -> State:
    return promises.state(
        today=today,
        binding_on=verdict.binding_on,
        moved=bool(record.moves),
        late_on=verdict.late_on,
        outcome=verdict.outcome,
    )


# The day that counts


@given(records(), offsets)
def test_day_that_counts_is_the_one_agreed_last_and_the_first_one_stays(record: Record, today: int) -> None:
    verdict = judge(record, day(today))
    assert verdict.binding_on == (record.moves[-1].new_due_on if record.moves else DUE)
    assert record.due_on == DUE


@given(st.integers(-30, 0), st.integers(1, 40), offsets)
def test_new_day_agreed_before_the_day_is_neutral(agreed: int, later: int, today: int) -> None:
    """It costs nothing, and whatever follows is as if the new day had been the first."""
    moved = Record(DUE, [Move(day(agreed), day(later))])
    straight = Record(day(later))
    assume(today >= agreed)
    assert judge(moved, day(today)) == judge(straight, day(today))
    assert mass(moved, day(today)) == mass(straight, day(today))
    assert mass(replace(moved, kept_on=day(later)), day(later)) == (1, 0)
    assert kinds(moved, day(agreed)) == [Kind.PROMISE_RENEGOTIATED]


@given(st.integers(1, 30), st.integers(0, 40), st.integers(0, 80))
def test_new_day_agreed_after_the_day_leaves_it_late(agreed: int, later: int, kept_after: int) -> None:
    moved = Record(DUE, [Move(day(agreed), day(agreed + later))])
    verdict = judge(moved, day(agreed))
    assert verdict.late_on == DUE
    assert state_of(moved, day(agreed), verdict) is State.LATE
    kept = replace(moved, kept_on=day(agreed + kept_after))
    assert judge(kept).outcome == State.KEPT_LATE
    assert evidence_of(kept, kept.kept_on or DUE) == [
        promises.Mark(Kind.PROMISE_LATE, DUE),
        promises.Mark(Kind.PROMISE_KEPT_LATE, kept.kept_on or DUE),
    ]


@given(offsets, st.integers(1, 30), st.integers(0, 30))
def test_what_was_agreed_after_it_was_kept_counts_no_more(kept: int, after: int, longer: int) -> None:
    assert judge(Record(DUE, [Move(day(kept + after), day(kept + after + longer))], kept_on=day(kept))) == judge(
        Record(DUE, kept_on=day(kept))
    )


# Late, kept, missed


@given(records(ends=["open"]), offsets)
def test_open_promise_is_late_only_when_its_day_is_over(record: Record, offset: int) -> None:
    today = max([day(offset), *(move.agreed_on for move in record.moves)])
    verdict = judge(record, today)
    in_time = all(move.agreed_on <= before for move, before in zip(record.moves, [DUE, *days_of(record)], strict=False))
    assert (verdict.late_on is None) == (in_time and today <= verdict.binding_on)


def days_of(record: Record) -> list[date]:
    return [move.new_due_on for move in record.moves]


@given(records(), offsets, st.integers(0, 60))
def test_late_stays_late_and_costs_once(record: Record, today: int, days: int) -> None:
    first = judge(record, day(today)).late_on
    if first is not None:
        assert judge(record, day(today + days)).late_on == first
    assert kinds(record, day(today + days)).count(Kind.PROMISE_LATE) <= 1


@pytest.mark.parametrize(
    ("kept", "outcome", "masses"),
    [
        (-5, State.KEPT, (1, 0)),
        (0, State.KEPT, (1, 0)),
        (1, State.KEPT_LATE, (0.6, 0.4)),
        (40, State.KEPT_LATE, (0.6, 0.4)),
    ],
)
def test_kept_in_time_or_late(kept: int, outcome: State, masses: tuple[float, float]) -> None:
    """Late it adds what lateness left of it and nothing else."""
    record = Record(DUE, kept_on=day(kept))
    assert judge(record).outcome == outcome
    assert mass(record, day(kept)) == masses


@pytest.mark.parametrize(
    ("missed", "explained", "owned", "against"),
    [
        (1, None, False, 1.0),
        (1, 1, True, 0.7),
        (3, 7, True, 0.7),
        (3, 8, False, 1.0),
        (-2, None, False, 0.6),
        (-2, -1, True, 0.3),
        (0, 7, True, 0.3),
        (0, 8, False, 0.6),
    ],
)
def test_missed_and_owned_up_to_within_a_week_of_the_day(
    missed: int, explained: int | None, owned: bool, against: float
) -> None:
    record = Record(DUE, missed_on=day(missed), explained_on=None if explained is None else day(explained))
    assert judge(record).owned is owned
    assert judge(record).outcome == State.BROKEN
    assert mass(record, day(30)) == (0, against)


def test_week_to_own_up_runs_from_the_first_day_that_was_missed() -> None:
    late = Record(DUE, [Move(day(2), day(20))], missed_on=day(21), explained_on=day(21))
    assert not judge(late).owned
    assert promises.to_own_until(day(20), DUE) == day(7)
    in_time = Record(DUE, [Move(day(-2), day(20))], missed_on=day(21), explained_on=day(27))
    assert judge(in_time).owned


@given(records(), offsets)
def test_evidence_lies_on_days_that_were_and_says_one_end(record: Record, today: int) -> None:
    ended = record.kept_on or record.missed_on
    assume(ended is None or ended <= day(today))
    assume(all(move.agreed_on <= day(today) for move in record.moves))
    marks = evidence_of(record, day(today))
    assert all(mark.day <= day(today) for mark in marks)
    ends = {Kind.PROMISE_KEPT, Kind.PROMISE_KEPT_LATE, Kind.PROMISE_BROKEN} & {mark.kind for mark in marks}
    assert len(ends) == (ended is not None)
    assert len({mark.kind for mark in marks}) == len(marks)
    for_it, against = mass(record, day(today))
    assert 0 <= for_it <= 1
    assert 0 <= against <= 1


@given(records(), offsets)
def test_each_record_has_one_word_each_day(record: Record, today: int) -> None:
    verdict = judge(record, day(today))
    word = state_of(record, day(today), verdict)
    if record.kept_on or record.missed_on:
        assert word in (State.KEPT, State.KEPT_LATE, State.BROKEN)
    elif verdict.late_on:
        assert word is State.LATE
    elif verdict.binding_on == day(today):
        assert word is State.DUE
    else:
        assert word is (State.RENEGOTIATED if record.moves else State.OPEN)


# Over means over where the relationship is

zones = st.sampled_from(
    ["Pacific/Auckland", "Pacific/Kiritimati", "America/Los_Angeles", "Europe/Berlin", "Asia/Kathmandu", "UTC"]
)
# Around both changes of the clocks, in both hemispheres.
instants = st.one_of(
    *(
        st.datetimes(datetime(2026, month, 1), datetime(2026, month, 28), timezones=st.just(UTC))
        for month in (3, 4, 9, 10, 11)
    )
)


@given(zones, instants, offsets)
def test_late_from_the_first_moment_after_the_local_day(zone: str, instant: datetime, offset: int) -> None:
    due = instant.date() + offset * DAY
    ends = datetime.combine(due + DAY, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
    record = Record(due)
    for moment in (instant, ends - timedelta(seconds=1), ends, ends + timedelta(hours=1)):
        late = judge(record, Now(moment).today(zone)).late_on is not None
        assert late == (moment >= ends)


@given(zones, offsets)
def test_named_day_is_that_day_everywhere(zone: str, offset: int) -> None:
    assert (judge(Record(DUE), Now.on(day(offset)).today(zone)).late_on is not None) == (offset > 0)


def test_share_counts_what_was_kept_in_time_of_what_can_be_judged() -> None:
    share = promises.Share(kept=14, kept_late=1, broken=1, late=2)
    assert (share.judged, share.all_kept) == (18, 15)
