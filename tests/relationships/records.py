"""Small records to begin from, made by the verbs that a person would use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from threading import Thread
from time import monotonic, sleep
from typing import Any

from django.db import connection, connections

from accounts.undo import Done
from relationships import actions
from relationships.models import Interaction, Relationship
from tests import people
from web.clock import Now

# What a relationship is; when its criteria were looked at, and will be, is no part of it.
LOOKED_AT = {"judged_as_of", "judged_again_on"}
KEPT = [one.attname for one in Relationship._meta.concrete_fields if one.name not in LOOKED_AT]
DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)
START = MONDAY - 40 * DAY


def noon(day: date) -> Now:
    return Now(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


def agreed(every_days: int = 14, *, start: date = START, touched: date | None = None, **fields: Any) -> Relationship:
    """Alice's, agreed on ``start``; the last touch is on ``touched``."""
    row = people.relationship(**fields)
    actions.agree_cadence(
        actor=row.owner,
        now=noon(start),
        relationship=row,
        every_days=every_days,
        starts_on=start,
        reason="They asked for it" if every_days > 31 else "",
    )
    if touched is not None:
        log(row, touched, now=noon(max(touched, start)))
    row.refresh_from_db()
    return row


def log(row: Relationship, day: date, *, now: Now | None = None, **more: Any) -> Done[Interaction]:
    return actions.log_interaction(
        actor=row.owner,
        now=now or noon(day),
        relationship=row,
        occurred_on=day,
        channel=Interaction.Channel.CALL,
        **more,
    )


def dates(row: Relationship) -> tuple[date | None, date | None, date | None]:
    row.refresh_from_db()
    return row.last_touch_on, row.due_on, row.overdue_from


def flags(row: Relationship) -> list[tuple[date, str]]:
    """Due day and why it was closed, ``open`` for those that stand."""
    return [
        (flag.due_on, "open" if flag.closed_at is None else flag.closed_because)
        for flag in row.missed_check_ins.order_by("due_on")
    ]


class Elsewhere(Thread):
    """Runs something on a connection of its own, as another process would; ``join`` raises what went wrong there."""

    def __init__(self, run: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._run = run
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._run()
        except BaseException as error:
            self.error = error
        finally:
            connections.close_all()

    def join(self, timeout: float | None = 30) -> None:
        super().join(timeout)
        assert not self.is_alive(), "still waiting"
        if self.error is not None:
            raise self.error


@contextmanager
def waiting_for_a_lock() -> Iterator[None]:
    """Leaves when somebody waits for a lock that this connection holds."""
    yield
    until = monotonic() + 20
    while not _waits_for_me():
        assert monotonic() < until, "nobody waits"
        sleep(0.01)


def _waits_for_me() -> bool:
    # Not pg_stat_activity: within a transaction that shows one snapshot again and again.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])
