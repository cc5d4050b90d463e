"""What their people are at the demonstration company (pure): who decides, signs, uses; and who is still to be met.

Drawn from the plan, so that each gap stands somewhere: who signs and is not spoken to, nobody who signs, nobody whose
power is known, somebody who decided and left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from prm.demo_company import PlannedPlace, PlannedRelationship
from relationships.acquaintance import COLD

KNOWN_FOR = timedelta(days=210)
# Nobody has asked there yet who decides, and there nobody who signs is known.
NOBODY_KNOWN = {"Osprey Hill Optics", "Aldergrove Timber", "Wellbrink Chemicals", "Penrosa Chemicals"}
NOBODY_SIGNS = {"Marlow Paper", "Castell Bakeries", "Mirathal Diagnostics", "Polderwick Greens"}
# Where the one spoken with least signs.
QUIET_SIGNS = {"Havbris Sea Farm", "Fjordfôr Feed", "Fenwick Aas Laboratories", "Datarook Systems", "Northmere Foods"}
# The record says otherwise: partner, how willing, why.
OVERRULED = {
    "Kestrin Instruments": (
        "rarely",
        "Runs two works alone until a deputy is found; ask for ten minutes",
    ),
    "Norrtorp Board": ("readily", "Said so at the fair: ring any morning before eight"),
}
# Whom to meet, besides who follows somebody who left: partner, whom, since how many days, closed how many days ago.
WANTED = (
    ("Marlow Paper", "Meet who signs for Kelheim", 23, None),
    ("Castell Bakeries", "Meet the director of the group", 40, None),
    ("Northmere Foods", "Meet the new head of shops", 130, 96),
)


@dataclass(frozen=True)
class PlannedStake:
    """A person's part in one relationship, everybody by name."""

    contact: str
    role: str
    power: str
    accountable: bool = False
    commands: bool = False
    reports_to: str = ""
    readiness: str = ""
    why: str = ""


@dataclass(frozen=True)
class PlannedIntroduction:
    partner: str
    wanted: str
    since: date
    done_on: date | None = None
    instead_of: str = ""
    through: str = ""


def stakes_of(row: PlannedRelationship, places: Iterable[PlannedPlace]) -> list[PlannedStake]:
    """Their parts; none while they are contacts only, or where nobody has asked."""
    name = row.partner.name
    if row.bond.stage == "contact" or name in NOBODY_KNOWN:
        return []
    there = [place for place in places if place.account == name]
    by_talk = _most_spoken_first(row, [place.contact for place in there if not place.until])
    gone = [place.contact for place in there if place.until]
    signs = "" if name in NOBODY_SIGNS or len(by_talk) < 2 else by_talk[-1] if name in QUIET_SIGNS else by_talk[1]
    rest = [one for one in by_talk if one != signs]
    readiness, why = OVERRULED.get(name, ("", ""))
    found = [
        PlannedStake(rest[0], "decision_maker", "decides", True, True, signs, readiness, why),
        *([PlannedStake(signs, "sponsor", "signs")] if signs else []),
    ]
    others = [("influencer", "influences"), ("user", "none"), ("gatekeeper", "")]
    found += [PlannedStake(one, *what, reports_to=rest[0]) for one, what in zip(rest[1:], others, strict=False)]
    # Who left decided; whoever was spoken with most reported to them.
    return found + [PlannedStake(one, "decision_maker", "decides", True) for one in gone]


def _most_spoken_first(row: PlannedRelationship, names: Sequence[str]) -> list[str]:
    spoken: dict[str, float] = defaultdict(float)
    for talk in row.talks:
        if talk.two_way:
            for name in talk.contacts:
                spoken[name] += 2 ** (-(row.today - talk.on).days / 90)
    return sorted(names, key=lambda name: (-spoken[name], names.index(name)))


def _nearest(row: PlannedRelationship, names: Sequence[str]) -> str:
    """Whoever of theirs was spoken with latest; nobody gone cold."""
    spoken = [(talk.on, name) for talk in row.talks if talk.two_way for name in talk.contacts if name in names]
    day, name = max(spoken, default=(row.today, ""))
    return name if (row.today - day).days < COLD else ""


def introductions_of(row: PlannedRelationship, places: Iterable[PlannedPlace]) -> list[PlannedIntroduction]:
    name = row.partner.name
    there = [place for place in places if place.account == name]
    through = _nearest(row, [place.contact for place in there if not place.until])
    found = [
        PlannedIntroduction(
            name,
            wanted,
            row.today - timedelta(days=since),
            row.today - timedelta(days=done) if done is not None else None,
            through=through,
        )
        for partner, wanted, since, done in WANTED
        if partner == name
    ]
    return found + [
        PlannedIntroduction(
            name, f"Meet who follows {gone.contact}, who decided", gone.until, instead_of=gone.contact, through=through
        )
        for gone in there
        if gone.until and gone.until <= row.today
    ]
