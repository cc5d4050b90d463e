"""Moves, waivers, scopes, targets, steps and ends. The verbs build and check the rows."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Contact, User
from relationships import queries, stage_words, stages
from relationships.forms.promises import BACK, Days, DaysForm
from relationships.models import PlanStep, Relationship
from relationships.stages import Outlook, Stage
from web.choices import narrow, offer
from web.clock import Now
from web.widgets import DayField, Segmented

LASTING = {
    "30": gettext_lazy("A month"),
    "90": gettext_lazy("Three months"),
    "180": gettext_lazy("Half a year"),
}


class MoveForm(forms.Form):
    """Up where that is shown; down always, with a reason. Moved ``meanwhile``, it says so and keeps what was typed."""

    to = forms.ChoiceField(
        label=gettext_lazy("To"),
        widget=Segmented,
        error_messages={"required": gettext_lazy("Choose the stage.")},
    )
    why = forms.CharField(required=False, label=gettext_lazy("Why"), widget=forms.Textarea(attrs={"rows": 2}))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, relationship: Relationship, outlook: Outlook | None, meanwhile: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.meanwhile = meanwhile
        self.initial.setdefault("seen", relationship.stage)
        order = list(Stage)
        up = [outlook.stage] if outlook and outlook.settled else []
        self.may = [*up, *reversed(order[: order.index(Stage(relationship.stage))])]
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(stage.value, capfirst(stage_words.name(stage))) for stage in self.may]
        self.initial.setdefault("to", self.may[0] if up else "")
        self.fields["why"].help_text = (
            _("Needed for a step down. Left empty, a step up says which criteria were met.") if up else ""
        )
        if meanwhile:
            # What could be chosen is to be chosen no more; what stands there now was not what the person had in view.
            del self.fields["to"]
            self.fields["why"].help_text = ""

    def clean(self) -> dict[str, Any]:
        if self.meanwhile:
            raise ValidationError(self.meanwhile, code=stage_words.MEANWHILE)
        return super().clean() or self.cleaned_data

    @property
    def overtaken(self) -> bool:
        """Whether somebody else was quicker, be it before this was sent or while it was."""
        return bool(self.meanwhile) or self.has_error(NON_FIELD_ERRORS, stage_words.MEANWHILE)


class WaiverForm(DaysForm, forms.Form):
    criterion = forms.ChoiceField(label=gettext_lazy("Criterion"))
    span = Days(LASTING, other="until_on", label=gettext_lazy("For how long"), initial="90")
    until_on = DayField(required=False, label=gettext_lazy("Until"))
    why = forms.CharField(
        label=gettext_lazy("Why"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Everybody who sees the relationship reads it."),
        error_messages={"required": gettext_lazy("Say why, so that others understand.")},
    )

    def __init__(self, *args: Any, today: date, outlook: Outlook, every_days: int, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)
        field = self.fields["criterion"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (one.criterion.value, stage_words.title(one.criterion, every_days))
            for one in outlook.findings
            if one.verdict is not stages.Verdict.MET
        ]

    def clean(self) -> dict[str, Any]:
        return self.read_days(super().clean() or self.cleaned_data)


class ScopeForm(DaysForm, forms.Form):
    what = forms.CharField(
        label=gettext_lazy("What was agreed"),
        widget=forms.TextInput(attrs={"maxlength": 1000, "placeholder": gettext_lazy("Feed for two sites, a year")}),
        error_messages={"required": gettext_lazy("Say what was agreed.")},
    )
    when = Days(BACK, other="agreed_on", label=gettext_lazy("Agreed"), initial="0")
    agreed_on = DayField(required=False, label=gettext_lazy("Day on which it was agreed"))
    agreed_with = forms.ModelChoiceField(
        Contact.objects.none(), required=False, label=gettext_lazy("With whom of theirs")
    )

    def __init__(self, *args: Any, relationship: Relationship, now: Now, **kwargs: Any) -> None:
        self.today = relationship.today(now)
        super().__init__(*args, **kwargs)
        narrow(self, "agreed_with", queries.people_of(relationship, self.today), none=_("Nobody in particular"))

    def clean(self) -> dict[str, Any]:
        return self.read_days(super().clean() or self.cleaned_data)


class TargetForm(forms.Form):
    stage = forms.ChoiceField(required=False, label=gettext_lazy("To become"), widget=Segmented)
    on = DayField(required=False, label=gettext_lazy("By"))

    def __init__(self, *args: Any, relationship: Relationship, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["stage"]
        assert isinstance(field, forms.ChoiceField)
        later = [stage for stage in Stage if stages.is_up(relationship.stage, stage)]
        field.choices = [*((one.value, capfirst(stage_words.name(one))) for one in later), ("", _("No target"))]
        # Where none is set, the next one is what somebody who comes here wants.
        aimed = relationship.target_stage if relationship.target_stage in later else (later[0] if later else "")
        self.initial.setdefault("stage", aimed)
        self.initial.setdefault("on", relationship.target_on)


class PlanStepForm(forms.ModelForm[PlanStep]):
    class Meta:
        model = PlanStep
        fields = ["what", "criterion", "due_on", "keeper"]
        widgets = {"what": forms.TextInput(attrs={"maxlength": 1000})}
        field_classes = {"due_on": DayField}

    def __init__(self, *args: Any, user: User, relationship: Relationship, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = User.objects.visible_to(user).active_staff()
        keepers = User.objects.visible_to(user).filter(Q(pk__in=staff) | Q(pk=self.instance.keeper_id))
        narrow(self, "keeper", keepers, none=_("The owner"))
        wanted = stages.following(relationship.stage) or Stage(relationship.stage)
        every = relationship.every_days or 30
        offered = [(one.value, stage_words.title(one, every)) for one in stages.CRITERIA[wanted]]
        known = {value for value, _name in offered}
        kept = self.instance.criterion
        if kept and kept not in known:
            offered.append((kept, stage_words.plain_title(stages.Criterion(kept))))
        offer(self, "criterion", [("", _("None in particular")), *offered])

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""


class EndForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it ends"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("No check-in is due any more. What was said and promised stays."),
        error_messages={"required": gettext_lazy("Say why it ended.")},
    )
