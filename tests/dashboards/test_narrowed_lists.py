"""The lists of promises, feedback and problems count what the book counts, told again here without their code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from dashboards import behind
from meetings.models import Meeting, MeetingAccount
from relationships.models import Commitment, Feedback, Miss, Problem, Relationship, RelationshipMember
from tests import people
from web.clock import Now

pytestmark = pytest.mark.django_db
NARROWINGS: list[dict[str, str]] = [
    {}, {"team": "north"}, {"owner": "bob"}, {"kind": "supplier"}, {"tier": "a"},
    {"tag": "Cold Chain"}, {"team": "north", "kind": "supplier", "tag": "cold chain"}, {"tier": "Z"},
]  # fmt: skip
QUARTERS = ["2026Q1", "2025Q4"]


@dataclass
class World:
    rows: list[Relationship]
    promises: list[Commitment]
    feedback: list[Feedback]
    problems: list[Problem]


def today(row: Relationship) -> date:
    return datetime.now(UTC).astimezone(ZoneInfo(row.zone)).date()


def _relationships() -> Iterator[Relationship]:
    kinds, zones = ["supplier", "customer"], ["UTC", "Pacific/Auckland", "Pacific/Honolulu"]
    owners: list[tuple[User, Any]] = [
        (people.alice(), people.north()), (people.bob(), people.north()),
        (people.outsider(), people.south()), (people.alice(), None),
    ]  # fmt: skip
    for index, ((owner, team), kind) in enumerate(product(owners, kinds)):
        yield people.relationship(
            owner=owner,
            team=team,
            account=people.account(kind=kind),
            zone=zones[index % 3],
            tier=["A", "B", ""][index % 3],
            tags=[["cold chain", "board"], ["board"], []][index % 3],
            ended_on=date(2026, 1, 1) if index == 1 else None,
            end_reason="Closed" if index == 1 else "",
        )


@pytest.fixture
def world() -> World:
    rows = list(_relationships())
    # Alice has a part in one of South, which makes it none of her book; and one was removed.
    RelationshipMember.objects.create(relationship=rows[4], user=people.alice(), role="expert", subject="Cooling")
    Relationship.objects.filter(pk=rows[2].pk).update(removed_at=datetime.now(UTC))
    rows[2].refresh_from_db()
    written: dict[str, Any] = {"written_by": people.alice(), "written_at": datetime.now(UTC)}
    promises, feedback, problems = [], [], []
    for row in rows:
        common = {"relationship": row, "account_id": row.account_id, **written}
        here = today(row)
        days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1), here, here - timedelta(1)]
        for day, side, outcome in product(days, ["ours", "theirs"], ["", "kept", "kept_late", "broken"]):
            promises.append(
                Commitment(
                    **common, side=side, what="Send it", due_on=day, binding_on=day, made_on=date(2025, 1, 1),
                    outcome=outcome, ended_on=here if outcome else None,
                )
            )  # fmt: skip
        for side, ago in product(["ours", "theirs"], [None, 0, 1, 364, 365, 366, 500]):
            answered = None if ago is None else here - timedelta(ago)
            feedback.append(Feedback(**common, side=side, said="Good", heard_on=date(2024, 1, 1), answered_on=answered))
        feedback.append(Feedback(**common, side="ours", unsaid=True, said="An idea", heard_on=date(2024, 1, 1)))
        for ago in [None, 0, 364, 365, 366, 367]:
            solved = None if ago is None else here - timedelta(ago)
            days_of = {"opened_on": date(2024, 1, 1), "due_on": here, "binding_on": here, "solved_on": solved}
            problems.append(Problem(**common, what="Late", **days_of))
    made = Commitment.objects.bulk_create(promises)
    Miss.objects.bulk_create(
        Miss(commitment=one, account_id=one.account_id, missed_on=one.binding_on, **written)
        for one in made
        if one.outcome == "broken"
    )
    return World(
        rows,
        made,
        Feedback.objects.bulk_create(feedback),
        Problem.objects.bulk_create(problems),
    )


def in_book(user: User, row: Relationship) -> bool:
    if row.removed_at:
        return False
    return bool(user.is_administrator or row.owner_id == user.pk or row.team_id == people.north().pk)


def fits(narrowing: dict[str, str], row: Relationship) -> bool:
    teams, owners = {"north": people.north(), "south": people.south()}, {"bob": people.bob()}
    return (
        ("team" not in narrowing or row.team_id == teams[narrowing["team"]].pk)
        and ("owner" not in narrowing or row.owner_id == owners[narrowing["owner"]].pk)
        and narrowing.get("kind", row.account.kind) == row.account.kind
        and narrowing.get("tier", row.tier).casefold() == row.tier.casefold()
        and ("tag" not in narrowing or narrowing["tag"].casefold() in [tag.casefold() for tag in row.tags])
    )


def said(narrowing: dict[str, str]) -> dict[str, str]:
    keys = {"north": people.north().pk, "south": people.south().pk, "bob": people.bob().pk}
    return {name: str(keys.get(value, value)) for name, value in narrowing.items()}


FIGURES: list[tuple[str, Callable[[World], list[Any]]]] = [
    *(
        (
            f"promise:{side}:{quarter}:{how}",
            lambda world, side=side, quarter=quarter, kept=kept: [
                one
                for one in world.promises
                if one.side == side
                and one.outcome == kept
                and f"{one.binding_on.year}Q{(one.binding_on.month + 2) // 3}" == quarter
            ],
        )
        for side in ("ours", "theirs")
        for quarter in QUARTERS
        for how, kept in (("kept", "kept"), ("late", "kept_late"), ("missed", "broken"))
    ),
    *(
        (
            f"promise:{side}:2025Q4-2026Q1:judged",
            lambda world, side=side: [
                one
                for one in world.promises
                if one.side == side and one.outcome and date(2025, 10, 1) <= one.binding_on <= date(2026, 3, 31)
            ],
        )
        for side in ("ours", "theirs")
    ),
    *(
        (
            f"promise_open_late:{side}",
            lambda world, side=side: [
                one
                for one in world.promises
                if one.side == side and not one.outcome and one.binding_on < today(one.relationship)
            ],
        )
        for side in ("ours", "theirs")
    ),
    (
        "answer",
        lambda world: [
            one
            for one in world.feedback
            if one.side == "theirs"
            and one.answered_on
            and 0 <= (today(one.relationship) - one.answered_on).days <= 365
        ],
    ),
    ("answer_waiting", lambda world: [one for one in world.feedback if one.side == "theirs" and not one.answered_on]),
    (
        "remedy",
        lambda world: [
            one
            for one in world.problems
            if one.solved_on and 0 <= (today(one.relationship) - one.solved_on).days <= 365
        ],
    ),
    ("remedy_open", lambda world: [one for one in world.problems if not one.solved_on]),
]  # fmt: skip


def listed(client: Client, address: str) -> int:
    """The number that the page says, which is that of its tab; the chips say what narrows it."""
    page = client.get(address)
    assert page.status_code == 200
    [tab] = [one for one in page.context["tabs"] if one.current]
    told = re.search(r'<p class="[^"]*" role="status">(\d+) ', page.content.decode())
    assert int(told[1] if told else 0) == tab.count
    return int(tab.count)


def test_a_list_has_as_many_rows_as_its_figure(world: World) -> None:
    """Each figure of the whole book, and narrowed by three ways in turn; the book of one person, and all of it."""
    clients = {user: Client() for user in (people.alice(), people.adam())}
    for user, client in clients.items():
        client.force_login(user)
    for index, (figure, rows_of) in enumerate(FIGURES):
        rows, total = rows_of(world), 0
        turns = [NARROWINGS[(3 * index + turn) % len(NARROWINGS)] for turn in range(3)]
        south = {"team": "south"}
        for user, narrowing in [
            (people.adam(), {}),
            (people.adam(), south),
            *((people.alice(), one) for one in [{}, *turns]),
        ]:
            wanted = [one for one in rows if in_book(user, one.relationship) and fits(narrowing, one.relationship)]
            assert listed(clients[user], behind.address(figure, said(narrowing))) == len(wanted), (figure, narrowing)
            total += len(wanted)
        assert total > 10, figure


def chips(client: Client, route: str, **values: Any) -> list[tuple[str, str]]:
    page = client.get(f"{reverse(route)}?{urlencode(values)}")
    return [(name, value) for name, value, _address in page.context["chips"]]


def test_chips_say_what_narrows(client: Client) -> None:
    row = people.relationship(account=people.account("Ewos", kind="supplier"))
    client.force_login(people.alice())
    cell = {"team": people.north().pk, "owner": people.alice().pk, "kind": "supplier", "tier": "A", "tag": "board"}
    told = [
        ("Team", "North"), ("Owner", "Alice Ahlberg"), ("Organisation", "Supplier"), ("Tier", "A"), ("Tag", "board"),
    ]  # fmt: skip
    book = ("Whose", "mine and my teams’")
    outcome = [("Side", "ours"), ("What became of it", "kept late"), ("Its day", "July to September 2026")]
    asked = {"side": "ours", "outcome": "late", "quarter": "2026Q3"}
    assert chips(client, "promise_list", **cell, **asked, whose="book") == [book, *outcome, *told]
    assert chips(client, "feedback_list", **cell, answered="year") == [("Answered", "within a year"), *told]
    assert chips(client, "problem_list", **cell, solved="year") == [("Solved", "within a year"), *told]
    assert chips(client, "meeting_list", **cell, relationship=row.pk) == [("Partner", "Ewos"), *told]
    # What is none is left out.
    wrong = {
        "team": "x",
        "owner": 0,
        "kind": "bank",
        "tier": "\0",
        "quarter": "2026Q9",
        "outcome": "half",
        "whose": "?",
    }
    assert chips(client, "promise_list", **wrong) == []


def test_a_chip_leads_to_the_list_without_it(client: Client) -> None:
    client.force_login(people.alice())
    address = f"{reverse('promise_list')}?quarter=2026Q3&outcome=kept&whose=book&tier=A&after_ours=1~2~3"
    found = {name: address for name, _value, address in client.get(address).context["chips"]}
    assert found["Its day"] == "?outcome=kept&whose=book&tier=A"
    assert found["Whose"] == "?quarter=2026Q3&outcome=kept&tier=A"


def test_what_has_ended_is_listed_without_asking_for_all(client: Client, world: World) -> None:
    """And the open ones of it are still a tab of their own."""
    client.force_login(people.alice())
    page = client.get(reverse("feedback_list"), {"answered": "year", "whose": "all"})
    states = {str(one.name): one for one in page.context["tabs"]}
    assert states["All"].current
    address = states["Open"].address
    assert "state=open" in address
    page = client.get(reverse("feedback_list") + address)
    assert [str(one.name) for one in page.context["tabs"] if one.current] == ["Open"]
    assert 0 < len(page.context["lines"]) <= 25
    # Where the open ones are listed anyway, no address says so.
    plain = client.get(reverse("feedback_list"), {"whose": "all"}).context["tabs"]
    assert plain[0].current and "state" not in plain[0].address


def test_a_search_keeps_what_narrows(client: Client) -> None:
    """What is chosen stands in the form, in a field that is shown or in one that is not."""
    client.force_login(people.alice())
    content = client.get(
        reverse("promise_list"), {"quarter": "2019Q3", "whose": "book", "outcome": "late", "state": "late"}
    ).content.decode()
    assert '<option value="2019Q3" selected>July to September 2019</option>' in content
    assert '<option value="late" selected>kept late</option>' in content
    assert '<input type="hidden" name="whose" value="book">' in content
    assert '<input type="hidden" name="state" value="late">' in content


def test_meetings_are_narrowed_by_a_partner_of_theirs(client: Client) -> None:
    now = Now.read()
    near = people.relationship(tier="A", account=people.account(kind="ally"))
    far = people.relationship(owner=people.outsider(), team=people.south(), tier="A")
    for index, rows in enumerate([[near], [near, far], [far], [people.relationship(tier="B")]]):
        meeting = Meeting.objects.create(
            title=f"Meeting {index}",
            starts_at=now.instant + timedelta(days=1),
            ends_at=now.instant + timedelta(days=1, hours=1),
            zone="UTC",
            organiser=people.alice(),
            planned_at=now.instant,
        )
        for row in rows:
            day = meeting.starts_at.date()
            held = {"starts_at": meeting.starts_at, "meets_on": day, "state": meeting.state}
            MeetingAccount.objects.create(meeting=meeting, relationship=row, account_id=row.account_id, **held)
    client.force_login(people.alice())

    def found(**values: Any) -> set[str]:
        lines = client.get(reverse("meeting_list"), values).context["lines"]
        return {line.row.title for line in lines}

    assert found(tier="A", whose="all") == {"Meeting 0", "Meeting 1"}
    assert found(kind="ally", whose="book") == {"Meeting 0", "Meeting 1"}
    assert found(tier="B", whose="book") == {"Meeting 3"}
    assert found(team=people.south().pk, whose="all") == {"Meeting 0", "Meeting 1", "Meeting 3"}
