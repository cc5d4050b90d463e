"""What to know before a meeting, on one page: each partner's last talks, what is open, who decides, what is at stake.

Read with the rights of one person. What they keep to themselves is not in it: it goes out as a mail too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import F, Max, Q, Window
from django.db.models.functions import RowNumber
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from meetings import words
from meetings.arranging import arranged
from meetings.models import Meeting, MeetingAccount, Participant
from relationships import feedback_words, people_words, problem_words
from relationships import words as said
from relationships.cadence import State
from relationships.models import (
    Commitment,
    Feedback,
    Interaction,
    InteractionContact,
    Problem,
    Relationship,
    Stakeholder,
)
from web import dates
from web.clock import Now

# Of each so many are told.
TALKS, PROMISES, VOICES, TROUBLES, ITEMS = 3, 6, 5, 4, 12
# A renewal is told of so many days ahead.
RENEWAL = 120


@dataclass(frozen=True, slots=True)
class Fact:
    """A line: what, and in grey when or who. ``mark`` is a word before that, in the hue of ``tone``: nothing else of
    the line is coloured. ``address`` is its page."""

    said: str
    faint: str = ""
    address: str = ""
    mark: str = ""
    tone: str = "over"

    @property
    def beside(self) -> str:
        """*critical · 8 min · Open since Thursday*: mark and what is in grey, where nothing is coloured."""
        return " · ".join(one for one in (self.mark, self.faint) if one)


@dataclass(frozen=True, slots=True)
class Part:
    """Facts under a heading, and what is said where there is none; ``tick`` marks a side."""

    heading: str
    facts: list[Fact]
    none: str
    tick: str = ""


@dataclass(frozen=True, slots=True)
class Partner:
    """What is known of one partner."""

    row: Relationship
    state: str
    stake: list[Fact] = field(default_factory=list)
    deciding: list[Fact] = field(default_factory=list)
    ours: list[Fact] = field(default_factory=list)
    theirs: list[Fact] = field(default_factory=list)
    unanswered: list[Fact] = field(default_factory=list)
    talks: list[Fact] = field(default_factory=list)

    @property
    def parts(self) -> list[Part]:
        return [
            Part(_("At stake"), self.stake, _("Nothing stands out.")),
            Part(_("Who decides or signs"), self.deciding, _("Nobody knows yet who decides or signs there.")),
            Part(_("We promised"), self.ours, _("Nothing is open."), "o"),
            Part(_("They promised"), self.theirs, _("Nothing is open."), "t"),
            Part(_("Waiting for an answer"), self.unanswered, _("Nothing they said is unanswered.")),
            Part(_("Last talks"), self.talks, _("Nobody has talked with them yet.")),
        ]


@dataclass(frozen=True, slots=True)
class Brief:
    meeting: Meeting
    when: str
    people: str
    agenda: list[Fact]
    partners: list[Partner]


def brief_of(meeting: Meeting, user: User, now: Now) -> Brief:
    """The same number of queries for any number of partners."""
    parties = MeetingAccount.objects.visible_to(user).filter(meeting=meeting)
    seen = list(parties.select_related("relationship__account", "relationship__agreement"))
    rows = [one.relationship for one in seen]
    asked = Participant.objects.visible_to(user).filter(meeting=meeting).select_related("user", "contact")
    return Brief(
        meeting,
        words.when(meeting, user.zone, [meeting.zone, *(row.zone for row in rows)], now.today(user.zone)),
        words.who_comes(asked),
        _agenda(meeting, {one.pk for one in seen}, now),
        _partners(rows, now),
    )


def _agenda(meeting: Meeting, seen: set[int], now: Now) -> list[Fact]:
    """As it stands now, without what is about a partner whom the person does not see."""
    now_so = arranged(meeting, now)
    found = []
    for row in now_so.agenda.rows:
        item = now_so.items[row.key]
        if item.party_id is None or item.party_id in seen:
            told = {"count": item.minutes, "why": now_so.why(row)}
            found.append(
                Fact(item.title, _("%(count)d min · %(why)s") % told, mark=_("critical") if item.critical else "")
            )
    return found[:ITEMS]


def _partners(rows: Sequence[Relationship], now: Now) -> list[Partner]:
    ids = [row.pk for row in rows]
    todays = {row.pk: row.today(now) for row in rows}
    talks = _talks(ids, todays)
    promises = _promises(ids, todays)
    voices = _voices(ids, todays)
    troubles = _troubles(ids, todays, now)
    deciding = _deciding(ids, todays)
    return [
        Partner(
            row,
            f"{said.LOOKS[row.state(now)].word}: {said.sentence(row, now)}",
            [*troubles[row.pk], *_worth(row, todays[row.pk], now)],
            deciding[row.pk],
            promises["ours", row.pk],
            promises["theirs", row.pk],
            voices[row.pk],
            talks[row.pk],
        )
        for row in rows
    ]


def _first(rows: Any, order: Iterable[Any], most: int, by: str = "relationship") -> Any:
    """Of each partner the first so many, in one query."""
    ranked = rows.annotate(place=Window(RowNumber(), partition_by=F(by), order_by=list(order)))
    return ranked.filter(place__lte=most)


def _talks(ids: list[int], todays: dict[int, date]) -> dict[int, list[Fact]]:
    newest = (F("occurred_on").desc(), F("pk").desc())
    rows = list(_first(Interaction.objects.filter(relationship__in=ids), newest, TALKS).order_by(*newest))
    people: dict[int, list[str]] = defaultdict(list)
    pairs = InteractionContact.objects.filter(interaction__in=[row.pk for row in rows]).order_by("pk")
    for talk, name in pairs.values_list("interaction", "contact__name"):
        people[talk].append(name)
    found: dict[int, list[Fact]] = defaultdict(list)
    for row in rows:
        told = said.beginning(row)
        if people[row.pk]:
            told = f"{told} · {said.names(people[row.pk])}"
        summary = said.clipped(row.summary, 280)
        day = capfirst(dates.said(row.occurred_on, todays[row.relationship_id]))
        found[row.relationship_id].append(Fact(summary or told, f"{day} · {told}" if summary else day))
    return found


def _promises(ids: list[int], todays: dict[int, date]) -> dict[tuple[str, int], list[Fact]]:
    """The open ones of each side, by their day: late ones come first by themselves."""
    found: dict[tuple[str, int], list[Fact]] = defaultdict(list)
    opened = Commitment.objects.filter(relationship__in=ids).open().select_related("colleague", "contact")
    for side in Commitment.Side.values:
        for row in _first(opened.filter(side=side), (F("binding_on"), F("pk")), PROMISES).order_by("binding_on", "pk"):
            today = todays[row.relationship_id]
            late = row.late_on is not None or row.binding_on < today
            day = dates.days((today - (row.late_on or row.binding_on)).days)
            mark = _("%(days)s late") % {"days": day} if late else ""
            due = "" if late else dates.by(row.binding_on, today)
            faint = " · ".join(one for one in (due, str(row.maker or "")) if one)
            fact = Fact(said.clipped(row.what, 140), faint, row.get_absolute_url(), mark)
            found[side, row.relationship_id].append(fact)
    return found


def _voices(ids: list[int], todays: dict[int, date]) -> dict[int, list[Fact]]:
    """Theirs that nobody has answered, the longest waiting first."""
    rows = Feedback.objects.filter(relationship__in=ids, answered_on=None).theirs().open()
    found: dict[int, list[Fact]] = defaultdict(list)
    named = _first(rows.select_related("contact"), (F("heard_on"), F("pk")), VOICES).order_by("heard_on", "pk")
    for row in named:
        waits = feedback_words.waits(row, todays[row.relationship_id])
        faint = _("%(heading)s, %(waits)s") % {"heading": feedback_words.heading(row), "waits": waits}
        found[row.relationship_id].append(Fact(f"“{said.clipped(row.said, 160)}”", faint, row.get_absolute_url()))
    return found


def _troubles(ids: list[int], todays: dict[int, date], now: Now) -> dict[int, list[Fact]]:
    """Open problems, the most severe first."""
    worst = (F("severity").desc(), F("binding_on"), F("pk"))
    rows = Problem.objects.filter(relationship__in=ids).open().select_related("relationship")
    found: dict[int, list[Fact]] = defaultdict(list)
    for row in _first(rows, worst, TROUBLES).order_by(*worst):
        tone = "over" if row.severity == Problem.Severity.CRITICAL or todays[row.relationship_id] > row.until else "due"
        found[row.relationship_id].append(
            Fact(
                said.clipped(row.what, 140),
                problem_words.sentence(row, now),
                row.get_absolute_url(),
                str(row.get_severity_display()),
                tone,
            )
        )
    return found


def _worth(row: Relationship, today: date, now: Now) -> Iterable[Fact]:
    """*Renewal on 3 March, in 40 days*; what a year is worth; that they are overdue."""
    if row.state(now) is State.OVERDUE:
        yield Fact(capfirst(said.short(row, now)), mark=_("overdue"))
    if row.renewal_on is not None and 0 <= (row.renewal_on - today).days <= RENEWAL:
        told = {"day": date_format(row.renewal_on, "j F Y"), "days": dates.days((row.renewal_on - today).days)}
        yield Fact(_("Renewal on %(day)s") % told, _("in %(days)s") % told)
    if row.yearly_worth is not None:
        worth = f"{number_format(row.yearly_worth, 0, force_grouping=True)} {settings.CURRENCY}"
        yield Fact(_("Worth %(worth)s a year") % {"worth": worth})


def _deciding(ids: list[int], todays: dict[int, date]) -> dict[int, list[Fact]]:
    """Who signs or decides, and when anybody last met them."""
    touched = Q(contact__interactions__two_way=True, contact__interactions__relationship=F("relationship"))
    rows: Any = Stakeholder.objects.filter(relationship__in=ids).deciding().select_related("contact")
    rows = rows.annotate(met_on=Max("contact__interactions__occurred_on", filter=touched))
    found: dict[int, list[Fact]] = defaultdict(list)
    for row in rows.order_by("contact__name", "pk"):
        today = todays[row.relationship_id]
        seen = _("spoken with %(day)s") % {"day": dates.on(row.met_on, today)} if row.met_on else ""
        does = " · ".join(one for one in (people_words.does(row), seen) if one)
        found[row.relationship_id].append(Fact(str(row.contact), does, mark="" if seen else _("never met")))
    return found
