"""Whose rows a list shows, and of which relationships: one filter for all lists of what hangs on a relationship."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, Team, User
from dashboards.team import of_the_team
from relationships.models import Relationship, RelationshipQuerySet, seen_to_by
from web.choices import narrow
from web.clock import Now

# A year, for what was answered or solved within one.
YEAR_DAYS = 365
# How an address says the open ones, where it has to.
OPEN = "open"


class WhoseFilter(forms.Form):
    """The filter of a list whose rows have a relationship and somebody who sees to them; it lives in the address.

    ``team``, ``owner``, ``kind``, ``tier`` and ``tag`` are of the relationship; ``person`` sees to the row. What is
    shown of ``whose=book`` with any of these is what ``dashboards.book`` counts for them.
    """

    # Of which rows, and the fields that say of whom they are without saying it.
    model: ClassVar[Any]
    says: ClassVar[frozenset[str]] = frozenset({"relationship", "person", "team", "owner"})
    # What a chip says of, in this order.
    narrowing: ClassVar[tuple[str, ...]] = ("relationship", "team", "owner", "kind", "tier", "tag", "person")
    # Of these, those that ask for what has come to an end.
    ended: ClassVar[frozenset[str]] = frozenset()

    q = forms.CharField(required=False, max_length=200, label=gettext_lazy("Search partners"))
    whose = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Whose"),
        choices=[
            ("", ""),
            ("mine", "mine"),
            ("all", "all"),
            ("team", "team"),
            ("book", gettext_lazy("mine and my teams’")),
        ],
    )
    relationship = forms.ModelChoiceField(
        Relationship.objects.none(), required=False, label=gettext_lazy("Partner"), widget=forms.HiddenInput
    )
    team = forms.ModelChoiceField(Team.objects.none(), required=False, label=gettext_lazy("Team"))
    owner = forms.ModelChoiceField(User.objects.none(), required=False, label=gettext_lazy("Owner"))
    kind = forms.ChoiceField(required=False, label=gettext_lazy("Organisation"))
    tier = forms.CharField(required=False, max_length=200, label=gettext_lazy("Tier"))
    tag = forms.CharField(required=False, max_length=200, label=gettext_lazy("Tag"))
    person = forms.ModelChoiceField(
        User.objects.none(), required=False, label=gettext_lazy("Seen to by"), widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, user: User, now: Now, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.now = user, now
        seen = Relationship.objects.visible_to(user)
        self.fields["relationship"].queryset = seen.select_related("account")  # type: ignore[attr-defined]
        teams = Team.objects.visible_to(user)
        narrow(self, "team", teams if user.reach.everything else teams.filter(pk__in=user.reach.seen), none=_("all"))
        owners = User.objects.visible_to(user).filter(pk__in=seen.order_by().values("owner"))
        narrow(self, "owner", owners, none=_("everyone"))
        narrow(self, "person", User.objects.visible_to(user), none=_("anybody"))
        kinds = [("", _("every kind")), *((value, capfirst(label)) for value, label in Account.Kind.choices)]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """What is valid of what the address says; the rest of it is left out rather than refused."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @cached_property
    def of_whom(self) -> str:
        """What the address says of whom they are; otherwise as ``unsaid``."""
        chosen = self.chosen()
        return str(chosen.get("whose", "all")) if chosen.keys() & {"whose", *self.says} else self.unsaid()

    def unsaid(self) -> str:
        """Where nobody said whose: what the person, and whom they stand in for, see to; all where that is none."""
        theirs = self.of_people(self.model.objects.visible_to(self.user), self.user.acts_for)
        return "mine" if theirs.exists() else "all"

    def of_people(self, rows: Any, people: Collection[int]) -> models.QuerySet[Any]:
        """Those of the rows that one of these sees to."""
        return rows.filter(seen_to_by(people))  # type: ignore[no-any-return]

    def of_team(self, rows: Any) -> models.QuerySet[Any]:
        """Those that colleagues of the person's teams see to."""
        return rows.filter(of_the_team(self.user))  # type: ignore[no-any-return]

    def about(self, rows: Any, partners: RelationshipQuerySet) -> models.QuerySet[Any]:
        """Those of the rows that are of one of these relationships."""
        return rows.filter(relationship__in=partners.order_by())  # type: ignore[no-any-return]

    def of_those(self) -> models.QuerySet[Any]:
        """What the person sees of the rows of whoever is chosen, and of the relationships that are."""
        chosen = self.chosen()
        rows: models.QuerySet[Any] = self.model.objects.visible_to(self.user)
        match self.of_whom:
            case "mine":
                rows = self.of_people(rows, self.user.acts_for)
            case "team":
                rows = self.of_team(rows)
            case "book":
                rows = self.about(rows, Relationship.objects.of_book(self.user))
        if person := chosen.get("person"):
            rows = self.of_people(rows, [person.pk])
        if cell := {name: chosen[name] for name in ("team", "owner", "kind", "tier", "tag") if name in chosen}:
            rows = self.about(rows, Relationship.objects.in_cell(**cell))
        if one := chosen.get("relationship"):
            rows = self.about(rows, Relationship.objects.filter(pk=one.pk))
        return rows

    def named(self, text: str) -> RelationshipQuerySet:
        """The relationships that a search is about."""
        return Relationship.objects.named(text).order_by()

    def chips(self, without: Callable[[str], str]) -> Iterator[tuple[str, str, str]]:
        """What narrows the list: its name, its value in words, and the address ``without`` it."""
        chosen = self.chosen()
        for name in ("whose", *self.narrowing) if chosen.get("whose") == "book" else self.narrowing:
            if name in chosen:
                yield str(self.fields[name].label), self.said(name, chosen[name]), without(name)

    def said(self, name: str, value: Any) -> str:
        """What is chosen in a field, in words."""
        field: Any = self.fields[name]
        words = {} if isinstance(field, forms.ModelChoiceField) else dict(getattr(field, "choices", ()))
        return str(words.get(str(value), value))

    @property
    def offered(self) -> list[forms.BoundField]:
        """The fields of the menu *Filter*; ``relationship`` is chosen elsewhere."""
        return [self[name] for name in self.narrowing if not self[name].is_hidden]

    @property
    def held(self) -> list[tuple[str, str]]:
        """What stays as it is while somebody searches: name and value of what stands in no field of the bar."""
        hidden = [name for name in self.narrowing if self[name].is_hidden]
        said = [(name, self.chosen().get(name)) for name in ("state", "whose", *hidden)]
        return [(name, str(getattr(value, "pk", value))) for name, value in said if value]

    @property
    def searched(self) -> bool:
        """Whether anything but the state and the order narrows what is listed; *mine* is where it begins."""
        chosen = self.chosen()
        return bool(chosen.keys() - {"state", "sort", "whose"}) or chosen.get("whose", "mine") != "mine"

    @property
    def asks_what_ended(self) -> bool:
        """Whether what is asked for has come to an end, so that the list of the open ones would be empty."""
        return bool(self.chosen().keys() & self.ended)

    @property
    def wanted_state(self) -> str:
        """The state of the tab: the open ones, unless the address says another, or asks for what has ended."""
        state = str(self.chosen().get("state", "all" if self.asks_what_ended else ""))
        return "" if state == OPEN else state

    def tab(self, state: str) -> str:
        """How an address says a state. The open ones are said only where all would be listed without a word."""
        return OPEN if self.asks_what_ended and not state else state


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


# What leaves the address where somebody chooses whose rows they want.
ANYBODY = {"relationship": "", "person": "", "team": "", "owner": ""}


def team_choice(user: User, address: str, whose: str) -> list[Choice]:
    """For managers: what colleagues of their teams see to."""
    return [Choice(_("My team’s"), address, whose == "team")] if user.manages else []
