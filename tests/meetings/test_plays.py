"""Ways in: suggested with a reason where access is thin, never first what failed lately; and which of them work."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings import play_words, plays
from meetings.plays import Facts, Figure, Kind, Suggestion, Thin, Tried
from relationships.acquaintance import DAYS, Person, Talk
from relationships.gaps import Known

TODAY = date(2026, 11, 23)
ALICE, BOB = Person(1, "Alice Ahlberg"), Person(2, "Bob Brandt")
INGRID, SOLVEIG, JONAS = Person(10, "Ingrid Moe"), Person(11, "Solveig Dahl"), Person(12, "Jonas Lie")
WORKS = Person(90, "Narvik Works")


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def talk(ours: Person, theirs: Person, days: int, weight: float = 1.0) -> Talk:
    return Talk(ours.pk, theirs.pk, ago(days), weight)


def facts(**more: object) -> Facts:
    """Everybody decides or signs and was spoken with of late, two of them; Alice looks on."""
    base = Facts(
        today=TODAY,
        reader=ALICE.pk,
        ours=[ALICE, BOB],
        theirs=[Known(INGRID, "decides", known_on=ago(200)), Known(SOLVEIG, "signs", known_on=ago(200))],
        talks=[talk(ALICE, INGRID, 5), talk(BOB, INGRID, 5), talk(ALICE, SOLVEIG, 9), talk(BOB, SOLVEIG, 9)],
        faced_on=ago(20),
        new_on=ago(90),
    )
    return replace(base, **more)  # type: ignore[arg-type]


SILENT = [talk(ALICE, INGRID, 5), talk(BOB, INGRID, 5), talk(BOB, SOLVEIG, 96)]


def kinds(found: tuple[Suggestion, ...]) -> list[Kind]:
    return [one.kind for one in found]


def test_nothing_is_suggested_where_access_is_not_thin() -> None:
    assert plays.suggest(facts()) == ()


def test_nothing_is_suggested_where_nobody_of_theirs_is_known() -> None:
    assert plays.suggest(facts(theirs=[], talks=[], faced_on=None)) == ()


def test_who_signs_and_is_silent_is_reached_through_the_colleague_who_knows_them() -> None:
    first, *others = plays.suggest(facts(talks=SILENT))
    assert first == Suggestion(
        Kind.INTRODUCTION, Thin.DECIDER_SILENT, who=SOLVEIG, days=96, standing="signs", colleague=BOB
    )
    # Besides them only Ingrid is spoken with.
    assert kinds((first, *others)) == [Kind.INTRODUCTION, Kind.ASK_TIME, Kind.SHARE_RESULT, Kind.SIT_IN]


def test_reader_does_not_ask_themselves_but_somebody_of_theirs() -> None:
    first = plays.suggest(facts(talks=SILENT, reader=BOB.pk))[0]
    assert (first.kind, first.colleague, first.through) == (Kind.INTRODUCTION, None, INGRID)


def test_nobody_sat_with_them_for_long_or_ever() -> None:
    assert plays.suggest(facts(faced_on=ago(plays.APART - 1))) == ()
    found = plays.suggest(facts(faced_on=ago(plays.APART)))
    assert [(one.kind, one.reason, one.days) for one in found] == [
        (Kind.SIT_IN, Thin.APART, 120), (Kind.ASK_TIME, Thin.APART, 120)
    ]  # fmt: skip
    assert [one.days for one in plays.suggest(facts(faced_on=None))] == [None, None]


def test_nobody_new_leads_to_a_unit_by_name() -> None:
    found = plays.suggest(facts(new_on=ago(plays.NOBODY_NEW), units=[WORKS, Person(91, "Bergen Works")]))
    assert (found[0].kind, found[0].unit) == (Kind.UNIT_NEWS, Person(91, "Bergen Works"))
    assert kinds(plays.suggest(facts(new_on=ago(plays.NOBODY_NEW)))) == [Kind.SIT_IN]


@pytest.mark.parametrize(
    ("powers", "missing"),
    [
        (("decides", "influences"), "Who signs is not known; in a meeting of their own one sees it."),
        (("signs", "influences"), ""),
        (("influences", ""), "Who decides and who signs is not known; in a meeting of their own one sees it."),
        (("", ""), "Who decides and who signs is not known; in a meeting of their own one sees it."),
    ],
)
def test_only_who_is_not_known_is_said_to_be_missing(powers: tuple[str, str], missing: str) -> None:
    theirs = [Known(one, power, known_on=ago(200)) for one, power in zip((INGRID, SOLVEIG), powers, strict=True)]
    found = [play_words.suggested(one, TODAY) for one in plays.suggest(facts(theirs=theirs))]
    assert [one.why for one in found] == [missing] * bool(missing)


def test_what_failed_lately_does_not_stand_first_and_comes_back() -> None:
    def after(days: int) -> tuple[Suggestion, ...]:
        done = ago(days)
        return plays.suggest(
            facts(talks=SILENT, tried=[Tried(Kind.INTRODUCTION, SOLVEIG.pk, done, unanswered_on=done)])
        )

    assert kinds(after(plays.TRIED_LATELY))[0] == Kind.ASK_TIME
    assert kinds(after(plays.TRIED_LATELY + 1))[0] == Kind.INTRODUCTION


def test_what_is_planned_or_waits_is_not_suggested_again() -> None:
    for play in (Tried(Kind.ASK_TIME, SOLVEIG.pk), Tried(Kind.ASK_TIME, SOLVEIG.pk, ago(3))):
        assert Kind.ASK_TIME not in kinds(plays.suggest(facts(talks=SILENT, tried=[play])))
    for_another = facts(talks=SILENT, tried=[Tried(Kind.ASK_TIME, JONAS.pk)])
    assert Kind.ASK_TIME in kinds(plays.suggest(for_another))


# For any people, talks and plays

PEOPLE = [INGRID, SOLVEIG, JONAS]
known = st.builds(
    Known,
    st.sampled_from(PEOPLE),
    st.sampled_from(["", "none", "influences", "decides", "signs"]),
    known_on=st.integers(0, 400).map(ago),
    left_on=st.none() | st.integers(0, 400).map(ago),
)
talks = st.lists(
    st.builds(
        Talk,
        st.sampled_from([None, 1, 2, 99]),
        st.sampled_from([10, 11, 12, 13]),
        st.integers(0, DAYS).map(ago),
        st.floats(0.1, 5),
    ),
    unique_by=lambda one: (one.ours, one.theirs),
    max_size=8,
)


@st.composite
def tries(draw: st.DrawFn) -> Tried:
    done = draw(st.none() | st.integers(0, 300))
    if done is None:
        return Tried(draw(st.sampled_from(list(Kind))), draw(st.sampled_from([None, 10, 11])))
    end = ago(draw(st.integers(0, done)))
    how = draw(st.sampled_from(["answered_on", "unanswered_on", ""]))
    ended = {how: end} if how else {}
    return Tried(draw(st.sampled_from(list(Kind))), draw(st.sampled_from([None, 10, 11])), ago(done), **ended)


any_facts = st.builds(
    Facts,
    today=st.just(TODAY),
    reader=st.sampled_from([1, 2, 99]),
    ours=st.just([ALICE, BOB]),
    theirs=st.lists(known, unique_by=lambda one: one.person.pk, max_size=3),
    talks=talks,
    faced_on=st.none() | st.integers(0, 400).map(ago),
    new_on=st.none() | st.integers(0, 400).map(ago),
    units=st.lists(st.sampled_from([WORKS, Person(91, "Bergen Works")]), unique=True),
    tried=st.lists(tries(), max_size=6),
)


@given(any_facts)
def test_each_way_is_suggested_once_with_a_reason_and_to_somebody_who_is_there(told: Facts) -> None:
    found = plays.suggest(told)
    assert len(set(kinds(found))) == len(found)
    here = {one.person for one in told.theirs if one.left_on is None}
    for one in found:
        assert one.kind in plays.PREFERRED[one.reason]
        assert one.who is None or one.who in here
        assert one.through is None or (one.through in here and one.through != one.who)
        assert one.colleague is None or one.colleague.pk != told.reader
        assert one.kind is not Kind.UNIT_NEWS or one.unit in told.units


@given(any_facts)
def test_what_found_no_answer_lately_never_stands_first(told: Facts) -> None:
    found = plays.suggest(told)
    assert not found or not found[0].lately
    assert [one.lately for one in found] == sorted(one.lately for one in found)


@given(any_facts, st.randoms())
def test_same_facts_in_any_order_give_the_same(told: Facts, dice: object) -> None:
    def shuffled(rows: object) -> list[object]:
        copy: list[object] = list(rows)  # type: ignore[call-overload]
        dice.shuffle(copy)  # type: ignore[attr-defined]
        return copy

    again = replace(told, **{name: shuffled(getattr(told, name)) for name in ("theirs", "talks", "units", "tried")})  # type: ignore[arg-type]
    assert plays.suggest(again) == plays.suggest(told)


# Figures


def tried(kind: Kind, answered: int = 0, unanswered: int = 0, waiting: int = 0, days: int = 4) -> list[Tried]:
    done = ago(40)
    return [
        *(Tried(kind, None, done, answered_on=done + timedelta(days=days)) for _ in range(answered)),
        *(Tried(kind, None, done, unanswered_on=ago(3)) for _ in range(unanswered)),
        *(Tried(kind, None, done) for _ in range(waiting)),
    ]


def test_figures_say_what_was_tried_answered_and_how_fast() -> None:
    rows = [
        *tried(Kind.ARTICLE, answered=1, unanswered=4, waiting=2, days=9),
        *tried(Kind.INTRODUCTION, 2, 1, days=2),
        *tried(Kind.INTRODUCTION, 1, days=11),
        Tried(Kind.SIT_IN),
    ]
    found = plays.figures(rows)
    assert found == (Figure(Kind.ARTICLE, 1, 4, 2, 9.0), Figure(Kind.INTRODUCTION, 3, 1, 0, 2.0))
    told = plays.working(found)
    assert (told.best, told.least) == (found[1], found[0])


def test_too_few_say_nothing_and_the_same_share_is_no_difference() -> None:
    assert plays.working(plays.figures(tried(Kind.ARTICLE, 2))) == plays.Working()
    assert plays.working(plays.figures(tried(Kind.ARTICLE, unanswered=9))) == plays.Working()
    both = plays.figures([*tried(Kind.ARTICLE, 3), *tried(Kind.SIT_IN, 4)])
    assert plays.working(both) == plays.Working(both[1], None)


@given(st.lists(tries(), max_size=20))
def test_every_play_that_was_done_is_counted_once(rows: list[Tried]) -> None:
    found = plays.figures(rows)
    assert sum(one.tried for one in found) == sum(row.done_on is not None for row in rows)
    assert all(one.tried and 0 <= one.share <= 1 and (one.days is None) == (one.answered == 0) for one in found)


@given(st.lists(tries(), max_size=12), st.sampled_from(list(Kind)))
def test_one_more_answer_never_makes_a_play_look_worse(rows: list[Tried], kind: Kind) -> None:
    def share(told: list[Tried]) -> float:
        return next((one.share for one in plays.figures(told) if one.kind is kind), 0.0)

    assert share([*rows, Tried(kind, None, ago(9), answered_on=ago(2))]) >= share(rows)


@given(st.sampled_from(list(Kind)), st.integers(0, 400).map(ago))
def test_follow_up_falls_on_a_working_day_after_it_was_done(kind: Kind, done: date) -> None:
    day = plays.follow_up(kind, done)
    assert day.weekday() <= plays.FRIDAY
    assert plays.FOLLOW_UP[kind] <= (day - done).days <= plays.FOLLOW_UP[kind] + 2
