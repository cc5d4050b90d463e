"""The ledger's rules (pure): components, kinds, masses, weekly caps, and the sums that follow from rows.

Source: subjective logic (Jøsang 2001) over evidence that fades by half in H days; forward decay after Cormode et
al. 2009. Masses and caps are judgement and published as such. Days are local dates of the relationship's zone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Component(StrEnum):
    CADENCE = "cadence"
    ACCESS = "access"
    CREDIBILITY = "credibility"
    TRUST = "trust"
    RECIPROCITY = "reciprocity"


# Days in which evidence fades by half, for a relationship in touch every month or more often.
HALF_LIFE = {
    Component.CADENCE: 120,
    Component.ACCESS: 120,
    Component.CREDIBILITY: 180,
    Component.TRUST: 180,
    Component.RECIPROCITY: 120,
}


class Kind(StrEnum):
    # Cadence. Adherence is reckoned from the days of touches, so these weigh nothing by themselves.
    TOUCH = "touch"
    CADENCE_AGREED = "cadence_agreed"
    # Access
    MEETING_ACCEPTED = "meeting_accepted"
    MEETING_DECLINED = "meeting_declined"
    MEETING_UNANSWERED = "meeting_unanswered"
    DECISION_MAKER_MET = "decision_maker_met"
    DECISION_MAKER_ABSENT = "decision_maker_absent"
    # Credibility
    KPI_READING = "kpi_reading"
    KPI_RANKED_BY_BOTH = "kpi_ranked_by_both"
    SCOPE_AGREED = "scope_agreed"
    PROJECT_MEASURED = "project_measured"
    PROJECT_CLOSED = "project_closed"
    PROJECT_FAILED = "project_failed"
    PROBLEM_SOLVED = "problem_solved"
    PROBLEM_SOLVED_LATE = "problem_solved_late"
    PROBLEM_REOPENED = "problem_reopened"
    # Trust
    PROMISE_KEPT = "promise_kept"
    PROMISE_KEPT_LATE = "promise_kept_late"
    PROMISE_LATE = "promise_late"
    PROMISE_BROKEN = "promise_broken"
    PROMISE_OWNED = "promise_owned"
    PROMISE_RENEGOTIATED = "promise_renegotiated"
    FEEDBACK_ANSWERED = "feedback_answered"
    FEEDBACK_IGNORED = "feedback_ignored"
    # Reciprocity
    INITIATIVE = "initiative"
    FEEDBACK_GIVEN = "feedback_given"
    ROADMAP_SHARED = "roadmap_shared"


@dataclass(frozen=True, slots=True)
class Rule:
    """Masses for and against, and the most of the first that counts per side and ISO week; ``None`` for no cap."""

    component: Component
    r: float = 0.0
    s: float = 0.0
    weekly: float | None = None


# A KPI reading brings its own masses: attainment a in [0, 1] gives r = a, s = 1 - a.
RULES: dict[Kind, Rule] = {
    Kind.TOUCH: Rule(Component.CADENCE),
    Kind.CADENCE_AGREED: Rule(Component.CADENCE),
    Kind.MEETING_ACCEPTED: Rule(Component.ACCESS, r=0.5, weekly=1),
    Kind.MEETING_DECLINED: Rule(Component.ACCESS, s=0.5),
    Kind.MEETING_UNANSWERED: Rule(Component.ACCESS, s=0.5),
    Kind.DECISION_MAKER_MET: Rule(Component.ACCESS, r=1, weekly=2),
    Kind.DECISION_MAKER_ABSENT: Rule(Component.ACCESS, s=1),
    Kind.KPI_READING: Rule(Component.CREDIBILITY, weekly=3),
    Kind.KPI_RANKED_BY_BOTH: Rule(Component.CREDIBILITY),
    Kind.SCOPE_AGREED: Rule(Component.CREDIBILITY),
    Kind.PROJECT_MEASURED: Rule(Component.CREDIBILITY, r=2, weekly=4),
    Kind.PROJECT_CLOSED: Rule(Component.CREDIBILITY, r=0.5),
    Kind.PROJECT_FAILED: Rule(Component.CREDIBILITY, s=1),
    Kind.PROBLEM_SOLVED: Rule(Component.CREDIBILITY, r=0.5, weekly=1),
    Kind.PROBLEM_SOLVED_LATE: Rule(Component.CREDIBILITY, r=0.15, s=0.35),
    Kind.PROBLEM_REOPENED: Rule(Component.CREDIBILITY, s=0.5),
    Kind.PROMISE_KEPT: Rule(Component.TRUST, r=1, weekly=3),
    Kind.PROMISE_KEPT_LATE: Rule(Component.TRUST, r=0.6),
    Kind.PROMISE_LATE: Rule(Component.TRUST, s=0.4),
    Kind.PROMISE_BROKEN: Rule(Component.TRUST, s=0.6),
    Kind.PROMISE_OWNED: Rule(Component.TRUST, s=-0.3),
    Kind.PROMISE_RENEGOTIATED: Rule(Component.TRUST),
    Kind.FEEDBACK_ANSWERED: Rule(Component.TRUST, r=0.5, weekly=1),
    Kind.FEEDBACK_IGNORED: Rule(Component.TRUST, s=0.5),
    # One initiative of a side counts per week: fifty letters in a day are one.
    Kind.INITIATIVE: Rule(Component.RECIPROCITY, r=1, weekly=1),
    Kind.FEEDBACK_GIVEN: Rule(Component.RECIPROCITY, r=1),
    Kind.ROADMAP_SHARED: Rule(Component.RECIPROCITY, r=1),
}


# By what is kept of each: to look it up by name takes many times as long.
KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the ledger. Masses as written, before caps and fading."""

    kind: Kind
    side: str
    day: date
    r: float
    s: float


