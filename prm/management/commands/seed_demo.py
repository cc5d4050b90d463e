"""``manage.py seed_demo``: the demonstration company, in a database without people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pghistory
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import Account, AccountAlias, Affiliation, Contact, ExternalId, Membership, Team, User
from prm import demo_company as company
from prm.demo import PASSWORD
from prm.demo_company import Company, PlannedRelationship, PlannedTalk
from relationships import actions
from relationships.models import (
    CadenceAgreement,
    Interaction,
    InteractionColleague,
    InteractionContact,
    MissedCheckIn,
    Relationship,
    Snooze,
)
from web.clock import Now
from web.text import name_key

BATCH = 500


class Command(BaseCommand):
    help = "Make the demonstration company; does nothing where there are people already."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", metavar="DATE", help="as if it were this day")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            now = Now.parse(options["as_of"]) if options["as_of"] else Now.read()
        except ValueError as error:
            raise CommandError(f"--as-of: {error}", returncode=2) from error
        # One transaction: a seed that is interrupted leaves nothing behind.
        with transaction.atomic(), pghistory.context(command="seed_demo"):
            if User.objects.exists():
                self.stdout.write("  There are people already; nothing was changed.")
                return
            self._seed(now)

    def _seed(self, now: Now) -> None:
        planned = company.plan(now)
        writer = _Writer(planned, now)
        writer.people()
        self._say(f"{len(company.TEAMS)} teams, {len(writer.users)} people of ours")
        writer.partners()
        self._say(f"{len(writer.accounts)} organisations, {len(writer.contacts)} people of theirs")
        writer.relationships()
        self._say(f"{len(writer.rows)} relationships and their rhythms")
        self._say(f"{writer.talks()} interactions of a year")
        writer.flags()
        actions.refresh([row.pk for row in writer.rows], now=now)
        count = actions.sweep_cadence(now=now)
        self._say(f"{count.open} flags of missed check-ins")

    def _say(self, line: str) -> None:
        self.stdout.write(f"  {line}")
        self.stdout.flush()


class _Writer:
    """Puts the plan into rows; each step finds what the ones before it made by name."""

    def __init__(self, planned: Company, now: Now) -> None:
        self.planned, self.now = planned, now
        self.users: dict[str, User] = {}
        self.teams: dict[str, Team] = {}
        self.accounts: dict[str, Account] = {}
        self.contacts: dict[str, Contact] = {}
        self.rows: list[Relationship] = []

    def people(self) -> None:
        for name, parent in company.TEAMS:
            self.teams[name] = Team.objects.create(name=name, parent=self.teams.get(parent))
        joined_at = self.now.instant - timedelta(days=company.JOINED_DAYS_AGO)
        for login, person in company.BY_FIRST_NAME.items():
            self.users[login] = User(
                email=person.email,
                name=person.name,
                zone=person.zone,
                is_administrator=person.is_administrator,
                joined_at=joined_at,
                password=make_password(PASSWORD),
            )
        User.objects.bulk_create(self.users.values())
        EmailAddress.objects.bulk_create(
            EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in self.users.values()
        )
        Membership.objects.bulk_create(
            Membership(user=self.users[login], team=self.teams[person.team], role=person.role)
            for login, person in company.BY_FIRST_NAME.items()
            if person.team
        )

    def partners(self) -> None:
        since = {row.partner.name: row.created_at for row in reversed(self.planned.relationships)}
        for partner in company.PARTNERS:
            self.accounts[partner.name] = Account.objects.create(
                name=partner.name,
                name_key=name_key(partner.name),
                kind=partner.kind,
                parent=self.accounts[partner.parent] if partner.parent else None,
                zone=company.ZONES[partner.country],
                website=f"https://www.{company.slug(partner.name)}.example/",
                created_at=since[partner.name],
            )
        named = [(partner, self.accounts[partner.name]) for partner in company.PARTNERS]
        AccountAlias.objects.bulk_create(
            AccountAlias(account=account, name=alias, name_key=name_key(alias))
            for partner, account in named
            for alias in partner.aliases
        )
        ExternalId.objects.bulk_create(
            ExternalId(account=account, system="Ledger", value=partner.ledger)
            for partner, account in named
            if partner.ledger
        )
        self._people_of_theirs()

    def _people_of_theirs(self) -> None:
        for one in self.planned.contacts:
            self.contacts[one.name] = Contact(name=one.name, email=one.email, phone=one.phone, note=one.note)
        Contact.objects.bulk_create(self.contacts.values())
        Affiliation.objects.bulk_create(
            Affiliation(
                contact=self.contacts[place.contact],
                account=self.accounts[place.account],
                title=place.title,
                since=place.since,
                until=place.until,
            )
            for place in self.planned.places
        )

    def relationships(self) -> None:
        self.rows = Relationship.objects.bulk_create(self._row(one) for one in self.planned.relationships)
        told = list(zip(self.rows, self.planned.relationships, strict=True))
        CadenceAgreement.objects.bulk_create(
            CadenceAgreement(
                relationship=row,
                account=row.account,
                every_days=agreement.interval.every_days,
                starts_on=agreement.interval.starts_on,
                agreed_with=self.contacts.get(agreement.agreed_with),
                agreed_on=agreement.made_at.date() if agreement.agreed_with else None,
                reason=agreement.reason,
                made_by=row.owner,
                made_at=agreement.made_at,
            )
            for row, planned in told
            for agreement in planned.agreements
        )
        Snooze.objects.bulk_create(
            Snooze(
                relationship=row,
                from_on=snooze.rest.from_on,
                until_on=snooze.rest.until_on,
                reason=snooze.reason,
                made_by=row.owner,
                made_at=snooze.made_at,
            )
            for row, planned in told
            for snooze in planned.snoozes
        )

    def _row(self, planned: PlannedRelationship) -> Relationship:
        bond = planned.bond
        return Relationship(
            account=self.accounts[planned.partner.name],
            name=bond.name,
            owner=self.users[bond.owner],
            team=self.teams[company.BY_FIRST_NAME[bond.owner].team],
            stage=bond.stage,
            zone=planned.zone,
            workdays=list(bond.workdays),
            paused_since=planned.paused_since,
            pause_reason=bond.reason if planned.paused_since else "",
            yearly_worth=bond.worth,
            renewal_on=planned.today + timedelta(days=bond.renewal_in) if bond.renewal_in is not None else None,
            tier=bond.tier,
            tags=list(bond.tags),
            created_at=planned.created_at,
        )

    def talks(self) -> int:
        """Written in the order in which they were logged, so that the numbers of the rows tell it too."""
        told = [
            (row, talk)
            for row, planned in zip(self.rows, self.planned.relationships, strict=True)
            for talk in planned.talks
        ]
        told.sort(key=lambda pair: pair[1].logged_at)
        made = Interaction.objects.bulk_create((self._talk(row, talk) for row, talk in told), batch_size=BATCH)
        InteractionContact.objects.bulk_create(
            (
                InteractionContact(interaction=interaction, contact=self.contacts[name])
                for interaction, (_row, talk) in zip(made, told, strict=True)
                for name in talk.contacts
            ),
            batch_size=BATCH,
        )
        InteractionColleague.objects.bulk_create(
            (
                InteractionColleague(interaction=interaction, user=self.users[login])
                for interaction, (_row, talk) in zip(made, told, strict=True)
                for login in talk.colleagues
            ),
            batch_size=BATCH,
        )
        return len(made)

    def _talk(self, row: Relationship, talk: PlannedTalk) -> Interaction:
        return Interaction(
            relationship=row,
            account=row.account,
            occurred_on=talk.on,
            channel=talk.channel,
            begun_by=talk.begun_by,
            two_way=talk.two_way,
            purpose=talk.purpose,
            summary=talk.summary,
            logged_by=self.users[talk.logged_by],
            logged_at=talk.logged_at,
        )

    def flags(self) -> None:
        """Those of the past and those that stand, each raised on its day; the sweep finds nothing to correct."""
        MissedCheckIn.objects.bulk_create(
            MissedCheckIn(
                relationship=row,
                account=row.account,
                due_on=flag.due_on,
                last_touch_on=flag.last_touch_on,
                raised_at=flag.raised_at,
                closed_at=flag.closed_at,
                closed_because=flag.closed_because,
            )
            for row, planned in zip(self.rows, self.planned.relationships, strict=True)
            for flag in planned.flags
        )
