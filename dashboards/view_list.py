"""Saved views: lists that somebody wants again as they are narrowed now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import PersonRequest
from dashboards import actions, columns
from dashboards.feedback_list import FeedbackFilter
from dashboards.forms import SavedViewForm
from dashboards.insights_form import InsightsForm
from dashboards.meeting_list import MeetingFilter
from dashboards.models import SavedView
from dashboards.problem_list import ProblemFilter
from dashboards.promise_list import PromiseFilter
from relationships.forms.portfolio import PortfolioForm
from relationships.views.common import attempt
from web.clock import Now
from web.paging import page
from web.responses import done, form_page, safe_next

PAGE = 100
LONGEST_QUERY = 2000
Page = SavedView.Page
BOOK = frozenset({*PortfolioForm.base_fields, "stage"})
# What may stand in the address of each; anything else is dropped, the place in the list among it.
NAMES: dict[str, frozenset[str]] = {
    Page.PORTFOLIO: BOOK | {columns.NAME},
    Page.INSIGHTS: frozenset(InsightsForm.base_fields),
    Page.LOYALTY: BOOK | {"field"},
    Page.PROMISES: frozenset(PromiseFilter.base_fields),
    Page.FEEDBACK: frozenset(FeedbackFilter.base_fields),
    Page.PROBLEMS: frozenset(ProblemFilter.base_fields),
    Page.MEETINGS: frozenset(MeetingFilter.base_fields),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A view in the list: where it leads, who else sees it or whose it is, and whether the person may change it."""

    view: SavedView
    who: str
    changeable: bool


def kept_of(page_name: str, query: str) -> str:
    """What of an address is kept of a list: names that it knows, with something in them."""
    kept = QueryDict(mutable=True)
    if len(query) > LONGEST_QUERY:
        return ""
    for name, values in QueryDict(query.lstrip("?").replace("\0", "")).lists():
        said = [value for value in values if value and "\0" not in value]
        if name in NAMES[page_name] and said:
            kept.setlist(name, said)
    return kept.urlencode()


@require_GET
def view_list(request: PersonRequest) -> HttpResponse:
    """Two queries besides who asks and what the navigation shows."""
    user = request.user
    rows = SavedView.objects.visible_to(user).there().own_first(user).select_related("owner", "team")
    shown = page(rows, order=("whose", "name", "id"), after=request.GET.get("after", ""), size=PAGE)
    lines = [_line(row, request) for row in shown.rows]
    mine = [line for line in lines if line.view.owner_id == user.pk]
    context = {
        "lede": _lede(len(lines), len(mine)),
        "mine": mine,
        "others": [line for line in lines if line.view.owner_id != user.pk],
        "more": f"?after={shown.after}" if shown.after else "",
    }
    return render(request, "dashboards/view_list.html", context)


def _lede(total: int, mine: int) -> str:
    if not total:
        return ""
    said = ngettext("%(count)d view: ", "%(count)d views: ", total) % {"count": total}
    return said + _("%(mine)d of yours, %(others)d that colleagues share.") % {"mine": mine, "others": total - mine}


def _line(row: SavedView, request: PersonRequest) -> Line:
    mine = row.owner_id == request.user.pk
    match row.sharing:
        case SavedView.Sharing.NOBODY:
            who = _("only you")
        case SavedView.Sharing.TEAM:
            who = _("team %(team)s") % {"team": row.team}
        case _other:
            who = _("all colleagues")
    if not mine:
        who = _("%(owner)s, for %(who)s") % {"owner": row.owner, "who": who}
    return Line(row, who, mine or request.user.reach.everything)


@require_http_methods(["GET", "POST"])
def view_create(request: PersonRequest) -> HttpResponse:
    values = request.POST if request.method == "POST" else request.GET
    name = values.get("page", "")
    where = Page(name) if name in Page.values else Page.PORTFOLIO
    query = kept_of(where, values.get("query", ""))
    form = SavedViewForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        did = attempt(
            form,
            lambda: actions.save_view(actor=request.user, now=Now.read(), page=where.value, query=query, **form.values),
        )
        if did:
            return done(request, f"{did.step.said}.", step_id=did.step.pk, to=did.row.address, go=True)
    back = f"{reverse(where)}?{query}" if query else reverse(where)
    context: dict[str, Any] = {
        "form": form,
        "page": where.value,
        "query": query,
        "back": back,
        "lede": _("%(page)s as it is narrowed, sorted and shown now. The name of a view of yours replaces that one.")
        % {"page": where.label},
    }
    return form_page(request, "dashboards/view_form.html", _("Save this view"), context)


@require_http_methods(["GET", "POST"])
def view_edit(request: PersonRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(SavedView.objects.changeable_by(request.user), pk=pk)
    form = SavedViewForm(request.POST if request.method == "POST" else None, user=request.user, view=row)
    if request.method == "POST" and form.is_valid():
        did = attempt(form, lambda: actions.change_view(actor=request.user, now=Now.read(), view=row, **form.values))
        if did:
            to = safe_next(request, reverse("view_list"))
            return done(request, f"{did.step.said}.", step_id=did.step.pk, to=to, go=True)
    context = {"form": form, "back": reverse("view_list")}
    return form_page(request, "dashboards/view_form.html", _("Change “%(name)s”") % {"name": row.name}, context)


@require_POST
def view_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(SavedView.objects.changeable_by(request.user), pk=pk)
    did = actions.remove_view(actor=request.user, now=Now.read(), view_id=row.pk)
    return done(request, f"{did.step.said}.", step_id=did.step.pk, to=reverse("view_list"), go=True)
