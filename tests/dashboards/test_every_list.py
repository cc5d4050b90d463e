"""Every list of the application is there to take along, as CSV and as a workbook; where one is not, it says why."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import openpyxl
import pytest
from django.db import connection, models, transaction
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, resolve
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import Account, Affiliation, Contact, Likeness, Membership, User
from dashboards import actions as counting
from dashboards import chart_sheets
from relationships.models import Interaction
from tests import people
from tests.access.canaries import Half, World, build, leaks
from tests.access.table import TABLE, patterns
from tests.access.visits import address_of, client_of, key_of, text_of
from web.charts import Cell, Chart, Lines, Table
from web.clock import Now
from web.downloads import Menu, moment_of
from web.downloads import key_of as key_of_moment
from web.text import harmless

pytestmark = pytest.mark.django_db
ROUTES = {name: pattern for name, _address, pattern in patterns(get_resolver("prm.urls"))}

# Every page that shows a list, and what takes it along; where there are several lists, in the order of the page.
LISTS: dict[str, tuple[str, ...]] = {
    "portfolio": ("portfolio_download",),
    "search": ("search_download",),
    "loyalty_list": ("loyalty_download",),
    "meeting_list": ("meeting_download",),
    "problem_list": ("problem_download",),
    "promise_list": ("promise_download",),
    "feedback_list": ("feedback_download",),
    "account_list": ("account_download",),
    "person_list": ("person_download",),
    "history": ("history_download",),
    "cover_list": ("cover_download",),
    "duplicate_list": ("duplicate_download",),
    "account_detail": ("account_people_download",),
    "listening_list": ("listening_download", "quiet_download"),
    "listening_post_detail": ("heard_download", "feedback_download"),
    "insight_list": ("insight_download",),
    "play_list": ("play_download",),
    "insights": ("insights_download",),
    "one_to_one_list": ("one_to_one_list_download",),
    "one_to_one": ("one_to_one_download",),
    "relationship_detail": ("timeline_download",),
    "relationship_people": ("relationship_people_download", "introduction_download"),
    "relationship_stage": ("relationship_stage_download",),
    "relationship_standing": ("relationship_standing_download",),
    "relationship_two_views": ("relationship_two_views_download",),
    "relationship_history": ("relationship_history_download",),
    "relationship_plays": ("relationship_plays_download",),
    "relationship_feedback": ("feedback_download",),
    "outbox": ("outbox_download",),
    "health_settings": ("outcome_export",),
}

# Pages whose rows are no list to take along, and why.
NOT_TAKEN = {
    "today": "what is to be done now: each row stands in the list that it comes from",
    "meeting_detail": "one meeting: its agenda becomes its minutes",
    "meeting_insights": "of one meeting, in the list of what was learnt",
    "commitment_detail": "one promise",
    "problem_detail": "one problem",
    "feedback_detail": "one feedback",
    "team_list": "settings: who is in which stands with the people",
    "calendar_source": "settings: what was found in one's own calendar, which asks for a tap",
    "view_list": "settings: one's own saved views",
    "outline_list": "settings: what an agenda begins with",
    "usersessions_list": "settings: where one is signed in",
    "shortcut_list": "help",
}

# How a page shows rows: as lines, as what happened, in a table. What a form or a menu shows is no list.
LOOKS = "c-rows|c-past|c-tl|c-points|c-pairlist|c-table|c-list plain c-answers"
ROWS = re.compile(rf'<(?:ul|ol|table)[^>]* class="(?:{LOOKS})\b')
OFFERS = re.compile(r'<details class="c-menu c-download">.*?<a class="c-item" href="([^"]+)"', re.DOTALL)
# With these words in the address where there is nothing without; and to have every state.
ASKED = {
    "search": "q=canary",
    "search_download": "q=canary",
    "insights_download": "chart=contact",
    "promise_download": "whose=all&state=all",
}
ASKED |= dict.fromkeys(("feedback_download", "problem_download", "meeting_download"), "whose=all&state=all")


@pytest.fixture(scope="module", autouse=True)
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Two halves in which every text is a formula, made once; what a test does is rolled back."""
    plain = Half.canary

    def hostile(self: Half, text: models.Field[Any, Any]) -> str:
        word = plain(self, text)
        return word if isinstance(text, (models.EmailField, models.URLField)) else f"={word}"

    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(Half, "canary", hostile)
        made = build()
        # What is written from here on was done by somebody.
        client_of(made.roles["alice"]).get("/settings/")
        more(made.north, range(1))
        counting.count_book(now=Now(timezone.now()))
        yield made
        transaction.set_rollback(True)


