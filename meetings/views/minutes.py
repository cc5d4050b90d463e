"""The minutes of a meeting: what came of it, as both sides get it; sent to those chosen, and on paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.requests import PersonRequest
from meetings import actions, words
from meetings import minutes_paper as paper_of
from meetings.forms.live import SendForm
from meetings.minutes_queries import among_us, minutes_of, parties_for
from meetings.models import AgendaItem, Meeting, MinutesCopy, MinutesDispatch, Participant
from meetings.views.common import changeable, seen, sent
from meetings.views.live import outcomes_of, read_or_write, taken_of
from relationships.views.common import attempt
from web import dates, paper
from web.clock import Now
from web.longest import bound
from web.responses import done, form_page, safe_next


@dataclass(frozen=True, slots=True)
class Sent:
    """When the minutes went to whom; ``waits`` while they can still be held back."""

    when: str
    whom: str
    by: str
    waits: bool
    withdrawn: bool


@require_GET
def minutes(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = seen(request, pk)
    if row.state != Meeting.State.HELD:
        return redirect(row)
    user = request.user
    parties = parties_for(row, user)
    outcomes = outcomes_of(row, request)
    taken = taken_of(outcomes, user.zone, now)
    items = list(AgendaItem.objects.visible_to(user).filter(meeting=row).standing())
    people = Participant.objects.visible_to(user).filter(meeting=row).select_related("user", "contact")
    others = [row.zone, *(party.relationship.zone for party in parties)]
    context = {
        "row": row,
        "parties": parties,
        "when": words.when(row, user.zone, others, now.today(user.zone)),
        "writes": Meeting.objects.changeable_by(user).filter(pk=row.pk).exists(),
        "decisions": [one for one in taken if one.row.decision],
        "promised": sorted((one for one in taken if one.row.commitment_id), key=lambda one: not one.ours),
        "feedback": [one for one in taken if one.row.feedback_id],
        "spoken": [item for item in items if item.done_at or item.notes],
        "carried": [item for item in items if not item.done_at and not item.settled],
        "people": people.theirs_first(),
        "sent": _sent_of(row, now, user.zone),
        "their_minutes": minutes_of(row, parties),
        "among_us": among_us(row),
    }
    return render(request, "meetings/minutes.html", context)


def _sent_of(row: Meeting, now: Now, zone: str) -> list[Sent]:
    """Two queries for any number."""
    dispatches = list(MinutesDispatch.objects.filter(meeting=row).select_related("sent_by"))
    copies: dict[int, list[str]] = {one.pk: [] for one in dispatches}
    for copy in MinutesCopy.objects.filter(dispatch__in=dispatches).select_related("user", "contact").order_by("pk"):
        copies[copy.dispatch_id].append(str(copy))
    today = now.today(zone)
    found = []
    for one in dispatches:
        at = one.due_at.astimezone(ZoneInfo(zone))
        when = f"{dates.said(at.date(), today)}, {date_format(at, 'H:i')}"
        found.append(
            Sent(
                when,
                ", ".join(copies[one.pk]),
                str(one.sent_by or ""),
                one.withdrawn_at is None and one.due_at > now.instant,
                one.withdrawn_at is not None,
            )
        )
    return found


@require_GET
def minutes_paper(request: PersonRequest, pk: int) -> HttpResponse:
    """The paper as those of the partners that the person sees get it."""
    row = seen(request, pk)
    if row.state != Meeting.State.HELD:
        return redirect(row)
    size: paper.Size = "us-letter" if request.GET.get("size") == "letter" else "a4"
    found = minutes_of(row, parties_for(row, request.user))
    answer = HttpResponse(paper_of.pdf_of(found, size=size), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{paper_of.file_name(row)}"'
    return answer


@read_or_write
def minutes_send(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    row = changeable(request, pk)
    if row.state != Meeting.State.HELD:
        return redirect(row)
    form = SendForm(sent(request), user=request.user, meeting=row, now=now)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        deed = attempt(
            form,
            lambda: actions.send_minutes(
                actor=request.user,
                now=now,
                meeting=row,
                contacts=list(chosen.get("contacts", [])),
                users=list(chosen["users"]),
                message=chosen["note"],
            ),
        )
        if deed:
            return done(
                request,
                _("The minutes go out in 20 seconds."),
                step_id=deed.step.pk,
                to=safe_next(request, reverse("minutes", args=[row.pk])),
                undo_label=_("Undo send"),
                seconds=int(actions.UNDO_FOR.total_seconds()),
            )
    context = {"form": form, "row": row, "next": safe_next(request, ""), "back": reverse("minutes", args=[row.pk])}
    return form_page(request, "meetings/minutes_send.html", _("Send the minutes"), context)


class NotesForm(forms.Form):
    """The notes of an item, corrected afterwards."""

    text = forms.CharField(required=False, label=gettext_lazy("Notes"), widget=forms.Textarea(attrs={"rows": 8}))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bound(self, "text")


@read_or_write
def notes_edit(request: PersonRequest, pk: int) -> HttpResponse:
    now = Now.read()
    item = get_object_or_404(AgendaItem.objects.changeable_by(request.user).select_related("meeting"), pk=pk)
    initial = {"text": item.notes, "version": item.notes_version}
    form = NotesForm(sent(request), initial=initial)
    theirs = ""
    if request.method == "POST" and form.is_valid():
        try:
            deed = actions.write_notes(actor=request.user, now=now, item=item, **form.cleaned_data)
        except actions.OvertakenError as error:
            form.add_error("text", error)
            theirs = error.text
            form.data = {**form.data.dict(), "version": str(error.number)}  # type: ignore[attr-defined]
        else:
            to = safe_next(request, reverse("minutes", args=[item.meeting_id]))
            return done(request, _("Notes saved."), step_id=deed.step.pk, to=to)
    context = {
        "form": form,
        "item": item,
        "theirs": theirs,
        "next": safe_next(request, ""),
        "back": reverse("minutes", args=[item.meeting_id]),
    }
    return form_page(request, "meetings/notes_form.html", _("Notes"), context)
