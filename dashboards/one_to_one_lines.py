"""The lines of a one-to-one sheet: a partner to talk about or with good news, and what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboards import one_to_one_reading, one_to_one_words
from dashboards.one_to_one import Candidate, Change, Event, Good, Row, Topic
from dashboards.one_to_one_changes import Changes
from dashboards.one_to_one_reading import Book, Open
from relationships.models import Relationship, ScoreConfig
from relationships.words import Look
from web import dates

# Of each kind of change so many are named.
NAMED = 3
# What was said or promised is clipped beside the rest of the sheet.
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A row: the partner, the fact with its address, why, what else, and who sees to it where that is somebody else."""

    relationship: Relationship
    look: Look
    fact: str
    address: str
    why: str
    also: str
    whose: str = ""
    # Whether it came since the day from which the sheet counts.
    new: bool = False


@dataclass(frozen=True, slots=True)
class Thing:
    partner: str
    said: str
    day: str
    address: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """*Two promises of ours were missed*, and the greatest of them; ``more`` says how many are not named."""

    key: str
    icon: str
    said: str
    things: list[Thing]
    more: int
    address: str


def topic(row: Row, book: Book, found: Open, changes: Changes, force: ScoreConfig, *, whole: bool = False) -> Line:
    """``whole`` names all that there is besides."""
    one, fallen = row.first, {event.relationship: event for event in changes.get(Change.FALLEN, ())}
    look, fact, why = one_to_one_words.topic(one, book, found, fallen, force)
    partner = book.partners[one.relationship]
    sources: dict[Topic | Good, Mapping[int, Any]] = {
        Topic.CRITICAL: found.problems,
        Topic.PROBLEM: found.problems,
        Topic.OURS_LATE: found.promises,
        Topic.OUTCRY: found.feedback,
        Topic.UNANSWERED: found.feedback,
    }
    about = sources.get(one.reason)
    keeper = (about[one.key].keeper or partner.owner) if about else partner.owner
    also = one_to_one_words.besides(row.also, one_to_one_words.said_before(one, book, found), whole=whole)
    whose = _("%(name)s sees to it.") % {"name": keeper} if keeper.pk != book.person.pk else ""
    return Line(partner, look, fact, _address(one, partner, about), why, also, whose, one.new)


def _address(one: Candidate, partner: Relationship, about: Mapping[int, Any] | None) -> str:
    """Where the reason is read."""
    if about is not None:
        return str(about[one.key].get_absolute_url())
    match one.reason:
        case Topic.FLAGGED:
            return f"{partner.get_absolute_url()}#flag-{one.key}"
        case Topic.FALLEN | Good.RISEN:
            return reverse("relationship_standing", args=[partner.pk])
        case Topic.REVIEW | Topic.UNTRIED | Good.MOVED_UP | Good.EARNED:
            return reverse("relationship_stage", args=[partner.pk])
        case _:
            return partner.get_absolute_url()


SAYS = {good: change for change, good in one_to_one_reading.GOOD.items()}


def good(row: Row, book: Book, changes: Changes, force: ScoreConfig, *, whole: bool = False) -> Line:
    one = row.first
    assert isinstance(one.reason, Good)
    partner = book.partners[one.relationship]
    event = None
    if change := SAYS.get(one.reason):
        known = (one.relationship, one.key)
        event = next(event for event in changes[change] if (event.relationship, event.row.pk) == known)
    look, fact, why = one_to_one_words.good(one, book, event, force)
    page = getattr(event.row, "get_absolute_url", None) if event else None
    address = str(page()) if page else _address(one, partner, None)
    return Line(partner, look, fact, address, why, one_to_one_words.besides(row.also, whole=whole))


# What changed --------------------------------------------------------------------------------------------------------


def changed(book: Book, changes: Changes, address: Callable[[str], str]) -> list[ChangeLine]:
    """``address`` has the one of all of a kind."""
    return [
        ChangeLine(
            what.value,
            one_to_one_words.ICONS[what],
            one_to_one_words.counted(what, sum(event.count for event in events)),
            [thing(what, event, book) for event in events[:NAMED]],
            sum(event.count for event in events) - len(events[:NAMED]),
            address(what.value),
        )
        for what in Change
        if (events := changes.get(what, []))
    ]


def thing(what: Change, event: Event, book: Book, longest: int = LONGEST) -> Thing:
    partner = book.partners[event.relationship]
    page = getattr(event.row, "get_absolute_url", None)
    standing = what in (Change.RISEN, Change.FALLEN, Change.REWEIGHED)
    address = (
        reverse("relationship_standing", args=[partner.pk]) if standing else str((page or partner.get_absolute_url)())
    )
    if what in (Change.MOVED_UP, Change.MOVED_DOWN):
        address = reverse("relationship_stage", args=[partner.pk])
    day = "" if standing else dates.said(event.day, book.today(partner.pk))
    return Thing(str(partner), one_to_one_words.thing(what, event, book, longest), day, address)
