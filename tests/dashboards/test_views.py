from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Affiliation, Contact, Cover, User
from dashboards import this_week, today_lines, views, wanting
from relationships.acquaintance import thickness
from relationships.cadence import State
from relationships.models import (
    Attachment,
    Comment,
    Commitment,
    Fulfilment,
    HandOver,
    Interaction,
    Miss,
    Relationship,
    Renegotiation,
)
from tests import people
from tests.dashboards import books
from tests.dashboards.books import touch
from web.clock import Now

pytestmark = pytest.mark.django_db

TODAY_QUERIES = 50
RELATIONSHIP_QUERIES = 71
PROMISE_QUERIES = 26
# Where the person stands in for somebody: what they keep themselves is counted apart.
PROMISE_QUERIES_WITH_COVER = 27


def book(states: list[State]) -> list[Relationship]:
    """A book as of the real clock, which the pages read."""
    return books.book(states, now=Now.read())


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("count", [1, 50])
def test_portfolio_takes_the_same_queries(count: int, django_assert_num_queries: Callable[..., object]) -> None:
    book([list(State)[index % len(State)] for index in range(count)])
    client = client_of(people.alice())
    with django_assert_num_queries(28):  # type: ignore[attr-defined]
        assert client.get(reverse("portfolio")).status_code == 200


def promise(row: Relationship, due: int, *, side: str = "ours", entry: Interaction | None = None) -> Commitment:
    """Due in so many days, or so many days ago where it is less than nothing; seen to by its owner."""
    day = Now.read().today("UTC")
    return Commitment.objects.create(
        relationship=row,
        account_id=row.account_id,
        side=side,
        colleague=row.owner if side == "ours" else None,
        keeper=row.owner,
        what=f"Send the table, day {due}",
        due_on=day + timedelta(days=due),
        binding_on=day + timedelta(days=due),
        made_on=day - timedelta(days=600),
        interaction=entry,
        written_by=row.owner,
        written_at=Now.read().instant,
    )


@pytest.mark.parametrize("count", [1, 50])
def test_today_takes_the_same_queries(count: int, django_assert_num_queries: Callable[..., object]) -> None:
    """With promises of both sides, next steps and check-ins, more than are shown."""
    rows = book([State.OVERDUE, *[State.IN_TOUCH] * 3, *[State.OVERDUE] * (count + 7)])
    for _index in range(count):
        promise(rows[1], -3)
        promise(rows[2], -3, side="theirs")
        promise(rows[3], 2)
        touch(rows[0], Now.read().today("UTC") - timedelta(days=40))
    Interaction.objects.filter(relationship=rows[0]).update(next_step="Ring", next_step_on=Now.read().today("UTC"))
    client = client_of(people.alice())
    with django_assert_num_queries(TODAY_QUERIES):  # type: ignore[attr-defined]
        assert client.get(reverse("today")).status_code == 200


def test_today_names_who_is_booked_after_the_overdue() -> None:
    today = Now.read().today("UTC")
    rows = book([State.OVERDUE, State.OVERDUE, State.OVERDUE, State.DUE])
    for row, ahead in ((rows[1], 1), (rows[2], 0)):
        Relationship.objects.filter(pk=row.pk).update(every_days=14, booked_on=today + timedelta(days=ahead))
    page = client_of(people.alice()).get(reverse("today"))
    assert page.context["booked"].named == [(rows[2], "today"), (rows[1], "tomorrow")]
    text = page.content.decode()
    places = [text.index(f'id="today-{name}"') for name in ("overdue", "booked", "due")]
    assert places == sorted(places)
    assert page.context["total"] == 2
    # Without anything else it stands there too; without anybody booked there is no heading.
    Relationship.objects.exclude(booked_on=None).update(booked_on=None)
    assert 'id="today-booked"' not in client_of(people.alice()).get(reverse("today")).content.decode()


