"""The columns of the portfolio: which are there to choose, and what each says of a row."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relationships import cadence
from relationships.cadence import State
from relationships.models import Relationship
from web import dates
from web.clock import Now
from web.left_out import LeftOut

# What the address says of columns. Partner and state are always there: the first of them stands in the address so
# that nothing else is a choice too.
NAME = "columns"
ALWAYS = "partner"
STATE = "state"
# Drawn or shown beside the partner's name; then those with a text of their own, in the order in which they stand.
DRAWN: dict[str, Any] = {
    "rhythm": gettext_lazy("26 weeks of contact"),
    "standing": gettext_lazy("Standing"),
    "direction": gettext_lazy("Direction"),
    "flag": gettext_lazy("Worst flag"),
    "tags": gettext_lazy("Tags"),
}
WRITTEN: dict[str, Any] = {
    "contact": gettext_lazy("Last contact"),
    "needed": gettext_lazy("Needed in 4 weeks"),
    "happened": gettext_lazy("Happened in 4 weeks"),
    "missing": gettext_lazy("Check-ins missing"),
    "due": gettext_lazy("Due"),
    "worth": gettext_lazy("Yearly worth"),
    "at_stake": gettext_lazy("At stake"),
    "renewal": gettext_lazy("Renews"),
    "stage": gettext_lazy("Stage"),
    "tier": gettext_lazy("Tier"),
    "kind": gettext_lazy("Kind"),
    "owner": gettext_lazy("Owner"),
    "team": gettext_lazy("Team"),
}
USUAL = ("rhythm", "standing", "direction", "flag", "tags", "stage", "owner")
# Of these, those that stand below each other as numbers.
NUMBERS = ("worth", "at_stake", "needed", "happened", "missing")
# What a list is sorted by is shown where nobody chose what is.
OF_SORT = {
    "contact": ("contact",),
    "worth": ("worth",),
    "at_stake": ("worth", "at_stake"),
    "missing": ("happened", "missing"),
}
# So that both fit on a desk.
GIVES_WAY = {"at_stake": ("stage",), "missing": ("stage",)}


@dataclass(frozen=True, slots=True)
class Choice:
    key: str
    name: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """What a column says of a row; ``title`` is more exact where the text is not."""

    key: str
    name: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Those shown. ``chosen`` where somebody chose them: then a phone says them, too."""

    shown: frozenset[str]
    chosen: bool

    @property
    def choices(self) -> list[Choice]:
        return [Choice(key, str(name), key in self.shown) for key, name in {**DRAWN, **WRITTEN}.items()]

    @property
    def written(self) -> list[tuple[str, str]]:
        return [(key, str(name)) for key, name in WRITTEN.items() if key in self.shown]

    def __contains__(self, key: str) -> bool:
        return key in self.shown

    @property
    def scored(self) -> bool:
        """Whether there is a cell for the score, its direction, or both."""
        return "standing" in self.shown or "direction" in self.shown

    @property
    def numbers(self) -> tuple[str, ...]:
        return NUMBERS

    @property
    def count(self) -> int:
        """Columns of the table, without the one that chooses rows."""
        drawn = 2 + ("rhythm" in self.shown) + ("standing" in self.shown) + self.scored
        return drawn + len(self.written)

    @property
    def named(self) -> list[str]:
        """What an address says of them."""
        return [ALWAYS, *(one.key for one in self.choices if one.shown)]

    @property
    def in_address(self) -> list[tuple[str, str]]:
        """What keeps the choice in a form that says something else."""
        return [(NAME, key) for key in self.named] if self.chosen else []

    @property
    def in_order(self) -> list[str]:
        """As they stand on the page: what is beside the partner's name, the state, what is drawn, what is written."""
        keys = [ALWAYS, "flag", "tags", STATE, "rhythm", "standing", "direction", *WRITTEN]
        return [key for key in keys if key in (ALWAYS, STATE) or key in self.shown]


def of(values: QueryDict, sort: str) -> Columns:
    """What the address says; what it says and is no column is left out."""
    if NAME in values:
        known = {*DRAWN, *WRITTEN}
        return Columns(frozenset(key for key in values.getlist(NAME) if key in known), chosen=True)
    usual = frozenset(USUAL)
    return Columns(usual.union(OF_SORT.get(sort, ())).difference(GIVES_WAY.get(sort, ())), chosen=False)


def left_out(values: QueryDict) -> list[LeftOut]:
    """What the address says and is no column."""
    known = {ALWAYS, *DRAWN, *WRITTEN, ""}
    return [LeftOut(_("Column"), key) for key in dict.fromkeys(values.getlist(NAME)) if key not in known]


