from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationships import topics
from relationships.models import Interaction
from relationships.topics import IDEAS, NEEDS, PROCESSES, TOPICS

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
ago = st.integers(0, 1000).map(lambda days: TODAY - days * DAY)


def test_topics_are_those_of_the_table() -> None:
    assert list(TOPICS) == Interaction.Topic.values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("A friendly word before Christmas", []),
        ("She asked about PRICES for the winter", [NEEDS]),
        ("Ideally on Monday", []),
        ("Invoices go to the new portal; delivery was late", [PROCESSES]),
        ("The lead time of orders", [PROCESSES]),
        ("A pilot of the feed barge, and two ideas for the dock", [IDEAS]),
        ("They need a proposal for how claims and orders are approved", [NEEDS, PROCESSES, IDEAS]),
    ],
)
def test_words_suggest(text: str, expected: list[str]) -> None:
    assert topics.suggest(text) == expected


@given(st.text(), st.text())
def test_more_words_never_suggest_less(text: str, more: str) -> None:
    assert set(topics.suggest(text)) <= set(topics.suggest(f"{text} \n{more}"))


@given(st.dictionaries(st.sampled_from(TOPICS), ago), ago)
def test_silent_is_each_topic_that_has_not_come_up_for_90_days(last: dict[str, date], first_on: date) -> None:
    found = topics.silent(last, first_on=first_on, today=TODAY)
    for topic in TOPICS:
        days = (TODAY - last.get(topic, first_on)).days
        said = [(one.days, one.never) for one in found if one.topic == topic]
        assert said == ([(days, topic not in last)] if days >= 90 else [])
    assert [one.days for one in found] == sorted((one.days for one in found), reverse=True)


def test_without_contact_nothing_is_silent() -> None:
    assert topics.silent({}, first_on=None, today=TODAY) == []
