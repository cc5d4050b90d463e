"""Meetings of the demonstration company: near, far, over and not settled, called off, and one that books a partner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import User
from meetings import actions
from meetings.models import Meeting
from relationships import queries
from relationships.models import Relationship
from web.clock import Now

# So many days back somebody planned what has come to an end since.
BEFORE = timedelta(days=9)


@dataclass(frozen=True)
class Planned:
    """``ahead`` days from the partner's today; ``comes`` is what the first of theirs answered, ``ends`` its end."""

    partner: str
    title: str
    kind: str
    ahead: int
    at: time
    minutes: int = 60
    host: str = "ours"
    place: str = ""
    link: str = ""
    comes: str = ""
    beside: tuple[str, ...] = field(default=())
    ends: str = ""
    reason: str = ""


MEETINGS = (
    Planned("Northmere Foods", "Quarterly review", "review", 1, time(10), place="Lower Quay 4, room 2", comes="comes"),
    Planned(
        "Tarn Valley Dairy", "Cold chain after the cheese", "check_in", 0, time(17), 45,
        link="https://meet.concord.example/tarn-valley", comes="maybe",
    ),
    Planned("Kestrin Instruments", "Gauges of lot 18", "site_visit", 4, time(9, 30), 120, "theirs", "Works 2, gate B"),
    Planned("Fjordfôr Feed", "Check-in", "check_in", -3, time(14), 30, comes="comes"),
    Planned("Marlow Paper", "Paper weights for spring", "workshop", 12, time(13), 180, place="Our hall"),
    Planned(
        "Havbris Sea Farm", "Ice on the night boat", "check_in", -8, time(11), 30, ends="not_held",
        reason="Their skipper was at sea; a new day is open",
    ),
    Planned(
        "Castell Bakeries", "Half-year review", "review", 6, time(15), ends="cancelled",
        reason="They count their stock that week",
    ),
)  # fmt: skip


def write(named: Mapping[str, Relationship], now: Now) -> int:
    """Once; returns how many there are."""
    titles = [one.title for one in MEETINGS]
    if Meeting.objects.filter(title__in=titles).exists():
        return Meeting.objects.filter(title__in=titles).count()
    told = [(one, named[one.partner]) for one in MEETINGS if one.partner in named]
    for one, row in told:
        _write(one, row, now)
        actions.want_brief(actor=row.owner, now=now, wanted=True)
    return len(told) + _book(named, now)


def _write(one: Planned, row: Relationship, now: Now) -> Meeting:
    owner: User = row.owner
    zone = ZoneInfo(owner.zone)
    today = now.today(row.zone)
    earlier = Now(now.instant - BEFORE) if one.ahead < 0 else now
    here = list(queries.people_of(row, today)[:2])
    meeting = actions.plan_meeting(
        actor=owner,
        now=earlier,
        relationships=[row],
        title=one.title,
        kind=one.kind,
        host=one.host,
        starts_at=datetime.combine(today + timedelta(days=one.ahead), one.at, tzinfo=zone),
        zone=owner.zone,
        minutes=one.minutes,
        place=one.place,
        link=one.link,
        contacts={row.pk: here},
    ).row
    if one.comes and here:
        guest = meeting.people.theirs().order_by("pk")[0]
        actions.answer(actor=owner, now=earlier, participant=guest, said=one.comes)
    if one.ends == "not_held":
        actions.not_held(actor=owner, now=now, meeting=meeting, reason=one.reason)
    elif one.ends == "cancelled":
        actions.cancel_meeting(actor=owner, now=now, meeting=meeting, reason=one.reason)
    return meeting


def _book(named: Mapping[str, Relationship], now: Now) -> int:
    """One that is overdue, with a meeting near that they have accepted: it is booked."""
    taken = {one.partner for one in MEETINGS}
    free = [row.pk for name, row in named.items() if name not in taken]
    overdue = Relationship.objects.overdue(now).filter(pk__in=free, owner__email="alice@concord.example")
    for row in overdue.select_related("account", "owner").order_by("overdue_from", "pk")[:20]:
        if queries.people_of(row, row.today(now)).exists():
            _write(Planned("", "Catching up", "check_in", 2, time(11), 30, comes="comes"), row, now)
            return 1
    return 0
