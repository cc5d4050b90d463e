"""The loop of feedback (pure): how far it has come, what may follow, how long it took, and what it says as evidence.

All days are local dates of the relationship's zone, counted as calendar days from the one on which it was heard.
The loop goes one way: acknowledged, answered, applied or declined, told back. Who answers has acknowledged as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from relationships.evidence import Kind

DAY = timedelta(days=1)
# Answered within so many days it is in time; from that day on it stands on Today.
DAYS_TO_ANSWER = 5
# On the day so many days after it was heard, what nobody has answered by then was ignored.
DAYS_TO_IGNORE = 30


class Step(StrEnum):
    """What is done about it, in the order of the loop."""

    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    APPLIED = "applied"
    DECLINED = "declined"
    TOLD_VOICE = "told_voice"
    TOLD_GROUP = "told_group"


# How far along each stands; what stands level may come in either order.
RANK = {
    Step.ACKNOWLEDGED: 0,
    Step.ANSWERED: 1,
    Step.APPLIED: 2,
    Step.DECLINED: 2,
    Step.TOLD_VOICE: 3,
    Step.TOLD_GROUP: 3,
}
ENDS = (Step.APPLIED, Step.DECLINED)


class State(StrEnum):
    UNSAID = "unsaid"
    WAITING = "waiting"
    ACKNOWLEDGED = "acknowledged"
    TO_DECIDE = "to_decide"
    IN_WORK = "in_work"
    TO_TELL = "to_tell"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Dated:
    """A step and the day on which it was taken."""

    kind: Step
    on: date


@dataclass(frozen=True, slots=True)
class Record:
    """All that is known: the steps in any order, each kind at most once.

    ``asks`` where something can be applied: a suggestion or a complaint; praise and a question end with the answer.
    ``has_voice`` where somebody is known who can be told, ``for_group`` where they spoke on behalf of others;
    ``promised`` where a promise was made from it, ``grown`` where it grew into another, which decides it; ``unsaid``
    where it is an idea that the other side has not been told yet: nothing follows from it so far.
    """

    heard_on: date
    steps: Sequence[Dated] = ()
    asks: bool = True
    has_voice: bool = True
    for_group: bool = False
    promised: bool = False
    grown: bool = False
    unsaid: bool = False

    @property
    def days(self) -> dict[Step, date]:
        return {step.kind: step.on for step in self.steps}


@dataclass(frozen=True, slots=True)
class Loop:
    """What follows from the record; ``ignored_on`` only with the day as of which it is asked."""

    acknowledged_on: date | None
    answered_on: date | None
    ended_on: date | None
    outcome: str
    told_voice_on: date | None
    told_group_on: date | None
    ignored_on: date | None


@dataclass(frozen=True, slots=True)
class Mark:
    """Evidence of one feedback: its kind, the day on which it became true, and whether it is about who gave it."""

    kind: Kind
    day: date
    of_giver: bool


# How far it has come -------------------------------------------------------------------------------------------------


def settle(record: Record, today: date | None = None) -> Loop:
    """What follows from the steps; with ``today`` also what is ignored only because so many days have passed."""
    days = record.days
    answered = days.get(Step.ANSWERED)
    told = [day for day in (days.get(Step.ACKNOWLEDGED), answered) if day is not None]
    end = next((step for step in ENDS if step in days), None)
    return Loop(
        acknowledged_on=min(told, default=None),
        answered_on=answered,
        ended_on=days[end] if end else None,
        outcome=end.value if end else "",
        told_voice_on=days.get(Step.TOLD_VOICE),
        told_group_on=days.get(Step.TOLD_GROUP),
        ignored_on=None if record.unsaid else _ignored_on(record.heard_on, answered, today),
    )


def _ignored_on(heard_on: date, answered_on: date | None, today: date | None) -> date | None:
    over = heard_on + DAYS_TO_IGNORE * DAY
    seen = answered_on or today
    return over if seen is not None and seen >= over else None


def state_of(record: Record) -> State:
    """The word for how far it has come."""
    days = record.days
    if record.unsaid:
        return State.UNSAID
    if Step.ANSWERED not in days:
        return State.ACKNOWLEDGED if Step.ACKNOWLEDGED in days else State.WAITING
    if record.asks and not record.grown and not any(step in days for step in ENDS):
        return State.IN_WORK if record.promised else State.TO_DECIDE
    return State.TO_TELL if untold(record) else State.CLOSED


def untold(record: Record) -> list[Step]:
    """Whom it still has to be told. Who asked a question or praised us has heard it with the answer."""
    days = record.days
    voice = record.has_voice and (record.asks or any(step in days for step in ENDS))
    wanted = [Step.TOLD_VOICE] * voice + [Step.TOLD_GROUP] * record.for_group
    return [step for step in wanted if step not in days]


def waits_long(heard_on: date, answered_on: date | None, today: date) -> bool:
    """Nobody has answered for as long as an answer may take."""
    return answered_on is None and (today - heard_on).days >= DAYS_TO_ANSWER


# What may follow -----------------------------------------------------------------------------------------------------


def may_follow(record: Record) -> list[Step]:
    """The steps that can be taken now, the next one of the loop first."""
    current = state_of(record)
    if current is State.UNSAID:
        return []
    if current is State.WAITING:
        return [Step.ANSWERED, Step.ACKNOWLEDGED]
    if current is State.ACKNOWLEDGED:
        return [Step.ANSWERED]
    if current in (State.TO_DECIDE, State.IN_WORK):
        return [*ENDS]
    return untold(record)


def bounds(record: Record, kind: Step) -> tuple[date, date | None]:
    """The first and the last day on which a step can have been taken, between those before it and those after."""
    before = [step.on for step in record.steps if RANK[step.kind] < RANK[kind]]
    after = [step.on for step in record.steps if RANK[step.kind] > RANK[kind]]
    return max([record.heard_on, *before]), min(after, default=None)


def in_order(record: Record) -> bool:
    """Whether the days of the steps follow the loop, and none was taken before what it rests on."""
    kinds = record.days.keys()
    if any(step in kinds for step in ENDS) and Step.ANSWERED not in kinds:
        return False
    if all(step in kinds for step in ENDS):
        return False
    tells = kinds & {Step.TOLD_VOICE, Step.TOLD_GROUP}
    if tells and Step.ANSWERED not in kinds:
        return False
    limits = ((step, bounds(record, step.kind)) for step in record.steps)
    return all(first <= step.on and (last is None or step.on <= last) for step, (first, last) in limits)


def rests_on(kind: Step, taken: Iterable[Step]) -> list[Step]:
    """What was taken after a step: as long as it stands, the step can't be taken back. An acknowledgement can."""
    if kind is Step.ACKNOWLEDGED:
        return []
    return sorted((step for step in taken if RANK[step] > RANK[kind]), key=lambda step: RANK[step])


