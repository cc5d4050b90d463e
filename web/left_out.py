"""What a page's address asks for and the page can't do: said above what is shown, which goes without it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django import forms
from django.utils.text import Truncator, capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

LONGEST = 40


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A value of an address: the name of what it was to say, and the value where it says anything to anybody."""

    name: str
    value: str = ""
    too_long: bool = False

    def __str__(self) -> str:
        shown = "".join(sign if sign.isprintable() else " " for sign in self.value)
        shown = Truncator(" ".join(shown.split())).chars(LONGEST)
        return _("%(name)s “%(value)s”") % {"name": self.name, "value": shown} if shown else self.name


def of_form(form: forms.Form) -> Iterator[LeftOut]:
    """Of a filter whose data are an address. A key is not repeated: its number says nothing to anybody.

    Nothing tells a row that is not there from one that the person may not see.
    """
    for name, errors in form.errors.as_data().items():
        field = form.fields[name]
        keyed = isinstance(field, forms.ModelChoiceField)
        too_long = any(error.code == "max_length" for error in errors)
        yield LeftOut(str(form[name].label), "" if keyed else str(form.data.get(name, "")), too_long)


def said(found: Iterable[LeftOut]) -> str:
    """*Owner is not known here, or not yours to see, so this page is shown without it.*

    Empty where nothing was left out.
    """
    every = list(found)
    long = [str(one) for one in every if one.too_long]
    unknown = [str(one) for one in every if not one.too_long]
    sentences = []
    if unknown:
        sentences.append(
            ngettext(
                "%(what)s is not known here, or not yours to see, so this page is shown without it.",
                "%(what)s are not known here, or not yours to see, so this page is shown without them.",
                len(unknown),
            )
            % {"what": get_text_list(unknown, _("and"))}
        )
    if long:
        sentences.append(
            ngettext(
                "%(what)s is too long, so this page is shown without it.",
                "%(what)s are too long, so this page is shown without them.",
                len(long),
            )
            % {"what": get_text_list(long, _("and"))}
        )
    return capfirst(" ".join(sentences))
