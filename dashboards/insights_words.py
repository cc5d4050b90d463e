"""The sentences of Insights: headings that say what the figures show, and the figures in words under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.formats import date_format
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboards.findings import Compared, Course, Judged, Pace, Promised, Series, Unit, Way, Words, unit
from dashboards.insights_links import Said
from relationships import health
from relationships.two_views import Quadrant
from web import dates

# A slip that is younger is told in weeks, an older one by its month.
YOUNG_WEEKS = 3
MONTHS_OF_A_YEAR = 12


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
    if going == 1:
        return _of_one(in_touch, overdue, before)
    said = _("%(touch)s of %(going)s relationships are in touch")
    late = ngettext("%(overdue)s is overdue", "%(overdue)s are overdue", overdue) if overdue else _("None is overdue")
    figures = {"touch": str(in_touch), "going": str(going), "overdue": _begun(number(overdue))}
    if before is None:
        return Said(f"{said}. {late}.", figures)
    said += _touch_than_before(in_touch, before[0])
    return Said(f"{said} {late}{_late_than_before(overdue, before[1])}", figures)


def _of_one(in_touch: int, overdue: int, before: tuple[int, int] | None) -> Said:
    """*The only relationship is in touch.* That of last Monday may have been another, or several."""
    said = _("The only %(going)s is in touch") if in_touch else _("The only %(going)s is not in touch")
    late = _("It is %(overdue)s") if overdue else _("It is not overdue")
    figures = {"going": _("relationship"), "overdue": _("overdue")}
    if before is None:
        return Said(f"{said}. {late}.", figures)
    then = _("; last Monday: %(touch)d in touch, %(late)d overdue.") % {"touch": before[0], "late": before[1]}
    if before == (in_touch, overdue):
        then = _(", as last Monday.")
    return Said(f"{said}. {late}{then}", figures)


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
    if found.way is Way.UNKNOWN:
        return _("Contact, week by week")
    if found.way is Way.STEADY:
        return _("Contact is about as it was")
    if found.way is Way.RESTLESS:
        return _("Contact goes up and down")
    young = found.weeks <= YOUNG_WEEKS
    rose, touch = found.way is Way.ROSE, found.change(Series.IN_TOUCH)
    if found.what is Series.OVERDUE and rose and touch <= 0:
        if young:
            return _("Contact has slipped of late")
        return _("Contact slipped from %(month)s on and has not come back") % {"month": _month(found)}
    if found.what is Series.OVERDUE and not rose and touch >= 0:
        return (
            _("Contact has come back of late")
            if young
            else _("Contact has come back since %(month)s") % {"month": _month(found)}
        )
    said = {
        Series.OVERDUE: (_("More are overdue"), _("Fewer are overdue")),
        Series.IN_TOUCH: (_("More are in touch"), _("Fewer are in touch")),
        Series.DUE: (_("More are due"), _("Fewer are due")),
        Series.BOOKED: (_("More have a check-in booked"), _("Fewer have a check-in booked")),
    }[found.what][not rose]
    if young:
        return _("%(moved)s of late") % {"moved": said}
    return _("%(moved)s since %(month)s") % {"moved": said, "month": _month(found)}


def _month(found: Course) -> str:
    assert found.begin is not None
    return date_format(found.begin.day, "F" if found.weeks < 45 else "F Y")


def course_sentence(found: Course) -> str:
    if found.begin is None or found.end is None:
        return _("One count is no course; the next is kept on Monday.")
    span = ngettext("one week", "%(n)s weeks", found.weeks) % {"n": number(found.weeks)}
    if found.way in (Way.STEADY, Way.RESTLESS):
        return f"{_overdue_between(found, span)} {_in_touch_between(found)}"
    rose = found.way is Way.ROSE
    said = {
        Series.OVERDUE: (_("Overdue rose from {figures}"), _("Overdue fell from {figures}")),
        Series.IN_TOUCH: (_("In touch rose from {figures}"), _("In touch fell from {figures}")),
        Series.DUE: (_("Due rose from {figures}"), _("Due fell from {figures}")),
        Series.BOOKED: (_("Booked rose from {figures}"), _("Booked fell from {figures}")),
    }[found.what][not rose]
    told = said.format(figures=_("%(before)s to %(now)s in %(span)s%(others)s")) % {
        "before": number(found.before),
        "now": number(found.now),
        "span": span,
        "others": _others(found.begin.going, found.end.going),
    }
    return f"{told}{_overdue_meanwhile(found)}{_usual(found)}"


def _overdue_between(found: Course, span: str) -> str:
    few, many = found.least[Series.OVERDUE], found.most[Series.OVERDUE]
    if few == many:
        said = ngettext("%(n)s was overdue throughout %(span)s.", "%(n)s were overdue throughout %(span)s.", many)
        return (said if many else _("None was overdue in %(span)s.")) % {"n": _begun(number(many)), "span": span}
    said = (
        _("Between %(few)s and %(many)s were overdue in %(span)s.")
        if few
        else _("Never more than %(many)s overdue in %(span)s.")
    )
    return said % {"few": number(few), "many": number(many), "span": span}


def _in_touch_between(found: Course) -> str:
    few, many = found.least[Series.IN_TOUCH], found.most[Series.IN_TOUCH]
    if few == many:
        return _("In touch: %(n)s throughout.") % {"n": number(many)}
    return _("In touch: between %(few)s and %(many)s.") % {"few": number(few), "many": number(many)}


def _overdue_meanwhile(found: Course) -> str:
    """What became of the overdue, where something else moved more."""
    if found.what is Series.OVERDUE or found.begin is None or found.end is None:
        return ""
    before, now = found.begin.overdue, found.end.overdue
    if before == now:
        return (
            _(" As many are overdue as then: %(n)s.") % {"n": number(now)} if now else _(" None is overdue, as then.")
        )
    said = (
        _(" Overdue rose from %(before)s to %(now)s meanwhile.")
        if now > before
        else _(" Overdue fell from %(before)s to %(now)s meanwhile.")
    )
    return said % {"before": number(before), "now": number(now)}


def _usual(found: Course) -> str:
    """What to hold it against, where more weeks are shown than it took."""
    usual = found.usual
    if usual is None or usual.of < 2 * found.weeks:
        return ""
    figures = {"weeks": usual.weeks, "all": usual.of, "n": number(usual.count), "what": _named(found.what)}
    if found.way is Way.FELL:
        return _(" In %(weeks)d of the %(all)d weeks before, %(n)s or more were %(what)s.") % figures
    if not usual.count:
        return _(" In %(weeks)d of the %(all)d weeks before, none was %(what)s.") % figures
    return _(" In %(weeks)d of the %(all)d weeks before, %(n)s or fewer were %(what)s.") % figures


def _named(what: Series) -> str:
    return {
        Series.OVERDUE: _("overdue"), Series.IN_TOUCH: _("in touch"), Series.DUE: _("due"), Series.BOOKED: _("booked"),
    }[what]  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class Rate:
    """Check-ins that are needed and that happened a working day; told over as long as it takes to need one."""

    needed: float
    happening: float

    @property
    def unit(self) -> Unit:
        return unit(self.needed)

    def over(self, unit: Unit) -> tuple[float, float]:
        return self.needed * unit, self.happening * unit


def check_ins(count: float) -> str:
    """*3.2*, *none*."""
    return f"{count:.1f}" if count else _("none")


def per(unit: Unit) -> str:
    return {Unit.DAY: _("a working day"), Unit.WEEK: _("a week"), Unit.FOUR_WEEKS: _("in four weeks")}[unit]


def pace_heads(unit: Unit) -> tuple[str, str]:
    return {
        Unit.DAY: (_("Needed a day"), _("Happened a day")),
        Unit.WEEK: (_("Needed a week"), _("Happened a week")),
        Unit.FOUR_WEEKS: (_("Needed in four weeks"), _("Happened in four weeks")),
    }[unit]


def pace_stop(day: date, today: date, needed: float, happening: float) -> str:
    """*Week of 16 November: 3.7 needed, 3.0 happened.*"""
    told = _("%(needed).1f needed, %(happening).1f happened") % {"needed": needed, "happening": happening}
    if day == today:
        return _("Now: %(told)s.") % {"told": told}
    return _("Week of %(day)s: %(told)s.") % {"day": dates.plain(day, today), "told": told}


def pace_title(found: Pace, asked: int, met: int) -> str:
    if found is Pace.UNKNOWN:
        return _("No rhythm asks for check-ins")
    if found is Pace.YOUNG:
        return _("Check-ins needed, and happening")
    figures = {"asked": asked, "missing": asked - met, "met": met}
    if met == asked:
        return _("All check-ins that the rhythms asked for happened")
    if not met:
        return (
            ngettext(
                "The one check-in that the rhythms asked for did not happen",
                "None of the %(asked)d check-ins that the rhythms asked for happened",
                asked,
            )
            % figures
        )
    if found is Pace.ENOUGH:
        return _("%(met)d of %(asked)d check-ins that the rhythms asked for happened") % figures
    return _("%(missing)d of %(asked)d check-ins that the rhythms asked for did not happen") % figures


def pace_sentence(found: Pace, rate: Rate, short: int) -> Said:
    """Named: needed, happening, and where some fell short: short."""
    if found is Pace.UNKNOWN:
        return Said(_("Agree with your partners how often you are in touch."), {})
    needed, happening = rate.over(rate.unit)
    said = {
        Unit.DAY: _("A working day needs %(needed)s; over the last four weeks %(happening)s happened."),
        Unit.WEEK: _("A week needs %(needed)s; over the last four weeks %(happening)s happened."),
        Unit.FOUR_WEEKS: _("Four weeks need %(needed)s; in the last four %(happening)s happened."),
    }[rate.unit]
    told = Said(said, {"needed": check_ins(needed), "happening": check_ins(happening)})
    if not short:
        return told
    fewer = ngettext(
        "With %(short)s relationship fewer happened than its rhythm asked for.",
        "With %(short)s relationships fewer happened than their rhythms asked for.",
        short,
    )
    return told + Said(fewer, {"short": number(short)})


def book_pace(rate: Rate) -> str:
    """Of whichever relationships are listed; nothing where no rhythm asks for anything."""
    if not rate.needed:
        return ""
    needed, happening = rate.over(rate.unit)
    said = {
        Unit.DAY: _("The rhythms ask for %(needed)s check-ins a working day; over four weeks %(happening)s happened."),
        Unit.WEEK: _("The rhythms ask for %(needed)s check-ins a week; over four weeks %(happening)s happened."),
        Unit.FOUR_WEEKS: _("The rhythms ask for %(needed)s check-ins in four weeks; of late %(happening)s happened."),
    }[rate.unit]
    return said % {"needed": check_ins(needed), "happening": check_ins(happening)}


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


def promises_sentence(found: Promised, since: str) -> Said:
    """*In time, of what has ended since Q4 2025: ours 84 % of 146, theirs 78 % of 90.* And who was ahead.

    Named, where some ended: ours, theirs.
    """
    ours = _("ours none yet") if found.ours.percent is None else _("ours %(ours_percent)s %% of %(ours)s")
    theirs = _("theirs none yet") if found.theirs.percent is None else _("theirs %(theirs_percent)s %% of %(theirs)s")
    figures = {
        "ours": str(found.ours.total), "ours_percent": str(found.ours.percent),
        "theirs": str(found.theirs.total), "theirs_percent": str(found.theirs.percent),
    }  # fmt: skip
    told = _("In time, of what came due since {quarter}: {ours}, {theirs}.")
    said = Said(told.format(quarter=quarter_name(since), ours=ours, theirs=theirs), figures)
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
