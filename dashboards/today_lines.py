"""The rows of Today in words: the fact with its day, why, and whose it is, each source in its own way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy

from accounts.models import User
from dashboards import (
    introductions,
    today_words,
    wanting_answers,
    wanting_meetings,
    wanting_plays,
    wanting_problems,
    wanting_stages,
)
from dashboards.today import Candidate, Reason, Row
from dashboards.wanting import ANSWERS, MEETINGS, PROBLEMS, PROMISED, due_words, promise_due, promise_why, stood_in_for
from meetings.models import Insight, Meeting, Play
from relationships import problem_words, queries, stage_words, words
from relationships.cadence import State
from relationships.models import (
    Commitment,
    Feedback,
    Interaction,
    Introduction,
    PlanStep,
    Problem,
    Relationship,
)
from relationships.words import Look
from web.clock import Now

STEP_LOOK = Look(gettext_lazy("Next step"), "chevron-right", "faint")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of Today: the partner, the fact with its day, why, and what else waits there."""

    relationship: Relationship
    reason: Reason
    look: Look
    sentence: str
    why: str
    # What else waits there, in words.
    also: str
    writes: bool
    # The colleague for whom the person stands in, where it is theirs.
    instead_of: User | None = None
    # What day it is where the partner is, where that is another one: the days of the row are told from it.
    there: date | None = None
    commitment: Commitment | None = None
    step: Interaction | None = None
    introduction: Introduction | None = None
    plan_step: PlanStep | None = None
    problem: Problem | None = None
    feedback: Feedback | None = None
    play: Play | None = None
    insight: Insight | None = None
    meeting: Meeting | None = None

    @property
    def checks_in(self) -> bool:
        return self.reason in (Reason.OVERDUE, Reason.DUE)

    @property
    def unsettled(self) -> bool:
        return self.reason is Reason.UNSETTLED

    @property
    def on_stage(self) -> bool:
        return self.reason in (Reason.REVIEW, Reason.STAGE)

    @property
    def moves(self) -> bool:
        """A move up is proposed, and nothing is to be reviewed first."""
        return self.reason is Reason.STAGE and bool(self.relationship.proposed_stage)


@dataclass(frozen=True, slots=True)
class Found:
    """What the rows speak of, fetched for all of them at once."""

    user: User
    now: Now
    relationships: dict[int, Relationship]
    commitments: dict[int, Commitment]
    steps: dict[int, Interaction]
    introductions: dict[int, Introduction]
    plan_steps: dict[int, PlanStep]
    problems: dict[int, Any]
    feedback: dict[int, Feedback]
    plays: dict[int, Play]
    insights: dict[int, Insight]
    meetings: dict[int, Meeting]
    touches: dict[int, Interaction]
    changeable: set[int]


def _fetch(user: User, rows: Iterable[Row], now: Now) -> Found:
    worst = [row.worst for row in rows]
    ids = [one.relationship for one in worst]
    promised = [one.key for one in worst if one.reason in PROMISED]
    wanted = [one.key for one in worst if one.reason is Reason.INTRODUCTION]
    steps = [one.key for one in worst if one.reason is Reason.STEP and not one.of]
    planned = [one.key for one in worst if one.reason is Reason.STEP and one.of]
    checks = [one.key for one in worst if one.reason in (Reason.OVERDUE, Reason.DUE)]
    return Found(
        user=user,
        now=now,
        relationships=Relationship.objects.select_related("account", "agreement", "owner").in_bulk(ids),
        commitments=Commitment.objects.select_related("relationship", "colleague", "contact", "keeper").in_bulk(
            promised
        ),
        steps=Interaction.objects.in_bulk(steps),
        introductions=Introduction.objects.select_related("through", "keeper").in_bulk(wanted),
        plan_steps=PlanStep.objects.select_related("keeper").in_bulk(planned),
        problems=wanting_problems.fetch([one.key for one in worst if one.reason in PROBLEMS]),
        feedback=wanting_answers.named([one.key for one in worst if one.reason in ANSWERS]),
        plays=wanting_plays.plays_named([one.key for one in worst if one.reason is Reason.PLAY]),
        insights=wanting_plays.insights_named([one.key for one in worst if one.reason is Reason.INSIGHT]),
        meetings=wanting_meetings.fetch([one.key for one in worst if one.reason in MEETINGS]),
        touches=queries.last_touches(checks),
        changeable=set(Relationship.objects.changeable_by(user).filter(pk__in=ids).values_list("pk", flat=True)),
    )


def lines(user: User, rows: Iterable[Row], now: Now) -> list[Line]:
    """The rows in words; what vanished meanwhile is left out. Eleven queries at most."""
    shown = list(rows)
    found = _fetch(user, shown, now)
    said = [_line(row, found) for row in shown if row.relationship in found.relationships]
    return [line for line in said if line is not None]


