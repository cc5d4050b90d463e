"""How a relationship stands, in words: each component from the first day, what lost most with why, what would help.

Nothing here says what will become of a relationship: a standing is what was earned, and no forecast.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relationships import health, problem_words, trend, words
from relationships.evidence import Component, Kind
from relationships.health import Band, Gap, Spell
from relationships.health_case import Case, Cause, Tenths
from relationships.health_points import Counts, Line, Offer, Remedy
from web import dates

Words = str | Promise
# In a table of points.
NO_POINTS = "–"

NAMES: dict[Component, Words] = {
    Component.CADENCE: gettext_lazy("Cadence"),
    Component.ACCESS: gettext_lazy("Access"),
    Component.CREDIBILITY: gettext_lazy("Credibility"),
    Component.TRUST: gettext_lazy("Trust"),
    Component.RECIPROCITY: gettext_lazy("Reciprocity"),
}
# What each asks, for somebody who reads of it for the first time.
ASKS: dict[Component, Words] = {
    Component.CADENCE: gettext_lazy("Do we talk as often as we agreed?"),
    Component.ACCESS: gettext_lazy("Do the people who decide or sign give us their time?"),
    Component.CREDIBILITY: gettext_lazy("Do we deliver what we are there for?"),
    Component.TRUST: gettext_lazy("Does each side do what it said?"),
    Component.RECIPROCITY: gettext_lazy("Does it go both ways?"),
}
BANDS: dict[Band, Words] = {
    Band.STRONG: gettext_lazy("strong"),
    Band.STEADY: gettext_lazy("steady"),
    Band.WEAK: gettext_lazy("weak"),
}
# A row of each kind, by side where it differs: of ours, of theirs.
ROWS: dict[Kind, Words | tuple[Words, Words]] = {
    Kind.TOUCH: gettext_lazy("Two-way contact"),
    Kind.CADENCE_AGREED: gettext_lazy("Rhythm agreed"),
    Kind.MEETING_ACCEPTED: gettext_lazy("Accepted a meeting"),
    Kind.MEETING_DECLINED: gettext_lazy("Declined a meeting"),
    Kind.MEETING_UNANSWERED: gettext_lazy("Left a request to meet unanswered for 14 days"),
    Kind.DECISION_MAKER_MET: gettext_lazy("Decides or signs, and came"),
    Kind.DECISION_MAKER_ABSENT: gettext_lazy("Decides or signs, and did not come"),
    Kind.KPI_READING: gettext_lazy("KPI read against its target"),
    Kind.KPI_RANKED_BY_BOTH: gettext_lazy("KPI ranked by both"),
    Kind.SCOPE_AGREED: gettext_lazy("Agreed to do together"),
    Kind.PROJECT_MEASURED: gettext_lazy("Joint project with measured benefit"),
    Kind.PROJECT_CLOSED: gettext_lazy("Joint project closed"),
    Kind.PROJECT_FAILED: gettext_lazy("Joint project failed"),
    Kind.PROBLEM_SOLVED: gettext_lazy("Problem solved in time"),
    Kind.PROBLEM_SOLVED_LATE: gettext_lazy("Problem solved late"),
    Kind.PROBLEM_REOPENED: gettext_lazy("Problem came back"),
    Kind.PROMISE_KEPT: gettext_lazy("Promise kept in time"),
    Kind.PROMISE_KEPT_LATE: gettext_lazy("Promise kept late"),
    Kind.PROMISE_LATE: gettext_lazy("Promise not kept by its day"),
    Kind.PROMISE_BROKEN: gettext_lazy("Promise missed"),
    Kind.PROMISE_OWNED: gettext_lazy("Owned up to with a new plan: takes some of it back"),
    Kind.PROMISE_RENEGOTIATED: gettext_lazy("New day agreed in time"),
    Kind.FEEDBACK_ANSWERED: (
        gettext_lazy("We answered their feedback within 5 days"),
        gettext_lazy("They answered our feedback within 5 days"),
    ),
    Kind.FEEDBACK_IGNORED: (
        gettext_lazy("We left their feedback unanswered for 30 days"),
        gettext_lazy("They left our feedback unanswered for 30 days"),
    ),
    Kind.INITIATIVE: (gettext_lazy("We began it"), gettext_lazy("They began it")),
    Kind.FEEDBACK_GIVEN: (gettext_lazy("We gave them feedback"), gettext_lazy("They gave us feedback")),
    Kind.ROADMAP_SHARED: (gettext_lazy("We showed our roadmap"), gettext_lazy("They showed theirs")),
}
# Praise is feedback: it asks for an answer, too, which a row about it says where somebody may doubt it.
OF_PRAISE: dict[Kind, tuple[Words, Words]] = {
    Kind.FEEDBACK_ANSWERED: (
        gettext_lazy("We answered their praise within 5 days"),
        gettext_lazy("They answered our praise within 5 days"),
    ),
    Kind.FEEDBACK_IGNORED: (
        gettext_lazy("We did not answer their praise for 30 days"),
        gettext_lazy("They did not answer our praise for 30 days"),
    ),
}


def row_says(kind: Kind, side: str, *, praise: bool = False) -> str:
    said = OF_PRAISE.get(kind, ROWS[kind]) if praise else ROWS[kind]
    return str(said[0 if side == "ours" else 1] if isinstance(said, tuple) else said)


def number(count: int) -> str:
    return str(apnumber(count))


def points(value: float) -> str:
    """*1 point*, *6 points*: full ones, as everywhere."""
    whole = health.whole(value)
    if whole < 1:
        return _("less than a point")
    return ngettext("%(count)d point", "%(count)d points", whole) % {"count": whole}


def in_full(shown: Tenths) -> str:
    """*Full points: 64.9 earned shows as 64, 75.3 earned or lost as 75; the 11 between are lost.*"""
    earned, judged = shown.earned // 10, shown.judged // 10
    told = {
        "earned": _tenth(shown.earned), "full": earned, "judged": _tenth(shown.judged), "both": judged,
        "lost": judged - earned,
    }  # fmt: skip
    if not shown.lost:
        return _("Full points: %(earned)s earned shows as %(full)d.") % told
    if judged == earned:
        return _("Full points: %(earned)s earned shows as %(full)d, as does %(judged)s earned or lost.") % told
    said = ngettext(
        "Full points: %(earned)s earned shows as %(full)d, %(judged)s earned or lost as %(both)d; the %(lost)d between "
        "is lost.",
        "Full points: %(earned)s earned shows as %(full)d, %(judged)s earned or lost as %(both)d; the %(lost)d between "
        "are lost.",
        judged - earned,
    )
    return said % told


def sum_of_parts(case: Case) -> str:
    """Why the five parts come to a little less than the score; nothing where they do not."""
    whole, parts = case.tenths(), [case.tenths(component) for component in Component]
    tenths = sum(one.earned for one in parts), sum(one.lost for one in parts)
    shown = [case.shown(component) for component in Component]
    full = [sum(one.earned for one in shown), sum(one.lost for one in shown), sum(one.unknown for one in shown)]
    all_of_it = case.standing.shown
    if tenths == (whole.earned, whole.lost) and full == [all_of_it.earned, all_of_it.lost, all_of_it.unknown]:
        return ""
    return _(
        "Each of the five parts is cut by itself, so their sums differ a little from these: %(earned)s earned and "
        "%(lost)s lost, in full points %(full)d earned, %(full_lost)d lost and %(full_unknown)d not yet known."
    ) % {
        "earned": _tenth(tenths[0]), "lost": _tenth(tenths[1]),
        "full": full[0], "full_lost": full[1], "full_unknown": full[2],
    }  # fmt: skip


def together(case: Case) -> str:
    """Why the earned points of the parts are fewer than the score, in a line; nothing where they are as many."""
    parts = sum(case.shown(component).earned for component in Component)
    if parts == case.standing.shown.earned:
        return ""
    return _("Each part is cut to its full points; cut together they come to %(all)d.") % {
        "all": case.standing.shown.earned
    }


def _tenth(tenths: int) -> str:
    return number_format(tenths / 10, 1)


def cell(shown: float, exact: float) -> str:
    """Points of a row as its table says them: *4.2*, *< 0.1* of what a tenth is too much for, *–* for nothing.

    Of what is given back with a true minus.
    """
    if shown:
        return ("−" if shown < 0 else "") + number_format(abs(shown), 1)
    return "< " + number_format(0.1, 1) if abs(exact) > health.NOISE else NO_POINTS


def _ago(day: date, case: Case) -> str:
    """*12 days ago*; of a day that is over *on 13 October*, as nobody reckons from there."""
    if case.past:
        return _("on %(day)s") % {"day": dates.plain(day, case.day)}
    return dates.ago(day, case.day)


def direction(gone: trend.Direction, today: date) -> str:
    """*down 4 in 30 days*, *down 4 since 2 November*, *weights changed on 29 November*; nothing while nobody knows."""
    match gone.way:
        case trend.Way.REWEIGHED:
            return _("weights changed on %(day)s") % {"day": dates.plain(gone.since or today, today)}
        case trend.Way.UNKNOWN:
            return ""
        case trend.Way.STEADY:
            return _("unchanged %(since)s") % {"since": _within(gone, today)}
        case trend.Way.UP:
            return _("up %(points)d %(since)s") % {"points": gone.points, "since": _within(gone, today)}
    return _("down %(points)d %(since)s") % {"points": gone.points, "since": _within(gone, today)}


def _within(gone: trend.Direction, today: date) -> str:
    """*in 30 days*; of a day that is only near to it, as standings are kept by the week, *since 2 November*."""
    if gone.since is None or gone.since == today - trend.WINDOW:
        return _("in 30 days")
    return _("since %(day)s") % {"day": dates.plain(gone.since, today)}


# Each component in a sentence ----------------------------------------------------------------------------------------


def sentence(component: Component, case: Case) -> str:
    """What is known of it, and what nothing is known of; from the first day, number or not."""
    said = {
        Component.CADENCE: _cadence,
        Component.ACCESS: _access,
        Component.CREDIBILITY: _credibility,
        Component.TRUST: _trust,
        Component.RECIPROCITY: _reciprocity,
    }[component](case)
    return " ".join(f"{capfirst(part)}." for part in said if part)


def _cadence(case: Case) -> list[str]:
    every = case.rhythm.every(case.day)
    last = max((row.day for row in case.rows if row.kind is Kind.TOUCH), default=None)
    agreed = _rhythm(every, case) if every else ""
    if last is None:
        said = _("never in touch; %(agreed)s") % {"agreed": agreed}
        return [said] if every else [_("never in touch"), _("no rhythm agreed")]
    touched = _("last in touch %(ago)s") % {"ago": _ago(last, case)}
    if not every:
        return [touched, _("no rhythm agreed, so nothing to keep yet")]
    late = case.too_long
    found = [_("%(touched)s; %(agreed)s") % {"touched": touched, "agreed": agreed}]
    if late:
        since = case.rhythm.agreed_on or case.day
        told = {"late": number(late), "all": number(case.silences), "day": dates.plain(since, case.day)}
        said = ngettext(
            "%(late)s of %(all)s silences since %(day)s was too long",
            "%(late)s of %(all)s silences since %(day)s were too long",
            late,
        )
        if case.silences > 1:
            found.append(said % told)
        else:
            found.append(_("the silence since then is too long") if case.is_late else _("the one before was too long"))
    return found


def _rhythm(every: int, case: Case) -> str:
    """*agreed is every 14 days*; *assumed* while nobody of theirs agreed to it."""
    said = _("assumed is %(every)s") if case.assumed else _("agreed is %(every)s")
    return said % {"every": words.interval(every)}


def _access(case: Case) -> list[str]:
    found = []
    if case.deciders:
        people = [
            _("%(name)s, seen %(ago)s") % {"name": one.name, "ago": _ago(one.seen_on, case)}
            if one.seen_on
            else _("%(name)s, never seen") % {"name": one.name}
            for one in sorted(case.deciders, key=lambda one: one.seen_on or date.min, reverse=True)[:3]
        ]
        more = len(case.deciders) - len(people)
        people += [_("%(count)d more") % {"count": more}] if more > 0 else []
        found.append(_("who decides or signs: %(people)s") % {"people": "; ".join(people)})
    else:
        found.append(_("nobody who decides or signs is named yet"))
    said = [
        _and_so_on(
            case,
            _("people of theirs"),
            (Kind.MEETING_ACCEPTED, _("accepted a meeting %(n)s")),
            (Kind.MEETING_DECLINED, _("declined a meeting %(n)s")),
            (Kind.MEETING_UNANSWERED, _("left a request to meet unanswered %(n)s")),
        ),
        _and_so_on(
            case,
            _("who decides or signs"),
            (Kind.DECISION_MAKER_MET, _("came to a meeting %(n)s")),
            (Kind.DECISION_MAKER_ABSENT, _("stayed away %(n)s")),
        ),
    ]
    nothing = _(
        "no planned meeting that they accepted or declined, and none to which somebody came who decides or signs"
    )
    return [*found, *(said if any(said) else [nothing])]


def _and_so_on(case: Case, who: str, *deeds: tuple[Kind, str]) -> str:
    """*people of theirs accepted a meeting nine times, declined one twice*: each time a person did is a row."""
    did = [text % {"n": times(case.count(kind))} for kind, text in deeds if case.count(kind)]
    return f"{who} {', '.join(did)}" if did else ""


def _credibility(case: Case) -> list[str]:
    found = []
    stood = case.troubles
    if stood.all:
        found.append(problem_words.tally(stood))
    if stood.again:
        said = ngettext("%(n)s of the solved had come back", "%(n)s of the solved had come back", stood.again)
        found.append(said % {"n": number(stood.again)} if stood.all > 1 else _("it had come back"))
    measured, closed, failed = (
        case.count(kind) for kind in (Kind.PROJECT_MEASURED, Kind.PROJECT_CLOSED, Kind.PROJECT_FAILED)
    )
    readings = [row for row in case.rows if row.kind is Kind.KPI_READING]
    if readings:
        attained = round(100 * sum(row.r for row in readings) / len(readings))
        found.append(_("KPIs at %(share)d %% of what was agreed, on average") % {"share": attained})
    if measured or closed or failed:
        told = {"measured": measured, "all": measured + closed + failed}
        found.append(_("%(measured)d of %(all)d joint projects with measured benefit") % told)
    missing = [] if found else [_("problems")]
    missing += [] if readings else [_("KPIs")]
    missing += [] if measured or closed or failed else [_("joint projects")]
    return [*found, _nothing_on(missing)]


def _nothing_on(what: Sequence[str]) -> str:
    return _("nothing yet on %(what)s") % {"what": words.names(what)} if what else ""


def _trust(case: Case) -> list[str]:
    (ours, of_ours), (theirs, of_theirs) = case.kept("ours"), case.kept("theirs")
    if of_ours and of_theirs:
        told = {"ours": ours, "of_ours": of_ours, "theirs": theirs, "of_theirs": of_theirs}
        said = ngettext(
            "%(ours)d of our %(of_ours)d promise kept in time, %(theirs)d of %(of_theirs)d of theirs",
            "%(ours)d of our %(of_ours)d promises kept in time, %(theirs)d of %(of_theirs)d of theirs",
            of_ours,
        )
        found = [said % told]
    elif of_ours:
        said = ngettext(
            "%(kept)d of our %(all)d promise kept in time", "%(kept)d of our %(all)d promises kept in time", of_ours
        )
        found = [said % {"kept": ours, "all": of_ours}, _("none of theirs has come due yet")]
    elif of_theirs:
        said = ngettext(
            "%(kept)d of their %(all)d promise kept in time",
            "%(kept)d of their %(all)d promises kept in time",
            of_theirs,
        )
        found = [said % {"kept": theirs, "all": of_theirs}, _("none of ours has come due yet")]
    else:
        found = [_("no promise has come due yet")]
    for side, answered, ignored in (
        ("ours", _("we answered their feedback in time %(n)s"), _("left it unanswered %(n)s")),
        ("theirs", _("they answered ours in time %(n)s"), _("left ours unanswered %(n)s")),
    ):
        parts = [
            (text % {"n": times(count)})
            for count, text in (
                (case.count(Kind.FEEDBACK_ANSWERED, side=side), answered),
                (case.count(Kind.FEEDBACK_IGNORED, side=side), ignored),
            )
            if count
        ]
        if parts and not case.count(Kind.FEEDBACK_ANSWERED, side=side):
            parts = [(_("we %(did)s") if side == "ours" else _("they %(did)s")) % {"did": parts[0]}]
        found.append(_(" and ").join(parts))
    return found


def times(count: int) -> str:
    """*never*, *once*, *twice*, *three times*."""
    if count <= 2:
        return (_("never"), _("once"), _("twice"))[count]
    return _("%(count)s times") % {"count": number(count)}


def _reciprocity(case: Case) -> list[str]:
    found, missing = [], []
    for kind, text, name in (
        (Kind.INITIATIVE, _("they began contact %(theirs)s, we %(ours)s"), _("who begins")),
        (Kind.FEEDBACK_GIVEN, _("they gave feedback %(theirs)s, we %(ours)s"), _("feedback")),
        (Kind.ROADMAP_SHARED, _("they showed a roadmap %(theirs)s, we %(ours)s"), _("roadmaps")),
    ):
        theirs, ours = case.count(kind, side="theirs"), case.count(kind, side="ours")
        if theirs or ours:
            told = {"theirs": times(theirs), "ours": times(ours)}
            found.append(text % told)
        else:
            missing.append(name)
    return [*found, _nothing_on(missing)]


# What lost most ------------------------------------------------------------------------------------------------------


def lost_most(case: Case) -> str:
    """*Most lost: cadence. The silence since 13 October: that costs 5 points. One conversation earns 4 back.*"""
    component = case.standing.limiting
    name = str(NAMES[component]).lower()
    cause = case.cause
    if cause is None or not case.lost_most(component):
        return _missing(case)
    lost = case.shown(component).lost
    told = {"name": name, "why": _why(case, cause), "points": points(cause.lost), "all": points(lost)}
    said = (
        _("Most lost: %(name)s. %(why)s: that costs %(points)s.")
        if health.whole(cause.lost) >= lost
        else _("Most lost: %(name)s, %(all)s. %(why)s: that alone costs %(points)s.")
    ) % told
    back = case.earned_back
    # Of a day that is over nobody can do anything about it.
    if case.past or health.whole(back) < 1:
        return said
    deed = {"deed": _deed(case, cause), "points": points(back)}
    return f"{said} {_('%(deed)s earns %(points)s back at once.') % deed}"


def _missing(case: Case) -> str:
    """What keeps the score down where no part lost as much as a point: what is not known, and what would tell it."""
    component = case.least_known
    shown = case.shown(component)
    told = {"name": str(NAMES[component]).lower(), "points": points(shown.unknown), "most": shown.most}
    said = (
        _("Next to nothing is lost; what is missing is %(name)s: %(points)s of its %(most)d not yet known.")
        if case.standing.lost < 1
        else _("Little is lost in any part; what is missing is %(name)s: %(points)s of its %(most)d not yet known.")
    ) % told
    if case.past:
        return said
    # Whether a problem is open nobody knows here; of credibility it is told how it becomes known.
    offers = case.offers(problem_open=False, most=len(Component))
    helps = next((f"{remedy(one)}." for one in offers if one.component is component), str(MORE_IS_KNOWN[component]))
    return f"{said} {helps}"


def _why(case: Case, cause: Cause) -> str:
    match cause.counts:
        case Counts.SILENCE:
            if cause.past:
                return _("Silences that were too long")
            touched = case.sums.touched_on
            if touched is None:
                return _("No contact since there is a rhythm")
            return _("The silence since %(day)s") % {"day": dates.plain(touched, case.day)}
        case Counts.PERSON:
            assert cause.index is not None
            one = case.deciders[cause.index]
            if one.seen_on is None:
                return _("%(name)s decides or signs and was never seen") % {"name": one.name}
            told = {"name": one.name, "ago": _ago(one.seen_on, case)}
            return _("%(name)s decides or signs and was last seen %(ago)s") % told
    return _why_of_rows(cause)


def _why_of_rows(cause: Cause) -> str:
    ours = cause.side == "ours"
    match cause.what:
        case Kind.PROMISE_LATE:
            return _("Promises of ours that were late or missed") if ours else _("Promises of theirs late or missed")
        case Kind.FEEDBACK_IGNORED:
            return _("Their feedback that we left unanswered") if ours else _("Our feedback that they left unanswered")
        case Kind.INITIATIVE:
            return (
                _("We begin contact more often than they do") if ours else _("They begin contact more often than we do")
            )
        case Kind.FEEDBACK_GIVEN:
            return _("We give more feedback than they do") if ours else _("They give more feedback than we do")
        case Kind.ROADMAP_SHARED:
            return _("We show plans that they do not answer") if ours else _("They show plans that we do not answer")
        case Kind.PROBLEM_SOLVED_LATE:
            return _("Problems that were solved late")
        case Kind.PROBLEM_REOPENED:
            return _("Problems that came back")
        case Kind.PROJECT_FAILED:
            return _("Joint projects that failed")
        case Kind.KPI_READING:
            return _("KPIs below what was agreed")
        case Kind.MEETING_DECLINED:
            return _("Meetings that they declined")
        case Kind.MEETING_UNANSWERED:
            return _("Requests to meet that they left unanswered")
    return _("People who decide or sign did not come to meetings")


def _deed(case: Case, cause: Cause) -> str:
    """What a person can do about it, as the beginning of a sentence."""
    match case.standing.limiting:
        case Component.CADENCE:
            return _("One conversation")
        case Component.ACCESS:
            at = cause.index
            return _("A meeting with %(name)s") % {
                "name": case.deciders[at].name if at is not None else _("one of them")
            }
        case Component.CREDIBILITY:
            return _("A problem solved in time")
        case Component.TRUST:
            return (
                _("A promise of ours kept in time") if cause.side == "ours" else _("A promise of theirs kept in time")
            )
    ours = cause.side == "ours"
    if cause.what is Kind.INITIATIVE:
        return _("A contact that they begin") if ours else _("A contact that we begin")
    if cause.what is Kind.FEEDBACK_GIVEN:
        return _("Feedback of theirs") if ours else _("Feedback of ours")
    return _("A roadmap of theirs") if ours else _("A roadmap of ours")


# What would make more known ------------------------------------------------------------------------------------------

REMEDIES: dict[Remedy, Words] = {
    Remedy.AGREE: gettext_lazy("Agree on a rhythm with them"),
    Remedy.TALK: gettext_lazy("Talk with them once"),
    Remedy.NAME: gettext_lazy("Name somebody who decides or signs"),
    Remedy.MEET: gettext_lazy("Meet somebody who decides or signs"),
    Remedy.KEEP_OURS: gettext_lazy("Promise something small, and keep it by its day"),
    Remedy.KEEP_THEIRS: gettext_lazy("Ask them for a promise, with a day"),
    Remedy.ANSWER: gettext_lazy("Answer what they say within 5 days"),
    Remedy.SOLVE: gettext_lazy("Solve a problem of theirs by its day"),
    Remedy.TELL_WHO_BEGAN: gettext_lazy("Note who began each contact"),
    Remedy.EXCHANGE_FEEDBACK: gettext_lazy("Give them feedback, and ask for theirs"),
}


def remedy(offer: Offer) -> str:
    return str(REMEDIES[offer.remedy])


def makes_known(offer: Offer) -> str:
    """*makes 5 points known*."""
    return _("makes %(points)s known") % {"points": points(offer.points)}


def reach(case: Case, offers: Sequence[Offer]) -> str:
    """How far what is offered carries towards a score; of points as they are shown, so that anybody can add them."""
    if not offers:
        return ""
    needed = math.ceil(100 - case.thresholds.most_unknown)
    if health.can_be_judged(case.standing.unknown - math.fsum(one.points for one in offers), case.thresholds):
        return _("Together they would be enough: a score needs %(needed)d points that can be judged.") % {
            "needed": needed
        }
    made = case.standing.shown.judged + sum(health.whole(one.points) for one in offers)
    said = _(
        "Together they would make at least %(made)d of the %(needed)d points that a score needs; the rest comes with "
        "time, and with more of the same."
    )
    return said % {"made": made, "needed": needed}


MORE_IS_KNOWN: dict[Component, Words] = {
    Component.CADENCE: gettext_lazy("The longer a rhythm is in force, the more is known of how it is kept."),
    Component.ACCESS: gettext_lazy(
        "More is known with two people named who decide or sign, and with each meeting that they come to."
    ),
    Component.CREDIBILITY: gettext_lazy(
        "More is known with each problem that is solved. KPIs and joint projects come later."
    ),
    Component.TRUST: gettext_lazy("More is known with each promise of either side whose day comes."),
    Component.RECIPROCITY: gettext_lazy("More is known as both sides begin, give feedback and show what they plan."),
}


def not_known(component: Component, case: Case) -> str:
    """Why points of a component are not known, and how many."""
    shown = case.shown(component)
    if not shown.unknown:
        return _("All of it can be judged.")
    told = {"points": capfirst(points(shown.unknown)), "most": shown.most, "why": MORE_IS_KNOWN[component]}
    return _("%(points)s of %(most)d not yet known. %(why)s") % told


def waiting(count: int, late: int) -> str:
    """*Three are open, one of them late*: problems that no row tells of yet."""
    if late == count:
        return ngettext("one is open, and late", "%(open)s are open, all of them late", count) % {"open": number(count)}
    said = ngettext("one is open", "%(open)s are open", count)
    if late:
        said = _("%(open)s, %(late)s of them late") % {"open": said, "late": number(late)}
    return said % {"open": number(count)}


# What is counted besides rows ----------------------------------------------------------------------------------------


def silence(gap: Gap, spells: Sequence[Spell], case: Case) -> str:
    """*34 days of silence, 20 of them too long*; an open one counts for nothing until it is too long."""
    until = min(case.day, gap.end or case.day)
    days, late = (until - gap.start).days, sum(one.days for one in spells if not one.kept)
    from_on = dates.plain(gap.start, case.day)
    told = {"days": dates.days(days), "from": from_on, "over": dates.days(late)}
    if gap.end is None:
        said = _("Silent since %(from)s, for %(days)s; too long for %(over)s of them") % told
    elif late:
        said = _("%(days)s between contacts, from %(from)s on; too long for %(over)s of them") % told
    else:
        said = _("%(days)s between contacts, from %(from)s on") % told
    then = {one.every_days for one in spells} - {case.rhythm.every(case.day)}
    if then:
        every = words.names([words.interval(one) for one in sorted(then)])
        said = _("%(said)s; the rhythm then was %(every)s") % {"said": said, "every": every}
    off = days - sum((last - first).days + 1 for first, last in case.rhythm.awake(gap, case.day))
    return (
        _("%(said)s; %(off)s put off or paused do not count") % {"said": said, "off": dates.days(off)} if off else said
    )


def last_contact(line: Line, case: Case) -> str:
    """How current the contact is: half of the cadence."""
    if line.day is None:
        return _("How current the contact is")
    silent = sum((last - first).days + 1 for first, last in case.rhythm.awake(Gap(line.day), case.day))
    every = case.rhythm.every(case.day) or health.WITHOUT_RHYTHM
    told = {"day": dates.plain(line.day, case.day), "every": dates.days(every), "days": dates.days(silent)}
    if silent <= every:
        within = _("within the %(every)s assumed") if case.assumed else _("within the %(every)s agreed")
        return _("Last contact on %(day)s: %(within)s") % (told | {"within": within % told})
    beyond = _("%(days)s that count, %(every)s assumed") if case.assumed else _("%(days)s that count, %(every)s agreed")
    return _("Last contact on %(day)s: %(within)s") % (told | {"within": beyond % told})


def beyond(said: str) -> str:
    """Of a row that its week left nothing."""
    return _("%(said)s (more of it than counts in a week)") % {"said": said}


def person(seen_on: date | None, case: Case) -> str:
    """How far somebody who decides counts as seen."""
    if seen_on is None:
        return _("Decides or signs, and was never seen")
    every = case.rhythm.every(case.day) or health.WITHOUT_RHYTHM
    told = {
        "ago": _ago(seen_on, case),
        "days": dates.days(health.SEEN_WITHIN * every),
        "far": dates.days(health.SEEN_UNTIL * every),
    }
    if (case.day - seen_on).days <= health.SEEN_WITHIN * every:
        return _("Decides or signs, seen %(ago)s") % told
    return _("Decides or signs, last seen %(ago)s; counts in full within %(days)s, not at all after %(far)s") % told
