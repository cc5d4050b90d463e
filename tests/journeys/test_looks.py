"""Everybody can read it: axe on every page and dialog, full and empty, light and dark, wide and narrow; nothing scrolls
sideways at 320 pixels or at twice the size."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from prm import services
from relationships import actions
from relationships.models import Interaction, Relationship
from tests import people
from tests.journeys.book import ago, dialog, partner, person_at
from tests.journeys.conftest import Open, Watch
from tests.relationships.records import log
from web.clock import Now

AXE = services.CHECKOUT / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.target + " " + node.failureSummary).join(" | ")}`);
}"""
WIDER = """() => [...document.querySelectorAll("body *")].filter((node) => {
  const box = node.getBoundingClientRect();
  return box.width && box.right > document.documentElement.clientWidth + 1 && !node.closest(".c-tabs, .c-filter, .c-seg, .c-scroll, .visually-hidden, .visually-hidden-focusable");
}).map((node) => `${node.tagName}.${node.className}`).slice(0, 5)"""


def serious(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(RUN)
    return found


def sideways(page: Page) -> list[str]:
    if page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"):
        return []
    found: list[str] = page.evaluate(WIDER)
    return found or ["the page"]


def full_book() -> Relationship:
    """Every state, every mark of the timeline, a very long name."""
    row = partner("Ewos", quiet=41, tags=["feed", "north"], tier="A", yearly_worth=120000)
    ingrid = person_at(row, "Ingrid Moe", "Buyer")
    log(row, ago(60), begun_by=Interaction.Side.THEIRS, summary="Prices rise in January", contacts=[ingrid])
    log(row, ago(50), begun_by=Interaction.Side.OURS, two_way=False, summary="Left word")
    partner("Bundesverband der Energie- und Wasserwirtschaft Nordrhein-Westfalen und Umgebung e. V. " * 3, quiet=15)
    partner("Nordlaks", quiet=2)
    partner("Salmar", since=3)
    paused = partner("Lerøy", quiet=20)
    actions.pause(actor=people.alice(), now=Now.read(), relationship=paused, reason="They are being sold")
    people.relationship(account=people.account("Mowi"))
    resting = partner("Grieg", quiet=30)
    actions.snooze(actor=people.alice(), now=Now.read(), relationship=resting, until_on=ago(-5), reason="On holiday")
    return row


def pages_of_alice(row: Relationship) -> list[str]:
    return [
        "/",
        "/portfolio/",
        f"/portfolio/?sort=name&owner={people.alice().pk}",
        row.get_absolute_url(),
        reverse("account_list"),
        reverse("account_detail", args=[row.account_id]),
        reverse("settings"),
        reverse("mfa_index"),
        reverse("usersessions_list"),
        reverse("account_change_password"),
        reverse("log") + f"?relationship={row.pk}",
        reverse("snooze_create", args=[row.pk]),
        reverse("relationship_create"),
    ]


def pages_of_adam() -> list[str]:
    return [
        reverse("person_list"),
        reverse("person_invite"),
        reverse("person_edit", args=[people.alice().pk]),
        reverse("team_list"),
        reverse("outbox"),
        reverse("mail_settings"),
    ]


def dialogs(row: Relationship) -> list[str]:
    return [
        reverse("log") + f"?relationship={row.pk}",
        reverse("interaction_edit", args=[Interaction.objects.filter(relationship=row).latest("id").pk]),
        reverse("snooze_create", args=[row.pk]),
        reverse("relationship_pause", args=[row.pk]),
        reverse("agreement_create", args=[row.pk]),
        reverse("relationship_edit", args=[row.pk]),
        reverse("relationship_create"),
        reverse("contact_add", args=[row.account_id]),
        reverse("account_edit", args=[row.account_id]),
    ]


def open_here(page: Page, address: str) -> None:
    """As a link with data-dialog does."""
    page.evaluate(
        """(address) => {
          const anchor = Object.assign(document.createElement("a"), { href: address, textContent: "open" });
          anchor.dataset.dialog = "";
          document.querySelector("main").append(anchor);
          htmx.process(anchor);
          anchor.click();
          anchor.remove();
        }""",
        address,
    )
    dialog(page)
    expect(page.locator("#dialog h2").first).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe(browse: Open, theme: Any, width: int) -> None:
    row = full_book()
    faults: dict[str, list[str]] = {}
    for person, addresses in ((people.alice(), pages_of_alice(row)), (people.adam(), pages_of_adam())):
        page = browse(person, width=width, color_scheme=theme)
        for address in addresses:
            page.goto(address)
            faults[address] = serious(page)
    page = browse(people.alice(), width=width, color_scheme=theme)
    page.goto(row.get_absolute_url())
    for address in dialogs(row):
        open_here(page, address)
        faults[f"dialog {address}"] = serious(page)
        page.locator("#dialog [data-dialog-close]").click()
    page.keyboard.press("?")
    dialog(page)
    faults["help"] = serious(page)
    assert {address: said for address, said in faults.items() if said} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_while_empty_or_wrong(browse: Open, watch: Watch, theme: Any) -> None:
    watch.expected = {"404", "410"}
    faults: dict[str, list[str]] = {}
    visits: list[tuple[User | None, str]] = [
        (None, "/accounts/login/"),
        (None, reverse("account_reset_password")),
        (None, "/invitation/none/"),
        (people.alice(), "/"),
        (people.alice(), "/portfolio/"),
        (people.alice(), "/portfolio/?q=nothing"),
        (people.alice(), "/organisations/"),
        (people.alice(), "/nowhere/"),
        (people.adam(), "/people/?q=nobody"),
    ]
    for person, address in visits:
        page = browse(person, width=390, color_scheme=theme)
        page.goto(address)
        faults[address] = serious(page) + sideways(page)
    page = browse(people.alice(), color_scheme=theme)
    page.goto("/log/")
    page.get_by_role("button", name="Log check-in").click()
    expect(page.locator(".c-summary")).to_be_visible()
    faults["errors"] = serious(page)
    assert {address: said for address, said in faults.items() if said} == {}


def test_no_scrolling_sideways(browse: Open) -> None:
    """At 320 pixels, and at 200 % of a window of 1440: half the width, twice the dots."""
    row = full_book()
    faults: dict[str, list[str]] = {}
    for width, dots in ((320, 1), (720, 2)):
        for person, addresses in ((people.alice(), pages_of_alice(row)), (people.adam(), pages_of_adam())):
            page = browse(person, width=width, height=450, device_scale_factor=dots)
            for address in addresses:
                page.goto(address)
                faults[f"{width} {address}"] = sideways(page)
            if person == people.alice():
                page.goto("/")
                for address in dialogs(row):
                    open_here(page, address)
                    inside = page.evaluate(
                        "() => { const f = document.getElementById('dialog-frame'); return f.scrollWidth > f.clientWidth ? ['dialog'] : [] }"
                    )
                    faults[f"{width} dialog {address}"] = [*sideways(page), *inside]
                    page.locator("#dialog [data-dialog-close]").click()
    assert {address: said for address, said in faults.items() if said} == {}
