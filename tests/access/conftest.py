from __future__ import annotations

import pytest
from pytest_django import Settings

from tests.access.canaries import World, build


@pytest.fixture(autouse=True)
def untracked(settings: Settings) -> None:
    """A library writes at each page when a session was last used: five statements of which no page tells."""
    settings.USERSESSIONS_TRACK_ACTIVITY = False


@pytest.fixture
def world(db: None) -> World:
    return build()
