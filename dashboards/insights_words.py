"""The sentences of Insights: headings that say what the figures show, and the figures in words under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.formats import date_format
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboards.findings import Compared, Course, Judged, Pace, Promised, Way, Words, percent
from dashboards.insights_links import Said
from relationships import health
from relationships.two_views import Quadrant
from web import dates

# A slip that is younger is told in weeks, an older one by its month.
YOUNG_WEEKS = 3
MONTHS_OF_A_YEAR = 12
ALL = 100


def number(count: float) -> str:
    """*none*, *two*, *14*: small ones as words."""
    return str(apnumber(round(count))) if round(count) else _("none")


def _begun(text: str) -> str:
    return str(capfirst(text))


def relationships(count: int) -> str:
    """*29 relationships*, for names of links."""
    return ngettext("%(n)d relationship", "%(n)d relationships", count) % {"n": count}


# The head ------------------------------------------------------------------------------------------------------------


def lede(in_touch: int, going: int, overdue: int, before: tuple[int, int] | None) -> Said:
    """*29 of 46 relationships are in touch, two fewer than last Monday. Six are overdue, two more.*

    ``before``: in touch and overdue on that Monday. Named: touch, going, overdue.
    """
    if not going:
        return Said(_("No relationship is going on."), {})
    said = ngettext(
        "%(touch)s of %(going)s relationship is in touch",
        "%(touch)s of %(going)s relationships are in touch",
        going,
    )
    late = ngettext("%(overdue)s is overdue", "%(overdue)s are overdue", overdue) if overdue else _("None is overdue")
    figures = {"touch": str(in_touch), "going": str(going), "overdue": _begun(number(overdue))}
    if before is None:
        return Said(f"{said}. {late}.", figures)
    said += _touch_than_before(in_touch, before[0])
    return Said(f"{said} {late}{_late_than_before(overdue, before[1])}", figures)


def _touch_than_before(now: int, before: int) -> str:
    if now == before:
        return _(", as many as last Monday.")
    if now > before:
        return _(", %(n)s more than last Monday.") % {"n": number(now - before)}
    return _(", %(n)s fewer than last Monday.") % {"n": number(before - now)}


def _late_than_before(now: int, before: int) -> str:
    """The Monday has been named."""
    if now == before:
        return _(", as many as then.") if now else _(", as then.")
    if not now:
        return ngettext("; then %(n)s was.", "; then %(n)s were.", before) % {"n": number(before)}
    if now > before:
        return _(", %(n)s more.") % {"n": number(now - before)}
    return _(", %(n)s fewer.") % {"n": number(before - now)}


# Contact week by week ------------------------------------------------------------------------------------------------


def course_title(found: Course) -> str:
    match found.way:
        case Way.SLIPPED if found.weeks <= YOUNG_WEEKS:
            return _("Contact has slipped of late")
        case Way.SLIPPED:
            return _("Contact slipped from %(month)s on and has not come back") % {"month": _month(found)}
        case Way.RECOVERED if found.weeks <= YOUNG_WEEKS:
            return _("Contact has come back of late")
        case Way.RECOVERED:
            return _("Contact has come back since %(month)s") % {"month": _month(found)}
        case Way.STEADY:
            return _("No more are overdue than usual")
        case _:
            return _("Contact, week by week")


def _month(found: Course) -> str:
    assert found.since is not None
    return date_format(found.since, "F" if found.weeks < 45 else "F Y")


def course_sentence(found: Course) -> str:
    span = ngettext("one week", "%(n)s weeks", found.weeks) % {"n": number(found.weeks)}
    match found.way:
        case Way.UNKNOWN:
            return _("One count is no course; the next is kept on Monday.")
        case Way.STEADY if found.before == found.now:
            said = ngettext(
                "%(n)s was overdue throughout %(span)s.", "%(n)s were overdue throughout %(span)s.", found.now
            )
            said = said if found.now else _("None was overdue in %(span)s.")
            return said % {"n": _begun(number(found.now)), "span": span}
        case Way.STEADY:
            said = (
                _("Between %(few)s and %(many)s were overdue in %(span)s.")
                if found.before
                else _("Never more than %(many)s overdue in %(span)s.")
            )
            return said % {"few": number(found.before), "many": number(found.now), "span": span}
    rose = found.way is Way.SLIPPED
    said = (
        _("Overdue rose from %(before)s to %(now)s in %(span)s%(others)s")
        if rose
        else _("Overdue fell from %(before)s to %(now)s in %(span)s%(others)s")
    )
    told = said % {
        "before": number(found.before),
        "now": number(found.now),
        "span": span,
        "others": _others(found.going_before, found.going),
    }
    return f"{told}{_usual(found)}"


def _usual(found: Course) -> str:
    """What to hold it against, where more weeks are shown than it took."""
    if found.all_weeks < 2 * found.weeks:
        return ""
    said = (
        _(" In half of the %(weeks)d weeks there were %(n)s or fewer.")
        if found.usual
        else _(" In half of the %(weeks)d weeks there were none.")
    )
    return said % {"weeks": found.all_weeks, "n": number(found.usual)}


def _others(before: int, now: int) -> str:
    """What became of the number of all meanwhile; without it more overdue may only be more partners."""
    if before == now:
        return _(" while the number of relationships stayed the same.")
    said = (
        _(" while the relationships grew from %(before)d to %(now)d.")
        if now > before
        else _(" while the relationships went from %(before)d to %(now)d.")
    )
    return said % {"before": before, "now": now}


def stop(day: date, today: date, counts: Sequence[tuple[str, int]]) -> str:
    """*Week of 16 November: 31 in touch, 7 due, 4 overdue.*"""
    told = ", ".join(f"{count} {name}" for name, count in counts)
    if day == today:
        return _("Now: %(told)s.") % {"told": told}
    return _("Week of %(day)s: %(told)s.") % {"day": dates.plain(day, today), "told": told}


# What the rhythms ask for --------------------------------------------------------------------------------------------


def pace_stop(day: date, today: date, needed: float, happening: float) -> str:
    """*Week of 16 November: 3.7 needed, 3.0 happened.*"""
    told = _("%(needed).1f needed, %(happening).1f happened") % {"needed": needed, "happening": happening}
    if day == today:
        return _("Now: %(told)s.") % {"told": told}
    return _("Week of %(day)s: %(told)s.") % {"day": dates.plain(day, today), "told": told}


def pace_title(found: Pace, needed: float, happening: float) -> str:
    match found:
        case Pace.SHORT:
            missing = percent(needed - happening, needed)
            if missing == ALL:
                return _("The check-ins that the rhythms ask for do not happen")
            return _("%(percent)d of 100 check-ins that the rhythms ask for do not happen") % {"percent": missing}
        case Pace.ENOUGH:
            return _("The check-ins that the rhythms ask for happen")
        case _:
            return _("No rhythm asks for check-ins")


def pace_sentence(found: Pace, needed: float, happening: float) -> Said:
    """Named: needed, happening."""
    if found is Pace.UNKNOWN:
        return Said(_("Agree with your partners how often you are in touch."), {})
    return Said(
        _("A working day needs %(needed)s; over the last four weeks %(happening)s happened."),
        {"needed": f"{needed:.1f}", "happening": f"{happening:.1f}"},
    )


# Flags ---------------------------------------------------------------------------------------------------------------


def flags_title(new: int, cleared: int, standing: int) -> Said:
    """*Two newly flagged this week*: relationships. Named: new."""
    if new:
        return Said(_("%(new)s newly flagged this week"), {"new": _begun(number(new))})
    return Said(_("No new flag this week") if standing or cleared else _("No flag is raised"), {})


def flags_sentence(cleared: int, standing: int) -> Said:
    """*Nine relationships have a flag; on one a flag was cleared this week.* Named: standing, cleared."""
    if not standing and not cleared:
        return Said(_("Nothing looks wrong; flags are raised by themselves."), {})
    if not standing:
        have = _("No relationship has a flag")
    else:
        have = ngettext("%(standing)s relationship has a flag", "%(standing)s relationships have a flag", standing)
    gone = _("; on %(cleared)s a flag was cleared this week") if cleared else ""
    return Said(f"{have}{gone}.", {"standing": _begun(number(standing)), "cleared": number(cleared)})


# Standing ------------------------------------------------------------------------------------------------------------


def standing_title(compared: Compared, exceptions: int, judged: int) -> str:
    match compared:
        case Compared.HIGHER if exceptions:
            return ngettext(
                "Partners stand higher than customers, with one exception",
                "Partners stand higher than customers, with %(n)s exceptions",
                exceptions,
            ) % {"n": number(exceptions)}
        case Compared.HIGHER:
            return _("Partners stand higher than customers")
        case Compared.LOWER:
            return _("Partners stand lower than customers")
        case Compared.ALIKE:
            return _("Partners stand about as high as customers")
    return _("How they stand, stage by stage") if judged else _("No standing can be judged yet")


def standing_sentence(middles: Mapping[str, Judged], names: Mapping[str, str], dots: bool) -> Said:
    """*Each dot is one relationship, its line the uncertainty. Median: customers 62, partners 72.*"""
    told = [
        f"{names[stage]} {points(one.middle)}" for stage, one in middles.items() if one.middle is not None and one.count
    ]
    if not told:
        return Said(_("A standing is shown once enough is known: talks, promises, feedback."), {})
    drawn = (
        _("Each dot is one relationship, its line the uncertainty.")
        if dots
        else _("How many stand in each ten of points.")
    )
    return Said(f"{drawn} {_('Median')}: {', '.join(told)}.".replace("%", "%%"), {})


def points(middle: float) -> str:
    """Of a median, full ones as of each standing: so it is none that nobody between its halves is shown with."""
    return str(health.whole(middle))


def exceptions(names: Sequence[str], more: int) -> Said:
    """The same that the heading counts: *The exception, lower than the median of the customers: Castell Foods.*

    Named: ``out_0`` and so on; ``more`` have no name here.
    """
    said = ngettext(
        "The exception, lower than the median of the customers: {names}.",
        "The exceptions, lower than the median of the customers: {names}.",
        len(names) + more,
    )
    return _naming(said, "out", names, more)


def far_below(names: Sequence[str], more: int) -> Said:
    """*Far below the others of their stage: Castell Foods and Ewos.* Named: ``far_0`` and so on."""
    return _naming(_("Far below the others of their stage: {names}."), "far", names, more)


def _naming(said: str, key: str, names: Sequence[str], more: int) -> Said:
    figures = {f"{key}_{place}": name for place, name in enumerate(names)}
    listed = [f"%({name})s" for name in figures] + ([_("%(n)s more") % {"n": number(more)}] if more else [])
    return Said(said.format(names=get_text_list(listed, _("and"))), figures)


# Promises ------------------------------------------------------------------------------------------------------------


def promises_title(found: Promised) -> str:
    match found.words:
        case Words.FEWER:
            return _("We keep fewer promises than they do")
        case Words.MORE:
            return _("We keep more promises than they do")
        case Words.ALIKE:
            return _("Both sides keep their promises alike")
    return _("Promises kept, quarter by quarter")


def promises_sentence(found: Promised) -> Said:
    """*In time, of what has ended: ours 84 % of 146, theirs 78 % of 90.* And who was ahead.

    Named, where some ended: ours, theirs.
    """
    ours = _("ours none yet") if found.ours.percent is None else _("ours %(ours_percent)s %% of %(ours)s")
    theirs = _("theirs none yet") if found.theirs.percent is None else _("theirs %(theirs_percent)s %% of %(theirs)s")
    figures = {
        "ours": str(found.ours.total), "ours_percent": str(found.ours.percent),
        "theirs": str(found.theirs.total), "theirs_percent": str(found.theirs.percent),
    }  # fmt: skip
    said = Said(_("In time, of what has ended: {ours}, {theirs}.").format(ours=ours, theirs=theirs), figures)
    return said + Said(_ahead(found), {}) if found.first else said


def quarter_name(name: str) -> str:
    """*Q3 2026*, of *2026Q3*."""
    year, _q, number = name.partition("Q")
    return _("Q%(number)s %(year)s") % {"number": number, "year": year}


def _ahead(found: Promised) -> str:
    """*They were ahead by 16 points in Q4 2025, we by 2 in Q4 2026.*"""
    values = {
        "first": quarter_name(found.first),
        "last": quarter_name(found.last),
        "before": abs(found.before),
        "now": abs(found.now),
    }
    if not found.before:
        if not found.now:
            return _("Neither was ahead, in %(first)s or in %(last)s.") % values
        said = (
            _("Neither was ahead in %(first)s; we were by %(now)d in %(last)s.")
            if found.now > 0
            else _("Neither was ahead in %(first)s; they were by %(now)d in %(last)s.")
        )
        return said % values
    then = (
        ngettext(
            "We were ahead by %(before)d point in %(first)s",
            "We were ahead by %(before)d points in %(first)s",
            abs(found.before),
        )
        if found.before > 0
        else ngettext(
            "They were ahead by %(before)d point in %(first)s",
            "They were ahead by %(before)d points in %(first)s",
            abs(found.before),
        )
    )
    if not found.now:
        said = _("%(then)s, neither in %(last)s.")
    elif found.now * found.before > 0:
        said = _("%(then)s and by %(now)d in %(last)s.")
    else:
        ours, theirs = _("%(then)s, we by %(now)d in %(last)s."), _("%(then)s, they by %(now)d in %(last)s.")
        said = ours if found.now > 0 else theirs
    return said % (values | {"then": then % values})


# Stages --------------------------------------------------------------------------------------------------------------


def stages_title(up: int, down: int) -> Said:
    """*Three moved up a stage and one down in 90 days.* Named: up, down."""
    if up and down:
        said = _("%(up)s moved up a stage and %(down)s down in 90 days")
    elif up:
        said = _("%(up)s moved up a stage in 90 days")
    elif down:
        said = _("%(down)s moved down a stage in 90 days")
    else:
        said = _("No relationship moved up or down a stage in 90 days")
    return Said(said, {"up": _begun(number(up)), "down": number(down) if up else _begun(number(down))})


def months(count: int) -> str:
    """*less than a month*, *14 months*, *3 years*."""
    if not count:
        return _("less than a month")
    if count < 2 * MONTHS_OF_A_YEAR:
        return ngettext("%(n)d month", "%(n)d months", count) % {"n": count}
    return _("%(n)d years") % {"n": round(count / MONTHS_OF_A_YEAR)}


# Answers and problems ------------------------------------------------------------------------------------------------


def answers_title(half: int | None, waiting: int) -> str:
    if half is None:
        if not waiting:
            return _("No feedback of theirs was answered in a year")
        return ngettext(
            "No feedback of theirs was answered in a year; %(n)s waits",
            "No feedback of theirs was answered in a year; %(n)s wait",
            waiting,
        ) % {"n": number(waiting)}
    return _("Half of their feedback is answered %(within)s") % {"within": within(half)}


def within(count: int) -> str:
    if count == 1:
        return _("within a day")
    return _("the same day") if not count else _("within %(days)s") % {"days": dates.days(count)}


# Satisfied and loyal -------------------------------------------------------------------------------------------------


def loyalty_title(counts: Mapping[Quadrant, int]) -> str:
    satisfied = counts.get(Quadrant.APOSTLE, 0) + counts.get(Quadrant.MERCENARY, 0)
    leaving = counts.get(Quadrant.MERCENARY, 0)
    if not sum(counts.values()):
        return _("Nobody knows yet who is satisfied")
    if not satisfied:
        return _("None of theirs says that they are satisfied")
    if not leaving:
        return _("Whoever is satisfied behaves so")
    if leaving == satisfied:
        return ngettext(
            "The only one that is satisfied may leave all the same",
            "All %(n)s that are satisfied may leave all the same",
            satisfied,
        ) % {"n": number(satisfied)}
    return _("%(leaving)s of %(n)s that are satisfied may leave all the same") % {
        "leaving": _begun(number(leaving)),
        "n": number(satisfied),
    }


# Renewals ------------------------------------------------------------------------------------------------------------


def renewals_title(count: int) -> Said:
    """Named: count."""
    if not count:
        return Said(_("Nothing renews within 90 days"), {})
    said = ngettext("%(count)s renews within 90 days", "%(count)s renew within 90 days", count)
    return Said(said, {"count": _begun(number(count))})


def overdue_title(count: int) -> Said:
    """*Six are overdue, by how long*. Named: count."""
    if not count:
        return Said(_("None is overdue"), {})
    return Said(_("%(count)s overdue, by how long"), {"count": _begun(number(count))})


def asks_title(unadvanced: int) -> str:
    if not unadvanced:
        return _("None is long in its stage without anybody trying to advance it")
    return ngettext(
        "%(n)s relationship that nobody tries to advance",
        "%(n)s relationships that nobody tries to advance",
        unadvanced,
    ) % {"n": _begun(number(unadvanced))}
