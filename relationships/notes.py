"""What the note of a log promises (pure): a line that begins with ``!`` is a promise of ours, ``!!`` one of theirs.

Behind the marks stands the day, then who promises if that is not plain (``@Lars``), then what::

    ! Fri send the table
    !! 12 Dec @Ingrid volumes for spring
    ! in 2 weeks ask the mill

Days are reckoned from the day of the talk. A weekday is the next one strictly after it, ``next Friday`` the one of
the week that begins on the Monday after it; a day without a year is the first that is not before it. The words are
English ones, whatever the language of the pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

DAY = timedelta(days=1)
FRIDAY = 4
# A day further off is a slip of the keyboard.
FURTHEST = timedelta(days=3660)

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
WEEKDAYS = {
    "monday": ("mon",),
    "tuesday": ("tue", "tues"),
    "wednesday": ("wed", "weds"),
    "thursday": ("thu", "thur", "thurs"),
    "friday": ("fri",),
    "saturday": ("sat",),
    "sunday": ("sun",),
}


class Side(StrEnum):
    OURS = "ours"
    THEIRS = "theirs"


class Trouble(StrEnum):
    """Why a line is not a promise yet."""

    EMPTY = "empty"
    NO_DAY = "no_day"
    NO_SUCH_DAY = "no_such_day"
    BEFORE = "before"
    TOO_FAR = "too_far"
    NOT_SAID_WHAT = "not_said_what"
    NOBODY = "nobody"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Promise:
    """``who`` is what stood behind the @, without it; lines count from 1."""

    side: Side
    due_on: date
    what: str
    who: str
    line: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that begins like a promise and is none; ``text`` is all that stood behind the marks."""

    line: int
    side: Side
    text: str
    trouble: Trouble
    who: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """``rest`` is the note without the lines of promises and problems."""

    promises: tuple[Promise, ...]
    problems: tuple[Problem, ...]
    rest: str


# More marks than two are a way of speaking.
_LINE = re.compile(r"(!!?)(?!!)(.*)", re.DOTALL)
_BREAK = re.compile(r"\r\n|\r|\n")
_WHO = re.compile(r"@([^\s,:;@]+)[\s,:;]*")


def read(note: str, talked_on: date) -> Reading:
    """The promises of a note, what of it was not understood, and the rest."""
    promises: list[Promise] = []
    problems: list[Problem] = []
    rest: list[str] = []
    for number, line in enumerate(_BREAK.split(note), start=1):
        found = _LINE.fullmatch(line.strip())
        if found is None:
            rest.append(line)
            continue
        one = _promise(number, Side.THEIRS if found[1] == "!!" else Side.OURS, found[2].strip(), talked_on)
        if isinstance(one, Promise):
            promises.append(one)
        else:
            problems.append(one)
    return Reading(tuple(promises), tuple(problems), "\n".join(rest))


def _promise(number: int, side: Side, text: str, talked_on: date) -> Promise | Problem:
    if not text:
        return Problem(number, side, text, Trouble.EMPTY)
    found = _day(text, talked_on)
    if isinstance(found, Trouble):
        return Problem(number, side, text, found)
    day, behind = found
    who = _WHO.match(behind)
    what = behind[who.end() :] if who else behind
    if not what:
        return Problem(number, side, text, Trouble.NOT_SAID_WHAT)
    return Promise(side, day, what, who[1] if who else "", number)


# The day -------------------------------------------------------------------------------------------------------------


def _any_of(words: Mapping[str, object]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_WEEKDAY = {name: at for at, (long, short) in enumerate(WEEKDAYS.items()) for name in (long, *short)}
_MONTH = {name: at for at, long in enumerate(MONTHS, start=1) for name in (long, long[:3])} | {"sept": 9}
_COUNT = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6}
_DAY_NUMBER = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
# Of this time: 12 Dec 1500 tonnes are no year.
_YEAR = r"20[2-9]\d"
_MONTH_NAME = rf"(?P<month>{_any_of(_MONTH)})\b\.?"


def _friday_of_the_week(day: date) -> date:
    return day + (FRIDAY - day.weekday()) * DAY


def _monday_after(day: date) -> date:
    return day + (7 - day.weekday()) * DAY


