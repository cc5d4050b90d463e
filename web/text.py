"""Names as people type them, made comparable."""

from __future__ import annotations

import unicodedata


def _is_edge(character: str) -> bool:
    return character.isspace() or unicodedata.category(character).startswith("P")


def name_key(text: str) -> str:
    """The form under which two spellings of a name are the same.

    NFKC, case folding, inner white space folded, white space and punctuation trimmed at the ends.
    Empty for a text of nothing else. Case folding can undo NFKC, so that is applied once more.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    start, end = 0, len(folded)
    while start < end and _is_edge(folded[start]):
        start += 1
    while end > start and _is_edge(folded[end - 1]):
        end -= 1
    return " ".join(folded[start:end].split())


def harmless(text: str) -> str:
    """A text for a cell of a CSV file: one that a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@") and text else text
