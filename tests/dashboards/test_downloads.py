"""Lists taken along: the rows of the page and no others, in its order, in cells; nothing that the page withholds."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from accounts.models import Account, User
from dashboards import columns
from dashboards.quadrants import NOT_KNOWN
from meetings.models import Meeting
from relationships.models import Commitment, Feedback, Interaction, Problem, Relationship, Standing
from tests import people
from tests.access.canaries import World, leaks
from tests.access.conftest import world as world_fixture
from web import downloads
from web.clock import Now

pytestmark = pytest.mark.django_db
world = world_fixture
LISTS = {
    "portfolio": "portfolio_download",
    "loyalty_list": "loyalty_download",
    "meeting_list": "meeting_download",
    "problem_list": "problem_download",
    "promise_list": "promise_download",
    "feedback_list": "feedback_download",
    "account_list": "account_download",
    "person_list": "person_download",
}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def lines_of(client: Client, route: str, **values: Any) -> list[dict[str, str]]:
    answer: Any = client.get(reverse(route), values)
    assert answer.status_code == 200
    text = answer.getvalue().decode()
    assert text[0] == "\ufeff"
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def workbook_of(client: Client, route: str, **values: Any) -> list[list[Any]]:
    answer: Any = client.get(reverse(route), {**values, "as": "xlsx"})
    assert answer.status_code == 200, answer.headers
    sheet: Any = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def today() -> date:
    return Now.read().today("UTC")


def problem(row: Relationship, what: str = "Late again", **fields: Any) -> Problem:
    values = {"opened_on": today(), "due_on": today(), "binding_on": today(), "written_at": Now.read().instant}
    return Problem.objects.create(relationship=row, account_id=row.account_id, what=what, **{**values, **fields})


def promise(row: Relationship, what: str = "Send it", day: date | None = None) -> Commitment:
    values = {"due_on": day or today(), "binding_on": day or today(), "made_on": today() - timedelta(days=30)}
    written = {"written_at": Now.read().instant}
    return Commitment.objects.create(relationship=row, account_id=row.account_id, what=what, **values, **written)


def feedback(row: Relationship, said: str = "Good", day: date | None = None) -> Feedback:
    values = {"heard_on": day or today(), "written_at": Now.read().instant}
    return Feedback.objects.create(relationship=row, account_id=row.account_id, said=said, **values)


def meet(row: Relationship) -> Meeting:
    """In three days at half past eight in the evening, Greenwich."""
    start = Now.read().instant.replace(hour=20, minute=30, second=5, microsecond=9) + timedelta(days=3)
    end = start + timedelta(hours=1)
    meeting = Meeting.objects.create(
        title="Prices", starts_at=start, ends_at=end, organiser=row.owner, planned_at=start
    )
    held = {"starts_at": start, "meets_on": start.date(), "state": "planned"}
    meeting.parties.create(relationship=row, account_id=row.account_id, **held)
    return meeting


def standing(row: Relationship, band: str = "steady", **fields: Any) -> None:
    values: dict[str, Any] = dict.fromkeys(
        [one.name for one in Standing._meta.concrete_fields if one.name.endswith(("_b", "_d"))], 0.1
    )
    values |= {"earned": 61.4, "lost": 20.3, "unknown": 18.3, "low": 55.2, "high": 70.6, "limiting": "trust"}
    values |= {"as_of": today(), "band": band, "score": 61.4 if band else None, **fields}
    Standing.objects.create(relationship=row, account_id=row.account_id, **values)


def test_the_portfolio_in_cells() -> None:
    row = people.relationship(
        account=people.account("=Ewos", kind="supplier"), tags=["board", "cold chain"], tier="A", yearly_worth="1200.5",
        renewal_on=date(2027, 1, 2),
    )  # fmt: skip
    standing(row)
    [line] = lines_of(client_of(people.alice()), "portfolio_download")
    assert line["Partner"] == "'=Ewos"
    told = ["Kind", "Standing", "Standing from", "Standing to", "Standing in a word", "Points judged of 100"]
    assert [line[name] for name in told] == ["Supplier", "61", "55", "71", "steady", "81"]
    assert [line[name] for name in ("Stage", "Owner", "Team", "Tier", "Tags")] == [
        "Contact", "Alice Ahlberg", "North", "A", "board, cold chain",
    ]  # fmt: skip
    assert (line["Yearly worth, EUR"], line["Renewal day"]) == ("1200.50", "2027-01-02")
    names, cells = workbook_of(client_of(people.alice()), "portfolio_download")
    found = dict(zip(names, cells, strict=True))
    assert (found["Partner"], found["Standing"], found["Yearly worth, EUR"]) == ("=Ewos", 61, 1200.5)
    assert found["Renewal day"].date() == date(2027, 1, 2)


def test_the_columns_that_the_page_shows_are_taken_along_in_its_order() -> None:
    late = today() - timedelta(days=58)
    row = people.relationship(yearly_worth=103000, every_days=30, due_on=late, overdue_from=late, tags=["board"])
    met(row, today() - timedelta(days=2))
    client = client_of(people.alice())
    address = f"{reverse('portfolio')}?columns=partner&columns=owner&columns=worth&columns=tags&columns=king&sort=name"
    page = client.get(address)
    menu = page.context["download"]
    assert menu.csv.startswith("/portfolio/download/?") and "sort=name" in menu.csv and "sort=name" in menu.whole.csv
    wanted = ["Partner", "Tags", "State", "Why", "Yearly worth, EUR", "Owner"]
    heads = [name for name in read_csv(client, menu.csv)[0] if name]
    assert heads == wanted == [cell.value for cell in book_of(client, menu.xlsx)[0]]
    assert read_csv(client, menu.csv)[1][-2:] == ["103000.00", str(people.alice())]
    # All of them, whatever the page shows: each that it can show among them.
    every = read_csv(client, menu.whole.csv)[0]
    assert len(every) == 33 == len(set(every)) and set(wanted) < set(every)
    for link in (menu.csv, menu.xlsx, menu.whole.csv, menu.whole.xlsx):
        assert f'href="{escape(link)}"' in page.content.decode()
    # The usual ones are shown, and taken along, where nobody chose.
    usual = client.get(reverse("portfolio")).context["download"]
    assert read_csv(client, usual.csv)[0] == [
        "Partner", "Worst flag", "Tags", "State", "Why", "Contacts in 26 weeks", "Standing", "Standing from",
        "Standing to", "Standing in a word", "Points gone up or down in 30 days", "Stage", "Owner",
    ]  # fmt: skip


def test_every_column_that_can_be_shown_is_in_the_file_as_on_the_page() -> None:
    late = today() - timedelta(days=58)
    row = people.relationship(yearly_worth=103000, every_days=30, due_on=late, overdue_from=late)
    met(row, today() - timedelta(days=2))
    client = client_of(people.alice())
    for key in (*columns.DRAWN, *columns.WRITTEN):
        names, told = read_csv(client, f"{reverse('portfolio_download')}?columns=partner&columns={key}")
        assert names[0] == "Partner" and "State" in names, key
        assert len(names) == len(told) == {"standing": 7}.get(key, 4), key
        if key in ("needed", "happened", "missing"):
            shown = client.get(reverse("portfolio"), {"columns": ["partner", key]}).context["groups"][0][2][0].cells
            assert [cell.text for cell in shown] == [told[-1]], key


def met(row: Relationship, day: date) -> None:
    Interaction.objects.create(
        relationship=row, account=row.account, occurred_on=day, two_way=True, logged_at=Now.read().instant
    )


def read_csv(client: Client, address: str) -> list[list[str]]:
    answer: Any = client.get(address)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.getvalue().decode().removeprefix("\ufeff"), newline="")))


def book_of(client: Client, address: str) -> list[Any]:
    answer: Any = client.get(address)
    sheet: Any = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    return list(sheet.iter_rows())


def test_what_is_at_stake_is_taken_along() -> None:
    late = today() - timedelta(days=58)
    people.relationship(yearly_worth=103000, every_days=30, due_on=late, overdue_from=late)
    people.relationship(yearly_worth=9)
    lines = lines_of(client_of(people.alice()), "portfolio_download", sort="at_stake")
    assert [line["At stake, EUR"] for line in lines] == ["199133.33", ""]


@pytest.mark.parametrize("fields", [{"band": ""}, {"paused": True}])
def test_no_standing_is_told_below_the_threshold_or_of_what_rests(fields: dict[str, Any]) -> None:
    row = people.relationship(
        **({"paused_since": today(), "pause_reason": "Rebuilding"} if fields.get("paused") else {})
    )
    standing(row, band=fields.get("band", "weak"))
    [line] = lines_of(client_of(people.alice()), "portfolio_download")
    withheld = [line[name] for name in line if name.startswith(("Standing", "Points gone"))]
    assert withheld == [""] * 5
    assert not {"61", "62", "55", "71"} & set(line.values())


def test_other_lists_in_cells() -> None:
    row = people.relationship(account=people.account("Ewos"), tier="A")
    alice = people.alice()
    people.promise(row, what="@send", due_on=today() - timedelta(days=2), colleague=alice)
    people.feedback(row, today() - timedelta(days=9), said="Let us reorder", voice_name="Ola")
    problem(row, what="Missing\n=1", solved_on=today())
    client = client_of(alice)
    [line] = lines_of(client, "promise_download")
    assert [line[name] for name in ("Partner", "Side", "Promise", "State", "Who promised", "Tier")] == [
        "Ewos", "Ours", "'@send", "Late", "Alice Ahlberg", "A",
    ]  # fmt: skip
    assert line["By"] == (today() - timedelta(days=2)).isoformat()
    [line] = lines_of(client, "feedback_download")
    assert [line[name] for name in ("What was said", "State", "Who said it", "Days to the answer")] == [
        "Let us reorder", "Unanswered", "Ola", "",
    ]  # fmt: skip
    assert lines_of(client, "problem_download") == []
    [line] = lines_of(client, "problem_download", state="solved")
    assert [line[name] for name in ("Problem", "State", "Days to solve it")] == ["Missing\n'=1", "Solved", "0"]
    [line] = lines_of(client, "loyalty_download")
    assert [line[name] for name in ("Partner", "Where it stands")] == ["Ewos", "Not known yet"]
    [line] = lines_of(client, "account_download", q="ewos")
    assert [line[name] for name in ("Organisation", "Kind")] == ["Ewos", "Other"]


def test_a_meeting_starts_when_it_does_for_the_reader() -> None:
    row, alice = people.relationship(), people.alice()
    User.objects.filter(pk=alice.pk).update(zone="Asia/Tokyo")
    start = meet(row).starts_at
    [line] = lines_of(client_of(User.objects.get(pk=alice.pk)), "meeting_download")
    assert line["Start in Tokyo"] == f"{start.date() + timedelta(days=1)} 05:30"
    assert (line["Partners"], line["Minutes"]) == (str(row), "60")
    cells = workbook_of(client_of(User.objects.get(pk=alice.pk)), "meeting_download")[1]
    assert cells[3].isoformat(" ", "minutes") == f"{start.date() + timedelta(days=1)} 05:30"


def test_rows_are_those_of_the_page_in_its_order_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a page and more than a lot; narrowed and sorted as the address says."""
    monkeypatch.setattr(downloads, "LOT", 7)
    rows = [people.relationship(tier="A" if index % 3 else "B") for index in range(60)]
    for index, row in enumerate(rows):
        promise(row, f"Promise {index:02}", today() + timedelta(days=index % 11 - 5))
        feedback(row, f"Said {index:02}", today() - timedelta(days=index % 9))
        problem(row, f"Problem {index:02}", severity=1 + index % 3)
    client = client_of(people.alice())

    def paged(route: str, read: Callable[[Any], list[str]], **values: Any) -> list[str]:
        found, address = [], f"{reverse(route)}?{'&'.join(f'{name}={value}' for name, value in values.items())}"
        while address:
            context = client.get(address).context
            found += read(context)
            more = context["columns"][0].more if route == "promise_list" else context["more"]
            address = reverse(route) + more if more else ""
        return found

    asked = {"tier": "A", "whose": "all"}
    for state in ("", "late", "all"):
        wanted = paged("promise_list", lambda page: [line.row.what for line in page["columns"][0].lines],
                       side="ours", state=state, **asked)  # fmt: skip
        assert [line["Promise"] for line in lines_of(client, "promise_download", state=state, **asked)] == wanted
    for sort in ("", "oldest"):
        wanted = paged("feedback_list", lambda page: [line.row.said for line in page["lines"]], sort=sort, **asked)
        told = lines_of(client, "feedback_download", sort=sort, **asked)
        assert [line["What was said"] for line in told] == wanted
    wanted = paged("problem_list", lambda page: [line.row.what for line in page["lines"]], **asked)
    assert [line["Problem"] for line in lines_of(client, "problem_download", **asked)] == wanted
    assert len(wanted) == 40
    for sort in ("", "name", "worth"):
        wanted = paged(
            "portfolio",
            lambda page: [str(line.relationship) for _look, _count, lines in page["groups"] for line in lines],
            sort=sort,
        )
        assert [line["Partner"] for line in lines_of(client, "portfolio_download", sort=sort)] == wanted
        assert len(wanted) == 60


