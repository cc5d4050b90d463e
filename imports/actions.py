"""Taking a file in: batch by batch, each whole or not at all, so that a run that was cut off can be run again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import BinaryIO, TypeVar

import pghistory
from django.db import models, transaction

from accounts.models import Account, ExternalId, Team, User
from imports import queries, reading
from imports.mappings import FileMapping, Match
from imports.reading import Met, Refused, Row
from relationships import ledger
from relationships.actions import declare, refresh
from relationships.models import CadenceAgreement, Interaction, Relationship
from web.clock import Now

BATCH = 5000
FIRST = 250
"""The first batch is small: PostgreSQL plans the work of the large ones by what it has seen of the tables."""
LAST_YEAR = 8999

Item = TypeVar("Item")
Key = TypeVar("Key")
Record = TypeVar("Record", bound=models.Model)


@dataclass(slots=True)
class Totals:
    """What a run did: records made, rows that were there already, rows refused; in the order of the JSON line."""

    rows: int = 0
    accounts: int = 0
    users: int = 0
    relationships: int = 0
    interactions: int = 0
    duplicates: int = 0
    errors: int = 0

    def add(self, other: Totals) -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def import_csv(
    *,
    stream: BinaryIO,
    mapping: FileMapping,
    now: Now,
    file: str,
    mapping_name: str,
    preview: bool = False,
    tell: Callable[[Refused], None] = lambda refused: None,
    batch: int = BATCH,
) -> Totals:
    """Take in the rows of a CSV file; ``stream`` must be able to go back to its start.

    The file is read twice: first for what would refuse it whole (raises ``reading.RefusedFileError``, nothing written),
    then row by row. Every batch is a transaction of its own, and what a batch has brought in is there already when
    the file is read again: a run that was cut off is completed by running it again. A preview does the same work
    in one transaction and takes it all back. ``tell`` hears of each row that is refused.
    """
    today = now.today(mapping.relationships.zone)
    if today.year > LAST_YEAR:
        raise reading.RefusedFileError(f"the day of the import lies after the year {LAST_YEAR}")
    reading.check(stream, mapping)
    totals = Totals()
    with pghistory.context(command="import_csv", file=file, mapping=mapping_name):
        if preview:
            with transaction.atomic():
                _run(stream, mapping, now, today, totals, tell, batch, keep=False)
                transaction.set_rollback(True)
        else:
            _run(stream, mapping, now, today, totals, tell, batch, keep=True)
    return totals


def _run(
    stream: BinaryIO,
    mapping: FileMapping,
    now: Now,
    today: date,
    totals: Totals,
    tell: Callable[[Refused], None],
    batch: int,
    *,
    keep: bool,
) -> None:
    counted = 0
    for lot in _lots(reading.read(stream, mapping, today), batch):
        with transaction.atomic():
            made, refused = _Batch(mapping, now, keep=keep).take_in(lot)
        totals.add(made)
        for one in refused:
            tell(one)
        if keep and totals.rows >= 2 * counted:
            queries.refresh_statistics()
            counted = totals.rows
    if keep and totals.rows > counted:
        queries.refresh_statistics()


def _lots(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    left = iter(items)
    this = min(FIRST, size)
    while lot := list(islice(left, this)):
        yield lot
        this = size


@dataclass(slots=True)
class _Batch:
    """One lot of rows on its way in.

    Everything is looked up in sets and inserted in the order of its unique key, table by table: two imports that
    meet wait for each other instead of locking each other out, and the unique keys decide who made a record.
    """

    mapping: FileMapping
    now: Now
    keep: bool
    """Bring the dates in line and close flags. A preview leaves that out: no count needs it, and it would lock rows."""
    owners: dict[str, queries.Owner] = field(default_factory=dict)
    by_key: dict[str, int] = field(default_factory=dict)
    by_number: dict[str, int] = field(default_factory=dict)
    relations: dict[queries.Relation, int] = field(default_factory=dict)
    began: set[int] = field(default_factory=set)
    """Relationships that this lot made."""

    def take_in(self, lot: Sequence[Row | Refused]) -> tuple[Totals, list[Refused]]:
        rows = [item for item in lot if isinstance(item, Row)]
        self._look_up(rows)
        ownerless = {row.line: out for row in rows if (out := self._without_owner(row))}
        rows = [row for row in rows if row.line not in ownerless]
        refused = sorted([*ownerless.values(), *(item for item in lot if isinstance(item, Refused))], key=_by_line)
        totals = Totals(rows=len(lot), errors=len(refused))
        totals.users = self._make_owners(rows)
        totals.accounts = self._make_accounts(rows)
        totals.relationships = self._make_relationships(rows)
        totals.interactions = self._make_interactions(rows)
        new = totals.interactions if self.mapping.interactions else totals.relationships
        totals.duplicates = len(rows) - new
        return totals, refused

    # What is there -------------------------------------------------------------------------------------------------

    def _look_up(self, rows: Sequence[Row]) -> None:
        self.owners = queries.owners({row.address for row in rows})
        self.by_key = queries.accounts_by_key({row.account_key for row in rows})
        self.by_number = queries.accounts_by_number(
            self.mapping.accounts.system, {row.number for row in rows if row.number}
        )
        found = {(account, row.name) for row in rows if (account := self._account(row))}
        self.relations = queries.relationships(found)

    def _account(self, row: Row) -> int | None:
        number = self.by_number.get(row.number) if self.mapping.accounts.match == Match.EXTERNAL_ID else None
        return number or self.by_key.get(row.account_key)

    def _without_owner(self, row: Row) -> Refused | None:
        """A relationship that is there keeps its owner; a new one is not given to somebody who has left."""
        owner = self.owners.get(row.address)
        if owner is None or owner.works_here or (self._account(row), row.name) in self.relations:
            return None
        return Refused(row.line, f"the owner {row.address} is deactivated or not of the staff")

    # What is made --------------------------------------------------------------------------------------------------

    def _make_owners(self, rows: Sequence[Row]) -> int:
        names = _first((row.address, row.owner) for row in rows if row.address not in self.owners)
        zone = self.mapping.owners.zone
        people = [
            User(email=email, name=names[email], zone=zone, joined_at=self.now.moment(zone)) for email in sorted(names)
        ]
        for person in people:
            person.set_unusable_password()
        made = _insert(User, people)
        self.owners.update(queries.owners(names))
        return len(made)

    def _make_accounts(self, rows: Sequence[Row]) -> int:
        """Accounts and their numbers elsewhere; of rows with one new number the first names the account."""
        holders = _first((row.number, row) for row in rows if row.number and row.number not in self.by_number)
        by_number = self.mapping.accounts.match == Match.EXTERNAL_ID
        naming = [holders.get(row.number, row) if by_number else row for row in rows]
        new = _first((row.account_key, row) for row in naming if self._account(row) is None)
        zone = self.mapping.accounts.zone
        begun = self.now.moment(zone)
        made = _insert(
            Account,
            [
                Account(name=new[key].account, name_key=key, kind=new[key].kind, zone=zone, created_at=begun)
                for key in sorted(new)
            ],
        )
        self.by_key.update(queries.accounts_by_key(new))
        self._make_numbers(holders)
        return len(made)

    def _make_numbers(self, holders: dict[str, Row]) -> None:
        system = self.mapping.accounts.system
        _insert(
            ExternalId,
            [
                ExternalId(account_id=self._account_made(holders[number]), system=system, value=number)
                for number in sorted(holders)
            ],
        )
        self.by_number.update(queries.accounts_by_number(system, holders))

    def _make_teams(self, names: set[str]) -> dict[str, int]:
        found = queries.teams(names)
        if missing := names - found.keys():
            _insert(Team, [Team(name=name) for name in sorted(missing, key=lambda name: (name.lower(), name))])
            found = queries.teams(names)
        return found

    def _make_relationships(self, rows: Sequence[Row]) -> int:
        self.relations = queries.relationships({self._relation(row) for row in rows})
        new = _first((self._relation(row), row) for row in rows if self._relation(row) not in self.relations)
        teams = self._make_teams({row.team for row in new.values() if row.team})
        zone = self.mapping.relationships.zone
        made = _insert(
            Relationship,
            [
                Relationship(
                    account_id=account,
                    name=name,
                    owner_id=self.owners[row.address].pk,
                    team_id=teams[row.team] if row.team else None,
                    stage=row.stage,
                    zone=zone,
                    created_at=self.now.moment(zone),
                )
                for (account, name), row in sorted(new.items(), key=lambda item: item[0])
            ],
        )
        declare(made, actor=None, now=self.now)
        self.began = {row.pk for row in made}
        self.relations.update(queries.relationships(new.keys()))
        self._assume_rhythm(made, self._first_days(rows))
        return len(made)

    def _relation(self, row: Row) -> queries.Relation:
        return self._account_made(row), row.name

    def _account_made(self, row: Row) -> int:
        account = self._account(row)
        assert account is not None, "the account is made before what belongs to it"
        return account

    def _first_days(self, rows: Sequence[Row]) -> dict[int, date]:
        days: dict[int, date] = {}
        for row in rows:
            if row.met:
                relationship = self.relations[self._relation(row)]
                days[relationship] = min(row.met.day, days.get(relationship, row.met.day))
        return days

    def _assume_rhythm(self, made: Sequence[Relationship], first_days: dict[int, date]) -> None:
        cadence = self.mapping.cadence
        if cadence is None:
            return
        CadenceAgreement.objects.bulk_create(
            CadenceAgreement(
                relationship=row,
                account_id=row.account_id,
                every_days=cadence.every_days,
                reason=cadence.reason,
                starts_on=first_days.get(row.pk, row.today(self.now)),
                made_at=self.now.moment(row.zone),
            )
            for row in made
        )

    def _make_interactions(self, rows: Sequence[Row]) -> int:
        told: dict[queries.Meeting, tuple[Row, Met]] = {}
        for row in rows:
            if row.met:
                relationship = self.relations[self._relation(row)]
                told.setdefault((relationship, row.met.day, digest(row.met.summary)), (row, row.met))
        known = queries.meetings(told.keys())
        made = _insert(Interaction, [self._interaction(key, *told[key]) for key in sorted(told.keys() - known)])
        days: dict[int, date] = {}
        for one in made:
            days[one.relationship_id] = min(one.occurred_on, days.get(one.relationship_id, one.occurred_on))
        if self.keep:
            queries.begin_earlier({pk: day for pk, day in sorted(days.items()) if pk not in self.began})
            ledger.follow_interactions(one.pk for one in made)
            refresh(sorted(self.began | days.keys()), now=self.now)
        return len(made)

    def _interaction(self, key: queries.Meeting, row: Row, met: Met) -> Interaction:
        relationship, day, summary_digest = key
        account, _ = self._relation(row)
        return Interaction(
            relationship_id=relationship,
            account_id=account,
            occurred_on=day,
            channel=met.channel,
            begun_by=met.begun_by,
            purpose=met.purpose,
            two_way=met.two_way,
            summary=met.summary,
            logged_at=self.now.moment(self.mapping.relationships.zone),
            import_digest=summary_digest,
        )


def digest(summary: str) -> str:
    """What tells two imported interactions of one relationship and day apart."""
    return hashlib.sha256(summary.strip().encode()).hexdigest()


def _by_line(refused: Refused) -> int:
    return refused.line


def _first(pairs: Iterable[tuple[Key, Item]]) -> dict[Key, Item]:
    """The first item under each key."""
    found: dict[Key, Item] = {}
    for key, item in pairs:
        found.setdefault(key, item)
    return found


def _insert(model: type[Record], rows: Sequence[Record]) -> list[Record]:
    """Insert rows unless their unique key is there already; returns those that went in."""
    for row, pk in zip(rows, queries.next_ids(model, len(rows)), strict=True):
        row.pk = pk
    model._base_manager.bulk_create(rows, ignore_conflicts=True)
    made = queries.there(model, [row.pk for row in rows])
    return [row for row in rows if row.pk in made]
