"""What wants a person: reads what ``dashboards.today`` ranks; ``today_lines`` puts words to the rows that are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DateField, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

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
from dashboards.queries import counted
from dashboards.today import Board, Candidate, Reason, board
from relationships import promises, words
from relationships.cadence import lateness
from relationships.models import (
    Commitment,
    CommitmentQuerySet,
    HandOver,
    Interaction,
    InteractionQuerySet,
    Relationship,
    RelationshipQuerySet,
    is_late,
    latest_date,
    local_date,
)
from web import dates
from web.clock import Now

# A promise of ours stands on Today from so many days before its day.
SOON = 7
# Of what can wait, so many are named.
NAMED_LATER = 40
# So many who are booked are named.
MOST_BOOKED = 5
# A hand-over stands on Today of the next owner for so long.
HANDED_OVER = timedelta(days=14)
MOST_HANDED_OVER = 20
PROBLEMS = (Reason.CRITICAL, Reason.PROBLEM)
MEETINGS = (Reason.UNSETTLED, Reason.BARE)
ANSWERS = (Reason.UNANSWERED, Reason.HEARD)
PROMISED = (Reason.OURS_LATE, Reason.OURS_SOON, Reason.THEIRS_LATE)


# What there is -----------------------------------------------------------------------------------------------------


def own(user: User) -> RelationshipQuerySet:
    """The person's own, and those of the colleagues whom they stand in for today."""
    return Relationship.objects.visible_to(user).filter(owner__in=user.acts_for)


def open_promises(user: User) -> tuple[CommitmentQuerySet, CommitmentQuerySet]:
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
    named, unnamed = open_promises(user)
    return named.filter(_wants(now)), unnamed.filter(_wants(now))


def _keys(user: User, now: Now) -> QuerySet[Any]:
    """The relationships that want something of the person."""
    due = own(user).order_by().waiting(now)
    named, unnamed = wanting_promises(user, now)
    return due.values_list("pk").union(
        named.values_list("relationship"),
        unnamed.values_list("relationship"),
        wanting_problems.wanted(user, now).values_list("relationship"),
        _steps(user, now).values_list("relationship"),
        introductions.wanting(user).values_list("relationship"),
        wanting_plays.wanted(user, now).values_list("relationship"),
        wanting_plays.to_know(user).values_list("relationship"),
        *wanting_stages.keys(user, now),
        *(rows.values_list("relationship") for rows in wanting_meetings.keys(user, now)),
        wanting_answers.wanted(user, now).values_list("relationship"),
    )


def _late_promises(user: User, now: Now) -> QuerySet[Any]:
    named, unnamed = (rows.ours().late(now).values_list("pk") for rows in open_promises(user))
    return named.union(unnamed, all=True)


# How many relationships want something of the person: the number beside *Today*.
count = counted(_keys)
# How many late promises of ours the person sees to: the number beside *Promises*.
late_promises = counted(_late_promises)


def of(user: User, now: Now) -> Board:
    """What wants the person today, ranked. A fixed number of queries for any number of partners and promises."""
    return board(
        [
            *_check_ins(user, now),
            *_wanted_promises(user, now),
            *wanting_problems.candidates(user, now),
            *wanting_meetings.candidates(user, now),
            *_wanted_steps(user, now),
            *wanting_answers.candidates(user, now),
            *introductions.candidates(user),
            *wanting_plays.candidates(user, now),
            *wanting_stages.candidates(user, now),
        ]
    )


def _check_ins(user: User, now: Now) -> Iterable[Candidate]:
    due = own(user).order_by().waiting(now)
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


# In words -----------------------------------------------------------------------------------------------------------


def stood_in_for(user: User, whose: User) -> User | None:
    """The colleague, where it is theirs and the person stands in for them today."""
    return whose if whose.pk != user.pk and whose.pk in user.acts_for else None


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


def booked(user: User, now: Now) -> Booked:
    """Whom nothing nags about because a meeting is near, the nearest first. One query."""
    rows = own(user).booked(now).select_related("account").order_by("booked_on", "account__name", "pk")
    found = list(rows[: MOST_BOOKED + 1])
    named = [(row, dates.on(row.booked_on, row.today(now))) for row in found if row.booked_on is not None]
    return Booked(named[:MOST_BOOKED], more=len(found) > MOST_BOOKED)


@dataclass(frozen=True, slots=True)
class Booked:
    """Partners with a check-in due and a meeting near that they accepted, each with its day."""

    named: list[tuple[Relationship, str]]
    more: bool


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
