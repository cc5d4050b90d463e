"""The criteria of the stages, as properties: of any record, on any day, against a slow way of saying the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relationships import cadence, evidence, health, stages
from relationships.cadence import Interval, Rest
from relationships.criteria import NOTHING_KNOWN, Agreed, Flagged, Lack, Person, Record, Shown, Span, Touch, Weighed
from relationships.evidence import Component, Kind
from relationships.flags import Flag
from relationships.health import Thresholds, Weights
from relationships.stages import CRITERIA, HOLDING, RULES, Criterion, Declared, Finding, Stage, Verdict, Waiver
from relationships.weighing import Scale

DAY = timedelta(days=1)
START = date(2025, 3, 3)
offsets = st.integers(0, 500)
JUDGED = [criterion for criterion in Criterion if criterion in RULES]


def day(offset: int) -> date:
    return START + offset * DAY


@st.composite
def spans(draw: st.DrawFn) -> Span:
    first = draw(offsets)
    last = draw(st.one_of(st.none(), st.integers(first, 520)))
    return Span(day(first), None if last is None else day(last))


@st.composite
def shown(draw: st.DrawFn, model: str = "a") -> Shown:
    return Shown(model, draw(st.integers(1, 99)), day(draw(offsets)))


@st.composite
def persons(draw: st.DrawFn) -> Person:
    decides = draw(st.booleans())
    return Person(
        draw(shown("person")),
        draw(st.lists(spans(), max_size=2)),
        has_say=decides or draw(st.booleans()),
        decides=decides,
        answers=draw(st.booleans()),
        seen=sorted({day(one) for one in draw(st.lists(offsets, max_size=6))}),
        who=draw(st.sampled_from(["greta hollis", "piers wane", "ingrid moe"])),
    )


@st.composite
def agreements(draw: st.DrawFn) -> Agreed:
    span = draw(spans())
    every = draw(st.sampled_from([1, 3, 7, 14, 30, 90]))
    return Agreed(Interval(span.first, every, span.last), draw(st.booleans()), Shown("rhythm", 1, span.first))


@st.composite
def touches(draw: st.DrawFn) -> Touch:
    return Touch(day(draw(offsets)), beside=draw(st.booleans()), pk=draw(st.integers(1, 99)))


@st.composite
def rests(draw: st.DrawFn) -> Rest:
    first = draw(offsets)
    return Rest(day(first), day(first + draw(st.integers(0, 31))))


GOOD = [
    Kind.PROMISE_KEPT, Kind.PROJECT_MEASURED, Kind.DECISION_MAKER_MET, Kind.MEETING_ACCEPTED, Kind.FEEDBACK_ANSWERED,
    Kind.PROBLEM_SOLVED, Kind.INITIATIVE, Kind.FEEDBACK_GIVEN, Kind.ROADMAP_SHARED,
]  # fmt: skip
BAD = [
    Kind.PROMISE_LATE, Kind.PROMISE_BROKEN, Kind.PROJECT_FAILED, Kind.DECISION_MAKER_ABSENT, Kind.FEEDBACK_IGNORED,
]  # fmt: skip


# What is judged of a promise or of feedback.
OUTCOMES = {
    Kind.PROMISE_KEPT, Kind.PROMISE_LATE, Kind.PROMISE_BROKEN, Kind.FEEDBACK_ANSWERED, Kind.FEEDBACK_IGNORED,
}  # fmt: skip


def weighed(chance: Random, most: int) -> list[Weighed]:
    """Rows of the ledger; good and bad times come in spells."""
    found = []
    for number in range(chance.randrange(most + 1)):
        kind = chance.choice(BAD if chance.random() < 0.2 else GOOD)
        on = day(chance.choice([chance.randrange(500), 100 + chance.randrange(60)]))
        row = evidence.row(kind, chance.choice(["ours", "theirs"]), on)
        found.append(Weighed(row, Shown("row", number, on)))
    return sorted(found, key=lambda one: one.row.day)


def scales(chance: Random) -> list[tuple[date, Scale]]:
    """Weights and thresholds that became others; of two of one day the later counts."""
    found = []
    for number in sorted(chance.randrange(600) for _ in range(chance.choice([0, 1, 2, 2]))):
        one, two, three, four = (float(chance.randrange(25)) for _ in range(4))
        weights = Weights(one, two, three, four, 100 - one - two - three - four)
        found.append((day(number), Scale(weights, Thresholds(65.0, 50.0, float(chance.choice([20, 50, 80]))))))
    return found


def flagged(chance: Random) -> list[Flagged]:
    """One after another of each, as they are kept."""
    found = []
    for flag, side in ((Flag.TRUST_ERODING, "ours"), (Flag.TRUST_ERODING, "theirs"), (Flag.ONE_SIDED, "")):
        at = chance.randrange(200)
        for _number in range(chance.choice([0, 0, 1, 3])):
            last = at + chance.randrange(90)
            found.append(Flagged(flag, Span(day(at), day(last)), side))
            at = last + 1 + chance.choice([0, 1, 60])
        if found and chance.random() < 0.3:
            found.append(Flagged(flag, Span(day(at)), side))
    return sorted(found, key=lambda one: one.span.first)


@st.composite
def records(draw: st.DrawFn) -> Record:
    return Record(
        scopes=draw(st.lists(shown("scope"), max_size=2)),
        people=draw(st.lists(persons(), max_size=4)),
        agreements=draw(st.lists(agreements(), max_size=3)),
        kept=draw(st.lists(shown("promise"), max_size=2)),
        touches=draw(st.lists(touches(), max_size=12)),
        feedback={side: draw(st.lists(shown("feedback"), max_size=3)) for side in ("ours", "theirs")},
        rests=draw(st.lists(rests(), max_size=2)),
        halts=draw(st.lists(spans(), max_size=2)),
        weighed=weighed(chance := Random(draw(st.integers(0, 9999))), 40),
        flagged=flagged(chance),
        scales=scales(chance),
    )


@st.composite
def waivers(draw: st.DrawFn) -> Waiver:
    first = draw(offsets)
    criterion = draw(st.sampled_from(list(Criterion)))
    return Waiver(criterion, Span(day(first), day(first + draw(st.integers(0, 200)))), draw(st.integers(1, 9)))


# The slow way: the rule as it is written, of one day alone ----------------------------------------------------------


def slow(record: Record, criterion: Criterion, today: date) -> bool:
    return {
        Criterion.SCOPE: lambda: any(row.day <= today for row in record.scopes),
        Criterion.PEOPLE: lambda: heads(there(record, today)) >= 2 and any(one.answers for one in there(record, today)),
        Criterion.CADENCE: lambda: bool(in_force(record, today)) and not in_force(record, today)[0].assumed,
        Criterion.PROMISE: lambda: any(row.day <= today for row in record.kept),
        Criterion.IN_TOUCH: lambda: in_touch(record, today),
        Criterion.DECISION_MAKERS: lambda: (
            heads([one for one in there(record, today) if seen(record, one, today)]) >= 2
        ),
        Criterion.FEEDBACK: lambda: all(
            any(today - 180 * DAY <= row.day <= today for row in record.feedback[side]) for side in ("ours", "theirs")
        ),
        Criterion.ADHERENCE: lambda: adherence(record, today),
        Criterion.BESIDE_PROJECTS: lambda: beside(record, today),
        Criterion.SCORE: lambda: stood(record, today).unknown <= scale(record, today).thresholds.most_unknown,
        Criterion.COMPONENTS: lambda: all(
            stood(record, today).opinions[one].belief >= 0.6
            for one in (Component.ACCESS, Component.CREDIBILITY, Component.TRUST)
        ),
        Criterion.TRUST_OF_EACH: lambda: all(one.belief >= 0.55 for one in stood(record, today).trust.values()),
        Criterion.TRUST_FLAGS: lambda: (
            any(one.row.day <= today for one in record.weighed if one.row.kind in OUTCOMES)
            and not any(one.span.holds(today) for one in record.flagged if one.flag is Flag.TRUST_ERODING)
        ),
    }[criterion]()


def stood(record: Record, today: date) -> health.Standing:
    """The definition of health, of one day alone; it is held against a slower way of its own."""
    rows = [one.row for one in record.weighed]
    rows += [evidence.row(Kind.TOUCH, "both", touch.day) for touch in record.touches]
    seen: dict[str, date | None] = {}
    for one in there(record, today):
        if one.decides:
            days = [when for when in (seen.get(one.who), *one.seen) if when and when <= today]
            seen[one.who] = max(days, default=None)
    halts = [(halt.first, halt.last) for halt in record.halts]
    rhythm = health.Rhythm([one.interval for one in record.agreements], record.rests, halts)
    people = [health.Person(one) for one in seen.values()]
    by = scale(record, today)
    return health.stand(
        health.total(rows, rhythm, today), rhythm, people, today=today, weights=by.weights, thresholds=by.thresholds
    )


def scale(record: Record, today: date) -> Scale:
    return ([Scale()] + [by for on, by in record.scales if on <= today])[-1]


def there(record: Record, today: date) -> list[Person]:
    return [
        one
        for one in record.people
        if one.has_say and one.shown.day <= today and any(span.holds(today) for span in one.there)
    ]


def heads(people: list[Person]) -> int:
    return len({one.who for one in people})


def in_force(record: Record, today: date) -> list[Agreed]:
    index = cadence.in_force([one.interval for one in record.agreements], today)
    return [] if index is None else [record.agreements[index]]


def in_touch(record: Record, today: date) -> bool:
    """Going back from today contact by contact, no step longer than 90 days, until the first is 90 days ago."""
    reached, contacts = today, 0
    for touched in sorted({touch.day for touch in record.touches if touch.day <= today}, reverse=True):
        if (reached - touched).days > 90:
            break
        reached, contacts = touched, contacts + 1
    return contacts > 1 and (today - reached).days >= 90


def seen(record: Record, one: Person, today: date) -> bool:
    agreed = in_force(record, today)
    within = 3 * (agreed[0].interval.every_days if agreed else 30)
    return one.decides and any(today - within * DAY <= when <= today for when in one.seen)


def adherence(record: Record, today: date) -> bool:
    first = min((one.interval.starts_on for one in record.agreements), default=None)
    good = counted = 0
    for offset in range(180):
        when = today - offset * DAY
        agreed = in_force(record, when)
        if first is None or when < first or not agreed or any(halt.holds(when) for halt in record.halts):
            continue
        counted += 1
        start = max([first, *(touch.day for touch in record.touches if first <= touch.day <= when)])
        every = agreed[0].interval.every_days
        last = cadence.due_after(start, every) + cadence.grace(every) * DAY
        snoozed = any(rest.from_on <= when <= rest.until_on for rest in record.rests)
        good += when <= last or snoozed
    return counted >= 90 and good >= 0.7 * counted - 1e-9


def beside(record: Record, today: date) -> bool:
    year = [touch for touch in record.touches if today - 364 * DAY <= touch.day <= today]
    return bool(year) and 3 * sum(touch.beside for touch in year) >= len(year)


@settings(max_examples=300)
@given(records(), st.integers(-5, 900), st.sampled_from(JUDGED))
def test_verdict_is_that_of_the_slow_way(record: Record, offset: int, criterion: Criterion) -> None:
    today = day(offset)
    found = stages.find(record, criterion, Stage.CUSTOMER, today)
    assert (found.verdict is Verdict.MET) == slow(record, criterion, today)
    assert bool(found.missing) == (found.verdict is not Verdict.MET)


@given(records(), st.integers(0, 700), st.sampled_from(JUDGED))
def test_met_since_is_the_first_day_of_it(record: Record, offset: int, criterion: Criterion) -> None:
    today = day(offset)
    found = stages.find(record, criterion, Stage.CUSTOMER, today)
    if found.met_since is None:
        assert not slow(record, criterion, today)
        return
    assert slow(record, criterion, found.met_since)
    assert not slow(record, criterion, found.met_since - DAY)
    for between in {found.met_since + (today - found.met_since) * part / 5 for part in range(6)}:
        assert slow(record, criterion, between)


@given(records(), st.lists(waivers(), max_size=3), st.integers(0, 600), st.sampled_from(list(Stage)))
def test_looked_at_again_no_later_than_it_changes(
    record: Record, given_: list[Waiver], offset: int, stage: Stage
) -> None:
    """Nor earlier: on the day named something is another, and the day before nothing was."""
    today = day(offset)

    def told(one: Finding) -> Verdict:
        """What fades until nothing is known of it is not met before and after: only the words are others."""
        faded = one.criterion in {Criterion.COMPONENTS, Criterion.TRUST_OF_EACH} and one.verdict is Verdict.UNKNOWN
        return Verdict.NOT_MET if faded else one.verdict

    def found(when: date) -> list[tuple[Criterion, Verdict, bool, date | None]]:
        outlook = stages.judge(record, stage, when, given_)
        return sorted((one.criterion, told(one), one.settled, one.met_since) for one in outlook.findings)

    again = stages.judge(record, stage, today, given_).changes_on
    last = again - DAY if again else today + 2000 * DAY
    assert again is None or again > today
    for part in range(6):
        between = today + (last - today) * part / 5
        assert [one[:3] for one in found(between)] == [one[:3] for one in found(today)]


@given(
    records(),
    st.lists(waivers(), max_size=2),
    st.integers(0, 600),
    st.sampled_from(["scope", "person", "kept", "touch", "feedback", "left"]),
    st.data(),
)
def test_more_evidence_never_turns_met_into_not_met(
    record: Record, given_: list[Waiver], offset: int, what: str, data: st.DataObject
) -> None:
    """But where the rule says so: a contact within a project lowers the share of contact beside projects; one dated
    back makes less of a silence that was known; and that somebody left takes them out of the people who are named,
    the decision makers who are seen, and what is known and earned of access."""
    today = day(offset)
    excepted = {
        "touch": {Criterion.BESIDE_PROJECTS, Criterion.SCORE},
        "left": {Criterion.PEOPLE, Criterion.DECISION_MAKERS, Criterion.SCORE, Criterion.COMPONENTS},
    }.get(what, set())

    def somebody_left() -> Record:
        gone_on = day(data.draw(offsets))
        first, *others = record.people or [data.draw(persons())]
        there = [Span(span.first, min(span.last or date.max, gone_on)) for span in first.there]
        return replace(record, people=[replace(first, there=there), *others])

    more = {
        "scope": lambda: replace(record, scopes=[*record.scopes, data.draw(shown("scope"))]),
        "person": lambda: replace(record, people=[*record.people, data.draw(persons())]),
        "kept": lambda: replace(record, kept=[*record.kept, data.draw(shown("promise"))]),
        "touch": lambda: replace(record, touches=[*record.touches, data.draw(touches())]),
        "feedback": lambda: replace(
            record,
            feedback={**record.feedback, "theirs": [*record.feedback["theirs"], data.draw(shown("feedback"))]},
        ),
        "left": somebody_left,
    }[what]()
    for stage in Stage:
        for criterion in CRITERIA[stage]:
            if criterion in excepted:
                continue
            before = stages.find(record, criterion, stage, today, given_)
            after = stages.find(more, criterion, stage, today, given_)
            assert before.verdict is not Verdict.MET or after.verdict is Verdict.MET, criterion
            assert not before.settled or after.settled


@given(records(), st.randoms(use_true_random=False), st.integers(0, 600))
def test_order_of_evidence_is_irrelevant(record: Record, random: Random, offset: int) -> None:
    def mixed(rows: Iterable[Any]) -> list[Any]:
        found = list(rows)
        random.shuffle(found)
        return found

    # Of agreements the order made counts, as for the rhythm itself.
    other = replace(
        record,
        scopes=mixed(record.scopes),
        people=mixed(record.people),
        kept=mixed(record.kept),
        touches=mixed(record.touches),
        feedback={side: mixed(rows) for side, rows in record.feedback.items()},
        weighed=mixed(record.weighed),
    )
    for stage in Stage:
        one, two = (stages.judge(each, stage, day(offset)) for each in (record, other))
        assert [(f.criterion, f.verdict, f.met_since, f.until, f.figure) for f in one.findings] == [
            (f.criterion, f.verdict, f.met_since, f.until, f.figure) for f in two.findings
        ]


@given(records(), waivers(), st.integers(0, 600))
def test_waiver_only_ever_adds(record: Record, waiver: Waiver, offset: int) -> None:
    today = day(offset)
    for stage in Stage:
        without = {one.criterion: one for one in stages.judge(record, stage, today).findings}
        for found in stages.judge(record, stage, today, [waiver]).findings:
            before = without[found.criterion]
            assert found.settled or not before.settled
            if before.verdict is Verdict.MET or found.criterion is not waiver.criterion or not waiver.span.holds(today):
                assert found.verdict is before.verdict
            else:
                assert (found.verdict, found.waiver) == (Verdict.WAIVED, waiver)


@given(
    records(), st.lists(waivers(), max_size=3), st.sampled_from(list(Stage)), st.integers(0, 500), st.integers(0, 150)
)
def test_declared_stage_is_shown_for_good_once_all_was_met(
    record: Record, given_: list[Waiver], stage: Stage, offset: int, later: int
) -> None:
    declared = Declared(stage, day(offset), day(offset + 180))
    today = day(offset + later)
    all_met = any(
        all(
            (found := stages.find(record, one, stage, day(when))).met_since
            and day(when) >= found.met_since + HOLDING[stage]
            for one in CRITERIA[stage]
        )
        for when in range(offset, offset + later + 1, max(1, later // 7))
    )
    if all_met:
        assert stages.is_shown(record, declared, today)
    settled = stages.judge(record, stage, today, given_).settled
    assert stages.is_shown(record, declared, today, given_) or not settled


def nothing_known(found: stages.Finding) -> bool:
    return bool(found.missing) and {one.lack for one in found.missing} <= NOTHING_KNOWN


@given(
    records(),
    st.lists(waivers(), max_size=4),
    st.sampled_from(list(Criterion)),
    st.sampled_from(list(Stage)),
    st.integers(0, 700),
)
def test_every_criterion_is_in_the_state_that_its_days_and_waivers_say(
    record: Record, given_: list[Waiver], criterion: Criterion, stage: Stage, offset: int
) -> None:
    """Met, holding, waived, not met or not to be judged yet, for each criterion; a waiver that is over is none."""
    today = day(offset)
    found = stages.find(record, criterion, stage, today, given_)
    since = found.met_since
    counts = since is not None and since + HOLDING[stage] <= today
    waived = any(
        one.criterion is criterion and one.span.first <= today <= one.span.last for one in given_ if one.span.last
    )
    if criterion in RULES:
        assert (since is not None) == slow(record, criterion, today)
    else:
        assert since is None
    wanted = (
        Verdict.MET
        if counts
        else Verdict.WAIVED
        if waived
        else Verdict.HOLDS
        if since
        else Verdict.NOT_MET
        if criterion in RULES and not nothing_known(found)
        else Verdict.UNKNOWN
    )
    assert (found.verdict, found.settled) == (wanted, counts or waived)
    over = [one for one in given_ if one.span.last and one.span.last < today]
    assert found == stages.find(record, criterion, stage, today, [one for one in given_ if one not in over])


@given(
    records(),
    st.lists(waivers(), max_size=2),
    st.sampled_from(list(Stage)),
    st.one_of(st.none(), offsets),
    st.integers(0, 600),
    st.booleans(),
)
def test_what_a_row_keeps_follows_from_the_criteria_and_changes_on_no_day_before_the_one_named(
    record: Record, given_: list[Waiver], stage: Stage, declared_on: int | None, offset: int, stopped: bool
) -> None:
    today, wanted = day(offset), stages.following(stage)
    # Flags are kept up to the day: whatever turns later is an event that has the criteria judged again.
    record = replace(
        record, flagged=[one for one in record.flagged if one.span.last is None and one.span.first <= today]
    )
    declared = None if declared_on is None else Declared(stage, day(declared_on), day(declared_on + 180))

    def standing(on: date) -> stages.Standing:
        return stages.stand(record, stage, on, waivers=given_, declared=declared, since=day(0), stopped=stopped)

    found = standing(today)
    if stopped:
        assert found == stages.Standing()
        return
    settled = wanted is not None and stages.judge(record, wanted, today, given_).settled
    assert found.proposed == (wanted if settled else None)
    shown_ = declared is None or stages.is_shown(record, declared, today, given_)
    assert found.evidence_due_on == (None if shown_ or declared is None else declared.due_on)
    assert list(found.lost) == stages.lost(record, stage, day(0), today, given_)
    assert found.again_on is None or found.again_on > today
    last = found.again_on - DAY if found.again_on else today + 1000 * DAY
    for part in range(5):
        later = standing(today + (last - today) * part / 4)
        assert replace(later, again_on=None) == replace(found, again_on=None)


# Said out loud -------------------------------------------------------------------------------------------------------


def named(name: str, **more: Any) -> Person:
    who = name.casefold()
    return Person(Shown("person", sum(map(ord, name)), START, name), [Span(date.min)], who=who, **more)


WHOLE = Record(
    scopes=[Shown("scope", 1, day(10))],
    people=[named("Ingrid", decides=True, answers=True), named("Lars")],
    agreements=[Agreed(Interval(START, 14), assumed=False, shown=Shown("rhythm", 1, START))],
    kept=[Shown("promise", 1, day(40))],
    touches=[Touch(day(offset)) for offset in range(0, 200, 14)],
)


def test_all_criteria_met_propose_the_next_stage_from_the_ninetieth_day() -> None:
    before, then = (stages.stand(WHOLE, Stage.CONTACT, day(offset)) for offset in (89, 90))
    assert (before.proposed, before.again_on) == (None, day(90))
    assert then.proposed is Stage.CUSTOMER
    assert stages.stand(WHOLE, Stage.CONTACT, day(90), stopped=True) == stages.Standing()


@pytest.mark.parametrize(
    ("record", "lacks"),
    [
        (Record(), [Lack.SCOPE, Lack.PEOPLE, Lack.ANSWERS, Lack.RHYTHM, Lack.PROMISE, Lack.NEVER_IN_TOUCH]),
        (replace(WHOLE, people=[named("Ingrid", answers=True)]), [Lack.PEOPLE]),
        (replace(WHOLE, people=[named("Ingrid"), named("Lars")]), [Lack.ANSWERS]),
        (replace(WHOLE, people=[named("Greta", answers=True), named("greta")]), [Lack.PEOPLE]),
        (replace(WHOLE, people=[named("Ingrid", answers=True), named("Lars", has_say=False)]), [Lack.PEOPLE]),
        (
            replace(WHOLE, agreements=[Agreed(Interval(START, 14), assumed=True, shown=Shown("rhythm", 1, START))]),
            [Lack.AGREED],
        ),
        (replace(WHOLE, touches=[Touch(START)]), [Lack.SILENT]),
        (replace(WHOLE, touches=[Touch(day(50))]), [Lack.ONCE]),
        (replace(WHOLE, touches=[Touch(day(50)), Touch(day(60))]), [Lack.YOUNG]),
        (WHOLE, []),
    ],
)
def test_what_is_missing_is_named(record: Record, lacks: list[Lack]) -> None:
    outlook = stages.judge(record, Stage.CUSTOMER, day(110))
    found = [
        one.lack
        for criterion in CRITERIA[Stage.CUSTOMER]
        for f in outlook.findings
        for one in f.missing
        if f.criterion is criterion
    ]
    assert found == lacks


def test_partner_criteria_count_once_they_held_for_90_days() -> None:
    both = {side: [Shown("feedback", 1, day(100))] for side in ("ours", "theirs")}
    record = replace(WHOLE, feedback=both)
    found = stages.find(record, Criterion.FEEDBACK, Stage.PARTNER, day(150))
    assert (found.verdict, found.met_since, found.counts_from) == (Verdict.HOLDS, day(100), day(190))
    assert (found.settled, found.until, found.changes_on) == (False, day(280), day(190))
    then = stages.find(record, Criterion.FEEDBACK, Stage.PARTNER, day(190))
    assert (then.settled, then.verdict) == (True, Verdict.MET)
    assert [stages.judge(record, Stage.PARTNER, day(on)).met for on in (189, 190)] == [2, 3]


@given(records(), st.lists(waivers(), max_size=3), st.integers(0, 600), st.sampled_from(list(Stage)))
def test_counted_as_met_is_what_is_settled(record: Record, given_: list[Waiver], offset: int, stage: Stage) -> None:
    outlook = stages.judge(record, stage, day(offset), given_)
    assert outlook.met == sum(one.settled for one in outlook.findings)


def test_days_of_a_pause_count_neither_way() -> None:
    # In rhythm for 100 days, paused for 60, then silent until it is overdue on all the days that count.
    record = replace(WHOLE, touches=[Touch(day(offset)) for offset in range(0, 101, 14)])

    def share(on: int, *halts: Span) -> tuple[int, int]:
        return replace(record, halts=halts).in_rhythm.share(day(on))

    pause = Span(day(101), day(160))
    assert share(100) == share(100, pause) == share(160, pause) == (101, 101)
    assert share(160)[1] == 161 and share(160)[0] < 120
    good, counted = share(170, pause)
    assert (counted, good) == (111, 101)


def test_what_can_not_be_judged_yet_stands_in_the_way_until_it_is_waived() -> None:
    outlook = stages.judge(WHOLE, Stage.PARTNER, day(150))
    unknown = {one.criterion for one in outlook.findings if one.verdict is Verdict.UNKNOWN}
    # Of their promises there is none, so nothing is known of the trust of their side.
    assert unknown == set(CRITERIA[Stage.PARTNER]) - set(RULES) | {Criterion.TRUST_OF_EACH}
    assert not outlook.settled
    waived = [Waiver(one, Span(day(100), day(160))) for one in CRITERIA[Stage.PARTNER]]
    assert stages.stand(WHOLE, Stage.CUSTOMER, day(150), waivers=waived).proposed is Stage.PARTNER
    assert stages.stand(WHOLE, Stage.CUSTOMER, day(161), waivers=waived).proposed is None


@pytest.mark.parametrize(
    ("on", "due"),
    [
        (date(2026, 11, 28), date(2027, 5, 28)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2027, 8, 31), date(2028, 2, 29)),
        (date(2026, 6, 30), date(2026, 12, 30)),
    ],
)
def test_evidence_is_due_six_months_on(on: date, due: date) -> None:
    assert stages.due_after(on) == due


@pytest.mark.parametrize(
    ("stage", "late", "wants"),
    [("customer", 41, False), ("customer", 42, True), ("partner", 60, True), ("contact", 60, False)],
)
def test_review_is_proposed_after_three_intervals_overdue(stage: str, late: int, wants: bool) -> None:
    assert stages.wants_review(stage, day(late), START, 14) is wants


@settings(max_examples=50, deadline=None)
@given(records(), st.sampled_from([Stage.CUSTOMER, Stage.PARTNER]), offsets, st.integers(0, 120), st.data())
def test_lost_is_what_stood_on_a_day_of_the_stage_and_stands_no_more(
    record: Record, stage: Stage, began: int, lasted: int, data: st.DataObject
) -> None:
    given_ = data.draw(st.lists(waivers(), max_size=2))
    kept = data.draw(st.sets(st.sampled_from(list(CRITERIA[stage]))))
    since, today = day(began), day(began + lasted)

    def standing(on: date) -> dict[Criterion, Verdict]:
        return {one.criterion: one.verdict for one in stages.judge(record, stage, on, given_).findings}

    counted, now = {Verdict.MET, Verdict.WAIVED}, standing(today)
    stood = kept | {
        criterion
        for offset in range(lasted)
        for criterion, verdict in standing(since + offset * DAY).items()
        if verdict in counted
    }
    # What can be judged and nobody knows of is not lost.
    gone = {one for one in stood if now[one] is Verdict.NOT_MET or (now[one] is Verdict.UNKNOWN and one not in RULES)}
    assert set(stages.lost(record, stage, since, today, given_, kept)) == gone
    if set(now.values()) <= counted:
        assert gone == set()
