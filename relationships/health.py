"""How healthy a relationship is, on evidence (pure): sums that fade, opinions from them, points of 100.

Source: ``health.md`` of the design. Opinions are those of subjective logic (Jøsang 2001): belief, disbelief and what
is not known, of masses for and against; with ``W`` = z² at 80 % a belief without anything against it is the lower limit
of Wilson's interval (1927). Masses fade by half in H days; they are kept as forward-decayed sums (Cormode et al. 2009),
``G = Σ w·2^((day − landmark)/H)``, which nothing has to touch as days pass. All days are local dates of the
relationship's zone; T is the interval in days.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from relationships import cadence, evidence
from relationships.cadence import Interval, Rest
from relationships.evidence import Component, Kind, Row, Sum

DAY = timedelta(days=1)
# The day on which a forward-decayed mass weighs what it is. With H of 120 days a double has room for centuries.
LANDMARK = date(2020, 1, 1)
# z² at 80 %.
W = 1.642
# Without any rhythm an interval is taken to have so many days.
WITHOUT_RHYTHM = 30
# Decision makers count as seen for so many intervals, and then ever less up to so many.
SEEN_WITHIN, SEEN_UNTIL = 3, 6
DECISION_MAKERS = 2
# The score is shown where no more of its 100 points than this are unknown.
MOST_UNKNOWN = 50.0
STRONG, STEADY = 65.0, 50.0
# What rounding of floats may have taken from a point that is full.
NOISE = 1e-9


class Band(StrEnum):
    STRONG = "strong"
    STEADY = "steady"
    WEAK = "weak"


class Pot(StrEnum):
    """What is summed by itself."""

    ADHERENCE = "adherence"
    ACCESS = "access"
    CREDIBILITY = "credibility"
    TRUST_OURS = "trust_ours"
    TRUST_THEIRS = "trust_theirs"
    INITIATIVE_OURS = "initiative_ours"
    INITIATIVE_THEIRS = "initiative_theirs"
    FEEDBACK_OURS = "feedback_ours"
    FEEDBACK_THEIRS = "feedback_theirs"
    ROADMAP_OURS = "roadmap_ours"
    ROADMAP_THEIRS = "roadmap_theirs"


COMPONENT = {
    Pot.ADHERENCE: Component.CADENCE,
    Pot.ACCESS: Component.ACCESS,
    Pot.CREDIBILITY: Component.CREDIBILITY,
    Pot.TRUST_OURS: Component.TRUST,
    Pot.TRUST_THEIRS: Component.TRUST,
} | dict.fromkeys(list(Pot)[5:], Component.RECIPROCITY)
GIVEN = {Kind.INITIATIVE: "initiative", Kind.FEEDBACK_GIVEN: "feedback", Kind.ROADMAP_SHARED: "roadmap"}
OF_ONE_SIDE = ("ours", "theirs")


def pot_of(kind: Kind, side: str) -> Pot | None:
    """Where the mass of a row goes; none where it has none, or counts for neither side."""
    component = evidence.RULES[kind].component
    if component is Component.ACCESS:
        return Pot.ACCESS
    if component is Component.CREDIBILITY:
        return Pot.CREDIBILITY
    if component is Component.CADENCE or side not in OF_ONE_SIDE:
        return None
    return Pot(f"{GIVEN[kind] if component is Component.RECIPROCITY else Component.TRUST}_{side}")


def stretch(every_days: int | None) -> int:
    """How many times longer evidence lasts than with a partner met every month: 1, for a quarterly one 3."""
    return max(1, ((every_days or WITHOUT_RHYTHM) + 15) // 30)


def half_life(pot: Pot, stretched: int) -> int:
    """H in days."""
    return evidence.HALF_LIFE[COMPONENT[pot]] * stretched


# Opinions ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opinion:
    """Belief, disbelief and what is not known add up to 1; between ``low`` and ``high`` the belief may well lie."""

    belief: float
    disbelief: float
    unknown: float
    low: float
    high: float


UNKNOWN = Opinion(0.0, 0.0, 1.0, 0.0, 1.0)


def opinion(r: float, s: float) -> Opinion:
    """Of masses for and against. Its limits are Wilson's at 80 %; masses that rounding took below nothing are none."""
    r, s = max(0.0, r), max(0.0, s)
    whole = r + s + W
    spread = math.sqrt(W * (r * s / (r + s) + W / 4)) if r + s > 0 else W / 2
    return Opinion(r / whole, s / whole, W / whole, max(0.0, r + W / 2 - spread) / whole, (r + W / 2 + spread) / whole)


