"""What becomes of a problem, as properties: of any record, on any day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from relationships import problems
from relationships.evidence import RULES, Component, Kind
from relationships.problems import Record, State, Step, What, evidence_of, judge

OPENED = date(2026, 3, 2)
DAY = timedelta(days=1)
spans = st.integers(0, 30)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Any steps in any order of kinds, on days that never go back; what came back may have a new day."""
    kinds = draw(st.lists(st.sampled_from(list(What)), max_size=8))
    on, steps = OPENED, []
    for number, what in enumerate(kinds):
        on += draw(spans) * DAY
        new = draw(st.none() | spans) if what is What.REOPENED else None
        steps.append(Step(number, what, on, None if new is None else on + new * DAY))
    return Record(OPENED, OPENED + draw(spans) * DAY, steps)


def last_day(record: Record) -> date:
    return record.steps[-1].on if record.steps else record.opened_on


def then(record: Record, what: What, after: int = 0, due_on: date | None = None) -> Record:
    step = Step(len(record.steps), what, last_day(record) + after * DAY, due_on)
    return replace(record, steps=[*record.steps, step])


def mass(record: Record) -> tuple[float, float]:
    """For and against, before fading."""
    rules = [RULES[mark.kind] for mark in evidence_of(record)]
    assert {rule.component for rule in rules} <= {Component.CREDIBILITY}
    return round(sum(rule.r for rule in rules), 9), round(sum(rule.s for rule in rules), 9)


@given(records(), spans)
def test_reopening_never_raises(record: Record, after: int) -> None:
    """It adds to what speaks against us, once, and nothing to what speaks for us."""
    (r, s), (r_after, s_after) = mass(record), mass(then(record, What.REOPENED, after))
    was_solved = judge(record).solved_on is not None
    assert (r_after, s_after) == (r, round(s + (0.5 if was_solved else 0), 9))


@given(records(), spans)
def test_solving_in_time_never_lowers(record: Record, after: int) -> None:
    """Only what speaks for us grows; late it brings more against than for, so that waiting is never better."""
    solved = then(record, What.SOLVED, after)
    (r, s), (r_after, s_after) = mass(record), mass(solved)
    if judge(record).solved_on is not None:
        assert (r_after, s_after) == (r, s)
    elif solved.steps[-1].on <= judge(record).binding_on:
        assert (round(r_after - r, 9), round(s_after - s, 9)) == (0.5, 0)
    else:
        assert (round(r_after - r, 9), round(s_after - s, 9)) == (0.15, 0.35)


@given(records(), st.integers(0, 30))
def test_solved_sooner_is_never_worse(record: Record, sooner: int) -> None:
    late = then(record, What.SOLVED, sooner + 1)
    soon = then(record, What.SOLVED, sooner)
    assert mass(soon)[0] >= mass(late)[0]
    assert mass(soon)[1] <= mass(late)[1]


@given(records(), spans)
def test_owning_up_weighs_nothing(record: Record, after: int) -> None:
    owned = then(record, What.OWNED, after)
    assert mass(owned) == mass(record)
    assert judge(owned).owned_on is not None
    assert judge(owned).solved_on == judge(record).solved_on


@given(records(), spans, spans)
def test_reopened_has_its_new_day_and_is_owned_up_to_anew(record: Record, after: int, days: int) -> None:
    """And it is judged by the new day alone, whatever the first one was; what was said before stays as it was."""
    new = last_day(record) + (after + days) * DAY
    again = then(record, What.REOPENED, after, new)
    if judge(record).solved_on is None:
        assert judge(again) == judge(record)
        return
    verdict = judge(again)
    assert (verdict.binding_on, verdict.owned_on, verdict.solved_on) == (new, None, None)
    assert evidence_of(again)[:-1] == evidence_of(record)
    in_time, late = then(again, What.SOLVED, days), then(again, What.SOLVED, days + 1)
    assert [evidence_of(one)[-1].kind for one in (in_time, late)] == [Kind.PROBLEM_SOLVED, Kind.PROBLEM_SOLVED_LATE]


