"""Every figure of a book counted by SQL written by hand for it alone, as of a day that is the same everywhere.

It shares nothing with the sweep: neither its statement nor the querysets of the lists.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.db import connection

BOOK = """
WITH r AS (
    SELECT r.*, a.kind, r.paused_since IS NULL AND r.ended_on IS NULL AS going,
           r.booked_on BETWEEN %(day)s AND %(day)s::date + LEAST(r.every_days / 2, 7) AS near
      FROM relationships_relationship r JOIN accounts_account a ON a.id = r.account_id
     WHERE r.removed_at IS NULL AND (%(owner)s::bigint IS NULL OR r.owner_id = %(owner)s)
       AND (%(tag)s = '' OR %(tag)s = ANY(r.tags))
)
"""
OVERDUE = "r.overdue_from <= %(day)s AND r.near IS NOT TRUE"
NEWEST = """(SELECT CASE WHEN p.on >= %(day)s::date - 365 THEN p.score END FROM relationships_pulseanswer p
             WHERE p.relationship_id = r.id AND p.side = 'theirs' AND p.question = '{}' AND p.on <= %(day)s
             ORDER BY p.on DESC, p.id DESC LIMIT 1)"""
# Whoever decides or signs and has a place at the organisation, at another, or has none anywhere.
DECIDERS = """relationships_stakeholder k WHERE k.relationship_id = r.id AND k.power IN ('decides', 'signs')
  AND (k.seen_on IS NULL OR k.seen_on <= %(day)s)
  AND (NOT EXISTS (SELECT 1 FROM accounts_affiliation f WHERE f.contact_id = k.contact_id)
       OR EXISTS (SELECT 1 FROM accounts_affiliation f
                   WHERE f.contact_id = k.contact_id AND COALESCE(f.since <= %(day)s, TRUE)
                     AND COALESCE(%(day)s < f.until, TRUE)
                     AND (f.account_id = k.account_id
                          OR NOT EXISTS (SELECT 1 FROM accounts_affiliation o
                                          WHERE o.contact_id = k.contact_id AND o.account_id = k.account_id))))"""

STATEMENTS = f"""
SELECT 'state:ended', count(*) FROM r WHERE ended_on IS NOT NULL
SELECT 'state:paused', count(*) FROM r WHERE ended_on IS NULL AND paused_since IS NOT NULL
SELECT 'state:no_cadence', count(*) FROM r WHERE going AND due_on IS NULL
SELECT 'state:booked', count(*) FROM r WHERE due_on <= %(day)s AND near
SELECT 'state:overdue', count(*) FROM r WHERE {OVERDUE}
SELECT 'state:due', count(*) FROM r WHERE due_on <= %(day)s AND overdue_from > %(day)s AND near IS NOT TRUE
SELECT 'state:new', count(*) FROM r WHERE due_on > %(day)s AND last_touch_on IS NULL
SELECT 'state:in_touch', count(*) FROM r WHERE due_on > %(day)s AND last_touch_on IS NOT NULL
SELECT 'late:week', count(*) FROM r WHERE {OVERDUE} AND due_on >= %(day)s::date - 7
SELECT 'late:fortnight', count(*) FROM r WHERE {OVERDUE} AND due_on < %(day)s::date - 7 AND due_on >= %(day)s::date - 14
SELECT 'late:longer', count(*) FROM r WHERE {OVERDUE} AND due_on < %(day)s::date - 14
SELECT 'stage:' || stage, count(*) FROM r WHERE going GROUP BY stage
SELECT 'stage_months:' || stage || ':' || LEAST(120, m.months), count(*)
  FROM r, LATERAL (SELECT count(*) - 1 AS months
                     FROM generate_series(0, 121) n
                    WHERE COALESCE(stage_since, %(day)s) + make_interval(months => n) <= %(day)s) m
 WHERE going GROUP BY stage, LEAST(120, m.months)
SELECT 'stopped:paused', count(*) FROM r WHERE paused_since IS NOT NULL AND ended_on IS NULL
SELECT 'moved:' || CASE WHEN to_stage = 'partner' OR from_stage = 'contact' THEN 'up' ELSE 'down' END,
       count(DISTINCT r.id)
  FROM r JOIN relationships_stagechange c ON c.relationship_id = r.id
 WHERE c.changed_on > %(day)s::date - 90 GROUP BY 1
