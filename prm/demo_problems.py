"""What went wrong for partners of the demonstration company, one for each state, after all else has been written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from accounts.models import User
from relationships import actions
from relationships.models import Problem, ProblemStep, Relationship
from web.clock import Now


@dataclass(frozen=True)
class Planned:
    """``ago`` days from the partner's today; ``steps`` are what happened so many days ago, with what was said."""

    partner: str
    what: str
    severity: int
    ago: int
    steps: tuple[tuple[str, int, str], ...] = ()
    # Days that one which came back has now.
    again: int = 2


PROBLEMS = (
    Planned("Northmere Foods", "Two trolleys of chilled trays came without their lids", 2, 12),
    Planned("Kestrin Instruments", "The gauges of lot 18 read low on the test bench", 3, 2),
    Planned(
        "Havbris Sea Farm",
        "Boxes on the night boat were not iced",
        3,
        24,
        (("owned", 23, "We told Siri that our check at the quay was missed."),
         ("solved", 23, "A second person checks the ice before loading."), ("reopened", 3, "Again on Tuesday night.")),
    ),
    Planned(
        "Marlow Paper", "Invoices name the wrong order", 1, 60, (("solved", 52, "The template is mended."),)
    ),
    Planned(
        "Fjordfôr Feed",
        "Big bags arrived torn",
        2,
        95,
        (("owned", 90, "Our carrier had stacked them three high."), ("solved", 80, "Another carrier, corner boards.")),
    ),
    Planned("Tarn Valley Dairy", "A pallet of soft cheese stood warm for an hour", 2, 3),
)  # fmt: skip


def write(named: Mapping[str, Relationship], users: Mapping[str, User], now: Now) -> int:
    told = [(one, named[one.partner]) for one in PROBLEMS if one.partner in named]
    rows = Problem.objects.bulk_create(_row(one, row, now) for one, row in told)
    ProblemStep.objects.bulk_create(
        ProblemStep(
            problem=problem,
            account_id=problem.account_id,
            kind=kind,
            done_on=row.today(now) - timedelta(days=ago),
            due_on=row.today(now) - timedelta(days=ago - one.again) if kind == ProblemStep.Kind.REOPENED else None,
            note=note,
            written_by=row.owner,
            written_at=now.instant - timedelta(days=ago),
        )
        for problem, (one, row) in zip(rows, told, strict=True)
        for kind, ago, note in one.steps
    )
    actions.assess([row.pk for row in rows], now=now)
    return len(rows)


def _row(one: Planned, row: Relationship, now: Now) -> Problem:
    opened_on = row.today(now) - timedelta(days=one.ago)
    return Problem(
        relationship=row,
        account_id=row.account_id,
        what=one.what,
        severity=one.severity,
        opened_on=opened_on,
        due_on=opened_on + Problem.DAYS[Problem.Severity(one.severity)],
        opened_by=row.owner,
        keeper=row.owner,
        written_by=row.owner,
        written_at=now.instant - timedelta(days=one.ago),
    )
