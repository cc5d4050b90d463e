from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Cover, UndoStep, User
from relationships.cadence import State
from relationships.models import HandOver, Relationship, RelationshipMember
from relationships.views import bulk
from tests import people
from tests.dashboards import books
from web.clock import Now

pytestmark = pytest.mark.django_db

ADDRESS = "/relationships/bulk/"


def book(states: list[State], **more: Any) -> list[Relationship]:
    return books.book(states, now=Now.read(), **more)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send(client: Client, rows: list[Relationship], deed: str, **values: Any) -> Any:
    return client.post(ADDRESS, {"rows": ",".join(str(row.pk) for row in rows), "deed": deed, **values})


def ask(client: Client, rows: list[Relationship], deed: str) -> Any:
    return client.get(ADDRESS, {"rows": [str(row.pk) for row in rows], "deed": deed})


def names(rows: list[Relationship]) -> list[str]:
    return [str(row) for row in rows]


# What is offered in the portfolio ------------------------------------------------------------------------------------


def test_only_what_one_may_change_can_be_ticked() -> None:
    own, others = book([State.OVERDUE]), book([State.OVERDUE], owner=people.bob())
    Relationship.objects.filter(pk=others[0].pk).update(team=people.south())
    RelationshipMember.objects.create(relationship=others[0], user=people.rita(), role=RelationshipMember.Role.EXPERT)
    assert client_of(people.alice()).get(reverse("portfolio")).context["changeable"] == {own[0].pk}
    assert client_of(people.rita()).get(reverse("portfolio")).context["changeable"] == {others[0].pk}
    assert client_of(people.adam()).get(reverse("portfolio")).context["changeable"] == {own[0].pk, others[0].pk}


def test_all_that_fit_is_offered_where_there_are_more_than_one_page() -> None:
    book([State.OVERDUE] * 55)
    client = client_of(people.alice())
    assert client.get(reverse("portfolio")).context["fitting"] == 55
    assert client.get(reverse("portfolio"), {"state": "due"}).context["fitting"] == 0
    assert "all 55 that fit" in client.get(reverse("portfolio")).content.decode()


def test_mine_are_those_of_whom_one_stands_in_for_too() -> None:
    own, covered = book([State.OVERDUE]), book([State.OVERDUE], owner=people.outsider())
    book([State.OVERDUE], owner=people.bob())
    client = client_of(people.alice())

    def shown(**query: str) -> set[int]:
        groups = client.get(reverse("portfolio"), query).context["groups"]
        return {line.relationship.pk for _look, _count, lines in groups for line in lines}

    assert shown(whose="mine") == {own[0].pk}
    today = Now.read().today("UTC")
    Cover.objects.create(absent=people.outsider(), stand_in=people.alice(), from_on=today, until_on=today)
    assert shown(whose="mine") == {own[0].pk, covered[0].pk}
    assert shown(whose="part") == set()
    RelationshipMember.objects.create(relationship=covered[0], user=people.alice())
    assert shown(whose="part") == {covered[0].pk}


# Chosen --------------------------------------------------------------------------------------------------------------


def test_ticked_ones_and_all_that_fit() -> None:
    rows = book([State.OVERDUE, State.OVERDUE, State.IN_TOUCH])
    foreign = book([State.OVERDUE], owner=people.outsider())
    Relationship.objects.filter(pk=foreign[0].pk).update(team=people.south())
    client = client_of(people.alice())
    ticked = ask(client, [rows[0], rows[2]], "tags")
    assert names(ticked.context["named"]) == names([rows[0], rows[2]])
    fitting = client.get(ADDRESS, {"fits": "1", "state": "overdue", "deed": "tags"})
    assert names(fitting.context["named"]) == names(rows[:2])


def test_what_is_not_ones_own_is_refused_as_a_whole_whether_there_or_not() -> None:
    own, foreign = book([State.OVERDUE]), book([State.OVERDUE], owner=people.outsider())
    Relationship.objects.filter(pk=foreign[0].pk).update(team=people.south())
    client = client_of(people.alice())
    said = []
    for key in (foreign[0].pk, 987_654_321):
        answer = client.post(ADDRESS, {"rows": f"{own[0].pk},{key}", "deed": "tags", "add": "north"})
        said.append(answer.context["refusal"])
    assert said == ["1 of these is not yours to change, so nothing has been done."] * 2
    own[0].refresh_from_db()
    assert own[0].tags == []


def test_a_reader_may_not() -> None:
    rows = book([State.OVERDUE])
    answer = send(client_of(people.rita()), rows, "tags", add="north")
    assert "not yours to change" in answer.context["refusal"]


@pytest.mark.parametrize("query", ["", "rows=", "rows=x&deed=tags", "rows=²", "fits=1&q=zzz&deed=tags"])
def test_nothing_chosen_is_said(query: str) -> None:
    assert "Nothing is chosen" in client_of(people.alice()).get(f"{ADDRESS}?{query}").context["refusal"]


def test_no_such_deed() -> None:
    (row,) = book([State.OVERDUE])
    assert ask(client_of(people.alice()), [row], "burn").status_code == 404


def test_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST", 2)
    rows = book([State.OVERDUE] * 3)
    client = client_of(people.alice())
    for answer in (send(client, rows, "tags", add="north"), client.get(ADDRESS, {"fits": "1", "deed": "tags"})):
        assert answer.context["refusal"] == "More than 2 are chosen. Narrow the list and do it in parts."
    assert send(client, rows[:2], "tags", add="north").status_code == 302


