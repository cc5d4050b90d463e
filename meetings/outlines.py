"""What stands on the agenda of every meeting of a kind, and for how long, until administrators say otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from meetings.models import Meeting, OutlineItem


@dataclass(frozen=True, slots=True)
class Line:
    title: str | Promise
    minutes: int


# A check-in is short: what is open fills it by itself.
USUAL: dict[str, tuple[Line, ...]] = {
    Meeting.Kind.CHECK_IN: (),
    Meeting.Kind.REVIEW: (
        Line(gettext_lazy("What we decided last time"), 5),
        Line(gettext_lazy("What each side wants from the time until the next review"), 10),
    ),
    Meeting.Kind.WORKSHOP: (
        Line(gettext_lazy("What is to stand at the end"), 5),
        Line(gettext_lazy("Who does what by when"), 10),
    ),
    Meeting.Kind.SITE_VISIT: (
        Line(gettext_lazy("Walk through the work with the people who do it"), 30),
        Line(gettext_lazy("What we saw, and what becomes of it"), 10),
    ),
    Meeting.Kind.INTERNAL: (Line(gettext_lazy("Who does what until we meet them"), 5),),
}


def outline_of(kind: str) -> list[Line]:
    """The template of a kind; one query."""
    kept = [Line(row.title, row.minutes) for row in OutlineItem.objects.filter(kind=kind).order_by("position")]
    return kept or list(USUAL[kind])
