"""The keys of the interface: ``shortcuts.json`` is the one registry, which the scripts implement and the help tells.

A key is an entry there, its words here, and what it does in ``frontend/js/shortcuts.js``. Of two entries of one key the
first goes before. ``typing``: it works while one types as well; ``same``: another key for that one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REGISTRY: list[dict[str, Any]] = json.loads(Path(__file__).with_name("shortcuts.json").read_text(encoding="utf-8"))

# In the order in which the page tells them.
PLACES: dict[str, str | Promise] = {
    "anywhere": _("Anywhere"),
    "list": _("In a list"),
    "partner": _("On the page of a partner"),
    "calendar": _("What your calendar asks"),
    "agenda": _("On an agenda"),
    "meeting": _("While a meeting runs, and before it"),
}
WORDS: dict[str, str | Promise] = {
    "log": _("Log a check-in"),
    "create": _("Create"),
    "meeting": _("Plan a meeting"),
    "search": _("Search"),
    "today": _("Go to Today"),
    "portfolio": _("Go to Portfolio"),
    "promises": _("Go to Promises"),
    "meetings": _("Go to Meetings"),
    "insights": _("Go to Insights"),
    "decision": _("Note a decision"),
    "promise": _("Note a promise"),
    "feedback": _("Note feedback"),
    "next": _("Done; on to the next item"),
    "notes": _("Write the notes"),
    "leave": _("Leave the notes, for the single keys"),
    "hold": _("Hold the meeting"),
    "end": _("End the meeting"),
    "choose": _("Choose the row you are in"),
    "next-asked": _("Next that your calendar asks"),
    "former-asked": _("The one that it asked before"),
    "dismiss": _("Dismiss what your calendar asks, for good"),
    "confirm": _("Confirm what your calendar asks"),
    "next-item": _("Choose the next item of the agenda"),
    "former-item": _("Choose the item before"),
    "item-up": _("Move the chosen item up"),
    "item-down": _("Move the chosen item down"),
    "move-item": _("Take the chosen item up; arrows move it, Enter puts it down"),
    "pin-item": _("Pin the chosen item, or let it go"),
    "edit-item": _("Change the chosen item"),
    "drop-item": _("Drop the chosen item"),
    "undo": _("Undo what you just did"),
    "help": _("Show the keys of the page you are on"),
    "palette": _("Go to or do anything"),
    "save": _("Save the form you are in"),
    "close": _("Close what is open"),
}
SIGNS = {"Alt+ArrowUp": "Alt ↑", "Alt+ArrowDown": "Alt ↓", "ArrowUp": "↑", "ArrowDown": "↓"}


@dataclass(frozen=True, slots=True)
class Key:
    """What one does with which keys: each way is pressed one after the other, or together where Ctrl begins it."""

    words: str
    ways: list[list[str]]
    typing: bool


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    keys: list[Key]


def told() -> list[Section]:
    """All keys there are, by where they work."""
    return [Section(str(name), list(map(_key, _of(place)))) for place, name in PLACES.items()]


def _of(place: str) -> list[dict[str, Any]]:
    return [entry for entry in REGISTRY if entry["where"] == place and "same" not in entry]


def _key(entry: dict[str, Any]) -> Key:
    ways = [entry, *(other for other in REGISTRY if other.get("same") == entry["name"])]
    return Key(str(WORDS[entry["name"]]), [list(map(_sign, way["keys"])) for way in ways], entry.get("typing", False))


def _sign(key: str) -> str:
    return SIGNS.get(key, key.upper() if len(key) == 1 else key)
