"""Invitations to meetings, what changed of them, and that they are off: text, HTML and calendar of equal content."""

from __future__ import annotations

from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.utils import formataddr

from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from accounts.models import User
from mail.digest import plain
from mail.models import Kind, OutboxMail
from mail.outbox import Claim
from mail.writing import NotNeeded, Person, message
from meetings import answer_links, calendar_writing, invitation_words
from meetings.calendar_queries import event_for, items_for, people_for, series_for
from meetings.calendar_writing import Event, Method
from meetings.invitation_words import Fact
from meetings.models import CalendarMessage, Meeting, Series
from web.clock import Now

PREFIX = "meeting:"
Scope = CalendarMessage.Scope
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
    found = CalendarMessage.objects.select_related(
        "meeting__organiser", "meeting__series", "series", "other", "wanted_by"
    )
    row = found.wanted().filter(pk=number).first()
    if row is None:
        return NotNeeded("taken back")
    meeting = row.meeting
    if _overtaken(row, now):
        return NotNeeded("a newer one goes out")
    if _known_otherwise(row):
        return NotNeeded("it is another meeting for calendars by now")
    invitation = row.method == CalendarMessage.Method.REQUEST
    if not invitation and not any(one.method == CalendarMessage.Method.REQUEST for one in _gone_out_before(row)):
        return NotNeeded("nothing was sent that could be called off")
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


def _overtaken(row: CalendarMessage, now: Now) -> bool:
    """Whether a later one says this too: of the whole, or of the same meeting. One that may be taken back does not."""
    later = CalendarMessage.objects.wanted().filter(
        uid=row.uid, user=row.user_id, contact=row.contact_id, id__gt=row.pk, due_at__lte=now.instant
    )
    said = Q(scope__in=[Scope.ONE, Scope.WHOLE])
    if row.scope == Scope.PART:
        said |= Q(scope=Scope.PART, meeting=row.meeting_id)
    return later.filter(said).exists()


def _known_otherwise(row: CalendarMessage) -> bool:
    """It has come into a series since, or into another one, under whose name its people were told."""
    if row.scope == Scope.WHOLE:
        return row.series is None
    meeting = row.meeting
    return row.uid != (meeting.series.uid if meeting.series else meeting.uid)


def _gone_out_before(row: CalendarMessage) -> list[CalendarMessage]:
    """What the person got about it before, the oldest first; what was not needed or not taken does not count."""
    before = CalendarMessage.objects.wanted().filter(
        uid=row.uid, user=row.user_id, contact=row.contact_id, id__lt=row.pk
    )
    rows = list(before.order_by("id"))
    states: dict[str, str] = dict(
        OutboxMail.objects.filter(
            recipient=row.user_id,
            contact=row.contact_id,
            kind=Kind.MEETING,
            period__in=[f"{PREFIX}{one.pk}" for one in rows],
        ).values_list("period", "state")
    )
    # Of long ago there may be no mail any more.
    got = (OutboxMail.State.CLAIMED, OutboxMail.State.DOT, OutboxMail.State.SENT)
    return [one for one in rows if states.get(f"{PREFIX}{one.pk}", OutboxMail.State.SENT) in got]


def _may_still_know(person: Person, meeting: Meeting) -> bool:
    if isinstance(person, User) and not Meeting.objects.visible_to(person).filter(pk=meeting.pk).exists():
        return False
    who = Q(user=person) if isinstance(person, User) else Q(contact=person)
    return meeting.people.filter(who).exists()


def _event(person: Person, row: CalendarMessage) -> Event:
    if row.method == CalendarMessage.Method.REQUEST:
        if row.series is not None:
            return series_for(person, row.meeting, row.series, row.sequence)
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
    subject, lead = _said(row, told)
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


def _said(row: CalendarMessage, told: dict[str, str]) -> tuple[str, str]:
    """What happened, as the subject and in a sentence."""
    meeting, series = row.meeting, row.series
    before = _gone_out_before(row)
    if series is not None:
        if row.method == CalendarMessage.Method.CANCEL and row.other is not None:
            lead = _("%(who)s has taken these meetings back. The former ones come again, see the other invitation.")
            return _("Cancelled: %(title)s") % told, lead % told
        if series.ended_on is not None and _goes_on(row):
            return _("Changed: %(title)s") % told, _until(row, told)
        if series.ended_on is not None:
            day = {**told, "day": date_format(series.ended_on, "j F Y")}
            lead = _("%(who)s has ended these meetings: there is none from %(day)s on.")
            return _("Ended: %(title)s") % told, lead % day
    if row.method == CalendarMessage.Method.CANCEL:
        lead = _("%(who)s has called this meeting off.")
        if series is not None:
            lead = _("%(who)s has called these meetings off.")
        if row.scope == Scope.PART:
            lead = _("%(who)s has called this one meeting off. The others of the series stay.")
        if _still_on(meeting):
            lead = _("%(who)s meets without you. You need not do anything.")
        return _("Cancelled: %(title)s") % told, lead % told
    # Of what stands beside it in the same series nothing is said here.
    mine = [one for one in before if one.scope != Scope.PART or one.meeting_id == meeting.pk]
    if mine and mine[-1].method == CalendarMessage.Method.REQUEST:
        return _("Changed: %(title)s") % told, _("%(who)s has changed this meeting. This is how it is now.") % told
    if series is not None and row.other is not None and _knows(row, row.other):
        return _("Changed: %(title)s") % told, _from(row, row.other, told)
    return _("%(title)s") % told, _("%(who)s asks you to this meeting.") % told


def _goes_on(row: CalendarMessage) -> bool:
    return row.other is not None and row.other.meetings.filter(state=Meeting.State.PLANNED).exists()


def _until(row: CalendarMessage, told: dict[str, str]) -> str:
    """*as they were until 11 May 2027; from 18 May 2027, 11:00, see the other invitation*"""
    assert row.other is not None and row.series is not None
    known = {**told, "last": date_format(row.meeting.day, "j F Y"), "first": _first_of(row.other)}
    if row.meeting.day >= (row.series.ended_on or row.meeting.day):
        return _("%(who)s has changed these meetings: from %(first)s, see the other invitation.") % known
    return (
        _("%(who)s has changed these meetings: as they were until %(last)s; from %(first)s, see the other invitation.")
        % known
    )


def _from(row: CalendarMessage, former: Series, told: dict[str, str]) -> str:
    assert row.series is not None
    known = {**told, "first": _first_of(row.series), "former": time_format(former.starts_time, "G:i")}
    if (row.series.starts_time, row.series.zone) != (former.starts_time, former.zone):
        return _("%(who)s has changed these meetings: from %(first)s, before at %(former)s.") % known
    return _("%(who)s has changed these meetings: from %(first)s as they are here.") % known


def _first_of(series: Series) -> str:
    """*18 May 2027 at 11:00*"""
    return _("%(day)s at %(time)s") % {
        "day": date_format(series.starts_on, "j F Y"),
        "time": time_format(series.starts_time, "G:i"),
    }


def _knows(row: CalendarMessage, former: Series) -> bool:
    """Whether the person was told of the series that this one goes on from."""
    asked = CalendarMessage.objects.wanted().filter(uid=former.uid, user=row.user_id, contact=row.contact_id)
    return asked.filter(method=CalendarMessage.Method.REQUEST).exists()


def _ended(row: CalendarMessage) -> bool:
    return row.series is not None and row.series.ended_on is not None


def _still_on(meeting: Meeting) -> bool:
    return meeting.state == Meeting.State.PLANNED


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
