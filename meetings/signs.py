"""How willing people of theirs are to give time, as meetings tell it: who came when asked, and who stayed away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from meetings.models import Meeting, Participant
from relationships import readiness
from relationships.models import Relationship
from relationships.readiness import Seen, Sign


def signs_of(relationship: Relationship, today: date) -> Iterator[tuple[int, Seen]]:
    """From the meetings of a year that were held; one query."""
    asked = Participant.objects.theirs().filter(
        party__relationship=relationship,
        party__state=Meeting.State.HELD,
        party__meets_on__gt=today - timedelta(days=readiness.DAYS),
        party__meets_on__lte=today,
        came__isnull=False,
    )
    for contact, day, came in asked.order_by().values_list("contact", "party__meets_on", "came"):
        yield contact, Seen(day, Sign.CAME if came else Sign.STAYED_AWAY)
