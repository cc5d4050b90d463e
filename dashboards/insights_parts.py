"""The parts of Insights that are lists of figures in words, each with the address of what is behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboards import findings
from dashboards import insights_words as said_as
from dashboards.book import BookNow
from dashboards.findings import Counted, percent
from dashboards.insights_charts import Stages, figure, stage_name
from dashboards.insights_links import Link, Lists
from dashboards.insights_rows import Flagged, Renewal
from dashboards.quadrants import FIELDS, NOT_KNOWN
from relationships import flags as rules
from relationships import stage_words, two_views_words
from relationships.cadence import RENEWAL_DAYS, Late
from relationships.forms.portfolio import PortfolioForm
from relationships.models import HealthFlag, Relationship
from relationships.stages import Stage
from relationships.two_views import Quadrant


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the four at the head: what it is, the number, and a line under it, in pieces of which some are links."""

    name: str
    value: Link
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
            _in_touch_says(state.in_touch),
        ),
        _plain(_(" of ")),
        _link(
            str(state.going),
            lists.portfolio(going="1"),
            _going(state.going),
        ),
    ]
    if before and before.going:
        line.append(_plain(_(", was %(percent)d %% last Monday") % {"percent": percent(before.in_touch, before.going)}))
    return Figure(_("In touch"), _plain(_percent(state.in_touch, state.going)), line)


def _going(count: int) -> str:
    return ngettext("%(n)d relationship going on", "%(n)d relationships going on", count) % {"n": count}


def _percent(part: float, whole: float) -> str:
    return _("%(percent)d %%") % {"percent": percent(part, whole)} if whole else "–"


def _promises(quarters: Sequence[findings.Quarter], lists: Lists) -> Figure:
    """Of the newest quarter in which one of ours came due: it is a list that can be opened."""
    last = next((one for one in reversed(quarters) if one.ours.total), None)
    if last is None:
        return Figure(_("Our promises kept"), _plain("–"), [_plain(_("none of ours has come due"))])
    kept, name = last.ours, said_as.quarter_name(last.name)
    line = [
        _link(
            str(kept.in_time),
            lists.behind(f"promise:ours:{last.name}:kept"),
            ngettext(
                "%(n)d promise of ours kept in time, %(quarter)s",
                "%(n)d promises of ours kept in time, %(quarter)s",
                kept.in_time,
            )
            % {"n": kept.in_time, "quarter": name},
        ),
        _plain(_(" of ")),
        _link(
            str(kept.total),
            lists.behind(f"promise:ours:{last.name}:judged"),
            ngettext(
                "%(n)d promise of ours kept or missed, %(quarter)s",
                "%(n)d promises of ours kept or missed, %(quarter)s",
                kept.total,
            )
            % {"n": kept.total, "quarter": name},
        ),
        _plain(_(" in %(quarter)s") % {"quarter": name}),
    ]
    if last.theirs.percent is not None:
        opens = ngettext(
            "%(n)d promise of theirs kept or missed, %(quarter)s, %(kept)d kept in time",
            "%(n)d promises of theirs kept or missed, %(quarter)s, %(kept)d of them kept in time",
            last.theirs.total,
        )
        share = _link(
            _percent(last.theirs.in_time, last.theirs.total),
            lists.behind(f"promise:theirs:{last.name}:judged"),
            opens % {"n": last.theirs.total, "quarter": name, "kept": last.theirs.in_time},
        )
        line += [_plain(_("; theirs ")), share]
    return Figure(_("Our promises kept"), _plain(_percent(kept.in_time, kept.total)), line)


def _days(now: BookNow, name: str) -> dict[int, float]:
    return {int(days): count for days, count in now.prefixed(f"{name}:").items()}


def _answered(now: BookNow, lists: Lists) -> Figure:
    told = _days(now, "answer")
    half, waiting = findings.half_of(told), figure(now.figures, "answer_waiting")
    if half is None:
        line = [_plain(_("none answered in a year; ")), _waits(waiting, lists)]
        return Figure(_("Feedback answered within"), _plain("–"), line)
    count = round(sum(told.values()))
    answered = _link(str(count), lists.behind("answer"), _answered_in_a_year(count))
    line = [_plain(_("half of ")), answered, _plain(_(" in a year; ")), _waits(waiting, lists)]
    return Figure(_("Feedback answered within"), _plain(_in_days(half)), line)


