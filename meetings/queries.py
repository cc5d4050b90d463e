"""Reads around meetings, each a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from accounts.models import User
from meetings.agenda import Talks
from meetings.models import Meeting, MeetingAccount, Outcome
from relationships.cadence import Rest
from relationships.models import Relationship
from web.clock import Now


def talks_of(relationship: Relationship) -> Talks:
    """What its rhythm follows from; two queries."""
    return Talks(
        last_touch_on=relationship.last_touch_on,
        intervals=[row.interval for row in relationship.agreements.order_by("id")],
        rests=[Rest(row.from_on, row.until_on) for row in relationship.snoozes.all()],
        workdays=relationship.workdays,
    )


def next_of(relationship: Relationship, now: Now) -> MeetingAccount | None:
    """Its next meeting that is planned for today or later."""
    ahead = MeetingAccount.objects.filter(relationship=relationship).ahead(now).select_related("meeting__series")
    return ahead.filter(meeting__ends_at__gt=now.instant).order_by("starts_at", "id").first()


def planned_days(relationship: Relationship, now: Now, besides: Meeting | None = None) -> list[date]:
    """The days of those that are planned, but for one, in their order; the one to propose fills the first gap."""
    ahead = MeetingAccount.objects.filter(relationship=relationship).ahead(now)
    days = ahead.exclude(meeting=besides) if besides else ahead
    return list(days.order_by("meets_on").values_list("meets_on", flat=True))


def last_of(relationships: Collection[int]) -> Meeting | None:
    """The meeting with any of these that was planned for the latest moment: the next one is often at the same hour."""
    rows = MeetingAccount.objects.filter(relationship__in=relationships).exclude(state=Meeting.State.CANCELLED)
    newest = rows.select_related("meeting").order_by("-starts_at", "-id").first()
    return newest.meeting if newest else None


def last_noted_with(meeting: Meeting, user: User) -> int | None:
    """The party with whom the person noted a promise or feedback last, where they had the choice."""
    chosen = Q(item=None) | Q(item__party=None)
    noted = Outcome.objects.filter(chosen, meeting=meeting, written_by=user, decision="").exclude(party=None)
    return noted.order_by("-written_at", "-pk").values_list("party", flat=True).first()
