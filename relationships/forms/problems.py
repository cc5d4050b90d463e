"""A problem, and what happens to it. Days are those of the relationship's zone; the usual ones are a tap."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from relationships.forms.partner import PartnerField, chosen_by, offer_partners, offer_people, partners_of
from relationships.forms.promises import BACK, NONE, Days, DaysForm
from relationships.forms.tone import read_for_tone
from relationships.models import Problem, ProblemStep, Relationship
from web.choices import offer
from web.clock import Now
from web.longest import bound
from web.widgets import DayField, Segmented

# Days from the one on which it was opened; without a choice its severity says how long.
WITHIN = {
    NONE: gettext_lazy("As its severity says"),
    "2": gettext_lazy("In 2 days"),
    "7": gettext_lazy("In a week"),
}


class ProblemForm(DaysForm, forms.ModelForm[Problem]):
    class Meta:
        model = Problem
        fields = ["what", "severity", "opened_on", "due_on", "contact", "opened_by", "keeper"]
        field_classes = {"opened_on": DayField, "due_on": DayField}
        help_texts = {
            "what": gettext_lazy("In words they may read: shared agendas and review packs show it."),
        }
        widgets = {
            "what": forms.Textarea(attrs={"rows": 3}),
            "severity": Segmented,
        }

    def __init__(self, *args: Any, user: User, now: Now, relationship: Relationship | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.now, self.chosen = user, now, relationship
        self.today = now.today(relationship.zone if relationship else user.zone)
        ours = {"opened_by": _("Whoever writes it down"), "keeper": _("The owner")}
        offer_people(self, relationship, ours, user=user, today=self.today)
        if self.instance.reopened:
            # The first day has been; the one that counts is the one said when it came back.
            self.fields["again_on"] = DayField(label=self.fields.pop("due_on").label, initial=self.instance.until)
        bound(self, "what")
        if relationship:
            # Whose it is has been chosen; what is left to say is what is wrong.
            self.fields["what"].widget.attrs["autofocus"] = True
        offer(self, "severity", ((value, label.capitalize()) for value, label in Problem.Severity.choices))

    def clean(self) -> dict[str, Any]:
        return self.read_days(super().clean() or self.cleaned_data)

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""


class NewProblemForm(ProblemForm):
    """Serious, opened today, to be solved within the days of its severity, unless said otherwise."""

    relationship = PartnerField(leads_to="what")
    opened = Days(BACK, other="opened_on", label=gettext_lazy("Opened"), initial="0")
    opened_on = DayField(required=False, label=gettext_lazy("Day on which it was opened"))
    by = Days(WITHIN, other="due_on", label=gettext_lazy("To be solved"), required=False, initial=NONE)
    due_on = DayField(required=False, label=gettext_lazy("Day by which to solve it"))

    field_order = ["relationship", "what", "severity", "opened", "opened_on", "by", "due_on", "contact", "keeper"]

    def __init__(self, *args: Any, user: User, now: Now, relationship: Relationship | None = None, **kwargs: Any):
        mine = partners_of(user)
        chosen = relationship or chosen_by(mine, args, kwargs)
        super().__init__(*args, user=user, now=now, relationship=chosen, **kwargs)
        if relationship is None:
            offer_partners(self, mine, user=user, now=now, first=[chosen] if chosen else [])
        else:
            del self.fields["relationship"]


# How it was solved is what they are told of it.
SAID_TO_THEM = (ProblemStep.Kind.OWNED, ProblemStep.Kind.SOLVED)


class ProblemStepForm(DaysForm, forms.Form):
    """A day, and a sentence; ``note`` is asked for in the words of what happened."""

    when = Days(BACK, other="done_on", label=gettext_lazy("When"), initial="0")
    done_on = DayField(required=False, label=gettext_lazy("On which day"))
    by = Days(WITHIN, other="due_on", label=gettext_lazy("To be solved"), required=False, initial=NONE)
    due_on = DayField(required=False, label=gettext_lazy("Day by which to solve it"))
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, today: date, asks: Any, kind: ProblemStep.Kind, **kwargs: Any) -> None:
        """One that came back is asked by when to solve it; what was said to them is read for its tone."""
        self.today = today
        super().__init__(*args, **kwargs)
        self.fields["note"].label = asks
        bound(self, "note")
        if kind != ProblemStep.Kind.REOPENED:
            del self.fields["by"], self.fields["due_on"]
        if kind == ProblemStep.Kind.OWNED:
            self.fields["note"].required = True
            self.fields["note"].error_messages["required"] = _("Say what was said to them.")
        if kind in SAID_TO_THEM:
            read_for_tone(self, "note")

    def clean(self) -> dict[str, Any]:
        return self.read_days(super().clean() or self.cleaned_data)
