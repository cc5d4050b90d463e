"""Satisfaction and loyalty over a set of relationships: which field each is in, by the rules of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Exists, OuterRef

from relationships import behaviour, flags, two_views
from relationships.flags import Said
from relationships.models import PulseAnswer, Relationship, RelationshipQuerySet, latest_date
from relationships.two_views import Place, Quadrant
from web.clock import Now

NOT_KNOWN = "not_known"
# So many at a time are judged where all are.
LOT = 5_000
# As they lie: satisfied above, loyal at the right.
FIELDS = (Quadrant.MERCENARY, Quadrant.APOSTLE, Quadrant.DEFECTOR, Quadrant.HOSTAGE)


@dataclass
class Book:
    """Who stands where; only those of whom somebody was asked within a year are judged one by one."""

    places: dict[int, Place]
    said: dict[int, Said]
    total: int
    inside: dict[Quadrant, list[int]] = field(default_factory=dict)

    @property
    def known(self) -> list[int]:
        return [pk for ids in self.inside.values() for pk in ids]

    @property
    def counts(self) -> dict[Quadrant | None, int]:
        found: dict[Quadrant | None, int] = {one: len(ids) for one, ids in self.inside.items()}
        return {**found, None: self.total - sum(found.values())}


def book(rows: RelationshipQuerySet, now: Now) -> Book:
    """Three queries, for any number."""
    asked = list(_asked(rows, now))
    places, said = _judged(asked, now)
    inside: dict[Quadrant, list[int]] = {one: [] for one in FIELDS}
    for pk, place in places.items():
        if place.quadrant is not None:
            inside[place.quadrant].append(pk)
    return Book(places, said, rows.count(), inside)


def known(rows: RelationshipQuerySet, now: Now) -> dict[int, Quadrant]:
    """Of those whose field is known, which; read in lots of which each takes two queries."""
    found: dict[int, Quadrant] = {}
    asked = _asked(rows, now).order_by("pk")
    lot = list(asked[:LOT])
    while lot:
        places, _said = _judged(lot, now)
        found |= {pk: place.quadrant for pk, place in places.items() if place.quadrant is not None}
        lot = list(asked.filter(pk__gt=lot[-1].pk)[:LOT]) if len(lot) == LOT else []
    return found


def _asked(rows: RelationshipQuerySet, now: Now) -> RelationshipQuerySet:
    """Those with answers of theirs that may still count, wherever they are."""
    since = latest_date(now) - flags.ANSWER_HOLDS - timedelta(days=2)
    answers = PulseAnswer.objects.filter(relationship=OuterRef("pk"), side=two_views.THEIRS, on__gte=since)
    return rows.filter(Exists(answers.filter(question=flags.SATISFACTION).order_by())).order_by()


def _judged(asked: Sequence[Relationship], now: Now) -> tuple[dict[int, Place], dict[int, Said]]:
    said = behaviour.read(asked, now)
    return {row.pk: two_views.place(said[row.pk], row.today(now), row.every_days) for row in asked}, said