def test_each_page_offers_itself_as_it_is_narrowed() -> None:
    people.relationship(tier="A")
    client = client_of(people.adam())
    for page, route in LISTS.items():
        promise(Relationship.objects.get())
        feedback(Relationship.objects.get())
        problem(Relationship.objects.get())
        content = client.get(reverse(page), {"tier": "A", "whose": "all", "after": "abc"}).content.decode()
        if page == "meeting_list":
            continue
        for kind in ("csv", "xlsx"):
            field = "&amp;field=not_known" if page == "loyalty_list" else ""
            address = f'href="{reverse(route)}?tier=A&amp;whose=all{field}&amp;as={kind}" download'
            assert address in content, page


def test_the_file_has_the_name_of_the_list_and_the_day() -> None:
    client = client_of(people.alice())
    day = Now.read().today(people.alice().zone)
    for kind, said in (("csv", "text/csv; charset=utf-8"), ("xlsx", downloads.WORKBOOK)):
        answer: Any = client.get(reverse("promise_download"), {"as": kind})
        assert answer["Content-Disposition"] == f'attachment; filename="promises-{day}.{kind}"'
        assert answer["Content-Type"] == said
        answer.getvalue()


def test_a_workbook_of_too_many_rows_says_so_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    row = people.relationship()
    for _index in range(3):
        promise(row)
    monkeypatch.setattr(downloads, "MOST_ROWS", 2)
    client = client_of(people.alice())
    said = "A workbook is made of at most 2 rows, and these are 3. Narrow the list, or take CSV."
    # Before anybody asks, where the page knows how many there are,
    content = client.get(reverse("promise_list")).content.decode()
    assert said in content
    assert "as=xlsx" not in content
    # and to whoever asks all the same, on the page of the list.
    answer = client.get(reverse("promise_download"), {"as": "xlsx", "side": "ours"}, follow=True)
    assert answer.redirect_chain == [(f"{reverse('promise_list')}?side=ours", 302)]
    assert said in answer.content.decode()
    assert len(lines_of(client, "promise_download")) == 3


