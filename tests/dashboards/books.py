"""Books of relationships in every state, made in bulk."""

from __future__ import annotations

from datetime import date, timedelta

from accounts.models import Account, User
from relationships import actions
from relationships.cadence import State
from relationships.models import CadenceAgreement, Interaction, Relationship
from tests import people
from web.clock import Now
from web.text import name_key

TODAY = date(2026, 11, 23)
NOW = Now.on(TODAY)
EVERY = 14


def book(states: list[State], owner: User | None = None, now: Now = NOW) -> list[Relationship]:
    """One relationship per entry, in that state at ``now``; the later in the list, the less late. Named in order."""
    owner, team = owner or people.alice(), people.north()
    start = Account.objects.count()
    names = [f"Partner {start + index:05d}" for index in range(len(states))]
    accounts = Account.objects.bulk_create([Account(name=name, name_key=name_key(name)) for name in names])
    rows = Relationship.objects.bulk_create(
        Relationship(
            account=account,
            owner=owner,
            team=team,
            paused_since=now.today("UTC") if state is State.PAUSED else None,
            pause_reason="Rebuilding" if state is State.PAUSED else "",
            ended_on=now.today("UTC") if state is State.ENDED else None,
            end_reason="The site is closed" if state is State.ENDED else "",
        )
        for account, state in zip(accounts, states, strict=True)
    )
    for index, (row, state) in enumerate(zip(rows, states, strict=True)):
        _give(row, state, owner, len(states) - index, now.today("UTC"))
    actions.refresh([row.pk for row in rows], now=now)
    booked = [row.pk for row, state in zip(rows, states, strict=True) if state is State.BOOKED]
    Relationship.objects.filter(pk__in=booked).update(booked_on=now.today("UTC") + timedelta(days=1))
    return list(Relationship.objects.filter(pk__in=[row.pk for row in rows]).select_related("account").order_by("pk"))


def _give(row: Relationship, state: State, owner: User, late: int, today: date) -> None:
    if state is State.NO_CADENCE:
        return
    since = today - timedelta(days=1 if state is State.NEW else 400)
    CadenceAgreement.objects.create(
        relationship=row,
        account_id=row.account_id,
        every_days=EVERY,
        starts_on=since,
        made_by=owner,
        made_at=NOW.instant,
    )
    touched = {State.OVERDUE: EVERY + 2 + late, State.DUE: EVERY, State.IN_TOUCH: late % EVERY}.get(state)
    if touched is not None:
        touch(row, today - timedelta(days=touched))


def touch(row: Relationship, day: date, *, two_way: bool = True, by: User | None = None) -> Interaction:
    return Interaction.objects.create(
        relationship=row,
        account_id=row.account_id,
        occurred_on=day,
        two_way=two_way,
        summary="Prices for the winter.",
        logged_by=by or row.owner,
        logged_at=NOW.instant,
    )
