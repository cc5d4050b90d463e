"""Which organisations a text names (pure). A text is read in windows of words; a name is found however it is written:
without its legal form, with other capitals, in the possessive. A name of one word counts only where it has a capital,
as *best* is a word before it is a company.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from accounts.names import read
from web.text import name_key

# Longer texts are read at their beginning; longer names than these have a shorter one besides.
LONGEST, MOST_WORDS = 3_000, 7
_POSSESSIVE = re.compile(r"(?<=\w)[’'`´]s?(?=\W*$)")


@dataclass(frozen=True, slots=True)
class Window:
    """Words of a text that stand side by side and may be a name. ``words`` are without legal forms."""

    key: str
    words: tuple[str, ...]
    capital: bool

    @property
    def is_name(self) -> bool:
        return bool(self.words) and (self.capital or len(self.words) > 1)

    @property
    def fingerprint(self) -> str:
        """As ``accounts.duplicates.keys_of`` keeps the words of a name."""
        return f"n:{' '.join(sorted(self.words))}"


def windows(text: str) -> frozenset[Window]:
    return frozenset(window for window in _windows(text[:LONGEST]) if window.is_name)


def _windows(text: str) -> Iterator[Window]:
    tokens = text.split()
    for start in range(len(tokens)):
        for end in range(start + 1, min(start + MOST_WORDS, len(tokens)) + 1):
            whole = _POSSESSIVE.sub("", " ".join(tokens[start:end]))
            key = name_key(whole)
            if key:
                first = next((letter for letter in whole if letter.isalnum()), "")
                yield Window(key, read(key).words, not first.islower())


def named(found: Collection[Window], names: Mapping[int, Collection[str]]) -> frozenset[int]:
    """The keys of those one of whose names stands in the text."""
    by_words = {window.words for window in found}
    keys = {window.key for window in found}

    def stands(name: str) -> bool:
        key = name_key(name)
        return key in keys or read(key).words in by_words

    return frozenset(pk for pk, of in names.items() if any(stands(name) for name in of))
