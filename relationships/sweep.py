"""Flags kept true, set-based: raised, reopened and closed in SQL, never row by row.

A flag is a level: one row per relationship and un-snoozed due day. Each statement locks the relationships it
acts on, in the order of their ids, and reads them again after waiting, so a touch committed meanwhile is seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from relationships.models import Relationship, latest_date
from web.clock import Now

TODAY = "COALESCE(%(day)s::date, (%(instant)s::timestamptz AT TIME ZONE r.zone)::date)"
MOMENT = "COALESCE(%(day)s::date::timestamp AT TIME ZONE r.zone, %(instant)s::timestamptz)"
CHOSEN = "(%(ids)s::bigint[] IS NULL OR r.id = ANY(%(ids)s::bigint[]))"

CLOSE = f"""
WITH over AS (
    SELECT f.id,
           {MOMENT} AS at,
           CASE WHEN r.removed_at IS NOT NULL OR r.ended_on IS NOT NULL THEN 'ended'
                WHEN r.paused_since IS NOT NULL THEN 'paused'
                WHEN r.last_touch_on > COALESCE(f.last_touch_on, '-infinity') THEN 'touched'
                WHEN r.last_touch_on IS DISTINCT FROM f.last_touch_on THEN 'corrected'
                WHEN r.base_due_on IS DISTINCT FROM f.due_on AND %(corrected)s THEN 'corrected'
                WHEN r.base_due_on IS DISTINCT FROM f.due_on THEN 'cadence_changed'
                WHEN r.due_on > r.base_due_on THEN 'snoozed'
                ELSE 'corrected'
           END AS because
      FROM relationships_missedcheckin f
      JOIN relationships_relationship r ON r.id = f.relationship_id
     WHERE f.closed_at IS NULL AND {CHOSEN}
       AND (r.overdue_from IS NULL OR r.overdue_from > {TODAY} OR r.base_due_on <> f.due_on)
     ORDER BY r.id
       FOR NO KEY UPDATE OF r
)
UPDATE relationships_missedcheckin f
   SET closed_at = over.at, closed_because = over.because
  FROM over
 WHERE f.id = over.id AND f.closed_at IS NULL
"""

# Candidates are found by the index on overdue_from; the bound is the latest date anywhere, the zone decides.
RAISE = f"""
WITH missed AS (
    SELECT r.id, r.account_id, r.base_due_on, r.last_touch_on, {MOMENT} AS at
      FROM relationships_relationship r
     WHERE r.overdue_from <= %(latest)s::date AND r.overdue_from <= {TODAY}
       AND NOT EXISTS (SELECT 1 FROM relationships_missedcheckin f
                        WHERE f.relationship_id = r.id AND f.due_on = r.base_due_on AND f.closed_at IS NULL)
     ORDER BY r.id
       FOR NO KEY UPDATE OF r
)
INSERT INTO relationships_missedcheckin AS f
       (relationship_id, account_id, shared, due_on, last_touch_on, raised_at, closed_at, closed_because)
SELECT id, account_id, false, base_due_on, last_touch_on, at, NULL, '' FROM missed
    ON CONFLICT (relationship_id, due_on)
    DO UPDATE SET closed_at = NULL, closed_because = '', last_touch_on = EXCLUDED.last_touch_on
 WHERE f.closed_at IS NOT NULL
"""

# After a deed taken back: the flag that the deed had closed stands again. A new one is the sweep's to raise.
REOPEN = f"""
UPDATE relationships_missedcheckin f
   SET closed_at = NULL, closed_because = '', last_touch_on = r.last_touch_on
  FROM relationships_relationship r
 WHERE r.id = f.relationship_id AND {CHOSEN}
   AND f.closed_at IS NOT NULL AND f.due_on = r.base_due_on AND r.overdue_from <= {TODAY}
"""


DATES = {
    "last_touch_on": "date", "agreement_id": "bigint", "every_days": "smallint", "counts_from": "date",
    "base_due_on": "date", "due_on": "date", "overdue_from": "date", "changes_on": "date",
}  # fmt: skip

STAGES = {
    "stage_since": "date", "proposed_stage": "text", "lost_criteria": "text", "low_components": "text",
    "long_flags": "text", "evidence_due_on": "date", "judged_again_on": "date", "judged_as_of": "date",
}  # fmt: skip


def _store(columns: Mapping[str, str]) -> str:
    return f"""
UPDATE relationships_relationship r
   SET {", ".join(f"{name} = v.{name}" for name in columns)}
  FROM unnest(%s::bigint[], {", ".join(f"%s::{kind}[]" for kind in columns.values())}) AS v(id, {", ".join(columns)})
 WHERE r.id = v.id
"""


STORE_DATES, STORE_STAGES = _store(DATES), _store(STAGES)


@dataclass(frozen=True, slots=True)
class Count:
    """Flags raised or reopened, closed, and open now; promises that became late, feedback that was ignored."""

    raised: int
    closed: int
    open: int
    late: int
    ignored: int


def run(sql: str, now: Now, ids: Collection[int] | None = None, **more: Any) -> int:
    """Run a statement that may name the values below, and ``more``; returns the rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(sql, {**_values(now, ids), "corrected": False, **more})
        return int(cursor.rowcount)


def fetch(sql: str, now: Now) -> list[tuple[Any, ...]]:
    """Likewise; returns what the statement returns."""
    with connection.cursor() as cursor:
        cursor.execute(sql, _values(now))
        return list(cursor.fetchall())


def _values(now: Now, ids: Collection[int] | None = None) -> dict[str, Any]:
    return {
        "day": now.day,
        "instant": now.instant,
        "latest": latest_date(now),
        "ids": None if ids is None else list(ids),
    }


def close_flags(now: Now, ids: Collection[int] | None = None, *, corrected: bool = False) -> int:
    """Close those whose condition no longer holds, with the reason; of the relationships named or of all.

    ``corrected`` where another rhythm counts because one is as if it had not been: then nothing was missed.
    """
    return run(CLOSE, now, ids, corrected=corrected)


def raise_flags(now: Now) -> int:
    """Raise a flag for each relationship that missed its cadence and has none open; returns how many."""
    return run(RAISE, now)


def reopen_flags(now: Now, ids: Collection[int]) -> int:
    return run(REOPEN, now, ids)


def store_dates(rows: Sequence[Relationship]) -> None:
    """Write the derived dates of any number of rows in one statement; ``bulk_update`` builds a CASE for each."""
    _write(STORE_DATES, DATES, rows)


def store_stages(rows: Sequence[Relationship]) -> None:
    """Likewise what follows from the criteria of the stages."""
    _write(STORE_STAGES, STAGES, rows)


def _write(sql: str, names: Iterable[str], rows: Sequence[Relationship]) -> None:
    columns = [[row.pk for row in rows], *([getattr(row, name) for row in rows] for name in names)]
    with connection.cursor() as cursor:
        cursor.execute(sql, columns)
