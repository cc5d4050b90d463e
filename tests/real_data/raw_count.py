"""What the product must come to on the real meetings, counted straight from the raw file.

This is the other half of a comparison, so it shares nothing with the product: the Python standard library only, every
rule written again from the words of the specification. It knows one mapping, the preset ``mep-meetings``: account =
``lobbyists`` (one cell, one account), owner and relationship name = ``mep``, a two-way meeting on ``date``
(dd/mm/yyyy), summary = ``title``, every 30 days from the first meeting.

Where the words leave a choice, this is what was chosen:

The file
    Strict UTF-8; one byte order mark at the very start is dropped. The csv dialect is ``excel`` (comma, double quote
    doubled to escape, any line ending, line breaks inside quotes kept), not strict. Not decodable, no header, a
    mapped column missing or a file csv itself gives up on: ``RefusedWhole``. Header cells are compared with their
    ends stripped; of two columns with one name the first counts.
Rows
    An empty line (no cell at all) is no row and is not counted; it may also stand before the header. A line of blanks
    is one cell, hence a row with the wrong number of cells. A row of empty cells is a row, refused. The line of a row
    is the line on which it begins.
Refusals
    Only the five of the text, the first that applies in this order: wrong number of cells, a NUL (in any cell, also
    of a column that is not mapped), an empty account, a date that is none, a date after the day of the import (that
    day itself is allowed). A refused row makes nothing: no account, no user, no relationship, and its spelling is not
    the first one. An empty ``mep`` is not on the list: the relationship has the empty name and no owner, nobody is
    made a user, nobody gets mail about it. An empty ``title`` is not on the list either: the summary is empty, and
    two such meetings of one relationship on one day are the same meeting.
Dates
    Two digits, two digits, four digits (ASCII), white space at the ends stripped; the day must exist.
Accounts
    The key is: NFKC, case folding, runs of white space to one space, then white space and punctuation off both ends
    as often as there is any. Punctuation is the Unicode category P; symbols (``+``, ``$``, ``|``, ``<``: category S)
    and invisible characters (category Cf, a left-to-right mark) are kept and tell accounts apart. A name whose key is
    empty (``"?!"``) is an empty account, for otherwise all of those would be one account. The name kept is the first
    spelling, its ends stripped of white space.
Owners and relationships
    Only accounts are matched by key. A relationship is (account, ``mep`` with its ends stripped), compared exactly. A
    user is an address, so two spellings that make one slug (marks dropped, lower case, everything else to hyphens)
    are one user; the name kept is the first spelling. A name without a slug is its own user.
Duplicates
    The same relationship, day and summary, white space at the ends stripped, otherwise compared exactly (case, inner
    white space and Unicode form tell summaries apart). Where, in what role and about what file two meetings were does
    not.
Users and mail
    The users of an import exist on its day, early enough for the digest of that Monday. All in one zone, so that a
    day is a day and no clock matters here.
Flags and mails
    Both see the relationship as it is on the day given; every imported meeting is on or before it. The order in a
    mail: overdue by lateness, worst first; due by ``due_on``, first day first; equal ones by account name
    (case-folded, by code point), then account name as it is, then relationship name.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

INTERVAL_DAYS = 30
GRACE_DAYS = min(INTERVAL_DAYS // 7, max(0, 31 - INTERVAL_DAYS))
DUE_AHEAD_DAYS = 7
ROWS_SHOWN = 7
ACCOUNT, OWNER, SUMMARY, DAY = "lobbyists", "mep", "title", "date"
FIRST_MONDAY, SECOND_MONDAY = date(2020, 3, 2), date(2020, 7, 6)

WRONG_CELLS = "wrong number of cells"
HAS_NUL = "a NUL"
EMPTY_ACCOUNT = "an empty account"
NO_DATE = "a date that is none"
DATE_AFTER = "a date after the day of the import"

RelationshipKey = tuple[str, str]
"""Account key, relationship name."""


class RefusedWhole(Exception):
    """The file as a whole cannot be imported; nothing of it counts."""


@dataclass(frozen=True)
class Totals:
    rows: int = 0
    accounts: int = 0
    users: int = 0
    relationships: int = 0
    interactions: int = 0
    duplicates: int = 0
    errors: int = 0

    def as_dict(self) -> dict[str, int]:
        return dict(vars(self))


@dataclass(frozen=True)
class RefusedRow:
    line: int
    reason: str


@dataclass
class State:
    """All that is there after a run; `totals` and `refused` are of that run alone."""

    accounts: dict[str, str] = field(default_factory=dict)
    """Account key to the name kept."""
    users: dict[str, str] = field(default_factory=dict)
    """User key (slug) to the name kept."""
    meetings: dict[RelationshipKey, set[tuple[date, str]]] = field(default_factory=dict)
    """The (day, summary) of each meeting of each relationship."""
    totals: Totals = field(default_factory=Totals)
    refused: list[RefusedRow] = field(default_factory=list)

    def copy(self) -> State:
        """An independent copy of what is there, with the counts of a run that has not begun."""
        return State(
            dict(self.accounts),
            dict(self.users),
            {key: set(met) for key, met in self.meetings.items()},
        )

    def last_met(self, relationship: RelationshipKey) -> date:
        return max(day for day, _ in self.meetings[relationship])


@dataclass(frozen=True)
class Standing:
    """One relationship as it stands on one day."""

    relationship: RelationshipKey
    account: str
    last_met: date
    due_on: date
    overdue_from: date
    days_late: int
    """Today minus `due_on`; negative before that day."""

    @property
    def lateness(self) -> float:
        return self.days_late / INTERVAL_DAYS

    @property
    def name(self) -> str:
        return self.relationship[1]

    @property
    def flag(self) -> tuple[str, str, date]:
        """What tells a flag from every other one: account key, relationship name, un-snoozed day it was due."""
        return (*self.relationship, self.due_on)

    def by_name(self) -> tuple[str, str, str]:
        return (self.account.casefold(), self.account, self.name)


@dataclass(frozen=True)
class Digest:
    """The mail of one owner, both parts in their order and whole; a mail shows the first seven of each."""

    owner: str
    overdue: tuple[Standing, ...]
    due: tuple[Standing, ...]

    @property
    def overdue_shown(self) -> tuple[Standing, ...]:
        return self.overdue[:ROWS_SHOWN]

    @property
    def due_shown(self) -> tuple[Standing, ...]:
        return self.due[:ROWS_SHOWN]

    @property
    def overdue_more(self) -> int:
        """The N of "and N more"; 0 means that the line is not there."""
        return max(0, len(self.overdue) - ROWS_SHOWN)

    @property
    def due_more(self) -> int:
        return max(0, len(self.due) - ROWS_SHOWN)


@dataclass(frozen=True)
class Monday:
    """One import, the sweep after it and the digests after that.

    The import closes the flags of those met since (`closed_by_import`), so that the sweep finds none left to close.
    """

    day: date
    state: State
    open: dict[tuple[str, str, date], Standing]
    raised: frozenset[tuple[str, str, date]]
    closed_by_import: frozenset[tuple[str, str, date]]
    digests: dict[str, Digest]

    def as_dict(self) -> dict[str, object]:
        mails = self.digests.values()
        return {
            "day": self.day.isoformat(),
            "import": self.state.totals.as_dict(),
            "flags": {
                "raised": len(self.raised),
                "closed_by_import": len(self.closed_by_import),
                "closed_by_sweep": 0,
                "kept_open": len(self.open) - len(self.raised),
                "open": len(self.open),
            },
            "digests": {
                "mails": len(self.digests),
                "users_with_nothing_to_say": len(self.state.users) - len(self.digests),
                "overdue": sum(len(mail.overdue) for mail in mails),
                "overdue_shown": sum(len(mail.overdue_shown) for mail in mails),
                "due": sum(len(mail.due) for mail in mails),
                "due_shown": sum(len(mail.due_shown) for mail in mails),
            },
            "all": {
                "accounts": len(self.state.accounts),
                "users": len(self.state.users),
                "relationships": len(self.state.meetings),
                "interactions": sum(len(met) for met in self.state.meetings.values()),
            },
        }


def account_key(name: str) -> str:
    """What an account is matched by; empty when there is nothing but white space and punctuation."""
    folded = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", name).casefold())
    first, end = 0, len(folded)
    while first < end and _trimmed(folded[first]):
        first += 1
    while end > first and _trimmed(folded[end - 1]):
        end -= 1
    return folded[first:end]


def _trimmed(char: str) -> bool:
    return char.isspace() or unicodedata.category(char).startswith("P")


def user_key(name: str) -> str:
    """The slug of the person's address, or the name itself when no letter of it is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or name


