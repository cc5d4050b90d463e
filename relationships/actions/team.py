"""Who looks after a relationship: its owner, colleagues with a part in it, and how it goes to the next owner."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import actions as accounts
from accounts.history import Watched
from accounts.models import User
from accounts.rows import row_from, rows_from, values_of
from accounts.undo import NAMES, Done, Part, escaped, gather, inverse, narrowing, record
from relationships.actions.dates import theirs
from relationships.models import (
    Commitment,
    Feedback,
    HandOver,
    Problem,
    Relationship,
    RelationshipMember,
)
from web.clock import Now

Pairs = Sequence[tuple[int, int]]
# What one sees to goes along to the next owner while it is open; each kind under its argument of ``set_owners``.
KEPT: dict[str, Callable[[], QuerySet[Any]]] = {
    "keepers": Commitment.objects.open,
    "feedback_keepers": Feedback.objects.open,
    "problem_keepers": Problem.objects.open,
}


def _theirs_of(actor: User, ids: Collection[int]) -> list[Relationship]:
    """Those of them that the actor may change, locked in the order of their keys."""
    rows = Relationship.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    return list(rows.filter(pk__in=ids).select_related("account", "owner", "agreement").order_by("pk"))


def together(actor: User, relationships: Iterable[Relationship]) -> list[Relationship]:
    """All of them, locked. If the actor may not change one, ``ValidationError`` says how many, and nothing is done."""
    ids = {row.pk for row in relationships}
    rows = _theirs_of(actor, ids)
    if refused := len(ids) - len(rows):
        raise ValidationError(not_yours(refused))
    return rows


def not_yours(count: int) -> str:
    return ngettext(
        "%(count)d of these is not yours to change, so nothing has been done.",
        "%(count)d of these are not yours to change, so nothing has been done.",
        count,
    ) % {"count": count}


def still_theirs(actor: User, ids: Collection[int]) -> list[Relationship]:
    """All of them, locked, to take a deed back; otherwise ``ValidationError`` says why it can't be."""
    found = _theirs_of(actor, ids)
    if gone := len(ids) - len(found):
        alone = _("This is no longer yours to change, so it stays as it is. Ask its owner or a manager.")
        said = ngettext(
            "%(count)d of these is no longer yours to change, so all stay as they are. Ask its owner or a manager.",
            "%(count)d of these are no longer yours to change, so all stay as they are. Ask their owners or a manager.",
            gone,
        )
        raise ValidationError(alone if len(ids) == 1 else said % {"count": gone})
    return found


def _must_work_here(person: User, field: str) -> None:
    if not person.is_active or person.audience != User.Audience.STAFF:
        raise ValidationError({field: _("%(name)s does not work here any more.") % {"name": person}})


# Colleagues with a part ----------------------------------------------------------------------------------------------


def _lock(relationship_id: int) -> Relationship:
    rows = Relationship.objects.select_for_update(no_key=True, of=("self",)).select_related("account", "owner")
    return rows.get(pk=relationship_id)


def _must_not_own(user: User | None, relationship: Relationship) -> None:
    if user is not None and user.pk == relationship.owner_id:
        raise ValidationError({"user": _("%(name)s is the owner and needs no other part.") % {"name": user}})


@transaction.atomic
def add_member(
    *, actor: User, now: Now, relationship: Relationship, user: User, role: str, subject: str = ""
) -> Done[RelationshipMember]:
    """Give a colleague a part; from then on they see and change the relationship. There is one deputy at most."""
    owned = _lock(relationship.pk)
    _must_work_here(user, "user")
    _must_not_own(user, owned)
    row = RelationshipMember(relationship=owned, user=user, role=role, subject=subject.strip())
    row.full_clean()
    row.save()
    step = record(
        actor=actor,
        now=now,
        said=_("%(name)s has a part in %(partner)s") % {"name": user, "partner": owned},
        verb=remove_member,
        arguments={"member_id": row.pk},
        watch=[(RelationshipMember, row.pk)],
    )
    return Done(row, step)


