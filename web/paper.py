"""Paper: a template of Typst and its data in, a PDF out. Nothing of the system is needed, no network, no browser.

The data goes in as JSON and comes out as text: what somebody typed is never read as markup. Letters are those of
``static/dist/letters``; others are only fallen back on for writing that Inter has not: for Chinese, Japanese and Korean
those of the package ``fonts-noto-cjk``, which the image has. ``undrawn`` says for what this machine has none.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import typst
from django.conf import settings
from django.utils.translation import gettext as _

Size = Literal["a4", "us-letter"]
SIZES: tuple[Size, ...] = ("a4", "us-letter")
TEMPLATES = Path(settings.BASE_DIR) / "templates" / "paper"
LETTERS = Path(settings.BASE_DIR) / "static" / "dist" / "letters"


# Little pictures, for which no letters are packed; flags are two of them; and what only joins or colours them.
PICTURES = re.compile(
    "[\U0001f000-\U0001faff\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u2b50]"
)
FLAGS = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
JOINS = re.compile("(?<=[\U0001f000-\U0001faff])[\ufe0f\u200d]+|[\ufe0f\U0001f3fb-\U0001f3ff]")


def legible(text: str) -> str:
    """*Well done [party popper]*: a picture by its name, rather than nothing in its place."""
    text = FLAGS.sub(lambda found: f"[flag {_letter(found[0][0])}{_letter(found[0][1])}]", text)
    return PICTURES.sub(lambda found: f"[{_name(found[0])}]", JOINS.sub("", text))


def _letter(of_a_flag: str) -> str:
    return chr(ord(of_a_flag) - 0x1F1E6 + ord("A"))


def _name(picture: str) -> str:
    return unicodedata.name(picture, f"picture {ord(picture):X}").lower()


@cache
def _fonts() -> typst.Fonts:
    """Read once: the system's own are many."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=[str(LETTERS)])


# What Inter and the letters that come with the engine have for certain: nobody need ask for each of them.
PLAIN = re.compile(r"[\u0000-\u024f\u0370-\u03ff\u0400-\u052f\u2010-\u2026\u20ac]+")
# So many letters are named; whoever writes in another script knows the others.
NAMED = 12


@lru_cache(maxsize=4096)
def _drawn(letter: str) -> bool:
    try:
        typst.compile(
            ASKED,
            font_paths=_fonts(),
            sys_inputs={"data": letter},
            format="pdf",
            pdf_standards=["ua-1"],
        )
    except typst.TypstError:
        return False
    return True


# The fonts of ``templates/paper``, for one letter.
ASKED = (
    b'#set document(title: "x")\n#set text(font: ("Inter", "DejaVu Sans", "Noto Sans CJK SC"), lang: "en")\n'
    b"#text(sys.inputs.data)"
)


def undrawn(text: str) -> str:
    """Of the letters of a text those that no font of this machine has: on paper they come as empty boxes."""
    rare = (one for one in dict.fromkeys(PLAIN.sub("", legible(text))) if unicodedata.category(one)[0] in "LNPS")
    return "".join(islice((one for one in rare if not _drawn(one)), NAMED))


def named(text: str) -> bool:
    """Whether there are little pictures in it, which stand on paper by their names."""
    return bool(PICTURES.search(text))


def of_us() -> str:
    """The heading of our side on paper that partners read."""
    return _("Of %(them)s") % {"them": settings.ORGANISATION} if settings.ORGANISATION else _("Of us")


def pdf(template: str, data: Mapping[str, Any], *, size: Size = "a4", made_at: datetime | None = None) -> bytes:
    """The same bytes for the same template, data, size and moment. Tagged, for who has it read to them.

    Writing for which there is no letter at all would not do for the standard of accessible paper; it is printed
    without its seal, tags and all, rather than not at all.
    """
    text = legible(json.dumps(data, ensure_ascii=False))
    try:
        return _compiled(template, text, size, made_at, ["ua-1"])
    except typst.TypstError as error:
        if "PDF/UA" not in str(error):
            raise
        return _compiled(template, text, size, made_at, [])


def _compiled(
    template: str, text: str, size: Size, made_at: datetime | None, standards: list[Literal["ua-1"]]
) -> bytes:
    found = typst.compile(
        input=str(TEMPLATES / template),
        root=str(TEMPLATES),
        font_paths=_fonts(),
        sys_inputs={"data": text, "size": size},
        format="pdf",
        pdf_standards=[*standards],
        # The engine takes whole seconds.
        timestamp=(made_at or datetime(2000, 1, 1, tzinfo=UTC)).replace(microsecond=0),
    )
    assert isinstance(found, bytes)
    return found
