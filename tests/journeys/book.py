"""Partners as of the real today, and the few things every journey does with a page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from playwright.sync_api import Locator, Page, expect

from accounts.models import Affiliation, Contact
from relationships import actions
from relationships.models import Relationship
from tests import people
from tests.relationships.records import agreed
from web.clock import Now


def today() -> date:
    return Now.read().today("UTC")


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def partner(name: str, *, every: int = 14, quiet: int | None = None, since: int = 200, **fields: Any) -> Relationship:
    """Looked after by Alice unless said otherwise; last spoken to ``quiet`` days ago; its flag is raised if it is late."""
    fields.setdefault("account", people.account(name))
    row = agreed(every, start=ago(since), touched=None if quiet is None else ago(quiet), **fields)
    actions.sweep_cadence(now=Now.read())
    row.refresh_from_db()
    return row


def person_at(row: Relationship, name: str, title: str = "") -> Contact:
    contact = Contact.objects.create(name=name)
    Affiliation.objects.create(contact=contact, account=row.account, title=title)
    return contact


def open_flags(row: Relationship) -> int:
    return row.missed_check_ins.filter(closed_at=None).count()


def rows(page: Page, name: str) -> Locator:
    """The lines of a list that name this partner; a question about it is none."""
    return page.locator(".c-rows > li:not(.c-question li)", has_text=name)


def toast(page: Page, text: str) -> Locator:
    found = page.locator("#toasts .c-toast", has_text=text)
    expect(found).to_be_visible()
    return found


def pick(page: Page, letters: str) -> None:
    """Type into the search of the log and take the first that it finds, without waiting for the list."""
    page.keyboard.type(letters)
    page.keyboard.press("Enter")


def dialog(page: Page) -> Locator:
    """The dialog, once it can be typed into."""
    found = page.locator("#dialog-frame")
    expect(found).to_be_visible()
    expect(found.locator(":focus")).to_have_count(1)
    return found


def closed(page: Page) -> None:
    expect(page.locator("#dialog-frame")).to_be_hidden()


def mark(page: Page) -> None:
    """Leaves a mark that a reload of the page would wipe out."""
    page.evaluate("window.notReloaded = true")


def not_reloaded(page: Page) -> bool:
    return bool(page.evaluate("window.notReloaded === true"))
