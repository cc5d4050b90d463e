"""The parts of Insights that are lists of figures in words, each with the address of what is behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboards import findings
from dashboards import insights_words as said_as
from dashboards.book import BookNow
from dashboards.findings import Counted, percent
from dashboards.insights_charts import Stages, figure, quarter_name, stage_name
from dashboards.insights_links import Link, Lists
from dashboards.insights_rows import RENEWS_WITHIN, Flagged, Renewal
from dashboards.quadrants import FIELDS, NOT_KNOWN
from dashboards.queries import WORKING_DAYS
from relationships import flags as rules
from relationships import two_views_words
from relationships.cadence import Late
from relationships.forms.portfolio import PortfolioForm
from relationships.models import HealthFlag, Relationship
from relationships.stages import Stage
from relationships.two_views import Quadrant


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the four at the head: what it is, the number, and a line under it, in pieces of which some are links."""

    name: str
    value: str
    line: list[Link]


def _plain(text: str) -> Link:
    return Link(text, "", "")


def _link(text: str, href: str, opens: str) -> Link:
    return Link(text, href, opens)


# The four figures ----------------------------------------------------------------------------------------------------


def figures(
    now: BookNow,
    state: Counted,
    before: Counted | None,
    quarters: Sequence[findings.Quarter],
    stages: Stages,
    lists: Lists,
) -> list[Figure]:
    return [
        _in_touch(state, before, lists),
        _promises(quarters, lists),
        _answered(now, lists),
        _judged(stages, lists),
    ]


def _in_touch(state: Counted, before: Counted | None, lists: Lists) -> Figure:
    line = [
        _link(
            str(state.in_touch),
            lists.portfolio(state="in_touch"),
            ngettext("%(n)d relationship in touch", "%(n)d relationships in touch", state.in_touch)
            % {"n": state.in_touch},
        ),
        _plain(_(" of ")),
        _link(
            str(state.going),
            lists.portfolio(going="1"),
            ngettext("%(n)d relationship going on", "%(n)d relationships going on", state.going) % {"n": state.going},
        ),
    ]
    if before and before.going:
        line.append(_plain(_(", was %(percent)d %% last Monday") % {"percent": percent(before.in_touch, before.going)}))
    return Figure(_("In touch"), _percent(state.in_touch, state.going), line)


def _percent(part: float, whole: float) -> str:
    return _("%(percent)d %%") % {"percent": percent(part, whole)} if whole else "–"


def _promises(quarters: Sequence[findings.Quarter], lists: Lists) -> Figure:
    """Of the newest quarter in which one of ours came due: it is a list that can be opened."""
    last = next((one for one in reversed(quarters) if one.ours.total), None)
    if last is None:
        return Figure(_("Our promises kept"), "–", [_plain(_("none of ours has come due"))])
    kept, name = last.ours, quarter_name(last.name)
    line = [
        _link(
            str(kept.in_time),
            lists.behind(f"promise:ours:{last.name}:kept"),
            _("%(n)d promises of ours kept in time, %(quarter)s") % {"n": kept.in_time, "quarter": name},
        ),
        _plain(_(" of %(total)d in %(quarter)s") % {"total": kept.total, "quarter": name}),
    ]
    if last.theirs.percent is not None:
        line.append(_plain(_("; theirs %(percent)d %%") % {"percent": last.theirs.percent}))
    return Figure(_("Our promises kept"), _percent(kept.in_time, kept.total), line)


def _days(now: BookNow, name: str) -> dict[int, float]:
    return {int(days): count for days, count in now.prefixed(f"{name}:").items()}


def _answered(now: BookNow, lists: Lists) -> Figure:
    half, waiting = findings.half_of(_days(now, "answer")), figure(now.figures, "answer_waiting")
    line = [_plain(_("half of the time; ") if half is not None else ""), _waits(waiting, lists)]
    value = "–" if half is None else _in_days(half)
    return Figure(_("Feedback answered within"), value, [piece for piece in line if piece.text])


