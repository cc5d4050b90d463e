"""What a criterion of a stage asks of the evidence (pure): on which days it holds, what shows it, what is missing.

Source: ``health.md`` of the design. Each rule says on which *spans* of days it holds, from the days of the evidence
alone; so since when it is met, until when, and when that changes by itself need no memory, and undo is exact. All
days are local dates of the relationship's zone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import accumulate, pairwise

from relationships import cadence, evidence, health
from relationships.cadence import Interval, Rest
from relationships.course import FAR, Course
from relationships.flags import Flag
from relationships.weighing import Scale

DAY = timedelta(days=1)
# Of many days on which something may change so many are left out at first where it surely stays as it is.
LEAP = 8
# In touch for so long, without a silence longer than that.
IN_TOUCH_DAYS = 90
PEOPLE_NEEDED = 2
# Decision makers are seen within so many intervals; without any rhythm an interval is taken to have so many days.
SEEN_WITHIN = 3
WITHOUT_RHYTHM = 30
FEEDBACK_DAYS = 180
# In rhythm on 7 of 10 of the days that counted within 180, of which 90 must have counted.
ADHERENCE_DAYS, ADHERENCE_COUNTED = 180, 90
ADHERENCE_TENTHS = 7
# One contact in three of a year belongs to no project.
BESIDE_DAYS, BESIDE_ONE_IN = 365, 3


# What is known -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A row that shows something: its model and key, the day that counts, and whose it is or what it says."""

    model: str
    pk: int
    day: date
    said: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Days on which something holds, both included; without a last one for good."""

    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of theirs whose decision power is known since a day; ``there`` are the spans of their places.

    ``has_say``: they influence, decide or sign. ``answers``: accountable for results and in command of resources.
    ``seen``: the days on which they took part in something two-way, in their order. ``who`` is the form under which
    two spellings of a name are the same: two records of one name are one person.
    """

    shown: Shown
    there: Sequence[Span]
    has_say: bool = True
    decides: bool = False
    answers: bool = False
    seen: Sequence[date] = ()
    who: str = ""

    def named(self, day: date) -> bool:
        return self.has_say and self.shown.day <= day and any(span.holds(day) for span in self.there)

    def last_seen(self, day: date) -> date | None:
        index = bisect_right(self.seen, day)
        return self.seen[index - 1] if index else None


@dataclass(frozen=True, slots=True)
class Agreed:
    """A rhythm, assumed or agreed with them."""

    interval: Interval
    assumed: bool
    shown: Shown


@dataclass(frozen=True, slots=True)
class Touch:
    """A day of two-way contact; ``beside``: it belonged to no project."""

    day: date
    beside: bool = True
    pk: int = 0


@dataclass(frozen=True, slots=True)
class Weighed:
    """A row of the ledger that has masses, and what gave rise to it."""

    row: evidence.Row
    shown: Shown


@dataclass(frozen=True, slots=True)
class Flagged:
    """A flag that was kept: what it warns of, on whose side where that is said, and the days on which it stood."""

    flag: Flag
    span: Span
    side: str = ""

    def erodes(self, side: str) -> bool:
        return self.flag is Flag.TRUST_ERODING and self.side == side


