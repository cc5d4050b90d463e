"""Feedback of either side: heard, answered, applied or declined, told back, grown; and each of it taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Contact, UndoStep, User
from accounts.rows import plain, row_from, values_of
from accounts.undo import Done, gather, inverse, record
from relationships import evidence, ledger
from relationships import feedback as rules
from relationships.actions.attachments import add_attachment
from relationships.actions.dates import lock, theirs
from relationships.actions.judging import judge_stages
from relationships.models import (
    Attachment,
    Commitment,
    Feedback,
    FeedbackStep,
    Heard,
    Interaction,
    ListeningPost,
    Problem,
    Relationship,
)
from relationships.words import clipped
from web import dates
from web.clock import Now

EDITABLE_FEEDBACK = [
    "said", "side", "nature", "hidden", "severity", "contact", "colleague", "voice_name", "behalf_of", "keeper", "post",
    "where", "heard_on", "unsaid", "told_to",
]  # fmt: skip
EDITABLE_STEP = ["done_on", "text", "url"]
_DERIVED = [
    "acknowledged_on", "answered_on", "ended_on", "outcome", "told_voice_on", "told_group_on", "ignored_on",
]  # fmt: skip
# What points to it and outlives it; when it comes back, they point to it again.
POINTING: dict[str, tuple[type[models.Model], str]] = {
    "commitments": (Commitment, "feedback"),
    "grew_from": (Feedback, "grew_into"),
    "heard": (Heard, "feedback"),
    "problems": (Problem, "feedback"),
}
_NAMED: list[tuple[str, type[models.Model]]] = [
    ("colleague_id", User), ("keeper_id", User), ("written_by_id", User), ("contact_id", Contact),
    ("told_to_id", Contact),
    ("interaction_id", Interaction), ("grew_into_id", Feedback), ("post_id", ListeningPost),
    ("attachment_id", Attachment),
]  # fmt: skip


# What follows from the rows ------------------------------------------------------------------------------------------


def settle(ids: Collection[int], *, now: Now) -> None:
    """Bring the derived fields and the evidence of these in line with their steps; locks them first."""
    rows = list(
        Feedback.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=ids)
        .select_related("relationship")
        .order_by("pk")
    )
    steps: dict[int, list[FeedbackStep]] = {row.pk: [] for row in rows}
    for step in FeedbackStep.objects.filter(feedback__in=ids):
        steps[step.feedback_id].append(step)
    wanted = {}
    for row in rows:
        record_of, today = row.record(steps[row.pk]), row.relationship.today(now)
        loop = rules.settle(record_of, today)
        for name in _DERIVED:
            setattr(row, name, getattr(loop, name))
        source = ledger.Source(ledger.FEEDBACK, row.pk, row.relationship_id, row.account_id)
        wanted[source] = [
            evidence.row(mark.kind, row.side if mark.of_giver else row.answering, mark.day)
            for mark in rules.evidence_of(record_of, today, hidden=row.hidden)
        ]
    Feedback.objects.bulk_update(rows, _DERIVED)
    ledger.write(wanted)
    judge_stages({row.relationship_id for row in rows}, now=now)


def _lock(feedback_id: int, actor: User) -> Feedback:
    """The feedback, locked, if the actor may change it; raises ``Feedback.DoesNotExist`` otherwise."""
    mine = Feedback.objects.changeable_by(actor)
    # The relationship before what hangs on it, in every verb, so that none wait in a ring.
    lock(mine.values_list("relationship", flat=True).get(pk=feedback_id))
    rows = mine.select_for_update(no_key=True, of=("self",))
    return rows.select_related("relationship__account", "relationship__owner").get(pk=feedback_id)


def _not_to_come(field: str, day: date, row: Feedback, actor: User, now: Now) -> None:
    if day > max(row.relationship.today(now), now.today(actor.zone)):
        raise ValidationError({field: _("This day is still to come.")})


def _of_its_side(row: Feedback) -> None:
    """The voice is of the side that gave it, a name only where it is nobody we know; only a complaint is severe."""
    if row.side == Feedback.Side.OURS:
        row.contact = None
    else:
        row.colleague, row.unsaid = None, False
    if row.unsaid or row.side == Feedback.Side.THEIRS:
        row.told_to = None
    if row.contact_id or row.colleague_id:
        row.voice_name = ""
    if row.nature != Feedback.Nature.COMPLAINT:
        row.severity = None


# Given, corrected, removed -------------------------------------------------------------------------------------------


@transaction.atomic
def give_feedback(
    *,
    actor: User,
    now: Now,
    relationship: Relationship,
    said: str,
    side: str = Feedback.Side.THEIRS,
    nature: str = Feedback.Nature.SUGGESTION,
    hidden: bool = False,
    unsaid: bool = False,
    severity: int | None = None,
    contact: Contact | None = None,
    colleague: User | None = None,
    voice_name: str = "",
    behalf_of: str = "",
    keeper: User | None = None,
    post: ListeningPost | None = None,
    where: str = "",
    heard_on: date | None = None,
    interaction: Interaction | None = None,
    grew_from: Feedback | None = None,
) -> Done[Feedback]:
    """Write down what one side said about the other. Nobody named sees to the answer: the owner does.

    ``heard_on`` is a local date of the relationship's zone (or the actor's where that is further on), today unless
    said otherwise; a later one raises ``ValidationError``. With ``grew_from`` that one grew into this.
    """
    row = Feedback(
        relationship=relationship,
        account_id=relationship.account_id,
        side=side,
        nature=nature,
        said=said.strip(),
        hidden=hidden,
        unsaid=unsaid,
        severity=severity,
        contact=contact,
        colleague=colleague,
        voice_name=voice_name.strip(),
        behalf_of=behalf_of.strip(),
        keeper=keeper or relationship.owner,
        post=post,
        where=where.strip(),
        heard_on=heard_on or relationship.today(now),
        interaction=interaction,
        written_by=actor,
        written_at=now.moment(relationship.zone),
    )
    _not_to_come("heard_on", row.heard_on, row, actor, now)
    _of_its_side(row)
    row.full_clean()
    row.save()
    settle([row.pk], now=now)
    row.refresh_from_db()
    step = _noted(row, actor, now)
    if grew_from is not None:
        grown = grow_feedback(actor=actor, now=now, feedback=grew_from, into=row)
        step = gather(actor=actor, now=now, said=step.said, steps=[step, grown.step])
    return Done(row, step)


def _noted(row: Feedback, actor: User, now: Now) -> UndoStep:
    ours = row.side == Feedback.Side.OURS
    return record(
        actor=actor,
        now=now,
        said=(_("Our feedback noted: %(said)s") if ours else _("Their feedback noted: %(said)s")) % {"said": row.said},
        verb=ungive_feedback,
        arguments={"feedback_id": row.pk},
        watch=[(Feedback, row.pk)],
    )


@transaction.atomic
def change_feedback(*, actor: User, now: Now, feedback: Feedback, values: dict[str, Any]) -> Done[Feedback]:
    """Correct fields of ``EDITABLE_FEEDBACK``; the day can't be after what was done about it."""
    return _change(actor=actor, now=now, feedback=feedback, values=values, said=_("Feedback changed: %(said)s"))


