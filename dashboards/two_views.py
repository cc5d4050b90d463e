"""What both sides say to the same questions: the section on a relationship's page, and the page with every answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.requests import PersonRequest
from relationships import behaviour, two_views, words
from relationships import two_views_words as said_as
from relationships.models import PulseAnswer, PulseQuestion, Relationship
from relationships.pulse import KEYS, QUESTIONS, Group
from relationships.two_views import HIGHEST, LOWEST, Place, Quadrant, View
from web import dates
from web.clock import Now
from web.downloads import menu_of
from web.paging import page

# Of the questions so many stand on the overview; of the answers so many on a page.
SHOWN, PAGE = 4, 25
# The line from 1 to 5: its ends, and half a mark. Two that say the same stand at one place.
LINE, EDGE, HALF = 120, 10, 4


@dataclass(frozen=True, slots=True)
class Dot:
    """What a side says, and where it stands on the line."""

    x: int
    score: int
    said: str
    words: str
    who: str

    @property
    def corner(self) -> int:
        """Where the square of ours begins."""
        return self.x - HALF


@dataclass(frozen=True, slots=True)
class Line:
    """A question with both answers on one line, and the gap in words."""

    question: str
    name: str
    ours: Dot | None
    theirs: Dot | None
    gap: str
    days: str
    talk: bool
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Placed:
    """Where it stands between satisfaction and loyalty, in words; ``key`` is empty while that is not known."""

    key: str
    name: str
    why: str
    advice: str


TICKS = tuple(EDGE + (LINE - 2 * EDGE) * step // (HIGHEST - LOWEST) for step in range(HIGHEST - LOWEST + 1))


@dataclass(frozen=True, slots=True)
class Both:
    """Everything that is told of a relationship here: two queries, whatever was answered."""

    lines: list[Line]
    summary: str
    placed: Placed
    asked: bool


def read(row: Relationship, now: Now) -> Both:
    here = row.today(now)
    found = list(_newest(row))
    views = two_views.views([one.as_answer for one in found], KEYS)
    by_key = {(one.question, one.side): one for one in found}
    lines = [_line(view, by_key, here) for view in views]
    told = behaviour.read([row], now)[row.pk]
    place = two_views.place(told, here, row.every_days)
    return Both(
        lines,
        said_as.summary(two_views.summary(views, here), views),
        placed(place, said_as.why(place, told, here, row.every_days)),
        bool(found),
    )


def _newest(row: Relationship) -> Any:
    """Of each question and side the newest answer."""
    rows = row.pulse_answers.order_by("question", "side", "-on", "-id").distinct("question", "side")
    return rows.select_related("said_by__contact", "answered_by", "entered_by")


def placed(place: Place, why: str) -> Placed:
    key = place.quadrant.value if place.quadrant else ""
    advice = str(said_as.ADVICE[place.quadrant]) if place.quadrant else ""
    return Placed(key, said_as.field(place), why, advice)


def _line(view: View, rows: dict[tuple[str, str], PulseAnswer], here: date) -> Line:
    ours, theirs = rows.get((view.question, two_views.OURS)), rows.get((view.question, two_views.THEIRS))
    first, second = _dot(ours, here), _dot(theirs, here)
    ends = sorted(dot.x for dot in (first, second) if dot is not None)
    return Line(
        view.question,
        capfirst(said_as.about(view.question)),
        first,
        second,
        said_as.gap(view, here),
        said_as.days(view, here),
        view.is_worth_a_talk(here),
        ends[0] if ends else 0,
        ends[-1] - ends[0] if ends else 0,
    )


def _dot(row: PulseAnswer | None, here: date) -> Dot | None:
    if row is None:
        return None
    told = {"score": row.score, "day": dates.plain(row.on, here)}
    said = _("%(score)d of 5, %(day)s") % told
    return Dot(TICKS[row.score - LOWEST], row.score, said, row.words, who_said(row))


def who_said(row: PulseAnswer) -> str:
    """*Alice Ahlberg*, *Ingrid Moe, by link*, *Ingrid Moe, entered by Alice Ahlberg*."""
    if row.side == two_views.OURS:
        return str(row.answered_by or _("somebody"))
    who = str(row.said_by) if row.said_by else _("somebody of theirs")
    if row.way == PulseAnswer.Way.LINK:
        return _("%(who)s, by link") % {"who": who}
    return _("%(who)s, entered by %(by)s") % {"who": who, "by": row.entered_by or _("somebody")}


# The section on the overview ---------------------------------------------------------------------------------------


def section(row: Relationship, now: Now) -> dict[str, Any]:
    """First what is worth a talk, then what both have said, then one side alone."""
    found = read(row, now)
    shown = [one for one in found.lines if one.ours or one.theirs]
    shown.sort(key=lambda one: (not one.talk, not (one.ours and one.theirs), -one.width))
    return {"two_views": found, "two_views_shown": shown[:SHOWN], "ticks": TICKS}


# The page ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """An answer in the list of all: its day, whose, what about, the words, and whether one may put it right."""

    row: PulseAnswer
    name: str
    who: str
    day: str
    own: bool


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions of a group that a side has answered, and the others in a sentence."""

    name: str
    lines: list[Line]
    unasked: str


