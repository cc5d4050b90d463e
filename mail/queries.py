"""What a weekly mail lists, with the person's rights at that moment: as many queries for one row as for a thousand."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, F, OuterRef, Subquery, Window
from django.db.models.functions import Collate, RowNumber
from django.urls import reverse

from accounts.models import Membership, Team, User
from accounts.teams import at_and_below
from mail.digest import DAYS_AHEAD, ROWS_SHOWN, Digest, Part, Row, plain
from mail.models import Kind
from mail.optout import address_for
from relationships.models import Interaction, Relationship, RelationshipQuerySet
from web.clock import Now

# By code point, so that the order does not depend on the machine.
BY_NAME = (Collate("account__name_key", "C"), Collate("name", "C"), F("id"))
WORST_FIRST = (F("lateness").desc(), *BY_NAME)
FIRST_FIRST = (F("due_on").asc(), *BY_NAME)


def digest_of(person: User, kind: Kind, now: Now) -> Digest:
    of_team = kind == Kind.TEAM_DIGEST
    return Digest(
        person=plain(person.name) or person.email,
        zone=person.zone,
        today=now.today(person.zone),
        of_team=of_team,
        parts=_parts_of_team(person, now) if of_team else _parts_of_own(person, now),
        open_today=settings.SITE_URL + reverse("today"),
        change=settings.SITE_URL + reverse("mail_settings"),
        stop=address_for(person.pk, kind),
    )


def _parts_of_own(person: User, now: Now) -> tuple[Part, ...]:
    own = Relationship.objects.visible_to(person).filter(owner=person)
    overdue = own.overdue(now).with_lateness(now).annotate(total=Window(Count("*"))).order_by(*WORST_FIRST)
    due = own.due_within(now, DAYS_AHEAD).annotate(total=Window(Count("*"))).order_by(*FIRST_FIRST)
    parts = (
        _part("Overdue", True, _told(overdue)[:ROWS_SHOWN], now, state="overdue", owner=person.pk),
        _part("Due in 7 days", False, _told(due)[:ROWS_SHOWN], now, owner=person.pk),
    )
    return tuple(part for part in parts if part.rows)


def _parts_of_team(person: User, now: Now) -> tuple[Part, ...]:
    """What is overdue with others in the teams that the person manages: a part for each owner, the worst first."""
    everything = (
        Relationship.objects.visible_to(person)
        .filter(team__in=_managed_by(person))
        .exclude(owner=person)
        .overdue(now)
        .with_lateness(now)
        .annotate(
            total=Window(Count("*"), partition_by="owner_id"),
            place=Window(RowNumber(), partition_by="owner_id", order_by=list(WORST_FIRST)),
        )
        .filter(place__lte=ROWS_SHOWN)
        .order_by(*WORST_FIRST)
        .select_related("owner")
    )
    of_owner: dict[int, list[Relationship]] = {}
    for row in _told(everything):
        of_owner.setdefault(row.owner_id, []).append(row)
    return tuple(
        _part(plain(rows[0].owner.name) or rows[0].owner.email, True, rows, now, state="overdue", owner=owner)
        for owner, rows in of_owner.items()
    )


def _managed_by(person: User) -> frozenset[int]:
    """From the memberships themselves: an administrator's rights do not make a manager of every team."""
    roots = person.memberships.filter(role=Membership.Role.MANAGER).values_list("team_id", flat=True)
    return at_and_below(roots, Team.objects.values_list("id", "parent_id"))


def _told(rows: RelationshipQuerySet) -> RelationshipQuerySet:
    """With what a row of the mail tells besides."""
    last = Interaction.objects.touches().filter(relationship=OuterRef("pk")).newest_first()
    return rows.select_related("account", "agreement").annotate(last_channel=Subquery(last.values("channel")[:1]))


def _part(heading: str, overdue: bool, found: Iterable[Relationship], now: Now, **whole: object) -> Part:
    rows = list(found)
    return Part(
        heading=heading,
        overdue=overdue,
        rows=tuple(_row(row, overdue, now) for row in rows),
        total=rows[0].total if rows else 0,  # type: ignore[attr-defined]
        rest=f"{settings.SITE_URL}{reverse('portfolio')}?{urlencode(whole)}",
    )


def _row(row: Relationship, overdue: bool, now: Now) -> Row:
    assert row.due_on is not None and row.every_days is not None  # lists of due ones hold no others
    channel: str | None = row.last_channel  # type: ignore[attr-defined]
    return Row(
        partner=plain(row.account.name),
        name=plain(row.name),
        overdue=overdue,
        today=row.today(now),
        due_on=row.due_on,
        every_days=row.every_days,
        assumed=row.agreement is None or row.agreement.assumed,
        last_touch_on=row.last_touch_on,
        last_channel=str(Interaction.Channel(channel).label) if channel else "",
        page=settings.SITE_URL + reverse("relationship_detail", args=[row.pk]),
        log=f"{settings.SITE_URL}{reverse('log')}?{urlencode({'relationship': row.pk})}",
    )
