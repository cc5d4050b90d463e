"""The link that stops a weekly mail: signed for a person and a kind, good for nothing else."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from mail.models import WEEKLY, Kind

SALT = "concord.mail.unsubscribe"


def token_for(user_id: int, kind: Kind) -> str:
    """Always the same for a person and a kind; safe in a path."""
    return signing.Signer(salt=SALT).sign(f"{user_id}:{kind.value}")


def address_for(user_id: int, kind: Kind) -> str:
    return f"{settings.SITE_URL}{reverse('unsubscribe', args=[token_for(user_id, kind)])}"


def read(token: str) -> tuple[int, Kind] | None:
    """The person's id and the kind; none when the token is not ours to the last character."""
    try:
        user_id, kind = signing.Signer(salt=SALT).unsign(token).split(":")
    except (signing.BadSignature, ValueError):
        return None
    return (int(user_id), Kind(kind)) if kind in WEEKLY else None
