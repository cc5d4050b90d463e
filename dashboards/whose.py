"""Whose rows a list shows: what the person sees to, what colleagues of their teams do, or all that they may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from dashboards.team import of_the_team
from relationships.models import Relationship, seen_to_by


class WhoseFilter(forms.Form):
    """The filter of a list whose rows have a relationship and somebody who sees to them; it lives in the address."""

    # Of which rows, and the fields that say of whom they are without saying it.
    model: ClassVar[Any]
    says: ClassVar[frozenset[str]] = frozenset({"relationship", "person"})

    q = forms.CharField(required=False, max_length=200, label=gettext_lazy("Search partners"))
    whose = forms.ChoiceField(required=False, choices=[("", ""), ("mine", "mine"), ("all", "all"), ("team", "team")])
    relationship = forms.ModelChoiceField(
        Relationship.objects.none(), required=False, label=gettext_lazy("Partner"), widget=forms.HiddenInput
    )
    person = forms.ModelChoiceField(User.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        seen = Relationship.objects.visible_to(user)
        self.fields["relationship"].queryset = seen.select_related("account")  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """What is valid of what the address says; the rest of it is left out rather than refused."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @cached_property
    def of_whom(self) -> str:
        """Unless said otherwise what the person, and whom they stand in for, see to; all where that is none."""
        chosen = self.chosen()
        if chosen.keys() & {"whose", *self.says}:
            return str(chosen.get("whose", "all"))
        theirs = self.of_people(self.model.objects.visible_to(self.user), self.user.acts_for)
        return "mine" if theirs.exists() else "all"

    def of_people(self, rows: Any, people: Collection[int]) -> models.QuerySet[Any]:
        """Those of the rows that one of these sees to."""
        return rows.filter(seen_to_by(people))  # type: ignore[no-any-return]

    def of_team(self, rows: Any) -> models.QuerySet[Any]:
        """Those that colleagues of the person's teams see to."""
        return rows.filter(of_the_team(self.user))  # type: ignore[no-any-return]

    def of_those(self) -> models.QuerySet[Any]:
        """What the person sees of the rows of whoever is chosen."""
        rows: models.QuerySet[Any] = self.model.objects.visible_to(self.user)
        match self.of_whom:
            case "mine":
                rows = self.of_people(rows, self.user.acts_for)
            case "team":
                rows = self.of_team(rows)
        person = self.chosen().get("person")
        return self.of_people(rows, [person.pk]) if person else rows


def who_sees_to(rows: models.QuerySet[Any]) -> Q:
    """The condition for the people who see to any of these: who is named for it, otherwise the owner."""
    plain = rows.order_by()
    return Q(pk__in=plain.values("keeper")) | Q(pk__in=plain.filter(keeper=None).values("relationship__owner"))


@dataclass(frozen=True, slots=True)
class Choice:
    """A tab or a part of a switch."""

    name: str
    address: str
    current: bool
    count: int | None = None


def team_choice(user: User, address: str, whose: str) -> list[Choice]:
    """For managers: what colleagues of their teams see to."""
    return [Choice(_("My team’s"), address, whose == "team")] if user.manages else []
