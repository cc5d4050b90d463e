from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from web.sealed import SealError, seal, unseal

ADDRESS = "https://calendar.example/private-s3cret/basic.ics"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_opens_for_its_purpose_alone(text: str) -> None:
    sealed = seal(text, "calendar")
    assert unseal(sealed, "calendar") == text
    with pytest.raises(SealError):
        unseal(sealed, "feed")


def test_it_does_not_tell_what_it_holds_and_never_looks_the_same() -> None:
    assert b"s3cret" not in seal(ADDRESS, "calendar")
    assert seal(ADDRESS, "calendar") != seal(ADDRESS, "calendar")


@pytest.mark.parametrize("broken", [b"", b"x", b"\xff" * 100, seal(ADDRESS, "calendar")[:-4]])
def test_what_was_never_sealed_does_not_open(broken: bytes) -> None:
    with pytest.raises(SealError):
        unseal(broken, "calendar")


def test_a_former_key_still_opens_and_another_does_not(settings: Settings) -> None:
    sealed, former = seal(ADDRESS, "calendar"), settings.SECRET_KEY
    settings.SECRET_KEY = "another key, as long as it has to be, and never seen before"
    with pytest.raises(SealError):
        unseal(sealed, "calendar")
    settings.SECRET_KEY_FALLBACKS = [former]
    assert unseal(sealed, "calendar") == ADDRESS
