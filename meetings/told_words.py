"""Who was told what of a meeting, and how they answered, in words; what became of mails is asked of the app above."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from meetings import told
from meetings.actions.telling import messages_about, shown_of
from meetings.models import CalendarMessage, Meeting, Participant
from meetings.told import Fate, Message, State, Told
from relationships.words import Look
from web import dates
from web.clock import Now

# By the key of a message what became of it, and when; ``mail`` adds how it knows.
Fates = Mapping[int, tuple[Fate, datetime]]
ASKED: list[Callable[[Collection[CalendarMessage]], Fates]] = []

WAITS, SENT = Look("", "clock", "faint"), Look("", "mail", "faint")
TROUBLE, UNSURE = Look("", "alert-circle", "over"), Look("", "help-circle", "due")


@dataclass(frozen=True, slots=True)
class Line:
    """*Invited on 24 November, 14:02*; ``more`` is what is wrong with it."""

    look: Look
    said: str
    more: str = ""


def of(row: Meeting, people: Sequence[Participant], user: User, now: Now) -> dict[int, Line]:
    """By participant, but for the organiser, whose meeting it is. Two queries, one where nobody was told anything."""
    messages = messages_about(row)
    fates: dict[int, tuple[Fate, datetime]] = {}
    if messages:
        for ask in ASKED:
            fates.update(ask(messages))
    by_person: dict[tuple[int | None, int | None], list[Message]] = {}
    for one in messages:
        fate, at = fates.get(one.pk, (Fate.NONE, one.due_at))
        off = one.method == CalendarMessage.Method.CANCEL
        by_person.setdefault((one.user_id, one.contact_id), []).append(
            Message(one.sequence, one.shown, at, off=off, fate=fate)
        )
    shown = shown_of(row)
    found = {}
    for person in people:
        if person.is_ours and person.user_id == row.organiser_id:
            continue
        stands = told.stands(by_person.get((person.user_id, person.contact_id), []), shown)
        line = _line(stands, row, person, bool(messages), user, now)
        if line is not None:
            found[person.pk] = line
    return found


def _line(stands: Told, row: Meeting, person: Participant, begun: bool, user: User, now: Now) -> Line | None:
    if stands.message is None:
        if not begun or not row.is_planned or row.is_over(now):
            return None
        if not person.person.email:
            return Line(WAITS, _("No e-mail address"))
        return Line(WAITS, _("Not invited yet"))
    at = _moment(stands.message.at, user, now)
    told = {"what": _what(stands), "at": at}
    known = ""
    if stands.known is not None:
        known = _("What they have is of %(at)s.") % {"at": _moment(stands.known.at, user, now)}
    match stands.state:
        case State.SENT:
            behind = _("It has changed since.") if stands.behind and row.is_planned else ""
            return Line(SENT, _("%(what)s sent %(at)s") % told, behind)
        case State.WAITS:
            return Line(WAITS, _("%(what)s not sent yet") % told, known)
        case State.HELD_UP:
            return Line(UNSURE, _("%(what)s held up, will be tried again") % told, known)
        case State.REFUSED:
            return Line(TROUBLE, _("%(what)s refused by the mail server") % told, known)
        case _:
            return Line(UNSURE, _("%(what)s handed over, nobody knows whether it arrived") % told, known)


def _what(stands: Told) -> str:
    """*Invitation*, *Change (version 3)*, *Cancellation*."""
    assert stands.message is not None
    if stands.message.off:
        return _("Cancellation")
    if stands.first:
        return _("Invitation")
    return _("Change (version %(number)d)") % {"number": stands.message.version + 1}


def _moment(at: datetime, user: User, now: Now) -> str:
    """*today 14:02*, *24 November 9:30*, in the zone of who reads it."""
    here = at.astimezone(ZoneInfo(user.zone))
    return f"{dates.said(here.date(), now.today(user.zone))} {date_format(here, 'H:i')}"


def answered(row: Participant, user: User, today: date) -> str:
    """*By the link in the mail, yesterday*, *noted by Bob Brandt, 24 November*; needs ``answered_by`` selected.

    Empty of who said it here themselves, as one expects.
    """
    if not row.answer or row.answered_on is None:
        return ""
    day = dates.said(row.answered_on, today)
    match Participant.Way(row.answered_way):
        case Participant.Way.LINK:
            said = _("Answered by the link in the mail, %(day)s")
        case Participant.Way.CALENDAR:
            said = _("Answered in the calendar, known since %(day)s")
        case Participant.Way.NOTED if row.answered_by is not None and row.answered_by_id == row.user_id:
            return ""
        case Participant.Way.NOTED if row.answered_by is not None:
            said = _("Noted by %(name)s, %(day)s")
        case _:
            said = _("Answered %(day)s")
    by = row.answered_by
    return said % {"day": day, "name": _("you") if by == user else by}
