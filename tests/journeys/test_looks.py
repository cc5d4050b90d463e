"""Everybody can read it: axe on every page and dialog, full and empty, wide and narrow, light and then dark; nothing
scrolls sideways at 320 pixels or at twice the size. Each is opened once and looked at in every width."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.actions import hold_one_to_one
from accounts.models import OneToOne, User
from dashboards import actions as dashboards
from dashboards import columns
from meetings import answer_links
from prm import services
from relationships import pulse_links
from relationships.addresses import token_for
from relationships.models import Heard, Interaction, ListeningPost, Relationship, Stakeholder
from tests import people
from tests.journeys.book import ago, dialog, partner
from tests.journeys.conftest import Open, Watch
from tests.journeys.full_book import full_book, things_of
from tests.journeys.judged_book import Judged, judged_book
from tests.journeys.met_book import Met, met_book
from web.clock import Now

AXE = services.CHECKOUT / "node_modules" / "axe-core" / "axe.min.js"
# Of what lies under a dialog the page itself tells. *Region* is never more than moderate, and takes long. What is shown
# at one width only and is nothing but text can break the rules of colours, and no other. Axe leaves out how large what is
# tapped must be (24 by 24 pixels or room around it, but for links in a sentence) unless it is asked; it takes the lines of a
# long name that are cut off for lines that lie on what is below.
RUN = """async ([rules, only]) => {
  const within = only ? window.onlyHere : document.querySelector("#dialog-frame[open]") ?? document;
  if (only && !within.length) return [];
  const plain = only && within.every((node) => node.matches(":is(kbd, span, b, p, div, svg, use, path):not([role], [tabindex], [aria-label])"));
  if (plain) rules = ["color-contrast", "link-in-text-block"];
  const chosen = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
  const found = await axe.run(within, { resultTypes: ["violations"], preload: false, rules: { region: { enabled: false }, "target-size": { enabled: true } }, ...chosen });
  const isCut = ({ target }) => { const text = document.querySelector(target[0])?.closest("p"); return text && text.scrollHeight > text.clientHeight + 1; };
  const near = ({ any }) => any.flatMap(({ relatedNodes }) => relatedNodes);
  for (const fault of found.violations.filter(({ id }) => id === "target-size")) fault.nodes = fault.nodes.filter((node) => !near(node).length || !near(node).every(isCut));
  return found.violations.filter(({ impact, nodes }) => nodes.length && ["serious", "critical"].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.target + " " + node.failureSummary).join(" | ")}`);
}"""
# What the same page may break by its colours alone.
OF_COLOURS = ["color-contrast", "link-in-text-block"]
# And by its being narrow.
OF_ROOM = ["scrollable-region-focusable", "target-size"]
# What is shown, how it is coloured, and whether its letters are so large that less contrast does: kept for one width, and compared with what was kept for the other.
SHOWN = """([width, other]) => {
  const root = document.querySelector("#dialog-frame[open]") ?? document.body;
  const shown = new Map([...root.querySelectorAll("*")].filter((node) => node.checkVisibility()).map((node) => {
    const { color, backgroundColor, backgroundImage, opacity, fontSize, fontWeight } = getComputedStyle(node);
    const large = parseFloat(fontSize) >= (fontWeight >= 700 ? 18.66 : 24);
    return [node, [color, backgroundColor, backgroundImage, opacity, large].join()];
  }));
  window.shownAt = { ...window.shownAt, [width]: shown };
  window.onlyHere = [...shown].filter(([node, look]) => window.shownAt[other]?.get(node) !== look).map(([node]) => node);
}"""
PHONE, DESK = 390, 1440
# So high that nothing lies under the bar at the foot of a phone, from where it could be scrolled.
WHOLE = 9000
WIDER = """() => [...document.querySelectorAll("body *")].filter((node) => {
  const box = node.getBoundingClientRect();
  return box.width && box.right > document.documentElement.clientWidth + 1 && !node.closest(".c-tabs, .c-filter, .c-seg, .c-scroll, .visually-hidden, .visually-hidden-focusable");
}).map((node) => `${node.tagName}.${node.className}`).slice(0, 5)"""


def with_axe(page: Page) -> Page:
    """The browser keeps it for every page: sent again with each it takes as long as to look."""
    page.add_init_script(path=AXE)
    return page


def serious(page: Page, *, only_here: bool = False) -> list[str]:
    """Of the page in the light, whole; and of its colours in the dark. ``only_here``: of what one width alone shows."""
    found: list[str] = page.evaluate(RUN, [[], only_here])
    page.emulate_media(color_scheme="dark")
    found += [f"dark, {fault}" for fault in page.evaluate(RUN, [OF_COLOURS, only_here])]
    page.emulate_media(color_scheme="light")
    return found


def sideways(page: Page) -> list[str]:
    if page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"):
        return []
    found: list[str] = page.evaluate(WIDER)
    return found or ["the page"]


def cut_off(page: Page) -> list[str]:
    """Whether a dialog that is open scrolls sideways in itself."""
    wide = "() => { const f = document.getElementById('dialog-frame'); return !!f && f.scrollWidth > f.clientWidth; }"
    return ["dialog"] if page.evaluate(wide) else []


def at_every_width(page: Page, what: str) -> dict[str, list[str]]:
    """By width, of what is open: axe on a desk and on a phone; sideways at 320 pixels, and at 200 % of a window of 1440.

    The width changes under the page: nothing but the style sheet knows it. So what the phone shows as the desk does is
    looked at there for its room only; what it alone shows, or in other colours or sizes, for everything.
    """
    page.evaluate(SHOWN, [DESK, PHONE])
    faults = {f"{DESK} {what}": serious(page)}
    page.set_viewport_size({"width": PHONE, "height": WHOLE})
    page.evaluate(SHOWN, [PHONE, DESK])
    faults[f"{PHONE} {what}"] = page.evaluate(RUN, [OF_ROOM, False]) + serious(page, only_here=True)
    for width in (320, 720):
        page.set_viewport_size({"width": width, "height": 450})
        faults[f"{width} {what}"] = sideways(page) + cut_off(page)
    page.set_viewport_size({"width": DESK, "height": 900})
    return faults


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
        reverse("search"),
        reverse("search") + "?q=the",
        reverse("shortcut_list"),
        f"{row.get_absolute_url()}?show=promises",
        f"{row.get_absolute_url()}?show=feedback",
        reverse("relationship_people", args=[row.pk]),
        reverse("relationship_stage", args=[row.pk]),
        reverse("relationship_standing", args=[row.pk]),
        reverse("relationship_feedback", args=[row.pk]),
        reverse("review_pack", args=[row.pk]) + "?span=year",
        reverse("feedback_list"),
        reverse("problem_list"),
        reverse("insights"),
        reverse("pack_choice"),
        reverse("listening_list"),
        *(one.get_absolute_url() for one in things_of(row)),
        reverse("hear", args=[token_for(ListeningPost.objects.get())]),
    ]


def pages_of_meetings(met: Met) -> list[str]:
    return [
        reverse("meeting_list"),
        *(one.get_absolute_url() for one in (met.coming, met.held, met.off)),
        reverse("meeting_brief", args=[met.coming.pk]),
        reverse("meeting_live", args=[met.live.pk]),
        reverse("minutes", args=[met.held.pk]),
        reverse("meeting_create", args=[met.row.pk]),
        reverse("agenda_item", args=[met.coming.pk]),
        reverse("meeting_hold", args=[met.live.pk]),
        reverse("minutes_send", args=[met.held.pk]),
        reverse("insight_list"),
        reverse("play_list"),
        reverse("relationship_plays", args=[met.row.pk]),
        reverse("play_edit", args=[met.way_in.pk]),
        reverse("calendar_settings"),
        reverse("calendar_source"),
        reverse("meeting_answer", args=[answer_links.token_for(met.asked)]),
    ]


def pages_of_health(book: Judged) -> list[str]:
    return [
        "/",
        book.row.get_absolute_url(),
        reverse("relationship_standing", args=[book.row.pk]),
        reverse("relationship_standing", args=[book.row.pk]) + f"?on={book.then.isoformat()}",
        reverse("relationship_two_views", args=[book.row.pk]),
        reverse("loyalty_list"),
        reverse("health_settings"),
        reverse("pulse_answer", args=[book.ours.pk]),
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
        *dialogs_about_people_and_stages(row),
        *dialogs_about_feedback(row),
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


def dialogs_about_people_and_stages(row: Relationship) -> list[str]:
    named = Stakeholder.objects.get(relationship=row, power="influences")
    return [
        reverse("stakeholder_create", args=[row.pk]),
        reverse("stakeholder_edit", args=[named.pk]),
        reverse("departure_create", args=[row.pk]) + f"?contact={named.contact_id}",
        reverse("introduction_create", args=[row.pk]),
        reverse("introduction_end", args=[row.introductions.get().pk]),
        reverse("stage_change_create", args=[row.pk]) + "?to=customer",
        reverse("waiver_create", args=[row.pk]) + "?criterion=promise",
        reverse("scope_create", args=[row.pk]),
        reverse("target_edit", args=[row.pk]),
        reverse("plan_step_create", args=[row.pk]),
        reverse("relationship_end", args=[row.pk]),
    ]


def dialogs_about_feedback(row: Relationship) -> list[str]:
    complaint = row.feedback.get(severity=3)
    problem = row.problems.get(severity=3)
    post = ListeningPost.objects.get()
    return [
        reverse("feedback_new"),
        reverse("feedback_create", args=[row.pk]) + "?side=ours",
        reverse("feedback_edit", args=[complaint.pk]),
        reverse("feedback_answer", args=[complaint.pk]),
        reverse("feedback_decline", args=[complaint.pk]),
        reverse("feedback_tell_group", args=[row.feedback.exclude(behalf_of="").get().pk]),
        reverse("problem_create", args=[row.pk]),
        reverse("problem_solve", args=[problem.pk]),
        reverse("listening_post_create"),
        reverse("listening_post_edit", args=[post.pk]),
        reverse("heard_sort", args=[Heard.objects.get().pk]),
        reverse("heard_set_aside", args=[Heard.objects.get().pk]),
    ]


def dialogs_about_health(book: Judged) -> list[str]:
    return [
        reverse("feeling_create", args=[book.row.pk]),
        reverse("feeling_edit", args=[book.feeling.pk]),
        reverse("pulse_answer", args=[book.ours.pk]),
        reverse("pulse_answer", args=[book.given.pk]),
        reverse("pulse_give", args=[book.given.pk]),
        reverse("pulse_answer_edit", args=[book.answer.pk]),
        reverse("relationship_outcome_create", args=[book.row.pk]),
        reverse("relationship_outcome_edit", args=[book.outcome.pk]),
        reverse("health_flag_snooze", args=[book.flag.pk]),
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


def dialog_at_every_width(page: Page, address: str) -> dict[str, list[str]]:
    open_here(page, address)
    faults = at_every_width(page, address)
    # How it is closed is looked at elsewhere; a click would wait for the page to have drawn the last width.
    page.locator("#dialog [data-dialog-close]").dispatch_event("click")
    return faults


@pytest.mark.parametrize("name", ["Alice", "Adam"])
def test_pages(browse: Open, name: str) -> None:
    row = full_book()
    person = people.alice() if name == "Alice" else people.adam()
    page = with_axe(browse(person))
    faults: dict[str, list[str]] = {}
    for address in pages_of_alice(row) if name == "Alice" else pages_of_adam():
        page.goto(address)
        faults |= at_every_width(page, address)
    assert {at: said for at, said in faults.items() if said} == {}


def test_pages_of_meetings(browse: Open) -> None:
    """On a phone, where most goes wrong: axe at 390 pixels, sideways at 320 and at 200 % of a window of 1440."""
    page = with_axe(browse(people.alice(), width=PHONE, height=WHOLE))
    faults: dict[str, list[str]] = {}
    for address in pages_of_meetings(met_book()):
        page.goto(address)
        faults[address] = serious(page)
        for width in (320, 720):
            page.set_viewport_size({"width": width, "height": 900})
            faults[address] += [f"{width} {one}" for one in sideways(page)]
        page.set_viewport_size({"width": PHONE, "height": WHOLE})
    assert {at: said for at, said in faults.items() if said} == {}


def test_dialogs(browse: Open) -> None:
    row = full_book()
    page = with_axe(browse(people.alice()))
    page.goto(row.get_absolute_url())
    faults: dict[str, list[str]] = {}
    for address in dialogs(row):
        faults |= dialog_at_every_width(page, address)
    page.keyboard.press("?")
    dialog(page)
    faults |= at_every_width(page, "help")
    assert {at: said for at, said in faults.items() if said} == {}


def test_pages_and_dialogs_of_health(browse: Open, watch: Watch) -> None:
    """What is one tap (to ask, to skip) stands on the pages; weights are set by an administrator, and a
    question is answered by somebody who is not signed in."""
    watch.expected = {"404"}
    book = judged_book()
    faults: dict[str, list[str]] = {}
    page = with_axe(browse(people.alice()))
    for address in pages_of_health(book):
        page.goto(address)
        faults |= at_every_width(page, address)
    page.goto("/settings/")
    for address in dialogs_about_health(book):
        faults |= dialog_at_every_width(page, address)
    page = with_axe(browse(people.adam()))
    page.goto(reverse("health_settings") + "?version=2")
    expect(page.locator(".c-before .c-moves")).to_be_visible()
    faults |= at_every_width(page, "before and after of a former version")
    page.locator("#id_trust").fill("99")
    page.get_by_role("button", name="Show before and after").click()
    expect(page.get_by_role("alert")).to_contain_text("they have to add up to 100")
    faults |= at_every_width(page, "weights that do not add up")
    page = with_axe(browse())
    page.goto(reverse("pulse_question", args=[pulse_links.token_for(book.given)]))
    faults |= at_every_width(page, "question")
    page.get_by_role("button", name="Send my answer").click()
    expect(page.get_by_role("alert")).to_be_visible()
    faults |= at_every_width(page, "question without an answer")
    page.locator(".c-answers label").nth(3).click()
    page.get_by_role("button", name="Send my answer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    faults |= at_every_width(page, "thanks")
    page.goto(reverse("pulse_question", args=[pulse_links.token_for(book.over)]))
    faults |= at_every_width(page, "link that takes nothing")
    assert {at: said for at, said in faults.items() if said} == {}


def test_sheet_of_a_one_to_one(browse: Open) -> None:
    full_book()
    alice, page = people.alice(), with_axe(browse(people.mona()))
    people.been_here_since(ago(400))
    hold_one_to_one(
        actor=people.mona(),
        now=Now.read(),
        person=alice,
        held_on=ago(9),
        asked="A driver\non Thursdays",
        note="Ice first",
    )
    sheet = reverse("one_to_one", args=[alice.pk])
    faults: dict[str, list[str]] = {}
    for address in (
        sheet,
        f"{sheet}?since=soon",
        f"{sheet}?all=talk",
        f"{sheet}?all=new",
        reverse("one_to_one", args=[people.bob().pk]),
        reverse("one_to_one_list"),
    ):
        page.goto(address)
        faults |= at_every_width(page, address)
    faults |= dialog_at_every_width(page, reverse("one_to_one_create", args=[alice.pk]))
    faults |= dialog_at_every_width(page, reverse("one_to_one_edit", args=[OneToOne.objects.get().pk]))
    assert {at: said for at, said in faults.items() if said} == {}


def test_saved_views_and_columns_look_well(browse: Open) -> None:
    """With each menu open; the phone says in a line what the table has as columns."""
    row = partner("Ewos", quiet=41, tier="A", yearly_worth=184000, tags=["cold chain"])
    alice, now = people.alice(), Now.read()
    for index in range(9):
        name = f"Review before the end of the year, and whatever else is to be looked at {index}"[: 60 - index]
        dashboards.save_view(actor=alice, now=now, page="portfolio", query=f"tier={index}", name=name)
    chosen = "&".join(f"columns={key}" for key in ("partner", *columns.DRAWN, *columns.WRITTEN))
    page = with_axe(browse(people.alice()))
    faults: dict[str, list[str]] = {}
    for address in (f"/portfolio/?{chosen}", "/portfolio/?sort=at_stake&going=1&kind=other", reverse("view_list")):
        page.goto(address)
        faults |= at_every_width(page, address)
    page.goto("/portfolio/")
    for menu in (".c-columns", ".c-filters"):
        page.locator(f"{menu} summary").click()
        faults |= at_every_width(page, f"menu {menu}")
        page.locator(f"{menu} summary").click()
    page.get_by_role("link", name="Save view").click()
    expect(page.locator("#dialog form")).to_be_visible()
    faults |= at_every_width(page, "dialog of a view")
    page.goto(reverse("relationship_bulk") + f"?rows={row.pk}&deed=tier")
    faults |= at_every_width(page, "tier of many")
    assert {at: said for at, said in faults.items() if said} == {}


def test_axe_while_empty_or_wrong(browse: Open, watch: Watch) -> None:
    watch.expected = {"404", "410"}
    bare = people.relationship(owner=people.bob())
    faults: dict[str, list[str]] = {}
    visits: list[tuple[User | None, str]] = [
        (None, "/accounts/login/"),
        (None, reverse("account_reset_password")),
        (None, "/invitation/none/"),
        (people.alice(), "/"),
        (people.alice(), "/portfolio/"),
        (people.alice(), "/portfolio/?q=nothing"),
        (people.alice(), "/views/"),
        (people.alice(), "/organisations/"),
        (people.alice(), "/promises/"),
        (people.alice(), "/promises/?q=nothing"),
        (people.alice(), "/feedback/"),
        (people.alice(), "/feedback/?q=nothing"),
        (people.alice(), "/problems/"),
        (people.alice(), "/listening/"),
        (people.alice(), reverse("duplicate_list")),
        (people.alice(), reverse("relationship_people", args=[bare.pk])),
        (people.alice(), reverse("relationship_stage", args=[bare.pk])),
        (people.alice(), reverse("relationship_standing", args=[bare.pk])),
        (people.alice(), reverse("relationship_feedback", args=[bare.pk])),
        (people.alice(), "/history/"),
        (people.alice(), "/covers/"),
        (people.alice(), "/palette/?q=nothing"),
        (people.alice(), "/nowhere/"),
        (people.adam(), "/people/?q=nobody"),
    ]
    pages: dict[User | None, Page] = {}
    for person, address in visits:
        page = pages[person] = pages.get(person) or with_axe(browse(person, width=PHONE, height=WHOLE))
        page.goto(address)
        faults[address] = serious(page) + sideways(page)
    page = with_axe(browse(people.alice()))
    page.goto("/log/")
    page.get_by_role("button", name="Log check-in").click()
    expect(page.locator(".c-summary")).to_be_visible()
    faults["errors"] = serious(page)
    assert {address: said for address, said in faults.items() if said} == {}
