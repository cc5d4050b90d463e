from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection
from pytest_django import Settings

from accounts.models import User
from prm import services
from tests.mail.post import Postbox, postbox

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def box(settings: Settings) -> Iterator[Postbox]:
    with postbox() as open_box:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", open_box.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = ""
        yield open_box


def there_for_long(person: User, zone: str = "UTC") -> User:
    person.joined_at, person.zone = LONG_AGO, zone
    person.save()
    return person


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(box: Postbox, transactional_db: None) -> Start:
    """Begin a process of the product on the test database and the test server; its arguments follow ``python``."""
    known = os.environ.get("DATABASE_URL") or services.database_url()
    environment = {
        **os.environ,
        "DATABASE_URL": f"{known.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}",
        "EMAIL_URL": f"smtp://127.0.0.1:{box.port}",
        "DJANGO_SETTINGS_MODULE": "prm.settings",
    }

    def begin(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=services.CHECKOUT,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    return begin
