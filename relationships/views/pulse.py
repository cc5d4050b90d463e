"""Pulse: one question at a time, answered by ours with a tap, told by theirs, or given to them by a link."""

from __future__ import annotations

import json
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
from relationships import actions, pulse, pulse_words, queries
from relationships.forms.pulse import AnswerForm, GiveForm
from relationships.models import Pulse, PulseAnswer, PulseSide
from relationships.views.common import attempt, changeable
from web.clock import Now
from web.responses import CHANGED, done, form_page, safe_next

# So many of theirs are named of whom nobody has said yet what they decide; the page of people has the others.
UNPLACED = 10
read_or_write = require_http_methods(["GET", "POST"])


def _open(request: PersonRequest, pk: int) -> Pulse:
    rows = Pulse.objects.changeable_by(request.user).select_related("relationship__account", "to_stakeholder")
    return get_object_or_404(rows, pk=pk)


def _to(request: PersonRequest, row: Pulse) -> str:
    return safe_next(request, f"{row.relationship.get_absolute_url()}#pulse")


@require_POST
def pulse_ask(request: PersonRequest, pk: int) -> HttpResponse:
    row = changeable(request, pk)
    to = safe_next(request, f"{row.get_absolute_url()}#pulse")
    try:
        asked = actions.ask_pulse(actor=request.user, now=Now.read(), relationship=row)
    except ValidationError as refused:
        return done(request, " ".join(refused.messages), to=to)
    return done(request, _("Asked. Say first how you see it yourself."), step_id=asked.step.pk, to=to)


@read_or_write
def pulse_answer(request: PersonRequest, pk: int) -> HttpResponse:
    """Ours is one tap from where it stands; with words, or of theirs, it is a form.

    Answered or skipped elsewhere meanwhile, that is said; only what was typed keeps its form.
    """
    now = Now.read()
    row = _open(request, pk)
    form = AnswerForm(request.POST if request.method == "POST" else None, row=row, initial=_tapped(request))
    if request.method == "POST" and form.is_valid():
        answered = attempt(form, lambda: _answer(request, row, form, now))
        if answered:
            said = (
                _("Noted. Now it can be asked of them.")
                if row.side == PulseSide.OURS
                else _("Noted, as you entered it.")
            )
            return done(request, said, step_id=answered.step.pk, to=_to(request, row))
        row.refresh_from_db(fields=["state"])
    if row.state != Pulse.State.OPEN:
        return _over(request, row, form)
    return _answer_page(request, row, form)


def _over(request: PersonRequest, row: Pulse, form: AnswerForm) -> HttpResponse:
    """The page behind fetches itself again, as it still shows the question."""
    why = pulse_words.over(row.state)
    if not request.POST.get("words", "").strip():
        return done(request, why, to=_to(request, row))
    if why not in form.non_field_errors():
        form.add_error(None, why)
    response = _answer_page(request, row, form)
    response["HX-Trigger"] = json.dumps({CHANGED: {}})
    return response


def _answer_page(request: PersonRequest, row: Pulse, form: AnswerForm) -> HttpResponse:
    context = {
        "form": form,
        "pulse": row,
        "asked": pulse_words.asked(row.question, row.side),
        "verb": _("Note it"),
        "back": reverse("relationship_detail", args=[row.relationship_id]),
        "next": safe_next(request, ""),
    }
    heading = _("How you see it") if row.side == PulseSide.OURS else _("What they said")
    return form_page(request, "relationships/pulse_form.html", heading, context)


def _tapped(request: PersonRequest) -> dict[str, str]:
    return {"score": request.GET["score"]} if "score" in request.GET else {}


def _answer(request: PersonRequest, row: Pulse, form: AnswerForm, now: Now) -> Done[Pulse]:
    by: dict[str, Any] = {"actor": request.user, "now": now}
    if row.side == PulseSide.OURS:
        return actions.answer_pulse(question=row, **form.cleaned_data, **by)
    return actions.enter_answer(question=row, **form.cleaned_data, **by)


@require_POST
def pulse_skip(request: PersonRequest, pk: int) -> HttpResponse:
    row = _open(request, pk)
    try:
        skipped = actions.skip_pulse(actor=request.user, now=Now.read(), question=row)
    except ValidationError as refused:
        return done(request, " ".join(refused.messages), to=_to(request, row))
    ours = row.side == PulseSide.OURS
    said = _("Skipped. Now it can be asked of them.") if ours else _("Skipped. It is not asked again for three months.")
    return done(request, said, step_id=skipped.step.pk, to=_to(request, row))


@read_or_write
def pulse_give(request: PersonRequest, pk: int) -> HttpResponse:
    """To one of their people: by mail, or as a link to be copied."""
    now = Now.read()
    row = _open(request, pk)
    form = GiveForm(request.POST if request.method == "POST" else None, row=row)
    if request.method == "POST" and form.is_valid():
        to, by_mail = form.cleaned_data["to"], request.POST.get("way") == "mail"
        given = attempt(
            form,
            lambda: actions.give_pulse(actor=request.user, now=now, question=row, to=to, by_mail=by_mail),
        )
        if given:
            return _given(request, row, given, by_mail=by_mail)
    context = {
        "form": form,
        "pulse": row,
        "asked": pulse_words.asked(row.question, PulseSide.THEIRS),
        "people": form.fields["to"].queryset.exists(),  # type: ignore[attr-defined]
        "unplaced": queries.people_of(row.relationship, row.relationship.today(now))[:UNPLACED],
        "back": reverse("relationship_detail", args=[row.relationship_id]),
        "next": safe_next(request, ""),
    }
    return form_page(request, "relationships/pulse_give_form.html", _("Ask them"), context)


def _given(request: PersonRequest, row: Pulse, given: Done[Pulse], *, by_mail: bool) -> HttpResponse:
    name = given.row.to_stakeholder
    if not by_mail:
        said = _("The link for %(name)s stands on the page, to be copied.") % {"name": name}
        return done(request, said, step_id=given.step.pk, to=_to(request, row))
    return done(
        request,
        _("The mail to %(name)s goes out in 20 seconds.") % {"name": name},
        step_id=given.step.pk,
        to=_to(request, row),
        undo_label=_("Undo send"),
        seconds=int(pulse.UNDO_FOR.total_seconds()),
    )


@read_or_write
def pulse_answer_edit(request: PersonRequest, pk: int) -> HttpResponse:
    """One's own, or what was entered for them; what came by link stays."""
    now = Now.read()
    meanwhile = Meanwhile(request, PulseAnswer, pk)
    rows = PulseAnswer.objects.changeable_by(request.user).select_related("relationship__account", "pulse")
    row = get_object_or_404(rows, pk=pk)
    form = AnswerForm(request.POST if request.method == "POST" else None, answer=row)
    if request.method == "POST" and form.is_valid():
        with meanwhile.unchanged(form, row) as same:
            changed = same and attempt(
                form,
                lambda: actions.change_answer(actor=request.user, now=now, answer=row, values=form.cleaned_data),
            )
        if changed:
            return done(request, _("Changed."), step_id=changed.step.pk, to=_to(request, row.pulse))
    context = {
        "form": form,
        "asked": pulse_words.asked(row.question, row.side),
        "version": meanwhile.version,
        "verb": _("Save"),
        "back": reverse("relationship_detail", args=[row.relationship_id]),
        "next": safe_next(request, ""),
    }
    return form_page(request, "relationships/pulse_form.html", _("Change what was said"), context)
