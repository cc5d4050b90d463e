"""What somebody's calendar holds under one name (UID) after all it was sent, and how that is kept in words (pure).

A name is that of one meeting or of a series with its parts. A whole series, once sent, says all of its parts as they
were then; what was sent of a part since is said on top of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

OFF = "off"


class Scope(StrEnum):
    ONE = "one"
    PART = "part"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Told:
    """A message that went out: about which meeting, and the digest that it showed; empty where it called it off."""

    scope: Scope
    about: int
    shown: str


@dataclass(frozen=True, slots=True)
class Held:
    """``whole`` is the digest of a series with its rule, empty without one; ``parts`` those that are not as it says."""

    whole: str = ""
    parts: Mapping[int, str] = field(default_factory=dict)

    def of(self, meeting: int) -> str:
        """The digest under which a meeting is known, ``OFF`` where it was called off, empty where it is not known."""
        return self.parts.get(meeting, self.whole.partition(":")[0])


def written(whole: str, parts: Mapping[int, str]) -> str:
    """``whole`` is *digest:digest of the rule*."""
    return f"{whole}:{','.join(f'{pk}={said}' for pk, said in sorted(parts.items()))}"


def read(shown: str) -> Held:
    whole, rule, parts = (*shown.split(":", 2), "", "")[:3]
    found = (one.partition("=") for one in parts.split(",") if one)
    return Held(f"{whole}:{rule}", {int(pk): said for pk, _sign, said in found})


def with_part(shown: str, meeting: int, said: str) -> str:
    """A series that has not gone out yet takes along what becomes of one of its meetings."""
    known = read(shown)
    parts = {pk: one for pk, one in known.parts.items() if pk != meeting}
    return written(known.whole, parts if said == known.of(-1) else {**parts, meeting: said})


def heard(messages: Iterable[Told]) -> Held:
    """The oldest first."""
    held = Held()
    for one in messages:
        if one.scope is Scope.WHOLE:
            held = read(one.shown) if one.shown else Held()
        elif one.scope is Scope.ONE:
            held = Held(parts={one.about: one.shown}) if one.shown else Held()
        else:
            held = replace(held, parts={**held.parts, one.about: one.shown or OFF})
    return held
