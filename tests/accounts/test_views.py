from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, Affiliation, Contact, Membership, Team, UndoStep, User
from accounts.undo import newest_standing, take_back
from tests import people
from web.clock import Now
from web.text import name_key

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def said(answer: Any) -> list[tuple[str, str]]:
    """Toasts that the next page will show: text and address of *Undo*."""
    return [(str(message), str(message.extra_tags)) for message in get_messages(answer.wsgi_request)]


def person_data(**more: Any) -> dict[str, Any]:
    lines = {
        "roles-TOTAL_FORMS": "2",
        "roles-INITIAL_FORMS": "0",
        "roles-MIN_NUM_FORMS": "0",
        "roles-MAX_NUM_FORMS": "9",
    }
    return {"name": "Nina Nord", "email": "nina@concord.example", "zone": "Europe/Oslo", **lines, **more}


# Who may come in ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["person_list", "person_invite", "team_list", "team_create"])
def test_administrators_pages_are_not_there_for_others(name: str) -> None:
    for person in (people.alice(), people.mona(), people.rita(), people.petra()):
        assert as_(person).get(reverse(name)).status_code == 404
        assert as_(person).post(reverse(name), {"name": "X"}).status_code in (404, 405)
    assert as_(people.adam()).get(reverse(name)).status_code == 200


def test_only_administrators_change_people_and_teams() -> None:
    bob, team = people.bob(), people.south()
    for name, pk in [("person_edit", bob.pk), ("person_invite_again", bob.pk), ("person_reactivate", bob.pk)]:
        assert as_(people.mona()).post(reverse(name, args=[pk]), person_data()).status_code == 404
    for name in ("team_edit", "team_remove"):
        assert as_(people.mona()).post(reverse(name, args=[team.pk]), {"name": "Mine"}).status_code == 404
    assert not UndoStep.objects.exists()


def test_strangers_see_the_name_of_an_account_and_nothing_else() -> None:
    account = people.relationship(account=people.account("Ewos", website="https://canary.example/")).account
    Affiliation.objects.create(account=account, contact=Contact.objects.create(name="Canary Moe"))
    page = as_(people.outsider()).get(account.get_absolute_url())
    assert page.status_code == 200
    shown = page.content.decode()
    assert "Ewos" in shown
    assert "it stands in the directory" in shown
    assert "anary" not in shown
    assert "anary" in as_(people.bob()).get(account.get_absolute_url()).content.decode()


def test_nobody_changes_what_is_not_theirs() -> None:
    account = people.relationship().account
    place = Affiliation.objects.create(account=account, contact=Contact.objects.create(name="Ingrid"))
    alias = account.aliases.create(name="X", name_key="x")
    number = account.external_ids.create(system="S", value="1")
    routes = [
        *[
            (name, account.pk)
            for name in ("account_edit", "account_remove", "alias_add", "external_id_add", "contact_add")
        ],
        *[(name, place.pk) for name in ("contact_edit", "contact_left", "contact_remove")],
        ("alias_remove", alias.pk),
        ("external_id_remove", number.pk),
    ]
    for person in (people.outsider(), people.rita(), people.petra()):
        for name, pk in routes:
            answer = as_(person).post(reverse(name, args=[pk]), {"name": "Y", "system": "T", "value": "2"})
            assert answer.status_code == 404, (person, name)
    assert as_(people.rita()).get(reverse("account_create")).status_code == 404
    assert as_(people.bob()).post(reverse("account_remove", args=[account.pk])).status_code == 302


def test_a_reader_sees_an_account_without_buttons() -> None:
    account = people.relationship().account
    page = as_(people.rita()).get(account.get_absolute_url()).content.decode()
    assert reverse("account_edit", args=[account.pk]) not in page
    assert reverse("contact_add", args=[account.pk]) not in page
    assert (
        reverse("contact_add", args=[account.pk]) in as_(people.bob()).get(account.get_absolute_url()).content.decode()
    )


