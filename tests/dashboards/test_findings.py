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
    Course,
    Judged,
    Kept,
    Pace,
    Quarter,
    Series,
    Unit,
    Way,
    Words,
    compare,
    course,
    half_of,
    last_turn,
    middle,
    middle_of_tens,
    pace,
    percent,
    promised,
    unit,
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
    assert (found.way, found.what, found.before, found.now, found.weeks) == (Way.ROSE, Series.OVERDUE, 2, 6, 7)
    assert said_as.course_title(found) == "Contact slipped from October on and has not come back"
    assert (
        said_as.course_sentence(found)
        == "Overdue rose from two to six in seven weeks while the number of relationships stayed the same."
        " In 14 of the 26 weeks before, two or fewer were overdue."
    )


def test_what_came_back_is_told_as_such() -> None:
    found = course(weeks([2, 2, 9, 9, 8, 6, 4, 3, 3]))
    assert (found.way, found.before, found.now) == (Way.FELL, 9, 3)
    assert said_as.course_title(found).startswith("Contact has come back since June")


def test_a_week_by_itself_is_no_turn() -> None:
    """It was better for a week and as before in the next; it slipped much later, and of late."""
    found = course(weeks([1, 3, 4, 0, 5, 2, 3, 2, 2, 2, 3, 5, 7]))
    assert (found.way, found.before, found.now, found.weeks) == (Way.ROSE, 2, 7, 3)
    assert said_as.course_title(found) == "Contact has slipped of late"


def test_a_slow_beginning_over_years_hides_nothing_of_late() -> None:
    found = course(weeks([0] * 9 + [2] * 20 + [7]))
    assert (found.way, found.before, found.now, found.weeks) == (Way.ROSE, 2, 7, 1)


def test_what_goes_up_and_down_has_no_turn() -> None:
    found = course(weeks([0, 0, 0, 2, 2, 0, 2, 0, 2, 0, 2, 2], going=12))
    assert (found.way, found.most[Series.OVERDUE]) == (Way.RESTLESS, 2)
    assert said_as.course_title(found) == "Contact goes up and down"


def test_one_more_of_many_is_no_slip() -> None:
    assert course(weeks([2, 3, 2, 3])).way is Way.STEADY
    assert course(weeks([0, 4], going=400)).way is Way.STEADY
    assert course(weeks([4])).way is Way.UNKNOWN
    assert course([]).way is Way.UNKNOWN


def test_of_all_series_that_which_moved_most_is_told() -> None:
    """Nobody is overdue more than before, and yet of ten in touch six are left."""
    rows = [Counted(BEGIN + timedelta(days=7 * i), touch, 11 - touch, 1, 12) for i, touch in enumerate([9, 10, 10, 6])]
    found = course(rows)
    assert said_as.course_title(found) == "Fewer are in touch of late"
    assert said_as.course_sentence(found) == (
        "In touch fell from 10 to six in one week while the number of relationships stayed the same."
        " As many are overdue as then: one. In 2 of the 3 weeks before, 10 or more were in touch."
    )
    later = [*rows[:3], Counted(rows[3].day, 6, 1, 1, 12, booked=4)]
    assert course(later).what is Series.IN_TOUCH
    booked = [Counted(one.day, 6, 6 - many, 0, 12, booked=many) for one, many in zip(rows, [0, 0, 0, 5], strict=True)]
    assert "More have" not in said_as.course_title(course(booked)), "what is due moved as much, and is told before"
    assert said_as.course_title(course(booked)) == "Fewer are due of late"


def test_overdue_that_rises_beside_more_in_touch_is_no_slip() -> None:
    rows = [
        Counted(BEGIN + timedelta(days=7 * i), touch, 0, late, 20)
        for i, (touch, late) in enumerate([(3, 1), (3, 1), (3, 1), (7, 5)])
    ]
    assert said_as.course_title(course(rows)) == "More are overdue of late"


counts_of = st.integers(0, 60)
counted = st.lists(st.tuples(*[counts_of] * 5), min_size=0, max_size=40).map(
    lambda rows: [
        Counted(BEGIN + timedelta(days=7 * i), touch, due, over, touch + due + over + booked + new, booked)
        for i, (touch, due, over, booked, new) in enumerate(rows)
    ]
)


