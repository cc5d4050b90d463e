"""The pages that see all of it: Today, Portfolio, and a relationship's own page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import apnumber
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.models import Affiliation
from accounts.requests import PersonRequest
from dashboards import queries, rows
from dashboards.forms import PortfolioForm
from dashboards.queries import Book, Cursor
from relationships import rhythm, words
from relationships.cadence import State
from relationships.models import Interaction, Relationship
from relationships.queries import contacts_since
from web import dates
from web.clock import Now

WANTED = 7
PAGE = 50
TIMELINE = 20
WIDE, NARROW, TALL = 1144.0, 350.0, 48.0


# Today -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Day:
    """A day of this week and the check-ins that fall due on it."""

    day: date
    name: str
    today: bool
    due: list[Relationship]


@require_GET
def today(request: PersonRequest) -> HttpResponse:
    user, now = request.user, Now.read()
    here = now.today(user.zone)
    overdue = queries.overdue_of(user, now, WANTED + 1)
    due = queries.due_of(user, now, WANTED + 1)
    shown_overdue = overdue[:WANTED]
    shown_due = due[: WANTED - len(shown_overdue)]
    lines = rows.with_reason([*shown_overdue, *shown_due], now)
    counts = queries.wanting_of(user, now)
    last = here + timedelta(days=6)
    coming = queries.coming_of(user, now, last, 20)
    context = {
        "here": here,
        "lede": _lede(counts[State.OVERDUE], counts[State.DUE]),
        "team_overdue": 0 if counts["owned"] else Relationship.objects.visible_to(user).overdue(now).count(),
        "counts": counts,
        "overdue": [line for line in lines if line.state is State.OVERDUE],
        "due": [line for line in lines if line.state is State.DUE],
        "later": counts[State.OVERDUE] + counts[State.DUE] - len(lines),
        "week": _week(here, coming),
        "logged": [
            (row, words.beginning(row), words.clipped(row.summary, 90), dates.said(row.occurred_on, here))
            for row in queries.lately_logged_by(user, 5)
        ],
        "owns": counts["owned"],
        "writes": user.reach.writes or counts["owned"] > 0,
    }
    return render(request, "dashboards/today.html", context)


def _lede(overdue: int, due: int) -> str:
    """*Three partners are overdue, two are due.* Small numbers as words."""
    if not overdue + due:
        return _("Nothing wants you.")
    if not overdue:
        said = ngettext("%(count)s check-in is due.", "%(count)s check-ins are due.", due) % {"count": apnumber(due)}
    else:
        late = ngettext("%(count)s partner is overdue", "%(count)s partners are overdue", overdue)
        waiting = ngettext("%(count)s is due", "%(count)s are due", due)
        said = late % {"count": apnumber(overdue)} + (f", {waiting % {'count': apnumber(due)}}." if due else ".")
    return said[:1].upper() + said[1:]


def _week(here: date, coming: list[Relationship]) -> list[Day]:
    """Today and the days of the coming week on which something falls due."""
    by_day = {day: list(found) for day, found in groupby(coming, key=lambda row: row.due_on)}
    days = [here, *sorted(day for day in by_day if day is not None and day != here)]
    return [Day(day, dates.week_day(day), day == here, by_day.get(day, [])) for day in days]


# Portfolio ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    count: int
    state: str
    current: bool
    address: str


@require_GET
def portfolio(request: PersonRequest) -> HttpResponse:
    user, now = request.user, Now.read()
    form = PortfolioForm(request.GET, user=user)
    narrowed = form.narrow(Relationship.objects.visible_to(user))
    book = queries.book(narrowed, now)
    found, after = queries.page_of(
        narrowed,
        sort=form.wanted_sort,
        state=form.wanted_state,
        now=now,
        after=Cursor.parse(request.GET.get("after", "")),
        size=PAGE,
    )
    lines = rows.with_rhythm(found, now)
    grouped = form.wanted_sort == "worst"
    context = {
        "form": form,
        "book": book,
        "lede": _book_says(book),
        "pace": _pace(book),
        "tabs": _tabs(request, book, form.wanted_state),
        "groups": [
            (words.LOOKS[state], book.counts[state], list(members))
            for state, members in groupby(lines, key=lambda line: line.state)
        ]
        if grouped
        else [(None, 0, lines)]
        if lines
        else [],
        "state": form.wanted_state,
        "chips": _chips(request, form),
        "more": _address(request, after=str(after)) if after else "",
        "filtered": bool(form.chosen().keys() - {"sort"}),
        "writes": user.reach.writes,
    }
    return render(request, "dashboards/portfolio.html", context)


def _address(request: PersonRequest, **changes: str) -> str:
    """This page's address with some of its values changed; empty ones leave it."""
    values = request.GET.copy()
    values.pop("after", None)
    for name, value in changes.items():
        if value:
            values[name] = value
        else:
            values.pop(name, None)
    return f"?{values.urlencode()}"


def _tabs(request: PersonRequest, book: Book, chosen: State | None) -> list[Tab]:
    every = Tab(_("All"), book.total, "", chosen is None, _address(request, state=""))
    return [
        every,
        *(
            Tab(
                str(words.LOOKS[state].word),
                book.counts[state],
                state.value,
                chosen is state,
                _address(request, state=state),
            )
            for state in words.WORST_FIRST
            if book.counts[state] or chosen is state
        ),
    ]


