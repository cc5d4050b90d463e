"""What a person types about a relationship. Every choice is narrowed to what the person may see."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, Contact, Team, User
from relationships import cadence, queries, words
from relationships.models import CadenceAgreement, Interaction, Relationship, every_weekday
from web import zones
from web.choices import narrow, offer
from web.clock import Now
from web.widgets import Combo, DayField, Pills, Segmented

NEAREST = 50


def zone_choices() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in zones.names()]


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
    until_on = DayField(required=False, label=gettext_lazy("Until"))
    why = forms.ChoiceField(choices=list(REASONS.items()), required=False, widget=Pills, label=gettext_lazy("Why"))
    reason = forms.CharField(
        required=False,
        label=gettext_lazy("Why, in your words"),
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("or in your words")}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        span = cleaned.pop("span", "")
        if span in self.SPANS:
            cleaned["until_on"] = self.today + timedelta(days=int(span))
        elif not cleaned.get("until_on") and "until_on" not in self.errors:
            self.add_error("until_on", _("Say until which day."))
        chosen = str(self.REASONS.get(cleaned.pop("why", ""), ""))
        cleaned["reason"] = ": ".join(part for part in (chosen, cleaned.get("reason", "").strip()) if part)
        if not cleaned["reason"]:
            self.add_error("reason", _("Tap a reason or type one, so that others know."))
        return cleaned


class PauseForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("The manager sees it."),
    )


class AgreementForm(forms.ModelForm[CadenceAgreement]):
    class Meta:
        model = CadenceAgreement
        fields = ["every_days", "starts_on", "agreed_with", "agreed_on", "reason"]
        widgets = {
            "every_days": forms.NumberInput(attrs={"min": 1, "max": 366, "inputmode": "numeric"}),
            "reason": forms.Textarea(attrs={"rows": 2}),
        }
        field_classes = {"starts_on": DayField, "agreed_on": DayField}
        labels = {"every_days": gettext_lazy("Every how many days")}
        help_texts = {
            "agreed_with": gettext_lazy("Without a person of theirs it stays assumed."),
            "reason": gettext_lazy("Only needed for more than 31 days."),
        }

    def __init__(self, *args: Any, relationship: Relationship, now: Now, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.relationship = relationship
        today = relationship.today(now)
        narrow(self, "agreed_with", queries.people_of(relationship, today), none=_("Nobody yet: assumed"))
        self.fields["reason"].required = False
        if not self.is_bound:
            self.initial.setdefault("every_days", relationship.every_days or 30)
            self.initial.setdefault("starts_on", today)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (cleaned.get("every_days") or 0) > cadence.LONGEST_INTERVAL and not (cleaned.get("reason") or "").strip():
            self.add_error("reason", _("More than %(most)d days needs a reason.") % {"most": cadence.LONGEST_INTERVAL})
        if cleaned.get("agreed_on") and not cleaned.get("agreed_with"):
            self.add_error("agreed_with", _("Say who of theirs agreed it."))
        return cleaned

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""


class TagsField(forms.CharField):
    """Words parted by commas."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        words = [" ".join(word.split()) for word in super().clean(value).split(",")]
        return list(dict.fromkeys(word for word in words if word))


class RelationshipForm(forms.ModelForm[Relationship]):
    WEEK = [
        (0, gettext_lazy("Mon")),
        (1, gettext_lazy("Tue")),
        (2, gettext_lazy("Wed")),
        (3, gettext_lazy("Thu")),
        (4, gettext_lazy("Fri")),
        (5, gettext_lazy("Sat")),
        (6, gettext_lazy("Sun")),
    ]
    tags = TagsField(required=False, label=gettext_lazy("Tags"), help_text=gettext_lazy("Parted by commas."))
    zone = forms.ChoiceField(choices=zone_choices, label=gettext_lazy("Time zone"))
    workdays = forms.TypedMultipleChoiceField(
        choices=WEEK,
        coerce=int,
        initial=every_weekday,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Working days"),
        help_text=gettext_lazy("They count for rhythms of less than a week."),
    )

    class Meta:
        model = Relationship
        fields = ["name", "owner", "team", "stage", "zone", "tier", "tags", "yearly_worth", "renewal_on", "workdays"]
        widgets = {"name": forms.TextInput, "tier": forms.TextInput}
        field_classes = {"renewal_on": DayField}
        help_texts = {"name": gettext_lazy("Only where there are several with one organisation.")}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own_team = self.instance.team_id
        teams = Team.objects.visible_to(user)
        if not user.reach.everything:
            teams = teams.filter(Q(pk__in=user.reach.changed) | Q(pk=own_team))
        owners = User.objects.visible_to(user).active_staff()
        if self.instance.pk:
            owners = User.objects.visible_to(user).filter(Q(pk__in=owners) | Q(pk=self.instance.owner_id))
        narrow(self, "team", teams, none=_("No team: seen by the owner alone"))
        narrow(self, "owner", owners)
        offer(self, "stage", ((value, label.capitalize()) for value, label in Relationship.Stage.choices))

    def _post_clean(self) -> None:
        """The verb sets and checks the row."""


class NewRelationshipForm(RelationshipForm):
    """A relationship with an organisation that is there already, or with a new one."""

    # The organisation is needed, but may be a new one: the browser can't know.
    use_required_attribute = False

    account = forms.ModelChoiceField(
        Account.objects.none(),
        required=False,
        label=gettext_lazy("Organisation"),
        error_messages={"required": gettext_lazy("Choose an organisation or type the name of a new one.")},
        widget=Combo(url=reverse_lazy("account_options"), placeholder=gettext_lazy("Type three letters")),
    )
    new_account = forms.CharField(
        required=False,
        label=gettext_lazy("Or a new organisation"),
        help_text=gettext_lazy("Only if the search does not find it."),
    )
    every_days = forms.IntegerField(
        label=gettext_lazy("Check in every how many days"),
        min_value=1,
        max_value=cadence.LONGEST_INTERVAL,
        initial=30,
        error_messages={"max_value": gettext_lazy("A longer rhythm needs a reason: add it, then set it on its page.")},
        help_text=gettext_lazy("Assumed until a person of theirs agrees; longer than a month is agreed on its page."),
    )

    field_order = ["account", "new_account", "name", "stage", "every_days", "owner", "team", "zone"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["account"].required = not (self.is_bound and self.data.get("new_account"))
        accounts = Account.objects.listed_for(user)
        narrow(self, "account", accounts)
        value = str(self["account"].value() or "")
        chosen = accounts.filter(pk=int(value)) if value.isascii() and value.isdigit() and len(value) <= 18 else []
        offer(self, "account", [("", _("Search")), *((row.pk, row.name) for row in chosen)])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("account") and cleaned.get("new_account"):
            self.add_error("account", _("Choose an organisation or type the name of a new one, not both."))
        return cleaned


class HandOverForm(forms.Form):
    """Who takes over the relationships of somebody who leaves."""

    to = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("Hand over to"))

    def __init__(self, *args: Any, user: User, leaving: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.visible_to(user).active_staff().exclude(pk=leaving.pk)
        narrow(self, "to", people)
