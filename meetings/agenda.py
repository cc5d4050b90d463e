"""The agenda of a meeting (pure): what could go on it, in which order and why, and what people made of it.

All days are local dates of the relationship's zone, all lengths are in minutes. First what is critical, then what is
late, the longest first, then what was carried over most often. What people pinned, moved or dropped stays as they
left it; the machine orders only the rows that nobody has touched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import IntEnum
from itertools import accumulate

from relationships import cadence
from relationships.cadence import Interval, Rest
from relationships.feedback import DAYS_TO_ANSWER
from relationships.notes import Side

DAY = timedelta(days=1)
# A promise due within so many days after the meeting is still spoken about at it.
SOON_DAYS = 7
# A length to ask for is a multiple of so many minutes.
ROUND_MINUTES = 5


class Kind(IntEnum):
    """Where an item comes from, in the order in which they stand where nothing else tells them apart.

    Whether it is critical, late or carried over is said of the item and not of its kind; ``CARRIED`` is what has no
    other source than an earlier agenda.
    """

    PROBLEM = 0
    OUR_PROMISE = 1
    THEIR_PROMISE = 2
    FEEDBACK = 3
    CARRIED = 4
    WRITTEN = 5
    OUTLINE = 6
    RHYTHM = 7
    CRITERION = 8
    TOPIC = 9
    PLAY = 10
    VIEW = 11


# What people have written: it goes when they say so, and not because no source names it.
BY_HAND = frozenset({Kind.CARRIED, Kind.WRITTEN})
MINUTES = {
    Kind.PROBLEM: 10,
    Kind.OUR_PROMISE: 5,
    Kind.THEIR_PROMISE: 5,
    Kind.FEEDBACK: 8,
    Kind.CARRIED: 5,
    Kind.WRITTEN: 5,
    Kind.OUTLINE: 5,
    Kind.RHYTHM: 5,
    Kind.CRITERION: 5,
    Kind.TOPIC: 8,
    Kind.PLAY: 8,
    Kind.VIEW: 8,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that could be spoken about. ``key`` names what it is about, once over all kinds: *promise:12*.

    ``side`` is who brought it. It is late once the day ``due_on`` is over. ``since`` is the day from which it counts: a
    problem was opened, feedback heard, a topic last talked about, a promise broken. ``carried`` is how many meetings
    had it on their agenda and did not come to it, the first of them on ``carried_from``. Without ``minutes`` it takes
    as long as its kind does.
    """

    key: str
    kind: Kind
    relationship: int
    side: Side = Side.OURS
    critical: bool = False
    due_on: date | None = None
    since: date | None = None
    carried: int = 0
    carried_from: date | None = None
    minutes: int | None = None

    @property
    def takes(self) -> int:
        """Minutes."""
        return MINUTES[self.kind] if self.minutes is None else self.minutes


@dataclass(frozen=True, slots=True)
class Reason:
    """Why it stands where it does; ``agenda_words`` says it.

    ``late``: days since ``due_on`` was over, 0 while it is not. ``waits``: days since ``since``, none where that is not
    known. ``before``: it falls due between today and the meeting.
    """

    kind: Kind
    side: Side
    critical: bool
    late: int
    due_on: date | None
    waits: int | None
    since: date | None
    before: bool
    carried: int
    carried_from: date | None


def days_late(candidate: Candidate, today: date) -> int:
    return 0 if candidate.due_on is None else max(0, (today - candidate.due_on).days)


def reason(candidate: Candidate, today: date, meets_on: date | None = None) -> Reason:
    due_on, since = candidate.due_on, candidate.since
    return Reason(
        kind=candidate.kind,
        side=candidate.side,
        critical=candidate.critical,
        late=days_late(candidate, today),
        due_on=due_on,
        waits=None if since is None else max(0, (today - since).days),
        since=since,
        before=due_on is not None and meets_on is not None and today <= due_on < meets_on,
        carried=candidate.carried,
        carried_from=candidate.carried_from,
    )


def answer_due_on(heard_on: date) -> date:
    """The last day on which an answer to feedback does not yet count as one that was waited for long."""
    return heard_on + (DAYS_TO_ANSWER - 1) * DAY


# The order -----------------------------------------------------------------------------------------------------------

Place = tuple[bool, int, int, Kind, date, str]


