"""The relationships that Insights names: a few of each kind, read by index, whatever the size of the book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum, Value
from django.utils.translation import gettext as _

from accounts.models import User
from dashboards import health_flags, mover_words, standing_bar
from dashboards.models import Movement
from dashboards.mover_words import Happened
from relationships import health_words, words
from relationships.cadence import RENEWAL_DAYS, Late, State
from relationships.evidence import Component, Kind
from relationships.flags import Flag
from relationships.models import Evidence, HealthFlag, Relationship, RelationshipQuerySet
from web import dates
from web.clock import Now

# So many are named of each kind, and each of so many dots is one relationship.
NAMED, MOVERS, RENEWALS, DOTS = 3, 3, 6, 120


def of_cell(user: User, cell: Mapping[str, Any]) -> RelationshipQuerySet:
    """The person's book, or the part of it that is chosen; as ``dashboards.book`` counts it."""
    return Relationship.objects.of_book(user).in_cell(**cell)


def dots(rows: RelationshipQuerySet) -> list[Relationship] | None:
    """All that are judged, with their standing; nothing where they are more than can be drawn. One query."""
    judged = rows.going_on().filter(standing__score__isnull=False).select_related("account", "standing")
    found = list(judged.order_by("pk")[: DOTS + 1])
    return found if len(found) <= DOTS else None


# Flags ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flagged:
    """The newest with a flag of one kind, and why the first of them has it, who is the newest."""

    names: list[Relationship]
    why: str


def flagged(rows: RelationshipQuerySet, now: Now) -> dict[str, Flagged]:
    """By kind, those with some. Two queries; the talks and promises behind the flags are on the pages themselves."""
    # Each kind by its index, at most so many.
    runs: list[QuerySet[HealthFlag, tuple[int, str]]] = []
    for kind in HealthFlag.Kind:
        flags = HealthFlag.objects.open().filter(kind=kind, relationship__in=rows.going_on().order_by())
        newest = flags.order_by("-since", "pk").annotate(of=Value(kind.value))
        runs.append(newest.values_list("pk", "of")[: NAMED + 1])
    keys = [pk for pk, _kind in runs[0].union(*runs[1:], all=True)]
    chosen = HealthFlag.objects.filter(pk__in=keys).select_related("relationship__account", "relationship__agreement")
    found: dict[str, list[HealthFlag]] = {}
    for flag in chosen.order_by("-since", "pk"):
        found.setdefault(flag.kind, []).append(flag)
    return {kind: _flagged(flags, now) for kind, flags in found.items()}


def _flagged(flags: Sequence[HealthFlag], now: Now) -> Flagged:
    """Of somebody whose trust erodes on both sides there are two."""
    names = list({flag.relationship_id: flag.relationship for flag in flags}.values())[:NAMED]
    return Flagged(names, _why(flags[0], now, alone=len(names) == 1))


def _why(flag: HealthFlag, now: Now, *, alone: bool) -> str:
    """What is kept of it, without its rows; where it is not ``alone`` it says that it speaks of the newest."""
    said = _why_itself(flag, now)
    return said if alone else _("of the newest, %(why)s") % {"why": said}


def _why_itself(flag: HealthFlag, now: Now) -> str:
    row = flag.relationship
    today = row.today(now)
    since = _("since %(day)s") % {"day": dates.said(flag.since, today)}
    if flag.kind == Flag.GOING_QUIET and row.due_on is not None:
        return _("%(said)s, flagged %(since)s.") % {"said": words.sentence(row, now), "since": since}
    if flag.kind == Flag.TRUST_ERODING:
        said = (
            _("more promises and answers of ours came late than usual, %(since)s.")
            if flag.side == HealthFlag.Side.OURS
            else _("more promises and answers of theirs came late than usual, %(since)s.")
        )
        return said % {"since": since}
    return f"{since}."


# The overdue ---------------------------------------------------------------------------------------------------------


