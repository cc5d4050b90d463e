"""The sheet of a one-to-one: somebody's book since the last one, for them and their manager; and whose there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import OneToOne, User
from accounts.queries import managers_of
from accounts.requests import PersonRequest
from dashboards import one_to_one, one_to_one_reading, one_to_one_words
from dashboards.one_to_one import Candidate, Change, Good, Row, Start, Topic
from dashboards.one_to_one_reading import Book, Changes, Event, Open
from relationships import words
from relationships.models import Commitment, Introduction, PlanStep, Relationship, ScoreConfig
from relationships.words import Look
from web import dates, sheets
from web.clock import Now
from web.downloads import menu

# Of each kind of change so many are named; of former one-to-ones so many are listed.
NAMED, FORMER = 3, 6
EARLIEST = date(1990, 1, 1)


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


@dataclass(frozen=True, slots=True)
class Thing:
    partner: str
    said: str
    day: str
    address: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """*Two promises of ours were missed*, and the newest of them; ``more`` says how many are not named."""

    key: str
    icon: str
    said: str
    things: list[Thing]
    more: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person asked of a manager: where, what, and since when."""

    partner: str
    said: str
    why: str
    address: str


def sheets_of(user: User) -> Any:
    """Whose sheet the person reads: their own, and those of whoever they manage."""
    return User.objects.active_staff().filter(Q(pk=user.pk) | Q(pk__in=User.objects.managed_by(user).values("pk")))


def sheet_of(person: User | None, user: User) -> User | None:
    """The person, where the other reads their sheet. A query where it is somebody else's and a team is managed."""
    if person is None or person.pk == user.pk:
        return person
    return person if user.manages and User.objects.managed_by(user).filter(pk=person.pk).exists() else None


@require_GET
def one_to_one_list(request: PersonRequest) -> HttpResponse:
    """In the order of names. Three queries besides the page, for any number of people."""
    user = request.user
    today = Now.read().today(user.zone)
    context = {
        "team": [(one, dates.ago(held_on, today) if held_on else "") for one, held_on in _team(user)],
        "managers": managers_of(user),
        "download": menu(request, "one_to_one_list_download"),
    }
    return render(request, "dashboards/one_to_one_list.html", context)


def _team(user: User) -> list[tuple[User, date | None]]:
    """Whom the person manages, by name, and when the two last had a one-to-one."""
    held = (
        OneToOne.objects.visible_to(user).filter(manager=user).order_by("person_id", "-held_on").distinct("person_id")
    )
    last = {row.person_id: row.held_on for row in held}
    return [(one, last.get(one.pk)) for one in User.objects.managed_by(user).order_by("name", "pk")]


def team_of(user: User) -> list[sheets.Row]:
    """The same as cells."""
    return [[str(one), held_on] for one, held_on in _team(user)]


@require_GET
def one_to_one_sheet(request: PersonRequest, pk: int) -> HttpResponse:
    """Forty queries at the most besides who may see it, for any number of partners and any time looked back over."""
    user, now = request.user, Now.read()
    person = get_object_or_404(sheets_of(user), pk=pk)
    mine = person.pk == user.pk
    today = now.today(user.zone)
    former = list(
        OneToOne.objects.visible_to(user).filter(person=person).newest_first().select_related("manager")[:FORMER]
    )
    asked, wrong = _day_of(request.GET.get("since", ""), today)
    begin = one_to_one.start(today, former[0].held_on if former else None, asked)
    book = one_to_one_reading.book_of(person, user, now)
    changes = one_to_one_reading.changes_of(book, begin.day)
    found = one_to_one_reading.open_now(book, begin.day)
    force = ScoreConfig.objects.in_force()
    managers = managers_of(person) if mine else [user]
    talk = one_to_one.pick(one_to_one_reading.topics(book, found, changes))
    good = one_to_one.pick(one_to_one_reading.good_news(book, found, changes))
    going_on = len(book.going_on)
    context = {
        "person": person,
        "mine": mine,
        "managers": words.names(managers),
        "today": today,
        "begin": begin,
        "since": one_to_one_words.counts_from(begin, today, mine=mine, name=person.name),
        "typed": request.GET.get("since", "") if wrong else begin.day.isoformat(),
        "wrong": wrong,
        "lede": one_to_one_words.lede(going_on, talk, good),
        "owns": len(book.own),
        "talk": [_topic(row, book, found, changes, force) for row in talk.rows],
        "talk_count": talk.total,
        "talk_more": one_to_one_words.more(len(talk.rest)),
        "good": [_good(row, book, changes, force) for row in good.rows],
        "good_count": good.total,
        "good_more": one_to_one_words.more(len(good.rest)),
        "changed": _changed(book, changes),
        "asked": former[0].asked if former else "",
        "asked_on": former[0].held_on if former else None,
        "wishes": _wishes(book, managers, begin),
        "former": former,
        "download": menu(request, "one_to_one_download", args=[person.pk]),
        "book": f"{reverse('portfolio')}?owner={person.pk}",
    }
    return render(request, "dashboards/one_to_one.html", context)


