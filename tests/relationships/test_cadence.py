"""The rhythm against a slow oracle that walks the calendar day by day, written from the words of the agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from relationships import cadence
from relationships.cadence import Interval, Rest, Schedule, State

DAY = timedelta(days=1)
FIRST = date(2023, 12, 1)
days = st.dates(FIRST, date(2026, 4, 30))
workdays = st.sets(st.integers(0, 6), min_size=1).map(sorted)
every = st.one_of(st.integers(1, 31), st.integers(1, 366))
lasting = st.builds(Interval, days, every)
for_a_while = st.builds(
    lambda day, often, more: Interval(day, often, day + more * DAY), days, every, st.integers(0, 90)
)
intervals = st.lists(lasting | for_a_while, max_size=4)
rests = st.lists(st.builds(lambda day, more: Rest(day, day + more * DAY), days, st.integers(0, 40)), max_size=4)


# The oracle --------------------------------------------------------------------------------------------------------


def walk_agreement(agreements: Sequence[Interval], today: date) -> Interval | None:
    """Which agreement stands today: day by day, each is laid upon the others on its first day, in the order made,
    and taken out of the pile when its last day is over; the one on top stands."""
    pile: list[Interval] = []
    day = min((agreement.starts_on for agreement in agreements), default=today)
    while day <= today:
        pile = [agreement for agreement in pile if agreement.ends_on is None or agreement.ends_on >= day]
        pile += [agreement for agreement in agreements if agreement.starts_on == day]
        day += DAY
    return pile[-1] if pile else None


def walk_to_the_next_change(agreements: Sequence[Interval], today: date) -> date | None:
    """The first later day on which another of them stands; the last on which that could be is known."""
    known = [
        *(agreement.starts_on for agreement in agreements),
        *(agreement.ends_on or FIRST for agreement in agreements),
    ]
    standing = walk_agreement(agreements, today)
    day = today
    while day <= max(known, default=today):
        day += DAY
        found = walk_agreement(agreements, day)
        if found is not standing:
            return day
    return None


def agreement_judging(
    touch: date | None, standing: Interval, agreements: Sequence[Interval], working: Sequence[int]
) -> Interval:
    """Whose silence it is: one for a while leaves alone what was due, unsnoozed, before its first day."""
    if standing.ends_on is None:
        return standing
    former = walk_agreement(agreements, standing.starts_on - DAY)
    if former is None:
        return standing
    former = agreement_judging(touch, former, agreements, working)
    start = former.starts_on if touch is None else touch
    return former if walk_silence(start, former, [], working)[0] < standing.starts_on else standing


def walk_silence(
    start: date, agreement: Interval, snoozes: Sequence[Rest], working: Sequence[int]
) -> tuple[date, date, date]:
    """The first day due if nobody had snoozed, the first day due, the first day overdue; one day at a time.

    Before one that is for a while begins, no day can be due for its sake."""
    agreed = agreement.every_days
    grace = min(agreed // 7, 31 - agreed if agreed <= 31 else 0)
    silent = past_due = 0
    unsnoozed = due = overdue = None
    day = start
    while overdue is None:
        day += DAY
        if unsnoozed is not None:
            past_due += 1
        if agreed >= 7 or day.weekday() in working:
            silent += 1
        begun = agreement.ends_on is None or day >= agreement.starts_on
        if silent >= agreed and begun and unsnoozed is None:
            unsnoozed = day
        asleep = any(snooze.from_on >= start and day <= snooze.until_on for snooze in snoozes)
        if unsnoozed is not None and not asleep:
            due = due or day
            if past_due > grace:
                overdue = day
    assert unsnoozed is not None and due is not None
    return unsnoozed, due, overdue


def oracle(
    today: date, touch: date | None, agreements: Sequence[Interval], snoozes: Sequence[Rest], working: Sequence[int]
) -> Schedule:
    changes_on = walk_to_the_next_change(agreements, today)
    agreement = walk_agreement(agreements, today)
    if agreement is None:
        return Schedule(changes_on=changes_on)
    judging = agreement_judging(touch, agreement, agreements, working)
    start = judging.starts_on if touch is None else touch
    unsnoozed, due, overdue = walk_silence(start, judging, snoozes, working)
    return Schedule(agreement.every_days, start, unsnoozed, due, overdue, changes_on)


# The whole of it ---------------------------------------------------------------------------------------------------


@given(today=days, touch=st.none() | days, agreements=intervals, snoozes=rests, working=workdays)
@example(
    today=date(2024, 2, 29),
    touch=date(2024, 1, 31),
    agreements=[Interval(FIRST, 30)],
    snoozes=[],
    working=[0, 1, 2, 3, 4],
)
@settings(deadline=None)
def test_schedule_equals_walk_through_the_calendar(
    today: date, touch: date | None, agreements: list[Interval], snoozes: list[Rest], working: list[int]
) -> None:
    found = cadence.schedule(today=today, last_touch_on=touch, intervals=agreements, rests=snoozes, workdays=working)
    assert found == oracle(today, touch, agreements, snoozes, working)


def test_tighter_for_a_while_and_back_by_itself() -> None:
    """Every 30 days; weekly in March. The due day is reckoned anew from the last touch, not from the change."""
    agreements = [Interval(FIRST, 30), Interval(date(2024, 3, 1), 7, date(2024, 3, 31))]
    touch = date(2024, 2, 27)

    def on(day: date) -> tuple[int | None, date | None, date | None]:
        found = cadence.schedule(today=day, last_touch_on=touch, intervals=agreements)
        return found.every_days, found.due_on, found.changes_on

    assert on(date(2024, 2, 29)) == (30, date(2024, 3, 28), date(2024, 3, 1))
    assert on(date(2024, 3, 1)) == (7, date(2024, 3, 5), date(2024, 4, 1))
    assert on(date(2024, 3, 31)) == (7, date(2024, 3, 5), date(2024, 4, 1))
    assert on(date(2024, 4, 1)) == (30, date(2024, 3, 28), None)


def test_tighter_for_a_while_is_not_broken_the_moment_it_begins() -> None:
    """In touch twelve days ago, every 14; every 5 days from today, a Wednesday: due today, overdue tomorrow."""
    today = date(2024, 3, 13)
    agreements = [Interval(FIRST, 14), Interval(today, 5, today + 20 * DAY)]
    found = cadence.schedule(today=today, last_touch_on=today - 12 * DAY, intervals=agreements)
    assert (found.base_due_on, found.due_on, found.overdue_from) == (today, today, today + DAY)
    weekly = [Interval(FIRST, 14), Interval(today, 7, today + 20 * DAY)]
    found = cadence.schedule(today=today, last_touch_on=today - 12 * DAY, intervals=weekly)
    assert (found.base_due_on, found.overdue_from) == (today, today + 2 * DAY)


def test_tightened_while_overdue_it_stays_overdue() -> None:
    """Every 14 days, due on the tenth of March and overdue from the thirteenth; on the twentieth weekly for a while."""
    touch, today = date(2024, 2, 25), date(2024, 3, 20)
    lasting, tight = Interval(FIRST, 14), Interval(today, 7, today + 20 * DAY)
    found = cadence.schedule(today=today, last_touch_on=touch, intervals=[lasting, tight])
    assert (found.every_days, found.counts_from) == (7, touch)
    assert (found.base_due_on, found.overdue_from) == (date(2024, 3, 10), date(2024, 3, 13))
    # Once they have spoken it counts.
    found = cadence.schedule(today=today, last_touch_on=today, intervals=[lasting, tight])
    assert (found.base_due_on, found.overdue_from) == (today + 7 * DAY, today + 9 * DAY)


@given(
    begins=days, span=st.integers(0, 90), into=st.integers(0, 90), every_days=every, touch=st.none() | days,
    agreements=intervals, snoozes=rests, working=workdays,
)  # fmt: skip
def test_one_for_a_while_asks_for_nothing_before_its_first_day(
    begins: date,
    span: int,
    into: int,
    every_days: int,
    touch: date | None,
    agreements: list[Interval],
    snoozes: list[Rest],
    working: list[int],
) -> None:
    """What was due before it began is due since then, and overdue when it would have been."""
    beneath = [agreement for agreement in agreements if agreement.starts_on <= begins]
    before, found = (
        cadence.schedule(today=day, last_touch_on=touch, intervals=those, rests=snoozes, workdays=working)
        for day, those in (
            (begins - DAY, beneath),
            (begins + min(span, into) * DAY, [*beneath, Interval(begins, every_days, begins + span * DAY)]),
        )
    )
    assert found.every_days == every_days
    assert found.base_due_on is not None and found.due_on is not None and found.overdue_from is not None
    if before.base_due_on is not None and before.base_due_on < begins:
        assert replace(found, every_days=before.every_days, changes_on=before.changes_on) == before
        return
    assert begins <= found.base_due_on <= found.due_on
    assert found.overdue_from > found.base_due_on + (cadence.grace(every_days)) * DAY


@given(
    touch=days, since=st.integers(0, 400), every_days=st.integers(7, 365), more=st.integers(1, 100),
    snoozes=rests,
)  # fmt: skip
def test_tightened_in_time_it_is_due_no_later(
    touch: date, since: int, every_days: int, more: int, snoozes: list[Rest]
) -> None:
    """Begun no later than the check-in was due anyway, and in force on its first day."""
    longer = every_days + more
    begins = touch + min(since, longer) * DAY
    lasting, tight = Interval(FIRST, longer), Interval(begins, every_days, begins + 30 * DAY)
    before, after = (
        cadence.schedule(today=begins, last_touch_on=touch, intervals=those, rests=snoozes)
        for those in ([lasting], [lasting, tight])
    )
    assert before.due_on is not None and after.due_on is not None
    assert after.due_on <= before.due_on


@given(begins=days, ago=st.integers(1, 200), every_days=every, touch=st.none() | days, agreements=intervals)
def test_before_its_first_day_one_for_a_while_changes_nothing(
    begins: date, ago: int, every_days: int, touch: date | None, agreements: list[Interval]
) -> None:
    coming = Interval(begins, every_days, begins + 9 * DAY)
    today = begins - ago * DAY
    without = cadence.schedule(today=today, last_touch_on=touch, intervals=agreements)
    found = cadence.schedule(today=today, last_touch_on=touch, intervals=[*agreements, coming])
    assert replace(found, changes_on=without.changes_on) == without


def test_one_for_a_while_with_nothing_beneath_leaves_no_rhythm() -> None:
    found = cadence.schedule(today=FIRST + DAY, last_touch_on=FIRST, intervals=[Interval(FIRST, 7, FIRST)])
    assert found == Schedule()


@given(today=days, touch=st.none() | days, agreements=intervals, snoozes=rests)
def test_schedule_stopped_has_no_dates(
    today: date, touch: date | None, agreements: list[Interval], snoozes: list[Rest]
) -> None:
    found = cadence.schedule(today=today, last_touch_on=touch, intervals=agreements, rests=snoozes, stopped=True)
    assert found == Schedule()


def test_schedule_without_agreement_has_no_dates() -> None:
    assert cadence.schedule(today=FIRST, last_touch_on=FIRST, intervals=[]) == Schedule()


def test_schedule_of_an_agreement_still_to_come_knows_only_its_first_day() -> None:
    coming = [Interval(date(2024, 3, 5), 14), Interval(date(2024, 3, 2), 30)]
    found = cadence.schedule(today=date(2024, 3, 1), last_touch_on=FIRST, intervals=coming)
    assert found == Schedule(changes_on=date(2024, 3, 2))


@pytest.mark.parametrize(
    ("every_days", "start", "due", "overdue"),
    [
        (30, "2024-01-31", "2024-03-01", "2024-03-03"),  # grace 1: 30 + 1 is the longest month
        (31, "2024-01-31", "2024-03-02", "2024-03-03"),  # grace 0
        (28, "2024-01-31", "2024-02-28", "2024-03-03"),  # grace 3, not 4
        (14, "2024-01-31", "2024-02-14", "2024-02-17"),
        (7, "2024-01-31", "2024-02-07", "2024-02-09"),
        (90, "2024-01-31", "2024-04-30", "2024-05-01"),
        (1, "2024-02-02", "2024-02-05", "2024-02-06"),  # a Friday; due on Monday
        (5, "2024-02-02", "2024-02-09", "2024-02-10"),
        (6, "2024-02-03", "2024-02-12", "2024-02-13"),  # a Saturday
    ],
)
def test_schedule_worked_by_hand(every_days: int, start: str, due: str, overdue: str) -> None:
    touch = date.fromisoformat(start)
    found = cadence.schedule(today=touch, last_touch_on=touch, intervals=[Interval(FIRST, every_days)])
    assert (found.due_on, found.overdue_from) == (date.fromisoformat(due), date.fromisoformat(overdue))


# What always holds -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("every_days", range(1, 367))
def test_grace_never_stretches_a_month(every_days: int) -> None:
    grace = cadence.grace(every_days)
    assert 0 <= grace <= every_days / 7
    assert every_days + grace <= max(31, every_days)


@given(touch=days, every_days=st.integers(7, 31))
def test_overdue_at_latest_when_a_month_is_over(touch: date, every_days: int) -> None:
    found = cadence.schedule(today=touch, last_touch_on=touch, intervals=[Interval(FIRST, every_days)])
    assert found.overdue_from is not None
    assert found.overdue_from - touch <= 32 * DAY


@given(today=days, one=days, other=days, agreements=intervals, working=workdays)
def test_later_touch_never_due_earlier(
    today: date, one: date, other: date, agreements: list[Interval], working: list[int]
) -> None:
    found = [
        cadence.schedule(today=today, last_touch_on=touch, intervals=agreements, workdays=working)
        for touch in sorted([one, other])
    ]
    if found[0].due_on is not None:
        assert found[1].due_on is not None and found[0].overdue_from is not None and found[1].overdue_from is not None
        assert found[0].due_on <= found[1].due_on
        assert found[0].overdue_from <= found[1].overdue_from


@given(today=days, touch=st.none() | days, agreements=intervals, snoozes=rests, more=rests)
def test_snooze_never_makes_it_due_earlier(
    today: date, touch: date | None, agreements: list[Interval], snoozes: list[Rest], more: list[Rest]
) -> None:
    before = cadence.schedule(today=today, last_touch_on=touch, intervals=agreements, rests=snoozes)
    after = cadence.schedule(today=today, last_touch_on=touch, intervals=agreements, rests=[*snoozes, *more])
    assert before.base_due_on == after.base_due_on
    if before.due_on is not None and before.overdue_from is not None:
        assert after.due_on is not None and after.overdue_from is not None
        assert before.due_on <= after.due_on and before.overdue_from <= after.overdue_from


@given(today=days, begins=st.integers(0, 700), every_days=every, snoozes=rests, working=workdays)
def test_touch_today_is_in_touch(
    today: date, begins: int, every_days: int, snoozes: list[Rest], working: list[int]
) -> None:
    agreement = Interval(today - begins * DAY, every_days)
    found = cadence.schedule(today=today, last_touch_on=today, intervals=[agreement], rests=snoozes, workdays=working)
    state = cadence.state(
        today=today, paused=False, due_on=found.due_on, overdue_from=found.overdue_from, last_touch_on=today
    )
    assert state == State.IN_TOUCH


@given(today=days, touch=st.none() | days, agreements=intervals, snoozes=rests)
def test_dates_stand_still_until_the_next_agreement_begins(
    today: date, touch: date | None, agreements: list[Interval], snoozes: list[Rest]
) -> None:
    """Nothing has to be written just because a day has passed."""
    stored = cadence.schedule(today=today, last_touch_on=touch, intervals=agreements, rests=snoozes)
    last = (stored.changes_on or today + 60 * DAY) - DAY
    for day in (today, today + (last - today) // 2, last):
        found = cadence.schedule(today=day, last_touch_on=touch, intervals=agreements, rests=snoozes)
        assert found == stored


@given(snoozes=rests, start=days)
def test_snoozed_days_are_those_of_a_calendar(snoozes: list[Rest], start: date) -> None:
    crossed = {
        snooze.from_on + number * DAY
        for snooze in snoozes
        if snooze.from_on >= start
        for number in range((snooze.until_on - snooze.from_on).days + 1)
    }
    assert cadence.snoozed_days(cadence.of_this_gap(snoozes, start)) == len(crossed)


def test_snoozed_days_of_none_are_none() -> None:
    assert cadence.snoozed_days([]) == 0


def test_due_after_without_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="no working day"):
        cadence.due_after(FIRST, 3, [])


@given(every_days=every, start=days, agreements=intervals)
def test_later_made_agreement_of_the_same_day_counts(every_days: int, start: date, agreements: list[Interval]) -> None:
    newest = [replace(agreement, starts_on=min(agreement.starts_on, start)) for agreement in agreements]
    assert cadence.in_force([*newest, Interval(start, every_days)], start) == len(newest)


# States ------------------------------------------------------------------------------------------------------------


@given(
    today=days,
    paused=st.booleans(),
    due_in=st.none() | st.integers(-40, 40),
    grace=st.integers(1, 5),
    touched=st.booleans(),
)
def test_state_is_the_first_that_matches(
    today: date, paused: bool, due_in: int | None, grace: int, touched: bool
) -> None:
    due_on = None if due_in is None else today + due_in * DAY
    overdue_from = None if due_on is None else due_on + grace * DAY
    holds = {
        State.PAUSED: paused,
        State.NO_CADENCE: due_on is None,
        State.OVERDUE: overdue_from is not None and (today - overdue_from).days >= 0,
        State.DUE: due_on is not None and (today - due_on).days >= 0,
        State.NEW: not touched,
        State.IN_TOUCH: True,
    }
    found = cadence.state(
        today=today, paused=paused, due_on=due_on, overdue_from=overdue_from, last_touch_on=FIRST if touched else None
    )
    assert found == next(state for state, held in holds.items() if held)


@given(late=st.integers(1, 400), weekly=st.integers(1, 30), longer=st.integers(1, 300))
def test_lateness_weighs_the_shorter_interval_more(late: int, weekly: int, longer: int) -> None:
    assert cadence.lateness(late, weekly) > cadence.lateness(late, weekly + longer)
    assert cadence.lateness(weekly, weekly) == 1


# What it was on former days


FORMERLY = date(2024, 1, 1)


@given(
    asked=st.sets(st.dates(FORMERLY, FORMERLY + 300 * DAY), min_size=1, max_size=12),
    begun_on=st.dates(FORMERLY, FORMERLY + 60 * DAY),
    touches=st.sets(st.dates(FORMERLY, FORMERLY + 300 * DAY), max_size=8),
    made=st.lists(
        st.tuples(st.dates(FORMERLY, FORMERLY + 300 * DAY), st.integers(1, 60), st.none() | st.integers(0, 60)),
        max_size=4,
    ),
    slept=st.lists(st.tuples(st.dates(FORMERLY, FORMERLY + 300 * DAY), st.integers(0, 31)), max_size=3),
    halts=st.lists(
        st.tuples(st.booleans(), st.dates(FORMERLY, FORMERLY + 300 * DAY), st.none() | st.integers(0, 60)), max_size=3
    ),
    workdays=st.sets(st.integers(0, 6), min_size=1),
)
def test_states_of_former_days_are_those_of_each_day_by_itself(
    asked: set[date],
    begun_on: date,
    touches: set[date],
    made: list[tuple[date, int, int | None]],
    slept: list[tuple[date, int]],
    halts: list[tuple[bool, date, int | None]],
    workdays: set[int],
) -> None:
    intervals = [Interval(day, every, None if more is None else day + more * DAY) for day, every, more in made]
    rests = [Rest(day, day + more * DAY) for day, more in slept]
    spans = {
        kind: [(day, None if more is None else day + more * DAY) for ends, day, more in halts if ends == kind]
        for kind in (True, False)
    }
    days = sorted(asked)
    found = cadence.stood_on(
        days,
        begun_on=begun_on,
        touches=touches,
        intervals=intervals,
        rests=rests,
        paused=spans[False],
        ended=spans[True],
        workdays=workdays,
    )
    for day, told in zip(days, found, strict=True):
        last = max((touch for touch in touches if touch <= day), default=None)
        rested = [rest for rest in rests if rest.from_on <= day]
        dates = cadence.schedule(today=day, last_touch_on=last, intervals=intervals, rests=rested, workdays=workdays)
        stopped = {kind: any(a <= day and (b is None or day < b) for a, b in those) for kind, those in spans.items()}
        wanted = cadence.state(
            today=day,
            paused=stopped[False],
            ended=stopped[True],
            due_on=dates.due_on,
            overdue_from=dates.overdue_from,
            last_touch_on=last,
        )
        often = None if stopped[True] or stopped[False] else dates.every_days
        assert told == (cadence.Stood(wanted, often) if day >= begun_on else None)
