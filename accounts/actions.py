"""What can be done with people, teams and organisations. Each verb is one transaction and leaves a step back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import MD5
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import access, measure, sweep
from accounts.invitations import LASTS
from accounts.models import (
    Account,
    AccountAlias,
    Affiliation,
    Contact,
    Cover,
    ExternalId,
    Fingerprint,
    Invitation,
    Likeness,
    Membership,
    Merge,
    NotTheSame,
    OneToOne,
    Team,
    UndoStep,
    User,
)
from accounts.rows import is_mentioned, plain, row_from, values_of
from accounts.teams import would_loop
from accounts.undo import Done, Inverse, inverse, record
from web import dates
from web.clock import Now
from web.text import name_key

Row = TypeVar("Row", bound=models.Model)
Role = dict[str, Any]


def _write(row: models.Model, values: dict[str, Any]) -> dict[str, Any]:
    """Set columns by name, check and save the row; returns what they were, ready for JSON."""
    names = {field: row._meta.get_field(field).attname for field in values}  # type: ignore[union-attr]
    before = {attname: plain(getattr(row, attname)) for attname in names.values()}
    for field, value in values.items():
        setattr(row, field, value)
    row.full_clean()
    row.save(update_fields=list(values))
    return before


def _locked(row: Row) -> Row:
    """The row as it is now, kept from others until the verb is through."""
    rows: models.QuerySet[Row] = (
        row.__class__._base_manager.all()
    )  # a request holds its person in a wrapper, so not type(row)
    return rows.select_for_update(no_key=True).get(pk=row.pk)


def _step(actor: User, now: Now, said: str, verb: Inverse, arguments: dict[str, Any], *watch: models.Model) -> UndoStep:
    return record(
        actor=actor,
        now=now,
        said=said,
        verb=verb,
        arguments=arguments,
        watch=[(type(row), row.pk) for row in watch if row.pk is not None],
    )


# People ------------------------------------------------------------------------------------------------------------

PERSON_FIELDS = {"name", "email", "zone", "is_administrator"}


def _person(actor: User, person_id: int) -> User:
    """A person if the actor administers; raises ``User.DoesNotExist`` otherwise."""
    found: User = User.objects.filter(access.administers(actor)).get(pk=person_id)
    return found


def _administrators() -> list[User]:
    """The active ones who can sign in, kept from others. Before any other row, so that none wait in a ring."""
    rows = User.objects.select_for_update(no_key=True).filter(is_administrator=True, is_active=True).order_by("pk")
    return [row for row in rows if row.has_usable_password() or row.last_login]


def _keep_one(administrators: list[User], *, without: User) -> None:
    """Raises ``ValidationError`` when nobody but this person could administer."""
    if all(row.pk == without.pk for row in administrators):
        raise ValidationError(
            _("%(name)s is the only administrator. Make somebody else one first.") % {"name": without}
        )


def _new_invitation(person: User, *, actor: User | None, now: Now) -> Invitation:
    return Invitation.objects.create(
        user=person, invited_by=actor, invited_at=now.instant, expires_at=now.instant + LASTS
    )


@transaction.atomic
def invite_person(
    *,
    actor: User,
    now: Now,
    email: str,
    name: str,
    zone: str,
    is_administrator: bool = False,
    roles: Iterable[tuple[Team, str]] = (),
) -> Done[User]:
    """Make a person without a password and ask them in; the mail is planned from the invitation."""
    person = User(
        email=email.strip().lower(),
        name=name.strip(),
        zone=zone,
        is_administrator=is_administrator,
        joined_at=now.instant,
    )
    person.set_unusable_password()
    person.full_clean()
    person.save()
    Membership.objects.bulk_create([Membership(user=person, team=team, role=role) for team, role in roles])
    _new_invitation(person, actor=actor, now=now)
    step = _step(actor, now, _("%(name)s invited") % {"name": person}, remove_person, {"person_id": person.pk}, person)
    return Done(person, step)


@transaction.atomic
def first_administrator(*, now: Now, email: str, name: str, zone: str) -> Invitation:
    """The person who invites all the others; once more for the same address while the link was not used.

    Raises ``ValidationError`` when there is an administrator.
    """
    email = email.strip().lower()
    there = User.objects.select_for_update().filter(is_administrator=True, is_active=True)
    if any(row.has_usable_password() or row.last_login or row.email != email for row in there):
        raise ValidationError(_("There is an administrator already; people come in by invitation."))
    person = there.first() or User(email=email, name=name, zone=zone, is_administrator=True, joined_at=now.instant)
    if person.pk is None:
        person.set_unusable_password()
        person.full_clean()
        person.save()
    Invitation.objects.open().filter(user=person).update(withdrawn_at=now.instant)
    return _new_invitation(person, actor=None, now=now)


@inverse
@transaction.atomic
def remove_person(*, actor: User, now: Now, person_id: int) -> Done[User]:
    """Take back an invitation together with the person, as long as nothing but that refers to them."""
    person = _locked(_person(actor, person_id))
    own = (Membership, Invitation)
    if person.has_usable_password() or is_mentioned(person, besides=own):
        raise ValidationError(
            _("%(name)s has begun here, or the mail is on its way. Withdraw the invitation or deactivate instead.")
            % {"name": person}
        )
    kept = {
        "person": values_of(person),
        "memberships": [values_of(row) for row in person.memberships.order_by("pk")],
        "invitations": [values_of(row) for row in person.invitations.order_by("pk")],
    }
    person.delete()
    person.pk = person_id
    step = _step(actor, now, _("%(name)s removed") % {"name": person}, restore_person, kept, person)
    return Done(person, step)


@inverse
@transaction.atomic
def restore_person(
    *, actor: User, now: Now, person: dict[str, Any], memberships: list[Role], invitations: list[dict[str, Any]]
) -> Done[User]:
    if not access.reach_of(actor).everything:
        raise User.DoesNotExist
    back = row_from(User, person)
    for values in memberships:
        row_from(Membership, values)
    for values in invitations:
        row_from(Invitation, values)
    step = _step(actor, now, _("%(name)s is back") % {"name": back}, remove_person, {"person_id": back.pk}, back)
    return Done(back, step)


@transaction.atomic
def change_person(
    *, actor: User, now: Now, person: User, values: dict[str, Any], roles: Iterable[tuple[Team, str]] | None = None
) -> Done[User]:
    """Set fields of ``PERSON_FIELDS`` and, when given, all the person's roles."""
    memberships = {row.team_id: row for row in person.memberships.all()}
    wanted = None
    if roles is not None:
        wanted = [
            {"id": memberships[team.pk].pk if team.pk in memberships else None, "team_id": team.pk, "role": role}
            for team, role in roles
        ]
    return _set_person(actor=actor, now=now, person=person, values=values, roles=wanted)


