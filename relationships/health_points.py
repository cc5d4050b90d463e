"""The points behind a standing (pure): what each row adds, and what would make more known.

They add up to what ``health.stand`` says; the words for them stand in ``health_words``. Days are local dates of the
relationship's zone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from relationships import evidence
from relationships.cadence import Interval
from relationships.evidence import Component, Kind, Row
from relationships.health import (
    COMPONENT,
    DECISION_MAKERS,
    GIVEN,
    UNKNOWN,
    WITHOUT_RHYTHM,
    Person,
    Pot,
    Rhythm,
    Sums,
    W,
    Weights,
    add,
    forward,
    gaps,
    half_life,
    of_currency,
    of_spell,
    pot_of,
    seen_lately,
    stand,
    total,
)


class Counts(StrEnum):
    """What a line of points stands for."""

    ROW = "row"
    CONTACT = "contact"
    SILENCE = "silence"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Line:
    """What something adds to the points earned or lost, as of a day.

    ``index`` names the row, the silence (in the order of ``gaps``) or the person among those given; the last contact
    has none. Owning a miss takes back: its ``lost`` is negative.
    """

    counts: Counts
    component: Component
    earned: float
    lost: float
    day: date | None = None
    side: str = "both"
    index: int | None = None

    @property
    def is_beyond_its_week(self) -> bool:
        """A row of which its week left nothing, as newer ones of the kind had used up what counts."""
        return self.counts is Counts.ROW and not self.earned and not self.lost


def lines(
    rows: Sequence[Row],
    rhythm: Rhythm,
    people: Sequence[Person],
    *,
    today: date,
    weights: Weights | None = None,
    sums: Sums | None = None,
) -> list[Line]:
    """Every point of the standing by what gave rise to it: they add up to ``earned`` and ``lost``.

    ``sums`` are the ``total`` of these rows, where it is at hand.
    """
    weights = weights or Weights()
    sums = sums or total(rows, rhythm, today)
    return [
        *_lines_of_rows(rows, sums, today, weights),
        *_lines_of_rhythm(rows, sums, rhythm, today, weights.cadence / 2),
        *_lines_of_people(people, rhythm.every(today) or WITHOUT_RHYTHM, today, weights.access / 2),
    ]


def _lines_of_rows(rows: Sequence[Row], sums: Sums, today: date, weights: Weights) -> list[Line]:
    read = {pot: sums.read(pot, today) for pot in Pot}
    found = []
    for index, r, s in _counted(rows, today):
        row = rows[index]
        pot = pot_of(row.kind, row.side)
        if pot is None or not (row.r or row.s):
            continue
        component = COMPONENT[pot]
        own, fading = read[pot], 1 / _age(row.day, today, half_life(pot, sums.stretched))
        r, s = r * fading, s * fading
        if component is Component.RECIPROCITY:
            other = read[_other(pot)]
            share = weights.reciprocity / len(GIVEN) * r / (own.r + other.r + W)
            both = min(own.r, other.r) / own.r if own.r else 0.0
            earned, lost = share * both, share * (1 - both)
        else:
            parts = {Component.CREDIBILITY: 1}.get(component, 2)
            share = weights.of(component) / parts / (own.r + own.s + W)
            earned, lost = share * r, share * s
        found.append(Line(Counts.ROW, component, earned, lost, row.day, row.side, index))
    return found


def _counted(rows: Sequence[Row], today: date) -> list[tuple[int, float, float]]:
    """Each row's index with what its week leaves of its mass for, and its mass against."""
    weeks: dict[tuple[Kind, str, int], list[int]] = {}
    for index, row in enumerate(rows):
        if row.day <= today:
            weeks.setdefault((row.kind, row.side, evidence.week_of(row.day)), []).append(index)
    found = []
    for (kind, *_week), members in weeks.items():
        left = evidence.RULES[kind].weekly
        for index in sorted(members, key=lambda one: rows[one].day, reverse=True):
            r = rows[index].r if left is None else min(rows[index].r, left)
            left = None if left is None else left - r
            found.append((index, r, rows[index].s))
    return found


def _age(day: date, today: date, half: int) -> float:
    return math.exp2((today - day).days / half)


def _other(pot: Pot) -> Pot:
    name, side = pot.rsplit("_", 1)
    return Pot(f"{name}_{'theirs' if side == 'ours' else 'ours'}")


def _lines_of_rhythm(rows: Sequence[Row], sums: Sums, rhythm: Rhythm, today: date, points: float) -> list[Line]:
    """``points`` for the currency, and as many for the adherence."""
    found = []
    current = of_currency(sums, rhythm, today)
    if current is not UNKNOWN:
        found.append(
            Line(
                Counts.CONTACT,
                Component.CADENCE,
                points * current.belief,
                points * current.disbelief,
                sums.touched_on,
            )
        )
    touches = (row.day for row in rows if row.kind is Kind.TOUCH and row.day <= today)
    half = half_life(Pot.ADHERENCE, sums.stretched)
    fading = 1 / forward(today, half)
    silences = []
    for gap in gaps(touches, rhythm.agreed_on):
        spells = rhythm.spells(gap, today) if gap.start <= today else []
        kept = fading * sum(of_spell(one, half) for one in spells if one.kept)
        late = fading * sum(of_spell(one, half) for one in spells if not one.kept)
        silences.append((gap, kept, late))
    whole = sum(kept + late for _gap, kept, late in silences) + W
    found += [
        Line(
            Counts.SILENCE,
            Component.CADENCE,
            points * kept / whole,
            points * late / whole,
            gap.end or gap.start,
            index=index,
        )
        for index, (gap, kept, late) in enumerate(silences)
        if kept or late
    ]
    return found


