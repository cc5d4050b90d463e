"""How often a series meets, in words."""

from __future__ import annotations

from datetime import date

from django.contrib.humanize.templatetags.humanize import apnumber, ordinal
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.series import LAST, Every, Rule
from web import dates

WORKING_WEEK = (0, 1, 2, 3, 4)
NTH = {
    1: gettext_lazy("first"),
    2: gettext_lazy("second"),
    3: gettext_lazy("third"),
    4: gettext_lazy("fourth"),
    LAST: gettext_lazy("last"),
}

# As one chooses it before a day is named.
CHOICES = {
    "week": gettext_lazy("Every week"),
    "two_weeks": gettext_lazy("Every two weeks"),
    "three_weeks": gettext_lazy("Every three weeks"),
    "four_weeks": gettext_lazy("Every four weeks"),
    "month_weekday": gettext_lazy("Every month, on this weekday"),
    "month_day": gettext_lazy("Every month, on this date"),
    "quarter": gettext_lazy("Every three months, on this weekday"),
    "year": gettext_lazy("Every year"),
}


def say(rule: Rule, first: date, today: date) -> str:
    """*every second Tuesday, until 30 June*; ``first`` is the day on which the series begins."""
    return f"{how_often(rule, first)}{_end(rule, today)}"


def how_often(rule: Rule, first: date) -> str:
    """*every second Tuesday*, *on the first Monday of each month*, *every year on 7 December*."""
    match rule.every:
        case Every.WEEK:
            return _of_weeks(rule)
        case Every.MONTH:
            return _("on %(day)s of %(months)s") % {"day": _day_of_month(rule), "months": _months(rule)}
        case Every.YEAR:
            day = date_format(first, "j F")
            if rule.apart == 1:
                return _("every year on %(day)s") % {"day": day}
            return _("every %(count)s years on %(day)s") % {"count": apnumber(rule.apart), "day": day}


def _of_weeks(rule: Rule) -> str:
    named = get_text_list([str(WEEKDAYS[weekday]) for weekday in rule.weekdays], _("and"))
    working = rule.weekdays == WORKING_WEEK
    match rule.apart:
        case 1 if working:
            return _("every working day")
        case 1:
            return _("every %(weekdays)s") % {"weekdays": named}
        case 2 if len(rule.weekdays) == 1:
            return _("every %(nth)s %(weekday)s") % {"nth": NTH[rule.apart], "weekday": named}
    named = _("working days") if working else named
    return _("every %(count)s weeks on %(weekdays)s") % {"count": apnumber(rule.apart), "weekdays": named}


def _day_of_month(rule: Rule) -> str:
    if rule.nth:
        (weekday,) = rule.weekdays
        return _("the %(nth)s %(weekday)s") % {"nth": NTH[rule.nth], "weekday": WEEKDAYS[weekday]}
    return _("the last day") if rule.day == LAST else _("the %(day)s") % {"day": ordinal(rule.day)}


def _months(rule: Rule) -> str:
    """*each month*; some months have no 31st, and then there is none."""
    match rule.apart:
        case 1:
            said = _("each month")
        case 2 | 3 | 4:
            said = _("every %(nth)s month") % {"nth": NTH[rule.apart]}
        case apart:
            said = _("a month in %(count)s") % {"count": apnumber(apart)}
    return _("%(months)s that has one") % {"months": said} if rule.day > 28 else said


def _end(rule: Rule, today: date) -> str:
    if rule.until is not None:
        return _(", until %(day)s") % {"day": dates.plain(rule.until, today)}
    match rule.times:
        case None:
            return ""
        case 1:
            return _(", once")
        case 2:
            return _(", twice")
        case times:
            return _(", %(count)s times") % {"count": apnumber(times)}
