"""Every verb of accounts and relationships leaves a way back, and what a refusal says."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from types import ModuleType
from typing import Any

import pghistory
import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import assume, given
from hypothesis import strategies as st

from accounts import actions as accounts
from accounts.history import events_of
from accounts.models import Account, Affiliation, Cover, Invitation, OneToOne, Team, UndoStep, User
from accounts.undo import INVERSES, KEPT_FOR, Done, TooLateError, deeds_of, gather, take_back, words_of_turn
from relationships import actions
from relationships.models import (
    Comment,
    Commitment,
    Evidence,
    EvidenceSums,
    HealthFlag,
    Interaction,
    InteractionColleague,
    InteractionContact,
    Mention,
    Relationship,
    Standing,
)
from tests import people
from tests.accounts import health_deeds, later_deeds
from tests.relationships.records import Elsewhere, waiting_for_a_lock
from tests.rows import Rows
from web.clock import Now

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)
NOW = Now(datetime(2026, 3, 2, 12, tzinfo=UTC))
# Who took part, the evidence, and the flags it raises are written anew: their keys are nobody's business.
KEYLESS = {Evidence, HealthFlag, InteractionContact, InteractionColleague}
# Kept to the ninth place, and held against a rebuild after every deed in ``test_rebuild_health``.
ROUNDED = {EvidenceSums, Standing}


@cache
def _written_by_people() -> Rows:
    models = [model for label in ("accounts", "relationships") for model in apps.get_app_config(label).get_models()]
    written = [model for model in models if model not in {UndoStep, *ROUNDED} and not hasattr(model, "pgh_id")]
    asked = {model.__name__: model._base_manager.all() for model in written}
    # When the machine looks again is its own affair: it may be sooner than it must.
    asked["Relationship"] = Relationship._base_manager.defer("judged_again_on")
    return Rows(asked, {model.__name__ for model in KEYLESS})


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows that people write, in both apps, without the audit, the steps themselves and sums of evidence."""
    return _written_by_people().read()


# A book in which every verb has something to do ----------------------------------------------------------------------


@dataclass
class Book:
    """Alice's Ewos with all that can hang on it, her paused Cermaq, and people and teams around them."""

    row: Relationship
    paused: Relationship
    place: Affiliation

    @property
    def talk(self) -> Interaction:
        return self.row.interactions.get()

    def promise(self, what: str) -> Commitment:
        return self.row.commitments.get(what=what)


def book() -> Book:
    alice, bob, adam = people.alice(), people.bob(), people.adam()
    assert people.mona().pk and people.south().pk
    by: dict[str, Any] = {"actor": alice, "now": NOW}
    row = people.relationship(account=people.account("Ewos"), tags=["fish"])
    paused = people.relationship(account=people.account("Cermaq"))
    place = accounts.add_contact(**by, account=row.account, name="Ingrid Moe", title="Buyer").row
    accounts.add_alias(**by, account=row.account, name="EWOS AS")
    accounts.add_external_id(**by, account=row.account, system="CRM", value="42")
    accounts.create_account(**by, name="Lonely", zone="UTC")
    accounts.invite_person(actor=adam, now=NOW, email="nina@concord.example", name="Nina Nord", zone="UTC")
    accounts.add_team(actor=adam, now=NOW, name="West")
    people.been_here_since(MONDAY - 400 * DAY)
    accounts.hold_one_to_one(actor=people.mona(), now=NOW, person=alice, held_on=MONDAY, note="Well")
    accounts.create_cover(
        actor=bob, now=NOW, absent=bob, stand_in=alice, from_on=MONDAY + 7 * DAY, until_on=MONDAY + 9 * DAY
    )
    accounts.deactivate_person(actor=adam, now=NOW, person=people.outsider())
    actions.agree_cadence(**by, relationship=row, every_days=14, starts_on=MONDAY - 40 * DAY)
    actions.agree_cadence(
        **by, relationship=row, every_days=7, starts_on=MONDAY, ends_on=MONDAY + 20 * DAY, reason="The fair"
    )
    actions.log_interaction(
        **by, relationship=row, occurred_on=MONDAY - 3 * DAY, channel="call", contacts=[place.contact],
        next_step="Send the table", next_step_on=MONDAY,
    )  # fmt: skip
    told: dict[str, Any] = {"relationship": row, "side": "ours", "due_on": MONDAY + 4 * DAY}
    for what in ("open", "kept", "missed"):
        actions.make_promise(**by, what=what, interaction=row.interactions.get(), **told)
    actions.keep_promise(**by, commitment=row.commitments.get(what="kept"))
    actions.miss_promise(**by, commitment=row.commitments.get(what="missed"))
    actions.snooze(**by, relationship=row, until_on=MONDAY + DAY, reason="On leave")
    actions.write_comment(**by, relationship=row, text="Mine")
    actions.write_comment(
        actor=bob, now=NOW, relationship=row, text="See @Alice Ahlberg", interaction=row.interactions.get()
    )
    actions.add_member(**by, relationship=row, user=people.mona(), role="sponsor")
    actions.add_attachment(**by, relationship=row, url="https://ewos.example/prices", title="Prices")
    actions.pause(**by, relationship=paused, reason="Merger")
    later_deeds.furnish(row, MONDAY, by)
    health_deeds.furnish(MONDAY, by)
    return Book(Relationship.objects.get(pk=row.pk), Relationship.objects.get(pk=paused.pk), place)


