"""What the pages of meetings share."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format

from accounts.requests import PersonRequest
from accounts.undo import Done
from meetings.actions import OvertakenError
from meetings.models import Meeting
from web.clock import Now
from web.responses import done, safe_next


def seen(request: PersonRequest, pk: int) -> Meeting:
    """The meeting if the person sees one of its partners; otherwise it does not exist for them."""
    return get_object_or_404(Meeting.objects.visible_to(request.user).select_related("organiser", "series"), pk=pk)


def changeable(request: PersonRequest, pk: int) -> Meeting:
    """The meeting if the person may change it; otherwise it does not exist for them."""
    return get_object_or_404(Meeting.objects.changeable_by(request.user).select_related("organiser", "series"), pk=pk)


def sent(request: PersonRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def answered(request: PersonRequest, deed: Done[Any], meeting: Meeting, said: str, *, go: bool = False) -> HttpResponse:
    """Back to where the person came from, otherwise to the meeting's page."""
    here = meeting.get_absolute_url()
    return done(request, said, step_id=deed.step.pk, to=safe_next(request, here), about=here, go=go)


# Texts that save themselves as they are typed ------------------------------------------------------------------------


def wants_json(request: PersonRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


def version_of(request: PersonRequest) -> int | None:
    """The number of the text that was typed over; none where it is not said."""
    number = request.POST.get("version", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None


def saved(version: int, now: Now, request: PersonRequest) -> JsonResponse:
    at = date_format(now.instant.astimezone(ZoneInfo(request.user.zone)), "H:i")
    return JsonResponse({"version": version, "at": at})


def overtaken(error: OvertakenError) -> JsonResponse:
    """Somebody else wrote meanwhile: what stands there now, and who says so."""
    told = {"text": error.text, "version": error.number, "said": " ".join(error.messages)}
    return JsonResponse(told, status=409)
