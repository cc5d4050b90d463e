"""Problems: opened, corrected, solved, opened again, owned up to; and the page of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.meanwhile import Meanwhile
from accounts.requests import PersonRequest
from accounts.undo import Done
from relationships import actions, feedback_words, problem_words, problems
from relationships.feedback_words import ToneNote
from relationships.forms.problems import SAID_TO_THEM, NewProblemForm, ProblemForm, ProblemStepForm
from relationships.models import Feedback, Problem, ProblemStep, Relationship
from relationships.views.common import attempt, attempt_once, changeable, known_already
from web import dates
from web.clock import Now
from web.responses import done, form_page, refused, safe_next

# So much of what is wrong is its heading.
HEADING = 160
read_or_write = require_http_methods(["GET", "POST"])


def _problem(request: PersonRequest, pk: int) -> Problem:
    """The problem if the person may change it; otherwise it does not exist for them."""
    rows = Problem.objects.changeable_by(request.user).select_related(
        "relationship__account", "relationship__owner", "contact", "keeper", "opened_by"
    )
    return get_object_or_404(rows, pk=pk)


def _sent(request: PersonRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _answer(request: PersonRequest, deed: Done[Problem], said: str) -> HttpResponse:
    here = deed.row.get_absolute_url()
    return done(request, said, step_id=deed.step.pk, to=safe_next(request, here), about=here)


# Opened, corrected, removed ------------------------------------------------------------------------------------------


@read_or_write
def problem_create(request: PersonRequest, pk: int) -> HttpResponse:
    return _new_problem(request, changeable(request, pk))


@read_or_write
def problem_new(request: PersonRequest) -> HttpResponse:
    return _new_problem(request, None)


def _new_problem(request: PersonRequest, relationship: Relationship | None) -> HttpResponse:
    now = Now.read()
    initial = {"relationship": request.GET.get("relationship", ""), "severity": Problem.Severity.SERIOUS}
    form = NewProblemForm(_sent(request), user=request.user, now=now, relationship=relationship, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        values["relationship"] = relationship or values["relationship"]
        deed, again = attempt_once(form, actions.open_problem, Problem, request=request, now=now, **values)
        if deed and again:
            return known_already(request, deed)
        if deed:
            return _answer(request, deed, _opened(deed.row, now))
    heading = _("Problem, %(partner)s") % {"partner": relationship} if relationship else _("New problem")
    context = {"form": form, "action": request.path, "next": safe_next(request, "")}
    return form_page(request, "relationships/problem_form.html", heading, context)


def _opened(row: Problem, now: Now) -> str:
    day = dates.by(row.until, row.relationship.today(now))
    return _("Problem opened, to be solved %(day)s.") % {"day": day}


@require_POST
def problem_of_feedback(request: PersonRequest, pk: int) -> HttpResponse:
    """One tap on a complaint: what was said is the problem, as severe as the complaint, opened when it was heard."""
    now = Now.read()
    rows = Feedback.objects.changeable_by(request.user).select_related("relationship__account", "relationship__owner")
    heard = get_object_or_404(rows.theirs().filter(nature=Feedback.Nature.COMPLAINT), pk=pk)
    known = Problem.objects.filter(feedback=heard).first()
    if known is not None:
        return HttpResponseRedirect(known.get_absolute_url())
    try:
        deed = actions.open_problem(
            actor=request.user,
            now=now,
            relationship=heard.relationship,
            what=heard.said,
            severity=heard.severity or Problem.Severity.SERIOUS,
            opened_on=heard.heard_on,
            contact=heard.contact,
            keeper=heard.keeper,
            feedback=heard,
        )
    except ValidationError as error:
        return refused(request, " ".join(error.messages), to=heard.get_absolute_url())
    return _answer(request, deed, _opened(deed.row, now))


@read_or_write
def problem_edit(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    meanwhile = Meanwhile(request, Problem, pk)
    row = _problem(request, pk)
    form = ProblemForm(_sent(request), user=request.user, now=now, relationship=row.relationship, instance=row)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        with meanwhile.unchanged(form, row) as same:
            deed = same and attempt(
                form, lambda: actions.change_problem(actor=request.user, now=now, problem=row, values=values)
            )
        if deed:
            return _answer(request, deed, _("Problem changed."))
    context = {
        "form": form,
        "problem": row,
        "version": meanwhile.version,
        "action": request.path,
        "next": safe_next(request, ""),
    }
    return form_page(request, "relationships/problem_form.html", _("Change the problem"), context)


@require_POST
def problem_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = _problem(request, pk)
    here = row.get_absolute_url()
    removed = actions.remove_problem(actor=request.user, now=Now.read(), problem_id=row.pk)
    # The page of what is gone cannot draw itself again.
    on_its_page = request.headers.get("HX-Current-URL", "").split("?")[0].endswith(here)
    to = row.relationship.get_absolute_url()
    return done(request, _("Problem removed."), step_id=removed.step.pk, to=to, go=on_its_page)


# What happens to it --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """What can happen, in the words of its form."""

    verb: Callable[..., Done[Problem]]
    kind: ProblemStep.Kind
    heading: Any
    asks: Any
    button: Any
    said: Any


SOLVED = Turn(
    actions.solve_problem, ProblemStep.Kind.SOLVED, gettext_lazy("It is solved"), gettext_lazy("How"),
    gettext_lazy("Mark as solved"), gettext_lazy("Solved."),
)  # fmt: skip
REOPENED = Turn(
    actions.reopen_problem, ProblemStep.Kind.REOPENED, gettext_lazy("It came back"), gettext_lazy("What happened"),
    gettext_lazy("Open it again"), gettext_lazy("Open again."),
)  # fmt: skip
OWNED = Turn(
    actions.own_up, ProblemStep.Kind.OWNED, gettext_lazy("Owned up to"), gettext_lazy("What was said to them"),
    gettext_lazy("Note it"), gettext_lazy("Owned up to."),
)  # fmt: skip


@read_or_write
def problem_solve(request: PersonRequest, pk: int) -> HttpResponse:
    return _turn(request, pk, SOLVED)


@read_or_write
def problem_reopen(request: PersonRequest, pk: int) -> HttpResponse:
    return _turn(request, pk, REOPENED)


@read_or_write
def problem_own_up(request: PersonRequest, pk: int) -> HttpResponse:
    return _turn(request, pk, OWNED)


def _turn(request: PersonRequest, pk: int, turn: Turn) -> HttpResponse:
    now = Now.read()
    row = _problem(request, pk)
    form = ProblemStepForm(_sent(request), today=row.relationship.today(now), asks=turn.asks, kind=turn.kind)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        deed = attempt(form, lambda: turn.verb(actor=request.user, now=now, problem=row, **values))
        if deed:
            return _answer(request, deed, _turned(turn, deed.row, now))
    context = {"form": form, "row": row, "button": turn.button, "next": safe_next(request, "")}
    return form_page(request, "relationships/problem_step_form.html", str(turn.heading), context)


def _turned(turn: Turn, row: Problem, now: Now) -> str:
    if turn is SOLVED and row.state(now) is problems.State.SOLVED_LATE:
        return _("Solved, late.")
    if turn is REOPENED:
        return _("Open again, to be solved %(day)s.") % {"day": dates.by(row.until, row.relationship.today(now))}
    return str(turn.said)


# Its page ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of what happened to a problem; ``tone`` colours icon and word, ``reads`` how the note may read to them."""

    day: date
    icon: str
    said: str
    tone: str = ""
    note: str = ""
    who: str = ""
    reads: Sequence[ToneNote] = ()


