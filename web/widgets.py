"""Controls of our own over Django's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Segmented(forms.RadioSelect):
    """A few choices side by side; ``ticks`` marks a value with a sign: ``{"ours": "ours", "theirs": "theirs"}``."""

    template_name = "web/widgets/segmented.html"

    def __init__(self, *args: Any, ticks: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ticks = ticks or {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().create_option(name, value, *args, **kwargs), "tick": self.ticks.get(str(value), "")}


class Pills(forms.RadioSelect):
    """A few choices of a word or two, each a tap."""

    template_name = "web/widgets/pills.html"


class PillBoxes(forms.CheckboxSelectMultiple):
    """The same where several may be meant."""

    template_name = "web/widgets/pills.html"


class Suggesting(forms.TextInput):
    """A text for which some words are suggested; any other may be typed all the same."""

    template_name = "web/widgets/suggesting.html"

    def __init__(self, words: Sequence[str], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.words = words

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        given = dict(attrs or {})
        if self.words:
            given["list"] = f"{given.get('id', name)}-suggested"
        return {**super().get_context(name, value, given), "words": self.words}


class Combo(forms.Select):
    """A select that searches at ``url`` as one types; without JavaScript the select with the form's own choices."""

    def __init__(self, *args: Any, url: str | Promise = "", placeholder: str | Promise = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.url = url
        self.placeholder = placeholder
        # What stands at the right of a choice, and the state whose icon goes before it.
        self.hints: dict[str, tuple[str, str]] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if hint := self.hints.get(str(value)):
            option["attrs"] |= {"data-hint": hint[0], "data-state": hint[1]}
        return option

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        given = {"data-combo": True, "data-combo-url": str(self.url), "data-placeholder": str(self.placeholder)}
        return super().get_context(name, value, {**(attrs or {}), **{key: val for key, val in given.items() if val}})


FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)


class DateInput(forms.DateInput):
    """The browser's own date field, which wants ISO dates whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        bounds = {"min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()}
        super().__init__({**bounds, **(attrs or {})}, format="%Y-%m-%d")


class AskedField(forms.CharField):
    """A text that must be said where another field asks for it, so it is not called optional."""

    asked = True

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, **more)


class DayField(forms.DateField):
    """A day that people can mean; a slip of the keyboard is a year 0001 or 9999, with which nothing can be reckoned.

    ``asked``: it must be said where another field asks for it, as *Other day* does; so it is not called optional.
    """

    widget = DateInput
    default_validators = [
        MinValueValidator(FIRST_DAY, _("This day is too long ago.")),
        MaxValueValidator(LAST_DAY, _("This day is too far off.")),
    ]

    def __init__(self, *, asked: bool = False, **more: Any) -> None:
        super().__init__(**more)
        self.asked = asked
