"""What both say on the pages: the section, every answer, and satisfaction and loyalty over all relationships."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.formats import date_format

from accounts.models import Affiliation, Contact
from dashboards import two_views
from relationships.flags import CHOOSE_AGAIN, SATISFACTION
from relationships.models import Relationship, Stakeholder
from relationships.pulse import KEYS
from tests import people
from tests.relationships.records import DAY, agreed
from web.clock import Now

pytestmark = pytest.mark.django_db


def client_of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def today() -> Any:
    return Now.read().today("UTC")


def decider(row: Relationship, ago: int = 0) -> Stakeholder:
    contact = Contact.objects.create(name="Ingrid Moe")
    Affiliation.objects.create(contact=contact, account=row.account)
    day = today() - ago * DAY
    return Stakeholder.objects.create(
        relationship=row, account_id=row.account_id, contact=contact, power="decides", known_on=day, seen_on=day
    )


def rated(ours: dict[str, int], theirs: dict[str, int], **fields: Any) -> Relationship:
    row = agreed(30, start=today() - 40 * DAY, **fields)
    for side, scores in (("ours", ours), ("theirs", theirs)):
        for question, score in scores.items():
            people.answered(row, question, score, today(), side=side)
    return row


# The section


def test_the_sentence_comes_first_and_what_is_worth_a_talk_stands_on_top() -> None:
    row = rated(
        {"listens": 4, "fair": 5, "worth_price": 4, "owns_mistakes": 3},
        {"listens": 4, "fair": 4, "worth_price": 2, "knows_them": 4},
    )
    found = two_views.section(row, Now.read())
    assert found["two_views"].summary == (
        "We see it within one point of them on 2 of 3 questions; on “worth the price” they stand two below us: "
        "worth asking why."
    )
    assert [(one.question, one.gap, one.talk) for one in found["two_views_shown"]] == [
        ("worth_price", "they stand two below us", True),
        ("fair", "they stand one below us", False),
        ("listens", "both say the same", False),
        ("knows_them", "we have not said", False),
    ]
    price, _fair, listens, knows = found["two_views_shown"]
    day = date_format(today(), "j M")
    assert (price.days, knows.days) == (f"we {day}, they {day}", f"they {day}")
    assert (price.ours.x, price.theirs.x, price.x, price.width) == (85, 35, 35, 50)
    assert (listens.ours.x, listens.theirs.x) == (85, 85), "one mark, where both say the same"
    page = client_of(people.alice()).get(row.get_absolute_url()).content.decode()
    assert "worth asking why" in page
    assert "we: 4 of 5" in page and "they: 2 of 5" in page, "for readers of screens"


def test_before_anybody_was_asked_it_says_what_comes() -> None:
    row = people.relationship()
    page = client_of(people.alice()).get(row.get_absolute_url()).content.decode()
    assert "Nobody has been asked yet. After a meeting, or once a month" in page
    assert '<table class="c-views">' not in page


@pytest.mark.parametrize(
    ("ours", "theirs", "says"),
    [
        ({"fair": 4}, {"fair": 3}, "We see it within one point of them on the one question that both have answered."),
        ({"fair": 4, "listens": 2}, {"fair": 3, "listens": 2}, "We see it within one point of them on all 2 questions"),
        ({"fair": 3, "listens": 2}, {"fair": 3, "listens": 2}, "We see it as they do on all 2 questions"),
        ({"fair": 4}, {}, "You have answered one question; theirs is still to come"),
        ({}, {"fair": 4, "listens": 4}, "They have answered two questions; yours is still to come"),
        ({"fair": 4}, {"listens": 4}, "Both have answered, but no question together"),
        (
            {"fair": 1, "listens": 5},
            {"fair": 4, "listens": 3},
            "On “we are fair” they stand three above us, and one more",
        ),
    ],
)
def test_what_it_says(ours: dict[str, int], theirs: dict[str, int], says: str) -> None:
    assert says in two_views.read(rated(ours, theirs), Now.read()).summary


# Every answer


def test_every_answer_stands_on_the_page_and_older_ones_on_the_next() -> None:
    row = people.relationship()
    for ago in range(30):
        side = ("ours", "theirs")[ago % 2]
        people.answered(row, KEYS[ago % 3], 1 + ago % 5, today() - ago * DAY, side=side, words=f"Because {ago}.")
    client, address = client_of(people.alice()), reverse("relationship_two_views", args=[row.pk])
    page = client.get(address)
    words = [one.row.words for one in page.context["answers"]]
    assert words == [f"Because {ago}." for ago in range(25)]
    following = client.get(address + page.context["more"])
    assert [one.row.words for one in following.context["answers"]] == [f"Because {ago}." for ago in range(25, 30)]
    one = client.get(address, {"question": SATISFACTION})
    assert {each.row.question for each in one.context["answers"]} == {SATISFACTION}
    assert client.get(address, {"question": "nonsense"}).context["about"] == ""
    assert [(len(one.lines), one.unasked.count(";")) for one in page.context["groups"]] == [(2, 1), (1, 6)]
    assert page.content.decode().count("of 5</b>") == 25


def test_it_is_told_who_said_it_and_which_way_it_came() -> None:
    row = rated({"fair": 4}, {})
    ingrid = decider(row)
    people.answered(row, "fair", 3, today(), said_by=ingrid)
    people.answered(row, "listens", 3, today(), said_by=ingrid, way="link", entered_by=None)
    people.answered(row, "worth_price", 3, today())
    found = client_of(people.alice()).get(reverse("relationship_two_views", args=[row.pk])).context["answers"]
    assert [one.who for one in found] == [
        "somebody of theirs, entered by Alice Ahlberg",
        "Ingrid Moe, by link",
        "Ingrid Moe, entered by Alice Ahlberg",
        "Alice Ahlberg",
    ]


@pytest.mark.parametrize("count", [1, 50])
def test_the_page_takes_the_same_queries_for_one_answer_and_fifty(count: int) -> None:
    row = people.relationship()
    for ago in range(count):
        people.answered(row, KEYS[ago % 12], 3, today() - ago * DAY, side=("ours", "theirs")[ago % 2])
    with CaptureQueriesContext(connection) as queries:
        two_views.section(row, Now.read())
    assert len(queries) == 2
    client, address = client_of(people.alice()), reverse("relationship_two_views", args=[row.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    assert len(queries) == QUERIES_OF_THE_PAGE


QUERIES_OF_THE_PAGE = 20


# Satisfaction and loyalty


def test_its_place_stands_on_the_relationships_page_in_words() -> None:
    row = rated({}, {SATISFACTION: 5, CHOOSE_AGAIN: 4})
    decider(row, ago=12)
    placed = two_views.read(row, Now.read()).placed
    assert placed.name == "Satisfied and loyal"
    assert placed.why.startswith("Rated 5 of 5 today; Ingrid Moe, who decides or signs, was seen on ")
    assert placed.why.endswith("; they would choose us again.")
    other = rated({}, {SATISFACTION: 5, CHOOSE_AGAIN: 3})
    assert two_views.read(other, Now.read()).placed.name == "Satisfied, but may leave"
    nothing = two_views.read(people.relationship(), Now.read()).placed
    assert (nothing.key, nothing.name) == ("", "Not known yet")
    assert nothing.why.startswith("Whether they are satisfied was not asked within a year; ")


def test_each_field_of_the_book_counts_and_opens_its_list() -> None:
    loyal, leaving, hostage, defector, unasked, unclear = (
        rated({}, {SATISFACTION: 5, CHOOSE_AGAIN: 5}),
        rated({}, {SATISFACTION: 4, CHOOSE_AGAIN: 2}),
        rated({}, {SATISFACTION: 2, CHOOSE_AGAIN: 4}),
        rated({}, {SATISFACTION: 1, CHOOSE_AGAIN: 1}),
        rated({SATISFACTION: 5}, {"fair": 5}),
        rated({}, {SATISFACTION: 5}),
    )
    for row in (loyal, hostage):
        decider(row)
    rated({}, {SATISFACTION: 5, CHOOSE_AGAIN: 1}, paused_since=today(), pause_reason="They move")
    theirs = rated({}, {SATISFACTION: 5, CHOOSE_AGAIN: 1}, owner=people.outsider(), team=people.south())
    client, address = client_of(people.mona()), reverse("loyalty_list")
    page = client.get(address)
    assert page.context["lede"] == (
        "It is known of 4 of 6 relationships: 1 is satisfied but may leave, 1 is not satisfied and may leave,"
        " 1 is not satisfied and stays, 1 is satisfied and loyal."
    )
    assert "Relationships that are paused or have ended are left out." in page.content.decode()
    fields = {one.key: one for one in [*page.context["fields"], page.context["unknown"]]}
    wanted = {
        "apostle": {loyal}, "mercenary": {leaving}, "hostage": {hostage}, "defector": {defector},
        "not_known": {unasked, unclear},
    }  # fmt: skip
    assert {key: one.count for key, one in fields.items()} == {key: len(rows) for key, rows in wanted.items()}
    for key, rows in wanted.items():
        shown = client.get(fields[key].address.partition("#")[0]).context
        assert {one.relationship for one in shown["rows"]} == rows, key
        assert {one.placed.key or "not_known" for one in shown["rows"]} == {key}
    assert [one.relationship for one in page.context["rows"]] == [leaving], "first those who may leave"
    south = client_of(people.outsider()).get(address)
    assert [one.relationship for one in south.context["rows"]] == [theirs]
    assert (south.context["chosen"].key, client.get(address, {"field": "nonsense"}).status_code) == ("mercenary", 200)


def test_the_book_takes_the_same_queries_for_one_and_fifty_and_pages_by_key() -> None:
    row, _unasked = rated({}, {SATISFACTION: 5, CHOOSE_AGAIN: 2}), people.relationship()
    client, address = client_of(people.alice()), reverse("loyalty_list")
    client.get(address)

    def cost(where: str = address) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(where)
        return len(queries)

    one = cost(), cost(f"{address}?field=not_known")
    for number in range(59):
        other = people.relationship()
        if number % 3:
            people.answered(other, SATISFACTION, 5, today())
            people.answered(other, CHOOSE_AGAIN, 2, today())
    people.relationship(account=row.account, name="Retail")
    assert (cost(), cost(f"{address}?field=not_known")) == one == QUERIES_OF_THE_BOOK
    page = client.get(address, {"field": "not_known"})
    assert page.context["unknown"].count == len(page.context["rows"]) == 22


QUERIES_OF_THE_BOOK = (22, 23)


def test_the_book_is_narrowed_by_the_bar_of_the_portfolio_and_keeps_the_list_that_was_opened() -> None:
    own, other = rated({}, {SATISFACTION: 5, CHOOSE_AGAIN: 2}), rated({}, {SATISFACTION: 5, CHOOSE_AGAIN: 2})
    Relationship.objects.filter(pk=own.pk).update(tags=["salmon"])
    Relationship.objects.filter(pk=other.pk).update(owner=people.bob())
    client, address = client_of(people.mona()), reverse("loyalty_list")
    every = client.get(address, {"field": "mercenary"})
    assert {one.relationship for one in every.context["rows"]} == {own, other}
    assert '<input type="hidden" name="field" value="mercenary">' in every.content.decode()
    for narrowing in ({"tag": "salmon"}, {"owner": str(own.owner_id)}, {"q": own.account.name}):
        found = client.get(address, {**narrowing, "field": "mercenary"})
        assert [one.relationship for one in found.context["rows"]] == [own], narrowing
        assert next(one.count for one in found.context["fields"] if one.key == "mercenary") == 1
    chosen = client.get(address, {"tag": "salmon", "field": "hostage"})
    assert [(name, value, back) for name, value, back in chosen.context["chips"]] == [
        ("Tag", "salmon", "?field=hostage")
    ]
    assert "None of those that fit stands here." in chosen.content.decode()
    nothing = client.get(address, {"tag": "no such"}).context
    assert nothing["lede"] == "No relationship fits.", "others are going on all the same"
