"""What `make demo` runs: the services, the demonstration company, web, worker, beat and a mail sink, until Ctrl-C.

`python -m prm.demo` starts, `python -m prm.demo reset` forgets. Every process writes to `var/log/`; when one ends by
itself, all end and its last lines are shown. The mail sink keeps what is sent in `var/mail` and passes nothing on.
"""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from prm import services

VAR = services.CHECKOUT / "var"
LOGS = VAR / "log"
ORPHANS = VAR / "demo.pids"
MAIL = VAR / "mail"
NODE = VAR / "node"
SINK = services.CHECKOUT / "node_modules" / ".bin" / "maildev"
MANAGE = (sys.executable, str(services.CHECKOUT / "manage.py"))
LOOPBACK = "127.0.0.1"
READY_SECONDS = 90
# How long a process may take to finish what it is at, before it is killed.
STOP_SECONDS = 10
LAST_LINES = 20
PEOPLE = (
    ("alice@concord.example", "account manager"),
    ("bob@concord.example", "account manager"),
    ("mona@concord.example", "manager"),
    ("adam@concord.example", "administrator"),
)
PASSWORD = "concord-demo"
# The firm of prm.demo_company, where paper names it.
ORGANISATION = "Skarv & Hale"


class DemoError(RuntimeError):
    """The demonstration cannot run; the message says why in one line, or shows the last lines of what failed."""


class Stop(BaseException):
    """Somebody asked for the end: Ctrl-C, SIGTERM or the terminal that closed. Not an error, so no Exception."""

    def __init__(self, signum: int) -> None:
        self.signum = signum


class Request:
    """Turns the first request for the end into a Stop, and ignores the rest: stopping takes a bounded time."""

    def __init__(self) -> None:
        self._asked = 0
        self._held = False
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self._arrived)

    def _arrived(self, signum: int, _frame: FrameType | None) -> None:
        if not self._asked:
            self._asked = signum
            if not self._held:
                raise Stop(signum)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Put a Stop off to the end of the block: between a process and the list of processes none may slip through."""
        self._held = True
        yield
        self._held = False
        if self._asked:
            raise Stop(self._asked)


@dataclass(frozen=True)
class Ports:
    host: str
    web: int
    smtp: int
    mail_web: int

    @property
    def address(self) -> str:
        shown = "localhost" if self.host in {LOOPBACK, "0.0.0.0", "::"} else self.host
        return f"http://{shown}:{self.web}"

    @property
    def mail_address(self) -> str:
        return f"http://localhost:{self.mail_web}"


@dataclass(frozen=True)
class Child:
    """One process of the demonstration, leader of a group of its own."""

    name: str
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> Path:
        return LOGS / f"{self.name}.log"

    @property
    def last_lines(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LAST_LINES:])

    def signal_all(self, signum: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signum)


def main() -> None:
    request = Request()
    verb = reset if sys.argv[1:] == ["reset"] else start
    try:
        with _only_one():
            verb(request)
    except Stop as stop:
        # Ended on request is well ended, to whoever pressed Ctrl-C; a supervisor sees which signal it was.
        sys.exit(0 if stop.signum == signal.SIGINT else 128 + stop.signum)
    except (DemoError, services.ServiceError) as error:
        sys.exit(f"demo: {error}")


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    """Two beats would plan everything twice, so a checkout runs its demonstration once."""
    VAR.mkdir(mode=0o755, exist_ok=True)
    with (VAR / "demo.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoError("the demonstration of this checkout is running already; stop it first") from None
        yield


def reset(_request: Request) -> None:
    """Forget everything that was done: the private services with their data, or all rows of a database of one's own."""
    _end_orphans()
    if os.environ.get("DATABASE_URL"):
        # Somebody else's database: its tables stay, and so does whatever else is in it.
        with services.running():
            _say("Emptying the tables")
            _command({}, "migrate", "--no-input", "--verbosity", "0")
            _command({}, "flush", "--no-input", "--verbosity", "0")
    else:
        services.wipe()
    shutil.rmtree(MAIL, ignore_errors=True)
    _say("The demonstration is forgotten; `make demo` begins anew.")


