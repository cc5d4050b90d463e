"""The ledger kept true, set-based: evidence follows from its source rows, and goes with them.

Each statement writes what is missing and removes what no longer holds, so that it may run any number of times.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from relationships import evidence, sums
from relationships.evidence import Kind
from relationships.feedback import DAYS_TO_IGNORE
from relationships.models import Commitment, Evidence, Feedback, Interaction, ProblemStep
from relationships.sweep import TODAY, fetch
from web.clock import Now

INTERACTION = Interaction._meta.label_lower
COMMITMENT = Commitment._meta.label_lower
FEEDBACK = Feedback._meta.label_lower
PROBLEM_STEP = ProblemStep._meta.label_lower

# A two-way contact is a touch, and an initiative of whoever began it, where that is known.
_FROM_INTERACTIONS = f"""
    SELECT i.relationship_id, i.account_id, '{evidence.RULES[Kind.TOUCH].component}' AS component,
           '{Kind.TOUCH}' AS kind, 'both' AS side, i.occurred_on AS day, 0.0 AS r, i.id AS source_id
      FROM relationships_interaction i
     WHERE i.two_way AND i.id = ANY(%(ids)s)
    UNION ALL
    SELECT i.relationship_id, i.account_id, '{evidence.RULES[Kind.INITIATIVE].component}',
           '{Kind.INITIATIVE}', i.begun_by, i.occurred_on, {evidence.RULES[Kind.INITIATIVE].r}, i.id
      FROM relationships_interaction i
     WHERE i.two_way AND i.begun_by <> 'unknown' AND i.id = ANY(%(ids)s)
"""
_FORGET_INTERACTIONS = f"""
DELETE FROM relationships_evidence e
 WHERE e.source_model = '{INTERACTION}' AND e.source_id = ANY(%(ids)s)
   AND NOT EXISTS (SELECT 1 FROM ({_FROM_INTERACTIONS}) w
                    WHERE w.source_id = e.source_id AND w.kind = e.kind AND w.side = e.side AND w.day = e.day)
RETURNING e.relationship_id
"""
_JOINED = "RETURNING relationship_id, kind, side, day, r, s"
_WRITE_INTERACTIONS = f"""
INSERT INTO relationships_evidence
       (relationship_id, account_id, shared, component, kind, side, day, r, s, source_model, source_id)
SELECT relationship_id, account_id, false, component, kind, side, day, r, 0.0, '{INTERACTION}', source_id
  FROM ({_FROM_INTERACTIONS}) w
    ON CONFLICT (source_model, source_id, kind, side) DO NOTHING
{_JOINED}
"""

LATE = evidence.RULES[Kind.PROMISE_LATE]
# The candidates come from the index on open promises that are not late yet; the zone decides.
FALL_LATE = f"""
WITH fallen AS (
    SELECT c.id
      FROM relationships_commitment c
      JOIN relationships_relationship r ON r.id = c.relationship_id
     WHERE c.ended_on IS NULL AND c.late_on IS NULL AND r.removed_at IS NULL
       AND c.binding_on <= %(latest)s::date AND c.binding_on < {TODAY}
     ORDER BY c.id
       FOR NO KEY UPDATE OF c
), marked AS (
    UPDATE relationships_commitment c SET late_on = c.binding_on
      FROM fallen
     WHERE c.id = fallen.id AND c.ended_on IS NULL AND c.late_on IS NULL
 RETURNING c.id, c.relationship_id, c.account_id, c.side, c.late_on
)
INSERT INTO relationships_evidence
       (relationship_id, account_id, shared, component, kind, side, day, r, s, source_model, source_id)
SELECT relationship_id, account_id, false, '{LATE.component}', '{Kind.PROMISE_LATE}', side, late_on, {LATE.r}, {LATE.s},
       '{COMMITMENT}', id
  FROM marked
    ON CONFLICT (source_model, source_id, kind, side) DO NOTHING
{_JOINED}
"""
# Marked late by a sweep as of a later day than this one.
NOT_LATE_YET = f"""
WITH early AS (
    UPDATE relationships_commitment c SET late_on = NULL
      FROM relationships_relationship r
     WHERE r.id = c.relationship_id AND c.ended_on IS NULL AND c.late_on = c.binding_on AND c.late_on >= {TODAY}
 RETURNING c.id
)
DELETE FROM relationships_evidence e
 USING early
 WHERE e.source_model = '{COMMITMENT}' AND e.source_id = early.id AND e.kind = '{Kind.PROMISE_LATE}'
RETURNING e.relationship_id
"""

IGNORED = evidence.RULES[Kind.FEEDBACK_IGNORED]
# Nobody has answered for so many days. The candidates come from the index on what may yet be ignored.
FALL_IGNORED = f"""
WITH fallen AS (
    SELECT f.id
      FROM relationships_feedback f
      JOIN relationships_relationship r ON r.id = f.relationship_id
     WHERE f.answered_on IS NULL AND f.ignored_on IS NULL AND NOT f.unsaid AND r.removed_at IS NULL
       AND f.heard_on <= %(latest)s::date - {DAYS_TO_IGNORE} AND f.heard_on <= {TODAY} - {DAYS_TO_IGNORE}
     ORDER BY f.id
       FOR NO KEY UPDATE OF f
), marked AS (
    UPDATE relationships_feedback f SET ignored_on = f.heard_on + {DAYS_TO_IGNORE}
      FROM fallen
     WHERE f.id = fallen.id AND f.answered_on IS NULL AND f.ignored_on IS NULL
 RETURNING f.id, f.relationship_id, f.account_id, f.side, f.ignored_on
)
INSERT INTO relationships_evidence
       (relationship_id, account_id, shared, component, kind, side, day, r, s, source_model, source_id)
