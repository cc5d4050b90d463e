"""The filter of the portfolio; its values live in the URL."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Team, User
from relationships.cadence import State
from relationships.models import HealthFlag, Relationship, RelationshipQuerySet
from web.choices import narrow
from web.clock import Now


class PortfolioForm(forms.Form):
    MINE, PART, TEAM = "mine", "part", "team"
    ANY = "any"
    REVIEW, PROPOSED, LATE, UNADVANCED, ASKED = "review", "proposed", "late", "unadvanced", "asked"

    q = forms.CharField(required=False, max_length=200, label=gettext_lazy("Search partners"))
    whose = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Whose"),
        choices=[
            ("", gettext_lazy("everybody's")),
            (MINE, gettext_lazy("mine")),
            (PART, gettext_lazy("those I have a part in")),
        ],
    )
    owner = forms.ModelChoiceField(User.objects.none(), required=False, label=gettext_lazy("Owner"))
    team = forms.ModelChoiceField(Team.objects.none(), required=False, label=gettext_lazy("Team"))
    tag = forms.CharField(required=False, max_length=200, label=gettext_lazy("Tag"))
    moving = forms.ChoiceField(
        required=False,
        label=gettext_lazy("On the way"),
        choices=[
            ("", gettext_lazy("all")),
            (REVIEW, gettext_lazy("review proposed")),
            (PROPOSED, gettext_lazy("move proposed")),
            (LATE, gettext_lazy("declared, evidence overdue")),
            (ASKED, gettext_lazy("any of these three")),
            (UNADVANCED, gettext_lazy("nobody tries to advance")),
        ],
    )
    flag = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Flag"),
        choices=[("", gettext_lazy("all")), (ANY, gettext_lazy("any flag")), *HealthFlag.Kind.choices],
    )
    state = forms.ChoiceField(required=False, choices=[("", ""), *((state.value, state.value) for state in State)])
    sort = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Sort"),
        choices=[
            ("", gettext_lazy("worst first")),
            ("name", gettext_lazy("name")),
            ("contact", gettext_lazy("longest without contact")),
            ("worth", gettext_lazy("yearly worth")),
            ("standing", gettext_lazy("weakest standing")),
        ],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if user.manages:
            whose: Any = self.fields["whose"]
            whose.choices = [*whose.choices, (self.TEAM, _("those of colleagues in my team"))]
        seen = Relationship.objects.visible_to(user)
        owners = User.objects.visible_to(user).filter(pk__in=seen.order_by().values("owner"))
        narrow(self, "owner", owners, none=_("everyone"))
        teams = Team.objects.visible_to(user)
        narrow(self, "team", teams if user.reach.everything else teams.filter(pk__in=user.reach.seen), none=_("all"))
        stages = ((value, label.capitalize()) for value, label in Relationship.Stage.choices)
        self.fields["stage"] = forms.ChoiceField(
            required=False, label=gettext_lazy("Stage"), choices=[("", _("all")), *stages]
        )

    def chosen(self) -> dict[str, Any]:
        """What is valid of what the address says; the rest of it is left out rather than refused."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrow(self, rows: RelationshipQuerySet, now: Now) -> RelationshipQuerySet:
        """All filters but the state, which the tabs count."""
        chosen = self.chosen()
        if text := chosen.get("q"):
            rows = rows.named(text)
        match chosen.get("whose"):
            case self.MINE:
                rows = rows.filter(owner__in=self.user.acts_for)
            case self.PART:
                rows = rows.filter(pk__in=self.user.parts.values("relationship"))
            case self.TEAM:
                rows = rows.filter(team__in=self.user.manages).exclude(owner__in=self.user.acts_for)
        if owner := chosen.get("owner"):
            rows = rows.filter(owner=owner)
        if team := chosen.get("team"):
            rows = rows.filter(team=team)
        match chosen.get("moving"):
            case self.REVIEW:
                rows = rows.to_review(now)
            case self.ASKED:
                rows = rows.stage_asks(now)
            case self.PROPOSED:
                rows = rows.proposed()
            case self.LATE:
                rows = rows.evidence_overdue(now)
            case self.UNADVANCED:
                rows = rows.unadvanced(now)
        if flag := chosen.get("flag"):
            flagged = HealthFlag.objects.open().filter(**({} if flag == self.ANY else {"kind": flag}))
            rows = rows.filter(pk__in=flagged.order_by().values("relationship"))
        if stage := chosen.get("stage"):
            rows = rows.filter(stage=stage)
        if tag := chosen.get("tag"):
            rows = rows.filter(tags__contains=[tag])
        return rows

    @property
    def wanted_state(self) -> State | None:
        value = self.chosen().get("state")
        return State(value) if value else None

    @property
    def wanted_sort(self) -> str:
        return str(self.chosen().get("sort", "worst"))
