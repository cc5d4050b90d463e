"""Short secrets at rest: encrypted under a key that follows from SECRET_KEY, so that the database alone tells none."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


class SealError(Exception):
    """Sealed under another key, or not sealed at all."""


def _keys(purpose: str) -> MultiFernet:
    """One key for each purpose; former keys open what was sealed before SECRET_KEY was changed."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    derived = [salted_hmac("web.sealed", purpose, secret, algorithm="sha256").digest() for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])


def seal(text: str, purpose: str) -> bytes:
    return _keys(purpose).encrypt(text.encode())


def unseal(sealed: bytes, purpose: str) -> str:
    try:
        return _keys(purpose).decrypt(bytes(sealed)).decode()
    except (InvalidToken, UnicodeDecodeError):
        raise SealError from None