def removal_of(row: models.Model, deed: Done[Any]) -> int:
    found: int = events_of(type(row))._base_manager.filter(pgh_label="delete").latest("pgh_id").pgh_id
    assert deed.step.pk
    return found


def restored_value(b: Book) -> Done[Any]:
    begun = events_of(Relationship)._base_manager.filter(pgh_obj_id=b.row.pk, pgh_label="insert").get()
    Relationship.objects.filter(pk=b.row.pk).update(tier="B")
    return actions.restore_value(
        actor=people.alice(),
        now=NOW,
        model=Relationship,
        event_id=begun.pgh_id,
        field="tier",
    )


ALICE: dict[str, Callable[[Book, dict[str, Any]], Done[Any]]] = {
    "accounts.add_alias": lambda b, by: accounts.add_alias(**by, account=b.row.account, name="Ewos Group"),
    "accounts.add_contact": lambda b, by: accounts.add_contact(**by, account=b.row.account, name="Ola"),
    "accounts.add_external_id": lambda b, by: accounts.add_external_id(
        **by, account=b.row.account, system="S", value="1"
    ),
    "accounts.add_place": lambda b, by: accounts.add_place(**by, account=b.paused.account, contact=b.place.contact),
    "accounts.change_account": lambda b, by: accounts.change_account(
        **by, account=b.row.account, values={"name": "Ewos AS", "parent": b.paused.account}
    ),
    "accounts.change_place": lambda b, by: accounts.change_place(
        **by, place=b.place, person={"name": "Ingrid Lie"}, values={"title": "Director"}
    ),
    "accounts.change_settings": lambda b, by: accounts.change_settings(**by, values={"name": "Al", "theme": "dark"}),
    "accounts.create_account": lambda b, by: accounts.create_account(**by, name="New", zone="UTC"),
    "accounts.create_cover": lambda b, by: accounts.create_cover(
        **by, absent=people.alice(), stand_in=people.bob(), from_on=MONDAY, until_on=MONDAY + DAY
    ),
    "accounts.end_place": lambda b, by: accounts.end_place(**by, place=b.place, until=MONDAY),
    "accounts.remove_account": lambda b, by: accounts.remove_account(**by, account=Account.objects.get(name="Lonely")),
    "accounts.remove_alias": lambda b, by: accounts.remove_alias(**by, alias_id=b.row.account.aliases.get().pk),
    "accounts.remove_external_id": lambda b, by: accounts.remove_external_id(
        **by, external_id=b.row.account.external_ids.get().pk
    ),
    "accounts.remove_place": lambda b, by: accounts.remove_place(
        **by, place=accounts.add_contact(**by, account=b.paused.account, name="Brief").row
    ),
    "add_attachment": lambda b, by: actions.add_attachment(
        **by, relationship=b.row, url="https://a.example/", title="A"
    ),
    "add_member": lambda b, by: actions.add_member(**by, relationship=b.row, user=people.bob(), role="deputy"),
    "agree_cadence": lambda b, by: actions.agree_cadence(**by, relationship=b.row, every_days=21),
    "assume_cadence": lambda b, by: actions.assume_cadence(**by, relationships=[b.row, b.paused], every_days=21),
    "begin_with": lambda b, by: actions.begin_with(
        **by, account=b.row.account, new_account="", zone="UTC", owner=people.alice(), team=people.north(), name="Two"
    ),
    "accounts.say_not_the_same": lambda b, by: accounts.say_not_the_same(
        **by, one=b.row.account, other=Account.objects.get(name="Lonely")
    ),
    "bring_back": lambda b, by: actions.bring_back(
        **by,
        model=Interaction,
        event_id=removal_of(b.talk, actions.remove_interaction(**by, interaction_id=b.talk.pk)),
    ),
    "change_comment": lambda b, by: actions.change_comment(
        **by, comment=Comment.objects.get(text="Mine"), text="Mine, @Bob Brandt"
    ),
    "change_interaction": lambda b, by: actions.change_interaction(
        **by, interaction=b.talk, values={"summary": "More"}, contacts=[], colleagues=[people.bob()]
    ),
    "change_member": lambda b, by: actions.change_member(
        **by, member=b.row.members.get(), role="expert", subject="Tax"
    ),
    "change_promise": lambda b, by: actions.change_promise(
        **by, commitment=b.promise("open"), values={"what": "other", "keeper": people.bob()}
    ),
    "change_relationship": lambda b, by: actions.change_relationship(
        **by, relationship=b.row, values={"tier": "A", "tags": ["x"], "team": None}
    ),
    "end_agreement": lambda b, by: actions.end_agreement(
        **by, agreement_id=b.row.agreements.exclude(ends_on=None).get().pk, ends_on=MONDAY + DAY
    ),
    "explain_miss": lambda b, by: actions.explain_miss(
        **by, commitment=b.promise("missed"), explanation="Ill", plan="Soon", new_due_on=MONDAY + 9 * DAY
    ),
    "finish_next_step": lambda b, by: actions.finish_next_step(**by, interaction_id=b.talk.pk),
    "hand_over": lambda b, by: actions.hand_over(
        **by, relationships=[b.row, b.paused], to=people.bob(), note="Ring first", former_stays=True
    ),
    "keep_promise": lambda b, by: actions.keep_promise(**by, commitment=b.promise("open")),
    "log_interaction": lambda b, by: actions.log_interaction(
        **by,
        relationship=b.row,
        occurred_on=MONDAY,
        channel="visit",
        contacts=[b.place.contact],
        promised=[actions.Promised("theirs", "prices", MONDAY + DAY, contact=b.place.contact)],
    ),
    "make_promise": lambda b, by: actions.make_promise(
        **by, relationship=b.row, side="theirs", what="new", due_on=MONDAY
    ),
    "merge_accounts": lambda b, by: actions.merge_accounts(
        **by, kept=b.row.account, gone=Account.objects.get(name="Lonely")
    ),
    "miss_promise": lambda b, by: actions.miss_promise(
        **by, commitment=b.promise("open"), explanation="Ill", plan="Soon", new_due_on=MONDAY + 9 * DAY
    ),
    "open_relationship": lambda b, by: actions.open_relationship(
        **by, account=b.row.account, owner=people.alice(), name="Three", team=people.north()
    ),
    "pause": lambda b, by: actions.pause(**by, relationship=b.row, reason="Winter"),
    "remove_attachment": lambda b, by: actions.remove_attachment(**by, attachment_id=b.row.attachments.get().pk),
    "remove_comment": lambda b, by: actions.remove_comment(**by, comment_id=Comment.objects.get(text="Mine").pk),
    "remove_interaction": lambda b, by: actions.remove_interaction(**by, interaction_id=b.talk.pk),
    "remove_member": lambda b, by: actions.remove_member(**by, member_id=b.row.members.get().pk),
    "remove_promise": lambda b, by: actions.remove_promise(**by, commitment_id=b.promise("missed").pk),
    "remove_relationship": lambda b, by: actions.remove_relationship(**by, relationship=b.row),
    "renegotiate": lambda b, by: actions.renegotiate(
        **by, commitment=b.promise("open"), new_due_on=MONDAY + 8 * DAY, reason="They asked"
    ),
    "restore_value": lambda b, by: restored_value(b),
    "resume": lambda b, by: actions.resume(**by, relationship=b.paused),
    "set_tier": lambda b, by: actions.set_tier(**by, relationships=[b.row, b.paused], tier="B"),
    "retag": lambda b, by: actions.retag(**by, relationships=[b.row, b.paused], add=["x"], remove=["fish"]),
    "see_mention": lambda b, by: actions.see_mention(**by, mention_id=Mention.objects.get().pk),
    "snooze": lambda b, by: actions.snooze(**by, relationship=b.row, until_on=MONDAY + 3 * DAY, reason="Fair"),
    "write_comment": lambda b, by: actions.write_comment(**by, relationship=b.row, text="For @Bob Brandt"),
}
LATER: dict[str, Callable[[Book, dict[str, Any]], Done[Any]]] = {
    name: lambda b, by, deed=deed: deed(by)  # type: ignore[misc]
    for name, deed in {**later_deeds.deeds(MONDAY), **health_deeds.deeds(MONDAY)}.items()
}
# What only an administrator does.
ADAM: dict[str, Callable[[Book, dict[str, Any]], Done[Any]]] = {
    "accounts.add_team": lambda b, by: accounts.add_team(**by, name="East", parent=people.north()),
    "accounts.change_person": lambda b, by: accounts.change_person(
        **by, person=people.bob(), values={"name": "Bo"}, roles=[(people.south(), "reader")]
    ),
    "accounts.change_team": lambda b, by: accounts.change_team(
        **by, team=people.north(), name="Far north", parent=people.south()
    ),
    "accounts.deactivate_person": lambda b, by: accounts.deactivate_person(**by, person=people.bob()),
    "accounts.invite_again": lambda b, by: accounts.invite_again(**by, person=User.objects.get(name="Nina Nord")),
    "accounts.invite_person": lambda b, by: accounts.invite_person(
        **by, email="ole@concord.example", name="Ole", zone="UTC", roles=[(people.south(), "reader")]
    ),
    "accounts.reactivate_person": lambda b, by: accounts.reactivate_person(
        **by, person=User.objects.get(is_active=False)
    ),
    "accounts.remove_team": lambda b, by: accounts.remove_team(**by, team=Team.objects.get(name="West")),
    "accounts.withdraw_invitation": lambda b, by: accounts.withdraw_invitation(
        **by, invitation=Invitation.objects.get()
    ),
    "let_go": lambda b, by: actions.let_go(**by, leaving=people.alice(), to=people.bob(), note="Hello"),
    "move_to_team": lambda b, by: actions.move_to_team(**by, relationships=[b.row], team=people.south()),
}
BOB: dict[str, Callable[[Book, dict[str, Any]], Done[Any]]] = {
    "accounts.remove_cover": lambda b, by: accounts.remove_cover(**by, cover_id=Cover.objects.get().pk),
}
# What only a manager does.
MONA: dict[str, Callable[[Book, dict[str, Any]], Done[Any]]] = {
    "accounts.hold_one_to_one": lambda b, by: accounts.hold_one_to_one(
        **by, person=people.bob(), held_on=MONDAY, asked="A day", note="Rested"
    ),
    "accounts.change_one_to_one": lambda b, by: accounts.change_one_to_one(
        **by, one_to_one=OneToOne.objects.get(person=people.alice()), values={"note": "Tired"}
    ),
    "accounts.remove_one_to_one": lambda b, by: accounts.remove_one_to_one(
        **by, one_to_one_id=OneToOne.objects.get(person=people.alice()).pk
    ),
}
# A verb that takes back, and the one whose step names it.
TAKES_BACK = {
    "accounts.remove_account_by_id": "accounts.create_account",
    "accounts.remove_person": "accounts.invite_person",
    "accounts.remove_place_by_id": "accounts.add_contact",
    "accounts.remove_team_by_id": "accounts.add_team",
    "accounts.restore_account": "accounts.remove_account",
    "accounts.restore_alias": "accounts.remove_alias",
    "accounts.restore_cover": "accounts.remove_cover",
    "accounts.restore_external_id": "accounts.remove_external_id",
    "accounts.restore_not_the_same": "accounts.unsay_not_the_same",
    "accounts.restore_one_to_one": "accounts.remove_one_to_one",
    "accounts.restore_person": "accounts.remove_person",
    "accounts.restore_place": "accounts.remove_place",
    "accounts.restore_team": "accounts.remove_team",
    "accounts.set_account": "accounts.change_account",
    "accounts.set_active": "accounts.deactivate_person",
    "accounts.set_invitations": "accounts.invite_again",
    "accounts.set_one_to_one": "accounts.change_one_to_one",
    "accounts.set_person": "accounts.change_person",
    "accounts.set_place": "accounts.change_place",
    "accounts.set_settings": "accounts.change_settings",
    "accounts.set_team": "accounts.change_team",
    "accounts.unsay_not_the_same": "accounts.say_not_the_same",
    "bring_relationship_back": "remove_relationship",
    "merge_again": "unmerge_accounts",
    "put_mention_back": "see_mention",
    "reopen_next_step": "finish_next_step",
    "restore_agreement": "withdraw_agreement",
    "restore_agreements": "withdraw_agreements",
    "restore_attachment": "remove_attachment",
    "restore_comment": "remove_comment",
    "restore_end": "end_agreement",
    "restore_interaction": "remove_interaction",
    "restore_member": "remove_member",
    "restore_promise": "remove_promise",
    "restore_snooze": "wake",
    "restore_to_promise": "withdraw_from_promise",
    "set_comment": "change_comment",
    "set_for_many": "retag",
    "set_interaction": "change_interaction",
    "set_member": "change_member",
    "set_miss": "explain_miss",
    "set_owners": "hand_over",
    "set_pause": "pause",
    "set_promise": "change_promise",
    "set_relationship": "change_relationship",
    "take_relationship_away": "open_relationship",
    "unmake_promise": "make_promise",
    "unmerge_accounts": "merge_accounts",
    "wake": "snooze",
    "withdraw_agreement": "agree_cadence",
    "withdraw_agreements": "assume_cadence",
    "withdraw_from_promise": "keep_promise",
    **later_deeds.TAKES_BACK,
    **health_deeds.TAKES_BACK,
}
EXAMPLES = {**ALICE, **LATER, **ADAM, **BOB, **MONA}
# What an example writes besides the one deed stays when that is taken back. So does a new relationship, out of sight,
# as its record must; and a new invitation, withdrawn, as its mail may be on its way. The second undo is held to it.
STAYS = {
    "bring_back", "restore_value", "accounts.remove_place", "begin_with", "open_relationship", "accounts.invite_again",
}  # fmt: skip


