"""What wants a person: reads what ``dashboards.today`` ranks, and puts words to the rows that are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DateField, Q, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from dashboards import introductions, today_words, wanting_answers, wanting_problems, wanting_stages
from dashboards.today import Board, Candidate, Reason, Row, board
from relationships import feedback_words, problem_words, promises, queries, words
from relationships.cadence import State, lateness
from relationships.models import (
    Commitment,
    CommitmentQuerySet,
    Feedback,
    HandOver,
    Interaction,
    InteractionQuerySet,
    Introduction,
    PlanStep,
    Problem,
    Relationship,
    RelationshipQuerySet,
    is_late,
    latest_date,
    local_date,
)
from relationships.words import Look
from web import dates
from web.clock import Now

# A promise of ours stands on Today from so many days before its day.
SOON = 7
WEEK = timedelta(days=6)
# Of what can wait, so many are named.
NAMED_LATER = 40
# A hand-over stands on Today of the next owner for so long.
HANDED_OVER = timedelta(days=14)
MOST_HANDED_OVER = 20
PROBLEMS = (Reason.CRITICAL, Reason.PROBLEM)
PROMISED = (Reason.OURS_LATE, Reason.OURS_SOON, Reason.THEIRS_LATE)


# What there is -----------------------------------------------------------------------------------------------------


def own(user: User) -> RelationshipQuerySet:
    """The person's own, and those of the colleagues whom they stand in for today."""
    return Relationship.objects.visible_to(user).filter(owner__in=user.acts_for)


def _promises(user: User) -> tuple[CommitmentQuerySet, CommitmentQuerySet]:
    """The open promises that the person sees to: named for them, and named for nobody. Apart, as each has its index."""
    rows = Commitment.objects.visible_to(user).open().order_by()
    return (
        rows.filter(keeper__in=user.acts_for),
        rows.filter(keeper=None, relationship__owner__in=user.acts_for),
    )


def _steps(user: User, now: Now) -> InteractionQuerySet:
    """Next steps whose day has come."""
    mine = Interaction.objects.with_open_step().filter(relationship__in=own(user).order_by())
    here = local_date(now, "relationship__zone")
    return mine.filter(next_step_on__lte=latest_date(now)).filter(next_step_on__lte=here).order_by()


def _wants(now: Now) -> Q:
    """Late ones of both sides, and ours due within a week."""
    here = local_date(now, "relationship__zone")
    soon = Cast(here + Value(promises.DAY * SOON), DateField())
    ours = Q(side=Commitment.Side.OURS, binding_on__lte=latest_date(now) + promises.DAY * SOON)
    return is_late(now) | (ours & Q(binding_on__lte=soon))


def wanting_promises(user: User, now: Now) -> tuple[CommitmentQuerySet, CommitmentQuerySet]:
    """Named for the person, along the index of open promises by who sees to them; and named for nobody."""
    named, unnamed = _promises(user)
    return named.filter(_wants(now)), unnamed.filter(_wants(now))


def count(user: User, now: Now) -> int:
    """How many relationships want something of the person: the number beside *Today*. One query."""
    due = own(user).order_by().filter(due_on__lte=latest_date(now)).filter(due_on__lte=local_date(now))
    named, unnamed = wanting_promises(user, now)
    return (
        due.values_list("pk")
        .union(
            named.values_list("relationship"),
            unnamed.values_list("relationship"),
            wanting_problems.wanted(user, now).values_list("relationship"),
            _steps(user, now).values_list("relationship"),
            introductions.wanting(user).values_list("relationship"),
            *wanting_stages.keys(user, now),
            wanting_answers.wanting(user, now).values_list("relationship"),
        )
        .count()
    )


def late_promises(user: User, now: Now) -> int:
    """How many late promises of ours the person sees to: the number beside *Promises*. One query."""
    named, unnamed = (rows.ours().late(now).values_list("pk") for rows in _promises(user))
    return named.union(unnamed, all=True).count()


def of(user: User, now: Now) -> Board:
    """What wants the person today, ranked. A fixed number of queries for any number of partners and promises."""
    return board(
        [
            *_check_ins(user, now),
            *_wanted_promises(user, now),
            *wanting_problems.candidates(user, now),
            *_wanted_steps(user, now),
            *wanting_answers.candidates(user, now),
            *introductions.candidates(user),
            *wanting_stages.candidates(user, now),
        ]
    )


