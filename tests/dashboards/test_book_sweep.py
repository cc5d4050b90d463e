"""The book counted at once against each relationship read by itself: every figure, of each person, however narrowed."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, User
from dashboards import actions, book, quadrants
from dashboards.book import Narrowing
from dashboards.models import BookCount, BookFigure
from relationships.models import Relationship
from tests import people
from tests.dashboards import book_oracle, random_books
from web.clock import Now

pytestmark = pytest.mark.django_db
# A moment at which it is yesterday, today or tomorrow, as far as the zones are apart; and a day that somebody named.
MOMENT = Now(datetime(2026, 6, 4, 10, 30, tzinfo=UTC))
LATE = Now(datetime(2026, 6, 4, 23, 30, tzinfo=UTC))
NAMED = Now.on(date(2024, 2, 29))
EVERY_FIGURE = {
    "state", "late", "stage", "stage_months", "stopped", "moved", "judged", "band", "score", "unjudged", "flag",
    "flag_new", "flag_cleared", "promise", "promise_open_late", "answer", "answer_waiting", "remedy", "remedy_open",
    "quadrant", "renewing", "review", "proposed", "evidence_late", "unadvanced", "needed", "touch_days", "asked",
    "met", "short",
}  # fmt: skip


def summed(rows: list[tuple[Relationship, dict[str, float]]]) -> dict[str, float]:
    found: defaultdict[str, float] = defaultdict(float)
    for _row, figures in rows:
        for name, value in figures.items():
            found[name] += value
    return {name: value for name, value in found.items() if value}


def fits(row: Relationship, narrowing: Narrowing) -> bool:
    asked = {
        narrowing.team: row.team_id, narrowing.owner: row.owner_id, narrowing.kind: row.account.kind,
        narrowing.tier: row.tier,
    }  # fmt: skip
    return all(not wanted or wanted == is_so for wanted, is_so in asked.items()) and (
        not narrowing.tag or narrowing.tag in row.tags
    )


@pytest.mark.parametrize(("seed", "now"), [(1, MOMENT), (2, LATE), (3, NAMED)])
def test_every_figure_is_that_of_each_relationship_by_itself(seed: int, now: Now) -> None:
    made = random_books.book(seed, 60, now)
    loaded = Relationship.objects.select_related("account", "team", "standing", "agreement").prefetch_related(
        "interactions", "stage_changes", "health_flags", "plan_steps", "commitments", "feedback", "problems"
    )
    rows = list(loaded.filter(pk__in=[row.pk for row in made]))
    told = [(row, book_oracle.figures(row, now)) for row in rows]
    actions.count_book(now=now)
    south, alice = people.south().pk, people.alice().pk
    narrowings = [
        Narrowing(team, owner, kind, tier, tag)
        for team, owner, kind, tier, tag in product(
            (None, south), (None, alice), ("", "supplier"), ("", "A"), ("", "beta", "fair")
        )
    ]
    for person in (people.alice(), people.mona(), people.rita(), people.outsider(), people.adam(), people.petra()):
        user = User.objects.get(pk=person.pk)
        theirs = [(row, figures) for row, figures in told if book_oracle.is_of_book(row, user)]
        for narrowing in narrowings:
            wanted = summed([(row, figures) for row, figures in theirs if fits(row, narrowing)])
            found = book.latest(user, narrowing).figures
            assert found == pytest.approx(wanted), (person, narrowing)
    everything = book.latest(people.adam()).figures
    assert {name.partition(":")[0] for name in everything} == EVERY_FIGURE


def test_all_are_judged_however_many_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    random_books.book(4, 30, MOMENT)
    rows = Relationship.objects.filter(removed_at=None).going_on()
    whole = {pk: one for one, ids in quadrants.book(rows, MOMENT).inside.items() for pk in ids}
    assert len(whole) > 3
    for lot in (1, 4, 1000):
        monkeypatch.setattr(quadrants, "LOT", lot)
        assert quadrants.known(rows, MOMENT) == whole


def test_counting_and_reading_take_the_same_queries_for_ten_and_a_thousand() -> None:
    asked = []
    people.answered(people.relationship(), "satisfaction", 5, MOMENT.today("UTC"))
    adam, alice = people.adam(), people.alice()
    actions.count_book(now=MOMENT)
    for many in (10, 990):
        random_books.book(many, 10, MOMENT)
        names = [f"Partner {number} of {many}" for number in range(many - 10)]
        made = Account.objects.bulk_create(Account(name=name, name_key=name.lower()) for name in names)
        Relationship.objects.bulk_create(Relationship(account=one, owner=alice, team=people.north()) for one in made)
        with CaptureQueriesContext(connection) as counting:
            actions.count_book(now=MOMENT)
        with CaptureQueriesContext(connection) as reading:
            assert sum(book.latest(adam).prefixed("state:").values()) >= many - 5
            book.course(adam, Narrowing(), date(2026, 1, 1))
        asked.append((len(counting), len(reading)))
    assert asked[0] == asked[1]
    assert asked[0][1] == 3


def test_a_count_takes_the_place_of_the_one_before_and_of_each_week_the_first_stays() -> None:
    row = people.relationship()
    # From a Wednesday on, every day.
    first = date(2026, 6, 3)
    for ahead in range(14):
        actions.count_book(now=Now.on(first + timedelta(days=ahead)))
    kept = [3, 8, 15, 16]
    assert [day.day for day in BookCount.objects.values_list("day", flat=True)] == kept
    assert BookFigure.objects.filter(figure="state:no_cadence", value=1).count() == len(kept)
    Relationship.objects.filter(pk=row.pk).update(removed_at=MOMENT.instant)
    again = Now.on(first + timedelta(days=13))
    assert actions.count_book(now=again).figures == 0
    assert book.latest(people.adam()).figures == {}
    assert [day.day for day in BookCount.objects.values_list("day", flat=True)] == kept


def test_the_job_counts_once_in_half_an_hour_and_the_command_whenever_it_is_asked() -> None:
    people.relationship()

    def counted(minutes: int, *, unless_fresh: bool) -> int:
        later = Now(MOMENT.instant + timedelta(minutes=minutes))
        return actions.count_book(now=later, unless_fresh=unless_fresh).figures

    assert counted(0, unless_fresh=True) > 0
    assert counted(29, unless_fresh=True) == 0
    assert book.latest(people.adam()).counted_at == MOMENT.instant
    assert counted(29, unless_fresh=False) > 0
    assert counted(58, unless_fresh=True) == 0
    assert counted(59, unless_fresh=True) > 0
    assert BookCount.objects.count() == 1


def test_the_command_counts_as_of_a_day() -> None:
    people.relationship()
    call_command("count_book", "--as-of", "2026-06-03")
    assert BookCount.objects.get().day == date(2026, 6, 3)


def test_reading_the_book_reads_no_relationship_talk_promise_or_feedback() -> None:
    random_books.book(7, 10, MOMENT)
    actions.count_book(now=MOMENT)
    alice = User.objects.get(pk=people.alice().pk)
    assert alice.reach.staff
    with CaptureQueriesContext(connection) as asked:
        book.latest(alice, Narrowing(tag="beta", tier="A"))
        book.course(alice, Narrowing(), date(2026, 1, 1))
    plans = []
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            cursor.execute(f"EXPLAIN (VERBOSE) {query['sql']}")
            plans.append("\n".join(row[0] for row in cursor.fetchall()))
    assert len(plans) == 3
    tables = set(connection.introspection.table_names())
    read = {table for table in tables for plan in plans if f" public.{table} " in plan}
    assert read == {"dashboards_bookcount", "dashboards_bookfigure"}
