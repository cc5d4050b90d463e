"""What somebody without an account writes on a phone, until the night shift hears what came of it."""

from __future__ import annotations

import re
from datetime import timedelta

from django.core.cache import cache
from playwright.sync_api import Dialog, Page, expect

from accounts import actions as accounts
from relationships import actions, addresses
from relationships.models import Feedback, Heard, ListeningPost
from tests import people
from tests.journeys.book import closed, dialog, partner, rows, toast
from tests.journeys.conftest import Open, Watch
from web.clock import Now

SAID = "The ramp light goes out at ten, so we load in the dark."
LOOP = ".c-voiced + .c-loop"
NASTY = '"><img src=x onerror=alert(1)><script>alert(2)</script>\u202egnp'


def a_post(name: str = "Loading bay") -> str:
    """The path of its public form; the post is Alice's."""
    cache.clear()
    alice = people.alice()
    post = actions.open_post(actor=alice, now=Now.read(), name=name, owner=alice, public=True).row
    return f"/hear/{addresses.token_for(post)}/"


def step(page: Page, name: str) -> None:
    page.locator(".c-head").get_by_role("link", name=name, exact=True).filter(visible=True).click()
    dialog(page)


def test_from_the_public_form_to_the_night_shift(browse: Open) -> None:
    row = partner("Ewos", quiet=3)
    accounts.sweep_duplicates(now=Now.read())
    address = a_post()

    # On a phone, without an account, without JavaScript, without a cookie.
    phone = browse(None, width=390, height=844, has_touch=True, java_script_enabled=False)
    phone.goto(address)
    phone.get_by_label("What you want to say").fill(SAID)
    phone.get_by_label("Suggestion", exact=True).check()
    phone.get_by_label("Your organisation").fill("Ewos")
    phone.get_by_label("On behalf of").fill("the night shift")
    phone.get_by_text("I am writing this down for somebody else").click()
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_role("alert")).to_contain_text("Say who is writing it down.")
    expect(phone.get_by_label("What you want to say")).to_have_value(SAID)
    phone.get_by_label("Who is writing it down").fill("Ben from the gate")
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_role("heading", name="What happens next")).to_be_visible()
    assert phone.context.cookies() == []

    # It came in twelve days ago, and waits on Today; one tap says whose it is.
    Heard.objects.update(heard_at=Now.read().instant - timedelta(days=12))
    page = browse(people.alice())
    page.goto("/")
    rows(page, "Loading bay").get_by_role("link", name="Sort").click()
    rows(page, SAID).get_by_role("button", name="Ewos’s").click()
    toast(page, "It is feedback of Ewos now.")
    expect(page.locator("#listening-post")).to_contain_text("Nothing is waiting.")
    one = Feedback.objects.get(relationship=row)

    # Acknowledged, applied, told back to the night shift, with the days it took.
    page.goto(one.get_absolute_url())
    expect(page.locator(".c-aside")).to_contain_text("noted down by Ben from the gate")
    page.locator(".c-head").get_by_role("button", name="Acknowledge").filter(visible=True).click()
    toast(page, "Acknowledged.")
    step(page, "Answer")
    page.locator("#dialog [name=text]").fill("We set the timer anew.")
    page.keyboard.press("Control+Enter")
    closed(page)
    step(page, "Applied")
    page.locator("#dialog [name=text]").fill("A timer that ends at six.")
    page.keyboard.press("Control+Enter")
    closed(page)
    expect(page.locator(LOOP)).to_contain_text("applied, 12 days")
    step(page, "Told the night shift")
    page.keyboard.press("Control+Enter")
    closed(page)
    expect(page.locator(LOOP)).to_contain_text("told the night shift, 12 days")


def test_back_after_an_error_and_then_sent_leads_to_the_form(browse: Open) -> None:
    """And not to the browser's own page about a form that would have to be sent again."""
    phone = browse(None, width=390, height=844)
    phone.goto(a_post())
    phone.get_by_label("Your name").fill("Ola")
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_role("alert")).to_contain_text("Write what you want to say.")
    phone.get_by_label("What you want to say").fill(SAID)
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_role("heading", name="What happens next")).to_be_visible()
    phone.go_back()
    expect(phone.get_by_label("What you want to say")).to_be_visible()
    phone.go_back()
    expect(phone.get_by_label("What you want to say")).to_be_visible()
    assert Heard.objects.count() == 1


