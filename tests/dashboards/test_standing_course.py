"""The course of a standing on its page: the same points as the page of that day, what happened, and its cost."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboards import standing_course, standing_page
from relationships import actions, health, queries, records, weekly
from relationships.evidence import Component
from relationships.models import HandOver, HealthFlag, Relationship, ScoreConfig, Snapshot
from tests import people
from tests.dashboards.test_people_page import client_of
from web.clock import Now

pytestmark = pytest.mark.django_db
QUERIES = 8


def today() -> date:
    return Now.read().today("UTC")


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def with_a_year() -> Relationship:
    """Contact every fortnight, promises of both sides, all noted on their days."""
    row = people.relationship(created_at=Now.read().instant - timedelta(days=300))
    actions.agree_cadence(
        actor=people.alice(), now=Now.on(ago(299)), relationship=row, every_days=14, starts_on=ago(299)
    )
    for days in range(290, 20, -14):
        actions.log_interaction(
            actor=people.alice(), now=Now.on(ago(days)), relationship=row, occurred_on=ago(days), channel="call",
            begun_by="ours" if days % 4 else "theirs",
        )  # fmt: skip
    for days, side in ((200, "ours"), (150, "theirs"), (90, "ours")):
        promise = people.promise(row, side=side, due_on=ago(days), made_on=ago(days + 9), what=f"Promise of {days}")
        actions.keep_promise(actor=people.alice(), now=Now.on(ago(days)), commitment=promise, kept_on=ago(days))
    Snapshot.objects.all().delete()
    return Relationship.objects.get(pk=row.pk)


def read(row: Relationship) -> tuple[Any, Any, Any]:
    entries = queries.evidence_of(row)
    known = records.read([row], ledger={row.pk: entries})[row.pk]
    return known, entries, standing_page.case_of(row, known, today(), today=today(), entries=entries)


def chart(row: Relationship) -> Any:
    known, entries, case = read(row)
    return standing_course.chart(row, known, entries, case, today())


def test_each_week_is_what_the_page_of_that_day_says() -> None:
    """Of a contact too, whose criteria read no masses."""
    row = with_a_year()
    known, entries, _case = read(row)
    found = chart(row)
    wanted = weekly.days(ago(300), today())
    assert len(found.table.rows) == len(wanted) == 43 or len(found.table.rows) == len(wanted)
    assert row.stage == "contact" and any(line[4].text != "0 of 25" for line in found.table.rows)
    for day, line in list(zip(wanted, found.table.rows, strict=True))[::6]:
        case = standing_page.case_of(row, known, day, today=today(), entries=entries)
        points = [health.whole(case.points(one)[0]) for one in Component]
        assert [int(cell.text.split(" ")[0]) for cell in line[1:6]] == points, day


def test_of_a_day_on_which_too_little_was_known_there_is_no_sum() -> None:
    """In the sentence, read out, and in the table, which is the file: at each day as the page of that day has it."""
    row = with_a_year()
    wanted, sums = weekly.days(ago(300), today()), set()
    known, entries, _case = read(row)
    cases = [standing_page.case_of(row, known, day, today=today(), entries=entries) for day in wanted]
    # As many points must be known as are on some of these days.
    unknown = sorted(case.standing.unknown for case in cases)
    ScoreConfig.objects.filter(version=1).update(most_unknown=int(unknown[len(unknown) // 2]))
    known, entries, _case = read(row)
    found = chart(row)
    for day, line, stop in zip(wanted, found.table.rows, found.plot.stops, strict=True):
        case = standing_page.case_of(row, known, day, today=today(), entries=entries)
        assert line[6] == (str(health.whole(case.standing.earned)) if case.standing.judged else "–"), day
        assert (" in all" in stop.said) == case.standing.judged
        sums.add(case.standing.judged)
    assert sums == {False, True}
    assert "too little was known to add them up" in found.sentence
    actions.remember(since=ago(60), now=Now.read())
    row.snapshots.update(score=None)
    assert {line[6] for line in chart(row).table.rows[-8:-1]} == {"–"}
    nothing = chart(people.relationship(created_at=Now.read().instant - timedelta(days=30)))
    assert nothing.sentence.startswith("Too little is known to add them up.")
    assert {line[6] for line in nothing.table.rows} == {"–"}


def test_what_was_shown_stands_as_it_was_shown_and_the_sentence_says_from_when() -> None:
    row = with_a_year()
    actions.remember(since=ago(60), now=Now.read())
    monday = weekly.days(ago(300), today())[-3]
    assert row.snapshots.filter(on=monday).update(trust_b=0.88) == 1
    found = chart(row)
    assert "22 of 25" in [line[4].text for line in found.table.rows]
    assert "of which nothing was kept, by what is known today" in found.sentence


def test_what_happened_is_marked_and_stands_in_the_table() -> None:
    row = with_a_year()
    about = {"relationship": row, "account": row.account}
    HealthFlag.objects.create(**about, kind="going_quiet", since=ago(30), until=ago(12))
    HandOver.objects.create(
        relationship=row, former=people.bob(), next=people.alice(), made_at=Now.read().instant - timedelta(days=40)
    )
    found = chart(row)
    assert [one.name for one in found.plot.marks] == ["Kept", "Kept", "Kept", "Handed over", "Going quiet", "Flag off"]
    told = "; ".join(line[-1] for line in found.table.rows)
    for said in ("handed over from Bob Brandt to Alice Ahlberg", "going quiet, a flag", "we kept: Promise of 200"):
        assert said in told
    assert [stop.x for stop in found.plot.stops] == sorted(stop.x for stop in found.plot.stops)


def test_it_is_drawn_and_its_numbers_are_there_without_javascript() -> None:
    row = with_a_year()
    page = client_of(people.alice()).get(f"/relationships/{row.pk}/standing/").content.decode()
    assert 'id="course-chart"' in page and '<details class="c-data" open' in page and "we kept: Promise of 200" in page
    past = client_of(people.alice()).get(f"/relationships/{row.pk}/standing/?on={ago(9).isoformat()}").content.decode()
    assert 'id="course-chart"' not in past


def test_in_its_first_week_there_is_no_course() -> None:
    assert chart(people.relationship()) is None


def test_it_takes_as_many_queries_whatever_happened() -> None:
    row = with_a_year()
    counts = []
    for more in (0, 40):
        for number in range(more):
            promise = people.promise(row, due_on=ago(number + 3), made_on=ago(number + 9))
            actions.keep_promise(actor=people.alice(), now=Now.read(), commitment=promise, kept_on=ago(number + 4))
        known, entries, case = read(row)
        with CaptureQueriesContext(connection) as found:
            standing_course.chart(row, known, entries, case, today())
        counts.append(len(found))
    assert counts == [QUERIES, QUERIES]


def test_the_five_are_told_apart_without_their_hues_and_the_sentence_counts_what_the_table_tells() -> None:
    found = chart(with_a_year())
    lines = found.plot.lines
    assert [line.name for line in lines] == found.table.head[1:6]
    assert len({(line.dash, line.shape) for line in lines}) == len(lines) == len(Component)
    told = [one for row in found.table.rows for one in row[-1].split("; ") if "we kept" in one or "they kept" in one]
    assert len(told) == 3
    assert "The 3 things that happened are marked, by name where there is room; the table tells all" in found.sentence
