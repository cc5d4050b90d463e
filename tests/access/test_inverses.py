"""Taking back asks for the same rights as doing: nobody does through an undo what they could not do by hand."""

from __future__ import annotations

import pytest

from accounts.undo import INVERSES
from tests.access.inverses import OF_ONESELF, tours, try_all


@pytest.mark.django_db
def test_every_inverse_refuses_whoever_has_no_right() -> None:
    tried, let_in = try_all(tours())
    assert let_in == []
    assert set(INVERSES) - tried - OF_ONESELF == set(), "an inverse that no deed here leads to"
