"""What a chart is, whoever draws it: a finding, a sentence, what is drawn, and a table with the same numbers. Pure.

``templates/web/_chart.html`` shows it, ``frontend/js/charts.js`` draws it; without JavaScript the table is there. All
texts come from here, translated: the browser knows none. Colours are names of tokens (``tokens.css``), so that both
themes are one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import Any


class Tone(StrEnum):
    """A token of ``tokens.css``. Never the only thing that tells two lines apart: see ``Shape`` and ``Dash``."""

    OK = "ok"
    DUE = "due"
    OVER = "over"
    NEW = "new"
    BOOKED = "booked"
    OURS = "ours"
    THEIRS = "theirs"
    THEIRS_INK = "theirs-ink"
    INK = "ink"
    INK_2 = "ink-2"
    INK_3 = "ink-3"
    EARNED = "earned"
    LOST = "lost"


class Shape(StrEnum):
    """What stands at each point of a line; ours is square, theirs round, as everywhere."""

    NONE = "none"
    SQUARE = "rect"
    ROUND = "circle"
    TRIANGLE = "triangle"
    DIAMOND = "diamond"


class Dash(StrEnum):
    SOLID = "solid"
    DASHED = "dashed"
    DOTTED = "dotted"
    DASH_DOT = "dash-dot"


# Lines over time -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A value for each point of the plot, None where there is none; ``label`` stands at its end: *29 in touch*."""

    name: str
    values: Sequence[float | None]
    tone: Tone
    label: str
    shape: Shape = Shape.NONE
    dash: Dash = Dash.SOLID
    # Of so many points one shows its shape, where they lie too close for all.
    every: int = 1
    firm: bool = False
    filled: bool = False
    # Where the words need another hue than the line, to be read.
    ink: Tone | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """A place on the axis (its number of weeks, of days, whatever the plot counts in) and what is read out there."""

    x: float
    said: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A word under the axis."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What happened at a place between the stops: a thin line with a short name, and what is read out."""

    x: float
    name: str
    said: str
    tone: Tone = Tone.INK_3


@dataclass(frozen=True, slots=True)
class Lines:
    """``high`` is found from the values where it is None. Lengths are compared from zero; shares may begin higher."""

    stops: Sequence[Stop]
    ticks: Sequence[Tick]
    lines: Sequence[Line]
    marks: Sequence[Mark] = ()
    low: float = 0
    high: float | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        for line in self.lines:
            if len(line.values) != len(self.stops):
                raise ValueError(f"{line.name} has {len(line.values)} values for {len(self.stops)} stops")

    @property
    def drawn(self) -> dict[str, Any]:
        return {
            "kind": "lines",
            "stops": [{"x": one.x, "said": one.said} for one in self.stops],
            "ticks": [{"x": one.x, "text": one.text} for one in self.ticks],
            "marks": [{"x": one.x, "name": one.name, "said": one.said, "tone": one.tone} for one in self.marks],
            "lines": [
                {
                    "name": one.name,
                    "values": list(one.values),
                    "tone": one.tone,
                    "ink": one.ink or one.tone,
                    "label": one.label,
                    "shape": one.shape,
                    "dash": one.dash,
                    "every": one.every,
                    "firm": one.firm,
                    "filled": one.filled,
                }
                for one in self.lines
            ],
            "low": self.low,
            "high": self.high,
            "unit": self.unit,
        }


# A dot for each, in lanes --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dot:
    """One of many: its value, how uncertain it is, what is read out, where it leads. With a ``name`` it stands out."""

    value: float
    low: float
    high: float
    said: str
    href: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """Dots of one kind beside each other; ``middle`` is marked by a line."""

    name: str
    dots: Sequence[Dot]
    middle: float | None = None


@dataclass(frozen=True, slots=True)
class Dots:
    lanes: Sequence[Lane]
    low: float = 0
    high: float = 100

    @property
    def drawn(self) -> dict[str, Any]:
        return {
            "kind": "dots",
            "low": self.low,
            "high": self.high,
            "lanes": [
                {
                    "name": lane.name,
                    "middle": lane.middle,
                    "dots": [
                        {
                            "value": one.value,
                            "low": one.low,
                            "high": one.high,
                            "said": one.said,
                            "href": one.href,
                            "name": one.name,
                        }
                        for one in lane.dots
                    ],
                }
                for lane in self.lanes
            ],
        }


# How many of each, in lanes: for more than dots can show -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heap:
    """So many between ``low`` and ``high``."""

    low: float
    high: float
    count: int
    said: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class HeapLane:
    name: str
    heaps: Sequence[Heap]
    middle: float | None = None


@dataclass(frozen=True, slots=True)
class Heaps:
    """Every lane has the same scale of counts, from zero."""

    lanes: Sequence[HeapLane]
    low: float = 0
    high: float = 100

    @property
    def drawn(self) -> dict[str, Any]:
        return {
            "kind": "heaps",
            "low": self.low,
            "high": self.high,
            "most": max((one.count for one in chain.from_iterable(lane.heaps for lane in self.lanes)), default=0),
            "lanes": [
                {
                    "name": lane.name,
                    "middle": lane.middle,
                    "heaps": [
                        {"low": one.low, "high": one.high, "count": one.count, "said": one.said, "href": one.href}
                        for one in lane.heaps
                    ],
                }
                for lane in self.lanes
            ],
        }


# The whole -----------------------------------------------------------------------------------------------------------


class Size(StrEnum):
    """How high it is drawn."""

    PLAIN = ""
    TALL = "tall"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of the table; with ``href`` it leads to what is behind it, under a name that says what it opens.

    ``number`` is what a spreadsheet reckons with where the text says more than that: 7 of *7 of 20*; ``day`` the day
    that the text is about: of *Now* that of the count.
    """

    text: str
    href: str = ""
    opens: str = ""
    number: float | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The same numbers; the first cell of each row names it, the others are numbers. ``note`` stands below.

    ``name`` tells it from the other tables of its chart. No two columns have one name: files are read by these.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str | Cell]]
    note: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        if len(set(self.head)) < len(self.head) or not all(self.head):
            raise ValueError(f"columns alike, or without a name: {', '.join(self.head)}")

    @property
    def lines(self) -> list[list[Cell]]:
        return [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Chart:
    """``key`` is its id in the page. ``title`` is the finding, ``sentence`` says it with numbers; both are computed.

    ``linked`` is the sentence as HTML, where its numbers lead to their lists.
    """

    key: str
    title: str
    sentence: str
    plot: Lines | Dots | Heaps
    table: Table
    size: Size = Size.PLAIN
    linked: str = ""
    # A second table, where the drawing shows more than one has room for.
    also: Table | None = None
    drawn: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "drawn", self.plot.drawn)

    @property
    def tables(self) -> list[Table]:
        return [self.table, *([self.also] if self.also else [])]

    @property
    def as_json(self) -> str:
        """For an attribute: htmx takes every script out of what it swaps in, those that are data with them."""
        return json.dumps(self.drawn, ensure_ascii=False, separators=(",", ":"))
