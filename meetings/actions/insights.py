"""What was learnt at a meeting: noted, routed to who should know, seen, and followed to what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Contact, UndoStep, User
from accounts.rows import row_from, values_of
from accounts.undo import Done, gather, inverse, record
from meetings.actions.values import read, without_gone, write
from meetings.models import Insight, MeetingAccount
from relationships import actions as relationships
from relationships.models import Commitment, Feedback, Problem, Relationship
from web.clock import Now

EDITABLE_INSIGHT = ["text", "contact", "colleague"]
# What an insight may become besides words.
FEEDBACK, PROMISE, PROBLEM = "feedback", "commitment", "problem"


def _insight(actor: User, insight_id: int) -> Insight:
    rows = Insight.objects.changeable_by(actor).select_for_update(no_key=True, of=("self",))
    return rows.select_related("relationship__account", "contact", "colleague").get(pk=insight_id)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59].rstrip()}…"


@transaction.atomic
def note_insight(
    *,
    actor: User,
    now: Now,
    party: MeetingAccount,
    text: str,
    contact: Contact | None = None,
    colleague: User | None = None,
) -> Done[Insight]:
    """Something learnt with this partner. Who writes it down for themselves has seen it."""
    row = Insight(
        meeting_id=party.meeting_id,
        party=party,
        relationship_id=party.relationship_id,
        account_id=party.account_id,
        text=text.strip(),
        contact=contact,
        colleague=colleague,
        seen_at=now.instant if colleague == actor else None,
        written_by=actor,
        written_at=now.instant,
    )
    row.full_clean()
    row.save()
    return Done(row, _noted(row, actor, now, _("Noted: %(text)s") % {"text": _short(row.text)}))


def _noted(row: Insight, actor: User, now: Now, said: str) -> UndoStep:
    return record(
        actor=actor,
        now=now,
        said=said,
        verb=remove_insight,
        arguments={"insight_id": row.pk},
        watch=[(Insight, row.pk)],
    )


@transaction.atomic
def change_insight(*, actor: User, now: Now, insight: Insight, values: Mapping[str, Any]) -> Done[Insight]:
    """Change fields of ``EDITABLE_INSIGHT``; who is named anew has not seen it."""
    assert values.keys() <= set(EDITABLE_INSIGHT), values
    row = _insight(actor, insight.pk)
    told = dict(values)
    if "colleague" in told and told["colleague"] != row.colleague:
        told["seen_at"] = now.instant if told["colleague"] == actor else None
    return _write(row, told, actor, now, _("Changed: %(text)s") % {"text": _short(row.text)})


def _write(row: Insight, values: Mapping[str, Any], actor: User, now: Now, said: str) -> Done[Insight]:
    return Done(row, write(row, values, actor=actor, now=now, said=said, verb=set_insight, key="insight_id"))


@transaction.atomic
def see_insight(*, actor: User, now: Now, insight: Insight) -> Done[Insight]:
    """Whom it was routed to, or who stands in for them, has seen it: the right to that is theirs alone."""
    rows = Insight.objects.routed_to(actor).select_for_update(no_key=True, of=("self",))
    row = rows.get(pk=insight.pk)
    said = _("Seen: %(text)s") % {"text": _short(row.text)}
    step = write(
        row, {"seen_at": row.seen_at or now.instant}, actor=actor, now=now, said=said, verb=unsee_insight,
        key="insight_id",
    )  # fmt: skip
    return Done(row, step)


@inverse
@transaction.atomic
def unsee_insight(*, actor: User, now: Now, insight_id: int, values: dict[str, Any]) -> Done[Insight]:
    """Only *seen* is put back, as whoever may only read the partner has this step too."""
    rows = Insight.objects.routed_to(actor).select_for_update(no_key=True, of=("self",))
    row = rows.get(pk=insight_id)
    ready = read(Insight, {"seen_at": values.get("seen_at")})
    said = _("Not seen yet: %(text)s") % {"text": _short(row.text)}
    return Done(row, write(row, ready, actor=actor, now=now, said=said, verb=unsee_insight, key="insight_id"))


@transaction.atomic
def close_insight(
    *,
    actor: User,
    now: Now,
    insight: Insight,
    became: str,
    into: str = "",
    due_on: date | None = None,
    severity: int = Problem.Severity.SERIOUS,
    nature: str = Feedback.Nature.SUGGESTION,
) -> Done[Insight]:
    """Say what became of it. ``into`` makes it feedback of theirs, a promise of ours by ``due_on``, or a problem."""
    row = _insight(actor, insight.pk)
    if row.closed_on is not None:
        raise ValidationError(_("It is said already what became of this; take that back first."))
    if not became.strip():
        raise ValidationError({"became": _("Say what became of it.")})
    made = _make(row, into, became, due_on, severity, nature, actor=actor, now=now) if into else None
    values: dict[str, Any] = {"became": became, "closed_on": row.relationship.today(now)}
    if made is not None:
        values[into] = made.row
    closed = _write(row, values, actor, now, _("Closed: %(text)s") % {"text": _short(row.text)})
    if made is None:
        return closed
    return Done(closed.row, gather(actor=actor, now=now, said=closed.step.said, steps=[made.step, closed.step]))


def _make(
    row: Insight,
    into: str,
    became: str,
    due_on: date | None,
    severity: int,
    nature: str,
    *,
    actor: User,
    now: Now,
) -> Done[Any]:
    """Feedback and problems in their words, a promise in ours: what became of it is what we promise."""
    told: dict[str, Any] = {
        "actor": actor,
        "now": now,
        "relationship": row.relationship,
        "contact": row.contact,
        "keeper": row.colleague,
    }
    if into == FEEDBACK:
        return relationships.give_feedback(said=row.text, nature=nature, heard_on=_learnt_on(row, now), **told)
    if into == PROBLEM:
        return relationships.open_problem(what=row.text, severity=severity, **told)
    if due_on is None:
        raise ValidationError({"due_on": _("Say by which day.")})
    side = Commitment.Side.OURS
    return relationships.make_promise(side=side, what=became.strip(), due_on=due_on, colleague=row.colleague, **told)


def _learnt_on(row: Insight, now: Now) -> date:
    """The day of the meeting; today where the insight came before it."""
    return min(row.party.meets_on, row.relationship.today(now))


@inverse
@transaction.atomic
def set_insight(*, actor: User, now: Now, insight_id: int, values: dict[str, Any]) -> Done[Insight]:
    row = _insight(actor, insight_id)
    said = _("As it was: %(text)s") % {"text": _short(row.text)}
    return _write(row, read(Insight, values), actor, now, said)


@inverse
@transaction.atomic
def remove_insight(*, actor: User, now: Now, insight_id: int) -> Done[Insight]:
    row = _insight(actor, insight_id)
    values = values_of(row)
    row.delete()
    row.pk = insight_id
    step = record(
        actor=actor,
        now=now,
        said=_("Removed: %(text)s") % {"text": _short(row.text)},
        verb=restore_insight,
        arguments={"values": values},
        watch=[(Insight, insight_id)],
    )
    return Done(row, step)


@inverse
@transaction.atomic
def restore_insight(*, actor: User, now: Now, values: dict[str, Any]) -> Done[Insight]:
    Relationship.objects.changeable_by(actor).get(pk=values["relationship_id"])
    if not MeetingAccount.objects.filter(pk=values["party_id"]).exists():
        raise ValidationError(_("The meeting is no longer there; bring it back first."))
    row = row_from(Insight, without_gone(Insight, values))
    return Done(row, _noted(row, actor, now, _("Noted again: %(text)s") % {"text": _short(row.text)}))
