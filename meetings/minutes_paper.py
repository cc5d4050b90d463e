"""The minutes on paper: their words and rows as the template of ``web.paper`` wants them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from meetings.minutes import Minutes, Person
from meetings.models import Meeting
from web import paper


def pdf_of(minutes: Minutes, *, message: str = "", size: paper.Size = "a4", made_at: datetime | None = None) -> bytes:
    return paper.pdf("minutes.typ", data_of(minutes, message), size=size, made_at=made_at)


def file_name(row: Meeting) -> str:
    """*minutes-2026-11-23-quarterly-review.pdf*"""
    return f"minutes-{row.day.isoformat()}-{slugify(row.title)[:60] or 'meeting'}.pdf"


def data_of(minutes: Minutes, message: str = "") -> dict[str, Any]:
    return {
        "title": minutes.title,
        "lede": " · ".join(part for part in (minutes.them, minutes.when, minutes.where) if part),
        "day": minutes.when.split(",")[0],
        "message": message,
        "sides": [
            _side(paper.of_us(), True, minutes),
            _side(_("Of %(them)s") % {"them": minutes.them}, False, minutes),
        ],
        "decisions": [asdict(one) for one in minutes.decisions],
        "promises": [asdict(one) for one in (*minutes.ours, *minutes.theirs)],
        "feedback": [asdict(one) for one in minutes.feedback],
        "items": [{"title": one.title, "paragraphs": one.paragraphs} for one in minutes.spoken],
        "carried": [one.title for one in minutes.carried],
        "words": {
            "marks": _("Square: ours · Dot: theirs"),
            "page": _("Page {x} of {y}"),
            "decided": _("Decided"),
            "promised": _("Promised"),
            "what": _("What"),
            "who": _("Who and by when"),
            "feedback": _("Feedback"),
            "spoken": _("Spoken about"),
            "carried": _("For next time"),
        },
    }


def _side(name: str, ours: bool, minutes: Minutes) -> dict[str, Any]:
    absent = _names([one for one in minutes.absent if one.ours == ours])
    return {
        "name": name,
        "ours": ours,
        "came": _names([one for one in minutes.came if one.ours == ours]) or _("Nobody"),
        "absent": _("Not there: %(names)s") % {"names": absent} if absent else "",
    }


def _names(people: list[Person]) -> str:
    return ", ".join(one.name for one in people)
