"""How relationships stand, kept for lists: ``relationships.health.stand`` in SQL, one statement for any number.

It reads the sums, agreements, what rests and who decides, with when they were seen last; never the ledger nor the talks
themselves, but for a day before somebody was seen last. So a day costs the same whatever the history.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.db import connection

from relationships import evidence, health, seen
from relationships.health import Pot
from relationships.models import ScoreConfig, Stakeholder
from relationships.sums import COLUMNS, HALTS, forward, judged, of_spell, terms
from relationships.sweep import TODAY, run
from web.clock import Now

W = health.W
DECIDING = ", ".join(f"'{power}'" for power in Stakeholder.DECIDING)
COMPONENTS = tuple(component.value for component in evidence.Component)
SAYS = (*COMPONENTS, "trust_ours", "trust_theirs")
# A value is reckoned where it is named, and not put anew wherever it is read: else opinions of opinions of opinions
# grow so large that PostgreSQL plans them for a fifth of a second.
ONCE = "OFFSET 0"

# The weights and thresholds in force, as ``ScoreConfig.objects.in_force`` has it: for a day that is named those of its
# end, otherwise the newest. Without any version the first one stands, which is the definition's.
_NUMBERS = (*COMPONENTS, *ScoreConfig.THRESHOLDS)
SCORE = f"""
score AS MATERIALIZED (
    SELECT version, {", ".join(f"{name}::float8 AS {name}" for name in _NUMBERS)}
      FROM (SELECT version, {", ".join(_NUMBERS)}, valid_from FROM {ScoreConfig._meta.db_table}
             UNION ALL
            SELECT 1, {", ".join(str(ScoreConfig.DEFAULTS[name]) for name in _NUMBERS)}, '-infinity') versions
     WHERE %(day)s::date IS NULL OR valid_from < (%(day)s::date + 1)::timestamp AT TIME ZONE 'UTC'
     ORDER BY version DESC LIMIT 1
)"""


def _of(name: str, r: str, s: str) -> str:
    """An opinion of masses: belief, disbelief, unknown, and how far it may lie below and above."""
    return f"""LATERAL (
    SELECT r / whole AS b, s / whole AS d, {W} / whole AS u,
           (sqrt({W} * (CASE WHEN r + s > 0 THEN r * s / (r + s) ELSE 0 END + {W} / 4)) - {W} / 2) / whole AS down,
           (sqrt({W} * (CASE WHEN r + s > 0 THEN r * s / (r + s) ELSE 0 END + {W} / 4)) + {W} / 2) / whole AS up
      FROM (SELECT r, s, r + s + {W} AS whole
              FROM (SELECT GREATEST(0, {r}) AS r, GREATEST(0, {s}) AS s {ONCE}) masses {ONCE}) sums {ONCE}) {name}"""


def _certain(name: str, belief: str) -> str:
    """What is counted; unknown where the belief is null."""
    return f"""LATERAL (
    SELECT COALESCE(k, 0) AS b, CASE WHEN k IS NULL THEN 0 ELSE 1 - k END AS d,
           CASE WHEN k IS NULL THEN 1 ELSE 0 END AS u, 0::float8 AS down,
           CASE WHEN k IS NULL THEN 1 ELSE 0 END AS up
      FROM (SELECT {belief} AS k {ONCE}) counted {ONCE}) {name}"""


def _mean(name: str, *parts: str) -> str:
    share = f"1 / {len(parts)}::float8"
    return f"""LATERAL (
    SELECT b, d, u, LEAST(down, b) AS down, LEAST(up, 1 - b) AS up
      FROM (SELECT {
        ", ".join(f"({' + '.join(f'{part}.{one}' for part in parts)}) * {share} AS {one}" for one in "bdu")
    },
                   {
        ", ".join(
            f"sqrt({' + '.join(f'{part}.{one} * {part}.{one}' for part in parts)}) * {share} AS {one}"
            for one in ("down", "up")
        )
    } {ONCE}) whole {ONCE}) {name}"""


def _currency(silent: str, every: str) -> str:
    """SQL for ``health.currency``."""
    slack = f"GREATEST(2, {every} / 4)"
    return f"""CASE WHEN {silent} IS NULL OR {every} IS NULL THEN NULL
                 WHEN {silent} <= {every} THEN 1::float8
                 WHEN {silent} <= {every} + {slack} THEN 1 - 0.5::float8 * ({silent} - {every}) / {slack}
                 ELSE GREATEST(0, 0.5 - 0.5::float8 * ({silent} - {every} - {slack}) / (2 * {every})) END"""


def _slot(number: int) -> str:
    """How far the decision maker in a place counts as seen; null where nobody was named for it."""
    day, every = f"who.seen[{number}]", f"COALESCE(p.every, {health.WITHOUT_RHYTHM})"
    near, far = f"({health.SEEN_WITHIN} * {every})", f"({health.SEEN_UNTIL} * {every})"
    return f"""CASE WHEN who.named < {number} THEN NULL WHEN {day} IS NULL THEN 0::float8
                 WHEN p.today - {day} <= {near} THEN 1::float8
                 ELSE GREATEST(0, ({far} - (p.today - {day}))::float8 / ({far} - {near})) END"""


def _pot(pot: Pot, sign: str) -> str:
    half = f"{evidence.HALF_LIFE[health.COMPONENT[pot]]} * n.stretched"
    return f"n.{COLUMNS[pot, sign]} / {forward('p.today', half)}"


def _balance(name: str) -> str:
    ours, theirs = (_pot(Pot(f"{name}_{side}"), "r") for side in health.OF_ONE_SIDE)
    return _of(name, f"2 * LEAST({ours}, {theirs})", f"abs({ours} - {theirs})")


# A person of theirs (k) who has a place there on a day, or has none anywhere.
HAS_A_PLACE = """(SELECT NOT COALESCE(bool_or(TRUE), FALSE)
                           OR CASE WHEN bool_or(f.account_id = k.account_id)
                                   THEN bool_or(f.account_id = k.account_id AND f.holds) ELSE bool_or(f.holds) END
                      FROM (SELECT l.account_id, COALESCE(l.since <= {today}, TRUE)
                                                 AND COALESCE({today} < l.until, TRUE) AS holds
                              FROM accounts_affiliation l WHERE l.contact_id = k.contact_id) f)"""
# Whoever decides, is known by today and has a place there, or has none anywhere: as ``records`` and ``criteria`` read
# it. Two records of one name are one person. When each was seen last, the latest first.
DECIDERS = f"""LATERAL (
    SELECT count(*) AS named, array_agg(seen ORDER BY seen DESC NULLS LAST) AS seen
      FROM (SELECT max(CASE WHEN k.seen_on > p.today THEN ({seen.MET} AND i.occurred_on <= p.today)
                            ELSE k.seen_on END) AS seen
              FROM relationships_stakeholder k JOIN accounts_contact c ON c.id = k.contact_id
             WHERE k.relationship_id = p.id AND k.power IN ({DECIDING}) AND k.known_on <= p.today
               AND {HAS_A_PLACE.format(today="p.today")}
             GROUP BY lower(c.name)) found) who"""


# The spells of silence since the last contact, or since the first agreement: days put off and halts are cut out.
SINCE_THE_LAST = f"""open AS (
    SELECT p.id, p.today, n.touched_on, COALESCE(n.touched_on, p.agreed_on) AS start
      FROM present p JOIN relationships_evidencesums n ON n.relationship_id = p.id
), off AS (
    SELECT id, range_agg(days) AS days
      FROM (SELECT o.id, daterange(s.from_on, s.until_on + 1) AS days
              FROM relationships_snooze s JOIN open o ON o.id = s.relationship_id WHERE s.from_on >= o.start
             UNION ALL {HALTS}) x
     GROUP BY id
), runs AS (
    SELECT o.id, o.start, lower(u.days) AS first, upper(u.days) - 1 AS last
      FROM open o LEFT JOIN off f ON f.id = o.id
     CROSS JOIN LATERAL unnest(datemultirange(daterange(o.start + 1, o.today + 1))
                               - COALESCE(f.days, '{{}}'::datemultirange)) AS u(days)
     WHERE o.start < o.today
), silent AS (
    SELECT id, sum(last - first + 1)::int AS days FROM runs GROUP BY id
)"""
# Every component but cadence, which asks for the silence too.
PARTS = f""" CROSS JOIN {_of("meetings", _pot(Pot.ACCESS, "r"), _pot(Pot.ACCESS, "s"))}
 CROSS JOIN {_certain("one", _slot(1))}
 CROSS JOIN {_certain("two", _slot(2))}
 CROSS JOIN {_mean("coverage", "one", "two")}
 CROSS JOIN {_mean("access", "meetings", "coverage")}
 CROSS JOIN {_of("credibility", _pot(Pot.CREDIBILITY, "r"), _pot(Pot.CREDIBILITY, "s"))}
 CROSS JOIN {_of("trust_ours", _pot(Pot.TRUST_OURS, "r"), _pot(Pot.TRUST_OURS, "s"))}
 CROSS JOIN {_of("trust_theirs", _pot(Pot.TRUST_THEIRS, "r"), _pot(Pot.TRUST_THEIRS, "s"))}
 CROSS JOIN {_mean("trust", "trust_ours", "trust_theirs")}
 CROSS JOIN {_balance("initiative")}
 CROSS JOIN {_balance("feedback")}
 CROSS JOIN {_balance("roadmap")}
 CROSS JOIN {_mean("reciprocity", "initiative", "feedback", "roadmap")}
