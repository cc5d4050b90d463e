"""The lists behind the figures of Insights: of the same part of the book, each number leads to its own rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

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


@dataclass(frozen=True, slots=True)
class Lists:
    """Addresses of lists, narrowed as the page is."""

    cell: Mapping[str, Any]

    def portfolio(self, **asked: str) -> str:
        return self._at("portfolio", asked)

    def behind(self, figure: str) -> str:
        """Of a figure of promises, feedback or problems, by its name."""
        return behind.address(figure, self._said)

    def loyalty(self, field: str) -> str:
        return f"{self._at('loyalty_list', {'field': field})}#list"

    def _at(self, route: str, asked: Mapping[str, str]) -> str:
        return f"{reverse(route)}?{urlencode({'whose': WHOSE, **self._said, **asked})}"

    @property
    def _said(self) -> dict[str, str]:
        return {name: str(getattr(value, "pk", value)) for name, value in self.cell.items()}
