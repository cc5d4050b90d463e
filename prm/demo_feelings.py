"""How it feels to those who look after partners of the demonstration company, and what became of some.

Written last, for each feeling is kept with what the evidence said on its day, as the snapshots tell; that of Fenwick
is at odds with it for long, so its page asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from relationships.models import Feeling, Relationship, RelationshipOutcome
from web.clock import Now


@dataclass(frozen=True)
class Felt:
    """``ago`` days from the partner's today."""

    partner: str
    ago: int
    word: str
    note: str


@dataclass(frozen=True)
class Came:
    """So many days ago; ``worth`` in hundredths of the yearly worth, before and after."""

    partner: str
    ago: int
    kind: str
    reason: str
    after: int | None = None


FEELINGS = (
    Felt("Havbris Sea Farm", 96, "good", "Ingrid rings me before she rings anybody else"),
    Felt("Havbris Sea Farm", 41, "good", "They asked what we would do about the ice"),
    Felt("Havbris Sea Farm", 3, "thriving", "She showed me the plans of the new quay"),
    Felt("Fenwick Aas Laboratories", 62, "uneasy", "Their new head of purchasing asks what it costs elsewhere"),
    Felt("Fenwick Aas Laboratories", 34, "uneasy", "Answers come as quickly as ever, and are shorter"),
    Felt("Fenwick Aas Laboratories", 5, "troubled", "She asked twice when our contract ends"),
    Felt("Northmere Foods", 20, "good", "They ring before something goes wrong"),
    Felt("Tarn Valley Dairy", 12, "mixed", "The new hall eats all their time"),
    Felt("Marlow Paper", 6, "uneasy", ""),
)
OUTCOMES = (
    Came("Nordhavn Lines", 48, "renewed", "Two years more, at the same prices", 100),
    Came("Sable Ridge Supply", 75, "downgraded", "One of their two pits was closed", 60),
)


def _evidence(row: Relationship, day: date) -> str:
    """What was shown on the day; nothing where it could not be judged."""
    kept = row.snapshots.filter(on__lte=day).newest_first().first()
    return kept.band if kept else ""


def write(named: Mapping[str, Relationship], now: Now) -> int:
    Feeling.objects.bulk_create(
        Feeling(
            relationship=row,
            account_id=row.account_id,
            word=one.word,
            note=one.note,
            felt_on=row.today(now) - timedelta(days=one.ago),
            evidence=_evidence(row, row.today(now) - timedelta(days=one.ago)),
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
