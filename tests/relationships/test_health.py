"""Health against the design's worked numbers, its properties, and a slow oracle that lives through every day."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from relationships import evidence, health, health_points
from relationships.cadence import Interval, Rest
from relationships.evidence import Component, Kind, Row
from relationships.health import Band, Person, Pot, Rhythm, Standing, Weights
from tests.relationships import health_oracle as slow
from tests.relationships import oracle

DAY = timedelta(days=1)
TODAY = date(2026, 11, 28)
AGREED = TODAY - 400 * DAY
APPROX = 1e-9
MASSLESS = {kind for kind, rule in evidence.RULES.items() if rule == evidence.Rule(rule.component)}
ONE_SIDED = [Kind.INITIATIVE, Kind.FEEDBACK_GIVEN, Kind.ROADMAP_SHARED]
GOOD = [
    Kind.MEETING_ACCEPTED, Kind.DECISION_MAKER_MET, Kind.PROJECT_MEASURED, Kind.PROJECT_CLOSED, Kind.PROBLEM_SOLVED,
    Kind.PROMISE_KEPT, Kind.PROMISE_KEPT_LATE, Kind.FEEDBACK_ANSWERED,
]  # fmt: skip
BAD = [
    Kind.MEETING_DECLINED, Kind.MEETING_UNANSWERED, Kind.DECISION_MAKER_ABSENT, Kind.PROJECT_FAILED,
    Kind.PROBLEM_REOPENED, Kind.PROMISE_LATE, Kind.PROMISE_BROKEN, Kind.FEEDBACK_IGNORED,
]  # fmt: skip


class History(NamedTuple):
    rows: tuple[Row, ...] = ()
    rhythm: Rhythm = Rhythm()
    people: tuple[Person, ...] = ()

    def stand(self, today: date = TODAY) -> Standing:
        return health.stand(health.total(self.rows, self.rhythm, today), self.rhythm, self.people, today=today)

    def plus(self, *rows: Row) -> History:
        return self._replace(rows=(*self.rows, *rows))

    def told_slowly(self) -> slow.History:
        return slow.History(
            lines=[
                oracle.Line(evidence.RULES[row.kind].component, row.kind, row.side, row.day, row.r, row.s)
                for row in self.rows
            ],
            agreements=[slow.Agreed(one.starts_on, one.every_days, one.ends_on) for one in self.rhythm.intervals],
            snoozes=[slow.Days(one.from_on, one.until_on) for one in self.rhythm.rests],
            halts=[slow.Days(*one) for one in self.rhythm.halts],
            seen=[one.seen_on for one in self.people],
        )


def touch(ago: int) -> Row:
    return evidence.row(Kind.TOUCH, "both", TODAY - ago * DAY)


def in_touch(*ago: int, every: int = 30, **others: object) -> History:
    return History(
        tuple(touch(one) for one in ago),
        Rhythm([Interval(AGREED, every)], **others),  # type: ignore[arg-type]
    )


days = st.integers(0, 500).map(lambda ago: TODAY - ago * DAY)
# Half of them crowd into two weeks, where the caps of a week bite.
crowded = st.one_of(days, st.integers(0, 13).map(lambda ago: TODAY - ago * DAY))


@st.composite
def rows(draw: st.DrawFn) -> Row:
    kind = draw(st.sampled_from([kind for kind in Kind if kind is not Kind.PROMISE_OWNED]))
    side = draw(st.sampled_from(["ours", "theirs"]))
    day = draw(crowded)
    if kind is Kind.KPI_READING:
        attained = draw(st.integers(0, 20)) / 20
        return Row(kind, side, day, attained, 1 - attained)
    return evidence.row(kind, "both" if kind is Kind.TOUCH else side, day)


touches = st.builds(evidence.row, st.just(Kind.TOUCH), st.just("both"), crowded)
every = st.one_of(st.integers(1, 45), st.integers(1, 366))
agreements = st.one_of(
    st.builds(Interval, days, every),
    st.builds(lambda day, often, more: Interval(day, often, day + more * DAY), days, every, st.integers(0, 90)),
)
snoozes = st.builds(lambda day, more: Rest(day, day + more * DAY), days, st.integers(0, 31))
halts = st.builds(lambda day, more: (day, None if more > 60 else day + more * DAY), days, st.integers(0, 70))
rhythms = st.builds(
    Rhythm,
    st.lists(agreements, max_size=3),
    st.lists(snoozes, max_size=3),
    st.lists(halts, max_size=2),
)
somebody = st.builds(Person, st.none() | days)
histories = st.builds(
    History,
    st.lists(rows() | touches, max_size=30).map(tuple),
    rhythms,
    st.lists(somebody, max_size=4).map(tuple),
)


def same(one: Standing, other: Standing) -> bool:
    close = [
        getattr(one, name) == pytest.approx(getattr(other, name), abs=APPROX)
        for name in ("earned", "lost", "unknown", "low", "high")
    ]
    return all(close)


# The worked numbers


def test_six_kept_and_one_missed_earn_what_the_design_says() -> None:
    found = health.opinion(6, 1)
    assert [round(value, 3) for value in (found.belief, found.disbelief, found.unknown)] == [0.694, 0.116, 0.19]


@pytest.mark.parametrize(("r", "s", "earned"), [(7, 1, 0.726), (6, 2, 0.622), (6, 1.7, 0.642)])
def test_one_more_promise_moves_it_as_the_design_says(r: float, s: float, earned: float) -> None:
    """Kept, missed, and missed but owned."""
    assert round(health.opinion(r, s).belief, 3) == earned


def test_ninety_silent_days_take_it_down_as_the_design_says() -> None:
    sums = health.Sums().plus(Pot.TRUST_OURS, 6, 1, TODAY)
    later = sums.read(Pot.TRUST_OURS, TODAY + 90 * DAY)
    assert round(health.opinion(later.r, later.s).belief, 3) == 0.644


def test_fifty_contacts_in_a_day_are_one() -> None:
    assert same(in_touch(60, *[10] * 50).stand(), in_touch(60, 10).stand())


@pytest.mark.parametrize(
    ("silent", "current"), [(0, 1), (30, 1), (37, 0.5), (33, 1 - 3 / 14), (67, 0.25), (97, 0), (300, 0)]
)
def test_currency_of_a_month(silent: int, current: float) -> None:
    """T = 30, so 7 days of slack: full to the day, half at the end of them, nothing two intervals later."""
    assert health.currency(silent, 30) == pytest.approx(current)


def test_typical_healthy_relationship_scores_about_68() -> None:
    """In touch every two weeks, a promise of each side every two months and one of five of ours late, who
    decides met as often, a KPI a quarter at eight tenths of its target, feedback both ways each quarter."""
    found = [touch(ago) for ago in range(5, 720, 13)]
    for nth, ago in enumerate(range(10, 720, 60)):
        day = TODAY - ago * DAY
        found += [evidence.row(Kind.PROMISE_KEPT, "theirs", day)]
        found += [evidence.row(Kind.PROMISE_LATE if nth % 5 == 3 else Kind.PROMISE_KEPT, "ours", day)]
        found += [evidence.row(Kind.INITIATIVE, "theirs" if nth % 3 == 0 else "ours", day)]
    found += [evidence.row(Kind.DECISION_MAKER_MET, "theirs", TODAY - ago * DAY) for ago in range(30, 720, 60)]
    for ago in range(20, 720, 90):
        found += [evidence.row(Kind.FEEDBACK_GIVEN, side, TODAY - ago * DAY) for side in ("ours", "theirs")]
        found += [Row(Kind.KPI_READING, "both", TODAY - ago * DAY, 0.8, 0.2)]
    seen = (Person(TODAY - 30 * DAY), Person(TODAY - 50 * DAY))
    standing = History(tuple(found), Rhythm([Interval(TODAY - 720 * DAY, 14)]), seen).stand()
    assert standing.score == pytest.approx(68, abs=3)
    assert standing.band is Band.STRONG


# Properties


@given(histories)
def test_it_is_what_a_slow_walk_through_every_day_finds(history: History) -> None:
    told = history.told_slowly()
    found = history.stand()
    assert slow.points(told, TODAY) == pytest.approx((found.earned, found.lost, found.unknown), abs=APPROX)
    for name, belief in slow.components(told, TODAY).items():
        one = found.opinions[Component(name)]
        assert belief == pytest.approx((one.belief, one.disbelief, one.unknown), abs=APPROX)


@given(st.floats(0, 1000), st.floats(0, 1000))
def test_limits_are_those_of_the_textbook(r: float, s: float) -> None:
    assume(r + s == 0 or r + s > 1e-6)
    found = health.opinion(r, s)
    assert (found.low, found.high) == pytest.approx(slow.wilson(r, s), abs=1e-6)
    assert found.low - 1e-9 <= found.belief <= found.high + 1e-9


@given(histories)
def test_earned_lost_and_unknown_are_a_hundred(history: History) -> None:
    found = history.stand()
    assert found.earned + found.lost + found.unknown == pytest.approx(100, abs=APPROX)
    assert min(found.earned, found.lost, found.unknown) >= -APPROX
    assert -APPROX <= found.low <= found.earned + APPROX
    assert found.earned - APPROX <= found.high <= 100 + APPROX


@given(histories, st.randoms(use_true_random=False))
def test_order_of_evidence_is_irrelevant(history: History, chance: random.Random) -> None:
    shuffled = list(history.rows)
    chance.shuffle(shuffled)
    assert same(history.stand(), history._replace(rows=tuple(shuffled)).stand())


def added_one_by_one(history: History) -> Standing:
    """As the log does it: each row on its day, with nothing read of the history but its own week."""
    sums = health.Sums(health.stretch(history.rhythm.every(TODAY)))
    there: list[Row] = []
    for row in sorted(history.rows, key=lambda one: one.day):
        week = [
            one
            for one in there
            if (one.kind, one.side, one.day.isocalendar()[:2]) == (row.kind, row.side, row.day.isocalendar()[:2])
        ]
        sums = health.add(sums, row, week, history.rhythm)
        there.append(row)
    return health.stand(sums, history.rhythm, history.people, today=TODAY)


@given(histories)
def test_added_one_by_one_it_is_what_a_rebuild_finds(history: History) -> None:
    assert same(added_one_by_one(history), history.stand())


@given(histories, rows(), st.data())
def test_a_row_of_an_earlier_day_is_added_at_once_too(history: History, row: Row, data: st.DataObject) -> None:
    assume(row.kind is not Kind.TOUCH)
    sums = health.total(history.rows, history.rhythm, TODAY)
    week = [
        one
        for one in history.rows
        if (one.kind, one.side, one.day.isocalendar()[:2]) == (row.kind, row.side, row.day.isocalendar()[:2])
    ]
    added = health.add(sums, row, week, history.rhythm)
    assert same(health.stand(added, history.rhythm, history.people, today=TODAY), history.plus(row).stand())


@given(histories, st.sampled_from(GOOD), st.sampled_from(["ours", "theirs"]), crowded)
def test_what_is_good_never_lowers_it(history: History, kind: Kind, side: str, day: date) -> None:
    assert history.plus(evidence.row(kind, side, day)).stand().earned >= history.stand().earned - APPROX


@given(histories, st.sampled_from(BAD), st.sampled_from(["ours", "theirs"]), crowded)
def test_what_is_bad_never_raises_it(history: History, kind: Kind, side: str, day: date) -> None:
    assert history.plus(evidence.row(kind, side, day)).stand().earned <= history.stand().earned + APPROX


@given(histories, crowded)
def test_a_contact_never_lowers_cadence(history: History, day: date) -> None:
    before = history.stand().opinions[Component.CADENCE]
    after = history.plus(evidence.row(Kind.TOUCH, "both", day)).stand().opinions[Component.CADENCE]
    assert after.belief >= before.belief - APPROX


@given(histories, st.integers(1, 400))
def test_silence_never_raises_it(history: History, more: int) -> None:
    """As long as nothing else is agreed meanwhile, and no rest comes to an end that was to come."""
    lasting = [one for one in history.rhythm.intervals if one.ends_on is None]
    quiet = history._replace(rhythm=Rhythm(lasting, history.rhythm.rests, history.rhythm.halts))
    assert quiet.stand(TODAY + more * DAY).earned <= quiet.stand().earned + APPROX


@given(histories)
def test_swapping_the_sides_leaves_it_unchanged(history: History) -> None:
    other = {"ours": "theirs", "theirs": "ours", "both": "both"}
    swapped = tuple(replace(row, side=other[row.side]) for row in history.rows)
    assert same(history._replace(rows=swapped).stand(), history.stand())


@given(histories, st.sampled_from(sorted({*GOOD} - {Kind.PROJECT_CLOSED, Kind.PROMISE_KEPT_LATE})))
def test_spam_saturates(history: History, kind: Kind) -> None:
    """Of fifty of a kind in a day no more counts than its cap of a week."""
    cap = evidence.RULES[kind].weekly
    assert cap is not None
    enough = int(cap / evidence.RULES[kind].r)
    one = evidence.row(kind, "ours", TODAY)
    assert same(history.plus(*[one] * enough).stand(), history.plus(*[one] * 50).stand())


@given(histories, crowded, st.integers(0, 20), st.integers(0, 20))
def test_it_is_monotone_in_what_a_kpi_attained(history: History, day: date, one: int, other: int) -> None:
    low, high = (Row(Kind.KPI_READING, "both", day, a / 20, 1 - a / 20) for a in sorted([one, other]))
    assert history.plus(high).stand().earned >= history.plus(low).stand().earned - APPROX


@given(histories, st.integers(1, 300))
def test_contact_before_the_first_agreement_changes_nothing(history: History, before: int) -> None:
    agreed = history.rhythm.agreed_on
    assume(agreed is not None)
    assert agreed is not None
    early = evidence.row(Kind.TOUCH, "both", agreed - before * DAY)
    assert same(history.plus(early).stand(), history.stand())


@given(histories)
def test_a_score_is_only_where_half_of_it_is_known(history: History) -> None:
    found = history.stand()
    assert (found.score is None) == (found.unknown > 50) == (found.band is None)


# Full points


@given(histories)
def test_the_word_follows_the_number_that_is_shown(history: History) -> None:
    found = history.stand()
    shown = found.shown
    assert shown.earned + shown.lost + shown.unknown == 100
    assert min(shown.earned, shown.lost, shown.unknown) >= 0
    assert (found.score is not None) == (shown.judged >= 50) == (found.band is not None)
    if found.band is not None:
        assert (found.band is Band.STRONG) == (shown.earned >= 65)
        assert (found.band is Band.WEAK) == (shown.earned < 50)
    low, high = health.limits(found.low, found.high)
    assert low <= shown.earned <= high


near = st.builds(lambda whole, off: whole + off, st.integers(0, 100), st.floats(-1e-6, 1e-6)) | st.floats(0, 100)


of_points = st.integers(0, 100)


@given(near, near, of_points, of_points, of_points)
def test_near_a_limit_too(one: float, other: float, upper: int, lower: int, most_unknown: int) -> None:
    earned, judged = sorted(min(100.0, max(0.0, points)) for points in (one, other))
    steady, strong = sorted((lower, upper))
    shown = health.full(earned, 100 - judged)
    thresholds = health.Thresholds(strong, steady, most_unknown)
    found = health.band(earned, thresholds)
    assert (found is Band.STRONG) == (shown.earned >= strong)
    assert (found is Band.WEAK) == (shown.earned < steady)
    assert health.can_be_judged(100 - judged, thresholds) == (shown.unknown <= most_unknown)
    assert shown.earned + shown.lost + shown.unknown == 100 and shown.lost >= 0


@given(st.integers(0, 100), st.integers(1, 12))
def test_rounding_takes_no_full_point(points: int, parts: int) -> None:
    assert health.whole(sum([points / parts] * parts)) == points


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 60))
def test_a_part_reaches_its_limit_when_the_number_does(one: float, other: float, most: int) -> None:
    belief, disbelief = one * other, one * (1 - other)
    shown = health.full(most * belief, most * (1 - belief - disbelief), most)
    assert shown.earned + shown.lost + shown.unknown == most and min(shown.lost, shown.unknown) >= 0
    assert shown.earned <= most * belief + 1e-9 < shown.earned + 1


@given(histories)
def test_the_points_of_its_lines_add_up(history: History) -> None:
    found = history.stand()
    lines = health_points.lines(history.rows, history.rhythm, history.people, today=TODAY)
    for component in Component:
        own = [line for line in lines if line.component is component]
        points = Weights().of(component)
        opinion = found.opinions[component]
        assert sum(line.earned for line in own) == pytest.approx(points * opinion.belief, abs=APPROX)
        assert sum(line.lost for line in own) == pytest.approx(points * opinion.disbelief, abs=APPROX)


@given(histories)
def test_each_remedy_makes_more_known(history: History) -> None:
    sums = health.total(history.rows, history.rhythm, TODAY)
    found = health_points.remedies(sums, history.rhythm, history.people, today=TODAY)
    assert all(one.points > 0 for one in found)
    assert len({one.component for one in found}) == len(found) <= 3
    assert found == sorted(found, key=lambda one: -one.points), "the one that tells most first"
    without = health_points.remedies(sums, history.rhythm, history.people, today=TODAY, problem_open=False)
    assert health_points.Remedy.SOLVE not in [one.remedy for one in without]


# Examples


def test_nothing_is_known_of_a_relationship_without_evidence() -> None:
    found = History().stand()
    assert (found.earned, found.lost, found.unknown, found.score, found.band) == (0, 0, 100, None, None)


def test_without_evidence_the_cheapest_is_to_write_down_what_is_known() -> None:
    found = health_points.remedies(health.Sums(), Rhythm(), (), today=TODAY)
    assert [one.remedy for one in found] == [
        health_points.Remedy.AGREE,
        health_points.Remedy.NAME,
        health_points.Remedy.TELL_WHO_BEGAN,
    ]


def test_of_two_who_decide_one_never_seen_counts_against_it() -> None:
    found = health.of_coverage([Person(TODAY - 10 * DAY), Person()], 30, TODAY)
    assert (found.belief, found.disbelief, found.unknown) == (0.5, 0.5, 0)


def test_whoever_nobody_named_is_unknown() -> None:
    found = health.of_coverage([Person(TODAY - 135 * DAY)], 30, TODAY)
    assert (found.belief, found.disbelief, found.unknown) == (0.25, 0.25, 0.5)


def test_a_day_is_judged_by_what_was_agreed_for_it() -> None:
    """Tighter from a day on: the days before stay in rhythm, those after it are late."""
    tighter = [Interval(AGREED, 30), Interval(TODAY - 5 * DAY, 7)]
    spells = Rhythm(tighter).spells(health.Gap(TODAY - 20 * DAY, TODAY), TODAY)
    assert [(one.days, one.kept, one.every_days) for one in spells] == [(14, True, 30), (6, False, 7)]


def test_days_put_off_do_not_count_nor_do_those_of_a_pause() -> None:
    put_off = in_touch(40, rests=[Rest(TODAY - 20 * DAY, TODAY - 11 * DAY)], halts=[(TODAY - 5 * DAY, TODAY - DAY)])
    assert health.of_currency(
        health.total(put_off.rows, put_off.rhythm, TODAY), put_off.rhythm, TODAY
    ).belief == health.currency(25, 30)


def test_what_lost_most_is_limiting_and_else_what_is_not_known() -> None:
    late = in_touch(200, every=14)
    assert late.stand().limiting is Component.CADENCE
    assert in_touch(*range(3, 400, 28)).stand().limiting is Component.CREDIBILITY
