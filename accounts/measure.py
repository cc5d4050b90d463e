"""How well duplicates are found, against a list of organisations that says who is whose alias or unit (pure).

The list has one column for aliases and units alike, *subsidiary of / alias of*. They are told apart here without
the finder's own rules, so that it is not measured with its own stick:

* ``parents``: the two are of different countries – a unit abroad. These must not be called the same.
* ``aliases``: of one country, or of a country that is not said, and the names differ in writing alone: in legal form,
  trade word (*Systems*), spelling, case; a name and its whole, two such names of one whole,
  or two parts of one whole in one country.
* ``units``: all others – other words in one country: units at home, and names that have nothing in common. The list
  does not say which; they count neither way in ``recall`` and as wrong in ``precision``.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import combinations

from accounts.duplicates import LIKELY, Description, compare
from accounts.names import domain_of
from web.text import name_key

Pair = tuple[str, str]

# Words in which two writings of one name may differ.
_WRITING = frozenset(
    re.findall(
        "[a-z]+",
        "inc incorporated corp corporation co company ltd limited plc llc gmbh ag ab as sa spa bv nv oy kk pty group "
        "the technologies technology systems system software telefonaktiebolaget lm",
    )
)
# Initials in brackets, which say the name once more.
_INITIALS = re.compile(r"\([A-Z&]{2,6}\)")
_ALIKE = 0.85


@dataclass(frozen=True, slots=True)
class Listed:
    """An organisation as the list has it; all rows of one name are one."""

    name: str
    countries: frozenset[str]
    domains: frozenset[str]
    belongs_to: frozenset[str]


@dataclass(slots=True)
class Truth:
    aliases: set[Pair] = field(default_factory=set)
    parents: set[Pair] = field(default_factory=set)
    units: set[Pair] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Measured:
    """``precision`` counts a pair about which the list says nothing as wrong; ``precision_of_known`` leaves it out."""

    called: int
    right: int
    known: int
    aliases: int
    units: int
    parents: int
    parents_called: int

    def as_json(self) -> dict[str, float | int]:
        return {
            "called_the_same": self.called,
            "precision": _share(self.right, self.called),
            "precision_of_known": _share(self.right, self.known),
            "aliases": self.aliases,
            "recall": _share(self.right, self.aliases),
            "aliases_and_units_at_home": self.aliases + self.units,
            "parents": self.parents,
            "parents_called_the_same": self.parents_called,
            "parents_kept_apart": _share(self.parents - self.parents_called, self.parents),
        }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0


COLUMNS = ("name", "nationality", "email domain names", "subsidiary of / alias of")


def read_list(lines: Iterable[str]) -> dict[str, Listed]:
    """By the key of the name: those that an import would make. Raises `ValueError` where the list lacks a column."""
    found: dict[str, tuple[str, set[str], set[str], set[str]]] = {}
    rows = csv.DictReader(lines)
    if lacking := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        raise ValueError(f"it has no column {', '.join(map(repr, lacking))}")
    for row in rows:
        key = name_key(row["name"])
        if not key:
            continue
        _name, countries, domains, whole = found.setdefault(key, (row["name"].strip(), set(), set(), set()))
        countries |= {name_key(row["nationality"])} - {""}
        domains |= {domain_of(part) for part in re.split(r"[\s,;]+", row["email domain names"])} - {""}
        whole |= {name_key(row["subsidiary of / alias of"])} - {"", key}
    return {
        key: Listed(name, frozenset(countries), frozenset(domains), frozenset(whole))
        for key, (name, countries, domains, whole) in found.items()
    }


def truth_of(listed: Mapping[str, Listed]) -> Truth:
    truth = Truth()
    # By the whole: what belongs to it, and what is another writing of it.
    parts: dict[str, set[str]] = defaultdict(set)
    writings: dict[str, set[str]] = defaultdict(set)
    for key, one in listed.items():
        for whole in one.belongs_to & listed.keys():
            parts[whole].add(key)
            pair = (min(key, whole), max(key, whole))
            if _abroad(one, listed[whole]):
                truth.parents.add(pair)
            elif differ_in_writing(one.name, listed[whole].name):
                writings[whole] |= {whole, key}
            else:
                truth.units.add(pair)
    for keys in writings.values():
        truth.aliases |= set(combinations(sorted(keys), 2))
    for keys in parts.values():
        for pair in combinations(sorted(keys), 2):
            one, other = listed[pair[0]], listed[pair[1]]
            if one.countries == other.countries and differ_in_writing(one.name, other.name):
                truth.aliases.add(pair)
    truth.parents -= truth.aliases
    return truth


def _abroad(one: Listed, other: Listed) -> bool:
    return bool(one.countries and other.countries) and not one.countries & other.countries


def differ_in_writing(one: str, other: str) -> bool:
    """The same words, or as many and each written much like its fellow."""
    left, right = _bare(one), _bare(other)
    if "".join(left) == "".join(right):
        return bool(left)
    alike = (SequenceMatcher(None, *pair).ratio() >= _ALIKE for pair in zip(left, right, strict=False))
    return len(left) == len(right) and all(alike)


def _bare(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", _INITIALS.sub(" ", name)).encode("ascii", "ignore").decode().casefold()
    words = re.findall(r"[a-z0-9]+", re.sub(r"[.'&]", "", plain))
    words = [re.sub("^telecom.*", "telecom", word) for word in words]
    return [word for word in words if word not in _WRITING] or words


def measure(called: Collection[Pair], truth: Truth) -> Measured:
    pairs = {(min(pair), max(pair)) for pair in called}
    known = truth.aliases | truth.parents | truth.units
    return Measured(
        called=len(pairs),
        right=len(pairs & truth.aliases),
        known=len(pairs & known),
        aliases=len(truth.aliases),
        units=len(truth.units),
        parents=len(truth.parents),
        parents_called=len(pairs & truth.parents),
    )


def by_parts(
    compared: Mapping[Pair, tuple[Description, Description]], truth: Truth, *, organisations: int
) -> dict[str, object]:
    """The finder as a whole; without domains; and with domains as all that is known."""
    pairs = {(min(pair), max(pair)): both for pair, both in compared.items()}

    def told(score: Callable[[Description, Description], float], least: float = LIKELY) -> dict[str, float | int]:
        return measure({pair for pair, both in pairs.items() if score(*both) >= least}, truth).as_json()

    return {
        "organisations": organisations,
        "pairs": organisations * (organisations - 1) // 2,
        "pairs_compared": len(pairs),
        "aliases_compared": _share(len(truth.aliases & pairs.keys()), len(truth.aliases)),
        "whole": told(lambda one, other: compare(one, other).score),
        "names_alone": told(lambda one, other: compare(one, other).by_name),
        "same_name_but_for_the_legal_form": told(lambda one, other: compare(one, other).by_name, 0.95),
        "shared_domain_alone": told(lambda one, other: float(bool(one.domains & other.domains))),
    }
