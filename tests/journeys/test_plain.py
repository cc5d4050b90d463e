"""Without JavaScript: links lead to pages, forms are sent by the browser, messages carry their own Undo."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from relationships.models import Interaction, Snooze
from tests import people
from tests.journeys.book import open_flags, partner, rows, toast, today
from tests.journeys.conftest import Open


def test_sign_in_log_undo_snooze(browse: Open) -> None:
    row = partner("Ewos", quiet=41)
    partner("Nordlaks", quiet=30)
    people.alice()
    page = browse(java_script_enabled=False)
    page.goto("/")
    page.get_by_label("Email").fill("alice@concord.example")
    page.get_by_label("Password").fill(people.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(rows(page, "Ewos")).to_contain_text("quiet for 41 days")

    page.get_by_role("link", name="Log a check-in with Ewos").click()
    expect(page.get_by_role("heading", name="Log a check-in")).to_be_visible()
    page.locator("[name=summary]").fill("Without a script")
    page.get_by_role("button", name="Log check-in").click()
    said = toast(page, "Logged with Ewos")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    expect(rows(page, "Ewos")).to_have_count(0)
    assert open_flags(row) == 0
    said.get_by_role("button", name="Undo").click()
    expect(rows(page, "Ewos")).to_have_count(1)
    assert open_flags(row) == 1
    assert not Interaction.objects.filter(summary="Without a script").exists()

    page.get_by_role("link", name="Snooze Ewos").click()
    page.locator("label", has_text="Other day").click()
    page.get_by_text("Other day", exact=True).click()
    page.locator("[name=until_on]").fill((today() + timedelta(days=5)).isoformat())
    page.locator("[name=reason]").fill("They asked for time")
    page.get_by_role("button", name="Snooze").click()
    toast(page, "Ewos snoozed until")
    expect(rows(page, "Ewos")).to_have_count(0)
    assert Snooze.objects.get().until_on == today() + timedelta(days=5)


def test_log_with_a_partner_chosen_from_the_list(browse: Open) -> None:
    """The select offers one's own partners; what is wrong comes back with what was typed."""
    row = partner("Ewos", quiet=41)
    page = browse(people.alice(), java_script_enabled=False)
    page.goto("/log/")
    page.locator("[name=summary]").fill("Kept while something is wrong")
    page.get_by_text("Other day", exact=True).click()
    page.get_by_role("button", name="Log check-in").click()
    expect(page.locator(".c-summary")).to_contain_text("Say which day it was.")
    expect(page.locator("[name=summary]")).to_have_value("Kept while something is wrong")
    page.locator("[name=relationship]").select_option(label="Ewos")
    page.locator("main .c-seg").get_by_text("Today", exact=True).click()
    page.get_by_role("button", name="Log check-in").click()
    toast(page, "Logged with Ewos")
    assert Interaction.objects.get(summary="Kept while something is wrong").relationship == row


def test_portfolio_filter(browse: Open) -> None:
    partner("Ewos", quiet=41, stage="customer")
    partner("Nordlaks", quiet=30)
    page = browse(people.alice(), java_script_enabled=False)
    page.goto("/portfolio/")
    page.locator(".c-filters summary").click()
    page.locator("[name=stage]").select_option("customer")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".c-book")).to_contain_text("Ewos")
    expect(page.locator(".c-book")).not_to_contain_text("Nordlaks")
