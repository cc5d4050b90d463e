"""Problems that want a person: past their day, or critical and nobody has spoken with the partner about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import User
from dashboards.today import Candidate, Reason
from relationships import problem_words, words
from relationships.models import Problem, ProblemQuerySet, seen_to_by
from web import dates
from web.clock import Now


def wanted(user: User, now: Now) -> ProblemQuerySet:
    """The open ones that the person sees to, and that can't wait; ``spoken_on`` is the first direct contact."""
    return Problem.objects.visible_to(user).filter(seen_to_by(user.acts_for)).cannot_wait(now).order_by()


def candidates(user: User, now: Now) -> Iterable[Candidate]:
    """One query."""
    until = Coalesce("binding_on", "due_on")
    keys: Iterable[Any] = wanted(user, now).values_list("pk", "relationship", until, "severity")
    for pk, relationship, due_on, severity in keys:
        reason = Reason.CRITICAL if severity == Problem.Severity.CRITICAL else Reason.PROBLEM
        yield Candidate(relationship, reason, due_on.toordinal(), pk)


def fetch(ids: Collection[int]) -> dict[int, Any]:
    """Those that stand on a row, with the day of the first direct contact; one query."""
    rows = Problem.objects.with_first_contact().select_related("relationship", "keeper", "contact")
    return rows.in_bulk(ids)


def fact(row: Any, today: date) -> str:
    """*Forks are missing – 3 days late*."""
    what = words.clipped(row.what, 90)
    if today > row.until:
        return _("%(what)s – %(late)s late") % {"what": what, "late": dates.days((today - row.until).days)}
    return f"{what} – {problem_words.spoken(row.opened_on, row.spoken_on, today)}"


def why(row: Any, today: date) -> str:
    """*A critical problem that Ingrid Moe raised on Monday; first met or rung after 2 days.*"""
    told = {
        "severity": row.get_severity_display(),
        "who": row.contact,
        "day": dates.on(row.opened_on, today),
        "spoken": problem_words.spoken(row.opened_on, row.spoken_on, today),
    }
    said = (
        _("A %(severity)s problem that %(who)s raised %(day)s")
        if row.contact
        else _("A %(severity)s problem, opened %(day)s")
    )
    return f"{said % told}; {told['spoken']}." if today > row.until else f"{said % told}."
