"""What people type about people, teams and organisations. Every choice is narrowed to what the person may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import queries
from accounts.models import (
    Account,
    AccountAlias,
    Affiliation,
    Contact,
    Cover,
    ExternalId,
    Membership,
    OneToOne,
    Team,
    User,
)
from accounts.undo import Done
from web import zones
from web.choices import narrow, offer
from web.longest import bound
from web.widgets import Combo, DayField, Segmented

Row = TypeVar("Row")


def zone_field(**more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=[(name, name.replace("_", " ")) for name in zones.names()],
        initial=settings.DEFAULT_ZONE,
        widget=Combo(placeholder=gettext_lazy("City or region")),
        **more,
    )


def one_line(label: Any, **more: Any) -> forms.CharField:
    """A text without a limit of length, typed on one line."""
    return forms.CharField(label=label, widget=forms.TextInput(), **more)


def attempt(form: forms.BaseForm, verb: Callable[[], Done[Row]]) -> Done[Row] | None:
    """Do it; what the verb refuses is shown at its field, and nothing is returned."""
    try:
        return verb()
    except ValidationError as refused:
        by_field = refused.error_dict if hasattr(refused, "error_dict") else {"__all__": refused.error_list}
        for field, errors in by_field.items():
            form.add_error(field if field in form.fields else None, errors)
    return None


# People ------------------------------------------------------------------------------------------------------------


class PersonForm(forms.Form):
    """A person of ours, for administrators."""

    name = one_line(gettext_lazy("Name"))
    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    zone = zone_field(help_text=gettext_lazy("Their mails come in their own morning."))
    is_administrator = forms.BooleanField(
        label=gettext_lazy("Administrator"),
        required=False,
        help_text=gettext_lazy("Sees and changes everything, invites people and arranges teams."),
    )

    def __init__(self, data: Any = None, *, person: User | None = None) -> None:
        self.person = person
        shown = ("name", "email", "zone", "is_administrator")
        super().__init__(data, initial={field: getattr(person, field) for field in shown} if person else None)

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        others = User.objects.exclude(pk=self.person.pk) if self.person else User.objects.all()
        if others.filter(email__iexact=email).exists():
            raise ValidationError(_("Somebody with this address is here already."))
        return email


class RoleForm(forms.Form):
    """A team and what the person is in it; an empty team is no role."""

    team = forms.TypedChoiceField(label=gettext_lazy("Team"), required=False, coerce=int, empty_value=None)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=Membership.Role, initial=Membership.Role.ACCOUNT_MANAGER, required=False
    )

    def __init__(self, *args: Any, teams: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = [("", "–"), *teams]  # type: ignore[attr-defined]

    def clean_role(self) -> str:
        return self.cleaned_data["role"] or Membership.Role.ACCOUNT_MANAGER


class BaseRoleFormSet(forms.BaseFormSet[RoleForm]):
    def clean(self) -> None:
        seen: set[int] = set()
        for form in self.forms:
            team = form.cleaned_data.get("team") if form.is_valid() else None
            if team is None:
                continue
            if team in seen:
                form.add_error("team", _("One role in a team is enough: the widest one counts."))
            seen.add(team)

    def roles(self) -> list[tuple[Team, str]]:
        """Teams and roles as chosen; call it on a valid set."""
        filled = [form.cleaned_data for form in self.forms if form.cleaned_data.get("team")]
        chosen = {role["team"]: role["role"] for role in filled}
        return [(team, chosen[team.pk]) for team in Team.objects.filter(pk__in=chosen)]


RoleFormSet = forms.formset_factory(RoleForm, formset=BaseRoleFormSet, extra=2, max_num=200)


def role_forms(user: User, data: Any = None, *, person: User | None = None) -> BaseRoleFormSet:
    """One line for each role the person has, and two empty ones."""
    rows = person.memberships.all() if person is not None else []
    made: BaseRoleFormSet = RoleFormSet(  # type: ignore[assignment]
        data,
        prefix="roles",
        initial=[{"team": row.team_id, "role": row.role} for row in rows],
        form_kwargs={"teams": queries.team_choices(user)},
    )
    return made


class InvitationForm(forms.Form):
    """What somebody invited says about themselves, and the first password."""

    name = one_line(gettext_lazy("Name"))
    zone = zone_field(help_text=gettext_lazy("Days and hours are shown, and mails are sent, in this zone."))
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html(),
    )

    def __init__(self, data: Any = None, *, person: User) -> None:
        self.person = person
        # Names of its own: the style sheet hides what allauth says under the password of the sign-in page.
        super().__init__(data, initial={"name": person.name, "zone": person.zone}, auto_id="invited_%s")

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        validate_password(password, self.person)
        return password


class SettingsForm(forms.ModelForm[User]):
    """What everybody may set about themselves."""

    name = one_line(gettext_lazy("Name"))
    zone = zone_field(help_text=gettext_lazy("Moments are shown in this zone, and your mails come in its morning."))

    class Meta:
        model = User
        fields = ["name", "zone", "theme", "shortcuts"]
        widgets = {"theme": Segmented()}
        help_texts = {"shortcuts": gettext_lazy("L logs a check-in, / searches, ? shows them all.")}


class CoverForm(forms.ModelForm[Cover]):
    """Who is away, from when until when, and who stands in."""

    class Meta:
        model = Cover
        fields = ["absent", "stand_in", "from_on", "until_on", "note"]
        field_classes = {"from_on": DayField, "until_on": DayField}
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"until_on": gettext_lazy("The last day away.")}

    def __init__(self, data: Any = None, *, user: User, absent: str = "") -> None:
        """``absent`` is the key of who is away, as the address says it."""
        people = User.objects.covered_by_order_of(user).active_staff()
        meant = people.filter(pk=int(absent)).first() if absent.isascii() and absent.isdigit() else None
        super().__init__(data, initial={"absent": meant or user})
        narrow(self, "absent", people)
        others = people.exclude(pk=user.pk).exists()
        # Who chooses who is away may be the stand-in, so nobody is left out unless the address says who it is.
        known = meant if others else user
        colleagues = User.objects.visible_to(user).active_staff()
        narrow(self, "stand_in", colleagues.exclude(pk=known.pk) if known else colleagues, none=_("Choose a colleague"))
        if not others:
            self.fields["absent"].widget = forms.HiddenInput()
            self.fields["absent"].required = False

    def clean_absent(self) -> User:
        absent: User = self.cleaned_data["absent"] or self.initial["absent"]
        return absent

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("from_on"), cleaned.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", _("The last day lies before the first."))
        if cleaned.get("stand_in") and cleaned["stand_in"] == cleaned.get("absent"):
            self.add_error("stand_in", _("Somebody else has to stand in."))
        return cleaned

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""


class OneToOneForm(forms.ModelForm[OneToOne]):
    """When a one-to-one was held, what the person asked for, and a note of what was agreed."""

    class Meta:
        model = OneToOne
        fields = ["held_on", "asked", "note"]
        field_classes = {"held_on": DayField}
        widgets = {"asked": forms.Textarea(attrs={"rows": 2}), "note": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["held_on"].error_messages["required"] = _("Say on which day you talked.")
        self.fields["asked"].label = _("What %(name)s asked for") % {"name": person}
        self.fields["note"].help_text = _("You and %(name)s read it, and nobody else.") % {"name": person}
        bound(self, "asked", "note")

    def _post_clean(self) -> None:
        """The verb builds and checks the row."""


class TeamForm(forms.Form):
    name = one_line(gettext_lazy("Name"))
    parent = forms.TypedChoiceField(label=gettext_lazy("Part of"), required=False, coerce=int, empty_value=None)

    def __init__(self, data: Any = None, *, user: User, team: Team | None = None) -> None:
        super().__init__(data, initial={"name": team.name, "parent": team.parent_id} if team else None)
        choices = queries.team_choices(user, without=team)
        self.fields["parent"].choices = [("", _("– nothing, it stands at the top")), *choices]  # type: ignore[attr-defined]

    def clean_parent(self) -> Team | None:
        parent = self.cleaned_data["parent"]
        return Team.objects.get(pk=parent) if parent else None


# Organisations -----------------------------------------------------------------------------------------------------


class AccountChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An organisation by its name. The list is fetched as one types; without JavaScript it holds the first ``MOST``."""

    MOST = 500

    def __init__(self, *, label: Any, required: bool = True, help_text: Any = "") -> None:
        super().__init__(
            queryset=Account.objects.none(),
            label=label,
            required=required,
            help_text=help_text,
            empty_label="",
            widget=Combo(url=reverse_lazy("account_options"), placeholder=gettext_lazy("Three letters of its name")),
        )

    def offer(self, user: User, *, chosen: int | None) -> None:
        """Narrow the choice to what the person may name; a page never carries a directory of thousands."""
        rows = Account.objects.listed_for(user)
        self.queryset = rows
        names = dict(rows.order_by("name_key", "pk").values_list("pk", "name")[: self.MOST])
        if chosen is not None and chosen not in names:
            names |= dict(rows.filter(pk=chosen).values_list("pk", "name"))
        self.widget.choices = [("", ""), *names.items()]


