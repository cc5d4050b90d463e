"""What strangers write into a public form (pure): made fit to be kept and shown, and known again when sent twice."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from urllib.parse import unquote_plus
from uuid import UUID

# Of each field; more is refused, with the text kept.
LONGEST_TEXT = 5000
LONGEST_LINE = 200
# A form is a few fields of a few thousand characters; a character takes up to twelve bytes in a form.
LARGEST_BODY = 1_200_000
# Of a larger one so much is read, so that whoever sent it gets their text back; the rest is read past.
LARGEST_KEPT = 3_000_000
LARGEST_PASSED = 30_000_000
# A form of ours has eleven fields.
MOST_FIELDS = 200

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


_BOUNDARY = re.compile(r'boundary="?([^";\s]{1,200})')
_NAME = re.compile(rb'[;\s]name="([^"]*)"')
# A character that was cut where reading ended.
_CUT = re.compile(rb"%[0-9A-Fa-f]?$")


def fields_in(body: bytes, kind: str, names: Collection[str]) -> dict[str, str]:
    """What can be read of these fields in a body that was refused, so that nobody has to write it again.

    ``kind`` is what it says that it is. Files and what is broken are left out; of one that was cut the beginning is
    there. What comes back is as it was sent, neither tidy nor checked.
    """
    if bound := _BOUNDARY.search(kind):
        pairs = _parts(body.split(b"--" + bound[1].encode("latin-1", "replace"), MOST_FIELDS))
    else:
        pairs = _pairs(body.split(b"&", MOST_FIELDS))
    return {name: value for name, value in pairs if name in names}


def _parts(found: list[bytes]) -> Iterator[tuple[str, str]]:
    for part in found[:MOST_FIELDS]:
        head, there, value = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if there and name and b"filename" not in head.lower() and b"encoding" not in head.lower():
            yield name[1].decode("utf-8", "replace"), value.removesuffix(b"\r\n").decode("utf-8", "replace")


def _pairs(found: list[bytes]) -> Iterator[tuple[str, str]]:
    for part in found[:MOST_FIELDS]:
        name, _equals, value = part.partition(b"=")
        yield unquote_plus(name.decode("latin-1")), unquote_plus(_CUT.sub(b"", value).decode("utf-8", "replace"))


def more_said(before: Mapping[str, str], said: Mapping[str, str]) -> dict[str, str] | None:
    """Sent again from the same form: what was left empty before and is said now; nothing where a line says otherwise.

    A line that is empty now says nothing: browsers forget some of what was written when one goes back.
    """
    new = {name: value for name, value in said.items() if value and value != before.get(name, "")}
    return None if any(before.get(name) for name in new) else new


def sent_as(post: int, form: str, said: Mapping[str, str]) -> UUID:
    """The same for the same form with the same contents at the same post, and for nothing else."""
    parts = [str(post), form, *(f"{name}\x1f{said[name]}" for name in sorted(said))]
    return UUID(bytes=hashlib.sha256("\x1e".join(parts).encode("utf-8", "replace")).digest()[:16])
