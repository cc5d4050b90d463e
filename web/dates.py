"""Days as people say them."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from web.quarters import Quarter, Quarters


def full(day: date) -> str:
    """For titles and where the year matters: *Monday 7 December 2026*."""
    return date_format(day, "l j F Y")


def plain(day: date, today: date) -> str:
    """*13 October*, *13 October 2024* in another year than today's."""
    return date_format(day, "j F" if day.year == today.year else "j F Y")


def weekday(day: date, today: date) -> str:
    """*Friday 4 December*, *Friday 1 January 2027* in another year than today's."""
    return f"{date_format(day, 'l')} {plain(day, today)}"


def said(day: date, today: date) -> str:
    """*today*, *yesterday*, *tomorrow*, *Friday* in six days or less, *13 October*, *13 October 2024* in another year.

    A weekday by itself is one to come; one that is over is *last Friday*, so that none can be taken for the other.
    """
    apart = (day - today).days
    match apart:
        case 0:
            return _("today")
        case -1:
            return _("yesterday")
        case 1:
            return _("tomorrow")
    if abs(apart) <= 6:
        named = date_format(day, "l")
        return named if apart > 0 else _("last %(weekday)s") % {"weekday": named}
    return plain(day, today)


def on(day: date, today: date) -> str:
    """*today*, *yesterday*, *tomorrow*, *on Friday*, *last Friday*, *on 13 October*."""
    word = said(day, today)
    return word if -6 <= (day - today).days <= 1 else _("on %(day)s") % {"day": word}


def by(day: date, today: date) -> str:
    """*by today*, *by Friday*, *by 6 December*."""
    return _("by %(day)s") % {"day": said(day, today)}


def days(count: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


def ago(day: date, today: date) -> str:
    """*today*, *yesterday*, *12 days ago*, and on a weekday of the last six days *last Friday*."""
    count = (today - day).days
    if count <= 1:
        return said(day, today)
    return on(day, today) if count <= 6 else _("%(days)s ago") % {"days": days(count)}


def quarter(one: Quarter | Quarters) -> str:
    """*July to September 2026*, *October 2025 to September 2026*."""
    years = "F" if one.first.year == one.last.year else "F Y"
    told = {"first": date_format(one.first, years), "last": date_format(one.last, "F Y")}
    return _("%(first)s to %(last)s") % told


def week_day(day: date) -> str:
    """*Mon 23*."""
    return date_format(day, "D j")
