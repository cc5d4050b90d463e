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
from mail.digest import Digest, plain, text
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
    if kind == Kind.INVITATION:
        found = _invitation(claim, now)
        if isinstance(found, NotNeeded):
            return found
        message = None if claim.raw else _invite(found, person)
    else:
        if person.audience != User.Audience.STAFF or DigestOptOut.objects.filter(user=person, kind=kind).exists():
            return NotNeeded("switched off")
        digest = None if claim.raw else digest_of(person, kind, now)
        if digest is not None and digest.empty:
            return NotNeeded("nothing to say")
        message = digest and _write_digest(digest, person, kind)
    if message is None:
        assert claim.raw is not None
        return Letter(person.email, claim.raw, message_id)
    message["From"] = settings.DEFAULT_FROM_EMAIL
    message["To"] = person.email
    message["Date"] = format_datetime(now.moment(person.zone))
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    return Letter(person.email, message.as_bytes(policy=WHOLE_LINES), message_id)


def message_id_for(claim: Claim) -> str:
    """The same over retries and restores, and nobody else's to guess."""
    named = f"{claim.kind}\n{claim.recipient_id}\n{claim.period}"
    digest = hmac.new(settings.SECRET_KEY.encode(), f"message-id\n{named}".encode(), hashlib.sha256).hexdigest()
    return f"<{digest[:40]}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>"


def _write_digest(digest: Digest, person: User, kind: Kind) -> EmailMessage:
    message = _message(digest.subject, text(digest), render_to_string("mail/digest.html", {"digest": digest}))
    message["List-Unsubscribe"] = f"<{optout.address_for(person.pk, kind)}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return message


def _invitation(claim: Claim, now: Now) -> Invitation | NotNeeded:
    number = int(claim.period.removeprefix("invitation:"))
    found = Invitation.objects.open().filter(pk=number).select_related("user", "invited_by").first()
    if found is None:
        return NotNeeded("accepted or withdrawn")
    return found if found.expires_at > now.instant else NotNeeded("expired")


def _invite(invitation: Invitation, person: User) -> EmailMessage:
    told = {
        "inviter": plain(invitation.invited_by.name) if invitation.invited_by else "",
        "person": plain(person.name),
        "zone": person.zone,
        "until": invitation.expires_at,
        "link": settings.SITE_URL + reverse("invitation", args=[token_for(invitation)]),
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
