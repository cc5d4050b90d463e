from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import UndoStep, User
from dashboards import actions, view_list
from dashboards.context import VIEWS, Navigation
from dashboards.models import SavedView
from relationships.cadence import State
from relationships.models import Relationship
from tests import people
from tests.dashboards import books
from web.clock import Now

pytestmark = pytest.mark.django_db

NOW = Now.read()
LIST = "/views/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def view(owner: User | None = None, name: str = "Going quiet", **fields: Any) -> SavedView:
    given = {"page": "portfolio", "query": "flag=going_quiet&sort=at_stake", "made_at": NOW.instant}
    return SavedView.objects.create(owner=owner or people.alice(), name=name, **{**given, **fields})


def seen(user: User) -> set[str]:
    return {row.name for row in SavedView.objects.visible_to(user)}


# Who sees them -------------------------------------------------------------------------------------------------------


def test_private_ones_are_for_nobody_else_and_shared_ones_for_those_who_see_the_team() -> None:
    view(name="mine")
    view(name="north", sharing="team", team=people.north())
    view(name="everybody", sharing="staff")
    assert seen(people.alice()) == {"mine", "north", "everybody"}
    for one in (people.bob(), people.rita(), people.mona(), people.adam()):
        assert seen(one) == {"north", "everybody"}, one
    assert seen(people.outsider()) == {"everybody"}
    assert seen(people.petra()) == set()
    assert {one.name for one in SavedView.objects.changeable_by(people.adam())} == {"north", "everybody"}
    for one in (people.bob(), people.rita(), people.mona(), people.petra()):
        assert not SavedView.objects.changeable_by(one).exists(), one


def test_colleague_finds_in_a_shared_one_only_what_they_may_see() -> None:
    (ours,) = books.book([State.OVERDUE], now=Now.read())
    (theirs,) = books.book([State.OVERDUE], owner=people.outsider(), now=Now.read())
    Relationship.objects.filter(pk=theirs.pk).update(team=people.south())
    shared = view(query=f"owner={people.alice().pk}&state=overdue", sharing="staff")
    page = client_of(people.outsider()).get(shared.address)
    text = page.content.decode()
    assert str(ours) not in text and str(theirs) in text
    assert "Owner is not known here, or not yours to see, so this page is shown without it." in text
    assert "shown without it" not in client_of(people.alice()).get(shared.address).content.decode()


