"""Colleagues beside the talk: a comment that names one, a file, a link; each with its way back."""

from __future__ import annotations

from pathlib import Path

from django.urls import reverse
from playwright.sync_api import Page, expect

from relationships import queries
from relationships.models import Attachment, Comment, Relationship
from tests import people
from tests.journeys.book import closed, dialog, mark, not_reloaded, partner, toast
from tests.journeys.conftest import Open


def open_dialog(page: Page, row: Relationship, route: str) -> None:
    """From the partner's page, by the link that leads there."""
    page.goto(row.get_absolute_url())
    mark(page)
    page.locator(f"a[href='{reverse(route, args=[row.pk])}']").click()
    dialog(page)


def test_name_is_offered_and_stands_on_the_others_today(browse: Open) -> None:
    row = partner("Ewos", quiet=3)
    people.bob()
    people.mona()
    page = browse(people.alice())
    open_dialog(page, row, "comment_create")
    field = page.locator("#dialog textarea")
    names = page.get_by_role("listbox", name="Colleagues who see this partner")
    page.keyboard.type("Prices hold, @")
    expect(names.get_by_role("option")).to_have_text(["Bob Brandt", "Mona Moreau"])
    page.keyboard.press("ArrowDown")
    expect(names.get_by_role("option", selected=True)).to_have_text("Mona Moreau")
    page.keyboard.press("Escape")
    expect(names).to_be_hidden()
    dialog(page)
    page.keyboard.type("bo")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Prices hold, @Bob Brandt ")
    page.keyboard.type("please ask, or @brand")
    names.get_by_role("option", name="Bob Brandt").click()
    expect(field).to_have_value("Prices hold, @Bob Brandt please ask, or @Bob Brandt ")
    page.keyboard.press("Control+Enter")
    said = toast(page, "Comment written.")
    assert [mention.comment.text for mention in queries.mentions_of(people.bob())] == [Comment.objects.get().text]
    expect(page.get_by_text("Prices hold, @Bob Brandt please ask")).to_be_visible()
    said.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Prices hold, @Bob Brandt please ask")).to_be_hidden()
    assert not Comment.objects.exists()
    assert not_reloaded(page)


def test_name_that_it_would_not_reach_is_said_and_the_text_stays(browse: Open) -> None:
    row = partner("Ewos", quiet=3)
    people.outsider()
    page = browse(people.alice())
    open_dialog(page, row, "comment_create")
    page.keyboard.type("@Olga, have a look")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#dialog .c-field.bad")).to_contain_text("Olga Olsen does not see this partner")
    expect(page.locator("#dialog textarea")).to_have_value("@Olga, have a look")


def test_mention_leaves_today_when_seen(browse: Open) -> None:
    row = partner("Ewos", quiet=3)
    people.bob()
    author = browse(people.alice())
    open_dialog(author, row, "comment_create")
    author.keyboard.type("@Bob, have a look")
    author.keyboard.press("Control+Enter")
    toast(author, "Comment written.")
    page = browse(people.bob())
    page.goto("/")
    mark(page)
    line = page.get_by_role("listitem").filter(has_text="Alice Ahlberg named you")
    expect(line).to_contain_text("@Bob, have a look")
    line.get_by_role("button", name="Seen").click()
    expect(line).to_have_count(0)
    toast(page, "Seen.").get_by_role("button", name="Undo").click()
    expect(line).to_have_count(1)
    assert not_reloaded(page)


def test_file_in_the_dialog_comes_back_as_it_was(browse: Open, tmp_path: Path) -> None:
    row = partner("Ewos", quiet=3)
    (tmp_path / "Preise März.html").write_text("<script>alert(1)</script>")
    page = browse(people.alice())
    open_dialog(page, row, "attachment_create")
    page.locator("#dialog [name=file]").set_input_files(tmp_path / "Preise März.html")
    page.locator("#dialog [name=title]").fill("Winter prices")
    page.keyboard.press("Control+Enter")
    toast(page, "Winter prices.html added.")
    closed(page)
    assert not_reloaded(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Winter prices.html").click()
    assert download.value.suggested_filename == "Winter prices.html"
    assert download.value.path().read_text() == "<script>alert(1)</script>"
    page.get_by_role("button", name="Remove Winter prices.html").click()
    removed = toast(page, "Winter prices.html removed.")
    expect(page.get_by_role("link", name="Winter prices.html")).to_have_count(0)
    removed.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="Winter prices.html")).to_have_count(1)


def test_without_javascript(browse: Open, tmp_path: Path) -> None:
    row = partner("Ewos", quiet=3)
    people.bob()
    (tmp_path / "prices.pdf").write_bytes(b"prices")
    page = browse(people.alice(), java_script_enabled=False)
    page.goto(reverse("comment_create", args=[row.pk]))
    page.locator("textarea").fill("@Bob, have a look")
    page.get_by_role("button", name="Comment").click()
    expect(page.get_by_text("@Bob, have a look")).to_be_visible()
    page.goto(reverse("attachment_create", args=[row.pk]))
    page.locator("[name=file]").set_input_files(tmp_path / "prices.pdf")
    page.get_by_role("button", name="Add", exact=False).last.click()
    expect(page.get_by_role("link", name="prices.pdf")).to_be_visible()
    assert Attachment.objects.get().title == "prices.pdf"
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="prices.pdf")).to_have_count(0)
