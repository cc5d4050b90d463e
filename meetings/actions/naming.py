"""Who may be named to others: allowed, withdrawn, removed; each taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Contact, UndoStep, User
from accounts.rows import row_from, values_of
from accounts.undo import Done, inverse, record
from meetings.actions.values import read, without_gone, write
from meetings.models import NamingPermission
from web.clock import Now


def _permission(actor: User, permission_id: int) -> NamingPermission:
    rows = NamingPermission.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    return rows.select_related("account").get(pk=permission_id)


@transaction.atomic
def allow_naming(
    *,
    actor: User,
    now: Now,
    account: Account,
    given_on: date | None = None,
    given_by: Contact | None = None,
    until_on: date | None = None,
    scope: str = "",
) -> Done[NamingPermission]:
    """They allowed us to name them, today unless said otherwise."""
    today = now.today(account.zone)
    if given_on is not None and given_on > today:
        raise ValidationError({"given_on": _("This day is still to come.")})
    row = NamingPermission(
        account=account,
        given_by=given_by,
        given_on=given_on or today,
        until_on=until_on,
        scope=scope.strip(),
        written_by=actor,
        written_at=now.moment(account.zone),
    )
    row.full_clean()
    row.save()
    return Done(row, _allowed(row, actor, now))


def _allowed(row: NamingPermission, actor: User, now: Now) -> UndoStep:
    return record(
        actor=actor,
        now=now,
        said=_("%(name)s may be named") % {"name": row.account},
        verb=remove_naming,
        arguments={"permission_id": row.pk},
        watch=[(NamingPermission, row.pk)],
    )


@transaction.atomic
def withdraw_naming(*, actor: User, now: Now, permission: NamingPermission) -> Done[NamingPermission]:
    """They do not want to be named any more, from today; that they had allowed it stays told."""
    row = _permission(actor, permission.pk)
    if row.withdrawn_on is not None:
        raise ValidationError(_("This was withdrawn already."))
    return _write(row, {"withdrawn_on": now.today(row.account.zone)}, actor, now)


def _write(row: NamingPermission, values: dict[str, Any], actor: User, now: Now) -> Done[NamingPermission]:
    withdrawn = values.get("withdrawn_on") is not None
    said = _("%(name)s may not be named any more") if withdrawn else _("%(name)s may be named again")
    step = write(
        row,
        values,
        actor=actor,
        now=now,
        said=said % {"name": row.account},
        verb=set_naming,
        key="permission_id",
    )
    return Done(row, step)


@inverse
@transaction.atomic
def set_naming(*, actor: User, now: Now, permission_id: int, values: dict[str, Any]) -> Done[NamingPermission]:
    return _write(_permission(actor, permission_id), read(NamingPermission, values), actor, now)


@inverse
@transaction.atomic
def remove_naming(*, actor: User, now: Now, permission_id: int) -> Done[NamingPermission]:
    row = _permission(actor, permission_id)
    values = values_of(row)
    row.delete()
    row.pk = permission_id
    step = record(
        actor=actor,
        now=now,
        said=_("Removed: %(name)s may be named") % {"name": row.account},
        verb=restore_naming,
        arguments={"values": values},
        watch=[(NamingPermission, permission_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_naming(*, actor: User, now: Now, values: dict[str, Any]) -> Done[NamingPermission]:
    Account.objects.changeable_by(actor).get(pk=values["account_id"])
    row = row_from(NamingPermission, without_gone(NamingPermission, values))
    return Done(row, _allowed(row, actor, now))