def certain(belief: float) -> Opinion:
    """What is counted and not guessed."""
    return Opinion(belief, 1.0 - belief, 0.0, belief, belief)


def blend(parts: Sequence[tuple[float, Opinion]]) -> Opinion:
    """The weighted sum of opinions (weights add up to 1), their limits in quadrature."""
    belief = sum(weight * one.belief for weight, one in parts)
    return Opinion(
        belief,
        sum(weight * one.disbelief for weight, one in parts),
        sum(weight * one.unknown for weight, one in parts),
        max(0.0, belief - math.hypot(*(weight * (one.belief - one.low) for weight, one in parts))),
        min(1.0, belief + math.hypot(*(weight * (one.high - one.belief) for weight, one in parts))),
    )


def mean(*parts: Opinion) -> Opinion:
    return blend([(1 / len(parts), one) for one in parts])


def balance(ours: float, theirs: float) -> Opinion:
    """Of what both sides gave: twice the lesser speaks for it, the difference against it."""
    return opinion(2 * min(ours, theirs), abs(ours - theirs))


# The rhythm ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gap:
    """A silence: from a contact, or the first agreement, up to the next contact; open without one."""

    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Spell:
    """Days on end, both included, in rhythm or beyond it; each counts 1/T."""

    first: date
    last: date
    kept: bool
    every_days: int

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Rhythm:
    """What was agreed (in the order made), put off, and when it rested: from a day to another, both included, or on."""

    intervals: Sequence[Interval] = ()
    rests: Sequence[Rest] = ()
    halts: Sequence[tuple[date, date | None]] = ()

    @cached_property
    def agreed_on(self) -> date | None:
        """The day of the first agreement: before it there is nothing to keep."""
        return min((one.starts_on for one in self.intervals), default=None)

    @cached_property
    def edges(self) -> list[date]:
        """The days on which another T is in force."""
        found = {one.starts_on for one in self.intervals}
        return sorted(found | {one.ends_on + DAY for one in self.intervals if one.ends_on is not None})

    @cached_property
    def _from_edges(self) -> list[int | None]:
        found = [cadence.in_force(self.intervals, day) for day in self.edges]
        return [None if index is None else self.intervals[index].every_days for index in found]

    def every(self, day: date) -> int | None:
        at = bisect_right(self.edges, day)
        return self._from_edges[at - 1] if at else None

    def awake(self, gap: Gap, until: date) -> list[tuple[date, date]]:
        """The days of a gap that count: after its start and up to its end or ``until``, without those put off.

        A snooze speaks for the silence in which it began, so a later contact ends both.
        """
        last = until if gap.end is None else min(gap.end, until)
        off = [
            (rest.from_on, rest.until_on)
            for rest in self.rests
            if gap.start <= rest.from_on and (gap.end is None or rest.from_on < gap.end)
        ]
        off += [(first, date.max if over is None else over) for first, over in self.halts]
        found, day = [], gap.start + DAY
        for first, over in sorted(off):
            if first > last:
                break
            if first > day:
                found.append((day, first - DAY))
            if over >= last:
                return found
            day = max(day, over + DAY)
        return [*found, (day, last)] if day <= last else found

    def spells(self, gap: Gap, until: date) -> list[Spell]:
        """A gap's days in rhythm and beyond it; an open one is judged by its lateness alone.

        Each day is judged by what was agreed for it: it is kept up to T and slack days of silence. So a contact
        makes no day worse, whatever is agreed later. Days for which nothing was agreed are not judged.
        """
        if gap.end is None or gap.end > until:
            return self._judged(gap, until)
        found = self._over.get(gap)
        if found is None:
            found = self._over[gap] = self._judged(gap, gap.end)
        return found

    @cached_property
    def _over(self) -> dict[Gap, list[Spell]]:
        """Those of silences that are over, reckoned once: each is asked for by several parts of a page."""
        return {}

    def _judged(self, gap: Gap, until: date) -> list[Spell]:
        found, silent = [], 0
        for begin, end in self.awake(gap, until):
            for first, last, every in self._terms(begin, end):
                good = min(max(0, every + slack(every) - silent - (first - begin).days), (last - first).days + 1)
                if good > 0 and gap.end is not None:
                    found.append(Spell(first, first + (good - 1) * DAY, kept=True, every_days=every))
                if first + good * DAY <= last:
                    found.append(Spell(first + good * DAY, last, kept=False, every_days=every))
            silent += (end - begin).days + 1
        return found

    def _terms(self, begin: date, end: date) -> list[tuple[date, date, int]]:
        """The days from one to another, both included, by the T that was agreed for them."""
        within = self.edges[bisect_right(self.edges, begin) : bisect_right(self.edges, end)]
        days = [begin, *within, end + DAY]
        terms = ((first, after - DAY, self.every(first)) for first, after in pairwise(days))
        return [(first, last, every) for first, last, every in terms if every is not None]