def _member(actor: User, member_id: int) -> RelationshipMember:
    """Somebody's part, locked, if the actor may change it; raises ``RelationshipMember.DoesNotExist`` otherwise."""
    rows = RelationshipMember.objects.changeable_by(actor).select_for_update(of=("self",))
    return rows.select_related("relationship__account", "user").get(pk=member_id)


@transaction.atomic
def change_member(
    *, actor: User, now: Now, member: RelationshipMember, role: str, subject: str = ""
) -> Done[RelationshipMember]:
    row = _member(actor, member.pk)
    before = {"role": row.role, "subject": row.subject}
    row.role, row.subject = role, subject.strip()
    row.full_clean()
    row.save(update_fields=["role", "subject"])
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: part of %(name)s changed") % {"partner": row.relationship, "name": row.user},
        verb=set_member,
        arguments={"member_id": row.pk, **before},
        watch=[(RelationshipMember, row.pk)],
    )
    return Done(row, step)


@inverse
def set_member(*, actor: User, now: Now, member_id: int, role: str, subject: str) -> Done[RelationshipMember]:
    row = RelationshipMember.objects.changeable_by(actor).get(pk=member_id)
    return change_member(actor=actor, now=now, member=row, role=role, subject=subject)


@inverse
@transaction.atomic
def remove_member(*, actor: User, now: Now, member_id: int) -> Done[RelationshipMember]:
    row = _member(actor, member_id)
    values = values_of(row)
    row.delete()
    row.pk = member_id
    step = record(
        actor=actor,
        now=now,
        said=_("%(name)s has no part in %(partner)s any more") % {"name": row.user, "partner": row.relationship},
        verb=restore_member,
        arguments={"values": values},
        watch=[(RelationshipMember, member_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_member(*, actor: User, now: Now, values: dict[str, Any]) -> Done[RelationshipMember]:
    owned = _lock(theirs(actor, values["relationship_id"]).pk)
    if values["user_id"] == owned.owner_id:
        raise ValidationError(_("%(name)s is the owner by now.") % {"name": owned.owner})
    row = row_from(RelationshipMember, values)
    step = record(
        actor=actor,
        now=now,
        said=_("%(name)s has a part in %(partner)s again") % {"name": row.user, "partner": owned},
        verb=remove_member,
        arguments={"member_id": row.pk},
        watch=[(RelationshipMember, row.pk)],
    )
    return Done(row, step)


# From one owner to the next ------------------------------------------------------------------------------------------


@transaction.atomic
def hand_over(
    *,
    actor: User,
    now: Now,
    relationships: Iterable[Relationship],
    to: User,
    note: str = "",
    former_stays: bool = False,
) -> Done[list[int]]:
    """Give relationships another owner, all at once, with what the next one should know.

    What the former owner sees to (open promises, feedback, problems) goes along; who made a promise stays. With
    ``former_stays`` the former owner becomes deputy. The new owner's part, if there was one, ends. The same number of
    statements for any number.
    """
    _must_work_here(to, "to")
    rows = [row for row in together(actor, relationships) if row.owner_id != to.pk]
    if not rows:
        raise ValidationError({"to": _("%(name)s looks after this already.") % {"name": to}})
    ids = [row.pk for row in rows]
    ended = _end_parts(ids, to, former_stays=former_stays)
    made = _stay_as_deputies(rows) if former_stays else []
    passed = {name: _pass_on(rows_of(), ids, to) for name, rows_of in KEPT.items()}
    Relationship.objects.filter(pk__in=ids).update(owner=to)
    notes = HandOver.objects.bulk_create(
        HandOver(
            relationship=row, former=row.owner, next=to, note=note.strip(), made_by=actor, made_at=now.moment(row.zone)
        )
        for row in rows
    )
    parts = _parts(rows, [*(one for kept in passed.values() for one in kept), *ended, *made, *notes])
    step = record(
        actor=actor,
        now=now,
        said=_("%(names)s handed over to %(name)s") % {"names": NAMES, "name": escaped(str(to))},
        verb=set_owners,
        arguments={
            "owners": [[row.pk, row.owner_id] for row in rows],
            **{name: [[one.pk, one.keeper_id] for one in kept] for name, kept in passed.items()},
            "parts_back": [values_of(part) for part in ended],
            "parts_gone": [part.pk for part in made],
            "notes_gone": [handed.pk for handed in notes],
        },
        watch=[one for _name, own in parts for one in own],
        parts=parts,
    )
    return Done(ids, step)


def _parts(rows: Iterable[Relationship], hanging: Iterable[Any]) -> list[Part]:
    """Each relationship with what of the deed hangs on it: one is handed back whole, or stays so."""
    own: dict[int, list[tuple[type[Any], int]]] = {row.pk: [(Relationship, row.pk)] for row in rows}
    for one in hanging:
        own[one.relationship_id].append((type(one), one.pk))
    return [(str(row), own[row.pk]) for row in rows]


def _watched(
    relationships: Iterable[int], kept: Mapping[str, Iterable[int]], parts: Iterable[int], notes: Iterable[int]
) -> list[tuple[type[Any], int]]:
    return [
        *((Relationship, pk) for pk in relationships),
        *((KEPT[name]().model, pk) for name, keys in kept.items() for pk in keys),
        *((RelationshipMember, pk) for pk in parts),
        *((HandOver, pk) for pk in notes),
    ]


def _end_parts(ids: Collection[int], to: User, *, former_stays: bool) -> list[RelationshipMember]:
    """An owner needs no other part; nor two, who stays as deputy."""
    ends = Q(user=to) | Q(user=F("relationship__owner")) if former_stays else Q(user=to)
    rows = list(RelationshipMember.objects.filter(ends, relationship__in=ids).order_by("pk"))
    RelationshipMember.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return rows


def _stay_as_deputies(rows: Sequence[Relationship]) -> list[RelationshipMember]:
    """Former owners who still work here become deputies; refused where there is one already."""
    deputy = RelationshipMember.Role.DEPUTY
    taken = RelationshipMember.objects.filter(relationship__in=[row.pk for row in rows], role=deputy).count()
    if taken:
        said = ngettext("One of these has a deputy already.", "%(count)d of these have a deputy already.", taken)
        alone = _("There is a deputy already.") if len(rows) == 1 else said % {"count": taken}
        raise ValidationError({"former_stays": alone})
    working = [row for row in rows if row.owner.is_active]
    return RelationshipMember.objects.bulk_create(
        RelationshipMember(relationship=row, user_id=row.owner_id, role=deputy) for row in working
    )


def _pass_on(rows: QuerySet[Any], ids: Collection[int], to: User) -> list[Any]:
    """What the owners see to; returns each as it was, locked. To be called before the owners change."""
    own = rows.filter(relationship__in=ids, keeper=F("relationship__owner"))
    locked = list(own.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    rows.model._base_manager.filter(pk__in=[row.pk for row in locked]).update(keeper=to)
    return locked


@transaction.atomic
def let_go(*, actor: User, now: Now, leaving: User, to: User | None, note: str = "") -> Done[User]:
    """Deactivate a person; what they own goes to ``to``, which is needed where there is something."""
    owned = Relationship.objects.changeable_by(actor).filter(owner=leaving)
    if not owned.exists():
        return accounts.deactivate_person(actor=actor, now=now, person=leaving)
    if to is None:
        raise ValidationError({"to": _("Say who takes over.")})
    handed = hand_over(actor=actor, now=now, relationships=owned, to=to, note=note)
    gone = accounts.deactivate_person(actor=actor, now=now, person=leaving)
    return Done(gone.row, gather(actor=actor, now=now, said=gone.step.said, steps=[handed.step, gone.step]))


@inverse
@transaction.atomic
def set_owners(
    *,
    actor: User,
    now: Now,
    owners: Pairs,
    keepers: Pairs = (),
    feedback_keepers: Pairs = (),
    problem_keepers: Pairs = (),
    parts_back: Sequence[dict[str, Any]] = (),
    parts_gone: Sequence[int] = (),
    notes_back: Sequence[dict[str, Any]] = (),
    notes_gone: Sequence[int] = (),
) -> Done[list[int]]:
    """A hand-over as if it had not been, or done again: owners, keepers, parts and notes as given, all or nothing."""
    wanted = dict(owners)
    rows = still_theirs(actor, wanted.keys())
    former_owners = [[row.pk, row.owner_id] for row in rows]
    for row in rows:
        row.owner_id = wanted[row.pk]
    Relationship.objects.bulk_update(rows, ["owner"])
    kept = {
        "keepers": dict(keepers),
        "feedback_keepers": dict(feedback_keepers),
        "problem_keepers": dict(problem_keepers),
    }
    former_keepers = {name: _set_keepers(KEPT[name]().model, wanted_of) for name, wanted_of in kept.items()}
    removed_parts = _take(RelationshipMember, parts_gone)
    _refuse_taken_parts(parts_back)
    removed_notes = _take(HandOver, notes_gone)
    rows_from(RelationshipMember, parts_back)
    rows_from(HandOver, notes_back)
    said = ngettext("%(partner)s handed back", "%(count)d handed back", len(rows))
    step = record(
        actor=actor,
        now=now,
        said=said % {"partner": rows[0] if rows else "", "count": len(rows)},
        verb=set_owners,
        arguments={
            "owners": former_owners,
            **former_keepers,
            "parts_back": removed_parts,
            "parts_gone": [values["id"] for values in parts_back],
            "notes_back": removed_notes,
            "notes_gone": [values["id"] for values in notes_back],
        },
        watch=_watched(
            wanted,
            kept,
            [*parts_gone, *(values["id"] for values in parts_back)],
            [*notes_gone, *(values["id"] for values in notes_back)],
        ),
    )
    return Done([row.pk for row in rows], step)


@narrowing(set_owners)
def _owners_of(arguments: dict[str, Any], rows: Collection[Watched]) -> dict[str, Any]:
    """What is given by its key alone, by a pair that begins with it, or by all its columns."""
    models: dict[str, type[Any]] = {
        "owners": Relationship,
        **{name: rows_of().model for name, rows_of in KEPT.items()},
        **dict.fromkeys(("parts_back", "parts_gone"), RelationshipMember),
        **dict.fromkeys(("notes_back", "notes_gone"), HandOver),
    }

    def key(one: Any) -> int:
        return int(one["id"] if isinstance(one, dict) else one[0] if isinstance(one, list) else one)

    return {
        name: [one for one in given if (models[name]._meta.label, key(one)) in rows]
        for name, given in arguments.items()
    }


def _set_keepers(model: type[Any], wanted: dict[int, int]) -> list[list[int | None]]:
    rows = list(model.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted).order_by("pk"))
    before = [[row.pk, row.keeper_id] for row in rows]
    for row in rows:
        row.keeper_id = wanted[row.pk]
    model.objects.bulk_update(rows, ["keeper"])
    return before


def _take(model: type[RelationshipMember] | type[HandOver], ids: Sequence[int]) -> list[dict[str, Any]]:
    """Remove rows; returns them as JSON keeps them."""
    found = model._base_manager.filter(pk__in=ids)
    kept = [values_of(row) for row in found.order_by("pk")]
    found.delete()
    return kept


def _refuse_taken_parts(back: Sequence[dict[str, Any]]) -> None:
    """Somebody may have been given the part since."""
    deputy = RelationshipMember.Role.DEPUTY
    there = RelationshipMember.objects.filter(relationship__in=[values["relationship_id"] for values in back])
    held = list(there.values_list("relationship", "user", "role"))
    parts = {(relationship, user) for relationship, user, _role in held}
    deputies = {relationship for relationship, _user, role in held if role == deputy}
    for values in back:
        relationship = values["relationship_id"]
        if (relationship, values["user_id"]) in parts or (values["role"] == deputy and relationship in deputies):
            raise ValidationError(_("The part is somebody else's by now, so it stays as it is. Change it by hand."))
