"""What somebody of theirs is in a relationship, that they left, and whom we have to meet."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import ContactForm
from accounts.models import Contact, User
from relationships import queries
from relationships.models import Introduction, Relationship, Stakeholder
from web.choices import narrow
from web.clock import Now
from web.widgets import DayField, Segmented

PART = ["role", "power", "accountable", "commands", "reports_to"]
NOT_KNOWN = gettext_lazy("Not known")


def _choices(choices: Any) -> list[tuple[str, Any]]:
    return [("", NOT_KNOWN), *((value, label.capitalize()) for value, label in choices)]


ROLES, POWERS = _choices(Stakeholder.Role.choices), _choices(Stakeholder.Power.choices)


class PartFields(forms.Form):
    """The part of somebody, to stand beside their name or alone."""

    role = forms.ChoiceField(choices=ROLES, required=False, widget=Segmented, label=gettext_lazy("Part"))
    power = forms.ChoiceField(choices=POWERS, required=False, widget=Segmented, label=gettext_lazy("Decision power"))
    accountable = forms.BooleanField(required=False, label=gettext_lazy("Accountable for results"))
    commands = forms.BooleanField(required=False, label=gettext_lazy("Commands resources: people, money, time"))
    reports_to = forms.ModelChoiceField(Contact.objects.none(), required=False, label=gettext_lazy("Reports to"))

    def narrow_part(self, people: QuerySet[Contact]) -> None:
        narrow(self, "reports_to", people, none=_("Not known"))

    def part(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in PART}


class NewPersonForm(PartFields, ContactForm):
    """Somebody new of theirs and what they are here, in one form. ``same_as`` asks where somebody alike is known."""

    field_order = ["same_as", "name", "title", "power", "role", *PART[2:], "email", "phone", "since", "note"]
    person_fields = ("name", "title", "email", "phone", "since", "note")

    def __init__(self, data: Any = None, *, user: User, people: QuerySet[Contact]) -> None:
        super().__init__(data, user=user)
        self.narrow_part(people)

    def person(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.person_fields}


class StakeholderForm(PartFields):
    """What somebody who is here already is in this relationship, and how willing they are where the record is wrong."""

    readiness = forms.ChoiceField(
        choices=[
            ("", gettext_lazy("As the record says")),
            *((value, label.capitalize()) for value, label in Stakeholder.Readiness.choices),
        ],
        required=False,
        label=gettext_lazy("Willing to give time"),
    )
    readiness_why = forms.CharField(
        required=False,
        label=gettext_lazy("Why you say so"),
        widget=forms.TextInput(attrs={"maxlength": 1000}),
        help_text=gettext_lazy("It overrules the record; what the record says stays beside it."),
    )

    def __init__(self, data: Any = None, *, people: QuerySet[Contact], stake: Stakeholder | None, contact: Contact):
        names = [*PART, "readiness", "readiness_why"]
        super().__init__(data, initial={name: getattr(stake, name) for name in names} if stake else None)
        boss = stake.reports_to_id if stake else None
        others = Contact.objects.filter(Q(pk__in=people) | Q(pk=boss)).exclude(pk=contact.pk)
        self.narrow_part(others)


class DepartureForm(forms.Form):
    """On which day somebody left."""

    on = DayField(label=gettext_lazy("Last day there"), required=False)

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, initial={"on": today})


class IntroductionForm(forms.ModelForm[Introduction]):
    """Whom we want to meet, through whom, and who of us sees to it."""

    class Meta:
        model = Introduction
        fields = ["wanted", "through", "keeper"]
        widgets = {"wanted": forms.TextInput(attrs={"maxlength": 1000})}

    def __init__(self, *args: Any, user: User, relationship: Relationship, now: Now, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        here = queries.people_of(relationship, relationship.today(now))
        people = Contact.objects.filter(Q(pk__in=here) | Q(pk=row.through_id))
        narrow(self, "through", people, none=_("Not known yet"))
        staff = User.objects.visible_to(user).active_staff()
        colleagues = User.objects.visible_to(user).filter(Q(pk__in=staff) | Q(pk=row.keeper_id))
        narrow(self, "keeper", colleagues, none=_("The owner"))

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""


class IntroductionEndForm(forms.Form):
    """How it ended: somebody was met, who may be new here, or nobody has to be met any more."""

    MET, DROPPED = "met", "dropped"

    end = forms.ChoiceField(
        choices=[(MET, gettext_lazy("We have met")), (DROPPED, gettext_lazy("Not wanted any more"))],
        widget=Segmented,
        initial=MET,
        label=gettext_lazy("How it ended"),
    )
    met = forms.ModelChoiceField(Contact.objects.none(), required=False, label=gettext_lazy("Whom you met"))
    name = forms.CharField(required=False, max_length=1000, label=gettext_lazy("Or somebody new: name"))
    title = forms.CharField(required=False, max_length=1000, label=gettext_lazy("Title"))
    power = forms.ChoiceField(choices=POWERS, required=False, widget=Segmented, label=gettext_lazy("Decision power"))
    on = DayField(required=False, label=gettext_lazy("Day"))
    note = forms.CharField(
        required=False, label=gettext_lazy("Note, or why not"), widget=forms.TextInput(attrs={"maxlength": 1000})
    )

    def __init__(self, data: Any = None, *, people: QuerySet[Contact], besides: Collection[int] = ()) -> None:
        super().__init__(data)
        self.people = people.exclude(pk__in=[pk for pk in besides if pk])
        narrow(self, "met", self.people, none=_("Somebody new"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        name = " ".join((cleaned.get("name") or "").split())
        if cleaned.get("end") == self.DROPPED:
            return {**cleaned, "met": None, "name": ""}
        if not cleaned.get("met") and name:
            # Typed though they are in the list: nobody is made twice.
            cleaned["met"] = next((one for one in self.people if one.name.casefold() == name.casefold()), None)
        if not cleaned.get("met") and not name and "met" not in self.errors:
            self.add_error("met", _("Say whom you met."))
        return {**self.cleaned_data, "name": name, "met": cleaned.get("met")}
