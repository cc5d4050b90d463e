"""The flags of a relationship on its own page, each with the rows that gave rise to it; and the worst one in lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relationships import behaviour, flag_words, flagging, flags, sums, words
from relationships.evidence import Kind
from relationships.flags import Because, Flag
from relationships.models import (
    Commitment,
    Feedback,
    HealthFlag,
    Interaction,
    Problem,
    PulseAnswer,
    Relationship,
)
from web import dates
from web.clock import Now

# So many rows of a flag stand on the page; the timeline has the others.
SHOWN = 12
COMMITMENT, FEEDBACK = Commitment._meta.label_lower, Feedback._meta.label_lower
KINDS: dict[str, str | Promise] = {
    Kind.PROMISE_KEPT: gettext_lazy("Promise kept"),
    Kind.PROMISE_KEPT_LATE: gettext_lazy("Promise kept late"),
    Kind.PROMISE_LATE: gettext_lazy("Promise late"),
    Kind.PROMISE_BROKEN: gettext_lazy("Promise missed"),
    Kind.FEEDBACK_ANSWERED: gettext_lazy("Feedback answered"),
    Kind.FEEDBACK_IGNORED: gettext_lazy("Feedback ignored"),
    flags.PROBLEM_LATE: gettext_lazy("Problem late"),
    flags.SEEN: gettext_lazy("Seen last, of those who decide or sign"),
    Kind.FEEDBACK_GIVEN: gettext_lazy("Their feedback, the last"),
    Kind.ROADMAP_SHARED: gettext_lazy("Their plans, shown last"),
}
NAMED: dict[str, type[models.Model]] = {
    COMMITMENT: Commitment,
    FEEDBACK: Feedback,
    flagging.PROBLEM: Problem,
    behaviour.ANSWER: PulseAnswer,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row that a flag rests on: its day, what it says, where it stands, whether it speaks for the flag."""

    day: date
    said: str
    what: str
    address: str
    speaks: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A flag on the page: its name, since when, what it says, why, and whether it is put off."""

    flag: HealthFlag
    name: str
    since: str
    says: str
    means: str
    snoozed: str
    rows: list[Row]
    more: int


@dataclass(frozen=True, slots=True)
class Worst:
    """The flag of a row in a list; snoozed it is told as such."""

    name: str
    snoozed: bool


def of(row: Relationship, now: Now) -> dict[str, Any]:
    """One query where there is no flag; else seven at most, whatever the number of flags and rows."""
    found = list(row.health_flags.open().select_related("snoozed_by"))
    if not found:
        return {"health_flags": []}
    today = row.today(now)
    known = flagging.read([row], sums.rhythms_of([row.pk]), now)[row.pk]
    every = known.record.rhythm.every(today)
    found.sort(key=lambda one: (flag_words.rank(one, today), one.side))
    measured = [flags.measure((Flag(one.kind), one.side), known.record, today, every) for one in found]
    told = [flag_words.told(one, today, every) for one in measured]
    named = _named(because for rows in told for because in rows[:SHOWN])
    shown = []
    for flag, one, rows in zip(found, measured, told, strict=True):
        shown.append(
            Shown(
                flag,
                flag_words.name(flag),
                _since(flag, today),
                flag_words.says(one, known.record, today),
                str(flag_words.MEANS[one.flag]),
                flag_words.snoozed(flag, today),
                [_row(row, because, named) for because in rows[:SHOWN]],
                max(0, len(rows) - SHOWN),
            )
        )
    return {"health_flags": shown}


def _since(flag: HealthFlag, today: date) -> str:
    return _("since %(day)s") % {"day": dates.said(flag.since, today)}


def _named(rows: Iterable[Because]) -> dict[tuple[str, int], models.Model]:
    """What the rows are; one query for each kind of thing that is among them."""
    keys: dict[str, set[int]] = {}
    for one in rows:
        if one.source[1]:
            keys.setdefault(one.source[0], set()).add(one.source[1])
    return {
        (label, pk): row
        for label, pks in keys.items()
        for pk, row in NAMED.get(label, Interaction)._base_manager.in_bulk(pks).items()
    }


def _row(row: Relationship, because: Because, named: Mapping[tuple[str, int], models.Model]) -> Row:
    found = named.get(because.source)
    said, what, address = str(KINDS.get(because.what, _("Contact"))), "", ""
    if isinstance(found, Interaction):
        said, what = words.beginning(found), ", ".join(sorted(because.people))
        address = f"{row.get_absolute_url()}#entry-{found.pk}"
    elif isinstance(found, Commitment):
        said, what, address = _promise(said, found, because), found.what, found.get_absolute_url()
    elif isinstance(found, Problem):
        what, address = found.what, found.get_absolute_url()
    elif isinstance(found, Feedback):
        what, address = words.clipped(found.said, 90), reverse("feedback_detail", args=[found.pk])
    elif isinstance(found, PulseAnswer):
        told = {"question": capfirst(str(found.get_question_display())), "score": found.score}
        said, what = _("%(question)s: %(score)d of 5") % told, ", ".join(because.people)
        address = f"{reverse('relationship_two_views', args=[row.pk])}?question={found.question}#answer-{found.pk}"
    elif because.what == flags.SEEN:
        what, address = ", ".join(because.people), reverse("relationship_people", args=[row.pk])
    return Row(because.day, said, what, address, because.speaks)


def _promise(said: str, promise: Commitment, because: Because) -> str:
    """*Promise kept 3 days late*: the row is of the day on which it became late, and it was kept since."""
    if because.what != Kind.PROMISE_LATE or promise.outcome != Commitment.Outcome.KEPT_LATE:
        return said
    assert promise.ended_on is not None
    return _("Promise kept %(days)s late") % {"days": dates.days((promise.ended_on - because.day).days)}


def worst_of(rows: Sequence[Relationship], now: Now) -> dict[int, Worst]:
    """The flag that a list shows of each relationship; one query."""
    days = {row.pk: row.today(now) for row in rows}
    found: dict[int, list[HealthFlag]] = {}
    for one in HealthFlag.objects.open().filter(relationship__in=days):
        found.setdefault(one.relationship_id, []).append(one)
    shown = {}
    for pk, kept in found.items():
        picked = flag_words.in_a_list(kept, days[pk])
        if picked:
            shown[pk] = Worst(flag_words.name(picked[0]), picked[1])
    return shown
