"""Pulse by the clock, set-based: questions are asked and let go in SQL, never row by row.

The same as ``relationships.pulse`` says of one relationship, for all at once. Who was never spoken with is not asked
about, nor is who is paused, over or removed.
"""

from __future__ import annotations

from relationships import pulse
from relationships.sweep import TODAY, run
from web.clock import Now

LET_GO = f"""
UPDATE relationships_pulse p
   SET state = 'lapsed', closed_on = GREATEST(p.asked_on, {TODAY})
  FROM relationships_relationship r
 WHERE r.id = p.relationship_id AND p.state = 'open'
   AND (p.asked_on <= {TODAY} - %(open_for)s::int
        OR r.paused_since IS NOT NULL OR r.ended_on IS NOT NULL OR r.removed_at IS NOT NULL)
"""

ASK = f"""
WITH free AS (
    SELECT r.id, r.account_id, {TODAY} AS today,
           (SELECT p.asked_on FROM relationships_pulse p WHERE p.relationship_id = r.id AND p.side = 'ours'
             ORDER BY p.asked_on DESC, p.id DESC LIMIT 1) AS last_asked
      FROM relationships_relationship r
     WHERE r.removed_at IS NULL AND r.paused_since IS NULL AND r.ended_on IS NULL AND r.last_touch_on IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM relationships_pulse p WHERE p.relationship_id = r.id AND p.state = 'open')
), due AS (
    SELECT f.*, met.id AS talk
      FROM free f
      LEFT JOIN LATERAL (SELECT i.id FROM relationships_interaction i
                          WHERE i.relationship_id = f.id AND i.two_way AND i.channel IN ('meeting', 'visit')
                            AND i.occurred_on <= f.today AND i.occurred_on > f.today - %(fresh)s::int
                            AND (f.last_asked IS NULL OR i.occurred_on > f.last_asked)
                          ORDER BY i.occurred_on DESC, i.id DESC LIMIT 1) met ON true
     WHERE (f.last_asked IS NULL OR f.today >= f.last_asked + %(rest)s::int)
       AND (met.id IS NOT NULL
            OR (EXTRACT(DAY FROM f.today) >= 1 + f.id %% %(turns)s::int
                AND (f.last_asked IS NULL OR f.last_asked < date_trunc('month', f.today)::date)))
)
INSERT INTO relationships_pulse
       (relationship_id, account_id, shared, question, side, asked_on, occasion, talk_id, state)
SELECT due.id, due.account_id, false, next.key, 'ours', due.today,
       CASE WHEN due.talk IS NULL THEN 'month' ELSE 'meeting' END, due.talk, 'open'
  FROM due
 CROSS JOIN LATERAL (
       SELECT q.key
         FROM unnest(%(keys)s::text[]) WITH ORDINALITY AS q(key, place)
        WHERE NOT EXISTS (SELECT 1 FROM relationships_pulse p
                           WHERE p.relationship_id = due.id AND p.question = q.key AND p.state = 'skipped'
                             AND p.closed_on > due.today - %(skipped_for)s::int)
        ORDER BY (SELECT max(p.asked_on) FROM relationships_pulse p
                   WHERE p.relationship_id = due.id AND p.question = q.key AND p.side = 'ours') NULLS FIRST, q.place
        LIMIT 1) next
    ON CONFLICT DO NOTHING
"""


def let_go(now: Now) -> int:
    """What nobody answered in its time, or cannot be answered now, is not waited for any more; returns how many."""
    return run(LET_GO, now, open_for=pulse.OPEN_FOR.days)


def ask(now: Now) -> int:
    """Open the next question to ours where one is to be asked; returns how many."""
    return run(
        ASK,
        now,
        fresh=pulse.FRESH.days,
        rest=pulse.REST.days,
        turns=pulse.TURNS,
        skipped_for=pulse.SKIPPED_FOR.days,
        keys=list(pulse.KEYS),
    )
