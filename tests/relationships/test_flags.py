"""Flags against the table of the design: thresholds, hysteresis, least evidence, and a slow oracle for three."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationships import flags
from relationships.cadence import Interval, Rest
from relationships.evidence import Kind
from relationships.flags import Contact, Fact, Flag, Measure, Outcome, Record, Said, Trouble
from relationships.health import Rhythm
from tests.relationships import flags_oracle as slow

DAY = timedelta(days=1)
TODAY = date(2026, 11, 28)
MONTHLY = Rhythm([Interval(TODAY - 900 * DAY, 30)])

agos = st.one_of(st.integers(0, 30), st.integers(0, 700))
days = agos.map(lambda ago: TODAY - ago * DAY)
names = st.frozensets(st.sampled_from(["ingrid", "jonas", "solveig"]), max_size=2)
contacts = st.builds(Contact, days, st.integers(1, 40), st.sampled_from(["ours", "theirs", "unknown"]), names)
outcomes = st.builds(
    Outcome,
    st.sampled_from(sorted(flags.OUTCOMES)),
    st.sampled_from(flags.SIDES),
    days,
    st.builds(lambda pk: ("promise", pk), st.integers(1, 12)),
)
troubles = st.builds(
    lambda opened, within, over, pk: Trouble(
        opened, opened + within * DAY, None if over > 30 else min(opened + over * DAY, TODAY), ("problem", pk)
    ),
    days,
    st.integers(0, 20),
    st.integers(0, 60),
    st.integers(1, 9),
)
rhythms = st.builds(
    lambda often, rests: Rhythm([Interval(TODAY - 900 * DAY, often)], rests),
    st.integers(1, 200),
    st.lists(st.builds(lambda day, more: Rest(day, day + more * DAY), days, st.integers(0, 31)), max_size=2),
)
facts = st.builds(Fact, days, st.integers(1, 5))
said = st.none() | st.builds(Said, facts, *[st.none() | facts] * 3, st.none() | days)
records = st.builds(
    Record,
    st.lists(contacts, max_size=25),
    st.lists(outcomes, max_size=15),
    st.lists(troubles, max_size=5),
    rhythms,
    said,
)


def touched(*ago: int, **others: object) -> list[Contact]:
    return [Contact(TODAY - one * DAY, pk, **others) for pk, one in enumerate(ago, 1)]  # type: ignore[arg-type]


def all_of(record: Record, today: date = TODAY) -> dict[tuple[Flag, str], Measure]:
    found = flags.measures(record, today, record.rhythm.every(today))
    return {(one.flag, one.side): one for one in found}


def told(found: Measure) -> tuple[Any, bool, bool]:
    return pytest.approx(found.value, abs=1e-9), found.on, found.off


# Each flag, as the table has it


def test_going_quiet_is_the_chance_of_the_formula() -> None:
    """Monthly, five contacts thirty days apart, the last 70 days ago: by hand."""
    ago = [70, 100, 130, 160, 190]
    n = sum(2 ** (-one / 60) for one in ago)
    e = 60 / 0.6931471805599453 * (1 - 2 ** (-190 / 60))
    record = Record(touched(*ago), rhythm=MONTHLY)
    found = flags.going_quiet(record, TODAY, 30)
    assert found.value == pytest.approx(((30 + e) / (30 + e + 37)) ** (1 + n))
    assert (round(found.value, 2), found.on, found.n) == (0.51, True, 5)


@pytest.mark.parametrize(
    ("contacts", "rhythm", "why"),
    [
        (touched(70, 100, 130, 160), MONTHLY, "four contact days are too few"),
        (touched(70, 70, 100, 130, 160), MONTHLY, "two on a day are one"),
        (touched(*range(30, 200, 30)), MONTHLY, "the rhythm is kept"),
        (touched(70, 100, 130, 160, 190), Rhythm(), "nothing is agreed"),
        (
            touched(70, 100, 130, 160, 190),
            replace(MONTHLY, rests=[Rest(TODAY - 59 * DAY, TODAY - 20 * DAY)]),
            "it was put off for most of that time",
        ),
    ],
)
def test_nobody_is_called_quiet_where(contacts: list[Contact], rhythm: Rhythm, why: str) -> None:
    found = flags.going_quiet(Record(contacts, rhythm=rhythm), TODAY, rhythm.every(TODAY))
    assert not found.on, why


def test_three_broken_promises_of_three_erode_trust_and_two_do_not() -> None:
    broken = [Outcome(Kind.PROMISE_BROKEN, "ours", TODAY, ("promise", pk)) for pk in range(3)]
    found = flags.trust_eroding(Record(outcomes=broken), TODAY, "ours")
    assert found.value == pytest.approx((3 - 0.36) / (0.12 * 0.88 * 4) ** 0.5)
    assert found.on
    assert not flags.trust_eroding(Record(outcomes=broken), TODAY, "theirs").on
    assert not flags.trust_eroding(Record(outcomes=broken[:2]), TODAY, "ours").on


def test_what_was_late_and_then_broken_counts_once_for_the_worse() -> None:
    both = [
        Outcome(Kind.PROMISE_LATE, "ours", TODAY - 9 * DAY, ("promise", 1)),
        Outcome(Kind.PROMISE_BROKEN, "ours", TODAY, ("promise", 1)),
    ]
    one = flags.trust_eroding(Record(outcomes=both), TODAY, "ours")
    assert one == flags.trust_eroding(Record(outcomes=both[1:]), TODAY, "ours")


def test_contact_that_follows_problems_is_only_trouble() -> None:
    opened = [Trouble(TODAY - ago * DAY, TODAY, TODAY, ("problem", ago)) for ago in (2, 20, 40, 61)]
    record = Record(touched(1, 2, 19, 20, 38, 40, 60), troubles=opened)
    assert (flags.only_trouble(record, TODAY).value, flags.only_trouble(record, TODAY).on) == (1.0, True)
    between = replace(record, contacts=[*record.contacts, *touched(5, 7, 9, 12, 14, 16, 25, 30)])
    assert flags.only_trouble(between, TODAY).off
    assert not flags.only_trouble(replace(record, contacts=record.contacts[:4]), TODAY).on


def test_rows_are_counted_whole_so_that_monthly_contact_is_no_reason_to_be_mute() -> None:
    """Of five contacts a month apart not three are left by weight, and there are no more however long it goes on."""
    days = range(2, 152, 30)
    opened = [Trouble(TODAY - ago * DAY, TODAY, TODAY, ("problem", ago)) for ago in days]
    record = Record(touched(*days, people=frozenset({"ingrid"})), troubles=opened, rhythm=MONTHLY)
    found = flags.only_trouble(record, TODAY)
    assert (round(found.n, 1), found.counted, found.on) == (2.7, 5, True)
    assert not flags.only_trouble(replace(record, contacts=record.contacts[:4]), TODAY).on, "four are too few"
    assert flags.single_threaded(record, TODAY).on
    assert not flags.single_threaded(replace(record, contacts=record.contacts[:4]), TODAY).on
    broken = [Outcome(Kind.PROMISE_BROKEN, "ours", TODAY - ago * DAY, ("promise", ago)) for ago in (40, 70, 100)]
    eroding = flags.trust_eroding(Record(outcomes=broken), TODAY, "ours")
    assert (round(eroding.n, 1), eroding.counted, eroding.on) == (1.4, 3, True)
    assert not flags.trust_eroding(Record(outcomes=broken[:2]), TODAY, "ours").on


def test_a_row_counts_for_eight_half_lives() -> None:
    days = [TODAY - ago * DAY for ago in (0, 480, 481)]
    assert flags.count(days, TODAY, 60) == 2


def test_a_share_of_rows_of_which_half_a_one_is_left_says_nothing_any_more() -> None:
    """It goes off then, and never comes on by them."""
    opened = [Trouble(TODAY - ago * DAY, TODAY, TODAY, ("problem", ago)) for ago in range(0, 150, 30)]
    record = Record(touched(*range(0, 150, 30), people=frozenset({"ingrid"})), troubles=opened)
    for measured in (flags.only_trouble, flags.single_threaded):
        left = [measured(record, TODAY + ahead * DAY) for ahead in range(600)]
        over = next(at for at, one in enumerate(left) if one.off)
        assert left[over].n < flags.LEFT <= left[over - 1].n
        assert all(one.on for one in left[:over]) and not any(one.on for one in left[over:])


def test_two_late_problems_passed_over_are_fair_weather() -> None:
    late = [Trouble(TODAY - 50 * DAY, TODAY - ago * DAY, None, ("problem", ago)) for ago in (30, 20)]
    record = Record(touched(10, 2), troubles=late, rhythm=MONTHLY)
    assert flags.fair_weather(record, TODAY).on
    assert not flags.fair_weather(replace(record, contacts=[]), TODAY).on, "no other contact goes on"
    assert flags.fair_weather(replace(record, contacts=touched(25, 2)), TODAY).off, "one was addressed within a week"
    solved = [replace(late[0], over_on=TODAY), late[1]]
    assert flags.fair_weather(replace(record, troubles=solved), TODAY).off
    reading = replace(late[0], is_problem=False)
    assert flags.fair_weather(replace(record, troubles=[reading, late[1]]), TODAY).on, "a KPI off its target counts too"


def test_one_sided_is_who_began_it_once_a_week() -> None:
    ours = touched(*range(0, 70, 7), begun_by="ours")
    found = flags.one_sided(Record(ours), TODAY)
    n = sum(2 ** (-ago / 90) for ago in range(0, 70, 7))
    assert found.value == pytest.approx(n / (n + 1) ** 0.5)
    assert found.on
    assert flags.one_sided(Record([*ours, *touched(1, 8, 15, 22, 29, 36, begun_by="theirs")]), TODAY).off
    assert not flags.one_sided(Record(touched(*[0] * 50, begun_by="ours")), TODAY).on, "fifty on a day are one"


def test_contact_with_one_of_theirs_hangs_on_them() -> None:
    alone = touched(*range(0, 60, 10), people=frozenset({"ingrid"}))
    found = flags.single_threaded(Record(alone), TODAY)
    assert (found.value, found.on) == (1.0, True)
    with_two = [replace(one, people=frozenset({"ingrid", "jonas"})) for one in alone]
    assert flags.single_threaded(Record(with_two), TODAY).off
    between = [*alone, *touched(5, 15, people=frozenset({"jonas"}))]
    assert flags.single_threaded(Record(between), TODAY).stands(before=True)
    assert not flags.single_threaded(Record(between), TODAY).stands(before=False)
    assert not flags.single_threaded(Record(touched(*range(0, 60, 10))), TODAY).on, "nobody was named"


def asked(satisfied: int, again: int, *, seen: int | None = 0, gave: int | None = 0, ago: int = 0) -> Said:
    """Rated so many days ago; who decides was seen, and something given, so many days ago."""
    day = TODAY - ago * DAY
    met, given = (None if one is None else Fact(TODAY - one * DAY) for one in (seen, gave))
    return Said(Fact(day, satisfied), Fact(day, again), met, given)


@pytest.mark.parametrize(
    ("said", "on"),
    [
        (asked(4, 5), False),
        (asked(4, 3), True),
        (asked(4, 5, seen=91), True),
        (asked(4, 5, seen=90), False),
        (asked(4, 5, seen=None), True),
        (replace(asked(4, 5, seen=None), begun_on=TODAY - 90 * DAY), False),
        (replace(asked(4, 5, seen=None), begun_on=TODAY - 91 * DAY), True),
        (asked(5, 5, gave=121), True),
        (asked(5, 5, gave=120), False),
        (asked(5, 5, gave=None), False),
        (asked(3, 3, seen=None, gave=121), False),
        (asked(5, 3, ago=365), True),
        (asked(5, 3, ago=366), False),
        (Said(), False),
        (None, False),
    ],
)
def test_somebody_satisfied_who_does_not_behave_like_it_may_leave(said: Said | None, on: bool) -> None:
    found = flags.may_leave(Record(rhythm=MONTHLY, said=said), TODAY, 30)
    assert (found.on, found.off) == (on, not on)


# Properties


@given(records, days)
def test_values_stay_in_their_bounds_and_no_flag_comes_on_as_it_goes_off(record: Record, today: date) -> None:
    bounds: dict[Flag, Callable[[Measure], bool]] = {
        Flag.GOING_QUIET: lambda one: 0 <= one.value < 1,
        Flag.TRUST_ERODING: lambda one: one.value * one.value <= one.n * one.n / 0.12 / 0.88 / (one.n + 1) + 1e-9,
        Flag.ONLY_TROUBLE: lambda one: 0 <= one.value <= 1 + 1e-9,
        Flag.FAIR_WEATHER: lambda one: 0 <= one.value <= len(record.troubles),
        Flag.ONE_SIDED: lambda one: 0 <= one.value <= one.n / (one.n + 1) ** 0.5 + 1e-9,
        Flag.SINGLE_THREADED: lambda one: one.value == 0 or 1 - 1e-9 <= one.value <= 3 + 1e-9,
        Flag.MAY_LEAVE: lambda one: 0 <= one.value <= 3,
    }
    for one in flags.measures(record, today, record.rhythm.every(today)):
        assert bounds[one.flag](one), one
        assert not (one.on and one.off), one


@given(st.sampled_from(sorted(flags.RULES)), st.lists(st.floats(0, 1), min_size=2, max_size=8))
def test_a_value_between_the_thresholds_never_turns_a_flag(flag: Flag, between: list[float]) -> None:
    """However it moves there, what stood before stands after, whichever it was."""
    rule = flags.RULES[flag]
    low, high = sorted((rule.on, rule.off))
    for before in (True, False):
        standing = before
        for share in between:
            value = low + share * (high - low)
            if low < value < high:
                one = Measure(flag, value, on=_passes(flag, value), off=_leaves(flag, value))
                standing = one.stands(before=standing)
        assert standing is before


def _passes(flag: Flag, value: float) -> bool:
    rule = flags.RULES[flag]
    return value < rule.on if rule.on < rule.off else value >= rule.on


def _leaves(flag: Flag, value: float) -> bool:
    rule = flags.RULES[flag]
    return value >= rule.off if rule.on < rule.off else value < rule.off


@given(records, st.sets(st.sampled_from(sorted(flags.RULES))))
def test_judging_again_on_the_same_day_changes_nothing(record: Record, before: set[Flag]) -> None:
    once = flags.judge(record, TODAY, [(flag, "") for flag in before])
    assert flags.judge(record, TODAY, once.keys) == once


@given(records, st.randoms())
def test_the_order_of_what_happened_is_irrelevant(record: Record, chance: random.Random) -> None:
    mixed = replace(
        record,
        contacts=chance.sample(record.contacts, len(record.contacts)),
        outcomes=chance.sample(record.outcomes, len(record.outcomes)),
        troubles=chance.sample(record.troubles, len(record.troubles)),
    )
    one, other = all_of(record), all_of(mixed)
    assert {key: told(found) for key, found in one.items()} == {
        key: (found.value, found.on, found.off) for key, found in other.items()
    }


@given(records, days)
def test_more_contact_never_turns_going_quiet_on(record: Record, day: date) -> None:
    """A contact after the first one, where there were enough to judge by; one of today, whatever there was."""
    every = record.rhythm.every(TODAY)
    before = flags.going_quiet(record, TODAY, every)
    if before.n >= 5 and day >= min(one.day for one in record.contacts):
        after = flags.going_quiet(replace(record, contacts=[*record.contacts, Contact(day, 99)]), TODAY, every)
        assert after.value <= before.value + 1e-12
        assert before.on or not after.on
    now = replace(record, contacts=[*record.contacts, Contact(TODAY, 99)])
    assert not flags.going_quiet(now, TODAY, every).on


@given(records)
def test_swapping_the_sides_leaves_one_sided_as_it_is_and_swaps_trust(record: Record) -> None:
    other = {"ours": "theirs", "theirs": "ours"}
    swapped = replace(
        record,
        contacts=[replace(one, begun_by=other.get(one.begun_by, one.begun_by)) for one in record.contacts],
        outcomes=[replace(one, side=other[one.side]) for one in record.outcomes],
    )
    one, swap = all_of(record), all_of(swapped)
    assert told(one[Flag.ONE_SIDED, ""]) == (
        swap[Flag.ONE_SIDED, ""].value,
        swap[Flag.ONE_SIDED, ""].on,
        swap[Flag.ONE_SIDED, ""].off,
    )
    for side, opposite in other.items():
        assert one[Flag.TRUST_ERODING, side].value == swap[Flag.TRUST_ERODING, opposite].value


@given(records)
def test_less_than_the_least_evidence_never_turns_one_on(record: Record) -> None:
    for one in all_of(record).values():
        assert not one.on or one.counted >= flags.RULES[one.flag].least


@given(records)
def test_what_is_paused_or_over_has_no_flag(record: Record) -> None:
    assert flags.judge(replace(record, stopped=True), TODAY, [(Flag.GOING_QUIET, "")]) == flags.Judged(())


@given(records)
def test_the_day_to_look_again_is_the_first_on_which_one_turns(record: Record) -> None:
    """Walked through for a while: no flag turns before it, and one does on it."""
    now = flags.judge(record, TODAY)
    keys, again = now.keys, now.again_on
    assert again is None or flags.judge(record, again, keys).keys != keys
    for ahead in (1, 2, 3, 7, 8, 20, 50, 90, 200, 500):
        day = TODAY + ahead * DAY
        if again is None or day < again:
            assert flags.judge(record, day, keys).keys == keys


def test_somebody_who_may_leave_is_looked_at_again_when_an_answer_is_a_year_old() -> None:
    """Who decides was seen today, monthly: a reason begins after 90 days; the answers hold for a year."""
    record = Record(rhythm=MONTHLY, said=asked(5, 5))
    on = flags.judge(record, TODAY).again_on
    assert on == TODAY + 91 * DAY
    off = flags.judge(record, on, flags.judge(record, on).keys)
    assert (off.keys, off.again_on) == ({(Flag.MAY_LEAVE, "")}, TODAY + 366 * DAY)


def test_silence_turns_going_quiet_on_on_the_day_that_was_told() -> None:
    record = Record(touched(*range(0, 150, 30)), rhythm=MONTHLY)
    again = flags.judge(record, TODAY).again_on
    assert again is not None
    assert flags.judge(record, again - DAY).keys == set()
    assert flags.judge(record, again).keys == {(Flag.GOING_QUIET, "")}


def test_the_worst_is_told_first() -> None:
    assert flags.worst(["one_sided", "going_quiet", "single_threaded"]) is Flag.GOING_QUIET
    assert flags.worst(["going_quiet", "overdue", "trust_eroding"]) is Flag.OVERDUE
    assert flags.worst([]) is None


# The slow oracle


@given(st.lists(agos, min_size=1, max_size=30), st.integers(1, 366))
def test_going_quiet_is_what_living_through_it_says(ago: list[int], every: int) -> None:
    contact_days = {TODAY - one * DAY for one in ago}
    wanted = slow.silence(contact_days, TODAY, every)
    assert flags.silence_chance(contact_days, TODAY, every) == pytest.approx(wanted, abs=1e-9)


@given(st.lists(outcomes, max_size=20), st.sampled_from(flags.SIDES))
def test_trust_is_what_living_through_it_says(found: list[Outcome], side: str) -> None:
    lived = [slow.Outcome(one.kind, one.side, one.day, one.source) for one in found]
    one = flags.trust_eroding(Record(outcomes=found), TODAY, side)
    assert (one.value, one.n) == pytest.approx(slow.trust(lived, TODAY, side), abs=1e-9)


@given(st.lists(contacts.filter(lambda one: bool(one.people)), min_size=1, max_size=20))
def test_how_many_carry_it_is_what_living_through_it_says(met: list[Contact]) -> None:
    wanted = slow.carried_by([(one.day, sorted(one.people)) for one in met], TODAY)
    assert flags.single_threaded(Record(met), TODAY).value == pytest.approx(wanted, abs=1e-6)