def _answered_in_a_year(count: int) -> str:
    return ngettext(
        "%(n)d answer to feedback of theirs in a year", "%(n)d answers to feedback of theirs in a year", count
    ) % {"n": count}


def _in_days(days: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", days or 1) % {"n": days or 1} if days else _("the same day")


def _waits(waiting: int, lists: Lists) -> Link:
    if not waiting:
        return _plain(_("none waits now"))
    said = ngettext("%(n)d waits now", "%(n)d wait now", waiting) % {"n": waiting}
    return _link(said, lists.behind("answer_waiting"), _waiting_says(waiting))


def _waiting_says(count: int) -> str:
    return ngettext(
        "%(n)d answer to feedback of theirs that is waited for, praise too",
        "%(n)d answers to feedback of theirs that are waited for, praise too",
        count,
    ) % {"n": count}


def _judged(stages: Stages, lists: Lists) -> Figure:
    judged, unjudged = stages.all_judged, stages.all_unjudged
    if not judged + unjudged:
        return Figure(_("Standing can be judged"), _plain("0"), [_plain(_("none is going on"))])
    every = _link(str(judged + unjudged), lists.portfolio(going="1"), _going(judged + unjudged))
    line = [_plain(_("of ")), every, _plain("; ")]
    opens = ngettext(
        "%(n)d relationship whose standing can be judged", "%(n)d relationships whose standing can be judged", judged
    ) % {"n": judged}
    value = _link(str(judged), lists.portfolio(standing="0-100", going="1"), opens) if judged else _plain("0")
    if unjudged:
        said = ngettext("%(n)d has too little evidence", "%(n)d have too little evidence", unjudged) % {"n": unjudged}
        opens = ngettext(
            "%(n)d relationship that cannot be judged yet", "%(n)d relationships that cannot be judged yet", unjudged
        ) % {"n": unjudged}
        line.append(_link(said, lists.portfolio(standing="none", going="1"), opens))
    else:
        line.append(_plain(_("enough is known of each")))
    return Figure(_("Standing can be judged"), value, line)


def lede(state: Counted, before: Counted | None, lists: Lists) -> SafeString:
    then = (before.in_touch, before.overdue) if before else None
    said = said_as.lede(state.in_touch, state.going, state.overdue, then)
    return said.linked(
        going=(lists.portfolio(going="1"), _going(state.going)),
        overdue=(lists.portfolio(state="overdue"), _overdue(state.overdue)),
        touch=(lists.portfolio(state="in_touch"), _in_touch_says(state.in_touch)),
    )


def _overdue(count: int) -> str:
    return ngettext("%(n)d relationship overdue", "%(n)d relationships overdue", count) % {"n": count}


def _in_touch_says(count: int) -> str:
    return ngettext("%(n)d relationship in touch", "%(n)d relationships in touch", count) % {"n": count}


# Flags ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of flag: how many, how many of them new, who, and why the first has it."""

    name: str
    all: Link
    new: Link | None
    who: Sequence[Relationship]
    more: Link | None
    why: str


@dataclass(frozen=True, slots=True)
class Flags:
    title: SafeString
    sentence: SafeString
    kinds: list[Kind]


def flags(now: BookNow, found: Mapping[str, Flagged], lists: Lists) -> Flags:
    """The worst kind first."""
    standing, raised = (
        {kind: round(count) for kind, count in now.prefixed(prefix).items()} for prefix in ("flag:", "flag_new:")
    )
    # One with flags of two kinds is one relationship.
    new, gone, every = (figure(now.figures, name) for name in ("flag_new", "flag_cleared", "flag"))
    return Flags(
        said_as.flags_title(new, gone, every).linked(
            new=(
                lists.portfolio(flag=PortfolioForm.ANY, going="1", fresh=PortfolioForm.WEEK),
                ngettext("%(n)d flagged in the last 7 days", "%(n)d flagged in the last 7 days", new) % {"n": new},
            )
        ),
        said_as.flags_sentence(gone, every).linked(
            standing=(
                lists.portfolio(flag=PortfolioForm.ANY, going="1"),
                ngettext("%(n)d relationship with a flag", "%(n)d relationships with a flag", every) % {"n": every},
            ),
            cleared=(
                lists.portfolio(flag=PortfolioForm.ANY, going="1", fresh=PortfolioForm.CLEARED),
                ngettext(
                    "%(n)d relationship on which a flag was cleared in the last 7 days",
                    "%(n)d relationships on which a flag was cleared in the last 7 days",
                    gone,
                )
                % {"n": gone},
            ),
        ),
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
    every, opens = lists.portfolio(flag=kind, going="1"), f"{name}: {said_as.relationships(count)}"
    more = _more(count, who, every, opens)
    return Kind(name, _link(str(count), every, opens), fresh if new else None, who, more, why)


def _more(count: int, named: Sequence[object], href: str, opens: str) -> Link | None:
    """*two more*, of those that are counted beside the ones named; where nobody is named there is none."""
    rest = count - len(named)
    return _link(_("%(n)s more") % {"n": said_as.number(rest)}, href, opens) if named and rest > 0 else None


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
    title: SafeString
    bars: list[Bar]


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
    title = said_as.stages_title(up, down).linked(
        up=(
            lists.portfolio(moved=PortfolioForm.UP),
            _("%(n)s that moved up in 90 days") % {"n": said_as.relationships(up)},
        ),
        down=(
            lists.portfolio(moved=PortfolioForm.DOWN),
            _("%(n)s that moved down in 90 days") % {"n": said_as.relationships(down)},
        ),
    )
    return InStages(title, bars)


# The overdue, what wants somebody ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A name, what is said of it or who for example, and the number that leads to all of them."""

    name: str
    count: Link
    who: str = ""
    rows: Sequence[Relationship] = ()
    # Of those without a name here.
    more: Link | None = None


@dataclass(frozen=True, slots=True)
class Part:
    title: str | SafeString
    sentence: str = ""
    lines: list[Line] = field(default_factory=list)


def late(now: BookNow, found: Mapping[str, Sequence[Relationship]], lists: Lists) -> Part:
    said = {Late.WEEK: _("Up to a week"), Late.FORTNIGHT: _("Up to two weeks"), Late.LONGER: _("Longer")}
    counts = {one: figure(now.figures, f"late:{one.value}") for one in Late}
    every = sum(counts.values())
    title = said_as.overdue_title(every).linked(count=(lists.portfolio(state="overdue"), _overdue(every)))
    lines = []
    for one, count in counts.items():
        href, rows = lists.portfolio(late=one.value), found.get(one.value, ())
        opens = _("%(n)s overdue, %(how)s") % {"n": said_as.relationships(count), "how": said[one].lower()}
        if count:
            lines.append(Line(said[one], _link(str(count), href, opens), "", rows, _more(count, rows, href, opens)))
    return Part(title, "", lines)


def asks(now: BookNow, lists: Lists) -> Part:
    said = (
        ("proposed", PortfolioForm.PROPOSED, _("Moves proposed"), _("the evidence for the next stage is there")),
        ("review", PortfolioForm.REVIEW, _("Reviews proposed"), _("what the stage rested on is gone")),
        ("evidence_late", PortfolioForm.LATE, _("Declared, evidence overdue"), _("the day for it is over")),
        ("unadvanced", PortfolioForm.UNADVANCED, _("Nobody tries to advance"), stage_words.unadvanced()),
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
                _answered_in_a_year(answered),
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
                _waiting_says(waiting),
            ),
        )
        if waiting
        else None,
        Line(
            _("Problems solved"),
            _link(
                str(ended),
                lists.behind("remedy"),
                ngettext("%(n)d problem solved in a year", "%(n)d problems solved in a year", ended) % {"n": ended},
            ),
            _("half %(within)s") % {"within": said_as.within(remedy)} if remedy is not None else "",
        )
        if ended
        else None,
        Line(
            _("Problems open"),
            _link(
                str(still),
                lists.behind("remedy_open"),
                ngettext("%(n)d open problem", "%(n)d open problems", still) % {"n": still},
            ),
        )
        if still
        else None,
    ]
    span = _("Answered and solved are those of the last twelve months.")
    span = f"{span} {_('Praise waits for an answer, too.')}" if waiting else span
    return Part(said_as.answers_title(half, waiting), span if any(lines) else "", [line for line in lines if line])


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
    title: SafeString
    rows: Sequence[Renewal]
    more: Link | None


def renewals(now: BookNow, rows: Sequence[Renewal], lists: Lists) -> Renewals:
    count = figure(now.figures, "renewing")
    opens = _("%(n)s that renew within 90 days") % {"n": said_as.relationships(count)}
    href = lists.portfolio(renews=str(RENEWAL_DAYS))
    title = said_as.renewals_title(count).linked(count=(href, opens))
    return Renewals(title, rows, _more(count, rows, href, opens))
