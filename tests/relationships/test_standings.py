"""The standing in SQL against its definition, on random histories: in one go, and one row at a time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection

from accounts.models import Account, Contact
from relationships import evidence, health, standings, sums, weighing
from relationships.cadence import Interval, Rest
from relationships.evidence import Component, Kind, Row
from relationships.health import Person, Rhythm
from relationships.models import (
    CadenceAgreement,
    Evidence,
    EvidenceSums,
    Halt,
    Interaction,
    Relationship,
    ScoreConfig,
    Snooze,
    Stakeholder,
    Standing,
)
from tests import people
from tests.relationships.records import noon
from tests.relationships.test_health import History
from web.clock import Now

DAY = timedelta(days=1)
TODAY = date(2026, 3, 2)
NOW = Now(noon(TODAY).instant, TODAY)
KINDS = [kind for kind in Kind if kind not in (Kind.PROMISE_OWNED, Kind.TOUCH)]


def invented(chance: random.Random) -> History:
    """A history such as hypothesis would not find: years of it, with bursts, changed agreements, snoozes and halts."""

    def day(within: int = 700) -> date:
        return TODAY - chance.randrange(within) * DAY

    def row() -> Row:
        kind = chance.choice(KINDS)
        side = chance.choice(["ours", "theirs"])
        on = day(20) if chance.random() < 0.4 else day()
        if kind is Kind.KPI_READING:
            attained = chance.random()
            return Row(kind, side, on, attained, 1 - attained)
        return evidence.row(kind, side, on)

    agreements = []
    for _ in range(chance.choice([0, 1, 1, 1, 2, 3])):
        starts, often = day(), chance.choice([1, 7, 14, 30, 60, chance.randrange(1, 367)])
        over = starts + chance.randrange(90) * DAY if chance.random() < 0.3 else None
        agreements.append(Interval(starts, often, over))
    touches = [evidence.row(Kind.TOUCH, "both", day()) for _ in range(chance.choice([0, 1, 3, 12, 30]))]
    rests = [(on := day(), Rest(on, on + chance.randrange(32) * DAY))[1] for _ in range(chance.choice([0, 0, 1, 3]))]
    rests += [Rest(one.day, one.day + 5 * DAY) for one in touches[:1]]
    halts: list[tuple[date, date | None]] = []
    if chance.random() < 0.3:
        since = day()
        halts.append((since, None if chance.random() < 0.3 else since + chance.randrange(60) * DAY))
    return History(
        (*touches, *(row() for _ in range(chance.choice([0, 2, 10, 40])))),
        Rhythm(agreements, sorted(rests, key=lambda one: one.from_on), halts),
        tuple(Person(day(400) if chance.random() < 0.7 else None) for _ in range(chance.choice([0, 0, 1, 2, 3]))),
    )


class Book:
    """Histories as rows."""

    _made = count(1)

    def __init__(self, histories: list[History]) -> None:
        self.histories = histories
        account = Account.objects.create(name="Aurora", name_key=f"aurora{next(self._made)}")
        owner = people.alice()
        self.rows = Relationship.objects.bulk_create(
            [Relationship(account=account, owner=owner, name=f"No {number}") for number in range(len(histories))]
        )
        self._rhythms()
        self._people()
        self.write([(number, row) for number, history in enumerate(histories) for row in history.rows])

    def write(self, rows: list[tuple[int, Row]]) -> list[Evidence]:
        return Evidence.objects.bulk_create(
            [
                Evidence(
                    relationship=self.rows[number],
                    account_id=self.rows[number].account_id,
                    component=evidence.RULES[row.kind].component.value,
                    kind=row.kind.value,
                    side=row.side,
                    day=row.day,
                    r=row.r,
                    s=row.s,
                    source_model="tests.row",
                    source_id=next(self._made),
                )
                for number, row in rows
            ]
        )

    def _rhythms(self) -> None:
        for row, history in zip(self.rows, self.histories, strict=True):
            more = {"relationship": row, "account_id": row.account_id}
            for one in history.rhythm.intervals:
                CadenceAgreement.objects.create(
                    **more,
                    every_days=one.every_days,
                    starts_on=one.starts_on,
                    ends_on=one.ends_on,
                    reason="They asked for it",
                    made_at=NOW.instant,
                )
            for rest in history.rhythm.rests:
                Snooze.objects.create(
                    relationship=row, from_on=rest.from_on, until_on=rest.until_on, reason="Fair", made_at=NOW.instant
                )
            for since, over in history.rhythm.halts:
                until = None if over is None else over + DAY
                Halt.objects.create(
                    **more, kind=Halt.Kind.PAUSED, from_on=since, until_on=until, why="Merger", made_at=NOW.instant
                )

    def _people(self) -> None:
        for number, (row, history) in enumerate(zip(self.rows, self.histories, strict=True)):
            for index, person in enumerate(history.people):
                contact = Contact.objects.create(name=f"Person {number} {index}")
                Stakeholder.objects.create(
                    relationship=row,
                    account_id=row.account_id,
                    contact=contact,
                    power=Stakeholder.Power.DECIDES,
                    known_on=TODAY - 800 * DAY,
                )
                if person.seen_on:
                    talk = Interaction.objects.create(
                        relationship=row, account_id=row.account_id, occurred_on=person.seen_on, logged_at=NOW.instant
                    )
                    talk.contacts.add(contact)

    def standings(self) -> Iterator[tuple[History, Standing]]:
        found = Standing.objects.in_bulk([row.pk for row in self.rows])
        for row, history in zip(self.rows, self.histories, strict=True):
            yield history, found[row.pk]


def assert_stands(history: History, found: Standing, config: ScoreConfig | None = None) -> None:
    """By the weights and thresholds of a version, those of the definition unless one is named."""
    wanted = history.stand(TODAY)
    if config is not None:
        sums_of = health.total(history.rows, history.rhythm, TODAY)
        by: dict[str, Any] = {"weights": config.weights, "thresholds": config.thresholds}
        wanted = health.stand(sums_of, history.rhythm, history.people, today=TODAY, **by)
    assert found.config == (config.version if config else 1)
    for name in ("earned", "lost", "unknown", "low", "high", "score"):
        assert getattr(found, name) == pytest.approx(getattr(wanted, name), abs=1e-9), name
    for component in Component:
        one = wanted.opinions[component]
        told = (getattr(found, f"{component}_b"), getattr(found, f"{component}_d"))
        assert told == pytest.approx((one.belief, one.disbelief), abs=1e-9), component
    assert (found.band or None) == wanted.band
    assert found.limiting == wanted.limiting


@pytest.fixture
def book(db: None) -> Book:
    chance = random.Random(6)
    return Book([invented(chance) for _ in range(200)])


def test_in_sql_it_is_what_the_definition_says(book: Book) -> None:
    """By the first version of weights and thresholds, and by another."""
    assert sums.rebuild(NOW) == standings.stand(NOW) == len(book.rows)
    for history, found in book.standings():
        assert_stands(history, found)
    numbers = {"cadence": 35, "access": 0, "credibility": 13, "trust": 31, "reciprocity": 21}
    thresholds = {"strong": 44, "steady": 21, "most_unknown": 67}
    since = NOW.instant - DAY
    other = ScoreConfig.objects.create(version=2, valid_from=since, why="Tried", **numbers, **thresholds)
    foreseen = {row.pk: weighing.judge(row, other.scale) for row in Standing.objects.all().kept()}
    # Whatever stands by an older version is brought in line, once.
    assert [standings.stand_behind(NOW), standings.stand_behind(NOW)] == [len(book.rows), 0]
    bands = set()
    for history, found in book.standings():
        assert_stands(history, found, other)
        assert found.earned == pytest.approx(foreseen[found.pk].earned, abs=1e-9)
        assert (found.band or None) == foreseen[found.pk].band
        bands.add(found.band)
    assert bands == {"strong", "steady", "weak", ""}
    # A day on which it was not in force yet is judged by what was.
    assert ScoreConfig.objects.in_force(Now.on(TODAY - 2 * DAY)).version == 1
    assert ScoreConfig.objects.in_force(Now.on(TODAY)) == ScoreConfig.objects.in_force() == other


def test_one_row_more_is_what_a_rebuild_says(book: Book) -> None:
    """Of any day; a contact that is not the latest makes the sums stale."""
    chance = random.Random(7)
    sums.rebuild(NOW)
    for _round in range(4):
        more = []
        for number, history in enumerate(book.histories):
            kind = chance.choice([Kind.TOUCH, *KINDS])
            day = TODAY - chance.choice([0, 1, 5, 40, 300]) * DAY
            side = "both" if kind is Kind.TOUCH else chance.choice(["ours", "theirs"])
            row = Row(kind, side, day, 0.3, 0.7) if kind is Kind.KPI_READING else evidence.row(kind, side, day)
            more.append((number, row))
            book.histories[number] = history.plus(row)
        book.write(more)
        sums.add([sums.Added(book.rows[number].pk, row) for number, row in more])
    stale = list(EvidenceSums.objects.filter(stale=True).values_list("pk", flat=True))
    assert 0 < len(stale) < len(book.rows) / 2
    sums.rebuild(NOW, stale)
    standings.stand(NOW)
    for history, found in book.standings():
        assert_stands(history, found)


def test_a_row_more_costs_the_same_whatever_the_history(db: None) -> None:
    """The same statements, and of the ledger no more than the week is read."""
    counts = []
    for length in (1, 400):
        touched = tuple(evidence.row(Kind.TOUCH, "both", TODAY - (ago + 8) * DAY) for ago in range(length))
        book = Book([History(touched, Rhythm([Interval(TODAY - 500 * DAY, 14)]))])
        sums.rebuild(NOW)
        new = [evidence.row(Kind.TOUCH, "both", TODAY), evidence.row(Kind.INITIATIVE, "ours", TODAY)]
        book.write([(0, row) for row in new])
        connection.force_debug_cursor = True
        before = len(connection.queries)
        sums.add([sums.Added(book.rows[0].pk, row) for row in new])
        counts.append(len(connection.queries) - before)
        connection.force_debug_cursor = False
        book.rows[0].delete()
    assert counts == [6, 6]
