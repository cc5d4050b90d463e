"""What the audit rows keep, put back through the verbs: one value of a row, or a row that was removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models, transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from accounts.history import events_of
from accounts.models import Team, User
from accounts.rows import plain
from accounts.undo import Done
from relationships.actions.attachments import restore_attachment
from relationships.actions.comments import restore_comment
from relationships.actions.feedback import (
    EDITABLE_FEEDBACK,
    POINTING,
    change_feedback,
    restore_feedback,
    restore_feedback_step,
)
from relationships.actions.feelings import restore_feeling
from relationships.actions.outcomes import EDITABLE_OUTCOME, change_outcome, restore_outcome
from relationships.actions.people import (
    EDITABLE_INTRODUCTION,
    EDITABLE_STAKE,
    change_introduction,
    change_stakeholder,
    restore_introduction,
    restore_stakeholder,
)
from relationships.actions.problems import EDITABLE_PROBLEM, change_problem, restore_problem, restore_to_problem
from relationships.actions.promises import (
    CHILDREN,
    EDITABLE_PROMISE,
    change_promise,
    restore_promise,
    restore_to_promise,
)
from relationships.actions.pulse import EDITABLE_ANSWER, change_answer
from relationships.actions.relationship import EDITABLE, change_relationship
from relationships.actions.rhythm import restore_agreement, restore_snooze
from relationships.actions.stages import (
    EDITABLE_PLAN,
    change_plan_step,
    restore_plan_step,
    restore_scope,
    restore_waiver,
)
from relationships.actions.talk import OUTLIVING, OWN, change_interaction, restore_interaction
from relationships.actions.team import restore_member
from relationships.models import (
    Attachment,
    CadenceAgreement,
    Comment,
    Commitment,
    Feedback,
    FeedbackStep,
    Feeling,
    Fulfilment,
    Interaction,
    InteractionColleague,
    InteractionContact,
    Introduction,
    Mention,
    Miss,
    PlanStep,
    Problem,
    ProblemStep,
    PulseAnswer,
    Relationship,
    RelationshipMember,
    RelationshipOutcome,
    Renegotiation,
    Scope,
    Snooze,
    Stakeholder,
    Waiver,
)
from web.clock import Now

# Whose values can be put back, and which. The day of a promise and an agreement are not changed but made anew.
RESTORABLE: dict[type[models.Model], list[str]] = {
    Relationship: EDITABLE,
    Interaction: OWN,
    Commitment: EDITABLE_PROMISE,
    Feedback: EDITABLE_FEEDBACK,
    Stakeholder: EDITABLE_STAKE,
    Introduction: EDITABLE_INTRODUCTION,
    Problem: EDITABLE_PROBLEM,
    PlanStep: EDITABLE_PLAN,
    RelationshipOutcome: EDITABLE_OUTCOME,
    PulseAnswer: EDITABLE_ANSWER,
}

# How a value is put back in rows of apps above, which add their own.
Setter = Callable[[Any, dict[str, Any], dict[str, Any]], Done[Any]]
SETTERS: dict[type[models.Model], Setter] = {}


def _event(model: type[models.Model], event_id: int) -> Any:
    return events_of(model)._base_manager.get(pgh_id=event_id)


# A value -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def restore_value(*, actor: User, now: Now, model: type[models.Model], event_id: int, field: str) -> Done[Any]:
    """Give a field the value that an audit row of the record has. Raises ``ValidationError`` where it can't be.

    ``ObjectDoesNotExist`` where there is no such audit row, or the record is not the actor's to change.
    """
    assert field in RESTORABLE[model], field
    event = _event(model, event_id)
    row = model._default_manager.changeable_by(actor).filter(pk=event.pgh_obj_id).first()  # type: ignore[attr-defined]
    if row is None:
        raise ObjectDoesNotExist
    column = model._meta.get_field(field)
    value = getattr(event, column.attname)  # type: ignore[union-attr]
    if value == getattr(row, column.attname):  # type: ignore[union-attr]
        raise ValidationError(_("It says so already, so nothing was changed."))
    values = {field: _possible(column, value, actor)}
    if isinstance(row, Relationship):
        return change_relationship(actor=actor, now=now, relationship=row, values=values)
    if isinstance(row, Commitment):
        return change_promise(actor=actor, now=now, commitment=row, values=values)
    if isinstance(row, Feedback):
        return change_feedback(actor=actor, now=now, feedback=row, values=values)
    if isinstance(row, Stakeholder):
        return change_stakeholder(actor=actor, now=now, stakeholder=row, values=values)
    if isinstance(row, Introduction):
        return change_introduction(actor=actor, now=now, introduction=row, values=values)
    if isinstance(row, Problem):
        return change_problem(actor=actor, now=now, problem=row, values=values)
    if isinstance(row, PlanStep):
        return change_plan_step(actor=actor, now=now, step=row, values=values)
    if isinstance(row, RelationshipOutcome):
        return change_outcome(actor=actor, now=now, outcome=row, values=values)
    if isinstance(row, PulseAnswer):
        return change_answer(actor=actor, now=now, answer=row, values=values)
    if model in SETTERS:
        return SETTERS[model](row, values, {"actor": actor, "now": now})
    people = {"contacts": list(row.contacts.all()), "colleagues": list(row.colleagues.all())}
    return change_interaction(actor=actor, now=now, interaction=row, values=values, **people)


def _possible(column: Any, value: Any, actor: User) -> Any:
    """The value as the verb takes it; raises ``ValidationError`` where what it names is gone or out of reach."""
    if not column.is_relation or value is None:
        return value
    found = column.related_model._base_manager.filter(pk=value).first()
    if found is None:
        raise ValidationError(
            _("What “%(field)s” named then is no longer here, so nothing was changed.") % {"field": column.verbose_name}
        )
    if isinstance(found, User) and not User.objects.active_staff().filter(pk=found.pk).exists():
        raise ValidationError(_("%(name)s has left, so nothing was changed.") % {"name": found})
    if isinstance(found, Team) and not (actor.reach.everything or found.pk in actor.reach.changed):
        raise ValidationError(_("You do not work in team %(name)s, so nothing was changed.") % {"name": found})
    return found


# A row ---------------------------------------------------------------------------------------------------------------


@transaction.atomic
def bring_back(*, actor: User, now: Now, model: type[models.Model], event_id: int) -> Done[Any]:
    """Make a removed row again from the audit row of its removal, with what went with it, whoever removed it.

    Raises ``ValidationError`` where it can't be, ``ObjectDoesNotExist`` where it is not the actor's to change.
    """
    event = _event(model, event_id)
    if event.pgh_label != "delete":
        raise ObjectDoesNotExist
    if model._base_manager.filter(pk=event.pgh_obj_id).exists():
        raise ValidationError(_("It is back already."))
    return BACK[model](event, {"actor": actor, "now": now})


def _columns_of(event: Any) -> dict[str, Any]:
    kept = [field for field in event._meta.concrete_fields if not field.name.startswith("pgh_")]
    return {field.attname: plain(field.value_from_object(event)) for field in kept}


def _values_of(event: Any) -> dict[str, Any]:
    """The columns that the audit row keeps, ready for JSON; who or what was erased since is left out."""
    values = _columns_of(event)
    tracked = event._meta.get_field("pgh_obj").related_model
    for field in tracked._meta.concrete_fields:
        target: Any = field.related_model
        key = values.get(field.attname)
        if target is None or key is None or target._base_manager.filter(pk=key).exists():
            continue
        if not field.null:
            raise ValidationError(
                _("What “%(field)s” named then is no longer here, so it stays removed.") % {"field": field.verbose_name}
            )
        values[field.attname] = None
    return values


def _same_deed(model: type[models.Model], event: Any, **where: Any) -> models.QuerySet[Any]:
    """The audit rows of another model that the same transaction wrote."""
    rows: models.QuerySet[Any] = events_of(model)._base_manager.filter(
        pgh_created_at=event.pgh_created_at, pgh_context=event.pgh_context_id, **where
    )
    return rows.order_by("pgh_id")


def _went_with(model: type[models.Model], event: Any, column: str) -> list[Any]:
    """The audit rows of what was removed with it, each row once."""
    removed = _same_deed(model, event, pgh_label="delete", **{column: event.pgh_obj_id})
    return list({row.pgh_obj_id: row for row in removed}.values())


def _let_go(model: type[models.Model], event: Any, column: str) -> list[int]:
    """The keys of what belonged to it until then and outlived it."""
    former = events_of(model)._base_manager.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
    rows = _same_deed(model, event, pgh_label="update", **{column: None})
    rows = rows.alias(former=Subquery(former.order_by("-pgh_id").values(column)[:1])).filter(former=event.pgh_obj_id)
    return sorted(set(rows.values_list("pgh_obj_id", flat=True)))


def _entry(event: Any, by: dict[str, Any]) -> Done[Any]:
    outliving = {name: Interaction._meta.get_field(name).related_model for name in OUTLIVING}
    values = {
        **_values_of(event),
        "contacts": [row.contact_id for row in _went_with(InteractionContact, event, "interaction_id")],
        "colleagues": [row.user_id for row in _went_with(InteractionColleague, event, "interaction_id")],
        **{name: _let_go(model, event, "interaction_id") for name, model in outliving.items()},  # type: ignore[arg-type]
    }
    return restore_interaction(values=values, **by)


def _promise(event: Any, by: dict[str, Any]) -> Done[Any]:
    values = {
        **_values_of(event),
        # Follows from the rows below it; the audit does not keep it.
        "binding_on": plain(event.due_on),
        "comments": _let_go(Comment, event, "commitment_id"),
        "followed_by": _let_go(Commitment, event, "follows_id"),
    }
    children = [
        (model._meta.label_lower, _values_of_child(child))
        for model in CHILDREN
        for child in _went_with(model, event, "commitment_id")
    ]
    return restore_promise(values=values, children=children, **by)


def _feedback(event: Any, by: dict[str, Any]) -> Done[Any]:
    pointing = {name: _let_go(model, event, f"{column}_id") for name, (model, column) in POINTING.items()}
    taken = [_values_of_child(child) for child in _went_with(FeedbackStep, event, "feedback_id")]
    return restore_feedback(values={**_values_of(event), **pointing}, taken=taken, **by)


def _values_of_child(event: Any) -> dict[str, Any]:
    """What happened to a promise, or was done about feedback, that is itself still away."""
    values = _columns_of(event)
    if not User.objects.filter(pk=values["written_by_id"]).exists():
        values["written_by_id"] = None
    return values


def _happened(event: Any, by: dict[str, Any]) -> Done[Any]:
    model = event._meta.get_field("pgh_obj").related_model
    return restore_to_promise(model=model._meta.label_lower, values=_values_of(event), **by)


def _problem(event: Any, by: dict[str, Any]) -> Done[Any]:
    steps = [_values_of_child(child) for child in _went_with(ProblemStep, event, "problem_id")]
    return restore_problem(values=_values_of(event), steps=steps, **by)


def _comment(event: Any, by: dict[str, Any]) -> Done[Any]:
    mentioned = [_columns_of(row) for row in _went_with(Mention, event, "comment_id")]
    return restore_comment(values=_values_of(event), mentioned=mentioned, **by)


BACK: dict[type[models.Model], Callable[[Any, dict[str, Any]], Done[Any]]] = {
    Interaction: _entry,
    Commitment: _promise,
    Renegotiation: _happened,
    Fulfilment: _happened,
    Miss: _happened,
    Comment: _comment,
    Problem: _problem,
    ProblemStep: lambda event, by: restore_to_problem(values=_values_of(event), **by),
    Snooze: lambda event, by: restore_snooze(values=_values_of(event), **by),
    CadenceAgreement: lambda event, by: restore_agreement(values=_values_of(event), **by),
    RelationshipMember: lambda event, by: restore_member(values=_values_of(event), **by),
    Attachment: lambda event, by: restore_attachment(values=_values_of(event), **by),
    Feedback: _feedback,
    FeedbackStep: lambda event, by: restore_feedback_step(values=_values_of(event), **by),
    Stakeholder: lambda event, by: restore_stakeholder(values=_values_of(event), **by),
    Introduction: lambda event, by: restore_introduction(values=_values_of(event), **by),
    Waiver: lambda event, by: restore_waiver(values=_values_of(event), **by),
    Scope: lambda event, by: restore_scope(values=_values_of(event), **by),
    PlanStep: lambda event, by: restore_plan_step(values=_values_of(event), **by),
    Feeling: lambda event, by: restore_feeling(values=_values_of(event), **by),
    RelationshipOutcome: lambda event, by: restore_outcome(values=_values_of(event), **by),
}
