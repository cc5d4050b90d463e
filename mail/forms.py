"""Which weekly mails a person wants."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mail.models import WEEKLY, Kind


class WantedForm(forms.Form):
    wanted = forms.MultipleChoiceField(
        label=_("Send me"),
        choices=[(kind.value, kind.label) for kind in WEEKLY],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Each comes at most once a week, and only when there is something to say."),
    )

    def kinds(self) -> list[Kind]:
        """Those ticked; of a form that is valid."""
        chosen: list[Any] = self.cleaned_data["wanted"]
        return [Kind(value) for value in chosen]
