"""What somebody answers from the mail, without being signed in: the link says who it is."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from meetings import answer_links
from meetings.actions.following import follow, lock
from meetings.models import ANSWER, Participant
from web.clock import Now


@transaction.atomic
def hear_answer(*, now: Now, asked: Participant, said: str, whole: bool) -> int:
    """Keep the answer to this meeting or to its whole series. The same again changes nothing; returns what changed."""
    if said not in answer_links.WORDS:
        raise ValidationError({"answer": _("Choose one of the answers.")})
    found = answer_links.asked_of(asked, whole=whole, now=now)
    meetings = sorted(found.values_list("meeting", flat=True))
    for meeting in meetings:
        lock(meeting)
    rows = [row for row in found.order_by("pk") if row.answer != said]
    for row in rows:
        row.answer, row.answered_on = said, now.today(row.meeting.zone)
        row.answered_way, row.answered_by = Participant.Way.LINK, None
    Participant.objects.bulk_update(rows, ANSWER)
    follow([row.meeting_id for row in rows], now=now)
    return len(rows)
