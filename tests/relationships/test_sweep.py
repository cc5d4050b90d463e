"""Flags: raised once, closed with their reason, reopened; however often and with however many at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pghistory.models
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.undo import take_back
from relationships import actions, sweep
from relationships.models import Interaction, MissedCheckIn, Relationship
from tests import people
from tests.relationships.records import (
    DAY,
    MONDAY,
    START,
    Elsewhere,
    agreed,
    dates,
    flags,
    log,
    noon,
    waiting_for_a_lock,
)
from web.clock import Now

# Agreed on START for every 14 days and never in touch: due then, overdue two days of grace later.
DUE = START + 14 * DAY
DAYS = 60 if "STRESS_ALL" in os.environ else 20


def swept(day: date) -> tuple[int, int, int]:
    count = actions.sweep_cadence(now=noon(day))
    return count.raised, count.closed, count.open


@pytest.mark.django_db
def test_flag_is_raised_on_the_first_overdue_day() -> None:
    row = agreed(14)
    assert dates(row) == (None, DUE, DUE + 3 * DAY)
    assert swept(DUE + 2 * DAY) == (0, 0, 0)
    assert swept(DUE + 3 * DAY) == (1, 0, 1)
    flag = row.missed_check_ins.get()
    assert (flag.due_on, flag.last_touch_on, flag.account_id, flag.shared) == (DUE, None, row.account_id, False)
    assert flag.raised_at == noon(DUE + 3 * DAY).instant


@pytest.mark.django_db
def test_swept_twice_is_swept_once() -> None:
    row = agreed(14)
    assert swept(MONDAY) == (1, 0, 1)
    before = list(MissedCheckIn.objects.values())
    assert swept(MONDAY) == (0, 0, 1)
    assert swept(MONDAY + DAY) == (0, 0, 1)
    assert list(MissedCheckIn.objects.values()) == before
    assert flags(row) == [(DUE, "open")]


@pytest.mark.django_db
def test_day_begins_where_the_relationship_is() -> None:
    east = agreed(14, zone="Pacific/Kiritimati")
    west = agreed(14, zone="Pacific/Niue")
    assert east.overdue_from is not None and west.overdue_from is not None
    first = datetime.combine(east.overdue_from, datetime.min.time(), UTC) - timedelta(hours=14)
    assert actions.sweep_cadence(now=Now(first - timedelta(microseconds=1))).raised == 0
    assert actions.sweep_cadence(now=Now(first)).raised == 1
    assert flags(east) == [(east.base_due_on, "open")] and flags(west) == []
    last = datetime.combine(west.overdue_from, datetime.min.time(), UTC) + timedelta(hours=11)
    assert actions.sweep_cadence(now=Now(last - timedelta(microseconds=1))).raised == 0
    assert actions.sweep_cadence(now=Now(last)).raised == 1


# Why a flag is closed ----------------------------------------------------------------------------------------------


def touch(row: Relationship) -> Any:
    return log(row, MONDAY)


def put_off(row: Relationship) -> Any:
    return actions.snooze(
        actor=row.owner, now=noon(MONDAY), relationship=row, until_on=MONDAY + 10 * DAY, reason="On leave"
    )


def pause(row: Relationship) -> Any:
    return actions.pause(actor=row.owner, now=noon(MONDAY), relationship=row, reason="Merger")


def agree_on_less(row: Relationship) -> Any:
    return actions.agree_cadence(
        actor=row.owner, now=noon(MONDAY), relationship=row, every_days=60, starts_on=START, reason="They asked for it"
    )


def withdraw_the_agreement(row: Relationship) -> Any:
    return actions.withdraw_agreement(actor=row.owner, now=noon(MONDAY), agreement_id=row.agreements.get().pk)


def remove_the_touch(row: Relationship) -> Any:
    touch = row.interactions.order_by("occurred_on").last()
    assert touch is not None
    return actions.remove_interaction(actor=row.owner, now=noon(MONDAY), interaction_id=touch.pk)


def end(row: Relationship) -> Any:
    return actions.remove_relationship(actor=row.owner, now=noon(MONDAY), relationship=row)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("deed", "because"),
    [
        (touch, "touched"),
        (put_off, "snoozed"),
        (pause, "paused"),
        (agree_on_less, "cadence_changed"),
        (withdraw_the_agreement, "corrected"),
        (remove_the_touch, "corrected"),
        (end, "ended"),
    ],
)
def test_deed_closes_the_flag_and_taken_back_it_stands_again(deed: Callable[[Relationship], Any], because: str) -> None:
    row = agreed(14, start=START - 5 * DAY, touched=START)
    assert swept(MONDAY) == (1, 0, 1)
    before = dates(row)
    done = deed(row)
    flag = row.missed_check_ins.get()
    assert (flag.closed_because, flag.closed_at) == (because, noon(MONDAY).instant)
    take_back(step_id=done.step.pk, actor=row.owner, now=noon(MONDAY))
    assert flags(row) == [(DUE, "open")]
    assert dates(row) == before
    assert swept(MONDAY) == (0, 0, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "because"),
    [
        ({"removed_at": noon(MONDAY).instant, "overdue_from": None, "due_on": None, "base_due_on": None}, "ended"),
        ({"paused_since": MONDAY, "pause_reason": "Merger", "overdue_from": None, "base_due_on": None}, "paused"),
        ({"last_touch_on": MONDAY, "base_due_on": MONDAY + 14 * DAY, "overdue_from": MONDAY + 17 * DAY}, "touched"),
        ({"last_touch_on": None, "base_due_on": START, "overdue_from": START}, "corrected"),
        ({"base_due_on": START + 60 * DAY, "overdue_from": START + 61 * DAY}, "cadence_changed"),
        ({"due_on": MONDAY + 11 * DAY, "overdue_from": MONDAY + 11 * DAY}, "snoozed"),
    ],
)
def test_sweep_closes_what_bulk_work_left_open(values: dict[str, Any], because: str) -> None:
    row = agreed(14, touched=START)
    swept(MONDAY)
    Relationship.objects.filter(pk=row.pk).update(**values)
    assert sweep.close_flags(noon(MONDAY)) == 1
    assert flags(row) == [(DUE, because)]


@pytest.mark.django_db
def test_flag_comes_back_when_the_snooze_ends_and_counts_as_raised() -> None:
    row = agreed(14)
    swept(MONDAY)
    put_off(row)
    assert swept(MONDAY + 10 * DAY) == (0, 0, 0)
    assert swept(MONDAY + 11 * DAY) == (1, 0, 1)
    assert flags(row) == [(DUE, "open")]
    assert row.missed_check_ins.get().raised_at == noon(MONDAY).instant


@pytest.mark.django_db
def test_each_gap_has_a_flag_of_its_own() -> None:
    row = agreed(14)
    swept(MONDAY)
    log(row, MONDAY)
    swept(MONDAY + 20 * DAY)
    assert flags(row) == [(DUE, "touched"), (MONDAY + 14 * DAY, "open")]


@pytest.mark.django_db
def test_backdated_touch_that_leaves_it_overdue_moves_the_flag() -> None:
    row = agreed(14)
    swept(MONDAY)
    log(row, START + 5 * DAY, now=noon(MONDAY))
    assert flags(row) == [(DUE, "touched")]
    assert swept(MONDAY) == (1, 0, 1)
    assert flags(row) == [(DUE, "touched"), (DUE + 5 * DAY, "open")]


@pytest.mark.django_db
def test_one_way_touch_closes_nothing() -> None:
    row = agreed(14)
    swept(MONDAY)
    before = dates(row)
    log(row, MONDAY, two_way=False)
    assert flags(row) == [(DUE, "open")] and dates(row) == before


@pytest.mark.django_db
def test_agreement_for_later_comes_into_force_by_the_sweep() -> None:
    row = agreed(30, touched=START)
    later = START + 20 * DAY
    actions.agree_cadence(actor=row.owner, now=noon(START), relationship=row, every_days=7, starts_on=later)
    assert dates(row) == (START, START + 30 * DAY, START + 32 * DAY)
    assert swept(later - DAY) == (0, 0, 0)
    assert dates(row) == (START, START + 30 * DAY, START + 32 * DAY)
    assert swept(later) == (1, 0, 1)
    assert dates(row) == (START, START + 7 * DAY, START + 9 * DAY)
    assert (row.every_days, row.changes_on) == (7, None)
    assert flags(row) == [(START + 7 * DAY, "open")]


# However often, and several at a time ------------------------------------------------------------------------------


def world() -> list[Relationship]:
    zones = ["Pacific/Auckland", "Asia/Kolkata", "Europe/Oslo", "America/New_York", "America/Los_Angeles", "UTC"]
    return [
        agreed(every, start=MONDAY - every * DAY, zone=zone, name=f"{zone} {every}")
        for zone, every in zip(zones * 2, [1, 3, 5, 7, 10, 14, 21, 28, 30, 31, 2, 6], strict=True)
    ]


def live(each_hour: bool, days: int) -> list[dict[str, Any]]:
    """Weeks in which people are in touch now and then, swept at each hour or at noon; the flags at the end."""
    rows = world()
    for day in (MONDAY + number * DAY for number in range(days)):
        for hour in range(24):
            now = Now(datetime(day.year, day.month, day.day, hour, tzinfo=UTC))
            if each_hour or hour == 12:
                actions.sweep_cadence(now=now)
            # Right after the noon sweep, when it is the same overdue day in all these zones.
            if hour == 12 and day.toordinal() % 3 == 0:
                row = rows[day.toordinal() // 3 % len(rows)]
                log(row, row.today(now), now=now)
    found = MissedCheckIn.objects.filter(relationship__in=rows).order_by("relationship__name", "due_on")
    return [
        dict(row)
        for row in found.values("relationship__name", "due_on", "last_touch_on", "closed_at", "closed_because")
    ]


@pytest.mark.django_db
def test_hourly_for_weeks_is_once_a_day() -> None:
    """In these weeks the clocks of New York are changed, and by ``make stress`` those of Oslo and Auckland too."""
    with transaction.atomic():
        daily = live(each_hour=False, days=DAYS)
        transaction.set_rollback(True)
    hourly = live(each_hour=True, days=DAYS)
    assert hourly == daily
    assert len(hourly) > 12 and any(flag["closed_at"] for flag in hourly)


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_a_time_are_one() -> None:
    rows = [agreed(14) for _ in range(20)]
    counts: list[sweep.Count] = []
    for thread in [Elsewhere(lambda: counts.append(actions.sweep_cadence(now=noon(MONDAY)))) for _ in range(3)]:
        thread.join()
    assert sum(count.raised for count in counts) == 20
    assert [flags(row) for row in rows] == [[(DUE, "open")]] * 20


@pytest.mark.django_db(transaction=True)
def test_second_sweep_waits_for_the_first_and_raises_nothing() -> None:
    row = agreed(14)
    raised: list[int] = []
    with transaction.atomic():
        assert sweep.raise_flags(noon(MONDAY)) == 1
        with waiting_for_a_lock():
            other = Elsewhere(lambda: raised.append(sweep.raise_flags(noon(MONDAY))))
    other.join()
    assert raised == [0]
    assert flags(row) == [(DUE, "open")]


@pytest.mark.django_db(transaction=True)
def test_touch_committed_while_the_sweep_waits_is_seen() -> None:
    row = agreed(14)
    counts: list[sweep.Count] = []
    with transaction.atomic():
        log(row, MONDAY)
        with waiting_for_a_lock():
            other = Elsewhere(lambda: counts.append(actions.sweep_cadence(now=noon(MONDAY))))
    other.join()
    assert counts == [sweep.Count(raised=0, closed=0, open=0, late=0, ignored=0)]
    assert flags(row) == []


@pytest.mark.django_db(transaction=True)
def test_touch_logged_while_the_sweep_raises_closes_its_flag() -> None:
    row = agreed(14)
    with transaction.atomic():
        assert sweep.raise_flags(noon(MONDAY)) == 1
        with waiting_for_a_lock():
            other = Elsewhere(lambda: log(row, MONDAY))
    other.join()
    assert flags(row) == [(DUE, "touched")]
    assert dates(row) == (MONDAY, MONDAY + 14 * DAY, MONDAY + 17 * DAY)


@pytest.mark.django_db(transaction=True)
def test_touch_taken_back_while_the_sweep_waits_to_close_leaves_the_flag() -> None:
    row = agreed(14)
    actions.sweep_cadence(now=noon(MONDAY))
    done = log(row, MONDAY)
    MissedCheckIn.objects.update(closed_at=None, closed_because="")  # as if the log had not closed it yet
    closed: list[int] = []
    with transaction.atomic():
        take_back(step_id=done.step.pk, actor=row.owner, now=noon(MONDAY))
        with waiting_for_a_lock():
            other = Elsewhere(lambda: closed.append(sweep.close_flags(noon(MONDAY))))
    other.join()
    assert closed == [0]
    assert flags(row) == [(DUE, "open")]


@pytest.mark.django_db(transaction=True)
def test_two_logs_at_a_time_end_at_the_later_day() -> None:
    row = agreed(14)
    with transaction.atomic():
        log(row, MONDAY - DAY)
        with waiting_for_a_lock():
            other = Elsewhere(lambda: log(row, MONDAY))
    other.join()
    assert dates(row)[0] == MONDAY
    assert Interaction.objects.count() == 2


# Cost --------------------------------------------------------------------------------------------------------------


def many(number: int, *, overdue: int) -> None:
    """Copies of one relationship, so many of them overdue on MONDAY and the others in the year to come."""
    pattern = people.relationship(zone="Europe/Oslo", name="0")
    columns = [str(field.column) for field in Relationship._meta.concrete_fields]
    days_until = f"CASE WHEN n <= {overdue} THEN -20 ELSE 14 + n %% 300 END"
    given = {
        "id": "nextval(pg_get_serial_sequence('relationships_relationship', 'id'))",
        "name": "n::text",
        "every_days": "14",
        "base_due_on": f"%(monday)s::date + {days_until}",
        "due_on": f"%(monday)s::date + {days_until}",
        "overdue_from": f"%(monday)s::date + {days_until} + 3",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO relationships_relationship ({', '.join(columns)})"
            f" SELECT {', '.join(given.get(column, column) for column in columns)}"
            " FROM relationships_relationship, generate_series(1, %(number)s) n WHERE id = %(pattern)s",
            {"monday": MONDAY, "number": number, "pattern": pattern.pk},
        )


def statements_of_a_sweep() -> int:
    with CaptureQueriesContext(connection) as queries:
        actions.sweep_cadence(now=noon(MONDAY))
    return len(queries)


@pytest.mark.django_db
def test_sweep_of_one_and_of_five_hundred_takes_as_many_statements() -> None:
    many(1, overdue=1)
    few = statements_of_a_sweep()
    many(500, overdue=500)
    assert statements_of_a_sweep() == few
    assert MissedCheckIn.objects.open().count() == 501


@pytest.mark.django_db
def test_sweep_finds_the_few_that_are_overdue_by_an_index() -> None:
    with connection.cursor() as cursor:
        # The audit of twenty thousand rows takes longer than all the rest of this test.
        cursor.execute("ALTER TABLE relationships_relationship DISABLE TRIGGER USER")
    many(20_000, overdue=20)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE relationships_relationship")
        cursor.execute("ANALYZE relationships_missedcheckin")
        cursor.execute(
            f"EXPLAIN {sweep.RAISE}",
            {"day": None, "instant": noon(MONDAY).instant, "latest": MONDAY + DAY, "ids": None},
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan on relationships_relationship" not in plan, plan
    assert "Index Scan" in plan
    assert sweep.raise_flags(noon(MONDAY)) == 20


# The command -------------------------------------------------------------------------------------------------------


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    call_command("sweep_cadence", *arguments)
    out = capsys.readouterr().out
    assert out.endswith("\n") and out.count("\n") == 1
    found: dict[str, Any] = json.loads(out)
    seconds = found.pop("seconds")
    assert isinstance(seconds, float) and seconds == round(seconds, 3) >= 0
    return found


@pytest.mark.django_db
def test_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    row = agreed(14)
    assert command(capsys, "--as-of", str(MONDAY)) == {"raised": 1, "closed": 0, "open": 1, "late": 0, "ignored": 0}
    assert command(capsys, "--as-of", str(MONDAY)) == {"raised": 0, "closed": 0, "open": 1, "late": 0, "ignored": 0}
    assert row.missed_check_ins.get().raised_at == datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.django_db
def test_command_replaces_the_clock_and_never_the_data(capsys: pytest.CaptureFixture[str]) -> None:
    """A touch that is in the table counts, whatever day the sweep is told."""
    row = agreed(14)
    log(row, MONDAY + 30 * DAY)
    assert command(capsys, "--as-of", str(MONDAY)) == {"raised": 0, "closed": 0, "open": 0, "late": 0, "ignored": 0}
    assert dates(row)[0] == MONDAY + 30 * DAY


@pytest.mark.django_db
def test_command_names_a_day_in_every_zone(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [agreed(14, zone=zone) for zone in ("Pacific/Kiritimati", "Pacific/Niue", "UTC")]
    assert command(capsys, "--as-of", str(DUE + 2 * DAY))["raised"] == 0
    assert command(capsys, "--as-of", str(DUE + 3 * DAY))["raised"] == 3
    assert {flag.raised_at.date() for row in rows for flag in row.missed_check_ins.all()} == {
        DUE + 2 * DAY,
        DUE + 3 * DAY,
    }


@pytest.mark.django_db
def test_command_without_a_day_uses_the_clock(capsys: pytest.CaptureFixture[str]) -> None:
    agreed(14)
    assert command(capsys) == {"raised": 1, "closed": 0, "open": 1, "late": 0, "ignored": 0}


@pytest.mark.django_db
def test_command_leaves_its_name_in_the_audit_trail(capsys: pytest.CaptureFixture[str]) -> None:
    agreed(14)
    command(capsys, "--as-of", str(MONDAY))
    event = pghistory.models.Events.objects.tracks(MissedCheckIn.objects.get()).get()  # type: ignore[no-untyped-call]
    assert event.pgh_context == {"command": "sweep_cadence"}


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "2026-03-02T08:00:00+01:00", ""])
def test_command_refuses_what_is_no_day(text: str) -> None:
    with pytest.raises(CommandError, match="--as-of takes a day such as 2020-03-02") as refused:
        call_command("sweep_cadence", "--as-of", text)
    assert refused.value.returncode == 2
