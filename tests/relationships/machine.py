"""A person at a desk, for lives at random: days pass, verbs are tried, deeds are taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from accounts.models import UndoStep
from accounts.undo import Done, take_back
from relationships.models import Relationship
from tests import people
from tests.relationships.records import DAY, MONDAY, noon
from web.clock import Now


class Desk(RuleBasedStateMachine):
    """One person does everything, with two partners at the two ends of the day; nothing stays behind.

    ``begin`` makes a relationship in a zone and returns its key; of the two it is called for the first and second.
    """

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.day: date = MONDAY
        self.actor = people.alice()
        self.ids = [self.begin(zone, nth) for nth, zone in enumerate(("Pacific/Auckland", "America/Los_Angeles"))]
        UndoStep.objects.all().delete()

    def begin(self, zone: str, nth: int) -> int:
        return people.relationship(zone=zone).pk

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @property
    def now(self) -> Now:
        return noon(self.day)

    def row(self, number: int) -> Relationship:
        return Relationship.objects.get(pk=self.ids[number])

    def try_to(self, verb: Callable[..., Done[Any]], **arguments: Any) -> Done[Any] | None:
        """A verb as a page calls it: refused with a sentence, or done."""
        try:
            with transaction.atomic():
                return verb(actor=self.actor, now=self.now, **arguments)
        except ValidationError:
            return None

    @rule()
    def take_back_the_last(self) -> None:
        """Undo; and after an undo, redo."""
        for step in UndoStep.objects.open().order_by("-id")[:1]:
            try:
                with transaction.atomic():
                    take_back(step_id=step.pk, actor=self.actor, now=self.now)
            except ValidationError:
                step.delete()

    @rule(days=st.integers(1, 12))
    def days_pass(self, days: int) -> None:
        self.day += days * DAY
