"""What to talk about (pure): every reason is told once, the worst first, whoever asks."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dashboards.one_to_one import MOST, MOVED, PLACES, Base, Candidate, Change, Good, Topic, moved, pick, start

TODAY = date(2026, 11, 29)
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        relationship=st.integers(1, 12),
        reason=st.sampled_from(Topic),
        rank=st.floats(-5, 5),
        key=st.integers(0, 4),
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


@given(CANDIDATES)
def test_the_worst_stands_first_between_rows_and_within_them(candidates: list[Candidate]) -> None:
    found = pick(candidates)
    rows = [*found.rows, *found.rest]
    places = [row.first.place for row in rows]
    assert places == sorted(places)
    for row in rows:
        assert row.first.place == min(one.place for one in candidates if one.relationship == row.relationship)
        assert all(PLACES[row.first.reason] < PLACES[one] for one in row.also)


@given(CANDIDATES, st.randoms())
def test_the_order_in_which_they_were_found_changes_nothing(candidates: list[Candidate], random: object) -> None:
    shuffled = list(candidates)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert pick(shuffled) == pick(candidates)


@given(CANDIDATES, st.integers(1, 12))
def test_one_reason_more_moves_nobody_down_but_those_behind_it(candidates: list[Candidate], which: int) -> None:
    before = [row.relationship for row in pick(candidates, most=99).rows if row.relationship != which]
    more = [*candidates, Candidate(which, Topic.CRITICAL, -9.0)]
    after = pick(more, most=99).rows
    assert after[0].relationship == which
    assert [row.relationship for row in after[1:]] == before


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
