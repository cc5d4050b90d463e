"""Invitations to meetings, what changed of them, and that they are off: text, HTML and calendar of equal content."""

from __future__ import annotations

from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.utils import formataddr

from django.db import models
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from mail.digest import plain
from mail.outbox import Claim
from mail.writing import NotNeeded, Person, message
from meetings import answer_links, calendar_writing, invitation_words
from meetings.calendar_queries import event_for, items_for, people_for, series_for
from meetings.calendar_writing import Event, Method
from meetings.invitation_words import Fact
from meetings.models import CalendarMessage, Meeting
from web.clock import Now

PREFIX = "meeting:"
LONGEST_SUBJECT = 90


@dataclass(frozen=True, slots=True)
class Choice:
    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Notice:
    """All that the mail says, for both ways of writing it."""

    subject: str
    title: str
    lead: str
    lines: list[Fact]
    agenda: list[str]
    choices: list[Choice]
    why: str


def write(claim: Claim, person: Person, now: Now) -> EmailMessage | NotNeeded:
    number = int(claim.period.removeprefix(PREFIX))
    found = CalendarMessage.objects.select_related("meeting__organiser", "meeting__series", "series", "wanted_by")
    row = found.wanted().filter(pk=number).first()
    if row is None:
        return NotNeeded("taken back")
    meeting = row.meeting
    if _overtaken(row):
        return NotNeeded("a newer one goes out")
    invitation = row.method == CalendarMessage.Method.REQUEST
    if meeting.ends_at <= now.instant and row.series_id is None:
        return NotNeeded("the meeting is over")
    if invitation and not _ended(row) and not _may_still_know(person, meeting):
        return NotNeeded("not asked, or not to see it any more")
    event = _event(person, row)
    notice = _notice(person, row, event, now)
    words = render_to_string("mail/meeting.txt", {"notice": notice})
    written = message(notice.subject, words, render_to_string("mail/meeting.html", {"notice": notice}))
    stamp = row.wanted_at
    raw = calendar_writing.request(event, stamp) if invitation else calendar_writing.cancel(event, stamp)
    _attach(written, raw, Method.REQUEST if invitation else Method.CANCEL)
    if meeting.organiser is not None:
        written["Reply-To"] = formataddr((plain(meeting.organiser.name), meeting.organiser.email))
    return written


def _overtaken(row: CalendarMessage) -> bool:
    later = CalendarMessage.objects.wanted().filter(user=row.user_id, contact=row.contact_id, sequence__gt=row.sequence)
    return later.filter(meeting=row.meeting_id, series=row.series_id).exists()


def _may_still_know(person: Person, meeting: Meeting) -> bool:
    if isinstance(person, User) and not Meeting.objects.visible_to(person).filter(pk=meeting.pk).exists():
        return False
    who = Q(user=person) if isinstance(person, User) else Q(contact=person)
    return meeting.people.filter(who).exists()


def _event(person: Person, row: CalendarMessage) -> Event:
    if row.series is not None and row.method == CalendarMessage.Method.REQUEST:
        return series_for(person, row.meeting, row.series, row.sequence)
    if row.method == CalendarMessage.Method.REQUEST:
        return event_for(person, row.meeting, row.sequence)
    # A cancellation goes to one person and speaks of nobody else.
    if row.series is not None:
        event = replace(series_for(person, row.meeting, row.series, row.sequence), differing=[])
    else:
        event = event_for(person, row.meeting, row.sequence, invited=[])
    guest = calendar_writing.Guest(calendar_writing.Person(person.name, person.email))
    return calendar_writing.alone(event, guest)


def _attach(written: EmailMessage, raw: bytes, method: Method) -> None:
    """Beside text and HTML for programs that know calendars, and as a file for those that do not."""
    written.add_alternative(
        raw.decode(), subtype="calendar", charset="utf-8", params={"method": method.value}, cte="base64"
    )
    written.add_attachment(raw, maintype="application", subtype="ics", filename="invite.ics")


# In words ------------------------------------------------------------------------------------------------------------


