"""Each other's meetings: counted once, in the quarter in which they were held."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from meetings import each_other
from meetings.each_other import Held, Span

TODAY = date(2026, 11, 23)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_four_quarters_of_the_calendar_the_last_of_them_running() -> None:
    begins = [one.begins for one in each_other.year([], TODAY).quarters]
    assert begins == [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1)]
    assert each_other.first_day(date(2026, 2, 28)) == date(2025, 4, 1)


def test_what_counts_as_each_others() -> None:
    meetings = [
        Held(ago(3), internal=True, ours=True, came=True),
        Held(ago(4), internal=True, ours=True, came=False),
        Held(ago(5), internal=True, ours=False, came=True),
        # Theirs, to which nobody of us went.
        Held(ago(6), internal=True, ours=False, came=False),
        Held(ago(7), internal=False, ours=True, came=True),
    ]
    whole = each_other.year(meetings, TODAY).whole
    assert whole == Span(date(2026, 1, 1), ours=2, came=1, theirs=1, all=5)
    assert (whole.internal, whole.per_cent) == (3, 60)
    assert each_other.year([], TODAY).whole.per_cent == 0


held = st.builds(Held, st.integers(-60, 500).map(ago), st.booleans(), st.booleans(), st.booleans())


@given(st.lists(held, max_size=20), st.integers(0, 400).map(ago))
def test_every_meeting_of_the_year_stands_in_one_quarter(meetings: list[Held], today: date) -> None:
    year = each_other.year(meetings, today)
    first = each_other.first_day(today)
    assert year.whole.all == sum(first <= one.on <= today for one in meetings)
    assert all(one.came <= one.ours and one.internal <= one.all and 0 <= one.per_cent <= 100 for one in year.quarters)
    assert [one.begins for one in year.quarters] == sorted({one.begins for one in year.quarters})
    assert 270 <= (today - first).days <= 366


@given(st.lists(held, max_size=12), st.randoms())
def test_order_does_not_matter(meetings: list[Held], dice: object) -> None:
    shuffled = list(meetings)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert each_other.year(shuffled, TODAY) == each_other.year(meetings, TODAY)
