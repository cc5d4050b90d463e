"""The live page, the end of a meeting and its minutes, as a person without JavaScript and one with it meets them."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import Affiliation, UndoStep, User
from accounts.undo import take_back
from meetings import actions
from meetings.minutes_queries import minutes_of, parties_for
from meetings.models import AgendaItem, Meeting, MinutesDispatch, Outcome, Participant, PrivateNote
from relationships.models import Commitment, Evidence, Feedback, Relationship
from tests import people
from tests.meetings.test_holding import ingrid, item, jonas, meeting_of
from web.clock import Now

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


def client(person: User | None = None) -> Client:
    made = Client()
    made.force_login(person or people.alice(), backend="django.contrib.auth.backends.ModelBackend")
    return made


def page(address: str, person: User | None = None) -> str:
    response = client(person).get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def under_way(row: Relationship | None = None) -> Meeting:
    """Begun a while ago, at the first of two items; Alice and Bob, Ingrid and Jonas are asked."""
    row = row or people.relationship()
    now = Now.read()
    meeting = meeting_of(row, now=now, starts_at=now.instant - timedelta(minutes=20))
    item(meeting, "Collection", 0)
    item(meeting, "Labels", 1)
    actions.begin_meeting(actor=people.alice(), now=now, meeting=meeting)
    meeting.refresh_from_db()
    return meeting


def held(meeting: Meeting) -> Meeting:
    came = [one.pk for one in meeting.people.all() if str(one) != "Jonas Brandt"]
    return actions.hold_meeting(actor=people.alice(), now=Now.read(), meeting=meeting, came=came).row


def toast(response: Any) -> dict[str, Any]:
    assert response.status_code == 204, response.content.decode()
    found: dict[str, Any] = json.loads(response["HX-Trigger"])["toast"]
    return found


def first(meeting: Meeting) -> AgendaItem:
    return meeting.items.standing()[0]


# While it runs -------------------------------------------------------------------------------------------------------


def test_begin_writes_nothing_by_get_and_opens_the_first_item() -> None:
    now = Now.read()
    meeting = meeting_of(people.relationship(), now=now, starts_at=now.instant)
    item(meeting, "Collection", 0)
    assert "Begin the meeting" in page(f"/meetings/{meeting.pk}/live/")
    meeting.refresh_from_db()
    assert meeting.begun_at is None
    response = client().post(f"/meetings/{meeting.pk}/beginning/", follow=True)
    assert "Notes, shared with both sides" in response.content.decode()
    meeting.refresh_from_db()
    assert str(meeting.current_item) == "Collection"


def test_meeting_begun_late_ends_when_planned_and_says_how_late_it_is() -> None:
    now = Now.read()
    meeting = meeting_of(people.relationship(), now=now, starts_at=now.instant - timedelta(minutes=20))
    for place, title in enumerate(["Collection", "Labels", "Prices"]):
        item(meeting, title, place, minutes=18)
    shown = client().post(f"/meetings/{meeting.pk}/beginning/", follow=True).content.decode()
    assert "39 minutes left" in shown or "40 minutes left" in shown
    assert "20 minutes behind. Item" in shown and "would still run over" in shown


def test_meeting_before_its_day_asks_once_and_then_that_day_is_its_day_everywhere() -> None:
    row, now = people.relationship(), Now.read()
    meeting = meeting_of(row, now=now, starts_at=now.instant + timedelta(days=2), zone="UTC")
    day, today = meeting.day, now.today("UTC")
    actions.answer(actor=people.alice(), now=now, participant=meeting.people.get(contact=ingrid()), said="comes")
    asks = f"Planned for {day:%A} {day.day} {day:%B} – hold it today instead?"
    shown = page(f"/meetings/{meeting.pk}/live/")
    assert asks in shown and "Ready when you are" not in shown
    # Nothing happens to it before the question is answered.
    told = client().post(f"/meetings/{meeting.pk}/beginning/", follow=True).content.decode()
    assert f"Planned for {day:%A} {day.day} {day:%B}. Hold it today instead?" in told
    meeting.refresh_from_db()
    assert (meeting.begun_at, meeting.day) == (None, day)
    live = client().post(f"/meetings/{meeting.pk}/beginning/", {"today": "1"}, follow=True).content.decode()
    assert "60 minutes left" in live or "59 minutes left" in live
    meeting.refresh_from_db()
    # Its time in calendars is another now; who said that they come need not say it again.
    assert (meeting.day, meeting.sequence, meeting.people.get(contact=ingrid()).answer) == (today, 1, "comes")
    held(meeting)
    meeting.refresh_from_db()
    assert {meeting.day, meeting.parties.get().meets_on, row.interactions.get().occurred_on} == {today}
    shown = page(f"/meetings/{meeting.pk}/minutes/")
    assert "Today, " in shown and f"{day:%A} {day.day} {day:%B}" not in shown


def test_holding_it_before_its_day_is_taken_back_as_one() -> None:
    now = Now.read()
    meeting = meeting_of(people.relationship(), now=now, starts_at=now.instant + timedelta(days=2), zone="UTC")
    starts_at, by = meeting.starts_at, {"actor": people.alice(), "now": now}
    step = actions.begin_meeting(meeting=meeting, today=True, **by).step  # type: ignore[arg-type]
    take_back(step_id=step.pk, **by)  # type: ignore[arg-type]
    meeting.refresh_from_db()
    assert (meeting.starts_at, meeting.begun_at) == (starts_at, None)


def test_meeting_that_was_begun_and_then_given_a_later_day_is_held_on_the_day_it_began() -> None:
    now, meeting = Now.read(), under_way()
    later = {"starts_at": now.instant + timedelta(days=3)}
    actions.change_meeting(actor=people.alice(), now=now, meeting=meeting, values=later)
    held(meeting)
    meeting.refresh_from_db()
    assert meeting.starts_at <= now.instant


def test_meeting_without_an_agenda_has_a_page_for_notes() -> None:
    now = Now.read()
    meeting = meeting_of(people.relationship(), now=now, starts_at=now.instant)
    response = client().post(f"/meetings/{meeting.pk}/beginning/", follow=True)
    assert 'id="notes"' in response.content.decode()
    meeting.refresh_from_db()
    assert meeting.current_item is not None


def test_notes_typed_are_saved_and_the_second_writer_gets_both() -> None:
    meeting = under_way()
    address = f"/agenda-items/{first(meeting).pk}/notes/"
    saved = client().post(address, {"text": "Hamburg", "version": "0"}, headers=JSON)
    assert (saved.status_code, saved.json()["version"]) == (200, 1)
    late = client(people.bob()).post(address, {"text": "Bremen", "version": "0"}, headers=JSON)
    assert (late.status_code, late.json()["text"], late.json()["version"]) == (409, "Hamburg", 1)
    assert late.json()["said"].startswith("Alice Ahlberg wrote here")
    # Without JavaScript the same on a page of its own.
    plain = client(people.bob()).post(address, {"text": "Bremen", "version": "0"})
    told = plain.content.decode()
    assert plain.status_code == 422
    assert "Hamburg" in told and "Bremen</textarea>" in told and 'value="1"' in told
    assert client(people.bob()).post(address, {"text": "Hamburg, Bremen", "version": "1"}).status_code == 302
    assert first(meeting).notes == "Hamburg, Bremen"


def test_notes_too_long_are_refused_and_kept() -> None:
    meeting = under_way()
    address, text = f"/agenda-items/{first(meeting).pk}/notes/", "x" * 20_001
    assert client().post(address, {"text": text, "version": "0"}, headers=JSON).status_code == 422
    response = client().post(address, {"text": text, "version": "0"})
    assert response.status_code == 422
    assert text in response.content.decode()
    assert first(meeting).notes == ""


def test_next_item_saves_the_notes_and_marks_it_done() -> None:
    meeting = under_way()
    values = {"text": "Hamburg alone", "version": "0", "at": first(meeting).pk}
    response = client().post(f"/meetings/{meeting.pk}/next-item/", values, follow=True)
    shown = response.content.decode()
    assert "Labels" in shown and "2 of " in shown
    assert (first(meeting).notes, first(meeting).done_at is not None) == ("Hamburg alone", True)


def test_captured_where_it_arises() -> None:
    meeting = under_way()
    base, at = f"/meetings/{meeting.pk}", f"?item={first(meeting).pk}"
    post = client().post
    said = toast(post(f"{base}/decisions/new/{at}", {"decision": "Morning round", "shared": "on"}, headers=HTMX))
    assert said["message"] == "Decision noted."
    values = {"side": "theirs", "what": "Open the gate", "by": "7", "colleague": "", "keeper": "", "contact": ""}
    assert toast(post(f"{base}/promises/new/{at}", values, headers=HTMX))["message"] == "Promise noted."
    values = {"side": "theirs", "nature": "praise", "said": "Faster answers"}
    assert toast(post(f"{base}/feedback/new/{at}", values, headers=HTMX))["message"] == "Feedback noted."
    shown = page(f"{base}/live/")
    assert "1 decision, 1 promise – 0 ours, 1 theirs, feedback once." in shown
    for text in ("Morning round", "Open the gate", "Faster answers"):
        assert text in shown
    assert {one.item for one in Outcome.objects.all()} == {first(meeting)}
    assert (Commitment.objects.get().what, Feedback.objects.get().said) == ("Open the gate", "Faster answers")
    wrong = post(f"{base}/decisions/new/{at}", {"decision": ""}, headers=HTMX)
    assert (wrong.status_code, "Say what was decided." in wrong.content.decode()) == (422, True)


def test_same_decision_sent_twice_is_one() -> None:
    meeting = under_way()
    for _time in range(2):
        client().post(
            f"/meetings/{meeting.pk}/decisions/new/", {"decision": "Morning round", "shared": "on"}, headers=HTMX
        )
    assert Outcome.objects.count() == 1


def test_a_decision_of_an_internal_meeting_is_ours_unless_somebody_ticks_it() -> None:
    meeting = under_way()
    address = f"/meetings/{meeting.pk}/decisions/new/"
    assert client().get(address).context["form"]["shared"].value() is True
    Meeting.objects.filter(pk=meeting.pk).update(kind="internal")
    assert client().get(address).context["form"]["shared"].value() is False
    client().post(address, {"decision": "Among us"}, headers=HTMX)
    client().post(address, {"decision": "For them", "shared": "on"}, headers=HTMX)
    assert dict(Outcome.objects.values_list("decision", "shared")) == {"Among us": False, "For them": True}
    internal = Meeting.objects.get(pk=meeting.pk)
    assert (
        actions.decide(actor=people.alice(), now=Now.read(), meeting=internal, decision="By a verb").row.shared is False
    )


def test_minutes_of_a_meeting_among_us_are_offered_to_nobody_of_theirs_and_have_all_of_it() -> None:
    meeting = under_way()
    meeting.people.theirs().delete()
    actions.decide(actor=people.alice(), now=Now.read(), meeting=meeting, decision="Among us", shared=False)
    held(meeting)
    meeting.refresh_from_db()
    address = reverse("minutes_send", args=[meeting.pk])
    shown = client().get(address).content.decode()
    assert "To them" not in shown and "To us" in shown and "stay among us" in shown
    assert client().post(address, {"note": "Hello"}).status_code == 422
    assert client().post(address, {"users": [people.alice().pk]}).status_code == 302
    assert MinutesDispatch.objects.get().copies.get().user == people.alice()
    page = client().get(f"/meetings/{meeting.pk}/minutes/").content.decode()
    assert "nothing of this meeting is told to them" in page
    assert [one.said for one in minutes_of(meeting, parties_for(meeting, people.alice())).decisions] == ["Among us"]


def test_room_is_ticked_all_at_once() -> None:
    meeting = under_way()
    present = ("Ingrid Iversen", "Bob Brandt", "Alice Ahlberg")
    here = [one.pk for one in meeting.people.all() if str(one) in present]
    said = toast(client().post(f"/meetings/{meeting.pk}/room/", {"came": here}, headers=HTMX))
    assert said["message"] == "Who came is noted."
    # Alice said that she comes: of her nothing is said otherwise.
    assert {str(one) for one in meeting.people.filter(came=True)} == {"Ingrid Iversen", "Bob Brandt"}
    client().post(said["undo_url"])
    assert not meeting.people.filter(came=True).exists()
    # What is as it was leaves nothing to take back.
    before = UndoStep.objects.count()
    proposed = [one.pk for one in meeting.people.all() if one.is_there(meeting)]
    client().post(f"/meetings/{meeting.pk}/room/", {"came": proposed}, headers=HTMX)
    assert UndoStep.objects.count() == before


def ticked(body: str) -> set[str]:
    """Whose box is ticked, of the people on a page."""
    boxes = [box for box in re.findall(r"<input[^>]*>", body) if 'name="came"' in box and " checked" in box]
    return {str(Participant.objects.get(pk=number)) for number in re.findall(r'value="(\d+)"', "".join(boxes))}


def test_who_accepted_and_our_host_are_proposed_and_noted_once_somebody_holds_it() -> None:
    meeting = under_way()
    meeting.people.filter(user=people.alice()).update(answer="", answered_on=None)
    meeting.people.filter(contact=ingrid()).update(answer="comes", answered_on=meeting.day)
    live_page, hold_form = f"/meetings/{meeting.pk}/live/", f"/meetings/{meeting.pk}/holding/"
    expected = {"Alice Ahlberg", "Ingrid Iversen"}
    assert ticked(page(live_page)) == ticked(page(hold_form)) == expected
    assert "It counts once the meeting is held." in page(live_page)
    assert not meeting.people.exclude(came=None).exists()
    # One tap says otherwise, of this one and of nobody else.
    here = [one.pk for one in meeting.people.all() if str(one) == "Alice Ahlberg"]
    said = toast(client().post(f"/meetings/{meeting.pk}/room/", {"came": here}, headers=HTMX))
    assert said["message"] == "Ingrid Iversen did not come."
    assert list(meeting.people.exclude(came=None).values_list("contact", "came")) == [(ingrid().pk, False)]
    assert ticked(page(live_page)) == ticked(page(hold_form)) == {"Alice Ahlberg"}
    assert not Evidence.objects.exists()


def test_live_page_costs_the_same_for_one_and_for_fifty() -> None:
    counts = []
    for many in (1, 50):
        meeting = under_way()
        party = meeting.parties.get()
        for place in range(many):
            item(meeting, f"Item {place}", place + 5, party=party)
            actions.decide(actor=people.alice(), now=Now.read(), meeting=meeting, decision=f"D{place}", party=party)
        browser = client()
        browser.get(f"/meetings/{meeting.pk}/live/")
        with CaptureQueriesContext(connection) as found:
            browser.get(f"/meetings/{meeting.pk}/live/")
        counts.append(len(found))
    assert counts == [counts[0]] * 2
    assert counts[0] <= 30


# The end of it -------------------------------------------------------------------------------------------------------


def test_held_straight_from_the_question() -> None:
    row = people.relationship()
    now = Now.read()
    meeting = meeting_of(row, now=now, starts_at=now.instant - timedelta(hours=3))
    item(meeting, "Collection", 0)
    form = page(f"/meetings/{meeting.pk}/holding/")
    assert "Who came" in form and "In a line" in form
    ids = {str(one): one.pk for one in meeting.people.all()}
    values = {"came": [ids["Ingrid Iversen"], ids["Alice Ahlberg"]], "line": "Good talk", "topics": ["needs"]}
    response = client().post(f"/meetings/{meeting.pk}/holding/", values, follow=True)
    shown = response.content.decode()
    assert "Minutes: Quarterly review" in shown and "Held and logged with" in shown
    assert (row.interactions.get().summary, row.interactions.get().topics) == ("Good talk", ["needs"])
    assert "Collection" in shown.split("Carries over")[1]
    among_us = meeting_of(row, now=now, starts_at=now.instant - timedelta(hours=3), title="Among us")
    Meeting.objects.filter(pk=among_us.pk).update(kind="internal")
    values = {"came": [one.pk for one in among_us.people.filter(contact=None)], "line": "We hold back"}
    response = client().post(f"/meetings/{among_us.pk}/holding/", values, follow=True)
    assert "counts as no contact" in response.content.decode()
    nobody = meeting_of(row, now=now, starts_at=now.instant - timedelta(hours=3), title="Another")
    wrong = client().post(f"/meetings/{nobody.pk}/holding/", {"line": "Kept text"})
    assert wrong.status_code == 422
    assert "Say who of us was there." in wrong.content.decode() and "Kept text" in wrong.content.decode()


def test_live_page_of_a_held_meeting_leads_to_its_minutes_and_of_another_to_the_meeting() -> None:
    meeting = held(under_way())
    assert client().get(f"/meetings/{meeting.pk}/live/")["Location"] == f"/meetings/{meeting.pk}/minutes/"
    planned = under_way()
    for address in ("minutes", "minutes/paper", "minutes/sending"):
        assert client().get(f"/meetings/{planned.pk}/{address}/")["Location"] == f"/meetings/{planned.pk}/"


def test_minutes_are_sent_with_undo_send_to_who_came_unless_said_otherwise() -> None:
    meeting = held(under_way())
    form = page(f"/meetings/{meeting.pk}/minutes/sending/")
    chosen = [line for line in form.split("<input") if 'name="contacts"' in line and "checked" in line]
    assert len(chosen) == 1 and "Ingrid Iversen" in chosen[0]
    values = {"contacts": [ingrid().pk, jonas().pk], "note": "Thank you"}
    said = toast(client().post(f"/meetings/{meeting.pk}/minutes/sending/", values, headers=HTMX))
    assert (said["undo_label"], said["seconds"]) == ("Undo send", 20)
    assert MinutesDispatch.objects.wanted().get().copies.count() == 2
    assert "Ingrid Iversen, Jonas Brandt" in page(f"/meetings/{meeting.pk}/minutes/")
    client().post(said["undo_url"])
    assert not MinutesDispatch.objects.wanted().exists()
    assert "held back" in page(f"/meetings/{meeting.pk}/minutes/")


def test_minutes_page_costs_the_same_for_one_and_for_fifty() -> None:
    counts = []
    for many in (1, 50):
        meeting = under_way()
        party = meeting.parties.get()
        for place in range(many):
            item(meeting, f"Item {place}", place + 5, party=party, notes="Said")
            actions.decide(actor=people.alice(), now=Now.read(), meeting=meeting, decision=f"D{place}", party=party)
        held(meeting)
        browser = client()
        browser.get(f"/meetings/{meeting.pk}/minutes/")
        with CaptureQueriesContext(connection) as found:
            browser.get(f"/meetings/{meeting.pk}/minutes/")
        counts.append(len(found))
    assert counts == [counts[0]] * 2
    assert counts[0] <= 36


def test_notes_corrected_afterwards_tell_the_second_writer() -> None:
    meeting = under_way()
    one = first(meeting)
    actions.write_notes(actor=people.alice(), now=Now.read(), item=one, text="Hamburg")
    held(meeting)
    address = f"/agenda-items/{one.pk}/notes/edit/"
    assert "Hamburg</textarea>" in page(address)
    late = client(people.bob()).post(address, {"text": "Bremen", "version": "0"})
    told = late.content.decode()
    assert late.status_code == 422
    assert "Hamburg" in told and "Bremen</textarea>" in told
    assert client(people.bob()).post(address, {"text": "Bremen", "version": "1"}).status_code == 302
    assert "Bremen" in page(f"/meetings/{meeting.pk}/minutes/")


# Who sees what -------------------------------------------------------------------------------------------------------

SECRET, OURS = "secretofmyown", "knownonlytous"


def full_of_secrets() -> Meeting:
    """With a private note of Alice's and an item, its notes and a decision that are only ours."""
    meeting = under_way()
    by: dict[str, Any] = {"actor": people.alice(), "now": Now.read()}
    ours = item(meeting, f"Their budget {OURS}", 9, shared=False, done_at=by["now"].instant)
    actions.write_notes(item=first(meeting), text="Hamburg is shared", **by)
    actions.write_notes(item=ours, text=f"Gone {OURS}", **by)
    actions.decide(meeting=meeting, item=ours, decision=f"We wait {OURS}", **by)
    actions.decide(meeting=meeting, decision=f"Nor this {OURS}", shared=False, **by)
    actions.decide(meeting=meeting, decision="Morning round", **by)
    actions.keep_private_note(meeting=meeting, text=SECRET, **by)
    return meeting