def overdue(rows: RelationshipQuerySet, now: Now) -> dict[str, list[Relationship]]:
    """The latest of each span of lateness. Two queries."""
    late = rows.overdue(now)
    runs = [
        rows.overdue_by(one, now).order_by("due_on", "pk").annotate(of=Value(one.value)).values_list("pk", "of")[:NAMED]
        for one in Late
    ]
    keys = dict(runs[0].union(*runs[1:], all=True))
    found: dict[str, list[Relationship]] = {}
    for row in late.filter(pk__in=keys).select_related("account").order_by("due_on", "pk"):
        found.setdefault(keys[row.pk], []).append(row)
    return found


# Movers --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mover:
    relationship: Relationship
    moved: str
    why: str


def movers(rows: RelationshipQuerySet, now: Now) -> list[Mover]:
    """Those that rose and fell the most in 30 days, and what happened meanwhile. Three queries.

    Movements are of the last count; whoever cannot be judged since then is left out.
    """
    judged = rows.going_on().filter(standing__score__isnull=False).order_by()
    found = Movement.objects.filter(relationship__in=judged)
    found = found.select_related("relationship__account", "relationship__agreement")
    risen = found.filter(moved__gt=0).order_by("-moved", "relationship")[:MOVERS]
    fallen = found.filter(moved__lt=0).order_by("moved", "relationship")[:MOVERS]
    chosen = [*risen, *fallen]
    happened = _happened(chosen)
    return [_mover(one, happened.get(one.relationship_id, []), now) for one in chosen]


def _happened(chosen: Sequence[Movement]) -> dict[int, list[Happened]]:
    """Of each the evidence of the part that moved most, since the standing it is compared with."""
    meant = reduce(
        or_,
        (Q(relationship=one.relationship_id, component=one.component, day__gt=one.since) for one in chosen),
        Q(pk__in=[]),
    )
    sums = Evidence.objects.filter(meant).order_by().values("relationship", "kind", "side")
    found: dict[int, list[Happened]] = {}
    for row in sums.annotate(count=Count("pk"), for_it=Sum("r"), against=Sum("s")).order_by("relationship", "kind"):
        said = Happened(Kind(row["kind"]), row["side"], row["count"], row["for_it"], row["against"])
        found.setdefault(row["relationship"], []).append(said)
    return found


def _mover(one: Movement, happened: Sequence[Happened], now: Now) -> Mover:
    component = Component(one.component)
    told = {
        "component": str(health_words.NAMES[component]).lower(),
        "points": signed(one.component_moved),
        "day": dates.plain(one.since, one.relationship.today(now)),
        "why": mover_words.why(component, one.component_moved, happened, words.sentence(one.relationship, now)),
    }
    why = _("Mostly %(component)s, %(points)s since %(day)s.") % told
    if told["why"]:
        why = _("Mostly %(component)s, %(points)s since %(day)s: %(why)s.") % told
    return Mover(one.relationship, signed(one.moved), why)


def signed(points: float) -> str:
    """*+6*, *−4*, *+0.5*."""
    shown = f"{abs(points):.0f}" if abs(points) >= 1 else f"{abs(points):.1f}"
    return f"{'−' if points < 0 else '+'}{shown}"


# Renewals ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Renewal:
    """``wrong`` says that it is overdue, and its worst flag."""

    relationship: Relationship
    day: str
    bar: standing_bar.InList | None
    wrong: str = ""


def renewals(rows: RelationshipQuerySet, now: Now) -> list[Renewal]:
    """The next ones, each beside how it stands and what is wrong. Two queries."""
    soon = rows.renewing_within(RENEWAL_DAYS, now).order_by("renewal_on", "pk")
    found = list(soon.select_related("account", "standing", "agreement")[:RENEWALS])
    flags = health_flags.worst_of(found, now)
    return [
        Renewal(
            row,
            dates.plain(row.renewal_on or row.today(now), row.today(now)),
            standing_bar.in_list(row),
            _wrong(row, flags.get(row.pk), now),
        )
        for row in found
    ]


def _wrong(row: Relationship, flag: health_flags.Worst | None, now: Now) -> str:
    """*Overdue: quiet for 88 days – 30 assumed. Going quiet.* What is put off is not told as wrong."""
    said = [_("Overdue: %(said)s.") % {"said": words.sentence(row, now)}] if row.state(now) is State.OVERDUE else []
    said += [f"{flag.name}."] if flag and not flag.snoozed else []
    return " ".join(said)
