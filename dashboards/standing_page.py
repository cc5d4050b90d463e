"""How a relationship stands: the section on its overview, and the page on which every number opens its rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.requests import PersonRequest
from dashboards import standing_course, standing_rows, standing_then
from dashboards.standing_bar import Bar, band, bar
from dashboards.standing_rows import Shown
from relationships import (
    criteria,
    flag_words,
    health,
    health_case,
    health_explained,
    health_words,
    problems,
    queries,
    records,
    score_words,
    words,
)
from relationships.evidence import Component
from relationships.health_case import Case, Entry, Tenths, adding_up
from relationships.health_points import Counts, Line, Offer, Remedy
from relationships.models import Relationship, ScoreConfig
from web import dates
from web.charts import Chart
from web.clock import Now
from web.downloads import menu_of

# Of a group so many rows are shown, and so many where somebody opened all of it.
NEWEST, OPENED = 20, 500
# Before it nothing is reckoned.
EARLIEST = date(1990, 1, 1)
SIDES = ("ours", "theirs")


# The section on the overview ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """A component: *7 of 20*, its bar, what is known of it in a sentence."""

    key: str
    name: str
    bar: Bar
    sentence: str
    weak: bool
    address: str

    @property
    def score(self) -> str:
        return _("%(earned)d of %(most)d") % {"earned": self.bar.earned, "most": self.bar.most}


@dataclass(frozen=True, slots=True)
class Way:
    """One of the cheapest things that would make more known; ``address`` where it is done."""

    said: str
    known: str
    address: str
    dialog: bool


@dataclass(frozen=True, slots=True)
class Section:
    """How it stands, all of it decided before the template. ``stood`` says as of when, where that is not today."""

    judged: bool
    word: str
    direction: str
    bar: Bar
    band: str
    parts: list[Part]
    together: str
    lost_most: str
    ways: list[Way]
    reach: str
    stood: str
    address: str


def judged_on(row: Relationship, today: date) -> date:
    """What rests is told as it stood when that began: an end, or else a pause."""
    return min(today, row.ended_on or row.paused_since or today)


def stood_on(record: criteria.Record, day: date) -> date:
    """The day as of which it is told how it stood on a day: in a pause, or once it had ended, when that began."""
    return next((halt.first for halt in record.halts if halt.holds(day)), day)


def case_of(
    row: Relationship,
    known: records.Known,
    day: date,
    *,
    today: date | None = None,
    entries: Sequence[Entry] | None = None,
) -> Case:
    """Three queries, whatever the history; two where the ledger is at hand. A day of before is judged by the weights of
    then: what rests stands as it stood, whatever is weighed otherwise since."""
    past = today is not None and day < today
    force = ScoreConfig.objects.in_force(Now.on(day) if past else None)
    found = queries.evidence_of(row) if entries is None else entries
    opened = queries.problems_of(row)
    return health_case.of(known.record, found, day, force.scale, past=past, opened=opened)


def section(row: Relationship, known: records.Known, entries: Sequence[Entry], today: date, *, writes: bool) -> Section:
    """For the overview. Two queries more than what the criteria of the stages read."""
    case = case_of(row, known, judged_on(row, today), today=today, entries=entries)
    resting = row.ended_on is not None or row.paused_since is not None
    gone = _direction(row, today) if not resting else ""
    return _section(row, case, _as_it_stood(row, today), gone, writes=writes and not resting)


def _direction(row: Relationship, today: date) -> str:
    return health_words.direction(queries.directions_of([row.pk], today)[row.pk], today)


def _section(row: Relationship, case: Case, stood: str, direction: str, *, writes: bool) -> Section:
    one = case.standing
    offers = [] if one.judged else _offers(row, case)
    return Section(
        judged=one.judged,
        word=str(health_words.BANDS[one.band]) if one.band else "",
        direction=direction if one.judged else "",
        bar=bar((one.earned, one.lost, one.unknown)),
        band=band(one.low, one.high),
        parts=_parts(row, case),
        together=health_words.together(case),
        lost_most=health_words.lost_most(case) if one.judged else "",
        ways=[_way(row, offer, writes=writes) for offer in offers],
        reach=health_words.reach(case, offers),
        stood=stood,
        address=reverse("relationship_standing", args=[row.pk]),
    )


def _parts(row: Relationship, case: Case) -> list[Part]:
    address = reverse("relationship_standing", args=[row.pk])
    return [
        Part(
            component.value,
            str(health_words.NAMES[component]),
            bar(case.points(component)),
            health_words.sentence(component, case),
            case.standing.judged and case.lost_most(component),
            f"{address}#{component}",
        )
        for component in Component
    ]


def _as_it_stood(row: Relationship, today: date) -> str:
    if row.ended_on is not None:
        return _("As it stood %(day)s, when it ended.") % {"day": dates.on(row.ended_on, today)}
    if row.paused_since is not None:
        return _("As it stood %(day)s, when it was paused.") % {"day": dates.on(row.paused_since, today)}
    return ""


def _offers(row: Relationship, case: Case) -> list[Offer]:
    return case.offers(problem_open=case.troubles.open > 0)


def _way(row: Relationship, offer: Offer, *, writes: bool) -> Way:
    """Where it is done; whoever changes nothing there reads it all the same."""
    said, known = health_words.remedy(offer), health_words.makes_known(offer)
    if not writes:
        return Way(said, known, "", dialog=False)
    address, dialog = {
        Remedy.AGREE: (reverse("agreement_create", args=[row.pk]), True),
        Remedy.TALK: (f"{reverse('log')}?relationship={row.pk}", True),
        Remedy.NAME: (reverse("stakeholder_create", args=[row.pk]), True),
        Remedy.MEET: (reverse("meeting_create", args=[row.pk]), True),
        Remedy.KEEP_OURS: (f"{reverse('commitment_create', args=[row.pk])}?side=ours", True),
        Remedy.KEEP_THEIRS: (f"{reverse('commitment_create', args=[row.pk])}?side=theirs", True),
        Remedy.ANSWER: (reverse("relationship_feedback", args=[row.pk]), False),
        Remedy.SOLVE: (f"{reverse('problem_list')}?relationship={row.pk}", False),
        Remedy.TELL_WHO_BEGAN: (f"{row.get_absolute_url()}?show=talk#timeline", False),
        Remedy.EXCHANGE_FEEDBACK: (reverse("feedback_create", args=[row.pk]), True),
    }[offer.remedy]
    return Way(said, known, address, dialog)


# The page ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """Points of a row in words; ``back`` where what was lost is given back."""

    said: str
    back: bool

    @property
    def nothing(self) -> bool:
        return self.said == health_words.NO_POINTS


@dataclass(frozen=True, slots=True)
class Point:
    """A row with its points, as they are shown: they add up to those of their group."""

    shown: Shown
    day: date | None
    earned: float
    lost: float
    cells: tuple[Cell, Cell]


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of a component, or of one side of it, the newest first. ``older`` says what is folded."""

    key: str
    name: str
    side: str
    points: list[Point]
    earned: float
    lost: float
    older: str
    older_earned: float
    older_lost: float
    cells: tuple[Cell, Cell]
    older_cells: tuple[Cell, Cell]
    opens: str
    folds: str
    silent: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A row with its points, as exact as they are."""

    component: str
    shown: Shown
    day: date | None
    earned: float
    lost: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """What counts later and has no row yet: *one is open, and late*, with where it is read."""

    said: str
    address: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A component on the page: what it asks, how it stands, its groups of rows, what is not known of it.

    ``in_full`` says how its full points come of the rows' sums, ``counts`` and ``rules`` how much each row counts;
    ``waiting`` what somebody would look for among them.
    """

    part: Part
    asks: str
    unknown: str
    in_full: str
    groups: list[Group] = field(default_factory=list)
    counts: list[str] = field(default_factory=list)
    rules: list[score_words.Rule] = field(default_factory=list)
    waiting: Waiting | None = None


