"""What is done with many relationships at once: team, tags, tier, rhythm. All or none, in one step with a way back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.history import Watched
from accounts.models import Team, UndoStep, User
from accounts.rows import rows_from, values_of
from accounts.undo import NAMES, Done, Part, escaped, inverse, narrowing, record
from relationships.actions.dates import refresh
from relationships.actions.rhythm import check_reason
from relationships.actions.team import still_theirs, together
from relationships.models import CadenceAgreement, Relationship
from web.clock import Now

# What can be set for many at once by its inverse, with the column that holds it.
COLUMNS = {"team": "team_id", "tags": "tags", "tier": "tier"}


def _count(rows: Sequence[Relationship]) -> str:
    """*Ewos* or *12 relationships*."""
    if len(rows) == 1:
        return str(rows[0])
    return ngettext("%(count)d relationship", "%(count)d relationships", len(rows)) % {"count": len(rows)}


def _parts(rows: Iterable[Relationship]) -> list[Part]:
    """Each of them can be taken back without the others."""
    return [(str(row), [(Relationship, row.pk)]) for row in rows]


def _as_they_were(rows: Sequence[Relationship], field: str) -> str:
    """*Tags of 12 relationships as they were*."""
    if field == "tags":
        said = _("Tags of %(partners)s as they were")
    elif field == "tier":
        said = ngettext("Tier of %(partners)s as it was", "Tiers of %(partners)s as they were", len(rows))
    else:
        said = ngettext("Team of %(partners)s as it was", "Teams of %(partners)s as they were", len(rows))
    return said % {"partners": _count(rows)}


def _set(
    rows: Sequence[Relationship],
    field: str,
    values: dict[int, Any],
    *,
    actor: User,
    now: Now,
    said: str,
    parts: Sequence[Part] = (),
) -> UndoStep:
    """Give each its value in one statement, and keep what it was."""
    column = COLUMNS[field]
    before = [[row.pk, getattr(row, column)] for row in rows]
    for row in rows:
        setattr(row, column, values[row.pk])
    Relationship.objects.bulk_update(rows, [field])
    return record(
        actor=actor,
        now=now,
        said=said,
        verb=set_for_many,
        arguments={"field": field, "values": before},
        watch=[(Relationship, row.pk) for row in rows],
        parts=parts,
    )


@transaction.atomic
def move_to_team(*, actor: User, now: Now, relationships: Iterable[Relationship], team: Team | None) -> Done[list[int]]:
    """Put them into a team, or in none; refused where the actor could change one of them no more afterwards."""
    wanted = team.pk if team else None
    rows = [row for row in together(actor, relationships) if row.team_id != wanted]
    if not rows:
        raise ValidationError({"team": _("They are in this team already.")})
    ids = [row.pk for row in rows]
    said = _("Team of %(names)s set to %(team)s") if team else _("%(names)s: in no team any more")
    said %= {"names": NAMES, "team": escaped(str(team))}
    step = _set(rows, "team", dict.fromkeys(ids, wanted), actor=actor, now=now, said=said, parts=_parts(rows))
    _refuse_lost(actor, ids)
    return Done(ids, step)


def _refuse_lost(actor: User, ids: Sequence[int]) -> None:
    """Asked of the rows as they are by now, so that the rule of who may change them stands in one place."""
    lost = len(ids) - Relationship.objects.changeable_by(actor).filter(pk__in=ids).count()
    if not lost:
        return
    alone = _("Afterwards you could no longer change it. Choose a team of yours, or ask a manager.")
    said = _("Afterwards you could no longer change %(count)d of them. Choose a team of yours, or ask a manager.")
    raise ValidationError({"team": alone if len(ids) == 1 else said % {"count": lost}})


@transaction.atomic
def retag(
    *, actor: User, now: Now, relationships: Iterable[Relationship], add: Sequence[str], remove: Sequence[str]
) -> Done[list[int]]:
    """Add words to the tags of each and take others away; the rest of the tags stays, in its order.

    Capitals don't matter: what is there already stays as it is spelt.
    """
    wanted, gone = {}, {tag.upper() for tag in remove}
    rows = []
    for row in together(actor, relationships):
        kept = [tag for tag in row.tags if tag.upper() not in gone]
        known = {tag.upper() for tag in kept}
        wanted[row.pk] = [*kept, *(tag for tag in add if tag.upper() not in known)]
        if wanted[row.pk] != row.tags:
            rows.append(row)
    if not rows:
        raise ValidationError(_("Their tags are so already."))
    told = [_("%(tags)s added") % {"tags": ", ".join(add)}] if add else []
    told += [_("%(tags)s removed") % {"tags": ", ".join(remove)}] if remove else []
    said = _("Tags of %(names)s: %(what)s") % {"names": NAMES, "what": escaped("; ".join(told))}
    step = _set(rows, "tags", wanted, actor=actor, now=now, said=said, parts=_parts(rows))
    return Done([row.pk for row in rows], step)


@transaction.atomic
def set_tier(*, actor: User, now: Now, relationships: Iterable[Relationship], tier: str) -> Done[list[int]]:
    """Put them into a tier; an empty one takes it away."""
    wanted = tier.strip()
    rows = [row for row in together(actor, relationships) if row.tier != wanted]
    if not rows:
        raise ValidationError({"tier": _("They are in this tier already.")})
    ids = [row.pk for row in rows]
    said = _("Tier of %(names)s set to %(tier)s") if wanted else _("Tier of %(names)s removed")
    said %= {"names": NAMES, "tier": escaped(wanted)}
    step = _set(rows, "tier", dict.fromkeys(ids, wanted), actor=actor, now=now, said=said, parts=_parts(rows))
    return Done(ids, step)


@inverse
@transaction.atomic
def set_for_many(*, actor: User, now: Now, field: str, values: Sequence[tuple[int, Any]]) -> Done[list[int]]:
    """Each its own value of a field of ``COLUMNS``."""
    wanted = dict(values)
    if field == "team":
        _refuse_gone_teams({value for value in wanted.values() if value is not None})
    rows = still_theirs(actor, wanted.keys())
    step = _set(rows, field, wanted, actor=actor, now=now, said=_as_they_were(rows, field))
    return Done([row.pk for row in rows], step)


@narrowing(set_for_many)
def _values_of(arguments: dict[str, Any], rows: Collection[Watched]) -> dict[str, Any]:
    label = Relationship._meta.label
    return {**arguments, "values": [one for one in arguments["values"] if (label, one[0]) in rows]}


def _refuse_gone_teams(ids: set[int]) -> None:
    if Team.objects.filter(pk__in=ids).count() != len(ids):
        raise ValidationError(_("A team of then is no more, so it stays as it is. Change it by hand."))


# The rhythm ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def assume_cadence(
    *, actor: User, now: Now, relationships: Iterable[Relationship], every_days: int, reason: str = ""
) -> Done[list[int]]:
    """An assumed rhythm for each, from today of its zone on; the former ones stay as history."""
    rows = together(actor, relationships)
    for row in rows:
        check_reason(row.agreement, every_days, None, reason)
    made = CadenceAgreement.objects.bulk_create(
        CadenceAgreement(
            relationship=row,
            account_id=row.account_id,
            every_days=every_days,
            starts_on=row.today(now),
            reason=reason.strip(),
            made_by=actor,
            made_at=now.moment(row.zone),
        )
        for row in rows
    )
    refresh([row.pk for row in rows], now=now)
    step = record(
        actor=actor,
        now=now,
        said=ngettext(
            "Rhythm of %(names)s set to every day", "Rhythm of %(names)s set to every %(days)d days", every_days
        )
        % {"names": NAMES, "days": every_days},
        verb=withdraw_agreements,
        arguments={"ids": [agreement.pk for agreement in made]},
        watch=[(CadenceAgreement, agreement.pk) for agreement in made],
        parts=[(str(agreement.relationship), [(CadenceAgreement, agreement.pk)]) for agreement in made],
    )
    return Done([row.pk for row in rows], step)


@inverse
@transaction.atomic
def withdraw_agreements(*, actor: User, now: Now, ids: Sequence[int]) -> Done[list[int]]:
    """Remove agreements made together as if they had not been made."""
    found = CadenceAgreement.objects.changeable_by(actor).filter(pk__in=ids).order_by("pk")
    kept = [values_of(agreement) for agreement in found]
    if len(kept) != len(ids):
        raise CadenceAgreement.DoesNotExist
    rows = still_theirs(actor, {values["relationship_id"] for values in kept})
    CadenceAgreement.objects.filter(pk__in=ids).delete()
    refresh([row.pk for row in rows], now=now, corrected=True)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partners)s: rhythm taken back") % {"partners": _count(rows)},
        verb=restore_agreements,
        arguments={"kept": kept},
        watch=[(CadenceAgreement, values["id"]) for values in kept],
    )
    return Done([row.pk for row in rows], step)


@inverse
@transaction.atomic
def restore_agreements(*, actor: User, now: Now, kept: Sequence[dict[str, Any]]) -> Done[list[int]]:
    rows = still_theirs(actor, {values["relationship_id"] for values in kept})
    back = rows_from(CadenceAgreement, kept)
    refresh([row.pk for row in rows], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partners)s: rhythm set again") % {"partners": _count(rows)},
        verb=withdraw_agreements,
        arguments={"ids": [agreement.pk for agreement in back]},
        watch=[(CadenceAgreement, agreement.pk) for agreement in back],
    )
    return Done([row.pk for row in rows], step)


@narrowing(withdraw_agreements)
def _withdrawn_of(arguments: dict[str, Any], rows: Collection[Watched]) -> dict[str, Any]:
    return {"ids": [pk for pk in arguments["ids"] if (CadenceAgreement._meta.label, pk) in rows]}


@narrowing(restore_agreements)
def _restored_of(arguments: dict[str, Any], rows: Collection[Watched]) -> dict[str, Any]:
    return {"kept": [one for one in arguments["kept"] if (CadenceAgreement._meta.label, one["id"]) in rows]}