def full(row: Relationship, count: int) -> None:
    """A page with all that can stand on it: talk with promises, comments and files, and what became of promises."""
    assert row.last_touch_on is not None
    now = Now.read()
    for index in range(count):
        entry = touch(row, row.last_touch_on - timedelta(days=index))
        made = promise(row, index - 2, entry=entry)
        promise(row, index + 1, side="theirs")
        about = {"commitment": made, "account_id": row.account_id, "written_by": row.owner, "written_at": now.instant}
        match index % 3:
            case 0:
                Fulfilment.objects.create(kept_on=entry.occurred_on, **about)
                Commitment.objects.filter(pk=made.pk).update(ended_on=entry.occurred_on, outcome="kept")
            case 1:
                Miss.objects.create(missed_on=entry.occurred_on, **about)
                Commitment.objects.filter(pk=made.pk).update(ended_on=entry.occurred_on, outcome="broken")
            case _:
                Renegotiation.objects.create(agreed_on=entry.occurred_on, new_due_on=entry.occurred_on, **about)
        said = {"relationship": row, "written_by": row.owner, "written_at": now.instant, "text": "Seen."}
        Comment.objects.create(interaction=entry, **said)
        Comment.objects.create(**said)
        Attachment.objects.create(
            relationship=row, interaction=entry, title="Minutes", url="https://concord.example/", added_at=now.instant
        )


