"""Feedback in words: who said what for whom, how far it has come, how long it took, and how our own words read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relationships import feedback, tone
from relationships.feedback import State, Step
from relationships.models import Feedback
from relationships.words import Look, clipped
from web import dates

LOOKS = {
    State.UNSAID: Look(gettext_lazy("Not told to them yet"), "send", "due"),
    State.WAITING: Look(gettext_lazy("Waiting"), "message-circle", "faint"),
    State.ACKNOWLEDGED: Look(gettext_lazy("Acknowledged"), "message-circle", "faint"),
    State.TO_DECIDE: Look(gettext_lazy("To be decided"), "help-circle", "faint"),
    State.IN_WORK: Look(gettext_lazy("In work"), "circle-dashed", "faint"),
    State.TO_TELL: Look(gettext_lazy("To be told back"), "send", "due"),
    State.CLOSED: Look(gettext_lazy("Closed"), "check", "ok"),
}
LATE = Look(gettext_lazy("Unanswered"), "message-circle", "over")
NEW = Look(gettext_lazy("New"), "message-circle", "new")


def look(row: Feedback, today: date) -> Look:
    late = not row.unsaid and feedback.waits_long(row.heard_on, row.answered_on, today)
    return LATE if late else LOOKS[row.state]


def heading(row: Feedback) -> str:
    """*Suggestion from Henrik Aune*, *Our praise from Bob Lindqvist*, *Unspoken complaint of Lars Tveit*."""
    kind = str(row.get_nature_display())
    if row.hidden:
        kind = _("unspoken %(kind)s") % {"kind": kind}
    if row.side == Feedback.Side.OURS:
        kind = _("our %(kind)s") % {"kind": kind}
    said = _("%(kind)s of %(name)s") if row.hidden else _("%(kind)s from %(name)s")
    return capfirst(said % {"kind": kind, "name": row.voice} if row.voice else kind)


# A name that ends with an address or a number in brackets.
_REACHED = re.compile(r"\((?P<reach>[^()]*(?:@[^()]*|(?:[0-9][^()0-9]*){5}))\)\Z")


def addressed(row: Feedback) -> str:
    """Who said it, as one speaks to them: *ola@ewos.example* where they are *somebody at Ewos (ola@ewos.example)*."""
    found = None if row.contact_id or row.colleague_id else _REACHED.search(row.voice)
    return found["reach"] if found else row.voice


def speaker(row: Feedback) -> str:
    """The same at the beginning of a sentence; an address stays as it is written."""
    name = addressed(row)
    return name if "@" in name else capfirst(name)


def behalf(row: Feedback) -> str:
    """*on behalf of the night shift*; empty where they spoke for themselves."""
    return _("on behalf of %(group)s") % {"group": row.behalf_of} if row.behalf_of else ""


def took(heard_on: date, day: date) -> str:
    """*same day*, *3 days*."""
    count = (day - heard_on).days
    return dates.days(count) if count else _("same day")


@dataclass(frozen=True, slots=True)
class Mark:
    """A step of the loop in a row of them: *acknowledged, same day*, or *to be answered* where it was not taken yet.

    ``then`` is what is to be done for one not taken; of an acknowledgement nothing, as the answer is one as well.
    """

    said: str
    done: bool
    then: str = ""


def marks(row: Feedback) -> list[Mark]:
    """The loop as far as it concerns this one, from the derived days alone."""
    if row.unsaid:
        return [Mark(_("to be told to them"), done=False, then=_("tell them"))]
    found = [
        _mark(row, row.acknowledged_on, _("acknowledged"), _("to be acknowledged")),
        _mark(row, row.answered_on, _("answered"), _("to be answered"), _("answer")),
    ]
    if row.outcome == Feedback.Outcome.DECLINED:
        found.append(_mark(row, row.ended_on, _("declined")))
    elif row.ended_on:
        found.append(_mark(row, row.ended_on, _("applied")))
    elif row.asks and row.grew_into_id is not None:
        found.append(Mark(_("grew into another"), done=True))
    elif row.asks and row.state is State.IN_WORK:
        found.append(Mark(_("in work, to be applied"), done=False, then=_("apply")))
    elif row.asks:
        found.append(Mark(_("to be decided"), done=False, then=_("decide")))
    if (row.has_voice and (row.asks or row.ended_on)) or row.told_voice_on:
        found.append(_mark(row, row.told_voice_on, _("told back"), _("to be told back"), _("tell back")))
    if row.behalf_of or row.told_group_on:
        group = {"group": row.behalf_of or _("the group")}
        still, then = _("%(group)s to be told") % group, _("tell %(group)s") % group
        found.append(_mark(row, row.told_group_on, _("told %(group)s") % group, still, then))
    return found


def brief(row: Feedback) -> list[Mark]:
    """For a row of a list: what was done, and of what is still to be done only the next."""
    every = marks(row)
    after = next((mark.then for mark in every if mark.then), "")
    taken = [mark for mark in every if mark.done]
    return [*taken, Mark(_("next: %(what)s") % {"what": after}, done=False)] if after else taken


def _mark(row: Feedback, day: date | None, name: str, still: str = "", then: str = "") -> Mark:
    if day is None:
        return Mark(still, done=False, then=then)
    return Mark(_("%(step)s, %(took)s") % {"step": name, "took": took(row.heard_on, day)}, done=True)


def sentence(row: Feedback, today: date) -> str:
    """*Waits for our answer since 13 October, 6 days*, *Applied after 47 days, not told back yet*.

    Needs ``grew_into`` selected, for *Grew into “Ribbed trays”, not yet told back to Henrik Aune*.
    """
    waits = {"day": dates.said(row.heard_on, today), "days": dates.days((today - row.heard_on).days)}
    ours = row.side == Feedback.Side.OURS
    match row.state:
        case State.UNSAID:
            return _("Not told to them yet")
        case State.WAITING | State.ACKNOWLEDGED:
            who = _("their answer") if ours else _("our answer")
            known = {**waits, "who": who}
            if row.heard_on == today:
                said = _("Waits for %(who)s since today") % known
            else:
                said = _("Waits for %(who)s since %(day)s, %(days)s") % known
            return _("%(said)s; acknowledged") % {"said": said} if row.acknowledged_on else said
        case State.TO_DECIDE:
            return _("Answered %(after)s, to be decided") % {"after": _after(row.heard_on, row.answered_on or today)}
        case State.IN_WORK:
            return _("Answered %(after)s, in work") % {"after": _after(row.heard_on, row.answered_on or today)}
        case State.TO_TELL:
            return _("%(ended)s, not yet told back to %(whom)s") % {"ended": _ended(row, today), "whom": _untold(row)}
        case State.CLOSED:
            ended = _ended(row, today)
            return _("%(ended)s, and told back") % {"ended": ended} if row.told_voice_on or row.told_group_on else ended


def waits(row: Feedback, today: date) -> str:
    """*unanswered for 6 days*, *heard today*."""
    if row.heard_on >= today:
        return _("heard today")
    return _("unanswered for %(days)s") % {"days": dates.days((today - row.heard_on).days)}


def unanswered(row: Feedback, today: date) -> tuple[str, str]:
    """For a row that wants somebody: *“Scan the pallet” – unanswered for 6 days*, and the reason in a sentence."""
    fact = _("“%(said)s” – %(waits)s") % {"said": clipped(row.said, 90), "waits": waits(row, today)}
    told = " ".join(part for part in (heading(row), behalf(row)) if part)
    return fact, _("%(heading)s, heard %(day)s.") % {"heading": told, "day": dates.on(row.heard_on, today)}


def newly_heard(row: Feedback, today: date) -> tuple[str, str]:
    """The same for what came in through a form and nobody has taken up: *Praise from Ola, through “Gate 3” today.*"""
    told = {
        "heading": " ".join(part for part in (heading(row), behalf(row)) if part),
        "post": row.post,
        "day": dates.on(row.heard_on, today),
    }
    why = _("%(heading)s, through “%(post)s” %(day)s.") if row.post else _("%(heading)s, came in %(day)s.")
    return _("“%(said)s”") % {"said": clipped(row.said, 90)}, why % told


def _after(heard_on: date, day: date) -> str:
    count = (day - heard_on).days
    return _("after %(days)s") % {"days": dates.days(count)} if count else _("on the same day")


def _ended(row: Feedback, today: date) -> str:
    if row.ended_on is None and row.asks and row.grew_into is not None:
        return _("Grew into “%(into)s”") % {"into": clipped(row.grew_into.said, 70).rstrip(".")}
    if row.ended_on is None:
        return _("Answered %(after)s") % {"after": _after(row.heard_on, row.answered_on or today)}
    after = _after(row.heard_on, row.ended_on)
    if row.outcome == Feedback.Outcome.DECLINED:
        return _("Declined %(after)s") % {"after": after}
    return _("Applied %(after)s") % {"after": after}


def _untold(row: Feedback) -> str:
    names = {Step.TOLD_VOICE: addressed(row), Step.TOLD_GROUP: row.behalf_of}
    return _(" and ").join(names[step] for step in feedback.untold(row.settled))


def times(row: Feedback) -> list[tuple[str, str]]:
    """How long each step took, for those that were taken."""
    named = [
        (_("To acknowledge it"), row.acknowledged_on),
        (_("To answer it"), row.answered_on),
        (_("From suggestion to application"), row.ended_on if row.outcome == Feedback.Outcome.APPLIED else None),
        (_("To decline it"), row.ended_on if row.outcome == Feedback.Outcome.DECLINED else None),
        (_("To tell who said it"), row.told_voice_on),
        (_("To tell %(group)s") % {"group": row.behalf_of or _("the group")}, row.told_group_on),
    ]
    return [(name, took(row.heard_on, day)) for name, day in named if day is not None]


def verb(step: Step, row: Feedback) -> str:
    """What the button for a step says."""
    theirs = row.side == Feedback.Side.THEIRS
    group = row.behalf_of or _("the group")
    return {
        Step.ACKNOWLEDGED: _("Acknowledge") if theirs else _("They acknowledged it"),
        Step.ANSWERED: _("Answer") if theirs else _("They answered"),
        Step.APPLIED: _("Applied"),
        Step.DECLINED: _("Declined"),
        Step.TOLD_VOICE: _("Told %(name)s") % {"name": addressed(row)} if row.voice else _("Told back"),
        Step.TOLD_GROUP: _("Told %(name)s") % {"name": group},
    }[step]


# How our own words read ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToneNote:
    """The words that a partner may take amiss, and a gentle proposal."""

    words: str
    said: str


def tone_notes(text: str) -> list[ToneNote]:
    return [ToneNote(_quoted(note.words), _proposal(note.kind)) for note in tone.read(text)]


def _quoted(found: Sequence[str]) -> str:
    return ", ".join(f"“{one}”" for one in found)


def _proposal(kind: tone.Kind) -> str:
    return {
        tone.Kind.INSULT: _("may hurt whoever reads it. Say what happened instead, and what you need."),
        tone.Kind.THREAT: _("reads as a threat. Say what you need by when, and what would help you both."),
        tone.Kind.BLAME: _("reads as blame. Say what happened and what it meant for you, starting with “we”."),
        tone.Kind.SHOUTING: _("reads as shouting. The same words in ordinary letters carry further."),
        tone.Kind.SARCASM: _("may be taken for mockery. Plain words are safer in another language."),
    }[kind]
