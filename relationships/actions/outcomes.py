"""What became of a relationship: noted, changed, taken back. No standing follows from it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rows import plain, row_from, values_of
from accounts.undo import Done, inverse, record
from relationships.actions.dates import lock, theirs
from relationships.models import Relationship, RelationshipOutcome
from web.clock import Now

EDITABLE_OUTCOME = ["kind", "came_on", "reason", "worth_before", "worth_after"]


@transaction.atomic
def note_outcome(
    *,
    actor: User,
    now: Now,
    relationship: Relationship,
    kind: str,
    reason: str,
    came_on: date | None = None,
    worth_before: Decimal | None = None,
    worth_after: Decimal | None = None,
) -> Done[RelationshipOutcome]:
    """It was renewed, downgraded or ended on a day, today or before."""
    row = lock(relationship.pk)
    made = RelationshipOutcome(
        relationship=row,
        account_id=row.account_id,
        kind=kind,
        came_on=came_on or row.today(now),
        reason=reason.strip(),
        worth_before=worth_before,
        worth_after=worth_after,
        written_by=actor,
        written_at=now.moment(row.zone),
    )
    _check(made, row, now)
    made.save()
    return _noted(made, actor=actor, now=now)


def _check(made: RelationshipOutcome, row: Relationship, now: Now) -> None:
    if made.came_on > row.today(now):
        raise ValidationError({"came_on": _("This day is still to come.")})
    made.full_clean()


def _said(row: RelationshipOutcome) -> dict[str, Any]:
    return {
        "partner": row.relationship,
        "what": row.get_kind_display(),
        "day": date_format(row.came_on, "j F Y"),
    }


def _noted(made: RelationshipOutcome, *, actor: User, now: Now) -> Done[RelationshipOutcome]:
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: %(what)s on %(day)s") % _said(made),
        verb=remove_outcome,
        arguments={"outcome_id": made.pk},
        watch=[(RelationshipOutcome, made.pk)],
    )
    return Done(made, step)


def _outcome(actor: User, outcome_id: int) -> RelationshipOutcome:
    rows = RelationshipOutcome.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    return rows.select_related("relationship__account").get(pk=outcome_id)


@transaction.atomic
def change_outcome(
    *, actor: User, now: Now, outcome: RelationshipOutcome, values: dict[str, Any]
) -> Done[RelationshipOutcome]:
    assert values.keys() <= set(EDITABLE_OUTCOME), values
    return _write(_outcome(actor, outcome.pk), values, actor=actor, now=now)


def _write(row: RelationshipOutcome, values: dict[str, Any], *, actor: User, now: Now) -> Done[RelationshipOutcome]:
    before = {name: plain(getattr(row, name)) for name in values}
    for name, value in values.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    _check(row, row.relationship, now)
    row.save()
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: %(what)s on %(day)s") % _said(row),
        verb=set_outcome,
        arguments={"outcome_id": row.pk, "values": before},
        watch=[(RelationshipOutcome, row.pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def set_outcome(*, actor: User, now: Now, outcome_id: int, values: dict[str, Any]) -> Done[RelationshipOutcome]:
    ready = {name: RelationshipOutcome._meta.get_field(name).to_python(value) for name, value in values.items()}  # type: ignore[union-attr]
    return _write(_outcome(actor, outcome_id), ready, actor=actor, now=now)


@inverse
@transaction.atomic
def remove_outcome(*, actor: User, now: Now, outcome_id: int) -> Done[RelationshipOutcome]:
    """As if it had not been noted."""
    row = _outcome(actor, outcome_id)
    values = values_of(row)
    row.delete()
    row.pk = outcome_id
    step = record(
        actor=actor,
        now=now,
        said=_("No longer noted – %(partner)s: %(what)s on %(day)s") % _said(row),
        verb=restore_outcome,
        arguments={"values": values},
        watch=[(RelationshipOutcome, outcome_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_outcome(*, actor: User, now: Now, values: dict[str, Any]) -> Done[RelationshipOutcome]:
    theirs(actor, values["relationship_id"])
    if not User._base_manager.filter(pk=values["written_by_id"]).exists():
        values = {**values, "written_by_id": None}
    return _noted(row_from(RelationshipOutcome, values), actor=actor, now=now)
