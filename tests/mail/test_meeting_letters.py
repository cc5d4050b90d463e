"""Invitations to meetings as they arrive: once, in three ways of equal content, and with nothing that is only ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.conf import settings

from accounts.models import Affiliation, Contact, User
from accounts.undo import take_back
from mail import actions as mail
from mail.models import Kind, OutboxMail
from meetings import actions, told_words
from meetings.models import AgendaItem, CalendarMessage, Meeting, Participant
from meetings.series import parse
from relationships.models import Relationship
from tests import people
from tests.mail.post import Postbox, hostile
from tests.meetings import rfc5545
from tests.meetings.test_calendar_writing import opened
from web.clock import Now

pytestmark = pytest.mark.django_db

NOW = Now.parse("2026-11-23T09:00:00+00:00")
SOON = timedelta(seconds=21)
State = OutboxMail.State


def later(now: Now = NOW, by: timedelta = SOON) -> Now:
    return Now(now.instant + by)


def contact(name: str, relationship: Relationship, email: str = "") -> Contact:
    found: Contact = Contact.objects.create(name=name, email=email or f"{name.split()[0].lower()}@fjord.example")
    Affiliation.objects.create(contact=found, account_id=relationship.account_id)
    return found


def planned(**fields: Any) -> tuple[Meeting, Contact]:
    """Alice's with Ingrid and Bob, on Tuesday 1 December at 9:30 in Oslo."""
    row = people.relationship(account=people.account("Fjord"), zone="Europe/Oslo")
    ingrid = contact("Ingrid Solberg", row)
    values: dict[str, Any] = {
        "title": "Check-in with Fjord",
        "starts_at": datetime(2026, 12, 1, 8, 30, tzinfo=UTC),
        "zone": "Europe/Oslo",
        "place": "Storgata 1",
        "link": "https://meet.example/fjord",
        "colleagues": [people.alice(), people.bob()],
        "contacts": {row.pk: [ingrid]},
    }
    done = actions.plan_meeting(actor=people.alice(), now=NOW, relationships=[row], **{**values, **fields})
    return done.row, ingrid


def item(meeting: Meeting, title: str, **fields: Any) -> AgendaItem:
    known = {"key": f"written:{title}", "kind": 5, "minutes": 10, "added_at": NOW.instant}
    return AgendaItem.objects.create(meeting=meeting, title=title, **{**known, **fields})


def sent(now: Now) -> tuple[int, int, int]:
    tally = mail.send_mail(now=now, kinds=[Kind.MEETING])
    return tally.planned, tally.sent, tally.skipped


def parts(message: EmailMessage) -> dict[str, EmailMessage]:
    return {part.get_content_type(): part for part in message.walk()}


def calendar_in(message: EmailMessage) -> bytes:
    found = parts(message)["text/calendar"].get_payload(decode=True)
    assert isinstance(found, bytes)
    return found


