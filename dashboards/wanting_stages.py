"""What the stages want of a person today: a review or a move that is proposed, overdue evidence, steps of a plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from dashboards.today import Candidate, Reason
from relationships import stage_words, words
from relationships.models import (
    PlanStep,
    PlanStepQuerySet,
    Relationship,
    RelationshipQuerySet,
    latest_date,
    local_date,
    seen_to_by,
)
from relationships.words import Look
from web.clock import Now

STEP = Look(gettext_lazy("Step of the plan"), "stairs-up", "faint")


def _own(user: User) -> RelationshipQuerySet:
    return Relationship.objects.visible_to(user).filter(owner__in=user.acts_for).going_on().order_by()


def _stages(user: User, now: Now) -> RelationshipQuerySet:
    """Those for which a move is proposed, or whose declared evidence is overdue."""
    late = Q(evidence_due_on__lt=latest_date(now)) & Q(evidence_due_on__lt=local_date(now))
    return _own(user).filter(~Q(proposed_stage="") | late)


def _reviews(user: User, now: Now) -> RelationshipQuerySet:
    return _own(user).to_review(now)


def open_steps(user: User) -> PlanStepQuerySet:
    """Open steps, of whoever sees to them, or of the owner where nobody is named."""
    return PlanStep.objects.visible_to(user).open().filter(seen_to_by(user.acts_for), relationship__ended_on=None)


def _steps(user: User, now: Now) -> PlanStepQuerySet:
    """Those whose day has come."""
    rows = open_steps(user)
    here = local_date(now, "relationship__zone")
    return rows.filter(due_on__lte=latest_date(now)).filter(due_on__lte=here).order_by()


def keys(user: User, now: Now) -> list[QuerySet[Any]]:
    """The relationships, for the count."""
    stages = [rows.values_list("pk") for rows in (_stages(user, now), _reviews(user, now))]
    return [*stages, _steps(user, now).values_list("relationship")]


def candidates(user: User, now: Now) -> Iterable[Candidate]:
    """Three queries. Overdue evidence stands before a proposal, which loses nothing by waiting."""
    reviews: Iterable[Any] = _reviews(user, now).values_list("pk", "stage_since")
    for pk, since in reviews:
        yield Candidate(pk, Reason.REVIEW, since.toordinal() if since else 0, pk)
    columns = ("pk", "proposed_stage", "stage_since", "evidence_due_on")
    found: Iterable[Any] = _stages(user, now).values_list(*columns)
    for pk, proposed, since, due_on in found:
        day = since if proposed or due_on is None else due_on
        yield Candidate(pk, Reason.STAGE, (day.toordinal() if day else 0) + (10**7 if proposed else 0), pk)
    steps: Iterable[Any] = _steps(user, now).values_list("pk", "relationship", "due_on")
    for pk, relationship, day in steps:
        yield Candidate(relationship, Reason.STEP, day.toordinal(), pk, PlanStep._meta.label_lower)


def said_of_step(step: PlanStep, row: Relationship, due: str) -> tuple[Look, str, str]:
    why = ""
    if row.target_stage:
        why = _("On the way to %(stage)s.") % {"stage": stage_words.name(row.target_stage)}
    return STEP, f"{words.clipped(step.what, 90)} – {due}", why