def test_the_names_of_the_columns_go_out_before_a_row_is_read() -> None:
    promise(people.relationship())
    with CaptureQueriesContext(connection) as asked:
        answer: Any = client_of(people.alice()).get(reverse("promise_download"))
        parts = iter(answer.streaming_content)
        assert next(parts).decode().startswith("\ufeffPartner,Side,")
        before = [one["sql"] for one in asked if 'FROM "relationships_commitment"' in one["sql"]]
        assert len(list(parts)) == 1
        after = [one["sql"] for one in asked if 'FROM "relationships_commitment"' in one["sql"]]
    assert (len(before), len(after)) == (0, 2)


def test_who_lost_sight_meanwhile_gets_no_more_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the keys and the rows somebody else took the partner over."""
    monkeypatch.setattr(downloads, "LOT", 1)
    rows = [people.relationship(account=people.account(f"Firm {index}")) for index in range(2)]
    answer: Any = client_of(people.alice()).get(reverse("portfolio_download"), {"sort": "name"})
    parts = iter(answer.streaming_content)
    next(parts)
    assert b"Firm 0" in next(parts)
    Relationship.objects.filter(pk=rows[1].pk).update(owner=people.outsider(), team=people.south())
    assert b"".join(parts) == b""


# Who asks costs six of them.
QUERIES = {
    "portfolio_download": 21, "loyalty_download": 14, "meeting_download": 11, "problem_download": 9,
    "promise_download": 9, "feedback_download": 9, "account_download": 9, "person_download": 10,
}  # fmt: skip


@pytest.mark.parametrize("route", QUERIES)
@pytest.mark.parametrize("count", [1, 50])
def test_a_lot_asks_as_often_for_one_row_as_for_fifty(
    count: int, route: str, django_assert_num_queries: Callable[..., Any]
) -> None:
    north = people.north()
    for index in range(count):
        row = people.relationship(team=north, account=people.account(f"Firm {index}"))
        if route == "portfolio_download":
            standing(row)
        elif route == "promise_download":
            promise(row)
        elif route == "feedback_download":
            feedback(row)
        elif route == "problem_download":
            problem(row)
        elif route == "meeting_download":
            meet(row)
        elif route == "person_download":
            User.objects.create_user(f"p{index}@concord.example", None, name=f"P {index}")
    client = client_of(people.adam())
    client.get(reverse("settings"))
    with django_assert_num_queries(QUERIES[route]):
        answer: Any = client.get(reverse(route), {"whose": "all"})
        answer.getvalue()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_nothing_of_another_is_taken_along(kind: str, world: World) -> None:
    """The words of the other half of the access tests, in workbooks too, which the crawl can't read."""
    clients = {side: client_of(half.person) for side, half in (("north", world.north), ("south", world.south))}
    met = set()
    for side, client in clients.items():
        other = "south" if side == "north" else "north"
        for route in LISTS.values():
            if route == "person_download":
                continue
            for values in ({}, {"whose": "all", "state": "all"}, {"whose": "book", "state": "all"}):
                if kind == "csv":
                    text = repr(lines_of(client, route, **values))
                else:
                    text = repr(workbook_of(client, route, **values))
                assert leaks(text, side=other, directory=True) == set(), (route, values)
                met |= leaks(text, side=side, directory=True)
    assert {("commitment", "what"), ("feedback", "said"), ("problem", "what"), ("meeting", "title")} <= met


def test_of_an_organisation_that_nobody_may_read_the_name_alone() -> None:
    people.relationship(
        owner=people.outsider(), team=people.south(),
        account=people.account("Hidden", kind="ally", website="https://hidden.example/"),
    )  # fmt: skip
    [line] = lines_of(client_of(people.alice()), "account_download")
    assert list(line.values()) == ["Hidden", "", "", "", ""]
    assert lines_of(client_of(people.alice()), "account_download", kind=Account.Kind.ALLY.value) == []


def test_loyalty_takes_the_field_that_is_shown() -> None:
    people.relationship()
    client = client_of(people.alice())
    assert len(lines_of(client, "loyalty_download", field=NOT_KNOWN)) == 1
    assert lines_of(client, "loyalty_download", field="apostle") == []
    assert Commitment.objects.count() == 0


def test_unknown_format_is_not_there() -> None:
    client = client_of(people.alice())
    for route in ("portfolio_download", "promise_download", "account_download"):
        assert client.get(reverse(route), {"as": "pdf"}).status_code == 404
        assert client.get(reverse(route), {"as": ""})["Content-Type"].startswith("text/csv")
