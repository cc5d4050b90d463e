"""What the people of theirs are in a relationship: named, changed, gone; and whom we still have to meet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts.models import Affiliation, Contact, UndoStep, User
from accounts.rows import plain, row_from, values_of
from accounts.teams import would_loop
from accounts.undo import Done, gather, inverse, record
from relationships import acquaintance, people_words, queries, seen, sums
from relationships.actions.dates import theirs
from relationships.actions.judging import judge_stages
from relationships.models import Introduction, Relationship, Stakeholder
from relationships.queries import Theirs
from web.clock import Now

EDITABLE_STAKE = ["role", "power", "accountable", "commands", "reports_to", "readiness", "readiness_why"]
EDITABLE_INTRODUCTION = ["wanted", "through", "keeper"]


def _lock(relationship_id: int) -> Relationship:
    """Kept from others while the reporting lines are looked at: two together could make a ring."""
    rows = Relationship.objects.select_for_update(no_key=True, of=("self",)).select_related("account", "owner")
    return rows.get(pk=relationship_id)


def _stake(actor: User, stakeholder_id: int) -> Stakeholder:
    """Somebody's part, its relationship locked, if the actor may change it; ``Stakeholder.DoesNotExist`` otherwise."""
    mine = Stakeholder.objects.changeable_by(actor)
    _lock(mine.values_list("relationship", flat=True).get(pk=stakeholder_id))
    rows = mine.select_for_update(no_key=True, of=("self",)).select_related("relationship__account", "contact")
    return rows.get(pk=stakeholder_id)


# Somebody's part -----------------------------------------------------------------------------------------------------


def _power_known(row: Stakeholder, before: str, today: date) -> None:
    """From when the power counts: the day on which it came to be known. Who decided and now signs decided before."""
    if not row.power:
        row.known_on = None
    elif row.known_on is None or (row.power != before and not (row.power in row.DECIDING and before in row.DECIDING)):
        row.known_on = today


def _check_stake(row: Stakeholder) -> None:
    row.readiness_why = row.readiness_why.strip()
    if row.readiness and not row.readiness_why:
        raise ValidationError({"readiness_why": _("Say why; what the record says stands beside it.")})
    if not row.readiness:
        row.readiness_why = ""
    if row.reports_to_id is None:
        return
    if row.reports_to_id == row.contact_id:
        raise ValidationError({"reports_to": _("Nobody reports to themselves.")})
    others = Stakeholder.objects.filter(relationship=row.relationship_id).exclude(contact=row.contact_id)
    if would_loop(row.contact_id, row.reports_to_id, others.values_list("contact", "reports_to")):
        raise ValidationError({"reports_to": _("%(name)s reports to them already.") % {"name": row.reports_to}})


@transaction.atomic
def name_stakeholder(
    *,
    actor: User,
    now: Now,
    relationship: Relationship,
    contact: Contact,
    role: str = "",
    power: str = "",
    accountable: bool = False,
    commands: bool = False,
    reports_to: Contact | None = None,
    readiness: str = "",
    readiness_why: str = "",
) -> Done[Stakeholder]:
    """Say what somebody is in this relationship. The power counts as known from today on."""
    relationship = _lock(relationship.pk)
    row = Stakeholder(
        relationship=relationship,
        account_id=relationship.account_id,
        contact=contact,
        role=role,
        power=power,
        accountable=accountable,
        commands=commands,
        reports_to=reports_to,
        readiness=readiness,
        readiness_why=readiness_why,
    )
    _power_known(row, "", relationship.today(now))
    _check_stake(row)
    row.full_clean()
    row.save()
    seen.anew([row.relationship_id])
    judge_stages([row.relationship_id], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(name)s named in %(partner)s") % {"name": contact, "partner": relationship},
        verb=remove_stakeholder,
        arguments={"stakeholder_id": row.pk},
        watch=[(Stakeholder, row.pk)],
    )
    return Done(row, step)


