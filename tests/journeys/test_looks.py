"""Everybody can read it: axe on every page and dialog, full and empty, light and dark, wide and narrow; nothing scrolls
sideways at 320 pixels or at twice the size."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts import sweep
from accounts.actions import create_cover
from accounts.models import Contact, Likeness, User
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
    promised_and_said(row, ingrid)
    units_and_a_double(row)
    return row


def units_and_a_double(row: Relationship) -> None:
    """A tree of three levels, an organisation that may be the same, and one that was merged into it."""
    twin = people.account("EWOS AS")
    below = people.account("Ewos Averøy", parent=row.account)
    people.account("Quay", parent=people.account("Silo", parent=below))
    by: dict[str, Any] = {"actor": people.alice(), "now": Now.read()}
    actions.merge_accounts(**by, kept=row.account, gone=people.account("Stormy feed", website="https://stormy.example"))
    sweep.run(Now.read())
    assert Likeness.objects.filter(second=twin).exists()


def promised_and_said(row: Relationship, ingrid: Contact) -> None:
    """A promise in each state, and what colleagues put beside a relationship."""
    alice, bob, now = people.alice(), people.bob(), Now.read()
    by: dict[str, Any] = {"actor": alice, "now": now}
    entry = row.interactions.newest_first()[0]
    late = people.promise(row, due_on=ago(9), made_on=ago(20), contact=ingrid, interaction=entry, remedy="Half price")
    people.promise(row, side="theirs", due_on=ago(0), made_on=ago(20), contact=ingrid)
    people.promise(row, "theirs", "Everything that their purchasing department said it would send us " * 3)
    moved = people.promise(row, due_on=ago(-2), made_on=ago(5))
    actions.renegotiate(**by, commitment=moved, new_due_on=ago(-12), reason="They asked for it")
    actions.keep_promise(**by, commitment=people.promise(row, due_on=ago(3), made_on=ago(20)), kept_on=ago(5))
    actions.keep_promise(**by, commitment=people.promise(row, due_on=ago(9), made_on=ago(20)), kept_on=ago(5))
    broken = people.promise(row, due_on=ago(2), made_on=ago(20))
    actions.miss_promise(**by, commitment=broken, explanation="Forgotten", plan="At once", new_due_on=ago(-1))
    actions.miss_promise(**by, commitment=people.promise(row, due_on=ago(2), made_on=ago(20)))
    actions.sweep_cadence(now=now)
    actions.add_member(**by, relationship=row, user=bob, role="deputy")
    actions.write_comment(actor=bob, now=now, relationship=row, interaction=entry, text="@Alice have a look")
    actions.write_comment(actor=bob, now=now, relationship=row, commitment=late, text="Who rings?")
    actions.add_attachment(**by, relationship=row, url="https://www.ewos.example/prices", title="Prices")
    step = {
        "occurred_on": ago(50),
        "topics": ["needs"],
        "project": "Crates",
        "next_step": "Ring",
        "next_step_on": ago(0),
    }
    actions.change_interaction(**by, interaction=entry, values=step, contacts=[ingrid], colleagues=[alice, bob])
    create_cover(**by, absent=alice, stand_in=bob, from_on=ago(-3), until_on=ago(-9), note="In the hills")
    create_cover(actor=bob, now=now, absent=bob, stand_in=alice, from_on=ago(1), until_on=ago(-3))


def pages_of_alice(row: Relationship) -> list[str]:
    return [
        "/",
        "/portfolio/",
        f"/portfolio/?sort=name&owner={people.alice().pk}",
        row.get_absolute_url(),
        reverse("account_list"),
        reverse("account_detail", args=[row.account_id]),
        reverse("duplicate_list"),
        reverse("account_merge", args=[row.account_id]),
        reverse("settings"),
        reverse("mfa_index"),
        reverse("usersessions_list"),
        reverse("account_change_password"),
        reverse("log") + f"?relationship={row.pk}",
        reverse("snooze_create", args=[row.pk]),
        reverse("relationship_create"),
        reverse("promise_list"),
        reverse("promise_list") + f"?relationship={row.pk}&state=all",
        *(one.get_absolute_url() for one in row.commitments.exclude(outcome="kept")),
        row.get_history_url(),
        reverse("history"),
        reverse("cover_list"),
        reverse("palette"),
        f"{row.get_absolute_url()}?show=promises",
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
        *dialogs_about_promises(row),
        reverse("agreement_create", args=[row.pk]) + "?for_a_while=1",
        reverse("member_add", args=[row.pk]),
        reverse("member_edit", args=[row.members.get().pk]),
        reverse("relationship_hand_over", args=[row.pk]),
        reverse("comment_create", args=[row.pk]),
        reverse("attachment_create", args=[row.pk]),
        reverse("cover_create"),
        reverse("relationship_bulk") + f"?deed=owner&rows={row.pk}",
    ]


def dialogs_about_promises(row: Relationship) -> list[str]:
    late = row.commitments.filter(side="ours", outcome="").earliest("binding_on")
    unexplained = row.commitments.get(outcome="broken", miss__explained_on=None)
    return [
        reverse("commitment_new"),
        reverse("commitment_create", args=[row.pk]) + "?side=theirs",
        reverse("commitment_edit", args=[late.pk]),
        reverse("renegotiation_create", args=[late.pk]),
        reverse("fulfilment_create", args=[late.pk]),
        reverse("miss_create", args=[late.pk]),
        reverse("miss_create", args=[unexplained.pk]),
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
        (people.alice(), "/promises/"),
        (people.alice(), "/promises/?q=nothing"),
        (people.alice(), "/history/"),
        (people.alice(), "/covers/"),
        (people.alice(), "/palette/?q=nothing"),
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
