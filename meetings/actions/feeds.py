"""The calendar that a person subscribes to: made, given another address, stopped."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from meetings import feeds
from meetings.models import CalendarFeed
from web.clock import Now


@transaction.atomic
def make_feed(*, actor: User, now: Now) -> str:
    """A new secret address for the actor's calendar; a former one is dead at once. Returns what is kept nowhere."""
    token = feeds.new_token()
    CalendarFeed.objects.update_or_create(
        user=actor, defaults={"token_hash": feeds.hash_of(token), "made_at": now.instant}
    )
    return token


@transaction.atomic
def stop_feed(*, actor: User, now: Now) -> None:
    """Twice is once. There is no way back: the address is not known here."""
    CalendarFeed.objects.filter(user=actor).delete()
