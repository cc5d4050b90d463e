"""What the note of a log promises (pure): a line that begins with ``!`` is a promise of ours, ``!!`` one of theirs.

Behind the marks stands the day, then who promises if that is not plain (``@Lars``), then what::

    ! Fri send the table
    !! 12 Dec @Ingrid volumes for spring
    ! in 2 weeks ask the mill

Days are reckoned from the day of the talk. A weekday is the next one strictly after it, ``next Friday`` the one of
the week that begins on the Monday after it. A weekday in front of a date, ``Fri 4 Dec``, belongs to it and has to be
the right one. A date without a year is the first that is not before the talk; one just over is taken for a slip and
asked back. The words are English ones, whatever the language of the pages.
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
# A date without a year that is over no longer than this is not meant for next year.
JUST_OVER = timedelta(days=60)

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
    OTHER_WEEKDAY = "other_weekday"
    OTHER_SIDE = "other_side"
    TOO_MANY_MARKS = "too_many_marks"
    # Of a line that promises nothing; it may stay as it is.
    TELLS_NOBODY = "tells_nobody"


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
    """A line that begins like a promise and is none; ``text`` is all that stood behind the marks.

    ``day`` is the one that was read, where that is the trouble; ``weekday``, from 0 for Monday, what was said of it.
    """

    line: int
    side: Side
    text: str
    trouble: Trouble
    who: str = ""
    day: date | None = None
    weekday: int | None = None
    talked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """``rest`` is the note without the lines of promises and problems."""

    promises: tuple[Promise, ...]
    problems: tuple[Problem, ...]
    rest: str


@dataclass(frozen=True, slots=True)
class _NoDay:
    """Why the beginning of a text is no day to promise for."""

    trouble: Trouble
    day: date | None = None
    weekday: int | None = None


_LINE = re.compile(r"(!+)(.*)", re.DOTALL)
_BREAK = re.compile(r"\r\n|\r|\n")
_WHO = re.compile(r"@([^\s,:;@]+)[\s,:;]*")


def read(note: str, talked_on: date) -> Reading:
    """The promises of a note, what of it was not understood, and the rest."""
    promises: list[Promise] = []
    problems: list[Problem] = []
    rest: list[str] = []
    for number, line in enumerate(_BREAK.split(note), start=1):
        one = _line(number, line, talked_on)
        if one is None:
            rest.append(line)
        elif isinstance(one, Promise):
            promises.append(one)
        else:
            problems.append(one)
    return Reading(tuple(promises), tuple(problems), "\n".join(rest))


def _line(number: int, line: str, talked_on: date) -> Promise | Problem | None:
    found = _LINE.fullmatch(line.strip())
    if found is None:
        return None
    marks, text = found[1], found[2].strip()
    if len(marks) <= 2:
        return _promise(number, Side.THEIRS if marks == "!!" else Side.OURS, text, talked_on)
    # More marks than two are a way of speaking, unless a day and more stand behind them.
    one = _promise(number, Side.OURS, text, talked_on)
    if isinstance(one, Problem) and one.trouble in (Trouble.EMPTY, Trouble.NO_DAY, Trouble.NOT_SAID_WHAT):
        return None
    return Problem(number, Side.OURS, text, Trouble.TOO_MANY_MARKS)


def _promise(number: int, side: Side, text: str, talked_on: date) -> Promise | Problem:
    if not text:
        return Problem(number, side, text, Trouble.EMPTY)
    found = _day(text, talked_on)
    if isinstance(found, _NoDay):
        if found.day is None:
            return Problem(number, side, text, found.trouble)
        return Problem(number, side, text, found.trouble, "", found.day, found.weekday, talked_on)
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
# Behind a space only what can hardly be an amount: 12 Dec 1500 tonnes and 12 Dec 2000 tonnes are no years.
_YEAR = r"(?:20(?:0[1-9]|[1-9]\d)|9999)"
# 24 Dec 26: a year where a sign, a name, a word or nothing follows. A word in the plural or a unit makes it an amount
# (24 Dec 26 boxes), and so does another number.
_AMOUNT_OF = r"(?:\w*[^\Ws]s|[tghlm]|[kmc]m|m?g|kg|ton|tonne|people)\b"
_SHORT_YEAR = (
    r"(?P<short>\d\d)(?!,\d)"
    rf"(?=(?u:\s*[,:;–—-](?!\s*\d)|\s+@|\s+(?!{_AMOUNT_OF})[^\W\d]|\s*$))"
)
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


def _yesterday(found: re.Match[str], talked_on: date) -> date:
    return talked_on - (DAY if found["before"] is None else 2 * DAY)


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
    """A day and a month; without a year the one just over, else the first that is not before the talk."""
    named = found["month"].lower()
    month = _MONTH[named] if named in _MONTH else int(named)
    day, year = int(found["day"]), (found["year"] or "").strip()
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    # 29 February may be up to eight years off.
    for ahead in range(-1, 9):
        try:
            meant = date(talked_on.year + ahead, month, day)
        except ValueError:
            continue
        if meant >= talked_on - JUST_OVER:
            return meant
    raise ValueError(found[0])


def _dated_short(found: re.Match[str], talked_on: date) -> date | None:
    """Two digits behind the name of a month are a year only where they are this one or the next."""
    year = next((year for year in (talked_on.year, talked_on.year + 1) if year % 100 == int(found["short"])), None)
    return None if year is None else date(year, _MONTH[found["month"].lower()], int(found["day"]))


def _dated_or_timed(found: re.Match[str], talked_on: date) -> date | None:
    """Fri 12.30 is a time of day, unless that date is a Friday."""
    if found["belongs"] is None:
        return _dated(found, talked_on)
    try:
        day = _dated(found, talked_on)
    except ValueError:
        return None
    return day if day.weekday() == _WEEKDAY[found["belongs"].lower()] else None


_BELONGS = rf"(?:(?:(?:next|this|coming) )?(?P<belongs>{_any_of(_WEEKDAY)})\b\.?(?: ?, ?| ))?"
# The first that fits is taken; all of it stands at the beginning and ends where a word ends. What reckons may say that
# it does not fit after all.
_FORMS: list[tuple[str, Callable[[re.Match[str], date], date | None]]] = [
    (r"today", lambda _, talked_on: talked_on),
    (r"(?P<after>(?:the )?day after )?tomorrow", _tomorrow),
    (r"(?P<before>(?:the )?day before )?yesterday", _yesterday),
    (r"(?P<which>next|this|(?:the )?end of(?: the)?) (?P<unit>week|month)", _week_or_month),
    (rf"in (?P<count>{_any_of(_COUNT)}|\d{{1,6}}) (?P<unit>day|week|month)s?", _in),
    (rf"{_BELONGS}(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})", _dated),
    (rf"{_BELONGS}(?P<day>\d{{1,2}})\. ?(?P<month>\d{{1,2}})\.(?P<year> {_YEAR}|\d{{4}}|\d\d)?", _dated),
    (rf"{_BELONGS}(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})(?:/(?P<year>\d{{4}}|\d\d))?", _dated),
    # Without the last dot only where both have two digits: 2.5 tonnes are no day.
    (rf"{_BELONGS}(?P<day>\d\d)\.(?P<month>\d\d)(?P<year>)", _dated_or_timed),
    (rf"{_BELONGS}(?:the )?{_DAY_NUMBER}\.? (?:of )?{_MONTH_NAME},? {_SHORT_YEAR}", _dated_short),
    (rf"{_BELONGS}(?:the )?{_DAY_NUMBER}\.? (?:of )?{_MONTH_NAME}(?:,? (?P<year>{_YEAR}))?", _dated),
    (rf"{_BELONGS}{_MONTH_NAME} {_DAY_NUMBER}(?:,? (?P<year>{_YEAR}))?", _dated),
    # Behind the dates, which may begin with one.
    (rf"(?:(?P<which>next|this|coming) )?(?P<name>{_any_of(_WEEKDAY)})\b\.?", _weekday),
]
_LEAD = r"(?:(?:by|on|until) )?"
# Letters beyond ASCII end no word; elsewhere ASCII alone, so that what matches is a word of the tables above.
_END = r"(?u:(?![\w/-]))(?!\.\d)(?u:[\s,:;–—-]*)"


def _pattern(form: str) -> re.Pattern[str]:
    spaced = (_LEAD + form).replace(" ?", r"\s*").replace(" ", r"\s+")
    return re.compile(spaced + _END, re.IGNORECASE | re.ASCII)


_DAYS = [(_pattern(form), reckon) for form, reckon in _FORMS]


def _day(text: str, talked_on: date) -> tuple[date, str] | _NoDay:
    """The day at the beginning of the text and what stands behind it."""
    for form, reckon in _DAYS:
        found = form.match(text)
        if found is None:
            continue
        try:
            day = reckon(found, talked_on)
        except OverflowError:
            return _NoDay(Trouble.TOO_FAR)
        except ValueError:
            return _NoDay(Trouble.NO_SUCH_DAY)
        if day is not None:
            return _wrong(day, found, talked_on) or (day, text[found.end() :])
    return _NoDay(Trouble.NO_DAY)


def _wrong(day: date, found: re.Match[str], talked_on: date) -> _NoDay | None:
    """What speaks against a day that there is."""
    if day < talked_on:
        return _NoDay(Trouble.BEFORE, day)
    if day - talked_on > FURTHEST:
        return _NoDay(Trouble.TOO_FAR, day)
    belongs = found.groupdict().get("belongs")
    if belongs is not None and _WEEKDAY[belongs.lower()] != day.weekday():
        return _NoDay(Trouble.OTHER_WEEKDAY, day, _WEEKDAY[belongs.lower()])
    return None


# Who -----------------------------------------------------------------------------------------------------------------


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()


def meant(
    promise: Promise, people: Mapping[int, str], others: Mapping[int, str] | None = None
) -> tuple[Promise, int | None] | Problem:
    """Who of these people, by number and name, stands behind the @; nobody where there is none.

    A whole name may be written out, ``@Ingrid Moe``; else the beginning of any part of a name will do. ``others`` are
    the people of the other side, who cannot be meant: a problem says so where one of them is.
    """
    if not promise.who:
        return promise, None
    found, longest = _found(promise, people)
    else_found, else_longest = _found(promise, others or {})
    if else_found and (not found or else_longest > longest):
        name = (others or {})[else_found[0]] if len(else_found) == 1 else promise.who
        return Problem(promise.line, promise.side, promise.what, Trouble.OTHER_SIDE, name)
    if longest:
        promise = replace(promise, what=promise.what[longest - 1 :].lstrip(" \t,:;"))
    if len(found) == 1 and promise.what:
        return promise, found[0]
    trouble = Trouble.NOBODY if not found else Trouble.SEVERAL if len(found) > 1 else Trouble.NOT_SAID_WHAT
    return Problem(promise.line, promise.side, promise.what, trouble, promise.who)


def _found(promise: Promise, people: Mapping[int, str]) -> tuple[list[int], int]:
    """Who may be meant, and the ``_length_of`` the name where it is written out."""
    whole = [(pk, _length_of(name, promise)) for pk, name in people.items()]
    longest = max((length for _, length in whole), default=0)
    if longest:
        return [pk for pk, length in whole if length == longest], longest
    written = _plain(promise.who)
    exact = [pk for pk, name in people.items() if _is_named(written, name)]
    return exact or [pk for pk, name in people.items() if _begins(written, _plain(name))], 0


def _is_named(written: str, name: str) -> bool:
    return written in (_plain(name), *_plain(name).split())


# Not the @ of an e-mail address.
_MENTION = re.compile(r"(?<![\w.@])@([^\s,:;@]+)")


def mentions(rest: str) -> list[str]:
    """The words behind an @ in what promises nothing."""
    return _MENTION.findall(rest)


def addressed(rest: str, people: Mapping[int, str]) -> Problem | None:
    """That an @ tells nobody, where one in what promises nothing names one of these people.

    It concerns the note as a whole: its line is 0.
    """
    for word in mentions(rest):
        written = _plain(word)
        if any(_is_named(written, name) for name in people.values()):
            return Problem(0, Side.OURS, rest, Trouble.TELLS_NOBODY, word)
    return None


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
