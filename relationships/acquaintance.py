"""Who knows whom (pure): colleagues left, their people right, a line where the logs of a year say that they spoke.

Shapes are in units of an SVG's view box. What is missing is found in ``gaps``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

# How far back the logs are read, after how many days a contact counts half, and when a line has gone cold.
DAYS = 365
HALF_LIFE = 90
COLD = 90
MOST = 6

WIDTH, ROW, EDGE = 416.0, 46.0, 24.0
LEFT, RIGHT = 130.0, 250.0
THINNEST, THICKEST = 1.5, 6.0
# How many letters of the name and of the second line find room on each side.
ROOM_OURS, ROOM_THEIRS = 17, 23


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of either side. ``part`` is what stands under the name: the title, or the part in the relationship.

    ``first``: who decides finds room before the others.
    """

    pk: int
    name: str
    part: str = ""
    first: bool = False


@dataclass(frozen=True, slots=True)
class Talk:
    """What the logs say of one colleague and one person of theirs; nobody of ours named where ``ours`` is nothing.

    ``weight`` is the number of conversations, each counting half after ``HALF_LIFE`` days.
    """

    ours: int | None
    theirs: int
    last_on: date
    weight: float


@dataclass(frozen=True, slots=True)
class Spot:
    """A person in the drawing. ``quiet`` is the days since anybody spoke with them; nothing where nobody has."""

    person: Person
    name: str
    x: float
    y: float
    quiet: int | None = None
    cold: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """From a colleague to a person of theirs, thick by contact, dashed where it has gone cold."""

    ours: Person
    theirs: Person
    x1: float
    y1: float
    x2: float
    y2: float
    thickness: float
    days: int
    cold: bool

    @property
    def bend(self) -> float:
        """Where the curve turns from the one height to the other."""
        return round((self.x1 + self.x2) / 2, 1)


@dataclass(frozen=True, slots=True)
class Map:
    """The drawing and what it says; ``more_ours`` and ``more_theirs`` are those for whom there is no room."""

    width: float
    height: float
    ours: tuple[Spot, ...]
    theirs: tuple[Spot, ...]
    lines: tuple[Line, ...]
    more_ours: int
    more_theirs: int


def draw(*, ours: Sequence[Person], theirs: Sequence[Person], talks: Iterable[Talk], today: date) -> Map:
    """The map of a relationship; ``ours`` in the order in which they stand, owner first."""
    known = {person.pk for person in theirs}
    heard = [talk for talk in talks if talk.theirs in known]
    shown_ours = _first_of_ours(ours, heard)
    shown_theirs = _first_of_theirs(theirs, heard)
    rows = max(len(shown_ours), len(shown_theirs), 1)
    height = 2 * EDGE + (rows - 1) * ROW
    spots_ours = _left(shown_ours, height)
    spots_theirs = _right(_untangled(shown_theirs, spots_ours, heard), heard, today, height)
    lines = _lines(spots_ours, spots_theirs, heard, today)
    return Map(
        width=WIDTH,
        height=height,
        ours=tuple(spots_ours),
        theirs=tuple(spots_theirs),
        lines=tuple(lines),
        more_ours=len(ours) - len(shown_ours),
        more_theirs=len(theirs) - len(shown_theirs),
    )


def _first_of_ours(ours: Sequence[Person], talks: Sequence[Talk]) -> list[Person]:
    """The first stays; of the others those who speak most, in the order given."""
    weights = _weights((talk.ours, talk.weight) for talk in talks)
    ranked = sorted(ours[1:], key=lambda person: -weights.get(person.pk, 0.0))[: MOST - 1]
    return [person for person in ours if person in (*ours[:1], *ranked)]


def _first_of_theirs(theirs: Sequence[Person], talks: Sequence[Talk]) -> list[Person]:
    weights = _weights((talk.theirs, talk.weight) for talk in talks)
    return sorted(theirs, key=lambda person: (not person.first, -weights.get(person.pk, 0.0), person.name, person.pk))[
        :MOST
    ]


