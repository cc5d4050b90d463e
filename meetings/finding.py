"""Search over meetings: by what they are called and where they are, what is on their agendas, and what was decided."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable

from accounts.models import User
from meetings.models import (
    DECISION_SEARCHED,
    ITEM_SEARCHED,
    MEETING_SEARCHED,
    AgendaItem,
    Meeting,
    MeetingAccount,
    Outcome,
)
from relationships.finding import LATELY_SEEN, Scope, Sought, Source
from web.clock import Now

# So many meetings are known by the names of those that they are with.
NAMED = 1000


@dataclass(frozen=True, slots=True)
class OfMeeting(Source):
    """A meeting is with several partners, of whom the person may see some: of the others nothing is read or told.

    What is named are not organisations but meetings with them: see ``named_of``.
    """

    @property
    def told_by(self) -> Any:
        return MeetingAccount

    def seen_by(self, user: User) -> QuerySet[Any, Any]:
        return self._at(user, _with(user))

    def lately(self, user: User, newest: int, most: int) -> QuerySet[Any, Any]:
        """Through the newest partners of meetings: of meetings PostgreSQL would begin with all partners there are."""
        return self._at(user, _with(user).filter(pk__gt=newest - LATELY_SEEN).order_by("-pk"), most)

    def of_these(self, user: User, relationships: Collection[int]) -> QuerySet[Any, Any]:
        return self._at(user, _with(user).filter(relationship__in=relationships))

    def with_these(self, user: User, named: Collection[int]) -> QuerySet[Any, Any]:
        return self._at(user, _with(user).filter(meeting__in=named))

    def is_with(self, user: User, named: Collection[int]) -> Q:
        return Q(**{f"{self.key}__in": named})

    def _at(self, user: User, partners: QuerySet[Any, Any], most: int | None = None) -> QuerySet[Any, Any]:
        """What of the meetings with these, which the person sees, they see too: of a meeting itself that is all."""
        rows: QuerySet[Any, Any] = Meeting.objects.filter(pk__in=partners.values("meeting")[:most])
        if self.model is not Meeting:
            rows = self.model.objects.visible_to(user).filter(meeting__in=partners.values("meeting")[:most])
        if self.model is AgendaItem:
            return rows.filter(dropped_at=None)
        # Of what came of a meeting the index has decisions alone.
        return rows.exclude(decision="") if self.model is Outcome else rows

    def partner(self, user: User) -> Combinable:
        there = _with(user).filter(meeting=OuterRef(self.key)).values("meeting")
        return Subquery(there.annotate(names=StringAgg("account__name", " · ")).values("names"))


def _with(user: User) -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = MeetingAccount.objects.visible_to(user).order_by()
    return rows


MEETINGS = OfMeeting(Meeting, MEETING_SEARCHED, "starts_at", choice="kind")
ITEMS = OfMeeting(AgendaItem, ITEM_SEARCHED, "meeting__starts_at", "meeting")
DECISIONS = OfMeeting(Outcome, DECISION_SEARCHED, "meeting__starts_at", "meeting")


def named_of(scope: Scope, sought: Sought) -> Sought:
    """The newest meetings with the organisations that are named, of those with whom the person sees that they are.

    One query, none where nobody is named. As keys: of a list within an *or* PostgreSQL makes one for each meeting.
    """
    named = frozenset[int]().union(*sought.named)
    rows = _with(scope.user).filter(account__in=named).order_by("-pk").values_list("account", "meeting")
    found = list(rows[:NAMED]) if named else []
    at = tuple(frozenset(meeting for account, meeting in found if account in accounts) for accounts in sought.named)
    return replace(sought, named=at)


def each_series_once(keys: list[int], now: Now) -> list[int]:
    """Of the days of a series that are still to come the next one alone, in the place of its best. One query."""
    ahead = Meeting.objects.filter(pk__in=keys, series__isnull=False).ahead(now).order_by("starts_at", "pk")
    series = dict(ahead.values_list("pk", "series"))
    # The last one written stands: the soonest.
    soonest = {of: pk for pk, of in reversed(series.items())}
    return list(dict.fromkeys(soonest[series[pk]] if pk in series else pk for pk in keys))
