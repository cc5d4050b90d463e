"""The check-ins that rhythms asked for in the last four weeks, and how many of these happened, in SQL over sets.

Whole ones, so that each relationship is judged by itself: what happened with one is never put down to another. Where a
rhythm is longer than four weeks, its own length takes their place: see ``cadence.asked_for``.
"""

from __future__ import annotations

from django.db.models import Case, Count, DateField, F, Func, IntegerField, OuterRef, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Greatest, Least

from relationships import cadence
from relationships.models import Interaction, RelationshipQuerySet, local_date
from web.clock import Now


def happened(now: Now) -> Combinable:
    """The days with a touch in the last four weeks. Of each row its own few, by the index; not the talk of years."""
    met = Interaction.objects.of_late(now, OuterRef("zone")).filter(relationship=OuterRef("pk"))
    days = met.order_by().values("relationship").annotate(days=Count("occurred_on", distinct=True))
    return Coalesce(Subquery(days.values("days"), IntegerField()), Value(0))


def asked(now: Now) -> Combinable:
    """As ``cadence.asked_for``; 0 without a rhythm."""
    agreed = Coalesce(_days_since("agreement__starts_on", now), Value(cadence.YEAR.days))
    longest = Greatest(F("every_days"), Value(cadence.COUNTED_DAYS), output_field=IntegerField())
    days = Least(Greatest(agreed, Value(0)), longest, output_field=IntegerField())
    workdays = Func(F("workdays"), function="cardinality", output_field=IntegerField())
    return Case(
        When(every_days=None, then=Value(0)),
        When(every_days__gte=7, then=days / F("every_days")),
        default=days / Value(7) * workdays / F("every_days"),
        output_field=IntegerField(),
    )


def met(now: Now) -> Combinable:
    """Of those asked for, as ``cadence.met_of``."""
    within = Func(
        _days_since("last_touch_on", now),
        F("every_days"),
        arg_joiner=" < ",
        template="(%(expressions)s)::int",
        output_field=IntegerField(),
    )
    longer = When(every_days__gt=cadence.COUNTED_DAYS, then=Coalesce(within, Value(0)))
    return Least(asked(now), Case(longer, default=happened(now), output_field=IntegerField()))


def missing(now: Now) -> Combinable:
    return asked(now) - met(now)


def falling_short(rows: RelationshipQuerySet, now: Now) -> RelationshipQuerySet:
    """Those with fewer check-ins than their rhythm asked for."""
    return rows.with_rhythm().alias(missing=missing(now)).filter(missing__gt=0)


def _days_since(day: str, now: Now) -> Combinable:
    today = Cast(local_date(now), DateField())
    return Func(today, F(day), arg_joiner=" - ", template="(%(expressions)s)", output_field=IntegerField())
