"""The charts of Insights, from figures alone: see ``web.charts``. What they find is ``findings``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import dropwhile
from typing import Self

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboards import findings
from dashboards import insights_words as said_as
from dashboards.book import BookNow
from dashboards.findings import Counted, Judged, Kept, Unit
from dashboards.insights_links import Lists, Said
from relationships import health, words
from relationships.cadence import WORKING_DAYS, State
from relationships.forms.portfolio import PortfolioForm
from relationships.models import Relationship
from relationships.stages import Stage
from web import dates
from web.charts import (
    Cell,
    Chart,
    Dash,
    Dot,
    Dots,
    Heap,
    HeapLane,
    Heaps,
    Lane,
    Line,
    Lines,
    Shape,
    Size,
    Stop,
    Table,
    Tick,
    Tone,
)
from web.quarters import Quarter, latest

# Those that rest or are over are not in the course.
GOING = (State.OVERDUE, State.BOOKED, State.DUE, State.NEW, State.IN_TOUCH, State.NO_CADENCE)
SHOWN = (State.IN_TOUCH, State.DUE, State.OVERDUE)
# A table of three years tells each fourth week.
LONG_WEEKS = 52
# So many of one kind stand out by name at most.
NAMED = 4
TENS = range(10)


def figure(counts: Mapping[str, float], name: str) -> int:
    return round(counts.get(name, 0.0))


# Contact week by week ------------------------------------------------------------------------------------------------

Course = Sequence[tuple[date, Mapping[str, float]]]


def counted(course: Course) -> list[Counted]:
    return [
        Counted(
            day,
            figure(counts, "state:in_touch"),
            figure(counts, "state:due"),
            figure(counts, "state:overdue"),
            sum(figure(counts, f"state:{state.value}") for state in GOING),
            figure(counts, "state:booked"),
        )
        for day, counts in course
    ]


def _of(one: Counted, state: State) -> int:
    return {State.IN_TOUCH: one.in_touch, State.DUE: one.due, State.OVERDUE: one.overdue}[state]


def contact(rows: Sequence[Counted], today: date, lists: Lists) -> Chart:
    """Needs one count at least."""
    names = [str(words.LOOKS[state].word) for state in SHOWN]
    values = [[_of(one, state) for one in rows] for state in SHOWN]
    # A line of one point is none.
    shape = Shape.ROUND if len(rows) == 1 else Shape.NONE
    labels = [f"{series[-1]} {name.lower()}" for series, name in zip(values, names, strict=True)]
    begin = rows[0].day
    found = findings.course(rows)
    stops = [
        Stop(
            _weeks(one.day, begin),
            said_as.stop(
                one.day, today, [(name.lower(), series[i]) for name, series in zip(names, values, strict=True)]
            ),
        )
        for i, one in enumerate(rows)
    ]
    return Chart(
        "contact",
        said_as.course_title(found),
        said_as.course_sentence(found),
        Lines(
            stops,
            ticks(begin, rows[-1].day),
            [
                Line(names[0], values[0], Tone.OK, labels[0], shape),
                Line(names[1], values[1], Tone.DUE, labels[1], shape, dash=Dash.DOTTED),
                Line(names[2], values[2], Tone.OVER, labels[2], shape, dash=Dash.DASHED, firm=True, filled=True),
            ],
        ),
        Table(
            [_("Day"), *names],
            [
                [Cell(_("Now"), day=rows[-1].day), *(_now(_of(rows[-1], state), state, lists) for state in SHOWN)],
                *(_former(one.day, today, *(str(_of(one, state)) for state in SHOWN)) for one in reversed(rows[:-1])),
            ],
            former(),
        ),
    )


def _former(day: date, today: date, *counts: str) -> list[str | Cell]:
    return [Cell(dates.plain(day, today), day=day), *counts]


def former() -> str:
    """Why the figures of former weeks open no list."""
    return _("Of former weeks the counts alone are kept, so they open no list.")


def _now(count: int, state: State, lists: Lists) -> Cell:
    said = _("%(name)s now: %(n)s") % {"name": words.LOOKS[state].word, "n": said_as.relationships(count)}
    return Cell(str(count), lists.portfolio(state=state.value), said)


def _weeks(day: date, begin: date) -> float:
    return round((day - begin).days / 7, 3)


def ticks(begin: date, end: date) -> list[Tick]:
    """The first of each month between two days; over more than a year, of each quarter; January with its year."""
    every = 1 if (end - begin).days <= 7 * LONG_WEEKS else 6
    found = []
    year, month = begin.year, begin.month
    while (first := date(year, month, 1)) <= end:
        if first >= begin and (month - 1) % every == 0:
            found.append(Tick(_weeks(first, begin), date_format(first, "M Y" if every > 1 else "M")))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found


# What a list of relationships shows beside each where it is about check-ins.
PACE_COLUMNS = ("partner", "rhythm", "needed", "happened", "owner")
SHORT_COLUMNS = ("partner", "rhythm", "needed", "happened", "missing", "owner")


@dataclass(frozen=True, slots=True)
class Paced:
    """Check-ins as they were counted: what the rhythms ask for and what happens, and how far each was kept."""

    rate: said_as.Rate
    asked: int
    met: int
    short: int

    @classmethod
    def of(cls, counts: Mapping[str, float]) -> Self:
        return cls(_rate(counts), *(figure(counts, name) for name in ("asked", "met", "short")))

    @property
    def found(self) -> findings.Pace:
        return findings.pace(self.rate.needed, self.asked, self.met)

    @property
    def title(self) -> str:
        return said_as.pace_title(self.found, self.asked, self.met)

    @property
    def sentence(self) -> Said:
        return said_as.pace_sentence(self.found, self.rate, self.short)

    def linked(self, lists: Lists) -> SafeString:
        """Each figure with the relationships of which it is the sum."""
        needed, happening = self.rate.over(self.rate.unit)
        return self.sentence.linked(
            needed=_needed(needed, self.rate.unit, lists),
            happening=_happened(happening, self.rate.unit, lists),
            short=_short(self.short, lists),
        )


def _rate(counts: Mapping[str, float]) -> said_as.Rate:
    return said_as.Rate(counts.get("needed", 0.0), counts.get("touch_days", 0.0) / WORKING_DAYS)


def _needed(value: float, unit: Unit, lists: Lists) -> tuple[str, str]:
    opens = _("%(n).1f check-ins %(per)s, by the rhythm of each relationship") % {"n": value, "per": said_as.per(unit)}
    return lists.portfolio(pace=PortfolioForm.NEEDED, columns=PACE_COLUMNS), opens


def _happened(value: float, unit: Unit, lists: Lists) -> tuple[str, str]:
    opens = _("%(n).1f check-ins %(per)s, by the relationships in contact in the last four weeks") % {
        "n": value,
        "per": said_as.per(unit),
    }
    return lists.portfolio(pace=PortfolioForm.HAPPENED, columns=PACE_COLUMNS), opens


def _short(count: int, lists: Lists) -> tuple[str, str]:
    opens = ngettext(
        "%(n)d relationship with fewer check-ins than its rhythm asked for",
        "%(n)d relationships with fewer check-ins than their rhythms asked for",
        count,
    ) % {"n": count}
    return lists.portfolio(pace=PortfolioForm.SHORT, sort="missing", columns=SHORT_COLUMNS), opens


def pace(course: Course, today: date, lists: Lists) -> Chart | None:
    """What the rhythms ask for and what happens; nothing until both are kept for two weeks."""
    # A figure that is nothing is not kept, but neither is one of a week before it was counted at all.
    rows = list(dropwhile(lambda one: "needed" not in one[1], course))
    if len(rows) < 2:
        return None
    begin, paced = rows[0][0], Paced.of(rows[-1][1])
    unit = paced.rate.unit
    rates = [_rate(counts).over(unit) for _day, counts in rows]
    needed, happening = ([round(one, 1) for one in values] for values in zip(*rates, strict=True))
    labels = [_("%(n).1f needed") % {"n": needed[-1]}, _("%(n).1f happened") % {"n": happening[-1]}]
    return Chart(
        "pace",
        paced.title,
        str(paced.sentence),
        Lines(
            [
                Stop(
                    _weeks(day, begin),
                    said_as.pace_stop(day, today, needed[i], happening[i]),
                )
                for i, (day, _counts) in enumerate(rows)
            ],
            ticks(begin, rows[-1][0]),
            [
                Line(_("needed"), needed, Tone.INK_3, labels[0], dash=Dash.DASHED),
                Line(_("happened"), happening, Tone.EARNED, labels[1], firm=True),
            ],
        ),
        Table(
            [_("Day"), *said_as.pace_heads(unit)],
            [
                [
                    Cell(_("Now"), day=rows[-1][0]),
                    Cell(f"{needed[-1]:.1f}", *_needed(needed[-1], unit, lists)),
                    Cell(f"{happening[-1]:.1f}", *_happened(happening[-1], unit, lists)),
                ],
                *(
                    _former(rows[i][0], today, f"{needed[i]:.1f}", f"{happening[i]:.1f}")
                    for i in reversed(range(len(rows) - 1))
                ),
            ],
            f"{_asked_note()} {former()}",
        ),
        Size.LOW,
        paced.linked(lists),
    )


def _asked_note() -> str:
    return _(
        "Asked for are the whole check-ins of four weeks, or one of a rhythm that is longer. What happened beyond that "
        "with one relationship stands in for none of another."
    )


# Standing over stages ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stages:
    """Of each stage how many are judged and how many are not, and how many in each ten of points."""

    judged: Mapping[str, int]
    unjudged: Mapping[str, int]
    tens: Mapping[str, list[int]]

    @property
    def all_judged(self) -> int:
        return sum(self.judged.values())

    @property
    def all_unjudged(self) -> int:
        return sum(self.unjudged.values())


def stages(now: BookNow) -> Stages:
    return Stages(
        {stage: figure(now.figures, f"judged:{stage}") for stage in Stage},
        {stage: figure(now.figures, f"unjudged:{stage}") for stage in Stage},
        {stage: [figure(now.figures, f"band:{stage}:{ten}") for ten in TENS] for stage in Stage},
    )


def stage_name(stage: str) -> str:
    return str(capfirst(Relationship.Stage(stage).label))


def plural(stage: str) -> str:
    names = {Stage.CONTACT: _("contacts"), Stage.CUSTOMER: _("customers"), Stage.PARTNER: _("partners")}
    return names[Stage(stage)]


def standing(found: Stages, rows: Sequence[Relationship] | None, lists: Lists) -> Chart:
    """A dot for each of ``rows`` (``standing`` selected); without them how many there are in each ten of points."""
    shown: list[str] = [stage for stage in Stage if found.judged[stage]] or list(Stage)
    # What is said of them is reckoned from what is shown of them, so that the table under it has the same.
    scores = {stage: [_points(row) for row in rows or () if row.stage == stage] for stage in shown}
    middles: dict[str, Judged] = {
        stage: Judged(
            len(scores[stage]) if rows is not None else found.judged[stage],
            findings.middle(scores[stage]) if rows is not None else findings.middle_of_tens(found.tens[stage]),
        )
        for stage in shown
    }
    none = Judged(0)
    compared = findings.compare(middles.get(Stage.PARTNER, none), middles.get(Stage.CUSTOMER, none))
    out, far = _exceptions(rows or (), compared, middles), _far_below(rows or (), scores)
    said = said_as.standing_sentence(middles, {stage: plural(stage) for stage in shown}, rows is not None)
    named: dict[str, Relationship] = {}
    for key, some, says in (("out", out, said_as.exceptions), ("far", far, said_as.far_below)):
        if some:
            first = some[:NAMED]
            said += says([str(row) for row in first], len(some) - len(first))
            named |= {f"{key}_{place}": row for place, row in enumerate(first)}
    return Chart(
        "standing",
        said_as.standing_title(compared, len(out), found.all_judged),
        str(said),
        _dots(shown, rows, {row.pk for row in named.values()})
        if rows is not None
        else _heaps(shown, found, middles, lists),
        _standing_table(shown, found, middles, lists),
        Size.TALL,
        said.linked(**{key: (row.get_absolute_url(), str(row)) for key, row in named.items()}),
        _dots_table(shown, rows) if rows is not None else None,
    )


def _exceptions(
    rows: Sequence[Relationship], compared: findings.Compared, middles: Mapping[str, Judged]
) -> list[Relationship]:
    """Where partners stand higher, the partners who stand lower than the customers' median; the lowest first."""
    if compared is not findings.Compared.HIGHER:
        return []
    limit = health.whole(middles[Stage.CUSTOMER].middle or 0.0)
    return _lowest_first(row for row in rows if row.stage == Stage.PARTNER and _points(row) < limit)


