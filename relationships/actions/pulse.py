"""Pulse: a question is asked, answered by ours, told by theirs, skipped, given to somebody by a link; and put right.

No standing reads any of it. When ours is through with a question, it is open to theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import Contact, User
from accounts.rows import plain, row_from, values_of
from accounts.undo import Done, inverse, record
from relationships import pulse, pulse_links, pulse_words
from relationships.actions.dates import lock, theirs
from relationships.actions.standing import flag_anew
from relationships.models import Pulse, PulseAnswer, PulseRefusal, PulseSide, Relationship, Stakeholder
from web.clock import Now

EDITABLE_ANSWER = ["score", "words"]
# What may stay empty.
LEFT_OPEN = ["talk", "asked_by", "follows", "closed_on", "to_stakeholder", "sent_at", "sent_by"]
NAMES = ["said_by", "answered_by", "entered_by"]
Watched = list[tuple[type[models.Model], int]]


# Asking --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_pulse(*, actor: User, now: Now, relationship: Relationship, question: str = "") -> Done[Pulse]:
    """Ask by hand, without waiting for a meeting or the month: the next one, or one that is named."""
    theirs(actor, relationship.pk)
    row = lock(relationship.pk)
    if row.paused_since is not None or row.ended_on is not None:
        raise ValidationError(_("Nothing is asked while a relationship is paused or over."))
    if row.pulses.open().exists():
        raise ValidationError(_("A question is open here already."))
    today = row.today(now)
    made = Pulse(
        relationship=row,
        account_id=row.account_id,
        question=question or _next(row, now),
        side=PulseSide.OURS,
        asked_on=today,
        occasion=Pulse.Occasion.HAND,
        asked_by=actor,
    )
    made.full_clean(exclude=LEFT_OPEN)
    made.save()
    return _asked(made, actor=actor, now=now)


def _next(row: Relationship, now: Now) -> str:
    """Where all were skipped lately, the person who asks wants one all the same: the first."""
    asked = [
        pulse.Asked(one.question, pulse.Side(one.side), one.asked_on, one.closed_on if one.is_skipped else None)
        for one in row.pulses.all()
    ]
    return pulse.next_question(asked, row.today(now)) or pulse.KEYS[0]


def _said(row: Pulse) -> dict[str, Any]:
    return {"partner": row.relationship, "question": row.get_question_display()}


def _asked(made: Pulse, *, actor: User, now: Now) -> Done[Pulse]:
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: asked about “%(question)s”") % _said(made),
        verb=unask_pulse,
        arguments={"pulse_id": made.pk},
        watch=[(Pulse, made.pk)],
    )
    return Done(made, step)


@inverse
@transaction.atomic
def unask_pulse(*, actor: User, now: Now, pulse_id: int) -> Done[Pulse]:
    """As if it had not been asked."""
    row = _held(actor, pulse_id)
    if row.state != Pulse.State.OPEN:
        raise ValidationError(_("It is answered or skipped by now."))
    values = values_of(row)
    row.delete()
    row.pk = pulse_id
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: no longer asked about “%(question)s”") % _said(row),
        verb=ask_again,
        arguments={"values": values},
        watch=[(Pulse, pulse_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def ask_again(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Pulse]:
    """Raises ``ValidationError`` where another one has been asked since."""
    theirs(actor, values["relationship_id"])
    return _asked(row_from(Pulse, values), actor=actor, now=now)


# Answering -----------------------------------------------------------------------------------------------------------


def _held(actor: User, pulse_id: int) -> Pulse:
    """Raises ``Pulse.DoesNotExist`` for one of another's partners. The relationship is held with it."""
    found = Pulse.objects.changeable_by(actor).get(pk=pulse_id)
    lock(found.relationship_id)
    rows = Pulse._base_manager.select_for_update(no_key=True, of=("self",))
    return rows.select_related("relationship__account").get(pk=pulse_id)


def _open(actor: User, row: Pulse, side: str) -> Pulse:
    held = _held(actor, row.pk)
    if held.state != Pulse.State.OPEN:
        raise ValidationError(pulse_words.over(held.state))
    if side and held.side != side:
        raise ValidationError(_("This question is asked of the other side now."))
    return held


