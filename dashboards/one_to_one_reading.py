"""What a one-to-one is about: what changed in somebody's book, and how it stands, with the rights of who reads it.

As many queries for one relationship as for a thousand. Of each kind of change the newest of each relationship is
fetched, with how many there are, so that nothing grows with the time that is looked back over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from accounts.models import User
from dashboards.one_to_one import RENEWS_WITHIN, Candidate, Change, Good, Topic, moved
from relationships import flag_words, flags, health, queries, stages
from relationships.cadence import State, lateness
from relationships.evidence import Component
from relationships.feelings import Word
from relationships.flags import Flag
from relationships.models import (
    Commitment,
    Feedback,
    Feeling,
    Halt,
    HandOver,
    HealthFlag,
    Introduction,
    Mention,
    MissedCheckIn,
    PlanStep,
    Problem,
    Relationship,
    RelationshipOutcome,
    ScoreConfig,
    StageChange,
    Standing,
)
from web.clock import Now

BAD_FEELINGS = (Word.UNEASY, Word.TROUBLED)
# Of what was asked for, so many of each kind are named.
NAMED = 7


@dataclass(frozen=True, slots=True)
class Event:
    """The newest of one kind with a relationship, and how many there are of it. ``before`` is what it was."""

    relationship: int
    day: date
    row: Any
    count: int = 1
    before: Any = None


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


# What changed --------------------------------------------------------------------------------------------------------


Changes = dict[Change, list[Event]]


def changes_of(book: Book, since: date) -> Changes:
    """All that changed on or after a day, the newest of each kind first. Sixteen queries."""
    found: Changes = defaultdict(list)
    for what, event in _changes(book, since):
        found[what].append(event)
    return {what: sorted(events, key=lambda one: (one.day, one.relationship), reverse=True)
            for what, events in found.items()}  # fmt: skip


def _changes(book: Book, since: date) -> Iterator[tuple[Change, Event]]:
    yield from _moves(book, since)
    yield from _standings(book, since)
    yield from _flags(book, since)
    yield from _promises(book, since)
    yield from _check_ins(book, since)
    yield from _problems(book, since)
    yield from _feedback(book, since)
    yield from _ends(book, since)
    yield from _hands(book, since)


def _newest(rows: Any, book: Book, field: str, since: date | datetime, *apart: str) -> Any:
    """The newest row of each relationship, and of each value of ``apart``, with how many there are. One query."""
    by = [F("relationship"), *(F(name) for name in apart)]
    newest = [F(field).desc(), F("pk").desc()]
    since_then: QuerySet[Any] = rows.filter(**{"relationship__in": book.ids, f"{field}__gte": since}).order_by()
    placed = since_then.annotate(
        happened=F(field),
        place=Window(RowNumber(), partition_by=by, order_by=newest),
        count=Window(Count("pk"), partition_by=by),
    )
    return placed.filter(place=1).order_by("relationship_id")


def _event(row: Any, day: date | None = None, before: Any = None) -> Event:
    return Event(row.relationship_id, day or row.happened, row, row.count, before)


def _moves(book: Book, since: date) -> Iterator[tuple[Change, Event]]:
    """Made by a person; what was taken over as it is has not moved."""
    for row in _newest(StageChange.objects.filter(declared=False), book, "changed_on", since):
        yield Change.MOVED_UP if stages.is_up(row.from_stage, row.to_stage) else Change.MOVED_DOWN, _event(row)


def _standings(book: Book, since: date) -> Iterator[tuple[Change, Event]]:
    then = queries.stood_on(book.ids, since)
    for row in book.going_on:
        standing, former = _standing(row), then.get(row.pk)
        if standing is None or former is None or standing.score is None or former.score is None:
            continue
        event = Event(row.pk, standing.as_of, standing, before=former)
        if former.alike != former.alike_now:
            yield Change.REWEIGHED, event
        elif what := moved(health.whole(former.earned), health.whole(standing.earned)):
            yield what, event


def _standing(row: Relationship) -> Standing | None:
    found: Standing | None = getattr(row, "standing", None)
    return found


def part_that_moved(event: Event, force: ScoreConfig) -> Component:
    """The component whose points went furthest in the direction of the whole."""
    now, then = event.row, event.before
    sign = 1 if now.earned > then.earned else -1
    return max(
        Component,
        key=lambda one: sign * getattr(force, one) * (getattr(now, f"{one}_b") - getattr(then, f"{one}_b")),
    )


def _flags(book: Book, since: date) -> Iterator[tuple[Change, Event]]:
    for row in _newest(HealthFlag.objects.all(), book, "since", since, "kind"):
        yield Change.FLAG_CAME, _event(row)
    for row in _newest(HealthFlag.objects.all(), book, "until", since, "kind"):
        yield Change.FLAG_WENT, _event(row)


PROMISES = {
    (Commitment.Side.OURS, Commitment.Outcome.KEPT): Change.KEPT,
    (Commitment.Side.OURS, Commitment.Outcome.KEPT_LATE): Change.KEPT_LATE,
    (Commitment.Side.OURS, Commitment.Outcome.BROKEN): Change.BROKEN,
    (Commitment.Side.THEIRS, Commitment.Outcome.KEPT): Change.THEIRS_KEPT,
    (Commitment.Side.THEIRS, Commitment.Outcome.KEPT_LATE): Change.THEIRS_KEPT,
    (Commitment.Side.THEIRS, Commitment.Outcome.BROKEN): Change.THEIRS_BROKEN,
}


def _promises(book: Book, since: date) -> Iterator[tuple[Change, Event]]:
    for row in _newest(Commitment.objects.all(), book, "ended_on", since, "side", "outcome"):
        yield PROMISES[row.side, row.outcome], _event(row)


def _begin(book: Book, since: date) -> datetime:
    return datetime.combine(since, time.min, ZoneInfo(book.reader.zone))


def _there(book: Book, pk: int, at: datetime) -> date:
    return at.astimezone(ZoneInfo(book.partners[pk].zone)).date()


def _check_ins(book: Book, since: date) -> Iterator[tuple[Change, Event]]:
    begin, missed = _begin(book, since), MissedCheckIn.objects.missed()
    for row in _newest(missed, book, "raised_at", begin):
        yield Change.MISSED, _event(row, _there(book, row.relationship_id, row.raised_at))
    for row in _newest(missed.filter(closed_because=MissedCheckIn.Reason.TOUCHED), book, "closed_at", begin):
        yield Change.MADE_UP, _event(row, _there(book, row.relationship_id, row.closed_at))


def _problems(book: Book, since: date) -> Iterator[tuple[Change, Event]]:
    for row in _newest(Problem.objects.all(), book, "opened_on", since):
        yield Change.OPENED, _event(row)
    for row in _newest(Problem.objects.all(), book, "solved_on", since):
        yield Change.SOLVED, _event(row)


def _feedback(book: Book, since: date) -> Iterator[tuple[Change, Event]]:
    told = {Feedback.Nature.PRAISE: Change.PRAISED, Feedback.Nature.COMPLAINT: Change.COMPLAINED}
    rows = Feedback.objects.theirs().filter(nature__in=told)
    for row in _newest(rows, book, "heard_on", since, "nature"):
        yield told[row.nature], _event(row)


def _ends(book: Book, since: date) -> Iterator[tuple[Change, Event]]:
    kinds = {
        RelationshipOutcome.Kind.RENEWED: Change.RENEWED,
        RelationshipOutcome.Kind.DOWNGRADED: Change.DOWNGRADED,
    }
    rows = RelationshipOutcome.objects.filter(kind__in=kinds)
    for row in _newest(rows, book, "came_on", since, "kind"):
        yield kinds[row.kind], _event(row)
    for row in _newest(Halt.objects.all(), book, "from_on", since, "kind"):
        yield Change.ENDED if row.kind == Halt.Kind.ENDED else Change.PAUSED, _event(row)
    for row in _newest(Halt.objects.all(), book, "until_on", since, "kind"):
        yield Change.RESUMED, _event(row)


def _hands(book: Book, since: date) -> Iterator[tuple[Change, Event]]:
    """Who came and who went; a partner that came from a colleague is not new."""
    begin = _begin(book, since)
    rows = HandOver.objects.visible_to(book.reader).filter(
        Q(former=book.person) | Q(next=book.person), made_at__gte=begin
    )
    named = rows.select_related("relationship__account", "relationship__owner", "former", "next")
    came = set()
    for row in book.meet(named):
        day, pk = _there(book, row.relationship_id, row.made_at), row.relationship_id
        if row.next_id == book.person.pk and pk in book.own:
            came.add(pk)
            yield Change.TAKEN_OVER, Event(pk, day, row)
        elif row.former_id == book.person.pk and pk not in book.own:
            yield Change.HANDED_ON, Event(pk, day, row)
    for new in book.own.values():
        if new.created_at >= begin and new.pk not in came:
            yield Change.NEW, Event(new.pk, _there(book, new.pk, new.created_at), new)


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
    owed = Feedback.objects.visible_to(reader).owed(now).filter(seen_to)
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


def topics(book: Book, found: Open, changes: Mapping[Change, Sequence[Event]]) -> Iterator[Candidate]:
    """What wants a conversation. No query."""
    for pk, promise in found.promises.items():
        late = promise.late_on or promise.binding_on
        yield Candidate(promise.relationship_id, Topic.OURS_LATE, late.toordinal(), pk)
    for pk, problem in found.problems.items():
        topic = Topic.CRITICAL if problem.severity == Problem.Severity.CRITICAL else Topic.PROBLEM
        yield Candidate(problem.relationship_id, topic, problem.until.toordinal(), pk)
    for pk, said in found.feedback.items():
        yield Candidate(said.relationship_id, Topic.UNANSWERED, said.heard_on.toordinal(), pk)
    for pk, flag in found.flags.items():
        yield Candidate(flag.relationship_id, Topic.FLAGGED, flags.WORST_FIRST.index(Flag(flag.kind)), pk)
    for pk, feeling in found.feelings.items():
        worst = 0 if feeling.word == Word.TROUBLED else 1
        if not book.rests(feeling.relationship_id):
            yield Candidate(feeling.relationship_id, Topic.FEELING, worst, pk)
    for event in changes.get(Change.FALLEN, ()):
        yield Candidate(event.relationship, Topic.FALLEN, event.row.earned - event.before.earned)
    flagged = {flag.relationship_id for flag in found.flags.values()}
    for row in book.going_on:
        yield from _of_itself(row, book, found, flagged=row.pk in flagged)


def _of_itself(row: Relationship, book: Book, found: Open, *, flagged: bool) -> Iterator[Candidate]:
    today = row.today(book.now)
    overdue = row.state(book.now) is State.OVERDUE
    if overdue and row.due_on is not None and row.every_days:
        late = lateness((today - row.due_on).days, row.every_days)
        yield Candidate(row.pk, Topic.SILENT if late >= 1 else Topic.OVERDUE, -late)
    standing = _standing(row)
    weak = standing is not None and standing.band == Standing.Band.WEAK
    if row.renewal_on and today <= row.renewal_on <= today + RENEWS_WITHIN and (weak or flagged or overdue):
        yield Candidate(row.pk, Topic.RENEWS, row.renewal_on.toordinal())
    if row.pk in found.reviewed:
        yield Candidate(row.pk, Topic.REVIEW, (row.stage_since or today).toordinal())
    if row.pk in found.untried:
        yield Candidate(row.pk, Topic.UNTRIED, (row.stage_since or today).toordinal())


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
    begin = _begin(book, since)
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