"""


def _stand(only: str = "TRUE") -> str:
    half = f"{evidence.HALF_LIFE[evidence.Component.CADENCE]} * n.stretched"
    late = of_spell("j.last", "j.last - j.first + 1 - j.good", "j.every", half)
    weigh = {name: f"s.{name} / 100" for name in COMPONENTS}
    points = {one: " + ".join(f"{weigh[name]} * {name}.{one}" for name in COMPONENTS) for one in "bdu"}
    spread = {
        one: "sqrt(" + " + ".join(f"({weigh[name]} * {name}.{one}) ^ 2" for name in COMPONENTS) + ")"
        for one in ("down", "up")
    }
    each = {one: [f"{weigh[name]} * {name}.{one}" for name in COMPONENTS] for one in "du"}
    most = {
        one: " ".join(
            f"WHEN {own} >= GREATEST({', '.join(each[one])}) THEN '{name}'"
            for name, own in zip(COMPONENTS, each[one], strict=True)
        )
        for one in "du"
    }
    most_lost = f"GREATEST({', '.join(each['d'])}) * 100"
    silent = "CASE WHEN n.touched_on <= p.today THEN COALESCE(q.days, 0) END"
    shown, known = (f"floor({points} + {health.NOISE})" for points in ("100 * whole.b", "(100 - 100 * whole.u)"))
    is_judged = f"100 - {known} <= s.most_unknown"
    bands = (
        f"CASE WHEN NOT ({is_judged}) THEN ''"
        f" WHEN {shown} >= s.strong THEN '{health.Band.STRONG}'"
        f" WHEN {shown} >= s.steady THEN '{health.Band.STEADY}' ELSE '{health.Band.WEAK}' END"
    )
    adherence_s = f"(n.adherence_s + COALESCE(l.mass, 0)) / {forward('p.today', half)}"
    says = [f"{name}_{one}" for name in SAYS for one in "bd"]
    columns = [
        "account_id", "as_of", "config", "earned", "lost", "unknown", "low", "high", "score", "band", "limiting", *says,
    ]  # fmt: skip
    return f"""
