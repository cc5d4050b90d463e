"""One mail per person and week, however often it is run, by how many, and wherever it is killed."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from accounts.models import User
from mail import actions, outbox
from mail.models import WEEKLY, Kind, OutboxMail
from mail.outbox import Claim
from mail.sender import Sender, Tally
from tests import people
from tests.mail.conftest import Killer, Start, there_for_long
from tests.mail.post import Postbox, hostile
from tests.relationships.records import agreed
from web.clock import Now

pytestmark = pytest.mark.django_db

State = OutboxMail.State
MONDAY_AT_EIGHT = "2026-03-02T08:00:00+00:00"
NOW = Now.parse(MONDAY_AT_EIGHT)
WEEK = timedelta(days=7)


def three_with_something_to_say() -> set[str]:
    owners = [there_for_long(person) for person in (people.alice(), people.bob(), people.outsider())]
    for owner in owners:
        agreed(owner=owner)
    return {owner.email for owner in owners}


def send(now: Now = NOW) -> tuple[int, int, int, int]:
    tally = actions.send_mail(now=now, kinds=WEEKLY)
    return tally.planned, tally.sent, tally.skipped, tally.unsure


def states() -> Counter[str]:
    return Counter(OutboxMail.objects.values_list("state", flat=True))


def at_once() -> None:
    """As if the wait before the next attempt were over."""
    OutboxMail.objects.filter(state=State.PLANNED).update(lease_until=None)


# Once ------------------------------------------------------------------------------------------------------------


def test_digest_goes_out_once_however_often_it_is_run(box: Postbox) -> None:
    addresses = three_with_something_to_say()
    assert send() == (3, 3, 0, 0)
    assert send() == (0, 0, 0, 0)
    assert box.copies == Counter(addresses)


def test_digest_of_the_next_week_is_another(box: Postbox) -> None:
    addresses = three_with_something_to_say()
    send()
    assert send(Now(NOW.instant + WEEK)) == (3, 3, 0, 0)
    assert box.copies == Counter(dict.fromkeys(addresses, 2))


def test_owner_with_nothing_to_say_gets_nothing(box: Postbox) -> None:
    there_for_long(people.alice())
    people.relationship()
    assert send() == (1, 0, 1, 0)
    assert send() == (0, 0, 0, 0)
    assert box.taken == []


@pytest.mark.parametrize(
    ("moment", "planned"),
    [("2026-03-02T06:59:59+00:00", 0), ("2026-03-02T07:00:00+00:00", 1), ("2026-03-08T23:59:59+00:00", 1)],
)
def test_digest_is_due_from_seven_on_monday_until_the_week_ends(box: Postbox, moment: str, planned: int) -> None:
    there_for_long(people.alice())
    agreed()
    assert send(Now.parse(moment))[0] == planned


def test_hour_is_that_of_the_persons_own_zone(box: Postbox) -> None:
    there_for_long(people.alice(), "Pacific/Auckland")
    there_for_long(people.bob(), "America/Los_Angeles")
    # Else he would be due one of the former week, which is not over where he is.
    User.objects.filter(email="bob@concord.example").update(joined_at=datetime(2026, 2, 25, tzinfo=UTC))
    agreed()
    agreed(owner=people.bob())
    assert send(Now.parse("2026-03-01T18:00:00+00:00")) == (1, 1, 0, 0)
    assert send(Now.parse("2026-03-02T14:59:00+00:00")) == (0, 0, 0, 0)
    assert send(Now.parse("2026-03-02T15:00:00+00:00")) == (1, 1, 0, 0)


def test_named_day_counts_as_the_whole_day_in_every_zone(box: Postbox) -> None:
    there_for_long(people.alice(), "Pacific/Pago_Pago")
    there_for_long(people.bob(), "Pacific/Kiritimati")
    agreed()
    agreed(owner=people.bob())
    assert send(Now.on(date(2026, 3, 2))) == (2, 2, 0, 0)


def test_person_who_came_after_the_hour_waits_for_the_next_week(box: Postbox) -> None:
    person = there_for_long(people.alice())
    agreed()
    person.joined_at = datetime(2026, 3, 2, 7, 0, 1, tzinfo=UTC)
    person.save()
    assert send() == (0, 0, 0, 0)


@pytest.mark.parametrize("change", [{"is_active": False}, {"audience": User.Audience.PARTNER}])
def test_people_who_are_not_of_the_staff_any_more_get_nothing(box: Postbox, change: dict[str, Any]) -> None:
    there_for_long(people.alice())
    agreed()
    actions.plan_mail(now=NOW)
    User.objects.filter(pk=people.alice().pk).update(**change)
    assert send() == (0, 0, 1, 0)
    assert box.taken == []


def test_missed_weeks_are_covered_by_one_mail(settings: Settings, box: Postbox) -> None:
    three_with_something_to_say()
    good_port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    for weeks in range(3):
        assert send(Now(NOW.instant + weeks * WEEK))[1:] == (0, 0, 0)
    settings.EMAIL_PORT = good_port
    assert send(Now(NOW.instant + 3 * WEEK)) == (3, 3, 0, 0)
    assert states() == {State.SENT: 3, State.SUPERSEDED: 9}
    assert set(box.copies.values()) == {1}


def test_message_id_is_the_same_on_every_machine_with_the_key(box: Postbox) -> None:
    three_with_something_to_say()
    send()
    first = set(OutboxMail.objects.values_list("message_id", flat=True))
    OutboxMail.objects.all().delete()
    send()
    assert set(OutboxMail.objects.values_list("message_id", flat=True)) == first
    assert len(first) == 3


def test_bytes_are_dropped_once_the_mail_is_sent(box: Postbox) -> None:
    three_with_something_to_say()
    send()
    assert list(OutboxMail.objects.values_list("raw", flat=True)) == [None] * 3


# The command -------------------------------------------------------------------------------------------------------


def test_command_ends_with_one_line_of_json(box: Postbox, capsys: pytest.CaptureFixture[str]) -> None:
    three_with_something_to_say()
    call_command("send_digests", "--as-of", MONDAY_AT_EIGHT)
    assert json.loads(capsys.readouterr().out) == {"planned": 3, "sent": 3, "skipped": 0, "unsure": 0}


def test_command_refuses_a_moment_without_its_offset() -> None:
    with pytest.raises(CommandError, match="offset"):
        call_command("send_digests", "--as-of", "2026-03-02T08:00:00")


def test_command_says_that_the_server_is_away(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    three_with_something_to_say()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    call_command("send_digests", "--as-of", MONDAY_AT_EIGHT)
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {"planned": 3, "sent": 0, "skipped": 0, "unsure": 0}
    assert "127.0.0.1:1" in shown.err


# Killed, and two at once -------------------------------------------------------------------------------------------

STAGES = ["plan", "claim", "render", "mid data", "transmit", "fence", "dot", "reply", "sent"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("stage", STAGES)
def test_sender_killed_at_a_stage_and_run_again_leaves_nobody_out(
    box: Postbox, killer: Killer, stage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    addresses = three_with_something_to_say()
    assert (killer.kill(stage, 2, MONDAY_AT_EIGHT, box.port), killer.said.read_text()) == (-9, "")
    call_command("send_digests", "--as-of", MONDAY_AT_EIGHT)
    out, err = capsys.readouterr()
    unsure = {mail.person.email for mail in OutboxMail.objects.unsure()}
    assert set(box.copies.values()) == {1}
    assert set(box.copies) | unsure == addresses
    assert states() == ({State.SENT: 2, State.DOT: 1} if unsure else {State.SENT: 3})
    assert len(unsure) == (stage in {"fence", "dot", "reply"})
    assert json.loads(out)["unsure"] == 0
    assert ("never answered" in err) is bool(unsure)


def test_two_processes_at_once_send_each_mail_once(box: Postbox, start: Start) -> None:
    addresses = set()
    for number in range(24):
        owner = User.objects.create_user(f"person{number}@concord.example", name=f"Person {number}")
        agreed(owner=there_for_long(owner))
        addresses.add(owner.email)
    both = [start("manage.py", "send_digests", "--as-of", MONDAY_AT_EIGHT) for _ in range(2)]
    counts = [json.loads(process.communicate(timeout=90)[0]) for process in both]
    assert box.copies == Counter(addresses)
    assert sum(count["planned"] for count in counts) == sum(count["sent"] for count in counts) == 24


def test_mail_that_kills_its_sender_each_time_is_given_up_and_shown(box: Postbox) -> None:
    there_for_long(people.alice())
    agreed()
    actions.plan_mail(now=NOW)
    for _ in range(outbox.LAST_ATTEMPT):
        assert outbox.claim(WEEKLY, NOW) is not None
        OutboxMail.objects.update(claimed_by=None)
    assert outbox.claim(WEEKLY, NOW) is None
    send()
    assert states() == {State.DEAD: 1}
    assert OutboxMail.objects.in_want_of_a_person().count() == 1


def test_row_of_a_living_sender_is_left_to_it(box: Postbox) -> None:
    there_for_long(people.alice())
    agreed()
    actions.plan_mail(now=NOW)
    assert outbox.claim(WEEKLY, NOW) is not None
    assert outbox.claim(WEEKLY, NOW) is None


def test_sender_whose_lease_was_taken_over_does_not_send(box: Postbox) -> None:
    class Overtaken(Sender):
        def fence(self, claim: Claim) -> Claim | None:
            OutboxMail.objects.update(lease_until=datetime(2020, 1, 1, tzinfo=UTC))
            assert outbox.claim(WEEKLY, NOW) is not None
            return super().fence(claim)

    there_for_long(people.alice())
    agreed()
    actions.plan_mail(now=NOW)
    assert Overtaken(kinds=WEEKLY, now=NOW).run() == Tally()
    assert box.taken == []
    assert states() == {State.CLAIMED: 1}


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_network_works(box: Postbox) -> None:
    class Watched(Sender):
        def finish(self, claim: Claim) -> None:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND relation = %s::regclass",
                    [OutboxMail._meta.db_table],
                )
                (held,) = cursor.fetchone()
            assert (held, connection.in_atomic_block) == (0, False)
            super().finish(claim)

    three_with_something_to_say()
    actions.plan_mail(now=NOW)
    assert Watched(kinds=WEEKLY, now=NOW).run().sent == 3


# Servers that misbehave ----------------------------------------------------------------------------------------------


def use(settings: Settings, port: int) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 3
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = ""


@pytest.mark.parametrize("reply", ["", "what now", "350 more"])
def test_mail_that_was_not_answered_is_not_sent_again_by_itself(settings: Settings, reply: str) -> None:
    three_with_something_to_say()
    with hostile(dot=reply) as (port, heard):
        use(settings, port)
        assert send() == (3, 0, 0, 3)
        assert send() == (0, 0, 0, 0)
        assert heard["dot"] == 3
    assert OutboxMail.objects.unsure().count() == 3


@pytest.mark.parametrize("stage", ["RCPT", "DATA", "dot"])
def test_mail_refused_for_good_bounces(settings: Settings, stage: str) -> None:
    three_with_something_to_say()
    with hostile(**{stage: "550 no such person"}) as (port, _heard):
        use(settings, port)
        assert send() == (3, 0, 0, 0)
    assert states() == {State.BOUNCED: 3}
    assert set(OutboxMail.objects.values_list("last_error", flat=True)) == {"550 no such person"}


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "dot"])
@pytest.mark.parametrize("reply", ["451 later", "421 closing", ""])
def test_mail_refused_for_now_waits_and_comes_with_the_same_bytes(
    settings: Settings, box: Postbox, stage: str, reply: str
) -> None:
    if (stage, reply) == ("dot", ""):
        reply = "452 full"
    three_with_something_to_say()
    with hostile(**{stage: reply}) as (port, _heard):
        use(settings, port)
        assert send() == (3, 0, 0, 0)
    assert states() == {State.PLANNED: 3}
    kept = {bytes(raw or b"") for raw in OutboxMail.objects.values_list("raw", flat=True)}
    use(settings, box.port)
    assert send() == (0, 0, 0, 0)
    at_once()
    assert send(Now(NOW.instant + timedelta(days=1))) == (0, 3, 0, 0)
    assert {content for _to, content in box.taken} == kept


def test_connection_that_ends_in_the_body_costs_nothing(settings: Settings, box: Postbox) -> None:
    three_with_something_to_say()
    with hostile(body="") as (port, _heard):
        use(settings, port)
        assert send()[1] == 0
    use(settings, box.port)
    at_once()
    send()
    unsure = {mail.person.email for mail in OutboxMail.objects.unsure()}
    assert len(set(box.copies) | unsure) == 3
    assert not set(box.copies) & unsure


@pytest.mark.parametrize("says", [{"greeting": "554 go away"}, {"greeting": ""}, {"MAIL": "550 not this sender"}])
def test_server_that_takes_no_mail_at_all_costs_no_attempt(
    settings: Settings, box: Postbox, says: dict[str, str]
) -> None:
    three_with_something_to_say()
    with hostile(**says) as (port, _heard):
        use(settings, port)
        for _ in range(outbox.LAST_ATTEMPT + 2):
            assert send()[1:] == (0, 0, 0)
    use(settings, box.port)
    assert send() == (0, 3, 0, 0)


def test_mail_put_off_too_often_is_given_up_and_shown(settings: Settings) -> None:
    there_for_long(people.alice())
    agreed()
    with hostile(RCPT="450 busy") as (port, heard):
        use(settings, port)
        for _ in range(outbox.LAST_ATTEMPT + 3):
            send()
            at_once()
        assert heard["RCPT"] == outbox.LAST_ATTEMPT
    assert states() == {State.DEAD: 1}


def test_address_that_cannot_be_written_holds_up_nobody_else(box: Postbox) -> None:
    three_with_something_to_say()
    User.objects.filter(pk=people.alice().pk).update(email="zoë@concord.example")
    assert send() == (3, 2, 0, 0)
    assert states() == {State.SENT: 2, State.BOUNCED: 1}


def test_invitation_kind_is_left_to_the_worker_by_the_command(box: Postbox) -> None:
    assert Kind.INVITATION not in WEEKLY
    there_for_long(people.alice())
    agreed()
    OutboxMail.objects.create(
        kind=Kind.INVITATION, recipient=people.bob(), period="invitation:1", due_at=NOW.instant, planned_at=NOW.instant
    )
    call_command("send_digests", "--as-of", MONDAY_AT_EIGHT)
    assert OutboxMail.objects.get(kind=Kind.INVITATION).state == State.PLANNED