def _far_below(rows: Sequence[Relationship], scores: Mapping[str, Sequence[float]]) -> list[Relationship]:
    limits = {stage: findings.far_below(values) for stage, values in scores.items()}
    return _lowest_first(row for row in rows if _points(row) < limits.get(row.stage, 0.0))


def _lowest_first(rows: Iterable[Relationship]) -> list[Relationship]:
    return sorted(rows, key=lambda row: (row.standing.score or 0.0, row.pk))


def _dots(shown: Sequence[str], rows: Sequence[Relationship], named: set[int]) -> Dots:
    """To scale, the median among the dots too: its line goes through the dot that it is."""
    lowest = min((row.standing.low for row in rows), default=0.0)
    return Dots(
        [
            Lane(
                stage_name(stage),
                [_dot(row, row.pk in named) for row in rows if row.stage == stage],
                findings.middle([row.standing.score or 0.0 for row in rows if row.stage == stage]),
            )
            for stage in shown
        ],
        low=20 * int(lowest // 20),
    )


def _points(row: Relationship) -> int:
    return health.full(row.standing.earned, row.standing.unknown).earned


def _dot(row: Relationship, named: bool) -> Dot:
    kept = row.standing
    low, high = health.limits(kept.low, kept.high)
    said = _("%(name)s: %(score)d, between %(low)d and %(high)d.") % {
        "name": row, "score": _points(row), "low": low, "high": high
    }  # fmt: skip
    return Dot(
        round(kept.score or 0.0, 2),
        round(kept.low, 2),
        round(kept.high, 2),
        said,
        row.get_absolute_url(),
        str(row) if named else "",
    )


def _ten(ten: int) -> str:
    return f"{10 * ten}-{10 * ten + 10}"


def _heaps(shown: Sequence[str], found: Stages, middles: Mapping[str, Judged], lists: Lists) -> Heaps:
    return Heaps(
        [
            HeapLane(
                stage_name(stage),
                [
                    Heap(
                        10 * ten,
                        10 * ten + 10,
                        count,
                        _("%(stage)s, %(low)d to %(high)d points: %(n)d.")
                        % {"stage": stage_name(stage), "low": 10 * ten, "high": 10 * ten + 10, "n": count},
                        lists.portfolio(stage=stage, standing=_ten(ten), going="1") if count else "",
                    )
                    for ten, count in enumerate(found.tens[stage])
                ],
                middles[stage].middle,
            )
            for stage in shown
        ]
    )


def _standing_table(shown: Sequence[str], found: Stages, middles: Mapping[str, Judged], lists: Lists) -> Table:
    """How many in each ten of points that anybody has, of each stage."""
    tens = [ten for ten in TENS if any(found.tens[stage][ten] for stage in shown)]
    rows: list[list[str | Cell]] = []
    for stage in shown:
        middle = middles[stage].middle
        row: list[str | Cell] = [stage_name(stage)]
        for ten in tens:
            count = found.tens[stage][ten]
            opens = ngettext(
                "%(n)d %(stage)s with %(low)d to %(high)d points",
                "%(n)d %(stage)s with %(low)d to %(high)d points",
                count,
            ) % {"n": count, "stage": plural(stage), "low": 10 * ten, "high": 10 * ten + 10}
            href = lists.portfolio(stage=stage, standing=_ten(ten), going="1")
            row.append(Cell(str(count), href, opens) if count else "0")
        missing = found.unjudged[stage]
        href = lists.portfolio(stage=stage, standing="none", going="1")
        opens = _("%(n)d %(stage)s that cannot be judged yet") % {"n": missing, "stage": plural(stage)}
        row.append(Cell(str(missing), href, opens) if missing else "0")
        row.append("–" if middle is None else said_as.points(middle))
        rows.append(row)
    return Table(
        [_("Stage"), *(f"{10 * ten}–{10 * ten + 10}" for ten in tens), _("Not judged"), _("Median")],
        rows,
        _("The median is that of all who are judged, in full points: half of them stand lower, half higher."),
        _("how many in each ten of points"),
    )


def _dots_table(shown: Sequence[str], rows: Sequence[Relationship]) -> Table:
    """Each dot with its uncertainty, the lowest of each stage first."""
    lowest = _lowest_first(rows)
    return Table(
        [_("Relationship"), _("Stage"), _("Standing"), _("Standing from"), _("Standing to")],
        [
            [
                Cell(str(row), row.get_absolute_url(), str(row)),
                stage_name(row.stage),
                str(_points(row)),
                *(str(limit) for limit in health.limits(row.standing.low, row.standing.high)),
            ]
            for stage in shown
            for row in lowest
            if row.stage == stage
        ],
        _("From and to are the limits of the uncertainty."),
        _("each relationship"),
    )


# Promises ------------------------------------------------------------------------------------------------------------

# As the figures and the addresses call what became of a promise.
OUTCOMES = ("kept", "late", "missed")
# This one, and those of the year before it.
LEAST_QUARTERS = 5
MOST_NAMED = 6


def quarters(now: BookNow, weeks: int) -> list[findings.Quarter]:
    """Those of so many weeks, and of more than a year all the same, oldest first; those in which no promise of either
    side came due are left out."""
    assert now.day is not None
    first = min(str(Quarter.of(now.day - timedelta(weeks=weeks))), str(latest(now.day, LEAST_QUARTERS)[-1]))
    kept = {side: now.prefixed(f"promise:{side}:") for side in ("ours", "theirs")}
    names = sorted({name.partition(":")[0] for figures in kept.values() for name in figures})
    names = [name for name in names if name >= first]
    return [findings.Quarter(name, *(_kept(kept[side], name) for side in ("ours", "theirs"))) for name in names]


def _kept(figures: Mapping[str, float], quarter: str) -> Kept:
    return Kept(*(figure(figures, f"{quarter}:{outcome}") for outcome in OUTCOMES))


def promises(rows: Sequence[findings.Quarter], lists: Lists) -> Chart | None:
    """Nothing where no promise of either side has come due."""
    if not rows:
        return None
    found, names = findings.promised(rows), [said_as.quarter_name(one.name) for one in rows]
    said = said_as.promises_sentence(found, rows[0].name)
    # Of many quarters each fourth has its name, back from the newest.
    every = 1 if len(names) <= MOST_NAMED else 4
    ours, theirs = [one.ours.percent for one in rows], [one.theirs.percent for one in rows]
    known = [value for value in [*ours, *theirs] if value is not None]
    span = rows[0].name if len(rows) == 1 else f"{rows[0].name}-{rows[-1].name}"
    low = max(0, min(known, default=0) // 20 * 20 - (20 if min(known, default=0) % 20 < 5 else 0))
    return Chart(
        "promises",
        said_as.promises_title(found),
        str(said),
        Lines(
            [
                Stop(i, f"{name}: {_side(_('ours'), one.ours)}; {_side(_('theirs'), one.theirs)}.")
                for i, (name, one) in enumerate(zip(names, rows, strict=True))
            ],
            [Tick(i, name) for i, name in enumerate(names) if (len(names) - 1 - i) % every == 0],
            [
                Line(_("theirs"), theirs, Tone.THEIRS, _end(theirs, _("theirs")), Shape.ROUND, ink=Tone.THEIRS_INK),
                Line(_("ours"), ours, Tone.OURS, _end(ours, _("ours")), Shape.SQUARE),
            ],
            low=low,
            high=100,
            unit=" %",
        ),
        _promise_table(rows, lists),
        Size.LOW,
        said.linked(
            ours=(lists.behind(f"promise:ours:{span}:judged"), _judged(_("ours"), found.ours)),
            theirs=(lists.behind(f"promise:theirs:{span}:judged"), _judged(_("theirs"), found.theirs)),
        ),
    )


def _judged(side: str, kept: Kept) -> str:
    return ngettext(
        "%(n)d promise of %(side)s kept or missed, %(kept)d kept in time",
        "%(n)d promises of %(side)s kept or missed, %(kept)d of them kept in time",
        kept.total,
    ) % {
        "n": kept.total,
        "side": side,
        "kept": kept.in_time,
    }


def _end(values: Sequence[int | None], name: str) -> str:
    last = next((value for value in reversed(values) if value is not None), None)
    return "" if last is None else _("%(percent)d %% %(name)s") % {"percent": last, "name": name}


def _side(name: str, kept: Kept) -> str:
    if kept.percent is None:
        return _("%(name)s none due") % {"name": name}
    values = {"name": name, "percent": kept.percent, "kept": kept.in_time, "total": kept.total}
    return _("%(name)s %(percent)d %%, %(kept)d of %(total)d in time") % values


def _promise_table(rows: Sequence[findings.Quarter], lists: Lists) -> Table:
    head = [
        _("Quarter"),
        _("Ours in time"), _("Ours late"), _("Ours missed"), _("Theirs in time"), _("Theirs late"), _("Theirs missed"),
    ]  # fmt: skip
    told = {
        ("ours", "kept"): _("promises of ours kept in time"),
        ("ours", "late"): _("promises of ours kept late"),
        ("ours", "missed"): _("promises of ours missed"),
        ("theirs", "kept"): _("promises of theirs kept in time"),
        ("theirs", "late"): _("promises of theirs kept late"),
        ("theirs", "missed"): _("promises of theirs missed"),
    }
    lines: list[list[str | Cell]] = []
    for one in reversed(rows):
        line: list[str | Cell] = [said_as.quarter_name(one.name)]
        for side, kept in (("ours", one.ours), ("theirs", one.theirs)):
            for outcome, count in zip(OUTCOMES, (kept.in_time, kept.late, kept.missed), strict=True):
                opens = f"{count} {told[side, outcome]}, {said_as.quarter_name(one.name)}"
                href = lists.behind(f"promise:{side}:{one.name}:{outcome}")
                line.append(Cell(str(count), href, opens) if count else "0")
        lines.append(line)
    return Table(head, lines)
