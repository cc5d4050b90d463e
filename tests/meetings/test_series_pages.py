"""Planning meetings that come again, and sending invitations, as people do it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.formats import date_format

from accounts.models import Affiliation, Contact, UndoStep
from accounts.undo import take_back
from dashboards import meeting_list
from meetings import answer_links, invitation_words, series, series_words
from meetings.models import CalendarMessage, Meeting, Series
from relationships import history
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


# Told once -----------------------------------------------------------------------------------------------------------


def listed(client: Client, **query: Any) -> Any:
    return client.get(reverse("meeting_list"), query).context


def test_lists_show_a_series_once_with_its_next_day_and_open_the_others() -> None:
    client = signed_in()
    first = planned(client, again="two_weeks")
    context = listed(client)
    (line,) = context["lines"]
    assert (line.row, line.again.total, len(line.again.further)) == (first, 12, 12)
    assert line.again.rule.startswith("Every second ")
    assert context["lede"] == "1 meeting to come, and it comes again."
    assert [tab.count for tab in context["tabs"]] == [1, 0, 0, 0, 1]
    second = Meeting.objects.order_by("starts_at")[1]
    assert line.again.further[0].address == second.get_absolute_url()
    # What has been stays a row of its own, day by day.
    began = Now.read().instant - timedelta(days=30)
    for number, one in enumerate(Meeting.objects.order_by("starts_at")[:2]):
        at = began + timedelta(days=number)
        Meeting.objects.filter(pk=one.pk).update(starts_at=at, ends_at=at + timedelta(hours=1), state="held")
    assert [line.row.pk for line in listed(client, state="past")["lines"]] == [second.pk, first.pk]
    assert [line.again for line in listed(client, state="past")["lines"]] == [None, None]
    (line,) = listed(client)["lines"]
    assert (line.row, line.again.total) == (Meeting.objects.order_by("starts_at")[2], 10)


def test_all_days_of_a_series_have_a_list_and_filters_reach_into_it() -> None:
    client = signed_in()
    first = planned(client, again="week")
    (line,) = listed(client)["lines"]
    assert (line.again.total, len(line.again.further)) == (24, 12)
    assert line.again.rest == f"?series={first.series_id}&state="
    context = listed(client, series=first.series_id)
    assert [line.again for line in context["lines"]] == [None] * 25
    [(name, rule, _without)] = context["chips"]
    assert (name, rule[:6]) == ("Comes again", "Every ")
    assert listed(client, q="Fjord")["lines"][0].again.total == 24
    assert listed(client, q="Elsewhere")["lines"] == []
    assert listed(client, whose="mine", relationship=first.parties.get().relationship_id)["lines"][0].row == first


def test_what_was_called_off_in_one_go_stands_once_and_one_day_by_itself() -> None:
    client = signed_in()
    first = planned(client, again="two_weeks")
    third = Meeting.objects.order_by("starts_at")[2]
    client.post(reverse("meeting_cancel", args=[third.pk]), {"which": "one", "reason": "Fair"})
    fifth = Meeting.objects.order_by("starts_at")[4]
    client.post(reverse("meeting_cancel", args=[fifth.pk]), {"which": "following", "reason": ""})
    off = listed(client, state="cancelled")["lines"]
    assert [(line.row, line.again.total) for line in off] == [(fifth, 8), (third, 0)]
    assert [(line.row, line.again.total) for line in listed(client)["lines"]] == [(first, 2)]
    page = client.get(first.parties.get().relationship.get_absolute_url()).content.decode()
    assert page.count("Meeting cancelled") == 2
    assert "Comes again every second " in page


def test_a_list_of_series_pages_and_costs_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting_list, "PAGE", 2)
    client = signed_in()
    row, ingrid = with_ingrid()

    def more(number: int) -> None:
        values = sent(ingrid, again="month_day", title=f"Meeting {number}", at=f"0{number + 8}:30")
        assert client.post(reverse("meeting_create", args=[row.pk]), values).status_code == 302

    more(0)
    listed(client)
    with CaptureQueriesContext(connection) as one:
        listed(client)
    more(1)
    with CaptureQueriesContext(connection) as two:
        listed(client)
    more(-1)
    assert len(one) == len(two)
    first = listed(client)
    second = client.get(f"{reverse('meeting_list')}{first['more']}").context
    titles = [line.row.title for context in (first, second) for line in context["lines"]]
    assert titles == ["Meeting -1", "Meeting 0", "Meeting 1"]
    assert {line.again.total for line in (*first["lines"], *second["lines"])} == {first["lines"][0].again.total}


# In the history of the partner ---------------------------------------------------------------------------------------


def told(meeting: Meeting) -> list[list[str]]:
    """What the newest deeds say of meetings, by deed."""
    row = meeting.parties.get().relationship
    found, _more = history.deeds(row, kind="meetings", writes=True)
    return [[item.said for item in deed.items] for deed in found]


@pytest.mark.django_db(transaction=True)
def test_history_says_once_what_happened_to_all_days_of_a_series() -> None:
    client = signed_in()
    first = planned(client, again="two_weeks", send="on")
    rule = series_words.say(series.parse(Series.objects.get().rule), first.day, first.day)
    day = date_format(first.day, "j F Y")
    assert told(first) == [[f"Comes again {rule} from {day} on: Check-in", f"Meeting planned: Check-in, {day}, 09:30"]]

    page = reverse("meeting_answer", args=[answer_links.token_for(first.people.theirs().get(), whole=True)])
    assert client.post(page, {"answer": "comes"}).status_code == 303
    assert told(first)[0] == ["Ingrid Solberg answered, by the link in the mail, for 13 days: Check-in"]
    asked = Meeting.objects.order_by("starts_at")[2].people.theirs().get()
    assert client.get(page).content.decode().count("<option") == 13
    assert client.post(page, {"answer": "declined", "day": "0"}).status_code == 422
    noted = client.post(page, {"answer": "declined", "day": asked.pk})
    assert f"only {invitation_words.short(asked.meeting, Now.read())}" in client.get(noted["Location"]).content.decode()
    assert told(first)[0] == ["Ingrid Solberg answered, by the link in the mail: Check-in"]

    # What they answered is put back as any value is.
    deed = history.deeds(first.parties.get().relationship, kind="meetings", writes=True)[0][0]
    (line,) = deed.items[0].lines
    assert (line.before, line.after) == ("Comes", "Does not come")
    offer = line.restore
    assert offer is not None
    restore = reverse("value_restore", args=[first.parties.get().relationship_id])
    client.post(restore, {"model": offer.model, "event": offer.event, "field": offer.field})
    asked.refresh_from_db()
    assert (asked.answer, asked.answered_way, asked.answered_by) == ("comes", "noted", people.alice())

    fourth = Meeting.objects.order_by("starts_at")[3]
    moved = {"place": "Pier 4", "day": fourth.day.isoformat(), "which": "one"}
    ingrid = Contact.objects.get(name="Ingrid Solberg")
    assert client.post(reverse("meeting_edit", args=[fourth.pk]), sent(ingrid, **moved)).status_code == 302
    assert told(first)[0] == [f"One day changed: Check-in, {date_format(fourth.day, 'j F Y')}, 09:30"]

    seventh = Meeting.objects.order_by("starts_at")[6]
    client.post(reverse("meeting_cancel", args=[seventh.pk]), {"which": "following", "reason": ""})
    assert told(first)[0] == [f"Ended, none from {date_format(seventh.day, 'j F Y')} on: Check-in"]
    client.post(reverse("undo", args=[UndoStep.objects.order_by("-pk")[0].pk]))
    assert told(first)[0] == [f"Comes again {rule} from {day} on: Check-in"]
