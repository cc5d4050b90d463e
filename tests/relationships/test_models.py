"""What the database refuses whatever code asks for it, and what lists find."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import Model

from accounts.models import Account, AccountAlias, Affiliation, Contact, ExternalId, Membership, Team, User
from relationships.cadence import State
from relationships.models import CadenceAgreement, Interaction, MissedCheckIn, Relationship, Snooze
from tests import people
from tests.relationships.records import DAY, MONDAY, START, agreed, noon
from web.clock import Now

NOW = noon(MONDAY)


# Constraints -------------------------------------------------------------------------------------------------------


def agreement(every_days: int, reason: str = "") -> Model:
    row = people.relationship()
    return CadenceAgreement(
        relationship=row,
        account=row.account,
        every_days=every_days,
        starts_on=START,
        made_at=NOW.instant,
        reason=reason,
    )


def snooze(days: int, reason: str = "On leave") -> Model:
    return Snooze(
        relationship=people.relationship(),
        from_on=MONDAY,
        until_on=MONDAY + days * DAY,
        reason=reason,
        made_at=NOW.instant,
    )


def another(row: Relationship, **fields: Any) -> Model:
    return Relationship(**{"account": row.account, "owner": row.owner, "name": row.name, **fields})


def imported(row: Relationship, digest: str | None = "ab12") -> Model:
    return Interaction(
        relationship=row,
        account=row.account,
        occurred_on=MONDAY,
        channel="meeting",
        logged_at=NOW.instant,
        import_digest=digest,
    )


def twice(make: Callable[[], Model]) -> Model:
    make().save(force_insert=True)
    return make()


def imported_twice(digest: str | None = "ab12") -> Model:
    row = people.relationship()
    return twice(lambda: imported(row, digest))


def flagged_twice() -> Model:
    row = people.relationship()
    return twice(lambda: flag(row))


def flag(row: Relationship) -> Model:
    return MissedCheckIn(relationship=row, account=row.account, due_on=MONDAY, raised_at=NOW.instant)


LONG = "Gesellschaft " * 110  # 1,430 characters: names like this exist

REFUSED: dict[str, Callable[[], Model]] = {
    "cadence_over_a_month_has_reason": lambda: agreement(32),
    "cadence_between_a_day_and_a_year": lambda: agreement(0),
    "cadence_between_a_day_and_a_year-": lambda: agreement(367, "They asked for it"),
    "relationship_pause_has_reason": lambda: Relationship(
        account=people.account(), owner=people.alice(), paused_since=MONDAY
    ),
    "relationship_has_working_days": lambda: Relationship(account=people.account(), owner=people.alice(), workdays=[]),
    "relationship_unique_per_account": lambda: another(people.relationship(name=LONG)),
    "snooze_ends_after_it_began": lambda: snooze(-1),
    "snooze_has_reason": lambda: snooze(3, ""),
    "interaction_imported_once": imported_twice,
    "missed_check_in_once_per_gap": flagged_twice,
    "account_name_unique": lambda: twice(lambda: Account(name="Acme", name_key=LONG)),
    "account_name_not_empty": lambda: Account(name="…", name_key=""),
    "alias_unique": lambda: twice(lambda: AccountAlias(account=people.account(), name="Acme", name_key="acme")),
    "external_id_unique": lambda: twice(lambda: ExternalId(account=people.account(), system="crm", value="7")),
    "affiliation_ends_after_it_began": lambda: Affiliation(
        account=people.account(), contact=Contact.objects.create(name="Ines"), since=MONDAY, until=MONDAY - DAY
    ),
    "user_email_unique_caseless": lambda: User(email=people.alice().email.upper(), name="Not Alice"),
    "user_partner_never_administers": lambda: User(
        email="p@concord.example", name="P", audience="partner", is_administrator=True
    ),
    "team_name_unique": lambda: Team(name=people.north().name.upper()),
    "membership_once_per_team": lambda: Membership(user=people.alice(), team=people.north(), role="reader"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("constraint", REFUSED)
def test_database_refuses(constraint: str) -> None:
    row = REFUSED[constraint]()
    with pytest.raises(IntegrityError, match=constraint.rstrip("-")):
        row.save(force_insert=True)


@pytest.mark.django_db
def test_database_takes_what_is_right() -> None:
    agreement(31).save()
    agreement(366, "They asked for it").save()
    snooze(0).save()
    row = people.relationship(name=LONG)
    another(row, name="Another").save()
    imported_twice(None).save()
    Relationship.objects.filter(pk=row.pk).update(removed_at=NOW.instant)
    another(row).save()
    assert Relationship.objects.filter(account=row.account).count() == 3


@pytest.mark.django_db
def test_role_is_no_superuser_and_may_create_databases() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("concord", False, True, False)
        cursor.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
        assert cursor.fetchall() == [("concord",)]


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Relationship, CadenceAgreement, Interaction, MissedCheckIn])
def test_tables_that_partners_will_reach_carry_account_and_shared(model: type[Model]) -> None:
    with connection.cursor() as cursor:
        columns = {
            column.name for column in connection.introspection.get_table_description(cursor, model._meta.db_table)
        }
    assert {"account_id", "shared"} <= columns


# Lists -------------------------------------------------------------------------------------------------------------


def one_of_each() -> dict[State, Relationship]:
    paused = agreed(14, name="paused")
    Relationship.objects.filter(pk=paused.pk).update(
        paused_since=START, pause_reason="Merger", due_on=None, overdue_from=None, base_due_on=None, every_days=None
    )
    ended = agreed(14, name="ended")
    Relationship.objects.filter(pk=ended.pk).update(
        ended_on=START, end_reason="Taken over", due_on=None, overdue_from=None, base_due_on=None, every_days=None
    )
    booked = agreed(14, touched=MONDAY - 15 * DAY, name="booked")
    Relationship.objects.filter(pk=booked.pk).update(booked_on=MONDAY + DAY)
    return {
        State.ENDED: ended,
        State.PAUSED: paused,
        State.NO_CADENCE: people.relationship(name="none"),
        State.OVERDUE: agreed(14, name="overdue"),
        State.BOOKED: booked,
        State.DUE: agreed(14, touched=MONDAY - 15 * DAY, name="due"),
        State.NEW: agreed(14, start=MONDAY - DAY, name="new"),
        State.IN_TOUCH: agreed(14, touched=MONDAY - DAY, name="touch"),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("state", State)
def test_list_of_a_state_finds_the_rows_that_say_it_of_themselves(state: State) -> None:
    rows = one_of_each()
    assert list(Relationship.objects.in_state(state, NOW)) == [rows[state]]
    rows[state].refresh_from_db()
    assert rows[state].state(NOW) == state


@pytest.mark.django_db
def test_states_partition_the_relationships_in_every_zone_and_hour() -> None:
    for zone in ("Pacific/Kiritimati", "Asia/Kolkata", "UTC", "America/St_Johns", "Pacific/Niue"):
        for days in range(11, 18):
            agreed(14, touched=MONDAY - days * DAY, zone=zone, name=f"{zone} {days}")
        for days in (13, 14, 16):
            agreed(14, start=MONDAY - days * DAY, zone=zone, name=f"{zone} new {days}")
    for hour in range(0, 48, 5):
        now = Now(datetime(2026, 3, 1, 12, 30, tzinfo=UTC) + timedelta(hours=hour))
        found = {state: set(Relationship.objects.in_state(state, now)) for state in State}
        for row in Relationship.objects.all():
            assert [state for state, rows in found.items() if row in rows] == [row.state(now)], (row.name, hour)


@pytest.mark.django_db
def test_due_within_a_week_holds_those_in_grace_and_not_the_overdue() -> None:
    rows = {days: agreed(14, touched=MONDAY - days * DAY, name=str(days)) for days in (6, 7, 13, 14, 16, 17)}
    assert set(Relationship.objects.due_within(NOW, 7)) == {rows[7], rows[13], rows[14], rows[16]}
    assert set(Relationship.objects.due_within(Now.on(MONDAY), 7)) == {rows[7], rows[13], rows[14], rows[16]}


@pytest.mark.django_db
def test_lateness_is_days_late_over_the_interval() -> None:
    weekly = agreed(7, touched=MONDAY - 14 * DAY, name="weekly")
    quarterly = agreed(90, start=MONDAY - 100 * DAY, touched=MONDAY - 97 * DAY, name="quarterly")
    found: Any = Relationship.objects.overdue(NOW).with_lateness(NOW)
    found = found.order_by("-lateness")
    assert [(row, row.lateness) for row in found] == [
        (weekly, 1.0),
        (quarterly, pytest.approx(7 / 90)),
    ]


@pytest.mark.django_db
def test_relationship_keeps_money_to_the_cent() -> None:
    row = people.relationship(yearly_worth=Decimal("1234567890.55"))
    row.refresh_from_db()
    assert row.yearly_worth == Decimal("1234567890.55")


# Who sees what -----------------------------------------------------------------------------------------------------


EVERYTHING = {"alice", "bob", "teamless", "europe", "olga", "rita"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "sees", "changes"),
    [
        (people.alice, {"alice", "bob", "teamless"}, {"alice", "bob", "teamless"}),
        (people.bob, {"alice", "bob"}, {"alice", "bob"}),
        (people.mona, {"alice", "bob", "europe"}, {"alice", "bob", "europe"}),
        (people.rita, {"alice", "bob", "rita"}, {"rita"}),
        (people.adam, EVERYTHING, EVERYTHING),
        (people.outsider, {"olga"}, {"olga"}),
        (people.petra, set(), set()),
        (people.quentin, set(), set()),
    ],
)
def test_who_sees_and_who_changes(who: Callable[[], User], sees: set[str], changes: set[str]) -> None:
    people.relationship(name="alice")
    people.relationship(name="bob", owner=people.bob())
    people.relationship(name="teamless", team=None)
    people.relationship(name="europe", owner=people.adam(), team=people.europe())
    people.relationship(name="olga", owner=people.outsider(), team=people.south())
    people.relationship(name="rita", owner=people.rita(), team=None)
    people.relationship(name="removed", removed_at=NOW.instant)
    user = who()
    assert set(Relationship.objects.visible_to(user).values_list("name", flat=True)) == sees
    assert set(Relationship.objects.changeable_by(user).values_list("name", flat=True)) == changes


@pytest.mark.django_db
def test_who_was_deactivated_sees_nothing() -> None:
    people.relationship()
    alice = people.alice()
    alice.is_active = False
    assert not Relationship.objects.visible_to(alice).exists()
    assert not User.objects.visible_to(alice).exists()
