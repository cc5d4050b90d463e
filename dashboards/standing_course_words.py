"""The course of a standing in words: what moved most, each week, and what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relationships import flag_words, health_words, stage_words, words
from relationships.evidence import Component
from relationships.weekly import Happening, Moved, Point, What
from web import dates

LONGEST = 60


def of_most(earned: int, most: float) -> str:
    return _("%(earned)d of %(most)d") % {"earned": earned, "most": most}


def title(moved: Moved | None, weeks: int) -> str:
    """*Trust lost most in 13 weeks: 22 points before, 16 now*."""
    told = {"weeks": ngettext("%(count)d week", "%(count)d weeks", weeks) % {"count": weeks}}
    if moved is None:
        return _("No part of it moved much in %(weeks)s") % told
    told |= {"part": health_words.NAMES[moved.component], "before": moved.before, "after": moved.after}  # type: ignore[dict-item]
    said = (
        _("%(part)s gained most in %(weeks)s: %(before)d points before, %(after)d now")
        if moved.by > 0
        else _("%(part)s lost most in %(weeks)s: %(before)d points before, %(after)d now")
    )
    return said % told


def sentence(found: Sequence[Point], moved: Moved | None, happened: int, drawn: int, today: date) -> str:
    """*In all 61 points on 3 March and 52 now. As shown then; before 4 May as known today. …*"""
    said = [_in_all(found[0], found[-1], today), _kept(found, today)]
    if happened > drawn:
        count = {"drawn": drawn, "all": happened}
        said.append(
            _(
                "Marked are %(drawn)d of %(all)d things that happened, by name where there is room; "
                "the table tells all %(all)d."
            )
            % count
        )
    elif happened:
        form = ngettext(
            "What happened is marked, and told in the table.",
            "The %(count)d things that happened are marked, by name where there is room; the table tells all of them.",
            happened,
        )
        said.append(form % {"count": happened})
    return " ".join(one for one in said if one)


def _in_all(first: Point, last: Point, today: date) -> str:
    """Of a day on which too little was known there is no sum: that would be the score which is not shown."""
    told = {"day": dates.plain(first.day, today), "before": first.score, "after": last.score}
    if last.score is None:
        return _("Too little is known to add them up.")
    if first.score is None:
        return _("In all %(after)d points now; on %(day)s too little was known to add them up.") % told
    return _("In all %(before)d points on %(day)s, %(after)d now.") % told


def _kept(found: Sequence[Point], today: date) -> str:
    reckoned = [one for one in found[:-1] if not one.shown]
    if not reckoned:
        return _("Each week as it was shown then.")
    shown = [one for one in found[:-1] if one.shown]
    if not shown:
        return _("Each week by what is known of it today.")
    if reckoned[-1].day < shown[0].day:
        return _(
            "Each week as it was shown then; before %(day)s, of which nothing was kept, by what is known today."
        ) % {"day": dates.plain(shown[0].day, today)}
    return _("Each week as it was shown then; where nothing was kept, by what is known today.")


def stop(point: Point, names: Mapping[Component, str], today: date) -> str:
    """*Week of 3 August: cadence 7 of 20, access 16 of 20, …; 71 in all.*"""
    parts = ", ".join(f"{name.lower()} {of_most(point.full(one), point.most[one])}" for one, name in names.items())
    if point.score is not None:
        parts = _("%(parts)s; %(all)d in all") % {"parts": parts, "all": point.score}
    told = {"day": dates.plain(point.day, today), "parts": parts}
    return (_("Now: %(parts)s.") if point.day == today else _("Week of %(day)s: %(parts)s.")) % told


def read_out(one: Happening, today: date) -> str:
    return f"{dates.plain(one.day, today)}: {one.said}"


def happening(day: date, what: What, row: Any) -> Happening:
    name, said = _said(what, row)
    return Happening(day, what, name, said)


def _said(what: What, row: Any) -> tuple[str, str]:
    """Its short name, and what is read out."""
    match what:
        case What.WEIGHTS:
            return _("Weights"), _("other weights, version %(version)d") % {"version": row.version}
        case What.STAGE:
            told = {"former": stage_words.name(row.from_stage), "stage": stage_words.name(row.to_stage)}
            return capfirst(told["stage"]), _("from %(former)s to %(stage)s") % told
        case What.HANDED_OVER:
            told = {"former": str(row.former or _("somebody")), "next": str(row.next or _("somebody"))}
            return _("Handed over"), _("handed over from %(former)s to %(next)s") % told
        case What.PAUSED:
            return _("Paused"), _("paused: %(why)s") % {"why": words.clipped(row.why, LONGEST)}
        case What.ENDED:
            return _("Ended"), _("ended: %(why)s") % {"why": words.clipped(row.why, LONGEST)}
        case What.TAKEN_UP:
            return _("Taken up"), _("taken up again")
        case What.FLAG_CAME:
            return flag_words.name(row), _("%(flag)s, a flag") % {"flag": flag_words.name(row).lower()}
        case What.FLAG_WENT:
            return _("Flag off"), _("no longer %(flag)s") % {"flag": flag_words.name(row).lower()}
        case What.PROBLEM:
            return _("Problem"), _("problem: %(what)s") % {"what": words.clipped(row.what, LONGEST)}
        case What.SOLVED:
            return _("Solved"), _("solved: %(what)s") % {"what": words.clipped(row.what, LONGEST)}
    told = {"what": words.clipped(row.what, LONGEST)}
    ours = row.side == "ours"
    match what:
        case What.BROKEN:
            return _("Missed"), (_("we missed: %(what)s") if ours else _("they missed: %(what)s")) % told
        case What.KEPT_LATE:
            return _("Kept late"), (_("we kept late: %(what)s") if ours else _("they kept late: %(what)s")) % told
        case _:
            return _("Kept"), (_("we kept: %(what)s") if ours else _("they kept: %(what)s")) % told
