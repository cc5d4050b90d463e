"""Jobs around meetings. Beat wakes them; the tables hold the truth."""

from __future__ import annotations

from celery import shared_task

from meetings import actions
from web.clock import Now


@shared_task
def sweep_meetings() -> int:
    return actions.book_what_is_over(now=Now.read())
