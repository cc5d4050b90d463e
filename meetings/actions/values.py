"""Fields of a row written so that they can be put back, and what becomes of who was erased meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models

from accounts.models import UndoStep, User
from accounts.rows import plain
from accounts.undo import Inverse, record
from web.clock import Now

Row = TypeVar("Row", bound=models.Model)


def write(
    row: models.Model, values: Mapping[str, Any], *, actor: User, now: Now, said: str, verb: Inverse, key: str
) -> UndoStep:
    """Set the fields and keep how they were, for ``verb``, which takes the row's key as ``key`` and ``values``."""
    before = {name: plain(getattr(row, column(row, name).attname)) for name in values}
    for name, value in values.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.full_clean()
    row.save()
    return record(
        actor=actor,
        now=now,
        said=said,
        verb=verb,
        arguments={key: row.pk, "values": before},
        watch=[(type(row), row.pk)],
    )


def column(row: models.Model | type[models.Model], name: str) -> Any:
    return row._meta.get_field(name)


def read(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """Kept values as a row takes them; who was erased meanwhile is nobody."""
    ready = {}
    for name, value in values.items():
        field = column(model, name)
        target = field.related_model
        ready[name] = target._base_manager.filter(pk=value).first() if target else field.to_python(value)
    return ready


def without_gone(model: type[Row], kept: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a removed row without those who were erased since, where nobody may stand there."""
    told = dict(kept)
    for field in model._meta.concrete_fields:
        target: Any = field.related_model
        value = told.get(field.attname)
        if field.null and target and value is not None and not target._base_manager.filter(pk=value).exists():
            told[field.attname] = None
    return told
