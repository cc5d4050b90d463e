"""Two at one form: between the look at what stands and the writing there is no gap, for whatever is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pghistory
import pytest
from django.db import models, transaction
from django.test import Client
from django.urls import reverse

from accounts import actions as accounts
from relationships import actions
from relationships.models import Relationship
from tests import people
from tests.relationships.records import DAY, MONDAY, Elsewhere, log, noon, waiting_for_a_lock

NOW = noon(MONDAY + DAY)


@dataclass(frozen=True, slots=True)
class Case:
    """A row, the address of its form, a text of it, and Bob's change of that text."""

    row: models.Model
    address: str
    name: str
    change: Callable[[], object]


def promise(row: Relationship) -> Case:
    made = people.promise(row, due_on=MONDAY)
    bob: dict[str, Any] = {"actor": people.bob(), "now": NOW, "commitment": made}
    change = lambda: actions.change_promise(**bob, values={"what": "By Bob"})  # noqa: E731
    return Case(made, f"/commitments/{made.pk}/edit/", "what", change)


def relationship(row: Relationship) -> Case:
    bob: dict[str, Any] = {"actor": people.bob(), "now": NOW, "relationship": row}
    change = lambda: actions.change_relationship(**bob, values={"name": "By Bob"})  # noqa: E731
    return Case(row, f"/relationships/{row.pk}/edit/", "name", change)


def interaction(row: Relationship) -> Case:
    made = log(row, MONDAY).row
    bob: dict[str, Any] = {"actor": people.bob(), "now": NOW, "interaction": made, "contacts": [], "colleagues": []}
    change = lambda: actions.change_interaction(**bob, values={"summary": "By Bob"})  # noqa: E731
    return Case(made, f"/interactions/{made.pk}/edit/", "summary", change)


def account(row: Relationship) -> Case:
    bob: dict[str, Any] = {"actor": people.bob(), "now": NOW, "account": row.account}
    change = lambda: accounts.change_account(**bob, values={"name": "By Bob"})  # noqa: E731
    return Case(row.account, reverse("account_edit", args=[row.account.pk]), "name", change)


CASES = pytest.mark.parametrize("make", [promise, relationship, interaction, account])


def filled(client: Client, address: str) -> dict[str, Any]:
    """What a browser would send of the form as it stands there."""
    response = client.get(address)
    values = {field.html_name: field.value() for field in response.context["form"]}
    return {
        **{name: value for name, value in values.items() if value is not None},
        "version": response.context["version"],
    }


def alice() -> Client:
    client = Client()
    client.force_login(people.alice(), backend="django.contrib.auth.backends.ModelBackend")
    return client


@CASES
@pytest.mark.django_db(transaction=True)
def test_change_committed_while_the_other_waits_is_told_of(make: Callable[[Relationship], Case]) -> None:
    case = make(people.relationship())
    client, answers = alice(), []
    typed = {**filled(client, case.address), case.name: "By Alice"}
    with transaction.atomic(), pghistory.context(user=people.bob().pk):
        case.change()
        with waiting_for_a_lock():
            other = Elsewhere(lambda: answers.append(client.post(case.address, typed, headers={"HX-Request": "true"})))
    other.join()
    (answer,) = answers
    text = answer.content.decode()
    assert answer.status_code == 422, text
    assert "Changed by Bob Brandt at" in text
    assert "Now: By Bob" in text
    assert "By Alice" in text
    case.row.refresh_from_db()
    assert getattr(case.row, case.name) == "By Bob"
    again = client.post(case.address, {**typed, "version": answer.context["version"]}, headers={"HX-Request": "true"})
    assert again.status_code in (200, 204), again.content.decode()
    case.row.refresh_from_db()
    assert getattr(case.row, case.name) == "By Alice"


@CASES
@pytest.mark.django_db(transaction=True)
def test_second_waits_until_the_first_form_is_through(make: Callable[[Relationship], Case]) -> None:
    """The other way about: the one who is late to the lock is Bob, and then his change is the newest."""
    case = make(people.relationship())
    client = alice()
    typed = {**filled(client, case.address), case.name: "By Alice"}
    with transaction.atomic():
        assert client.post(case.address, typed, headers={"HX-Request": "true"}).status_code in (200, 204)
        with waiting_for_a_lock():
            other = Elsewhere(case.change)
    other.join()
    case.row.refresh_from_db()
    assert getattr(case.row, case.name) == "By Bob"


@pytest.mark.django_db
def test_row_that_is_gone_is_not_found() -> None:
    case = promise(people.relationship())
    client = alice()
    typed = filled(client, case.address)
    case.row.delete()
    assert client.post(case.address, typed).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["0", "x", "9" * 30, "-1"])
def test_version_that_nobody_gave_is_told_of_and_no_error(version: str) -> None:
    case = promise(people.relationship())
    client = alice()
    typed = {**filled(client, case.address), "version": version, "what": "By Alice"}
    assert client.post(case.address, typed, headers={"HX-Request": "true"}).status_code == 422
