"""The page where a calendar is given, and what Today asks from it."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Affiliation, Contact, User
from meetings.models import CalendarSource, CapturedEvent, CapturedMatch, Meeting
from relationships.models import Interaction
from tests import people
from tests.serving import answer, serving
from web.clock import Now

pytestmark = pytest.mark.django_db

NOW = Now.read()
DAY = timedelta(days=1)
INGRID = "ingrid@nordwind.example"


@pytest.fixture(autouse=True)
def here(settings: Settings) -> None:
    settings.CALENDAR_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def asked(days: int = -1, title: str = "Quarterly review", contacts: int = 1, **more: Any) -> CapturedEvent:
    """Alice met somebody of Nordwind; a partner of its own each time."""
    starts = NOW.instant + days * DAY
    row = CapturedEvent.objects.create(
        user=people.alice(),
        uid=f"{CapturedEvent.objects.count()}",
        starts_at=starts,
        ends_at=starts + timedelta(minutes=45),
        day=starts.date(),
        title=title,
        captured_at=NOW.instant,
        **more,
    )
    relationship = people.relationship()
    for _number in range(contacts):
        person = Contact.objects.create(name="Ingrid Berg", email=INGRID)
        Affiliation.objects.create(contact=person, account=relationship.account)
        CapturedMatch.objects.create(event=row, relationship=relationship, contact=person, address=INGRID)
    return row


def test_an_address_is_given_tried_at_once_and_never_shown_again() -> None:
    alice = client_of(people.alice())
    day = NOW.instant - DAY
    person = Contact.objects.create(name="Ingrid Berg", email=INGRID)
    Affiliation.objects.create(contact=person, account=people.relationship().account)
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1", f"DTSTART:{day:%Y%m%dT%H%M%SZ}", "SUMMARY:Review"]
    lines += [f"ATTENDEE:mailto:{INGRID}", "END:VEVENT", "BEGIN:VEVENT", "SUMMARY:Broken one", "END:VEVENT"]
    body = "\n".join([*lines, "END:VCALENDAR"]).encode()
    with serving({"/s3cret.ics": answer(body=body)}) as server:
        given = alice.post(reverse("calendar_source"), {"address": server.at("/s3cret.ics")}, follow=True)
        wrong = alice.post(reverse("calendar_source"), {"address": server.at("/other-s3cret.ics")})
    told = given.content.decode()
    assert "Read: 1 event in the last and next 60 days, 1 with people of your partners." in told
    assert "A calendar at 127.0.0.1" in told and "Broken one" in told and "has no beginning" in told
    assert wrong.status_code == 422 and "Nothing lies at this address." in wrong.content.decode()
    today = alice.get(reverse("today")).content.decode()
    assert "You met Ingrid Berg" in today and "Review" in today
    for page in (told, wrong.content.decode(), today, alice.get(reverse("history")).content.decode()):
        assert "s3cret" not in page
    stopped = alice.post(reverse("calendar_stop"), follow=True).content.decode()
    assert "its address is forgotten" in stopped and "No calendar yet." in stopped
    assert not CalendarSource.objects.exists()


@pytest.mark.parametrize("address", ["", "not an address", "file:///etc/passwd", "http://10.0.0.1/x", "http://[::1]/x"])
def test_what_is_no_address_out_there_is_refused_in_words(address: str) -> None:
    response = client_of(people.alice()).post(reverse("calendar_source"), {"address": address})
    assert response.status_code == 422
    assert not CalendarSource.objects.exists()


def test_too_many_tries_are_refused() -> None:
    alice = client_of(people.alice())
    told = [alice.post(reverse("calendar_source"), {"address": "http://10.0.0.1/"}).content.decode() for _ in range(13)]
    assert ["Too many attempts" in page for page in told] == [False] * 12 + [True]


def test_one_press_logs_it_and_another_takes_it_back() -> None:
    row, alice = asked(), client_of(people.alice())
    page = alice.get(reverse("today")).content.decode()
    assert "You met Ingrid Berg yesterday – log?" in page
    confirmed = alice.post(reverse("captured_confirm", args=[row.pk]), headers={"HX-Request": "true"})
    assert confirmed.status_code == 204 and "Logged with" in confirmed["HX-Trigger"]
    assert Interaction.objects.get().channel == "meeting"
    assert "You met Ingrid" not in alice.get(reverse("today")).content.decode()
    again = alice.post(reverse("captured_confirm", args=[row.pk]))
    assert again.status_code == 422 and Interaction.objects.count() == 1
    alice.post(reverse("undo_latest"))
    assert not Interaction.objects.exists()
    assert "You met Ingrid" in alice.get(reverse("today")).content.decode()


def test_what_is_to_come_is_planned_and_what_is_dismissed_never_comes_back_without_javascript() -> None:
    coming, over = asked(days=3), asked()
    alice = client_of(people.alice())
    assert "You meet Ingrid Berg" in alice.get(reverse("today")).content.decode()
    assert alice.post(reverse("captured_confirm", args=[coming.pk])).status_code == 302
    assert Meeting.objects.get().title == "Quarterly review"
    assert alice.post(reverse("captured_dismiss", args=[over.pk])).status_code == 302
    alice.post(reverse("captured_dismiss", args=[over.pk]))
    over.refresh_from_db()
    assert over.state == "dismissed" and not Interaction.objects.exists()
    assert "From your calendar" not in alice.get(reverse("today")).content.decode()


def test_where_it_is_not_clear_with_whom_the_form_asks_and_keeps_what_was_chosen() -> None:
    row, alice = asked(contacts=2), client_of(people.alice())
    where = reverse("captured_confirm", args=[row.pk])
    assert "With whom" in alice.get(reverse("today")).content.decode()
    assert alice.post(where).status_code == 422
    both = [match.pk for match in row.matches.all()]
    refused = alice.post(where, {"with_whom": both})
    assert refused.status_code == 422 and refused.content.decode().count("checked") == 2
    elsewhere = CapturedMatch.objects.exclude(event=row).create(
        event=asked(title="Other"),
        relationship=people.relationship(),
        contact=Contact.objects.create(name="X"),
        address="x@y.example",
    )
    assert alice.post(where, {"with_whom": [elsewhere.pk]}).status_code == 422
    assert alice.post(where, {"with_whom": both[:1]}).status_code == 302
    assert Interaction.objects.get().contacts.get().pk == row.matches.get(pk=both[0]).contact_id


def test_the_log_opens_with_all_of_it_filled_in() -> None:
    row, alice = asked(), client_of(people.alice())
    match = row.matches.get()
    address = (
        f"{reverse('log')}?relationship={match.relationship_id}&on={row.day}&channel=meeting&contact={match.contact_id}"
    )
    assert address.replace("&", "&amp;") in alice.get(reverse("today")).content.decode()
    form = alice.get(address).context["form"]
    assert [form[name].value() for name in ("when", "channel")] == ["other", "meeting"]
    assert form["occurred_on"].value() == row.day
    assert form["contacts"].value() == [str(match.contact_id)]
    assert alice.get(f"{reverse('log')}?on=x&channel=x&contact=x&contact=99999999999999999999").status_code == 200


def test_nobody_else_meets_any_of_it() -> None:
    row = asked(title="Alone with Ingrid")
    CalendarSource.objects.create(
        user=people.alice(), address=b"x", host="own.example", given_at=NOW.instant, next_read_at=NOW.instant
    )
    for user in (people.bob(), people.mona(), people.adam(), people.rita(), people.outsider()):
        client = client_of(user)
        pages = [client.get(reverse(name)).content.decode() for name in ("today", "calendar_source", "history")]
        assert not any("Alone with Ingrid" in page or "own.example" in page for page in pages), user
        for name in ("captured_confirm", "captured_dismiss"):
            assert client.post(reverse(name, args=[row.pk])).status_code == 404
    row.refresh_from_db()
    assert row.state == "waiting"


@pytest.mark.parametrize("count", [1, 50])
def test_the_page_takes_the_same_queries(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(count):
        asked(days=-1 - number % 20)
    alice = client_of(people.alice())
    alice.get(reverse("calendar_source"))
    with django_assert_num_queries(18):
        page = alice.get(reverse("calendar_source"))
    assert page.content.decode().count("data-captured") == count
