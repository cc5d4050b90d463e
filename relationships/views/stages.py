"""From one stage to the next: the forms of the page *Stage*."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.meanwhile import Meanwhile
from accounts.requests import PersonRequest
from accounts.undo import Done
from relationships import actions, records, stage_words, stages
from relationships.forms.stages import EndForm, MoveForm, PlanStepForm, ScopeForm, TargetForm, WaiverForm
from relationships.models import PlanStep, Relationship, Scope, Waiver
from relationships.stages import Outlook, Stage
from relationships.views.common import attempt, changeable
from web import dates
from web.clock import Now
from web.responses import done, form_page, safe_next

read_or_write = require_http_methods(["GET", "POST"])


def _place(row: Relationship) -> str:
    return reverse("relationship_stage", args=[row.pk])


def _answer(request: PersonRequest, row: Relationship, deed: Done[Any], said: str) -> HttpResponse:
    return done(request, said, step_id=deed.step.pk, to=safe_next(request, _place(row)))


def _sent(request: PersonRequest) -> Any:
    """What came with a form; one of which nothing is filled in has been sent all the same."""
    return request.POST if request.method == "POST" else None


def _next(row: Relationship, known: records.Known, now: Now) -> Outlook | None:
    """The criteria of the next stage; none after the last."""
    wanted = stages.following(row.stage)
    return stages.judge(known.record, wanted, row.today(now), known.waived) if wanted else None


# Moves ---------------------------------------------------------------------------------------------------------------


@read_or_write
def stage_change_create(request: PersonRequest, pk: int) -> HttpResponse:
    """To another stage, with what will be kept of it in view."""
    now = Now.read()
    row = changeable(request, pk)
    known = records.read([row])[row.pk]
    outlook = _next(row, known, now)
    seen = (_sent(request) or request.GET).get("seen", "")
    meanwhile = actions.moved_meanwhile(row, seen, request.user, now)
    form = MoveForm(_sent(request), relationship=row, outlook=outlook, meanwhile=meanwhile)
    if request.method == "POST" and form.is_valid():
        moved = attempt(
            form,
            lambda: actions.move_stage(actor=request.user, now=now, relationship=row, **form.cleaned_data),
        )
        if moved:
            said = _("%(partner)s is a %(stage)s now. The evidence is kept with the decision.") % {
                "partner": row,
                "stage": stage_words.name(moved.row.to_stage),
            }
            return _answer(request, row, moved, said)
    shown = outlook or stages.judge(known.record, Stage(row.stage), row.today(now), known.waived)
    told = stage_words.tell([shown], row)
    context = {
        "form": form,
        "row": row,
        "settled": bool(outlook and outlook.settled),
        "lines": stage_words.lines(shown, known.record, known.waivers, told, row.today(now)),
        "score": stage_words.score(shown),
        "next": safe_next(request, ""),
    }
    return form_page(request, "relationships/stage_change_form.html", _("Move %(partner)s") % {"partner": row}, context)


# Waivers -------------------------------------------------------------------------------------------------------------


@read_or_write
def waiver_create(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = changeable(request, pk)
    known = records.read([row])[row.pk]
    outlook = _next(row, known, now) or stages.judge(known.record, Stage(row.stage), row.today(now), known.waived)
    form = WaiverForm(
        _sent(request),
        today=row.today(now),
        outlook=outlook,
        every_days=known.record.every(row.today(now)),
        initial={"criterion": request.GET.get("criterion", "")},
    )
    if request.method == "POST" and form.is_valid():
        given = attempt(form, lambda: actions.waive(actor=request.user, now=now, relationship=row, **form.cleaned_data))
        if given:
            said = _("Waived until %(day)s.") % {"day": dates.said(given.row.until_on, row.today(now))}
            return _answer(request, row, given, said)
    context = {"form": form, "row": row, "next": safe_next(request, "")}
    return form_page(request, "relationships/waiver_form.html", _("Waive a criterion"), context)


@require_POST
def waiver_end(request: PersonRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Waiver.objects.changeable_by(request.user).select_related("relationship__account"), pk=pk)
    try:
        ended = actions.end_waiver(actor=request.user, now=Now.read(), waiver_id=row.pk)
    except ValidationError as error:
        return done(request, " ".join(error.messages), to=_place(row.relationship))
    return _answer(request, row.relationship, ended, _("No longer waived."))


# What was agreed -----------------------------------------------------------------------------------------------------


@read_or_write
def scope_create(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = changeable(request, pk)
    form = ScopeForm(_sent(request), relationship=row, now=now)
    if request.method == "POST" and form.is_valid():
        agreed = attempt(
            form, lambda: actions.agree_scope(actor=request.user, now=now, relationship=row, **form.cleaned_data)
        )
        if agreed:
            return _answer(request, row, agreed, _("Written down: %(what)s.") % {"what": agreed.row.what})
    context = {"form": form, "row": row, "next": safe_next(request, "")}
    return form_page(
        request, "relationships/scope_form.html", _("What was agreed with %(name)s") % {"name": row}, context
    )


@require_POST
def scope_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Scope.objects.changeable_by(request.user).select_related("relationship__account"), pk=pk)
    removed = actions.remove_scope(actor=request.user, now=Now.read(), scope_id=row.pk)
    return _answer(request, row.relationship, removed, _("No longer agreed."))


# Where it shall go ---------------------------------------------------------------------------------------------------


@read_or_write
def target_edit(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = changeable(request, pk)
    form = TargetForm(_sent(request), relationship=row)
    if request.method == "POST" and form.is_valid():
        aimed = attempt(form, lambda: actions.aim(actor=request.user, now=now, relationship=row, **form.cleaned_data))
        if aimed:
            return _answer(
                request, row, aimed, _("Target set.") if aimed.row.target_stage else _("No target any more.")
            )
    context = {"form": form, "row": row, "verb": _("Set"), "next": safe_next(request, "")}
    return form_page(request, "relationships/small_form.html", _("What it shall become"), context)


def _plan_step(request: PersonRequest, pk: int) -> PlanStep:
    rows = PlanStep.objects.changeable_by(request.user).select_related("relationship__account", "keeper")
    return get_object_or_404(rows, pk=pk)


@read_or_write
def plan_step_create(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = changeable(request, pk)
    form = PlanStepForm(
        _sent(request), user=request.user, relationship=row, initial={"criterion": request.GET.get("criterion", "")}
    )
    if request.method == "POST" and form.is_valid():
        planned = attempt(
            form, lambda: actions.add_plan_step(actor=request.user, now=now, relationship=row, **form.cleaned_data)
        )
        if planned:
            return _answer(request, row, planned, _("Step planned."))
    context = {"form": form, "row": row, "action": request.get_full_path(), "next": safe_next(request, "")}
    return form_page(request, "relationships/plan_step_form.html", _("A step of the plan"), context)


@read_or_write
def plan_step_edit(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    meanwhile = Meanwhile(request, PlanStep, pk)
    row = _plan_step(request, pk)
    form = PlanStepForm(_sent(request), user=request.user, relationship=row.relationship, instance=row)
    if request.method == "POST" and form.is_valid():
        with meanwhile.unchanged(form, row) as same:
            changed = same and attempt(
                form,
                lambda: actions.change_plan_step(actor=request.user, now=now, step=row, values=dict(form.cleaned_data)),
            )
        if changed:
            return _answer(request, row.relationship, changed, _("Step changed."))
    context = {
        "form": form,
        "step": row,
        "back": reverse("relationship_stage", args=[row.relationship_id]),
        "version": meanwhile.version,
        "action": request.path,
        "next": safe_next(request, ""),
    }
    return form_page(request, "relationships/plan_step_form.html", _("Change the step"), context)


@require_POST
def plan_step_done(request: PersonRequest, pk: int) -> HttpResponse:
    row = _plan_step(request, pk)
    try:
        finished = actions.finish_plan_step(actor=request.user, now=Now.read(), step=row)
    except ValidationError as error:
        return done(request, " ".join(error.messages), to=safe_next(request, _place(row.relationship)))
    return _answer(request, row.relationship, finished, _("Step done."))


@require_POST
def plan_step_remove(request: PersonRequest, pk: int) -> HttpResponse:
    row = _plan_step(request, pk)
    removed = actions.remove_plan_step(actor=request.user, now=Now.read(), step_id=row.pk)
    return _answer(request, row.relationship, removed, _("Step removed."))


# Its end -------------------------------------------------------------------------------------------------------------


@read_or_write
def relationship_end(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = changeable(request, pk)
    form = EndForm(_sent(request))
    if request.method == "POST" and form.is_valid():
        ended = attempt(
            form, lambda: actions.end_relationship(actor=request.user, now=now, relationship=row, **form.cleaned_data)
        )
        if ended:
            said = _("%(partner)s has ended. No check-in is due any more.") % {"partner": row}
            return _answer(request, row, ended, said)
    context = {"form": form, "row": row, "verb": _("End it well"), "next": safe_next(request, "")}
    return form_page(request, "relationships/small_form.html", _("End %(partner)s") % {"partner": row}, context)


@require_POST
def relationship_take_up(request: PersonRequest, pk: int) -> HttpResponse:
    row = changeable(request, pk)
    try:
        again = actions.take_up_again(actor=request.user, now=Now.read(), relationship=row)
    except ValidationError as error:
        return done(request, " ".join(error.messages), to=_place(row))
    told = {"partner": row, "why": again.row.pause_reason.rstrip(".")}
    said = _("%(partner)s is taken up again, and paused as before: %(why)s.") if again.row.paused_since else ""
    return _answer(request, row, again, (said or _("%(partner)s is taken up again.")) % told)
