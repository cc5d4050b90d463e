"""What a relationship adds to each figure of a book, by reading its rows one by one; slow, and written anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from accounts.models import Membership, User
from relationships import behaviour, two_views
from relationships.models import Relationship
from web.clock import Now

STAGES = ["contact", "customer", "partner"]


def figures(row: Relationship, now: Now) -> dict[str, float]:
    found: defaultdict[str, float] = defaultdict(float)
    for name, value in _figures(row, now):
        found[name] += value
    return found


def _figures(row: Relationship, now: Now) -> Iterator[tuple[str, float]]:
    today = row.today(now)
    state = row.state(now).value
    yield f"state:{state}", 1
    if state == "overdue":
        assert row.due_on
        late = (today - row.due_on).days
        yield "late:week" if late <= 7 else "late:fortnight" if late <= 14 else "late:longer", 1
    if row.every_days:
        yield "needed", (7 / 5 if row.every_days >= 7 else 1) / row.every_days
    touched = {one.occurred_on for one in row.interactions.all() if one.two_way}
    lately = sum(0 <= (today - day).days < 28 for day in touched)
    yield "touch_days", lately
    yield from _asked(row, today, lately)
    moves = {
        STAGES.index(one.to_stage) > STAGES.index(one.from_stage)
        for one in row.stage_changes.all()
        if (today - one.changed_on).days < 90
    }
    yield "moved:up", True in moves
    yield "moved:down", False in moves
    if state == "paused":
        yield "stopped:paused", 1
    if row.paused_since is None and row.ended_on is None:
        yield from _going_on(row, today)
    yield from _promised(row, today, now.today("UTC"))
    yield from _heard(row, today)


def _asked(row: Relationship, today: date, lately: int) -> Iterator[tuple[str, float]]:
    """Whole check-ins, one by one: each ends one interval since the agreement, within four weeks or one rhythm."""
    often = row.every_days
    if not often:
        return
    age = 365 if row.agreement is None else (today - row.agreement.starts_on).days
    if often >= 7:
        within = min(age, max(28, often))
        asked = len(range(often, within + 1, often))
    else:
        asked = int(len(row.workdays) * (min(28, age) // 7) / often) if age > 0 else 0
    if often > 28:
        lately = 1 if row.last_touch_on and row.last_touch_on > today - timedelta(days=often) else 0
    yield "asked", asked
    yield "met", min(asked, lately)
    yield "short", lately < asked


def _going_on(row: Relationship, today: date) -> Iterator[tuple[str, float]]:
    stage, since = row.stage, row.stage_since or today
    months = (today.year - since.year) * 12 + today.month - since.month - (today.day < since.day)
    yield f"stage:{stage}", 1
    yield f"stage_months:{stage}:{min(months, 120)}", 1
    score = row.standing.score if hasattr(row, "standing") else None
    if score is None:
        yield f"unjudged:{stage}", 1
    else:
        yield f"judged:{stage}", 1
        yield f"score:{stage}", score
        yield f"band:{stage}:{min(int(score // 10), 9)}", 1
    flags = list(row.health_flags.all())
    week = today - timedelta(days=7)
    for kind in {one.kind for one in flags}:
        of_kind = [one for one in flags if one.kind == kind]
        yield f"flag:{kind}", any(one.until is None for one in of_kind)
        yield f"flag_new:{kind}", any(one.until is None and one.since > week for one in of_kind)
        yield f"flag_cleared:{kind}", any(one.until is not None and week < one.until <= today for one in of_kind)
    yield "flag", any(one.until is None for one in flags)
    yield "flag_new", any(one.until is None and one.since > week for one in flags)
    yield "flag_cleared", any(one.until is not None and week < one.until <= today for one in flags)
    [said] = behaviour.read([row], Now.on(today)).values()
    quadrant = two_views.place(said, today, row.every_days).quadrant
    yield f"quadrant:{quadrant.value if quadrant else 'not_known'}", 1
    if row.renewal_on and 0 <= (row.renewal_on - today).days <= 90:
        yield "renewing", 1
    long_late = row.overdue_from and row.every_days and (today - row.overdue_from).days >= 3 * row.every_days
    if stage != "contact" and (row.lost_criteria or row.low_components or row.long_flags or long_late):
        yield "review", 1
    if row.proposed_stage:
        yield "proposed", 1
    if row.evidence_due_on and row.evidence_due_on < today:
        yield "evidence_late", 1
    aims = row.target_stage in STAGES and STAGES.index(row.target_stage) > STAGES.index(stage)
    steps = any(step.done_on is None for step in row.plan_steps.all())
    waits = row.stage_since is not None and (today - row.stage_since).days >= 90
    if stage != "partner" and waits and not (aims or steps or row.proposed_stage):
        yield "unadvanced", 1


def _promised(row: Relationship, today: date, day: date) -> Iterator[tuple[str, float]]:
    this = day.year * 4 + (day.month - 1) // 3
    for one in row.commitments.all():
        quarter = one.binding_on.year * 4 + (one.binding_on.month - 1) // 3
        if one.outcome and this - 13 < quarter <= this:
            came_of_it = {"kept": "kept", "kept_late": "late", "broken": "missed"}[one.outcome]
            yield f"promise:{one.side}:{quarter // 4}Q{quarter % 4 + 1}:{came_of_it}", 1
        if one.ended_on is None and (one.late_on or one.binding_on < today):
            yield f"promise_open_late:{one.side}", 1


def _heard(row: Relationship, today: date) -> Iterator[tuple[str, float]]:
    year = timedelta(days=365)
    for said in row.feedback.all():
        if said.side == "theirs" and said.answered_on is None:
            yield "answer_waiting", 1
        elif said.side == "theirs" and said.answered_on and today - year <= said.answered_on <= today:
            yield f"answer:{(said.answered_on - said.heard_on).days}", 1
    for problem in row.problems.all():
        if problem.solved_on is None:
            yield "remedy_open", 1
        elif today - year <= problem.solved_on <= today:
            yield f"remedy:{(problem.solved_on - problem.opened_on).days}", 1


def is_of_book(row: Relationship, user: User) -> bool:
    """By owner or by team; without covers and teams below others, of which the random books have none but Europe's."""
    if row.removed_at is not None:
        return False
    if user.is_administrator:
        return True
    if user.audience != User.Audience.STAFF:
        return False
    teams = {one.team_id for one in Membership.objects.filter(user=user)}
    above = {row.team_id, row.team.parent_id} if row.team else set()
    managed = {one.team_id for one in Membership.objects.filter(user=user, role=Membership.Role.MANAGER)}
    return row.owner_id == user.pk or row.team_id in teams or bool(above & managed)
