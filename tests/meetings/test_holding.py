"""A meeting while it runs and once it was held: items, time, who came, the touch, the evidence; and all of it back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Contact
from accounts.undo import take_back
from meetings import actions
from meetings.agenda import Kind
from meetings.models import AgendaItem, Meeting, Participant
from relationships.actions import agree_cadence, name_stakeholder
from relationships.models import Evidence, Interaction, MissedCheckIn, Relationship
from relationships.sweep import raise_flags
from tests import people
from tests.relationships.records import KEPT
from web.clock import Now

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
DURING = Now(START + timedelta(minutes=5))
AFTER = Now(START + timedelta(hours=2))
DAY = date(2026, 11, 23)


def ingrid() -> Contact:
    return Contact.objects.get_or_create(name="Ingrid Iversen", email="ingrid@partner.example")[0]


def jonas() -> Contact:
    return Contact.objects.get_or_create(name="Jonas Brandt", email="jonas@partner.example")[0]


def meeting_of(*rows: Relationship, **more: Any) -> Meeting:
    values: dict[str, Any] = {
        "actor": people.alice(),
        "now": Now(START - timedelta(days=2)),
        "relationships": rows,
        "title": "Quarterly review",
        "starts_at": START,
        "zone": "Europe/Berlin",
        "colleagues": [people.alice(), people.bob()],
        "contacts": {rows[0].pk: [ingrid(), jonas()]},
    }
    return actions.plan_meeting(**(values | more)).row


def item(meeting: Meeting, title: str, position: int, **more: Any) -> AgendaItem:
    # A person's hand has put it where it is.
    values: dict[str, Any] = {"key": f"written:{title}", "kind": Kind.WRITTEN, "minutes": 10, "added_at": START}
    values |= {"moved": True}
    return AgendaItem.objects.create(meeting=meeting, title=title, position=position, **(values | more))


def who(meeting: Meeting, *names: str) -> list[int]:
    return [one.pk for one in meeting.people.all() if str(one) in names]


def evidence_of(row: Relationship) -> list[tuple[str, str, date]]:
    return sorted(Evidence.objects.filter(relationship=row).values_list("kind", "side", "day"))


def _besides(rows: Any, *names: str) -> list[dict[str, Any]]:
    """Time spent stays spent, and no item is taken up again by itself."""
    return [{key: value for key, value in row.items() if key not in names} for row in rows.order_by("pk").values()]


def state_of(row: Relationship) -> dict[str, Any]:
    """Everything that holding a meeting may move."""
    row.refresh_from_db()
    return {
        "relationship": {name: getattr(row, name) for name in KEPT},
        "evidence": evidence_of(row),
        "flags": list(MissedCheckIn.objects.filter(relationship=row).values()),
        "entries": row.interactions.count(),
        "meetings": _besides(Meeting.objects.filter(parties__relationship=row), "current_item_id", "current_since"),
        "people": list(Participant.objects.filter(meeting__parties__relationship=row).order_by("pk").values()),
        "items": _besides(AgendaItem.objects.filter(meeting__parties__relationship=row), "spent"),
    }


def test_time_of_each_item_is_added_up_and_next_marks_the_former_done() -> None:
    meeting = meeting_of(people.relationship(owner=people.alice(), stage="partner"))
    first, second, third = (item(meeting, title, place) for place, title in enumerate(["One", "Two", "Three"]))
    by: dict[str, Any] = {"actor": people.alice()}

    def at(minutes: int) -> Now:
        return Now(START + timedelta(minutes=minutes))

    assert actions.begin_meeting(meeting=meeting, now=at(0), **by).row.current_item == first
    assert actions.begin_meeting(meeting=meeting, now=at(1), **by).row.begun_at == START
    assert actions.next_item(meeting=meeting, now=at(8), at=first.pk, **by).row.current_item == second
    # A second tap on a slow line.
    assert actions.next_item(meeting=meeting, now=at(8), at=first.pk, **by).row.current_item == second
    actions.go_to_item(item=third, now=at(10), **by)
    # Back to what was left out.
    back = actions.next_item(meeting=meeting, now=at(13), **by)
    assert back.row.current_item == second
    assert actions.next_item(meeting=meeting, now=at(14), **by).row.current_item is None
    spent = {one.title: (one.spent // 60, one.done_at is not None) for one in meeting.items.all()}
    assert spent == {"One": (8, True), "Two": (3, True), "Three": (3, True)}


def test_next_is_taken_back_with_its_tick() -> None:
    meeting = meeting_of(people.relationship(owner=people.alice()))
    first, _second = item(meeting, "One", 0), item(meeting, "Two", 1)
    by: dict[str, Any] = {"actor": people.alice(), "now": DURING}
    actions.begin_meeting(meeting=meeting, **by)
    step = actions.next_item(meeting=meeting, **by).step
    back = take_back(step_id=step.pk, **by)
    first.refresh_from_db()
    assert (first.done_at, back.row.current_item) == (None, first)
    take_back(step_id=back.step.pk, **by)
    first.refresh_from_db()
    assert first.done_at is not None


def test_turning_an_item_costs_the_same_for_a_short_and_a_long_agenda() -> None:
    meeting = meeting_of(people.relationship(owner=people.alice()))
    by: dict[str, Any] = {"actor": people.alice(), "now": DURING}
    for place in range(2):
        item(meeting, f"Item {place}", place)
    actions.begin_meeting(meeting=meeting, **by)
    counts = []
    for more in (0, 50):
        for place in range(10, 10 + more):
            item(meeting, f"Item {place}", place)
        with CaptureQueriesContext(connection) as found:
            actions.next_item(meeting=meeting, **by)
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_held_logs_a_touch_with_who_came_and_what_was_shared() -> None:
    row = people.relationship(owner=people.alice())
    meeting = meeting_of(row)
    item(meeting, "Collection", 0, notes="Hamburg moves to the morning")
    item(meeting, "Their budget", 1, notes="We think it is gone", shared=False)
    item(meeting, "Ideas", 2, key="topic:ideas", kind=Kind.TOPIC, done_at=START)
    actions.hold_meeting(
        actor=people.alice(),
        now=AFTER,
        meeting=meeting,
        came=who(meeting, "Ingrid Iversen", "Alice Ahlberg"),
        line="Good",
    )
    meeting.refresh_from_db()
    entry = meeting.parties.get().interaction
    assert entry is not None
    assert (entry.occurred_on, entry.channel, entry.two_way, entry.purpose) == (DAY, "meeting", True, meeting.title)
    assert entry.summary == "Good\n\nCollection: Hamburg moves to the morning"
    assert ([str(one) for one in entry.contacts.all()], [str(one) for one in entry.colleagues.all()]) == (
        ["Ingrid Iversen"],
        ["Alice Ahlberg"],
    )
    assert entry.topics == ["ideas"]
    assert (meeting.state, meeting.current_item) == ("held", None)
    assert {str(one): one.came for one in meeting.people.all()} == {
        "Ingrid Iversen": True,
        "Jonas Brandt": False,
        "Alice Ahlberg": True,
        "Bob Brandt": False,
    }
    row.refresh_from_db()
    assert row.last_touch_on == DAY


def test_held_without_anybody_of_theirs_is_no_touch() -> None:
    row = people.relationship(owner=people.alice())
    meeting = meeting_of(row, kind="site_visit")
    actions.hold_meeting(actor=people.alice(), now=AFTER, meeting=meeting, came=who(meeting, "Alice Ahlberg"))
    entry = row.interactions.get()
    assert (entry.two_way, entry.channel) == (False, "visit")
    row.refresh_from_db()
    assert row.last_touch_on is None


def test_decision_makers_who_came_count_as_access_and_who_stayed_away_against_it() -> None:
    row = people.relationship(owner=people.alice())
    by: dict[str, Any] = {"actor": people.alice(), "now": AFTER}
    early: dict[str, Any] = {"actor": people.alice(), "now": Now(START - timedelta(days=5))}
    name_stakeholder(relationship=row, contact=ingrid(), power="signs", **early)
    name_stakeholder(relationship=row, contact=jonas(), power="decides", **early)
    meeting = meeting_of(row)
    before = evidence_of(row)
    step = actions.hold_meeting(meeting=meeting, came=who(meeting, "Ingrid Iversen", "Alice Ahlberg"), **by).step
    met, absent = ("decision_maker_met", "theirs", DAY), ("decision_maker_absent", "theirs", DAY)
    assert set(evidence_of(row)) - set(before) == {met, absent, ("touch", "both", DAY)}
    # He was there after all: the touch and the evidence follow.
    late = meeting.people.get(contact=jonas())
    corrected = actions.attend(participant=late, came=True, **by).step
    assert evidence_of(row).count(met) == 2
    assert absent not in evidence_of(row)
    assert row.interactions.get().contacts.count() == 2
    take_back(step_id=corrected.pk, **by)
    assert absent in evidence_of(row)
    assert row.interactions.get().contacts.count() == 1
    take_back(step_id=step.pk, **by)
    assert evidence_of(row) == before


def test_who_said_that_they_do_not_come_is_not_counted_as_absent_too() -> None:
    row = people.relationship(owner=people.alice())
    name_stakeholder(
        actor=people.alice(), now=Now(START - timedelta(days=5)), relationship=row, contact=jonas(), power="decides"
    )
    meeting = meeting_of(row)
    meeting.people.filter(contact=jonas()).update(answer="declined", answered_on=DAY)
    actions.hold_meeting(
        actor=people.alice(), now=AFTER, meeting=meeting, came=who(meeting, "Ingrid Iversen", "Alice Ahlberg")
    )
    assert "decision_maker_absent" not in {kind for kind, *_rest in evidence_of(row)}


def test_taken_back_everything_is_as_before_and_done_again_as_after() -> None:
    """The dates, the flag, the evidence, who came, what was done; three times over, as keys are the same each time."""
    row = people.relationship(owner=people.alice(), zone="Europe/Berlin")
    early = Now(datetime(2026, 9, 1, 9, tzinfo=UTC))
    agree_cadence(actor=people.alice(), now=early, relationship=row, every_days=14)
    name_stakeholder(actor=people.alice(), now=early, relationship=row, contact=ingrid(), power="signs")
    meeting = meeting_of(row)
    one = item(meeting, "One", 0, notes="Said")
    by: dict[str, Any] = {"actor": people.alice(), "now": AFTER}
    actions.promise_at(
        party=meeting.parties.get(), side="ours", what="Send it", due_on=date(2026, 12, 1), item=one, **by
    )
    actions.begin_meeting(meeting=meeting, **by)
    raise_flags(AFTER)
    assert MissedCheckIn.objects.open().filter(relationship=row).exists()
    before = state_of(row)
    step = actions.hold_meeting(
        meeting=meeting, came=who(meeting, "Ingrid Iversen", "Alice Ahlberg"), done=[one.key], **by
    ).step
    after = state_of(row)
    assert not MissedCheckIn.objects.open().filter(relationship=row).exists()
    assert row.commitments.get().interaction == row.interactions.get()
    for _turn in range(3):
        back = take_back(step_id=step.pk, **by)
        assert state_of(row) == before
        assert not row.commitments.exclude(interaction=None).exists()
        step = take_back(step_id=back.step.pk, **by).step
        assert state_of(row) == after
        entry = row.interactions.get()
        assert row.commitments.get().interaction == entry == meeting.parties.get().interaction


def test_held_with_several_partners_is_a_touch_with_each_and_asks_for_the_right_to_all() -> None:
    one, two = people.relationship(owner=people.alice()), people.relationship(owner=people.alice())
    meeting = meeting_of(one, two, contacts={one.pk: [ingrid()], two.pk: [jonas()]})
    theirs = people.outsider()
    Relationship.objects.filter(pk=two.pk).update(owner=theirs, team=people.south())
    by: dict[str, Any] = {"now": AFTER, "came": who(meeting, "Ingrid Iversen", "Jonas Brandt", "Alice Ahlberg")}
    with pytest.raises(ValidationError, match="also with a partner that you may not change"):
        actions.hold_meeting(actor=people.alice(), meeting=meeting, **by)
    actions.hold_meeting(actor=people.adam(), meeting=meeting, **by)
    assert [str(one.contacts.get()) for one in Interaction.objects.order_by("pk")] == ["Ingrid Iversen", "Jonas Brandt"]


def test_held_before_it_starts_or_with_none_of_us_is_refused() -> None:
    meeting = meeting_of(people.relationship(owner=people.alice()))
    by: dict[str, Any] = {"actor": people.alice(), "meeting": meeting}
    with pytest.raises(ValidationError, match="still to come"):
        actions.hold_meeting(now=Now(START - timedelta(hours=1)), came=who(meeting, "Alice Ahlberg"), **by)
    with pytest.raises(ValidationError, match="who of us"):
        actions.hold_meeting(now=AFTER, came=who(meeting, "Ingrid Iversen"), **by)
    actions.hold_meeting(now=AFTER, came=who(meeting, "Alice Ahlberg"), **by)
    with pytest.raises(ValidationError, match="is over: it is held"):
        actions.hold_meeting(now=AFTER, came=who(meeting, "Alice Ahlberg"), **by)


def test_somebody_who_was_not_asked_came_too() -> None:
    row = people.relationship(owner=people.alice())
    meeting = meeting_of(row, contacts={row.pk: [ingrid()]})
    by: dict[str, Any] = {"actor": people.alice(), "now": AFTER}
    actions.hold_meeting(meeting=meeting, came=who(meeting, "Alice Ahlberg"), **by)
    row.refresh_from_db()
    assert str(row.last_touch_on) == "None"
    step = actions.bring(meeting=meeting, contact=jonas(), party=meeting.parties.get(), **by).step
    row.refresh_from_db()
    assert row.last_touch_on == DAY
    back = take_back(step_id=step.pk, **by)
    row.refresh_from_db()
    assert (str(row.last_touch_on), meeting.people.filter(contact=jonas()).count()) == ("None", 0)
    take_back(step_id=back.step.pk, **by)
    row.refresh_from_db()
    assert (row.last_touch_on, meeting.people.filter(contact=jonas()).count()) == (DAY, 1)
