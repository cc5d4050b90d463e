"""Invitations sent by a tap; they wait 20 seconds, in which *Undo* takes them back."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import PersonRequest
from meetings import actions
from meetings.actions.telling import UNDO_SEND
from meetings.models import Meeting
from web.clock import Now
from web.responses import done, refused, safe_next


@require_POST
def meeting_invite(request: PersonRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Meeting.objects.changeable_by(request.user), pk=pk)
    to = safe_next(request, row.get_absolute_url())
    try:
        deed = actions.invite(actor=request.user, now=Now.read(), meeting=row)
    except ValidationError as error:
        return refused(request, " ".join(error.messages), to=to)
    said = _("Invitations go out in %(seconds)d seconds.") % {"seconds": UNDO_SEND.seconds}
    return done(request, said, step_id=deed.step.pk, to=to, about=row.get_absolute_url())