@dataclass(frozen=True, slots=True)
class Sum:
    """Decayed masses for and against."""

    r: float = 0.0
    s: float = 0.0


def row(kind: Kind, side: str, day: date) -> Row:
    """A row with the masses of its kind."""
    rule = RULES[kind]
    return Row(kind, side, day, rule.r, rule.s)


def half_life(component: Component, every_days: int) -> int:
    """``H = H0 · max(1, (T + 15) // 30)`` days: evidence of a quarterly partner fades in quarters."""
    return HALF_LIFE[component] * max(1, (every_days + 15) // 30)


def capped(rows: Iterable[Row]) -> list[Row]:
    """The rows with what the weekly cap leaves of the mass for; the newest of a week count first.

    Per side, kind and ISO week. Cutting in proportion would let an extra kept promise lower a score; taking the
    newest first does not. The order of rows does not matter: of one day, all count alike.
    """
    weeks: dict[tuple[Kind, str, int], list[Row]] = defaultdict(list)
    for found in rows:
        weeks[found.kind, found.side, week_of(found.day)].append(found)
    kept = []
    for (kind, _side, _week), members in weeks.items():
        left = RULES[kind].weekly
        if left is None:
            kept += members
            continue
        for found in sorted(members, key=lambda one: one.day, reverse=True):
            counts = min(found.r, left)
            left -= counts
            kept.append(found if counts == found.r else Row(found.kind, found.side, found.day, counts, found.s))
    return kept


def week_of(day: date) -> int:
    """A number that the days of an ISO week have in common: the first of January of the year 1 was a Monday."""
    return (day.toordinal() - 1) // 7


def sums(rows: Iterable[Row], *, today: date, every_days: int) -> dict[tuple[Component, str], Sum]:
    """``R = Σ r·2^(−age/H)`` and ``S`` likewise, per component and side, of the rows up to ``today``."""
    totals: dict[tuple[Component, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for found in capped(one for one in rows if one.day <= today):
        component = RULES[found.kind].component
        fading = 2.0 ** (-(today - found.day).days / half_life(component, every_days))
        total = totals[component, found.side]
        total[0] += found.r * fading
        total[1] += found.s * fading
    return {key: Sum(*total) for key, total in totals.items()}
