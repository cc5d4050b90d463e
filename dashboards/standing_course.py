"""The components of a standing over a year, week by week, with what happened marked on them: a chart on *Standing*."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from dashboards import standing_course_words as said_as
from dashboards.insights_charts import ticks
from relationships import health, health_words, records, weekly
from relationships.evidence import Component
from relationships.health_case import Case, Entry
from relationships.models import (
    Commitment,
    Halt,
    HandOver,
    HealthFlag,
    Relationship,
    ScoreConfig,
    Snapshot,
    StageChange,
)
from relationships.weekly import Happening, Point, What
from relationships.weighing import Scale
from web import dates
from web.charts import Cell, Chart, Dash, Line, Lines, Mark, Shape, Size, Stop, Table, Tone

# Of promises, problems and flags the newest so many.
NEWEST = 120
# Each is told from the others in greyscale, too: by its dashes, or by what stands on it every few weeks.
LOOKS: dict[Component, tuple[Tone, Dash, Shape]] = {
    Component.CADENCE: (Tone.INK, Dash.SOLID, Shape.NONE),
    Component.ACCESS: (Tone.NEW, Dash.DASHED, Shape.NONE),
    Component.CREDIBILITY: (Tone.OK, Dash.DOTTED, Shape.NONE),
    Component.TRUST: (Tone.DUE, Dash.SOLID, Shape.DIAMOND),
    Component.RECIPROCITY: (Tone.BOOKED, Dash.DASH_DOT, Shape.NONE),
}
WEEKS_APART = 5


def chart(row: Relationship, known: records.Known, entries: Sequence[Entry], case: Case, today: date) -> Chart | None:
    """Nothing in the first week. Nine queries, whatever the history; at most a year of weeks is reckoned anew."""
    begun = records.begun_on(row)
    wanted = weekly.days(begun, case.day)
    if len(wanted) < 2:
        return None
    versions = list(ScoreConfig.objects.order_by("version"))
    now = Point(
        case.day,
        {one: case.points(one)[0] for one in Component},
        {one: case.weights.of(one) for one in Component},
        shown=False,
        judged=case.standing.judged,
    )
    found = weekly.points(wanted, _kept(row, wanted[0], versions), now, _reckon(row, known, entries, versions))
    happened = sorted(_happened(row, versions, wanted[0], case.day), key=lambda one: one.place)
    return _drawn(found, happened, today)


# The points ----------------------------------------------------------------------------------------------------------


def _kept(row: Relationship, since: date, versions: Sequence[ScoreConfig]) -> list[Point]:
    """As they were shown, the oldest first; each by the weights of its day. One query."""
    scales = {one.version: one.scale for one in versions}
    rows = row.snapshots.filter(on__gt=since - weekly.WEEK).order_by("on")
    return [_shown(one, scales.get(one.config_version, Scale())) for one in rows]


def _shown(kept: Snapshot, scale: Scale) -> Point:
    most = {one: scale.weights.of(one) for one in Component}
    earned = {one: most[one] * getattr(kept, f"{one}_b") for one in Component}
    return Point(kept.on, earned, most, shown=True, judged=kept.score is not None)


def _reckon(
    row: Relationship, known: records.Known, entries: Sequence[Entry], versions: Sequence[ScoreConfig]
) -> Callable[[date], Point]:
    """How it stood on a day, by what is known of it today and the weights of then; what rests, as when that began."""
    zone = ZoneInfo(row.zone)
    rows = [one.row for one in entries if one.row.r or one.row.s]
    scales = [(one.valid_from.astimezone(zone).date(), one.scale) for one in versions]
    run = replace(known.record.course, rows=rows, scales=scales)

    def reckon(day: date) -> Point:
        stood = next((halt.first for halt in known.record.halts if halt.holds(day)), day)
        scale = run.scale(stood)
        most = {one: scale.weights.of(one) for one in Component}
        opinions = {one: run.of(one, stood) for one in Component}
        unknown = sum(most[one] * opinions[one].unknown for one in Component)
        earned = {one: most[one] * opinions[one].belief for one in Component}
        return Point(day, earned, most, shown=False, judged=health.can_be_judged(unknown, scale.thresholds))

    return reckon


# What happened -------------------------------------------------------------------------------------------------------


def _happened(row: Relationship, versions: Sequence[ScoreConfig], since: date, until: date) -> Iterator[Happening]:
    """Seven queries."""
    zone = ZoneInfo(row.zone)
    begin = datetime.combine(since, time.min, zone)
    for config in versions[1:]:
        day = config.valid_from.astimezone(zone).date()
        if since <= day <= until:
            yield said_as.happening(day, What.WEIGHTS, config)
    for move in StageChange.objects.filter(relationship=row, changed_on__range=(since, until)):
        yield said_as.happening(move.changed_on, What.STAGE, move)
    for hand in HandOver.objects.filter(relationship=row, made_at__gte=begin).select_related("former", "next"):
        yield said_as.happening(hand.made_at.astimezone(zone).date(), What.HANDED_OVER, hand)
    for halt in Halt.objects.filter(relationship=row).filter(Q(until_on=None) | Q(until_on__gte=since)):
        if halt.from_on >= since:
            yield said_as.happening(halt.from_on, What.ENDED if halt.kind == Halt.Kind.ENDED else What.PAUSED, halt)
        if halt.until_on is not None:
            yield said_as.happening(halt.until_on, What.TAKEN_UP, halt)
    flags = HealthFlag.objects.filter(relationship=row).filter(Q(since__gte=since) | Q(until__gte=since))
    for flag in flags.order_by("-since", "-id")[:NEWEST]:
        if flag.since >= since:
            yield said_as.happening(flag.since, What.FLAG_CAME, flag)
        if flag.until is not None:
            yield said_as.happening(flag.until, What.FLAG_WENT, flag)
    fates = {
        Commitment.Outcome.BROKEN: What.BROKEN,
        Commitment.Outcome.KEPT_LATE: What.KEPT_LATE,
        Commitment.Outcome.KEPT: What.KEPT,
    }
    promises = Commitment.objects.filter(relationship=row, ended_on__range=(since, until))
    for promise in promises.order_by("-ended_on", "-id")[:NEWEST]:
        assert promise.ended_on is not None
        yield said_as.happening(promise.ended_on, fates[promise.outcome], promise)  # type: ignore[index]
    troubles = row.problems.filter(Q(opened_on__gte=since) | Q(solved_on__gte=since))
    for problem in troubles.order_by("-opened_on", "-id")[:NEWEST]:
        if problem.opened_on >= since:
            yield said_as.happening(problem.opened_on, What.PROBLEM, problem)
        if problem.solved_on is not None:
            yield said_as.happening(problem.solved_on, What.SOLVED, problem)


# The chart -----------------------------------------------------------------------------------------------------------


def _drawn(found: Sequence[Point], happened: Sequence[Happening], today: date) -> Chart:
    begin, end = found[0].day, found[-1].day
    names = {one: str(health_words.NAMES[one]) for one in Component}
    weeks = weekly.by_week([one.day for one in found], happened)
    marks = weekly.drawn(happened)
    moved = weekly.moved(found)

    def x(day: date) -> float:
        return round((day - begin).days / 7, 3)

    return Chart(
        "course",
        said_as.title(moved, weekly.lately(found)),
        said_as.sentence(found, moved, len(happened), len(marks), today),
        Lines(
            [Stop(x(one.day), said_as.stop(one, names, today)) for one in found],
            ticks(begin, end),
            [
                Line(
                    names[one],
                    [point.full(one) for point in found],
                    tone,
                    f"{names[one]} {found[-1].full(one)}",
                    shape=shape,
                    dash=dash,
                    every=WEEKS_APART,
                    firm=moved is not None and moved.component is one,
                )
                for one, (tone, dash, shape) in LOOKS.items()
            ],
            marks=[Mark(x(one.day), one.name, said_as.read_out(one, today)) for one in marks],
        ),
        Table(
            [_("Week of"), *names.values(), _("In all"), _("What happened")],
            [
                [
                    Cell(_("Now") if point is found[-1] else dates.plain(point.day, today), day=point.day),
                    *(
                        Cell(said_as.of_most(point.full(one), point.most[one]), number=point.full(one))
                        for one in Component
                    ),
                    health_words.NO_POINTS if point.score is None else str(point.score),
                    "; ".join(said_as.read_out(one, today) for one in weeks[at]) or health_words.NO_POINTS,
                ]
                for at, point in enumerate(found)
            ],
        ),
        Size.TALL,
    )