def test_database_refuses_a_team_where_it_is_not_shared_with_one() -> None:
    for fields in ({"sharing": "team"}, {"team": people.north()}, {"name": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            view(**fields)


# What is kept of an address ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "query", "kept"),
    [
        ("portfolio", "flag=any&after=1~2~x&evil=1", {"flag": ["any"]}),
        ("portfolio", "?columns=partner&columns=tier&q=", {"columns": ["partner", "tier"]}),
        ("portfolio", "stage=partner&standing=40-50", {"stage": ["partner"], "standing": ["40-50"]}),
        ("loyalty_list", "field=hostage&columns=tier", {"field": ["hostage"]}),
        ("promise_list", "side=ours&state=late&after_ours=x", {"side": ["ours"], "state": ["late"]}),
        ("feedback_list", "nature=praise&next=//evil.example", {"nature": ["praise"]}),
        ("problem_list", "state=urgent", {"state": ["urgent"]}),
        ("meeting_list", "state=all&%00=1&q=a%00b", {"state": ["all"]}),
        ("insights", "team=3&weeks=104", {"team": ["3"], "weeks": ["104"]}),
        ("portfolio", "q=" + "x" * 3000, {}),
    ],
)  # fmt: skip
def test_only_what_the_list_knows_is_kept(page: str, query: str, kept: dict[str, list[str]]) -> None:
    assert parse_qs(view_list.kept_of(page, query)) == kept


@given(st.sampled_from(SavedView.Page.values), st.text(max_size=300))
def test_whatever_is_said_becomes_an_address_that_says_the_same_again(page: str, query: str) -> None:
    kept = view_list.kept_of(page, query)
    assert view_list.kept_of(page, kept) == kept
    assert set(parse_qs(kept)) <= view_list.NAMES[page]


@pytest.mark.parametrize("page", SavedView.Page.values)
def test_each_page_offers_to_be_saved_and_opens_as_saved_whatever_is_in_it(page: str) -> None:
    client = client_of(people.alice())
    text = client.get(reverse(page), {"q": "a b"}).content.decode()
    assert f"/views/new/?page={page}&amp;query=q%3Da%2Bb" in text
    stale = view(page=page, query="team=99999&owner=x&state=%00&sort=;&whose=king&standing=3&columns=x&field=x")
    assert client.get(stale.address).status_code == 200


# Saved, named otherwise, removed -------------------------------------------------------------------------------------


def save(client: Client, **values: str) -> Any:
    given = {"page": "portfolio", "query": "flag=any&after=x", "name": "Flags", "shown_to": "nobody"}
    return client.post("/views/new/", {**given, **values})


def undo(client: Client) -> None:
    client.post(reverse("undo", args=[UndoStep.objects.latest("pk").pk]))


def test_saved_from_a_list_it_leads_back_there_and_can_be_taken_back() -> None:
    client = client_of(people.alice())
    asked = client.get("/views/new/", {"page": "portfolio", "query": "flag=any&after=x"})
    assert (asked.context["page"], asked.context["query"]) == ("portfolio", "flag=any")
    answer = save(client)
    assert answer["Location"] == "/portfolio/?flag=any"
    assert "“Flags” saved" in client.get(answer["Location"]).content.decode()
    undo(client)
    assert not SavedView.objects.exists()
    undo(client)
    assert SavedView.objects.get().query == "flag=any"


def test_same_name_again_narrows_the_one_that_is_there_anew() -> None:
    client = client_of(people.alice())
    view(people.bob(), "flags")
    view(name="flags", page="promise_list", query="")
    save(client)
    save(client, name="FLAGS ", query="flag=one_sided", shown_to=f"team-{people.north().pk}")
    row = SavedView.objects.get(owner=people.alice(), page="portfolio")
    assert (row.name, row.query, row.sharing, row.team) == ("FLAGS", "flag=one_sided", "team", people.north())
    undo(client)
    row.refresh_from_db()
    assert (row.name, row.query, row.sharing, row.team) == ("Flags", "flag=any", "nobody", None)


@pytest.mark.parametrize(
    "values", [{"name": " "}, {"name": "x" * 61}, {"shown_to": ""}, {"shown_to": "team-0"}, {"shown_to": "king"}]
)
def test_what_does_not_do_comes_back_with_what_was_typed(values: dict[str, str]) -> None:
    answer = save(client_of(people.alice()), **{"query": "q=Ewos", **values})
    assert answer.status_code == 422
    assert 'name="query" value="q=Ewos"' in answer.content.decode()
    assert not SavedView.objects.exists()


def test_one_shares_with_teams_that_one_sees() -> None:
    north, south = f"team-{people.north().pk}", f"team-{people.south().pk}"
    assert save(client_of(people.alice()), shown_to=south).status_code == 422
    assert save(client_of(people.alice()), shown_to=north).status_code == 302
    assert save(client_of(people.adam()), shown_to=south).status_code == 302


def test_named_otherwise_shared_and_taken_back() -> None:
    row, client = view(), client_of(people.alice())
    address = reverse("view_edit", args=[row.pk])
    assert client.get(address).context["form"].initial == {"name": "Going quiet", "shown_to": "nobody"}
    assert client.post(address, {"name": "Quiet", "shown_to": "staff"})["Location"] == LIST
    row.refresh_from_db()
    assert (row.name, row.sharing, row.query) == ("Quiet", "staff", "flag=going_quiet&sort=at_stake")
    undo(client)
    row.refresh_from_db()
    assert (row.name, row.sharing) == ("Going quiet", "nobody")


def test_name_of_another_is_refused() -> None:
    view(name="Taken")
    row = view()
    answer = client_of(people.alice()).post(
        reverse("view_edit", args=[row.pk]), {"name": "taken", "shown_to": "nobody"}
    )
    assert answer.status_code == 422
    assert "You have a view of this name already." in answer.content.decode()


def test_administrator_may_rename_what_is_shared_and_not_make_it_private() -> None:
    row, client = view(sharing="staff"), client_of(people.adam())
    address = reverse("view_edit", args=[row.pk])
    assert client.post(address, {"name": "Quiet", "shown_to": "nobody"}).status_code == 422
    assert client.post(address, {"name": "Quiet", "shown_to": "staff"}).status_code == 302
    assert client.get(reverse("view_edit", args=[view(name="Private").pk])).status_code == 404


def test_removed_with_a_way_back_that_only_who_may_has() -> None:
    row, client = view(), client_of(people.alice())
    assert client.post(reverse("view_remove", args=[row.pk]))["Location"] == LIST
    assert not SavedView.objects.exists()
    kept = UndoStep.objects.get().arguments["kept"]
    for other in (people.bob(), people.adam()):
        with pytest.raises(SavedView.DoesNotExist):
            actions.restore_view(actor=other, now=NOW, kept=kept)
    undo(client)
    assert SavedView.objects.get().pk == row.pk


def test_back_where_its_name_is_taken_meanwhile_is_refused() -> None:
    row = view()
    step = actions.remove_view(actor=people.alice(), now=NOW, view_id=row.pk).step
    view(query="")
    with pytest.raises(ValidationError):
        actions.restore_view(actor=people.alice(), now=NOW, kept=step.arguments["kept"])


# Where they stand ----------------------------------------------------------------------------------------------------


def side(user: User, path: str = "/", query: str = "") -> list[Any]:
    return Navigation(user, path, query).views


def test_side_bar_has_ones_own_first_and_seven_at_most() -> None:
    for index in range(3):
        view(people.bob(), f"A of Bob {index}", sharing="staff")
        view(people.bob(), f"Bob alone {index}")
    for index in range(6):
        view(name=f"Z {index}")
    assert [one.name for one in side(people.alice())] == [*(f"Z {index}" for index in range(6)), "A of Bob 0"]
    assert len(side(people.alice())) == VIEWS
    page = client_of(people.alice()).get(LIST)
    assert (len(page.context["mine"]), len(page.context["others"])) == (6, 3)


def test_side_bar_marks_the_one_that_is_shown() -> None:
    view(query="flag=any&columns=partner&columns=tier")

    def here(query: str, path: str = "/portfolio/") -> bool:
        return bool(side(people.alice(), path, query)[0].current)

    assert here("columns=partner&columns=tier&flag=any&after=x")
    assert not here("flag=any") and not here("") and not here("flag=any&columns=partner&columns=tier", "/loyalty/")


def test_nobody_without_views_sees_a_heading_and_a_page_says_how_to_begin() -> None:
    client = client_of(people.alice())
    assert "Saved views</h2>" not in client.get(reverse("portfolio")).content.decode()
    assert "No view is saved yet" in client.get(LIST).content.decode()


def test_one_of_a_list_that_is_no_more_is_left_out() -> None:
    view(page="gone_list")
    assert side(people.alice()) == []
    assert client_of(people.alice()).get(LIST).status_code == 200


@pytest.mark.parametrize("count", [1, 50])
def test_list_takes_the_same_queries(count: int, django_assert_num_queries: Callable[..., object]) -> None:
    for index in range(count):
        view(people.bob() if index % 2 else people.alice(), f"View {index}", sharing="staff")
    client = client_of(people.alice())
    with django_assert_num_queries(17):  # type: ignore[attr-defined]
        assert client.get(LIST).status_code == 200


def test_two_numbers_of_the_side_bar_and_the_views_are_two_queries() -> None:
    """So that a page costs what it cost without views."""
    row = people.relationship()
    people.feedback(row, heard_on=NOW.today("UTC") - timedelta(days=9))
    view()
    nav = Navigation(User.objects.get(pk=people.alice().pk), "/", "")
    assert nav.can_log
    with CaptureQueriesContext(connection) as asked:
        assert (nav.unsettled, nav.unanswered, len(nav.views)) == (0, 1, 1)
    assert len(asked) == 2


def test_address_of_a_view_is_of_its_page() -> None:
    assert urlsplit(view().address)[2:4] == ("/portfolio/", "flag=going_quiet&sort=at_stake")
    assert view(page="problem_list", query="").address == "/problems/"
