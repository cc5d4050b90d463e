"""Promises of either side: made, given a new day, kept, missed, explained; and each of it taken back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import Contact, User
from accounts.rows import plain, row_from, values_of
from accounts.undo import Done, gather, inverse, record
from relationships import evidence, ledger, promises
from relationships.actions.dates import lock, theirs
from relationships.actions.judging import judge_stages
from relationships.models import (
    Comment,
    Commitment,
    Feedback,
    Fulfilment,
    Interaction,
    Miss,
    Relationship,
    Renegotiation,
)
from web import dates
from web.clock import Now

# What may be corrected. The day is not among them: a new one is agreed, and that is a row of its own.
EDITABLE_PROMISE = ["what", "remedy", "side", "colleague", "contact", "keeper"]
CHILDREN: list[type[Renegotiation] | type[Fulfilment] | type[Miss]] = [Renegotiation, Fulfilment, Miss]


# What follows from the rows ------------------------------------------------------------------------------------------


def judge(ids: Collection[int], *, now: Now, new: bool = False) -> None:
    """Bring the derived fields and the evidence of these promises in line with their rows; locks them first.

    What ``new`` ones say for the stage is judged by the next sweep.
    """
    rows = list(
        Commitment.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=ids)
        .select_related("relationship")
        .order_by("pk")
    )
    moves: dict[int, list[promises.Move]] = {row.pk: [] for row in rows}
    for move in Renegotiation.objects.filter(commitment__in=ids).order_by("agreed_on", "id"):
        moves[move.commitment_id].append(promises.Move(move.agreed_on, move.new_due_on))
    kept = dict(Fulfilment.objects.filter(commitment__in=ids).values_list("commitment_id", "kept_on"))
    missed = {miss.commitment_id: miss for miss in Miss.objects.filter(commitment__in=ids)}
    wanted = {}
    for row in rows:
        miss = missed.get(row.pk)
        record_of = promises.Record(
            due_on=row.due_on,
            moves=moves[row.pk],
            kept_on=kept.get(row.pk),
            missed_on=miss.missed_on if miss else None,
            explained_on=miss.explained_on if miss else None,
        )
        today = row.relationship.today(now)
        verdict = promises.judge(record_of, today)
        row.binding_on, row.moved = verdict.binding_on, bool(moves[row.pk])
        row.late_on, row.ended_on, row.outcome = verdict.late_on, verdict.ended_on, verdict.outcome
        source = ledger.Source(ledger.COMMITMENT, row.pk, row.relationship_id, row.account_id)
        wanted[source] = [
            evidence.row(mark.kind, row.side, mark.day) for mark in promises.evidence_of(record_of, today)
        ]
    Commitment.objects.bulk_update(rows, ["binding_on", "moved", "late_on", "ended_on", "outcome"])
    ledger.write(wanted)
    judge_stages({row.relationship_id for row in rows}, now=now, later=new)


def _lock(commitment_id: int, actor: User) -> Commitment:
    """The promise, locked, if the actor may change it; raises ``Commitment.DoesNotExist`` otherwise."""
    mine = Commitment.objects.changeable_by(actor)
    # The relationship before what hangs on it, in every verb, so that none wait in a ring.
    lock(mine.values_list("relationship", flat=True).get(pk=commitment_id))
    rows = mine.select_for_update(no_key=True, of=("self",))
    return rows.select_related("relationship__account").get(pk=commitment_id)


def _must_be_open(row: Commitment) -> None:
    if row.ended_on is not None:
        raise ValidationError(_("This promise has come to its end already; take that back first."))


def _today(row: Commitment, now: Now) -> date:
    """The day of the relationship's zone; that of the promise where it was noted from a zone further on."""
    return max(row.relationship.today(now), row.made_on)


def _not_in_the_future(field: str, day: date, relationship: Relationship, actor: User, now: Now) -> None:
    if day > max(relationship.today(now), now.today(actor.zone)):
        raise ValidationError({field: _("This day is still to come.")})


def _not_to_come(field: str, day: date, row: Commitment, actor: User, now: Now) -> None:
    _not_in_the_future(field, day, row.relationship, actor, now)
    if day < row.made_on:
        raise ValidationError({field: _("This is before the promise was made.")})


# Made, corrected, removed --------------------------------------------------------------------------------------------


