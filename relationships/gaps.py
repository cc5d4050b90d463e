"""What is missing among the people of a relationship (pure), worst first: who decides and is not spoken to, who left.

A gap is named as long as its condition holds and not a day longer; the words are put to it elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from relationships.acquaintance import COLD, DAYS, Person, Talk, last_days

SIGNS, DECIDES = "signs", "decides"
DECIDING = (SIGNS, DECIDES)
# What somebody was whose place must not stay empty, the weightiest first.
SPONSOR, ACCOUNTABLE = "sponsor", "accountable"


class Kind(IntEnum):
    """The worst first."""

    LEFT = 0
    SILENT_DECIDER = 1
    ONE_SPOKEN = 2
    NOBODY_DECIDES = 3
    NOBODY_SIGNS = 4
    ONE_KNOWER = 5
    SILENT = 6
    POWER_UNKNOWN = 7
    UNMET = 8


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody of theirs. ``power`` empty: not known; ``known_on``: since when it is. ``followed``: their place was
    seen to after they left, or is not wanted any more."""

    person: Person
    power: str = ""
    sponsor: bool = False
    accountable: bool = False
    known_on: date | None = None
    left_on: date | None = None
    followed: bool = False

    @property
    def standing(self) -> str:
        """What makes their going a gap; empty where nothing does."""
        if self.power in DECIDING:
            return self.power
        return SPONSOR if self.sponsor else ACCOUNTABLE if self.accountable else ""


@dataclass(frozen=True, slots=True)
class Gap:
    """``people`` are whom it is about, longest first where ``days`` counts for the first; no days: not in the year."""

    kind: Kind
    people: tuple[Person, ...] = ()
    ours: Person | None = None
    days: int | None = None
    standing: str = ""
    left_on: date | None = None


def find(*, ours: Sequence[Person], theirs: Sequence[Known], talks: Iterable[Talk], today: date) -> list[Gap]:
    """The gaps, worst first; none where nobody of theirs is named. ``ours`` are the colleagues with a name here."""
    here = [one for one in theirs if one.left_on is None]
    heard = [talk for talk in talks if talk.last_on <= today]
    last = last_days(heard)
    found = [*_left(theirs, here, today)]
    if here:
        found += [
            *_silent_deciders(here, last, today),
            *_one_spoken(here, last, today),
            *_power(here),
            *_one_knower(ours, here, heard, today),
            *_silent(here, last, today),
            *_unmet(here, last),
        ]
    return sorted(found, key=lambda gap: gap.kind)


def _left(theirs: Sequence[Known], here: Sequence[Known], today: date) -> list[Gap]:
    gone = [one for one in theirs if one.left_on is not None and one.standing and (today - one.left_on).days <= DAYS]
    gone.sort(key=lambda one: (-(one.left_on or today).toordinal(), one.person.name, one.person.pk))
    return [
        Gap(Kind.LEFT, (one.person,), standing=one.standing, left_on=one.left_on)
        for one in gone
        if not one.followed and not any(_takes_the_place(other, one) for other in here)
    ]


def _takes_the_place(other: Known, gone: Known) -> bool:
    """Whether somebody who is here holds what the other held; a power only where it was known after that."""
    match gone.standing:
        case "sponsor":
            return other.sponsor
        case "accountable":
            return other.accountable
    wanted = (SIGNS,) if gone.standing == SIGNS else DECIDING
    return (
        other.power in wanted
        and other.known_on is not None
        and gone.left_on is not None
        and other.known_on >= gone.left_on
    )


def _quiet(one: Known, last: dict[int, date], today: date) -> int | None:
    """Days since anybody spoke with them; nothing where nobody did in the year."""
    return (today - last[one.person.pk]).days if one.person.pk in last else None


def _longest_first(people: Iterable[Known], last: dict[int, date], today: date) -> list[tuple[Known, int | None]]:
    silent = [(one, _quiet(one, last, today)) for one in people]
    silent = [(one, days) for one, days in silent if days is None or days >= COLD]
    return sorted(
        silent,
        key=lambda pair: (pair[0].power != SIGNS, -(DAYS if pair[1] is None else pair[1]), *_order(pair[0])),
    )


def _order(one: Known) -> tuple[str, int]:
    return one.person.name, one.person.pk


def _silent_deciders(here: Sequence[Known], last: dict[int, date], today: date) -> list[Gap]:
    deciding = [one for one in here if one.power in DECIDING]
    return [
        Gap(Kind.SILENT_DECIDER, (one.person,), days=days, standing=one.power)
        for one, days in _longest_first(deciding, last, today)
    ]


def _silent(here: Sequence[Known], last: dict[int, date], today: date) -> list[Gap]:
    """The others who were spoken with in the year but not lately, in one."""
    others = [one for one in here if one.power not in DECIDING and one.person.pk in last]
    found = _longest_first(others, last, today)
    return [Gap(Kind.SILENT, tuple(one.person for one, _days in found), days=found[0][1])] if found else []


def _unmet(here: Sequence[Known], last: dict[int, date]) -> list[Gap]:
    never = [one for one in here if one.power not in DECIDING and one.person.pk not in last]
    return [Gap(Kind.UNMET, tuple(one.person for one in sorted(never, key=_order)))] if never else []


def _one_spoken(here: Sequence[Known], last: dict[int, date], today: date) -> list[Gap]:
    lately = [one.person for one in here if one.person.pk in last and (today - last[one.person.pk]).days < COLD]
    return [Gap(Kind.ONE_SPOKEN, (lately[0],))] if len(lately) == 1 else []


def _power(here: Sequence[Known]) -> list[Gap]:
    powers = {one.power for one in here}
    if powers == {""}:
        return [Gap(Kind.POWER_UNKNOWN)]
    if not powers & set(DECIDING):
        return [Gap(Kind.NOBODY_DECIDES)]
    return [] if SIGNS in powers else [Gap(Kind.NOBODY_SIGNS)]


def _one_knower(ours: Sequence[Person], here: Sequence[Known], talks: Iterable[Talk], today: date) -> list[Gap]:
    """The one colleague whom most of theirs are in touch with alone; of several the first in the order given."""
    named = {person.pk: person for person in ours}
    in_touch: dict[int, set[int]] = {}
    for talk in talks:
        if (today - talk.last_on).days < COLD:
            # Somebody unknown of ours counts too: then it is not one alone.
            in_touch.setdefault(talk.theirs, set()).add(talk.ours if talk.ours in named else 0)
    alone: dict[int, list[Known]] = {}
    for one in here:
        knowers = in_touch.get(one.person.pk, set())
        if len(knowers) == 1 and (only := next(iter(knowers))):
            alone.setdefault(only, []).append(one)
    sole = max((person.pk for person in ours if person.pk in alone), key=lambda pk: len(alone[pk]), default=None)
    if sole is None:
        return []
    return [Gap(Kind.ONE_KNOWER, tuple(one.person for one in sorted(alone[sole], key=_order)), ours=named[sole])]
