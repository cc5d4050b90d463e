"""The agenda: arranged, and its items added and reworded. Without JavaScript each is a plain form."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import PersonRequest
from accounts.undo import Done
from meetings import actions
from meetings.arranging import arranged
from meetings.forms.agenda import ItemForm, OutlineForm
from meetings.models import AgendaItem, Meeting, MeetingAccount
from meetings.outlines import outline_of
from meetings.views.common import changeable, sent
from relationships.views.common import attempt
from web.clock import Now
from web.responses import CHANGED, done, form_page, safe_next

read_or_write = require_http_methods(["GET", "POST"])


def _place(row: Meeting) -> str:
    return f"{row.get_absolute_url()}#agenda"


def _number(request: PersonRequest, name: str) -> int:
    """A number that came with a form; none where it is none."""
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise Http404
    return int(text)


# What each button of an item does.
DEEDS: dict[str, Callable[..., Done[AgendaItem]]] = {
    "move": actions.move_item,
    "pin": actions.pin_item,
    "unpin": actions.pin_item,
    "drop": actions.drop_item,
    "back": actions.put_back,
}


@require_POST
def meeting_agenda(request: PersonRequest, pk: int) -> HttpResponse:
    """Move an item to a place, pin it, drop it, put it on. ``seen`` is the version of the agenda on the page."""
    row, name = changeable(request, pk), request.POST.get("deed", "")
    # The places of the buttons *Move up* and *Move down* are their values.
    more: dict[str, Any] = {}
    if name.startswith("move:"):
        name, _colon, place = name.partition(":")
        if not (place.isascii() and place.isdigit() and len(place) < 5):
            raise Http404
        more["to"] = int(place)
    elif name == "move":
        more["to"] = _number(request, "to")
    elif name == "unpin":
        more["pinned"] = False
    if name not in DEEDS:
        return _refuse(request, row, _("Say what is to be done with it."))
    values = {"key": request.POST.get("key", ""), "seen": _number(request, "seen"), **more}
    try:
        deed = DEEDS[name](actor=request.user, now=Now.read(), meeting=row, **values)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        return _refuse(request, row, " ".join(error.messages))
    return done(request, f"{deed.step.said}.", step_id=deed.step.pk, to=_place(row), about=_place(row))


def _refuse(request: PersonRequest, row: Meeting, why: str) -> HttpResponse:
    """Say why nothing was done; the page shows the agenda as it is now."""
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        response["HX-Trigger"] = json.dumps({CHANGED: {}, "toast": {"message": why, "bad": True}})
        return response
    messages.error(request, why)
    return HttpResponseRedirect(_place(row))


@read_or_write
def agenda_item(request: PersonRequest, pk: int) -> HttpResponse:
    """A new item, or the one whose key the address names."""
    now, row = Now.read(), changeable(request, pk)
    key = request.GET.get("key", "")
    item = _its(request, row, key, now) if key else None
    form = ItemForm(sent(request), user=request.user, meeting=row, item=item)
    seen, newest = request.POST.get("seen", "") or str(row.agenda_version), None
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        values["shared"] = not values.pop("ours")
        by = {"actor": request.user, "now": now, "meeting": row, **values}
        if item is None:
            deed = attempt(form, lambda: actions.add_item(**by))
        else:
            deed = _changed(form, by | {"key": key, "seen": int(seen) if seen.isdecimal() else 0})
            if not deed:
                # What they typed is still there, beside what it says now; sent again, it stands.
                row.refresh_from_db()
                newest = _its(request, row, key, now) if seen != str(row.agenda_version) else None
                seen = str(row.agenda_version)
        if deed:
            to = safe_next(request, _place(row))
            return done(request, f"{deed.step.said}.", step_id=deed.step.pk, to=to, about=_place(row))
    context = {"form": form, "item": item, "seen": seen, "action": request.get_full_path(), "back": _place(row)}
    context["newest"] = newest if newest and _differs(form, newest) else None
    heading = _("Change the item") if item else _("New item")
    return form_page(request, "meetings/agenda_item_form.html", heading, context)


def _changed(form: ItemForm, values: dict[str, Any]) -> Done[AgendaItem] | None:
    try:
        return attempt(form, lambda: actions.change_item(**values))
    except ObjectDoesNotExist as error:
        raise Http404 from error


def _differs(form: ItemForm, item: AgendaItem) -> bool:
    """Whether it says something else now than what is typed."""
    typed = form.cleaned_data
    return (typed.get("title"), typed.get("minutes"), not typed.get("ours")) != (item.title, item.minutes, item.shared)


def _its(request: PersonRequest, row: Meeting, key: str, now: Now) -> AgendaItem:
    """The item of a key as the agenda has it now, if the person may change it."""
    item = arranged(row, now).items.get(key)
    if item is None:
        raise Http404
    if item.party_id is not None:
        get_object_or_404(MeetingAccount.objects.changeable_by(request.user), pk=item.party_id)
    return item


# The templates of the kinds ------------------------------------------------------------------------------------------


@read_or_write
def outline_list(request: PersonRequest) -> HttpResponse:
    """For administrators: what stands on the agenda of each kind of meeting from the beginning."""
    if not request.user.reach.everything:
        raise Http404
    form = OutlineForm(sent(request), kept={kind.value: outline_of(kind) for kind in Meeting.Kind})
    if request.method == "POST" and form.is_valid():
        deed = actions.change_outlines(actor=request.user, now=Now.read(), lines=form.lines)
        return done(request, _("Outlines changed."), step_id=deed.step.pk, to=reverse("outline_list"))
    status = 422 if form.is_bound else 200
    return render(request, "meetings/outline_list.html", {"form": form}, status=status)
