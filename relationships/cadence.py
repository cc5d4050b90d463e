"""The agreed rhythm (pure): when the next check-in is due, when it is overdue, and what to call that.

All days are local dates of the relationship's zone. T is the interval in days. Source of the rules: the
agreement with the other side; a month is never stretched, so the grace ends where T reaches 31.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

LONGEST_INTERVAL = 31
LONGEST_SNOOZE = 31
WEEKDAYS = (0, 1, 2, 3, 4)
DAY = timedelta(days=1)
# An accepted meeting further off than this says nothing about a check-in that is due now.
NEAR_DAYS = 7
YEAR = timedelta(days=365)


class State(StrEnum):
    """In the order in which the first match wins."""

    ENDED = "ended"
    PAUSED = "paused"
    NO_CADENCE = "no_cadence"
    OVERDUE = "overdue"
    BOOKED = "booked"
    DUE = "due"
    NEW = "new"
    IN_TOUCH = "in_touch"


class Late(StrEnum):
    """By how much it is overdue, counted from the day on which it was due."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    LONGER = "longer"

    @property
    def days(self) -> tuple[int, int | None]:
        """The least and the most; no most where there is none."""
        return {Late.WEEK: (0, 7), Late.FORTNIGHT: (8, 14), Late.LONGER: (15, None)}[self]


