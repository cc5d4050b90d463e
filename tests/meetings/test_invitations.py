"""Answers from the mail, what they say as evidence, and the calendar that a person subscribes to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Affiliation, Contact, Membership, User
from accounts.undo import take_back
from meetings import actions, answer_links, feeds
from meetings.models import AgendaItem, CalendarFeed, Meeting, Participant
from relationships.models import Evidence, Relationship
from tests import people
from tests.meetings import rfc5545
from tests.meetings.test_calendar_writing import opened
from web.clock import Now

pytestmark = pytest.mark.django_db

REAL = Now.read()
SOON = timedelta(seconds=21)
DAY = timedelta(days=1)


def asked(now: Now = REAL, relationship: Relationship | None = None, **fields: Any) -> tuple[Meeting, Participant]:
    """A meeting of Alice's in a week, with Ingrid."""
    row = relationship or people.relationship(account=people.account("Fjord"))
    ingrid = Contact.objects.create(name="Ingrid Solberg", email="ingrid@fjord.example")
    Affiliation.objects.create(contact=ingrid, account_id=row.account_id)
    values = {
        "title": "Check-in with Fjord",
        "starts_at": (now.instant + 7 * DAY).replace(microsecond=0),
        "zone": "UTC",
    }
    meeting = actions.plan_meeting(
        actor=people.alice(), now=now, relationships=[row], contacts={row.pk: [ingrid]}, **{**values, **fields}
    ).row
    return meeting, meeting.people.theirs().get()


def evidence() -> list[tuple[str, str, date]]:
    return list(Evidence.objects.order_by("pk").values_list("kind", "side", "day"))


def answers() -> list[str]:
    return list(Participant.objects.theirs().order_by("pk").values_list("answer", flat=True))


# Answers -------------------------------------------------------------------------------------------------------------


def test_opening_the_link_changes_nothing_and_sending_it_twice_is_once(client: Client) -> None:
    meeting, person = asked()
    page = answer_links.address_for(answer_links.token_for(person), "comes").removeprefix(settings.SITE_URL)
    client.get(page)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(page)
    assert response.status_code == 200
    assert [one["sql"] for one in queries if not one["sql"].startswith("SELECT")] == []
    assert 'class="btn btn-primary" type="submit" name="answer" value="comes"' in response.content.decode()
    assert (response["Referrer-Policy"], "no-store" in response["Cache-Control"]) == ("no-referrer", True)
    assert not response.cookies
    assert client.post(page, {"answer": "comes"}).status_code == 303
    response = client.post(page, {"answer": "comes"})
    assert response.status_code == 303
    assert answers() == ["comes"]
    assert "Your answer is noted" in client.get(response["Location"]).content.decode()
    assert evidence() == [("meeting_accepted", "theirs", Now.read().today("UTC"))]
    assert Meeting.objects.get(pk=meeting.pk).state == "planned"


def test_another_answer_takes_the_place_of_the_first(client: Client) -> None:
    _meeting, person = asked()
    page = reverse("meeting_answer", args=[answer_links.token_for(person)])
    client.post(page, {"answer": "comes"})
    client.post(page, {"answer": "declined"})
    assert [kind for kind, _side, _day in evidence()] == ["meeting_declined"]
    client.post(page, {"answer": "maybe"})
    assert evidence() == []


@pytest.mark.parametrize("said", ["", "held", "COMES", "x" * 5000])
def test_what_is_no_answer_is_asked_again(client: Client, said: str) -> None:
    _meeting, person = asked()
    response = client.post(reverse("meeting_answer", args=[answer_links.token_for(person)]), {"answer": said})
    assert response.status_code == 422
    assert "Choose one of the answers." in response.content.decode()
    assert answers() == [""]


def test_forged_and_expired_links_are_refused_alike(client: Client) -> None:
    meeting, person = asked()
    token = answer_links.token_for(person)
    closed = client.get(reverse("meeting_answer", args=["nobody:nothing"])).content
    for wrong in (token[:-1], token.replace(":", ";"), f"{token}x", answer_links.token_for(Participant(pk=0))):
        response = client.post(reverse("meeting_answer", args=[wrong]), {"answer": "comes"})
        assert (response.status_code, response.content) == (404, closed)
    Meeting.objects.filter(pk=meeting.pk).update(
        starts_at=REAL.instant - DAY, ends_at=REAL.instant - DAY + timedelta(hours=1)
    )
    response = client.post(reverse("meeting_answer", args=[token]), {"answer": "comes"})
    assert (response.status_code, response.content) == (404, closed)
    assert answers() == [""]