@pytest.mark.parametrize("count", [5, 500])
def test_relationship_takes_the_same_queries(count: int, django_assert_num_queries: Callable[..., object]) -> None:
    (row,) = book([State.IN_TOUCH])
    full(row, count)
    client = client_of(people.alice())
    with django_assert_num_queries(RELATIONSHIP_QUERIES):  # type: ignore[attr-defined]
        assert client.get(row.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("count", [1, 50])
def test_promises_take_the_same_queries(count: int, django_assert_num_queries: Callable[..., object]) -> None:
    for row in book([State.IN_TOUCH] * count):
        promise(row, -1)
        promise(row, 3, side="theirs")
    client = client_of(people.alice())
    with django_assert_num_queries(PROMISE_QUERIES):  # type: ignore[attr-defined]
        assert client.get(reverse("promise_list")).status_code == 200


@pytest.mark.parametrize("count", [1, 50])
def test_who_stands_in_reads_with_the_same_queries(
    count: int, django_assert_num_queries: Callable[..., object]
) -> None:
    for row in book([State.OVERDUE] * count):
        promise(row, -1)
        promise(row, 3, side="theirs")
    stands_in(people.bob())
    client = client_of(people.bob())
    with django_assert_num_queries(PROMISE_QUERIES_WITH_COVER):  # type: ignore[attr-defined]
        assert client.get(reverse("promise_list")).status_code == 200


def stands_in(user: User) -> None:
    day = Now.read().today(user.zone)
    Cover.objects.create(
        absent=people.alice(), stand_in=user, from_on=day - timedelta(days=1), until_on=day + timedelta(days=3)
    )


def lines_of(page: Any) -> list[Any]:
    return [line for group in page.context["groups"] for line in group.lines]


def test_today_shows_seven_and_says_how_many_wait() -> None:
    book([State.OVERDUE] * 9 + [State.DUE])
    page = client_of(people.alice()).get(reverse("today"))
    assert len(lines_of(page)) == 7
    assert page.context["later"].count == len(page.context["later"].named) == Relationship.objects.count() - 7
    assert page.context["nav"].today_count == page.context["total"] == 10


def test_late_promise_of_ours_comes_first_and_one_partner_stands_once() -> None:
    quiet, promised = book([State.OVERDUE, State.OVERDUE])
    promise(promised, -4)
    promise(promised, 3)
    page = client_of(people.alice()).get(reverse("today"))
    assert [line.relationship for line in lines_of(page)] == [promised, quiet]
    assert [line.also for line in lines_of(page)] == [
        "Besides: overdue, a promise of ours is due", "",
    ]  # fmt: skip
    assert lines_of(page)[0].sentence == "Send the table, day -4 – 4 days late"
    assert page.context["lede"] == "One promise of ours is late, two partners are overdue."
    assert page.context["nav"].late_promises == 1


def test_today_counts_what_a_colleague_away_would_have_to_do() -> None:
    late, quiet = book([State.IN_TOUCH, State.OVERDUE])
    promise(late, -4)
    day = Now.read().today("UTC")
    bob = people.bob()
    assert client_of(bob).get(reverse("today")).context["total"] == 0
    Cover.objects.create(absent=people.alice(), stand_in=bob, from_on=day, until_on=day + timedelta(days=3))
    page = client_of(User.objects.get(pk=bob.pk)).get(reverse("today"))
    assert {line.relationship for line in lines_of(page)} == {late, quiet}
    assert "You stand in for Alice Ahlberg until" in page.content.decode()


def test_today_says_for_whom_a_row_is_where_somebody_stands_in() -> None:
    bob = people.bob()
    late, quiet, named = book([State.IN_TOUCH, State.OVERDUE, State.IN_TOUCH])
    (own,) = books.book([State.OVERDUE], owner=bob, now=Now.read())
    promise(late, -4)
    Commitment.objects.filter(pk=promise(named, -3).pk).update(keeper=bob)
    stands_in(bob)
    page = client_of(bob).get(reverse("today"))
    said = {line.relationship: line.instead_of for line in lines_of(page)}
    assert said == {late: people.alice(), quiet: people.alice(), named: None, own: None}
    assert page.content.decode().count("for Alice Ahlberg</span>") == 2


def test_today_says_for_whom_it_is_of_what_can_wait_too() -> None:
    bob = people.bob()
    rows = book([State.IN_TOUCH] * 9)
    for row in rows:
        promise(row, -4)
    Commitment.objects.filter(relationship=rows[-1]).update(keeper=bob)
    stands_in(bob)
    later = client_of(bob).get(reverse("today")).context["later"]
    assert [(row, whose) for row, _why, whose in later.named] == [(rows[7], people.alice()), (rows[8], None)]


def test_promises_of_who_stands_in_are_listed_and_told_apart() -> None:
    """Alice kept none of two; Bob, who stands in for her, kept his only one."""
    bob = people.bob()
    day = Now.read().today("UTC")
    (row,) = book([State.IN_TOUCH])
    (own,) = books.book([State.IN_TOUCH], owner=bob, now=Now.read())
    Commitment.objects.filter(pk=promise(row, -9).pk).update(outcome="broken", ended_on=day)
    theirs, unnamed, mine = promise(row, -2), promise(own, -1), promise(own, 3)
    Commitment.objects.filter(pk=unnamed.pk).update(keeper=None, outcome="kept", ended_on=day)
    assert client_of(bob).get(reverse("promise_list")).context["lede"] == "We kept 1 of 1 in time."
    stands_in(bob)
    page = client_of(User.objects.get(pk=bob.pk)).get(reverse("promise_list"))
    ours = page.context["columns"][0]
    assert {line.row: line.instead_of for line in ours.lines} == {theirs: people.alice(), mine: None}
    assert page.content.decode().count("for Alice Ahlberg</span>") == 1
    assert (page.context["lede"], ours.kept) == ("We kept 1 of 1 in time.", "1 of 1 kept in time")
    assert [one.name for one in page.context["shares"]] == [bob.name]
    every = client_of(User.objects.get(pk=bob.pk)).get(reverse("promise_list"), {"whose": "all"})
    assert every.context["lede"] == "We kept 1 of 3 in time."


# It is Sunday evening for who reads, and Monday already where the partner is.
LATE_IN_THE_EVENING = Now(datetime(2026, 11, 22, 23, 20, tzinfo=UTC))
SUNDAY, MONDAY = date(2026, 11, 22), date(2026, 11, 23)


def a_day_further() -> Relationship:
    User.objects.filter(pk=people.alice().pk).update(zone="UTC")
    return people.relationship(zone="Europe/Copenhagen")


def test_lately_logged_tells_the_day_from_where_the_partner_is() -> None:
    row = a_day_further()
    for day, said in ((MONDAY, "today"), (SUNDAY, "yesterday")):
        assert views._logged(touch(row, day), LATE_IN_THE_EVENING)[3] == said


def test_rows_tell_their_days_from_where_the_partner_is_and_say_which_day_that_is() -> None:
    row, user = a_day_further(), User.objects.get(pk=people.alice().pk)
    late = people.promise(row, due_on=SUNDAY, made_on=SUNDAY - timedelta(days=7), what="send table")
    people.promise(row, due_on=MONDAY, made_on=SUNDAY)
    here = people.relationship(zone="UTC")
    people.promise(here, due_on=MONDAY, made_on=SUNDAY, what="ring")
    board = wanting.of(user, LATE_IN_THE_EVENING)
    first, second = today_lines.lines(user, board.rows, LATE_IN_THE_EVENING)
    assert (first.commitment, first.sentence, first.there) == (late, "send table – 1 day late", MONDAY)
    assert (second.sentence, second.why, second.there) == ("ring – due tomorrow", "We promised it today.", None)


def test_what_is_over_where_the_partner_is_falls_due_no_more_this_week() -> None:
    row, user = a_day_further(), User.objects.get(pk=people.alice().pk)
    people.promise(row, due_on=SUNDAY, made_on=SUNDAY, what="Over")
    people.promise(row, due_on=MONDAY, made_on=SUNDAY, what="To come")
    found = this_week.coming(user, LATE_IN_THE_EVENING)
    assert [(day, one.said) for day, one in found] == [(MONDAY, f"{row}, To come")]


def hand_over(row: Relationship, to: User, days_ago: float, note: str = "") -> HandOver:
    now = Now.read()
    return HandOver.objects.create(
        relationship=row, former=people.alice(), next=to, note=note, made_at=now.instant - timedelta(days=days_ago)
    )


def test_what_was_handed_over_stands_on_today_of_the_next_owner_for_14_days() -> None:
    bob = people.bob()
    rows = [people.relationship(owner=bob) for _index in range(3)]
    lost, foreign = people.relationship(), people.relationship(owner=people.outsider(), team=people.south())
    new = hand_over(rows[0], bob, 0, note="Ask for Ingrid. " * 40)
    older, old = hand_over(rows[1], bob, 13.9), hand_over(rows[2], bob, 14.1)
    for row in (lost, foreign):
        hand_over(row, bob, 1)
    page = client_of(bob).get(reverse("today"))
    found = page.context["handed_over"]
    assert [one.row for one in found] == [new, older]
    assert old not in [one.row for one in found]
    assert found[0].day == "today"
    assert len(found[0].note) <= 161
    said = page.content.decode()
    assert "Handed over to you" in said
    assert "from Alice Ahlberg" in said
    assert page.context["total"] == 0
    assert client_of(people.alice()).get(reverse("today")).context["handed_over"] == []


def test_hand_over_is_told_on_the_day_of_where_the_partner_is() -> None:
    row = a_day_further()
    note = HandOver(relationship=row, made_at=datetime(2026, 11, 22, 23, 10, tzinfo=UTC))
    assert wanting._handed_on(note, LATE_IN_THE_EVENING) == "today"


def test_number_beside_today_is_that_of_its_rows() -> None:
    rows = book([State.OVERDUE, State.DUE, *[State.IN_TOUCH] * 6, State.PAUSED])
    for index, due in enumerate((-3, 0, 7, 8)):
        promise(rows[index + 2], due)
        promise(rows[index + 2], due, side="theirs")
    step = touch(rows[6], Now.read().today("UTC") - timedelta(days=2))
    Interaction.objects.filter(pk=step.pk).update(next_step="Ring", next_step_on=Now.read().today("UTC"))
    Commitment.objects.filter(relationship=rows[2]).update(keeper=None)
    page = client_of(people.alice()).get(reverse("today"))
    assert page.context["total"] == page.context["nav"].today_count == 6


def test_today_of_who_owns_nothing_says_what_colleagues_have_overdue() -> None:
    book([State.OVERDUE])
    page = client_of(people.bob()).get(reverse("today"))
    assert page.context["lede"] == "One relationship that colleagues look after is overdue."
    assert lines_of(page) == []
    assert "Nothing wants you" not in page.content.decode()


def test_promise_queries_of_today_use_the_index_of_open_ones() -> None:
    """With 20,000 promises of a hundred colleagues, those of one are found without reading the others."""
    (row,) = book([State.IN_TOUCH])
    others = User.objects.bulk_create(
        [User(email=f"colleague{index}@concord.example", name=f"Colleague {index}") for index in range(99)]
    )
    day = Now.read().today("UTC")
    keepers = [row.owner, *others]
    Commitment.objects.bulk_create(
        Commitment(
            relationship=row,
            account_id=row.account_id,
            what="Send the table",
            keeper=keepers[index % 100],
            made_on=day - timedelta(days=400),
            due_on=day + timedelta(days=index % 90 - 30),
            binding_on=day + timedelta(days=index % 90 - 30),
            ended_on=day if index % 5 else None,
            outcome="kept" if index % 5 else "",
            written_at=Now.read().instant,
        )
        for index in range(20_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE relationships_commitment")
    user = User.objects.get(pk=row.owner.pk)
    assert "commitment_open_by_keeper" in wanting.wanting_promises(user, Now.read())[0].explain()


def test_promises_page_through_both_sides_late_ones_first() -> None:
    (row,) = book([State.IN_TOUCH])
    for index in range(60):
        promise(row, index - 30)
        promise(row, index - 30, side="theirs")
    client, seen = client_of(people.alice()), []
    address = reverse("promise_list")
    while True:
        ours, theirs = client.get(address).context["columns"]
        seen += [line.row.binding_on for line in ours.lines]
        assert len(theirs.lines) == 25
        if not ours.more:
            break
        address = reverse("promise_list") + ours.more
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) == 60


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 2),
        ("?state=late", 1),
        ("?state=kept", 1),
        ("?state=broken", 0),
        ("?state=all", 3),
        ("?state=all&side=theirs", 1),
        ("?q=%00", 2),
        ("?state=x&side=y&whose=z&person=%00&relationship=99999999999999999999&after_ours=~~", 2),
        ("?after_ours=1~-99999999999999999999~1", 2),
    ],
)
def test_promises_narrowed_by_the_address(query: str, count: int) -> None:
    (row,) = book([State.IN_TOUCH])
    promise(row, -1)
    promise(row, 4, side="theirs")
    Commitment.objects.filter(pk=promise(row, -9).pk).update(outcome="kept", ended_on=Now.read().today("UTC"))
    page = client_of(people.alice()).get(reverse("promise_list") + query)
    assert sum(len(column.lines) for column in page.context["columns"]) == count


