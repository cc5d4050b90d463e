"""Stopping mails by a link, choosing them on a page, and the administrator's list of what went wrong."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from mail import actions, optout
from mail.models import WEEKLY, DigestOptOut, Kind, OutboxMail
from tests import people
from web.clock import Now

pytestmark = pytest.mark.django_db
State = OutboxMail.State


def stop_link(person: User, kind: Kind = Kind.DIGEST) -> str:
    return reverse("unsubscribe", args=[optout.token_for(person.pk, kind)])


def switched_off() -> list[tuple[int, str]]:
    return list(DigestOptOut.objects.order_by("id").values_list("user_id", "kind"))


# Stopping ------------------------------------------------------------------------------------------------------------


def test_stop_by_post_twice_is_once_and_needs_neither_cookie_nor_token() -> None:
    alice = people.alice()
    for _ in range(2):
        stranger = Client(enforce_csrf_checks=True)
        answer = stranger.post(stop_link(alice), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert switched_off() == [(alice.pk, "digest")]


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_changes_nothing(client: Client, method: str) -> None:
    for _ in range(2):
        assert getattr(client, method)(stop_link(people.alice())).status_code == 200
    assert switched_off() == []


def test_page_asks_with_a_form_that_posts(client: Client) -> None:
    page = client.get(stop_link(people.alice())).content.decode()
    assert 'method="post"' in page
    assert "weekly digest of your partners" in page


def test_somebody_else_signed_in_stops_the_mail_of_the_link_alone(client: Client) -> None:
    client.force_login(people.bob())
    client.post(stop_link(people.alice(), Kind.TEAM_DIGEST))
    assert switched_off() == [(people.alice().pk, "team_digest")]


def test_altered_tokens_are_refused(client: Client) -> None:
    token = optout.token_for(people.alice().pk, Kind.DIGEST)
    signs = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:."
    chance = Random(1)
    for _ in range(100_000):
        letters = list(token)
        for _ in range(chance.randint(1, 3)):
            letters[chance.randrange(len(letters))] = chance.choice(signs)
        altered = "".join(letters)
        assert altered == token or optout.read(altered) is None
    for altered in (token[:-1], token + "A", token.replace("digest", "team_digest"), f"0{token}", "x"):
        assert client.post(reverse("unsubscribe", args=[altered])).status_code == 404
    assert switched_off() == []


def test_token_for_another_purpose_is_refused() -> None:
    assert optout.read(signing.Signer(salt="concord.invitation").sign("1:digest")) is None
    assert optout.read(signing.Signer(salt=optout.SALT).sign("1:invitation")) is None


def test_token_of_a_person_who_is_gone_is_answered_like_an_altered_one(client: Client) -> None:
    gone = reverse("unsubscribe", args=[optout.token_for(10**9, Kind.DIGEST)])
    altered = reverse("unsubscribe", args=["1:digest:x"])
    assert client.post(gone).status_code == client.post(altered).status_code == 404


# Choosing ------------------------------------------------------------------------------------------------------------


def test_mail_settings_switch_kinds_off_and_on(client: Client) -> None:
    alice = people.alice()
    client.force_login(alice)
    assert client.get(reverse("mail_settings")).content.decode().count("checked") == 2
    assert client.post(reverse("mail_settings"), {"wanted": ["team_digest"]}).status_code == 302
    assert switched_off() == [(alice.pk, "digest")]
    assert client.get(reverse("mail_settings")).content.decode().count("checked") == 1
    client.post(reverse("mail_settings"), {"wanted": ["digest", "team_digest"]})
    assert switched_off() == []


def test_mail_settings_refuse_a_kind_that_is_none(client: Client) -> None:
    client.force_login(people.alice())
    assert client.post(reverse("mail_settings"), {"wanted": ["invitation"]}).status_code == 422
    assert switched_off() == []


# The outbox ----------------------------------------------------------------------------------------------------------


def outbox_row(state: str, **fields: object) -> OutboxMail:
    moment = timezone.now() - timedelta(hours=1)
    known: dict[str, Any] = {
        "kind": Kind.DIGEST,
        "recipient": people.alice(),
        "period": f"2026-W{OutboxMail.objects.count() + 10}",
        "due_at": moment,
        "planned_at": moment,
        "attempt": 1,
        "raw": b"bytes",
        "last_error": "no reply",
    }
    return OutboxMail.objects.create(**{**known, **fields}, state=state)


def test_outbox_is_for_administrators(client: Client) -> None:
    row = outbox_row(State.DOT)
    for person in (people.alice(), people.mona()):
        client.force_login(person)
        assert client.get(reverse("outbox")).status_code == 404
        for name in ("outbox_again", "outbox_arrived", "outbox_closed"):
            assert client.post(reverse(name, args=[row.pk])).status_code == 404
    row.refresh_from_db()
    assert row.state == State.DOT


def test_outbox_lists_what_needs_a_person(client: Client) -> None:
    client.force_login(people.adam())
    assert "No mail needs you." in client.get(reverse("outbox")).content.decode()
    for state in (State.DOT, State.BOUNCED, State.DEAD, State.SENT, State.SKIPPED):
        outbox_row(state)
    outbox_row(State.DOT, lease_until=timezone.now() + timedelta(minutes=5), claimed_by=1 << 30)
    page = client.get(reverse("outbox"))
    assert [mail.state for mail in page.context["unsure"]] == [State.DOT, State.DOT]
    assert [mail.state for mail in page.context["failed"]] == [State.BOUNCED, State.DEAD]


def test_recipient_sees_the_own_unsure_ones_alone() -> None:
    row = outbox_row(State.DOT)
    outbox_row(State.SENT)
    outbox_row(State.DOT, recipient=people.bob())
    assert list(OutboxMail.objects.visible_to(people.alice())) == [row]
    assert OutboxMail.objects.visible_to(people.adam()).count() == 3
    assert not OutboxMail.objects.visible_to(people.petra()).exists()


@pytest.mark.parametrize(
    ("state", "verb", "becomes"),
    [
        (State.DOT, "outbox_arrived", State.SENT),
        (State.DOT, "outbox_again", State.PLANNED),
        (State.DOT, "outbox_closed", State.SKIPPED),
        (State.BOUNCED, "outbox_again", State.PLANNED),
        (State.DEAD, "outbox_again", State.PLANNED),
        (State.DEAD, "outbox_closed", State.SKIPPED),
        (State.BOUNCED, "outbox_arrived", State.BOUNCED),
        (State.SENT, "outbox_again", State.SENT),
        (State.CLAIMED, "outbox_again", State.CLAIMED),
    ],
)
def test_answers_of_an_administrator(client: Client, state: str, verb: str, becomes: str) -> None:
    row = outbox_row(state)
    client.force_login(people.adam())
    assert client.get(reverse(verb, args=[row.pk])).status_code == 405
    for _ in range(2):
        assert client.post(reverse(verb, args=[row.pk])).status_code == 302
    row.refresh_from_db()
    assert row.state == becomes
    assert (row.settled_by == people.adam()) is (state != becomes)


def test_mail_that_is_being_sent_at_this_moment_is_left_alone(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (living,) = cursor.fetchone()
    row = outbox_row(State.DOT, lease_until=timezone.now() + timedelta(minutes=5), claimed_by=living)
    client.force_login(people.adam())
    client.post(reverse("outbox_again", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == State.DOT


def test_mail_replaced_by_a_newer_one_is_not_sent_again(client: Client) -> None:
    row = outbox_row(State.DOT)
    outbox_row(State.SENT, due_at=row.due_at + timedelta(days=7))
    client.force_login(people.adam())
    client.post(reverse("outbox_again", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == State.DOT


def test_choosing_touches_only_what_is_offered() -> None:
    now = Now(timezone.now())
    actions.choose(actor=people.alice(), now=now, wanted=[Kind.DIGEST], offered=WEEKLY)
    assert switched_off() == [(people.alice().pk, "team_digest")]
