"""The filter of the portfolio; its values live in the URL."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, Team, User
from relationships import asked
from relationships.cadence import Late, State
from relationships.models import HealthFlag, Relationship, RelationshipQuerySet, StageChange
from web.choices import narrow, offer
from web.clock import Now

# How long ago a stage changed, and a flag was raised or cleared, so that it counts as of late; in days.
MOVED_WITHIN = 90
RAISED_WITHIN = 7
# What is known too little for a score.
UNJUDGED = "none"
TENS = range(0, 100, 10)


def _between(low: int, high: int) -> tuple[str, str]:
    return f"{low}-{high}", _("%(low)d to %(high)d of 100") % {"low": low, "high": high}


def _within_days(days: int) -> tuple[str, str]:
    return str(days), _("within %(days)d days") % {"days": days}


def _scores() -> list[tuple[str, str]]:
    """Any span of whole tens is understood."""
    spans = [_between(low, high) for low in TENS for high in range(low + 10, 101, 10)]
    return [("", _("all")), (UNJUDGED, _("not judged yet")), *spans]


def _renewals() -> list[tuple[str, str]]:
    return [("", _("all")), *(_within_days(days) for days in (30, 90, 180, 365))]


# What a count of the book is parted by; each is a field.
CELL = ("team", "owner", "kind", "tier", "tag")


class PortfolioForm(forms.Form):
    MINE, PART, TEAM, BOOK = "mine", "part", "team", "book"
    UP, DOWN = "up", "down"
    WEEK, CLEARED = "week", "cleared"
    NEEDED, HAPPENED, SHORT = "needed", "happened", "short"
    ANY = "any"
    REVIEW, PROPOSED, LATE, UNADVANCED, ASKED = "review", "proposed", "late", "unadvanced", "asked"

    q = forms.CharField(required=False, max_length=200, label=gettext_lazy("Search partners"))
    whose = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Whose"),
        choices=[
            ("", gettext_lazy("everybody's")),
            (MINE, gettext_lazy("mine")),
            (BOOK, gettext_lazy("mine and my teams’")),
            (PART, gettext_lazy("those I have a part in")),
        ],
    )
    owner = forms.ModelChoiceField(User.objects.none(), required=False, label=gettext_lazy("Owner"))
    team = forms.ModelChoiceField(Team.objects.none(), required=False, label=gettext_lazy("Team"))
    kind = forms.ChoiceField(
        required=False, label=gettext_lazy("Kind"), choices=[("", gettext_lazy("all")), *Account.Kind.choices]
    )
    tier = forms.CharField(required=False, max_length=200, label=gettext_lazy("Tier"))
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
    fresh = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Flag changed"),
        choices=[
            ("", gettext_lazy("whenever")),
            (WEEK, gettext_lazy("raised in the last 7 days")),
            (CLEARED, gettext_lazy("cleared in the last 7 days")),
        ],
    )
    pace = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Check-ins"),
        choices=[
            ("", gettext_lazy("any, or none")),
            (NEEDED, gettext_lazy("asked for by a rhythm")),
            (HAPPENED, gettext_lazy("happened in the last 4 weeks")),
            (SHORT, gettext_lazy("fewer than a rhythm asked for")),
        ],
    )
    late = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Overdue for"),
        choices=[
            ("", gettext_lazy("any time, or not at all")),
            (Late.WEEK, gettext_lazy("up to a week")),
            (Late.FORTNIGHT, gettext_lazy("one to two weeks")),
            (Late.LONGER, gettext_lazy("more than two weeks")),
        ],
    )
    standing = forms.ChoiceField(required=False, label=gettext_lazy("Standing"), choices=_scores)
    renews = forms.ChoiceField(required=False, label=gettext_lazy("Renews"), choices=_renewals)
    moved = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Stage moved"),
        choices=[
            ("", gettext_lazy("whenever")),
            (UP, gettext_lazy("up in the last 90 days")),
            (DOWN, gettext_lazy("down in the last 90 days")),
        ],
    )
    going = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Paused and ended"),
        choices=[("", gettext_lazy("with the others")), ("1", gettext_lazy("left out"))],
    )
    state = forms.ChoiceField(
        required=False,
        label=gettext_lazy("State"),
        choices=[("", ""), *((state.value, state.value) for state in State)],
    )
    sort = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Sort"),
        choices=[
            ("", gettext_lazy("worst first")),
            ("name", gettext_lazy("name")),
            ("contact", gettext_lazy("longest without contact")),
            ("worth", gettext_lazy("yearly worth")),
            ("at_stake", gettext_lazy("most at stake: worth × rhythms missed")),
            ("standing", gettext_lazy("weakest standing")),
            ("missing", gettext_lazy("most check-ins missing")),
        ],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        # It stands on a page beside dialogs that ask for a team or a tier, too.
        super().__init__(*args, **{"auto_id": "filter_%s", **kwargs})
        self.user = user
        if user.manages:
            whose: Any = self.fields["whose"]
            whose.choices = [*whose.choices, (self.TEAM, _("those of colleagues in my team"))]
        seen = Relationship.objects.visible_to(user)
        owners = User.objects.visible_to(user).filter(pk__in=seen.order_by().values("owner"))
        narrow(self, "owner", owners, none=_("everyone"))
        teams = Team.objects.visible_to(user)
        narrow(self, "team", teams if user.reach.everything else teams.filter(pk__in=user.reach.seen), none=_("all"))
        whole = [UNJUDGED, "", *(f"{low}-{low + 10}" for low in TENS)]
        standing: Any = self.fields["standing"]
        offer(self, "standing", [choice for choice in standing.choices if choice[0] in whole])
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
        rows = self._of_whom(rows, chosen)
        rows = self._moving(rows, chosen, now)
        rows = self._flagged(rows, chosen, now)
        rows = rows.in_cell(**{name: chosen[name] for name in CELL if name in chosen})
        if stage := chosen.get("stage"):
            rows = rows.filter(stage=stage)
        if late := chosen.get("late"):
            rows = rows.overdue_by(Late(late), now)
        if standing := chosen.get("standing"):
            rows = rows.unjudged() if standing == UNJUDGED else rows.judged_within(*map(int, standing.split("-")))
        match chosen.get("pace"):
            case self.NEEDED:
                rows = rows.with_rhythm()
            case self.HAPPENED:
                rows = rows.met_lately(now)
            case self.SHORT:
                rows = asked.falling_short(rows, now)
        if renews := chosen.get("renews"):
            rows = rows.renewing_within(int(renews), now)
        return rows.going_on() if "going" in chosen else rows

    def _of_whom(self, rows: RelationshipQuerySet, chosen: dict[str, Any]) -> RelationshipQuerySet:
        match chosen.get("whose"):
            case self.MINE:
                return rows.filter(owner__in=self.user.acts_for)
            case self.PART:
                return rows.filter(pk__in=self.user.parts.values("relationship"))
            case self.TEAM:
                return rows.filter(team__in=self.user.manages).exclude(owner__in=self.user.acts_for)
            case self.BOOK:
                return rows.of_book(self.user)
        return rows

    def _moving(self, rows: RelationshipQuerySet, chosen: dict[str, Any], now: Now) -> RelationshipQuerySet:
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
        if moved := chosen.get("moved"):
            changes = StageChange.objects.up() if moved == self.UP else StageChange.objects.down()
            rows = rows.filter(pk__in=changes.within(MOVED_WITHIN, now).order_by().values("relationship"))
        return rows

    def _flagged(self, rows: RelationshipQuerySet, chosen: dict[str, Any], now: Now) -> RelationshipQuerySet:
        """Raised or cleared of late without a flag named means any flag."""
        flag = chosen.get("flag", self.ANY)
        if not chosen.keys() & {"flag", "fresh"}:
            return rows
        flagged = HealthFlag.objects.filter(**({} if flag == self.ANY else {"kind": flag}))
        match chosen.get("fresh"):
            case self.CLEARED:
                flagged = flagged.cleared_within(RAISED_WITHIN, now)
            case self.WEEK:
                flagged = flagged.open().raised_within(RAISED_WITHIN, now)
            case _:
                flagged = flagged.open()
        return rows.filter(pk__in=flagged.order_by().values("relationship"))

    @property
    def wanted_state(self) -> State | None:
        value = self.chosen().get("state")
        return State(value) if value else None

    @property
    def wanted_sort(self) -> str:
        return str(self.chosen().get("sort", "worst"))
