"""What to talk about (pure): every reason is told once, the worst first, whoever asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dashboards.one_to_one import (
    AT_ONCE,
    MOST,
    MOVED,
    PLACES,
    Base,
    Candidate,
    Change,
    Good,
    Row,
    Topic,
    moved,
    pick,
    start,
)
from dashboards.one_to_one_words import lede

TODAY = date(2026, 11, 29)
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        relationship=st.integers(1, 12),
        reason=st.sampled_from(Topic),
        rank=st.floats(-5, 5),
        key=st.integers(0, 4),
        new=st.booleans(),
    ),
    max_size=40,
)


@given(CANDIDATES)
def test_every_relationship_has_one_row_and_no_reason_is_lost(candidates: list[Candidate]) -> None:
    found = pick(candidates)
    rows = [*found.rows, *found.rest]
    assert len(found.rows) <= MOST
    assert (len(found.rest) == 0) or len(found.rows) == MOST
    assert sorted(row.relationship for row in rows) == sorted({one.relationship for one in candidates})
    for row in rows:
        wanted = {one.reason for one in candidates if one.relationship == row.relationship}
        assert {row.first.reason, *row.also} == wanted
        assert row.first.reason not in row.also and len(set(row.also)) == len(row.also)


# What is wrong today, whoever is asked; the rest may become so.
BROKEN = {Topic.PROBLEM, Topic.OURS_LATE, Topic.UNANSWERED, Topic.SILENT, Topic.OVERDUE}
Told = tuple[int, Topic | Good]


def told_of(row: Row, candidates: list[Candidate]) -> set[Told]:
    """What there is to say of a partner, by when it is told: at once, as new, as what was there already."""
    own = [one for one in candidates if one.relationship == row.relationship]
    return {(0 if one.reason in AT_ONCE else 1 if one.new else 2, one.reason) for one in own}


def turns(row: Row, candidates: list[Candidate]) -> list[int]:
    return sorted(turn for turn, _reason in told_of(row, candidates))


@given(CANDIDATES)
def test_the_worst_of_what_is_new_stands_first_between_rows_and_within_them(candidates: list[Candidate]) -> None:
    rows = pick(candidates, most=99).rows
    places = [row.first.tells for row in rows]
    assert places == sorted(places)
    for row in rows:
        assert row.first.place == min(one.place for one in candidates if one.relationship == row.relationship)


@given(CANDIDATES)
def test_what_is_critical_comes_first_then_whoever_has_news_then_the_rest(candidates: list[Candidate]) -> None:
    first = [turns(row, candidates)[0] for row in pick(candidates, most=99).rows]
    assert first == sorted(first)


@given(CANDIDATES)
def test_of_what_is_new_the_persons_own_word_stands_first(candidates: list[Candidate]) -> None:
    """No matter how much else is new: nothing but what is critical can push it off the sheet."""
    said = [(1, Topic.FEELING) in told_of(row, candidates) for row in pick(candidates, most=99).rows
            if turns(row, candidates)[0] > 0]  # fmt: skip
    assert said == sorted(said, reverse=True)


@given(CANDIDATES)
def test_of_what_came_at_one_time_what_is_broken_stands_before_what_may_break(candidates: list[Candidate]) -> None:
    rest = [one for one in candidates if one.reason not in AT_ONCE | {Topic.FEELING}]
    for new in (True, False):
        rows = pick([one for one in rest if one.new is new], most=99).rows
        broken = [bool({row.first.reason, *row.also} & BROKEN) for row in rows]
        assert broken == sorted(broken, reverse=True)


@given(CANDIDATES)
def test_who_has_the_same_reasons_and_more_is_never_below(candidates: list[Candidate]) -> None:
    rows = pick(candidates, most=99).rows
    for place, row in enumerate(rows):
        assert not any(told_of(row, candidates) < told_of(below, candidates) for below in rows[place + 1 :])


@given(CANDIDATES, st.integers(0, 30))
def test_to_be_new_never_moves_a_partner_down(candidates: list[Candidate], place: int) -> None:
    if place >= len(candidates):
        return
    one = candidates[place]
    before = [row.relationship for row in pick(candidates, most=99).rows]
    after = [
        row.relationship
        for row in pick([*candidates[:place], replace(one, new=True), *candidates[place + 1 :]], most=99).rows
    ]
    assert after.index(one.relationship) <= before.index(one.relationship)


@given(CANDIDATES, st.integers(1, 12), st.data())
def test_one_thing_more_of_any_kind_never_moves_it_down(
    candidates: list[Candidate], of: int, data: st.DataObject
) -> None:
    before = [row.relationship for row in pick(candidates, most=99).rows]
    more = Candidate(of, data.draw(st.sampled_from(Topic)), data.draw(st.floats(-5, 5)), 9, data.draw(st.booleans()))
    after = [row.relationship for row in pick([*candidates, more], most=99).rows]
    assert of not in before or after.index(of) <= before.index(of)
    assert [one for one in after if one != of] == [one for one in before if one != of]


@given(CANDIDATES)
def test_of_those_with_the_same_reasons_the_one_that_ranks_first_stands_first(candidates: list[Candidate]) -> None:
    rows = pick(candidates, most=99).rows
    for one, below in pairwise(rows):
        if told_of(one, candidates) == told_of(below, candidates):
            assert one.first.rank <= below.first.rank


@given(CANDIDATES, st.randoms())
def test_the_order_in_which_they_were_found_changes_nothing(candidates: list[Candidate], random: object) -> None:
    shuffled = list(candidates)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert pick(shuffled) == pick(candidates)


def test_reasons_of_both_kinds_are_never_taken_for_each_other() -> None:
    assert not {one.value for one in Topic} & {one.value for one in Good}
    assert len(PLACES) == len(Topic) + len(Good)


def test_it_counts_from_the_last_one_or_from_the_day_asked_for_or_four_weeks() -> None:
    held, asked = TODAY - timedelta(days=9), TODAY - timedelta(days=90)
    assert start(TODAY, None).day == TODAY - timedelta(weeks=4)
    assert start(TODAY, None).base is Base.WEEKS
    assert (start(TODAY, held).base, start(TODAY, held).day) == (Base.HELD, held)
    assert (start(TODAY, held, asked).base, start(TODAY, held, asked).day) == (Base.ASKED, asked)


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_standing_has_moved_from_five_points_on(before: int, after: int) -> None:
    what = moved(before, after)
    assert (what is None) == (abs(after - before) < MOVED)
    if what is not None:
        assert what is (Change.RISEN if after > before else Change.FALLEN)


def test_of_no_partner_nothing_is_counted() -> None:
    none, one = pick([]), pick([Candidate(1, Topic.OVERDUE, 0.0)])
    assert lede(0, none, none) == "No relationship is going on."
    assert lede(1, none, none) == "1 partner: nothing wants a conversation, and nothing new went well."
    assert lede(1, one, none) == "1 partner: one to talk about, no news of the good kind."
