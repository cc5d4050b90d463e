"""What became of the mails that meetings asked for, told to the app that asked; it knows nothing of the outbox."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from mail.models import Kind, OutboxMail
from meetings.models import CalendarMessage
from meetings.told import Fate
from meetings.told_words import Fates

State = OutboxMail.State
PREFIX = "meeting:"
FATES = {
    State.PLANNED: Fate.NONE,
    State.CLAIMED: Fate.NONE,
    State.DOT: Fate.UNSURE,
    State.SENT: Fate.SENT,
    State.BOUNCED: Fate.REFUSED,
    State.DEAD: Fate.REFUSED,
    State.PARKED: Fate.NEEDLESS,
    State.SKIPPED: Fate.NEEDLESS,
    State.SUPERSEDED: Fate.NEEDLESS,
}


def of_messages(messages: Collection[CalendarMessage]) -> Fates:
    """By the key of a message; those that nobody has begun to send are left out. One query."""
    users = {one.user_id for one in messages if one.user_id is not None}
    contacts = {one.contact_id for one in messages if one.contact_id is not None}
    periods = [f"{PREFIX}{one.pk}" for one in messages]
    mails = OutboxMail.objects.filter(Q(recipient__in=users) | Q(contact__in=contacts), kind=Kind.MEETING)
    found: dict[int, tuple[Fate, datetime]] = {}
    for mail in mails.filter(period__in=periods).only("period", "state", "last_error", "sent_at", "due_at"):
        fate = FATES[State(mail.state)]
        if mail.state == State.PLANNED and mail.last_error:
            fate = Fate.HELD_UP
        found[int(mail.period.removeprefix(PREFIX))] = (fate, mail.sent_at or mail.due_at)
    return found
