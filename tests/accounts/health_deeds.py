"""What the verbs about flags, feelings, outcomes and questions have to do in the book of ``test_undo``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from accounts import actions as accounts
from accounts.undo import Done
from relationships import actions
from relationships.models import Feeling, HealthFlag, Pulse, PulseAnswer, Relationship, RelationshipOutcome, Stakeholder
from tests import people

DAY = timedelta(days=1)
Deed = Callable[[dict[str, Any]], Done[Any]]


def furnish(today: date, by: dict[str, Any]) -> None:
    """Grieg is asked something, as are theirs of Mowi; of Bakka there is a flag, and of Lerøy one that rests."""
    rows = {name: people.relationship(account=people.account(name)) for name in ("Grieg", "Mowi", "Bakka", "Lerøy")}
    person = accounts.add_contact(**by, account=rows["Mowi"].account, name="Anders Lie").row.contact
    actions.name_stakeholder(**by, relationship=rows["Mowi"], contact=person, power="decides")
    actions.ask_pulse(**by, relationship=rows["Grieg"])
    asked = actions.ask_pulse(**by, relationship=rows["Mowi"]).row
    actions.answer_pulse(**by, question=asked, score=4, words="Most of the time")
    actions.feel(**by, relationship=rows["Mowi"], word="good", note="They ring first")
    actions.note_outcome(**by, relationship=rows["Mowi"], kind="renewed", reason="Two years more")
    # Nothing else happens to these two, for whatever happens judges the flags anew.
    for row in (rows["Bakka"], rows["Lerøy"]):
        HealthFlag.objects.create(relationship=row, account=row.account, kind="one_sided", since=today - 9 * DAY)
    resting = HealthFlag.objects.get(relationship=rows["Lerøy"])
    actions.snooze_flag(**by, flag=resting, until_on=today + 9 * DAY, reason="A new buyer")


def of(name: str) -> Relationship:
    return Relationship.objects.get(account__name=name)


def flag(name: str) -> HealthFlag:
    return HealthFlag.objects.get(relationship=of(name))


def asked(name: str) -> Pulse:
    return Pulse.objects.open().get(relationship=of(name))


def deeds(today: date) -> dict[str, Deed]:
    """By the name of the verb, for Alice."""
    return {
        "answer_pulse": lambda by: actions.answer_pulse(**by, question=asked("Grieg"), score=2, words="Seldom"),
        "ask_pulse": lambda by: actions.ask_pulse(**by, relationship=of("Lerøy")),
        "change_answer": lambda by: actions.change_answer(**by, answer=PulseAnswer.objects.get(), values={"score": 1}),
        "change_feeling": lambda by: actions.change_feeling(
            **by, feeling=Feeling.objects.get(), word="uneasy", note="They went quiet"
        ),
        "change_outcome": lambda by: actions.change_outcome(
            **by, outcome=RelationshipOutcome.objects.get(), values={"kind": "downgraded"}
        ),
        "enter_answer": lambda by: actions.enter_answer(
            **by,
            question=asked("Mowi"),
            score=5,
            words="Always",
            said_by=Stakeholder.objects.get(relationship=of("Mowi")),
        ),
        "feel": lambda by: actions.feel(**by, relationship=of("Grieg"), word="thriving"),
        "give_pulse": lambda by: actions.give_pulse(
            **by, question=asked("Mowi"), to=Stakeholder.objects.get(relationship=of("Mowi")), by_mail=False
        ),
        "note_outcome": lambda by: actions.note_outcome(**by, relationship=of("Grieg"), kind="ended", reason="Sold"),
        "skip_pulse": lambda by: actions.skip_pulse(**by, question=asked("Grieg")),
        "snooze_flag": lambda by: actions.snooze_flag(
            **by, flag=flag("Bakka"), until_on=today + 7 * DAY, reason="A new colleague begins"
        ),
        "wake_flag": lambda by: actions.wake_flag(**by, flag=flag("Lerøy")),
    }


# A verb that takes back, and the one whose step names it.
TAKES_BACK = {
    "ask_again": "unask_pulse",
    "close_again": "reopen_pulse",
    "remove_feeling": "feel",
    "remove_outcome": "note_outcome",
    "reopen_pulse": "skip_pulse",
    "restore_feeling": "remove_feeling",
    "restore_outcome": "remove_outcome",
    "set_answer": "change_answer",
    "set_feeling": "change_feeling",
    "set_flag_snooze": "snooze_flag",
    "set_given": "give_pulse",
    "set_outcome": "change_outcome",
    "unask_pulse": "ask_pulse",
}
# Weights are never changed back, they get a further version, which ``test_score_config`` holds to account.
VERSIONS = {"set_score", "take_score_back"}