def _set_person(*, actor: User, now: Now, person: User, values: dict[str, Any], roles: list[Role] | None) -> Done[User]:
    assert values.keys() <= PERSON_FIELDS, values
    steps_down = not values.get("is_administrator", True)
    administrators = _administrators() if steps_down else []
    row = _locked(person)
    if steps_down and row.is_administrator and row.is_active:
        _keep_one(administrators, without=row)
    before = _write(row, values) if values else {}
    former = _set_roles(row, roles) if roles is not None else None
    watched = [row, *Membership.objects.filter(user=row)]
    step = _step(
        actor,
        now,
        _("%(name)s changed") % {"name": row},
        set_person,
        {"person_id": row.pk, "values": before, "roles": former},
        *watched,
    )
    return Done(row, step)


def _set_roles(person: User, roles: Sequence[Role]) -> list[Role]:
    """Make these the person's roles, under their old keys where they had one; returns what they were."""
    rows = {row.pk: row for row in Membership.objects.select_for_update().filter(user=person)}
    former = [{"id": row.pk, "team_id": row.team_id, "role": row.role} for row in rows.values()]
    kept = {role["id"] for role in roles}
    Membership.objects.filter(pk__in=rows.keys() - kept).delete()
    for role in roles:
        row = rows.get(role["id"]) or Membership(id=role["id"], user=person)
        row.team_id, row.role = role["team_id"], role["role"]
        if row.pk not in rows:
            row.full_clean(exclude=["id"])
            row.save(force_insert=True)
        elif {"id": row.pk, "team_id": row.team_id, "role": row.role} not in former:
            row.save()
    return former


@inverse
@transaction.atomic
def set_person(
    *, actor: User, now: Now, person_id: int, values: dict[str, Any], roles: list[Role] | None
) -> Done[User]:
    return _set_person(actor=actor, now=now, person=_person(actor, person_id), values=values, roles=roles)


@transaction.atomic
def invite_again(*, actor: User, now: Now, person: User) -> Done[Invitation]:
    """A new invitation, and so a new mail; the open one ends. For somebody who never had a password."""
    person = _locked(person)
    if person.has_usable_password() or not person.is_active:
        raise ValidationError(_("%(name)s needs no invitation.") % {"name": person})
    opened = list(Invitation.objects.open().filter(user=person).select_for_update())
    for old in opened:
        old.withdrawn_at = now.instant
        old.save(update_fields=["withdrawn_at"])
    row = _new_invitation(person, actor=actor, now=now)
    before = [[row.pk, now.instant.isoformat()], *[[old.pk, None] for old in opened]]
    step = _step(
        actor,
        now,
        _("Invitation sent to %(name)s") % {"name": person},
        set_invitations,
        {"withdrawn": before},
        row,
        *opened,
    )
    return Done(row, step)


@transaction.atomic
def withdraw_invitation(*, actor: User, now: Now, invitation: Invitation) -> Done[list[Invitation]]:
    """Its link ends."""
    return set_invitations(actor=actor, now=now, withdrawn=[[invitation.pk, now.instant.isoformat()]])


