"""What was shown of a standing on a former day, held against what is known of that day now (pure).

What was shown is a snapshot. What is known now may be more: rows of evidence that were written later; or other: what
was taken back or is told otherwise; and other weights may have come into force within the day. Days are local dates
of the relationship's zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from relationships import health
from relationships.evidence import RULES, Component
from relationships.health_case import Case, Entry
from relationships.weighing import Scale

# As far as what is shown goes: less is no difference that anybody could see.
NOTICED = 0.005
# What the days between two standings change is told from so many points on.
TELLING = 1.0


@dataclass(frozen=True, slots=True)
class Shown:
    """What was shown of a day: belief and disbelief of each component, by a version of the weights, and the flags."""

    on: date
    opinions: Mapping[Component, tuple[float, float]]
    version: int
    scale: Scale
    flags: frozenset[str] = frozenset()

    def points(self, component: Component) -> tuple[float, float, float]:
        """Earned, lost and not yet known, of the component's own points."""
        belief, disbelief = self.opinions[component]
        most = self.scale.weights.of(component)
        return most * belief, most * disbelief, most * max(0.0, 1 - belief - disbelief)


@dataclass(frozen=True, slots=True)
class Difference:
    """Why what is known now differs: the rows that were ``added`` later, the newest first; the parts of which something
    was taken back or is told ``otherwise``; the version of the weights by which the day is judged, where that is
    another; the flags that are known now and were not shown, and those that were shown and are not known any more.

    Where the day that is asked for came after the one that was shown: the rows of the days between that are ``newer``
    than what was shown, and the parts that moved as time ``went_by``.
    """

    added: Sequence[Entry] = ()
    otherwise: Sequence[Component] = ()
    version: int | None = None
    flags_more: Sequence[str] = ()
    flags_fewer: Sequence[str] = ()
    newer: Sequence[Entry] = ()
    went_by: Sequence[Component] = ()

    def __bool__(self) -> bool:
        told = (self.added, self.otherwise, self.version, self.flags_more, self.flags_fewer, self.newer, self.went_by)
        return any(told)


def difference(shown: Shown, known: Case, until: datetime, version: int, flags: Sequence[str]) -> Difference:
    """``known`` is the case as of the day that was shown, ``until`` the end of that day, ``version`` and ``flags`` are
    those that are known of it now.

    Where all stands as it was shown once the rows that were written later are left out, they are the whole of it.
    """
    same = replace(known, weights=shown.scale.weights, thresholds=shown.scale.thresholds)
    later = [entry for entry in same.entries if _is_later(entry, until)]
    added: list[Entry] = []
    otherwise = _moved(shown, same)
    if otherwise and later:
        before = replace(same, entries=[entry for entry in same.entries if not _is_later(entry, until)])
        otherwise = _moved(shown, before)
        told = {component for component in Component if _other(before, same, component)}
        added = [entry for entry in reversed(later) if RULES[entry.row.kind].component in told]
    return Difference(
        added,
        otherwise,
        version if version != shown.version else None,
        sorted(set(flags) - shown.flags),
        sorted(shown.flags - set(flags)),
    )


def between(shown: Shown, found: Difference, known: Case, until: datetime) -> Difference:
    """``found`` of the day that was shown, and what followed until a later one, of which ``known`` is the case.

    ``until`` is the end of that later day: what was written by then is newer, and what was written after it was added
    later. No part that moved by a full point goes untold.
    """
    same = replace(known, weights=shown.scale.weights, thresholds=shown.scale.thresholds)
    since = [entry for entry in same.entries if entry.row.day > shown.on]
    before = replace(same, entries=[entry for entry in same.entries if entry.row.day <= shown.on])
    moved = {component for component in Component if since and _other(before, same, component)}
    rows = [entry for entry in since if RULES[entry.row.kind].component in moved]
    rows.sort(key=lambda entry: entry.row.day, reverse=True)
    added = [*(entry for entry in rows if _is_later(entry, until)), *found.added]
    newer = [entry for entry in rows if not _is_later(entry, until)]
    told = {RULES[entry.row.kind].component for entry in (*added, *newer)} | set(found.otherwise)
    return replace(found, added=added, newer=newer, went_by=[one for one in _far(shown, same) if one not in told])


def _far(shown: Shown, known: Case) -> list[Component]:
    """The parts that are away from what was shown by a full point; else what moved most, where all together are."""
    points = {one: (shown.points(one), known.points(one)) for one in Component}
    if found := [one for one, both in points.items() if _is_away(*both)]:
        return found
    whole = [[sum(side) for side in zip(*found, strict=True)] for found in zip(*points.values(), strict=True)]
    return [max(points, key=lambda one: _away(*points[one]))] if _is_away(*whole) else []


def _is_away(one: Sequence[float], other: Sequence[float]) -> bool:
    """By a full point, or so that another number of points earned is shown."""
    return _away(one, other) >= TELLING or health.whole(one[0]) != health.whole(other[0])


def _away(one: Sequence[float], other: Sequence[float]) -> float:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def _is_later(entry: Entry, until: datetime) -> bool:
    return entry.written_at is not None and entry.written_at > until


def _moved(shown: Shown, known: Case) -> list[Component]:
    """The parts that are known otherwise than they were shown."""
    found = []
    for component in Component:
        one, (belief, disbelief) = known.standing.opinions[component], shown.opinions[component]
        if max(abs(one.belief - belief), abs(one.disbelief - disbelief)) > NOTICED:
            found.append(component)
    return found


def _other(one: Case, two: Case, component: Component) -> bool:
    before, after = one.standing.opinions[component], two.standing.opinions[component]
    return max(abs(before.belief - after.belief), abs(before.disbelief - after.disbelief)) > 1e-9
