"""The next step of an entry: done, and open again."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.undo import Done, inverse, record
from relationships.models import Interaction
from web.clock import Now


def _lock_step(interaction_id: int, actor: User) -> Interaction:
    rows = Interaction.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    return rows.select_related("relationship__account").get(pk=interaction_id)


@inverse
@transaction.atomic
def finish_next_step(*, actor: User, now: Now, interaction_id: int) -> Done[Interaction]:
    """The next step is done, today where the partner is. Raises ``ValidationError`` where none is open."""
    row = _lock_step(interaction_id, actor)
    if not row.next_step or row.next_step_done_on is not None:
        raise ValidationError(_("No step is open here."))
    row.next_step_done_on = row.relationship.today(now)
    row.save(update_fields=["next_step_done_on"])
    step = record(
        actor=actor,
        now=now,
        said=_("Done: %(what)s") % {"what": row.next_step},
        verb=reopen_next_step,
        arguments={"interaction_id": row.pk},
        watch=[(Interaction, row.pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def reopen_next_step(*, actor: User, now: Now, interaction_id: int) -> Done[Interaction]:
    row = _lock_step(interaction_id, actor)
    row.next_step_done_on = None
    row.save(update_fields=["next_step_done_on"])
    step = record(
        actor=actor,
        now=now,
        said=_("Open again: %(what)s") % {"what": row.next_step},
        verb=finish_next_step,
        arguments={"interaction_id": row.pk},
        watch=[(Interaction, row.pk)],
    )
    return Done(row, step)
