"""The log."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Contact, User
from relationships import queries, words
from relationships.models import Interaction, Relationship
from web.choices import narrow, offer
from web.clock import Now
from web.widgets import Combo, DayField, Segmented

NEAREST = 50


class InteractionForm(forms.ModelForm[Interaction]):
    """The log. Defaults: today, the person's last channel; who began it is not known until tapped."""

    class When:
        TODAY, YESTERDAY, OTHER = "today", "yesterday", "other"

    relationship = forms.ModelChoiceField(
        Relationship.objects.none(),
        label=gettext_lazy("Partner"),
        widget=Combo(
            {"data-combo-next": "[name=summary]"},
            url=reverse_lazy("relationship_options"),
            placeholder=gettext_lazy("Type three letters"),
        ),
        error_messages={"required": gettext_lazy("Choose whom you talked with.")},
    )
    when = forms.ChoiceField(
        choices=[
            (When.TODAY, gettext_lazy("Today")),
            (When.YESTERDAY, gettext_lazy("Yesterday")),
            (When.OTHER, gettext_lazy("Other day")),
        ],
        widget=Segmented,
        label=gettext_lazy("When"),
        initial=When.TODAY,
    )
    occurred_on = DayField(required=False, label=gettext_lazy("Day"))
    two_way = forms.TypedChoiceField(
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("Left a message – does not count"))],
        coerce=lambda value: value == "yes",
        widget=Segmented,
        label=gettext_lazy("Did both sides speak"),
        initial="yes",
    )
    contacts = forms.ModelMultipleChoiceField(
        Contact.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Who of theirs"),
    )
    colleagues = forms.ModelMultipleChoiceField(
        User.objects.none(), required=False, label=gettext_lazy("Who of us, if not you alone")
    )

    class Meta:
        model = Interaction
        fields = ["relationship", "summary", "channel", "begun_by", "two_way", "purpose"]
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 4}),
            "channel": Segmented,
            "begun_by": Segmented(ticks={"ours": "ours", "theirs": "theirs"}),
            "purpose": forms.TextInput,
        }

    def __init__(self, *args: Any, user: User, now: Now, **kwargs: Any) -> None:
        self.user, self.now = user, now
        super().__init__(*args, **kwargs)
        mine = Relationship.objects.changeable_by(user).select_related("account", "agreement")
        narrow(self, "relationship", mine)
        narrow(self, "colleagues", User.objects.visible_to(user).active_staff())
        offer(self, "channel", ((value, label.capitalize()) for value, label in Interaction.Channel.choices))
        offer(self, "begun_by", ((value, label.capitalize()) for value, label in Interaction.Side.choices))
        self.chosen = self._chosen(mine)
        self._offer(mine)

    def _chosen(self, mine: Any) -> Relationship | None:
        """The relationship that the rest of the form speaks about; nothing where there is none or it is not theirs."""
        if self.instance.pk:
            self.fields["relationship"].disabled = True
        value = self.data.get("relationship") if self.is_bound else self.initial.get("relationship")
        if self.instance.pk:
            value = self.instance.relationship_id
        if isinstance(value, Relationship):
            value = value.pk
        number = str(value or "")
        # A number beyond a bigint is no relationship; asking the database would be an error there.
        if not (number.isascii() and number.isdigit() and len(number) <= 18):
            return None
        return mine.filter(pk=int(number)).first()  # type: ignore[no-any-return]

    def _offer(self, mine: Any) -> None:
        """The nearest partners as plain choices (own ones, most overdue first); the search box finds the rest."""
        nearest = [] if self.chosen else list(mine.filter(owner=self.user).order_by("overdue_from", "id")[:NEAREST])
        if self.chosen:
            nearest = [self.chosen]
            today = self.chosen.today(self.now)
            here = queries.people_of(self.chosen, today)
            if self.instance.pk:
                here = Contact.objects.filter(Q(pk__in=here) | Q(pk__in=self.instance.contacts.all()))
            narrow(self, "contacts", here)
        offer(self, "relationship", [("", _("Choose a partner")), *((row.pk, str(row)) for row in nearest)])
        combo = self.fields["relationship"].widget
        assert isinstance(combo, Combo)
        combo.hints = {str(row.pk): (words.short(row, self.now), row.state(self.now).value) for row in nearest}

    def day(self) -> date:
        """The day meant, even while the form is not complete."""
        zone = self.chosen.zone if self.chosen else self.user.zone
        today = self.now.today(zone)
        when = self["when"].value()
        if when == self.When.YESTERDAY:
            return today - timedelta(days=1)
        if when == self.When.OTHER:
            try:
                return self.fields["occurred_on"].clean(self["occurred_on"].value()) or today
            except ValidationError:
                return today
        return today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        when = cleaned.get("when")
        if when == self.When.OTHER:
            if not cleaned.get("occurred_on") and "occurred_on" not in self.errors:
                self.add_error("occurred_on", _("Say which day it was."))
        else:
            cleaned["occurred_on"] = self.day()
        return cleaned

    def _post_clean(self) -> None:
        """The verb builds and checks the row; the form only reads what was typed."""
