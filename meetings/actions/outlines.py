"""The templates of the kinds of meetings, as administrators have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.undo import Done, inverse, record
from meetings.models import OutlineItem
from meetings.outlines import USUAL, Line
from web.clock import Now

Kept = dict[str, list[list[Any]]]


@transaction.atomic
def change_outlines(*, actor: User, now: Now, lines: Mapping[str, Sequence[Line]]) -> Done[None]:
    """What stands on the agenda of each kind named. A kind without a line gets the usual ones back."""
    _must_administer(actor)
    before = _kept()
    after = {**before, **{kind: [[str(one.title), one.minutes] for one in found] for kind, found in lines.items()}}
    usual = {kind: [[str(one.title), one.minutes] for one in found] for kind, found in USUAL.items()}
    return _set(actor, now, before, {kind: found for kind, found in after.items() if found and found != usual[kind]})


@inverse
@transaction.atomic
def set_outlines(*, actor: User, now: Now, kept: Kept, stands: Kept) -> Done[None]:
    """As they were, while they stand as the deed left them."""
    _must_administer(actor)
    before = _kept()
    if before != stands:
        raise ValidationError(_("Somebody has changed the outlines since, so they stay as they are."))
    return _set(actor, now, before, kept)


def _must_administer(actor: User) -> None:
    if not actor.reach.everything:
        raise PermissionDenied


def _kept() -> Kept:
    found: Kept = {}
    for row in OutlineItem.objects.select_for_update(no_key=True).order_by("kind", "position"):
        found.setdefault(row.kind, []).append([row.title, row.minutes])
    return found


def _set(actor: User, now: Now, before: Kept, after: Kept) -> Done[None]:
    OutlineItem.objects.all().delete()
    rows = [
        OutlineItem(kind=kind, position=position, title=title, minutes=minutes)
        for kind, found in after.items()
        for position, (title, minutes) in enumerate(found)
    ]
    OutlineItem.objects.bulk_create(rows)
    step = record(
        actor=actor,
        now=now,
        said=_("Outlines of meetings changed"),
        verb=set_outlines,
        arguments={"kept": before, "stands": after},
        watch=[],
    )
    return Done(None, step)
