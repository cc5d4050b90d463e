"""How each standing moved in some 30 days: ``trend.direction`` in SQL, one statement for any number.

Of each relationship it reads the standing kept and a few snapshots, found by their index.
"""

from __future__ import annotations

from django.db import connection

from dashboards.models import Movement
from relationships import health, trend
from relationships.evidence import Component
from relationships.models import ScoreConfig

_PARTS = [component.value for component in Component]
_WEIGHTS = ", ".join(f"v.{part}" for part in _PARTS)
_FIRST = ", ".join(f"{ScoreConfig.DEFAULTS[part]}" for part in _PARTS)


def _whole(points: str) -> str:
    """SQL for ``health.whole``."""
    return f"floor({points} + {health.NOISE!r}::float8)::int"


def _then(condition: str) -> str:
    """SQL for ``trend.then``, of the snapshots of a standing ``t`` that fit: the columns of one judged, or nothing."""
    return f"""
        SELECT k.*, former.alike
          FROM relationships_snapshot k
          JOIN weights former ON former.version = k.config_version
         WHERE k.relationship_id = t.relationship_id AND k.score IS NOT NULL
           AND k."on" >= t.as_of - {trend.OLDEST.days} AND k."on" < t.as_of - {trend.YOUNGEST.days} AND {condition}
         ORDER BY abs(t.as_of - {trend.WINDOW.days} - k."on"), k."on" LIMIT 1"""


# Versions that weigh alike count as one; where nobody set any, the first is the definition's.
KEEP = f"""
WITH versions AS (
    SELECT v.version, v.valid_from, {_WEIGHTS} FROM {ScoreConfig._meta.db_table} v
     UNION ALL
    SELECT 1, NULL, {_FIRST} WHERE NOT EXISTS (SELECT 1 FROM {ScoreConfig._meta.db_table} v WHERE v.version = 1)
),
weights AS MATERIALIZED (
    SELECT v.*, min(v.version) OVER (PARTITION BY {_WEIGHTS}) AS alike FROM versions v
),
moved AS MATERIALIZED (
    SELECT t.relationship_id, {_whole("t.score")} - {_whole("k.score")} AS moved, k."on" AS since,
           most.component, most.moved AS component_moved
      FROM relationships_standing t
      JOIN relationships_relationship r ON r.id = t.relationship_id
      JOIN weights w ON w.version = t.config
     CROSS JOIN LATERAL ({_then("former.alike = w.alike")}) k
     CROSS JOIN LATERAL (
        SELECT part.component, part.moved
          FROM (VALUES {
    ", ".join(f"({place}, '{part}', w.{part} * (t.{part}_b - k.{part}_b))" for place, part in enumerate(_PARTS))
}) AS part (place, component, moved)
         ORDER BY part.moved * sign({_whole("t.score")} - {_whole("k.score")}) DESC, part.place LIMIT 1) most
     WHERE r.removed_at IS NULL AND r.paused_since IS NULL AND r.ended_on IS NULL AND t.score IS NOT NULL
       AND {_whole("t.score")} <> {_whole("k.score")}
       AND NOT (w.valid_from IS NOT NULL
                AND t.as_of - (w.valid_from AT TIME ZONE r.zone)::date < {trend.WINDOW.days}
                AND COALESCE((SELECT alike FROM ({_then("TRUE")}) nearest) <> w.alike, FALSE))
),
gone AS (
    DELETE FROM {Movement._meta.db_table} m
     WHERE NOT EXISTS (SELECT 1 FROM moved n WHERE n.relationship_id = m.relationship_id)
)
INSERT INTO {Movement._meta.db_table} AS m (relationship_id, moved, component, component_moved, since)
SELECT relationship_id, moved, component, component_moved, since FROM moved
    ON CONFLICT (relationship_id) DO UPDATE
   SET moved = EXCLUDED.moved, component = EXCLUDED.component, component_moved = EXCLUDED.component_moved,
       since = EXCLUDED.since
 WHERE (m.moved, m.component, m.component_moved, m.since)
       IS DISTINCT FROM (EXCLUDED.moved, EXCLUDED.component, EXCLUDED.component_moved, EXCLUDED.since)
"""


def keep() -> int:
    """Keep how all that go on and are judged have moved; who has not, or is not known to, has no row.

    Returns how many changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(KEEP)
        return int(cursor.rowcount)