def place(candidate: Candidate, today: date) -> Place:
    """Smaller stands higher. Two of different keys never have the same."""
    day = candidate.due_on or candidate.since or date.max
    return (
        not candidate.critical,
        -days_late(candidate, today),
        -candidate.carried,
        candidate.kind,
        day,
        candidate.key,
    )


def rank(candidates: Iterable[Candidate], today: date) -> tuple[Candidate, ...]:
    """Each key once, in the order of priority; in which order they come in does not matter."""
    by_key: dict[str, Candidate] = {}
    for one in sorted(candidates, key=lambda one: _freshness(one, today)):
        by_key[one.key] = _counted(by_key[one.key], one) if one.key in by_key else one
    return tuple(sorted(by_key.values(), key=lambda one: place(one, today)))


def _freshness(one: Candidate, today: date) -> tuple[object, ...]:
    """Of two with one key the facts are of the one carried less often: that comes straight from its source."""
    since, first = one.since or date.max, one.carried_from or date.max
    return (one.carried, place(one, today), since, first, one.side, one.relationship, one.takes, one.minutes is None)


def _counted(facts: Candidate, other: Candidate) -> Candidate:
    """The facts of the one, the count of whichever was carried more often."""
    first = min((day for day in (facts.carried_from, other.carried_from) if day is not None), default=None)
    return replace(facts, carried=max(facts.carried, other.carried), carried_from=first)


# What people made of it ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """An item on the agenda. ``pinned_at`` is the place, from 0, that it keeps; ``moved`` where a person put it.

    ``settled``: no source names it any more, but as somebody had put it where it is, it waits to be dropped.
    """

    candidate: Candidate
    minutes: int
    moved: bool = False
    pinned_at: int | None = None
    settled: bool = False

    @property
    def key(self) -> str:
        return self.candidate.key

    @property
    def untouched(self) -> bool:
        return not self.moved and self.pinned_at is None


@dataclass(frozen=True, slots=True)
class Agenda:
    """The rows as they stand, and those that people dropped, which come back only by hand. No key stands twice."""

    rows: tuple[Row, ...] = ()
    dropped: tuple[Row, ...] = ()
    by_key: dict[str, Row] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_key = {row.key: row for row in (*self.rows, *self.dropped)}
        if len(by_key) < len(self.rows) + len(self.dropped):
            raise ValueError("an item stands twice on one agenda")
        object.__setattr__(self, "by_key", by_key)


def merge(agenda: Agenda, candidates: Iterable[Candidate], today: date) -> Agenda:
    """The agenda with what is new at its ranked place. ``candidates`` are all that there are now.

    Pinned rows keep their place, moved ones theirs among their neighbours. Of the untouched ones, which always stand
    in order of priority, those move whose facts have put them out of it, as few as can be; those that no source names
    any more go. What was dropped stays out.
    """
    fresh = {one.key: one for one in rank(candidates, today)}
    rows = [_seen(row, fresh.get(row.key)) for row in agenda.rows]
    loose = [row for row in rows if row.pinned_at is None and not (row.settled and row.untouched)]
    arriving = [Row(one, one.takes) for one in fresh.values() if one.key not in agenda.by_key]

    untouched = [row for row in loose if row.untouched]
    staying = {row.key for row in _longest_in_order(untouched, today)}
    arriving += [row for row in untouched if row.key not in staying]
    loose = [row for row in loose if row.moved or row.key in staying]
    for row in sorted(arriving, key=lambda row: place(row.candidate, today)):
        _insert(loose, row, today)
    return Agenda(
        _laid([*loose, *(row for row in rows if row.pinned_at is not None)]),
        tuple(_seen(row, fresh.get(row.key)) for row in agenda.dropped),
    )


def _seen(row: Row, now: Candidate | None) -> Row:
    """The row with the facts of now; the minutes and the count stay, and of what people wrote whose it is."""
    if now is None:
        return replace(row, settled=row.candidate.kind not in BY_HAND)
    if row.candidate.kind in BY_HAND and now.kind in BY_HAND:
        now = replace(now, side=row.candidate.side)
    return replace(row, candidate=_counted(now, row.candidate), settled=False)


def _longest_in_order(rows: Sequence[Row], today: date) -> list[Row]:
    """The most rows that stand in order of priority already, so that the fewest have to move."""
    places = [place(row.candidate, today) for row in rows]
    # For each row the longest such line that ends with it.
    lines: list[list[Row]] = []
    for index, row in enumerate(rows):
        before = (lines[other] for other in range(index) if places[other] < places[index])
        lines.append([*max(before, key=len, default=[]), row])
    return max(lines, key=len, default=[])


def _insert(rows: list[Row], new: Row, today: date) -> None:
    """Below every untouched row that comes before it; from there on above the first that comes after it."""
    own = place(new.candidate, today)
    places = [place(row.candidate, today) for row in rows]
    above = (index + 1 for index, row in enumerate(rows) if row.untouched and places[index] < own)
    lowest = max(above, default=0)
    rows.insert(next((index for index in range(lowest, len(rows)) if places[index] > own), len(rows)), new)


def _laid(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The pinned rows at their places, the others around them in their order.

    Beyond the end a pinned row stands last; of two pinned at one place the second stands below the first.
    """
    laid = [row for row in rows if row.pinned_at is None]
    taken = -1
    for at, row in sorted(((row.pinned_at, row) for row in rows if row.pinned_at is not None), key=_pin):
        taken = max(at, taken + 1)
        laid.insert(taken, row)
    return tuple(laid)


