"""The loop of feedback, as properties: of any steps, in any order, on any day."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from relationships import feedback
from relationships.evidence import RULES, Kind
from relationships.feedback import DAY, DAYS_TO_ANSWER, DAYS_TO_IGNORE, RANK, Dated, Record, State, Step

HEARD = date(2026, 3, 2)
steps_taken = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 12)), max_size=6)
kinds_of_record = st.builds(
    Record,
    heard_on=st.just(HEARD),
    asks=st.booleans(),
    has_voice=st.booleans(),
    for_group=st.booleans(),
    promised=st.booleans(),
    grown=st.booleans(),
)


def day(offset: int) -> date:
    return HEARD + offset * DAY


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Any record that the verbs let happen: each step one of those that may follow, none before the last."""
    record = draw(kinds_of_record)
    on = HEARD
    for _time in range(draw(st.integers(0, 6))):
        choices = feedback.may_follow(record)
        if not choices:
            break
        on += draw(st.integers(0, 20)) * DAY
        record = replace(record, steps=(*record.steps, Dated(draw(st.sampled_from(choices)), on)))
    return record


def mass(record: Record, today: date) -> float:
    """For less against, of the side that had to answer; before fading."""
    marks = [one for one in feedback.evidence_of(record, today, hidden=False) if not one.of_giver]
    return sum(RULES[one.kind].r - RULES[one.kind].s for one in marks)


# The loop


@given(records())
def test_what_may_follow_keeps_the_order_of_the_loop(record: Record) -> None:
    assert feedback.in_order(record)
    ordered = sorted(record.steps, key=lambda step: RANK[step.kind])
    assert [step.on for step in ordered] == sorted(step.on for step in ordered)
    assert len(record.days) == len(record.steps), "each kind once"
    for kind in feedback.may_follow(record):
        assert kind not in record.days
        first, last = feedback.bounds(record, kind)
        assert last is None
        assert feedback.in_order(replace(record, steps=(*record.steps, Dated(kind, first))))


@given(records())
def test_every_loop_can_be_closed_and_then_nothing_follows(record: Record) -> None:
    for _time in range(6):
        choices = feedback.may_follow(record)
        if not choices:
            break
        record = replace(record, steps=(*record.steps, Dated(choices[0], feedback.bounds(record, choices[0])[0])))
    assert feedback.state_of(record) is State.CLOSED
    assert feedback.may_follow(record) == []
    assert record.has_voice is False or not record.asks or Step.TOLD_VOICE in record.days
    assert (Step.TOLD_GROUP in record.days) == record.for_group


@given(records(), st.integers(0, 90), st.randoms())
def test_order_in_which_steps_are_given_is_irrelevant(record: Record, today: int, chance: random.Random) -> None:
    mixed = list(record.steps)
    chance.shuffle(mixed)
    other = replace(record, steps=tuple(mixed))
    assert feedback.settle(other, day(today)) == feedback.settle(record, day(today))
    assert feedback.state_of(other) == feedback.state_of(record)
    assert feedback.may_follow(other) == feedback.may_follow(record)
    assert feedback.evidence_of(other, day(today), hidden=False) == feedback.evidence_of(
        record, day(today), hidden=False
    )


@given(records(), st.integers(0, 90))
def test_last_step_taken_back_returns_the_former_state(record: Record, today: int) -> None:
    for kind in feedback.may_follow(record):
        first, _last = feedback.bounds(record, kind)
        taken = replace(record, steps=(*record.steps, Dated(kind, first)))
        assert feedback.rests_on(kind, taken.days) == []
        back = replace(taken, steps=tuple(step for step in taken.steps if step.kind is not kind))
        assert feedback.settle(back, day(today)) == feedback.settle(record, day(today))
        assert feedback.state_of(back) == feedback.state_of(record)


@given(records())
def test_what_others_rest_on_cannot_be_taken_back(record: Record) -> None:
    for step in record.steps:
        without = replace(record, steps=tuple(one for one in record.steps if one is not step))
        if not feedback.rests_on(step.kind, record.days):
            assert feedback.in_order(without)
        elif step.kind is Step.ANSWERED:
            assert not feedback.in_order(without)