@require_GET
def relationship_standing(request: PersonRequest, pk: int) -> HttpResponse:
    """Twenty-eight queries at the most besides who may see it, whatever the history; fewer of a day that is over."""
    user, now = request.user, Now.read()
    visible = Relationship.objects.visible_to(user).select_related("account__parent", "agreement", "owner")
    row = get_object_or_404(visible, pk=pk)
    here = row.today(now)
    entries = queries.evidence_of(row)
    known = records.read([row], ledger={row.pk: entries})[row.pk]
    asked = request.GET.get("on", "")
    day, wrong = _day_of(asked, here)
    case = case_of(
        row, known, stood_on(known.record, day) if day else judged_on(row, here), today=here, entries=entries
    )
    beside = standing_then.around(row, day or here, here)
    state = row.state(now)
    writes = Relationship.objects.changeable_by(user).filter(pk=row.pk).exists()
    stood = "" if day else _as_it_stood(row, here)
    resting = row.ended_on is not None or row.paused_since is not None
    gone = "" if resting or day else _direction(row, here)
    found = _section(row, case, stood, gone, writes=writes and not resting and day is None)
    opened = request.GET.get("all", "")
    context = {
        "row": row,
        "here": here,
        "state": state.value,
        "look": words.LOOKS[state],
        "standing": found,
        "evidence": _evidence(row, case, known, found, opened, day, _waiting(row, case, here) if day is None else None),
        "reckoned": health_explained.reckoned(case.standing, case.thresholds),
        "limiting": health_words.lost_most(case),
        "sums": [said for said in (health_words.in_full(case.tenths()), health_words.sum_of_parts(case)) if said],
        "flagged": _flagged(row, here) if day is None else [],
        "day": case.day,
        "past": day is not None,
        "asked": asked if wrong else (day or case.day).isoformat(),
        "rested": _rested(day, case.day) if day else "",
        "wrong": wrong,
        "begun": records.begun_on(row),
        "then": standing_then.then(row, known, case, entries, beside) if day else None,
        "around": beside,
        "download": menu_of("relationship_standing_download", row.pk, on=day.isoformat() if day else ""),
        "course_download": menu_of("relationship_standing_download", row.pk, chart="course"),
        "course": standing_course.chart(row, known, entries, case, here) if day is None else None,
    }
    return render(request, "dashboards/relationship_standing.html", context)


