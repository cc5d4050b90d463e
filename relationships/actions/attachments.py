"""Links and files beside the talk: added, removed, and the files that nobody can bring back forgotten."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rows import row_from, values_of
from accounts.undo import KEPT_FOR, Done, inverse, record
from relationships import attachments
from relationships.actions.dates import theirs
from relationships.models import Attachment, Interaction, Relationship
from web.clock import Now

_FOLDER: Final = "attachments"
# As ``Attachment`` names its files; nothing else in the folder is touched.
_OWN_NAME: Final = re.compile(r"[A-Za-z0-9_-]{32}")
# A day more than a step is good for, so that nobody's *Undo* finds the file gone.
FORGOTTEN_AFTER = KEPT_FOR + timedelta(days=1)
# What Django calls a file on its way in, where these lie on the same disk; left behind when a process is killed.
_ON_ITS_WAY: Final = re.compile(r"tmp[a-z0-9_]{8}\.upload.*", re.DOTALL)
_UPLOAD_OVER_AFTER: Final = timedelta(days=1)
_BATCH: Final = 1000


@transaction.atomic
def add_attachment(
    *,
    actor: User,
    now: Now,
    relationship: Relationship,
    url: str = "",
    file: UploadedFile[Any] | None = None,
    title: str = "",
    interaction: Interaction | None = None,
) -> Done[Attachment]:
    """Put a link or a file beside the talk; without ``title`` it goes by its host or by the file's own name.

    A file is on disk before the row is in the table: if the transaction fails, ``forget_files`` takes it.
    """
    row = Attachment(
        relationship=relationship,
        interaction=interaction,
        title=attachments.named(title, file.name or "") if file else title.strip() or attachments.host_of(url),
        url=url,
        size=(file.size or 0) if file else 0,
        added_by=actor,
        added_at=now.moment(relationship.zone),
    )
    if file is not None:
        row.file = file
    row.full_clean()
    row.save()
    step = record(
        actor=actor,
        now=now,
        said=_("Added: %(name)s") % {"name": row.title},
        verb=remove_attachment,
        arguments={"attachment_id": row.pk},
        watch=[(Attachment, row.pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def remove_attachment(*, actor: User, now: Now, attachment_id: int) -> Done[Attachment]:
    """Nobody gets at the file any more; it stays on disk while this can be taken back."""
    rows = Attachment.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    row = rows.select_related("relationship__account").get(pk=attachment_id)
    values = values_of(row)
    row.delete()
    step = record(
        actor=actor,
        now=now,
        said=_("Removed: %(name)s") % {"name": row.title},
        verb=restore_attachment,
        arguments={"values": values},
        watch=[(Attachment, attachment_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_attachment(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Attachment]:
    relationship = theirs(actor, values["relationship_id"])
    if values["file"] and not default_storage.exists(values["file"]):
        raise ValidationError(_("The file is no longer there. Add it again."))
    kept = dict(values)
    if not relationship.interactions.filter(pk=kept["interaction_id"]).exists():
        kept["interaction_id"] = None
    row = row_from(Attachment, kept)
    step = record(
        actor=actor,
        now=now,
        said=_("Back: %(name)s") % {"name": row.title},
        verb=remove_attachment,
        arguments={"attachment_id": row.pk},
        watch=[(Attachment, row.pk)],
    )
    return Done(row, step)


def forget_files(*, now: Now) -> int:
    """Remove from disk what no row names and no step can bring back; returns how many. Safe to run twice.

    How long a file has been without a row is told by the audit of its removal, or, where it never had one, by the
    file's own age.
    """
    return _forget_broken_off(now) + sum(_forget(names, now) for names in _stored())


def _stored() -> Iterator[list[str]]:
    """The files of attachments on disk, some at a time."""
    files = default_storage.listdir(_FOLDER)[1] if default_storage.exists(_FOLDER) else []
    names = [f"{_FOLDER}/{name}" for name in sorted(files) if _OWN_NAME.fullmatch(name)]
    for start in range(0, len(names), _BATCH):
        yield names[start : start + _BATCH]


def _forget(names: Collection[str], now: Now) -> int:
    """Two queries for all of these files."""
    kept = set(Attachment.objects.filter(file__in=names).values_list("file", flat=True))
    events: Any = Attachment._meta.get_field("events").related_model
    known = events._base_manager.filter(file__in=names).order_by().values_list("file")
    last_known = dict(known.annotate(last=Max("pgh_created_at")))
    over = [
        name
        for name in names
        if name not in kept and _is_past(last_known.get(name) or _written_at(name), FORGOTTEN_AFTER, now)
    ]
    for name in over:
        default_storage.delete(name)
    return len(over)


def _forget_broken_off(now: Now) -> int:
    uploads = default_storage.listdir("")[1] if default_storage.exists("") else []
    over = [
        name for name in uploads if _ON_ITS_WAY.fullmatch(name) and _is_past(_written_at(name), _UPLOAD_OVER_AFTER, now)
    ]
    for name in over:
        default_storage.delete(name)
    return len(over)


def _written_at(name: str) -> datetime:
    return default_storage.get_modified_time(name)


def _is_past(since: datetime, span: timedelta, now: Now) -> bool:
    return now.instant - since > span
