"""The minutes of a meeting as a mail: text, HTML and paper of equal content, with the rights of that moment."""

from __future__ import annotations

from email.message import EmailMessage

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.models import User
from mail.digest import plain
from mail.outbox import Claim
from mail.writing import NotNeeded, Person, message
from meetings.minutes import Minutes
from meetings.minutes_paper import data_of, file_name, pdf_of
from meetings.minutes_queries import minutes_of, parties_for
from meetings.models import Meeting, MeetingAccount, MinutesDispatch
from web.clock import Now


def write(claim: Claim, person: Person, now: Now) -> EmailMessage | NotNeeded:
    number = int(claim.period.removeprefix("minutes:"))
    sent = MinutesDispatch.objects.filter(pk=number).select_related("meeting", "sent_by").first()
    if sent is None or sent.withdrawn_at is not None:
        return NotNeeded("taken back")
    row = sent.meeting
    if row.state != Meeting.State.HELD:
        return NotNeeded("the meeting is no longer held")
    parties = _parties_of(row, person)
    if not parties:
        return NotNeeded("no longer of this meeting")
    found = minutes_of(row, parties)
    written = _written(found, sent, person)
    written.add_attachment(
        pdf_of(found, message=sent.message, made_at=sent.sent_at),
        maintype="application",
        subtype="pdf",
        filename=file_name(row),
    )
    return written


def _parties_of(row: Meeting, person: Person) -> list[MeetingAccount]:
    """A person of theirs gets what is about the partner for whom they were asked; one of ours what they see.

    What somebody removed meanwhile is about nobody any more.
    """
    if isinstance(person, User):
        return parties_for(row, person)
    asked = row.people.filter(contact=person).order_by().values("party")
    there = row.parties.filter(pk__in=asked, relationship__removed_at=None)
    return list(there.select_related("relationship__account").order_by("pk"))


def _written(found: Minutes, sent: MinutesDispatch, person: Person) -> EmailMessage:
    data = data_of(found)
    told = {
        "minutes": found,
        "lede": data["lede"],
        "sides": data["sides"],
        "message": sent.message,
        "sender": plain(sent.sent_by.name) if sent.sent_by else "",
        "why": _("You get it because you were asked to this meeting."),
    }
    written = message(
        plain(found.subject), render_to_string("mail/minutes.txt", told), render_to_string("mail/minutes.html", told)
    )
    # Whoever answers means who sent it.
    if sent.sent_by is not None and sent.sent_by.email:
        written["Reply-To"] = sent.sent_by.email
    return written
