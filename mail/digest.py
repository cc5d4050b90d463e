"""What the weekly mail says (pure): rows in, sentences out. HTML and text are two ways to write the same digest."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import TypeAlias

ROWS_SHOWN = 7
# Of a name, in the HTML: some are lists of a hundred firms. The text has them whole, and so does the page.
LONGEST_NAME = 160
DAYS_AHEAD = 7
LONGEST_SUBJECT = 60
# A headline says the most urgent, so many facts of it; every part has its own heading below.
HEADLINE_FACTS = 4
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
# They would turn the rest of the line round.
TURNING = set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Kind(StrEnum):
    """What a row is about, the most urgent first; the parts of a mail keep this order."""

    URGENT = "urgent"
    PROMISE_LATE = "promise late"
    OVERDUE = "overdue"
    UNANSWERED = "unanswered"
    PROBLEM = "problem"
    PROMISE_DUE = "promise due"
    DUE = "due"
    BOOKED = "booked"
    MEETING = "meeting"
    STAGE = "stage"

    @property
    def late(self) -> bool:
        return self in (Kind.URGENT, Kind.PROMISE_LATE, Kind.OVERDUE, Kind.UNANSWERED)


@dataclass(frozen=True, slots=True)
class AboutPartner:
    """What every row has: the partner, ``today``, its local date, and the one thing to do.

    ``page`` is the address of the partner's page, ``act`` that of the action named by ``verb``: a page that asks.
    """

    partner: str
    name: str
    today: date
    page: str
    act: str
    verb: str

    @property
    def title(self) -> str:
        return f"{self.partner} · {self.name}" if self.name else self.partner

    @property
    def shown(self) -> str:
        return shortened(self.partner)

    @property
    def shown_name(self) -> str:
        return shortened(self.name)


@dataclass(frozen=True, slots=True)
class CheckIn(AboutPartner):
    """A relationship as it stands."""

    overdue: bool
    due_on: date
    every_days: int
    assumed: bool
    last_touch_on: date | None
    last_channel: str
    # A meeting that they accepted is near.
    booked_on: date | None = None

    @property
    def late(self) -> bool:
        return self.overdue

    @property
    def fact(self) -> str:
        if self.booked_on is not None:
            return f"check-in due, meeting {meeting_words(self.booked_on, self.today)}"
        if self.overdue and self.last_touch_on is None:
            return f"never in touch, due since {day_words(self.due_on, self.today)}"
        if self.overdue and self.last_touch_on is not None:
            quiet = days((self.today - self.last_touch_on).days)
            rhythm = f"every {days(self.every_days)} assumed" if self.assumed else f"agreed {self.every_days}"
            return f"quiet for {quiet}, {rhythm}"
        return f"check-in {on_words(self.due_on, self.today)}"

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
class Promise(AboutPartner):
    """An open promise. ``missed_on`` is the first day that passed without it; none while it is in time.

    ``maker`` and ``receiver`` as they are called to the reader (*You*, *you*, a name), or empty.
    """

    ours: bool
    what: str
    due_on: date
    binding_on: date
    made_on: date
    missed_on: date | None
    maker: str
    receiver: str

    @property
    def late(self) -> bool:
        return self.missed_on is not None

    @property
    def fact(self) -> str:
        what = shortened(self.what)
        if self.missed_on is None:
            side = "our" if self.ours else "their"
            return f"{what} – {side} promise, {by_words(self.binding_on, self.today)}"
        # A new day that was agreed in time took the place of the one promised.
        said = "promised by" if self.missed_on == self.due_on else "new day"
        late = f"{what} – {said} {weekday_words(self.missed_on, self.today)}"
        since = days((self.today - self.missed_on).days)
        moved = f", now for {day_words(self.binding_on, self.today)}" if self.binding_on > self.missed_on else ""
        return f"{late}, {since} late{moved}"

    @property
    def detail(self) -> str:
        maker = self.maker or ("We" if self.ours else "They")
        to = f" to {self.receiver}" if self.receiver else ""
        return f"{maker} promised it{to} on {day_words(self.made_on, self.today)}."


@dataclass(frozen=True, slots=True)
class Voice(AboutPartner):
    """Feedback of theirs that waits for an answer. ``heading`` says of what kind it is, from whom and for whom."""

    said: str
    heading: str
    heard_on: date

    @property
    def late(self) -> bool:
        return True

    @property
    def fact(self) -> str:
        return f"“{shortened(self.said)}” – unanswered for {days((self.today - self.heard_on).days)}"

    @property
    def detail(self) -> str:
        return f"{self.heading}, heard on {day_words(self.heard_on, self.today)}."


@dataclass(frozen=True, slots=True)
class Problem(AboutPartner):
    """An open problem; ``heading`` says how bad it is and who raised it, ``spoken`` how soon they were met or rung."""

    what: str
    heading: str
    spoken: str
    opened_on: date
    due_on: date
    urgent: bool

    @property
    def late(self) -> bool:
        return self.urgent

    @property
    def fact(self) -> str:
        over = (self.today - self.due_on).days
        when = f"{days(over)} late" if over > 0 else f"to be solved {until_words(self.due_on, self.today)}"
        return f"{shortened(self.what)} – {when}"

    @property
    def detail(self) -> str:
        return f"{self.heading}, opened on {day_words(self.opened_on, self.today)}; {self.spoken}."


@dataclass(frozen=True, slots=True)
class Stage(AboutPartner):
    """A stage that wants somebody: a review or a move is proposed, or its evidence is overdue. In words already."""

    fact: str
    detail: str
    late: bool


@dataclass(frozen=True, slots=True)
class Meeting(AboutPartner):
    """A meeting to come. ``today``, ``day`` and ``times`` are those of who reads it; ``more`` says who and where."""

    what: str
    day: date
    times: str
    more: str

    @property
    def late(self) -> bool:
        return False

    @property
    def fact(self) -> str:
        return f"{shortened(self.what)} – {meeting_words(self.day, self.today).removeprefix('on ')}, {self.times}"

    @property
    def detail(self) -> str:
        return self.more


Row: TypeAlias = CheckIn | Promise | Voice | Problem | Stage | Meeting


@dataclass(frozen=True, slots=True)
class Batch:
    """The first rows of one kind, at most ``ROWS_SHOWN`` of ``total``; ``rest`` is the address of the whole list."""

    kind: Kind
    rows: Sequence[Row]
    total: int
    rest: str


@dataclass(frozen=True, slots=True)
class More:
    """What a part does not show, and where it is."""

    count: int
    what: str
    address: str

    @property
    def words(self) -> str:
        return f"and {self.count:,} more{self.what}"


@dataclass(frozen=True, slots=True)
class Part:
    """At most ``ROWS_SHOWN`` rows under one heading, of its batches in their order."""

    heading: str
    batches: tuple[Batch, ...]

    @property
    def total(self) -> int:
        return sum(batch.total for batch in self.batches)

    @property
    def count(self) -> str:
        return f"{self.total:,}"

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for batch in self.batches for row in batch.rows)[:ROWS_SHOWN]

    @property
    def more(self) -> tuple[More, ...]:
        """Nothing is lost: what is shown and what is counted here are all."""
        left, hidden = ROWS_SHOWN, []
        for batch in self.batches:
            shown = min(left, len(batch.rows))
            left -= shown
            if over := batch.total - shown:
                what = called(batch.kind, over) if len(self.batches) > 1 else ""
                hidden.append(More(over, what, batch.rest))
        return tuple(hidden)


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

    def total(self, kind: Kind) -> int:
        return sum(batch.total for part in self.parts for batch in part.batches if batch.kind is kind)

    @property
    def subject(self) -> str:
        """The most important facts that fit into 60 characters, whatever the counts."""
        end = " in your team" if self.of_team else ""
        said = ""
        for fact in self._facts():
            longer = f"{said}, {fact}" if said else fact
            if len(longer + end) > LONGEST_SUBJECT:
                break
            said = longer
        return said + end

    def _facts(self) -> Iterator[str]:
        """The most urgent first; short."""
        count = {kind: self.total(kind) for kind in Kind}
        if count[Kind.URGENT]:
            yield f"{some(count[Kind.URGENT], 'problem')} can't wait"
        if count[Kind.PROMISE_LATE]:
            yield f"{some(count[Kind.PROMISE_LATE], 'promise')} late"
        if count[Kind.OVERDUE]:
            yield f"{some(count[Kind.OVERDUE], 'partner')} overdue"
        if count[Kind.UNANSWERED]:
            yield f"{some(count[Kind.UNANSWERED], 'answer')} owed"
        if count[Kind.PROBLEM]:
            yield some(count[Kind.PROBLEM], "open problem")
        if count[Kind.PROMISE_DUE]:
            yield f"{some(count[Kind.PROMISE_DUE], 'promise')} due this week"
        if due := count[Kind.DUE]:
            # "2 partners overdue, 1 due this week": who is due needs no second saying.
            between = any(count[kind] for kind in (Kind.UNANSWERED, Kind.PROBLEM, Kind.PROMISE_DUE))
            yield f"{short(due) if count[Kind.OVERDUE] and not between else some(due, 'partner')} due this week"
        if count[Kind.BOOKED]:
            yield f"{some(count[Kind.BOOKED], 'partner')} booked"
        if count[Kind.MEETING]:
            yield some(count[Kind.MEETING], "meeting")
        if count[Kind.STAGE]:
            yield f"{some(count[Kind.STAGE], 'stage')} to look at"

    @property
    def headline(self) -> str:
        return self._headline_of_team() if self.of_team else " ".join(islice(self._sentences(), HEADLINE_FACTS))

    def _sentences(self) -> Iterator[str]:
        count = {kind: self.total(kind) for kind in Kind}
        yield from (f"{said_of_late(kind, count[kind])}." for kind in Kind if kind.late and count[kind])
        if count[Kind.PROBLEM]:
            yield f"{are(count[Kind.PROBLEM], 'problem')} open."
        promised, due = count[Kind.PROMISE_DUE], count[Kind.DUE]
        if promised and due:
            check_ins = f"{spelled(due).lower()} {'check-in' if due == 1 else 'check-ins'}"
            yield f"{spelled(promised)} {'promise' if promised == 1 else 'promises'} and {check_ins} are due this week."
        elif promised:
            yield f"{are(promised, 'promise')} due this week."
        elif due and count[Kind.OVERDUE] and not (count[Kind.UNANSWERED] or count[Kind.PROBLEM]):
            yield f"{spelled(due)} {'is' if due == 1 else 'are'} due this week."
        elif due:
            yield f"{are(due, 'partner')} due this week."
        if count[Kind.BOOKED]:
            yield f"{are(count[Kind.BOOKED], 'partner')} booked: a meeting is near."
        if count[Kind.MEETING]:
            yield f"{are(count[Kind.MEETING], 'meeting')} in the next 7 days."
        if count[Kind.STAGE]:
            yield f"{are(count[Kind.STAGE], 'stage')} to be looked at."

    def _headline_of_team(self) -> str:
        count = {kind: self.total(kind) for kind in Kind}
        said = [said_of_late(kind, count[kind]) for kind in Kind if kind.late and count[kind]]
        said += [f"{are(count[Kind.STAGE], 'stage')} to be looked at"] if count[Kind.STAGE] else []
        people = len(self.parts)
        whose = f"with {spelled(people).lower()} {'person' if people == 1 else 'people'} of your team"
        first, *others = said[:HEADLINE_FACTS] or [""]
        *between, last = [f"{one[0].lower()}{one[1:]}" for one in others] or [""]
        facts = ", ".join([first, *between]) + (f" and {last}" if last else "")
        return f"{facts}, {whose}."

    @property
    def week(self) -> str:
        return f"Concord · week {self.today.isocalendar().week}, {weekday_words(self.today, self.today)}"

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


def said_of_late(kind: Kind, count: int) -> str:
    """*Two promises are late*: the beginning of a sentence."""
    match kind:
        case Kind.URGENT:
            return f"{spelled(count)} {'problem' if count == 1 else 'problems'} can’t wait"
        case Kind.OVERDUE:
            return f"{are(count, 'partner')} overdue"
        case Kind.UNANSWERED:
            return f"{are(count, 'answer')} owed"
        case _:
            return f"{are(count, 'promise')} late"


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


def some(count: int, thing: str) -> str:
    """*1 promise*, *5,544 partners*."""
    return f"1 {thing}" if count == 1 else f"{short(count)} {thing}s"


def are(count: int, thing: str) -> str:
    """*One promise is*, *Two partners are*: the beginning of a sentence."""
    return f"{spelled(count)} {thing} is" if count == 1 else f"{spelled(count)} {thing}s are"


def called(kind: Kind, count: int) -> str:
    """What is left of one kind where a part has several: *and 2 more late promises*."""
    one = count == 1
    match kind:
        case Kind.URGENT:
            return " problem that can’t wait" if one else " problems that can’t wait"
        case Kind.PROBLEM:
            return " open problem" if one else " open problems"
        case Kind.STAGE:
            return " stage to look at" if one else " stages to look at"
        case Kind.PROMISE_LATE:
            return " late promise" if one else " late promises"
        case Kind.OVERDUE:
            return " overdue partner" if one else " overdue partners"
        case Kind.BOOKED:
            return " booked partner" if one else " booked partners"
        case Kind.MEETING:
            return " meeting in 7 days" if one else " meetings in 7 days"
        case Kind.UNANSWERED:
            return " answer owed" if one else " answers owed"
        case Kind.PROMISE_DUE:
            return " promise due in 7 days" if one else " promises due in 7 days"
        case Kind.DUE:
            return " check-in due in 7 days" if one else " check-ins due in 7 days"


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


def weekday_words(day: date, today: date) -> str:
    """``Friday 20 November``."""
    return f"{WEEKDAYS[day.weekday()]} {day_words(day, today)}"


def by_words(due_on: date, today: date) -> str:
    ahead = (due_on - today).days
    if ahead < 0:
        return f"due since {day_words(due_on, today)}"
    if ahead == 0:
        return "due today"
    if ahead == 1:
        return "due tomorrow"
    weekday = WEEKDAYS[due_on.weekday()]
    return f"by {weekday}" if ahead < 7 else f"by {weekday_words(due_on, today)}"


def until_words(due_on: date, today: date) -> str:
    """*today*, *tomorrow*, *by Thursday*: of a day that is not over."""
    return by_words(due_on, today).removeprefix("due ")


def on_words(due_on: date, today: date) -> str:
    """As ``by_words`` of what has its one day; *since* would leave open whether that day is over."""
    ahead = (due_on - today).days
    if ahead in (0, 1):
        return by_words(due_on, today)
    return f"{'was due' if ahead < 0 else 'due'} on {weekday_words(due_on, today)}"


def meeting_words(day: date, today: date) -> str:
    """*today*, *tomorrow*, *on Friday 20 November*."""
    ahead = (day - today).days
    return ("today", "tomorrow")[ahead] if ahead in (0, 1) else f"on {weekday_words(day, today)}"


def text(digest: Digest) -> str:
    """The plain part: the same facts in the same order."""
    lines = [digest.week, "", digest.headline, "", f"Open Today: {digest.open_today}"]
    for part in digest.parts:
        lines += ["", "", f"{part.heading} ({part.count})"]
        for row in part.rows:
            lines += ["", f"{row.title}: {row.fact}", f"  {row.detail}", f"  {row.verb}: {row.act}"]
            lines += [f"  Partner: {row.page}"] if row.page != row.act else []
        for more in part.more:
            lines += ["", f"{more.words}: {more.address}"]
    lines += ["", "", digest.why, f"Change what you get: {digest.change}", f"Stop these mails: {digest.stop}"]
    return "\n".join(lines) + "\n"
