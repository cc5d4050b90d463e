"""How relationships stood on former days, kept set-based: one a week, and whenever what a list shows becomes another.

What is kept is what was shown then. Whoever learns more later changes the standing of today, and no snapshot.
"""

from __future__ import annotations

from relationships.models import Snapshot
from relationships.sweep import TODAY, run
from web.clock import Now

_KEY = ["relationship_id", "on"]
_FIELDS = [one.attname for one in Snapshot._meta.concrete_fields]
COLUMNS = [*_KEY, *(name for name in _FIELDS if name not in {*_KEY, "id", "shared"})]
# What ``Standing`` calls otherwise, or says in a row of its own.
FLAGS = """ARRAY(SELECT DISTINCT f.kind FROM relationships_healthflag f
                    WHERE f.relationship_id = t.relationship_id AND f.since <= t.as_of
                      AND (f.until IS NULL OR f.until > t.as_of)
                    ORDER BY f.kind)"""
FROM = {"on": "t.as_of", "flags": FLAGS, "config_version": "t.config"}
STOOD = {name: FROM.get(name, f"t.{name}") for name in COLUMNS}
# Another one of these is told on its day; the points alone go up and down with every week.
TOLD = ("band", "limiting", "flags")

_NAMES = [f'"{name}"' for name in COLUMNS]
KEEP = f"""
WITH stood AS (
    SELECT {", ".join(f'{sql} AS "{name}"' for name, sql in STOOD.items())}
      FROM relationships_standing t JOIN relationships_relationship r ON r.id = t.relationship_id
     WHERE t.as_of = {TODAY} AND r.removed_at IS NULL
)
INSERT INTO relationships_snapshot (shared, {", ".join(_NAMES)})
SELECT false, {", ".join(f"n.{name}" for name in _NAMES)}
  FROM stood n
  LEFT JOIN LATERAL (
        SELECT k."on", {", ".join(f"k.{name}" for name in TOLD)}
          FROM relationships_snapshot k
         WHERE k.relationship_id = n.relationship_id AND k."on" <= n."on"
         ORDER BY k."on" DESC LIMIT 1) k ON TRUE
 WHERE k."on" IS NULL OR k."on" < date_trunc('week', n."on")::date
    OR ({", ".join(f"k.{name}" for name in TOLD)}) IS DISTINCT FROM ({", ".join(f"n.{name}" for name in TOLD)})
 ORDER BY n.relationship_id
    ON CONFLICT (relationship_id, "on") DO UPDATE
   SET {", ".join(f"{name} = EXCLUDED.{name}" for name in _NAMES[2:])}
"""


def keep(now: Now) -> int:
    """Keep how all stand today, of whom nothing is kept this week or not what lists show; returns how many.

    Of two on a day the later remains. It follows the standings, so ``standings.stand_behind`` goes before it.
    """
    return run(KEEP, now)
