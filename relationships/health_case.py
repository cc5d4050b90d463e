"""All that a standing rests on, as of a day (pure): the rows and where they came from, the rhythm, who decides.

What pages tell of a standing is read from here; the words stand in ``health_words``. Days are local dates of the
relationship's zone.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from relationships import cadence, criteria, evidence, health, health_points, problems
from relationships.evidence import Component, Kind, Row
from relationships.health import Gap, Person, Rhythm, Standing, Sums, Thresholds, Weights
from relationships.health_points import MOST_REMEDIES, Counts, Line, Offer
from relationships.weighing import Scale

# A promise counts as judged once one of these stands in the ledger.
JUDGED = (Kind.PROMISE_KEPT, Kind.PROMISE_KEPT_LATE, Kind.PROMISE_LATE, Kind.PROMISE_BROKEN)
SIDES = ("ours", "theirs")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the ledger, the row that gave rise to it, and when it was written."""

    row: Row
    model: str = ""
    pk: int = 0
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody of theirs who decides or signs, and when they were seen last."""

    name: str
    pk: int = 0
    seen_on: date | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """What cost most of the points that a component lost: a side, a kind of row, a silence or a person.

    ``what`` is the kind for rows; ``index`` the person's place among those who decide.
    """

    counts: Counts
    lost: float
    what: Kind | None = None
    side: str = "both"
    index: int | None = None
    past: bool = False


@dataclass(frozen=True)
class Case:
    """A relationship's evidence up to a day, and what follows of it; ``past``: that day is over."""

    entries: Sequence[Entry]
    rhythm: Rhythm
    deciders: Sequence[Decider]
    day: date
    weights: Weights = field(default_factory=Weights)
    thresholds: Thresholds = field(default_factory=Thresholds)
    past: bool = False
    # Nobody of theirs agreed to the rhythm of the day.
    assumed: bool = False
    # All problems that there ever were, whether a row tells of them yet or not.
    opened: Sequence[problems.Record] = ()

    @cached_property
    def rows(self) -> list[Row]:
        return [entry.row for entry in self.entries]

    @cached_property
    def people(self) -> list[Person]:
        return [Person(one.seen_on) for one in self.deciders]

    @cached_property
    def sums(self) -> Sums:
        return health.total(self.rows, self.rhythm, self.day)

    @cached_property
    def standing(self) -> Standing:
        return health.stand(
            self.sums,
            self.rhythm,
            self.people,
            today=self.day,
            weights=self.weights,
            thresholds=self.thresholds,
        )

    @cached_property
    def lines(self) -> list[Line]:
        return health_points.lines(
            self.rows, self.rhythm, self.people, today=self.day, weights=self.weights, sums=self.sums
        )

    def offers(self, *, problem_open: bool, most: int = MOST_REMEDIES) -> list[Offer]:
        return health_points.remedies(
            self.sums,
            self.rhythm,
            self.people,
            today=self.day,
            weights=self.weights,
            problem_open=problem_open,
            most=most,
        )

    def lost_most(self, component: Component) -> bool:
        """It is the one that lost most points, and that is as much as one."""
        return component is self.standing.limiting and self.points(component)[1] >= 1

    @cached_property
    def least_known(self) -> Component:
        """Of which most points are not known."""
        return max(Component, key=lambda component: self.points(component)[2])

    @cached_property
    def gaps(self) -> list[Gap]:
        """The silences, in the order in which lines name them."""
        return health.gaps((row.day for row in self.rows if row.kind is Kind.TOUCH), self.rhythm.agreed_on)

    @cached_property
    def silences(self) -> int:
        """How many of them count and so have a row: those that are over, and the open one once it is too long."""
        return sum(line.counts is Counts.SILENCE for line in self.lines)

    def _is_too_long(self, gap: Gap) -> bool:
        return any(not one.kept for one in self.rhythm.spells(gap, self.day))

    @cached_property
    def is_late(self) -> bool:
        """Whether the silence that is still open is too long."""
        return bool(self.gaps) and self._is_too_long(self.gaps[-1])

    @cached_property
    def too_long(self) -> int:
        """How many silences there were, the open one included, that went on for longer than was agreed."""
        return sum(self._is_too_long(gap) for gap in self.gaps if gap.start <= self.day)

    @cached_property
    def counted(self) -> Counter[tuple[Kind, str]]:
        """How many rows there are of each kind and side."""
        return Counter((row.kind, row.side) for row in self.rows)

    def count(self, *kinds: Kind, side: str = "") -> int:
        return sum(self.counted[kind, one] for kind in kinds for one in ([side] if side else [*SIDES, "both"]))

    @cached_property
    def troubles(self) -> problems.Tally:
        """How the problems stood on that day; rows tell what happened, and so of one that came back both times."""
        return problems.tally_on(self.opened, self.day)

    def kept(self, side: str) -> tuple[int, int]:
        """Of a side's promises those kept in time, and those that came to an end or whose day is over."""
        judged = {(one.model, one.pk) for one in self.entries if one.row.kind in JUDGED and one.row.side == side}
        return self.count(Kind.PROMISE_KEPT, side=side), len(judged)

    def points(self, component: Component) -> tuple[float, float, float]:
        """Earned, lost and not yet known, of the component's own points."""
        one, most = self.standing.opinions[component], self.weights.of(component)
        return most * one.belief, most * one.disbelief, most * one.unknown

    def shown(self, component: Component) -> health.Full:
        """The same in full points."""
        earned, _lost, unknown = self.points(component)
        return health.full(earned, unknown, self.weights.of(component))

    def tenths(self, component: Component | None = None) -> Tenths:
        """The same to the tenth, of a component or of the whole."""
        if component is None:
            return tenths(self.standing.earned, self.standing.unknown, 100.0)
        earned, _lost, unknown = self.points(component)
        return tenths(earned, unknown, self.weights.of(component))

    @cached_property
    def cause(self) -> Cause | None:
        """What cost most within the limiting component; none where it lost next to nothing."""
        costs: dict[tuple[object, ...], Cause] = {}
        for line in self.lines:
            if line.component is self.standing.limiting and line.lost:
                one = self._cause(line)
                key = (one.counts, one.what, one.side, one.index, one.past)
                costs[key] = replace(one, lost=one.lost + costs[key].lost) if key in costs else one
        worst = max(costs.values(), key=lambda one: one.lost, default=None)
        return worst if worst and self.points(self.standing.limiting)[1] >= 0.5 else None

    def _cause(self, line: Line) -> Cause:
        match line.counts:
            case Counts.PERSON:
                return Cause(line.counts, line.lost, index=line.index)
            case Counts.ROW:
                assert line.index is not None
                kind = self.rows[line.index].kind
                # Being late and breaking the word are told together, and what owning up took back is taken off.
                if kind in (Kind.PROMISE_BROKEN, Kind.PROMISE_OWNED):
                    kind = Kind.PROMISE_LATE
                return Cause(line.counts, line.lost, kind, line.side)
        open_still = line.counts is Counts.CONTACT or line.index == len(self.gaps) - 1
        return Cause(Counts.SILENCE, line.lost, past=not open_still)

    @cached_property
    def earned_back(self) -> float:
        """How many points more what the cause asks for would earn at once."""
        then = self._then(self.cause) if self.cause else None
        if then is None:
            return 0.0
        sums, people = then
        return (
            health.stand(sums, self.rhythm, people, today=self.day, weights=self.weights).earned - self.standing.earned
        )

    def _then(self, cause: Cause) -> tuple[Sums, list[Person]] | None:
        """The sums and the people after the deed that answers to the cause."""

        def with_row(kind: Kind, side: str) -> Sums:
            week = [
                row
                for row in self.rows
                if (row.kind, row.side) == (kind, side) and row.day.isocalendar()[:2] == self.day.isocalendar()[:2]
            ]
            return health.add(self.sums, evidence.row(kind, side, self.day), week, self.rhythm)

        match self.standing.limiting:
            case Component.CADENCE:
                return with_row(Kind.TOUCH, "both"), self.people
            case Component.ACCESS:
                at = cause.index if cause.index is not None else 0
                people = [*self.people[:at], Person(self.day), *self.people[at + 1 :]]
                return with_row(Kind.DECISION_MAKER_MET, "theirs"), people
            case Component.CREDIBILITY:
                return with_row(Kind.PROBLEM_SOLVED, "ours"), self.people
            case Component.TRUST:
                return with_row(Kind.PROMISE_KEPT, cause.side), self.people
        assert cause.what is not None
        return with_row(cause.what, _other(cause.side)), self.people


