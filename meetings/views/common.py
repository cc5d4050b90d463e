"""What the pages of meetings share."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404

from accounts.requests import PersonRequest
from accounts.undo import Done
from meetings.models import Meeting
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
