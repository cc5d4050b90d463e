"""The weekly mails of the real meetings, read as they arrive, and as they follow from the raw file."""

from __future__ import annotations

import re
from email import message_from_bytes, policy

from accounts.models import User
from mail.digest import plain
from tests.mail.post import Postbox
from tests.real_data import raw_count

Read = dict[str, tuple[str, list[tuple[str, list[str], int]]]]


def read(box: Postbox, names: dict[str, str]) -> Read:
    """By owner: the subject, and of each part the heading, the accounts and how many more."""
    people = dict(User.objects.values_list("email", "name"))
    found: Read = {}
    for address, raw in box.taken:
        mail = message_from_bytes(raw, policy=policy.default)
        words = str(mail.get_body(("plain",)).get_content()).replace("\r\n", "\n")  # type: ignore[union-attr]
        parts = []
        for heading, rows in re.findall(r"\n\n\n([^\n]+) \([\d,]+\)\n(.*?)(?=\n\n\n)", words, re.DOTALL):
            more = re.search(r"^and ([\d,]+) more:", rows, re.MULTILINE)
            accounts = [names[page] for page in re.findall(r"/relationships/(\d+)/", rows)]
            parts.append((heading, accounts, int(more[1].replace(",", "")) if more else 0))
        assert people[address] not in found
        found[people[address]] = (str(mail["Subject"]), parts)
    return found


def counted(monday: raw_count.Monday) -> Read:
    found: Read = {}
    for one in monday.digests.values():
        overdue = ("Overdue", [plain(row.account) for row in one.overdue_shown], one.overdue_more)
        due = ("Check-ins due in 7 days", [plain(row.account) for row in one.due_shown], one.due_more)
        found[one.owner] = (
            _subject(len(one.overdue), len(one.due)),
            [part for part in (overdue, due) if part[1]],
        )
    return found


def _subject(overdue: int, due: int) -> str:
    def some(count: int) -> str:
        return f"{count} partner{'s' if count > 1 else ''}"

    if not overdue:
        return f"{some(due)} due this week"
    return f"{some(overdue)} overdue" + (f", {due} due this week" if due else "")
