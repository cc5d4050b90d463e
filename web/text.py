"""Names as people type them, made comparable."""

from __future__ import annotations

import re
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


# What begins a formula, full-width signs with it; before it a spreadsheet passes over spaces. A spreadsheet that parts
# cells at semicolons or tabs takes what follows one for the beginning of a cell, and each line for a row, whatever
# quotation marks there are.
_FORMULA = re.compile(r"""(^|[;\t\r\n])(?=(?:^[\t\r\n]|[\s"]*[=+\-@＝＋－＠]))""")


def harmless(text: str) -> str:
    """A text for a cell of a CSV file: what a spreadsheet would take for a formula has an apostrophe before it."""
    return _FORMULA.sub(r"\1'", text)
