from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models

from accounts import actions
from accounts.models import (
    Account,
    AccountAlias,
    Affiliation,
    Contact,
    ExternalId,
    Invitation,
    Membership,
    Team,
    User,
)
from accounts.undo import Done, take_back
from tests import people
from web.clock import Now

pytestmark = pytest.mark.django_db
NOW = Now(datetime(2026, 3, 2, 12, tzinfo=UTC))
KEPT = [Team, User, Membership, Invitation, Account, AccountAlias, ExternalId, Contact, Affiliation]


def everything() -> dict[str, list[dict[str, Any]]]:
    """All the rows that the verbs write."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for model in KEPT:
        manager: models.Manager[Any] = model._base_manager
        rows[model.__name__] = list(manager.order_by("pk").values())
    return rows


def organisation(name: str = "Ewos", **more: Any) -> Account:
    return actions.create_account(actor=people.alice(), now=NOW, name=name, zone="Europe/Oslo", **more).row


def ingrid(account: Account) -> Affiliation:
    return actions.add_contact(
        actor=people.alice(), now=NOW, account=account, name="Ingrid Moe", email="Ingrid@ewos.example", title="Buyer"
    ).row


def invite_nina() -> Done[Any]:
    roles = [(people.north(), "reader"), (people.south(), "manager")]
    return actions.invite_person(
        actor=people.adam(), now=NOW, email="Nina@Concord.example", name=" Nina Nord ", zone="Europe/Oslo", roles=roles
    )


def nina() -> User:
    found: User = invite_nina().row
    return found


def change_nina() -> Done[Any]:
    values = {"name": "Nina Sør", "email": "nina.sor@concord.example", "zone": "UTC", "is_administrator": True}
    roles = [(people.south(), "reader"), (people.europe(), "account_manager")]
    return actions.change_person(actor=people.adam(), now=NOW, person=nina(), values=values, roles=roles)


def full_account() -> Account:
    account = organisation()
    actions.add_alias(actor=people.alice(), now=NOW, account=account, name="EWOS AS")
    actions.add_external_id(actor=people.alice(), now=NOW, account=account, system="CRM", value="42")
    ingrid(account)
    return account


def moved_team() -> Done[Any]:
    return actions.change_team(
        actor=people.adam(), now=NOW, team=people.north(), name="Far north", parent=people.south()
    )


def changed_account() -> Done[Any]:
    whole = organisation("Cermaq")
    values = {"name": "Ewos AS", "kind": "customer", "parent": whole, "zone": "UTC", "website": "https://ewos.example/"}
    return actions.change_account(actor=people.alice(), now=NOW, account=organisation(), values=values)


def changed_place() -> Done[Any]:
    person = {"name": "Ingrid Lie", "email": "", "phone": "+47 1", "note": "Reads in the evening"}
    values = {"title": "Director", "since": date(2020, 1, 1), "until": date(2026, 12, 31)}
    place = ingrid(organisation())
    return actions.change_place(actor=people.alice(), now=NOW, place=place, person=person, values=values)


DEEDS: dict[str, tuple[Callable[[], User], Callable[[], Done[Any]]]] = {
    "invite": (people.adam, invite_nina),
    "change a person": (people.adam, change_nina),
    "invite again": (people.adam, lambda: actions.invite_again(actor=people.adam(), now=NOW, person=nina())),
    "withdraw": (
        people.adam,
        lambda: actions.withdraw_invitation(actor=people.adam(), now=NOW, invitation=nina().invitations.get()),
    ),
    "deactivate": (people.adam, lambda: actions.deactivate_person(actor=people.adam(), now=NOW, person=people.bob())),
    "settings": (
        people.bob,
        lambda: actions.change_settings(
            actor=people.bob(), now=NOW, values={"name": "Bo", "zone": "UTC", "theme": "dark", "shortcuts": False}
        ),
    ),
    "add a team": (
        people.adam,
        lambda: actions.add_team(actor=people.adam(), now=NOW, name="West", parent=people.north()),
    ),
    "change a team": (people.adam, moved_team),
    "remove a team": (
        people.adam,
        lambda: actions.remove_team(actor=people.adam(), now=NOW, team=Team.objects.create(name="Gone")),
    ),
    "create": (people.alice, lambda: actions.create_account(actor=people.alice(), now=NOW, name="A", zone="UTC")),
    "change": (people.alice, changed_account),
    "remove": (people.alice, lambda: actions.remove_account(actor=people.alice(), now=NOW, account=full_account())),
    "add a name": (
        people.alice,
        lambda: actions.add_alias(actor=people.alice(), now=NOW, account=organisation(), name="Ewos Group"),
    ),
    "remove a name": (
        people.alice,
        lambda: actions.remove_alias(actor=people.alice(), now=NOW, alias_id=full_account().aliases.get().pk),
    ),
    "add a number": (
        people.alice,
        lambda: actions.add_external_id(actor=people.alice(), now=NOW, account=organisation(), system="S", value="1"),
    ),
    "remove a number": (
        people.alice,
        lambda: actions.remove_external_id(
            actor=people.alice(), now=NOW, external_id=full_account().external_ids.get().pk
        ),
    ),
    "add somebody": (
        people.alice,
        lambda: actions.add_contact(actor=people.alice(), now=NOW, account=organisation(), name="Ola"),
    ),
    "add a place": (
        people.alice,
        lambda: actions.add_place(
            actor=people.alice(), now=NOW, account=organisation("Two"), contact=ingrid(organisation()).contact
        ),
    ),
    "change a place": (people.alice, changed_place),
    "leave": (
        people.alice,
        lambda: actions.end_place(actor=people.alice(), now=NOW, place=ingrid(organisation()), until=date(2026, 2, 27)),
    ),
    "remove a place": (
        people.alice,
        lambda: actions.remove_place(actor=people.alice(), now=NOW, place=ingrid(organisation())),
    ),
}


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_undone_and_done_again(name: str) -> None:
    who, deed = DEEDS[name]
    actor = who()
    for person in (people.alice(), people.bob(), people.adam(), people.mona()):
        assert person.pk
    people.south()
    first = deed()
    after = everything()
    undone = take_back(step_id=first.step.pk, actor=actor, now=NOW)
    before = everything()
    assert before != after
    redone = take_back(step_id=undone.step.pk, actor=actor, now=NOW)
    assert everything() == after
    take_back(step_id=redone.step.pk, actor=actor, now=NOW)
    assert everything() == before


def test_undo_of_creating_leaves_nothing() -> None:
    people.alice()
    before = everything()
    deed = actions.create_account(actor=people.alice(), now=NOW, name="Ewos", zone="UTC")
    take_back(step_id=deed.step.pk, actor=people.alice(), now=NOW)
    assert everything() == before


def test_undo_asks_for_rights_again() -> None:
    bob = people.bob()
    account = people.relationship(owner=bob, team=people.north()).account
    deed = actions.add_alias(actor=bob, now=NOW, account=account, name="Another")
    bob.memberships.all().delete()
    account.relationships.update(owner=people.outsider(), team=people.south())
    with pytest.raises(ObjectDoesNotExist):
        take_back(step_id=deed.step.pk, actor=User.objects.get(pk=bob.pk), now=NOW)


def test_undo_of_an_administrators_deed_after_stepping_down() -> None:
    adam, other = people.adam(), people.alice()
    User.objects.filter(pk=other.pk).update(is_administrator=True)
    deed = actions.add_team(actor=adam, now=NOW, name="West")
    User.objects.filter(pk=adam.pk).update(is_administrator=False)
    with pytest.raises(ObjectDoesNotExist):
        take_back(step_id=deed.step.pk, actor=User.objects.get(pk=adam.pk), now=NOW)


# The last administrator --------------------------------------------------------------------------------------------


def test_the_last_administrator_stays_one() -> None:
    adam = people.adam()
    with pytest.raises(ValidationError, match="only administrator"):
        actions.change_person(actor=adam, now=NOW, person=adam, values={"is_administrator": False})
    with pytest.raises(ValidationError, match="only administrator"):
        actions.deactivate_person(actor=adam, now=NOW, person=adam)
    adam.refresh_from_db()
    assert (adam.is_administrator, adam.is_active) == (True, True)


def test_somebody_only_invited_does_not_count_as_the_other_administrator() -> None:
    adam = people.adam()
    actions.change_person(actor=adam, now=NOW, person=nina(), values={"is_administrator": True})
    with pytest.raises(ValidationError, match="only administrator"):
        actions.deactivate_person(actor=adam, now=NOW, person=adam)


def test_one_of_two_administrators_may_go() -> None:
    adam, mona = people.adam(), people.mona()
    actions.change_person(actor=adam, now=NOW, person=mona, values={"is_administrator": True})
    actions.deactivate_person(actor=mona, now=NOW, person=adam)
    assert User.objects.filter(is_administrator=True, is_active=True).get() == mona


# People ------------------------------------------------------------------------------------------------------------


def test_an_invited_person() -> None:
    person = nina()
    invitation = person.invitations.get()
    assert (person.email, person.name, person.has_usable_password()) == ("nina@concord.example", "Nina Nord", False)
    assert (invitation.invited_by, invitation.expires_at - invitation.invited_at) == (people.adam(), timedelta(days=7))
    assert sorted(person.memberships.values_list("team__name", "role")) == [("North", "reader"), ("South", "manager")]


def test_undo_of_an_invitation_that_was_accepted_is_refused() -> None:
    deed = invite_nina()
    actions.accept_invitation(
        now=NOW, invitation=deed.row.invitations.get(), password="a long one 12", name="Nina", zone="UTC"
    )
    with pytest.raises(ValidationError):
        take_back(step_id=deed.step.pk, actor=people.adam(), now=NOW)
    assert User.objects.filter(pk=deed.row.pk).exists()


def test_inviting_again_ends_the_former_invitation() -> None:
    person = nina()
    first = person.invitations.get()
    second = actions.invite_again(actor=people.adam(), now=Now(NOW.instant + timedelta(days=3)), person=person).row
    assert list(person.invitations.filter(withdrawn_at=None)) == [second]
    first.refresh_from_db()
    assert first.withdrawn_at == NOW.instant + timedelta(days=3)


def test_who_has_a_password_needs_no_invitation() -> None:
    with pytest.raises(ValidationError, match="needs no invitation"):
        actions.invite_again(actor=people.adam(), now=NOW, person=people.bob())


def test_deactivating_ends_the_invitation() -> None:
    person = nina()
    actions.deactivate_person(actor=people.adam(), now=NOW, person=person)
    assert person.invitations.get().withdrawn_at == NOW.instant


# Organisations -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Ewos", "  EWOS. ", "ewos", "Ｅｗｏｓ"])
def test_a_name_is_taken_however_it_is_written(name: str) -> None:
    organisation("Ewos")
    with pytest.raises(ValidationError, match="Ewos is here already") as error:
        organisation(name)
    assert list(error.value.error_dict) == ["name"]


def test_a_name_that_is_anothers_other_name() -> None:
    actions.add_alias(actor=people.alice(), now=NOW, account=organisation("Cermaq"), name="Mainstream")
    with pytest.raises(ValidationError, match="Cermaq is here already"):
        organisation("MAINSTREAM")


def test_a_name_of_nothing() -> None:
    with pytest.raises(ValidationError, match="a letter or a digit"):
        organisation(" … ")


def test_no_organisation_is_a_unit_of_itself() -> None:
    top = organisation("Top")
    middle = organisation("Middle", parent=top)
    low = organisation("Low", parent=middle)
    for parent in (low, middle, top):
        with pytest.raises(ValidationError, match="unit of itself"):
            actions.change_account(actor=people.alice(), now=NOW, account=top, values={"parent": parent})


def test_an_organisation_with_relationships_stays() -> None:
    account = people.relationship().account
    with pytest.raises(ValidationError, match="It stays"):
        actions.remove_account(actor=people.alice(), now=NOW, account=account)
    assert Account.objects.filter(pk=account.pk).exists()


def test_removing_keeps_people_who_are_elsewhere() -> None:
    account, other = full_account(), organisation("Two")
    person = account.affiliations.get().contact
    actions.add_place(actor=people.alice(), now=NOW, account=other, contact=person)
    actions.remove_account(actor=people.alice(), now=NOW, account=account)
    assert list(Contact.objects.all()) == [person]


def test_removing_somebody_who_was_spoken_to_keeps_the_record() -> None:
    relationship = people.relationship()
    place = ingrid(relationship.account)
    talk = relationship.interactions.create(
        occurred_on=date(2026, 3, 1), account=relationship.account, logged_at=NOW.instant
    )
    talk.contacts.add(place.contact)
    actions.remove_place(actor=people.alice(), now=NOW, place=place)
    assert list(talk.contacts.all()) == [place.contact]
    assert not Affiliation.objects.exists()


def test_nobody_is_twice_in_one_organisation_at_once() -> None:
    place = ingrid(organisation())
    with pytest.raises(ValidationError, match="is here already"):
        actions.add_place(actor=people.alice(), now=NOW, account=place.account, contact=place.contact)
    actions.end_place(actor=people.alice(), now=NOW, place=place, until=date(2026, 2, 28))
    back = actions.add_place(actor=people.alice(), now=NOW, account=place.account, contact=place.contact).row
    assert back.pk != place.pk


def test_leaving_before_coming_is_refused() -> None:
    place = actions.add_contact(
        actor=people.alice(), now=NOW, account=organisation(), name="Ola", since=date(2026, 1, 1)
    ).row
    with pytest.raises(ValidationError, match="before the first"):
        actions.end_place(actor=people.alice(), now=NOW, place=place, until=date(2025, 12, 31))