def _answer_to(row: Pulse, now: Now, score: int, words: str, **more: Any) -> PulseAnswer:
    made = PulseAnswer(
        pulse=row,
        relationship_id=row.relationship_id,
        account_id=row.account_id,
        question=row.question,
        side=row.side,
        score=score,
        words=words.strip(),
        on=row.relationship.today(now),
        **more,
    )
    made.full_clean(exclude=NAMES)
    made.save()
    return made


def _close(row: Pulse, state: str, now: Now) -> Pulse | None:
    """The question is through with this side; of ours it goes on to theirs. The one that is open then."""
    today = row.relationship.today(now)
    row.state, row.closed_on = state, max(today, row.asked_on)
    row.save(update_fields=["state", "closed_on"])
    if row.side == PulseSide.THEIRS:
        return None
    following = Pulse(
        relationship_id=row.relationship_id,
        account_id=row.account_id,
        question=row.question,
        side=PulseSide.THEIRS,
        asked_on=today,
        occasion=row.occasion,
        talk_id=row.talk_id,
        follows=row,
    )
    following.save()
    return following


def _flag(row: Pulse | PulseAnswer, now: Now) -> None:
    """What they say of the whole may turn the flag *satisfied but may leave*; the relationship is held."""
    if row.side == PulseSide.THEIRS and row.question in (pulse.SATISFACTION, pulse.CHOOSE_AGAIN):
        flag_anew(row.relationship, now)


def _closed(row: Pulse, following: Pulse | None, answer: PulseAnswer | None, *, actor: User, now: Now) -> Done[Pulse]:
    _flag(row, now)
    watch: Watched = [(Pulse, row.pk)]
    watch += [(Pulse, following.pk)] if following else []
    watch += [(PulseAnswer, answer.pk)] if answer else []
    told = {**_said(row), "side": row.get_side_display(), "score": answer.score if answer else 0}
    said = (
        _("%(partner)s: “%(question)s”, %(side)s %(score)d of 5")
        if answer
        else _("%(partner)s: skipped “%(question)s”")
    )
    step = record(
        actor=actor, now=now, said=said % told, verb=reopen_pulse, arguments={"pulse_id": row.pk}, watch=watch
    )  # fmt: skip
    return Done(row, step)


@transaction.atomic
def answer_pulse(*, actor: User, now: Now, question: Pulse, score: int, words: str = "") -> Done[Pulse]:
    """What we think ourselves. The same question is open to theirs then."""
    row = _open(actor, question, PulseSide.OURS)
    answer = _answer_to(row, now, score, words, answered_by=actor, way=PulseAnswer.Way.OWN)
    return _closed(row, _close(row, Pulse.State.ANSWERED, now), answer, actor=actor, now=now)


@transaction.atomic
def enter_answer(
    *, actor: User, now: Now, question: Pulse, score: int, words: str = "", said_by: Stakeholder | None = None
) -> Done[Pulse]:
    """What they told us; kept as entered by the actor."""
    row = _open(actor, question, PulseSide.THEIRS)
    if said_by is not None and said_by.relationship_id != row.relationship_id:
        raise ValidationError({"said_by": _("Choose one of their people here.")})
    answer = _answer_to(row, now, score, words, said_by=said_by, entered_by=actor, way=PulseAnswer.Way.STAFF)
    return _closed(row, _close(row, Pulse.State.ANSWERED, now), answer, actor=actor, now=now)


@transaction.atomic
def skip_pulse(*, actor: User, now: Now, question: Pulse) -> Done[Pulse]:
    """Nobody has to say: it goes on to theirs, or is over for them; and it does not come back for three months."""
    row = _open(actor, question, "")
    return _closed(row, _close(row, Pulse.State.SKIPPED, now), None, actor=actor, now=now)