def _months_later(day: date, count: int) -> date:
    """The same day of the month, or the last where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return min(date(year, month + 1, 1) + (day.day - 1) * DAY, _last_of_month(date(year, month + 1, 1)))


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + 4 * DAY).replace(day=1) - DAY


def _tomorrow(found: re.Match[str], talked_on: date) -> date:
    return talked_on + (DAY if found["after"] is None else 2 * DAY)


def _weekday(found: re.Match[str], talked_on: date) -> date:
    wanted = _WEEKDAY[found["name"].lower()]
    if (found["which"] or "").lower() == "next":
        return _monday_after(talked_on) + wanted * DAY
    return talked_on + ((wanted - talked_on.weekday() - 1) % 7 + 1) * DAY


def _week_or_month(found: re.Match[str], talked_on: date) -> date:
    next_one = found["which"].lower() == "next"
    if found["unit"].lower() == "month":
        return _last_of_month(_months_later(talked_on.replace(day=1), 1) if next_one else talked_on)
    if next_one:
        return _friday_of_the_week(_monday_after(talked_on))
    return max(_friday_of_the_week(talked_on), talked_on)


def _in(found: re.Match[str], talked_on: date) -> date:
    count = _COUNT[found["count"].lower()] if found["count"].lower() in _COUNT else int(found["count"])
    unit = found["unit"].lower()
    if count > FURTHEST.days:
        raise OverflowError(count)
    if unit == "month":
        return _months_later(talked_on, count)
    return talked_on + count * (DAY if unit == "day" else 7 * DAY)


def _dated(found: re.Match[str], talked_on: date) -> date:
    """A day and a month; without a year the first that is not before the talk."""
    named = found["month"].lower()
    month = _MONTH[named] if named in _MONTH else int(named)
    day, year = int(found["day"]), (found["year"] or "").strip()
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    # 29 February may be up to eight years off.
    for ahead in range(9):
        try:
            meant = date(talked_on.year + ahead, month, day)
        except ValueError:
            continue
        if meant >= talked_on:
            return meant
    raise ValueError(found[0])


# The first that fits is taken; all of it stands at the beginning and ends where a word ends.
_FORMS: list[tuple[str, Callable[[re.Match[str], date], date]]] = [
    (r"today", lambda _, talked_on: talked_on),
    (r"(?P<after>(?:the )?day after )?tomorrow", _tomorrow),
    (rf"(?:(?P<which>next|this|coming) )?(?P<name>{_any_of(_WEEKDAY)})\b\.?", _weekday),
    (r"(?P<which>next|this|(?:the )?end of(?: the)?) (?P<unit>week|month)", _week_or_month),
    (rf"in (?P<count>{_any_of(_COUNT)}|\d{{1,6}}) (?P<unit>day|week|month)s?", _in),
    (r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", _dated),
    (rf"(?P<day>\d{{1,2}})\. ?(?P<month>\d{{1,2}})\.(?P<year> ?{_YEAR}|\d\d)?", _dated),
    (rf"(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})(?:/(?P<year>{_YEAR}|\d\d))?", _dated),
    # Without the last dot only where both have two digits: 2.5 tonnes are no day.
    (r"(?P<day>\d\d)\.(?P<month>\d\d)(?P<year>)", _dated),
    (rf"{_DAY_NUMBER}\.? (?:of )?{_MONTH_NAME}(?:,? (?P<year>{_YEAR}))?", _dated),
    (rf"{_MONTH_NAME} {_DAY_NUMBER}(?:,? (?P<year>{_YEAR}))?", _dated),
]
_LEAD = r"(?:(?:by|on|until) )?"
# Letters beyond ASCII end no word; elsewhere ASCII alone, so that what matches is a word of the tables above.
_END = r"(?u:(?![\w/-]))(?!\.\d)(?u:[\s,:;–—-]*)"


def _pattern(form: str) -> re.Pattern[str]:
    spaced = (_LEAD + form).replace(" ?", r"\s*").replace(" ", r"\s+")
    return re.compile(spaced + _END, re.IGNORECASE | re.ASCII)


_DAYS = [(_pattern(form), reckon) for form, reckon in _FORMS]


def _day(text: str, talked_on: date) -> tuple[date, str] | Trouble:
    """The day at the beginning of the text and what stands behind it."""
    for form, reckon in _DAYS:
        found = form.match(text)
        if found is None:
            continue
        try:
            day = reckon(found, talked_on)
        except OverflowError:
            return Trouble.TOO_FAR
        except ValueError:
            return Trouble.NO_SUCH_DAY
        if day < talked_on:
            return Trouble.BEFORE
        return Trouble.TOO_FAR if day - talked_on > FURTHEST else (day, text[found.end() :])
    return Trouble.NO_DAY


# Who -----------------------------------------------------------------------------------------------------------------


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()


def meant(promise: Promise, people: Mapping[int, str]) -> tuple[Promise, int | None] | Problem:
    """Who of these people, by number and name, stands behind the @; nobody where there is none.

    A whole name may be written out, ``@Ingrid Moe``; else the beginning of any part of a name will do.
    """
    if not promise.who:
        return promise, None
    written = _plain(promise.who)
    whole = [(pk, _length_of(name, promise)) for pk, name in people.items()]
    longest = max((length for _, length in whole), default=0)
    if longest:
        found = [pk for pk, length in whole if length == longest]
        promise = replace(promise, what=promise.what[longest - 1 :].lstrip(" \t,:;"))
    else:
        exact = [pk for pk, name in people.items() if written in (_plain(name), *_plain(name).split())]
        found = exact or [pk for pk, name in people.items() if _begins(written, _plain(name))]
    if len(found) == 1 and promise.what:
        return promise, found[0]
    trouble = Trouble.NOBODY if not found else Trouble.SEVERAL if len(found) > 1 else Trouble.NOT_SAID_WHAT
    return Problem(promise.line, promise.side, promise.what, trouble, promise.who)


def _length_of(name: str, promise: Promise) -> int:
    """One more than how far into ``what`` the name goes on that the @ began; 0 where it is not written out."""
    first, _, others = " ".join(name.split()).partition(" ")
    if not others or first.casefold() != promise.who.casefold():
        return 0
    goes_on = re.match(re.escape(others) + r"(?!\w)", promise.what, re.IGNORECASE)
    return goes_on.end() + 1 if goes_on else 0


def _begins(written: str, name: str) -> bool:
    parts = name.split()
    return any(" ".join(parts[at:]).startswith(written) for at in range(len(parts))) if written else False
