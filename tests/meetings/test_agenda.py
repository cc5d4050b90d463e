"""The agenda as properties: of any candidates, and of whatever people made of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from meetings import agenda_words
from meetings.agenda import (
    BY_HAND,
    Agenda,
    Candidate,
    Kind,
    Row,
    Talks,
    answer_due_on,
    carry,
    days_late,
    days_too_late,
    drop,
    fits,
    kept_in_time,
    merge,
    move,
    pin,
    place,
    put_back,
    rank,
    reason,
    take_up,
    unpin,
    when_next,
)
from relationships import feedback
from relationships.cadence import Interval, Rest, is_booked
from relationships.notes import Side

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
near = st.integers(-40, 20).map(lambda days: TODAY + days * DAY)


def candidates(keys: st.SearchStrategy[str]) -> st.SearchStrategy[Candidate]:
    return st.builds(
        Candidate,
        key=keys,
        kind=st.sampled_from(Kind),
        relationship=st.integers(1, 2),
        side=st.sampled_from(Side),
        critical=st.booleans(),
        due_on=st.none() | near,
        since=st.none() | near,
        carried=st.integers(0, 3),
        minutes=st.none() | st.integers(0, 20),
    )


some = st.lists(candidates(st.sampled_from("abcdefgh")), max_size=10)
newcomers = candidates(st.just("new"))


@st.composite
def edited(draw: st.DrawFn) -> Agenda:
    """What people made of an agenda: any of the deeds, in any order."""
    agenda = merge(Agenda(), draw(some), TODAY)
    deeds: list[Callable[[Agenda, str, int], Agenda]] = [
        move,
        pin,
        lambda agenda, key, _at: drop(agenda, key),
        lambda agenda, key, _at: unpin(agenda, key),
    ]
    for deed in draw(st.lists(st.sampled_from(deeds), max_size=5)):
        if agenda.rows:
            row = draw(st.sampled_from(agenda.rows))
            agenda = deed(agenda, row.key, draw(st.integers(0, 8)))
    return agenda


def keys(rows: Sequence[Row] | Sequence[Candidate]) -> list[str]:
    return [row.key for row in rows]


def loose(agenda: Agenda) -> list[str]:
    return [row.key for row in agenda.rows if row.pinned_at is None]


def without(named: list[str], *others: str) -> list[str]:
    return [key for key in named if key not in others]


# The order -----------------------------------------------------------------------------------------------------------


@given(some)
def test_critical_then_late_then_carried(found: list[Candidate]) -> None:
    """No later one is worse than one before it, by each of the three in turn."""
    ranked = rank(found, TODAY)
    assert sorted(keys(ranked)) == sorted({one.key for one in found})
    for index, one in enumerate(ranked):
        for below in ranked[index + 1 :]:
            assert one.critical or not below.critical
            if one.critical == below.critical:
                assert days_late(one, TODAY) >= days_late(below, TODAY)
                if days_late(one, TODAY) == days_late(below, TODAY):
                    assert one.carried >= below.carried


@given(some, st.randoms(use_true_random=False))
def test_the_order_in_which_they_come_does_not_matter(found: list[Candidate], shuffling: Random) -> None:
    mixed = list(found)
    shuffling.shuffle(mixed)
    assert rank(mixed, TODAY) == rank(found, TODAY)


@given(some, newcomers)
def test_adding_one_reorders_no_other(found: list[Candidate], new: Candidate) -> None:
    assert without(keys(rank([*found, new], TODAY)), "new") == keys(rank(found, TODAY))


@given(candidates(st.just("a")), st.integers(1, 5))
def test_fresh_facts_count_and_the_count_of_what_was_carried(fresh: Candidate, times: int) -> None:
    stale = replace(fresh, critical=not fresh.critical, carried=fresh.carried + times, carried_from=TODAY - DAY)
    assert rank([stale, fresh], TODAY) == (replace(fresh, carried=stale.carried, carried_from=TODAY - DAY),)


@given(st.integers(0, 12))
def test_feedback_is_late_on_the_day_on_which_it_stands_on_today(waits: int) -> None:
    heard_on = TODAY - waits * DAY
    one = Candidate("feedback:1", Kind.FEEDBACK, 1, due_on=answer_due_on(heard_on), since=heard_on)
    assert (days_late(one, TODAY) > 0) == feedback.waits_long(heard_on, None, TODAY)


# What people made of it ----------------------------------------------------------------------------------------------


@given(some)
def test_agenda_that_nobody_touched_stands_in_order_of_priority(found: list[Candidate]) -> None:
    made = merge(Agenda(), found, TODAY)
    assert [row.candidate for row in made.rows] == list(rank(found, TODAY))
    assert [row.minutes for row in made.rows] == [one.takes for one in rank(found, TODAY)]


@given(edited(), some)
def test_untouched_rows_stay_in_order_whatever_became_true(agenda: Agenda, found: list[Candidate]) -> None:
    made = merge(agenda, found, TODAY)
    places = [place(row.candidate, TODAY) for row in made.rows if row.untouched]
    assert places == sorted(places)
    assert merge(made, found, TODAY) == made
    assert len({*keys(made.rows), *keys(made.dropped)}) == len(made.rows) + len(made.dropped)


@given(edited(), some)
def test_nothing_is_lost_and_dropped_stays_out(agenda: Agenda, found: list[Candidate]) -> None:
    made = merge(agenda, found, TODAY)
    assert keys(made.dropped) == keys(agenda.dropped)
    stay = {row.key for row in agenda.rows if not row.untouched or row.candidate.kind in BY_HAND}
    assert set(keys(made.rows)) == (stay | {one.key for one in found}) - set(keys(agenda.dropped))
    told = {row.key for row in made.rows if row.settled}
    by_hand = {row.key for row in made.rows if row.candidate.kind in BY_HAND}
    assert told == set(keys(made.rows)) - {one.key for one in found} - by_hand


@given(edited(), some)
def test_pinned_row_keeps_its_place(agenda: Agenda, found: list[Candidate]) -> None:
    """Where there are fewer rows than that they are the last, in their order."""
    made = merge(agenda, found, TODAY)
    pinned = [(index, row) for index, row in enumerate(made.rows) if row.pinned_at is not None]
    assert {row.key for _, row in pinned} == {row.key for row in agenda.rows if row.pinned_at is not None}
    ats = [row.pinned_at or 0 for _, row in pinned]
    assert ats == sorted(ats)
    for number, (index, row) in enumerate(pinned):
        is_tail = index == len(made.rows) - (len(pinned) - number)
        pushed = number > 0 and ats[number] <= pinned[number - 1][0]
        assert index == row.pinned_at or pushed or (is_tail and index < ats[number])


@given(edited(), some, newcomers)
def test_new_one_reorders_no_other_of_an_edited_agenda(agenda: Agenda, found: list[Candidate], new: Candidate) -> None:
    with_new, made = merge(agenda, [*found, new], TODAY), merge(agenda, found, TODAY)
    assert without(loose(with_new), "new") == loose(made)
    assert loose(merge(made, [*found, new], TODAY)) == loose(with_new)


@given(edited())
def test_moved_rows_keep_their_neighbours_while_nothing_changes(agenda: Agenda) -> None:
    facts = [row.candidate for row in (*agenda.rows, *agenda.dropped)]
    assert loose(merge(agenda, facts, TODAY)) == loose(agenda)


@given(some, st.integers(0, 9), st.data())
def test_row_is_where_it_was_moved_or_pinned_to_and_dropped_comes_back(
    found: list[Candidate], to: int, data: st.DataObject
) -> None:
    made = merge(Agenda(), found, TODAY)
    if not made.rows:
        return
    row = data.draw(st.sampled_from(made.rows))
    at = min(to, len(made.rows) - 1)
    for deed in (move, pin):
        after = deed(made, row.key, to)
        assert keys(after.rows)[at] == row.key
        assert without(keys(after.rows), row.key) == without(keys(made.rows), row.key)
    assert put_back(drop(made, row.key), row.key, TODAY) == made


def test_what_became_critical_goes_up_and_the_moved_row_stays_under_its_neighbour() -> None:
    found = [
        Candidate(key, Kind.OUR_PROMISE, 1, due_on=TODAY - late * DAY)
        for key, late in zip("abcd", (9, 8, 7, 6), strict=True)
    ]
    made = move(merge(Agenda(), [*found, Candidate("m", Kind.PLAY, 1)], TODAY), "m", 2)
    assert keys(made.rows) == ["a", "b", "m", "c", "d"]
    worse = [*found[:3], replace(found[3], critical=True), Candidate("m", Kind.PLAY, 1)]
    assert keys(merge(made, worse, TODAY).rows) == ["d", "a", "b", "m", "c"]


@given(edited())
def test_carried_rises_by_one_each_time_from_the_first_meeting(agenda: Agenda) -> None:
    first = carry(agenda.rows, TODAY)
    again = carry(merge(Agenda(), first, TODAY).rows, TODAY + 7 * DAY)
    before = {row.key: row for row in agenda.rows}
    assert {one.key: one.carried for one in first} == {key: row.candidate.carried + 1 for key, row in before.items()}
    assert {one.key: one.carried for one in again} == {key: row.candidate.carried + 2 for key, row in before.items()}
    assert {one.carried_from for one in (*first, *again)} <= {TODAY}
    assert all(one.takes == before[one.key].minutes for one in first)
    assert Kind.WRITTEN not in {one.kind for one in first}


@given(edited(), st.integers(0, 60))
def test_only_what_nobody_asked_for_waits_and_nothing_is_lost(agenda: Agenda, length: int) -> None:
    kept, waiting = kept_in_time(agenda, length)
    assert sorted(keys([*kept.rows, *waiting])) == sorted(keys(agenda.rows))
    assert kept.dropped == agenda.dropped
    fitting = fits([row.minutes for row in agenda.rows], length).fitting
    assert kept.rows[: fitting + 1] == agenda.rows[: fitting + 1]
    for row in waiting:
        assert row.untouched
        assert not row.candidate.critical
        assert row.candidate.kind not in BY_HAND
    # Whoever puts one on keeps it there.
    for row in waiting:
        after, still = kept_in_time(take_up(kept, row), length)
        assert row.key in after.by_key
        assert row.key not in keys(still)


# The time, and the next one ------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 30), max_size=8), st.integers(0, 120))
def test_rows_fit_that_end_in_time(minutes: list[int], length: int) -> None:
    fit, used = fits(minutes, length), 0
    for index, takes in enumerate(minutes):
        used += takes
        assert (index < fit.fitting) == (used <= length)
    assert (fit.over > 0) == (fit.fitting < len(minutes))
    assert fit.over == max(0, used - length)
    assert used <= fit.enough < used + 5


intervals = st.lists(
    st.builds(
        lambda ago, every, lasts: Interval(
            TODAY - ago * DAY, every, None if lasts is None else TODAY + (lasts - ago) * DAY
        ),
        st.integers(-30, 60),
        st.integers(1, 40),
        st.none() | st.integers(0, 60),
    ),
    max_size=3,
)
talks = st.builds(
    Talks,
    last_touch_on=st.none() | st.integers(0, 60).map(lambda ago: TODAY - ago * DAY),
    intervals=intervals,
    rests=st.lists(st.integers(0, 20).map(lambda more: Rest(TODAY, TODAY + more * DAY)), max_size=1),
    workdays=st.sets(st.integers(0, 6), min_size=1),
)


def walked(talks: Talks, begin: date) -> date | None:
    """The last working day before the first on which it is past due; the first working day where there is none."""
    days = [begin + ahead * DAY for ahead in range(120)]
    past = next((day for day in days if day > (talks.schedule(day).due_on or day)), None)
    if past is None:
        return None
    working = [day for day in days[1:] if day.weekday() in talks.workdays]
    return max((day for day in working if day < past), default=working[0])


@given(talks, st.lists(st.integers(-5, 20).map(lambda ahead: TODAY + ahead * DAY), max_size=4))
def test_next_is_proposed_in_the_first_gap_that_planned_meetings_leave(talks: Talks, planned: list[date]) -> None:
    day = when_next(talks, TODAY, planned)
    ahead = sorted(on for on in planned if on >= TODAY)
    if day is None:
        assert walked(talks.after(ahead[-1]), ahead[-1]) is None if ahead else walked(talks, TODAY) is None
        return
    assert day > TODAY and day not in planned
    held, begin = talks, TODAY
    for on in ahead:
        sooner = walked(held, begin)
        late = sooner is not None and on > sooner and days_too_late(held, on) > 0
        if late and not is_booked(begin, on, held.schedule(begin).every_days):
            break
        assert on < day
        held, begin = held.after(on), on
    assert day == walked(held, begin)
    assert all(on <= begin or on > day for on in ahead)


def test_gap_before_a_meeting_that_comes_too_late_is_proposed() -> None:
    """Weekly with 1 day of grace, quiet since Monday 16 November; the meetings that are planned come too late."""
    weekly = Talks(date(2026, 11, 16), [Interval(date(2026, 1, 1), 7)])
    saturday, late, later = date(2026, 11, 28), date(2026, 12, 10), date(2027, 3, 11)
    assert when_next(weekly, saturday, [later, late]) == date(2026, 11, 30)
    # With Monday taken it is the week from there; one that is near leaves nobody to be asked before it.
    assert when_next(weekly, saturday, [later, late, date(2026, 11, 30)]) == date(2026, 12, 7)
    assert when_next(weekly, saturday, [date(2026, 12, 1)]) == date(2026, 12, 8)


def test_friday_for_a_sunday_and_too_late_once_the_grace_is_over() -> None:
    """Every 14 days with 2 of grace, the last on Sunday 15 November."""
    fortnightly = Talks(date(2026, 11, 15), [Interval(date(2026, 1, 1), 14)])
    assert when_next(fortnightly, TODAY) == date(2026, 11, 27)
    found = [days_too_late(fortnightly, date(2026, 11, 29) + more * DAY) for more in range(5)]
    assert found == [0, 0, 0, 3, 4]
    assert when_next(fortnightly, TODAY, [date(2026, 11, 27)]) == date(2026, 12, 11)
    assert when_next(Talks(TODAY, []), TODAY) is None


# Words ---------------------------------------------------------------------------------------------------------------


def test_reasons_in_words() -> None:
    def why(kind: Kind, **more: object) -> str:
        one = replace(Candidate("a", kind, 1), **more)  # type: ignore[arg-type]
        return agenda_words.why(reason(one, TODAY, TODAY + 10 * DAY), TODAY)

    late, may, friday = date(2026, 11, 12), date(2026, 5, 26), date(2026, 11, 27)
    assert why(Kind.OUR_PROMISE, due_on=late) == "Our promise of 12 November is 11 days late."
    assert why(Kind.THEIR_PROMISE, due_on=friday) == "Their promise, due on Friday, before we meet."
    assert why(Kind.PROBLEM, since=late, due_on=friday) == "Open since 12 November, to be solved by Friday."
    assert why(Kind.FEEDBACK, since=date(2026, 11, 2)) == "Said on 2 November, unanswered for 21 days."
    assert why(Kind.CARRIED, carried=2, carried_from=may) == "Carried over twice, first on 26 May."
    assert why(Kind.WRITTEN, side=Side.THEIRS, carried=3) == "Put on by them; carried over three times."
    assert why(Kind.TOPIC, since=TODAY - 96 * DAY) == "Not talked about for 96 days."
    assert why(Kind.VIEW, since=late) == "They see it otherwise than we do, as was said on 12 November."
    assert all(why(kind).endswith(".") and why(kind)[0].isupper() for kind in Kind)


@given(st.sampled_from([Kind.OUR_PROMISE, Kind.THEIR_PROMISE]), near, near)
def test_broken_promise_is_never_said_to_be_late_or_due(kind: Kind, due_on: date, broken_on: date) -> None:
    said = agenda_words.why(reason(Candidate("promise:1", kind, 1, due_on=due_on, since=broken_on), TODAY), TODAY)
    assert said.startswith("Our" if kind is Kind.OUR_PROMISE else "Their")
    assert "was broken" in said and said.endswith("has no new plan.")
    assert "late" not in said and "due" not in said


def test_time_in_words() -> None:
    fit = fits([10, 10, 15, 8, 5, 8, 10], 60)
    assert (fit.fitting, agenda_words.time(fit), agenda_words.over(fit)) == (6, "66 of 60 minutes", "six minutes over")
    assert agenda_words.remedy(fit, 7) == "Drop the last item, or ask for 70 minutes."
