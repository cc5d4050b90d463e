"""The ledger and its sums once more, slowly: day by day, from plain tuples, with nothing of the product.

Masses, caps and half-lives stand here a second time on purpose; the table of the design is their source.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

HALF_LIVES = {"cadence": 120, "access": 120, "credibility": 180, "trust": 180, "reciprocity": 120}
CAPS = {
    "meeting_accepted": 1.0,
    "decision_maker_met": 2.0,
    "kpi_reading": 3.0,
    "project_measured": 4.0,
    "problem_solved": 1.0,
    "promise_kept": 3.0,
    "feedback_answered": 1.0,
    "initiative": 1.0,
}


class Line(NamedTuple):
    component: str
    kind: str
    side: str
    day: date
    r: float
    s: float


def counted(lines: Sequence[Line], day: date, today: date, kind: str, side: str) -> float:
    """What of a day's mass for still fits under the cap of its week, after the days of that week that came later."""

    def mass(on: date) -> float:
        return sum(line.r for line in lines if (line.kind, line.side, line.day) == (kind, side, on))

    if kind not in CAPS:
        return mass(day)
    later = [day + timedelta(days=ahead) for ahead in range(1, 7 - day.weekday())]
    taken = sum(mass(on) for on in later if on <= today)
    return min(mass(day), max(0.0, CAPS[kind] - taken))


def sums(lines: Sequence[Line], today: date, every_days: int) -> dict[tuple[str, str], tuple[float, float]]:
    """Masses for and against per component and side; every night they fade a little, every day adds its own."""
    totals = {(line.component, line.side): (0.0, 0.0) for line in lines if line.day <= today}
    for component, side in totals:
        own = [line for line in lines if (line.component, line.side) == (component, side)]
        days = HALF_LIVES[component]
        months = 1
        while every_days >= 30 * months + 15:
            months += 1
        night = 0.5 ** (1 / (days * months))
        r = s = 0.0
        day = min(line.day for line in own)
        while day <= today:
            r, s = r * night, s * night
            r += sum(counted(own, day, today, kind, side) for kind in {line.kind for line in own})
            s += sum(line.s for line in own if line.day == day)
            day += timedelta(days=1)
        totals[component, side] = (r, s)
    return totals


def of_talk(day: date, two_way: bool, begun_by: str) -> list[Line]:
    """One-way says nothing; who began it counts only where that is known."""
    touch = [Line("cadence", "touch", "both", day, 0, 0)] if two_way else []
    begun = two_way and begun_by in ("ours", "theirs")
    return touch + ([Line("reciprocity", "initiative", begun_by, day, 1, 0)] if begun else [])


def of_promise(
    side: str,
    due: date,
    moves: Iterable[tuple[date, date]],
    kept: date | None,
    missed: date | None,
    explained: date | None,
    today: date,
) -> list[Line]:
    """Live through the promise day by day, as its keeper would."""
    moves, last = list(moves), kept or missed or today
    day = min([due, last, *(agreed for agreed, _new in moves)])
    late, in_time = None, None
    while day <= last:
        late = due if late is None and day > due else late
        for agreed, new in moves:
            if agreed == day:
                in_time, due = (day if day <= due else in_time), new
        day += timedelta(days=1)
    said = [("promise_renegotiated", in_time, 0.0, 0.0), ("promise_late", late, 0.0, 0.4)]
    said.append(("promise_kept_late", kept, 0.6, 0.0) if late else ("promise_kept", kept, 1.0, 0.0))
    said.append(("promise_broken", missed, 0.0, 0.6))
    if explained and explained - (late or due) <= timedelta(days=7):
        said.append(("promise_owned", missed, 0.0, -0.3))
    return [Line("trust", kind, side, on, r, s) for kind, on, r, s in said if on]
