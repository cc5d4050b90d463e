"""A life of two relationships, at random: after each step the stored dates and flags are those of the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from accounts.models import UndoStep
from accounts.undo import take_back
from relationships import actions, cadence
from relationships.models import CadenceAgreement, Evidence, Interaction, Relationship, Snooze
from tests import people
from tests.relationships.machine import Desk
from tests.relationships.records import DAY, KEPT, noon

which = st.integers(0, 1)
DERIVED = ("every_days", "counts_from", "base_due_on", "due_on", "overdue_from", "changes_on")


class Record(Desk):
    """All that can be done with a relationship, its rhythm and its talk; one every 3 days, one every 10."""

    def begin(self, zone: str, nth: int) -> int:
        begun = actions.open_relationship(
            actor=self.actor,
            now=self.now,
            account=people.account(),
            owner=self.actor,
            team=people.north(),
            zone=zone,
            every_days=(3, 10)[nth],
        )
        return begun.row.pk

    # Deeds

    @rule(number=which, ago=st.integers(0, 40), two_way=st.booleans())
    def log(self, number: int, ago: int, two_way: bool) -> None:
        row = self.row(number)
        if row.removed_at is None:
            self.try_to(
                actions.log_interaction,
                relationship=row,
                occurred_on=row.today(self.now) - ago * DAY,
                channel="call",
                two_way=two_way,
            )

    @rule(number=which, pick=st.integers(0, 5))
    def remove_entry(self, number: int, pick: int) -> None:
        entries = Interaction.objects.filter(relationship=self.ids[number], relationship__removed_at=None)
        for entry in entries[pick : pick + 1]:
            self.try_to(actions.remove_interaction, interaction_id=entry.pk)

    @rule(number=which, days=st.integers(0, 32))
    def snooze(self, number: int, days: int) -> None:
        row = self.row(number)
        if row.removed_at is None:
            self.try_to(actions.snooze, relationship=row, until_on=row.today(self.now) + days * DAY, reason="On leave")

    @rule(number=which)
    def wake(self, number: int) -> None:
        for snooze in Snooze.objects.filter(relationship=self.ids[number], relationship__removed_at=None)[:1]:
            self.try_to(actions.wake, snooze_id=snooze.pk)

    @rule(number=which)
    def pause_or_resume(self, number: int) -> None:
        row = self.row(number)
        if row.removed_at is not None:
            return
        if row.paused_since is None:
            self.try_to(actions.pause, relationship=row, reason="Merger")
        else:
            self.try_to(actions.resume, relationship=row)

    @rule(number=which, every=st.sampled_from([1, 4, 7, 14, 30, 60]), offset=st.integers(-20, 20))
    def agree(self, number: int, every: int, offset: int) -> None:
        row = self.row(number)
        if row.removed_at is None:
            self.try_to(
                actions.agree_cadence,
                relationship=row,
                every_days=every,
                starts_on=row.today(self.now) + offset * DAY,
                reason="They asked for it",
            )

    @rule(number=which, every=st.sampled_from([1, 3, 6, 14]), offset=st.integers(-20, 20), span=st.integers(0, 25))
    def tighten_for_a_while(self, number: int, every: int, offset: int, span: int) -> None:
        row = self.row(number)
        if row.removed_at is None:
            starts_on = row.today(self.now) + offset * DAY
            self.try_to(
                actions.agree_cadence,
                relationship=row,
                every_days=every,
                starts_on=starts_on,
                ends_on=starts_on + span * DAY,
                reason="Much is at stake",
            )

    @rule(number=which)
    def end_what_is_for_a_while(self, number: int) -> None:
        row = self.row(number)
        agreements = row.agreements.exclude(ends_on=None).order_by("-ends_on")
        for agreement in agreements[:1] if row.removed_at is None else []:
            self.try_to(actions.end_agreement, agreement_id=agreement.pk, ends_on=row.today(self.now) - DAY)

    @rule(days=st.integers(1, 60))
    def sweep_as_of_a_later_day(self, days: int) -> None:
        """What it brought into force, or ended, too early is put right by the next sweep."""
        actions.sweep_cadence(now=noon(self.day + days * DAY))
        self.sweep()

    @rule(number=which, pick=st.integers(0, 3))
    def withdraw(self, number: int, pick: int) -> None:
        agreements = CadenceAgreement.objects.filter(relationship=self.ids[number], relationship__removed_at=None)
        for agreement in agreements[pick : pick + 1]:
            self.try_to(actions.withdraw_agreement, agreement_id=agreement.pk)

    @rule(number=which)
    def remove_or_bring_back(self, number: int) -> None:
        row = self.row(number)
        if row.removed_at is None:
            self.try_to(actions.remove_relationship, relationship=row)
        else:
            self.try_to(actions.bring_relationship_back, relationship_id=row.pk)

    # Time

    @rule()
    def sweep(self) -> None:
        actions.sweep_cadence(now=self.now)
        for number in (0, 1):
            row = self.row(number)
            late = row.overdue_from is not None and row.overdue_from <= row.today(self.now)
            assert self.open_flags(row) == ([row.base_due_on] if late else [])
            assert row.changes_on is None or row.changes_on > row.today(self.now)
        again = actions.sweep_cadence(now=self.now)
        assert (again.raised, again.closed) == (0, 0)

    # What always holds

    def open_flags(self, row: Relationship) -> list[date | None]:
        return [flag.due_on for flag in row.missed_check_ins.filter(closed_at=None)]

    def boundary_passed(self, row: Relationship) -> bool:
        """An agreement has begun that no sweep and no verb has applied yet."""
        return row.changes_on is not None and row.changes_on <= row.today(self.now)

    @invariant()
    def stored_dates_are_those_of_the_record(self) -> None:
        for number in (0, 1):
            row = self.row(number)
            last = row.interactions.filter(two_way=True).order_by("occurred_on").last()
            assert row.last_touch_on == (last.occurred_on if last else None)
            if self.boundary_passed(row):
                continue
            expected = cadence.schedule(
                today=row.today(self.now),
                last_touch_on=row.last_touch_on,
                intervals=[
                    cadence.Interval(agreement.starts_on, agreement.every_days, agreement.ends_on)
                    for agreement in row.agreements.order_by("pk")
                ],
                rests=[cadence.Rest(snooze.from_on, snooze.until_on) for snooze in row.snoozes.all()],
                workdays=row.workdays,
                stopped=row.paused_since is not None or row.removed_at is not None,
            )
            assert {name: getattr(row, name) for name in DERIVED} == {name: getattr(expected, name) for name in DERIVED}

    @invariant()
    def no_flag_stands_without_its_condition(self) -> None:
        for number in (0, 1):
            row = self.row(number)
            if not self.boundary_passed(row):
                late = row.overdue_from is not None and row.overdue_from <= row.today(self.now)
                assert self.open_flags(row) in ([], [row.base_due_on] if late else [])

    def picture(self) -> list[Any]:
        # Evidence follows from its source and is made anew with it: nothing knows it by its key or its moment.
        said = [one.attname for one in Evidence._meta.concrete_fields if one.name not in {"id", "written_at"}]
        evidence = Evidence.objects.filter(relationship__in=self.ids)
        return [
            list(Relationship.objects.filter(pk__in=self.ids).order_by("pk").values(*KEPT)),
            *(
                list(model.objects.filter(relationship__in=self.ids).order_by("pk").values())
                for model in (Interaction, Snooze, CadenceAgreement)
            ),
            list(evidence.order_by("source_model", "source_id", "kind", "side").values(*said)),
            *(self.open_flags(self.row(number)) for number in (0, 1)),
        ]

    @rule(data=st.data(), number=which)
    def a_busy_day_taken_back(self, data: st.DataObject, number: int) -> None:
        """Several deeds at one desk, undone one after the other: dates and flags are what they were."""
        actions.sweep_cadence(now=self.now)
        UndoStep.objects.all().delete()
        before = self.picture()
        deeds: list[Callable[[], None]] = [
            lambda: self.log(number, 0, True),
            lambda: self.log(number, 9, True),
            lambda: self.remove_entry(number, 0),
            lambda: self.snooze(number, 8),
            lambda: self.wake(number),
            lambda: self.pause_or_resume(number),
            lambda: self.agree(number, 30, -10),
            lambda: self.tighten_for_a_while(number, 1, -2, 9),
            lambda: self.end_what_is_for_a_while(number),
            lambda: self.withdraw(number, 0),
            lambda: self.remove_or_bring_back(number),
        ]
        for deed in data.draw(st.lists(st.sampled_from(range(len(deeds))), max_size=6)):
            deeds[deed]()
        for step in reversed(UndoStep.objects.order_by("id")):
            take_back(step_id=step.pk, actor=self.actor, now=self.now)
        assert self.picture() == before
        UndoStep.objects.all().delete()


@pytest.mark.django_db
def test_dates_and_flags_follow_the_record_whatever_is_done() -> None:
    run_state_machine_as_test(
        Record,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=timedelta(seconds=20),
            suppress_health_check=list(HealthCheck),
        ),
    )
