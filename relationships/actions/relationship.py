"""Relationships: begun, changed, paused, removed and brought back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts.models import Account, Team, User
from accounts.rows import plain
from accounts.undo import Done, gather, inverse, record
from relationships.actions.dates import refresh, theirs
from relationships.actions.rhythm import write_agreement
from relationships.actions.stages import declare
from relationships.actions.team import hand_over
from relationships.models import (
    Relationship,
)
from web.clock import Now

ASSUMED_EVERY = 30
EDITABLE = [
    "name", "owner", "team", "zone", "workdays", "yearly_worth", "renewal_on", "tier", "tags",
]  # fmt: skip


@transaction.atomic
def open_relationship(
    *,
    actor: User,
    now: Now,
    account: Account,
    owner: User,
    team: Team | None = None,
    name: str = "",
    stage: str = Relationship.Stage.CONTACT,
    zone: str = "UTC",
    every_days: int | None = ASSUMED_EVERY,
    reason: str = "",
    **more: Any,
) -> Done[Relationship]:
    """Begin a relationship, with an assumed rhythm from today unless ``every_days`` is ``None``.

    A later stage than contact is declared: its evidence is due in six months.
    """
    row = Relationship(
        account=account, owner=owner, team=team, name=name, stage=stage, zone=zone, created_at=now.moment(zone), **more
    )
    row.full_clean()
    row.save()
    if every_days is not None:
        write_agreement(row, actor=actor, now=now, every_days=every_days, starts_on=row.today(now), reason=reason)
    declare([row], actor=actor, now=now)
    refresh([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s added") % {"partner": row},
        verb=take_relationship_away,
        arguments={"relationship_id": row.pk},
        watch=[(Relationship, row.pk)],
    )
    return Done(row, step)


@transaction.atomic
def begin_with(
    *, actor: User, now: Now, account: Account | None, new_account: str, zone: str, **more: Any
) -> Done[Relationship]:
    """A relationship with an organisation that is there, or with one made for it."""
    if account is None:
        try:
            account = accounts.create_account(actor=actor, now=now, name=new_account, zone=zone).row
        except ValidationError as error:
            raise ValidationError({"new_account": error.messages}) from error
    return open_relationship(actor=actor, now=now, account=account, zone=zone, **more)


@transaction.atomic
def change_relationship(
    *, actor: User, now: Now, relationship: Relationship, values: dict[str, Any]
) -> Done[Relationship]:
    """Set fields of ``EDITABLE``; one of them may be the owner, which hands the relationship over."""
    unknown = set(values) - set(EDITABLE)
    assert not unknown, unknown
    others = {field: value for field, value in values.items() if field != "owner"}
    owner = values.get("owner")
    if owner is None or owner.pk == relationship.owner_id:
        return _change(actor=actor, now=now, relationship=relationship, values=others)
    try:
        handed = hand_over(actor=actor, now=now, relationships=[relationship], to=owner)
    except ValidationError as error:
        raise ValidationError({"owner": error.messages}) from error
    if not others:
        return Done(Relationship.objects.select_related("account").get(pk=relationship.pk), handed.step)
    changed = _change(actor=actor, now=now, relationship=relationship, values=others)
    together = gather(actor=actor, now=now, said=changed.step.said, steps=[handed.step, changed.step])
    return Done(changed.row, together)


def _change(*, actor: User, now: Now, relationship: Relationship, values: dict[str, Any]) -> Done[Relationship]:
    row = (
        Relationship.objects.select_for_update(no_key=True, of=("self",))
        .select_related("account")
        .get(pk=relationship.pk)
    )
    columns = {field: row._meta.get_field(field).attname for field in values}  # type: ignore[union-attr]
    before = {field: plain(getattr(row, column)) for field, column in columns.items()}
    for field, value in values.items():
        setattr(row, field, value)
    row.full_clean()
    row.save(update_fields=list(values))
    refresh([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s changed") % {"partner": row},
        verb=set_relationship,
        arguments={"relationship_id": row.pk, "values": before},
        watch=[(Relationship, row.pk)],
    )
    return Done(row, step)


@inverse
def set_relationship(*, actor: User, now: Now, relationship_id: int, values: dict[str, Any]) -> Done[Relationship]:
    row = theirs(actor, relationship_id)
    if "stage" in values:
        # Kept from the time before moves: a stage is not set any more.
        raise ValidationError(_("A stage changes by a move by now, with its evidence. Move it on its page."))
    fields = {field: row._meta.get_field(field) for field in values}
    ready = {
        name: (
            fields[name].related_model.objects.filter(pk=value).first()  # type: ignore[union-attr]
            if fields[name].is_relation
            else fields[name].to_python(value)  # type: ignore[union-attr]
        )
        for name, value in values.items()
    }
    return change_relationship(actor=actor, now=now, relationship=row, values=ready)


@transaction.atomic
def remove_relationship(*, actor: User, now: Now, relationship: Relationship) -> Done[Relationship]:
    """Take it out of every list. Its record stays, so that it can be brought back for 30 days."""
    row = (
        Relationship.objects.select_for_update(no_key=True, of=("self",))
        .select_related("account")
        .get(pk=relationship.pk)
    )
    row.removed_at = now.instant
    row.save(update_fields=["removed_at"])
    refresh([row.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s removed") % {"partner": row},
        verb=bring_relationship_back,
        arguments={"relationship_id": row.pk},
        watch=[(Relationship, row.pk)],
    )
    return Done(row, step)


@inverse
def take_relationship_away(*, actor: User, now: Now, relationship_id: int) -> Done[Relationship]:
    return remove_relationship(actor=actor, now=now, relationship=theirs(actor, relationship_id))


@inverse
@transaction.atomic
def bring_relationship_back(*, actor: User, now: Now, relationship_id: int) -> Done[Relationship]:
    row = (
        Relationship.objects.removed_for(actor)
        .select_for_update(no_key=True, of=("self",))
        .select_related("account")
        .get(pk=relationship_id)
    )
    row.removed_at = None
    row.validate_constraints()
    row.save(update_fields=["removed_at"])
    refresh([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s is back") % {"partner": row},
        verb=take_relationship_away,
        arguments={"relationship_id": row.pk},
        watch=[(Relationship, row.pk)],
    )
    return Done(row, step)
