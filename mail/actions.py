"""What can be done with mail: plan it, send it, switch it off, and answer for what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from zoneinfo import ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from mail import hours, outbox
from mail.models import WEEKLY, DigestOptOut, Kind, OutboxMail
from mail.sender import Sender, Tally
from web.clock import Now

WEEKDAY = {Kind.DIGEST: hours.MONDAY, Kind.TEAM_DIGEST: hours.TUESDAY}
EVERYTHING = tuple(Kind)
# What follows from a row of its own, besides the weekly ones.
PLANNERS: dict[Kind, Callable[[Now], int]] = {
    Kind.INVITATION: outbox.plan_invitations,
    Kind.MEETING: outbox.plan_meetings,
    Kind.BRIEF: outbox.plan_briefs,
    Kind.MINUTES: outbox.plan_minutes,
    Kind.PULSE: outbox.plan_pulses,
}

# Planning and sending ----------------------------------------------------------------------------------------------


@transaction.atomic
def plan_mail(*, now: Now, kinds: Collection[Kind] = EVERYTHING) -> int:
    """A row for each mail that is due and has none. Any number of planners at once make one. Returns the new rows."""
    zones = list(User.objects.active_staff().order_by("zone").values_list("zone", flat=True).distinct())
    planned = sum(
        outbox.plan_weekly(kind, [due for zone in zones if (due := due_in(zone, kind, now))], now)
        for kind in WEEKLY
        if kind in kinds
    )
    outbox.supersede()
    return planned + sum(plan(now) for kind, plan in PLANNERS.items() if kind in kinds)


def due_in(zone: str, kind: Kind, now: Now) -> outbox.Due | None:
    """The hour of this weekly mail in the current ISO week there, once it has passed. Of a named day all hours have."""
    try:
        today = now.today(zone)
        at = hours.in_week_of(today, WEEKDAY[kind], hours.SEVEN, zone)
    except ZoneInfoNotFoundError:
        return due_in("UTC", kind, now)
    passed = hours.day_in(at, zone) <= now.day if isinstance(now.day, date) else at <= now.instant
    return outbox.Due(zone, hours.iso_week(today), at) if passed else None


def send_mail(*, now: Now, kinds: Collection[Kind] = EVERYTHING, limit: int | None = None) -> Tally:
    """Plan what is due and send it. Not one transaction: each stage is written down before the next begins."""
    planned = plan_mail(now=now, kinds=kinds)
    tally = Sender(kinds=kinds, now=now).run(limit)
    tally.planned = planned
    return tally


# Who wants what ----------------------------------------------------------------------------------------------------


@transaction.atomic
def switch_off(*, actor: User, now: Now, kind: Kind) -> None:
    """No more of this weekly mail for the actor. Twice is once."""
    DigestOptOut.objects.bulk_create([DigestOptOut(user=actor, kind=kind, at=now.instant)], ignore_conflicts=True)


@transaction.atomic
def switch_on(*, actor: User, now: Now, kind: Kind) -> None:
    DigestOptOut.objects.filter(user=actor, kind=kind).delete()


@transaction.atomic
def choose(*, actor: User, now: Now, wanted: Collection[str], offered: Collection[Kind]) -> None:
    """Of the kinds offered, these and no others."""
    for kind in offered:
        verb = switch_on if kind in wanted else switch_off
        verb(actor=actor, now=now, kind=kind)


# What a person answers for -----------------------------------------------------------------------------------------


@transaction.atomic
def send_again(*, actor: User, now: Now, mail: OutboxMail) -> OutboxMail:
    """Send an unsure, refused or given-up mail once more; of an unsure one the person may get a second copy."""
    row = _to_settle(mail)
    newer = OutboxMail.objects.filter(kind=row.kind, recipient=row.recipient_id, due_at__gt=row.due_at)
    if row.kind in WEEKLY and newer.exists():
        raise ValidationError(_("A newer mail of this kind has taken its place."))
    return _settle(row, actor, OutboxMail.State.PLANNED, attempt=0)


@transaction.atomic
def mark_arrived(*, actor: User, now: Now, mail: OutboxMail) -> OutboxMail:
    """The person has it: it counts as sent."""
    row = _to_settle(mail)
    if row.state != OutboxMail.State.DOT:
        raise ValidationError(_("The mail server refused this one, so it cannot have arrived."))
    return _settle(row, actor, OutboxMail.State.SENT, sent_at=now.instant, raw=None, last_error="")


@transaction.atomic
def let_it_be(*, actor: User, now: Now, mail: OutboxMail) -> OutboxMail:
    """It will not be sent, and nobody is asked about it again."""
    return _settle(_to_settle(mail), actor, OutboxMail.State.SKIPPED, raw=None)


def _to_settle(mail: OutboxMail) -> OutboxMail:
    """The row, locked; raises ``ValidationError`` when somebody, or a sender, has dealt with it meanwhile."""
    row = OutboxMail.objects.in_want_of_a_person().select_for_update(of=("self",)).filter(pk=mail.pk).first()
    if row is None:
        raise ValidationError(_("This mail has been dealt with meanwhile."))
    return row


def _settle(row: OutboxMail, actor: User, state: str, **values: object) -> OutboxMail:
    changed = {**values, "state": state, "settled_by": actor, "lease_until": None, "claimed_by": None}
    for field, value in changed.items():
        setattr(row, field, value)
    row.save(update_fields=list(changed))
    return row