def _other(side: str) -> str:
    return "theirs" if side == "ours" else "ours"


def of(
    record: criteria.Record,
    entries: Sequence[Entry],
    day: date,
    scale: Scale | None = None,
    *,
    past: bool = False,
    opened: Sequence[problems.Record] = (),
) -> Case:
    """From what the criteria of the stages read, and the ledger; what came later than ``day`` is left out."""
    scale = scale or Scale()
    found: dict[str | int, Decider] = {}
    for person in record.people:
        if not person.decides or not person.named(day):
            continue
        # Two records of one name are one person, who was seen when either was.
        key, seen = person.who or person.shown.pk, person.last_seen(day)
        former = found.get(key)
        if former is None or (seen or date.min) > (former.seen_on or date.min):
            found[key] = Decider(person.shown.said, person.shown.pk, seen)
    up_to = [entry for entry in entries if entry.row.day <= day]
    force = cadence.in_force(record.intervals, day)
    assumed = force is not None and record.agreements[force].assumed
    people, rhythm = list(found.values()), record.course.rhythm
    return Case(up_to, rhythm, people, day, scale.weights, scale.thresholds, past, assumed, opened)


# Numbers that add up -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tenths:
    """Points as sums of rows show them, in tenths: earned and judged are cut, lost is what lies between.

    So full points follow of them by the same rule, and nobody reads 64.8 beside a 65.
    """

    earned: int
    judged: int

    @property
    def lost(self) -> int:
        return self.judged - self.earned


def tenths(earned: float, unknown: float, most: float) -> Tenths:
    got = _tenths(earned)
    return Tenths(got, max(got, _tenths(most - unknown)))


def _tenths(points: float) -> int:
    """Never beyond the full points that are shown, whatever floats make of a limit."""
    full = health.whole(points)
    return min(max(10 * full, math.floor(10 * (points + health.NOISE))), 10 * full + 9)


def adding_up(values: Sequence[float], total: float | None = None) -> list[float]:
    """To a tenth, cut off so that they add up to their sum, cut off as well: each is off by less than a tenth.

    ``total`` is that sum where it is told with others that add up. What is cut off is given back to those that lost
    most by it.
    """
    floors = [health.whole(10 * value) for value in values]
    missing = (health.whole(10 * math.fsum(values)) if total is None else round(10 * total)) - sum(floors)
    order = sorted(range(len(values)), key=lambda index: (floors[index] - values[index] * 10, index))
    for index in order[: max(0, missing)]:
        floors[index] += 1
    return [value / 10 for value in floors]
