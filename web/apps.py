from typing import Any

from django.apps import AppConfig
from django.forms import ChoiceField, DateField, Field, IntegerField, ModelChoiceField
from django.utils.translation import gettext_lazy

# What a field says that was left empty, where its form has no better word: what to do, instead of a rule.
LEFT_EMPTY: dict[type[Field], Any] = {
    Field: gettext_lazy("Fill this in."),
    ChoiceField: gettext_lazy("Choose one."),
    ModelChoiceField: gettext_lazy("Choose one."),
    DateField: gettext_lazy("Say which day."),
    IntegerField: gettext_lazy("Give a number."),
}


class WebConfig(AppConfig):
    name = "web"

    def ready(self) -> None:
        """A field copies these words when it is made, so this comes before any form is read."""
        for kind, said in LEFT_EMPTY.items():
            kind.default_error_messages = {**kind.default_error_messages, "required": said}
