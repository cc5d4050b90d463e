"""Paper: what goes in comes out as text, page by page, in both sizes, and nothing that somebody typed is markup."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from meetings.minutes import Item, Line, Minutes, Person
from meetings.minutes_paper import pdf_of
from web import paper

MARKUP = '#panic("x") *bold* $x$ \\ <a> @ref // [no] `raw` = Heading #read("/etc/passwd")'


def minutes(**more: Any) -> Minutes:
    values: dict[str, Any] = {
        "title": "Quarterly review",
        "when": "Monday 23 November 2026, 10:00–11:00 (Berlin)",
        "where": "Room 2",
        "them": "Close the Loop",
        "people": [Person("Petra Vogel", ours=False, came=True), Person("Alice Moran", ours=True, came=True)],
    }
    return Minutes(**(values | more))


def read(raw: bytes) -> PdfReader:
    return PdfReader(BytesIO(raw))


def text_of(raw: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(raw).pages)


def test_paper_says_all_of_it() -> None:
    full = minutes(
        people=[
            Person("Petra Vogel", ours=False, came=True),
            Person("Jonas Brandt", ours=False, came=False),
            Person("Alice Moran", ours=True, came=True),
        ],
        decisions=[Line("Hamburg moves to the morning round")],
        promises=[
            Line("Send the new round", True, "Bob Lindqvist, by Friday 27 November 2026"),
            Line("Open the gate", False, "Petra Vogel, by Tuesday 24 November 2026"),
        ],
        feedback=[Line("Answers come faster", False, "Petra Vogel, praise")],
        items=[Item("Collection", "First line\n\nSecond line", done=True), Item("Second line, March", "", done=False)],
    )
    text = text_of(pdf_of(full, message="Thank you"))
    for said in (
        "Quarterly review", "Close the Loop", "Room 2", "Thank you", "Petra Vogel", "Not there: Jonas Brandt",
        "Alice Moran", "Hamburg moves", "Send the new round", "Bob Lindqvist, by Friday 27 November 2026",
        "Open the gate", "Answers come faster", "Collection", "First line", "Second line", "For next time",
        "Second line, March", "Page 1 of 1",
    ):  # fmt: skip
        assert said in text


@pytest.mark.parametrize(("size", "points"), [("a4", (595, 842)), ("us-letter", (612, 792))])
def test_paper_has_its_size_its_pages_are_counted_and_it_is_tagged(size: Any, points: tuple[int, int]) -> None:
    long = minutes(items=[Item(f"Item {number}", "Said\n" * 6, done=True) for number in range(40)])
    found = read(pdf_of(long, size=size))
    box = found.pages[0].mediabox
    assert (round(box.width), round(box.height)) == points
    count = len(found.pages)
    assert count > 3
    for number, page in enumerate(found.pages, 1):
        text = page.extract_text()
        assert f"Page {number} of {count}" in text
        assert "Quarterly review" in text
    root: Any = found.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"


def test_our_side_bears_the_name_of_ours_where_it_is_known(settings: Any) -> None:
    settings.ORGANISATION = "Skarv & Hale #1"
    assert "Of Skarv & Hale #1" in text_of(pdf_of(minutes()))


def test_what_was_typed_is_never_markup() -> None:
    one = minutes(
        title=MARKUP,
        decisions=[Line(MARKUP)],
        promises=[Line(MARKUP, True, MARKUP)],
        items=[Item(MARKUP, MARKUP, done=True), Item(MARKUP, "", done=False)],
    )
    text = " ".join(text_of(pdf_of(one, message=MARKUP)).split())
    assert text.count('#panic("x") *bold* $x$ \\ <a> @ref // [no] `raw` = Heading') >= 6


def test_same_minutes_are_the_same_bytes() -> None:
    assert pdf_of(minutes()) == pdf_of(minutes())


def test_writing_without_letters_is_printed_all_the_same() -> None:
    assert "Page 1 of 1" in text_of(pdf_of(minutes(decisions=[Line("決定 𐎀")])))


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=200), st.text(max_size=60))
def test_no_text_breaks_the_paper(notes: str, title: str) -> None:
    assert pdf_of(minutes(title=title, items=[Item(title, notes, done=True)])).startswith(b"%PDF-")


def test_little_pictures_stand_there_by_their_names_never_as_nothing() -> None:
    notes = "Done \U0001f389, thanks \U0001f44d\U0001f3fd \U0001f1f3\U0001f1f4 \u2705"
    text = " ".join(text_of(pdf_of(minutes(items=[Item("Collection", notes, done=True)]))).split())
    assert "Done [party popper], thanks [thumbs up sign] [flag NO] [white heavy check mark]" in text


def test_letters_for_which_there_is_no_font_are_named_once_and_others_are_not() -> None:
    assert paper.undrawn("Žluťoučký kůň, Ёжик, Ωμέγα – 12 € “quoted” …\n") == ""
    assert paper.undrawn("\U00010380 and \U00010380 beside \U0001f389") == "\U00010380"
    assert paper.named("Done \U0001f389") and not paper.named("Done")


def test_a_letter_is_named_where_the_paper_is_not_accessible_for_it(monkeypatch: Any) -> None:
    monkeypatch.setattr(paper, "_drawn", lambda letter: letter != "決")
    assert paper.undrawn("決定 決") == "決"