def _days_over(row: Problem, steps: list[ProblemStep], today: date) -> list[date]:
    """The days that it was to be solved by and was not: the first, and the new one each time that it came back."""
    over, due_on = [], row.due_on
    for step in steps:
        if step.kind == ProblemStep.Kind.SOLVED and step.done_on > due_on:
            over.append(due_on)
        elif step.kind == ProblemStep.Kind.REOPENED:
            due_on = step.due_on or due_on
    if row.solved_on is None and today > due_on:
        over.append(due_on)
    return over


def _happenings(
    row: Problem, spoken_on: date | None, steps: list[ProblemStep], today: date, *, writes: bool
) -> list[Happening]:
    """What happened, the newest first."""
    who = str(row.contact or "")
    first = _("%(name)s raised it") % {"name": who} if who else _("Opened")
    found = [Happening(row.opened_on, "alert-triangle", first, who=str(row.opened_by or ""))]
    if spoken_on is not None:
        found.append(Happening(spoken_on, "phone", _("First met or rung since"), tone="ok"))
    for day in _days_over(row, steps, today):
        found.append(Happening(day, "clock", _("The day it was to be solved by"), tone="over"))
    looks = {
        ProblemStep.Kind.SOLVED: ("check", _("Solved"), "ok"),
        ProblemStep.Kind.REOPENED: ("refresh", _("Came back"), "over"),
        ProblemStep.Kind.OWNED: ("message", _("Owned up to"), ""),
    }
    for step in steps:
        icon, said, tone = looks[ProblemStep.Kind(step.kind)]
        if step.due_on is not None:
            said = _("Came back; to be solved by %(day)s") % {"day": date_format(step.due_on, "j F Y")}
        # What was said to them is ours to have said well; what happened is not.
        reads = feedback_words.tone_notes(step.note) if writes and step.kind in SAID_TO_THEM else ()
        found.append(Happening(step.done_on, icon, said, tone, step.note, str(step.written_by or ""), reads))
    return sorted(found, key=lambda one: one.day)[::-1]


@require_GET
def problem_detail(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    rows = Problem.objects.visible_to(request.user).with_first_contact()
    named = ("relationship__account", "relationship__owner", "contact", "keeper", "opened_by", "feedback",
             "interaction")  # fmt: skip
    row: Any = get_object_or_404(rows.select_related(*named), pk=pk)
    today = row.relationship.today(now)
    steps = list(row.steps.select_related("written_by"))
    writes = Problem.objects.changeable_by(request.user).filter(pk=row.pk).exists()
    solved = problems.days_until_solved(row.opened_on, row.solved_on)
    return render(
        request,
        "relationships/problem_detail.html",
        {
            "row": row,
            "relationship": row.relationship,
            "long": len(row.what) > HEADING,
            "look": problem_words.LOOKS[row.state(now)],
            "sentence": problem_words.sentence(row, now),
            "spoken": problem_words.spoken(row.opened_on, row.spoken_on, today),
            "came_back": problem_words.came_back(row),
            "solved_after": "" if solved is None else problem_words.in_days(solved),
            "writes": writes,
            "today": today,
            "happenings": _happenings(row, row.spoken_on, steps, today, writes=writes),
            "log_url": _place_of_entry(row),
        },
    )


def _place_of_entry(row: Problem) -> str:
    """Where the talk stands in which it came up."""
    return f"{reverse('relationship_detail', args=[row.relationship_id])}#timeline" if row.interaction_id else ""
