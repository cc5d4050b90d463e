"""The dates that follow from the record: one place that brings them and the flags in line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery

from accounts.models import User
from relationships import cadence, ledger, pulse_sweep, records, sweep
from relationships.actions.judging import judge, judge_what_changes
from relationships.actions.standing import flag_what_turns, stand_all
from relationships.models import (
    CadenceAgreement,
    CadenceAgreementQuerySet,
    Interaction,
    MissedCheckIn,
    Relationship,
    latest_date,
)
from web.clock import Now


def refresh(ids: Collection[int], *, now: Now, corrected: bool = False, later: bool = False) -> None:
    """Bring the derived dates of these relationships in line with their record, their flags, and what their stage says.

    The same small number of statements for one and for a thousand; each reads the last touch from an index,
    so the length of a history does not matter. Must run inside the transaction of the verb. ``corrected`` where an
    agreement is taken away as if it had not been made. ``later`` leaves the criteria of the stages to the sweep.
    """
    # Locked first, read after: what a concurrent verb committed while this one waited is seen.
    rows = list(Relationship.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids).order_by("pk"))
    last_touch = Interaction.objects.touches().filter(relationship=OuterRef("pk")).order_by("-occurred_on")
    touched = dict(
        Relationship.objects.filter(pk__in=ids).values_list("pk", Subquery(last_touch.values("occurred_on")[:1]))
    )
    agreements: dict[int, list[CadenceAgreement]] = {row.pk: [] for row in rows}
    for agreement in CadenceAgreement.objects.filter(relationship__in=ids).order_by("id"):
        agreements[agreement.relationship_id].append(agreement)
    rested = records.rested_of([row.pk for row in rows])
    moved = [row for row in rows if _set_dates(row, touched[row.pk], agreements[row.pk], rested[row.pk].snoozed, now)]
    if moved:
        sweep.store_dates(moved)
    sweep.close_flags(now, ids, corrected=corrected)
    sweep.reopen_flags(now, ids)
    judge(rows, now, agreements=agreements, rested=rested, later=later)


def _set_dates(
    row: Relationship,
    last_touch_on: date | None,
    agreements: Sequence[CadenceAgreement],
    rests: Sequence[cadence.Rest],
    now: Now,
) -> bool:
    """Set the derived fields on the instance; says whether one changed."""
    today = row.today(now)
    intervals = [agreement.interval for agreement in agreements]
    dates = cadence.schedule(
        today=today,
        last_touch_on=last_touch_on,
        intervals=intervals,
        rests=rests,
        workdays=row.workdays,
        stopped=row.paused_since is not None or row.ended_on is not None or row.removed_at is not None,
    )
    index = cadence.in_force(intervals, today)
    values = {
        "last_touch_on": last_touch_on,
        "agreement_id": None if index is None else agreements[index].pk,
        "every_days": dates.every_days,
        "counts_from": dates.counts_from,
        "base_due_on": dates.base_due_on,
        "due_on": dates.due_on,
        "overdue_from": dates.overdue_from,
        "changes_on": dates.changes_on,
    }
    changed = any(getattr(row, field) != value for field, value in values.items())
    for field, value in values.items():
        setattr(row, field, value)
    return changed


def apply_agreements_that_begin(*, now: Now, batch: int = 1000) -> int:
    """Agreements made for a later day come into force, those for a while end; called by the sweep.

    Returns the relationships looked at. What somebody brought into force too early, or ended, by sweeping as of a
    later day, goes back to what it was.
    """
    latest = latest_date(now)
    too_early = CadenceAgreement.objects.filter(starts_on__gt=latest).values("relationship")
    changes = (
        Q(changes_on__lte=latest)
        | Q(pk__in=too_early, agreement__starts_on__gt=latest)
        | Q(pk__in=_passed_over(now).values("relationship"), paused_since=None, ended_on=None, removed_at=None)
    )
    from_today = Relationship.objects.filter(changes).order_by("pk")
    done = 0
    reached = 0
    while ids := [row.pk for row in from_today.filter(pk__gt=reached)[:batch]]:
        with transaction.atomic():
            refresh(ids, now=now)
        done += len(ids)
        reached = ids[-1]
    return done


def _passed_over(now: Now) -> CadenceAgreementQuerySet:
    """Agreements for a while, not over yet, that a sweep as of a later day took for over.

    It should count already but one begun earlier does, or it will count and the relationship waits for a later day.
    """
    latest = latest_date(now)
    counts = Q(starts_on__lte=latest) & (
        Q(relationship__agreement=None)
        | Q(starts_on__gt=F("relationship__agreement__starts_on"))
        | Q(starts_on=F("relationship__agreement__starts_on"), pk__gt=F("relationship__agreement"))
    )
    will_count = Q(starts_on__gt=latest) & (
        Q(relationship__changes_on=None) | Q(relationship__changes_on__gt=F("starts_on"))
    )
    # No zone is more than two dates behind; one too many is looked at and found in line.
    return CadenceAgreement.objects.filter(counts | will_count, ends_on__gte=latest - 2 * cadence.DAY)


def sweep_cadence(*, now: Now) -> sweep.Count:
    """What becomes true because a day has passed: missed check-ins are flagged, once; promises become late.

    Feedback that nobody answered becomes ignored, criteria of stages turn, and Pulse asks its next questions.
    """
    apply_agreements_that_begin(now=now)
    closed = sweep.close_flags(now)
    raised = sweep.raise_flags(now)
    late = ledger.fall_late(now)
    ignored = ledger.fall_ignored(now)
    # Some criteria ask for flags, so these are judged first.
    flag_what_turns(now=now)
    judge_what_changes(now=now)
    stand_all(now=now)
    pulse_sweep.let_go(now)
    pulse_sweep.ask(now)
    still_open = MissedCheckIn.objects.open().count()
    return sweep.Count(raised=raised, closed=closed, open=still_open, late=late, ignored=ignored)


def lock(relationship_id: int) -> Relationship:
    """The relationship, kept from others until the verb is through."""
    rows = Relationship.objects.select_for_update(no_key=True, of=("self",)).select_related("account", "owner")
    return rows.get(pk=relationship_id)


def theirs(actor: User, relationship_id: int) -> Relationship:
    """The relationship if the actor may change it; raises ``Relationship.DoesNotExist`` otherwise."""
    return Relationship.objects.changeable_by(actor).select_related("account").get(pk=relationship_id)
