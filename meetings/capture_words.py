"""Reading calendars in words: why one was not read, why an entry was left out, whom somebody met."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.calendar_lines import Unreadable
from meetings.calendar_times import Why
from web import dates
from web.fetching import SAID, Reason

# Codes of our own beside those of fetching and reading.
SEALED, FAILED = "sealed", "failed"

UNREADABLE = {
    Unreadable.EMPTY.value: gettext_lazy("Nothing lies at this address."),
    Unreadable.A_PAGE.value: gettext_lazy(
        "That is a web page and no calendar. Take the secret address in iCal format, which mostly ends in .ics."
    ),
    Unreadable.NO_CALENDAR.value: gettext_lazy("What lies there is no calendar in iCal format."),
    SEALED: gettext_lazy(
        "The address can no longer be read here, because the key of this site changed. Give it again."
    ),
    FAILED: gettext_lazy("Something failed here while reading it. It has been recorded and is tried again."),
}
LEFT_OUT = {
    Why.UNFINISHED.value: gettext_lazy("breaks off in the middle"),
    Why.NOT_UNDERSTOOD.value: gettext_lazy("has a line that is not of a calendar"),
    Why.NO_START.value: gettext_lazy("has no beginning"),
    Why.BAD_TIME.value: gettext_lazy("has a time that does not exist"),
    Why.UNKNOWN_ZONE.value: gettext_lazy("is told in a time zone that nobody knows"),
    Why.BAD_RULE.value: gettext_lazy("repeats by a rule that is none"),
    Why.TOO_OFTEN.value: gettext_lazy("repeats more often than once a day"),
    Why.TOO_MUCH.value: gettext_lazy("would take too long to work out"),
}


def said(code: str, *, before: bool = True) -> str:
    """Why a calendar was not read, from the code that is kept; ``before``: something lay there once."""
    if code == Reason.GONE.value and not before:
        return str(UNREADABLE[Unreadable.EMPTY.value])
    if code in UNREADABLE:
        return str(UNREADABLE[code])
    return str(SAID[Reason(code)]) if code in set(Reason) else str(UNREADABLE[FAILED])


def left_out(why: str) -> str:
    return str(LEFT_OUT.get(why, LEFT_OUT[Why.NOT_UNDERSTOOD.value]))


def names(people: Sequence[str]) -> str:
    """*Ingrid*, *Ingrid and Omar*, *Ingrid, Omar and 3 others*."""
    if len(people) <= 1:
        return "".join(people)
    if len(people) == 2:
        return _("%(first)s and %(second)s") % {"first": people[0], "second": people[1]}
    if len(people) == 3:
        return _("%(first)s, %(second)s and %(third)s") % dict(zip(("first", "second", "third"), people, strict=True))
    return _("%(first)s, %(second)s and %(count)d others") % {
        "first": people[0],
        "second": people[1],
        "count": len(people) - 2,
    }


def met(people: Sequence[str], day: date, today: date, *, over: bool) -> str:
    """*You met Ingrid last Tuesday*, *You meet Ingrid on Thursday*."""
    form = _("You met %(people)s %(day)s") if over else _("You meet %(people)s %(day)s")
    return form % {"people": names(people), "day": dates.on(day, today)}
