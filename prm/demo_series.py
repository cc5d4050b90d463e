"""Meetings of the demonstration company that come again, with one of them moved. After all else has been written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from meetings import actions, series
from meetings.models import Meeting
from relationships.models import Relationship
from web.clock import Now

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Again:
    """``weekday``: Monday is 0; the first one is on it, a week from the partner's today or later."""

    partner: str
    title: str
    rule: str
    weekday: int
    at: time
    minutes: int
    place: str = ""
    link: str = ""


SERIES = (
    Again("Kestrin Instruments", "Fortnightly with the works", "two_weeks", 1, time(9, 30), 45,
          link="https://meet.concord.example/kestrin"),
    Again("Marlow Paper", "Quarterly review", "quarter", 3, time(14), 90, place="Their boardroom, Kelheim"),
)  # fmt: skip


def write(named: Mapping[str, Relationship], now: Now) -> int:
    """Returns how many meetings there are."""
    before = Meeting.objects.count()
    for again in SERIES:
        if again.partner in named:
            _plan(named[again.partner], again, now)
    return Meeting.objects.count() - before


def _plan(row: Relationship, again: Again, now: Now) -> None:
    day = row.today(now) + 7 * DAY
    day += (again.weekday - day.weekday()) % 7 * DAY
    stake = row.stakeholders.select_related("contact").order_by("-power", "pk").first()
    actions.plan_meetings(
        actor=row.owner,
        now=now,
        relationships=[row],
        title=again.title,
        kind=Meeting.Kind.REVIEW if again.rule == "quarter" else Meeting.Kind.CHECK_IN,
        starts_at=datetime.combine(day, again.at, ZoneInfo(row.zone)),
        zone=row.zone,
        minutes=again.minutes,
        place=again.place,
        link=again.link,
        contacts={row.pk: [stake.contact] if stake is not None else []},
        rule=series.like(again.rule, day),
    )
    own = Meeting.objects.filter(series__isnull=False, parties__relationship=row).order_by("starts_at")
    third = own[2] if len(own) > 2 else None
    if third is not None:
        values = {"starts_at": third.starts_at + DAY + HOUR}
        actions.change_meeting(actor=row.owner, now=now, meeting=third, values=values)
