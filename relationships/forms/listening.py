"""A listening post, and its public form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relationships.listening import LONGEST_LINE, LONGEST_TEXT, says_something
from relationships.models import Feedback
from web.widgets import Pills

LINES = ("name", "organisation", "reach", "behalf_of", "noted_by")


def _line(label: Any, *, hint: Any = "", complete: str = "off") -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=LONGEST_LINE,
        label=label,
        help_text=hint,
        widget=forms.TextInput(attrs={"autocomplete": complete, "dir": "auto"}),
        error_messages={"max_length": gettext_lazy("This is %(show_value)d characters long; 200 fit.")},
    )


class HearForm(forms.Form):
    """What somebody wants to say, and as much of who they are as they like to tell.

    What is sent must be made tidy before (``listening.tidy``).
    """

    text = forms.CharField(
        label=gettext_lazy("What do you want to say?"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        error_messages={
            "required": gettext_lazy("Write what you want to say."),
            "max_length": gettext_lazy(
                "This is %(show_value)d characters long; 5,000 fit. It is still here: shorten it, or send it in parts."
            ),
        },
    )
    nature = forms.ChoiceField(
        required=False, choices=Feedback.Nature.choices, label=gettext_lazy("It is"), widget=Pills
    )
    name = _line(gettext_lazy("Your name"), complete="name")
    organisation = _line(gettext_lazy("Your organisation"), complete="organization")
    reach = _line(
        gettext_lazy("How to reach you"),
        hint=gettext_lazy("An e-mail address or a number. With it you can be told what came of it."),
        complete="email",
    )
    behalf_of = _line(gettext_lazy("On behalf of"), hint=gettext_lazy("For example the night shift."))
    for_somebody = forms.BooleanField(required=False, label=gettext_lazy("I am writing this down for somebody else"))
    noted_by = _line(
        gettext_lazy("Who is writing it down"),
        hint=gettext_lazy("Your own name. The name and organisation above are then those of whoever said it."),
    )

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if not says_something(text):
            raise forms.ValidationError(_("Write what you want to say."), code="required")
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.pop("for_somebody", False) and not cleaned.get("noted_by") and "noted_by" not in self.errors:
            self.add_error("noted_by", _("Say who is writing it down."))
        return cleaned
