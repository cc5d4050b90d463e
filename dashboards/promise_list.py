"""The promises of both sides, side by side: what is late, what is open, and how many were kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Case, Count, F, Func, IntegerField, Q, QuerySet, When
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import PersonRequest
from dashboards.book_filter import address, suggest
from dashboards.wanting import stood_in_for
from dashboards.whose import ANYBODY, OPEN, Choice, WhoseFilter, team_choice, who_sees_to
from relationships import words
from relationships.models import Commitment, CommitmentQuerySet, Relationship, is_late, seen_to_by
from relationships.promises import Share
from relationships.words import Look
from web import dates, left_out, quarters
from web.choices import narrow
from web.clock import Now
from web.downloads import menu
from web.quarters import Quarter, Quarters

PAGE = 25
SIDES = Commitment.Side
STATES = {
    "": gettext_lazy("Open"),
    "late": gettext_lazy("Late"),
    "kept": gettext_lazy("Kept"),
    "broken": gettext_lazy("Missed"),
    "all": gettext_lazy("All"),
}
# What became of a promise, as figures and addresses say it.
OUTCOMES = {
    "kept": Commitment.Outcome.KEPT,
    "late": Commitment.Outcome.KEPT_LATE,
    "missed": Commitment.Outcome.BROKEN,
}
# Any of these.
JUDGED = "judged"
# So many quarters are offered, the one that runs with them.
QUARTERS = 5


# What is asked for -------------------------------------------------------------------------------------------------


class PromiseFilter(WhoseFilter):
    """The filter of the page; its values live in the address."""

    model = Commitment
    narrowing = ("relationship", "side", "outcome", "quarter", *WhoseFilter.narrowing[1:])
    ended = frozenset({"outcome", "quarter"})

    side = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Side"),
        choices=[("", gettext_lazy("both")), ("ours", gettext_lazy("ours")), ("theirs", gettext_lazy("theirs"))],
    )
    outcome = forms.ChoiceField(
        required=False,
        label=gettext_lazy("What became of it"),
        choices=[
            ("", gettext_lazy("anything")),
            (JUDGED, gettext_lazy("kept or missed")),
            ("kept", gettext_lazy("kept in time")),
            ("late", gettext_lazy("kept late")),
            ("missed", gettext_lazy("missed")),
        ],
    )
    quarter = forms.TypedChoiceField(required=False, label=gettext_lazy("Its day"), coerce=quarters.parse)
    state = forms.ChoiceField(
        required=False, label=gettext_lazy("State"), choices=[*STATES.items(), (OPEN, STATES[""])]
    )
    person = forms.ModelChoiceField(User.objects.none(), required=False, label=gettext_lazy("Seen to by"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        keepers = who_sees_to(Commitment.objects.visible_to(user))
        narrow(self, "person", User.objects.visible_to(user).filter(keepers), none=_("anybody"))
        known: list[Quarter | Quarters] = [*quarters.latest(self.now.today(user.zone), QUARTERS)]
        if (asked := quarters.parse(self.data.get("quarter", ""))) and asked not in known:
            known.append(asked)
        choices = [("", _("at any time")), *((str(one), dates.quarter(one)) for one in known)]
        self.fields["quarter"].choices = choices  # type: ignore[attr-defined]

    def unsaid(self) -> str:
        return "mine"

    @property
    def mine(self) -> bool:
        """Only what the person sees to, and the colleagues whom they stand in for."""
        return self.of_whom == "mine"

    def narrow(self) -> CommitmentQuerySet:
        """All filters but the state, which the tabs count."""
        chosen = self.chosen()
        rows: CommitmentQuerySet = self.of_those()  # type: ignore[assignment]
        if text := chosen.get("q"):
            rows = rows.filter(relationship__in=self.named(text))
        if side := chosen.get("side"):
            rows = rows.filter(side=side)
        if outcome := chosen.get("outcome"):
            rows = rows.judged() if outcome == JUDGED else rows.filter(outcome=OUTCOMES[outcome])
        if quarter := chosen.get("quarter"):
            rows = rows.of_quarter(quarter)
        return rows


# What there is -----------------------------------------------------------------------------------------------------


def in_state(rows: CommitmentQuerySet, state: str, now: Now) -> CommitmentQuerySet:
    match state:
        case "late":
            return rows.late(now)
        case "kept":
            return rows.filter(outcome__in=[Commitment.Outcome.KEPT, Commitment.Outcome.KEPT_LATE])
        case "broken":
            return rows.filter(outcome=Commitment.Outcome.BROKEN)
        case "all":
            return rows
        case _:
            return rows.open()


@dataclass(frozen=True, slots=True)
class Cursor:
    """Behind which promise the next page begins: late, open or ended; its day as a number; the promise."""

    group: int
    rank: int
    pk: int

    def __str__(self) -> str:
        return f"{self.group}~{self.rank}~{self.pk}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        parts = text.split("~")
        if len(parts) != 3 or not all(part.isascii() and part.lstrip("-").isdigit() for part in parts):
            return None
        group, rank, pk = (int(part) for part in parts)
        return cls(group, rank, pk) if abs(rank) < 2**31 and 0 <= pk < 2**63 and 0 <= group < 9 else None


def _days(column: str, sign: int) -> Func:
    """A day as a number that sorts; turned round where the newest comes first."""
    template = f"({sign} * (%(expressions)s - DATE '1970-01-01'))"
    return Func(F(column), template=template, output_field=IntegerField())


def ranked(rows: CommitmentQuerySet, now: Now) -> QuerySet[Any]:
    """By group and rank late ones come first, the longest late at the top; open ones by their day; then what has
    ended, newest first."""
    ended = Q(ended_on__isnull=False)
    return rows.annotate(
        group=Case(When(ended, then=2), When(is_late(now), then=0), default=1, output_field=IntegerField()),
        rank=Case(When(ended, then=_days("ended_on", -1)), default=_days("binding_on", 1), output_field=IntegerField()),
    )


def page_of(rows: CommitmentQuerySet, now: Now, after: Cursor | None) -> tuple[list[Commitment], Cursor | None]:
    """As ``ranked``. One query."""
    found_all = ranked(rows, now)
    if after is not None:
        same = Q(group=after.group, rank=after.rank, pk__gt=after.pk)
        found_all = found_all.filter(Q(group__gt=after.group) | Q(group=after.group, rank__gt=after.rank) | same)
    related = ("relationship__account", "relationship__owner", "colleague", "contact", "keeper", "miss")
    found = list(found_all.select_related(*related).order_by("group", "rank", "pk")[: PAGE + 1])
    if len(found) <= PAGE:
        return found, None
    last: Any = found[PAGE - 1]
    return found[:PAGE], Cursor(last.group, last.rank, last.pk)


@dataclass(frozen=True, slots=True)
class Counts:
    """One side's promises by what became of them; late as of now."""

    open: int
    late: int
    kept: int
    kept_late: int
    broken: int

    @property
    def share(self) -> Share:
        return Share(self.kept, self.kept_late, self.broken, self.late)

    def of(self, state: str) -> int:
        every = {"late": self.late, "kept": self.share.all_kept, "broken": self.broken}
        total = self.open + self.share.all_kept + self.broken
        return every.get(state, total if state == "all" else self.open)