def test_private_note_is_on_no_page_of_a_colleague_and_on_one_s_own() -> None:
    meeting = full_of_secrets()
    assert SECRET in page(f"/meetings/{meeting.pk}/live/")
    for colleague in (people.bob(), people.mona(), people.adam()):
        assert SECRET not in page(f"/meetings/{meeting.pk}/live/", colleague)
    held(meeting)
    partner = meeting.parties.get().relationship_id
    for colleague in (people.alice(), people.bob(), people.adam()):
        for address in (f"/meetings/{meeting.pk}/minutes/", f"/relationships/{partner}/", "/history/"):
            assert SECRET not in page(address, colleague), address


def test_what_is_only_ours_is_on_the_page_and_not_on_the_paper() -> None:
    meeting = held(full_of_secrets())
    shown = page(f"/meetings/{meeting.pk}/minutes/", people.bob())
    assert OURS in shown and "Morning round" in shown
    answer = client().get(f"/meetings/{meeting.pk}/minutes/paper/")
    assert answer["Content-Type"] == "application/pdf"
    text = "\n".join(one.extract_text() for one in PdfReader(BytesIO(answer.content)).pages)
    assert "Morning round" in text and "Hamburg is shared" in text
    assert OURS not in text and SECRET not in text


def test_private_note_of_a_colleague_is_nobody_else_s_to_change() -> None:
    meeting = full_of_secrets()
    address = f"/meetings/{meeting.pk}/private-note/"
    assert client(people.bob()).post(address, {"text": "Mine", "version": "0"}, headers=JSON).json()["version"] == 1
    assert {one.text for one in PrivateNote.objects.all()} == {SECRET, "Mine"}
    late = client().post(address, {"text": "Another", "version": "0"}, headers=JSON)
    assert (late.status_code, late.json()["text"]) == (409, SECRET)


