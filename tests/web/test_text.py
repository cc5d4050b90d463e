"""The key of a name: what it makes alike, and what it keeps apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.text import name_key

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
EDGES = st.text(st.sampled_from(" \t\n\u00a0\u2003.,;:!?-–—\"'“”«»()[]&"), max_size=6)


@given(NAMES)
def test_is_idempotent(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


@given(NAMES, EDGES, EDGES)
def test_does_not_see_white_space_and_punctuation_at_the_ends(name: str, before: str, after: str) -> None:
    # A dot above that stands alone could combine with the letter before it; a space between keeps it what it is.
    assert name_key(f"{before} {name} {after}") == name_key(f" {name} ")


@given(
    st.lists(st.text(st.sampled_from("aBçÖßß€1"), min_size=1), min_size=1, max_size=4),
    st.sampled_from(["  ", "\n", "\t \u00a0"]),
)
def test_folds_white_space_inside(words: list[str], gap: str) -> None:
    assert name_key(gap.join(words)) == name_key(" ".join(words))


@given(st.text(st.characters(codec="latin-1"), max_size=40))
def test_does_not_see_case(name: str) -> None:
    assert name_key(name.upper()) == name_key(name.lower().upper()) == name_key(name.casefold())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ACME Ltd.", "acme  ltd"),
        ("«Ｆｕｊｉ»", "fuji"),
        ("Cafe\u0301", "CAFÉ"),
        ("STRASSE", "Straße"),
        ("ﬁne", "FINE"),
    ],
)
def test_takes_as_one(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("C", "C+"), ("A B", "AB"), ("A-B", "A B"), ("Café", "Cafe"), ("A$", "A")])
def test_keeps_apart(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize("name", ["", "  ", "?!", " – ", "“”"])
def test_is_empty_without_anything_to_go_by(name: str) -> None:
    assert name_key(name) == ""
