"""Problems of all partners that a person sees: open ones by their day, how soon they are spoken about and solved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Case, Count, IntegerField, Q, QuerySet, When
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import PersonRequest
from dashboards.book_filter import address, suggest
from dashboards.wanting import stood_in_for
from dashboards.whose import ANYBODY, OPEN, YEAR_DAYS, Choice, WhoseFilter, team_choice, who_sees_to
from relationships import problem_words, queries
from relationships.models import Problem, ProblemQuerySet, Relationship, is_late_problem
from relationships.problems import Figures
from relationships.words import Look
from web import left_out
from web.choices import narrow
from web.clock import Now
from web.downloads import menu
from web.paging import page

PAGE = 25
STATES = {
    "": gettext_lazy("Open"),
    "urgent": gettext_lazy("Can’t wait"),
    "late": gettext_lazy("Late"),
    "solved": gettext_lazy("Solved"),
    "all": gettext_lazy("All"),
}
ORDERS = {"solved": ("-solved_on", "-id"), "all": ("-opened_on", "-id")}
# As on Today: the critical ones, then those that are late for the longest, then what comes next.
WORST_FIRST = ("critical_first", "binding_on", "id")
CRITICAL_FIRST = Case(When(severity=Problem.Severity.CRITICAL, then=0), default=1, output_field=IntegerField())


class ProblemFilter(WhoseFilter):
    """The filter of the page; its values live in the address."""

    model = Problem
    narrowing = ("relationship", "solved", *WhoseFilter.narrowing[1:])
    ended = frozenset({"solved"})

    state = forms.ChoiceField(
        required=False, label=gettext_lazy("State"), choices=[*STATES.items(), (OPEN, STATES[""])]
    )
    solved = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Solved"),
        choices=[("", gettext_lazy("at any time or not")), ("year", gettext_lazy("within a year"))],
    )
    person = forms.ModelChoiceField(User.objects.none(), required=False, label=gettext_lazy("Seen to by"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        keepers = who_sees_to(Problem.objects.visible_to(user))
        narrow(self, "person", User.objects.visible_to(user).filter(keepers), none=_("anybody"))

    def narrow(self) -> ProblemQuerySet:
        """All filters but the state, which the tabs count."""
        chosen = self.chosen()
        rows: ProblemQuerySet = self.of_those()  # type: ignore[assignment]
        if text := chosen.get("q"):
            rows = rows.filter(relationship__in=self.named(text))
        return rows.solved_within(self.now, YEAR_DAYS) if "solved" in chosen else rows


def in_state(rows: ProblemQuerySet, state: str, now: Now) -> ProblemQuerySet:
    match state:
        case "urgent":
            return rows.cannot_wait(now)
        case "late":
            return rows.late(now)
        case "solved":
            return rows.filter(solved_on__isnull=False)
        case "all":
            return rows
        case _:
            return rows.open()


def ordered(rows: ProblemQuerySet, state: str) -> QuerySet[Any]:
    """As the pages of the state are."""
    return rows.annotate(critical_first=CRITICAL_FIRST).order_by(*ORDERS.get(state, WORST_FIRST))


@dataclass(frozen=True, slots=True)
class Line:
    """A problem in a list."""

    row: Problem
    look: Look
    sentence: str
    spoken: str
    instead_of: User | None
    writes: bool


def lines(rows: list[Any], user: User, now: Now) -> list[Line]:
    """In words; needs ``spoken_on``. One query, for what the person may change."""
    if not rows:
        return []
    ids = {row.relationship_id for row in rows}
    changeable = set(Relationship.objects.changeable_by(user).filter(pk__in=ids).values_list("pk", flat=True))
    return [
        Line(
            row,
            problem_words.LOOKS[row.state(now)],
            problem_words.sentence(row, now),
            problem_words.spoken(row.opened_on, row.spoken_on, row.relationship.today(now)),
            stood_in_for(user, row.keeper or row.relationship.owner),
            row.relationship_id in changeable,
        )
        for row in rows
    ]


def _counts(rows: ProblemQuerySet, now: Now) -> dict[str, int]:
    counted: dict[str, int] = rows.order_by().aggregate(
        open=Count("pk", filter=Q(solved_on=None)), late=Count("pk", filter=is_late_problem(now)), all=Count("pk")
    )
    every = counted["all"]
    urgent = rows.cannot_wait(now).order_by().count()
    return {
        "": counted["open"],
        "urgent": urgent,
        "late": counted["late"],
        "solved": every - counted["open"],
        "all": every,
    }


def sentence(found: Figures) -> str:
    """*Two open, one of them late. First met or rung after 1 day, solved after 4 in the middle; 5 of 7 in time.*"""
    if not found.open and not found.judged:
        return _("No problem has been noted yet.")
    said = ngettext("%(count)d is open", "%(count)d are open", found.open) % {"count": found.open}
    if found.late:
        said = _("%(open)s, %(late)d late") % {"open": said, "late": found.late}
    if not found.judged:
        return f"{said}."
    told = {"said": said, "good": found.in_time, "of": found.judged}
    return _("%(said)s. Solved in time: %(good)d of %(of)d.") % told


def _listed(count: int) -> str:
    return ngettext("%(count)d problem", "%(count)d problems", count) % {"count": count}


@require_GET
def problem_list(request: PersonRequest) -> HttpResponse:
    user, now = request.user, Now.read()
    form = ProblemFilter(request.GET, user=user, now=now)
    suggest(form, user)
    chosen = form.chosen()
    rows = form.narrow()
    counted = _counts(rows, now)
    figures = queries.problem_figures(rows, now)
    state = form.wanted_state
    named = ("relationship__account", "relationship__owner", "keeper", "contact")
    listed = in_state(rows, state, now).with_first_contact().select_related(*named)
    listed = listed.annotate(critical_first=CRITICAL_FIRST)
    shown = page(listed, order=ORDERS.get(state, WORST_FIRST), after=request.GET.get("after", ""), size=PAGE)
    whose = form.of_whom
    context = {
        "form": form,
        "left_out": left_out.said(left_out.of_form(form)),
        "lede": sentence(figures),
        "figures": [
            (_("Met or rung"), problem_words.in_days(figures.spoken), _("middle value, to the first call or meeting")),
            (_("Solved"), problem_words.in_days(figures.solved), _("middle value, from the day it was opened")),
            (_("In time"), _("%(good)d of %(of)d") % {"good": figures.in_time, "of": figures.judged},
             _("of those solved or past their day")),
        ],
        "tabs": [
            Choice(str(name), address(request, state=form.tab(value)), value == state, counted[value])
            for value, name in STATES.items()
        ],
        "whose": [
            Choice(_("Mine"), address(request, **ANYBODY, whose="mine"), whose == "mine"),
            *team_choice(user, address(request, **ANYBODY, whose="team"), whose),
            Choice(_("All I see"), address(request, **ANYBODY, whose="all"), whose == "all"),
        ],
        "lines": lines(shown.rows, user, now),
        "more": address(request, after=shown.after) if shown.after else "",
        "chips": list(form.chips(lambda name: address(request, **{name: ""}))),
        "relationship": chosen.get("relationship"),
        "total": counted["all"],
        "listed": _listed(counted[state]),
        "download": menu(request, "problem_download", counted[state]),
        "writes": user.reach.writes or bool(user.reach.joined),
    }  # fmt: skip
    return render(request, "dashboards/problem_list.html", context)
