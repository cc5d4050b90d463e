"""What was shown of a day and what is known of it now: rows added later and rows taken back are told apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from relationships import standing_then
from relationships.cadence import Interval
from relationships.evidence import RULES, Component
from relationships.health import Rhythm, Weights
from relationships.health_case import Case, Entry
from relationships.standing_then import Shown
from relationships.weighing import Scale
from tests.relationships.test_stages import day, weighed

ON = day(400)
UNTIL = datetime.combine(ON + timedelta(days=1), time.min, UTC)
RHYTHM = Rhythm([Interval(day(0), 30)])
seeds = st.integers(0, 9999)


def entries_of(seed: int) -> list[Entry]:
    """Rows of up to the day, all written on it or before."""
    found = [one.row for one in weighed(Random(seed), 40) if one.row.day <= ON]
    return [Entry(row, "tests.row", number, UNTIL - timedelta(days=1)) for number, row in enumerate(found)]


def case_of(entries: list[Entry], scale: Scale | None = None) -> Case:
    scale = scale or Scale()
    return Case(entries, RHYTHM, [], ON, scale.weights, scale.thresholds, past=True)


def shown_of(entries: list[Entry], scale: Scale | None = None) -> Shown:
    opinions = case_of(entries, scale).standing.opinions
    kept = {one: (opinions[one].belief, opinions[one].disbelief) for one in Component}
    return Shown(ON, kept, 1, scale or Scale())


@given(seeds, seeds)
def test_what_was_added_later_is_named_and_nothing_else(seed: int, which: int) -> None:
    """None that was there, none that changes nothing, and nothing is said to have been taken back."""
    chance, whole = Random(which), entries_of(seed)
    late = {entry.pk for entry in whole if chance.random() < 0.3}
    now = [replace(entry, written_at=UNTIL + timedelta(hours=1)) if entry.pk in late else entry for entry in whole]
    then = [entry for entry in whole if entry.pk not in late]
    found = standing_then.difference(shown_of(then), case_of(now), UNTIL, 1, [])
    assert {entry.pk for entry in found.added} <= late
    assert (found.otherwise, found.version, found.flags_more, found.flags_fewer) == ([], None, [], [])
    one, other = case_of(then).standing.opinions, case_of(now).standing.opinions
    if any(abs(one[part].belief - other[part].belief) > 0.01 for part in Component):
        assert found.added
    assert [entry.row.day for entry in found.added] == sorted((entry.row.day for entry in found.added), reverse=True)


@given(seeds, seeds)
def test_what_was_taken_back_is_told_by_its_part(seed: int, which: int) -> None:
    whole = entries_of(seed)
    chance = Random(which)
    now = [entry for entry in whole if chance.random() < 0.7]
    found = standing_then.difference(shown_of(whole), case_of(now), UNTIL, 1, [])
    gone = {RULES[entry.row.kind].component for entry in whole if entry not in now}
    assert not found.added
    assert set(found.otherwise) <= gone


@given(seeds)
def test_the_same_is_the_same_by_whatever_weights(seed: int) -> None:
    """Weights alone make no row look added; the version says it."""
    by = Scale(Weights(10.0, 10.0, 10.0, 60.0, 10.0))
    shown, known = shown_of(entries_of(seed), by), case_of(entries_of(seed))
    assert not standing_then.difference(shown, known, UNTIL, 1, [])
    assert standing_then.difference(shown, known, UNTIL, 2, []).version == 2


@given(seeds, seeds, st.integers(1, 30))
def test_of_a_day_between_no_full_point_goes_untold(seed: int, which: int, ago: int) -> None:
    """What is of the days between is newer or added later, by when it was written; the rest is time that went by."""
    chance, whole = Random(which), entries_of(seed)
    late = {entry.pk for entry in whole if chance.random() < 0.2}
    now = [replace(entry, written_at=UNTIL + timedelta(hours=1)) if entry.pk in late else entry for entry in whole]
    kept_on = ON - timedelta(days=ago)
    then = replace(case_of([one for one in now if one.row.day <= kept_on and one.pk not in late]), day=kept_on)
    ends = datetime.combine(kept_on + timedelta(days=1), time.min, UTC)
    written = [replace(one, written_at=ends - timedelta(days=1)) if one in then.entries else one for one in now]
    opinions = then.standing.opinions
    shown = Shown(kept_on, {one: (opinions[one].belief, opinions[one].disbelief) for one in Component}, 1, Scale())
    of_then = replace(case_of([one for one in written if one.row.day <= kept_on]), day=kept_on)
    asked = case_of(written)
    found = standing_then.between(shown, standing_then.difference(shown, of_then, ends, 1, []), asked, UNTIL)
    assert {entry.pk for entry in found.added} <= late
    assert all(entry.row.day > kept_on and entry.pk not in late for entry in found.newer)
    assert found.otherwise == []
    told = {RULES[one.row.kind].component for one in (*found.newer, *found.added)} | set(found.went_by)
    for component in Component:
        away = max(abs(a - b) for a, b in zip(shown.points(component), asked.points(component), strict=True))
        assert away < 1 or component in told
    for index in (0, 1):
        points = [sum(of.points(one)[index] for one in Component) for of in (shown, asked)]
        assert abs(points[0] - points[1]) < 1 or found


def test_flags_are_told_both_ways() -> None:
    shown = replace(shown_of([]), flags=frozenset({"going_quiet", "one_sided"}))
    found = standing_then.difference(shown, case_of([]), UNTIL, 1, ["one_sided", "trust_eroding"])
    assert (found.flags_more, found.flags_fewer) == (["trust_eroding"], ["going_quiet"])
