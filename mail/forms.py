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

    brief = forms.BooleanField(
        label=_("The brief before each meeting of mine, half an hour ahead"),
        required=False,
        help_text=_(
            "The last talks, what is open on both sides, who decides or signs, what is at stake, and the agenda."
        ),
    )

    def kinds(self) -> list[Kind]:
        """Those ticked; of a form that is valid."""
        chosen: list[Any] = self.cleaned_data["wanted"]
        return [Kind(value) for value in chosen]
