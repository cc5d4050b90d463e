"""Pages by key: the next one begins after the last row seen, however many rows came or went meanwhile."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.dateparse import parse_date, parse_datetime

Row = TypeVar("Row", bound=models.Model)
LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the cursor of the page after them; empty at the end."""

    rows: list[Row]
    after: str


def _pack(values: list[Any]) -> str:
    """Packed, as a name may be a thousand characters long and servers refuse addresses of more than 4,000."""
    plain = [
        value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
        for value in values
    ]
    text = json.dumps(plain, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def _unpack(cursor: str, names: list[str], queryset: models.QuerySet[Any]) -> list[Any] | None:
    """The values that the cursor holds; none for one that was altered, which then means the first page."""
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        reader = zlib.decompressobj()
        values = json.loads(reader.decompress(packed, LONGEST))
        if not reader.eof or reader.unused_data:
            return None
        if not isinstance(values, list) or len(values) != len(names):
            return None
        return [_typed(queryset, name, value) for name, value in zip(names, values, strict=True)]
    except (binascii.Error, zlib.error, ValueError, TypeError, ValidationError):
        return None


def _typed(queryset: models.QuerySet[Any], name: str, value: Any) -> Any:
    """The value as its column has it; annotations by what they are said to be."""
    if value is None:
        return None
    field: Any = queryset.query.annotations.get(name)
    field = field.output_field if field is not None else _column(queryset.model, name)
    if isinstance(field, models.DateTimeField):
        return parse_datetime(value)
    if isinstance(field, models.DateField):
        return parse_date(value)
    if isinstance(value, (list, dict)) or "\x00" in str(value):
        raise ValueError(value)
    return field.to_python(value)


def _column(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    *path, last = name.split("__")
    for step in path:
        related = model._meta.get_field(step).related_model
        if not isinstance(related, type):
            raise FieldDoesNotExist(name)
        model = related
    field = model._meta.get_field(last)
    assert isinstance(field, models.Field), name
    return field


def _beyond(name: str, value: Any, descending: bool) -> Q:
    """Rows after ``value`` in this column; empty ones stand last either way."""
    if value is None:
        return Q(pk__in=[])
    return Q(**{f"{name}__{'lt' if descending else 'gt'}": value}) | Q(**{f"{name}__isnull": True})


def _read(row: Any, name: str) -> Any:
    for step in name.split("__"):
        row = getattr(row, step) if row is not None else None
    return row


def page(queryset: models.QuerySet[Row], *, order: tuple[str, ...], after: str = "", size: int = 50) -> Page[Row]:
    """One page in an ``order`` whose last name is unique; ``-`` before a name turns it round.

    Names are columns, paths (``account__name``, which the queryset should select) or annotations. One query,
    whatever the page. A cursor that nobody made here gives the first page.
    """
    names = [name.removeprefix("-") for name in order]
    seen = _unpack(after, names, queryset) if after else None
    if seen is not None:
        beyond, same = Q(pk__in=[]), Q()
        for name, value, given in zip(names, seen, order, strict=True):
            beyond |= same & _beyond(name, value, given.startswith("-"))
            same &= Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
        queryset = queryset.filter(beyond)
    ordering = [
        F(name).desc(nulls_last=True) if given.startswith("-") else F(name).asc(nulls_last=True)
        for name, given in zip(names, order, strict=True)
    ]
    rows = list(queryset.order_by(*ordering)[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Page(rows, _pack([_read(rows[-1], name) for name in names]) if more else "")
