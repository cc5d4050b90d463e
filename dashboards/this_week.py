"""What falls due from today to six days on, by day, wherever it is to be done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from dashboards import wanting, wanting_stages
from meetings import words as meeting_words
from meetings.models import Meeting
from relationships import queries, words
from relationships.models import Commitment, local_date
from web.clock import Now

WEEK = timedelta(days=6)
# Of each kind so many are named.
NAMED = 40


@dataclass(frozen=True, slots=True)
class Happening:
    """Something of this week: what, in grey what kind, and where it leads."""

    said: str
    kind: str
    address: str


def coming(user: User, now: Now) -> list[tuple[date, Happening]]:
    """Promises, next steps, steps of plans, meetings, check-ins. Six queries.

    By the calendar of the reader; what is over where the partner is falls due no more.
    """
    here = now.today(user.zone)
    last = here + WEEK
    found = [
        *_promises(user, now, here, last),
        *_next_steps(user, now, last),
        *_plan_steps(user, now, here, last),
        *_meetings(user, now, last),
        *_check_ins(user, now, last),
    ]
    return sorted(found, key=lambda one: one[0])


def _promises(user: User, now: Now, here: date, last: date) -> Iterable[tuple[date, Happening]]:
    for rows in wanting.open_promises(user):
        due = rows.filter(late_on=None, binding_on__gte=here, binding_on__lte=last)
        due = due.filter(binding_on__gte=local_date(now, "relationship__zone"))
        for row in due.select_related("relationship__account").by_day()[:NAMED]:
            side = _("promise") if row.side == Commitment.Side.OURS else _("their promise")
            said = f"{row.relationship}, {words.clipped(row.what, 40)}"
            yield row.binding_on, Happening(said, side, row.get_absolute_url())


def _next_steps(user: User, now: Now, last: date) -> Iterable[tuple[date, Happening]]:
    for row in queries.next_steps_of(user, now, WEEK.days)[:NAMED]:
        if row.next_step_on is not None and row.next_step_on <= last:
            said = f"{row.relationship}, {words.clipped(row.next_step, 40)}"
            address = f"{row.relationship.get_absolute_url()}#entry-{row.pk}"
            yield row.next_step_on, Happening(said, _("next step"), address)


def _plan_steps(user: User, now: Now, here: date, last: date) -> Iterable[tuple[date, Happening]]:
    due = wanting_stages.open_steps(user).filter(due_on__gte=here, due_on__lte=last)
    due = due.filter(due_on__gte=local_date(now, "relationship__zone")).select_related("relationship__account")
    for row in due.order_by("due_on", "pk")[:NAMED]:
        if row.due_on is not None:
            said = f"{row.relationship}, {words.clipped(row.what, 40)}"
            yield row.due_on, Happening(said, _("step of its plan"), stage_page(row.relationship_id))


def _meetings(user: User, now: Now, last: date) -> Iterable[tuple[date, Happening]]:
    rows = Meeting.objects.visible_to(user).of(user.acts_for).ahead(now)
    for row in rows.soonest_first()[:NAMED]:
        day = row.starts_at.astimezone(ZoneInfo(user.zone)).date()
        if day <= last:
            said = f"{meeting_words.clock(row.starts_at, user.zone)} {words.clipped(row.title, 40)}"
            # One that has begun the evening before stands on today.
            yield max(day, now.today(user.zone)), Happening(said, _("meeting"), row.get_absolute_url())


def _check_ins(user: User, now: Now, last: date) -> Iterable[tuple[date, Happening]]:
    rows = wanting.own(user).filter(due_on__lte=last, due_on__gt=local_date(now)).select_related("account")
    for row in rows.order_by("due_on", "account__name", "id")[:NAMED]:
        if row.due_on is not None:
            yield row.due_on, Happening(str(row), _("check-in due"), row.get_absolute_url())


def stage_page(relationship: int) -> str:
    """Where the plan stands."""
    return reverse("relationship_stage", args=[relationship])