def test_promises_say_how_many_were_kept_by_name_and_unranked() -> None:
    (row,) = book([State.IN_TOUCH])
    bob = people.bob()
    Commitment.objects.filter(pk=promise(row, -9).pk).update(outcome="kept", ended_on=Now.read().today("UTC"))
    Commitment.objects.filter(pk=promise(row, -8).pk).update(colleague=bob)
    page = client_of(people.alice()).get(reverse("promise_list"))
    assert page.context["lede"] == "We kept 1 of 2 in time."
    assert [one.name for one in page.context["shares"]] == [people.alice().name, bob.name]


def test_promises_of_another_team_are_not_there() -> None:
    (row,) = book([State.IN_TOUCH])
    made = promise(row, -1)
    Commitment.objects.filter(pk=made.pk).update(keeper=people.outsider())
    for query in ("", "?whose=all", f"?relationship={row.pk}", f"?person={people.alice().pk}"):
        page = client_of(people.outsider()).get(reverse("promise_list") + query)
        assert made.what not in page.content.decode()


def test_stranger_sees_nothing_of_another_team() -> None:
    (row,) = book([State.OVERDUE])
    client = client_of(people.outsider())
    assert client.get(row.get_absolute_url()).status_code == 404
    page = client.get(reverse("portfolio"))
    assert page.context["book"].total == 0
    assert row.account.name not in page.content.decode()


