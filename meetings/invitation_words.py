"""What an invitation says, in words: when, where, how often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meetings import calendar_writing, series, series_words
from meetings.models import Meeting, Participant, Series
from web import dates
from web.clock import Now


@dataclass(frozen=True, slots=True)
class Fact:
    """*When*, *Where*, *Again*; what can be opened has its address."""

    name: str
    says: str
    address: str = ""


def place_in(zone: str) -> str:
    """*Oslo* of *Europe/Oslo*."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def when(meeting: Meeting, zone: str) -> str:
    """*Tuesday 1 December 2026, 9:30–10:30, Oslo*"""
    there = ZoneInfo(zone)
    start = meeting.starts_at.astimezone(there)
    end = (meeting.starts_at + timedelta(minutes=meeting.minutes)).astimezone(there)
    until = date_format(end, "G:i") if end.date() == start.date() else date_format(end, "j F, G:i")
    return f"{date_format(start, 'l j F Y, G:i')}–{until}, {place_in(zone)}"


def short(meeting: Meeting, now: Now) -> str:
    """*Tue 1 December, 9:30*, *Fri 1 January 2027, 9:30* in another year than today's."""
    here = meeting.starts_here
    day = dates.plain(here.date(), now.today(meeting.zone))
    return f"{date_format(here, 'D')} {day}, {date_format(here, 'G:i')}"


def day_said(asked: Participant, now: Now) -> str:
    """*Tue 8 December, 9:30*, and what they said of that day so far."""
    day = short(asked.meeting, now)
    said = {"day": day, "answer": asked.get_answer_display()}
    return _("%(day)s – %(answer)s") % said if asked.answer else day


def elsewhere(meeting: Meeting, zone: str) -> list[Fact]:
    """The time in another zone, if the clock there shows another one."""
    here = meeting.starts_here.replace(tzinfo=None)
    if meeting.starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == here:
        return []
    return [Fact(_("For you"), when(meeting, zone))]


def again(row: Series, now: Now) -> list[Fact]:
    said = series_words.say(series.parse(row.rule), row.starts_on, now.today(row.zone))
    return [Fact(_("Again"), said)]


def where(meeting: Meeting) -> list[Fact]:
    found = [Fact(_("Where"), calendar_writing.line(meeting.place))] if meeting.place else []
    return [*found, *([Fact(_("Link"), meeting.link, meeting.link)] if meeting.link else [])]


def facts(asked: Participant, *, whole: bool, now: Now) -> list[Fact]:
    """For the page behind the links. Needs ``meeting`` with its series selected."""
    meeting = asked.meeting
    yours = elsewhere(meeting, asked.user.zone) if asked.user else []
    often = again(meeting.series, now) if whole and meeting.series else []
    return [Fact(_("When"), when(meeting, meeting.zone)), *yours, *often, *where(meeting)]
