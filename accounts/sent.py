"""The same sent twice is one deed: a form gone back to and saved again, a second tap on a slow line.

A number in the form could not tell: pages of who is signed in are kept by no browser, so going back draws a new form
around the old words. What was sent is known by its contents, for a while.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction

from accounts.models import UndoStep, User
from accounts.undo import Done
from web.clock import Now

KNOWN_FOR = timedelta(hours=1)

Row = TypeVar("Row", bound=models.Model)


def _plain(value: Any) -> Any:
    return [value._meta.label, value.pk] if isinstance(value, models.Model) else str(value)


def sent_as(model: type[models.Model], values: Mapping[str, Any]) -> str:
    """The same for the same contents of a form that makes rows of a model, and for nothing else."""
    text = json.dumps([model._meta.label, dict(values)], default=_plain, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def once(
    verb: Callable[[], Done[Row]], model: type[Row], values: Mapping[str, Any], *, actor: User, now: Now
) -> tuple[Done[Row], bool]:
    """What the verb did, and whether that was before: the same, sent by the same person within the hour.

    What was taken back or removed since is done anew.
    """
    name = sent_as(model, values)
    try:
        with transaction.atomic():
            before = _before(model, name, actor, now)
            if before is not None:
                return before, True
            done = verb()
            UndoStep.objects.filter(pk=done.step.pk).update(sent_as=name)
            return done, False
    except IntegrityError:
        # The same at the same moment: the other was a little quicker.
        before = _before(model, name, actor, now)
        if before is None:
            raise
        return before, True


def _before(model: type[Row], name: str, actor: User, now: Now) -> Done[Row] | None:
    step = UndoStep.objects.visible_to(actor).open().filter(sent_as=name).first()
    if step is None:
        return None
    keys = [pk for label, pk, _version, _former in step.watched if label == model._meta.label]
    rows: Any = model._default_manager
    row = rows.visible_to(actor).filter(pk__in=keys).first()
    if row is not None and now.instant - step.done_at <= KNOWN_FOR:
        return Done(row, step)
    UndoStep.objects.filter(pk=step.pk).update(sent_as="")
    return None
