"""A meeting held: a touch with each partner, the access it gave, whose entry is which; all of it taken back.

What is done together is one deed of several kept steps: the meeting, a touch for each partner, and which is whose.
Taken back, the last goes first, so that each finds what it stood on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import UndoStep, User
from accounts.undo import Done, gather, inverse, record
from meetings.actions.attending import by_party, came_of, set_all_came, write_access
from meetings.actions.following import follow
from meetings.actions.planning import bring_forward, not_held, planned_for_another_day
from meetings.actions.running import locked, must_be_planned, turn_to
from meetings.actions.settling import settle
from meetings.agenda import Kind
from meetings.models import AgendaItem, Meeting, MeetingAccount, Outcome
from relationships.actions import log_interaction, remove_interaction
from relationships.models import Commitment, Feedback, Interaction, Relationship
from web.clock import Now


@transaction.atomic
def hold_meeting(
    *,
    actor: User,
    now: Now,
    meeting: Meeting,
    came: Collection[int] | None = None,
    done: Collection[str] = (),
    line: str = "",
    topics: Iterable[str] | None = None,
) -> Done[Meeting]:
    """It was held: a touch is logged with each partner, and who decides and came counts as access.

    ``came`` are the participants who did, as noted so far unless said otherwise; all others did not. ``done`` are the
    keys of further items that were dealt with. ``line`` stands above the shared notes in what was said. Without
    anybody of theirs it is logged and no touch. Only who may change every partner may say so, as it is logged with
    each.
    """
    row = locked(actor, meeting.pk)
    must_be_planned(row)
    _may_hold(row, actor, now)
    present = set(came) if came is not None else {pk for pk, was in row.people.values_list("pk", "came") if was}
    if not row.people.filter(pk__in=present).exclude(user=None).exists():
        raise ValidationError({"came": _("Say who of us was there.")})
    # Begun, and given a later day since: held was it on the day on which it began.
    early = row.begun_at if planned_for_another_day(row, now) else None
    moved = [bring_forward(row, early, actor=actor, now=now)] if early is not None else []
    if row.begun_at is None:
        settle(row, actor=actor, now=now)
    before = _held_values(row, row.items.filter(key__in=done, done_at=None).values_list("pk", flat=True))
    turn_to(row, None, now)
    row.state, row.settled_at, row.begun_at = Meeting.State.HELD, now.instant, row.begun_at or row.starts_at
    row.save()
    row.items.filter(key__in=done, done_at=None).update(done_at=now.instant)
    set_all_came(row, {str(pk): pk in present for pk in row.people.values_list("pk", flat=True)})
    follow([row.pk], now=now)
    step = record(
        actor=actor,
        now=now,
        said=_("Meeting held: %(title)s") % {"title": row.title},
        verb=set_held,
        arguments=before,
        watch=[(Meeting, row.pk)],
    )
    logged = _log(row, line, None if topics is None else list(topics), actor=actor, now=now)
    tied = _tie(row, {party: deed.row for party, deed in logged.items()}, actor=actor, now=now)
    write_access(row, now=now)
    steps = [*moved, step, *(deed.step for deed in logged.values()), tied]
    return Done(row, gather(actor=actor, now=now, said=step.said, steps=steps))


def _may_hold(row: Meeting, actor: User, now: Now) -> None:
    if row.starts_at > now.instant and row.begun_at is None:
        raise ValidationError(_("This meeting is still to come."))
    mine = Relationship.objects.changeable_by(actor)
    if row.parties.exclude(relationship__in=mine).exists():
        raise ValidationError(
            _("This meeting is also with a partner that you may not change. Ask %(name)s to say that it was held.")
            % {"name": row.organiser or _("an administrator")}
        )


def _log(
    row: Meeting, line: str, topics: Sequence[str] | None, *, actor: User, now: Now
) -> dict[MeetingAccount, Done[Interaction]]:
    visit = row.kind == Meeting.Kind.SITE_VISIT
    return {
        party: log_interaction(
            actor=actor,
            now=now,
            relationship=party.relationship,
            occurred_on=min(party.meets_on, party.relationship.today(now)),
            channel=Interaction.Channel.VISIT if visit else Interaction.Channel.MEETING,
            purpose=row.title,
            summary=summary_of(row, party, line),
            two_way=bool(contacts),
            contacts=contacts,
            colleagues=colleagues,
            topics=topics_of(row, party) if topics is None else topics,
        )
        for party, contacts, colleagues in by_party(row)
    }


def summary_of(row: Meeting, party: MeetingAccount, line: str = "") -> str:
    """What stands in the log of one partner: the line, then the notes that both sides share, item by item."""
    items = [
        item
        for item in row.items.for_them().exclude(notes="")
        if item.party_id in (None, party.pk) and item.notes.strip()
    ]
    said = [f"{item.title}: {item.notes.strip()}" for item in items]
    return "\n\n".join(part for part in (line.strip(), *said) if part)


def topics_of(row: Meeting, party: MeetingAccount | None = None) -> list[str]:
    """The topics that were on the agenda and dealt with, of one partner or of all; in their usual order."""
    items = row.items.standing().filter(kind=Kind.TOPIC).exclude(done_at=None)
    if party is not None:
        items = items.filter(Q(party=None) | Q(party=party))
    named = {part for key in items.values_list("key", flat=True) for part in re.split(r"[:.]", key)}
    return [topic for topic in Interaction.Topic.values if topic in named]


@transaction.atomic
def not_held_after_all(*, actor: User, now: Now, meeting: Meeting, reason: str) -> Done[Meeting]:
    """It was said to be held by mistake: its entries, who came and the access that gave are gone again.

    What was promised, decided and noted at it stays. One whose time is still to come is planned again. Not once its
    minutes go out: then others know it as held.
    """
    row = locked(actor, meeting.pk)
    if row.state != Meeting.State.HELD:
        raise ValidationError(_("This meeting is not held: it is %(state)s.") % {"state": row.get_state_display()})
    _may_hold(row, actor, now)
    _must_not_be_known_as_held(row)
    by: dict[str, Any] = {"actor": actor, "now": now}
    entries = dict(row.parties.exclude(interaction=None).order_by("pk").values_list("pk", "interaction"))
    steps = [tie(meeting_id=row.pk, ties={str(pk): None for pk in entries}, **by).step]
    steps += [remove_interaction(interaction_id=pk, **by).step for pk in entries.values()]
    begun = row.begun_at.isoformat() if row.begun_at and row.begun_at != row.starts_at else None
    came = dict.fromkeys(came_of(row))
    planned = set_held(
        meeting_id=row.pk, state=Meeting.State.PLANNED, settled=None, begun=begun, came=came, done={}, **by
    )
    steps.append(planned.step)
    row = planned.row
    if row.starts_at <= now.instant:
        ended = not_held(meeting=row, reason=reason, **by)
        steps.append(ended.step)
        row = ended.row
    said = _("Not held after all: %(title)s") % {"title": row.title}
    return Done(row, gather(said=said, steps=steps, **by))


def _must_not_be_known_as_held(row: Meeting) -> None:
    if minutes_went_out(row):
        raise ValidationError(_("Its minutes have gone out, so it stays held. Correct them and send them again."))


def minutes_went_out(row: Meeting) -> bool:
    """Whether they went to anybody, or wait to."""
    return row.dispatches.wanted().exists()


def _held_values(row: Meeting, done: Iterable[int]) -> dict[str, Any]:
    return {
        "meeting_id": row.pk,
        "state": row.state,
        "settled": row.settled_at and row.settled_at.isoformat(),
        "begun": row.begun_at and row.begun_at.isoformat(),
        "came": came_of(row),
        "done": {
            str(item.pk): item.done_at and item.done_at.isoformat() for item in row.items.filter(pk__in=list(done))
        },
    }


@inverse
@transaction.atomic
def set_held(
    *,
    actor: User,
    now: Now,
    meeting_id: int,
    state: str,
    settled: str | None,
    begun: str | None,
    came: dict[str, bool | None],
    done: dict[str, str | None],
) -> Done[Meeting]:
    """Held, or planned again, with who came and what was done as it was; the evidence of who came follows."""
    row = locked(actor, meeting_id)
    before = _held_values(row, [int(pk) for pk in done])
    if state != Meeting.State.HELD:
        _must_not_be_known_as_held(row)
    row.state = state
    row.settled_at = row._meta.get_field("settled_at").to_python(settled)
    row.begun_at = row._meta.get_field("begun_at").to_python(begun)
    row.save()
    items = list(row.items.filter(pk__in=done))
    for item in items:
        item.done_at = item._meta.get_field("done_at").to_python(done[str(item.pk)])
    AgendaItem.objects.bulk_update(items, ["done_at"])
    set_all_came(row, came)
    follow([row.pk], now=now)
    write_access(row, now=now)
    held = state == Meeting.State.HELD
    said = _("Meeting held: %(title)s") if held else _("Meeting is planned again: %(title)s")
    step = record(
        actor=actor,
        now=now,
        said=said % {"title": row.title},
        verb=set_held,
        arguments=before,
        watch=[(Meeting, row.pk)],
    )
    return Done(row, step)


def _tie(row: Meeting, interactions: Mapping[MeetingAccount, Interaction], *, actor: User, now: Now) -> UndoStep:
    """The touch of each partner is that of the meeting; what was promised and said at it belongs to its entry."""
    entries = {party.relationship_id: interaction for party, interaction in interactions.items()}
    outcomes = Outcome.objects.filter(meeting=row).order_by()
    arisen = {"relationship__in": entries, "interaction": None}
    promises = list(Commitment.objects.filter(pk__in=outcomes.values("commitment"), **arisen))
    said = list(Feedback.objects.filter(pk__in=outcomes.values("feedback"), **arisen))
    for promise in promises:
        promise.interaction = entries[promise.relationship_id]
    for one in said:
        one.interaction = entries[one.relationship_id]
    Commitment.objects.bulk_update(promises, ["interaction"])
    Feedback.objects.bulk_update(said, ["interaction"])
    ties = {str(party.pk): interaction.pk for party, interaction in interactions.items()}
    return tie(actor=actor, now=now, meeting_id=row.pk, ties=ties).step


@inverse
@transaction.atomic
def tie(*, actor: User, now: Now, meeting_id: int, ties: dict[str, int | None]) -> Done[Meeting]:
    """Which entry is that of the meeting, per partner."""
    row = locked(actor, meeting_id)
    parties = list(row.parties.filter(pk__in=ties))
    before = {str(party.pk): party.interaction_id for party in parties}
    there = Interaction.objects.filter(pk__in=[pk for pk in ties.values() if pk]).in_bulk()
    for party in parties:
        party.interaction = there.get(ties[str(party.pk)] or 0)
    MeetingAccount.objects.bulk_update(parties, ["interaction"])
    step = record(
        actor=actor,
        now=now,
        said=_("Entries of the meeting: %(title)s") % {"title": row.title},
        verb=tie,
        arguments={"meeting_id": row.pk, "ties": before},
        watch=[(Meeting, row.pk)],
    )
    return Done(row, step)
