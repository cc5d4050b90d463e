"""The note of a log: each way of saying a day, what is asked back, and that nothing typed is ever lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relationships import notes
from relationships.models import Commitment
from relationships.notes import Problem, Promise, Side, Trouble

DAY = timedelta(days=1)
FRIDAY = date(2026, 11, 20)
PEOPLE = {1: "Ingrid Moe", 2: "Lars Tveit", 3: "Lars-Erik Moe", 4: "Anne Marie Berg"}

days = st.dates(date(2020, 1, 1), date(2100, 12, 31))
# What stands behind a day begins with neither a name nor what parts the two, and is no year.
whats = st.from_regex(r"[a-z]{3,8}( [a-zA-Z0-9.,!@]{1,8}){0,4}", fullmatch=True)


def only(note: str, talked_on: date = FRIDAY) -> Promise:
    reading = notes.read(note, talked_on)
    assert (reading.problems, reading.rest) == ((), "")
    (promise,) = reading.promises
    return promise


def trouble(note: str, talked_on: date = FRIDAY) -> Trouble:
    reading = notes.read(note, talked_on)
    assert reading.promises == ()
    (problem,) = reading.problems
    return problem.trouble


@pytest.mark.parametrize(
    ("said", "due_on"),
    [
        ("today", "2026-11-20"),
        ("tomorrow", "2026-11-21"),
        ("the day after tomorrow", "2026-11-22"),
        ("Fri", "2026-11-27"),
        ("fri.", "2026-11-27"),
        ("Sat", "2026-11-21"),
        ("THURSDAY", "2026-11-26"),
        ("thurs", "2026-11-26"),
        ("by Monday", "2026-11-23"),
        ("next Friday", "2026-11-27"),
        ("next Sunday", "2026-11-29"),
        ("this Sunday", "2026-11-22"),
        ("next week", "2026-11-27"),
        ("end of the week", "2026-11-20"),
        ("end of month", "2026-11-30"),
        ("the end of the month", "2026-11-30"),
        ("next month", "2026-12-31"),
        ("in 3 days", "2026-11-23"),
        ("in a week", "2026-11-27"),
        ("in 2 weeks", "2026-12-04"),
        ("in two  weeks", "2026-12-04"),
        ("in 3 months", "2027-02-20"),
        ("2027-01-05", "2027-01-05"),
        ("12.12.", "2026-12-12"),
        ("12. 12.", "2026-12-12"),
        ("12.12", "2026-12-12"),
        ("1.2.", "2027-02-01"),
        ("12.12.2027", "2027-12-12"),
        ("12.12.27", "2027-12-12"),
        ("12/12", "2026-12-12"),
        ("3/4/2028", "2028-04-03"),
        ("12 Dec", "2026-12-12"),
        ("12 December 2027", "2027-12-12"),
        ("1st of Sept", "2027-09-01"),
        ("Dec 12th", "2026-12-12"),
        ("20 November", "2026-11-20"),
        # Not over longer than sixty days is a slip, see below.
        ("20 September", "2027-09-20"),
        ("Fri 4 Dec", "2026-12-04"),
        ("Fri. 4. Dec.", "2026-12-04"),
        ("by Monday 30 November", "2026-11-30"),
        ("Tuesday 1 December", "2026-12-01"),
        ("Mon 7/12", "2026-12-07"),
        ("Mon 7.12.", "2026-12-07"),
        ("Mon 07.12", "2026-12-07"),
        ("Monday 2026-12-07", "2026-12-07"),
        ("Friday, 27 November 2026", "2026-11-27"),
        ("Friday,27 November", "2026-11-27"),
        ("next Fri 4 Dec", "2026-12-04"),
        ("Friday the 4th of December", "2026-12-04"),
        ("Fri, Dec 4th", "2026-12-04"),
        ("24 Dec 26", "2026-12-24"),
        ("Thu 24 December, 26", "2026-12-24"),
        ("24 Dec 27", "2027-12-24"),
        ("24/12/26", "2026-12-24"),
        ("29 Feb", "2028-02-29"),
    ],
)
def test_each_way_of_saying_a_day(said: str, due_on: str) -> None:
    promise = only(f"! {said} send the table")
    assert (promise.due_on.isoformat(), promise.what) == (due_on, "send the table")


@pytest.mark.parametrize("between", [" ", ": ", ", ", " – ", " - "])
def test_day_and_what_may_be_parted_by_a_sign(between: str) -> None:
    assert only(f"!Fri{between}send the table").what == "send the table"


@pytest.mark.parametrize(
    ("note", "what"),
    [
        ("! 12 Dec 1500 tonnes", "1500 tonnes"),
        ("! 12.12. 26 boxes", "26 boxes"),
        ("! Fri 12 boxes", "12 boxes"),
        ("! 12 Dec. 2 boxes", "2 boxes"),
        ("! 12 Dec 2000 tonnes", "2000 tonnes"),
        ("! 12 Dec 26 boxes", "26 boxes"),
        ("! 12 Dec 26 t salt", "26 t salt"),
        ("! 12 Dec 26,5 tonnes", "26,5 tonnes"),
        ("! 12 Dec 26 – 30 of them", "26 – 30 of them"),
        ("! 12 Dec 28 new ones", "28 new ones"),
        ("! 12 Dec 26: 30 boxes", "26: 30 boxes"),
        ("! Fri 12.30 call", "12.30 call"),
        ("! Fri 10.12 call", "10.12 call"),
    ],
)
def test_number_behind_a_day_is_not_swallowed(note: str, what: str) -> None:
    assert only(note).what == what


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("!", Trouble.EMPTY),
        ("!!", Trouble.EMPTY),
        ("! send the table", Trouble.NO_DAY),
        ("!important", Trouble.NO_DAY),
        ("! Frisian cows", Trouble.NO_DAY),
        ("! Decé", Trouble.NO_DAY),
        ("! ſun dance", Trouble.NO_DAY),
        ("! Sun-dried fish", Trouble.NO_DAY),
        ("! 2.5 tonnes", Trouble.NO_DAY),
        ("! 31 Feb send", Trouble.NO_SUCH_DAY),
        ("! 12/25 send", Trouble.NO_SUCH_DAY),
        ("! 0.0. send", Trouble.NO_SUCH_DAY),
        ("! 2026-11-19 send", Trouble.BEFORE),
        ("! 19 November send", Trouble.BEFORE),
        ("! 21/9 send", Trouble.BEFORE),
        ("! Thu 19 Nov send", Trouble.BEFORE),
        ("! 1 Jan 2019 send", Trouble.BEFORE),
        ("! Jan 1, 2019 send", Trouble.BEFORE),
        ("! 1.1.1999 send", Trouble.BEFORE),
        ("! 1 Mar 26 send", Trouble.BEFORE),
        ("! yesterday send", Trouble.BEFORE),
        ("! the day before yesterday send", Trouble.BEFORE),
        ("! 9999-12-31 send", Trouble.TOO_FAR),
        ("! 1 Jan 9999 send", Trouble.TOO_FAR),
        ("! 1/1/9999 send", Trouble.TOO_FAR),
        ("! Mon 4 Dec send", Trouble.OTHER_WEEKDAY),
        ("! Monday, 4 December 2026, send", Trouble.OTHER_WEEKDAY),
        ("! next Mon 4/12 send", Trouble.OTHER_WEEKDAY),
        ("! Fri 31 Feb send", Trouble.NO_SUCH_DAY),
        ("!!! Fri send", Trouble.TOO_MANY_MARKS),
        ("!!!!12 Dec send", Trouble.TOO_MANY_MARKS),
        ("! in 999999 months send", Trouble.TOO_FAR),
        ("! in 600 weeks send", Trouble.TOO_FAR),
        ("! Fri", Trouble.NOT_SAID_WHAT),
        ("! Fri: ", Trouble.NOT_SAID_WHAT),
        ("! 24 Dec 26", Trouble.NOT_SAID_WHAT),
        ("!! Fri @Ingrid", Trouble.NOT_SAID_WHAT),
    ],
)
def test_what_is_asked_back(note: str, expected: Trouble) -> None:
    assert trouble(note) is expected


@pytest.mark.parametrize(
    "note", ["Great!", "!!!", "!!! what a day", "!!! Fri", "!!!! Sunny", "Fri! send", "a ! Fri send", "", "\n \n"]
)
def test_marks_that_promise_nothing_are_left_alone(note: str) -> None:
    assert notes.read(note, FRIDAY) == notes.Reading((), (), note)


def test_promises_stand_between_the_rest_in_their_order() -> None:
    note = "Prices hold.\r\n! Fri send the table\n  !! 12 Dec @Ingrid, volumes\r! soon\nBye!"
    reading = notes.read(note, FRIDAY)
    assert reading.promises == (
        Promise(Side.OURS, date(2026, 11, 27), "send the table", "", 2),
        Promise(Side.THEIRS, date(2026, 12, 12), "volumes", "Ingrid", 3),
    )
    assert reading.problems == (Problem(4, Side.OURS, "soon", Trouble.NO_DAY),)
    assert reading.rest == "Prices hold.\nBye!"


def test_problem_knows_the_day_that_was_read_and_the_weekday_that_was_said() -> None:
    (problem,) = notes.read("! Mon 4 Dec send", FRIDAY).problems
    assert (problem.day, problem.weekday, problem.talked_on) == (date(2026, 12, 4), 0, FRIDAY)


def test_date_just_over_at_the_turn_of_the_year() -> None:
    january = date(2027, 1, 10)
    assert trouble("! 20 Dec send", january) is Trouble.BEFORE
    assert only("! 10 Nov send", january).due_on == date(2027, 11, 10)
    assert trouble("! 29 Feb send", date(2028, 3, 1)) is Trouble.BEFORE
    assert only("! 29 Feb send", date(2027, 3, 1)).due_on == date(2028, 2, 29)


def test_sides_are_those_of_the_table() -> None:
    assert [side.value for side in Side] == Commitment.Side.values


# Properties ----------------------------------------------------------------------------------------------------------

FORMATS: dict[str, Callable[[date], str]] = {
    "iso": lambda day: day.isoformat(),
    "dotted": lambda day: f"{day.day}.{day.month}.{day.year}",
    "slashed": lambda day: f"{day.day}/{day.month}/{day.year}",
    "named": lambda day: f"{day.day} {notes.MONTHS[day.month - 1]} {day.year}",
    "short": lambda day: f"{day.day} {notes.MONTHS[day.month - 1][:3].title()}, {day.year}",
    "American": lambda day: f"{notes.MONTHS[day.month - 1].title()} {day.day}, {day.year}",
}


@given(days, st.integers(0, 3660), st.sampled_from(sorted(FORMATS)), st.sampled_from(["!", "!!"]), whats)
def test_line_made_from_a_day_is_read_back(talked_on: date, later: int, form: str, marks: str, what: str) -> None:
    day = min(talked_on + later * DAY, date(2099, 12, 31))
    talked_on = min(talked_on, day)
    promise = only(f"{marks} {FORMATS[form](day)} {what}", talked_on)
    assert (promise.due_on, promise.what, promise.who) == (day, what, "")
    assert promise.side == ("ours" if marks == "!" else "theirs")


yearless = st.sampled_from(["{0.day} {1}", "{0.day}.{0.month}.", "{0.day}/{0.month}", "{1} {0.day}"])


@given(days, st.integers(0, 365 - 61), yearless, whats)
def test_day_without_a_year_is_the_first_not_before_the_talk(talked_on: date, later: int, form: str, what: str) -> None:
    day = talked_on + later * DAY
    promise = only(f"! {form.format(day, notes.MONTHS[day.month - 1])} {what}", talked_on)
    assert (promise.due_on.day, promise.due_on.month) == (day.day, day.month)
    assert promise.due_on >= talked_on
    # No such day lies between.
    before = [talked_on + step * DAY for step in range((promise.due_on - talked_on).days)]
    assert not [one for one in before if (one.day, one.month) == (day.day, day.month)]


@given(days, st.integers(1, 60), yearless, whats)
def test_day_without_a_year_that_is_just_over_is_asked_back(talked_on: date, ago: int, form: str, what: str) -> None:
    day = talked_on - ago * DAY
    (problem,) = notes.read(f"! {form.format(day, notes.MONTHS[day.month - 1])} {what}", talked_on).problems
    assert (problem.trouble, problem.day) == (Trouble.BEFORE, day)


SEPARATORS = st.sampled_from([" ", ", ", ",", ". ", "., "])


@given(days, st.integers(0, 3660), st.sampled_from(sorted(FORMATS)), st.sampled_from([*notes.WEEKDAYS]), SEPARATORS)
def test_weekday_in_front_of_a_date_belongs_to_it(
    talked_on: date, later: int, form: str, name: str, between: str
) -> None:
    day = min(talked_on + later * DAY, date(2099, 12, 31))
    talked_on = min(talked_on, day)
    own = day.strftime("%A").lower()
    for said in (own, notes.WEEKDAYS[own][0].title()):
        promise = only(f"! {said}{between}{FORMATS[form](day)} send", talked_on)
        assert (promise.due_on, promise.what) == (day, "send")
    reading = notes.read(f"! {name}{between}{FORMATS[form](day)} send", talked_on)
    assert bool(reading.promises) == (name == own)
    if name != own:
        (problem,) = reading.problems
        assert (problem.trouble, problem.day) == (Trouble.OTHER_WEEKDAY, day)


@given(days, st.integers(0, 99), st.integers(1, 12))
def test_two_digits_are_the_year_only_where_it_is_this_or_the_next(talked_on: date, digits: int, month: int) -> None:
    reading = notes.read(f"! 15 {notes.MONTHS[month - 1]} {digits:02} send", talked_on)
    near = [year for year in (talked_on.year, talked_on.year + 1) if year % 100 == digits]
    if near:
        day = date(near[0], month, 15)
        if day < talked_on:
            assert reading.problems[0].day == day
        else:
            assert [(one.due_on, one.what) for one in reading.promises] == [(day, "send")]
    else:
        assert [one.what for one in reading.promises] == [f"{digits:02} send"][: len(reading.promises)]
        assert reading.promises or reading.problems[0].trouble is Trouble.BEFORE


@given(days, st.sampled_from(sorted(notes.WEEKDAYS)), st.booleans())
def test_weekday_lies_in_the_week_strictly_behind_the_talk(talked_on: date, name: str, short: bool) -> None:
    said = notes.WEEKDAYS[name][0] if short else name
    due_on = only(f"! {said} send", talked_on).due_on
    assert talked_on < due_on <= talked_on + 7 * DAY
    assert due_on.strftime("%A").lower() == name
    in_next_week = only(f"! next {said} send", talked_on).due_on
    assert in_next_week.strftime("%A").lower() == name
    assert in_next_week.isocalendar()[:2] == (talked_on + 7 * DAY).isocalendar()[:2]


@given(days, st.integers(0, 200), st.sampled_from(["day", "week", "month"]))
def test_in_so_many(talked_on: date, count: int, unit: str) -> None:
    reading = notes.read(f"! in {count} {unit}s send", talked_on)
    if not reading.promises:
        assert (unit, reading.problems[0].trouble) == ("month", Trouble.TOO_FAR)
        return
    due_on = reading.promises[0].due_on
    if unit == "month":
        assert (due_on.year - talked_on.year) * 12 + due_on.month - talked_on.month == count
        assert due_on.day == talked_on.day or (due_on + DAY).day == 1
    else:
        assert due_on - talked_on == count * (DAY if unit == "day" else 7 * DAY)


WORDS = ["Fri", "next", "12", "26", "2019", "9999", "Dec", "yesterday", "in 2 weeks", "ſ"]
pieces = st.one_of(st.text(), st.sampled_from(["!", "!!", "!!!", " ", ",", "\n", "\r\n", ".", "/", "@", *WORDS]))


@given(st.lists(pieces, max_size=14).map("".join), days)
@example("! İn 2 weeks", FRIDAY)
@example("! 12 Dec\x85 x", FRIDAY)
@example("! ٢٢ Dec x", FRIDAY)
def test_nothing_typed_is_lost_and_nothing_raises(note: str, talked_on: date) -> None:
    """Every line is rest, or a promise, or a problem; in order; a promise keeps the end of its line word for word."""
    reading = notes.read(note, talked_on)
    lines = note.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    told = {*(one.line for one in reading.promises), *(one.line for one in reading.problems)}
    assert len(told) == len(reading.promises) + len(reading.problems)
    assert reading.rest == "\n".join(line for number, line in enumerate(lines, start=1) if number not in told)
    for numbers in ([one.line for one in reading.promises], [one.line for one in reading.problems]):
        assert numbers == sorted(numbers)
    for promise in reading.promises:
        line = lines[promise.line - 1].strip()
        assert promise.what and promise.due_on >= talked_on
        assert line.startswith("!") and line.endswith(promise.what)
        assert promise.who in line
    for problem in reading.problems:
        assert lines[problem.line - 1].strip().lstrip("!").strip() == problem.text


# Who -----------------------------------------------------------------------------------------------------------------


def who(text: str) -> tuple[str, int | None] | Trouble:
    found = notes.meant(only(f"! Fri {text}"), PEOPLE)
    return found.trouble if isinstance(found, Problem) else (found[0].what, found[1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("send", ("send", None)),
        ("@Ingrid send", ("send", 1)),
        ("@ingrid: send", ("send", 1)),
        ("@Ing send", ("send", 1)),
        ("@Tveit send", ("send", 2)),
        ("@Ingrid Moe send", ("send", 1)),
        ("@Anne Marie Berg, send", ("send", 4)),
        ("@Anne Marie send", ("Marie send", 4)),
        ("@anne.marie send", ("send", 4)),
        ("@Ingrid Moes list", ("Moes list", 1)),
        ("@Lars Tveit send", ("send", 2)),
        ("@Lars send", Trouble.SEVERAL),
        ("@Moe send", Trouble.SEVERAL),
        ("@Per send", Trouble.NOBODY),
        ("@... send", Trouble.NOBODY),
        ("@Ingrid Moe", Trouble.NOT_SAID_WHAT),
    ],
)
def test_who_is_meant(text: str, expected: object) -> None:
    assert who(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@Bob Lindqvist send", (Trouble.OTHER_SIDE, "Bob Lindqvist")),
        ("@bob send", (Trouble.OTHER_SIDE, "Bob Lindqvist")),
        # One of the right side has such a name too, but the other's is written out.
        ("@Lars Holm send", (Trouble.OTHER_SIDE, "Lars Holm")),
        ("@Hol send", (Trouble.OTHER_SIDE, "Hol")),
        ("@Per send", (Trouble.NOBODY, "Per")),
        ("@Lars send", (Trouble.SEVERAL, "Lars")),
    ],
)
def test_somebody_of_the_other_side_is_told_as_such(text: str, expected: tuple[Trouble, str]) -> None:
    others = {1: "Bob Lindqvist", 2: "Lars Holm", 3: "Ingrid Holt"}
    found = notes.meant(only(f"! Fri {text}"), PEOPLE, others)
    assert isinstance(found, Problem)
    assert (found.trouble, found.who) == expected
    kept = notes.meant(only("! Fri @Ingrid send"), PEOPLE, others)
    assert not isinstance(kept, Problem)
    assert kept[1] == 1


names = st.dictionaries(st.integers(), st.text(), max_size=4)


@given(st.text(min_size=1), names, names)
def test_whom_one_may_mean_never_raises(name: str, people: dict[int, str], others: dict[int, str]) -> None:
    promise = Promise(Side.OURS, FRIDAY, "send", name, 1)
    found = notes.meant(promise, people, others)
    assert isinstance(found, Problem) or found[1] in people


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ("@Ingrid Moe should see this", True),
        ("Ask @tveit.", True),
        ("Hello\n(@Lars)", True),
        ("@anne.marie.berg", True),
        ("Ingrid Moe", False),
        ("@Ing", False),
        ("@Per", False),
        ("ingrid@moe", False),
        ("post@example.com @ noon", False),
    ],
)
def test_name_with_an_at_in_the_rest_is_noticed(rest: str, told: bool) -> None:
    found = notes.addressed(rest, PEOPLE)
    assert (found is not None and found.trouble is Trouble.TELLS_NOBODY) is told
    assert notes.addressed(rest, {}) is None
