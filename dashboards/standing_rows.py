"""What each row of a standing is, in words, with where it is read; the same few queries for any number of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from meetings.models import Participant
from relationships import feedback_words, health_words, records, words
from relationships.health_case import Case
from relationships.health_points import Counts, Line
from relationships.models import Commitment, Feedback, Interaction, ProblemStep, Relationship

# So much of what somebody wrote stands in a line.
BRIEF = 80
Key = tuple[str, int]
# What it says, its address, and whether it is praise.
Source = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Shown:
    """What it is, and of what: the name of the promise, talk, meeting, with its address. ``side`` as in the ledger."""

    said: str
    what: str = ""
    address: str = ""
    side: str = ""


@dataclass(frozen=True, slots=True)
class Teller:
    """How the rows of a model are fetched, and what one says with its address; ``None`` for no address."""

    rows: Callable[[Sequence[int]], QuerySet[Any]]
    say: Callable[[Any, Relationship], tuple[str, str]]


def _talk(one: Interaction, row: Relationship) -> tuple[str, str]:
    said = words.beginning(one)
    said = f"{said}: {words.clipped(one.summary, BRIEF)}" if one.summary else said
    return said, f"{row.get_absolute_url()}#entry-{one.pk}"


def _attendance(one: Participant, _row: Relationship) -> tuple[str, str]:
    return f"{one.contact}, {one.meeting.get_kind_display()}", one.meeting.get_absolute_url()


TELLERS: dict[str, Teller] = {
    Commitment._meta.label_lower: Teller(
        lambda ids: Commitment.objects.filter(pk__in=ids),
        lambda one, _row: (words.clipped(one.what, BRIEF), one.get_absolute_url()),
    ),
    Feedback._meta.label_lower: Teller(
        lambda ids: Feedback.objects.filter(pk__in=ids).select_related("contact", "colleague"),
        lambda one, _row: (feedback_words.heading(one), one.get_absolute_url()),
    ),
    Interaction._meta.label_lower: Teller(lambda ids: Interaction.objects.filter(pk__in=ids), _talk),
    ProblemStep._meta.label_lower: Teller(
        lambda ids: ProblemStep.objects.filter(pk__in=ids).select_related("problem"),
        lambda one, _row: (words.clipped(one.problem.what, BRIEF), one.problem.get_absolute_url()),
    ),
    Participant._meta.label_lower: Teller(
        lambda ids: Participant.objects.filter(pk__in=ids).select_related("contact", "meeting"), _attendance
    ),
}


def tell(row: Relationship, case: Case, known: records.Known, lines: Sequence[Line]) -> dict[Line, Shown]:
    """A query for each kind of source that there is."""
    sources = _sources(row, case, lines)
    talks = {touch.day: touch.pk for touch in known.record.touches}
    return {line: _shown(row, case, line, sources, talks) for line in lines}


def _sources(row: Relationship, case: Case, lines: Sequence[Line]) -> dict[Key, Source]:
    wanted: dict[str, list[int]] = {}
    for line in lines:
        if line.counts is Counts.ROW:
            assert line.index is not None
            entry = case.entries[line.index]
            wanted.setdefault(entry.model, []).append(entry.pk)
    found: dict[Key, Source] = {}
    for model, teller in TELLERS.items():
        for one in teller.rows(wanted[model]) if model in wanted else ():
            praise = isinstance(one, Feedback) and one.nature == Feedback.Nature.PRAISE
            found[model, one.pk] = (*teller.say(one, row), praise)
    return found


def _shown(row: Relationship, case: Case, line: Line, sources: Mapping[Key, Source], talks: Mapping[Any, int]) -> Shown:
    match line.counts:
        case Counts.ROW:
            assert line.index is not None
            entry = case.entries[line.index]
            what, address, praise = sources.get((entry.model, entry.pk), ("", "", False))
            said = health_words.row_says(entry.row.kind, entry.row.side, praise=praise)
            said = health_words.beyond(said) if line.is_beyond_its_week else said
            return Shown(said, what, address, entry.row.side)
        case Counts.PERSON:
            assert line.index is not None
            one = case.deciders[line.index]
            people = reverse("relationship_people", args=[row.pk])
            return Shown(health_words.person(one.seen_on, case), one.name, people, line.side)
        case Counts.CONTACT:
            return Shown(health_words.last_contact(line, case), *_entry(row, talks.get(line.day)))
    assert line.index is not None
    gap = case.gaps[line.index]
    said = health_words.silence(gap, case.rhythm.spells(gap, case.day), case)
    return Shown(said, *_entry(row, talks.get(gap.end)))


def _entry(row: Relationship, talk: int | None) -> tuple[str, str]:
    return ("", f"{row.get_absolute_url()}#entry-{talk}" if talk else "")
