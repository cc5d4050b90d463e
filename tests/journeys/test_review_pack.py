"""The review pack in a browser: what is left out on the page is left out on the paper."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from relationships.models import Relationship
from tests import people
from tests.journeys.conftest import Open
from web.clock import Now


def promised(*names: str) -> Relationship:
    row = people.relationship()
    for name in names:
        people.promise(row, what=name, due_on=Now.read().today("UTC") + timedelta(days=10))
    return row


def paper_of(page: Page) -> str:
    with page.expect_download() as found:
        page.get_by_role("button", name="PDF").click()
    return "".join(one.extract_text() for one in PdfReader(BytesIO(Path(found.value.path()).read_bytes())).pages)


@pytest.mark.parametrize("javascript", [True, False])
def test_rows_are_left_out_one_after_the_other_and_one_comes_back(browse: Open, javascript: bool) -> None:
    names = ("Alder", "Birch", "Cedar", "Dogwood")
    row = promised(*names)
    page = browse(people.alice(), java_script_enabled=javascript)
    page.goto(f"{reverse('review_pack', args=[row.pk])}?span=year")
    for name in names[:3]:
        page.get_by_role("button", name=f"Leave out: {name}").first.click()
        expect(page.get_by_role("button", name=f"Bring back: {name}").first).to_be_visible()
    page.get_by_role("button", name="Bring back: Birch").first.click()
    expect(page.get_by_role("button", name="Leave out: Birch").first).to_be_visible()
    text = paper_of(page)
    assert [name for name in names if name in text] == ["Birch", "Dogwood"]


def test_the_paper_has_the_words_that_stand_in_the_field(browse: Open) -> None:
    row = promised("Alder")
    page = browse(people.alice())
    page.goto(reverse("review_pack", args=[row.pk]))
    words = page.get_by_label("In your own words")
    words.fill("Older words")
    page.get_by_role("button", name="Keep this choice").click()
    expect(page.locator(".c-sheet-intro")).to_have_text("Older words")
    # Once and again: after a download the page is still there to be used.
    for said in ("Newer words", "Newest words"):
        words.fill(said)
        text = paper_of(page)
        assert said in text and "Older" not in text
    assert "words" not in page.url
