"""Whom a person still has to meet: what Today and the count beside it read, and how it is said there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from dashboards.today import Candidate, Reason
from relationships import words
from relationships.models import Introduction, IntroductionQuerySet
from relationships.words import Look
from web import dates

LOOK = Look(gettext_lazy("To be met"), "user-plus", "faint")


def wanting(user: User) -> IntroductionQuerySet:
    """Open ones that the person sees to: named for them, or for nobody with a partner of theirs."""
    mine = Q(keeper__in=user.acts_for) | Q(keeper=None, relationship__owner__in=user.acts_for)
    return Introduction.objects.visible_to(user).open().filter(mine).order_by()


def candidates(user: User) -> Iterable[Candidate]:
    keys: Iterable[Any] = wanting(user).values_list("pk", "relationship", "opened_on")
    for pk, relationship, day in keys:
        yield Candidate(relationship, Reason.INTRODUCTION, day.toordinal(), pk)


def fact(row: Introduction) -> str:
    return words.clipped(row.wanted, 90)


def why(row: Introduction, today: date) -> str:
    """*On the list since 3 November; Ingrid Moe could introduce us.* Needs ``through`` selected."""
    said = _("On the list since %(day)s") % {"day": dates.said(row.opened_on, today)}
    if row.through is None:
        return f"{said}."
    return _("%(said)s; %(name)s could introduce us.") % {"said": said, "name": row.through}
