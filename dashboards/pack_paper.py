"""The review pack on paper: its sheet as the template of ``web.paper`` wants it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from dashboards.pack_words import Sheet
from web import paper


def pdf_of(sheet: Sheet, *, size: paper.Size = "a4") -> bytes:
    return paper.pdf("pack.typ", data_of(sheet), size=size)


def file_name(partner: str, as_of: date) -> str:
    """*review-2026-11-23-close-the-loop.pdf*"""
    return f"review-{as_of.isoformat()}-{slugify(partner)[:60] or 'partner'}.pdf"


def data_of(sheet: Sheet) -> dict[str, Any]:
    data = asdict(sheet)
    for section in data["sections"]:
        for table in section["tables"]:
            table["rows"] = [row for row in table["rows"] if not row["out"]]
    return data | {
        "words": {
            "continued": _("{name}, continued"),
            "marks": _("Square: ours · Dot: theirs"),
            "page": _("Page {x} of {y}"),
            "short": _("In short"),
            "responsible": _("Responsible: "),
            "took_part": _("Took part: "),
            "agreed": _("Agreed how often we talk: "),
            "no_part": _("No part was chosen."),
        }
    }
