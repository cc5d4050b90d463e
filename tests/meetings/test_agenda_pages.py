"""The agenda on the page of a meeting: how it reads, its buttons with and without JavaScript, two people at once."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Contact, UndoStep
from meetings import actions
from meetings.models import AgendaItem, Meeting, OutlineItem
from relationships import actions as core
from tests import people
from tests.meetings.agendas import of, partner
from web.clock import Now

pytestmark = pytest.mark.django_db
HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}
# The whole page of the meeting, the same for one item and for fifty.
QUERIES = 40


def signed_in(person: Any = None) -> Client:
    client = Client()
    client.force_login(person or people.alice())
    return client


def tomorrow(*partners: Any, **more: Any) -> Meeting:
    """The clock of pages is the real one."""
    values = {"title": "Review", "starts_at": timezone.now() + timedelta(days=1), "zone": "UTC", **more}
    actor = values.pop("actor", people.alice())
    rows = list(partners) or [partner()]
    return actions.plan_meeting(actor=actor, now=Now.read(), relationships=rows, **values).row


def add(row: Meeting, *names: str, **more: Any) -> None:
    for name in names:
        actions.add_item(actor=people.alice(), now=Now.read(), meeting=row, title=name, **more)


def text(client: Client, row: Meeting) -> str:
    return client.get(row.get_absolute_url()).content.decode()


def numbers(body: str) -> list[str]:
    return re.findall(r'data-title="([^"]*)"', body)


def post(client: Client, row: Meeting, deed: str, title: str, **more: Any) -> Any:
    (key,) = [item.key for item in of(row, Now.read()).items.values() if item.title == title]
    values = {"deed": deed, "key": key, "seen": Meeting.objects.get(pk=row.pk).agenda_version}
    extra = {name: more.pop(name) for name in list(more) if name.startswith("HTTP_")}
    return client.post(f"{row.get_absolute_url()}agenda/", values | more, **extra)


def told(response: Any) -> str:
    if "HX-Trigger" in response.headers:
        return str(json.loads(response.headers["HX-Trigger"])["toast"]["message"])
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_page_shows_why_who_and_how_long() -> None:
    theirs = partner()
    ingrid = Contact.objects.create(name="Ingrid Iversen")
    today = Now.read().today("UTC")
    core.open_problem(
        actor=people.alice(), now=Now.read(), relationship=theirs, what="Wrong labels", severity=3, contact=ingrid
    )
    people.promise(theirs, what="Delivery plan", due_on=today - timedelta(days=5))
    row = tomorrow(theirs, minutes=20)
    add(row, "Who signs", "Prices", shared=False)
    body = text(signed_in(), row)
    assert numbers(body) == ["Wrong labels", "Delivery plan", "Who signs", "Prices"]
    for words in ("Critical", "Only ours", "Ingrid", "is 5 days late.", "20 minutes end here", "25 of 20 minutes"):
        assert words in body, words
    assert "Five minutes over." in body
    assert "Drop the last item, or ask for 25 minutes." in body
    assert body.index("20 minutes end here") < body.index('data-title="Prices"')
    assert body.index("20 minutes end here") > body.index('data-title="Who signs"')
    assert "Items take 10, 5, 5 and 5 minutes; the last does not fit in 20" in body


def test_reading_the_page_writes_nothing() -> None:
    theirs = partner()
    people.promise(theirs, what="Delivery plan")
    row = tomorrow(theirs)
    assert "Delivery plan" in text(signed_in(), row)
    assert not AgendaItem.objects.exists()
    assert Meeting.objects.get(pk=row.pk).agenda_version == 0


@pytest.mark.parametrize("extra", [{}, HTMX])
def test_buttons_move_pin_drop_and_put_back(extra: dict[str, Any]) -> None:
    row, client = tomorrow(), signed_in()
    add(row, "One", "Two", "Three")
    response = post(client, row, "move:0", "Three", **extra)
    assert response.status_code == (204 if extra else 302)
    assert told(response) == "“Three” moved to place 1."
    assert numbers(text(client, row)) == ["Three", "One", "Two"]
    post(client, row, "move", "Three", to=2, **extra)
    assert numbers(text(client, row)) == ["One", "Two", "Three"]
    post(client, row, "pin", "Two", **extra)
    assert "Pinned" in text(client, row)
    post(client, row, "drop", "One", **extra)
    body = text(client, row)
    # Pinned second it stays second.
    assert numbers(body) == ["Three", "Two"]
    assert "One more could go on: “One”." in body
    post(client, row, "back", "One", **extra)
    assert set(numbers(text(client, row))) == {"One", "Two", "Three"}


def test_undo_of_the_toast_takes_it_back() -> None:
    row, client = tomorrow(), signed_in()
    add(row, "One", "Two")
    response = post(client, row, "drop", "One", **HTMX)
    undo = json.loads(response.headers["HX-Trigger"])["toast"]["undo_url"]
    client.post(undo, {}, **HTMX)
    assert numbers(text(client, row)) == ["One", "Two"]


@pytest.mark.parametrize(
    "values",
    [
        {"deed": "move", "to": "x"},
        {"deed": "move:"},
        {"deed": "drop", "seen": "x"},
        {"deed": "drop", "key": "promise:0"},
    ],
)
def test_what_no_page_sends_is_not_there(values: dict[str, str]) -> None:
    row = tomorrow()
    add(row, "One")
    item = AgendaItem.objects.get()
    sent = {"key": item.key, "seen": "1", **values}
    assert signed_in().post(f"{row.get_absolute_url()}agenda/", sent).status_code == 404


def test_second_of_two_is_told_and_sees_the_agenda_as_it_is() -> None:
    row, alice, bob = tomorrow(), signed_in(), signed_in(people.bob())
    add(row, "One", "Two", "Three")
    seen = Meeting.objects.get(pk=row.pk).agenda_version
    post(bob, row, "move:0", "Three", **HTMX)
    response = post(alice, row, "drop", "Three", seen=seen, **HTMX)
    assert response.status_code == 204
    assert "Bob Brandt at " in told(response)
    assert "“Three” moved to place 1" in told(response)
    assert "concord:changed" in response.headers["HX-Trigger"]
    assert numbers(text(alice, row)) == ["Three", "One", "Two"]
    # Having seen that, it goes through.
    assert told(post(alice, row, "drop", "Three", **HTMX)) == "“Three” dropped."


def test_second_to_reword_keeps_the_text_and_may_save_it_again() -> None:
    row, alice, bob = tomorrow(), signed_in(), signed_in(people.bob())
    add(row, "One")
    key = AgendaItem.objects.get().key
    address = f"{row.get_absolute_url()}agenda/item/?key={key}"
    seen = re.search(r'name="seen" value="(\d+)"', alice.get(address).content.decode())
    assert seen is not None
    bob.post(address, {"seen": seen[1], "title": "One of Bob", "minutes": "5"})
    mine = {"seen": seen[1], "title": "One of Alice", "minutes": "7"}
    response = alice.post(address, mine)
    body = response.content.decode()
    assert response.status_code == 422
    # To what it was changed stands beside the own text, whole.
    assert "Bob Brandt at " in body and "“One” changed to “One of Bob”." in body
    assert '<p class="note">One of Bob</p>' in body and 'value="One of Alice"' in body
    again = re.search(r'name="seen" value="(\d+)"', body)
    assert again is not None
    assert alice.post(address, mine | {"seen": again[1]}).status_code == 302
    assert AgendaItem.objects.get().title == "One of Alice"


def test_heading_says_so_where_a_person_put_an_item_elsewhere() -> None:
    row, client = tomorrow(), signed_in()
    add(row, "One", "Two")
    assert "in order of priority: critical" in text(client, row)
    assert "Put here by hand" not in text(client, row)
    post(client, row, "move", "Two", to="0")
    body = text(client, row)
    assert "by hand where it says so, the rest in order of priority" in body
    assert body.count("Put here by hand") == 1


def test_add_says_what_is_wrong_and_keeps_the_text() -> None:
    row, client = tomorrow(), signed_in()
    address = f"{row.get_absolute_url()}agenda/item/"
    assert client.post(address, {"title": "Prices"}).status_code == 302
    both: list[dict[str, Any]] = [{}, HTMX]
    for extra in both:
        response = client.post(address, {"title": "prices"}, **extra)
        assert response.status_code == 422
        assert "This is on the agenda already." in response.content.decode()
        assert 'value="prices"' in response.content.decode()
    # What is pasted is cut by nobody: it is said that it is too long, and it is still there.
    long = client.post(address, {"title": "x" * 2000}, headers={"HX-Request": "true"})
    body = long.content.decode()
    assert (long.status_code, "x" * 2000 in body, "maxlength" in body) == (422, True, False)
    assert "2000 characters long; 300 fit" in body
    assert f'href="{address}" data-dialog' in text(client, row)
    assert "maxlength" not in text(client, row).partition('id="agenda-add"')[2].partition(">")[0]
    ingrid = Contact.objects.create(name="Ingrid Iversen")
    party = row.parties.get()
    row.people.create(party=party, contact=ingrid, asked_on="2026-11-23")
    client.post(address, {"title": "A second gate", "minutes": "12", "whose": str(ingrid.pk), "ours": "on"})
    item = AgendaItem.objects.get(title="A second gate")
    assert (item.minutes, item.contact, item.side, item.shared) == (12, ingrid, "theirs", False)


def test_whose_an_item_is_can_be_said_and_said_otherwise() -> None:
    row, client = tomorrow(), signed_in()
    ingrid = Contact.objects.create(name="Ingrid Iversen")
    row.people.create(party=row.parties.get(), contact=ingrid, asked_on="2026-11-23")
    address = f"{row.get_absolute_url()}agenda/item/"
    body = text(client, row)
    assert '<option value="theirs">Theirs</option>' in body
    assert f'<option value="{ingrid.pk}">Theirs: Ingrid Iversen</option>' in body
    client.post(address, {"title": "Prices", "whose": "theirs"})
    client.post(address, {"title": "Gates", "whose": "ours"})
    theirs, ours = AgendaItem.objects.get(title="Prices"), AgendaItem.objects.get(title="Gates")
    assert [(one.side, one.contact, one.colleague) for one in (theirs, ours)] == [
        ("theirs", None, None),
        ("ours", None, people.alice()),
    ]
    body = text(client, row)
    assert "Put on by them." in body
    assert "Put on by us." in body
    form = {"title": "Gates", "minutes": "5", "whose": str(ingrid.pk)}
    form["seen"] = str(Meeting.objects.get(pk=row.pk).agenda_version)
    assert client.post(f"{address}?key={ours.key}", form).status_code == 302
    ours.refresh_from_db()
    assert (ours.side, ours.contact, ours.colleague) == ("theirs", ingrid, None)
    assert f'<option value="{ingrid.pk}" selected>' in client.get(f"{address}?key={ours.key}").content.decode()
    assert "Put on by us." not in text(client, row)
    client.post(f"/undo/{UndoStep.objects.latest('pk').pk}/")
    ours.refresh_from_db()
    assert (ours.side, ours.contact, ours.colleague) == ("ours", None, people.alice())


def test_reader_sees_the_agenda_without_its_buttons() -> None:
    row = tomorrow()
    add(row, "Prices", shared=False)
    body = text(signed_in(people.rita()), row)
    assert numbers(body) == ["Prices"]
    assert "Only ours" in body
    for words in ("agenda-add", "Move or drop", "data-agenda"):
        assert words not in body


def test_of_a_partner_that_one_does_not_see_only_the_time_is_told() -> None:
    today = Now.read().today("UTC")
    mine, hers = partner(), partner(owner=people.outsider(), team=people.south())
    people.promise(hers, what="Hers", due_on=today - timedelta(days=9))
    people.promise(mine, what="Mine", due_on=today)
    row = tomorrow(mine, hers, actor=people.adam())
    body = text(signed_in(), row)
    assert numbers(body) == ["Mine"]
    assert "Hers" not in body
    assert str(hers.account) not in body
    assert "10 of 60 minutes" in body
    assert "5 minutes are about partners that you do not see." in body
    assert set(numbers(text(signed_in(people.adam()), row))) == {"Hers", "Mine"}
    (key,) = [item.key for item in of(row, Now.read()).items.values() if item.title == "Hers"]
    address = f"{row.get_absolute_url()}agenda/"
    assert signed_in().post(address, {"deed": "drop", "key": key, "seen": "0"}).status_code == 404
    assert signed_in().get(f"{address}item/?key={key}").status_code == 404


def test_meeting_that_was_held_tells_what_was_done() -> None:
    row, client = tomorrow(), signed_in()
    add(row, "One", "Two")
    AgendaItem.objects.filter(title="One").update(done_at=timezone.now())
    Meeting.objects.filter(pk=row.pk).update(state=Meeting.State.HELD, begun_at=timezone.now())
    row.parties.update(state=Meeting.State.HELD)
    body = text(client, row)
    assert numbers(body) == ["One", "Two"]
    assert "Done" in body
    assert "Move or drop" not in body


def test_same_number_of_queries_for_one_and_fifty(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    row, client = tomorrow(), signed_in()
    add(row, "Item")
    text(client, row)
    with django_assert_num_queries(QUERIES):
        text(client, row)
    add(row, *(f"Item {number}" for number in range(24)))
    theirs = row.parties.get().relationship
    for number in range(25):
        people.promise(theirs, what=f"Promise {number}")
    with django_assert_num_queries(QUERIES):
        body = text(client, row)
    assert len(re.findall("<b>(?:Item|Promise)", body)) + body.count('id="could-promise') == 50


# The templates -------------------------------------------------------------------------------------------------------


def test_administrators_change_what_stands_on_every_agenda_of_a_kind() -> None:
    client, row = signed_in(people.adam()), tomorrow(kind="review")
    body = client.get("/meetings/outlines/").content.decode()
    assert "5 What we decided last time" in body
    kept = dict.fromkeys(Meeting.Kind.values, "")
    response = client.post("/meetings/outlines/", kept | {"review": "20 Figures\n\n5 Who does what"})
    assert response.status_code == 302
    assert numbers(text(signed_in(), row)) == ["Figures", "Who does what"]
    step = UndoStep.objects.get(verb="meetings.actions.set_outlines")
    client.post(f"/undo/{step.pk}/")
    assert not OutlineItem.objects.exists()


def test_ways_to_the_outlines_stand_where_agendas_are_for_who_may_change_them() -> None:
    row = tomorrow(kind="review")
    pages = (row.get_absolute_url(), f"/meetings/{row.pk}/edit/", "/meetings/new/")
    leads = {
        who: ['href="/meetings/outlines/">' in client.get(page).content.decode() for page in pages]
        for who, client in (("adam", signed_in(people.adam())), ("alice", signed_in()))
    }
    assert leads == {"adam": [True] * 3, "alice": [False] * 3}


def test_line_without_minutes_is_refused_with_its_number_and_the_text_kept() -> None:
    client = signed_in(people.adam())
    kept = dict.fromkeys(Meeting.Kind.values, "")
    response = client.post("/meetings/outlines/", kept | {"review": "20 Figures\nWho does what"})
    body = response.content.decode()
    assert response.status_code == 422
    assert "Line 2: write the minutes and then the item" in body
    assert "Who does what</textarea>" in body
    assert not OutlineItem.objects.exists()
    assert signed_in().get("/meetings/outlines/").status_code == 404
