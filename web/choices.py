"""Choices narrowed to what the person may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

GONE = gettext_lazy("What was chosen here is no longer offered. Choose again.")


def narrow(form: forms.BaseForm, name: str, rows: QuerySet[Any], *, none: str = "", gone: str = "") -> None:
    """What may be chosen in a field; ``none`` is how choosing nothing reads.

    What was chosen and is not among it was removed, or belongs to something else that was chosen before: its number
    says nothing to anybody, and ``gone`` is said instead.
    """
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows
    field.error_messages["invalid_choice"] = field.error_messages["invalid_pk_value"] = gone or GONE
    if none:
        field.empty_label = none


def offer(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """What a select shows without a search; more may be valid than is shown."""
    widget = form.fields[name].widget
    assert isinstance(widget, forms.widgets.ChoiceWidget)
    widget.choices = list(choices)
