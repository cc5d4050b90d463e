"""The lists behind the figures of Insights: of the same part of the book, each number leads to its own rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse

WHOSE = "book"


@dataclass(frozen=True, slots=True)
class Link:
    """A figure as shown, where it leads, and what it opens, for who hears the link alone."""

    text: str
    href: str
    opens: str


@dataclass(frozen=True, slots=True)
class Lists:
    """Addresses of lists, narrowed as the page is."""

    cell: Mapping[str, Any]

    def portfolio(self, **asked: str) -> str:
        return self._at("portfolio", asked)

    def promises(self, **asked: str) -> str:
        return self._at("promise_list", asked)

    def feedback(self, **asked: str) -> str:
        return self._at("feedback_list", {"side": "theirs", **asked})

    def problems(self, **asked: str) -> str:
        return self._at("problem_list", asked)

    def loyalty(self, field: str) -> str:
        return f"{self._at('loyalty_list', {'field': field})}#list"

    def _at(self, route: str, asked: Mapping[str, str]) -> str:
        values = QueryDict(mutable=True)
        values["whose"] = WHOSE
        for name, value in self.cell.items():
            values[name] = str(getattr(value, "pk", value))
        for name, value in asked.items():
            values[name] = value
        return f"{reverse(route)}?{values.urlencode()}"
