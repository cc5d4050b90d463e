"""A flag put off: until when and why."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from web.longest import bound_reason
from web.widgets import DayField, Segmented


class FlagSnoozeForm(forms.Form):
    OTHER = "other"
    SPANS = {
        "7": gettext_lazy("A week"),
        "14": gettext_lazy("Two weeks"),
        "30": gettext_lazy("A month"),
    }

    span = forms.ChoiceField(
        choices=[*SPANS.items(), (OTHER, gettext_lazy("Other day"))],
        widget=Segmented,
        label=gettext_lazy("For"),
        initial="14",
    )
    until_on = DayField(required=False, label=gettext_lazy("Until"), asked=True)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Everybody who sees the relationship reads it."),
        error_messages={"required": gettext_lazy("Say why, so that others know.")},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)
        bound_reason(self, "reason")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        span = cleaned.pop("span", "")
        if span in self.SPANS:
            cleaned["until_on"] = self.today + timedelta(days=int(span))
        elif not cleaned.get("until_on") and "until_on" not in self.errors:
            self.add_error("until_on", _("Say until which day."))
        return cleaned