def verbs(module: ModuleType, prefix: str) -> Iterator[str]:
    """Every public function of a module of verbs that takes who and when and returns what it did."""
    for name, function in vars(module).items():
        verb = inspect.unwrap(function) if callable(function) else None
        if name.startswith("_") or not inspect.isfunction(verb) or not verb.__module__.startswith(module.__name__):
            continue
        says_what_it_did = str(verb.__annotations__["return"]).startswith("Done[")
        if says_what_it_did and {"actor", "now"} <= inspect.signature(verb).parameters.keys():
            yield f"{prefix}{name}"


EVERY = sorted([*verbs(accounts, "accounts."), *verbs(actions, "")])


def actor_of(name: str) -> User:
    while name in TAKES_BACK:
        name = TAKES_BACK[name]
    others = {people.adam: ADAM, people.bob: BOB, people.mona: MONA}
    return next((person for person, deeds in others.items() if name in deeds), people.alice)()


def do(name: str, b: Book) -> Done[Any]:
    if name in TAKES_BACK:
        step = do(TAKES_BACK[name], b).step
        named = f"{name if name.startswith('accounts.') else f'relationships.{name}'}"
        app, verb = named.split(".")
        used = [step.verb, *(verb for verb, _arguments in step.arguments.get("steps", []))]
        assert f"{app}.actions.{verb}" in used
        return take_back(step_id=step.pk, actor=actor_of(name), now=NOW)
    return EXAMPLES[name](b, {"actor": actor_of(name), "now": NOW})


