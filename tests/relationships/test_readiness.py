"""How willing they are to give time: one talk more never makes it less, silence never more, order does not matter."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from relationships import readiness
from relationships.readiness import DAYS, Level, Reading, Seen, Sign, read

TODAY = date(2026, 11, 23)
WORST_FIRST = [Level.NOT, Level.RARELY, Level.WHEN_ASKED, Level.READILY]


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


signs = st.builds(Seen, st.integers(0, DAYS + 20).map(ago), st.sampled_from(Sign), st.booleans())
lately = st.builds(Seen, st.integers(0, 200).map(ago), st.sampled_from(Sign), st.booleans())
records = st.lists(signs, max_size=12)


def rank(reading: Reading) -> int | None:
    return None if reading.level is None else WORST_FIRST.index(reading.level)


@given(records, st.randoms(use_true_random=False))
def test_order_is_irrelevant(made: list[Seen], random: object) -> None:
    shuffled = list(made)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert read(shuffled, TODAY) == read(made, TODAY)


@given(records, st.integers(0, DAYS - 1), st.sampled_from([Sign.TALKED, Sign.CAME]), st.booleans())
def test_one_talk_more_never_makes_it_less(made: list[Seen], days: int, sign: Sign, theirs: bool) -> None:
    before, after = read(made, TODAY), read([*made, Seen(ago(days), sign, theirs)], TODAY)
    ranks = rank(before), rank(after)
    assume(None not in ranks)
    assert ranks[1] >= ranks[0]  # type: ignore[operator]


@given(records, st.integers(0, DAYS))
def test_a_talk_never_takes_away_that_they_are_willing(made: list[Seen], days: int) -> None:
    before, after = read(made, TODAY), read([*made, Seen(ago(days), Sign.TALKED)], TODAY)
    if before.level in (Level.READILY, Level.WHEN_ASKED):
        assert after.level in (Level.READILY, Level.WHEN_ASKED)


@given(st.lists(lately, max_size=12), st.integers(1, DAYS - 201))
def test_silence_never_makes_it_more(made: list[Seen], days: int) -> None:
    """What is more than a year ago counts neither way, so nothing here comes to be."""
    later = TODAY + timedelta(days=days)
    ranks = rank(read(made, TODAY)), rank(read(made, later))
    assume(None not in ranks)
    assert ranks[1] <= ranks[0]  # type: ignore[operator]


@given(records, st.integers(15, DAYS - 1))
def test_a_message_without_an_answer_never_makes_it_more(made: list[Seen], days: int) -> None:
    written = Seen(ago(days), Sign.WAS_WRITTEN_TO)
    ranks = rank(read(made, TODAY)), rank(read([*made, written], TODAY))
    assume(None not in ranks)
    assert ranks[1] <= ranks[0]  # type: ignore[operator]


@given(records)
def test_counts_are_those_of_the_year(made: list[Seen]) -> None:
    found = read(made, TODAY)
    year = [one for one in made if ago(DAYS) < one.day <= TODAY]
    assert found.talks == sum(one.sign is Sign.TALKED for one in year)
    assert found.begun <= found.talks and found.answered <= found.messages and found.came <= found.asked
    # A message that is still waiting for its answer is none yet.
    waiting = [one for one in year if one.sign is Sign.WAS_WRITTEN_TO and one.day >= ago(14)]
    written = sum(one.sign is Sign.WAS_WRITTEN_TO for one in year)
    assert written - len(waiting) <= found.messages <= written


def test_answered_two_of_five() -> None:
    written = [Seen(ago(days), Sign.WAS_WRITTEN_TO) for days in (200, 150, 110, 60, 46)]
    talks = [Seen(ago(105), Sign.TALKED), Seen(ago(41), Sign.TALKED)]
    found = read([*written, *talks], TODAY)
    assert (found.answered, found.messages, found.last_on) == (2, 5, ago(41))
    assert found.level is Level.RARELY


def test_the_four_and_what_cannot_be_said() -> None:
    begun = [Seen(ago(days), Sign.TALKED, theirs=True) for days in (5, 40, 80)]
    asked = [Seen(ago(days), Sign.TALKED) for days in (60, 70)]
    silent = [Seen(ago(days), Sign.WAS_WRITTEN_TO) for days in (20, 40, 60)]
    assert read(begun, TODAY).level is Level.READILY
    assert read(asked, TODAY).level is Level.WHEN_ASKED
    assert read([*asked[:1], *silent], TODAY).level is Level.RARELY
    assert read(silent, TODAY).level is Level.NOT
    assert read([], TODAY) == Reading(None)
    assert read(asked[:1], TODAY).level is None, "one talk says nothing"
    assert read([Seen(ago(days), Sign.TALKED) for days in (300, 310)], TODAY).level is None, "nobody asked of late"


def test_meetings_count_as_talks_and_staying_away_as_no_answer() -> None:
    came = [Seen(ago(days), Sign.CAME) for days in (10, 30)]
    away = [Seen(ago(days), Sign.STAYED_AWAY) for days in (10, 20, 30)]
    assert read(came, TODAY).level is Level.WHEN_ASKED
    found = read([*came, *away], TODAY)
    assert (found.came, found.asked, found.level) == (2, 5, Level.RARELY)
    assert readiness.GIVEN[Sign.TALKED] == readiness.GIVEN[Sign.CAME]


@given(records, st.integers(0, DAYS - 1), st.booleans())
def test_a_talk_at_a_meeting_is_time_given_once(made: list[Seen], days: int, theirs: bool) -> None:
    apart = [one for one in made if one.day != ago(days)]
    talked, came = Seen(ago(days), Sign.TALKED, theirs), Seen(ago(days), Sign.CAME)
    alone, both = read([*apart, talked], TODAY), read([*apart, came, talked], TODAY)
    assert (both.level, both.talks, both.asked) == (alone.level, alone.talks, alone.asked + 1)
