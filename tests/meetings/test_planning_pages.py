"""Planning a meeting from the rhythm: what is proposed, who is ticked, what is said of the day; and its page."""

from __future__ import annotations

from datetime import date, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.history import events_of
from accounts.models import Affiliation, Contact, UndoStep, User
from mail import outbox
from mail.letters import Letter, compose
from mail.models import Kind, OutboxMail
from mail.writing import NotNeeded
from meetings import actions
from meetings.brief import brief_of
from meetings.models import BriefWish, Meeting, Participant, PrivateNote
from relationships import actions as partners
from relationships.history import strands
from relationships.models import CadenceAgreement, Evidence, Relationship
from tests import people
from web import dates
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


def test_day_that_cannot_be_sooner_is_not_called_too_late() -> None:
    row = partner()
    tomorrow = Now.read().today(row.zone) + timedelta(days=1)
    address = reverse("meeting_create", args=[row.pk])
    # Agreed long ago, and quiet since.
    CadenceAgreement.objects.filter(relationship=row).update(starts_on=tomorrow - timedelta(days=90))
    row.interactions.update(occurred_on=tomorrow - timedelta(days=60))
    partners.refresh([row.pk], now=Now.read())
    page = as_(people.alice()).get(address, sent(row, day=tomorrow.isoformat())).content.decode()
    assert "is the next working day. By then the check-in is" in page
    assert "too late for the rhythm" not in page


def test_gap_before_a_meeting_that_comes_too_late_is_proposed() -> None:
    row = partner()
    assert row.due_on is not None
    planned(row, timedelta(days=60))
    address = reverse("meeting_create", args=[row.pk])
    page = as_(people.alice()).get(address)
    assert page.context["form"]["day"].value() == row.due_on
    assert "is in time for the rhythm" in page.content.decode()
    after = Now.read().today("UTC") + timedelta(days=70)
    said = as_(people.alice()).get(address, sent(row, day=after.isoformat())).content.decode()
    assert "would be in time only after a gap" in said and "is in time for the rhythm" not in said


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


def refused(row: Relationship, **more: Any) -> str:
    page = as_(people.alice()).post(reverse("meeting_create", args=[row.pk]), sent(row, **more))
    assert page.status_code == 422 and not Meeting.objects.exists()
    return text(page)


def test_what_is_wrong_is_said_at_its_field_and_above_with_a_link() -> None:
    row, stranger = partner(), Contact.objects.create(name="Uwe Unger")
    today = Now.read().today("UTC")
    said = refused(row, again="daily", until=today.isoformat())
    assert '<a href="#id_again">Comes again: Say how often it comes again, in the words of the list.</a>' in said
    said = refused(row, again="week", until=today.isoformat())
    assert said.count("This is before the first meeting.") == 2
    assert '<a href="#id_until">Until: This is before the first meeting.</a>' in said
    said = refused(row, contacts=[stranger.pk])
    assert '<a href="#id_contacts">Who of theirs: Somebody who was chosen is not of these partners.' in said
    assert 'id="id_contacts"' in said and "Select a valid choice" not in said


def test_hour_that_the_clock_leaves_out_is_no_time_to_meet() -> None:
    said = refused(partner(), day="2027-03-28", at="01:30", zone="Europe/London")
    assert "That night the clock in London goes from 01:00 to 02:00: there is no 01:30." in said


