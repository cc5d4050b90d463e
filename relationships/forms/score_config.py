"""Weights and thresholds: whole points that add up to 100. Applied only after before and after were looked at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _

from relationships.models import ScoreConfig
from web.longest import bound_reason

WHOLE = {"inputmode": "numeric", "min": 0, "max": 100}
WEIGHTS = [name for name in ScoreConfig.DEFAULTS if name not in ScoreConfig.THRESHOLDS]


class ScoreForm(forms.ModelForm[ScoreConfig]):
    """``looked`` holds the numbers whose before and after was shown; ``seen`` is the version that was in force then."""

    class Meta:
        model = ScoreConfig
        fields = [*ScoreConfig.DEFAULTS, "why"]
        widgets = {
            **{name: forms.NumberInput(attrs=WHOLE) for name in ScoreConfig.DEFAULTS},
            "why": forms.Textarea(attrs={"rows": 2}),
        }

    seen = forms.IntegerField(widget=forms.HiddenInput)
    looked = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, numbers: dict[str, int]) -> None:
        self.applies = "apply" in (data or {})
        super().__init__(data, initial=numbers)
        self.fields["why"].required = self.applies
        # Asked for to apply, so it is not called optional before.
        self.fields["why"].asked = True  # type: ignore[attr-defined]
        bound_reason(self, "why")
        for name in ScoreConfig.DEFAULTS:
            _within(self.fields[name], 0 if name in WEIGHTS else 1)
        self.fields["why"].label = _("Why it is changed")
        self.fields["why"].help_text = _("Everybody of the staff reads it here.")
        self.fields["why"].error_messages["required"] = _("Say why, so that others understand.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if any(name in self.errors for name in ScoreConfig.DEFAULTS):
            return cleaned
        total = sum(cleaned[name] for name in WEIGHTS)
        if total != 100:
            said = _("The five weights add up to %(total)s; they have to add up to 100.")
            raise ValidationError(said % {"total": total})
        if not 0 < cleaned["steady"] < cleaned["strong"]:
            self.add_error("strong", _("Strong has to begin above steady, and steady above 0."))
        elif self.applies and cleaned.get("looked") != signature(self.numbers):
            raise ValidationError(
                _("The numbers were changed after before and after was shown. Here it is for the new ones.")
            )
        return cleaned

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""

    @property
    def numbers(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in ScoreConfig.DEFAULTS}

    @property
    def complete(self) -> bool:
        """The numbers are such as could be applied, whatever else is wrong."""
        if not self.is_bound or any(name in self.errors for name in ScoreConfig.DEFAULTS):
            return False
        return sum(self.numbers[name] for name in WEIGHTS) == 100

    def weight_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in WEIGHTS]

    def threshold_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ScoreConfig.THRESHOLDS]


def _within(field: forms.Field, least: int) -> None:
    """Said when before and after is asked for, not when it is applied only."""
    said = _("Choose a whole number from %(least)d to 100.") % {"least": least}
    field.widget.attrs["min"] = least
    field.error_messages["invalid"] = said
    field.validators += [MinValueValidator(least, said), MaxValueValidator(100, said)]


def signature(numbers: dict[str, int]) -> str:
    return ",".join(str(numbers[name]) for name in ScoreConfig.DEFAULTS)
