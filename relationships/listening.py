"""What strangers write into a public form (pure): made fit to be kept and shown, and known again when sent twice."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from uuid import UUID

# Of each field; more is refused, with the text kept.
LONGEST_TEXT = 5000
LONGEST_LINE = 200
# A form is a few fields of a few thousand characters; a character takes up to twelve bytes in a form.
LARGEST_BODY = 1_200_000

# They turn the direction of what stands around them on a page; marks of direction without reach may stay.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAKS = re.compile("\r\n?|[\u2028\u2029]")
# Control characters but the tab and the line's end, and the turning marks.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_HALVES = re.compile("[\ud800-\udfff]")


def tidy(text: str, *, lines: bool = True) -> str:
    """The text without what no page or database can show: control characters, halves of characters, turning marks.

    ``lines`` keeps breaks; without it they become blanks. Blanks at either end go. Nothing that can be read is lost.
    """
    text = _BREAKS.sub("\n", text)
    if not lines:
        text = text.replace("\n", " ").replace("\t", " ")
    return _HALVES.sub("\ufffd", _UNSEEN.sub("", text)).strip()


def says_something(text: str) -> bool:
    """Whether anything in it can be seen; characters without a width say nothing."""
    return any(not unicodedata.category(character).startswith(("C", "Z", "M")) for character in text)


def sent_as(post: int, form: str, said: Mapping[str, str]) -> UUID:
    """The same for the same form with the same contents at the same post, and for nothing else."""
    parts = [str(post), form, *(f"{name}\x1f{said[name]}" for name in sorted(said))]
    return UUID(bytes=hashlib.sha256("\x1e".join(parts).encode("utf-8", "replace")).digest()[:16])
