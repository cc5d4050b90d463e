"""From contact to customer to partner: moved by a person on evidence, declared, waived, aimed at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Contact, User
from accounts.rows import plain, row_from, values_of
from accounts.undo import Done, inverse, record
from relationships import evidence, ledger, records, stage_words, stages
from relationships.actions.dates import lock, theirs
from relationships.actions.halts import must_go_on
from relationships.actions.judging import judge_stages
from relationships.evidence import Kind
from relationships.models import PlanStep, Relationship, Scope, StageChange, Waiver
from relationships.stages import Outlook, Stage
from web.clock import Now

SCOPE = Scope._meta.label_lower
EDITABLE_PLAN = ["what", "criterion", "keeper", "due_on"]


def _about(row: Relationship) -> dict[str, Any]:
    return {"relationship": row, "account_id": row.account_id, "shared": row.shared}


# Moves ---------------------------------------------------------------------------------------------------------------


@transaction.atomic
def move_stage(
    *, actor: User, now: Now, relationship: Relationship, to: str, why: str = "", seen: str = ""
) -> Done[StageChange]:
    """Move it to another stage, today. Up to the next one and only once its criteria are met or waived; down always.

    Down needs a reason. What the criteria were found to be, with the rows that showed it, is kept with the move.
    ``seen`` is the stage that the person had in view, if that is known. Raises ``ValidationError`` where it may not be.
    """
    row = lock(relationship.pk)
    must_go_on(row)
    if meanwhile := moved_meanwhile(row, seen, actor, now):
        raise ValidationError(meanwhile, code=stage_words.MEANWHILE)
    if to == row.stage:
        raise ValidationError({"to": _("It is in this stage already.")})
    known = records.read([row])[row.pk]
    today = row.today(now)
    up = stages.is_up(row.stage, to)
    outlook = stages.judge(known.record, Stage(to if up else row.stage), today, known.waived)
    if up:
        _must_be_shown(row, to, outlook)
        why = why.strip() or stage_words.all_met(outlook)
    elif not why.strip():
        raise ValidationError({"why": _("Say why, so that the next one who reads it understands.")})
    told = stage_words.tell([outlook], row)
    change = StageChange(
        **_about(row),
        from_stage=row.stage,
        to_stage=to,
        changed_on=max(today, known.since(row)),
        why=why.strip(),
        days_in_former=max(0, (today - known.since(row)).days),
        criteria=stage_words.kept(stage_words.lines(outlook, known.record, known.waivers, told, today)),
        made_by=actor,
        made_at=now.moment(row.zone),
    )
    change.full_clean()
    change.save()
    _put(row, to, now)
    said = _("%(partner)s: %(move)s") % {"partner": row, "move": stage_words.heading(change.from_stage, to)}
    return Done(change, _step_of_move(change, row, actor=actor, now=now, said=said, verb=undo_move))


def moved_meanwhile(row: Relationship, seen: str, reader: User, now: Now) -> str:
    """Who moved it, to what and when, for somebody who saw it in another stage; empty where nobody did."""
    if not seen or seen == row.stage:
        return ""
    last = row.stage_changes.select_related("made_by").order_by("-changed_on", "-id").first()
    return stage_words.who_moved(row, last, reader, now)


def _must_be_shown(row: Relationship, to: str, outlook: Outlook) -> None:
    if stages.following(row.stage) != to:
        raise ValidationError({"to": _("One stage after the other: the criteria of the one between come first.")})
    open_ones = sum(not one.settled for one in outlook.findings)
    if open_ones:
        raise ValidationError(
            ngettext(
                "One criterion is neither met nor waived. See to it, or waive it openly with a reason and a last day.",
                "%(count)d criteria are neither met nor waived. See to them, or waive them openly with a reason and "
                "a last day.",
                open_ones,
            )
            % {"count": open_ones}
        )


def _put(row: Relationship, stage: str, now: Now) -> None:
    row.stage = stage
    row.save(update_fields=["stage"])
    judge_stages([row.pk], now=now)


def _step_of_move(change: StageChange, row: Relationship, *, actor: User, now: Now, said: str, verb: Any) -> Any:
    arguments: dict[str, Any] = {"change_id": change.pk} if verb is undo_move else {"values": values_of(change)}
    return record(
        actor=actor,
        now=now,
        said=said,
        verb=verb,
        arguments=arguments,
        watch=[(Relationship, row.pk), (StageChange, change.pk)],
    )


@inverse
@transaction.atomic
def undo_move(*, actor: User, now: Now, change_id: int) -> Done[StageChange]:
    """As if it had not been moved; only the last move, for the others have been built upon."""
    found = StageChange.objects.filter(relationship__in=Relationship.objects.changeable_by(actor)).get(pk=change_id)
    row = lock(theirs(actor, found.relationship_id).pk)
    if row.stage_changes.order_by("-changed_on", "-id").values_list("pk", flat=True).first() != change_id:
        raise ValidationError(_("It has been moved again since. Take that back first."))
    values, former = values_of(found), found.from_stage
    found.delete()
    found.pk = change_id
    _put(row, former, now)
    said = _("%(partner)s is a %(stage)s again") % {"partner": row, "stage": stage_words.name(former)}
    step = record(
        actor=actor,
        now=now,
        said=said,
        verb=restore_move,
        arguments={"values": values},
        watch=[(Relationship, row.pk), (StageChange, change_id)],
    )
    return Done(found, step)


@inverse
@transaction.atomic
def restore_move(*, actor: User, now: Now, values: dict[str, Any]) -> Done[StageChange]:
    row = lock(theirs(actor, values["relationship_id"]).pk)
    if row.stage != values["from_stage"]:
        raise ValidationError(_("It has been moved again since. Take that back first."))
    change = row_from(StageChange, values)
    _put(row, change.to_stage, now)
    said = _("%(partner)s: %(move)s") % {
        "partner": row,
        "move": stage_words.heading(change.from_stage, change.to_stage),
    }
    return Done(change, _step_of_move(change, row, actor=actor, now=now, said=said, verb=undo_move))


def declare(rows: Iterable[Relationship], *, actor: User | None, now: Now, why: str = "") -> list[StageChange]:
    """Take the stages of relationships just made over as they are; their evidence is due in six months.

    One statement for any number; contacts have nothing to show. Whoever calls it judges the stages afterwards.
    """
    return StageChange.objects.bulk_create(
        StageChange(
            **_about(row),
            from_stage=Stage.CONTACT.value,
            to_stage=row.stage,
            changed_on=row.today(now),
            why=why,
            declared=True,
            evidence_due_on=stages.due_after(row.today(now)),
            days_in_former=0,
            made_by=actor,
            made_at=now.moment(row.zone),
        )
        for row in rows
        if row.stage != Stage.CONTACT
    )


# Waivers -------------------------------------------------------------------------------------------------------------


def _said_of_waiver(row: Waiver) -> dict[str, Any]:
    relationship = row.relationship
    return {
        "partner": relationship,
        "criterion": stage_words.plain_title(stages.Criterion(row.criterion)),
        "day": date_format(row.until_on, "j F Y"),
    }


@transaction.atomic
def waive(
    *, actor: User, now: Now, relationship: Relationship, criterion: str, why: str, until_on: date
) -> Done[Waiver]:
    """A criterion need not be met from today until a day, for a reason that everybody can read; a year at most."""
    row = lock(relationship.pk)
    must_go_on(row)
    today = row.today(now)
    if until_on < today:
        raise ValidationError({"until_on": _("This day is over. Choose today or a later one.")})
    if until_on - today > stages.LONGEST_WAIVER:
        raise ValidationError({"until_on": _("A year at most; it can be waived again.")})
    running = row.waivers.filter(criterion=criterion, from_on__lte=today, until_on__gte=today).first()
    if running is not None:
        day = date_format(running.until_on, "j F Y")
        raise ValidationError({"criterion": _("It is waived until %(day)s already. End that first.") % {"day": day}})
    made = Waiver(
        **_about(row),
        criterion=criterion,
        why=why.strip(),
        from_on=today,
        until_on=until_on,
        granted_by=actor,
        granted_at=now.moment(row.zone),
    )
    made.full_clean()
    made.save()
    judge_stages([row.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: waived until %(day)s – %(criterion)s") % _said_of_waiver(made),
        verb=remove_waiver,
        arguments={"waiver_id": made.pk},
        watch=[(Waiver, made.pk)],
    )
    return Done(made, step)


def _waiver(actor: User, waiver_id: int) -> Waiver:
    rows = Waiver.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    return rows.select_related("relationship__account").get(pk=waiver_id)


@transaction.atomic
def end_waiver(*, actor: User, now: Now, waiver_id: int) -> Done[Waiver]:
    """It counts no more from today on; one given today goes altogether. Over already raises ``ValidationError``."""
    row = _waiver(actor, waiver_id)
    must_go_on(row.relationship)
    today = row.relationship.today(now)
    if row.until_on < today:
        raise ValidationError(_("It has ended already."))
    if row.from_on >= today:
        return remove_waiver(actor=actor, now=now, waiver_id=waiver_id)
    return _move_end(row, today - stages.DAY, actor=actor, now=now)


@inverse
@transaction.atomic
def set_waiver_end(*, actor: User, now: Now, waiver_id: int, until_on: str) -> Done[Waiver]:
    """The former last day again; ``until_on`` as an ISO date, for it is kept in a step."""
    return _move_end(_waiver(actor, waiver_id), date.fromisoformat(until_on), actor=actor, now=now)


def _move_end(row: Waiver, until_on: date, *, actor: User, now: Now) -> Done[Waiver]:
    former, row.until_on = row.until_on, until_on
    row.save(update_fields=["until_on"])
    judge_stages([row.relationship_id], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: waived until %(day)s – %(criterion)s") % _said_of_waiver(row),
        verb=set_waiver_end,
        arguments={"waiver_id": row.pk, "until_on": former.isoformat()},
        watch=[(Waiver, row.pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def remove_waiver(*, actor: User, now: Now, waiver_id: int) -> Done[Waiver]:
    """As if it had not been given."""
    row = _waiver(actor, waiver_id)
    values = values_of(row)
    row.delete()
    row.pk = waiver_id
    judge_stages([row.relationship_id], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: no longer waived – %(criterion)s") % _said_of_waiver(row),
        verb=restore_waiver,
        arguments={"values": values},
        watch=[(Waiver, waiver_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_waiver(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Waiver]:
    theirs(actor, values["relationship_id"])
    row = row_from(Waiver, values)
    judge_stages([row.relationship_id], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: waived until %(day)s – %(criterion)s") % _said_of_waiver(row),
        verb=remove_waiver,
        arguments={"waiver_id": row.pk},
        watch=[(Waiver, row.pk)],
    )
    return Done(row, step)


# What was agreed to do together --------------------------------------------------------------------------------------


def _follow_scope(row: Scope) -> None:
    source = ledger.Source(SCOPE, row.pk, row.relationship_id, row.account_id)
    ledger.write({source: [evidence.row(Kind.SCOPE_AGREED, "both", row.agreed_on)]})


@transaction.atomic
def agree_scope(
    *,
    actor: User,
    now: Now,
    relationship: Relationship,
    what: str,
    agreed_on: date | None = None,
    agreed_with: Contact | None = None,
) -> Done[Scope]:
    """Write down what both sides agreed to do together; the first one lets a contact become a customer."""
    row = lock(relationship.pk)
    must_go_on(row)
    today = row.today(now)
    agreed_on = agreed_on or today
    if agreed_on > today:
        raise ValidationError({"agreed_on": _("This day is still to come.")})
    made = Scope(
        **_about(row),
        what=what.strip(),
        agreed_on=agreed_on,
        agreed_with=agreed_with,
        written_by=actor,
        written_at=now.moment(row.zone),
    )
    made.full_clean()
    made.save()
    return _agreed(made, row, actor=actor, now=now)


def _agreed(made: Scope, row: Relationship, *, actor: User, now: Now) -> Done[Scope]:
    _follow_scope(made)
    judge_stages([row.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: agreed – %(what)s") % {"partner": row, "what": made.what},
        verb=remove_scope,
        arguments={"scope_id": made.pk},
        watch=[(Scope, made.pk)],
    )
    return Done(made, step)


@inverse
@transaction.atomic
def remove_scope(*, actor: User, now: Now, scope_id: int) -> Done[Scope]:
    """As if it had not been agreed; its evidence goes."""
    rows = Scope.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    row = rows.select_related("relationship__account").get(pk=scope_id)
    values = values_of(row)
    ledger.forget(SCOPE, [scope_id])
    row.delete()
    row.pk = scope_id
    judge_stages([row.relationship_id], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: no longer agreed – %(what)s") % {"partner": row.relationship, "what": row.what},
        verb=restore_scope,
        arguments={"values": values},
        watch=[(Scope, scope_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_scope(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Scope]:
    relationship = theirs(actor, values["relationship_id"])
    if not Contact.objects.filter(pk=values["agreed_with_id"]).exists():
        # The person was erased meanwhile; it was agreed all the same.
        values = {**values, "agreed_with_id": None}
    return _agreed(row_from(Scope, values), relationship, actor=actor, now=now)


# Where it shall go, and by which steps -------------------------------------------------------------------------------


@transaction.atomic
def aim(*, actor: User, now: Now, relationship: Relationship, stage: str, on: date | None = None) -> Done[Relationship]:
    """The stage that somebody tries to reach, and by when; an empty one is none."""
    row = lock(relationship.pk)
    must_go_on(row)
    if stage and not stages.is_up(row.stage, stage):
        raise ValidationError({"stage": _("It is there already. Aim for a later stage.")})
    if stage and on is not None and on < row.today(now):
        raise ValidationError({"on": _("This day is over. Choose today or a later one.")})
    return _set_target(row, stage, on if stage else None, actor=actor, now=now)


@inverse
@transaction.atomic
def set_target(*, actor: User, now: Now, relationship_id: int, stage: str, on: str | None) -> Done[Relationship]:
    row = lock(theirs(actor, relationship_id).pk)
    return _set_target(row, stage, date.fromisoformat(on) if on else None, actor=actor, now=now)


def _set_target(row: Relationship, stage: str, on: date | None, *, actor: User, now: Now) -> Done[Relationship]:
    before = {"stage": row.target_stage, "on": plain(row.target_on)}
    row.target_stage, row.target_on = stage, on
    row.save(update_fields=["target_stage", "target_on"])
    values = {"partner": row, "stage": stage_words.name(stage) if stage else "", "day": ""}
    if on:
        values["day"] = date_format(on, "j F Y")
    said = _("%(partner)s: no target any more")
    if stage:
        said = _("%(partner)s: to be a %(stage)s by %(day)s") if on else _("%(partner)s: to be a %(stage)s")
    step = record(
        actor=actor,
        now=now,
        said=said % values,
        verb=set_target,
        arguments={"relationship_id": row.pk, **before},
        watch=[(Relationship, row.pk)],
    )
    return Done(row, step)


@transaction.atomic
def add_plan_step(
    *,
    actor: User,
    now: Now,
    relationship: Relationship,
    what: str,
    criterion: str = "",
    keeper: User | None = None,
    due_on: date | None = None,
) -> Done[PlanStep]:
    """A step towards the target; ``criterion`` names the one that it serves. Nobody named: the owner sees to it."""
    row = lock(relationship.pk)
    must_go_on(row)
    made = PlanStep(
        **_about(row),
        what=what.strip(),
        criterion=criterion,
        keeper=keeper,
        due_on=due_on,
        written_by=actor,
        written_at=now.moment(row.zone),
    )
    made.full_clean()
    made.save()
    said = _("Step planned: %(what)s") % {"what": made.what}
    return Done(made, _taken_away_by(remove_plan_step, made, actor=actor, now=now, said=said))


def _taken_away_by(verb: Any, row: PlanStep, *, actor: User, now: Now, said: str, **arguments: Any) -> Any:
    return record(
        actor=actor,
        now=now,
        said=said,
        verb=verb,
        arguments={"step_id": row.pk, **arguments},
        watch=[(PlanStep, row.pk)],
    )


def _plan_step(actor: User, step_id: int) -> PlanStep:
    rows = PlanStep.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    return rows.select_related("relationship__account").get(pk=step_id)


@transaction.atomic
def change_plan_step(*, actor: User, now: Now, step: PlanStep, values: dict[str, Any]) -> Done[PlanStep]:
    """Set fields of ``EDITABLE_PLAN``."""
    row = _plan_step(actor, step.pk)
    must_go_on(row.relationship)
    return _change_plan_step(row, values, actor=actor, now=now)


def _change_plan_step(row: PlanStep, values: dict[str, Any], *, actor: User, now: Now) -> Done[PlanStep]:
    unknown = set(values) - set(EDITABLE_PLAN)
    assert not unknown, unknown
    columns = {field: row._meta.get_field(field).attname for field in values}  # type: ignore[union-attr]
    before = {field: plain(getattr(row, column)) for field, column in columns.items()}
    for field, value in values.items():
        setattr(row, field, value)
    row.full_clean()
    row.save(update_fields=list(values))
    said = _("Step changed: %(what)s") % {"what": row.what}
    return Done(row, _taken_away_by(set_plan_step, row, actor=actor, now=now, said=said, values=before))


@inverse
@transaction.atomic
def set_plan_step(*, actor: User, now: Now, step_id: int, values: dict[str, Any]) -> Done[PlanStep]:
    row = _plan_step(actor, step_id)
    ready = dict(values)
    if "keeper" in ready:
        ready["keeper"] = User.objects.filter(pk=ready["keeper"]).first()
    if ready.get("due_on"):
        ready["due_on"] = date.fromisoformat(ready["due_on"])
    return _change_plan_step(row, ready, actor=actor, now=now)


@transaction.atomic
def finish_plan_step(*, actor: User, now: Now, step: PlanStep) -> Done[PlanStep]:
    """Done, today."""
    row = _plan_step(actor, step.pk)
    must_go_on(row.relationship)
    if row.done_on is not None:
        raise ValidationError(_("It is done already."))
    return _set_done(row, row.relationship.today(now), actor=actor, now=now)


@inverse
@transaction.atomic
def set_plan_step_done(*, actor: User, now: Now, step_id: int, done_on: str | None) -> Done[PlanStep]:
    """Open again, or done on a day (an ISO date, for it is kept in a step)."""
    row = _plan_step(actor, step_id)
    return _set_done(row, date.fromisoformat(done_on) if done_on else None, actor=actor, now=now)


def _set_done(row: PlanStep, done_on: date | None, *, actor: User, now: Now) -> Done[PlanStep]:
    before, row.done_on = plain(row.done_on), done_on
    row.save(update_fields=["done_on"])
    said = (_("Step done: %(what)s") if done_on else _("Step open again: %(what)s")) % {"what": row.what}
    return Done(row, _taken_away_by(set_plan_step_done, row, actor=actor, now=now, said=said, done_on=before))


@inverse
@transaction.atomic
def remove_plan_step(*, actor: User, now: Now, step_id: int) -> Done[PlanStep]:
    row = _plan_step(actor, step_id)
    values = values_of(row)
    row.delete()
    row.pk = step_id
    step = record(
        actor=actor,
        now=now,
        said=_("Step removed: %(what)s") % {"what": row.what},
        verb=restore_plan_step,
        arguments={"values": values},
        watch=[(PlanStep, step_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_plan_step(*, actor: User, now: Now, values: dict[str, Any]) -> Done[PlanStep]:
    theirs(actor, values["relationship_id"])
    if not User.objects.filter(pk=values["keeper_id"]).exists():
        values = {**values, "keeper_id": None}
    row = row_from(PlanStep, values)
    said = _("Step planned: %(what)s") % {"what": row.what}
    return Done(row, _taken_away_by(remove_plan_step, row, actor=actor, now=now, said=said))
