"""What somebody keeps about a meeting for themselves, and the mail they want before each.

Neither leaves a step behind: one that takes a private note back would be a copy of it.
"""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from meetings.models import BriefWish, Meeting, PrivateNote
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


@transaction.atomic
def want_brief(*, actor: User, now: Now, wanted: bool) -> None:
    """Whether the actor gets the brief by mail before each meeting of theirs. Twice is once."""
    if wanted:
        BriefWish.objects.get_or_create(user=actor, defaults={"at": now.instant})
    else:
        BriefWish.objects.filter(user=actor).delete()
