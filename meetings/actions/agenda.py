"""What people make of an agenda: add, reword, move, pin, drop, put back, share; each of it taken back.

Whoever changes an agenda says which version of it they saw. If somebody changed it since, nothing is done and they are
told what changed; only adding never conflicts. The deed is done on the agenda as it is now, everything that has come
up since included, and all of it is stored.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Contact, User
from accounts.rows import row_from, values_of
from accounts.undo import Done, inverse, record
from meetings import agenda
from meetings.actions.following import lock
from meetings.actions.planning import theirs
from meetings.actions.settling import store
from meetings.agenda import Agenda, Candidate, Kind, Row
from meetings.arranging import ARRANGEMENT, WHOSE, Arranged, arranged
from meetings.candidates import ALL
from meetings.models import AgendaChange, AgendaItem, Meeting, MeetingAccount
from relationships.notes import Side
from relationships.words import clipped
from web.clock import Now

# Of an item that comes back: what was noted under it is no part of the arrangement.
NOT_KEPT = {"notes", "notes_version", "done_at", "spent"}
LONGEST_TOLD = 60


class ChangedSinceError(ValidationError):
    """Somebody changed the agenda since the person saw it; ``changes`` are those that they may know, oldest first."""

    def __init__(self, changes: list[AgendaChange], zone: str) -> None:
        self.changes = changes
        told = "; ".join(_told(change, zone) for change in changes)
        super().__init__(_("The agenda has changed since you saw it, so nothing was done. %(told)s.") % {"told": told})


def _told(change: AgendaChange, zone: str) -> str:
    """*Bob Brandt at 10:04: “Delivery time” moved to place 2*."""
    at = date_format(change.at.astimezone(ZoneInfo(zone)), "H:i")
    return _("%(name)s at %(time)s: %(said)s") % {"name": change.by or _("Somebody"), "time": at, "said": change.said}


def short(title: str) -> str:
    return clipped(title, LONGEST_TOLD)


# Opening and closing -------------------------------------------------------------------------------------------------


def _lock(actor: User, meeting_id: int) -> Meeting:
    theirs(actor, meeting_id)
    row = lock(meeting_id)
    if not row.is_planned:
        raise ValidationError(
            _("This meeting is no longer planned: it is %(state)s.") % {"state": row.get_state_display()}
        )
    return row


def must_have_seen(row: Meeting, actor: User, seen: int) -> None:
    """Raises ``ChangedSinceError`` where somebody else changed what the actor can see; the meeting must be locked.

    What one did oneself one knows: a second key pressed on a slow line is no conflict.
    """
    if row.agenda_version == seen:
        return
    newer = AgendaChange.objects.visible_to(actor).filter(meeting=row, version__gt=seen).exclude(by=actor)
    changes = list(newer.select_related("by").order_by("version"))
    if changes:
        raise ChangedSinceError(changes, actor.zone)


def _open(actor: User, now: Now, meeting_id: int, seen: int | None) -> tuple[Arranged, list[dict[str, Any]]]:
    """The agenda as it is now, kept from others until the verb is through, and its rows as they are stored."""
    row = _lock(actor, meeting_id)
    if seen is not None:
        must_have_seen(row, actor, seen)
    return arranged(row, now), _snapshot(row)


def _snapshot(row: Meeting) -> list[dict[str, Any]]:
    """Every stored item, ready for JSON."""
    rows = AgendaItem.objects.filter(meeting=row).order_by("pk")
    return [{key: value for key, value in values_of(item).items() if key not in NOT_KEPT} for item in rows]


def _fingerprint(row: Meeting) -> str:
    """The same for the same arrangement, and for nothing else."""
    columns = ["pk", *(field for field in ARRANGEMENT if field != "dropped_at")]
    rows = AgendaItem.objects.filter(meeting=row).order_by("pk")
    told = rows.values_list("kind", "dropped_at", "side", "contact", *columns)
    kept = [
        [*values, dropped is not None, *((side, contact) if kind in agenda.BY_HAND else ())]
        for kind, dropped, side, contact, *values in told
    ]
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()


def _close(
    now_so: Arranged,
    changed: Agenda,
    before: list[dict[str, Any]],
    *,
    actor: User,
    now: Now,
    key: str,
    said: str,
) -> Done[AgendaItem]:
    """Store the changed agenda as its next version; ``said`` is what became of the item of this key."""
    changed_so = now_so.merged(changed)
    for one in changed_so.dropped:
        one.dropped_at = one.dropped_at or now.instant
    for one in changed_so.standing:
        one.dropped_at = None
    store(changed_so, actor=actor, now=now)
    row, item = now_so.meeting, changed_so.items[key]
    _next_version(row, said, item.party_id, actor=actor, now=now)
    step = record(
        actor=actor,
        now=now,
        said=said,
        verb=arrange_agenda,
        arguments={"meeting_id": row.pk, "key": key, "rows": before, "stands": _fingerprint(row)},
        watch=[(AgendaItem, item.pk)],
    )
    item.meeting = row
    return Done(item, step)


def _next_version(row: Meeting, said: str, party_id: int | None, *, actor: User, now: Now) -> None:
    row.agenda_version += 1
    Meeting.objects.filter(pk=row.pk).update(agenda_version=row.agenda_version)
    AgendaChange.objects.create(
        meeting=row, version=row.agenda_version, said=said, party_id=party_id, by=actor, at=now.instant
    )


def _its(now_so: Arranged, actor: User, key: str) -> AgendaItem:
    """The item of a key, if the actor may change it; raises ``AgendaItem.DoesNotExist`` otherwise."""
    item = now_so.items.get(key)
    if item is None or (item.party_id is not None and item.party_id not in changeable_parties(now_so, actor)):
        raise AgendaItem.DoesNotExist
    return item


def changeable_parties(now_so: Arranged, actor: User) -> set[int]:
    return set(MeetingAccount.objects.changeable_by(actor).filter(meeting=now_so.meeting).values_list("pk", flat=True))


def _standing(now_so: Arranged, key: str) -> Agenda:
    """The agenda with this item on it, also where there was no time for it so far."""
    waits = next((row for row in now_so.waiting if row.key == key), None)
    if waits is not None:
        return agenda.take_up(now_so.agenda, waits)
    if all(row.key != key for row in now_so.agenda.rows):
        raise ValidationError(_("This item is not on the agenda any more."))
    return now_so.agenda


# Added, reworded -----------------------------------------------------------------------------------------------------


@transaction.atomic
def add_item(
    *,
    actor: User,
    now: Now,
    meeting: Meeting,
    title: str,
    minutes: int | None = None,
    party: MeetingAccount | None = None,
    side: str = Side.OURS,
    contact: Contact | None = None,
    shared: bool = True,
) -> Done[AgendaItem]:
    """Put something on the agenda; never refused because somebody else changed it.

    Without ``party`` it is about all partners of the meeting, or about the only one. ``side`` is whose item it is:
    theirs where a ``contact`` of theirs asked for it; one of ours is the actor's.
    """
    whose = Side.THEIRS if contact else Side(side)
    now_so, before = _open(actor, now, meeting.pk, None)
    if party is None and len(now_so.parties) == 1:
        (party,) = now_so.parties.values()
    if party is not None and party.pk not in changeable_parties(now_so, actor):
        raise MeetingAccount.DoesNotExist
    title = " ".join(title.split())
    on_it = [item for item in now_so.standing if item.party_id == (party.pk if party else None)]
    if title and any(item.title.casefold() == title.casefold() for item in on_it):
        raise ValidationError({"title": _("This is on the agenda already.")})
    candidate = Candidate(
        # Of two that people wrote the one written first stands first.
        key=f"written:{now_so.meeting.agenda_version + 1:05d}-{uuid4().hex[:8]}",
        kind=Kind.WRITTEN,
        relationship=party.relationship_id if party else ALL,
        side=whose,
    )
    item = AgendaItem(
        meeting=now_so.meeting,
        party=party,
        shared=shared,
        key=candidate.key,
        kind=candidate.kind.value,
        side=candidate.side.value,
        title=title,
        minutes=minutes or candidate.takes,
        colleague=actor if whose == Side.OURS else None,
        contact=contact,
        added_by=actor,
        added_at=now.instant,
    )
    item.full_clean()
    # At the place that its priority gives it; during the meeting last.
    rows = Agenda((*now_so.agenda.rows, Row(candidate, item.minutes)), now_so.agenda.dropped)
    now_so = _with(now_so, item)
    return _close(
        now_so, rows, before, actor=actor, now=now, key=item.key, said=_("Added: “%(item)s”") % {"item": short(title)}
    )


def _with(now_so: Arranged, item: AgendaItem) -> Arranged:
    return replace(now_so, items={**now_so.items, item.key: item})


@transaction.atomic
def change_item(
    *,
    actor: User,
    now: Now,
    meeting: Meeting,
    key: str,
    seen: int,
    title: str | None = None,
    minutes: int | None = None,
    shared: bool | None = None,
    side: str | None = None,
    contact: Contact | None = None,
) -> Done[AgendaItem]:
    """Say it in other words, give it other minutes, let them see it or not; what is not named stays.

    Whose it is can be said of what people wrote; with ``side`` the ``contact`` of theirs is said too.
    """
    now_so, before = _open(actor, now, meeting.pk, seen)
    item = _its(now_so, actor, key)
    rows = _standing(now_so, key)
    former, whose = (item.title, item.minutes, item.shared), (item.side, item.contact_id)
    if title is not None and " ".join(title.split()) != item.title:
        item.title, item.reworded = " ".join(title.split()), True
    if minutes is not None:
        item.minutes = minutes
    if shared is not None:
        item.shared = shared
    if side is not None:
        _give_to(item, Side.THEIRS if contact else Side(side), contact, actor)
    item.full_clean(validate_unique=False, validate_constraints=False, exclude=["added_at"])
    rows = _each(rows, key, lambda row: _as_said(row, item))
    return _close(now_so, rows, before, actor=actor, now=now, key=key, said=_reworded(former, whose, item))


def _reworded(former: tuple[str, int, bool], whose: tuple[str, int | None], item: AgendaItem) -> str:
    """*“Collection” changed to “Delivery”, 10 minutes*: so that who comes second sees to what."""
    title, minutes, shared = former
    to = [_("“%(title)s”") % {"title": short(item.title)}] if item.title != title else []
    to += [ngettext("%(count)d minute", "%(count)d minutes", item.minutes) % {"count": item.minutes}] * (
        item.minutes != minutes
    )
    to += [_("what they see too") if item.shared else _("only ours")] * (item.shared != shared)
    if (item.side, item.contact_id) != whose:
        to.append(str(item.contact or (_("theirs") if item.side == Side.THEIRS else _("ours"))))
    if not to:
        return _("“%(item)s” changed") % {"item": short(title)}
    return _("“%(item)s” changed to %(what)s") % {"item": short(title), "what": ", ".join(to)}


def _give_to(item: AgendaItem, side: Side, contact: Contact | None, actor: User) -> None:
    """Whose it is; what was one of our people's already stays theirs."""
    if item.kind not in agenda.BY_HAND:
        raise ValidationError(_("Whose this is follows from where it comes from."))
    if side == Side.THEIRS:
        item.colleague = None
    elif item.side != Side.OURS:
        item.colleague = actor
    item.side, item.contact = side.value, contact


