"""Criteria that ask for the score or its parts: to the day what a slow way says of each day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationships import evidence, health, score_criteria, stage_words, stages
from relationships.cadence import Interval, Rest
from relationships.course import Course
from relationships.criteria import Agreed, Flagged, Lack, Person, Record, Shown, Span, Touch, Weighed, fading, without
from relationships.evidence import Component, Kind
from relationships.flags import Flag
from relationships.health import Thresholds, Weights
from relationships.stages import Criterion, Stage, Verdict
from relationships.weighing import Scale
from tests.relationships.test_stages import day, flagged, scales, slow, stood, weighed

DAY = timedelta(days=1)
SCORED = [Criterion.SCORE, Criterion.COMPONENTS, Criterion.TRUST_OF_EACH, Criterion.TRUST_FLAGS]


def rich(chance: Random) -> Record:
    """Enough of it for a partner, in part; met, silent, late, paused, with people who come and go."""
    people = []
    for number in range(chance.randrange(4)):
        seen = sorted({day(chance.randrange(500)) for _ in range(chance.randrange(8))})
        there = [Span(date.min, day(chance.randrange(200, 700)) if chance.random() < 0.3 else None)]
        shown = Shown("person", number, day(chance.randrange(200)))
        people.append(Person(shown, there, decides=True, seen=seen, who=chance.choice("abcd")))
    agreements = []
    for number in range(chance.choice([0, 1, 1, 2])):
        starts, ends = day(chance.randrange(300)), day(chance.randrange(300, 600))
        every = chance.choice([7, 14, 30, 60, 120])
        interval = Interval(starts, every, ends if chance.random() < 0.3 else None)
        agreements.append(Agreed(interval, assumed=False, shown=Shown("rhythm", number, starts)))
    rested, paused = chance.randrange(500), chance.randrange(500)
    return Record(
        people=people,
        agreements=agreements,
        touches=[Touch(day(chance.randrange(500))) for _ in range(chance.choice([0, 3, 12, 30]))],
        rests=[Rest(day(rested), day(rested + 20))] if chance.random() < 0.3 else [],
        halts=[Span(day(paused), day(paused + chance.randrange(80)))] if chance.random() < 0.3 else [],
        weighed=weighed(chance, 120),
        flagged=flagged(chance),
        scales=scales(chance),
    )


def spans_of(record: Record, one: Criterion | Component) -> Sequence[Span]:
    return stages.RULES[one].spans(record) if isinstance(one, Criterion) else score_criteria.low(record, one)


def says(record: Record, on: date) -> Callable[[Criterion | Component], bool]:
    """The definition, of one day alone."""
    standing = stood(record, on)

    def holds(one: Criterion | Component) -> bool:
        if isinstance(one, Criterion):
            return slow(record, one, on)
        return standing.opinions[one].belief < 0.4 and standing.opinions[one].unknown <= 0.5

    return holds


def test_spans_are_those_of_the_slow_way_to_the_day() -> None:
    """On their first and last days, the days beside these, and others."""
    asked: list[Criterion | Component] = [*SCORED, *Component]
    held = dict.fromkeys(asked, 0)
    for seed in range(25):
        chance = Random(seed)
        record = rich(chance)
        spans = {one: spans_of(record, one) for one in asked}
        edges = {edge for found in spans.values() for span in found for edge in (span.first, span.last) if edge}
        edges = set(chance.sample(sorted(edges), min(16, len(edges))))
        days = {edge + by * DAY for edge in edges for by in (-1, 0, 1)}
        for on in [*days, *(day(chance.randrange(-5, 1200)) for _ in range(5))]:
            holds = says(record, on)
            for one, found in spans.items():
                assert any(span.holds(on) for span in found) is holds(one), (seed, one, on)
        for one, found in spans.items():
            held[one] += bool(found)
    assert min(held.values()) > 0, held


def test_looked_at_from_a_day_on_the_same_days_are_low() -> None:
    cut = 0
    for seed in range(40):
        chance = Random(seed)
        record = rich(chance)
        for component in Component:
            since = day(chance.randrange(600))
            found, whole = score_criteria.low(record, component, since), score_criteria.low(record, component)
            for on in (since + by * DAY for by in range(0, 400, 7)):
                assert any(span.holds(on) for span in found) is any(span.holds(on) for span in whole)
            cut += found != whole
    assert cut


@given(st.sets(st.integers(0, 60), min_size=1), st.integers(0, 99), st.data())
def test_spans_of_what_fades_are_those_of_every_day(starts: set[int], seed: int, data: st.DataObject) -> None:
    """Against days one by one, where something holds for a while after some of the days."""
    lasts = {start: data.draw(st.integers(0, 70)) for start in sorted(starts)}

    def holds(on: date) -> bool:
        before = [start for start in starts if day(start) <= on]
        return bool(before) and (on - day(max(before))).days < lasts[max(before)]

    spans = fading([day(start) for start in starts], holds)
    for offset in range(-1, 140):
        assert any(span.holds(day(offset)) for span in spans) is holds(day(offset))
    assert all(one.last is None or one.last < other.first - DAY for one, other in pairwise(spans))
    assert fading([day(3)], lambda on: on >= day(3)) == (Span(day(3)),)


@given(st.sets(st.integers(0, 400), min_size=1), st.integers(0, 6), st.integers(0, 9))
def test_days_that_are_sure_need_not_be_looked_at(starts: set[int], every: int, wide: int) -> None:
    """The spans are those of looking at all of them, whatever is left out."""

    def holds(on: date) -> bool:
        return (on - day(0)).days // (40 + every) % 2 == 0

    def sure(first: date, last: date, held: bool) -> bool:
        between = range((first - day(0)).days, (last - day(0)).days + 1 + wide)
        return all(holds(day(offset)) is held for offset in between)

    days = [day(start) for start in starts] + [day(offset * (40 + every)) for offset in range(11)]
    assert fading(days, holds, sure) == fading(days, holds)


def test_of_a_long_history_few_days_are_looked_at() -> None:
    """About as many where there was contact on 3,000 days as on 300, and they are judged as when all are looked at."""
    looked = []
    for count in (300, 3000):
        days = [day(offset) for offset in range(count)]
        rows = [evidence.row(Kind.INITIATIVE, side, on) for on in days for side in ("ours", "theirs")]
        rows += [evidence.row(Kind.PROMISE_KEPT, side, on) for on in days[::7] for side in ("ours", "theirs")]
        rows += [evidence.row(Kind.PROBLEM_SOLVED, "ours", on) for on in days[::30]]
        record = Record(
            touches=[Touch(on) for on in days],
            agreements=[Agreed(Interval(day(0), 14), assumed=False, shown=Shown("rhythm", 1, day(0)))],
            weighed=[Weighed(row, Shown("talk", 1, row.day)) for row in sorted(rows, key=lambda one: one.day)],
        )
        found, course = stages.RULES[Criterion.SCORE].spans(record), record.course
        looked.append(len(course._others))
        on_days = [*days[::13], *(day(count + offset) for offset in range(0, 400, 7))]
        for on in on_days:
            assert any(span.holds(on) for span in found) is judged(course, on)
        assert 0 < sum(judged(course, on) for on in on_days) < len(on_days)
    assert looked[1] < looked[0] + 100, looked


def judged(course: Course, on: date) -> bool:
    return health.can_be_judged(course.unknown(on), course.scale(on).thresholds)


spans_of_days = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), max_size=5).map(
    lambda found: [Span(day(first * 11), day(first * 11 + more)) for first, more in sorted(set(found))]
)


@given(spans_of_days, spans_of_days, st.booleans())
def test_days_of_spans_without_those_of_others(held: list[Span], others: list[Span], for_good: bool) -> None:
    held = list({one.first: one for one in held}.values())
    others = list({one.first: one for one in others}.values())
    if for_good and held:
        held[-1] = Span(held[-1].first)
    found = without(held, others)
    for offset in range(0, 600, 3):
        on = day(offset)
        wanted = any(one.holds(on) for one in held) and not any(one.holds(on) for one in others)
        assert any(one.holds(on) for one in found) is wanted


# Said out loud -------------------------------------------------------------------------------------------------------


def kept(side: str, *offsets: int, kind: Kind = Kind.PROMISE_KEPT) -> list[Weighed]:
    rows = [evidence.row(kind, side, day(offset)) for offset in offsets]
    return [Weighed(row, Shown("promise", number, row.day, side)) for number, row in enumerate(rows)]


# Nine promises of each side, of three weeks: a belief of .84 at once.
TRUSTED = Record(weighed=sorted(
    [*kept("ours", 0, 0, 0, 7, 7, 7, 14, 14, 14), *kept("theirs", 0, 0, 0, 7, 7, 7, 14, 14, 14)],
    key=lambda one: one.row.day,
))  # fmt: skip


def test_trust_is_met_until_the_day_on_which_it_has_faded() -> None:
    found = stages.find(TRUSTED, Criterion.TRUST_OF_EACH, Stage.PARTNER, day(60))
    assert (found.verdict, found.met_since) == (Verdict.HOLDS, day(0))
    assert found.counts_from == day(90)
    assert score_criteria.trust_by_side(TRUSTED, day(14)) == {"ours": 84, "theirs": 84}
    assert found.until is not None
    on = [score_criteria.trust_by_side(TRUSTED, found.until + by * DAY)["ours"] for by in (0, 1)]
    assert on == [55, 54]
    # The rows that show it, the newest first.
    assert [one.day for one in found.shown][:1] == [day(14)]
    assert stages.find(TRUSTED, Criterion.TRUST_OF_EACH, Stage.PARTNER, found.until).changes_on == found.until + DAY


def test_what_is_missing_names_the_side_and_the_part() -> None:
    one_sided = Record(weighed=kept("ours", 0, 0, 0, 7, 7, 7))
    found = stages.find(one_sided, Criterion.TRUST_OF_EACH, Stage.PARTNER, day(8))
    assert [(one.lack, one.count) for one in found.missing] == [(Lack.NOTHING_OF_SIDE, 0)]
    assert found.verdict is Verdict.UNKNOWN
    assert stage_words.missing(found, one_sided, day(8)) == (
        "Nothing is known yet of their side. Ask for a small promise, with a day."
    )
    parts = stages.find(TRUSTED, Criterion.COMPONENTS, Stage.PARTNER, day(14))
    assert [(one.lack, one.said) for one in parts.missing] == [
        (Lack.NOTHING_OF, "access"),
        (Lack.NOTHING_OF, "credibility"),
    ]
    assert parts.verdict is Verdict.UNKNOWN
    assert stage_words.missing(parts, TRUSTED, day(14)) == (
        "Nothing is known yet of access and credibility. Meet one of theirs who decides or signs."
    )
    # A part that is known and fails comes first, and decides.
    failed = stages.find(one_sided, Criterion.COMPONENTS, Stage.PARTNER, day(8))
    assert [one.lack for one in failed.missing] == [Lack.COMPONENT, Lack.NOTHING_OF, Lack.NOTHING_OF]
    assert failed.verdict is Verdict.NOT_MET
    said = stage_words.missing(failed, one_sided, day(8))
    assert said.startswith("Trust is at .") and said.endswith(
        "Nothing is known yet of access and credibility. Meet one of theirs who decides or signs."
    )
    score = stages.find(TRUSTED, Criterion.SCORE, Stage.PARTNER, day(14))
    assert [(one.lack, one.count) for one in score.missing] == [(Lack.KNOWN, 21)]
    assert score_criteria.cheapest(TRUSTED, day(14)) is not None


LATE = kept("ours", *range(0, 30, 3), kind=Kind.PROMISE_BROKEN) + kept(
    "theirs", *range(0, 30, 3), kind=Kind.PROMISE_LATE
)


@pytest.mark.parametrize(("stage", "wants"), [("contact", ()), ("customer", ("trust",)), ("partner", ("trust",))])
def test_a_part_that_is_low_for_sixty_days_asks_for_a_review(stage: str, wants: tuple[str, ...]) -> None:
    erodes = [Flagged(Flag.TRUST_ERODING, Span(day(0)), "ours")]
    record = Record(weighed=sorted(LATE, key=lambda one: one.row.day), flagged=erodes)
    [span] = score_criteria.low(record, Component.TRUST)
    assert span.last is not None
    standings = [
        stages.stand(record, stage, on) for on in (span.first + 59 * DAY, span.first + 60 * DAY, span.last + DAY)
    ]
    assert [one.low for one in standings] == [(), wants, ()]
    if wants:
        assert standings[0].again_on == span.first + 60 * DAY
        assert standings[1].again_on == span.last + DAY


ALL_ON_TRUST = Scale(Weights(0.0, 0.0, 0.0, 100.0, 0.0))


def test_a_score_is_judged_by_the_weights_that_were_in_force_on_each_day() -> None:
    """Of trust enough is known, of the rest nothing: by the first weights few points, by others all that counts."""
    by_first = stages.find(TRUSTED, Criterion.SCORE, Stage.PARTNER, day(30))
    assert (by_first.verdict, by_first.figure) == (Verdict.NOT_MET, 20)
    later = replace(TRUSTED, scales=[(day(-999), Scale()), (day(30), ALL_ON_TRUST), (day(60), Scale())])
    found = [stages.find(later, Criterion.SCORE, Stage.PARTNER, day(on)) for on in (29, 30, 59, 60)]
    assert [one.verdict for one in found] == [Verdict.NOT_MET, Verdict.HOLDS, Verdict.HOLDS, Verdict.NOT_MET]
    assert [one.figure for one in found] == [20, 83, 81, 20]
    assert (found[1].met_since, found[1].until, found[1].changes_on) == (day(30), day(59), day(60))
    # Where less has to be known the criterion is met by the same evidence.
    lenient = replace(TRUSTED, scales=[(day(30), Scale(thresholds=Thresholds(most_unknown=80.0)))])
    assert stages.find(lenient, Criterion.SCORE, Stage.PARTNER, day(29)).verdict is Verdict.NOT_MET
    assert stages.find(lenient, Criterion.SCORE, Stage.PARTNER, day(30)).met_since == day(30)


def test_no_warning_about_trust_from_the_first_promise_on_but_for_the_days_of_its_flags() -> None:
    warned = replace(
        TRUSTED,
        flagged=[
            Flagged(Flag.TRUST_ERODING, Span(day(20), day(29)), "ours"),
            Flagged(Flag.TRUST_ERODING, Span(day(25), day(39)), "theirs"),
            Flagged(Flag.GOING_QUIET, Span(day(50))),
        ],
    )
    assert stages.RULES[Criterion.TRUST_FLAGS].held(warned) == (Span(day(0), day(19)), Span(day(40)))
    found = stages.find(warned, Criterion.TRUST_FLAGS, Stage.PARTNER, day(27))
    assert [(one.lack, one.said, one.day) for one in found.missing] == [
        (Lack.ERODES, "ours", day(20)), (Lack.ERODES, "theirs", day(25)),
    ]  # fmt: skip
    assert stages.find(warned, Criterion.TRUST_FLAGS, Stage.PARTNER, day(130)).verdict is Verdict.MET
    nothing = stages.find(Record(), Criterion.TRUST_FLAGS, Stage.PARTNER, day(0))
    assert [one.lack for one in nothing.missing] == [Lack.UNTRIED]


# What asks for a review, on both sides of each edge ------------------------------------------------------------------


def flags_of(*since: tuple[Flag, int, str]) -> Record:
    return Record(flagged=[Flagged(flag, Span(day(first)), side) for flag, first, side in since])


QUIET, ONE_SIDED = (Flag.GOING_QUIET, 0, ""), (Flag.ONE_SIDED, 5, "")


@pytest.mark.parametrize("stage", ["customer", "partner"])
def test_two_flags_for_more_than_thirty_days_ask_for_a_review(stage: str) -> None:
    record = flags_of(QUIET, ONE_SIDED)
    found = [stages.stand(record, stage, day(on)) for on in (30, 35, 36)]
    assert [one.flagged for one in found] == [(), (), (Flag.GOING_QUIET, Flag.ONE_SIDED)]
    assert [one.again_on for one in found] == [day(31), day(36), None]


@pytest.mark.parametrize(
    ("record", "overdue_from", "wants"),
    [
        (flags_of(QUIET), None, ()),
        (flags_of(QUIET), day(5), (Flag.OVERDUE, Flag.GOING_QUIET)),
        (flags_of(QUIET), day(6), ()),
        (flags_of((Flag.TRUST_ERODING, 0, "ours"), (Flag.TRUST_ERODING, 5, "theirs")), None, ()),
        (Record(flagged=[Flagged(Flag.ONE_SIDED, Span(day(0), day(35))), Flagged(*QUIET[:1], Span(day(0)))]), None, ()),
    ],
)
def test_flags_are_counted_by_what_they_warn_of(
    record: Record, overdue_from: date | None, wants: Sequence[Flag]
) -> None:
    """Overdue is one of them, trust that erodes on both sides is one, and what is over is none."""
    assert stages.stand(record, "customer", day(36), overdue_from=overdue_from).flagged == wants
    assert stages.stand(record, "contact", day(36), overdue_from=overdue_from).flagged == ()
    assert stages.stand(record, "customer", day(36), overdue_from=overdue_from, stopped=True).flagged == ()


def test_overdue_for_three_intervals_asks_for_a_review_of_what_is_more_than_a_contact() -> None:
    asked = [stages.wants_review("customer", day(on), day(0), 14) for on in (41, 42)]
    assert asked == [False, True]
    assert not stages.wants_review("contact", day(42), day(0), 14)


@given(st.integers(0, 999), st.sampled_from(list(Stage)), st.integers(0, 700))
def test_a_machine_never_proposes_a_stage_below(seed: int, stage: Stage, on: int) -> None:
    """Whatever was lost, is low or flagged: it is told, and who looks at it decides."""
    found = stages.stand(rich(Random(seed)), stage, day(on), since=day(0), kept=set(Criterion), overdue_from=day(0))
    assert found.proposed is None or stages.is_up(stage, found.proposed)


def test_no_review_is_asked_for_by_what_nobody_knows() -> None:
    """Both were met at the move, what showed it was taken back: nothing speaks against them."""
    both = {Criterion.COMPONENTS, Criterion.TRUST_OF_EACH}
    assert not both & set(stages.stand(Record(), "partner", day(40), since=day(0), kept=both).lost)
    late = Record(weighed=sorted(LATE, key=lambda one: one.row.day))
    assert both <= set(stages.stand(late, "partner", day(40), since=day(0), kept=both).lost)


def test_what_nobody_knows_is_not_low() -> None:
    assert all(not score_criteria.low(Record(), component) for component in Component)
    once = Record(weighed=kept("ours", 0, kind=Kind.PROMISE_LATE))
    assert score_criteria.low(once, Component.TRUST) == []
