"""Meetings planned from the rhythm, changed, called off, and those that were not held."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.meanwhile import Meanwhile
from accounts.requests import PersonRequest
from meetings import actions, words
from meetings.forms.planning import CancelForm, MeetingForm, NotHeldForm
from meetings.models import CalendarMessage, Meeting
from meetings.views.common import answered, changeable, sent
from relationships.models import Relationship
from relationships.views.common import attempt, attempt_once, known_already
from relationships.views.common import changeable as changeable_partner
from web.clock import Now
from web.responses import done, form_page, safe_next

read_or_write = require_http_methods(["GET", "POST"])


def _so_far(request: PersonRequest) -> dict[str, Any]:
    """What was sent; what is typed so far where a part of the form asks to be drawn again."""
    if request.method == "GET" and "at" in request.GET:
        return {"data": request.GET, "so_far": True}
    return {"data": sent(request)}


@read_or_write
def meeting_new(request: PersonRequest) -> HttpResponse:
    return _plan(request, None)


@read_or_write
def meeting_create(request: PersonRequest, pk: int) -> HttpResponse:
    return _plan(request, changeable_partner(request, pk))


def _plan(request: PersonRequest, relationship: Relationship | None) -> HttpResponse:
    user, now = request.user, Now.read()
    named = {"relationship": request.GET.get("relationship", "")} if relationship is None else {}
    form = MeetingForm(**_so_far(request), user=user, now=now, relationship=relationship, initial=named)
    if request.method == "POST" and form.is_valid():
        values = {
            **form.values,
            "relationships": form.partners,
            "colleagues": list(form.cleaned_data["colleagues"]),
            "contacts": form.guests(),
        }
        deed, again = attempt_once(form, actions.plan_meeting, Meeting, request=request, now=now, **values)
        if deed and again:
            return known_already(request, deed)
        if deed:
            here = deed.row.get_absolute_url()
            said = _("Planned: %(when)s.") % {"when": words.brief_when(deed.row, user.zone, now.today(user.zone))}
            return done(request, said, step_id=deed.step.pk, to=safe_next(request, here), about=here, place=here)
    heading = _("Plan a meeting with %(partner)s") % {"partner": relationship} if relationship else _("Plan a meeting")
    return _form(request, form, heading, {})


@read_or_write
def meeting_edit(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    meanwhile = Meanwhile(request, Meeting, pk)
    row = changeable(request, pk)
    form = MeetingForm(**_so_far(request), user=request.user, now=now, meeting=row)
    if request.method == "POST" and form.is_valid():
        values, guests = form.values, form.guests()
        colleagues = list(form.cleaned_data["colleagues"])
        with meanwhile.unchanged(form, row) as same:
            deed = same and attempt(
                form,
                lambda: actions.change_meeting(
                    actor=request.user, now=now, meeting=row, values=values, colleagues=colleagues, contacts=guests
                ),
            )
        if deed:
            return answered(request, deed, row, _("Meeting changed."))
    return _form(request, form, _("Change the meeting"), {"meeting": row, "version": meanwhile.version})


def _form(request: PersonRequest, form: MeetingForm, heading: str, more: dict[str, Any]) -> HttpResponse:
    context = {
        "form": form,
        "day_said": form.day_said(),
        "action": request.path,
        "next": safe_next(request, ""),
        "ticked_theirs": {str(one) for one in form["contacts"].value() or []},
        **more,
    }
    answer = form_page(request, "meetings/meeting_form.html", heading, context)
    if request.method == "GET":
        # A part of it drawn again is no refusal, whatever is not filled in yet.
        answer.status_code = 200
    return answer


# Called off, not held -------------------------------------------------------------------------------------------------


@read_or_write
def meeting_cancel(request: PersonRequest, pk: int) -> HttpResponse:
    now, row = Now.read(), changeable(request, pk)
    form = CancelForm(sent(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        deed = attempt(form, lambda: actions.cancel_meeting(actor=request.user, now=now, meeting=row, reason=reason))
        if deed:
            return answered(request, deed, row, _("Meeting cancelled."))
    told = CalendarMessage.objects.filter(meeting=row, due_at__lte=now.instant).wanted().exists()
    context = {"form": form, "row": row, "told": told, "next": safe_next(request, "")}
    return form_page(request, "meetings/meeting_cancel.html", _("Cancel the meeting"), context)


@read_or_write
def meeting_not_held(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = get_object_or_404(Meeting.objects.changeable_by(request.user), pk=pk)
    form = NotHeldForm(sent(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        deed = attempt(form, lambda: actions.not_held(actor=request.user, now=now, meeting=row, reason=reason))
        if deed:
            return answered(request, deed, row, _("Noted: it was not held."))
    context = {"form": form, "row": row, "next": safe_next(request, "")}
    return form_page(request, "meetings/meeting_not_held.html", _("It was not held"), context)
