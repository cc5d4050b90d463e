from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.invitations import find, token_for
from accounts.models import Invitation, User
from tests import people
from tests.accounts.test_actions import everything
from web.clock import Now

pytestmark = pytest.mark.django_db
PASSWORD = "a calm long password"


def invited() -> Invitation:
    person = actions.invite_person(
        actor=people.adam(), now=Now(timezone.now()), email="nina@concord.example", name="Nina", zone="Europe/Oslo"
    ).row
    return person.invitations.get()


def link(invitation: Invitation) -> str:
    return reverse("invitation", args=[token_for(invitation)])


def accept(client: Client, address: str, **more: Any) -> Any:
    return client.post(address, {"name": "Nina Nord", "zone": "Europe/Oslo", "password": PASSWORD, **more})


def test_the_way_in(client: Client) -> None:
    invitation = invited()
    shown = client.get(link(invitation))
    assert shown.status_code == 200
    assert "Adam Adeyemi invited you" in shown.content.decode()
    answer = accept(client, link(invitation))
    assert (answer.status_code, answer.url) == (302, reverse("today"))
    invitation.refresh_from_db()
    assert invitation.accepted_at is not None
    assert invitation.user.name == "Nina Nord"
    assert client.session["_auth_user_id"] == str(invitation.user_id)
    assert client.get(reverse("settings")).status_code == 200
    assert User.objects.get(pk=invitation.user_id).check_password(PASSWORD)


def test_reading_changes_nothing(client: Client) -> None:
    address = link(invited())
    before = everything()
    for _time in range(3):
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200
    assert everything() == before
    assert not Session.objects.exists()


def test_it_works_once(client: Client) -> None:
    address = link(invited())
    accept(client, address)
    after = everything()
    other = Client()
    assert other.get(address).status_code == 410
    assert accept(other, address, password="another long password").status_code == 410
    assert everything() == after
    assert "_auth_user_id" not in other.session


def test_it_ends_with_its_hour() -> None:
    invitation = invited()
    token = token_for(invitation)
    last = invitation.expires_at - timedelta(microseconds=1)
    assert find(token, Now(last)) == invitation
    assert find(token, Now(invitation.expires_at)) is None


def test_an_expired_link_says_what_to_do(client: Client) -> None:
    invitation = invited()
    Invitation.objects.update(expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    for answer in (client.get(link(invitation)), accept(client, link(invitation))):
        assert answer.status_code == 410
        assert "ask the person who invited you" in answer.content.decode()


@pytest.mark.parametrize("ended", ["withdrawn", "renewed", "deactivated", "moved"])
def test_it_ends_when_an_administrator_says_so(ended: str) -> None:
    invitation, now, adam = invited(), Now(timezone.now()), people.adam()
    token = token_for(invitation)
    match ended:
        case "withdrawn":
            actions.withdraw_invitation(actor=adam, now=now, invitation=invitation)
        case "renewed":
            actions.invite_again(actor=adam, now=now, person=invitation.user)
        case "deactivated":
            actions.deactivate_person(actor=adam, now=now, person=invitation.user)
        case "moved":
            values = {"email": "nina.nord@concord.example"}
            actions.change_person(actor=adam, now=now, person=invitation.user, values=values)
    assert find(token, now) is None


def test_an_altered_token_opens_nothing() -> None:
    token, now = token_for(invited()), Now(timezone.now())
    assert find(token, now) is not None
    for place, character in enumerate(token):
        other = "B" if character == "A" else "A"
        assert find(token[:place] + other + token[place + 1 :], now) is None
    for altered in ("", ":", token[:-1], token + "A", token.swapcase(), f"{token}:{token}"):
        assert find(altered, now) is None


def test_anothers_token_does_not_fit() -> None:
    mine = invited()
    theirs = actions.invite_person(
        actor=people.adam(), now=Now(timezone.now()), email="ola@concord.example", name="Ola", zone="UTC"
    ).row.invitations.get()
    assert find(token_for(theirs), Now(timezone.now())) == theirs
    assert find(token_for(mine), Now(timezone.now())) == mine


def test_a_weak_password_is_refused_and_nothing_is_used_up(client: Client) -> None:
    invitation = invited()
    for weak in ("short", "password123", ""):
        answer = accept(client, link(invitation), password=weak)
        assert answer.status_code == 422
    assert client.get(link(invitation)).status_code == 200


def test_somebody_signed_in_as_another_becomes_the_invited(client: Client) -> None:
    client.force_login(people.bob())
    invitation = invited()
    assert client.get(link(invitation)).status_code == 200
    accept(client, link(invitation))
    assert client.session["_auth_user_id"] == str(invitation.user_id)