def day_of(cell: str) -> date | None:
    match = re.fullmatch(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", cell.strip())
    if match is None:
        return None
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return None


def _records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins; empty lines left out."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedWhole("not decodable") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    begins = 1
    try:
        for record in reader:
            if record:
                yield begins, record
            begins = reader.line_num + 1
    except csv.Error as error:
        raise RefusedWhole(str(error)) from error


def _columns(header: list[str]) -> dict[str, int]:
    names = [cell.strip() for cell in header]
    missing = [name for name in (ACCOUNT, OWNER, SUMMARY, DAY) if name not in names]
    if missing:
        raise RefusedWhole(f"no column {', '.join(missing)}")
    return {name: names.index(name) for name in (ACCOUNT, OWNER, SUMMARY, DAY)}


def _refusal(record: list[str], width: int, columns: dict[str, int], as_of: date) -> str | None:
    if len(record) != width:
        return WRONG_CELLS
    if any("\0" in cell for cell in record):
        return HAS_NUL
    if not account_key(record[columns[ACCOUNT]]):
        return EMPTY_ACCOUNT
    day = day_of(record[columns[DAY]])
    if day is None:
        return NO_DATE
    return DATE_AFTER if day > as_of else None


def read(path: Path, as_of: date, seen: State | None = None) -> State:
    """Import the file on the day `as_of`, on top of what is there; `seen` is left as it was.

    Raises RefusedWhole.
    """
    records = _records(path)
    _, header = next(records, (0, []))
    if not header:
        raise RefusedWhole("no header")
    columns = _columns(header)
    state = seen.copy() if seen else State()
    before = _sizes(state)
    rows = duplicates = 0
    for line, record in records:
        rows += 1
        reason = _refusal(record, len(header), columns, as_of)
        if reason is not None:
            state.refused.append(RefusedRow(line, reason))
        elif not _take(state, {name: record[column] for name, column in columns.items()}):
            duplicates += 1
    accounts, users, relationships, interactions = (now - then for now, then in zip(_sizes(state), before, strict=True))
    state.totals = Totals(rows, accounts, users, relationships, interactions, duplicates, len(state.refused))
    return state


def _sizes(state: State) -> tuple[int, int, int, int]:
    meetings = sum(len(met) for met in state.meetings.values())
    return len(state.accounts), len(state.users), len(state.meetings), meetings


def _take(state: State, cells: dict[str, str]) -> bool:
    """Take in one sound row; False when its meeting was there already."""
    key = account_key(cells[ACCOUNT])
    state.accounts.setdefault(key, cells[ACCOUNT].strip())
    owner = cells[OWNER].strip()
    if owner:
        state.users.setdefault(user_key(owner), owner)
    met = state.meetings.setdefault((key, owner), set())
    day = day_of(cells[DAY])
    assert day is not None
    meeting = (day, cells[SUMMARY].strip())
    if meeting in met:
        return False
    met.add(meeting)
    return True


def standing(state: State, relationship: RelationshipKey, today: date) -> Standing:
    last_met = state.last_met(relationship)
    due_on = last_met + timedelta(days=INTERVAL_DAYS)
    return Standing(
        relationship=relationship,
        account=state.accounts[relationship[0]],
        last_met=last_met,
        due_on=due_on,
        overdue_from=due_on + timedelta(days=GRACE_DAYS + 1),
        days_late=(today - due_on).days,
    )


def flags(state: State, today: date) -> dict[tuple[str, str, date], Standing]:
    """The flags that are open on that day, one for each overdue relationship."""
    everyone = (standing(state, relationship, today) for relationship in state.meetings)
    return {one.flag: one for one in everyone if today >= one.overdue_from}


def digests(state: State, today: date) -> dict[str, Digest]:
    """The mail of each owner who has something to read, by user key."""
    overdue: dict[str, list[Standing]] = {}
    due: dict[str, list[Standing]] = {}
    for relationship in state.meetings:
        if not relationship[1]:
            continue
        one = standing(state, relationship, today)
        if today >= one.overdue_from:
            overdue.setdefault(user_key(one.name), []).append(one)
        elif one.due_on <= today + timedelta(days=DUE_AHEAD_DAYS):
            due.setdefault(user_key(one.name), []).append(one)
    return {
        owner: Digest(
            owner=state.users[owner],
            overdue=tuple(
                sorted(
                    overdue.get(owner, ()),
                    key=lambda one: (-one.days_late, one.by_name()),
                )
            ),
            due=tuple(sorted(due.get(owner, ()), key=lambda one: (one.due_on, one.by_name()))),
        )
        for owner in sorted({*overdue, *due})
    }


def monday(path: Path, day: date, before: Monday | None = None) -> Monday:
    """Import, sweep and digest on that day, on top of the day before it."""
    state = read(path, day, before.state if before else None)
    were_open = before.open if before else {}
    still_due = {standing(state, flag[:2], day).flag for flag in were_open}
    open_now = flags(state, day)
    return Monday(
        day=day,
        state=state,
        open=open_now,
        raised=frozenset(open_now.keys() - were_open.keys()),
        closed_by_import=frozenset(were_open.keys() - still_due),
        digests=digests(state, day),
    )


def two_mondays(path: Path) -> tuple[Monday, Monday]:
    """The whole story: imported, swept and digested on 2 March 2020, and again on 6 July 2020."""
    first = monday(path, FIRST_MONDAY)
    return first, monday(path, SECOND_MONDAY, first)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m tests.real_data.raw_count PATH", file=sys.stderr)
        return 2
    try:
        first, second = two_mondays(Path(arguments[0]))
    except RefusedWhole as error:
        print(f"refused: {error}", file=sys.stderr)
        return 2
    print(
        json.dumps(
            {one.day.isoformat(): one.as_dict() for one in (first, second)},
            ensure_ascii=False,
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
