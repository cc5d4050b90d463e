"""Rows as JSON and back, for steps that bring a removed row back under its old key."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models
from django.db.models.fields.files import FieldFile
from pghistory.models import Event, Events

Row = TypeVar("Row", bound=models.Model)


def plain(value: Any) -> Any:
    """A column's value as JSON knows it; dates in ISO form, files by their name in the store."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | FieldFile) else value


def values_of(row: models.Model) -> dict[str, Any]:
    """Every column of a row, ready for JSON."""
    return {field.attname: plain(field.value_from_object(row)) for field in row._meta.concrete_fields}


def _built(model: type[Row], values: dict[str, Any]) -> Row:
    """Values kept before a column existed get its default."""
    kept = [field for field in model._meta.concrete_fields if field.attname in values]
    return model(**{field.attname: field.to_python(values[field.attname]) for field in kept})


def row_from(model: type[Row], values: dict[str, Any]) -> Row:
    """The row as it was, under its old key. Raises ``ValidationError`` when another has taken its place since."""
    row = _built(model, values)
    row.validate_constraints()
    row.save(force_insert=True)
    return row


def rows_from(model: type[Row], kept: Iterable[dict[str, Any]]) -> list[Row]:
    """Many at once, in one statement; what may have taken their place is for the caller to look at."""
    return model._base_manager.bulk_create([_built(model, values) for values in kept])


def is_mentioned(row: models.Model, *, besides: tuple[type[models.Model], ...]) -> bool:
    """Whether a row of another model refers to this one; audit rows and ``besides`` left out."""
    left_out: tuple[type, ...] = (Event, Events, *besides)
    for link in row._meta.get_fields(include_hidden=True):
        if not isinstance(link, models.ManyToOneRel) or issubclass(link.related_model, left_out):
            continue
        if link.related_model._base_manager.filter(**{link.field.name: row}).exists():
            return True
    return False
