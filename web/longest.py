"""How long a text may be that somebody types, said when it is too long and never cut off in silence; and how much of a
long one a page shows before it is unfolded."""

from __future__ import annotations

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy

LONGEST_TEXT = 20_000
# A reason, or a note in a line or two.
LONGEST_REASON = 2_000
# A text that is no longer than this, in characters and lines, stands whole; of another the beginning.
SHORT, SHORT_LINES = 900, 15
BEGINNING, BEGINNING_LINES = 600, 8

_too_long = gettext_lazy(
    "This is %(show_value)s characters long; 20,000 fit. It is still here: shorten it, or put the rest into a file."
)
_too_long_a_reason = gettext_lazy(
    "This is %(show_value)s characters long; 2,000 fit. It is still here: say it in a few sentences."
)


def bound(form: forms.BaseForm, *names: str) -> None:
    """These fields take no more than ``LONGEST_TEXT`` characters; the browser does not cut what is pasted."""
    for name in names:
        form.fields[name].validators.append(MaxLengthValidator(LONGEST_TEXT, _too_long))


def bound_reason(form: forms.BaseForm, *names: str) -> None:
    """As ``bound``, for what stands in a line or two beside something else: ``LONGEST_REASON`` characters."""
    for name in names:
        form.fields[name].validators.append(MaxLengthValidator(LONGEST_REASON, _too_long_a_reason))


def beginning(text: str) -> str:
    """What stands for a long text until it is unfolded, cut between words; empty for one that is short."""
    lines = text.splitlines()
    if len(text) <= SHORT and len(lines) <= SHORT_LINES:
        return ""
    first = "\n".join(lines[:BEGINNING_LINES])
    if len(first) > BEGINNING:
        cut = max(first.rfind(" ", BEGINNING // 2, BEGINNING), first.rfind("\n", BEGINNING // 2, BEGINNING))
        first = first[: cut if cut > 0 else BEGINNING]
    return first.rstrip(" \n,;:.") + "…"