NONE = Counts(0, 0, 0, 0, 0)


def _counted(now: Now) -> dict[str, Count]:
    outcome = Commitment.Outcome
    return {
        "open": Count("pk", filter=Q(ended_on=None)),
        "late": Count("pk", filter=is_late(now)),
        "kept": Count("pk", filter=Q(outcome=outcome.KEPT)),
        "kept_late": Count("pk", filter=Q(outcome=outcome.KEPT_LATE)),
        "broken": Count("pk", filter=Q(outcome=outcome.BROKEN)),
    }


def counts(rows: CommitmentQuerySet, now: Now) -> dict[str, Counts]:
    """Both sides in one query."""
    summed: Iterable[Any] = rows.order_by().values("side").annotate(**_counted(now))
    found = {row.pop("side"): Counts(**row) for row in summed}
    return {side: found.get(side, NONE) for side in SIDES.values}


@dataclass(frozen=True, slots=True)
class PersonsShare:
    """One person's promises. Nobody is ranked: the table goes by name."""

    name: str
    side: str
    counts: Counts


def shares_by_name(rows: CommitmentQuerySet, now: Now) -> list[PersonsShare]:
    """Who promised, on either side, and what became of it. Two queries."""
    found = []
    for side, who in ((SIDES.OURS, "colleague"), (SIDES.THEIRS, "contact")):
        of_side = rows.filter(side=side).exclude(**{who: None}).order_by()
        for row in of_side.values(who, name=F(f"{who}__name")).annotate(**_counted(now)):
            row.pop(who)
            found.append(PersonsShare(row.pop("name"), side, Counts(**row)))
    return sorted((one for one in found if one.counts.share.judged), key=lambda one: (one.name.casefold(), one.side))


# What it says ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A promise in a list."""

    row: Commitment
    look: Look
    sentence: str
    who: str
    instead_of: User | None
    writes: bool


def line(row: Commitment, user: User, now: Now, changeable: set[int]) -> Line:
    look = words.PROMISE_LOOKS[row.state(now)]
    instead_of = stood_in_for(user, row.keeper or row.relationship.owner)
    said = words.promise_sentence(row, now)
    return Line(row, look, said, who(row), instead_of, row.relationship_id in changeable)


def who(row: Commitment) -> str:
    """*Alice Moran to Ingrid Moe*; only who is named."""
    if row.maker and row.receiver:
        return _("%(maker)s to %(receiver)s") % {"maker": row.maker, "receiver": row.receiver}
    return str(row.maker or row.keeper or "")


