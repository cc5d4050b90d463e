"""What a page tells of a standing: numbers that add up, whatever is shown, and sentences from the first day."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationships import evidence, health_explained, health_words, problems, score_words
from relationships.cadence import Interval, Rest
from relationships.evidence import Component, Kind, Row
from relationships.health import Rhythm, Weights
from relationships.health_case import Case, Decider, Entry, adding_up, tenths
from relationships.health_points import Counts, Remedy
from relationships.problems import What
from relationships.trend import UNKNOWN, Direction, Way
from tests.relationships.test_health import AGREED, TODAY, History, histories, touch

DAY = timedelta(days=1)
numbers = st.lists(st.floats(-3, 60, allow_nan=False), min_size=1, max_size=40)


def case(*rows: Row, every: int | None = 30, deciders: tuple[Decider, ...] = ()) -> Case:
    rhythm = Rhythm([Interval(AGREED, every)] if every else [])
    return Case([Entry(row, "tests.row", number) for number, row in enumerate(rows)], rhythm, deciders, TODAY)


def of_history(history: History) -> Case:
    deciders = [Decider(f"Person {number}", number, one.seen_on) for number, one in enumerate(history.people)]
    rows = [row for row in history.rows if row.day <= TODAY]
    return Case([Entry(row, "tests.row", number) for number, row in enumerate(rows)], history.rhythm, deciders, TODAY)


def row(kind: Kind, side: str = "ours", ago: int = 10) -> Row:
    return evidence.row(kind, side, TODAY - ago * DAY)


def solved(after: int, *, back: bool = False) -> problems.Record:
    """Opened 30 days ago, to be solved within a week; ``back``: it came back some days later, to be solved by today."""
    opened = TODAY - 30 * DAY
    steps = [problems.Step(1, What.SOLVED, opened + after * DAY)]
    steps += [problems.Step(2, What.REOPENED, opened + 12 * DAY, TODAY)] if back else []
    return problems.Record(opened, opened + 7 * DAY, steps)


def then(record: problems.Record, what: What) -> problems.Record:
    return replace(record, steps=[*record.steps, problems.Step(9, what, TODAY)])


# Numbers that add up


@given(numbers)
def test_tenths_add_up_to_the_tenths_of_their_sum(values: list[float]) -> None:
    found = adding_up(values)
    assert round(10 * sum(found)) == math.floor(10 * math.fsum(values) + 1e-9)
    assert all(abs(one - value) < 0.1 + 1e-6 for one, value in zip(found, values, strict=True))


@given(st.lists(numbers, min_size=2, max_size=2))
def test_both_sides_add_up_to_their_part_and_the_rows_of_each_to_its_side(sides: list[list[float]]) -> None:
    totals = adding_up([math.fsum(values) for values in sides])
    assert round(10 * sum(totals)) == math.floor(10 * math.fsum(map(math.fsum, sides)) + 1e-9)
    for values, total in zip(sides, totals, strict=True):
        assert sum(adding_up(values, total)) == pytest.approx(total, abs=1e-6)


@given(histories, st.sampled_from([Kind.PROMISE_KEPT, Kind.PROMISE_LATE]), st.sampled_from(["ours", "theirs"]))
def test_no_number_of_a_part_depends_on_another(history: History, kind: Kind, side: str) -> None:
    before = of_history(history)
    more = replace(before, entries=[*before.entries, Entry(row(kind, side), "tests.row", 10_000)])
    for component in set(Component) - {Component.TRUST}:
        assert more.shown(component) == before.shown(component)


@given(histories)
def test_lines_add_up_to_the_points_of_their_component_and_all_to_a_hundred(history: History) -> None:
    found = of_history(history)
    for component in Component:
        own = [line for line in found.lines if line.component is component]
        earned, lost, unknown = found.points(component)
        assert sum(line.earned for line in own) == pytest.approx(earned, abs=1e-9)
        assert sum(line.lost for line in own) == pytest.approx(lost, abs=1e-9)
        assert earned + lost + unknown == pytest.approx(Weights().of(component), abs=1e-9)


@given(histories)
def test_the_tenths_of_rows_lead_to_every_full_point_that_is_shown(history: History) -> None:
    """Earned and judged are cut, lost lies between: so of the tenths follow the full points, and the word."""
    found = of_history(history)
    for component in [*Component, None]:
        exact, shown = found.tenths(component), found.shown(component) if component else found.standing.shown
        assert (exact.earned // 10, exact.judged // 10 - exact.earned // 10) == (shown.earned, shown.lost)
        earned, lost, _unknown = (
            found.points(component)
            if component
            else (found.standing.earned, found.standing.lost, found.standing.unknown)
        )
        assert 0 <= earned + 1e-6 - exact.earned / 10 < 0.1 + 1e-5
        assert abs(lost - exact.lost / 10) < 0.1 + 1e-6
    for component in Component:
        own, exact = [line for line in found.lines if line.component is component], found.tenths(component)
        for values, total in (
            ([line.earned for line in own], exact.earned),
            ([line.lost for line in own], exact.lost),
        ):
            assert round(10 * sum(adding_up(values, total / 10))) == (total if own else 0)
    parts, whole = [found.tenths(component) for component in Component], found.tenths()
    assert 0 <= whole.earned - sum(one.earned for one in parts) <= 4
    assert 0 <= whole.judged - sum(one.judged for one in parts) <= 4


@pytest.mark.parametrize(
    ("earned", "unknown", "said"),
    [
        (64.97, 24.65, "Full points: 64.9 earned shows as 64, 75.3 earned or lost as 75; the 11 between are lost."),
        (65.0, 35.0, "Full points: 65.0 earned shows as 65."),
        (65.0 - 1e-10, 33.5, "Full points: 65.0 earned shows as 65, 66.5 earned or lost as 66; the 1 between is lost."),
    ],
)
def test_how_full_points_come_of_tenths(earned: float, unknown: float, said: str) -> None:
    assert health_words.in_full(tenths(earned, unknown, 100.0)) == said


@pytest.mark.parametrize(
    ("shown", "exact", "said"),
    [(4.2, 4.21, "4.2"), (0.0, 0.04, "< 0.1"), (0.0, 0.0, "–"), (-0.6, -0.58, "−0.6"), (0.0, -0.04, "< 0.1")],
)
def test_points_of_a_row(shown: float, exact: float, said: str) -> None:
    assert health_words.cell(shown, exact) == said


@given(histories)
def test_every_case_can_be_told(history: History) -> None:
    """Every component has its sentence, every row its words, and what a deed earns back is never a loss."""
    found = of_history(history)
    for component in Component:
        said = health_words.sentence(component, found)
        assert said.endswith(".") and "%(" not in said and ".." not in said
        assert "%(" not in health_words.not_known(component, found)
    said = health_words.lost_most(found)
    lost = found.lost_most(found.standing.limiting)
    named = found.standing.limiting if lost and found.cause else found.least_known
    assert "%(" not in said and str(health_words.NAMES[named]).lower() in said
    assert said.startswith("Most lost: ") is bool(lost and found.cause)
    assert found.earned_back > -1e-9
    assert found.cause is None or found.cause.lost <= found.points(found.standing.limiting)[1] + 1e-9 + 25
    for one in found.entries:
        assert health_words.row_says(one.row.kind, one.row.side)


def test_every_kind_every_remedy_and_every_component_has_words() -> None:
    assert set(health_words.ROWS) == set(Kind)
    assert set(health_words.REMEDIES) == set(Remedy)
    assert set(health_words.NAMES) == set(health_words.ASKS) == set(Component)


# Of each of these a sentence says how often it was.
TOLD_OF = {
    Kind.MEETING_ACCEPTED, Kind.MEETING_DECLINED, Kind.MEETING_UNANSWERED, Kind.DECISION_MAKER_MET,
    Kind.DECISION_MAKER_ABSENT, Kind.PROMISE_KEPT, Kind.FEEDBACK_ANSWERED, Kind.FEEDBACK_IGNORED,
}  # fmt: skip


@given(histories)
def test_what_a_sentence_counts_are_rows_of_the_page(history: History) -> None:
    """A row of which its week leaves nothing stands there too, and says so by having no points."""
    found = of_history(history)
    told = Counter(
        (found.rows[line.index].kind, found.rows[line.index].side)
        for line in found.lines
        if line.counts is Counts.ROW and line.index is not None
    )
    weighed = {key: count for key, count in found.counted.items() if key[0] in TOLD_OF}
    assert {key: count for key, count in told.items() if key[0] in TOLD_OF} == weighed


@given(histories)
def test_the_silences_of_the_sentence_are_the_rows_of_the_page(history: History) -> None:
    found = of_history(history)
    said = health_words.sentence(Component.CADENCE, found)
    rows = [line for line in found.lines if line.counts is Counts.SILENCE]
    if " silences since " in said:
        assert f" of {health_words.number(len(rows))} silences " in said
    assert found.too_long == sum(line.lost > 0 for line in rows)


def test_accepted_by_more_than_counts_in_a_week_all_of_it_stands_there() -> None:
    found = case(*[row(Kind.MEETING_ACCEPTED, "theirs")] * 3)
    assert "accepted a meeting three times" in health_words.sentence(Component.ACCESS, found)
    lines = [line for line in found.lines if line.counts is Counts.ROW]
    assert [line.is_beyond_its_week for line in lines] == [False, False, True]


# Sentences


@pytest.mark.parametrize(
    ("component", "known", "said"),
    [
        (Component.CADENCE, case(every=None), "Never in touch. No rhythm agreed."),
        (Component.CADENCE, case(), "Never in touch; agreed is every 30 days."),
        (
            Component.CADENCE,
            case(touch(12)),
            "Last in touch 12 days ago; agreed is every 30 days. The one before was too long.",
        ),
        (
            Component.CADENCE,
            replace(case(touch(12)), assumed=True),
            "Last in touch 12 days ago; assumed is every 30 days. The one before was too long.",
        ),
        (
            Component.ACCESS,
            case(),
            "Nobody who decides or signs is named yet. No planned meeting that they accepted or declined, and"
            " none to which somebody came who decides or signs.",
        ),
        (
            Component.ACCESS,
            case(
                row(Kind.MEETING_DECLINED), deciders=(Decider("Ingrid Moe", 1, TODAY - 12 * DAY), Decider("Lars Tveit"))
            ),
            "Who decides or signs: Ingrid Moe, seen 12 days ago; Lars Tveit, never seen. People of theirs declined a"
            " meeting once.",
        ),
        (Component.CREDIBILITY, case(), "Nothing yet on problems, KPIs and joint projects."),
        (
            Component.CREDIBILITY,
            replace(case(), opened=[solved(3), solved(4, back=True), solved(9), solved(2)]),
            "4 problems: 3 solved, 2 of them in time; 1 came back and is open. Nothing yet on KPIs and joint projects.",
        ),
        (
            Component.CREDIBILITY,
            replace(case(), opened=[solved(3), then(solved(4, back=True), What.SOLVED)]),
            "2 problems: 2 solved in time. One of the solved had come back. Nothing yet on KPIs and joint projects.",
        ),
        (
            Component.CREDIBILITY,
            replace(case(), opened=[problems.Record(TODAY, TODAY)]),
            "One problem, and it is open. Nothing yet on KPIs and joint projects.",
        ),
        (Component.TRUST, case(), "No promise has come due yet."),
        (
            Component.TRUST,
            case(*[row(Kind.PROMISE_KEPT)] * 6, row(Kind.PROMISE_BROKEN), *[row(Kind.PROMISE_KEPT, "theirs")] * 9),
            "6 of our 7 promises kept in time, 9 of 9 of theirs.",
        ),
        (
            Component.TRUST,
            case(row(Kind.PROMISE_KEPT), row(Kind.FEEDBACK_ANSWERED), row(Kind.FEEDBACK_IGNORED, "theirs")),
            "1 of our 1 promise kept in time. None of theirs has come due yet. We answered their feedback in time"
            " once. They left ours unanswered once.",
        ),
        (Component.RECIPROCITY, case(), "Nothing yet on who begins, feedback and roadmaps."),
        (
            Component.RECIPROCITY,
            case(row(Kind.INITIATIVE), row(Kind.INITIATIVE, "theirs"), row(Kind.INITIATIVE, "theirs", 40)),
            "They began contact twice, we once. Nothing yet on feedback and roadmaps.",
        ),
    ],
)
def test_component_in_a_sentence(component: Component, known: Case, said: str) -> None:
    assert health_words.sentence(component, known) == said


@pytest.mark.parametrize(
    ("count", "late", "said"),
    [
        (1, 0, "one is open"),
        (1, 1, "one is open, and late"),
        (3, 0, "three are open"),
        (3, 1, "three are open, one of them late"),
        (3, 3, "three are open, all of them late"),
        (12, 11, "12 are open, 11 of them late"),
    ],
)
def test_problems_without_a_row_yet(count: int, late: int, said: str) -> None:
    assert health_words.waiting(count, late) == said


def test_a_promise_that_was_late_and_then_kept_is_one_promise() -> None:
    late = Entry(row(Kind.PROMISE_LATE), "tests.promise", 7)
    kept = Entry(row(Kind.PROMISE_KEPT_LATE), "tests.promise", 7)
    assert Case([late, kept], Rhythm(), [], TODAY).kept("ours") == (0, 1)


def test_a_silence_says_which_of_its_days_do_not_count() -> None:
    put_off = Rest(TODAY - 30 * DAY, TODAY - 24 * DAY)
    rhythm = Rhythm([Interval(AGREED, 14)], [put_off])
    known = replace(case(touch(40), touch(20)), rhythm=rhythm)
    gap = known.gaps[-2]
    said = health_words.silence(gap, rhythm.spells(gap, TODAY), known)
    assert said.startswith("20 days between contacts, from ") and said.endswith(
        "; 7 days put off or paused do not count"
    )
    open_still = health_words.silence(known.gaps[-1], rhythm.spells(known.gaps[-1], TODAY), known)
    assert "do not count" not in open_still


def test_a_silence_of_another_rhythm_names_it() -> None:
    rhythm = Rhythm([Interval(AGREED, 30), Interval(TODAY - 50 * DAY, 7)])
    known = replace(case(touch(120), touch(90), touch(10)), rhythm=rhythm)
    before = known.gaps[1]
    said = health_words.silence(before, rhythm.spells(before, TODAY), known)
    assert said.endswith("; the rhythm then was every 30 days")
    own = known.gaps[-1]
    assert "the rhythm then" not in health_words.silence(own, rhythm.spells(own, TODAY), known)


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (Direction(Way.DOWN, 6, TODAY - 30 * DAY), "down 6 in 30 days"),
        (Direction(Way.DOWN, 6, TODAY - 27 * DAY), "down 6 since 1 November"),
        (Direction(Way.STEADY, 0, TODAY - 33 * DAY), "unchanged since 26 October"),
        (UNKNOWN, ""),
    ],
)
def test_a_direction_names_the_day_it_is_compared_with(gone: Direction, said: str) -> None:
    assert health_words.direction(gone, TODAY) == said


def test_how_rows_count_is_read_from_what_reckons_them() -> None:
    assert health_explained.how_rows_count(Component.TRUST, case(touch(3)))[-1] == "After 180 days a row weighs half."
    quarterly = case(touch(3), every=90)
    assert health_explained.how_rows_count(Component.CADENCE, quarterly)[-1] == "After 360 days a row weighs half."
    fortnightly = health_explained.how_rows_count(Component.CADENCE, case(touch(3), every=14))
    assert "all of them up to 14 days after the last, half of them after 17, none after 45" in fortnightly[0]
    told = [rule for component in Component for rule in score_words.rules(component)]
    weighed = [kind for kind, rule in evidence.RULES.items() if rule.r or rule.s or kind is Kind.KPI_READING]
    assert len(told) == len(weighed), "no kind is weighed without saying so"


# What lost most


def test_lost_most_says_what_it_cost_and_what_earns_it_back() -> None:
    rhythm = [touch(ago) for ago in range(41, 400, 14)]
    said = health_words.lost_most(case(*rhythm, every=14))
    assert said.startswith("Most lost: cadence, 11 points. The silence since 18 October: that alone costs 10 points. ")
    assert said.endswith(" back at once.") and "One conversation earns " in said


def test_lost_most_names_the_person_who_decides_and_was_not_seen() -> None:
    rhythm = [touch(ago) for ago in range(1, 400, 14)]
    said = health_words.lost_most(case(*rhythm, every=14, deciders=(Decider("Solveig Dahl"), Decider("Ingrid Moe"))))
    assert "Solveig Dahl decides or signs and was never seen: that alone costs 5 points" in said
    assert "A meeting with Solveig Dahl earns " in said


def test_where_next_to_nothing_was_lost_it_says_what_is_missing_and_what_tells_it() -> None:
    said = health_words.lost_most(case(every=None))
    assert said == (
        "Next to nothing is lost; what is missing is credibility: 25 points of its 25 not yet known. "
        "More is known with each problem that is solved. KPIs and joint projects come later."
    )
    solved = [row(Kind.PROBLEM_SOLVED, ago=ago) for ago in range(1, 400, 10)]
    said = health_words.lost_most(case(*solved, every=None))
    assert said.startswith("Next to nothing is lost; what is missing is trust: 25 points of its 25 not yet known. ")
    assert said.endswith((" with a day.", " by its day.", " within 5 days."))


def test_what_is_offered_says_how_far_it_carries() -> None:
    unknown = case(every=None)
    offers = unknown.offers(problem_open=True)
    made = sum(math.floor(one.points) for one in offers)
    assert health_words.reach(unknown, offers) == (
        f"Together they would make at least {made} of the 50 points that a score needs; the rest comes with time, and "
        "with more of the same."
    )
    enough = [replace(one, points=17.0) for one in offers]
    assert health_words.reach(unknown, enough) == (
        "Together they would be enough: a score needs 50 points that can be judged."
    )
    assert health_words.reach(unknown, []) == ""


def test_being_late_and_then_missing_it_is_one_cause_and_owning_up_is_taken_off() -> None:
    broken = [row(Kind.PROMISE_LATE), row(Kind.PROMISE_BROKEN), row(Kind.PROMISE_OWNED)]
    found = case(*broken, every=None)
    assert found.cause is not None
    lost = found.points(Component.TRUST)[1]
    assert found.standing.limiting is Component.TRUST and found.cause.lost == pytest.approx(lost)


def test_of_a_day_that_is_over_days_are_named_and_no_deed_is_offered() -> None:
    now = case(*[touch(ago) for ago in range(41, 400, 14)], every=14)
    then = replace(now, past=True)
    assert "Last in touch on 18 October;" in health_words.sentence(Component.CADENCE, then)
    assert "Last in touch 41 days ago;" in health_words.sentence(Component.CADENCE, now)
    assert "earns" in health_words.lost_most(now) and "earns" not in health_words.lost_most(then)
