"""What somebody of ours feels about a relationship. It is no evidence: the ledger and the standing stay as they are."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rows import row_from, values_of
from accounts.undo import Done, inverse, record
from relationships.actions.dates import lock, theirs
from relationships.models import Feeling, Relationship, Standing
from web.clock import Now

OWN = ["word", "note", "evidence"]


@transaction.atomic
def feel(*, actor: User, now: Now, relationship: Relationship, word: str, note: str | None = None) -> Done[Feeling]:
    """How it feels today, in a word; said twice on a day, the later word stands. Without ``note`` the line stays."""
    row = lock(relationship.pk)
    today = row.today(now)
    said = Feeling.objects.filter(relationship=row, felt_by=actor, felt_on=today).first()
    if said is not None:
        return change_feeling(actor=actor, now=now, feeling=said, word=word, note=said.note if note is None else note)
    made = Feeling(
        relationship=row,
        account_id=row.account_id,
        word=word,
        note=(note or "").strip(),
        felt_on=today,
        evidence=_evidence(row),
        felt_by=actor,
        felt_at=now.moment(row.zone),
    )
    made.full_clean()
    made.save()
    return _felt(made, actor=actor, now=now)


def _evidence(row: Relationship) -> str:
    """The word that the evidence has now, to be held against the feeling later."""
    return Standing.objects.filter(pk=row.pk).values_list("band", flat=True).first() or ""


def _said(row: Feeling) -> dict[str, Any]:
    return {"partner": row.relationship, "word": row.get_word_display()}


def _felt(made: Feeling, *, actor: User, now: Now) -> Done[Feeling]:
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s feels %(word)s") % _said(made),
        verb=remove_feeling,
        arguments={"feeling_id": made.pk},
        watch=[(Feeling, made.pk)],
    )
    return Done(made, step)


def _own(actor: User, feeling_id: int) -> Feeling:
    """Raises ``Feeling.DoesNotExist`` for another's."""
    rows = Feeling.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    return rows.select_related("relationship__account").get(pk=feeling_id)


@transaction.atomic
def change_feeling(*, actor: User, now: Now, feeling: Feeling, word: str, note: str) -> Done[Feeling]:
    """Only one's own. The word of a day that is over may be put right; the evidence of that day stays beside it."""
    row = _own(actor, feeling.pk)
    values = {"word": word, "note": note.strip()}
    if row.felt_on == row.relationship.today(now):
        values["evidence"] = _evidence(row.relationship)
    return _write(row, values, actor=actor, now=now)


def _write(row: Feeling, values: dict[str, Any], *, actor: User, now: Now) -> Done[Feeling]:
    before = {name: getattr(row, name) for name in OWN}
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s feels %(word)s") % _said(row),
        verb=set_feeling,
        arguments={"feeling_id": row.pk, "values": before},
        watch=[(Feeling, row.pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def set_feeling(*, actor: User, now: Now, feeling_id: int, values: dict[str, Any]) -> Done[Feeling]:
    return _write(_own(actor, feeling_id), {name: values[name] for name in OWN}, actor=actor, now=now)


@inverse
@transaction.atomic
def remove_feeling(*, actor: User, now: Now, feeling_id: int) -> Done[Feeling]:
    """As if it had not been said; only one's own."""
    row = _own(actor, feeling_id)
    values = values_of(row)
    row.delete()
    row.pk = feeling_id
    step = record(
        actor=actor,
        now=now,
        said=_("No longer said: %(partner)s feels %(word)s") % _said(row),
        verb=restore_feeling,
        arguments={"values": values},
        watch=[(Feeling, feeling_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_feeling(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Feeling]:
    """Only one's own. Raises ``ValidationError`` where it was said anew for that day."""
    theirs(actor, values["relationship_id"])
    if values["felt_by_id"] != actor.pk:
        raise Feeling.DoesNotExist
    return _felt(row_from(Feeling, values), actor=actor, now=now)