@dataclass(frozen=True, slots=True)
class Column:
    """One side of the page."""

    side: str
    name: str
    kept: str
    lines: list[Line]
    more: str
    example: str


def _columns(
    request: PersonRequest, rows: CommitmentQuerySet, kept: dict[str, Counts], now: Now, *, state: str, side: str
) -> list[Column]:
    """A side with its page of promises, each paged by itself."""
    pages = {}
    for one in SIDES.values:
        if not side or side == one:
            after = Cursor.parse(request.GET.get(f"after_{one}", ""))
            pages[one] = page_of(in_state(rows.filter(side=one), state, now), now, after)
    ids = {row.relationship_id for found, _after in pages.values() for row in found}
    changeable = set(Relationship.objects.changeable_by(request.user).filter(pk__in=ids).values_list("pk", flat=True))
    named = {"ours": (_("Ours"), _("“Send the price for two deliveries a week by Friday.”")),
             "theirs": (_("Theirs"), _("“Their volumes for the spring by 4 December.”"))}  # fmt: skip
    return [
        Column(
            one,
            named[one][0],
            words.promise_share(kept[one].share),
            [line(row, request.user, now, changeable) for row in found],
            address(request, **{f"after_{one}": str(after)}) if after else "",
            named[one][1],
        )
        for one, (found, after) in pages.items()
    ]


def sentence(counted: dict[str, Counts]) -> str:
    """*We kept 14 of 16 in time, they 9 of 9.* Of what came to an end or whose day is over, as beside each side."""
    ours, theirs = counted["ours"].share, counted["theirs"].share
    said = {"ours": ours.kept, "of": ours.judged, "theirs": theirs.kept, "of_theirs": theirs.judged}
    if not ours.judged and not theirs.judged:
        return _("No promise has come to its day yet.")
    if not theirs.judged:
        return _("We kept %(ours)d of %(of)d in time.") % said
    if not ours.judged:
        return _("They kept %(theirs)d of %(of_theirs)d in time.") % said
    return _("We kept %(ours)d of %(of)d in time, they %(theirs)d of %(of_theirs)d.") % said


def _total(counted: dict[str, Counts], state: str) -> int:
    return sum(one.of(state) for one in counted.values())


def _listed(count: int) -> str:
    return ngettext("%(count)d promise", "%(count)d promises", count) % {"count": count}


@require_GET
def promise_list(request: PersonRequest) -> HttpResponse:
    user, now = request.user, Now.read()
    form = PromiseFilter(request.GET, user=user, now=now)
    suggest(form, user)
    chosen = form.chosen()
    rows = form.narrow()
    counted = counts(rows, now)
    # Listed are those of the colleagues away too; what was kept is told of the person alone.
    covers = form.mine and len(user.acts_for) > 1
    told = rows.filter(seen_to_by([user.pk])) if covers else rows
    kept = counts(told, now) if covers else counted
    state, whose = form.wanted_state, form.of_whom
    context = {
        "form": form,
        "left_out": left_out.said(left_out.of_form(form)),
        # Of those that are chosen by what became of them a share would only repeat the choice.
        "lede": _listed(_total(counted, state)) + "." if chosen.get("outcome") else sentence(kept),
        "tabs": [
            Choice(
                str(name),
                address(request, state=form.tab(value)),
                value == state,
                _total(counted, value),
            )
            for value, name in STATES.items()
        ],
        "whose": [
            Choice(_("Mine"), address(request, **ANYBODY, whose=""), form.mine),
            *team_choice(user, address(request, **ANYBODY, whose="team"), whose),
            Choice(_("All I see"), address(request, **ANYBODY, whose="all"), whose == "all"),
        ],
        "columns": _columns(request, rows, kept, now, state=state, side=chosen.get("side", "")),
        "shares": shares_by_name(told, now),
        "chips": list(form.chips(lambda name: address(request, **{name: ""}))),
        "relationship": chosen.get("relationship"),
        "total": _total(counted, "all"),
        "listed": _listed(_total(counted, state)),
        "download": menu(request, "promise_download", _total(counted, state)),
        "writes": user.reach.writes or bool(user.reach.joined),
    }
    return render(request, "dashboards/promise_list.html", context)


def open_of(row: Relationship, now: Now, most: int) -> dict[str, list[Commitment]]:
    """The first open promises of each side of a relationship: late ones, then by day. Two queries."""
    rows = Commitment.objects.filter(relationship=row).open()
    found = {}
    for side in SIDES.values:
        ranked = rows.filter(side=side).annotate(
            group=Case(When(is_late(now), then=0), default=1, output_field=IntegerField())
        )
        named = ranked.select_related("relationship", "colleague", "contact", "keeper")
        found[side] = list(named.order_by("group", "binding_on", "pk")[:most])
    return found