@inverse
@transaction.atomic
def set_invitations(*, actor: User, now: Now, withdrawn: list[list[Any]]) -> Done[list[Invitation]]:
    """Set when each invitation was withdrawn; ``None`` opens it again. Those to be withdrawn stand first."""
    rows = {
        row.pk: row
        for row in Invitation.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("user")
        .filter(pk__in=[pk for pk, _at in withdrawn], accepted_at=None)
    }
    if len(rows) != len(withdrawn):
        raise Invitation.DoesNotExist
    before = [[pk, plain(rows[pk].withdrawn_at)] for pk, _at in withdrawn]
    for pk, at in withdrawn:
        row = rows[pk]
        row.withdrawn_at = datetime.fromisoformat(at) if at else None
        row.validate_constraints()
        row.save(update_fields=["withdrawn_at"])
    said = _("Invitation of %(name)s withdrawn") if withdrawn[0][1] else _("Invitation of %(name)s open again")
    step = _step(
        actor,
        now,
        said % {"name": rows[withdrawn[0][0]].user},
        set_invitations,
        {"withdrawn": sorted(before, key=lambda pair: pair[1] is None)},
        *rows.values(),
    )
    return Done(list(rows.values()), step)


@transaction.atomic
def accept_invitation(*, now: Now, invitation: Invitation, password: str, name: str, zone: str) -> User:
    """Set the first password. Raises ``ValidationError`` when the link was used meanwhile."""
    row = Invitation.objects.select_for_update(of=("self",)).select_related("user").get(pk=invitation.pk)
    if row.accepted_at or row.withdrawn_at or row.user.has_usable_password():
        raise ValidationError(_("This invitation has been used already."))
    person = row.user
    person.name, person.zone = name.strip(), zone
    person.set_password(password)
    person.full_clean()
    person.save(update_fields=["name", "zone", "password"])
    row.accepted_at = now.instant
    row.save(update_fields=["accepted_at"])
    return person


@transaction.atomic
def deactivate_person(*, actor: User, now: Now, person: User) -> Done[User]:
    """No sign-in and no mail any more; sessions end, an open invitation too. What they own is handed over elsewhere."""
    return _set_active(actor=actor, now=now, person=person, active=False)


@transaction.atomic
def reactivate_person(*, actor: User, now: Now, person: User) -> Done[User]:
    return _set_active(actor=actor, now=now, person=person, active=True)


def _set_active(*, actor: User, now: Now, person: User, active: bool) -> Done[User]:
    administrators = [] if active else _administrators()
    row = _locked(person)
    if row.is_active == active:
        said = _("%(name)s is active already.") if active else _("%(name)s is deactivated already.")
        raise ValidationError(said % {"name": row})
    if row.is_administrator and not active:
        _keep_one(administrators, without=row)
    row.is_active = active
    row.save(update_fields=["is_active"])
    if not active:
        row.invitations.open().update(withdrawn_at=now.instant)
        for session in UserSession.objects.filter(user=row):
            session.end()
    said = _("%(name)s is active again") if active else _("%(name)s deactivated")
    step = _step(actor, now, said % {"name": row}, set_active, {"person_id": row.pk, "active": not active}, row)
    return Done(row, step)


@inverse
@transaction.atomic
def set_active(*, actor: User, now: Now, person_id: int, active: bool) -> Done[User]:
    return _set_active(actor=actor, now=now, person=_person(actor, person_id), active=active)


SETTINGS = {"name", "zone", "theme", "shortcuts"}


@transaction.atomic
def change_settings(*, actor: User, now: Now, values: dict[str, Any]) -> Done[User]:
    """What everybody may set about themselves: fields of ``SETTINGS``."""
    assert values.keys() <= SETTINGS, values
    row = _locked(actor)
    before = _write(row, values)
    step = _step(actor, now, _("Settings saved"), set_settings, {"values": before}, row)
    return Done(row, step)


@inverse
def set_settings(*, actor: User, now: Now, values: dict[str, Any]) -> Done[User]:
    return change_settings(actor=actor, now=now, values=values)


# Holidays ----------------------------------------------------------------------------------------------------------

LONGEST_COVER = timedelta(days=366)


@transaction.atomic
def create_cover(
    *, actor: User, now: Now, absent: User, stand_in: User, from_on: date, until_on: date, note: str = ""
) -> Done[Cover]:
    """Say who stands in while somebody is away; both days included, each a local date of the stand-in."""
    row = Cover(absent=_locked(absent), stand_in=stand_in, from_on=from_on, until_on=until_on, note=note.strip())
    row.full_clean()
    if not (absent.is_active and stand_in.is_active):
        who = stand_in if absent.is_active else absent
        raise ValidationError({"stand_in": _("%(name)s does not work here any more.") % {"name": who}})
    if until_on < now.today(stand_in.zone):
        raise ValidationError({"until_on": _("This day is over.")})
    if until_on - from_on >= LONGEST_COVER:
        raise ValidationError({"until_on": _("A year at most. For longer, hand the relationships over.")})
    _refuse_overlap(row)
    row.save()
    return Done(row, _cover_made(row, actor, now))


def _refuse_overlap(row: Cover) -> None:
    same = Cover.objects.filter(absent=row.absent_id, stand_in=row.stand_in_id)
    other = same.filter(from_on__lte=row.until_on, until_on__gte=row.from_on).first()
    if other is not None:
        days = {"from": date_format(other.from_on, "j F"), "until": date_format(other.until_on, "j F")}
        said = _("%(name)s stands in from %(from)s until %(until)s already.") % {"name": row.stand_in, **days}
        raise ValidationError({"from_on": said})