def _lines_of_people(people: Sequence[Person], every_days: int, today: date, points: float) -> list[Line]:
    order = sorted(range(len(people)), key=lambda index: (people[index].seen_on or date.min, -index), reverse=True)
    found = []
    for index in order[:DECISION_MAKERS]:
        day = people[index].seen_on
        seen = seen_lately((today - day).days, every_days) if day else 0.0
        share = points / DECISION_MAKERS
        found.append(Line(Counts.PERSON, Component.ACCESS, share * seen, share * (1 - seen), day, "theirs", index))
    return found


class Remedy(StrEnum):
    """What a person can do so that more can be judged."""

    AGREE = "agree"
    TALK = "talk"
    NAME = "name"
    MEET = "meet"
    KEEP_OURS = "keep_ours"
    KEEP_THEIRS = "keep_theirs"
    ANSWER = "answer"
    SOLVE = "solve"
    TELL_WHO_BEGAN = "tell_who_began"
    EXCHANGE_FEEDBACK = "exchange_feedback"


# What each asks of a person, from a line written down to something that takes weeks. Judgement.
EFFORT = {
    Remedy.NAME: 1.0,
    Remedy.TELL_WHO_BEGAN: 1.0,
    Remedy.AGREE: 1.5,
    Remedy.TALK: 1.5,
    Remedy.ANSWER: 2.0,
    Remedy.EXCHANGE_FEEDBACK: 2.5,
    Remedy.MEET: 3.0,
    Remedy.KEEP_OURS: 3.0,
    Remedy.KEEP_THEIRS: 4.0,
    Remedy.SOLVE: 4.0,
}
MOST_REMEDIES = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """A remedy, and how many points of 100 more would be known by it at once."""

    remedy: Remedy
    component: Component
    points: float


def remedies(
    sums: Sums,
    rhythm: Rhythm,
    people: Sequence[Person],
    *,
    today: date,
    weights: Weights | None = None,
    problem_open: bool = True,
    most: int = MOST_REMEDIES,
) -> list[Offer]:
    """The cheapest things that would make more known, one for a component, the one that tells most first.

    A problem can be solved only where one is open.
    """
    weights = weights or Weights()
    before = stand(sums, rhythm, people, today=today, weights=weights)
    offers = []
    for remedy, (component, then) in _thens(sums, rhythm, people, today).items():
        if remedy is Remedy.SOLVE and not problem_open:
            continue
        after = stand(*then, today=today, weights=weights)
        if (points := before.unknown - after.unknown) > 1e-9:
            offers.append(Offer(remedy, component, points))
    offers.sort(key=lambda one: (-one.points / EFFORT[one.remedy], list(Remedy).index(one.remedy)))
    best: dict[Component, Offer] = {}
    for offer in offers:
        best.setdefault(offer.component, offer)
    return sorted(list(best.values())[:most], key=lambda one: -one.points)


Then = tuple[Sums, Rhythm, Sequence[Person]]


def _thens(sums: Sums, rhythm: Rhythm, people: Sequence[Person], today: date) -> dict[Remedy, tuple[Component, Then]]:
    """How things would be known after each of them."""

    def with_row(kind: Kind, *sides: str) -> Then:
        found = sums
        for side in sides:
            found = add(found, evidence.row(kind, side, today), (), rhythm)
        return found, rhythm, people

    met = add(sums, evidence.row(Kind.DECISION_MAKER_MET, "theirs", today), (), rhythm)
    seen = sorted(people, key=lambda one: one.seen_on or date.min, reverse=True)
    found: dict[Remedy, tuple[Component, Then]] = {
        Remedy.MEET: (Component.ACCESS, (met, rhythm, [*seen[: DECISION_MAKERS - 1], Person(today)])),
        Remedy.KEEP_OURS: (Component.TRUST, with_row(Kind.PROMISE_KEPT, "ours")),
        Remedy.KEEP_THEIRS: (Component.TRUST, with_row(Kind.PROMISE_KEPT, "theirs")),
        Remedy.ANSWER: (Component.TRUST, with_row(Kind.FEEDBACK_ANSWERED, "ours")),
        Remedy.SOLVE: (Component.CREDIBILITY, with_row(Kind.PROBLEM_SOLVED, "ours")),
        Remedy.TELL_WHO_BEGAN: (Component.RECIPROCITY, with_row(Kind.INITIATIVE, "ours", "theirs")),
        Remedy.EXCHANGE_FEEDBACK: (Component.RECIPROCITY, with_row(Kind.FEEDBACK_GIVEN, "ours", "theirs")),
    }
    if rhythm.every(today) is None:
        agreed = Rhythm([*rhythm.intervals, Interval(today, WITHOUT_RHYTHM)], rhythm.rests, rhythm.halts)
        found[Remedy.AGREE] = (Component.CADENCE, (sums.touched(today, agreed), agreed, people))
    elif sums.touched_on is None:
        found[Remedy.TALK] = (Component.CADENCE, (sums.touched(today, rhythm), rhythm, people))
    if len(people) < DECISION_MAKERS:
        found[Remedy.NAME] = (Component.ACCESS, (sums, rhythm, [*people, Person()]))
    return found
