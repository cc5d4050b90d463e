"""What a one-to-one is about: how somebody's book stands, with the rights of who reads it.

As many queries for one relationship as for a thousand. What changed is read by ``one_to_one_changes``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.models import User
from dashboards.one_to_one import Candidate, Change, Event, Good, Topic
from relationships import cadence, feedback, flag_words, flags
from relationships.cadence import State, lateness
from relationships.feelings import Word
from relationships.flags import Flag
from relationships.models import (
    Commitment,
    Feedback,
    Feeling,
    HealthFlag,
    Introduction,
    Mention,
    PlanStep,
    Problem,
    Relationship,
    Standing,
)
from web.clock import Now

BAD_FEELINGS = (Word.UNEASY, Word.TROUBLED)
# Of what was asked for, so many of each kind are named.
NAMED = 7


@dataclass(frozen=True)
class Book:
    """What somebody looks after, as far as the reader may see it; what they see to elsewhere stands in ``partners``."""

    person: User
    reader: User
    now: Now
    own: dict[int, Relationship]
    partners: dict[int, Relationship] = field(default_factory=dict)

    @cached_property
    def going_on(self) -> list[Relationship]:
        return [row for row in self.own.values() if row.paused_since is None and row.ended_on is None]

    @property
    def ids(self) -> list[int]:
        return list(self.own)

    def rests(self, pk: int) -> bool:
        row = self.partners[pk]
        return row.paused_since is not None or row.ended_on is not None

    def worth(self, pk: int) -> float:
        return float(self.partners[pk].yearly_worth or 0)

    def begin(self, since: date) -> datetime:
        """The moment at which a day begins for whoever reads it."""
        return datetime.combine(since, time.min, ZoneInfo(self.reader.zone))

    def standing(self, pk: int) -> Standing | None:
        found: Standing | None = getattr(self.partners[pk], "standing", None)
        return found

    def today(self, pk: int) -> date:
        return self.partners[pk].today(self.now)

    def meet(self, rows: Iterable[Any]) -> list[Any]:
        """The rows, their partners known from now on."""
        found = list(rows)
        for row in found:
            self.partners.setdefault(row.relationship_id, row.relationship)
        return found


def book_of(person: User, reader: User, now: Now) -> Book:
    """One query."""
    rows = Relationship.objects.visible_to(reader).filter(owner=person).order_by("account__name", "name", "pk")
    found = {row.pk: row for row in rows.select_related("account", "agreement", "standing", "owner")}
    return Book(person, reader, now, found, dict(found))


# How it stands -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Open:
    """What is open now, by key: everything that a row of what to talk about may be about."""

    promises: dict[int, Commitment]
    problems: dict[int, Any]
    feedback: dict[int, Feedback]
    flags: dict[int, HealthFlag]
    feelings: dict[int, Feeling]
    reviewed: set[int]
    untried: set[int]


def open_now(book: Book, since: date) -> Open:
    """Seven queries."""
    seen_to = Q(relationship__in=book.ids) | Q(keeper=book.person)
    named = ("relationship__account", "relationship__owner", "keeper", "contact", "colleague")
    reader, now = book.reader, book.now
    late = Commitment.objects.visible_to(reader).ours().late(now).filter(seen_to, relationship__ended_on=None)
    problems = Problem.objects.visible_to(reader).filter(seen_to).cannot_wait(now)
    owed = Feedback.objects.visible_to(reader).wanting_words(now).filter(seen_to)
    alarms = HealthFlag.objects.open().filter(relationship__in=[row.pk for row in book.going_on])
    felt = Feeling.objects.filter(relationship__in=book.ids, felt_by=book.person, felt_on__gte=since)
    newest = felt.order_by("relationship_id", "-felt_on", "-id").distinct("relationship_id")
    rows = Relationship.objects.filter(pk__in=book.ids).order_by()
    return Open(
        promises={row.pk: row for row in book.meet(late.select_related(*named))},
        problems={row.pk: row for row in book.meet(problems.select_related(*named[:4]))},
        feedback={row.pk: row for row in book.meet(owed.select_related(*named))},
        flags={
            row.pk: row
            for row in alarms.select_related("snoozed_by")
            if not flag_words.is_snoozed(row, book.today(row.relationship_id))
        },
        feelings={row.pk: row for row in newest if row.word in BAD_FEELINGS},
        reviewed=set(rows.to_review(now).values_list("pk", flat=True)),
        untried=set(rows.unadvanced(now).values_list("pk", flat=True)),
    )


def topics(book: Book, found: Open, changes: Mapping[Change, Sequence[Event]], since: date) -> Iterator[Candidate]:
    """What wants a conversation, new where it has come to that on or after a day. No query."""
    for pk, promise in found.promises.items():
        late = promise.late_on or promise.binding_on
        yield Candidate(promise.relationship_id, Topic.OURS_LATE, late.toordinal(), pk, late >= since)
    for pk, problem in found.problems.items():
        topic = Topic.CRITICAL if problem.severity == Problem.Severity.CRITICAL else Topic.PROBLEM
        until = problem.until
        yield Candidate(problem.relationship_id, topic, until.toordinal(), pk, until >= since)
    for pk, said in found.feedback.items():
        severe, heard = said.severity == Feedback.Severity.CRITICAL, said.heard_on
        topic = Topic.OUTCRY if severe else Topic.UNANSWERED
        new = heard + feedback.DAYS_TO_ANSWER * feedback.DAY >= since
        yield Candidate(said.relationship_id, topic, heard.toordinal(), pk, new)
    for pk, flag in found.flags.items():
        worst = flags.WORST_FIRST.index(Flag(flag.kind))
        yield Candidate(flag.relationship_id, Topic.FLAGGED, worst, pk, flag.since >= since)
    for pk, feeling in found.feelings.items():
        worst = 0 if feeling.word == Word.TROUBLED else 1
        if not book.rests(feeling.relationship_id):
            yield Candidate(feeling.relationship_id, Topic.FEELING, worst, pk)
    for event in changes.get(Change.FALLEN, ()):
        yield Candidate(event.relationship, Topic.FALLEN, event.row.earned - event.before.earned)
    flagged = {flag.relationship_id for flag in found.flags.values()}
    for row in book.going_on:
        yield from _of_itself(row, book, found, since, flagged=row.pk in flagged)


def _of_itself(row: Relationship, book: Book, found: Open, since: date, *, flagged: bool) -> Iterator[Candidate]:
    """When the stage of one was to be reviewed, or first nobody tried, is not known: it counts as there before."""
    today = row.today(book.now)
    overdue = row.state(book.now) is State.OVERDUE
    if overdue and row.due_on is not None and row.every_days:
        late = lateness((today - row.due_on).days, row.every_days)
        came = row.due_on + timedelta(days=row.every_days if late >= 1 else 0)
        yield Candidate(row.pk, Topic.SILENT if late >= 1 else Topic.OVERDUE, -late, new=came >= since)
    standing = book.standing(row.pk)
    weak = standing is not None and standing.band == Standing.Band.WEAK
    if row.renewal_on and row.renews_soon(today) and (weak or flagged or overdue):
        near = row.renewal_on - timedelta(days=cadence.RENEWAL_DAYS)
        yield Candidate(row.pk, Topic.RENEWS, row.renewal_on.toordinal(), new=near >= since)
    if row.pk in found.reviewed:
        yield Candidate(row.pk, Topic.REVIEW, (row.stage_since or today).toordinal(), new=False)
    if row.pk in found.untried:
        yield Candidate(row.pk, Topic.UNTRIED, (row.stage_since or today).toordinal(), new=False)


GOOD = {
    Change.RENEWED: Good.RENEWED,
    Change.MOVED_UP: Good.MOVED_UP,
    Change.FLAG_WENT: Good.FLAG_WENT,
    Change.RISEN: Good.RISEN,
    Change.SOLVED: Good.SOLVED,
    Change.KEPT: Good.KEPT,
    Change.PRAISED: Good.PRAISED,
    Change.THEIRS_KEPT: Good.THEIRS_KEPT,
    Change.MADE_UP: Good.MADE_UP,
}


def good_news(book: Book, found: Open, changes: Mapping[Change, Sequence[Event]]) -> Iterator[Candidate]:
    """What goes well: of what goes on, and of what is so still. No query."""
    open_flags = {(flag.relationship_id, flag.kind) for flag in found.flags.values()}
    for what, good in GOOD.items():
        for event in changes.get(what, ()):
            if not book.rests(event.relationship) and _is_good(what, event, book, open_flags):
                yield Candidate(event.relationship, good, -event.day.toordinal(), event.row.pk)
    for row in book.going_on:
        if row.proposed_stage:
            yield Candidate(row.pk, Good.EARNED, (row.stage_since or date.max).toordinal())


def _is_good(what: Change, event: Event, book: Book, open_flags: Collection[tuple[int, str]]) -> bool:
    match what:
        case Change.FLAG_WENT:
            return (event.relationship, event.row.kind) not in open_flags
        case Change.SOLVED:
            return bool(event.row.solved_on <= event.row.until)
        case Change.MADE_UP:
            return book.partners[event.relationship].state(book.now) is not State.OVERDUE
    return True


# What they asked for -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person asked of whoever manages them, in comments, and what these see to with the person's partners."""

    mentions: list[Mention]
    waiting: list[Commitment | Introduction | PlanStep]


def asked_of(book: Book, managers: Collection[User], since: date) -> Asked:
    """Four queries, whatever the number."""
    begin = book.begin(since)
    told = Mention.objects.filter(
        comment__relationship__in=book.ids, comment__written_by=book.person, user__in=managers
    ).filter(Q(seen_at=None) | Q(comment__written_at__gte=begin))
    named = told.select_related("comment__relationship__account", "comment__interaction", "comment__commitment", "user")
    mine = Q(relationship__in=book.ids, keeper__in=managers)
    rows: list[Any] = [
        Commitment.objects.open().filter(mine).order_by("binding_on", "id"),
        PlanStep.objects.open().filter(mine).order_by("due_on", "id"),
        Introduction.objects.filter(mine, closed_on=None).order_by("opened_on", "id"),
    ]
    waiting = [one for found in rows for one in found.select_related("relationship__account", "keeper")[:NAMED]]
    return Asked(list(named.order_by("-comment__written_at", "-id")[:NAMED]), waiting)