@dataclass(frozen=True)
class Record:
    """All that the criteria read of one relationship. ``agreements`` in the order made, as in ``cadence``.

    ``halts``: the days on which it was paused or had ended. ``weighed``, ``flagged`` and ``scales`` (as in ``course``)
    are read of customers and partners alone.
    """

    scopes: Sequence[Shown] = ()
    people: Sequence[Person] = ()
    agreements: Sequence[Agreed] = ()
    kept: Sequence[Shown] = ()
    touches: Sequence[Touch] = ()
    feedback: Mapping[str, Sequence[Shown]] = field(default_factory=dict)
    rests: Sequence[Rest] = ()
    halts: Sequence[Span] = ()
    workdays: Collection[int] = cadence.WEEKDAYS
    weighed: Sequence[Weighed] = ()
    flagged: Sequence[Flagged] = ()
    scales: Sequence[tuple[date, Scale]] = ()

    @cached_property
    def held(self) -> dict[Rule, tuple[Span, ...]]:
        """The spans that were reckoned already: several questions are asked of each record."""
        return {}

    @cached_property
    def course(self) -> Course:
        seen = {day for person in _deciders(self) for day in person.seen}
        return Course(
            rows=[one.row for one in self.weighed],
            touches=self.days,
            rhythm=health.Rhythm(self.intervals, self.rests, [(halt.first, halt.last) for halt in self.halts]),
            deciders=lambda day: last_seen_of(self, day),
            people=frozenset(_days_of_people(self)),
            seen=frozenset(seen),
            scales=self.scales,
        )

    @cached_property
    def intervals(self) -> list[Interval]:
        return [agreed.interval for agreed in self.agreements]

    @cached_property
    def rhythm(self) -> list[tuple[date, int | None]]:
        """From each day on which that changes, the index of the agreement in force."""
        return [(day, cadence.in_force(self.intervals, day)) for day in sorted(_edges(self.intervals))]

    def agreed(self, day: date) -> Agreed | None:
        at = bisect_right(self.rhythm, day, key=lambda step: step[0])
        index = self.rhythm[at - 1][1] if at else None
        return None if index is None else self.agreements[index]

    def every(self, day: date) -> int:
        agreed = self.agreed(day)
        return agreed.interval.every_days if agreed else WITHOUT_RHYTHM

    @cached_property
    def days(self) -> list[date]:
        """The days of contact, each once, in their order."""
        return sorted({touch.day for touch in self.touches})

    @cached_property
    def in_rhythm(self) -> Days:
        return rhythm_days(self)


def _edges(intervals: Iterable[Interval]) -> set[date]:
    edges = set()
    for interval in intervals:
        edges |= {interval.starts_on} | ({interval.ends_on + DAY} if interval.ends_on else set())
    return edges


def spans(days: Iterable[date], holds: Callable[[date], bool]) -> tuple[Span, ...]:
    """When something holds that changes on none but these days, and does not hold before the first of them."""
    found, first = [], None
    for day in sorted(set(days)):
        if holds(day):
            first = first or day
        elif first is not None:
            found.append(Span(first, day - DAY))
            first = None
    return tuple(found) if first is None else (*found, Span(first))


def fading(
    days: Iterable[date], holds: Callable[[date], bool], sure: Callable[[date, date, bool], bool] | None = None
) -> tuple[Span, ...]:
    """When something holds that between two of these days may cease, and begins on none but these.

    What still holds after twenty years holds for good. ``sure`` says whether on all days from one to another it is as
    on the first of them: where it is, none of those between is looked at.
    """
    found: list[Span] = []
    order = sorted(set(days))
    at = tries = 0
    while at < len(order):
        begin, held = order[at], holds(order[at])
        until = at
        if sure is not None and at >= tries:
            until = _furthest(order, at, lambda end, begin=begin, held=held: sure(begin, end, held))  # type: ignore[misc]
            tries = until if until > at else at + LEAP
        at = max(until, at + 1)
        if not held:
            continue
        end = order[at] if at < len(order) else None
        over = end - DAY if end else min(begin, date.max - FAR) + FAR
        last = over if until == at else _last_of(begin, over, holds)
        first = found.pop().first if found and found[-1].last == begin - DAY else begin
        found.append(Span(first, None if end is None and last == over else last))
    return tuple(found)


def _furthest(order: Sequence[date], at: int, sure: Callable[[date], bool]) -> int:
    """The last of the days, by ever longer steps, up to which it is sure; ``at`` where it is not for the first step."""
    step, found = LEAP, at
    while found < len(order) - 1 and sure(order[min(found + step, len(order) - 1)]):
        found, step = min(found + step, len(order) - 1), 2 * step
    return found


def _last_of(first: date, over: date, holds: Callable[[date], bool]) -> date:
    """The last day on which it holds of those from one on which it does; once it ceased it is over."""
    if holds(over):
        return over
    # It holds on ``first`` and no more on ``over``; ever longer steps, as most cease soon or not at all.
    step = 1
    while first + step * DAY < over and holds(first + step * DAY):
        first, step = first + step * DAY, 2 * step
    over = min(over, first + step * DAY)
    while (over - first).days > 1:
        middle = first + (over - first) // 2
        first, over = (middle, over) if holds(middle) else (first, middle)
    return first


def without(held: Iterable[Span], others: Sequence[Span]) -> list[Span]:
    """The days of some spans that are in none of the others; these in their order, and apart."""
    found = []
    for span in held:
        first: date | None = span.first
        for other in others:
            if first is None or (span.last is not None and other.first > span.last):
                break
            if other.last is not None and other.last < first:
                continue
            if other.first > first:
                found.append(Span(first, other.first - DAY))
            first = other.last + DAY if other.last is not None else None
        if first is not None and (span.last is None or first <= span.last):
            found.append(Span(first, span.last))
    return found


