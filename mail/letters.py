"""From a claimed row to the bytes of its mail, with the recipient's rights at that moment."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.invitations import token_for
from accounts.models import Invitation, User
from mail import optout
from mail.digest import plain, text
from mail.models import DigestOptOut, Kind
from mail.outbox import Claim
from mail.queries import digest_of
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


@dataclass(frozen=True, slots=True)
class NotNeeded:
    why: str


def compose(claim: Claim, now: Now) -> Letter | NotNeeded:
    """The mail, or why there is none. A retry gets the bytes of the first time."""
    person = User.objects.get(pk=claim.recipient_id)
    kind = Kind(claim.kind)
    message_id = message_id_for(claim)
    if not person.is_active:
        return NotNeeded("the person is not active")
    written = _invite(claim, person, now) if kind == Kind.INVITATION else _write_digest(claim, person, kind, now)
    if isinstance(written, NotNeeded):
        return written
    if claim.raw is not None:
        return Letter(person.email, claim.raw, message_id)
    written["From"] = settings.DEFAULT_FROM_EMAIL
    written["To"] = person.email
    written["Date"] = format_datetime(now.moment(person.zone))
    written["Message-ID"] = message_id
    written["Auto-Submitted"] = "auto-generated"
    return Letter(person.email, written.as_bytes(policy=WHOLE_LINES), message_id)


def message_id_for(claim: Claim) -> str:
    """The same over retries and restores, and nobody else's to guess."""
    named = f"{claim.kind}\n{claim.recipient_id}\n{claim.period}"
    digest = hmac.new(settings.SECRET_KEY.encode(), f"message-id\n{named}".encode(), hashlib.sha256).hexdigest()
    return f"<{digest[:40]}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>"


def _write_digest(claim: Claim, person: User, kind: Kind, now: Now) -> EmailMessage | NotNeeded:
    if person.audience != User.Audience.STAFF:
        return NotNeeded("not of the staff")
    if DigestOptOut.objects.filter(user=person, kind=kind).exists():
        return NotNeeded("switched off")
    digest = digest_of(person, kind, now)
    if digest.empty and claim.raw is None:
        return NotNeeded("nothing to say")
    message = _message(digest.subject, text(digest), render_to_string("mail/digest.html", {"digest": digest}))
    message["List-Unsubscribe"] = f"<{optout.address_for(person.pk, kind)}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return message


def _invite(claim: Claim, person: User, now: Now) -> EmailMessage | NotNeeded:
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
    return _message("Your invitation to Concord", words, render_to_string("mail/invitation.html", told))


def _message(subject: str, words: str, html: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message.set_content(words, cte="quoted-printable")
    message.add_alternative(_inliner().inline(html), subtype="html", cte="quoted-printable")
    return message


@cache
def _inliner() -> css_inline.CSSInliner:
    """Media queries stay in a style element; everything else moves to its element, as mail programs want it."""
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
