"""Satisfaction and loyalty over all relationships that somebody sees: four fields and what is not known, with lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.requests import PersonRequest
from dashboards import book_filter
from dashboards.quadrants import FIELDS, NOT_KNOWN, Book, book
from dashboards.two_views import Placed, placed
from relationships import behaviour, two_views
from relationships import two_views_words as said_as
from relationships.forms.portfolio import PortfolioForm
from relationships.models import Relationship, RelationshipQuerySet
from relationships.two_views import Quadrant
from web import left_out
from web.clock import Now
from web.downloads import menu
from web.left_out import LeftOut
from web.paging import page

PAGE = 50
# The list that is shown where nobody chose one: those where something can still be done, first.
URGENT = (Quadrant.MERCENARY, Quadrant.DEFECTOR, Quadrant.HOSTAGE, Quadrant.APOSTLE)


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


@require_GET
def loyalty_list(request: PersonRequest) -> HttpResponse:
    """Nine queries besides who asks, whatever there is."""
    user, now = request.user, Now.read()
    form = PortfolioForm(request.GET, user=user)
    book_filter.suggest(form, user)
    rows = form.narrow(Relationship.objects.visible_to(user), now).going_on()
    found = book(rows, now)
    key = _chosen(request.GET.get("field", ""), found)
    listed = _inside(rows, key, found)
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
        "download": menu(request, "loyalty_download", field=key),
        "chosen": next(one for one in fields if one.current),
        "rows": told(shown.rows, found, now),
        "more": _opened(request, field=key, after=shown.after) if shown.after else "",
        "form": form,
        "left_out": left_out.said([*left_out.of_form(form), *_no_field(request.GET.get("field", ""))]),
        "chips": book_filter.chips(form, lambda name: book_filter.address(request, **{name: ""})),
        "held": [("field", key)] if "field" in request.GET else [],
        "narrowed": narrowed,
    }
    return render(request, "dashboards/loyalty_list.html", context)


def _inside(rows: RelationshipQuerySet, key: str, found: Book) -> RelationshipQuerySet:
    return rows.exclude(pk__in=found.known) if key == NOT_KNOWN else rows.filter(pk__in=found.inside[Quadrant(key)])


def of_field(rows: RelationshipQuerySet, asked: str, now: Now) -> tuple[RelationshipQuerySet, Book]:
    """Those in the field that is asked for, or else in the one that the page shows; and all that was found."""
    found = book(rows, now)
    return _inside(rows, _chosen(asked, found), found), found


def _chosen(asked: str, found: Book) -> str:
    if asked in (NOT_KNOWN, *Quadrant):
        return asked
    return next((one.value for one in URGENT if found.inside[one]), NOT_KNOWN)


def _no_field(asked: str) -> list[LeftOut]:
    return [LeftOut(_("Field"), asked)] if asked and asked not in (NOT_KNOWN, *Quadrant) else []


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


def told(rows: Sequence[Relationship], found: Book, now: Now) -> list[Row]:
    """Of those nobody has asked what is known all the same; one query more."""
    others = behaviour.read([row for row in rows if row.pk not in found.said], now)
    known = {**found.said, **others}
    made = []
    for row in rows:
        today, said = row.today(now), known[row.pk]
        place = two_views.place(said, today, row.every_days)
        made.append(Row(row, placed(place, said_as.why(place, said, today, row.every_days))))
    return made
