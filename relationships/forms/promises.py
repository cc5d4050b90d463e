"""A promise, and what becomes of it. Days are those of the relationship's zone; the usual ones are a tap."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from relationships.forms.partner import PartnerField, chosen_by, offer_partners, offer_people, partners_of
from relationships.forms.tone import read_for_tone
from relationships.models import Commitment, Miss, Relationship
from web.choices import offer
from web.clock import Now
from web.longest import bound
from web.widgets import DayField, Segmented

OTHER, NONE = "other", ""
DAY = timedelta(days=1)
# Days from today.
AHEAD = {"7": gettext_lazy("In a week"), "14": gettext_lazy("In two weeks"), "30": gettext_lazy("In a month")}
BACK = {"0": gettext_lazy("Today"), "-1": gettext_lazy("Yesterday")}


class Days(forms.ChoiceField):
    """A day as one of a few taps; the field named ``other`` holds any other day."""

    widget = Segmented

    def __init__(self, spans: dict[str, Any], *, other: str, label: Any, **more: Any) -> None:
        self.other = other
        super().__init__(choices=[*spans.items(), (OTHER, gettext_lazy("Other day"))], label=label, **more)


class DaysForm(forms.BaseForm):
    """Puts the day meant into the field that the verb wants, whichever way it was chosen."""

    today: date

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in [field for field in self.fields.values() if isinstance(field, Days)]:
            other = self.fields[field.other]
            assert isinstance(other, DayField)
            other.asked = True

    def read_days(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        for name in [name for name, field in self.fields.items() if isinstance(field, Days)]:
            field = self.fields[name]
            assert isinstance(field, Days)
            span = cleaned.pop(name, NONE)
            if span == OTHER:
                if not cleaned.get(field.other) and field.other not in self.errors:
                    self.add_error(field.other, _("Say which day."))
            elif span == NONE:
                cleaned[field.other] = None
            else:
                cleaned[field.other] = self.today + int(span) * DAY
        return cleaned


class PromiseForm(DaysForm, forms.ModelForm[Commitment]):
    """What a promise says; its day is not among it, because that never changes."""

    class Meta:
        model = Commitment
        fields = ["side", "what", "contact", "colleague", "keeper", "remedy"]
        widgets = {
            "side": Segmented(ticks={"ours": "ours", "theirs": "theirs"}),
            "what": forms.TextInput(attrs={"maxlength": 1000}),
            "remedy": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, user: User, now: Now, relationship: Relationship | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.now, self.chosen = user, now, relationship
        self.today = now.today(relationship.zone if relationship else user.zone)
        ours = {"colleague": _("Nobody in particular"), "keeper": _("Whoever promised, or the owner")}
        offer_people(self, relationship, ours, user=user, today=self.today)
        offer(self, "side", ((value, label.capitalize()) for value, label in Commitment.Side.choices))
        read_for_tone(self, "what", "remedy")
        bound(self, "remedy")

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""


class NewPromiseForm(PromiseForm):
    """Ours, by the one who writes it down, due in a week, unless said otherwise."""

    relationship = PartnerField(leads_to="what")
    by = Days(AHEAD, other="due_on", label=gettext_lazy("By"), initial="7")
    due_on = DayField(required=False, label=gettext_lazy("Due day"))
    made = Days(BACK, other="made_on", label=gettext_lazy("Promised"), initial="0")
    made_on = DayField(required=False, label=gettext_lazy("Day on which it was promised"))

    field_order = ["relationship", "side", "what", "by", "due_on", "contact", "colleague", "keeper", "remedy"]

    def __init__(self, *args: Any, user: User, now: Now, relationship: Relationship | None = None, **kwargs: Any):
        mine = partners_of(user)
        chosen = relationship or chosen_by(mine, args, kwargs)
        super().__init__(*args, user=user, now=now, relationship=chosen, **kwargs)
        if relationship is None:
            offer_partners(self, mine, user=user, now=now, first=[chosen] if chosen else [])
        else:
            del self.fields["relationship"]

    def clean(self) -> dict[str, Any]:
        cleaned = self.read_days(super().clean() or self.cleaned_data)
        made, due = cleaned.get("made_on"), cleaned.get("due_on")
        if made and due and due < made:
            self.add_error("due_on", _("The day lies before the one on which it was promised."))
        return cleaned


class RenegotiationForm(DaysForm, forms.Form):
    to = Days(AHEAD, other="new_due_on", label=gettext_lazy("New day"), initial="7")
    new_due_on = DayField(required=False, label=gettext_lazy("Other new day"))
    agreed = Days(BACK, other="agreed_on", label=gettext_lazy("Agreed"), initial="0")
    agreed_on = DayField(required=False, label=gettext_lazy("Day on which it was agreed"))
    reason = forms.CharField(
        required=False, label=gettext_lazy("Why"), widget=forms.TextInput(attrs={"maxlength": 1000})
    )

    def __init__(self, *args: Any, today: date, ours: bool, **kwargs: Any) -> None:
        """``ours`` where the promise is, so that the reason is what we say to them."""
        self.today = today
        super().__init__(*args, **kwargs)
        if ours:
            read_for_tone(self, "reason")

    def clean(self) -> dict[str, Any]:
        return self.read_days(super().clean() or self.cleaned_data)


class FulfilmentForm(DaysForm, forms.Form):
    when = Days(BACK, other="kept_on", label=gettext_lazy("Kept"), initial="0")
    kept_on = DayField(required=False, label=gettext_lazy("Day on which it was kept"))
    note = forms.CharField(required=False, label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)
        bound(self, "note")

    def clean(self) -> dict[str, Any]:
        return self.read_days(super().clean() or self.cleaned_data)


class MissForm(DaysForm, forms.ModelForm[Miss]):
    """It will not be kept: why, and what is promised instead. Both may come later; then they must come together."""

    promise_it = Days(
        {NONE: gettext_lazy("Not yet"), "7": AHEAD["7"], "14": AHEAD["14"]},
        other="new_due_on",
        label=gettext_lazy("Promise the plan"),
        required=False,
        initial=NONE,
    )
    new_due_on = DayField(required=False, label=gettext_lazy("Day of the new promise"))

    class Meta:
        model = Miss
        fields = ["explanation", "plan"]
        widgets = {"explanation": forms.Textarea(attrs={"rows": 2}), "plan": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, today: date, ours: bool, **kwargs: Any) -> None:
        """``ours`` where the promise is, so that the words are what we say to them."""
        self.today = today
        super().__init__(*args, **kwargs)
        bound(self, "explanation", "plan")
        if ours:
            read_for_tone(self, "explanation", "plan")
        self.explains = self.instance.pk is not None
        if self.explains:
            self.fields["explanation"].required = self.fields["plan"].required = True

    def clean(self) -> dict[str, Any]:
        cleaned = self.read_days(super().clean() or self.cleaned_data)
        if cleaned.get("new_due_on") and not (cleaned.get("plan") or "").strip() and "plan" not in self.errors:
            self.add_error("plan", _("Say what is promised instead."))
        return cleaned

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""
