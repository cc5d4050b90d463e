"""Every figure on Insights is the number of rows of the list it opens: on a book made by chance, for several people,
narrowed in several ways."""

from __future__ import annotations

import html as markup
import random
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Team, User
from dashboards.actions import count_book
from dashboards.book import Narrowing, latest
from relationships.cadence import WORKING_DAYS
from relationships.flags import CHOOSE_AGAIN, SATISFACTION
from relationships.models import (
    Commitment,
    Feedback,
    HealthFlag,
    Interaction,
    Miss,
    Problem,
    Relationship,
    RelationshipMember,
    StageChange,
    Standing,
)
from tests import people
from tests.dashboards.test_insights import judged
from web.clock import Now

pytestmark = pytest.mark.django_db

BOOK = 36
# Of a link what it opens, which in a sentence is its title.
LINK = re.compile(r'<a [^>]*?href="([^"]+whose=book[^"]*)" aria-label="([^"]*)"(?: title="([^"]*)")?')
PACE = re.compile(r"[?&]pace=(needed|happened)")
UNITS = {"a working day": 1, "a week": 5, "in four weeks": 20}
FIELD = re.compile(r'<a href="([^"]+)"><b class="num">(\d+)</b>')
STAGES = list(Relationship.Stage)


def some(chance: random.Random, today: date, most: int) -> date:
    return today - timedelta(days=chance.randrange(most))


def _relationship(chance: random.Random, index: int, today: date) -> Relationship:
    """Its dates as lists and figures read them; whether they would follow from what happened is another matter."""
    owner, team = chance.choice(
        [
            (people.alice(), people.north()),
            (people.bob(), people.north()),
            (people.outsider(), people.south()),
            (people.alice(), None),
        ]
    )
    row = people.relationship(
        owner=owner,
        team=team,
        account=people.account(kind=chance.choice(["customer", "supplier", "ally"])),
        zone=chance.choice(["UTC", "Pacific/Auckland", "Pacific/Honolulu"]),
        tier=chance.choice(["Gold", "GOLD", "B", ""]),
        tags=chance.sample(["cold chain", "Cold Chain", "board"], chance.randrange(3)),
        stage=chance.choice(STAGES),
        renewal_on=today + timedelta(days=chance.randrange(-20, 140)) if chance.random() < 0.7 else None,
    )
    rests = chance.random()
    late = chance.randrange(-10, 30)
    values: dict[str, Any] = {
        "every_days": chance.choice([3, 14, 30]),
        "due_on": today - timedelta(days=late),
        "overdue_from": today - timedelta(days=late - 3),
        "last_touch_on": chance.choice([None, some(chance, today, 60)]),
        "booked_on": today + timedelta(days=1) if chance.random() < 0.15 else None,
        "stage_since": some(chance, today, 900),
        "proposed_stage": "partner" if row.stage == "customer" and chance.random() < 0.4 else "",
        "lost_criteria": "regular_contact" if chance.random() < 0.2 else "",
        "evidence_due_on": some(chance, today, 20) if chance.random() < 0.2 else None,
    }
    if rests < 0.1:
        values |= {"paused_since": today, "pause_reason": "Rebuilding", "due_on": None, "overdue_from": None}
    elif rests < 0.2:
        values |= {"ended_on": today, "end_reason": "Closed", "due_on": None, "overdue_from": None}
    elif rests < 0.3:
        values |= {"every_days": None, "due_on": None, "overdue_from": None}
    Relationship.objects.filter(pk=row.pk).update(**values)
    if chance.random() < 0.8:
        judged(row, chance.choice([0.0, 100.0, 49.99, chance.uniform(0, 90)]))
    else:
        Standing.objects.filter(relationship=row).update(score=None, band="")
    row.refresh_from_db()
    return row


def _about(row: Relationship, chance: random.Random, today: date) -> None:
    about: dict[str, Any] = {"relationship": row, "account_id": row.account_id}
    written = {"written_by": row.owner, "written_at": Now.read().instant}
    for kind in chance.sample(HealthFlag.Kind.values, chance.randrange(4)):
        since = some(chance, today, 12)
        for side in ["ours", "theirs"] if kind == HealthFlag.Kind.TRUST_ERODING else [""]:
            HealthFlag.objects.create(
                **about, kind=kind, side=side, since=since, until=today if chance.random() < 0.3 else None
            )
    if chance.random() < 0.4:
        former, new = chance.sample(STAGES, 2)
        moved = some(chance, today, 120)
        StageChange.objects.create(
            **about, from_stage=former, to_stage=new, changed_on=moved, why="So it is", made_at=Now.read().instant
        )
    for _number in range(chance.randrange(4)):
        met, both = some(chance, today, 60), chance.random() < 0.7
        Interaction.objects.create(
            **about, occurred_on=met, two_way=both, logged_at=Now.read().instant, logged_by=row.owner
        )
    for _number in range(chance.randrange(5)):
        day, outcome = some(chance, today, 400), chance.choice(["", "kept", "kept_late", "broken"])
        promise = Commitment.objects.create(
            **about, **written, side=chance.choice(["ours", "theirs"]), what="Send it", due_on=day, binding_on=day,
            made_on=day - timedelta(days=500), outcome=outcome, ended_on=today if outcome else None,
        )  # fmt: skip
        if outcome == "broken":
            Miss.objects.create(commitment=promise, account_id=row.account_id, missed_on=day, **written)
    for _number in range(chance.randrange(3)):
        answered = chance.choice([None, some(chance, today, 500)])
        Feedback.objects.create(
            **about, **written, side=chance.choice(["ours", "theirs"]), said="Good", answered_on=answered,
            heard_on=today - timedelta(days=600),
        )  # fmt: skip
    if chance.random() < 0.5:
        Problem.objects.create(
            **about, **written, what="Late", opened_on=today - timedelta(days=600), due_on=today, binding_on=today,
            solved_on=chance.choice([None, some(chance, today, 500)]),
        )  # fmt: skip
    if chance.random() < 0.4:
        for question in (SATISFACTION, CHOOSE_AGAIN):
            people.answered(row, question, chance.randrange(1, 6), today - timedelta(days=3))


