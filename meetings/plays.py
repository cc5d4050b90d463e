"""Ways in (pure): which of the six plays to suggest where access is thin, and which of them work.

A suggestion always has a reason, and the same people and talks give the same suggestions. What found no answer lately
never stands first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from statistics import median

from relationships import acquaintance, gaps
from relationships.acquaintance import Person, Talk
from relationships.gaps import Known

# For so long what found no answer is not what to try first.
TRIED_LATELY = 60
# So long nobody sat together, or got to know anybody new of theirs: judgement.
APART, NOBODY_NEW = 120, 180
# Fewer that came to an end say nothing about a play.
ENOUGH = 3
FRIDAY = 4


class Kind(StrEnum):
    """The six ways in."""

    ASK_TIME = "ask_time"
    SHARE_RESULT = "share_result"
    UNIT_NEWS = "unit_news"
    ARTICLE = "article"
    SIT_IN = "sit_in"
    INTRODUCTION = "introduction"


# So many days after it was done one looks whether it was answered.
FOLLOW_UP = {
    Kind.ASK_TIME: 5,
    Kind.SHARE_RESULT: 7,
    Kind.UNIT_NEWS: 7,
    Kind.ARTICLE: 7,
    Kind.SIT_IN: 14,
    Kind.INTRODUCTION: 7,
}


def follow_up(kind: Kind, done_on: date) -> date:
    """When to look whether it was answered, where nobody has said: never on a weekend."""
    day = done_on + timedelta(days=FOLLOW_UP[kind])
    while day.weekday() > FRIDAY:
        day += timedelta(days=1)
    return day


class Thin(IntEnum):
    """Why access is thin, the worst first."""

    DECIDER_SILENT = 0
    ONE_PERSON = 1
    NOBODY_DECIDES = 2
    NOBODY_SIGNS = 3
    APART = 4
    NOBODY_NEW = 5
    QUIET = 6


@dataclass(frozen=True, slots=True)
class Tried:
    """A play, as it stands: planned (no ``done_on``), waiting, answered, or without an answer."""

    kind: Kind
    contact: int | None = None
    done_on: date | None = None
    answered_on: date | None = None
    unanswered_on: date | None = None

    @property
    def open(self) -> bool:
        """Planned, or done and waiting."""
        return self.answered_on is None and self.unanswered_on is None

    @property
    def waits(self) -> bool:
        return self.open and self.done_on is not None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of access to a partner. ``reader`` is who would do it, so nobody to ask for an introduction.

    ``faced_on``: when somebody last sat with them. ``new_on``: when somebody of theirs was spoken with for the first
    time; nothing where nobody ever was. ``units`` of theirs by name.
    """

    today: date
    reader: int
    ours: Sequence[Person] = ()
    theirs: Sequence[Known] = ()
    talks: Sequence[Talk] = ()
    faced_on: date | None = None
    new_on: date | None = None
    units: Sequence[Person] = ()
    tried: Sequence[Tried] = ()

    def days_since(self, day: date | None) -> int | None:
        return (self.today - day).days if day is not None else None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A way in and why. ``who`` of theirs it is for; ``days`` of silence, nothing where there was no talk in the year.

    An introduction comes through ``colleague`` of ours or ``through`` of theirs. ``lately``: tried without an answer.
    """

    kind: Kind
    reason: Thin
    who: Person | None = None
    days: int | None = None
    standing: str = ""
    colleague: Person | None = None
    through: Person | None = None
    unit: Person | None = None
    lately: bool = False


def suggest(facts: Facts) -> tuple[Suggestion, ...]:
    """The ways in that fit, each once, the best first; none where access is not thin, or nobody of theirs is known."""
    here = {one.person.pk for one in facts.theirs if one.left_on is None}
    best: dict[Kind, Suggestion] = {}
    for one in _ways(facts) if here else ():
        if _is_open(one, facts.tried):
            continue
        told = _marked(one, facts)
        held = best.get(one.kind)
        # Of one kind the worst reason; what failed lately gives way to the same for somebody else.
        if held is None or (held.lately and not told.lately):
            best[one.kind] = told
    ranked = tuple(sorted(best.values(), key=lambda one: (one.lately, one.reason, _place(one))))
    return () if ranked and ranked[0].lately else ranked


def _place(one: Suggestion) -> int:
    return PREFERRED[one.reason].index(one.kind)


# Which ways fit a reason, the nearest first.
PREFERRED = {
    Thin.DECIDER_SILENT: (Kind.INTRODUCTION, Kind.ASK_TIME, Kind.SHARE_RESULT),
    Thin.ONE_PERSON: (Kind.INTRODUCTION, Kind.SIT_IN),
    Thin.NOBODY_DECIDES: (Kind.SIT_IN,),
    Thin.NOBODY_SIGNS: (Kind.SIT_IN,),
    Thin.APART: (Kind.SIT_IN, Kind.ASK_TIME),
    Thin.NOBODY_NEW: (Kind.UNIT_NEWS, Kind.SIT_IN),
    Thin.QUIET: (Kind.ARTICLE, Kind.SHARE_RESULT),
}


def _ways(facts: Facts) -> Iterator[Suggestion]:
    """All that fit, worst reason first."""
    found = gaps.find(ours=facts.ours, theirs=facts.theirs, talks=facts.talks, today=facts.today)
    for gap in found:
        if gap.kind is gaps.Kind.SILENT_DECIDER:
            yield from _to_decider(gap, facts)
    for gap in found:
        if gap.kind is gaps.Kind.ONE_SPOKEN:
            # Through the one whom we know to whoever else is there.
            yield Suggestion(Kind.INTRODUCTION, Thin.ONE_PERSON, through=gap.people[0])
            yield Suggestion(Kind.SIT_IN, Thin.ONE_PERSON, through=gap.people[0])
        if gap.kind in (gaps.Kind.NOBODY_DECIDES, gaps.Kind.POWER_UNKNOWN):
            yield Suggestion(Kind.SIT_IN, Thin.NOBODY_DECIDES)
        if gap.kind is gaps.Kind.NOBODY_SIGNS:
            yield Suggestion(Kind.SIT_IN, Thin.NOBODY_SIGNS)
    yield from _apart(facts)
    for gap in found:
        if gap.kind is gaps.Kind.SILENT:
            for kind in PREFERRED[Thin.QUIET]:
                yield Suggestion(kind, Thin.QUIET, who=gap.people[0], days=gap.days)


def _to_decider(gap: gaps.Gap, facts: Facts) -> Iterator[Suggestion]:
    who = gap.people[0]
    told = {"reason": Thin.DECIDER_SILENT, "who": who, "days": gap.days, "standing": gap.standing}
    colleague = _who_knows(who, facts)
    through = None if colleague else _nearest(who, facts)
    if colleague or through:
        yield Suggestion(Kind.INTRODUCTION, colleague=colleague, through=through, **told)  # type: ignore[arg-type]
    for kind in (Kind.ASK_TIME, Kind.SHARE_RESULT):
        yield Suggestion(kind, **told)  # type: ignore[arg-type]


def _who_knows(who: Person, facts: Facts) -> Person | None:
    """The colleague, not the reader, who has spoken with them most in the year."""
    named = {person.pk: person for person in facts.ours}
    talks = [
        talk
        for talk in facts.talks
        if talk.theirs == who.pk and talk.ours in named and talk.ours != facts.reader and talk.last_on <= facts.today
    ]
    known = max(talks, key=lambda talk: (talk.weight, talk.last_on, -(talk.ours or 0)), default=None)
    return named[known.ours] if known is not None and known.ours is not None else None


def _nearest(who: Person, facts: Facts) -> Person | None:
    """Of the others of theirs the one spoken with latest; nobody where all have gone cold."""
    others = {one.person.pk: one.person for one in facts.theirs if one.left_on is None and one.person.pk != who.pk}
    near = acquaintance.nearest(others, facts.talks, facts.today)
    return others[near] if near is not None else None


def _apart(facts: Facts) -> Iterator[Suggestion]:
    faced, new = facts.days_since(facts.faced_on), facts.days_since(facts.new_on)
    if faced is None or faced >= APART:
        for kind in PREFERRED[Thin.APART]:
            yield Suggestion(kind, Thin.APART, days=faced)
    if new is not None and new >= NOBODY_NEW:
        unit = min(facts.units, key=lambda one: (one.name, one.pk), default=None)
        if unit is not None:
            yield Suggestion(Kind.UNIT_NEWS, Thin.NOBODY_NEW, days=new, unit=unit)
        yield Suggestion(Kind.SIT_IN, Thin.NOBODY_NEW, days=new)


def _same(one: Suggestion, play: Tried) -> bool:
    """The same way to the same person; where either names nobody, the way alone."""
    return play.kind == one.kind and (one.who is None or play.contact is None or play.contact == one.who.pk)


def _is_open(one: Suggestion, tried: Iterable[Tried]) -> bool:
    return any(play.open and _same(one, play) for play in tried)


def _marked(one: Suggestion, facts: Facts) -> Suggestion:
    lately = any(
        _same(one, play)
        and play.unanswered_on is not None
        and (facts.today - (play.done_on or play.unanswered_on)).days <= TRIED_LATELY
        for play in facts.tried
    )
    return Suggestion(
        one.kind, one.reason, one.who, one.days, one.standing, one.colleague, one.through, one.unit, lately
    )


# Which of them work --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """What became of the plays of one kind. ``days`` is the median from the day it was done to the answer."""

    kind: Kind
    answered: int = 0
    unanswered: int = 0
    waiting: int = 0
    days: float | None = None

    @property
    def tried(self) -> int:
        return self.answered + self.unanswered + self.waiting

    @property
    def settled(self) -> int:
        """Those of which it is known how they ended."""
        return self.answered + self.unanswered

    @property
    def share(self) -> float:
        return self.answered / self.settled if self.settled else 0.0

    @property
    def says_something(self) -> bool:
        return self.settled >= ENOUGH


def figures(plays: Iterable[Tried]) -> tuple[Figure, ...]:
    """A figure for each kind that was tried, in the order of the kinds."""
    done: dict[Kind, list[Tried]] = {kind: [] for kind in Kind}
    for play in plays:
        if play.done_on is not None:
            done[play.kind].append(play)
    return tuple(_figure(kind, rows) for kind, rows in done.items() if rows)


def _figure(kind: Kind, rows: Sequence[Tried]) -> Figure:
    took = [
        (row.answered_on - row.done_on).days for row in rows if row.answered_on is not None and row.done_on is not None
    ]
    return Figure(
        kind,
        answered=len(took),
        unanswered=sum(row.answered_on is None and row.unanswered_on is not None for row in rows),
        waiting=sum(row.waits for row in rows),
        days=float(median(took)) if took else None,
    )


@dataclass(frozen=True, slots=True)
class Working:
    """The plays that were answered most and least often, of those that were tried often enough."""

    best: Figure | None = None
    least: Figure | None = None


def working(found: Iterable[Figure]) -> Working:
    """None of either where nothing was tried often enough; the same share is no difference."""
    told = sorted((one for one in found if one.says_something), key=lambda one: (-one.share, -one.settled, one.kind))
    if not told or not told[0].answered:
        return Working()
    least = told[-1] if told[-1].share < told[0].share else None
    return Working(told[0], least)
