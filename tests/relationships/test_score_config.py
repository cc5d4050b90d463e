"""Weights and thresholds are set as a new version, after before and after was looked at; and nobody else sets them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import UndoStep
from accounts.undo import take_back
from relationships import actions, evidence
from relationships.models import Evidence, Relationship, ScoreConfig, Standing
from relationships.score_words import KINDS, published
from tests import people
from web.clock import Now

pytestmark = pytest.mark.django_db
NOW = Now.read()
DEFAULTS = ScoreConfig.DEFAULTS
TRUSTING = {**DEFAULTS, "trust": 45, "credibility": 5, "strong": 60, "most_unknown": 80}


def set_score(numbers: dict[str, int] | None = None, seen: int = 1, why: str = "Promises matter more here") -> Any:
    by: dict[str, Any] = {"actor": people.adam(), "now": NOW}
    return actions.set_score(numbers=numbers or TRUSTING, why=why, seen=seen, **by)


def kept_promises() -> Relationship:
    """With a strong case for trust and little else."""
    row = people.relationship()
    actions.agree_cadence(actor=row.owner, now=NOW, relationship=row, every_days=30)
    actions.log_interaction(actor=row.owner, now=NOW, relationship=row, occurred_on=NOW.today("UTC"), channel="call")
    Evidence.objects.bulk_create(
        Evidence(
            relationship=row, account_id=row.account_id, component="trust", kind="promise_kept", side=side,
            day=NOW.today("UTC"), r=3, s=0, source_model="tests.row", source_id=number,
        )
        for number, side in enumerate(("ours", "theirs"))
    )  # fmt: skip
    actions.rebuild_health(now=NOW)
    return row


def earned(row: Relationship) -> float:
    return Standing.objects.get(pk=row.pk).earned


def test_the_first_version_is_the_definition_and_nobody_set_it() -> None:
    first = ScoreConfig.objects.get()
    assert (first.version, first.numbers, first.made_by) == (1, DEFAULTS, None)
    assert ScoreConfig.objects.in_force() == first
    assert first.why
    first.delete()
    assert ScoreConfig.objects.in_force().numbers == DEFAULTS


def test_a_version_is_in_force_at_once_for_all_and_can_be_taken_back_as_another() -> None:
    rows = [kept_promises(), people.relationship()]
    actions.rebuild_health(now=NOW)
    before = [earned(row) for row in rows]
    done = set_score()
    assert (done.row.version, done.row.made_by, done.row.why) == (2, people.adam(), "Promises matter more here")
    assert set(Standing.objects.values_list("config", flat=True)) == {2}
    assert earned(rows[0]) > before[0]
    back = take_back(step_id=done.step.pk, actor=people.adam(), now=NOW).row
    assert (back.version, back.numbers) == (3, DEFAULTS)
    assert back.why == "Back to version 1: version 2 was taken back."
    assert [earned(row) for row in rows] == pytest.approx(before)
    # What was set is there for good.
    assert list(ScoreConfig.objects.values_list("version", flat=True)) == [3, 2, 1]


def test_who_looked_at_an_older_version_looks_again_and_an_older_one_is_not_taken_back() -> None:
    first = set_score()
    with pytest.raises(ValidationError, match="Version 2 has been set meanwhile"):
        set_score({**TRUSTING, "strong": 70}, seen=1)
    with pytest.raises(ValidationError, match="in force already"):
        set_score(TRUSTING, seen=2)
    later = set_score({**TRUSTING, "strong": 70}, seen=2)
    client = Client()
    client.force_login(people.adam())
    why = "Version 3 is in force now: take that back first, or go back to a former one in Settings, Health."
    undo = reverse("undo", args=[first.step.pk])
    assert why in client.post(undo, headers={"HX-Request": "true"})["HX-Trigger"]
    assert why in text(client.post(undo, follow=True))
    assert ScoreConfig.objects.in_force() == later.row
    assert offered(client) == {later.step.pk: "", first.step.pk: why}, "nor is it offered"
    # That taken back, it can be.
    take_back(step_id=later.step.pk, actor=people.adam(), now=NOW)
    assert offered(client)[first.step.pk] == ""
    assert take_back(step_id=first.step.pk, actor=people.adam(), now=NOW).row.numbers == DEFAULTS


def offered(client: Client) -> dict[int, str]:
    """Of each deed in the history why it is not taken back."""
    return {one.step.pk: one.refusal for one in client.get(reverse("history")).context["deeds"]}


def test_taken_back_and_done_again_the_text_of_a_version_does_not_grow() -> None:
    step = set_score().step
    for _turn in range(3):
        step = take_back(step_id=step.pk, actor=people.adam(), now=NOW).step
    assert list(ScoreConfig.objects.values_list("why", flat=True)[:3]) == [
        "Back to version 1: version 4 was taken back.",
        "Back to version 2: version 3 was taken back.",
        "Back to version 1: version 2 was taken back.",
    ]


@pytest.mark.parametrize("who", ["alice", "mona", "rita", "outsider", "petra"])
def test_only_administrators_set_them(who: str) -> None:
    with pytest.raises(PermissionDenied):
        actions.set_score(actor=getattr(people, who)(), now=NOW, numbers=TRUSTING, why="Mine", seen=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"trust": 46},
        {"trust": -5, "cadence": 70},
        {"strong": 50},
        {"steady": 0},
        {"strong": 101},
        {"most_unknown": 101},
    ],
)
def test_numbers_that_make_no_sense_are_refused_by_verb_and_database(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        set_score({**TRUSTING, **wrong})
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoreConfig.objects.create(version=9, valid_from=NOW.instant, why="Wrong", **{**TRUSTING, **wrong})
    with pytest.raises(ValidationError):
        set_score(why="  ")


# The page ------------------------------------------------------------------------------------------------------------


def page(who: Any = None, **asked: Any) -> Any:
    client = Client()
    client.force_login(who or people.adam())
    return client.get(reverse("health_settings"), asked)


def send(values: dict[str, Any], who: Any = None, **more: Any) -> Any:
    client = Client()
    client.force_login(who or people.adam())
    return client.post(reverse("health_settings"), values, **more)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_it_is_applied_only_after_before_and_after_was_shown_and_with_a_reason() -> None:
    row = kept_promises()
    # What rests stands as it stood, so it is not compared.
    resting = people.relationship(account=people.account("Resting"), paused_since=NOW.today("UTC"), pause_reason="Shut")
    actions.rebuild_health(now=NOW)
    looked = send({**TRUSTING, "seen": 1})
    said = text(looked)
    assert "Of 1 relationship 1 has or would have a score." in said and str(resting) not in said
    assert looked.status_code == 200
    assert str(row) in said
    assert "The median change is" in said
    assert ScoreConfig.objects.count() == 1
    signature = looked.context["shown"].looked
    # Without a reason; with other numbers than those that were looked at; and at last.
    assert "Say why" in text(send({**TRUSTING, "seen": 1, "looked": signature, "apply": "1"}))
    other = {**TRUSTING, "strong": 61}
    again = send({**other, "seen": 1, "looked": signature, "apply": "1", "why": "More trust"})
    assert again.status_code == 422
    assert "Here it is for the new ones" in text(again)
    assert ScoreConfig.objects.count() == 1
    assert "(optional)" not in said
    long = send({**TRUSTING, "seen": 1, "looked": signature, "apply": "1", "why": "w" * 2001})
    assert (long.status_code, "w" * 2001 in text(long), "2001 characters long" in text(long)) == (422, True, True)
    values = {**TRUSTING, "seen": 1, "looked": signature, "apply": "1", "why": "More trust"}
    applied = send(values, follow=True)
    assert applied.redirect_chain == [(reverse("health_settings"), 302)]
    assert "Version 2 is in force: all relationships are judged by it." in text(applied)
    assert ScoreConfig.objects.in_force().why == "More trust"
    assert UndoStep.objects.filter(actor=people.adam()).exists()


def test_what_does_not_add_up_is_said_and_the_numbers_stay() -> None:
    answer = send({**TRUSTING, "trust": 44, "seen": 1})
    assert answer.status_code == 422
    assert "add up to 99" in text(answer)
    assert 'value="44"' in text(answer)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"trust": -5, "cadence": 70}, "Choose a whole number from 0 to 100."),
        ({"trust": 145, "cadence": -80}, "Choose a whole number from 0 to 100."),
        ({"strong": 101}, "Choose a whole number from 1 to 100."),
        ({"steady": -1}, "Choose a whole number from 1 to 100."),
        ({"most_unknown": 0}, "Choose a whole number from 1 to 100."),
        ({"trust": "many"}, "Choose a whole number from 0 to 100."),
    ],
)
def test_numbers_out_of_range_are_refused_before_before_and_after_is_shown(wrong: dict[str, Any], said: str) -> None:
    answer = send({**TRUSTING, **wrong, "seen": 1})
    assert (answer.status_code, answer.context["shown"]) == (422, None)
    assert said in text(answer)
    assert "Apply to all" not in text(answer)


def test_a_former_version_comes_back_as_a_new_one() -> None:
    set_score()
    said = page(version=1)
    assert "Back to version 1</a>" in text(said)
    assert "going back to version 1" in text(said)
    values = {**DEFAULTS, "seen": 2, "looked": said.context["shown"].looked, "apply": "1", "why": "As it was"}
    assert send(values).status_code == 302
    newest = ScoreConfig.objects.in_force()
    assert (newest.version, newest.numbers) == (3, DEFAULTS)
    assert page(version=99).status_code == 404
    assert page(version="x").status_code == 404


def test_all_that_counts_is_published_to_all_and_only_administrators_see_the_form() -> None:
    kept_promises()
    said = text(page(people.rita()))
    assert "Show before and after" not in said
    assert "25 of 100" in said
    for kind in KINDS.values():
        assert str(kind).replace("’", "&#x27;") in said
    assert text(page(people.adam())).count("Show before and after") == 1
    assert send({**TRUSTING, "seen": 1}, people.mona()).status_code == 404


def test_no_kind_that_weighs_anything_is_left_out() -> None:
    """What is published are the rules themselves."""
    weighing = {kind for kind, rule in evidence.RULES.items() if rule.r or rule.s or rule.weekly}
    assert weighing <= set(KINDS)
    told = {rule.what: rule for one in published(DEFAULTS) for rule in one.rules}
    kept = told["A promise kept"]
    assert (kept.r, kept.s, kept.weekly) == ("1", "", "3")
    late = told["A problem solved late"]
    assert (late.r, late.s, late.weekly) == ("0.15", "0.35", "")
    assert told["A miss explained within a week, with a new plan: takes back"].s == "−0.3"


@pytest.mark.parametrize("count", [1, 50])
def test_before_and_after_takes_the_same_queries(count: int, django_assert_num_queries: Any) -> None:
    for _ in range(count):
        people.relationship()
    actions.rebuild_health(now=NOW)
    client = Client()
    client.force_login(people.adam())
    with django_assert_num_queries(17):
        assert client.post(reverse("health_settings"), {**TRUSTING, "seen": 1}).status_code == 200
