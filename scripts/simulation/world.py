"""Invented relationships, healthy ones and those that decay, as the ledger would hold them (pure, seeded).

All that happens in them is judgement and stands here to be doubted: how people differ, what goes wrong in any
relationship without its ending, and how each decay grows. Partners differ from each other far more than a decay
changes one of them; that is what makes warning hard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from relationships import evidence
from relationships.cadence import Interval
from relationships.evidence import Kind, Row
from relationships.flags import Contact, Outcome, Record, Trouble
from relationships.health import Rhythm

DAY = timedelta(days=1)
START = date(2024, 1, 1)
DAYS = 730
LAST = START + DAYS * DAY
# Nothing ends before there is a history to be judged by.
EARLIEST_END = 365
# In days: how long a decay lasts from its first sign to the end.
DECAYS_WITHIN = (120, 300)
# A month is the rule, more often is common, more rarely wants a reason.
INTERVALS = (7, 14, 30, 30, 30, 60)


class Decay(StrEnum):
    NONE = "healthy"
    SILENT = "going silent"
    ERODING = "trust eroding"
    TROUBLE = "only in trouble"
    ONE_SIDED = "one-sided"
    SINGLE = "single-threaded"


DECAYS = tuple(Decay)[1:]


@dataclass(frozen=True, slots=True)
class Life:
    """One relationship: its rows of evidence by day, and what flags read.

    ``end`` is the day on which it ends; of a healthy one a day drawn in the same way, after which it goes on. ``seen``
    are, for each of theirs who decides, the days on which that person was spoken with.
    """

    decay: Decay
    every_days: int
    rows: tuple[Row, ...]
    record: Record
    seen: tuple[tuple[date, ...], ...]
    onset: date
    end: date

    @property
    def last(self) -> date:
        return LAST if self.decay is Decay.NONE else self.end - DAY

    @property
    def touched(self) -> list[date]:
        return sorted({one.day for one in self.record.contacts})


@dataclass(frozen=True, slots=True)
class Patch:
    """Some weeks in which things go badly, as they do in any relationship: quiet, sloppy or full of problems."""

    first: date
    last: date
    what: str


@dataclass(slots=True)
class _Character:
    """What a relationship is like, whatever becomes of it."""

    rng: Random
    every_days: int = 0
    gap: float = 0.0
    evenness: float = 0.0
    by_us: float = 0.0
    told: float = 0.0
    meets: float = 0.0
    people: list[float] = field(default_factory=list)
    deciders: int = 0
    promises: dict[str, float] = field(default_factory=dict)
    keeps: dict[str, float] = field(default_factory=dict)
    answers: dict[str, float] = field(default_factory=dict)
    feedback: dict[str, float] = field(default_factory=dict)
    problems: float = 0.0
    in_time: float = 0.0
    talks_after: float = 0.0
    measured: bool = False
    attainment: float = 0.0
    projects: bool = False
    patches: list[Patch] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = self.rng
        self.every_days = rng.choice(INTERVALS)
        self.gap = self.every_days * rng.uniform(0.5, 1.2)
        self.evenness = rng.uniform(1.2, 5.0)
        self.by_us, self.told, self.meets = rng.betavariate(5, 4), rng.betavariate(6, 3), rng.betavariate(4, 4)
        self.people = [rng.expovariate(1.0) + 0.1 for _ in range(rng.randint(2, 6))]
        self.deciders = rng.randint(1, min(3, len(self.people)))
        self.promises = {"ours": rng.gammavariate(3, 0.25), "theirs": rng.gammavariate(3, 0.15)}
        self.keeps = {"ours": rng.betavariate(12, 2), "theirs": rng.betavariate(10, 2.5)}
        self.answers = {"ours": rng.betavariate(8, 2.5), "theirs": rng.betavariate(6, 3)}
        self.feedback = {"ours": rng.uniform(0.0, 0.25), "theirs": rng.uniform(0.0, 0.35)}
        self.problems, self.in_time = rng.gammavariate(1.5, 1.2), rng.betavariate(8, 3)
        self.talks_after = rng.betavariate(5, 3)
        self.measured, self.attainment = rng.random() < 0.45, rng.betavariate(8, 3)
        self.projects = rng.random() < 0.35
        self.patches = [self._patch() for _ in range(rng.choice((0, 0, 1, 1, 2)))]

    def _patch(self) -> Patch:
        first = START + self.rng.randint(60, DAYS) * DAY
        return Patch(first, first + self.rng.randint(30, 75) * DAY, self.rng.choice(("quiet", "sloppy", "problems")))

    def bad(self, day: date, what: str) -> bool:
        return any(one.what == what and one.first <= day <= one.last for one in self.patches)


def invent(seed: int, number: int, decay: Decay, strength: float = 1.0) -> Life:
    """A relationship. The same seed and number have the same character, whatever the decay."""
    return _Inventor(Random(f"{seed}/{number}"), decay, strength).life()


def many(seed: int, count: int, strength: float = 1.0) -> list[Life]:
    """Half of them healthy, a tenth of each decay."""
    half = count // 2
    ill = (DECAYS[number % len(DECAYS)] for number in range(count - half))
    return [invent(seed, number, decay, strength) for number, decay in enumerate([*[Decay.NONE] * half, *ill])]


class _Inventor:
    def __init__(self, rng: Random, decay: Decay, strength: float) -> None:
        self.rng, self.decay, self.strength = rng, decay, strength
        self.is_like = _Character(rng)
        self.end = START + rng.randint(EARLIEST_END, DAYS) * DAY
        self.onset = self.end - rng.randint(*DECAYS_WITHIN) * DAY
        # Whose promises erode, and who goes on beginning when the other does not.
        self.whose = rng.choice((("ours",), ("theirs",), ("ours", "theirs")))
        self.left = rng.choice(("ours", "ours", "ours", "theirs"))
        self.last = LAST if decay is Decay.NONE else self.end - DAY
        self.rows: list[Row] = []
        self.contacts: list[Contact] = []
        self.outcomes: list[Outcome] = []
        self.troubles: list[Trouble] = []

    def life(self) -> Life:
        for day in self._ordinary_days():
            self._contact(day)
        self._troubles()
        self._measures()
        contacts = tuple(sorted(self.contacts, key=lambda one: one.day))
        every = self.is_like.every_days
        return Life(
            self.decay,
            every,
            tuple(sorted((row for row in self.rows if row.day <= self.last), key=lambda row: row.day)),
            Record(contacts, tuple(self.outcomes), tuple(self.troubles), Rhythm([Interval(START, every)])),
            tuple(
                tuple(one.day for one in contacts if str(decider) in one.people)
                for decider in range(self.is_like.deciders)
            ),
            self.onset,
            self.end,
        )

    def grown(self, day: date, *decays: Decay) -> float:
        """How far these decays have come, from 0 before the first sign to 1 (times the strength) at the end."""
        if self.decay not in decays or day < self.onset:
            return 0.0
        return min(1.0, self.strength * (day - self.onset) / (self.end - self.onset))

    def _write(self, kind: Kind, side: str, day: date) -> None:
        self.rows.append(evidence.row(kind, side, day))

    def _came_of(self, source: tuple[str, int], kind: Kind, side: str, day: date) -> None:
        """What became of a promise or of feedback."""
        self._write(kind, side, day)
        self.outcomes.append(Outcome(kind, side, day, source))

    def _ordinary_days(self) -> Iterator[date]:
        like, day = self.is_like, START
        while True:
            slower = 1 + 3 * self.grown(day, Decay.SILENT, Decay.TROUBLE) + 1.5 * like.bad(day, "quiet")
            silent = self.rng.gammavariate(like.evenness, like.gap / like.evenness) * slower
            day += max(1, round(silent)) * DAY
            if day > self.last:
                return
            yield day

    def _contact(self, day: date) -> None:
        like, rng = self.is_like, self.rng
        meeting = rng.random() < like.meets
        if meeting and rng.random() < 0.08:
            self._write(rng.choice((Kind.MEETING_DECLINED, Kind.MEETING_UNANSWERED)), "theirs", day)
            return
        person = self._who(day)
        side = self._who_began(day)
        self.contacts.append(Contact(day, len(self.contacts), side, frozenset({str(person)})))
        self._write(Kind.TOUCH, "both", day)
        if side != "unknown":
            self._write(Kind.INITIATIVE, side, day)
        if meeting:
            self._write(Kind.MEETING_ACCEPTED, "theirs", day)
            if person < like.deciders:
                self._write(Kind.DECISION_MAKER_MET, "theirs", day)
            elif rng.random() < 0.06 + 0.3 * self.grown(day, Decay.SINGLE):
                self._write(Kind.DECISION_MAKER_ABSENT, "theirs", day)
        for one in ("ours", "theirs"):
            self._promises(one, day)
            self._feedback(one, day)

    def _who(self, day: date) -> int:
        """One of theirs. Where all comes to hang on one thread they leave one by one, those who decide first."""
        weights = self.is_like.people
        left = min(len(weights) - 1, int(self.grown(day, Decay.SINGLE) * 1.5 * len(weights)))
        return self.rng.choices(range(left, len(weights)), weights[left:])[0]

    def _who_began(self, day: date) -> str:
        like, grown = self.is_like, self.grown(day, Decay.ONE_SIDED)
        share = like.by_us + ((0.97 if self.left == "ours" else 0.03) - like.by_us) * grown
        side = "ours" if self.rng.random() < share else "theirs"
        return side if self.rng.random() < like.told else "unknown"

    def _gives(self, side: str, day: date) -> float:
        """How much a side still gives of itself."""
        return 1.0 if side == self.left else 1.0 - self.grown(day, Decay.ONE_SIDED)

    def _promises(self, side: str, day: date) -> None:
        like, rng = self.is_like, self.rng
        for _ in range(2):
            if rng.random() >= like.promises[side] / 2:
                continue
            due, source = day + rng.randint(5, 30) * DAY, ("promise", len(self.rows))
            eroded = self.grown(due, Decay.ERODING) if side in self.whose else 0.0
            if rng.random() < like.keeps[side] * (1 - 0.5 * eroded) - 0.25 * like.bad(due, "sloppy"):
                self._came_of(source, Kind.PROMISE_KEPT, side, due - rng.randint(0, 4) * DAY)
                continue
            self._came_of(source, Kind.PROMISE_LATE, side, due)
            if rng.random() < 0.4 * (1 - eroded):
                self._write(Kind.PROMISE_OWNED, side, due + rng.randint(0, 6) * DAY)
            if rng.random() < 0.7 - 0.3 * eroded:
                self._came_of(source, Kind.PROMISE_KEPT_LATE, side, due + rng.randint(2, 25) * DAY)
            else:
                self._came_of(source, Kind.PROMISE_BROKEN, side, due + rng.randint(10, 40) * DAY)

    def _feedback(self, side: str, day: date) -> None:
        like, rng = self.is_like, self.rng
        if rng.random() >= like.feedback[side] * self._gives(side, day):
            return
        self._write(Kind.FEEDBACK_GIVEN, side, day)
        other, source = "theirs" if side == "ours" else "ours", ("feedback", len(self.rows))
        eroded = self.grown(day, Decay.ERODING) if other in self.whose else 0.0
        answers = like.answers[other] * (1 - 0.6 * eroded) - 0.2 * like.bad(day, "sloppy")
        drawn = rng.random()
        if drawn < answers:
            self._came_of(source, Kind.FEEDBACK_ANSWERED, other, day + rng.randint(1, 5) * DAY)
        elif drawn < answers + (1 - answers) / 2:
            self._came_of(source, Kind.FEEDBACK_IGNORED, other, day + 30 * DAY)

    def _troubles(self) -> None:
        """Problems, as often as there are any."""
        like, day = self.is_like, START
        while True:
            rate = like.problems + 9 * self.grown(day, Decay.TROUBLE) + 6 * like.bad(day, "problems")
            wait = self.rng.expovariate(rate / 365)
            # Looked at anew after a month at the latest, for the rate may have grown.
            day += max(1, min(30, round(wait))) * DAY
            if day > self.last:
                return
            if wait <= 30:
                self._trouble(day)

    def _trouble(self, day: date) -> None:
        """A problem, and the talk about it in its first days."""
        like, rng = self.is_like, self.rng
        talk = day + rng.randint(0, 3) * DAY
        if rng.random() < max(like.talks_after, 0.95 * self.grown(day, Decay.TROUBLE)) and talk <= self.last:
            self._contact(talk)
        in_time = rng.random() < like.in_time
        over = day + rng.randint(*((2, 14) if in_time else (15, 40))) * DAY
        self._write(Kind.PROBLEM_SOLVED if in_time else Kind.PROBLEM_SOLVED_LATE, "ours", over)
        self.troubles.append(Trouble(day, day + 15 * DAY, over, ("problem", len(self.troubles))))
        if rng.random() < 0.06:
            self._write(Kind.PROBLEM_REOPENED, "ours", over + rng.randint(5, 30) * DAY)

    def _measures(self) -> None:
        """Readings of KPIs each quarter, joint projects and roadmaps, where there are any."""
        like, rng = self.is_like, self.rng
        for quarter in range(1, DAYS // 91 + 1):
            day = START + 91 * quarter * DAY
            if like.measured:
                attained = min(1.0, max(0.0, rng.gauss(like.attainment, 0.15)))
                self.rows.append(Row(Kind.KPI_READING, "both", day, attained, 1 - attained))
            if like.projects and rng.random() < 0.3:
                closed = (Kind.PROJECT_MEASURED, Kind.PROJECT_MEASURED, Kind.PROJECT_CLOSED, Kind.PROJECT_FAILED)
                self._write(rng.choice(closed), "both", day + rng.randint(0, 60) * DAY)
            for side in ("ours", "theirs"):
                if rng.random() < 0.12 * self._gives(side, day):
                    self._write(Kind.ROADMAP_SHARED, side, day + rng.randint(0, 60) * DAY)
