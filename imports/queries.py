"""What is there already of a batch of rows: one statement for each kind, however many rows."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection, models
from django.db.models.functions import MD5, Lower

from accounts.models import Account, AccountAlias, ExternalId, User
from relationships.models import (
    CadenceAgreement,
    Commitment,
    Evidence,
    EvidenceSums,
    Interaction,
    MissedCheckIn,
    Relationship,
    Standing,
)

Relation = tuple[int, str]
"""Account and name of a relationship."""
Meeting = tuple[int, date, str]
"""Relationship, day and digest of an imported interaction."""


@dataclass(frozen=True, slots=True)
class Owner:
    pk: int
    works_here: bool
    """Of the staff and not deactivated."""


def md5(text: str) -> str:
    """As PostgreSQL computes it in the indexes over long texts."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def next_ids(model: type[models.Model], count: int) -> list[int]:
    """Keys that no other row will have: with them the rows of a bulk insert are told from those of somebody else."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def there(model: type[models.Model], ids: Collection[int]) -> set[int]:
    """Which of ``ids`` exist."""
    return set(model._base_manager.filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()


def owners(addresses: Collection[str]) -> dict[str, Owner]:
    """By address in lower case."""
    people = User.objects.alias(lower=Lower("email")).filter(lower__in=addresses)
    return {
        email.lower(): Owner(pk, active and audience == User.Audience.STAFF)
        for email, pk, active, audience in people.values_list("email", "pk", "is_active", "audience")
    }


def accounts_by_key(keys: Collection[str]) -> dict[str, int]:
    """By the key of the name, or else of an alias."""
    digests = [md5(key) for key in keys]
    aliases = AccountAlias.objects.alias(digest=MD5("name_key")).filter(digest__in=digests)
    names = Account.objects.alias(digest=MD5("name_key")).filter(digest__in=digests)
    return dict([*aliases.values_list("name_key", "account_id"), *names.values_list("name_key", "pk")])


def accounts_by_number(system: str, numbers: Collection[str]) -> dict[str, int]:
    digests = [md5(number) for number in numbers]
    known = ExternalId.objects.alias(digest=MD5("value")).filter(system=system, digest__in=digests)
    return dict(known.values_list("value", "account_id"))


def teams(names: Collection[str]) -> dict[str, int]:
    """By the name as it is asked for; the database compares without case, as its unique key does."""
    if not names:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked, t.id FROM unnest(%s::text[]) AS asked JOIN accounts_team t ON lower(t.name) = lower(asked)",
            [list(names)],
        )
        return dict(cursor.fetchall())


def relationships(wanted: Collection[Relation]) -> dict[Relation, int]:
    """The one that is kept, or else the one removed last."""
    found = (
        Relationship.objects.alias(digest=MD5("name"))
        .filter(account__in={account for account, _ in wanted}, digest__in={md5(name) for _, name in wanted})
        .order_by(models.F("removed_at").asc(nulls_last=True), "pk")
        .values_list("account_id", "name", "pk")
    )
    return {(account, name): pk for account, name, pk in found if (account, name) in wanted}


def meetings(wanted: Collection[Meeting]) -> set[Meeting]:
    """Which of these imported interactions are there."""
    found = Interaction.objects.filter(
        relationship__in={pk for pk, _, _ in wanted},
        occurred_on__in={day for _, day, _ in wanted},
        import_digest__in={digest for _, _, digest in wanted},
    ).values_list("relationship_id", "occurred_on", "import_digest")
    return {(pk, day, digest) for pk, day, digest in found if digest is not None} & set(wanted)


def begin_earlier(starts: dict[int, date]) -> None:
    """Let assumed rhythms that no person made begin with the first meeting known.

    Rows may come in any order and in several files; whichever is read last, the earliest day stands.
    """
    if not starts:
        return
    with connection.cursor() as cursor:
        # Locked in the order of their ids, so that two imports never wait for each other crosswise.
        cursor.execute(
            """
            WITH earlier AS (
                SELECT a.id, met.day
                  FROM unnest(%s::bigint[], %s::date[]) AS met(relationship_id, day)
                  JOIN relationships_cadenceagreement a USING (relationship_id)
                 WHERE a.made_by_id IS NULL AND a.agreed_with_id IS NULL AND a.starts_on > met.day
                   AND NOT EXISTS (SELECT 1 FROM relationships_cadenceagreement other
                                    WHERE other.relationship_id = a.relationship_id AND other.id <> a.id)
                 ORDER BY a.id
                   FOR NO KEY UPDATE OF a
            )
            UPDATE relationships_cadenceagreement a
               SET starts_on = earlier.day
              FROM earlier
             WHERE a.id = earlier.id AND a.starts_on > earlier.day
            """,
            [list(starts), list(starts.values())],
        )


def refresh_statistics() -> None:
    """What PostgreSQL knows of its tables, after many rows came at once; until then it plans as if they were few."""
    tables = [
        Account,
        User,
        Relationship,
        Interaction,
        CadenceAgreement,
        Evidence,
        EvidenceSums,
        Standing,
        Commitment,
        MissedCheckIn,
    ]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(connection.ops.quote_name(model._meta.db_table) for model in tables))