def test_every_verb_has_an_example() -> None:
    assert sorted([*EXAMPLES, *TAKES_BACK, *health_deeds.VERSIONS]) == EVERY


def there_and_back(name: str, b: Book) -> None:
    actor = actor_of(name)
    forward = do(TAKES_BACK[name], b) if name in TAKES_BACK else None
    before = everything()
    done = take_back(step_id=forward.step.pk, actor=actor, now=NOW) if forward else do(name, b)
    assert done.step.verb in INVERSES, name
    after = everything()
    undone = take_back(step_id=done.step.pk, actor=actor, now=NOW)
    back = everything()
    assert back != after, name
    assert name in STAYS or back == before, name
    redone = take_back(step_id=undone.step.pk, actor=actor, now=NOW)
    assert everything() == after, name
    take_back(step_id=redone.step.pk, actor=actor, now=NOW)
    assert everything() == back, name


@pytest.mark.parametrize(
    "names",
    [ALICE, LATER, ADAM, BOB, MONA, TAKES_BACK],
    ids=["alice", "alice, later", "adam", "bob", "mona", "taking back"],
)
def test_each_verb_taken_back_done_again_and_taken_back(names: dict[str, Any]) -> None:
    """One book for all; what was done with it is forgotten before the next verb."""
    b = book()
    for name in names:
        with transaction.atomic():
            there_and_back(name, b)
            transaction.set_rollback(True)


