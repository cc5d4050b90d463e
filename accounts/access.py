"""Who may see and change what: the one rule, as conditions on any path that leads to an owner and a team.

A relationship is seen by its owner and who stands in for them, by the colleagues who have a part in it (deputy,
sponsor, expert), by its team, the managers of the team or of one above it, the readers of the team, and
administrators. Readers change nothing. People of a partner see nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import User

NOTHING = Q(pk__in=[])
EVERYTHING = Q()


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a person's rights go: staff at all, everything, which teams to see and which to change."""

    staff: bool = False
    everything: bool = False
    seen: frozenset[int] = frozenset()
    changed: frozenset[int] = frozenset()
    managed: frozenset[int] = frozenset()
    # Relationships in which the person has a part; the person and those whom they stand in for.
    joined: frozenset[int] = frozenset()
    owners: frozenset[int] = frozenset()

    @property
    def writes(self) -> bool:
        """May make new accounts and relationships: everybody of the staff who is more than a reader."""
        return self.everything or bool(self.changed)


def reach_of(user: User | AnonymousUser) -> Reach:
    return Reach() if isinstance(user, AnonymousUser) else user.reach


def _condition(user: User | AnonymousUser, path: str, teams: frozenset[int]) -> Q:
    reach = reach_of(user)
    condition = _of_people_and_teams(reach, path, teams)
    if reach.everything or not reach.joined:
        return condition
    return condition | Q(**{f"{path}pk__in": reach.joined})


def _of_people_and_teams(reach: Reach, path: str, teams: frozenset[int]) -> Q:
    if not reach.staff:
        return NOTHING
    if reach.everything:
        return EVERYTHING
    # Plain lists of keys: a condition on another table would keep PostgreSQL from its indexes.
    return Q(**{f"{path}owner__in": reach.owners}) | Q(**{f"{path}team__in": teams})


def sees(user: User | AnonymousUser, path: str = "") -> Q:
    """The condition for rows whose ``path`` (``"relationship__"``) ends at what the person may see."""
    return _condition(user, path, reach_of(user).seen)


def of_book(user: User | AnonymousUser, path: str = "") -> Q:
    """Likewise for a person's book: what they see by its owner or its team, not what they merely have a part in.

    It asks for nothing but an owner and a team, so it holds for figures as for the relationships counted in them.
    """
    return _of_people_and_teams(reach_of(user), path, reach_of(user).seen)


def changes(user: User | AnonymousUser, path: str = "") -> Q:
    """Likewise for what the person may change. Owners change their own even as readers elsewhere."""
    return _condition(user, path, reach_of(user).changed)


def staff(user: User | AnonymousUser) -> Q:
    """Everything for the staff, nothing for others: the directory of names."""
    return EVERYTHING if reach_of(user).staff else NOTHING


def administers(user: User | AnonymousUser) -> Q:
    return EVERYTHING if reach_of(user).everything else NOTHING
