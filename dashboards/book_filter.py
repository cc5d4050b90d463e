"""The bar that narrows the book, on each page that shows all of it: what it says of what was chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from accounts.models import User
from accounts.requests import PersonRequest
from dashboards import book
from relationships.forms.portfolio import PortfolioForm
from web.widgets import Suggesting

NARROWING = (
    "whose", "owner", "team", "kind", "tier", "stage", "moving", "moved", "late", "flag", "fresh", "standing", "renews",
    "pace", "tag", "going",
)  # fmt: skip
# Of these what was chosen stands there as it is; of the others the words stand in the form.
PLAIN = ("owner", "team", "tier", "tag")


def chips(form: PortfolioForm, without: Callable[[str], str]) -> list[tuple[str, str, str]]:
    """What narrows the list: its name, its value in words, and the address ``without`` it."""
    chosen = form.chosen()
    found = []
    for name in NARROWING:
        if name in chosen:
            field: Any = form.fields[name]
            value = chosen[name] if name in PLAIN else dict(field.choices)[chosen[name]]
            found.append((str(field.label), str(value), without(name)))
    return found


def suggest(form: forms.Form, user: User) -> None:
    """Offer the tiers and tags that the person's book holds. One query."""
    known = book.in_use(user)
    for name, words in (("tier", known.tiers), ("tag", known.tags)):
        field = form.fields[name]
        field.widget = Suggesting(words, field.widget.attrs)


def address(request: PersonRequest, **changes: str) -> str:
    """This page's address with some of its values changed; empty ones leave it. Pages are begun anew."""
    values = request.GET.copy()
    if not any(name.startswith("after") for name in changes):
        for name in [name for name in values if name.startswith("after")]:
            values.pop(name)
    for name, value in changes.items():
        if value:
            values[name] = value
        else:
            values.pop(name, None)
    return f"?{values.urlencode()}"
