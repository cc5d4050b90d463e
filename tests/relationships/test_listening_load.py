"""Many at once at the public form, through a real server: what is taken is kept once, what is not keeps its text."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.core.cache import cache
from pytest_django import Settings

from relationships import addresses
from relationships.models import Heard, ListeningPost
from tests import people
from tests.relationships.submissions import fire, wrong
from web.clock import Now

COUNT, AT_ONCE = 60, 12


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("most", [1000, 25])
def test_submissions_at_once_are_kept_once_or_come_back(most: int, live_server: Any, settings: Settings) -> None:
    settings.LISTENING_PER_ADDRESS = settings.LISTENING_PER_POST = most
    cache.clear()
    today = Now.read().today("UTC")
    post = ListeningPost.objects.create(name="Load", owner=people.alice(), public=True, opened_on=today)
    answers = fire(f"{live_server.url}/hear/{addresses.token_for(post)}/", COUNT, AT_ONCE)
    kept = list(Heard.objects.filter(post=post).values_list("text", flat=True))
    assert wrong(answers, kept) == []
    statuses = Counter(one.status for one in answers)
    if most > COUNT:
        assert (len(kept), statuses[429]) == (COUNT, 0)
    else:
        # One that is sent a second time counts a second time.
        assert (statuses[303], statuses[429]) == (most, len(answers) - most)
