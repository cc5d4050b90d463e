"""The criteria of a partner that ask for the score or its parts (pure), and which parts are low.

Source: ``health.md`` of the design. What was earned fades, so each is crossed between two pieces of evidence too, on
days that are found exactly. All days are local dates of the relationship's zone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from relationships import evidence, health
from relationships.course import Course, Known
from relationships.criteria import DAY, SIDES, Lack, Missing, Record, Rule, Shown, Span, fading, last_seen_of, without
from relationships.evidence import Component
from relationships.flags import OUTCOMES
from relationships.health_points import EFFORT, Remedy, remedies

# The belief that a partner has earned of each of these, and of trust on each side.
EARNED, EARNED_BY_SIDE = 0.6, 0.55
OF_PARTNERS = (Component.ACCESS, Component.CREDIBILITY, Component.TRUST)
# Points so near to a limit are reckoned day by day.
CLOSE = 1e-6
# A component below this for so many days asks for a review, where no more of it is unknown than this.
LOW, LOW_DAYS, LOW_UNKNOWN = 0.4, 60, 0.5


def hundredths(belief: float) -> int:
    """Rounded down: what is shown as .60 has reached it."""
    return health.whole(100 * belief)


def beliefs(record: Record, today: date) -> dict[Component, int]:
    """What is asked of a partner, in hundredths."""
    return {one: hundredths(record.course.of(one, today).belief) for one in OF_PARTNERS}


def trust_by_side(record: Record, today: date) -> dict[str, int]:
    return {side: hundredths(record.course.trust(side, today).belief) for side in SIDES}


def points_known(record: Record, today: date) -> int:
    """How many of 100 points can be judged."""
    return health.whole(100 - record.course.unknown(today))


def cheapest(record: Record, today: date) -> Remedy | None:
    """What makes most known for the effort; whether a problem is open that could be solved is not known here."""
    rhythm = record.course.rhythm
    people = [health.Person(seen) for seen in last_seen_of(record, today)]
    weights = record.course.scale(today).weights
    sums = record.course.sums(today)
    found = remedies(sums, rhythm, people, today=today, weights=weights, problem_open=False)
    best = max(found, key=lambda one: one.points / EFFORT[one.remedy], default=None)
    return best.remedy if best else None


def _can_be_judged(record: Record) -> tuple[Span, ...]:
    """Where the rhythm may decide it, and more is known of it with each day of silence, every day is looked at."""
    course = record.course
    maybe = fading(
        course.every_day,
        lambda day: _judged(course, day, course.unknown_at_least(day)),
        _stays(course, said_all=True),
    )
    if not maybe:
        return ()
    sure = fading(
        course.every_day,
        lambda day: _judged(course, day, course.unknown_at_most(day)),
        _stays(course, said_all=False),
    )
    days = [
        day
        for first, last in course.late
        for span in without(maybe, sure)
        for day in _each_day(max(first, span.first), min(last, span.last or last))
        if _judged(course, day, course.unknown(day))
    ]
    return _together([*sure, *(Span(day, day) for day in days)])


def _stays(course: Course, *, said_all: bool) -> Callable[[date, date, bool], bool]:
    """Whether it can be judged on all days from one to another, or on none: with a long history few are looked at."""

    def sure(first: date, last: date, held: bool) -> bool:
        found = course.unknown_between(first, last, said_all=said_all)
        if found is None:
            return False
        least, most = found
        return _judged(course, first, most + CLOSE) if held else not _judged(course, first, least - CLOSE)

    return sure


def _judged(course: Course, day: date, unknown: float) -> bool:
    """As it is shown, by the limit of the day."""
    return health.can_be_judged(unknown, course.scale(day).thresholds)


def _reaches(belief: float, limit: float) -> bool:
    return hundredths(belief) >= hundredths(limit)


def _each_day(first: date, last: date) -> Iterable[date]:
    return (first + offset * DAY for offset in range((last - first).days + 1))


def _together(held: Iterable[Span]) -> tuple[Span, ...]:
    """Spans that follow each other are one."""
    found: list[Span] = []
    for span in sorted(held, key=lambda one: one.first):
        if found and found[-1].last == span.first - DAY:
            span = Span(found.pop().first, span.last)
        found.append(span)
    return tuple(found)


def _missing_score(record: Record, today: date) -> list[Missing]:
    if _judged(record.course, today, record.course.unknown(today)):
        return []
    return [Missing(Lack.KNOWN, points_known(record, today))]


def _days_of(course: Course, *components: Component) -> set[date]:
    return {day for component in components for day in course.days_of(component)}


def _are_earned(record: Record) -> tuple[Span, ...]:
    """Each is looked at where those with fewer days are earned: access changes with every talk."""
    course = record.course
    order = sorted(OF_PARTNERS, key=lambda one: len(course.days_of(one)))
    held: Sequence[Span] = [Span(date.min)]
    for one in order:
        days = {span.first for span in held} | {max(_days_of(course, *OF_PARTNERS), default=date.min)}
        days |= {day for day in course.days_of(one) if _is_within(held, day)}
        held = fading(days, lambda day, held=held, one=one: _is_within(held, day) and _is_earned(record, one, day))  # type: ignore[misc]
    return tuple(held)


def _is_earned(record: Record, component: Component, day: date) -> bool:
    return _reaches(record.course.of(component, day).belief, EARNED)


def _is_within(held: Sequence[Span], day: date) -> bool:
    at = bisect_right(held, day, key=lambda one: one.first) - 1
    return at >= 0 and held[at].holds(day)


def _missing_components(record: Record, today: date) -> list[Missing]:
    """What is lowest comes first; what nothing is known of is told apart and comes last."""
    found = []
    for one in OF_PARTNERS:
        known = record.course.of(one, today)
        if not _reaches(known.belief, EARNED):
            lack = Lack.NOTHING_OF if _is_nothing(known) else Lack.COMPONENT
            found.append(Missing(lack, hundredths(known.belief), said=one.value))
    return sorted(found, key=lambda one: (one.lack is Lack.NOTHING_OF, one.count))


def _is_nothing(known: Known) -> bool:
    """Less than a hundredth of it is known."""
    return hundredths(1 - known.unknown) == 0


def _is_trusted(record: Record, side: str, day: date) -> bool:
    return _reaches(record.course.trust(side, day).belief, EARNED_BY_SIDE)


def _missing_trust(record: Record, today: date) -> list[Missing]:
    lacks = {"ours": Lack.TRUST_OURS, "theirs": Lack.TRUST_THEIRS}
    found = trust_by_side(record, today)
    short = [side for side in lacks if not _is_trusted(record, side, today)]
    nothing = [side for side in short if _is_nothing(record.course.trust(side, today))]
    return [
        *(Missing(lacks[side], found[side]) for side in short if side not in nothing),
        *(Missing(Lack.NOTHING_OF_SIDE, said=side) for side in nothing),
    ]


def _shown_of(*components: Component) -> Callable[[Record, date], list[Shown]]:
    """The rows of some components, the newest first; of each thing that gave rise to several the last."""

    def shown(record: Record, today: date) -> list[Shown]:
        found: dict[tuple[str, int], Shown] = {}
        for one in reversed(record.weighed):
            if one.row.day <= today and evidence.RULES[one.row.kind].component in components:
                found.setdefault((one.shown.model, one.shown.pk), one.shown)
        return list(found.values())

    return shown


def _no_warning(record: Record) -> tuple[Span, ...]:
    """From the first promise or feedback that was judged on, but for the days on which trust eroded on a side.

    Before it there was nothing to warn of, and that shows nothing.
    """
    first = min((one.row.day for one in record.weighed if one.row.kind in OUTCOMES), default=None)
    found = [Span(first)] if first else []
    for side in SIDES:
        found = without(found, [one.span for one in record.flagged if one.erodes(side)])
    return tuple(found)


def _missing_trust_flags(record: Record, today: date) -> list[Missing]:
    raised = [one for one in record.flagged if one.span.holds(today) and any(one.erodes(side) for side in SIDES)]
    if not raised:
        return [Missing(Lack.UNTRIED)]
    return [Missing(Lack.ERODES, day=one.span.first, said=one.side) for one in raised]


SCORE = Rule(
    spans=_can_be_judged,
    shown=lambda record, today: [],
    missing=_missing_score,
    figure=points_known,
)
COMPONENTS = Rule(
    spans=_are_earned,
    shown=_shown_of(*OF_PARTNERS),
    missing=_missing_components,
)
TRUST_OF_EACH = Rule(
    spans=lambda record: fading(
        _days_of(record.course, Component.TRUST),
        lambda day: all(_is_trusted(record, side, day) for side in SIDES),
    ),
    shown=_shown_of(Component.TRUST),
    missing=_missing_trust,
)
TRUST_FLAGS = Rule(
    spans=_no_warning,
    shown=_shown_of(Component.TRUST),
    missing=_missing_trust_flags,
)


def low(record: Record, component: Component, since: date = date.min) -> list[Span]:
    """When it was low: little of it earned, and more known of it than not. What nobody knows is no reason to worry.

    Exact from ``since`` on: a span that holds on that day may have begun before the first day that is told.
    """
    course = record.course
    order = sorted(course.days_of(component))
    days = order[max(0, bisect_right(order, since) - 1) :]
    known = fading(days, lambda day: course.of(component, day).unknown <= LOW_UNKNOWN)
    return without(known, fading(days, lambda day: _reaches(course.of(component, day).belief, LOW)))