# How long it took ----------------------------------------------------------------------------------------------------


def days_to(heard_on: date, day: date | None) -> int | None:
    """Calendar days from hearing it to a step; nothing where that has not been taken."""
    return None if day is None else (day - heard_on).days


def in_time(heard_on: date, answered_on: date | None) -> bool:
    return answered_on is not None and (answered_on - heard_on).days <= DAYS_TO_ANSWER


def half_of_them(days: Collection[int]) -> int | None:
    """The median, the shorter of two in the middle: half of them took no longer than this. As ``percentile_disc``."""
    ordered = sorted(days)
    return ordered[(len(ordered) - 1) // 2] if ordered else None


# What it says as evidence --------------------------------------------------------------------------------------------


def evidence_of(record: Record, today: date, *, hidden: bool) -> list[Mark]:
    """What it says as of ``today``. Source of the masses: ``evidence.RULES``.

    Giving it speaks for who gave it, unless nobody said it and we noticed; the answer, and that none came, speak of
    the other side. An idea that they have not been told says nothing.
    """
    if record.unsaid:
        return []
    loop = settle(record, today)
    marks = [] if hidden else [Mark(Kind.FEEDBACK_GIVEN, record.heard_on, of_giver=True)]
    if loop.answered_on and in_time(record.heard_on, loop.answered_on):
        marks.append(Mark(Kind.FEEDBACK_ANSWERED, loop.answered_on, of_giver=False))
    if loop.ignored_on:
        marks.append(Mark(Kind.FEEDBACK_IGNORED, loop.ignored_on, of_giver=False))
    return marks


# What it grew into ---------------------------------------------------------------------------------------------------


def grows_from(links: Mapping[int, int], key: int) -> set[int]:
    """All from which it grew, through any number of steps; ``links`` lead from each to what it grew into."""
    before: dict[int, list[int]] = {}
    for start, end in links.items():
        before.setdefault(end, []).append(start)
    found: set[int] = set()
    ahead = list(before.get(key, ()))
    while ahead:
        one = ahead.pop()
        if one not in found:
            found.add(one)
            ahead.extend(before.get(one, ()))
    return found


def first_of(links: Mapping[int, int], key: int) -> set[int]:
    """Those with which it began: from which it grew, and which grew from nothing. Credit is theirs."""
    grown = set(links.values())
    return {one for one in grows_from(links, key) if one not in grown}


def would_circle(links: Mapping[int, int], start: int, end: int) -> bool:
    """Whether ``start`` growing into ``end`` would lead back to itself."""
    return start == end or end in grows_from(links, start)
