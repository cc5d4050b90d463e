"""A life of promises, at random: after each step the dates and the ledger are those that their rows say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from accounts.models import Contact, UndoStep
from accounts.undo import Done, take_back
from relationships import actions, ledger
from relationships.models import Commitment, Evidence, Fulfilment, Interaction, Miss, Relationship, Renegotiation
from tests import people
from tests.relationships.machine import Desk
from tests.relationships.records import DAY, KEPT, MONDAY, Elsewhere, noon, waiting_for_a_lock
from tests.relationships.test_ledger import from_sources, table

which = st.integers(0, 1)
pick = st.integers(0, 4)
around = st.integers(-12, 12)
FRIDAY = MONDAY + 4 * DAY
Deed = tuple[Callable[..., Done[Any]], dict[str, Any]]


class Promises(Desk):
    """All that can happen to a promise, and to the talk it was made in."""

    def some(self, number: int, nth: int) -> list[Commitment]:
        return list(Commitment.objects.filter(relationship=self.ids[number]).order_by("pk")[nth : nth + 1])

    # Deeds

    @rule(number=which, side=st.sampled_from(["ours", "theirs"]), due=st.integers(0, 12), ago=st.integers(0, 5))
    def make(self, number: int, side: str, due: int, ago: int) -> None:
        row = self.row(number)
        made = row.today(self.now) - ago * DAY
        self.try_to(actions.make_promise, relationship=row, side=side, what="It", due_on=made + due * DAY, made_on=made)

    @rule(number=which, nth=pick, side=st.sampled_from(["ours", "theirs"]))
    def change(self, number: int, nth: int, side: str) -> None:
        for promise in self.some(number, nth):
            self.try_to(actions.change_promise, commitment=promise, values={"side": side, "what": "It, and more"})

    @rule(number=which, nth=pick, to=around, agreed=around)
    def renegotiate(self, number: int, nth: int, to: int, agreed: int) -> None:
        for promise in self.some(number, nth):
            self.try_to(
                actions.renegotiate,
                commitment=promise,
                new_due_on=self.day + to * DAY,
                agreed_on=self.day - abs(agreed) * DAY,
            )

    @rule(number=which, nth=pick, ago=st.none() | st.integers(0, 9))
    def keep(self, number: int, nth: int, ago: int | None) -> None:
        for promise in self.some(number, nth):
            day = None if ago is None else self.row(number).today(self.now) - ago * DAY
            self.try_to(actions.keep_promise, commitment=promise, kept_on=day)

    @rule(number=which, nth=pick, says=st.booleans(), new=st.none() | st.integers(0, 9))
    def miss(self, number: int, nth: int, says: bool, new: int | None) -> None:
        words = {"explanation": "The board was away", "plan": "In spring"} if says else {}
        for promise in self.some(number, nth):
            day = None if new is None else self.day + new * DAY
            self.try_to(actions.miss_promise, commitment=promise, new_due_on=day, **words)

    @rule(number=which, nth=pick, new=st.none() | st.integers(0, 9))
    def explain(self, number: int, nth: int, new: int | None) -> None:
        for promise in self.some(number, nth):
            day = None if new is None else self.day + new * DAY
            words = {"explanation": "The board was away", "plan": "In autumn"}
            self.try_to(actions.explain_miss, commitment=promise, new_due_on=day, **words)

    @rule(number=which, nth=pick)
    def remove(self, number: int, nth: int) -> None:
        for promise in self.some(number, nth):
            self.try_to(actions.remove_promise, commitment_id=promise.pk)

    @rule(
        number=which,
        ago=st.integers(0, 20),
        two_way=st.booleans(),
        begun_by=st.sampled_from(["ours", "theirs", "unknown"]),
        promised=st.booleans(),
    )
    def log(self, number: int, ago: int, two_way: bool, begun_by: str, promised: bool) -> None:
        row = self.row(number)
        day = row.today(self.now) - ago * DAY
        made = [actions.Promised(side="ours", what="Table", due_on=day + 3 * DAY)] if promised else []
        self.try_to(
            actions.log_interaction,
            relationship=row,
            occurred_on=day,
            channel="call",
            two_way=two_way,
            begun_by=begun_by,
            promised=made,
        )

    @rule(number=which, nth=pick, two_way=st.booleans(), begun_by=st.sampled_from(["ours", "theirs", "unknown"]))
    def change_entry(self, number: int, nth: int, two_way: bool, begun_by: str) -> None:
        for entry in Interaction.objects.filter(relationship=self.ids[number]).order_by("pk")[nth : nth + 1]:
            values = {"two_way": two_way, "begun_by": begun_by, "occurred_on": entry.occurred_on - DAY}
            self.try_to(
                actions.change_interaction, interaction=entry, values=values, contacts=[], colleagues=[self.actor]
            )

    @rule(number=which, nth=pick)
    def remove_entry(self, number: int, nth: int) -> None:
        for entry in Interaction.objects.filter(relationship=self.ids[number]).order_by("pk")[nth : nth + 1]:
            self.try_to(actions.remove_interaction, interaction_id=entry.pk)

    # What always holds

    @invariant()
    def ledger_is_that_of_the_rows(self) -> None:
        """Before the sweep only lateness may be missing; after it nothing is, and a second one finds nothing."""
        for number in (0, 1):
            row = self.row(number)
            missing = set(from_sources(row, self.now)) ^ set(table(row))
            assert {kind for _model, _pk, _component, kind, *_rest in missing} <= {"promise_late"}
        ledger.fall_late(self.now)
        for number in (0, 1):
            assert table(self.row(number)) == from_sources(self.row(number), self.now)
        assert ledger.fall_late(self.now) == 0

    @invariant()
    def first_day_never_changes_and_ends_are_those_of_the_rows(self) -> None:
        for promise in Commitment.objects.select_related("fulfilment", "miss"):
            kept, miss = getattr(promise, "fulfilment", None), getattr(promise, "miss", None)
            assert promise.outcome.startswith("kept") == (kept is not None)
            assert (promise.outcome == "broken") == (miss is not None)
            assert promise.ended_on == (kept.kept_on if kept else miss.missed_on if miss else None)
            first = promise.events.order_by("pgh_id").first()  # type: ignore[attr-defined]
            assert promise.due_on == first.due_on

    def picture(self) -> list[Any]:
        """What there is once the sweep has been."""
        ledger.fall_late(self.now)
        actions.judge_stages(self.ids, now=self.now)
        sources = [Commitment, Renegotiation, Fulfilment, Miss, Interaction]
        rows: list[Any] = [list(model._base_manager.order_by("pk").values()) for model in sources]
        return [*rows, table(self.row(0)), table(self.row(1)), list(Relationship.objects.order_by("pk").values(*KEPT))]

    @rule(data=st.data(), number=which)
    def a_busy_day_taken_back(self, data: st.DataObject, number: int) -> None:
        """Several deeds at one desk, undone one after the other: dates and ledger are what they were; and redone."""
        UndoStep.objects.all().delete()
        before = self.picture()
        deeds: list[Callable[[], None]] = [
            lambda: self.make(number, "ours", 2, 4),
            lambda: self.make(number, "theirs", 5, 0),
            lambda: self.change(number, 0, "theirs"),
            lambda: self.renegotiate(number, 0, 9, 0),
            lambda: self.keep(number, 0, 1),
            lambda: self.miss(number, 0, True, 5),
            lambda: self.miss(number, 1, False, None),
            lambda: self.explain(number, 1, 4),
            lambda: self.remove(number, 0),
            lambda: self.log(number, 3, True, "ours", True),
            lambda: self.change_entry(number, 0, True, "theirs"),
            lambda: self.remove_entry(number, 0),
        ]
        for deed in data.draw(st.lists(st.sampled_from(range(len(deeds))), max_size=6)):
            deeds[deed]()
        after = self.picture()
        undone = [
            take_back(step_id=step.pk, actor=self.actor, now=self.now)
            for step in reversed(UndoStep.objects.order_by("id"))
        ]
        assert self.picture() == before
        for one in reversed(undone):
            take_back(step_id=one.step.pk, actor=self.actor, now=self.now)
        assert self.picture() == after
        UndoStep.objects.all().delete()


@pytest.mark.django_db
def test_dates_and_ledger_follow_the_rows_whatever_is_done() -> None:
    run_state_machine_as_test(
        Promises,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=timedelta(seconds=20),
            suppress_health_check=list(HealthCheck),
        ),
    )


# What the verbs refuse, and at which field


def refused(verb: Callable[..., Done[Any]], **arguments: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as told, transaction.atomic():
        verb(actor=people.alice(), **arguments)
    error = told.value
    return dict(error.message_dict) if hasattr(error, "error_dict") else {"": list(error.messages)}


@pytest.mark.django_db
def test_promise_is_not_made_before_today_comes() -> None:
    row = people.relationship()
    told = refused(
        actions.make_promise,
        now=noon(MONDAY),
        relationship=row,
        side="ours",
        what="Table",
        due_on=FRIDAY,
        made_on=MONDAY + DAY,
    )
    assert told == {"made_on": ["This day is still to come."]}


@pytest.mark.django_db
def test_promise_noted_from_a_zone_further_on_can_be_kept_at_once() -> None:
    """It is Tuesday where Alice is and Monday where the partner is."""
    alice = people.alice()
    alice.zone = "Pacific/Auckland"
    alice.save()
    row = people.relationship(zone="America/Los_Angeles")
    now = noon(MONDAY)
    tuesday = now.today(alice.zone)
    assert tuesday > row.today(now)
    made = actions.make_promise(
        actor=alice, now=now, relationship=row, side="ours", what="Table", due_on=tuesday, made_on=tuesday
    )
    kept = actions.keep_promise(actor=alice, now=now, commitment=made.row)
    assert kept.row.outcome == "kept"


@pytest.mark.django_db
def test_an_end_ends_it() -> None:
    promise = people.promise(due_on=FRIDAY)
    actions.keep_promise(actor=people.alice(), now=noon(FRIDAY), commitment=promise)
    deeds: list[Deed] = [
        (actions.keep_promise, {}),
        (actions.miss_promise, {}),
        (actions.renegotiate, {"new_due_on": FRIDAY + 9 * DAY}),
    ]
    for verb, more in deeds:
        assert "end already" in refused(verb, now=noon(FRIDAY), commitment=promise, **more)[""][0]
    assert refused(
        actions.explain_miss, now=noon(FRIDAY), commitment=promise, explanation="The board", plan="In spring"
    ) == {"": ["This promise was not missed."]}


@pytest.mark.django_db
def test_new_days_are_agreed_in_order() -> None:
    promise = people.promise(due_on=FRIDAY)
    now = noon(MONDAY + 2 * DAY)
    actions.renegotiate(actor=people.alice(), now=now, commitment=promise, new_due_on=FRIDAY + 7 * DAY)
    earlier = {"commitment": promise, "agreed_on": MONDAY, "new_due_on": FRIDAY + 9 * DAY}
    assert list(refused(actions.renegotiate, now=now, **earlier)) == ["agreed_on"]
    same = {"commitment": promise, "new_due_on": FRIDAY + 7 * DAY}
    assert list(refused(actions.renegotiate, now=now, **same)) == ["new_due_on"]
    past = {"commitment": promise, "new_due_on": MONDAY}
    assert list(refused(actions.renegotiate, now=now, **past)) == ["new_due_on"]
    promise.refresh_from_db()
    assert (promise.due_on, promise.binding_on, promise.late_on) == (FRIDAY, FRIDAY + 7 * DAY, None)


@pytest.mark.django_db
def test_plan_by_a_day_goes_with_the_miss_when_that_is_taken_back() -> None:
    promise = people.promise(due_on=FRIDAY, remedy="A free delivery")
    missed = actions.miss_promise(
        actor=people.alice(),
        now=noon(FRIDAY + DAY),
        commitment=promise,
        explanation="The board was away",
        plan="In spring",
        new_due_on=FRIDAY + 30 * DAY,
    )
    new = Commitment.objects.get(follows=promise)
    assert (new.what, new.due_on, new.remedy, new.keeper) == (
        "In spring", FRIDAY + 30 * DAY, "A free delivery", promise.keeper
    )  # fmt: skip
    undone = take_back(step_id=missed.step.pk, actor=people.alice(), now=noon(FRIDAY + DAY))
    assert not Miss.objects.exists()
    assert list(Commitment.objects.all()) == [promise]
    take_back(step_id=undone.step.pk, actor=people.alice(), now=noon(FRIDAY + DAY))
    assert Commitment.objects.get(pk=new.pk).follows == promise


@pytest.mark.django_db
def test_explained_again_later_stays_owned() -> None:
    alice = people.alice()
    promise = people.promise(due_on=FRIDAY)
    words: dict[str, Any] = {"explanation": "The board was away", "plan": "In spring"}
    actions.miss_promise(actor=alice, now=noon(FRIDAY + DAY), commitment=promise)
    actions.explain_miss(actor=alice, now=noon(FRIDAY + 7 * DAY), commitment=promise, **words)
    again = actions.explain_miss(
        actor=alice, now=noon(FRIDAY + 50 * DAY), commitment=promise, explanation="The board", plan="In autumn"
    )
    assert Evidence.objects.filter(kind="promise_owned").count() == 1
    take_back(step_id=again.step.pk, actor=alice, now=noon(FRIDAY + 51 * DAY))
    assert Miss.objects.get().plan == "In spring"


@pytest.mark.django_db
def test_promise_comes_back_without_who_is_gone() -> None:
    contact = Contact.objects.create(name="Ingrid Moe")
    promise = people.promise(side="theirs", contact=contact, due_on=FRIDAY)
    actions.keep_promise(actor=people.alice(), now=noon(FRIDAY), commitment=promise)
    removed = actions.remove_promise(actor=people.alice(), now=noon(FRIDAY), commitment_id=promise.pk)
    contact.delete()
    take_back(step_id=removed.step.pk, actor=people.alice(), now=noon(FRIDAY))
    back = Commitment.objects.get(pk=promise.pk)
    assert (back.contact, back.outcome) == (None, "kept")


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["rita", "outsider", "petra"])
def test_who_may_not_change_it_finds_none(person: str) -> None:
    promise = people.promise(due_on=FRIDAY)
    actor = getattr(people, person)()
    deeds: list[Deed] = [
        (actions.change_promise, {"values": {"what": "Nothing"}}),
        (actions.renegotiate, {"new_due_on": FRIDAY + DAY}),
        (actions.keep_promise, {}),
        (actions.miss_promise, {}),
    ]
    for verb, more in deeds:
        with pytest.raises(Commitment.DoesNotExist):
            verb(actor=actor, now=noon(MONDAY), commitment=promise, **more)
    with pytest.raises(Commitment.DoesNotExist):
        actions.remove_promise(actor=actor, now=noon(MONDAY), commitment_id=promise.pk)


@pytest.mark.django_db(transaction=True)
def test_kept_twice_at_once_is_kept_once() -> None:
    promise = people.promise(due_on=FRIDAY)
    told: list[str] = []

    def keep() -> None:
        try:
            actions.keep_promise(actor=people.alice(), now=noon(FRIDAY), commitment=promise)
        except ValidationError as error:
            told.extend(error.messages)

    with transaction.atomic():
        keep()
        with waiting_for_a_lock():
            other = Elsewhere(keep)
    other.join()
    assert len(told) == 1
    assert Fulfilment.objects.count() == 1
