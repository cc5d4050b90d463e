"""What somebody keeps about a meeting for themselves. It leaves no step behind: an undo step would be a copy of it."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from meetings.models import Meeting, PrivateNote
from web.clock import Now


@transaction.atomic
def keep_private_note(*, actor: User, now: Now, meeting: Meeting, text: str) -> None:
    """The actor's own note about a meeting that they see; an empty one goes."""
    row = Meeting.objects.visible_to(actor).get(pk=meeting.pk)
    mine = PrivateNote.objects.filter(meeting=row, written_by=actor)
    if not text.strip():
        mine.delete()
        return
    note, made = PrivateNote.objects.select_for_update().get_or_create(
        meeting=row, written_by=actor, defaults={"text": text, "written_at": now.instant}
    )
    if not made and note.text != text:
        note.text, note.written_at, note.version = text, now.instant, note.version + 1
        note.save(update_fields=["text", "written_at", "version"])
