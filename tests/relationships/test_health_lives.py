"""Lives of relationships at random, through the real verbs: what is kept is what a rebuild gives, and a slow oracle.

Small here; all 2,000 with ``make stress``.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction

from accounts import actions as accounts
from accounts.models import Contact, UndoStep
from accounts.undo import Done, take_back
from relationships import actions
from relationships.evidence import Component
from relationships.health import Weights
from relationships.models import (
    Commitment,
    Evidence,
    Feedback,
    FeedbackStep,
    Halt,
    Interaction,
    Problem,
    Relationship,
    ScoreConfig,
    Snooze,
    Stakeholder,
    Standing,
)
from relationships.models.relationship import STAGE_DERIVED
from tests import people
from tests.relationships import health_oracle as slow
from tests.relationships import oracle
from tests.relationships.records import MONDAY, noon
from web.clock import Now

ALL = "STRESS_ALL" in os.environ
# Books of so many relationships each, who live through so many rounds.
BOOKS, LIVES, ROUNDS = (40, 50, 16) if ALL else (1, 10, 12)
DAY = timedelta(days=1)
ZONES = ["UTC", "Pacific/Auckland", "America/Los_Angeles"]
SIDES = ["ours", "theirs"]
_names = count(1)


class Life:
    """One relationship, with two people of theirs; what is done is drawn by chance, and often taken back."""

    def __init__(self, book: Book, number: int) -> None:
        self.book, self.chance = book, book.chance
        begun = actions.open_relationship(
            actor=book.actor,
            now=book.now,
            account=people.account(),
            owner=book.actor,
            team=people.north(),
            zone=ZONES[number % len(ZONES)],
            every_days=self.chance.choice([None, 3, 14, 30, 90]),
            reason="They asked for it",
        )
        self.pk = begun.row.pk
        self.steps: list[UndoStep] = []
        by: dict[str, Any] = {"actor": book.actor, "now": book.now}
        self.contacts: list[Contact] = []
        for _nth in range(2):
            place = accounts.add_contact(**by, account=begun.row.account, name=f"Person {next(_names)}").row
            self.contacts.append(place.contact)

    @property
    def row(self) -> Relationship:
        return Relationship.objects.select_related("account", "owner").get(pk=self.pk)

    def day(self, within: int = 60) -> date:
        """Today half of the time, or some day before; tomorrow where it is that day for whoever logs it."""
        ago = 0 if self.chance.random() < 0.5 else self.chance.randrange(-1, within)
        return self.row.today(self.book.now) - ago * DAY

    def one_of(self, model: type[Any], **where: Any) -> Any:
        rows = list(model.objects.filter(relationship=self.pk, **where).order_by("pk"))
        if not rows:
            raise model.DoesNotExist
        return self.chance.choice(rows)

    def live(self) -> str:
        """One deed more; says what became of it."""
        deed = self.chance.choices(list(DEEDS), weights=list(DEEDS.values()))[0]
        try:
            with transaction.atomic():
                done: Done[Any] = deed(self, actor=self.book.actor, now=self.book.now)
        except (ValidationError, ObjectDoesNotExist):
            return "refused"
        self.steps.append(done.step)
        return deed.__name__

    # Talk

    def log(self, **by: Any) -> Done[Any]:
        day = self.day()
        made = [actions.Promised(side="ours", what="Table", due_on=day + 3 * DAY)] if self.chance.random() < 0.2 else []
        return actions.log_interaction(
            **by,
            relationship=self.row,
            occurred_on=day,
            channel="call",
            two_way=self.chance.random() < 0.85,
            begun_by=self.chance.choice([*SIDES, "unknown"]),
            contacts=self.chance.sample(self.contacts, self.chance.randrange(3)),
            promised=made,
        )

    def change_entry(self, **by: Any) -> Done[Any]:
        values = {
            "occurred_on": self.day(),
            "two_way": self.chance.random() < 0.8,
            "begun_by": self.chance.choice(SIDES),
        }
        some = self.chance.sample(self.contacts, self.chance.randrange(3))
        entry = self.one_of(Interaction)
        return actions.change_interaction(
            **by, interaction=entry, values=values, contacts=some, colleagues=[self.book.actor]
        )

    def remove_entry(self, **by: Any) -> Done[Any]:
        return actions.remove_interaction(**by, interaction_id=self.one_of(Interaction).pk)

    # Promises

    def promise(self, **by: Any) -> Done[Any]:
        made = self.day(20)
        return actions.make_promise(
            **by,
            relationship=self.row,
            side=self.chance.choice(SIDES),
            what="It",
            made_on=made,
            due_on=made + self.chance.randrange(12) * DAY,
        )

    def keep(self, **by: Any) -> Done[Any]:
        return actions.keep_promise(**by, commitment=self.one_of(Commitment, ended_on=None), kept_on=self.day(9))

    def miss(self, **by: Any) -> Done[Any]:
        words: dict[str, Any] = {"explanation": "Ill", "plan": "Soon"} if self.chance.random() < 0.5 else {}
        promise = self.one_of(Commitment, ended_on=None)
        return actions.miss_promise(**by, commitment=promise, missed_on=self.day(9), **words)

    def explain(self, **by: Any) -> Done[Any]:
        missed = self.one_of(Commitment, outcome="missed")
        return actions.explain_miss(**by, commitment=missed, explanation="The board was away", plan="In autumn")

    def renegotiate(self, **by: Any) -> Done[Any]:
        to = self.book.day + self.chance.randrange(15) * DAY
        promise = self.one_of(Commitment, ended_on=None)
        return actions.renegotiate(**by, commitment=promise, new_due_on=to, agreed_on=self.day(6))

    def change_promise(self, **by: Any) -> Done[Any]:
        return actions.change_promise(
            **by, commitment=self.one_of(Commitment), values={"side": self.chance.choice(SIDES)}
        )

    def remove_promise(self, **by: Any) -> Done[Any]:
        return actions.remove_promise(**by, commitment_id=self.one_of(Commitment).pk)

    # Feedback and problems

    def feedback(self, **by: Any) -> Done[Any]:
        return actions.give_feedback(
            **by,
            relationship=self.row,
            said="Scan the pallet",
            side=self.chance.choice(SIDES),
            hidden=self.chance.random() < 0.2,
            heard_on=self.day(40),
        )

    def answer(self, **by: Any) -> Done[Any]:
        kind = self.chance.choice(list(FeedbackStep.Kind))
        return actions.take_feedback_step(
            **by, feedback=self.one_of(Feedback), kind=kind, done_on=self.day(9), text="Yes"
        )

    def remove_feedback(self, **by: Any) -> Done[Any]:
        return actions.remove_feedback(**by, feedback_id=self.one_of(Feedback).pk)

    def problem(self, **by: Any) -> Done[Any]:
        return actions.open_problem(**by, relationship=self.row, what="No forks", opened_on=self.day(20))

    def solve(self, **by: Any) -> Done[Any]:
        return actions.solve_problem(**by, problem=self.one_of(Problem, solved_on=None), done_on=self.day(5))

    def reopen(self, **by: Any) -> Done[Any]:
        return actions.reopen_problem(**by, problem=self.one_of(Problem), note="Again")

    def remove_problem(self, **by: Any) -> Done[Any]:
        return actions.remove_problem(**by, problem_id=self.one_of(Problem).pk)

    # The rhythm

    def agree(self, **by: Any) -> Done[Any]:
        starts_on = self.row.today(self.book.now) + self.chance.randrange(-60, 20) * DAY
        every = self.chance.choice([1, 7, 14, 30, 60, 120])
        return actions.agree_cadence(
            **by, relationship=self.row, every_days=every, starts_on=starts_on, reason="They asked for it"
        )

    def tighten(self, **by: Any) -> Done[Any]:
        starts_on = self.row.today(self.book.now) + self.chance.randrange(20) * DAY
        over = starts_on + self.chance.randrange(25) * DAY
        return actions.agree_cadence(
            **by, relationship=self.row, every_days=2, starts_on=starts_on, ends_on=over, reason="Much is at stake"
        )

    def withdraw(self, **by: Any) -> Done[Any]:
        rows = list(self.row.agreements.order_by("pk"))
        if not rows:
            raise ValidationError("")
        return actions.withdraw_agreement(**by, agreement_id=self.chance.choice(rows).pk)

    def snooze(self, **by: Any) -> Done[Any]:
        until = self.row.today(self.book.now) + self.chance.randrange(15) * DAY
        return actions.snooze(**by, relationship=self.row, until_on=until, reason="On leave")

    def wake(self, **by: Any) -> Done[Any]:
        return actions.wake(**by, snooze_id=self.one_of(Snooze).pk)

    def pause_or_resume(self, **by: Any) -> Done[Any]:
        row = self.row
        if row.paused_since is None:
            return actions.pause(**by, relationship=row, reason="Merger")
        return actions.resume(**by, relationship=row)

    def end_or_take_up(self, **by: Any) -> Done[Any]:
        row = self.row
        if row.ended_on is None:
            return actions.end_relationship(**by, relationship=row, reason="They closed")
        return actions.take_up_again(**by, relationship=row)

    def remove_or_bring_back(self, **by: Any) -> Done[Any]:
        row = self.row
        if row.removed_at is None:
            return actions.remove_relationship(**by, relationship=row)
        return actions.bring_relationship_back(**by, relationship_id=row.pk)

    # Their people

    def name(self, **by: Any) -> Done[Any]:
        power = self.chance.choice(["decides", "signs", "influences"])
        return actions.name_stakeholder(
            **by, relationship=self.row, contact=self.chance.choice(self.contacts), power=power
        )

    def change_part(self, **by: Any) -> Done[Any]:
        power = self.chance.choice(["decides", "signs", "none"])
        return actions.change_stakeholder(**by, stakeholder=self.one_of(Stakeholder), values={"power": power})

    def remove_part(self, **by: Any) -> Done[Any]:
        return actions.remove_stakeholder(**by, stakeholder_id=self.one_of(Stakeholder).pk)

    def leave(self, **by: Any) -> Done[Any]:
        contact = self.chance.choice(self.contacts)
        return actions.somebody_left(**by, relationship=self.row, contact=contact, on=self.day(30))

    # Taken back

    def undo(self, **by: Any) -> Done[Any]:
        """The last deed, which may be an undo; or, where nothing stands in the way, one before it."""
        while self.steps:
            step = self.steps.pop(-1 if self.chance.random() < 0.8 else self.chance.randrange(len(self.steps)))
            if UndoStep.objects.filter(pk=step.pk, undone_at=None).exists():
                return take_back(step_id=step.pk, **by)
        raise UndoStep.DoesNotExist


DEEDS: dict[Callable[..., Done[Any]], int] = {
    Life.log: 14, Life.change_entry: 5, Life.remove_entry: 3,
    Life.promise: 6, Life.keep: 5, Life.miss: 3, Life.explain: 2, Life.renegotiate: 3, Life.change_promise: 2,
    Life.remove_promise: 1, Life.feedback: 4, Life.answer: 4, Life.remove_feedback: 1, Life.problem: 3, Life.solve: 3,
    Life.reopen: 2, Life.remove_problem: 1, Life.agree: 4, Life.tighten: 2, Life.withdraw: 2, Life.snooze: 3,
    Life.wake: 1, Life.pause_or_resume: 3, Life.end_or_take_up: 1, Life.remove_or_bring_back: 2, Life.name: 5,
    Life.change_part: 2, Life.remove_part: 1, Life.leave: 1, Life.undo: 14,
}  # fmt: skip


class Book:
    """Relationships that live at the same time, so that one rebuild is held against all of them."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.day, self.actor = chance, MONDAY, people.alice()
        # For whom the day is over first: what is logged may be of a day that has not come to the partner.
        self.actor.zone = "Pacific/Kiritimati"
        self.lives = [Life(self, number) for number in range(LIVES)]

    @property
    def now(self) -> Now:
        return noon(self.day)

    def days_pass(self) -> None:
        """Up to nine days, and the sweep; now and then one as of another day before it."""
        self.day += self.chance.randrange(10) * DAY
        if self.chance.random() < 0.3:
            actions.sweep_cadence(now=noon(self.day + self.chance.randrange(-40, 40) * DAY))
        actions.sweep_cadence(now=self.now)