WITH {SCORE}, {terms(only)}, {SINCE_THE_LAST}, {judged("runs")}, lateness AS (
    SELECT n.relationship_id AS id, sum({late}) AS mass
      FROM judged j JOIN relationships_evidencesums n ON n.relationship_id = j.id
     GROUP BY n.relationship_id
)
INSERT INTO relationships_standing AS t (relationship_id, shared, {", ".join(columns)})
SELECT p.id, false, p.account_id, p.today, s.version, 100 * whole.b, 100 * whole.d, 100 * whole.u,
       100 * GREATEST(0, whole.b - whole.down), 100 * LEAST(1, whole.b + whole.up),
       CASE WHEN {is_judged} THEN 100 * whole.b END,
       {bands},
       CASE WHEN {most_lost} < 0.5 THEN CASE {most["u"]} END ELSE CASE {most["d"]} END END,
       {", ".join(f"{name}.{one}" for name in SAYS for one in "bd")}
  FROM present p
 CROSS JOIN score s
  JOIN relationships_evidencesums n ON n.relationship_id = p.id
  LEFT JOIN silent q ON q.id = p.id
  LEFT JOIN lateness l ON l.id = p.id
 CROSS JOIN {DECIDERS}
 CROSS JOIN {_certain("currency", _currency(silent, "p.every"))}
 CROSS JOIN {_of("adherence", _pot(Pot.ADHERENCE, "r"), adherence_s)}
 CROSS JOIN {_mean("cadence", "currency", "adherence")}
{PARTS} CROSS JOIN LATERAL (SELECT {points["b"]} AS b, {points["d"]} AS d, {points["u"]} AS u,
                            {spread["down"]} AS down, {spread["up"]} AS up {ONCE}) whole
    ON CONFLICT (relationship_id) DO UPDATE SET {", ".join(f"{column} = EXCLUDED.{column}" for column in columns)}
