"""Real meetings: which pairs fall silent, and what would have said so (pure: rows in, figures out)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import BinaryIO

from imports import reading
from imports.mappings import FileMapping
from relationships import evidence, health
from relationships.cadence import Interval
from relationships.evidence import Kind
from relationships.flags import Contact, Flag, Record
from relationships.health import Rhythm
from simulation import figures
from simulation.figures import Figure
from simulation.patterns import NOTHING, read

DAY = timedelta(days=1)
# Silent is who does not meet in so many days after a day, having met in as many before it.
AHEAD = 60
BETWEEN = 30
# Before the first day of judging there has to be so much to judge by.
HISTORY = 180
FIXED_RULE = 30
# Meetings lie close together in a file; what comes after a longer silence of all was dated wrongly.
LONGEST_HOLE = 31
FEWEST_DAYS = 5
# A share of fewer alarms than this has no limits worth telling.
FEWEST_ALARMS = 5

Pairs = Mapping[tuple[str, str], Sequence[date]]


def pairs(stream: BinaryIO, mapping: FileMapping, today: date = date.max) -> dict[tuple[str, str], list[date]]:
    """The days up to ``today`` on which each organisation met each of ours, as the import would take them."""
    found: dict[tuple[str, str], set[date]] = defaultdict(set)
    for row in reading.read(stream, mapping, today):
        if isinstance(row, reading.Row) and row.met is not None and row.met.two_way:
            found[row.account_key, row.name].add(row.met.day)
    return {pair: sorted(days) for pair, days in sorted(found.items())}


def organisations(pairs: Pairs) -> dict[tuple[str, str], list[date]]:
    """The same by organisation alone, whoever of ours met it."""
    found: dict[str, set[date]] = defaultdict(set)
    for (organisation, _ours), days in pairs.items():
        found[organisation].update(days)
    return {(organisation, ""): sorted(days) for organisation, days in sorted(found.items())}


def covered(pairs: Pairs) -> tuple[date, date]:
    """From when to when the file knows of meetings: its longest stretch without a hole. Not of a file without any."""
    days = sorted({day for met in pairs.values() for day in met})
    stretches = [[days[0]]]
    for before, after in pairwise(days):
        if (after - before).days > LONGEST_HOLE:
            stretches.append([])
        stretches[-1].append(after)
    longest = max(stretches, key=len)
    return longest[0], longest[-1]


def judging_days(first: date, last: date) -> list[date]:
    """Every 30 days, as late as the days after can be known, and with enough before."""
    found, day = [], last - AHEAD * DAY
    while day >= first + HISTORY * DAY:
        found.append(day)
        day -= BETWEEN * DAY
    return found[::-1]


@dataclass(frozen=True, slots=True)
class Case:
    """A pair on a day: whether it fell silent afterwards, and what was known then."""

    pair: tuple[str, str]
    day: date
    met: int
    silent: bool
    since: int
    lost: float
    judged: bool
    quiet: float
    flagged: bool

    @property
    def by_rule(self) -> bool:
        return self.since > FIXED_RULE


def cases(pairs: Pairs, every_days: int) -> list[Case]:
    """Of each pair that met in the 60 days up to a day of judging."""
    first, last = covered(pairs)
    found = []
    for pair, whole in pairs.items():
        known = [day for day in whole if first <= day <= last]
        for today in judging_days(first, last):
            before = [day for day in known if day <= today]
            if not before or (today - before[-1]).days >= AHEAD:
                continue
            found.append(_case(pair, today, before, known, every_days))
    return found


def _case(pair: tuple[str, str], today: date, before: list[date], known: list[date], every_days: int) -> Case:
    rhythm = Rhythm([Interval(before[0], every_days)])
    rows = [evidence.row(Kind.TOUCH, "both", day) for day in before]
    standing = health.stand(health.total(rows, rhythm, today), rhythm, (), today=today)
    (flag,) = read(Record([Contact(day) for day in before], rhythm=rhythm), Flag.GOING_QUIET, today)
    return Case(
        pair=pair,
        day=today,
        met=len(before),
        silent=not any(today < day <= today + AHEAD * DAY for day in known),
        since=(today - before[-1]).days,
        lost=100 - standing.earned,
        judged=standing.judged,
        quiet=flag.value if flag.speaks else NOTHING,
        flagged=flag.on,
    )


@dataclass(frozen=True, slots=True)
class Alarm:
    """How often an alarm was on, right, and how many of those who fell silent it named."""

    on: int
    right: int
    precision: Figure | None
    recall: Figure | None


@dataclass(frozen=True, slots=True)
class Silences:
    """Of pairs that had met on at least ``fewest`` days. An AUC is ``None`` where nobody fell silent, or everybody."""

    fewest: int
    pairs: int
    cases: int
    silent: int
    judged: int
    auc: dict[str, Figure | None]
    alarms: dict[str, Alarm]


VALUES: dict[str, Callable[[Case], float]] = {
    "going quiet": lambda one: one.quiet,
    "score (points not earned)": lambda one: one.lost,
    "days since contact": lambda one: float(one.since),
    f"more than {FIXED_RULE} days": lambda one: float(one.by_rule),
}
ALARMS: dict[str, Callable[[Case], bool]] = {
    "going quiet": lambda one: one.flagged,
    f"more than {FIXED_RULE} days": lambda one: one.by_rule,
}


def weigh(found: Iterable[Case], fewest: int, seed: int) -> Silences:
    """The figures; pairs are what is drawn again, for the days of one pair are much alike."""
    of_pair: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for one in found:
        if one.met >= fewest:
            of_pair[one.pair].append(one)
    groups = list(of_pair.values())
    whole = [one for group in groups for one in group]
    silent = sum(one.silent for one in whole)
    mixed = 0 < silent < len(whole)
    rng = Random(f"{seed}/{fewest}")
    return Silences(
        fewest=fewest,
        pairs=len(groups),
        cases=len(whole),
        silent=silent,
        judged=sum(one.judged for one in whole),
        auc={name: _auc(rng, value, groups) if mixed else None for name, value in VALUES.items()},
        alarms={name: _alarm(rng, alarm, groups, whole) for name, alarm in ALARMS.items()},
    )


Groups = Sequence[Sequence[Case]]


def _auc(rng: Random, value: Callable[[Case], float], groups: Groups) -> Figure:
    def told(drawn: Groups) -> float:
        ill = [value(one) for group in drawn for one in group if one.silent]
        well = [value(one) for group in drawn for one in group if not one.silent]
        return figures.auc(ill, well) if ill and well else 0.5

    return figures.interval(rng, told, groups)


def _alarm(rng: Random, alarm: Callable[[Case], bool], groups: Groups, whole: Sequence[Case]) -> Alarm:
    def share(drawn: Groups, among: Callable[[Case], bool]) -> float:
        """Of the cases among which to look, those where the alarm was on and silence came."""
        looked = [one for group in drawn for one in group if among(one)]
        return sum(one.silent and alarm(one) for one in looked) / len(looked) if looked else 0.0

    on = sum(alarm(one) for one in whole)
    silent = sum(one.silent for one in whole)
    return Alarm(
        on=on,
        right=sum(one.silent and alarm(one) for one in whole),
        precision=figures.interval(rng, lambda drawn: share(drawn, alarm), groups) if on >= FEWEST_ALARMS else None,
        recall=figures.interval(rng, lambda drawn: share(drawn, lambda one: one.silent), groups) if silent else None,
    )
