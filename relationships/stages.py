"""Stages (pure): the criteria of each, judged on evidence, and what follows from them.

Source: ``health.md`` of the design. All days are local dates of the relationship's zone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from relationships import criteria, score_criteria
from relationships.criteria import Missing, Record, Rule, Shown, Span
from relationships.evidence import Component
from relationships.flags import WORST_FIRST, Flag

DAY = timedelta(days=1)
# A declared stage has so many months to bring its evidence.
MONTHS_TO_SHOW = 6
# A waiver ends after a year at most; it can be given again.
LONGEST_WAIVER = 366 * DAY
# Overdue for more than so many intervals: whether it is still what it is called is to be looked at.
REVIEWED_AFTER = 3
# A relationship that has been in its stage for so long without target, plan or proposal: nobody tries to advance it.
TRIED_WITHIN = 90 * DAY


class Stage(StrEnum):
    """In the order in which one follows the other."""

    CONTACT = "contact"
    CUSTOMER = "customer"
    PARTNER = "partner"


class Criterion(StrEnum):
    """What has to hold before a move is proposed; the first five for *customer*, the others for *partner*."""

    SCOPE = "scope"
    PEOPLE = "people"
    CADENCE = "cadence"
    PROMISE = "promise"
    IN_TOUCH = "in_touch"
    SCORE = "score"
    COMPONENTS = "components"
    TRUST_OF_EACH = "trust_of_each"
    DECISION_MAKERS = "decision_makers"
    KPIS = "kpis"
    BENEFIT = "benefit"
    FEEDBACK = "feedback"
    ROADMAPS = "roadmaps"
    ADHERENCE = "adherence"
    TRUST_FLAGS = "trust_flags"
    BESIDE_PROJECTS = "beside_projects"


class Verdict(StrEnum):
    """``HOLDS``: it does, but not long enough to count."""

    MET = "met"
    HOLDS = "holds"
    NOT_MET = "not_met"
    WAIVED = "waived"
    UNKNOWN = "unknown"


# Flags that stand for longer than so many days, where there are so many of them.
FLAGGED_FOR, FLAGS_FOR_REVIEW = 30 * DAY, 2

# Those without a rule can't be judged yet: KPIs, measured benefit and roadmaps are still to come. Whoever builds one of
# them adds its rule here, and what it reads to ``criteria.Record``.
RULES: dict[Criterion, Rule] = {
    Criterion.SCOPE: criteria.SCOPE,
    Criterion.PEOPLE: criteria.PEOPLE,
    Criterion.CADENCE: criteria.CADENCE,
    Criterion.PROMISE: criteria.PROMISE,
    Criterion.IN_TOUCH: criteria.IN_TOUCH,
    Criterion.SCORE: score_criteria.SCORE,
    Criterion.COMPONENTS: score_criteria.COMPONENTS,
    Criterion.TRUST_OF_EACH: score_criteria.TRUST_OF_EACH,
    Criterion.DECISION_MAKERS: criteria.DECISION_MAKERS,
    Criterion.FEEDBACK: criteria.FEEDBACK,
    Criterion.ADHERENCE: criteria.ADHERENCE,
    Criterion.TRUST_FLAGS: score_criteria.TRUST_FLAGS,
    Criterion.BESIDE_PROJECTS: criteria.BESIDE_PROJECTS,
}
CRITERIA: dict[Stage, tuple[Criterion, ...]] = {
    Stage.CONTACT: (),
    Stage.CUSTOMER: (
        Criterion.SCOPE, Criterion.PEOPLE, Criterion.CADENCE, Criterion.PROMISE, Criterion.IN_TOUCH,
    ),
    Stage.PARTNER: (
        Criterion.SCORE, Criterion.COMPONENTS, Criterion.TRUST_OF_EACH, Criterion.DECISION_MAKERS, Criterion.KPIS,
        Criterion.BENEFIT, Criterion.FEEDBACK, Criterion.ROADMAPS, Criterion.ADHERENCE, Criterion.TRUST_FLAGS,
        Criterion.BESIDE_PROJECTS,
    ),
}  # fmt: skip
# All of a stage have to hold for so long before they count.
HOLDING: dict[Stage, timedelta] = {Stage.CONTACT: 0 * DAY, Stage.CUSTOMER: 0 * DAY, Stage.PARTNER: 90 * DAY}


def following(stage: str) -> Stage | None:
    """The next one; none after the last."""
    order = list(Stage)
    index = order.index(Stage(stage)) + 1
    return order[index] if index < len(order) else None


def is_up(former: str, wanted: str) -> bool:
    order = list(Stage)
    return order.index(Stage(wanted)) > order.index(Stage(former))


@dataclass(frozen=True, slots=True)
class Waiver:
    """A criterion that need not be met from a day until another, both included."""

    criterion: Criterion
    span: Span
    pk: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """What is found of a criterion on a day.

    ``met_since`` follows from the days of the evidence. ``counts_from`` is the day from which that is long enough;
    until then it holds without being met.
    ``shown`` are the rows that show it, ``missing`` what is short, the cheapest first. ``figure`` is a number to go
    with it. ``changes_on`` is the next day on which it becomes another without anything being done.
    """

    criterion: Criterion
    verdict: Verdict
    met_since: date | None = None
    counts_from: date | None = None
    until: date | None = None
    waiver: Waiver | None = None
    shown: tuple[Shown, ...] = ()
    missing: tuple[Missing, ...] = ()
    figure: int | None = None
    changes_on: date | None = None
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Outlook:
    """The criteria of a stage on a day, those that stand in the way first."""

    stage: Stage
    findings: tuple[Finding, ...]

    @property
    def met(self) -> int:
        return sum(one.verdict in (Verdict.MET, Verdict.WAIVED) for one in self.findings)

    @property
    def settled(self) -> bool:
        """All are met for long enough, or waived."""
        return all(one.settled for one in self.findings)

    @property
    def changes_on(self) -> date | None:
        return min((one.changes_on for one in self.findings if one.changes_on), default=None)


ORDER = [Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.HOLDS, Verdict.WAIVED, Verdict.MET]


def judge(record: Record, stage: Stage, today: date, waivers: Sequence[Waiver] = ()) -> Outlook:
    """Every criterion of a stage: not met first, those that can't be judged yet, those that hold for too short a
    time, then waived and met ones."""
    findings = [find(record, criterion, stage, today, waivers) for criterion in CRITERIA[stage]]
    findings.sort(key=lambda one: ORDER.index(one.verdict))
    return Outlook(stage, tuple(findings))


def find(record: Record, criterion: Criterion, stage: Stage, today: date, waivers: Sequence[Waiver] = ()) -> Finding:
    rule = RULES.get(criterion)
    held = rule.held(record) if rule else ()
    now = next((span for span in held if span.holds(today)), None)
    given = [waiver for waiver in waivers if waiver.criterion is criterion]
    # Of several the one that lasts longest.
    waiver = max(
        (one for one in given if one.span.holds(today)),
        key=lambda one: (one.span.last or date.max, one.pk),
        default=None,
    )
    missing = tuple(rule.missing(record, today)) if rule and not now else ()
    counts_from = now.first + HOLDING[stage] if now else None
    if counts_from and counts_from <= today:
        verdict = Verdict.MET
    elif waiver:
        verdict = Verdict.WAIVED
    elif now:
        verdict = Verdict.HOLDS
    else:
        verdict = Verdict.NOT_MET if rule and not _is_nothing_known(missing) else Verdict.UNKNOWN
    return Finding(
        criterion=criterion,
        verdict=verdict,
        met_since=now.first if now else None,
        counts_from=counts_from,
        until=now.last if now else None,
        waiver=waiver,
        shown=tuple(rule.shown(record, today)) if rule else (),
        missing=missing,
        figure=rule.figure(record, today) if rule else None,
        changes_on=_next(held, HOLDING[stage], [one.span for one in given], today),
        settled=waiver is not None or (counts_from is not None and counts_from <= today),
    )


def _is_nothing_known(missing: Sequence[Missing]) -> bool:
    """No part that is known fails; of the others nothing is known."""
    return bool(missing) and all(one.lack in criteria.NOTHING_KNOWN for one in missing)


def _next(held: Iterable[Span], holding: timedelta, waived: Iterable[Span], today: date) -> date | None:
    """The next day on which one of the spans begins, counts, or is over."""
    days: list[date] = []
    for span in held:
        days += [span.first, span.first + holding]
        days += [span.last + DAY] if span.last else []
    for span in waived:
        days += [span.first] + ([span.last + DAY] if span.last else [])
    return min((day for day in days if day > today), default=None)


# The stage that was declared -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Declared:
    """A stage taken over as it is, on a day, and until when its evidence is due."""

    stage: Stage
    on: date
    due_on: date


def due_after(day: date) -> date:
    """Six months on; the last day of a shorter month."""
    month = day.month - 1 + MONTHS_TO_SHOW
    year, month = day.year + month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - DAY).day
    return date(year, month, min(day.day, last))


def is_shown(record: Record, declared: Declared, today: date, waivers: Sequence[Waiver] = ()) -> bool:
    """Whether a declared stage has its evidence: all criteria hold or are waived now, or have all held once since."""
    if judge(record, declared.stage, today, waivers).settled:
        return True
    held = [_settled_spans(record, criterion, declared.stage) for criterion in CRITERIA[declared.stage]]
    days = {declared.on, *(span.first for spans in held for span in spans)}
    return any(
        all(any(span.holds(day) for span in spans) for spans in held) for day in days if declared.on <= day <= today
    )


def _settled_spans(record: Record, criterion: Criterion, stage: Stage) -> list[Span]:
    rule, holding = RULES.get(criterion), HOLDING[stage]
    return _lasting(rule.held(record), holding) if rule else []


# What follows for the relationship ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """What a row keeps: the move that is proposed, which criteria of its own are lost, which components are low for
    long, which flags stand for long, until when evidence is due, and when to look again by itself."""

    proposed: Stage | None = None
    lost: tuple[Criterion, ...] = ()
    low: tuple[Component, ...] = ()
    flagged: tuple[Flag, ...] = ()
    evidence_due_on: date | None = None
    again_on: date | None = None


def stand(
    record: Record,
    stage: str,
    today: date,
    *,
    waivers: Sequence[Waiver] = (),
    declared: Declared | None = None,
    since: date | None = None,
    kept: Collection[Criterion] = (),
    stopped: bool = False,
    overdue_from: date | None = None,
) -> Standing:
    """``stopped``: paused, ended or removed; then nothing is proposed, lost or due.

    ``since`` and ``kept`` as for ``lost``, ``overdue_from`` as for ``flagged_for_long``.
    """
    if stopped:
        return Standing()
    again: list[date | None] = []
    proposed = None
    wanted = following(stage)
    if wanted:
        outlook = judge(record, wanted, today, waivers)
        proposed = wanted if outlook.settled else None
        again.append(outlook.changes_on)
    again.append(judge(record, Stage(stage), today, waivers).changes_on)
    gone = lost(record, Stage(stage), since, today, waivers, kept) if since else []
    low, turns = low_for_long(record, stage, today)
    again.append(turns)
    flagged, turns = flagged_for_long(record, stage, today, overdue_from)
    again.append(turns)
    due = None if declared is None or is_shown(record, declared, today, waivers) else declared.due_on
    return Standing(proposed, tuple(gone), low, flagged, due, min((day for day in again if day), default=None))


def wants_review(stage: str, today: date, overdue_from: date | None, every_days: int | None) -> bool:
    """Whether the stage is to be looked at again: overdue for more than three intervals. Nobody is moved by a machine.

    A component that is ``low_for_long`` asks for it too, and so do two flags that stand ``flagged_for_long``.
    """
    if stage == Stage.CONTACT or overdue_from is None or every_days is None:
        return False
    return (today - overdue_from).days >= REVIEWED_AFTER * every_days


def low_for_long(record: Record, stage: str, today: date) -> tuple[tuple[Component, ...], date | None]:
    """The components of a customer or partner that are low for 60 days, and the next day on which that changes."""
    if stage == Stage.CONTACT:
        return (), None
    found, turns = [], []
    lasts = score_criteria.LOW_DAYS * DAY
    for component in Component:
        held = _lasting(score_criteria.low(record, component, today - 2 * lasts), lasts)
        if any(span.holds(today) for span in held):
            found.append(component)
        turns.append(_next(held, 0 * DAY, [], today))
    return tuple(found), min((day for day in turns if day), default=None)


def flagged_for_long(
    record: Record, stage: str, today: date, overdue_from: date | None
) -> tuple[tuple[Flag, ...], date | None]:
    """The flags of a customer or partner where two or more have stood for longer than 30 days, the worst first; and
    the next day on which there are more of them. *Overdue* is one; trust that erodes on both sides is one as well."""
    since = {Flag.OVERDUE: overdue_from} if overdue_from else {}
    for one in record.flagged:
        if one.span.last is None or one.span.holds(today):
            since[one.flag] = min(one.span.first, since.get(one.flag, one.span.first))
    if stage == Stage.CONTACT or len(since) < FLAGS_FOR_REVIEW:
        return (), None
    long = [flag for flag, first in since.items() if today - first > FLAGGED_FOR]
    turns = [first + FLAGGED_FOR + DAY for first in since.values()]
    found = tuple(sorted(long, key=WORST_FIRST.index)) if len(long) >= FLAGS_FOR_REVIEW else ()
    return found, min((day for day in turns if day > today), default=None)


def _lasting(held: Iterable[Span], holding: timedelta) -> list[Span]:
    """The days of each span on which it has lasted for so long."""
    found = [Span(span.first + holding, span.last) for span in held]
    return [span for span in found if span.last is None or span.first <= span.last]


def lost(
    record: Record,
    stage: Stage,
    since: date,
    today: date,
    waivers: Sequence[Waiver] = (),
    kept: Collection[Criterion] = (),
) -> list[Criterion]:
    """The criteria of the present stage that were met or waived and are neither now; nobody is moved down by that.

    ``kept`` are those that the move itself tells as met or waived: what was withdrawn since is in no record any more.
    Others count from ``since`` on, the day of the move, so that a declared stage loses only what it had.
    """
    gone = [one.criterion for one in judge(record, stage, today, waivers).findings if not _stands(one)]
    return [one for one in gone if one in kept or _stood(record, one, stage, since, waivers, today)]


def _stands(one: Finding) -> bool:
    """What nobody knows any more is not lost: no evidence speaks against it."""
    return one.verdict in (Verdict.MET, Verdict.WAIVED, Verdict.HOLDS) or _is_nothing_known(one.missing)


def _stood(
    record: Record, criterion: Criterion, stage: Stage, since: date, waivers: Sequence[Waiver], today: date
) -> bool:
    spans = [*_settled_spans(record, criterion, stage), *(one.span for one in waivers if one.criterion is criterion)]
    return any(span.first < today and (span.last is None or span.last >= since) for span in spans)
