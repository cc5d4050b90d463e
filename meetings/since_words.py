"""What happened between two meetings, in words."""

from __future__ import annotations

from datetime import date

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.since import Base, Fates, Start, Told, What
from relationships.notes import Side
from web import dates


def heading(kind: str, base: Base) -> str:
    """*Since the last review*."""
    return _("Since the last talk") if base is Base.TALK else _("Since the last %(kind)s") % {"kind": kind}


def counts_from(begin: Start, today: date) -> str:
    """*after 25 August*; empty where there is no day."""
    return _("after %(day)s") % {"day": dates.said(begin.day, today)} if begin.day is not None else ""


def opening(kind: str, begin: Start, decided: int, made: Fates, today: date) -> str:
    """*On 25 August you decided three things. Of the four promises made there, two are kept and two open.*"""
    if begin.day is None:
        return _("Nobody has talked with them yet, so there is no day to count from.")
    day = dates.on(begin.day, today)
    if begin.base is Base.TALK:
        said = _("There was no %(kind)s with them yet: this counts from the last talk, %(day)s.")
        return said % {"kind": kind, "day": day}
    parts = [_decided(day, decided)]
    if made.made:
        parts.append(_became(made))
    return " ".join(parts)


def _decided(day: str, decided: int) -> str:
    if not decided:
        return capfirst(_("%(day)s nothing was decided.") % {"day": day})
    said = ngettext("%(day)s you decided one thing.", "%(day)s you decided %(count)s things.", decided)
    return capfirst(said % {"day": day, "count": apnumber(decided)})


def _became(made: Fates) -> str:
    """*Of the four promises made there, two are kept and two open*; *The promise made there is kept*."""
    fates = [(made.kept, _("kept")), (made.broken, _("broken")), (made.open, _("open"))]
    there = [(count, word) for count, word in fates if count]
    if made.made == 1:
        return _("The promise made there is %(state)s.") % {"state": there[0][1]}
    if made.made == 2 and len(there) == 1:
        return _("Both promises made there are %(state)s.") % {"state": there[0][1]}
    if len(there) == 1:
        said = _("All %(count)s promises made there are %(state)s.")
        return said % {"count": apnumber(made.made), "state": there[0][1]}
    each = [_("%(count)s %(state)s") % {"count": apnumber(count), "state": word} for count, word in there]
    told = {"made": apnumber(made.made), "states": get_text_list(each, _("and"))}
    return _("Of the %(made)s promises made there: %(states)s.") % told


def times(count: int) -> str:
    """*once*, *twice*, *three times*."""
    if count == 1:
        return _("once")
    return _("twice") if count == 2 else _("%(count)s times") % {"count": apnumber(count)}


def line(one: Told, count: int) -> str:
    """*We kept two promises*."""
    what, side = one
    return capfirst(_line(what, side is Side.OURS, count) % {"count": apnumber(count), "times": times(count)})


def _line(what: What, ours: bool, count: int) -> str:
    match what:
        case What.KEPT if ours:
            return ngettext("We kept %(count)s promise", "We kept %(count)s promises", count)
        case What.KEPT:
            return ngettext("They kept %(count)s promise", "They kept %(count)s promises", count)
        case What.BROKEN if ours:
            return ngettext("We broke %(count)s promise", "We broke %(count)s promises", count)
        case What.BROKEN:
            return ngettext("They broke %(count)s promise", "They broke %(count)s promises", count)
        case What.GIVEN:
            return _("We gave feedback %(times)s") if ours else _("They gave feedback %(times)s")
        case What.ANSWERED:
            return _("We answered feedback %(times)s") if ours else _("They answered feedback %(times)s")
        case What.OPENED:
            return ngettext("%(count)s problem was opened", "%(count)s problems were opened", count)
        case What.SOLVED:
            return ngettext("%(count)s problem was solved", "%(count)s problems were solved", count)
        case What.DECIDED:
            return ngettext("%(count)s decision at other meetings", "%(count)s decisions at other meetings", count)
        case What.TALKED:
            return _("We talked %(times)s")


def more(count: int) -> str:
    """*and three older ones*."""
    return ngettext("and %(count)s older one", "and %(count)s older ones", count) % {"count": apnumber(count)}
