"""Flags of health: put off for a while, and told again. What turns them on and off is not for people."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rows import plain
from accounts.undo import Done, inverse, record
from relationships.models import HealthFlag
from web.clock import Now

# Longer is no snooze: then the flag is true and somebody should act.
LONGEST_SNOOZE = timedelta(days=92)


def _lock(actor: User, flag_id: int) -> HealthFlag:
    rows = HealthFlag.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    return rows.select_related("relationship__account").get(pk=flag_id)


@transaction.atomic
def snooze_flag(*, actor: User, now: Now, flag: HealthFlag, until_on: date, reason: str) -> Done[HealthFlag]:
    """Let a flag rest until after a day, for a reason that everybody can read; it is shown all the same."""
    row = _lock(actor, flag.pk)
    today = row.relationship.today(now)
    if row.until is not None:
        raise ValidationError(_("This flag is over already."))
    if until_on < today:
        raise ValidationError({"until_on": _("This day is over. Choose today or a later one.")})
    if until_on - today > LONGEST_SNOOZE:
        raise ValidationError({"until_on": _("Three months at most; it can be snoozed again.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, so that others know.")})
    return _put(row, until_on, reason.strip(), actor, actor=actor, now=now)


@transaction.atomic
def wake_flag(*, actor: User, now: Now, flag: HealthFlag) -> Done[HealthFlag]:
    """It rests no more."""
    return _put(_lock(actor, flag.pk), None, "", None, actor=actor, now=now)


@inverse
@transaction.atomic
def set_flag_snooze(
    *, actor: User, now: Now, flag_id: int, until_on: str | None, why: str, by_id: int | None
) -> Done[HealthFlag]:
    """As it was put off before, or was not; ``until_on`` as an ISO date, for it is kept in a step."""
    until = date.fromisoformat(until_on) if until_on else None
    who = User.objects.filter(pk=by_id).first() if by_id else None
    return _put(_lock(actor, flag_id), until, why, who, actor=actor, now=now)


def _put(
    row: HealthFlag, until_on: date | None, why: str, who: User | None, *, actor: User, now: Now
) -> Done[HealthFlag]:
    former: dict[str, Any] = {
        "until_on": plain(row.snoozed_until),
        "why": row.snoozed_why,
        "by_id": row.snoozed_by_id,
    }
    row.snoozed_until, row.snoozed_why, row.snoozed_by = until_on, why, who
    row.save(update_fields=["snoozed_until", "snoozed_why", "snoozed_by"])
    told = {
        "partner": row.relationship,
        "flag": capfirst(row.get_kind_display()),
        "day": date_format(until_on, "j F Y") if until_on else "",
    }
    said = (
        _("%(partner)s: %(flag)s snoozed until %(day)s")
        if until_on
        else _("%(partner)s: %(flag)s is no longer snoozed")
    )
    step = record(
        actor=actor,
        now=now,
        said=said % told,
        verb=set_flag_snooze,
        arguments={"flag_id": row.pk, **former},
        watch=[(HealthFlag, row.pk)],
    )
    return Done(row, step)
