"""What people make of an agenda: added, moved, pinned, dropped, put back; two at once; and each of it taken back."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Contact, UndoStep
from accounts.undo import take_back
from meetings import actions
from meetings.agenda import Kind
from meetings.models import AgendaChange, AgendaItem, Meeting, OutlineItem
from relationships import actions as core
from tests import people
from tests.meetings.agendas import DAY, NOW, TODAY, add, hold, key, meeting, of, partner, titles
from tests.relationships.records import Elsewhere, waiting_for_a_lock

pytestmark = pytest.mark.django_db


def deed(verb: Any, row: Meeting, about: str, **more: Any) -> Any:
    """By Alice, who has just looked."""
    seen = Meeting.objects.get(pk=row.pk).agenda_version
    by = {"actor": people.alice(), "now": NOW, "seen": seen, **more}
    return verb(meeting=row, key=key(row, about), **by)


def back(done: Any) -> Any:
    return take_back(step_id=done.step.pk, actor=done.step.actor, now=NOW)


def four() -> Meeting:
    row = meeting()
    add(row, "One", "Two", "Three", "Four")
    return row


def test_reading_writes_nothing_and_the_first_deed_stores_all_of_it() -> None:
    theirs = partner()
    people.promise(theirs, what="Delivery plan", due_on=TODAY)
    row = meeting(theirs)
    assert titles(row) == ["Delivery plan"]
    assert not AgendaItem.objects.exists()
    add(row, "Prices")
    assert list(AgendaItem.objects.standing().values_list("title", flat=True)) == titles(row)
    assert titles(row) == ["Delivery plan", "Prices"]


def test_added_by_whom_for_whom() -> None:
    ingrid = Contact.objects.create(name="Ingrid Iversen")
    row = meeting()
    ours, theirs = add(row, "Prices"), add(row, "A second gate", contact=ingrid)
    assert (ours.side, ours.colleague, ours.added_by) == ("ours", people.alice(), people.alice())
    assert (theirs.side, theirs.contact, theirs.added_by) == ("theirs", ingrid, people.alice())
    for title, told in (("  prices ", "on the agenda already"), ("  ", "cannot be blank")):
        with pytest.raises(ValidationError, match=told):
            add(row, title)


def test_move_pin_drop_and_put_back() -> None:
    row = four()
    deed(actions.move_item, row, "Four", to=0)
    assert titles(row) == ["Four", "One", "Two", "Three"]
    deed(actions.pin_item, row, "Two")
    deed(actions.move_item, row, "Three", to=0)
    assert titles(row) == ["Three", "Four", "Two", "One"]
    deed(actions.drop_item, row, "Four")
    assert titles(row) == ["Three", "One", "Two"]
    assert [item.title for item in of(row).dropped] == ["Four"]
    deed(actions.put_back, row, "Four")
    assert set(titles(row)) == {"One", "Two", "Three", "Four"}
    assert titles(row)[2] == "Two"
    deed(actions.pin_item, row, "Two", pinned=False)
    assert AgendaItem.objects.get(title="Two").pinned_at is None


def test_what_is_dropped_stays_off_although_its_source_names_it() -> None:
    theirs = partner()
    people.promise(theirs, what="Delivery plan", due_on=TODAY)
    row = meeting(theirs)
    deed(actions.drop_item, row, "Delivery plan")
    assert titles(row) == []
    deed(actions.put_back, row, "Delivery plan")
    assert titles(row) == ["Delivery plan"]


def test_dropping_makes_room_and_what_has_none_goes_on_by_hand() -> None:
    theirs = partner()
    for number in range(10):
        people.promise(theirs, what=f"Promise {number}", due_on=TODAY - (20 - number) * DAY)
    row = meeting(theirs, minutes=30)
    deed(actions.put_back, row, "Promise 9")
    assert titles(row)[-2:] == ["Promise 6", "Promise 9"]
    deed(actions.drop_item, row, "Promise 0")
    assert titles(row)[-2:] == ["Promise 7", "Promise 9"]
    # What has no time is not on the agenda that others are sent.
    assert set(AgendaItem.objects.for_them().values_list("title", flat=True)) == set(titles(row))


def test_said_in_other_words_it_keeps_them() -> None:
    theirs = partner()
    promise = people.promise(theirs, what="Delivery plan", due_on=TODAY)
    row = meeting(theirs)
    deed(actions.change_item, row, "Delivery plan", title="When the boxes come", minutes=12, shared=False)
    core.change_promise(actor=people.alice(), now=NOW, commitment=promise, values={"what": "Plan of delivery"})
    (item,) = of(row).standing
    assert (item.title, item.minutes, item.shared) == ("When the boxes come", 12, False)
    with pytest.raises(ValidationError, match="less than or equal to 480"):
        deed(actions.change_item, row, "When the boxes come", minutes=481)
    with pytest.raises(ValidationError, match="cannot be blank"):
        deed(actions.change_item, row, "When the boxes come", title=" ")


def test_second_with_an_older_version_is_told_what_changed() -> None:
    row = four()
    seen = Meeting.objects.get(pk=row.pk).agenda_version
    deed(actions.move_item, row, "Four", to=1, actor=people.bob())
    with pytest.raises(actions.ChangedSinceError) as told:
        deed(actions.drop_item, row, "Four", seen=seen)
    assert (
        told.value.messages
        == [
            "The agenda has changed since you saw it, so nothing was done. Bob Brandt at 9:00: “Four” moved to place 2."
        ]
        or "Bob Brandt at 09:00: “Four” moved to place 2." in told.value.messages[0]
    )
    assert "Four" in titles(row)
    # Adding takes nobody's work away.
    add(row, "Five")
    assert "Five" in titles(row)


def test_each_deed_is_taken_back_done_again_and_taken_back() -> None:
    theirs = partner()
    people.promise(theirs, what="Delivery plan", due_on=TODAY)
    row = meeting(theirs)
    deeds: list[Callable[[], Any]] = [
        lambda: actions.add_item(actor=people.alice(), now=NOW, meeting=row, title="Prices"),
        lambda: deed(actions.change_item, row, "Prices", title="Prices of May", minutes=9, shared=False),
        lambda: deed(actions.move_item, row, "Prices of May", to=0),
        lambda: deed(actions.pin_item, row, "Delivery plan"),
        lambda: deed(actions.drop_item, row, "Prices of May"),
        lambda: deed(actions.put_back, row, "Prices of May"),
    ]

    def stands() -> list[Any]:
        now_so = of(row)
        return [[item.title, item.minutes, item.shared, item.pinned_at] for item in now_so.standing] + [
            item.title for item in now_so.dropped
        ]

    before = [stands()]
    steps = []
    for one in deeds:
        steps.append(one())
        before.append(stands())
    again = back(steps[-1])
    assert stands() == before[-2]
    steps[-1] = back(again)
    assert stands() == before[-1]
    # Back through all of them in turn.
    back(steps[-1])
    for number in range(len(steps) - 2, -1, -1):
        back(steps[number])
        assert stands() == before[number]
    assert not AgendaItem.objects.exists()


def test_deed_is_not_taken_back_over_what_somebody_else_did_since() -> None:
    row = four()
    done = deed(actions.move_item, row, "Four", to=0)
    deed(actions.drop_item, row, "One", actor=people.bob())
    with pytest.raises(ValidationError, match="Bob Brandt changed the agenda since"):
        back(done)
    assert titles(row) == ["Four", "Two", "Three"]


def test_item_with_notes_is_not_taken_off_by_taking_back() -> None:
    row = meeting()
    done = actions.add_item(actor=people.alice(), now=NOW, meeting=row, title="Prices")
    AgendaItem.objects.update(notes="They asked for May")
    with pytest.raises(ValidationError):
        back(done)
    assert titles(row) == ["Prices"]


def test_agenda_of_a_meeting_that_is_over_is_history() -> None:
    theirs = partner()
    row = meeting(theirs)
    add(row, "Prices")
    hold(row)
    people.promise(theirs, what="Delivery plan", due_on=TODAY)
    assert titles(row) == ["Prices"]
    with pytest.raises(ValidationError, match="no longer planned"):
        add(row, "Too late")


def test_once_begun_nothing_comes_up_by_itself() -> None:
    theirs = partner()
    people.promise(theirs, what="Delivery plan", due_on=TODAY)
    row = meeting(theirs)
    actions.settle(row, actor=people.alice(), now=NOW)
    Meeting.objects.filter(pk=row.pk).update(begun_at=NOW.instant)
    people.promise(theirs, what="Later", due_on=TODAY)
    assert titles(row) == ["Delivery plan"]
    add(row, "Prices")
    assert titles(row) == ["Delivery plan", "Prices"]


# Several partners ----------------------------------------------------------------------------------------------------


def two_partners() -> Meeting:
    """With a partner of Alice's and one of Olga's, who sees nothing of the other."""
    mine, hers = partner(), partner(owner=people.outsider(), team=people.south())
    people.promise(hers, what="Hers", due_on=TODAY - 9 * DAY)
    people.promise(mine, what="Mine", due_on=TODAY - 3 * DAY)
    people.promise(hers, what="Hers too", due_on=TODAY - 2 * DAY)
    people.promise(mine, what="Mine too", due_on=TODAY - DAY)
    return meeting(mine, hers, actor=people.adam())


def test_place_is_counted_among_what_one_sees() -> None:
    row = two_partners()
    assert titles(row) == ["Hers", "Mine", "Hers too", "Mine too"]
    deed(actions.move_item, row, "Mine too", to=0)
    assert titles(row) == ["Hers", "Mine too", "Mine", "Hers too"]
    deed(actions.move_item, row, "Mine too", to=1)
    assert titles(row) == ["Hers", "Mine", "Mine too", "Hers too"]


def test_item_of_a_partner_that_one_does_not_see_is_nobodys_to_change() -> None:
    row = two_partners()
    hers = key(row, "Hers")
    verbs: list[tuple[Any, dict[str, Any]]] = [
        (actions.move_item, {"to": 0}),
        (actions.pin_item, {}),
        (actions.drop_item, {}),
        (actions.put_back, {}),
        (actions.change_item, {"minutes": 3}),
    ]
    for verb, more in verbs:
        with pytest.raises(AgendaItem.DoesNotExist):
            verb(actor=people.alice(), now=NOW, meeting=row, key=hers, seen=0, **more)
    (party,) = row.parties.filter(relationship__owner=people.outsider())
    with pytest.raises(ObjectDoesNotExist):
        add(row, "About hers", party=party)
    # What Olga does to hers is neither told to Alice nor in her way.
    actions.drop_item(actor=people.outsider(), now=NOW, meeting=row, key=hers, seen=0)
    actions.move_item(actor=people.alice(), now=NOW, meeting=row, key=key(row, "Mine"), seen=0, to=1)
    assert AgendaChange.objects.count() == 2


@pytest.mark.parametrize("who", ["outsider", "rita", "petra"])
def test_who_may_not_change_the_partner_changes_no_agenda(who: str) -> None:
    row = four()
    done = deed(actions.drop_item, row, "Two")
    actor = getattr(people, who)()
    with pytest.raises(ObjectDoesNotExist):
        add(row, "Mine", actor=actor)
    with pytest.raises(ObjectDoesNotExist):
        actions.arrange_agenda(actor=actor, now=NOW, **UndoStep.objects.get(pk=done.step.pk).arguments)


# Two at once ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_wins_and_the_other_is_told() -> None:
    row = four()
    seen = Meeting.objects.get(pk=row.pk).agenda_version
    of_four, of_one = key(row, "Four"), key(row, "One")
    bob, told = people.bob(), []

    def second() -> None:
        try:
            actions.drop_item(actor=bob, now=NOW, meeting=row, key=of_one, seen=seen)
        except actions.ChangedSinceError as error:
            told.extend(error.changes)

    with transaction.atomic():
        actions.move_item(actor=people.alice(), now=NOW, meeting=row, key=of_four, seen=seen, to=0)
        with waiting_for_a_lock():
            other = Elsewhere(second)
    other.join()
    assert [(str(one.by), one.said) for one in told] == [("Alice Ahlberg", "“Four” moved to place 1")]
    assert titles(row) == ["Four", "One", "Two", "Three"]


@pytest.mark.django_db(transaction=True)
def test_of_all_who_add_and_move_at_once_no_text_is_lost_and_one_version_is_won() -> None:
    """Twelve at once in the suite, fifty in ``make stress``."""
    many = 50 if "STRESS_ALL" in os.environ else 12
    row = four()
    seen = Meeting.objects.get(pk=row.pk).agenda_version
    of_four, alice = key(row, "Four"), people.alice()
    outcomes: list[str] = []

    def one(number: int) -> None:
        actions.add_item(actor=alice, now=NOW, meeting=row, title=f"Text {number}")
        try:
            actions.move_item(actor=alice, now=NOW, meeting=row, key=of_four, seen=seen + number, to=0)
            outcomes.append("won")
        except actions.ChangedSinceError:
            outcomes.append("told")

    threads = [Elsewhere(lambda number=number: one(number)) for number in range(many)]  # type: ignore[misc]
    for thread in threads:
        thread.join(120)
    assert {f"Text {number}" for number in range(many)} <= set(titles(row))
    versions = list(AgendaChange.objects.filter(meeting=row).values_list("version", flat=True))
    assert versions == list(range(1, len(versions) + 1))
    assert len(outcomes) == many
    assert outcomes.count("won") == len(versions) - seen - many
    assert sorted(AgendaItem.objects.standing().values_list("position", flat=True)) == list(range(many + 4))


# Stored, the rules still hold ----------------------------------------------------------------------------------------


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_stored_agenda_keeps_critical_on_top_and_a_new_one_reorders_nothing(data: st.DataObject) -> None:
    """Whatever people did to others, among what nobody touched a critical item stands below none that is not."""
    with transaction.atomic():
        theirs = partner()
        severities = data.draw(st.lists(st.sampled_from([1, 2, 3]), min_size=2, max_size=5))
        for number, severity in enumerate(severities):
            core.open_problem(actor=people.alice(), now=NOW, relationship=theirs, what=f"P{number}", severity=severity)
        row = meeting(theirs, minutes=480)
        for _number in range(data.draw(st.integers(0, 3))):
            title = data.draw(st.sampled_from(titles(row)))
            verb = data.draw(st.sampled_from(["move", "pin", "drop"]))
            if verb == "move":
                deed(actions.move_item, row, title, to=data.draw(st.integers(0, 5)))
            elif verb == "pin":
                deed(actions.pin_item, row, title)
            elif len(titles(row)) > 1:
                deed(actions.drop_item, row, title)
        before = titles(row)
        core.open_problem(actor=people.alice(), now=NOW, relationship=theirs, what="New", severity=3)
        after = titles(row)
        pinned = {item.title for item in of(row).standing if item.pinned_at is not None}
        assert [one for one in after if one not in pinned | {"New"}] == [one for one in before if one not in pinned]
        untouched = [one for one in of(row).agenda.rows if one.untouched]
        ranks = [not one.candidate.critical for one in untouched]
        assert ranks == sorted(ranks)
        add(row, "Stored")
        assert titles(row) == [*after, "Stored"]
        transaction.set_rollback(True)


def test_outline_follows_the_kind_until_somebody_touches_it() -> None:
    OutlineItem.objects.create(kind="review", position=0, title="Figures", minutes=20)
    row = meeting(kind="review")
    add(row, "Prices")
    Meeting.objects.filter(pk=row.pk).update(kind="check_in")
    assert titles(row) == ["Prices"]
    assert AgendaItem.objects.filter(kind=Kind.OUTLINE).exists()
    add(row, "More")
    assert not AgendaItem.objects.filter(kind=Kind.OUTLINE).exists()
