"""Reads over several tables: people with their roles, the tree of teams, the directory of organisations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Func,
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
from django.db.models.functions import Coalesce, StrIndex
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts import access, words
from accounts.duplicates import Description, compare
from accounts.models import (
    Account,
    AccountAlias,
    Affiliation,
    Contact,
    Cover,
    Invitation,
    Likeness,
    Membership,
    PairQuerySet,
    Someone,
    Team,
    User,
)
from accounts.names import domain_of
from accounts.sweep import candidates_of, described
from accounts.teams import at_and_above, at_and_below, in_order
from accounts.undo import Deed
from web.downloads import here
from web.sheets import Cell, Column
from web.text import name_key
from web.zones import city

# Django marks a password that was never set with an exclamation mark.
NEVER_CAME_IN = Q(password__startswith="!", last_login=None)


# People and teams --------------------------------------------------------------------------------------------------


def managers_of(person: User) -> list[User]:
    """Who manages somebody, by name: the other way round than ``UserQuerySet.managed_by``. Three queries."""
    tree = list(Team.objects.values_list("pk", "parent"))
    parents = dict(tree)
    above: set[int] = set()
    for team, role in person.memberships.exclude(role=Membership.Role.READER).values_list("team", "role"):
        begin = parents[team] if role == Membership.Role.MANAGER else team
        above |= at_and_above(begin, tree) if begin is not None else set()
    managing = Membership.objects.filter(team__in=above, role=Membership.Role.MANAGER).order_by().values("user")
    return list(User.objects.active_staff().filter(pk__in=managing).exclude(pk=person.pk).order_by("name", "pk"))


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


def people_columns() -> list[Column]:
    return [
        Column(_("Name"), 28), Column(_("E-mail"), 32), Column(_("State"), 16), Column(_("Administrator"), 14),
        Column(_("Roles"), 50),
    ]  # fmt: skip


def people_in_cells(rows: Iterable[Any]) -> Iterator[list[Cell]]:
    """Of what ``people`` reads, as their page tells it."""
    for row in rows:
        state = _("Active")
        if not row.is_active:
            state = _("Deactivated")
        elif not row.came_in:
            state = _("Invited") if row.invited else _("Not invited")
        roles = [f"{capfirst(one.get_role_display())}, {one.team}" for one in row.memberships.all()]
        yield [row.name, row.email, state, _("yes") if row.is_administrator else _("no"), "; ".join(roles)]


def deed_columns(zone: str) -> list[Column]:
    return [
        Column(_("When in %(city)s") % {"city": city(zone)}, 16), Column(_("What you did"), 60),
        Column(_("Can be taken back"), 12), Column(_("Why not"), 60),
    ]  # fmt: skip


def deeds_in_cells(deeds: Iterable[Deed], zone: str) -> Iterator[list[Cell]]:
    for deed in deeds:
        back = _("no") if deed.refusal else _("yes")
        yield [here(deed.step.done_at, zone), deed.step.said, back, deed.refusal or deed.stays]


def cover_columns() -> list[Column]:
    return [
        Column(_("Who is away"), 28), Column(_("Who stands in"), 28), Column(_("From"), 11), Column(_("Until"), 11),
        Column(_("What to know"), 50),
    ]  # fmt: skip


def covers_in_cells(rows: Iterable[Cover]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [str(row.absent), str(row.stand_in), row.from_on, row.until_on, row.note]


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


def directory(user: Someone, *, search: str = "", kind: str = "") -> QuerySet[Account]:
    """Names for all of the staff; ``readable`` says whether the person may see more than the name.

    The kind is more than the name: those of one kind are those that the person may read.
    """
    rows = Account.objects.listed_for(user).annotate(
        readable=Exists(Account.objects.visible_to(user).filter(pk=OuterRef("pk"))),
    )
    if kind:
        rows = rows.filter(kind=kind, pk__in=Account.objects.visible_to(user).values("pk"))
    return _named_like(rows, search).select_related("parent")


def directory_columns() -> list[Column]:
    return [
        Column(_("Organisation"), 40), Column(_("Kind"), 14), Column(_("Unit of"), 40), Column(_("Website"), 40),
        Column(_("Time zone"), 20),
    ]  # fmt: skip


def directory_in_cells(rows: Iterable[Any]) -> Iterator[list[Cell]]:
    """Of what ``directory`` reads: of one that is not ``readable`` the name alone."""
    for row in rows:
        told = (
            [capfirst(row.get_kind_display()), str(row.parent or ""), row.website, row.zone]
            if row.readable
            else [None] * 4
        )
        yield [row.name, *told]


def place_columns() -> list[Column]:
    return [
        Column(_("Name"), 28), Column(_("Title"), 28), Column(_("E-mail"), 32), Column(_("Phone"), 18),
        Column(_("Since"), 11), Column(_("Until"), 11), Column(_("What they are"), 40), Column(_("Also at"), 28),
        Column(_("Note"), 50),
    ]  # fmt: skip


def places_in_cells(places: Iterable[Any]) -> Iterator[list[Cell]]:
    """``parts`` are what each is in the relationships that the reader sees, ``elsewhere`` their other places."""
    for place in places:
        who = place.contact
        parts = "; ".join(
            f"{row}: {stake.get_power_display() if stake.power else stake.get_role_display()}"
            for row, stake in place.parts
        )
        also = ", ".join(str(other.account) for other in who.elsewhere)
        yield [who.name, place.title, who.email, who.phone, place.since, place.until, parts, also, who.note]


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisation in the tree under another: ``depth`` 0 right below it. Of one not ``readable`` only the name."""

    account: Account
    depth: int
    readable: bool
    relationships: list[Any]


