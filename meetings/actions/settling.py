"""The agenda as it stands, stored: before it is changed, when invitations name it, and when the meeting begins."""

from __future__ import annotations

from accounts.models import User
from meetings import agenda
from meetings.arranging import ARRANGEMENT, FACTS, Arranged, arranged
from meetings.models import AgendaItem, Meeting
from web.clock import Now


def store(now_so: Arranged, *, actor: User | None, now: Now) -> None:
    """Write the agenda as it stands: new items, facts of now, and off it what no source names any more.

    Must run inside the transaction of a verb that holds the meeting. Three statements for any number of items.
    """
    wanted = {row.key for row in (*now_so.agenda.rows, *now_so.agenda.dropped)}
    gone = [item.pk for key, item in now_so.stored.items() if key not in wanted]
    AgendaItem.objects.filter(pk__in=gone).delete()
    for position, row in enumerate(now_so.agenda.rows):
        now_so.items[row.key].position = position
    rows = [now_so.items[key] for key in sorted(wanted)]
    # Unsaved ones have no key yet.
    new = [item for item in rows if item._state.adding]
    for item in new:
        item.added_by, item.added_at = item.added_by or (actor if item.kind in agenda.BY_HAND else None), now.instant
    AgendaItem.objects.bulk_update([item for item in rows if not item._state.adding], [*ARRANGEMENT, *FACTS])
    AgendaItem.objects.bulk_create(new)


def settle(row: Meeting, *, actor: User | None, now: Now) -> None:
    """Store the agenda as it stands now; what comes up later still does, until the meeting begins.

    For the verbs that send it out, start the meeting or say that it was held; they hold it, and have not yet set
    ``begun_at``.
    """
    store(arranged(row, now), actor=actor, now=now)