def _check_ins(user: User, now: Now) -> Iterable[Candidate]:
    due = own(user).order_by().filter(due_on__lte=latest_date(now)).filter(due_on__lte=local_date(now))
    # Where something is due the database has its day and the interval.
    keys: Iterable[Any] = due.values_list("pk", "zone", "due_on", "overdue_from", "every_days")
    for pk, zone, due_on, overdue_from, every in keys:
        today = now.today(zone)
        if overdue_from is not None and overdue_from <= today:
            yield Candidate(pk, Reason.OVERDUE, -lateness((today - due_on).days, every), pk)
        else:
            yield Candidate(pk, Reason.DUE, due_on.toordinal(), pk)


def _wanted_promises(user: User, now: Now) -> Iterable[Candidate]:
    columns = ("pk", "relationship", "relationship__zone", "side", "binding_on", "late_on")
    named, unnamed = (rows.values_list(*columns) for rows in wanting_promises(user, now))
    for pk, relationship, zone, side, binding_on, late_on in named.union(unnamed, all=True):
        ours = side == Commitment.Side.OURS
        if late_on is not None or binding_on < now.today(zone):
            reason = Reason.OURS_LATE if ours else Reason.THEIRS_LATE
            yield Candidate(relationship, reason, (late_on or binding_on).toordinal(), pk)
        else:
            yield Candidate(relationship, Reason.OURS_SOON, binding_on.toordinal(), pk)


def _wanted_steps(user: User, now: Now) -> Iterable[Candidate]:
    keys: Iterable[Any] = _steps(user, now).values_list("pk", "relationship", "next_step_on")
    for pk, relationship, day in keys:
        yield Candidate(relationship, Reason.STEP, day.toordinal(), pk)


# What it says ------------------------------------------------------------------------------------------------------


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

    @property
    def checks_in(self) -> bool:
        return self.reason in (Reason.OVERDUE, Reason.DUE)

    @property
    def on_stage(self) -> bool:
        return self.reason is Reason.STAGE


@dataclass(frozen=True, slots=True)
class Found:
    """What the rows speak of, fetched for all of them at once."""

    relationships: dict[int, Relationship]
    commitments: dict[int, Commitment]
    steps: dict[int, Interaction]
    introductions: dict[int, Introduction]
    plan_steps: dict[int, PlanStep]
    problems: dict[int, Any]
    feedback: dict[int, Feedback]
    touches: dict[int, Interaction]
    changeable: set[int]


def _fetch(user: User, rows: Iterable[Row]) -> Found:
    worst = [row.worst for row in rows]
    ids = [one.relationship for one in worst]
    promised = [one.key for one in worst if one.reason in PROMISED]
    wanted = [one.key for one in worst if one.reason is Reason.INTRODUCTION]
    steps = [one.key for one in worst if one.reason is Reason.STEP and not one.of]
    planned = [one.key for one in worst if one.reason is Reason.STEP and one.of]
    checks = [one.key for one in worst if one.reason in (Reason.OVERDUE, Reason.DUE)]
    return Found(
        relationships=Relationship.objects.select_related("account", "agreement", "owner").in_bulk(ids),
        commitments=Commitment.objects.select_related("relationship", "colleague", "contact", "keeper").in_bulk(
            promised
        ),
        steps=Interaction.objects.in_bulk(steps),
        introductions=Introduction.objects.select_related("through", "keeper").in_bulk(wanted),
        plan_steps=PlanStep.objects.select_related("keeper").in_bulk(planned),
        problems=wanting_problems.fetch([one.key for one in worst if one.reason in PROBLEMS]),
        feedback=wanting_answers.named([one.key for one in worst if one.reason is Reason.UNANSWERED]),
        touches=queries.last_touches(checks),
        changeable=set(Relationship.objects.changeable_by(user).filter(pk__in=ids).values_list("pk", flat=True)),
    )


def lines(user: User, rows: Iterable[Row], now: Now) -> list[Line]:
    """The rows in words; what vanished meanwhile is left out. Eight queries at most."""
    shown = list(rows)
    found = _fetch(user, shown)
    said = [_line(user, row, found, now) for row in shown if row.relationship in found.relationships]
    return [line for line in said if line is not None]