def _chips(request: PersonRequest, form: PortfolioForm) -> list[tuple[str, str, str]]:
    """What narrows the list: its name, its value in words, and the address without it."""
    shown = {**form.chosen()}
    if "stage" in shown:
        shown["stage"] = Relationship.Stage(shown["stage"]).label
    return [
        (str(form.fields[name].label), str(shown[name]), _address(request, **{name: ""}))
        for name in ("owner", "team", "stage", "tag")
        if name in shown
    ]


def _book_says(book: Book) -> str:
    """*46 relationships: 6 overdue, 7 due, 2 new, 29 in touch.*"""
    parts = [
        f"{book.counts[state]} {str(words.LOOKS[state].word).lower()}"
        for state in words.WORST_FIRST
        if book.counts[state]
    ]
    total = ngettext("%(count)d relationship", "%(count)d relationships", book.total) % {"count": book.total}
    return f"{total}: {', '.join(parts)}." if parts else _("No relationship.")


def _pace(book: Book) -> str:
    """What the rhythms ask for and what happens, in check-ins a working day."""
    if not book.total:
        return ""
    return _("This book needs %(needed).1f check-ins a working day; %(happening).1f happen.") % {
        "needed": book.needed,
        "happening": book.happening,
    }


# A relationship ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline."""

    row: Interaction
    said: str
    channel: str
    icon: str
    side: str
    people: str
    still: bool


@require_GET
def relationship_detail(request: PersonRequest, pk: int) -> HttpResponse:
    user, now = request.user, Now.read()
    visible = Relationship.objects.visible_to(user)
    row = get_object_or_404(
        visible.select_related("account__parent", "agreement__agreed_with", "agreement__made_by", "owner", "team"),
        pk=pk,
    )
    here = row.today(now)
    state = row.state(now)
    entries, after = _timeline(row, request.GET.get("after", ""))
    contacts = contacts_since([row.pk], here - timedelta(weeks=rhythm.WEEKS)).get(row.pk, [])
    context = {
        "row": row,
        "here": here,
        "state": state.value,
        "look": words.LOOKS[state],
        "sentence": words.full_sentence(row, now),
        "entries": [_entry(entry, here, row) for entry in entries],
        "gap": _gap(row, state, here) if not request.GET.get("after") else "",
        "more": f"?after={after}" if after else "",
        "wide": rows.draw(row, contacts, here, WIDE, TALL),
        "narrow": rows.draw(row, contacts, here, NARROW, TALL),
        "past_due": _past_due(row, state, here),
        "rhythm_says": words.contact_count(contacts, rhythm.WEEKS),
        "agreed": words.agreement(row, here),
        "agreements": row.agreements.select_related("agreed_with", "made_by").order_by("-starts_on", "-id"),
        "snoozes": [rest for rest in row.snoozes.select_related("made_by") if rest.until_on >= here],
        "people": Affiliation.objects.current(here).filter(account=row.account_id).select_related("contact"),
        "currency": settings.CURRENCY,
        "missed": row.missed_check_ins.count(),
        "writes": Relationship.objects.changeable_by(user).filter(pk=row.pk).exists(),
    }
    return render(request, "dashboards/relationship_detail.html", context)


def _timeline(row: Relationship, after: str) -> tuple[list[Interaction], str]:
    """The newest entries, or those before the one named; and the name of the last where more follow."""
    entries = Interaction.objects.filter(relationship=row).newest_first()
    if after.isascii() and after.isdigit() and len(after) < 19:
        entries = entries.before(int(after))
    shown = list(entries.select_related("logged_by").prefetch_related("contacts", "colleagues")[: TIMELINE + 1])
    return shown[:TIMELINE], str(shown[TIMELINE - 1].pk) if len(shown) > TIMELINE else ""


def _entry(entry: Interaction, here: date, row: Relationship) -> Entry:
    channel = Interaction.Channel(entry.channel)
    side = {Interaction.Side.OURS: "o", Interaction.Side.THEIRS: "t"}.get(Interaction.Side(entry.begun_by), "")
    newest = row.last_touch_on is None or entry.occurred_on > row.last_touch_on
    return Entry(
        row=entry,
        said=words.beginning(entry),
        channel=words.kind(entry),
        icon=words.CHANNEL_ICONS[channel],
        side=side,
        people=words.names([*entry.contacts.all()]),
        still=newest and not entry.two_way,
    )


def _gap(row: Relationship, state: State, here: date) -> str:
    """The open silence as the first line of the timeline, while a check-in is due."""
    if state not in (State.DUE, State.OVERDUE):
        return ""
    if row.last_touch_on is None:
        return _("Never in touch")
    return _("%(days)s without a conversation") % {"days": dates.days((here - row.last_touch_on).days)}


def _past_due(row: Relationship, state: State, here: date) -> str:
    if state not in (State.DUE, State.OVERDUE) or row.due_on is None:
        return ""
    count = (here - row.due_on).days
    return _("%(days)s past due") % {"days": dates.days(count)} if count else _("due today")
