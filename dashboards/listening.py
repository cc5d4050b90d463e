"""The register of listening posts, and the partners nobody has listened to for long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import DateField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import PersonRequest
from relationships import queries
from relationships.models import Feedback, ListeningPost, Relationship
from relationships.queries import HeardCounts
from web import dates
from web.clock import Now
from web.downloads import menu_of
from web.paging import page

POSTS, QUIET = 30, 15
# Nobody has listened for long once nothing of theirs was heard for so many days.
LONG = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Line:
    row: ListeningPost
    counts: HeardCounts
    writes: bool


@dataclass(frozen=True, slots=True)
class Quiet:
    """A partner that nobody has listened to for so many days."""

    row: Relationship
    said: str
    days: str


def quiet(user: User, today: date) -> QuerySet[Any]:
    """Partners that the person sees, of whom nothing was heard in the last 180 days, the longest first.

    One known for less than that is not quiet yet. ``today`` is a local date of the person.
    """
    newest = Feedback.objects.theirs().filter(relationship=OuterRef("pk")).order_by("-heard_on").values("heard_on")
    last = Subquery(newest[:1], output_field=DateField())
    # Known since before: the index of the relationship's feedback answers for each of them alone.
    known = Q(created_at__date__lte=today - LONG)
    rows: QuerySet[Any] = Relationship.objects.visible_to(user).filter(known, paused_since=None)
    rows = rows.annotate(heard_on=last, since=Coalesce(last, Cast("created_at", DateField())))
    return rows.filter(since__lte=today - LONG).select_related("account", "owner")


def posts_of(user: User, *, closed: bool) -> QuerySet[ListeningPost]:
    return ListeningPost.objects.visible_to(user).filter(closed_on__isnull=not closed)


def _quiet(row: Any, today: date) -> Quiet:
    days = (today - row.since).days
    heard = _("last heard from %(day)s") if row.heard_on else _("never heard from, known since %(day)s")
    return Quiet(row, heard % {"day": dates.said(row.since, today)}, dates.days(days))


@require_GET
def listening_list(request: PersonRequest) -> HttpResponse:
    user, now = request.user, Now.read()
    here = now.today(user.zone)
    closed = request.GET.get("closed") == "1"
    posts = posts_of(user, closed=closed).select_related("owner", "relationship__account")
    shown = page(posts, order=("name", "id"), after=request.GET.get("after", ""), size=POSTS)
    ids = [row.pk for row in shown.rows]
    counts = queries.heard_at(ids, here)
    changeable = set(ListeningPost.objects.changeable_by(user).filter(pk__in=ids).values_list("pk", flat=True))
    silent = page(quiet(user, here), order=("since", "id"), after=request.GET.get("quiet", ""), size=QUIET)
    kept = "closed=1&" if closed else ""
    waiting = sum(counts[pk].unsorted for pk in changeable)
    context = {
        "lede": _lede(waiting, any(counts[pk].unsorted for pk in ids), closed or not ids),
        "lines": [Line(row, counts[row.pk], row.pk in changeable) for row in shown.rows],
        "closed": closed,
        "more": f"?{kept}after={shown.after}" if shown.after else "",
        "quiet": [_quiet(row, here) for row in silent.rows],
        "more_quiet": f"?{kept}quiet={silent.after}#quiet" if silent.after else "",
        "download": menu_of("listening_download", closed="1" if closed else ""),
        "quiet_download": menu_of("quiet_download"),
        "writes": user.reach.writes,
    }
    return render(request, "dashboards/listening_list.html", context)


def _lede(waiting: int, of_others: bool, silent: bool) -> str:
    """``of_others``: something waits at a post that only others may sort."""
    if waiting:
        return ngettext(
            "%(count)d that came in is waiting for you to sort it.",
            "%(count)d that came in are waiting for you to sort them.",
            waiting,
        ) % {"count": waiting}
    if silent:
        return ""
    if of_others:
        return _("Where partners are heard: nothing is waiting for you, some is for colleagues.")
    return _("Where partners are heard: everything that came in is sorted.")
