"""What a person's calendar knows and waits to be confirmed, in words: for Today and for the page of the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from accounts.models import User
from meetings import capture, capture_words
from meetings.models import CapturedEvent, CapturedMatch, Participant
from relationships import words
from relationships.models import Interaction, Relationship
from web.clock import Now

# Nobody works through more at a time; what is settled makes room.
MOST = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row: whom, when, what the calendar calls it. ``sure``: one key confirms it; otherwise somebody has to choose.

    ``log`` is the address of the log with all of it filled in, where it is over and with one partner.
    """

    event: CapturedEvent
    over: bool
    fact: str
    why: str
    partners: list[Relationship]
    sure: bool
    log: str = ""


def of(user: User, now: Now, most: int = MOST) -> tuple[list[Waiting], int]:
    """What is asked first, and how much there is in all: what is over, the newest first, then what is to come.

    Two queries.
    """
    events = list(CapturedEvent.objects.asking(user, now).order_by("-starts_at", "-pk")[:MOST])
    over = [event for event in events if event.is_over(now)]
    ahead = [event for event in reversed(events) if not event.is_over(now)]
    shown = [*over, *ahead][:most]
    matches = CapturedMatch.objects.changeable_by(user).filter(event__in=shown)
    matches = matches.exclude(answer=Participant.Answer.DECLINED).select_related("contact", "relationship__account")
    by_event: dict[int, list[CapturedMatch]] = {}
    for match in matches.order_by("id"):
        by_event.setdefault(match.event_id, []).append(match)
    lines = [_line(event, by_event[event.pk], user, now) for event in shown if event.pk in by_event]
    return lines, len(events)


def _line(event: CapturedEvent, matches: Sequence[CapturedMatch], user: User, now: Now) -> Waiting:
    over = event.is_over(now)
    names = list(dict.fromkeys(str(match.contact) for match in matches))
    partners = list({match.relationship_id: match.relationship for match in matches}.values())
    sure = capture.is_sure(capture.Match(one.address, one.contact_id, one.relationship_id) for one in matches)
    fact = capture_words.met(names, event.day, now.today(user.zone), over=over)
    return Waiting(
        event,
        over,
        _("%(fact)s – log?") % {"fact": fact} if over else _("%(fact)s – plan?") % {"fact": fact},
        why(event, user),
        partners,
        sure,
        _log(event, matches) if over and sure and len(partners) == 1 else "",
    )


def why(event: CapturedEvent, user: User) -> str:
    """*14:00 to 14:45, Quarterly review*."""
    return ", ".join(filter(None, [_when(event, user), words.clipped(event.title, 90)]))


def _when(event: CapturedEvent, user: User) -> str:
    if event.all_day:
        return _("all day")
    zone = ZoneInfo(user.zone)
    begins, ends = (time_format(moment.astimezone(zone), "H:i") for moment in (event.starts_at, event.ends_at))
    return _("%(begins)s to %(ends)s") % {"begins": begins, "ends": ends} if begins != ends else begins


def _log(event: CapturedEvent, matches: Sequence[CapturedMatch]) -> str:
    relationship = matches[0].relationship
    day: date = event.starts_at.astimezone(ZoneInfo(relationship.zone)).date()
    values = [
        ("relationship", relationship.pk),
        ("on", day.isoformat()),
        ("channel", Interaction.Channel.MEETING.value),
        *(("contact", match.contact_id) for match in matches),
    ]
    return f"{reverse('log')}?{urlencode(values)}"
