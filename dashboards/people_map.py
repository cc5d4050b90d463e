"""Who knows whom at a relationship: the logs of a year, drawn, and what is missing in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from relationships import acquaintance, gaps, people_words, queries
from relationships.acquaintance import Map, Person, Talk
from relationships.models import Relationship, RelationshipMember
from web import dates


@dataclass(frozen=True, slots=True)
class Theirs:
    """A person of theirs in the drawing, with the second line: the title and how long it is quiet."""

    spot: acquaintance.Spot
    under: str
    full: str


@dataclass(frozen=True, slots=True)
class PeopleMap:
    """Their people, the drawing (none where nobody is named), what is missing, and the same in words."""

    people: list[queries.Theirs]
    drawing: Map | None
    theirs: list[Theirs]
    gaps: list[str]
    facts: list[str]
    talks: list[Talk]
    ours: dict[int, Person]

    @property
    def here(self) -> list[queries.Theirs]:
        return [one for one in self.people if one.here]

    @property
    def says(self) -> str:
        """The gap that matters most."""
        return self.gaps[0] if self.gaps else ""

    @property
    def more(self) -> int:
        """How many gaps there are besides."""
        return max(len(self.gaps) - 1, 0)


def of(row: Relationship, members: Sequence[RelationshipMember], today: date) -> PeopleMap:
    """Who knows whom, and what is missing. Four queries; needs ``owner`` and the members' ``user`` selected."""
    people = queries.theirs_of(row, today)
    heard, names = queries.talks_of(row, today)
    seen_to = queries.places_seen_to(row)
    ours = _ours(row, members, names)
    found = gaps.find(ours=ours, theirs=[one.known(seen_to) for one in people], talks=heard, today=today)
    here = [one for one in people if one.here]
    theirs = [_shown(one) for one in here]
    drawing = acquaintance.draw(ours=ours, theirs=theirs, talks=heard, today=today) if here else None
    return PeopleMap(
        people=people,
        drawing=drawing,
        theirs=[_under(spot) for spot in drawing.theirs] if drawing else [],
        gaps=[people_words.gap(one, today) for one in found],
        facts=facts(drawing) if drawing else [],
        talks=heard,
        ours={person.pk: person for person in ours},
    )


def _shown(one: queries.Theirs) -> Person:
    """In the drawing, with what they do here or else their title."""
    part = people_words.does(one.stake) or (one.place.title if one.place else "")
    return Person(one.contact.pk, one.contact.name, part, first=one.stake is not None and one.stake.decides)


def _ours(row: Relationship, members: Sequence[RelationshipMember], talked: dict[int, str]) -> list[Person]:
    """The owner, who has a part, and whoever spoke with them."""
    parts = {row.owner_id: Person(row.owner_id, row.owner.name, _("owner"))}
    for member in members:
        part = member.subject or member.get_role_display()
        parts.setdefault(member.user_id, Person(member.user_id, member.user.name, part))
    for pk, name in sorted(talked.items(), key=lambda item: item[1]):
        parts.setdefault(pk, Person(pk, name))
    return list(parts.values())


def _under(spot: acquaintance.Spot) -> Theirs:
    quiet = people_words.quiet(spot.quiet)
    room = acquaintance.ROOM_THEIRS - len(quiet) - 3
    title = acquaintance.clipped(spot.person.part, max(room, 1)) if spot.person.part else ""
    full = " · ".join(part for part in (spot.person.name, spot.person.part, quiet) if part)
    return Theirs(spot, f"{title} · {quiet}" if title else quiet, full)


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
