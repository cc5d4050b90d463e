"""No field of a form has the name of something that scripts ask the form itself.

In a browser ``form.matches`` is the field called *matches*, if there is one, and no longer what says whether the form
matches a selector: htmx then stops in the middle, and the dialog is not sent by it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.forms import BaseForm

from prm import services

ASKED = {
    *("action", "attributes", "children", "classList", "closest", "contains", "dataset", "dispatchEvent", "elements"),
    *("getAttribute", "isConnected", "length", "matches", "method", "parentElement", "querySelector", "reset"),
    *("querySelectorAll", "removeAttribute", "setAttribute", "submit", "tagName"),
}


def ours() -> Iterator[type[BaseForm]]:
    """Every form of the product, those of Django and of packages aside."""
    for app in apps.get_app_configs():
        if Path(app.path).is_relative_to(services.CHECKOUT) and "site-packages" not in app.path:
            for found in pkgutil.walk_packages([app.path], f"{app.name}."):
                if ".forms" in found.name and ".migrations" not in found.name:
                    importlib.import_module(found.name)
    waiting = [BaseForm]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if "site-packages" not in (importlib.import_module(one.__module__).__file__ or ""):
            yield one


@pytest.mark.parametrize("form", sorted(set(ours()), key=str))
def test_no_field_hides_what_scripts_ask(form: type[BaseForm]) -> None:
    assert set(getattr(form, "base_fields", {})) & ASKED == set()
