"""The secret address of a person's calendar: long, random, and only its hash is kept."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.urls import reverse

from meetings.models import CalendarFeed

LONGEST = 100


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """No salt and no slow hash: 256 random bits cannot be guessed from theirs."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def address_for(token: str) -> str:
    return f"{settings.SITE_URL}{reverse('calendar_feed', args=[token])}"


def is_of(feed: CalendarFeed, address: str) -> bool:
    """Whether the feed is read at this address."""
    token = address.rpartition("/")[2].removesuffix(".ics")
    return bool(token) and hash_of(token) == feed.token_hash


def find(token: str) -> CalendarFeed | None:
    """The feed whose address this is, of somebody who still works here."""
    if len(token) > LONGEST:
        return None
    found = CalendarFeed._base_manager.filter(token_hash=hash_of(token), user__is_active=True, user__audience="staff")
    return found.select_related("user").first()