def again(text: str) -> str:
    """As one line, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.fixture
def invited(box: Postbox) -> Iterator[tuple[Meeting, Contact]]:
    meeting, ingrid = planned()
    actions.invite(actor=people.alice(), now=NOW, meeting=meeting)
    yield meeting, ingrid


def test_invitation_names_what_is_open_where_nobody_has_touched_the_agenda(box: Postbox) -> None:
    meeting, ingrid = planned()
    partner = meeting.parties.get().relationship
    people.promise(partner, what="send the winter table", made_on=date(2026, 11, 2), due_on=date(2026, 11, 12))
    actions.invite(actor=people.alice(), now=NOW, meeting=meeting)
    ours = list(meeting.items.standing().filter(shared=False))
    assert ours
    sent(later())
    message = box.mail_to(ingrid.email)
    written = parts(message)
    for said in (written["text/plain"].get_content(), written["text/html"].get_content()):
        assert "send the winter table (" in again(said)
        assert not [one.title for one in ours if one.title in again(said)]
    assert b"send the winter table" in calendar_in(message).replace(b"\r\n ", b"")


# The mail ------------------------------------------------------------------------------------------------------------


def test_invitation_reaches_a_real_server_in_three_ways_of_equal_content(
    box: Postbox, invited: tuple[Meeting, Contact]
) -> None:
    meeting, ingrid = invited
    item(meeting, "Delivery of the tables")
    assert sent(later()) == (2, 2, 0)
    message = box.mail_to(ingrid.email)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    assert message["Subject"] == "Check-in with Fjord, Tue 1 December, 9:30"
    assert message["From"] == settings.DEFAULT_FROM_EMAIL
    assert message["Reply-To"] == "Alice Ahlberg <alice@concord.example>"
    found = parts(message)
    assert found["text/calendar"].get_param("method") == "REQUEST"
    assert found["text/calendar"].get_content_charset() == "utf-8"
    assert found["application/ics"].get_filename() == "invite.ics"
    assert found["application/ics"].get_payload(decode=True) == calendar_in(message)
    words, html = (again(found[kind].get_content()) for kind in ("text/plain", "text/html"))
    for said in (
        "Alice Ahlberg asks you to this meeting.",
        "Tuesday 1 December 2026, 9:30–10:30, Oslo",
        "Storgata 1",
        "https://meet.example/fjord",
        "Alice Ahlberg, Bob Brandt, Ingrid Solberg",
        "1. Delivery of the tables (10 minutes)",
        "I’ll come",
        "I can’t come",
    ):
        assert said in words
        assert said in html


def test_its_calendar_is_in_order_and_opens_elsewhere(box: Postbox, invited: tuple[Meeting, Contact]) -> None:
    meeting, ingrid = invited
    item(meeting, "Delivery of the tables")
    sent(later())
    raw = calendar_in(box.mail_to(ingrid.email))
    rfc5545.read(raw)
    calendar = opened(raw)
    (event,) = calendar.events
    assert (calendar.method, event.sequence, event.summary) == ("REQUEST", 0, meeting.title)
    assert event.uid == f"{meeting.uid}@localhost" or event.uid.startswith(meeting.uid)
    assert event.organizer.uri == "mailto:alice@concord.example"
    assert [one.common_name for one in event.attendees] == ["Alice Ahlberg", "Bob Brandt", "Ingrid Solberg"]
    assert "1. Delivery of the tables (10 minutes)" in event.description


def test_colleague_elsewhere_is_told_the_own_time_too(box: Postbox) -> None:
    bob = people.bob()
    bob.zone = "America/New_York"
    bob.save()
    meeting, _ingrid = planned()
    actions.invite(actor=people.alice(), now=NOW, meeting=meeting)
    sent(later())
    words = again(parts(box.mail_to(bob.email))["text/plain"].get_content())
    assert "For you: Tuesday 1 December 2026, 3:30–4:30, New York" in words


def test_what_is_only_ours_and_what_is_of_another_partner_stays_here(box: Postbox) -> None:
    other = people.relationship(account=people.account("Harbour"))
    hanna = contact("Hanna Hafen", other, "hanna@harbour.example")
    row = people.relationship(account=people.account("Fjord"))
    ingrid = contact("Ingrid Solberg", row)
    olga = people.outsider()
    meeting = actions.plan_meeting(
        actor=people.alice(),
        now=NOW,
        relationships=[row, other],
        title="Both",
        starts_at=datetime(2026, 12, 1, 8, 30, tzinfo=UTC),
        zone="UTC",
        colleagues=[people.alice(), people.bob(), olga],
        contacts={row.pk: [ingrid], other.pk: [hanna]},
    ).row
    fjords, harbours = meeting.parties.order_by("pk")
    item(meeting, "For everybody")
    item(meeting, "Fjord only", party=fjords)
    item(meeting, "Harbour only", party=harbours)
    item(meeting, "Ours only", shared=False)
    item(meeting, "Dropped", dropped_at=NOW.instant)
    actions.invite(actor=people.alice(), now=NOW, meeting=meeting)
    # Olga may see neither partner, so she gets no mail.
    assert sent(later()) == (4, 3, 1)
    bodies = {
        address: content.decode() + str(opened(calendar_in(box.mail_to(address))).events)
        for address, content in box.taken
    }
    for address, seen, unseen in (
        (ingrid.email, ["For everybody", "Fjord only"], ["Harbour only", "Hanna", "hanna@"]),
        (hanna.email, ["For everybody", "Harbour only"], ["Fjord only", "Ingrid", "ingrid@"]),
        (people.bob().email, ["For everybody", "Fjord only", "Harbour only", "Hanna", "Ingrid"], []),
    ):
        assert [said for said in seen if said not in bodies[address]] == []
        assert [said for said in [*unseen, "Ours only", "Dropped"] if said in bodies[address]] == []


# Once, and in time ---------------------------------------------------------------------------------------------------


def test_nothing_goes_out_within_twenty_seconds_nor_without_being_asked(box: Postbox) -> None:
    meeting, _ingrid = planned()
    assert sent(later()) == (0, 0, 0)
    done = actions.invite(actor=people.alice(), now=NOW, meeting=meeting)
    assert sent(later(by=timedelta(seconds=19))) == (0, 0, 0)
    take_back(step_id=done.step.pk, actor=people.alice(), now=later(by=timedelta(seconds=19)))
    assert sent(later(by=timedelta(hours=1))) == (0, 0, 0)
    assert box.taken == []


def test_each_mail_goes_out_once_however_often_it_is_run(box: Postbox, invited: tuple[Meeting, Contact]) -> None:
    assert sent(later()) == (2, 2, 0)
    assert sent(later()) == (0, 0, 0)
    assert set(box.copies.values()) == {1}
    assert OutboxMail.objects.filter(contact=invited[1], recipient=None).count() == 1


def test_one_without_a_reply_is_not_sent_again(invited: tuple[Meeting, Contact], settings: Any) -> None:
    with hostile(dot="") as (port, _heard):
        settings.EMAIL_PORT = port
        assert mail.send_mail(now=later(), kinds=[Kind.MEETING]).unsure == 2
    assert mail.send_mail(now=later(), kinds=[Kind.MEETING]).sent == 0
    assert {one.person.name for one in OutboxMail.objects.unsure()} == {"Bob Brandt", "Ingrid Solberg"}


# What changes --------------------------------------------------------------------------------------------------------


def test_another_time_goes_out_with_a_higher_number_and_the_same_name(
    box: Postbox, invited: tuple[Meeting, Contact]
) -> None:
    meeting, ingrid = invited
    sent(later())
    box.taken.clear()
    at = datetime(2026, 12, 2, 8, 30, tzinfo=UTC)
    actions.change_meeting(actor=people.alice(), now=later(), meeting=meeting, values={"starts_at": at})
    assert sent(later(later())) == (2, 2, 0)
    message = box.mail_to(ingrid.email)
    (event,) = opened(calendar_in(message)).events
    assert event.uid.startswith(meeting.uid)
    assert (event.sequence, event.dtstart) == (1, at)
    assert message["Subject"] == "Changed: Check-in with Fjord, Wed 2 December, 9:30"


def test_what_no_calendar_shows_mails_nobody(box: Postbox, invited: tuple[Meeting, Contact]) -> None:
    meeting, _ingrid = invited
    sent(later())
    actions.change_meeting(actor=people.alice(), now=later(), meeting=meeting, values={"kind": "review"})
    assert sent(later(later())) == (0, 0, 0)


def test_change_taken_back_before_it_went_out_mails_nobody(box: Postbox, invited: tuple[Meeting, Contact]) -> None:
    meeting, _ingrid = invited
    sent(later())
    deed = actions.change_meeting(actor=people.alice(), now=later(), meeting=meeting, values={"place": "Elsewhere"})
    take_back(step_id=deed.step.pk, actor=people.alice(), now=later(by=timedelta(seconds=30)))
    assert sent(later(by=timedelta(minutes=5))) == (0, 0, 0)


def test_who_is_removed_is_told_that_it_is_off_and_who_comes_new_is_invited(
    box: Postbox, invited: tuple[Meeting, Contact]
) -> None:
    meeting, ingrid = invited
    sent(later())
    box.taken.clear()
    party = meeting.parties.get()
    jonas = contact("Jonas Juul", party.relationship)
    actions.change_meeting(
        actor=people.alice(), now=later(), meeting=meeting, values={}, contacts={party.relationship_id: [jonas]}
    )
    assert sent(later(later())) == (2, 2, 0)
    gone = box.mail_to(ingrid.email)
    calendar = opened(calendar_in(gone))
    assert (calendar.method, calendar.events[0].status, calendar.events[0].sequence) == ("CANCEL", "CANCELLED", 1)
    assert [one.common_name for one in calendar.events[0].attendees] == ["Ingrid Solberg"]
    assert "meets without you" in again(parts(gone)["text/plain"].get_content())
    assert opened(calendar_in(box.mail_to(jonas.email))).method == "REQUEST"


def test_called_off_and_planned_again(box: Postbox, invited: tuple[Meeting, Contact]) -> None:
    meeting, ingrid = invited
    sent(later())
    box.taken.clear()
    deed = actions.cancel_meeting(actor=people.alice(), now=later(), meeting=meeting, reason="Only we know why")
    assert sent(later(later())) == (2, 2, 0)
    message = box.mail_to(ingrid.email)
    assert message["Subject"] == "Cancelled: Check-in with Fjord, Tue 1 December, 9:30"
    assert opened(calendar_in(message)).method == "CANCEL"
    assert "Only we know why" not in str(message)
    rfc5545.read(calendar_in(message))
    box.taken.clear()
    take_back(step_id=deed.step.pk, actor=people.alice(), now=later(later()))
    assert sent(later(later(), by=timedelta(minutes=1))) == (2, 2, 0)
    numbers = [one.sequence for one in CalendarMessage.objects.filter(contact=ingrid).order_by("pk")]
    assert numbers == sorted(set(numbers))
    assert opened(calendar_in(box.mail_to(ingrid.email))).method == "REQUEST"


def test_nobody_without_an_address_nor_the_organiser_is_written_to(box: Postbox) -> None:
    meeting, ingrid = planned()
    Contact.objects.filter(pk=ingrid.pk).update(email="")
    actions.invite(actor=people.alice(), now=NOW, meeting=meeting)
    assert sent(later()) == (1, 1, 0)
    assert set(box.copies) == {people.bob().email}


def test_person_who_left_gets_nothing(box: Postbox, invited: tuple[Meeting, Contact]) -> None:
    User.objects.filter(pk=people.bob().pk).update(is_active=False)
    assert sent(later()) == (2, 1, 1)


def test_poison_in_a_title_stays_one_line(box: Postbox) -> None:
    meeting, ingrid = planned(title="Talk\r\nBcc: eve@evil.example\r\n\u202e", place="\x07Here\r\nATTENDEE:mailto:x@y")
    actions.invite(actor=people.alice(), now=NOW, meeting=meeting)
    sent(later())
    message = box.mail_to(ingrid.email)
    assert message["Bcc"] is None
    rfc5545.read(calendar_in(message))


def test_answers_stand_beside_the_names(box: Postbox, invited: tuple[Meeting, Contact]) -> None:
    _meeting, ingrid = invited
    bob = Participant.objects.get(user=people.bob())
    actions.answer(actor=people.alice(), now=NOW, participant=bob, said="comes")
    sent(later())
    (event,) = opened(calendar_in(box.mail_to(ingrid.email))).events
    assert [one.status for one in event.attendees] == ["ACCEPTED", "ACCEPTED", "NEEDS-ACTION"]


# Series --------------------------------------------------------------------------------------------------------------


def test_series_arrives_as_one_invitation_and_one_that_is_called_off_by_itself(box: Postbox) -> None:
    alice = people.alice()
    meeting, ingrid = planned()
    actions.make_series(actor=alice, now=NOW, meeting=meeting, rule=parse("FREQ=WEEKLY;BYDAY=TU"))
    actions.invite(actor=alice, now=NOW, meeting=meeting)
    assert sent(later()) == (2, 2, 0)
    message = box.mail_to(ingrid.email)
    assert "Again: every Tuesday" in again(parts(message)["text/plain"].get_content())
    raw = calendar_in(message)
    rfc5545.read(raw)
    year = datetime(2026, 11, 24, tzinfo=UTC), datetime(2027, 11, 24, tzinfo=UTC)
    starts = [event.dtstart for event in opened(raw).timeline.included(*year)]
    assert {(start.hour, start.minute) for start in starts} == {(9, 30)}
    assert len({start.utcoffset() for start in starts}) == 2
    box.taken.clear()
    third = Meeting.objects.order_by("starts_at")[2]
    actions.cancel_meeting(actor=alice, now=later(), meeting=third)
    assert sent(later(later())) == (2, 2, 0)
    gone = box.mail_to(ingrid.email)
    rfc5545.read(calendar_in(gone))
    (event,) = opened(calendar_in(gone)).events
    assert (event.uid.partition("@")[0], event.status) == (meeting.uid, "CANCELLED")
    assert event.sequence > opened(raw).events[0].sequence
    assert b"RECURRENCE-ID;TZID=Europe/Oslo:20261215T093000" in calendar_in(gone)
    assert "The others of the series stay." in again(parts(gone)["text/plain"].get_content())


def test_series_that_ends_says_from_when_on(box: Postbox) -> None:
    alice = people.alice()
    meeting, ingrid = planned()
    actions.make_series(actor=alice, now=NOW, meeting=meeting, rule=parse("FREQ=WEEKLY;BYDAY=TU"))
    actions.invite(actor=alice, now=NOW, meeting=meeting)
    sent(later())
    box.taken.clear()
    third = Meeting.objects.order_by("starts_at")[2]
    actions.end_series(actor=alice, now=later(), meeting=third)
    assert sent(later(later())) == (2, 2, 0)
    message = box.mail_to(ingrid.email)
    assert message["Subject"].startswith("Ended: Check-in with Fjord")
    assert "there is none from 15 December 2026 on" in again(parts(message)["text/plain"].get_content())
    rfc5545.read(calendar_in(message))
    assert b"UNTIL=20261214T083000Z" in calendar_in(message)


def test_series_that_is_changed_from_a_day_on_is_not_said_to_have_ended(box: Postbox) -> None:
    alice = people.alice()
    meeting, ingrid = planned()
    actions.make_series(actor=alice, now=NOW, meeting=meeting, rule=parse("FREQ=WEEKLY;BYDAY=TU"))
    actions.invite(actor=alice, now=NOW, meeting=meeting)
    sent(later())
    box.taken.clear()
    third, fourth = Meeting.objects.order_by("starts_at")[2:4]
    # Called off a moment before: the new invitation says so itself, and nothing goes out ahead of it.
    actions.cancel_meeting(actor=alice, now=later(), meeting=fourth)
    third = Meeting.objects.get(pk=third.pk)
    at = third.starts_at + timedelta(hours=1)
    actions.change_following(actor=alice, now=later(), meeting=third, values={"starts_at": at})
    assert sent(later(later())) == (4, 4, 0)
    first, second = (
        message_from_bytes(raw, policy=policy.default) for to, raw in list(box.taken) if to == ingrid.email
    )
    assert first["Subject"].startswith("Changed: Check-in with Fjord")
    said = again(parts(first)["text/plain"].get_content())
    assert "as they were until 8 December 2026" in said and "there is none" not in said
    (old, new) = (opened(calendar_in(one)).events[0] for one in (first, second))
    of_one = CalendarMessage.objects.filter(series=None).values_list("sequence", flat=True)
    assert old.uid != new.uid and new.sequence > max(of_one)
    assert b"METHOD:REQUEST" in calendar_in(second) and b"EXDATE;TZID=Europe/Oslo:20261222T103000" in calendar_in(
        second
    )
    # A number that falls is dropped by calendars: the next one is higher than any that went out under this name.
    box.taken.clear()
    then = later(later())
    actions.cancel_meeting(actor=alice, now=then, meeting=Meeting.objects.get(pk=third.pk))
    sent(later(then))
    gone = opened(calendar_in(box.mail_to(ingrid.email))).events[0]
    assert gone.uid == new.uid and gone.sequence > new.sequence


# On the page of the meeting ------------------------------------------------------------------------------------------


def said_of(meeting: Meeting, now: Now, reader: User | None = None) -> dict[str, tuple[str, str]]:
    """By person what the page says that they were told, and how they answered."""
    reader = reader or people.alice()
    asked = list(Participant.objects.visible_to(reader).filter(meeting=meeting).select_related("answered_by"))
    told = told_words.of(Meeting.objects.get(pk=meeting.pk), asked, reader, now)
    today = now.today("UTC")
    return {
        str(one): (
            " ".join(filter(None, [told[one.pk].said, told[one.pk].more])) if one.pk in told else "",
            told_words.answered(one, reader, today),
        )
        for one in asked
    }


def test_page_says_who_was_told_what_and_when_and_what_was_refused(
    box: Postbox, settings: Any, invited: tuple[Meeting, Contact]
) -> None:
    meeting, _ingrid = invited
    nobody = said_of(meeting, NOW)
    assert nobody["Ingrid Solberg"] == ("Invitation not sent yet", "")
    assert nobody["Alice Ahlberg"] == ("", "")
    sent(later())
    assert said_of(meeting, later())["Ingrid Solberg"] == ("Invitation sent today 09:00", "")

    # A change that waits, is sent, and one that a server refuses for good.
    moved = {"starts_at": meeting.starts_at + timedelta(hours=1)}
    day_after = later(by=timedelta(days=1))
    meeting = actions.change_meeting(actor=people.alice(), now=day_after, meeting=meeting, values=moved).row
    waits = "Change (version 2) not sent yet What they have is of yesterday 09:00."
    assert said_of(meeting, day_after)["Ingrid Solberg"] == (waits, "")
    sent(later(day_after))
    assert said_of(meeting, later(day_after))["Bob Brandt"] == ("Change (version 2) sent today 09:00", "")
    with hostile(RCPT="550 unknown") as (port, _attempts):
        settings.EMAIL_PORT = port
        again_on = later(day_after, timedelta(hours=3))
        actions.change_meeting(actor=people.alice(), now=again_on, meeting=meeting, values={"place": "Pier 4"})
        sent(later(again_on))
    refused = "Change (version 3) refused by the mail server What they have is of today 09:00."
    assert said_of(meeting, later(again_on))["Ingrid Solberg"] == (refused, "")


def test_page_says_by_which_way_somebody_answered(invited: tuple[Meeting, Contact]) -> None:
    meeting, _ingrid = invited
    asked = {str(one): one for one in meeting.people.all()}
    actions.hear_answer(now=NOW, asked=asked["Ingrid Solberg"], said="comes", whole=False)
    step = actions.answer(actor=people.alice(), now=NOW, participant=asked["Bob Brandt"], said="maybe").step
    said = said_of(meeting, NOW)
    assert said["Ingrid Solberg"][1] == "Answered by the link in the mail, today"
    assert said["Bob Brandt"][1] == "Noted by you, today"
    assert said_of(meeting, NOW, people.mona())["Bob Brandt"][1] == "Noted by Alice Ahlberg, today"
    take_back(step_id=step.pk, actor=people.alice(), now=NOW)
    assert said_of(meeting, NOW)["Bob Brandt"][1] == ""
    # Somebody notes something else, and takes it back: again it is what they said themselves.
    step = actions.answer(actor=people.alice(), now=NOW, participant=asked["Ingrid Solberg"], said="declined").step
    take_back(step_id=step.pk, actor=people.alice(), now=NOW)
    assert said_of(meeting, NOW)["Ingrid Solberg"][1] == "Answered by the link in the mail, today"


def test_what_was_told_costs_two_queries_for_any_number(
    invited: tuple[Meeting, Contact], django_assert_num_queries: Any
) -> None:
    meeting, _ingrid = invited
    row, alice = meeting.parties.get(), people.alice()
    asked = list(meeting.people.select_related("user", "contact"))
    with django_assert_num_queries(2):
        told_words.of(meeting, asked, alice, NOW)
    others = [contact(f"Guest{number} Moe", row.relationship) for number in range(30)]
    Participant.objects.bulk_create(
        Participant(meeting=meeting, party=row, contact=one, asked_on=NOW.today("UTC")) for one in others
    )
    asked = list(meeting.people.select_related("user", "contact"))
    with django_assert_num_queries(2):
        found = told_words.of(meeting, asked, alice, NOW)
    assert [line.said for line in found.values()].count("Not invited yet") == 30
