"""The form of a saved view."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Team, User
from dashboards.models import SavedView


class SavedViewForm(forms.Form):
    """Its name, and who sees it: oneself, one of the teams that one sees, or all colleagues."""

    TEAM = "team-"

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=60, error_messages={"required": gettext_lazy("Give it a name.")}
    )
    shown_to = forms.ChoiceField(
        label=gettext_lazy("Who sees it in the side bar"),
        help_text=gettext_lazy("What it shows stays with who looks: everybody finds in it only what they may see."),
    )

    def __init__(self, *args: Any, user: User, view: SavedView | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.visible_to(user)
        if not user.reach.everything:
            teams = teams.filter(pk__in=user.reach.seen | ({view.team_id} if view and view.team_id else set()))
        self.teams = {f"{self.TEAM}{team.pk}": team for team in teams.order_by("name")}
        sharing = SavedView.Sharing
        mine = view is None or view.owner_id == user.pk
        self.fields["shown_to"].choices = [  # type: ignore[attr-defined]
            *([(sharing.NOBODY.value, _("only I"))] if mine else []),
            *((key, _("team %(team)s") % {"team": team.name}) for key, team in self.teams.items()),
            (sharing.STAFF.value, _("all colleagues")),
        ]
        if view is not None:
            self.initial = {
                "name": view.name,
                "shown_to": f"{self.TEAM}{view.team_id}" if view.team_id else view.sharing,
            }
        if not mine:
            self.fields["shown_to"].help_text = _("It is a colleague’s: it can’t be made yours alone.")

    @property
    def values(self) -> dict[str, Any]:
        """As the verbs take them."""
        shown_to = self.cleaned_data["shown_to"]
        team = self.teams.get(shown_to)
        sharing = SavedView.Sharing.TEAM.value if team else shown_to
        return {"name": self.cleaned_data["name"], "sharing": sharing, "team": team}
