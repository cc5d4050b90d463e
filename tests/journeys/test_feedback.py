"""A suggestion's way: recorded, acknowledged, answered, applied, told back to the voice and to the night shift."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from relationships.models import Feedback
from tests import people
from tests.journeys.book import ago, closed, dialog, partner, person_at, rows, toast
from tests.journeys.conftest import Open

SAID = "Let us reorder from the phone, by scanning the pallet."
LOOP = ".c-voiced + .c-loop"


def step(page: Page, name: str) -> None:
    """Opens the dialog of the next step by its button in the head of the page."""
    page.locator(".c-head").get_by_role("link", name=name, exact=True).filter(visible=True).focus()
    page.keyboard.press("Enter")
    dialog(page)


def slow_once(page: Page, address: str) -> None:
    """What the server said at once is long on its way, the first time.

    Not by ``times=1``: a route that is over is not let go of when the browser closes while it still waits.
    """
    held: list[Route] = []

    def slow(route: Route) -> None:
        if held:
            route.continue_()
            return
        held.append(route)
        answer = route.fetch()
        page.wait_for_timeout(1500)
        route.fulfill(response=answer)

    page.route(f"**{address}", slow)


def test_from_the_suggestion_to_the_night_shift(browse: Open) -> None:
    """By keyboard, with the days that it took on the page."""
    row = partner("Ewos", every=30, quiet=20)
    person_at(row, "Henrik Aune")
    page = browse(people.alice())

    # Recorded from the tab of the relationship, as heard twelve days ago.
    page.goto(f"{row.get_absolute_url()}feedback/")
    page.keyboard.press("c")
    dialog(page)
    expect(page.locator("#dialog textarea[name=said]")).to_be_focused()
    page.keyboard.type(SAID)
    page.locator("#dialog [name=contact]").select_option(label="Henrik Aune")
    page.locator("#dialog [name=behalf_of]").fill("the night shift")
    page.locator("#dialog").get_by_text("Other day", exact=True).click()
    page.locator("#dialog [name=heard_on]").fill(ago(12).isoformat())
    page.keyboard.press("Control+Enter")
    closed(page)
    toast(page, "Noted: Suggestion from Henrik Aune.")
    expect(rows(page, SAID)).to_contain_text("Waits for our answer since")

    # It waits on Today; acknowledged with one tap, then answered from there.
    page.goto("/")
    expect(rows(page, SAID)).to_contain_text("unanswered for 12 days")
    expect(page.locator(".c-side .c-nav", has_text="Feedback")).to_contain_text("1")
    rows(page, SAID).get_by_role("button", name="Acknowledge").click()
    toast(page, "Acknowledged.")
    rows(page, SAID).locator(".c-do .first").click()
    dialog(page)
    page.locator("#dialog [name=text]").fill("We build a first version with you.")
    page.keyboard.press("Control+Enter")
    closed(page)
    toast(page, "Answered after 12 days, to be decided.")
    expect(rows(page, SAID)).to_have_count(0)

    # Applied, with a link; told back to the voice and to the group.
    one = Feedback.objects.get()
    page.goto(one.get_absolute_url())
    expect(page.locator(LOOP)).to_contain_text("to be decided")
    step(page, "Applied")
    page.locator("#dialog [name=text]").fill("As a trial.")
    # Closed by mistake, the text is there again.
    page.keyboard.press("Escape")
    closed(page)
    step(page, "Applied")
    expect(page.locator("#dialog [name=text]")).to_have_value("As a trial.")
    page.locator("#dialog [name=url]").fill("https://partner.example/scan")
    page.keyboard.press("Control+Enter")
    closed(page)
    expect(page.locator(LOOP)).to_contain_text("applied, 12 days")
    expect(page.locator(".c-aside")).to_contain_text("From suggestion to application")
    step(page, "Told Henrik Aune")
    page.locator("#dialog [name=text]").fill("Rang and thanked him.")
    # The page that fetches itself again is slow: what is done meanwhile stands on it all the same.
    slow_once(page, one.get_absolute_url())
    page.keyboard.press("Control+Enter")
    closed(page)
    step(page, "Told the night shift")
    page.keyboard.press("Control+Enter")
    closed(page)
    expect(page.locator(LOOP)).to_contain_text("told the night shift, 12 days")
    expect(page.locator(".c-lede").first).to_contain_text("Applied after 12 days, and told back.")
    # Three steps were taken in a moment; only what is true now is still said.
    expect(page.locator("#toasts .c-toast")).to_have_count(1)
    toast(page, "Applied after 12 days, and told back.").get_by_role("button", name="Undo").click()
    expect(page.locator(".c-lede").first).to_contain_text("not yet told back to the night shift")

    # In the timeline of the relationship, with its marks.
    page.goto(f"{row.get_absolute_url()}?show=feedback")
    entry = page.locator(".c-tl > li", has_text=SAID)
    expect(entry).to_contain_text("on behalf of the night shift")
    expect(entry.locator(".c-loop .done")).to_have_count(4)


def test_what_is_wrong_is_said_in_a_dialog_whose_list_was_open(browse: Open) -> None:
    """The button stays under the mouse that closes the list, and the whole form comes back with what was typed."""
    for nth in range(9):
        partner(f"Partner {nth}", quiet=3)
    page = browse(people.alice())
    for address, text, button in (
        ("/feedback/", "said", "Note it"),
        ("/problems/", "what", "Open the problem"),
        ("/promises/", "what", "Note the promise"),
    ):
        page.goto(address)
        page.keyboard.press("c")
        dialog(page)
        page.locator(f"#dialog [name={text}]").fill("The ramp is icy")
        page.locator("#dialog .ts-control input").first.click()
        expect(page.locator("#dialog .ts-dropdown .option").first).to_be_visible()
        place = page.get_by_role("button", name=button).bounding_box()
        assert place is not None
        page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
        page.mouse.down()
        page.wait_for_timeout(100)
        page.mouse.up()
        expect(page.locator("#dialog .c-summary")).to_contain_text("Choose the partner.")
        expect(page.locator(f"#dialog [name={text}]")).to_have_value("The ramp is icy")
        # A press that only ends on the dimmed page closes nothing.
        page.mouse.move(700, 200)
        page.mouse.down()
        page.mouse.move(5, 5)
        page.mouse.up()
        expect(page.get_by_role("button", name=button)).to_be_visible()
        page.mouse.click(5, 5)
        closed(page)


def test_tone_is_noted_while_typing_and_saved_all_the_same(browse: Open) -> None:
    row = partner("Ewos", quiet=3)
    page = browse(people.alice(), width=390, height=844, has_touch=True)
    page.goto(f"{row.get_absolute_url()}feedback/")
    page.get_by_role("link", name="Add feedback of ours").or_(
        page.get_by_role("link", name="Write down feedback")
    ).first.click()
    dialog(page)
    page.locator("#dialog label", has_text="Ours").click()
    page.locator("#dialog textarea[name=said]").press_sequentially("You always forget the night run!!")
    note = page.locator("#dialog #tone")
    expect(note).to_contain_text("“You always forget” reads as blame.")
    expect(note).to_contain_text("reads as shouting")
    page.get_by_role("button", name="Note it").click()
    closed(page)
    toast(page, "Noted: Our suggestion from Alice Ahlberg.")
    one = Feedback.objects.get()
    assert one.said == "You always forget the night run!!"
    page.goto(one.get_absolute_url())
    expect(page.locator(".c-tone")).to_contain_text("reads as blame")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_loop_without_javascript(browse: Open) -> None:
    row = partner("Ewos", quiet=3)
    page = browse(people.alice(), java_script_enabled=False)
    page.goto(f"{row.get_absolute_url()}feedback/")
    page.get_by_role("link", name="New feedback").click()
    page.locator("[name=said]").fill(SAID)
    page.locator("[name=behalf_of]").fill("the night shift")
    page.get_by_role("button", name="Note it").click()
    toast(page, "Noted: Suggestion.")
    page.get_by_role("button", name="Acknowledge").first.click()
    toast(page, "Acknowledged.")
    page.get_by_role("link", name="Answer", exact=True).first.click()
    page.locator("[name=text]").fill("YOU NEVER ANSWER US, DO YOU")
    page.get_by_role("button", name="Answer").click()
    toast(page, "Answered on the same day, to be decided.")
    expect(page.locator(".c-tl .c-tone")).to_contain_text("reads as shouting")
    page.get_by_role("link", name="Declined", exact=True).first.click()
    page.get_by_role("button", name="Declined").click()
    expect(page.locator(".c-summary")).to_contain_text("Say why it is declined.")
    page.locator("[name=text]").fill("It needs a second server.")
    page.get_by_role("button", name="Declined").click()
    page.get_by_role("link", name="Told the night shift").first.click()
    page.get_by_role("button", name="Told the night shift").click()
    toast(page, "Declined on the same day, and told back.").get_by_role("button", name="Undo").click()
    assert Feedback.objects.get().state == "to_tell"
