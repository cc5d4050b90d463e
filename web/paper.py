"""Paper: a template of Typst and its data in, a PDF out. Nothing of the system is needed, no network, no browser.

The data goes in as JSON and comes out as text: what somebody typed is never read as markup. Letters are those of
``static/dist/letters``; others are only fallen back on for writing that Inter has not.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
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
