"""The next meeting that they accepted, told by whoever plans meetings; lists read it with the dates of the rhythm."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from relationships.models import Relationship


def book(days: Mapping[int, date | None]) -> None:
    """Keep the day of each; must run inside the transaction of the verb."""
    rows = list(Relationship.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=days).order_by("pk"))
    moved = [row for row in rows if row.booked_on != days[row.pk]]
    for row in moved:
        row.booked_on = days[row.pk]
    if moved:
        Relationship.objects.bulk_update(moved, ["booked_on"])
