"""The lists behind the figures of Insights: of the same part of the book, each number leads to its own rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from dashboards import behind

WHOSE = "book"


@dataclass(frozen=True, slots=True)
class Link:
    """A figure as shown, where it leads, and what it opens, for who hears the link alone."""

    text: str
    href: str
    opens: str

    @property
    def heard(self) -> str:
        """Begins with what is shown, so that who speaks to the browser can say it."""
        return self.opens if self.text in self.opens else f"{self.text}: {self.opens}"

    @property
    def html(self) -> str:
        """Text where there is no address."""
        if not self.href:
            return escape(self.text)
        shown = '<a class="c-fig-link" href="{}" aria-label="{}" title="{}">{}</a>'
        return format_html(shown, self.href, self.heard, self.opens, self.text)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence with names for its figures, *%(touch)s of %(going)s are in touch*, so that each can be a link."""

    text: str
    figures: Mapping[str, str]

    def __str__(self) -> str:
        return self.text % self.figures

    def __add__(self, other: Said) -> Said:
        return Said(f"{self.text} {other.text}", {**self.figures, **other.figures})

    def linked(self, **lists: tuple[str, str]) -> SafeString:
        """HTML, with the address and what it opens of figures by name; the others are text."""
        links = {name: Link(text, *lists.get(name, ("", ""))) for name, text in self.figures.items()}
        return mark_safe(escape(self.text) % {name: link.html for name, link in links.items()})


@dataclass(frozen=True, slots=True)
class Lists:
    """Addresses of lists, narrowed as the page is."""

    cell: Mapping[str, Any]

    def portfolio(self, **asked: str | Sequence[str]) -> str:
        return self._at("portfolio", asked)

    def behind(self, figure: str) -> str:
        """Of a figure of promises, feedback or problems, by its name."""
        return behind.address(figure, self._said)

    def loyalty(self, field: str) -> str:
        return f"{self._at('loyalty_list', {'field': field})}#list"

    def _at(self, route: str, asked: Mapping[str, str | Sequence[str]]) -> str:
        return f"{reverse(route)}?{urlencode({'whose': WHOSE, **self._said, **asked}, doseq=True)}"

    @property
    def _said(self) -> dict[str, str]:
        return {name: str(getattr(value, "pk", value)) for name, value in self.cell.items()}