@inverse
@transaction.atomic
def reopen_pulse(*, actor: User, now: Now, pulse_id: int) -> Done[Pulse]:
    """As if this side had said nothing yet. Only who said it takes back what was said here; never what came by link."""
    row = _held(actor, pulse_id)
    answer = PulseAnswer._base_manager.filter(pulse=row).first()
    if answer is not None and not PulseAnswer.objects.changeable_by(actor).filter(pk=answer.pk).exists():
        raise PulseAnswer.DoesNotExist
    following = Pulse._base_manager.filter(follows=row).first()
    if following is not None and following.state != Pulse.State.OPEN:
        raise ValidationError(_("They have been asked, and it is over; change the answer instead."))
    arguments = {
        "pulse_id": row.pk,
        "state": row.state,
        "closed_on": plain(row.closed_on),
        "answer": values_of(answer) if answer else None,
        "following": values_of(following) if following else None,
    }
    watch: Watched = [(Pulse, row.pk)]
    for gone in (following, answer):
        if gone is not None:
            watch.append((type(gone), gone.pk))
            gone.delete()
    row.state, row.closed_on = Pulse.State.OPEN, None
    row.validate_constraints()
    row.save(update_fields=["state", "closed_on"])
    _flag(row, now)
    said = _("%(partner)s: “%(question)s” is open again") % _said(row)
    return Done(row, record(actor=actor, now=now, said=said, verb=close_again, arguments=arguments, watch=watch))


@inverse
@transaction.atomic
def close_again(
    *,
    actor: User,
    now: Now,
    pulse_id: int,
    state: str,
    closed_on: str,
    answer: dict[str, Any] | None,
    following: dict[str, Any] | None,
) -> Done[Pulse]:
    """As it was answered or skipped; what somebody said themselves only they say again."""
    row = _held(actor, pulse_id)
    if row.state != Pulse.State.OPEN:
        raise ValidationError(_("This question is no longer open."))
    if answer is not None and answer["way"] == PulseAnswer.Way.OWN and answer["answered_by_id"] != actor.pk:
        raise PulseAnswer.DoesNotExist
    column = Pulse._meta.get_field("closed_on")
    row.state, row.closed_on = state, column.to_python(closed_on)
    row.save(update_fields=["state", "closed_on"])
    said = row_from(PulseAnswer, answer) if answer else None
    next_one = row_from(Pulse, following) if following else None
    return _closed(row, next_one, said, actor=actor, now=now)


@transaction.atomic
def hear_pulse(*, now: Now, question: Pulse, score: int, words: str = "") -> PulseAnswer | None:
    """What somebody of theirs answers by their link, or how they put it right. None where it takes nothing now."""
    lock(question.relationship_id)
    rows = Pulse._base_manager.select_for_update(no_key=True, of=("self",)).select_related("relationship", "answer")
    row = rows.filter(pk=question.pk, to_stakeholder=question.to_stakeholder_id).first()
    if row is None or not pulse_links.takes_answer(row, now):
        return None
    answer: PulseAnswer | None = getattr(row, "answer", None)
    if answer is None:
        answer = _answer_to(row, now, score, words, said_by_id=row.to_stakeholder_id, way=PulseAnswer.Way.LINK)
        _close(row, Pulse.State.ANSWERED, now)
    else:
        answer.score, answer.words = score, words.strip()
        answer.full_clean(exclude=NAMES)
        answer.save(update_fields=EDITABLE_ANSWER)
    _flag(row, now)
    return answer


# Putting it right ----------------------------------------------------------------------------------------------------


@transaction.atomic
def change_answer(*, actor: User, now: Now, answer: PulseAnswer, values: Mapping[str, Any]) -> Done[PulseAnswer]:
    """One's own, or what was entered for them; what they said by link stays as they said it."""
    return _write(_own(actor, answer.pk), values, actor=actor, now=now)


def _own(actor: User, answer_id: int) -> PulseAnswer:
    """Raises ``PulseAnswer.DoesNotExist`` for what is not the actor's to change. The relationship is held with it."""
    lock(PulseAnswer.objects.changeable_by(actor).get(pk=answer_id).relationship_id)
    rows = PulseAnswer.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    return rows.select_related("relationship__account").get(pk=answer_id)


