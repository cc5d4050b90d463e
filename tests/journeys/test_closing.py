"""A browser is closed while a route of the journey still holds a request back."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, Route

from tests.journeys.conftest import shut


def test_what_is_held_back_does_not_fail_the_next_journey(chromium: Browser) -> None:
    first, next_one = chromium.new_context(), chromium.new_context()
    page = first.new_page()
    held = []

    def slow(route: Route) -> None:
        held.append(route)
        page.wait_for_timeout(200)
        route.fulfill(body="")

    page.route("**/slow", slow)
    page.evaluate("void fetch('http://concord.invalid/slow')")
    until(page, held)
    shut(first)
    # Whatever the handler meets now would be raised here.
    next_one.new_page().wait_for_timeout(300)
    shut(next_one)


def until(page: Page, held: list[Route]) -> None:
    while not held:
        page.wait_for_timeout(10)