def named(route: str, world: World, half: Half | None = None) -> str:
    address = address_of(route, ROUTES[route], key_of(TABLE[route], half or world.north, world))
    return f"{address}?{ASKED[route]}" if route in ASKED else address


def who_for(route: str, world: World) -> Client:
    """Alice, whose the north is; an administrator where she may not."""
    if route == "one_to_one_list_download":
        return client_of(world.roles["mona"])
    return client_of(world.roles["adam" if TABLE[route].get["alice"] == "404" and route not in ASKED else "alice"])


DOWNLOADS = sorted({route for routes in LISTS.values() for route in routes})


def lines_of(client: Client, address: str) -> list[list[str]]:
    answer: Any = client.get(address)
    assert answer.status_code == 200, address
    assert answer["Content-Type"] == "text/csv; charset=utf-8", address
    return list(csv.reader(io.StringIO(answer.getvalue().decode().removeprefix("\ufeff"), newline="")))


def cells_of(client: Client, address: str) -> list[list[Any]]:
    answer: Any = client.get(f"{address}{'&' if '?' in address else '?'}as=xlsx")
    assert answer.status_code == 200, address
    sheet: Any = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    return [list(row) for row in sheet.iter_rows()]


def test_every_page_with_a_list_offers_it_and_every_other_says_why_not(world: World) -> None:
    """A list that is added later stands here, or fails."""
    offered: dict[str, tuple[str, ...]] = {}
    without = set()
    for name in sorted(ROUTES):
        role = next((role for role in ("alice", "mona", "adam") if TABLE[name].get[role] == "in"), None)
        if role is None or name in DOWNLOADS or name.endswith(("_create", "_edit", "_new", "_add")):
            continue
        # Whoever manages people has a list of them, and answers for what became of relationships.
        role = "mona" if name in ("one_to_one_list", "health_settings") else role
        answer: Any = client_of(world.roles[role]).get(named(name, world))
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        body = text_of(answer)
        found = {resolve(urlsplit(unescape(link)).path).url_name: None for link in OFFERS.findall(body)}
        if found:
            offered[name] = tuple(str(one) for one in found)
        elif ROWS.search(body):
            without.add(name)
    assert offered == LISTS
    # Whatever its lines look like, what is called a list is one.
    called = {name for name in ROUTES if name.endswith("_list")} - set(LISTS)
    assert without | called == set(NOT_TAKEN)


@pytest.mark.parametrize("route", DOWNLOADS)
def test_no_formula_and_nothing_of_another_in_either_format(route: str, world: World) -> None:
    client, address = who_for(route, world), named(route, world)
    names, *lines = lines_of(client, address)
    assert lines, "an empty list shows nothing"
    # Whatever reads the file knows a column by its name.
    assert len(set(names)) == len(names) and all(name.strip() for name in names)
    for line in lines:
        assert len(line) == len(names)
        for cell in line:
            assert not cell.lstrip().startswith(("=", "@", "+")), cell
            assert not cell.startswith("-") or float(cell) < 0
    head, *rows = cells_of(client, address)
    assert [cell.value for cell in head] == names
    assert len(rows) == len(lines)
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n", "d"}
    if TABLE[route].get["alice"] == "in" or route in ASKED:
        for text in (repr(lines), repr([[cell.value for cell in row] for row in rows])):
            assert leaks(text, side="south", directory=True) == set()
    if route not in NO_TEXTS:
        assert "'=" in repr(lines)
        assert "=canary" in repr([[cell.value for cell in row] for row in rows])


# Lists of figures, and of what Concord says itself.
NO_TEXTS = {"insights_download", "relationship_standing_download"}


@pytest.mark.parametrize("route", DOWNLOADS)
def test_of_another_there_is_nothing_to_take_along(route: str, world: World) -> None:
    if TABLE[route].kind is None:
        return
    client = client_of(world.roles["alice"])
    assert client.get(named(route, world, world.south)).status_code == 404