def slack(every_days: int) -> int:
    """Days beyond T before the score calls it late. Not the grace of the flag."""
    return max(2, every_days // 4)


def gaps(touches: Iterable[date], agreed_on: date | None) -> list[Gap]:
    """The silences from the first agreement on, the last one open; earlier contact and a second on a day make none."""
    if agreed_on is None:
        return []
    days = [agreed_on, *sorted({day for day in touches if day > agreed_on})]
    return [*(Gap(start, end) for start, end in pairwise(days)), Gap(days[-1])]


def currency(silent: int, every_days: int) -> float:
    """How current the contact is after so many days of silence: 1 up to T, then less, and 0 in the end."""
    days = slack(every_days)
    if silent <= every_days:
        return 1.0
    if silent <= every_days + days:
        return 1.0 - 0.5 * (silent - every_days) / days
    return max(0.0, 0.5 - 0.5 * (silent - every_days - days) / (2 * every_days))


def seen_lately(days: int, every_days: int) -> float:
    """How far a decision maker counts as seen who was met so many days ago."""
    near, far = SEEN_WITHIN * every_days, SEEN_UNTIL * every_days
    return 1.0 if days <= near else max(0.0, (far - days) / (far - near))


# Sums ----------------------------------------------------------------------------------------------------------------


def forward(day: date, half: int) -> float:
    """What a mass of 1 on ``day`` adds to a forward-decayed sum."""
    return math.exp2((day - LANDMARK).days / half)


def of_spell(spell: Spell, half: int) -> float:
    """What the days of a spell add to one, each 1/T: a geometric series."""
    night = math.exp2(-1 / half)
    return forward(spell.last, half) * (1 - night**spell.days) / (1 - night) / spell.every_days


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of theirs who decides, and when they last came to a meeting or spoke with us; none if never."""

    seen_on: date | None = None


@dataclass(frozen=True)
class Sums:
    """What is kept of a relationship's evidence: enough for its standing on any later day, whatever its history.

    ``pots`` are forward-decayed, with the half-lives of ``stretched``. ``touched_on`` is the last contact since the
    first agreement; the silence since then is added when it is read.
    """

    stretched: int = 1
    pots: Mapping[Pot, Sum] = field(default_factory=dict)
    touched_on: date | None = None

    def plus(self, pot: Pot, r: float, s: float, day: date) -> Sums:
        """With masses of a day more."""
        weight = forward(day, half_life(pot, self.stretched))
        return self._with(pot, r * weight, s * weight)

    def spent(self, spells: Iterable[Spell]) -> Sums:
        """With spells of silence more."""
        half, found = half_life(Pot.ADHERENCE, self.stretched), self
        for spell in spells:
            mass = of_spell(spell, half)
            found = found._with(Pot.ADHERENCE, *((mass, 0.0) if spell.kept else (0.0, mass)))
        return found

    def _with(self, pot: Pot, r: float, s: float) -> Sums:
        old = self.pots.get(pot, Sum())
        return Sums(self.stretched, {**self.pots, pot: Sum(old.r + r, old.s + s)}, self.touched_on)

    def touched(self, day: date, rhythm: Rhythm) -> Sums:
        """After a contact that is later than any before: it closes the silence."""
        if rhythm.agreed_on is None or day < rhythm.agreed_on:
            return self
        start = self.touched_on or rhythm.agreed_on
        found = self.spent(rhythm.spells(Gap(start, day), day)) if day > start else self
        return Sums(found.stretched, found.pots, day)

    def read(self, pot: Pot, today: date) -> Sum:
        """``R = G·2^(−(today − landmark)/H)``, and S."""
        found, fading = self.pots.get(pot, Sum()), 1 / forward(today, half_life(pot, self.stretched))
        return Sum(found.r * fading, found.s * fading)


def shift(before: Sequence[Row], row: Row) -> list[tuple[date, float]]:
    """How the masses for of a week change, by day, when a row joins those of its kind, side and ISO week.

    The newest count first: one of an earlier day adds what the later ones left under the cap; one of a later day adds
    its own mass and takes what is then too much from the earliest.
    """
    old, new = _by_day(before), _by_day([*before, row])
    return [(day, mass - old.get(day, 0.0)) for day, mass in new.items() if mass != old.get(day, 0.0)]


def _by_day(rows: Iterable[Row]) -> dict[date, float]:
    found: dict[date, float] = {}
    for one in evidence.capped(rows):
        found[one.day] = found.get(one.day, 0.0) + one.r
    return found


def add(sums: Sums, row: Row, week: Sequence[Row], rhythm: Rhythm) -> Sums:
    """The sums with one row more: a constant amount of work, whatever the history.

    ``week`` are the rows of its kind, side and ISO week that are there already. A contact must be no earlier than the
    last one; what is older is for ``total``.
    """
    if row.kind is Kind.TOUCH:
        return sums.touched(row.day, rhythm)
    pot = pot_of(row.kind, row.side)
    if pot is None:
        return sums
    for day, mass in shift(week, row):
        sums = sums.plus(pot, mass, 0.0, day)
    return sums.plus(pot, 0.0, row.s, row.day) if row.s else sums


def total(rows: Iterable[Row], rhythm: Rhythm, today: date) -> Sums:
    """The sums of all evidence up to ``today``, in any order: what ``add`` comes to, one by one."""
    rows = [row for row in rows if row.day <= today]
    stretched = stretch(rhythm.every(today))
    halves = {pot: half_life(pot, stretched) for pot in Pot}
    pots: dict[Pot, tuple[float, float]] = {}

    def plus(pot: Pot, r: float, s: float) -> None:
        before = pots.get(pot, (0.0, 0.0))
        pots[pot] = before[0] + r, before[1] + s

    for row in evidence.capped(rows):
        pot = pot_of(row.kind, row.side)
        if pot is not None:
            weight = forward(row.day, halves[pot])
            plus(pot, row.r * weight, row.s * weight)
    closed, touched_on = _silences({row.day for row in rows if row.kind is Kind.TOUCH}, rhythm)
    for spell in closed:
        mass = of_spell(spell, halves[Pot.ADHERENCE])
        plus(Pot.ADHERENCE, *((mass, 0.0) if spell.kept else (0.0, mass)))
    return Sums(stretched, {pot: Sum(r, s) for pot, (r, s) in pots.items()}, touched_on)


def _silences(days: Iterable[date], rhythm: Rhythm) -> tuple[list[Spell], date | None]:
    """The spells of the silences that are over, and the last contact that counts: ``Sums.touched`` with each day."""
    found: list[Spell] = []
    touched_on = None
    for day in sorted(days):
        if rhythm.agreed_on is not None and day >= rhythm.agreed_on:
            gap = Gap(touched_on or rhythm.agreed_on, day)
            found += rhythm.spells(gap, day) if day > gap.start else []
            touched_on = day
    return found, touched_on


# Standing ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Weights:
    """Points of 100 for each component. Judgement, and published as such."""

    cadence: float = 20.0
    access: float = 20.0
    credibility: float = 25.0
    trust: float = 25.0
    reciprocity: float = 10.0

    def of(self, component: Component) -> float:
        return float(getattr(self, component.value))


def whole(points: float) -> int:
    """Only full points are shown, so that a limit is reached exactly when the number shown reaches it."""
    return math.floor(points + NOISE)


def limits(low: float, high: float) -> tuple[int, int]:
    """In whole points, none of what lies between left out."""
    return whole(low), math.ceil(high - NOISE)


@dataclass(frozen=True, slots=True)
class Full:
    """Points of ``most`` as they are shown, everywhere: full ones earned and judged, and what follows of both."""

    earned: int
    judged: int
    most: int

    @property
    def lost(self) -> int:
        return self.judged - self.earned

    @property
    def unknown(self) -> int:
        return self.most - self.judged


def full(earned: float, unknown: float, most: float = 100.0) -> Full:
    """Of the points of a standing, or of a part of it; each says its own, whatever the others say."""
    got = whole(earned)
    return Full(got, max(got, whole(most - unknown)), round(most))


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From how many points it is strong, and steady; and up to how many unknown ones there is a score at all."""

    strong: float = STRONG
    steady: float = STEADY
    most_unknown: float = MOST_UNKNOWN


@dataclass(frozen=True, slots=True)
class Standing:
    """Points of 100, earned, lost and not yet known, which add up to 100, and the opinions they come from.

    ``trust`` by side. ``score`` and ``band`` only where enough is known. ``limiting`` lost most; where nothing was
    lost, most of it is not known.
    """

    opinions: Mapping[Component, Opinion]
    trust: Mapping[str, Opinion]
    earned: float
    lost: float
    unknown: float
    low: float
    high: float
    limiting: Component
    thresholds: Thresholds = field(default_factory=Thresholds)

    @property
    def shown(self) -> Full:
        return full(self.earned, self.unknown)

    @property
    def judged(self) -> bool:
        return can_be_judged(self.unknown, self.thresholds)

    @property
    def score(self) -> float | None:
        return self.earned if self.judged else None

    @property
    def band(self) -> Band | None:
        return band(self.earned, self.thresholds) if self.judged else None


def can_be_judged(unknown: float, thresholds: Thresholds) -> bool:
    """By the points that are shown as not known."""
    return 100 - whole(100 - unknown) <= thresholds.most_unknown


def band(score: float, thresholds: Thresholds | None = None) -> Band:
    """By the score that is shown."""
    thresholds, shown = thresholds or Thresholds(), whole(score)
    if shown >= thresholds.strong:
        return Band.STRONG
    return Band.STEADY if shown >= thresholds.steady else Band.WEAK


def of_cadence(sums: Sums, rhythm: Rhythm, today: date) -> Opinion:
    """Half currency, half adherence; of the silence that is not over only its lateness counts."""
    return mean(of_currency(sums, rhythm, today), of_adherence(sums, rhythm, today))


def of_currency(sums: Sums, rhythm: Rhythm, today: date) -> Opinion:
    every = rhythm.every(today)
    if every is None or sums.touched_on is None:
        return UNKNOWN
    awake = rhythm.awake(Gap(sums.touched_on), today)
    return certain(currency(sum((last - first).days + 1 for first, last in awake), every))


def of_adherence(sums: Sums, rhythm: Rhythm, today: date) -> Opinion:
    start = sums.touched_on or rhythm.agreed_on
    if start is None or start > today:
        return opinion(*_masses(sums, Pot.ADHERENCE, today))
    return opinion(*_masses(sums.spent(rhythm.spells(Gap(start), today)), Pot.ADHERENCE, today))


def _masses(sums: Sums, pot: Pot, today: date) -> tuple[float, float]:
    found = sums.read(pot, today)
    return found.r, found.s


def of_coverage(people: Sequence[Person], every_days: int, today: date) -> Opinion:
    """Of two places for decision makers, those seen last: who was named and never seen counts against it."""
    known = sorted((one.seen_on for one in people if one.seen_on), reverse=True)
    slots = [certain(seen_lately((today - day).days, every_days)) for day in known]
    slots += [certain(0.0)] * (len(people) - len(known)) + [UNKNOWN] * DECISION_MAKERS
    return mean(*slots[:DECISION_MAKERS])


def stand(
    sums: Sums,
    rhythm: Rhythm,
    people: Sequence[Person],
    *,
    today: date,
    weights: Weights | None = None,
    thresholds: Thresholds | None = None,
) -> Standing:
    """How a relationship stands on ``today``."""
    weights = weights or Weights()
    every = rhythm.every(today) or WITHOUT_RHYTHM
    trust = {side: opinion(*_masses(sums, Pot(f"trust_{side}"), today)) for side in OF_ONE_SIDE}
    given = [
        balance(sums.read(Pot(f"{name}_ours"), today).r, sums.read(Pot(f"{name}_theirs"), today).r)
        for name in GIVEN.values()
    ]
    opinions = {
        Component.CADENCE: of_cadence(sums, rhythm, today),
        Component.ACCESS: mean(opinion(*_masses(sums, Pot.ACCESS, today)), of_coverage(people, every, today)),
        Component.CREDIBILITY: opinion(*_masses(sums, Pot.CREDIBILITY, today)),
        Component.TRUST: mean(*trust.values()),
        Component.RECIPROCITY: mean(*given),
    }
    whole = blend([(weights.of(component) / 100, one) for component, one in opinions.items()])
    return Standing(
        opinions=opinions,
        trust=trust,
        earned=100 * whole.belief,
        lost=100 * whole.disbelief,
        unknown=100 * whole.unknown,
        low=100 * whole.low,
        high=100 * whole.high,
        limiting=limiting(opinions, weights),
        thresholds=thresholds or Thresholds(),
    )


def limiting(opinions: Mapping[Component, Opinion], weights: Weights) -> Component:
    """The component that lost most points; where none lost half a point, of which most is not known."""
    lost = {component: weights.of(component) * one.disbelief for component, one in opinions.items()}
    if max(lost.values()) < 0.5:
        lost = {component: weights.of(component) * one.unknown for component, one in opinions.items()}
    return max(Component, key=lambda component: lost[component])