def _pin(pinned: tuple[int, Row]) -> tuple[int, str]:
    return (pinned[0], pinned[1].key)


def move(agenda: Agenda, key: str, to: int) -> Agenda:
    """The row at another place, from 0. A pinned one is pinned there; the other pinned ones stay where they are."""
    row, others = _taken_out(agenda.rows, key)
    to = max(0, min(to, len(others)))
    moved = replace(row, moved=True) if row.pinned_at is None else replace(row, pinned_at=to)
    return replace(agenda, rows=_laid([*others[:to], moved, *others[to:]]))


def pin(agenda: Agenda, key: str, at: int | None = None) -> Agenda:
    """The row kept at a place, from 0: at the one where it stands, if none is named."""
    index = next(index for index, row in enumerate(agenda.rows) if row.key == key)
    row, others = _taken_out(agenda.rows, key)
    at = index if at is None else max(0, min(at, len(others)))
    return replace(agenda, rows=_laid([*others[:at], replace(row, pinned_at=at), *others[at:]]))


def unpin(agenda: Agenda, key: str) -> Agenda:
    """The row stays where a person has put it, but no longer at that number."""
    rows = (replace(row, pinned_at=None, moved=True) if row.key == key else row for row in agenda.rows)
    return replace(agenda, rows=_laid(list(rows)))


def drop(agenda: Agenda, key: str) -> Agenda:
    row, others = _taken_out(agenda.rows, key)
    return Agenda(_laid(others), (*agenda.dropped, row))


def put_back(agenda: Agenda, key: str, today: date) -> Agenda:
    """What was dropped, at its ranked place again, as if nobody had touched it."""
    row, others = _taken_out(agenda.dropped, key)
    loose = [other for other in agenda.rows if other.pinned_at is None]
    _insert(loose, replace(row, moved=False, pinned_at=None), today)
    return Agenda(_laid([*loose, *(other for other in agenda.rows if other.pinned_at is not None)]), tuple(others))


def _taken_out(rows: Sequence[Row], key: str) -> tuple[Row, list[Row]]:
    """The row of this key, and the others. A key that is not there is a mistake of the caller."""
    found = next((row for row in rows if row.key == key), None)
    if found is None:
        raise KeyError(key)
    return found, [row for row in rows if row.key != key]


def kept_in_time(agenda: Agenda, length: int) -> tuple[Agenda, tuple[Row, ...]]:
    """The agenda without what could only come after its time, and those rows: they could go on if one makes room.

    The first row that does not fit stays, so that one sees what the time cuts off. What is critical stays, and what
    people wrote, moved or pinned: only they take it off.
    """
    fitting = fits([row.minutes for row in agenda.rows], length).fitting
    waiting = tuple(
        row
        for row in agenda.rows[fitting + 1 :]
        if row.untouched and not row.candidate.critical and row.candidate.kind not in BY_HAND
    )
    keys = {row.key for row in waiting}
    return replace(agenda, rows=tuple(row for row in agenda.rows if row.key not in keys)), waiting


def take_up(agenda: Agenda, row: Row) -> Agenda:
    """A row that there was no time for, put last by a person, so that it stays."""
    return replace(agenda, rows=_laid([*agenda.rows, replace(row, moved=True)]))


