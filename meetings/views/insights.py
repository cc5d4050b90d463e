"""What was learnt at a meeting: noted one after the other, routed to who should know, followed to what became of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.meanwhile import Meanwhile
from accounts.models import User
from accounts.requests import PersonRequest
from accounts.undo import Done
from meetings import actions, play_words
from meetings.forms.plays import InsightEndForm, InsightForm
from meetings.models import Insight, InsightQuerySet, Meeting
from relationships.models import Relationship
from relationships.views.common import attempt
from web import dates
from web.clock import Now
from web.downloads import menu_of
from web.paging import page
from web.responses import CHANGED, done, form_page, safe_next

read_or_write = require_http_methods(["GET", "POST"])
PAGE = 25
TABS = {
    "": gettext_lazy("Open"),
    "mine": gettext_lazy("For me to know"),
    "closed": gettext_lazy("What became of them"),
}
NAMED = ("meeting", "contact", "colleague", "written_by", "relationship__account", "commitment", "feedback", "problem")


@dataclass(frozen=True, slots=True)
class Line:
    """An insight in words. ``mine``: routed to the person or to whom they stand in for, and not seen."""

    row: Insight
    learnt: str
    told_by: str
    routed: str
    closed: str
    mine: bool
    writes: bool


def lines(rows: Sequence[Insight], user: User, now: Now) -> list[Line]:
    """One query, for what the person may change; needs ``NAMED`` selected."""
    if not rows:
        return []
    ids = {row.relationship_id for row in rows}
    changeable = set(Relationship.objects.changeable_by(user).filter(pk__in=ids).values_list("pk", flat=True))
    return [
        Line(
            row,
            play_words.learnt(row, row.relationship.today(now)),
            play_words.told_by(row),
            play_words.routed(row),
            dates.on(row.closed_on, row.relationship.today(now)) if row.closed_on else "",
            row.seen_at is None and row.closed_on is None and row.colleague_id in user.acts_for,
            row.relationship_id in changeable,
        )
        for row in rows
    ]


def part(meeting: Meeting, user: User, now: Now) -> dict[str, Any]:
    """What ``meetings/_insights.html`` shows on the page of a meeting: three queries, and those of the form."""
    found = Insight.objects.visible_to(user).filter(meeting=meeting).select_related(*NAMED)
    writes = Meeting.objects.changeable_by(user).filter(pk=meeting.pk).exists()
    return {
        "meeting": meeting,
        "insights": lines(list(found), user, now),
        "insight_form": InsightForm(user=user, meeting=meeting, now=now) if writes else None,
    }


def _meeting(request: PersonRequest, pk: int) -> Meeting:
    rows = Meeting.objects
    mine = rows.visible_to(request.user) if request.method == "GET" else rows.changeable_by(request.user)
    return get_object_or_404(mine, pk=pk)


@read_or_write
def meeting_insights(request: PersonRequest, pk: int) -> HttpResponse:
    """Those of one meeting, and a line to add the next; Enter adds it and leaves the line empty for another."""
    now, meeting = Now.read(), _meeting(request, pk)
    here = reverse("meeting_insights", args=[meeting.pk])
    if request.method == "GET":
        return render(request, "meetings/insight_page.html", part(meeting, request.user, now))
    form = InsightForm(request.POST, user=request.user, meeting=meeting, now=now)
    if form.is_valid():
        noted = attempt(form, lambda: _note(request, form, now))
        if noted:
            return _next(request, noted, safe_next(request, here))
    context = {**part(meeting, request.user, now), "insight_form": form}
    return render(request, "meetings/insight_page.html", context, status=422)


def _note(request: PersonRequest, form: InsightForm, now: Now) -> Done[Insight]:
    party = form.party()
    assert party is not None
    told = {name: form.cleaned_data[name] for name in ("text", "contact", "colleague")}
    return actions.note_insight(actor=request.user, now=now, party=party, **told)


def _next(request: PersonRequest, noted: Done[Insight], to: str) -> HttpResponse:
    """Said, and the part of the page fetches itself with an empty line; the dialog, if one is open, stays."""
    said, undo_url = f"{noted.step.said}.", reverse("undo", args=[noted.step.pk])
    if not getattr(request, "htmx", False):
        messages.success(request, said, extra_tags=undo_url)
        return HttpResponseRedirect(f"{to}#insights")
    response = HttpResponse(status=204)
    response["HX-Trigger"] = json.dumps({CHANGED: {}, "toast": {"message": said, "undo_url": undo_url}})
    return response


# One of them ---------------------------------------------------------------------------------------------------------


def _data(request: PersonRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _insight(request: PersonRequest, pk: int) -> Insight:
    rows = Insight.objects.changeable_by(request.user)
    return get_object_or_404(rows.select_related("meeting", "relationship__account", "contact", "colleague"), pk=pk)


def _back(request: PersonRequest, row: Insight) -> str:
    return safe_next(request, reverse("meeting_insights", args=[row.meeting_id]))


@read_or_write
def insight_edit(request: PersonRequest, pk: int) -> HttpResponse:
    now, meanwhile = Now.read(), Meanwhile(request, Insight, pk)
    row = _insight(request, pk)
    form = InsightForm(_data(request), user=request.user, meeting=row.meeting, now=now, instance=row)
    form.fields.pop("party", None)
    if request.method == "POST" and form.is_valid():
        with meanwhile.unchanged(form, row) as same:
            changed = same and attempt(
                form,
                lambda: actions.change_insight(
                    actor=request.user, now=now, insight=row, values=dict(form.cleaned_data)
                ),
            )
        if changed:
            return done(request, f"{changed.step.said}.", step_id=changed.step.pk, to=_back(request, row))
    context = {"form": form, "insight": row, "version": meanwhile.version, "next": safe_next(request, "")}
    context["back"] = reverse("meeting_insights", args=[row.meeting_id])
    return form_page(request, "meetings/insight_form.html", _("What we learnt"), context)


@read_or_write
def insight_end(request: PersonRequest, pk: int) -> HttpResponse:
    """What became of it."""
    now, row = Now.read(), _insight(request, pk)
    form = InsightEndForm(_data(request))
    if request.method == "POST" and form.is_valid():
        closed = attempt(
            form,
            lambda: actions.close_insight(actor=request.user, now=now, insight=row, **form.cleaned_data),
        )
        if closed:
            return done(request, f"{closed.step.said}.", step_id=closed.step.pk, to=_back(request, row))
    context = {"form": form, "insight": row, "next": safe_next(request, "")}
    context["back"] = reverse("meeting_insights", args=[row.meeting_id])
    return form_page(request, "meetings/insight_end.html", _("What became of it"), context)


@require_POST
def insight_seen(request: PersonRequest, pk: int) -> HttpResponse:
    """Whom it was routed to has seen it; nobody else can say so."""
    row = get_object_or_404(Insight.objects.routed_to(request.user), pk=pk)
    seen = actions.see_insight(actor=request.user, now=Now.read(), insight=row)
    return done(request, _("Seen."), step_id=seen.step.pk, to=safe_next(request, reverse("insight_list")))


@require_POST
def insight_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = _insight(request, pk)
    removed = actions.remove_insight(actor=request.user, now=Now.read(), insight_id=row.pk)
    return done(request, f"{removed.step.said}.", step_id=removed.step.pk, to=_back(request, row))


# All that one sees ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    address: str
    current: bool
    count: int


def in_tab(tab: str, user: User) -> InsightQuerySet:
    rows = Insight.objects.visible_to(user)
    match tab:
        case "mine":
            return Insight.objects.routed_to(user).unseen()
        case "closed":
            return rows.exclude(closed_on=None)
    return rows.open()


def _address(tab: str) -> str:
    values = QueryDict(mutable=True)
    if tab:
        values["show"] = tab
    return f"?{values.urlencode()}"


@require_GET
def insight_list(request: PersonRequest) -> HttpResponse:
    """Insights of all partners that the person sees, newest first, with what became of them."""
    user, now = request.user, Now.read()
    tab = request.GET.get("show", "")
    tab = tab if tab in TABS else ""
    rows = in_tab(tab, user).select_related(*NAMED)
    shown = page(rows, order=("-written_at", "-id"), after=request.GET.get("after", ""), size=PAGE)
    counts = {name: in_tab(name, user).count() for name in TABS}
    context = {
        "lede": _lede(counts),
        "tabs": [Tab(str(name), _address(key), key == tab, counts[key]) for key, name in TABS.items()],
        "insights": lines(shown.rows, user, now),
        "more": f"{_address(tab)}&after={shown.after}" if shown.after else "",
        "total": counts[""] + counts["closed"],
        "download": menu_of("insight_download", count=counts[tab], show=tab),
    }
    return render(request, "meetings/insight_list.html", context)


def _lede(counts: dict[str, int]) -> str:
    """*Of 9 insights 5 have become something; 4 are open.*"""
    total = counts[""] + counts["closed"]
    if not total:
        return ""
    said = ngettext(
        "Of %(all)d insight %(closed)d has an end, %(open)d is open.",
        "Of %(all)d insights %(closed)d have an end, %(open)d are open.",
        total,
    )
    return said % {"all": total, "closed": counts["closed"], "open": counts[""]}
