"""Who is meant by an ``@`` in a text (pure).

``@Bob``, ``@Bob Brandt`` and ``@bob.brandt`` are ways to write one name: as many of its words, from the first on, as
the text goes along with. The longest wins. An e-mail address is no mention, nor is a number after the sign.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from web.text import name_key

# Before the sign these make it part of an address of some kind.
IN_ADDRESS = frozenset("._%+-/@=&#~")
# Between the words of one name: at most two of these, as in "J. Smith".
BETWEEN = frozenset(".'’-_ \t\u00a0")
MOST_BETWEEN = 2


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who can be named; ``sees`` says whether it would reach them."""

    key: int
    name: str
    sees: bool = True


class Wrong(StrEnum):
    UNKNOWN = "unknown"
    SEVERAL = "several"
    UNSEEING = "unseeing"


@dataclass(frozen=True, slots=True)
class Problem:
    """A mention that reaches nobody: what was typed after the sign, and whose names it could be."""

    what: Wrong
    typed: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """Whom a text names, each once and in the order named; and what is wrong with the rest."""

    people: tuple[int, ...]
    problems: tuple[Problem, ...]


def read(text: str, colleagues: Sequence[Colleague]) -> Reading:
    names = [(colleague, _words_of(colleague.name)) for colleague in colleagues]
    people: dict[int, None] = {}
    problems: dict[Problem, None] = {}
    for typed in _mentions(text):
        found = _meant(typed, names)
        if isinstance(found, Colleague):
            people[found.key] = None
        elif found is not None or not typed[0][0].isdigit():
            problems[found or Problem(Wrong.UNKNOWN, typed[0])] = None
    return Reading(tuple(people), tuple(problems))


def _meant(typed: Sequence[str], names: Sequence[tuple[Colleague, Sequence[str]]]) -> Colleague | Problem | None:
    """The one whose name goes furthest along with what was typed; nothing where nobody's does at all."""
    keys = [name_key(word) for word in typed]
    lengths = [(_in_common(keys, words), colleague, words) for colleague, words in names]
    longest = max((length for length, _colleague, _words in lengths), default=0)
    if longest == 0:
        return None
    best = [(colleague, words) for length, colleague, words in lengths if length == longest]
    # A whole name before the beginning of a longer one; who sees it before who does not.
    whole = [colleague for colleague, words in best if len(words) == longest]
    meant = whole or [colleague for colleague, _words in best]
    seeing = [colleague for colleague in meant if colleague.sees] or [
        colleague for colleague, _words in best if colleague.sees
    ]
    if len(seeing) == 1:
        return seeing[0]
    what = Wrong.SEVERAL if seeing else Wrong.UNSEEING
    return Problem(what, " ".join(typed[:longest]), tuple(colleague.name for colleague in seeing or meant))


def _in_common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words two names have in common from the first on."""
    count = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        count += 1
    return count


def _is_word(character: str) -> bool:
    """Letters, digits and the marks on them."""
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _words_of(name: str) -> list[str]:
    """The words of a name, made comparable."""
    split = "".join(character if _is_word(character) else " " for character in name)
    return [name_key(word) for word in split.split()]


def _mentions(text: str) -> Iterator[list[str]]:
    """The words behind each ``@`` that begins a mention, at least one each."""
    for at, character in enumerate(text):
        if character != "@" or (at and (_is_word(text[at - 1]) or text[at - 1] in IN_ADDRESS)):
            continue
        words = list(_run_of_words(text, at + 1))
        if words:
            yield words


def _run_of_words(text: str, start: int) -> Iterator[str]:
    """Words on one line with little between them; the first has to stand at ``start``."""
    while start < len(text) and _is_word(text[start]):
        end = start
        while end < len(text) and _is_word(text[end]):
            end += 1
        yield text[start:end]
        start = end
        while start < len(text) and start - end < MOST_BETWEEN and text[start] in BETWEEN:
            start += 1
        if start == end:
            return
