"""Satisfaction and loyalty over all relationships that somebody sees: four fields and what is not known, with lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.requests import PersonRequest
from dashboards import book_filter
from dashboards.two_views import Placed, placed
from relationships import behaviour, flags, two_views
from relationships import two_views_words as said_as
from relationships.flags import Said
from relationships.forms.portfolio import PortfolioForm
from relationships.models import PulseAnswer, Relationship, RelationshipQuerySet, latest_date
from relationships.two_views import Place, Quadrant
from web.clock import Now
from web.paging import page

PAGE = 50
NOT_KNOWN = "not_known"
# As they lie: satisfied above, loyal at the right.
FIELDS = (Quadrant.MERCENARY, Quadrant.APOSTLE, Quadrant.DEFECTOR, Quadrant.HOSTAGE)
# The list that is shown where nobody chose one: those where something can still be done, first.
URGENT = (Quadrant.MERCENARY, Quadrant.DEFECTOR, Quadrant.HOSTAGE, Quadrant.APOSTLE)


@dataclass
class Book:
    """Who stands where; only those of whom somebody was asked within a year are judged one by one."""

    places: dict[int, Place]
    said: dict[int, Said]
    total: int
    inside: dict[Quadrant, list[int]] = field(default_factory=dict)

    @property
    def known(self) -> list[int]:
        return [pk for ids in self.inside.values() for pk in ids]

    @property
    def counts(self) -> dict[Quadrant | None, int]:
        found: dict[Quadrant | None, int] = {one: len(ids) for one, ids in self.inside.items()}
        return {**found, None: self.total - sum(found.values())}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the four, or what is not known: how many there are, and the address of their list."""

    key: str
    name: str
    count: int
    advice: str
    address: str
    current: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A relationship in the list of a field, and why it is there."""

    relationship: Relationship
    placed: Placed


def going_on(rows: RelationshipQuerySet) -> RelationshipQuerySet:
    return rows.filter(paused_since=None, ended_on=None)


def book(rows: RelationshipQuerySet, now: Now) -> Book:
    """Three queries, for any number."""
    asked = list(rows.filter(Exists(_asked(now))).order_by())
    said = behaviour.read(asked, now)
    places = {row.pk: two_views.place(said[row.pk], row.today(now), row.every_days) for row in asked}
    inside: dict[Quadrant, list[int]] = {one: [] for one in FIELDS}
    for pk, place in places.items():
        if place.quadrant is not None:
            inside[place.quadrant].append(pk)
    return Book(places, said, rows.count(), inside)


def _asked(now: Now) -> QuerySet[PulseAnswer]:
    """Answers of theirs that may still count, wherever their relationship is."""
    since = latest_date(now) - flags.ANSWER_HOLDS - timedelta(days=2)
    rows = PulseAnswer.objects.filter(relationship=OuterRef("pk"), side=two_views.THEIRS, on__gte=since)
    return rows.filter(question=flags.SATISFACTION).order_by()


@require_GET
def loyalty_list(request: PersonRequest) -> HttpResponse:
    """Eight queries besides who asks, whatever there is."""
    user, now = request.user, Now.read()
    form = PortfolioForm(request.GET, user=user)
    rows = going_on(form.narrow(Relationship.objects.visible_to(user), now))
    found = book(rows, now)
    key = _chosen(request.GET.get("field", ""), found)
    listed = rows.filter(pk__in=found.inside[Quadrant(key)]) if key != NOT_KNOWN else rows.exclude(pk__in=found.known)
    shown = page(
        listed.select_related("account__parent", "owner", "team"),
        order=("account__name", "id"),
        after=request.GET.get("after", ""),
        size=PAGE,
    )
    narrowed = bool(form.chosen().keys() - {"sort", "state"})
    fields = [_field(one, found, key, request) for one in (*FIELDS, None)]
    context = {
        "lede": _("No relationship fits.") if narrowed and not found.total else said_as.book(found.counts),
        "fields": fields[:-1],
        "unknown": fields[-1],
        "chosen": next(one for one in fields if one.current),
        "rows": _rows(shown.rows, found, now),
        "more": _opened(request, field=key, after=shown.after) if shown.after else "",
        "form": form,
        "chips": book_filter.chips(form, lambda name: book_filter.address(request, **{name: ""})),
        "held": [("field", key)] if "field" in request.GET else [],
        "narrowed": narrowed,
    }
    return render(request, "dashboards/loyalty_list.html", context)


def _chosen(asked: str, found: Book) -> str:
    if asked in (NOT_KNOWN, *Quadrant):
        return asked
    return next((one.value for one in URGENT if found.inside[one]), NOT_KNOWN)


def _field(one: Quadrant | None, found: Book, chosen: str, request: PersonRequest) -> Field:
    key = one.value if one else NOT_KNOWN
    return Field(
        key,
        str(said_as.FIELDS[one] if one else said_as.NOT_KNOWN),
        found.counts[one],
        str(said_as.ADVICE[one])
        if one
        else _("Ask them, or see who decides or signs: each list says what is missing."),
        _opened(request, field=key),
        key == chosen,
    )


def _opened(request: PersonRequest, **changes: str) -> str:
    return f"{reverse('loyalty_list')}{book_filter.address(request, **changes)}#list"


def _rows(rows: Sequence[Relationship], found: Book, now: Now) -> list[Row]:
    """Of those nobody has asked what is known all the same; one query more."""
    others = behaviour.read([row for row in rows if row.pk not in found.said], now)
    told = {**found.said, **others}
    made = []
    for row in rows:
        today, said = row.today(now), told[row.pk]
        place = two_views.place(said, today, row.every_days)
        made.append(Row(row, placed(place, said_as.why(place, said, today, row.every_days))))
    return made
