"""Who looks after a relationship."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts.models import User
from accounts.undo import Done, inverse, record
from relationships.models import (
    Relationship,
)
from web.clock import Now


@transaction.atomic
def hand_over(*, actor: User, now: Now, relationships: Iterable[Relationship], to: User) -> Done[list[int]]:
    """Give relationships another owner, all at once."""
    ids = sorted(row.pk for row in relationships)
    before = dict(
        Relationship.objects.changeable_by(actor)
        .select_for_update(no_key=True, of=("self",))
        .filter(pk__in=ids)
        .order_by("pk")
        .values_list("pk", "owner_id")
    )
    Relationship.objects.filter(pk__in=before).update(owner=to)
    step = record(
        actor=actor,
        now=now,
        said=_("%(count)d handed over to %(name)s") % {"count": len(before), "name": to},
        verb=set_owners,
        arguments={"owners": [[pk, owner] for pk, owner in before.items()]},
        watch=[(Relationship, pk) for pk in before],
    )
    return Done(sorted(before), step)


@transaction.atomic
def let_go(*, actor: User, now: Now, leaving: User, to: User | None) -> Done[User]:
    """Deactivate a person; what they own goes to ``to``, which is needed where there is something."""
    owned = Relationship.objects.changeable_by(actor).filter(owner=leaving)
    if to is not None:
        hand_over(actor=actor, now=now, relationships=owned, to=to)
    elif owned.exists():
        raise ValidationError({"to": _("Say who takes over.")})
    return accounts.deactivate_person(actor=actor, now=now, person=leaving)


@inverse
@transaction.atomic
def set_owners(*, actor: User, now: Now, owners: list[list[int]]) -> Done[list[int]]:
    """Give each relationship the owner named beside it."""
    wanted: dict[int, int] = dict(owners)  # type: ignore[arg-type]
    rows = list(
        Relationship.objects.changeable_by(actor)
        .select_for_update(no_key=True, of=("self",))
        .filter(pk__in=wanted)
        .order_by("pk")
    )
    before = [[row.pk, row.owner_id] for row in rows]
    for row in rows:
        row.owner_id = wanted[row.pk]
    Relationship.objects.bulk_update(rows, ["owner"])
    step = record(
        actor=actor,
        now=now,
        said=_("%(count)d handed back") % {"count": len(rows)},
        verb=set_owners,
        arguments={"owners": before},
        watch=[(Relationship, row.pk) for row in rows],
    )
    return Done([row.pk for row in rows], step)
