"""The address of somebody's own calendar, and whom an event of it was with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from meetings.models import CapturedEvent, CapturedMatch
from web.fetching import LONGEST_ADDRESS


class SecretInput(forms.TextInput):
    """Shows what is typed and never gives it back: the address is in no page, also where it was refused."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class CalendarForm(forms.Form):
    address = forms.CharField(
        label=_("Secret address in iCal format"),
        max_length=LONGEST_ADDRESS,
        widget=SecretInput(
            attrs={
                "autocomplete": "off",
                "spellcheck": "false",
                "inputmode": "url",
                "placeholder": "https://…/basic.ics",
            }
        ),
        help_text=_("Whoever has this address can read your calendar. It is kept encrypted and never shown again."),
        error_messages={"required": _("Paste the address of your calendar.")},
    )


class MatchField(forms.ModelMultipleChoiceField[CapturedMatch]):
    def label_from_instance(self, obj: CapturedMatch) -> str:
        return f"{obj.contact}, {obj.relationship}"


class MatchForm(forms.Form):
    """Whom it was with; left out it means all of them, where there is no doubt."""

    # Not "matches": in a browser a field of that name hides what asks a form whether it matches a selector.
    with_whom = MatchField(
        CapturedMatch.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Who it was with"),
    )

    def __init__(self, *args: Any, user: User, event: CapturedEvent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = CapturedMatch.objects.changeable_by(user).filter(event=event)
        field = self.fields["with_whom"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = mine.select_related("contact", "relationship__account").order_by("id")

    @property
    def chosen(self) -> list[int] | None:
        """The keys of those ticked; nothing where nobody was asked."""
        if "with_whom" not in self.data:
            return None
        return [match.pk for match in self.cleaned_data.get("with_whom", [])]
