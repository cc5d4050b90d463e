"""Minutes going out to those chosen. Nobody calls the outbox: a row says what is wanted, and ``mail`` plans from it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Contact, User
from accounts.undo import Done, TooLateError, inverse, record
from meetings.actions.following import lock
from meetings.actions.planning import theirs
from meetings.minutes_queries import colleagues_for
from meetings.models import Meeting, MeetingAccount, MinutesCopy, MinutesDispatch
from web.clock import Now

# What is sent to a partner may be taken back for so long.
UNDO_FOR = timedelta(seconds=20)


@transaction.atomic
def send_minutes(
    *,
    actor: User,
    now: Now,
    meeting: Meeting,
    users: Collection[User] = (),
    contacts: Collection[Contact] = (),
    message: str = "",
) -> Done[MinutesDispatch]:
    """Send the minutes of a held meeting to these people, after ``UNDO_FOR``; those without an address are refused.

    Of theirs only who was asked or came for a partner that the actor may change; of ours who may see the meeting.
    """
    theirs(actor, meeting.pk)
    row = lock(meeting.pk)
    if row.state != Meeting.State.HELD:
        raise ValidationError(_("Say first that the meeting was held."))
    if not users and not contacts:
        raise ValidationError({"contacts": _("Choose whom to send them to.")})
    mine = MeetingAccount.objects.changeable_by(actor).filter(meeting=row)
    asked = set(row.people.filter(party__in=mine).values_list("contact", flat=True))
    if any(one.pk not in asked for one in contacts):
        raise ValidationError({"contacts": _("Choose from those who were asked.")})
    seeing = set(colleagues_for(row, now).values_list("pk", flat=True))
    if any(one.pk not in seeing for one in users):
        raise ValidationError({"users": _("Choose from the colleagues who were asked and may see this meeting.")})
    for one in contacts:
        if not one.email:
            raise ValidationError({"contacts": _("%(name)s has no e-mail address.") % {"name": one}})
    sent = MinutesDispatch.objects.create(
        meeting=row, message=message.strip(), due_at=now.instant + UNDO_FOR, sent_by=actor, sent_at=now.instant
    )
    MinutesCopy.objects.bulk_create(
        [
            *(MinutesCopy(dispatch=sent, contact=one) for one in contacts),
            *(MinutesCopy(dispatch=sent, user=one) for one in users),
        ]
    )
    step = record(
        actor=actor,
        now=now,
        said=_("Minutes sent: %(title)s") % {"title": row.title},
        verb=withdraw_minutes,
        arguments={"dispatch_id": sent.pk},
        watch=[(Meeting, row.pk)],
    )
    return Done(sent, step)


def _dispatch(actor: User, dispatch_id: int) -> MinutesDispatch:
    found = MinutesDispatch.objects.select_related("meeting").get(
        pk=dispatch_id, meeting__in=Meeting.objects.changeable_by(actor)
    )
    lock(found.meeting_id)
    found.refresh_from_db(fields=["due_at", "withdrawn_at"])
    return found


@inverse
@transaction.atomic
def withdraw_minutes(*, actor: User, now: Now, dispatch_id: int) -> Done[MinutesDispatch]:
    """Take them back before they go out; what has gone out cannot be."""
    row = _dispatch(actor, dispatch_id)
    if row.due_at <= now.instant:
        raise TooLateError(_("The minutes have gone out already. Correct them and send them again."))
    row.withdrawn_at = now.instant
    row.save(update_fields=["withdrawn_at"])
    step = record(
        actor=actor,
        now=now,
        said=_("Minutes not sent: %(title)s") % {"title": row.meeting.title},
        verb=send_after_all,
        arguments={"dispatch_id": row.pk},
        watch=[(Meeting, row.meeting_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def send_after_all(*, actor: User, now: Now, dispatch_id: int) -> Done[MinutesDispatch]:
    """Send what was taken back, once more after ``UNDO_FOR``."""
    row = _dispatch(actor, dispatch_id)
    if row.withdrawn_at is None:
        raise ValidationError(_("These minutes have been sent already."))
    row.withdrawn_at, row.due_at = None, now.instant + UNDO_FOR
    row.save(update_fields=["withdrawn_at", "due_at"])
    step = record(
        actor=actor,
        now=now,
        said=_("Minutes sent: %(title)s") % {"title": row.meeting.title},
        verb=withdraw_minutes,
        arguments={"dispatch_id": row.pk},
        watch=[(Meeting, row.meeting_id)],
    )
    return Done(row, step)
