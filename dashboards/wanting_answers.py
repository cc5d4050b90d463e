"""What their feedback wants of a person today: an answer, after as long as one may take; at once where it is new."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Case, QuerySet, Value, When

from accounts.models import User
from dashboards.queries import counted
from dashboards.today import Candidate, Reason
from relationships import feedback_words
from relationships.models import Feedback, FeedbackQuerySet, is_unread, owed_answer, seen_to_by
from relationships.words import Look
from web.clock import Now


def _theirs(user: User) -> FeedbackQuerySet:
    """What the person answers, wherever the relationship goes on."""
    mine = Feedback.objects.visible_to(user).theirs().filter(seen_to_by(user.acts_for))
    return mine.filter(relationship__ended_on=None).order_by()


def wanted(user: User, now: Now) -> FeedbackQuerySet:
    """What has waited for long, and what came in through a form and nobody has taken up."""
    return _theirs(user).filter(owed_answer(now) | is_unread())


def _unanswered(user: User, now: Now) -> QuerySet[Any]:
    return _theirs(user).owed(now).values_list("pk")


# How much has waited for long: the number beside *Feedback*.
count = counted(_unanswered)


def candidates(user: User, now: Now) -> Iterable[Candidate]:
    """One query."""
    reason = Case(When(owed_answer(now), then=Value(Reason.UNANSWERED.value)), default=Value(Reason.HEARD.value))
    rows: Iterable[Any] = wanted(user, now).values_list("pk", "relationship", "heard_on", reason)
    for pk, relationship, day, number in rows:
        yield Candidate(relationship, Reason(number), day.toordinal(), pk)


def named(keys: Iterable[int]) -> dict[int, Feedback]:
    return Feedback.objects.select_related("contact", "colleague", "keeper", "post").in_bulk(keys)


def said(reason: Reason, row: Feedback, today: date) -> tuple[Look, str, str]:
    """The look of a row that wants an answer, the fact, and why."""
    if reason is Reason.HEARD:
        return feedback_words.NEW, *feedback_words.newly_heard(row, today)
    return feedback_words.LATE, *feedback_words.unanswered(row, today)
