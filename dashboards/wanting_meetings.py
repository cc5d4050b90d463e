"""Meetings that want a person: over, and nobody has said whether they were held."""

from __future__ import annotations

from accounts.models import User
from dashboards.queries import counted
from meetings.models import Meeting, MeetingQuerySet
from web.clock import Now


def unsettled(user: User, now: Now) -> MeetingQuerySet:
    """Those that the person, or whom they stand in for, sees to."""
    return Meeting.objects.visible_to(user).seen_to_by(user.acts_for).unsettled(now).order_by()


# How many there are: the number beside *Meetings*.
count = counted(unsettled)
