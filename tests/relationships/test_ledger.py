"""The ledger: its arithmetic against a slow second one, its rows against what they came from, and the sweep."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from relationships import actions, evidence, ledger
from relationships.evidence import RULES, Component, Kind, Row
from relationships.models import Commitment, Evidence, Interaction, Relationship
from tests import people
from tests.relationships import oracle
from tests.relationships.records import DAY, MONDAY, Elsewhere, log, noon, waiting_for_a_lock
from web.clock import Now

FRIDAY = MONDAY + 4 * DAY
kinds = st.sampled_from(list(Kind))
sides = st.sampled_from(["ours", "theirs", "both"])
days = st.integers(-60, 0).map(lambda offset: MONDAY + offset * DAY)
fractions = st.integers(0, 20).map(lambda twentieths: twentieths / 20)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    kind, side, day = draw(kinds), draw(sides), draw(days)
    if kind is Kind.KPI_READING:
        attained = draw(fractions)
        return Row(kind, side, day, attained, 1 - attained)
    return evidence.row(kind, side, day)


# Half of the ledgers crowd into a few weeks and kinds, where caps bite.
ledgers = st.one_of(
    st.lists(rows(), max_size=25),
    st.lists(
        st.builds(evidence.row, st.sampled_from([Kind.PROMISE_KEPT, Kind.INITIATIVE]), st.just("ours"), days),
        max_size=40,
    ),
)
intervals = st.integers(1, 366)


def total(given: list[Row], today: date = MONDAY, every: int = 30) -> dict[tuple[Component, str], tuple[float, float]]:
    found = evidence.sums(given, today=today, every_days=every)
    return {key: (one.r, one.s) for key, one in found.items()}


def close(one: dict[Any, tuple[float, float]], other: dict[Any, tuple[float, float]]) -> bool:
    return one.keys() == other.keys() and all(one[key] == pytest.approx(other[key], abs=1e-9) for key in one)


# Caps and sums


@given(ledgers, st.randoms())
def test_order_of_evidence_is_irrelevant(given: list[Row], chance: random.Random) -> None:
    mixed = list(given)
    chance.shuffle(mixed)
    assert close(total(given), total(mixed))


@given(ledgers)
def test_cap_is_never_passed_and_touches_nothing_against(given: list[Row]) -> None:
    weeks: dict[tuple[Kind, str, date], float] = {}
    counted = evidence.capped(given)
    for row in counted:
        monday = row.day - row.day.weekday() * DAY
        weeks[row.kind, row.side, monday] = weeks.get((row.kind, row.side, monday), 0) + row.r
        assert row.r >= 0
    for (kind, _side, _monday), mass in weeks.items():
        cap = RULES[kind].weekly
        assert cap is None or mass <= cap + 1e-9
    assert sorted(row.s for row in counted) == sorted(row.s for row in given)


@given(ledgers, days, st.sampled_from(["ours", "theirs"]), st.integers(0, 400))
def test_one_more_kept_promise_never_lowers_what_speaks_for_it(
    given: list[Row], day: date, side: str, later: int
) -> None:
    today = MONDAY + later * DAY
    key = (Component.TRUST, side)
    before, after = total(given, today), total([*given, evidence.row(Kind.PROMISE_KEPT, side, day)], today)
    assert after[key][0] >= before.get(key, (0, 0))[0] - 1e-9
    assert after[key][1] == pytest.approx(before.get(key, (0, 0))[1])


def test_newest_of_a_week_count_first() -> None:
    kept = [evidence.row(Kind.PROMISE_KEPT, "ours", MONDAY + offset * DAY) for offset in range(5)]
    assert [(row.day, row.r) for row in sorted(evidence.capped(kept), key=lambda row: row.day)] == [
        (MONDAY, 0),
        (MONDAY + DAY, 0),
        (MONDAY + 2 * DAY, 1),
        (MONDAY + 3 * DAY, 1),
        (MONDAY + 4 * DAY, 1),
    ]


@given(ledgers, intervals, st.integers(0, 300))
def test_sums_fade_and_keep_their_signs(given: list[Row], every: int, later: int) -> None:
    now, then = total(given, MONDAY, every), total(given, MONDAY + later * DAY, every)
    for key, (r, _s) in now.items():
        assert -1e-9 <= then[key][0] <= r + 1e-9
        fading = 0.5 ** (later / evidence.half_life(key[0], every))
        assert then[key] == pytest.approx((r * fading, now[key][1] * fading), abs=1e-9)


@given(ledgers, st.integers(0, 50))
def test_what_is_still_to_come_counts_nothing(given: list[Row], ahead: int) -> None:
    coming = [Row(row.kind, row.side, MONDAY + (ahead + 1) * DAY, row.r, row.s) for row in given]
    assert close(total([*given, *coming]), total(given))


def lines(given: list[Row]) -> list[oracle.Line]:
    return [
        oracle.Line(RULES[row.kind].component.value, row.kind.value, row.side, row.day, row.r, row.s) for row in given
    ]


@given(ledgers, intervals, st.integers(-20, 60))
def test_sums_are_those_of_the_slow_oracle(given: list[Row], every: int, offset: int) -> None:
    today = MONDAY + offset * DAY
    assert close(total(given, today, every), oracle.sums(lines(given), today, every))


def test_worked_example_of_the_design() -> None:
    """R = 6 and S = 1 earn .694; after 90 silent days .644; one more kept .726, missed .622, missed but owned .642."""

    def earned(r: float, s: float) -> float:
        return round(r / (r + s + 1.642), 3)

    trust = RULES[Kind.PROMISE_KEPT], RULES[Kind.PROMISE_LATE], RULES[Kind.PROMISE_BROKEN], RULES[Kind.PROMISE_OWNED]
    kept, late, broken, owned = trust
    assert earned(6, 1) == 0.694
    assert earned(6 + kept.r, 1) == 0.726
    assert earned(6, 1 + late.s + broken.s) == 0.622
    assert earned(6, 1 + late.s + broken.s + owned.s) == 0.642
    fading = 0.5 ** (90 / evidence.half_life(Component.TRUST, 30))
    assert earned(6 * fading, 1 * fading) == 0.644


# The table against its sources


def table(row: Relationship) -> list[tuple[Any, ...]]:
    found = Evidence.objects.filter(relationship=row)
    return sorted(found.values_list("source_model", "source_id", "component", "kind", "side", "day", "r", "s"))


def from_sources(row: Relationship, now: Now) -> list[tuple[Any, ...]]:
    """What the table has to hold, by the oracle, from interactions and promises as they are."""
    found: list[tuple[Any, ...]] = []
    for talk in Interaction.objects.filter(relationship=row):
        said = oracle.of_talk(talk.occurred_on, talk.two_way, talk.begun_by)
        found += [(ledger.INTERACTION, talk.pk, *line) for line in said]
    for promise in Commitment.objects.filter(relationship=row).select_related("fulfilment", "miss"):
        kept, miss = getattr(promise, "fulfilment", None), getattr(promise, "miss", None)
        said = oracle.of_promise(
            promise.side,
            promise.due_on,
            promise.renegotiations.order_by("agreed_on", "id").values_list("agreed_on", "new_due_on"),
            kept.kept_on if kept else None,
            miss.missed_on if miss else None,
            miss.explained_on if miss else None,
            row.today(now),
        )
        found += [(ledger.COMMITMENT, promise.pk, *line) for line in said]
    return sorted(found)


@pytest.mark.django_db
def test_ledger_of_a_lived_relationship_has_the_sums_of_the_oracle() -> None:
    row = people.relationship()
    chance = random.Random(3)
    for offset in range(0, 120, 3):
        day = MONDAY + offset * DAY
        for _again in range(chance.randrange(3)):
            log(row, day, two_way=chance.random() < 0.8, begun_by=chance.choice(["ours", "theirs", "unknown"]))
        promise = people.promise(row, chance.choice(["ours", "theirs"]), due_on=day + 7 * DAY, made_on=day)
        match chance.randrange(5):
            case 0:
                actions.renegotiate(
                    actor=row.owner, now=noon(day + 5 * DAY), commitment=promise, new_due_on=day + 20 * DAY
                )
            case 1 | 2:
                kept_on = day + chance.randrange(12) * DAY
                actions.keep_promise(actor=row.owner, now=noon(kept_on), commitment=promise)
            case 3:
                actions.miss_promise(
                    actor=row.owner,
                    now=noon(day + chance.randrange(20) * DAY),
                    commitment=promise,
                    explanation="The board was away",
                    plan="In spring",
                )
    today = MONDAY + 130 * DAY
    ledger.fall_late(noon(today))
    assert table(row) == from_sources(row, noon(today))
    assert {kind for _model, _pk, _component, kind, *_rest in table(row)} >= {
        "touch", "initiative", "promise_kept", "promise_kept_late", "promise_late", "promise_broken", "promise_owned",
        "promise_renegotiated",
    }  # fmt: skip
    written = Evidence.objects.filter(relationship=row)
    plain = [oracle.Line(*line) for line in written.values_list("component", "kind", "side", "day", "r", "s")]
    of_rules = [Row(Kind(line.kind), line.side, line.day, line.r, line.s) for line in plain]
    for every in (14, 90):
        assert close(total(of_rules, today, every), oracle.sums(plain, today, every))


@pytest.mark.django_db
def test_promise_falls_out_of_the_ledger_with_its_row_and_comes_back_with_it() -> None:
    row = people.relationship()
    promise = people.promise(row, due_on=FRIDAY)
    kept = actions.keep_promise(actor=row.owner, now=noon(FRIDAY + 3 * DAY), commitment=promise)
    before = table(row)
    assert [kind for _model, _pk, _component, kind, *_rest in before] == ["promise_kept_late", "promise_late"]
    removed = actions.remove_promise(actor=row.owner, now=noon(FRIDAY + 4 * DAY), commitment_id=kept.row.pk)
    assert table(row) == []
    back = actions.restore_promise(actor=row.owner, now=noon(FRIDAY + 5 * DAY), **removed.step.arguments)
    assert back.row.pk == promise.pk
    assert table(row) == before


# The sweep


def late(promise: Commitment) -> date | None:
    promise.refresh_from_db()
    return promise.late_on


ZONES = ["Pacific/Kiritimati", "Europe/Berlin", "America/Los_Angeles"]


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ZONES)
def test_promise_falls_late_when_its_day_is_over_where_the_partner_is(zone: str) -> None:
    promise = people.promise(people.relationship(zone=zone), due_on=FRIDAY)
    hours = {"Pacific/Kiritimati": -14, "Europe/Berlin": -1, "America/Los_Angeles": 8}[zone]
    midnight = datetime(2026, 3, 7, tzinfo=UTC).timestamp() + hours * 3600
    assert ledger.fall_late(Now(datetime.fromtimestamp(midnight - 1, UTC))) == 0
    assert late(promise) is None
    assert ledger.fall_late(Now(datetime.fromtimestamp(midnight, UTC))) == 1
    assert late(promise) == FRIDAY
    assert list(Evidence.objects.values_list("kind", "day", "s")) == [("promise_late", FRIDAY, 0.4)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "sunday", "ends"),
    [
        # The clocks go forward, and back, on the day on which it is due: that day has 23 and 25 hours.
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),
        ("America/New_York", date(2026, 3, 8), datetime(2026, 3, 9, 4, tzinfo=UTC)),
        ("America/New_York", date(2026, 11, 1), datetime(2026, 11, 2, 5, tzinfo=UTC)),
    ],
)
def test_day_on_which_the_clocks_change_ends_when_it_ends_there(zone: str, sunday: date, ends: datetime) -> None:
    promise = people.promise(people.relationship(zone=zone), due_on=sunday)
    assert ledger.fall_late(Now(datetime.fromtimestamp(ends.timestamp() - 1, UTC))) == 0
    assert ledger.fall_late(Now(ends)) == 1
    assert late(promise) == sunday


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ZONES)
def test_sweep_as_of_a_later_day_is_taken_back_by_one_as_of_an_earlier(zone: str) -> None:
    row = people.relationship(zone=zone)
    promise = people.promise(row, due_on=FRIDAY)
    assert ledger.fall_late(Now.on(FRIDAY + DAY)) == 1
    assert ledger.fall_late(Now.on(FRIDAY + DAY)) == 0
    assert late(promise) == FRIDAY
    assert ledger.fall_late(Now.on(FRIDAY)) == 0
    assert late(promise) is None
    assert table(row) == []
    assert ledger.fall_late(Now.on(FRIDAY + 9 * DAY)) == 1
    assert table(row) == from_sources(row, Now.on(FRIDAY + 9 * DAY))


@pytest.mark.django_db
def test_going_back_leaves_late_what_a_late_agreement_made_so() -> None:
    row = people.relationship()
    promise = people.promise(row, due_on=FRIDAY)
    actions.renegotiate(actor=row.owner, now=noon(FRIDAY + 2 * DAY), commitment=promise, new_due_on=FRIDAY + 30 * DAY)
    ledger.fall_late(Now.on(FRIDAY - DAY))
    assert late(promise) == FRIDAY


@pytest.mark.django_db
def test_what_is_kept_missed_or_of_a_removed_relationship_does_not_fall_late() -> None:
    row = people.relationship()
    kept, missed, away = (people.promise(one, due_on=FRIDAY) for one in (row, row, people.relationship()))
    actions.keep_promise(actor=row.owner, now=noon(FRIDAY), commitment=kept)
    actions.miss_promise(actor=row.owner, now=noon(FRIDAY), commitment=missed)
    actions.remove_relationship(actor=row.owner, now=noon(FRIDAY), relationship=away.relationship)
    assert ledger.fall_late(noon(FRIDAY + 9 * DAY)) == 0
    actions.bring_relationship_back(actor=row.owner, now=noon(FRIDAY + 9 * DAY), relationship_id=away.relationship_id)
    assert ledger.fall_late(noon(FRIDAY + 9 * DAY)) == 1
    assert late(away) == FRIDAY


@pytest.mark.django_db
def test_one_sweep_of_many_takes_the_same_statements() -> None:
    row = people.relationship()
    for _number in range(30):
        people.promise(row, due_on=FRIDAY)
    with CaptureQueriesContext(connection) as queries:
        assert ledger.fall_late(noon(FRIDAY + DAY)) == 30
    assert len(queries) == 6


@pytest.mark.django_db
def test_sweep_finds_the_few_that_fall_late_by_an_index() -> None:
    first = people.promise(due_on=FRIDAY)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE relationships_commitment DISABLE TRIGGER USER")
    far = FRIDAY + 60 * DAY
    columns = {one.attname: getattr(first, one.attname) for one in Commitment._meta.concrete_fields if one.name != "id"}
    Commitment.objects.bulk_create(
        [Commitment(**{**columns, "due_on": far, "binding_on": far}) for _number in range(20_000)], batch_size=5000
    )
    values = {"day": None, "instant": noon(FRIDAY + 3 * DAY).instant, "latest": FRIDAY + 4 * DAY}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE relationships_commitment")
        cursor.execute(f"EXPLAIN {ledger.FALL_LATE}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan on relationships_commitment" not in plan, plan
    assert "commitment_to_fall_late" in plan
    assert ledger.fall_late(noon(FRIDAY + 3 * DAY)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_say_it_once() -> None:
    row = people.relationship()
    for _number in range(20):
        people.promise(row, due_on=FRIDAY)
    counts: list[int] = []
    for thread in [Elsewhere(lambda: counts.append(ledger.fall_late(noon(FRIDAY + DAY)))) for _ in range(3)]:
        thread.join()
    assert sum(counts) == 20
    assert Evidence.objects.filter(kind="promise_late").count() == 20


@pytest.mark.django_db(transaction=True)
def test_promise_kept_while_the_sweep_waits_is_not_late() -> None:
    row = people.relationship()
    promise = people.promise(row, due_on=FRIDAY)
    counts: list[int] = []
    with transaction.atomic():
        actions.keep_promise(actor=row.owner, now=noon(FRIDAY + DAY), commitment=promise, kept_on=FRIDAY)
        with waiting_for_a_lock():
            other = Elsewhere(lambda: counts.append(ledger.fall_late(noon(FRIDAY + DAY))))
    other.join()
    assert counts == [0]
    assert late(promise) is None
    assert table(row) == from_sources(row, noon(FRIDAY + DAY))


@pytest.mark.django_db(transaction=True)
def test_promise_kept_while_the_sweep_marks_it_is_as_its_rows_say() -> None:
    row = people.relationship()
    promise = people.promise(row, due_on=FRIDAY)
    now = noon(FRIDAY + DAY)
    with transaction.atomic():
        assert ledger.fall_late(now) == 1
        with waiting_for_a_lock():
            other = Elsewhere(
                lambda: actions.keep_promise(actor=row.owner, now=now, commitment=promise, kept_on=FRIDAY)
            )
    other.join()
    assert late(promise) is None
    assert table(row) == from_sources(row, now)
