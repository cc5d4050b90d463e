"""A manager and somebody of her team before, at and after their one-to-one."""

from __future__ import annotations

from playwright.sync_api import expect

from accounts.models import OneToOne
from relationships import actions
from relationships.models import Relationship
from tests import people
from tests.journeys.book import ago, closed, dialog, mark, not_reloaded, partner, toast
from tests.journeys.conftest import Open
from web.clock import Now


def test_what_to_talk_about_is_read_held_and_noted_for_both(browse: Open) -> None:
    late, well = partner("Ewos", quiet=41), partner("Nordlaks", quiet=3)
    people.promise(late, what="Send the table", due_on=ago(6), made_on=ago(20))
    kept = people.promise(well, what="Ring the yard", due_on=ago(5), made_on=ago(20))
    actions.keep_promise(actor=people.alice(), now=Now.read(), commitment=kept, kept_on=ago(6))
    page = browse(people.mona())
    page.goto("/people/one-to-ones/")
    page.get_by_role("link", name="Alice Ahlberg", exact=True).click()
    talk = page.get_by_role("region", name="To talk about")
    expect(talk.locator("li")).to_have_count(1)
    expect(talk.locator("li")).to_contain_text("Send the table – 6 days late")
    expect(talk.locator("li")).to_contain_text("Besides: long overdue.")
    expect(page.get_by_role("region", name="Going well")).to_contain_text("Ring the yard – our word kept")
    mark(page)
    page.get_by_role("link", name="Held today").click()
    box = dialog(page)
    box.get_by_label("What Alice Ahlberg asked for").fill("A driver on Thursdays")
    box.get_by_label("Note").fill("She rings Ewos today")
    page.keyboard.press("Control+Enter")
    closed(page)
    toast(page, "One-to-one with Alice Ahlberg on")
    expect(page.locator(".c-lede")).to_contain_text("Since the last one-to-one")
    expect(page.get_by_role("region", name="What Alice Ahlberg asked for")).to_contain_text("A driver on Thursdays")
    expect(page.get_by_role("region", name="Going well")).to_contain_text("Nothing was kept")
    assert not_reloaded(page)

    page.get_by_role("link", name="Note one of another day").click()
    box = dialog(page)
    expect(box.get_by_label("Held on")).to_have_value("")
    box.get_by_label("Held on").fill(ago(0).isoformat())
    box.get_by_label("Note").fill("A second note")
    page.keyboard.press("Control+Enter")
    expect(box).to_contain_text("is noted already: this is it, with what you typed")
    expect(box.get_by_label("Note")).to_have_value("She rings Ewos today\n\nA second note")
    page.keyboard.press("Control+Enter")
    closed(page)
    expect(page.get_by_role("region", name="Held")).to_contain_text("A second note")
    page.get_by_role("link", name="Note one of another day").click()
    expect(dialog(page).get_by_label("Note")).to_have_value("")
    page.keyboard.press("Escape")
    closed(page)
    page.get_by_role("link", name="Change today’s").click()
    expect(dialog(page).get_by_label("Note")).to_have_value("She rings Ewos today\n\nA second note")
    page.keyboard.press("Escape")
    closed(page)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.get_by_role("link", name="The book")).to_be_visible()
    page.set_viewport_size({"width": 1440, "height": 900})

    hers = browse(people.alice())
    hers.goto(f"/people/{people.alice().pk}/one-to-one/")
    expect(hers.get_by_role("region", name="Held")).to_contain_text("She rings Ewos today")
    expect(hers.locator(".c-head")).to_contain_text("Mona Moreau reads the same sheet")
    expect(hers.get_by_role("link", name="Held today")).to_have_count(0)

    for said in ("Taken back: One-to-one", "Taken back: One-to-one", "is left to take back"):
        page.keyboard.press("z")
        toast(page, said).get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("region", name="Going well")).to_contain_text("Ring the yard – our word kept")
    assert not OneToOne.objects.exists()


def test_course_of_a_standing_is_read_out_by_keys_and_the_line_of_contact_has_a_list(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    Relationship.objects.filter(pk=row.pk).update(created_at=Now.on(ago(120)).moment("UTC"))
    page = browse(people.alice())
    page.goto(f"/relationships/{row.pk}/standing/")
    chart = page.locator("#course-chart")
    expect(chart.locator("svg")).to_be_visible()
    chart.focus()
    page.keyboard.press("End")
    expect(page.locator("#course-said")).to_contain_text("Now: cadence")
    page.keyboard.press("Home")
    expect(page.locator("#course-said")).to_contain_text("Week of")
    page.goto(row.get_absolute_url())
    strip = page.locator(".c-strip")
    expect(strip.locator("table")).to_be_hidden()
    strip.locator("summary").click()
    expect(strip.locator("tbody tr").first).to_be_visible()
