"""The agenda of a meeting as it stands now: what people made of it, and what has come up since.

Reading writes nothing: a page and the brief compute it anew from the rows that are stored and from the candidates;
invitations and minutes hold what is stored. Whoever changes it stores all of it first (``actions.agenda``), and so
does whoever starts the meeting: from then on it is what is stored, and nothing comes up by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from meetings import agenda, agenda_words, candidates
from meetings.agenda import Agenda, Candidate, Kind, Row
from meetings.candidates import ALL, Found
from meetings.models import AgendaItem, Meeting, MeetingAccount
from relationships.notes import Side
from web.clock import Now

# What people made of an item; the rest of it is facts.
ARRANGEMENT = ["title", "reworded", "minutes", "shared", "position", "moved", "pinned_at", "dropped_at"]
# Of an item that people wrote also whose it is.
WHOSE = ["side", "colleague", "contact"]
FACTS = ["kind", "side", "critical", "due_on", "since", "settled", "carried", "carried_from", "colleague", "contact"]


@dataclass(frozen=True, slots=True)
class Arranged:
    """The agenda by its rules, and its items by key: stored ones, and new ones that are not stored yet.

    ``waiting`` could go on, but there is no time for them. ``fixed``: nothing comes up by itself any more.
    """

    meeting: Meeting
    parties: Mapping[int, MeetingAccount]
    agenda: Agenda
    waiting: tuple[Row, ...]
    items: Mapping[str, AgendaItem]
    found: tuple[Found, ...]
    stored: Mapping[str, AgendaItem]
    today: date
    fixed: bool

    @property
    def standing(self) -> list[AgendaItem]:
        return [self.items[row.key] for row in self.agenda.rows]

    @property
    def dropped(self) -> list[AgendaItem]:
        return [self.items[row.key] for row in self.agenda.dropped]

    @property
    def unfitting(self) -> list[AgendaItem]:
        return [self.items[row.key] for row in self.waiting]

    def why(self, row: Row) -> str:
        """Its reason, in words."""
        if row.candidate.kind is Kind.OUTLINE and not row.candidate.carried:
            return _("Part of every %(kind)s.") % {"kind": self.meeting.get_kind_display()}
        return agenda_words.why(agenda.reason(row.candidate, self.today, self.meeting.day), self.today)

    def merged(self, changed: Agenda) -> Arranged:
        """The same after a person changed something: what finds room now is on it, what finds none is not."""
        if self.fixed:
            return replace(self, agenda=changed, items=_items(self.meeting, self.parties, changed, (), self.items))
        merged = agenda.merge(changed, [one.candidate for one in self.found], self.today)
        kept, waiting = agenda.kept_in_time(merged, self.meeting.minutes)
        items = _items(self.meeting, self.parties, merged, self.found, self.items)
        return replace(self, agenda=kept, waiting=waiting, items=items)


def is_fixed(meeting: Meeting) -> bool:
    """Begun, or no longer planned: what is on its agenda is history."""
    return meeting.begun_at is not None or not meeting.is_planned


def arranged(meeting: Meeting, now: Now) -> Arranged:
    """The agenda of a meeting. The same number of queries for one item and for fifty, one partner or several."""
    parties = candidates.parties_of(meeting)
    fixed = is_fixed(meeting)
    rows = AgendaItem.objects.filter(meeting=meeting).select_related("colleague", "contact", "added_by")
    stored = {item.key: item for item in rows.order_by("position", "id")}
    by_key = {party.pk: party for party in parties}
    kept = _kept(stored.values(), by_key)
    found = () if fixed else tuple(candidates.find(meeting, parties, now))
    own = {party.relationship_id: party for party in parties}
    today = meeting.day if fixed and not meeting.is_planned else now.today(meeting.zone)
    begun = Arranged(meeting, own, kept, (), stored, found, stored, today, fixed)
    return begun.merged(kept)


def _kept(items: Collection[AgendaItem], parties: Mapping[int, MeetingAccount]) -> Agenda:
    standing = [_row(item, parties) for item in items if item.dropped_at is None]
    dropped = sorted((item for item in items if item.dropped_at), key=lambda item: (item.dropped_at, item.pk))
    return Agenda(tuple(standing), tuple(_row(item, parties) for item in dropped))


def _row(item: AgendaItem, parties: Mapping[int, MeetingAccount]) -> Row:
    candidate = Candidate(
        key=item.key,
        kind=Kind(item.kind),
        relationship=parties[item.party_id].relationship_id if item.party_id else ALL,
        side=Side(item.side),
        critical=item.critical,
        due_on=item.due_on,
        since=item.since,
        carried=item.carried,
        carried_from=item.carried_from,
    )
    # Under what somebody wrote something the ground is not pulled away.
    moved = item.moved or bool(item.notes)
    return Row(candidate, item.minutes, moved=moved, pinned_at=item.pinned_at, settled=item.settled)


def _items(
    meeting: Meeting,
    parties: Mapping[int, MeetingAccount],
    merged: Agenda,
    found: Sequence[Found],
    former: Mapping[str, AgendaItem],
) -> dict[str, AgendaItem]:
    """An item for each row, with the facts and words of now; those of people stay."""
    sources: dict[str, Found] = {}
    for one in found:
        # Of two the one straight from its source; what was carried comes last.
        sources.setdefault(one.candidate.key, one)
    items = {}
    for key, row in merged.by_key.items():
        item, source = former.get(key), sources.get(key)
        if item is None:
            assert source is not None, key
            item = AgendaItem(meeting=meeting, key=key, shared=source.shared, reworded=source.reworded)
            item.title = source.title
        if source is not None:
            # Whose an item is that people wrote is what they said.
            if item._state.adding or item.kind not in agenda.BY_HAND:
                item.colleague, item.contact = source.colleague, source.contact
            if not item.reworded:
                item.title, item.reworded = source.title, source.reworded
        _bring_in_line(item, row)
        # So that its page asks for no partner one by one.
        item.party = parties.get(row.candidate.relationship)
        items[key] = item
    for position, row in enumerate(merged.rows):
        items[row.key].position = position
    return items


def _bring_in_line(item: AgendaItem, row: Row) -> None:
    facts = row.candidate
    item.kind, item.side, item.critical = facts.kind.value, facts.side.value, facts.critical
    item.due_on, item.since, item.settled = facts.due_on, facts.since, row.settled
    item.carried, item.carried_from = facts.carried, facts.carried_from
    item.minutes, item.moved, item.pinned_at = row.minutes, row.moved, row.pinned_at
