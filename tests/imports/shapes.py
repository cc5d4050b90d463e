"""Small files and mappings in the shapes that imports meet, made by hand."""

from __future__ import annotations

import copy
import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from imports.actions import Totals, import_csv
from imports.mappings import FileMapping, parse
from imports.reading import Refused, Row, read
from web import zones
from web.clock import Now

AS_OF = date(2020, 3, 2)
HEADER = ["who", "title", "with", "day"]
MEETINGS: dict[str, Any] = {
    "accounts": {"name": {"column": "with"}, "zone": "Europe/Brussels"},
    "owners": {"name": {"column": "who"}, "address": {"pattern": "{slug}@ours.example"}, "zone": "Europe/Oslo"},
    "relationships": {"name": {"column": "who"}, "zone": "Europe/Brussels"},
    "cadence": {"every_days": 30},
    "interactions": {"date": {"column": "day", "format": "dd/mm/yyyy"}, "summary": {"column": "title"}},
}


def changed(path: str, value: Any, mapping: dict[str, Any] = MEETINGS) -> dict[str, Any]:
    """The mapping with one key set, or taken away by ``...``."""
    new = copy.deepcopy(mapping)
    part = new
    *parents, last = path.split(".")
    for parent in parents:
        part = part[parent]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return new


def parsed(mapping: dict[str, Any] = MEETINGS) -> FileMapping:
    return parse(json.dumps(mapping), zones.names())


def text(rows: Iterable[Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode()


def rows_of(content: bytes, mapping: dict[str, Any] = MEETINGS, today: date = AS_OF) -> list[Row | Refused]:
    return list(read(io.BytesIO(content), parsed(mapping), today))


def take_in(
    content: bytes, mapping: dict[str, Any] = MEETINGS, day: date = AS_OF, **more: Any
) -> tuple[Totals, list[str]]:
    """The totals and the rows refused, as ``line: reason``."""
    refused: list[str] = []
    totals = import_csv(
        stream=io.BytesIO(content),
        mapping=parsed(mapping),
        now=Now.on(day),
        file="meetings.csv",
        mapping_name="inline",
        **{"tell": lambda one: refused.append(f"{one.line}: {one.reason}"), **more},
    )
    return totals, refused