def told(row: Relationship, now: Now) -> slow.History:
    """What the oracle has to know of a relationship, from its rows."""
    lines = Evidence.objects.filter(relationship=row).order_by("pk")
    halts = Halt.objects.filter(relationship=row).order_by("pk").values_list("from_on", "until_on")
    return slow.History(
        [oracle.Line(*line) for line in lines.values_list("component", "kind", "side", "day", "r", "s")],
        [slow.Agreed(one.starts_on, one.every_days, one.ends_on) for one in row.agreements.order_by("pk")],
        [slow.Days(one.from_on, one.until_on) for one in row.snoozes.order_by("pk")],
        [slow.Days(first, until and until - DAY) for first, until in halts if until is None or until > first],
        seen(row, row.today(now)),
    )


def seen(row: Relationship, today: date) -> list[date | None]:
    """When each who decides, and is there, took part in a two-way contact last."""
    found: list[date | None] = []
    for one in row.stakeholders.filter(power__in=["decides", "signs"], known_on__lte=today):
        (place,) = one.contact.affiliations.all()
        if place.until is None or today < place.until:
            talks = one.contact.interactions.filter(relationship=row, two_way=True, occurred_on__lte=today)
            found.append(max(talks.values_list("occurred_on", flat=True), default=None))
    return found


