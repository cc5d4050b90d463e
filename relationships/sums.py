"""The sums of evidence kept true, set-based: ``relationships.health.total`` in SQL, and one row more at a time.

A row more costs the reading of its own week and one update, whatever the history. Whatever else happens to the ledger
or to the rhythm marks the sums stale, and ``rebuild`` makes them anew from the relationship's own evidence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q

from relationships import cadence, evidence, health, seen
from relationships.evidence import Kind, Row, Sum
from relationships.health import Pot, Rhythm, Sums
from relationships.models import CadenceAgreement, Evidence, EvidenceSums, Relationship, local_date
from relationships.records import Rested, rested_of
from relationships.sweep import CHOSEN, TODAY, fetch, run
from web.clock import Now

AGREEMENT = CadenceAgreement._meta.db_table
EVIDENCE = Evidence._meta.db_table
SIDES = ("ours", "theirs", "both")
LANDMARK = f"date '{health.LANDMARK}'"
# Which column of the sums each pot has: what each side gives has nothing against it.
COLUMNS = {(pot, sign): f"{pot}_{sign}" for pot in list(Pot)[:5] for sign in "rs"} | {
    (pot, "r"): f"{pot}_r" for pot in list(Pot)[5:]
}

HALTS = """
    SELECT h.relationship_id AS id, daterange(h.from_on, h.until_on) AS days
      FROM relationships_halt h JOIN present p ON p.id = h.relationship_id
     WHERE h.until_on IS NULL OR h.until_on > h.from_on
"""


def terms(only: str = "TRUE") -> str:
    """CTEs of the relationships named, ``only`` some of them: from which day to which (or on) which T was agreed.

    ``present`` has what counts today. As ``cadence.in_force`` has it.
    """
    return f"""
chosen AS MATERIALIZED (
    SELECT r.id, r.account_id, {TODAY} AS today
      FROM relationships_relationship r
     WHERE {CHOSEN} AND r.removed_at IS NULL AND {only}
), edges AS (
    SELECT c.id, a.starts_on AS edge FROM {AGREEMENT} a JOIN chosen c ON c.id = a.relationship_id
     UNION
    SELECT c.id, a.ends_on + 1
      FROM {AGREEMENT} a JOIN chosen c ON c.id = a.relationship_id
     WHERE a.ends_on IS NOT NULL
), terms AS MATERIALIZED (
    SELECT e.id, e.edge AS first,
           COALESCE(lead(e.edge) OVER (PARTITION BY e.id ORDER BY e.edge) - 1, 'infinity') AS last,
           (SELECT a.every_days::int FROM {AGREEMENT} a
             WHERE a.relationship_id = e.id AND a.starts_on <= e.edge AND (a.ends_on IS NULL OR e.edge <= a.ends_on)
             ORDER BY a.starts_on DESC, a.id DESC LIMIT 1) AS every
      FROM edges e
), present AS MATERIALIZED (
    SELECT c.id, c.account_id, c.today, t.every, g.agreed_on,
           GREATEST(1, (COALESCE(t.every, {health.WITHOUT_RHYTHM}) + 15) / 30) AS stretched
      FROM chosen c
      LEFT JOIN terms t ON t.id = c.id AND c.today BETWEEN t.first AND t.last
      LEFT JOIN (SELECT id, min(edge) AS agreed_on FROM edges GROUP BY id) g ON g.id = c.id
)"""


def forward(day: str, half: str) -> str:
    """SQL for ``health.forward``."""
    return f"power(2::float8, ({day} - {LANDMARK}) / ({half})::float8)"


def of_spell(last: str, days: str, every: str, half: str) -> str:
    """SQL for ``health.of_spell``; nothing for no day."""
    return (
        f"CASE WHEN {days} > 0 THEN {forward(last, half)} * (1 - power(2::float8, -({days}) / ({half})::float8))"
        f" / (1 - power(2::float8, -1 / ({half})::float8)) / {every} ELSE 0 END"
    )


def judged(runs: str) -> str:
    """CTEs over ``runs (id, start, first, last)``, spells without a rest of gaps: ``judged`` has their days by term.

    ``good`` of the days of each are in rhythm.
    """
    return f"""
