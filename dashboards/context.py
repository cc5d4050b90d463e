"""What the navigation shows on every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.models import User
from relationships.models import Relationship


def navigation(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if not isinstance(user, User) or user.audience != User.Audience.STAFF:
        return {}
    can_log = user.reach.writes or Relationship.objects.changeable_by(user).exists()
    nav = {"can_administer": user.reach.everything, "can_log": can_log}
    return {"nav": nav, "theme": user.theme, "shortcuts_off": not user.shortcuts}
