"""Problems: opened, corrected, solved, opened again, owned up to, removed; and each of it taken back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import Contact, User
from accounts.rows import plain, row_from, values_of
from accounts.undo import Done, gather, inverse, record
from relationships import evidence, ledger, problems
from relationships.actions.dates import lock, theirs
from relationships.actions.judging import judge_stages
from relationships.actions.standing import flag_anew
from relationships.models import Feedback, Interaction, Problem, ProblemStep, Relationship
from relationships.models.problems import PROBLEM_DERIVED
from web.clock import Now

EDITABLE_PROBLEM = ["what", "severity", "opened_on", "due_on", "opened_by", "contact", "keeper"]


# What follows from the rows ------------------------------------------------------------------------------------------


def assess(ids: Collection[int], *, now: Now) -> None:
    """Bring the derived fields and the evidence of these problems in line with their rows; locks them first.

    What follows for the relationships follows too: how they stand, their flags.
    """
    rows = list(Problem.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids).order_by("pk"))
    steps: dict[int, list[problems.Step]] = {row.pk: [] for row in rows}
    for step in ProblemStep.objects.filter(problem__in=ids).order_by("done_on", "id"):
        steps[step.problem_id].append(problems.Step(step.pk, problems.What(step.kind), step.done_on, step.due_on))
    wanted: dict[ledger.Source, list[evidence.Row]] = {}
    for row in rows:
        found = problems.Record(row.opened_on, row.due_on, steps[row.pk])
        verdict = problems.judge(found)
        row.solved_on, row.reopened, row.owned_on = verdict.solved_on, verdict.reopened, verdict.owned_on
        row.binding_on = verdict.binding_on
        sources = {
            step.key: ledger.Source(ledger.PROBLEM_STEP, step.key, row.relationship_id, row.account_id)
            for step in found.steps
        }
        wanted |= {source: [] for source in sources.values()}
        for mark in problems.evidence_of(found):
            wanted[sources[mark.key]].append(evidence.row(mark.kind, "ours", mark.day))
    Problem.objects.bulk_update(rows, PROBLEM_DERIVED)
    ledger.write(wanted)
    judge_stages({row.relationship_id for row in rows}, now=now)


def _lock(problem_id: int, actor: User) -> Problem:
    """The problem, locked, if the actor may change it; raises ``Problem.DoesNotExist`` otherwise."""
    rows = Problem.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    return rows.select_related("relationship__account").get(pk=problem_id)


def _not_to_come(field: str, day: date, relationship: Relationship, actor: User, now: Now) -> None:
    if day > max(relationship.today(now), now.today(actor.zone)):
        raise ValidationError({field: _("This day is still to come.")})


# Opened, corrected, removed ------------------------------------------------------------------------------------------


@transaction.atomic
def open_problem(
    *,
    actor: User,
    now: Now,
    relationship: Relationship,
    what: str,
    severity: int = Problem.Severity.SERIOUS,
    opened_on: date | None = None,
    due_on: date | None = None,
    opened_by: User | None = None,
    contact: Contact | None = None,
    keeper: User | None = None,
    feedback: Feedback | None = None,
    interaction: Interaction | None = None,
) -> Done[Problem]:
    """Something went wrong for the partner. Nobody named sees to it: the owner does.

    ``opened_on`` is a local date of the relationship's zone (or the actor's where that is further on), today unless
    said otherwise. Without ``due_on`` it is to be solved within ``Problem.DAYS`` of its severity, counted from today
    where it was opened so long ago that this would be over.
    """
    opened_on = opened_on or relationship.today(now)
    _not_to_come("opened_on", opened_on, relationship, actor, now)
    due_on = due_on or problems.day_to_solve(
        opened_on=opened_on,
        today=relationship.today(now),
        within=Problem.DAYS[Problem.Severity(severity)],
    )
    row = Problem(
        relationship=relationship,
        account_id=relationship.account_id,
        what=what.strip(),
        severity=severity,
        opened_on=opened_on,
        due_on=due_on,
        binding_on=due_on,
        opened_by=opened_by or actor,
        contact=contact,
        keeper=keeper or relationship.owner,
        feedback=feedback,
        interaction=interaction,
        written_by=actor,
        written_at=now.moment(relationship.zone),
    )
    row.full_clean()
    row.save()
    # It is no evidence, but whether there is contact only when there is trouble is asked of the talks before.
    flag_anew(lock(relationship.pk), now)
    step = record(
        actor=actor,
        now=now,
        said=_("Problem opened: %(what)s") % {"what": row.what},
        verb=unopen_problem,
        arguments={"problem_id": row.pk},
        watch=[(Problem, row.pk)],
    )
    return Done(row, step)


@transaction.atomic
def change_problem(*, actor: User, now: Now, problem: Problem, values: dict[str, Any]) -> Done[Problem]:
    """Correct fields of ``EDITABLE_PROBLEM``. Once its day is over it is not put off: it stays late.

    ``again_on`` among the values is the day that counts since it came back.
    """
    row = _lock(problem.pk, actor)
    values, again_on = {**values}, values.get("again_on")
    values.pop("again_on", None)
    due_on = values.get("due_on", row.due_on)
    ended = row.solved_on or row.relationship.today(now)
    if due_on > row.due_on and ended > row.due_on:
        raise ValidationError({"due_on": _("The day it was to be solved by is over, so it stays late.")})
    opened_on = values.get("opened_on", row.opened_on)
    if opened_on != row.opened_on:
        _not_to_come("opened_on", opened_on, row.relationship, actor, now)
    if again_on is None or again_on == row.until:
        return _change(row, actor=actor, now=now, values=values)
    if again_on > row.until and ended > row.until:
        raise ValidationError({"again_on": _("The day it was to be solved by is over, so it stays late.")})
    came_back = _turns(row).filter(kind=ProblemStep.Kind.REOPENED).first()
    if came_back is None:
        raise ValidationError({"again_on": _("It has not come back.")})
    changed = _change(row, actor=actor, now=now, values=values)
    moved = set_new_day(actor=actor, now=now, step_id=came_back.pk, due_on=plain(again_on))
    return Done(moved.row, gather(actor=actor, now=now, said=changed.step.said, steps=[changed.step, moved.step]))


@inverse
@transaction.atomic
def set_new_day(*, actor: User, now: Now, step_id: int, due_on: str | None) -> Done[Problem]:
    """The day that counts since it came back, as it was."""
    step = ProblemStep.objects.get(pk=step_id)
    row = _lock(step.problem_id, actor)
    before, step.due_on = step.due_on, ProblemStep._meta.get_field("due_on").to_python(due_on)
    if step.due_on is not None and step.due_on < step.done_on:
        raise ValidationError({"again_on": _("The day lies before the one on which it came back.")})
    step.full_clean()
    step.save(update_fields=["due_on"])
    assess([row.pk], now=now)
    row.refresh_from_db()
    back = record(
        actor=actor,
        now=now,
        said=_("Problem changed: %(what)s") % {"what": row.what},
        verb=set_new_day,
        arguments={"step_id": step_id, "due_on": plain(before)},
        watch=[(ProblemStep, step_id)],
    )
    return Done(row, back)


def _change(row: Problem, *, actor: User, now: Now, values: dict[str, Any]) -> Done[Problem]:
    unknown = set(values) - set(EDITABLE_PROBLEM)
    assert not unknown, unknown
    first = row.steps.order_by("done_on").values_list("done_on", flat=True).first()
    if first is not None and values.get("opened_on", row.opened_on) > first:
        raise ValidationError({"opened_on": _("Something had happened to it before this day.")})
    columns = {field: row._meta.get_field(field).attname for field in values}  # type: ignore[union-attr]
    before = {field: plain(getattr(row, column)) for field, column in columns.items()}
    for field, value in values.items():
        setattr(row, field, value)
    row.full_clean()
    row.save(update_fields=list(values))
    assess([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=_("Problem changed: %(what)s") % {"what": row.what},
        verb=set_problem,
        arguments={"problem_id": row.pk, "values": before},
        watch=[(Problem, row.pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def set_problem(*, actor: User, now: Now, problem_id: int, values: dict[str, Any]) -> Done[Problem]:
    """Its fields as they were, the day included: a correction can be taken back whenever."""
    row = _lock(problem_id, actor)
    models_of: dict[str, type[models.Model]] = {"opened_by": User, "keeper": User, "contact": Contact}
    ready = {
        name: models_of[name]._base_manager.filter(pk=value).first()
        if name in models_of
        else row._meta.get_field(name).to_python(value)  # type: ignore[union-attr]
        for name, value in values.items()
    }
    return _change(row, actor=actor, now=now, values=ready)


@inverse
@transaction.atomic
def unopen_problem(*, actor: User, now: Now, problem_id: int) -> Done[Problem]:
    """Take back that it was opened; not once something has happened to it, which may be a colleague's deed."""
    row = _lock(problem_id, actor)
    if row.steps.exists():
        raise ValidationError(
            _("Something has happened to “%(what)s” since. Take that back first, or remove the problem.")
            % {"what": row.what}
        )
    return remove_problem(actor=actor, now=now, problem_id=problem_id)