def _in_days(days: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", days or 1) % {"n": days or 1} if days else _("the same day")


def _waits(waiting: int, lists: Lists) -> Link:
    if not waiting:
        return _plain(_("none waits now"))
    said = ngettext("%(n)d waits now", "%(n)d wait now", waiting) % {"n": waiting}
    opens = ngettext(
        "%(n)d feedback of theirs that waits for an answer",
        "%(n)d feedback of theirs that wait for an answer",
        waiting,
    ) % {"n": waiting}
    return _link(said, lists.behind("answer_waiting"), opens)


def _judged(stages: Stages, lists: Lists) -> Figure:
    judged, unjudged = stages.all_judged, stages.all_unjudged
    line = [_plain(_("of %(total)d; ") % {"total": judged + unjudged})]
    if unjudged:
        said = ngettext("%(n)d has too little evidence", "%(n)d have too little evidence", unjudged) % {"n": unjudged}
        opens = ngettext(
            "%(n)d relationship that cannot be judged yet", "%(n)d relationships that cannot be judged yet", unjudged
        ) % {"n": unjudged}
        line.append(_link(said, lists.portfolio(standing="none", going="1"), opens))
    else:
        line.append(_plain(_("of each enough is known")))
    return Figure(_("Standing can be judged"), str(judged), line)


def pace(now: BookNow) -> str:
    needed, happening = now.value("needed"), now.value("touch_days") / WORKING_DAYS
    return said_as.pace_sentence(findings.pace(needed, happening), needed, happening)


# Flags ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of flag: how many, how many of them new, who, and why the first has it."""

    name: str
    all: Link
    new: Link | None
    who: Sequence[Relationship]
    why: str


@dataclass(frozen=True, slots=True)
class Flags:
    title: str
    sentence: str
    kinds: list[Kind]


def flags(now: BookNow, found: Mapping[str, Flagged], lists: Lists) -> Flags:
    """The worst kind first."""
    standing, raised, cleared = (
        {kind: round(count) for kind, count in now.prefixed(prefix).items()}
        for prefix in ("flag:", "flag_new:", "flag_cleared:")
    )
    new, gone, every = sum(raised.values()), sum(cleared.values()), sum(standing.values())
    return Flags(
        said_as.flags_title(new, gone, every),
        said_as.flags_sentence(new, gone, every),
        [
            _kind(kind.value, standing[kind], raised.get(kind, 0), found.get(kind), lists)
            for kind in rules.WORST_FIRST
            if standing.get(kind)
        ],
    )


def _kind(kind: str, count: int, new: int, found: Flagged | None, lists: Lists) -> Kind:
    name = str(capfirst(HealthFlag.Kind(kind).label))
    who, why = (found.names, found.why) if found else ([], "")
    fresh = _link(
        _("all new") if new == count else _("%(n)s new") % {"n": said_as.number(new)},
        lists.portfolio(flag=kind, going="1", fresh="week"),
        _("%(name)s: %(n)d raised in the last 7 days") % {"name": name, "n": new},
    )
    return Kind(
        name,
        _link(str(count), lists.portfolio(flag=kind, going="1"), f"{name}: {said_as.relationships(count)}"),
        fresh if new else None,
        who,
        why,
    )


# Stages --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """A length with its number; ``width`` is its share of the longest."""

    name: str
    count: Link
    width: str
    more: str


@dataclass(frozen=True, slots=True)
class InStages:
    title: str
    bars: list[Bar]
    moved: list[Link]


def stages(now: BookNow, lists: Lists) -> InStages:
    counts = {stage: figure(now.figures, f"stage:{stage}") for stage in Stage}
    paused = figure(now.figures, "stopped:paused")
    middles = {stage: findings.half_of(_days(now, f"stage_months:{stage}")) for stage in Stage}
    most = max(*counts.values(), paused, 1)
    bars = [
        Bar(
            stage_name(stage),
            _link(
                str(count),
                lists.portfolio(stage=stage, going="1"),
                f"{stage_name(stage)}: {said_as.relationships(count)}",
            ),
            f"{100 * count / most:.1f}%",
            said_as.months(months) if (months := middles[stage]) is not None and count else "",
        )
        for stage, count in counts.items()
    ]
    if paused:
        opens = f"{_('Paused')}: {said_as.relationships(paused)}"
        bars.append(
            Bar(
                _("Paused"),
                _link(str(paused), lists.portfolio(state="paused"), opens),
                f"{100 * paused / most:.1f}%",
                "",
            )
        )
    up, down = figure(now.figures, "moved:up"), figure(now.figures, "moved:down")
    return InStages(said_as.stages_title(up, down), bars, _moved(up, down, lists))


def _moved(up: int, down: int, lists: Lists) -> list[Link]:
    found = []
    if up:
        opens = _("%(n)s that moved up in 90 days") % {"n": said_as.relationships(up)}
        found.append(_link(_("%(n)d moved up") % {"n": up}, lists.portfolio(moved="up"), opens))
    if down:
        opens = _("%(n)s that moved down in 90 days") % {"n": said_as.relationships(down)}
        found.append(_link(_("%(n)d moved down") % {"n": down}, lists.portfolio(moved="down"), opens))
    return found


# The overdue, what wants somebody ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A name, what is said of it or who for example, and the number that leads to all of them."""

    name: str
    count: Link
    who: str = ""
    rows: Sequence[Relationship] = ()


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    sentence: str = ""
    lines: list[Line] = field(default_factory=list)


def late(now: BookNow, found: Mapping[str, Sequence[Relationship]], lists: Lists) -> Part:
    said = {Late.WEEK: _("Up to a week"), Late.FORTNIGHT: _("Up to two weeks"), Late.LONGER: _("Longer")}
    counts = {one: figure(now.figures, f"late:{one.value}") for one in Late}
    return Part(
        said_as.overdue_title(sum(counts.values())),
        "",
        [
            Line(
                said[one],
                _link(
                    str(count),
                    lists.portfolio(late=one.value),
                    _("%(n)s overdue, %(how)s") % {"n": said_as.relationships(count), "how": said[one].lower()},
                ),
                rows=found.get(one.value, ()),
            )
            for one, count in counts.items()
            if count
        ],
    )


def asks(now: BookNow, lists: Lists) -> Part:
    said = (
        ("proposed", PortfolioForm.PROPOSED, _("Moves proposed"), _("the evidence for the next stage is there")),
        ("review", PortfolioForm.REVIEW, _("Reviews proposed"), _("what the stage rested on is gone")),
        ("evidence_late", PortfolioForm.LATE, _("Declared, evidence overdue"), _("the day for it is over")),
        ("unadvanced", PortfolioForm.UNADVANCED, _("Nobody tries to advance"), _("no target, no step, no proposal")),
    )
    lines = [
        Line(
            name,
            _link(str(count), lists.portfolio(moving=value), f"{name}: {said_as.relationships(count)}"),
            why,
        )
        for key, value, name, why in said
        if (count := figure(now.figures, key))
    ]
    return Part(said_as.asks_title(figure(now.figures, "unadvanced")), "", lines)


# Answers, problems ---------------------------------------------------------------------------------------------------


def answers(now: BookNow, lists: Lists) -> Part:
    told, solved = _days(now, "answer"), _days(now, "remedy")
    half, remedy = findings.half_of(told), findings.half_of(solved)
    waiting, still = figure(now.figures, "answer_waiting"), figure(now.figures, "remedy_open")
    answered, ended = round(sum(told.values())), round(sum(solved.values()))
    lines = [
        Line(
            _("Feedback of theirs answered"),
            _link(
                str(answered),
                lists.behind("answer"),
                _("%(n)d feedback of theirs answered in a year") % {"n": answered},
            ),
            _("half %(within)s") % {"within": said_as.within(half)} if half is not None else "",
        )
        if answered
        else None,
        Line(
            _("Feedback that waits"),
            _link(
                str(waiting),
                lists.behind("answer_waiting"),
                _("%(n)d feedback of theirs that wait for an answer") % {"n": waiting},
            ),
        )
        if waiting
        else None,
        Line(
            _("Problems solved"),
            _link(str(ended), lists.behind("remedy"), _("%(n)d problems solved in a year") % {"n": ended}),
            _("half %(within)s") % {"within": said_as.within(remedy)} if remedy is not None else "",
        )
        if ended
        else None,
        Line(
            _("Problems open"), _link(str(still), lists.behind("remedy_open"), _("%(n)d open problems") % {"n": still})
        )
        if still
        else None,
    ]
    return Part(said_as.answers_title(half, waiting), _("Of the last twelve months."), [line for line in lines if line])


# Satisfied and loyal, renewals ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Loyalty:
    title: str
    fields: list[Line]
    unknown: Link | None


def loyalty(now: BookNow, lists: Lists) -> Loyalty:
    counts = {one: figure(now.figures, f"quadrant:{one.value}") for one in Quadrant}
    unknown = figure(now.figures, f"quadrant:{NOT_KNOWN}")
    fields = []
    for one in FIELDS:
        name = str(two_views_words.FIELDS[one])
        opens = f"{name}: {said_as.relationships(counts[one])}"
        fields.append(Line(name, _link(str(counts[one]), lists.loyalty(one.value), opens)))
    said = _("Not known yet: %(n)d") % {"n": unknown}
    return Loyalty(
        said_as.loyalty_title(counts), fields, _link(said, lists.loyalty(NOT_KNOWN), said) if unknown else None
    )


@dataclass(frozen=True, slots=True)
class Renewals:
    title: str
    rows: Sequence[Renewal]
    more: Link | None


def renewals(now: BookNow, rows: Sequence[Renewal], lists: Lists) -> Renewals:
    count = figure(now.figures, "renewing")
    opens = _("%(n)s that renew within 90 days") % {"n": said_as.relationships(count)}
    href = lists.portfolio(renews=str(RENEWS_WITHIN))
    return Renewals(
        said_as.renewals_title(count),
        rows,
        _link(_("All %(n)d") % {"n": count}, href, opens) if count else None,
    )