def _cover_made(row: Cover, actor: User, now: Now) -> UndoStep:
    said = _("%(stand_in)s stands in for %(absent)s") % {"stand_in": row.stand_in, "absent": row.absent}
    return _step(actor, now, said, remove_cover, {"cover_id": row.pk}, row)


@inverse
@transaction.atomic
def remove_cover(*, actor: User, now: Now, cover_id: int) -> Done[Cover]:
    row = Cover.objects.changeable_by(actor).select_related("absent", "stand_in").get(pk=cover_id)
    kept = values_of(row)
    row.delete()
    row.pk = cover_id
    said = _("%(stand_in)s does not stand in for %(absent)s any more")
    said = said % {"stand_in": row.stand_in, "absent": row.absent}
    return Done(row, _step(actor, now, said, restore_cover, {"values": kept}, row))


@inverse
@transaction.atomic
def restore_cover(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Cover]:
    absent = User.objects.covered_by_order_of(actor).select_for_update(no_key=True).get(pk=values["absent_id"])
    stand_in = User.objects.get(pk=values["stand_in_id"])
    days = {name: date.fromisoformat(values[name]) for name in ("from_on", "until_on")}
    _refuse_overlap(Cover(absent=absent, stand_in=stand_in, **days))
    row = row_from(Cover, values)
    return Done(row, _cover_made(row, actor, now))


# One-to-ones -------------------------------------------------------------------------------------------------------

ONE_TO_ONE_FIELDS = {"held_on", "asked", "note"}


@transaction.atomic
def hold_one_to_one(
    *, actor: User, now: Now, person: User, held_on: date, asked: str = "", note: str = ""
) -> Done[OneToOne]:
    """Note that the actor talked with somebody of their team, on a day of the actor's; both read what is noted.

    Raises ``User.DoesNotExist`` where the actor is not their manager.
    """
    found = User.objects.managed_by(actor).get(pk=person.pk)
    row = OneToOne(
        person=found, manager=actor, held_on=held_on, asked=asked.strip(), note=note.strip(), noted_at=now.instant
    )
    _check_held_on(row, now)
    row.full_clean()
    row.save()
    return Done(row, _one_to_one_noted(row, actor, now))


def _check_held_on(row: OneToOne, now: Now) -> None:
    """A day of the manager's on which both could talk: over, and not before the person was there."""
    zone = row.manager.zone
    today, joined = now.today(zone), row.person.joined_at.astimezone(ZoneInfo(zone)).date()
    if row.held_on > today:
        raise ValidationError({"held_on": _("This day is still to come. Note it once you have talked.")})
    if row.held_on < joined:
        told = {"name": row.person, "day": date_format(joined, "j F Y")}
        why = _("%(name)s has been here since %(day)s, so it can't have been before that.") % told
        raise ValidationError({"held_on": why})


def _of_one_to_one(row: OneToOne, now: Now) -> dict[str, Any]:
    """What names one: with whom, and of which day, for there are several with everybody."""
    return {"name": row.person, "day": dates.plain(row.held_on, now.today(row.manager.zone))}


def _one_to_one_noted(row: OneToOne, actor: User, now: Now) -> UndoStep:
    said = _("One-to-one with %(name)s on %(day)s noted") % _of_one_to_one(row, now)
    return _step(actor, now, said, remove_one_to_one, {"one_to_one_id": row.pk}, row)


def _one_to_one(actor: User, one_to_one_id: int) -> OneToOne:
    rows = OneToOne.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    return rows.select_related("person", "manager").get(pk=one_to_one_id)


@transaction.atomic
def change_one_to_one(*, actor: User, now: Now, one_to_one: OneToOne, values: dict[str, Any]) -> Done[OneToOne]:
    """Set fields of ``ONE_TO_ONE_FIELDS``; only by the manager who held it."""
    assert values.keys() <= ONE_TO_ONE_FIELDS, values
    row = _one_to_one(actor, one_to_one.pk)
    if values.get("held_on", row.held_on) != row.held_on:
        _check_held_on(OneToOne(manager=row.manager, person=row.person, held_on=values["held_on"]), now)
    before = _write(row, {name: value.strip() if isinstance(value, str) else value for name, value in values.items()})
    said = _("One-to-one with %(name)s on %(day)s changed") % _of_one_to_one(row, now)
    step = _step(actor, now, said, set_one_to_one, {"one_to_one_id": row.pk, "values": before}, row)
    return Done(row, step)


@inverse
@transaction.atomic
def set_one_to_one(*, actor: User, now: Now, one_to_one_id: int, values: dict[str, Any]) -> Done[OneToOne]:
    ready = {name: OneToOne._meta.get_field(name).to_python(value) for name, value in values.items()}  # type: ignore[union-attr]
    return change_one_to_one(actor=actor, now=now, one_to_one=_one_to_one(actor, one_to_one_id), values=ready)


@inverse
@transaction.atomic
def remove_one_to_one(*, actor: User, now: Now, one_to_one_id: int) -> Done[OneToOne]:
    """As if it had not been held; only by the manager who held it."""
    row = _one_to_one(actor, one_to_one_id)
    kept = values_of(row)
    row.delete()
    row.pk = one_to_one_id
    said = _("One-to-one with %(name)s on %(day)s removed") % _of_one_to_one(row, now)
    return Done(row, _step(actor, now, said, restore_one_to_one, {"values": kept}, row))


