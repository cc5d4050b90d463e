"""The minutes of a meeting (pure): what both sides get. Page, mail, paper and text are four ways to write the same.

Only what is shared is ever put in here: items and notes that are only ours, and private notes, are left out by whoever
reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

LONGEST_SUBJECT = 60


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    ours: bool
    came: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A decision, a promise or feedback. ``ours`` says whose it is, ``detail`` who and by when, in words."""

    said: str
    ours: bool = True
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An item with what was said about it, in paragraphs."""

    title: str
    notes: str
    done: bool

    @property
    def paragraphs(self) -> list[str]:
        return [line for line in (part.strip() for part in self.notes.split("\n")) if line]


@dataclass(frozen=True, slots=True)
class Minutes:
    """``when`` and ``where`` in words, ``them`` what the other side is called."""

    title: str
    when: str
    where: str
    them: str
    people: Sequence[Person] = ()
    decisions: Sequence[Line] = ()
    promises: Sequence[Line] = ()
    feedback: Sequence[Line] = ()
    items: Sequence[Item] = ()

    @property
    def came(self) -> list[Person]:
        return [one for one in self.people if one.came]

    @property
    def absent(self) -> list[Person]:
        return [one for one in self.people if not one.came]

    @property
    def ours(self) -> list[Line]:
        """What we promised."""
        return [one for one in self.promises if one.ours]

    @property
    def theirs(self) -> list[Line]:
        return [one for one in self.promises if not one.ours]

    @property
    def spoken(self) -> list[Item]:
        """The items that were dealt with, or of which something was noted."""
        return [one for one in self.items if one.done or one.paragraphs]

    @property
    def carried(self) -> list[Item]:
        """What was not done, and comes up next time."""
        return [one for one in self.items if not one.done]

    @property
    def empty(self) -> bool:
        return not (self.decisions or self.promises or self.feedback or any(one.notes for one in self.items))

    @property
    def subject(self) -> str:
        """*Minutes: Quarterly review*, at most 60 characters, cut at a word."""
        said = f"Minutes: {self.title}"
        return said if len(said) <= LONGEST_SUBJECT else shortened(said, LONGEST_SUBJECT)


def shortened(text: str, longest: int) -> str:
    """Cut at a word where there is one, with an ellipsis."""
    if len(text) <= longest:
        return text
    words = text[:longest].split(" ")
    kept = " ".join(islice(words, max(1, len(words) - 1)))
    return f"{kept[: longest - 1].rstrip()}…"
