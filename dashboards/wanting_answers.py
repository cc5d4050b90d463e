"""What their feedback wants of a person today: an answer, once it has waited for as long as an answer may take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accounts.models import User
from dashboards.today import Candidate, Reason
from relationships.models import Feedback, FeedbackQuerySet, seen_to_by
from web.clock import Now


def wanting(user: User, now: Now) -> FeedbackQuerySet:
    """What of theirs the person has not answered for that long, wherever the relationship goes on."""
    mine = Feedback.objects.visible_to(user).theirs().filter(seen_to_by(user.acts_for))
    return mine.waiting_long(now).filter(relationship__ended_on=None).order_by()


def count(user: User, now: Now) -> int:
    """The number beside *Feedback*. One query."""
    return wanting(user, now).count()


def candidates(user: User, now: Now) -> Iterable[Candidate]:
    """One query."""
    keys: Iterable[Any] = wanting(user, now).values_list("pk", "relationship", "heard_on")
    for pk, relationship, day in keys:
        yield Candidate(relationship, Reason.UNANSWERED, day.toordinal(), pk)


def named(keys: Iterable[int]) -> dict[int, Feedback]:
    return Feedback.objects.select_related("contact", "colleague", "keeper").in_bulk(keys)
