"""The lists of the book as CSV or as a workbook: narrowed and in the order of the page, all of their rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from django.conf import settings
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import OneToOne
from accounts.requests import PersonRequest
from dashboards import (
    chart_sheets,
    columns,
    feedback_list,
    insights,
    listening,
    loyalty,
    meeting_list,
    one_to_one_page,
    problem_list,
    promise_list,
    queries,
    sheet_rows,
)
from meetings.models import Meeting
from relationships.forms.portfolio import PortfolioForm
from relationships.models import Commitment, Feedback, ListeningPost, Problem, Relationship
from web.clock import Now
from web.downloads import Listing, by_key, deliver, keys_of, whole
from web.sheets import Row

WITH_IT = ("account__parent", "agreement", "owner", "standing", "team")
PARTNER = ("relationship__account", "relationship__owner", "relationship__team")


@require_GET
def portfolio(request: PersonRequest) -> HttpResponseBase:
    """Of the columns that the address names those that the page shows, in its order; all where it names none."""
    user, now = request.user, Now.read()
    form = PortfolioForm(request.GET, user=user)
    narrowed = form.narrow(Relationship.objects.visible_to(user), now)
    named = columns.NAME in request.GET
    shown = columns.of(request.GET, form.wanted_sort).in_order if named else []

    def rows(keys: Sequence[int]) -> Iterable[Row]:
        chosen = Relationship.objects.visible_to(user).select_related(*WITH_IT)
        return sheet_rows.relationships(by_key(chosen, keys), now, shown)

    runs = queries.in_order(narrowed, sort=form.wanted_sort, state=form.wanted_state, now=now)
    listing = Listing(
        _("portfolio"),
        sheet_rows.relationship_columns(settings.CURRENCY, shown),
        chain.from_iterable(keys_of(run) for run in runs),
        rows,
    )
    return deliver(request, listing, page="portfolio")


@require_GET
def loyal(request: PersonRequest) -> HttpResponseBase:
    """Those of the field that is shown."""
    user, now = request.user, Now.read()
    form = PortfolioForm(request.GET, user=user)
    narrowed = form.narrow(Relationship.objects.visible_to(user), now).going_on()
    listed, found = loyalty.of_field(narrowed, request.GET.get("field", ""), now)

    def rows(keys: Sequence[int]) -> Iterable[Row]:
        chosen = Relationship.objects.visible_to(user).select_related("account", "owner", "team")
        told = loyalty.told(by_key(chosen, keys), found, now)
        return sheet_rows.loyalty((one.relationship, one.placed) for one in told)

    keys = keys_of(listed.order_by("account__name", "id"))
    listing = Listing(_("satisfied-and-loyal"), sheet_rows.loyalty_columns(), keys, rows)
    return deliver(request, listing, page="loyalty_list")


@require_GET
def promises(request: PersonRequest) -> HttpResponseBase:
    user, now = request.user, Now.read()
    form = promise_list.PromiseFilter(request.GET, user=user, now=now)
    found = promise_list.ranked(promise_list.in_state(form.narrow(), form.wanted_state, now), now)

    def rows(keys: Sequence[int]) -> Iterable[Row]:
        chosen = Commitment.objects.visible_to(user).select_related(*PARTNER, "colleague", "contact", "keeper")
        return sheet_rows.promises(by_key(chosen, keys), now)

    keys = keys_of(found.order_by("side", "group", "rank", "pk"))
    listing = Listing(_("promises"), sheet_rows.promise_columns(), keys, rows)
    return deliver(request, listing, page="promise_list")


@require_GET
def feedback(request: PersonRequest) -> HttpResponseBase:
    user, now = request.user, Now.read()
    form = feedback_list.FeedbackFilter(request.GET, user=user, now=now)
    found = form.narrow().filter(feedback_list.condition(form.wanted_state, now))

    def rows(keys: Sequence[int]) -> Iterable[Row]:
        chosen = Feedback.objects.visible_to(user).with_promise()
        chosen = chosen.select_related(*PARTNER, "colleague", "contact", "keeper", "post")
        return sheet_rows.feedback(by_key(chosen, keys), now)

    keys = keys_of(found.order_by(*feedback_list.ORDERS[form.chosen().get("sort", "")]))
    listing = Listing(_("feedback"), sheet_rows.feedback_columns(), keys, rows)
    return deliver(request, listing, page="feedback_list")


@require_GET
def problems(request: PersonRequest) -> HttpResponseBase:
    user, now = request.user, Now.read()
    form = problem_list.ProblemFilter(request.GET, user=user, now=now)
    found = problem_list.ordered(problem_list.in_state(form.narrow(), form.wanted_state, now), form.wanted_state)

    def rows(keys: Sequence[int]) -> Iterable[Row]:
        chosen = Problem.objects.visible_to(user).with_first_contact().select_related(*PARTNER, "contact", "keeper")
        return sheet_rows.problems(by_key(chosen, keys), now)

    listing = Listing(_("problems"), sheet_rows.problem_columns(), keys_of(found), rows)
    return deliver(request, listing, page="problem_list")


@require_GET
def meetings(request: PersonRequest) -> HttpResponseBase:
    """Each day of a series by itself: what stands there once on the page is many meetings."""
    user, now = request.user, Now.read()
    form = meeting_list.MeetingFilter(request.GET, user=user, now=now)
    state = form.wanted_state
    found = meeting_list.in_state(form.narrow(), state, now)

    def rows(keys: Sequence[int]) -> Iterable[Row]:
        chosen = Meeting.objects.visible_to(user).select_related("organiser")
        return sheet_rows.meetings(by_key(chosen, keys), user, now)

    keys = keys_of(found.order_by(*meeting_list.ORDERS.get(state, meeting_list.NEWEST)))
    listing = Listing(_("meetings"), sheet_rows.meeting_columns(user), keys, rows)
    return deliver(request, listing, page="meeting_list")


@require_GET
def posts(request: PersonRequest) -> HttpResponseBase:
    """Those that are open, or those that are closed."""
    user, now = request.user, Now.read()
    here = now.today(user.zone)
    found = listening.posts_of(user, closed=request.GET.get("closed") == "1")

    def rows(keys: Sequence[int]) -> Iterable[Row]:
        chosen = ListeningPost.objects.visible_to(user).select_related("owner", "team", "relationship__account")
        return sheet_rows.posts(by_key(chosen, keys), here)

    listing = Listing(_("listening-posts"), sheet_rows.post_columns(), keys_of(found.order_by("name", "id")), rows)
    return deliver(request, listing, page="listening_list")


@require_GET
def quiet(request: PersonRequest) -> HttpResponseBase:
    """Of whom nothing was heard for long."""
    user, now = request.user, Now.read()
    here = now.today(user.zone)

    def rows(keys: Sequence[int]) -> Iterable[Row]:
        return sheet_rows.quiet(by_key(listening.quiet(user, here).select_related("team"), keys), user.zone, here)

    keys = keys_of(listening.quiet(user, here).order_by("since", "id"))
    listing = Listing(_("not-heard-for-long"), sheet_rows.quiet_columns(), keys, rows)
    return deliver(request, listing, page="listening_list")


@require_GET
def team(request: PersonRequest) -> HttpResponseBase:
    """Whose one-to-ones the person holds, and when each was last held."""
    listing = whole(_("one-to-ones"), sheet_rows.team_columns(), lambda: one_to_one_page.team_of(request.user))
    return deliver(request, listing, page="one_to_one_list")


@require_GET
def one_to_ones(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Those held with one person: for each of the two what they were there for, as on the sheet."""
    person = get_object_or_404(one_to_one_page.sheets_of(request.user), pk=pk)
    mine = OneToOne.objects.visible_to(request.user).filter(person=person)

    def rows(keys: Sequence[int]) -> Iterable[Row]:
        return sheet_rows.one_to_ones(by_key(mine.select_related("manager", "person"), keys))

    name = _("one-to-ones with %(name)s") % {"name": person}
    listing = Listing(name, sheet_rows.one_to_one_columns(), keys_of(mine.newest_first()), rows)
    return deliver(request, listing, page="one_to_one", args=[person.pk])


@require_GET
def insight_figures(request: PersonRequest) -> HttpResponseBase:
    """The tables under one of the charts, of the book as it is narrowed."""
    charts, asked = insights.charts_of(request, Now.read()), request.GET
    table = asked.get(chart_sheets.TABLE, "")
    listing = chart_sheets.listing(_("insights"), asked.get("chart", ""), charts, table=table)
    return deliver(request, listing, page="insights")
