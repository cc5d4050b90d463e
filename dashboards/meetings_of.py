"""The meetings of a relationship on its page: the next one, or the day to propose; and what still wants an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from meetings import agenda, queries, series, series_words, words
from meetings.models import Meeting, MeetingAccount, Participant
from relationships.models import Relationship
from relationships.words import names
from web import dates
from web.clock import Now

# So many that nobody has settled are named.
ASKED = 3


@dataclass(frozen=True, slots=True)
class Next:
    """The next meeting in a sentence, or the proposal of one."""

    row: Meeting | None
    said: str
    late: bool = False


def next_of(row: Relationship, user: User, now: Now) -> dict[str, Any]:
    """Three queries where one is planned, otherwise four."""
    asks = MeetingAccount.objects.filter(relationship=row, meeting__in=Meeting.objects.unsettled(now)).order_by()
    return {
        "next_meeting": _next(row, user, now),
        "meetings_asking": [
            (one.meeting, dates.plain(one.meets_on, row.today(now)))
            for one in asks.select_related("meeting").order_by("starts_at", "pk")[:ASKED]
        ],
    }


def _next(row: Relationship, user: User, now: Now) -> Next:
    party = queries.next_of(row, now)
    talks = queries.talks_of(row)
    today = row.today(now)
    if party is not None:
        meeting = party.meeting
        coming = Participant.objects.filter(party=party).exclude(answer=Participant.Answer.DECLINED)
        people = names([one.contact for one in coming.select_related("contact")])
        told = {"when": words.when(meeting, user.zone, [meeting.zone, row.zone], now.today(user.zone)), "who": people}
        said = _("%(when)s with %(who)s.") % told if people else _("%(when)s.") % told
        if meeting.series is not None:
            rule = series_words.say(series.parse(meeting.series.rule), meeting.series.starts_on, today)
            said = _("%(said)s Comes again %(rule)s.") % {"said": said, "rule": rule}
        late = agenda.days_too_late(talks, party.meets_on)
        if late:
            said = _("%(said)s That is %(days)s too late for the rhythm.") % {"said": said, "days": dates.days(late)}
        return Next(meeting, said, bool(late))
    day = agenda.when_next(talks, today) if row.paused_since is None and row.ended_on is None else None
    if day is None:
        return Next(None, _("None is planned."))
    if agenda.days_too_late(talks, day):
        return Next(None, _("None is planned. %(day)s is the next working day.") % {"day": dates.full(day)}, True)
    return Next(None, _("None is planned. %(day)s would be in time.") % {"day": dates.full(day)})
