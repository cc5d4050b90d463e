"""The ranking of Today, for any set of things that want somebody."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboards import today_words
from dashboards.today import ALWAYS_NAMED, MOST, Candidate, Reason, board

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


@given(CANDIDATES)
def test_heading_counts_what_stands_below_it_and_what_it_says_stands_elsewhere(candidates: list[Candidate]) -> None:
    made = board(candidates)
    for reason in Reason:
        below = [row for row in (*made.rows, *made.later) if row.worst.reason is reason]
        shown = sum(one.reason is reason for row in below for one in (row.worst, *row.also))
        assert made.count(reason) == shown + made.beside(reason)
        assert (today_words.elsewhere(made, reason) == "") == (made.beside(reason) == 0)


@given(CANDIDATES)
def test_who_waits_is_named_in_a_heading_and_the_headline(candidates: list[Candidate]) -> None:
    made = board(candidates)
    there = sorted({one.reason for one in candidates})
    shown = {row.worst.reason for row in made.rows}
    assert made.headings(shown) == [one for one in there if one in shown or one in ALWAYS_NAMED]
    assert made.headline[:2] == there[:2]
    assert (Reason.UNANSWERED in made.headline) == (Reason.UNANSWERED in there)


@given(CANDIDATES)
def test_critical_problem_is_never_behind_anything_else(candidates: list[Candidate]) -> None:
    made = board(candidates)
    critical = {one.relationship for one in candidates if one.reason is Reason.CRITICAL}
    assert {row.relationship for row in made.rows[: len(critical)]} <= critical
    assert made.beside(Reason.CRITICAL) == 0


def test_what_else_waits_is_told_in_words() -> None:
    found = [
        Candidate(1, reason, 0, key)
        for key, reason in enumerate(
            (Reason.CRITICAL, Reason.OURS_LATE, Reason.PROBLEM, Reason.PROBLEM, Reason.STEP, Reason.DUE)
        )
    ]
    made = board([*found, Candidate(2, Reason.PROBLEM, 0, 9)])
    assert today_words.besides(made.rows[0]) == (
        "Besides: a promise of ours is late, two problems are late, and 2 more"
    )
    assert today_words.besides(made.rows[1]) == ""
    assert today_words.elsewhere(made, Reason.PROBLEM) == "two of them with partners that want something worse"
