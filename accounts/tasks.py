"""Jobs of people and organisations. Beat wakes them; the tables hold the truth."""

from __future__ import annotations

from dataclasses import asdict

from celery import shared_task

from accounts import actions
from web.clock import Now


@shared_task
def sweep_duplicates() -> dict[str, int]:
    return asdict(actions.sweep_duplicates(now=Now.read()))
