"""What happened since the last meeting of this kind: from which day, what is counted, for whom, in how many queries."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import Contact, User
from meetings import actions, since, since_words
from meetings.models import Meeting
from meetings.since import Base, Fates, What
from meetings.since_queries import Since, since_of
from meetings.views.meeting import parties_of
from relationships import actions as core
from relationships.models import Relationship
from relationships.notes import Side
from tests import people
from tests.meetings.agendas import DAY, NOW, TODAY, TOMORROW, meeting, partner
from web.clock import Now

QUERIES = 9
LAST = TODAY - 30 * DAY
days = st.dates(date(2026, 1, 1), date(2026, 11, 23))


# The rules -----------------------------------------------------------------------------------------------------------


@given(st.none() | days, st.none() | days)
def test_counts_from_the_last_meeting_of_the_kind_else_from_the_last_talk(
    held_on: date | None, talked_on: date | None
) -> None:
    begin = since.start(held_on, talked_on)
    assert begin.day == (held_on or talked_on)
    assert (begin.base is Base.NOTHING) == (begin.day is None)
    assert (begin.base is Base.MEETING) == (held_on is not None)


@given(st.dictionaries(st.sampled_from(since.ORDER), st.integers(0, 30)))
def test_everything_that_happened_is_told_once_and_nothing_else(numbers: dict[since.Told, int]) -> None:
    told = since.told(numbers)
    assert set(told) == {one for one, count in numbers.items() if count}
    assert told == sorted(told, key=since.ORDER.index)
    for one in told:
        said = since_words.line(one, numbers[one])
        assert not said[0].islower() and "%" not in said


def test_each_kind_has_its_places_in_the_order() -> None:
    of_a_side = {What.KEPT, What.BROKEN, What.GIVEN, What.ANSWERED}
    sides = {what: {side for one, side in since.ORDER if one is what} for what in What}
    assert sides == {what: set(Side) if what in of_a_side else {None} for what in What}
    assert len(set(since.ORDER)) == len(since.ORDER)


@given(st.lists(st.sampled_from(["", "kept", "kept_late", "broken"]), max_size=12))
def test_fates_add_up_to_the_promises_made(outcomes: list[str]) -> None:
    made = since.fates(outcomes)
    assert made.made == len(outcomes)
    said = since_words.opening("review", since.start(LAST, None), 0, made, TODAY)
    assert ("made there" in said) == bool(outcomes)


def test_opening_in_words() -> None:
    then = since.start(date(2026, 8, 25), None)
    assert since_words.opening("review", then, 3, Fates(2, 1, 1), TODAY) == (
        "On 25 August you decided three things. Of the four promises made there: two kept, one broken and one open."
    )
    assert since_words.opening("review", then, 1, Fates(1), TODAY) == (
        "On 25 August you decided one thing. The promise made there is kept."
    )
    assert since_words.opening("review", then, 0, Fates(open=2), TODAY) == (
        "On 25 August nothing was decided. Both promises made there are open."
    )
    talk = since.start(None, date(2026, 8, 25))
    assert since_words.opening("review", talk, 0, Fates(), TODAY) == (
        "There was no review with them yet: this counts from the last talk, on 25 August."
    )
    assert since_words.heading("review", Base.MEETING) == "Since the last review"


# What is read --------------------------------------------------------------------------------------------------------


def held(row: Relationship, on: date = LAST, **more: Any) -> Meeting:
    """A meeting on a day, held, with what it came to."""
    now = Now.on(on)
    ingrid = Contact.objects.get_or_create(name="Ingrid Iversen")[0]
    # With one of theirs, so that it is a talk.
    values: dict[str, Any] = {"kind": "review", "contacts": {row.pk: [ingrid]}, "starts_at": now.instant}
    planned = meeting(row, now=now, **(values | more))
    for said in ("Boxes at both gates", "The morning round"):
        actions.decide(actor=people.alice(), now=now, meeting=planned, decision=said)
    asked = [one.pk for one in planned.people.all()]
    return actions.hold_meeting(actor=people.alice(), now=now, meeting=planned, came=asked).row


def everything(row: Relationship, times: int = 1) -> None:
    """Each thing that can happen, after the last meeting."""
    alice = people.alice()
    for number in range(times):
        day = LAST + (1 + number % 20) * DAY
        now: dict[str, Any] = {"actor": alice, "now": Now.on(day)}
        for side in ("ours", "theirs"):
            kept, broken = (
                people.promise(row, side, f"{what} {side} {number}", due_on=day, made_on=LAST - DAY)
                for what in ("Kept", "Broken")
            )
            core.keep_promise(commitment=kept, **now)
            core.miss_promise(commitment=broken, **now)
            said = people.feedback(row, day, f"Said {side} {number}", side=side)
            core.answer_feedback(feedback=said, text="Yes", **now)
        problem = core.open_problem(relationship=row, what=f"Wrong {number}", severity=2, **now).row
        core.solve_problem(problem=problem, **now)
        core.log_interaction(relationship=row, occurred_on=day, channel="call", summary=f"Rang {number}", **now)


def read(planned: Meeting, user: User | None = None) -> list[Since]:
    user = user or people.alice()
    return since_of(planned, parties_of(planned, user), user, NOW)


def lines(planned: Meeting, user: User | None = None) -> list[str]:
    (one,) = read(planned, user)
    return [line.said for line in one.lines]


@pytest.mark.django_db
def test_everything_since_the_last_review_is_counted_and_listed() -> None:
    row = partner()
    before = held(row)
    everything(row)
    held(row, LAST + 5 * DAY, kind="check_in")
    planned = meeting(row, kind="review")
    (one,) = read(planned)
    assert (one.heading, one.after, one.partner) == ("Since the last review", "after 24 October", "")
    assert one.opening == "On 24 October you decided two things."
    assert one.minutes == f"/meetings/{before.pk}/minutes/"
    assert [line.said for line in one.lines] == [
        "We kept one promise",
        "We broke one promise",
        "They kept one promise",
        "They broke one promise",
        "They gave feedback once",
        "We answered feedback once",
        "We gave feedback once",
        "They answered feedback once",
        "One problem was opened",
        "One problem was solved",
        "Two decisions at other meetings",
        # The call, and the check-in.
        "We talked twice",
    ]
    listed = {thing.said: thing.url for line in one.lines for thing in line.things}
    assert {"Kept ours 0", "Broken theirs 0", "Said theirs 0", "Wrong 0", "Rang 0", "The morning round"} <= set(listed)
    client = Client()
    client.force_login(people.alice(), backend="django.contrib.auth.backends.ModelBackend")
    for url in {url.partition("#")[0] for url in listed.values()}:
        assert client.get(url).status_code == 200, url
    body = client.get(f"/meetings/{planned.pk}/").content.decode()
    assert "Since the last review" in body and "We broke one promise" in body
    # Of the one that was held the minutes tell.
    assert "Since the last review" not in client.get(f"/meetings/{before.pk}/").content.decode()


@pytest.mark.django_db
def test_what_happened_by_then_does_not_count_and_nothing_is_said_plainly() -> None:
    row = partner()
    people.feedback(row, LAST, "Said at the review itself")
    promise = people.promise(row, what="Kept before", due_on=LAST, made_on=LAST - 9 * DAY)
    core.keep_promise(actor=people.alice(), now=Now.on(LAST - DAY), commitment=promise)
    held(row)
    held(partner(), LAST + DAY)
    planned = meeting(row, kind="review")
    assert lines(planned) == []
    client = Client()
    client.force_login(people.alice(), backend="django.contrib.auth.backends.ModelBackend")
    assert "Nothing has happened since." in client.get(f"/meetings/{planned.pk}/").content.decode()


@pytest.mark.django_db
def test_without_a_meeting_of_the_kind_it_counts_from_the_last_talk() -> None:
    row = partner()
    (nothing,) = read(meeting(row, kind="review"))
    assert (nothing.after, nothing.lines) == ("", [])
    assert nothing.opening == "Nobody has talked with them yet, so there is no day to count from."
    held(row, kind="check_in")
    people.feedback(row, LAST + DAY, "Said since")
    row.refresh_from_db()
    (one,) = read(meeting(row, kind="review"))
    assert (one.heading, one.minutes) == ("Since the last talk", "")
    assert "the last talk, on 24 October" in one.opening
    assert [line.said for line in one.lines] == ["They gave feedback once"]


@pytest.mark.django_db
def test_what_became_of_the_promises_made_there() -> None:
    row = partner()
    now = Now.on(LAST)
    planned = meeting(row, now=now, starts_at=now.instant, kind="review")
    by: dict[str, Any] = {"actor": people.alice(), "now": now, "party": planned.parties.get(), "due_on": LAST + DAY}
    kept = actions.promise_at(side="ours", what="Keys", **by).row.commitment
    actions.promise_at(side="theirs", what="Gate", **by)
    came = [one.pk for one in planned.people.all()]
    actions.hold_meeting(actor=people.alice(), now=now, meeting=planned, came=came)
    assert kept is not None
    core.keep_promise(actor=people.alice(), now=Now.on(LAST + DAY), commitment=kept)
    (one,) = read(meeting(row, kind="review"))
    assert one.opening == ("On 24 October nothing was decided. Of the two promises made there: one kept and one open.")


@pytest.mark.django_db
def test_of_several_partners_each_counts_by_itself_and_for_who_sees_it() -> None:
    row, other = partner(), partner()
    held(row)
    held(other, LAST + 10 * DAY)
    people.feedback(row, LAST + 5 * DAY, "Of the first")
    people.feedback(other, LAST + 5 * DAY, "Of the second, before")
    people.feedback(other, LAST + 15 * DAY, "Of the second")
    both = meeting(row, other, kind="review")
    found = {one.pk: (one.after, [thing.said for line in one.lines for thing in line.things]) for one in read(both)}
    assert found == {
        row.pk: ("after 24 October", ["Of the first"]),
        other.pk: ("after 3 November", ["Of the second"]),
    }
    Relationship.objects.filter(pk=other.pk).update(owner=people.outsider(), team=people.south())
    (alone,) = read(both, people.bob())
    assert (alone.pk, alone.partner) == (row.pk, "")
    client = Client()
    client.force_login(people.bob(), backend="django.contrib.auth.backends.ModelBackend")
    assert "Of the second" not in client.get(f"/meetings/{both.pk}/").content.decode()


@pytest.mark.django_db
def test_same_number_of_queries_for_one_and_fifty(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    row = partner()
    held(row)
    everything(row)
    planned = meeting(row, kind="review")
    alice = people.alice()
    parties = parties_of(planned, alice)
    with django_assert_num_queries(QUERIES):
        since_of(planned, parties, alice, NOW)
    everything(row, 12)
    other = partner()
    held(other)
    both = meeting(row, other, kind="review", starts_at=TOMORROW + DAY)
    parties = parties_of(both, alice)
    with django_assert_num_queries(QUERIES):
        one, _two = since_of(both, parties, alice, NOW)
    kept = one.lines[0]
    assert kept.said == "We kept 13 promises"
    assert (len(kept.things), kept.more) == (since.SHOWN, "and five older ones")
