"""What was said: logged, corrected, removed, back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import Contact, UndoStep, User
from accounts.rows import row_from, values_of
from accounts.undo import Done, gather, inverse, record
from relationships import ledger, seen, sums
from relationships.actions.dates import refresh, theirs
from relationships.actions.problems import open_problem
from relationships.actions.promises import make_promise
from relationships.models import (
    Interaction,
    InteractionColleague,
    InteractionContact,
    Relationship,
)
from web.clock import Now

OWN = [
    "occurred_on", "channel", "begun_by", "purpose", "two_way", "summary", "topics", "project", "next_step",
    "next_step_on", "next_step_done_on",
]  # fmt: skip
# What hangs on an entry and outlives it; when the entry comes back, it belongs to it again.
OUTLIVING = ["commitments", "comments", "attachments", "feedback", "problems"]


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise that came up in a talk; ``colleague`` and ``contact`` as in ``Commitment``."""

    side: str
    what: str
    due_on: date
    colleague: User | None = None
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem that came up in a talk."""

    what: str
    severity: int


@transaction.atomic
def log_interaction(
    *,
    actor: User,
    now: Now,
    relationship: Relationship,
    occurred_on: date,
    channel: str,
    summary: str = "",
    two_way: bool = True,
    begun_by: str = Interaction.Side.UNKNOWN,
    purpose: str = "",
    contacts: Iterable[Contact] = (),
    colleagues: Iterable[User] | None = None,
    topics: Iterable[str] = (),
    project: str = "",
    next_step: str = "",
    next_step_on: date | None = None,
    promised: Sequence[Promised] = (),
    trouble: Trouble | None = None,
) -> Done[Interaction]:
    """Write down what was said and promised. A two-way one moves the next due day and closes the flag.

    ``occurred_on`` is a local date of the relationship's zone, or of the actor's where that is further on;
    a later one raises ``ValidationError``. Without ``colleagues`` the actor took part.
    """
    _not_in_the_future(occurred_on, relationship, actor, now)
    contacts, colleagues = list(contacts), [actor] if colleagues is None else list(colleagues)
    row = Interaction(
        relationship=relationship,
        account_id=relationship.account_id,
        occurred_on=occurred_on,
        channel=channel,
        begun_by=begun_by,
        purpose=purpose.strip(),
        two_way=two_way,
        summary=summary.strip(),
        topics=list(topics),
        project=project.strip(),
        next_step=next_step.strip(),
        next_step_on=next_step_on,
        present=Interaction.keys_of(contacts, colleagues),
        logged_by=actor,
        logged_at=now.moment(relationship.zone),
    )
    row.full_clean()
    row.save()
    _set_people(row, contacts, colleagues)
    _follow([row.pk], [relationship.pk], now, new=True)
    step = record(
        actor=actor,
        now=now,
        said=_("Logged with %(partner)s") % {"partner": relationship},
        verb=remove_interaction,
        arguments={"interaction_id": row.pk},
        watch=[(Interaction, row.pk)],
    )
    step = _with_promises(row, promised, step, actor=actor, now=now)
    return Done(row, _with_trouble(row, trouble, contacts, step, actor=actor, now=now) if trouble else step)


def _follow(interactions: Collection[int], relationships: Collection[int], now: Now, *, new: bool = False) -> None:
    """The dates, the flag, the evidence, and when somebody was seen last, follow the entries.

    A ``new`` one costs the same whatever the history: what it says for the stage is judged by the next sweep.
    """
    ledger.follow_interactions(interactions)
    if new:
        seen.in_talks(interactions)
    else:
        sums.lock(relationships)
        seen.anew(relationships)
    refresh(relationships, now=now, later=new)


def _with_promises(
    row: Interaction, promised: Sequence[Promised], step: UndoStep, *, actor: User, now: Now
) -> UndoStep:
    """What was promised in the talk, made on its day; taken back together with the entry."""
    made = [
        make_promise(
            actor=actor,
            now=now,
            relationship=row.relationship,
            side=one.side,
            what=one.what,
            due_on=one.due_on,
            colleague=one.colleague,
            contact=one.contact,
            made_on=row.occurred_on,
            interaction=row,
        ).step
        for one in promised
    ]
    return gather(actor=actor, now=now, said=step.said, steps=[step, *made]) if made else step


def _with_trouble(
    row: Interaction, trouble: Trouble, contacts: Sequence[Contact], step: UndoStep, *, actor: User, now: Now
) -> UndoStep:
    """The problem that came up, opened on its day; raised by the one of theirs who was there, if it was one."""
    opened = open_problem(
        actor=actor,
        now=now,
        relationship=row.relationship,
        what=trouble.what,
        severity=trouble.severity,
        opened_on=row.occurred_on,
        contact=contacts[0] if len(contacts) == 1 else None,
        interaction=row,
    )
    return gather(actor=actor, now=now, said=step.said, steps=[step, opened.step])


def _not_in_the_future(day: date, relationship: Relationship, actor: User, now: Now) -> None:
    if day > max(now.today(relationship.zone), now.today(actor.zone)):
        raise ValidationError({"occurred_on": _("This day is still to come. Log it once it has happened.")})


def _set_people(row: Interaction, contacts: Iterable[Contact], colleagues: Iterable[User]) -> None:
    InteractionContact.objects.bulk_create([InteractionContact(interaction=row, contact=person) for person in contacts])
    InteractionColleague.objects.bulk_create(
        [InteractionColleague(interaction=row, user=person) for person in colleagues]
    )


def _people_of(row: Interaction) -> dict[str, list[int]]:
    return {
        "contacts": sorted(row.contacts.values_list("pk", flat=True)),
        "colleagues": sorted(row.colleagues.values_list("pk", flat=True)),
    }


@transaction.atomic
def change_interaction(
    *,
    actor: User,
    now: Now,
    interaction: Interaction,
    values: dict[str, Any],
    contacts: Iterable[Contact],
    colleagues: Iterable[User],
    promised: Sequence[Promised] = (),
) -> Done[Interaction]:
    """Correct an interaction: ``values`` for its own fields, and the people of both sides as they should be.

    ``promised`` are further promises; those made before stay as they are.
    """
    row = (
        Interaction.objects.select_for_update(no_key=True, of=("self",))
        .select_related("relationship__account")
        .get(pk=interaction.pk)
    )
    contacts, colleagues = list(contacts), list(colleagues)
    before = {**values_of(row), **_people_of(row)}
    _not_in_the_future(values.get("occurred_on", row.occurred_on), row.relationship, actor, now)
    for field, value in values.items():
        setattr(row, field, value)
    row.present = Interaction.keys_of(contacts, colleagues)
    row.full_clean()
    row.save()
    InteractionContact.objects.filter(interaction=row).delete()
    InteractionColleague.objects.filter(interaction=row).delete()
    _set_people(row, contacts, colleagues)
    _follow([row.pk], [row.relationship_id], now)
    step = record(
        actor=actor,
        now=now,
        said=_("Entry for %(partner)s changed") % {"partner": row.relationship},
        verb=set_interaction,
        arguments={"values": before},
        watch=[(Interaction, row.pk)],
    )
    return Done(row, _with_promises(row, promised, step, actor=actor, now=now))


@inverse
@transaction.atomic
def set_interaction(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Interaction]:
    row = Interaction.objects.changeable_by(actor).get(pk=values["id"])
    own = {
        field: row._meta.get_field(field).to_python(values[field])  # type: ignore[union-attr]
        for field in OWN
        if field in values
    }
    return change_interaction(
        actor=actor,
        now=now,
        interaction=row,
        values=own,
        contacts=Contact.objects.filter(pk__in=values["contacts"]),
        colleagues=User.objects.filter(pk__in=values["colleagues"]),
    )


@inverse
@transaction.atomic
def remove_interaction(*, actor: User, now: Now, interaction_id: int) -> Done[Interaction]:
    """Remove an entry; the dates and the flag go back to what they were."""
    row = Interaction.objects.changeable_by(actor).select_related("relationship__account").get(pk=interaction_id)
    values = {
        **values_of(row),
        **_people_of(row),
        **{name: sorted(getattr(row, name).values_list("pk", flat=True)) for name in OUTLIVING},
    }
    # What hangs on it is let go of, and taken up again when the entry comes back: changed both times.
    hanging = [(type(one), one.pk) for name in OUTLIVING for one in getattr(row, name).all()]
    row.delete()
    _follow([interaction_id], [row.relationship_id], now)
    step = record(
        actor=actor,
        now=now,
        said=_("Entry for %(partner)s removed") % {"partner": row.relationship},
        verb=restore_interaction,
        arguments={"values": values},
        watch=[(Interaction, interaction_id), *hanging],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_interaction(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Interaction]:
    relationship = theirs(actor, values["relationship_id"])
    row = row_from(Interaction, values)
    hanging: list[tuple[type[models.Model], int]] = []
    for name in OUTLIVING:
        outlived = getattr(relationship, name).filter(pk__in=values.get(name, ()), interaction=None)
        hanging += [(type(one), one.pk) for one in outlived]
        outlived.update(interaction=row)
    # Somebody may have been erased meanwhile; those who are left took part.
    _set_people(
        row, Contact.objects.filter(pk__in=values["contacts"]), User.objects.filter(pk__in=values["colleagues"])
    )
    _follow([row.pk], [relationship.pk], now)
    step = record(
        actor=actor,
        now=now,
        said=_("Entry for %(partner)s is back") % {"partner": relationship},
        verb=remove_interaction,
        arguments={"interaction_id": row.pk},
        watch=[(Interaction, row.pk), *hanging],
    )
    return Done(row, step)