def test_link_is_dead_when_the_meeting_is_called_off_or_the_person_no_longer_asked(client: Client) -> None:
    meeting, person = asked()
    page = reverse("meeting_answer", args=[answer_links.token_for(person)])
    done = actions.cancel_meeting(actor=people.alice(), now=REAL, meeting=meeting)
    assert client.post(page, {"answer": "comes"}).status_code == 404
    take_back(step_id=done.step.pk, actor=people.alice(), now=REAL)
    assert client.get(page).status_code == 200
    actions.change_meeting(actor=people.alice(), now=REAL, meeting=meeting, values={}, contacts={})
    assert client.get(page).status_code == 404


# Evidence ------------------------------------------------------------------------------------------------------------


def test_answer_that_is_taken_back_takes_its_evidence_along() -> None:
    _meeting, person = asked()
    done = actions.answer(actor=people.alice(), now=REAL, participant=person, said="declined")
    assert [kind for kind, _side, _day in evidence()] == ["meeting_declined"]
    take_back(step_id=done.step.pk, actor=people.alice(), now=REAL)
    assert evidence() == []


def test_invitation_without_an_answer_for_two_weeks_counts_from_the_day_it_was_true() -> None:
    now = Now.parse("2026-03-02T09:00:00+00:00")
    meeting, person = asked(now, starts_at=datetime(2026, 5, 1, 9, 0, tzinfo=UTC))
    late = Now.parse("2026-03-20T09:00:00+00:00")
    assert (actions.weigh_what_is_unanswered(now=late), evidence()) == (0, [])
    actions.invite(actor=people.alice(), now=now, meeting=meeting)
    assert (actions.weigh_what_is_unanswered(now=Now(now.instant + 13 * DAY)), evidence()) == (0, [])
    actions.weigh_what_is_unanswered(now=late)
    assert evidence() == [("meeting_unanswered", "theirs", date(2026, 3, 16))]
    assert actions.weigh_what_is_unanswered(now=late) == 0
    done = actions.answer(actor=people.alice(), now=late, participant=person, said="comes")
    assert evidence() == [("meeting_accepted", "theirs", date(2026, 3, 20))]
    take_back(step_id=done.step.pk, actor=people.alice(), now=late)
    assert evidence() == [("meeting_unanswered", "theirs", date(2026, 3, 16))]


def test_meeting_that_is_unplanned_leaves_no_evidence_and_brings_it_back() -> None:
    meeting, person = asked()
    actions.answer(actor=people.alice(), now=REAL, participant=person, said="comes")
    gone = actions.unplan_meeting(actor=people.alice(), now=REAL, meeting_id=meeting.pk)
    assert evidence() == []
    take_back(step_id=gone.step.pk, actor=people.alice(), now=REAL)
    assert [kind for kind, _side, _day in evidence()] == ["meeting_accepted"]


# The feed ------------------------------------------------------------------------------------------------------------


def feed(person: User | None = None) -> str:
    return reverse("calendar_feed", args=[actions.make_feed(actor=person or people.alice(), now=REAL)])


def test_feed_shows_own_meetings_and_check_ins_due_and_opens_elsewhere(client: Client) -> None:
    row = people.relationship(account=people.account("Fjord"), due_on=REAL.today("UTC") + 3 * DAY)
    meeting, _person = asked(relationship=row, place="Storgata 1")
    AgendaItem.objects.create(
        meeting=meeting, key="written:1", kind=5, title="Tables", minutes=10, added_at=REAL.instant
    )
    AgendaItem.objects.create(
        meeting=meeting, key="written:2", kind=5, title="Our price", minutes=10, added_at=REAL.instant, shared=False
    )
    # Of her team, but neither hers nor with her.
    asked(relationship=people.relationship(account=people.account("Bob’s"), owner=people.bob()), organiser=people.bob())
    response = client.get(feed())
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert (response["Cache-Control"], response["Referrer-Policy"]) == ("private, no-store", "no-referrer")
    assert not response.cookies
    rfc5545.read(response.content)
    events = {event.summary: event for event in opened(response.content).events}
    assert set(events) == {"Check-in due: Fjord", "Check-in with Fjord"}
    assert events["Check-in due: Fjord"].dtstart == row.due_on
    assert "Tables" in events["Check-in with Fjord"].description
    assert "Our price" not in response.content.decode()


