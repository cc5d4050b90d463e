"""What happened to a relationship, and what of it is put back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.history import Strand, events_of
from accounts.requests import PersonRequest
from accounts.undo import Done
from relationships import actions, history
from relationships.actions.history import BACK, RESTORABLE
from relationships.models import Relationship
from relationships.views.common import changeable
from web import downloads, left_out
from web.clock import Now
from web.left_out import LeftOut
from web.responses import done, refused
from web.sheets import Row


def _moment(text: str) -> datetime | None:
    """The cursor of a page; one that nobody made here gives the first page."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


@require_safe
def relationship_history(request: PersonRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Relationship.objects.visible_to(request.user).select_related("account"), pk=pk)
    asked, place = request.GET.get("kind", ""), request.GET.get("before", "")
    kind, begin = asked if asked in history.KINDS else "", _moment(place)
    writes = Relationship.objects.changeable_by(request.user).filter(pk=row.pk).exists()
    deeds, before = history.deeds(row, kind=kind, before=begin, writes=writes)
    earlier = {**({"kind": kind} if kind else {}), "before": before.isoformat() if before else ""}
    context = {
        "row": row,
        "deeds": deeds,
        "kind": kind,
        "left_out": left_out.said(
            [
                *([LeftOut(_("Kind"), asked)] if asked and not kind else []),
                *([LeftOut(_("Before"), place)] if place and begin is None else []),
            ]
        ),
        "kinds": history.KINDS.items(),
        "earlier": f"?{urlencode(earlier)}" if before else "",
        "download": downloads.menu_of("relationship_history_download", row.pk, kind=kind),
    }
    return render(request, "relationships/history.html", context)


# So many moments are told at a time: their changes are held, and there are several of each.
AT_ONCE = 100


@require_GET
def relationship_history_download(request: PersonRequest, pk: int) -> HttpResponseBase:
    user = request.user
    row = get_object_or_404(Relationship.objects.visible_to(user).select_related("account"), pk=pk)
    kind = request.GET.get("kind", "")
    kind = kind if kind in history.KINDS else ""

    def rows(keys: Sequence[int]) -> Iterator[Row]:
        if not Relationship.objects.visible_to(user).filter(pk=row.pk).exists():
            return
        times = [downloads.moment_of(key) for key in keys]
        for start in range(0, len(times), AT_ONCE):
            yield from history.in_cells(history.deeds_at(row, times[start : start + AT_ONCE], kind), user.zone)

    keys = (downloads.key_of(moment) for moment in history.every_moment_of(row, kind))
    name = _("history of %(partner)s") % {"partner": row}
    listing = downloads.Listing(name, history.columns(user.zone), keys, rows)

    return downloads.deliver(request, listing, page="relationship_history", args=[row.pk])


def _named(request: PersonRequest) -> tuple[type[models.Model], int, str] | None:
    """The audit row and the field that were pressed; nothing for what is never put back."""
    offered = {model._meta.label_lower: model for model in (*RESTORABLE, *BACK)}
    model = offered.get(request.POST.get("model", ""))
    event, field = request.POST.get("event", ""), request.POST.get("field", "")
    if model is None or not (event.isascii() and event.isdigit() and len(event) < 19):
        return None
    possible = field in RESTORABLE.get(model, []) if field else model in BACK
    return (model, int(event), field) if possible else None


def _strand(row: Relationship, model: type[models.Model]) -> Strand:
    return next(strand for strand in history.strands(row) if strand.model is model)


@require_POST
def value_restore(request: PersonRequest, pk: int) -> HttpResponse:
    """Put a value back, or bring back what was removed; of this relationship only."""
    row = changeable(request, pk)
    to = reverse("relationship_history", args=[row.pk])
    named = _named(request)
    if named is None:
        return refused(request, _("This is not put back from here."), to=to)
    model, event, field = named
    get_object_or_404(events_of(model)._base_manager.filter(_strand(row, model).where), pk=event)
    by: dict[str, Any] = {"actor": request.user, "now": Now.read(), "model": model, "event_id": event}
    try:
        deed: Done[Any] = actions.restore_value(**by, field=field) if field else actions.bring_back(**by)
    except ValidationError as error:
        return refused(request, " ".join(error.messages), to=to)
    except ObjectDoesNotExist:
        return refused(request, _("It is not there any more, so nothing was changed. Bring it back first."), to=to)
    if not Relationship.objects.visible_to(request.user).filter(pk=row.pk).exists():
        return done(request, _sentence(deed), step_id=deed.step.pk, to=reverse("portfolio"), go=True)
    return done(request, _sentence(deed), step_id=deed.step.pk, to=to)


def _sentence(deed: Done[Any]) -> str:
    return f"{deed.step.said.rstrip('.')}."
