"""Texts as people look for them: small letters without accents, words, what is near a word, and where it stands (pure).

``plain`` is what ``concord_plain`` of the database makes of a letter, so that what one finds the other can mark.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

FEWEST_LETTERS = 2
LONGEST = 200
MOST_WORDS = 8
# Shorter words are looked for at the beginning of words: *art* is no part of *partner*.
WITHIN_FROM = 4
# From so many letters on a word may have one mistake, or two.
ONE_MISTAKE_FROM, TWO_MISTAKES_FROM = 4, 8

# Letters that Unicode does not take apart, and signs that have a plainer form.
_LETTERS = {
    letter: written
    for letters, written in (
        ("ßẞ", "ss"), ("æÆ", "ae"), ("œŒ", "oe"), ("øØ", "o"), ("łŁŀĿ", "l"), ("đĐðÐ", "d"), ("þÞ", "th"), ("ı", "i"),
        ("ħĦ", "h"), ("ŧŦ", "t"), ("ŋŊ", "n"), ("ĳĲ", "ij"), ("ĸ", "q"), ("ſ", "s"), ("ёЁ", "е"), ("ŉ", "'n"),
        ("ﬁ", "fi"), ("ﬂ", "fl"), ("\u00ad–—‐‑", "-"), ("…", "..."), ("’‘‛", "'"), ("“”", '"'), ("„", ",,"),
        ("«", "<<"), ("»", ">>"),
    )
    for letter in letters
}  # fmt: skip
# How German and the Nordic languages write a letter where there is no key for it.
_WRITTEN_OUT = str.maketrans(dict(zip("äöüøåÄÖÜØÅ", ("ae", "oe", "ue", "oe", "aa") * 2, strict=True)))
_TAKEN_IN = re.compile(r"ae|oe|ue|aa")
_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]+)[\"“”„«»]")
_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=4096)
def _letter(letter: str) -> str:
    if letter in _LETTERS:
        return _LETTERS[letter]
    if unicodedata.combining(letter):
        return ""
    base = unicodedata.normalize("NFD", letter)[0]
    # Of Latin and Greek letters; й is a letter of its own.
    return base.lower() if base.isascii() or "Α" <= base <= "ω" else letter.lower()


def plain(text: str) -> str:
    """Small letters without accents; one letter may become two (*ß*) or none (an accent of its own)."""
    return "".join(map(_letter, text))


@dataclass(frozen=True, slots=True)
class Word:
    """A word to look for, or several in their order (``"…"``). ``spellings`` are the ways in which it is written."""

    spellings: tuple[str, ...]
    phrase: bool = False

    @property
    def text(self) -> str:
        return self.spellings[0]

    @property
    def begins(self) -> bool:
        """Whether it is looked for at the beginning of words alone."""
        return len(self.text) < WITHIN_FROM

    @property
    def mistakes(self) -> int:
        """How many mistakes it may have."""
        if self.phrase or self.text.isdigit() or len(self.text) < ONE_MISTAKE_FROM:
            return 0
        return 2 if len(self.text) >= TWO_MISTAKES_FROM else 1


def words_of(typed: str) -> tuple[Word, ...]:
    """What was typed as words, quoted ones together; none where it is too little to look for.

    Marks and signs part words, as in the texts themselves; a quotation mark that stands alone counts for nothing.
    """
    text = unicodedata.normalize("NFC", typed.replace("\0", "")[:LONGEST])
    found: list[Word] = []
    for quoted in _QUOTED.findall(text):
        together = _WORD.findall(quoted)
        if together:
            found.append(Word((" ".join(plain(word) for word in together),), phrase=len(together) > 1))
    found += [Word(_spellings(word)) for word in _WORD.findall(_QUOTED.sub(" ", text))]
    kept = tuple(dict.fromkeys(word for word in found if word.text))[:MOST_WORDS]
    return kept if any(len(word.text) >= FEWEST_LETTERS for word in kept) else ()


def _spellings(word: str) -> tuple[str, ...]:
    base = plain(word)
    return tuple(dict.fromkeys((base, plain(word.translate(_WRITTEN_OUT)), _TAKEN_IN.sub(lambda two: two[0][0], base))))


def swapped(word: str) -> list[str]:
    """The word with two neighbours changed round: the mistake by which few letters in a row stay as they were."""
    return list(
        dict.fromkeys(
            word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            for at in range(len(word) - 1)
            if word[at] != word[at + 1]
        )
    )


# Where it stands -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where a word stands, in letters of the text; ``worth`` 0 the whole word, 1 its beginning, 2 within, 3 nearly."""

    start: int
    end: int
    worth: int


