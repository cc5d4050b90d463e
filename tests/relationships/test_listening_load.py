"""Many at once at the public form, through a real server: what is taken is kept once, what is not keeps its text."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.core.cache import cache
from pytest_django import Settings

from relationships import addresses
from relationships.models import Heard, ListeningPost
from relationships.views import hear
from tests import people
from tests.relationships.records import MONDAY
from tests.relationships.submissions import Answer, fire, wrong

COUNT, AT_ONCE, ADMITTED = 60, 12, 25
CENTURY = 100 * 365 * 24 * 3600


@pytest.fixture(autouse=True)
def _one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever it begins and however long it takes, all of it is counted in one window of the limits."""
    monkeypatch.setattr(hear, "WINDOW", CENTURY)
    cache.clear()


def sent(live_server: Any, *, twice: int) -> tuple[list[Answer], list[str]]:
    post = ListeningPost.objects.create(name="Load", owner=people.alice(), public=True, opened_on=MONDAY)
    answers = fire(f"{live_server.url}/hear/{addresses.token_for(post)}/", COUNT, AT_ONCE, twice)
    return answers, list(Heard.objects.filter(post=post).values_list("text", flat=True))


@pytest.mark.django_db(transaction=True)
def test_submissions_at_once_are_kept_once(live_server: Any, settings: Settings) -> None:
    settings.LISTENING_PER_ADDRESS = settings.LISTENING_PER_POST = 1000
    answers, kept = sent(live_server, twice=3)
    assert wrong(answers, kept) == []
    assert (len(kept), {one.status for one in answers}) == (COUNT, {303})


@pytest.mark.django_db(transaction=True)
def test_submissions_at_once_beyond_the_limit_come_back(live_server: Any, settings: Settings) -> None:
    """Each is sent once: whether a second tap is counted depends on whether the first was kept by then."""
    settings.LISTENING_PER_ADDRESS = settings.LISTENING_PER_POST = ADMITTED
    answers, kept = sent(live_server, twice=0)
    assert wrong(answers, kept) == []
    assert len(kept) == ADMITTED
    assert Counter(one.status for one in answers) == {303: ADMITTED, 429: COUNT - ADMITTED}
