"""When each person of theirs was seen last, kept beside what they are in a relationship: set-based, from the talks.

*Seen* is having taken part in a two-way contact. A log looks at its own people alone, so that it costs the same
whatever the history; where a talk is changed or goes, those of that relationship are looked up anew.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

MET = """
    SELECT max(i.occurred_on)
      FROM relationships_interactioncontact m JOIN relationships_interaction i ON i.id = m.interaction_id
     WHERE m.contact_id = k.contact_id AND i.relationship_id = k.relationship_id AND i.two_way"""
ANEW = f"""
UPDATE relationships_stakeholder k
   SET seen_on = found.seen_on
  FROM (SELECT k.id, ({MET}) AS seen_on
          FROM relationships_stakeholder k
         WHERE %(ids)s::bigint[] IS NULL OR k.relationship_id = ANY(%(ids)s::bigint[])
         ORDER BY k.id) found
 WHERE k.id = found.id AND k.seen_on IS DISTINCT FROM found.seen_on
"""
LATER = """
UPDATE relationships_stakeholder k
   SET seen_on = met.day
  FROM (SELECT i.relationship_id, m.contact_id, max(i.occurred_on) AS day
          FROM relationships_interaction i JOIN relationships_interactioncontact m ON m.interaction_id = i.id
         WHERE i.id = ANY(%(talks)s::bigint[]) AND i.two_way
         GROUP BY i.relationship_id, m.contact_id) met
 WHERE k.relationship_id = met.relationship_id AND k.contact_id = met.contact_id
   AND (k.seen_on IS NULL OR k.seen_on < met.day)
"""


def in_talks(talks: Collection[int]) -> None:
    """Who took part in these talks, which are new, was seen then, if not later; their relationships are locked."""
    with connection.cursor() as cursor:
        cursor.execute(LATER, {"talks": list(talks)})


def anew(relationships: Collection[int] | None = None) -> int:
    """All of these relationships, which are locked, or of all; returns how many were kept otherwise."""
    with connection.cursor() as cursor:
        cursor.execute(ANEW, {"ids": None if relationships is None else list(relationships)})
        return int(cursor.rowcount)
