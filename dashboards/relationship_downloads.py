"""The lists on the pages of one relationship to take along: what happened, its people, moves, points and answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.requests import PersonRequest
from dashboards import chart_sheets, people_page, sheet_rows, stage_page, standing_page, timeline
from dashboards.timeline import Place, Show
from dashboards.two_views import asked_about
from relationships.models import PulseAnswer, Relationship
from web.clock import Now
from web.downloads import Listing, by_key, deliver, keys_of, whole
from web.sheets import Row


def _row(request: PersonRequest, pk: int) -> Relationship:
    visible = Relationship.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("account__parent", "agreement", "owner"), pk=pk)


@require_GET
def timeline_download(request: PersonRequest, pk: int) -> HttpResponseBase:
    """What was said and what became of promises, narrowed as on the page, the newest first."""
    now, row = Now.read(), _row(request, pk)
    shown: list[Place] = []

    def keys() -> Iterator[int]:
        """A place has three parts, so the places are kept and their numbers are the keys."""
        for place in timeline.every_place(row, Show.read(request.GET.get("show", ""))):
            shown.append(place)
            yield len(shown) - 1

    def rows(numbers: Sequence[int]) -> Iterable[Row]:
        if not Relationship.objects.visible_to(request.user).filter(pk=row.pk).exists():
            return ()
        return sheet_rows.timeline(timeline.entries(row, [shown[number] for number in numbers], now))

    name = _("timeline of %(partner)s") % {"partner": row}
    listing = Listing(name, sheet_rows.timeline_columns(), keys(), rows)
    return deliver(request, listing, page="relationship_detail", args=[row.pk])


@require_GET
def relationship_people_download(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Everybody of theirs, who decides first, and those who left."""
    now, row = Now.read(), _row(request, pk)

    def read() -> Iterable[Row]:
        return sheet_rows.their_people(*people_page.everybody(row, row.today(now)))

    name = _("people of %(partner)s") % {"partner": row}
    return deliver(
        request, whole(name, sheet_rows.their_people_columns(), read), page="relationship_people", args=[row.pk]
    )


@require_GET
def introduction_download(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Whom we still have to meet, and whom we met."""
    row = _row(request, pk)

    def read() -> Iterable[Row]:
        return sheet_rows.introductions(people_page.introductions_of(row))

    name = _("to be met at %(partner)s") % {"partner": row}
    return deliver(
        request, whole(name, sheet_rows.introduction_columns(), read), page="relationship_people", args=[row.pk]
    )


@require_GET
def relationship_stage_download(request: PersonRequest, pk: int) -> HttpResponseBase:
    """How it came where it is."""
    now, row = Now.read(), _row(request, pk)

    def read() -> Iterable[Row]:
        return sheet_rows.moves(stage_page.came(row, row.today(now)))

    name = _("stages of %(partner)s") % {"partner": row}
    return deliver(request, whole(name, sheet_rows.move_columns(), read), page="relationship_stage", args=[row.pk])


@require_GET
def relationship_standing_download(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Every point and the row that it comes from, as of the day that is shown; with ``chart`` the numbers of that."""
    now, row = Now.read(), _row(request, pk)
    case = standing_page.judged(row, request.GET.get("on", ""), now)
    if chart := request.GET.get("chart"):
        listing = chart_sheets.listing(_("standing"), chart, [standing_page.course_of(row, case, now)])
        return deliver(request, listing, page="relationship_standing", args=[row.pk])

    def read() -> Iterable[Row]:
        return sheet_rows.points(standing_page.every_point(row, case))

    name = _("standing of %(partner)s") % {"partner": row}
    return deliver(request, whole(name, sheet_rows.point_columns(), read), page="relationship_standing", args=[row.pk])


@require_GET
def relationship_two_views_download(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Every answer of both sides, about one question or about all."""
    user, row = request.user, _row(request, pk)
    found = PulseAnswer.objects.visible_to(user).filter(relationship=row)
    if question := asked_about(request):
        found = found.filter(question=question)

    def rows(keys: Sequence[int]) -> Iterable[Row]:
        chosen = PulseAnswer.objects.visible_to(user)
        return sheet_rows.answers(by_key(chosen.select_related("said_by__contact", "answered_by", "entered_by"), keys))

    name = _("answers of %(partner)s and us") % {"partner": row}
    listing = Listing(name, sheet_rows.answer_columns(), keys_of(found.order_by("-on", "-id")), rows)
    return deliver(request, listing, page="relationship_two_views", args=[row.pk])