def _weights(pairs: Iterable[tuple[int | None, float]]) -> dict[int, float]:
    summed: dict[int, float] = {}
    for pk, weight in pairs:
        if pk is not None:
            summed[pk] = summed.get(pk, 0.0) + weight
    return summed


def _left(people: Sequence[Person], height: float) -> list[Spot]:
    """Spread over the whole height, so that lines have room."""
    step = height / max(len(people), 1)
    return [
        Spot(person, clipped(person.name, ROOM_OURS), LEFT, round(step * (index + 0.5), 1))
        for index, person in enumerate(people)
    ]


def _untangled(theirs: Sequence[Person], ours: Sequence[Spot], talks: Sequence[Talk]) -> list[Person]:
    """In the order that crosses few lines: by the middle of those who speak with them; who speaks with nobody last."""
    place = {spot.person.pk: spot.y for spot in ours}
    middles: dict[int, tuple[float, float]] = {}
    for talk in talks:
        if talk.ours in place:
            total, weight = middles.get(talk.theirs, (0.0, 0.0))
            middles[talk.theirs] = (total + place[talk.ours] * talk.weight, weight + talk.weight)

    def middle(person: Person) -> float:
        total, weight = middles.get(person.pk, (0.0, 0.0))
        return total / weight if weight else float("inf")

    return sorted(theirs, key=middle)


def _right(people: Sequence[Person], talks: Sequence[Talk], today: date, height: float) -> list[Spot]:
    last = last_days(talks)
    first = (height - (len(people) - 1) * ROW) / 2
    spots = []
    for index, person in enumerate(people):
        quiet = (today - last[person.pk]).days if person.pk in last else None
        cold = quiet is None or quiet >= COLD
        spots.append(
            Spot(person, clipped(person.name, ROOM_THEIRS - 2), RIGHT, round(first + index * ROW, 1), quiet, cold)
        )
    return spots


def last_days(talks: Iterable[Talk]) -> dict[int, date]:
    """When anybody of ours last spoke with each of theirs."""
    last: dict[int, date] = {}
    for talk in talks:
        last[talk.theirs] = max(talk.last_on, last.get(talk.theirs, talk.last_on))
    return last


def nearest(theirs: Collection[int], talks: Iterable[Talk], today: date) -> int | None:
    """Of these people of theirs the one spoken with latest, of several the one spoken with most; nobody gone cold."""
    known = [talk for talk in talks if talk.theirs in theirs and 0 <= (today - talk.last_on).days < COLD]
    last = last_days(known)
    weights = _weights((talk.theirs, talk.weight) for talk in known)
    return max(last, key=lambda pk: (last[pk], weights[pk], -pk), default=None)


def _lines(ours: Sequence[Spot], theirs: Sequence[Spot], talks: Sequence[Talk], today: date) -> list[Line]:
    left = {spot.person.pk: spot for spot in ours}
    right = {spot.person.pk: spot for spot in theirs}
    lines = []
    for talk in talks:
        if talk.ours not in left or talk.theirs not in right:
            continue
        start, end = left[talk.ours], right[talk.theirs]
        days = (today - talk.last_on).days
        lines.append(
            Line(
                start.person, end.person, start.x + 4, start.y, end.x, end.y, thickness(talk.weight), days, days >= COLD
            )
        )
    # The thin ones above the thick ones.
    return sorted(lines, key=lambda line: (-line.thickness, line.y1, line.y2))


def thickness(weight: float) -> float:
    """Grows ever more slowly: one conversation today 3, four of them 4.5, nine or more 6."""
    return round(min(THICKEST, THINNEST + 1.5 * sqrt(max(weight, 0.0))), 1)


def clipped(text: str, most: int) -> str:
    """The beginning, with a sign that there is more."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
