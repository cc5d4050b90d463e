"""From a claimed row to the bytes of its mail, with the recipient's rights at that moment."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.invitations import token_for
from accounts.models import Contact, Invitation, User
from mail import brief_letters, meeting_letters, minutes_letters, optout, pulse_letters
from mail.digest import plain, text
from mail.models import DigestOptOut, Kind
from mail.outbox import Claim
from mail.queries import digest_of
from mail.writing import NotNeeded, Person, Writer, message
from web.clock import Now

# The package would write a long address in a header as an encoded word, which nobody could follow.
WHOLE_LINES = SMTP.clone(max_line_length=998)


@dataclass(frozen=True, slots=True)
class Letter:
    recipient: str
    raw: bytes
    message_id: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


def compose(claim: Claim, now: Now) -> Letter | NotNeeded:
    """The mail, or why there is none. A retry gets the bytes of the first time."""
    person = _addressee(claim)
    message_id = message_id_for(claim)
    if isinstance(person, User) and not person.is_active:
        return NotNeeded("the person is not active")
    if not person.email:
        return NotNeeded("the person has no address")
    written = WRITERS[Kind(claim.kind)](claim, person, now)
    if isinstance(written, NotNeeded):
        return written
    if claim.raw is not None:
        return Letter(person.email, claim.raw, message_id)
    written["From"] = settings.DEFAULT_FROM_EMAIL
    written["To"] = person.email
    written["Date"] = format_datetime(now.moment(person.zone if isinstance(person, User) else "UTC"))
    written["Message-ID"] = message_id
    written["Auto-Submitted"] = "auto-generated"
    return Letter(person.email, written.as_bytes(policy=WHOLE_LINES), message_id)


def _addressee(claim: Claim) -> Person:
    if claim.recipient_id is not None:
        user: User = User.objects.get(pk=claim.recipient_id)
        return user
    assert claim.contact_id is not None
    contact: Contact = Contact.objects.get(pk=claim.contact_id)
    return contact


def message_id_for(claim: Claim) -> str:
    """The same over retries and restores, and nobody else's to guess."""
    person = claim.recipient_id if claim.recipient_id is not None else f"contact:{claim.contact_id}"
    named = f"{claim.kind}\n{person}\n{claim.period}"
    digest = hmac.new(settings.SECRET_KEY.encode(), f"message-id\n{named}".encode(), hashlib.sha256).hexdigest()
    return f"<{digest[:40]}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>"


def _write_digest(claim: Claim, person: Person, now: Now) -> EmailMessage | NotNeeded:
    if not isinstance(person, User) or person.audience != User.Audience.STAFF:
        return NotNeeded("not of the staff")
    kind = Kind(claim.kind)
    if DigestOptOut.objects.filter(user=person, kind=kind).exists():
        return NotNeeded("switched off")
    digest = digest_of(person, kind, now)
    if digest.empty and claim.raw is None:
        return NotNeeded("nothing to say")
    written = message(digest.subject, text(digest), render_to_string("mail/digest.html", {"digest": digest}))
    written["List-Unsubscribe"] = f"<{optout.address_for(person.pk, kind)}>"
    written["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return written


def _invite(claim: Claim, person: Person, now: Now) -> EmailMessage | NotNeeded:
    if not isinstance(person, User):
        return NotNeeded("not of the staff")
    number = int(claim.period.removeprefix("invitation:"))
    found = Invitation.objects.open().filter(pk=number).select_related("user", "invited_by").first()
    if found is None:
        return NotNeeded("accepted or withdrawn")
    if found.expires_at <= now.instant:
        return NotNeeded("expired")
    told = {
        "inviter": plain(found.invited_by.name) if found.invited_by else "",
        "zone": person.zone,
        "until": found.expires_at,
        "link": settings.SITE_URL + reverse("invitation", args=[token_for(found)]),
    }
    words = render_to_string("mail/invitation.txt", told)
    return message("Your invitation to Concord", words, render_to_string("mail/invitation.html", told))


# What each kind of mail says, with the rights of whom it is for at that moment.
WRITERS: dict[Kind, Writer] = {
    Kind.DIGEST: _write_digest,
    Kind.TEAM_DIGEST: _write_digest,
    Kind.INVITATION: _invite,
    Kind.MEETING: meeting_letters.write,
    Kind.BRIEF: brief_letters.write,
    Kind.MINUTES: minutes_letters.write,
    Kind.PULSE: pulse_letters.write,
}
