"""What is missing among their people: worst first, true, and gone when its condition is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from relationships import gaps
from relationships.acquaintance import COLD, DAYS, Person, Talk
from relationships.gaps import Gap, Kind, Known

TODAY = date(2026, 11, 23)
ALICE, BOB = Person(1, "Alice Moran"), Person(2, "Bob Lindqvist")
OURS = [ALICE, BOB]
POWERS = ["", "none", "influences", "decides", "signs"]


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def days_or_none(most: int) -> st.SearchStrategy[date | None]:
    return st.none() | st.integers(0, most).map(ago)


@st.composite
def people(draw: st.DrawFn) -> list[Known]:
    made = []
    for pk in range(10, 10 + draw(st.integers(0, 6))):
        power = draw(st.sampled_from(POWERS))
        made.append(
            Known(
                Person(pk, draw(st.sampled_from("ABC")) + str(pk)),
                power=power,
                sponsor=draw(st.booleans()),
                accountable=draw(st.booleans()),
                known_on=draw(st.integers(0, 600).map(ago)) if power else None,
                left_on=draw(days_or_none(DAYS + 40)),
                followed=draw(st.booleans()),
            )
        )
    return made


# Somebody unknown of ours, and one who has no part any more.
COLLEAGUES = st.sampled_from([None, 1, 2, 99])
talked = st.lists(
    st.builds(Talk, COLLEAGUES, st.integers(10, 16), st.integers(0, DAYS - 1).map(ago), st.just(1.0)),
    unique_by=lambda talk: (talk.ours, talk.theirs),
    max_size=12,
)


def found(theirs: list[Known], talks: list[Talk]) -> list[Gap]:
    return gaps.find(ours=OURS, theirs=theirs, talks=talks, today=TODAY)


def about(kind: Kind, theirs: list[Known], talks: list[Talk]) -> set[int]:
    return {person.pk for gap in found(theirs, talks) if gap.kind is kind for person in gap.people}


@given(people(), talked, st.randoms(use_true_random=False))
def test_order_is_irrelevant_and_the_worst_comes_first(made: list[Known], talks: list[Talk], random: object) -> None:
    first = found(made, talks)
    assert [gap.kind for gap in first] == sorted(gap.kind for gap in first)
    people_again, talks_again = list(made), list(talks)
    random.shuffle(people_again)  # type: ignore[attr-defined]
    random.shuffle(talks_again)  # type: ignore[attr-defined]
    assert found(people_again, talks_again) == first


@given(people(), talked)
def test_everybody_here_who_decides_and_is_not_spoken_to_is_named(made: list[Known], talks: list[Talk]) -> None:
    lately = {talk.theirs for talk in talks if talk.last_on > ago(COLD)}
    wanted = {one.person.pk for one in made if one.left_on is None and one.power in gaps.DECIDING}
    assert about(Kind.SILENT_DECIDER, made, talks) == wanted - lately
    others = {one.person.pk for one in made if one.left_on is None and one.power not in gaps.DECIDING}
    heard = {talk.theirs for talk in talks}
    assert about(Kind.SILENT, made, talks) == (others & heard) - lately
    assert about(Kind.UNMET, made, talks) == others - heard


@given(people(), talked)
def test_silence_is_as_long_as_it_is_said(made: list[Known], talks: list[Talk]) -> None:
    for gap in found(made, talks):
        if gap.kind in (Kind.SILENT, Kind.SILENT_DECIDER):
            spoken = [talk.last_on for talk in talks if talk.theirs == gap.people[0].pk]
            assert gap.days == ((TODAY - max(spoken)).days if spoken else None)
            assert gap.days is None or gap.days >= COLD


@given(people(), talked)
def test_a_talk_today_of_two_colleagues_ends_what_is_said_of_silence(made: list[Known], talks: list[Talk]) -> None:
    both = [Talk(us.pk, one.person.pk, TODAY, 1.0) for one in made for us in OURS]
    kinds = {gap.kind for gap in found(made, [*talks, *both])}
    assert not kinds & {Kind.SILENT, Kind.SILENT_DECIDER, Kind.UNMET, Kind.ONE_KNOWER}
    here = sum(one.left_on is None for one in made)
    assert (Kind.ONE_SPOKEN in kinds) == (here == 1)


@given(people(), talked)
def test_once_somebody_signs_nobody_is_missed_who_does(made: list[Known], talks: list[Talk]) -> None:
    kinds = {gap.kind for gap in found(made, talks)}
    powers = {one.power for one in made if one.left_on is None}
    assert (Kind.POWER_UNKNOWN in kinds) == (powers == {""})
    assert (Kind.NOBODY_DECIDES in kinds) == bool(powers - {""} and not powers & set(gaps.DECIDING))
    assert (Kind.NOBODY_SIGNS in kinds) == ("decides" in powers and "signs" not in powers)


@given(people(), talked)
def test_a_place_is_empty_until_somebody_takes_it_or_it_is_seen_to(made: list[Known], talks: list[Talk]) -> None:
    missed = about(Kind.LEFT, made, talks)
    for one in made:
        if one.person.pk in missed:
            assert one.left_on is not None and one.standing and not one.followed
    assert about(Kind.LEFT, [replace(one, followed=True) for one in made], talks) == set()
    successor = Known(Person(50, "New"), "signs", True, True, known_on=TODAY)
    assert about(Kind.LEFT, [*made, successor], talks) == set()


@given(people(), talked)
def test_only_one_knows_them(made: list[Known], talks: list[Talk]) -> None:
    for gap in found(made, talks):
        if gap.kind is Kind.ONE_KNOWER:
            assert gap.ours in OURS and gap.people
            for person in gap.people:
                assert {talk.ours for talk in talks if talk.theirs == person.pk and talk.last_on > ago(COLD)} == {
                    gap.ours.pk
                }


def test_the_gaps_of_one_relationship() -> None:
    solveig, ingrid, jon = Person(10, "Solveig Dahl"), Person(11, "Ingrid Moe"), Person(12, "Jon Hauge")
    henrik = Person(13, "Henrik Aune")
    theirs = [
        Known(solveig, "signs", known_on=ago(300)),
        Known(ingrid),
        Known(jon),
        Known(henrik, "decides", known_on=ago(300), left_on=ago(30)),
    ]
    talks = [Talk(2, 10, ago(96), 0.5), Talk(1, 11, ago(10), 3.0), Talk(1, 12, ago(20), 1.0)]
    assert found(theirs, talks) == [
        Gap(Kind.LEFT, (henrik,), standing="decides", left_on=ago(30)),
        Gap(Kind.SILENT_DECIDER, (solveig,), days=96, standing="signs"),
        Gap(Kind.ONE_KNOWER, (ingrid, jon), ours=ALICE),
    ]


def test_who_signed_before_the_other_left_has_not_taken_their_place() -> None:
    gone = Known(Person(10, "Henrik"), "decides", known_on=ago(300), left_on=ago(30))
    before = Known(Person(11, "Ingrid"), "decides", known_on=ago(31))
    assert about(Kind.LEFT, [gone, before], []) == {10}
    assert about(Kind.LEFT, [gone, replace(before, known_on=ago(30))], []) == set()


def test_nobody_named_is_no_gap() -> None:
    assert found([], []) == []
