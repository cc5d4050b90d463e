"""A meeting while it runs: begun, from item to item, what is done; and each of it taken back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import UndoStep, User
from accounts.undo import Done, gather, inverse, record
from meetings import live
from meetings.actions.following import lock
from meetings.actions.planning import bring_forward, planned_for_another_day, theirs
from meetings.actions.settling import settle
from meetings.agenda import Kind
from meetings.models import AgendaItem, Meeting
from web.clock import Now


def locked(actor: User, meeting_id: int) -> Meeting:
    theirs(actor, meeting_id)
    return lock(meeting_id)


def must_be_planned(row: Meeting) -> None:
    if row.state != Meeting.State.PLANNED:
        raise ValidationError(_("This meeting is over: it is %(state)s.") % {"state": row.get_state_display()})


@transaction.atomic
def begin_meeting(*, actor: User, now: Now, meeting: Meeting, today: bool = False) -> Done[Meeting]:
    """It has begun: the first item that is not done is the one spoken about. Begun twice is begun once.

    Before its day only where the person says so with ``today``: then today is its day.
    """
    row = locked(actor, meeting.pk)
    must_be_planned(row)
    day = planned_for_another_day(row, now) if row.begun_at is None else ""
    if day and not today:
        raise ValidationError(_("Planned for %(day)s. Hold it today instead?") % {"day": day})
    moved = [bring_forward(row, now.instant, actor=actor, now=now)] if day else []
    before = _place_of(row)
    if row.begun_at is None:
        # Nobody may have touched the agenda so far: what comes up at it stands now.
        settle(row, actor=actor, now=now)
        row.begun_at = now.instant
        row.save(update_fields=["begun_at"])
    if not row.items.standing().exists():
        _open_page(row, actor, now)
    if row.current_item_id is None:
        turn_to(row, _next_of(row), now)
    step = _moved(row, before, _("Meeting begun: %(title)s") % {"title": row.title}, actor=actor, now=now)
    if moved:
        step = gather(actor=actor, now=now, said=step.said, steps=[*moved, step])
    return Done(row, step)


def _open_page(row: Meeting, actor: User, now: Now) -> None:
    """Of a meeting without an agenda one item, as notes stand with an item."""
    AgendaItem.objects.get_or_create(
        meeting=row,
        key=f"{Kind.WRITTEN.name.lower()}:meeting {row.pk}",
        defaults={
            "kind": Kind.WRITTEN,
            "title": row.title,
            "minutes": row.minutes,
            "added_by": actor,
            "added_at": now.instant,
        },
    )


@transaction.atomic
def go_to_item(*, actor: User, now: Now, item: AgendaItem) -> Done[Meeting]:
    """Speak about this item now; the time of the former one is added up."""
    row, item = _at(actor, item)
    must_be_planned(row)
    before = _place_of(row)
    turn_to(row, item, now)
    return Done(row, _moved(row, before, _("Now at: %(title)s") % {"title": item.title}, actor=actor, now=now))


@transaction.atomic
def next_item(*, actor: User, now: Now, meeting: Meeting, at: int | None = None) -> Done[Meeting]:
    """The current item is done; on to the next that is not, and to none after the last.

    ``at`` is the item that the person saw as the current one: a second tap on a slow line does not skip another.
    """
    row = locked(actor, meeting.pk)
    must_be_planned(row)
    before = _place_of(row)
    current = row.current_item
    if current is not None and at in (None, current.pk):
        before["done"] = {str(current.pk): current.done_at and current.done_at.isoformat()}
        AgendaItem.objects.filter(pk=current.pk, done_at=None).update(done_at=now.instant)
        turn_to(row, _next_of(row, after=current), now)
    elif current is None:
        turn_to(row, _next_of(row), now)
    said = _("Now at: %(title)s") % {"title": row.current_item} if row.current_item else _("The agenda is through")
    return Done(row, _moved(row, before, said, actor=actor, now=now))


@transaction.atomic
def tick_item(*, actor: User, now: Now, item: AgendaItem, done: bool) -> Done[Meeting]:
    """Whether an item was dealt with; what was not is carried over. Also after the meeting was held."""
    row, item = _at(actor, item)
    before = {"meeting_id": row.pk, "done": {str(item.pk): item.done_at and item.done_at.isoformat()}}
    if (item.done_at is not None) != done:
        AgendaItem.objects.filter(pk=item.pk).update(done_at=now.instant if done else None)
    said = _("Done: %(title)s") if done else _("Not done: %(title)s")
    return Done(row, _moved(row, before, said % {"title": item.title}, actor=actor, now=now))


def _at(actor: User, item: AgendaItem) -> tuple[Meeting, AgendaItem]:
    """The meeting, locked, and the item as it stands, if the actor may change it."""
    meeting_id = AgendaItem.objects.changeable_by(actor).values_list("meeting", flat=True).get(pk=item.pk)
    row = lock(meeting_id)
    return row, AgendaItem.objects.standing().select_for_update(no_key=True, of=("self",)).get(pk=item.pk)


def _next_of(row: Meeting, after: AgendaItem | None = None) -> AgendaItem | None:
    """The first that is not done below an item; the first of all where none is left there."""
    waiting = row.items.standing().filter(done_at=None)
    if after is None:
        return waiting.first()
    below = Q(position__gt=after.position) | Q(position=after.position, pk__gt=after.pk)
    return waiting.filter(below).first() or waiting.exclude(pk=after.pk).first()


def _spend(row: Meeting, now: Now) -> None:
    """Add the time of the current item up: one statement, however long the agenda."""
    seconds = live.stretch(row.current_since, now.instant)
    if row.current_item_id is not None and seconds:
        AgendaItem.objects.filter(pk=row.current_item_id).update(spent=F("spent") + seconds)


def turn_to(row: Meeting, item: AgendaItem | None, now: Now) -> None:
    if item is not None and item.pk == row.current_item_id:
        return
    _spend(row, now)
    row.current_item, row.current_since = item, now.instant if item is not None else None
    row.save(update_fields=["current_item", "current_since"])


def _place_of(row: Meeting) -> dict[str, Any]:
    return {
        "meeting_id": row.pk,
        "begun": row.begun_at and row.begun_at.isoformat(),
        "current": row.current_item_id,
        "done": {},
    }


def _moved(row: Meeting, before: dict[str, Any], said: str, *, actor: User, now: Now) -> UndoStep:
    return record(actor=actor, now=now, said=said, verb=set_place, arguments=before, watch=[(Meeting, row.pk)])


@inverse
@transaction.atomic
def set_place(
    *,
    actor: User,
    now: Now,
    meeting_id: int,
    done: dict[str, str | None],
    begun: str | None = "",
    current: int | None = 0,
) -> Done[Meeting]:
    """Where the meeting stood; what was spent stays spent. An empty ``begun`` and a zero leave it where it is."""
    row = locked(actor, meeting_id)
    before = _place_of(row) if begun != "" else {"meeting_id": row.pk, "done": {}}
    items = {item.pk: item for item in row.items.filter(pk__in=done)}
    before["done"] = {str(pk): item.done_at and item.done_at.isoformat() for pk, item in items.items()}
    for pk, item in items.items():
        item.done_at = item._meta.get_field("done_at").to_python(done[str(pk)])
    AgendaItem.objects.bulk_update(items.values(), ["done_at"])
    if begun != "":
        row.begun_at = row._meta.get_field("begun_at").to_python(begun)
        row.save(update_fields=["begun_at"])
        turn_to(row, row.items.filter(pk=current or 0).first(), now)
    return Done(row, _moved(row, before, _("Agenda as before: %(title)s") % {"title": row.title}, actor=actor, now=now))