@transaction.atomic
def change_stakeholder(*, actor: User, now: Now, stakeholder: Stakeholder, values: dict[str, Any]) -> Done[Stakeholder]:
    """Change fields of ``EDITABLE_STAKE``; a power that becomes another is known from today on."""
    assert values.keys() <= set(EDITABLE_STAKE), values
    row = _stake(actor, stakeholder.pk)
    before = {name: plain(getattr(row, Stakeholder._meta.get_field(name).attname)) for name in EDITABLE_STAKE}  # type: ignore[union-attr]
    before["known_on"] = plain(row.known_on)
    for name, value in values.items():
        setattr(row, name, value)
    _power_known(row, before["power"], row.relationship.today(now))
    return _stake_changed(row, before, actor=actor, now=now)


def _stake_changed(row: Stakeholder, before: dict[str, Any], *, actor: User, now: Now) -> Done[Stakeholder]:
    _check_stake(row)
    row.full_clean()
    row.save()
    judge_stages([row.relationship_id], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: part of %(name)s changed") % {"partner": row.relationship, "name": row.contact},
        verb=set_stakeholder,
        arguments={"stakeholder_id": row.pk, "values": before},
        watch=[(Stakeholder, row.pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def set_stakeholder(*, actor: User, now: Now, stakeholder_id: int, values: dict[str, Any]) -> Done[Stakeholder]:
    """Somebody's part as it was, with the day since when the power was known."""
    row = _stake(actor, stakeholder_id)
    before = {name: plain(getattr(row, Stakeholder._meta.get_field(name).attname)) for name in values}  # type: ignore[union-attr]
    for name, value in values.items():
        if name == "reports_to":
            row.reports_to = Contact.objects.filter(pk=value).first() if value else None
        else:
            setattr(row, name, Stakeholder._meta.get_field(name).to_python(value))  # type: ignore[union-attr]
    return _stake_changed(row, before, actor=actor, now=now)


@inverse
@transaction.atomic
def remove_stakeholder(*, actor: User, now: Now, stakeholder_id: int) -> Done[Stakeholder]:
    """The person stays; that they are anything in this relationship is no longer said."""
    row = _stake(actor, stakeholder_id)
    values = values_of(row)
    row.delete()
    row.pk = stakeholder_id
    judge_stages([row.relationship_id], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("Part of %(name)s in %(partner)s removed") % {"name": row.contact, "partner": row.relationship},
        verb=restore_stakeholder,
        arguments={"values": values},
        watch=[(Stakeholder, stakeholder_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_stakeholder(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Stakeholder]:
    relationship = _lock(theirs(actor, values["relationship_id"]).pk)
    if not Contact.objects.filter(pk=values["contact_id"]).exists():
        raise ValidationError(_("This person is no longer here."))
    ready = dict(values)
    boss = ready.get("reports_to_id")
    others = relationship.stakeholders.values_list("contact", "reports_to")
    if boss and (not Contact.objects.filter(pk=boss).exists() or would_loop(ready["contact_id"], boss, others)):
        # Said otherwise meanwhile, which stands.
        ready["reports_to_id"] = None
    row = row_from(Stakeholder, ready)
    seen.anew([relationship.pk])
    judge_stages([row.relationship_id], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(name)s named in %(partner)s again") % {"name": row.contact, "partner": relationship},
        verb=remove_stakeholder,
        arguments={"stakeholder_id": row.pk},
        watch=[(Stakeholder, row.pk)],
    )
    return Done(row, step)


@transaction.atomic
def add_person(
    *,
    actor: User,
    now: Now,
    relationship: Relationship,
    person: dict[str, Any],
    same: Contact | None = None,
    part: dict[str, Any],
) -> Done[Stakeholder]:
    """Somebody of theirs with their part, in one deed. ``person`` as ``accounts.add_contact`` takes it.

    ``same`` is somebody who is known already: elsewhere, so that they have a place here now too, or here by name only.
    """
    account = relationship.account
    if same is not None and _has_place(same, relationship, now):
        if relationship.stakeholders.filter(contact=same).exists():
            raise ValidationError({"name": _("%(name)s is here already.") % {"name": same}})
        return name_stakeholder(actor=actor, now=now, relationship=relationship, contact=same, **part)
    if same is None:
        placed = accounts.add_contact(actor=actor, now=now, account=account, **person)
    else:
        place = {name: person[name] for name in ("title", "since") if name in person}
        placed = accounts.add_place(actor=actor, now=now, account=account, contact=same, **place)
    named = name_stakeholder(actor=actor, now=now, relationship=relationship, contact=placed.row.contact, **part)
    step = gather(actor=actor, now=now, said=named.step.said, steps=[placed.step, named.step])
    return Done(named.row, step)


def _has_place(contact: Contact, relationship: Relationship, now: Now) -> bool:
    places = contact.affiliations.filter(account=relationship.account_id)
    return places.current(relationship.today(now)).exists()


# Somebody left -------------------------------------------------------------------------------------------------------


@transaction.atomic
def somebody_left(
    *, actor: User, now: Now, relationship: Relationship, contact: Contact, on: date | None = None
) -> Done[Introduction | None]:
    """Somebody's last day there, today unless said otherwise; and whom to meet then, where they must be followed.

    An introduction is opened when they decided, signed, stood up for us, answered for results, or were the only one
    known: here, and in what else the actor has with the same organisation. The row is the one of this relationship;
    nothing where none was opened. Taken back all together.
    """
    rows, concerned = _all_with(actor, relationship.account_id, contact, relationship.pk)
    row = next(one for one in rows if one.pk == relationship.pk)
    today = row.today(now)
    places = Affiliation.objects.changeable_by(actor).filter(account=row.account_id, contact=contact).current(today)
    found = list(places.select_related("contact", "account").order_by("pk"))
    if not found and any(one.contact.pk == contact.pk and one.here for one in queries.theirs_of(row, today)):
        raise ValidationError(_("%(name)s has no place here; remove their part instead.") % {"name": contact})
    opened, steps = _leave(contact, found, rows, concerned, on, today, actor=actor, now=now)
    said = _("%(name)s has left %(partner)s") % {"name": contact, "partner": row}
    mine = next((one for one in opened if one.relationship_id == row.pk), None)
    return Done(mine, gather(actor=actor, now=now, said=said, steps=steps))


@transaction.atomic
def left_organisation(*, actor: User, now: Now, place: Affiliation, on: date | None = None) -> Done[list[Introduction]]:
    """The same said of their place in the organisation: what it opens in each relationship that the actor has there."""
    rows, concerned = _all_with(actor, place.account_id, place.contact)
    today = now.today(place.account.zone)
    opened, steps = _leave(place.contact, [place], rows, concerned, on, today, actor=actor, now=now)
    said = _("%(name)s has left %(partner)s") % {"name": place.contact, "partner": place.account}
    return Done(opened, gather(actor=actor, now=now, said=said, steps=steps))


def _all_with(actor: User, account: int, contact: Contact, *besides: int) -> tuple[list[Relationship], list[int]]:
    """What the actor has there; and which follow all the same, whosoever they are, as the person is named in them.

    Locked in one order, so that none wait in a ring; those that ended are left alone.
    """
    mine = Relationship.objects.changeable_by(actor).filter(account=account, ended_on=None)
    ours = {*mine.order_by().values_list("pk", flat=True), *besides}
    named = Stakeholder.objects.filter(contact=contact).order_by().values("relationship")
    rows = Relationship.objects.select_for_update(no_key=True, of=("self",)).select_related("account", "owner")
    locked = rows.filter(Q(pk__in=ours) | Q(pk__in=named, ended_on=None, removed_at=None)).order_by("pk")
    found = list(locked)
    return [row for row in found if row.pk in ours], [row.pk for row in found]


def _leave(
    contact: Contact,
    places: Sequence[Affiliation],
    rows: Sequence[Relationship],
    concerned: Sequence[int],
    on: date | None,
    today: date,
    *,
    actor: User,
    now: Now,
) -> tuple[list[Introduction], list[UndoStep]]:
    on = on or today
    if on > today:
        raise ValidationError({"on": _("This day is still to come.")})
    places = [place for place in places if place.until is None or place.until > today]
    if not places:
        raise ValidationError(_("%(name)s is not here any more.") % {"name": contact})
    known = {row.pk: queries.theirs_of(row, row.today(now)) for row in rows}
    ended = [accounts.end_place(actor=actor, now=now, place=place, until=on) for place in places]
    steps = [_followed(done, concerned, actor=actor, now=now) for done in ended]
    opened = []
    for row in rows:
        introduction = _to_follow(row, contact, known[row.pk], actor=actor, now=now)
        if introduction is not None:
            opened.append(introduction.row)
            steps.append(introduction.step)
    judge_stages(concerned, now=now)
    return opened, steps


def _followed(done: Done[Affiliation], relationships: Sequence[int], *, actor: User, now: Now) -> UndoStep:
    """The step of a place that was set; taken back, these relationships follow it as they did when it was done."""
    row, step = done.row, done.step
    followed = record(
        actor=actor,
        now=now,
        said=step.said,
        verb=set_place_of_theirs,
        arguments={"place": step.arguments, "relationships": list(relationships)},
        watch=[(Affiliation, row.pk), (Contact, row.contact_id)],
    )
    step.delete()
    return followed


@inverse
@transaction.atomic
def set_place_of_theirs(*, actor: User, now: Now, place: dict[str, Any], relationships: list[int]) -> Done[Affiliation]:
    """As ``accounts.actions.set_place``, which knows of no relationship: how these stand depends on who is there."""
    # Before the place, as in every verb, so that none wait in a ring.
    sums.lock(relationships)
    done = accounts.set_place(actor=actor, now=now, **place)
    judge_stages(relationships, now=now)
    return Done(done.row, _followed(done, relationships, actor=actor, now=now))


def _to_follow(
    row: Relationship, contact: Contact, known: Sequence[Theirs], *, actor: User, now: Now
) -> Done[Introduction] | None:
    """Whom to meet in their place, if they must be followed; ``known`` as it was before they left."""
    gone = next((one for one in known if one.contact.pk == contact.pk and one.here), None)
    stay = [one for one in known if one.here and one.contact.pk != contact.pk]
    standing = gone.known().standing if gone else ""
    if gone is None or (stay and not standing):
        return None
    return open_introduction(
        actor=actor,
        now=now,
        relationship=row,
        wanted=people_words.wanted_after(contact.name, standing),
        instead_of=contact,
        through=_who_could_introduce(row, stay, row.today(now)),
    )


def _who_could_introduce(relationship: Relationship, stay: Sequence[Theirs], today: date) -> Contact | None:
    """Of theirs the nearest to us; nobody where all of them have gone cold."""
    talks, _names = queries.talks_of(relationship, today)
    people = {one.contact.pk: one.contact for one in stay}
    near = acquaintance.nearest(people, talks, today)
    return people[near] if near is not None else None


# Whom we have to meet ------------------------------------------------------------------------------------------------


def _introduction(actor: User, introduction_id: int) -> Introduction:
    rows = Introduction.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    return rows.select_related("relationship__account", "instead_of").get(pk=introduction_id)


@transaction.atomic
def open_introduction(
    *,
    actor: User,
    now: Now,
    relationship: Relationship,
    wanted: str,
    instead_of: Contact | None = None,
    through: Contact | None = None,
    keeper: User | None = None,
) -> Done[Introduction]:
    """Somebody we should get to know. Nobody named sees to it: the owner does."""
    row = Introduction(
        relationship=relationship,
        account_id=relationship.account_id,
        wanted=wanted.strip(),
        instead_of=instead_of,
        through=through,
        keeper=keeper or relationship.owner,
        opened_on=relationship.today(now),
        written_by=actor,
        written_at=now.moment(relationship.zone),
    )
    row.full_clean()
    row.save()
    return Done(row, _opened(row, actor, now, _("To be met: %(wanted)s") % {"wanted": row.wanted}))


def _opened(row: Introduction, actor: User, now: Now, said: str) -> Any:
    return record(
        actor=actor,
        now=now,
        said=said,
        verb=remove_introduction,
        arguments={"introduction_id": row.pk},
        watch=[(Introduction, row.pk)],
    )


@transaction.atomic
def change_introduction(
    *, actor: User, now: Now, introduction: Introduction, values: dict[str, Any]
) -> Done[Introduction]:
    assert values.keys() <= set(EDITABLE_INTRODUCTION), values
    row = _introduction(actor, introduction.pk)
    return _write(row, values, actor=actor, now=now, said=_("Changed: %(wanted)s") % {"wanted": row.wanted})


@transaction.atomic
def close_introduction(
    *, actor: User, now: Now, introduction: Introduction, met: Contact | None = None, note: str = "",
    on: date | None = None,
) -> Done[Introduction]:  # fmt: skip
    """They were met; without ``met`` it is not wanted any more, and ``note`` says why."""
    row = _introduction(actor, introduction.pk)
    if row.closed_on is not None:
        raise ValidationError(_("This is done already; take that back first."))
    today = row.relationship.today(now)
    on = on or max(today, row.opened_on)
    if on > max(today, row.opened_on):
        raise ValidationError({"on": _("This day is still to come.")})
    if met is None and not note.strip():
        raise ValidationError({"note": _("Say why nobody has to be met any more.")})
    said = _("Met %(name)s: %(wanted)s") if met else _("Not wanted any more: %(wanted)s")
    values = {"closed_on": max(on, row.opened_on), "met": met, "note": note.strip()}
    return _write(row, values, actor=actor, now=now, said=said % {"name": met, "wanted": row.wanted})


@transaction.atomic
def meet_somebody_new(
    *,
    actor: User,
    now: Now,
    introduction: Introduction,
    person: dict[str, Any],
    same: Contact | None = None,
    part: dict[str, Any],
    note: str = "",
    on: date | None = None,
) -> Done[Introduction]:
    """They were met and are not known here yet: added with their part in the same deed."""
    row = _introduction(actor, introduction.pk)
    added = add_person(actor=actor, now=now, relationship=row.relationship, person=person, same=same, part=part)
    met = added.row.contact
    closed = close_introduction(actor=actor, now=now, introduction=row, met=met, note=note, on=on)
    return Done(closed.row, gather(actor=actor, now=now, said=closed.step.said, steps=[added.step, closed.step]))


def _write(row: Introduction, values: dict[str, Any], *, actor: User, now: Now, said: str) -> Done[Introduction]:
    before = {name: plain(getattr(row, Introduction._meta.get_field(name).attname)) for name in values}  # type: ignore[union-attr]
    for name, value in values.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.full_clean()
    row.save()
    step = record(
        actor=actor,
        now=now,
        said=said,
        verb=set_introduction,
        arguments={"introduction_id": row.pk, "values": before},
        watch=[(Introduction, row.pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def set_introduction(*, actor: User, now: Now, introduction_id: int, values: dict[str, Any]) -> Done[Introduction]:
    row = _introduction(actor, introduction_id)
    models_of: dict[str, Any] = {"through": Contact, "met": Contact, "keeper": User}
    ready = {
        name: models_of[name]._base_manager.filter(pk=value).first()
        if name in models_of
        else Introduction._meta.get_field(name).to_python(value)  # type: ignore[union-attr]
        for name, value in values.items()
    }
    return _write(row, ready, actor=actor, now=now, said=_("As it was: %(wanted)s") % {"wanted": row.wanted})


@inverse
@transaction.atomic
def remove_introduction(*, actor: User, now: Now, introduction_id: int) -> Done[Introduction]:
    row = _introduction(actor, introduction_id)
    values = values_of(row)
    row.delete()
    row.pk = introduction_id
    step = record(
        actor=actor,
        now=now,
        said=_("Removed: %(wanted)s") % {"wanted": row.wanted},
        verb=restore_introduction,
        arguments={"values": values},
        watch=[(Introduction, introduction_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_introduction(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Introduction]:
    theirs(actor, values["relationship_id"])
    named: dict[str, Any] = {
        "instead_of_id": Contact, "through_id": Contact, "met_id": Contact, "keeper_id": User, "written_by_id": User,
    }  # fmt: skip
    gone = {
        column
        for column, model in named.items()
        if values.get(column) is not None and not model._base_manager.filter(pk=values[column]).exists()
    }
    row = row_from(Introduction, {name: None if name in gone else value for name, value in values.items()})
    said = _("To be met again: %(wanted)s") % {"wanted": row.wanted}
    return Done(row, _opened(row, actor, now, said))
