"""The palette: what it finds, in which order, for whom, and at how many queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AccountAlias, Affiliation, Contact, Cover, User
from dashboards import palette_offers
from dashboards.models import SavedView
from dashboards.palette import ACTED_ON, PARTNERS, find
from relationships import actions
from relationships.cadence import State
from relationships.models import Relationship
from tests import people
from tests.dashboards import books
from web.clock import Now
from web.text import name_key

pytestmark = pytest.mark.django_db

WITH_EWOS = [
    "Log check-in with Ewos",
    "Plan a meeting with Ewos",
    "Promise to Ewos",
    "Their promise from Ewos",
    "Feedback from Ewos",
    "Review pack of Ewos",
]


def found(typed: str, user: User | None = None) -> dict[str, list[str]]:
    groups = find(user or people.alice(), typed, Now.read())
    return {str(group.name): [choice.text for choice in group.choices] for group in groups}


def partner(account: str, **fields: object) -> Relationship:
    return people.relationship(account=people.account(account), **fields)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("typed", ["outline", "agenda", "template", "Agenda templ"])
def test_outlines_are_found_by_other_words_for_them_by_who_may_change_them(typed: str) -> None:
    assert found(typed, people.adam()).get("Places") == ["Outlines of meetings"]
    assert "Places" not in found(typed)


def test_keys_and_reviews_are_found_by_their_words() -> None:
    assert found("keys") == found("shortcuts") == {"Places": ["Keys"]}
    assert found("review") == {"Actions": ["Review pack"]}
    assert "Actions" not in found("review", people.rita())


def test_one_to_one_is_found_by_the_name_of_a_colleague_by_their_manager_alone() -> None:
    name = people.alice().name
    assert found(name, people.mona())["One-to-ones"] == [f"One-to-one with {name}"]
    for one in (people.alice(), people.bob(), people.adam(), people.outsider()):
        assert "One-to-ones" not in found(name, one), one


# What is found -------------------------------------------------------------------------------------------------------


def test_nothing_typed_lists_places_and_what_can_be_made() -> None:
    partner("Ewos")
    assert found("") == {
        "Places": [
            "Today",
            "Portfolio",
            "Meetings",
            "Promises",
            "Feedback",
            "Insights",
            "Saved views",
            "Satisfied, and loyal",
            "Problems",
            "Listening posts",
            "Learnt on visits",
            "Which ways in work",
            "One-to-ones",
            "Organisations",
            "Duplicates",
            "History",
            "Holidays",
            "Search",
            "Keys",
            "Settings",
            "Weekly mails",
            "How relationships are judged",
            "Sign out",
        ],
        "Actions": [
            "Log check-in",
            "Plan a meeting",
            "New promise",
            "New feedback",
            "New problem",
            "Review pack",
            "New relationship",
            "Add organisation",
        ],
    }


def test_places_of_administrators_are_theirs_alone() -> None:
    assert {"People", "Teams", "Outbox"} <= set(found("", people.adam())["Places"])
    assert found("peop") == {}
    assert found("peop", people.adam()) == {"Places": ["People"]}


def test_reader_is_offered_nothing_to_change() -> None:
    partner("Ewos")
    assert found("", people.rita()).keys() == {"Places"}
    assert found("ewos", people.rita()) == {"Partners": ["Ewos"]}


def test_one_letter_finds_places_and_two_find_partners() -> None:
    partner("Pohjola")
    assert found("p").keys() == {"Places", "Actions"}
    assert found("p")["Places"] == ["Portfolio", "Promises", "Problems"]
    assert found("po")["Partners"] == ["Pohjola"]


def test_groups_come_in_their_order() -> None:
    partner("Promise Bakery")
    shown = found("pro")
    assert list(shown) == ["Places", "Partners", "Actions"]
    assert shown["Places"] == ["Promises", "Problems"]
    assert shown["Actions"][:2] == ["New promise", "New problem"]


def test_what_begins_like_that_first_and_own_partners_among_equals() -> None:
    partner("Ewos of Bob", owner=people.bob())
    partner("Old Ewos")
    partner("Ewos Norway")
    partner("Another Ewos of Bob", owner=people.bob())
    assert found("EWOS")["Partners"] == ["Ewos Norway", "Ewos of Bob", "Old Ewos", "Another Ewos of Bob"]


def test_partners_of_who_is_away_are_own_ones() -> None:
    partner("Ewos of Bob", owner=people.bob())
    partner("Ewos of Olga", owner=people.outsider(), team=people.south())
    today = Now.read().today("UTC")
    Cover.objects.create(
        absent=people.outsider(), stand_in=people.alice(), from_on=today, until_on=today + timedelta(days=3)
    )
    assert found("ewos")["Partners"] == ["Ewos of Olga", "Ewos of Bob"]


def test_other_spelling_and_name_of_the_relationship_are_found() -> None:
    row = partner("Ewos", name="Feed")
    AccountAlias.objects.create(account=row.account, name="Cargill Aqua", name_key=name_key("Cargill Aqua"))
    assert found("cargill")["Partners"] == found("feed")["Partners"] == [str(row)]


def test_actions_with_a_partner() -> None:
    (row,) = books.book([State.OVERDUE], now=Now.read())
    assert found("partner 0")["Actions"] == [
        f"Log check-in with {row}",
        f"Plan a meeting with {row}",
        f"Promise to {row}",
        f"Their promise from {row}",
        f"Feedback from {row}",
        f"Review pack of {row}",
        f"Snooze {row}",
        f"Pause {row}",
    ]
    (group,) = [one for one in find(people.alice(), "partner 0", Now.read()) if one.name == "Actions"]
    assert [choice.address for choice in group.choices] == [
        f"/log/?relationship={row.pk}",
        f"/relationships/{row.pk}/meetings/new/",
        f"/commitments/new/?relationship={row.pk}&side=ours",
        f"/commitments/new/?relationship={row.pk}&side=theirs",
        f"/relationships/{row.pk}/feedback/new/",
        f"/relationships/{row.pk}/pack/",
        f"/relationships/{row.pk}/snoozes/",
        f"/relationships/{row.pk}/pause/",
    ]
    # A pack is a page of its own.
    assert [choice.text for choice in group.choices if not choice.dialog] == [f"Review pack of {row}"]


def test_nothing_is_snoozed_that_is_not_due_one_day() -> None:
    row = partner("Ewos")
    assert found("ewos")["Actions"] == [*WITH_EWOS, "Pause Ewos"]
    actions.pause(actor=people.alice(), now=Now.read(), relationship=row, reason="They rebuild")
    assert found("ewos")["Actions"] == WITH_EWOS


def test_many_partners_are_cut_and_few_of_them_have_actions() -> None:
    books.book([State.OVERDUE] * 20, now=Now.read())
    shown = found("partner")
    assert len(shown["Partners"]) == PARTNERS
    assert len(shown["Actions"]) == 8 * ACTED_ON


@pytest.mark.parametrize("typed", ["%", "__", "\\", "'\"", "()", "x" * 5000, "…!?", "\u202e\u0007", "  "])
def test_anything_can_be_typed(typed: str) -> None:
    partner("Ewos")
    answer = client_of(people.alice()).get(reverse("palette"), {"q": typed})
    assert answer.status_code == 200
    assert "Partners" not in found(typed)


# Which comes first ---------------------------------------------------------------------------------------------------

# Of the demonstration, where each of these once opened something else.
FIRST = {
    "log": "Log check-in",
    "log out": "Sign out",
    "marl": "Marlow Paper",
    "strand": "Strandby Fish",
    "fjor": "Fjordline",
    "mona": "Monarch Seafood",
    "norr": "Norrtorp",
    "harb": "Harbour Skills Trust",
    "harbour skills trust": "Harbour Skills Trust",
    "keys": "Keys",
}


def first(typed: str, at: Relationship | None = None) -> str:
    groups = find(people.alice(), typed, Now.read(), at.pk if at else None)
    return groups[0].choices[0].text


@pytest.fixture
def like_each_other() -> None:
    """Partners whose names are near each other's, and near what places are called: those that are one's own are
    nearly called so, those of a colleague are."""
    for own in ("Havbris Sea Farm", "Nordhavn", "Northmere", "Old Marlow Mill"):
        partner(own)
    for name in ("Marlow Paper", "Strandby Fish", "Fjordline", "Monarch Seafood", "Norrtorp", "Harbour Skills Trust"):
        partner(name, owner=people.bob())


@pytest.mark.usefixtures("like_each_other")
def test_what_is_called_so_comes_first_across_all_groups() -> None:
    assert {typed: first(typed) for typed in FIRST} == FIRST


@pytest.mark.usefixtures("like_each_other")
def test_near_misses_are_offered_where_nothing_is_as_it_was_typed() -> None:
    assert found("norr")["Partners"] == ["Norrtorp"]
    assert found("harb").keys() == {"Partners", "Actions"} == found("fjor").keys()
    assert found("marl")["Partners"] == ["Marlow Paper", "Old Marlow Mill"]
    assert found("norrtrop")["Partners"] == ["Norrtorp"]


def test_sign_out_never_stands_before_a_name() -> None:
    row = partner("Ewos", owner=people.bob())
    AccountAlias.objects.create(account=row.account, name="Leave Nothing", name_key=name_key("Leave Nothing"))
    partner("Cleaveland")
    assert list(found("leave")) == ["Partners", "Actions", "Places"]
    assert found("leave")["Partners"] == ["Cleaveland", "Ewos"]
    assert found("leave")["Places"] == ["Sign out"]
    assert first("sign") == "Sign out"


# On the page of a partner --------------------------------------------------------------------------------------------


def test_on_the_page_of_a_partner_their_actions_come_first() -> None:
    row, other = books.book([State.OVERDUE] * 2, now=Now.read())
    groups = find(people.alice(), "", Now.read(), row.pk)
    assert [str(group.name) for group in groups] == [str(row), "Places", "Actions"]
    shown = [choice.text for choice in groups[0].choices]
    assert shown[:3] == [f"Log check-in with {row}", f"Plan a meeting with {row}", f"Promise to {row}"]
    assert f"Review pack of {row}" in shown
    assert groups[1:] == find(people.alice(), "", Now.read())
    # Of the same name what is done with them, once; another partner is found as from anywhere.
    assert first("log", row) == f"Log check-in with {row}"
    assert found_at("log", row) == [f"Log check-in with {row}", "Log check-in"]
    assert first(f"log {other}", row) == f"Log check-in with {other}"
    assert len(found_at(str(row), row)) == len(set(found_at(str(row), row)))


def found_at(typed: str, at: Relationship) -> list[str]:
    groups = find(people.alice(), typed, Now.read(), at.pk)
    return [choice.text for group in groups if group.name == "Actions" for choice in group.choices]


def test_page_of_a_partner_says_so_to_the_palette_also_without_a_script() -> None:
    row = partner("Ewos")
    client = client_of(people.alice())
    for address in (row.get_absolute_url(), reverse("relationship_standing", args=[row.pk])):
        assert f'href="/palette/?relationship={row.pk}" data-palette' in client.get(address).content.decode()
    assert 'href="/palette/" data-palette' in client.get("/portfolio/").content.decode()
    page = client.get(reverse("palette"), {"relationship": row.pk}).content.decode()
    assert f'name="relationship" value="{row.pk}"' in page
    assert "Log check-in with Ewos" in page


@pytest.mark.parametrize("named", ["0", "-1", "x", "²", "9" * 30, ""])
def test_any_partner_can_be_named_and_only_those_that_are_seen_have_actions(named: str) -> None:
    hidden = partner("Canary", owner=people.outsider(), team=people.south())
    seen = partner("Ewos")
    client = client_of(people.alice())
    for number in (named, hidden.pk):
        answer = client.get(reverse("palette"), {"relationship": number})
        assert answer.status_code == 200
        assert "Canary" not in answer.content.decode()
    # Who only reads is offered pages.
    read = find(people.rita(), "", Now.read(), seen.pk)[0].choices
    assert read[0].text == "Standing of Ewos" and not any(choice.dialog for choice in read)


# For whom ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["ewos", "canary"])
def test_partner_of_another_team_is_not_there(typed: str) -> None:
    row = partner("Ewos canary", owner=people.outsider(), team=people.south())
    AccountAlias.objects.create(account=row.account, name="Canary alias", name_key="canary alias")
    for person in (people.alice(), people.rita()):
        for headers in ({}, {"HX-Request": "true"}):
            words = client_of(person).get(reverse("palette"), {"q": typed}, headers=headers).content.decode()
            assert "Ewos canary" not in words
            assert f"/{row.pk}/" not in words
    assert found(typed, people.adam())["Partners"] == ["Ewos canary"]


def test_removed_partner_is_gone() -> None:
    row = partner("Ewos")
    actions.remove_relationship(actor=people.alice(), now=Now.read(), relationship=row)
    assert found("ewos") == {}


@pytest.mark.parametrize("role", ["alice", "rita", "mona", "adam", "outsider"])
def test_every_link_opens_for_whom_it_is_offered_to(role: str) -> None:
    books.book([State.OVERDUE], now=Now.read())
    person: User = getattr(people, role)()
    client = client_of(person)
    addresses = {
        choice.address
        for typed in ("", "partner")
        for group in find(person, typed, Now.read())
        for choice in group.choices
    }
    assert len(addresses) >= 8
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)


# How it is drawn -----------------------------------------------------------------------------------------------------


def test_page_is_a_form_and_links_and_the_part_only_options() -> None:
    row = partner("Ewos")
    client = client_of(people.alice())
    page = client.get(reverse("palette"), {"q": "ewos"}).content.decode()
    part = client.get(reverse("palette"), {"q": "ewos"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" in page and 'name="q" value="ewos"' in page
    assert "<html" not in part and 'role="option"' in part and 'data-said="8 results"' in part
    for html in (page, part):
        assert f'href="/relationships/{row.pk}/"' in html
        assert f"/commitments/new/?relationship={row.pk}&amp;side=ours" in html


def test_nothing_found_is_said() -> None:
    client = client_of(people.alice())
    assert "Nothing of that name" in client.get(reverse("palette"), {"q": "zzzz"}).content.decode()
    part = client.get(reverse("palette"), {"q": "zzzz"}, headers={"HX-Request": "true"}).content.decode()
    assert 'data-said="No result"' in part


def test_name_with_markup_is_text() -> None:
    partner("<img src=x onerror=alert(1)>")
    part = client_of(people.alice()).get(reverse("palette"), {"q": "img"}, headers={"HX-Request": "true"})
    assert "<img" not in part.content.decode()


@pytest.mark.parametrize("count", [1, 50])
def test_palette_takes_the_same_queries(count: int, django_assert_num_queries: Callable[..., object]) -> None:
    rows = books.book([State.OVERDUE] * count, now=Now.read())
    for at, row in enumerate(rows):
        person(row, f"Ingrid Partner {at}")
        view(f"Partner {at}", owner=people.bob(), sharing="staff")
    client = client_of(people.alice())
    with django_assert_num_queries(23):  # type: ignore[attr-defined]
        client.get(reverse("palette"), {"q": "partner"}, headers={"HX-Request": "true"})
    with django_assert_num_queries(21):  # type: ignore[attr-defined]
        client.get(reverse("palette"), {"q": "pack partner"}, headers={"HX-Request": "true"})
    with django_assert_num_queries(13):  # type: ignore[attr-defined]
        client.get(reverse("palette"), {"relationship": rows[0].pk}, headers={"HX-Request": "true"})


# A deed and its partner, views, people -------------------------------------------------------------------------------


def view(name: str, **fields: Any) -> SavedView:
    given = {"owner": people.alice(), "page": "portfolio", "made_at": Now.read().instant}
    return SavedView.objects.create(name=name, **{**given, **fields})


def person(row: Relationship, name: str, **fields: Any) -> Contact:
    contact = Contact.objects.create(name=name, **fields)
    Affiliation.objects.create(contact=contact, account=row.account, title="Buyer")
    return contact


def test_every_deed_is_found_by_its_words_and_the_partner_together() -> None:
    row, other = books.book([State.OVERDUE] * 2, now=Now.read())
    for one, name in ((row, "Havbris Sea Farm"), (other, "Marlow Paper")):
        one.account.name = name
        one.account.save()
    for typed, text in (
        ("log havbris", "Log check-in with Havbris Sea Farm"),
        ("havbris log", "Log check-in with Havbris Sea Farm"),
        ("plan meeting havbris", "Plan a meeting with Havbris Sea Farm"),
        ("promise to sea farm", "Promise to Havbris Sea Farm"),
        ("pack havbris", "Review pack of Havbris Sea Farm"),
        ("Review pack of Havbris Sea Farm", "Review pack of Havbris Sea Farm"),
        ("pakc havbirs", "Review pack of Havbris Sea Farm"),
        ("snooze havb", "Snooze Havbris Sea Farm"),
        ("pause havbris", "Pause Havbris Sea Farm"),
        ("standing havbris", "Standing of Havbris Sea Farm"),
        ("history of havbris", "History of Havbris Sea Farm"),
        ("havbris stage", "Stage of Havbris Sea Farm"),
        ("problem havbris", "Open a problem with Havbris Sea Farm"),
        ("rhythm havbris", "Change the rhythm of Havbris Sea Farm"),
    ):
        shown = found(typed)
        assert shown.keys() == {"Actions"}, typed
        assert shown["Actions"][0] == text, typed
        assert not any("Marlow" in line for line in shown["Actions"]), typed
    # What begins each of a partner's own actions finds it again.
    for choice in palette_offers.deeds_with(row):
        assert choice.text in found(choice.text)["Actions"]


def test_partner_called_like_a_deed_is_found_with_it() -> None:
    partner("Pack Planet")
    assert found("pack planet")["Partners"] == ["Pack Planet"]
    assert "Log check-in with Pack Planet" in found("log pack")["Actions"]


def test_what_begins_as_was_typed_stands_before_what_is_done_with_a_partner_called_so() -> None:
    partner("Pack Planet")
    for typed in ("review pack", "Review p"):
        assert found(typed)["Actions"][:2] == ["Review pack", "Review pack of Pack Planet"]


def test_of_a_partner_nothing_is_offered_that_one_may_not_do_or_see() -> None:
    partner("Havbris canary", owner=people.outsider(), team=people.south())
    partner("Havbris of the north")
    assert found("pack havbris")["Actions"] == ["Review pack of Havbris of the north"]
    # Who only reads is shown pages, and nothing that changes.
    assert found("standing havbris", people.rita()) == {"Actions": ["Standing of Havbris of the north"]}
    assert found("log havbris", people.rita()) == {}


def test_places_are_found_by_words_within_them_and_sign_out_is_one() -> None:
    assert found("sign out") == {"Places": ["Sign out"]} == found("sing out")
    assert found("loyal")["Places"] == ["Satisfied, and loyal"]
    assert found("password") == {"Places": ["Password"]}
    assert found("settings")["Places"][0] == "Settings"
    client = client_of(people.alice())
    for choice in (one for group in find(people.alice(), "settings", Now.read()) for one in group.choices):
        assert client.get(choice.address).status_code == 200, choice


def test_one_to_one_is_found_by_its_words_with_the_name() -> None:
    line = f"One-to-one with {people.alice()}"
    assert found("one-to-one alice", people.mona()) == {"One-to-ones": [line]} == found("alcie 1:1", people.mona())
    # Without a name it is the place alone.
    assert found("one-to-one", people.mona()) == {"Places": ["One-to-ones"]}


def test_saved_views_that_one_may_see_are_found_own_ones_first() -> None:
    view("Being quiet in summer", owner=people.bob(), sharing="staff")
    mine = view("Going quiet", query="state=overdue")
    view("Quiet canary", owner=people.bob())
    view("Quiet canary of south", owner=people.outsider(), sharing="team", team=people.south())
    (group,) = [one for one in find(people.alice(), "quiet", Now.read()) if one.name == "Saved views"]
    assert [(one.text, one.hint) for one in group.choices] == [
        ("Going quiet", "Portfolio"),
        ("Being quiet in summer", f"Portfolio, by {people.bob()}"),
    ]
    assert group.choices[0].address == mine.address == "/portfolio/?state=overdue"
    assert found("goign quiet") == {"Saved views": ["Going quiet"]}
    assert found("canary") == {}
    assert found("canary", people.bob()) == {"Saved views": ["Quiet canary"]}


def test_people_of_partners_are_found_by_who_may_see_them() -> None:
    row = partner("Ewos")
    person(row, "Ingrid Solberg", email="inger@ewos.example")
    person(partner("Marlow", owner=people.outsider(), team=people.south()), "Ingrid Canary")
    (group,) = find(people.alice(), "ingrid", Now.read())
    assert group.name == "People"
    assert [(one.text, one.hint, one.address) for one in group.choices] == [
        ("Ingrid Solberg", "Buyer at Ewos", row.account.get_absolute_url())
    ]
    assert found("ingird") == found("inger@ewos.example") == {"People": ["Ingrid Solberg"]}
    # The partner's name is in the address of each of theirs.
    assert "People" not in found("ewos")


# As tolerant as search -----------------------------------------------------------------------------------------------


def test_a_mistake_in_a_place_a_deed_or_a_partner_is_forgiven() -> None:
    partner("Nordlaks Oppdrett")
    assert found("protfolio") == {"Places": ["Portfolio"]}
    assert found("meting") == {"Places": ["Meetings"], "Actions": ["Plan a meeting"]}
    assert found("nordlask")["Partners"] == ["Nordlaks Oppdrett"]
    # What is there as typed is not mixed with what is nearly so.
    assert found("promi")["Places"] == ["Promises"]


def test_accents_do_not_matter_and_names_go_together() -> None:
    row = partner("Müller Fôr", name="Feed")
    for typed in ("muller", "MUELLER", "for feed", "feed müll"):
        assert found(typed)["Partners"] == [str(row)]
