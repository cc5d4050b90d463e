"""Paused or ended, and taken up again: what the relationship is now, and the row that tells it for good."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rows import plain, row_from, values_of
from accounts.undo import Done, Inverse, inverse, record
from relationships.actions.dates import lock, refresh, theirs
from relationships.models import Halt, Relationship
from web.clock import Now

# Where the relationship itself says it: the day and the reason.
COLUMNS = {Halt.Kind.PAUSED: ("paused_since", "pause_reason"), Halt.Kind.ENDED: ("ended_on", "end_reason")}


def must_go_on(row: Relationship) -> None:
    """Raises ``ValidationError`` where it has ended."""
    if row.ended_on is not None:
        raise ValidationError(_("This relationship has ended. Take it up again first."))


# Deeds ---------------------------------------------------------------------------------------------------------------


@transaction.atomic
def pause(*, actor: User, now: Now, relationship: Relationship, reason: str) -> Done[Relationship]:
    """No check-in is due until it is resumed."""
    row = lock(relationship.pk)
    must_go_on(row)
    if row.paused_since is not None:
        raise ValidationError(_("It is paused already."))
    return _halt(row, Halt.Kind.PAUSED, reason, actor=actor, now=now)


@transaction.atomic
def resume(*, actor: User, now: Now, relationship: Relationship) -> Done[Relationship]:
    row = lock(relationship.pk)
    must_go_on(row)
    if row.paused_since is None:
        raise ValidationError(_("It is not paused."))
    return _go_on(row, Halt.Kind.PAUSED, actor=actor, now=now)


@transaction.atomic
def end_relationship(*, actor: User, now: Now, relationship: Relationship, reason: str) -> Done[Relationship]:
    """It ends well: no check-in is due any more, and all that was said and promised stays."""
    row = lock(relationship.pk)
    if row.ended_on is not None:
        raise ValidationError(_("It has ended already."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it ended.")})
    return _halt(row, Halt.Kind.ENDED, reason, actor=actor, now=now)


@transaction.atomic
def take_up_again(*, actor: User, now: Now, relationship: Relationship) -> Done[Relationship]:
    """It goes on as what it was: one that was paused when it ended is paused again."""
    row = lock(relationship.pk)
    if row.ended_on is None:
        raise ValidationError(_("It has not ended."))
    return _go_on(row, Halt.Kind.ENDED, actor=actor, now=now)


def _halt(row: Relationship, kind: Halt.Kind, why: str, *, actor: User, now: Now) -> Done[Relationship]:
    before, today = _columns(row, kind), row.today(now)
    _put(row, kind, today, why.strip())
    made = Halt(
        relationship=row,
        account_id=row.account_id,
        shared=row.shared,
        kind=kind,
        from_on=today,
        why=why.strip(),
        made_by=actor,
        made_at=now.moment(row.zone),
    )
    made.validate_constraints()
    made.save()
    return _done(row, kind, before, made.pk, None, actor=actor, now=now)


def _go_on(row: Relationship, kind: Halt.Kind, *, actor: User, now: Now) -> Done[Relationship]:
    before = _columns(row, kind)
    halt = row.halts.select_for_update(no_key=True).filter(kind=kind, until_on=None).first()
    if halt is None:
        since, why = before["on"], before["why"]
        halt = Halt(relationship=row, account_id=row.account_id, shared=row.shared, kind=kind, from_on=since, why=why)
        halt.made_at = now.moment(row.zone)
        halt.save()
    former = values_of(halt)
    halt.until_on, halt.taken_up_by, halt.taken_up_at = max(row.today(now), halt.from_on), actor, now.moment(row.zone)
    halt.save(update_fields=["until_on", "taken_up_by", "taken_up_at"])
    _put(row, kind, None, "")
    return _done(row, kind, before, halt.pk, former, actor=actor, now=now)


# Taking them back ----------------------------------------------------------------------------------------------------


@inverse
@transaction.atomic
def set_pause(
    *,
    actor: User,
    now: Now,
    relationship_id: int,
    since: str | None,
    reason: str,
    halt_id: int = 0,
    halt: dict[str, Any] | None = None,
) -> Done[Relationship]:
    """The pause as it was before, and the row that tells it; steps kept before there were such rows name none."""
    row = lock(theirs(actor, relationship_id).pk)
    return _set(row, Halt.Kind.PAUSED, since, reason, halt_id, halt, actor=actor, now=now)


@inverse
@transaction.atomic
def set_end(
    *,
    actor: User,
    now: Now,
    relationship_id: int,
    on: str | None,
    reason: str,
    halt_id: int = 0,
    halt: dict[str, Any] | None = None,
) -> Done[Relationship]:
    row = lock(theirs(actor, relationship_id).pk)
    return _set(row, Halt.Kind.ENDED, on, reason, halt_id, halt, actor=actor, now=now)


def _set(
    row: Relationship,
    kind: Halt.Kind,
    on: str | None,
    why: str,
    halt_id: int,
    wanted: dict[str, Any] | None,
    *,
    actor: User,
    now: Now,
) -> Done[Relationship]:
    before = _columns(row, kind)
    told = row.halts.select_for_update(no_key=True).filter(kind=kind)
    present = told.filter(pk=halt_id).first() if halt_id else told.filter(until_on=None).first()
    former, pk = (values_of(present), present.pk) if present else (None, halt_id)
    if present is not None and wanted is None:
        present.delete()
    elif present is not None and wanted is not None:
        Halt(**{field.attname: field.to_python(wanted[field.attname]) for field in Halt._meta.concrete_fields}).save()
    elif wanted is not None:
        row_from(Halt, wanted)
    _put(row, kind, date.fromisoformat(on) if on else None, why)
    return _done(row, kind, before, pk, former, actor=actor, now=now)


def _columns(row: Relationship, kind: Halt.Kind) -> dict[str, Any]:
    day, reason = COLUMNS[kind]
    return {"on": getattr(row, day), "why": getattr(row, reason)}


def _put(row: Relationship, kind: Halt.Kind, on: date | None, why: str) -> None:
    day, reason = COLUMNS[kind]
    setattr(row, day, on)
    setattr(row, reason, why)
    row.validate_constraints()
    row.save(update_fields=[day, reason])


def _done(
    row: Relationship,
    kind: Halt.Kind,
    before: dict[str, Any],
    halt_id: int,
    halt: dict[str, Any] | None,
    *,
    actor: User,
    now: Now,
) -> Done[Relationship]:
    """Bring in line what follows, and keep how it was: the two columns, and the row that tells it, if any."""
    refresh([row.pk], now=now)
    row.refresh_from_db()
    stopped = _columns(row, kind)["on"] is not None
    said = {
        (Halt.Kind.PAUSED, True): _("%(partner)s paused"),
        (Halt.Kind.PAUSED, False): _("%(partner)s resumed"),
        (Halt.Kind.ENDED, True): _("%(partner)s ended"),
        (Halt.Kind.ENDED, False): _("%(partner)s taken up again"),
    }[kind, stopped]
    verbs: dict[str, tuple[Inverse, str]] = {Halt.Kind.PAUSED: (set_pause, "since"), Halt.Kind.ENDED: (set_end, "on")}
    verb, day = verbs[kind]
    step = record(
        actor=actor,
        now=now,
        said=said % {"partner": row},
        verb=verb,
        arguments={
            "relationship_id": row.pk,
            day: plain(before["on"]),
            "reason": before["why"],
            "halt_id": halt_id,
            "halt": halt,
        },
        watch=[(Relationship, row.pk), *([(Halt, halt_id)] if halt_id else [])],
    )
    return Done(row, step)
