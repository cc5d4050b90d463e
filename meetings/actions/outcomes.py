"""What comes of a meeting, where it arises: notes, decisions, promises and feedback; and each of it taken back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.history import newest_of, people_of
from accounts.models import Contact, UndoStep, User
from accounts.rows import row_from, values_of
from accounts.undo import Done, gather, inverse, record
from meetings.actions.following import lock
from meetings.actions.holding import summary_of
from meetings.actions.planning import theirs
from meetings.models import AgendaItem, Meeting, MeetingAccount, Outcome
from relationships.actions import change_interaction, give_feedback, make_promise, ungive_feedback, unmake_promise
from relationships.models import Interaction, Relationship
from web.clock import Now

# Notes typed within so long are one deed, not one a second.
ONE_SITTING = timedelta(minutes=15)


class OvertakenError(ValidationError):
    """Somebody else wrote meanwhile: ``text`` is what stands there now, in ``version``, by whom and when."""

    def __init__(self, text: str, version: int, by: User | None = None, at: datetime | None = None) -> None:
        self.text, self.number, self.by, self.at = text, version, by, at
        who = by or _("Somebody")
        super().__init__(_("%(name)s wrote here while you typed. Your text is kept; both are here.") % {"name": who})


def _meeting_of(meeting_id: int) -> Meeting:
    row = lock(meeting_id)
    if row.state not in (Meeting.State.PLANNED, Meeting.State.HELD):
        raise ValidationError(
            _("This meeting did not take place: it is %(state)s.") % {"state": row.get_state_display()}
        )
    return row


# Notes ---------------------------------------------------------------------------------------------------------------


@transaction.atomic
def write_notes(*, actor: User, now: Now, item: AgendaItem, text: str, version: int | None = None) -> Done[AgendaItem]:
    """The notes of an item. ``version`` is that of the text they were typed over; without, they stand as they are.

    Where somebody else wrote since, ``OvertakenError`` brings both texts. What was sent before, and whose answer was
    lost, is found in place. All that is typed in one sitting is taken back together. Once held, what the log says
    follows, as long as nobody has worded it themselves.
    """
    done = _write(actor, now, item, text, version)
    return Done(done.row, _in_one_sitting(done.step, actor=actor, now=now))


def _write(actor: User, now: Now, item: AgendaItem, text: str, version: int | None) -> Done[AgendaItem]:
    meeting_id = AgendaItem.objects.changeable_by(actor).values_list("meeting", flat=True).get(pk=item.pk)
    meeting = _meeting_of(meeting_id)
    row = AgendaItem.objects.select_for_update(no_key=True, of=("self",)).get(pk=item.pk)
    text = text.replace("\r\n", "\n").rstrip()
    if version is not None and version != row.notes_version and text != row.notes:
        raise _overtaken(row)
    former, said = row.notes, _said_of(meeting)
    if text != row.notes:
        row.notes, row.notes_version = text, row.notes_version + 1
        row.save(update_fields=["notes", "notes_version"])
    step = record(
        actor=actor,
        now=now,
        said=_("Notes written: %(title)s") % {"title": row.title},
        verb=set_notes,
        arguments={"item_id": row.pk, "text": former},
        watch=[(AgendaItem, row.pk)],
    )
    return Done(row, _with_log(said, step, actor=actor, now=now))


def _overtaken(row: AgendaItem) -> OvertakenError:
    label = AgendaItem._meta.label
    newest = newest_of([(label, row.pk)])[label, row.pk]
    who = next(iter(people_of([newest.metadata]).values()), None)
    return OvertakenError(row.notes, row.notes_version, who, newest.at)


def _in_one_sitting(step: UndoStep, *, actor: User, now: Now) -> UndoStep:
    """One step for all that a person types in one sitting, unless somebody wrote in between."""
    if step.verb != NOTED:
        return step
    [[label, pk, newest, former]] = step.watched
    earlier = UndoStep.objects.visible_to(actor).open().exclude(pk=step.pk)
    earlier = earlier.filter(verb=NOTED, arguments__item_id=pk, done_at__gte=now.instant - ONE_SITTING)
    before = earlier.order_by("-done_at", "-pk").first()
    if before is not None and before.watched[0][2] in (newest, former):
        step.arguments = before.arguments
        step.watched = [[label, pk, newest, before.watched[0][3]]]
        step.save(update_fields=["arguments", "watched"])
        before.delete()
    return step


@inverse
@transaction.atomic
def set_notes(*, actor: User, now: Now, item_id: int, text: str) -> Done[AgendaItem]:
    """The notes as they were before."""
    return _write(actor, now, AgendaItem.objects.changeable_by(actor).get(pk=item_id), text, None)


NOTED = "meetings.actions.set_notes"


def _said_of(meeting: Meeting) -> dict[MeetingAccount, str]:
    """Of a held meeting each partner whose entry says what the shared notes say, with those words."""
    if meeting.state != Meeting.State.HELD:
        return {}
    parties = meeting.parties.exclude(interaction=None).select_related("interaction", "relationship__account")
    said = {party: summary_of(meeting, party) for party in parties}
    return {
        party: text for party, text in said.items() if party.interaction and party.interaction.summary.endswith(text)
    }


def _with_log(said: dict[MeetingAccount, str], step: UndoStep, *, actor: User, now: Now) -> UndoStep:
    """The entries that said what the notes said say what they say now; taken back together with them."""
    steps = [step]
    for party, former in said.items():
        entry, text = party.interaction, summary_of(party.meeting, party)
        if entry is not None and text != former:
            line = entry.summary.removesuffix(former).strip()
            changed = change_interaction(
                actor=actor,
                now=now,
                interaction=entry,
                values={"summary": "\n\n".join(part for part in (line, text) if part)},
                contacts=entry.contacts.all(),
                colleagues=entry.colleagues.all(),
            )
            steps.append(changed.step)
    return gather(actor=actor, now=now, said=step.said, steps=steps) if len(steps) > 1 else step


# Decisions, promises, feedback ---------------------------------------------------------------------------------------


def _outcome(
    actor: User,
    now: Now,
    meeting: Meeting,
    item: AgendaItem | None,
    party: MeetingAccount | None,
    **values: Any,
) -> Outcome:
    """The row, of what arose at an item or at none; only ours where the item is only ours."""
    if item is not None:
        item = AgendaItem.objects.changeable_by(actor).get(pk=item.pk, meeting=meeting)
        party = party or item.party
    if party is not None:
        MeetingAccount.objects.changeable_by(actor).get(pk=party.pk, meeting=meeting)
    values["shared"] = values.get("shared", True) and (item is None or item.shared)
    row = Outcome(meeting=meeting, item=item, party=party, written_by=actor, written_at=now.instant, **values)
    row.full_clean()
    row.save()
    return row


def _arisen(row: Outcome, said: str, *, actor: User, now: Now) -> UndoStep:
    return record(
        actor=actor,
        now=now,
        said=said,
        verb=unmake_outcome,
        arguments={"outcome_id": row.pk},
        watch=[(Outcome, row.pk)],
    )


@transaction.atomic
def decide(
    *,
    actor: User,
    now: Now,
    meeting: Meeting,
    decision: str,
    item: AgendaItem | None = None,
    party: MeetingAccount | None = None,
    shared: bool | None = None,
) -> Done[Outcome]:
    """Note what was decided, at an item or at none; at all partners' unless one is named.

    Where nobody says whether they see it, they do unless the meeting is an internal one.
    """
    theirs(actor, meeting.pk)
    of = _meeting_of(meeting.pk)
    seen = not of.is_internal if shared is None else shared
    row = _outcome(actor, now, of, item, party, decision=decision.strip(), shared=seen)
    return Done(row, _arisen(row, _("Decided: %(what)s") % {"what": row.decision}, actor=actor, now=now))


@transaction.atomic
def change_decision(
    *, actor: User, now: Now, outcome: Outcome, decision: str, shared: bool | None = None
) -> Done[Outcome]:
    """Word a decision anew, and whether they see it."""
    row = _outcome_of(actor, outcome.pk)
    before = {"outcome_id": row.pk, "decision": row.decision, "shared": row.shared}
    row.decision = decision.strip()
    if shared is not None:
        row.shared = shared and (row.item is None or row.item.shared)
    row.full_clean()
    row.save(update_fields=["decision", "shared"])
    step = record(
        actor=actor,
        now=now,
        said=_("Decision changed: %(what)s") % {"what": row.decision},
        verb=set_decision,
        arguments=before,
        watch=[(Outcome, row.pk)],
    )
    return Done(row, step)


@inverse
def set_decision(*, actor: User, now: Now, outcome_id: int, decision: str, shared: bool) -> Done[Outcome]:
    row = Outcome.objects.changeable_by(actor).get(pk=outcome_id)
    return change_decision(actor=actor, now=now, outcome=row, decision=decision, shared=shared)


def _outcome_of(actor: User, outcome_id: int) -> Outcome:
    """The row, with its meeting kept from others, if the actor may change it."""
    mine = Outcome.objects.changeable_by(actor)
    lock(mine.values_list("meeting", flat=True).get(pk=outcome_id))
    return mine.select_related("item", "meeting").get(pk=outcome_id)


@transaction.atomic
def promise_at(
    *,
    actor: User,
    now: Now,
    party: MeetingAccount,
    side: str,
    what: str,
    due_on: date,
    item: AgendaItem | None = None,
    colleague: User | None = None,
    contact: Contact | None = None,
    keeper: User | None = None,
    remedy: str = "",
) -> Done[Outcome]:
    """A promise made at the meeting, on its day; it stands on the lists of both sides like any other."""
    meeting, partner = _at_party(actor, party)
    made = make_promise(
        actor=actor,
        now=now,
        relationship=partner,
        side=side,
        what=what,
        due_on=due_on,
        colleague=colleague,
        contact=contact,
        keeper=keeper,
        remedy=remedy,
        made_on=min(party.meets_on, partner.today(now)),
        interaction=_entry_of(party),
    )
    row = _outcome(actor, now, meeting, item, party, commitment=made.row)
    step = _arisen(row, made.step.said, actor=actor, now=now)
    return Done(row, gather(actor=actor, now=now, said=step.said, steps=[made.step, step]))


@transaction.atomic
def feedback_at(
    *,
    actor: User,
    now: Now,
    party: MeetingAccount,
    said: str,
    item: AgendaItem | None = None,
    **values: Any,
) -> Done[Outcome]:
    """Feedback given at the meeting, heard on its day; ``values`` as in ``give_feedback``. It waits like any other."""
    meeting, partner = _at_party(actor, party)
    given = give_feedback(
        actor=actor,
        now=now,
        relationship=partner,
        said=said,
        where=meeting.title,
        heard_on=min(party.meets_on, partner.today(now)),
        interaction=_entry_of(party),
        **values,
    )
    row = _outcome(actor, now, meeting, item, party, feedback=given.row)
    step = _arisen(row, given.step.said, actor=actor, now=now)
    return Done(row, gather(actor=actor, now=now, said=step.said, steps=[given.step, step]))


def _at_party(actor: User, party: MeetingAccount) -> tuple[Meeting, Relationship]:
    found = MeetingAccount.objects.changeable_by(actor).select_related("relationship__owner").get(pk=party.pk)
    return _meeting_of(found.meeting_id), found.relationship


def _entry_of(party: MeetingAccount) -> Interaction | None:
    return Interaction.objects.filter(pk=party.interaction_id).first() if party.interaction_id else None


@transaction.atomic
def remove_outcome(*, actor: User, now: Now, outcome: Outcome) -> Done[Outcome]:
    """Remove what was noted; a promise or feedback with it. Taken back, all of it is there again."""
    row = _outcome_of(actor, outcome.pk)
    gone = unmake_outcome(actor=actor, now=now, outcome_id=row.pk)
    steps = [gone.step]
    if row.commitment_id is not None:
        steps.append(unmake_promise(actor=actor, now=now, commitment_id=row.commitment_id).step)
    if row.feedback_id is not None:
        steps.append(ungive_feedback(actor=actor, now=now, feedback_id=row.feedback_id).step)
    said = steps[-1].said
    return Done(gone.row, gather(actor=actor, now=now, said=said, steps=steps) if len(steps) > 1 else gone.step)


@inverse
@transaction.atomic
def unmake_outcome(*, actor: User, now: Now, outcome_id: int) -> Done[Outcome]:
    """The row goes; a promise or feedback that it names stays what it is."""
    row = _outcome_of(actor, outcome_id)
    values = values_of(row)
    row.delete()
    row.pk = outcome_id
    step = record(
        actor=actor,
        now=now,
        said=_("Removed from the minutes: %(what)s") % {"what": row},
        verb=restore_outcome,
        arguments={"values": values},
        watch=[(Outcome, outcome_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_outcome(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Outcome]:
    theirs(actor, values["meeting_id"])
    if values["party_id"]:
        MeetingAccount.objects.changeable_by(actor).get(pk=values["party_id"])
    lock(values["meeting_id"])
    item = AgendaItem.objects.filter(pk=values["item_id"]).first()
    row = row_from(Outcome, {**values, "item_id": item.pk if item else None})
    return Done(row, _arisen(row, _("Noted again: %(what)s") % {"what": row}, actor=actor, now=now))
