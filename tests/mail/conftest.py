from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

import pytest
from django.db import connection
from pytest_django import Settings

from accounts.models import User
from mail.models import WEEKLY
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


def environment(port: int) -> dict[str, str]:
    """For a process of the product on the test database and a mail server of the test."""
    known = os.environ.get("DATABASE_URL") or services.database_url()
    return {
        **os.environ,
        "DATABASE_URL": f"{known.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}",
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "DJANGO_SETTINGS_MODULE": "prm.settings",
    }


@pytest.fixture
def start(box: Postbox, transactional_db: None) -> Start:
    """Begin a process of the product on the test database and the test server; its arguments follow ``python``."""

    def begin(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=services.CHECKOUT,
            env=environment(box.port),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    return begin


@dataclass
class Killer:
    """Sends in a process of its own that is killed; what it had to say stands in ``said``."""

    process: subprocess.Popen[str]
    said: Path

    def kill(self, stage: str, mail: int, moment: str, port: int, kinds: Sequence[str] = WEEKLY) -> int:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{stage}\t{mail}\t{moment}\t{port}\t{','.join(kinds)}\n")
        self.process.stdin.flush()
        ended = int(self.process.stdout.readline())
        _until_its_connection_is_gone()
        return ended


def _until_its_connection_is_gone() -> None:
    """The database notices some time after the process has ended; until then the mail is held."""
    until = monotonic() + 20
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM mail_outboxmail JOIN pg_stat_activity ON pid = claimed_by"
                " WHERE pid <> pg_backend_pid())"
            )
            (there,) = cursor.fetchone()
        if not there:
            return
        assert monotonic() < until, "its connection is still there"
        sleep(0.01)


@pytest.fixture(scope="module")
def killer(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killer]:
    said = tmp_path_factory.mktemp("killer") / "stderr"
    with (
        said.open("w") as stderr,
        subprocess.Popen(
            [sys.executable, "-m", "tests.mail.killed_sender"],
            cwd=services.CHECKOUT,
            env=environment(0),
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
        ) as process,
    ):
        yield Killer(process, said)
        assert process.stdin
        process.stdin.close()