def _line(user: User, row: Row, found: Found, now: Now) -> Line | None:
    one, relationship = row.worst, found.relationships[row.relationship]
    today = relationship.today(now)
    also, writes = today_words.besides(row), relationship.pk in found.changeable
    instead_of = stood_in_for(user, relationship.owner)
    there = today if today != now.today(user.zone) else None
    if one.reason in (Reason.OVERDUE, Reason.DUE):
        look = words.LOOKS[State.OVERDUE if one.reason is Reason.OVERDUE else State.DUE]
        touch = found.touches.get(relationship.pk)
        why = words.last_time(touch, today) if touch else ""
        fact = words.sentence(relationship, now)
        return Line(relationship, one.reason, look, fact, why, also, writes, instead_of, there)
    if one.reason is Reason.STAGE:
        look, fact, why = wanting_stages.said(relationship, now)
        return Line(relationship, one.reason, look, fact, why, also, writes, instead_of, there)
    if one.reason is Reason.STEP and one.of:
        planned = found.plan_steps.get(one.key)
        if planned is None or planned.due_on is None:
            return None
        look, fact, why = wanting_stages.said_of_step(planned, relationship, due_words(planned.due_on, today))
        instead_of = stood_in_for(user, planned.keeper or relationship.owner)
        return Line(relationship, one.reason, look, fact, why, also, writes, instead_of, there, plan_step=planned)
    if one.reason is Reason.STEP:
        step = found.steps.get(one.key)
        if step is None or step.next_step_on is None:
            return None
        fact = f"{words.clipped(step.next_step, 90)} – {due_words(step.next_step_on, today)}"
        why = words.last_time(step, today)
        return Line(relationship, one.reason, STEP_LOOK, fact, why, also, writes, instead_of, there, step=step)
    if one.reason is Reason.INTRODUCTION:
        wanted = found.introductions.get(one.key)
        if wanted is None:
            return None
        fact, why = introductions.fact(wanted), introductions.why(wanted, today)
        look = introductions.LOOK
        instead_of = stood_in_for(user, wanted.keeper or relationship.owner)
        return Line(relationship, one.reason, look, fact, why, also, writes, instead_of, there, introduction=wanted)
    if one.reason in PROBLEMS:
        problem = found.problems.get(one.key)
        if problem is None:
            return None
        look, fact = problem_words.LOOKS[problem.state(now)], wanting_problems.fact(problem, today)
        why = wanting_problems.why(problem, today)
        instead_of = stood_in_for(user, problem.keeper or relationship.owner)
        return Line(relationship, one.reason, look, fact, why, also, writes, instead_of, there, problem=problem)
    if one.reason is Reason.UNANSWERED:
        voice = found.feedback.get(one.key)
        if voice is None:
            return None
        instead_of = stood_in_for(user, voice.keeper or relationship.owner)
        fact, why = feedback_words.unanswered(voice, today)
        look = feedback_words.LATE
        return Line(relationship, one.reason, look, fact, why, also, writes, instead_of, there, feedback=voice)
    promise = found.commitments.get(one.key)
    if promise is None:
        return None
    look = words.PROMISE_LOOKS[promise.state(now)]
    fact = f"{words.clipped(promise.what, 90)} – {promise_due(promise, today)}"
    why = promise_why(promise, user, today)
    instead_of = stood_in_for(user, promise.keeper or relationship.owner)
    return Line(relationship, one.reason, look, fact, why, also, writes, instead_of, there, commitment=promise)


def stood_in_for(user: User, whose: User) -> User | None:
    """The colleague, where it is theirs and the person stands in for them today."""
    return whose if whose.pk != user.pk and whose.pk in user.acts_for else None


STEP_LOOK = Look(gettext_lazy("Next step"), "chevron-right", "faint")


@dataclass(frozen=True, slots=True)
class Later:
    """What can wait: so many, the first of them by name with their reason."""

    count: int
    named: list[tuple[Relationship, str, User | None]]

    @property
    def unnamed(self) -> int:
        return self.count - len(self.named)