@inverse
@transaction.atomic
def remove_problem(*, actor: User, now: Now, problem_id: int) -> Done[Problem]:
    """Remove it with all that happened to it, and its evidence."""
    row = _lock(problem_id, actor)
    steps = list(row.steps.order_by("pk"))
    ledger.forget(ledger.PROBLEM_STEP, [step.pk for step in steps])
    values = values_of(row)
    row.delete()
    judge_stages([row.relationship_id], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("Problem removed: %(what)s") % {"what": row.what},
        verb=restore_problem,
        arguments={"values": values, "steps": [values_of(one) for one in steps]},
        watch=[(Problem, values["id"]), *((ProblemStep, one.pk) for one in steps)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_problem(*, actor: User, now: Now, values: dict[str, Any], steps: list[dict[str, Any]]) -> Done[Problem]:
    theirs(actor, values["relationship_id"])
    row = row_from(Problem, _without_who_is_gone(values))
    back = [row_from(ProblemStep, _without_who_is_gone(one)) for one in steps]
    assess([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=_("Problem is back: %(what)s") % {"what": row.what},
        verb=remove_problem,
        arguments={"problem_id": row.pk},
        watch=[(Problem, row.pk), *((ProblemStep, one.pk) for one in back)],
    )
    return Done(row, step)


def _without_who_is_gone(values: dict[str, Any]) -> dict[str, Any]:
    """Somebody or something that was named may have been removed meanwhile; the row comes back without."""
    named: list[tuple[str, type[models.Model]]] = [
        ("opened_by_id", User), ("keeper_id", User), ("written_by_id", User), ("contact_id", Contact),
        ("interaction_id", Interaction), ("feedback_id", Feedback),
    ]  # fmt: skip
    gone = {
        column
        for column, model in named
        if values.get(column) is not None and not model._base_manager.filter(pk=values[column]).exists()
    }
    return {name: None if name in gone else value for name, value in values.items()}


# What happens to it --------------------------------------------------------------------------------------------------


def _turns(row: Problem) -> models.QuerySet[ProblemStep]:
    """When it was solved and opened again, the newest first."""
    return row.steps.exclude(kind=ProblemStep.Kind.OWNED).order_by("-done_on", "-id")


def _day_of(row: Problem, done_on: date | None, now: Now) -> date:
    return done_on or max(row.relationship.today(now), row.opened_on)


def _happened(
    row: Problem, kind: str, done_on: date, note: str, *, due_on: date | None = None, actor: User, now: Now, said: str
) -> Done[Problem]:
    """Keep the row that says what happened, and the step that removes it."""
    _not_to_come("done_on", done_on, row.relationship, actor, now)
    if done_on < row.opened_on:
        raise ValidationError({"done_on": _("This is before it was opened.")})
    before = _turns(row)
    if kind == ProblemStep.Kind.OWNED:
        # Owned up to before it came back is another time, and that is over.
        before = before.filter(kind=ProblemStep.Kind.REOPENED)
    last = before.values_list("done_on", flat=True).first()
    if last is not None and done_on < last:
        raise ValidationError({"done_on": _("Something has happened to it since this day.")})
    child = ProblemStep(
        problem=row,
        account_id=row.account_id,
        shared=row.shared,
        kind=kind,
        done_on=done_on,
        due_on=due_on,
        note=note.strip(),
        written_by=actor,
        written_at=now.moment(row.relationship.zone),
    )
    child.full_clean()
    child.save()
    assess([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=said % {"what": row.what},
        verb=withdraw_from_problem,
        arguments={"step_id": child.pk},
        watch=[(ProblemStep, child.pk)],
    )
    return Done(row, step)


@transaction.atomic
def solve_problem(
    *, actor: User, now: Now, problem: Problem, done_on: date | None = None, note: str = ""
) -> Done[Problem]:
    """It was solved, on a day; *late* where the day that it was to be solved by was over."""
    row = _lock(problem.pk, actor)
    if row.solved_on is not None:
        raise ValidationError(_("This problem is solved already."))
    said = _("Solved: %(what)s")
    return _happened(row, ProblemStep.Kind.SOLVED, _day_of(row, done_on, now), note, actor=actor, now=now, said=said)


@transaction.atomic
def reopen_problem(
    *,
    actor: User,
    now: Now,
    problem: Problem,
    done_on: date | None = None,
    due_on: date | None = None,
    note: str = "",
) -> Done[Problem]:
    """It came back, and has a new day to be solved by; within the days of its severity unless ``due_on`` says when."""
    row = _lock(problem.pk, actor)
    if row.solved_on is None:
        raise ValidationError(_("This problem is open already."))
    said = _("Opened again: %(what)s")
    day = _day_of(row, done_on, now)
    due_on = due_on or problems.day_to_solve(
        opened_on=day, today=row.relationship.today(now), within=Problem.DAYS[Problem.Severity(row.severity)]
    )
    if due_on < day:
        raise ValidationError({"due_on": _("The day lies before the one on which it came back.")})
    kind = ProblemStep.Kind.REOPENED
    return _happened(row, kind, day, note, due_on=due_on, actor=actor, now=now, said=said)


@transaction.atomic
def own_up(*, actor: User, now: Now, problem: Problem, note: str, done_on: date | None = None) -> Done[Problem]:
    """We told them that it was our fault; ``note`` is what was said."""
    row = _lock(problem.pk, actor)
    if row.owned_on is not None:
        raise ValidationError(_("This has been owned up to already."))
    if not note.strip():
        # Nobody was told anything: then nothing was owned up to.
        raise ValidationError({"note": _("Say what was said to them.")})
    said = _("Owned up to: %(what)s")
    return _happened(row, ProblemStep.Kind.OWNED, _day_of(row, done_on, now), note, actor=actor, now=now, said=said)


@inverse
@transaction.atomic
def withdraw_from_problem(*, actor: User, now: Now, step_id: int) -> Done[Problem]:
    """Take back what happened to a problem: that it was solved, opened again or owned up to."""
    found = ProblemStep.objects.get(pk=step_id)
    row = _lock(found.problem_id, actor)
    last = _turns(row).first()
    if found.kind != ProblemStep.Kind.OWNED and last is not None and last.pk != found.pk:
        raise ValidationError(
            _("Something has happened to “%(what)s” since. Take that back first.") % {"what": row.what}
        )
    ledger.forget(ledger.PROBLEM_STEP, [found.pk])
    values = values_of(found)
    found.delete()
    assess([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=_("As it was: %(what)s") % {"what": row.what},
        verb=restore_to_problem,
        arguments={"values": values},
        watch=[(ProblemStep, step_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_to_problem(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Problem]:
    row = _lock(values["problem_id"], actor)
    _refuse_what_is_so(row, values)
    child = row_from(ProblemStep, _without_who_is_gone(values))
    assess([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=_("As it was: %(what)s") % {"what": row.what},
        verb=withdraw_from_problem,
        arguments={"step_id": child.pk},
        watch=[(ProblemStep, child.pk)],
    )
    return Done(row, step)


def _refuse_what_is_so(row: Problem, values: dict[str, Any]) -> None:
    """What comes back must still be something new: it may have been solved or owned up to otherwise since."""
    came_back = row.steps.filter(
        kind=ProblemStep.Kind.REOPENED, done_on__gte=values["done_on"], pk__gt=values["id"]
    ).exists()
    is_so = {
        ProblemStep.Kind.SOLVED: row.solved_on is not None,
        ProblemStep.Kind.REOPENED: row.solved_on is None,
        # Owned up to before it came back, it may be owned up to since as well.
        ProblemStep.Kind.OWNED: row.owned_on is not None and not came_back,
    }
    if is_so[ProblemStep.Kind(values["kind"])]:
        raise ValidationError(_("Something else has happened to “%(what)s” since.") % {"what": row.what})
