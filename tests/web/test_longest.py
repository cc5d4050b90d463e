"""How much of a long text stands on a page before it is unfolded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from web.longest import BEGINNING, BEGINNING_LINES, SHORT, SHORT_LINES, beginning

texts = st.text(st.sampled_from("ab \n.,"), max_size=3000)


@given(texts)
def test_short_text_stands_whole_and_a_long_one_begins_as_it_does(text: str) -> None:
    begins = beginning(text)
    if len(text) <= SHORT and len(text.splitlines()) <= SHORT_LINES:
        assert begins == ""
    else:
        assert text.startswith(begins.removesuffix("…"))
        assert len(begins) <= BEGINNING + 1
        assert len(begins.splitlines()) <= BEGINNING_LINES


def test_cut_between_words() -> None:
    assert beginning("words and " * 300).endswith("words and…")