"""


STAND = _stand()
# What a verb wrote meanwhile stands as of this day and by this version already, and stays.
STAND_BEHIND = (
    _stand(
        f"NOT EXISTS (SELECT 1 FROM relationships_standing t WHERE t.relationship_id = r.id AND t.as_of = {TODAY}"
        " AND t.config = (SELECT version FROM score))"
    )
    + " WHERE t.as_of <> EXCLUDED.as_of OR t.config < EXCLUDED.config"
)


def stand(now: Now, ids: Collection[int] | None = None) -> int:
    """Write how the relationships named stand today, or all of them; returns how many."""
    return run(STAND, now, ids)


def stand_behind(now: Now) -> int:
    """Likewise all whose standing is as of another day than theirs, or by another version of the weights."""
    return run(STAND_BEHIND, now, None)


_FLOATS = ["earned", "lost", "unknown", "low", "high", *(f"{name}_{one}" for name in SAYS for one in "bd")]


def _as_of(pot: Pot, sign: str) -> str:
    """How far apart what is kept of a sum and what was made anew are on the day on which they are read."""
    half = f"{evidence.HALF_LIFE[health.COMPONENT[pot]]} * n.stretched"
    return f"abs(n.{COLUMNS[pot, sign]} - m.{COLUMNS[pot, sign]}) / {forward('t.as_of', half)}"


# Kept otherwise than it would be made anew, beyond what rounding does: a standing, a sum, or when somebody was seen.
DIFFERENT = f"""
SELECT count(*)
  FROM relationships_standing t
  FULL JOIN concord_standing_before b ON b.relationship_id = t.relationship_id
  LEFT JOIN relationships_evidencesums n ON n.relationship_id = t.relationship_id
  LEFT JOIN concord_sums_before m ON m.relationship_id = t.relationship_id
 WHERE t.relationship_id IS NULL OR b.relationship_id IS NULL OR t.as_of <> b.as_of
    OR t.config <> b.config OR t.limiting <> b.limiting
    OR t.band <> b.band OR {" OR ".join(f"abs(t.{one} - b.{one}) > 1e-9" for one in _FLOATS)}
    OR m.relationship_id IS NULL
    OR NOT m.stale AND (n.stretched <> m.stretched OR n.touched_on IS DISTINCT FROM m.touched_on
                        OR {" OR ".join(f"{_as_of(*key)} > 1e-9" for key in COLUMNS)})
    OR EXISTS (SELECT 1 FROM relationships_stakeholder k JOIN concord_seen_before s ON s.id = k.id
                WHERE k.relationship_id = t.relationship_id AND k.seen_on IS DISTINCT FROM s.seen_on)
"""
BEFORE = {
    "concord_standing_before": "SELECT * FROM relationships_standing",
    "concord_sums_before": "SELECT * FROM relationships_evidencesums",
    "concord_seen_before": "SELECT id, seen_on FROM relationships_stakeholder WHERE power <> ''",
}


def different(make: Callable[[], int]) -> tuple[int, int]:
    """What ``make`` returns, and of how many relationships it made something otherwise than it was kept."""
    with connection.cursor() as cursor:
        for name, kept in BEFORE.items():
            cursor.execute(f"CREATE TEMPORARY TABLE {name} AS {kept}")
        count = make()
        cursor.execute(DIFFERENT)
        (found,) = cursor.fetchone()
        cursor.execute(f"DROP TABLE {', '.join(BEFORE)}")
    return count, found
