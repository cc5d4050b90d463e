"""Insights: the whole book at a glance, from the figures that are kept of it; each leads to the list behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import PersonRequest
from dashboards import book, book_filter, chart_sheets, insights_charts, insights_parts, insights_rows
from dashboards.book import STATES, BookNow, Narrowing
from dashboards.insights_form import SPANS, InsightsForm
from dashboards.insights_links import Lists
from dashboards.one_to_one_page import sheet_of
from relationships.cadence import State
from web import dates, left_out
from web.charts import Chart
from web.clock import Now
from web.downloads import menu

# Of the course only these are read: there are many figures, and of some former weeks no others.
OF_COURSE = (*(f"{STATES}{state.value}" for state in State), "needed", "touch_days")
# The parts that are drawn.
CHARTS = ("contact", "standing", "promises", "pace")


@dataclass(frozen=True, slots=True)
class Span:
    """How far back one looks: a tab."""

    name: str
    address: str
    current: bool


@require_GET
def insights(request: PersonRequest) -> HttpResponse:
    """The same number of queries whatever there is; none reads what was said, promised or fed back."""
    user, now = request.user, Now.read()
    form = InsightsForm(request.GET, user=user)
    book_filter.suggest(form, user)
    counted = book.latest(user, Narrowing.of(form.cell))
    context: dict[str, Any] = {
        "form": form,
        "chips": list(form.chips(lambda name: book_filter.address(request, **{name: ""}))),
        "spans": _spans(request, form),
        "held": [("weeks", form.chosen()["weeks"])] if "weeks" in form.chosen() else [],
        "narrowed": bool(form.cell),
        "left_out": left_out.said(left_out.of_form(form)),
        "writes": user.reach.writes,
        "counted": _counted_at(counted, now.today(user.zone)),
        "one_to_one": sheet_of(form.chosen().get("owner"), user),
        "empty": not sum(counted.prefixed(STATES).values()),
    }
    if not context["empty"]:
        context |= _parts(user, form, counted, now)
        context["downloads"] = {
            key: chart_sheets.menu(menu(request, "insights_download", chart=key), context[key]) for key in CHARTS
        }
    return render(request, "dashboards/insights.html", context)


def charts_of(request: PersonRequest, now: Now) -> list[Chart | None]:
    """Those of the page, for the numbers under them."""
    form = InsightsForm(request.GET, user=request.user)
    counted = book.latest(request.user, Narrowing.of(form.cell))
    if not sum(counted.prefixed(STATES).values()):
        return []
    parts = _parts(request.user, form, counted, now)
    return [parts[key] for key in CHARTS]


def _parts(user: User, form: InsightsForm, counted: BookNow, now: Now) -> dict[str, Any]:
    lists, today = Lists(form.cell), now.today(user.zone)
    course = _course(user, form, counted)
    states = insights_charts.counted(course)
    rows = insights_rows.of_cell(user, form.cell)
    stages = insights_charts.stages(counted)
    quarters = insights_charts.quarters(counted, form.weeks_back)
    before = states[-2] if len(states) > 1 else None
    return {
        "lede": insights_parts.lede(states[-1], before, lists),
        "figures": insights_parts.figures(counted, states[-1], before, quarters, stages, lists),
        "contact": insights_charts.contact(states, today, lists),
        "pace": insights_charts.pace(course, today, lists),
        "pace_says": insights_charts.Paced.of(counted.figures).linked(lists),
        "flags": insights_parts.flags(counted, insights_rows.flagged(rows, now), lists),
        "standing": insights_charts.standing(stages, insights_rows.dots(rows), lists),
        "movers": insights_rows.movers(rows, now),
        "promises": insights_charts.promises(quarters, lists),
        "stages": insights_parts.stages(counted, lists),
        "late": insights_parts.late(counted, insights_rows.overdue(rows, now), lists),
        "answers": insights_parts.answers(counted, lists),
        "loyalty": insights_parts.loyalty(counted, lists),
        "renewals": insights_parts.renewals(counted, insights_rows.renewals(rows, now), lists),
        "asks": insights_parts.asks(counted, lists),
    }


def _course(user: User, form: InsightsForm, counted: BookNow) -> list[tuple[date, Mapping[str, float]]]:
    """As far back as the span goes; its end is what is shown now. One query."""
    assert counted.day is not None
    since = counted.day - timedelta(weeks=form.weeks_back)
    found = book.course(user, Narrowing.of(form.cell), since, only=OF_COURSE)
    # Somebody may have counted between two queries.
    return [*((day, figures) for day, figures in found if day < counted.day), (counted.day, counted.figures)]


def _spans(request: PersonRequest, form: InsightsForm) -> list[Span]:
    chosen = form.chosen().get("weeks", "")
    return [Span(str(name), book_filter.address(request, weeks=key), key == chosen) for key, name in SPANS.items()]


def _counted_at(counted: BookNow, today: date) -> str:
    """*Counted at 10:00*; nothing where nobody has."""
    if counted.counted_at is None:
        return ""
    here = timezone.localtime(counted.counted_at)
    at = time_format(here, "H:i")
    if here.date() == today:
        return _("Counted at %(time)s") % {"time": at}
    return _("Counted %(day)s at %(time)s") % {"day": dates.on(here.date(), today), "time": at}
