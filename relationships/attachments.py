"""Names of files and links, made fit to be kept and shown (pure)."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath
from urllib.parse import urlsplit

LONGEST_NAME = 150
# Letters that turn the reading direction make "gpj.exe" look like "exe.jpg".
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
FALLBACK = "file"


def clean_name(name: str) -> str:
    """The file's own name: no folders, no control characters, one line, not too long; the ending stays."""
    own = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(" " if character.isspace() else character for character in own if _is_shown(character))
    kept = " ".join(kept.split()).strip(". ")
    ending = ending_of(kept)
    return kept[: len(kept) - len(ending)][: LONGEST_NAME - len(ending)].rstrip(". ") + ending if kept else FALLBACK


def _is_shown(character: str) -> bool:
    return character.isspace() or (unicodedata.category(character) not in ("Cc", "Cs") and character not in TURNING)


def ending_of(name: str) -> str:
    """*.pdf*; nothing where there is none, or one too long to be one."""
    ending = PurePosixPath(name).suffix
    return ending if len(ending) <= 16 and " " not in ending else ""


def named(title: str, own_name: str) -> str:
    """The name under which a file is kept: the title given, with the file's own ending; else its own name."""
    own = clean_name(own_name)
    title = clean_name(title) if title.strip() else ""
    if not title or title == FALLBACK:
        return own
    ending = ending_of(own)
    return title if title.casefold().endswith(ending.casefold()) else title + ending


def host_of(url: str) -> str:
    """*example.org* of an address; the address itself where it has none."""
    try:
        return (urlsplit(url).hostname or url).removeprefix("www.")
    except ValueError:
        return url
