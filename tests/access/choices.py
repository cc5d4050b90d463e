"""Whether a form offers, or takes, rows that the person may not choose."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
from collections.abc import Iterator
from datetime import date
from types import ModuleType
from typing import Any

from django.forms import BaseForm, ModelChoiceField
from django.utils import timezone

from accounts.checks import ours
from tests.access.canaries import Half
from web.clock import Now


def forms_of(module: ModuleType) -> Iterator[type[BaseForm]]:
    for _name, found in inspect.getmembers(module, inspect.isclass):
        if issubclass(found, BaseForm) and found.__module__ == module.__name__ and hasattr(found, "base_fields"):
            yield found


def all_forms() -> list[type[BaseForm]]:
    """The forms of all of our apps; each app keeps them in ``forms.py``."""
    found = []
    for name in sorted({model._meta.app_config.name for model in ours()} | {"dashboards", "imports"}):
        if importlib.util.find_spec(f"{name}.forms"):
            found += list(forms_of(importlib.import_module(f"{name}.forms")))
    return found


def given_to(form: type[BaseForm], half: Half) -> dict[str, Any]:
    """What the form's constructor asks for, by name: the person and the half's own rows."""
    values: dict[str, Any] = {
        "user": half.person,
        "person": half.person,
        "leaving": half.person,
        "relationship": half.rows.get("Relationship"),
        "place": half.rows.get("Affiliation"),
        "teams": [],
        "now": Now(timezone.now()),
        "today": date(2026, 3, 2),
    }
    asked = [
        name
        for owner in form.__mro__
        if "__init__" in vars(owner) and owner.__module__.split(".")[0] != "django"
        for name, parameter in inspect.signature(vars(owner)["__init__"]).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    ]
    return {name: values[name] for name in asked if name in values}


def too_wide(form: type[BaseForm], half: Half) -> list[str]:
    """Fields of the form whose choices hold rows that the person may neither read nor look up by name."""
    wide = []
    for name, field in form(**given_to(form, half)).fields.items():
        if isinstance(field, ModelChoiceField) and (rows := field.queryset) is not None:
            manager = rows.model._default_manager
            listed = manager.listed_for if hasattr(manager, "listed_for") else manager.visible_to
            if rows.exclude(pk__in=listed(half.person).values("pk")).exists():
                wide.append(f"{form.__name__}.{name}")
    return wide