def test_kinds_of_organisations_are_written_alike_everywhere() -> None:
    client = as_(people.alice())
    account = people.account(name="Ewos")
    form = client.get(reverse("account_create")).content.decode()
    for kind in Account.Kind:
        assert f">{str(kind.label).capitalize()}</option>" in form
    for address in (account.get_absolute_url(), reverse("account_list")):
        text = client.get(address).content.decode()
        assert str(account.get_kind_display()).capitalize() in text
        assert f">{account.get_kind_display()}<" not in text


# Answers -----------------------------------------------------------------------------------------------------------


def test_a_plain_form_redirects_with_a_way_back_and_the_way_forth() -> None:
    client = as_(people.alice())
    answer = client.post(reverse("account_create"), {"name": "Ewos", "kind": "customer", "zone": "Europe/Oslo"})
    account = Account.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, account.get_absolute_url())
    [(message, undo)] = said(answer)
    assert message == "Ewos added."
    undone = client.post(undo, headers={"referer": f"http://testserver{account.get_absolute_url()}"})
    assert (undone.status_code, undone["Location"]) == (302, reverse("account_list"))
    assert not Account.objects.exists()
    assert said(undone)[-1][0] == "Taken back: Ewos added."
    redone = client.post(said(undone)[-1][1], headers={"referer": "http://elsewhere.example/page/"})
    assert (redone.status_code, redone["Location"]) == (302, reverse("today"))
    assert Account.objects.get().pk == account.pk
    assert said(redone)[-1][0] == "Done again: Ewos added."
    toasts = re.findall(
        r'c-toast.*?<p>(.*?)</p>.*?type="submit"[^>]*>(.*?)</button>', client.get("/").content.decode(), re.S
    )
    assert toasts == [
        ("Ewos added.", "Undo"), ("Taken back: Ewos added.", "Redo"), ("Done again: Ewos added.", "Undo"),
    ]  # fmt: skip


def test_under_htmx_the_parts_fetch_themselves() -> None:
    account = people.relationship().account
    address = reverse("alias_add", args=[account.pk])
    client = as_(people.alice())
    assert client.post(address, {"name": " "}, headers=HTMX).status_code == 422
    answer = client.post(address, {"name": "Other"}, headers=HTMX)
    step = UndoStep.objects.get()
    assert answer.status_code == 204
    assert json.loads(answer["HX-Trigger"])["toast"]["undo_url"] == reverse("undo", args=[step.pk])
    assert client.post(reverse("undo", args=[step.pk]), headers=HTMX).status_code == 204
    assert not account.aliases.exists()


