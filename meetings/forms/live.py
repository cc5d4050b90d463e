"""What is noted while a meeting runs, and what is said of it once it is over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Contact, User
from meetings.actions import topics_of
from meetings.arranging import arranged
from meetings.minutes_queries import colleagues_for
from meetings.models import AgendaItem, Meeting, MeetingAccount, Participant
from relationships.forms.feedback import NewFeedbackForm
from relationships.forms.promises import NewPromiseForm
from relationships.forms.tone import read_for_tone
from relationships.models import Interaction, Relationship
from web.choices import narrow
from web.clock import Now
from web.longest import bound
from web.widgets import PillBoxes


class PartyField(forms.ModelChoiceField[MeetingAccount]):
    def label_from_instance(self, obj: MeetingAccount) -> str:
        return str(obj.relationship)


class PeopleField(forms.ModelMultipleChoiceField[Participant]):
    """Those asked to the meeting, theirs first."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Participant) -> str:
        return str(obj.person)


class DecisionForm(forms.Form):
    """What was decided, and whether they see it."""

    decision = forms.CharField(
        label=gettext_lazy("What was decided"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say what was decided.")},
    )
    party = PartyField(MeetingAccount.objects.none(), required=False, label=gettext_lazy("With"))
    shared = forms.BooleanField(required=False, initial=True, label=gettext_lazy("They see it in the minutes"))

    def __init__(
        self,
        *args: Any,
        parties: QuerySet[MeetingAccount] | None,
        item: AgendaItem | None,
        internal: bool = False,
        **kwargs: Any,
    ) -> None:
        """Without ``parties`` with whom is settled; where the item is only ours, so is what is decided at it.

        Of an internal meeting they see what somebody has ticked.
        """
        super().__init__(*args, **kwargs)
        self.initial = {"shared": not internal, **self.initial}
        bound(self, "decision")
        if parties is None:
            del self.fields["party"]
        else:
            narrow(self, "party", parties, none=_("All of them"))
        if item is not None and not item.shared:
            del self.fields["shared"]

    def clean(self) -> dict[str, Any]:
        return {"shared": True, **(super().clean() or self.cleaned_data)}


class OneOfField(forms.ModelChoiceField[Relationship]):
    """One of the partners of a meeting."""

    widget = forms.Select


def _offer_partners_of(form: forms.BaseForm, partners: Sequence[Relationship], chosen: Relationship) -> None:
    """With which of the partners; no question where there is one."""
    if len(partners) > 1:
        rows = Relationship.objects.filter(pk__in=[one.pk for one in partners]).select_related("account")
        form.fields["relationship"] = OneOfField(
            rows.order_by("account__name", "pk"), label=_("Partner"), empty_label=None, initial=chosen
        )
        form.order_fields(["relationship"])


class PromiseAtForm(NewPromiseForm):
    """A promise made at the meeting, so on its day; of several partners, with which of them."""

    def __init__(
        self, *args: Any, relationship: Relationship, partners: Sequence[Relationship] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, relationship=relationship, **kwargs)
        del self.fields["made"], self.fields["made_on"]
        _offer_partners_of(self, partners, relationship)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("made_on", "relationship"):
            cleaned.pop(name, None)
        return cleaned


class FeedbackAtForm(NewFeedbackForm):
    """Feedback given at the meeting, so heard on its day and there; of several partners, with which of them."""

    def __init__(
        self, *args: Any, relationship: Relationship, partners: Sequence[Relationship] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, relationship=relationship, **kwargs)
        for name in ("heard", "heard_on", "post", "where"):
            del self.fields[name]
        _offer_partners_of(self, partners, relationship)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("heard_on", "relationship"):
            cleaned.pop(name, None)
        return cleaned


class HoldForm(forms.Form):
    """Who came, what was dealt with, and a line: as noted during the meeting, or as was said before it."""

    came = PeopleField(
        Participant.objects.none(),
        label=gettext_lazy("Who came"),
        error_messages={"required": gettext_lazy("Say who of us was there.")},
    )
    done = forms.MultipleChoiceField(
        required=False,
        label=gettext_lazy("Was dealt with"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("What is left unticked comes up next time."),
    )
    line = forms.CharField(
        required=False,
        label=gettext_lazy("In a line"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("It stands in your log, above the notes that both sides share."),
    )
    topics = forms.MultipleChoiceField(
        required=False, label=gettext_lazy("What it was about"), widget=PillBoxes, choices=Interaction.Topic.choices
    )

    def __init__(self, *args: Any, user: User, meeting: Meeting, now: Now, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Participant.objects.changeable_by(user).filter(meeting=meeting).select_related("user", "contact")
        people = people.theirs_first()
        mine = {None, *MeetingAccount.objects.changeable_by(user).filter(meeting=meeting).values_list("pk", flat=True)}
        standing = [one for one in arranged(meeting, now).standing if one.party_id in mine]
        waiting = [one for one in standing if one.done_at is None]
        narrow(self, "came", people)
        field = self.fields["done"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(one.key, one.title) for one in waiting]
        self.initial = {
            "came": [one.pk for one in people if one.is_there(meeting)],
            "done": [one.key for one in waiting if one.pk and one.pk == meeting.current_item_id],
            "topics": topics_of(meeting),
            **self.initial,
        }
        if not waiting:
            del self.fields["done"]
        bound(self, "line")


class AttendeeForm(forms.Form):
    """Somebody who came without having been asked: one of theirs, or one of ours."""

    contact = forms.ModelChoiceField(Contact.objects.none(), required=False, label=gettext_lazy("Of theirs"))
    colleague = forms.ModelChoiceField(User.objects.none(), required=False, label=gettext_lazy("Of us"))

    def __init__(
        self, *args: Any, user: User, meeting: Meeting, party: MeetingAccount | None, now: Now, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        there = meeting.people.order_by()
        contacts = Contact.objects.none()
        if party is not None:
            today = now.today(party.relationship.zone)
            contacts = Contact.objects.at(party.relationship.account, today)
        narrow(
            self, "contact", contacts.exclude(pk__in=there.exclude(contact=None).values("contact")), none=_("Nobody")
        )
        staff = User.objects.visible_to(user).active_staff()
        narrow(self, "colleague", staff.exclude(pk__in=there.exclude(user=None).values("user")), none=_("Nobody"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if bool(cleaned.get("contact")) == bool(cleaned.get("colleague")) and not self.errors:
            raise forms.ValidationError(_("Choose one person."))
        return cleaned


class ContactsField(forms.ModelMultipleChoiceField[Contact]):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Contact) -> str:
        return f"{obj} – {obj.email}"


class SendForm(forms.Form):
    """Whom the minutes go to: who came and has an address, unless said otherwise."""

    contacts = ContactsField(Contact.objects.none(), required=False, label=gettext_lazy("To them"))
    users = forms.ModelMultipleChoiceField(
        User.objects.none(), required=False, label=gettext_lazy("To us"), widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(
        required=False, label=gettext_lazy("A line to them"), widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, user: User, meeting: Meeting, now: Now, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = list(Participant.objects.changeable_by(user).filter(meeting=meeting).select_related("user", "contact"))
        theirs = [one.contact for one in people if one.contact is not None]
        self.unreachable = [one for one in theirs if not one.email]
        narrow(self, "contacts", Contact.objects.filter(pk__in=[one.pk for one in theirs if one.email]))
        narrow(self, "users", colleagues_for(meeting, now))
        if not theirs:
            # Nobody of theirs was there: what came of it stays among us.
            del self.fields["contacts"]
            self.fields["users"].required = True
            self.fields["users"].error_messages["required"] = _("Choose whom to send them to.")
            self.fields["note"].label = _("A line with them")
        came = {one.contact_id for one in people if one.came}
        self.initial = {"contacts": [one.pk for one in theirs if one.pk in came and one.email], **self.initial}
        read_for_tone(self, "note")
        bound(self, "note")