@given(st.lists(records(), max_size=6), st.integers(0, 200))
def test_each_stands_as_its_own_steps_say_whatever_it_was_before(found: list[Record], after: int) -> None:
    """What came back is open until it is solved again, on each day as it was known by its end."""
    day = OPENED + after * DAY
    stood = problems.tally_on(found, day)
    verdicts = [judge(replace(one, steps=[step for step in one.steps if step.on <= day])) for one in found]
    assert stood.all == len(found)
    assert stood.open == sum(one.solved_on is None for one in verdicts)
    assert stood.in_time == sum(one.solved_on is not None and one.solved_on <= one.binding_on for one in verdicts)
    assert stood.late == sum(one.solved_on is None and one.binding_on < day for one in verdicts)
    assert stood.back + stood.again == sum(one.reopened > 0 for one in verdicts)
    assert problems.tally_on(found, OPENED - DAY) == problems.Tally()


@given(records(), spans)
def test_what_came_back_is_no_longer_solved(record: Record, after: int) -> None:
    solved = then(record, What.SOLVED)
    again = then(solved, What.REOPENED, after)
    assert problems.tally_on([solved], last_day(solved)).solved == 1
    stood = problems.tally_on([again], last_day(again))
    assert (stood.solved, stood.in_time, stood.open, stood.back) == (0, 0, 1, 1)
    stood = problems.tally_on([then(again, What.SOLVED)], last_day(again))
    assert (stood.solved, stood.open, stood.again) == (1, 0, 1)


@given(spans, st.integers(-60, 60), st.integers(0, 14))
def test_nothing_is_late_the_moment_it_is_written_down(ago: int, ahead: int, within: int) -> None:
    """Counted from the day it was opened wherever that leaves a day to solve it in."""
    today = OPENED + ago * DAY
    opened_on = min(today, OPENED + ahead * DAY)
    day = problems.day_to_solve(opened_on=opened_on, today=today, within=within * DAY)
    assert day >= today
    assert day == opened_on + within * DAY or (opened_on + within * DAY < today and day == today + within * DAY)


@given(records())
def test_each_solution_counts_once_by_its_own_step(record: Record) -> None:
    marks = evidence_of(record)
    assert len({mark.key for mark in marks}) == len(marks)
    solved = [mark for mark in marks if mark.kind != Kind.PROBLEM_REOPENED]
    came_back = [mark for mark in marks if mark.kind == Kind.PROBLEM_REOPENED]
    verdict = judge(record)
    assert len(came_back) == verdict.reopened
    assert len(solved) - len(came_back) == (0 if verdict.solved_on is None else 1)
    assert {mark.day for mark in marks} <= {step.on for step in record.steps}


@given(records(), st.integers(0, 90))
def test_state_is_late_only_when_its_day_is_over(record: Record, later: int) -> None:
    verdict, today = judge(record), last_day(record) + later * DAY
    due_on = verdict.binding_on
    found = problems.state(today=today, due_on=due_on, solved_on=verdict.solved_on, reopened=verdict.reopened)
    assert (found in (State.SOLVED, State.SOLVED_LATE)) == (verdict.solved_on is not None)
    assert (found is State.LATE) == (verdict.solved_on is None and today > due_on)
    assert (found is State.REOPENED) == (verdict.solved_on is None and today <= due_on and verdict.reopened > 0)


@given(st.lists(st.integers(-40, 40)))
def test_first_direct_contact_is_the_first_on_or_after_its_day(offsets: list[int]) -> None:
    found = problems.days_until_spoken(OPENED, [OPENED + offset * DAY for offset in offsets])
    assert found == min((offset for offset in offsets if offset >= 0), default=None)


def test_talk_before_it_was_opened_answers_nothing() -> None:
    assert problems.days_until_spoken(OPENED, [OPENED - DAY]) is None
    assert problems.days_until_spoken(OPENED, [OPENED]) == 0


def test_critical_one_waits_a_day_for_somebody_to_speak() -> None:
    def unspoken(days: int, **more: bool) -> bool:
        said = {"critical": True, "spoken": False} | more
        return problems.is_unspoken(today=OPENED + days * DAY, opened_on=OPENED, **said)

    assert [unspoken(days) for days in (0, 1, 2)] == [False, False, True]
    assert not unspoken(2, critical=False)
    assert not unspoken(2, spoken=True)