def test_stranger_finds_nothing() -> None:
    meeting = under_way()
    one = first(meeting)
    for address in ("live", "beginning", "next-item", "room", "holding", "minutes", "minutes/paper", "minutes/sending"):
        browser = client(people.outsider())
        assert 404 in (browser.get(f"/meetings/{meeting.pk}/{address}/").status_code,) or (
            browser.post(f"/meetings/{meeting.pk}/{address}/").status_code == 404
        ), address
    assert client(people.outsider()).post(f"/agenda-items/{one.pk}/notes/", {"text": "x"}).status_code == 404


def of_two() -> tuple[Meeting, Relationship, Relationship]:
    one, two = people.relationship(), people.relationship()
    for row, person in ((one, ingrid()), (two, jonas())):
        Affiliation.objects.create(contact=person, account=row.account)
    now = Now.read()
    start = now.instant - timedelta(minutes=20)
    meeting = meeting_of(one, two, now=now, starts_at=start, contacts={one.pk: [ingrid()], two.pk: [jonas()]})
    return meeting, one, two


def test_of_several_partners_one_is_chosen_and_remembered_in_that_meeting() -> None:
    meeting, one, two = of_two()
    promises, feedback = (f"/meetings/{meeting.pk}/{kind}/new/" for kind in ("promises", "feedback"))
    chosen = '<option value="{}" selected>'.format
    browser = client()
    first_asked = browser.get(promises).content.decode()
    assert chosen(one.pk) in first_asked and "Ingrid" in first_asked and "Jonas" not in first_asked
    # Another one chosen: their people.
    asked_again = browser.get(promises, {"relationship": str(two.pk), "what": "Send it"}).content.decode()
    assert chosen(two.pk) in asked_again and "Jonas" in asked_again and "Ingrid" not in asked_again
    values = {"relationship": two.pk, "side": "theirs", "what": "Send it", "by": "7", "contact": jonas().pk}
    toast(browser.post(promises, values, headers=HTMX))
    assert [row.relationship_id for row in Commitment.objects.all()] == [two.pk]
    # Remembered for whoever chose, at this meeting alone.
    assert chosen(two.pk) in browser.get(feedback).content.decode()
    assert chosen(one.pk) in client(people.bob()).get(feedback).content.decode()
    other = meeting_of(one, two, now=Now.read(), starts_at=Now.read().instant)
    assert chosen(one.pk) in page(f"/meetings/{other.pk}/feedback/new/")
    said = {"relationship": one.pk, "side": "theirs", "nature": "praise", "said": "Faster", "contact": ingrid().pk}
    toast(browser.post(feedback, said, headers=HTMX))
    assert [row.relationship_id for row in Feedback.objects.all()] == [one.pk]
    assert chosen(one.pk) in browser.get(promises).content.decode()


