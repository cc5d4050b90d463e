"""The demonstration company: every state in the wanted number on any day, and nothing that points outside."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from string import Formatter

import pytest
from django.core.management import call_command

from accounts.models import Account, User
from prm import demo, demo_feedback, demo_notes, demo_promises, demo_views
from prm import demo_company as company
from relationships import cadence, feedback, problems, promises, tone
from relationships.cadence import State
from relationships.models import (
    Feedback,
    HealthFlag,
    Heard,
    ListeningPost,
    Problem,
    is_unread,
)
from web.clock import Now

DAYS = (
    date(2026, 3, 2),  # a Monday
    date(2026, 11, 24),  # a Tuesday
    date(2027, 6, 16),  # a Wednesday
    date(2026, 9, 3),  # a Thursday
    date(2026, 12, 25),  # a Friday
    date(2026, 8, 15),  # a Saturday
    date(2026, 3, 29),  # the Sunday on which the clocks go forward
    date(2028, 2, 29),
    date(2027, 1, 1),
    date(2026, 10, 26),  # the Monday after they go back
)
WANTED = {
    State.OVERDUE: 8,
    State.DUE: 7,
    State.NEW: 3,
    State.IN_TOUCH: 26,
    State.PAUSED: 2,
    State.NO_CADENCE: 2,
}
SUNDAY = Now.on(date(2026, 3, 29))


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_state_stands_in_the_wanted_number(day: date) -> None:
    planned = company.plan(Now.on(day)).relationships
    assert Counter(row.state() for row in planned) == WANTED
    by_owner = Counter((row.bond.owner, row.state()) for row in planned)
    assert by_owner["alice", State.OVERDUE] == by_owner["alice", State.DUE] == 3
    for owner in ("alice", "bob", "carla", "dev"):
        assert by_owner[owner, State.OVERDUE] and by_owner[owner, State.DUE], owner


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_rest_of_what_can_be_shown_is_there(day: date) -> None:
    planned = company.plan(Now.on(day)).relationships
    dates = [(row, row.schedule()) for row in planned]
    late = {(day - when.due_on).days for row, when in dates if row.state() is State.OVERDUE and when.due_on}
    assert len(late) >= 5
    soon = [row for row, when in dates if when.due_on and day < when.due_on <= day + timedelta(days=6)]
    assert sum(row.bond.owner == "alice" for row in soon) >= 2
    awake = [
        when for _row, when in dates if when.due_on and when.base_due_on and when.due_on > max(day, when.base_due_on)
    ]
    assert len(awake) == 2, "snoozed"
    [begins] = [when.changes_on for _row, when in dates if when.changes_on]
    assert day < begins <= day + timedelta(days=7) and begins.weekday() == 0
    assert {when.every_days for _row, when in dates} == {None, 3, 7, 14, 21, 30, 60}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_nothing_is_said_in_the_future_and_mostly_on_working_days(day: date) -> None:
    now = Now.on(day)
    planned = company.plan(now).relationships
    talks = [(row, talk) for row in planned for talk in row.talks]
    assert 900 <= len(talks) <= 1400
    assert all(talk.on < day and talk.logged_at <= now.moment(row.zone) for row, talk in talks)
    assert all(talk.logged_at.date() >= talk.on for _row, talk in talks)
    assert sum(talk.on.weekday() >= 5 for _row, talk in talks) < 0.06 * len(talks)
    assert 0.05 < sum(not talk.two_way for _row, talk in talks) / len(talks) < 0.2
    assert len({talk.channel for _row, talk in talks}) == 7
    assert {talk.begun_by for _row, talk in talks} == {"ours", "theirs", "unknown"}


def test_the_flags_of_the_past_are_those_that_a_sweep_on_every_day_would_have_raised() -> None:
    """Recounted day by day from the record as it lay that day; those a snooze kept away are none."""
    for row in company.plan(SUNDAY).relationships:
        intervals = [agreement.interval for agreement in row.agreements]
        raised: set[date] = set()
        for back in range(company.YEAR, -1, -1):
            day = row.today - timedelta(days=back)
            if row.paused_since is not None and day >= row.paused_since:
                continue
            when = cadence.schedule(
                today=day,
                last_touch_on=max((talk.on for talk in row.talks if talk.two_way and talk.on <= day), default=None),
                intervals=intervals,
                rests=[snooze.rest for snooze in row.snoozes if snooze.rest.from_on <= day],
                workdays=row.bond.workdays,
            )
            if when.base_due_on and when.overdue_from and when.overdue_from <= day:
                raised.add(when.base_due_on)
        assert raised == {flag.due_on for flag in row.flags}, row.partner.name


def test_an_hour_near_midnight_where_one_partner_is_a_day_further() -> None:
    planned = company.plan(Now(datetime(2026, 6, 14, 22, 30, tzinfo=UTC))).relationships
    assert len({row.today for row in planned}) == 2
    assert Counter(row.state() for row in planned) == WANTED


def test_the_same_day_gives_the_same_company() -> None:
    assert company.plan(SUNDAY) == company.plan(SUNDAY)


def test_the_notes_are_many_and_can_be_filled() -> None:
    trades = [text for rows in demo_notes.TRADES.values() for _purpose, text in rows]
    texts = [text for _purpose, text in demo_notes.GENERAL] + trades
    assert len(set(texts)) == len(texts) >= 150
    slots = {slot for text in texts for _before, slot, _format, _convert in Formatter().parse(text) if slot}
    assert slots == {"who", "colleague", "site", "goods", "month", "day", "n", "percent"}
    said = [talk.summary for row in company.plan(SUNDAY).relationships for talk in row.talks]
    assert not [text for text in said if not text or re.search(r"[{}!]|  |\.\.", text)]
    assert max(Counter(said).values()) < 20


def test_who_left_is_not_met_afterwards() -> None:
    planned = company.plan(SUNDAY)
    [left] = [place for place in planned.places if place.until]
    talks = [talk for row in planned.relationships for talk in row.talks if left.contact in talk.contacts]
    assert talks and all(talk.on <= left.until for talk in talks if left.until)


def test_people_of_the_welcome_are_people_of_the_company() -> None:
    ours = {person.email: person for person in company.PEOPLE}
    assert {address for address, _role in demo.PEOPLE} <= ours.keys()
    for address, role in demo.PEOPLE:
        person = ours[address]
        assert role == ("administrator" if person.is_administrator else person.role.replace("_", " "))


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_a_promise_of_each_state_stands_somewhere_and_none_ends_in_the_future(day: date) -> None:
    found: Counter[tuple[str, promises.State]] = Counter()
    for row in company.plan(Now.on(day)).relationships:
        for one in demo_promises.promises_of(row):
            assert one.made_on <= min(one.due_on, row.today)
            assert all(one.made_on <= on <= row.today for on, _to, _why in one.moves)
            ends = [end for end in (one.kept_on, one.missed_on, one.explained_on) if end]
            assert all(one.made_on <= end <= row.today for end in ends)
            record = promises.Record(
                one.due_on,
                [promises.Move(on, to) for on, to, _why in one.moves],
                one.kept_on,
                one.missed_on,
                one.explained_on,
            )
            verdict = promises.judge(record, row.today)
            state = promises.state(
                today=row.today,
                binding_on=verdict.binding_on,
                moved=bool(one.moves),
                late_on=verdict.late_on,
                outcome=verdict.outcome,
            )
            found[one.side, state] += 1
    assert {state for _side, state in found} == set(promises.State)
    kept = {side: found[side, promises.State.KEPT] for side in ("ours", "theirs")}
    assert kept["ours"] >= 80 and kept["theirs"] >= 45
    assert found["ours", promises.State.LATE] >= 2 and found["theirs", promises.State.LATE] >= 1


# In the database -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_nothing_is_seeded_beside_people_who_are_there() -> None:
    User.objects.create_user("somebody@firm.example", name="Somebody")
    call_command("seed_demo", stdout=StringIO())
    assert not Account.objects.exists() and User.objects.count() == 1


@pytest.mark.django_db
def test_feedback_of_every_kind_and_state_is_there() -> None:
    call_command("seed_demo", "--as-of", "2026-11-24", stdout=StringIO())
    rows = list(Feedback.objects.select_related("relationship").prefetch_related("steps", "commitments"))
    assert {row.nature for row in rows} == set(Feedback.Nature.values)
    assert {row.state.value for row in rows} == {
        "unsaid", "waiting", "acknowledged", "to_decide", "in_work", "to_tell", "closed",
    }  # fmt: skip
    assert {row.side for row in rows} == {"ours", "theirs"}
    assert {row.outcome for row in rows} == {"", "applied", "declined"}
    assert [row for row in rows if row.hidden and row.severity]
    assert [row for row in rows if row.ignored_on and row.side == "ours"], "they ignored one of ours"
    today = date(2026, 11, 24)
    waiting = [(today - row.heard_on).days for row in rows if row.answered_on is None and row.side == "theirs"]
    assert len([days for days in waiting if 6 <= days <= 20]) >= 4
    [told] = [row for row in rows if row.told_group_on]
    assert feedback.days_to(told.heard_on, told.ended_on) == 47
    grown, idea = [row.grew_into for row in sorted(rows, key=lambda row: row.pk) if row.grew_into]
    assert (grown.unsaid, idea.unsaid) == (False, True)
    assert grown.commitments.get().what == "Scan to reorder, first version"
    assert all(feedback.in_order(row.record(row.steps.all())) for row in rows)
    assert [row.said for row in rows if tone.read(row.said)] == [demo_feedback.ROUGH]


@pytest.mark.django_db
def test_seeded_problems_stand_in_every_state_and_something_waits_to_be_sorted() -> None:
    call_command("seed_demo", stdout=StringIO())
    now = Now.read()
    states = {row.state(now) for row in Problem.objects.select_related("relationship")}
    assert states == set(problems.State) - {problems.State.REOPENED}
    assert Problem.objects.filter(reopened=1, solved_on=None).count() == 1
    posts = ListeningPost.objects.all()
    assert (posts.count(), posts.open().count(), posts.answering().count()) == (5, 4, 2)
    assert (Heard.objects.unsorted().count(), Heard.objects.unsorted().filter(nature="").count()) == (4, 1)
    assert Feedback.objects.filter(is_unread()).get().relationship == posts.get(name="Havbris night shift").relationship


def test_a_saved_view_is_called_like_a_flag_only_where_it_narrows_by_that() -> None:
    flags = {kind.label.lower(): kind.value for kind in HealthFlag.Kind}
    for _whose, name, query, _team in demo_views.VIEWS:
        if name.lower() in flags:
            assert ("flag", flags[name.lower()]) in query, name
