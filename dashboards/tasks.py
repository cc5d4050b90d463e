"""Jobs of the pages that show the whole book. Beat wakes them; the tables hold the truth."""

from __future__ import annotations

from dataclasses import asdict

from celery import shared_task

from dashboards import actions
from web.clock import Now


@shared_task
def count_book() -> dict[str, int]:
    return asdict(actions.count_book(now=Now.read(), unless_fresh=True))
