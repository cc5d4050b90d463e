"""What they were asked and how they behave, read from the tables for ``relationships.flags.Said``: set-based.

Of each relationship a few rows are read, each found by an index, whatever the history: their newest answers about
satisfaction and about choosing us again, who of those who decide was seen last, and what they gave us last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from django.db import connection

from relationships import flags
from relationships.evidence import Component, Kind
from relationships.flags import CHOOSE_AGAIN, SATISFACTION, SEEN, Fact, Said
from relationships.models import Evidence, PulseAnswer, Relationship, Stakeholder
from relationships.records import begun_on
from relationships.standings import DECIDING, HAS_A_PLACE
from web.clock import Now

ANSWER, STAKE = PulseAnswer._meta.label_lower, Stakeholder._meta.label_lower
GIVING = (Kind.FEEDBACK_GIVEN.value, Kind.ROADMAP_SHARED.value)
_GIVING = ", ".join(f"'{kind}'" for kind in GIVING)


def facts(asked: str) -> str:
    """SQL: of each ``id`` and ``today`` of ``asked`` up to four rows: id, what, value, day, model, pk, who."""
    return f"""
SELECT a.id, w.question AS what, w.score::text AS value, w.on AS day, '{ANSWER}' AS model, w.pk, w.who
  FROM {asked} a
 CROSS JOIN (VALUES ('{SATISFACTION}'), ('{CHOOSE_AGAIN}')) AS q(question)
 CROSS JOIN LATERAL (SELECT p.question, p.score, p.on, p.id AS pk, COALESCE(c.name, '') AS who
                       FROM {PulseAnswer._meta.db_table} p
                       LEFT JOIN relationships_stakeholder k ON k.id = p.said_by_id
                       LEFT JOIN accounts_contact c ON c.id = k.contact_id
                      WHERE p.relationship_id = a.id AND p.question = q.question AND p.side = 'theirs'
                        AND p.on <= a.today
                      ORDER BY p.on DESC, p.id DESC LIMIT 1) w
UNION ALL
SELECT a.id, '{SEEN}', '0', s.seen_on, '{STAKE}', s.id, s.name
  FROM {asked} a
 CROSS JOIN LATERAL (SELECT k.id, k.seen_on, c.name
                       FROM relationships_stakeholder k JOIN accounts_contact c ON c.id = k.contact_id
                      WHERE k.relationship_id = a.id AND k.power IN ({DECIDING})
                        AND (k.seen_on IS NULL OR k.seen_on <= a.today)
                        AND {HAS_A_PLACE.format(today="a.today")}
                      ORDER BY k.seen_on DESC NULLS LAST, k.id DESC LIMIT 1) s
UNION ALL
SELECT a.id, g.kind, '0', g.day, g.source_model, g.source_id, ''
  FROM {asked} a
 CROSS JOIN LATERAL (SELECT e.kind, e.day, e.source_model, e.source_id
                       FROM {Evidence._meta.db_table} e
                      WHERE e.relationship_id = a.id AND e.component = '{Component.RECIPROCITY}'
                        AND e.side = 'theirs' AND e.kind IN ({_GIVING}) AND e.day <= a.today
                      ORDER BY e.day DESC, e.id DESC LIMIT 1) g"""


READ = f"""
WITH asked AS MATERIALIZED (SELECT * FROM unnest(%s::bigint[], %s::date[]) AS a(id, today))
{facts("asked")}
"""


def with_fact(said: Said, what: str, value: str, day: date | None, model: str, pk: int, who: str) -> Said:
    """One row of ``facts`` more; without a day it is somebody who decides, whom nobody has seen yet."""
    if day is None:
        return replace(said, named=True)
    fact = Fact(day, float(value), ("", 0) if what == SEEN else (model, pk), who, what)
    match what:
        case flags.SATISFACTION:
            return replace(said, satisfaction=fact)
        case flags.CHOOSE_AGAIN:
            return replace(said, choose_again=fact)
        case flags.SEEN:
            return replace(said, seen=fact, named=True)
        case _:
            return replace(said, gave=fact)


def nothing_of(row: Relationship) -> Said:
    """What is known of a relationship of which nothing was asked: since when there is one."""
    return Said(begun_on=begun_on(row), named=False)


def read(rows: Sequence[Relationship], now: Now) -> dict[int, Said]:
    """One query, for any number."""
    found = {row.pk: nothing_of(row) for row in rows}
    days: Mapping[int, date] = {row.pk: row.today(now) for row in rows}
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(READ, [list(days), list(days.values())])
            for pk, *told in cursor.fetchall():
                found[pk] = with_fact(found[pk], *told)
    return found
