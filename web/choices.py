"""Choices narrowed to what the person may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet


def narrow(form: forms.BaseForm, name: str, rows: QuerySet[Any], *, none: str = "") -> None:
    """What may be chosen in a field; ``none`` is how choosing nothing reads."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows
    if none:
        field.empty_label = none


def offer(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """What a select shows without a search; more may be valid than is shown."""
    widget = form.fields[name].widget
    assert isinstance(widget, forms.widgets.ChoiceWidget)
    widget.choices = list(choices)