DEEPEST, MOST_UNITS = 12, 200
_BELOW = """
WITH RECURSIVE below AS (
    SELECT a.id, a.parent_id, 1 AS depth FROM accounts_account a WHERE a.parent_id = %(top)s
     UNION ALL
    SELECT a.id, a.parent_id, b.depth + 1
      FROM below b JOIN accounts_account a ON a.parent_id = b.id
     WHERE b.depth < %(deepest)s
)
SELECT b.id, b.parent_id FROM below b JOIN accounts_account a ON a.id = b.id
 ORDER BY b.depth, a.name_key, b.id LIMIT %(most)s
"""


def units_below(user: Someone, account: Account) -> list[Unit]:
    """The units, theirs, and so on, each under what it is part of, with the relationships the person may see."""
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, {"top": account.pk, "deepest": DEEPEST, "most": MOST_UNITS})
        parents = [(pk, None if parent == account.pk else parent) for pk, parent in cursor.fetchall()]
    if not parents:
        return []
    seen = Prefetch("relationships", _relationships_of(user), to_attr="seen")
    rows: dict[int, Any] = directory(user).prefetch_related(seen).in_bulk([pk for pk, _parent in parents])
    return [Unit(rows[pk], depth, rows[pk].readable, rows[pk].seen) for pk, depth in in_order(parents) if pk in rows]


def _relationships_of(user: Someone) -> QuerySet[Any]:
    relationships: Any = Account._meta.get_field("relationships").related_model
    rows: QuerySet[Any] = relationships._default_manager.visible_to(user).select_related("account", "owner", "team")
    return rows


def above(user: Someone, account: Account) -> list[Account]:
    """What it is a unit of, the topmost first."""
    keys = described([account.pk], families=True)[account.pk].above
    rows = Account.objects.listed_for(user).in_bulk(list(keys))
    line: list[Account] = []
    reach = account.parent_id
    while reach is not None and reach in rows and rows[reach] not in line:
        line.insert(0, rows[reach])
        reach = rows[reach].parent_id
    return line


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
    """People already here who may be the one meant: the same address, or the same name however it is written."""
    seen = Contact.objects.visible_to(user)
    found = _of_one_name(seen, name)
    if email:
        found |= set(seen.filter(email__iexact=email.strip()).values_list("pk", flat=True))
    return Contact.objects.filter(pk__in=found)[:most]


def _of_one_name(rows: QuerySet[Contact], name: str) -> set[int]:
    """The database finds those whose words are the same, with whatever stands around them; ``name_key`` decides."""
    key = name_key(name)
    if not key:
        return set()
    words_of = r"\s+".join(re.escape(word) for word in key.split())
    plain = Func("name", template="normalize(%(expressions)s, NFKC)", output_field=TextField())
    alike = rows.alias(plain=plain).filter(plain__iregex=rf"^(\W|_)*{words_of}(\W|_)*$")
    return {pk for pk, known in alike.values_list("pk", "name") if name_key(known) == key}


# Two that may be one -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Side:
    """One of two that are alike. Of one not ``readable`` there is only the name."""

    account: Account
    readable: bool
    domains: list[str]
    people: int
    relationships: list[Any]


@dataclass(frozen=True, slots=True)
class Alike:
    """Two that may be one, why, and what the person may do about it."""

    pk: int
    per_cent: int
    reasons: list[str]
    sides: tuple[Side, Side]
    mergeable: bool
    can_say: bool


