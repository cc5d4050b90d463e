"""Who knows whom: everything within the box, every line between people who are there."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from relationships import acquaintance
from relationships.acquaintance import COLD, DAYS, MOST, Map, Person, Talk

TODAY = date(2026, 11, 23)
NAMES = st.text("abcdefgh -", min_size=1, max_size=40)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@st.composite
def relationships(draw: st.DrawFn) -> tuple[list[Person], list[Person], list[Talk]]:
    ours = [Person(100 + index, draw(NAMES)) for index in range(draw(st.integers(0, 9)))]
    theirs = [Person(200 + index, draw(NAMES)) for index in range(draw(st.integers(0, 9)))]
    # People who have left, of either side, stand in the logs as well.
    pairs = st.tuples(st.sampled_from([None, 999, *(one.pk for one in ours)]), st.integers(200, 210))
    found = draw(st.lists(pairs, unique=True, max_size=40))
    weights = st.floats(0.01, 60)
    return ours, theirs, [Talk(us, them, ago(draw(st.integers(0, DAYS))), draw(weights)) for us, them in found]


def drawn(made: tuple[list[Person], list[Person], list[Talk]]) -> Map:
    ours, theirs, talks = made
    return acquaintance.draw(ours=ours, theirs=theirs, talks=talks, today=TODAY)


@given(relationships())
def test_everything_lies_within_the_box(made: tuple[list[Person], list[Person], list[Talk]]) -> None:
    picture = drawn(made)
    for spot in (*picture.ours, *picture.theirs):
        # Two lines of text stand around the point.
        assert 0 <= spot.x <= picture.width
        assert 16 <= spot.y <= picture.height - 16
    for line in picture.lines:
        assert 0 <= line.x1 < line.bend < line.x2 <= picture.width
        assert acquaintance.THINNEST <= line.thickness <= acquaintance.THICKEST


@given(relationships())
def test_nobody_stands_upon_another(made: tuple[list[Person], list[Person], list[Talk]]) -> None:
    picture = drawn(made)
    for side in (picture.ours, picture.theirs):
        heights = sorted(spot.y for spot in side)
        assert all(after - before >= 40 for before, after in pairwise(heights))


@given(relationships())
def test_every_line_ends_at_people_who_are_there(made: tuple[list[Person], list[Person], list[Talk]]) -> None:
    picture = drawn(made)
    ours = {spot.person: (spot.x + 4, spot.y) for spot in picture.ours}
    theirs = {spot.person: (spot.x, spot.y) for spot in picture.theirs}
    talked = {(talk.ours, talk.theirs): talk for talk in made[2]}
    for line in picture.lines:
        assert ours[line.ours] == (line.x1, line.y1)
        assert theirs[line.theirs] == (line.x2, line.y2)
        talk = talked[line.ours.pk, line.theirs.pk]
        assert line.days == (TODAY - talk.last_on).days
        assert line.cold is (line.days >= COLD)
    wanted = [
        talk for talk in made[2] if talk.ours in {one.pk for one in ours} and talk.theirs in {one.pk for one in theirs}
    ]
    assert len(picture.lines) == len(wanted)


@given(relationships())
def test_at_most_six_a_side_and_nobody_forgotten(made: tuple[list[Person], list[Person], list[Talk]]) -> None:
    ours, theirs, _ = made
    picture = drawn(made)
    assert len(picture.ours) == min(MOST, len(ours))
    assert len(picture.theirs) == min(MOST, len(theirs))
    assert picture.more_ours + len(picture.ours) == len(ours)
    assert picture.more_theirs + len(picture.theirs) == len(theirs)
    assert [spot.person for spot in picture.ours[:1]] == ours[:1]


@given(st.floats(0, 100), st.floats(0, 100))
def test_more_contact_is_never_thinner(one: float, other: float) -> None:
    less, more = sorted([one, other])
    assert acquaintance.thickness(less) <= acquaintance.thickness(more)


def test_a_cold_line_and_the_order_that_crosses_few() -> None:
    alice, bob = Person(1, "Alice Moran"), Person(2, "Bob Lindqvist")
    solveig, lars, marit = Person(3, "Solveig Dahl"), Person(4, "Lars Tveit"), Person(5, "Marit Foss")
    talks = [Talk(2, 3, ago(96), 0.5), Talk(1, 4, ago(10), 3.0)]
    picture = acquaintance.draw(ours=[alice, bob], theirs=[solveig, lars, marit], talks=talks, today=TODAY)
    assert [(line.theirs, line.cold) for line in picture.lines] == [(lars, False), (solveig, True)]
    assert [spot.person for spot in picture.theirs] == [lars, solveig, marit]


@given(relationships())
def test_nearest_is_one_of_them_spoken_with_latest_and_not_gone_cold(
    made: tuple[list[Person], list[Person], list[Talk]],
) -> None:
    _ours, theirs, talks = made
    people = {person.pk for person in theirs}
    days = {pk: (TODAY - day).days for pk, day in acquaintance.last_days(talks).items() if pk in people}
    found = acquaintance.nearest(people, talks, TODAY)
    if found is None:
        assert all(quiet >= COLD for quiet in days.values())
    else:
        assert days[found] == min(days.values()) < COLD


def test_who_decides_finds_room_though_hardly_anybody_speaks_with_them() -> None:
    busy = [Person(10 + index, f"Person {index}") for index in range(MOST)]
    signs = Person(50, "Solveig Dahl", "signs", first=True)
    talks = [Talk(1, person.pk, ago(3), 5.0) for person in busy]
    picture = acquaintance.draw(ours=[Person(1, "Alice")], theirs=[*busy, signs], talks=talks, today=TODAY)
    assert signs in [spot.person for spot in picture.theirs]
    assert picture.more_theirs == 1
