"""What is under way in relationships, for whoever takes them over: read before it is done."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import F, Q

from accounts.models import User
from relationships.models import Commitment, Interaction, Introduction, Relationship, Snooze, local_date
from web.clock import Now

# So many of each are named; of the rest the number is told.
NAMED = 7


def given_away(user: User, rows: Iterable[Relationship]) -> int:
    """How many the person sees only because they are theirs: once handed over, they can't be taken back."""
    reach = user.reach
    if reach.everything:
        return 0
    kept = reach.joined
    return sum(1 for row in rows if row.owner_id == user.pk and row.team_id not in reach.seen and row.pk not in kept)


@dataclass(frozen=True, slots=True)
class OpenItems:
    """The first ``NAMED`` of each kind, and how many there are in all."""

    promises: list[Commitment]
    promise_count: int
    steps: list[Interaction]
    step_count: int
    snoozes: list[Snooze]
    snooze_count: int
    introductions: list[Introduction]
    introduction_count: int
    overdue: int

    @property
    def any(self) -> bool:
        return bool(self._count or self.overdue)

    @property
    def more(self) -> int:
        """How many are not named."""
        named = len(self.promises) + len(self.steps) + len(self.snoozes) + len(self.introductions)
        return self._count - named

    @property
    def _count(self) -> int:
        return self.promise_count + self.step_count + self.snooze_count + self.introduction_count


def open_items(ids: Collection[int], now: Now) -> OpenItems:
    """Promises that the owners see to, next steps, snoozes that run, whom to meet, the overdue. Nine queries."""
    own = Q(keeper=F("relationship__owner")) | Q(keeper=None)
    promises = Commitment.objects.open().filter(own, relationship__in=ids).by_day()
    steps = Interaction.objects.with_open_step().filter(relationship__in=ids).order_by("next_step_on", "id")
    running = Snooze.objects.filter(until_on__gte=local_date(now, "relationship__zone"))
    snoozes = running.filter(relationship__in=ids).order_by("until_on", "id")
    wanted = Introduction.objects.open().filter(relationship__in=ids).order_by("opened_on", "id")
    return OpenItems(
        promises=list(promises.select_related("relationship__account")[:NAMED]),
        promise_count=promises.count(),
        steps=list(steps.select_related("relationship__account")[:NAMED]),
        step_count=steps.count(),
        snoozes=list(snoozes.select_related("relationship__account")[:NAMED]),
        snooze_count=snoozes.count(),
        introductions=list(wanted.select_related("relationship__account")[:NAMED]),
        introduction_count=wanted.count(),
        overdue=Relationship.objects.filter(pk__in=ids).overdue(now).count(),
    )
