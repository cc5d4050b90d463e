"""Where it stands with what somebody was told of a meeting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from meetings.told import Fate, Message, State, stands

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@st.composite
def told(draw: st.DrawFn) -> list[Message]:
    """A history of messages, as versions rise."""
    said = draw(st.lists(st.tuples(st.sampled_from(["a", "b", "a:rule"]), st.booleans(), st.sampled_from(Fate))))
    return [
        Message(number, shown, AT + timedelta(hours=number), off=off, fate=fate)
        for number, (shown, off, fate) in enumerate(said)
    ]


@given(told())
def test_the_newest_that_matters_stands_there_and_what_they_have_is_what_reached_them(messages: list[Message]) -> None:
    found = stands(messages, "a")
    mattering = [one for one in messages if one.fate is not Fate.NEEDLESS]
    assert found.message == (mattering[-1] if mattering else None)
    assert (found.state is State.NOTHING) == (not mattering)
    reached = [one for one in mattering if one.fate is Fate.SENT]
    has = found.known or (found.message if found.state is State.SENT else None)
    assert has == (reached[-1] if reached else None)
    assert found.first == (not [one for one in reached if one is not found.message])
    assert found.behind == (has is not None and not has.off and not has.shown.startswith("a"))


@given(told(), told())
def test_what_was_needless_changes_nothing(messages: list[Message], others: list[Message]) -> None:
    needless = [Message(one.version, one.shown, one.at, off=one.off, fate=Fate.NEEDLESS) for one in others]
    assert stands([*needless, *messages, *needless], "a") == stands(messages, "a")


def test_a_change_that_was_refused_leaves_the_first_invitation_with_them() -> None:
    first, change = Message(0, "a", AT, fate=Fate.SENT), Message(1, "b", AT, fate=Fate.REFUSED)
    found = stands([first, change], "b")
    assert (found.state, found.known, found.first, found.behind) == (State.REFUSED, first, False, True)
