"""Jobs of the outbox. Beat wakes them; the rows say what is to be done."""

from __future__ import annotations

from dataclasses import asdict

from celery import shared_task

from mail import actions
from web.clock import Now

# Some minutes' work with a slow server; the next minute takes up what is left.
MAILS_A_RUN = 200


@shared_task
def send_mail() -> dict[str, int | str]:
    return asdict(actions.send_mail(now=Now.read(), limit=MAILS_A_RUN))
