"""What both sides say: newest answers, gaps, and the four fields of satisfaction and loyalty."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationships import flags, two_views
from relationships.cadence import Interval
from relationships.flags import Fact, Reason, Record, Said
from relationships.health import Rhythm
from relationships.two_views import Answer, Missing, Quadrant, View

DAY = timedelta(days=1)
TODAY = date(2026, 11, 28)
QUESTIONS = ("listens", "fair", "worth_price", "satisfaction")
SIDES = (two_views.OURS, two_views.THEIRS)
OTHER = dict(zip(SIDES, reversed(SIDES), strict=True))

days = st.integers(0, 500).map(lambda ago: TODAY - ago * DAY)
answers = st.lists(
    st.builds(
        Answer, st.sampled_from(QUESTIONS), st.sampled_from(SIDES), st.integers(1, 5), days, st.integers(1, 9999)
    ),
    max_size=20,
    unique_by=lambda one: one.pk,
)
facts = st.builds(Fact, days, st.integers(1, 5))
maybe = st.none() | facts
said = st.builds(Said, maybe, maybe, maybe, maybe, st.none() | days)
every = st.none() | st.integers(1, 200)


def at(question: str, ours: int | None, theirs: int | None, ago: int = 0) -> View:
    both = [
        None if score is None else Answer(question, side, score, TODAY - ago * DAY)
        for side, score in zip(SIDES, (ours, theirs), strict=True)
    ]
    return View(question, *both)


# Gaps


@given(answers)
def test_swapping_the_sides_negates_each_gap_and_agrees_as_often(found: list[Answer]) -> None:
    one = two_views.views(found, QUESTIONS)
    swapped = two_views.views([replace(each, side=OTHER[each.side]) for each in found], QUESTIONS)
    assert [view.gap for view in swapped] == [None if view.gap is None else -view.gap for view in one]
    first, second = two_views.summary(one, TODAY), two_views.summary(swapped, TODAY)
    assert (first.compared, first.alike) == (second.compared, second.alike)


@given(answers, st.randoms())
def test_the_order_of_answers_is_irrelevant(found: list[Answer], chance: random.Random) -> None:
    mixed = chance.sample(found, len(found))
    assert two_views.views(mixed, QUESTIONS) == two_views.views(found, QUESTIONS)


@given(answers, st.integers(0, 400), st.integers(1, 5))
def test_an_older_answer_never_wins(found: list[Answer], earlier: int, score: int) -> None:
    before = two_views.newest(found)
    for (question, side), newest in before.items():
        older = Answer(question, side, score, newest.on - earlier * DAY, newest.pk - 1)
        assert two_views.newest([*found, older]) == before
        later = Answer(question, side, score, newest.on, newest.pk + 1)
        assert two_views.newest([*found, later])[question, side] == later


@given(answers)
def test_what_is_compared_is_alike_or_apart_and_the_widest_is_told_first(found: list[Answer]) -> None:
    views = two_views.views(found, QUESTIONS)
    one = two_views.summary(views, TODAY)
    assert one.compared == one.alike + len(one.apart) <= len(QUESTIONS)
    widths = [abs(view.gap or 0) for view in one.apart]
    assert widths == sorted(widths, reverse=True)
    assert all(2 <= width <= 4 for width in widths)


@pytest.mark.parametrize(
    ("view", "gap", "compared", "talk"),
    [
        (at("fair", 4, 2), -2, True, True),
        (at("fair", 2, 4), 2, True, True),
        (at("fair", 4, 3), -1, True, False),
        (at("fair", 4, 4), 0, True, False),
        (at("fair", 5, 1, ago=365), -4, True, True),
        (at("fair", 5, 1, ago=366), -4, False, False),
        (at("fair", 5, None), None, False, False),
        (at("fair", None, 5), None, False, False),
        (View("fair"), None, False, False),
    ],
)
def test_two_points_of_this_year_are_worth_a_talk(view: View, gap: int | None, compared: bool, talk: bool) -> None:
    assert (view.gap, view.is_compared(TODAY), view.is_worth_a_talk(TODAY)) == (gap, compared, talk)


def test_of_equally_wide_gaps_the_one_where_they_think_less_of_it_comes_first() -> None:
    found = [at("listens", 1, 3), at("fair", 5, 2), at("worth_price", 5, 3), at("satisfaction", 4, 4)]
    one = two_views.summary(found, TODAY)
    assert [view.question for view in one.apart] == ["fair", "worth_price", "listens"]
    assert (one.compared, one.alike) == (4, 1)


# Satisfaction and loyalty


@given(said, every)
def test_each_has_its_field_or_is_told_what_is_missing(found: Said, every_days: int | None) -> None:
    place = two_views.place(found, TODAY, every_days)
    assert (place.quadrant is None) == bool(place.missing)
    assert (place.quadrant is None) == (place.satisfied is None or place.loyal is None)
    assert (Missing.SATISFACTION in place.missing) == (place.satisfied is None)
    assert (place.loyal is None) == bool({*place.missing} - {Missing.SATISFACTION})
    assert not (place.loyal and place.reasons)


@given(said, st.integers(1, 200))
def test_satisfied_and_not_loyal_is_what_the_flag_says(found: Said, every_days: int) -> None:
    record = Record(rhythm=Rhythm([Interval(TODAY - 900 * DAY, every_days)]), said=found)
    flagged = flags.may_leave(record, TODAY, every_days).on
    assert (two_views.place(found, TODAY, every_days).quadrant is Quadrant.MERCENARY) == flagged


@given(said, every, st.integers(0, 400))
def test_silence_makes_nobody_loyal(found: Said, every_days: int | None, later: int) -> None:
    before = two_views.place(found, TODAY, every_days)
    after = two_views.place(found, TODAY + later * DAY, every_days)
    assert before.loyal or not after.loyal or Reason.CHOOSES_OTHERS in before.reasons


def both(satisfied: int | None, again: int | None, seen: int | None, gave: int | None) -> Said:
    return Said(
        None if satisfied is None else Fact(TODAY, satisfied),
        None if again is None else Fact(TODAY, again),
        None if seen is None else Fact(TODAY - seen * DAY),
        None if gave is None else Fact(TODAY - gave * DAY),
        TODAY,
    )


@pytest.mark.parametrize(
    ("found", "quadrant", "missing"),
    [
        (both(5, 5, 10, 10), Quadrant.APOSTLE, ()),
        (both(4, None, 10, 10), Quadrant.APOSTLE, ()),
        (both(5, 3, 10, 10), Quadrant.MERCENARY, ()),
        (both(5, 5, 91, 10), Quadrant.MERCENARY, ()),
        (both(3, 4, 10, None), Quadrant.HOSTAGE, ()),
        (both(2, 2, None, None), Quadrant.DEFECTOR, ()),
        (both(None, 5, 10, 10), None, (Missing.SATISFACTION,)),
        (both(5, 5, None, None), None, (Missing.SEEN, Missing.GIVING)),
        (both(None, None, None, None), None, tuple(Missing)),
    ],
)
def test_the_four_fields(found: Said, quadrant: Quadrant | None, missing: tuple[Missing, ...]) -> None:
    place = two_views.place(found, TODAY, 30)
    assert (place.quadrant, place.missing) == (quadrant, missing)
