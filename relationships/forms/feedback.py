"""Feedback and what is done about it. Days are those of the relationship's zone; the usual ones are a tap."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Contact, User
from relationships import queries, words
from relationships.feedback import Step
from relationships.forms.comments import LinkField, checked_file
from relationships.forms.partner import PartnerField, chosen_by, offer_partners, offer_people, partners_of
from relationships.forms.promises import BACK, Days, DaysForm
from relationships.forms.tone import read_for_tone
from relationships.models import Feedback, FeedbackStep, ListeningPost, Relationship
from web.choices import narrow, offer
from web.clock import Now
from web.longest import bound
from web.widgets import DayField, Segmented


class FeedbackForm(DaysForm, forms.ModelForm[Feedback]):
    """What was said, by whom for whom, and where it was heard."""

    class Meta:
        model = Feedback
        fields = [
            "side", "nature", "said", "contact", "colleague", "voice_name", "behalf_of", "hidden", "severity", "keeper",
            "post", "where", "heard_on",
        ]  # fmt: skip
        field_classes = {"heard_on": DayField}
        widgets = {
            "side": Segmented(ticks={"ours": "ours", "theirs": "theirs"}),
            "nature": Segmented(),
            "said": forms.Textarea(attrs={"rows": 3}),
            "voice_name": forms.TextInput(attrs={"maxlength": 200}),
            "behalf_of": forms.TextInput(attrs={"maxlength": 200, "placeholder": gettext_lazy("the night shift")}),
            "where": forms.TextInput(attrs={"maxlength": 200}),
        }
        error_messages = {"said": {"required": gettext_lazy("Say what was said.")}}

    def __init__(self, *args: Any, user: User, now: Now, relationship: Relationship | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.now, self.chosen = user, now, relationship
        self.today = now.today(relationship.zone if relationship else user.zone)
        ours = {"colleague": _("Nobody in particular"), "keeper": _("The owner")}
        offer_people(self, relationship, ours, user=user, today=self.today)
        about = Q(relationship=None) | Q(relationship=relationship) if relationship else Q(relationship=None)
        posts = ListeningPost.objects.visible_to(user)
        narrow(
            self,
            "post",
            posts.filter(Q(about, closed_on=None) | Q(pk=self.instance.post_id)),
            none=_("Nowhere in particular"),
        )
        offer(self, "side", ((value, label.capitalize()) for value, label in Feedback.Side.choices))
        offer(self, "nature", ((value, label.capitalize()) for value, label in Feedback.Nature.choices))
        self.fields["voice_name"].label = _("Or a name, if it is nobody of these")
        self.fields["severity"].label = _("How severe, if it is a complaint")
        self.fields["severity"].required = False
        severities = [(value, capfirst(str(label))) for value, label in Feedback.Severity.choices]
        offer(self, "severity", [("", _("Not said")), *severities])
        read_for_tone(self, "said")
        bound(self, "said")

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""


class NewFeedbackForm(FeedbackForm):
    """Theirs, a suggestion, heard today, unless said otherwise."""

    relationship = PartnerField(leads_to="said")
    heard = Days(BACK, other="heard_on", label=gettext_lazy("Heard"), initial="0")
    heard_on = DayField(required=False, label=gettext_lazy("Day on which it was heard"))

    field_order = ["relationship", "side", "nature", "said", "contact", "colleague", "voice_name", "behalf_of"]

    def __init__(self, *args: Any, user: User, now: Now, relationship: Relationship | None = None, **kwargs: Any):
        mine = partners_of(user)
        chosen = relationship or chosen_by(mine, args, kwargs)
        super().__init__(*args, user=user, now=now, relationship=chosen, **kwargs)
        if relationship is None:
            offer_partners(self, mine, user=user, now=now, first=[chosen] if chosen else [])
        else:
            del self.fields["relationship"]

    def clean(self) -> dict[str, Any]:
        return self.read_days(super().clean() or self.cleaned_data)


def _link() -> LinkField:
    return LinkField(
        required=False,
        max_length=2000,
        assume_scheme="https",
        label=gettext_lazy("Link to what was made"),
        widget=forms.URLInput(attrs={"inputmode": "url", "autocomplete": "off", "placeholder": "https://"}),
    )


class StepForm(DaysForm, forms.Form):
    """One step of the loop: when, what was said, and what was made of it."""

    when = Days(BACK, other="done_on", label=gettext_lazy("When"), initial="0")
    done_on = DayField(required=False, label=gettext_lazy("Day on which it was done"))
    text = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    url = _link()
    file = forms.FileField(
        required=False,
        label=gettext_lazy("Picture of it, or another file"),
        widget=forms.FileInput,
        error_messages={"empty": gettext_lazy("This file is empty. Choose another.")},
    )

    def __init__(self, *args: Any, today: date, step: Step, ours_to_say: bool, **kwargs: Any) -> None:
        """``ours_to_say`` where the words are what we say to them, so that their tone matters."""
        self.today = today
        super().__init__(*args, **kwargs)
        self.fields["text"].label = step_label(step, ours_to_say=ours_to_say)
        bound(self, "text")
        if step is Step.DECLINED:
            self.fields["text"].required = True
            self.fields["text"].error_messages["required"] = _("Say why it is declined.")
        if ours_to_say:
            read_for_tone(self, "text")

    def clean_file(self) -> UploadedFile[Any] | None:
        return checked_file(self.cleaned_data["file"])

    def clean(self) -> dict[str, Any]:
        return self.read_days(super().clean() or self.cleaned_data)


class SayForm(DaysForm, forms.Form):
    """An idea of ours was told to them: when, and to whom."""

    when = Days(BACK, other="told_on", label=gettext_lazy("When"), initial="0")
    told_on = DayField(required=False, label=gettext_lazy("Day on which they were told"))
    told_to = forms.ModelChoiceField(Contact.objects.none(), required=False, label=gettext_lazy("To whom"))

    def __init__(self, *args: Any, today: date, relationship: Relationship, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)
        narrow(self, "told_to", queries.people_of(relationship, today), none=_("Nobody in particular"))

    def clean(self) -> dict[str, Any]:
        return self.read_days(super().clean() or self.cleaned_data)


def step_label(step: Step, *, ours_to_say: bool) -> str:
    answer = _("What you said to them") if ours_to_say else _("What they said to us")
    return {
        Step.ACKNOWLEDGED: answer,
        Step.ANSWERED: answer,
        Step.APPLIED: _("What was done"),
        Step.DECLINED: _("Why"),
        Step.TOLD_VOICE: _("What was told"),
        Step.TOLD_GROUP: _("What was told, and how"),
    }[step]


class ChangedStepForm(forms.ModelForm[FeedbackStep]):
    """The day, the words and the link of a step, corrected."""

    url = _link()

    class Meta:
        model = FeedbackStep
        fields = ["done_on", "text", "url"]
        field_classes = {"done_on": DayField}
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, step: Step, ours_to_say: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = step_label(step, ours_to_say=ours_to_say)
        bound(self, "text")
        self.fields["text"].required = step is Step.DECLINED
        if ours_to_say:
            read_for_tone(self, "text")

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""


class WhatWasSaid(forms.ModelChoiceField[Feedback]):
    """Feedback by the beginning of what was said."""

    def label_from_instance(self, obj: Feedback) -> str:
        return words.clipped(obj.said, 80)


class GrowthForm(forms.Form):
    """What it grew into: feedback that is there already, or something new."""

    into = WhatWasSaid(Feedback.objects.none(), required=False, label=gettext_lazy("It grew into"))
    said = forms.CharField(
        required=False,
        label=gettext_lazy("Or into something new"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, rows: Any, linked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whatever is new is ours to say well.
        read_for_tone(self, "said")
        bound(self, "said")
        narrow(self, "into", rows, none=_("Nothing else: it stands by itself") if linked else _("Choose"))
        self.linked = linked

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("into") and cleaned.get("said"):
            self.add_error("said", _("Choose one, or write something new, not both."))
        elif not cleaned.get("into") and not cleaned.get("said") and not self.linked:
            self.add_error("into", _("Choose what it grew into, or write it down."))
        return cleaned
