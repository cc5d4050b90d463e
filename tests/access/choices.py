"""Whether a form offers, or takes, rows that the person may not choose."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

from django.apps import apps
from django.conf import settings
from django.forms import BaseForm, BaseModelForm, ModelChoiceField
from django.http import QueryDict
from django.utils import timezone

from accounts.models import Contact
from meetings.models import Meeting, MeetingAccount
from relationships.criteria import Record
from relationships.feedback import Step
from relationships.models import Feedback, ProblemStep, ScoreConfig
from relationships.stages import Stage, judge
from tests.access.canaries import Half
from tests.access.posts import sent
from web.clock import Now

# Without forms, and not to be imported beside a running application.
APART = {"migrations", "management", "wsgi", "celery", "heartbeat"}


def forms_of(module: ModuleType) -> Iterator[type[BaseForm]]:
    for _name, found in inspect.getmembers(module, inspect.isclass):
        if issubclass(found, BaseForm) and found.__module__ == module.__name__ and hasattr(found, "base_fields"):
            yield found


def modules_of(package: ModuleType) -> Iterator[ModuleType]:
    """The package and all that is in it, however deep."""
    yield package
    for found in pkgutil.iter_modules(getattr(package, "__path__", []), f"{package.__name__}."):
        if found.name.rsplit(".", 1)[1] not in APART:
            yield from modules_of(importlib.import_module(found.name))


def forms_in(packages: Iterable[ModuleType]) -> list[type[BaseForm]]:
    return [form for package in packages for module in modules_of(package) for form in forms_of(module)]


def all_forms() -> list[type[BaseForm]]:
    """The forms of all of our apps, in whichever module they stand."""
    own = sorted(config.name for config in apps.get_app_configs() if is_ours(config.path))
    return forms_in(importlib.import_module(name) for name in own)


def is_ours(path: str) -> bool:
    return Path(path).parent == Path(settings.BASE_DIR)


def given_to(form: type[BaseForm], half: Half) -> dict[str, Any]:
    """What the form's constructor asks for, by name: the person and the half's own rows."""
    values: dict[str, Any] = {
        "user": half.person,
        "person": half.person,
        "leaving": half.person,
        "former": half.person,
        "relationship": half.rows.get("Relationship"),
        "row": half.rows.get("Pulse"),
        "place": half.rows.get("Affiliation"),
        "teams": [],
        "names": [],
        "numbers": ScoreConfig.DEFAULTS,
        "now": Now(timezone.now()),
        "today": date(2026, 3, 2),
        # What a view narrows before it asks.
        "people": Contact.objects.visible_to(half.person),
        "rows": Feedback.objects.visible_to(half.person),
        "contact": half.rows.get("Contact"),
        "stake": None,
        "likely": [],
        "linked": False,
        "heard": half.rows.get("Heard"),
        "kind": ProblemStep.Kind.REOPENED,
        "step": Step.ANSWERED,
        "ours": True,
        "ours_to_say": True,
        "asks": "What was said",
        "account": half.rows.get("Account"),
        "meeting": half.rows.get("Meeting"),
        "play": half.rows.get("Play"),
        "event": half.rows.get("CapturedEvent"),
        "party": half.rows.get("MeetingAccount"),
        "parties": MeetingAccount.objects.visible_to(half.person),
        "item": half.rows.get("AgendaItem"),
        "kept": {kind.value: [] for kind in Meeting.Kind},
        "usual": "email",
        "every_days": 14,
        "outlook": judge(Record(), Stage.CUSTOMER, date(2026, 3, 2)),
    }
    asked = [
        name
        for owner in form.__mro__
        if "__init__" in vars(owner) and owner.__module__.split(".")[0] != "django"
        for name, parameter in inspect.signature(vars(owner)["__init__"]).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    ]
    return {name: values[name] for name in asked if name in values}


def filled(form: type[BaseForm], half: Half, other: Half) -> Iterator[BaseForm]:
    """The form as it comes up, about a row that is there, and with choices sent of one's own and of another."""
    given = given_to(form, half)
    yield form(**given)
    takes = inspect.signature(form).parameters
    if issubclass(form, BaseModelForm) and any(one.kind is one.VAR_KEYWORD for one in takes.values()):
        yield form(**given, instance=half.rows[form._meta.model.__name__])
    for side in (half, other):
        data = QueryDict(mutable=True)
        data.update(sent(half, side))
        yield form(**given, data=data)


def too_wide(form: type[BaseForm], half: Half, other: Half) -> list[str]:
    """Fields of the form whose choices hold rows that the person may neither read nor look up by name."""
    wide = set()
    for one in filled(form, half, other):
        for name, field in one.fields.items():
            if isinstance(field, ModelChoiceField) and (rows := field.queryset) is not None:
                manager = rows.model._default_manager
                listed = manager.listed_for if hasattr(manager, "listed_for") else manager.visible_to
                allowed = {str(pk) for pk in listed(half.person).values_list("pk", flat=True)}
                shown = {str(choice) for choice, _label in getattr(field.widget, "choices", [])} - {""}
                taken = {str(pk) for pk in rows.values_list("pk", flat=True)}
                if (shown | taken) - allowed:
                    wide.add(f"{form.__name__}.{name}")
    return sorted(wide)
