"""The pages that see all of it: Today and Portfolio."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from django.contrib.humanize.templatetags.humanize import apnumber
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.queries import covers_of
from accounts.requests import PersonRequest
from dashboards import (
    book_filter,
    columns,
    insights_words,
    meeting_list,
    pulse_part,
    queries,
    rows,
    team,
    this_week,
    today_lines,
    today_words,
    wanting,
)
from dashboards.one_to_one_page import sheet_of
from dashboards.queries import Book, Cursor, Moving
from dashboards.team import Team
from dashboards.this_week import Happening
from dashboards.today import Board, Reason
from meetings import waiting
from relationships import stage_words, words
from relationships.cadence import State
from relationships.forms.portfolio import PortfolioForm
from relationships.models import Interaction, Relationship
from relationships.queries import mentions_of, unsorted_of
from web import dates, left_out
from web.clock import Now
from web.downloads import Menu, menu

PAGE = 50
# So many rows of what somebody's calendar asks stand on Today; the rest has a page.
CAPTURED = 3


# Today -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Day:
    """A day of this week and what falls on it."""

    day: date
    name: str
    today: bool
    happenings: list[Happening]


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one reason, under its heading; ``count`` is of all there is, ``elsewhere`` says what is not below.

    Where no row of it is shown, ``address`` leads to the list.
    """

    reason: Reason
    name: str
    count: int
    elsewhere: str
    lines: list[today_lines.Line]
    address: str = ""


@require_GET
def today(request: PersonRequest) -> HttpResponse:
    user, now = request.user, Now.read()
    here = now.today(user.zone)
    board = wanting.of(user, now)
    owned = wanting.own(user).count()
    of_team = team.of(user, now)
    captured, captured_count = waiting.of(user, now, CAPTURED)
    alone = not owned and not board.total and not user.manages
    team_overdue = Relationship.objects.visible_to(user).overdue(now).count() if alone else 0
    groups = _groups(board, today_lines.lines(user, board.rows, now))
    context = {
        "here": here,
        "lede": _lede(board, team_overdue, of_team),
        "total": board.total,
        "team_overdue": team_overdue,
        "team": of_team,
        "groups": groups,
        "booked": wanting.booked(user, now),
        # After the overdue, and whatever is worse.
        "booked_at": sum(group.reason <= Reason.OVERDUE for group in groups),
        "later": wanting.later(user, board),
        "captured": captured,
        "captured_count": captured_count,
        "handed_over": wanting.handed_over(user, now),
        "mentions": mentions_of(user),
        "unsorted": unsorted_of(user),
        "covers": covers_of(user, here),
        "meetings_today": meeting_list.of_today(user, now),
        "pulse": pulse_part.waiting(user, now),
        "pulse_choices": pulse_part.choices(),
        "week": _week(here, this_week.coming(user, now)),
        "logged": [_logged(row, now) for row in queries.lately_logged_by(user, 5)],
        "owns": owned,
        "writes": user.reach.writes or owned > 0,
    }
    return render(request, "dashboards/today.html", context)


def _logged(row: Interaction, now: Now) -> tuple[Interaction, str, str, str]:
    """Of an entry how it began, its note and its day; the day from where the partner is, as it was written down."""
    day = dates.said(row.occurred_on, row.relationship.today(now))
    return row, words.beginning(row), words.clipped(row.summary, 90), day


def _groups(board: Board, lines: list[today_lines.Line]) -> list[Group]:
    shown = {reason: list(found) for reason, found in groupby(lines, key=lambda line: line.reason)}
    lists = {
        Reason.PROBLEM: f"{reverse('problem_list')}?state=urgent",
        Reason.UNANSWERED: f"{reverse('feedback_list')}?state=late",
    }
    return [
        Group(
            reason,
            str(today_words.NAMES[reason]),
            board.count(reason),
            today_words.elsewhere(board, reason),
            shown.get(reason, []),
            lists.get(reason, ""),
        )
        for reason in board.headings(shown)
    ]


def _lede(board: Board, team_overdue: int, of_team: Team | None) -> str:
    """*Two promises of ours are late, three partners are overdue.* The worst two of it, and who waits for an answer."""
    if team_overdue:
        said = ngettext(
            "%(count)s relationship that colleagues look after is overdue.",
            "%(count)s relationships that colleagues look after are overdue.",
            team_overdue,
        ) % {"count": apnumber(team_overdue)}
        return said[:1].upper() + said[1:]
    if not board.total:
        return of_team.sentence if of_team else _("Nothing wants you.")
    said = f"{', '.join(today_words.counted(reason, board.count(reason)) for reason in board.headline)}."
    return said[:1].upper() + said[1:]


