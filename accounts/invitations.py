"""The link of an invitation: signed, for one use, until it expires."""

from __future__ import annotations

from datetime import timedelta

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import Invitation, User
from web.clock import Now

SALT = "concord.invitation"
LASTS = timedelta(days=7)


def _piece(user: User) -> str:
    """Changes with the password and the address, so that a link ends with its first use or when the address moves."""
    return salted_hmac(f"{SALT}.person", f"{user.password} {user.email}", algorithm="sha256").hexdigest()[:24]


def token_for(invitation: Invitation) -> str:
    """What stands in the link; safe in a path."""
    return signing.Signer(salt=SALT).sign_object([invitation.pk, _piece(invitation.user)])


def find(token: str, now: Now) -> Invitation | None:
    """The invitation that the link opens at this moment; none when it is altered, used, withdrawn or too old."""
    try:
        pk, piece = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError):
        return None
    found = (
        Invitation.objects.open()
        .filter(pk=pk, expires_at__gt=now.instant, user__is_active=True)
        .select_related("user", "invited_by")
        .first()
    )
    return found if found is not None and constant_time_compare(piece, _piece(found.user)) else None
