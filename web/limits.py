"""How often something may happen, counted in the shared cache by the window of time."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache

from web.clock import Now

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many of a kind within so many seconds."""

    name: str
    most: int
    seconds: int


def admits(limits: Iterable[tuple[Limit, str]], now: Now) -> bool:
    """Count one for each limit and what it is counted for; false where one of them is passed.

    Where the cache does not answer nothing is counted and everything is let through: losing what somebody says
    is worse than hearing too much for a while.
    """
    admitted = True
    try:
        for limit, counted_for in limits:
            admitted &= _count(limit, counted_for, now) <= limit.most
    except Exception:
        # Whichever cache is configured has its own errors.
        logger.warning("The cache does not answer, so nothing is limited.", exc_info=True)
        return True
    return admitted


def _count(limit: Limit, counted_for: str, now: Now) -> int:
    """The number of this one in its window. Each window has a key of its own, so none can be counted for ever."""
    window = int(now.instant.timestamp()) // limit.seconds
    # Hashed: network addresses stand in the cache no longer than they must, and not in the clear.
    name = hashlib.sha256(counted_for.encode("utf-8", "replace")).hexdigest()[:32]
    key = f"limit:{limit.name}:{name}:{window}"
    cache.add(key, 0, 2 * limit.seconds)
    return cache.incr(key)
