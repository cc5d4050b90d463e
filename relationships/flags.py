"""Flags (pure): alarms for one pattern each; what turns one on, what turns it off, and the rows that gave rise to it.

Source: ``health.md`` of the design, section *Flags*. A flag has two thresholds: it comes on where the one is passed and
stays until the other is, so a value between them changes nothing. Masses fade by half in H days, and so does ``n``
where it stands in a formula. The least evidence that a flag needs is asked of rows counted whole: else it would be mute
where contact thins out, which is when it is wanted. All days are local dates of the relationship's zone; T is the
interval in days, G the slack of the score.

*Overdue* is the state of the rhythm and kept there; it stands here for its place among the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from relationships.evidence import Kind
from relationships.health import Gap, Rhythm, slack

DAY = timedelta(days=1)
# A row weighs 1/256 after so many half-lives; older ones are neither read nor counted.
WINDOW = 8
# A share does not fade with its rows: it says nothing any more once less than this is left of all of them.
LEFT = 0.5
# No flag turns by itself later than so many days from now.
FAR = 3660
SIDES = ("ours", "theirs")


class Flag(StrEnum):
    """The worst first: what was agreed, what is hard to win back, what announced an end, what makes one likelier."""

    OVERDUE = "overdue"
    TRUST_ERODING = "trust_eroding"
    GOING_QUIET = "going_quiet"
    ONLY_TROUBLE = "only_trouble"
    MAY_LEAVE = "may_leave"
    FAIR_WEATHER = "fair_weather"
    SINGLE_THREADED = "single_threaded"
    ONE_SIDED = "one_sided"


WORST_FIRST = tuple(Flag)


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a flag comes on, where it goes off, the half-life of its rows and how many it needs at the least."""

    on: float
    off: float
    half: int = 0
    least: int = 0


RULES = {
    # The chance that nobody is in touch for another T + G days. Its half-life is 2T, and 30 days at least.
    Flag.GOING_QUIET: Rule(on=0.5, off=0.4, half=30, least=5),
    # How far what was missed lies beyond what is usual, in standard errors.
    Flag.TRUST_ERODING: Rule(on=1.6, off=1.0, half=60, least=3),
    # The share of contact that followed a problem.
    Flag.ONLY_TROUBLE: Rule(on=0.6, off=0.45, half=60, least=5),
    # Troubles that nobody spoke about.
    Flag.FAIR_WEATHER: Rule(on=2, off=2),
    # The difference between the sides, in standard errors.
    Flag.ONE_SIDED: Rule(on=2.0, off=1.5, half=90, least=4),
    # How many people of theirs the contact hangs on: beneath it comes on, above it goes off.
    Flag.SINGLE_THREADED: Rule(on=1.5, off=2.0, half=120, least=5),
    # Reasons why somebody who is satisfied may leave.
    Flag.MAY_LEAVE: Rule(on=1, off=1),
}
# Of a hundred things due so many are missed where nothing is wrong.
USUALLY_MISSED = 0.12
MISSED = {Kind.PROMISE_BROKEN: 1.0, Kind.PROMISE_LATE: 0.6, Kind.FEEDBACK_IGNORED: 0.5}
OUTCOMES = {*MISSED, Kind.PROMISE_KEPT, Kind.PROMISE_KEPT_LATE, Kind.FEEDBACK_ANSWERED}
# A contact on one of so many days after a problem was opened is about it.
AFTER_A_PROBLEM = timedelta(days=3)
# A trouble that nobody was in touch about within so many days is passed over.
TO_ADDRESS = timedelta(days=7)
PROBLEM_LATE = "problem_late"
# Satisfied but may leave.
SATISFIED, CHOOSES_AGAIN = 4.0, 3.0
GIVING_STOPPED = 120
SEEN_WITHIN = 3
SATISFACTION, CHOOSE_AGAIN, SEEN = "satisfaction", "choose_again", "decision_maker_seen"
# An answer says something of so many days; a year later it has to be asked again.
ANSWER_HOLDS = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Contact:
    """A two-way contact: its day, who began it, and whom of theirs it was with, by name."""

    day: date
    pk: int = 0
    begun_by: str = "unknown"
    people: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A promise kept, late or broken, or feedback answered or ignored; ``source`` names the promise or the feedback."""

    kind: Kind
    side: str
    day: date
    source: tuple[str, int]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem, or a reading off its target: when it was opened, from when it was late, and since when it is over."""

    opened_on: date
    late_from: date
    over_on: date | None = None
    source: tuple[str, int] = ("", 0)
    is_problem: bool = True

    def is_over(self, day: date) -> bool:
        return self.over_on is not None and self.over_on <= day