@given(steps_taken)
def test_steps_against_the_loop_are_out_of_order(taken: list[tuple[int, int]]) -> None:
    kinds = list(Step)
    steps = {kinds[kind]: day(offset) for kind, offset in taken}
    record = Record(HEARD, tuple(Dated(kind, on) for kind, on in steps.items()))
    bad = any(RANK[one] < RANK[other] and on > later for one, on in steps.items() for other, later in steps.items())
    unanswered = any(RANK[kind] > RANK[Step.ANSWERED] for kind in steps) and Step.ANSWERED not in steps
    both = Step.APPLIED in steps and Step.DECLINED in steps
    assert feedback.in_order(record) == (not bad and not unanswered and not both)


@given(st.integers(0, 40), st.none() | st.integers(0, 40))
def test_answering_counts_as_acknowledging(answered: int, acknowledged: int | None) -> None:
    steps = [Dated(Step.ANSWERED, day(answered))]
    if acknowledged is not None:
        assume(acknowledged <= answered)
        steps.append(Dated(Step.ACKNOWLEDGED, day(acknowledged)))
    loop = feedback.settle(Record(HEARD, steps))
    assert loop.acknowledged_on == day(answered if acknowledged is None else acknowledged)


def test_group_is_told_only_where_it_was_on_behalf_of_one() -> None:
    done = (Dated(Step.ANSWERED, day(1)), Dated(Step.APPLIED, day(9)))
    assert feedback.may_follow(Record(HEARD, done)) == [Step.TOLD_VOICE]
    assert feedback.may_follow(Record(HEARD, done, for_group=True)) == [Step.TOLD_VOICE, Step.TOLD_GROUP]
    assert feedback.may_follow(Record(HEARD, done, has_voice=False, for_group=True)) == [Step.TOLD_GROUP]
    assert feedback.state_of(Record(HEARD, done, has_voice=False)) is State.CLOSED


def test_praise_and_questions_end_with_the_answer() -> None:
    answered = (Dated(Step.ANSWERED, day(1)),)
    assert feedback.state_of(Record(HEARD, answered, asks=False)) is State.CLOSED
    assert feedback.state_of(Record(HEARD, answered, asks=False, for_group=True)) is State.TO_TELL
    assert feedback.state_of(Record(HEARD, answered)) is State.TO_DECIDE
    assert feedback.state_of(Record(HEARD, answered, promised=True)) is State.IN_WORK
    assert feedback.may_follow(Record(HEARD, answered, promised=True)) == [Step.APPLIED, Step.DECLINED]


# In time, ignored, and what it says


@given(records(), st.integers(0, 90))
def test_ignored_is_true_from_its_day_on_and_stays(record: Record, today: int) -> None:
    ignored = feedback.settle(record, day(today)).ignored_on
    answered = record.days.get(Step.ANSWERED)
    late = answered is not None and (answered - HEARD).days >= DAYS_TO_IGNORE
    assert (ignored is not None) == (late or (answered is None and today >= DAYS_TO_IGNORE))
    assert ignored in (None, day(DAYS_TO_IGNORE))
    if ignored:
        assert feedback.settle(record, day(today + 1)).ignored_on == ignored


@given(records(), st.integers(0, 90), st.integers(0, 90))
def test_answering_never_lowers_trust(record: Record, today: int, answered: int) -> None:
    assume(Step.ANSWERED in feedback.may_follow(record))
    first, _last = feedback.bounds(record, Step.ANSWERED)
    on = max(first, day(answered))
    assume(on <= day(today))
    after = replace(record, steps=(*record.steps, Dated(Step.ANSWERED, on)))
    assert mass(after, day(today)) >= mass(record, day(today))