@transaction.atomic
def make_promise(
    *,
    actor: User,
    now: Now,
    relationship: Relationship,
    side: str,
    what: str,
    due_on: date,
    colleague: User | None = None,
    contact: Contact | None = None,
    keeper: User | None = None,
    remedy: str = "",
    made_on: date | None = None,
    interaction: Interaction | None = None,
    follows: Commitment | None = None,
    feedback: Feedback | None = None,
) -> Done[Commitment]:
    """Write down what one side promised the other by a day. Nobody named sees to it: the owner does.

    ``made_on`` is a local date of the relationship's zone (or the actor's where that is further on), today unless
    said otherwise; a later one raises ``ValidationError``.
    """
    made_on = made_on or relationship.today(now)
    _not_in_the_future("made_on", made_on, relationship, actor, now)
    row = Commitment(
        relationship=relationship,
        account_id=relationship.account_id,
        side=side,
        what=what.strip(),
        due_on=due_on,
        binding_on=due_on,
        colleague=colleague,
        contact=contact,
        keeper=keeper or colleague or relationship.owner,
        remedy=remedy.strip(),
        made_on=made_on,
        interaction=interaction,
        follows=follows,
        feedback=feedback,
        written_by=actor,
        written_at=now.moment(relationship.zone),
    )
    row.full_clean()
    row.save()
    judge([row.pk], now=now, new=True)
    row.refresh_from_db()
    said = _("Promise of ours noted") if row.side == Commitment.Side.OURS else _("Promise of theirs noted")
    step = record(
        actor=actor,
        now=now,
        said=f"{said}: {row.what}",
        verb=unmake_promise,
        arguments={"commitment_id": row.pk},
        watch=[(Commitment, row.pk)],
    )
    return Done(row, step)