def likely_pairs(user: Someone) -> PairQuerySet:
    """Pairs that the person may see, with ``shown``: of two that they may not both read, by the names alone."""
    rows = Likeness.objects.visible_to(user).open()
    readable = Account.objects.visible_to(user).values("pk")
    both = Case(When(first__in=readable, second__in=readable, then=F("score")), default=F("by_name"))
    return rows.annotate(shown=F("score") if access.reach_of(user).everything else both)


def per_cent(score: float) -> int:
    """In whole ones; 100 only for what is certain."""
    return min(round(100 * score), 99) if score < 1 else 100


def told_of(user: Someone, pairs: Sequence[Likeness]) -> list[Alike]:
    """What the person may know of each pair; the same number of queries for one and for fifty."""
    if not pairs:
        return []
    keys = {pk for pair in pairs for pk in (pair.first_id, pair.second_id)}
    current = Affiliation.objects.filter(account=OuterRef("pk"), until=None).order_by()
    count = current.values("account").annotate(count=Count("contact", distinct=True)).values("count")
    listed: QuerySet[Any] = directory(user).annotate(people=Coalesce(Subquery(count), 0))
    rows = listed.prefetch_related(Prefetch("relationships", _relationships_of(user), to_attr="seen")).in_bulk(keys)
    known = described(keys)
    changed = set(Account.objects.changeable_by(user).filter(pk__in=keys).values_list("pk", flat=True))
    wholly = set(Account.objects.wholly_changeable_by(user).filter(pk__in=keys).values_list("pk", flat=True))
    told = []
    for pair in pairs:
        both = (pair.first_id, pair.second_id)
        readable = all(rows[pk].readable for pk in both)
        facts = [known[pk] if readable else Description(known[pk].name) for pk in both]
        verdict = compare(*facts)
        told.append(
            Alike(
                pk=pair.pk,
                per_cent=per_cent(verdict.score),
                reasons=words.reasons(verdict),
                sides=(_side(rows[both[0]], known[both[0]]), _side(rows[both[1]], known[both[1]])),
                mergeable=wholly >= set(both),
                can_say=bool(changed & set(both)),
            )
        )
    return told


def pair_columns() -> list[Column]:
    return [
        Column(_("How likely, %"), 9), Column(_("Why"), 50),
        *(
            Column(_("%(column)s, %(which)s") % {"column": column, "which": which}, width)
            for which in (_("the one"), _("the other"))
            for column, width in (
                (_("Organisation"), 40), (_("Kind"), 14), (_("Unit of"), 28), (_("Domains"), 28), (_("People"), 9),
                (_("Here since"), 11),
            )
        ),
    ]  # fmt: skip


def pairs_in_cells(pairs: Iterable[Alike], zone: str) -> Iterator[list[Cell]]:
    for pair in pairs:
        yield [pair.per_cent, "; ".join(pair.reasons), *(cell for side in pair.sides for cell in _in_cells(side, zone))]


def _in_cells(side: Side, zone: str) -> list[Cell]:
    account = side.account
    if not side.readable:
        return [account.name, *[None] * 5]
    since = here(account.created_at, zone)
    return [
        account.name, capfirst(account.get_kind_display()), str(account.parent or ""), ", ".join(side.domains),
        side.people, since.date() if since else None,
    ]  # fmt: skip


def _side(row: Any, known: Description) -> Side:
    return Side(
        account=row,
        readable=row.readable,
        domains=sorted(known.domains) if row.readable else [],
        people=row.people if row.readable else 0,
        relationships=row.seen if row.readable else [],
    )


@dataclass(frozen=True, slots=True)
class Hint:
    """An organisation that one about to be made may be, and why."""

    account: Account
    reasons: list[str]


def hints(user: Someone, *, name: str, website: str = "") -> list[Hint]:
    """Likely ones of those whose names the person may know; of what they may not read only the name is compared."""
    if not name_key(name):
        return []
    wanted = Description(name.strip(), domains=frozenset({domain_of(website)} - {""}))
    found = candidates_of(wanted)
    rows: dict[int, Any] = directory(user).in_bulk(list(found))
    told = []
    for pk, row in rows.items():
        verdict = compare(wanted, found[pk] if row.readable else Description(row.name))
        if verdict.is_likely:
            told.append((-verdict.score, row.name_key, Hint(row, words.reasons(verdict))))
    return [hint for _score, _key, hint in sorted(told, key=lambda one: one[:2])[:MOST_HINTS]]


MOST_HINTS = 3


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