def test_several_are_set_aside_together_with_and_without_scripts(browse: Open) -> None:
    a_post()
    post = ListeningPost.objects.get()
    for nth in range(5):
        actions.hear(now=Now.read(), post=post, form=str(nth), text=f"Pills {nth}")
    page = browse(people.alice())
    page.goto(post.get_absolute_url())
    for nth in (0, 1):
        page.get_by_label(f"Choose “Pills {nth}”").check()
    expect(page.locator(".c-bulk")).to_contain_text("2 chosen")
    page.locator(".c-bulk").get_by_role("button", name="Set aside").click()
    page.locator("#dialog [name=why]").fill("An advertisement")
    page.keyboard.press("Control+Enter")
    toast(page, "2 set aside.")
    expect(page.locator(".c-camein > li")).to_have_count(3)
    plain = browse(people.alice(), java_script_enabled=False)
    plain.goto(post.get_absolute_url())
    for nth in (2, 3):
        plain.get_by_label(f"Choose “Pills {nth}”").check()
    plain.locator(".c-bulk").get_by_role("button", name="Set aside").click()
    plain.locator("[name=why]").fill("An advertisement")
    plain.get_by_role("button", name="Set 2 aside").click()
    expect(plain.locator(".c-camein > li")).to_have_count(1)


def test_list_of_partners_in_a_dialog_can_be_seen_whole(browse: Open) -> None:
    for nth in range(9):
        partner(f"Partner {nth}", quiet=3)
    a_post()
    heard = actions.hear(now=Now.read(), post=ListeningPost.objects.get(), form="1", text=SAID)
    for width, height in ((1440, 900), (390, 844)):
        page = browse(people.alice(), width=width, height=height)
        page.goto(heard.post.get_absolute_url())
        page.get_by_role("link", name="Whose is it?").click()
        page.locator("#dialog .ts-control input").press("ArrowDown")
        shown = page.locator("#dialog .ts-dropdown")
        expect(shown.locator(".option").nth(2)).to_be_in_viewport(ratio=1)
        page.wait_for_timeout(300)
        box, foot = shown.bounding_box(), page.locator("#dialog footer").bounding_box()
        assert box is not None
        assert foot is not None
        assert box["height"] > 150
        assert box["y"] + box["height"] <= foot["y"] + 1, (width, box, foot)


def test_what_is_nasty_is_text_wherever_it_stands(browse: Open, watch: Watch) -> None:
    """No dialog opens, the content policy has nothing to refuse, and no text turns what stands beside it."""
    row = partner("Ewos", quiet=3)
    address = a_post()
    stranger = browse(None)
    stranger.goto(address)
    for label in ("What you want to say", "Your name", "Your organisation", "How to reach you", "On behalf of"):
        stranger.get_by_label(label).fill(NASTY)
    stranger.get_by_role("button", name="Send").click()
    expect(stranger.get_by_role("heading", name="What happens next")).to_be_visible()
    heard = Heard.objects.get()
    assert heard.text == NASTY.replace("\u202e", "")
    page = browse(people.alice())
    opened: list[str] = []

    def on_dialog(one: Dialog) -> None:
        opened.append(one.message)
        one.dismiss()

    page.on("dialog", on_dialog)
    page.goto(heard.post.get_absolute_url())
    expect(page.locator(".said")).to_have_text(heard.text)
    given = actions.sort_heard(actor=people.alice(), now=Now.read(), heard=heard, relationship=row, nature="praise").row
    for place in (
        given.get_absolute_url(), "/feedback/", f"{row.get_absolute_url()}?show=feedback", f"{row.get_absolute_url()}history/",
        "/history/", "/", heard.post.get_absolute_url(),
    ):  # fmt: skip
        page.goto(place)
        expect(page.locator("h1")).to_be_visible()
    page.goto(given.get_absolute_url())
    expect(page.locator(".c-voiced")).to_have_text(re.compile(re.escape(heard.text)))
    assert opened == []
