"""Pulse on the pages: the question that is open, and what both sides said lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from dashboards import wanting
from relationships import pulse, pulse_links, pulse_words
from relationships.models import Pulse, PulseAnswer, PulseSide, Relationship
from web import dates
from web.clock import Now

# Of the latest questions so many are read: all of a year, however often one meets. So many answers stand unfolded.
READ, SHOWN = 60, 6
# On Today stands one; so many more are counted.
COUNTED = 20


@dataclass(frozen=True, slots=True)
class Choice:
    value: int
    word: str


@dataclass(frozen=True, slots=True)
class Open:
    """A question that waits for a side; ``link`` where it was given to somebody of theirs."""

    row: Pulse
    asked: str
    why: str
    ours: bool
    said: str = ""
    given: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What a side said: the answer in a word, who, when and how it came here, and whether one may put it right."""

    row: PulseAnswer
    about: str
    word: str
    who: str
    own: bool


def choices() -> list[Choice]:
    return [Choice(score, capfirst(str(word))) for score, word in pulse_words.SCORES.items()]


def read(row: Relationship) -> list[Pulse]:
    """The latest questions with their answers and everybody named, newest first; one query."""
    found = row.pulses.select_related(
        "to_stakeholder__contact", "sent_by", "answer__said_by__contact", "answer__answered_by", "answer__entered_by"
    )
    return list(found.order_by("-asked_on", "-id")[:READ])


def of(row: Relationship, user: User, here: date) -> dict[str, Any]:
    """One query, whatever there is."""
    found = read(row)
    waiting = next((one for one in found if one.state == Pulse.State.OPEN), None)
    answers = [answer for one in found if (answer := _answer(one)) is not None]
    return {
        "pulses": found,
        "pulse_open": _open(waiting, found, here) if waiting and _is_alive(row, waiting, here) else None,
        "pulse_goes_on": row.paused_since is None and row.ended_on is None,
        "pulse_said": [_said(answer, user, here) for answer in sorted(answers, key=_newest)[:SHOWN]],
        "pulse_choices": choices(),
    }


def _newest(answer: PulseAnswer) -> tuple[int, int]:
    return -answer.on.toordinal(), -answer.pk


def _is_alive(row: Relationship, one: Pulse, here: date) -> bool:
    return row.paused_since is None and row.ended_on is None and not pulse.lapses(one.asked_on, here)


def _answer(one: Pulse) -> PulseAnswer | None:
    found: PulseAnswer | None = getattr(one, "answer", None)
    return found


def _open(one: Pulse, found: Sequence[Pulse], here: date) -> Open:
    asked = pulse_words.asked(one.question, one.side)
    why = _("%(why)s, %(day)s") % {
        "why": capfirst(str(one.get_occasion_display())),
        "day": dates.on(one.asked_on, here),
    }
    if one.side == PulseSide.OURS:
        return Open(one, asked, why, ours=True)
    before = next((_answer(other) for other in found if other.pk == one.follows_id), None)
    said = _("You said: %(word)s") % {"word": pulse_words.SCORES[before.score]} if before else _("You skipped it")
    given = link = ""
    if one.to_stakeholder is not None:
        told = {"name": one.to_stakeholder, "day": dates.on(pulse.until(one.asked_on), here)}
        given = _("Sent to %(name)s by mail; the link takes an answer until %(day)s.")
        if one.sent_at is None:
            given = _("The link is for %(name)s and takes an answer until %(day)s.")
        given, link = given % told, pulse_links.address_for(one)
    return Open(one, asked, why, ours=False, said=said, given=given, link=link)


def _said(answer: PulseAnswer, user: User, here: date) -> Said:
    told = {
        "ours": answer.answered_by or _("Somebody of ours"),
        "theirs": answer.said_by or _("Somebody of theirs"),
        "by": answer.entered_by or _("one of ours"),
        "day": dates.on(answer.on, here),
    }
    who = {
        PulseAnswer.Way.OWN: _("%(ours)s %(day)s"),
        PulseAnswer.Way.STAFF: _("%(theirs)s %(day)s, entered by %(by)s"),
        PulseAnswer.Way.LINK: _("%(theirs)s %(day)s, by link"),
    }[PulseAnswer.Way(answer.way)]
    staff = answer.way == PulseAnswer.Way.STAFF
    own = staff or (answer.way == PulseAnswer.Way.OWN and answer.answered_by_id == user.pk)
    about = capfirst(str(answer.get_question_display()))
    return Said(answer, about, capfirst(str(pulse_words.SCORES[answer.score])), who % told, own)


# On Today ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """The question of Pulse that waits longest for the person, and how many wait behind it."""

    row: Pulse
    asked: str
    why: str
    more: int
    instead_of: User | None


def waiting(user: User, now: Now) -> Waiting | None:
    """One query. One question at a time, so that nobody is flooded."""
    rows = Pulse.objects.open().alive().filter(side=PulseSide.OURS, relationship__in=wanting.own(user).order_by())
    found = list(
        rows.select_related("relationship__account", "relationship__owner").order_by("asked_on", "pk")[:COUNTED]
    )
    alive = [one for one in found if not pulse.lapses(one.asked_on, one.relationship.today(now))]
    if not alive:
        return None
    first = alive[0]
    why = _("%(why)s, %(day)s") % {
        "why": capfirst(str(first.get_occasion_display())),
        "day": dates.on(first.asked_on, first.relationship.today(now)),
    }
    whose = wanting.stood_in_for(user, first.relationship.owner)
    return Waiting(first, pulse_words.asked(first.question, first.side), why, len(alive) - 1, whose)
