"""Meetings of all partners that a person sees: what is to come, what wants an answer, what has been."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Count, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import PersonRequest
from dashboards.book_filter import address, suggest
from dashboards.whose import ANYBODY, Choice, WhoseFilter, team_choice
from meetings import series, series_words, words
from meetings.models import ONE_OF_SERIES, Meeting, MeetingAccount, MeetingQuerySet, Participant, Series
from relationships.models import Relationship, RelationshipQuerySet
from relationships.words import Look
from web import left_out
from web.clock import Now
from web.downloads import menu
from web.paging import page

PAGE = 25
# So many stand on Today.
TODAY = 8
# So many further days of a series open below it; the others have a list of their own.
FURTHER = 12
STATES = {
    "": gettext_lazy("To come"),
    "unsettled": gettext_lazy("Was it held?"),
    "past": gettext_lazy("Past"),
    "cancelled": gettext_lazy("Cancelled"),
    "all": gettext_lazy("All"),
}
SOONEST, NEWEST = ("starts_at", "id"), ("-starts_at", "-id")
# Those still planned are told soonest first, so that the next one, or the one that waits the longest, is at the top.
ORDERS = {"": SOONEST, "unsettled": SOONEST}
PAST = (Meeting.State.HELD, Meeting.State.NOT_HELD)


class MeetingFilter(WhoseFilter):
    """The filter of the page; its values live in the address."""

    model = Meeting
    says = WhoseFilter.says | {"series"}
    narrowing = ("series", *WhoseFilter.narrowing)

    series = forms.ModelChoiceField(
        Series.objects.none(), required=False, label=gettext_lazy("Comes again"), widget=forms.HiddenInput
    )
    person = forms.ModelChoiceField(
        User.objects.none(), required=False, label=gettext_lazy("Of"), widget=forms.HiddenInput
    )
    state = forms.ChoiceField(required=False, label=gettext_lazy("State"), choices=list(STATES.items()))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["series"].queryset = Series.objects.visible_to(user)  # type: ignore[attr-defined]

    def said(self, name: str, value: Any) -> str:
        return _rule_of(value, self.user, self.now) if name == "series" else super().said(name, value)

    def about(self, rows: MeetingQuerySet, partners: RelationshipQuerySet) -> MeetingQuerySet:
        """Those with one of these partners at the table, as far as the person sees that they are."""
        parties = MeetingAccount.objects.visible_to(self.user).filter(relationship__in=partners.order_by())
        return rows.filter(pk__in=parties.order_by().values("meeting"))

    def of_people(self, rows: MeetingQuerySet, people: Collection[int]) -> MeetingQuerySet:
        return rows.of(people)

    def of_team(self, rows: MeetingQuerySet) -> MeetingQuerySet:
        """With a partner of the person's teams, and not theirs."""
        parties = MeetingAccount.objects.visible_to(self.user).filter(relationship__team__in=self.user.manages)
        theirs = Meeting.objects.of(self.user.acts_for).order_by().values("pk")
        return rows.filter(pk__in=parties.order_by().values("meeting")).exclude(pk__in=theirs)

    def narrow(self) -> MeetingQuerySet:
        """All filters but the state, which the tabs count."""
        chosen = self.chosen()
        rows: MeetingQuerySet = self.of_those()  # type: ignore[assignment]
        if text := chosen.get("q"):
            rows = self.about(rows, self.named(text))
        if of_series := chosen.get("series"):
            rows = rows.filter(series=of_series)
        return rows


def in_state(rows: MeetingQuerySet, state: str, now: Now) -> MeetingQuerySet:
    match state:
        case "unsettled":
            return rows.unsettled(now)
        case "past":
            return rows.filter(state__in=PAST)
        case "cancelled":
            return rows.filter(state=Meeting.State.CANCELLED)
        case "all":
            return rows
        case _:
            return rows.ahead(now)


def _counts(rows: MeetingQuerySet, now: Now) -> dict[str, int]:
    planned, over = Q(state=Meeting.State.PLANNED), Q(ends_at__lte=now.instant)
    counted: dict[str, int] = rows.order_by().aggregate(
        ahead=Count("pk", filter=planned & ~over),
        again=Count("series", filter=planned & ~over),
        unsettled=Count("pk", filter=planned & over),
        past=Count("pk", filter=Q(state__in=PAST)),
        cancelled=Count("pk", filter=Q(state=Meeting.State.CANCELLED)),
        all=Count("pk"),
    )
    return {**counted, "": counted["ahead"]}


