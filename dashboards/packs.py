"""The review pack (pure): of all that is known between two organisations what lies in a period, in parts and counted.

Whoever reads the facts leaves out what is only ours; here nothing is left out but what lies outside of the period, and
each figure is the number of rows that stand beneath it. All days are local dates of the relationship's zone.

*In the period* is: a conversation on its day; a promise on the day on which it came to its end, or fell late where it
is open still; feedback that was given, answered or decided in it; a problem that was open on a day of it; a decision on
the day of its meeting. What comes next has no period: it is what stands open on the day of the evidence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby, pairwise

from relationships import feedback
from relationships.cadence import WEEKDAYS, Adherence, Interval, adherence, in_force
from relationships.problems import State as ProblemState
from relationships.problems import Tally, tally
from relationships.promises import Share
from relationships.promises import State as PromiseState

DAY = timedelta(days=1)
# Up to so many months conversations are counted by the month, beyond by the year.
BY_MONTH = 24


class Part(StrEnum):
    """What a pack can tell, in the order in which it does."""

    RHYTHM = "rhythm"
    PROMISES = "promises"
    FEEDBACK = "feedback"
    PROBLEMS = "problems"
    DECISIONS = "decisions"
    NEXT = "next"


# The period ----------------------------------------------------------------------------------------------------------


class Span(StrEnum):
    """How a period is chosen."""

    REVIEW = "review"
    QUARTER = "quarter"
    BEFORE = "before"
    YEAR = "year"
    DATES = "dates"


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both included."""

    first: date
    last: date

    def has(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last


def quarter_of(day: date) -> Period:
    """The calendar quarter in which a day lies."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return Period(first, (first + 92 * DAY).replace(day=1) - DAY)


def period_of(span: Span, today: date, *, reviewed_on: date | None, dates: Period | None = None) -> Period:
    """``reviewed_on`` is the day of the last review before today: what was said at it is in its minutes, so it counts
    from the day after. Where there was none, and where no dates are given, it is this month and the eleven before."""
    if span is Span.REVIEW and reviewed_on is not None and reviewed_on < today:
        return Period(reviewed_on + DAY, today)
    if span is Span.QUARTER:
        return Period(quarter_of(today).first, today)
    if span is Span.BEFORE:
        return quarter_of(quarter_of(today).first - DAY)
    if span is Span.DATES and dates is not None:
        return dates
    return Period(_eleven_months_before(today), today)


def _eleven_months_before(day: date) -> date:
    """The first day of that month: whole months, and the one that is not over."""
    return date(day.year, 1, 1) if day.month == 12 else date(day.year - 1, day.month + 1, 1)


# What is known -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation both ways; ``began`` is ours, theirs or unknown."""

    day: date
    began: str
    met: bool = False


@dataclass(frozen=True, slots=True)
class Agreed:
    """How often both are in touch; ``who`` agreed to it, nobody yet where it is only assumed."""

    interval: Interval
    who: str = ""
    agreed_on: date | None = None
    assumed: bool = True


@dataclass(frozen=True, slots=True)
class Promise:
    """``key`` names it, here and in each of these: *promise:12*."""

    ours: bool
    what: str
    who: str
    due_on: date
    state: PromiseState
    first_due_on: date
    late_on: date | None = None
    ended_on: date | None = None
    key: str = ""

    @property
    def is_open(self) -> bool:
        return self.ended_on is None

    @property
    def day(self) -> date | None:
        """On which it came to its end or, still open, fell late; none where nothing is to be said yet."""
        if self.ended_on is not None:
            return self.ended_on
        return (self.late_on or self.due_on) if self.state is PromiseState.LATE else None


@dataclass(frozen=True, slots=True)
class Voiced:
    """Feedback of one side and what the other did about it; ``credit`` is who suggested first what it grew from."""

    ours: bool
    said: str
    kind: str
    voice: str
    group: str
    heard_on: date
    asks: bool
    answer: str = ""
    answered_on: date | None = None
    ended_on: date | None = None
    applied: bool = False
    told_on: date | None = None
    promised: bool = False
    grown: bool = False
    credit: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    what: str
    raised_by: str
    opened_on: date
    due_on: date
    state: ProblemState
    solved_on: date | None = None
    came_back: int = 0
    spoken_on: date | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    day: date
    meeting: str
    said: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """Of an agenda."""

    said: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Coming:
    """A meeting that is planned: its day, when and what in words, and what stands on its agenda for both."""

    day: date
    title: str
    when: str
    items: tuple[Item, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that may be told to both sides, of any time. ``halted``: from a day on, up to before another, it rested."""

    talks: Sequence[Talk] = ()
    agreed: Sequence[Agreed] = ()
    halted: Sequence[tuple[date, date]] = ()
    workdays: Collection[int] = WEEKDAYS
    promises: Sequence[Promise] = ()
    voiced: Sequence[Voiced] = ()
    troubles: Sequence[Trouble] = ()
    decisions: Sequence[Decision] = ()
    coming: Sequence[Coming] = ()


# What the pack tells -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Count:
    """Conversations, by who began them."""

    ours: int = 0
    theirs: int = 0
    unknown: int = 0
    met: int = 0

    @property
    def all(self) -> int:
        return self.ours + self.theirs + self.unknown


@dataclass(frozen=True, slots=True)
class Stretch:
    """A month or, where there are many, a year; cut at the edges of the period."""

    first: date
    last: date
    count: Count


@dataclass(frozen=True, slots=True)
class Silence:
    """Days between two conversations, or between one and an edge of the period."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days


@dataclass(frozen=True, slots=True)
class Held:
    """An agreement and the days on which it counted; none where it did so at the edge of the period too."""

    agreed: Agreed
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Rhythm:
    """One for a while is told between the two times of the lasting one; ``rests`` are the days of no rhythm."""

    held: list[Held]
    rests: list[Period]
    count: Count
    stretches: list[Stretch]
    silence: Silence | None
    kept: Adherence


@dataclass(frozen=True, slots=True)
class Given:
    """The promises of a side that came to an end or fell late."""

    rows: list[Promise]

    @property
    def share(self) -> Share:
        of = [row.state for row in self.rows]
        return Share(
            kept=of.count(PromiseState.KEPT),
            kept_late=of.count(PromiseState.KEPT_LATE),
            broken=of.count(PromiseState.BROKEN),
            late=of.count(PromiseState.LATE),
        )


@dataclass(frozen=True, slots=True)
class Heard:
    """What a side said."""

    rows: list[Voiced]

    @property
    def answered(self) -> int:
        return sum(row.answered_on is not None for row in self.rows)

    @property
    def half_within(self) -> int | None:
        """Half of those answered were answered within so many days."""
        days = [feedback.days_to(row.heard_on, row.answered_on) for row in self.rows]
        return feedback.half_of_them([day for day in days if day is not None])

    @property
    def applied(self) -> int:
        return sum(row.applied for row in self.rows)

    @property
    def declined(self) -> int:
        return sum(row.ended_on is not None and not row.applied for row in self.rows)


@dataclass(frozen=True, slots=True)
class Troubles:
    rows: list[Trouble]

    @property
    def tally(self) -> Tally:
        """How they stand, as the standing tells it of all of them."""
        return tally((row.state, row.came_back) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Ahead:
    promises: list[Promise]
    meetings: list[Coming]


@dataclass(frozen=True, slots=True)
class Pack:
    """What was asked for; of a part that was not chosen there is nothing. ``by_us`` and ``by_them``: whose promises."""

    period: Period
    as_of: date
    parts: tuple[Part, ...]
    rhythm: Rhythm | None = None
    by_us: Given | None = None
    by_them: Given | None = None
    from_us: Heard | None = None
    from_them: Heard | None = None
    troubles: Troubles | None = None
    decisions: list[Decision] | None = None
    ahead: Ahead | None = None


def lay_out(facts: Facts, period: Period, parts: Collection[Part], today: date) -> Pack:
    """``today`` is the day of the evidence: what is open and late is so on it."""
    chosen = tuple(part for part in Part if part in parts)
    promised, said = Part.PROMISES in chosen, Part.FEEDBACK in chosen
    return Pack(
        period=period,
        as_of=today,
        parts=chosen,
        rhythm=_rhythm(facts, period, today) if Part.RHYTHM in chosen else None,
        by_us=_given(facts.promises, period, ours=True) if promised else None,
        by_them=_given(facts.promises, period, ours=False) if promised else None,
        from_us=_heard(facts.voiced, period, ours=True) if said else None,
        from_them=_heard(facts.voiced, period, ours=False) if said else None,
        troubles=_troubles(facts.troubles, period) if Part.PROBLEMS in chosen else None,
        decisions=_decisions(facts.decisions, period) if Part.DECISIONS in chosen else None,
        ahead=_ahead(facts, today) if Part.NEXT in chosen else None,
    )


def _given(rows: Iterable[Promise], period: Period, *, ours: bool) -> Given:
    found = [(row.day, row) for row in rows if row.ours is ours and period.has(row.day)]
    return Given([row for day, row in sorted(found, key=lambda one: (one[0] or date.max, one[1].what))])


def _heard(rows: Iterable[Voiced], period: Period, *, ours: bool) -> Heard:
    found = [
        row
        for row in rows
        if row.ours is ours and any(period.has(day) for day in (row.heard_on, row.answered_on, row.ended_on))
    ]
    return Heard(sorted(found, key=lambda row: (row.heard_on, row.said)))


def _troubles(rows: Iterable[Trouble], period: Period) -> Troubles:
    found = [
        row for row in rows if row.opened_on <= period.last and (row.solved_on is None or row.solved_on >= period.first)
    ]
    return Troubles(sorted(found, key=lambda row: (row.opened_on, row.what)))


def _decisions(rows: Iterable[Decision], period: Period) -> list[Decision]:
    return sorted((row for row in rows if period.has(row.day)), key=lambda row: row.day)


def _ahead(facts: Facts, today: date) -> Ahead:
    waiting = sorted(
        (row for row in facts.promises if row.is_open), key=lambda row: (row.due_on, not row.ours, row.what)
    )
    return Ahead(waiting, sorted((one for one in facts.coming if one.day >= today), key=lambda one: one.day))


# The rhythm ----------------------------------------------------------------------------------------------------------


def _rhythm(facts: Facts, period: Period, today: date) -> Rhythm:
    """What is kept is read without our snoozes: they are ours, and no agreement with anybody."""
    last = min(period.last, today)
    talks = [talk for talk in facts.talks if period.has(talk.day)]
    days = [talk.day for talk in talks]
    kept = adherence(
        first=period.first,
        last=last,
        touches={talk.day for talk in facts.talks if talk.day <= last},
        intervals=[one.interval for one in facts.agreed],
        halted=facts.halted,
        workdays=facts.workdays,
    )
    # Before both agreed how often, or first spoke where they have not, there was nothing to be silent about.
    begun = kept.first if facts.agreed else min((talk.day for talk in facts.talks), default=date.max)
    counted = Period(max(period.first, begun), last)
    shown = Period(min([counted.first, *days]), period.last)
    return Rhythm(
        held=_held(facts.agreed, Period(period.first, last)),
        rests=_rests(facts.halted, counted),
        count=_count(talks),
        stretches=[Stretch(one.first, one.last, _count(_within(talks, one))) for one in stretches(shown, last)],
        silence=longest_silence(days, counted, facts.halted),
        kept=kept,
    )


def _rests(halted: Iterable[tuple[date, date]], period: Period) -> list[Period]:
    """When it rested on a day of the period; since when is told in full, what goes on beyond it ends with it."""
    found = [Period(since, min(until - DAY, period.last)) for since, until in sorted(halted)]
    return [one for one in found if one.last >= max(one.first, period.first)]


def _held(agreed: Sequence[Agreed], period: Period) -> list[Held]:
    """What counted on the days of the period, from turn to turn."""
    intervals = [one.interval for one in agreed]
    turns = {
        period.first,
        *(one.starts_on for one in intervals),
        *(one.ends_on + DAY for one in intervals if one.ends_on),
    }
    days = [day for day in sorted(turns) if period.has(day)]
    found = [(index, list(of)) for index, of in groupby(days, key=lambda day: in_force(intervals, day))]
    ends = [*(of[0] - DAY for _index, of in found[1:]), None]
    return [
        Held(agreed[index], of[0] if of[0] > period.first else None, last)
        for (index, of), last in zip(found, ends, strict=False)
        if index is not None
    ]


def _within(talks: Iterable[Talk], period: Period) -> list[Talk]:
    return [talk for talk in talks if period.has(talk.day)]


def _count(talks: Sequence[Talk]) -> Count:
    of = [talk.began for talk in talks]
    ours, theirs = of.count("ours"), of.count("theirs")
    return Count(ours, theirs, len(of) - ours - theirs, sum(talk.met for talk in talks))


def stretches(period: Period, last: date) -> list[Period]:
    """The months of a period up to a day, or its years; together they are the period, and none lies in another."""
    if last < period.first:
        return []
    months = (last.year - period.first.year) * 12 + last.month - period.first.month + 1
    begins = [period.first]
    while (following := _next(begins[-1], by_year=months > BY_MONTH)) <= last:
        begins.append(following)
    return [Period(begin, end - DAY) for begin, end in pairwise([*begins, last + DAY])]


def _next(day: date, *, by_year: bool) -> date:
    return date(day.year + 1, 1, 1) if by_year or day.month == 12 else date(day.year, day.month + 1, 1)


def longest_silence(days: Iterable[date], period: Period, halted: Sequence[tuple[date, date]] = ()) -> Silence | None:
    """The first of the longest, within the period; none where it has not begun. While it rested nobody was silent."""
    if period.last < period.first:
        return None
    spoken = sorted({day for day in days if period.has(day)})
    gaps = pairwise([period.first, *spoken, period.last])
    found = [silence for begin, end in gaps for silence in _awake(begin, end, halted)]
    return max(found, key=lambda silence: silence.days, default=None)


def _awake(begin: date, end: date, halted: Iterable[tuple[date, date]]) -> Iterator[Silence]:
    """What of a silence is left without the days on which it rested."""
    for since, until in sorted(halted):
        if until > begin and since < end:
            if since > begin:
                yield Silence(begin, since)
            begin = max(begin, until)
    if begin <= end:
        yield Silence(begin, end)
