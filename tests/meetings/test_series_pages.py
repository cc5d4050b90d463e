"""Planning meetings that come again, and sending invitations, as people do it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Affiliation, Contact, UndoStep
from accounts.undo import take_back
from meetings.models import CalendarMessage, Meeting, Series
from relationships.models import Relationship
from tests import people
from web.clock import Now

pytestmark = pytest.mark.django_db


def signed_in() -> Client:
    client = Client()
    client.force_login(people.alice(), backend="django.contrib.auth.backends.ModelBackend")
    return client


def with_ingrid() -> tuple[Relationship, Contact]:
    row = people.relationship(account=people.account("Fjord"))
    ingrid = Contact.objects.create(name="Ingrid Solberg", email="ingrid@fjord.example")
    Affiliation.objects.create(contact=ingrid, account_id=row.account_id)
    return row, ingrid


def sent(ingrid: Contact, **values: Any) -> dict[str, Any]:
    day = Now.read().today("UTC") + timedelta(days=10)
    known = {
        "kind": "check_in",
        "host": "ours",
        "title": "Check-in",
        "day": day.isoformat(),
        "at": "09:30",
        "zone": "Europe/Oslo",
        "minutes": "60",
        "contacts": [ingrid.pk],
        "colleagues": [people.alice().pk],
    }
    return {**known, **values}


def planned(client: Client, **values: Any) -> Meeting:
    row, ingrid = with_ingrid()
    response = client.post(reverse("meeting_create", args=[row.pk]), sent(ingrid, **values))
    assert response.status_code == 302
    found = Meeting.objects.order_by("starts_at").first()
    assert found is not None
    return found


def test_planned_again_and_sent_is_one_deed_that_is_taken_back_as_one() -> None:
    client = signed_in()
    meeting = planned(client, again="two_weeks", send="on")
    assert Meeting.objects.count() == 13
    assert Series.objects.get().starts_on == meeting.day
    (message,) = CalendarMessage.objects.wanted()
    assert (str(message.contact), message.series_id is not None) == ("Ingrid Solberg", True)
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert "Every two weeks" in page or "Every second" in page
    step = UndoStep.objects.get()
    take_back(step_id=step.pk, actor=people.alice(), now=Now.read())
    assert (Meeting.objects.count(), Series.objects.count()) == (0, 0)


def test_planned_once_and_not_sent_mails_nobody() -> None:
    planned(signed_in())
    assert (Meeting.objects.count(), CalendarMessage.objects.count()) == (1, 0)


def test_day_before_the_first_is_no_end() -> None:
    row, ingrid = with_ingrid()
    values = sent(ingrid, again="week", until="2020-01-01")
    response = signed_in().post(reverse("meeting_create", args=[row.pk]), values)
    assert response.status_code == 422
    assert "This is before the first meeting." in response.content.decode()
    assert not Meeting.objects.exists()


@pytest.mark.parametrize(
    ("sent_with", "said"),
    [
        ({"which": "one", "again": "year"}, "can be changed for this and those that follow"),
        ({"which": "following", "until": "2030-01-01"}, "Say how often it comes again."),
    ],
)
def test_what_does_not_go_together_is_said_at_its_field(sent_with: dict[str, str], said: str) -> None:
    client = signed_in()
    meeting = planned(client, again="week")
    values = sent(Contact.objects.get(), day=meeting.day.isoformat(), **sent_with)
    response = client.post(reverse("meeting_edit", args=[meeting.pk]), values)
    assert response.status_code == 422
    assert said in response.content.decode()


def test_only_this_one_or_those_that_follow() -> None:
    client = signed_in()
    meeting = planned(client, again="week")
    ingrid = Contact.objects.get()
    second = Meeting.objects.order_by("starts_at")[1]
    values = sent(ingrid, day=second.day.isoformat(), place="Only here")
    assert client.post(reverse("meeting_edit", args=[second.pk]), {**values, "which": "one"}).status_code == 302
    third = Meeting.objects.order_by("starts_at")[2]
    values = sent(ingrid, day=third.day.isoformat(), place="From here on")
    assert client.post(reverse("meeting_edit", args=[third.pk]), {**values, "which": "following"}).status_code == 302
    places = list(Meeting.objects.order_by("starts_at").values_list("place", flat=True))
    assert places == ["", "Only here", *["From here on"] * (len(places) - 2)]
    assert client.post(reverse("meeting_cancel", args=[third.pk]), {"which": "following"}).status_code == 302
    assert Meeting.objects.planned().count() == 2
    assert meeting.pk


def test_single_one_that_comes_again_from_now_on() -> None:
    client = signed_in()
    meeting = planned(client)
    values = sent(Contact.objects.get(), day=meeting.day.isoformat(), again="year")
    assert client.post(reverse("meeting_edit", args=[meeting.pk]), values).status_code == 302
    assert Series.objects.get().rule == "FREQ=YEARLY"


def test_people_of_those_that_follow_are_brought_in_line() -> None:
    client = signed_in()
    planned(client, again="week")
    jonas = Contact.objects.create(name="Jonas Juul", email="jonas@fjord.example")
    Affiliation.objects.create(contact=jonas, account_id=Relationship.objects.get().account_id)
    second = Meeting.objects.order_by("starts_at")[1]
    values = sent(jonas, day=second.day.isoformat(), which="following", colleagues=[people.bob().pk])
    assert client.post(reverse("meeting_edit", args=[second.pk]), values).status_code == 302
    asked = [sorted(str(one) for one in meeting.people.all()) for meeting in Meeting.objects.order_by("starts_at")]
    assert asked[0] == ["Alice Ahlberg", "Ingrid Solberg"]
    assert {tuple(one) for one in asked[1:]} == {("Bob Brandt", "Jonas Juul")}


def test_invitations_by_a_tap_can_be_taken_back_until_they_go_out() -> None:
    client = signed_in()
    meeting = planned(client)
    response = client.post(reverse("meeting_invite", args=[meeting.pk]), headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert "Invitations go out in 20 seconds." in response["HX-Trigger"]
    step = UndoStep.objects.order_by("pk").last()
    assert step is not None
    take_back(step_id=step.pk, actor=people.alice(), now=Now.read())
    assert not CalendarMessage.objects.wanted().exists()
    again = client.post(reverse("meeting_invite", args=[meeting.pk]), follow=True)
    assert "Invitations go out in 20 seconds." in again.content.decode()
    twice = client.post(reverse("meeting_invite", args=[meeting.pk]), follow=True)
    assert "has the invitation already" in twice.content.decode()
