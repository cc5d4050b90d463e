"""What the stages want of a person today: a move that is proposed, evidence that is overdue, steps of a plan."""

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
)
from relationships.words import Look
from web import dates
from web.clock import Now

PROPOSED = Look(gettext_lazy("Move proposed"), "trending-up", "ok")
OVERDUE = Look(gettext_lazy("Evidence overdue"), "clock", "over")
STEP = Look(gettext_lazy("Step of the plan"), "stairs-up", "faint")


def _own(user: User) -> RelationshipQuerySet:
    return Relationship.objects.visible_to(user).filter(owner__in=user.acts_for).going_on().order_by()


def _stages(user: User, now: Now) -> RelationshipQuerySet:
    """Those for which a move is proposed, or whose declared evidence is overdue."""
    late = Q(evidence_due_on__lt=latest_date(now)) & Q(evidence_due_on__lt=local_date(now))
    return _own(user).filter(~Q(proposed_stage="") | late)


def _steps(user: User, now: Now) -> PlanStepQuerySet:
    """Steps whose day has come, of whoever sees to them, or of the owner where nobody is named."""
    seen_to = Q(keeper__in=user.acts_for) | Q(keeper=None, relationship__owner__in=user.acts_for)
    rows = PlanStep.objects.visible_to(user).open().filter(seen_to, relationship__ended_on=None)
    here = local_date(now, "relationship__zone")
    return rows.filter(due_on__lte=latest_date(now)).filter(due_on__lte=here).order_by()


def keys(user: User, now: Now) -> list[QuerySet[Any]]:
    """The relationships, for the count."""
    return [_stages(user, now).values_list("pk"), _steps(user, now).values_list("relationship")]


def candidates(user: User, now: Now) -> Iterable[Candidate]:
    """Two queries. Overdue evidence stands before a proposal, which loses nothing by waiting."""
    columns = ("pk", "proposed_stage", "stage_since", "evidence_due_on")
    found: Iterable[Any] = _stages(user, now).values_list(*columns)
    for pk, proposed, since, due_on in found:
        day = since if proposed or due_on is None else due_on
        yield Candidate(pk, Reason.STAGE, (day.toordinal() if day else 0) + (10**7 if proposed else 0), pk)
    steps: Iterable[Any] = _steps(user, now).values_list("pk", "relationship", "due_on")
    for pk, relationship, day in steps:
        yield Candidate(relationship, Reason.STEP, day.toordinal(), pk, PlanStep._meta.label_lower)


def said(row: Relationship, now: Now) -> tuple[Look, str, str]:
    """How a proposal or overdue evidence looks, the fact, and why."""
    today = row.today(now)
    stage = stage_words.name(row.stage)
    since = dates.said(row.stage_since or today, today)
    if row.proposed_stage:
        fact = _("all is there to make it a %(stage)s") % {"stage": stage_words.name(row.proposed_stage)}
        return PROPOSED, fact, _("A %(stage)s since %(day)s.") % {"stage": stage, "day": since}
    late = dates.days((today - (row.evidence_due_on or today)).days)
    fact = _("its evidence is %(late)s late") % {"late": late}
    return (
        OVERDUE,
        fact,
        _("Declared a %(stage)s %(day)s.") % {"stage": stage, "day": dates.on(row.stage_since or today, today)},
    )


def said_of_step(step: PlanStep, row: Relationship, due: str) -> tuple[Look, str, str]:
    why = ""
    if row.target_stage:
        why = _("On the way to %(stage)s.") % {"stage": stage_words.name(row.target_stage)}
    return STEP, f"{words.clipped(step.what, 90)} – {due}", why
