"""The whole book counted at once: every figure of every cell, in one statement over sets.

Each figure is the queryset that the list behind it shows, so that the two say the same; ``book.py`` reads what comes of
it. Days are local dates of the relationship's zone; a count is of the day that it is in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    DateField,
    F,
    Func,
    IntegerField,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, Least

from dashboards import quadrants
from dashboards.models import BookCount
from dashboards.queries import needed_a_day, state_conditions
from relationships import asked
from relationships.cadence import RENEWAL_DAYS, Late
from relationships.models import (
    Commitment,
    Feedback,
    HealthFlag,
    Problem,
    Relationship,
    StageChange,
    feedback_states,
    local_date,
)
from web.clock import Now
from web.quarters import Quarters, latest

MOVED_DAYS, FRESH_DAYS, YEAR_DAYS = 90, 7, 365
# As many quarters as three years touch.
MOST_MONTHS, QUARTERS = 120, 13
TENS = range(10)
OUTCOMES = {
    Commitment.Outcome.KEPT: "kept",
    Commitment.Outcome.KEPT_LATE: "late",
    Commitment.Outcome.BROKEN: "missed",
}

# A relationship is in the cell of all, and once in that of each tag it has, however often and in whatever capitals.
INTO_CELLS = """
WITH cells AS MATERIALIZED (
    SELECT r.id, r.team_id, r.owner_id, a.kind, r.tier, t.tag
      FROM relationships_relationship r
      JOIN accounts_account a ON a.id = r.account_id
     CROSS JOIN LATERAL (SELECT '' AS tag UNION SELECT min(word) FROM unnest(r.tags) AS word GROUP BY upper(word)) t
     WHERE r.removed_at IS NULL
),
facts (id, figure, value) AS ({facts})
INSERT INTO dashboards_bookfigure (count_id, team_id, owner_id, kind, tier, tag, figure, value)
SELECT %s, c.team_id, c.owner_id, c.kind, c.tier, c.tag, f.figure, sum(f.value::float8)
  FROM facts f JOIN cells c ON c.id = f.id
 GROUP BY c.team_id, c.owner_id, c.kind, c.tier, c.tag, f.figure
HAVING sum(f.value::float8) <> 0
"""
IN_QUADRANTS = """
SELECT r.id, 'quadrant:' || COALESCE(q.quadrant, %s), 1
  FROM relationships_relationship r
  LEFT JOIN unnest(%s::bigint[], %s::text[]) AS q (id, quadrant) ON q.id = r.id
 WHERE r.removed_at IS NULL AND r.paused_since IS NULL AND r.ended_on IS NULL
