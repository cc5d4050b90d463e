"""What the figures of a book show: verdicts that headings are made of. Pure; ``insights_words`` says them.

Each is careful: what is too small to be more than chance is *steady*, and too few cases are no finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, IntEnum, auto
from statistics import median_low, quantiles

# Of so many relationships at least, and so many points of a hundred, must the overdue have changed to be told.
LEAST_CHANGED = 2
LEAST_POINTS = 5
# A later day is the turn rather than an earlier one where this part of the change came after it: over years a slow
# beginning would else hide what happened of late.
MOST = 2 / 3
# Level for so many weeks, and what was before is another slope.
LEVEL_WEEKS = 3
# So many are enough to speak of a middle, or of a share.
ENOUGH = 3
# So many have a middle half.
ENOUGH_FOR_QUARTERS = 5
# A difference of so many points of score, or of a hundred promises, is one.
DIFFERS = 3


def percent(part: float, whole: float) -> int:
    """Full points; halves go up, so that 50 of 100 and of 200 say the same."""
    return int(100 * part / whole + 0.5) if whole else 0


# The course of contact ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counted:
    """The states of a book on a day; ``going`` are all that go on."""

    day: date
    in_touch: int
    due: int
    overdue: int
    going: int
    booked: int = 0


class Series(Enum):
    """What is followed; of two that moved alike the first is told."""

    OVERDUE = auto()
    IN_TOUCH = auto()
    DUE = auto()
    BOOKED = auto()

    def count(self, one: Counted) -> int:
        return {
            Series.OVERDUE: one.overdue,
            Series.IN_TOUCH: one.in_touch,
            Series.DUE: one.due,
            Series.BOOKED: one.booked,
        }[self]

    def share(self, one: Counted) -> float:
        return self.count(one) / one.going if one.going else 0.0


class Way(Enum):
    UNKNOWN = auto()
    # None moved so that it can be told: about as it was, or up and down.
    STEADY = auto()
    RESTLESS = auto()
    ROSE = auto()
    FELL = auto()


@dataclass(frozen=True, slots=True)
class Usual:
    """In ``weeks`` of ``of`` weeks before now there were ``count`` or fewer; where it fell, or more."""

    count: int
    weeks: int
    of: int


@dataclass(frozen=True, slots=True)
class Course:
    """What moved most went from one number to another between two days, ``weeks`` apart.

    Where nothing did, ``least`` and ``most`` are the fewest and the most of each series in all the weeks.
    """

    way: Way
    what: Series = Series.OVERDUE
    begin: Counted | None = None
    end: Counted | None = None
    weeks: int = 0
    usual: Usual | None = None
    least: Mapping[Series, int] = field(default_factory=dict)
    most: Mapping[Series, int] = field(default_factory=dict)

    @property
    def before(self) -> int:
        return self.what.count(self.begin) if self.begin else 0

    @property
    def now(self) -> int:
        return self.what.count(self.end) if self.end else 0

    def change(self, series: Series) -> int:
        return series.count(self.end) - series.count(self.begin) if self.begin and self.end else 0


def course(counted: Sequence[Counted]) -> Course:
    """Of what moved most, in parts of all there are, since its last turn: the foot of the slope on which most of the
    change came, where that is enough to be told.

    A single week that is unlike both its neighbours is no turn: what went up and came back at once is no slip.
    """
    known = [one for one in counted if one.going]
    if len(known) < 2:
        return Course(Way.UNKNOWN)
    end = known[-1]
    turned = [(series, known[place]) for series in Series if (place := last_turn(known, series)) is not None]
    if not turned:
        return _level(known)
    # What moved alike differs in the sixteenth place.
    what, begin = max(turned, key=lambda one: round(abs(one[0].share(end) - one[0].share(one[1])), 9))
    way = Way.ROSE if what.count(end) > what.count(begin) else Way.FELL
    return Course(way, what, begin, end, _weeks(begin, end), _usual(known, what, way))


def _level(known: Sequence[Counted]) -> Course:
    least, most = ({one: pick(map(one.count, known)) for one in Series} for pick in (min, max))
    wide = any(
        most[one] - least[one] >= LEAST_CHANGED
        and 100 * (max(map(one.share, known)) - min(map(one.share, known))) >= LEAST_POINTS
        for one in Series
    )
    way, end = Way.RESTLESS if wide else Way.STEADY, known[-1]
    return Course(way, begin=known[0], end=end, weeks=_weeks(known[0], end), least=least, most=most)


def _usual(known: Sequence[Counted], what: Series, way: Way) -> Usual:
    """What to hold it against: the middle of the weeks before, and in how many of them it was no worse."""
    former = [what.count(one) for one in known[:-1]]
    usual = median_low(former)
    alike = sum(one <= usual if way is Way.ROSE else one >= usual for one in former)
    return Usual(usual, alike, len(former))


def last_turn(known: Sequence[Counted], series: Series) -> int | None:
    """The week since which it rose or fell; ``None`` where that is too little."""
    counts, shares = [series.count(one) for one in known], [series.share(one) for one in known]
    turns = [_turn(counts, shares, 1), _turn(counts, shares, -1)]
    return max((place for place in turns if place is not None), default=None)


def _turn(counts: Sequence[int], shares: Sequence[float], sign: int) -> int | None:
    """From where it rose (or fell), in count and in share; ``None`` where that is too little."""
    changes = {
        place: sign * (shares[-1] - share)
        for place, share in enumerate(shares[:-1])
        if _is_like_a_neighbour(shares, place)
        and sign * (counts[-1] - counts[place]) >= LEAST_CHANGED
        and sign * (shares[-1] - share) * 100 >= LEAST_POINTS
    }
    most = max(changes.values(), default=0.0)
    for place in sorted((place for place, change in changes.items() if change >= MOST * most), reverse=True):
        # Since then it was not once as it had been: else it goes up and down and has no turn.
        if all(sign * (one - counts[place]) > 0 for one in counts[place + 1 :]):
            return _foot(counts, shares, place, sign)
    return None


def _foot(counts: Sequence[int], shares: Sequence[float], place: int, sign: int) -> int:
    """Down the slope towards earlier weeks, until it goes up again or is level for as long as a month."""
    foot = place
    for earlier in reversed(range(place)):
        if foot - earlier > LEVEL_WEEKS:
            break
        lower = sign * (counts[earlier] - counts[foot])
        if _is_like_a_neighbour(shares, earlier):
            if sign * (shares[earlier] - shares[foot]) > 0:
                break
            if lower < 0:
                foot = earlier
        elif lower <= 0:
            break
    return foot


def _is_like_a_neighbour(shares: Sequence[float], place: int) -> bool:
    """Whether it is the middle of the three weeks around it; the first is."""
    around = sorted(shares[max(0, place - 1) : place + 2])
    return place == 0 or shares[place] == around[1]


def _weeks(first: Counted, last: Counted) -> int:
    return max(1, round((last.day - first.day).days / 7))


# Check-ins: what the rhythms ask for, and what happens ---------------------------------------------------------------


class Unit(IntEnum):
    """Over how many working days check-ins are told."""

    DAY = 1
    WEEK = 5
    FOUR_WEEKS = 20


def unit(needed: float) -> Unit:
    """Of what is needed a working day: the shortest in which it is one or more; else the longest there is."""
    return next((one for one in Unit if needed * one >= 1), Unit.FOUR_WEEKS)


class Pace(Enum):
    UNKNOWN = auto()
    # No rhythm is old enough to have asked for a check-in.
    YOUNG = auto()
    ENOUGH = auto()
    SHORT = auto()


def pace(needed: float, asked: int, met: int) -> Pace:
    """``met`` of ``asked`` check-ins happened, none of another relationship in its place.

    A tenth less is still enough: a rhythm has its grace.
    """
    if not needed:
        return Pace.UNKNOWN
    if not asked:
        return Pace.YOUNG
    return Pace.ENOUGH if met >= 0.9 * asked else Pace.SHORT


# Standing over stages ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    """How many of a stage are judged, and their middle; without one there are none."""

    count: int
    middle: float | None = None


class Compared(Enum):
    UNKNOWN = auto()
    HIGHER = auto()
    LOWER = auto()
    ALIKE = auto()


def compare(higher: Judged, lower: Judged) -> Compared:
    """Whether those of the higher stage stand higher, by their middles."""
    if higher.middle is None or lower.middle is None or min(higher.count, lower.count) < ENOUGH:
        return Compared.UNKNOWN
    by = higher.middle - lower.middle
    if abs(by) < DIFFERS:
        return Compared.ALIKE
    return Compared.HIGHER if by > 0 else Compared.LOWER


def middle(values: Sequence[float]) -> float | None:
    """Half of them are below, half above."""
    if not values:
        return None
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def far_below(values: Sequence[float]) -> float:
    """Below this a value lies far from the others: by more than one and a half times the width of their middle half.

    Nothing lies there where there are too few to have a middle half.
    """
    if len(values) < ENOUGH_FOR_QUARTERS:
        return float("-inf")
    first, _middle, third = quantiles(values, n=4, method="inclusive")
    return first - 1.5 * (third - first)


def middle_of_tens(counts: Sequence[float]) -> float | None:
    """The same from how many there are in each ten of points, as if they were spread evenly in it."""
    total = sum(counts)
    if not total:
        return None
    passed = 0.0
    for ten, count in enumerate(counts):
        if count and passed + count >= total / 2:
            return 10 * ten + 10 * (total / 2 - passed) / count
        passed += count
    return 100.0


# Numbers of days and months ------------------------------------------------------------------------------------------


def half_of(counts: Mapping[int, float]) -> int | None:
    """The number that half of them do not pass; none where there are none."""
    total, passed = sum(counts.values()), 0.0
    for number in sorted(counts):
        passed += counts[number]
        if passed >= total / 2 > 0:
            return number
    return None


# Promises ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """Of one side in one quarter, or in all: kept in time, kept late, missed."""

    in_time: int = 0
    late: int = 0
    missed: int = 0

    @property
    def total(self) -> int:
        return self.in_time + self.late + self.missed

    @property
    def percent(self) -> int | None:
        return percent(self.in_time, self.total) if self.total else None

    def __add__(self, other: Kept) -> Kept:
        return Kept(self.in_time + other.in_time, self.late + other.late, self.missed + other.missed)


@dataclass(frozen=True, slots=True)
class Quarter:
    """*2026Q3*, and what became of the promises of both sides whose day was in it."""

    name: str
    ours: Kept
    theirs: Kept


class Words(Enum):
    """Whether we keep our word as they do theirs."""

    UNKNOWN = auto()
    FEWER = auto()
    MORE = auto()
    ALIKE = auto()


@dataclass(frozen=True, slots=True)
class Promised:
    """Both sides over all quarters; by how many points ours were ahead in the quarters ``first`` and ``last``.

    These are of those with enough of both sides, and empty where there are not two.
    """

    words: Words
    ours: Kept
    theirs: Kept
    first: str = ""
    last: str = ""
    before: int = 0
    now: int = 0


def promised(quarters: Sequence[Quarter]) -> Promised:
    ours = sum((one.ours for one in quarters), Kept())
    theirs = sum((one.theirs for one in quarters), Kept())
    if ours.percent is None or theirs.percent is None or min(ours.total, theirs.total) < ENOUGH:
        return Promised(Words.UNKNOWN, ours, theirs)
    by = ours.percent - theirs.percent
    words = Words.ALIKE if abs(by) < DIFFERS else Words.MORE if by > 0 else Words.FEWER
    both = [one for one in quarters if min(one.ours.total, one.theirs.total) >= ENOUGH]
    if len(both) < 2:
        return Promised(words, ours, theirs)
    before, now = (_ahead(one) for one in (both[0], both[-1]))
    return Promised(words, ours, theirs, both[0].name, both[-1].name, before, now)


def _ahead(quarter: Quarter) -> int:
    assert quarter.ours.percent is not None and quarter.theirs.percent is not None
    return quarter.ours.percent - quarter.theirs.percent