@inverse
@transaction.atomic
def restore_one_to_one(*, actor: User, now: Now, values: dict[str, Any]) -> Done[OneToOne]:
    """Raises ``ValidationError`` where another is noted for that day meanwhile."""
    if values["manager_id"] != actor.pk:
        raise OneToOne.DoesNotExist
    User.objects.managed_by(actor).get(pk=values["person_id"])
    row = row_from(OneToOne, values)
    return Done(row, _one_to_one_noted(row, actor, now))


# Teams -------------------------------------------------------------------------------------------------------------


def _team(actor: User, team_id: int) -> Team:
    return Team.objects.filter(access.administers(actor)).get(pk=team_id)


@transaction.atomic
def add_team(*, actor: User, now: Now, name: str, parent: Team | None = None) -> Done[Team]:
    row = Team(name=name.strip(), parent=parent)
    row.full_clean()
    row.save()
    step = _step(actor, now, _("Team %(team)s added") % {"team": row}, remove_team_by_id, {"team_id": row.pk}, row)
    return Done(row, step)


@transaction.atomic
def change_team(*, actor: User, now: Now, team: Team, name: str, parent: Team | None) -> Done[Team]:
    """Rename it, move it, or both. Raises ``ValidationError`` where it would become a part of itself."""
    # All of them: two moves at once could otherwise make a loop that neither makes alone.
    tree = list(Team.objects.select_for_update(no_key=True).order_by("pk").values_list("pk", "parent_id"))
    row = Team.objects.get(pk=team.pk)
    if would_loop(row.pk, parent.pk if parent else None, tree):
        raise ValidationError({"parent": _("A team can't be part of itself or of a team below it.")})
    before = _write(row, {"name": name.strip(), "parent": parent})
    step = _step(
        actor, now, _("Team %(team)s changed") % {"team": row}, set_team, {"team_id": row.pk, "values": before}, row
    )
    return Done(row, step)


@inverse
@transaction.atomic
def set_team(*, actor: User, now: Now, team_id: int, values: dict[str, Any]) -> Done[Team]:
    parent = _team(actor, values["parent_id"]) if values["parent_id"] else None
    return change_team(actor=actor, now=now, team=_team(actor, team_id), name=values["name"], parent=parent)


@transaction.atomic
def remove_team(*, actor: User, now: Now, team: Team) -> Done[Team]:
    """Remove a team in which nobody and nothing is left."""
    row = _locked(team)
    if is_mentioned(row, besides=()):
        raise ValidationError(
            _("Team %(team)s is not empty. Move its people, its partners and the teams below it first.") % {"team": row}
        )
    kept = values_of(row)
    row.delete()
    row.pk = kept["id"]
    step = _step(actor, now, _("Team %(team)s removed") % {"team": row}, restore_team, {"values": kept}, row)
    return Done(row, step)


@inverse
def remove_team_by_id(*, actor: User, now: Now, team_id: int) -> Done[Team]:
    return remove_team(actor=actor, now=now, team=_team(actor, team_id))


@inverse
@transaction.atomic
def restore_team(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Team]:
    if not access.reach_of(actor).everything:
        raise Team.DoesNotExist
    row = row_from(Team, values)
    step = _step(actor, now, _("Team %(team)s is back") % {"team": row}, remove_team_by_id, {"team_id": row.pk}, row)
    return Done(row, step)


# Organisations -----------------------------------------------------------------------------------------------------

ACCOUNT_FIELDS = {"name", "kind", "parent", "zone", "website"}


def _changeable(actor: User, account_id: int) -> Account:
    """The account if the actor may change it; raises ``Account.DoesNotExist`` otherwise."""
    return Account.objects.changeable_by(actor).get(pk=account_id)


def _key_of(name: str, *, account: Account | None, field: str = "name") -> str:
    """The key of a name that no other organisation goes by. Raises ``ValidationError`` on ``field``."""
    key = name_key(name)
    if not key:
        raise ValidationError({field: _("A name needs a letter or a digit.")})
    own = account.pk if account else 0
    other = Account.objects.keyed([key]).exclude(pk=own).first()
    if other is None:
        aliases = AccountAlias.objects.alias(key_digest=MD5("name_key")).filter(key_digest=MD5(models.Value(key)))
        alias = aliases.exclude(account=own).select_related("account").first()
        other = alias.account if alias else None
    if other is not None:
        raise ValidationError({field: _("%(name)s is here already under this name.") % {"name": other}})
    return key


