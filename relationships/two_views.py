"""What both sides say to the same questions, and what follows from it (pure).

Both rate the same question from 1 to 5. Of each side the newest answer counts; the gap is theirs minus ours. Two points
or more are worth a talk, where both answers are of the last twelve months: one point is how people use a scale.

*Satisfied* is what they were asked, *loyal* is how they behave, and the two are not the same: a third of those who left
had called themselves satisfied (Jones and Sasser 1995). They are loyal where nothing speaks against it and at least two
of three signs speak for it: somebody who decides was seen, their feedback and their plans still come, they would choose
us again. Behaviour is judged as by the flag *satisfied but may leave* (``relationships.flags``), so that both say the
same. Nothing of this enters a standing. All days are local dates of the relationship's zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from relationships import flags
from relationships.flags import Reason, Said

OURS, THEIRS = "ours", "theirs"
LOWEST, HIGHEST = 1, 5
# So many points apart are worth a talk.
WIDE = 2
# So many signs have to speak for it before somebody is called loyal.
SIGNS = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """What a side said to a question on a day; ``pk`` tells two of one day apart, the later written is the higher."""

    question: str
    side: str
    score: int
    on: date
    pk: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """The newest answer of either side to one question."""

    question: str
    ours: Answer | None = None
    theirs: Answer | None = None

    @property
    def gap(self) -> int | None:
        """Theirs minus ours; above 0 they think better of it than we do."""
        return None if self.ours is None or self.theirs is None else self.theirs.score - self.ours.score

    def is_compared(self, today: date) -> bool:
        """Both have answered within twelve months."""
        return all(one is not None and flags.holds(one.on, today) for one in (self.ours, self.theirs))

    def is_worth_a_talk(self, today: date) -> bool:
        return self.gap is not None and abs(self.gap) >= WIDE and self.is_compared(today)


def newest(answers: Iterable[Answer]) -> dict[tuple[str, str], Answer]:
    """Of each question and side the newest."""
    found: dict[tuple[str, str], Answer] = {}
    for one in answers:
        key = (one.question, one.side)
        found[key] = max(one, found.get(key, one), key=lambda each: (each.on, each.pk))
    return found


def views(answers: Iterable[Answer], questions: Sequence[str]) -> list[View]:
    """Of each question, in their order, answered or not. Answers to other questions are left out."""
    found = newest(answers)
    return [View(one, found.get((one, OURS)), found.get((one, THEIRS))) for one in questions]


@dataclass(frozen=True, slots=True)
class Summary:
    """On how many questions both can be compared, on how many of these they agree, and the others, the widest first.

    ``close`` where those that agree do so within a point, not all to the point.
    """

    compared: int
    alike: int
    apart: tuple[View, ...] = ()
    close: bool = False


def summary(found: Sequence[View], today: date) -> Summary:
    """Equally wide gaps: first where they think less of it than we do, then as the questions stand."""
    compared = [one for one in found if one.is_compared(today)]
    apart = [one for one in compared if one.is_worth_a_talk(today)]
    apart.sort(key=lambda one: (-abs(one.gap or 0), one.gap or 0))
    close = any(one.gap and not one.is_worth_a_talk(today) for one in compared)
    return Summary(len(compared), len(compared) - len(apart), tuple(apart), close)


# Satisfaction and loyalty ------------------------------------------------------------------------------------------


class Quadrant(StrEnum):
    """After Jones and Sasser 1995."""

    APOSTLE = "apostle"
    MERCENARY = "mercenary"
    HOSTAGE = "hostage"
    DEFECTOR = "defector"


class Missing(StrEnum):
    """What is not known, as far as it would be needed."""

    SATISFACTION = "satisfaction"
    SEEN = "seen"
    GIVING = "giving"
    CHOOSE_AGAIN = "choose_again"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a relationship stands between satisfaction and loyalty; without a quadrant, what is missing for one."""

    quadrant: Quadrant | None
    satisfied: bool | None
    loyal: bool | None
    reasons: tuple[Reason, ...] = ()
    missing: tuple[Missing, ...] = ()


_PLACES = {
    (True, True): Quadrant.APOSTLE,
    (True, False): Quadrant.MERCENARY,
    (False, True): Quadrant.HOSTAGE,
    (False, False): Quadrant.DEFECTOR,
}


def place(said: Said, today: date, every_days: int | None) -> Place:
    """``missing`` names everything without which it cannot be told; it is empty where it can."""
    reasons = flags.reasons(said, today, every_days)
    unknown = _unknown(said, today, every_days)
    satisfied = flags.is_satisfied(said, today)
    loyal = False if reasons else True if len(Reason) - len(unknown) >= SIGNS else None
    missing = [Missing.SATISFACTION] if satisfied is None else []
    missing += unknown if loyal is None else []
    quadrant = None if satisfied is None or loyal is None else _PLACES[satisfied, loyal]
    return Place(quadrant, satisfied, loyal, reasons, tuple(missing))


def _unknown(said: Said, today: date, every_days: int | None) -> list[Missing]:
    """Which of the three signs say nothing, neither for it nor against it."""
    known = {
        Missing.SEEN: every_days is not None and said.seen is not None,
        Missing.GIVING: said.gave is not None,
        Missing.CHOOSE_AGAIN: flags.current(said.choose_again, today) is not None,
    }
    return [one for one, is_known in known.items() if not is_known]