# What is missing -----------------------------------------------------------------------------------------------------


class Lack(StrEnum):
    """What a criterion wants yet."""

    SCOPE = "scope"
    PEOPLE = "people"
    ANSWERS = "answers"
    RHYTHM = "rhythm"
    AGREED = "agreed"
    PROMISE = "promise"
    NEVER_IN_TOUCH = "never_in_touch"
    SILENT = "silent"
    ONCE = "once"
    YOUNG = "young"
    DECISION_MAKERS = "decision_makers"
    UNSEEN = "unseen"
    FEEDBACK_OURS = "feedback_ours"
    FEEDBACK_THEIRS = "feedback_theirs"
    COUNTED = "counted"
    ADHERENCE = "adherence"
    ALL_IN_PROJECTS = "all_in_projects"
    KNOWN = "known"
    COMPONENT = "component"
    TRUST_OURS = "trust_ours"
    TRUST_THEIRS = "trust_theirs"
    UNTRIED = "untried"
    ERODES = "erodes"
    NOTHING_OF = "nothing_of"
    NOTHING_OF_SIDE = "nothing_of_side"


# What nobody knows yet: no evidence speaks for it or against it, so it is not failed.
NOTHING_KNOWN = {Lack.NOTHING_OF, Lack.NOTHING_OF_SIDE}


