"""Pulse on the pages: the question that is open."""

from __future__ import annotations

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


def choices() -> list[Choice]:
    return [Choice(score, capfirst(str(word))) for score, word in pulse_words.SCORES.items()]


def of(row: Relationship, here: date) -> dict[str, Any]:
    """One query, whatever there is."""
    waiting = row.pulses.open().select_related("to_stakeholder__contact", "follows__answer").first()
    return {
        "pulse_open": _open(waiting, here) if waiting and _is_alive(row, waiting, here) else None,
        "pulse_goes_on": row.paused_since is None and row.ended_on is None,
        "pulse_choices": choices(),
    }


def _is_alive(row: Relationship, one: Pulse, here: date) -> bool:
    return row.paused_since is None and row.ended_on is None and not pulse.lapses(one.asked_on, here)


def _open(one: Pulse, here: date) -> Open:
    asked = pulse_words.asked(one.question, one.side)
    why = _("%(why)s, %(day)s") % {
        "why": capfirst(str(one.get_occasion_display())),
        "day": dates.on(one.asked_on, here),
    }
    if one.side == PulseSide.OURS:
        return Open(one, asked, why, ours=True)
    before: PulseAnswer | None = getattr(one.follows, "answer", None)
    said = _("We said: %(word)s") % {"word": pulse_words.SCORES[before.score]} if before else _("We skipped it")
    given = link = ""
    if one.to_stakeholder is not None:
        told = {"name": one.to_stakeholder, "day": dates.said(pulse.until(one.asked_on), here)}
        given = _("Sent to %(name)s by mail; the link takes an answer until %(day)s.")
        if one.sent_at is None:
            given = _("The link is for %(name)s and takes an answer until %(day)s.")
        given, link = given % told, pulse_links.address_for(one)
    return Open(one, asked, why, ours=False, said=said, given=given, link=link)


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
