"""Insights: what stands on the page, where its figures lead, who sees which, and what it costs."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Account, User
from dashboards import actions as counting
from dashboards import insights_charts, insights_rows, insights_words
from dashboards.book import BookNow
from dashboards.findings import Counted
from dashboards.models import BookCount, BookFigure, Movement
from relationships.cadence import State
from relationships.models import Feedback, HealthFlag, Relationship, Standing
from tests import people
from tests.dashboards import books
from tests.meetings import agendas
from web.charts import Dots, Heaps, Lines, Shape
from web.clock import Now

pytestmark = pytest.mark.django_db

QUERIES = 32
# What may be told only with the rights to one relationship, and grows with what is said and done.
NEVER_READ = re.compile(
    r'"relationships_(interaction|commitment|feedback|problem|evidence|fulfilment|comment|pulseanswer|snapshot)\w*"'
)
# The navigation counts what wants the person, on every page.
FIGURES = {
    "state:in_touch": 29,
    "state:due": 7,
    "state:overdue": 6,
    "state:new": 4,
    "state:paused": 2,
    "late:week": 2,
    "late:longer": 4,
    "stage:contact": 11,
    "stage:customer": 19,
    "stage:partner": 16,
    "stage_months:customer:14": 12,
    "stage_months:customer:20": 7,
    "stopped:paused": 2,
    "moved:up": 3,
    "judged:customer": 20,
    "judged:partner": 18,
    "unjudged:contact": 8,
    "flag:going_quiet": 4,
    "flag_new:going_quiet": 2,
    "flag_cleared:one_sided": 1,
    "flag": 4,
    "flag_new": 2,
    "flag_cleared": 1,
    "promise:ours:2026Q3:kept": 118,
    "promise:ours:2026Q3:late": 7,
    "promise:ours:2026Q3:missed": 5,
    "promise:theirs:2026Q3:kept": 19,
    "promise:theirs:2026Q3:missed": 1,
    "answer:2": 3,
    "answer:4": 3,
    "answer:30": 2,
    "answer_waiting": 9,
    "remedy:12": 4,
    "remedy_open": 2,
    "quadrant:apostle": 9,
    "quadrant:mercenary": 3,
    "quadrant:not_known": 34,
    "renewing": 5,
    "unadvanced": 6,
    "needed": 4.2,
    "touch_days": 60,
    "asked": 80,
    "met": 52,
    "short": 9,
}


def count(values: Mapping[str, float], *, weeks_ago: int = 0, owner: User | None = None, **more: Any) -> None:
    """A count kept of one cell: of Alice in the north, unless said otherwise."""
    now = Now.read()
    day = now.today("UTC") - timedelta(weeks=weeks_ago)
    kept, _made = BookCount.objects.get_or_create(
        day=day, defaults={"counted_at": now.instant - timedelta(weeks=weeks_ago)}
    )
    of: dict[str, Any] = {"owner": owner or people.alice(), "team": people.north(), "kind": "customer", **more}
    BookFigure.objects.bulk_create(
        BookFigure(count=kept, figure=figure, value=value, **of) for figure, value in values.items()
    )


def page(user: User, address: str = "") -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(reverse("insights") + address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def said_on(html: str) -> str:
    """The words of a page, without what they lead to."""
    return re.sub(r"<[^>]+>", "", html)


def links(html: str) -> dict[str, str]:
    """By what it opens, the address of each figure."""
    found = re.findall(r'<a class="c-fig-link" href="([^"]+)" aria-label="[^"]+" title="([^"]+)"', html)
    return {opens: href.replace("&amp;", "&") for href, opens in found}


def asked(address: str) -> dict[str, str]:
    return {name: value for name, [value, *_more] in parse_qs(urlsplit(address).query).items()}


def judged(row: Relationship, score: float, *, half: float = 6) -> Standing:
    parts = ("cadence", "access", "credibility", "trust", "reciprocity", "trust_ours", "trust_theirs")
    values = {
        "account_id": row.account_id,
        "as_of": Now.read().today("UTC"),
        "earned": score,
        "lost": 90 - score,
        "unknown": 10,
        "low": max(0, score - half),
        "high": min(100, score + half),
        "score": score,
        "band": "steady",
        "limiting": "trust",
        **{f"{part}_{one}": 0.5 for part in parts for one in "bd"},
    }
    kept, _made = Standing.objects.update_or_create(relationship=row, defaults=values)
    return kept


def test_the_page_says_what_the_figures_are() -> None:
    count({**FIGURES, "state:overdue": 4, "state:in_touch": 31}, weeks_ago=1)
    count(FIGURES)
    html = said_on(page(people.alice()))
    assert "29 of 46 relationships are in touch, two fewer than last Monday. Six are overdue, two more." in html
    for said in (
        "63 %", "was 67 % last Monday", "91 %", "of 130 in Q3 2026; theirs 95 %", "4 days",
        "half of 8 in a year; 9 wait now",
        "38of 46; 8 have too little evidence",
        "Two newly flagged this week", "Four relationships have a flag; on one a flag was cleared this week.",
        "Three moved up a stage in 90 days", "Six overdue, by how long",
        "Half of their feedback is answered within 4 days", "Three of 12 that are satisfied may leave all the same",
        "Five renew within 90 days", "Six relationships that nobody tries to advance",
        "We keep fewer promises than they do",
        "A working day needs 4.2; over the last four weeks 3.0 happened. With nine relationships fewer "
        "happened than their rhythms asked for.",
    ):  # fmt: skip
        assert said in html, said
    assert re.search(r"Counted at \d\d:\d\d", html)


def test_each_figure_leads_to_its_list() -> None:
    count(FIGURES)
    team = people.north().pk
    found = links(page(people.mona(), f"?team={team}&kind=customer&weeks=12"))
    of_the_book = {"whose": "book", "team": str(team), "kind": "customer"}
    wanted = {
        "29 relationships in touch": ("portfolio", {"state": "in_touch"}),
        "46 relationships going on": ("portfolio", {"going": "1"}),
        "118 promises of ours kept in time, Q3 2026": (
            "promise_list", {"side": "ours", "quarter": "2026Q3", "outcome": "kept"},
        ),
        "130 promises of ours kept or missed, Q3 2026": (
            "promise_list", {"side": "ours", "quarter": "2026Q3", "outcome": "judged"},
        ),
        "20 promises of theirs kept or missed, Q3 2026, 19 of them kept in time": (
            "promise_list", {"side": "theirs", "quarter": "2026Q3", "outcome": "judged"},
        ),
        "38 relationships whose standing can be judged": ("portfolio", {"standing": "0-100", "going": "1"}),
        "4 relationships with a flag": ("portfolio", {"flag": "any", "going": "1"}),
        "2 flagged in the last 7 days": ("portfolio", {"flag": "any", "going": "1", "fresh": "week"}),
        "1 relationship on which a flag was cleared in the last 7 days": (
            "portfolio", {"flag": "any", "going": "1", "fresh": "cleared"},
        ),
        "6 relationships overdue": ("portfolio", {"state": "overdue"}),
        "9 answers to feedback of theirs that are waited for, praise too": (
            "feedback_list", {"side": "theirs", "state": "waiting"},
        ),
        "8 relationships that cannot be judged yet": ("portfolio", {"standing": "none", "going": "1"}),
        "Going quiet: 4 relationships": ("portfolio", {"flag": "going_quiet", "going": "1"}),
        "Going quiet: 2 raised in the last 7 days": (
            "portfolio", {"flag": "going_quiet", "going": "1", "fresh": "week"},
        ),
        "Customer: 19 relationships": ("portfolio", {"stage": "customer", "going": "1"}),
        "2 relationships overdue, up to a week": ("portfolio", {"late": "week"}),
        "3 relationships that moved up in 90 days": ("portfolio", {"moved": "up"}),
        "4 problems solved in a year": ("problem_list", {"solved": "year"}),
        "5 relationships that renew within 90 days": ("portfolio", {"renews": "90"}),
        "Nobody tries to advance: 6 relationships": ("portfolio", {"moving": "unadvanced"}),
        "9 relationships with fewer check-ins than their rhythms asked for": (
            "portfolio", {"pace": "short", "sort": "missing", "columns": "partner"},
        ),
    }  # fmt: skip
    for opens, (route, more) in wanted.items():
        assert opens in found, (opens, sorted(found))
        assert urlsplit(found[opens]).path == reverse(route)
        assert asked(found[opens]) == {**of_the_book, **more}, opens


def test_each_person_sees_their_own_book() -> None:
    count(FIGURES)
    count({"state:in_touch": 5, "state:overdue": 5}, owner=people.outsider(), team=people.south())
    assert "29 of 46" in said_on(page(people.alice()))
    assert "5 of 10" in said_on(page(people.outsider()))
    assert "34 of 56" in said_on(page(people.adam()))
    assert "5 of 10" in said_on(page(people.adam(), f"?team={people.south().pk}"))
    # A team that one does not see narrows nothing, and no name of it is told.
    assert "29 of 46" in said_on(page(people.alice(), f"?team={people.south().pk}"))


def test_names_are_of_the_book_alone() -> None:
    count({**FIGURES, "flag:going_quiet": 2})
    ours = people.relationship(account=people.account("Stolt Sea Farm"))
    theirs = people.relationship(account=people.account("Nordhavn"), owner=people.outsider(), team=people.south())
    today = Now.read().today("UTC")
    for row in (ours, theirs):
        HealthFlag.objects.create(relationship=row, account_id=row.account_id, kind="going_quiet", since=today)
        judged(row, 60)
        Movement.objects.create(
            relationship=row, moved=-6, component="cadence", component_moved=-4.4, since=today - timedelta(days=30)
        )
        Relationship.objects.filter(pk=row.pk).update(renewal_on=today + timedelta(days=20))
    html = page(people.alice())
    assert html.count("Stolt Sea Farm") >= 3
    assert "−6" in html and "Mostly cadence, −4 since" in html
    assert "Nordhavn" not in html
    assert "Nordhavn" in page(people.adam())


def test_whoever_can_not_be_judged_is_no_mover() -> None:
    """Movements are of the last count, and evidence fades meanwhile."""
    count(FIGURES)
    shown, faded = (people.relationship(account=people.account(name)) for name in ("Polderwick", "Aldergrove"))
    today = Now.read().today("UTC")
    for row in (shown, faded):
        judged(row, 60)
        since = today - timedelta(days=30)
        Movement.objects.create(relationship=row, moved=2, component="trust", component_moved=2.0, since=since)
    Standing.objects.filter(pk=faded.pk).update(score=None, band="")
    told = insights_rows.movers(Relationship.objects.all(), Now.read())
    assert [one.relationship for one in told] == [shown]


def test_a_part_in_it_is_not_the_book() -> None:
    theirs = people.relationship(account=people.account("Nordhavn"), owner=people.outsider(), team=people.south())
    people.alice().parts.create(relationship=theirs, role="expert")
    judged(theirs, 60)
    count(FIGURES)
    assert "Nordhavn" not in page(people.alice())


def _full(number: int) -> None:
    """A book of so many, with something of all that is named."""
    today = Now.read().today("UTC")
    states = [State.OVERDUE, State.IN_TOUCH, State.DUE]
    rows = books.book([states[index % 3] for index in range(number)], now=Now.read())
    for index, row in enumerate(rows):
        judged(row, 40 + index)
        Relationship.objects.filter(pk=row.pk).update(
            renewal_on=today + timedelta(days=index), stage=list(Relationship.Stage)[index % 3], team=people.north()
        )
        HealthFlag.objects.create(
            relationship=row, account_id=row.account_id, kind=HealthFlag.Kind.values[index % 7], since=today
        )
        Movement.objects.create(
            relationship=row,
            moved=index - number // 2 or 1,
            component="trust",
            component_moved=2.0,
            since=today - timedelta(days=30),
        )


def test_a_renewal_says_what_is_wrong_with_whoever_renews() -> None:
    today = Now.read().today("UTC")
    late = {"every_days": 30, "due_on": today - timedelta(days=58), "overdue_from": today - timedelta(days=58)}
    worst = people.relationship(renewal_on=today + timedelta(days=19), last_touch_on=today - timedelta(days=88), **late)
    fine = people.relationship(renewal_on=today + timedelta(days=20))
    HealthFlag.objects.create(relationship=worst, account=worst.account, kind="going_quiet", since=today)
    told = {one.relationship: one.wrong for one in insights_rows.renewals(Relationship.objects.all(), Now.read())}
    assert told == {worst: "Overdue: quiet for 88 days – 30 assumed. Going quiet.", fine: ""}
    HealthFlag.objects.update(snoozed_until=today + timedelta(days=9), snoozed_why="They are away")
    told = {one.relationship: one.wrong for one in insights_rows.renewals(Relationship.objects.all(), Now.read())}
    assert told[worst] == "Overdue: quiet for 88 days – 30 assumed."


@pytest.mark.parametrize("number", [3, 30])
def test_it_takes_the_same_queries(number: int, django_assert_num_queries: Callable[..., object]) -> None:
    _full(number)
    for weeks in range(number):
        count(FIGURES, weeks_ago=weeks)
    client = Client()
    client.force_login(people.mona())
    with django_assert_num_queries(QUERIES):  # type: ignore[attr-defined]
        assert client.get(reverse("insights")).status_code == 200


def test_what_was_said_and_promised_is_not_read() -> None:
    _full(4)
    count(FIGURES)
    client = Client()
    client.force_login(people.mona())
    with CaptureQueriesContext(connection) as navigation:
        client.get(reverse("settings"))
    every_page = {query["sql"] for query in navigation.captured_queries}
    with CaptureQueriesContext(connection) as captured:
        client.get(reverse("insights"))
    read = [query["sql"] for query in captured.captured_queries]
    beyond = [sql for sql in read if NEVER_READ.search(sql) and not any(_same(sql, known) for known in every_page)]
    # Of the movers that are named, what happened in one part since some day: found by its index.
    [happened] = beyond
    assert '"relationships_evidence"' in happened and happened.count('"component" =') == happened.count('"day" >') > 0


def _same(one: str, other: str) -> bool:
    """The same statement, at another second."""
    return re.sub(r"[\d'.: T+-]+", "", one) == re.sub(r"[\d'.: T+-]+", "", other)


def test_before_the_first_count_it_says_what_will_happen() -> None:
    people.relationship()
    html = page(people.alice())
    assert "Not counted yet" in html and "count_book" in html
    assert 'class="c-figs"' not in html


def test_of_an_empty_book_it_says_what_to_do() -> None:
    BookCount.objects.create(day=Now.read().today("UTC"), counted_at=Now.read().instant)
    html = page(people.alice())
    assert "The book is empty" in html and reverse("relationship_create") in html
    # Whoever may add none is not asked to.
    assert reverse("relationship_create") not in page(people.rita()).split("c-empty")[1]


def test_where_nothing_fits_the_filter_can_be_left() -> None:
    count(FIGURES)
    html = page(people.alice(), "?tag=nowhere&kind=ally&weeks=156")
    assert "No relationship fits" in html
    assert "<b>nowhere</b>" in html and "<b>Ally</b>" in html
    # Each chip leaves the rest of the address.
    assert "?kind=ally&amp;weeks=156" in html


def test_what_makes_no_sense_in_the_address_is_left_out() -> None:
    count(FIGURES)
    html = page(people.alice(), "?team=x&owner=99999999&kind=%00&weeks=-3&tier=%00")
    assert "29 of 46" in said_on(html)


def test_more_than_can_be_drawn_are_told_by_tens() -> None:
    now = insights_charts.stages(
        _book(
            {
                "judged:partner": 130,
                "band:partner:6": 100,
                "band:partner:7": 30,
                "judged:customer": 40,
                "band:customer:4": 40,
            }
        )
    )
    chart = insights_charts.standing(now, None, _lists())
    assert isinstance(chart.plot, Heaps)
    assert chart.title == "Partners stand higher than customers"
    assert "Median: customers 45, partners 66" in chart.sentence or "partners 67" in chart.sentence
    drawn = [one.count for lane in chart.plot.lanes for one in lane.heaps]
    assert sum(drawn) == 170
    assert "standing=60-70" in chart.plot.lanes[-1].heaps[6].href


def test_partners_below_the_customers_stand_out_by_name() -> None:
    rows = []
    for name, stage, score in (
        ("Castell Foods", "partner", 50), ("Ewos", "partner", 80), ("Nordlaks", "partner", 75),
        ("Skretting", "partner", 72),
        ("A", "customer", 60), ("B", "customer", 62), ("C", "customer", 64),
    ):  # fmt: skip
        row = people.relationship(account=people.account(name), stage=stage)
        judged(row, score)
        rows.append(Relationship.objects.select_related("standing", "account").get(pk=row.pk))
    now = insights_charts.stages(_book({"judged:partner": 4, "judged:customer": 3}))
    chart = insights_charts.standing(now, rows, _lists())
    assert isinstance(chart.plot, Dots)
    assert chart.title == "Partners stand higher than customers, with one exception"
    assert chart.sentence.endswith("The exception, lower than the median of the customers: Castell Foods.")
    assert [dot.name for lane in chart.plot.lanes for dot in lane.dots if dot.name] == ["Castell Foods"]
    assert "Castell Foods: 50, between 44 and 56." in [dot.said for lane in chart.plot.lanes for dot in lane.dots]
    # The table has every dot with its uncertainty, and leads there.
    assert chart.also
    told = {(line[0].href, f"{line[0].text}: {line[2].text}", line[3].text, line[4].text) for line in chart.also.lines}
    said = [(dot, re.findall(r"^(.*: \d+), between (\d+) and (\d+)", dot.said)[0]) for lane in chart.plot.lanes
            for dot in lane.dots]  # fmt: skip
    assert told == {(dot.href, *found) for dot, found in said} and len(told) == len(rows)
    assert [line[1].text for line in chart.also.lines] == sorted(line[1].text for line in chart.also.lines)


def test_whoever_stands_far_below_their_stage_stands_out_by_name_and_leads_there() -> None:
    rows = []
    for name, score in (("Ewos", 21), ("A", 60), ("B", 62), ("C", 64), ("D", 63), ("E", 65)):
        row = people.relationship(account=people.account(name), stage="customer")
        judged(row, score)
        rows.append(Relationship.objects.select_related("standing", "account").get(pk=row.pk))
    now = insights_charts.stages(_book({"judged:customer": 6}))
    chart = insights_charts.standing(now, rows, _lists())
    assert isinstance(chart.plot, Dots)
    assert [dot.name for lane in chart.plot.lanes for dot in lane.dots if dot.name] == ["Ewos"]
    assert chart.sentence.endswith("Far below the others of their stage: Ewos.")
    assert f'<a class="c-fig-link" href="{rows[0].get_absolute_url()}" aria-label="Ewos"' in chart.linked
    # Of four nobody can say what is usual.
    few = insights_charts.standing(now, rows[:4], _lists())
    assert "Ewos" not in few.sentence


SCORES = st.lists(st.tuples(st.sampled_from(Relationship.Stage.values), st.floats(0, 100)), min_size=1, max_size=30)


def _stand(scores: list[tuple[str, float]]) -> list[Relationship]:
    """As the database has them; nothing is written."""
    rows = []
    for pk, (stage, score) in enumerate(scores, start=1):
        row = Relationship(pk=pk, account=Account(name=f"Partner {pk}"), stage=stage)
        Standing(relationship=row, earned=score, score=score, unknown=0, low=score, high=score)
        rows.append(row)
    return rows


@given(SCORES)
def test_the_median_is_that_of_the_standings_in_the_table_under_it(scores: list[tuple[str, float]]) -> None:
    """In the sentence, in the table and in the file: between the two in the middle, as they are shown."""
    figures = Counter(f"judged:{stage}" for stage, _score in scores)
    chart = insights_charts.standing(insights_charts.stages(_book(dict(figures))), _stand(scores), _lists())
    assert chart.also
    shown: dict[str, list[int]] = {}
    for line in chart.also.lines:
        shown.setdefault(line[1].text, []).append(int(line[2].text))
    medians = {line[0].text: int(line[-1].text) for line in chart.table.lines}
    assert medians.keys() == shown.keys()
    for stage, median in medians.items():
        assert median == int(statistics.median(shown[stage]))
        assert f"{stage.lower()}s {median}" in chart.sentence


@given(SCORES)
def test_the_heading_counts_the_exceptions_that_are_named_under_it(scores: list[tuple[str, float]]) -> None:
    figures = Counter(f"judged:{stage}" for stage, _score in scores)
    chart = insights_charts.standing(insights_charts.stages(_book(dict(figures))), _stand(scores), _lists())
    assert chart.also
    counted = re.search(r"with (\S+) exceptions?$", chart.title)
    named = re.search(r"The exceptions?, lower than the median of the customers: (.*?)\.(?: Far|$)", chart.sentence)
    assert bool(counted) == bool(named)
    if counted and named:
        customers = int(next(line[-1].text for line in chart.table.lines if line[0].text == "Customer"))
        below = [line for line in chart.also.lines if line[1].text == "Partner" and int(line[2].text) < customers]
        assert insights_words.number(len(below)) == counted[1]
        names = [one for one in re.split(", | and ", named[1]) if not one.endswith(" more")]
        assert names == [line[0].text for line in below[: len(names)]]
        assert len(names) == min(len(below), insights_charts.NAMED)


def test_of_a_kind_of_flag_the_others_are_counted_and_open_the_list() -> None:
    today = Now.read().today("UTC")
    for index in range(5):
        row = people.relationship()
        since = today - timedelta(days=index)
        HealthFlag.objects.create(relationship=row, account_id=row.account_id, kind="single_threaded", since=since)
    count({**FIGURES, "flag:single_threaded": 5})
    html = page(people.alice())
    assert re.search(r"</a> and <a [^>]*flag=single_threaded[^>]*>two more</a>: of the newest, since today\.", html)


def test_lists_that_name_a_few_say_how_many_more_there_are() -> None:
    """Of the overdue and of what renews, as of flags; where all are named nothing more is said."""
    today = Now.read().today("UTC")
    late = today - timedelta(days=3)
    for index in range(8):
        renews = today + timedelta(days=index + 1)
        people.relationship(every_days=30, due_on=late, overdue_from=late, renewal_on=renews)
    count({**FIGURES, "late:week": 8, "renewing": 8})
    html = page(people.alice())
    assert re.search(r"</a> and <a [^>]*late=week[^>]*>five more</a>", html)
    assert re.search(r"And <a [^>]*renews=90[^>]*>two more</a>", html)
    BookFigure.objects.filter(figure="late:week").update(value=3)
    BookFigure.objects.filter(figure="renewing").update(value=6)
    assert not re.search(r">\w+ more</a>", page(people.alice()))


def test_praise_waits_for_an_answer_in_the_count_and_in_the_list() -> None:
    """As on the page Feedback, whose tab is called waiting."""
    row = people.relationship()
    for nature in ("praise", "complaint"):
        people.feedback(row, nature=nature)
    counting.count_book(now=Now.read())
    html = page(people.alice())
    assert "2 wait now" in said_on(html) and "Praise waits for an answer, too." in html
    client = Client()
    client.force_login(people.alice())
    listed = client.get(links(html)["2 answers to feedback of theirs that are waited for, praise too"])
    assert {one.nature for one in Feedback.objects.filter(answered_on=None)} == {"praise", "complaint"}
    assert [tab.count for tab in listed.context["tabs"] if str(tab.name) == "Waiting"] == [2]


def test_months_and_years_under_the_axis() -> None:
    ticks = insights_charts.ticks(date(2026, 5, 25), date(2026, 11, 23))
    assert [(tick.text, round(tick.x, 1)) for tick in ticks][:2] == [("Jun", 1.0), ("Jul", 5.3)]
    assert [tick.text for tick in insights_charts.ticks(date(2024, 11, 4), date(2026, 11, 2))] == [
        "Jan 2025", "Jul 2025", "Jan 2026", "Jul 2026",
    ]  # fmt: skip


def _book(figures: dict[str, float]) -> Any:
    return BookNow(Now.read().instant, Now.read().today("UTC"), figures)


def _lists() -> Any:
    from dashboards.insights_links import Lists

    return Lists({})


def test_a_review_pack_is_prepared_of_the_partner_chosen() -> None:
    today = Now.read().today("UTC")
    soon = people.relationship(account=people.account("Ewos"), renewal_on=today + timedelta(days=20))
    theirs = people.relationship(account=people.account("Nordhavn"), owner=people.outsider(), team=people.south())
    count(FIGURES)
    client = Client()
    client.force_login(people.alice())
    address = reverse("pack_choice")
    assert address in page(people.alice())
    assert address not in page(people.rita())
    shown = client.get(address).content.decode()
    assert "Ewos" in shown and "Nordhavn" not in shown
    assert "renews on " in shown and f'href="{reverse("review_pack", args=[soon.pk])}"' in shown
    assert client.get(address, {"relationship": soon.pk}).headers["Location"] == reverse("review_pack", args=[soon.pk])
    for wrong in (theirs.pk, "", "x", 10**30):
        assert client.get(address, {"relationship": wrong}).status_code == 422


def test_partners_with_a_review_planned_stand_first_and_its_page_leads_to_the_pack() -> None:
    now = Now.read()
    rows = [people.relationship(account=people.account(name)) for name in ("Alpha", "Beta", "Gamma", "Delta")]
    client = Client()
    client.force_login(people.alice())
    for row, days, kind in zip(rows, (9, 3, 80, 2), ("review", "review", "review", "check_in"), strict=True):
        planned = agendas.meeting(row, now=now, kind=kind, starts_at=now.instant + timedelta(days=days))
        for name in ("meeting_detail", "meeting_brief"):
            shown = client.get(reverse(name, args=[planned.pk])).content.decode()
            assert (reverse("review_pack", args=[row.pk]) in shown) == (kind == "review"), name
    first = client.get(reverse("pack_choice"), headers={"Referer": "http://testserver/meetings/?whose=me"})
    assert [line.name for line in first.context["groups"][0].lines] == ["Beta", "Alpha"]
    assert first.context["groups"][0].lines[0].hint.startswith("review ")
    assert 'href="/meetings/?whose=me"' in first.content.decode()
    for came in ("https://evil.example/x", "http://testserver" + reverse("pack_choice"), "javascript:alert(1)"):
        assert client.get(reverse("pack_choice"), headers={"Referer": came}).context["back"] == ""


def test_any_partner_is_chosen_for_a_pack_without_javascript() -> None:
    """By a search, or page by page; each is a link to their pack, and nobody's is there who may not be seen."""
    rows = [people.relationship(account=people.account(f"Partner {number:03}")) for number in range(120)]
    canary = people.relationship(account=people.account("Partner canary"), owner=people.outsider(), team=people.south())
    client = Client()
    client.force_login(people.alice())
    address = reverse("pack_choice")
    links: list[str] = []
    asked = address
    while asked:
        shown = client.get(asked).content.decode()
        assert "canary" not in shown
        links += re.findall(r'href="/relationships/(\d+)/pack/"', shown)
        further = re.search(r'href="(\?after=[^"]+)"', shown)
        asked = address + further[1] if further else ""
    assert links == [str(row.pk) for row in rows]
    found = client.get(address, {"q": "partner 077"}).content.decode()
    assert re.findall(r'href="/relationships/(\d+)/pack/"', found) == [str(rows[77].pk)] and "1 partner." in found
    assert "Partner 077" in client.get(address, {"q": "partnr 077"}).content.decode(), "a mistake is forgiven"
    assert str(canary.pk) not in re.findall(
        r"/relationships/(\d+)/", client.get(address, {"q": "canary"}).content.decode()
    )
    assert "is called like that" in client.get(address, {"q": "canary"}).content.decode()
    part = client.get(address, {"q": "partner 077"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and "Partner 077" in part


def test_choosing_a_partner_for_a_pack_costs_the_same_for_one_and_for_fifty() -> None:
    client = Client()
    client.force_login(people.alice())
    client.get(reverse("pack_choice"))
    today = Now.read().today("UTC")
    counts = []
    for number in (1, 49):
        for at in range(number):
            people.relationship(account=people.account(f"Partner {number} {at}"), renewal_on=today + timedelta(days=9))
        for query in ({}, {"q": "partner"}):
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("pack_choice"), query, headers={"HX-Request": "true"})
            counts.append(len(queries))
    assert counts[:2] == counts[2:] == [15, 14]


def test_what_the_rhythms_ask_for_is_drawn_once_two_weeks_are_kept() -> None:
    today = date(2026, 11, 23)
    weeks: list[tuple[date, Mapping[str, float]]] = [
        (today - timedelta(days=14), {"state:in_touch": 4}),
        (today - timedelta(days=7), {"needed": 4.0, "touch_days": 80}),
        (today, {"needed": 4.2, "touch_days": 60, "asked": 80, "met": 52, "short": 9}),
    ]
    assert insights_charts.pace(weeks[:2], today, _lists()) is None
    chart = insights_charts.pace(weeks, today, _lists())
    assert chart and isinstance(chart.plot, Lines)
    assert chart.title == "28 of 80 check-ins that the rhythms asked for did not happen"
    assert [list(line.values) for line in chart.plot.lines] == [[4.0, 4.2], [4.0, 3.0]]
    assert [cell.text for cell in chart.table.lines[0]] == ["Now", "4.2", "3.0"]
    assert [asked(cell.href)["pace"] for cell in chart.table.lines[0][1:]] == ["needed", "happened"]


def test_of_one_monthly_rhythm_the_drawing_says_what_it_asks_for() -> None:
    """It needs less than 0.05 a day, and is a rhythm all the same."""
    today = date(2026, 11, 23)
    monthly = {"needed": 7 / 5 / 30, "asked": 1}
    weeks: list[tuple[date, Mapping[str, float]]] = [
        (today - timedelta(days=7), {**monthly, "touch_days": 1, "met": 1}),
        (today, {**monthly, "short": 1}),
    ]
    chart = insights_charts.pace(weeks, today, _lists())
    assert chart and isinstance(chart.plot, Lines)
    assert chart.title == "The one check-in that the rhythms asked for did not happen"
    assert chart.sentence == (
        "Four weeks need 0.9; in the last four none happened. "
        "With one relationship fewer happened than its rhythm asked for."
    )
    assert [list(line.values) for line in chart.plot.lines] == [[0.9, 0.9], [1.0, 0.0]]
    assert chart.table.head == ["Day", "Needed in four weeks", "Happened in four weeks"]


@pytest.mark.parametrize(("weeks", "many"), [(12, 5), (26, 5), (156, 13)])
def test_the_quarters_of_promises_follow_the_span(weeks: int, many: int) -> None:
    figures = {f"promise:ours:{year}Q{number}:kept": 4.0 for year in range(2022, 2027) for number in (1, 2, 3, 4)}
    counted = BookNow(None, date(2026, 11, 29), figures)
    found = insights_charts.quarters(counted, weeks)
    assert len(found) == many and found[-1].name == "2026Q4"
    chart = insights_charts.promises(found, _lists())
    assert chart and f"since {insights_words.quarter_name(found[0].name)}" in chart.sentence
    assert isinstance(chart.plot, Lines) and chart.plot.ticks[-1].text == "Q4 2026" and len(chart.plot.ticks) <= 6


def test_it_is_said_which_drawings_the_span_changes() -> None:
    count(FIGURES)
    assert "Contact, promises and check-ins over" in page(people.alice())


@pytest.mark.parametrize("weeks", [12, 156])
def test_the_table_of_weeks_has_every_point_of_the_lines_and_begins_with_now(weeks: int) -> None:
    today = date(2026, 11, 23)
    rows = [Counted(today - timedelta(days=7 * back), 29, back % 7, back % 5, 46) for back in reversed(range(weeks))]
    chart = insights_charts.contact(rows, today, _lists())
    assert isinstance(chart.plot, Lines)
    drawn = list(zip(*(line.values for line in chart.plot.lines), strict=True))
    told = [tuple(int(cell.text) for cell in line[1:]) for line in chart.table.lines]
    assert told == drawn[::-1] and len(told) == weeks
    assert chart.table.lines[0][0].text == "Now"


def test_a_single_count_is_drawn_as_points_and_told_as_no_course() -> None:
    today = date(2026, 11, 23)
    chart = insights_charts.contact([Counted(today, 29, 7, 6, 46)], today, _lists())
    assert chart.title == "Contact, week by week"
    assert isinstance(chart.plot, Lines) and {line.shape for line in chart.plot.lines} == {Shape.ROUND}
    assert [cell.text for cell in chart.table.lines[0]] == ["Now", "29", "7", "6"]
    assert "state=overdue" in chart.table.lines[0][3].href
