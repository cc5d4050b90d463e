"""What other weights or thresholds would do to all relationships, before they are applied (pure).

Points follow from the belief and disbelief of each component, which standings keep; so no evidence is read anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from relationships import health
from relationships.evidence import Component
from relationships.health import Band, Thresholds, Weights

MOST_MOVED = 50


@dataclass(frozen=True, slots=True)
class Scale:
    """By what is judged."""

    weights: Weights = field(default_factory=Weights)
    thresholds: Thresholds = field(default_factory=Thresholds)


@dataclass(frozen=True, slots=True)
class Kept:
    """Of a relationship: belief and disbelief of each component, in the order of ``Component``."""

    pk: int
    beliefs: Sequence[float]
    disbeliefs: Sequence[float]


@dataclass(frozen=True, slots=True)
class Judged:
    """Points earned and unknown, and the word; none where too little is known. ``shown`` are the full ones."""

    earned: float
    unknown: float
    band: Band | None

    @property
    def shown(self) -> int:
        return health.whole(self.earned)


@dataclass(frozen=True, slots=True)
class Move:
    pk: int
    before: Judged
    after: Judged

    @property
    def by(self) -> int:
        """As shown."""
        return self.after.shown - self.before.shown

    @property
    def matters(self) -> bool:
        """A score is shown, before or after."""
        return self.before.band is not None or self.after.band is not None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of ``of`` relationships: how many get another word, and how many can be judged only after, or no longer.

    ``better`` and ``worse`` count those judged both times. ``median`` is of the change in points of all whose score is
    shown before or after. Of the ``moving`` among them ``moved`` are those that get another word, and then those that
    move most.
    """

    of: int
    shown: int
    better: int
    worse: int
    judged_now: int
    judged_no_more: int
    median: float
    moving: int
    moved: list[Move]


def judge(row: Kept, scale: Scale) -> Judged:
    """The same as ``health.stand`` says."""
    each = [scale.weights.of(component) for component in Component]
    earned = sum(weight * one for weight, one in zip(each, row.beliefs, strict=True))
    lost = sum(weight * one for weight, one in zip(each, row.disbeliefs, strict=True))
    unknown = sum(each) - earned - lost
    shown = health.can_be_judged(unknown, scale.thresholds)
    return Judged(earned, unknown, health.band(earned, scale.thresholds) if shown else None)


def compare(rows: Iterable[Kept], before: Scale, after: Scale) -> Comparison:
    moves = [Move(row.pk, judge(row, before), judge(row, after)) for row in rows]
    shown = [one for one in moves if one.matters]
    order = list(Band)

    def count(found: Iterable[bool]) -> int:
        return sum(1 for one in found if one)

    both = [
        (order.index(one.before.band), order.index(one.after.band))
        for one in shown
        if one.before.band is not None and one.after.band is not None
    ]
    moved = [one for one in shown if one.by or one.before.band != one.after.band]
    return Comparison(
        of=len(moves),
        shown=len(shown),
        better=count(then < now for now, then in both),
        worse=count(then > now for now, then in both),
        judged_now=count(one.before.band is None for one in shown),
        judged_no_more=count(one.after.band is None for one in shown),
        median=median(one.by for one in shown) if shown else 0.0,
        moving=len(moved),
        moved=sorted(moved, key=lambda one: (one.before.band == one.after.band, -abs(one.by), one.pk))[:MOST_MOVED],
    )
