"""Which organisations a text names: however they are written, and nobody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings import naming

NAMES = {1: ["Northmere Foods Ltd"], 2: ["Best"], 3: ["Møller & Søn A/S", "MS Nord"], 4: ["Wellbrink Chemicals GmbH"]}


def named(text: str) -> set[int]:
    return set(naming.named(naming.windows(text), NAMES))


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("As Northmere Foods did", {1}),
        ("as NORTHMERE FOODS, Ltd. did", {1}),
        ("northmere foods’ trays", {1}),
        ("(Northmere Foods)", {1}),
        ("Northmere Food", set()),
        ("the foods of Northmere", set()),
        ("all the best for you", set()),
        ("We work for Best.", {2}),
        ("Moller og Son", set()),
        ("with Møller & Søn", {3}),
        ("with ms nord", {3}),
        ("Wellbrink’s drums", set()),
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
