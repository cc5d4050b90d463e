"""The sheet of a one-to-one: somebody's book since the last one, for them and their manager; and whose there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import OneToOne, User
from accounts.queries import managers_of
from accounts.requests import PersonRequest
from dashboards import one_to_one, one_to_one_changes, one_to_one_lines, one_to_one_reading, one_to_one_words
from dashboards.one_to_one import Base, Change, Start
from dashboards.one_to_one_changes import PAGE
from dashboards.one_to_one_lines import Line, Thing
from dashboards.one_to_one_reading import Book
from relationships import words
from relationships.models import Commitment, Introduction, PlanStep, ScoreConfig
from web import dates, left_out, sheets
from web.clock import Now
from web.downloads import menu_of
from web.left_out import LeftOut

# Of former one-to-ones so many are listed.
FORMER = 6
# The whole of a part of the sheet is asked for by its key, in lots of so many; what was said is clipped there, too.
ALL, TALK, GOOD = "all", "talk", "good"
PARTS = {TALK, GOOD, *(what.value for what in Change)}
LONGEST = 160
EARLIEST = date(1990, 1, 1)


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
        "team": [
            (one, dates.ago(last.held_on, today), last.pk if last.held_on == today else 0) if last else (one, "", 0)
            for one, last in _team(user)
        ],
        "managers": managers_of(user),
        "download": menu_of("one_to_one_list_download"),
    }
    return render(request, "dashboards/one_to_one_list.html", context)


def _team(user: User) -> list[tuple[User, OneToOne | None]]:
    """Whom the person manages, by name, and the last one-to-one of the two."""
    held = (
        OneToOne.objects.visible_to(user).filter(manager=user).order_by("person_id", "-held_on").distinct("person_id")
    )
    last = {row.person_id: row for row in held}
    return [(one, last.get(one.pk)) for one in User.objects.managed_by(user).order_by("name", "pk")]


def team_of(user: User) -> list[sheets.Row]:
    """The same as cells."""
    return [[str(one), last.held_on if last else None] for one, last in _team(user)]


@require_GET
def one_to_one_sheet(request: PersonRequest, pk: int) -> HttpResponse:
    """Forty queries at the most besides who may see it, for any number of partners and any time looked back over.

    With ``?all=`` the whole of one part of it, in lots, for fewer.
    """
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
    context: dict[str, Any] = {
        "person": person,
        "mine": mine,
        "begin": begin,
        "since": one_to_one_words.counts_from(begin, today, mine=mine, name=person.name),
    }
    wanted = request.GET.get(ALL, "")
    if wanted in PARTS:
        context |= _part(wanted, book, begin, request.GET.get("page", ""))
        return render(request, "dashboards/one_to_one_part.html", context)
    changes = one_to_one_changes.changes_of(book, begin.day)
    found = one_to_one_reading.open_now(book, begin.day)
    force = ScoreConfig.objects.in_force()
    managers = managers_of(person) if mine else [user]
    talk = one_to_one.pick(one_to_one_reading.topics(book, found, changes, begin.day))
    good = one_to_one.pick(one_to_one_reading.good_news(book, found, changes))
    context |= {
        "managers": words.names(managers),
        "today": today,
        "typed": request.GET.get("since", "") if wrong else begin.day.isoformat(),
        "wrong": wrong,
        "left_out": left_out.said([LeftOut(_("Part"), wanted)] if wanted else []),
        "lede": one_to_one_words.lede(len(book.going_on), talk, good),
        "owns": len(book.own),
        "talk": [one_to_one_lines.topic(row, book, found, changes, force) for row in talk.rows],
        "talk_order": one_to_one_words.ordered(TALK),
        "talk_count": talk.total,
        "talk_more": one_to_one_words.more(len(talk.rest)),
        "talk_all": address_of(person, begin, TALK),
        "good": [one_to_one_lines.good(row, book, changes, force) for row in good.rows],
        "good_count": good.total,
        "good_more": one_to_one_words.more(len(good.rest)),
        "good_all": address_of(person, begin, GOOD),
        "changed": one_to_one_lines.changed(book, changes, partial(address_of, person, begin)),
        "asked": former[0].asked if former else "",
        "asked_on": former[0].held_on if former else None,
        "wishes": _wishes(book, managers, begin),
        "former": former,
        "held_today": next((row for row in former if not mine and row.held_on == today), None),
        "download": menu_of("one_to_one_download", person.pk),
        "book": f"{reverse('portfolio')}?owner={person.pk}",
    }
    return render(request, "dashboards/one_to_one.html", context)


def address_of(person: User, begin: Start, part: str = "", page: int = 1) -> str:
    """Of the sheet from the same day on, or of the whole of a part of it."""
    said = {"since": begin.day.isoformat()} if begin.base is Base.ASKED else {}
    said |= {ALL: part} if part else {}
    said |= {"page": str(page)} if page > 1 else {}
    query = f"?{urlencode(said)}" if said else ""
    return f"{reverse('one_to_one', args=[person.pk])}{query}"


def _part(part: str, book: Book, begin: Start, number: str) -> dict[str, Any]:
    lines: list[Line] = []
    things: list[Thing] = []
    icon = ""
    if part in (TALK, GOOD):
        changes = one_to_one_changes.changes_of(book, begin.day)
        found = one_to_one_reading.open_now(book, begin.day)
        force = ScoreConfig.objects.in_force()
        picked = one_to_one.pick(
            one_to_one_reading.topics(book, found, changes, begin.day)
            if part == TALK
            else one_to_one_reading.good_news(book, found, changes)
        )
        page: Page[Any] = Paginator(picked.every, PAGE).get_page(number)
        for row in page:
            lines.append(
                one_to_one_lines.topic(row, book, found, changes, force, whole=True)
                if part == TALK
                else one_to_one_lines.good(row, book, changes, force, whole=True)
            )
        heading = _("To talk about") if part == TALK else _("Going well")
    else:
        what = Change(part)
        page, events = one_to_one_changes.page_of(book, begin.day, what, number)
        things = [one_to_one_lines.thing(what, event, book, LONGEST) for event in events]
        heading, icon = one_to_one_words.counted(what, page.paginator.count), one_to_one_words.ICONS[what]
    return {
        "part": part,
        "heading": heading,
        "ordered": one_to_one_words.ordered(part),
        "icon": icon,
        "page": page,
        "lines": lines,
        "things": things,
        "sheet": address_of(book.person, begin),
        "more": address_of(book.person, begin, part, page.number + 1) if page.has_next() else "",
    }


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


# What was asked for -------------------------------------------------------------------------------------------------


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