def _write(row: PulseAnswer, values: Mapping[str, Any], *, actor: User, now: Now) -> Done[PulseAnswer]:
    before = {name: getattr(row, name) for name in EDITABLE_ANSWER}
    for name in EDITABLE_ANSWER:
        value = values.get(name, before[name])
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.full_clean(exclude=NAMES)
    row.save(update_fields=EDITABLE_ANSWER)
    _flag(row, now)
    told = {"partner": row.relationship, "question": row.get_question_display(), "score": row.score}
    step = record(
        actor=actor,
        now=now,
        said=_("%(partner)s: “%(question)s” changed to %(score)d of 5") % told,
        verb=set_answer,
        arguments={"answer_id": row.pk, "values": before},
        watch=[(PulseAnswer, row.pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def set_answer(*, actor: User, now: Now, answer_id: int, values: dict[str, Any]) -> Done[PulseAnswer]:
    return _write(_own(actor, answer_id), values, actor=actor, now=now)


# By a link -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def give_pulse(*, actor: User, now: Now, question: Pulse, to: Stakeholder, by_mail: bool) -> Done[Pulse]:
    """Give theirs the question by a link: sent by mail after some seconds, or to be copied. A former link ends."""
    row = _open(actor, question, PulseSide.THEIRS)
    if to.relationship_id != row.relationship_id:
        raise ValidationError({"to": _("Choose one of their people here.")})
    if by_mail:
        _must_be_writable_to(to.contact)
    if row.sent_at is not None and row.to_stakeholder_id == to.pk and by_mail:
        raise ValidationError({"to": _("It was sent to %(name)s already.") % {"name": to}})
    sent_at = now.instant if by_mail else None
    return _give(row, to.pk, sent_at, actor.pk if by_mail else None, actor=actor, now=now)


def _must_be_writable_to(contact: Contact) -> None:
    if not contact.email:
        raise ValidationError({"to": _("%(name)s has no e-mail address. Make a link instead.") % {"name": contact}})
    if PulseRefusal.objects.filter(contact=contact).exists():
        raise ValidationError({"to": _("%(name)s does not want such questions by mail.") % {"name": contact}})


def _give(
    row: Pulse, to: int | None, sent_at: datetime | None, sent_by: int | None, *, actor: User, now: Now
) -> Done[Pulse]:
    before = {"to_id": row.to_stakeholder_id, "sent_at": plain(row.sent_at), "sent_by_id": row.sent_by_id}
    row.to_stakeholder_id, row.sent_at, row.sent_by_id = to, sent_at, sent_by
    row.save(update_fields=["to_stakeholder", "sent_at", "sent_by"])
    told = {**_said(row), "who": row.to_stakeholder}
    said = _("%(partner)s: “%(question)s” is given to nobody")
    if to is not None:
        said = _("%(partner)s: “%(question)s” given to %(who)s")
    step = record(
        actor=actor,
        now=now,
        said=said % told,
        verb=set_given,
        arguments={"pulse_id": row.pk, **before},
        watch=[(Pulse, row.pk)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def set_given(
    *, actor: User, now: Now, pulse_id: int, to_id: int | None, sent_at: str | None, sent_by_id: int | None
) -> Done[Pulse]:
    """As it was given before, or was not. A mail that is out stays out; done again, it goes out once more."""
    row = _held(actor, pulse_id)
    if row.state != Pulse.State.OPEN:
        raise ValidationError(_("This question is no longer open."))
    if row.sent_at is not None and now.instant >= row.sent_at + pulse.UNDO_FOR:
        raise ValidationError(_("The mail has gone out, so it cannot be taken back."))
    people = Stakeholder.objects.filter(relationship=row.relationship_id).select_related("contact")
    to = people.filter(pk=to_id).first() if to_id is not None else None
    mailed = to is not None and sent_at is not None
    if to is not None and mailed:
        _must_be_writable_to(to.contact)
    at, by = (now.instant, sent_by_id) if mailed else (None, None)
    return _give(row, to.pk if to else None, at, by, actor=actor, now=now)


@transaction.atomic
def refuse_pulses(*, now: Now, contact: Contact) -> None:
    """Somebody of theirs wants no such mail any more; the same again changes nothing."""
    PulseRefusal.objects.get_or_create(contact=contact, defaults={"at": now.instant})
