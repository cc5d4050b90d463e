"""Headings agree with their numbers, whatever these are."""

from __future__ import annotations

import re
from datetime import date, timedelta
from statistics import median

from hypothesis import example, given, settings
from hypothesis import strategies as st

from dashboards import insights_words as said_as
from dashboards.findings import (
    DIFFERS,
    LEAST_CHANGED,
    LEAST_POINTS,
    MOST,
    Compared,
    Counted,
    Judged,
    Kept,
    Pace,
    Quarter,
    Way,
    Words,
    compare,
    course,
    half_of,
    middle,
    middle_of_tens,
    pace,
    percent,
    promised,
)
from relationships.two_views import Quadrant

BEGIN = date(2026, 5, 25)
SMALL = {"none": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}


def numbers(text: str) -> list[int]:
    """All numbers that a sentence says, as digits or as words."""
    found = re.findall(r"\d+|\b(?:" + "|".join(SMALL) + r")\b", text.lower())
    return [SMALL[one] if one in SMALL else int(one) for one in found]


def weeks(overdue: list[int], going: int = 46) -> list[Counted]:
    return [Counted(BEGIN + timedelta(days=7 * i), going - one - 5, 5, one, going) for i, one in enumerate(overdue)]


def test_the_story_of_the_mock_up() -> None:
    found = course(weeks([3, 3, 2, 3, 2, 2, 1, 2, 3, 3, 2, 2, 3, 2, 2, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 6]))
    assert (found.way, found.before, found.now, found.weeks) == (Way.SLIPPED, 2, 6, 7)
    assert said_as.course_title(found) == "Contact slipped from October on and has not come back"
    assert (
        said_as.course_sentence(found)
        == "Overdue rose from two to six in seven weeks while the number of relationships stayed the same."
        " In half of the 27 weeks there were two or fewer."
    )


def test_what_came_back_is_told_as_such() -> None:
    found = course(weeks([2, 2, 9, 9, 8, 6, 4, 3, 3]))
    assert (found.way, found.before, found.now) == (Way.RECOVERED, 9, 3)
    assert said_as.course_title(found).startswith("Contact has come back since June")


def test_a_week_by_itself_is_no_turn() -> None:
    """It was better for a week and as before in the next; it slipped much later, and of late."""
    found = course(weeks([1, 3, 4, 0, 5, 2, 3, 2, 2, 2, 3, 5, 7]))
    assert (found.way, found.before, found.now, found.weeks) == (Way.SLIPPED, 2, 7, 3)
    assert said_as.course_title(found) == "Contact has slipped of late"


def test_a_slow_beginning_over_years_hides_nothing_of_late() -> None:
    found = course(weeks([0] * 9 + [2] * 20 + [7]))
    assert (found.way, found.before, found.now, found.weeks) == (Way.SLIPPED, 2, 7, 1)


def test_what_goes_up_and_down_has_no_turn() -> None:
    found = course(weeks([0, 0, 0, 2, 2, 0, 2, 0, 2, 0, 2, 2], going=12))
    assert (found.way, found.before, found.now) == (Way.STEADY, 0, 2)


def test_one_more_of_many_is_no_slip() -> None:
    assert course(weeks([2, 3, 2, 3])).way is Way.STEADY
    assert course(weeks([0, 4], going=400)).way is Way.STEADY
    assert course(weeks([4])).way is Way.UNKNOWN
    assert course([]).way is Way.UNKNOWN


counted = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60)), min_size=0, max_size=40).map(
    lambda rows: [
        Counted(BEGIN + timedelta(days=7 * i), touch, due, over, touch + due + over)
        for i, (touch, due, over) in enumerate(rows)
    ]
)


@given(counted)
@example([Counted(BEGIN + timedelta(days=7 * i), 0, 1, late, late + 1) for i, late in enumerate([5, 3, 3, 0])])
@settings(max_examples=400)
def test_the_course_agrees_with_its_weeks(rows: list[Counted]) -> None:
    found = course(rows)
    known = [one for one in rows if one.going]
    if found.way is Way.UNKNOWN:
        assert len(known) < 2
        return
    assert found.going == known[-1].going
    said = numbers(said_as.course_sentence(found))
    if found.way is Way.STEADY:
        assert found.before == min(one.overdue for one in known)
        assert found.now == max(one.overdue for one in known)
        assert {one for one in (found.before, found.now) if one} <= set(said)
        return
    turn = next(one for one in known if one.day == found.since)
    assert (turn.overdue, known[-1].overdue) == (found.before, found.now)
    rose = found.way is Way.SLIPPED
    assert (found.now - found.before if rose else found.before - found.now) >= LEAST_CHANGED
    assert (known[-1].share > turn.share) is rose
    # Most of the change came after it, and since then it was not once as it had been; no lonely week is a turn.
    sign = 1 if rose else -1
    shares = [one.share for one in known]
    alike = [one for i, one in enumerate(known[:-1]) if not i or one.share == median(shares[i - 1 : i + 2])]
    assert turn in alike
    assert all(sign * (one.overdue - turn.overdue) > 0 for one in known if one.day > turn.day)
    apart = [one for one in alike if sign * (known[-1].overdue - one.overdue) >= LEAST_CHANGED]
    changes = {one.day: sign * (known[-1].share - one.share) for one in apart}
    most = max(change for change in changes.values() if change * 100 >= LEAST_POINTS)
    assert changes[turn.day] >= MOST * most
    assert said[:2] == [found.before, found.now]
    assert ("rose" in said_as.course_sentence(found)) is rose
    assert ("slipped" in said_as.course_title(found)) is rose


few = st.integers(0, 500)


