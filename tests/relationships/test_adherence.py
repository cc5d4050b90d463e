"""How much of the time was in rhythm, against a walk through the calendar that asks the schedule of every day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from relationships import actions, cadence, queries, words
from relationships.cadence import Adherence, Interval, Rest
from relationships.models import Relationship
from tests.relationships.records import DAY, MONDAY, agreed, log, noon

FIRST = date(2024, 1, 1)
days = st.dates(FIRST, date(2024, 9, 30))
lengths = st.integers(0, 60)
intervals = st.lists(
    st.builds(
        lambda day, often, more: Interval(day, often, None if more is None else day + more * DAY),
        days,
        st.integers(1, 60),
        st.none() | lengths,
    ),
    max_size=4,
)
rests = st.lists(st.builds(lambda day, more: Rest(day, day + more * DAY), days, lengths), max_size=4)
touches = st.sets(days, max_size=12)
halts = st.lists(st.builds(lambda day, more: (day, day + more * DAY), days, lengths), max_size=3)
workdays = st.sets(st.integers(0, 6), min_size=1)


def walk(
    first: date,
    last: date,
    touched: Collection[date],
    agreements: Sequence[Interval],
    snoozes: Sequence[Rest],
    halted: Sequence[tuple[date, date]],
    working: Collection[int],
) -> tuple[int, int]:
    """Each day by itself, with what was known on it."""
    good = counted = 0
    day = first
    while day <= last:
        found = cadence.schedule(
            today=day,
            last_touch_on=max((touch for touch in touched if touch <= day), default=None),
            intervals=agreements,
            rests=[snooze for snooze in snoozes if snooze.from_on <= day],
            workdays=working,
        )
        if found.overdue_from is not None and not any(since <= day < until for since, until in halted):
            counted += 1
            good += day < found.overdue_from
        day += DAY
    return good, counted


@given(
    first=days,
    span=st.integers(0, 150),
    touched=touches,
    agreements=intervals,
    snoozes=rests,
    halted=halts,
    working=workdays,
)
def test_adherence_equals_walk_through_the_calendar(
    first: date,
    span: int,
    touched: set[date],
    agreements: list[Interval],
    snoozes: list[Rest],
    halted: list[tuple[date, date]],
    working: set[int],
) -> None:
    last = first + span * DAY
    found = cadence.adherence(
        first=first, last=last, touches=touched, intervals=agreements, rests=snoozes, halted=halted, workdays=working
    )
    assert (found.in_rhythm, found.counted) == walk(first, last, touched, agreements, snoozes, halted, working)


@given(first=days, touched=touches, agreements=intervals.filter(bool), more=days)
def test_a_touch_more_never_takes_a_day_away(
    first: date, touched: set[date], agreements: list[Interval], more: date
) -> None:
    """Where they spoke when the first rhythm was agreed: what nobody has spoken about counts from its own day."""

    def reckon(those: set[date]) -> Adherence:
        spoken = those | {min(agreement.starts_on for agreement in agreements)}
        return cadence.adherence(first=first, last=first + 200 * DAY, touches=spoken, intervals=agreements)

    before, after = reckon(touched), reckon(touched | {more})
    assert (after.counted, after.in_rhythm >= before.in_rhythm) == (before.counted, True)


def test_adherence_worked_by_hand() -> None:
    """Every 14 days, so in rhythm for 16 more days; overdue from the seventeenth. Touches 40 days apart."""
    found = cadence.adherence(
        first=FIRST, last=FIRST + 49 * DAY, touches=[FIRST, FIRST + 40 * DAY], intervals=[Interval(FIRST, 14)]
    )
    assert (found.in_rhythm, found.counted) == (17 + 10, 50)


def test_on_the_day_overdue_begins_it_is_out_of_rhythm() -> None:
    def until(last: date) -> int:
        return cadence.adherence(first=FIRST, last=last, touches=[FIRST], intervals=[Interval(FIRST, 14)]).in_rhythm

    overdue = cadence.schedule(today=FIRST, last_touch_on=FIRST, intervals=[Interval(FIRST, 14)]).overdue_from
    assert overdue is not None
    assert until(overdue - DAY) == until(overdue) == (overdue - FIRST).days


def test_tighter_while_it_lasts_asks_for_more() -> None:
    """Spoken every 20 days under 30 agreed: always in rhythm; not in a fortnight of *weekly*."""
    spoken = [FIRST + 20 * number * DAY for number in range(5)]
    lasting, weekly = Interval(FIRST, 30), Interval(FIRST + 24 * DAY, 7, FIRST + 37 * DAY)
    last = FIRST + 80 * DAY
    assert cadence.adherence(first=FIRST, last=last, touches=spoken, intervals=[lasting]).in_rhythm == 81
    # Spoken on day 20: overdue from day 29 under weekly, until day 37 when the while is over.
    assert cadence.adherence(first=FIRST, last=last, touches=spoken, intervals=[lasting, weekly]).in_rhythm == 81 - 9


def test_tightened_after_a_long_silence_the_days_before_stay_as_they_were() -> None:
    """Every 14 days, spoken twelve days before; every 5 from then on: in rhythm that day, no longer on the next."""
    begins = FIRST + 12 * DAY
    agreements = [Interval(FIRST, 14), Interval(begins, 5, begins + 20 * DAY)]

    def until(last: date) -> tuple[int, int]:
        found = cadence.adherence(first=FIRST, last=last, touches=[FIRST], intervals=agreements)
        return found.in_rhythm, found.counted

    assert [until(begins + number * DAY) for number in (-1, 0, 1)] == [(12, 12), (13, 13), (13, 14)]


@given(
    first=days,
    begins=days,
    span=st.integers(0, 60),
    often=st.integers(1, 60),
    touched=touches,
    agreements=intervals,
    snoozes=rests,
    working=workdays,
)
def test_one_for_a_while_costs_no_day_before_its_second(
    first: date,
    begins: date,
    span: int,
    often: int,
    touched: set[date],
    agreements: list[Interval],
    snoozes: list[Rest],
    working: set[int],
) -> None:
    """Judged by what lay beneath until it began; on its first day it cannot be broken yet, but for an older silence."""
    beneath = [Interval(FIRST, 30), *(agreement for agreement in agreements if agreement.starts_on <= begins)]
    tight = Interval(begins, often, begins + span * DAY)

    def reckon(those: list[Interval], last: date) -> tuple[int, int]:
        found = cadence.adherence(
            first=min(first, begins), last=last, touches=touched, intervals=those, rests=snoozes, workdays=working
        )
        return found.in_rhythm, found.counted

    before = reckon([*beneath, tight], begins - DAY)
    assert before == reckon(beneath, begins - DAY)
    former = cadence.schedule(
        today=begins - DAY,
        last_touch_on=max((touch for touch in touched if touch <= begins), default=None),
        intervals=beneath,
        rests=[snooze for snooze in snoozes if snooze.from_on <= begins],
        workdays=working,
    )
    older = former.base_due_on is not None and former.base_due_on < begins
    broken = older and former.overdue_from is not None and former.overdue_from <= begins
    assert reckon([*beneath, tight], begins) == (before[0] + (not broken), before[1] + 1)


def test_days_before_the_first_agreement_do_not_count() -> None:
    found = cadence.adherence(
        first=FIRST, last=FIRST + 9 * DAY, touches=[FIRST - 300 * DAY], intervals=[Interval(FIRST + 20 * DAY, 7)]
    )
    assert found == Adherence(FIRST + 20 * DAY, FIRST + 9 * DAY)


# From the record ---------------------------------------------------------------------------------------------------


def year(row: Relationship, today: date) -> str:
    row.refresh_from_db()
    return words.adherence(queries.rhythm_of(row, today).year, today)


@pytest.mark.django_db
def test_year_of_a_partner_agreed_forty_days_ago() -> None:
    row = agreed(14, start=MONDAY - 40 * DAY)
    log(row, MONDAY - 35 * DAY)
    log(row, MONDAY - 30 * DAY)
    assert year(row, MONDAY) == "In rhythm on 27 of the last 41 days (65 %)"


@pytest.mark.django_db
def test_year_counts_from_the_touch_before_it() -> None:
    row = agreed(30, start=MONDAY - 500 * DAY)
    log(row, MONDAY - 380 * DAY)
    log(row, MONDAY - 420 * DAY)
    assert year(row, MONDAY).startswith("In rhythm on 16 of the last 365 days (4 %)")


@pytest.mark.django_db
def test_year_while_paused_ends_on_the_day_before() -> None:
    row = agreed(14, touched=MONDAY - 20 * DAY)
    actions.pause(actor=row.owner, now=noon(MONDAY - 10 * DAY), relationship=row, reason="Merger")
    # From the day agreed to the day before the pause; overdue from day 17 after the first day until the touch.
    assert year(row, MONDAY) == "In rhythm on 27 of 30 days up to 19 February (90 %)"


@pytest.mark.django_db
def test_year_counts_no_day_of_a_pause_that_is_over() -> None:
    row = agreed(14, touched=MONDAY - 20 * DAY)
    actions.pause(actor=row.owner, now=noon(MONDAY - 10 * DAY), relationship=row, reason="Merger")
    row.refresh_from_db()
    actions.resume(actor=row.owner, now=noon(MONDAY - 3 * DAY), relationship=row)
    # As while it was paused; on the day on which it went on, and the three after it, it was overdue again.
    assert year(row, MONDAY) == "In rhythm on 27 of 34 days that count, of the last 41 (79 %)"


@pytest.mark.django_db
def test_year_without_a_rhythm_says_nothing() -> None:
    row = agreed(14)
    row.agreements.all().delete()
    assert year(row, MONDAY) == ""


@pytest.mark.django_db
def test_year_reads_as_much_of_a_long_history_as_of_a_short_one() -> None:
    row = agreed(14)
    statements = []
    for number in (1, 30):
        for ago in range(number):
            log(row, MONDAY - ago * DAY, now=noon(MONDAY))
        row.refresh_from_db()
        with CaptureQueriesContext(connection) as captured:
            queries.rhythm_of(row, MONDAY)
        statements.append(len(captured))
    assert statements == [3, 3]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Adherence(MONDAY - 364 * DAY, MONDAY, 292, 365), "In rhythm on 292 of the last 365 days (80 %)"),
        (Adherence(MONDAY - 364 * DAY, MONDAY, 364, 365), "In rhythm on 364 of the last 365 days (99 %)"),
        (
            Adherence(MONDAY - 364 * DAY, MONDAY, 150, 200),
            "In rhythm on 150 of 200 days that count, of the last 365 (75 %)",
        ),
        (
            Adherence(MONDAY - 364 * DAY, MONDAY - 9 * DAY, 150, 200),
            "In rhythm on 150 of 200 days that count, of the 356 up to 21 February (75 %)",
        ),
        (Adherence(MONDAY - 6 * DAY, MONDAY, 7, 7), "In rhythm on 7 of the last 7 days (100 %)"),
        (Adherence(MONDAY - 5 * DAY, MONDAY, 6, 6), ""),
        (Adherence(MONDAY - 364 * DAY, MONDAY), ""),
    ],
)
def test_sentence(found: Adherence, said: str) -> None:
    assert words.adherence(found, MONDAY) == said
