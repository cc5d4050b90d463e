"""`make pictures`: the pages of the demonstration company, as a browser shows them.

A few go to `docs/pictures/` (README.md shows them), every page in both themes and widths to `var/pictures/`.
They are taken from a database of their own, made and dropped here, with Django's own server on a free port.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import environ
import psycopg
from playwright.sync_api import Browser, Page, sync_playwright
from psycopg import sql

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from prm import services  # noqa: E402
from prm.demo import ORGANISATION, PASSWORD  # noqa: E402

DATABASE = "concord_pictures"
EVERY = CHECKOUT / "var" / "pictures"
KEPT = CHECKOUT / "docs" / "pictures"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
WIDTHS = {1440: 900, 390: 844}
THEMES = ("light", "dark")
# In docs/pictures: its name there, and width and theme of the picture that is taken.
SHOWN = {
    ("today", 1440, "light"): "today",
    ("portfolio", 1440, "light"): "portfolio",
    ("relationship", 1440, "light"): "relationship",
    ("log", 1440, "light"): "log",
    ("promises", 1440, "light"): "promises",
    ("feedback", 1440, "light"): "feedback",
    ("stage", 1440, "light"): "stage",
    ("meeting", 1440, "light"): "meeting",
    ("live", 1440, "light"): "live",
    ("minutes", 1440, "light"): "minutes",
    ("review-pack", 1440, "light"): "review-pack",
    ("book", 1440, "light"): "insights",
    ("today", 390, "dark"): "today-phone",
}


@contextmanager
def database() -> Iterator[str]:
    """The address of a new database, dropped at the end."""
    address = os.environ.get("DATABASE_URL") or services.database_url()
    mine = f"{address.rsplit('/', 1)[0]}/{DATABASE}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE))
    at = environ.Env.db_url_config(address)
    with psycopg.connect(
        host=at["HOST"] or None,
        port=at["PORT"] or None,
        user=at["USER"] or None,
        password=at["PASSWORD"] or None,
        dbname="postgres",
        autocommit=True,
    ) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        try:
            yield mine
        finally:
            connection.execute(drop)


@contextmanager
def server(database_url: str) -> Iterator[str]:
    """The address at which the demonstration company is served."""
    environment = {**os.environ, "DATABASE_URL": database_url, "ORGANISATION": ORGANISATION}
    manage = [sys.executable, str(CHECKOUT / "manage.py")]
    for command in ("migrate", "seed_demo"):
        subprocess.run([*manage, command], env=environment, check=True, stdout=subprocess.DEVNULL)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://localhost:{port}"
    process = subprocess.Popen(
        [*manage, "runserver", "--noreload", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"{address}/healthz")
        yield address
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(address: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urlopen(address, timeout=5).close()
            return
        except (URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def sign_in(page: Page, login: str) -> None:
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(f"{login}@concord.example")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form [type=submit]").click()
    page.wait_for_url(lambda url: "login" not in url)


def _open_log(page: Page) -> None:
    page.goto("/")
    page.locator(".c-do a[aria-label^='Log a check-in']").first.click()
    page.locator("#log-details .c-effect").wait_for()
    page.locator("#dialog [name=summary]").fill(
        "Prices hold until March. They want the trial at Averøy before Christmas."
    )


def _open_snooze(page: Page) -> None:
    page.goto("/")
    page.locator(".c-do a[aria-label^='Snooze']").first.click()
    page.locator("#dialog [name=reason]").wait_for()


def _open_first(page: Page) -> None:
    page.goto("/")
    page.locator("[aria-labelledby=today-overdue] .c-rows p > a").first.click()
    page.locator(".c-tl").wait_for()


def _history(page: Page) -> None:
    _open_first(page)
    page.locator(".c-tabs a").last.click()
    page.wait_for_url("**/history/*")


def _open_promise(page: Page) -> None:
    page.goto("/promises/")
    page.locator(".c-rows p > a").first.click()
    page.locator("#commitment").wait_for()


def _open_missed(page: Page) -> None:
    _open_promise(page)
    page.evaluate("document.querySelector('main a[href$=\\'/miss/\\']').click()")
    page.locator("#dialog [name=plan]").wait_for()


def _open_palette(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Control+k")
    page.locator("dialog[open] input").first.wait_for()
    page.keyboard.type("hav")
    page.locator("dialog[open] [role=option]").nth(1).wait_for()


def _organisation(page: Page) -> None:
    _open_first(page)
    page.locator(".c-crumb a").last.click()
    page.locator("#account").wait_for()


def _units(page: Page) -> None:
    """An organisation with units below it."""
    page.goto("/organisations/?q=northmere")
    page.locator("main a", has_text="Northmere Foods").first.click()
    page.locator("#account").wait_for()


def _tab(name: str) -> Callable[[Page], None]:
    """A tab of the first partner, by its name."""

    def step(page: Page) -> None:
        _open_first(page)
        page.locator(".c-tabs").get_by_role("link", name=name).click()
        page.wait_for_url("**/relationships/*/*/")

    return step


def _pack(page: Page) -> None:
    _open_first(page)
    page.goto(f"{page.url.split('?')[0]}pack/?span=year")


def _first_of(listed: str, inside: str) -> Callable[[Page], None]:
    """The page of the first that a list names."""

    def step(page: Page) -> None:
        page.goto(listed)
        addresses = page.locator("main a").evaluate_all("links => links.map((link) => link.pathname)")
        page.goto(next(one for one in addresses if re.fullmatch(rf"{inside}\d+/", one)))

    return step


def _one_to_one(page: Page) -> None:
    page.goto("/people/one-to-ones/")
    page.locator("main li a[href$='/one-to-one/']").first.click()
    page.wait_for_url("**/one-to-one/")


def _meeting(title: str, action: str = "", *, state: str = "") -> Callable[[Page], None]:
    """A meeting of the demonstration, or the page that a button at its top leads to."""

    def step(page: Page) -> None:
        page.goto(f"/meetings/?state={state}&whose=all")
        named = page.get_by_text(title, exact=True)
        page.locator(".c-rows p > a").filter(has=named).first.click()
        page.locator("#meeting").wait_for()
        if action:
            # On a phone the quiet ones stand in a menu.
            buttons = page.locator(".c-acts a").filter(has_text=re.compile(rf"^\s*{action}(\s+\w)?\s*$"))
            page.goto(buttons.first.evaluate("link => link.pathname"))

    return step


def _public_form(page: Page) -> None:
    _first_of("/listening/", "/listening/")(page)
    page.goto(page.locator("a[href*='/hear/']").first.evaluate("link => link.pathname"))


def _logged(page: Page) -> None:
    _open_log(page)
    page.locator("#dialog .btn-primary").click()
    page.locator(".c-toast").wait_for()
    page.wait_for_timeout(400)
    page.screenshot(path=EVERY / f"toast-{page.viewport_size['width']}.png") if page.viewport_size else None
    page.locator(".c-toast").get_by_text("Undo").click()
    page.wait_for_timeout(400)


STEPS: dict[str, dict[str, str | Callable[[Page], None]]] = {
    "alice": {
        "today": "/",
        "portfolio": "/portfolio/",
        "portfolio-none": "/portfolio/?q=zzz",
        "relationship": _open_first,
        "log": _open_log,
        "snooze": _open_snooze,
        "history": _history,
        "promises": "/promises/",
        "promise": _open_promise,
        "missed": _open_missed,
        "their-people": _tab("People"),
        "stage": _tab("Stage"),
        "their-feedback": _tab("Feedback"),
        "review-pack": _pack,
        "feedback": "/feedback/",
        "feedback-none": "/feedback/?q=zzz",
        "one-feedback": _first_of("/feedback/", "/feedback/"),
        "problems": "/problems/",
        "problem": _first_of("/problems/", "/problems/"),
        "listening": "/listening/",
        "listening-post": _first_of("/listening/", "/listening/"),
        "public-form": _public_form,
        "meetings": "/meetings/",
        "meetings-none": "/meetings/?q=zzz",
        "plan-meeting": "/meetings/new/",
        "meeting": _meeting("Quarterly review"),
        "meeting-off": _meeting("Ice on the night boat", state="past"),
        "brief": _meeting("Quarterly review", "Brief"),
        "live": _meeting("Where the second line stands", "Go on", state="all"),
        "minutes": _meeting("Quarterly review of deliveries", "Minutes", state="past"),
        "insights": "/insights/",
        "insights-long": "/insights/?weeks=156",
        "learnt": "/learnt/",
        "ways-in": "/ways-in/",
        "their-ways-in": _tab("Ways in"),
        "calendar": "/settings/calendar/",
        "own-calendar": "/settings/own-calendar/",
        "duplicates": "/organisations/duplicates/",
        "palette": _open_palette,
        "covers": "/covers/",
        "deeds": "/history/",
        "organisation": _organisation,
        "organisations": "/organisations/",
        "units": _units,
        "new": "/relationships/new/",
        "settings": "/settings/",
    },
    "mona": {
        "book": "/insights/",
        "one-to-ones": "/people/one-to-ones/",
        "one-to-one": _one_to_one,
        "search": "/search/?q=sensor",
        "views": "/views/",
        "keys": "/shortcuts/",
    },
    "adam": {
        "empty-today": "/",
        "people": "/people/",
        "invite": "/people/new/",
        "teams": "/teams/",
        "outlines": "/meetings/outlines/",
        "outbox": "/outbox/",
    },
}


def take(browser: Browser, address: str, width: int, theme: str) -> None:
    for login, steps in STEPS.items():
        context = browser.new_context(
            base_url=address,
            viewport={"width": width, "height": WIDTHS[width]},
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
            locale="en-GB",
        )
        page = context.new_page()
        page.goto("/accounts/login/")
        page.screenshot(path=EVERY / f"sign-in-{width}-{theme}.png")
        sign_in(page, login)
        for name, step in steps.items():
            if callable(step):
                step(page)
            else:
                page.goto(step)
            page.mouse.move(0, 0)
            page.wait_for_timeout(150)
            file = EVERY / f"{name}-{width}-{theme}.png"
            page.screenshot(path=file)
            if shown := SHOWN.get((name, width, theme)):
                shutil.copyfile(file, KEPT / f"{shown}.png")
        if login == "alice" and theme == "light":
            _logged(page)
        context.close()


def main() -> None:
    path = next((found for found in map(shutil.which, CHROMIUMS) if found), None)
    if path is None:
        sys.exit("pictures: no Chromium on this machine")
    for folder in (EVERY, KEPT):
        folder.mkdir(parents=True, exist_ok=True)
    with (
        services.running(),
        database() as database_url,
        server(database_url) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        for width in WIDTHS:
            for theme in THEMES:
                take(browser, address, width, theme)
        browser.close()
    print(f"pictures: {len(SHOWN)} in {KEPT.relative_to(CHECKOUT)}, every page in {EVERY.relative_to(CHECKOUT)}")


if __name__ == "__main__":
    main()
