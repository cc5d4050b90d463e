"""How often to be in touch, and what puts a check-in off."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relationships import cadence, queries
from relationships.models import CadenceAgreement, Relationship
from web.choices import narrow
from web.clock import Now
from web.longest import bound_reason
from web.widgets import DayField, Pills, Segmented


class SnoozeForm(forms.Form):
    """Until when and why, both one tap; another day and other words where these do not fit."""

    OTHER = "other"
    SPANS = {"3": gettext_lazy("3 days"), "7": gettext_lazy("A week"), "14": gettext_lazy("Two weeks")}
    REASONS = {
        "asked": gettext_lazy("They asked for time"),
        "away": gettext_lazy("They are away"),
        "planned": gettext_lazy("A date is set"),
        "waiting": gettext_lazy("Waiting for their answer"),
    }

    span = forms.ChoiceField(
        choices=[*SPANS.items(), (OTHER, gettext_lazy("Other day"))],
        widget=Segmented,
        label=gettext_lazy("For"),
        initial="7",
    )
    until_on = DayField(required=False, label=gettext_lazy("Until"), asked=True)
    why = forms.ChoiceField(choices=list(REASONS.items()), required=False, widget=Pills, label=gettext_lazy("Why"))
    reason = forms.CharField(
        required=False,
        label=gettext_lazy("Why, in your words"),
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("or in your words")}),
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
        chosen = str(self.REASONS.get(cleaned.pop("why", ""), ""))
        cleaned["reason"] = ": ".join(part for part in (chosen, cleaned.get("reason", "").strip()) if part)
        if not cleaned["reason"] and "reason" not in self.errors:
            self.add_error("reason", _("Tap a reason or type one, so that others know."))
        return cleaned


class PauseForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("The manager sees it."),
        error_messages={"required": gettext_lazy("Say why it rests, so that others know.")},
    )


class AgreementForm(forms.ModelForm[CadenceAgreement]):
    """The lasting rhythm from a day on. The verb builds and checks the row."""

    every_days = forms.IntegerField(
        min_value=1,
        max_value=366,
        label=gettext_lazy("Every how many days"),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "min_value": gettext_lazy("At least one day."),
            "max_value": gettext_lazy("At most %(limit_value)s days."),
        },
    )

    class Meta:
        model = CadenceAgreement
        fields = ["every_days", "starts_on", "agreed_with", "agreed_on", "reason"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 2})}
        field_classes = {"starts_on": DayField, "ends_on": DayField, "agreed_on": DayField}
        labels = {"reason": gettext_lazy("Why")}

    def __init__(self, *args: Any, relationship: Relationship, now: Now, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.relationship = relationship
        today = relationship.today(now)
        narrow(self, "agreed_with", queries.people_of(relationship, today), none=_("Nobody yet: assumed"))
        self.counts = queries.counting_on(relationship, today)
        self._explain_reason()
        if not self.is_bound:
            self.initial.setdefault("every_days", self._suggested(today))
            self.initial.setdefault("starts_on", today)

    def _explain_reason(self) -> None:
        agreed = self.counts is not None and not self.counts.assumed
        self.fields["reason"].required = False
        self.fields["reason"].help_text = (
            _("The rhythm so far was agreed with them: say why it changes.")
            if agreed
            else _("Needed for more than %(most)d days.") % {"most": cadence.LONGEST_INTERVAL}
        )

    def _suggested(self, today: date) -> int:
        """The lasting rhythm, even while a tighter one lies over it."""
        lasting = self.relationship.agreements.filter(ends_on=None, starts_on__lte=today)
        return lasting.order_by("-starts_on", "-pk").values_list("every_days", flat=True).first() or 30

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""


class TighterForm(AgreementForm):
    """A tighter rhythm for a while, from a day until another, with the reason."""

    class Meta(AgreementForm.Meta):
        fields = ["every_days", "starts_on", "ends_on", "agreed_with", "agreed_on", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].required = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day lies before the first."))
        return cleaned

    def _explain_reason(self) -> None:
        self.fields["reason"].required = True
        self.fields["reason"].error_messages["required"] = _("Say why it is tighter for a while.")
        self.fields["reason"].help_text = _("What is at stake meanwhile.")

    def _suggested(self, today: date) -> int:
        """Twice as often."""
        return max(1, (self.relationship.every_days or 30) // 2)
