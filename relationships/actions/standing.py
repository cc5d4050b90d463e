"""How relationships stand, kept in line with what is known of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from relationships import records, standings, sums
from relationships.models import CadenceAgreement, EvidenceSums, Relationship
from web.clock import Now


def stand(
    rows: Sequence[Relationship],
    now: Now,
    agreements: Mapping[int, Sequence[CadenceAgreement]],
    rested: Mapping[int, records.Rested],
) -> None:
    """Keep how these stand, after their evidence or rhythm changed; the rows are locked already.

    Two statements where the sums are in line. They are made anew where something else happened than one more row of
    evidence: something was taken away or dated back, or the rhythm is another one.
    """
    prints = {
        row.pk: sums.print_of(sums.rhythm([one.interval for one in agreements[row.pk]], rested[row.pk]), row.today(now))
        for row in rows
        if row.removed_at is None
    }
    kept = EvidenceSums.objects.filter(pk__in=prints, stale=False).values_list("pk", "rhythm")
    in_line = {pk for pk, made_with in kept if made_with == prints[pk]}
    anew = {pk: print for pk, print in prints.items() if pk not in in_line}
    if anew:
        sums.rebuild(now, anew)
        sums.keep_prints(anew)
    standings.stand(now, prints)


def stand_all(*, now: Now) -> int:
    """Sum anew whatever is stale or was never summed, and keep how every relationship stands today; by the sweep.

    Returns how many stood as of another day than theirs.
    """
    sums.rebuild_stale(now)
    return standings.stand_behind(now)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many relationships were summed, and how many of them stood otherwise before."""

    relationships: int
    different: int


def rebuild_health(*, now: Now, check: bool = False) -> Rebuilt:
    """Sum all evidence anew and keep how every relationship stands; to ``check`` all of it is taken back.

    What is kept counts as of today: those that stand as of another day are brought to it from the kept sums first.
    """

    def make() -> int:
        sums.rebuild(now)
        return standings.stand(now)

    with transaction.atomic():
        standings.stand_behind(now)
        count, different = standings.different(make)
        if check:
            transaction.set_rollback(True)
    return Rebuilt(count, different)