def later(user: User, board: Board) -> Later:
    """One query; a second for who stands in for somebody."""
    waiting = board.later[:NAMED_LATER]
    found = Relationship.objects.select_related("account", "owner").in_bulk([row.relationship for row in waiting])
    covers = len(user.acts_for) > 1
    promised = [row.worst.key for row in waiting if covers and row.worst.reason in PROMISED]
    keepers = {row.pk: row.keeper for row in Commitment.objects.select_related("keeper").filter(pk__in=promised)}
    named = []
    for row in waiting:
        if relationship := found.get(row.relationship):
            keeper = keepers.get(row.worst.key) if row.worst.reason in PROMISED else None
            whose = stood_in_for(user, keeper or relationship.owner)
            named.append((relationship, str(today_words.ONE[row.worst.reason]), whose))
    return Later(len(board.later), named)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something of this week: what, in grey what kind, and where it leads."""

    said: str
    kind: str
    address: str


def coming(user: User, now: Now) -> list[tuple[date, Happening]]:
    """What falls due from today to six days on, by day: promises, next steps, check-ins. Four queries.

    By the calendar of the reader; what is over where the partner is falls due no more.
    """
    here = now.today(user.zone)
    last = here + WEEK
    found: list[tuple[date, Happening]] = []
    for rows in _promises(user):
        due = rows.filter(late_on=None, binding_on__gte=here, binding_on__lte=last)
        due = due.filter(binding_on__gte=local_date(now, "relationship__zone"))
        for promise in due.select_related("relationship__account").by_day()[:NAMED_LATER]:
            side = _("promise") if promise.side == Commitment.Side.OURS else _("their promise")
            said = f"{promise.relationship}, {words.clipped(promise.what, 40)}"
            found.append((promise.binding_on, Happening(said, side, promise.get_absolute_url())))
    for step in queries.next_steps_of(user, now, WEEK.days)[:NAMED_LATER]:
        if step.next_step_on is not None and step.next_step_on <= last:
            said = f"{step.relationship}, {words.clipped(step.next_step, 40)}"
            address = f"{step.relationship.get_absolute_url()}#entry-{step.pk}"
            found.append((step.next_step_on, Happening(said, _("next step"), address)))
    due_rows = own(user).filter(due_on__lte=last, due_on__gt=local_date(now)).select_related("account")
    for row in due_rows.order_by("due_on", "account__name", "id")[:NAMED_LATER]:
        if row.due_on is not None:
            found.append((row.due_on, Happening(str(row), _("check-in due"), row.get_absolute_url())))
    return sorted(found, key=lambda one: one[0])


@dataclass(frozen=True, slots=True)
class Received:
    """A partner handed over to the person: when, and what the former owner wants them to know."""

    row: HandOver
    day: str
    note: str


def handed_over(user: User, now: Now) -> list[Received]:
    """What came to the person in the last 14 days and is theirs still, newest first. One query."""
    rows = HandOver.objects.visible_to(user).filter(
        next=user, relationship__owner=user, made_at__gte=now.instant - HANDED_OVER
    )
    found = rows.select_related("relationship__account", "former")[:MOST_HANDED_OVER]
    return [Received(row, _handed_on(row, now), words.clipped(row.note, 160)) for row in found]


def _handed_on(row: HandOver, now: Now) -> str:
    zone = ZoneInfo(row.relationship.zone)
    return dates.said(row.made_at.astimezone(zone).date(), row.relationship.today(now))


def due_words(day: date, today: date) -> str:
    """*due today*, *due tomorrow*, *due on Friday*, *11 days late*."""
    late = (today - day).days
    return (
        _("%(days)s late") % {"days": dates.days(late)}
        if late > 0
        else _("due %(day)s") % {"day": dates.on(day, today)}
    )


def promise_due(row: Commitment, today: date) -> str:
    """*11 days late*, counted from the first day missed; with the new day where one was agreed too late."""
    said = due_words(row.late_on or row.binding_on, today)
    if row.late_on is not None and row.binding_on >= today:
        return _("%(late)s, new day %(day)s") % {"late": said, "day": dates.said(row.binding_on, today)}
    return said


def promise_why(row: Commitment, user: User, today: date) -> str:
    """*You promised it to Jon Hauge on 3 November.* The day first promised where another counts now."""
    maker = _("You") if row.side == Commitment.Side.OURS and row.colleague_id == user.pk else row.maker
    values = {
        "who": maker or (_("We") if row.side == Commitment.Side.OURS else _("They")),
        "whom": row.receiver if row.side == Commitment.Side.OURS else None,
        "day": dates.on(row.made_on, today),
        "first": dates.said(row.due_on, today),
    }
    said = _("%(who)s promised it to %(whom)s %(day)s") if values["whom"] else _("%(who)s promised it %(day)s")
    moved = _(", first for %(first)s") if row.moved else ""
    return f"{said % values}{moved % values}."