def _as_said(row: Row, item: AgendaItem) -> Row:
    return replace(row, minutes=item.minutes, candidate=replace(row.candidate, side=Side(item.side)))


def _each(rows: Agenda, key: str, change: Callable[[Row], Row]) -> Agenda:
    return Agenda(tuple(change(row) if row.key == key else row for row in rows.rows), rows.dropped)


# Moved, pinned -------------------------------------------------------------------------------------------------------


@transaction.atomic
def move_item(*, actor: User, now: Now, meeting: Meeting, key: str, seen: int, to: int) -> Done[AgendaItem]:
    """Put it at a place, from 0, among the items that the actor sees."""
    now_so, before = _open(actor, now, meeting.pk, seen)
    item = _its(now_so, actor, key)
    rows = _standing(now_so, key)
    others = [row.key for row in rows.rows if row.key != key]
    visible = visible_keys(now_so, actor)
    ranks = [index for index, other in enumerate(others) if other in visible]
    to = max(0, min(to, len(ranks)))
    place = ranks[to] if to < len(ranks) else (ranks[-1] + 1 if ranks else 0)
    moved = agenda.move(rows, key, place)
    said = _("“%(item)s” moved to place %(place)d") % {"item": short(item.title), "place": to + 1}
    return _close(now_so, moved, before, actor=actor, now=now, key=key, said=said)


