"""Before and after of other weights: what is counted, and that it is what the definition would say."""

from __future__ import annotations

import math
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationships import health, weighing
from relationships.evidence import Component
from relationships.health import Band, Opinion, Thresholds, Weights
from relationships.weighing import Kept, Scale

NOW = Scale()


@st.composite
def weights(draw: st.DrawFn) -> Weights:
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=4, max_size=4)))
    return Weights(*(float(b - a) for a, b in zip([0, *cuts], [*cuts, 100], strict=True)))


@st.composite
def thresholds(draw: st.DrawFn) -> Thresholds:
    steady = draw(st.integers(1, 98))
    return Thresholds(draw(st.integers(steady + 1, 99)), steady, draw(st.integers(0, 100)))


scales = st.builds(Scale, weights(), thresholds())


@st.composite
def opinions(draw: st.DrawFn) -> tuple[float, float]:
    found = health.opinion(draw(st.floats(0, 40)), draw(st.floats(0, 40)))
    return found.belief, found.disbelief


@st.composite
def books(draw: st.DrawFn) -> list[Kept]:
    rows = draw(st.lists(st.lists(opinions(), min_size=5, max_size=5), max_size=30))
    return [Kept(pk, [b for b, _d in row], [d for _b, d in row]) for pk, row in enumerate(rows)]


@given(books(), scales)
def test_nothing_changes_by_what_is_in_force_already(rows: list[Kept], scale: Scale) -> None:
    found = weighing.compare(rows, scale, scale)
    assert (found.of, found.better, found.worse, found.judged_now, found.judged_no_more) == (len(rows), 0, 0, 0, 0)
    assert (found.median, found.moved) == (0.0, [])


@given(books(), scales, scales)
def test_there_and_back_are_each_others_reverse(rows: list[Kept], one: Scale, other: Scale) -> None:
    there, back = weighing.compare(rows, one, other), weighing.compare(rows, other, one)
    assert (there.better, there.worse) == (back.worse, back.better)
    assert (there.judged_now, there.judged_no_more) == (back.judged_no_more, back.judged_now)
    assert there.median == pytest.approx(-back.median, abs=1e-9)
    assert [move.pk for move in there.moved] == [move.pk for move in back.moved]


@given(books(), scales, scales)
def test_those_with_another_word_come_first_and_then_those_that_move_most(
    rows: list[Kept], one: Scale, other: Scale
) -> None:
    found = weighing.compare(rows, one, other)
    order = [(move.before.band == move.after.band, -abs(move.by)) for move in found.moved]
    assert order == sorted(order)
    assert len(order) == min(found.moving, weighing.MOST_MOVED)
    changes = [
        weighing.judge(row, other).shown - weighing.judge(row, one).shown
        for row in rows
        if weighing.judge(row, one).band or weighing.judge(row, other).band
    ]
    assert found.median == pytest.approx(median(changes) if changes else 0.0, abs=1e-9)
    assert found.shown == len(changes)


@given(st.lists(st.tuples(st.floats(0, 40), st.floats(0, 40)), min_size=5, max_size=5), scales)
def test_points_and_word_are_those_of_the_definition(masses: list[tuple[float, float]], scale: Scale) -> None:
    each: dict[Component, Opinion] = {
        component: health.opinion(*mass) for component, mass in zip(Component, masses, strict=True)
    }
    whole = health.blend([(scale.weights.of(component) / 100, one) for component, one in each.items()])
    row = Kept(1, [one.belief for one in each.values()], [one.disbelief for one in each.values()])
    found = weighing.judge(row, scale)
    assert found.earned == pytest.approx(100 * whole.belief, abs=1e-9)
    assert found.unknown == pytest.approx(100 * whole.unknown, abs=1e-9)
    # At the threshold itself rounding decides.
    far = min(abs(found.unknown - scale.thresholds.most_unknown), abs(found.earned - scale.thresholds.strong))
    if far > 1e-6 and abs(found.earned - scale.thresholds.steady) > 1e-6:
        shown = math.floor(100 - 100 * whole.unknown) >= 100 - scale.thresholds.most_unknown
        assert found.band == (health.band(100 * whole.belief, scale.thresholds) if shown else None)


def test_an_example_is_counted_as_people_would() -> None:
    kept = Kept(1, [1, 1, 1, 0, 0], [0, 0, 0, 1, 1])  # 65 of 100: strong
    lost = Kept(2, [0, 0, 0, 1, 1], [1, 1, 1, 0, 0])  # 35 of 100: weak
    new = Kept(3, [0, 0, 0, 1, 0], [0, 0, 0, 0, 0])  # 25 of 100, the rest unknown
    after = Scale(Weights(10, 10, 10, 60, 10))
    found = weighing.compare([kept, lost, new], NOW, after)
    assert (found.of, found.shown, found.better, found.worse) == (3, 3, 1, 1)
    assert (found.judged_now, found.judged_no_more) == (1, 0)
    assert found.median == pytest.approx(35)
    assert [(move.pk, round(move.by), move.after.band) for move in found.moved] == [
        (1, -35, Band.WEAK),
        (2, 35, Band.STRONG),
        (3, 35, Band.STEADY),
    ]