def test_partner_is_no_question_where_the_item_answers_it_and_another_is_no_choice() -> None:
    meeting, one, two = of_two()
    about = item(meeting, "About the second", 0, party=meeting.parties.get(relationship=two))
    address = f"/meetings/{meeting.pk}/promises/new/"
    assert 'name="relationship"' not in page(f"{address}?item={about.pk}")
    stranger = people.relationship()
    values = {"relationship": stranger.pk, "side": "ours", "what": "Send it", "by": "7"}
    response = client().post(address, values, headers=HTMX)
    assert response.status_code == 422 and "Send it" in response.content.decode()
    # Whoever sees one of the two alone is not asked, and cannot name the other.
    Relationship.objects.filter(pk=two.pk).update(owner=people.outsider(), team=people.south())
    assert 'name="relationship"' not in page(address, people.bob())
    client(people.bob()).post(address, {**values, "relationship": two.pk}, headers=HTMX)
    assert [row.relationship_id for row in Commitment.objects.all()] == [one.pk]


def test_partner_is_seen_only_by_who_sees_it_at_a_meeting_of_several() -> None:
    """Bob sees the first; the second, which belongs to the other team, leaves no trace for him."""
    one, two = people.relationship(), people.relationship()
    now = Now.read()
    meeting = meeting_of(
        one, two, now=now, starts_at=now.instant - timedelta(hours=1), contacts={one.pk: [ingrid()], two.pk: [jonas()]}
    )
    first_party, second = meeting.parties.order_by("pk")
    item(meeting, "About the first", 0, party=first_party)
    item(meeting, "About the second", 1, party=second)
    actions.decide(actor=people.alice(), now=now, meeting=meeting, decision="Of the second", party=second)
    Relationship.objects.filter(pk=two.pk).update(owner=people.outsider(), team=people.south())
    shown = page(f"/meetings/{meeting.pk}/live/", people.bob())
    assert "About the first" in shown
    for text in ("About the second", "Of the second", "Jonas Brandt"):
        assert text not in shown
