"""People with fixed meanings. Asking twice in one test gives the same person.

Teams: South and Europe; North is part of Europe. Alice and Bob are account managers of North, Mona manages Europe,
Rita reads North, Adam is an administrator, Petra and Quentin belong to partners, Olga, the outsider, is an account
manager of South.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

from accounts.models import Account, Membership, Team, User
from relationships import actions
from relationships.models import Commitment, Feedback, Pulse, PulseAnswer, Relationship
from web.clock import Now
from web.text import name_key

_numbers = count(1)
PASSWORD = "concord-demo"


def europe() -> Team:
    return Team.objects.get_or_create(name="Europe")[0]


def north() -> Team:
    return Team.objects.get_or_create(name="North", defaults={"parent": europe()})[0]


def south() -> Team:
    return Team.objects.get_or_create(name="South")[0]


def _person(name: str, team: Team | None = None, role: str = "", **fields: Any) -> User:
    email = f"{name.split()[0].lower()}@concord.example"
    found: User | None = User.objects.filter(email=email).first()
    if found is None:
        found = User.objects.create_user(email, PASSWORD, name=name, **fields)
        if team is not None:
            Membership.objects.create(user=found, team=team, role=role)
    return found


def been_here_since(day: date) -> None:
    """Everybody there is, from that day on."""
    User.objects.update(joined_at=Now.on(day).moment("UTC"))


def alice() -> User:
    return _person("Alice Ahlberg", north(), Membership.Role.ACCOUNT_MANAGER)


def bob() -> User:
    return _person("Bob Brandt", north(), Membership.Role.ACCOUNT_MANAGER)


def mona() -> User:
    return _person("Mona Moreau", europe(), Membership.Role.MANAGER)


def rita() -> User:
    return _person("Rita Rossi", north(), Membership.Role.READER)


def adam() -> User:
    return _person("Adam Adeyemi", is_administrator=True)


def outsider() -> User:
    return _person("Olga Olsen", south(), Membership.Role.ACCOUNT_MANAGER)


def petra() -> User:
    return _person("Petra Peeters", audience=User.Audience.PARTNER)


def quentin() -> User:
    return _person("Quentin Quist", audience=User.Audience.PARTNER)


def account(name: str = "", **fields: Any) -> Account:
    name = name or f"Organisation {next(_numbers)}"
    return Account.objects.create(name=name, name_key=name_key(name), **fields)


def relationship(**fields: Any) -> Relationship:
    """Alice's, of team North, with an organisation of its own and no rhythm, unless said otherwise."""
    fields.setdefault("owner", None)
    fields["owner"] = fields["owner"] or alice()
    fields.setdefault("team", north())
    if "account" not in fields:
        fields["account"] = account()
    return Relationship.objects.create(**fields)


_relationship = relationship


def promise(
    relationship: Relationship | None = None,
    side: str = "ours",
    what: str = "",
    due_on: date | None = None,
    made_on: date | None = None,
    **fields: Any,
) -> Commitment:
    """Made by the owner's hand on ``made_on``, a week before it is due; due in a week from the real today."""
    row = relationship or _relationship()
    due_on = due_on or (made_on or Now.read().today(row.zone)) + timedelta(days=7)
    made_on = made_on or due_on - timedelta(days=7)
    done = actions.make_promise(
        actor=row.owner,
        now=Now.on(made_on),
        relationship=row,
        side=side,
        what=what or f"Promise {next(_numbers)}",
        due_on=due_on,
        made_on=made_on,
        **fields,
    )
    return done.row


def feedback(
    relationship: Relationship | None = None, heard_on: date | None = None, said: str = "", **fields: Any
) -> Feedback:
    """Theirs, a suggestion, written down by the owner's hand on the day it was heard; today unless said otherwise."""
    row = relationship or _relationship()
    heard_on = heard_on or Now.read().today(row.zone)
    done = actions.give_feedback(
        actor=row.owner,
        now=Now.on(heard_on),
        relationship=row,
        said=said or f"Suggestion {next(_numbers)}",
        heard_on=heard_on,
        **fields,
    )
    return done.row


def answered(
    relationship: Relationship, question: str, score: int, on: date, side: str = "theirs", **fields: Any
) -> PulseAnswer:
    """What a side said to a question of Pulse on a day, whichever way it came; theirs entered by the owner."""
    row = relationship
    asked = {"relationship": row, "account_id": row.account_id, "question": question, "side": side}
    pulse = Pulse.objects.create(**asked, asked_on=on, occasion="hand", state="answered", closed_on=on)
    by = {"way": "own", "answered_by": row.owner} if side == "ours" else {"way": "staff", "entered_by": row.owner}
    return PulseAnswer.objects.create(**asked, pulse=pulse, score=score, on=on, **{**by, **fields})
