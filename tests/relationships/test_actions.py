"""Every verb, taken back and done again; what it refuses; what it leaves in the audit trail."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pghistory
import pghistory.models
import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.middleware import AuditMiddleware
from accounts.models import Affiliation, Contact, UndoStep, User
from accounts.undo import INVERSES, Done, take_back
from relationships import actions
from relationships.models import CadenceAgreement, Interaction, MissedCheckIn, Relationship, Snooze
from tests import people
from tests.relationships.records import DAY, MONDAY, START, agreed, dates, flags, log, noon
from web.clock import Now

NOW = noon(MONDAY)


def undo(done: Done[Any], *, actor: User | None = None, now: Now = NOW) -> Done[Any]:
    return take_back(step_id=done.step.pk, actor=actor or people.alice(), now=now)


def contact(row: Relationship, name: str = "Ines Iversen") -> Contact:
    found = Contact.objects.create(name=name)
    Affiliation.objects.create(contact=found, account=row.account)
    return found


def record_of(row: Relationship) -> dict[str, Any]:
    """All that a verb of this app can change about a relationship, keys included."""
    kept: dict[str, Any] = dict(Relationship.objects.filter(pk=row.pk).values().get())
    # When the criteria were last found to be another, and are looked at next, is no part of the record: a log leaves
    # them to the sweep, and what takes it back judges at once.
    del kept["judged_as_of"], kept["judged_again_on"]
    return {
        "row": kept,
        "agreements": list(CadenceAgreement.objects.filter(relationship=row).order_by("pk").values()),
        "snoozes": list(Snooze.objects.filter(relationship=row).order_by("pk").values()),
        "interactions": list(Interaction.objects.filter(relationship=row).order_by("pk").values()),
        "contacts": sorted(Interaction.objects.filter(relationship=row).values_list("pk", "contacts")),
        "colleagues": sorted(Interaction.objects.filter(relationship=row).values_list("pk", "colleagues")),
        "flags": list(MissedCheckIn.objects.filter(relationship=row, closed_at=None).values()),
    }


# Each verb, back and forth -----------------------------------------------------------------------------------------


def do_log(row: Relationship) -> Done[Any]:
    return log(row, MONDAY, summary="Prices", contacts=[contact(row)], colleagues=[people.alice(), people.bob()])


def do_change_interaction(row: Relationship) -> Done[Any]:
    return actions.change_interaction(
        actor=row.owner,
        now=NOW,
        interaction=row.interactions.get(),
        values={"occurred_on": MONDAY - DAY, "two_way": True, "summary": "Prices, again"},
        contacts=[contact(row)],
        colleagues=[people.bob()],
    )


def do_remove_interaction(row: Relationship) -> Done[Any]:
    return actions.remove_interaction(actor=row.owner, now=NOW, interaction_id=row.interactions.get().pk)


def do_snooze(row: Relationship) -> Done[Any]:
    return actions.snooze(actor=row.owner, now=NOW, relationship=row, until_on=MONDAY + 5 * DAY, reason="On leave")


def do_wake(row: Relationship) -> Done[Any]:
    return actions.wake(actor=row.owner, now=NOW, snooze_id=do_snooze(row).row.pk)


def do_pause(row: Relationship) -> Done[Any]:
    return actions.pause(actor=row.owner, now=NOW, relationship=row, reason="Merger")


def do_resume(row: Relationship) -> Done[Any]:
    do_pause(row)
    return actions.resume(actor=row.owner, now=NOW, relationship=row)


def do_agree(row: Relationship) -> Done[Any]:
    return actions.agree_cadence(
        actor=row.owner, now=NOW, relationship=row, every_days=60, reason="A quiet year", agreed_with=contact(row)
    )


def do_withdraw(row: Relationship) -> Done[Any]:
    return actions.withdraw_agreement(actor=row.owner, now=NOW, agreement_id=row.agreements.get().pk)


def do_change(row: Relationship) -> Done[Any]:
    values = {
        "name": "Wind parks",
        "owner": people.bob(),
        "team": None,
        "zone": "Asia/Tokyo",
        "workdays": [6, 0, 1, 2, 3],
        "yearly_worth": "1200.50",
        "renewal_on": MONDAY + 90 * DAY,
        "tier": "A",
        "tags": ["wind", "export"],
    }
    return actions.change_relationship(actor=people.adam(), now=NOW, relationship=row, values=values)


def do_remove(row: Relationship) -> Done[Any]:
    return actions.remove_relationship(actor=row.owner, now=NOW, relationship=row)


def do_hand_over(row: Relationship) -> Done[Any]:
    return actions.hand_over(actor=row.owner, now=NOW, relationships=[row], to=people.bob())


DEEDS = [
    do_log,
    do_change_interaction,
    do_remove_interaction,
    do_snooze,
    do_wake,
    do_pause,
    do_resume,
    do_agree,
    do_withdraw,
    do_change,
    do_remove,
    do_hand_over,
]
# The first half of these deeds is itself a verb, so "before" is after it.
IN_TWO_STEPS = {do_wake: do_snooze, do_resume: do_pause}


@pytest.mark.django_db
@pytest.mark.parametrize("deed", DEEDS)
def test_verb_taken_back_done_again_and_taken_back_again(deed: Callable[[Relationship], Done[Any]]) -> None:
    row = agreed(14, touched=START, yearly_worth="900.00", tags=["old"], tier="B")
    actions.sweep_cadence(now=NOW)
    if deed is not do_change_interaction and deed is not do_remove_interaction:
        log(row, START + 2 * DAY, now=NOW, two_way=False)
    before = record_of(row)
    done = deed(row)
    actor = done.step.actor
    after = record_of(row)
    if deed in (do_wake, do_resume):
        assert {**after, "agreements": []} == {**before, "agreements": []}  # awake as before the first half
    else:
        assert after != before
    back = undo(done, actor=actor)
    if deed not in IN_TWO_STEPS:
        assert record_of(row) == before
    again = undo(back, actor=actor)
    assert record_of(row) == after
    undo(again, actor=actor)
    if deed not in IN_TWO_STEPS:
        assert record_of(row) == before


@pytest.mark.django_db
def test_opening_taken_back_done_again() -> None:
    alice = people.alice()
    done = actions.open_relationship(
        actor=alice, now=NOW, account=people.account("Nordwind"), owner=alice, team=people.north(), zone="Europe/Oslo"
    )
    row = done.row
    assert dates(row) == (None, MONDAY + 30 * DAY, MONDAY + 32 * DAY)
    assert row.agreements.get().assumed
    before = record_of(row)
    back = undo(done)
    assert not Relationship.objects.visible_to(alice).exists()
    undo(back)
    assert record_of(row) == before
    assert Relationship.objects.visible_to(alice).get() == row


@pytest.mark.django_db
def test_deeds_on_one_row_are_taken_back_one_after_the_other() -> None:
    row = agreed(14, touched=START)
    actions.sweep_cadence(now=NOW)
    before = record_of(row)
    done = [do_pause(row), actions.resume(actor=row.owner, now=NOW, relationship=row), do_pause(row), do_hand_over(row)]
    states = [record_of(row)]
    redone = []
    for deed in reversed(done):
        redone.append(undo(deed))
        states.append(record_of(row))
    assert states[-1] == before
    for deed, state in zip(reversed(redone), reversed(states[:-1]), strict=True):
        undo(deed)
        assert record_of(row) == state


@pytest.mark.django_db
def test_relationship_brought_back_only_where_its_name_is_free() -> None:
    row = agreed(14)
    done = do_remove(row)
    people.relationship(account=row.account, name=row.name)
    with pytest.raises(ValidationError, match="There is a relationship of this name"):
        undo(done)
    assert UndoStep.objects.get(pk=done.step.pk).undone_at is None


# What can't be taken back ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_changed_since_stays_as_it_is() -> None:
    row = agreed(14)
    done = log(row, MONDAY)
    actions.change_interaction(
        actor=people.bob(),
        now=NOW,
        interaction=done.row,
        values={"summary": "Bob knows more"},
        contacts=[],
        colleagues=[people.alice()],
    )
    before = record_of(row)
    with pytest.raises(ValidationError, match="so it stays as it is"):
        undo(done)
    assert record_of(row) == before


@pytest.mark.django_db
def test_changed_by_hand_in_bulk_is_noticed_too() -> None:
    done = log(agreed(14), MONDAY)
    Interaction.objects.filter(pk=done.row.pk).update(purpose="Renewal")
    with pytest.raises(ValidationError, match="so it stays as it is"):
        undo(done)


@pytest.mark.django_db
def test_changed_and_changed_back_by_another_stays() -> None:
    row = agreed(14)
    done = do_pause(row)
    bob = people.bob()
    actions.change_relationship(actor=bob, now=NOW, relationship=row, values={"tier": "A"})
    actions.change_relationship(actor=bob, now=NOW, relationship=row, values={"tier": ""})
    with pytest.raises(ValidationError, match="so it stays as it is"):
        undo(done)


@pytest.mark.django_db
def test_twice_taken_back_is_refused() -> None:
    row = agreed(14)
    done = log(row, MONDAY)
    undo(done)
    with pytest.raises(ValidationError, match="taken back already"):
        undo(done)
    assert not row.interactions.exists()


@pytest.mark.django_db
def test_thirty_days_and_no_longer() -> None:
    row = agreed(14)
    one, other = log(row, MONDAY), log(row, MONDAY)
    with pytest.raises(ValidationError, match="more than 30 days ago"):
        undo(one, now=Now(NOW.instant + timedelta(days=30, microseconds=1)))
    undo(other, now=Now(NOW.instant + timedelta(days=30)))
    assert row.interactions.get() == one.row


@pytest.mark.django_db
@pytest.mark.parametrize("who", [people.bob, people.mona, people.adam, people.outsider, people.rita, people.petra])
def test_nobody_takes_back_what_another_did(who: Callable[[], User]) -> None:
    row = agreed(14)
    done = log(row, MONDAY)
    with pytest.raises(UndoStep.DoesNotExist):
        undo(done, actor=who())
    assert row.interactions.get() == done.row


@pytest.mark.django_db
@pytest.mark.parametrize("deed", [deed for deed in DEEDS if deed is not do_change])
def test_who_lost_the_right_to_change_takes_nothing_back(deed: Callable[[Relationship], Done[Any]]) -> None:
    row = agreed(14, touched=START)
    done = deed(row)
    Relationship.objects.filter(pk=row.pk).update(owner=people.outsider(), team=people.south())
    UndoStep.objects.update(watched=[])  # the rights alone must refuse it
    before = record_of(row)
    with contextlib.suppress(ObjectDoesNotExist, ValidationError):
        undo(done)
    assert record_of(row) == before


@pytest.mark.django_db
def test_every_inverse_is_registered_under_its_own_name() -> None:
    """Kept steps name the verb and its app, so a verb may move between the modules of its app."""
    for name, verb in INVERSES.items():
        app, actions, *_inside = verb.__module__.split(".")
        assert name == f"{app}.{actions}.{verb.__name__}"


# Logging -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_log_moves_the_dates_and_closes_the_flag() -> None:
    row = agreed(14)
    actions.sweep_cadence(now=NOW)
    done = log(row, MONDAY, summary="  Prices  ", purpose=" Renewal ")
    assert dates(row) == (MONDAY, MONDAY + 14 * DAY, MONDAY + 17 * DAY)
    assert flags(row) == [(START + 14 * DAY, "touched")]
    entry = Interaction.objects.get()
    assert (entry.summary, entry.purpose, entry.begun_by, entry.two_way) == ("Prices", "Renewal", "unknown", True)
    assert (entry.account, entry.logged_by, entry.logged_at) == (row.account, row.owner, NOW.instant)
    assert list(entry.colleagues.all()) == [row.owner]
    assert done.row == entry


@pytest.mark.django_db
@pytest.mark.parametrize("channel", Interaction.Channel.values)
@pytest.mark.parametrize("two_way", [True, False])
def test_every_channel_counts_only_where_both_sides_spoke(channel: str, two_way: bool) -> None:
    row = agreed(14)
    before = dates(row)
    actions.log_interaction(
        actor=row.owner, now=NOW, relationship=row, occurred_on=MONDAY, channel=channel, two_way=two_way
    )
    assert (dates(row) == before) is not two_way


@pytest.mark.django_db
def test_backdated_log_behind_the_last_touch_changes_no_date() -> None:
    row = agreed(14, touched=MONDAY)
    before = dates(row)
    log(row, MONDAY - 10 * DAY, now=NOW)
    assert dates(row) == before


@pytest.mark.django_db
def test_log_of_a_day_to_come_is_refused() -> None:
    row = agreed(14, zone="Europe/Oslo")
    with pytest.raises(ValidationError) as refused:
        log(row, MONDAY + DAY, now=NOW)
    assert refused.value.message_dict == {"occurred_on": ["This day is still to come. Log it once it has happened."]}
    assert not row.interactions.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("ours", "theirs"), [("UTC", "Pacific/Kiritimati"), ("Pacific/Kiritimati", "UTC")])
def test_log_of_a_day_that_has_begun_on_either_side_is_taken(ours: str, theirs: str) -> None:
    row = agreed(14, zone=theirs)
    User.objects.filter(pk=row.owner_id).update(zone=ours)
    row.owner.refresh_from_db()
    log(row, MONDAY + DAY, now=NOW)  # noon in London is the next day in Kiritimati
    assert dates(row)[0] == MONDAY + DAY
    with pytest.raises(ValidationError):
        log(row, MONDAY + 2 * DAY, now=NOW)


@pytest.mark.django_db
def test_log_refuses_a_channel_that_is_none() -> None:
    row = agreed(14)
    with pytest.raises(ValidationError, match="pigeon"):
        actions.log_interaction(actor=row.owner, now=NOW, relationship=row, occurred_on=MONDAY, channel="pigeon")
    assert not Interaction.objects.exists()


def statements_of_a_log(row: Relationship) -> int:
    with CaptureQueriesContext(connection) as queries:
        log(row, MONDAY, contacts=[contact(row)])
    return len(queries)


@pytest.mark.django_db
def test_log_is_constant_work_whatever_the_history() -> None:
    row = agreed(14)
    log(row, MONDAY)
    counts = []
    for number in (5, 500):
        Interaction.objects.filter(relationship=row).delete()
        Interaction.objects.bulk_create(
            Interaction(
                relationship=row,
                account=row.account,
                occurred_on=START - index * DAY,
                channel="call",
                logged_by=row.owner,
                logged_at=NOW.instant,
            )
            for index in range(number)
        )
        counts.append(statements_of_a_log(row))
    assert counts == [counts[0], counts[0]] and counts[0] <= 40, counts


# Snooze, pause, rhythm ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_snooze_raises_both_dates_without_new_grace() -> None:
    row = agreed(14)
    do_snooze(row)
    assert dates(row) == (None, MONDAY + 6 * DAY, MONDAY + 6 * DAY)


@pytest.mark.django_db
def test_snoozes_of_one_silence_total_a_month_and_days_count_once() -> None:
    row = agreed(14)
    snooze: dict[str, Any] = {"actor": row.owner, "now": NOW, "relationship": row, "reason": "On leave"}
    actions.snooze(**snooze, until_on=MONDAY + 9 * DAY)
    actions.snooze(**snooze, until_on=MONDAY + 30 * DAY)
    with pytest.raises(ValidationError, match="31 days in all; 0 are left"):
        actions.snooze(**snooze, until_on=MONDAY + 31 * DAY)
    log(row, MONDAY)
    with pytest.raises(ValidationError, match="Pause it instead"):
        actions.snooze(**{**snooze, "now": noon(MONDAY + DAY)}, until_on=MONDAY + 33 * DAY)
    log(row, MONDAY + 2 * DAY)
    actions.snooze(**{**snooze, "now": noon(MONDAY + 2 * DAY)}, until_on=MONDAY + 32 * DAY)
    assert dates(row)[1] == MONDAY + 33 * DAY


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("until", "reason", "field"), [(-1, "On leave", "until_on"), (3, "  ", "reason"), (31, "On leave", "until_on")]
)
def test_snooze_refuses(until: int, reason: str, field: str) -> None:
    row = agreed(14)
    with pytest.raises(ValidationError) as refused:
        actions.snooze(actor=row.owner, now=NOW, relationship=row, until_on=MONDAY + until * DAY, reason=reason)
    assert list(refused.value.message_dict) == [field]
    assert not Snooze.objects.exists()


@pytest.mark.django_db
def test_nothing_due_nothing_to_snooze() -> None:
    row = people.relationship()
    with pytest.raises(ValidationError, match="Nothing is due here"):
        do_snooze(row)


@pytest.mark.django_db
def test_pause_stops_the_rhythm_and_needs_a_reason() -> None:
    row = agreed(14)
    with pytest.raises(ValidationError, match="Say why it is paused"):
        actions.pause(actor=row.owner, now=NOW, relationship=row, reason=" ")
    do_pause(row)
    assert dates(row) == (None, None, None)
    row.refresh_from_db()
    assert (row.paused_since, row.pause_reason, row.state(NOW)) == (MONDAY, "Merger", "paused")
    actions.resume(actor=row.owner, now=noon(MONDAY + DAY), relationship=row)
    assert dates(row) == (None, START + 14 * DAY, START + 17 * DAY)


@pytest.mark.django_db
def test_agreement_over_a_month_needs_a_reason() -> None:
    row = agreed(14)
    with pytest.raises(ValidationError, match="More than 31 days needs a reason"):
        actions.agree_cadence(actor=row.owner, now=NOW, relationship=row, every_days=32, reason=" ")
    assert row.agreements.get().every_days == 14


@pytest.mark.django_db
def test_agreement_with_a_named_person_is_no_longer_assumed() -> None:
    row = agreed(14)
    assert row.agreements.get().assumed
    made = actions.agree_cadence(
        actor=row.owner, now=NOW, relationship=row, every_days=21, agreed_with=contact(row)
    ).row
    assert (made.assumed, made.agreed_on) == (False, MONDAY)
    assert [agreement.every_days for agreement in row.agreements.all()] == [14, 21]


@pytest.mark.django_db
def test_agreement_comes_back_although_its_person_was_erased() -> None:
    """The day stays, and with it that it was agreed."""
    row = agreed(14)
    person = contact(row)
    made = actions.agree_cadence(actor=row.owner, now=NOW, relationship=row, every_days=21, agreed_with=person).row
    done = actions.withdraw_agreement(actor=row.owner, now=NOW, agreement_id=made.pk)
    person.delete()
    undo(done)
    connection.check_constraints()
    back = CadenceAgreement.objects.get(pk=made.pk)
    assert (back.agreed_with, back.agreed_on, back.assumed) == (None, MONDAY, False)


# The audit trail ---------------------------------------------------------------------------------------------------


def events(row: Any) -> list[tuple[str, dict[str, Any] | None]]:
    found = pghistory.models.Events.objects.tracks(row)  # type: ignore[no-untyped-call]
    found = found.order_by("pgh_created_at", "pgh_slug")
    return [(event.pgh_label, event.pgh_context) for event in found]


@pytest.mark.django_db
def test_audit_says_who_and_from_where_deletes_included() -> None:
    row = agreed(14)
    alice = row.owner

    def view(request: HttpRequest) -> HttpResponse:
        entry = log(row, MONDAY).row
        actions.change_interaction(
            actor=alice, now=NOW, interaction=entry, values={"summary": "Prices"}, contacts=[], colleagues=[]
        )
        Interaction.objects.filter(pk=entry.pk).update(purpose="Renewal")
        actions.remove_interaction(actor=alice, now=NOW, interaction_id=entry.pk)
        return HttpResponse(str(entry.pk))

    request = RequestFactory(REMOTE_ADDR="192.0.2.7").post("/relationships/1/interactions/")
    request.user = alice
    answer = AuditMiddleware(view)(request)  # type: ignore[no-untyped-call]
    entry = Interaction(pk=int(answer.content))
    found = events(entry)
    assert sorted(label for label, _context in found) == ["delete", "insert", "update", "update"]
    assert {(context or {})["user"] for _label, context in found} == {alice.pk}
    assert {(context or {})["address"] for _label, context in found} == {"192.0.2.7"}
    assert {(context or {})["url"] for _label, context in found} == {"/relationships/1/interactions/"}


@pytest.mark.django_db
def test_audit_records_every_row_of_a_bulk_update_and_no_derived_date() -> None:
    rows = [agreed(14) for _ in range(3)]
    with pghistory.context(why="moved"):
        Relationship.objects.filter(pk__in=[row.pk for row in rows]).update(team=people.south())
        log(rows[0], MONDAY)
    assert [events(row) for row in rows] == [[("insert", None), ("update", {"why": "moved"})]] * 3
