"""How a meeting comes again, which of a series are meant, and whether invitations go out."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings import series, series_words
from meetings.models import Meeting
from meetings.series import Rule
from web.widgets import DayField, Segmented


class AgainForm(forms.Form):
    """Beside the form of a meeting, sent with it; ``day`` is the day chosen there."""

    which = forms.ChoiceField(
        label=gettext_lazy("Which of them"),
        choices=[("one", gettext_lazy("Only this one")), ("following", gettext_lazy("This and those that follow"))],
        widget=Segmented,
        initial="one",
    )
    again = forms.ChoiceField(
        label=gettext_lazy("Comes again"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Say how often it comes again, in the words of the list.")},
    )
    until = DayField(label=gettext_lazy("Until"), required=False)
    send = forms.BooleanField(label=gettext_lazy("Send invitations"), required=False)

    def __init__(self, *args: Any, meeting: Meeting | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        of_series = meeting is not None and meeting.series_id is not None
        none = _("As until now") if of_series else _("Not again")
        self.fields["again"].choices = [("", none), *series_words.CHOICES.items()]  # type: ignore[attr-defined]
        if not of_series:
            del self.fields["which"]
        if meeting is not None:
            # Those who were invited hear of it by themselves.
            del self.fields["send"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("again") and cleaned.get("which") == "one":
            self.add_error("which", _("How often it comes can be changed for this and those that follow."))
        if cleaned.get("until") and not cleaned.get("again"):
            self.add_error("again", _("Say how often it comes again."))
        return cleaned

    @property
    def following(self) -> bool:
        return bool(self.cleaned_data.get("which") == "following")

    def rule(self, day: date) -> Rule | None:
        """None where it does not come again, or as until now. Puts what does not fit at its field."""
        kind, until = self.cleaned_data.get("again"), self.cleaned_data.get("until")
        if not kind:
            return None
        if until is not None and until < day:
            self.add_error("until", _("This is before the first meeting."))
            return None
        return series.like(kind, day, until)
