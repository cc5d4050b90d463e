"""Which organisation another one becomes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import AccountChoice
from accounts.models import Account, User


class MergeForm(forms.Form):
    """The other organisation, which goes."""

    other = AccountChoice(
        label=gettext_lazy("Which is the same?"),
        help_text=gettext_lazy("It goes; all that is known of it moves here."),
    )
    # Which word of a colleague that they are two the person has read.
    told_apart = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, user: User, kept: Account | None = None) -> None:
        super().__init__(data)
        self.kept = kept
        chosen = str(self.data.get("other", ""))
        is_key = chosen.isascii() and chosen.isdigit() and len(chosen) < 19
        self.chosen = int(chosen) if is_key else None
        self.fields["other"].offer(user, chosen=self.chosen)  # type: ignore[attr-defined]

    def clean_other(self) -> Account:
        other: Account = self.cleaned_data["other"]
        if self.kept is not None and other.pk == self.kept.pk:
            raise ValidationError(_("Choose another organisation: one cannot be merged with itself."))
        return other