SELECT relationship_id, account_id, false, '{IGNORED.component}', '{Kind.FEEDBACK_IGNORED}',
       CASE side WHEN 'ours' THEN 'theirs' ELSE 'ours' END, ignored_on, {IGNORED.r}, {IGNORED.s}, '{FEEDBACK}', id
  FROM marked
    ON CONFLICT (source_model, source_id, kind, side) DO NOTHING
{_JOINED}
"""
# Marked ignored by a sweep as of a later day than this one.
NOT_IGNORED_YET = f"""
WITH early AS (
    UPDATE relationships_feedback f SET ignored_on = NULL
      FROM relationships_relationship r
     WHERE r.id = f.relationship_id AND f.answered_on IS NULL AND f.ignored_on > {TODAY}
 RETURNING f.id
)
DELETE FROM relationships_evidence e
 USING early
 WHERE e.source_model = '{FEEDBACK}' AND e.source_id = early.id AND e.kind = '{Kind.FEEDBACK_IGNORED}'
RETURNING e.relationship_id
"""


@dataclass(frozen=True, slots=True)
class Source:
    """The row that evidence comes from."""

    model: str
    pk: int
    relationship_id: int
    account_id: int


def follow_interactions(ids: Iterable[int]) -> None:
    """Bring the evidence of these interactions in line with them; those that are gone leave none."""
    values = {"ids": list(ids)}
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_INTERACTIONS, values)
        gone = cursor.fetchall()
        cursor.execute(_WRITE_INTERACTIONS, values)
        joined = cursor.fetchall()
    _sum(gone, joined)


def _sum(gone: Sequence[tuple[Any, ...]], joined: Sequence[tuple[Any, ...]]) -> None:
    """The sums follow: what joined is added, where something went they are to be made anew."""
    sums.forget({pk for (pk,) in gone})
    sums.add([sums.Added(pk, evidence.Row(Kind(kind), side, day, r, s)) for pk, kind, side, day, r, s in joined])


def write(wanted: Mapping[Source, Sequence[evidence.Row]], kinds: Collection[Kind] = ()) -> None:
    """Make the evidence of these sources exactly what is given; the same few statements for any number.

    With ``kinds`` only that of these kinds: what else a source says is another's to write.
    """
    there: set[tuple[Any, ...]] = set()
    for model in {source.model for source in wanted}:
        ids = [source.pk for source in wanted if source.model == model]
        besides = {(source.pk, str(row.kind), row.side, row.day) for source, rows in wanted.items() for row in rows}
        there |= {(model, *key) for key in forget(model, ids, besides=besides, kinds=kinds)}
    new = [
        (source, row)
        for source, rows in wanted.items()
        for row in rows
        if (source.model, source.pk, str(row.kind), row.side, row.day) not in there
    ]
    Evidence.objects.bulk_create(
        [
            Evidence(
                relationship_id=source.relationship_id,
                account_id=source.account_id,
                component=evidence.RULES[row.kind].component.value,
                kind=row.kind.value,
                side=row.side,
                day=row.day,
                r=row.r,
                s=row.s,
                source_model=source.model,
                source_id=source.pk,
            )
            for source, row in new
        ],
        ignore_conflicts=True,
    )
    sums.add([sums.Added(source.relationship_id, row) for source, row in new])


def forget(
    model: str, ids: Collection[int], besides: Collection[tuple[Any, ...]] = (), kinds: Collection[Kind] = ()
) -> list[tuple[Any, ...]]:
    """Remove the evidence of sources that are gone, or what of it, of these ``kinds``, no longer holds.

    Returns what stays: source, kind, side and day of each row.
    """
    rows = Evidence.objects.filter(source_model=model, source_id__in=ids).order_by()
    if kinds:
        rows = rows.filter(kind__in=[kind.value for kind in kinds])
    found = list(rows.values_list("pk", "relationship", "source_id", "kind", "side", "day"))
    gone = [(pk, relationship) for pk, relationship, *key in found if tuple(key) not in besides]
    if gone:
        Evidence.objects.filter(pk__in=[pk for pk, _relationship in gone]).delete()
        sums.forget({relationship for _pk, relationship in gone})
    return [tuple(key) for _pk, _relationship, *key in found if tuple(key) in besides]


def fall_late(now: Now) -> int:
    """Promises whose day is over become late, dated on that day; returns how many did."""
    return _fall(FALL_LATE, NOT_LATE_YET, now)


def fall_ignored(now: Now) -> int:
    """Feedback that nobody has answered for 30 days is ignored, dated on the day it became true; returns how much."""
    return _fall(FALL_IGNORED, NOT_IGNORED_YET, now)


def _fall(becomes: str, not_yet: str, now: Now) -> int:
    with transaction.atomic():
        gone = fetch(not_yet, now)
        joined = fetch(becomes, now)
        # The sweep sums and stands them anew, all together.
        sums.forget({pk for pk, *_row in [*gone, *joined]})
    return len(joined)