counted AS (
    SELECT u.*, COALESCE(sum(u.last - u.first + 1) OVER (PARTITION BY u.id, u.start ORDER BY u.first
                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::int AS silent
      FROM {runs} u
), parts AS (
    SELECT c.id, GREATEST(c.first, t.first) AS first, LEAST(c.last, t.last) AS last, t.every,
           c.silent + (GREATEST(c.first, t.first) - c.first) AS silent
      FROM counted c JOIN terms t ON t.id = c.id AND t.every IS NOT NULL AND t.first <= c.last AND t.last >= c.first
), judged AS (
    SELECT q.id, q.first, q.last, q.every,
           LEAST(GREATEST(q.every + GREATEST(2, q.every / 4) - q.silent, 0), q.last - q.first + 1) AS good
      FROM parts q
)"""


def _rules() -> str:
    """Which pot a kind and a side go to, with the half-life before it is stretched, and the cap of a week."""
    rows = []
    for kind, rule in evidence.RULES.items():
        for side in SIDES:
            pot = health.pot_of(kind, side)
            if pot is not None and (rule.r or rule.s or kind is Kind.KPI_READING):
                cap = "NULL::float8" if rule.weekly is None else f"{float(rule.weekly)}::float8"
                rows.append(f"('{kind}', '{side}', '{pot}', {evidence.HALF_LIFE[rule.component]}, {cap})")
    return f"rules (kind, side, pot, half, weekly) AS (VALUES {', '.join(rows)})"


# The days of each gap between contacts that count: what was put off in it and halts are cut out.
GAPS = f"""touches AS (
    SELECT DISTINCT p.id, p.agreed_on, e.day
      FROM present p JOIN {EVIDENCE} e ON e.relationship_id = p.id
     WHERE e.component = 'cadence' AND e.kind = '{Kind.TOUCH}' AND e.day BETWEEN p.agreed_on AND p.today
), gaps AS (
    SELECT id, COALESCE(lag(day) OVER (PARTITION BY id ORDER BY day), agreed_on) AS start, day AS last FROM touches
), put_off AS (
    SELECT a.id, daterange(a.from_on + CASE WHEN a.same THEN 1 ELSE 0 END, LEAST(a.until_on, a.next) + 1) AS days
      FROM (SELECT p.id, s.from_on, s.until_on, COALESCE(bool_or(t.day = s.from_on), false) AS same,
                   min(t.day) FILTER (WHERE t.day > s.from_on) AS next
              FROM relationships_snooze s
              JOIN present p ON p.id = s.relationship_id
              LEFT JOIN touches t ON t.id = p.id
             WHERE s.from_on >= p.agreed_on
             GROUP BY s.id, p.id) a
), off AS (
    SELECT id, range_agg(days) AS days FROM (SELECT id, days FROM put_off UNION ALL {HALTS}) x GROUP BY id
), runs AS (
    SELECT g.id, g.start, lower(u.days) AS first, upper(u.days) - 1 AS last
      FROM gaps g LEFT JOIN off o ON o.id = g.id
     CROSS JOIN LATERAL unnest(datemultirange(daterange(g.start + 1, g.last + 1))
                               - COALESCE(o.days, '{{}}'::datemultirange)) AS u(days)
     WHERE g.last > g.start
)"""


def _rebuild() -> str:
    half = f"{evidence.HALF_LIFE[evidence.Component.CADENCE]} * p.stretched"
    pots = [(pot, sign, column) for (pot, sign), column in COLUMNS.items() if pot is not Pot.ADHERENCE]
    columns = [
        "stretched",
        "touched_on",
        "latest_on",
        "adherence_r",
        "adherence_s",
        *(column for *_pot, column in pots),
    ]
    summed = [f"sum({sign} * weight) FILTER (WHERE pot = '{pot}') AS {column}" for pot, sign, column in pots]
    return f"""
WITH {terms()}, {GAPS}, {judged("runs")}, adherence AS (
    SELECT p.id, sum({of_spell("j.first + j.good - 1", "j.good", "j.every", half)}) AS r,
           sum({of_spell("j.last", "j.last - j.first + 1 - j.good", "j.every", half)}) AS s
      FROM judged j JOIN present p ON p.id = j.id
     GROUP BY p.id
), {_rules()}, masses AS (
    SELECT p.id, u.pot, u.weekly, u.half * p.stretched AS half, e.kind, e.side, e.day, sum(e.r) AS r, sum(e.s) AS s
      FROM present p JOIN {EVIDENCE} e ON e.relationship_id = p.id JOIN rules u ON u.kind = e.kind AND u.side = e.side
     WHERE e.day <= p.today
     GROUP BY p.id, u.pot, u.weekly, u.half, p.stretched, e.kind, e.side, e.day
), capped AS (
    SELECT m.id, m.pot, m.s, {forward("m.day", "m.half")} AS weight,
           CASE WHEN m.weekly IS NULL THEN m.r
                ELSE LEAST(m.r, GREATEST(0, m.weekly - COALESCE(sum(m.r) OVER (
                           PARTITION BY m.id, m.kind, m.side, date_trunc('week', m.day) ORDER BY m.day DESC
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) END AS r
      FROM masses m
), pots AS (
    SELECT id, {", ".join(summed)} FROM capped GROUP BY id
)
INSERT INTO relationships_evidencesums AS n (relationship_id, rhythm, flags_stale, stale, {", ".join(columns)})
SELECT p.id, '', true, EXISTS (SELECT 1 FROM {EVIDENCE} e WHERE e.relationship_id = p.id AND e.day > p.today),
       p.stretched, t.touched_on,
       (SELECT max(e.day) FROM {EVIDENCE} e WHERE e.relationship_id = p.id AND e.day <= p.today),
       COALESCE(a.r, 0), COALESCE(a.s, 0), {", ".join(f"COALESCE(q.{column}, 0)" for *_pot, column in pots)}
  FROM present p LEFT JOIN adherence a ON a.id = p.id LEFT JOIN pots q ON q.id = p.id
  LEFT JOIN (SELECT id, max(day) AS touched_on FROM touches GROUP BY id) t ON t.id = p.id
    ON CONFLICT (relationship_id) DO UPDATE
   SET stale = EXCLUDED.stale, flags_stale = true, {", ".join(f"{column} = EXCLUDED.{column}" for column in columns)}
"""


REBUILD = _rebuild()
# Of those that stand as of another day: whose evidence fades otherwise today than it was summed.
BEHIND = f"NOT EXISTS (SELECT 1 FROM relationships_standing t WHERE t.relationship_id = r.id AND t.as_of = {TODAY})"
OTHERWISE = f"""
WITH {terms(BEHIND)}
SELECT p.id FROM present p JOIN relationships_evidencesums n ON n.relationship_id = p.id
 WHERE n.stretched <> p.stretched AND NOT n.stale
"""


def rebuild(now: Now, ids: Collection[int] | None = None) -> int:
    """Sum anew what is known up to today, of the relationships named or of all; returns how many.

    Where there is evidence of a later day, as for a sweep as of an earlier one, they stay stale. They must be locked:
    what a verb writes meanwhile would be summed by neither. When their people were seen last is looked up, too.
    """
    seen.anew(ids)
    return run(REBUILD, now, ids)


def forget_what_fades_otherwise(now: Now) -> None:
    """An agreement has begun or ended where no verb and no sweep looks at the dates, as in a pause."""
    forget({pk for (pk,) in fetch(OTHERWISE, now)})


def waiting(now: Now, after: int, most: int) -> list[int]:
    """Relationships that are to be summed anew, or never were, locked; in the order of their keys, ``after`` one.

    So are those whose sums know of a later day than today, as for a sweep as of an earlier one.
    """
    wait = Q(sums=None) | Q(sums__stale=True) | Q(sums__latest_on__gt=local_date(now))
    rows = Relationship.objects.filter(wait, pk__gt=after, removed_at=None).order_by("pk")
    return list(rows.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True)[:most])


def knowing_more(now: Now) -> list[int]:
    """Relationships whose sums know of a later day than today."""
    return list(Relationship.objects.filter(sums__latest_on__gt=local_date(now)).values_list("pk", flat=True))


def lock(ids: Collection[int] | None = None) -> None:
    """The relationships first, as every verb does, or two of them would wait for each other."""
    rows = Relationship.objects.all() if ids is None else Relationship.objects.filter(pk__in=ids)
    list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk").values("pk"))


# One row more --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Added:
    """A row that joined the ledger of a relationship."""

    relationship_id: int
    row: Row


def add(rows: Sequence[Added]) -> None:
    """Rows that joined the ledger join the sums, in a fixed number of statements for any number of rows.

    A contact earlier than the last one makes the sums stale, as do several at once.
    """
    if not rows:
        return
    ids = {one.relationship_id for one in rows}
    lock(ids)
    kept = {one.pk: one for one in EvidenceSums.objects.select_for_update().filter(pk__in=ids, stale=False)}
    touches = [one for one in rows if one.row.kind is Kind.TOUCH]
    late = {one.relationship_id for one in touches if _is_earlier(kept.get(one.relationship_id), one.row.day)}
    several = {pk for pk in ids if len({one.row.day for one in touches if one.relationship_id == pk}) > 1}
    stale = late | several
    simple = [one for one in rows if one.relationship_id in kept and one.relationship_id not in stale]
    if simple:
        rhythms = rhythms_of({one.relationship_id for one in simple if one.row.kind is Kind.TOUCH})
        _store(_joined(simple, kept, rhythms), _latest(simple, kept))
    if stale:
        forget(stale)


def keep_prints(prints: Mapping[int, str]) -> None:
    """What of their rhythm the sums were made with."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE relationships_evidencesums n SET rhythm = v.rhythm"
            " FROM unnest(%s::bigint[], %s::text[]) AS v(id, rhythm) WHERE n.relationship_id = v.id",
            [list(prints), list(prints.values())],
        )


def _is_earlier(kept: EvidenceSums | None, day: date) -> bool:
    return kept is not None and kept.touched_on is not None and day < kept.touched_on


def _joined(rows: Sequence[Added], kept: Mapping[int, EvidenceSums], rhythms: Mapping[int, Rhythm]) -> dict[int, Sums]:
    found = {one.relationship_id: read(kept[one.relationship_id]) for one in rows}
    weeks = _weeks(rows)
    for one in rows:
        week = weeks.get(_week(one.relationship_id, one.row), [])
        rhythm = rhythms.get(one.relationship_id, Rhythm())
        found[one.relationship_id] = health.add(found[one.relationship_id], one.row, week, rhythm)
        week.append(one.row)
    return found


def _latest(rows: Sequence[Added], kept: Mapping[int, EvidenceSums]) -> dict[int, date]:
    found: dict[int, date] = {}
    for one in rows:
        pk = one.relationship_id
        found[pk] = max(one.row.day, found.get(pk, kept[pk].latest_on or one.row.day))
    return found


Week = tuple[int, Kind, str, int, int]


def _week(pk: int, row: Row) -> Week:
    year, week, _day = row.day.isocalendar()
    return pk, row.kind, row.side, year, week


def _weeks(rows: Sequence[Added]) -> dict[Week, list[Row]]:
    """What of the ledger stands in the same weeks as these rows, they left out, where a cap may bite."""
    capped = [one for one in rows if evidence.RULES[one.row.kind].weekly is not None]
    if not capped:
        return {}
    wanted = Q()
    for pk, of_kind, side, year, week in {_week(one.relationship_id, one.row) for one in capped}:
        monday = date.fromisocalendar(year, week, 1)
        wanted |= Q(relationship=pk, kind=of_kind, side=side, day__range=(monday, monday + 6 * cadence.DAY))
    found: dict[Week, list[Row]] = {}
    for pk, kind, side, day, r, s in Evidence.objects.filter(wanted).values_list(
        "relationship", "kind", "side", "day", "r", "s"
    ):
        row = Row(Kind(kind), side, day, r, s)
        found.setdefault(_week(pk, row), []).append(row)
    for one in capped:
        found[_week(one.relationship_id, one.row)].remove(one.row)
    return found


def read(kept: EvidenceSums) -> Sums:
    """The sums as the pure core reads them."""
    pots = {
        pot: Sum(getattr(kept, f"{pot}_r"), getattr(kept, f"{pot}_s") if (pot, "s") in COLUMNS else 0.0) for pot in Pot
    }
    return Sums(kept.stretched, pots, kept.touched_on)


STORE = f"""
UPDATE relationships_evidencesums n
   SET flags_stale = true, touched_on = v.touched_on, latest_on = v.latest_on,
       {", ".join(f"{column} = v.{column}" for column in COLUMNS.values())}
  FROM unnest(%s::bigint[], %s::date[], %s::date[], {", ".join("%s::float8[]" for _column in COLUMNS)})
       AS v(id, touched_on, latest_on, {", ".join(COLUMNS.values())})
 WHERE n.relationship_id = v.id
"""


def _store(found: Mapping[int, Sums], latest: Mapping[int, date]) -> None:
    columns: list[list[object]] = [list(found), [one.touched_on for one in found.values()]]
    columns.append([latest[pk] for pk in found])
    columns += [[getattr(one.pots[pot], sign) for one in found.values()] for pot, sign in COLUMNS]
    with connection.cursor() as cursor:
        cursor.execute(STORE, columns)


def forget(ids: Collection[int]) -> None:
    """These are to be summed anew: something else than one more row happened."""
    if ids:
        lock(ids)
        EvidenceSums.objects.filter(pk__in=ids).update(stale=True, flags_stale=True)


def rhythms_of(ids: Collection[int]) -> dict[int, Rhythm]:
    """The agreements, snoozes and halts of each; two queries."""
    if not ids:
        return {}
    intervals: dict[int, list[cadence.Interval]] = {pk: [] for pk in ids}
    for row in CadenceAgreement.objects.filter(relationship__in=ids).order_by("id"):
        intervals[row.relationship_id].append(row.interval)
    rested = rested_of(ids)
    return {pk: rhythm(intervals[pk], rested[pk]) for pk in ids}


def rhythm(intervals: Sequence[cadence.Interval], rested: Rested) -> Rhythm:
    return Rhythm(intervals, rested.snoozed, [(span.first, span.last) for span in rested.halted])


def print_of(rhythm: Rhythm, today: date) -> str:
    """A print of all that the sums read besides the ledger."""
    said = repr((rhythm.intervals, rhythm.rests, rhythm.halts, health.stretch(rhythm.every(today))))
    return hashlib.blake2b(said.encode(), digest_size=12).hexdigest()