def more(half: Half, numbers: range) -> None:
    """More of everything that stands in a list."""
    account, long_ago = half.rows["Account"], timezone.now() - timedelta(days=300)
    assert isinstance(account, Account)
    for at in numbers:
        day = timezone.now().date() - timedelta(days=at + 1)
        for model in ("Introduction", "Cover", "Insight", "Commitment", "Feedback", "Problem", "Interaction"):
            half.add(model)
        half.add("Play", done_on=day)
        half.add("UndoStep", sent_as="")
        half.add("Heard", sent_as=None)
        half.add("ListeningPost", relationship=None, public=False)
        half.add("OutboxMail", period=f"{at}", message_id=None)
        for model, field in (
            ("StageChange", "changed_on"),
            ("OneToOne", "held_on"),
            ("RelationshipOutcome", "came_on"),
        ):
            half.add(model, **{field: day})
        meeting = half.add("Meeting", series=None, uid=f"{at}@x")
        half.add("MeetingAccount", meeting=meeting)
        half.add("PulseAnswer", pulse=half.add("Pulse", state="answered", closed_on=day, to_stakeholder_id=None))
        who = Contact.objects.create(name=f"=Person {at}")
        Affiliation.objects.create(contact=who, account=account, title="Clerk")
        half.add("Stakeholder", contact=who)
        other = people.account(f"=Firm {at}")
        people.relationship(account=other, owner=half.person, team=half.team, created_at=long_ago)
        first, second = sorted((account, other), key=lambda one: one.pk)
        Likeness.objects.create(first=first, second=second, score=1.0, by_name=0.5, found_at=timezone.now())
        person = User.objects.create_user(f"p{at}@concord.example", None, name=f"=P {at}")
        Membership.objects.create(user=person, team=half.team, role=Membership.Role.ACCOUNT_MANAGER)
    # What one transaction writes has one moment; these were many.
    with connection.cursor() as cursor:
        table = Interaction._meta.get_field("events").related_model._meta.db_table
        cursor.execute(f"UPDATE {table} SET pgh_created_at = now() - pgh_id * interval '1 second'")


# Who asks costs some ten of them.
QUERIES = {
    "account_download": 13, "account_people_download": 16, "cover_download": 13, "duplicate_download": 19,
    "feedback_download": 13, "heard_download": 15, "history_download": 9, "insight_download": 13,
    "insights_download": 21, "introduction_download": 13, "listening_download": 15, "loyalty_download": 17,
    "meeting_download": 15, "one_to_one_download": 14, "one_to_one_list_download": 13, "outbox_download": 11,
    "outcome_export": 9, "person_download": 10, "play_download": 13, "portfolio_download": 23, "problem_download": 13,
    "promise_download": 13, "quiet_download": 13, "relationship_history_download": 21,
    "relationship_people_download": 19, "relationship_plays_download": 14, "relationship_stage_download": 14,
    "relationship_standing_download": 21, "relationship_two_views_download": 14, "search_download": 45,
    "timeline_download": 28,
}  # fmt: skip
# As long for one partner as for fifty.
FIXED = {"insights_download", "relationship_standing_download"}


def test_as_many_queries_for_one_row_as_for_fifty(world: World) -> None:
    def asked() -> dict[str, tuple[int, int]]:
        found = {}
        for route in DOWNLOADS:
            client, address = who_for(route, world), named(route, world)
            client.get("/settings/")
            with CaptureQueriesContext(connection) as queries:
                rows = len(lines_of(client, address))
            found[route] = (len(queries), rows)
        return found

    few = asked()
    more(world.north, range(1, 50))
    many = asked()
    assert {route: count for route, (count, _rows) in many.items()} == QUERIES
    assert {route: count for route, (count, _rows) in few.items()} == QUERIES
    assert {route for route in DOWNLOADS if many[route][1] < few[route][1] + 49} == FIXED


def test_what_happened_is_told_in_the_order_of_the_page(world: World) -> None:
    more(world.north, range(1, 40))
    client, row = client_of(world.roles["alice"]), world.north.rows["Relationship"]
    shown, address = [], f"/relationships/{row.pk}/"
    while address:
        context: Any = client.get(address).context
        shown += [[one.day.isoformat(), one.said] for one in context["entries"]]
        address = f"/relationships/{row.pk}/{context['more']}" if context["more"] else ""
    assert len(shown) > 40
    lines = lines_of(client, named("timeline_download", world))[1:]
    assert [[day, said] for day, _side, said, *_rest in lines] == [[day, harmless(said)] for day, said in shown]
    talk = lines_of(client, f"{named('timeline_download', world)}?show=talk")[1:]
    assert 40 < len(talk) < len(lines)