def visible_keys(now_so: Arranged, user: User) -> set[str]:
    """The items that a person may see: those about all, and those about partners of theirs."""
    parties = set(MeetingAccount.objects.visible_to(user).filter(meeting=now_so.meeting).values_list("pk", flat=True))
    return {key for key, item in now_so.items.items() if item.party_id is None or item.party_id in parties}


@transaction.atomic
def pin_item(*, actor: User, now: Now, meeting: Meeting, key: str, seen: int, pinned: bool = True) -> Done[AgendaItem]:
    """Keep it at the place where it stands, whatever comes up; or let it go again."""
    now_so, before = _open(actor, now, meeting.pk, seen)
    item = _its(now_so, actor, key)
    rows = _standing(now_so, key)
    changed = agenda.pin(rows, key) if pinned else agenda.unpin(rows, key)
    said = _("“%(item)s” pinned") if pinned else _("“%(item)s” no longer pinned")
    said %= {"item": short(item.title)}
    return _close(now_so, changed, before, actor=actor, now=now, key=key, said=said)


# Dropped, put back ---------------------------------------------------------------------------------------------------


@transaction.atomic
def drop_item(*, actor: User, now: Now, meeting: Meeting, key: str, seen: int) -> Done[AgendaItem]:
    """Take it off; it stays off until somebody puts it back."""
    now_so, before = _open(actor, now, meeting.pk, seen)
    item = _its(now_so, actor, key)
    changed = agenda.drop(_standing(now_so, key), key)
    said = _("“%(item)s” dropped") % {"item": short(item.title)}
    return _close(now_so, changed, before, actor=actor, now=now, key=key, said=said)


