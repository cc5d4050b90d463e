"""Flags kept for lists: when they come on and go off, what a verb and a sweep cost, snoozes, where they stand."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Affiliation, Contact
from accounts.undo import take_back
from dashboards import health_flags
from relationships import actions, flagging, flags, history, ledger, sums
from relationships.actions.standing import flag_what_turns
from relationships.flags import Flag
from relationships.forms.portfolio import PortfolioForm
from relationships.models import EvidenceSums, HealthFlag, Interaction, InteractionContact, Relationship
from tests import people
from tests.relationships.records import DAY, MONDAY, agreed, log, noon
from web.clock import Now

pytestmark = pytest.mark.django_db
NOW = noon(MONDAY)


def standing(row: Relationship) -> list[tuple[str, str, date]]:
    return list(row.health_flags.open().order_by("kind", "side").values_list("kind", "side", "since"))


def every_flag(row: Relationship) -> list[tuple[str, date, date | None]]:
    return list(row.health_flags.order_by("since", "pk").values_list("kind", "since", "until"))


def talks(row: Relationship, days: list[date], *, begun_by: str = "unknown", people_of: str = "") -> None:
    """As if they had been logged long ago, by whichever way."""
    made = Interaction.objects.bulk_create(
        [
            Interaction(
                relationship=row, account_id=row.account_id, occurred_on=day, begun_by=begun_by, logged_at=NOW.instant
            )
            for day in days
        ]
    )
    if people_of:
        contact = Contact.objects.create(name=people_of)
        Affiliation.objects.create(contact=contact, account=row.account)
        InteractionContact.objects.bulk_create([InteractionContact(interaction=one, contact=contact) for one in made])
    ledger.follow_interactions([one.pk for one in made])


def quiet() -> Relationship:
    """In touch every ten days up to 40 days before Monday, with a rhythm of ten days."""
    row = agreed(10, start=MONDAY - 120 * DAY)
    talks(row, [MONDAY - ago * DAY for ago in range(110, 39, -10)])
    actions.refresh([row.pk], now=noon(MONDAY - 40 * DAY))
    return row


def test_a_sweep_raises_it_for_the_day_on_which_it_came_on_and_a_contact_ends_it() -> None:
    row = quiet()
    again = EvidenceSums.objects.get(pk=row.pk).flags_again_on
    assert again is not None and standing(row) == []
    assert flag_what_turns(now=noon(again - 2 * DAY)) == 0, "nothing turns before it"
    actions.sweep_cadence(now=NOW)
    assert standing(row) == [("going_quiet", "", again)]
    before = every_flag(row)
    actions.sweep_cadence(now=NOW)
    assert every_flag(row) == before, "twice is once"
    log(row, MONDAY, now=NOW)
    assert every_flag(row) == before, "less likely silent than not, but not by enough"
    contact = log(row, MONDAY + DAY, now=noon(MONDAY + DAY))
    assert every_flag(row) == [("going_quiet", again, MONDAY + DAY)]
    take_back(step_id=contact.step.pk, actor=row.owner, now=noon(MONDAY + DAY))
    assert every_flag(row) == before, "taken back, it stands as if nothing had been"


def test_what_was_judged_as_of_a_later_day_is_judged_again() -> None:
    row = quiet()
    actions.sweep_cadence(now=noon(MONDAY + 30 * DAY))
    assert standing(row) != []
    early = noon(MONDAY - 39 * DAY)
    actions.sweep_cadence(now=early)
    assert every_flag(row) == []


def test_a_pause_ends_all_flags_and_so_does_an_end() -> None:
    row = quiet()
    actions.sweep_cadence(now=NOW)
    actions.pause(actor=row.owner, now=noon(MONDAY + DAY), relationship=row, reason="Their quay is rebuilt")
    assert standing(row) == []


def test_what_falls_late_by_itself_erodes_trust_at_the_sweep() -> None:
    """The sweep writes the evidence, and looks at the flags of those whose ledger changed."""
    row = people.relationship()
    for _number in range(4):
        people.promise(row, due_on=MONDAY)
    for day in (MONDAY - 7 * DAY, MONDAY):
        actions.sweep_cadence(now=noon(day))
    assert standing(row) == []
    actions.sweep_cadence(now=noon(MONDAY + DAY))
    assert standing(row) == [("trust_eroding", "ours", MONDAY)], "late on its own day"
    assert list(flagging.turning(noon(MONDAY + DAY))) == []


def test_problems_that_nobody_speaks_about_are_seen_when_they_are_passed_over() -> None:
    row = agreed(30, touched=MONDAY)
    for what in ("No forks", "No knives"):
        actions.open_problem(
            actor=row.owner, now=NOW, relationship=row, what=what, opened_on=MONDAY, due_on=MONDAY + DAY
        )
    log(row, MONDAY + 20 * DAY, now=noon(MONDAY + 20 * DAY))
    assert standing(row) == [("fair_weather", "", MONDAY + 20 * DAY)]
    first = row.problems.earliest("pk")
    actions.solve_problem(actor=row.owner, now=noon(MONDAY + 21 * DAY), problem=first)
    assert standing(row) == []


def test_trouble_that_is_noted_after_the_talks_is_seen_at_once() -> None:
    row = agreed(14, start=MONDAY - 100 * DAY)
    days = [MONDAY - ago * DAY for ago in (50, 41, 32, 23, 14, 5)]
    for number, day in enumerate(days):
        log(row, day, begun_by=("ours", "theirs")[number % 2])
    by: dict[str, Any] = {"actor": row.owner, "now": NOW}
    assert Flag.ONLY_TROUBLE not in {kind for kind, _side, _since in standing(row)}
    steps = [
        actions.open_problem(**by, relationship=row, what="No forks", opened_on=day, due_on=MONDAY + 30 * DAY).step
        for day in days
    ]
    assert Flag.ONLY_TROUBLE in {kind for kind, _side, _since in standing(row)}
    for step in reversed(steps):
        take_back(step_id=step.pk, **by)
    assert Flag.ONLY_TROUBLE not in {kind for kind, _side, _since in standing(row)}


def invented(chance: random.Random, number: int) -> Relationship:
    """Talks, promises and problems as they come, with people of theirs or without."""
    row = agreed(chance.choice([7, 14, 30]), start=MONDAY - 300 * DAY)
    for who in ("Ingrid", "Jonas")[: chance.choice([1, 1, 2])]:
        days = [MONDAY - chance.randrange(20, 250) * DAY for _number in range(chance.choice([6, 12, 20]))]
        talks(row, days, begun_by=chance.choice(["ours", "theirs", "unknown"]), people_of=who)
    for _number in range(5 if number % 4 == 0 else 0):
        people.promise(row, due_on=MONDAY - chance.randrange(1, 20) * DAY, side="ours")
    return row


def test_what_is_kept_is_what_the_rules_say_of_what_was_written_and_costs_the_same_for_fifty() -> None:
    chance = random.Random(5)
    rows = [invented(chance, number) for number in range(10)]
    actions.sweep_cadence(now=NOW)
    actions.refresh([row.pk for row in rows], now=NOW)
    rows = list(Relationship.objects.filter(pk__in=[row.pk for row in rows]))
    rhythms = sums.rhythms_of([row.pk for row in rows])
    known = flagging.read(rows, rhythms, NOW)
    kinds = set()
    for row in rows:
        record = known[row.pk].record
        assert len(record.contacts) == row.interactions.count()
        assert {one.people for one in record.contacts} <= {frozenset({"Ingrid"}), frozenset({"Jonas"})}
        wanted = flags.judge(record, MONDAY, known[row.pk].before(MONDAY)).keys
        assert {(Flag(kind), side) for kind, side, _since in standing(row)} == wanted
        kinds |= {flag for flag, _side in wanted}
    assert kinds >= {Flag.GOING_QUIET, Flag.ONE_SIDED, Flag.SINGLE_THREADED, Flag.TRUST_ERODING}
    counts = []
    for some in (rows[:1], rows * 5):
        with CaptureQueriesContext(connection) as queries:
            flagging.keep(some, rhythms, NOW)
        counts.append(len(queries))
    assert counts == [2, 2]


def test_the_sweep_reads_of_those_alone_that_may_turn() -> None:
    rows = [quiet()]
    actions.sweep_cadence(now=NOW)
    assert list(flagging.turning(NOW)) == []
    log(rows[0], MONDAY, now=NOW)
    assert list(flagging.turning(NOW)) == [], "the verb has looked at it"
    with CaptureQueriesContext(connection) as queries:
        flag_what_turns(now=NOW)
    assert not any("FROM asked" in one["sql"] for one in queries.captured_queries)


# Snoozes


def flag_of(row: Relationship, kind: str = "one_sided", since: date = MONDAY, **more: Any) -> HealthFlag:
    return HealthFlag.objects.create(relationship=row, account_id=row.account_id, kind=kind, since=since, **more)


def test_a_snooze_says_who_why_and_until_when_and_is_taken_back() -> None:
    row = people.relationship()
    flag = flag_of(row)
    put_off = actions.snooze_flag(
        actor=people.alice(), now=NOW, flag=flag, until_on=MONDAY + 7 * DAY, reason=" A new buyer begins "
    )
    flag.refresh_from_db()
    assert (flag.snoozed_until, flag.snoozed_why, flag.snoozed_by) == (
        MONDAY + 7 * DAY,
        "A new buyer begins",
        people.alice(),
    )
    assert flag.until is None, "it stands all the same"
    take_back(step_id=put_off.step.pk, actor=people.alice(), now=NOW)
    flag.refresh_from_db()
    assert (flag.snoozed_until, flag.snoozed_why, flag.snoozed_by) == (None, "", None)


@pytest.mark.parametrize(
    ("until", "reason", "field"),
    [
        (MONDAY - DAY, "Away", "until_on"),
        (MONDAY + timedelta(days=93), "Away", "until_on"),
        (MONDAY, "  ", "reason"),
    ],
)
def test_a_snooze_is_refused(until: date, reason: str, field: str) -> None:
    flag = flag_of(people.relationship())
    with pytest.raises(ValidationError) as refused:
        actions.snooze_flag(actor=people.alice(), now=NOW, flag=flag, until_on=until, reason=reason)
    assert list(refused.value.message_dict) == [field]


def test_the_history_tells_of_flags_and_snoozes() -> None:
    row = people.relationship()
    flag = flag_of(row)
    actions.snooze_flag(
        actor=people.alice(), now=NOW, flag=flag, until_on=MONDAY + 7 * DAY, reason="A new buyer begins"
    )
    actions.wake_flag(actor=people.alice(), now=NOW, flag=flag)
    HealthFlag.objects.filter(pk=flag.pk).update(until=MONDAY + DAY)
    found, _more = history.deeds(row, writes=True)
    said = [item.said for deed in found for item in deed.items]
    for wanted in (
        "Flag: One-sided, since 2 March 2026",
        "Snoozed until 9 March 2026: One-sided",
        "No longer snoozed: One-sided",
        "Flag over: One-sided",
    ):
        assert wanted in said


# Pages


def client_of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def in_view(count: int = 6) -> Relationship:
    """One-sided and single-threaded today, as the pages see it."""
    now = Now.read()
    row = people.relationship()
    days = [now.today("UTC") - number * 7 * DAY for number in range(count)]
    talks(row, days, begun_by="ours", people_of="Ingrid Moe")
    actions.refresh([row.pk], now=now)
    return row


def test_the_page_names_each_flag_since_when_and_why() -> None:
    row = in_view()
    client = client_of(people.alice())
    page = client.get(row.get_absolute_url())
    shown = page.context["health_flags"]
    today = row.today(Now.read())
    assert [(one.name, one.flag.since, one.says) for one in shown] == [
        ("Single-threaded", today - 7 * DAY, "all contact is with Ingrid Moe."),
        ("One-sided", today, "we began it 6 of 6 times."),
    ]
    assert shown[1].since == "since today"
    assert [len(one.rows) for one in shown] == [6, 6]
    entry = row.interactions.latest("occurred_on")
    assert shown[0].rows[0].address == f"{row.get_absolute_url()}#entry-{entry.pk}"
    assert (shown[0].rows[0].said, shown[0].rows[0].what) == ("We rang", "Ingrid Moe")
    assert reverse("health_flag_snooze", args=[shown[0].flag.pk]) in page.content.decode()
    assert reverse("health_flag_snooze", args=[shown[0].flag.pk]) not in (
        client_of(people.rita()).get(row.get_absolute_url()).content.decode()
    )


def test_a_promise_that_was_kept_late_is_not_told_as_if_it_were_late_still() -> None:
    row = people.relationship()
    kept, *others = [people.promise(row, due_on=MONDAY - 9 * DAY) for _number in range(4)]
    actions.sweep_cadence(now=NOW)
    done = actions.keep_promise(actor=row.owner, now=NOW, commitment=kept, kept_on=MONDAY - 6 * DAY)

    def told() -> dict[str, str]:
        (shown,) = health_flags.of(row, NOW)["health_flags"]
        return {one.what: one.said for one in shown.rows}

    wanted = {**dict.fromkeys((one.what for one in others), "Promise late"), kept.what: "Promise kept 3 days late"}
    assert told() == wanted
    take_back(step_id=done.step.pk, actor=row.owner, now=NOW)
    assert told() == {**wanted, kept.what: "Promise late"}


def test_a_snooze_through_the_page_keeps_what_was_typed_and_is_shown() -> None:
    row = in_view()
    flag = row.health_flags.open().get(kind="single_threaded")
    client = client_of(people.alice())
    address = reverse("health_flag_snooze", args=[flag.pk])
    refused = client.post(address, {"span": "other", "until_on": "2020-01-01", "reason": "Jonas begins in May"})
    assert refused.status_code == 422
    assert "Jonas begins in May" in refused.content.decode()
    long = client.post(address, {"span": "14", "reason": "j" * 2001})
    assert (long.status_code, "j" * 2001 in long.content.decode(), "2,000 fit" in long.content.decode()) == (
        422,
        True,
        True,
    )
    assert client.post(address, {"span": "14", "reason": "Jonas begins in May"}).status_code == 302
    page = client.get(row.get_absolute_url())
    assert [one.name for one in page.context["health_flags"]] == ["One-sided", "Single-threaded"], "snoozed ones last"
    said = page.context["health_flags"][1].snoozed
    assert said.endswith("by Alice Ahlberg: Jonas begins in May")
    assert health_flags.worst_of([row], Now.read())[row.pk] == health_flags.Worst("One-sided", snoozed=False)
    assert client.post(reverse("health_flag_wake", args=[flag.pk])).status_code == 302
    flag.refresh_from_db()
    assert flag.snoozed_until is None


def test_the_portfolio_shows_the_worst_of_each_and_finds_by_flag() -> None:
    row, other = in_view(), people.relationship()
    client = client_of(people.alice())
    page = client.get(reverse("portfolio"), {"flag": "single_threaded"}).content.decode()
    assert row.account.name in page and other.account.name not in page
    assert "Single-threaded</span>" in page
    seen = Relationship.objects.visible_to(people.alice())
    for value, wanted in (("any", {row.pk}), ("going_quiet", set()), ("", {row.pk, other.pk})):
        form = PortfolioForm({"flag": value}, user=people.alice())
        assert set(form.narrow(seen, Now.read()).values_list("pk", flat=True)) == wanted


@pytest.mark.parametrize("count", [6, 50])
def test_the_flags_of_a_page_take_the_same_queries(count: int) -> None:
    row = in_view(count)
    with CaptureQueriesContext(connection) as queries:
        shown = health_flags.of(row, Now.read())["health_flags"]
    assert len(shown) == 2
    assert len(queries) == 5
