"""The ranking of Today, for any set of things that want somebody."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboards.today import MOST, Candidate, Reason, board

CANDIDATES = st.lists(
    st.builds(
        Candidate,
        relationship=st.integers(1, 12),
        reason=st.sampled_from(Reason),
        rank=st.integers(-50, 50),
        key=st.integers(1, 10_000),
    ),
    max_size=60,
)


@given(CANDIDATES)
def test_at_most_seven_and_one_per_relationship(candidates: list[Candidate]) -> None:
    made = board(candidates)
    named = [row.relationship for row in (*made.rows, *made.later)]
    assert len(made.rows) == min(MOST, len(set(named)))
    assert len(named) == len(set(named)) == made.total
    assert set(named) == {one.relationship for one in candidates}


@given(CANDIDATES)
def test_worst_first_inside_a_row_and_from_row_to_row(candidates: list[Candidate]) -> None:
    made = board(candidates)
    rows = [*made.rows, *made.later]
    assert [row.worst.place for row in rows] == sorted(row.worst.place for row in rows)
    for row in rows:
        assert all(row.worst.place <= other.place for other in row.also)


@given(CANDIDATES)
def test_nothing_is_lost(candidates: list[Candidate]) -> None:
    made = board(candidates)
    told = [one for row in (*made.rows, *made.later) for one in (row.worst, *row.also)]
    assert sorted(told, key=lambda one: one.place) == sorted(candidates, key=lambda one: one.place)
    assert sum(made.headed(reason) for reason in Reason) == made.total
    assert sum(made.count(reason) for reason in Reason) == len(candidates)


@given(CANDIDATES, st.randoms())
def test_the_order_in_which_they_come_does_not_matter(candidates: list[Candidate], shuffling: object) -> None:
    mixed = list(candidates)
    shuffling.shuffle(mixed)  # type: ignore[attr-defined]
    assert board(mixed) == board(candidates)


def test_late_promise_of_ours_stands_before_the_most_overdue_partner() -> None:
    late = Candidate(1, Reason.OURS_LATE, 5, 10)
    overdue = Candidate(2, Reason.OVERDUE, -99, 2)
    also = Candidate(1, Reason.STEP, 0, 11)
    made = board([overdue, also, late])
    assert [row.worst for row in made.rows] == [late, overdue]
    assert made.rows[0].also == (also,)
