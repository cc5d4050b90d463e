"""Reads the calendar of a file in a process of its own and says how many megabytes that took at its height."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from meetings.calendar_lines import UnreadableError
from meetings.calendar_reading import read

FIRST, LAST = datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 1, 30, tzinfo=UTC)


def memory(name: str) -> int:
    """Megabytes, of this process alone: what ``getrusage`` tells is also that of whoever started it."""
    found = re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) // 1024


def main() -> None:
    body = Path(sys.argv[1]).read_bytes()
    # The first reading loads what every one needs: zones, patterns.
    read(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261110T090000\nEND:VEVENT", zone="UTC", first=FIRST, last=LAST)
    before = memory("VmRSS")
    try:
        entries = read(body, zone="Europe/Berlin", first=FIRST, last=LAST).entries
    except UnreadableError:
        entries = 0
    print(json.dumps({"megabytes": memory("VmHWM") - before, "entries": entries}))


if __name__ == "__main__":
    main()
