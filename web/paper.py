"""Paper: a template of Typst and its data in, a PDF out. Nothing of the system is needed, no network, no browser.

The data goes in as JSON and comes out as text: what somebody typed is never read as markup. Letters are those of
``static/dist/letters``; others are only fallen back on for writing that Inter has not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst
from django.conf import settings

Size = Literal["a4", "us-letter"]
SIZES: tuple[Size, ...] = ("a4", "us-letter")
TEMPLATES = Path(settings.BASE_DIR) / "templates" / "paper"
LETTERS = Path(settings.BASE_DIR) / "static" / "dist" / "letters"


@cache
def _fonts() -> typst.Fonts:
    """Read once: the system's own are many."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=[str(LETTERS)])


def pdf(template: str, data: Mapping[str, Any], *, size: Size = "a4", made_at: datetime | None = None) -> bytes:
    """The same bytes for the same template, data, size and moment. Tagged, for who has it read to them.

    Writing for which there is no letter at all would not do for the standard of accessible paper; it is printed
    without its seal, tags and all, rather than not at all.
    """
    text = json.dumps(data, ensure_ascii=False)
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
