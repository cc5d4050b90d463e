"""``manage.py seed_demo``: the demonstration company, in a database without people."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pghistory
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from accounts.actions import sweep_duplicates
from accounts.models import Account, AccountAlias, Affiliation, Contact, Cover, ExternalId, Membership, Team, User
from dashboards.actions import count_book, tell_book
from prm import (
    demo_capture,
    demo_evidence,
    demo_feelings,
    demo_held,
    demo_listening,
    demo_meetings,
    demo_one_to_ones,
    demo_people,
    demo_plays,
    demo_problems,
    demo_pulse,
    demo_series,
    demo_stage_rows,
    demo_stages,
    demo_views,
)
from prm import demo_company as company
from prm import demo_feedback as heard
from prm import demo_promises as told
from prm.demo import PASSWORD
from prm.demo_company import Company, PlannedRelationship
from prm.demo_promises import PlannedPromise
from relationships import actions, ledger
from relationships.models import (
    Attachment,
    CadenceAgreement,
    Comment,
    Commitment,
    Feedback,
    FeedbackStep,
    Fulfilment,
    HandOver,
    Interaction,
    InteractionColleague,
    InteractionContact,
    Introduction,
    Mention,
    Miss,
    MissedCheckIn,
    Relationship,
    RelationshipMember,
    Renegotiation,
    Snooze,
    Stakeholder,
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
        self._say(f"{writer.promises()} promises of both sides")
        self._say(f"{writer.stakeholders()} parts of people of theirs")
        self._say(f"{writer.feedback()} times feedback of both sides")
        writer.flags()
        writer.beside()
        _look()
        ledger.follow_interactions(one.pk for one in writer.interactions)
        actions.refresh([row.pk for row in writer.rows], now=now)
        self._say(f"{writer.stages()} moves from one stage to the next")
        self._say(f"{writer.problems()} problems")
        self._say(f"{writer.listening_posts()} listening posts")
        self._say(f"{writer.plays()} ways in, and what was learnt on visits")
        self._say(f"{writer.meetings()} meetings")
        self._say(f"{writer.captured()} meetings that a calendar knows of")
        self._say(f"{demo_held.seed_held(now=now)} meetings, two held and one under way")
        self._say(f"{writer.series()} meetings that come again")
        self._say(f"{writer.evidence()} partners with feedback, problems and meetings of their own")
        self._say(f"{writer.pulses()} questions to both sides")
        _look()
        count = actions.sweep_cadence(now=now)
        self._say(f"{count.open} flags of missed check-ins")
        year = actions.remember(since=now.today("UTC") - timedelta(days=365), now=now)
        self._say(f"{year} standings of former weeks")
        self._say(f"{writer.feelings()} times how it feels, and what became of two")
        self._say(f"{count_book(now=now).figures} figures of the book")
        self._say(f"{demo_one_to_ones.write(writer.users, now)} one-to-ones")
        self._say(f"{demo_views.write(writer.users, now)} saved views")
        mondays = tell_book(since=now.today("UTC") - timedelta(days=2 * 365), now=now)
        self._say(f"{mondays} Mondays before on which it stood somehow")
        self._say(f"{sweep_duplicates(now=now).likely} pairs of organisations that may be one")

    def _say(self, line: str) -> None:
        self.stdout.write(f"  {line}")
        self.stdout.flush()


def _look() -> None:
    """What PostgreSQL does by itself once rows are committed: it plans for what there is, and not for empty tables."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class _Writer:
    """Puts the plan into rows; each step finds what the ones before it made by name."""

    def __init__(self, planned: Company, now: Now) -> None:
        self.planned, self.now = planned, now
        self.users: dict[str, User] = {}
        self.teams: dict[str, Team] = {}
        self.accounts: dict[str, Account] = {}
        self.contacts: dict[str, Contact] = {}
        self.rows: list[Relationship] = []
        # By relationship and place in its plan, so that promises and comments find theirs.
        self.entries: dict[tuple[int, int], Interaction] = {}
        self.interactions: list[Interaction] = []

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
        self._alone()

    def _alone(self) -> None:
        """Those with which nobody has a relationship: units of units, and two that came in twice."""
        for one in company.ALONE:
            site = company.slug(one.site or one.name)
            self.accounts[one.name] = row = Account.objects.create(
                name=one.name,
                name_key=name_key(one.name),
                kind=one.kind,
                parent=self.accounts[one.parent] if one.parent else None,
                zone=company.ZONES[one.country],
                website=f"https://www.{site}.example/" if one.site else "",
                created_at=self.now.instant - timedelta(days=one.days),
            )
            if one.person:
                email = f"{company.slug(one.person).replace('-', '.')}@{site}.example"
                person = Contact.objects.create(name=one.person, email=email)
                Affiliation.objects.create(contact=person, account=row, title=one.title)
            if one.ledger:
                ExternalId.objects.create(account=row, system="Ledger", value=one.ledger)

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
        rows = self._told()
        agreed = CadenceAgreement.objects.bulk_create(
            CadenceAgreement(
                relationship=row,
                account=row.account,
                every_days=agreement.interval.every_days,
                starts_on=agreement.interval.starts_on,
                ends_on=agreement.interval.ends_on,
                agreed_with=self.contacts.get(agreement.agreed_with),
                agreed_on=agreement.made_at.date() if agreement.agreed_with else None,
                reason=agreement.reason,
                made_by=row.owner,
                made_at=agreement.made_at,
            )
            for row, planned in rows
            for agreement in planned.agreements
        )
        actions.follow_agreements(agreed)
        Snooze.objects.bulk_create(
            Snooze(
                relationship=row,
                from_on=snooze.rest.from_on,
                until_on=snooze.rest.until_on,
                reason=snooze.reason,
                made_by=row.owner,
                made_at=snooze.made_at,
            )
            for row, planned in rows
            for snooze in planned.snoozes
        )

    def _row(self, planned: PlannedRelationship) -> Relationship:
        bond = planned.bond
        return Relationship(
            account=self.accounts[planned.partner.name],
            name=bond.name,
            owner=self.users[bond.owner],
            team=self.teams[company.BY_FIRST_NAME[bond.owner].team],
            stage=demo_stages.stage_of(planned),
            zone=planned.zone,
            workdays=list(bond.workdays),
            paused_since=planned.paused_since,
            pause_reason=bond.reason if planned.paused_since else "",
            ended_on=demo_stages.ended_on(planned),
            end_reason=demo_stages.end_reason(planned),
            yearly_worth=bond.worth,
            renewal_on=planned.today + timedelta(days=bond.renewal_in) if bond.renewal_in is not None else None,
            tier=bond.tier,
            tags=list(bond.tags),
            created_at=planned.created_at,
        )

    def talks(self) -> int:
        """Written in the order in which they were logged, so that the numbers of the rows tell it too."""
        talks = [
            (row, planned, number, talk) for row, planned in self._told() for number, talk in enumerate(planned.talks)
        ]
        talks.sort(key=lambda one: one[3].logged_at)
        made = Interaction.objects.bulk_create(
            (self._talk(row, planned, number) for row, planned, number, _talk in talks), batch_size=BATCH
        )
        self.interactions = made
        for interaction, (row, _planned, number, _talk) in zip(made, talks, strict=True):
            self.entries[row.pk, number] = interaction
        InteractionContact.objects.bulk_create(
            (
                InteractionContact(interaction=interaction, contact=self.contacts[name])
                for interaction, (*_where, talk) in zip(made, talks, strict=True)
                for name in talk.contacts
            ),
            batch_size=BATCH,
        )
        InteractionColleague.objects.bulk_create(
            (
                InteractionColleague(interaction=interaction, user=self.users[login])
                for interaction, (*_where, talk) in zip(made, talks, strict=True)
                for login in talk.colleagues
            ),
            batch_size=BATCH,
        )
        return len(made)

    def _talk(self, row: Relationship, planned: PlannedRelationship, number: int) -> Interaction:
        talk = planned.talks[number]
        steps = {step.partner: step for step in told.STEPS}
        step = steps.get(planned.partner.name) if number == self._last(planned) else None
        return Interaction(
            relationship=row,
            account=row.account,
            occurred_on=talk.on,
            channel=talk.channel,
            begun_by=talk.begun_by,
            two_way=talk.two_way,
            # What is a topic is not said twice.
            purpose="" if talk.purpose in told.SAID_BY_TOPIC else talk.purpose,
            summary=talk.summary,
            topics=told.topics_of(talk),
            project=told.project_of(planned, talk),
            next_step=step.what if step else "",
            next_step_on=planned.today + timedelta(days=step.due_in) if step else None,
            present=Interaction.keys_of(
                [self.contacts[name] for name in talk.contacts], [self.users[login] for login in talk.colleagues]
            ),
            logged_by=self.users[talk.logged_by],
            logged_at=talk.logged_at,
        )

    def _last(self, planned: PlannedRelationship) -> int:
        """The place of the last two-way talk."""
        return max((number for number, talk in enumerate(planned.talks) if talk.two_way), default=-1)

    def stakeholders(self) -> int:
        """What each of theirs is, and whom we still have to meet."""
        rows = self._told()
        made = Stakeholder.objects.bulk_create(
            Stakeholder(
                relationship=row,
                account=row.account,
                contact=self.contacts[one.contact],
                role=one.role,
                power=one.power,
                accountable=one.accountable,
                commands=one.commands,
                reports_to=self.contacts.get(one.reports_to),
                readiness=one.readiness,
                readiness_why=one.why,
                known_on=max(planned.today - demo_people.KNOWN_FOR, row.created_at.date()) if one.power else None,
            )
            for row, planned in rows
            for one in demo_people.stakes_of(planned, self.planned.places)
        )
        Introduction.objects.bulk_create(
            Introduction(
                relationship=row,
                account=row.account,
                wanted=one.wanted,
                instead_of=self.contacts.get(one.instead_of),
                through=self.contacts.get(one.through),
                keeper=row.owner,
                opened_on=one.since,
                closed_on=one.done_on,
                met=self.contacts.get(one.through) if one.done_on else None,
                written_by=row.owner,
                written_at=self._moment(planned, one.since),
            )
            for row, planned in rows
            for one in demo_people.introductions_of(planned, self.planned.places)
        )
        return len(made)

    def promises(self) -> int:
        """Rows of the promises and of what became of each; ``judge`` derives the rest and writes the evidence."""
        pairs = [(row, planned, told.promises_of(planned)) for row, planned in self._told()]
        flat = [(row, planned, promise) for row, planned, promises in pairs for promise in promises]
        made = Commitment.objects.bulk_create(self._promise(*one) for one in flat)
        first = 0
        for _row, _planned, promises in pairs:
            for number, promise in enumerate(promises):
                if promise.follows is not None:
                    Commitment.objects.filter(pk=made[first + number].pk).update(follows=made[first + promise.follows])
            first += len(promises)
        self._what_became(list(zip(made, [promise for _row, _planned, promise in flat], strict=True)))
        actions.judge([row.pk for row in made], now=self.now)
        return len(made)

    def _promise(self, row: Relationship, planned: PlannedRelationship, one: PlannedPromise) -> Commitment:
        return Commitment(
            relationship=row,
            account=row.account,
            side=one.side,
            what=one.what,
            made_on=one.made_on,
            due_on=one.due_on,
            binding_on=one.due_on,
            remedy=one.remedy,
            colleague=self.users[one.colleague],
            contact=self.contacts[one.contact],
            keeper=row.owner,
            interaction=self.entries[row.pk, one.talk] if one.talk is not None else None,
            written_by=self.users[one.colleague],
            written_at=self._moment(planned, one.made_on),
        )

    def _moment(self, planned: PlannedRelationship, day: date) -> datetime:
        """Some time of that day there, never later than now."""
        return min(company.at(day, 15, 0, planned.zone), self.now.moment(planned.zone))

    def _what_became(self, pairs: list[tuple[Commitment, PlannedPromise]]) -> None:
        def about(row: Commitment, day: date) -> dict[str, Any]:
            at = min(company.at(day, 16, 0, row.relationship.zone), self.now.moment(row.relationship.zone))
            return {"commitment": row, "account": row.account, "written_by": row.keeper, "written_at": at}

        Renegotiation.objects.bulk_create(
            Renegotiation(agreed_on=on, new_due_on=to, reason=why, **about(row, on))
            for row, one in pairs
            for on, to, why in one.moves
        )
        Fulfilment.objects.bulk_create(
            Fulfilment(kept_on=one.kept_on, note=one.note, **about(row, one.kept_on))
            for row, one in pairs
            if one.kept_on
        )
        Miss.objects.bulk_create(
            Miss(
                missed_on=one.missed_on,
                explanation=one.explanation,
                plan=one.plan,
                explained_on=one.explained_on,
                **about(row, one.missed_on),
            )
            for row, one in pairs
            if one.missed_on
        )

    def feedback(self) -> int:
        """What was said and what became of it; ``settle`` derives the days and writes the evidence."""
        named = {planned.partner.name: (row, planned) for row, planned in reversed(self._told())}
        made = Feedback.objects.bulk_create(self._voice(*named[one.partner], one) for one in heard.FEEDBACK)
        keys = {one.key: row for one, row in zip(heard.FEEDBACK, made, strict=True) if one.key}
        steps = []
        for one, row in zip(heard.FEEDBACK, made, strict=True):
            planned = named[one.partner][1]
            for kind, after, text, url in one.steps:
                day = row.heard_on + timedelta(days=after)
                steps.append(
                    FeedbackStep(
                        feedback=row, account_id=row.account_id, kind=kind, done_on=day, text=text, url=url,
                        written_by=row.keeper, written_at=self._moment(planned, day),
                    )
                )  # fmt: skip
            if one.into:
                Feedback.objects.filter(pk=row.pk).update(grew_into=keys[one.into])
            if one.promise:
                asked = Commitment.objects.filter(relationship=row.relationship_id, what=one.promise)
                asked.update(feedback=row)
        FeedbackStep.objects.bulk_create(steps)
        actions.settle([row.pk for row in made], now=self.now)
        return len(made)

    def _voice(self, row: Relationship, planned: PlannedRelationship, one: heard.Told) -> Feedback:
        theirs = heard.voices_of(planned)
        contact = self.contacts[theirs[one.voice % len(theirs)]] if isinstance(one.voice, int) and theirs else None
        day = planned.today - timedelta(days=one.ago)
        return Feedback(
            relationship=row,
            account=row.account,
            side=one.side,
            nature=one.nature,
            said=one.said,
            hidden=one.hidden,
            unsaid=one.unsaid,
            severity=one.severity,
            contact=contact,
            colleague=self.users[one.voice] if isinstance(one.voice, str) else None,
            behalf_of=one.behalf_of,
            keeper=row.owner,
            where=one.where,
            heard_on=day,
            written_by=row.owner,
            written_at=self._moment(planned, day),
        )

    def beside(self) -> None:
        """Parts, hand-overs, who is away, and what colleagues said to each other."""
        named = {planned.partner.name: (row, planned) for row, planned in reversed(self._told())}
        RelationshipMember.objects.bulk_create(
            RelationshipMember(
                relationship=named[part.partner][0], user=self.users[part.who], role=part.role, subject=part.subject
            )
            for part in told.PARTS
        )
        HandOver.objects.bulk_create(
            HandOver(
                relationship=named[partner][0],
                former=self.users[former],
                next=named[partner][0].owner,
                note=note,
                made_by=self.users[former],
                made_at=self.now.instant - timedelta(days=ago),
            )
            for partner, former, ago, note in told.HANDED_OVER
        )
        today = self.now.today("Europe/London")
        Cover.objects.bulk_create(
            Cover(
                absent=self.users[away.absent],
                stand_in=self.users[away.stand_in],
                from_on=today + timedelta(days=away.begins_in),
                until_on=today + timedelta(days=away.ends_in),
                note=away.note,
            )
            for away in told.COVERS
        )
        for remark in told.REMARKS:
            row, planned = named[remark.partner]
            comment = Comment.objects.create(
                relationship=row,
                interaction=self.entries[row.pk, self._last(planned)],
                text=remark.text,
                written_by=self.users[remark.who],
                written_at=self.now.instant - timedelta(days=remark.ago, hours=2),
            )
            Mention.objects.bulk_create(Mention(comment=comment, user=self.users[name]) for name in remark.names)
        for partner, title, page in told.LINKS:
            Attachment.objects.create(
                relationship=named[partner][0],
                title=title,
                url=f"https://www.{company.slug(partner)}.example/{page}",
                added_by=named[partner][0].owner,
                added_at=self.now.instant - timedelta(days=9),
            )

    def stages(self) -> int:
        return demo_stage_rows.write(self._told(), self.users, self.contacts, self.now)

    def problems(self) -> int:
        return demo_problems.write(self._named(), self.users, self.now)

    def plays(self) -> int:
        return demo_plays.write(self._named(), self.users, self.now)

    def meetings(self) -> int:
        return demo_meetings.write(self._named(), self.now)

    def series(self) -> int:
        return demo_series.write(self._named(), self.now)

    def evidence(self) -> int:
        return demo_evidence.write(self._told(), self.now)

    def listening_posts(self) -> int:
        return demo_listening.write(self._named(), self.users, self.now)

    def captured(self) -> int:
        return demo_capture.write(self._named(), self.users, self.now)

    def feelings(self) -> int:
        return demo_feelings.write(self._named(), self.now)

    def pulses(self) -> int:
        return demo_pulse.write(self._named(), self.now)

    def _named(self) -> dict[str, Relationship]:
        """Each partner's first relationship."""
        return {planned.partner.name: row for row, planned in reversed(self._told())}

    def _told(self) -> list[tuple[Relationship, PlannedRelationship]]:
        return list(zip(self.rows, self.planned.relationships, strict=True))

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
            for row, planned in self._told()
            for flag in planned.flags
        )