def start(request: Request) -> None:
    _end_orphans()
    # What was asked for and cannot be had is said at once, and not after minutes.
    environment = _environment(_ports())
    LOGS.mkdir(exist_ok=True)
    _say("Database and broker")
    with services.running():
        _say("Tables: each step is told as it is taken, the first time some minutes in all")
        _command(environment, "migrate", "--no-input", "--verbosity", "1")
        _say("Demonstration company")
        _command(environment, "seed_demo")
        _say("Web, worker, beat and mail sink")
        # Meanwhile another program may have taken one that was free.
        ports = _ports()
        environment = _environment(ports)
        children: list[Child] = []
        try:
            for name, command in _commands(ports).items():
                with request.held():
                    children.append(_start_child(name, command, environment))
            _wait_until_ready(ports, children)
            _welcome(ports)
            while True:
                _raise_if_ended(children)
                time.sleep(0.5)
        finally:
            _end(children)


def _ports() -> Ports:
    """Those that are free now."""
    host = os.environ.get("HOST") or LOOPBACK
    web = _port("PORT", 8000, host)
    smtp = _port("MAIL_PORT", 1025, LOOPBACK, {web})
    return Ports(host, web, smtp, _port("MAIL_WEB_PORT", 1080, LOOPBACK, {web, smtp}))


def _environment(ports: Ports) -> dict[str, str]:
    """What the children see: mail goes to the sink, whatever the machine's own setting."""
    hosts = ["localhost", LOOPBACK, "[::1]", ports.host]
    defaults = {
        "SITE_URL": ports.address,
        "ALLOWED_HOSTS": ",".join(dict.fromkeys(hosts)),
        "ORGANISATION": ORGANISATION,
    }
    forced = {"CONCORD_DEMO": "1", "PRODUCTION": "0", "EMAIL_URL": f"smtp://{LOOPBACK}:{ports.smtp}"}
    return {**defaults, **os.environ, **forced, "PYTHONUNBUFFERED": "1"}


def _commands(ports: Ports) -> dict[str, tuple[str, ...]]:
    python = (sys.executable, "-m")
    celery = (*python, "celery", "--app", "prm", "--quiet")
    (VAR / "beat").mkdir(exist_ok=True)
    web = ("--bind", f"{ports.host}:{ports.web}", "--worker-class", "gthread", "--workers", "2", "--threads", "4")
    sink = ("--ip", LOOPBACK, "--smtp", str(ports.smtp), "--web-ip", LOOPBACK, "--web", str(ports.mail_web))
    return {
        "mail": (str(NODE), str(SINK), *sink, "--mail-directory", str(MAIL)),
        # The control socket would lie in the home folder, where two instances collide.
        "web": (*python, "gunicorn", "prm.wsgi", *web, "--no-control-socket", "--access-logfile", "-"),
        "worker": (*celery, "worker", "--concurrency", "1", "--loglevel", "INFO"),
        # An empty pid file: one that a killed beat left behind would keep the next from starting.
        "beat": (*celery, "beat", "--pidfile=", "--schedule", str(VAR / "beat" / "schedule"), "--loglevel", "INFO"),
    }