@require_GET
def relationship_two_views(request: PersonRequest, pk: int) -> HttpResponse:
    """Four queries besides who may see it, whatever was answered."""
    user, now = request.user, Now.read()
    visible = Relationship.objects.visible_to(user).select_related("account__parent", "owner")
    row = get_object_or_404(visible, pk=pk)
    here, state = row.today(now), row.state(now)
    question = asked_about(request)
    rows = row.pulse_answers.select_related("said_by__contact", "answered_by", "entered_by")
    rows = rows.filter(question=question) if question else rows
    listed = page(rows, order=("-on", "-id"), after=request.GET.get("after", ""), size=PAGE)
    found = read(row, now)
    narrowed = f"question={question}&" if question else ""
    context = {
        "row": row,
        "here": here,
        "state": state.value,
        "look": words.LOOKS[state],
        "two_views": found,
        "ticks": TICKS,
        "groups": _groups(found.lines),
        "fields": fields_with(found.placed.key),
        "answers": [_said(one, user, here) for one in listed.rows],
        "about": capfirst(said_as.about(question)) if question else "",
        "more": f"?{narrowed}after={listed.after}#answers" if listed.after else "",
        "earlier": "after" in request.GET,
        "download": menu_of("relationship_two_views_download", row.pk, question=question),
        "writes": Relationship.objects.changeable_by(user).filter(pk=row.pk).exists(),
    }
    return render(request, "dashboards/relationship_two_views.html", context)


def asked_about(request: PersonRequest) -> str:
    """The question to which the answers are narrowed; empty for all."""
    question = request.GET.get("question", "")
    return question if question in PulseQuestion.values else ""


def _groups(lines: Sequence[Line]) -> list[Questions]:
    """What trust rests on and the whole, in the order in which they are asked."""
    group = {one.key: one.group for one in QUESTIONS}
    names = {Group.WHOLE: _("On the whole"), Group.TRUST: _("What trust rests on")}
    found = []
    for key, name in names.items():
        here = [one for one in lines if group[one.question] is key]
        unasked = _("; ").join(said_as.about(one.question) for one in here if not (one.ours or one.theirs))
        said = _("No answer yet: %(questions)s.") % {"questions": unasked} if unasked else ""
        found.append(Questions(name, [one for one in here if one.ours or one.theirs], said))
    return found


def fields_with(current: str) -> list[tuple[str, str, bool]]:
    """The four fields as they lie: satisfied above, loyal at the right."""
    order = (Quadrant.MERCENARY, Quadrant.APOSTLE, Quadrant.DEFECTOR, Quadrant.HOSTAGE)
    return [(one.value, str(said_as.FIELDS[one]), one.value == current) for one in order]


def _said(one: PulseAnswer, user: User, here: date) -> Said:
    staff = one.way == PulseAnswer.Way.STAFF
    return Said(
        one,
        capfirst(said_as.about(one.question)),
        who_said(one),
        date_format(one.on, "j M" if one.on.year == here.year else "j M Y"),
        staff or (one.way == PulseAnswer.Way.OWN and one.answered_by_id == user.pk),
    )