def judged(row: Relationship, asked: str, now: Now) -> tuple[Case, records.Known]:
    """As of the day that was asked for, as the page tells it."""
    here = row.today(now)
    entries = queries.evidence_of(row)
    known = records.read([row], ledger={row.pk: entries})[row.pk]
    day, _wrong = _day_of(asked, here)
    on = stood_on(known.record, day) if day else judged_on(row, here)
    return case_of(row, known, on, today=here, entries=entries), known


def every_point(row: Relationship, found: tuple[Case, records.Known]) -> list[Proof]:
    """All rows of all groups, the newest of each first. A query for each kind of source that there is."""
    case, known = found
    told = standing_rows.tell(row, case, known, list(case.lines))
    return [
        Proof(str(health_words.NAMES[line.component]), told[line], line.day, line.earned, line.lost)
        for lines in _grouped(case).values()
        for line in _newest_first(lines)
    ]


def course_of(row: Relationship, found: tuple[Case, records.Known], now: Now) -> Chart | None:
    case, known = found
    return standing_course.chart(row, known, case.entries, case, row.today(now))


def _flagged(row: Relationship, here: date) -> list[tuple[str, str, bool]]:
    """The flags in force with where they stand on the overview, and whether each is snoozed. One query."""
    found = sorted(row.health_flags.open(), key=lambda one: (flag_words.rank(one, here), one.side))
    home = row.get_absolute_url()
    return [(flag_words.name(one), f"{home}#flag-{one.pk}", flag_words.is_snoozed(one, here)) for one in found]


def _day_of(asked: str, here: date) -> tuple[date | None, str]:
    """The day that was asked for, none for today; or why it cannot be shown."""
    if not asked:
        return None, ""
    try:
        day = parse_date(asked)
    except ValueError:
        day = None
    if day is None:
        return None, _("That is no day that Concord can read. Write it as 2026-03-31. Below is today.")
    if day > here:
        return None, _("That day is still to come; nobody knows how it will stand. Below is today.")
    if day < EARLIEST:
        return None, _("Nothing is known of a day that long ago. Below is today.")
    return (day, "") if day < here else (None, "")


def _rested(day: date, since: date) -> str:
    """Why it is told as of another day than was asked for."""
    if day == since:
        return ""
    said = _("On %(day)s it rested: it was told as it stood on %(since)s, when that began.")
    return said % {"day": dates.plain(day, day), "since": dates.plain(since, day)}


def _waiting(row: Relationship, case: Case, here: date) -> Waiting | None:
    """Problems that are open today, whatever day the case is of: late or not, they count once they are solved."""
    found = problems.tally_on(case.opened, here)
    if not found.open:
        return None
    return Waiting(health_words.waiting(found.open, found.late), f"{reverse('problem_list')}?relationship={row.pk}")


def _evidence(
    row: Relationship,
    case: Case,
    known: records.Known,
    found: Section,
    opened: str,
    day: date | None,
    waiting: Waiting | None,
) -> list[Evidence]:
    groups = {key: _newest_first(lines) for key, lines in _grouped(case).items()}
    shown = [line for key, lines in groups.items() for line in lines[: OPENED if key == opened else NEWEST]]
    told = standing_rows.tell(row, case, known, shown)
    pages = {part.key: part for part in found.parts}
    evidence = []
    for component in Component:
        own = {key: lines for key, lines in groups.items() if key.partition("-")[0] == component}
        totals = _totals(own, case.tenths(component))
        evidence.append(
            Evidence(
                pages[component],
                str(health_words.ASKS[component]),
                health_words.not_known(component, case),
                health_words.in_full(case.tenths(component)) if any(own.values()) else "",
                [_group(key, lines, totals[key], told, opened, day) for key, lines in own.items()],
                health_explained.how_rows_count(component, case),
                score_words.rules(component),
                waiting if component is Component.CREDIBILITY else None,
            )
        )
    return evidence