@dataclass(frozen=True, slots=True)
class Further:
    """Another day of a series: where its page is, and when."""

    address: str
    when: str


@dataclass(frozen=True, slots=True)
class Again:
    """That a meeting comes again: its rule in words, the further days, and how many more there are, with their list."""

    rule: str
    further: Sequence[Further] = ()
    total: int = 0
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A meeting in a list: its day and time as the reader has them, with whom, and who comes."""

    row: Meeting
    look: Look
    when: str
    partners: list[Relationship]
    people: str
    asks: bool
    writes: bool
    again: Again | None = None

    @property
    def off(self) -> bool:
        """It did not take place: the sign alone does not say so."""
        return self.row.state in (Meeting.State.CANCELLED, Meeting.State.NOT_HELD)


def lines(
    rows: Sequence[Meeting], user: User, now: Now, folded: Mapping[tuple[object, ...], Again] | None = None
) -> list[Line]:
    """In words. Three queries, for their partners, their people and what the person may change.

    ``folded`` are the series that stand there once, see ``again``.
    """
    if not rows:
        return []
    ids = [row.pk for row in rows]
    parties: dict[int, list[Relationship]] = {}
    seen = MeetingAccount.objects.visible_to(user).filter(meeting__in=ids).select_related("relationship__account")
    for party in seen:
        parties.setdefault(party.meeting_id, []).append(party.relationship)
    people: dict[int, list[Participant]] = {}
    asked = Participant.objects.visible_to(user).filter(meeting__in=ids).theirs().select_related("contact")
    for one in asked:
        people.setdefault(one.meeting_id, []).append(one)
    changeable = set(Meeting.objects.changeable_by(user).filter(pk__in=ids).values_list("pk", flat=True))
    return list(_said(rows, parties, people, changeable, folded or {}, user, now))


def _said(
    rows: Sequence[Meeting],
    parties: dict[int, list[Relationship]],
    people: dict[int, list[Participant]],
    changeable: set[int],
    folded: Mapping[tuple[object, ...], Again],
    user: User,
    now: Now,
) -> Iterable[Line]:
    today = now.today(user.zone)
    for row in rows:
        partners = parties.get(row.pk, [])
        zones = [row.zone, *(one.zone for one in partners)]
        yield Line(
            row,
            words.look(row, over=row.is_over(now)),
            words.when(row, user.zone, zones, today),
            partners,
            words.who_comes(people.get(row.pk, [])),
            row.wants_settling(now),
            row.pk in changeable,
            folded.get(_fold(row)) if row.is_off or not row.is_over(now) else None,
        )


def _fold(row: Meeting) -> tuple[object, ...]:
    return (row.series_id, row.state, row.settled_at)


def again(rows: Sequence[Meeting], among: MeetingQuerySet, user: User, now: Now) -> dict[tuple[object, ...], Again]:
    """The series of these meetings, each with its further days among those listed. One query."""
    shown = {_fold(row): row for row in rows if row.series is not None and (row.is_off or not row.is_over(now))}
    if not shown:
        return {}
    keys = [row.series_id for row in shown.values()]
    each = list(ONE_OF_SERIES)
    days = among.filter(series__in=keys).filter(Q(ends_at__gt=now.instant) | Q(state=Meeting.State.CANCELLED))
    numbered: QuerySet[Any] = days.annotate(
        total=Window(Count("*"), partition_by=each),
        number=Window(RowNumber(), partition_by=each, order_by=["starts_at", "pk"]),
    )
    further: dict[tuple[object, ...], list[Meeting]] = {}
    for one in numbered.filter(number__gt=1, number__lte=FURTHER + 1).order_by("starts_at", "pk"):
        further.setdefault(_fold(one), []).append(one)
    return {key: _again(row, further.get(key, []), user, now) for key, row in shown.items()}


def _again(row: Meeting, further: Sequence[Any], user: User, now: Now) -> Again:
    assert row.series is not None
    today = now.today(user.zone)
    total = further[0].total - 1 if further else 0
    state = {Meeting.State.PLANNED: "", Meeting.State.CANCELLED: "cancelled"}.get(Meeting.State(row.state), "all")
    return Again(
        capfirst(series_words.say(series.parse(row.series.rule), row.series.starts_on, today)),
        [Further(one.get_absolute_url(), words.brief_when(one, user.zone, today)) for one in further],
        total,
        f"?series={row.series_id}&state={state}" if total > len(further) else "",
    )


def of_today(user: User, now: Now) -> list[Line]:
    """The meetings that still come today, by the reader's calendar. One query; three more where there are any."""
    zone = ZoneInfo(user.zone)
    midnight = datetime.combine(now.today(user.zone) + timedelta(days=1), time(), tzinfo=zone)
    rows = Meeting.objects.visible_to(user).of(user.acts_for).ahead(now).filter(starts_at__lt=midnight)
    return lines(list(rows.soonest_first()[:TODAY]), user, now)


