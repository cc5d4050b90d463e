"""A relationship itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import name_likely_ones
from accounts.models import Account, Team, User
from relationships import cadence
from relationships.models import Relationship, every_weekday
from web import zones
from web.choices import narrow, offer
from web.widgets import Combo, DayField


def zone_choices() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in zones.names()]


class TagsField(forms.CharField):
    """Words parted by commas, each of ``longest`` letters at most; of any length where that is ``None``.

    Two that differ in capitals alone are one: the first of them.
    """

    LONGEST = 40

    def __init__(self, *, longest: int | None = LONGEST, **more: Any) -> None:
        super().__init__(**more)
        self.longest = longest

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        words = [" ".join(word.split()) for word in super().clean(value).split(",")]
        for word in words:
            if self.longest is not None and len(word) > self.longest:
                said = _("“%(word)s…” is too long: a tag has %(most)d letters at most.")
                raise ValidationError(said % {"word": word[:20].rstrip(), "most": self.longest})
        kept: dict[str, str] = {}
        for word in words:
            if word:
                kept.setdefault(word.upper(), word)
        return list(kept.values())


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
        fields = ["name", "owner", "team", "zone", "tier", "tags", "yearly_worth", "renewal_on", "workdays"]
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
    stage = forms.ChoiceField(
        label=gettext_lazy("Stage"),
        choices=Relationship.Stage.choices,
        initial=Relationship.Stage.CONTACT,
        help_text=gettext_lazy("A customer or partner from before is declared: its evidence is due in six months."),
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
        offer(self, "stage", ((value, label.capitalize()) for value, label in Relationship.Stage.choices))
        name_likely_ones(self, "new_account")
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
