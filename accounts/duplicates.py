"""Whether two organisations are one and the same: a score and its reasons (pure).

Names, domains and numbers elsewhere speak for it, each by itself; what tells two apart takes away from the whole. So
more that is shared never lowers the score.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from itertools import product

from rapidfuzz.distance import OSA

from accounts.names import Reading, read

# From here on two are proposed as the same, and a list of pairs begins.
LIKELY = 0.6
# What a shared one says by itself. Units share the domain of their head, so that alone is not enough.
DOMAIN = 0.45
FAMILY_DOMAIN = 0.15
NUMBER = 0.85
# What speaks against takes away: a part of the whole.
UNIT = 0.25
COUNTRIES = 0.55
PLACES = 0.5
FORMS = 0.55


class Why(StrEnum):
    """What a reason is about; those of ``AGAINST`` tell the two apart."""

    SAME_NAME = "same_name"
    NAMES_ALIKE = "names_alike"
    INITIALS = "initials"
    DOMAIN = "domain"
    NUMBER = "number"
    WORDS = "words"
    UNIT = "unit"
    PLACES = "places"
    FORMS = "forms"
    COUNTRIES = "countries"


AGAINST = frozenset({Why.WORDS, Why.UNIT, Why.PLACES, Why.FORMS, Why.COUNTRIES})


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """One thing that speaks for or against; ``told`` are the words that the sentence of it needs."""

    why: Why
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of an organisation. ``above`` are the keys of those it is a unit of, however far up."""

    name: str
    aliases: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    numbers: frozenset[tuple[str, str]] = frozenset()
    key: int | None = None
    above: frozenset[int] = frozenset()
    country: str = ""

    @property
    def names(self) -> frozenset[str]:
        return self.aliases | {self.name}


@dataclass(frozen=True, slots=True)
class Verdict:
    """``score`` of all that is known, ``by_name`` of the first names alone, which are a directory."""

    score: float
    by_name: float
    reasons: tuple[Reason, ...] = field(default=())

    @property
    def is_likely(self) -> bool:
        return self.score >= LIKELY


def compare(one: Description, other: Description) -> Verdict:
    """How likely the two are the same; the order of the two does not matter."""
    domains, numbers = sorted(one.domains & other.domains), sorted(one.numbers & other.numbers)
    likeness = max(_pairs(one.names, other.names), key=lambda found: _rank(found, bool(domains)))
    apart = 1.0 - likeness.score
    if domains:
        apart *= 1.0 - (FAMILY_DOMAIN if likeness.against else DOMAIN)
    if numbers:
        apart *= 1.0 - NUMBER
    reasons = [*likeness.reasons]
    reasons += [Reason(Why.DOMAIN, (domain,)) for domain in domains]
    reasons += [Reason(Why.NUMBER, (number, system)) for system, number in numbers]
    whole = 1.0
    if _is_unit(one, other):
        reasons.append(Reason(Why.UNIT))
        whole *= UNIT
    if one.country and other.country and one.country != other.country:
        reasons.append(Reason(Why.COUNTRIES, tuple(sorted((one.country, other.country)))))
        whole *= COUNTRIES
    by_name = _alike(*sorted((one.name, other.name))).score
    return Verdict(round((1.0 - apart) * whole, 4), round(by_name * whole, 4), tuple(reasons))


def _is_unit(one: Description, other: Description) -> bool:
    return (one.key is not None and one.key in other.above) or (other.key is not None and other.key in one.above)


@dataclass(frozen=True, slots=True)
class _Likeness:
    """What two names say: how alike they are, why, what tells them apart, and the names."""

    score: float
    why: Why
    against: tuple[Reason, ...]
    told: tuple[str, ...]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return (Reason(self.why, self.told), *self.against) if self.score >= 0.2 else ()


def _rank(found: _Likeness, is_shared: bool) -> tuple[float, tuple[str, ...]]:
    domain = 0.0 if not is_shared else FAMILY_DOMAIN if found.against else DOMAIN
    return 1.0 - (1.0 - found.score) * (1.0 - domain), found.told


def _pairs(ones: Iterable[str], others: Iterable[str]) -> list[_Likeness]:
    return [_alike(*sorted((one, other))) for one, other in product(sorted(ones), sorted(others))]


@lru_cache(maxsize=10_000)
def _alike(first: str, second: str) -> _Likeness:
    a, b = read(first), read(second)
    if first == second or (a.folded == b.folded and a.folded):
        return _Likeness(1.0, Why.SAME_NAME, (), (first,) if first == second else (first, second))
    score, why, parted = _words_alike(a, b)
    against = [Reason(Why.WORDS, tuple(word for word in parted if word))] if any(parted) else []
    if a.places != b.places:
        # With the place on one side only it is a unit there; with two places, two units.
        score *= PLACES
        against.append(Reason(Why.PLACES, tuple(sorted(a.places ^ b.places))))
    if a.form and b.form and a.form != b.form and not a.countries & b.countries:
        score *= FORMS
        against.append(Reason(Why.FORMS))
    return _Likeness(score, why, tuple(against), (first, second))