@given(records(), st.integers(0, 90))
def test_ignoring_never_raises_it_and_later_steps_change_nothing(record: Record, today: int) -> None:
    unanswered = replace(record, steps=tuple(step for step in record.steps if step.kind is Step.ACKNOWLEDGED))
    assert mass(unanswered, day(today)) <= 0
    assert mass(unanswered, day(today + 30)) <= mass(unanswered, day(today))
    answer = tuple(step for step in record.steps if RANK[step.kind] <= RANK[Step.ANSWERED])
    assert mass(replace(record, steps=answer), day(today)) == mass(record, day(today))


@given(records(), st.integers(0, 90))
def test_never_answered_in_time_and_ignored_at_once(record: Record, today: int) -> None:
    kinds = [mark.kind for mark in feedback.evidence_of(record, day(today), hidden=False)]
    assert kinds[0] is Kind.FEEDBACK_GIVEN
    assert not {Kind.FEEDBACK_ANSWERED, Kind.FEEDBACK_IGNORED} <= set(kinds)
    assert len(kinds) == len(set(kinds))


@given(records(), st.integers(0, 90))
def test_what_nobody_said_was_given_by_nobody(record: Record, today: int) -> None:
    open_ = feedback.evidence_of(record, day(today), hidden=False)
    hidden = feedback.evidence_of(record, day(today), hidden=True)
    assert hidden == [mark for mark in open_ if mark.kind is not Kind.FEEDBACK_GIVEN]


@given(records(), st.integers(0, 90))
def test_what_they_have_not_been_told_says_nothing_and_waits_for_nothing(record: Record, today: int) -> None:
    unsaid = replace(record, steps=(), unsaid=True)
    assert feedback.evidence_of(unsaid, day(today), hidden=False) == []
    assert feedback.settle(unsaid, day(today)).ignored_on is None
    assert (feedback.state_of(unsaid), feedback.may_follow(unsaid)) == (State.UNSAID, [])


@given(records())
def test_what_grew_into_another_is_decided_by_that(record: Record) -> None:
    state = feedback.state_of(replace(record, grown=True))
    assert state not in (State.TO_DECIDE, State.IN_WORK)
    if Step.ANSWERED in record.days:
        assert state is (State.TO_TELL if feedback.untold(record) else State.CLOSED)


def test_days_of_the_calendar() -> None:
    assert feedback.in_time(HEARD, day(DAYS_TO_ANSWER))
    assert not feedback.in_time(HEARD, day(DAYS_TO_ANSWER + 1))
    assert not feedback.in_time(HEARD, None)
    assert feedback.waits_long(HEARD, None, day(DAYS_TO_ANSWER))
    assert not feedback.waits_long(HEARD, None, day(DAYS_TO_ANSWER - 1))
    assert not feedback.waits_long(HEARD, day(1), day(90))
    assert feedback.days_to(HEARD, day(47)) == 47
    assert feedback.days_to(HEARD, None) is None


def test_half_of_them_took_no_longer() -> None:
    assert feedback.half_of_them([]) is None
    assert feedback.half_of_them([4]) == 4
    assert feedback.half_of_them([1, 4]) == 1
    assert feedback.half_of_them([9, 1, 4]) == 4


# What it grew into

links = st.dictionaries(st.integers(0, 7), st.integers(0, 7), max_size=8)


def grown(wanted: dict[int, int]) -> dict[int, int]:
    """Those of the links that do not lead in a circle, as the verb would have let them happen."""
    kept: dict[int, int] = {}
    for start, end in wanted.items():
        if not feedback.would_circle(kept, start, end):
            kept[start] = end
    return kept


@given(links, st.integers(0, 7))
def test_chain_never_leads_back_and_credit_is_with_the_first(wanted: dict[int, int], key: int) -> None:
    kept = grown(wanted)
    before = feedback.grows_from(kept, key)
    assert key not in before
    first = feedback.first_of(kept, key)
    assert first <= before
    assert bool(first) == bool(before)
    assert all(one not in kept.values() for one in first)
    for one in before:
        on, seen = one, 0
        while on != key:
            on, seen = kept[on], seen + 1
            assert seen <= len(kept)