@transaction.atomic
def put_back(*, actor: User, now: Now, meeting: Meeting, key: str, seen: int) -> Done[AgendaItem]:
    """Put on what was dropped, at the place that its priority gives it; or, last, what there was no time for."""
    now_so, before = _open(actor, now, meeting.pk, seen)
    item = _its(now_so, actor, key)
    if any(row.key == key for row in now_so.agenda.dropped):
        changed = agenda.put_back(now_so.agenda, key, now_so.today)
        if _waits_again(now_so.merged(changed), key):
            changed = _each(changed, key, lambda row: replace(row, moved=True))
    else:
        changed = _standing(now_so, key)
    said = _("“%(item)s” put on") % {"item": short(item.title)}
    return _close(now_so, changed, before, actor=actor, now=now, key=key, said=said)


def _waits_again(now_so: Arranged, key: str) -> bool:
    return any(row.key == key for row in now_so.waiting)


# Taken back ----------------------------------------------------------------------------------------------------------


@inverse
@transaction.atomic
def arrange_agenda(
    *, actor: User, now: Now, meeting_id: int, key: str, rows: list[dict[str, Any]], stands: str
) -> Done[Meeting]:
    """The agenda as these rows have it; only while it stands as the deed left it.

    ``key`` is the item that the deed was about. Notes are no part of it: an item under which something was noted
    stays.
    """
    row = _lock(actor, meeting_id)
    before = _snapshot(row)
    _must_be_theirs(row, actor, key, [*rows, *before])
    if _fingerprint(row) != stands:
        last = AgendaChange.objects.filter(meeting=row).select_related("by").last()
        raise ValidationError(
            _("%(name)s changed the agenda since, so it stays as it is. Change it by hand.")
            % {"name": (last and last.by) or _("Somebody")}
        )
    _put(row, rows)
    said = next((kept["title"] for kept in [*rows, *before] if kept["key"] == key), "")
    said = _("Agenda as before: “%(item)s”") % {"item": short(said)}
    party_id = next((kept["party_id"] for kept in [*rows, *before] if kept["key"] == key), None)
    _next_version(row, said, party_id, actor=actor, now=now)
    watched = [kept["id"] for kept in [*before, *rows] if kept["key"] == key]
    step = record(
        actor=actor,
        now=now,
        said=said,
        verb=arrange_agenda,
        arguments={"meeting_id": row.pk, "key": key, "rows": before, "stands": _fingerprint(row)},
        watch=[(AgendaItem, pk) for pk in dict.fromkeys(watched)],
    )
    return Done(row, step)


