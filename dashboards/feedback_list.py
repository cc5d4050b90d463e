"""Feedback of both sides: what waits for an answer, what is in work, what became of it, and how long that takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Aggregate, Case, Count, F, Func, IntegerField, Q, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import PersonRequest
from dashboards.book_filter import address, suggest
from dashboards.wanting import stood_in_for
from dashboards.whose import ANYBODY, OPEN, YEAR_DAYS, Choice, WhoseFilter, team_choice, who_sees_to
from relationships import feedback, feedback_words
from relationships.feedback import Step
from relationships.models import (
    Feedback,
    FeedbackQuerySet,
    ListeningPost,
    Relationship,
    feedback_states,
    owed_answer,
    waits_long,
)
from relationships.views.feedback import ROUTES
from relationships.words import Look
from web import dates, left_out
from web.choices import narrow
from web.clock import Now
from web.downloads import menu, menu_of
from web.paging import page

PAGE = 25
SIDES = Feedback.Side
STATES = {
    "": gettext_lazy("Open"),
    "late": gettext_lazy("Unanswered too long"),
    "waiting": gettext_lazy("Waiting"),
    "decide": gettext_lazy("To be decided"),
    "work": gettext_lazy("In work"),
    "tell": gettext_lazy("To be told"),
    "closed": gettext_lazy("Closed"),
    "all": gettext_lazy("All"),
}
ORDERS = {"": ("-heard_on", "-id"), "oldest": ("heard_on", "id")}
NAMED = ("relationship__account", "relationship__owner", "colleague", "contact", "keeper", "post", "grew_into")


# What is asked for -------------------------------------------------------------------------------------------------


class FeedbackFilter(WhoseFilter):
    """The filter of the page; its values live in the address."""

    model = Feedback
    narrowing = (
        "relationship", "side", "nature", "hidden", "post", "answered", *WhoseFilter.narrowing[1:]
    )  # fmt: skip
    ended = frozenset({"answered"})

    q = forms.CharField(required=False, max_length=200, label=gettext_lazy("Search partners and words"))
    state = forms.ChoiceField(
        required=False, label=gettext_lazy("State"), choices=[*STATES.items(), (OPEN, STATES[""])]
    )
    side = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Side"),
        choices=[("", gettext_lazy("both")), ("theirs", gettext_lazy("theirs")), ("ours", gettext_lazy("ours"))],
    )
    nature = forms.ChoiceField(
        required=False, label=gettext_lazy("Kind"), choices=[("", gettext_lazy("every kind")), *Feedback.Nature.choices]
    )
    hidden = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Said"),
        choices=[
            ("", gettext_lazy("either way")),
            ("no", gettext_lazy("outright")),
            ("yes", gettext_lazy("not outright")),
        ],
    )
    post = forms.ModelChoiceField(ListeningPost.objects.none(), required=False, label=gettext_lazy("Heard at"))
    answered = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Answered"),
        choices=[("", gettext_lazy("at any time or not")), ("year", gettext_lazy("within a year"))],
    )
    person = forms.ModelChoiceField(User.objects.none(), required=False, label=gettext_lazy("Answers"))
    sort = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Sort"),
        choices=[("", gettext_lazy("newest first")), ("oldest", gettext_lazy("longest ago first"))],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        keepers = who_sees_to(Feedback.objects.visible_to(user))
        narrow(self, "person", User.objects.visible_to(user).filter(keepers), none=_("anybody"))
        narrow(self, "post", ListeningPost.objects.visible_to(user), none=_("anywhere"))

    def narrow(self) -> FeedbackQuerySet:
        """All filters but the state, which the tabs count."""
        chosen = self.chosen()
        rows: FeedbackQuerySet = self.of_those()  # type: ignore[assignment]
        if text := chosen.get("q"):
            rows = rows.filter(Q(relationship__in=self.named(text)) | Q(said__icontains=text.replace("\0", "")))
        for name in ("side", "nature", "post"):
            if name in chosen:
                rows = rows.filter(**{name: chosen[name]})
        if "answered" in chosen:
            rows = rows.answered_within(self.now, YEAR_DAYS)
        return rows.filter(hidden=chosen["hidden"] == "yes") if "hidden" in chosen else rows


# What there is -----------------------------------------------------------------------------------------------------


CONDITIONS = {"": "open", "decide": "to_decide", "work": "in_work", "tell": "to_tell"}


def condition(state: str, now: Now) -> Q:
    if state == "all":
        return Q()
    if state == "late":
        return owed_answer(now)
    found = feedback_states()
    named = found[CONDITIONS.get(state, state)]
    # An idea of ours that they do not know wants telling as well.
    return named | found["unsaid"] if state == "tell" else named


class HalfOfThem(Aggregate):
    """The number that half of them do not pass, as ``feedback.half_of_them``."""

    template = "PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = IntegerField()


@dataclass(frozen=True, slots=True)
class Figures:
    """How one side's feedback is dealt with: answered in time, days to application, how complaints came."""

    total: int = 0
    in_time: int = 0
    judged: int = 0
    applied: int = 0
    days_to_apply: int | None = None
    expressed: int = 0
    hidden: int = 0