def _line(row: Row, found: Found) -> Line | None:
    one, relationship = row.worst, found.relationships[row.relationship]
    today = relationship.today(found.now)
    told = TELLERS[one.reason](one, relationship, found, today)
    if told is None:
        return None
    return Line(
        relationship,
        one.reason,
        told.look,
        told.fact,
        told.why,
        today_words.besides(row),
        relationship.pk in found.changeable,
        stood_in_for(found.user, told.keeper or relationship.owner),
        today if today != found.now.today(found.user.zone) else None,
        **told.about,
    )


# A source each -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """What a source says of one of its own, and who sees to it where that is not the owner."""

    look: Look
    fact: str
    why: str
    keeper: User | None = None
    about: dict[str, Any] = field(default_factory=dict)


def _check_in(one: Candidate, relationship: Relationship, found: Found, today: date) -> Told:
    look = words.LOOKS[State.OVERDUE if one.reason is Reason.OVERDUE else State.DUE]
    touch = found.touches.get(relationship.pk)
    return Told(
        look, words.sentence(relationship, found.now), words.last_time(touch, today) if touch is not None else ""
    )


def _review(one: Candidate, relationship: Relationship, found: Found, today: date) -> Told:
    return Told(*stage_words.review(relationship, today))


def _stage(one: Candidate, relationship: Relationship, found: Found, today: date) -> Told:
    return Told(*stage_words.asks(relationship, today))


def _step(one: Candidate, relationship: Relationship, found: Found, today: date) -> Told | None:
    return _plan_step(one, relationship, found, today) if one.of else _next_step(one, found, today)


def _plan_step(one: Candidate, relationship: Relationship, found: Found, today: date) -> Told | None:
    row = found.plan_steps.get(one.key)
    if row is None or row.due_on is None:
        return None
    look, fact, why = wanting_stages.said_of_step(row, relationship, due_words(row.due_on, today))
    return Told(look, fact, why, row.keeper, {"plan_step": row})


def _next_step(one: Candidate, found: Found, today: date) -> Told | None:
    row = found.steps.get(one.key)
    if row is None or row.next_step_on is None:
        return None
    fact = f"{words.clipped(row.next_step, 90)} – {due_words(row.next_step_on, today)}"
    return Told(STEP_LOOK, fact, words.last_time(row, today), about={"step": row})


def _introduction(one: Candidate, relationship: Relationship, found: Found, today: date) -> Told | None:
    row = found.introductions.get(one.key)
    if row is None:
        return None
    fact, why = introductions.fact(row), introductions.why(row, today)
    return Told(introductions.LOOK, fact, why, row.keeper, {"introduction": row})


def _problem(one: Candidate, relationship: Relationship, found: Found, today: date) -> Told | None:
    row = found.problems.get(one.key)
    if row is None:
        return None
    look, fact = problem_words.LOOKS[row.state(found.now)], wanting_problems.fact(row, today)
    return Told(look, fact, wanting_problems.why(row, today), row.keeper, {"problem": row})


def _answer(one: Candidate, relationship: Relationship, found: Found, today: date) -> Told | None:
    row = found.feedback.get(one.key)
    if row is None:
        return None
    return Told(*wanting_answers.said(one.reason, row, today), row.keeper, {"feedback": row})


def _play(one: Candidate, relationship: Relationship, found: Found, today: date) -> Told | None:
    row = found.plays.get(one.key)
    if row is None:
        return None
    return Told(*wanting_plays.said_of_play(row, today), row.keeper, {"play": row})


def _insight(one: Candidate, relationship: Relationship, found: Found, today: date) -> Told | None:
    row = found.insights.get(one.key)
    if row is None:
        return None
    return Told(*wanting_plays.said_of_insight(row, today), row.colleague, {"insight": row})


def _meeting(one: Candidate, relationship: Relationship, found: Found, today: date) -> Told | None:
    row = found.meetings.get(one.key)
    if row is None:
        return None
    return Told(*wanting_meetings.said(one.reason, row, found.user, found.now), row.organiser, {"meeting": row})


def _promise(one: Candidate, relationship: Relationship, found: Found, today: date) -> Told | None:
    row = found.commitments.get(one.key)
    if row is None:
        return None
    look, fact = words.PROMISE_LOOKS[row.state(found.now)], words.clipped(row.what, 90)
    why = promise_why(row, found.user, today)
    return Told(look, f"{fact} – {promise_due(row, today)}", why, row.keeper, {"commitment": row})


TELLERS: dict[Reason, Callable[[Candidate, Relationship, Found, date], Told | None]] = {
    Reason.CRITICAL: _problem,
    Reason.OURS_LATE: _promise,
    Reason.PROBLEM: _problem,
    Reason.UNSETTLED: _meeting,
    Reason.OVERDUE: _check_in,
    Reason.UNANSWERED: _answer,
    Reason.HEARD: _answer,
    Reason.DUE: _check_in,
    Reason.BARE: _meeting,
    Reason.OURS_SOON: _promise,
    Reason.THEIRS_LATE: _promise,
    Reason.REVIEW: _review,
    Reason.STAGE: _stage,
    Reason.STEP: _step,
    Reason.PLAY: _play,
    Reason.INTRODUCTION: _introduction,
    Reason.INSIGHT: _insight,
}