@dataclass(frozen=True, slots=True)
class Missing:
    """``count`` is what is short, or how far it has come; ``day`` when it was last so, or will be."""

    lack: Lack
    count: int = 0
    day: date | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A criterion that can be judged: when it holds, what shows that on a day, and what is missing.

    ``figure`` is the number that stands beside it, where there is one.
    """

    spans: Callable[[Record], tuple[Span, ...]]
    shown: Callable[[Record, date], list[Shown]]
    missing: Callable[[Record, date], list[Missing]]
    figure: Callable[[Record, date], int | None] = lambda record, today: None

    def held(self, record: Record) -> tuple[Span, ...]:
        """The spans, reckoned once for a record."""
        found = record.held.get(self)
        if found is None:
            found = record.held[self] = self.spans(record)
        return found


# Customer ------------------------------------------------------------------------------------------------------------


def _since_the_first(rows: Sequence[Shown]) -> tuple[Span, ...]:
    return (Span(min(row.day for row in rows)),) if rows else ()


def _until(rows: Iterable[Shown], today: date) -> list[Shown]:
    return sorted((row for row in rows if row.day <= today), key=lambda row: (row.day, row.model, row.pk))


def _named(record: Record, day: date) -> list[Person]:
    return [person for person in record.people if person.named(day)]


def _once(people: Iterable[Person]) -> list[Person]:
    """Of several records of one name the first."""
    found: dict[str | int, Person] = {}
    for person in people:
        found.setdefault(person.who or person.shown.pk, person)
    return list(found.values())


def _enough_people(record: Record, day: date) -> bool:
    named = _named(record, day)
    return len(_once(named)) >= PEOPLE_NEEDED and any(person.answers for person in named)


def _days_of_people(record: Record) -> set[date]:
    days = {person.shown.day for person in record.people}
    for person in record.people:
        days |= {span.first for span in person.there} | {span.last + DAY for span in person.there if span.last}
    return days


def _missing_people(record: Record, today: date) -> list[Missing]:
    named = _named(record, today)
    short = PEOPLE_NEEDED - len(_once(named))
    found = [Missing(Lack.PEOPLE, short)] if short > 0 else []
    return found if any(person.answers for person in named) else [*found, Missing(Lack.ANSWERS)]


def _really_agreed(record: Record, day: date) -> bool:
    agreed = record.agreed(day)
    return agreed is not None and not agreed.assumed


def _shown_rhythm(record: Record, today: date) -> list[Shown]:
    agreed = record.agreed(today)
    return [agreed.shown] if agreed and not agreed.assumed else []


def _missing_rhythm(record: Record, today: date) -> list[Missing]:
    agreed = record.agreed(today)
    if agreed is None:
        return [Missing(Lack.RHYTHM)]
    return [Missing(Lack.AGREED, agreed.interval.every_days)] if agreed.assumed else []


@dataclass(frozen=True, slots=True)
class Run:
    """Contact without a silence longer than 90 days; once is none."""

    first: date
    last: date

    @property
    def span(self) -> Span:
        return Span(self.first + IN_TOUCH_DAYS * DAY, self.last + IN_TOUCH_DAYS * DAY)


def runs(days: Sequence[date]) -> list[Run]:
    """The runs of contact; ``days`` in their order."""
    found: list[Run] = []
    for day in days:
        if found and (day - found[-1].last).days <= IN_TOUCH_DAYS:
            found[-1] = Run(found[-1].first, day)
        else:
            found.append(Run(day, day))
    return found


def _in_touch(record: Record) -> tuple[Span, ...]:
    return tuple(run.span for run in runs(record.days) if run.first < run.last)


def _present_run(record: Record, today: date) -> Run | None:
    """The run that is not over yet, of what was said up to today."""
    found = runs([day for day in record.days if day <= today])
    return found[-1] if found and (today - found[-1].last).days <= IN_TOUCH_DAYS else None


def _shown_contact(record: Record, today: date) -> list[Shown]:
    """The first and the last contact of the run."""
    run = _present_run(record, today)
    if run is None:
        return []
    by_day = {touch.day: touch for touch in record.touches}
    return [Shown("relationships.interaction", by_day[day].pk, day) for day in dict.fromkeys((run.first, run.last))]


def _missing_contact(record: Record, today: date) -> list[Missing]:
    days = [day for day in record.days if day <= today]
    if not days:
        return [Missing(Lack.NEVER_IN_TOUCH)]
    run = _present_run(record, today)
    if run is None:
        return [Missing(Lack.SILENT, (today - days[-1]).days, days[-1])]
    if run.first == run.last:
        return [Missing(Lack.ONCE, (today - run.first).days, run.span.first)]
    return [Missing(Lack.YOUNG, (today - run.first).days, run.span.first)] if today < run.span.first else []


SCOPE = Rule(
    spans=lambda record: _since_the_first(record.scopes),
    shown=lambda record, today: _until(record.scopes, today),
    missing=lambda record, today: [] if _until(record.scopes, today) else [Missing(Lack.SCOPE)],
)
PEOPLE = Rule(
    spans=lambda record: spans(_days_of_people(record), lambda day: _enough_people(record, day)),
    shown=lambda record, today: [person.shown for person in _once(_named(record, today))],
    missing=_missing_people,
    figure=lambda record, today: len(_once(_named(record, today))),
)
CADENCE = Rule(
    spans=lambda record: spans(_edges(record.intervals), lambda day: _really_agreed(record, day)),
    shown=_shown_rhythm,
    missing=_missing_rhythm,
)
PROMISE = Rule(
    spans=lambda record: _since_the_first(record.kept),
    shown=lambda record, today: _until(record.kept, today),
    missing=lambda record, today: [] if _until(record.kept, today) else [Missing(Lack.PROMISE)],
)
IN_TOUCH = Rule(spans=_in_touch, shown=_shown_contact, missing=_missing_contact)


# Partner -------------------------------------------------------------------------------------------------------------


def _deciders(record: Record) -> list[Person]:
    return [person for person in record.people if person.decides]


def _is_seen(record: Record, person: Person, day: date) -> bool:
    """Named as deciding, and spoken to within three intervals."""
    seen = person.last_seen(day) if person.named(day) else None
    return seen is not None and (day - seen).days <= SEEN_WITHIN * record.every(day)


def _seen_deciders(record: Record, day: date) -> list[Person]:
    return _once(person for person in _deciders(record) if _is_seen(record, person, day))


def _days_of_deciders(record: Record) -> set[date]:
    every = {interval.every_days for interval in record.intervals} | {WITHOUT_RHYTHM}
    days = _days_of_people(record) | _edges(record.intervals)
    for person in _deciders(record):
        days |= set(person.seen)
        days |= {seen + (SEEN_WITHIN * length + 1) * DAY for seen in person.seen for length in every}
    return days


def last_seen_of(record: Record, day: date) -> list[date | None]:
    """When each who decides was seen last; of several records of one name the latest."""
    found: dict[str | int, date | None] = {}
    for person in _deciders(record):
        if person.named(day):
            who, seen = person.who or person.shown.pk, person.last_seen(day)
            before = found.get(who)
            found[who] = seen if before is None else max(before, seen or before)
    return list(found.values())


def _shown_deciders(record: Record, today: date) -> list[Shown]:
    return [
        Shown(person.shown.model, person.shown.pk, person.last_seen(today) or today, person.shown.said)
        for person in _seen_deciders(record, today)
    ]


def _missing_deciders(record: Record, today: date) -> list[Missing]:
    """Whom to see, the one seen last first; then how many are to be named."""
    seen_ones = _seen_deciders(record, today)
    named = _once([*seen_ones, *(person for person in _deciders(record) if person.named(today))])
    unseen = [(person.last_seen(today), person) for person in named[len(seen_ones) :]]
    unseen.sort(key=lambda pair: (pair[0] is None, -(pair[0] or date.min).toordinal(), pair[1].shown.pk))
    short = PEOPLE_NEEDED - len(seen_ones)
    found = [
        Missing(Lack.UNSEEN, (today - seen).days if seen else 0, seen, person.shown.said)
        for seen, person in unseen[: max(0, short)]
    ]
    to_name = PEOPLE_NEEDED - len(named)
    return [*found, Missing(Lack.DECISION_MAKERS, to_name)] if to_name > 0 else found


SIDES = {"ours": Lack.FEEDBACK_OURS, "theirs": Lack.FEEDBACK_THEIRS}


def _given_lately(record: Record, side: str, day: date) -> list[Shown]:
    first = day - FEEDBACK_DAYS * DAY
    return [row for row in _until(record.feedback.get(side, ()), day) if row.day >= first]


def feedback_given(record: Record, today: date) -> tuple[int, int]:
    """How often they gave it within the time that counts, and how often we did."""
    return len(_given_lately(record, "theirs", today)), len(_given_lately(record, "ours", today))


def _feedback(record: Record) -> tuple[Span, ...]:
    given = {side: sorted(row.day for row in record.feedback.get(side, ())) for side in SIDES}
    days = {day for found in given.values() for day in found}
    days |= {day + (FEEDBACK_DAYS + 1) * DAY for day in days}

    def lately(side: str, day: date) -> bool:
        index = bisect_right(given[side], day)
        return index > 0 and (day - given[side][index - 1]).days <= FEEDBACK_DAYS

    return spans(days, lambda day: all(lately(side, day) for side in SIDES))


def _missing_feedback(record: Record, today: date) -> list[Missing]:
    found = []
    for side, lack in SIDES.items():
        if not _given_lately(record, side, today):
            before = _until(record.feedback.get(side, ()), today)
            found.append(Missing(lack, day=before[-1].day if before else None))
    return found


# The rhythm day by day: each is in rhythm, out of it, or does not count because none is in force.


@dataclass(frozen=True, slots=True)
class Days:
    """From ``first`` on: how many days were in rhythm and how many counted, up to and including each."""

    first: date
    good: list[int]
    counted: list[int]

    def share(self, day: date) -> tuple[int, int]:
        """In rhythm, and counted, within the window that ends with the day."""
        end = (day - self.first).days + 1
        if end <= 0 or not self.good:
            return 0, 0
        begin, end = end - ADHERENCE_DAYS, min(end, len(self.good))
        before = min(begin, len(self.good)) - 1

        def within(sums: list[int]) -> int:
            return sums[end - 1] - (sums[before] if before >= 0 else 0)

        return within(self.good), within(self.counted)


def rhythm_days(record: Record) -> Days:
    """What each day was, from the first agreement on until nothing changes any more.

    The silence counts from the last contact, or from the day of the first agreement: what was said before that
    changes nothing. A snoozed day is in rhythm, and so is any day on which no check-in is overdue. A day on which it
    was paused or had ended counts neither way.
    """
    if not record.agreements:
        return Days(date.min, [], [])
    first = min(interval.starts_on for interval in record.intervals)
    touched = [first, *(day for day in record.days if day > first)]
    events = {first, *touched, *_edges(record.intervals)}
    events |= {day for rest in record.rests for day in (rest.from_on, rest.until_on + DAY)}
    events |= {day for halt in record.halts for day in (halt.first, halt.last + DAY if halt.last else halt.first)}
    last = max(events)
    longest = max(interval.every_days for interval in record.intervals)
    horizon = last + (2 * longest + cadence.LONGEST_INTERVAL + ADHERENCE_DAYS + 7) * DAY
    good: list[int] = []
    counted: list[int] = []
    for begin, end in pairwise([*sorted(day for day in events if day >= first), horizon]):
        length = (end - begin).days
        agreed = record.agreed(begin)
        if agreed is None or any(halt.holds(begin) for halt in record.halts):
            in_rhythm, counts = 0, 0
        elif any(rest.from_on <= begin <= rest.until_on for rest in record.rests):
            in_rhythm, counts = length, length
        else:
            every = agreed.interval.every_days
            start = touched[bisect_right(touched, begin) - 1]
            over = cadence.due_after(start, every, record.workdays) + (cadence.grace(every) + 1) * DAY
            in_rhythm, counts = max(0, min(length, (over - begin).days)), length
        good += [1] * in_rhythm + [0] * (length - in_rhythm)
        counted += [1] * counts + [0] * (length - counts)
    return Days(first, list(accumulate(good)), list(accumulate(counted)))


def _is_kept(good: int, counted: int) -> bool:
    return counted >= ADHERENCE_COUNTED and 10 * good >= ADHERENCE_TENTHS * counted


def _adherence(record: Record) -> tuple[Span, ...]:
    days = record.in_rhythm
    window = len(days.good) + ADHERENCE_DAYS
    return spans(
        (days.first + offset * DAY for offset in range(window) if days.good), lambda day: _is_kept(*days.share(day))
    )


def _missing_adherence(record: Record, today: date) -> list[Missing]:
    good, counted = record.in_rhythm.share(today)
    if counted < ADHERENCE_COUNTED:
        return [Missing(Lack.COUNTED, counted)]
    return [] if _is_kept(good, counted) else [Missing(Lack.ADHERENCE, 100 * good // counted)]


def _adherence_figure(record: Record, today: date) -> int | None:
    good, counted = record.in_rhythm.share(today)
    return 100 * good // counted if counted else None


def _rhythm_now(record: Record, today: date) -> list[Shown]:
    agreed = record.agreed(today)
    return [agreed.shown] if agreed else []


@dataclass(frozen=True, slots=True)
class Beside:
    """The days of all contacts, and of those that belonged to no project, in their order."""

    every: list[date]
    beside: list[date]

    @classmethod
    def of(cls, record: Record) -> Beside:
        return cls(
            sorted(touch.day for touch in record.touches), sorted(touch.day for touch in record.touches if touch.beside)
        )

    def share(self, day: date) -> tuple[int, int]:
        first = day - (BESIDE_DAYS - 1) * DAY

        def within(days: list[date]) -> int:
            return bisect_right(days, day) - bisect_left(days, first)

        return within(self.beside), within(self.every)

    def holds(self, day: date) -> bool:
        part, whole = self.share(day)
        return part * BESIDE_ONE_IN >= whole > 0


def _beside(record: Record) -> tuple[Span, ...]:
    found = Beside.of(record)
    days = {*found.every, *(day + BESIDE_DAYS * DAY for day in found.every)}
    return spans(days, found.holds)


def _missing_beside(record: Record, today: date) -> list[Missing]:
    part, whole = Beside.of(record).share(today)
    if not whole:
        return [Missing(Lack.NEVER_IN_TOUCH)]
    return [] if part * BESIDE_ONE_IN >= whole else [Missing(Lack.ALL_IN_PROJECTS, 100 * part // whole)]


def _beside_figure(record: Record, today: date) -> int | None:
    part, whole = Beside.of(record).share(today)
    return 100 * part // whole if whole else None


def _shown_beside(record: Record, today: date) -> list[Shown]:
    """The contacts beside projects of the year, the newest of them first."""
    first = today - (BESIDE_DAYS - 1) * DAY
    found = [touch for touch in record.touches if touch.beside and first <= touch.day <= today]
    found.sort(key=lambda touch: (touch.day, touch.pk), reverse=True)
    return [Shown("relationships.interaction", touch.pk, touch.day) for touch in found]


DECISION_MAKERS = Rule(
    spans=lambda record: spans(
        _days_of_deciders(record), lambda day: len(_seen_deciders(record, day)) >= PEOPLE_NEEDED
    ),
    shown=_shown_deciders,
    missing=_missing_deciders,
    figure=lambda record, today: len(_seen_deciders(record, today)),
)
FEEDBACK = Rule(
    spans=_feedback,
    shown=lambda record, today: [row for side in SIDES for row in _given_lately(record, side, today)],
    missing=_missing_feedback,
)
ADHERENCE = Rule(
    spans=_adherence,
    shown=_rhythm_now,
    missing=_missing_adherence,
    figure=_adherence_figure,
)
BESIDE_PROJECTS = Rule(spans=_beside, shown=_shown_beside, missing=_missing_beside, figure=_beside_figure)