@given(few, few, st.none() | st.tuples(few, few))
def test_the_lede_says_its_numbers(in_touch: int, overdue: int, before: tuple[int, int] | None) -> None:
    said = str(said_as.lede(in_touch, in_touch + overdue, overdue, before))
    if not in_touch + overdue:
        assert said == "No relationship is going on."
        return
    now, then = (in_touch, overdue), before or (in_touch, overdue)
    touch, late = (abs(one - other) for one, other in zip(now, then, strict=True))
    assert numbers(said) == [in_touch, in_touch + overdue, *[touch][: touch > 0], overdue, *[late][: late > 0]]
    assert said.count(" more") == sum(one > other for one, other in zip(now, then, strict=True))
    assert said.count(" fewer") == (in_touch < then[0]) + (0 < overdue < then[1])


scores = st.lists(st.floats(0, 100, allow_nan=False), max_size=40)


@given(scores, scores)
def test_the_higher_stage_stands_higher_by_its_middle(upper: list[float], lower: list[float]) -> None:
    found = compare(Judged(len(upper), middle(upper)), Judged(len(lower), middle(lower)))
    if min(len(upper), len(lower)) < 3:
        assert found is Compared.UNKNOWN
        return
    by = median(upper) - median(lower)
    assert found is (Compared.ALIKE if abs(by) < DIFFERS else Compared.HIGHER if by > 0 else Compared.LOWER)


@given(st.lists(st.integers(0, 99), min_size=1, max_size=300))
def test_the_middle_of_tens_lies_in_the_ten_of_the_middle(values: list[int]) -> None:
    counts = [sum(one // 10 == ten for one in values) for ten in range(10)]
    found = middle_of_tens(counts)
    assert found is not None
    ordered = sorted(values)
    low, high = ordered[(len(values) - 1) // 2] // 10 * 10, ordered[len(values) // 2] // 10 * 10 + 10
    assert low <= found <= high
    assert middle_of_tens([0] * 10) is None


@given(st.dictionaries(st.integers(0, 90), st.integers(1, 20), max_size=20))
def test_half_do_not_pass_it(counts: dict[int, int]) -> None:
    found = half_of(counts)
    total = sum(counts.values())
    if found is None:
        assert not total
        return
    assert sum(count for number, count in counts.items() if number <= found) * 2 >= total
    assert sum(count for number, count in counts.items() if number < found) * 2 < total


kept = st.builds(Kept, st.integers(0, 40), st.integers(0, 10), st.integers(0, 10))
quarters = st.lists(st.tuples(kept, kept), max_size=5).map(
    lambda pairs: [Quarter(f"2026Q{i}", *pair) for i, pair in enumerate(pairs)]
)


@given(quarters)
def test_promises_are_compared_as_they_are_told(rows: list[Quarter]) -> None:
    found = promised(rows)
    title, sentence = said_as.promises_title(found), str(said_as.promises_sentence(found))
    ours, theirs = found.ours.percent, found.theirs.percent
    for side, share in ((found.ours, ours), (found.theirs, theirs)):
        if side.total:
            assert share == percent(side.in_time, side.total)
            assert f"{share} % of {side.total}" in sentence
    if found.words is Words.UNKNOWN:
        assert min(found.ours.total, found.theirs.total) < 3
        return
    assert ours is not None and theirs is not None
    assert ("fewer" in title, "more" in title) == (ours <= theirs - DIFFERS, ours >= theirs + DIFFERS)
    if not found.first:
        assert "ahead" not in sentence
        return
    by_name = {one.name: one for one in rows}
    for name, points in ((found.first, found.before), (found.last, found.now)):
        one = by_name[name]
        assert one.ours.percent is not None and one.theirs.percent is not None
        assert points == one.ours.percent - one.theirs.percent
        assert said_as.quarter_name(name) in sentence and (not points or f" {abs(points)} " in sentence)
    lead = {1: ("We were", "we"), -1: ("They were", "they"), 0: ("Neither was", "neither")}
    sign = [(points > 0) - (points < 0) for points in (found.before, found.now)]
    assert f"{lead[sign[0]][0]} ahead" in sentence
    if sign[0] and sign[0] != sign[1]:
        assert f", {lead[sign[1]][1]}" in sentence


@given(st.floats(0, 500), st.floats(0, 500))
def test_what_does_not_happen_is_told_only_where_it_is_much(needed: float, happening: float) -> None:
    found = pace(needed, happening)
    title = said_as.pace_title(found, needed, happening)
    if found is Pace.SHORT:
        assert happening < needed
        assert [percent(needed - happening, needed)][: len(numbers(title))] == numbers(title)[:1]
        assert numbers(title) or percent(needed - happening, needed) == 100


@given(st.dictionaries(st.sampled_from(list(Quadrant)), st.integers(0, 50)))
def test_who_may_leave_is_counted_of_the_satisfied(counts: dict[Quadrant, int]) -> None:
    title = said_as.loyalty_title(counts)
    leaving = counts.get(Quadrant.MERCENARY, 0)
    satisfied = leaving + counts.get(Quadrant.APOSTLE, 0)
    wanted = [leaving, satisfied] if leaving < satisfied else [satisfied]
    assert [one for one in numbers(title) if one] == (wanted if leaving else [])


@given(st.integers(0, 30), st.integers(0, 30))
def test_moves_are_counted_in_both_directions(up: int, down: int) -> None:
    wanted = [one for one in (up, down) if one]
    assert numbers(str(said_as.stages_title(up, down))) == [*wanted, 90]


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_flags_are_counted(new: int, cleared: int, more: int) -> None:
    standing = new + more
    assert numbers(str(said_as.flags_title(new, cleared, standing))) == ([new] if new else [])
    told = numbers(str(said_as.flags_sentence(cleared, standing)))
    assert [one for one in told if one] == [one for one in (standing, cleared) if one]