WHOLE, BEGINNING, WITHIN, NEARLY = range(4)


class Reading:
    """A text taken apart once, in which several words are looked for."""

    def __init__(self, text: str) -> None:
        letters, self._at = [], []
        for place, letter in enumerate(text):
            for one in _letter(letter):
                letters.append(one)
                self._at.append(place)
        self.text, self._plain = text, "".join(letters)
        self._ends = [at + 1 for at in self._at]

    def places(self, word: Word) -> list[Place]:
        """Where the word stands as it is, in any spelling; where it nowhere does, where it nearly stands."""
        found = [place for spelling in word.spellings for place in self._exact(spelling, word)]
        return found or self._near(word)

    def _exact(self, spelling: str, word: Word) -> list[Place]:
        pattern = r"[\W_]".join(map(re.escape, spelling.split(" ")))
        found = []
        for hit in re.finditer(pattern, self._plain):
            begins = not self._plain[: hit.start()][-1:].isalnum()
            ends = not self._plain[hit.end() : hit.end() + 1].isalnum()
            if begins or not word.begins:
                found.append(self._place(*hit.span(), WHOLE if begins and ends else BEGINNING if begins else WITHIN))
        return found

    def _near(self, word: Word) -> list[Place]:
        if not word.mistakes:
            return []
        return [
            self._place(*hit.span(), NEARLY)
            for hit in _WORD.finditer(self._plain)
            if any(_nearly(spelling, hit[0], word.mistakes) for spelling in word.spellings)
        ]

    def _place(self, start: int, end: int, worth: int) -> Place:
        return Place(self._at[start], self._ends[end - 1], worth)


@dataclass(frozen=True, slots=True)
class Match:
    """How well a text has the words: the less, the better. ``nearly``: one of them is not as it was typed."""

    worst: int
    total: int
    first: int
    places: tuple[Place, ...]

    @property
    def nearly(self) -> bool:
        return self.worst == NEARLY


def match(text: str, words: tuple[Word, ...]) -> Match | None:
    """None where one of the words is missing."""
    reading = Reading(text)
    places = [reading.places(word) for word in words]
    if not all(places):
        return None
    worths = [min(place.worth for place in of_word) for of_word in places]
    every = sorted((place for of_word in places for place in of_word), key=lambda one: (one.start, -one.end))
    return Match(max(worths), sum(worths), every[0].start, tuple(every))


