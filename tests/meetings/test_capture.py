"""When to read again, and whether it is clear whom somebody met."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from meetings.capture import EVERY, LONGEST_PAUSE, Match, is_sure, next_reading

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
matches = st.lists(
    st.builds(Match, st.sampled_from(["a@x.example", "b@x.example"]), st.integers(1, 3), st.integers(1, 3)), max_size=6
)


@given(matches)
def test_sure_is_where_each_address_leads_to_one_person_in_one_relationship(found: list[Match]) -> None:
    by_address = {
        one.address: {(other.contact, other.relationship) for other in found if other.address == one.address}
        for one in found
    }
    assert is_sure(found) == all(len(meant) == 1 for meant in by_address.values())
    assert is_sure(found[:1])


@given(st.integers(0, 10_000))
def test_failures_put_the_next_reading_off_up_to_a_day(failures: int) -> None:
    assert EVERY <= next_reading(NOW, failures) - NOW <= LONGEST_PAUSE
    assert next_reading(NOW, failures) <= next_reading(NOW, failures + 1)


def test_the_first_readings() -> None:
    pauses = [(next_reading(NOW, failures) - NOW) / timedelta(minutes=1) for failures in range(4)]
    assert pauses == [15, 30, 60, 120]
