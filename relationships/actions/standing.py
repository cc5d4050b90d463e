"""How relationships stand, kept in line with what is known of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
    evidence: something was taken away or dated back, is of a day that has not come there, or the rhythm is another one.
    """
    prints = {
        row.pk: sums.print_of(sums.rhythm([one.interval for one in agreements[row.pk]], rested[row.pk]), row.today(now))
        for row in rows
        if row.removed_at is None
    }
    today = {row.pk: row.today(now) for row in rows}
    kept = EvidenceSums.objects.filter(pk__in=prints, stale=False).values_list("pk", "rhythm", "latest_on")
    in_line = {
        pk for pk, made_with, latest in kept if made_with == prints[pk] and (latest is None or latest <= today[pk])
    }
    anew = {pk: print for pk, print in prints.items() if pk not in in_line}
    if anew:
        sums.rebuild(now, anew)
        sums.keep_prints(anew)
    standings.stand(now, prints)


def stand_all(*, now: Now, batch: int = 1000) -> int:
    """Sum anew whatever is stale or was never summed, and keep how every relationship stands today; by the sweep.

    Returns how many stood as of another day than theirs.
    """
    reached = 0
    while True:
        with transaction.atomic():
            if not (ids := sums.waiting(now, reached, batch)):
                break
            _sum_anew(ids, now)
        reached = ids[-1]
    return standings.stand_behind(now)


def _sum_anew(ids: Collection[int] | None, now: Now) -> int:
    sums.rebuild(now, ids)
    return standings.stand(now, ids)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many relationships were summed, and how many of them stood otherwise before."""

    relationships: int
    different: int


def rebuild_health(*, now: Now, check: bool = False) -> Rebuilt:
    """Sum all evidence anew and keep how every relationship stands; to ``check`` all of it is taken back.

    What is kept counts as of today: those that stand as of another day are brought to it from the kept sums first; of
    a day before their newest evidence nothing is kept. Verbs wait meanwhile.
    """
    with transaction.atomic():
        sums.lock()
        if early := sums.knowing_more(now):
            _sum_anew(early, now)
        standings.stand_behind(now)
        count, different = standings.different(lambda: _sum_anew(None, now))
        if check:
            transaction.set_rollback(True)
    return Rebuilt(count, different)