def test_day_that_is_over_is_asked_about_once_and_years_ago_refused() -> None:
    row, today = partner(), Now.read().today("UTC")
    yesterday = (today - timedelta(days=1)).isoformat()
    assert "This is more than a year ago." in refused(row, day="2020-01-01", over="2020-01-01")
    said = refused(row, day=yesterday)
    assert "is over. Confirm once more" in said and f'name="over" value="{yesterday}"' in said
    # For another day it is asked anew.
    before = (today - timedelta(days=2)).isoformat()
    assert "is over. Confirm once more" in refused(row, day=before, over=yesterday)
    client = as_(people.alice())
    client.post(reverse("meeting_create", args=[row.pk]), sent(row, day=yesterday, over=yesterday))
    meeting = Meeting.objects.get()
    assert meeting.day.isoformat() == yesterday
    # It stays on its day when something else of it is changed.
    client.post(reverse("meeting_edit", args=[meeting.pk]), sent(row, day=yesterday, title="Spring review"))
    meeting.refresh_from_db()
    assert meeting.title == "Spring review"


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
    for seen, named in (("Yes", "Yes, it was held: Quarterly review"), ("No", "No, it was not held: Quarterly review")):
        assert f'aria-label="{named}">{seen}</a>' in listed, "who speaks to the page says what is seen"
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
    listed = client.get(reverse("meeting_list"), {"state": "all"}).content.decode()
    assert '<span class="quiet">Cancelled</span>' in listed
    # No form is opened for what cannot be changed any more.
    for name in ("meeting_edit", "meeting_cancel"):
        page = client.get(reverse(name, args=[meeting.pk]), follow=True)
        assert page.redirect_chain == [(meeting.get_absolute_url(), 302)]
        assert "This meeting is no longer planned: it is cancelled." in page.content.decode()


@pytest.mark.parametrize("count", [1, 50])
def test_list_takes_the_same_queries(count: int, django_assert_num_queries: Any) -> None:
    row = people.relationship()
    for number in range(count):
        planned(row, timedelta(days=1 + number))
    client = as_(people.alice())
    client.get(reverse("settings"))
    with django_assert_num_queries(25):
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


# Where else they stand


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_today_asks_whether_it_was_held_and_of_one_that_is_near_for_its_agenda() -> None:
    row, other = (
        people.relationship(account=people.account("Over")),
        people.relationship(account=people.account("Near")),
    )
    over, near = planned(row, timedelta(hours=-5), title="Was on"), planned(other, timedelta(hours=30), title="Comes")
    client = as_(people.alice())
    page = client.get("/")
    shown = {
        line.relationship: (line.reason.name, line.meeting) for group in page.context["groups"] for line in group.lines
    }
    assert shown == {row: ("UNSETTLED", over), other: ("BARE", near)}
    assert page.context["nav"].today_count == 2
    assert page.context["nav"].unsettled == 1
    assert "Was it held? Was on" in text(page)
    # Bob is of the same team, and neither organises nor owns it.
    assert as_(people.bob()).get("/").context["total"] == 0
    Meeting.objects.filter(pk=near.pk).update(agenda_version=1)
    actions.not_held(actor=people.alice(), now=Now.read(), meeting=over, reason="Ill")
    assert client.get("/").context["total"] == 0


def test_a_meeting_of_two_partners_is_asked_about_once() -> None:
    first, second = people.relationship(), people.relationship()
    actions.plan_meeting(
        actor=people.alice(), now=Now.read(), relationships=[first, second], title="Both",
        starts_at=Now.read().instant - timedelta(hours=3), zone="UTC",
    )  # fmt: skip
    page = as_(people.alice()).get("/")
    assert [line.relationship for group in page.context["groups"] for line in group.lines] == [first]
    assert page.context["nav"].today_count == page.context["total"] == 1


def test_today_leads_to_the_brief_of_what_comes_today() -> None:
    soon = planned(people.relationship(), timedelta(minutes=1), title="In a minute")
    page = as_(people.alice()).get("/")
    # At the end of the day nothing more of it comes.
    named = [line.row for line in page.context["meetings_today"]]
    assert named == ([soon] if soon.day == Now.read().today(people.alice().zone) else [])


def test_partner_has_a_next_meeting_and_what_became_of_others_in_the_timeline_and_history() -> None:
    row = partner()
    client = as_(people.alice())
    page = client.get(row.get_absolute_url())
    assert "None is planned." in text(page) and "would be in time" in text(page)
    meeting = planned(row, title="Spring review")
    assert "Spring review" in text(client.get(row.get_absolute_url()))
    actions.cancel_meeting(actor=people.alice(), now=Now.read(), meeting=meeting, reason="No train")
    page = client.get(row.get_absolute_url(), {"show": "meetings"})
    [entry] = page.context["entries"]
    assert (entry.said, entry.note, entry.meeting) == ("Meeting cancelled", "No train", meeting)
    today = Now.read().today(row.zone)
    assert entry.day == today, "on the day on which it was called off, not on one to come"
    assert entry.faint == f"check-in, planned for {dates.said(meeting.parties.get().meets_on, today)}"
    history = text(client.get(reverse("relationship_history", args=[row.pk]), {"kind": "meetings"}))
    assert "Meeting planned: Spring review" in history and "Meeting cancelled: Spring review" in history
    assert "No train" in history


