"""How much memory a hostile calendar takes: measured in a process of its own, and bounded.

The suite reads the worst two; ``make stress`` all of them, and prints what each takes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from prm import services
from tests.meetings.test_calendar_reading import BOMBS, MEGABYTE

ALL = "STRESS_ALL" in os.environ
MOST_MEGABYTES = 128
HEAD = "BEGIN:VCALENDAR\n"
# One character from far away makes a text take four times as much.
WIDE = f"{HEAD}\U0001f600\n"
FIELDS = ["UID:1", "DTSTART:2", "DTEND:3", "SUMMARY:4", "LOCATION:5", "STATUS:6", "SEQUENCE:1", "CLASS:2", "RRULE:3"]
FIELDS += ["RDATE:4", "EXDATE:5", "ATTENDEE:6", "ORGANIZER:7", "DURATION:8"]


def entry(*lines: str) -> str:
    return "\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])


def filled(unit: str, head: str = HEAD) -> bytes:
    """As long as what is read at most."""
    return (head.encode() + unit.encode() * (10 * MEGABYTE // len(unit)))[: 10 * MEGABYTE]


SWOLLEN: dict[str, Callable[[], bytes]] = {
    "lines without number": lambda: filled("a:\n", WIDE),
    "every field there is": lambda: filled(entry(*FIELDS), WIDE),
    "nothing but ends of lines": lambda: filled("\r\n", WIDE),
    "one wide line": lambda: filled("x", WIDE),
    "parts of zones": lambda: filled("BEGIN:STANDARD\n"),
    "a zone of parts": lambda: filled("BEGIN:STANDARD\nRDATE:1\n", f"{HEAD}BEGIN:VTIMEZONE\nTZID:x\n"),
    "zones without number": lambda: b"".join(
        [HEAD.encode(), *(b"BEGIN:VTIMEZONE\nTZID:%d\nEND:VTIMEZONE\n" % number for number in range(200_000))]
    ),
    "people without number": lambda: filled(entry("DTSTART:20261110T090000Z", *["ATTENDEE:mailto:a@b.example"] * 199)),
    "each instead of another": lambda: b"".join(
        [HEAD.encode(), *(entry(f"UID:{number}", "DTSTART:20261110", "RECURRENCE-ID:20261110").encode()
                          for number in range(50_000))]
    ),
    "two bytes a letter": lambda: ("\ufeff" + HEAD + "a:\n" * 1_700_000).encode("utf-16"),
}  # fmt: skip
WORST = ["lines without number", "every field there is"]


def taken(body: bytes, folder: Path) -> dict[str, int]:
    path = folder / "calendar.ics"
    path.write_bytes(body[: 10 * MEGABYTE])
    told = subprocess.run(
        [sys.executable, "-m", "tests.meetings.calendar_memory", str(path)],
        cwd=services.CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, int] = json.loads(told.stdout)
    return found


@pytest.mark.parametrize("name", [*SWOLLEN, *BOMBS] if ALL else WORST)
def test_no_calendar_takes_much_memory(name: str, tmp_path: Path) -> None:
    body = SWOLLEN[name]() if name in SWOLLEN else BOMBS[name]
    found = taken(body, tmp_path)
    print(f"{name}: {found['megabytes']} MB")
    assert found["megabytes"] < MOST_MEGABYTES, found
    assert name not in WORST or found["megabytes"] > 9, "nothing was measured"