def test_feed_forgets_what_the_person_may_no_longer_see(client: Client) -> None:
    address = feed(people.bob())
    asked(colleagues=[people.alice(), people.bob()])
    assert len(opened(client.get(address).content).events) == 1
    Membership.objects.filter(user=people.bob()).delete()
    assert b"BEGIN:VEVENT" not in client.get(address).content


def test_feed_is_the_same_until_something_changes(client: Client) -> None:
    meeting, _person = asked()
    address = feed()
    tag = client.get(address)["ETag"]
    again = client.get(address, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    actions.change_meeting(actor=people.alice(), now=REAL, meeting=meeting, values={"place": "Elsewhere"})
    assert client.get(address, headers={"if-none-match": tag}).status_code == 200


def test_renewed_stopped_and_unknown_addresses_answer_alike(client: Client) -> None:
    unknown = client.get(reverse("calendar_feed", args=["x" * 43]))
    first, second = feed(), feed()
    assert client.get(second).status_code == 200
    User.objects.filter(pk=people.bob().pk).update(is_active=False)
    gone = feed(people.bob())
    dead = [first, gone, reverse("calendar_feed", args=["x" * 4000]), reverse("calendar_feed", args=["\ud800é"[1:]])]
    actions.stop_feed(actor=people.alice(), now=REAL)
    for address in [*dead, second]:
        response = client.get(address)
        assert (response.status_code, response.content, dict(response.headers)) == (
            404,
            unknown.content,
            dict(unknown.headers),
        )


def test_token_is_kept_as_a_hash_and_shown_once(client: Client) -> None:
    client.force_login(people.alice(), backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(reverse("feed_make"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("calendar_settings"))
    first = client.get(reverse("calendar_settings"))
    assert "no-store" in first["Cache-Control"]
    page = first.content.decode()
    kept = CalendarFeed.objects.get()
    token = page.split("/calendar/")[1].split(".ics")[0]
    assert feeds.hash_of(token) == kept.token_hash
    assert token not in kept.token_hash
    assert token not in client.get(reverse("calendar_settings")).content.decode()
    # Loaded again the page shows it no more and makes no other.
    assert CalendarFeed.objects.get().token_hash == kept.token_hash
    assert client.get(reverse("calendar_feed", args=[token])).status_code == 200
    client.post(reverse("feed_make"))
    assert "The former address no longer works." in client.get(reverse("calendar_settings")).content.decode()
    assert client.get(reverse("calendar_feed", args=[token])).status_code == 404
    client.post(reverse("feed_make"))
    actions.stop_feed(actor=people.alice(), now=REAL)
    assert "/calendar/" not in client.get(reverse("calendar_settings")).content.decode().replace("/settings/", "")
    client.post(reverse("feed_stop"))
    assert client.get(reverse("calendar_feed", args=[token])).status_code == 404


def test_form_sent_once_more_kills_no_address(client: Client) -> None:
    client.force_login(people.alice(), backend="django.contrib.auth.backends.ModelBackend")
    # The first address, and one that takes its place.
    for _number in range(2):
        before = client.get(reverse("calendar_settings")).context["instead_of"]
        page = client.post(reverse("feed_make"), {"instead_of": before}, follow=True).content.decode()
        token = page.split("/calendar/")[1].split(".ics")[0]
        again = client.post(reverse("feed_make"), {"instead_of": before}, follow=True)
        assert "It works, and cannot be shown again." in again.content.decode()
        assert client.get(reverse("calendar_feed", args=[token])).status_code == 200


def test_too_many_from_one_place_are_told_to_wait(client: Client, settings: Any) -> None:
    settings.FEEDS_PER_ADDRESS = 2
    address = feed()
    statuses = [client.get(address, REMOTE_ADDR="192.0.2.77").status_code for _time in range(3)]
    assert statuses == [200, 200, 429]


@pytest.mark.parametrize("count", [1, 12])
def test_feed_costs_the_same_for_many_meetings(client: Client, count: int) -> None:
    row = people.relationship()
    for number in range(count):
        actions.plan_meeting(
            actor=people.alice(),
            now=REAL,
            relationships=[row],
            title=f"Meeting {number}",
            starts_at=REAL.instant + (number + 1) * DAY,
            zone="Europe/Oslo",
        )
    address = feed()
    with CaptureQueriesContext(connection) as queries:
        assert len(opened(client.get(address).content).events) == count
    assert len(queries) == 9
