"""A life of feedback, at random: after each step the derived days and the ledger are those that their rows say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from accounts.models import Affiliation, Contact, UndoStep
from accounts.undo import Done, take_back
from relationships import actions, ledger
from relationships.models import (
    Attachment,
    Commitment,
    Evidence,
    Feedback,
    FeedbackStep,
    Interaction,
    Problem,
    Relationship,
    feedback_states,
    waits_long,
)
from tests import people
from tests.relationships.machine import Desk
from tests.relationships.records import DAY, MONDAY, Elsewhere, log, noon, waiting_for_a_lock
from tests.relationships.test_ledger import table
from web.clock import Now

which = st.integers(0, 1)
pick = st.integers(0, 4)
kinds = st.sampled_from(list(FeedbackStep.Kind))
natures = st.sampled_from(list(Feedback.Nature))
FRIDAY = MONDAY + 4 * DAY
KIND = FeedbackStep.Kind


def from_steps(row: Relationship, now: Now) -> list[tuple[Any, ...]]:
    """What the ledger has to hold of feedback, reckoned in another way."""
    found: list[tuple[Any, ...]] = []
    for one in Feedback.objects.filter(relationship=row):
        other = "ours" if one.side == "theirs" else "theirs"
        answer = one.steps.filter(kind="answered").first()
        if one.unsaid:
            continue
        if not one.hidden:
            found.append(("reciprocity", "feedback_given", one.side, one.heard_on, 1.0, 0.0, one.pk))
        waited = ((answer.done_on if answer else row.today(now)) - one.heard_on).days
        if answer and waited <= 5:
            found.append(("trust", "feedback_answered", other, answer.done_on, 0.5, 0.0, one.pk))
        if waited >= 30:
            found.append(("trust", "feedback_ignored", other, one.heard_on + timedelta(30), 0.0, 0.5, one.pk))
    return sorted((ledger.FEEDBACK, line[-1], *line[:-1]) for line in found)


def of_feedback(row: Relationship) -> list[tuple[Any, ...]]:
    return [line for line in table(row) if line[0] == ledger.FEEDBACK]


class Voices(Desk):
    """All that can happen to feedback, and to the talk in which it was heard."""

    def some(self, number: int, nth: int) -> list[Feedback]:
        return list(Feedback.objects.filter(relationship=self.ids[number]).order_by("pk")[nth : nth + 1])

    @rule(
        number=which,
        side=st.sampled_from(["ours", "theirs"]),
        nature=natures,
        hidden=st.booleans(),
        group=st.booleans(),
        ago=st.integers(0, 40),
    )
    def give(self, number: int, side: str, nature: str, hidden: bool, group: bool, ago: int) -> None:
        row = self.row(number)
        self.try_to(
            actions.give_feedback,
            relationship=row,
            said="Scan the pallet",
            side=side,
            nature=nature,
            hidden=hidden,
            unsaid=side == "ours" and ago % 3 == 1,
            voice_name="Ola" if ago % 2 else "",
            behalf_of="the night shift" if group else "",
            heard_on=row.today(self.now) - ago * DAY,
        )

    @rule(number=which, nth=pick, kind=kinds, ago=st.none() | st.integers(0, 9))
    def take(self, number: int, nth: int, kind: str, ago: int | None) -> None:
        for one in self.some(number, nth):
            day = None if ago is None else self.row(number).today(self.now) - ago * DAY
            self.try_to(actions.take_feedback_step, feedback=one, kind=kind, done_on=day, text="Because")

    @rule(number=which, nth=pick)
    def take_the_next(self, number: int, nth: int) -> None:
        for one in self.some(number, nth):
            for kind in ("answered", "applied", "told_voice"):
                self.try_to(actions.take_feedback_step, feedback=one, kind=kind)

    @rule(number=which, nth=pick, ago=st.integers(0, 9))
    def say(self, number: int, nth: int, ago: int) -> None:
        for one in self.some(number, nth):
            self.try_to(actions.say_feedback, feedback=one, told_on=self.row(number).today(self.now) - ago * DAY)

    @rule(number=which, nth=pick, days=st.integers(-9, 9))
    def change_step(self, number: int, nth: int, days: int) -> None:
        for one in self.some(number, nth):
            for step in one.steps.all()[:1]:
                values = {"done_on": step.done_on + days * DAY, "text": "Otherwise"}
                self.try_to(actions.change_feedback_step, step=step, values=values)

    @rule(number=which, nth=pick, kind=kinds)
    def withdraw(self, number: int, nth: int, kind: str) -> None:
        for one in self.some(number, nth):
            for step in one.steps.filter(kind=kind):
                self.try_to(actions.withdraw_feedback_step, step_id=step.pk)

    @rule(number=which, nth=pick, nature=natures, hidden=st.booleans(), days=st.integers(-9, 9), group=st.booleans())
    def change(self, number: int, nth: int, nature: str, hidden: bool, days: int, group: bool) -> None:
        for one in self.some(number, nth):
            values = {
                "nature": nature,
                "hidden": hidden,
                "heard_on": one.heard_on + days * DAY,
                "behalf_of": "the drivers" if group else "",
                "side": "ours" if days == 3 else one.side,
            }
            self.try_to(actions.change_feedback, feedback=one, values=values)

    @rule(number=which, nth=pick)
    def remove(self, number: int, nth: int) -> None:
        for one in self.some(number, nth):
            self.try_to(actions.remove_feedback, feedback_id=one.pk)

    @rule(number=which, nth=pick, other=pick, across=st.booleans())
    def grow(self, number: int, nth: int, other: int, across: bool) -> None:
        for one in self.some(number, nth):
            for into in self.some(1 - number if across else number, other):
                self.try_to(actions.grow_feedback, feedback=one, into=into)

    # What always holds

    @invariant()
    def ledger_is_that_of_the_steps(self) -> None:
        """Before the sweep only what was ignored may be missing; after it nothing is, and a second finds nothing."""
        for number in (0, 1):
            row = self.row(number)
            missing = set(from_steps(row, self.now)) ^ set(of_feedback(row))
            assert {kind for _model, _pk, _component, kind, *_rest in missing} <= {"feedback_ignored"}
        ledger.fall_ignored(self.now)
        for number in (0, 1):
            assert of_feedback(self.row(number)) == from_steps(self.row(number), self.now)
        assert ledger.fall_ignored(self.now) == 0

    @invariant()
    def derived_days_are_those_of_the_steps(self) -> None:
        for one in Feedback.objects.prefetch_related("steps"):
            days = {step.kind: step.done_on for step in one.steps.all()}
            answered = days.get("answered")
            assert one.answered_on == answered
            assert one.acknowledged_on == days.get("acknowledged", answered)
            assert one.ended_on == days.get("applied", days.get("declined"))
            assert (one.told_voice_on, one.told_group_on) == (days.get("told_voice"), days.get("told_group"))
            assert not ({"applied", "declined"} <= days.keys())
            loop = [one.heard_on, one.acknowledged_on, answered, one.ended_on, one.told_voice_on]
            known = [day for day in loop if day]
            assert known == sorted(known)

    @invariant()
    def lists_and_rows_agree_on_the_state(self) -> None:
        every = list(Feedback.objects.all())
        for name, condition in feedback_states().items():
            meant = {
                "open": {"unsaid", "waiting", "acknowledged", "to_decide", "in_work", "to_tell"},
                "waiting": {"waiting", "acknowledged"},
            }
            wanted = {one.pk for one in every if one.state in meant.get(name, {name})}
            assert {one.pk for one in Feedback.objects.filter(condition)} == wanted, name

    def picture(self) -> list[Any]:
        ledger.fall_ignored(self.now)
        rows: list[Any] = [list(model._base_manager.order_by("pk").values()) for model in (Feedback, FeedbackStep)]
        return [*rows, table(self.row(0)), table(self.row(1))]

    @rule(data=st.data(), number=which)
    def a_busy_day_taken_back(self, data: st.DataObject, number: int) -> None:
        """Several deeds at one desk, undone one after the other: all is what it was; and redone."""
        UndoStep.objects.all().delete()
        before = self.picture()
        deeds: list[Callable[[], None]] = [
            lambda: self.give(number, "theirs", "suggestion", False, True, 3),
            lambda: self.give(number, "ours", "praise", False, False, 35),
            lambda: self.give(number, "ours", "suggestion", False, False, 34),
            lambda: self.say(number, 1, 0),
            lambda: self.take(number, 0, "acknowledged", None),
            lambda: self.take_the_next(number, 0),
            lambda: self.take_the_next(number, 1),
            lambda: self.take(number, 0, "told_group", None),
            lambda: self.change(number, 0, "complaint", True, -2, True),
            lambda: self.change_step(number, 0, 0),
            lambda: self.withdraw(number, 0, "told_voice"),
            lambda: self.grow(number, 0, 1, False),
            lambda: self.remove(number, 1),
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
def test_days_and_ledger_follow_the_steps_whatever_is_done() -> None:
    run_state_machine_as_test(
        Voices,
        settings=settings(
            max_examples=10,
            stateful_step_count=15,
            deadline=timedelta(seconds=20),
            suppress_health_check=list(HealthCheck),
        ),
    )


# What the verbs do and refuse


def give(row: Relationship | None = None, heard_on: date = MONDAY, **more: Any) -> Feedback:
    row = row or people.relationship()
    more = {"said": "Let us reorder from the phone", "heard_on": heard_on, **more}
    return actions.give_feedback(actor=row.owner, now=noon(heard_on), relationship=row, **more).row


def take(one: Feedback, kind: str, day: date, **more: Any) -> Done[Feedback]:
    return actions.take_feedback_step(actor=people.alice(), now=noon(day), feedback=one, kind=kind, **more)


def refused(verb: Callable[..., Done[Any]], **arguments: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as told, transaction.atomic():
        verb(actor=people.alice(), **arguments)
    error = told.value
    return dict(error.message_dict) if hasattr(error, "error_dict") else {"": list(error.messages)}


@pytest.mark.django_db
def test_from_the_suggestion_to_the_night_shift() -> None:
    henrik = Contact.objects.create(name="Henrik Aune")
    one = give(contact=henrik, behalf_of="the night shift")
    assert (one.keeper, one.voice, one.state) == (people.alice(), "Henrik Aune", "waiting")
    take(one, KIND.ACKNOWLEDGED, MONDAY)
    take(one, KIND.ANSWERED, MONDAY + 3 * DAY, text="We try it at two pens.")
    applied = take(one, KIND.APPLIED, MONDAY + 40 * DAY, url="https://partner.example/scan")
    assert applied.row.state == "to_tell"
    take(one, KIND.TOLD_VOICE, MONDAY + 41 * DAY)
    last = take(one, KIND.TOLD_GROUP, MONDAY + 42 * DAY)
    assert last.row.state == "closed"
    assert (last.row.outcome, last.row.ended_on) == ("applied", MONDAY + 40 * DAY)
    said = [(kind, side, day) for _model, _pk, _component, kind, side, day, *_mass in table(one.relationship)]
    assert sorted(said) == [
        ("feedback_answered", "ours", MONDAY + 3 * DAY),
        ("feedback_given", "theirs", MONDAY),
    ]


@pytest.mark.django_db
def test_steps_have_their_turn() -> None:
    one, now = give(), noon(FRIDAY)
    turn: dict[str, Any] = {"now": now, "feedback": one}
    assert refused(actions.apply_feedback, **turn) == {"": ["Answer it first."]}
    assert refused(actions.tell_voice, **turn) == {"": ["Answer it first."]}
    assert "on behalf" in refused(actions.tell_group, **turn)[""][0]
    actions.answer_feedback(actor=people.alice(), **turn)
    assert refused(actions.answer_feedback, **turn) == {"": ["You noted it today at 12:00: answered on 6 March 2026."]}
    assert "acknowledged it already" in refused(actions.acknowledge_feedback, **turn)[""][0]
    assert refused(actions.tell_voice, **turn) == {"": ["Say first whether it was applied or declined."]}
    assert refused(actions.decline_feedback, **turn) == {"__all__": ["Say why it is declined."]}
    actions.decline_feedback(actor=people.alice(), text="It needs a second server.", **turn)
    assert refused(actions.apply_feedback, **turn) != {}


@pytest.mark.django_db
def test_days_lie_between_those_before_and_after() -> None:
    one = give(heard_on=MONDAY)
    before = {"now": noon(FRIDAY), "feedback": one, "done_on": MONDAY - DAY}
    assert list(refused(actions.answer_feedback, **before)) == ["done_on"]
    assert list(refused(actions.answer_feedback, **{**before, "done_on": FRIDAY + DAY})) == ["done_on"]
    take(one, KIND.ANSWERED, MONDAY + 2 * DAY)
    take(one, KIND.APPLIED, FRIDAY)
    answer = one.steps.get(kind="answered")
    late = {"now": noon(FRIDAY + DAY), "step": answer, "values": {"done_on": FRIDAY + DAY}}
    assert "can't be after 6 March 2026" in refused(actions.change_feedback_step, **late)["done_on"][0]
    moved = {"now": noon(FRIDAY), "feedback": one, "values": {"heard_on": FRIDAY}}
    assert list(refused(actions.change_feedback, **moved)) == ["heard_on"]


@pytest.mark.django_db
def test_what_a_later_step_rests_on_stays() -> None:
    one = give(behalf_of="the drivers", voice_name="Ola")
    take(one, KIND.ANSWERED, MONDAY)
    take(one, KIND.APPLIED, MONDAY)
    take(one, KIND.TOLD_GROUP, MONDAY)
    answer = one.steps.get(kind="answered")
    told = refused(actions.withdraw_feedback_step, now=noon(MONDAY), step_id=answer.pk)
    assert told == {"": ["It has gone on since: take “told the group” back before “answered”."]}
    alone = {"now": noon(MONDAY), "feedback": one, "values": {"behalf_of": ""}}
    assert list(refused(actions.change_feedback, **alone)) == ["behalf_of"]


@pytest.mark.django_db
def test_voice_is_of_the_side_that_spoke() -> None:
    contact = Contact.objects.create(name="Henrik Aune")
    ours = give(side="ours", contact=contact, colleague=people.bob(), voice_name="Ola")
    assert (ours.contact, ours.colleague, ours.voice_name, ours.voice) == (None, people.bob(), "", "Bob Brandt")
    named = give(voice_name=" Ola ")
    assert (named.voice, named.has_voice, give().has_voice) == ("Ola", True, False)
    severe = give(nature="complaint", severity=3)
    changed = actions.change_feedback(
        actor=people.alice(), now=noon(MONDAY), feedback=severe, values={"nature": "praise"}
    )
    assert changed.row.severity is None
    take_back(step_id=changed.step.pk, actor=people.alice(), now=noon(MONDAY))
    severe.refresh_from_db()
    assert (severe.nature, severe.severity) == ("complaint", 3)


@pytest.mark.django_db
def test_what_nobody_said_is_not_given_but_is_ignored_all_the_same() -> None:
    one = give(hidden=True, nature="complaint")
    assert table(one.relationship) == []
    assert ledger.fall_ignored(noon(MONDAY + 30 * DAY)) == 1
    assert [kind for _m, _pk, _c, kind, *_rest in table(one.relationship)] == ["feedback_ignored"]


@pytest.mark.django_db
def test_picture_of_what_was_made_goes_and_comes_with_its_step() -> None:
    one = give()
    take(one, KIND.ANSWERED, MONDAY)
    done = take(one, KIND.APPLIED, MONDAY, file=SimpleUploadedFile("form.png", b"a picture"))
    assert one.steps.get(kind="applied").attachment == Attachment.objects.get()
    undone = take_back(step_id=done.step.pk, actor=people.alice(), now=noon(MONDAY))
    assert not Attachment.objects.exists()
    take_back(step_id=undone.step.pk, actor=people.alice(), now=noon(MONDAY))
    assert one.steps.get(kind="applied").attachment == Attachment.objects.get()


@pytest.mark.django_db
def test_removed_and_back_with_all_that_pointed_to_it() -> None:
    row = people.relationship()
    one, better = give(row), give(row, said="Scan the pallet")
    actions.grow_feedback(actor=row.owner, now=noon(MONDAY), feedback=one, into=better)
    promise = people.promise(row, feedback=better)
    problem = Problem.objects.create(
        relationship=row, account=row.account, what="No", opened_on=MONDAY, due_on=FRIDAY, feedback=better,
        written_at=noon(MONDAY).instant,
    )  # fmt: skip
    take(better, KIND.ANSWERED, MONDAY)
    removed = actions.remove_feedback(actor=row.owner, now=noon(FRIDAY), feedback_id=better.pk)
    one.refresh_from_db()
    assert (one.grew_into, Commitment.objects.get(pk=promise.pk).feedback) == (None, None)
    assert [pk for _model, pk, *_rest in of_feedback(row)] == [one.pk]
    take_back(step_id=removed.step.pk, actor=row.owner, now=noon(FRIDAY))
    one.refresh_from_db()
    problem.refresh_from_db()
    assert (one.grew_into, Commitment.objects.get(pk=promise.pk).feedback, problem.feedback) == (better,) * 3
    assert Feedback.objects.get(pk=better.pk).answered_on == MONDAY


@pytest.mark.django_db
def test_given_is_not_taken_back_once_something_was_done() -> None:
    row = people.relationship()
    given = actions.give_feedback(actor=row.owner, now=noon(MONDAY), relationship=row, said="Scan")
    take(given.row, KIND.ANSWERED, MONDAY)
    told = refused(actions.ungive_feedback, now=noon(MONDAY), feedback_id=given.row.pk)
    assert "Something was done about “Scan” since." in told[""][0]


@pytest.mark.django_db
def test_promise_made_from_it_comes_back_without_it() -> None:
    row = people.relationship()
    one = give(row)
    promise = people.promise(row, feedback=one)
    removed = actions.remove_promise(actor=row.owner, now=noon(MONDAY), commitment_id=promise.pk)
    actions.remove_feedback(actor=row.owner, now=noon(MONDAY), feedback_id=one.pk)
    take_back(step_id=removed.step.pk, actor=row.owner, now=noon(MONDAY))
    assert Commitment.objects.get(pk=promise.pk).feedback is None


@pytest.mark.django_db
def test_heard_in_a_talk_it_outlives_it_and_comes_back_to_it() -> None:
    row = people.relationship()
    talk = log(row, MONDAY).row
    one = give(row, interaction=talk)
    removed = actions.remove_interaction(actor=row.owner, now=noon(MONDAY), interaction_id=talk.pk)
    one.refresh_from_db()
    assert one.interaction is None
    take_back(step_id=removed.step.pk, actor=row.owner, now=noon(MONDAY))
    one.refresh_from_db()
    assert one.interaction == Interaction.objects.get()


# What it grew into


@pytest.mark.django_db
def test_grows_into_another_of_the_same_partner_and_never_back() -> None:
    row = people.relationship()
    one = give(row)
    grown = actions.give_feedback(
        actor=row.owner, now=noon(FRIDAY), relationship=row, said="Scan the pallet", grew_from=one
    )
    one.refresh_from_db()
    assert one.grew_into == grown.row
    assert "grew from" in refused(actions.grow_feedback, now=noon(FRIDAY), feedback=grown.row, into=one)["into"][0]
    assert "grew from" in refused(actions.grow_feedback, now=noon(FRIDAY), feedback=one, into=one)["into"][0]
    elsewhere = give()
    assert "same partner" in refused(actions.grow_feedback, now=noon(FRIDAY), feedback=one, into=elsewhere)["into"][0]
    take_back(step_id=grown.step.pk, actor=row.owner, now=noon(FRIDAY))
    assert list(Feedback.objects.filter(relationship=row).values_list("pk", "grew_into")) == [(one.pk, None)]


@pytest.mark.django_db
def test_idea_of_ours_counts_and_waits_once_they_are_told() -> None:
    row = people.relationship()
    henrik = Contact.objects.create(name="Henrik Aune")
    by: dict[str, Any] = {"actor": row.owner, "now": noon(FRIDAY + 2 * DAY)}
    idea = give(row, side="ours", unsaid=True)
    assert (idea.state, of_feedback(row)) == ("unsaid", [])
    ledger.fall_ignored(noon(MONDAY + 50 * DAY))
    assert of_feedback(row) == []
    assert not Feedback.objects.filter(waits_long(noon(MONDAY + 50 * DAY))).exists()
    assert refused(actions.answer_feedback, now=noon(FRIDAY), feedback=idea)[""] == ["Tell them first."]
    told = actions.say_feedback(feedback=idea, told_on=FRIDAY, told_to=henrik, **by)
    assert told.step.said == "Told them: Let us reorder from the phone"
    assert (told.row.state, told.row.heard_on, told.row.told_to) == ("waiting", FRIDAY, henrik)
    [given] = of_feedback(row)
    assert given[3:6] == ("feedback_given", "ours", FRIDAY)
    assert "already" in refused(actions.say_feedback, now=noon(FRIDAY), feedback=idea)[""][0]
    # Taken back only while they have not answered it.
    answer = take(idea, KIND.ANSWERED, FRIDAY + DAY)
    with pytest.raises(ValidationError, match="Take that back first"):
        take_back(step_id=told.step.pk, **by)
    take_back(step_id=answer.step.pk, **by)
    take_back(step_id=told.step.pk, **by)
    idea.refresh_from_db()
    assert (idea.unsaid, idea.heard_on, idea.told_to, of_feedback(row)) == (True, MONDAY, None, [])


@pytest.mark.django_db
def test_what_grew_into_another_is_decided_and_goes_on_by_telling_back() -> None:
    row = people.relationship()
    one, into = give(row, voice_name="Ola"), give(row, said="Scan the pallet")
    take(one, KIND.ANSWERED, MONDAY)
    assert Feedback.objects.get(feedback_states()["to_decide"]) == one
    actions.grow_feedback(actor=row.owner, now=noon(FRIDAY), feedback=one, into=into)
    grown = Feedback.objects.get(feedback_states()["to_tell"])
    assert (grown, grown.state) == (one, "to_tell")
    assert not Feedback.objects.filter(feedback_states()["to_decide"]).exists()
    assert "grew into another" in refused(actions.apply_feedback, now=noon(FRIDAY), feedback=one)[""][0]
    told = take(one, KIND.TOLD_VOICE, FRIDAY)
    assert told.row.state == "closed"
    assert "told back" in refused(actions.grow_feedback, now=noon(FRIDAY), feedback=one, into=None)["into"][0]
    take_back(step_id=told.step.pk, actor=row.owner, now=noon(FRIDAY))
    parted = actions.grow_feedback(actor=row.owner, now=noon(FRIDAY), feedback=one, into=None)
    assert parted.row.state == "to_decide"


# Who may


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["rita", "outsider", "petra"])
def test_who_may_not_change_it_finds_none(person: str) -> None:
    one = give()
    take(one, KIND.ANSWERED, MONDAY)
    by: dict[str, Any] = {"actor": getattr(people, person)(), "now": noon(MONDAY)}
    with pytest.raises(Feedback.DoesNotExist):
        actions.change_feedback(feedback=one, values={"said": "Nothing"}, **by)
    with pytest.raises(Feedback.DoesNotExist):
        actions.apply_feedback(feedback=one, **by)
    with pytest.raises(Feedback.DoesNotExist):
        actions.remove_feedback(feedback_id=one.pk, **by)
    with pytest.raises(Feedback.DoesNotExist):
        actions.grow_feedback(feedback=one, into=None, **by)
    with pytest.raises(FeedbackStep.DoesNotExist):
        actions.withdraw_feedback_step(step_id=one.steps.get().pk, **by)
    with pytest.raises(FeedbackStep.DoesNotExist):
        actions.change_feedback_step(step=one.steps.get(), values={"text": "x"}, **by)


@pytest.mark.django_db(transaction=True)
def test_answered_twice_at_once_is_answered_once() -> None:
    one = give()
    told: list[str] = []

    def answer() -> None:
        try:
            take(one, KIND.ANSWERED, MONDAY)
        except ValidationError as error:
            told.extend(error.messages)

    with transaction.atomic():
        answer()
        with waiting_for_a_lock():
            other = Elsewhere(answer)
    other.join()
    assert told == ["You noted it today at 12:00: answered on 2 March 2026."]
    assert FeedbackStep.objects.count() == 1


# The sweep


ZONES = {"Pacific/Kiritimati": -14, "Europe/Berlin": -1, "America/Los_Angeles": 7}


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ZONES)
def test_ignored_on_the_thirtieth_day_where_the_partner_is(zone: str) -> None:
    one = give(people.relationship(zone=zone), heard_on=date(2026, 2, 10))
    hours = ZONES[zone]
    midnight = datetime(2026, 3, 12, tzinfo=UTC).timestamp() + hours * 3600
    assert ledger.fall_ignored(Now(datetime.fromtimestamp(midnight - 1, UTC))) == 0
    assert ledger.fall_ignored(Now(datetime.fromtimestamp(midnight, UTC))) == 1
    one.refresh_from_db()
    assert one.ignored_on == date(2026, 3, 12)
    ignored = Evidence.objects.filter(kind="feedback_ignored")
    assert list(ignored.values_list("side", "day", "s")) == [("ours", date(2026, 3, 12), 0.5)]


@pytest.mark.django_db
def test_sweep_as_of_a_later_day_is_taken_back_by_the_next() -> None:
    one, ours = give(), give(side="ours")
    before = table(one.relationship)
    count = actions.sweep_cadence(now=Now.on(MONDAY + 60 * DAY))
    assert count.ignored == 2
    assert Evidence.objects.get(kind="feedback_ignored", source_id=ours.pk).side == "theirs"
    assert actions.sweep_cadence(now=Now.on(MONDAY + 60 * DAY)).ignored == 0
    assert actions.sweep_cadence(now=noon(FRIDAY)).ignored == 0
    one.refresh_from_db()
    assert (one.ignored_on, table(one.relationship)) == (None, before)


@pytest.mark.django_db
def test_sweep_leaves_removed_partners_and_takes_as_many_statements_for_fifty() -> None:
    counted = []
    for more in (1, 49):
        for _time in range(more):
            give()
        with CaptureQueriesContext(
            connection,
        ) as told:
            ledger.fall_ignored(noon(MONDAY + 90 * DAY))
        counted.append(len(told))
    assert counted == [6, 6]
    gone = give()
    actions.remove_relationship(actor=people.alice(), now=noon(MONDAY), relationship=gone.relationship)
    assert ledger.fall_ignored(noon(MONDAY + 90 * DAY)) == 0


@pytest.mark.django_db
def test_answer_too_late_leaves_that_it_was_ignored() -> None:
    one = give()
    ledger.fall_ignored(noon(MONDAY + 31 * DAY))
    answered = take(one, KIND.ANSWERED, MONDAY + 33 * DAY)
    assert answered.row.ignored_on == MONDAY + 30 * DAY
    earlier = actions.change_feedback_step(
        actor=people.alice(),
        now=noon(MONDAY + 33 * DAY),
        step=one.steps.get(),
        values={"done_on": MONDAY + 4 * DAY},
    )
    assert earlier.row.ignored_on is None
    assert {kind for _m, _pk, _c, kind, *_rest in table(one.relationship)} == {"feedback_given", "feedback_answered"}


@pytest.mark.django_db
def test_person_of_theirs_who_is_erased_leaves_it_without_a_voice() -> None:
    row = people.relationship()
    person = Contact.objects.create(name="Henrik Aune")
    Affiliation.objects.create(contact=person, account=row.account)
    one = give(row, contact=person)
    take(one, KIND.ANSWERED, MONDAY)
    applied = take(one, KIND.APPLIED, MONDAY)
    assert applied.row.state == "to_tell"
    person.delete()
    one.refresh_from_db()
    assert one.state == "closed"
    assert list(Feedback.objects.filter(feedback_states()["closed"])) == [one]