def _grouped(case: Case) -> dict[str, list[Line]]:
    """By component, trust by side; a group without rows is there too, to say so."""
    found: dict[str, list[Line]] = {}
    for component in Component:
        for key in [f"{component}-{side}" for side in SIDES] if component is Component.TRUST else [str(component)]:
            found[key] = []
    for line in case.lines:
        key = f"{line.component}-{line.side}" if line.component is Component.TRUST else str(line.component)
        found[key].append(line)
    return found


def _newest_first(lines: list[Line]) -> list[Line]:
    """Of one day the last contact and the silence since then stand first."""
    lasting = (Counts.SILENCE, Counts.CONTACT)

    def place(line: Line) -> tuple[date, int, int]:
        return line.day or date.min, lasting.index(line.counts) if line.counts in lasting else 0, line.index or 0

    return sorted(lines, key=place, reverse=True)


def _totals(groups: Mapping[str, list[Line]], whole: Tenths) -> dict[str, tuple[float, float]]:
    """Earned and lost of each group of a component, to a tenth; both sides of trust add up to what trust has."""
    earned = adding_up([sum(line.earned for line in lines) for lines in groups.values()], whole.earned / 10)
    lost = adding_up([sum(line.lost for line in lines) for lines in groups.values()], whole.lost / 10)
    return dict(zip(groups, zip(earned, lost, strict=True), strict=True))


Folded = tuple[list[Line], list[Line], list[float], list[float]]


def _folded(lines: list[Line], total: tuple[float, float], *, whole: bool) -> Folded:
    """The lines that are shown, those told together, and the points of each with those of the latter at the end.

    Unless somebody asked for the whole, what would be told as no point earned and none lost joins those told together.
    """
    most = OPENED if whole else NEWEST
    shown, rest = lines[:most], lines[most:]
    while True:
        earned = adding_up([*(line.earned for line in shown), sum(line.earned for line in rest)], total[0])
        lost = adding_up([*(line.lost for line in shown), sum(line.lost for line in rest)], total[1])
        kept = [line for line, one, other in zip(shown, earned, lost, strict=False) if one or other]
        if whole or len(kept) == len(shown):
            return shown, rest, earned, lost
        gone = {id(line) for line in shown} - {id(line) for line in kept}
        shown, rest = kept, [*(line for line in shown if id(line) in gone), *rest]


def _folds(shown: Sequence[Line], rest: Sequence[Line]) -> str:
    """*and 7 older, together*; *and 7 more* where some of them are as new as what is shown."""
    told = {"count": len(rest)}
    oldest = min((line.day or date.min for line in shown), default=date.min)
    if all((line.day or date.min) < oldest for line in rest) and shown:
        return ngettext("and %(count)d older", "and %(count)d older, together", len(rest)) % told
    return ngettext("and %(count)d more", "and %(count)d more, together", len(rest)) % told


def _cells(lines: Sequence[Line], earned: float, lost: float) -> tuple[Cell, Cell]:
    """What some lines come to, as it is told."""
    given_back = math.fsum(line.lost for line in lines)
    return (
        Cell(health_words.cell(earned, math.fsum(line.earned for line in lines)), back=False),
        Cell(health_words.cell(lost, given_back), back=lost < 0 or given_back < -health.NOISE),
    )


def _group(
    key: str,
    lines: list[Line],
    total: tuple[float, float],
    told: Mapping[Line, Shown],
    opened: str,
    day: date | None,
) -> Group:
    whole = key == opened
    shown, rest, earned, lost = _folded(lines, total, whole=whole)
    side = key.partition("-")[2]
    asked = f"on={day.isoformat()}&" if day else ""
    return Group(
        key=key,
        name={"ours": _("Ours"), "theirs": _("Theirs")}.get(side, ""),
        side=side,
        points=[
            Point(told[line], line.day, one, other, _cells([line], one, other))
            for line, one, other in zip(shown, earned, lost, strict=False)
        ],
        earned=total[0],
        lost=total[1],
        older=_folds(shown, rest) if rest else "",
        older_earned=earned[-1],
        older_lost=lost[-1],
        cells=_cells(lines, *total),
        older_cells=_cells(rest, earned[-1], lost[-1]),
        opens="" if whole or not rest else f"?{asked}all={key}#{key}",
        folds=f"?{asked}#{key}" if whole and _folded(lines, total, whole=False)[1] else "",
        silent="" if lines else _("Nothing yet speaks for it or against it."),
    )
