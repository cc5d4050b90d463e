"""A life of problems, at random: after each step the dates and the ledger are those that their rows say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from accounts.models import Contact, UndoStep
from accounts.undo import Done, take_back
from relationships import actions, ledger
from relationships.models import Evidence, Interaction, Problem, ProblemStep
from tests import people
from tests.relationships.machine import Desk
from tests.relationships.records import DAY, MONDAY, log, noon

which = st.integers(0, 1)
pick = st.integers(0, 3)
ago = st.none() | st.integers(0, 9)
FRIDAY = MONDAY + 4 * DAY


def evidence_rows() -> list[tuple[Any, ...]]:
    rows = Evidence.objects.filter(source_model=ledger.PROBLEM_STEP)
    return sorted(rows.values_list("source_id", "kind", "side", "day", "r", "s"))


def from_steps() -> list[tuple[Any, ...]]:
    """What the ledger has to say, told a second time from the rows, without the code that writes it."""
    found: list[tuple[Any, ...]] = []
    for problem in Problem.objects.all():
        open_now, due_on = True, problem.due_on
        for step in problem.steps.order_by("done_on", "id"):
            if step.kind == "solved" and open_now:
                late = step.done_on > due_on
                said = ("problem_solved_late", 0.15, 0.35) if late else ("problem_solved", 0.5, 0.0)
                found.append((step.pk, said[0], "ours", step.done_on, *said[1:]))
                open_now = False
            elif step.kind == "reopened" and not open_now:
                found.append((step.pk, "problem_reopened", "ours", step.done_on, 0.0, 0.5))
                open_now, due_on = True, step.due_on or due_on
    return sorted(found)


class Problems(Desk):
    """All that can happen to a problem, and to the talk it came up in."""

    def some(self, number: int, nth: int) -> list[Problem]:
        return list(Problem.objects.filter(relationship=self.ids[number]).order_by("pk")[nth : nth + 1])

    def on(self, number: int, back: int | None) -> Any:
        return None if back is None else self.row(number).today(self.now) - back * DAY

    @rule(number=which, severity=st.integers(1, 3), back=ago)
    def open(self, number: int, severity: int, back: int | None) -> None:
        arguments: dict[str, Any] = {"relationship": self.row(number), "what": "No forks", "severity": severity}
        self.try_to(actions.open_problem, opened_on=self.on(number, back), **arguments)

    @rule(number=which, nth=pick, days=st.integers(-9, 9), field=st.sampled_from(["due_on", "opened_on"]))
    def change(self, number: int, nth: int, days: int, field: str) -> None:
        for row in self.some(number, nth):
            self.try_to(actions.change_problem, problem=row, values={field: getattr(row, field) + days * DAY})

    @rule(
        number=which, nth=pick, back=ago,
        verb=st.sampled_from([actions.solve_problem, actions.reopen_problem, actions.own_up]),
    )  # fmt: skip
    def happen(self, number: int, nth: int, back: int | None, verb: Callable[..., Done[Any]]) -> None:
        for row in self.some(number, nth):
            self.try_to(verb, problem=row, done_on=self.on(number, back), note="We forgot the order")

    @rule(number=which, nth=pick)
    def remove(self, number: int, nth: int) -> None:
        for row in self.some(number, nth):
            self.try_to(actions.remove_problem, problem_id=row.pk)

    @rule(number=which, back=st.integers(0, 9))
    def log(self, number: int, back: int) -> None:
        self.try_to(
            actions.log_interaction,
            relationship=self.row(number),
            occurred_on=self.on(number, back),
            channel="call",
            trouble=actions.Trouble("No forks", 3),
        )

    @rule(number=which, nth=pick)
    def remove_entry(self, number: int, nth: int) -> None:
        for entry in Interaction.objects.filter(relationship=self.ids[number]).order_by("pk")[nth : nth + 1]:
            self.try_to(actions.remove_interaction, interaction_id=entry.pk)

    @invariant()
    def ledger_and_dates_are_those_of_the_steps(self) -> None:
        assert evidence_rows() == from_steps()
        for problem in Problem.objects.all():
            turns = list(problem.steps.exclude(kind="owned").order_by("done_on", "id").values_list("kind", "done_on"))
            assert [kind for kind, _day in turns] == (["solved", "reopened"] * len(turns))[: len(turns)]
            assert problem.solved_on == (turns[-1][1] if turns and turns[-1][0] == "solved" else None)
            assert problem.reopened == sum(kind == "reopened" for kind, _day in turns)
            due_on = problem.due_on
            reopened_on: tuple[Any, int] | None = None
            for step in problem.steps.filter(kind="reopened").order_by("done_on", "id"):
                due_on, reopened_on = step.due_on or due_on, (step.done_on, step.pk)
            assert problem.binding_on == due_on
            owned = problem.steps.filter(kind="owned").order_by("done_on", "id").values_list("done_on", "pk")
            after = [day for day, pk in owned if reopened_on is None or (day, pk) > reopened_on]
            assert problem.owned_on == (after[0] if after else None)
            assert all(day >= problem.opened_on for _kind, day in turns)

    def picture(self) -> list[Any]:
        sources = [Problem, ProblemStep, Interaction]
        return [*[list(model._base_manager.order_by("pk").values()) for model in sources], evidence_rows()]

    @rule(data=st.data(), number=which)
    def a_busy_day_taken_back(self, data: st.DataObject, number: int) -> None:
        UndoStep.objects.all().delete()
        before = self.picture()
        deeds: list[Callable[[], None]] = [
            lambda: self.open(number, 2, 3),
            lambda: self.change(number, 0, 2, "due_on"),
            lambda: self.happen(number, 0, 1, actions.solve_problem),
            lambda: self.happen(number, 0, 0, actions.reopen_problem),
            lambda: self.happen(number, 0, None, actions.own_up),
            lambda: self.remove(number, 0),
            lambda: self.log(number, 2),
            lambda: self.remove_entry(number, 0),
        ]
        for deed in data.draw(st.lists(st.sampled_from(range(len(deeds))), max_size=6)):
            deeds[deed]()
        after = self.picture()
        undone = [
            take_back(step_id=step.pk, actor=self.actor, now=self.now)
            for step in reversed(UndoStep.objects.order_by("id"))
        ]
        assert self.picture() == before
        for one in reversed(undone):
            take_back(step_id=one.step.pk, actor=self.actor, now=self.now)
        assert self.picture() == after
        UndoStep.objects.all().delete()


@pytest.mark.django_db
def test_dates_and_ledger_follow_the_steps_whatever_is_done() -> None:
    run_state_machine_as_test(
        Problems,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=timedelta(seconds=20),
            suppress_health_check=list(HealthCheck),
        ),
    )


# What the verbs do and refuse


def opened(**more: Any) -> Problem:
    row = people.relationship()
    values: dict[str, Any] = {"what": "Forks are missing", "opened_on": MONDAY} | more
    return actions.open_problem(actor=row.owner, now=noon(MONDAY), relationship=row, **values).row


def refused(verb: Callable[..., Done[Any]], **arguments: Any) -> list[str]:
    with pytest.raises(ValidationError) as told, transaction.atomic():
        verb(actor=people.alice(), **arguments)
    return sorted(told.value.message_dict) if hasattr(told.value, "error_dict") else ["__all__"]


@pytest.mark.django_db
@pytest.mark.parametrize(("severity", "days"), [(1, 14), (2, 7), (3, 2)])
def test_its_day_follows_from_its_severity_where_nobody_says(severity: int, days: int) -> None:
    row = opened(severity=severity)
    assert (row.due_on, row.keeper, row.opened_by) == (MONDAY + days * DAY, people.alice(), people.alice())
    assert opened(severity=severity, due_on=FRIDAY).due_on == FRIDAY


@pytest.mark.django_db
def test_opened_from_long_ago_it_is_not_late_at_once() -> None:
    row = people.relationship()
    values: dict[str, Any] = {"actor": row.owner, "now": noon(FRIDAY), "relationship": row, "what": "No forks"}
    old = actions.open_problem(**values, severity=3, opened_on=MONDAY).row
    assert (old.opened_on, old.due_on) == (MONDAY, FRIDAY + 2 * DAY)
    said = actions.open_problem(**values, severity=3, opened_on=MONDAY, due_on=MONDAY + DAY).row
    assert said.due_on == MONDAY + DAY


@pytest.mark.django_db
def test_came_back_it_has_a_new_day_and_is_owned_up_to_again() -> None:
    row = opened(severity=3)
    by: dict[str, Any] = {"actor": people.alice(), "problem": row}
    actions.own_up(**by, now=noon(MONDAY), note="We forgot the order")
    actions.solve_problem(**by, now=noon(MONDAY + DAY))
    again = actions.reopen_problem(**by, now=noon(MONDAY + 20 * DAY))
    assert (again.row.due_on, again.row.until, again.row.owned_on) == (MONDAY + 2 * DAY, MONDAY + 22 * DAY, None)
    assert again.row.state(noon(MONDAY + 22 * DAY)) == "reopened"
    assert again.row.state(noon(MONDAY + 23 * DAY)) == "late"
    assert list(Problem.objects.late(noon(MONDAY + 22 * DAY))) == []
    assert list(Problem.objects.late(noon(MONDAY + 23 * DAY))) == [row]
    now: dict[str, Any] = {"now": noon(MONDAY + 21 * DAY)}
    again_said = {"problem": row, "note": "And again"}
    assert refused(actions.own_up, **now, **again_said, done_on=MONDAY + 2 * DAY) == ["done_on"]
    owned = actions.own_up(**by, **now, note="And again")
    assert owned.row.owned_on == MONDAY + 21 * DAY
    actions.solve_problem(**by, now=noon(MONDAY + 22 * DAY))
    kinds = Evidence.objects.filter(source_model=ledger.PROBLEM_STEP).order_by("day").values_list("kind", flat=True)
    assert list(kinds) == ["problem_solved", "problem_reopened", "problem_solved"]
    actions.reopen_problem(**by, now=noon(MONDAY + 30 * DAY), due_on=MONDAY + 60 * DAY)
    row.refresh_from_db()
    assert row.until == MONDAY + 60 * DAY


@pytest.mark.django_db
def test_new_day_lies_after_the_day_it_came_back() -> None:
    row = opened()
    actions.solve_problem(actor=people.alice(), now=noon(MONDAY), problem=row)
    before = {"done_on": FRIDAY, "due_on": FRIDAY - DAY}
    assert refused(actions.reopen_problem, now=noon(FRIDAY), problem=row, **before) == ["due_on"]


@pytest.mark.django_db
def test_new_day_of_one_that_came_back_can_be_changed_until_it_is_over() -> None:
    row = opened(severity=3)
    by: dict[str, Any] = {"actor": people.alice(), "problem": row}
    assert refused(actions.change_problem, now=noon(MONDAY), problem=row, values={"again_on": FRIDAY}) == ["again_on"]
    actions.solve_problem(**by, now=noon(MONDAY + DAY))
    actions.reopen_problem(**by, now=noon(FRIDAY), due_on=FRIDAY + 3 * DAY)
    values = {"what": "Still no forks", "again_on": FRIDAY + 9 * DAY}
    moved = actions.change_problem(**by, now=noon(FRIDAY), values=values)
    assert (moved.row.what, moved.row.due_on, moved.row.until) == ("Still no forks", MONDAY + 2 * DAY, FRIDAY + 9 * DAY)
    early, late = {"again_on": FRIDAY - DAY}, {"again_on": FRIDAY + 20 * DAY}
    assert refused(actions.change_problem, now=noon(FRIDAY), problem=row, values=early) == ["again_on"]
    assert refused(actions.change_problem, now=noon(FRIDAY + 10 * DAY), problem=row, values=late) == ["again_on"]
    back = take_back(step_id=moved.step.pk, actor=people.alice(), now=noon(FRIDAY))
    row.refresh_from_db()
    assert (row.what, row.until) == ("Forks are missing", FRIDAY + 3 * DAY)
    take_back(step_id=back.step.pk, actor=people.alice(), now=noon(FRIDAY))
    row.refresh_from_db()
    assert (row.what, row.until) == ("Still no forks", FRIDAY + 9 * DAY)


@pytest.mark.django_db
def test_once_its_day_is_over_it_is_not_put_off() -> None:
    row = opened(severity=3)
    later = {"due_on": FRIDAY}
    assert refused(actions.change_problem, now=noon(MONDAY + 3 * DAY), problem=row, values=later) == ["due_on"]
    moved = actions.change_problem(actor=people.alice(), now=noon(MONDAY + 2 * DAY), problem=row, values=later)
    assert moved.row.due_on == FRIDAY
    # A correction can be taken back whenever.
    take_back(step_id=moved.step.pk, actor=people.alice(), now=noon(MONDAY + 9 * DAY))
    row.refresh_from_db()
    assert row.due_on == MONDAY + 2 * DAY


@pytest.mark.django_db
def test_what_is_refused_and_at_which_field() -> None:
    row = opened()
    now: dict[str, Any] = {"now": noon(FRIDAY), "problem": row}
    assert refused(actions.reopen_problem, **now) == ["__all__"]
    assert refused(actions.solve_problem, **now, done_on=MONDAY - DAY) == ["done_on"]
    assert refused(actions.solve_problem, **now, done_on=FRIDAY + 2 * DAY) == ["done_on"]
    actions.solve_problem(actor=people.alice(), **now, done_on=FRIDAY)
    assert refused(actions.solve_problem, **now) == ["__all__"]
    assert refused(actions.reopen_problem, **now, done_on=MONDAY) == ["done_on"]
    # Nobody was told anything.
    assert refused(actions.own_up, **now, done_on=MONDAY, note=" ") == ["note"]
    actions.own_up(actor=people.alice(), **now, done_on=MONDAY, note="We forgot the order")
    assert refused(actions.own_up, **now, note="Once more") == ["__all__"]
    assert refused(actions.change_problem, **now, values={"opened_on": FRIDAY}) == ["opened_on"]
    relationship = row.relationship
    asked: dict[str, Any] = {"now": noon(MONDAY), "relationship": relationship}
    assert refused(actions.open_problem, **asked, what=" ") == ["what"]
    assert refused(actions.open_problem, **asked, what="x", opened_on=FRIDAY) == ["opened_on"]
    assert "__all__" in refused(actions.open_problem, **asked, what="x", due_on=MONDAY - DAY)


@pytest.mark.django_db
def test_solved_must_be_taken_back_after_what_came_later() -> None:
    row = opened()
    at: dict[str, Any] = {"actor": people.alice(), "now": noon(FRIDAY), "problem": row}
    solved = actions.solve_problem(**at)
    actions.reopen_problem(**at)
    assert refused(actions.withdraw_from_problem, now=noon(FRIDAY), **solved.step.arguments) == ["__all__"]
    assert refused(actions.unopen_problem, now=noon(FRIDAY), problem_id=row.pk) == ["__all__"]


@pytest.mark.django_db
def test_log_with_a_problem_is_one_deed_and_one_step_back() -> None:
    row = people.relationship()
    ingrid = Contact.objects.create(name="Ingrid Lie")
    logged = log(row, MONDAY, summary="Forks", contacts=[ingrid], trouble=actions.Trouble("No forks", 3))
    [problem] = Problem.objects.all()
    assert (problem.interaction, problem.contact, problem.opened_on) == (logged.row, ingrid, MONDAY)
    assert UndoStep.objects.count() == 1
    take_back(step_id=logged.step.pk, actor=row.owner, now=noon(MONDAY))
    assert (Problem.objects.count(), Interaction.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_first_direct_contact_is_read_from_the_log() -> None:
    """Two-way, spoken, on or after the day; neither a letter nor a message left."""
    row = opened().relationship
    later = noon(MONDAY + 9 * DAY)

    def spoken() -> Any:
        problem: Any = Problem.objects.with_first_contact().get()
        return problem.spoken_on

    not_meant: list[tuple[int, dict[str, Any]]] = [(-1, {}), (1, {"channel": "email"}), (2, {"two_way": False})]
    for day, more in not_meant:
        said = {"channel": "call", "occurred_on": MONDAY + day * DAY, **more}
        actions.log_interaction(actor=row.owner, now=later, relationship=row, **said)
    assert spoken() is None
    for day in (5, 3):
        actions.log_interaction(
            actor=row.owner, now=later, relationship=row, occurred_on=MONDAY + day * DAY, channel="visit"
        )
    assert spoken() == MONDAY + 3 * DAY
