"""Locks that fail closed: Concord does not start when a model forgot its rule."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import models
from pghistory.models import Event


def ours() -> list[type[models.Model]]:
    """The project's own models; audit events, which no page reads through a list, left out."""
    return [
        model
        for app in apps.get_app_configs()
        if Path(app.path).parent == Path(settings.BASE_DIR)
        for model in app.get_models()
        if not issubclass(model, Event)
    ]


@register("access")
def every_model_has_its_rule(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Each model's queryset says itself who may see its rows."""
    return [
        Error(
            f"{model._meta.label} does not say who may see its rows.",
            hint="Give its queryset its own visible_to(user).",
            obj=model,
            id="concord.E001",
        )
        for model in ours()
        if "visible_to" not in vars(type(model._default_manager.all()))
    ]
