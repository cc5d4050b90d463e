"""Meetings that want a person: over, and nobody has said whether they were held; or near, and nobody saw the agenda."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from dashboards.queries import counted
from dashboards.today import Candidate, Reason
from meetings import words as meeting_words
from meetings.models import Meeting, MeetingAccount, MeetingAccountQuerySet, MeetingQuerySet
from relationships import words
from relationships.words import Look
from web import dates
from web.clock import Now

# So long before it an agenda is looked at.
AHEAD = timedelta(days=2)
NO_AGENDA = Look(gettext_lazy("No agenda yet"), "calendar-event", "due")


def unsettled(user: User, now: Now) -> MeetingQuerySet:
    """Those that the person, or whom they stand in for, sees to."""
    return Meeting.objects.visible_to(user).seen_to_by(user.acts_for).unsettled(now).order_by()


# How many there are: the number beside *Meetings*.
count = counted(unsettled)


def bare(user: User, now: Now) -> MeetingQuerySet:
    """Those of the next two days whose agenda nobody has arranged; of a series the next."""
    near = Meeting.objects.visible_to(user).seen_to_by(user.acts_for).ahead(now).order_by()
    found = near.filter(starts_at__lte=now.instant + AHEAD, begun_at=None, agenda_version=0)
    return found.each_series_once(now)


def _once(user: User, meetings: MeetingQuerySet) -> MeetingAccountQuerySet:
    """Each stands with one of its partners: the first that the person sees."""
    seen = MeetingAccount.objects.visible_to(user).filter(meeting__in=meetings.values("pk")).order_by()
    first = seen.values("meeting").annotate(first=Min("pk")).values("first")
    return MeetingAccount.objects.filter(pk__in=first).order_by()


def keys(user: User, now: Now) -> list[MeetingAccountQuerySet]:
    """The partners, for the count."""
    return [_once(user, rows) for rows in (unsettled(user, now), bare(user, now))]


def candidates(user: User, now: Now) -> Iterable[Candidate]:
    """Two queries. Of those that are over the oldest first, of those to come the next."""
    for reason, rows in zip((Reason.UNSETTLED, Reason.BARE), keys(user, now), strict=True):
        found: Iterable[Any] = rows.values_list("meeting", "relationship", "starts_at")
        for pk, relationship, starts_at in found:
            yield Candidate(relationship, reason, starts_at.timestamp(), pk)


def fetch(ids: Collection[int]) -> dict[int, Meeting]:
    return Meeting.objects.select_related("organiser").in_bulk(ids)


def said(reason: Reason, row: Meeting, user: User, now: Now) -> tuple[Look, str, str]:
    """*Quarterly review – last Friday 10:00*, and why it stands here."""
    today: date = now.today(user.zone)
    title = words.clipped(row.title, 90)
    if reason is Reason.UNSETTLED:
        day = dates.said(row.day, today)
        fact = _("Was it held? %(title)s – %(day)s") % {"title": title, "day": day}
        return meeting_words.UNSETTLED, fact, _("Nothing counts until you say so.")
    when = meeting_words.brief_when(row, user.zone, today)
    return NO_AGENDA, f"{title} – {when}", _("Its agenda has filled itself; nobody has looked at it yet.")
