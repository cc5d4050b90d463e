"""What the weekly mail says (pure): rows in, sentences out. HTML and text are two ways to write the same digest."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

ROWS_SHOWN = 7
# Of a name, in the HTML: some are lists of a hundred firms. The text has them whole, and so does the page.
LONGEST_NAME = 160
DAYS_AHEAD = 7
LONGEST_SUBJECT = 60
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
# They would turn the rest of the line round.
TURNING = set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Row:
    """A relationship as it stands on ``today``, its local date. ``page`` and ``log`` are addresses."""

    partner: str
    name: str
    overdue: bool
    today: date
    due_on: date
    every_days: int
    assumed: bool
    last_touch_on: date | None
    last_channel: str
    page: str
    log: str

    @property
    def title(self) -> str:
        return f"{self.partner} · {self.name}" if self.name else self.partner

    @property
    def shown(self) -> str:
        return shortened(self.partner)

    @property
    def shown_name(self) -> str:
        return shortened(self.name)

    @property
    def fact(self) -> str:
        if self.overdue and self.last_touch_on is None:
            return f"never in touch, due since {day_words(self.due_on, self.today)}"
        if self.overdue and self.last_touch_on is not None:
            quiet = days((self.today - self.last_touch_on).days)
            rhythm = f"every {days(self.every_days)} assumed" if self.assumed else f"agreed {self.every_days}"
            return f"quiet for {quiet}, {rhythm}"
        return by_words(self.due_on, self.today)

    @property
    def detail(self) -> str:
        if self.last_touch_on is None:
            every = (
                f"Every {days(self.every_days)}, assumed."
                if self.assumed
                else f"Agreed: every {days(self.every_days)}."
            )
            return every if self.overdue else f"Never in touch. {every}"
        last = f"Last: {self.last_channel or 'contact'} on {day_words(self.last_touch_on, self.today)}."
        return f"{last} Due since {day_words(self.due_on, self.today)}." if self.overdue else last


@dataclass(frozen=True, slots=True)
class Part:
    """At most seven rows of ``total``; ``rest`` is the address of the whole list."""

    heading: str
    overdue: bool
    rows: tuple[Row, ...]
    total: int
    rest: str

    @property
    def count(self) -> str:
        return f"{self.total:,}"

    @property
    def more(self) -> str:
        left = self.total - len(self.rows)
        return f"and {left:,} more" if left > 0 else ""


@dataclass(frozen=True, slots=True)
class Digest:
    """A mail to one person. ``today`` is the person's local date; ``of_team`` when each part is a colleague's."""

    person: str
    zone: str
    today: date
    of_team: bool
    parts: tuple[Part, ...]
    open_today: str
    change: str
    stop: str

    @property
    def empty(self) -> bool:
        return not any(part.rows for part in self.parts)

    @property
    def overdue(self) -> int:
        return sum(part.total for part in self.parts if part.overdue)

    @property
    def due(self) -> int:
        return sum(part.total for part in self.parts if not part.overdue)

    @property
    def subject(self) -> str:
        """At most 60 characters, whatever the counts."""
        if self.of_team:
            return f"{partners(self.overdue)} overdue in your team"
        if not self.overdue:
            return f"{partners(self.due)} due this week"
        return f"{partners(self.overdue)} overdue" + (f", {short(self.due)} due this week" if self.due else "")

    @property
    def headline(self) -> str:
        overdue = f"{spelled(self.overdue)} {'partner is' if self.overdue == 1 else 'partners are'} overdue"
        if self.of_team:
            people = len(self.parts)
            return f"{overdue}, with {spelled(people).lower()} {'person' if people == 1 else 'people'} of your team."
        due = f"{spelled(self.due)} {'is' if self.due == 1 else 'are'} due this week."
        if not self.overdue:
            return f"{spelled(self.due)} {'partner is' if self.due == 1 else 'partners are'} due this week."
        return f"{overdue}. {due}" if self.due else f"{overdue}."

    @property
    def week(self) -> str:
        return (
            f"Concord · week {self.today.isocalendar().week}, {WEEKDAYS[self.today.weekday()]} {bare_day(self.today)}"
        )

    @property
    def opening(self) -> str:
        """What a list of mails shows beside the subject: the most urgent row."""
        first = next((row for part in self.parts for row in part.rows), None)
        return f"{first.title}: {first.fact}." if first else ""

    @property
    def why(self) -> str:
        weekday = "Tuesdays" if self.of_team else "Mondays"
        return (
            "Links open a page and ask before they change anything. "
            f"Sent to {self.person} on {weekday} at 7:00, {city(self.zone)}."
        )


def plain(text: str) -> str:
    """A name on one line: line breaks, control characters and marks that turn the line round become blanks or go."""
    kept = "".join(
        " " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char
        for char in text
        if char not in TURNING and unicodedata.category(char) != "Cs"
    )
    return " ".join(kept.split())


def shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"


def days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"


def short(count: int) -> str:
    return f"{count:,}" if count < 1_000_000 else "over 999,999"


def partners(count: int) -> str:
    return "1 partner" if count == 1 else f"{short(count)} partners"


def spelled(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else f"{count:,}"


def city(zone: str) -> str:
    """``London`` of ``Europe/London``."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def bare_day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"


def day_words(day: date, today: date) -> str:
    """``2 March``, with the year where it is another one."""
    return bare_day(day) if day.year == today.year else f"{bare_day(day)} {day.year}"


def by_words(due_on: date, today: date) -> str:
    ahead = (due_on - today).days
    if ahead < 0:
        return f"due since {day_words(due_on, today)}"
    if ahead == 0:
        return "due today"
    if ahead == 1:
        return "by tomorrow"
    weekday = WEEKDAYS[due_on.weekday()]
    return f"by {weekday}" if ahead < 7 else f"by {weekday} {day_words(due_on, today)}"


def text(digest: Digest) -> str:
    """The plain part: the same facts in the same order."""
    lines = [digest.week, "", digest.headline, "", f"Open Today: {digest.open_today}"]
    for part in digest.parts:
        lines += ["", "", f"{part.heading} ({part.count})"]
        for row in part.rows:
            lines += ["", f"{row.title}: {row.fact}", f"  {row.detail}", f"  Log: {row.log}", f"  Open: {row.page}"]
        if part.more:
            lines += ["", f"{part.more}: {part.rest}"]
    lines += ["", "", digest.why, f"Change what you get: {digest.change}", f"Stop these mails: {digest.stop}"]
    return "\n".join(lines) + "\n"
