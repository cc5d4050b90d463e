"""What the navigation shows on every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.models import User


def navigation(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if not isinstance(user, User) or user.audience != User.Audience.STAFF:
        return {}
    return {"nav": {"can_administer": user.reach.everything, "can_write": user.reach.writes}, "theme": user.theme}