def test_a_history_has_every_moment_of_the_page_and_all_of_a_long_deed(world: World) -> None:
    client, row = client_of(world.roles["alice"]), world.north.rows["Relationship"]
    deeds: list[Any] = []
    address = f"/relationships/{row.pk}/history/"
    while address:
        context: Any = client.get(address).context
        deeds += context["deeds"]
        address = f"/relationships/{row.pk}/history/{context['earlier']}" if context["earlier"] else ""
    lines = lines_of(client, named("relationship_history_download", world))[1:]
    told = [said for _when, _who, said, *_rest in lines]
    wanted = [[harmless(item.said) for item in deed.items] for deed in deeds]
    assert [said for items in wanted for said in items if said not in told] == []
    assert len(set(told)) > len({said for items in wanted for said in items}), "the deed that made the world is cut"
    of_talk = lines_of(client, f"{named('relationship_history_download', world)}?kind=talk")[1:]
    assert 0 < len(of_talk) < len(lines)


def test_moments_are_keys_to_the_microsecond() -> None:
    for moment in (Now(timezone.now()).instant, datetime(1969, 12, 31, 23, 59, 59, 1, tzinfo=UTC)):
        assert moment_of(key_of_moment(moment)) == moment


def test_numbers_under_a_chart_are_numbers(world: World) -> None:
    client = client_of(world.roles["alice"])
    head, *rows = cells_of(client, named("insights_download", world))
    assert [cell.value for cell in head] == ["Day", "In touch", "Due", "Overdue"]
    assert {type(cell.value) for row in rows for cell in row[1:]} == {int}
    # The first is the day of the count, which the page calls now; all are days, in either format.
    days = [row[0].value.date() for row in rows]
    assert days == sorted(days, reverse=True) and days[0] == Now(timezone.now()).today("UTC")
    lines = lines_of(client, named("insights_download", world))[1:]
    assert [date.fromisoformat(line[0]) for line in lines] == days
    assert client.get("/insights/download/?chart=none").status_code == 404


def test_a_cell_that_says_more_than_its_number_is_the_number() -> None:
    table = Table(["Week", "Access", "Told"], [["Now", Cell("7 of 20", number=7), "–"], ["=1", "-1.5", "=1"]])
    chart = Chart("course", "", "", Lines([], [], []), table)
    listing = chart_sheets.listing("standing", "course", [None, chart])
    assert [list(row) for lot in listing.lots() for row in lot] == [["Now", 7, "–"], ["=1", -1.5, "=1"]]
    with pytest.raises(Http404):
        chart_sheets.listing("standing", "other", [chart])


def test_each_table_under_a_chart_is_in_its_file() -> None:
    """A sheet each; a CSV is one of them, by its number."""
    tens, each = (
        Table(["Stage", "40"], [["Partner", "2"]], name="tens"),
        Table(["Who", "Day"], [["B", "1"]], name="each"),
    )
    chart = Chart("standing", "", "", Lines([], [], []), tens, also=each)
    first, second = (chart_sheets.listing("book", "standing", [chart], table=asked) for asked in ("", "2"))
    assert [one.name for one in (first, *first.also)] == ["book-standing", "each"]
    assert [one.name for one in (second, *second.also)] == ["book-standing-each", "tens"]
    assert [column.name for column in second.columns] == ["Who", "Day"]
    offered = chart_sheets.menu(Menu("/x/?as=csv", "/x/?as=xlsx"), chart)
    assert offered.tables == [("tens", "/x/?as=csv"), ("each", "/x/?as=csv&table=2")]
    for wrong in ("3", "0", "-1", "x", "²", "1" * 50):
        with pytest.raises(Http404):
            chart_sheets.listing("book", "standing", [chart], table=wrong)


@pytest.mark.parametrize("head", [["Quarter", "late", "late"], ["Quarter", ""]])
def test_no_two_columns_under_a_chart_have_one_name(head: list[str]) -> None:
    with pytest.raises(ValueError, match="columns alike, or without a name"):
        Table(head, [])


def test_the_standing_of_each_is_in_the_file_under_the_chart(world: World) -> None:
    client = client_of(world.roles["alice"])
    html = client.get("/insights/").content.decode()
    links = [unescape(link) for link in re.findall(r'href="([^"]*chart=standing[^"]*)"', html)]
    assert [bool("table=2" in link) for link in links if "as=csv" in link] == [False, True]
    answer: Any = client.get(next(link for link in links if "as=xlsx" in link))
    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    assert book.sheetnames == ["Insights-standing", "Each relationship"]
    sheet = [list(row) for row in book["Each relationship"].iter_rows(values_only=True)]
    assert sheet[0] == ["Relationship", "Stage", "Standing", "Standing from", "Standing to"]
    table = client.get("/insights/").context["standing"].also
    assert [[str(cell) for cell in row] for row in sheet[1:]] == [[cell.text for cell in line] for line in table.lines]
    assert lines_of(client, next(link for link in links if "table=2" in link))[0] == sheet[0]