def _command(environment: Mapping[str, str], *arguments: str) -> None:
    """A command of manage.py, its output shown as it comes.

    Raises DemoError if it fails.
    """
    done = subprocess.run(
        [*MANAGE, *arguments], env={**os.environ, **environment}, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode != 0:
        raise DemoError(f"`manage.py {arguments[0]}` failed")


# Processes -------------------------------------------------------------------------------------------------------


def _start_child(name: str, command: tuple[str, ...], environment: Mapping[str, str]) -> Child:
    # Its own session: Ctrl-C in the terminal goes to this process alone, which ends the others in good order. Its
    # output goes to a file and not through a pipe, so that it can write to the end, whatever becomes of this process.
    with (LOGS / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=services.CHECKOUT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    with ORPHANS.open("a") as noted:
        noted.write(f"{process.pid}\n")
    return Child(name, process)


def _end_orphans() -> None:
    """End what a demonstration left running that was killed itself: a second beat would plan everything twice."""
    for line in ORPHANS.read_text().split() if ORPHANS.exists() else []:
        # By now the number may belong to a stranger.
        if str(services.CHECKOUT) in services.command_line(int(line)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(int(line), signal.SIGKILL)
    ORPHANS.unlink(missing_ok=True)


def _raise_if_ended(children: list[Child]) -> None:
    for child in children:
        if (code := child.process.poll()) is not None:
            raise DemoError(f"{child.name} ended by itself ({code}); the end of {child.log}:\n{child.last_lines}")


def _end(children: list[Child]) -> None:
    for child in children:
        child.signal_all(signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.0, deadline - time.monotonic()))
        # Whatever is left of its group, too.
        child.signal_all(signal.SIGKILL)
        child.process.wait()
    ORPHANS.unlink(missing_ok=True)


def _wait_until_ready(ports: Ports, children: list[Child]) -> None:
    worker = next(child for child in children if child.name == "worker")
    deadline = time.monotonic() + READY_SECONDS
    while True:
        _raise_if_ended(children)
        waiting_for = [
            name
            for name, ready in {
                "web": _page_answers(_reachable(ports.host), ports.web),
                "mail": _accepts(LOOPBACK, ports.smtp) and _page_answers(LOOPBACK, ports.mail_web),
                "worker": " ready." in worker.log.read_text(errors="replace"),
            }.items()
            if not ready
        ]
        if not waiting_for:
            return
        if time.monotonic() > deadline:
            shown = next(child for child in children if child.name == waiting_for[0])
            raise DemoError(f"{shown.name} does not answer; the end of {shown.log}:\n{shown.last_lines}")
        time.sleep(0.3)


# Ports -----------------------------------------------------------------------------------------------------------


def _port(variable: str, default: int, host: str, others: Collection[int] = ()) -> int:
    """The port asked for, or else the first free one from the default on that is none of the ``others``."""
    if asked := os.environ.get(variable):
        if not asked.isdigit() or not 0 < int(asked) < 65536:
            raise DemoError(f"{variable} is not a port: {asked}")
        if not _free(host, int(asked)):
            raise DemoError(f"{variable}={asked} is taken by another program, or not allowed; name another port")
        return int(asked)
    for port in range(default, default + 100):
        if port not in others and _free(host, port):
            return port
    raise DemoError(f"no free port from {default} on; name one with {variable}")


def _free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as tried:
        # As the servers do: a port whose last connection has only just closed is free.
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError:
            return False
    return True


def _reachable(host: str) -> str:
    return {"0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)


def _accepts(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=2):
            return True
    except OSError:
        return False


def _page_answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", "/", headers={"Accept": "text/html", "Host": f"localhost:{port}"})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


# Words -----------------------------------------------------------------------------------------------------------


def _say(line: str) -> None:
    print(line, flush=True)


def _welcome(ports: Ports) -> None:
    width = max(len(address) for address, _role in PEOPLE)
    people = "\n".join(f"    {address:<{width}}  {role}" for address, role in PEOPLE)
    _say(
        f"\nConcord is at {ports.address}\n"
        f"Its mail is at {ports.mail_address} (nothing leaves this machine)\n\n"
        f"Sign in as one of these; the password of each is {PASSWORD}\n{people}\n\n"
        f"Logs are in {LOGS.relative_to(services.CHECKOUT)}. Ctrl-C ends everything.\n"
    )


if __name__ == "__main__":
    main()
