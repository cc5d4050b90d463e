"""Search over meetings: by what they are called and where they are, what is on their agendas, and what was decided."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
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
from relationships.finding import Source
from web.clock import Now


@dataclass(frozen=True, slots=True)
class OfMeeting(Source):
    """A meeting is with several partners, of whom the person may see some: of the others nothing is read or told."""

    def seen_by(self, user: User) -> QuerySet[Any, Any]:
        rows: QuerySet[Any, Any] = self.model.objects.visible_to(user)
        return rows.filter(dropped_at=None) if self.model is AgendaItem else rows

    def of_these(self, user: User, relationships: Collection[int]) -> Q:
        return Q(**{f"{self.key}__in": _with(user).filter(relationship__in=relationships).values("meeting")})

    def with_these(self, user: User, accounts: Collection[int]) -> Q:
        return Q(**{f"{self.key}__in": _with(user).filter(account__in=accounts).values("meeting")})

    def partner(self, user: User) -> Combinable:
        there = _with(user).filter(meeting=OuterRef(self.key)).values("meeting")
        return Subquery(there.annotate(names=StringAgg("account__name", " · ")).values("names"))


def _with(user: User) -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = MeetingAccount.objects.visible_to(user).order_by()
    return rows


MEETINGS = OfMeeting(Meeting, MEETING_SEARCHED, "starts_at")
ITEMS = OfMeeting(AgendaItem, ITEM_SEARCHED, "meeting__starts_at", "meeting")
DECISIONS = OfMeeting(Outcome, DECISION_SEARCHED, "meeting__starts_at", "meeting")


def each_series_once(keys: list[int], now: Now) -> list[int]:
    """Of the days of a series that are still to come the next one alone, in the place of its best. One query."""
    ahead = Meeting.objects.filter(pk__in=keys, series__isnull=False).ahead(now).order_by("starts_at", "pk")
    series = dict(ahead.values_list("pk", "series"))
    # The last one written stands: the soonest.
    soonest = {of: pk for pk, of in reversed(series.items())}
    return list(dict.fromkeys(soonest[series[pk]] if pk in series else pk for pk in keys))
