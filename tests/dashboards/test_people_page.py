"""The people of a relationship: what the page says, how it is changed, and how many queries that takes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Affiliation, Contact
from relationships import actions
from relationships.models import Introduction, Relationship, Stakeholder
from tests import people
from web.clock import Now

pytestmark = pytest.mark.django_db
PAGE_QUERIES = 26
HTMX: dict[str, Any] = {"headers": {"HX-Request": "true"}}


def today() -> date:
    return Now.read().today("UTC")


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def client_of(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def somebody(row: Relationship, name: str, title: str = "", **part: Any) -> Contact:
    contact = Contact.objects.create(name=name, email=f"{name.split()[0].lower()}@partner.example")
    Affiliation.objects.create(contact=contact, account=row.account, title=title)
    if part:
        actions.name_stakeholder(actor=people.alice(), now=Now.read(), relationship=row, contact=contact, **part)
    return contact


def talk(row: Relationship, days: int, *contacts: Contact, **more: Any) -> None:
    actions.log_interaction(
        actor=people.alice(),
        now=Now.read(),
        relationship=row,
        occurred_on=ago(days),
        channel="call",
        contacts=list(contacts),
        **more,
    )


def page(row: Relationship, person: Any = None) -> Any:
    return client_of(person or people.alice()).get(f"/relationships/{row.pk}/people/")


def test_everybody_stands_there_with_what_they_do_and_how_willing_they_are() -> None:
    row = people.relationship()
    solveig = somebody(row, "Solveig Dahl", "Director", power="signs", role="sponsor")
    ingrid = somebody(row, "Ingrid Moe", power="decides", accountable=True, commands=True, reports_to=solveig)
    talk(row, 96, solveig)
    for days in (120, 80, 40):
        talk(row, days, ingrid, two_way=False, begun_by="ours")
    talk(row, 41, ingrid)
    talk(row, 35, ingrid)
    lines = page(row).context["lines"]
    assert [(line.contact.name, line.does, line.part, line.quiet, line.cold, line.boss) for line in lines] == [
        ("Solveig Dahl", "signs", "Sponsor", "96 days", True, ""),
        (
            "Ingrid Moe",
            "decides",
            "Accountable for results, commands resources",
            "35 days",
            False,
            "Reports to Solveig Dahl",
        ),
    ]
    assert lines[1].said == (
        "Gives time when asked: 2 conversations, answered 1 of 3 messages, last spoke 35 days ago with Alice Ahlberg"
    )
    assert lines[0].said.startswith("Cannot be said yet: 1 conversation, last spoke 96 days ago")
    assert page(row).context["lede"] == "Two people of theirs: one signs, one decides."
    assert page(row).context["map"].says == "Nobody has spoken with Solveig Dahl, who signs, for 96 days."


def test_what_overrules_the_record_stands_before_it() -> None:
    row = people.relationship()
    somebody(row, "Ingrid Moe", readiness="not", readiness_why="On leave until spring")
    assert page(row).context["lede"] == "One person of theirs."
    (line,) = page(row).context["lines"]
    assert line.said == "Gives no time: On leave until spring"
    assert line.record == "cannot be said yet: no conversation and no message in the last year"


def test_reporting_lines_are_a_tree_of_those_who_are_here() -> None:
    row = people.relationship()
    solveig = somebody(row, "Solveig Dahl", power="signs")
    ingrid = somebody(row, "Ingrid Moe", power="decides", reports_to=solveig)
    somebody(row, "Lars Tveit", role="user", reports_to=ingrid)
    somebody(row, "Marit Foss", role="user")
    tree = [(branch.contact.name, branch.depth) for branch in page(row).context["branches"]]
    assert tree == [("Solveig Dahl", 0), ("Ingrid Moe", 1), ("Lars Tveit", 2)]


@pytest.mark.parametrize(
    ("part", "asked"),
    [
        ({}, "What are they here? Do they decide, do they sign?"),
        ({"power": "decides"}, "What is their part here?"),
        ({"role": "user"}, "Do they decide, do they sign?"),
        ({"power": "decides", "role": "sponsor"}, ""),
        ({"power": "decides", "accountable": True}, ""),
    ],
)
def test_only_what_is_unknown_is_asked(part: dict[str, Any], asked: str) -> None:
    row = people.relationship()
    somebody(row, "Solveig Dahl", **part)
    [line] = page(row).context["lines"]
    assert line.asks == asked


def test_one_of_a_name_that_is_here_already_is_asked_about() -> None:
    row = people.relationship()
    known = somebody(row, "Greta Hollis", power="signs")
    client, address = client_of(people.alice()), f"/relationships/{row.pk}/stakeholders/"
    asked = client.post(address, {"name": " Greta  hollis.", "power": "decides"})
    assert asked.status_code == 422
    assert "Yes, Greta Hollis of" in asked.content.decode()
    told = client.post(address, {"name": " Greta  hollis.", "power": "decides", "same_as": str(known.pk)})
    assert told.status_code == 422 and "Greta Hollis is here already." in told.content.decode()
    assert Contact.objects.count() == 1
    assert row.stakeholders.get().power == "signs"
    # Here without a part: what was typed of it is kept, and nobody has two places.
    other = somebody(row, "Lars Tveit")
    answer = client.post(address, {"name": "lars tveit", "power": "decides", "same_as": str(other.pk)})
    assert (answer.status_code, Contact.objects.count(), other.affiliations.count()) == (302, 2, 1)
    assert row.stakeholders.get(contact=other).power == "decides"


def test_nobody_named_asks_for_them() -> None:
    answer = page(people.relationship())
    assert "Who answers when you ring? Who decides? Who signs?" in answer.content.decode()


@pytest.mark.parametrize("count", [1, 50])
def test_page_takes_the_same_queries(count: int, django_assert_num_queries: Any) -> None:
    row = people.relationship()
    for number in range(count):
        contact = somebody(row, f"Person {number}", power="decides", readiness="not", readiness_why="Away")
        talk(row, 3, contact)
        gone = somebody(row, f"Gone {number}", power="signs")
        actions.somebody_left(actor=people.alice(), now=Now.read(), relationship=row, contact=gone)
    client = client_of(people.alice())
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(f"/relationships/{row.pk}/people/")


# Changed from the page


def test_a_person_with_their_part_in_one_form_and_several_in_a_row() -> None:
    row = people.relationship()
    client = client_of(people.alice())
    address = f"/relationships/{row.pk}/stakeholders/"
    typed = {"name": "Solveig Dahl", "title": "Director", "power": "signs", "role": "sponsor", "accountable": "on"}
    answer = client.post(address, {**typed, "again": "1"}, **HTMX)
    assert answer.status_code == 200
    assert (
        "Solveig Dahl named in" in answer.headers["HX-Trigger"] and "dialog:close" not in answer.headers["HX-Trigger"]
    )
    assert 'value="Solveig Dahl"' not in answer.content.decode()
    answer = client.post(address, {"name": "Ingrid Moe", "power": "decides"}, **HTMX)
    assert answer.status_code == 204 and "dialog:close" in answer.headers["HX-Trigger"]
    stakes = Stakeholder.objects.order_by("pk").values_list("contact__name", "power", "role", "accountable", "known_on")
    assert list(stakes) == [
        ("Solveig Dahl", "signs", "sponsor", True, today()),
        ("Ingrid Moe", "decides", "", False, today()),
    ]


def test_what_does_not_do_comes_back_with_the_text() -> None:
    row = people.relationship()
    contact = somebody(row, "Ingrid Moe", power="decides")
    client = client_of(people.alice())
    answer = client.post(f"/relationships/{row.pk}/stakeholders/", {"title": "Director"}, **HTMX)
    assert answer.status_code == 422 and 'value="Director"' in answer.content.decode()
    stake = contact.stakes.get()
    typed = {"power": "decides", "readiness": "not", "readiness_why": " "}
    answer = client.post(f"/stakeholders/{stake.pk}/edit/", typed, **HTMX)
    assert answer.status_code == 422 and "Say why" in answer.content.decode()


def test_one_tap_says_that_somebody_left_and_opens_who_follows() -> None:
    row = people.relationship()
    contact = somebody(row, "Solveig Dahl", power="signs")
    assert page(row).context["lede"] == "One person of theirs, who signs."
    client = client_of(people.alice())
    answer = client.post(f"/relationships/{row.pk}/departures/", {"contact": contact.pk}, **HTMX)
    assert answer.status_code == 204
    assert "To be met: Meet who follows Solveig Dahl, who signed." in answer.headers["HX-Trigger"]
    shown = page(row).context
    assert [one.contact for one in shown["left"]] == [contact] and shown["lines"] == []
    assert [one.row.wanted for one in shown["wanted"]] == ["Meet who follows Solveig Dahl, who signed"]
    assert shown["map"].gaps == ["Solveig Dahl, who signed, left today: nobody has taken their place."]


def test_who_is_nearest_leads_to_who_follows_and_where_all_have_gone_cold_that_is_said() -> None:
    row = people.relationship()
    gone, near = somebody(row, "Solveig Dahl", power="signs"), somebody(row, "Ingrid Moe")
    client, address = client_of(people.alice()), f"/relationships/{row.pk}/departures/"
    cold = "obody of theirs was spoken with in the last 90 days"
    talk(row, 155, near)
    told = client.post(address, {"contact": gone.pk}, **HTMX).headers["HX-Trigger"]
    assert f"who signed. N{cold}." in told
    assert f"· n{cold}" in page(row).content.decode()
    Introduction.objects.all().delete()
    Affiliation.objects.filter(contact=gone).update(until=None)
    talk(row, 51, near)
    assert cold not in client.post(address, {"contact": gone.pk}, **HTMX).headers["HX-Trigger"]
    text = page(row).content.decode()
    assert ("· through Ingrid Moe" in text, cold in text) == (True, False)


def test_left_by_one_tap_on_the_page_of_the_organisation_opens_the_same() -> None:
    row = people.relationship()
    contact, other = somebody(row, "Solveig Dahl", power="signs"), somebody(row, "Ingrid Moe")
    # A post of her own beside the first.
    Affiliation.objects.create(contact=other, account=row.account, title="Buyer")
    client = client_of(people.alice())
    address = row.account.get_absolute_url()
    assert client.get(address).context["people_here"] == len(page(row).context["lines"]) == 2
    place = contact.affiliations.get()
    assert f'data-hx-post="/places/{place.pk}/departure/"' in client.get(address).content.decode()
    answer = client.post(f"/places/{place.pk}/departure/", **HTMX)
    assert "To be met: Meet who follows Solveig Dahl, who signed." in answer.headers["HX-Trigger"]
    shown = page(row).context
    assert [one.row.wanted for one in shown["wanted"]] == ["Meet who follows Solveig Dahl, who signed"]
    assert shown["map"].gaps[0] == "Solveig Dahl, who signed, left today: nobody has taken their place."
    told = client.get(address)
    assert told.context["people_here"] == len(shown["lines"]) == 1
    assert [one.contact for one in told.context["former"]] == [contact]
    text = told.content.decode()
    assert "leaves on" not in text and "signs" not in text


def test_met_in_the_form_by_name_and_not_wanted_only_with_a_why() -> None:
    row = people.relationship()
    one = actions.open_introduction(actor=people.alice(), now=Now.read(), relationship=row, wanted="Meet who signs").row
    client = client_of(people.alice())
    address = f"/introductions/{one.pk}/end/"
    assert "Say whom you met" in client.post(address, {"end": "met"}, **HTMX).content.decode()
    dropped = client.post(address, {"end": "dropped"}, **HTMX)
    assert dropped.status_code == 422 and "Say why nobody" in dropped.content.decode()
    assert client.post(address, {"end": "met", "name": "Jon Hauge", "power": "signs"}, **HTMX).status_code == 204
    one.refresh_from_db()
    assert one.met is not None and one.met.name == "Jon Hauge" and one.met.stakes.get().power == "signs"


def test_met_by_the_name_of_somebody_who_is_here_makes_nobody_twice() -> None:
    row = people.relationship()
    jon = somebody(row, "Jon Hauge")
    one = actions.open_introduction(actor=people.alice(), now=Now.read(), relationship=row, wanted="Meet him").row
    client_of(people.alice()).post(f"/introductions/{one.pk}/end/", {"end": "met", "name": " jon  HAUGE "}, **HTMX)
    one.refresh_from_db()
    assert one.met == jon and Contact.objects.count() == 1


@pytest.mark.parametrize("person", ["rita", "outsider"])
def test_who_may_not_change_it_says_of_nobody_that_they_left(person: str) -> None:
    row = people.relationship()
    contact = somebody(row, "Solveig Dahl", power="signs")
    client = client_of(getattr(people, person)())
    for method in (client.get, client.post):
        assert method(f"/relationships/{row.pk}/departures/?contact={contact.pk}").status_code == 404
    assert contact.affiliations.get().until is None and not Introduction.objects.exists()


def test_somebody_of_another_partner_is_nobody_here() -> None:
    row, other = people.relationship(), people.relationship()
    contact = somebody(other, "Solveig Dahl", power="signs")
    client = client_of(people.alice())
    for address in ("departures", "stakeholders", "introductions"):
        assert client.get(f"/relationships/{row.pk}/{address}/?contact={contact.pk}").status_code == 404
    typed = {"name": "Ingrid Moe", "reports_to": contact.pk}
    assert client.post(f"/relationships/{row.pk}/stakeholders/", typed, **HTMX).status_code == 422


def test_reader_sees_them_and_no_verb() -> None:
    row = people.relationship()
    somebody(row, "Solveig Dahl", power="signs")
    text = page(row, people.rita()).content.decode()
    assert "Solveig Dahl" in text and "/departures/" not in text and "/stakeholders/" not in text


# Elsewhere


def test_log_names_them_with_what_they_do() -> None:
    row = people.relationship()
    talk(row, 3, somebody(row, "Solveig Dahl", power="signs"))
    text = client_of(people.alice()).get(f"/log/details/?relationship={row.pk}").content.decode()
    assert "Solveig Dahl <small>signs</small>" in text


def test_log_names_who_signs_and_decides_and_who_was_spoken_to_before_it_folds() -> None:
    row = people.relationship()
    for name in ("Anna Berg", "Bo Dahl"):
        somebody(row, name)
    talk(row, 9, somebody(row, "Carl Eide"))
    talk(row, 3, somebody(row, "Dora Foss"))
    somebody(row, "Yngve Moe", power="decides")
    somebody(row, "Zoe Ness", power="signs")
    text = client_of(people.alice()).get(f"/log/details/?relationship={row.pk}").content.decode()
    shown, folded = text.split("c-others")
    names = ["Zoe Ness", "Yngve Moe", "Dora Foss", "Carl Eide", "Anna Berg", "Bo Dahl"]
    assert sorted(names, key=text.index) == names
    assert [name for name in names if name in folded] == ["Anna Berg", "Bo Dahl"] and "Carl Eide" in shown


def test_organisation_says_what_each_is_where_the_reader_may_see_it() -> None:
    row = people.relationship(name="Purchasing")
    other = people.relationship(name="Resale", account=row.account, owner=people.outsider(), team=people.south())
    contact = somebody(row, "Solveig Dahl", power="signs")
    actions.name_stakeholder(
        actor=people.outsider(), now=Now.read(), relationship=other, contact=contact, power="influences"
    )
    text = client_of(people.alice()).get(row.account.get_absolute_url()).content.decode()
    assert f"/relationships/{row.pk}/people/" in text and ": signs" in text
    assert f"/relationships/{other.pk}/people/" not in text and "influences" not in text


def test_today_names_who_is_to_be_met_last_of_all() -> None:
    row = people.relationship()
    contact = somebody(row, "Solveig Dahl", power="signs")
    talk(row, 3, somebody(row, "Ingrid Moe"))
    actions.somebody_left(actor=people.alice(), now=Now.read(), relationship=row, contact=contact)
    (group,) = client_of(people.alice()).get("/").context["groups"]
    (line,) = group.lines
    assert (group.name, line.sentence, line.why) == (
        "To be met",
        "Meet who follows Solveig Dahl, who signed",
        "On the list since today; Ingrid Moe could introduce us.",
    )
    assert client_of(people.bob()).get("/").context["groups"] == []


def test_hand_over_tells_who_is_to_be_met() -> None:
    row = people.relationship()
    actions.open_introduction(actor=people.alice(), now=Now.read(), relationship=row, wanted="Meet who signs")
    text = client_of(people.alice()).get(f"/relationships/{row.pk}/hand-over/").content.decode()
    assert "Meet who signs" in text


def test_history_tells_it_and_puts_a_value_back() -> None:
    row = people.relationship()
    contact = somebody(row, "Solveig Dahl", power="decides")
    stake = contact.stakes.get()
    actions.change_stakeholder(
        actor=people.alice(), now=Now.read(), stakeholder=stake, values={"power": "signs", "role": "sponsor"}
    )
    actions.somebody_left(actor=people.alice(), now=Now.read(), relationship=row, contact=contact)
    client = client_of(people.alice())
    answer = client.get(f"/relationships/{row.pk}/history/?kind=people")
    items = [(item.said, item.lines) for deed in answer.context["deeds"] for item in deed.items]
    assert [said for said, _lines in items] == [
        "Named: Solveig Dahl, decides",
        "Part of Solveig Dahl changed",
        "To be met: Meet who follows Solveig Dahl, who signed",
    ]
    (power,) = [line for line in items[1][1] if line.label == "Decision power"]
    assert (power.before, power.after) == ("Decides", "Signs")
    sent = {"model": power.restore.model, "event": power.restore.event, "field": power.restore.field}
    client.post(f"/relationships/{row.pk}/history/restorations/", sent)
    stake.refresh_from_db()
    assert stake.power == "decides"
