"""Taking back: every verb leaves a step that names its inverse; replaying the step is itself a verb."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import UndoStep, User
from web.clock import Now

KEPT_FOR = timedelta(days=30)

Row = TypeVar("Row")
Inverse = Callable[..., "Done[Any]"]
Watched = tuple[str, int]
INVERSES: dict[str, Inverse] = {}


@dataclass(frozen=True, slots=True)
class Done(Generic[Row]):
    """What a verb did: the row, and the step that takes it back."""

    row: Row
    step: UndoStep


def _name(verb: Inverse) -> str:
    """``app.actions.verb``: kept steps name it, so it says nothing of the module inside the app's verbs."""
    app, actions, *_inside = verb.__module__.split(".")
    return f"{app}.{actions}.{verb.__name__}"


def inverse(verb: Inverse) -> Inverse:
    """Register a function that undo steps may name: ``actor``, ``now``, JSON values in, rights checked by itself."""
    assert _name(verb) not in INVERSES, verb
    INVERSES[_name(verb)] = verb
    return verb


def _versions(rows: Collection[Watched], *, besides: Collection[int] = ()) -> dict[Watched, int]:
    """The newest audit event of each row, deleted ones included, without those of ``besides``; 0 where none is."""
    newest = dict.fromkeys(rows, 0)
    for label in {label for label, _pk in rows}:
        events = apps.get_model(label)._meta.get_field("events").related_model
        found = events._base_manager.filter(pgh_obj_id__in=[pk for other, pk in rows if other == label])
        found = found.exclude(pgh_id__in=besides).order_by().values_list("pgh_obj_id")
        newest |= {(label, pk): event for pk, event in found.annotate(newest=models.Max("pgh_id"))}
    return newest


def record(
    *,
    actor: User,
    now: Now,
    said: str,
    verb: Inverse,
    arguments: dict[str, Any],
    watch: Sequence[tuple[type[models.Model], int]],
) -> UndoStep:
    """Keep how to take a deed back. ``watch`` names the rows that must be as they are now when that happens."""
    name = _name(verb)
    assert name in INVERSES, name
    newest = _versions([(model._meta.label, pk) for model, pk in watch])
    former = _versions(newest, besides=newest.values())
    return UndoStep.objects.create(
        actor=actor,
        done_at=now.instant,
        said=said,
        verb=name,
        arguments=arguments,
        watched=[[*row, newest[row], former[row]] for row in newest],
    )


def gather(*, actor: User, now: Now, said: str, steps: Sequence[UndoStep]) -> UndoStep:
    """One step for several deeds done together, in the order done; theirs go. Taken back, all are or none is."""
    former = {(label, pk): before for step in reversed(steps) for label, pk, _version, before in step.watched}
    newest = _versions(former)
    gathered = UndoStep.objects.create(
        actor=actor,
        done_at=now.instant,
        said=said,
        verb=_name(take_back_all),
        arguments={"said": said, "steps": [[step.verb, step.arguments] for step in steps]},
        watched=[[*row, newest[row], former[row]] for row in former],
    )
    UndoStep.objects.filter(pk__in=[step.pk for step in steps]).delete()
    return gathered


@inverse
@transaction.atomic
def take_back_all(*, actor: User, now: Now, said: str, steps: list[list[Any]]) -> Done[Any]:
    """What was done together is taken back together, the last deed first; the row is that of the first deed."""
    done = [INVERSES[verb](actor=actor, now=now, **arguments) for verb, arguments in reversed(steps)]
    return Done(done[-1].row, gather(actor=actor, now=now, said=said, steps=[one.step for one in done]))


@transaction.atomic
def take_back(*, step_id: int, actor: User, now: Now) -> Done[Any]:
    """Replay a step once. Raises ``ValidationError`` when it is too late or a row has changed since."""
    step = UndoStep.objects.visible_to(actor).select_for_update().get(pk=step_id)
    if step.undone_at is not None:
        raise ValidationError(_("This has been taken back already."))
    if now.instant - step.done_at > KEPT_FOR:
        raise ValidationError(_("This is more than 30 days ago; change it by hand."))
    kept = {(label, pk): version for label, pk, version, _former in step.watched}
    if _versions(kept) != kept:
        raise ValidationError(_("It has been changed since, so it stays as it is. Change it by hand."))
    done = INVERSES[step.verb](actor=actor, now=now, **step.arguments)
    step.undone_at = now.instant
    step.save(update_fields=["undone_at"])
    _carry_over(step, now)
    return done


def _carry_over(undone: UndoStep, now: Now) -> None:
    """The rows are again as they were before the deed, so the actor's earlier deeds can be taken back in turn."""
    newest = _versions([(label, pk) for label, pk, _version, _former in undone.watched])
    same = {
        (label, pk, former): newest[label, pk]
        for label, pk, version, former in undone.watched
        if newest[label, pk] != version
    }
    earlier = UndoStep.objects.visible_to(undone.actor).open().filter(done_at__gte=now.instant - KEPT_FOR)
    moved = []
    for step in earlier:
        watched = [
            [label, pk, same.get((label, pk, version), version), former] for label, pk, version, former in step.watched
        ]
        if watched != step.watched:
            step.watched = watched
            moved.append(step)
    UndoStep.objects.bulk_update(moved, ["watched"])