def sentence(counted: dict[str, int]) -> str:
    """*3 to come. One is over: was it held?*"""
    ahead = counted["ahead"]
    told = {"count": ahead, "again": counted["again"]}
    said = ngettext("%(count)d meeting to come.", "%(count)d meetings to come.", ahead) % told
    if told["again"]:
        said = ngettext(
            "%(count)d meeting to come, and it comes again.",
            "%(count)d meetings to come, %(again)d of them in series.",
            ahead,
        )
        said %= told
    if not ahead:
        said = _("No meeting to come.")
    waiting = counted["unsettled"]
    if not waiting:
        return said
    asks = ngettext("%(count)d is over: was it held?", "%(count)d are over: were they held?", waiting)
    return f"{said} {asks % {'count': waiting}}"


def _rule_of(row: Series, user: User, now: Now) -> str:
    return capfirst(series_words.say(series.parse(row.rule), row.starts_on, now.today(user.zone)))


def _may_plan(user: User, relationship: Relationship | None) -> bool:
    """Whether there is a partner with whom the person may plan one; of the list of one partner, with that one."""
    mine = Relationship.objects.changeable_by(user)
    return (mine if relationship is None else mine.filter(pk=relationship.pk)).exists()


def _listed(count: int) -> str:
    return ngettext("%(count)d meeting", "%(count)d meetings", count) % {"count": count}


@require_GET
def meeting_list(request: PersonRequest) -> HttpResponse:
    user, now = request.user, Now.read()
    form = MeetingFilter(request.GET, user=user, now=now)
    suggest(form, user)
    chosen = form.chosen()
    every = form.narrow()
    # Whoever opens a series wants all of its days.
    rows = every if chosen.get("series") else every.each_series_once(now)
    counted = _counts(rows, now)
    state = form.wanted_state
    listed = in_state(rows, state, now).select_related("series")
    shown = page(listed, order=ORDERS.get(state, NEWEST), after=request.GET.get("after", ""), size=PAGE)
    whose = form.of_whom
    context = {
        "form": form,
        "left_out": left_out.said(left_out.of_form(form)),
        "lede": sentence(counted),
        "tabs": [
            Choice(str(name), address(request, state=form.tab(value)), value == state, counted[value])
            for value, name in STATES.items()
        ],
        "whose": [
            Choice(_("Mine"), address(request, **ANYBODY, whose="mine"), whose == "mine"),
            *team_choice(user, address(request, **ANYBODY, whose="team"), whose),
            Choice(_("All I see"), address(request, **ANYBODY, whose="all"), whose == "all"),
        ],
        "lines": lines(shown.rows, user, now, again(shown.rows, every, user, now) if rows is not every else None),
        "more": address(request, after=shown.after) if shown.after else "",
        "chips": list(form.chips(lambda name: address(request, **{name: ""}))),
        "relationship": chosen.get("relationship"),
        "total": counted["all"],
        "listed": _listed(counted[state]),
        "download": menu(request, "meeting_download", counted[state]),
        "writes": _may_plan(user, chosen.get("relationship")),
    }
    return render(request, "dashboards/meeting_list.html", context)
