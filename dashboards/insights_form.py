"""What Insights shows: which part of the book, over how long. Its values live in the address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, Team, User
from relationships.models import Relationship
from web.choices import narrow

# How far back, in weeks, and what it is called.
SPANS = {"12": gettext_lazy("12 weeks"), "": gettext_lazy("26 weeks"), "156": gettext_lazy("3 years")}
USUAL_WEEKS = 26
NARROWING = ("team", "owner", "kind", "tier", "tag")


class InsightsForm(forms.Form):
    team = forms.ModelChoiceField(Team.objects.none(), required=False, label=gettext_lazy("Team"))
    owner = forms.ModelChoiceField(User.objects.none(), required=False, label=gettext_lazy("Owner"))
    kind = forms.ChoiceField(required=False, label=gettext_lazy("Kind"))
    tier = forms.CharField(required=False, max_length=200, label=gettext_lazy("Tier"))
    tag = forms.CharField(required=False, max_length=200, label=gettext_lazy("Tag"))
    weeks = forms.ChoiceField(required=False, label=gettext_lazy("How far back"), choices=list(SPANS.items()))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.visible_to(user)
        narrow(self, "team", teams if user.reach.everything else teams.filter(pk__in=user.reach.seen), none=_("all"))
        # One probe of an index for each colleague, however many relationships there are.
        owns = Relationship.objects.visible_to(user).filter(owner=OuterRef("pk")).order_by()
        narrow(self, "owner", User.objects.visible_to(user).filter(Exists(owns)), none=_("everyone"))
        kinds: Any = self.fields["kind"]
        kinds.choices = [("", _("all")), *((value, capfirst(label)) for value, label in Account.Kind.choices)]

    def chosen(self) -> dict[str, Any]:
        """What is valid of what the address says; the rest of it is left out rather than refused."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def cell(self) -> dict[str, Any]:
        """Which part of the book; empty for all of it."""
        return {name: value for name, value in self.chosen().items() if name in NARROWING}

    @property
    def weeks_back(self) -> int:
        return int(self.chosen().get("weeks", USUAL_WEEKS))

    def chips(self, without: Callable[[str], str]) -> Iterator[tuple[str, str, str]]:
        """What narrows the book: its name, its value in words, and the address ``without`` it."""
        kinds: Any = self.fields["kind"]
        for name, value in self.cell.items():
            shown = dict(kinds.choices)[value] if name == "kind" else value
            yield str(self.fields[name].label), str(shown), without(name)
