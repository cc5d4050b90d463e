"""Ways in: planned, changed, done, answered or not, dropped. Each deed leaves a step that takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Contact, UndoStep, User
from accounts.rows import row_from, values_of
from accounts.undo import Done, gather, inverse, record
from meetings import plays
from meetings.actions.values import read, without_gone, write
from meetings.models import Play
from relationships.actions import log_interaction
from relationships.models import Interaction, Introduction, Relationship
from web.clock import Now

EDITABLE_PLAY = ["what", "contact", "through", "unit", "url", "keeper", "planned_on", "follow_up_on", "note"]
# How a way in reaches them. Who asks a colleague for an introduction has said nothing to them yet.
CHANNELS = {
    Play.Kind.ASK_TIME: Interaction.Channel.EMAIL,
    Play.Kind.SHARE_RESULT: Interaction.Channel.EMAIL,
    Play.Kind.UNIT_NEWS: Interaction.Channel.EMAIL,
    Play.Kind.ARTICLE: Interaction.Channel.EMAIL,
    Play.Kind.SIT_IN: Interaction.Channel.VISIT,
}


def _play(actor: User, play_id: int) -> Play:
    """The play, kept from others, if the actor may change it; raises ``Play.DoesNotExist`` otherwise."""
    rows = Play.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    return rows.select_related("relationship__account", "contact").get(pk=play_id)


def _mine(actor: User, relationship_id: int) -> Relationship:
    return Relationship.objects.changeable_by(actor).select_related("account").get(pk=relationship_id)


# Planned -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def plan_play(
    *,
    actor: User,
    now: Now,
    relationship: Relationship,
    kind: str,
    what: str,
    planned_on: date | None = None,
    contact: Contact | None = None,
    through: User | None = None,
    unit: Account | None = None,
    url: str = "",
    keeper: User | None = None,
    follow_up_on: date | None = None,
    introduction: Introduction | None = None,
) -> Done[Play]:
    """A way in, for today unless said otherwise. Nobody named sees to it: who plans it does."""
    row = Play(
        relationship=relationship,
        account_id=relationship.account_id,
        kind=kind,
        what=what.strip(),
        planned_on=planned_on or relationship.today(now),
        contact=contact,
        through=through,
        unit=unit,
        url=url.strip(),
        keeper=keeper or actor,
        follow_up_on=follow_up_on,
        introduction=introduction,
        written_by=actor,
        written_at=now.moment(relationship.zone),
    )
    row.full_clean()
    row.save()
    return Done(row, _planned(row, actor, now, _("Planned: %(what)s") % {"what": row.what}))


def _planned(row: Play, actor: User, now: Now, said: str) -> UndoStep:
    return record(
        actor=actor,
        now=now,
        said=said,
        verb=remove_play,
        arguments={"play_id": row.pk},
        watch=[(Play, row.pk)],
    )


@transaction.atomic
def change_play(*, actor: User, now: Now, play: Play, values: Mapping[str, Any]) -> Done[Play]:
    """Change fields of ``EDITABLE_PLAY``."""
    assert values.keys() <= set(EDITABLE_PLAY), values
    row = _play(actor, play.pk)
    return _write(row, values, actor, now, _("Changed: %(what)s") % {"what": row.what})


def _write(row: Play, values: Mapping[str, Any], actor: User, now: Now, said: str) -> Done[Play]:
    return Done(row, write(row, values, actor=actor, now=now, said=said, verb=set_play, key="play_id"))


@inverse
@transaction.atomic
def set_play(*, actor: User, now: Now, play_id: int, values: dict[str, Any]) -> Done[Play]:
    row = _play(actor, play_id)
    return _write(row, read(Play, values), actor, now, _("As it was: %(what)s") % {"what": row.what})


@inverse
@transaction.atomic
def remove_play(*, actor: User, now: Now, play_id: int) -> Done[Play]:
    """As if it had never been planned; what was logged of it stays."""
    row = _play(actor, play_id)
    values = values_of(row)
    row.delete()
    row.pk = play_id
    step = record(
        actor=actor,
        now=now,
        said=_("Removed: %(what)s") % {"what": row.what},
        verb=restore_play,
        arguments={"values": values},
        watch=[(Play, play_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_play(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Play]:
    _mine(actor, values["relationship_id"])
    row = row_from(Play, without_gone(Play, values))
    return Done(row, _planned(row, actor, now, _("Planned again: %(what)s") % {"what": row.what}))


# What became of it ---------------------------------------------------------------------------------------------------


def _must_be_open(row: Play) -> None:
    if row.dropped_on is not None:
        raise ValidationError(_("This was dropped; take that back first."))
    if not row.is_open:
        raise ValidationError(_("It is known already what became of this; take that back first."))


def _day(row: Play, on: date | None, now: Now, field: str) -> date:
    today = row.relationship.today(now)
    if on is not None and on > today:
        raise ValidationError({field: _("This day is still to come.")})
    return on or today


@transaction.atomic
def do_play(
    *, actor: User, now: Now, play: Play, on: date | None = None, channel: str = "", follow_up_on: date | None = None
) -> Done[Play]:
    """It was done, today unless said otherwise. What reached them is logged: one-way, but where we sat with them.

    Without ``follow_up_on`` the day planned for that stays, or is as usual for the kind.
    """
    row = _play(actor, play.pk)
    _must_be_open(row)
    if row.done_on is not None:
        raise ValidationError(_("This was done already."))
    day = _day(row, on, now, "on")
    follow_up = follow_up_on or row.follow_up_on or plays.follow_up(plays.Kind(row.kind), day)
    logged = None
    if row.kind in CHANNELS:
        logged = log_interaction(
            actor=actor,
            now=now,
            relationship=row.relationship,
            occurred_on=day,
            channel=channel or CHANNELS[Play.Kind(row.kind)],
            summary=_told(row),
            two_way=row.kind == Play.Kind.SIT_IN,
            begun_by=Interaction.Side.OURS,
            contacts=[row.contact] if row.contact else [],
        )
    values = {"done_on": day, "follow_up_on": follow_up, "interaction": logged.row if logged else None}
    done = _write(row, values, actor, now, _("Done: %(what)s") % {"what": row.what})
    return _together(done, logged, actor, now)


def _told(row: Play) -> str:
    return f"{row.what} – {row.url}" if row.url else row.what


def _together(done: Done[Play], logged: Done[Interaction] | None, actor: User, now: Now) -> Done[Play]:
    """One step for the play and for what was logged of it; the log is taken back last, as the play leads to it."""
    if logged is None:
        return done
    return Done(done.row, gather(actor=actor, now=now, said=done.step.said, steps=[logged.step, done.step]))


@transaction.atomic
def answer_play(
    *, actor: User, now: Now, play: Play, on: date | None = None, note: str = "", channel: str = ""
) -> Done[Play]:
    """They answered: that is a conversation, begun by us, and is logged as one. We sat with them: logged already."""
    row = _play(actor, play.pk)
    _must_be_open(row)
    if row.done_on is None:
        raise ValidationError(_("Nothing was sent or asked yet; say first that it is done."))
    day = _day(row, on, now, "on")
    logged = None
    if row.kind != Play.Kind.SIT_IN:
        logged = log_interaction(
            actor=actor,
            now=now,
            relationship=row.relationship,
            occurred_on=day,
            channel=channel or Interaction.Channel.EMAIL,
            summary=note.strip() or _("Answered: %(what)s") % {"what": row.what},
            begun_by=Interaction.Side.OURS,
            contacts=[row.contact] if row.contact else [],
        )
    values = {"answered_on": day, "note": note or row.note, "reply": logged.row if logged else None}
    done = _write(row, values, actor, now, _("Answered: %(what)s") % {"what": row.what})
    return _together(done, logged, actor, now)


@transaction.atomic
def leave_unanswered(*, actor: User, now: Now, play: Play, note: str = "") -> Done[Play]:
    """They did not answer, and nobody waits for it any more."""
    row = _play(actor, play.pk)
    _must_be_open(row)
    if row.done_on is None:
        raise ValidationError(_("Nothing was sent or asked yet; say first that it is done."))
    values = {"unanswered_on": row.relationship.today(now), "note": note or row.note}
    return _write(row, values, actor, now, _("No answer: %(what)s") % {"what": row.what})


@transaction.atomic
def drop_play(*, actor: User, now: Now, play: Play) -> Done[Play]:
    """It is not done after all."""
    row = _play(actor, play.pk)
    _must_be_open(row)
    if row.done_on is not None:
        raise ValidationError(_("This was done already."))
    values = {"dropped_on": row.relationship.today(now)}
    return _write(row, values, actor, now, _("Dropped: %(what)s") % {"what": row.what})