def _words_alike(a: Reading, b: Reading) -> tuple[float, Why, tuple[str, str]]:
    """How alike, why, and a word of substance that each side has for itself, if so."""
    none = ("", "")
    if not a.words or not b.words:
        return 0.0, Why.NAMES_ALIKE, none
    if sorted(a.words) == sorted(b.words) or a.compact == b.compact:
        return 0.95, Why.NAMES_ALIKE, none
    if _are_initials(a, b) or _are_initials(b, a):
        return 0.7, Why.INITIALS, none
    letters = _by_letters(a, b)
    words, parted = _by_words(a, b)
    return (letters, Why.NAMES_ALIKE, none) if letters >= words else (words, Why.NAMES_ALIKE, parted)


def _are_initials(short: Reading, long: Reading) -> bool:
    return len(short.words) == 1 and short.words[0] in long.initials


def _is_short_for(words: list[str], long: list[str]) -> bool:
    """*IT* of one is *Internet Technologies* of the other."""
    return len(long) > 1 and words == ["".join(word[0] for word in long)]


def _by_letters(a: Reading, b: Reading) -> float:
    """A slip of the pen, or a blank, in the words of substance."""
    one, other = "".join(a.core), "".join(b.core)
    shorter = min(len(one), len(other))
    if shorter < 5 or one[0] != other[0] or _digits(one) != _digits(other):
        return 0.0
    most = 1 if shorter < 9 else 2 if shorter < 16 else 3
    slips = OSA.distance(one, other, score_cutoff=most)
    if slips > most:
        return 0.0
    # In a short name another letter is another name; one that is missing, or two in the wrong order, is a slip.
    if slips and shorter < 8 and len(one) == len(other) and sorted(one) != sorted(other):
        return 0.0
    if a.core == b.core:
        return 0.0
    weak = set(a.words) ^ set(b.words)
    return 0.92 - 0.06 * slips - (0.1 if any(word not in (*a.core, *b.core) for word in weak) else 0.0)


def _digits(text: str) -> str:
    """Figures are no slips: Studio 54 is not Studio 55."""
    return "".join(letter for letter in text if letter.isdigit())


def _by_words(a: Reading, b: Reading) -> tuple[float, tuple[str, str]]:
    """What share of the words is on both sides, and the first own word of substance of each side."""
    left = [word for word in b.words if word not in b.places]
    ours: list[str] = []
    common = 0.0
    for word in [word for word in a.words if word not in a.places]:
        match = max(left, key=lambda other: (_word(word, other), other), default=None)
        if match is not None and _word(word, match):
            left.remove(match)
            common += _word(word, match) * max(_weight(word, a), _weight(match, b))
        else:
            ours.append(word)
    if not common or not any(_weight(word, a) == 1.0 and word not in ours for word in a.core):
        return 0.0, ("", "")
    if _is_short_for(ours, left) or _is_short_for(left, ours):
        return 0.85, ("", "")
    own, others = sum(_weight(word, a) for word in ours), sum(_weight(word, b) for word in left)
    share = common / (common + own + others)
    strong = [next((w for w in own_words if _weight(w, of) == 1.0), "") for own_words, of in ((ours, a), (left, b))]
    if own and others:
        share *= 0.5 if all(strong) else 0.8
    elif any(strong):
        share *= 0.75
    return 0.93 * share, (strong[0], strong[1])


def _weight(word: str, of: Reading) -> float:
    return 1.0 if word in of.core else 0.3


def _word(one: str, other: str) -> float:
    """How alike two words are: equal, shortened, a letter off; 0 otherwise."""
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if len(short) >= 5 and long.startswith(short) and len(long) - len(short) <= 2:
        return 0.93
    if len(short) < 7 or _digits(one) != _digits(other) or one[0] != other[0]:
        return 0.0
    return 0.9 if OSA.distance(one, other, score_cutoff=2) <= (1 if len(short) < 9 else 2) else 0.0


# Candidates --------------------------------------------------------------------------------------------------------

# A key that more have than these says nothing: they would all have to be compared with each other.
MOST_ALIKE = 40
# Units share the domain of the whole; a domain of more than these is no mark of one.
MOST_OF_A_DOMAIN = 4
# Longer names have several words, of which one at least is written right.
LONGEST_WITH_SLIPS = 18


def keys_of(known: Description) -> frozenset[str]:
    """By what it can be found: two that are likely the same share one of these, but for rare cases.

    Words of substance, the name without blanks, the same with each letter left out (so that a slip of the pen meets
    what is right), initials, domains, numbers elsewhere.
    """
    keys = {f"d:{domain}" for domain in known.domains} | {f"x:{system}:{number}" for system, number in known.numbers}
    for name in known.names:
        told = read(name)
        keys |= {f"w:{word}" for word in told.core if len(word) > 2}
        keys.add(f"n:{' '.join(sorted(told.words))}")
        compact = "".join(told.core)
        keys.add(f"s:{compact}")
        if 5 <= len(compact) <= LONGEST_WITH_SLIPS:
            keys |= {f"s:{compact[:place]}{compact[place + 1 :]}" for place in range(len(compact))}
        keys |= {f"i:{initials}" for initials in told.initials}
        if len(told.words) == 1 and len(told.words[0]) < 8:
            keys.add(f"i:{told.words[0]}")
    return frozenset(keys)
