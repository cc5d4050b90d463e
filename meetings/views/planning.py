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
from meetings.actions.telling import UNDO_SEND, is_sent_out
from meetings.forms.planning import CancelForm, MeetingForm, NotHeldForm
from meetings.forms.series import AgainForm
from meetings.models import Meeting
from meetings.views.common import answered, changeable, sent
from relationships.forms.partner import partners_of
from relationships.models import Relationship
from relationships.views.common import attempt, attempt_once, known_already
from relationships.views.common import changeable as changeable_partner
from web.clock import Now
from web.responses import done, form_page, refused, safe_next

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
    if relationship is None and request.method == "GET" and not partners_of(user).exists():
        return form_page(request, "meetings/meeting_nobody.html", _("Plan a meeting"), {})
    named = {"relationship": request.GET.get("relationship", "")} if relationship is None else {}
    if request.GET.get("kind") in Meeting.Kind.values:
        named["kind"] = request.GET["kind"]
    form = MeetingForm(**_so_far(request), user=user, now=now, relationship=relationship, initial=named)
    again = AgainForm(sent(request))
    if request.method == "POST" and _both(form, again):
        values = {
            **form.values,
            "rule": again.rule(form.cleaned_data["day"]),
            "send": again.cleaned_data["send"] and _can_be_sent(form),
            "relationships": form.partners,
            "colleagues": list(form.cleaned_data["colleagues"]),
            "contacts": form.guests(),
        }
        deed, before = attempt_once(form, actions.plan_meetings, Meeting, request=request, now=now, **values)
        if deed and before:
            return known_already(request, deed)
        if deed:
            here = deed.row.get_absolute_url()
            said = _("Planned: %(when)s.") % {"when": words.brief_when(deed.row, user.zone, now.today(user.zone))}
            said += f" {_going_out()}" if values["send"] else ""
            return done(request, said, step_id=deed.step.pk, to=safe_next(request, here), about=here, place=here)
    heading = _("Plan a meeting with %(partner)s") % {"partner": relationship} if relationship else _("Plan a meeting")
    return _form(request, form, heading, {"again": again})


def _both(form: MeetingForm, again: AgainForm) -> bool:
    """Whether both say what they should; what is wrong stands at its field."""
    if not form.is_valid() or not again.is_valid():
        form.errors.update(again.errors)
        return False
    again.rule(form.cleaned_data["day"])
    form.errors.update(again.errors)
    return not form.errors


def _can_be_sent(form: MeetingForm) -> bool:
    """Whether somebody besides the person is asked who has an address, to a meeting that is still to come."""
    guests = [*form.cleaned_data["contacts"], *(one for one in form.cleaned_data["colleagues"] if one != form.user)]
    return form.cleaned_data["starts_at"] > form.now.instant and any(one.email for one in guests)


def _going_out() -> str:
    return _("Invitations go out in %(seconds)d seconds.") % {"seconds": UNDO_SEND.seconds}


def _settled(request: PersonRequest, row: Meeting) -> HttpResponse | None:
    """No form is opened for what is no longer planned: of a held one what can still be changed is said, and where.

    What was typed before it was held keeps its text.
    """
    if request.method == "POST" or row.is_planned:
        return None
    if row.state == Meeting.State.HELD:
        context = {"row": row, "back": row.get_absolute_url()}
        return form_page(request, "meetings/meeting_settled.html", _("This meeting was held"), context)
    said = _("This meeting is no longer planned: it is %(state)s.") % {"state": row.get_state_display()}
    return refused(request, said, to=row.get_absolute_url())


@read_or_write
def meeting_edit(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    meanwhile = Meanwhile(request, Meeting, pk)
    row = changeable(request, pk)
    if settled := _settled(request, row):
        return settled
    form = MeetingForm(**_so_far(request), user=request.user, now=now, meeting=row)
    again = AgainForm(sent(request), meeting=row)
    if request.method == "POST" and _both(form, again):
        values, guests = form.values, form.guests()
        colleagues = list(form.cleaned_data["colleagues"])
        with meanwhile.unchanged(form, row) as same:
            deed = same and attempt(
                form,
                lambda: actions.change_meetings(
                    actor=request.user,
                    now=now,
                    meeting=row,
                    rule=again.rule(form.cleaned_data["day"]),
                    following=again.following,
                    values=values,
                    colleagues=colleagues,
                    contacts=guests,
                ),
            )
        if deed:
            said = _("Changed from here on.") if again.following else _("Meeting changed.")
            return answered(request, deed, row, said)
    more = {"meeting": row, "version": meanwhile.version, "again": again}
    return _form(request, form, _("Change the meeting"), more)


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
    if settled := _settled(request, row):
        return settled
    form = CancelForm(sent(request))
    again = AgainForm(sent(request), meeting=row)
    form.errors.update(again.errors)
    if request.method == "POST" and form.is_valid():
        reason, following = form.cleaned_data["reason"], again.following
        by: dict[str, Any] = {"actor": request.user, "now": now, "meeting": row}
        deed = attempt(
            form, lambda: actions.end_series(**by) if following else actions.cancel_meeting(**by, reason=reason)
        )
        if deed:
            said = _("Cancelled from here on.") if following else _("Meeting cancelled.")
            return answered(request, deed, row, said)
    told = is_sent_out(row)
    context = {"form": form, "row": row, "told": told, "again": again, "next": safe_next(request, "")}
    return form_page(request, "meetings/meeting_cancel.html", _("Cancel the meeting"), context)


@read_or_write
def meeting_not_held(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = get_object_or_404(Meeting.objects.changeable_by(request.user), pk=pk)
    held = row.state == Meeting.State.HELD
    verb = actions.not_held_after_all if held else actions.not_held
    form = NotHeldForm(sent(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        deed = attempt(form, lambda: verb(actor=request.user, now=now, meeting=row, reason=reason))
        if deed:
            return answered(request, deed, row, _("Noted: it was not held."), go=held)
    context = {"form": form, "row": row, "next": safe_next(request, ""), "back": row.get_absolute_url()}
    context |= {"held": held, "sent_out": held and actions.minutes_went_out(row)}
    heading = _("It was not held after all") if held else _("It was not held")
    return form_page(request, "meetings/meeting_not_held.html", heading, context)
