"""What the verbs about people, stages, feedback, posts and problems have to do in the book of ``test_undo``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from accounts import actions as accounts
from accounts.models import Contact
from accounts.undo import Done
from relationships import actions
from relationships.models import Feedback, FeedbackStep, Heard, Introduction, ListeningPost, Problem, Relationship
from tests import people

DAY = timedelta(days=1)
Deed = Callable[[dict[str, Any]], Done[Any]]


def named(name: str) -> Relationship:
    return Relationship.objects.get(account__name=name)


def contact(name: str) -> Contact:
    return Contact.objects.get(name=name)


def feedback(said: str) -> Feedback:
    return Feedback.objects.get(said=said)


def problem(what: str) -> Problem:
    return Problem.objects.get(what=what)


def post(name: str) -> ListeningPost:
    return ListeningPost.objects.get(name=name)


def furnish(row: Relationship, today: date, by: dict[str, Any]) -> None:
    """What hangs on the relationship besides: a part, somebody to meet, a plan; what they said, what went wrong."""
    about: dict[str, Any] = {**by, "relationship": row}
    for name in ("Solveig Dahl", "Lars Tveit"):
        accounts.add_contact(**by, account=row.account, name=name)
    actions.name_stakeholder(**about, contact=contact("Solveig Dahl"), power="signs", role="sponsor")
    actions.open_introduction(**about, wanted="Who buys", through=contact("Solveig Dahl"))
    actions.waive(**about, criterion="cadence", why="Merger", until_on=today + 30 * DAY)
    actions.agree_scope(**about, what="Feed", agreed_on=today - 9 * DAY)
    actions.add_plan_step(**about, what="Name who signs", due_on=today + DAY)
    customer = people.relationship(account=people.account("Skretting"), stage="customer")
    actions.judge_stages([customer.pk], now=by["now"])
    actions.end_relationship(**by, relationship=people.relationship(account=people.account("Salmar")), reason="Sold")
    said: dict[str, Any] = {**about, "heard_on": today - 6 * DAY}
    for what in ("waits", "answered", "applied"):
        actions.give_feedback(**said, said=what, behalf_of="the night shift", contact=contact("Solveig Dahl"))
    for what in ("answered", "applied"):
        actions.answer_feedback(**by, feedback=feedback(what), done_on=today - 3 * DAY, text="We look")
    actions.apply_feedback(**by, feedback=feedback("applied"), done_on=today - 2 * DAY, text="Done")
    actions.give_feedback(**about, side="ours", said="an idea", unsaid=True)
    actions.open_problem(**about, what="open")
    actions.open_problem(**about, what="solved", opened_on=today - 5 * DAY)
    actions.solve_problem(**by, problem=problem("solved"), done_on=today - DAY)
    actions.open_post(**by, name="Line", owner=people.alice(), public=True)
    actions.open_post(**by, name="Old line", owner=people.alice())
    actions.close_post(**by, post=post("Old line"))
    for form in ("one", "two"):
        actions.hear(now=by["now"], post=post("Line"), form=form, text=f"Forks are missing {form}")


def _steps(today: date) -> dict[str, Deed]:
    return {
        "acknowledge_feedback": lambda by: actions.acknowledge_feedback(**by, feedback=feedback("waits")),
        "answer_feedback": lambda by: actions.answer_feedback(**by, feedback=feedback("waits"), text="Soon"),
        "apply_feedback": lambda by: actions.apply_feedback(**by, feedback=feedback("answered"), text="There"),
        "decline_feedback": lambda by: actions.decline_feedback(**by, feedback=feedback("answered"), text="Too dear"),
        "tell_group": lambda by: actions.tell_group(**by, feedback=feedback("applied"), text="Have a look"),
        "tell_voice": lambda by: actions.tell_voice(**by, feedback=feedback("applied"), text="Have a look"),
        "take_feedback_step": lambda by: actions.take_feedback_step(
            **by, feedback=feedback("waits"), kind="answered", done_on=today - DAY, text="Soon"
        ),
        "change_feedback_step": lambda by: actions.change_feedback_step(
            **by,
            step=FeedbackStep.objects.get(feedback__said="answered", kind="answered"),
            values={"text": "Otherwise"},
        ),
    }


def deeds(today: date) -> dict[str, Deed]:
    """By the name of the verb, for Alice."""
    return {
        **_steps(today),
        "add_person": lambda by: actions.add_person(
            **by, relationship=named("Ewos"), person={"name": "Jon Hauge"}, part={"power": "influences"}
        ),
        "add_plan_step": lambda by: actions.add_plan_step(**by, relationship=named("Ewos"), what="Ring"),
        "agree_scope": lambda by: actions.agree_scope(**by, relationship=named("Ewos"), what="Nets", agreed_on=today),
        "aim": lambda by: actions.aim(**by, relationship=named("Ewos"), stage="customer", on=today + 60 * DAY),
        "change_feedback": lambda by: actions.change_feedback(
            **by, feedback=feedback("waits"), values={"said": "waits longer", "nature": "question"}
        ),
        "change_introduction": lambda by: actions.change_introduction(
            **by, introduction=Introduction.objects.get(), values={"wanted": "Who pays"}
        ),
        "change_plan_step": lambda by: actions.change_plan_step(
            **by, step=named("Ewos").plan_steps.get(), values={"what": "Otherwise"}
        ),
        "change_post": lambda by: actions.change_post(**by, post=post("Line"), values={"covers": "Calls"}),
        "change_problem": lambda by: actions.change_problem(**by, problem=problem("open"), values={"severity": 3}),
        "change_stakeholder": lambda by: actions.change_stakeholder(
            **by, stakeholder=named("Ewos").stakeholders.get(), values={"power": "decides", "accountable": True}
        ),
        "close_introduction": lambda by: actions.close_introduction(
            **by, introduction=Introduction.objects.get(), met=contact("Lars Tveit")
        ),
        "close_post": lambda by: actions.close_post(**by, post=post("Line")),
        "end_relationship": lambda by: actions.end_relationship(**by, relationship=named("Ewos"), reason="Closed"),
        "end_waiver": lambda by: actions.end_waiver(**by, waiver_id=named("Ewos").waivers.get().pk),
        "finish_plan_step": lambda by: actions.finish_plan_step(**by, step=named("Ewos").plan_steps.get()),
        "give_feedback": lambda by: actions.give_feedback(**by, relationship=named("Ewos"), said="new"),
        "grow_feedback": lambda by: actions.grow_feedback(**by, feedback=feedback("waits"), into=feedback("applied")),
        "meet_somebody_new": lambda by: actions.meet_somebody_new(
            **by, introduction=Introduction.objects.get(), person={"name": "Marit Foss"}, part={"power": "decides"}
        ),
        "move_stage": lambda by: actions.move_stage(
            **by, relationship=named("Skretting"), to="contact", why="Nothing agreed"
        ),
        "name_stakeholder": lambda by: actions.name_stakeholder(
            **by, relationship=named("Ewos"), contact=contact("Lars Tveit"), power="none"
        ),
        "open_introduction": lambda by: actions.open_introduction(**by, relationship=named("Ewos"), wanted="The board"),
        "open_post": lambda by: actions.open_post(**by, name="Visits", owner=people.alice(), kind="visit"),
        "open_post_again": lambda by: actions.open_post_again(**by, post=post("Old line")),
        "open_problem": lambda by: actions.open_problem(**by, relationship=named("Ewos"), what="new"),
        "own_up": lambda by: actions.own_up(**by, problem=problem("open"), note="Ours"),
        "say_feedback": lambda by: actions.say_feedback(
            **by, feedback=feedback("an idea"), told_to=contact("Solveig Dahl")
        ),
        "remove_feedback": lambda by: actions.remove_feedback(**by, feedback_id=feedback("applied").pk),
        "remove_problem": lambda by: actions.remove_problem(**by, problem_id=problem("solved").pk),
        "renew_address": lambda by: actions.renew_address(**by, post=post("Line")),
        "reopen_problem": lambda by: actions.reopen_problem(**by, problem=problem("solved"), note="Again"),
        "set_aside": lambda by: actions.set_aside(**by, heard=Heard.objects.latest("pk"), why="Nonsense"),
        "set_aside_many": lambda by: actions.set_aside_many(**by, rows=list(Heard.objects.all()), why="Nonsense"),
        "solve_problem": lambda by: actions.solve_problem(**by, problem=problem("open"), note="Mended"),
        "left_organisation": lambda by: actions.left_organisation(
            **by, place=contact("Solveig Dahl").affiliations.get(), on=today - DAY
        ),
        "somebody_left": lambda by: actions.somebody_left(
            **by, relationship=named("Ewos"), contact=contact("Solveig Dahl"), on=today - DAY
        ),
        "sort_heard": lambda by: actions.sort_heard(
            **by, heard=Heard.objects.latest("pk"), relationship=named("Ewos"), nature="complaint"
        ),
        "take_up_again": lambda by: actions.take_up_again(**by, relationship=named("Salmar")),
        "waive": lambda by: actions.waive(
            **by, relationship=named("Ewos"), criterion="promise", why="New", until_on=today + 9 * DAY
        ),
    }


# A verb that takes back, and the one whose step names it.
TAKES_BACK = {
    "put_post_back": "take_post_away",
    "remove_introduction": "open_introduction",
    "remove_plan_step": "add_plan_step",
    "remove_scope": "agree_scope",
    "remove_stakeholder": "name_stakeholder",
    "remove_waiver": "waive",
    "restore_feedback": "remove_feedback",
    "restore_feedback_step": "withdraw_feedback_step",
    "restore_introduction": "remove_introduction",
    "restore_move": "undo_move",
    "restore_plan_step": "remove_plan_step",
    "restore_problem": "remove_problem",
    "restore_scope": "remove_scope",
    "restore_stakeholder": "remove_stakeholder",
    "restore_to_problem": "withdraw_from_problem",
    "restore_waiver": "remove_waiver",
    "set_end": "end_relationship",
    "set_feedback": "change_feedback",
    "set_feedback_step": "change_feedback_step",
    "set_grown": "grow_feedback",
    "set_heard": "set_aside",
    "set_introduction": "change_introduction",
    "set_place_of_theirs": "left_organisation",
    "set_plan_step": "change_plan_step",
    "set_plan_step_done": "finish_plan_step",
    "set_post": "change_post",
    "set_problem": "change_problem",
    "set_stakeholder": "change_stakeholder",
    "set_target": "aim",
    "set_waiver_end": "end_waiver",
    "take_post_away": "open_post",
    "undo_move": "move_stage",
    "ungive_feedback": "give_feedback",
    "unopen_problem": "open_problem",
    "withdraw_feedback_step": "acknowledge_feedback",
    "withdraw_from_problem": "solve_problem",
}
