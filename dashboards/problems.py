"""The open problems of a relationship on its own page: the longest late first."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from dashboards.problem_list import lines
from relationships.models import Problem, Relationship
from web.clock import Now

SHOWN = 5


def open_of(row: Relationship, user: User, now: Now) -> dict[str, Any]:
    """Two queries, whatever their number; one where there is none."""
    named = ("relationship__account", "relationship__owner", "keeper", "contact")
    rows = Problem.objects.filter(relationship=row).open().with_first_contact().select_related(*named)
    found = list(rows.order_by("binding_on", "pk")[: SHOWN + 1])
    return {"open_problems": lines(found[:SHOWN], user, now), "more_problems": len(found) > SHOWN}
