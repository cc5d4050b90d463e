"""Which organisations a text names: however they are written, and nobody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings import naming

NAMES = {
    1: ["Northmere Foods Ltd"],
    2: ["Best"],
    3: ["Møller & Søn A/S", "MS Nord"],
    4: ["Wellbrink Chemicals GmbH"],
    5: ["Kestrin Foods Ltd"],
    6: ["Bay Paper Group", "Castell"],
    7: ["Bank of Velmark"],
}


def named(text: str) -> set[int]:
    return set(naming.named(naming.windows(text), NAMES))


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("As Northmere Foods did", {1}),
        ("as NORTHMERE FOODS, Ltd. did", {1}),
        ("northmere foods’ trays", {1}),
        ("(Northmere Foods)", {1}),
        ("Northmere Food", {1}),
        ("the foods of Northmere", {1}),
        ("the foods of the northmere", set()),
        ("Foods, Paper and Groups of the Bay", set()),
        ("Kestrin did it", {5}),
        ("as told by Castell", {6}),
        ("Castell’s way, at Velmark too", {6, 7}),
        ("Of the Bank. Paper Foods", set()),
        ("all the best for you", set()),
        ("We work for Best.", {2}),
        ("Moller og Son", {3}),
        ("with Møller & Søn", {3}),
        ("with ms nord", {3}),
        ("Wellbrink’s drums", {4}),
        ("Wellbrink Chemicals's drums, and Northmere Foods", {1, 4}),
        ("", set()),
    ],
)
def test_name_is_found_however_it_is_written(text: str, whom: set[int]) -> None:
    assert named(text) == whom


words = st.lists(st.text(alphabet="abcxyz", min_size=1, max_size=8), max_size=12).map(" ".join)


@given(words, st.sampled_from(sorted(NAMES)), words)
def test_name_is_found_wherever_it_stands(before: str, whom: int, after: str) -> None:
    assert whom in named(f"{before} {NAMES[whom][0]}, {after}")


@given(words)
def test_text_of_other_words_names_nobody(text: str) -> None:
    assert named(text) == set()


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert naming.named(naming.windows(text), {}) == frozenset()


@given(words, st.sampled_from(sorted(NAMES)), words)
def test_each_distinctive_word_of_a_name_names_it_and_no_common_one(before: str, whom: int, after: str) -> None:
    for name in NAMES[whom]:
        assert not naming.own_words(name) & naming.COMMON
        for word in naming.own_words(name):
            assert whom in named(f"{before} {word.title()}’s {after}")
            assert whom not in named(f"{before} {word} {after}")


@given(st.lists(st.sampled_from(sorted(naming.COMMON)).map(str.title), max_size=8), words)
def test_common_words_alone_name_nobody(common: list[str], apart: str) -> None:
    assert named(f" {apart} x ".join(word for word in common if word != "Best")) == set()