def cells(row: Relationship, columns: Columns, state: State, met: Collection[date], now: Now) -> list[Cell]:
    """No query: the row has its organisation, agreement, owner and team. ``met`` are the days of its touches, of four
    weeks or more."""
    today, count = row.today(now), happened(row, met, now)
    return [Cell(key, name, *_says(row, key, state, count, today)) for key, name in columns.written]


def happened(row: Relationship, met: Collection[date], now: Now) -> int:
    """On how many days of the four weeks one was in touch."""
    today = row.today(now)
    return sum(0 <= (today - day).days < cadence.COUNTED_DAYS for day in set(met))


def _says(row: Relationship, key: str, state: State, happened: int, today: date) -> tuple[str, str]:
    match key:
        case "needed":
            return _needed(row.every_days)
        case "happened":
            return str(happened), ""
        case "missing":
            return _missing(row, happened, today)
        case "contact":
            return _day(row.last_touch_on, dates.ago, today) if row.last_touch_on else (_("never"), "")
        case "due":
            running = state not in (State.PAUSED, State.ENDED)
            return _day(row.due_on, dates.said, today) if running else ("", "")
        case "worth":
            return (worth(row), "") if row.yearly_worth is not None else ("", "")
        case "at_stake":
            return _at_stake(row, state, today)
        case "renewal":
            return _day(row.renewal_on, dates.said, today)
        case "stage":
            return row.get_stage_display().capitalize(), ""
        case "tier":
            return row.tier, ""
        case "kind":
            return row.account.get_kind_display().capitalize(), ""
        case "owner":
            return str(row.owner), ""
        case "team":
            return str(row.team or ""), ""
    raise AssertionError(key)


def _needed(every_days: int | None) -> tuple[str, str]:
    if every_days is None:
        return "", ""
    return f"{_in_four_weeks(every_days):.1f}", _("every %(days)s") % {"days": dates.days(every_days)}


def _in_four_weeks(every_days: int) -> float:
    """Of a rhythm, the check-ins of four weeks."""
    return cadence.WORKING_DAYS * cadence.needed_a_day(every_days)


def needed(row: Relationship) -> float | None:
    return None if row.every_days is None else round(_in_four_weeks(row.every_days), 1)


def _missing(row: Relationship, happened: int, today: date) -> tuple[str, str]:
    """Of the check-ins that the rhythm asked for, as ``asked.missing``."""
    if (counted := _asked_and_missing(row, happened, today)) is None:
        return "", ""
    asked, lacking = counted
    return str(lacking), _("of %(asked)d asked for") % {"asked": asked}


def missing(row: Relationship, met: Collection[date], now: Now) -> int | None:
    counted = _asked_and_missing(row, happened(row, met, now), row.today(now))
    return counted and counted[1]


def _asked_and_missing(row: Relationship, happened: int, today: date) -> tuple[int, int] | None:
    if row.every_days is None:
        return None
    agreed_days = (today - row.agreement.starts_on).days if row.agreement else cadence.YEAR.days
    asked = cadence.asked_for(row.every_days, agreed_days=agreed_days, workdays=len(row.workdays))
    silent = (today - row.last_touch_on).days if row.last_touch_on else None
    return asked, asked - cadence.met_of(asked, row.every_days, days_with_touch=happened, silent_days=silent)


def worth(row: Relationship) -> str:
    return _money(row.yearly_worth or 0)


def _money(amount: Decimal | float) -> str:
    return f"{number_format(amount, 0, force_grouping=True)} {settings.CURRENCY}"


def _missed(row: Relationship, state: State, today: date) -> float | None:
    """The rhythms missed since the check-in was due."""
    if state is not State.OVERDUE or row.due_on is None or not row.every_days:
        return None
    return cadence.lateness((today - row.due_on).days, row.every_days)


def at_stake(row: Relationship, state: State, today: date) -> Decimal | None:
    """The yearly worth times the rhythms missed: what the portfolio is sorted by."""
    missed = _missed(row, state, today)
    return None if missed is None or row.yearly_worth is None else row.yearly_worth * Decimal(missed)


def _at_stake(row: Relationship, state: State, today: date) -> tuple[str, str]:
    much = at_stake(row, state, today)
    if much is None:
        return "", ""
    told = {"worth": worth(row), "missed": _missed(row, state, today)}
    return _money(much), _("%(worth)s × %(missed).1f rhythms missed") % told


def _day(day: date | None, say: Any, today: date) -> tuple[str, str]:
    return (say(day, today), dates.full(day)) if day else ("", "")