@dataclass(frozen=True, slots=True)
class Interval:
    """An agreement to be in touch every ``every_days`` days from ``starts_on``, for a while until ``ends_on``."""

    starts_on: date
    every_days: int
    ends_on: date | None = None

    def holds(self, day: date) -> bool:
        """Both days included."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Rest:
    """A snooze: both days included."""

    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Schedule:
    """What follows from the record; ``None`` throughout where there is no cadence or it is paused.

    ``base_due_on`` leaves the snoozes out: it names the gap. ``changes_on`` is the next day on which another agreement
    counts, or none: one begins, or the one in force was for a while and is over.
    """

    every_days: int | None = None
    counts_from: date | None = None
    base_due_on: date | None = None
    due_on: date | None = None
    overdue_from: date | None = None
    changes_on: date | None = None


def grace(every_days: int) -> int:
    """Days between due and overdue."""
    return min(every_days // 7, max(0, LONGEST_INTERVAL - every_days))


# Contact is counted over four weeks, and so many working days are in them.
COUNTED_DAYS, WORKING_DAYS = 28, 20
# A renewal within so many days is near.
RENEWAL_DAYS = 90


def needed_a_day(every_days: int) -> float:
    """Check-ins that a rhythm needs per working day; below a week it counts in working days."""
    return (7 / 5 if every_days >= 7 else 1) / every_days


def asked_for(every_days: int, *, agreed_days: int, workdays: int = len(WEEKDAYS)) -> int:
    """How many check-ins a rhythm that is kept puts into the last four weeks at least; where it is longer, into its own
    length.

    One that was agreed ``agreed_days`` ago asked for nothing before. ``workdays`` are those of a week, in which a
    rhythm of less than a week is counted.
    """
    days = min(max(agreed_days, 0), max(COUNTED_DAYS, every_days))
    return days // every_days if every_days >= 7 else days // 7 * workdays // every_days


def met_of(asked: int, every_days: int, *, days_with_touch: int, silent_days: int | None) -> int:
    """How many of those asked for happened: days with a touch in the last four weeks, no more than were asked for.

    Of a rhythm that is longer its one, while the silence is shorter than it; there is none where there was no touch.
    """
    if every_days > COUNTED_DAYS:
        return min(asked, int(silent_days is not None and silent_days < every_days))
    return min(asked, days_with_touch)


def due_after(start: date, every_days: int, workdays: Collection[int] = WEEKDAYS) -> date:
    """``start`` + T; below a week in working days (Monday is 0). ``workdays`` must name at least one."""
    if every_days >= 7:
        return start + every_days * DAY
    if not workdays:
        raise ValueError("no working day")
    day = start
    for _ in range(every_days):
        day += DAY
        while day.weekday() not in workdays:
            day += DAY
    return day


def in_force(intervals: Sequence[Interval], today: date) -> int | None:
    """The index of the agreement that counts on ``today``: of those that hold the one begun last.

    Of two begun on one day it is the later made. One for a while thus lies over the lasting one, which comes back
    by itself on the day after.
    """
    holding = [(interval.starts_on, index) for index, interval in enumerate(intervals) if interval.holds(today)]
    return max(holding)[1] if holding else None


def next_change(intervals: Sequence[Interval], today: date) -> date | None:
    """The next day on which another agreement counts than today. Whatever begins later takes over as it begins."""
    days = [interval.starts_on for interval in intervals if interval.starts_on > today]
    index = in_force(intervals, today)
    over = None if index is None else intervals[index].ends_on
    if over is not None:
        days.append(over + DAY)
    return min(days, default=None)


def of_this_gap(rests: Sequence[Rest], start: date) -> list[Rest]:
    """A snooze belongs to the silence in which it began; a later contact ends both."""
    return [rest for rest in rests if rest.from_on >= start]


def snoozed_days(rests: Sequence[Rest]) -> int:
    """Days covered by at least one of the snoozes."""
    total, reached = 0, date.min
    for rest in sorted(rests, key=lambda rest: rest.from_on):
        first = max(rest.from_on, reached + DAY) if reached > date.min else rest.from_on
        if rest.until_on >= first:
            total += (rest.until_on - first).days + 1
            reached = rest.until_on
    return total


@dataclass(frozen=True, slots=True)
class _Gap:
    """A silence: the day from which it counts, the day on which it is due, the days of grace."""

    start: date
    due_on: date
    grace: int


def _gap(intervals: Sequence[Interval], index: int, last_touch_on: date | None, workdays: Collection[int]) -> _Gap:
    """The silence that an agreement judges.

    One for a while judges no day before its first, or it would be broken the moment it is agreed; and a check-in
    that was due before it began stays due since then, or tightening would forgive it.
    """
    interval = intervals[index]
    start = last_touch_on or interval.starts_on
    due_on, days = due_after(start, interval.every_days, workdays), grace(interval.every_days)
    if interval.ends_on is None:
        return _Gap(start, due_on, days)
    before = in_force(intervals, interval.starts_on - DAY)
    if before is not None:
        former = _gap(intervals, before, last_touch_on, workdays)
        if former.due_on < interval.starts_on:
            return former
    return _Gap(start, max(due_on, interval.starts_on), days)


def schedule(
    *,
    today: date,
    last_touch_on: date | None,
    intervals: Sequence[Interval],
    rests: Sequence[Rest] = (),
    workdays: Collection[int] = WEEKDAYS,
    stopped: bool = False,
) -> Schedule:
    """The dates that follow from the last two-way contact, the agreements (in the order made) and the snoozes."""
    if stopped:
        return Schedule()
    changes_on = next_change(intervals, today)
    index = in_force(intervals, today)
    if index is None:
        return Schedule(changes_on=changes_on)
    gap = _gap(intervals, index, last_touch_on, workdays)
    awake = max((rest.until_on + DAY for rest in of_this_gap(rests, gap.start)), default=date.min)
    return Schedule(
        every_days=intervals[index].every_days,
        counts_from=gap.start,
        base_due_on=gap.due_on,
        due_on=max(gap.due_on, awake),
        overdue_from=max(gap.due_on + (gap.grace + 1) * DAY, awake),
        changes_on=changes_on,
    )


def state(
    *,
    today: date,
    paused: bool,
    due_on: date | None,
    overdue_from: date | None,
    last_touch_on: date | None,
    ended: bool = False,
    every_days: int | None = None,
    booked_on: date | None = None,
) -> State:
    """What to call it.

    A meeting that they accepted and that is near says that the talk will come, so nothing nags meanwhile: *booked*
    takes the place of *due*, and of *overdue* as long as the meeting lies ahead.
    """
    if ended:
        return State.ENDED
    if paused:
        return State.PAUSED
    if due_on is None or overdue_from is None:
        return State.NO_CADENCE
    if today >= due_on and is_booked(today, booked_on, every_days):
        return State.BOOKED
    if today >= overdue_from:
        return State.OVERDUE
    if today >= due_on:
        return State.DUE
    return State.NEW if last_touch_on is None else State.IN_TOUCH


def is_booked(today: date, booked_on: date | None, every_days: int | None) -> bool:
    """Whether an accepted meeting is near: today or within half the interval, and never further off than a week."""
    if booked_on is None or every_days is None:
        return False
    return today <= booked_on <= today + min(every_days // 2, NEAR_DAYS) * DAY


@dataclass(frozen=True, slots=True)
class Stood:
    """What it was on a day, and how often to be in touch was agreed; ``None`` where nobody said, or it rested."""

    state: State
    every_days: int | None = None


def stood_on(
    days: Sequence[date],
    *,
    begun_on: date,
    touches: Collection[date],
    intervals: Sequence[Interval],
    rests: Sequence[Rest] = (),
    paused: Sequence[tuple[date, date | None]] = (),
    ended: Sequence[tuple[date, date | None]] = (),
    workdays: Collection[int] = WEEKDAYS,
) -> list[Stood | None]:
    """What it was on each of these days, as the record tells it by now; nothing before ``begun_on``.

    ``paused`` and ``ended`` are spans: from a day on, up to before another, if it is over. A snooze speaks for the days
    from the one on which it was made. Which meetings were near is not told, so none was booked.
    """
    happened = {*touches, *(rest.from_on for rest in rests), *(interval.starts_on for interval in intervals)}
    happened |= {interval.ends_on + DAY for interval in intervals if interval.ends_on is not None}
    begins, touched = sorted(happened), sorted(touches)
    # Between two days on which something happened the dates stand still, so they are reckoned once.
    still: dict[int, tuple[date | None, Schedule]] = {}

    def stood(day: date) -> Stood | None:
        if day < begun_on:
            return None
        span = bisect_right(begins, day)
        if span not in still:
            before = bisect_right(touched, day)
            last = touched[before - 1] if before else None
            made = [rest for rest in rests if rest.from_on <= day]
            still[span] = (
                last,
                schedule(today=day, last_touch_on=last, intervals=intervals, rests=made, workdays=workdays),
            )
        last, dates = still[span]
        found = state(
            today=day,
            paused=_holds(paused, day),
            ended=_holds(ended, day),
            due_on=dates.due_on,
            overdue_from=dates.overdue_from,
            last_touch_on=last,
        )
        return Stood(found, None if found in (State.PAUSED, State.ENDED) else dates.every_days)

    return [stood(day) for day in days]


def _holds(spans: Sequence[tuple[date, date | None]], day: date) -> bool:
    return any(since <= day and (until is None or day < until) for since, until in spans)


def lateness(days_late: int, every_days: int) -> float:
    """Days late in units of the agreed interval, so that a week's silence weighs more for a weekly partner."""
    return days_late / every_days