SELECT 'judged:' || stage, count(*)
  FROM r JOIN relationships_standing s ON s.relationship_id = r.id WHERE going AND score IS NOT NULL GROUP BY stage
SELECT 'score:' || stage, sum(score)
  FROM r JOIN relationships_standing s ON s.relationship_id = r.id WHERE going AND score IS NOT NULL GROUP BY stage
SELECT 'band:' || stage || ':' || LEAST(9, trunc(score / 10)), count(*)
  FROM r JOIN relationships_standing s ON s.relationship_id = r.id
 WHERE going AND score IS NOT NULL GROUP BY stage, LEAST(9, trunc(score / 10))
SELECT 'unjudged:' || stage, count(*) FROM r
 WHERE going
   AND NOT EXISTS (SELECT 1 FROM relationships_standing s WHERE s.relationship_id = r.id AND score IS NOT NULL)
 GROUP BY stage
SELECT 'flag' || COALESCE(':' || f.kind, ''), count(DISTINCT r.id)
  FROM r JOIN relationships_healthflag f ON f.relationship_id = r.id
 WHERE going AND f.until IS NULL GROUP BY ROLLUP (f.kind)
SELECT 'flag_new' || COALESCE(':' || f.kind, ''), count(DISTINCT r.id)
  FROM r JOIN relationships_healthflag f ON f.relationship_id = r.id
 WHERE going AND f.until IS NULL AND f.since > %(day)s::date - 7 GROUP BY ROLLUP (f.kind)
SELECT 'flag_cleared' || COALESCE(':' || f.kind, ''), count(DISTINCT r.id)
  FROM r JOIN relationships_healthflag f ON f.relationship_id = r.id
 WHERE going AND f.until > %(day)s::date - 7 AND f.until <= %(day)s GROUP BY ROLLUP (f.kind)
SELECT 'promise:' || side || ':' || EXTRACT(YEAR FROM binding_on) || 'Q' || EXTRACT(QUARTER FROM binding_on) || ':'
       || CASE outcome WHEN 'kept_late' THEN 'late' WHEN 'broken' THEN 'missed' ELSE outcome END, count(*)
  FROM r JOIN relationships_commitment p ON p.relationship_id = r.id
 WHERE outcome <> ''
   AND date_trunc('quarter', binding_on) > date_trunc('quarter', %(day)s::date) - interval '38 months'
   AND date_trunc('quarter', binding_on) <= date_trunc('quarter', %(day)s::date) GROUP BY 1
SELECT 'promise_open_late:' || side, count(*) FROM r JOIN relationships_commitment p ON p.relationship_id = r.id
 WHERE p.ended_on IS NULL AND (p.late_on IS NOT NULL OR p.binding_on < %(day)s) GROUP BY side
SELECT 'answer:' || answered_on - heard_on, count(*) FROM r JOIN relationships_feedback f ON f.relationship_id = r.id
 WHERE f.side = 'theirs' AND %(day)s::date - answered_on BETWEEN 0 AND 365 GROUP BY 1
SELECT 'answer_waiting', count(*) FROM r JOIN relationships_feedback f ON f.relationship_id = r.id
 WHERE f.side = 'theirs' AND answered_on IS NULL
SELECT 'remedy:' || solved_on - opened_on, count(*) FROM r JOIN relationships_problem p ON p.relationship_id = r.id
 WHERE %(day)s::date - solved_on BETWEEN 0 AND 365 GROUP BY 1
SELECT 'remedy_open', count(*) FROM r JOIN relationships_problem p ON p.relationship_id = r.id WHERE solved_on IS NULL
SELECT 'renewing', count(*) FROM r WHERE going AND renewal_on - %(day)s::date BETWEEN 0 AND 90
SELECT 'review', count(*) FROM r
 WHERE going AND stage <> 'contact'
   AND (lost_criteria || low_components || long_flags <> '' OR %(day)s::date - overdue_from >= 3 * every_days)