@transaction.atomic
def say_feedback(
    *, actor: User, now: Now, feedback: Feedback, told_on: date | None = None, told_to: Contact | None = None
) -> Done[Feedback]:
    """An idea of ours has been told to them: from that day it counts as given, and waits for their answer."""
    row = _lock(feedback.pk, actor)
    if not row.unsaid:
        day = date_format(row.heard_on, "j F Y")
        raise ValidationError(_("They have been told already, on %(day)s.") % {"day": day})
    values = {"unsaid": False, "heard_on": told_on or row.relationship.today(now), "told_to": told_to}
    return _change(actor=actor, now=now, feedback=row, values=values, said=_("Told them: %(said)s"))


def _change(*, actor: User, now: Now, feedback: Feedback, values: dict[str, Any], said: str) -> Done[Feedback]:
    unknown = set(values) - set(EDITABLE_FEEDBACK)
    assert not unknown, unknown
    row = _lock(feedback.pk, actor)
    before = {name: plain(getattr(row, _column(row, name))) for name in EDITABLE_FEEDBACK}
    for field, value in values.items():
        setattr(row, field, value.strip() if isinstance(value, str) else value)
    _of_its_side(row)
    _not_to_come("heard_on", row.heard_on, row, actor, now)
    steps = list(row.steps.all())
    first = min((step.done_on for step in steps), default=None)
    if first is not None and row.heard_on > first:
        raise ValidationError({"heard_on": _("Something was done about it before that day.")})
    if row.unsaid and steps:
        raise ValidationError(_("Something was done about it since they were told. Take that back first."))
    if not row.behalf_of and any(step.kind == FeedbackStep.Kind.TOLD_GROUP for step in steps):
        raise ValidationError({"behalf_of": _("The group has been told already; take that back first.")})
    row.full_clean()
    changed = [name for name in EDITABLE_FEEDBACK if plain(getattr(row, _column(row, name))) != before[name]]
    row.save(update_fields=changed)
    settle([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=said % {"said": row.said},
        verb=set_feedback,
        arguments={"feedback_id": row.pk, "values": {name: before[name] for name in changed}},
        watch=[(Feedback, row.pk)],
    )
    return Done(row, step)


def _column(row: models.Model, name: str) -> str:
    return str(row._meta.get_field(name).attname)  # type: ignore[union-attr]


@inverse
def set_feedback(*, actor: User, now: Now, feedback_id: int, values: dict[str, Any]) -> Done[Feedback]:
    row = Feedback.objects.changeable_by(actor).get(pk=feedback_id)
    return change_feedback(actor=actor, now=now, feedback=row, values=_ready(Feedback, values))


def _ready(model: type[models.Model], values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON has them, as the verb takes them; who or what is gone is nobody."""
    ready = {}
    for name, value in values.items():
        column: Any = model._meta.get_field(name)
        if column.is_relation:
            ready[name] = column.related_model._base_manager.filter(pk=value).first()
        else:
            ready[name] = column.to_python(value)
    return ready


@inverse
@transaction.atomic
def ungive_feedback(*, actor: User, now: Now, feedback_id: int) -> Done[Feedback]:
    """Take back that it was written down; not once something was done about it, which may be a colleague's deed."""
    row = _lock(feedback_id, actor)
    if row.steps.exists():
        raise ValidationError(
            _("Something was done about “%(said)s” since. Take that back first, or remove it.") % {"said": row.said}
        )
    return remove_feedback(actor=actor, now=now, feedback_id=feedback_id)


def _pointing(row: Feedback) -> dict[str, list[int]]:
    return {
        name: sorted(model._base_manager.filter(**{column: row.pk}).values_list("pk", flat=True))
        for name, (model, column) in POINTING.items()
    }


@inverse
@transaction.atomic
def remove_feedback(*, actor: User, now: Now, feedback_id: int) -> Done[Feedback]:
    """Remove it with all that was done about it, and its evidence."""
    row = _lock(feedback_id, actor)
    steps, pointing = list(row.steps.order_by("pk")), _pointing(row)
    watch: list[tuple[type[models.Model], int]] = [(Feedback, row.pk), *((FeedbackStep, one.pk) for one in steps)]
    # What points here is let go of, and taken up again when it comes back: changed both times.
    watch += [(POINTING[name][0], pk) for name, keys in pointing.items() for pk in keys]
    kept = [values_of(one) for one in steps]
    values = {**values_of(row), **pointing}
    ledger.forget(ledger.FEEDBACK, [row.pk])
    row.delete()
    judge_stages([row.relationship_id], now=now)
    row.pk = feedback_id
    step = record(
        actor=actor,
        now=now,
        said=_("Feedback removed: %(said)s") % {"said": row.said},
        verb=restore_feedback,
        arguments={"values": values, "taken": kept},
        watch=watch,
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_feedback(*, actor: User, now: Now, values: dict[str, Any], taken: list[dict[str, Any]]) -> Done[Feedback]:
    theirs(actor, values["relationship_id"])
    row = row_from(Feedback, _without_what_is_gone(values))
    back = [row_from(FeedbackStep, _without_what_is_gone(one)) for one in taken]
    watch: list[tuple[type[models.Model], int]] = [(Feedback, row.pk), *((FeedbackStep, one.pk) for one in back)]
    for name, (model, column) in POINTING.items():
        free = model._base_manager.filter(pk__in=values.get(name, ()), **{column: None})
        watch += [(model, pk) for pk in free.values_list("pk", flat=True)]
        free.update(**{column: row})
    settle([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=_("Feedback is back: %(said)s") % {"said": row.said},
        verb=remove_feedback,
        arguments={"feedback_id": row.pk},
        watch=watch,
    )
    return Done(row, step)


def _without_what_is_gone(values: dict[str, Any]) -> dict[str, Any]:
    """Somebody or something that was named may have been removed meanwhile; the row comes back without."""
    gone = {
        column
        for column, model in _NAMED
        if values.get(column) is not None and not model._base_manager.filter(pk=values[column]).exists()
    }
    return {name: None if name in gone else value for name, value in values.items()}


# What is done about it -----------------------------------------------------------------------------------------------


def acknowledge_feedback(*, actor: User, now: Now, feedback: Feedback, **more: Any) -> Done[Feedback]:
    """We have heard it; the answer comes."""
    return take_feedback_step(actor=actor, now=now, feedback=feedback, kind=FeedbackStep.Kind.ACKNOWLEDGED, **more)


def answer_feedback(*, actor: User, now: Now, feedback: Feedback, **more: Any) -> Done[Feedback]:
    """What was said to it; counts as acknowledging it too."""
    return take_feedback_step(actor=actor, now=now, feedback=feedback, kind=FeedbackStep.Kind.ANSWERED, **more)


def apply_feedback(*, actor: User, now: Now, feedback: Feedback, **more: Any) -> Done[Feedback]:
    """It was done, on a day; with a link to what was made, or a picture."""
    return take_feedback_step(actor=actor, now=now, feedback=feedback, kind=FeedbackStep.Kind.APPLIED, **more)


def decline_feedback(*, actor: User, now: Now, feedback: Feedback, **more: Any) -> Done[Feedback]:
    """It will not be done; the reason is needed."""
    return take_feedback_step(actor=actor, now=now, feedback=feedback, kind=FeedbackStep.Kind.DECLINED, **more)


def tell_voice(*, actor: User, now: Now, feedback: Feedback, **more: Any) -> Done[Feedback]:
    """Who said it knows what became of it."""
    return take_feedback_step(actor=actor, now=now, feedback=feedback, kind=FeedbackStep.Kind.TOLD_VOICE, **more)


def tell_group(*, actor: User, now: Now, feedback: Feedback, **more: Any) -> Done[Feedback]:
    """Those for whom they spoke know what became of it."""
    return take_feedback_step(actor=actor, now=now, feedback=feedback, kind=FeedbackStep.Kind.TOLD_GROUP, **more)


VERBS = {
    rules.Step.ACKNOWLEDGED: acknowledge_feedback,
    rules.Step.ANSWERED: answer_feedback,
    rules.Step.APPLIED: apply_feedback,
    rules.Step.DECLINED: decline_feedback,
    rules.Step.TOLD_VOICE: tell_voice,
    rules.Step.TOLD_GROUP: tell_group,
}


@transaction.atomic
def take_feedback_step(
    *,
    actor: User,
    now: Now,
    feedback: Feedback,
    kind: str,
    done_on: date | None = None,
    text: str = "",
    url: str = "",
    file: UploadedFile[Any] | None = None,
) -> Done[Feedback]:
    """One step of the loop, today unless said otherwise. ``ValidationError`` where it is not its turn."""
    row = _lock(feedback.pk, actor)
    steps = list(row.steps.select_related("written_by"))
    _must_be_its_turn(row, steps, kind, actor, now)
    child = FeedbackStep(
        feedback=row,
        account_id=row.account_id,
        shared=row.shared,
        kind=kind,
        done_on=done_on or max([row.relationship.today(now), row.heard_on, *(step.done_on for step in steps)]),
        text=text.strip(),
        url=url,
        written_by=actor,
        written_at=now.moment(row.relationship.zone),
    )
    _must_fit(row, steps, child, actor, now)
    added: list[UndoStep] = []
    if file is not None:
        picture = add_attachment(actor=actor, now=now, relationship=row.relationship, file=file)
        child.attachment = picture.row
        added.append(picture.step)
    child.full_clean()
    child.save()
    settle([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=_of_step(kind) % {"said": row.said},
        verb=withdraw_feedback_step,
        arguments={"step_id": child.pk},
        watch=[(FeedbackStep, child.pk)],
    )
    return Done(row, gather(actor=actor, now=now, said=step.said, steps=[*added, step]) if added else step)


def _of_step(kind: str) -> str:
    return {
        FeedbackStep.Kind.ACKNOWLEDGED: _("Acknowledged: %(said)s"),
        FeedbackStep.Kind.ANSWERED: _("Answered: %(said)s"),
        FeedbackStep.Kind.APPLIED: _("Applied: %(said)s"),
        FeedbackStep.Kind.DECLINED: _("Declined: %(said)s"),
        FeedbackStep.Kind.TOLD_VOICE: _("Told back: %(said)s"),
        FeedbackStep.Kind.TOLD_GROUP: _("Told the group: %(said)s"),
    }[FeedbackStep.Kind(kind)]


def taken_instead(steps: Iterable[FeedbackStep], kind: str) -> FeedbackStep | None:
    """The step that stands where this one would: the same, or the other end of the loop."""
    places = {kind, *rules.ENDS} if kind in rules.ENDS else {kind}
    return next((step for step in steps if step.kind in places), None)


def told_who(taken: FeedbackStep, actor: User, now: Now) -> str:
    """*Bob Brandt has noted this already, today at 14:02: answered on 3 March: “We build it.”*"""
    at = taken.written_at.astimezone(ZoneInfo(actor.zone))
    told = {
        "name": _("You") if taken.written_by_id == actor.pk else taken.written_by or _("Somebody"),
        "day": dates.on(at.date(), now.today(actor.zone)),
        "time": date_format(at, "H:i"),
        "what": FeedbackStep.Kind(taken.kind).label,
        "done": date_format(taken.done_on, "j F Y"),
    }
    said = _("%(name)s noted it %(day)s at %(time)s: %(what)s on %(done)s.") % told
    return f"{said} “{clipped(taken.text, 300)}”" if taken.text else said


def _must_be_its_turn(row: Feedback, steps: list[FeedbackStep], kind: str, actor: User, now: Now) -> None:
    record_of = row.record(steps)
    taken = taken_instead(steps, kind)
    if taken is not None:
        raise ValidationError(told_who(taken, actor, now))
    allowed = rules.may_follow(record_of)
    if kind in allowed:
        return
    if kind == rules.Step.ACKNOWLEDGED:
        raise ValidationError(_("The answer has acknowledged it already."))
    if kind == rules.Step.TOLD_GROUP and not row.behalf_of:
        raise ValidationError(_("Nobody spoke on behalf of a group here."))
    if row.unsaid:
        raise ValidationError(_("Tell them first."))
    if kind in rules.ENDS and record_of.grown and record_of.days.get(rules.Step.ANSWERED):
        raise ValidationError(_("It grew into another, which is decided instead."))
    if rules.Step.ANSWERED in allowed:
        raise ValidationError(_("Answer it first."))
    if rules.Step.APPLIED in allowed:
        raise ValidationError(_("Say first whether it was applied or declined."))
    raise ValidationError(_("This is not its turn: something else was done meanwhile. Look at it again."))


def _must_fit(row: Feedback, others: list[FeedbackStep], child: FeedbackStep, actor: User, now: Now) -> None:
    """The day lies between the steps before it and those after."""
    _not_to_come("done_on", child.done_on, row, actor, now)
    first, last = rules.bounds(row.record(others), rules.Step(child.kind))
    if child.done_on < first:
        day = date_format(first, "j F Y")
        raise ValidationError(
            {"done_on": _("This can't be before %(day)s, when what it follows was done.") % {"day": day}}
        )
    if last is not None and child.done_on > last:
        day = date_format(last, "j F Y")
        raise ValidationError(
            {"done_on": _("This can't be after %(day)s, when what follows it was done.") % {"day": day}}
        )


def _child(step_id: int, actor: User) -> tuple[Feedback, FeedbackStep]:
    """A step with its feedback, both locked, if the actor may change it."""
    found = FeedbackStep.objects.changeable_by(actor).get(pk=step_id)
    row = _lock(found.feedback_id, actor)
    return row, FeedbackStep.objects.select_for_update(no_key=True, of=("self",)).get(pk=step_id)


@transaction.atomic
def change_feedback_step(*, actor: User, now: Now, step: FeedbackStep, values: dict[str, Any]) -> Done[Feedback]:
    """Correct the day, the words or the link of a step: fields of ``EDITABLE_STEP``."""
    unknown = set(values) - set(EDITABLE_STEP)
    assert not unknown, unknown
    row, child = _child(step.pk, actor)
    before = {name: plain(getattr(child, name)) for name in values}
    for field, value in values.items():
        setattr(child, field, value.strip() if isinstance(value, str) else value)
    _must_fit(row, [one for one in row.steps.all() if one.pk != child.pk], child, actor, now)
    child.full_clean()
    child.save(update_fields=list(values))
    settle([row.pk], now=now)
    row.refresh_from_db()
    kept = record(
        actor=actor,
        now=now,
        said=_("Changed what was done about: %(said)s") % {"said": row.said},
        verb=set_feedback_step,
        arguments={"step_id": child.pk, "values": before},
        watch=[(FeedbackStep, child.pk)],
    )
    return Done(row, kept)


@inverse
def set_feedback_step(*, actor: User, now: Now, step_id: int, values: dict[str, Any]) -> Done[Feedback]:
    row = FeedbackStep.objects.changeable_by(actor).get(pk=step_id)
    return change_feedback_step(actor=actor, now=now, step=row, values=_ready(FeedbackStep, values))


@inverse
@transaction.atomic
def withdraw_feedback_step(*, actor: User, now: Now, step_id: int) -> Done[Feedback]:
    """Take back a step, as long as no later one rests on it."""
    row, child = _child(step_id, actor)
    kinds = [rules.Step(kind) for kind in row.steps.values_list("kind", flat=True)]
    later = rules.rests_on(rules.Step(child.kind), kinds)
    if later:
        told = {"first": FeedbackStep.Kind(child.kind).label, "last": FeedbackStep.Kind(later[-1]).label}
        raise ValidationError(_("It has gone on since: take “%(last)s” back before “%(first)s”.") % told)
    values = values_of(child)
    child.delete()
    settle([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=_("Taken back: %(said)s") % {"said": _of_step(values["kind"]) % {"said": row.said}},
        verb=restore_feedback_step,
        arguments={"values": values},
        watch=[(FeedbackStep, step_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_feedback_step(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Feedback]:
    row = _lock(values["feedback_id"], actor)
    steps = list(row.steps.all())
    child = row_from(FeedbackStep, _without_what_is_gone(values))
    if not rules.in_order(row.record([*steps, child])):
        raise ValidationError(_("This is not its turn: something else was done meanwhile. Look at it again."))
    settle([row.pk], now=now)
    row.refresh_from_db()
    step = record(
        actor=actor,
        now=now,
        said=_("As it was: %(said)s") % {"said": row.said},
        verb=withdraw_feedback_step,
        arguments={"step_id": child.pk},
        watch=[(FeedbackStep, child.pk)],
    )
    return Done(row, step)


# What it grew into ---------------------------------------------------------------------------------------------------


@transaction.atomic
def grow_feedback(*, actor: User, now: Now, feedback: Feedback, into: Feedback | None) -> Done[Feedback]:
    """It evolved into another of the same relationship; credit stays with who said it first. ``None`` parts them."""
    row = _lock(feedback.pk, actor)
    if into is not None:
        _must_lead_on(row, into)
    elif row.grew_into_id is not None:
        _must_not_be_told(row)
    before = row.grew_into_id
    row.grew_into = into
    row.save(update_fields=["grew_into"])
    told = {"said": row.said, "into": into.said if into else ""}
    said = _("“%(said)s” grew into “%(into)s”") if into else _("“%(said)s” stands by itself again")
    step = record(
        actor=actor,
        now=now,
        said=said % told,
        verb=set_grown,
        arguments={"feedback_id": row.pk, "into_id": before},
        watch=[(Feedback, row.pk)],
    )
    return Done(row, step)


def _must_not_be_told(row: Feedback) -> None:
    """Who was told what became of it was told of what it grew into, unless it was decided by itself."""
    if row.asks and row.ended_on is None and (row.told_voice_on or row.told_group_on):
        raise ValidationError({"into": _("What became of it has been told back already. Take that back first.")})


def _must_lead_on(row: Feedback, into: Feedback) -> None:
    if into.relationship_id != row.relationship_id:
        raise ValidationError({"into": _("Choose feedback of the same partner.")})
    # Locked, so that two links made at once do not close a circle.
    Relationship.objects.select_for_update(no_key=True, of=("self",)).get(pk=row.relationship_id)
    if rules.would_circle(feedback_links(row.relationship_id), row.pk, into.pk):
        raise ValidationError({"into": _("That one grew from this one.")})


def feedback_links(relationship_id: int) -> dict[int, int]:
    """Of a relationship's feedback what grew into what; one query."""
    rows = Feedback.objects.filter(relationship=relationship_id, grew_into__isnull=False).order_by()
    return {pk: into for pk, into in rows.values_list("pk", "grew_into") if into is not None}


@inverse
def set_grown(*, actor: User, now: Now, feedback_id: int, into_id: int | None) -> Done[Feedback]:
    row = Feedback.objects.changeable_by(actor).get(pk=feedback_id)
    into = None if into_id is None else Feedback.objects.changeable_by(actor).filter(pk=into_id).first()
    if into_id is not None and into is None:
        raise ValidationError(_("What it grew into is no longer here."))
    return grow_feedback(actor=actor, now=now, feedback=row, into=into)