# What a refusal says -------------------------------------------------------------------------------------------------


def renamed(row: Relationship, who: User, tier: str) -> Done[Any]:
    return actions.change_relationship(actor=who, now=NOW, relationship=row, values={"tier": tier})


def on(day: date) -> dict[str, Any]:
    return {"pgh_created_at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC)}


def test_a_refusal_names_who_changed_it_when_and_where_it_stands() -> None:
    row = people.relationship()
    done = renamed(row, people.alice(), "A")
    with pghistory.context(user=people.bob().pk):
        renamed(row, people.bob(), "B")
    events = events_of(Relationship)._base_manager.filter(pgh_obj_id=row.pk)
    events.filter(tier="B").update(**on(MONDAY - 6 * DAY))
    with pytest.raises(TooLateError) as refused:
        take_back(step_id=done.step.pk, actor=people.alice(), now=NOW)
    assert refused.value.messages == [
        "Bob Brandt changed it last Tuesday, so it stays as it is. "
        "Change it by hand, or restore a value from its history."
    ]
    assert refused.value.where == f"/relationships/{row.pk}/history/"
    row.refresh_from_db()
    assert row.tier == "B"


def test_a_refusal_tells_ones_own_later_change_and_somebody_unknown() -> None:
    row = people.relationship()
    done = renamed(row, people.alice(), "A")
    with pghistory.context(user=people.alice().pk):
        renamed(row, people.alice(), "B")
    events_of(Relationship)._base_manager.filter(tier="B").update(**on(MONDAY))
    with pytest.raises(TooLateError, match="You changed it again today: take that back first"):
        take_back(step_id=done.step.pk, actor=people.alice(), now=NOW)
    with pghistory.context(user=987_654_321):
        renamed(row, people.alice(), "C")
    with pytest.raises(TooLateError, match="Somebody changed it"):
        take_back(step_id=done.step.pk, actor=people.alice(), now=NOW)


def test_a_refusal_leads_nowhere_that_the_person_may_not_see() -> None:
    row = people.relationship(owner=people.alice(), team=None)
    done = renamed(row, people.alice(), "A")
    actions.change_relationship(actor=people.adam(), now=NOW, relationship=row, values={"owner": people.bob()})
    with pytest.raises(TooLateError) as refused:
        take_back(step_id=done.step.pk, actor=people.alice(), now=NOW)
    assert refused.value.where == ""


def test_deeds_gathered_are_taken_back_together_or_not_at_all() -> None:
    row, other = people.relationship(), people.relationship()
    deeds = [renamed(row, people.alice(), "A"), renamed(other, people.alice(), "A"), renamed(row, people.alice(), "B")]
    steps = [deed.step for deed in deeds]
    step = gather(actor=people.alice(), now=NOW, said="All of it", steps=steps)
    assert list(UndoStep.objects.all()) == [step]
    renamed(other, people.bob(), "C")
    with pytest.raises(TooLateError):
        take_back(step_id=step.pk, actor=people.alice(), now=NOW)
    assert sorted(Relationship.objects.values_list("tier", flat=True)) == ["B", "C"]


def test_an_earlier_deed_can_follow_the_gathered_ones_back() -> None:
    row = people.relationship(tier="Z")
    first = renamed(row, people.alice(), "A")
    later = [renamed(row, people.alice(), "B").step, renamed(row, people.alice(), "C").step]
    gathered = gather(actor=people.alice(), now=NOW, said="Both", steps=later)
    again = take_back(step_id=gathered.pk, actor=people.alice(), now=NOW)
    assert again.step.said == "Taken back: Both"
    take_back(step_id=first.step.pk, actor=people.alice(), now=NOW)
    row.refresh_from_db()
    assert row.tier == "Z"


@pytest.mark.django_db(transaction=True)
def test_a_colleagues_change_not_yet_saved_is_waited_for_and_seen() -> None:
    """Alice takes back while Bob's change is under way: it is not lost between looking and writing."""
    row = people.relationship(tier="Z")
    done = renamed(row, people.alice(), "A")
    alice, bob = people.alice(), people.bob()
    with transaction.atomic(), waiting_for_a_lock():
        renamed(row, bob, "B")
        other = Elsewhere(lambda: take_back(step_id=done.step.pk, actor=alice, now=NOW))
    with pytest.raises(TooLateError):
        other.join()
    row.refresh_from_db()
    assert row.tier == "B"


# What one did --------------------------------------------------------------------------------------------------------


def test_what_one_did_and_what_of_it_can_be_taken_back() -> None:
    row, alice = people.relationship(), people.alice()
    taken = actions.pause(actor=alice, now=NOW, relationship=row, reason="Winter")
    take_back(step_id=taken.step.pk, actor=alice, now=NOW)
    mine = renamed(row, alice, "A")
    other = people.relationship()
    lost = renamed(other, alice, "A")
    with pghistory.context(user=people.bob().pk):
        renamed(other, people.bob(), "B")
    with pghistory.context(user=alice.pk):
        old = renamed(row, alice, "B")
    UndoStep.objects.filter(pk=old.step.pk).update(done_at=NOW.instant - KEPT_FOR - DAY)
    deeds, after = deeds_of(alice, now=NOW)
    told = {deed.step.pk: deed for deed in deeds}
    assert (old.step.pk in told, after) == (False, "")
    assert told[taken.step.pk].refusal == "This has been taken back already."
    assert told[lost.step.pk].refusal.startswith("Bob Brandt changed it ")
    assert told[mine.step.pk].refusal.startswith("You changed it again ")
    assert told[lost.step.pk].place == other.get_absolute_url()
    assert {deed.step.actor_id for deed in deeds} == {alice.pk}
    assert deeds_of(people.adam(), now=NOW) == ([], "")


def test_a_step_of_a_verb_that_is_no_more_says_so() -> None:
    done = renamed(people.relationship(), people.alice(), "A")
    UndoStep.objects.update(verb="relationships.actions.gone")
    with pytest.raises(TooLateError, match="former version"):
        take_back(step_id=done.step.pk, actor=people.alice(), now=NOW)


def test_fifty_deeds_take_as_many_queries_as_one() -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            deeds_of(User.objects.get(pk=people.alice().pk), now=NOW)
        return len(queries)

    renamed(people.relationship(), people.alice(), "A")
    one = count()
    for _number in range(49):
        renamed(people.relationship(), people.alice(), "A")
    assert (one, count()) == (one, one)


# What a turn is called -----------------------------------------------------------------------------------------------


@given(st.text(max_size=40))
def test_a_turn_says_what_was_taken_back_and_never_both_at_once(said: str) -> None:
    assume(not said.startswith(("Taken back: ", "Done again: ")))
    back = words_of_turn(said)
    again = words_of_turn(back)
    assert (back, again, words_of_turn(again)) == (f"Taken back: {said}", f"Done again: {said}", back)


def test_somebody_who_left_and_is_back_is_told_in_two_lines_that_differ() -> None:
    alice, place = people.alice(), book().place
    left = accounts.end_place(actor=alice, now=NOW, place=place, until=MONDAY)
    back = take_back(step_id=left.step.pk, actor=alice, now=NOW)
    again = take_back(step_id=back.step.pk, actor=alice, now=NOW)
    lines = [(deed.step.said, deed.again) for deed in deeds_of(alice, now=NOW)[0][:3]]
    assert lines == [
        (f"Done again: {left.step.said}", False), (f"Taken back: {left.step.said}", True), (left.step.said, False),
    ]  # fmt: skip
    assert again.step.pk != left.step.pk
