"""What is set for many relationships at once; who takes them over stands in ``forms.team``."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Team, User
from relationships import cadence
from relationships.forms.relationship import TagsField


class TeamForm(forms.Form):
    """A team or, said in so many words, none. What they share is chosen already; otherwise nothing is."""

    NO_TEAM = "none"

    team = forms.ChoiceField(
        label=gettext_lazy("Team"), error_messages={"required": gettext_lazy("Choose a team, or “No team”.")}
    )

    def __init__(self, *args: Any, user: User, present: Collection[int | None] = (), **kwargs: Any) -> None:
        """``present`` are the teams they are in now, ``None`` for none."""
        super().__init__(*args, **kwargs)
        teams = Team.objects.visible_to(user)
        common = set(present) if len(set(present)) == 1 else set()
        if not user.reach.everything:
            teams = teams.filter(Q(pk__in=user.reach.changed) | Q(pk__in=common - {None}))
        self.teams = {str(team.pk): team for team in teams}
        choices = [] if common else [("", _("Choose a team"))]
        choices += [(key, team.name) for key, team in self.teams.items()]
        self.fields["team"].choices = [  # type: ignore[attr-defined]
            *choices,
            (self.NO_TEAM, _("No team: seen by the owner alone")),
        ]
        if common:
            self.initial["team"] = common.pop() or self.NO_TEAM

    def clean_team(self) -> Team | None:
        return self.teams.get(self.cleaned_data["team"])


class TagsForm(forms.Form):
    add = TagsField(required=False, label=gettext_lazy("Add"), help_text=gettext_lazy("Words parted by commas."))
    # Long ones may be there from an import.
    remove = TagsField(required=False, label=gettext_lazy("Take away"), longest=None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        added, removed = cleaned.get("add", []), cleaned.get("remove", [])
        if not self.errors and not added and not removed:
            self.add_error("add", _("Say which words to add or to take away."))
        if both := [word for word in added if word in removed]:
            self.add_error("remove", _("“%(word)s” is to be added, too.") % {"word": both[0]})
        return cleaned


class TierForm(forms.Form):
    tier = forms.CharField(
        required=False,
        max_length=40,
        label=gettext_lazy("Tier"),
        help_text=gettext_lazy("As you call them, for example A. Empty takes it away."),
    )


def _agreed(agreed: int, chosen: int) -> str:
    if chosen == 1:
        return _("It was agreed with somebody of theirs, and will be assumed again: say why it changes.")
    if agreed == chosen:
        return _("All of these were agreed with somebody of theirs, and will be assumed again: say why they change.")
    return ngettext(
        "%(count)d of these was agreed with somebody of theirs, and will be assumed again: say why it changes.",
        "%(count)d of these were agreed with somebody of theirs, and will be assumed again: say why they change.",
        agreed,
    ) % {"count": agreed}


class CadenceForm(forms.Form):
    every_days = forms.IntegerField(
        label=gettext_lazy("Every how many days"),
        min_value=1,
        max_value=366,
        initial=30,
        error_messages={
            "required": gettext_lazy("Say how many days."),
            "invalid": gettext_lazy("A whole number of days."),
            "min_value": gettext_lazy("At least one day."),
            "max_value": gettext_lazy("366 days at most."),
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Only needed for more than 31 days."),
        error_messages={"required": gettext_lazy("Say why the rhythm changes that was agreed with them.")},
    )

    def __init__(self, *args: Any, agreed: int = 0, chosen: int = 0, **kwargs: Any) -> None:
        """``agreed`` of the ``chosen`` were agreed with somebody of theirs: the reason is asked for at once."""
        super().__init__(*args, **kwargs)
        reason = self.fields["reason"]
        reason.required = agreed > 0
        if reason.required:
            reason.help_text = _agreed(agreed, chosen)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (cleaned.get("every_days") or 0) > cadence.LONGEST_INTERVAL and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("More than %(most)d days needs a reason.") % {"most": cadence.LONGEST_INTERVAL})
        return cleaned
