"""Reads over several tables: people with their roles, the tree of teams, the directory of organisations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import StrIndex

from accounts import words
from accounts.duplicates import compare
from accounts.models import (
    Account,
    AccountAlias,
    Contact,
    Cover,
    Invitation,
    Likeness,
    Membership,
    Someone,
    Team,
    User,
)
from accounts.sweep import described
from accounts.teams import at_and_below, in_order
from web.text import name_key

# Django marks a password that was never set with an exclamation mark.
NEVER_CAME_IN = Q(password__startswith="!", last_login=None)


# People and teams --------------------------------------------------------------------------------------------------


def people(user: Someone, *, search: str = "", state: str = "") -> QuerySet[User]:
    """The staff with roles and the open invitation, for the page of administrators."""
    rows: QuerySet[Any] = (
        User.objects.visible_to(user)
        .filter(audience=User.Audience.STAFF)
        .annotate(invited=Exists(Invitation.objects.open().filter(user=OuterRef("pk"))), came_in=~NEVER_CAME_IN)
        .prefetch_related(Prefetch("memberships", Membership.objects.select_related("team")))
    )
    if search:
        in_team = Membership.objects.filter(team__name__icontains=search)
        rows = rows.filter(Q(name__icontains=search) | Q(email__icontains=search) | Q(pk__in=in_team.values("user")))
    match state:
        case "active":
            rows = rows.filter(is_active=True).exclude(NEVER_CAME_IN)
        case "invited":
            rows = rows.filter(is_active=True, invited=True)
        case "uninvited":
            rows = rows.filter(NEVER_CAME_IN, is_active=True, invited=False)
        case "deactivated":
            rows = rows.filter(is_active=False)
    return rows


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team in the tree: ``depth`` 0 at the top; ``people`` counts the active ones; ``above`` is its parent's name."""

    team: Team
    depth: int
    people: int
    above: str


def team_tree(user: Someone) -> list[TeamLine]:
    """Every team under the one it is part of, siblings by name."""
    active = Count("memberships", filter=Q(memberships__user__is_active=True))
    counted: QuerySet[Any] = Team.objects.visible_to(user).annotate(active=active)
    rows = {row.pk: row for row in counted.order_by("name")}
    order = in_order((row.pk, row.parent_id) for row in rows.values())
    names: dict[int | None, str] = {pk: row.name for pk, row in rows.items()}
    return [TeamLine(rows[pk], depth, rows[pk].active, names.get(rows[pk].parent_id, "")) for pk, depth in order]


def team_choices(user: Someone, *, without: Team | None = None) -> list[tuple[int, str]]:
    """Teams to choose from in the order of the tree; ``without`` leaves out a team and all below it."""
    lines = team_tree(user)
    left_out: frozenset[int] = frozenset()
    if without is not None:
        left_out = at_and_below([without.pk], ((line.team.pk, line.team.parent_id) for line in lines))
    return [(line.team.pk, f"{'– ' * line.depth}{line.team.name}") for line in lines if line.team.pk not in left_out]


# Holidays ----------------------------------------------------------------------------------------------------------


def covers_of(user: User, today: date) -> list[Cover]:
    """Whom the person stands in for on ``today``, a local date of theirs; with ``absent`` selected. As ``acts_for``."""
    rows = Cover.objects.on(today).filter(stand_in=user, absent__is_active=True)
    return list(rows.select_related("absent").order_by("until_on", "id"))


def covers(user: User, today: date) -> QuerySet[Cover]:
    """Running and coming covers that concern the person: away, standing in, or of those they arrange holidays for."""
    concerns = Q(absent=user) | Q(stand_in=user) | Q(absent__in=User.objects.covered_by_order_of(user))
    rows = Cover.objects.visible_to(user).filter(concerns, until_on__gte=today)
    return rows.select_related("absent", "stand_in")


# Organisations -----------------------------------------------------------------------------------------------------


def _named_like(rows: QuerySet[Account], search: str) -> QuerySet[Account]:
    """Those whose name or another name holds the text, however it is written."""
    key = name_key(search)
    if not key:
        return rows.none() if search.strip() else rows
    aliases = AccountAlias.objects.filter(name_key__contains=key)
    return rows.filter(Q(name_key__contains=key) | Q(pk__in=aliases.values("account")))


def directory(user: Someone, *, search: str = "") -> QuerySet[Account]:
    """Names for all of the staff; ``readable`` says whether the person may see more than the name."""
    rows = Account.objects.listed_for(user).annotate(
        readable=Exists(Account.objects.visible_to(user).filter(pk=OuterRef("pk"))),
    )
    return _named_like(rows, search).select_related("parent")


@dataclass(frozen=True, slots=True)
class Option:
    """A line of a list to choose from."""

    value: int
    text: str
    hint: str


def account_options(user: Someone, search: str, *, most: int = 20) -> list[Option]:
    """Organisations by name, those that begin with the text first; the hint is the other name that matched."""
    key = name_key(search)
    other = AccountAlias.objects.filter(account=OuterRef("pk"), name_key__contains=key).order_by("name").values("name")
    begins = Case(When(name_key__startswith=key, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = _named_like(Account.objects.listed_for(user), search).annotate(
        place=begins, inside=StrIndex("name_key", Value(key)), other=Subquery(other[:1], output_field=TextField())
    )
    found = rows.order_by("place", "name_key", "pk").values_list("pk", "name", "inside", "other")[:most]
    return [Option(pk, name, "" if inside or not key else other or "") for pk, name, inside, other in found]


def namesakes(user: Someone, *, name: str, email: str, most: int = 5) -> QuerySet[Contact]:
    """People already here who may be the one meant: the same address, or the same name however it is capitalised."""
    same = Q(name__iexact=name.strip())
    if email:
        same |= Q(email__iexact=email.strip())
    return Contact.objects.filter(pk__in=Contact.objects.visible_to(user).filter(same).values("pk"))[:most]


# Two that may be one -----------------------------------------------------------------------------------------------


def duplicates(*, most: int) -> list[dict[str, Any]]:
    """The likeliest pairs with what speaks for them, for a command: nobody's rights are asked."""
    pairs = list(Likeness.objects.open().select_related("first", "second").order_by("-score", "id")[:most])
    known = described({pk for pair in pairs for pk in (pair.first_id, pair.second_id)})
    return [
        {
            "first": pair.first.name,
            "second": pair.second.name,
            "score": pair.score,
            "reasons": words.reasons(compare(known[pair.first_id], known[pair.second_id])),
        }
        for pair in pairs
    ]
