"""The brief before a meeting: one page, on a phone too."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import PersonRequest
from meetings.brief import brief_of
from meetings.models import PrivateNote
from meetings.views.common import seen
from web.clock import Now


@require_GET
def meeting_brief(request: PersonRequest, pk: int) -> HttpResponse:
    row = seen(request, pk)
    # On the page for who wrote it, and nowhere else: the mail is made of the brief alone.
    note = PrivateNote.objects.visible_to(request.user).filter(meeting=row).first()
    brief = brief_of(row, request.user, Now.read())
    return render(request, "meetings/brief.html", {"row": row, "brief": brief, "note": note})
