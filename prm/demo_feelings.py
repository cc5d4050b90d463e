"""How it feels to those who look after partners of the demonstration company, and what became of some.

Written last, for each feeling is kept with what the evidence said; one is at odds with it for long, so its page asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from relationships.models import Feeling, Relationship, RelationshipOutcome
from web.clock import Now


@dataclass(frozen=True)
class Felt:
    """``ago`` days from the partner's today; ``evidence`` is what it said that day."""

    partner: str
    ago: int
    word: str
    note: str
    evidence: str = ""


@dataclass(frozen=True)
class Came:
    """So many days ago; ``worth`` in hundredths of the yearly worth, before and after."""

    partner: str
    ago: int
    kind: str
    reason: str
    after: int | None = None


FEELINGS = (
    Felt("Havbris Sea Farm", 96, "good", "Ingrid rings me before she rings anybody else", "weak"),
    Felt("Havbris Sea Farm", 41, "good", "They asked what we would do about the ice", "weak"),
    Felt("Havbris Sea Farm", 3, "thriving", "She showed me the plans of the new quay", "weak"),
    Felt("Northmere Foods", 20, "good", "They ring before something goes wrong"),
    Felt("Tarn Valley Dairy", 12, "mixed", "The new hall eats all their time"),
    Felt("Marlow Paper", 6, "uneasy", "", "weak"),
)
OUTCOMES = (
    Came("Nordhavn Lines", 48, "renewed", "Two years more, at the same prices", 100),
    Came("Sable Ridge Supply", 75, "downgraded", "One of their two pits was closed", 60),
)


def write(named: Mapping[str, Relationship], now: Now) -> int:
    Feeling.objects.bulk_create(
        Feeling(
            relationship=row,
            account_id=row.account_id,
            word=one.word,
            note=one.note,
            felt_on=row.today(now) - timedelta(days=one.ago),
            evidence=one.evidence,
            felt_by=row.owner,
            felt_at=now.instant - timedelta(days=one.ago),
        )
        for one in FEELINGS
        if (row := named[one.partner])
    )
    RelationshipOutcome.objects.bulk_create(
        RelationshipOutcome(
            relationship=row,
            account_id=row.account_id,
            kind=one.kind,
            came_on=row.today(now) - timedelta(days=one.ago),
            reason=one.reason,
            worth_before=row.yearly_worth,
            worth_after=row.yearly_worth * Decimal(one.after) / 100 if row.yearly_worth and one.after else None,
            written_by=row.owner,
            written_at=now.instant - timedelta(days=one.ago),
        )
        for one in OUTCOMES
        if (row := named[one.partner])
    )
    return len(FEELINGS)
