"""What beat starts, and when. Tasks are named by their path, so that nothing is imported here."""

from __future__ import annotations

from typing import Any

TIMETABLE: dict[str, dict[str, Any]] = {}
