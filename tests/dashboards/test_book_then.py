"""How a book stood on former Mondays: told from the record, once, and never in place of what was counted."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboards import actions, book
from dashboards.models import BookCount
from relationships import cadence
from relationships.actions.dates import refresh
from relationships.models import CadenceAgreement, Halt, Relationship, Snooze
from tests import people
from tests.dashboards.books import touch
from web.clock import Now

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# A Thursday.
TODAY = date(2026, 6, 4)
NOW = Now.on(TODAY)
SINCE = TODAY - 200 * DAY


def lived(chance: Random) -> Relationship:
    """Talk, agreements, snoozes and halts of half a year, as they come."""
    made_at = datetime(2026, 1, 1, tzinfo=UTC)
    row = people.relationship(created_at=NOW.instant - chance.randint(0, 150) * DAY, tags=chance.choice([[], ["beta"]]))
    of = {"relationship": row, "account_id": row.account_id}
    for day in chance.sample(range(220), chance.randint(0, 8)):
        touch(row, TODAY - day * DAY, two_way=chance.random() < 0.8)
    for day in chance.sample(range(220), chance.randint(0, 3)):
        often, more = chance.randint(1, 31), chance.choice([None, 20])
        begin = TODAY - day * DAY
        ends_on = None if more is None else begin + more * DAY
        CadenceAgreement.objects.create(
            **of, every_days=often, starts_on=begin, ends_on=ends_on, reason="Agreed", made_at=made_at
        )
    for day in chance.sample(range(220), chance.randint(0, 2)):
        begin = TODAY - day * DAY
        Snooze.objects.create(relationship=row, from_on=begin, until_on=begin + 9 * DAY, reason="Away", made_at=made_at)
    for kind in chance.sample(["paused", "ended"], chance.randint(0, 2)):
        begin = TODAY - chance.randint(0, 220) * DAY
        until = chance.choice([None, begin + 30 * DAY])
        Halt.objects.create(**of, kind=kind, from_on=begin, until_on=until, why="Rebuilding", made_at=made_at)
    return row


def stood(row: Relationship, day: date) -> cadence.State | None:
    """By the definition, with what is known of the day."""
    touches = [one.occurred_on for one in row.interactions.all() if one.two_way]
    agreed = list(row.agreements.order_by("id"))
    halts = list(row.halts.all())
    begun = [row.created_at.date(), *touches, *(one.starts_on for one in agreed), *(one.from_on for one in halts)]
    if day < min(begun):
        return None
    last = max((one for one in touches if one <= day), default=None)
    dates = cadence.schedule(
        today=day,
        last_touch_on=last,
        intervals=[one.interval for one in agreed],
        rests=[cadence.Rest(one.from_on, one.until_on) for one in row.snoozes.all() if one.from_on <= day],
        workdays=row.workdays,
    )
    holds = {one.kind for one in halts if one.from_on <= day and (one.until_on is None or day < one.until_on)}
    return cadence.state(
        today=day,
        paused="paused" in holds,
        ended="ended" in holds,
        due_on=dates.due_on,
        overdue_from=dates.overdue_from,
        last_touch_on=last,
    )


def states(figures: dict[str, float]) -> dict[str, float]:
    return {name.removeprefix("state:"): value for name, value in figures.items() if name.startswith("state:")}


def needed(row: Relationship, day: date) -> float:
    """Of the agreement that was in force: the newest that had begun and was not over, those for a while first."""
    if stood(row, day) in (None, cadence.State.PAUSED, cadence.State.ENDED):
        return 0
    agreed = [one.interval for one in row.agreements.order_by("id")]
    often = cadence.schedule(today=day, last_touch_on=None, intervals=agreed).every_days
    return 0 if often is None else (7 / often / 5 if often >= 7 else 1 / often)


def met(row: Relationship, day: date) -> int:
    talks = {one.occurred_on for one in row.interactions.all() if one.two_way}
    return len([one for one in talks if day - 28 * DAY < one <= day])


def test_each_monday_is_what_the_definition_says_of_each_relationship() -> None:
    chance = Random(7)
    rows = [lived(chance) for _ in range(30)]
    removed = lived(chance)
    Relationship.objects.filter(pk=removed.pk).update(removed_at=NOW.instant)
    told = actions.tell_book(since=SINCE, now=NOW)
    course = book.course(people.adam(), book.EVERYTHING, SINCE)
    assert len(course) == told
    assert told > 26
    seen: Counter[str] = Counter()
    for day, figures in course:
        assert day.isoweekday() == 1
        wanted = Counter(state.value for row in rows if (state := stood(row, day)))
        assert states(figures) == wanted, day
        assert figures.get("needed", 0) == pytest.approx(sum(needed(row, day) for row in rows)), day
        assert figures.get("touch_days", 0) == sum(met(row, day) for row in rows), day
        seen += wanted
    assert set(seen) == {state.value for state in cadence.State} - {"booked"}
    day, figures = book.course(people.adam(), book.Narrowing(tag="beta"), SINCE)[-1]
    tagged = Counter(state.value for row in rows if row.tags and (state := stood(row, day)))
    assert states(figures) == tagged


def test_what_was_counted_stays_and_what_was_told_is_told_anew() -> None:
    row = people.relationship(created_at=datetime(2026, 5, 1, tzinfo=UTC))
    counted = Now.on(date(2026, 5, 18))
    actions.count_book(now=counted)
    before = book.course(people.adam(), book.EVERYTHING, SINCE)
    assert actions.tell_book(since=SINCE, now=NOW) == 4
    course = dict(book.course(people.adam(), book.EVERYTHING, SINCE))
    assert [day.day for day in course] == [4, 11, 18, 25, 1]
    assert (counted.today("UTC"), course[counted.today("UTC")]) == before[0]
    assert course[date(2026, 5, 4)] == {"state:no_cadence": 1}
    # Later more becomes known of that time.
    touch(row, date(2026, 4, 20))
    CadenceAgreement.objects.create(
        relationship=row, account_id=row.account_id, every_days=30, starts_on=date(2026, 4, 20), made_at=NOW.instant
    )
    assert actions.tell_book(since=SINCE, now=NOW) == 6
    course = dict(book.course(people.adam(), book.EVERYTHING, SINCE))
    assert [day.day for day in course] == [20, 27, 4, 11, 18, 25, 1]
    assert course[date(2026, 5, 4)] == {"state:in_touch": 1, "needed": pytest.approx(7 / 5 / 30), "touch_days": 1}
    assert (counted.today("UTC"), course[counted.today("UTC")]) == before[0]


def test_more_relationships_are_no_more_queries() -> None:
    chance, asked = Random(3), []
    for more in (2, 40):
        for _ in range(more):
            lived(chance)
        with CaptureQueriesContext(connection) as found:
            actions.tell_book(since=SINCE, now=NOW)
        asked.append(len(found))
    assert asked[0] == asked[1]


def test_of_an_empty_book_nothing_is_told(capsys: Any) -> None:
    call_command("count_book", "--as-of", str(TODAY), "--since", str(SINCE))
    assert '"figures": 0, "moved": 0, "mondays": 0' in capsys.readouterr().out
    assert list(BookCount.objects.values_list("day", flat=True)) == [TODAY]


def test_a_day_that_is_none_is_refused_before_anything_is_counted() -> None:
    with pytest.raises(CommandError, match="--since takes a day such as 2020-03-02, not “soon”"):
        call_command("count_book", "--since", "soon")
    assert not BookCount.objects.exists()


def test_what_is_told_of_today_is_what_is_counted() -> None:
    """Of a book that goes on, with no meeting near and nothing agreed for later."""
    for days, often in ((3, 14), (20, 7), (50, 30), (1, 3)):
        row = people.relationship(created_at=NOW.instant - 90 * DAY)
        touch(row, date(2026, 6, 1) - days * DAY)
        CadenceAgreement.objects.create(
            relationship=row,
            account_id=row.account_id,
            every_days=often,
            starts_on=TODAY - 80 * DAY,
            made_at=NOW.instant,
        )
    monday = Now.on(date(2026, 6, 1))
    refresh(Relationship.objects.values_list("pk", flat=True), now=monday)
    actions.count_book(now=monday)
    counted = dict(book.course(people.adam(), book.EVERYTHING, SINCE))[date(2026, 6, 1)]
    BookCount.objects.all().delete()
    actions.tell_book(since=SINCE, now=NOW)
    told = dict(book.course(people.adam(), book.EVERYTHING, SINCE))[date(2026, 6, 1)]
    assert told == {name: pytest.approx(counted[name]) for name in told}
    assert {"needed", "touch_days"} < told.keys()
