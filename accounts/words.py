"""What is decided about organisations, as people say it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.duplicates import AGAINST, Reason, Verdict, Why

# So many of what was done together are named.
NAMED = 3


def first_of(names: Sequence[object], shown: int = NAMED) -> str:
    """*Ewos, Nordlaks and Salmar*; *Ewos, Nordlaks, Salmar and 9 more*; ``shown`` are named of too many."""
    said = [str(name) for name in names]
    if len(said) > NAMED:
        said = [*said[:shown], _("%(count)d more") % {"count": len(said) - shown}]
    return get_text_list(said, _("and"))


def _names(told: tuple[str, ...]) -> str:
    return _("names alike: %(one)s / %(other)s") % {"one": told[0], "other": told[-1]}


def _same_name(told: tuple[str, ...]) -> str:
    return _names(told) if len(told) > 1 else _("the same name: %(name)s") % {"name": told[0]}


def _initials(told: tuple[str, ...]) -> str:
    return _("one is the initials of the other: %(one)s / %(other)s") % {"one": told[0], "other": told[-1]}


def _listed(told: tuple[str, ...]) -> str:
    return get_text_list([f"“{word}”" for word in told], _("and"))


SENTENCES: dict[Why, Callable[[tuple[str, ...]], str]] = {
    Why.SAME_NAME: _same_name,
    Why.NAMES_ALIKE: _names,
    Why.INITIALS: _initials,
    Why.DOMAIN: lambda told: _("same domain %(domain)s") % {"domain": told[0]},
    Why.NUMBER: lambda told: _("number %(number)s in %(system)s on both") % {"number": told[0], "system": told[1]},
    Why.WORDS: lambda told: (
        ngettext("%(words)s in one name only", "%(words)s in one name each", len(told)) % {"words": _listed(told)}
    ),
    Why.UNIT: lambda told: _("one is a unit of the other"),
    Why.PLACES: lambda told: _("%(places)s in one name only") % {"places": _listed(told)},
    Why.FORMS: lambda told: _("legal forms of different countries"),
    Why.COUNTRIES: lambda told: _("different countries"),
}


def reason(one: Reason) -> str:
    return SENTENCES[one.why](one.told)


def reasons(verdict: Verdict) -> list[str]:
    """What speaks for it, then what speaks against."""
    return [
        _("against: %(why)s") % {"why": reason(one)} if one.why in AGAINST else reason(one)
        for one in sorted(verdict.reasons, key=lambda one: one.why in AGAINST)
    ]