# Done ----------------------------------------------------------------------------------------------------------------


def test_each_deed_through_its_page() -> None:
    rows = book([State.OVERDUE, State.DUE])
    alice = client_of(people.alice())
    assert send(alice, rows, "tags", add="north, feed", remove="old").status_code == 302
    assert send(alice, rows, "tier", tier=" A ").status_code == 302
    assert send(alice, rows, "cadence", every_days="7").status_code == 302
    assert send(client_of(people.adam()), rows, "team", team=people.europe().pk).status_code == 302
    assert send(client_of(people.adam()), rows, "owner", to=people.bob().pk, note="All yours").status_code == 302
    for row in Relationship.objects.filter(pk__in=[row.pk for row in rows]):
        assert (row.tags, row.tier, row.every_days, row.team, row.owner) == (
            ["north", "feed"],
            "A",
            7,
            people.europe(),
            people.bob(),
        )
    assert [handed.note for handed in HandOver.objects.all()] == ["All yours"] * 2


@pytest.mark.parametrize(
    ("deed", "values", "why"),
    [
        ("tags", {}, "Say which words"),
        ("tags", {"add": "a", "remove": "a"}, "is to be added, too"),
        ("tier", {"tier": ""}, "in this tier already"),
        ("tier", {"tier": "x" * 41}, "40"),
        ("cadence", {"every_days": "60"}, "needs a reason"),
        ("cadence", {"every_days": "0"}, "At least one day."),
        ("cadence", {"every_days": "367"}, "366 days at most."),
        ("cadence", {"every_days": ""}, "Say how many days."),
        ("cadence", {"every_days": "x"}, "A whole number of days."),
        ("tags", {"add": f"ok, {'x' * 41}"}, f"“{'x' * 20}…” is too long: a tag has 40 letters at most."),
        ("team", {}, "Choose a team, or “No team”."),
        ("team", {"team": "none"}, "Afterwards you could no longer change 1 of them."),
        ("owner", {}, "Choose one."),
    ],
)
def test_what_does_not_do_comes_back(deed: str, values: dict[str, str], why: str) -> None:
    rows = book([State.OVERDUE]) + book([State.OVERDUE], owner=people.bob())
    answer = send(client_of(people.alice()), rows, deed, **values)
    assert answer.status_code == 422
    assert why in answer.content.decode()


def test_team_they_share_is_chosen_already_and_otherwise_none_is() -> None:
    rows, client = book([State.OVERDUE] * 2), client_of(people.alice())

    def chosen() -> Any:
        return ask(client, rows, "team").context["form"]["team"]

    nobody = ("none", "No team: seen by the owner alone")
    north = (str(people.north().pk), "North")
    assert (chosen().value(), chosen().field.choices) == (people.north().pk, [north, nobody])
    Relationship.objects.filter(pk=rows[0].pk).update(team=None)
    assert (chosen().value(), chosen().field.choices) == (None, [("", "Choose a team"), north, nobody])
    Relationship.objects.update(team=None)
    assert (chosen().value(), chosen().field.choices) == ("none", [north, nobody])
    # One that the person does not fill may be kept, and is shown as what they have.
    Relationship.objects.update(team=people.south())
    assert (chosen().value(), chosen().field.choices[-1]) == (people.south().pk, nobody)
    assert "in this team already" in send(client, rows, "team", team=people.south().pk).content.decode()


def test_no_team_is_chosen_in_words() -> None:
    rows = book([State.OVERDUE] * 2)
    assert send(client_of(people.alice()), rows, "team", team="none").status_code == 302
    assert {row.team for row in Relationship.objects.all()} == {None}


def test_tags_of_any_length_are_taken_away() -> None:
    rows, long = book([State.OVERDUE]), "x" * 41
    Relationship.objects.update(tags=[long])
    client = client_of(people.alice())
    assert send(client, rows, "tags", add="y" * 40, remove=long).status_code == 302
    assert Relationship.objects.get().tags == ["y" * 40]


def test_tier_of_many_is_taken_back_in_one_go_to_what_each_had() -> None:
    rows, client = book([State.OVERDUE] * 3), client_of(people.alice())
    Relationship.objects.filter(pk=rows[0].pk).update(tier="A")
    Relationship.objects.filter(pk=rows[1].pk).update(tier="B")
    assert send(client, rows, "tier", tier="B").status_code == 302
    assert {row.tier for row in Relationship.objects.all()} == {"B"}
    step = UndoStep.objects.get()
    assert step.said == f"Tier of {rows[0]} and {rows[2]} set to B", "the one that was in it already is left alone"
    client.post(reverse("undo", args=[step.pk]))
    assert [Relationship.objects.get(pk=row.pk).tier for row in rows] == ["A", "B", ""]


def test_team_that_one_may_not_fill_is_no_choice() -> None:
    rows = book([State.OVERDUE, State.DUE])
    assert send(client_of(people.alice()), rows, "team", team=people.south().pk).status_code == 422


@pytest.mark.parametrize("deed", ["owner", "team", "tags", "tier", "cadence"])
def test_page_asks_the_same_number_of_questions(deed: str) -> None:
    client, counts = client_of(people.alice()), []
    client.get(ADDRESS)  # the first request of a session writes down where it is from
    for number in (2, 50):
        rows = book([State.OVERDUE] * number)
        with CaptureQueriesContext(connection) as queries:
            assert ask(client, rows, deed).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
