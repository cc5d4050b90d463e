"""What the navigation shows on every page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from accounts.models import User
from dashboards import queries, wanting, wanting_answers, wanting_meetings
from dashboards.models import SavedView
from relationships.models import Relationship
from web.clock import Now

# So many saved views stand in the side bar; the rest has a page.
VIEWS = 7


@dataclass(frozen=True, slots=True)
class View:
    """A saved view in the side bar."""

    name: str
    address: str
    current: bool


def _said(query: str) -> dict[str, list[str]]:
    """What an address says, in whatever order; where in the list one is, is no part of it."""
    return {name: sorted(values) for name, values in QueryDict(query).lists() if name != "after"}


class Navigation:
    """Asked only by pages that show it: what is loaded into a dialog costs none of its queries."""

    def __init__(self, user: User, path: str, query: str, partner: int | None = None) -> None:
        self._user, self._partner = user, partner
        self._path, self._query = path, query
        self.can_administer = user.reach.everything

    @property
    def palette(self) -> str:
        """Where the palette is, which begins with what can be done with the partner whose page this is.

        Of no use to a page that says that nothing is there: it names no partner.
        """
        return f"{reverse('palette')}?relationship={self._partner}" if self._partner else reverse("palette")

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
    def _waiting(self) -> list[int]:
        return queries.counted_together(wanting_meetings.count, wanting_answers.count)(self._user, Now.read())

    @property
    def unsettled(self) -> int:
        """How many meetings that the person sees to are over, and nobody has said whether they were held."""
        return self._waiting[0]

    @property
    def unanswered(self) -> int:
        """What of theirs the person has not answered for as long as an answer may take."""
        return self._waiting[1]

    @cached_property
    def views(self) -> list[View]:
        """One's own saved views first, then those that colleagues share."""
        rows = SavedView.objects.visible_to(self._user).there()
        return [self._view(row) for row in rows.own_first(self._user).defer("made_at")[:VIEWS]]

    def _view(self, row: SavedView) -> View:
        address = row.address
        here = self._path == address.partition("?")[0] and _said(self._query) == _said(row.query)
        return View(row.name, address, here)


def _partner(request: HttpRequest) -> int | None:
    """The relationship whose page is asked for, or a page below it."""
    here = request.resolver_match
    return here.kwargs.get("pk") if here and here.route.startswith("relationships/<int:pk>/") else None


def navigation(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if not isinstance(user, User) or user.audience != User.Audience.STAFF:
        return {}
    return {
        "nav": Navigation(user, request.path, request.META.get("QUERY_STRING", ""), _partner(request)),
        "theme": user.theme,
        "shortcuts_off": not user.shortcuts,
    }
