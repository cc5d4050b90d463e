"""Who knows whom at a relationship: the logs of a year, drawn, and what is missing in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import DateField, F, FloatField, Func, Max, Sum, Value
from django.db.models.functions import Cast, Power
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Affiliation
from relationships import acquaintance, words
from relationships.acquaintance import Map, Person, Talk
from relationships.models import Interaction, Relationship, RelationshipMember
from web import dates


@dataclass(frozen=True, slots=True)
class Theirs:
    """A person of theirs in the drawing, with the second line: the title and how long it is quiet."""

    spot: acquaintance.Spot
    under: str
    full: str


@dataclass(frozen=True, slots=True)
class PeopleMap:
    """The drawing, its sentence, and the same for those who do not see it."""

    drawing: Map
    theirs: list[Theirs]
    says: str
    facts: list[str]


def _age(today: date) -> Func:
    """Days from the talk to today, as PostgreSQL counts them."""
    apart = Cast(Value(today), DateField()) - F("occurred_on")
    return Func(apart, template="EXTRACT(DAY FROM %(expressions)s)", output_field=FloatField())


def talks(row: Relationship, today: date) -> tuple[list[Talk], dict[int, str]]:
    """Who of ours spoke with whom of theirs in the last year, and the names of ours. One query, summed there."""
    counted = Value(0.5, output_field=FloatField())
    said = Interaction.objects.touches().filter(
        relationship=row, occurred_on__gt=today - timedelta(days=acquaintance.DAYS), occurred_on__lte=today
    )
    # Either side of a pair may be nothing: nobody was named.
    pairs: Iterable[Any] = (
        said.order_by()
        .values("colleagues", "colleagues__name", "colleagues__is_active", "contacts")
        .annotate(
            last=Max("occurred_on"), weight=Sum(Power(counted, _age(today) / Value(float(acquaintance.HALF_LIFE))))
        )
    )
    found: list[Talk] = []
    names: dict[int, str] = {}
    for pair in pairs:
        if pair["contacts"] is None:
            continue
        colleague = pair["colleagues"] if pair["colleagues__is_active"] else None
        if colleague is not None:
            names[colleague] = pair["colleagues__name"]
        found.append(Talk(colleague, pair["contacts"], pair["last"], pair["weight"]))
    return found, names


def people_map(
    row: Relationship, people: Sequence[Affiliation], members: Sequence[RelationshipMember], today: date
) -> PeopleMap | None:
    """Nothing to draw where nobody of theirs is named. Needs ``owner``, ``user`` and ``contact`` selected."""
    if not people:
        return None
    heard, names = talks(row, today)
    parts = {row.owner_id: Person(row.owner_id, row.owner.name, _("owner"))}
    for member in members:
        part = member.subject or member.get_role_display()
        parts.setdefault(member.user_id, Person(member.user_id, member.user.name, part))
    for pk, name in sorted(names.items(), key=lambda item: item[1]):
        parts.setdefault(pk, Person(pk, name))
    theirs = [Person(place.contact_id, place.contact.name, place.title) for place in people]
    drawing = acquaintance.draw(ours=list(parts.values()), theirs=theirs, talks=heard, today=today)
    return PeopleMap(
        drawing=drawing,
        theirs=[_under(spot) for spot in drawing.theirs],
        says=gap_sentence(drawing),
        facts=facts(drawing),
    )


def _under(spot: acquaintance.Spot) -> Theirs:
    quiet = _("not spoken to") if spot.quiet is None else _quiet(spot.quiet)
    room = acquaintance.ROOM_THEIRS - len(quiet) - 3
    title = acquaintance.clipped(spot.person.part, max(room, 1)) if spot.person.part else ""
    full = " · ".join(part for part in (spot.person.name, spot.person.part, quiet) if part)
    return Theirs(spot, f"{title} · {quiet}" if title else quiet, full)


def _quiet(days: int) -> str:
    return _("today") if days == 0 else dates.days(days)


def gap_sentence(drawing: Map) -> str:
    """The one gap that matters most: *Nobody has spoken with Solveig Dahl for 96 days.*, *Only Alice knows …*."""
    gaps = drawing.gaps
    if gaps.silent:
        person, days = gaps.silent[0]
        said = _("Nobody has spoken with %(name)s for %(days)s.") % {"name": person.name, "days": dates.days(days)}
        more = len(gaps.silent) - 1
        also = ngettext("%(count)d other is quiet too.", "%(count)d others are quiet too.", more) % {"count": more}
        return f"{said} {also}" if more else said
    if gaps.sole and gaps.known_by_one:
        known = words.names([person.name for person in gaps.known_by_one])
        return _("Only %(colleague)s knows %(names)s.") % {"colleague": gaps.sole.name, "names": known}
    if gaps.unmet:
        return _("No conversation with %(names)s stands in the log of the last year.") % {
            "names": words.names([person.name for person in gaps.unmet])
        }
    return ""


def facts(drawing: Map) -> list[str]:
    """The lines of the drawing as sentences, most contact first."""
    said = []
    for line in drawing.lines:
        ago = _("%(days)s ago") % {"days": dates.days(line.days)} if line.days else _("today")
        values = {"ours": line.ours.name, "theirs": line.theirs.name, "ago": ago}
        if line.cold:
            said.append(_("%(ours)s last spoke with %(theirs)s %(ago)s") % values)
        elif line.thickness >= OFTEN:
            said.append(_("%(ours)s speaks with %(theirs)s often, last %(ago)s") % values)
        else:
            said.append(_("%(ours)s speaks with %(theirs)s at times, last %(ago)s") % values)
    return said


# A line of this thickness stands for about four conversations of late.
OFTEN = 4.5