def test_meetings_stand_in_the_timeline_on_the_day_on_which_it_was_so_page_by_page() -> None:
    """Planned far ahead and called off one by one; not held, and cancelled after its day; begun before it."""
    row = partner()
    alice, now = people.alice(), Now.read()
    today, day = now.today(row.zone), timedelta(days=1)
    wanted = {}
    for number in range(24):
        meeting = planned(row, (30 - number) * day)
        actions.cancel_meeting(actor=alice, now=now, meeting=meeting)
        Meeting.objects.filter(pk=meeting.pk).update(settled_at=now.instant - number // 3 * day)
        wanted[meeting] = today - number // 3 * day
    late, ill = planned(row, -9 * day), planned(row, -8 * day)
    actions.cancel_meeting(actor=alice, now=now, meeting=late)
    actions.not_held(actor=alice, now=now, meeting=ill, reason="Ill")
    unsaid = planned(row, -7 * day)
    actions.cancel_meeting(actor=alice, now=now, meeting=unsaid)
    Meeting.objects.filter(pk=unsaid.pk).update(settled_at=None)
    wanted |= {late: today, ill: ill.parties.get().meets_on, unsaid: unsaid.parties.get().meets_on}
    client = as_(alice)
    for show in ("meetings", ""):
        found, address = [], f"{row.get_absolute_url()}?show={show}"
        while address:
            context = client.get(address).context
            found += [(one.meeting, one.day) for one in context["entries"] if one.meeting]
            address = context["more"] and row.get_absolute_url() + context["more"]
        assert len(found) == len(wanted) and dict(found) == wanted
        assert [on for _meeting, on in found] == sorted(wanted.values(), reverse=True)


def test_history_of_one_partner_names_nobody_of_another() -> None:
    mine = people.relationship()
    other = people.relationship(owner=people.outsider(), team=people.south())
    dora = Contact.objects.create(name="Dora Dorn")
    both = actions.plan_meeting(
        actor=people.alice(), now=Now.read(), relationships=[mine], title="Both",
        starts_at=Now.read().instant + timedelta(days=2), zone="UTC",
    ).row  # fmt: skip
    party = both.parties.create(
        relationship=other, account=other.account, starts_at=both.starts_at, meets_on=both.day, state=both.state
    )
    both.people.create(party=party, contact=dora, asked_on=both.day)
    told = {}
    for row in (mine, other):
        strand = next(strand for strand in strands(row) if strand.model is Participant)
        told[row] = set(events_of(Participant)._base_manager.filter(strand.where).values_list("contact", flat=True))
    assert dora.pk in told[other] and dora.pk not in told[mine]
    assert "Meeting planned: Both" in text(as_(people.bob()).get(reverse("relationship_history", args=[mine.pk])))


# The brief


def briefed() -> tuple[Relationship, Meeting]:
    row = partner("Partner")
    alice, now = people.alice(), Now.read()
    dana = theirs(row, "Dana Dahl", "signs")
    for number in range(4):
        day = now.today("UTC") - timedelta(days=number)
        partners.log_interaction(
            actor=alice, now=now, relationship=row, occurred_on=day, channel="call", summary=f"Talk {number}"
        )
    people.promise(row, what="Send the table", made_on=now.today("UTC") - timedelta(days=9))
    people.promise(row, side="theirs", what="Sign the order")
    people.feedback(row, said="The labels are wrong")
    partners.open_problem(
        actor=alice, now=now, relationship=row, what="Forks are missing", opened_on=now.today("UTC"), severity=3
    )
    return row, planned(row, timedelta(minutes=20), contacts={row.pk: [dana]})


def test_brief_says_what_to_know_on_one_page() -> None:
    _row, meeting = briefed()
    actions.keep_private_note(actor=people.alice(), now=Now.read(), meeting=meeting, text="Say sorry first")
    told = text(as_(people.alice()).get(reverse("meeting_brief", args=[meeting.pk])))
    known = ("Dana Dahl", "Send the table", "late", "Sign the order", "The labels are wrong", "Forks are missing")
    assert [said for said in (*known, "Talk 1", "Say sorry first") if said not in told] == []
    assert "Talk 2" not in told
    assert "Say sorry" not in text(as_(people.bob()).get(reverse("meeting_brief", args=[meeting.pk])))


def test_brief_is_mailed_once_for_each_start_to_who_wants_it_and_never_with_a_private_note() -> None:
    _row, meeting = briefed()
    now = Now.read()
    actions.keep_private_note(actor=people.alice(), now=now, meeting=meeting, text="Say sorry first")
    assert outbox.plan_briefs(now) == 0
    as_(people.alice()).post(reverse("mail_settings"), {"brief": "on", "wanted": []})
    assert outbox.plan_briefs(now) == 1
    assert outbox.plan_briefs(now) == 0
    row = OutboxMail.objects.get(kind=Kind.BRIEF)
    assert row.due_at == meeting.starts_at - timedelta(minutes=30)
    claim = outbox.Claim(row.pk, row.kind, row.recipient_id, None, row.period, 1, now.instant, None)
    letter = compose(claim, now)
    assert isinstance(letter, Letter)
    mail = message_from_bytes(letter.raw, policy=policy.default)
    bodies = [str(mail.get_body((kind,)).get_content()) for kind in ("plain", "html")]  # type: ignore[union-attr]
    for body in bodies:
        assert "Send the table" in body and "Dana Dahl" in body
        assert "Say sorry" not in body
    # Another start is another brief, and the former one is not needed.
    values = {"starts_at": meeting.starts_at + timedelta(minutes=5)}
    actions.change_meeting(actor=people.alice(), now=now, meeting=meeting, values=values)
    assert isinstance(compose(claim, now), NotNeeded)
    assert outbox.plan_briefs(now) == 1
    # Rights are those of the moment at which it is written.
    second = OutboxMail.objects.filter(kind=Kind.BRIEF).exclude(pk=row.pk).get()
    again = outbox.Claim(second.pk, second.kind, second.recipient_id, None, second.period, 1, now.instant, None)
    Relationship.objects.update(owner=people.outsider(), team=people.south())
    assert isinstance(compose(again, now), NotNeeded)
    as_(people.alice()).post(reverse("mail_settings"), {"wanted": []})
    assert not BriefWish.objects.exists()


def test_brief_takes_the_same_queries_for_one_partner_and_for_five() -> None:
    counts = []
    for number in (1, 5):
        rows = [partner() for _one in range(number)]
        for row in rows:
            people.promise(row)
            people.feedback(row)
        meeting = actions.plan_meeting(
            actor=people.alice(), now=Now.read(), relationships=rows, title="All",
            starts_at=Now.read().instant + timedelta(days=2), zone="UTC",
        ).row  # fmt: skip
        with CaptureQueriesContext(connection) as asked:
            brief_of(meeting, people.alice(), Now.read())
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_what_did_not_take_place_is_told_in_a_word() -> None:
    row, now = partner(), Now.read()
    by: dict[str, Any] = {"actor": people.alice(), "now": now}
    one, two = (
        actions.plan_meeting(
            relationships=[row], title=title, zone="UTC", starts_at=now.instant - timedelta(days=days), **by
        ).row
        for title, days in (("First", 2), ("Second", 1))
    )
    actions.not_held(meeting=one, reason="Snow", **by)
    actions.cancel_meeting(meeting=two, reason="", **by)
    body = as_(people.alice()).get(reverse("meeting_list"), {"state": "all", "whose": "all"}).content.decode()
    assert '<span class="quiet">Cancelled</span>' in body
    assert '<span class="quiet">Not held</span>' in body


def test_reader_reads_why_no_meeting_can_be_planned_and_no_button_leads_there() -> None:
    partner()
    reader = as_(people.rita())
    body = reader.get(reverse("meeting_new")).content.decode()
    assert "There is no partner whose meetings you may plan" in body
    assert 'name="day"' not in body
    assert reverse("meeting_new") not in reader.get(reverse("meeting_list")).content.decode()
    assert reverse("meeting_new") in as_(people.alice()).get(reverse("meeting_list")).content.decode()


def test_form_of_a_held_meeting_says_what_can_still_be_changed_and_where() -> None:
    row, now = partner(), Now.read()
    by: dict[str, Any] = {"actor": people.alice(), "now": now}
    starts_at = now.instant - timedelta(days=1)
    meeting = actions.plan_meeting(relationships=[row], title="Review", zone="UTC", starts_at=starts_at, **by).row
    actions.hold_meeting(meeting=meeting, came=[one.pk for one in meeting.people.all()], **by)
    browser = as_(people.alice())
    for name in ("meeting_edit", "meeting_cancel"):
        body = browser.get(reverse(name, args=[meeting.pk])).content.decode()
        assert "Its day, place and people stay as they are." in body
        assert reverse("minutes", args=[meeting.pk]) in body
        assert 'name="day"' not in body
        assert 'type="submit"' not in body.partition("<main")[2].partition("</main")[0]
    # Who had the form open while it was held is told on saving.
    assert browser.post(reverse("meeting_edit", args=[meeting.pk]), sent(row)).status_code == 422


def test_held_by_mistake_is_said_not_held_after_all_as_long_as_no_minutes_went_out() -> None:
    row, now = partner(), Now.read()
    theirs(row, "Dana Dahl", "decides")
    by: dict[str, Any] = {"actor": people.alice(), "now": now}
    starts_at = now.instant - timedelta(days=1)
    meeting = actions.plan_meeting(relationships=[row], title="Review", zone="UTC", starts_at=starts_at, **by).row
    party = meeting.parties.get()
    meeting.people.create(party=party, contact=Contact.objects.get(name="Dana Dahl"), asked_on="2026-11-23")
    actions.promise_at(party=party, side="ours", what="Send", due_on=now.today("UTC"), item=None, **by)
    before = set(row.interactions.values_list("pk", flat=True)), Evidence.objects.count()
    came = [one.pk for one in meeting.people.all()]
    actions.hold_meeting(meeting=meeting, came=came, **by)
    held = set(row.interactions.values_list("pk", flat=True)), Evidence.objects.count()
    assert held[0] != before[0]
    assert held[1] > before[1]
    browser, address = as_(people.alice()), reverse("meeting_not_held", args=[meeting.pk])
    assert address in browser.get(meeting.get_absolute_url()).content.decode()
    assert "Its entry in the log goes" in browser.get(address).content.decode()
    browser.post(address, {"reason": "Another one was meant"})
    meeting.refresh_from_db()
    assert (meeting.state, meeting.reason) == ("not_held", "Another one was meant")
    assert (set(row.interactions.values_list("pk", flat=True)), Evidence.objects.count()) == before
    assert not meeting.people.exclude(came=None).exists()
    assert row.commitments.get().what == "Send"
    browser.post(reverse("undo", args=[UndoStep.objects.latest("pk").pk]))
    meeting.refresh_from_db()
    assert meeting.state == "held"
    assert (set(row.interactions.values_list("pk", flat=True)), Evidence.objects.count()) == held
    assert set(meeting.people.filter(came=True).values_list("pk", flat=True)) == set(came)
    # The history says which deed is in the way of taking back, and leads to it.
    in_the_way = actions.attend(participant=meeting.people.get(user=None), came=False, **by).step
    body = browser.get(reverse("history")).content.decode()
    assert f'<li id="deed-{in_the_way.pk}"' in body
    assert f'#deed-{in_the_way.pk}">Dana Dahl did not come</a>' in body
    actions.send_minutes(meeting=meeting, users=[people.alice()], **by)
    told = browser.get(address).content.decode()
    assert "Its minutes have gone out" in told
    assert 'name="reason"' not in told
    assert browser.post(address, {"reason": "Another one was meant"}).status_code == 422
    # Nor is it taken back by the step that held it.
    with pytest.raises(ValidationError, match="Its minutes have gone out"):
        actions.set_held(meeting_id=meeting.pk, state="planned", settled=None, begun=None, came={}, done={}, **by)
