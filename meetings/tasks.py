"""Jobs around meetings. Beat wakes them; the tables hold the truth."""

from __future__ import annotations

from celery import shared_task

from meetings import actions
from web.clock import Now


@shared_task
def sweep_meetings() -> dict[str, int]:
    now = Now.read()
    return {
        "booked": actions.book_what_is_over(now=now),
        "made": actions.extend_series(now=now),
        "unanswered": actions.weigh_what_is_unanswered(now=now),
    }


@shared_task
def read_calendars() -> int:
    return actions.read_calendars(now=Now.read())
