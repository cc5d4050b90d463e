"""The rhythm agreed, and check-ins put off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Contact, User
from accounts.rows import row_from, values_of
from accounts.undo import Done, inverse, record
from relationships import cadence, evidence, ledger, queries
from relationships.actions.dates import refresh, theirs
from relationships.evidence import Kind
from relationships.models import (
    CadenceAgreement,
    Relationship,
    Snooze,
)
from web.clock import Now

AGREEMENT = CadenceAgreement._meta.label_lower


def write_agreement(
    relationship: Relationship,
    *,
    actor: User,
    now: Now,
    every_days: int,
    starts_on: date,
    ends_on: date | None = None,
    agreed_with: Contact | None = None,
    agreed_on: date | None = None,
    reason: str = "",
) -> CadenceAgreement:
    row = CadenceAgreement(
        relationship=relationship,
        account_id=relationship.account_id,
        every_days=every_days,
        starts_on=starts_on,
        ends_on=ends_on,
        agreed_with=agreed_with,
        agreed_on=agreed_on,
        reason=reason.strip(),
        made_by=actor,
        made_at=now.moment(relationship.zone),
    )
    row.full_clean()
    row.save()
    return row


def follow_agreements(rows: Iterable[CadenceAgreement]) -> None:
    """Bring the evidence in line: a rhythm agreed with them speaks for both sides, an assumed one for nobody."""
    ledger.write(
        {
            ledger.Source(AGREEMENT, row.pk, row.relationship_id, row.account_id): []
            if row.assumed
            else [evidence.row(Kind.CADENCE_AGREED, "both", row.agreed_on or row.starts_on)]
            for row in rows
        }
    )


@transaction.atomic
def agree_cadence(
    *,
    actor: User,
    now: Now,
    relationship: Relationship,
    every_days: int,
    starts_on: date | None = None,
    ends_on: date | None = None,
    agreed_with: Contact | None = None,
    agreed_on: date | None = None,
    reason: str = "",
) -> Done[CadenceAgreement]:
    """A rhythm from a day on; the former ones stay as history. Assumed unless a person of theirs agreed it.

    With ``ends_on`` a tighter one for a while: until that day included it lies over the one that counts on its
    first day, which comes back by itself. Raises ``ValidationError`` where it is not tighter, begins before today
    or lacks its reason.
    """
    today = relationship.today(now)
    # Locked, so that nobody changes what this one is compared with.
    Relationship.objects.select_for_update(no_key=True).get(pk=relationship.pk)
    starts_on = starts_on or today
    if agreed_with is not None and agreed_on is None:
        agreed_on = today
    _check_agreed(today, agreed_with, agreed_on)
    beneath = queries.counting_on(relationship, starts_on)
    if ends_on is not None:
        _check_days(today, starts_on, ends_on)
        _check_tighter(beneath, every_days)
    check_reason(beneath, every_days, ends_on, reason)
    row = write_agreement(
        relationship,
        actor=actor,
        now=now,
        every_days=every_days,
        starts_on=starts_on,
        ends_on=ends_on,
        agreed_with=agreed_with,
        agreed_on=agreed_on,
        reason=reason,
    )
    follow_agreements([row])
    refresh([relationship.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_said(relationship, row),
        verb=withdraw_agreement,
        arguments={"agreement_id": row.pk},
        watch=[(CadenceAgreement, row.pk)],
    )
    return Done(row, step)


def _said(relationship: Relationship, row: CadenceAgreement) -> str:
    values = {"partner": relationship, "days": row.every_days}
    if row.ends_on is None:
        return _("%(partner)s: every %(days)d days") % values
    return _("%(partner)s: every %(days)d days until %(day)s") % {**values, "day": date_format(row.ends_on, "j F Y")}


def _check_agreed(today: date, agreed_with: Contact | None, agreed_on: date | None) -> None:
    if agreed_on is None:
        return
    if agreed_with is None:
        raise ValidationError({"agreed_with": _("Say who of theirs agreed it.")})
    if agreed_on > today:
        raise ValidationError({"agreed_on": _("This day is still to come. Say when they agreed it.")})


def _check_days(today: date, starts_on: date, ends_on: date) -> None:
    """One for a while would otherwise rewrite days that were in rhythm when they went by."""
    wrong = {}
    if starts_on < today:
        wrong["starts_on"] = _("This day is over. A tighter rhythm begins today or later.")
    if ends_on < starts_on:
        wrong["ends_on"] = _("The last day lies before the first.")
    if wrong:
        raise ValidationError(wrong)


def _check_tighter(beneath: CadenceAgreement | None, every_days: int) -> None:
    if beneath is None:
        raise ValidationError({"every_days": _("No rhythm counts on the first day, so none can be tighter than it.")})
    if every_days >= beneath.every_days:
        raise ValidationError(
            {
                "every_days": _("For a while means more often: every %(days)d days counts already.")
                % {"days": beneath.every_days}
            }
        )


def check_reason(beneath: CadenceAgreement | None, every_days: int, ends_on: date | None, reason: str) -> None:
    """A reason is needed for more than a month, for a while, and where they agreed to the one that counts now."""
    if reason.strip():
        return
    if every_days > cadence.LONGEST_INTERVAL:
        said = _("More than %(most)d days needs a reason.") % {"most": cadence.LONGEST_INTERVAL}
        raise ValidationError({"reason": said})
    if ends_on is not None:
        raise ValidationError({"reason": _("Say why it is tighter for a while.")})
    if beneath is not None and not beneath.assumed:
        raise ValidationError({"reason": _("The rhythm was agreed with them. Say why it changes.")})


@inverse
@transaction.atomic
def withdraw_agreement(*, actor: User, now: Now, agreement_id: int) -> Done[CadenceAgreement]:
    """Remove an agreement as if it had not been made; the audit trail keeps it."""
    row = CadenceAgreement.objects.changeable_by(actor).select_related("relationship__account").get(pk=agreement_id)
    values = values_of(row)
    row.delete()
    ledger.forget(AGREEMENT, [agreement_id])
    refresh([row.relationship_id], now=now, corrected=True)
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
        # The person was erased meanwhile. The day stays, and with it that it was agreed.
        values = {**values, "agreed_with_id": None}
    row = row_from(CadenceAgreement, values)
    follow_agreements([row])
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
def end_agreement(*, actor: User, now: Now, agreement_id: int, ends_on: date) -> Done[CadenceAgreement]:
    """Let one that is tighter for a while end earlier than agreed; the one beneath it counts from the day after."""
    row = CadenceAgreement.objects.changeable_by(actor).select_for_update(of=("self",)).get(pk=agreement_id)
    if row.ends_on is None:
        raise ValidationError({"ends_on": _("This rhythm is lasting. Agree on another one instead.")})
    if ends_on < row.starts_on:
        raise ValidationError({"ends_on": _("The last day lies before the first.")})
    if ends_on >= row.ends_on:
        raise ValidationError({"ends_on": _("It ends no later than this anyway. Agree on a new one instead.")})
    return _move_end(row, actor=actor, now=now, ends_on=ends_on)


@inverse
@transaction.atomic
def restore_end(*, actor: User, now: Now, agreement_id: int, ends_on: str) -> Done[CadenceAgreement]:
    """The former last day again; ``ends_on`` as an ISO date, for it is kept in a step."""
    row = CadenceAgreement.objects.changeable_by(actor).select_for_update(of=("self",)).get(pk=agreement_id)
    return _move_end(row, actor=actor, now=now, ends_on=date.fromisoformat(ends_on))


def _move_end(row: CadenceAgreement, *, actor: User, now: Now, ends_on: date) -> Done[CadenceAgreement]:
    relationship = theirs(actor, row.relationship_id)
    former, row.ends_on = row.ends_on, ends_on
    row.save(update_fields=["ends_on"])
    refresh([relationship.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_said(relationship, row),
        verb=restore_end,
        arguments={"agreement_id": row.pk, "ends_on": str(former)},
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