def test_reader_reads_without_buttons() -> None:
    (row,) = book([State.OVERDUE])
    page = client_of(people.rita()).get(row.get_absolute_url())
    assert page.status_code == 200
    assert page.context["writes"] is False
    assert reverse("snooze_create", args=[row.pk]) not in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "owner=99999999999999999999999",
        "owner=x",
        "team=²",
        "stage=king",
        "state=x",
        "sort=;",
        "after=%00",
        "tag=%00",
    ],
)
def test_portfolio_survives_any_address(query: str) -> None:
    book([State.OVERDUE])
    assert client_of(people.alice()).get(f"{reverse('portfolio')}?{query}").status_code == 200


def test_timeline_goes_on_where_it_stopped() -> None:
    (row,) = book([State.IN_TOUCH])
    assert row.last_touch_on is not None
    for index in range(44):
        touch(row, row.last_touch_on - timedelta(days=index // 2))
    client = client_of(people.alice())
    seen: list[str] = []
    address = row.get_absolute_url()
    while True:
        context = client.get(address).context
        seen += [entry.anchor for entry in context["entries"]]
        if not context["more"]:
            break
        address = row.get_absolute_url() + context["more"]
    assert len(seen) == len(set(seen)) == 45


def test_timeline_shows_talk_and_what_became_of_promises_by_day() -> None:
    (row,) = book([State.IN_TOUCH])
    full(row, 25)
    client = client_of(people.alice())
    anchors: dict[str, list[str]] = {}
    for show in ("", "talk", "promises"):
        address = f"{row.get_absolute_url()}?show={show}"
        anchors[show] = []
        days: list[date] = []
        while True:
            context = client.get(address).context
            anchors[show] += [entry.anchor for entry in context["entries"]]
            days += [entry.day for entry in context["entries"]]
            if not context["more"]:
                break
            address = row.get_absolute_url() + context["more"]
        assert days == sorted(days, reverse=True)
    assert len(anchors["talk"]) == 26
    assert len(anchors["promises"]) == 25
    assert sorted(anchors[""]) == sorted([*anchors["talk"], *anchors["promises"]])
    assert len(set(anchors[""])) == 51


@pytest.mark.parametrize("after", ["x", "2026-13-01~0~1", "2026-01-01~99~1", "2026-01-01~0~99999999999999999999", "~~"])
def test_timeline_survives_any_address(after: str) -> None:
    (row,) = book([State.IN_TOUCH])
    page = client_of(people.alice()).get(row.get_absolute_url(), {"after": after, "show": after})
    assert len(page.context["entries"]) == 1


def test_who_knows_whom_is_counted_from_the_logs() -> None:
    (row,) = book([State.IN_TOUCH])
    day = Now.read().today("UTC")
    ingrid, lars = (Contact.objects.create(name=name) for name in ("Ingrid Moe", "Lars Tveit"))
    for contact in (ingrid, lars):
        Affiliation.objects.create(contact=contact, account_id=row.account_id)
    for contact, colleague, days in ((ingrid, people.alice(), 96), (lars, people.alice(), 3), (lars, people.bob(), 90)):
        entry = touch(row, day - timedelta(days=days))
        entry.contacts.add(contact)
        entry.colleagues.add(colleague)
    drawn = client_of(people.alice()).get(row.get_absolute_url()).context["people_map"]
    assert drawn.gaps == [
        "Only one person spoken to in 90 days: Lars Tveit.",
        "Only Alice Ahlberg knows Lars Tveit.",
        "Nobody has spoken with Ingrid Moe for 96 days.",
        "Nobody’s decision power is known.",
    ]
    assert [line.cold for line in drawn.drawing.lines] == [False, True, True]
    assert drawn.facts[0] == "Alice Ahlberg speaks with Lars Tveit at times, last 3 days ago"
    assert drawn.drawing.lines[1].thickness == thickness(0.5)