def carry(undone: Iterable[Row], held_on: date) -> tuple[Candidate, ...]:
    """What a meeting did not come to, for the next one, carried once more. Minutes stay as people set them.

    What has a source keeps its kind, as that says more; what was written by hand is from now on carried over.
    """
    return tuple(
        replace(
            row.candidate,
            kind=Kind.CARRIED if row.candidate.kind in BY_HAND else row.candidate.kind,
            carried=row.candidate.carried + 1,
            carried_from=row.candidate.carried_from or held_on,
            minutes=row.minutes,
        )
        for row in undone
    )


# The time ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fit:
    """``total`` of the items and ``length`` of the meeting in minutes; the first ``fitting`` rows end within it."""

    total: int
    length: int
    fitting: int

    @property
    def over(self) -> int:
        """Minutes that are missing."""
        return max(0, self.total - self.length)

    @property
    def enough(self) -> int:
        """A round number of minutes in which all of it fits."""
        return -(-self.total // ROUND_MINUTES) * ROUND_MINUTES


def fits(minutes: Sequence[int], length: int) -> Fit:
    """Items are spoken about in their order, so after the first that does not fit none does."""
    return Fit(sum(minutes), length, sum(end <= length for end in accumulate(minutes)))


# When the next one is to be ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Talks:
    """What the rhythm follows from, as ``cadence.schedule`` reads it."""

    last_touch_on: date | None
    intervals: Sequence[Interval]
    rests: Sequence[Rest] = ()
    workdays: Collection[int] = cadence.WEEKDAYS

    def schedule(self, today: date) -> cadence.Schedule:
        return cadence.schedule(
            today=today,
            last_touch_on=self.last_touch_on,
            intervals=self.intervals,
            rests=self.rests,
            workdays=self.workdays,
        )

    def after(self, planned_on: date) -> Talks:
        """As if a meeting that is planned had been held."""
        return replace(self, last_touch_on=max(planned_on, self.last_touch_on or planned_on))


def when_next(talks: Talks, today: date, planned: Collection[date] = ()) -> date | None:
    """The day to propose: the last working day on which the check-in is not past due, tomorrow at the earliest.

    Nobody can be asked for a day that is over, so an overdue one is proposed for the next working day. Meetings that
    are planned for today or later stand for talks as long as each comes in time for the rhythm; before the first that
    does not, it leaves a gap, and the day to propose lies in that. None where no rhythm is agreed.
    """
    begin = today
    for on in sorted(planned):
        if on < today:
            continue
        day = _proposed(talks, begin)
        if day is not None and on > day and not _comes_in_time(talks, begin, on):
            return day
        talks, begin = talks.after(on), on
    return _proposed(talks, begin)


def _comes_in_time(talks: Talks, begin: date, on: date) -> bool:
    """Within the grace, or so near that the partner counts as booked: then nobody is asked for a day before it."""
    return not days_too_late(talks, on) or cadence.is_booked(begin, on, talks.schedule(begin).every_days)


def _proposed(talks: Talks, begin: date) -> date | None:
    last = _last_day_in_time(talks, begin)
    if last is None:
        return None
    day = last
    while day > begin and day.weekday() not in talks.workdays:
        day -= DAY
    return day if day > begin else next_workday(begin, talks.workdays)


def next_workday(after: date, workdays: Collection[int]) -> date:
    day = after + DAY
    while day.weekday() not in workdays:
        day += DAY
    return day


def _last_day_in_time(talks: Talks, begin: date) -> date | None:
    """The last day that is not past due as the agreements of that day say: the next one may ask for it sooner."""
    at = begin
    while True:
        dates = talks.schedule(at)
        ends = dates.changes_on
        if dates.due_on is not None and (ends is None or dates.due_on + DAY < ends):
            return max(dates.due_on, at - DAY)
        if ends is None:
            return None
        at = ends


def days_too_late(talks: Talks, day: date) -> int:
    """How many days past due a meeting on a day would be, if nobody talked until then; 0 as long as it is in time.

    In time is up to the end of the grace, as the agreement that holds on that day says.
    """
    dates = talks.schedule(day)
    if dates.due_on is None or dates.overdue_from is None or day < dates.overdue_from:
        return 0
    return (day - dates.due_on).days
