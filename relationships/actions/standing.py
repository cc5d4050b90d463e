"""How relationships stand, kept in line with what is known of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import DateTimeField
from django.db.models.functions import Cast

from relationships import cadence, flagging, records, snapshots, standings, sums
from relationships.models import CadenceAgreement, Evidence, EvidenceSums, Relationship, latest_date
from web.clock import Now


def stand(
    rows: Sequence[Relationship],
    now: Now,
    agreements: Mapping[int, Sequence[CadenceAgreement]],
    rested: Mapping[int, records.Rested],
) -> None:
    """Keep how these stand and their flags, after their evidence or rhythm changed; the rows are locked already.

    Four statements where the sums are in line and no flag turns. The sums are made anew where something else
    happened than one more row of evidence: something was taken away or dated back, is of a day that has not come there,
    or the rhythm is another one.
    """
    there = [row for row in rows if row.removed_at is None]
    rhythms = {row.pk: sums.rhythm([one.interval for one in agreements[row.pk]], rested[row.pk]) for row in there}
    today = {row.pk: row.today(now) for row in there}
    prints = {pk: sums.print_of(rhythms[pk], day) for pk, day in today.items()}
    kept = EvidenceSums.objects.filter(pk__in=prints, stale=False).values_list("pk", "rhythm", "latest_on")
    in_line = {
        pk for pk, made_with, latest in kept if made_with == prints[pk] and (latest is None or latest <= today[pk])
    }
    anew = {pk: print for pk, print in prints.items() if pk not in in_line}
    if anew:
        sums.rebuild(now, anew)
        sums.keep_prints(anew)
    standings.stand(now, prints)
    flagging.keep(there, rhythms, now)


def stand_all(*, now: Now, batch: int = 1000) -> int:
    """Sum anew whatever is stale or was never summed, and keep how every relationship stands today; by the sweep.

    Returns how many stood as of another day than theirs. What is shown so is kept for later days too.
    """
    with transaction.atomic():
        sums.forget_what_fades_otherwise(now)
    reached = 0
    while True:
        with transaction.atomic():
            if not (ids := sums.waiting(now, reached, batch)):
                break
            _sum_anew(ids, now)
        reached = ids[-1]
    behind = standings.stand_behind(now)
    flag_what_turns(now=now, batch=batch)
    snapshots.keep(now)
    return behind


# So far back a year behind a demonstration is kept day by day.
LATELY = 21 * cadence.DAY


@transaction.atomic
def remember(*, since: date, now: Now) -> int:
    """Keep how all stood on each Monday since a day, and on each of the last days on which a list would have shown
    something else, as the evidence known today tells; returns the snapshots written.

    For a demonstration, which begins with a year behind it: nobody was ever shown them, and all evidence is taken to
    have been written on its day. Three statements a week, and for each of the last ``LATELY``.
    """
    Evidence.objects.update(written_at=Cast("day", DateTimeField()))
    day, written = since + (7 - since.weekday()) % 7 * cadence.DAY, 0
    while day < latest_date(now) - 2 * cadence.DAY:
        then = Now.on(day)
        _sum_anew(None, then)
        written += snapshots.keep(then)
        day += cadence.DAY if latest_date(now) - day < LATELY else 7 * cadence.DAY
    _sum_anew(None, now)
    return written


def flag_anew(row: Relationship, now: Now) -> None:
    """Judge the flags of one, which is locked, after something changed that is no evidence: what they were asked."""
    flagging.keep([row], sums.rhythms_of([row.pk]), now)


def flag_what_turns(*, now: Now, batch: int = 1000) -> int:
    """Judge the flags of those that may have turned since they were judged; returns how many it looked at.

    The criteria of the stages of those of whom one turned are to be looked at again: some ask for flags.
    """
    turning, done, reached = flagging.turning(now), 0, 0
    while True:
        with transaction.atomic():
            locked = turning.select_for_update(no_key=True, of=("self",)).filter(pk__gt=reached)
            rows = list(locked[:batch])
            turned = flagging.keep(rows, sums.rhythms_of([row.pk for row in rows]), now)
            if turned:
                Relationship.objects.filter(pk__in=turned).update(judged_again_on=latest_date(now))
        if not rows:
            return done
        done, reached = done + len(rows), rows[-1].pk


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
