"""The sentences of Insights: headings that say what the figures show, and the figures in words under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboards.findings import Compared, Course, Gap, Judged, Kept, Pace, Promised, Way, Words, percent
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


def lede(in_touch: int, going: int, overdue: int, before: int | None) -> str:
    """*29 of 46 relationships are in touch. Six are overdue, two more than last Monday.*"""
    if not going:
        return _("No relationship is going on.")
    said = ngettext(
        "%(touch)d of %(going)d relationship is in touch.",
        "%(touch)d of %(going)d relationships are in touch.",
        going,
    ) % {"touch": in_touch, "going": going}
    if not overdue:
        late = _("None is overdue")
    else:
        late = ngettext("%(n)s is overdue", "%(n)s are overdue", overdue) % {"n": _begun(number(overdue))}
    return f"{said} {late}{_than_before(overdue, before)}"


def _than_before(now: int, before: int | None) -> str:
    if before is None:
        return "."
    if now == before:
        return _(", as many as last Monday.")
    if now > before:
        return _(", %(n)s more than last Monday.") % {"n": number(now - before)}
    return _(", %(n)s fewer than last Monday.") % {"n": number(before - now)}


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
            return _("Contact is steady")
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
            return ngettext(
                "%(n)s overdue all the time, for %(span)s.", "%(n)s overdue all the time, for %(span)s.", found.now
            ) % {
                "n": _begun(number(found.now)),
                "span": span,
            }
        case Way.STEADY:
            said = _("Between %(few)s and %(many)s were overdue in %(span)s.")
            return said % {"few": number(found.before), "many": number(found.now), "span": span}
    rose = found.way is Way.SLIPPED
    said = (
        _("Overdue rose from %(before)s to %(now)s in %(span)s%(others)s")
        if rose
        else _("Overdue fell from %(before)s to %(now)s in %(span)s%(others)s")
    )
    return said % {
        "before": number(found.before),
        "now": number(found.now),
        "span": span,
        "others": _others(found.going_before, found.going),
    }


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


def pace_title(found: Pace, needed: float, happening: float) -> str:
    match found:
        case Pace.SHORT:
            missing = percent(needed - happening, needed)
            return _("%(percent)d of 100 check-ins that the rhythms ask for do not happen") % {"percent": missing}
        case Pace.ENOUGH:
            return _("The check-ins that the rhythms ask for happen")
        case _:
            return _("No rhythm asks for check-ins")


def pace_sentence(found: Pace, needed: float, happening: float) -> str:
    if found is Pace.UNKNOWN:
        return _("Agree with your partners how often you are in touch.")
    return _("A working day needs %(needed).1f; %(happening).1f happen, over the last four weeks.") % {
        "needed": needed,
        "happening": happening,
    }


# Flags ---------------------------------------------------------------------------------------------------------------


def flags_title(new: int, cleared: int, standing: int) -> str:
    if new:
        return ngettext("%(n)s new flag this week", "%(n)s new flags this week", new) % {"n": _begun(number(new))}
    return _("No new flag this week") if standing or cleared else _("No flag is raised")


def flags_sentence(new: int, cleared: int, standing: int) -> str:
    if not standing and not cleared:
        return _("Nothing looks wrong; flags are raised by themselves.")
    stand = (
        ngettext("%(n)s stands", "%(n)s stand", standing) % {"n": _begun(number(standing))}
        if standing
        else _("None stands")
    )
    if not cleared:
        return f"{stand}."
    gone = ngettext("%(n)s was cleared this week", "%(n)s were cleared this week", cleared) % {"n": number(cleared)}
    return f"{stand}; {gone}."


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
            return _("Partners stand no higher than customers")
    return _("How they stand, stage by stage") if judged else _("No standing can be judged yet")


def standing_sentence(middles: Mapping[str, Judged], names: Mapping[str, str], dots: bool) -> str:
    """*Each dot is one relationship, its line the uncertainty. Median: customers 62, partners 72.*"""
    told = [
        f"{names[stage]} {round(one.middle)}" for stage, one in middles.items() if one.middle is not None and one.count
    ]
    if not told:
        return _("A standing is shown once enough is known: talks, promises, feedback.")
    drawn = (
        _("Each dot is one relationship, its line the uncertainty.")
        if dots
        else _("How many stand in each ten of points.")
    )
    return f"{drawn} {_('Median')}: {', '.join(told)}."


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


def promises_sentence(found: Promised) -> str:
    ours, theirs = _kept(found.ours), _kept(found.theirs)
    said = _("In time: ours %(ours)s, theirs %(theirs)s.") % {"ours": ours, "theirs": theirs}
    return f"{said} {_gap(found)}" if found.gap is not Gap.UNKNOWN else said


def _kept(kept: Kept) -> str:
    if kept.percent is None:
        return _("none yet")
    return _("%(percent)d %% of %(total)d") % {"percent": kept.percent, "total": kept.total}


def _gap(found: Promised) -> str:
    values = {"before": found.before, "now": found.now}
    match found.gap:
        case Gap.NARROWED:
            return _("The gap has narrowed from %(before)d points to %(now)d.") % values
        case Gap.WIDENED:
            return _("The gap has widened from %(before)d points to %(now)d.") % values
    return (
        ngettext("The gap is %(now)d point, much as it was.", "The gap is %(now)d points, much as it was.", found.now)
        % values
    )


# Stages --------------------------------------------------------------------------------------------------------------


def stages_title(up: int, down: int) -> str:
    risen = ngettext("%(n)s moved up", "%(n)s moved up", up) % {"n": number(up)}
    fallen = ngettext("%(n)s moved down", "%(n)s moved down", down) % {"n": number(down)}
    if up and down:
        return _("%(up)s and %(down)s in 90 days") % {"up": _begun(risen), "down": fallen}
    if up or down:
        return _("%(moved)s in 90 days") % {"moved": _begun(risen if up else fallen)}
    return _("Nobody moved up or down in 90 days")


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
        return (
            ngettext(
                "%(n)s of their feedback waits, none was answered",
                "%(n)s of their feedback wait, none was answered",
                waiting,
            )
            % {"n": _begun(number(waiting))}
            if waiting
            else _("No feedback of theirs was answered in a year")
        )
    return _("Half of their feedback is answered %(within)s") % {"within": within(half)}


def within(count: int) -> str:
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
    return ngettext(
        "%(leaving)s of %(n)s that is satisfied may leave all the same",
        "%(leaving)s of %(n)s that are satisfied may leave all the same",
        satisfied,
    ) % {"leaving": _begun(number(leaving)), "n": number(satisfied)}


# Renewals ------------------------------------------------------------------------------------------------------------


def renewals_title(count: int) -> str:
    if not count:
        return _("Nothing renews within 90 days")
    return ngettext("%(n)s renews within 90 days", "%(n)s renew within 90 days", count) % {"n": _begun(number(count))}


def overdue_title(count: int) -> str:
    return ngettext("%(n)s overdue, by how long", "%(n)s overdue, by how long", count) % {"n": _begun(number(count))}


def asks_title(unadvanced: int) -> str:
    if not unadvanced:
        return _("Somebody tries to advance each of them")
    return ngettext(
        "Nobody tries to advance %(n)s relationship", "Nobody tries to advance %(n)s relationships", unadvanced
    ) % {"n": number(unadvanced)}
