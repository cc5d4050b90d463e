"""Logging a check-in: the main job of the whole product."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from relationships import actions
from relationships.models import Interaction, Relationship
from tests import people
from tests.journeys.book import (
    ago,
    closed,
    dialog,
    mark,
    not_reloaded,
    open_flags,
    partner,
    person_at,
    pick,
    rows,
    toast,
    today,
)
from tests.journeys.conftest import Open, Watch
from web.clock import Now
from web.dates import full

NOTE = "#dialog textarea[name=summary]"


def log_dialog(page: Page, letters: str) -> None:
    page.keyboard.press("l")
    dialog(page)
    pick(page, letters)
    expect(page.locator(NOTE)).to_be_focused()
    expect(page.locator("#log-details .c-effect")).to_be_visible()


def test_main_job(browse: Open) -> None:
    """Sign in, see who is overdue, log in four steps of the keyboard; the row and its flag go, and come back with z."""
    ewos = partner("Ewos", quiet=41)
    partner("Nordlaks", quiet=30)
    before = (ewos.due_on, ewos.overdue_from)
    page = browse()
    page.goto("/")
    page.get_by_label("Email").fill("alice@concord.example")
    page.get_by_label("Password").fill(people.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    expect(page.get_by_role("heading", name="Overdue")).to_be_visible()
    expect(rows(page, "Ewos")).to_contain_text("quiet for 41 days")
    assert open_flags(ewos) == 1
    mark(page)

    page.keyboard.press("l")  # 1
    dialog(page)
    pick(page, "ewo")  # 2: three letters and Enter
    expect(page.locator(NOTE)).to_be_focused()
    page.keyboard.type("Prices hold until March")  # 3
    page.keyboard.press("Control+Enter")  # 4
    closed(page)
    expect(rows(page, "Ewos")).to_have_count(0)
    expect(rows(page, "Nordlaks")).to_have_count(1)
    expect(page.locator(".c-lede")).to_have_text("One partner is overdue.")
    toast(page, "Logged with Ewos")
    row = Interaction.objects.get(summary="Prices hold until March")
    assert (row.relationship, row.occurred_on, row.logged_by) == (ewos, today(), people.alice())
    assert (row.begun_by, row.two_way) == (Interaction.Side.UNKNOWN, True)
    ewos.refresh_from_db()
    assert ewos.due_on == today() + timedelta(days=14)
    assert open_flags(ewos) == 0
    assert not_reloaded(page)

    page.keyboard.press("z")
    expect(rows(page, "Ewos")).to_have_count(1)
    ewos.refresh_from_db()
    assert (ewos.due_on, ewos.overdue_from) == before
    assert open_flags(ewos) == 1
    assert not Interaction.objects.filter(pk=row.pk).exists()
    assert not_reloaded(page)


def test_undo_button_in_the_toast(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto(row.get_absolute_url())
    page.keyboard.press("l")
    expect(page.locator(NOTE)).to_be_visible()
    page.fill(NOTE, "A word")
    page.keyboard.press("Control+Enter")
    said = toast(page, "Logged with Ewos")
    expect(page.locator(".c-state").first).to_contain_text("In touch")
    said.get_by_role("button", name="Undo").click()
    expect(page.locator(".c-state").first).to_contain_text("Overdue")
    assert open_flags(row) == 1
    toast(page, "Taken back: Logged with Ewos").get_by_role("button", name="Redo").click()
    expect(page.locator(".c-state").first).to_contain_text("In touch")
    # The message is gone, the key still knows.
    toast(page, "Done again: Logged with Ewos").get_by_role("button", name="Dismiss").click()
    page.keyboard.press("z")
    toast(page, "Taken back: Logged with Ewos")
    expect(page.locator(".c-state").first).to_contain_text("Overdue")


def test_each_press_of_the_key_goes_one_deed_further_back(browse: Open) -> None:
    """What has just been taken back is told with its Redo, which the key never presses."""
    row = partner("Ewos", quiet=41)
    for word in ("one", "two"):
        step = actions.log_interaction(
            actor=people.alice(), now=Now.read(), relationship=row, occurred_on=ago(0), channel="call", summary=word
        ).step
        assert step
    page = browse(people.alice())
    page.goto(row.get_absolute_url())
    for left in (1, 0):
        page.keyboard.press("z")
        expect(page.get_by_text("Taken back: Logged with Ewos")).to_have_count(2 - left)
        assert Interaction.objects.filter(summary__in=["one", "two"]).count() == left
    page.keyboard.press("z")
    toast(page, "Nothing that you did in the last hour is left to take back.")
    assert not Interaction.objects.filter(summary__in=["one", "two"]).exists()


def test_enter_waits_for_what_was_typed(browse: Open) -> None:
    """Letters and Enter in one go while the search is slow: the partner typed is taken, never the one on top before."""
    partner("Worst of all", quiet=150)
    partner("Ewos", quiet=20)
    page = browse(people.alice())

    def slow(route: Route) -> None:
        page.wait_for_timeout(600)
        route.continue_()

    page.goto("/")
    page.keyboard.press("l")
    expect(dialog(page).locator(".ts-dropdown .option").first).to_contain_text("Worst of all")
    page.route("**/relationships/options/?q=ewo", slow)
    page.keyboard.type("ewo")
    page.keyboard.press("Enter")
    expect(page.locator(NOTE)).to_be_focused()
    expect(page.locator("#dialog .ts-control .item")).to_contain_text("Ewos")


def test_focus_goes_back(browse: Open) -> None:
    partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto("/")
    opener = page.get_by_role("link", name="Log a check-in with Ewos")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator(NOTE)).to_be_focused()
    page.keyboard.press("Escape")
    closed(page)
    expect(opener).to_be_focused()


def test_one_way_does_not_count(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    before = row.due_on
    page = browse(people.alice())
    page.goto("/")
    log_dialog(page, "ewo")
    expect(page.locator(".c-effect")).to_contain_text("Clears the overdue flag.")
    page.get_by_text("Left a message").click()
    expect(page.locator(".c-effect")).to_contain_text("does not count")
    page.keyboard.press("Control+Enter")
    toast(page, "does not count as contact")
    expect(rows(page, "Ewos")).to_have_count(1)
    row.refresh_from_db()
    assert row.due_on == before
    assert open_flags(row) == 1
    page.goto(row.get_absolute_url())
    expect(page.locator(".c-tl")).to_contain_text("one-way, does not count")


def test_another_day_and_the_effect_said_before(browse: Open) -> None:
    """The date field appears for another day; what the log says will happen is what is stored then."""
    row = partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto("/")
    log_dialog(page, "ewo")
    expect(page.locator("#dialog [name=occurred_on]")).to_be_hidden()
    page.locator("#dialog").get_by_text("Other day", exact=True).click()
    expect(page.locator("#dialog [name=occurred_on]")).to_be_focused()
    page.locator("#dialog [name=occurred_on]").fill(ago(3).isoformat())
    page.locator("#dialog [name=occurred_on]").press("Tab")
    expect(page.locator(".c-effect b")).to_have_text(full(ago(3) + timedelta(days=14)))
    page.locator("#dialog").get_by_role("button", name="Log check-in").click()
    expect(rows(page, "Ewos")).to_have_count(0)
    row.refresh_from_db()
    assert row.last_touch_on == ago(3)
    assert row.due_on == ago(3) + timedelta(days=14)


def test_backdated_before_the_last_contact_moves_nothing(browse: Open) -> None:
    row = partner("Ewos", quiet=5)
    before = row.due_on
    assert before is not None
    page = browse(people.alice())
    page.goto(f"{reverse('log')}?relationship={row.pk}")
    page.get_by_text("Other day", exact=True).click()
    page.locator("[name=occurred_on]").fill(ago(60).isoformat())
    page.locator("[name=occurred_on]").press("Tab")
    expect(page.locator(".c-effect b")).to_have_text(full(before))
    page.get_by_role("button", name="Log check-in").click()
    page.wait_for_url("**/relationships/*/")
    row.refresh_from_db()
    assert row.due_on == before


def test_who_began_it_and_who_took_part(browse: Open) -> None:
    """Nobody began it until somebody taps; the people spoken to lately are one tap each."""
    row = partner("Ewos", quiet=41)
    ingrid, lars = person_at(row, "Ingrid Moe", "Buyer"), person_at(row, "Lars Tveit")
    Interaction.objects.get(relationship=row).contacts.add(ingrid)
    page = browse(people.alice())
    page.goto("/")
    log_dialog(page, "ewo")
    expect(page.locator("#dialog [name=begun_by]:checked")).to_have_value(Interaction.Side.UNKNOWN)
    page.locator("#dialog .c-pill", has_text="Ingrid Moe").click()
    expect(page.locator("#dialog .c-pill", has_text="Lars Tveit")).to_be_hidden()
    page.locator("#dialog .c-others summary").click()
    page.locator("#dialog .c-pill", has_text="Lars Tveit").click()
    # Tapping on has to leave alone what was ticked before.
    page.locator("#dialog").get_by_text("They did", exact=True).click()
    expect(page.locator("#dialog .c-pill :checked")).to_have_count(2)
    page.fill(NOTE, "Autumn order")
    page.keyboard.press("Control+Enter")
    toast(page, "Logged with Ewos")
    logged = Interaction.objects.get(summary="Autumn order")
    assert logged.begun_by == Interaction.Side.THEIRS
    assert set(logged.contacts.all()) == {ingrid, lars}


def test_what_does_not_do_keeps_the_text(browse: Open) -> None:
    partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto("/")
    page.keyboard.press("l")
    dialog(page)
    page.fill(NOTE, "A long note that must not go")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#dialog .c-summary")).to_contain_text("Choose whom you talked with.")
    expect(page.locator(NOTE)).to_have_value("A long note that must not go")
    assert Interaction.objects.filter(summary__contains="long note").count() == 0
    # A day to come is refused at its field, the partner and the text stay.
    page.locator("#dialog .ts-control").click()
    pick(page, "ewo")
    page.locator("#dialog").get_by_text("Other day", exact=True).click()
    page.locator("#dialog [name=occurred_on]").fill((today() + timedelta(days=9)).isoformat())
    page.locator("#dialog").get_by_role("button", name="Log check-in").click()
    expect(page.locator("#dialog .c-field.bad")).to_contain_text("still to come")
    expect(page.locator("#dialog [name=occurred_on]")).to_be_visible()
    expect(page.locator(NOTE)).to_have_value("A long note that must not go")
    expect(page.locator("#dialog .ts-control .item")).to_contain_text("Ewos")


def test_lost_network_keeps_the_text(browse: Open, watch: Watch) -> None:
    watch.expected = {"ERR_INTERNET_DISCONNECTED", "htmx:sendError"}
    partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto("/")
    log_dialog(page, "ewo")
    page.keyboard.type("On the train")
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    toast(page, "Not saved: no connection. What you typed is still here.")
    expect(page.locator(NOTE)).to_have_value("On the train")
    page.context.set_offline(False)
    page.locator(NOTE).press("Control+Enter")
    toast(page, "Logged with Ewos")
    assert Interaction.objects.filter(summary="On the train").count() == 1


def test_twice_makes_one_record(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto("/")
    log_dialog(page, "ewo")
    page.keyboard.type("By hand")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")
    toast(page, "Logged with Ewos")
    page.goto(f"{reverse('log')}?relationship={row.pk}")
    page.fill("textarea[name=summary]", "By mouse")
    page.get_by_role("button", name="Log check-in").dblclick()
    page.wait_for_url("**/relationships/*/")
    assert Interaction.objects.filter(summary="By hand").count() == 1
    assert Interaction.objects.filter(summary="By mouse").count() == 1


def test_draft(browse: Open) -> None:
    """Closed by mistake, the text is there again; saved, it is gone."""
    partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto("/")
    log_dialog(page, "ewo")
    page.keyboard.type("Half a thought")
    page.keyboard.press("Escape")
    closed(page)
    page.keyboard.press("l")
    expect(page.locator(NOTE)).to_have_value("Half a thought")
    expect(page.locator(".c-restored")).to_contain_text("it was not saved")
    pick(page, "ewo")
    page.keyboard.press("Control+Enter")
    toast(page, "Logged with Ewos")
    page.keyboard.press("l")
    dialog(page)
    expect(page.locator(NOTE)).to_have_value("")


def test_key_right_after_closing_is_not_lost(browse: Open) -> None:
    """The field of the closed dialog holds the focus until the browser draws again; a key meant for the page counts."""
    partner("Ewos", quiet=41)
    page = browse(people.alice())
    page.goto("/")
    log_dialog(page, "ewo")
    page.keyboard.type("Half a thought")
    page.locator(NOTE).evaluate(
        """(field) => {
          field.closest("dialog").close();
          field.dispatchEvent(new KeyboardEvent("keydown", { key: "l", bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator(".c-restored")).to_contain_text("it was not saved")
    expect(page.locator(NOTE)).to_have_value("Half a thought")


def test_change_and_remove_an_entry(browse: Open) -> None:
    row = partner("Ewos", quiet=3)
    page = browse(people.alice())
    page.goto(row.get_absolute_url())
    mark(page)
    page.locator(".c-tl > li").first.hover()
    page.get_by_role("link", name="Change the entry of").first.click()
    dialog(page)
    page.fill(NOTE, "Said more than I noted")
    page.locator("#dialog [name=occurred_on]").fill(ago(2).isoformat())
    page.locator("#dialog [name=occurred_on]").press("Tab")
    expect(page.locator(".c-effect b")).to_have_text(full(ago(2) + timedelta(days=14)))
    page.keyboard.press("Control+Enter")
    toast(page, "Entry changed.")
    expect(page.locator(".c-tl")).to_contain_text("Said more than I noted")
    row.refresh_from_db()
    assert row.last_touch_on == ago(2)
    page.locator(".c-tl > li").first.hover()
    page.get_by_role("link", name="Change the entry of").first.click()
    dialog(page).get_by_role("button", name="Remove").click()
    said = toast(page, "Entry removed.")
    closed(page)
    expect(page.locator(".c-tl")).not_to_contain_text("Said more than I noted")
    row.refresh_from_db()
    assert [row.last_touch_on] == [None]
    said.get_by_role("button", name="Undo").click()
    expect(page.locator(".c-tl")).to_contain_text("Said more than I noted")
    row.refresh_from_db()
    assert row.last_touch_on == ago(2)
    assert not_reloaded(page)


def test_moving_the_last_contact_back_is_said_truly(browse: Open) -> None:
    """While an entry is changed, what is said of the next check-in leaves the entry's old day out."""
    row = partner("Ewos", quiet=3)
    entry = Interaction.objects.get(relationship=row)
    entry.contacts.add(person_at(row, "Ingrid Moe"))
    page = browse(people.alice())
    page.goto(reverse("interaction_edit", args=[entry.pk]))
    page.locator("[name=occurred_on]").fill(ago(10).isoformat())
    page.locator("[name=occurred_on]").press("Tab")
    expect(page.locator(".c-effect b")).to_have_text(full(ago(10) + timedelta(days=14)))
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/relationships/*/")
    assert Relationship.objects.get(pk=row.pk).due_on == ago(10) + timedelta(days=14)
    assert [str(person) for person in entry.contacts.all()] == ["Ingrid Moe"]


def test_note_stays_out_of_addresses(browse: Open) -> None:
    """What is typed goes where it is kept, never into an address that a server writes into its log."""
    partner("Ewos", quiet=41)
    page = browse(people.alice())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    log_dialog(page, "ewo")
    page.fill(NOTE, "Secretabout" * 500)
    page.locator("#dialog").get_by_text("Yesterday", exact=True).click()
    expect(page.locator("#dialog .c-effect")).to_be_visible()
    page.keyboard.press("Control+Enter")
    toast(page, "Logged with Ewos")
    assert any("/log/details/" in url for url in asked)
    assert not any("Secret" in url or "csrf" in url for url in asked)


def test_note_about_one_partner_is_not_offered_for_another(browse: Open) -> None:
    ewos, salmar = partner("Ewos", quiet=41), partner("Salmar", quiet=41)
    page = browse(people.alice())
    page.goto(ewos.get_absolute_url())
    page.keyboard.press("l")
    dialog(page)
    page.fill(NOTE, "Only about Ewos")
    page.keyboard.press("Escape")
    page.goto(salmar.get_absolute_url())
    page.keyboard.press("l")
    dialog(page)
    expect(page.locator(NOTE)).to_have_value("")
    page.goto(ewos.get_absolute_url())
    page.keyboard.press("l")
    dialog(page)
    expect(page.locator(NOTE)).to_have_value("Only about Ewos")