@pytest.fixture
def book() -> None:
    chance, today = random.Random(41), Now.read().today("UTC")
    rows = [_relationship(chance, index, today) for index in range(BOOK)]
    for row in rows:
        _about(row, chance, today)
    Relationship.objects.filter(pk=rows[0].pk).update(removed_at=Now.read().instant)
    theirs = next(row for row in rows if row.team_id == people.south().pk)
    RelationshipMember.objects.create(relationship=theirs, user=people.alice(), role="expert", subject="Cooling")
    count_book(now=Now.read())


def _listed(client: Client, address: str) -> float:
    """The number of rows of a list, as its tab says it; of check-ins, what its rows come to."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    if pace := PACE.search(address):
        return _check_ins(answer, pace[1])
    if answer.resolver_match.url_name == "loyalty_list":
        return int(answer.context["chosen"].count)
    [tab] = [one for one in answer.context["tabs"] if one.current]
    return int(tab.count)


def _check_ins(answer: Any, which: str) -> float:
    """A working day, as the list says it of all; its rows say it of four weeks each, rounded."""
    found = answer.context["book"]
    column = [float(cell.text) for _look, _count, lines in answer.context["groups"] for line in lines
              for cell in line.cells if cell.key == which]  # fmt: skip
    whole = float(found.needed if which == "needed" else found.happening)
    assert abs(sum(column) / WORKING_DAYS - whole) <= len(column) * 0.05 / WORKING_DAYS
    return whole


def _check_missing(client: Client, address: str, user: User, narrowing: dict[str, Any]) -> None:
    """Each of the list lacks some, the first the most; together as many as the figures say."""
    groups = client.get(address).context["groups"]
    lacking = [int(cell.text) for _look, _count, lines in groups for line in lines
               for cell in line.cells if cell.key == "missing"]  # fmt: skip
    assert lacking == sorted(lacking, reverse=True) and min(lacking) > 0
    said = {name: Team.objects.get(pk=value) if name == "team" else value for name, value in narrowing.items()}
    found = latest(user, Narrowing.of(said))
    assert sum(lacking) == found.value("asked") - found.value("met")


def _figures(client: Client, narrowing: dict[str, Any]) -> dict[str, tuple[str, float]]:
    """By address, what each link of the page says that it opens and how many that are."""
    html = client.get(reverse("insights"), narrowing).content.decode()
    found: dict[str, tuple[str, float]] = {}
    for href, heard, title in LINK.findall(html):
        opens = markup.unescape(title or heard)
        found[markup.unescape(href)] = (opens, float(re.findall(r"\d+(?:\.\d+)?", opens)[0]))
    for href, count in FIELD.findall(html):
        found[markup.unescape(href)] = ("a field", int(count))
    return found


def test_every_figure_is_as_many_as_its_list(book: None) -> None:
    cases: list[tuple[User, dict[str, Any]]] = [
        (people.adam(), {}),
        (people.alice(), {}),
        (people.mona(), {"team": people.north().pk, "kind": "customer"}),
        (people.mona(), {"team": people.europe().pk}),
        (people.rita(), {"owner": people.bob().pk, "tier": "GOLD"}),
        (people.adam(), {"tier": "gold"}),
        (people.outsider(), {"tag": "cold chain"}),
        (people.adam(), {"tag": "COLD CHAIN", "tier": "gOLD"}),
    ]
    seen: set[str] = set()
    for user, narrowing in cases:
        client = Client()
        client.force_login(user)
        for address, (opens, count) in _figures(client, narrowing).items():
            paced = PACE.search(address)
            over = next(days for name, days in UNITS.items() if name in opens) if paced else 1
            within = 0.051 if paced else 0
            assert abs(over * _listed(client, address) - count) <= within, (user.name, narrowing, opens, address)
            if "pace=short" in address:
                _check_missing(client, address, user, narrowing)
            seen |= set(re.findall(r"[?&](\w+)=", address)) | {address.partition("?")[0]}
            seen |= set(re.findall(r"fresh=\w+|standing=0-100|outcome=\w+|flag=any|pace=\w+|Q\d-", address))
    # All kinds of lists and of narrowing were among them.
    assert {
        reverse(name) for name in ("portfolio", "promise_list", "feedback_list", "problem_list", "loyalty_list")
    } <= seen
    assert {
        "state",
        "going",
        "late",
        "flag",
        "fresh",
        "stage",
        "standing",
        "moved",
        "moving",
        "renews",
        "outcome",
    } <= seen
    assert {
        "fresh=week", "fresh=cleared", "standing=0-100", "outcome=judged", "flag=any", "pace=needed", "pace=happened",
        "pace=short",
    } <= seen  # fmt: skip
    assert any(one.endswith("-") for one in seen), "several quarters at once"
