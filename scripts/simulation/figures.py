"""How well values tell some from others, and how sure that is (pure)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean
from typing import TypeVar

T = TypeVar("T")
TIMES = 400
# Of the samples drawn again, so many lie between the limits.
SURE = 0.95


@dataclass(frozen=True, slots=True)
class Figure:
    """A value, and between what limits it may well lie; none where there was nothing to tell."""

    value: float
    low: float
    high: float

    def rounded(self, digits: int) -> list[float]:
        return [round(one, digits) for one in (self.value, self.low, self.high)]


def auc(ill: Sequence[float], well: Sequence[float]) -> float:
    """The chance that one of the ill has a higher value than one of the well; a tie counts half."""
    order = sorted(well)
    above = sum(bisect_left(order, one) + bisect_right(order, one) for one in ill)
    return above / (2 * len(ill) * len(well))


def interval(rng: Random, figure: Callable[..., float], *samples: Sequence[T], times: int = TIMES) -> Figure:
    """A figure of samples with its limits: each is drawn again from itself, ``times`` over (Efron's bootstrap).

    What belongs together, as the days of one pair, has to be one member of a sample.
    """
    value = figure(*samples)
    drawn = sorted(figure(*(rng.choices(one, k=len(one)) for one in samples)) for _ in range(times))
    cut = int(times * (1 - SURE) / 2)
    return Figure(value, drawn[cut], drawn[-1 - cut])


def mean(values: Sequence[float]) -> float:
    return fmean(values) if values else 0.0


def limit(well: Sequence[float], share: float) -> float:
    """The least limit beyond which no more than a share of the well lie."""
    order = sorted(well)
    return order[max(0, len(order) - 1 - int(share * len(order)))]