def test_key_takes_back_what_was_done_last_and_says_where_or_that_there_is_nothing() -> None:
    account = people.relationship().account
    client, latest = as_(people.alice()), reverse("undo_latest")

    def key(**headers: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(client.post(latest, headers={**HTMX, **headers})["HX-Trigger"])["toast"]
        return told

    nothing = {"message": "Nothing that you did in the last hour is left to take back.", "bad": True}
    link = {"link_url": reverse("history"), "link_label": "History"}
    assert key() == nothing | link
    client.post(reverse("alias_add", args=[account.pk]), {"name": "First"})
    client.post(reverse("alias_add", args=[account.pk]), {"name": "Other"})
    told = key()
    assert (told["message"], told["undo_label"]) == (f"Taken back: {account} is also known as Other.", "Redo")
    assert (told["link_url"], told["link_label"]) == (account.get_absolute_url(), "Show")
    assert [alias.name for alias in account.aliases.all()] == ["First"]
    other = told["undo_url"]
    told = key(referer=f"http://testserver{account.get_absolute_url()}")
    assert told["message"] == f"Taken back: {account} is also known as First."
    assert told["link_url"] == reverse("history")
    assert not account.aliases.exists()
    assert [key(), key()] == [nothing | link] * 2, "no further press does again what was taken back"
    again = json.loads(client.post(other, headers=HTMX)["HX-Trigger"])["toast"]
    assert again["message"].startswith("Done again") and "undo_label" not in again
    assert [alias.name for alias in account.aliases.all()] == ["Other"], "the button of the toast does"
    assert key()["message"] == f"Taken back: {account} is also known as Other.", "what was done again stands"
    assert key() == nothing | link
    client.post(reverse("alias_add", args=[account.pk]), {"name": "Third"})
    assert as_(people.bob()).post(latest, headers=HTMX)["HX-Trigger"].count("left to take back")
    UndoStep.objects.update(done_at=Now.read().instant - timedelta(hours=2))
    assert key() == nothing | link
    assert client.post(latest)["Location"] == reverse("today")
    assert [alias.name for alias in account.aliases.all()] == ["Third"]


def test_the_deed_before_is_found_by_one_query_however_many_were_taken_back_since() -> None:
    alice, counts = people.alice(), []
    account = people.relationship().account
    client = as_(alice)
    client.post(reverse("alias_add", args=[account.pk]), {"name": "First"})
    first = UndoStep.objects.get()
    for size in (1, 20):
        for number in range(size):
            client.post(reverse("alias_add", args=[account.pk]), {"name": f"Other {size} {number}"})
            take_back(step_id=UndoStep.objects.first().pk, actor=alice, now=Now.read())  # type: ignore[union-attr]
        with CaptureQueriesContext(connection) as queries:
            assert newest_standing(alice, since=first.done_at) == first
        counts.append(len(queries))
    assert counts == [1, 1]


def test_what_was_undone_already_is_refused_in_words() -> None:
    account = people.relationship().account
    client = as_(people.alice())
    client.post(reverse("alias_add", args=[account.pk]), {"name": "Other"})
    step = UndoStep.objects.get()
    client.post(reverse("undo", args=[step.pk]))
    answer = client.post(reverse("undo", args=[step.pk]), headers=HTMX)
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert toast == {"message": "This has been taken back already.", "bad": True}


def test_nobody_takes_back_anothers_deed() -> None:
    as_(people.alice()).post(reverse("account_create"), {"name": "Ewos", "kind": "other", "zone": "UTC"})
    step = UndoStep.objects.get()
    assert as_(people.bob()).post(reverse("undo", args=[step.pk])).status_code == 404
    assert as_(people.alice()).get(reverse("undo", args=[step.pk])).status_code == 405


def test_an_address_of_a_button_opened_by_hand_says_so_in_the_frame() -> None:
    address = reverse("undo", args=[1])
    answer = as_(people.alice()).get(address)
    page = answer.content.decode()
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "This address only takes what a button sends." in page and 'id="main"' in page
    assert f'<a class="c-link" href="{reverse("today")}">Back to Today</a>' in page
    assert as_(people.alice()).get(address, headers=HTMX).content == b"", "a part of a page is no page"


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"zone": "Mars/Olympus"}, {"kind": "x"}, {"parent": "999999"}, {"name": "a\0b"}]
)
def test_a_wrong_form_comes_back_with_what_was_typed(wrong: dict[str, str]) -> None:
    data = {"name": "Typed name", "kind": "customer", "zone": "UTC", **wrong}
    for headers in ({}, HTMX):
        answer = as_(people.alice()).post(reverse("account_create"), data, headers=headers)
        assert answer.status_code == 422
        assert "c-summary" in answer.content.decode()
    assert not Account.objects.exists()


# People and teams --------------------------------------------------------------------------------------------------


def test_inviting_with_roles() -> None:
    data = person_data(**{"roles-0-team": str(people.north().pk), "roles-0-role": "reader"})
    answer = as_(people.adam()).post(reverse("person_invite"), data)
    assert answer.status_code == 302
    person = User.objects.get(email="nina@concord.example")
    assert [(row.team.name, row.role) for row in person.memberships.all()] == [("North", "reader")]


