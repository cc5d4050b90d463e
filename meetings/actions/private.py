"""What somebody keeps about a meeting for themselves, and the mail they want before each.

Neither leaves a step behind: one that takes a private note back would be a copy of it.
"""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from meetings.actions.outcomes import OvertakenError
from meetings.models import BriefWish, Meeting, PrivateNote
from web.clock import Now


@transaction.atomic
def keep_private_note(
    *, actor: User, now: Now, meeting: Meeting, text: str, version: int | None = None
) -> PrivateNote | None:
    """The actor's own note about a meeting that they see; an empty one goes.

    Two windows of the same person may overtake each other: then ``OvertakenError`` brings both texts.
    """
    row = Meeting.objects.visible_to(actor).get(pk=meeting.pk)
    text = text.replace("\r\n", "\n").rstrip()
    mine = PrivateNote.objects.filter(meeting=row, written_by=actor)
    before = mine.select_for_update().first()
    if before is not None and version is not None and version != before.version and text != before.text:
        raise OvertakenError(before.text, before.version, actor, before.written_at)
    if not text.strip():
        mine.delete()
        return None
    note, made = PrivateNote.objects.select_for_update().get_or_create(
        meeting=row, written_by=actor, defaults={"text": text, "written_at": now.instant, "version": 1}
    )
    if not made and note.text != text:
        note.text, note.written_at, note.version = text, now.instant, note.version + 1
        note.save(update_fields=["text", "written_at", "version"])
    return note


@transaction.atomic
def want_brief(*, actor: User, now: Now, wanted: bool) -> None:
    """Whether the actor gets the brief by mail before each meeting of theirs. Twice is once."""
    if wanted:
        BriefWish.objects.get_or_create(user=actor, defaults={"at": now.instant})
    else:
        BriefWish.objects.filter(user=actor).delete()