"""


def count(of: BookCount, now: Now) -> int:
    """Count all of it into the cells of a count without any; returns how many figures there are.

    One statement, after two for each lot of those who were asked how satisfied they are.
    """
    going_on = Relationship.objects.filter(removed_at=None).going_on()
    known = quadrants.known(going_on, now)
    facts = [IN_QUADRANTS]
    values: list[Any] = [quadrants.NOT_KNOWN, list(known), [one.value for one in known.values()]]
    for rows in _all_facts(of.day, now):
        sql, more = rows.query.sql_with_params()
        facts.append(sql)
        values.extend(more)
    with connection.cursor() as cursor:
        cursor.execute(INTO_CELLS.format(facts=" UNION ALL ".join(f"({one})" for one in facts)), [*values, of.pk])
        return int(cursor.rowcount)


def _all_facts(day: date, now: Now) -> Iterator[QuerySet[Any, Any]]:
    yield from _of_rhythm(now)
    yield from _of_stages(now)
    yield from _of_standing()
    yield from _of_flags(now)
    yield from _of_promises(day, now)
    yield from _of_what_they_say(now)


def _facts(rows: QuerySet[Any, Any], *name: str | Combinable, value: Combinable | None = None) -> QuerySet[Any, Any]:
    """Of each row the relationship it is about, the figure in which it is counted, and how much it counts.

    Parts of the name that are no text are columns.
    """
    parts = [Cast(Value(one) if isinstance(one, str) else one, TextField()) for one in name]
    figure = Concat(*parts, Value("", TextField()))
    about = "pk" if rows.model is Relationship else "relationship_id"
    counted: QuerySet[Any, Any] = rows.order_by().annotate(figure=figure, counts=value or Value(1.0))
    return counted.values_list(about, "figure", "counts")


def _of_rhythm(now: Now) -> Iterator[QuerySet[Any, Any]]:
    rows = Relationship.objects.filter(removed_at=None)
    states = Case(*(When(is_so, then=Value(state.value)) for state, is_so in state_conditions(now).items()))
    yield _facts(rows, "state:", states)
    for late in Late:
        yield _facts(rows.overdue_by(late, now), f"late:{late}")
    yield _facts(rows.with_rhythm(), "needed", value=needed_a_day())
    yield _facts(rows, "touch_days", value=asked.happened(now))
    yield _facts(rows.with_rhythm(), "asked", value=asked.asked(now))
    yield _facts(rows.with_rhythm(), "met", value=asked.met(now))
    yield _facts(asked.falling_short(rows, now), "short")


def _of_stages(now: Now) -> Iterator[QuerySet[Any, Any]]:
    rows = Relationship.objects.filter(removed_at=None)
    yield _facts(rows.going_on(), "stage:", F("stage"))
    yield _facts(rows.going_on(), "stage_months:", F("stage"), ":", _months_in_stage(now))
    yield _facts(rows.paused(), "stopped:paused")
    for way, changes in (("up", StageChange.objects.up()), ("down", StageChange.objects.down())):
        moved = changes.within(MOVED_DAYS, now).order_by().values("relationship")
        yield _facts(rows.filter(pk__in=moved), f"moved:{way}")
    yield _facts(rows.to_review(now), "review")
    yield _facts(rows.proposed(), "proposed")
    yield _facts(rows.evidence_overdue(now), "evidence_late")
    yield _facts(rows.unadvanced(now), "unadvanced")
    yield _facts(rows.renewing_within(RENEWAL_DAYS, now), "renewing")


def _months_in_stage(now: Now) -> Combinable:
    """Whole months; none of one that nobody has judged yet."""
    today = local_date(now)
    age = Func(Cast(today, DateField()), Least(Coalesce(F("stage_since"), today), today), function="age")
    years, months = (
        Func(age, template=f"EXTRACT({part} FROM %(expressions)s)::int", output_field=IntegerField())
        for part in ("YEAR", "MONTH")
    )
    return Least(years * Value(12) + months, Value(MOST_MONTHS))


def _of_standing() -> Iterator[QuerySet[Any, Any]]:
    rows = Relationship.objects.filter(removed_at=None)
    judged = rows.judged_within(0, 100)
    yield _facts(judged, "judged:", F("stage"))
    yield _facts(judged, "score:", F("stage"), value=F("standing__score"))
    for ten in TENS:
        yield _facts(rows.judged_within(10 * ten, 10 * ten + 10), "band:", F("stage"), f":{ten}")
    yield _facts(rows.unjudged(), "unjudged:", F("stage"))


def _of_flags(now: Now) -> Iterator[QuerySet[Any, Any]]:
    """Relationships are counted: trust that erodes on both sides is one, as it is one in the list."""
    rows = HealthFlag.objects.filter(
        relationship__removed_at=None, relationship__paused_since=None, relationship__ended_on=None
    )
    wanted = {
        "flag": rows.open(),
        "flag_new": rows.open().raised_within(FRESH_DAYS, now),
        "flag_cleared": rows.cleared_within(FRESH_DAYS, now),
    }
    for name, found in wanted.items():
        # Of one kind, and of any.
        yield _facts(found, f"{name}:", F("kind")).distinct()
        yield _facts(found, name).distinct()


def _of_promises(day: date, now: Now) -> Iterator[QuerySet[Any, Any]]:
    rows = Commitment.objects.filter(relationship__removed_at=None)
    quarter = Func(F("binding_on"), Value('YYYY"Q"Q'), function="to_char", output_field=TextField())
    outcome = Case(*(When(outcome=one, then=Value(name)) for one, name in OUTCOMES.items()))
    quarters = latest(day, QUARTERS)
    ended = rows.judged().of_quarter(Quarters(quarters[-1], quarters[0]))
    yield _facts(ended, "promise:", F("side"), ":", quarter, ":", outcome)
    yield _facts(rows.late(now), "promise_open_late:", F("side"))


def _of_what_they_say(now: Now) -> Iterator[QuerySet[Any, Any]]:
    said = Feedback.objects.filter(relationship__removed_at=None).theirs()
    yield _facts(said.answered_within(now, YEAR_DAYS), "answer:", _days("heard_on", "answered_on"))
    yield _facts(said.filter(feedback_states()["waiting"]), "answer_waiting")
    problems = Problem.objects.filter(relationship__removed_at=None)
    yield _facts(problems.solved_within(now, YEAR_DAYS), "remedy:", _days("opened_on", "solved_on"))
    yield _facts(problems.open(), "remedy_open")


def _days(since: str, until: str) -> Combinable:
    days = Func(F(until), F(since), arg_joiner=" - ", template="(%(expressions)s)", output_field=IntegerField())
    return Greatest(days, Value(0))
