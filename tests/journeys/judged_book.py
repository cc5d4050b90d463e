"""A relationship that is judged, with flags, feelings, what became of it and questions to both sides; and one on which
a question waits for what ours think."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import transaction

from relationships import actions, snapshots
from relationships.models import (
    Feeling,
    HealthFlag,
    Pulse,
    PulseAnswer,
    Relationship,
    RelationshipOutcome,
    ScoreConfig,
    Stakeholder,
)
from tests import people
from tests.dashboards.test_standing_page import proven
from tests.journeys.book import ago
from tests.relationships.records import agreed
from web.clock import Now

LONG_NAME = "Bundesverband der Energie- und Wasserwirtschaft Nordrhein-Westfalen und Umgebung e. V."
LONG = "Their purchasing department says every year that it would choose us again and then asks three others " * 3


class Judged(NamedTuple):
    row: Relationship
    then: date
    flag: HealthFlag
    feeling: Feeling
    outcome: RelationshipOutcome
    answer: PulseAnswer
    # Of theirs, given by a link that still takes an answer; of ours on another relationship; skipped, so that its link takes none.
    given: Pulse
    ours: Pulse
    over: Pulse


@transaction.atomic
def judged_book() -> Judged:
    now = Now.read()
    row = proven()
    # Long enough for its course to be drawn.
    Relationship.objects.filter(pk=row.pk).update(created_at=now.instant - timedelta(days=120))
    by: dict[str, Any] = {"actor": people.alice(), "now": now}
    then = ago(40)
    for day in (ago(35), ago(3), ago(0)):
        actions.rebuild_health(now=Now.on(day))
        snapshots.keep(Now.on(day))
    flag = _flagged(row)
    feeling, outcome = _said_of_it(row, by)
    answer = _both_sides(row)
    ingrid = row.stakeholders.earliest("pk")
    given = _asked_of_theirs(row, ingrid, by)
    # Not swept: on some days the clock would ask by itself.
    far, other = (agreed(14, start=ago(200), account=people.account(name)) for name in (LONG_NAME, "Nordlaks"))
    ours = actions.ask_pulse(relationship=far, **by).row
    solveig = Stakeholder.objects.create(
        relationship=other, account=other.account, contact=ingrid.contact, power="decides", known_on=ago(30)
    )
    over = _asked_of_theirs(other, solveig, by)
    actions.skip_pulse(question=over, **by)
    _other_weights(now)
    return Judged(row, then, flag, feeling, outcome, answer, given, ours, over)


def _flagged(row: Relationship) -> HealthFlag:
    about: dict[str, Any] = {"relationship": row, "account": row.account}
    HealthFlag.objects.filter(relationship=row).delete()
    HealthFlag.objects.create(kind="trust_eroding", side="ours", since=ago(12), **about)
    HealthFlag.objects.create(kind="single_threaded", since=ago(50), until=ago(30), **about)
    HealthFlag.objects.create(
        kind="one_sided", since=ago(33), snoozed_until=ago(-9), snoozed_why=LONG, snoozed_by=row.owner, **about
    )
    return HealthFlag.objects.create(kind="going_quiet", since=ago(9), **about)


def _said_of_it(row: Relationship, by: dict[str, Any]) -> tuple[Feeling, RelationshipOutcome]:
    """Weak for long against what the evidence says, so that the page asks; and twice what became of it."""
    for day in (70, 40, 12):
        actions.feel(actor=row.owner, now=Now.on(ago(day)), relationship=row, word="troubled", note=LONG)
    feeling = actions.feel(relationship=row, word="troubled", **by).row
    actions.note_outcome(relationship=row, kind="downgraded", reason=LONG, came_on=ago(90), **by)
    return feeling, actions.note_outcome(relationship=row, kind="renewed", reason="Two years more", **by).row


def _both_sides(row: Relationship) -> PulseAnswer:
    """Alike, far apart, of one side only; satisfied, and yet they would not choose us again."""
    for question, ours, theirs in (
        ("listens", 4, 4),
        ("fair", 5, 2),
        ("worth_price", 2, 4),
        ("satisfaction", 4, 5),
        ("choose_again", 5, 2),
    ):
        people.answered(row, question, theirs, ago(20), words=LONG)
        people.answered(row, question, ours, ago(21), side="ours", words="They ring first")
    return people.answered(row, "owns_mistakes", 3, ago(60), side="ours", words="Not always")


def _asked_of_theirs(row: Relationship, who: Stakeholder, by: dict[str, Any]) -> Pulse:
    ours = actions.ask_pulse(relationship=row, **by).row
    actions.answer_pulse(question=ours, score=4, words="They ring first", **by)
    theirs = Pulse.objects.get(follows=ours)
    actions.give_pulse(question=theirs, to=who, by_mail=False, **by)
    theirs.refresh_from_db()
    return theirs


def _other_weights(now: Now) -> None:
    """Two versions more, so that the former can be looked at before and after."""
    numbers = ScoreConfig.objects.in_force().numbers
    by: dict[str, Any] = {"actor": people.adam(), "now": now}
    actions.set_score(**by, numbers={**numbers, "cadence": 10, "trust": 35}, why="A word kept says more", seen=1)
    actions.set_score(**by, numbers={**numbers, "cadence": 5, "trust": 40}, why=LONG, seen=2)
