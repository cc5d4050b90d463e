"""The bar that narrows the book, on each page that shows all of it: what it says of what was chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.requests import PersonRequest
from relationships.forms.portfolio import PortfolioForm

NARROWING = ("whose", "owner", "team", "stage", "moving", "flag", "tag")
# Of these the words of what was chosen stand in the form.
CHOSEN = ("whose", "stage", "moving", "flag")


def chips(form: PortfolioForm, without: Callable[[str], str]) -> list[tuple[str, str, str]]:
    """What narrows the list: its name, its value in words, and the address ``without`` it."""
    chosen = form.chosen()
    found = []
    for name in NARROWING:
        if name in chosen:
            field: Any = form.fields[name]
            value = dict(field.choices)[chosen[name]] if name in CHOSEN else chosen[name]
            found.append((str(field.label), str(value), without(name)))
    return found


def address(request: PersonRequest, **changes: str) -> str:
    """This page's address with some of its values changed; empty ones leave it."""
    values = request.GET.copy()
    values.pop("after", None)
    for name, value in changes.items():
        if value:
            values[name] = value
        else:
            values.pop(name, None)
    return f"?{values.urlencode()}"