@transaction.atomic
def change_promise(*, actor: User, now: Now, commitment: Commitment, values: dict[str, Any]) -> Done[Commitment]:
    """Correct fields of ``EDITABLE_PROMISE``; a promise of the other side speaks about the other side."""
    unknown = set(values) - set(EDITABLE_PROMISE)
    assert not unknown, unknown
    row = _lock(commitment.pk, actor)
    columns = {field: row._meta.get_field(field).attname for field in values}  # type: ignore[union-attr]
    before = {field: plain(getattr(row, column)) for field, column in columns.items()}
    for field, value in values.items():
        setattr(row, field, value)
    row.full_clean()
    row.save(update_fields=list(values))
    judge([row.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("Promise changed: %(what)s") % {"what": row.what},
        verb=set_promise,
        arguments={"commitment_id": row.pk, "values": before},
        watch=[(Commitment, row.pk)],
    )
    return Done(row, step)


@inverse
def set_promise(*, actor: User, now: Now, commitment_id: int, values: dict[str, Any]) -> Done[Commitment]:
    row = Commitment.objects.changeable_by(actor).get(pk=commitment_id)
    models_of = {"colleague": User, "keeper": User, "contact": Contact}
    ready = {
        name: models_of[name]._base_manager.filter(pk=value).first() if name in models_of else value
        for name, value in values.items()
    }
    return change_promise(actor=actor, now=now, commitment=row, values=ready)


def _children_of(row: Commitment) -> list[tuple[type[models.Model], models.Model]]:
    return [(model, child) for model in CHILDREN for child in model._base_manager.filter(commitment=row).order_by("pk")]


@inverse
@transaction.atomic
def unmake_promise(*, actor: User, now: Now, commitment_id: int) -> Done[Commitment]:
    """Take back that it was made; not once something has happened to it, which may be a colleague's deed."""
    row = _lock(commitment_id, actor)
    if _children_of(row):
        raise ValidationError(
            _("Something has happened to “%(what)s” since. Take that back first, or remove the promise.")
            % {"what": row.what}
        )
    return remove_promise(actor=actor, now=now, commitment_id=commitment_id)


@inverse
@transaction.atomic
def remove_promise(*, actor: User, now: Now, commitment_id: int) -> Done[Commitment]:
    """Remove it with all that happened to it, and its evidence."""
    row = _lock(commitment_id, actor)
    children = _children_of(row)
    watch: list[tuple[type[models.Model], int]] = [(Commitment, row.pk)]
    watch += [(model, child.pk) for model, child in children]
    # What points here is let go of, and taken up again when the promise comes back: changed both times.
    watch += [(Comment, one.pk) for one in row.comments.all()] + [(Commitment, one.pk) for one in row.followed_by.all()]
    kept = [[model._meta.label_lower, values_of(child)] for model, child in children]
    values = {
        **values_of(row),
        "comments": sorted(row.comments.values_list("pk", flat=True)),
        "followed_by": sorted(row.followed_by.values_list("pk", flat=True)),
    }
    ledger.forget(ledger.COMMITMENT, [row.pk])
    row.delete()
    judge_stages([row.relationship_id], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("Promise removed: %(what)s") % {"what": row.what},
        verb=restore_promise,
        arguments={"values": values, "children": kept},
        watch=watch,
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_promise(
    *, actor: User, now: Now, values: dict[str, Any], children: list[tuple[str, dict[str, Any]]]
) -> Done[Commitment]:
    relationship = theirs(actor, values["relationship_id"])
    row = row_from(Commitment, _without_who_is_gone(values))
    by_label = {model._meta.label_lower: model for model in CHILDREN}
    said = relationship.comments.filter(pk__in=values.get("comments", ()), commitment=None)
    after = relationship.commitments.filter(pk__in=values.get("followed_by", ()), follows=None)
    watch: list[tuple[type[models.Model], int]] = [(Commitment, row.pk), *((Comment, one.pk) for one in said)]
    watch += [(Commitment, one.pk) for one in after]
    said.update(commitment=row)
    after.update(follows=row)
    back = [row_from(by_label[label], _without_who_is_gone(child)) for label, child in children]
    judge([row.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("Promise is back: %(what)s") % {"what": row.what},
        verb=remove_promise,
        arguments={"commitment_id": row.pk},
        watch=[*watch, *((type(child), child.pk) for child in back)],
    )
    return Done(row, step)


def _without_who_is_gone(values: dict[str, Any]) -> dict[str, Any]:
    """Somebody or something that was named may have been removed meanwhile; the row comes back without."""
    named: list[tuple[str, type[models.Model]]] = [
        ("colleague_id", User), ("keeper_id", User), ("written_by_id", User), ("contact_id", Contact),
        ("interaction_id", Interaction), ("follows_id", Commitment), ("feedback_id", Feedback),
    ]  # fmt: skip
    gone = {
        column
        for column, model in named
        if values.get(column) is not None and not model._base_manager.filter(pk=values[column]).exists()
    }
    return {name: None if name in gone else value for name, value in values.items()}


# What happens to it --------------------------------------------------------------------------------------------------


def _happened(
    row: Commitment, child: Renegotiation | Fulfilment | Miss, *, actor: User, now: Now, said: str
) -> Done[Commitment]:
    """Keep the row that says what happened, and the step that removes it."""
    child.full_clean()
    child.save()
    judge([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=said,
        verb=withdraw_from_promise,
        arguments={"model": child._meta.label_lower, "pk": child.pk},
        watch=[(type(child), child.pk)],
    )
    return Done(row, step)


def _about(row: Commitment, actor: User, now: Now) -> dict[str, Any]:
    return {
        "commitment": row,
        "account_id": row.account_id,
        "shared": row.shared,
        "written_by": actor,
        "written_at": now.moment(row.relationship.zone),
    }


@transaction.atomic
def renegotiate(
    *,
    actor: User,
    now: Now,
    commitment: Commitment,
    new_due_on: date,
    agreed_on: date | None = None,
    reason: str = "",
) -> Done[Commitment]:
    """Agree a new day. Neutral while the day that counts is not over; after it the promise stays late."""
    row = _lock(commitment.pk, actor)
    _must_be_open(row)
    agreed_on = agreed_on or _today(row, now)
    _not_to_come("agreed_on", agreed_on, row, actor, now)
    last = row.renegotiations.order_by("-agreed_on").values_list("agreed_on", flat=True).first()
    if last is not None and agreed_on < last:
        raise ValidationError({"agreed_on": _("A later day has been agreed since then.")})
    if new_due_on == row.binding_on:
        raise ValidationError({"new_due_on": _("This is the day that counts already.")})
    if new_due_on < agreed_on:
        raise ValidationError({"new_due_on": _("The new day lies before the one on which it was agreed.")})
    child = Renegotiation(agreed_on=agreed_on, new_due_on=new_due_on, reason=reason.strip(), **_about(row, actor, now))
    day = dates.said(new_due_on, row.relationship.today(now))
    return _happened(
        row, child, actor=actor, now=now, said=_("New day %(day)s: %(what)s") % {"day": day, "what": row.what}
    )


@transaction.atomic
def keep_promise(
    *, actor: User, now: Now, commitment: Commitment, kept_on: date | None = None, note: str = ""
) -> Done[Commitment]:
    """It was done, on a day; *kept late* where the day that counted was over."""
    row = _lock(commitment.pk, actor)
    _must_be_open(row)
    kept_on = kept_on or _today(row, now)
    _not_to_come("kept_on", kept_on, row, actor, now)
    child = Fulfilment(kept_on=kept_on, note=note.strip(), **_about(row, actor, now))
    return _happened(row, child, actor=actor, now=now, said=_("Kept: %(what)s") % {"what": row.what})


@transaction.atomic
def miss_promise(
    *,
    actor: User,
    now: Now,
    commitment: Commitment,
    missed_on: date | None = None,
    explanation: str = "",
    plan: str = "",
    new_due_on: date | None = None,
) -> Done[Commitment]:
    """It will not be kept. Explained with a new plan it is *owned*, if that comes within 7 days of its day.

    With ``new_due_on`` the plan becomes a promise of its own, which follows this one.
    """
    row = _lock(commitment.pk, actor)
    _must_be_open(row)
    today = _today(row, now)
    missed_on = missed_on or today
    _not_to_come("missed_on", missed_on, row, actor, now)
    explanation, plan = explanation.strip(), plan.strip()
    if new_due_on is not None and not plan:
        raise ValidationError({"plan": _("Say what is promised instead.")})
    if new_due_on is not None and new_due_on < today:
        raise ValidationError({"new_due_on": _("The new day is over already.")})
    child = Miss(
        missed_on=missed_on,
        explanation=explanation,
        plan=plan,
        explained_on=today if explanation and plan else None,
        **_about(row, actor, now),
    )
    done = _happened(row, child, actor=actor, now=now, said=_("Missed: %(what)s") % {"what": row.what})
    return _with_new_plan(done, child, actor=actor, now=now, new_due_on=new_due_on)


@transaction.atomic
def explain_miss(
    *,
    actor: User,
    now: Now,
    commitment: Commitment,
    explanation: str,
    plan: str,
    new_due_on: date | None = None,
) -> Done[Commitment]:
    """Say why a promise was missed and what the new plan is; owned while the week after its day is not over."""
    row = _lock(commitment.pk, actor)
    child = Miss.objects.select_for_update(no_key=True).filter(commitment=row).first()
    if child is None:
        raise ValidationError(_("This promise was not missed."))
    explained_on = child.explained_on or row.relationship.today(now)
    said = _("Explained: %(what)s") % {"what": row.what}
    done = _say_of_miss(row, child, explanation.strip(), plan.strip(), explained_on, actor=actor, now=now, said=said)
    return _with_new_plan(done, child, actor=actor, now=now, new_due_on=new_due_on)


def _say_of_miss(
    row: Commitment,
    child: Miss,
    explanation: str,
    plan: str,
    explained_on: date | None,
    *,
    actor: User,
    now: Now,
    said: str,
) -> Done[Commitment]:
    before = values_of(child)
    child.explanation, child.plan, child.explained_on = explanation, plan, explained_on
    child.full_clean()
    child.save()
    judge([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor, now=now, said=said, verb=set_miss, arguments={"values": before}, watch=[(Miss, child.pk)]
    )
    return Done(row, step)


def _with_new_plan(
    done: Done[Commitment], miss: Miss, *, actor: User, now: Now, new_due_on: date | None
) -> Done[Commitment]:
    """The plan as a promise by a day; taken back together with what was said of the miss."""
    if new_due_on is None:
        return done
    row = done.row
    new = make_promise(
        actor=actor,
        now=now,
        relationship=row.relationship,
        side=row.side,
        what=miss.plan,
        due_on=new_due_on,
        colleague=row.colleague,
        contact=row.contact,
        keeper=row.keeper,
        remedy=row.remedy,
        follows=row,
    )
    return Done(row, gather(actor=actor, now=now, said=done.step.said, steps=[done.step, new.step]))


@inverse
@transaction.atomic
def set_miss(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Commitment]:
    """What was said of a miss, as it was."""
    row = _lock(values["commitment_id"], actor)
    child = Miss.objects.select_for_update(no_key=True).get(commitment=row)
    explained_on = date.fromisoformat(values["explained_on"]) if values["explained_on"] else None
    said = _("Explanation changed: %(what)s") % {"what": row.what}
    return _say_of_miss(
        row, child, values["explanation"], values["plan"], explained_on, actor=actor, now=now, said=said
    )


@inverse
@transaction.atomic
def withdraw_from_promise(*, actor: User, now: Now, model: str, pk: int) -> Done[Commitment]:
    """Take back what happened to a promise: a new day, that it was kept, that it was missed."""
    kinds = {kind._meta.label_lower: kind for kind in CHILDREN}
    found = kinds[model]._base_manager.get(pk=pk)
    row = _lock(found.commitment_id, actor)
    values = values_of(found)
    found.delete()
    judge([row.pk], now=now)
    row.refresh_from_db()
    said = _("New day taken back: %(what)s") if model == Renegotiation._meta.label_lower else _("Open again: %(what)s")
    step = record(
        actor=actor,
        now=now,
        said=said % {"what": row.what},
        verb=restore_to_promise,
        arguments={"model": model, "values": values},
        watch=[(kinds[model], pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_to_promise(*, actor: User, now: Now, model: str, values: dict[str, Any]) -> Done[Commitment]:
    row = _lock(values["commitment_id"], actor)
    kinds = {kind._meta.label_lower: kind for kind in CHILDREN}
    if model != Renegotiation._meta.label_lower:
        _must_be_open(row)
    child = row_from(kinds[model], _without_who_is_gone(values))
    judge([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=_("As it was: %(what)s") % {"what": row.what},
        verb=withdraw_from_promise,
        arguments={"model": model, "pk": child.pk},
        watch=[(kinds[model], child.pk)],
    )
    return Done(row, step)
