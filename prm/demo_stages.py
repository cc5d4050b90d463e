"""The stages of the demonstration company (pure): what was agreed, declared, waived, aimed at, planned and ended.

Days count back from the partner's own today, as in ``demo_company``. Every situation of a stage stands somewhere: one
move that is proposed, one criterion waived and one whose waiver is over, one declared stage without its evidence, a
target with a plan, and an end in peace. The others were moved on the evidence that they have, or declared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from prm.demo_company import PlannedRelationship
from relationships.cadence import DAY

# Contacts still, with all that a customer needs or most of it.
STILL_CONTACTS = {"Zielonka Boxes", "Vintervik Brewing"}
# Taken over as they were, so many days ago; the evidence of the first of them is overdue.
DECLARED = {"Hollisworth Freight": 204}
DECLARED_BEFORE = 96
# Partner and relationship: when it ended, and why.
ENDED = {("Datarook Systems", "Licences"): (9, "They sell licences through a reseller now; the pilot goes on")}
# Paused for a while in the past: so many days ago, for so many days, and why.
RESTED = {"Tarn Valley Dairy": (250, 21, "They move the whole dairy to the new hall")}
SCOPES = (
    "{goods} from two sites, for a year",
    "A yearly frame for {goods}, with prices by the quarter",
    "{goods} three days a week, to be looked at every spring",
    "First loads of {goods} on trial, then by the month",
)


@dataclass(frozen=True)
class PlannedWaiver:
    partner: str
    criterion: str
    why: str
    given: int
    lasts: int


@dataclass(frozen=True)
class PlannedTarget:
    partner: str
    stage: str
    in_days: int


@dataclass(frozen=True)
class PlannedStep:
    """``due_in`` days from today; ``done`` days ago."""

    partner: str
    what: str
    criterion: str = ""
    due_in: int | None = None
    done: int | None = None


WAIVERS = (
    PlannedWaiver("Pellworth Ceramics", "kpis", "They share their figures by phone and keep no list", 30, 150),
    PlannedWaiver("Skerrivik Seafood", "decision_makers", "The founder alone decides until her son joins", 132, 120),
)
TARGETS = (PlannedTarget("Tarn Valley Dairy", "partner", 120), PlannedTarget("Vintervik Brewing", "customer", 45))
STEPS = (
    PlannedStep("Tarn Valley Dairy", "Ask for an hour with who signs", "decision_makers", 0),
    PlannedStep("Tarn Valley Dairy", "Tell them what we heard about the crates", "feedback", 12),
    PlannedStep("Tarn Valley Dairy", "Weekly call moved to Tuesdays", "adherence", done=8),
    PlannedStep("Vintervik Brewing", "Write down what we agreed at the brewery", "scope", 5),
)


def scope_of(row: PlannedRelationship, number: int) -> tuple[str, date] | None:
    """What was agreed with a customer or partner, three weeks after it was begun; nothing with contacts but one."""
    name = row.partner.name
    if row.bond.stage == "contact" or name in STILL_CONTACTS - {"Zielonka Boxes"}:
        return None
    goods = row.partner.goods
    what = SCOPES[number % len(SCOPES)].format(goods=goods)
    return what[:1].upper() + what[1:], min(row.created_at.date() + 21 * DAY, row.today)


def declared_on(row: PlannedRelationship) -> date:
    """The day on which a stage that nobody moved it to was taken over."""
    return max(row.created_at.date(), row.today - DECLARED.get(row.partner.name, DECLARED_BEFORE) * DAY)


def stage_of(row: PlannedRelationship) -> str:
    return "contact" if row.partner.name in STILL_CONTACTS else row.bond.stage


def ended_on(row: PlannedRelationship) -> date | None:
    ended = ENDED.get((row.partner.name, row.bond.name))
    return row.today - ended[0] * DAY if ended else None


def end_reason(row: PlannedRelationship) -> str:
    ended = ENDED.get((row.partner.name, row.bond.name))
    return ended[1] if ended else ""
