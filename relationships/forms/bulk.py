"""What is set for many relationships at once; who takes them over stands in ``forms.team``."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Team, User
from relationships import cadence
from relationships.forms.relationship import TagsField
from web.choices import narrow


class TeamForm(forms.Form):
    team = forms.ModelChoiceField(Team.objects.none(), required=False, label=gettext_lazy("Team"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.visible_to(user)
        if not user.reach.everything:
            teams = teams.filter(pk__in=user.reach.changed)
        narrow(self, "team", teams, none=_("No team: seen by the owner alone"))


class TagsForm(forms.Form):
    add = TagsField(required=False, label=gettext_lazy("Add"), help_text=gettext_lazy("Words parted by commas."))
    remove = TagsField(required=False, label=gettext_lazy("Take away"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        added, removed = cleaned.get("add", []), cleaned.get("remove", [])
        if not self.errors and not added and not removed:
            self.add_error("add", _("Say which words to add or to take away."))
        if both := [word for word in added if word in removed]:
            self.add_error("remove", _("“%(word)s” is to be added, too.") % {"word": both[0]})
        return cleaned


class CadenceForm(forms.Form):
    every_days = forms.IntegerField(label=gettext_lazy("Every how many days"), min_value=1, max_value=366, initial=30)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Only needed for more than 31 days."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (cleaned.get("every_days") or 0) > cadence.LONGEST_INTERVAL and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("More than %(most)d days needs a reason.") % {"most": cadence.LONGEST_INTERVAL})
        return cleaned