def _refuse_loop(account: Account, parent: Account | None) -> None:
    """An organisation is no unit of itself, however many stand between."""
    # In one order: of two moves that would close a loop together, the second sees the first.
    pks = sorted({account.pk, parent.pk if parent else account.pk})
    list(Account.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk"))
    above = parent.pk if parent else None
    seen: set[int] = set()
    while above is not None and above not in seen:
        if above == account.pk:
            raise ValidationError({"parent": _("An organisation can't be a unit of itself or of one of its units.")})
        seen.add(above)
        above = Account.objects.values_list("parent_id", flat=True).get(pk=above)


@transaction.atomic
def create_account(
    *,
    actor: User,
    now: Now,
    name: str,
    zone: str,
    kind: str = Account.Kind.OTHER,
    parent: Account | None = None,
    website: str = "",
) -> Done[Account]:
    row = Account(
        name=name.strip(),
        name_key=_key_of(name, account=None),
        kind=kind,
        parent=parent,
        zone=zone,
        website=website,
        created_at=now.instant,
    )
    row.full_clean()
    row.save()
    step = _step(actor, now, _("%(name)s added") % {"name": row}, remove_account_by_id, {"account_id": row.pk}, row)
    return Done(row, step)


@transaction.atomic
def change_account(*, actor: User, now: Now, account: Account, values: dict[str, Any]) -> Done[Account]:
    """Set fields of ``ACCOUNT_FIELDS``."""
    assert values.keys() <= ACCOUNT_FIELDS, values
    if "parent" in values:
        _refuse_loop(account, values["parent"])
    row = _locked(account)
    before = {field: plain(getattr(row, Account._meta.get_field(field).attname)) for field in values}  # type: ignore[union-attr]
    ready = dict(values)
    if "name" in values:
        ready |= {"name": values["name"].strip(), "name_key": _key_of(values["name"], account=row)}
    _write(row, ready)
    step = _step(
        actor, now, _("%(name)s changed") % {"name": row}, set_account, {"account_id": row.pk, "values": before}, row
    )
    return Done(row, step)


@inverse
@transaction.atomic
def set_account(*, actor: User, now: Now, account_id: int, values: dict[str, Any]) -> Done[Account]:
    ready = dict(values)
    if values.get("parent"):
        ready["parent"] = Account.objects.listed_for(actor).get(pk=values["parent"])
    return change_account(actor=actor, now=now, account=_changeable(actor, account_id), values=ready)


@transaction.atomic
def remove_account(*, actor: User, now: Now, account: Account) -> Done[Account]:
    """Remove an organisation with which there is no relationship, together with its people who are nowhere else."""
    row = _locked(account)
    if is_mentioned(row, besides=(AccountAlias, ExternalId, Affiliation, Fingerprint, Likeness, Merge, NotTheSame)):
        raise ValidationError(
            _("%(name)s has relationships or units, or had a relationship whose record is kept. It stays.")
            % {"name": row}
        )
    people = [
        contact for contact in Contact.objects.filter(affiliations__account=row).distinct() if _only_at(contact, row)
    ]
    kept: dict[str, Any] = {
        "account": values_of(row),
        "aliases": [values_of(alias) for alias in row.aliases.order_by("pk")],
        "external_ids": [values_of(number) for number in row.external_ids.order_by("pk")],
        "contacts": [values_of(contact) for contact in people],
        "affiliations": [values_of(place) for place in row.affiliations.order_by("pk")],
        "merges": [values_of(one) for one in row.merges.order_by("pk")],
        "not_the_same": [values_of(one) for one in NotTheSame.objects.about(row.pk).order_by("pk")],
    }
    row.delete()
    Contact.objects.filter(pk__in=[contact.pk for contact in people]).delete()
    row.pk = kept["account"]["id"]
    step = _step(actor, now, _("%(name)s removed") % {"name": row}, restore_account, kept, row)
    return Done(row, step)


def _only_at(contact: Contact, account: Account) -> bool:
    """Whether nothing would be left of this person without their places in ``account``."""
    elsewhere = contact.affiliations.exclude(account=account).exists()
    return not elsewhere and not is_mentioned(contact, besides=(Affiliation,))


@inverse
def remove_account_by_id(*, actor: User, now: Now, account_id: int) -> Done[Account]:
    return remove_account(actor=actor, now=now, account=_changeable(actor, account_id))


@inverse
@transaction.atomic
def restore_account(*, actor: User, now: Now, account: dict[str, Any], **parts: list[dict[str, Any]]) -> Done[Account]:
    if not access.reach_of(actor).writes:
        raise Account.DoesNotExist
    _key_of(account["name"], account=None)
    row = row_from(Account, account)
    models_of: list[tuple[str, type[models.Model]]] = [
        ("aliases", AccountAlias),
        ("external_ids", ExternalId),
        ("contacts", Contact),
        ("affiliations", Affiliation),
        ("merges", Merge),
        ("not_the_same", NotTheSame),
    ]
    for part, model in models_of:
        # Steps kept before there was such a part do without.
        for values in parts.get(part, []):
            row_from(model, values)
    step = _step(actor, now, _("%(name)s is back") % {"name": row}, remove_account_by_id, {"account_id": row.pk}, row)
    return Done(row, step)


@transaction.atomic
def add_alias(*, actor: User, now: Now, account: Account, name: str) -> Done[AccountAlias]:
    """Another spelling by which imports and searches find it."""
    key = _key_of(name, account=account)
    if key == account.name_key or account.aliases.filter(name_key=key).exists():
        raise ValidationError({"name": _("It goes by this name already.")})
    row = AccountAlias(account=account, name=name.strip(), name_key=key)
    row.full_clean()
    row.save()
    return Done(row, _alias_added(row, actor, now))


def _alias_added(row: AccountAlias, actor: User, now: Now) -> UndoStep:
    said = _("%(account)s is also known as %(name)s") % {"account": row.account, "name": row}
    return _step(actor, now, said, remove_alias, {"alias_id": row.pk}, row)


@inverse
@transaction.atomic
def remove_alias(*, actor: User, now: Now, alias_id: int) -> Done[AccountAlias]:
    row = AccountAlias.objects.filter(account__in=Account.objects.changeable_by(actor)).get(pk=alias_id)
    kept = values_of(row)
    row.delete()
    row.pk = alias_id
    step = _step(actor, now, _("Name %(name)s removed") % {"name": row}, restore_alias, {"values": kept}, row)
    return Done(row, step)


@inverse
@transaction.atomic
def restore_alias(*, actor: User, now: Now, values: dict[str, Any]) -> Done[AccountAlias]:
    _key_of(values["name"], account=_changeable(actor, values["account_id"]))
    row = row_from(AccountAlias, values)
    return Done(row, _alias_added(row, actor, now))


@transaction.atomic
def add_external_id(*, actor: User, now: Now, account: Account, system: str, value: str) -> Done[ExternalId]:
    """Its number in another system."""
    row = ExternalId(account=account, system=system.strip(), value=value.strip())
    row.full_clean()
    row.save()
    return Done(row, _external_id_added(row, actor, now))


def _external_id_added(row: ExternalId, actor: User, now: Now) -> UndoStep:
    said = _("Number %(number)s added") % {"number": row}
    return _step(actor, now, said, remove_external_id, {"external_id": row.pk}, row)


@inverse
@transaction.atomic
def remove_external_id(*, actor: User, now: Now, external_id: int) -> Done[ExternalId]:
    row = ExternalId.objects.filter(account__in=Account.objects.changeable_by(actor)).get(pk=external_id)
    kept = values_of(row)
    row.delete()
    row.pk = external_id
    step = _step(
        actor, now, _("Number %(number)s removed") % {"number": row}, restore_external_id, {"values": kept}, row
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_external_id(*, actor: User, now: Now, values: dict[str, Any]) -> Done[ExternalId]:
    _changeable(actor, values["account_id"])
    row = row_from(ExternalId, values)
    return Done(row, _external_id_added(row, actor, now))


# Their people ------------------------------------------------------------------------------------------------------

CONTACT_FIELDS = {"name", "email", "phone", "note"}
PLACE_FIELDS = {"title", "since", "until"}


def _place(actor: User, affiliation_id: int) -> Affiliation:
    """A person's place in an organisation that the actor may change; raises ``Affiliation.DoesNotExist`` otherwise."""
    return Affiliation.objects.changeable_by(actor).select_related("contact", "account").get(pk=affiliation_id)


@transaction.atomic
def add_contact(
    *,
    actor: User,
    now: Now,
    account: Account,
    name: str,
    email: str = "",
    phone: str = "",
    note: str = "",
    title: str = "",
    since: date | None = None,
) -> Done[Affiliation]:
    """Somebody new, with a place in the organisation."""
    contact = Contact(name=name.strip(), email=email.strip().lower(), phone=phone.strip(), note=note.strip())
    contact.full_clean()
    contact.save()
    return add_place(actor=actor, now=now, account=account, contact=contact, title=title, since=since)


@transaction.atomic
def add_place(
    *, actor: User, now: Now, account: Account, contact: Contact, title: str = "", since: date | None = None
) -> Done[Affiliation]:
    """Somebody who is here already has a place in this organisation too."""
    if (
        contact.affiliations.filter(account=account)
        .filter(Q(until=None) | Q(until__gte=now.today(account.zone)))
        .exists()
    ):
        raise ValidationError({"name": _("%(name)s is here already.") % {"name": contact}})
    row = Affiliation(contact=contact, account=account, title=title.strip(), since=since)
    row.full_clean()
    row.save()
    return Done(row, _place_added(row, actor, now))


def _place_added(row: Affiliation, actor: User, now: Now) -> UndoStep:
    said = _("%(name)s added to %(account)s") % {"name": row.contact, "account": row.account}
    return _step(actor, now, said, remove_place_by_id, {"affiliation_id": row.pk}, row, row.contact)


@transaction.atomic
def change_place(
    *, actor: User, now: Now, place: Affiliation, person: dict[str, Any], values: dict[str, Any]
) -> Done[Affiliation]:
    """Set fields of ``CONTACT_FIELDS`` (the same wherever the person works) and of ``PLACE_FIELDS``."""
    assert person.keys() <= CONTACT_FIELDS and values.keys() <= PLACE_FIELDS, (person, values)
    row = _locked(place)
    contact = _locked(row.contact)
    before = {
        "affiliation_id": row.pk,
        "person": _write(contact, person) if person else {},
        "values": _write(row, values) if values else {},
    }
    row.contact = contact
    step = _step(actor, now, _("%(name)s changed") % {"name": contact}, set_place, before, row, contact)
    return Done(row, step)


@transaction.atomic
def end_place(*, actor: User, now: Now, place: Affiliation, until: date) -> Done[Affiliation]:
    """The person leaves; ``until`` is the last day there. What was said with them stays."""
    return change_place(actor=actor, now=now, place=place, person={}, values={"until": until})


@inverse
@transaction.atomic
def set_place(
    *, actor: User, now: Now, affiliation_id: int, person: dict[str, Any], values: dict[str, Any]
) -> Done[Affiliation]:
    ready = {field: Affiliation._meta.get_field(field).to_python(value) for field, value in values.items()}  # type: ignore[union-attr]
    return change_place(actor=actor, now=now, place=_place(actor, affiliation_id), person=person, values=ready)


@transaction.atomic
def remove_place(*, actor: User, now: Now, place: Affiliation) -> Done[Affiliation]:
    """As if the person had never worked there; the person goes too when nothing else is known of them."""
    row = _locked(place)
    contact, account = row.contact, row.account
    kept: dict[str, Any] = {"place": values_of(row), "contact": values_of(contact)}
    pk, contact_pk = row.pk, contact.pk
    row.delete()
    if not is_mentioned(contact, besides=()):
        contact.delete()
    row.pk, contact.pk = pk, contact_pk
    said = _("%(name)s removed from %(account)s") % {"name": contact, "account": account}
    return Done(row, _step(actor, now, said, restore_place, kept, row, contact))


@inverse
def remove_place_by_id(*, actor: User, now: Now, affiliation_id: int) -> Done[Affiliation]:
    return remove_place(actor=actor, now=now, place=_place(actor, affiliation_id))


@inverse
@transaction.atomic
def restore_place(*, actor: User, now: Now, place: dict[str, Any], contact: dict[str, Any]) -> Done[Affiliation]:
    _changeable(actor, place["account_id"])
    if not Contact.objects.filter(pk=contact["id"]).exists():
        row_from(Contact, contact)
    row = row_from(Affiliation, place)
    return Done(row, _place_added(row, actor, now))


# Two that are alike ------------------------------------------------------------------------------------------------


def sweep_duplicates(*, now: Now) -> sweep.Count:
    """Judge which organisations may be one, wherever something they go by has changed. Twice is once."""
    return sweep.run(now)


def look_for_alike(*, accounts: Iterable[int], now: Now) -> sweep.Count:
    """Judge these at once, after a deed that changed what they go by is kept: whoever did it looks at them now.

    Apart from the deed, which must neither fail nor wait for it.
    """
    return sweep.look_at(list(accounts), now)


@transaction.atomic
def measure_duplicates(*, lines: Iterable[str], now: Now) -> dict[str, Any]:
    """Precision and recall against a list of ``accounts.measure``, as a whole and by what speaks for a pair.

    The organisations of the list are here for as long as it takes, and never for anybody else.
    """
    listed = measure.read_list(lines)
    truth = measure.truth_of(listed)
    keys: dict[int, str] = {}
    made = [
        Account(name=one.name, name_key=f"measured {key}", zone="UTC", created_at=now.instant)
        for key, one in listed.items()
    ]
    for row, key in zip(Account.objects.bulk_create(made), listed, strict=True):
        keys[row.pk] = key
    people = [Contact(name="-", email=f"-@{domain}") for one in listed.values() for domain in sorted(one.domains)]
    waiting = iter(Contact.objects.bulk_create(people))
    Affiliation.objects.bulk_create(
        Affiliation(account=row, contact=next(waiting)) for row in made for _domain in listed[keys[row.pk]].domains
    )
    sweep.read_anew()
    compared = {
        (keys[pair[0]], keys[pair[1]]): both
        for pair, both in sweep.candidates(list(keys)).items()
        if keys.keys() >= set(pair)
    }
    transaction.set_rollback(True)
    return measure.by_parts(compared, truth, organisations=len(listed))


@transaction.atomic
def say_not_the_same(*, actor: User, now: Now, one: Account, other: Account) -> Done[NotTheSame]:
    """Two that look like one are two, says somebody who may change one of them; they are proposed no more."""
    first, second = sorted((one, other), key=lambda row: row.pk)
    row = NotTheSame(first=first, second=second, said_by=actor, said_at=now.instant)
    row.full_clean()
    row.save()
    return Done(row, _said_apart(row, actor, now))


def _said_apart(row: NotTheSame, actor: User, now: Now) -> UndoStep:
    said = _("%(one)s and %(other)s are not the same") % {"one": row.first, "other": row.second}
    return _step(actor, now, said, unsay_not_the_same, {"pk": row.pk}, row)


@inverse
@transaction.atomic
def unsay_not_the_same(*, actor: User, now: Now, pk: int) -> Done[NotTheSame]:
    row = NotTheSame.objects.changeable_by(actor).select_related("first", "second").get(pk=pk)
    kept = values_of(row)
    row.delete()
    row.pk = pk
    said = _("%(one)s and %(other)s may be the same again") % {"one": row.first, "other": row.second}
    return Done(row, _step(actor, now, said, restore_not_the_same, {"values": kept}, row))


@inverse
@transaction.atomic
def restore_not_the_same(*, actor: User, now: Now, values: dict[str, Any]) -> Done[NotTheSame]:
    pair = [values["first_id"], values["second_id"]]
    if not Account.objects.changeable_by(actor).filter(pk__in=pair).exists():
        raise NotTheSame.DoesNotExist
    row = row_from(NotTheSame, values)
    return Done(row, _said_apart(row, actor, now))
