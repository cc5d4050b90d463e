"""One question to one person of theirs, with a link for each answer: text and HTML of equal content."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formataddr

from django.db.models import Min
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.history import events_of
from accounts.models import Contact, User
from mail.digest import plain
from mail.models import OutboxMail
from mail.outbox import Claim
from mail.writing import NotNeeded, Person, message
from relationships import pulse, pulse_links, pulse_words
from relationships.models import Pulse, PulseRefusal
from web.clock import Now


@dataclass(frozen=True, slots=True)
class Choice:
    word: str
    address: str


@dataclass(frozen=True, slots=True)
class Notice:
    """All that the mail says, for both ways of writing it."""

    subject: str
    lead: str
    asked: str
    choices: list[Choice]
    until: str
    why: str
    stop: str


def write(claim: Claim, person: Person, now: Now) -> EmailMessage | NotNeeded:
    _kind, number, moment = claim.period.split(":")
    found = Pulse._base_manager.filter(pk=int(number))
    row = found.select_related("relationship__owner", "to_stakeholder", "sent_by").first()
    if row is None or row.sent_at is None or int(row.sent_at.timestamp()) != int(moment):
        return NotNeeded("taken back")
    if row.to_stakeholder is None or isinstance(person, User) or row.to_stakeholder.contact_id != person.pk:
        return NotNeeded("given to somebody else")
    if row.state != Pulse.State.OPEN or not pulse_links.takes_answer(row, now):
        return NotNeeded("the question is no longer open")
    if PulseRefusal.objects.filter(contact=person).exists():
        return NotNeeded("does not want such questions")
    if _was_refused(person):
        return NotNeeded("the address was refused before")
    return _written(row, person)


def _was_refused(person: Contact) -> bool:
    """Whether their server refused a mail to the address that they have now; to another one before says nothing."""
    events = events_of(Contact)._base_manager.filter(pgh_obj_id=person.pk, email=person.email)
    since = events.aggregate(since=Min("pgh_created_at"))["since"]
    refused = OutboxMail.objects.filter(contact=person, state=OutboxMail.State.BOUNCED)
    return (refused.filter(due_at__gte=since) if since is not None else refused).exists()


def _written(row: Pulse, person: Contact) -> EmailMessage:
    sender = row.sent_by or row.relationship.owner
    who, asked = plain(sender.name), pulse_words.asked(row.question, row.side)
    address, stop = pulse_links.address_for(row), pulse_links.stop_address_for(row)
    notice = Notice(
        subject=_("One question: %(asked)s") % {"asked": asked},
        lead=_("%(who)s asks %(name)s one question.") % {"who": who, "name": plain(person.name)},
        asked=asked,
        choices=[Choice(capfirst(str(word)), f"{address}?score={score}") for score, word in pulse_words.SCORES.items()],
        until=_("The links open a page that asks before it notes anything; they take an answer until %(day)s.")
        % {"day": date_format(pulse.until(row.asked_on), "j F Y")},
        why=_("Sent by Concord for %(who)s. Your reply goes to %(who)s.") % {"who": who},
        stop=stop,
    )
    told = {"notice": notice}
    written = message(
        notice.subject, render_to_string("mail/pulse.txt", told), render_to_string("mail/pulse.html", told)
    )
    written["List-Unsubscribe"] = f"<{stop}>"
    written["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    written["Reply-To"] = formataddr((who, sender.email))
    return written
