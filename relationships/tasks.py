"""Jobs of the core. Beat wakes them; the tables hold the truth."""

from __future__ import annotations

from dataclasses import asdict

from celery import shared_task

from relationships import actions
from web.clock import Now


@shared_task
def sweep_cadence() -> dict[str, int]:
    return asdict(actions.sweep_cadence(now=Now.read()))


@shared_task
def forget_files() -> int:
    return actions.forget_files(now=Now.read())