SELECT 'proposed', count(*) FROM r WHERE going AND proposed_stage <> ''
SELECT 'evidence_late', count(*) FROM r WHERE going AND evidence_due_on < %(day)s
SELECT 'unadvanced', count(*) FROM r
 WHERE going AND stage <> 'partner' AND proposed_stage = '' AND stage_since <= %(day)s::date - 90
   AND (stage, target_stage) NOT IN (('contact', 'customer'), ('contact', 'partner'), ('customer', 'partner'))
   AND NOT EXISTS (SELECT 1 FROM relationships_planstep p WHERE p.relationship_id = r.id AND p.done_on IS NULL)
SELECT 'needed', sum(CASE WHEN every_days < 7 THEN 1.0 ELSE 1.4 END / every_days) FROM r
SELECT 'touch_days', count(DISTINCT (i.relationship_id, i.occurred_on))
  FROM r JOIN relationships_interaction i ON i.relationship_id = r.id
 WHERE two_way AND %(day)s::date - occurred_on BETWEEN 0 AND 27
SELECT w.name, sum(CASE w.name WHEN 'asked' THEN asked WHEN 'met' THEN LEAST(asked, lately)
                               ELSE (lately < asked)::int END)
  FROM (SELECT CASE WHEN every_days >= 7 THEN trunc(days / every_days)
                    ELSE trunc(trunc(days / 7) * array_length(workdays, 1) / every_days) END AS asked,
               CASE WHEN every_days > 28 THEN COALESCE((%(day)s::date - last_touch_on < every_days)::int, 0)
                    ELSE (SELECT count(DISTINCT occurred_on) FROM relationships_interaction i
                           WHERE i.relationship_id = told.id AND two_way
                             AND occurred_on BETWEEN %(day)s::date - 27 AND %(day)s) END AS lately
          FROM (SELECT r.*, GREATEST(0, LEAST(GREATEST(28, r.every_days), COALESCE(%(day)s::date - a.starts_on, 365)))
                            ::numeric AS days
                  FROM r LEFT JOIN relationships_cadenceagreement a ON a.id = r.agreement_id
                 WHERE r.every_days IS NOT NULL) told) counted,
       unnest(ARRAY['asked', 'met', 'short']) AS w (name)
 GROUP BY w.name
SELECT 'quadrant:' || COALESCE(CASE WHEN satisfied AND loyal THEN 'apostle'
                                    WHEN satisfied AND NOT loyal THEN 'mercenary'
                                    WHEN NOT satisfied AND loyal THEN 'hostage'
                                    WHEN NOT satisfied AND NOT loyal THEN 'defector' END, 'not_known'), count(*)
  FROM (SELECT satisfaction >= 4 AS satisfied,
               CASE WHEN again <= 3 OR gave < %(day)s::date - 120
                         OR (named AND COALESCE(seen, created_at::date) < %(day)s::date - 3 * every_days) THEN FALSE
                    WHEN (again IS NOT NULL)::int + (gave IS NOT NULL)::int
                         + (seen IS NOT NULL AND every_days IS NOT NULL)::int >= 2 THEN TRUE END AS loyal
          FROM (SELECT r.*, {NEWEST.format("satisfaction")} AS satisfaction, {NEWEST.format("choose_again")} AS again,
                       EXISTS (SELECT 1 FROM {DECIDERS}) AS named, (SELECT max(k.seen_on) FROM {DECIDERS}) AS seen,
                       (SELECT max(e.day) FROM relationships_evidence e
                         WHERE e.relationship_id = r.id AND e.kind IN ('feedback_given', 'roadmap_shared')
                           AND e.side = 'theirs' AND e.day <= %(day)s) AS gave
                  FROM r WHERE going) told) judged
 GROUP BY 1
"""


def count(day: date, owner: int | None = None, tag: str = "") -> dict[str, float]:
    """Of all, of one owner, of one tag; what is nothing is left out."""
    found: Counter[str] = Counter()
    with connection.cursor() as cursor:
        for statement in STATEMENTS.strip().split("\nSELECT "):
            cursor.execute(
                f"{BOOK} SELECT {statement.removeprefix('SELECT ')}", {"day": day, "owner": owner, "tag": tag}
            )
            found.update({name: float(value) for name, value in cursor.fetchall() if value})
    return dict(found)
