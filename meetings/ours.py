"""What stays among us because of where it came from: feedback, and all that grew out of it.

The one condition for agendas, invitations and the review pack. ``outcomes`` are those that do not leave the house:
``only_ours`` for an agenda, ``untold`` for what is handed over.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from meetings.models.agenda import OutcomeQuerySet
from relationships.models import Commitment, Feedback

# A promise takes the place of one that was broken, and that of another: so far back it is asked where it came from.
PLANS = ("pk", "follows", "follows__follows", "follows__follows__follows")


def _of(outcomes: OutcomeQuerySet, named: str) -> Exists:
    return Exists(outcomes.filter(**{named: OuterRef("pk")}).order_by())


def feedback_is_ours(outcomes: OutcomeQuerySet) -> Q:
    """For feedback: noted as ours or among us, noticed and said by nobody, or not told to them."""
    return Q(hidden=True) | Q(unsaid=True) | Q(_of(outcomes, "feedback"))


def grew_of_ours(outcomes: OutcomeQuerySet) -> Exists:
    """For what was made of feedback, a problem or a promise: that feedback is ours."""
    return Exists(Feedback.objects.filter(feedback_is_ours(outcomes), pk=OuterRef("feedback")).order_by())


def promise_is_ours(outcomes: OutcomeQuerySet) -> Exists:
    """For promises: noted as ours, made of feedback that is, or the new plan of a promise that is."""
    before = Commitment.objects.filter(pk__in=[OuterRef(one) for one in PLANS])
    return Exists(before.filter(Q(_of(outcomes, "commitment")) | Q(grew_of_ours(outcomes))).order_by())
