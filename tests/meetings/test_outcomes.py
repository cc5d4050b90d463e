"""Notes, private notes, decisions, promises and feedback at a meeting; minutes sent and held back; each taken back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import connection

from accounts.models import UndoStep
from accounts.undo import TooLateError, take_back
from meetings import actions
from meetings.actions import OvertakenError
from meetings.models import AgendaItem, Meeting, MinutesDispatch, Outcome, PrivateNote
from relationships.models import Commitment, Feedback
from tests import people
from tests.meetings.test_holding import AFTER, DAY, DURING, START, ingrid, item, jonas, meeting_of, who
from web.clock import Now

pytestmark = pytest.mark.django_db


def by(now: Now = DURING) -> dict[str, Any]:
    return {"actor": people.alice(), "now": now}


def at(seconds: int) -> Now:
    return Now(START + timedelta(seconds=seconds))


def held(meeting: Meeting) -> Meeting:
    present = who(meeting, "Ingrid Iversen", "Alice Ahlberg")
    return actions.hold_meeting(meeting=meeting, came=present, **by(AFTER)).row


def standing(row: AgendaItem) -> tuple[str, int]:
    row.refresh_from_db()
    return row.notes, row.notes_version


# Notes ---------------------------------------------------------------------------------------------------------------


def test_second_writer_is_told_and_both_texts_are_there() -> None:
    row = item(meeting_of(people.relationship(owner=people.alice())), "Collection", 0)
    assert actions.write_notes(item=row, text="Hamburg", version=0, **by()).row.notes_version == 1
    with pytest.raises(OvertakenError) as told:
        actions.write_notes(item=row, text="Bremen", version=0, actor=people.bob(), now=DURING)
    assert (told.value.text, told.value.number) == ("Hamburg", 1)
    assert standing(row) == ("Hamburg", 1)
    # Sent once more over what stands now, it stands.
    actions.write_notes(item=row, text="Hamburg\nBremen", version=1, actor=people.bob(), now=DURING)
    assert standing(row) == ("Hamburg\nBremen", 2)


def test_what_was_sent_before_and_whose_answer_was_lost_is_found_in_place() -> None:
    row = item(meeting_of(people.relationship(owner=people.alice())), "Collection", 0)
    actions.write_notes(item=row, text="Hamburg", version=0, **by())
    assert actions.write_notes(item=row, text="Hamburg", version=0, **by()).row.notes_version == 1


def test_one_sitting_is_taken_back_at_once_but_not_past_another_writer() -> None:
    row = item(meeting_of(people.relationship(owner=people.alice())), "Collection", 0, notes="Before")
    steps = [
        actions.write_notes(item=row, text=text, version=second, **by(at(second))).step
        for second, text in enumerate(["H", "Ha", "Ham"])
    ]
    assert UndoStep.objects.filter(verb="meetings.actions.set_notes").count() == 1
    back = take_back(step_id=steps[-1].pk, **by())
    assert standing(row)[0] == "Before"
    take_back(step_id=back.step.pk, **by())
    assert standing(row)[0] == "Ham"

    actions.write_notes(item=row, text="Ham, said Bob", actor=people.bob(), now=at(10))
    mine = actions.write_notes(item=row, text="Ham, said Alice", **by(at(20))).step
    take_back(step_id=mine.pk, **by())
    assert standing(row)[0] == "Ham, said Bob"


def test_notes_corrected_afterwards_reach_the_log_unless_it_was_worded_by_hand() -> None:
    row = people.relationship(owner=people.alice())
    meeting = meeting_of(row)
    one = item(meeting, "Collection", 0, notes="Hamburg")
    held(meeting)
    step = actions.write_notes(item=one, text="Bremen", **by(AFTER)).step
    assert row.interactions.get().summary == "Collection: Bremen"
    take_back(step_id=step.pk, **by(AFTER))
    assert row.interactions.get().summary == "Collection: Hamburg"
    row.interactions.update(summary="In my words")
    actions.write_notes(item=one, text="Bremen", **by(AFTER))
    assert row.interactions.get().summary == "In my words"


def test_private_note_is_ones_own_and_leaves_no_trace() -> None:
    meeting = meeting_of(people.relationship(owner=people.alice()))
    secret = "Petra is about to leave them"
    note = actions.keep_private_note(meeting=meeting, text=secret, version=0, **by())
    assert note is not None and note.version == 1
    with pytest.raises(OvertakenError):
        actions.keep_private_note(meeting=meeting, text="Another", version=0, **by())
    for other in (people.bob(), people.mona(), people.adam()):
        assert not PrivateNote.objects.visible_to(other).exists()
    with pytest.raises(ObjectDoesNotExist):
        actions.keep_private_note(meeting=meeting, text="x", actor=people.outsider(), now=DURING)
    held(meeting)
    tables = set(connection.introspection.table_names())
    for model in apps.get_models(include_auto_created=True):
        if model is not PrivateNote and model._meta.db_table in tables:
            assert secret not in str(list(model._base_manager.values())), model


# What comes of it ----------------------------------------------------------------------------------------------------


def test_decision_is_noted_changed_removed_and_each_taken_back() -> None:
    meeting = meeting_of(people.relationship(owner=people.alice()))
    row = actions.decide(meeting=meeting, decision="Morning round", **by()).row
    step = actions.change_decision(outcome=row, decision="Evening round", shared=False, **by()).step
    take_back(step_id=step.pk, **by())
    row.refresh_from_db()
    assert (row.decision, row.shared) == ("Morning round", True)
    gone = actions.remove_outcome(outcome=row, **by()).step
    assert not Outcome.objects.exists()
    take_back(step_id=gone.pk, **by())
    assert Outcome.objects.get().decision == "Morning round"
    with pytest.raises(ValidationError, match="Say what was decided"):
        actions.decide(meeting=meeting, decision="  ", **by())


def test_what_arises_at_an_item_that_is_only_ours_is_only_ours() -> None:
    meeting = meeting_of(people.relationship(owner=people.alice()))
    ours = item(meeting, "Their budget", 0, shared=False)
    row = actions.decide(meeting=meeting, item=ours, decision="We wait", **by()).row
    assert not row.shared
    assert not actions.change_decision(outcome=row, decision="We wait", shared=True, **by()).row.shared


def test_promise_stands_on_the_lists_of_its_side_on_the_day_of_the_meeting() -> None:
    partner = people.relationship(owner=people.alice())
    meeting = meeting_of(partner)
    party = meeting.parties.get()
    done = actions.promise_at(
        party=party, side="theirs", what="Open the gate", due_on=date(2026, 11, 24), contact=ingrid(), **by(AFTER)
    )
    promise = partner.commitments.theirs().open().get()
    assert (promise.made_on, promise.contact, done.row.commitment) == (DAY, ingrid(), promise)
    back = take_back(step_id=done.step.pk, **by(AFTER))
    assert not Commitment.objects.exists() and not Outcome.objects.exists()
    take_back(step_id=back.step.pk, **by(AFTER))
    outcome = Outcome.objects.get()
    assert outcome.commitment == partner.commitments.get()
    gone = actions.remove_outcome(outcome=outcome, **by(AFTER)).step
    assert not Commitment.objects.exists()
    take_back(step_id=gone.pk, **by(AFTER))
    assert Outcome.objects.get().commitment == partner.commitments.get()


def test_what_is_noted_after_it_was_held_belongs_to_its_entry() -> None:
    partner = people.relationship(owner=people.alice())
    party = held(meeting_of(partner)).parties.get()
    actions.promise_at(party=party, side="ours", what="Send it", due_on=date(2026, 12, 1), **by(AFTER))
    actions.feedback_at(party=party, said="Faster answers", contact=ingrid(), **by(AFTER))
    entry = partner.interactions.get()
    assert Commitment.objects.get().interaction == Feedback.objects.get().interaction == entry


def test_nothing_is_noted_at_a_meeting_that_is_off() -> None:
    meeting = meeting_of(people.relationship(owner=people.alice()))
    actions.cancel_meeting(meeting=meeting, **by())
    with pytest.raises(ValidationError, match="did not take place"):
        actions.decide(meeting=meeting, decision="Morning round", **by())


def test_others_write_nothing() -> None:
    meeting = meeting_of(people.relationship(owner=people.alice()))
    one = item(meeting, "Collection", 0)
    for other in (people.outsider(), people.rita()):
        for deed in (
            lambda **who: actions.decide(meeting=meeting, decision="x", **who),
            lambda **who: actions.write_notes(item=one, text="x", **who),
            lambda **who: actions.promise_at(
                party=meeting.parties.get(), side="ours", what="x", due_on=date(2026, 12, 1), **who
            ),
            lambda **who: actions.tick_item(item=one, done=True, **who),
            lambda **who: actions.hold_meeting(meeting=meeting, **who),
            lambda **who: actions.attend(participant=meeting.people.order_by("pk")[0], came=True, **who),
        ):
            with pytest.raises(ObjectDoesNotExist):
                deed(actor=other, now=AFTER)


# Minutes -------------------------------------------------------------------------------------------------------------


def test_minutes_wait_twenty_seconds_and_may_be_held_back_so_long() -> None:
    meeting = held(meeting_of(people.relationship(owner=people.alice())))
    done = actions.send_minutes(meeting=meeting, contacts=[ingrid()], users=[people.bob()], **by(at(0)))
    assert (done.row.due_at - START).seconds == 20
    assert {str(copy) for copy in done.row.copies.all()} == {"Ingrid Iversen", "Bob Brandt"}
    back = take_back(step_id=done.step.pk, **by(at(10)))
    assert not MinutesDispatch.objects.wanted().exists()
    again = take_back(step_id=back.step.pk, **by(at(15)))
    assert MinutesDispatch.objects.wanted().get().due_at == START + timedelta(seconds=35)
    with pytest.raises(TooLateError, match="gone out already"):
        take_back(step_id=again.step.pk, **by(at(35)))


def test_minutes_go_only_to_those_who_were_asked_and_can_be_reached() -> None:
    meeting = meeting_of(people.relationship(owner=people.alice()))
    with pytest.raises(ValidationError, match="Say first"):
        actions.send_minutes(meeting=meeting, contacts=[ingrid()], **by())
    held(meeting)
    with pytest.raises(ValidationError, match="Choose whom"):
        actions.send_minutes(meeting=meeting, **by(AFTER))
    stranger = type(ingrid()).objects.create(name="Sten Stranger", email="sten@elsewhere.example")
    with pytest.raises(ValidationError, match="those who were asked"):
        actions.send_minutes(meeting=meeting, contacts=[stranger], **by(AFTER))
    with pytest.raises(ValidationError, match="may see this meeting"):
        actions.send_minutes(meeting=meeting, users=[people.outsider()], **by(AFTER))
    type(ingrid()).objects.filter(pk=jonas().pk).update(email="")
    with pytest.raises(ValidationError, match="no e-mail address"):
        actions.send_minutes(meeting=meeting, contacts=[type(ingrid()).objects.get(name="Jonas Brandt")], **by(AFTER))