def figures(rows: FeedbackQuerySet, now: Now) -> dict[str, Figures]:
    """Both sides in one query. Judged are those that were answered, or whose days for an answer are over."""
    soon = Value(feedback.DAYS_TO_ANSWER * feedback.DAY)
    in_time = Q(answered_on__isnull=False, answered_on__lte=F("heard_on") + soon)
    over = waits_long(now, feedback.DAYS_TO_ANSWER + 1)
    applied = Q(nature=Feedback.Nature.SUGGESTION, outcome=Feedback.Outcome.APPLIED)
    complaint = Q(nature=Feedback.Nature.COMPLAINT)
    took = Func(
        F("ended_on"), F("heard_on"), template="(%(expressions)s)", arg_joiner=" - ", output_field=IntegerField()
    )
    summed: Iterable[Any] = (
        rows.order_by()
        .values("side")
        .annotate(
            total=Count("pk"),
            in_time=Count("pk", filter=in_time),
            judged=Count("pk", filter=Q(answered_on__isnull=False) | over),
            applied=Count("pk", filter=applied),
            days_to_apply=HalfOfThem(Case(When(applied, then=took))),
            expressed=Count("pk", filter=complaint & Q(hidden=False)),
            hidden_ones=Count("pk", filter=complaint & Q(hidden=True)),
        )
    )
    found = {}
    for row in summed:
        side, noticed = row.pop("side"), row.pop("hidden_ones")
        found[side] = Figures(hidden=noticed, **row)
    return {side: found.get(side, Figures()) for side in SIDES.values}


def counts(rows: FeedbackQuerySet, now: Now) -> dict[str, int]:
    """How many stand in each state; one query."""
    counted = {f"n_{state or 'open'}": Count("pk", filter=condition(state, now)) for state in STATES if state != "all"}
    summed: dict[str, int] = rows.order_by().aggregate(n_all=Count("pk"), **counted)
    return {state: summed[f"n_{state or 'open'}"] for state in STATES}


# What it says ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verb:
    """The next step of the loop, as a link of a row; acknowledging is a tap on the page of it."""

    said: str
    address: str


@dataclass(frozen=True, slots=True)
class Line:
    """Feedback in a list."""

    row: Feedback
    look: Look
    heading: str
    behalf: str
    sentence: str
    marks: list[feedback_words.Mark]
    instead_of: User | None
    verbs: list[Verb]


def line(row: Feedback, user: User, now: Now, changeable: set[int]) -> Line:
    today = row.relationship.today(now)
    steps = [step for step in feedback.may_follow(row.settled) if step is not Step.ACKNOWLEDGED]
    writes = row.relationship_id in changeable
    verbs = [Verb(feedback_words.verb(step, row), reverse(ROUTES[step], args=[row.pk])) for step in steps]
    if row.unsaid:
        verbs = [Verb(_("Told them"), reverse("feedback_say", args=[row.pk]))]
    return Line(
        row,
        feedback_words.look(row, today),
        feedback_words.heading(row),
        feedback_words.behalf(row),
        feedback_words.sentence(row, today),
        feedback_words.brief(row),
        stood_in_for(user, row.keeper or row.relationship.owner),
        verbs * writes,
    )


def lines(rows: list[Feedback], user: User, now: Now) -> list[Line]:
    """One query more than the rows themselves."""
    ids = {row.relationship_id for row in rows}
    changeable = set(Relationship.objects.changeable_by(user).filter(pk__in=ids).values_list("pk", flat=True))
    return [line(row, user, now, changeable) for row in rows]