@given(counted)
@example([Counted(BEGIN + timedelta(days=7 * i), 0, 1, late, late + 1) for i, late in enumerate([5, 3, 3, 0])])
@example([Counted(BEGIN + timedelta(days=7 * i), 9, 1, 1, 11) for i in range(3)])
@settings(max_examples=400)
def test_the_course_agrees_with_its_weeks(rows: list[Counted]) -> None:
    found = course(rows)
    title, sentence = said_as.course_title(found), said_as.course_sentence(found)
    known = [one for one in rows if one.going]
    if found.way is Way.UNKNOWN:
        assert len(known) < 2
        return
    if found.way in (Way.STEADY, Way.RESTLESS):
        _none_moved(found, known, title, sentence)
        return
    turn, end, rose = found.begin, known[-1], found.way is Way.ROSE
    assert turn in known and found.end == end
    values = [found.what.count(one) for one in known]
    assert numbers(sentence)[:2] == [found.what.count(turn), values[-1]] == [found.before, found.now]
    assert (found.now - found.before if rose else found.before - found.now) >= LEAST_CHANGED
    assert (found.what.share(end) > found.what.share(turn)) is rose
    # Most of the change came after it, and since then it was not once as it had been; no lonely week is a turn.
    sign = 1 if rose else -1
    shares = [found.what.share(one) for one in known]
    alike = [one for i, one in enumerate(known[:-1]) if not i or shares[i] == median(shares[i - 1 : i + 2])]
    assert turn in alike
    assert all(sign * (found.what.count(one) - found.before) > 0 for one in known if one.day > turn.day)
    apart = [one for one in alike if sign * (found.now - found.what.count(one)) >= LEAST_CHANGED]
    changes = {one.day: sign * (shares[-1] - found.what.share(one)) for one in apart}
    assert changes[turn.day] >= MOST * max(change for change in changes.values() if change * 100 >= LEAST_POINTS)
    # No other moved more since its own turn.
    moved = abs(found.what.share(end) - found.what.share(turn))
    for series in Series:
        place = last_turn(known, series)
        assert place is None or abs(series.share(end) - series.share(known[place])) <= moved + 1e-8
    # What the heading says of in touch and of overdue is so.
    assert ("rose" in sentence.partition(" while ")[0]) is rose
    assert "slipped" not in title or (found.change(Series.OVERDUE) > 0 >= found.change(Series.IN_TOUCH))
    assert "has come back" not in title or (found.change(Series.OVERDUE) < 0 <= found.change(Series.IN_TOUCH))
    for word, series in (("are in touch", Series.IN_TOUCH), ("are overdue", Series.OVERDUE), ("are due", Series.DUE)):
        if word in title:
            assert (found.change(series) > 0) is title.startswith("More")
    # And the weeks it is held against are counted.
    if told := re.search(r" In (\d+) of the (\d+) weeks before, (\w+)( or more)?", sentence):
        [most] = numbers(told[3])
        former = values[:-1]
        fits = [one for one in former if (one >= most if told[4] else one <= most)]
        assert (int(told[1]), int(told[2])) == (len(fits), len(former))
        assert 2 * len(fits) >= len(former)


def _none_moved(found: Course, known: list[Counted], title: str, sentence: str) -> None:
    assert all(last_turn(known, series) is None for series in Series)
    spread = {
        series: (
            max(series.count(one) for one in known) - min(series.count(one) for one in known),
            100 * (max(series.share(one) for one in known) - min(series.share(one) for one in known)),
        )
        for series in Series
    }
    wide = any(count >= LEAST_CHANGED and points >= LEAST_POINTS for count, points in spread.values())
    assert title == ("Contact goes up and down" if wide else "Contact is about as it was")
    said = set(numbers(sentence))
    for series in (Series.OVERDUE, Series.IN_TOUCH):
        values = [series.count(one) for one in known]
        assert {one for one in (min(values), max(values)) if one} <= said


few = st.integers(0, 500)


@given(few, few, st.none() | st.tuples(few, few))
@example(1, 0, (1, 0))
@example(0, 1, (3, 2))
def test_the_lede_says_its_numbers(in_touch: int, overdue: int, before: tuple[int, int] | None) -> None:
    said = str(said_as.lede(in_touch, in_touch + overdue, overdue, before))
    if not in_touch + overdue:
        assert said == "No relationship is going on."
        return
    if in_touch + overdue == 1:
        assert said.startswith("The only relationship is in touch. It is not overdue" if in_touch else
                               "The only relationship is not in touch. It is overdue")  # fmt: skip
        same = before in (None, (in_touch, overdue))
        assert numbers(said) == ([] if same else [*(before or ())])
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
    title, sentence = said_as.promises_title(found), str(said_as.promises_sentence(found, "2025Q4"))
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


@given(st.integers(0, 400), st.integers(0, 400), st.booleans())
def test_of_the_check_ins_asked_for_so_many_are_told_as_there_are(asked: int, met: int, rhythm: bool) -> None:
    asked, met = max(asked, met) if rhythm else 0, min(asked, met) if rhythm else 0
    found = pace(float(rhythm), asked, met)
    title = said_as.pace_title(found, asked, met)
    if not rhythm or not asked:
        assert found is (Pace.YOUNG if rhythm else Pace.UNKNOWN)
        assert not numbers(title.replace("No rhythm", "").replace("Check-ins needed", ""))
        return
    wanted = [] if met == asked else [1] if not met and asked == 1 else [0, asked] if not met else None
    told = numbers(title.replace("The one", "1"))
    if wanted is None:
        assert told == ([met, asked] if met >= 0.9 * asked else [asked - met, asked])
        assert ("did not happen" in title) is (found is Pace.SHORT)
    else:
        assert told == wanted
        assert title.startswith("All") is (met == asked)


@given(st.floats(1e-6, 500), st.floats(0, 500))
@example(7 / 5 / 30, 0.05)
@example(7 / 5 / 366, 0)
def test_what_is_needed_is_told_over_as_long_as_says_something(needed: float, happening: float) -> None:
    rate = said_as.Rate(needed, happening)
    assert rate.unit is unit(needed)
    told = needed * rate.unit
    assert told >= 1 or rate.unit is Unit.FOUR_WEEKS
    assert rate.unit is Unit.DAY or needed < 1
    said = [said_as.book_pace(rate), str(said_as.pace_sentence(Pace.YOUNG, rate, 0))]
    word = {Unit.DAY: "working day", Unit.WEEK: "week", Unit.FOUR_WEEKS: "our weeks"}[rate.unit]
    for one in said:
        assert word in one and f"{told:.1f}" in one
        assert ("none happened" in one) is (not happening)


def test_of_one_monthly_rhythm_it_is_said_what_it_asks_for() -> None:
    rate = said_as.Rate(7 / 5 / 30, 1 / 20)
    assert str(said_as.pace_sentence(pace(rate.needed, 1, 1), rate, 0)) == (
        "Four weeks need 0.9; in the last four 1.0 happened."
    )
    assert said_as.book_pace(rate) == "The rhythms ask for 0.9 check-ins in four weeks; of late 1.0 happened."
    assert said_as.book_pace(said_as.Rate(0.0, 0.2)) == ""


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