def test_the_same_team_twice_or_an_address_twice_is_refused() -> None:
    north = str(people.north().pk)
    client = as_(people.adam())
    twice = {"roles-0-team": north, "roles-0-role": "reader", "roles-1-team": north, "roles-1-role": "manager"}
    assert client.post(reverse("person_invite"), person_data(**twice)).status_code == 422
    people.bob()
    again = client.post(reverse("person_invite"), person_data(email="BOB@concord.example"))
    assert again.status_code == 422
    assert "is here already" in again.content.decode()
    assert not User.objects.filter(name="Nina Nord").exists()


def test_taking_a_role_away_by_an_empty_team() -> None:
    bob = people.bob()
    data = {
        **person_data(name="Bob", email=bob.email),
        "roles-INITIAL_FORMS": "1",
        "roles-0-team": "",
        "roles-0-role": "account_manager",
    }
    assert as_(people.adam()).post(reverse("person_edit", args=[bob.pk]), data).status_code == 302
    assert not Membership.objects.filter(user=bob).exists()


def test_the_last_administrator_is_told_why() -> None:
    adam = people.adam()
    answer = as_(adam).post(reverse("person_edit", args=[adam.pk]), person_data(name="Adam", email=adam.email))
    assert answer.status_code == 422
    assert "is the only administrator" in answer.content.decode()


def test_a_team_offers_no_team_below_itself() -> None:
    europe = people.europe()
    people.north()
    people.south()
    form = as_(people.adam()).get(reverse("team_edit", args=[europe.pk])).context["form"]
    assert [label for _value, label in form.fields["parent"].choices][1:] == ["South"]


def test_a_full_team_is_not_removed() -> None:
    people.bob()
    answer = as_(people.adam()).post(reverse("team_remove", args=[people.north().pk]))
    assert answer.status_code == 302
    assert "is not empty" in said(answer)[0][0]
    assert Team.objects.filter(name="North").exists()


def test_own_settings() -> None:
    bob = people.bob()
    client = as_(bob)
    data = {"name": "Bo", "zone": "Asia/Tokyo", "theme": "dark", "is_administrator": "on", "email": "x@y.example"}
    assert client.post(reverse("settings"), data).status_code == 302
    bob = User.objects.get(pk=bob.pk)
    assert (bob.name, bob.zone, bob.theme, bob.shortcuts) == ("Bo", "Asia/Tokyo", "dark", False)
    assert (bob.is_administrator, bob.email) == (False, "bob@concord.example")
    assert client.post(reverse("settings"), {**data, "zone": "Nowhere"}).status_code == 422


def test_deactivated_people_are_out_at_once() -> None:
    bob = people.bob()
    client = as_(bob)
    assert client.get(reverse("settings")).status_code == 200
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert client.get(reverse("settings")).status_code == 302


# Their people ------------------------------------------------------------------------------------------------------


def test_somebody_alike_is_asked_about_and_joined() -> None:
    known = people.relationship(account=people.account("Cermaq")).account
    person = Contact.objects.create(name="Ingrid Moe", email="ingrid@moe.example")
    Affiliation.objects.create(account=known, contact=person)
    account = people.relationship(account=people.account("Ewos")).account
    client, address = as_(people.alice()), reverse("contact_add", args=[account.pk])
    data = {"name": "I. Moe", "email": "INGRID@moe.example", "title": "Board"}
    asked = client.post(address, data)
    assert asked.status_code == 422
    assert "Yes, Ingrid Moe of Cermaq" in asked.content.decode()
    assert client.post(address, {**data, "same_as": str(person.pk)}).status_code == 302
    assert sorted(row.account.name for row in person.affiliations.all()) == ["Cermaq", "Ewos"]
    assert client.post(address, {**data, "same_as": "new"}).status_code == 302
    assert Contact.objects.count() == 2


def test_people_of_others_are_not_offered() -> None:
    hidden = people.relationship(owner=people.outsider(), team=people.south()).account
    person = Contact.objects.create(name="Ingrid Moe", email="ingrid@moe.example")
    Affiliation.objects.create(account=hidden, contact=person)
    account = people.relationship().account
    address = reverse("contact_add", args=[account.pk])
    data = {"name": "Ingrid Moe", "email": "ingrid@moe.example", "same_as": str(person.pk)}
    assert as_(people.alice()).post(address, data).status_code == 302
    assert Contact.objects.count() == 2
    assert person.affiliations.count() == 1


