"""Taking back: every verb leaves a step that names its inverse; replaying the step is itself a verb."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
INVERSES: dict[str, Inverse] = {}


@dataclass(frozen=True, slots=True)
class Done(Generic[Row]):
    """What a verb did: the row, and the step that takes it back."""

    row: Row
    step: UndoStep


def inverse(verb: Inverse) -> Inverse:
    """Register a function that undo steps may name. It takes ``actor``, ``now`` and JSON values, and checks rights itself."""
    INVERSES[f"{verb.__module__}.{verb.__name__}"] = verb
    return verb


def version(label: str, pk: int) -> int:
    """The newest audit event of a row, deleted rows included; 0 for one that never was."""
    model = apps.get_model(label)
    events = model._meta.get_field("events").related_model
    newest = events._base_manager.filter(pgh_obj_id=pk).aggregate(newest=models.Max("pgh_id"))["newest"]
    return int(newest or 0)


def record(
    *, actor: User, now: Now, said: str, verb: Inverse, arguments: dict[str, Any], watch: Sequence[tuple[type[models.Model], int]]
) -> UndoStep:
    """Keep how to take a deed back. ``watch`` names the rows that must be as they are now when that happens."""
    name = f"{verb.__module__}.{verb.__name__}"
    assert name in INVERSES, name
    return UndoStep.objects.create(
        actor=actor,
        done_at=now.instant,
        said=said,
        verb=name,
        arguments=arguments,
        watched=[[model._meta.label, pk, version(model._meta.label, pk)] for model, pk in watch],
    )


@transaction.atomic
def take_back(*, step_id: int, actor: User, now: Now) -> Done[Any]:
    """Replay a step once. Raises ``ValidationError`` when it is too late or a row has changed since."""
    step = UndoStep.objects.visible_to(actor).select_for_update().get(pk=step_id)
    if step.undone_at is not None:
        raise ValidationError(_("This has been taken back already."))
    if now.instant - step.done_at > KEPT_FOR:
        raise ValidationError(_("This is more than 30 days ago; change it by hand."))
    if any(version(label, pk) != kept for label, pk, kept in step.watched):
        raise ValidationError(_("It has been changed since, so it stays as it is. Change it by hand."))
    done = INVERSES[step.verb](actor=actor, now=now, **step.arguments)
    step.undone_at = now.instant
    step.save(update_fields=["undone_at"])
    return done