def _day_of(asked: str, today: date) -> tuple[date | None, str]:
    """The day that was asked for, if any; or why it cannot be counted from."""
    if not asked:
        return None, ""
    try:
        day = parse_date(asked)
    except ValueError:
        day = None
    if day is None:
        return None, _("That is no day that Concord can read. Write it as 2026-03-31.")
    if day > today:
        return None, _("That day is still to come, so nothing has changed since.")
    return (day, "") if day >= EARLIEST else (None, _("Nothing is known of a day that long ago."))


# Rows ----------------------------------------------------------------------------------------------------------------


def _topic(row: Row, book: Book, found: Open, changes: Changes, force: ScoreConfig) -> Line:
    one, fallen = row.first, {event.relationship: event for event in changes.get(Change.FALLEN, ())}
    look, fact, why = one_to_one_words.topic(one, book, found, fallen, force)
    partner = book.partners[one.relationship]
    sources: dict[Topic | Good, Mapping[int, Any]] = {
        Topic.CRITICAL: found.problems,
        Topic.PROBLEM: found.problems,
        Topic.OURS_LATE: found.promises,
        Topic.UNANSWERED: found.feedback,
    }
    about = sources.get(one.reason)
    keeper = (about[one.key].keeper or partner.owner) if about else partner.owner
    also = one_to_one_words.besides(row.also)
    whose = _("%(name)s sees to it.") % {"name": keeper} if keeper.pk != book.person.pk else ""
    return Line(partner, look, fact, _address(one, partner, about), why, also, whose)


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


def _good(row: Row, book: Book, changes: Changes, force: ScoreConfig) -> Line:
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
    return Line(partner, look, fact, address, why, one_to_one_words.besides(row.also))


# What changed, and what was asked for --------------------------------------------------------------------------------


def _changed(book: Book, changes: Changes) -> list[ChangeLine]:
    return [
        ChangeLine(
            what.value,
            one_to_one_words.ICONS[what],
            one_to_one_words.counted(what, sum(event.count for event in events)),
            [_thing(what, event, book) for event in events[:NAMED]],
            sum(event.count for event in events) - len(events[:NAMED]),
        )
        for what in Change
        if (events := changes.get(what, []))
    ]


def _thing(what: Change, event: Event, book: Book) -> Thing:
    partner = book.partners[event.relationship]
    page = getattr(event.row, "get_absolute_url", None)
    standing = what in (Change.RISEN, Change.FALLEN, Change.REWEIGHED)
    address = (
        reverse("relationship_standing", args=[partner.pk]) if standing else str((page or partner.get_absolute_url)())
    )
    if what in (Change.MOVED_UP, Change.MOVED_DOWN):
        address = reverse("relationship_stage", args=[partner.pk])
    day = "" if standing else dates.said(event.day, book.today(partner.pk))
    return Thing(str(partner), one_to_one_words.thing(what, event, book), day, address)


def _wishes(book: Book, managers: Sequence[User], begin: Start) -> list[Wish]:
    found = one_to_one_reading.asked_of(book, managers, begin.day)
    wishes = []
    for mention in found.mentions:
        comment = mention.comment
        today = book.today(comment.relationship_id)
        told = {"name": mention.user, "day": dates.on(comment.written_at.date(), today)}
        why = capfirst(_("named %(name)s %(day)s") % told)
        wishes.append(
            Wish(str(comment.relationship), f"“{words.clipped(comment.text, 160)}”", f"{why}.", comment.stands_at())
        )
    return [*wishes, *(_waiting(row, book) for row in found.waiting)]


def _waiting(row: Commitment | Introduction | PlanStep, book: Book) -> Wish:
    """What a manager sees to with a partner of theirs."""
    today = book.today(row.relationship_id)
    why = _("%(name)s sees to it.") % {"name": row.keeper}
    match row:
        case Commitment():
            due = _("promise, due %(day)s") % {"day": dates.on(row.binding_on, today)}
            return Wish(str(row.relationship), f"{words.clipped(row.what)} – {due}", why, row.get_absolute_url())
        case Introduction():
            said = _("to be met: %(who)s") % {"who": words.clipped(row.wanted)}
            return Wish(str(row.relationship), said, why, reverse("relationship_people", args=[row.relationship_id]))
        case _:
            address = reverse("relationship_stage", args=[row.relationship_id])
            return Wish(str(row.relationship), words.clipped(row.what), why, address)