def _notice(person: Person, row: CalendarMessage, event: Event, now: Now) -> Notice:
    meeting = row.meeting
    title = calendar_writing.line(meeting.title)
    invitation = row.method == CalendarMessage.Method.REQUEST
    who = plain(meeting.organiser.name) if meeting.organiser else _("Somebody of ours")
    told = {"who": who, "title": title}
    if row.series is not None and row.series.ended_on is not None and not _goes_on(row).exists():
        day = {**told, "day": date_format(row.series.ended_on, "j F Y")}
        subject = _("Ended: %(title)s") % told
        lead = _("%(who)s has ended these meetings: there is none from %(day)s on.") % day
    elif row.series is not None and row.series.ended_on is not None and _at_once(row):
        day = {**told, "day": date_format(row.series.ended_on, "j F Y")}
        subject = _("Changed from %(day)s on: %(title)s") % day
        lead = _("From %(day)s on it is otherwise: a mail of its own says how. Those before that day stay.") % day
    elif not invitation:
        subject, lead = _("Cancelled: %(title)s") % told, _("%(who)s has called this meeting off.") % told
        if meeting.series_id is not None:
            lead = _("%(who)s has called this one meeting off. The others of the series stay.") % told
        if _still_on(meeting):
            lead = _("%(who)s meets without you. You need not do anything.") % told
    elif _told_before(row):
        subject, lead = (
            _("Changed: %(title)s") % told,
            _("%(who)s has changed this meeting. This is how it is now.") % told,
        )
    else:
        subject, lead = _("%(title)s") % told, _("%(who)s asks you to this meeting.") % told
    return Notice(
        subject=_cut(f"{subject}, {invitation_words.short(meeting, now)}"),
        title=title,
        lead=lead,
        lines=[
            Fact(_("When"), invitation_words.when(meeting, meeting.zone)),
            *(invitation_words.elsewhere(meeting, person.zone) if isinstance(person, User) else []),
            *(invitation_words.again(row.series, now) if row.series else []),
            *invitation_words.where(meeting),
            *_who(person, row),
        ],
        agenda=_agenda(person, meeting) if invitation else [],
        choices=_choices(person, row) if invitation and not _ended(row) else [],
        why=_("Sent by Concord for %(who)s. Your reply goes to %(who)s.") % told,
    )


def _ended(row: CalendarMessage) -> bool:
    return row.series is not None and row.series.ended_on is not None


def _goes_on(row: CalendarMessage) -> models.QuerySet[CalendarMessage]:
    """What the person was told of the series in which this one goes on, since it was changed from some day on.

    That began on the day on which this one ended, and both were told at one moment.
    """
    assert row.series is not None
    told = CalendarMessage.objects.wanted().filter(user=row.user_id, contact=row.contact_id)
    return told.filter(
        method=CalendarMessage.Method.REQUEST,
        wanted_at__in=told.filter(series=row.series_id).values("wanted_at"),
        series__gt=row.series_id,
        series__starts_on=row.series.ended_on,
    )


def _at_once(row: CalendarMessage) -> bool:
    """Whether it is this message with which the series went on in another."""
    return _goes_on(row).filter(wanted_at=row.wanted_at).exists()


def _still_on(meeting: Meeting) -> bool:
    return meeting.state == Meeting.State.PLANNED


def _told_before(row: CalendarMessage) -> bool:
    before = CalendarMessage.objects.wanted().filter(
        user=row.user_id, contact=row.contact_id, sequence__lt=row.sequence
    )
    about = Q(meeting=row.meeting_id)
    if row.meeting.series_id is not None:
        about |= Q(series=row.meeting.series_id)
    last = before.filter(about).order_by("sequence").last()
    return last is not None and last.method == CalendarMessage.Method.REQUEST


def _cut(subject: str) -> str:
    return subject if len(subject) <= LONGEST_SUBJECT else f"{subject[: LONGEST_SUBJECT - 1].rstrip()}…"


def _who(person: Person, row: CalendarMessage) -> list[Fact]:
    if row.method == CalendarMessage.Method.CANCEL:
        return []
    names = [plain(one.person.name) for one in people_for(person, row.meeting)]
    return [Fact(_("Who"), ", ".join(names))] if names else []


def _agenda(person: Person, meeting: Meeting) -> list[str]:
    return [
        _("%(title)s (%(minutes)d minutes)") % {"title": plain(item.title), "minutes": item.minutes}
        for item in items_for(person, meeting)
    ]


def _choices(person: Person, row: CalendarMessage) -> list[Choice]:
    """A page that asks; opening it changes nothing."""
    asked = row.meeting.people.filter(**({"user": person} if isinstance(person, User) else {"contact": person})).first()
    if asked is None:
        return []
    token = answer_links.token_for(asked, whole=row.series_id is not None)
    return [Choice(str(words), answer_links.address_for(token, said)) for said, words in answer_links.WORDS.items()]
