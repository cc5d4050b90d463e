"""Meetings in words: when they are and where, who comes, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.models import Meeting, Participant
from relationships.words import Look, clipped
from web import dates
from web.zones import city

State = Meeting.State
LOOKS = {
    State.PLANNED: Look(gettext_lazy("Planned"), "calendar-event", "new"),
    State.HELD: Look(gettext_lazy("Held"), "check", "ok"),
    State.NOT_HELD: Look(gettext_lazy("Not held"), "calendar-off", "paused"),
    State.CANCELLED: Look(gettext_lazy("Cancelled"), "x", "paused"),
}
UNSETTLED = Look(gettext_lazy("Was it held?"), "help-circle", "due")
TONES = {
    Participant.Answer.NONE: "faint",
    Participant.Answer.COMES: "ok",
    Participant.Answer.MAYBE: "due",
    Participant.Answer.DECLINED: "over",
}


def clock(moment: datetime, zone: str) -> str:
    """*10:00*."""
    return date_format(moment.astimezone(ZoneInfo(zone)), "H:i")


def span(start: datetime, minutes: int, zone: str) -> str:
    """*10:00–11:00*."""
    return f"{clock(start, zone)}–{clock(start + timedelta(minutes=minutes), zone)}"


def zones_beside(moment: datetime, mine: str, others: Iterable[str]) -> list[str]:
    """Of these zones those in which the clock shows something else than in mine, each reading once."""
    seen = {moment.astimezone(ZoneInfo(mine)).utcoffset()}
    found = []
    for zone in others:
        offset = moment.astimezone(ZoneInfo(zone)).utcoffset()
        if offset not in seen:
            seen.add(offset)
            found.append(zone)
    return found


def times(start: datetime, minutes: int, mine: str, others: Iterable[str]) -> str:
    """*10:00–11:00 in London, 11:00 in Hamburg*; without the names where all clocks show the same."""
    beside = zones_beside(start, mine, others)
    said = span(start, minutes, mine)
    if not beside:
        return said
    parts = [_("%(time)s in %(city)s") % {"time": said, "city": city(mine)}]
    here = start.astimezone(ZoneInfo(mine)).date()
    for zone in beside:
        there = start.astimezone(ZoneInfo(zone))
        told = {"time": clock(start, zone), "city": city(zone), "day": date_format(there, "l")}
        said = _("%(time)s in %(city)s") if there.date() == here else _("%(time)s on %(day)s in %(city)s")
        parts.append(said % told)
    return ", ".join(parts)


def day(start: datetime, zone: str, today: date) -> str:
    """*tomorrow*, *Friday 4 December*, *Friday 1 January 2027*, *last Friday*."""
    on = start.astimezone(ZoneInfo(zone)).date()
    apart = (on - today).days
    if 2 <= apart <= 60:
        return dates.weekday(on, today)
    return dates.said(on, today)


def when(row: Meeting, zone: str, others: Sequence[str], today: date) -> str:
    """*Tomorrow, 10:00–11:00 in London, 11:00 in Hamburg*; ``zone`` is that of who reads it."""
    said = {"day": day(row.starts_at, zone, today), "times": times(row.starts_at, row.minutes, zone, others)}
    return capfirst(_("%(day)s, %(times)s") % said)


def brief_when(row: Meeting, zone: str, today: date) -> str:
    """*Tomorrow 10:00*, in a list."""
    return capfirst(f"{day(row.starts_at, zone, today)} {clock(row.starts_at, zone)}")


def length(minutes: int) -> str:
    """*45 minutes*, *1 hour*, *1 hour 30 minutes*."""
    hours, rest = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(_("1 hour") if hours == 1 else _("%(hours)d hours") % {"hours": hours})
    if rest or not hours:
        parts.append(_("%(minutes)d minutes") % {"minutes": rest})
    return " ".join(parts)


def look(row: Meeting, *, over: bool) -> Look:
    """``over``: its end has passed; a planned one then wants to be settled."""
    return UNSETTLED if row.is_planned and over else LOOKS[State(row.state)]


def link(row: Meeting) -> str:
    """*meet.concord.example/kestrin*: what of an address one reads, and no more than a line of it."""
    return clipped(row.link.partition("://")[2].removeprefix("www.").rstrip("/") or row.link, 28)


def reason(row: Meeting) -> str:
    """Why it was called off or not held, as a sentence."""
    said = clipped(row.reason.strip(), 300)
    return said if not said or said[-1] in ".!?…" else f"{said}."


def who_comes(people: Iterable[Participant]) -> str:
    """*Petra Vogel and Jonas Brandt*; nobody who does not come."""
    return ", ".join(str(one) for one in people if one.answer != Participant.Answer.DECLINED)
