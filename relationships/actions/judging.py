"""What follows from the criteria of the stages: one place that brings the derived fields in line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.history import events_of
from accounts.models import Affiliation
from relationships import records, stages, sweep
from relationships.actions.standing import stand
from relationships.models import CadenceAgreement, Relationship, Stakeholder, latest_date
from web.clock import Now

# Within which a person who came or went is looked for; sweeps may be late by hours.
LATELY = timedelta(days=1)


def judge_stages(ids: Collection[int], *, now: Now, later: bool = False) -> None:
    """Judge the criteria of these relationships and keep what follows; the same few statements for any number.

    Must run inside the transaction of the verb, after the evidence was written. Locks the relationships first, so
    that what a concurrent verb committed while this one waited is seen. ``later`` as for ``judge``.
    """
    rows = Relationship.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids).order_by("pk")
    judge(list(rows), now, later=later)


def judge(
    rows: Sequence[Relationship],
    now: Now,
    *,
    agreements: Mapping[int, Sequence[CadenceAgreement]] | None = None,
    rested: Mapping[int, records.Rested] | None = None,
    later: bool = False,
) -> None:
    """The same for rows that are locked already, with what else of them is at hand.

    How they stand follows at once and costs the same whatever the history. Criteria read all of it, as they may have
    held on any day: where it is only written down what happened, that is left to the next sweep, ``later``. Pages of a
    stage judge for themselves.
    """
    agreements = agreements if agreements is not None else records.agreements_of([row.pk for row in rows])
    rested = rested if rested is not None else records.rested_of([row.pk for row in rows])
    stand(rows, now, agreements, rested)
    if later:
        _judge_later(rows, now)
        return
    known = records.read(rows, agreements=agreements, rested=rested)
    moved = [row for row in rows if _set_stage(row, known[row.pk], now)]
    if moved:
        sweep.store_stages(moved)


def _judge_later(rows: Sequence[Relationship], now: Now) -> None:
    waiting = []
    for row in rows:
        today = row.today(now)
        if row.judged_again_on is None or row.judged_again_on > today:
            row.judged_again_on = today
            waiting.append(row)
    if waiting:
        sweep.store_stages(waiting)


def _set_stage(row: Relationship, known: records.Known, now: Now) -> bool:
    """Set the derived fields on the instance; says whether one changed. As of when is told only of what changed."""
    today = row.today(now)
    standing = stages.stand(
        known.record,
        row.stage,
        today,
        waivers=known.waived,
        declared=known.declared(row),
        since=known.since(row),
        kept=known.met_then(row),
        stopped=row.paused_since is not None or row.ended_on is not None or row.removed_at is not None,
        overdue_from=row.overdue_from,
    )
    values = {
        "stage_since": known.since(row),
        "proposed_stage": str(standing.proposed or ""),
        "lost_criteria": " ".join(standing.lost),
        "low_components": " ".join(standing.low),
        "long_flags": " ".join(standing.flagged),
        "evidence_due_on": standing.evidence_due_on,
        "judged_again_on": standing.again_on,
    }
    changed = any(getattr(row, field) != value for field, value in values.items())
    changed = changed or row.judged_as_of is None or row.judged_as_of > today
    for field, value in values.items():
        setattr(row, field, value)
    if changed:
        row.judged_as_of = today
    return changed


def judge_what_changes(*, now: Now, batch: int = 1000) -> int:
    """Criteria that turn because a day has passed: 90 days reached, a waiver over, a window closed; by the sweep.

    So are those that wait because something was logged. What was found as of a later day than this one is looked at
    again. Returns the relationships looked at.
    """
    latest = latest_date(now)
    turning = Relationship.objects.filter(
        Q(judged_again_on__lte=latest) | Q(judged_as_of__gt=latest) | Q(pk__in=_whose_people_moved(now)),
        removed_at=None,
    ).order_by("pk")
    done = reached = 0
    while ids := list(turning.filter(pk__gt=reached).values_list("pk", flat=True)[:batch]):
        with transaction.atomic():
            judge_stages(ids, now=now)
        done += len(ids)
        reached = ids[-1]
    return done


def _whose_people_moved(now: Now) -> Any:
    """Where somebody who counts came or went lately: places of people are kept below, where no stage is known."""
    lately = events_of(Affiliation)._base_manager.filter(pgh_created_at__gte=now.instant - LATELY)
    return (
        Stakeholder.objects.filter(contact__in=lately.order_by().values("contact_id")).order_by().values("relationship")
    )
