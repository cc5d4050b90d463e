"""How the parts of a standing ran from day to day (pure): ``relationships.health`` of any day, as known today.

The masses of each pot are kept as of the days on which something joined them; between two such days they only fade.
So beliefs fall, and what is unknown grows, until something happens: only the lateness of a silence that is not over
makes more known by itself. Whoever asks when a threshold was crossed needs to look at few days. All days are local
dates of the relationship's zone; T is the interval in days.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from relationships import evidence, health
from relationships.evidence import Component, Kind, Row, Sum
from relationships.health import Gap, Pot, Rhythm, Spell, Sums, W, Weights
from relationships.weighing import Scale

DAY = timedelta(days=1)
# A silence that is not over is looked at for so long; by then whatever was ever known of it has faded.
FAR = timedelta(days=7_305)
OF_TRUST = {"ours": Pot.TRUST_OURS, "theirs": Pot.TRUST_THEIRS}
OF_RECIPROCITY = (
    (Pot.INITIATIVE_OURS, Pot.INITIATIVE_THEIRS),
    (Pot.FEEDBACK_OURS, Pot.FEEDBACK_THEIRS),
    (Pot.ROADMAP_OURS, Pot.ROADMAP_THEIRS),
)


@dataclass(frozen=True, slots=True)
class Joined:
    """What a row adds on its day: masses for, by the day from which they fade, and against."""

    day: date
    r: Sequence[tuple[date, float]]
    s: float


def joined(rows: Iterable[Row]) -> dict[Pot, list[Joined]]:
    """By pot, in the order of days: what each row changes under the caps of its week, as ``health.add`` has it."""
    found: dict[Pot, list[Joined]] = {}
    weeks: dict[tuple[Kind, str, int], dict[date, float]] = {}
    for row in sorted(rows, key=lambda one: one.day):
        pot = health.pot_of(row.kind, row.side)
        if pot is None or not (row.r or row.s):
            continue
        cap = evidence.RULES[row.kind].weekly
        if cap is None:
            more: Sequence[tuple[date, float]] = [(row.day, row.r)]
        else:
            more = _joins(weeks.setdefault((row.kind, row.side, evidence.week_of(row.day)), {}), row, cap)
        found.setdefault(pot, []).append(Joined(row.day, more, row.s))
    return found


def _joins(week: dict[date, float], row: Row, cap: float) -> list[tuple[date, float]]:
    """How the masses of a week change when a row of its last day or a later one joins it: the newest count first."""
    mass = min(cap, week.get(row.day, 0.0) + row.r)
    changed = [(row.day, mass - week.get(row.day, 0.0))]
    week[row.day], left = mass, cap - mass
    for day in reversed(week):
        if day != row.day:
            mass = min(week[day], left)
            if mass != week[day]:
                changed.append((day, mass - week[day]))
            week[day], left = mass, left - mass
    return changed


@dataclass
class Trace:
    """The masses of a pot as of each day on which they changed otherwise than by fading."""

    half: int
    days: list[date] = field(default_factory=list)
    r: list[float] = field(default_factory=list)
    s: list[float] = field(default_factory=list)

    def add(self, day: date, r: float, s: float) -> None:
        """Of a day no earlier than the last."""
        before_r, before_s = self.read(day)
        if self.days and self.days[-1] == day:
            self.r[-1], self.s[-1] = before_r + r, before_s + s
        else:
            self.days.append(day)
            self.r.append(before_r + r)
            self.s.append(before_s + s)

    def read(self, day: date) -> tuple[float, float]:
        at = bisect_right(self.days, day) - 1
        if at < 0:
            return 0.0, 0.0
        fading = fade(self.days[at], day, self.half)
        return max(0.0, self.r[at] * fading), max(0.0, self.s[at] * fading)

    def mass(self, day: date, known: date | None = None) -> float:
        """For and against; of what joined up to ``known`` alone, where that is given."""
        at = bisect_right(self.days, known or day) - 1
        return (self.r[at] + self.s[at]) * fade(self.days[at], day, self.half) if at >= 0 else 0.0

    def mass_at_most(self, first: date, last: date) -> float:
        """No more than this on any day from one to another: as if nothing faded."""
        at, end = bisect_right(self.days, first) - 1, bisect_right(self.days, last) - 1
        return max(0.0, self.mass(first)) + self._joined[end + 1] - self._joined[at + 1]

    @cached_property
    def _joined(self) -> list[float]:
        """What joined before each of the days; once all are there."""
        before, found = 0.0, [0.0]
        for at, day in enumerate(self.days):
            mass = self.r[at] + self.s[at]
            faded = (self.r[at - 1] + self.s[at - 1]) * fade(self.days[at - 1], day, self.half) if at else 0.0
            before += mass - faded
            found.append(before)
        return found


def fade(then: date, day: date, half: int) -> float:
    return math.exp2((then - day).days / half)


def _mass(spell: Spell, day: date, half: int) -> float:
    """What the days of a spell weigh on a day: as ``health.of_spell``, which knows no day."""
    night = math.exp2(-1 / half)
    return fade(spell.last, day, half) * (1 - night**spell.days) / (1 - night) / spell.every_days


@dataclass(frozen=True, slots=True)
class Known:
    """Of a component on a day, as parts of 1: what ``health.Opinion`` says without its limits."""

    belief: float
    unknown: float


def _of(r: float, s: float) -> Known:
    whole = r + s + W
    return Known(r / whole, W / whole)


def _mean(*parts: Known) -> Known:
    return Known(sum(one.belief for one in parts) / len(parts), sum(one.unknown for one in parts) / len(parts))


def _certain(belief: float) -> Known:
    return Known(belief, 0.0)


UNKNOWN = Known(0.0, 1.0)
FIRST = Scale()


@dataclass(frozen=True)
class Course:
    """``deciders`` says for a day when each who decided was seen last; ``people`` are the days on which others count,
    and ``seen`` those on which one of them was seen.

    ``rows`` are those of the ledger that have masses, and ``touches`` the days of two-way contact. ``scales`` are the
    weights and thresholds with the day from which each was in force, the oldest first; before these the first ones.
    """

    rows: Sequence[Row] = ()
    touches: Sequence[date] = ()
    rhythm: Rhythm = field(default_factory=Rhythm)
    deciders: Callable[[date], Sequence[date | None]] = lambda day: ()
    people: frozenset[date] = frozenset()
    seen: frozenset[date] = frozenset()
    scales: Sequence[tuple[date, Scale]] = ()

    def scale(self, day: date) -> Scale:
        """By what was judged on a day; of several of one day the last."""
        at = bisect_right(self.scales, day, key=lambda one: one[0])
        return self.scales[at - 1][1] if at else FIRST

    @property
    def edges(self) -> list[date]:
        """The days on which another T is in force."""
        return self.rhythm.edges

    def every(self, day: date) -> int | None:
        return self.rhythm.every(day)

    @cached_property
    def _joined(self) -> dict[Pot, list[Joined]]:
        return joined(self.rows)

    @cached_property
    def _traces(self) -> dict[tuple[Pot, int], Trace]:
        return {}

    def trace(self, pot: Pot, day: date) -> Trace:
        """As it fades with the T in force on a day."""
        return self._trace(pot, health.stretch(self.every(day)))

    def _trace(self, pot: Pot, stretched: int) -> Trace:
        found = self._traces.get((pot, stretched))
        if found is None:
            found = self._traces[pot, stretched] = Trace(health.half_life(pot, stretched))
            for day_, r, s in self._closed(found.half) if pot is Pot.ADHERENCE else self._masses(pot, found.half):
                found.add(day_, r, s)
        return found

    def _masses(self, pot: Pot, half: int) -> Iterator[tuple[date, float, float]]:
        for one in self._joined.get(pot, ()):
            yield one.day, sum(mass * fade(on, one.day, half) for on, mass in one.r), one.s

    def days(self, *pots: Pot) -> set[date]:
        """The days on which something joins one of these, or T becomes another."""
        return {one.day for pot in pots for one in self._joined.get(pot, ())} | set(self.edges)

    # The rhythm

    @cached_property
    def gaps(self) -> list[Gap]:
        return health.gaps(self.touches, self.rhythm.agreed_on)

    @cached_property
    def touched(self) -> date | None:
        """The first contact that counts."""
        agreed_on = self.rhythm.agreed_on
        return min((day for day in self.touches if agreed_on is not None and day >= agreed_on), default=None)

    def _closed(self, half: int) -> Iterator[tuple[date, float, float]]:
        for gap, spells in zip(self.gaps, self._spells, strict=True):
            if gap.end is not None:
                masses = [0.0, 0.0]
                for spell in spells:
                    masses[not spell.kept] += _mass(spell, gap.end, half)
                yield gap.end, masses[0], masses[1]

    @cached_property
    def _spells(self) -> list[list[Spell]]:
        return [self.rhythm.spells(gap, gap.end or min(gap.start, date.max - FAR) + FAR) for gap in self.gaps]

    def _gap(self, day: date) -> int | None:
        """The silence that was open after this day."""
        at = bisect_right(self.gaps, day, key=lambda gap: gap.start) - 1
        return at if at >= 0 else None

    @cached_property
    def late(self) -> list[tuple[date, date]]:
        """Of each silence the days from its first beyond T and slack: on these more may be known by itself."""
        found = []
        for gap, spells in zip(self.gaps, self._spells, strict=True):
            first = min((one.first for one in spells if not one.kept), default=None)
            if first is not None and (gap.end is None or first < gap.end):
                found.append((first, gap.end - DAY if gap.end else first + FAR))
        return found

    def _lateness(self, day: date, half: int) -> float:
        index = self._gap(day)
        if index is None or not self._spells[index]:
            return 0.0
        found = 0.0
        for spell in self._spells[index]:
            if not spell.kept and spell.first <= day:
                found += _mass(Spell(spell.first, min(spell.last, day), False, spell.every_days), day, half)
        return found

    def adherence(self, day: date) -> Known:
        trace = self.trace(Pot.ADHERENCE, day)
        r, s = trace.read(day)
        return _of(r, s + self._lateness(day, trace.half))

    def _is_current(self, day: date) -> bool:
        """Whether there was contact, and a T, by which to say how current it is."""
        return self.touched is not None and self.touched <= day and self.every(day) is not None

    def cadence(self, day: date) -> Known:
        index, every = self._gap(day), self.every(day)
        if index is None or every is None or not self._is_current(day):
            return _mean(UNKNOWN, self.adherence(day))
        awake = self.rhythm.awake(Gap(self.gaps[index].start), day)
        current = health.currency(sum((last - first).days + 1 for first, last in awake), every)
        return _mean(_certain(current), self.adherence(day))

    # The others

    def coverage(self, day: date) -> Known:
        every = self.every(day) or health.WITHOUT_RHYTHM
        people = self.deciders(day)
        seen = sorted((one for one in people if one is not None), reverse=True)
        slots = [_certain(health.seen_lately((day - one).days, every)) for one in seen]
        slots += [_certain(0.0)] * (len(people) - len(seen)) + [UNKNOWN] * health.DECISION_MAKERS
        return _mean(*slots[: health.DECISION_MAKERS])

    def of_pot(self, pot: Pot, day: date) -> Known:
        return _of(*self.trace(pot, day).read(day))

    def trust(self, side: str, day: date) -> Known:
        return self.of_pot(OF_TRUST[side], day)

    def of(self, component: Component, day: date) -> Known:
        """Belief and what is unknown, as ``health.stand`` says of the same day."""
        match component:
            case Component.CADENCE:
                return self.cadence(day)
            case Component.ACCESS:
                return _mean(self.of_pot(Pot.ACCESS, day), self.coverage(day))
            case Component.CREDIBILITY:
                return self.of_pot(Pot.CREDIBILITY, day)
            case Component.TRUST:
                return _mean(*(self.trust(side, day) for side in OF_TRUST))
        return self._reciprocity(day)

    def _reciprocity(self, day: date) -> Known:
        found = []
        for ours, theirs in OF_RECIPROCITY:
            us, them = self.trace(ours, day).read(day)[0], self.trace(theirs, day).read(day)[0]
            found.append(_of(2 * min(us, them), abs(us - them)))
        return _mean(*found)

    def days_of(self, component: Component) -> set[date]:
        """Those between which its belief only falls and what is unknown of it only grows; but for late days."""
        pots = [pot for pot, own in health.COMPONENT.items() if own is component]
        found = self.days(*pots)
        if component is Component.CADENCE:
            return found | self._turns
        return found | self.people | self.seen if component is Component.ACCESS else found

    @cached_property
    def _turns(self) -> set[date]:
        """Where a silence begins, and where days begin or cease to count."""
        found = {gap.start for gap in self.gaps} | ({self.touched} if self.touched else set())
        found |= {day for rest in self.rhythm.rests for day in (rest.from_on, rest.until_on + DAY)}
        return found | {day for first, last in self.rhythm.halts for day in (first, last + DAY if last else first)}

    def sums(self, day: date) -> Sums:
        """``health.total`` of the rows up to a day."""
        pots = {}
        for pot in Pot:
            trace = self.trace(pot, day)
            (r, s), weight = trace.read(day), health.forward(day, trace.half)
            pots[pot] = Sum(r * weight, s * weight)
        agreed_on, at = self.rhythm.agreed_on, bisect_right(self.touches, day)
        last = self.touches[at - 1] if at else None
        counts = last is not None and agreed_on is not None and last >= agreed_on
        return Sums(health.stretch(self.every(day)), pots, last if counts else None)

    # What can be judged

    def most_unknown(self, day: date) -> float:
        """How many points may be unknown where a score is to be told."""
        return self.scale(day).thresholds.most_unknown

    def unknown(self, day: date) -> float:
        """Points of 100."""
        return self._unknown(day, self.adherence(day).unknown)

    def unknown_at_most(self, day: date) -> float:
        """Likewise if the silence that is open said nothing; between two days of ``every_day`` it only grows."""
        return self._unknown(day, self.of_pot(Pot.ADHERENCE, day).unknown)

    def unknown_at_least(self, day: date) -> float:
        """Likewise if it said all that there is to say."""
        return self._unknown(day, 0.0)

    def _unknown(self, day: date, adherence: float) -> float:
        current = 0.0 if self._is_current(day) else 1.0
        found = self._others.get(day)
        if found is None:
            found = self._others[day] = self._unknown_of_others(day)
        return found + self.scale(day).weights.cadence * (current + adherence) / 2

    def unknown_between(self, first: date, last: date, *, said_all: bool) -> tuple[float, float] | None:
        """No less and no more than this on any day from one to another, whatever joined between; none where that can't
        be told by its masses alone. If the silence that is open said nothing, or all that there is to say."""
        if bisect_right(self._steps, first) < bisect_right(self._steps, last):
            return None
        weights, stretched = self.scale(first).weights, health.stretch(self.every(first))
        least = weights.access / 2 * (1 - self._named(first) / health.DECISION_MAKERS)
        least += 0.0 if self._is_current(first) else weights.cadence / 2
        most = least
        rhythm = [] if said_all else [((Pot.ADHERENCE,), weights.cadence / 2)]
        for pots, points in [*self._points(weights), *rhythm]:
            traces = [self._trace(pot, stretched) for pot in pots]
            least += points * W / (sum(one.mass_at_most(first, last) for one in traces) + W)
            most += points * W / (sum(min(one.mass(first), one.mass(last, first)) for one in traces) + W)
        return least, most

    @cached_property
    def _steps(self) -> list[date]:
        """The days on which what is unknown changes otherwise than by fading, or by more that is known."""
        taken = {row.day for row in self.rows if row.r < 0 or row.s < 0}
        weighed = {day for day, _scale in self.scales}
        return sorted(taken | weighed | self.people | {*self.edges} | ({self.touched} if self.touched else set()))

    def _named(self, day: date) -> int:
        return min(len(self.deciders(day)), health.DECISION_MAKERS)

    @cached_property
    def _others(self) -> dict[date, float]:
        return {}

    def _unknown_of_others(self, day: date) -> float:
        """Of all but the rhythm. What is unknown asks how much was said, not what: in one go, as it is asked often."""
        stretched = health.stretch(self.every(day))
        weights = self.scale(day).weights
        found = weights.access / 2 * (1 - self._named(day) / health.DECISION_MAKERS)
        for pots, points in self._points(weights):
            mass = sum(self._trace(pot, stretched).mass(day) for pot in pots)
            found += points * W / (mass + W)
        return found

    def _points(self, weights: Weights) -> list[tuple[tuple[Pot, ...], float]]:
        """The points of each opinion, but that of the rhythm, and the pots that are in it."""
        found = self._points_by.get(weights)
        if found is None:
            found = self._points_by[weights] = [
                ((Pot.ACCESS,), weights.access / 2),
                ((Pot.CREDIBILITY,), weights.credibility),
                *(((pot,), weights.trust / 2) for pot in OF_TRUST.values()),
                *((pots, weights.reciprocity / 3) for pots in OF_RECIPROCITY),
            ]
        return found

    @cached_property
    def _points_by(self) -> dict[Weights, list[tuple[tuple[Pot, ...], float]]]:
        return {}

    @cached_property
    def every_day(self) -> set[date]:
        found = {day for component in Component for day in self.days_of(component)}
        # Other weights count from their day on; before anything happened nobody was judged by them.
        return found | {day for day, _scale in self.scales if found and day > min(found)}
