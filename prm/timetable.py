"""What beat wakes, and how often. Each task is safe to run at any time and any number of times."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

TIMETABLE: dict[str, dict[str, Any]] = {
    "sweep-cadence": {"task": "relationships.tasks.sweep_cadence", "schedule": 15 * 60.0},
    # Each calendar is due every quarter of an hour by itself; beat only looks which.
    "read-calendars": {"task": "meetings.tasks.read_calendars", "schedule": 5 * 60.0},
    "sweep-meetings": {"task": "meetings.tasks.sweep_meetings", "schedule": 15 * 60.0},
    "sweep-duplicates": {"task": "accounts.tasks.sweep_duplicates", "schedule": 5 * 60.0},
    # At an hour of the day: beat begins its count anew whenever it starts.
    "forget-files": {"task": "relationships.tasks.forget_files", "schedule": crontab(hour="3", minute="17")},
    "count-book": {"task": "dashboards.tasks.count_book", "schedule": 60 * 60.0},
    "send-mail": {"task": "mail.tasks.send_mail", "schedule": 60.0},
}
