"""Books as they come: every column that a figure reads has any value that it can have, wherever the partner is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from accounts.models import Account, Contact
from relationships.evidence import Component
from relationships.models import (
    CadenceAgreement,
    Commitment,
    Feedback,
    HealthFlag,
    Interaction,
    PlanStep,
    Problem,
    Pulse,
    PulseAnswer,
    Relationship,
    StageChange,
    Stakeholder,
    Standing,
)
from tests import people
from web.clock import Now

DAY = timedelta(days=1)
ZONES = ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"]
STAGES = ["contact", "customer", "partner"]


def book(seed: int, many: int, now: Now) -> list[Relationship]:
    chance, rhythms = Random(seed), Random(f"rhythms of {seed}")
    owners = [people.alice(), people.bob(), people.outsider(), people.mona()]
    teams = [people.north(), people.south(), people.europe(), None]
    rows = []
    for _ in range(many):
        organisation = people.account(kind=chance.choice(Account.Kind.values[:3]))
        rows.append(
            Relationship(
                account=organisation,
                owner=chance.choice(owners),
                team=chance.choice(teams),
                tier=chance.choice(["", "A", "B"]),
                tags=chance.choice([[], [], ["beta"], ["beta", "fair"], ["fair", "FAIR"]]),
                zone=chance.choice(ZONES),
                removed_at=chance.choice([None] * 9 + [now.instant]),
                workdays=rhythms.choice([[0, 1, 2, 3, 4], [0, 1, 2, 3, 4], [0, 1, 2], list(range(7))]),
                **_columns(chance, now.today("UTC")),
            )
        )
    made = Relationship.objects.bulk_create(rows)
    _agree(made, rhythms, now)
    for row in made:
        _fill(row, chance, now)
    return made


def _agree(rows: list[Relationship], chance: Random, now: Now) -> None:
    """Of some it is known since when their rhythm counts: for long, or not for a whole one. Some are long."""
    for row in rows:
        if row.every_days == 31 and chance.random() < 0.4:
            row.every_days = 90
    some = [row for row in rows if row.every_days and chance.random() < 0.6]
    agreed = CadenceAgreement.objects.bulk_create(
        CadenceAgreement(
            relationship=row, account_id=row.account_id, every_days=row.every_days or 7, reason="Agreed",
            made_at=now.instant,
            starts_on=now.today("UTC") - chance.choice([-1, 0, 6, 7, 15, 28, 40, 200]) * DAY,
        )
        for row in some
    )  # fmt: skip
    for row, one in zip(some, agreed, strict=True):
        row.agreement = one
    Relationship.objects.bulk_update([row for row in rows if row.every_days], ["agreement", "every_days"])


def _columns(chance: Random, today: date) -> dict[str, Any]:
    def near(least: int = -40, most: int = 40) -> date:
        return today + chance.randint(least, most) * DAY

    stage = chance.choice(STAGES)
    found: dict[str, Any] = {
        "stage": stage,
        "stage_since": chance.choice([None, near(-400, 0), near(-5000, 0), near(-92, -88)]),
        "target_stage": chance.choice(["", "", *STAGES]),
        "proposed_stage": chance.choice(["", "", "partner"]),
        "lost_criteria": chance.choice(["", "", "", "scope"]),
        "low_components": chance.choice(["", "", "", "trust"]),
        "long_flags": chance.choice(["", "", "", "one_sided going_quiet"]),
        "evidence_due_on": chance.choice([None, near(-2, 2)]),
        "renewal_on": chance.choice([None, near(-2, 2), near(88, 92), near()]),
    }
    if chance.random() < 0.2:
        ended = chance.random() < 0.5
        said = {"ended_on": today, "end_reason": "Sold"} if ended else {"paused_since": today, "pause_reason": "Away"}
        return {**found, **said}
    if chance.random() < 0.9:
        due_on = chance.choice([near(-2, 2), near(-16, -5), near()])
        found |= {
            "every_days": chance.choice([1, 5, 7, 14, 31]),
            "due_on": due_on,
            "overdue_from": due_on + chance.randint(1, 3) * DAY,
            "last_touch_on": chance.choice([None, due_on - 10 * DAY]),
            "booked_on": chance.choice([None, None, near(-1, 9)]),
        }
    return found


def _fill(row: Relationship, chance: Random, now: Now) -> None:
    today, moment = now.today("UTC"), now.instant
    of: dict[str, Any] = {"relationship": row, "account_id": row.account_id}
    written = {**of, "written_at": moment}

    def ago(*about: int) -> date:
        return today - (chance.choice(about) + chance.randint(-2, 2)) * DAY

    def some(most: int) -> range:
        return range(chance.randint(0, most))

    Interaction.objects.bulk_create(
        Interaction(**of, occurred_on=ago(0, 10, 28, 60), two_way=chance.random() < 0.7, logged_at=moment)
        for _ in some(6)
    )
    if chance.random() < 0.8:
        _stand(row, chance, today)
    for kind in chance.sample(HealthFlag.Kind.values, chance.randint(0, 3)):
        for side in chance.choice([["ours"], ["ours", "theirs"]]):
            since = ago(2, 7, 90)
            until = chance.choice([None, None, max(since, ago(0, 7))])
            HealthFlag.objects.create(**of, kind=kind, side=side, since=since, until=until)
    for _ in some(2):
        former, later = chance.sample(STAGES, 2)
        StageChange.objects.create(
            **of, from_stage=former, to_stage=later, changed_on=ago(10, 90, 91), why="So it is", made_at=moment
        )
    for _ in some(4):
        binding = ago(0, 50, 200, 330, 420, 450, 500)
        outcome = chance.choice(["", *Commitment.Outcome.values])
        Commitment.objects.create(
            **written, side=chance.choice(["ours", "theirs"]), what="The table", made_on=binding - 9 * DAY,
            due_on=binding, binding_on=binding, outcome=outcome, ended_on=binding if outcome else None,
            late_on=chance.choice([None, None, today]),
        )  # fmt: skip
    for _ in some(3):
        heard = ago(3, 365, 400)
        side = chance.choice(["ours", "theirs"])
        answered_on = chance.choice([None, heard + chance.randint(0, 30) * DAY])
        unsaid = side == "ours" and chance.random() < 0.5
        Feedback.objects.create(
            **written, side=side, said="Slow", heard_on=heard, answered_on=answered_on, unsaid=unsaid
        )
    for _ in some(2):
        opened = ago(3, 365, 400)
        solved_on = chance.choice([None, opened + chance.randint(0, 30) * DAY])
        Problem.objects.create(
            **written,
            what="Late",
            opened_on=opened,
            due_on=opened + 7 * DAY,
            binding_on=opened + 7 * DAY,
            solved_on=solved_on,
        )
    for _ in some(2):
        PlanStep.objects.create(**written, what="Meet", done_on=chance.choice([None, today]))
    _ask(row, chance, of, moment, [ago(5, 365) for _ in range(3)])


def _stand(row: Relationship, chance: Random, today: date) -> None:
    opinions = {f"{one}_{way}": 0.4 for one in (*Component, "trust_ours", "trust_theirs") for way in "bd"}
    score = chance.choice([None, 0.0, 100.0, 10.0 * chance.randint(0, 10), 100 * chance.random()])
    Standing.objects.create(
        relationship=row, account_id=row.account_id, as_of=today, earned=50, lost=30, unknown=20, low=40, high=60,
        score=score, limiting="trust", **opinions,
    )  # fmt: skip


def _ask(row: Relationship, chance: Random, of: dict[str, Any], moment: datetime, days: list[date]) -> None:
    """How satisfied they are, whether they would choose us again, and who decides."""
    for day in days[: chance.randint(0, 3)]:
        question = chance.choice(["satisfaction", "satisfaction", "choose_again"])
        asked = {**of, "question": question, "side": "theirs"}
        pulse = Pulse.objects.create(**asked, asked_on=day, occasion="hand", state="answered", closed_on=day)
        PulseAnswer.objects.create(
            **asked, pulse=pulse, score=chance.randint(1, 5), on=day, way="staff", entered_by=row.owner
        )
    if chance.random() < 0.5:
        contact = Contact.objects.create(name=f"Ingrid {row.pk}")
        seen_on = chance.choice(days)
        Stakeholder.objects.create(
            **of, contact=contact, power="decides", known_on=days[0] - 400 * DAY, seen_on=seen_on
        )
