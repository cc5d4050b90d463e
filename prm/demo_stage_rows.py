"""The stages of the demonstration company put into rows, after all that they rest on has been written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from accounts.models import Contact, User
from prm import demo_company as company
from prm import demo_stages as told
from prm.demo_company import PlannedRelationship
from relationships import actions, evidence, ledger, records, stage_words, stages
from relationships.evidence import Kind
from relationships.models import Halt, PlanStep, Relationship, Scope, StageChange, Waiver
from relationships.stages import Stage
from web.clock import Now

Pairs = Sequence[tuple[Relationship, PlannedRelationship]]
SCOPE = Scope._meta.label_lower
# Who moves a partner on, and who lets a criterion rest: the manager above the owners.
MANAGER = "mona"


def write(pairs: Pairs, users: Mapping[str, User], contacts: Mapping[str, Contact], now: Now) -> int:
    """Scopes with their evidence, waivers, targets and plans, pauses and ends; then the moves that these allow."""
    _scopes(pairs, contacts, now)
    named = {planned.partner.name: (row, planned) for row, planned in reversed(pairs)}
    _waivers(named, users, now)
    _plans(named, now)
    _halts(pairs, users, now)
    return _moves(pairs, users, now)


def _at(planned: PlannedRelationship, day: date, now: Now) -> datetime:
    return min(company.at(day, 11, 0, planned.zone), now.moment(planned.zone))


def _scopes(pairs: Pairs, contacts: Mapping[str, Contact], now: Now) -> None:
    agreed = [(row, planned, told.scope_of(planned, number)) for number, (row, planned) in enumerate(pairs)]
    made = Scope.objects.bulk_create(
        Scope(
            relationship=row,
            account=row.account,
            what=scope[0],
            agreed_on=scope[1],
            agreed_with=next((contacts[name] for talk in planned.talks for name in talk.contacts), None),
            written_by=row.owner,
            written_at=_at(planned, scope[1], now),
        )
        for row, planned, scope in agreed
        if scope
    )
    ledger.write(
        {
            ledger.Source(SCOPE, one.pk, one.relationship_id, one.account_id): [
                evidence.row(Kind.SCOPE_AGREED, "both", one.agreed_on)
            ]
            for one in made
        }
    )


def _waivers(
    named: Mapping[str, tuple[Relationship, PlannedRelationship]], users: Mapping[str, User], now: Now
) -> None:
    for one in told.WAIVERS:
        row, planned = named[one.partner]
        given = planned.today - one.given * stages.DAY
        Waiver.objects.create(
            relationship=row,
            account=row.account,
            criterion=one.criterion,
            why=one.why,
            from_on=given,
            until_on=given + one.lasts * stages.DAY,
            granted_by=users[MANAGER],
            granted_at=_at(planned, given, now),
        )


def _plans(named: Mapping[str, tuple[Relationship, PlannedRelationship]], now: Now) -> None:
    for target in told.TARGETS:
        row, planned = named[target.partner]
        row.target_stage, row.target_on = target.stage, planned.today + target.in_days * stages.DAY
        row.save(update_fields=["target_stage", "target_on"])
    for one in told.STEPS:
        row, planned = named[one.partner]
        PlanStep.objects.create(
            relationship=row,
            account=row.account,
            what=one.what,
            criterion=one.criterion,
            due_on=None if one.due_in is None else planned.today + one.due_in * stages.DAY,
            done_on=None if one.done is None else planned.today - one.done * stages.DAY,
            written_by=row.owner,
            written_at=_at(planned, planned.today - 20 * stages.DAY, now),
        )


def _halts(pairs: Pairs, users: Mapping[str, User], now: Now) -> None:
    """Of what is paused or has ended now, and of one that was paused and goes on."""
    made = []
    for row, planned in pairs:
        begun: dict[str, tuple[date | None, str]] = {
            Halt.Kind.PAUSED: (row.paused_since, row.pause_reason),
            Halt.Kind.ENDED: (row.ended_on, row.end_reason),
        }
        for kind, (day, why) in begun.items():
            if day is not None:
                made.append(_halt(row, planned, kind, day, why, now))
        rested = told.RESTED.get(planned.partner.name)
        if rested:
            ago, lasted, why = rested
            halt = _halt(row, planned, Halt.Kind.PAUSED, planned.today - ago * stages.DAY, why, now)
            halt.until_on = halt.from_on + lasted * stages.DAY
            halt.taken_up_by, halt.taken_up_at = users[MANAGER], _at(planned, halt.until_on, now)
            made.append(halt)
    Halt.objects.bulk_create(made)


def _halt(row: Relationship, planned: PlannedRelationship, kind: str, day: date, why: str, now: Now) -> Halt:
    return Halt(
        relationship=row,
        account=row.account,
        kind=kind,
        from_on=day,
        why=why,
        made_by=row.owner,
        made_at=_at(planned, day, now),
    )


def _moves(pairs: Pairs, users: Mapping[str, User], now: Now) -> int:
    """Who has all that a customer needs was moved on the day on which it was there; the others were declared."""
    rows = [row for row, _planned in pairs]
    known = records.read(rows)
    changes = []
    for row, planned in pairs:
        if row.stage == Stage.CONTACT:
            continue
        moved = None if planned.partner.name in told.DECLARED else _moved(row, planned, known[row.pk], users, now)
        if moved:
            changes.append(moved)
        if row.stage == Stage.PARTNER or moved is None:
            changes.append(_declared(row, planned, moved, now))
    StageChange.objects.bulk_create(changes)
    actions.judge_stages([row.pk for row in rows], now=now)
    return len(changes)


def _moved(
    row: Relationship, planned: PlannedRelationship, known: records.Known, users: Mapping[str, User], now: Now
) -> StageChange | None:
    found = stages.judge(known.record, Stage.CUSTOMER, planned.today, known.waived)
    if not found.settled:
        return None
    # From then on all have held; the decision takes two more days.
    day = min(max(one.met_since or planned.today for one in found.findings) + 2 * stages.DAY, planned.today)
    outlook = stages.judge(known.record, Stage.CUSTOMER, day, known.waived)
    lines = stage_words.lines(outlook, known.record, known.waivers, stage_words.tell([outlook], row), day)
    return StageChange(
        relationship=row,
        account=row.account,
        from_stage=Stage.CONTACT.value,
        to_stage=Stage.CUSTOMER.value,
        changed_on=day,
        why=stage_words.all_met(outlook),
        days_in_former=(day - records.begun_on(row)).days,
        criteria=stage_words.kept(lines),
        made_by=users[MANAGER],
        made_at=_at(planned, day, now),
    )


def _declared(row: Relationship, planned: PlannedRelationship, moved: StageChange | None, now: Now) -> StageChange:
    day = max(told.declared_on(planned), moved.changed_on if moved else date.min)
    return StageChange(
        relationship=row,
        account=row.account,
        from_stage=moved.to_stage if moved else Stage.CONTACT.value,
        to_stage=row.stage,
        changed_on=day,
        declared=True,
        evidence_due_on=stages.due_after(day),
        days_in_former=(day - (moved.changed_on if moved else records.begun_on(row))).days,
        made_by=row.owner,
        made_at=_at(planned, day, now),
    )
