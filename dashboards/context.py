"""What the navigation shows on every page."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest

from accounts.models import User
from dashboards import wanting, wanting_answers, wanting_meetings
from relationships.models import Relationship
from web.clock import Now


class Navigation:
    """Asked only by pages that show it: what is loaded into a dialog costs none of its queries."""

    def __init__(self, user: User) -> None:
        self._user = user
        self.can_administer = user.reach.everything

    @cached_property
    def can_log(self) -> bool:
        return self._user.reach.writes or Relationship.objects.changeable_by(self._user).exists()

    @cached_property
    def today_count(self) -> int:
        """How many partners want something of the person."""
        return wanting.count(self._user, Now.read())

    @cached_property
    def late_promises(self) -> int:
        return wanting.late_promises(self._user, Now.read())

    @cached_property
    def unsettled(self) -> int:
        """How many meetings that the person sees to are over, and nobody has said whether they were held."""
        return wanting_meetings.count(self._user, Now.read())

    @cached_property
    def unanswered(self) -> int:
        """What of theirs the person has not answered for as long as an answer may take."""
        return wanting_answers.count(self._user, Now.read())


def navigation(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if not isinstance(user, User) or user.audience != User.Audience.STAFF:
        return {}
    return {"nav": Navigation(user), "theme": user.theme, "shortcuts_off": not user.shortcuts}
