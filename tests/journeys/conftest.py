"""A real Chromium against the live server. Whatever a person would not see but should not happen fails the journey:
a broken rule of the content policy, an error in the console, an error of a script, an answer of 500 and above."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Response,
    expect,
    sync_playwright,
)

from accounts.models import User
from prm import services
from tests.conftest import CHROMIUMS

BUILT = services.CHECKOUT / "static" / "dist" / "app.js"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--no-first-run",
]
PATIENCE_MS = 8000
# htmx reports a request that it broke off itself, for a newer one or because its place is gone, as an error.
BROKEN_OFF = ("htmx:afterRequest", "htmx:sendAbort")
# The answer to what does not do; the console complains of it as of every status from 400 on.
EXPECTED = {422}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/journeys/" in item.nodeid:
            item.add_marker(pytest.mark.journey)
            item.add_marker(pytest.mark.django_db(transaction=True))


@dataclass
class Watch:
    """What went wrong in the browser; ``expected`` are statuses and words that a journey provokes."""

    seen: list[str] = field(default_factory=list)
    expected: set[str] = field(default_factory=set)

    def on(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.seen.append(f"script: {error}"))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # Statuses are looked at in the answers themselves.
        if message.type != "error" or message.text.startswith(BROKEN_OFF):
            return
        if "the server responded with a status of" not in message.text:
            self.seen.append(f"console: {message.text} {message.location.get('url', '')}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in EXPECTED:
            self.seen.append(f"{response.status}: {response.request.method} {response.url}")

    @property
    def faults(self) -> list[str]:
        return [said for said in self.seen if not any(word in said for word in self.expected)]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not BUILT.is_file():
        pytest.fail("The front end is not built: run `make setup` (make test does).", pytrace=False)
    # Playwright's own loop runs in this thread, which Django takes for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE_MS)
    try:
        with sync_playwright() as playwright:
            browser = _launch(playwright)
            yield browser
            browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


def _launch(playwright: Playwright) -> Browser:
    path = next(found for found in map(shutil.which, CHROMIUMS) if found)
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)


@pytest.fixture
def watch() -> Iterator[Watch]:
    seen = Watch()
    yield seen
    assert seen.faults == []


Open = Callable[..., Page]


@pytest.fixture
def browse(chromium: Browser, live_server: Any, watch: Watch) -> Iterator[Open]:
    """Opens a browser of its own: ``browse(alice, width=360, height=740, has_touch=True)``; signed in as the person named."""
    contexts: list[BrowserContext] = []

    def begin(person: User | None = None, *, width: int = 1440, height: int = 900, **more: Any) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            locale="en-GB",
            timezone_id="Europe/London",
            reduced_motion="reduce",
            **more,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        if person is not None:
            sign_in(context, person, live_server.url)
        page = context.new_page()
        watch.on(page)
        return page

    yield begin
    for context in contexts:
        shut(context)
    _wait_for_the_server()


def shut(context: BrowserContext) -> None:
    """A route of the journey may still hold a request back; it must not fail the journey that comes next."""
    for page in context.pages:
        page.unroute_all(behavior="ignoreErrors")
    context.close()


def _wait_for_the_server() -> None:
    """A request may outlive its browser; emptying the tables while it runs would be a deadlock."""
    until = monotonic() + 10
    quiet = 0
    while monotonic() < until:
        with connection.cursor() as cursor:
            # Connections that earlier tests left open are idle; a request is so only between two statements.
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            quiet = quiet + 1 if cursor.fetchone()[0] == 0 else 0
        if quiet == 5:
            return
        sleep(0.02)
    pytest.fail("a request is still running")


def sign_in(context: BrowserContext, person: User, address: str) -> None:
    """As after the sign-in page, which a journey of its own walks through."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])