def name_likely_ones(form: forms.BaseForm, *names: str) -> None:
    """As the name is typed, those that are here already and may be meant are named beside the form."""
    for name in names:
        form.fields[name].widget.attrs |= {
            "data-hx-get": reverse("account_alike"),
            "data-hx-trigger": "input changed delay:400ms",
            "data-hx-include": "closest form",
            "data-hx-params": ",".join(names),
            "data-hx-target": "#alike",
            "data-hx-sync": "closest form:replace",
        }


class AccountForm(forms.ModelForm[Account]):
    name = one_line(gettext_lazy("Name"))
    parent = AccountChoice(
        label=gettext_lazy("Unit of"), required=False, help_text=gettext_lazy("The organisation it belongs to.")
    )
    zone = zone_field(help_text=gettext_lazy("Where they are."))
    website = forms.URLField(label=gettext_lazy("Website"), required=False, max_length=2000, assume_scheme="https")

    class Meta:
        model = Account
        fields = ["name", "kind", "parent", "zone", "website"]
        labels = {"kind": gettext_lazy("Kind")}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "kind", ((value, label.capitalize()) for value, label in Account.Kind.choices))
        self.fields["parent"].offer(user, chosen=self.instance.parent_id)  # type: ignore[attr-defined]


class AliasForm(forms.ModelForm[AccountAlias]):
    name = one_line(gettext_lazy("Other name"))

    class Meta:
        model = AccountAlias
        fields = ["name"]


