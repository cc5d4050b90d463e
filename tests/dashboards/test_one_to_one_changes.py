"""What changed since the last one-to-one: the greatest of each kind is named, and all is reached from the sheet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from dashboards import one_to_one_changes, one_to_one_reading
from dashboards.one_to_one import Change, Event, greatest_first
from dashboards.one_to_one_lines import NAMED
from relationships.models import (
    Commitment,
    Feedback,
    Halt,
    HandOver,
    HealthFlag,
    MissedCheckIn,
    Problem,
    Relationship,
    RelationshipOutcome,
    Snapshot,
    StageChange,
)
from tests import people
from tests.dashboards.test_one_to_one_page import ago, client_of, sheet, stood
from web.clock import Now

pytestmark = pytest.mark.django_db
SINCE = 30
EVENTS = st.lists(
    st.builds(
        Event,
        relationship=st.integers(1, 9),
        day=st.dates(date(2026, 11, 1), date(2026, 11, 29)),
        row=st.none(),
        weight=st.sampled_from([0.0, 0.5, 1.0, 3.0, 11.0]),
        worth=st.sampled_from([0.0, 100.0, 9000.0]),
        key=st.integers(1, 50),
    ),
    max_size=20,
)


@given(EVENTS)
def test_nothing_that_is_not_named_is_greater_than_what_is(events: list[Event]) -> None:
    named, hidden = greatest_first(events)[:NAMED], greatest_first(events)[NAMED:]
    for one in named:
        assert all((one.weight, one.worth, one.day) >= (two.weight, two.worth, two.day) for two in hidden)


# Each kind, less and greater: ``much`` is 1 or 2, and what is less comes later ----------------------------------------

Made = Callable[[Relationship, int, date], Any]
STAGES = {1: ("customer", "partner"), 2: ("contact", "partner")}


def _told(row: Relationship) -> dict[str, Any]:
    return {"relationship": row, "account": row.account}


def _move(row: Relationship, much: int, day: date, *, up: bool) -> None:
    low, high = STAGES[much]
    way = {"from_stage": low, "to_stage": high} if up else {"from_stage": high, "to_stage": low}
    StageChange.objects.create(**_told(row), **way, changed_on=day, why="So", made_at=Now.read().instant)


def _stand(row: Relationship, much: int, day: date, *, up: bool) -> None:
    stood(row, *((50.0 + 6 * much, 50.0) if up else (50.0, 50.0 + 6 * much)))
    Snapshot.objects.filter(relationship=row).update(on=ago(SINCE))


def _flag(row: Relationship, much: int, day: date, *, up: bool) -> None:
    kind = {1: "one_sided", 2: "trust_eroding"}[much]
    since, until = (day, None) if up else (ago(90), day)
    HealthFlag.objects.create(**_told(row), kind=kind, since=since, until=until)


def _promise(row: Relationship, much: int, day: date, *, side: str, outcome: str) -> None:
    due = day - timedelta(days=1 if outcome == "kept" else 8 * much)
    ends = {"ended_on": day, "outcome": outcome, "binding_on": due, "late_on": None if outcome == "kept" else due}
    Commitment.objects.create(
        **_told(row), **ends, side=side, what="Send it", due_on=due, made_on=due, written_at=Now.read().instant
    )


def _check_in(row: Relationship, much: int, day: date, *, made_up: bool) -> None:
    at = Now.on(day).moment("UTC")
    closed = {"closed_at": at, "closed_because": "touched"} if made_up else {}
    raised = at - timedelta(days=200) if made_up else at
    MissedCheckIn.objects.create(
        **_told(row), due_on=day - timedelta(days=30 * much + made_up), raised_at=raised, **closed
    )


def _problem(row: Relationship, much: int, day: date, *, solved: bool) -> None:
    days = {"opened_on": ago(90), "solved_on": day} if solved else {"opened_on": day}
    due = {"due_on": ago(-9), "binding_on": ago(-9)}
    Problem.objects.create(**_told(row), **days, **due, what="Ice", severity=much, written_at=Now.read().instant)


def _feedback(row: Relationship, much: int, day: date, *, nature: str) -> None:
    severity = much if nature == "complaint" else None
    said = {"said": "Late", "nature": nature, "severity": severity, "heard_on": day}
    Feedback.objects.create(**_told(row), **said, written_at=Now.read().instant)


def _outcome(row: Relationship, much: int, day: date, *, kind: str) -> None:
    RelationshipOutcome.objects.create(**_told(row), kind=kind, came_on=day, reason="So", written_at=Now.read().instant)


def _halt(row: Relationship, much: int, day: date, *, kind: str, over: bool = False) -> None:
    days = {"from_on": ago(90), "until_on": day} if over else {"from_on": day, "until_on": ago(0)}
    Halt.objects.create(**_told(row), kind=kind, **days, why="So", made_at=Now.read().instant)


def _hand(row: Relationship, much: int, day: date, *, came: bool) -> None:
    ways = (people.bob(), people.alice()) if came else (people.alice(), people.bob())
    HandOver.objects.create(relationship=row, former=ways[0], next=ways[1], made_at=Now.on(day).moment("UTC"))
    if not came:
        Relationship.objects.filter(pk=row.pk).update(owner=people.bob())


MEASURED: dict[Change, Made] = {
    Change.MOVED_UP: partial(_move, up=True),
    Change.MOVED_DOWN: partial(_move, up=False),
    Change.RISEN: partial(_stand, up=True),
    Change.FALLEN: partial(_stand, up=False),
    Change.FLAG_CAME: partial(_flag, up=True),
    Change.FLAG_WENT: partial(_flag, up=False),
    Change.KEPT_LATE: partial(_promise, side="ours", outcome="kept_late"),
    Change.BROKEN: partial(_promise, side="ours", outcome="broken"),
    Change.THEIRS_BROKEN: partial(_promise, side="theirs", outcome="broken"),
    Change.MISSED: partial(_check_in, made_up=False),
    Change.MADE_UP: partial(_check_in, made_up=True),
    Change.OPENED: partial(_problem, solved=False),
    Change.SOLVED: partial(_problem, solved=True),
    Change.COMPLAINED: partial(_feedback, nature="complaint"),
}
# These have no more and less of themselves: what the partner is worth decides.
BY_WORTH: dict[Change, Made] = {
    Change.KEPT: partial(_promise, side="ours", outcome="kept"),
    Change.THEIRS_KEPT: partial(_promise, side="theirs", outcome="kept"),
    Change.PRAISED: partial(_feedback, nature="praise"),
    Change.RENEWED: partial(_outcome, kind="renewed"),
    Change.DOWNGRADED: partial(_outcome, kind="downgraded"),
    Change.ENDED: partial(_halt, kind="ended"),
    Change.PAUSED: partial(_halt, kind="paused"),
    Change.RESUMED: partial(_halt, kind="paused", over=True),
    Change.TAKEN_OVER: partial(_hand, came=True),
    Change.HANDED_ON: partial(_hand, came=False),
}


def line_of(what: Change) -> Any:
    return next(line for line in sheet(since=ago(SINCE).isoformat()).context["changed"] if line.key == what)


def partners(number: int, worth: int = 0) -> list[Relationship]:
    made = [people.relationship(account=people.account(f"Partner {number}.{one}")) for one in range(number)]
    rows = Relationship.objects.filter(pk__in=[row.pk for row in made])
    rows.update(created_at=Now.on(ago(400)).moment("UTC"), yearly_worth=worth or None)
    return list(rows.order_by("pk"))


@pytest.mark.parametrize("what", MEASURED)
def test_the_greatest_of_a_kind_is_named_first_whenever_it_was_and_whoever_it_is_with(what: Change) -> None:
    less = partners(NAMED + 1, worth=90000)
    great = people.relationship(account=people.account("Havbris"))
    Relationship.objects.filter(pk=great.pk).update(created_at=Now.on(ago(400)).moment("UTC"))
    MEASURED[what](great, 2, ago(9))
    for row in less:
        MEASURED[what](row, 1, ago(2))
    line = line_of(what)
    assert line.things[0].partner == "Havbris"
    assert (len(line.things), line.more) == (NAMED, 2)
    assert client_of(people.mona()).get(line.address).context["things"][0].partner == "Havbris"


@pytest.mark.parametrize("what", BY_WORTH)
def test_what_is_never_more_or_less_is_named_by_what_the_partner_is_worth(what: Change) -> None:
    less = partners(NAMED + 1, worth=100)
    great = people.relationship(account=people.account("Havbris"), yearly_worth=90000)
    Relationship.objects.filter(pk=great.pk).update(created_at=Now.on(ago(400)).moment("UTC"))
    BY_WORTH[what](great, 1, ago(9))
    for row in less:
        BY_WORTH[what](row, 1, ago(2))
    assert line_of(what).things[0].partner == "Havbris"
    assert client_of(people.mona()).get(line_of(what).address).context["things"][0].partner == "Havbris"


def test_of_one_partner_the_worst_is_named_and_not_the_newest() -> None:
    (row,) = partners(1)
    _problem(row, 3, ago(9), solved=False)
    _problem(row, 1, ago(2), solved=False)
    line = line_of(Change.OPENED)
    assert [thing.said for thing in line.things] == ["Ice (critical)"]
    assert (line.said, line.more) == ("Two problems were opened", 1)


# All of it is reached ------------------------------------------------------------------------------------------------


def a_month_of_everything(number: int) -> None:
    """Two of each kind with each, and more than a page of what was opened."""
    rows = partners(number)
    for place, row in enumerate(rows):
        for what, make in (MEASURED | BY_WORTH).items():
            if what in (Change.RISEN, Change.FALLEN, Change.HANDED_ON):
                continue
            make(row, 1 + place % 2, ago(20 - place % 9))
            if what not in (Change.FLAG_CAME, Change.TAKEN_OVER, Change.MISSED, Change.MADE_UP):
                make(row, 2 - place % 2, ago(3 + place % 9))
        _stand(row, 1 + place % 3, ago(0), up=place % 2 == 0)
    Problem.objects.bulk_create(
        Problem(**_told(rows[0]), opened_on=ago(5), due_on=ago(-9), binding_on=ago(-9), what=f"Crate {one}",
                severity=1 + one % 3, written_at=Now.read().instant)
        for one in range(60)
    )  # fmt: skip


def read_on(reader: Any, address: str) -> tuple[int, list[Any]]:
    """What a part says that there is, and all that its pages list."""
    total, rows = 0, list[Any]()
    while address:
        context = reader.get(address).context
        rows += context["things"] or context["lines"]
        total, address = context["page"].paginator.count, context["more"]
    return total, rows


def test_all_that_is_counted_is_listed_behind_it_in_the_same_order() -> None:
    a_month_of_everything(6)
    reader = client_of(people.mona())
    page = sheet(since=ago(SINCE).isoformat())
    book = one_to_one_reading.book_of(people.alice(), people.mona(), Now.read())
    assert len(page.context["changed"]) > 20
    for line in page.context["changed"]:
        total, things = read_on(reader, line.address)
        assert total == len(things) == len(line.things) + line.more, line.key
        assert {(one.partner, one.address) for one in line.things} <= {(one.partner, one.address) for one in things}
        assert (line.more == 0) or line.address.replace("&", "&amp;") in page.content.decode()
        _page, events = one_to_one_changes.page_of(book, ago(SINCE), Change(line.key), "1")
        assert [event.place for event in events] == sorted(event.place for event in events), line.key


def test_partners_that_are_not_shown_are_listed_with_all_that_there_is_besides() -> None:
    a_month_of_everything(9)
    for row in Relationship.objects.all():
        people.promise(row, due_on=ago(3), made_on=ago(10))
    response = sheet(since=ago(SINCE).isoformat())
    reader = client_of(people.mona())
    for part in ("talk", "good"):
        address = response.context[f"{part}_all"]
        total, lines = read_on(reader, address)
        assert total == len(lines) == response.context[f"{part}_count"] > len(response.context[part]) == 7
        assert [str(one.relationship) for one in lines[:7]] == [str(one.relationship) for one in response.context[part]]
        assert address.replace("&", "&amp;") in response.content.decode()
        assert " more." not in "".join(one.also for one in lines)
    assert any(" more." in one.also for one in response.context["good"])


def test_a_part_is_read_by_whoever_reads_the_sheet_and_tells_of_what_they_see() -> None:
    seen, unseen = partners(2)
    Relationship.objects.filter(pk=unseen.pk).update(team=people.south())
    for row in (seen, unseen):
        _problem(row, 1, ago(3), solved=False)
    address = f"/people/{people.alice().pk}/one-to-one/?since={ago(9)}&all=opened"
    assert [thing.partner for thing in client_of(people.mona()).get(address).context["things"]] == [str(seen)]
    assert len(client_of(people.alice()).get(address).context["things"]) == 2
    others = [people.bob(), people.rita(), people.outsider(), people.adam(), people.petra()]
    assert [client_of(one).get(address).status_code for one in others] == [404] * 5


@pytest.mark.parametrize("asked", ["nonsense", "talk ", "<b>"])
def test_a_part_that_there_is_not_is_named_above_the_sheet(asked: str) -> None:
    people.relationship()
    response = sheet(all=asked)
    assert "is not known here" in response.context["left_out"]
    assert "<b>”" not in response.content.decode()


@pytest.mark.parametrize("number", ["nine", "0", "99"])
def test_a_page_that_there_is_not_is_the_first_or_the_last(number: str) -> None:
    partners(1)
    assert sheet(all="opened", page=number).status_code == 200
    assert sheet(all="opened", page=number).context["things"] == []


QUERIES = {"talk": 44, "good": 44, "opened": 24, "fallen": 24, "taken_over": 24}


@pytest.mark.parametrize("part", QUERIES)
def test_a_part_takes_as_many_queries_for_one_as_for_fifty(part: str) -> None:
    counts = []
    for size in (1, 49):
        rows = partners(size)
        for row in rows:
            _stand(row, 1, ago(0), up=False)
            _hand(row, 1, ago(3), came=True)
            _outcome(row, 1, ago(3), kind="renewed")
        for _time in range(1 if size == 1 else 2):
            for row in rows:
                _problem(row, 1, ago(3), solved=False)
        reader = client_of(people.mona())
        with CaptureQueriesContext(connection) as queries:
            response = reader.get(f"/people/{people.alice().pk}/one-to-one/?since={ago(SINCE)}&all={part}")
        assert response.context["page"].paginator.count == {"opened": {1: 1, 49: 99}}.get(part, {1: 1, 49: 50})[size]
        counts.append(len(queries))
    assert counts == [QUERIES[part], QUERIES[part]]
