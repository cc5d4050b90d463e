"""Ways in, who may be named, and what was learnt. Days are those of the partner's zone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse_lazy
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, Contact, User
from meetings.models import Insight, Meeting, MeetingAccount, NamingPermission, Play
from relationships import queries
from relationships.forms.partner import offer_people
from relationships.forms.promises import BACK, Days, DaysForm
from relationships.models import Feedback, Interaction, Problem, Relationship
from web.choices import narrow, offer
from web.clock import Now
from web.longest import bound
from web.widgets import DayField, Pills, Segmented

# What is typed is read for the names of others.
READING = {
    "data-hx-post": reverse_lazy("play_reading"),
    "data-hx-trigger": "input changed delay:600ms",
    "data-hx-target": "#naming",
    "data-hx-sync": "this:replace",
    "data-hx-params": "csrfmiddlewaretoken,relationship,what,note",
}


def read_for_names(form: forms.BaseForm, *names: str) -> None:
    for name in names:
        form.fields[name].widget.attrs |= {key: str(value) for key, value in READING.items()}


class PlayForm(forms.ModelForm[Play]):
    """A way in, for today unless said otherwise."""

    class Meta:
        model = Play
        fields = [
            "kind", "what", "contact", "through", "unit", "url", "introduction", "keeper", "planned_on", "follow_up_on",
        ]  # fmt: skip
        field_classes = {"planned_on": DayField, "follow_up_on": DayField}
        widgets = {"kind": Pills, "what": forms.Textarea(attrs={"rows": 2})}

    url = forms.URLField(required=False, max_length=2000, assume_scheme="https", label=gettext_lazy("Link"))

    def __init__(self, *args: Any, user: User, now: Now, relationship: Relationship, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.relationship, self.today = relationship, relationship.today(now)
        offer_people(
            self,
            relationship,
            {"through": _("Nobody of us"), "keeper": _("Whoever plans it")},
            user=user,
            today=self.today,
        )
        units = Account.objects.filter(Q(parent=relationship.account_id) | Q(pk=self.instance.unit_id))
        narrow(self, "unit", units, none=_("None in particular"))
        narrow(self, "introduction", relationship.introductions.open(), none=_("None of those on the list"))
        offer(self, "kind", ((value, capfirst(str(label))) for value, label in Play.Kind.choices))
        self.fields["planned_on"].required = False
        self.fields["planned_on"].initial = self.today
        bound(self, "what")
        read_for_names(self, "what")
        if self.instance.pk:
            # What was done of one kind was not done of another; the list it came from is known.
            del self.fields["kind"], self.fields["introduction"]
            self.fields["planned_on"].required = True

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""


class PlayDoneForm(DaysForm, forms.Form):
    """When it was done, and how it reached them; today and as usual, unless said otherwise."""

    when = Days(BACK, other="on", label=gettext_lazy("When"), initial="0", required=False)
    on = DayField(required=False, label=gettext_lazy("On which day"))
    channel = forms.ChoiceField(required=False, choices=Interaction.Channel.choices, label=gettext_lazy("How"))
    follow_up_on = DayField(required=False, label=gettext_lazy("Follow up on"))

    def __init__(self, *args: Any, play: Play, now: Now, usual: str, **kwargs: Any) -> None:
        self.today = play.relationship.today(now)
        super().__init__(*args, **kwargs)
        if usual:
            self.fields["channel"].initial = usual
            offer(self, "channel", ((value, capfirst(str(label))) for value, label in Interaction.Channel.choices))
        else:
            del self.fields["channel"]

    def clean(self) -> dict[str, Any]:
        return self.read_days(super().clean() or self.cleaned_data)


class PlayAnswerForm(PlayDoneForm):
    """What they said, when and how."""

    note = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 3}), label=gettext_lazy("What came of it")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["follow_up_on"]
        bound(self, "note")


class NamingForm(forms.ModelForm[NamingPermission]):
    """Who of theirs allowed us to name them, when, and for what."""

    class Meta:
        model = NamingPermission
        fields = ["given_by", "given_on", "until_on", "scope"]
        field_classes = {"given_on": DayField, "until_on": DayField}
        widgets = {"scope": forms.TextInput(attrs={"maxlength": 1000})}

    def __init__(self, *args: Any, account: Account, now: Now, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Contact.objects.filter(affiliations__account=account).distinct()
        narrow(self, "given_by", here, none=_("Nobody in particular"))
        self.fields["given_on"].required = False
        self.fields["given_on"].initial = now.today(account.zone)

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""


class InsightForm(forms.ModelForm[Insight]):
    """What was learnt; from whom, and who should know it. ``party`` where several partners were there."""

    class Meta:
        model = Insight
        fields = ["party", "text", "contact", "colleague"]
        widgets = {"text": forms.TextInput()}

    def __init__(self, *args: Any, user: User, meeting: Meeting, now: Now, **kwargs: Any) -> None:
        # Beside other forms on the page of a meeting.
        kwargs.setdefault("auto_id", "insight-%s")
        super().__init__(*args, **kwargs)
        bound(self, "text")
        parties = meeting.parties.filter(pk__in=MeetingAccount.objects.changeable_by(user)).select_related(
            "relationship__account", "relationship__owner"
        )
        self.parties = list(parties)
        narrow(self, "party", parties)
        self.fields["party"].label = _("Partner")
        if len(self.parties) == 1:
            del self.fields["party"]
        asked = Contact.objects.filter(meetings__party__in=parties)
        here = Contact.objects.filter(affiliations__account__in=[one.account_id for one in self.parties])
        narrow(self, "contact", (asked | here).distinct(), none=_("Nobody in particular"))
        # Only who sees the partner may know what was learnt there.
        seeing = User.objects.filter(pk=self.instance.colleague_id)
        for one in self.parties:
            seeing = seeing | User.objects.filter(pk__in=queries.who_sees(one.relationship, now).values("pk"))
        narrow(self, "colleague", seeing.distinct(), none=_("Nobody in particular"))

    def party(self) -> MeetingAccount | None:
        """For which partner; the only one, or the one chosen."""
        if "party" in self.fields:
            chosen: MeetingAccount | None = self.cleaned_data.get("party")
            return chosen
        return self.parties[0] if self.parties else None

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""


class InsightEndForm(forms.Form):
    """What became of it; and what was made of it, if it stands by itself from now on."""

    WORDS, FEEDBACK, PROMISE, PROBLEM = "", "feedback", "commitment", "problem"

    became = forms.CharField(label=gettext_lazy("What became of it"), widget=forms.Textarea(attrs={"rows": 2}))
    into = forms.ChoiceField(
        required=False,
        widget=Segmented,
        initial=WORDS,
        label=gettext_lazy("Make it"),
        choices=[
            (WORDS, gettext_lazy("Nothing more")),
            (FEEDBACK, gettext_lazy("Their feedback")),
            (PROMISE, gettext_lazy("Our promise")),
            (PROBLEM, gettext_lazy("A problem")),
        ],
    )
    due_on = DayField(required=False, label=gettext_lazy("Promised by"))
    nature = forms.ChoiceField(
        required=False, choices=Feedback.Nature.choices, initial="suggestion", label=gettext_lazy("Kind of feedback")
    )
    severity = forms.TypedChoiceField(
        required=False,
        choices=Problem.Severity.choices,
        coerce=int,
        initial=Problem.Severity.SERIOUS,
        label=gettext_lazy("How severe"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bound(self, "became")
        self.fields["became"].error_messages["required"] = _("Say what became of it.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["severity"] = cleaned.get("severity") or Problem.Severity.SERIOUS
        cleaned["nature"] = cleaned.get("nature") or Feedback.Nature.SUGGESTION
        if cleaned.get("into") == self.PROMISE and not cleaned.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("Say by which day."))
        return cleaned
