"""The manager's Monday: what needs me, why, and what do I say to whom.

Under a minute, by the keystroke-level model (Card, Moran and Newell, 1980: a key .28 s, a thing pointed at and clicked
1.3 s, before each step 1.35 s to think) and 240 words a minute for what is read; so it is the same on any machine.
"""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from dashboards.actions import count_book
from relationships import actions
from relationships.models import Commitment
from tests import people
from tests.journeys.book import ago, partner
from tests.journeys.conftest import Open
from web.clock import Now

KEY_S, CLICK_S, THINK_S = 0.28, 1.3, 1.35
WORDS_A_SECOND = 4
MINUTE_S = 60


@dataclass
class Walk:
    """Does what a person does, and adds up what it takes them."""

    page: Page
    seconds: float = 0.0

    def press(self, *keys: str) -> None:
        self.seconds += THINK_S + KEY_S * len(keys)
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self.seconds += THINK_S + KEY_S * len(text)
        self.page.keyboard.type(text)

    def click(self, what: Locator) -> None:
        self.seconds += THINK_S + CLICK_S
        what.click()

    def read(self, what: Locator, text: str) -> None:
        expect(what).to_contain_text(text)
        self.seconds += len(what.inner_text().split()) / WORDS_A_SECOND


def book() -> None:
    """Ewos is quiet for long and waits for what Alice promised; Nordlaks is well, and so is Bob's Salmar."""
    ewos = partner("Ewos", quiet=41)
    actions.make_promise(
        actor=people.alice(),
        now=Now.on(ago(20)),
        relationship=ewos,
        side=Commitment.Side.OURS,
        what="Send the price table",
        due_on=ago(6),
        colleague=people.alice(),
    )
    partner("Nordlaks", quiet=3)
    partner("Salmar", quiet=2, owner=people.bob())
    count_book(now=Now.read())


def test_what_needs_me_why_and_what_do_i_say_to_whom(browse: Open) -> None:
    book()
    mona = people.mona()
    page = browse(mona)
    page.goto("/")
    walk = Walk(page)
    title = page.get_by_role("heading", level=1)
    # What needs me: the whole book, from any page by two keys.
    walk.press("g", "i")
    walk.read(title, "Insights")
    walk.read(page.locator(".c-lede"), "2 of 3 relationships are in touch. One is overdue.")
    # What is not as it should be has a list, one step away and as long as the figure says.
    walk.click(page.locator(".c-lede").get_by_role("link", name="1 relationship overdue"))
    walk.read(title, "Portfolio")
    walk.read(page.locator(".c-book tbody tr", has_text="Ewos"), "Quiet 41 days, 14 assumed")
    expect(page.locator("main").get_by_role("link", name="Nordlaks")).to_have_count(0)
    # Why: in words, with the days and what was agreed.
    walk.click(page.get_by_role("link", name="Ewos").first)
    walk.read(page.locator(".c-head"), "quiet for 41 days")
    # What do I say to whom: to Alice, who looks after it, with what she owes them.
    walk.press("Control+k")
    walk.write("one-to")
    walk.press("Enter")
    walk.click(page.get_by_role("link", name="Alice Ahlberg", exact=True))
    walk.read(title, "One-to-one with Alice Ahlberg")
    walk.read(page.get_by_role("region", name="To talk about"), "Send the price table")
    assert walk.seconds < MINUTE_S
