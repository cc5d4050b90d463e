"""The book as it was counted: figures read from their cells, whatever the size of the book.

Nothing here reads a relationship: whoever may see an owner's or a team's cells may see their sums.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Self

from django.db.models import F, FilteredRelation, Q, QuerySet, Sum, TextField, Value

from accounts import access
from accounts.models import Team, User
from dashboards.models import BookCount, BookFigure


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which part of the book: of a team, an owner, a kind of organisation, a tier, a tag; all where nothing is said.

    ``below`` are the teams below that team, which are narrowed to with it.
    """

    team: int | None = None
    owner: int | None = None
    kind: str = ""
    tier: str = ""
    tag: str = ""
    below: frozenset[int] = frozenset()

    @classmethod
    def of(cls, chosen: Mapping[str, Any]) -> Self:
        """From what a filter has chosen: rows or keys, and texts; whatever else it has is left out."""
        found: dict[str, Any] = {name: getattr(chosen.get(name), "pk", chosen.get(name)) for name in ("team", "owner")}
        found |= {name: str(chosen.get(name) or "") for name in ("kind", "tier", "tag")}
        team = chosen.get("team")
        below = team.branch - {team.pk} if isinstance(team, Team) else frozenset()
        return cls(**found, below=below)

    def condition(self, path: str = "") -> Q:
        """For figures: one that is of no tag has an empty one. Capitals don't matter, as in the lists."""
        found = Q(**{f"{path}tag__iexact": self.tag}) if self.tag else Q(**{f"{path}tag": ""})
        if self.team:
            found &= Q(**{f"{path}team__in": {self.team, *self.below}})
        if self.tier:
            found &= Q(**{f"{path}tier__iexact": self.tier})
        for name in ("owner", "kind"):
            if value := getattr(self, name):
                found &= Q(**{f"{path}{name}": value})
        return found


EVERYTHING = Narrowing()
# So many tiers and so many tags are suggested: those that most relationships have.
MOST_SUGGESTED = 50
STATES = "state:"


@dataclass(frozen=True, slots=True)
class BookNow:
    """The newest count; without a moment and a day where nobody has counted yet. What is not there is 0."""

    counted_at: datetime | None = None
    day: date | None = None
    figures: Mapping[str, float] = field(default_factory=dict)

    def value(self, figure: str) -> float:
        return self.figures.get(figure, 0.0)

    def prefixed(self, prefix: str) -> dict[str, float]:
        """What begins so, by what follows: of ``flag:`` the kinds, of ``promise:ours:`` ``2026Q3:kept``."""
        return {name[len(prefix) :]: value for name, value in self.figures.items() if name.startswith(prefix)}


def latest(user: User, narrowing: Narrowing = EVERYTHING) -> BookNow:
    """Two queries."""
    count = BookCount.objects.visible_to(user).order_by("-day").first()
    if count is None:
        return BookNow()
    rows = BookFigure.objects.visible_to(user).filter(narrowing.condition(), count=count)
    figures = dict(rows.order_by().values_list("figure").annotate(Sum("value")))
    return BookNow(count.counted_at, count.day, figures)


def course(
    user: User, narrowing: Narrowing, since: date, *, only: Collection[str] = ()
) -> list[tuple[date, dict[str, float]]]:
    """One query: the counts kept from a day on, by day, the newest one last; those of an empty book too.

    ``only`` leaves all other figures out: the states are all that many a former week has.
    """
    asked = access.of_book(user, "figures__") & narrowing.condition("figures__")
    if only:
        asked &= Q(figures__figure__in=only)
    counts = BookCount.objects.visible_to(user).filter(day__gte=since)
    joined = counts.annotate(asked=FilteredRelation("figures", condition=asked))
    found: dict[date, dict[str, float]] = {}
    for day, figure, value in joined.order_by("day").values_list("day", "asked__figure").annotate(Sum("asked__value")):
        figures = found.setdefault(day, {})
        if figure is not None:
            figures[figure] = value
    return list(found.items())


@dataclass(frozen=True, slots=True)
class InUse:
    """The tiers and tags that a book holds, in the order of the alphabet; of several spellings the one used most."""

    tiers: list[str]
    tags: list[str]


def in_use(user: User) -> InUse:
    """As of the newest count, so that it costs the same whatever the size of the book. One query."""
    newest = BookCount.objects.visible_to(user).order_by("-day").values("pk")[:1]
    # Each relationship is in one state.
    states = BookFigure.objects.visible_to(user).filter(count=newest, figure__startswith=STATES)
    found: dict[str, dict[str, str]] = {"tier": {}, "tag": {}}
    tiers, tags = _most_used(states.filter(tag=""), "tier"), _most_used(states, "tag")
    for name, word, _many in tiers.union(tags, all=True):
        found[name].setdefault(word.upper(), word)
    return InUse(*(sorted(words.values(), key=str.casefold) for words in found.values()))


def _most_used(rows: QuerySet[BookFigure], name: str) -> QuerySet[Any, Any]:
    every = rows.exclude(**{name: ""}).order_by().values_list(Value(name, TextField()), F(name))
    return every.annotate(many=Sum("value")).order_by("-many", name)[:MOST_SUGGESTED]