def _must_be_theirs(row: Meeting, actor: User, key: str, kept: Iterable[dict[str, Any]]) -> None:
    party = next((one["party_id"] for one in kept if one["key"] == key), None)
    if party is not None and not MeetingAccount.objects.changeable_by(actor).filter(pk=party, meeting=row).exists():
        raise AgendaItem.DoesNotExist


def _put(row: Meeting, rows: Collection[dict[str, Any]]) -> None:
    """Bring the stored items in line with these rows."""
    there = {item.pk: item for item in AgendaItem.objects.filter(meeting=row)}
    gone = [item for pk, item in there.items() if pk not in {kept["id"] for kept in rows}]
    if any(item.notes or item.done_at or item.outcomes.exists() for item in gone):
        raise ValidationError(_("Something was noted under this item since, so it stays."))
    AgendaItem.objects.filter(pk__in=[item.pk for item in gone]).delete()
    for kept in rows:
        item = there.get(kept["id"])
        if item is None:
            row_from(AgendaItem, _without_who_is_gone(kept))
            continue
        for field in ARRANGEMENT:
            setattr(item, field, item._meta.get_field(field).to_python(kept[field]))  # type: ignore[union-attr]
        if item.kind in agenda.BY_HAND and (item.side, item.contact_id) != (kept["side"], kept["contact_id"]):
            kept = _without_who_is_gone(kept)
            item.side, item.contact_id, item.colleague_id = kept["side"], kept["contact_id"], kept["colleague_id"]
    changed = [there[kept["id"]] for kept in rows if kept["id"] in there]
    AgendaItem.objects.bulk_update(changed, [*ARRANGEMENT, *WHOSE])


def _without_who_is_gone(kept: dict[str, Any]) -> dict[str, Any]:
    """People erased since are named no more."""
    ours = [kept["colleague_id"], kept["added_by_id"]]
    users = set(User._base_manager.filter(pk__in=[pk for pk in ours if pk]).values_list("pk", flat=True))
    known = Contact._base_manager.filter(pk=kept["contact_id"] or 0).exists()
    return {
        **kept,
        "colleague_id": kept["colleague_id"] if kept["colleague_id"] in users else None,
        "added_by_id": kept["added_by_id"] if kept["added_by_id"] in users else None,
        "contact_id": kept["contact_id"] if known else None,
    }
