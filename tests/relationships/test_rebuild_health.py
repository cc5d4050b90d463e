"""Standings kept and made anew: the command, days before and after, and whatever may become of a relationship."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import actions as accounts
from accounts.models import Contact
from accounts.undo import INVERSES, take_back
from relationships import actions, ledger
from relationships.health import Weights
from relationships.models import EvidenceSums, Halt, Relationship, Stakeholder, Standing
from tests import people
from tests.access import inverses
from tests.imports.shapes import MEETINGS, text
from tests.relationships.records import DAY, MONDAY, Elsewhere, agreed, log, noon, waiting_for_a_lock
from tests.relationships.test_health_lives import assert_stands
from web.clock import Now

pytestmark = pytest.mark.django_db

NOW = noon(MONDAY)


def lived(**fields: Any) -> Relationship:
    """Met every 14 days, and after longer; promises of both sides; somebody who decides was seen a week ago."""
    row = agreed(14, start=MONDAY - 100 * DAY, **fields)
    for ago in (95, 80, 60, 55, 30, 7):
        log(row, MONDAY - ago * DAY, begun_by="ours" if ago % 2 else "theirs")
    people.promise(row, due_on=MONDAY - 10 * DAY)
    kept = people.promise(row, "theirs", due_on=MONDAY - 20 * DAY)
    actions.keep_promise(actor=row.owner, now=noon(MONDAY - 21 * DAY), commitment=kept)
    people.promise(row, due_on=MONDAY + 5 * DAY, made_on=MONDAY - 2 * DAY)
    by: dict[str, Any] = {"actor": row.owner, "now": noon(MONDAY - 60 * DAY)}
    contact = accounts.add_contact(**by, account=row.account, name="Ingrid Moe").row.contact
    actions.name_stakeholder(**by, relationship=row, contact=contact, power="decides")
    log(row, MONDAY - 40 * DAY, contacts=[contact])
    log(row, MONDAY - 7 * DAY, contacts=[contact])
    actions.sweep_cadence(now=NOW)
    row.refresh_from_db()
    return row


def check(day: date = MONDAY) -> int:
    return actions.rebuild_health(now=noon(day), check=True).different


# The command ---------------------------------------------------------------------------------------------------------


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """What it printed; ``different`` beyond nothing is an error where it was to check."""
    try:
        call_command("rebuild_health", "--as-of", MONDAY.isoformat(), *arguments)
    except CommandError as error:
        assert error.returncode == 1
        assert "--check" in arguments
    (line,) = capsys.readouterr().out.splitlines()
    told: dict[str, Any] = json.loads(line)
    assert list(told) == ["relationships", "different", "seconds"]
    assert 0 <= told.pop("seconds") < 60
    return told


def spoilt_sum(row: Relationship) -> None:
    EvidenceSums.objects.filter(pk=row.pk).update(trust_theirs_r=3.0)


def spoilt_standing(row: Relationship) -> None:
    Standing.objects.filter(pk=row.pk).update(earned=99.0)


def never_summed(row: Relationship) -> None:
    EvidenceSums.objects.filter(pk=row.pk).delete()


def spoilt_day(row: Relationship) -> None:
    Stakeholder.objects.filter(relationship=row).update(seen_on=MONDAY - 30 * DAY)


def written_by_hand(row: Relationship) -> None:
    """A row of the ledger that no verb told the sums of."""
    row.evidence.filter(kind="promise_kept").delete()


@pytest.mark.parametrize("spoil", [spoilt_sum, spoilt_standing, never_summed, spoilt_day, written_by_hand])
def test_check_finds_what_was_spoilt_and_changes_nothing(
    spoil: Callable[[Relationship], None], capsys: pytest.CaptureFixture[str]
) -> None:
    row, other = lived(), lived()
    assert said(capsys, "--check") == {"relationships": 2, "different": 0}
    sound = picture()
    spoil(other)
    assert row.pk != other.pk
    before = picture()
    assert before != sound or spoil is written_by_hand
    assert said(capsys, "--check") == {"relationships": 2, "different": 1}
    assert picture() == before
    assert said(capsys) == {"relationships": 2, "different": 1}
    assert said(capsys, "--check") == {"relationships": 2, "different": 0}
    assert (picture() == sound) == (spoil is not written_by_hand)


def picture() -> list[Any]:
    """What is kept, to the ninth place."""
    rows = [
        *Standing.objects.order_by("pk").values(),
        *EvidenceSums.objects.order_by("pk").values(),
        *Stakeholder.objects.order_by("pk").values("pk", "seen_on"),
    ]
    # The print of the rhythm says with what a verb made it, and a rebuild needs none; flags are the sweep's to judge.
    return [
        {
            name: float(f"{value:.9g}") if isinstance(value, float) else value
            for name, value in row.items()
            if name != "rhythm" and not name.startswith("flags_")
        }
        for row in rows
    ]


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="--as-of takes a day"):
        call_command("rebuild_health", "--as-of", "soon")


def test_rebuild_takes_the_same_statements_for_any_number() -> None:
    counts = []
    for more in (1, 3):
        for _number in range(more):
            agreed(14, touched=MONDAY - 3 * DAY)
        with CaptureQueriesContext(connection) as queries:
            assert actions.rebuild_health(now=NOW).different == 0
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16, counts


# Days before and after -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sweep", [True, False])
def test_as_of_an_earlier_day_and_a_later_one(sweep: bool) -> None:
    """By the sweep, which knows what has become late by then, and by the rebuild, which takes the ledger as it is."""
    row = lived()
    earned = []
    for day in (MONDAY, MONDAY - 35 * DAY, MONDAY + 45 * DAY, MONDAY - 98 * DAY, MONDAY - 200 * DAY, MONDAY):
        if sweep:
            actions.sweep_cadence(now=noon(day))
        else:
            actions.rebuild_health(now=noon(day))
        assert_stands(row, noon(day), Weights())
        assert check(day) == 0
        earned.append(round(Standing.objects.get(pk=row.pk).earned, 6))
    assert earned[0] == earned[-1]
    # Nothing was known before the first contact.
    assert len(set(earned)) == 4 and earned[3] == earned[4] == 0


def test_who_was_seen_after_that_day_counts_as_seen_before() -> None:
    row = lived()
    stake = row.stakeholders.get()
    assert stake.seen_on == MONDAY - 7 * DAY
    actions.rebuild_health(now=noon(MONDAY - 20 * DAY))
    assert_stands(row, noon(MONDAY - 20 * DAY), Weights())
    assert Standing.objects.get(pk=row.pk).access_b > 0.2


# When somebody was seen last ----------------------------------------------------------------------------------------


def test_when_somebody_was_seen_follows_the_talks() -> None:
    row = agreed(14)
    by: dict[str, Any] = {"actor": row.owner, "now": NOW}
    contact = Contact.objects.create(name="Ingrid Moe")

    def seen() -> date | None:
        return Stakeholder.objects.get(relationship=row).seen_on

    log(row, MONDAY - 20 * DAY, contacts=[contact])
    named = actions.name_stakeholder(**by, relationship=row, contact=contact, power="decides")
    assert seen() == MONDAY - 20 * DAY
    last = log(row, MONDAY - 3 * DAY, now=NOW, contacts=[contact])
    log(row, MONDAY - 9 * DAY, now=NOW, contacts=[contact])
    log(row, MONDAY - DAY, now=NOW, contacts=[contact], two_way=False)
    log(row, MONDAY, contacts=[])
    assert seen() == MONDAY - 3 * DAY
    without = actions.change_interaction(**by, interaction=last.row, values={}, contacts=[], colleagues=[row.owner])
    assert seen() == MONDAY - 9 * DAY
    take_back(step_id=without.step.pk, **by)
    assert seen() == MONDAY - 3 * DAY
    removed = actions.remove_interaction(**by, interaction_id=last.row.pk)
    assert seen() == MONDAY - 9 * DAY
    gone = actions.remove_stakeholder(**by, stakeholder_id=named.row.pk)
    take_back(step_id=removed.step.pk, **by)
    take_back(step_id=gone.step.pk, **by)
    assert seen() == MONDAY - 3 * DAY
    assert check() == 0


def test_who_left_and_is_back_counts_again_at_once() -> None:
    """Their place is kept below, where nothing is known of health: what is taken back is followed all the same."""
    row = lived()
    by: dict[str, Any] = {"actor": row.owner, "now": NOW}
    known = Standing.objects.get(pk=row.pk).access_b
    step = actions.somebody_left(**by, relationship=row, contact=row.stakeholders.get().contact).step
    for left in (True, False, True):
        assert check() == 0
        assert (Standing.objects.get(pk=row.pk).access_b < known) == left
        step = take_back(step_id=step.pk, **by).step


# What may become of a relationship -----------------------------------------------------------------------------------


def without_agreement() -> list[Relationship]:
    row = people.relationship()
    log(row, MONDAY - 9 * DAY)
    people.promise(row, due_on=MONDAY - 3 * DAY)
    return [row]


def with_an_agreement_to_come() -> list[Relationship]:
    row = people.relationship()
    log(row, MONDAY - 9 * DAY)
    actions.agree_cadence(
        actor=row.owner, now=NOW, relationship=row, every_days=7, starts_on=MONDAY + 9 * DAY, reason="They asked"
    )
    return [row]


def paused() -> list[Relationship]:
    row = lived()
    actions.pause(actor=row.owner, now=noon(MONDAY - 3 * DAY), relationship=row, reason="Merger")
    return [row]


def paused_before_another_rhythm() -> list[Relationship]:
    """Which begins in the pause, so that no date of the check-ins changes."""
    row = lived()
    actions.agree_cadence(
        actor=row.owner, now=NOW, relationship=row, every_days=90, starts_on=MONDAY + 20 * DAY, reason="They asked"
    )
    actions.pause(actor=row.owner, now=NOW, relationship=row, reason="Merger")
    return [row]


def ended() -> list[Relationship]:
    row = lived()
    actions.end_relationship(actor=row.owner, now=noon(MONDAY - 3 * DAY), relationship=row, reason="They closed")
    return [row]


def removed_and_back() -> list[Relationship]:
    row = lived()
    actions.remove_relationship(actor=row.owner, now=noon(MONDAY - 3 * DAY), relationship=row)
    actions.sweep_cadence(now=NOW)
    actions.bring_relationship_back(actor=row.owner, now=NOW, relationship_id=row.pk)
    return [row]


def merged() -> list[Relationship]:
    one, other = lived(), lived()
    actions.merge_accounts(actor=people.alice(), now=NOW, kept=one.account, gone=other.account)
    assert set(Standing.objects.values_list("account", flat=True)) == {one.account_id}
    actions.sweep_cadence(now=NOW)
    return [one, other]


def merged_and_two_again() -> list[Relationship]:
    one, other = lived(), lived()
    done = actions.merge_accounts(actor=people.alice(), now=NOW, kept=one.account, gone=other.account)
    take_back(step_id=done.step.pk, actor=people.alice(), now=NOW)
    assert set(Standing.objects.values_list("account", flat=True)) == {one.account_id, other.account_id}
    return [one, other]


BECOME = [
    without_agreement,
    with_an_agreement_to_come,
    paused,
    paused_before_another_rhythm,
    ended,
    removed_and_back,
    merged,
    merged_and_two_again,
]


@pytest.mark.parametrize("become", BECOME)
def test_standing_is_that_of_the_oracle(become: Callable[[], list[Relationship]]) -> None:
    rows = become()
    assert check() == 0
    for day in (MONDAY, MONDAY + 40 * DAY, MONDAY - 20 * DAY):
        actions.sweep_cadence(now=noon(day))
        assert check(day) == 0
        for row in rows:
            assert_stands(Relationship.objects.get(pk=row.pk), noon(day), Weights())


def test_a_pause_neither_gains_nor_loses_rhythm() -> None:
    (row,) = paused()
    assert Halt.objects.filter(relationship=row).count() == 1
    actions.sweep_cadence(now=NOW)
    before = Standing.objects.get(pk=row.pk)
    actions.sweep_cadence(now=noon(MONDAY + 40 * DAY))
    after = Standing.objects.get(pk=row.pk)
    # What was kept fades; no day of the pause counts as late.
    assert after.cadence_d < before.cadence_d + 0.05


def test_what_is_removed_is_left_as_it_was() -> None:
    row = lived()
    actions.remove_relationship(actor=row.owner, now=NOW, relationship=row)
    before = Standing.objects.get(pk=row.pk).as_of
    actions.sweep_cadence(now=noon(MONDAY + 5 * DAY))
    assert Standing.objects.get(pk=row.pk).as_of == before
    assert actions.rebuild_health(now=noon(MONDAY + 5 * DAY)).relationships == 0


def test_an_imported_history_stands_at_once(tmp_path: Path) -> None:
    file, now = tmp_path / "book.csv", Now.on(date(2020, 3, 2))
    rows = [["Ann Lee", f"Talk {day}", "Acme", f"{day:02}/01/2020"] for day in (3, 9, 17, 21, 30)]
    for more in ([], [["Ann Lee", "Earlier", "Acme", "12/12/2019"], ["Ann Lee", "Later", "Acme", "20/02/2020"]]):
        rows += more
        file.write_bytes(text(rows))
        where = ("--mapping", json.dumps(MEETINGS), "--as-of", "2020-03-02")
        call_command("import_csv", str(file), *where, stdout=StringIO(), stderr=StringIO())
        row = Relationship.objects.get(account__name="Acme")
        assert row.evidence.filter(kind="touch").count() == len(rows)
        assert_stands(row, now, Weights())
        assert actions.rebuild_health(now=now, check=True).different == 0


# The sweep -----------------------------------------------------------------------------------------------------------


def test_what_falls_late_after_a_verb_of_that_day_counts_on_that_day() -> None:
    row = agreed(14, touched=MONDAY - DAY)
    people.promise(row, due_on=MONDAY - DAY)
    log(row, MONDAY)
    assert Standing.objects.get(pk=row.pk).trust_d == 0
    assert actions.sweep_cadence(now=NOW).late == 1
    assert Standing.objects.get(pk=row.pk).trust_ours_d > 0
    assert check() == 0


@pytest.mark.django_db(transaction=True)
def test_a_log_while_the_sweep_sums_is_summed_too() -> None:
    """The sweep waits for the verb, and reads what it wrote."""
    row = agreed(14, touched=MONDAY - 9 * DAY)
    people.promise(row, due_on=MONDAY - DAY)
    ledger.fall_late(NOW)
    assert EvidenceSums.objects.get(pk=row.pk).stale
    with transaction.atomic():
        log(row, MONDAY, begun_by="ours")
        # As another deed would that takes away what was written.
        EvidenceSums.objects.filter(pk=row.pk).update(stale=True)
        with waiting_for_a_lock():
            other = Elsewhere(lambda: actions.stand_all(now=NOW))
    other.join()
    assert_stands(row, NOW, Weights())
    assert check() == 0


# Every verb ----------------------------------------------------------------------------------------------------------


def test_every_deed_and_its_undo_keep_it() -> None:
    """Places of people are kept below, where nothing is known of health: those wait for the sweep."""
    now, wrong = inverses.NOW, []
    for name, deed in inverses.OF_ALICE.items():
        with transaction.atomic():
            alice = people.alice()
            step = deed({"actor": alice, "now": now}).step
            for what in ("done", "taken back"):
                if step.verb.startswith("accounts."):
                    actions.sweep_cadence(now=now)
                # A row made without a verb waits for the sweep, too.
                bare = Relationship.objects.filter(sums=None, removed_at=None).count()
                if actions.rebuild_health(now=now, check=True).different != bare:
                    wrong.append(f"{name}, {what}")
                step = INVERSES[step.verb](actor=alice, now=now, **step.arguments).step
            transaction.set_rollback(True)
    assert wrong == [], "; ".join(wrong)
