"""The rhythm agreed, and check-ins put off."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Contact, User
from accounts.rows import row_from, values_of
from accounts.undo import Done, inverse, record
from relationships import cadence
from relationships.actions.dates import refresh, theirs
from relationships.models import (
    CadenceAgreement,
    Relationship,
    Snooze,
)
from web.clock import Now


def write_agreement(
    relationship: Relationship,
    *,
    actor: User,
    now: Now,
    every_days: int,
    starts_on: date,
    agreed_with: Contact | None = None,
    agreed_on: date | None = None,
    reason: str = "",
) -> CadenceAgreement:
    row = CadenceAgreement(
        relationship=relationship,
        account_id=relationship.account_id,
        every_days=every_days,
        starts_on=starts_on,
        agreed_with=agreed_with,
        agreed_on=agreed_on,
        reason=reason.strip(),
        made_by=actor,
        made_at=now.moment(relationship.zone),
    )
    row.full_clean()
    row.save()
    return row


@transaction.atomic
def agree_cadence(
    *,
    actor: User,
    now: Now,
    relationship: Relationship,
    every_days: int,
    starts_on: date | None = None,
    agreed_with: Contact | None = None,
    agreed_on: date | None = None,
    reason: str = "",
) -> Done[CadenceAgreement]:
    """A rhythm from a day on; the former ones stay as history. Assumed unless a person of theirs agreed it."""
    starts_on = starts_on or relationship.today(now)
    if agreed_with is not None and agreed_on is None:
        agreed_on = relationship.today(now)
    row = write_agreement(
        relationship,
        actor=actor,
        now=now,
        every_days=every_days,
        starts_on=starts_on,
        agreed_with=agreed_with,
        agreed_on=agreed_on,
        reason=reason,
    )
    refresh([relationship.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: every %(days)d days") % {"partner": relationship, "days": every_days},
        verb=withdraw_agreement,
        arguments={"agreement_id": row.pk},
        watch=[(CadenceAgreement, row.pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def withdraw_agreement(*, actor: User, now: Now, agreement_id: int) -> Done[CadenceAgreement]:
    """Remove an agreement as if it had not been made; the audit trail keeps it."""
    row = CadenceAgreement.objects.changeable_by(actor).select_related("relationship__account").get(pk=agreement_id)
    values = values_of(row)
    row.delete()
    refresh([row.relationship_id], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: rhythm taken back") % {"partner": row.relationship},
        verb=restore_agreement,
        arguments={"values": values},
        watch=[(CadenceAgreement, agreement_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_agreement(*, actor: User, now: Now, values: dict[str, Any]) -> Done[CadenceAgreement]:
    relationship = theirs(actor, values["relationship_id"])
    if not Contact.objects.filter(pk=values["agreed_with_id"]).exists():
        # The person was erased meanwhile; who else agreed it is not known.
        values = {**values, "agreed_with_id": None}
    row = row_from(CadenceAgreement, values)
    refresh([relationship.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: every %(days)d days again") % {"partner": relationship, "days": row.every_days},
        verb=withdraw_agreement,
        arguments={"agreement_id": row.pk},
        watch=[(CadenceAgreement, row.pk)],
    )
    return Done(row, step)


@transaction.atomic
def snooze(*, actor: User, now: Now, relationship: Relationship, until_on: date, reason: str) -> Done[Snooze]:
    """Put the check-in off until after a day. The snoozes of one silence total 31 days at most; longer is a pause."""
    row = (
        Relationship.objects.select_for_update(no_key=True, of=("self",))
        .select_related("account")
        .get(pk=relationship.pk)
    )
    today = row.today(now)
    if row.due_on is None:
        raise ValidationError({"until_on": _("Nothing is due here, so there is nothing to snooze.")})
    if until_on < today:
        raise ValidationError({"until_on": _("This day is over. Choose today or a later one.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, so that others know.")})
    kept = [cadence.Rest(rest.from_on, rest.until_on) for rest in row.snoozes.all()]
    rests = cadence.of_this_gap([*kept, cadence.Rest(today, until_on)], row.counts_from or today)
    if cadence.snoozed_days(rests) > cadence.LONGEST_SNOOZE:
        left = cadence.LONGEST_SNOOZE - cadence.snoozed_days(cadence.of_this_gap(kept, row.counts_from or today))
        raise ValidationError(
            {
                "until_on": _("A silence can be snoozed for %(most)d days in all; %(left)d are left. Pause it instead.")
                % {"most": cadence.LONGEST_SNOOZE, "left": max(0, left)}
            }
        )
    made = Snooze.objects.create(
        relationship=row,
        from_on=today,
        until_on=until_on,
        reason=reason.strip(),
        made_by=actor,
        made_at=now.moment(row.zone),
    )
    refresh([row.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s snoozed until %(day)s") % {"partner": row, "day": date_format(until_on, "l j F")},
        verb=wake,
        arguments={"snooze_id": made.pk},
        watch=[(Snooze, made.pk)],
    )
    return Done(made, step)


@inverse
@transaction.atomic
def wake(*, actor: User, now: Now, snooze_id: int) -> Done[Snooze]:
    """End a snooze as if it had not been made."""
    row = Snooze.objects.changeable_by(actor).select_related("relationship__account").get(pk=snooze_id)
    values = values_of(row)
    row.delete()
    refresh([row.relationship_id], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s is awake again") % {"partner": row.relationship},
        verb=restore_snooze,
        arguments={"values": values},
        watch=[(Snooze, snooze_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_snooze(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Snooze]:
    relationship = theirs(actor, values["relationship_id"])
    row = row_from(Snooze, values)
    refresh([relationship.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s snoozed again") % {"partner": relationship},
        verb=wake,
        arguments={"snooze_id": row.pk},
        watch=[(Snooze, row.pk)],
    )
    return Done(row, step)
