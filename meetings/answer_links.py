"""The links with which somebody who is asked to a meeting answers from the mail: signed, until the meeting is over.

Each names the one who was asked and is good for nothing else. Opening one changes nothing; the page behind it asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting, Participant
from web.clock import Now

SALT = "concord.meetings.answer"
LONGEST = 200
# So many days of a series can be answered one by one.
DAYS = 12
# As somebody says it of oneself.
WORDS = {
    Participant.Answer.COMES.value: _("I’ll come"),
    Participant.Answer.MAYBE.value: _("Perhaps"),
    Participant.Answer.DECLINED.value: _("I can’t come"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """Who was asked, and to what: this meeting and, with ``whole``, all of its series that are still to come.

    ``asked`` is the next one of them. Its ``meeting`` with organiser and series is selected. ``days`` are those of
    a series for which they can answer one by one, the next ones.
    """

    asked: Participant
    whole: bool
    days: Sequence[Participant] = ()

    def of_day(self, chosen: str) -> Participant | None:
        """Who was asked to the day that was chosen; none where all of them are meant."""
        return next((one for one in self.days if str(one.pk) == chosen), None)


def token_for(participant: Participant, *, whole: bool = False) -> str:
    """What stands in the link; safe in a path."""
    return signing.Signer(salt=SALT).sign_object([participant.pk, whole])


def address_for(token: str, said: str = "") -> str:
    page = f"{settings.SITE_URL}{reverse('meeting_answer', args=[token])}"
    return f"{page}?answer={said}" if said else page


def find(token: str, now: Now) -> Question | None:
    """None when the link is altered, the meeting over or called off, or the person no longer asked."""
    try:
        pk, whole = signing.Signer(salt=SALT).unsign_object(token[:LONGEST])
    except (signing.BadSignature, ValueError):
        return None
    named = Participant._base_manager.filter(pk=pk).select_related("meeting").first()
    if named is None:
        return None
    days = list(asked_of(named, whole=whole, now=now).order_by("meeting__starts_at", "pk")[:DAYS])
    if not days:
        return None
    return Question(days[0], whole, days if whole and len(days) > 1 else ())


def asked_of(named: Participant, *, whole: bool, now: Now) -> QuerySet[Participant]:
    """What an answer is to: the meeting, or every one of its series to which the person is asked; still to come."""
    about = Q(pk=named.pk)
    if whole and named.meeting.series_id is not None:
        about = Q(meeting__series=named.meeting.series_id, user=named.user_id, contact=named.contact_id)
    ahead = Participant._base_manager.filter(about, meeting__state=Meeting.State.PLANNED)
    active = Q(user=None) | Q(user__is_active=True)
    return ahead.filter(active, meeting__ends_at__gt=now.instant).select_related(
        "meeting__organiser", "meeting__series", "user", "contact"
    )
