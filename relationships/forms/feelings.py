"""A word and a line about how a relationship feels; and what became of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from relationships.models import Feeling, RelationshipOutcome
from web.choices import offer
from web.longest import bound_reason
from web.widgets import DayField, Segmented


class FeelingForm(forms.ModelForm[Feeling]):
    class Meta:
        model = Feeling
        fields = ["word", "note"]
        widgets = {"word": Segmented, "note": forms.TextInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "word", ((value, capfirst(label)) for value, label in Feeling.Word.choices))
        self.fields["word"].error_messages["required"] = _("Choose a word.")
        self.fields["note"].help_text = _("Colleagues who see the relationship read it; the partner never does.")
        bound_reason(self, "note")

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""


class OutcomeForm(forms.ModelForm[RelationshipOutcome]):
    class Meta:
        model = RelationshipOutcome
        fields = ["kind", "came_on", "reason", "worth_before", "worth_after"]
        widgets = {"kind": Segmented, "reason": forms.Textarea(attrs={"rows": 2})}
        field_classes = {"came_on": DayField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "kind", ((value, capfirst(label)) for value, label in RelationshipOutcome.Kind.choices))
        self.fields["kind"].error_messages["required"] = _("Say what became of it.")
        self.fields["reason"].error_messages["required"] = _("Say why, so that it can be learnt from.")
        bound_reason(self, "reason")
        for name in ("worth_before", "worth_after"):
            field: Any = self.fields[name]
            wrong = _("Give the yearly worth in figures, 0 or more, such as 12000 or 12000.50.")
            long = _("Give at most 12 digits before the point and two after it.")
            codes = ("max_digits", "max_decimal_places", "max_whole_digits")
            field.error_messages |= {"invalid": wrong, "min_value": wrong, **dict.fromkeys(codes, long)}
            field.validators = [*field.validators, MinValueValidator(0)]

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""
