"""What pages and verbs read of ways in, of who may be named, and of each other's meetings. Fixed numbers of queries."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, Max, Min, OuterRef, Q
from django.db.models.functions import MD5

from accounts.models import Account, AccountAlias, Fingerprint, User
from meetings import each_other, naming, plays
from meetings.models import Meeting, MeetingAccount, NamingPermission, Participant, Play
from meetings.plays import Facts, Suggestion
from relationships import queries
from relationships.acquaintance import Person, Talk
from relationships.models import Interaction, InteractionContact, Relationship
from web.clock import Now

# Meetings and visits: there one sits together.
FACE_TO_FACE = (Interaction.Channel.MEETING, Interaction.Channel.VISIT)
# So many of the latest plays say what failed lately and what is open.
LATEST = 200
# Of a text that names more organisations than these, so many are looked up.
MOST_NAMED = 20


# Which to suggest ----------------------------------------------------------------------------------------------------


def suggestions(
    row: Relationship,
    reader: User,
    today: date,
    *,
    ours: Sequence[Person],
    theirs: Iterable[queries.Theirs],
    talks: Sequence[Talk],
    tried: Iterable[Play],
) -> tuple[Suggestion, ...]:
    """Three queries besides what is known of the people already."""
    return plays.suggest(
        Facts(
            today=today,
            reader=reader.pk,
            ours=ours,
            theirs=[one.known() for one in theirs],
            talks=talks,
            faced_on=_faced_on(row, today),
            new_on=_new_on(row, today),
            units=[Person(pk, name) for pk, name in _units(row)],
            tried=[play.tried() for play in tried if play.dropped_on is None],
        )
    )


def suggestions_of(row: Relationship, reader: User, today: date, tried: Iterable[Play]) -> tuple[Suggestion, ...]:
    """The same from the beginning: six queries. Needs ``owner`` selected."""
    talks, names = queries.talks_of(row, today)
    ours = {row.owner_id: Person(row.owner_id, row.owner.name)}
    for pk, name in sorted(names.items(), key=lambda item: item[1]):
        ours.setdefault(pk, Person(pk, name))
    theirs = queries.theirs_of(row, today)
    return suggestions(row, reader, today, ours=list(ours.values()), theirs=theirs, talks=talks, tried=tried)


def _faced_on(row: Relationship, today: date) -> date | None:
    sat = Interaction.objects.touches().filter(relationship=row, channel__in=FACE_TO_FACE, occurred_on__lte=today)
    found: date | None = sat.order_by().aggregate(last=Max("occurred_on"))["last"]
    return found


def _new_on(row: Relationship, today: date) -> date | None:
    """When somebody of theirs was spoken with for the first time, lately."""
    met = InteractionContact.objects.filter(
        interaction__relationship=row, interaction__two_way=True, interaction__occurred_on__lte=today
    )
    firsts = met.order_by().values("contact").annotate(first=Min("interaction__occurred_on"))
    return max((one["first"] for one in firsts), default=None)


def _units(row: Relationship) -> Iterable[tuple[int, str]]:
    rows: Iterable[Any] = Account.objects.filter(parent=row.account_id).order_by("name").values_list("pk", "name")[:20]
    return rows


def plays_tried(row: Relationship) -> list[Play]:
    """The latest plays with a partner, newest first; one query."""
    rows = Play.objects.filter(relationship=row).select_related("contact", "through", "unit", "keeper", "written_by")
    return list(rows.order_by("-planned_on", "-id")[:LATEST])


def plays_of(parties: Iterable[MeetingAccount], meets_on: date) -> list[Play]:
    """What may be spoken about at a meeting: planned plays, those to be followed up by then. One query.

    Not those that ask a colleague for an introduction, which is nothing to be said to them.
    """
    rows = Play.objects.open().filter(relationship__in=[party.relationship_id for party in parties])
    wanted = Q(done_on=None, planned_on__lte=meets_on) | Q(done_on__isnull=False, follow_up_on__lte=meets_on)
    return list(
        rows.filter(wanted)
        .exclude(kind=Play.Kind.INTRODUCTION, done_on=None)
        .select_related("contact", "keeper")
        .order_by("planned_on", "id")
    )


def tried_by_team(user: User) -> dict[str, list[plays.Tried]]:
    """What was done of all that the person sees, by the name of the team; empty for those without one. One query."""
    rows: Iterable[Any] = (
        Play.objects.visible_to(user)
        .done()
        .order_by("relationship__team__name", "done_on", "id")
        .values_list("relationship__team__name", "kind", "contact", "done_on", "answered_on", "unanswered_on")
    )
    found: dict[str, list[plays.Tried]] = {}
    for team, kind, *rest in rows:
        found.setdefault(team or "", []).append(plays.Tried(plays.Kind(kind), *rest))
    return found


# Who may be named ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Named:
    """An organisation that a text names. ``permission``: they allow it; ``readable``: the person may know whether."""

    account: Account
    readable: bool
    permission: NamingPermission | None = None


def named_in(text: str, user: User, now: Now, *, besides: Collection[int] = ()) -> list[Named]:
    """Whom a text names, by name. ``besides`` are those it is for; they, their units and their whole are left out."""
    return named_in_each({0: text}, user, now, besides=besides)[0]


def named_in_each(
    texts: Mapping[int, str], user: User, now: Now, *, besides: Collection[int] = ()
) -> dict[int, list[Named]]:
    """The same for several texts, each under its key: five queries at most.

    Names are a directory for the staff; whether somebody whose details one may not read has allowed it is not said.
    """
    read = {key: naming.windows(text) for key, text in texts.items()}
    found = frozenset(window for windows in read.values() for window in windows)
    told: dict[int, list[Named]] = {key: [] for key in texts}
    names = _known_by(found) if found else {}
    if not names:
        return told
    family = Q(pk__in=besides) | Q(parent__in=besides) | Q(units__in=besides)
    own = Account.objects.filter(family).values("pk")
    listed = Account.objects.listed_for(user).filter(pk__in=naming.named(found, names)).exclude(pk__in=own)
    rows = _with_permissions(list(listed.order_by("name", "pk")[:MOST_NAMED]), user, now)
    for key, windows in read.items():
        keys = naming.named(windows, names)
        told[key] = [one for one in rows if one.account.pk in keys]
    return told


def _with_permissions(rows: Sequence[Account], user: User, now: Now) -> list[Named]:
    """The latest permission that stands of each, in the day of its own organisation. Two queries."""
    keys = [row.pk for row in rows]
    readable = set(Account.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    allowed = NamingPermission.objects.visible_to(user).filter(account__in=readable, withdrawn_on=None)
    standing = {
        one.account_id: one
        for one in allowed.select_related("given_by").order_by("given_on", "pk")
        if one.until_on is None or one.until_on >= _today_of(one.account_id, rows, now)
    }
    return [Named(row, row.pk in readable, standing.get(row.pk)) for row in rows]


def _today_of(account: int, rows: Iterable[Account], now: Now) -> date:
    return now.today(next(row.zone for row in rows if row.pk == account))


def _known_by(found: Collection[naming.Window]) -> dict[int, list[str]]:
    """All names of the organisations that one of the windows may be: by name, by another name, by fingerprint."""
    digests = sorted({hashlib.md5(window.key.encode(), usedforsecurity=False).hexdigest() for window in found})
    prints = sorted(frozenset().union(*(window.fingerprints for window in found)))
    names: dict[int, list[str]] = {}
    # The names are indexed by their digests, as they may be long.
    by_name = Account.objects.alias(digest=MD5("name_key")).filter(digest__in=digests).values_list("pk", "name")
    by_alias = AccountAlias.objects.alias(digest=MD5("name_key")).filter(digest__in=digests)
    for pk, name in by_name.order_by().union(by_alias.order_by().values_list("account", "name"), all=True):
        names.setdefault(pk, []).append(name)
    alike = Fingerprint.objects.filter(keys__overlap=prints).order_by().values("pk")
    known = Account.objects.filter(pk__in=alike).annotate(other=F("aliases__name"))
    for pk, name, other in known.order_by().values_list("pk", "name", "other"):
        names.setdefault(pk, []).extend(one for one in (name, other) if one)
    return names


def permissions_of(account: Account, user: User) -> list[NamingPermission]:
    """Newest first, those that are over or withdrawn included; one query."""
    rows = NamingPermission.objects.visible_to(user).filter(account=account).select_related("given_by")
    return list(rows.order_by("-given_on", "-pk")[:20])


# Each other's meetings -----------------------------------------------------------------------------------------------


def year_of(row: Relationship, today: date) -> each_other.Year:
    """What was held with a partner in the last four quarters; one query."""
    theirs = Participant.objects.filter(party=OuterRef("pk"), came=True, contact__isnull=False)
    ours = Participant.objects.filter(meeting=OuterRef("meeting"), came=True, user__isnull=False)
    parties = MeetingAccount.objects.filter(
        relationship=row, state=Meeting.State.HELD, meets_on__gte=each_other.first_day(today), meets_on__lte=today
    )
    rows: Iterable[Any] = parties.order_by().values_list(
        "meets_on", "meeting__kind", "meeting__host", Exists(theirs), Exists(ours)
    )
    return each_other.year(
        (
            each_other.Held(
                day,
                kind == Meeting.Kind.INTERNAL,
                host == Meeting.Host.OURS,
                they_came if host == Meeting.Host.OURS else we_came,
            )
            for day, kind, host, they_came, we_came in rows
        ),
        today,
    )