def assert_stands(row: Relationship, now: Now, weights: Weights) -> None:
    found, wanted = Standing.objects.get(pk=row.pk), slow.components(told(row, now), row.today(now))
    assert found.as_of == row.today(now)
    for component, one in wanted.items():
        kept = (getattr(found, f"{component}_b"), getattr(found, f"{component}_d"))
        assert kept == pytest.approx((one.b, one.d), abs=1e-9), (row.pk, component)
    for name, part in (("earned", "b"), ("lost", "d"), ("unknown", "u")):
        points = sum(weights.of(component) * getattr(wanted[component], part) for component in Component)
        assert getattr(found, name) == pytest.approx(points, abs=1e-9), (row.pk, name)


def stages_of(rows: list[Relationship]) -> list[Any]:
    fields = [name for name in STAGE_DERIVED if name != "judged_as_of"]
    return list(Relationship.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk").values("pk", *fields))


@pytest.mark.django_db
@pytest.mark.parametrize("number", range(BOOKS))
def test_kept_is_what_a_rebuild_gives_and_the_oracle_after_whatever_is_done(number: int) -> None:
    book = Book(random.Random(number))
    done: Counter[str] = Counter()
    for _round in range(ROUNDS):
        for life in book.lives:
            done[life.live()] += 1
        assert actions.rebuild_health(now=book.now, check=True) == actions.Rebuilt(
            Relationship.objects.filter(removed_at=None).count(), 0
        )
        book.days_pass()
        assert actions.rebuild_health(now=book.now, check=True).different == 0
    # Most of them were done, and not refused.
    assert done["refused"] < sum(done.values()) / 2, done
    rows = list(Relationship.objects.filter(removed_at=None))
    for row in rows:
        assert_stands(row, book.now, Weights())
    # What was left to the sweep is what is said at once, criteria that follow a flag by the next one.
    actions.sweep_cadence(now=book.now)
    swept = stages_of(rows)
    actions.judge_stages([row.pk for row in rows], now=book.now)
    assert stages_of(rows) == swept
    other = {"cadence": 40, "access": 5, "credibility": 15, "trust": 10, "reciprocity": 30}
    config = ScoreConfig.objects.create(version=2, valid_from=book.now.instant, why="Tried", **other)
    actions.stand_all(now=book.now)
    for row in rows:
        assert_stands(row, book.now, config.weights)
