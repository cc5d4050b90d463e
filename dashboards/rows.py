"""What a line of a list says: everything decided before the template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from dashboards import columns, health_flags
from dashboards.columns import Cell, Columns
from dashboards.standing_bar import InList, in_list
from relationships import queries, rhythm, trend, words
from relationships.cadence import State
from relationships.models import Relationship
from relationships.words import Look
from web.clock import Now

LIST_WIDTH, LIST_HEIGHT = 136.0, 20.0


@dataclass(frozen=True, slots=True)
class Line:
    """A relationship in a list: its state in words, its rhythm, how it stands."""

    relationship: Relationship
    state: State
    look: Look
    sentence: str
    rhythm: rhythm.Rhythm
    rhythm_says: str
    standing: InList | None = None
    flag: health_flags.Worst | None = None
    cells: list[Cell] = field(default_factory=list)

    @property
    def also(self) -> str:
        """On a phone, where there is no table: *Tier A · Renews 3 March*."""
        return " · ".join(f"{cell.name} {cell.text}" for cell in self.cells if cell.text)


def first_drawn(now: Now) -> date:
    """From when on contact is drawn, and counted, wherever the partner is."""
    return now.instant.date() - timedelta(weeks=rhythm.WEEKS, days=1)


def with_rhythm(rows: Sequence[Relationship], shown: Columns, now: Now) -> list[Line]:
    """For the portfolio: the state, half a year of contact, the standing, which the rows select, and the worst flag.

    Three queries more than the rows themselves, whichever columns are shown.
    """
    keys = [row.pk for row in rows]
    contacts = queries.contacts_since(keys, first_drawn(now))
    gone = queries.directions_of(keys, now.instant.date())
    flags = health_flags.worst_of(rows, now)
    return [_drawn(row, contacts.get(row.pk, []), gone[row.pk], flags.get(row.pk), shown, now) for row in rows]


def _drawn(
    row: Relationship,
    contacts: Iterable[rhythm.Contact],
    gone: trend.Direction,
    flag: health_flags.Worst | None,
    shown: Columns,
    now: Now,
) -> Line:
    state = row.state(now)
    kept = list(contacts)
    drawing = draw(row, kept, row.today(now), LIST_WIDTH, LIST_HEIGHT)
    how = next((contact.channel for contact in reversed(kept) if contact.two_way), "")
    says = words.contact_count(kept, rhythm.WEEKS)
    return Line(
        row,
        state,
        words.LOOKS[state],
        words.short(row, now, how),
        drawing,
        says,
        in_list(row, gone),
        flag,
        columns.cells(row, shown, state, [contact.day for contact in kept if contact.two_way], now),
    )


def draw(
    row: Relationship,
    contacts: Sequence[rhythm.Contact],
    today: date,
    width: float,
    height: float,
    *,
    weeks: int = rhythm.WEEKS,
    tighter: Sequence[tuple[date, date]] = (),
    ended: Sequence[rhythm.Silence] = (),
) -> rhythm.Rhythm:
    return rhythm.draw(
        contacts=contacts,
        today=today,
        due_on=row.due_on,
        last_touch_on=row.last_touch_on,
        width=width,
        height=height,
        weeks=weeks,
        tighter=tighter,
        ended=ended,
    )
