"""Of which partner a review pack is prepared: where one begins with the book and not with a relationship."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.db.models import Min
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.models import User
from accounts.requests import PersonRequest
from dashboards.queries import Cursor, page_of
from meetings.models import Meeting, MeetingAccount
from relationships import finding, words
from relationships.cadence import RENEWAL_DAYS
from relationships.forms.partner import named_by
from relationships.models import Relationship, RelationshipQuerySet
from web import dates
from web.clock import Now
from web.plain import LONGEST, words_of

# So many of those that renew next stand first; the portfolio has them all.
FIRST = 8
# A review is prepared some weeks before it.
REVIEWS_WITHIN = timedelta(weeks=6)
PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A partner, whose pack is one click away."""

    name: str
    address: str
    icon: str
    tone: str
    hint: str


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    name: str
    lines: list[Line]
    # A further page, or where all of them are.
    more: str = ""
    more_said: str = ""


def _rows(user: User) -> RelationshipQuerySet:
    """Whoever sees a relationship may prepare its pack."""
    return Relationship.objects.visible_to(user).select_related("account", "agreement", "owner")


def _line(row: Relationship, now: Now, hint: str = "") -> Line:
    look = words.LOOKS[row.state(now)]
    address = reverse("review_pack", args=[row.pk])
    return Line(str(row), address, look.icon, look.tone, hint or words.short(row, now))


def _found(user: User, typed: str, now: Now) -> list[Group]:
    """Those called like that, the best first; as many queries for one as for fifty."""
    keys = finding.partners(finding.scope_of(user), words_of(typed))
    rows = {row.pk: row for row in _rows(user).filter(pk__in=keys[:PAGE])}
    lines = [_line(rows[key], now) for key in keys[:PAGE] if key in rows]
    return [Group("found", _("Found"), lines)] if lines else []


def _reviews(user: User, now: Now) -> list[Group]:
    """With whom a review is planned in the next weeks, the soonest first: of several days of one partner the first."""
    book = _rows(user).of_book(user).order_by()
    ahead = MeetingAccount.objects.ahead(now).filter(relationship__in=book, meeting__kind=Meeting.Kind.REVIEW)
    first = ahead.filter(meets_on__lte=now.today("UTC") + REVIEWS_WITHIN)
    days = first.order_by().values_list("relationship").annotate(day=Min("meets_on")).order_by("day", "relationship")
    soon: dict[int, date] = dict(days[:FIRST])
    rows = {row.pk: row for row in _rows(user).filter(pk__in=soon)} if soon else {}
    lines = [_line(rows[key], now, _reviewed(rows[key], day, now)) for key, day in soon.items() if key in rows]
    return [Group("reviews", _("Reviews that are planned"), lines)] if lines else []


def _reviewed(row: Relationship, day: date, now: Now) -> str:
    return _("review %(day)s") % {"day": dates.on(day, row.today(now))}


def _soon(user: User, now: Now) -> list[Group]:
    """What renews next is reviewed soon."""
    soon = _rows(user).of_book(user).renewing_within(RENEWAL_DAYS, now).order_by("renewal_on", "pk")[: FIRST + 1]
    lines = [_line(row, now, _renews(row, now)) for row in soon]
    more = (
        f"{reverse('portfolio')}?{urlencode({'renews': RENEWAL_DAYS, 'whose': 'book'})}" if len(lines) > FIRST else ""
    )
    return [Group("soon", _("Renew next"), lines[:FIRST], more, _("All that renew within 90 days"))] if lines else []


def _renews(row: Relationship, now: Now) -> str:
    assert row.renewal_on is not None
    return _("renews %(day)s") % {"day": dates.on(row.renewal_on, row.today(now))}


def _all(user: User, after: str, now: Now) -> list[Group]:
    rows, further = page_of(
        Relationship.objects.visible_to(user), sort="name", state=None, now=now, after=Cursor.parse(after), size=PAGE
    )
    more = f"?{urlencode({'after': further})}" if further else ""
    lines = [_line(row, now) for row in rows]
    return [Group("all", _("All partners"), lines, more, _("Next"))] if lines else []


@require_safe
@vary_on_headers("HX-Request")
def pack_choice(request: PersonRequest) -> HttpResponse:
    """Changes nothing: links to the packs. An address that names a relationship leads to its pack."""
    user, now = request.user, Now.read()
    wrong = False
    if "relationship" in request.GET:
        row = named_by(Relationship.objects.visible_to(user), request.GET)
        if row is not None:
            return redirect("review_pack", pk=row.pk)
        wrong = True
    typed = " ".join(request.GET.get("q", "").replace("\0", "")[:LONGEST].split())
    after = request.GET.get("after", "")
    looked_for = bool(words_of(typed))
    listed = [] if looked_for or after else [*_reviews(user, now), *_soon(user, now)]
    listed += _found(user, typed, now) if looked_for else _all(user, after, now)
    context: dict[str, Any] = {
        "typed": typed,
        "groups": listed,
        "looked_for": looked_for,
        "wrong": wrong,
        "said": _said(listed) if looked_for else "",
        "further": bool(after) and not looked_for,
        "back": _back(request),
    }
    part = "#found" if request.htmx else ""
    return render(request, f"dashboards/pack_choice.html{part}", context, status=422 if wrong else 200)


def _back(request: PersonRequest) -> str:
    """The page of ours from which one came; none where it was this one, or one to which links do not lead back."""
    came = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came, {request.get_host()}, request.is_secure())
    at = urlsplit(came)
    return f"{at.path}?{at.query}" if ours and at.path not in ("", request.path, reverse("insights")) else ""


def _said(groups: list[Group]) -> str:
    count = sum(len(group.lines) for group in groups)
    if count >= PAGE:
        return _("The best %(count)d; more letters find fewer.") % {"count": count}
    return ngettext("%(count)d partner.", "%(count)d partners.", count) % {"count": count} if count else ""