@dataclass(frozen=True, slots=True)
class Adherence:
    """Of the days from ``first`` to ``last`` on which a rhythm counted, those in rhythm."""

    first: date
    last: date
    in_rhythm: int = 0
    counted: int = 0

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means every day. Only where days counted."""
        return 100 * self.in_rhythm // self.counted


def adherence(
    *,
    first: date,
    last: date,
    touches: Collection[date],
    intervals: Sequence[Interval],
    rests: Sequence[Rest] = (),
    halted: Sequence[tuple[date, date]] = (),
    workdays: Collection[int] = WEEKDAYS,
) -> Adherence:
    """How many days were in rhythm: those on which, as things stood that day, no check-in was overdue.

    ``touches`` are the days of two-way contact, with the last one before ``first``. Days before the first agreement
    and days on which none holds do not count, nor do those of ``halted``: from a day on, up to before another. A snooze
    speaks for the days from the one on which it was made.
    Between two days on which something happened the dates stand still, so each such span is reckoned at once.
    """
    first = max(first, min((interval.starts_on for interval in intervals), default=first))
    happened = {first, *touches, *(rest.from_on for rest in rests), *(interval.starts_on for interval in intervals)}
    happened |= {interval.ends_on + DAY for interval in intervals if interval.ends_on is not None}
    begins = sorted(day for day in happened if first <= day <= last)
    touched = sorted(touches)
    still = _apart(halted)
    in_rhythm = counted = 0
    for begin, end in pairwise([*begins, last + DAY]):
        before = bisect_right(touched, begin)
        dates = schedule(
            today=begin,
            last_touch_on=touched[before - 1] if before else None,
            intervals=intervals,
            rests=[rest for rest in rests if rest.from_on <= begin],
            workdays=workdays,
        )
        if dates.overdue_from is not None:
            counted += _days(begin, end, still)
            in_rhythm += _days(begin, min(end, dates.overdue_from), still)
    return Adherence(first, last, in_rhythm, counted)


def _apart(spans: Sequence[tuple[date, date]]) -> list[tuple[date, date]]:
    """The same days, none of them in two spans."""
    apart: list[tuple[date, date]] = []
    for begin, end in sorted(spans):
        if apart and begin <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(apart[-1][1], end))
        else:
            apart.append((begin, end))
    return apart


def _days(begin: date, end: date, without: Sequence[tuple[date, date]]) -> int:
    """How many days there are from one on up to before another, without some."""
    if end <= begin:
        return 0
    inside = (min(end, until) - max(begin, since) for since, until in without if since < end and until > begin)
    return (end - begin).days - sum(span.days for span in inside)
