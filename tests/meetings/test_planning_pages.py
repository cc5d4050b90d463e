"""Planning a meeting from the rhythm: what is proposed, who is ticked, what is said of the day; and its page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Affiliation, Contact, User
from meetings import actions
from meetings.models import Meeting, Participant, PrivateNote
from relationships import actions as partners
from relationships.models import Relationship
from tests import people
from web.clock import Now

pytestmark = pytest.mark.django_db


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def partner(name: str = "", every_days: int = 14) -> Relationship:
    """Alice's, talked with today, with a rhythm."""
    alice, now = people.alice(), Now.read()
    row = people.relationship(account=people.account(name), workdays=list(range(7)))
    partners.agree_cadence(actor=alice, now=now, relationship=row, every_days=every_days)
    partners.log_interaction(actor=alice, now=now, relationship=row, occurred_on=now.today("UTC"), channel="call")
    row.refresh_from_db()
    return row


def theirs(row: Relationship, name: str, power: str = "") -> Contact:
    contact = Contact.objects.create(name=name)
    Affiliation.objects.create(contact=contact, account=row.account)
    if power:
        partners.name_stakeholder(actor=people.alice(), now=Now.read(), relationship=row, contact=contact, power=power)
    return contact


def sent(row: Relationship, **more: Any) -> dict[str, Any]:
    tomorrow = Now.read().today("UTC") + timedelta(days=1)
    values = {
        "kind": "review", "title": "", "host": "ours", "day": tomorrow.isoformat(), "at": "10:00", "zone": "UTC",
        "minutes": "60", "colleagues": [people.alice().pk], "asked_for": str(row.pk),
    }  # fmt: skip
    return values | more


def test_day_is_proposed_from_the_rhythm_and_who_decides_is_ticked() -> None:
    row = partner()
    decides, other = theirs(row, "Dana Dahl", "decides"), theirs(row, "Uwe Unger")
    page = as_(people.alice()).get(reverse("meeting_create", args=[row.pk]))
    form = page.context["form"]
    assert form["day"].value() == row.due_on
    ticked = {guest.person: guest.ticked for guest in form.tables[0].near}
    assert ticked == {decides: True, other: False}
    assert "is in time for the rhythm" in page.content.decode()


def test_too_late_a_day_is_said_and_blocks_nothing() -> None:
    row = partner()
    client, address = as_(people.alice()), reverse("meeting_create", args=[row.pk])
    assert row.due_on is not None
    late = row.due_on + timedelta(days=11)
    page = client.get(address, sent(row, day=late.isoformat()))
    assert "11 days too late for the rhythm" in page.content.decode()
    answer = client.post(address, sent(row, day=late.isoformat()))
    meeting = Meeting.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, meeting.get_absolute_url())
    assert meeting.title == "Review"


def test_another_partner_brings_its_people_and_keeps_what_was_ticked() -> None:
    first, second = partner("First"), partner("Second")
    dana, dora = theirs(first, "Dana Dahl", "decides"), theirs(second, "Dora Dorn", "signs")
    client, address = as_(people.alice()), reverse("meeting_create", args=[first.pk])
    page = client.get(address, sent(first, another=second.pk, contacts=[]))
    tables = page.context["form"].tables
    assert [(str(one.partner), [guest.ticked for guest in one.near]) for one in tables] == [
        ("First", [False]),
        ("Second", [True]),
    ]
    known = f"{first.pk},{second.pk}"
    client.post(address, sent(first, also=[second.pk], asked_for=known, contacts=[dana.pk, dora.pk]))
    asked = Participant.objects.theirs().values_list("party__relationship", "contact")
    assert set(asked) == {(first.pk, dana.pk), (second.pk, dora.pk)}


def test_wrong_input_keeps_everything() -> None:
    row = partner()
    dana = theirs(row, "Dana Dahl")
    values = sent(row, day="2026-02-31", title="Spring review", contacts=[dana.pk], link="nonsense", place="Oslo")
    page = as_(people.alice()).post(reverse("meeting_create", args=[row.pk]), values)
    assert page.status_code == 422
    text = page.content.decode()
    assert all(said in text for said in ("Spring review", "Oslo", "nonsense"))
    assert page.context["form"].tables[0].near[0].ticked
    assert not Meeting.objects.exists()


def test_same_form_twice_is_one_meeting() -> None:
    row = partner()
    client, address = as_(people.alice()), reverse("meeting_create", args=[row.pk])
    client.post(address, sent(row))
    client.post(address, sent(row))
    assert Meeting.objects.count() == 1


def planned(row: Relationship, starts_in: timedelta = timedelta(days=1), **more: Any) -> Meeting:
    alice, now = people.alice(), Now.read()
    starts_at = now.instant + starts_in
    values: dict[str, Any] = {"title": "Quarterly review", "starts_at": starts_at, "zone": "UTC", **more}
    return actions.plan_meeting(actor=alice, now=now, relationships=[row], **values).row


