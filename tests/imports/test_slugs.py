from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.mappings import is_address
from imports.slugs import slug


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ann LEE", "ann-lee"),
        ("Bogusław Wójcik", "boguslaw-wojcik"),
        ("Bjørn Løkke", "bjorn-lokke"),
        ("Đorđe Þór", "dorde-thor"),
        ("  O’Neill-D'Arcy, J. ", "oneill-darcy-j"),
        ("Straße İpek ılgın", "strasse-ipek-ilgin"),
        ("Ольга Йовчева", "oljga-jovcheva"),
        ("Ελένη Χατζή", "elenh-chatzh"),
        ("Zoe\u0308 Ｆｕ", "zoe-fu"),
        ("王伟", "u738bu4f1f"),
        ("?!", ""),
        ("", ""),
    ],
)
def test_spells_names(name: str, expected: str) -> None:
    assert slug(name) == expected


@pytest.mark.parametrize(
    "names",
    [
        ["王伟", "王芳", "李伟"],
        ["सीता", "सति", "सीमा"],
        ["Ирина", "Ирена", "Арина"],
        ["محمد", "أحمد", "محمود"],
        ["김민준", "김민서"],
        ["Łukasz", "Ukasz", "Łuka"],
    ],
)
def test_keeps_people_of_any_script_apart(names: list[str]) -> None:
    assert len({slug(name) for name in names}) == len(names)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200), st.integers(16, 64))
def test_is_always_part_of_an_address(name: str, longest: int) -> None:
    made = slug(name, longest)
    assert len(made) <= longest
    assert set(made) <= set(string.ascii_lowercase + string.digits + "-")
    assert not made or is_address(f"{made}@ours.example")


@given(st.text(st.characters(categories=["Lu", "Ll", "Lt", "Lo", "Lm", "Nd"], exclude_characters="ʼ"), min_size=1))
def test_drops_no_letter(name: str) -> None:
    assert slug(name)


def test_long_names_that_begin_alike_stay_apart() -> None:
    assert slug("x" * 80 + "a", 64) != slug("x" * 80 + "b", 64)
