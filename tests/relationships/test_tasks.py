"""Every job of the application: once, twice, twice at once – the same database, the same mails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from prm.celery import app
from prm.timetable import TIMETABLE
from relationships.models import MissedCheckIn, Relationship
from tests import people
from tests.mail.post import Postbox, postbox
from tests.relationships.records import DAY, Elsewhere, agreed

app.loader.import_default_modules()
OURS = sorted(name for name in app.tasks if not name.startswith("celery."))


@pytest.fixture
def box(settings: Settings) -> Iterator[Postbox]:
    with postbox() as open_box:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", open_box.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield open_box


def world() -> None:
    """Overdue, due, in touch and paused; people who have been there for long enough to get their weekly mail."""
    today = timezone.now().date()
    agreed(14, start=today - 60 * DAY, account=people.account("Acme"))
    agreed(14, start=today - 60 * DAY, touched=today - 15 * DAY, account=people.account("Borealis"))
    agreed(30, start=today - 60 * DAY, touched=today - DAY, account=people.account("Cobalt"))
    agreed(7, start=today - 60 * DAY, account=people.account("Dunlin"), owner=people.bob())
    # Booked for yesterday: that meeting is over.
    people.relationship(account=people.account("Ember"), booked_on=today - DAY)
    people.mona()
    # Jobs read the real clock; early on a Monday the week's mails are due only where the day is further on.
    now = timezone.now()
    zone = "Pacific/Kiritimati" if now.weekday() == 0 and now.hour < 8 else "UTC"
    User.objects.update(joined_at=datetime(2020, 1, 1, tzinfo=UTC), zone=zone)


def dump() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, audit events included."""
    tables = {model._meta.db_table for model in apps.get_models() if not model._meta.proxy and model._meta.managed}
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")
            found[table] = cursor.fetchall()
    return found


@pytest.fixture
def mails_of_a_world(transactional_db: None, box: Postbox) -> Postbox:
    world()
    return box


def run(name: str) -> None:
    app.tasks[name].apply().get()


@pytest.mark.parametrize("name", OURS)
def test_job_run_again_and_again_changes_nothing_more(name: str, mails_of_a_world: Postbox) -> None:
    run(name)
    once, mails = dump(), mails_of_a_world.copies
    run(name)
    assert dump() == once
    for thread in [Elsewhere(lambda: run(name)) for _ in range(2)]:
        thread.join()
    assert dump() == once
    assert mails_of_a_world.copies == mails


@pytest.mark.parametrize("name", OURS)
def test_job_run_twice_at_once_does_what_one_run_does(name: str, mails_of_a_world: Postbox) -> None:
    for thread in [Elsewhere(lambda: run(name)) for _ in range(2)]:
        thread.join()
    at_once, mails = dump(), mails_of_a_world.copies
    run(name)
    assert dump() == at_once
    assert mails_of_a_world.copies == mails
    assert set(mails.values()) <= {1}


def test_jobs_leave_something_to_compare(mails_of_a_world: Postbox) -> None:
    for name in OURS:
        run(name)
    assert MissedCheckIn.objects.open().count() == 2
    assert not Relationship.objects.exclude(booked_on=None).exists()
    assert set(mails_of_a_world.copies) >= {people.alice().email, people.bob().email}


def test_timetable_names_jobs_that_exist() -> None:
    assert {entry["task"] for entry in TIMETABLE.values()} <= set(OURS)
    assert OURS