def test_who_sees_one_partner_alone_changes_nobody_of_the_other() -> None:
    mine = partner("Mine")
    other = people.relationship(owner=people.outsider(), team=people.south(), account=people.account("Other"))
    dana, dora = theirs(mine, "Dana Dahl"), Contact.objects.create(name="Dora Dorn")
    both = actions.plan_meeting(
        actor=people.alice(), now=Now.read(), relationships=[mine, other], title="Both",
        starts_at=Now.read().instant + timedelta(days=2), zone="UTC",
        contacts={mine.pk: [dana], other.pk: [dora]},
    ).row  # fmt: skip
    client, address = as_(people.bob()), reverse("meeting_edit", args=[both.pk])
    page = client.get(address)
    assert "Dora Dorn" not in page.content.decode()
    answer = client.post(address, sent(mine, title="Both of them", contacts=[]))
    assert answer.status_code == 302
    assert set(both.people.theirs().values_list("contact", flat=True)) == {dora.pk}


def test_page_says_when_here_and_there_and_who_comes() -> None:
    row = people.relationship(zone="Asia/Tokyo")
    dana = theirs(row, "Dana Dahl", "signs")
    meeting = planned(row, contacts={row.pk: [dana]})
    text = as_(people.alice()).get(meeting.get_absolute_url()).content.decode()
    assert "in Tokyo" in text and "Dana Dahl" in text and "signs" in text
    participant = meeting.people.theirs().get()
    as_(people.alice()).post(reverse("participant_answer", args=[participant.pk]), {"answer": "comes"})
    participant.refresh_from_db()
    assert participant.answer == "comes"
    assert as_(people.alice()).post(
        reverse("participant_answer", args=[participant.pk]), {"answer": "perhaps"}
    ).status_code == 404  # fmt: skip


def test_private_note_is_only_for_who_wrote_it() -> None:
    meeting = planned(people.relationship())
    address = reverse("private_note_edit", args=[meeting.pk])
    as_(people.alice()).post(address, {"text": "Say sorry first"})
    as_(people.alice()).post(address, {"text": "Say sorry first, then the day"})
    assert "then the day" in as_(people.alice()).get(meeting.get_absolute_url()).content.decode()
    for other in (people.bob(), people.mona(), people.adam()):
        assert "Say sorry" not in as_(other).get(meeting.get_absolute_url()).content.decode()
    as_(people.alice()).post(address, {"text": " "})
    assert not PrivateNote.objects.exists()


def test_a_meeting_that_is_over_asks_and_says_why_it_was_not_held() -> None:
    meeting = planned(people.relationship(), timedelta(hours=-3))
    client = as_(people.alice())
    listed = client.get(reverse("meeting_list"), {"state": "unsettled"}).content.decode()
    assert "Quarterly review" in listed and "Was it held?" in listed
    address = reverse("meeting_not_held", args=[meeting.pk])
    assert client.post(address, {"reason": " "}).status_code == 422
    client.post(address, {"reason": "They were ill"})
    meeting.refresh_from_db()
    assert (meeting.state, meeting.reason) == ("not_held", "They were ill")


def test_cancelled_with_a_reason() -> None:
    meeting = planned(people.relationship())
    client = as_(people.alice())
    client.post(reverse("meeting_cancel", args=[meeting.pk]), {"reason": "No train"})
    meeting.refresh_from_db()
    assert (meeting.state, meeting.reason) == ("cancelled", "No train")
    text = client.get(meeting.get_absolute_url()).content.decode()
    assert "No train" in text
    assert client.post(reverse("meeting_cancel", args=[meeting.pk]), {"reason": ""}).status_code == 422


@pytest.mark.parametrize("count", [1, 50])
def test_list_takes_the_same_queries(count: int, django_assert_num_queries: Any) -> None:
    row = people.relationship()
    for number in range(count):
        planned(row, timedelta(days=1 + number))
    client = as_(people.alice())
    client.get(reverse("settings"))
    with django_assert_num_queries(21):
        answer = client.get(reverse("meeting_list"))
    assert answer.status_code == 200


def test_pages_of_the_list_follow_one_another() -> None:
    row = people.relationship()
    for number in range(30):
        planned(row, timedelta(days=1 + number), title=f"Meeting {number:02}")
    client = as_(people.alice())
    first = client.get(reverse("meeting_list"))
    second = client.get(f"{reverse('meeting_list')}{first.context['more']}")
    shown = [line.row.title for page in (first, second) for line in page.context["lines"]]
    assert shown == [f"Meeting {number:02}" for number in range(30)]
    assert isinstance(first.context["lines"][0].row.starts_at.date(), date)
