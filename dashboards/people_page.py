"""The people of a relationship: what is missing, who knows whom, what each is, who left, and who is still to be met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.humanize.templatetags.humanize import apnumber
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.models import Contact
from accounts.requests import PersonRequest
from accounts.teams import in_order
from dashboards import people_map
from dashboards.people_map import PeopleMap
from relationships import acquaintance, people_words, queries
from relationships.models import Introduction, Relationship, Stakeholder
from relationships.queries import Theirs
from relationships.readiness import Reading
from web import dates
from web.clock import Now
from web.downloads import menu_of

# Who decides stands first.
WEIGHT = [Stakeholder.Power.SIGNS, Stakeholder.Power.DECIDES, Stakeholder.Power.INFLUENCES, Stakeholder.Power.NONE, ""]


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody of theirs in words. ``said``: how willing they are to give time; ``record``: what is overruled by it."""

    one: Theirs
    does: str
    part: str
    quiet: str
    cold: bool
    said: str
    record: str
    boss: str
    spoke: str
    asks: str
    last_on: date | None

    @property
    def contact(self) -> Contact:
        return self.one.contact


@dataclass(frozen=True, slots=True)
class Branch:
    """A person in the tree of who reports to whom."""

    contact: Contact
    depth: int
    does: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody to be met, in words; ``way``: who could introduce us, or that nobody of theirs is near enough."""

    row: Introduction
    since: str
    way: str


@require_GET
def relationship_people(request: PersonRequest, pk: int) -> HttpResponse:
    user, now = request.user, Now.read()
    rows = Relationship.objects.visible_to(user).select_related("account", "owner")
    row = get_object_or_404(rows, pk=pk)
    today = row.today(now)
    found = people_map.of(row, list(row.members.select_related("user")), today)
    lines = _lines(row, found, today)
    introductions = introductions_of(row)
    near = acquaintance.nearest([one.contact.pk for one in found.here], found.talks, today)
    context = {
        "row": row,
        "map": found,
        "lede": _lede(lines),
        "lines": lines,
        "left": _left(found),
        "download": menu_of("relationship_people_download", row.pk),
        "to_be_met": menu_of("introduction_download", row.pk),
        "branches": _branches(lines),
        "wanted": [_wanted(one, today, cold=near is None) for one in introductions if one.closed_on is None],
        "met": [one for one in introductions if one.closed_on is not None],
        "writes": Relationship.objects.changeable_by(user).filter(pk=row.pk).exists(),
    }
    return render(request, "dashboards/relationship_people.html", context)


def everybody(row: Relationship, today: date) -> tuple[list[Line], list[Theirs]]:
    """Who is here, who decides first; and who left, the last one first."""
    found = people_map.of(row, list(row.members.select_related("user")), today)
    return _lines(row, found, today), _left(found)


def _left(found: PeopleMap) -> list[Theirs]:
    return [one for one in reversed(found.people) if not one.here]


def introductions_of(row: Relationship) -> list[Introduction]:
    rows = row.introductions.select_related("through", "keeper", "met", "instead_of")
    return list(rows.order_by("opened_on", "id"))


def _wanted(row: Introduction, today: date, *, cold: bool) -> Wanted:
    way = _("through %(name)s") % {"name": row.through} if row.through else people_words.no_way_in() if cold else ""
    return Wanted(row, dates.said(row.opened_on, today), way)


def _lede(lines: Sequence[Line]) -> str:
    """*Five people of theirs: one signs, two decide; of one it is not known.* Or *One person of theirs, who signs.*"""
    if not lines:
        return _("Nobody of theirs is named yet.")
    if len(lines) == 1:
        who = people_words.WHO.get(lines[0].one.known().standing)
        return _("One person of theirs, %(who)s.") % {"who": who} if who else _("One person of theirs.")
    people = ngettext("%(count)s person of theirs", "%(count)s people of theirs", len(lines))
    powers = [line.one.stake.power if line.one.stake else "" for line in lines]
    signs, decides = powers.count(Stakeholder.Power.SIGNS), powers.count(Stakeholder.Power.DECIDES)
    unknown = powers.count("")
    parts = [
        ngettext("%(count)s signs", "%(count)s sign", signs) % {"count": apnumber(signs)} if signs else "",
        ngettext("%(count)s decides", "%(count)s decide", decides) % {"count": apnumber(decides)} if decides else "",
    ]
    told = ", ".join(part for part in parts if part)
    said = capfirst(people % {"count": apnumber(len(lines))})
    said = f"{said}: {told}" if told else said
    if told and unknown:
        said += _("; of %(count)s it is not known") % {"count": apnumber(unknown)}
    return f"{said}."


def _lines(row: Relationship, found: PeopleMap, today: date) -> list[Line]:
    """Everybody who is here, who decides first. One query."""
    readings = queries.readings_of(row, today)
    last = acquaintance.last_days(found.talks)
    gone = {one.contact.pk for one in found.people if not one.here}
    lines = [
        _line(one, readings.get(one.contact.pk), last.get(one.contact.pk), _with_whom(one, found, last), gone, today)
        for one in found.here
    ]
    return sorted(
        lines, key=lambda line: (WEIGHT.index(line.one.stake.power if line.one.stake else ""), line.contact.name)
    )


def _with_whom(one: Theirs, found: PeopleMap, last: dict[int, date]) -> str:
    """Who of ours spoke with them last, where that is known."""
    day = last.get(one.contact.pk)
    for talk in found.talks:
        if talk.theirs == one.contact.pk and talk.last_on == day and talk.ours in found.ours:
            return found.ours[talk.ours].name
    return ""


def _line(
    one: Theirs, reading: Reading | None, spoken: date | None, with_whom: str, gone: set[int], today: date
) -> Line:
    stake = one.stake
    level = reading.level if reading else None
    record = f"{people_words.READINESS[level]}: {people_words.reason(reading, today, with_whom)}"
    overruled = f"{stake.get_readiness_display()}: {stake.readiness_why}" if stake and stake.readiness else ""
    boss = ""
    if stake and stake.reports_to:
        left = stake.reports_to_id in gone
        said = _("Reports to %(name)s, who has left") if left else _("Reports to %(name)s")
        boss = said % {"name": stake.reports_to}
    days = (today - spoken).days if spoken else None
    part = people_words.part(stake)
    return Line(
        one=one,
        does=people_words.does(stake),
        part=part,
        quiet=people_words.quiet(days),
        cold=days is None or days >= acquaintance.COLD,
        said=capfirst(overruled or record),
        record=record if overruled else "",
        boss=boss,
        spoke=with_whom,
        asks=people_words.unknown(stake, told=bool(part or boss)),
        last_on=spoken,
    )


def _branches(lines: Sequence[Line]) -> list[Branch]:
    """Those who report to somebody here, and those to whom somebody does, as a tree."""
    people = {line.contact.pk: line for line in lines}
    bosses = {
        pk: line.one.stake.reports_to_id if line.one.stake and line.one.stake.reports_to_id in people else None
        for pk, line in people.items()
    }
    in_lines = {pk for pk, boss in bosses.items() if boss is not None} | {boss for boss in bosses.values() if boss}
    tree = in_order((pk, boss) for pk, boss in bosses.items() if pk in in_lines)
    return [Branch(people[pk].contact, depth, people[pk].does) for pk, depth in tree]
