"""Real servers in a folder of their own, so that those of the checkout are left alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import environ
import psycopg
import pytest
import redis
from django.db import connection

from prm import services

USER_OF_SERVICES = """
import sys, pathlib
from prm import services
with services.running(pathlib.Path(sys.argv[1])):
    print("up", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def checkout(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that everybody may enter (pytest's own are closed), with private services whatever the machine has."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    folder = Path(tempfile.mkdtemp(prefix="concord test ")).resolve()
    folder.chmod(0o755)
    yield folder
    place = services.Place(folder)
    services.wipe(folder)
    shutil.rmtree(place.run, ignore_errors=True)
    shutil.rmtree(folder)


@pytest.fixture
def closed_checkout(checkout: Path) -> Iterator[Path]:
    checkout.chmod(0o700)
    yield checkout


def user(checkout: Path) -> subprocess.Popen[str]:
    """Another process that uses the services until its input is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", USER_OF_SERVICES, str(checkout)],
        cwd=services.CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return process


def is_up(process: subprocess.Popen[str]) -> bool:
    assert process.stdout
    return process.stdout.readline() == "up\n"


def leave(process: subprocess.Popen[str]) -> int:
    assert process.stdin
    process.stdin.close()
    return process.wait(30)


def connect(checkout: Path) -> psycopg.Connection[tuple[object, ...]]:
    address = environ.Env.db_url_config(services.database_url(checkout))
    return psycopg.connect(host=address["HOST"], port=address["PORT"], user=address["USER"], dbname=address["NAME"])


def answers(checkout: Path) -> tuple[bool, bool]:
    """Whether PostgreSQL and Valkey answer at the addresses that the settings are given."""
    try:
        with connect(checkout):
            postgres = True
    except psycopg.OperationalError:
        postgres = False
    try:
        valkey = bool(redis.Redis.from_url(services.redis_url(1, checkout)).ping())
    except redis.RedisError:
        valkey = False
    return postgres, valkey


def kill_servers(checkout: Path) -> None:
    place = services.Place(checkout)
    postgres = int((place.data / "postmaster.pid").read_text().partition("\n")[0])
    valkey = int(redis.Redis.from_url(services.redis_url(0, checkout)).info("server")["process_id"])
    for pid in (postgres, valkey):
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)


def test_application_connects_as_a_role_that_is_no_superuser_and_makes_databases(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, True)


def test_role_owns_its_database_and_may_make_others(checkout: Path) -> None:
    with services.running(checkout), connect(checkout) as connected:
        rows = connected.execute(
            "SELECT rolname, rolsuper, rolcreatedb, datname FROM pg_roles JOIN pg_database ON datdba = pg_roles.oid"
            " WHERE rolname = current_user"
        ).fetchall()
    assert rows == [("concord", False, True, "concord")]


def test_users_at_once_share_the_services_and_the_last_one_out_stops_them(checkout: Path) -> None:
    first, second = user(checkout), user(checkout)
    assert is_up(first)
    assert is_up(second)
    assert leave(first) == 0
    assert answers(checkout) == (True, True)
    assert leave(second) == 0
    assert answers(checkout) == (False, False)


def test_killed_user_does_not_count_and_takes_nobody_along(checkout: Path) -> None:
    killed, other = user(checkout), user(checkout)
    assert is_up(killed)
    assert is_up(other)
    killed.kill()
    killed.wait(30)
    assert answers(checkout) == (True, True)
    assert leave(other) == 0
    assert answers(checkout) == (False, False)


def test_services_left_by_a_killed_user_are_found_and_stopped_by_the_next(checkout: Path) -> None:
    killed = user(checkout)
    assert is_up(killed)
    killed.kill()
    killed.wait(30)
    assert answers(checkout) == (True, True)
    with services.running(checkout):
        assert answers(checkout) == (True, True)
    assert answers(checkout) == (False, False)


def test_killed_servers_come_back_with_what_was_committed(checkout: Path) -> None:
    with services.running(checkout):
        with connect(checkout) as connected:
            connected.execute("CREATE TABLE kept AS SELECT 7 AS n")
        kill_servers(checkout)
        assert answers(checkout) == (False, False)
        with services.running(checkout), connect(checkout) as connected:
            assert connected.execute("SELECT n FROM kept").fetchall() == [(7,)]
            assert answers(checkout) == (True, True)


def test_pid_file_that_names_another_program_is_no_obstacle(checkout: Path) -> None:
    with services.running(checkout):
        kill_servers(checkout)
    pid_file = services.Place(checkout).data / "postmaster.pid"
    _old, *rest = pid_file.read_text().splitlines(keepends=True)
    pid_file.write_text("".join([f"{os.getpid()}\n", *rest]))
    with services.running(checkout):
        assert answers(checkout) == (True, True)


def test_wipe_refuses_while_somebody_uses_the_services_and_removes_all_afterwards(checkout: Path) -> None:
    with services.running(checkout):
        with connect(checkout) as connected:
            connected.execute("CREATE TABLE kept AS SELECT 7 AS n")
        with pytest.raises(services.ServiceError, match="still uses"):
            services.wipe(checkout)
    services.wipe(checkout)
    with services.running(checkout), connect(checkout) as connected:
        assert connected.execute("SELECT to_regclass('kept')").fetchone() == (None,)


def test_checkout_closed_to_others_serves_as_well(closed_checkout: Path) -> None:
    with services.running(closed_checkout):
        assert answers(closed_checkout) == (True, True)


def test_deep_checkout_keeps_its_sockets_where_the_path_is_short(checkout: Path) -> None:
    deep = checkout / ("x" * 60) / ("y" * 60)
    assert len(str(services.Place(deep).valkey_socket)) < services.LONGEST_SOCKET_PATH
    with services.running(deep):
        assert answers(deep) == (True, True)
    run = services.Place(deep).run
    services.wipe(deep)
    assert not run.exists()


def test_addresses_given_by_the_environment_are_left_alone(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/concord")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    with services.running(checkout):
        assert list(checkout.iterdir()) == []


def test_missing_programs_are_named_with_what_to_do(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(checkout))
    with pytest.raises(services.ServiceError, match="install valkey-server or redis-server, or set REDIS_URL"):
        services._valkey_binary()
