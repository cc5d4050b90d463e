"""The score and the flags on invented relationships: who is told from whom before the end, and how early (pure)."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from relationships import health
from relationships.evidence import Row
from relationships.flags import SIDES, Flag
from relationships.health import Person, Standing, Sums
from simulation import figures, patterns
from simulation.figures import Figure
from simulation.patterns import FOR, Readings
from simulation.world import DAY, START, Decay, Life, many

# Warnings are compared so many days before the end.
BEFORE = 30
# Read once a week, and not before there is something to read.
WEEK, FROM = 7 * DAY, START + 120 * DAY
# The score raises no alarm by itself. Where it is asked to, it may be wrong in so many weeks of the healthy.
SCORE_FALSE = 0.05
# By how often one meets, in days, and by how strong every decay is.
RHYTHMS = {"each week or two": (7, 14), "each month": (30,), "each two": (60,)}
STRENGTHS = {"half as strong": 0.5, "twice as strong": 2.0}


@dataclass(frozen=True, slots=True)
class Week:
    """What there was to read on a day. ``lost`` is 100 less the points earned, shown as a score or not."""

    day: date
    lost: float
    judged: bool
    silent: int
    readings: dict[Flag, Readings]


def standings(life: Life, days: Iterable[date]) -> list[Standing]:
    """How a relationship stood on each of some days, in their order: the sums are carried from one to the next."""
    sums, rhythm, found = Sums(health.stretch(life.every_days)), life.record.rhythm, []
    weeks: dict[tuple[str, str, int, int], list[Row]] = defaultdict(list)
    rows = iter(life.rows)
    row = next(rows, None)
    for day in days:
        while row is not None and row.day <= day:
            week = weeks[row.kind, row.side, *row.day.isocalendar()[:2]]
            sums = health.add(sums, row, week, rhythm)
            week.append(row)
            row = next(rows, None)
        found.append(health.stand(sums, rhythm, people(life, day), today=day))
    return found


def people(life: Life, day: date) -> list[Person]:
    """Who decides, and when each was last spoken with."""
    found = []
    for days in life.seen:
        seen = bisect_right(days, day)
        found.append(Person(days[seen - 1] if seen else None))
    return found


def read(life: Life, days: Sequence[date]) -> list[Week]:
    """What there was to read on some days. Who decays is read for its own decay, the healthy for all."""
    mine = [flag for flag, decay in FOR.items() if life.decay in (decay, Decay.NONE)]
    touched, found = life.touched, []
    for day, standing in zip(days, standings(life, days), strict=True):
        before = bisect_right(touched, day)
        silent = (day - (touched[before - 1] if before else START)).days
        readings = {flag: patterns.read(life.record, flag, day) for flag in mine}
        found.append(Week(day, 100 - standing.earned, standing.judged, silent, readings))
    return found


@dataclass(frozen=True, slots=True)
class Tried:
    """A relationship and what was read of it, ``BEFORE`` days before the end among others."""

    life: Life
    weeks: list[Week]

    @property
    def near_end(self) -> Week:
        return next(week for week in self.weeks if week.day == self.life.end - BEFORE * DAY)


def through(life: Life) -> Tried:
    """Every week up to the last day."""
    day = life.end - BEFORE * DAY
    day -= (day - FROM).days // 7 * WEEK
    return Tried(life, read(life, [day + number * WEEK for number in range((life.last - day).days // 7 + 1)]))


def at_the_end(life: Life) -> Tried:
    return Tried(life, read(life, [life.end - BEFORE * DAY]))


Value = Callable[[Week], float]


@dataclass(frozen=True, slots=True)
class Gauge:
    """Something to be read: the score, or a flag. For all decays where it is for none of its own."""

    name: str
    value: Value
    decay: Decay | None = None
    flag: Flag | None = None

    def is_for(self, life: Life) -> bool:
        return life.decay is not Decay.NONE and self.decay in (None, life.decay)


def _of_flag(flag: Flag) -> Gauge:
    return Gauge(flag.replace("_", " "), lambda week: max(one.value for one in week.readings[flag]), FOR[flag], flag)


def heard(gauge: Gauge, *, fresh: bool = False) -> Gauge:
    """The same where it shows least as long as there is too little for the flag to speak; ``fresh`` as in readings."""
    if (flag := gauge.flag) is None:
        return gauge

    def value(week: Week) -> float:
        return max(
            one.value if (one.fresh if fresh else one.speaks) else patterns.NOTHING for one in week.readings[flag]
        )

    return replace(gauge, value=value)


SCORE = Gauge("score", lambda week: week.lost)
SINCE = Gauge("days since contact", lambda week: week.silent)
GAUGES = (SCORE, *map(_of_flag, FOR))


def raised(weeks: Sequence[Week], flag: Flag, *, fresh: bool = False) -> list[bool]:
    """Week by week, whether the flag stands, on either side: once on it stays until it goes off."""
    found: list[bool] = []
    before = [False] * len(SIDES)
    for week in weeks:
        before = [
            (one.on and (one.fresh or not fresh)) or (stood and not one.off)
            for one, stood in zip(week.readings[flag], before, strict=False)
        ]
        found.append(any(before))
    return found


def beyond(gauge: Gauge, limit: float, one: Tried) -> list[bool]:
    return [gauge.value(week) > limit for week in one.weeks]


def lead(one: Tried, on: Sequence[bool]) -> int:
    """Days before the end on which the alarm was first on after the decay had begun; 0 where it never was."""
    for week, stands in zip(one.weeks, on, strict=True):
        if stands and week.day >= one.life.onset:
            return (one.life.end - week.day).days
    return 0


def auc(rng: Random, gauge: Gauge, ill: Sequence[Tried], well: Sequence[Tried]) -> Figure:
    """How often it shows more in one of the ill than in one of the well, near the end."""
    values = [[gauge.value(one.near_end) for one in some] for some in (ill, well)]
    return figures.interval(rng, figures.auc, *values)


@dataclass(frozen=True, slots=True)
class Faded:
    """What a flag would come to if the least number of rows faded too: as the same fields of ``Told``."""

    speaks: float
    auc_heard: Figure
    false: float
    lead: float


@dataclass(frozen=True, slots=True)
class Told:
    """What one gauge came to for the relationships it is for, and what days since contact came to for the same.

    ``auc`` is of the pattern, ``auc_heard`` of the flag, which has to have enough rows to speak; near the end it did
    in the share ``speaks``. ``false`` is the share of weeks of
    the healthy in which the alarm was on; days since contact were given a limit with no more than that. Who was
    ``caught`` was warned of in time. ``by`` are AUCs where partners meet more or less often, or decay otherwise; none
    where there are no such.
    """

    name: str
    decay: str
    count: int
    speaks: float
    auc: Figure
    auc_heard: Figure
    auc_since: Figure
    auc_score: Figure
    false: float
    lead: float
    lead_since: float
    ahead: Figure
    caught: float
    caught_since: float
    by: dict[str, Figure | None]
    faded: Faded | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """``told`` begins with the score. ``judged`` is the share of relationships whose score was shown."""

    count: int
    judged: float
    contacts: float
    told: list[Told]


def run(seed: int, count: int) -> Trial:
    rng = Random(f"{seed}/samples")
    every = [through(life) for life in many(seed, count)]
    others = {name: [at_the_end(life) for life in many(seed, count, strength)] for name, strength in STRENGTHS.items()}
    others = {
        **{name: [one for one in every if one.life.every_days in days] for name, days in RHYTHMS.items()},
        **others,
    }
    return Trial(
        count,
        figures.mean([one.near_end.judged for one in every]),
        figures.mean([365 * len(one.life.touched) / (one.life.last - START).days for one in every]),
        [_told(rng, gauge, every, others) for gauge in GAUGES],
    )


def _told(rng: Random, gauge: Gauge, every: Sequence[Tried], others: Mapping[str, Sequence[Tried]]) -> Told:
    ill, well = _parted(gauge, every)
    parted = {name: _parted(gauge, some) for name, some in others.items()}
    limit = figures.limit([gauge.value(week) for one in well for week in one.weeks], SCORE_FALSE)

    def alarm(one: Tried) -> list[bool]:
        return beyond(gauge, limit, one) if gauge.flag is None else raised(one.weeks, gauge.flag)

    false = figures.mean([stands for one in well for stands in alarm(one)])
    rival = figures.limit([week.silent for one in well for week in one.weeks], false)
    leads = [(lead(one, alarm(one)), lead(one, beyond(SINCE, rival, one))) for one in ill]
    return Told(
        name=gauge.name,
        decay=gauge.decay or "all five",
        count=len(ill),
        speaks=figures.mean([heard(gauge).value(one.near_end) > patterns.NOTHING for one in ill]),
        auc=auc(rng, gauge, ill, well),
        auc_heard=auc(rng, heard(gauge), ill, well),
        auc_since=auc(rng, SINCE, ill, well),
        auc_score=auc(rng, SCORE, ill, well),
        false=false,
        lead=figures.mean([own for own, _ in leads]),
        lead_since=figures.mean([other for _, other in leads]),
        ahead=figures.interval(rng, figures.mean, [own - other for own, other in leads]),
        caught=figures.mean([own >= BEFORE for own, _ in leads]),
        caught_since=figures.mean([other >= BEFORE for _, other in leads]),
        by={name: auc(rng, gauge, *two) if all(two) else None for name, two in parted.items()},
        faded=_faded(gauge, ill, well) if gauge.flag in patterns.FADE else None,
    )


def _faded(gauge: Gauge, ill: Sequence[Tried], well: Sequence[Tried]) -> Faded:
    assert gauge.flag is not None
    flag, fading = gauge.flag, heard(gauge, fresh=True)
    return Faded(
        speaks=figures.mean([fading.value(one.near_end) > patterns.NOTHING for one in ill]),
        auc_heard=auc(Random(f"faded/{flag}"), fading, ill, well),
        false=figures.mean([stands for one in well for stands in raised(one.weeks, flag, fresh=True)]),
        lead=figures.mean([lead(one, raised(one.weeks, flag, fresh=True)) for one in ill]),
    )


def _parted(gauge: Gauge, some: Sequence[Tried]) -> tuple[list[Tried], list[Tried]]:
    """The ones it is for, and the healthy."""
    return [one for one in some if gauge.is_for(one.life)], [one for one in some if one.life.decay is Decay.NONE]