def sentences(found: dict[str, Figures]) -> list[str]:
    """*We answered 14 of 16 within 5 days.*, *Half of the suggestions applied took at most 40 days.*, …"""
    theirs, ours = found["theirs"], found["ours"]
    said = []
    if theirs.judged:
        known = {"good": theirs.in_time, "all": theirs.judged, "days": feedback.DAYS_TO_ANSWER}
        said.append(_("We answered %(good)d of %(all)d within %(days)d days.") % known)
    if ours.judged:
        known = {"good": ours.in_time, "all": ours.judged, "days": feedback.DAYS_TO_ANSWER}
        said.append(_("They answered %(good)d of %(all)d of ours within %(days)d days.") % known)
    if theirs.applied and theirs.days_to_apply is not None:
        took = dates.days(theirs.days_to_apply)
        if theirs.applied == 1:
            took = _("after %(days)s") % {"days": took} if theirs.days_to_apply else _("on the same day")
        applied = ngettext(
            "%(count)d suggestion of theirs was applied, %(took)s.",
            "%(count)d suggestions of theirs were applied, half of them within %(took)s.",
            theirs.applied,
        )
        said.append(applied % {"count": theirs.applied, "took": took})
    if theirs.expressed or theirs.hidden:
        known = {"expressed": theirs.expressed, "hidden": theirs.hidden}
        said.append(_("Complaints: %(expressed)d said outright, %(hidden)d that we noticed.") % known)
    return said


def _listed(count: int) -> str:
    return ngettext("%(count)d entry", "%(count)d entries", count) % {"count": count}


@require_GET
def feedback_list(request: PersonRequest) -> HttpResponse:
    user, now = request.user, Now.read()
    form = FeedbackFilter(request.GET, user=user, now=now)
    suggest(form, user)
    chosen = form.chosen()
    rows = form.narrow()
    counted = counts(rows, now)
    state = form.wanted_state
    found = page(
        rows.filter(condition(state, now)).with_promise().select_related(*NAMED),
        order=ORDERS[chosen.get("sort", "")],
        after=request.GET.get("after", ""),
        size=PAGE,
    )
    whose = form.of_whom
    context = {
        "form": form,
        "left_out": left_out.said(left_out.of_form(form)),
        "sentences": sentences(figures(rows, now)),
        "tabs": [
            Choice(str(name), address(request, state=form.tab(value)), value == state, counted[value])
            for value, name in STATES.items()
        ],
        "whose": [
            Choice(_("Mine"), address(request, **ANYBODY, whose="mine"), whose == "mine"),
            *team_choice(user, address(request, **ANYBODY, whose="team"), whose),
            Choice(_("All I see"), address(request, **ANYBODY, whose="all"), whose == "all"),
        ],
        "lines": lines(found.rows, user, now),
        "more": address(request, after=found.after) if found.after else "",
        "chips": list(form.chips(lambda name: address(request, **{name: ""}))),
        "state": state,
        "every": address(request, state="all"),
        "relationship": chosen.get("relationship"),
        "total": counted["all"],
        "listed": _listed(counted[state]),
        "download": menu(request, "feedback_download", counted[state]),
        "writes": user.reach.writes or bool(user.reach.joined),
    }
    return render(request, "dashboards/feedback_list.html", context)


# At a relationship -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """One side of the page, paged by itself."""

    side: str
    name: str
    says: str
    lines: list[Line]
    more: str
    example: str


@require_GET
def relationship_feedback(request: PersonRequest, pk: int) -> HttpResponse:
    """Both sides of one relationship, next to each other."""
    user, now = request.user, Now.read()
    row = get_object_or_404(Relationship.objects.visible_to(user).select_related("account", "owner"), pk=pk)
    rows = Feedback.objects.filter(relationship=row)
    known = figures(rows, now)
    named = {
        "theirs": (_("Theirs"), _("“Let us reorder from the phone, by scanning the pallet.”")),
        "ours": (_("Ours"), _("“With the yard open at six we could bring the second load before noon.”")),
    }
    writes = Relationship.objects.changeable_by(user).filter(pk=row.pk).exists()
    changeable = {row.pk} if writes else set()
    columns = []
    for side, (name, example) in named.items():
        after = request.GET.get(f"after_{side}", "")
        found = page(
            rows.filter(side=side).with_promise().select_related(*NAMED), order=ORDERS[""], after=after, size=PAGE
        )
        more = f"?after_{side}={found.after}" if found.after else ""
        told = [line(one, user, now, changeable) for one in found.rows]
        columns.append(Column(side, name, _answered(known[side]), told, more, example))
    context = {
        "row": row,
        "columns": columns,
        "sentences": sentences(known),
        "total": sum(one.total for one in known.values()),
        "download": menu_of("feedback_download", relationship=str(row.pk), whose="all", state="all"),
        "writes": writes,
    }
    return render(request, "dashboards/relationship_feedback.html", context)


def _answered(known: Figures) -> str:
    """*4 of 6 answered within 5 days*"""
    if not known.judged:
        return ""
    told = {"good": known.in_time, "all": known.judged, "days": feedback.DAYS_TO_ANSWER}
    return _("%(good)d of %(all)d answered within %(days)d days") % told