@dataclass(frozen=True, slots=True)
class Fact:
    """Something of theirs on a day: an answer with its rating from 1 to 5, somebody seen, something given.

    ``what`` is the question, ``SEEN``, or the kind of evidence; ``who`` said it, was seen or gave it.
    """

    day: date
    value: float = 0.0
    source: tuple[str, int] = ("", 0)
    who: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What they were asked and how they behave: their newest answers, who decides seen last, what they gave last.

    ``begun_on`` is since when somebody who decides could have been seen; where none is ``named``, whether they were
    is not known. On ``moves_on``, the next such day, one of them comes or goes.
    """

    satisfaction: Fact | None = None
    choose_again: Fact | None = None
    seen: Fact | None = None
    gave: Fact | None = None
    begun_on: date | None = None
    named: bool = True
    moves_on: date | None = None


class Reason(StrEnum):
    """Why somebody who is satisfied may leave all the same."""

    UNSEEN = "unseen"
    GIVES_NO_MORE = "gives_no_more"
    CHOOSES_OTHERS = "chooses_others"


@dataclass(frozen=True)
class Record:
    """All that flags read of a relationship; ``stopped`` where it is paused, over or removed: then it has none."""

    contacts: Sequence[Contact] = ()
    outcomes: Sequence[Outcome] = ()
    troubles: Sequence[Trouble] = ()
    rhythm: Rhythm = field(default_factory=Rhythm)
    said: Said | None = None
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Because:
    """A row that a flag rests on: its day, what it is, whose, what it weighs today, and whether it speaks for it."""

    day: date
    what: str
    source: tuple[str, int]
    weight: float = 1.0
    side: str = ""
    speaks: bool = True
    people: frozenset[str] = frozenset()
    rating: float = 0.0


@dataclass(frozen=True, slots=True)
class Measure:
    """Where a flag stands on a day: its value, whether it comes on, whether it goes off, and what it rests on.

    ``n`` is how many rows of evidence are left of the ``counted`` ones, as they fade.
    """

    flag: Flag
    value: float
    on: bool
    off: bool
    n: float = 0.0
    counted: int = 0
    side: str = ""
    rows: tuple[Because, ...] = ()

    def stands(self, *, before: bool) -> bool:
        """Between the thresholds what was stays."""
        return not self.off if before else self.on


Key = tuple[Flag, str]


def half_life(flag: Flag, every_days: int | None) -> int:
    """H in days; of *going quiet* it follows the rhythm."""
    return max(30, 2 * (every_days or 0)) if flag is Flag.GOING_QUIET else RULES[flag].half


def window(every_days: int | None) -> int:
    """How many days back rows are read: until they weigh 1/256 in whichever flag forgets last."""
    return WINDOW * max(half_life(flag, every_days) for flag in RULES)


def fading(day: date, today: date, half: int) -> float:
    return math.exp2(-(today - day).days / half)


def count(days: Iterable[date], today: date, half: int) -> int:
    """How many are there to go by, each counted whole for as long as it weighs anything."""
    return sum((today - day).days <= WINDOW * half for day in days)


# Each flag by itself -----------------------------------------------------------------------------------------------


def silence_chance(days: Collection[date], today: date, every_days: int) -> float:
    """The gamma–Poisson chance of no contact in the next T + G days, of contact days that fade.

    ``p = ((T+E)/(T+E+h))^(1+N)``: N contact days were seen in E days' time, before which one in T days was expected.
    """
    half, ahead = half_life(Flag.GOING_QUIET, every_days), every_days + slack(every_days)
    seen = sum(fading(day, today, half) for day in days)
    lasted = half / math.log(2) * (1 - fading(min(days), today, half)) if days else 0.0
    return math.pow((every_days + lasted) / (every_days + lasted + ahead), 1 + seen)


def going_quiet(record: Record, today: date, every_days: int | None) -> Measure:
    """More likely silent than not, where the rhythm is missed already."""
    rule, contacts = RULES[Flag.GOING_QUIET], _past(record.contacts, today)
    days = {one.day for one in contacts}
    if not days or every_days is None:
        return Measure(Flag.GOING_QUIET, 0.0, on=False, off=True)
    chance = silence_chance(days, today, every_days)
    awake = record.rhythm.awake(Gap(max(days)), today)
    silent = sum((last - first).days + 1 for first, last in awake)
    half = half_life(Flag.GOING_QUIET, every_days)
    return Measure(
        Flag.GOING_QUIET,
        chance,
        on=chance >= rule.on and silent > every_days and len(days) >= rule.least,
        off=chance < rule.off,
        n=len(days),
        counted=len(days),
        rows=_of_contacts(contacts, today, half),
    )


def trust_eroding(record: Record, today: date, side: str) -> Measure:
    """One side misses more of what it promised, or was told, than is usual.

    Each promise and each feedback counts once, for the worst that became of it, on the day of that.
    """
    rule = RULES[Flag.TRUST_ERODING]
    worst: dict[tuple[str, int], Outcome] = {}
    for one in record.outcomes:
        if one.side == side and one.day <= today and one.kind in OUTCOMES:
            kept = worst.get(one.source)
            worst[one.source] = one if kept is None else max(kept, one, key=_badness)
    rows = tuple(
        Because(
            one.day,
            one.kind,
            one.source,
            fading(one.day, today, rule.half) * MISSED.get(one.kind, 1.0),
            side,
            one.kind in MISSED,
        )
        for one in sorted(worst.values(), key=lambda one: (one.day, one.source), reverse=True)
    )
    n = math.fsum(fading(one.day, today, rule.half) for one in worst.values())
    bad = math.fsum(row.weight for row in rows if row.speaks)
    spread = math.sqrt(USUALLY_MISSED * (1 - USUALLY_MISSED) * (n + 1))
    z = (bad - USUALLY_MISSED * n) / spread
    counted = count((one.day for one in worst.values()), today, rule.half)
    return Measure(
        Flag.TRUST_ERODING,
        z,
        on=z >= rule.on and counted >= rule.least,
        off=z < rule.off,
        n=n,
        counted=counted,
        side=side,
        rows=rows,
    )


def _badness(one: Outcome) -> tuple[float, date, str]:
    return MISSED.get(one.kind, 0.0), one.day, one.kind


def only_trouble(record: Record, today: date) -> Measure:
    """Nearly all contact follows a problem."""
    rule = RULES[Flag.ONLY_TROUBLE]
    opened = [one.opened_on for one in record.troubles if one.is_problem and one.opened_on <= today]
    rows = _of_contacts(
        _past(record.contacts, today),
        today,
        rule.half,
        lambda one: any(day <= one.day <= day + AFTER_A_PROBLEM for day in opened),
    )
    by_day = {row.day: row for row in rows}
    n = math.fsum(row.weight for row in by_day.values())
    share = _rounded(math.fsum(row.weight for row in by_day.values() if row.speaks) / n) if n else 0.0
    counted = count(by_day, today, rule.half)
    return Measure(
        Flag.ONLY_TROUBLE,
        share,
        on=share >= rule.on and counted >= rule.least and n >= LEFT,
        off=share < rule.off or n < LEFT,
        n=n,
        counted=counted,
        rows=rows,
    )


def _rounded(share: float) -> float:
    """A share stays as its rows fade, and must not seem to pass a threshold by the last digit of a double."""
    return round(share, 9)


def fair_weather(record: Record, today: date) -> Measure:
    """Troubles are passed over while contact goes on: two of them late, and nobody was in touch within a week."""
    rule = RULES[Flag.FAIR_WEATHER]
    days = sorted({one.day for one in _past(record.contacts, today)})
    passed = [
        one
        for one in record.troubles
        if one.late_from + TO_ADDRESS < today
        and not one.is_over(today)
        and not any(one.late_from <= day <= one.late_from + TO_ADDRESS for day in days)
    ]
    first = min((one.late_from for one in passed), default=today)
    goes_on = any(day > first for day in days)
    rows = tuple(
        Because(one.late_from, PROBLEM_LATE if one.is_problem else Kind.KPI_READING, one.source)
        for one in sorted(passed, key=lambda one: (one.late_from, one.source), reverse=True)
    )
    return Measure(
        Flag.FAIR_WEATHER,
        len(passed),
        on=len(passed) >= rule.on and goes_on,
        off=len(passed) < rule.off,
        n=len(passed),
        counted=len(passed),
        rows=rows,
    )


def one_sided(record: Record, today: date) -> Measure:
    """One side begins nearly all of it. Of a week one contact that a side began counts, as in the ledger."""
    rule = RULES[Flag.ONE_SIDED]
    newest: dict[tuple[str, int, int], Contact] = {}
    for one in _past(record.contacts, today):
        if one.begun_by in SIDES:
            newest[one.begun_by, *one.day.isocalendar()[:2]] = one
    weights = {key: fading(one.day, today, rule.half) for key, one in newest.items()}
    given = {side: math.fsum(weight for key, weight in weights.items() if key[0] == side) for side in SIDES}
    n = math.fsum(weights.values())
    value = abs(given["ours"] - given["theirs"]) / math.sqrt(n + 1)
    more = max(SIDES, key=lambda side: given[side])
    rows = tuple(
        Because(one.day, Kind.INITIATIVE, ("", one.pk), weights[key], key[0], key[0] == more, one.people)
        for key, one in sorted(newest.items(), key=lambda found: (found[1].day, found[1].pk), reverse=True)
    )
    counted = count((one.day for one in newest.values()), today, rule.half)
    return Measure(
        Flag.ONE_SIDED,
        value,
        on=value >= rule.on and counted >= rule.least,
        off=value < rule.off,
        n=n,
        counted=counted,
        rows=rows,
    )


def shares(record: Record, today: date) -> dict[str, float]:
    """Of the contact with people of theirs who were named, the share of each. A day with somebody counts once."""
    half = RULES[Flag.SINGLE_THREADED].half
    met = {(who, one.day) for one in _past(record.contacts, today) for who in one.people}
    weights: dict[str, list[float]] = {}
    for who, day in met:
        weights.setdefault(who, []).append(fading(day, today, half))
    whole = math.fsum(weight for found in weights.values() for weight in found)
    return {who: math.fsum(found) / whole for who, found in sorted(weights.items())} if whole else {}


def single_threaded(record: Record, today: date) -> Measure:
    """All of it hangs on one person of theirs: ``1/Σp²`` people carry it."""
    rule = RULES[Flag.SINGLE_THREADED]
    named = [one for one in _past(record.contacts, today) if one.people]
    days = sorted({one.day for one in named})
    n, counted = math.fsum(fading(day, today, rule.half) for day in days), count(days, today, rule.half)
    if not named:
        return Measure(Flag.SINGLE_THREADED, 0.0, on=False, off=True)
    found = shares(record, today)
    carry = _rounded(1 / math.fsum(share * share for share in found.values()))
    main = max(found, key=lambda who: found[who])
    return Measure(
        Flag.SINGLE_THREADED,
        carry,
        on=carry < rule.on and counted >= rule.least and n >= LEFT,
        off=carry >= rule.off or n < LEFT,
        n=n,
        counted=counted,
        rows=_of_contacts(named, today, rule.half, lambda one: main in one.people),
    )


def holds(day: date, today: date) -> bool:
    """What was said on a day still says something of today: within twelve months."""
    return day <= today <= day + ANSWER_HOLDS


def current(fact: Fact | None, today: date) -> Fact | None:
    """An answer as long as it holds."""
    return fact if fact is not None and holds(fact.day, today) else None


def is_satisfied(said: Said, today: date) -> bool | None:
    """None where they were not asked within twelve months."""
    answer = current(said.satisfaction, today)
    return None if answer is None else answer.value >= SATISFIED


def reasons(said: Said, today: date, every_days: int | None) -> tuple[Reason, ...]:
    """Why they may leave, satisfied or not; what is not known is no reason."""
    seen = said.seen.day if said.seen else said.begun_on
    again = current(said.choose_again, today)
    found = {
        Reason.UNSEEN: said.named
        and every_days is not None
        and (seen is None or (today - seen).days > SEEN_WITHIN * every_days),
        Reason.GIVES_NO_MORE: said.gave is not None and (today - said.gave.day).days > GIVING_STOPPED,
        Reason.CHOOSES_OTHERS: again is not None and again.value <= CHOOSES_AGAIN,
    }
    return tuple(one for one, holds_true in found.items() if holds_true)


def may_leave(record: Record, today: date, every_days: int | None) -> Measure:
    """They say that they are satisfied, and do not behave like it: how many reasons speak for that."""
    said = record.said
    if said is None or not is_satisfied(said, today):
        return Measure(Flag.MAY_LEAVE, 0.0, on=False, off=True)
    why = reasons(said, today, every_days)
    facts = (
        (said.satisfaction, True),
        (current(said.choose_again, today), Reason.CHOOSES_OTHERS in why),
        (said.seen, Reason.UNSEEN in why),
        (said.gave, Reason.GIVES_NO_MORE in why),
    )
    rows = [
        Because(one.day, one.what, one.source, 1.0, "theirs", speaks, frozenset({one.who} - {""}), one.value)
        for one, speaks in facts
        if one is not None and one.day <= today
    ]
    rows.sort(key=lambda row: (row.day, row.what), reverse=True)
    return Measure(Flag.MAY_LEAVE, len(why), on=bool(why), off=not why, n=1, counted=1, rows=tuple(rows))


def _turning_days(said: Said, today: date, every_days: int | None) -> list[date]:
    """The days to come on which a reason begins, or an answer no longer holds."""
    seen = said.seen.day if said.seen else said.begun_on
    found = [one.day + ANSWER_HOLDS + DAY for one in (said.satisfaction, said.choose_again) if one is not None]
    if said.gave is not None:
        found.append(said.gave.day + (GIVING_STOPPED + 1) * DAY)
    if said.named and seen is not None and every_days is not None:
        found.append(seen + (SEEN_WITHIN * every_days + 1) * DAY)
    return sorted(day for day in found if day > today)


def _past(contacts: Iterable[Contact], today: date) -> list[Contact]:
    return sorted((one for one in contacts if one.day <= today), key=lambda one: (one.day, one.pk))


def _always(contact: Contact) -> bool:
    return True


def _of_contacts(
    contacts: Sequence[Contact], today: date, half: int, speaks: Callable[[Contact], bool] = _always
) -> tuple[Because, ...]:
    """The newest first."""
    return tuple(
        Because(one.day, Kind.TOUCH, ("", one.pk), fading(one.day, today, half), one.begun_by, speaks(one), one.people)
        for one in reversed(contacts)
    )


# All of them -------------------------------------------------------------------------------------------------------


def measure(key: Key, record: Record, today: date, every_days: int | None) -> Measure:
    """Where one flag stands."""
    flag, side = key
    match flag:
        case Flag.TRUST_ERODING:
            return trust_eroding(record, today, side)
        case Flag.GOING_QUIET:
            return going_quiet(record, today, every_days)
        case Flag.ONLY_TROUBLE:
            return only_trouble(record, today)
        case Flag.MAY_LEAVE:
            return may_leave(record, today, every_days)
        case Flag.FAIR_WEATHER:
            return fair_weather(record, today)
        case Flag.SINGLE_THREADED:
            return single_threaded(record, today)
        case Flag.ONE_SIDED:
            return one_sided(record, today)
        case Flag.OVERDUE:
            raise ValueError("the rhythm tells it")


KEYS: tuple[Key, ...] = tuple(
    (flag, side)
    for flag in Flag
    if flag is not Flag.OVERDUE
    for side in (SIDES if flag is Flag.TRUST_ERODING else ("",))
)


def measures(record: Record, today: date, every_days: int | None) -> list[Measure]:
    """Of each flag and side, the worst first; none where it is paused or over."""
    return [] if record.stopped else [measure(key, record, today, every_days) for key in KEYS]


@dataclass(frozen=True, slots=True)
class Judged:
    """The flags that stand, and the next day on which one may turn though nothing happens."""

    standing: tuple[Measure, ...]
    again_on: date | None = None

    @property
    def keys(self) -> set[Key]:
        return {(one.flag, one.side) for one in self.standing}


def judge(record: Record, today: date, before: Collection[Key] = ()) -> Judged:
    """What stands on a day, where these stood before it."""
    every_days = record.rhythm.every(today)
    found = measures(record, today, every_days)
    standing = tuple(one for one in found if one.stands(before=(one.flag, one.side) in before))
    again = [_turns_on(record, today, every_days, one, now=one in standing) for one in found]
    if found and record.said and is_satisfied(record.said, today):
        # What may be known of them then nobody can tell now.
        again.append(record.said.moves_on)
    return Judged(standing, min((day for day in again if day is not None), default=None))


# In silence chances and troubles only rise, and masses and numbers only fall: so these come on, and the others go off.
# *May leave* does either: its reasons come with silence, and its answers grow too old.
RISING = (Flag.GOING_QUIET, Flag.FAIR_WEATHER)


def _turns_on(record: Record, today: date, every_days: int | None, one: Measure, *, now: bool) -> date | None:
    """The first day on which a flag turns as long as nothing happens: it does so once at most, so by halving."""

    def turned(days: int) -> bool:
        later = measure((one.flag, one.side), record, today + days * DAY, every_days)
        return later.stands(before=now) is not now

    if one.flag is Flag.MAY_LEAVE:
        ahead = _turning_days(record.said or Said(), today, every_days)
        return next((day for day in ahead if turned((day - today).days)), None)
    if now is (one.flag in RISING):
        return None
    if not turned(FAR):
        return None
    near, far = 0, FAR
    while far - near > 1:
        middle = (near + far) // 2
        near, far = (near, middle) if turned(middle) else (middle, far)
    return today + far * DAY


def since(record: Record, key: Key, today: date, earliest: date) -> date:
    """Since when a flag that stands today has stood, no earlier than a day: the first on which it came on and stayed.

    For whoever looks after some days, or for the first time.
    """
    every_days, found, day = record.rhythm.every(today), today, today
    while day > earliest:
        day -= DAY
        one = measure(key, record, day, every_days)
        if one.off:
            break
        if one.on:
            found = day
    return found


def worst(kinds: Iterable[str]) -> Flag | None:
    """The one that a list shows."""
    return min((Flag(kind) for kind in kinds), key=WORST_FIRST.index, default=None)
