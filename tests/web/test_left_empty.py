"""Whatever is left empty is answered in words for people, on every form."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest
from django import forms

APPS = ("accounts", "dashboards", "imports", "mail", "meetings", "prm", "relationships", "web")


def kinds(of: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_no_field_speaks_of_fields() -> None:
    import_module("prm.urls")
    ours = {kind for kind in kinds(forms.BaseForm) if kind.__module__.split(".")[0] in APPS}
    said = {
        f"{kind.__qualname__}.{name}": str(field.error_messages.get("required", ""))
        for kind in ours
        for name, field in getattr(kind, "base_fields", {}).items()
        if field.required
    }
    assert len(said) > 40
    assert {name: words for name, words in said.items() if "field" in words or not words.endswith(".")} == {}


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (forms.CharField(), "Fill this in."),
        (forms.ChoiceField(choices=[("a", "A")]), "Choose one."),
        (forms.DateField(), "Say which day."),
        (forms.IntegerField(), "Give a number."),
    ],
)
def test_each_kind_has_its_words(field: forms.Field, said: str) -> None:
    with pytest.raises(forms.ValidationError) as refused:
        field.clean("")
    assert refused.value.messages == [said]