def marked(text: str, words: tuple[Word, ...]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is one of the words."""
    reading = Reading(text)
    places = sorted((one for word in words for one in reading.places(word)), key=lambda one: (one.start, -one.end))
    pieces: list[tuple[str, bool]] = []
    at = 0
    for place in places:
        start = max(place.start, at)
        if start < place.end:
            pieces += [(text[at:start], False)] * (start > at)
            pieces.append((text[start : place.end], True))
            at = place.end
    return pieces + [(text[at:], False)] * (at < len(text))


AROUND = 60


def excerpt(text: str, words: tuple[Word, ...], length: int = 180) -> str:
    """One line of the text: around the first of the words, cut between words."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    reading = Reading(line)
    first = min((one.start for word in words for one in reading.places(word)), default=0)
    start = 0 if first <= AROUND else line.rfind(" ", 0, first - AROUND // 2) + 1
    end = len(line) if start + length >= len(line) else max(line.rfind(" ", start, start + length), first + 1)
    return ("… " if start else "") + line[start:end] + (" …" if end < len(line) else "")


def _nearly(spelling: str, other: str, mistakes: int) -> bool:
    """Whether the other word begins like that, but for so many letters too few, too many, wrong or changed round.

    The first letter is hardly ever the wrong one; it may have changed places with the second.
    """
    if other[0] not in spelling[:2]:
        return False
    beginnings = (other[: len(spelling) + more] for more in range(-mistakes, mistakes + 1))
    return any(OSA.distance(spelling, one, score_cutoff=mistakes) <= mistakes for one in beginnings)


# What is called so ---------------------------------------------------------------------------------------------------


class Tier(IntEnum):
    """How what was typed and what something is called go together: the less, the better."""

    EXACTLY, BEGINS, WORDS, WITHIN, OTHER_NAME, OTHER_WORD, NEARLY = range(7)


class Rank(NamedTuple):
    """The place of something among all that are called so. Of one tier what has the words whole comes first."""

    tier: Tier
    total: int = 0

    @property
    def nearly(self) -> bool:
        return self.tier == Tier.NEARLY

    def at_best(self, tier: Tier) -> Rank:
        return self._replace(tier=max(self.tier, tier))


def rank(words: tuple[Word, ...], name: str, *, others: Iterable[str] = (), also: str = "") -> Rank | None:
    """How well something is found by its name, by other names of it, or with the help of other words for it.

    None where one of the words is nowhere. So nothing that is only also called so, or nearly, comes before a name.
    """
    by_name = _called(words, name)
    if by_name and not by_name.nearly:
        return by_name
    by_other = [found.at_best(Tier.OTHER_NAME) for one in others if (found := _called(words, one))]
    by_word = _called(words, f"{name} {also}") if also else None
    told = (by_name, *by_other, by_word and by_word.at_best(Tier.OTHER_WORD))
    return min(filter(None, told), default=None)


def _called(words: tuple[Word, ...], name: str) -> Rank | None:
    found = match(name, words)
    if found is None:
        return None
    if found.nearly:
        return Rank(Tier.NEARLY, found.total)
    if found.worst == WITHIN:
        return Rank(Tier.WITHIN, found.total)
    return Rank(_beginning(words, _WORD.findall(plain(name))), found.total)


def _beginning(words: tuple[Word, ...], name: list[str]) -> Tier:
    """Whether the words are the name, or its beginning: those before the last are whole."""
    typed = [
        spellings
        for word in words
        for spellings in ([(part,) for part in word.text.split()] if word.phrase else [word.spellings])
    ]
    if len(typed) > len(name) or not all(one in spellings for one, spellings in zip(name, typed[:-1], strict=False)):
        return Tier.WORDS
    last = name[len(typed) - 1]
    if last in typed[-1] and len(typed) == len(name):
        return Tier.EXACTLY
    return Tier.BEGINS if last.startswith(typed[-1]) else Tier.WORDS


# Best first ----------------------------------------------------------------------------------------------------------

# Further down a long text is found by the database and not looked at again.
READ_OF_TEXT = 1000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that the database found: its key, its text, and what decides among equal ones (the less, the sooner).

    What is one's ``own`` comes before what is not.
    """

    key: int
    text: str
    tie: tuple[float, ...] = ()
    own: bool = True


def best_first(candidates: list[Candidate], words: tuple[Word, ...], *, nearly: bool, names: bool = False) -> list[int]:
    """Keys, each once: whole words before beginnings, these before parts of words, mistakes last.

    ``nearly``: the database let through what only may be meant, so that what has not all the words is left out.
    ``names``: the texts are names, of which what is called exactly so comes first, then what begins so.
    """
    placed: dict[int, tuple[float, ...]] = {}
    for one in candidates:
        found = match(one.text[:READ_OF_TEXT], words)
        if found is None and nearly:
            continue
        order: tuple[float, ...] = (found.worst, found.total) if found else (WITHIN, WITHIN * len(words))
        if names and (called := rank(words, one.text[:READ_OF_TEXT])):
            order = called
        place = (*order, not one.own, *(one.tie or (found.first if found else 0, len(one.text))))
        placed[one.key] = min(placed.get(one.key, place), place)
    return sorted(placed, key=lambda key: (placed[key], key))
