"""All rows of many tables in one statement: asking model by model costs more than the deed that they are to judge."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


class Rows:
    """The rows of each queryset by its name, column by column, in an order that says nothing.

    What is asked is put together once; ``without_key`` names those of which neither the key nor the moment of writing
    is anybody's business.
    """

    def __init__(self, asked: Mapping[str, QuerySet[Any]], without_key: Collection[str] = ()) -> None:
        self._names = list(asked)
        self._values: list[Any] = []
        parts = []
        for name, rows in asked.items():
            try:
                sql, values = rows.order_by().query.sql_with_params()
            except EmptyResultSet:
                continue
            row = "to_jsonb(found) - 'id' - 'written_at'" if name in without_key else "to_jsonb(found)"
            parts.append(f"SELECT %s, ({row})::text FROM ({sql}) AS found")
            self._values += [name, *values]
        self._sql = " UNION ALL ".join(parts)

    def read(self) -> dict[str, list[dict[str, Any]]]:
        told: dict[str, list[str]] = {name: [] for name in self._names}
        with connection.cursor() as cursor:
            cursor.execute(self._sql, self._values)
            for name, row in cursor.fetchall():
                told[name].append(row)
        return {name: [json.loads(row) for row in sorted(rows)] for name, rows in told.items()}