class ExternalIdForm(forms.ModelForm[ExternalId]):
    system = one_line(gettext_lazy("System"))
    value = one_line(gettext_lazy("Number there"))

    class Meta:
        model = ExternalId
        fields = ["system", "value"]


class ContactForm(forms.ModelForm[Contact]):
    """Somebody of theirs and the place in one organisation. ``same_as`` appears when somebody alike is here already."""

    name = one_line(gettext_lazy("Name"))
    title = one_line(gettext_lazy("Title"), required=False)
    phone = one_line(gettext_lazy("Telephone"), required=False)
    since = DayField(label=gettext_lazy("Since"), required=False)
    same_as = forms.ChoiceField(
        label=gettext_lazy("Is this the same person?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Somebody like this is here already. Say who it is.")},
    )

    field_order = ["same_as", "name", "title", "email", "phone", "since", "note"]

    class Meta:
        model = Contact
        fields = ["name", "email", "phone", "note"]
        labels = {"email": gettext_lazy("E-mail address"), "note": gettext_lazy("Note")}

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.alike: list[Contact] = []
        if self.is_bound:
            name, email = (str(self.data.get(self.add_prefix(field), "")) for field in ("name", "email"))
            if name.strip() and "\x00" not in name + email:
                self.alike = list(queries.namesakes(user, name=name, email=email).prefetch_related("accounts"))
        if not self.alike:
            del self.fields["same_as"]
            return
        # Where they work is told only of organisations whose details the person may read.
        readable = set(
            Account.objects.visible_to(user)
            .filter(pk__in={place.pk for row in self.alike for place in row.accounts.all()})
            .values_list("pk", flat=True)
        )
        self.fields["same_as"].choices = [  # type: ignore[attr-defined]
            *[(str(row.pk), self._who(row, readable)) for row in self.alike],
            ("new", _("No, somebody else")),
        ]

    @staticmethod
    def _who(row: Contact, readable: set[int]) -> str:
        places = ", ".join(place.name for place in row.accounts.all() if place.pk in readable)
        said = _("Yes, %(name)s of %(places)s") if places else _("Yes, %(name)s")
        return said % {"name": row, "places": places}

    def same(self) -> Contact | None:
        """Who was chosen as the same person; call it on a valid form."""
        chosen = self.cleaned_data.get("same_as")
        return next((row for row in self.alike if str(row.pk) == chosen), None)


class PlaceForm(forms.Form):
    """A person of theirs and their place in one organisation, to correct."""

    name = one_line(gettext_lazy("Name"))
    title = one_line(gettext_lazy("Title"), required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail address"), required=False, max_length=254)
    phone = one_line(gettext_lazy("Telephone"), required=False)
    since = DayField(label=gettext_lazy("Since"), required=False)
    until = DayField(label=gettext_lazy("Last day there"), required=False)
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea)

    def __init__(self, data: Any = None, *, place: Affiliation) -> None:
        person = {field: getattr(place.contact, field) for field in ("name", "email", "phone", "note")}
        own = {field: getattr(place, field) for field in ("title", "since", "until")}
        super().__init__(data, initial=person | own)

    def person(self) -> dict[str, Any]:
        return {field: self.cleaned_data[field] for field in ("name", "email", "phone", "note")}

    def place(self) -> dict[str, Any]:
        return {field: self.cleaned_data[field] for field in ("title", "since", "until")}
