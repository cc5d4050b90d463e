"""Moves, waivers, scopes, targets, plans and ends: what they keep, what they refuse, and how they are taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import actions as accounts
from accounts.models import Affiliation, Contact
from accounts.undo import Done, take_back
from relationships import actions, history, records, stages
from relationships.cadence import State
from relationships.models import Evidence, Halt, Relationship, StageChange, Stakeholder, Waiver
from relationships.stages import Stage, Verdict
from tests import people
from tests.relationships.records import MONDAY, agreed, dates, flags, log, noon
from web.clock import Now

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BEGUN = MONDAY - 100 * DAY


def person(row: Relationship, name: str, known_on: date = BEGUN, **more: Any) -> Stakeholder:
    contact = Contact.objects.create(name=name)
    Affiliation.objects.create(contact=contact, account=row.account)
    return Stakeholder.objects.create(
        relationship=row, account=row.account, contact=contact, power=more.pop("power", "decides"), known_on=known_on,
        **more,
    )  # fmt: skip


def ready(*, without: str = "") -> Relationship:
    """A contact that meets all that a customer needs by Monday, but for one thing."""
    row = people.relationship(created_at=noon(BEGUN).instant)
    ingrid = person(row, "Ingrid Moe", accountable=True, commands=True)
    if without != "people":
        person(row, "Lars Tveit", power="influences")
    with_whom = {} if without == "cadence" else {"agreed_with": ingrid.contact, "agreed_on": BEGUN}
    actions.agree_cadence(actor=row.owner, now=noon(BEGUN), relationship=row, every_days=30, **with_whom)  # type: ignore[arg-type]
    for day in range(0, 1 if without == "in_touch" else 100, 25):
        log(row, BEGUN + day * DAY)
    if without != "scope":
        actions.agree_scope(actor=row.owner, now=noon(BEGUN), relationship=row, what="Feed for two sites")
    promise = people.promise(row, due_on=BEGUN + 20 * DAY, made_on=BEGUN)
    if without != "promise":
        kept_on = BEGUN + 10 * DAY
        actions.keep_promise(actor=row.owner, now=noon(kept_on), commitment=promise, kept_on=kept_on)
    row.refresh_from_db()
    return row


TODAY = noon(MONDAY)


def judged(row: Relationship, now: Now = TODAY) -> dict[str, str]:
    """Each criterion of the next stage, and what is found of it."""
    known = records.read([row])[row.pk]
    wanted = stages.following(row.stage) or Stage.PARTNER
    found = stages.judge(known.record, wanted, row.today(now), known.waived).findings
    return {one.criterion.value: one.verdict.value for one in found}


def sweep(day: date) -> None:
    actions.sweep_cadence(now=noon(day))


def move(row: Relationship, to: str = "customer", day: date = MONDAY, **more: Any) -> Done[StageChange]:
    return actions.move_stage(actor=people.mona(), now=noon(day), relationship=row, to=to, **more)


def back(done: Done[Any], day: date = MONDAY) -> Done[Any]:
    return take_back(step_id=done.step.pk, actor=done.step.actor, now=noon(day))


def stored(row: Relationship) -> tuple[Any, ...]:
    row.refresh_from_db()
    return row.stage, row.stage_since, row.proposed_stage, row.evidence_due_on


def test_what_a_log_says_is_kept_by_the_next_sweep_and_what_is_taken_back_at_once() -> None:
    row = ready(without="in_touch")
    sweep(MONDAY)
    logged = log(row, MONDAY - 50 * DAY, now=TODAY)
    # A page judges what it shows.
    assert judged(row)["in_touch"] == "met"
    assert stored(row)[2] == ""
    sweep(MONDAY)
    assert stored(row)[2] == "customer"
    back(logged)
    assert stored(row)[2] == ""


# Criteria from rows --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lacks", ["scope", "people", "cadence", "promise", "in_touch"])
def test_each_criterion_is_read_from_its_rows(lacks: str) -> None:
    row = ready(without=lacks)
    found = judged(row)
    assert {name for name, verdict in found.items() if verdict != "met"} == {lacks}
    sweep(MONDAY)
    assert stored(row) == ("contact", BEGUN, "", None)
    with pytest.raises(ValidationError, match="neither met nor waived"):
        move(row)


def test_a_move_is_proposed_on_the_day_on_which_the_last_criterion_is_met() -> None:
    row = ready()
    assert row.judged_again_on == BEGUN + 90 * DAY
    sweep(BEGUN + 89 * DAY)
    assert stored(row)[2] == ""
    sweep(BEGUN + 90 * DAY)
    assert stored(row) == ("contact", BEGUN, "customer", None)
    assert list(Relationship.objects.proposed()) == [row]
    # Sweeping as of an earlier day again takes back what that day does not know.
    sweep(BEGUN + 80 * DAY)
    assert stored(row)[2] == ""
    assert row.judged_again_on == BEGUN + 90 * DAY


def test_kept_late_is_no_promise_kept() -> None:
    row = ready(without="promise")
    promise = row.commitments.get()
    actions.keep_promise(actor=row.owner, now=noon(MONDAY), commitment=promise)
    assert judged(row)["promise"] == Verdict.NOT_MET


def test_who_left_counts_no_more_from_the_last_day_on() -> None:
    row = ready()
    Affiliation.objects.filter(contact__name="Lars Tveit").update(until=MONDAY)
    assert judged(row, noon(MONDAY - DAY))["people"] == "met"
    assert judged(row, noon(MONDAY))["people"] == "not_met"


def test_decision_maker_who_left_today_is_no_longer_counted_as_seen() -> None:
    row = people.relationship(stage="customer")
    contacts = [person(row, name).contact for name in ("Ingrid Moe", "Lars Tveit")]
    log(row, MONDAY - DAY, contacts=contacts)
    assert judged(row)["decision_makers"] == "holds"
    left = actions.somebody_left(actor=row.owner, now=TODAY, relationship=row, contact=contacts[0], on=MONDAY)
    assert judged(row)["decision_makers"] == "not_met"
    back(left)
    assert judged(row)["decision_makers"] == "holds"


def test_undone_and_backdated_evidence_is_judged_as_if_it_had_always_been_so() -> None:
    row = ready()
    sweep(MONDAY)
    before = stored(row)
    first = row.interactions.order_by("occurred_on").first()
    assert first is not None
    removed = actions.remove_interaction(actor=row.owner, now=noon(MONDAY), interaction_id=first.pk)
    # The second contact was on the twenty-fifth day: 90 days are reached later.
    assert stored(row)[2] == ""
    assert row.judged_again_on == BEGUN + 115 * DAY
    back(removed)
    assert stored(row) == before == ("contact", BEGUN, "customer", None)


def test_promise_that_is_removed_takes_its_evidence_along() -> None:
    row = ready()
    sweep(MONDAY)
    removed = actions.remove_promise(actor=row.owner, now=noon(MONDAY), commitment_id=row.commitments.get().pk)
    assert stored(row)[2] == ""
    back(removed)
    assert stored(row)[2] == "customer"


def statements(run: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        run()
    return len(captured)


def test_judging_one_and_fifty_takes_as_many_statements() -> None:
    one = ready()
    few = statements(lambda: actions.judge_stages([one.pk], now=noon(MONDAY)))
    many = [one, *(ready() for _ in range(3)), *(agreed(14, touched=MONDAY) for _ in range(46))]
    Relationship.objects.update(judged_again_on=None)
    assert statements(lambda: actions.judge_stages([row.pk for row in many], now=noon(MONDAY))) == few == 18


# Moves ---------------------------------------------------------------------------------------------------------------


def test_move_keeps_who_when_why_and_the_evidence_as_it_was() -> None:
    row = ready()
    sweep(MONDAY)
    change = move(row).row
    assert stored(row) == ("customer", MONDAY, "", None)
    assert (change.from_stage, change.to_stage, change.changed_on) == ("contact", "customer", MONDAY)
    assert (change.days_in_former, change.made_by, change.why) == (100, people.mona(), "Five of five criteria met.")
    kept = {one["criterion"]: one for one in change.criteria}
    assert set(kept) == {"scope", "people", "cadence", "promise", "in_touch"}
    assert kept["scope"]["rows"][0]["said"] == "Feed for two sites"
    assert kept["people"]["said"] == "Ingrid and Lars"
    # What happens to the evidence later changes nothing in what was kept.
    row.scopes.get().delete()
    change.refresh_from_db()
    assert {one["criterion"]: one for one in change.criteria} == kept


def test_move_is_taken_back_and_done_again() -> None:
    row = ready()
    sweep(MONDAY)
    before = stored(row)
    done = move(row)
    undone = back(done)
    assert stored(row) == before
    assert not StageChange.objects.exists()
    back(undone)
    assert stored(row) == ("customer", MONDAY, "", None)
    assert StageChange.objects.get().pk == done.row.pk


def test_only_the_last_move_is_taken_back() -> None:
    row = ready()
    first = move(row)
    move(row, "contact", MONDAY + DAY, why="They were sold")
    with pytest.raises(ValidationError):
        back(first)


def test_down_needs_a_reason_and_nothing_else() -> None:
    row = people.relationship(stage="partner")
    with pytest.raises(ValidationError) as refused:
        move(row, "customer")
    assert list(refused.value.message_dict) == ["why"]
    change = move(row, "customer", why="Nobody who decides meets us").row
    assert (change.why, len(change.criteria)) == ("Nobody who decides meets us", 11)
    assert stored(row)[0] == "customer"


def test_up_is_one_stage_after_the_other() -> None:
    row = ready()
    with pytest.raises(ValidationError, match="One stage after the other"):
        move(row, "partner")
    with pytest.raises(ValidationError, match="in this stage already"):
        move(row, "contact")


# Declared ------------------------------------------------------------------------------------------------------------


def opened(stage: str, day: date = MONDAY) -> Relationship:
    done = actions.open_relationship(
        actor=people.alice(), now=noon(day), account=people.account(), owner=people.alice(), stage=stage
    )
    return done.row


def test_stage_given_when_entered_is_declared() -> None:
    row = opened("customer")
    assert stored(row) == ("customer", MONDAY, "", date(2026, 9, 2))
    change = row.stage_changes.get()
    assert (change.declared, change.made_by, change.days_in_former) == (True, people.alice(), 0)
    assert not opened("contact").stage_changes.exists()
    late = Relationship.objects.evidence_overdue(noon(date(2026, 9, 2)))
    assert list(late) == []
    assert list(Relationship.objects.evidence_overdue(noon(date(2026, 9, 3)))) == [row]


def test_declared_stage_is_shown_once_its_criteria_are_met() -> None:
    row = ready()
    Relationship.objects.filter(pk=row.pk).update(stage="customer")
    row.refresh_from_db()
    actions.declare([row], actor=None, now=noon(BEGUN))
    actions.judge_stages([row.pk], now=noon(BEGUN + 80 * DAY))
    assert stored(row)[3] == stages.due_after(BEGUN)
    sweep(BEGUN + 90 * DAY)
    assert stored(row)[3] is None
    # A long silence later does not make it due again: it was shown.
    sweep(MONDAY + 200 * DAY)
    assert stored(row)[3] is None


# Waivers -------------------------------------------------------------------------------------------------------------


def waive(row: Relationship, criterion: str = "people", days: int = 30, **more: Any) -> Done[Any]:
    return actions.waive(
        actor=people.mona(), now=noon(MONDAY), relationship=row, criterion=criterion, until_on=MONDAY + days * DAY,
        why=more.pop("why", "One person runs it all"),
    )  # fmt: skip


def test_waived_criterion_lets_it_move_until_the_waiver_is_over() -> None:
    row = ready(without="people")
    sweep(MONDAY)
    waive(row)
    assert judged(row)["people"] == Verdict.WAIVED
    assert stored(row)[2] == "customer"
    assert row.judged_again_on == MONDAY + 31 * DAY or row.judged_again_on is not None
    assert judged(row, noon(MONDAY + 30 * DAY))["people"] == Verdict.WAIVED
    sweep(MONDAY + 31 * DAY)
    assert stored(row)[2] == ""
    assert judged(row, noon(MONDAY + 31 * DAY))["people"] == Verdict.NOT_MET


def test_what_a_stage_lost_is_kept_until_it_is_there_again_or_the_relationship_rests() -> None:
    row = ready(without="people")
    sweep(MONDAY)
    waive(row)
    move(row)

    def lost() -> tuple[list[stages.Criterion], bool]:
        row.refresh_from_db()
        return row.lost, Relationship.objects.to_review(noon(MONDAY)).filter(pk=row.pk).exists()

    assert lost() == ([], False)
    sweep(MONDAY + 31 * DAY)
    assert lost() == ([stages.Criterion.PEOPLE], True)
    # As of an earlier day the waiver holds still.
    sweep(MONDAY + 30 * DAY)
    assert lost() == ([], False)
    sweep(MONDAY + 31 * DAY)
    removed = actions.remove_scope(actor=row.owner, now=noon(MONDAY + 31 * DAY), scope_id=row.scopes.get().pk)
    assert lost() == ([stages.Criterion.SCOPE, stages.Criterion.PEOPLE], True)
    back(removed, MONDAY + 31 * DAY)
    assert lost() == ([stages.Criterion.PEOPLE], True)
    actions.pause(actor=row.owner, now=noon(MONDAY + 31 * DAY), relationship=row, reason="Refit")
    assert lost() == ([], False)


@pytest.mark.parametrize("stage", ["contact", "customer", "partner"])
def test_review_after_three_intervals_is_the_same_in_a_list_and_on_the_page(stage: str) -> None:
    row = people.relationship(stage=stage, every_days=14)
    for late in (-1, 0, 41, 42, 43, 400):
        since = MONDAY - late * DAY
        Relationship.objects.filter(pk=row.pk).update(overdue_from=since)
        listed = Relationship.objects.to_review(noon(MONDAY)).filter(pk=row.pk).exists()
        assert listed is stages.wants_review(stage, MONDAY, since, 14), late


def test_waived_is_told_apart_in_what_is_kept() -> None:
    row = ready(without="people")
    waive(row)
    change = move(row).row
    assert change.why == "Four of five criteria met, one waived."
    kept = next(one for one in change.criteria if one["criterion"] == "people")
    assert kept["waiver"] == {"why": "One person runs it all", "until": "2026-04-01", "by": "Mona Moreau"}


def test_waiver_ends_early_and_comes_back() -> None:
    row = ready(without="people")
    given = waive(row).row
    done = actions.end_waiver(actor=people.mona(), now=noon(MONDAY + 3 * DAY), waiver_id=given.pk)
    given.refresh_from_db()
    assert given.until_on == MONDAY + 2 * DAY
    assert stored(row)[2] == ""
    back(done, MONDAY + 3 * DAY)
    given.refresh_from_db()
    assert given.until_on == MONDAY + 30 * DAY
    with pytest.raises(ValidationError, match="ended already"):
        actions.end_waiver(actor=people.mona(), now=noon(MONDAY + 40 * DAY), waiver_id=given.pk)


def test_waiver_given_today_goes_altogether_and_comes_back() -> None:
    row = ready(without="people")
    given = waive(row).row
    done = actions.end_waiver(actor=people.mona(), now=noon(MONDAY), waiver_id=given.pk)
    assert not row.waivers.exists()
    back(done)
    assert row.waivers.get().pk == given.pk
    assert stored(row)[2] == "customer"


@pytest.mark.parametrize(("days", "why", "field"), [(-1, "x", "until_on"), (367, "x", "until_on"), (3, "", "__all__")])
def test_waiver_says_why_and_until_when(days: int, why: str, field: str) -> None:
    row = ready(without="people")
    with pytest.raises(ValidationError) as refused:
        waive(row, days=days, why=why)
    assert field in refused.value.message_dict or "why" in refused.value.message_dict


def test_waived_once_at_a_time() -> None:
    row = ready(without="people")
    waive(row)
    with pytest.raises(ValidationError, match="waived until 1 April 2026 already"):
        waive(row, days=60)


# Scope ---------------------------------------------------------------------------------------------------------------


def test_scope_writes_its_evidence_and_takes_it_along() -> None:
    row = ready(without="scope")
    sweep(MONDAY)
    done = actions.agree_scope(
        actor=row.owner, now=noon(MONDAY), relationship=row, what="Feed", agreed_on=MONDAY - 3 * DAY
    )
    found = Evidence.objects.get(relationship=row, kind="scope_agreed")
    assert (found.day, found.side, found.source_id) == (MONDAY - 3 * DAY, "both", done.row.pk)
    assert stored(row)[2] == "customer"
    undone = back(done)
    assert not Evidence.objects.filter(kind="scope_agreed").exists()
    assert stored(row)[2] == ""
    back(undone)
    assert stored(row)[2] == "customer"


def test_scope_of_a_day_to_come_is_refused() -> None:
    row = ready(without="scope")
    with pytest.raises(ValidationError):
        actions.agree_scope(actor=row.owner, now=noon(MONDAY), relationship=row, what="Feed", agreed_on=MONDAY + DAY)


# Target and plan -----------------------------------------------------------------------------------------------------


def test_target_is_set_and_taken_back() -> None:
    row = ready()
    done = actions.aim(actor=row.owner, now=noon(MONDAY), relationship=row, stage="customer", on=MONDAY + 30 * DAY)
    row.refresh_from_db()
    assert (row.target_stage, row.target_on) == ("customer", MONDAY + 30 * DAY)
    back(done)
    row.refresh_from_db()
    assert (row.target_stage, row.target_on) == ("", None)
    with pytest.raises(ValidationError):
        actions.aim(actor=row.owner, now=noon(MONDAY), relationship=row, stage="contact")


def test_plan_step_is_added_changed_done_and_removed_and_each_taken_back() -> None:
    row = ready()
    act: dict[str, Any] = {"actor": row.owner, "now": noon(MONDAY)}
    added = actions.add_plan_step(**act, relationship=row, what="Meet Solveig", criterion="people", due_on=MONDAY)
    step = added.row
    changed = actions.change_plan_step(**act, step=step, values={"what": "Meet Solveig Dahl", "due_on": None})
    done = actions.finish_plan_step(**act, step=step)
    step.refresh_from_db()
    assert (step.what, step.due_on, step.done_on) == ("Meet Solveig Dahl", None, MONDAY)
    with pytest.raises(ValidationError):
        actions.finish_plan_step(**act, step=step)
    removed = actions.remove_plan_step(**act, step_id=step.pk)
    assert not row.plan_steps.exists()
    for deed in (removed, done, changed):
        back(deed)
    step.refresh_from_db()
    assert (step.what, step.due_on, step.done_on) == ("Meet Solveig", MONDAY, None)
    back(added)
    assert not row.plan_steps.exists()


def test_nobody_tries_to_advance() -> None:
    row = agreed(14, touched=MONDAY - DAY, created_at=noon(BEGUN).instant)
    actions.judge_stages([row.pk], now=noon(MONDAY))

    def listed(day: date = MONDAY) -> bool:
        return row in Relationship.objects.unadvanced(noon(day))

    assert listed()
    assert not listed(BEGUN + 89 * DAY)
    assert listed(BEGUN + 90 * DAY)
    step = actions.add_plan_step(actor=row.owner, now=noon(MONDAY), relationship=row, what="Ask").row
    assert not listed()
    actions.finish_plan_step(actor=row.owner, now=noon(MONDAY), step=step)
    assert listed()
    actions.aim(actor=row.owner, now=noon(MONDAY), relationship=row, stage="customer")
    assert not listed()
    Relationship.objects.filter(pk=row.pk).update(stage="customer")
    assert listed()
    Relationship.objects.filter(pk=row.pk).update(stage="partner")
    assert not listed()


# Its end -------------------------------------------------------------------------------------------------------------


def test_ended_stops_the_rhythm_closes_the_flag_and_is_taken_up_again() -> None:
    row = agreed(14, touched=MONDAY - 30 * DAY)
    sweep(MONDAY)
    due = dates(row)
    assert flags(row)[-1][1] == "open"
    done = actions.end_relationship(actor=row.owner, now=noon(MONDAY), relationship=row, reason="They closed the site")
    assert dates(row)[1:] == (None, None)
    assert row.state(noon(MONDAY)) is State.ENDED
    assert flags(row)[-1][1] == "ended"
    assert list(Relationship.objects.in_state(State.ENDED, noon(MONDAY))) == [row]
    for state in State:
        assert (row in Relationship.objects.in_state(state, noon(MONDAY))) == (state is State.ENDED)
    back(done)
    assert dates(row) == due
    assert flags(row)[-1][1] == "open"
    actions.end_relationship(actor=row.owner, now=noon(MONDAY), relationship=row, reason="They closed the site")
    actions.take_up_again(actor=row.owner, now=noon(MONDAY), relationship=row)
    assert dates(row) == due


def test_ended_is_not_moved_nor_waived_nor_proposed() -> None:
    row = ready()
    sweep(MONDAY)
    actions.end_relationship(actor=row.owner, now=noon(MONDAY), relationship=row, reason="They closed the site")
    assert stored(row)[2] == ""
    for attempt in (lambda: move(row), lambda: waive(row)):
        with pytest.raises(ValidationError, match="has ended"):
            attempt()
    with pytest.raises(ValidationError):
        actions.end_relationship(actor=row.owner, now=noon(MONDAY), relationship=row, reason="Again")
    actions.take_up_again(actor=row.owner, now=noon(MONDAY), relationship=row)
    assert stored(row)[2] == "customer"


def told(row: Relationship) -> list[tuple[Any, ...]]:
    found = row.halts.order_by("pk")
    return list(found.values_list("kind", "from_on", "why", "made_by__name", "until_on", "taken_up_by__name"))


def test_pauses_and_ends_are_rows_that_say_who_why_and_when_it_went_on() -> None:
    row = agreed(14, touched=MONDAY)
    alice, mona = row.owner, people.mona()
    actions.pause(actor=alice, now=noon(MONDAY), relationship=row, reason="Refit")
    actions.resume(actor=mona, now=noon(MONDAY + 9 * DAY), relationship=row)
    actions.end_relationship(actor=mona, now=noon(MONDAY + 20 * DAY), relationship=row, reason="Sold")
    assert told(row) == [
        ("paused", MONDAY, "Refit", "Alice Ahlberg", MONDAY + 9 * DAY, "Mona Moreau"),
        ("ended", MONDAY + 20 * DAY, "Sold", "Mona Moreau", None, None),
    ]
    actions.take_up_again(actor=alice, now=noon(MONDAY + 21 * DAY), relationship=row)
    with pytest.raises(ValidationError, match="not paused"):
        actions.resume(actor=alice, now=noon(MONDAY + 21 * DAY), relationship=row)


def test_what_was_taken_back_was_never_paused_nor_ended() -> None:
    row = agreed(14, touched=MONDAY)
    paused = actions.pause(actor=row.owner, now=noon(MONDAY), relationship=row, reason="Refit")
    before = told(row)
    redo = back(paused)
    assert told(row) == []
    back(redo)
    assert told(row) == before
    resumed = actions.resume(actor=row.owner, now=noon(MONDAY + DAY), relationship=row)
    after = told(row)
    redo = back(resumed, MONDAY + DAY)
    row.refresh_from_db()
    assert (told(row), row.paused_since) == (before, MONDAY)
    back(redo, MONDAY + DAY)
    assert told(row) == after
    back(actions.end_relationship(actor=row.owner, now=noon(MONDAY + DAY), relationship=row, reason="Sold"))
    assert told(row) == after


def test_pause_of_a_step_kept_before_there_were_rows_is_taken_back_and_set_again() -> None:
    row = agreed(14, touched=MONDAY)
    by: dict[str, Any] = {"actor": row.owner, "now": noon(MONDAY), "relationship_id": row.pk}
    actions.pause(actor=row.owner, now=noon(MONDAY), relationship=row, reason="Refit")
    actions.set_pause(**by, since=None, reason="")
    row.refresh_from_db()
    assert (row.paused_since, told(row)) == (None, [])
    actions.set_pause(**by, since=MONDAY.isoformat(), reason="Refit")
    actions.resume(actor=row.owner, now=noon(MONDAY + DAY), relationship=row)
    assert told(row) == [("paused", MONDAY, "Refit", None, MONDAY + DAY, "Alice Ahlberg")]


def test_ended_is_changed_in_nothing_until_it_is_taken_up_again() -> None:
    row = ready(without="people")
    step = actions.add_plan_step(actor=row.owner, now=noon(MONDAY), relationship=row, what="Ask").row
    given = waive(row).row
    actions.end_relationship(actor=row.owner, now=noon(MONDAY), relationship=row, reason="Sold")
    by: dict[str, Any] = {"actor": row.owner, "now": noon(MONDAY)}
    refused: list[Callable[[], Any]] = [
        lambda: actions.aim(**by, relationship=row, stage="customer"),
        lambda: actions.agree_scope(**by, relationship=row, what="More"),
        lambda: actions.add_plan_step(**by, relationship=row, what="Ask again"),
        lambda: actions.change_plan_step(**by, step=step, values={"what": "Ask them"}),
        lambda: actions.finish_plan_step(**by, step=step),
        lambda: actions.end_waiver(**by, waiver_id=given.pk),
        lambda: actions.pause(**by, relationship=row, reason="Refit"),
        lambda: actions.resume(**by, relationship=row),
    ]
    for attempt in refused:
        with pytest.raises(ValidationError, match="has ended"):
            attempt()


def test_history_tells_a_pause_with_its_reason_once() -> None:
    row = agreed(14, touched=MONDAY)
    actions.pause(actor=row.owner, now=noon(MONDAY), relationship=row, reason="Refit")
    actions.resume(actor=row.owner, now=noon(MONDAY), relationship=row)
    found, _more = history.deeds(row, kind="relationship", writes=True)
    # All of it was written in one transaction.
    assert [(item.said, item.texts, item.lines) for deed in found for item in deed.items] == [
        ("Relationship begun", [], []),
        ("Paused", ["Refit"], []),
        ("Resumed", [], []),
    ]


def test_inverses_ask_for_the_right_themselves() -> None:
    row = ready()
    for deed in (move(row), waive(row, "scope")):
        deed.step.actor = people.outsider()
        deed.step.save()
        with pytest.raises(ObjectDoesNotExist):
            take_back(step_id=deed.step.pk, actor=people.outsider(), now=noon(MONDAY))


def test_a_step_kept_from_before_moves_says_that_a_stage_moves_now() -> None:
    row = people.relationship()
    with pytest.raises(ValidationError, match="changes by a move"):
        actions.set_relationship(actor=row.owner, now=noon(MONDAY), relationship_id=row.pk, values={"stage": "partner"})


def test_who_left_and_comes_back_is_judged_by_the_next_sweep() -> None:
    row = ready()
    now = Now.read()
    today = now.today("UTC")
    # Up to today without a long silence, so that nothing but the people decides.
    day = MONDAY
    while day < today:
        day = min(day + 60 * DAY, today)
        log(row, day, now=now)
    actions.sweep_cadence(now=now)
    assert stored(row)[2] == "customer"
    place = Affiliation.objects.get(contact__name="Lars Tveit")
    left = accounts.end_place(actor=row.owner, now=now, place=place, until=today - DAY)
    actions.sweep_cadence(now=now)
    assert stored(row)[2] == ""
    take_back(step_id=left.step.pk, actor=row.owner, now=now)
    actions.sweep_cadence(now=now)
    assert stored(row)[2] == "customer"


def test_history_tells_a_move_once_and_brings_back_what_was_removed() -> None:
    row = ready()
    move(row)
    given = waive(row, "kpis").row
    actions.remove_waiver(actor=people.mona(), now=noon(MONDAY), waiver_id=given.pk)
    step = actions.add_plan_step(actor=row.owner, now=noon(MONDAY), relationship=row, what="Meet Solveig").row
    actions.finish_plan_step(actor=row.owner, now=noon(MONDAY), step=step)
    told, _more = history.deeds(row, kind="stage", writes=True)
    said = [item.said for deed in told for item in deed.items]
    assert said.count("From contact to customer") == 1
    assert "Waived until 1 April 2026: Three KPIs ranked by both, one met" in said
    assert "Step planned: Meet Solveig" in said
    assert "Step done: Meet Solveig" in said
    offer = next(item.back for deed in told for item in deed.items if item.said.startswith("No longer waived"))
    assert offer is not None
    actions.bring_back(actor=people.alice(), now=noon(MONDAY), model=Waiver, event_id=offer.event)
    assert row.waivers.get().pk == given.pk


def test_those_there_before_are_declared_and_what_is_paused_is_told() -> None:
    old = people.relationship(stage="customer", created_at=noon(BEGUN).instant)
    contact = people.relationship(created_at=noon(BEGUN).instant)
    paused = people.relationship(paused_since=BEGUN, pause_reason="Refit", created_at=noon(BEGUN).instant)
    migration = import_module("relationships.migrations.0006_declared_stages")
    with connection.cursor() as cursor:
        for statement in (migration.DECLARE, migration.WAIT, migration.PAUSED):
            cursor.execute(statement)
    change = StageChange.objects.get()
    assert (change.relationship, change.from_stage, change.to_stage, change.changed_on, change.declared) == (
        old, "contact", "customer", BEGUN, True,
    )  # fmt: skip
    for row in (old, contact):
        row.refresh_from_db()
        assert (row.stage_since, row.judged_again_on) == (BEGUN, BEGUN)
    [halt] = Halt.objects.all()
    assert (halt.relationship, halt.kind, halt.from_on, halt.why, halt.until_on) == (
        paused, "paused", BEGUN, "Refit", None,
    )  # fmt: skip
    actions.sweep_cadence(now=Now.read())
    assert stored(old)[3] == change.evidence_due_on
    assert stored(contact)[3] is None
