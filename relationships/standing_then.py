"""What was shown of a standing on a former day, held against what is known of that day now (pure).

What was shown is a snapshot. What is known now may be more: rows of evidence that were written later; or other: what
was taken back or is told otherwise; and other weights may have come into force within the day. Days are local dates
of the relationship's zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from relationships.evidence import RULES, Component
from relationships.health_case import Case, Entry
from relationships.weighing import Scale

# As far as what is shown goes: less is no difference that anybody could see.
NOTICED = 0.005


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
    another; the flags that are known now and were not shown, and those that were shown and are not known any more."""

    added: Sequence[Entry] = ()
    otherwise: Sequence[Component] = ()
    version: int | None = None
    flags_more: Sequence[str] = ()
    flags_fewer: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.otherwise or self.version or self.flags_more or self.flags_fewer)


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