# Lists -------------------------------------------------------------------------------------------------------------


def fill(count: int) -> None:
    for number in range(count):
        account = people.account(f"Organisation {number:02}")
        people.relationship(account=account)
        contact = Contact.objects.create(name=f"Person {number}")
        Affiliation.objects.create(account=account, contact=contact)
        account.aliases.create(name=f"O{number}", name_key=f"o{number}")
        person = User.objects.create_user(f"p{number}@concord.example", name=f"P{number:02}")
        team = Team.objects.create(name=f"Team {number}")
        Membership.objects.create(user=person, team=team)


@pytest.mark.parametrize("rows", [1, 50])
@pytest.mark.parametrize(
    ("name", "queries"), [("account_list", 17), ("account_options", 12), ("person_list", 14), ("team_list", 13)]
)
def test_lists_ask_the_same_number_of_questions(
    name: str, queries: int, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fill(rows)
    person = people.alice() if name.startswith("account") else people.adam()
    client = as_(person)
    client.get(reverse("settings"))  # a new session is written down once
    with django_assert_num_queries(queries):
        answer = client.get(reverse(name), {"q": "o"} if name == "account_options" else {})
    assert answer.status_code == 200


@pytest.mark.parametrize("rows", [1, 50])
def test_an_account_asks_the_same_number_of_questions(
    rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    account = people.account()
    for number in range(rows):
        people.relationship(account=account, name=str(number))
        contact = Contact.objects.create(name=f"Person {number}")
        Affiliation.objects.create(account=account, contact=contact)
        Affiliation.objects.create(account=people.account(), contact=contact)
    client = as_(people.alice())
    client.get(reverse("settings"))
    with django_assert_num_queries(27):
        assert client.get(account.get_absolute_url()).status_code == 200


def test_a_search_finds_any_of_the_names() -> None:
    account = people.account("Ewos Nordic")
    account.aliases.create(name="EWOS A/S", name_key=name_key("EWOS A/S"))
    people.account("Cermaq")
    client = as_(people.rita())
    for search in ("ewos", " EWOS ", "nordic", "Ewos a/s.", "ewos nordic"):
        shown = client.get(reverse("account_list"), {"q": search}).context["page"].rows
        assert [row.name for row in shown] == ["Ewos Nordic"], search
    assert client.get(reverse("account_list"), {"q": "…"}).context["page"].rows == []
    options = client.get(reverse("account_options"), {"q": "a/s"}).json()
    assert options == [{"value": account.pk, "text": "Ewos Nordic", "hint": "EWOS A/S"}]


def test_options_are_at_most_20_and_begin_with_what_was_typed() -> None:
    for number in range(30):
        people.account(f"The Zoo {number:02}")
    people.account("Zoo first")
    found = as_(people.rita()).get(reverse("account_options"), {"q": "zoo"}).json()
    assert len(found) == 20
    assert found[0]["text"] == "Zoo first"
    assert as_(people.petra()).get(reverse("account_options"), {"q": "zoo"}).status_code == 404


def test_second_of_two_at_one_organisation_is_told() -> None:
    ewos = people.account("Ewos")
    address = reverse("account_edit", args=[ewos.pk])
    alice, mona = Client(), Client()
    alice.force_login(people.alice())
    mona.force_login(people.mona())
    values = {"version": alice.get(address).context["version"], "name": "Ewos", "kind": "other", "zone": "UTC"}
    assert mona.post(address, {**values, "kind": "supplier"}).status_code == 302
    answer = alice.post(address, {**values, "kind": "reseller"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["kind"] == ["Now: supplier"]
    assert alice.post(address, {**values, "kind": "reseller", "version": answer.context["version"]}).status_code == 302