def _week(here: date, coming: list[tuple[date, Happening]]) -> list[Day]:
    """Today and the days of the coming week on which something falls due."""
    by_day: dict[date, list[Happening]] = {here: []}
    for day, happening in coming:
        by_day.setdefault(day, []).append(happening)
    return [Day(day, dates.week_day(day), day == here, found) for day, found in sorted(by_day.items())]


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
    book_filter.suggest(form, user)
    narrowed = form.narrow(Relationship.objects.visible_to(user), now)
    book = queries.book(narrowed, now)
    found, after = queries.page_of(
        narrowed,
        sort=form.wanted_sort,
        state=form.wanted_state,
        now=now,
        after=Cursor.parse(request.GET.get("after", "")),
        size=PAGE,
    )
    shown = columns.of(request.GET, form.wanted_sort)
    lines = rows.with_rhythm(found, shown, now)
    changeable = queries.changeable_of(found, user)
    paged = after is not None or "after" in request.GET
    grouped = form.wanted_sort == "worst"
    context = {
        "form": form,
        "book": book,
        "lede": _book_says(book),
        "moving": _moving(request, queries.moving(narrowed, now)),
        "rule": stage_words.unadvanced() if form.chosen().get("moving") == PortfolioForm.UNADVANCED else "",
        "pace": insights_words.book_pace(insights_words.Rate(book.needed, book.happening)),
        "tabs": _tabs(request, book, form.wanted_state),
        "groups": [
            (words.LOOKS[state], book.counts[state], list(members))
            for state, members in groupby(lines, key=lambda line: line.state)
        ]
        if grouped
        else [(None, 0, lines)]
        if lines
        else [],
        "held": [*([("state", form.wanted_state.value)] if form.wanted_state else []), *shown.in_address],
        "columns": shown,
        "usual_columns": book_filter.address(request, columns=""),
        "chips": book_filter.chips(form, lambda name: book_filter.address(request, **{name: ""})),
        "changeable": changeable,
        "fitting": queries.changeable_in(narrowed, user, form.wanted_state, now) if paged and changeable else 0,
        "kept": [(name, value) for name, value in request.GET.items() if name in form.fields and value],
        "more": book_filter.address(request, after=str(after)) if after else "",
        "one_to_one": sheet_of(form.chosen().get("owner"), user),
        "left_out": left_out.said([*left_out.of_form(form), *columns.left_out(request.GET)]),
        "download": _download(request, shown, _listed(book, form.wanted_state)),
        "listed": _listed_says(_listed(book, form.wanted_state)),
        "filtered": bool(form.chosen().keys() - {"sort"}),
        "writes": user.reach.writes,
    }
    return render(request, "dashboards/portfolio.html", context)


def _download(request: PersonRequest, shown: columns.Columns, count: int) -> Menu:
    """With the columns that the page shows, or with all that there are."""
    whole = menu(request, "portfolio_download", count, **{columns.NAME: []})
    return replace(menu(request, "portfolio_download", count, **{columns.NAME: shown.named}), whole=whole)


def _listed(book: Book, state: State | None) -> int:
    return book.counts[state] if state else book.total


def _listed_says(count: int) -> str:
    return ngettext("%(count)d relationship", "%(count)d relationships", count) % {"count": count}


def _tabs(request: PersonRequest, book: Book, chosen: State | None) -> list[Tab]:
    every = Tab(_("All"), book.total, "", chosen is None, book_filter.address(request, state=""))
    return [
        every,
        *(
            Tab(
                str(words.LOOKS[state].word),
                book.counts[state],
                state.value,
                chosen is state,
                book_filter.address(request, state=state),
            )
            for state in words.WORST_FIRST
            if book.counts[state] or chosen is state
        ),
    ]


def _book_says(book: Book) -> str:
    """*29 of 46 relationships are in touch. Six are overdue.* The counts of all states stand on the tabs."""
    if not book.total:
        return _("No relationship.")
    return str(insights_words.lede(book.counts[State.IN_TOUCH], book.going_on, book.counts[State.OVERDUE], None))


def _moving(request: PersonRequest, counts: Moving) -> list[tuple[str, str]]:
    """*3 moves proposed*, *one declared without evidence*, *12 that nobody tries to advance*, each with its address."""
    said = [
        (
            counts.review,
            PortfolioForm.REVIEW,
            ngettext("%(n)d review proposed", "%(n)d reviews proposed", counts.review),
        ),
        (
            counts.proposed,
            PortfolioForm.PROPOSED,
            ngettext("%(n)d move proposed", "%(n)d moves proposed", counts.proposed),
        ),
        (counts.late, PortfolioForm.LATE, _("%(n)d declared with evidence overdue")),
        (counts.unadvanced, PortfolioForm.UNADVANCED, _("%(n)d that nobody tries to advance")),
    ]
    return [(text % {"n": count}, book_filter.address(request, moving=value)) for count, value, text in said if count]
